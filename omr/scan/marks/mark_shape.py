"""The shape of what a box holds: its pieces, how far they reach, which sides they cross.

``marks`` measures every box with these before it judges any.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from omr.geometry import Rect
from omr.scan.ink.ink_map import FoundBox, InkMap
from omr.scan.ink.pieces import Labels, label_pieces
from omr.scan.marks.strokes import Share
from omr.scan.place.reference import Mask, Reference, as_bits, disc, window

# Of a side, the part that a ring around the box does not cross.
_MIDDLE = 0.64
# What lies so far around a box may be drawn over its mark; no pen is thinner; gaps of a line that
# skips.
AROUND_MM, _PEN_MM, _GAP_MM = 1.0, 0.15, 0.2
_MOST_ROWS = 80


def sides_crossed(found: FoundBox, own: Sequence[Share], ink: InkMap, reference: Reference) -> int:
    """Count the sides of a box beyond whose outline its strokes leave at least 0.3 mm² of ink."""
    rect, scale = found.found, reference.px_per_mm
    out, reach = reference.layout.outline_mm + 0.4, 2.5
    bands = (
        Rect(rect.x, rect.y - out - reach, rect.w, reach),
        Rect(rect.x, rect.bottom + out, rect.w, reach),
        Rect(rect.x - out - reach, rect.y, reach, rect.h),
        Rect(rect.right + out, rect.y, reach, rect.h),
    )
    if not own:
        return 0
    crossed = 0
    for band in bands:
        area = window(band, scale, ink.ink.shape)
        crossed += int((ink.ink[area] & ink_of(ink.labels[area], own)).sum()) > 0.3 * scale**2
    return crossed


def runs_across(found: FoundBox, own: Sequence[Share], ink: InkMap, reference: Reference) -> bool:
    """Tell strokes that go to and fro over two opposite sides of a box from a ring around it.

    A ring lies outside, and where it cuts the corners it crosses the sides near their ends.
    Filling a box in zigzag crosses the middles of two opposite sides, three times in all at least;
    a ring that runs close along both is one run on each.
    """
    rect, scale = found.found, reference.px_per_mm
    beside, breadth = reference.layout.outline_mm + 0.35, 0.25
    w, h = rect.w * _MIDDLE, rect.h * _MIDDLE
    x, y = rect.centre.x - w / 2, rect.centre.y - h / 2
    strips = (
        Rect(rect.x - beside - breadth, y, breadth, h),
        Rect(rect.right + beside, y, breadth, h),
        Rect(x, rect.y - beside - breadth, w, breadth),
        Rect(x, rect.bottom + beside, w, breadth),
    )
    crossed = []
    for side, strip in enumerate(strips):
        area = window(strip, scale, ink.ink.shape)
        seen = (ink.ink[area] & ink_of(ink.labels[area], own)).any(axis=1 if side < 2 else 0)
        crossed.append(int(np.count_nonzero(np.diff(seen.astype(np.int8), prepend=0) > 0)))
    return any(min(pair) >= 1 and sum(pair) >= 3 for pair in (crossed[:2], crossed[2:]))


def ink_of(labels: Labels, own: Sequence[Share]) -> Mask:
    """Return where the strokes of a box are in a window of the page's labels."""
    mask = np.zeros(labels.shape, np.bool_)
    for share in own:
        mask |= labels == share.stroke
    return mask


def reach_beyond_mm(found: FoundBox, own: Sequence[Share], ink: InkMap, px_per_mm: int) -> float:
    """Return how far strokes reach beyond a box, on the side where they reach farthest."""
    if not own:
        return 0.0
    bounds = ink.bounds_px[[share.stroke for share in own]] / px_per_mm
    rect = found.found
    out = (
        rect.x - bounds[:, 0], rect.y - bounds[:, 1],
        bounds[:, 2] - rect.right, bounds[:, 3] - rect.bottom,
    )  # fmt: skip
    return max(0.0, float(np.max(out)))


def breadth_mm(stroke: Mask, px_per_mm: int) -> float:
    """Return how broad a stroke is, some ink, in mm: four times its mean distance to its edge."""
    depth = cv2.distanceTransform(np.pad(stroke, 1).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1]
    # The mean distance to the edge of a band is a quarter of its width.
    return 4.0 * (float(depth[stroke].mean()) - 0.5) / px_per_mm


def pen_mm(drawn: Mask, px_per_mm: int) -> float:
    """Return how broad the pen is that some ink was drawn with, in mm; the ink is not empty."""
    return max(_PEN_MM, breadth_mm(drawn, px_per_mm))


def drawn_in(found: FoundBox, own: Sequence[Share], ink: InkMap, px_per_mm: int) -> Mask:
    """Return the ink of a box's strokes in it, and as far outside as a mark is drawn over it.

    Legs, tails, and the bow that links two legs tell nothing of what was drawn over a mark.
    """
    area = window(found.found, px_per_mm, ink.ink.shape, AROUND_MM)
    return ink.ink[area] & ink_of(ink.labels[area], own)


def length_mm(drawn: Mask, px_per_mm: int) -> float:
    """Return how long the line is that some ink was drawn with: its area over its breadth."""
    if not drawn.any():
        return 0.0
    return np.count_nonzero(drawn) / px_per_mm**2 / pen_mm(drawn, px_per_mm)


def strokes_across(drawn: Mask, px_per_mm: int) -> float:
    """Return how many strokes are met from left to right, in all but a fifth of ink's rows."""
    if not drawn.any():
        return 0.0
    gaps = disc(_GAP_MM * px_per_mm)
    closed = cv2.morphologyEx(as_bits(drawn), cv2.MORPH_CLOSE, gaps)[drawn.any(axis=1)]
    begun = np.diff(closed.astype(np.int8), axis=1, prepend=0) > 0
    return float(np.percentile(np.count_nonzero(begun, axis=1), _MOST_ROWS))


def reach_mm(inside: Mask, px_per_mm: int) -> float:
    """Return the diagonal of the bounds of all ink, in mm."""
    ys, xs = np.nonzero(inside)
    return float(np.hypot(np.ptp(ys) + 1, np.ptp(xs) + 1)) / px_per_mm if ys.size else 0.0


def extent_of(inside: Mask, px_per_mm: int) -> tuple[float, float, tuple[tuple[float, float], ...]]:
    """Return the largest stroke's diagonal in mm, the largest compact spot in mm², and all pieces.

    A piece is its diagonal in mm and its area in mm².
    """
    stats = label_pieces(inside).stats[1:]
    if not len(stats):
        return 0.0, 0.0, ()
    wide, high, area = (stats[:, k] for k in (2, 3, 4))
    diagonals, areas = np.hypot(wide, high) / px_per_mm, area / px_per_mm**2
    compact = area / (wide * high) > 0.45
    pieces = zip(diagonals.tolist(), areas.tolist(), strict=True)
    return float(diagonals.max()), float(areas[compact].max(initial=0.0)), tuple(pieces)

"""Folds of which a scan in black and white shows but scraps: one straight line, in both margins.

In come the ink of a page; out come the scraps of folds. A threshold leaves of a fold's shadow
what happens to be darkest, mostly where the fold runs out over the edges of the sheet. So the
two margins are looked at side by side: ink at both ends of one line across the whole sheet was
not drawn. Within the margins all that keeps to that line is the fold; between them only what
is thinner than the line of a pen, as somebody may have struck a name along the fold.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.scan.ink.pieces import label_pieces
from omr.scan.place.reference import Mask, as_bits

# The margins: beyond the rim, where the sheet's edge casts its shadow, up to the table.
_RIM_MM, _MARGIN_MM = 2.5, 16.0
# They are looked at in cells of this size; a fold shows in this share of each margin's length.
_CELL_MM, _SHARE = 0.5, 0.3
# Hardly slanting: two and a half degrees.
_SLOPE = 0.045
# The fold keeps to its line, and is no broader than this.
_ASIDE_MM, _BROAD_MM = 0.7, 0.9
# No pen's line is thinner.
_THIN_MM = 0.3


def scraps_of_folds(ink: Mask, px_per_mm: int) -> Mask:
    """Return the ink that is what a threshold left of folds.

    Args:
        ink: Foreign ink, shape (h, w).
        px_per_mm: Resolution.
    """
    scraps = np.zeros(ink.shape, np.bool_)
    for view, out in ((ink, scraps), (ink.T, scraps.T)):
        for start, end in _lines(view, px_per_mm):
            _take(view, out, start, end, px_per_mm)
    return scraps


def _lines(view: Mask, px_per_mm: int) -> Iterator[tuple[float, float]]:
    """Yield the rows (px) at which lines from the left to the right edge begin and end."""
    rim, margin = (round(side * px_per_mm) for side in (_RIM_MM, _MARGIN_MM))
    width = view.shape[1]
    ends = [
        _shares(view[:, columns], px_per_mm)
        for columns in (slice(rim, margin), slice(width - margin, width - rim))
    ]
    cell = _CELL_MM * px_per_mm
    steep = _SLOPE * width / cell
    for left in _peaks(ends[0]):
        near = [right for right in _peaks(ends[1]) if abs(right - left) <= steep]
        if near:
            right = max(near, key=lambda row: float(ends[1][row]))
            # Seen in the middles of the margins; at the edges a little beyond.
            beyond = (right - left) * (rim + margin) / 2 / (width - rim - margin)
            yield (left - beyond + 0.5) * cell, (right + beyond + 0.5) * cell


def _shares(margin: Mask, px_per_mm: int) -> NDArray[np.float32]:
    """Return which share of a margin's length shows ink, for each row of cells."""
    cell = round(_CELL_MM * px_per_mm)
    height, width = (side // cell for side in margin.shape)
    whole = as_bits(margin[: height * cell, : width * cell]) * np.uint8(255)
    cells = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)
    inked = as_bits(np.asarray(cells > 0, dtype=np.bool_))
    # The line may lie between two rows, and slants by one within the margin.
    shown = cv2.dilate(inked, np.ones((3, 1), np.uint8))
    return np.asarray(np.mean(shown, axis=1), dtype=np.float32)


def _peaks(shares: NDArray[np.float32]) -> list[int]:
    """Return the middle row of each run of rows that show a line."""
    rows = np.flatnonzero(shares >= _SHARE)
    if not rows.size:
        return []
    runs = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
    # What is higher than a fold, its neighbour rows included, is something else.
    most = _BROAD_MM / _CELL_MM + 3
    return [int(run[len(run) // 2]) for run in runs if len(run) <= most]


def _take(view: Mask, out: Mask, start: float, end: float, px_per_mm: int) -> None:
    """Write into ``out`` the pieces that keep to a line from ``start`` to ``end`` (px)."""
    height, width = view.shape
    aside = _ASIDE_MM * px_per_mm
    top = max(0, int(min(start, end) - 3 * aside))
    bottom = min(height, int(max(start, end) + 3 * aside) + 1)
    strip = np.ascontiguousarray(view[top:bottom])
    pieces = label_pieces(strip)
    rows, columns = np.divmod(pieces.at, width)
    off = np.abs(rows + top - (start + (end - start) * columns / width))
    furthest = np.zeros(len(pieces.stats))
    np.maximum.at(furthest, pieces.numbers, off)
    depth = cv2.distanceTransform(np.pad(as_bits(strip), 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    thickest = np.zeros(len(pieces.stats))
    np.maximum.at(thickest, pieces.numbers, depth.ravel()[pieces.at])
    left = pieces.stats[:, cv2.CC_STAT_LEFT]
    right = left + pieces.stats[:, cv2.CC_STAT_WIDTH]
    margin = _MARGIN_MM * px_per_mm
    in_margin = (left < margin) | (right > width - margin)
    # The deepest point of a band lies half its breadth from both sides.
    most = np.where(in_margin, _BROAD_MM, _THIN_MM) / 2 * px_per_mm + 0.5
    keep = (furthest <= aside) & (thickest <= most)
    keep[0] = False
    out[top:bottom] |= pieces.chosen(keep)

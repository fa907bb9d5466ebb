"""The body of what a box holds: solid or of strokes, how soft its rim, how round, of what colour.

In come a box and the strokes that are its own; out comes how they look, which ``blots`` holds
against the paper's other marks. A spot of coffee is solid, soft, round and brown; a cross is none
of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import FloatArray
from omr.scan.ink.ink_map import InkMap
from omr.scan.ink.pieces import label_pieces
from omr.scan.marks.mark_shape import breadth_mm, ink_of
from omr.scan.marks.strokes import Share
from omr.scan.place.box_places import FoundBox
from omr.scan.place.order_statistics import upper_quartile
from omr.scan.place.reference import (
    Grey,
    Mask,
    Reference,
    as_bits,
    disc,
    grow,
    outline_ring,
    slopes,
    window,
    window_within,
)
from omr.scan.place.straighten import FlatPage

Indices = NDArray[np.intp]

# A spot may lie half outside its box: what is looked at reaches so far around.
_AROUND_MM = 6.0
# Print is kept away by this: toner spreads, and a slope is measured over three pixels.
_PRINT_MM = 0.25
# A disc of this breadth lies within most of a spot's ink, and within little of a pen's line or of
# what pencil with the tooth of the paper leaves.
_SOLID_MM, _SOLID_SHARE = 1.4, 0.75
# A rim's height is that of the darkest within the first, its slope the steepest within the second.
_HEIGHT_MM, _SLOPE_MM = 1.25, 0.6
# An outline that lies across a spot is part of it where it is so dark.
_DARK = 50
# What lies on a spot, as a stroke does, is narrower than this and darker by a pen's least ink.
_LINE_MM = 1.1
# So much of a spot's rim is seen, or nothing is said of it: 5 px.
_RIM_PX = 5


@dataclass(frozen=True, slots=True)
class Body:
    """How the ink of one box looks.

    Attributes:
        solid: Whether most of it is broader than a pen's line, all filled.
        rim_mm: Width of its edge: its height over its steepest slope, the median of all places;
            0 where no edge is seen.
        breadth_mm: Usual breadth.
        thick_mm: Breadth of the largest disc within.
        round_share: What it has in common with the ellipse of its moments: 1 for a true one.
        square_share: The same for the narrowest rectangle around it.
        size_mm: Diameter of the disc of its area.
        uneven: Standard deviation of its darkness within, in parts of its usual darkness.
        lines_mm: How far a stroke reaches that lies upon it.
        colour: What it takes of the paper's blue, green and red, in parts of the most;
            empty where the scan has no colours.
        fill_share: How much of its box it covers.
        outside_share: How much of it lies outside of the box.
        slender: How broad the ellipse of its moments is in parts of its length.
    """

    solid: bool = False
    rim_mm: float = 0.0
    breadth_mm: float = 0.0
    thick_mm: float = 0.0
    round_share: float = 0.0
    square_share: float = 0.0
    size_mm: float = 0.0
    uneven: float = 1.0
    lines_mm: float = 0.0
    colour: tuple[float, ...] = ()
    fill_share: float = 0.0
    outside_share: float = 0.0
    slender: float = 1.0


NO_BODY = Body()


def body_of(
    found: FoundBox, own: Sequence[Share], flat: FlatPage, ink: InkMap, reference: Reference
) -> Body:
    """Return how the strokes of a box look, within the box and around it.

    Args:
        found: The box.
        own: Its strokes.
        flat: The page laid flat.
        ink: Its foreign ink.
        reference: The page as printed.
    """
    scale = reference.px_per_mm
    area = window(found.found, scale, ink.ink.shape, _AROUND_MM)
    inked = ink.ink[area] & ink_of(ink.labels[area], own)
    if not inked.any():
        return NO_BODY
    outline_mm = reference.layout.outline_mm
    printed = grow(ink.printed[area], _PRINT_MM * scale)
    printed |= outline_ring(found.found, outline_mm, scale, area, _PRINT_MM)
    darkness = flat.darkness[area]
    opened = cv2.morphologyEx(as_bits(inked), cv2.MORPH_OPEN, disc(_SOLID_MM / 2 * scale))
    solid = np.count_nonzero(opened) >= _SOLID_SHARE * np.count_nonzero(inked)
    depth = cv2.distanceTransform(np.pad(as_bits(inked), 1), cv2.DIST_L2, 5)
    piece = _largest_piece(inked, printed & (darkness > _DARK), scale)
    ys, xs = np.nonzero(piece)
    area_px, spread = len(xs), _spread(ys, xs)
    inside = np.count_nonzero(inked[window_within(area, window(found.found, scale, ink.ink.shape))])
    level = cv2.blur(darkness, (3, 3))[cv2.erode(as_bits(inked), disc(0.5 * scale)) > 0]
    return Body(
        solid=bool(solid),
        rim_mm=_rim_mm(inked, darkness, printed, scale),
        breadth_mm=breadth_mm(inked, scale),
        thick_mm=2 * float(depth.max()) / scale,
        round_share=_round_share(piece, ys, xs, spread),
        square_share=_square_share(ys, xs),
        size_mm=2 * float(np.sqrt(area_px / np.pi)) / scale,
        uneven=float(level.std() / max(1.0, float(np.median(level)))) if level.size else 1.0,
        lines_mm=_lines_mm(inked & ~printed, darkness, ink.threshold, scale),
        colour=_colour(flat.pixels[area], inked, printed),
        fill_share=inside / (found.found.area * scale**2),
        outside_share=1 - inside / np.count_nonzero(inked),
        slender=float(np.sqrt(np.divide(*np.linalg.eigvalsh(spread)))),
    )


def _rim_mm(inked: Mask, darkness: Grey, printed: Mask, px_per_mm: int) -> float:
    """Return the width of the edge of some ink, where no print is near.

    The width of a step is its height over its steepest slope. A pen's line that is as narrow as
    the scan is blurred has the width of the blur.
    """
    smooth = cv2.GaussianBlur(darkness.astype(np.float32), (0, 0), 0.6)
    across, down = slopes(smooth)
    slope = np.hypot(across, down)
    slope[printed] = 0
    smooth[printed] = 0
    inner = cv2.erode(as_bits(inked), np.ones((3, 3), np.uint8)).view(np.bool_)
    edge = inked & ~inner & ~printed
    # No farther from the ink is anything looked at.
    reach = len(disc(_HEIGHT_MM * px_per_mm)) // 2
    left, top, width, height = cv2.boundingRect(as_bits(inked))
    near = (
        slice(max(0, top - reach), top + height + reach),
        slice(max(0, left - reach), left + width + reach),
    )
    highest = cv2.dilate(smooth[near], disc(_HEIGHT_MM * px_per_mm))
    steepest = cv2.dilate(slope[near], disc(_SLOPE_MM * px_per_mm))
    edge = edge[near] & (steepest > 0)
    if np.count_nonzero(edge) < _RIM_PX:
        return 0.0
    return float(np.median(highest[edge] / steepest[edge])) / px_per_mm


def _largest_piece(inked: Mask, beneath: Mask, px_per_mm: int) -> Mask:
    """Return the largest piece of some ink, with what it covers.

    Args:
        inked: The ink of a box.
        beneath: Dark print that a spot may lie upon: its outline, which cuts it into parts.
        px_per_mm: Resolution.
    """
    near = grow(inked, 0.5 * px_per_mm)
    whole = cv2.morphologyEx(
        as_bits(inked | (beneath & near)), cv2.MORPH_CLOSE, disc(0.5 * px_per_mm)
    )
    pieces = label_pieces(whole.view(np.bool_))
    number = 1 + int(np.argmax(pieces.stats[1:, cv2.CC_STAT_AREA]))
    return pieces.chosen(np.arange(len(pieces.stats)) == number)


def _spread(ys: Indices, xs: Indices) -> FloatArray:
    """Return how far the places of a piece are spread about its middle, in px², shape (2, 2)."""
    if len(xs) < 2:
        return np.eye(2)
    return np.asarray(np.cov(np.stack([xs, ys])) + 1e-3 * np.eye(2), np.float64)


def _round_share(piece: Mask, ys: Indices, xs: Indices, spread: FloatArray) -> float:
    """Return what a piece has in common with the ellipse of its moments, as far as it is spread."""
    x, y = np.arange(piece.shape[1]) - xs.mean(), np.arange(piece.shape[0])[:, None] - ys.mean()
    (xx, xy), (yx, yy) = np.linalg.inv(spread)
    # An even ellipse has half its half axes for standard deviations.
    ellipse = x * xx * x + x * xy * y + y * yx * x + y * yy * y < 4.0
    return float(np.count_nonzero(ellipse & piece) / np.count_nonzero(ellipse | piece))


def _square_share(ys: Indices, xs: Indices) -> float:
    """Return how much of the narrowest rectangle around a piece it fills."""
    _, (wide, high), _ = cv2.minAreaRect(np.column_stack([xs, ys]).astype(np.float32))
    return len(xs) / ((wide + 1) * (high + 1))


def _lines_mm(inked: Mask, darkness: Grey, threshold: float, px_per_mm: int) -> float:
    """Return how far the longest stroke reaches that is darker than the spot that it lies on."""
    element = disc(_LINE_MM / 2 * px_per_mm)
    ground = cv2.morphologyEx(darkness, cv2.MORPH_OPEN, element)
    inner = cv2.erode(as_bits(inked), disc(0.4 * px_per_mm)).view(np.bool_)
    lines = inner & (cv2.subtract(darkness, ground) > threshold)
    stats = label_pieces(lines).stats[1:]
    if not len(stats):
        return 0.0
    wide, high = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    return float(np.hypot(wide, high).max()) / px_per_mm


def _colour(pixels: NDArray[np.uint8], inked: Mask, printed: Mask) -> tuple[float, ...]:
    """Return what some ink takes of the paper's blue, green and red, in parts of the most.

    Files keep colours coarsely: the light that is lost beside the ink is added up too.
    """
    if pixels.ndim == 2:
        return ()
    own = pixels[grow(inked, 2) & ~printed]
    if not len(own):
        return ()
    paper = np.array([upper_quartile(pixels[..., colour]) for colour in range(3)]).clip(1.0)
    lost = (1.0 - own / paper).clip(0.0).sum(axis=0)
    return tuple((lost / max(float(lost.max()), 1e-6)).tolist())

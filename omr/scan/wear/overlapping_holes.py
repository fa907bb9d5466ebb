"""Punch holes that overlap: a sheet that was punched twice, not quite at the same place.

In come the flat page and ink that nothing explains; out comes what of it is such holes. One punch
cuts them all, so the outline is made of arcs of two or three true circles of one size, and the lid
shows evenly through the whole. What a hand fills, an eight or a blot, has no true arcs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.scan.ink.courses import circle_through
from omr.scan.ink.pieces import label_pieces, parts
from omr.scan.place.reference import Grey, Mask, Reference, as_bits, disc, grow, window
from omr.scan.place.straighten import FlatPage
from omr.scan.wear.hole_shadows import is_coloured
from omr.scan.wear.punch_holes import HOLE_EDGE_MM, HOLE_MM, LID, LID_EVEN

Float64 = NDArray[np.float64]

# Pieces of ink so large may be holes that overlap: wider than one, as long as three at most.
_LONG_MM = (HOLE_MM[0] + 0.4, 2.4 * HOLE_MM[1])
# The outline is followed between pixels, in steps of a third of them.
_FINER = 3
# Print that touches a hole is thinner than this.
_THIN_MM = 1.0
# Three holes at most, of which each shows so much of its turn, in degrees, and which are as large
# but for this. Their middles lie so many radii apart: closer ones leave notches of less than 0.2 mm
# between them, as which the sides of a dab with a round marker pass.
_MOST, _ARC, _AS_LARGE_MM, _APART = 3, 80.0, 0.16, 0.75
# The outline keeps to the circles within this, as a rule (standard deviation) and everywhere.
# Punched ones do to 0.02 and 0.07 mm, even at 150 dpi and in two levels. The round ends and
# straight sides of a broad marker's dash leave 0.046 and 0.19 mm beside three circles, what a hand
# fills round 0.1 and 0.3 mm.
_TRUE_MM, _ASTRAY_MM = 0.035, 0.16
# A circle is taken through points of the outline that keep to it within this.
_ON_MM = 0.12
# So much of the whole is dark, and of the circles' discs is within it.
_SOLID = 0.96
# The lid is looked at so far within the outline, where the shade of the rim has ended.
_WITHIN_MM = 0.6


class _Round(NamedTuple):
    """A circle, in mm."""

    x: float
    y: float
    radius: float


def overlapping_holes(rest: Mask, flat: FlatPage, reference: Reference) -> Mask | None:
    """Return holes that overlap, through which a dark or grey lid shows.

    Args:
        rest: Ink that nothing has explained so far, shape (h, w).
        flat: The page laid flat.
        reference: The page as printed.

    Returns:
        The discs, or None where there are none.
    """
    scale, layout = reference.px_per_mm, reference.layout
    found: Mask | None = None
    for part in parts(rest, scale):
        rect = part.rect
        if min(rect.w, rect.h) < HOLE_MM[0] or not _LONG_MM[0] < max(rect.w, rect.h) < _LONG_MM[1]:
            continue
        # None of them reaches farther in than a hole whose middle may lie there.
        edge = min(rect.x, rect.y, layout.width - rect.right, layout.height - rect.bottom)
        if edge > HOLE_EDGE_MM:
            continue
        area = window(rect, scale, rest.shape, 1.5)
        holes = _holes(area, flat, scale)
        if holes is None:
            continue
        x, y = (np.array([getattr(one, axis) for one in holes]) for axis in ("x", "y"))
        inwards = np.minimum(np.minimum(x, y), np.minimum(layout.width - x, layout.height - y))
        if inwards.max() > HOLE_EDGE_MM:
            continue
        found = np.zeros(rest.shape, np.bool_) if found is None else found
        found[area] |= _discs(holes, area, scale)
    return found


def _holes(area: tuple[slice, slice], flat: FlatPage, px_per_mm: int) -> list[_Round] | None:
    """Return the holes that overlap in a window, None where something else is dark there."""
    darkness = np.where(flat.paper[area], flat.darkness[area], np.uint8(255))
    level = cv2.GaussianBlur(darkness, (0, 0), 0.08 * px_per_mm)
    solid = cv2.morphologyEx(as_bits(level > LID), cv2.MORPH_OPEN, disc(_THIN_MM * px_per_mm))
    if not solid.any():
        return None
    tone = float(np.median(darkness[solid > 0]))
    outline, own = _outline(darkness, 0.5 * tone, px_per_mm)
    if outline is None:
        return None
    corner = np.array([area[1].start, area[0].start])
    holes = list(_circles(outline + corner / px_per_mm))
    if not _make_up(holes, outline + corner / px_per_mm):
        return None
    whole = _discs(holes, area, px_per_mm)
    if np.count_nonzero(whole & own) < _SOLID * np.count_nonzero(whole | own):
        return None
    inner = cv2.erode(as_bits(whole), disc(_WITHIN_MM * px_per_mm)).view(np.bool_)
    inner &= flat.paper[area]
    lid: Grey = flat.darkness[area]
    if inner.any():
        even = float(cv2.blur(lid, (3, 3))[inner].std()) < LID_EVEN * tone
        around = grow(whole, 1.0 * px_per_mm) & ~grow(whole, 0.5 * px_per_mm) & flat.paper[area]
        if not even or is_coloured(flat.pixels[area], inner, around):
            return None
    return holes


def _outline(darkness: Grey, level: float, px_per_mm: int) -> tuple[Float64 | None, Mask]:
    """Return the outline of the largest dark piece in a window and the piece.

    Returns:
        Points x, y along the outline from the window's corner, in mm, shape (k, 2), None where
        it is cut off; and the piece, less what is thin, in the window.
    """
    size = tuple(_FINER * n for n in darkness.shape[::-1])
    fine = cv2.resize(darkness, size, interpolation=cv2.INTER_CUBIC)
    fine_per_mm = _FINER * px_per_mm
    dark = cv2.morphologyEx(as_bits(fine > level), cv2.MORPH_OPEN, disc(_THIN_MM / 2 * fine_per_mm))
    pieces = label_pieces(dark.view(np.bool_))
    areas = pieces.stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    left, top, width, height = pieces.stats[int(areas.argmax()), :4].tolist()
    own = pieces.labels == int(areas.argmax())
    small = cv2.resize(as_bits(own) * 255, darkness.shape[::-1], interpolation=cv2.INTER_AREA)
    piece = np.asarray(small > 127, np.bool_)
    cut_off = min(left, top) == 0 or left + width == size[0] or top + height == size[1]
    if cut_off or not areas.any():
        return None, piece
    lines, _ = cv2.findContours(as_bits(own), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    points = max(lines, key=len)[:, 0].astype(np.float64)
    # The outline runs through the middles of the outermost pixels.
    return (points + 0.5) / fine_per_mm, piece


def _circles(outline: Float64) -> Iterator[_Round]:
    """Yield the circles on which most of an outline lies, the best seen first."""
    left = np.ones(len(outline), np.bool_)
    for _ in range(_MOST):
        best, best_on = None, np.zeros(len(outline), np.bool_)
        at = np.flatnonzero(left)
        if len(at) < 24:
            return
        # Arcs of 2 mm and more, each as a start.
        for span in (len(at) // 8, len(at) // 4, len(at) // 3):
            for start in range(0, len(at), max(1, len(at) // 48)):
                arc = outline[np.take(at, range(start, start + span), mode="wrap")]
                one = _circle(arc)
                if one is None or not HOLE_MM[0] < 2 * one.radius < HOLE_MM[1]:
                    continue
                on = left & (np.abs(_beyond(one, outline)) < _ON_MM)
                if np.count_nonzero(on) > np.count_nonzero(best_on):
                    best, best_on = one, on
        if best is None:
            return
        one = _circle(outline[best_on]) or best
        on = left & (np.abs(_beyond(one, outline)) < _ON_MM)
        if _turned(one, outline[on]) < _ARC:
            return
        left &= np.abs(_beyond(one, outline)) > _ON_MM
        yield one


def _make_up(holes: list[_Round], outline: Float64) -> bool:
    """Tell whether circles are holes of one punch that make up an outline."""
    if len(holes) < 2:
        return False
    middles = np.array([(one.x, one.y) for one in holes])
    apart = np.hypot(*(middles[:, None] - middles[None]).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    radii = [one.radius for one in holes]
    notched = apart.min() > _APART * max(radii)
    as_large = np.ptp(radii) < _AS_LARGE_MM
    beyond = np.min([_beyond(one, outline) for one in holes], axis=0)
    true = float(beyond.std()) < _TRUE_MM and float(np.abs(beyond).max()) < _ASTRAY_MM
    return bool(notched and as_large and true)


def _circle(points: Float64) -> _Round | None:
    """Return the circle through points, None for too few of them."""
    return _Round(*circle_through(points)) if len(points) >= 8 else None


def _beyond(one: _Round, points: Float64) -> Float64:
    """Return how far beyond a circle points lie, in mm."""
    return np.asarray(np.hypot(*(points - (one.x, one.y)).T) - one.radius, np.float64)


def _turned(one: _Round, points: Float64) -> float:
    """Return over how many degrees of a circle there are points, in steps of five."""
    bearing = np.degrees(np.arctan2(*(points - (one.x, one.y)).T))
    return 5.0 * len(np.unique(np.floor(bearing / 5)))


def _discs(holes: list[_Round], area: tuple[slice, slice], px_per_mm: int) -> Mask:
    """Return the discs of holes in a window of the page."""
    within = np.zeros((area[0].stop - area[0].start, area[1].stop - area[1].start), np.uint8)
    for one in holes:
        middle = (
            round((one.x * px_per_mm - area[1].start - 0.5) * 16),
            round((one.y * px_per_mm - area[0].start - 0.5) * 16),
        )
        cv2.circle(within, middle, round(one.radius * px_per_mm * 16), (1,), -1, cv2.LINE_8, 4)
    return within.view(np.bool_)

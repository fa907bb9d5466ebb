"""Strokes that a skipping pen broke before they end in a box: tails of marks and signatures.

In come a box that holds one line and the page's ink; out comes whether that line goes on, over
a gap that the pen left, as a stroke from somewhere else. Such a line was not meant for the box.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from omr.geometry import Point, Rect
from omr.scan.ink.courses import Float64
from omr.scan.ink.creases import is_one_line
from omr.scan.ink.ink_map import FoundBox, InkMap
from omr.scan.ink.pieces import Labels
from omr.scan.marks.strokes import END_MM, Share, course_in, places_mm
from omr.scan.place.reference import window

# A pen skips over this length, and its line leaves the way that it had by so much at most, close
# by and for each millimetre farther on.
_SKIP_MM, _ASIDE_MM, _ASIDE_PER_MM = 8.0, 0.6, 0.12
# What it goes on in is so long, all in all and from there on, and has its direction (a cosine).
_LONG_MM, _ONWARD_MM, _NEAR_MM, _ALONG = 6.0, 3.0, 3.0, 0.9
# So near to its edge a line that skips there leaves a box, if so much ink lies outside ahead.
_EDGE_MM, _EDGE_MM2 = 2.5, 0.2
# A mark that stays in its own box, but for this, is nobody's tail.
_IN_BOX_MM = 1.0


def comes_from_elsewhere(
    found: FoundBox, own: Sequence[Share], ink: InkMap, px_per_mm: int
) -> bool:
    """Tell whether the one line in a box goes on outside as another stroke.

    Args:
        found: The box.
        own: The strokes that are its own so far.
        ink: The page's ink.
        px_per_mm: Its resolution.
    """
    area = window(found.found, px_per_mm, ink.ink.shape)
    labels = [share.stroke for share in own]
    inside = ink.ink[area] & np.isin(ink.labels[area], labels)
    if not inside.any() or not is_one_line(inside, px_per_mm):
        return False
    course = course_in(inside, area, px_per_mm)
    around = window(found.found, px_per_mm, ink.ink.shape, _SKIP_MM + 2.0)
    others = ink.labels[around] * ink.ink[around]
    others[np.isin(others, labels)] = 0
    numbers = others[others > 0]
    if not numbers.size:
        return False
    at = places_mm(others > 0, around, px_per_mm)
    for end, last, way in ((*course.ends, -1.0), (*course.ends[::-1], 1.0)):
        tip, before, ends = course.at(np.array([end, end - way, last]))
        if not found.found.grown(-END_MM).contains(Point(*ends.tolist())):
            # What crosses the whole box is a slash, though others may point at it.
            continue
        if _leaves(found.found, course.at(np.array([last + way, last])), at, px_per_mm):
            continue
        ahead = (tip - before) / max(float(np.linalg.norm(tip - before)), 1e-6)
        if _goes_on(tip, ahead, at, numbers, ink, px_per_mm):
            return True
    return False


def _leaves(box: Rect, end: Float64, at: Float64, px_per_mm: int) -> bool:
    """Tell whether a line that skips right before the edge of a box goes on outside.

    Args:
        box: The box.
        end: A place of the line a little before its end, and its end, in mm, shape (2, 2).
        at: Places of other ink, in mm, shape (n, 2).
        px_per_mm: Resolution of the page.
    """
    before, tip = end
    out = (tip - before) / max(float(np.linalg.norm(tip - before)), 1e-6)
    far = (at - tip) @ out
    aside = np.abs((at - tip) @ np.array([-out[1], out[0]]))
    ahead = at[(far > 0.0) & (far < _EDGE_MM) & (aside < _ASIDE_MM)]
    outside = [not box.contains(Point(x, y)) for x, y in ahead.tolist()]
    return sum(outside) > _EDGE_MM2 * px_per_mm**2


def _goes_on(
    tip: Float64,
    ahead: Float64,
    at: Float64,
    numbers: Labels,
    ink: InkMap,
    px_per_mm: int,
) -> bool:
    """Tell whether a stroke lies ahead of a line's end that the line can have come from.

    Args:
        tip: The end, in mm.
        ahead: The way out of it.
        at: Places of other ink, in mm, shape (n, 2).
        numbers: Whose stroke each is.
        ink: The page's ink.
        px_per_mm: Its resolution.
    """
    far = (at - tip) @ ahead
    aside = np.abs((at - tip) @ np.array([-ahead[1], ahead[0]]))
    met = (far > 0.0) & (far < _SKIP_MM) & (aside < _ASIDE_MM + _ASIDE_PER_MM * far)
    for number in np.unique(numbers[met]).tolist():
        left, top, right, bottom = ink.bounds_px[number].tolist()
        x, y, w, h = (v / px_per_mm for v in (left, top, right - left, bottom - top))
        bounds = Rect(x, y, w, h)
        if np.hypot(bounds.w, bounds.h) < _LONG_MM or _keeps_to_box(bounds, ink):
            continue
        own = met & (numbers == number)
        first = at[own][far[own].argmin()]
        area = slice(top, bottom), slice(left, right)
        whole = (ink.labels[area] == number) & ink.ink[area]
        places = places_mm(whole, area, px_per_mm)
        near = places[np.linalg.norm(places - first, axis=1) < _NEAR_MM]
        onward = float(((places - first) @ ahead).max())
        axis = np.linalg.svd(near - near.mean(axis=0), full_matrices=False)[2][0]
        if onward > _ONWARD_MM and abs(float(axis @ ahead)) > _ALONG:
            return True
    return False


def _keeps_to_box(bounds: Rect, ink: InkMap) -> bool:
    corners = Point(bounds.x, bounds.y), Point(bounds.right, bounds.bottom)
    boxes = (found.found.grown(_IN_BOX_MM) for found in ink.boxes)
    return any(all(box.contains(corner) for corner in corners) for box in boxes)

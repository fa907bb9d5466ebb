"""What somebody added to a mark: a line that strikes it out, or writing and arrows that hang on it.

In come a box and the strokes that are its own; out comes why they may say more than a mark. The
leg of a cross or the tail of a tick leaves its box as one line, and what crosses a box from side
to side is one of two legs. A word, a digit, an arrow's head is as long again as it reaches; and
where a level line runs through a mark and beyond the box on both sides, what is left without it is
still a whole mark.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from omr.scan.ink.courses import Float64, course_of, line_through_most
from omr.scan.ink.ink_map import FoundBox, InkMap
from omr.scan.ink.pieces import label_pieces
from omr.scan.marks.mark_shape import breadth_mm, ink_of
from omr.scan.marks.strokes import Share, places_mm
from omr.scan.place.reference import Mask, as_bits, disc, grow, window, window_within

# How far around a box its strokes are looked at.
_AROUND_MM = 18.0
# The box with its outline, which cuts a stroke that crosses it; a gap of a skipping pen.
OUTLINE_MM, _GAP_MM = 0.5, 0.4
# What hangs on a mark reaches so far outside of the box. More than this share of it lies aside of
# one slight curve (by so much, or by this part of the pen's breadth), and it is so many times as
# long as it reaches. Of 20 words, digits, letters and arrows 18 have 0.28 and 1.51 at least;
# a slender arrow winds as little as that.
_WRITTEN_MM, _STRAY_SHARE, _WINDING = 3.5, 0.25, 1.42
_STRAY_MM, _STRAY_PENS = 0.45, 0.8
# The bow that links both legs of a cross leaves the box and comes back so far away; two legs side
# by side, of a cross drawn twice, leave it at two places and reach no farther than that. Both wind
# as much; what winds more than they do is writing all the same.
_APART_MM, _LEGS_MM, _LOOP = 4.5, 5.0, 1.75
# What lies farther above or below the box belongs to another row.
_ROW_MM = 6.0
# A line that strikes a mark leaves the box by so much on both sides, and is as level as this: legs
# of crosses that wide nearly all slope by 17 degrees and more.
ADDED_MM, _LEVEL_DEG = 1.2, 15.0
# So much of the way between its ends is ink; ends are tried at so many places of each side.
_COVERED, _ENDS = 0.85, 12
# An arrow's line reaches so far outside of its box, is no steeper than this, and is seen over so
# much of its way. Its barbs lie within so much of its tip, each so far aside and so large.
_LED_MM, _LED_DEG, _SEEN = 5.0, 15.0, 0.65
_HEAD_MM, _BARB_MM, _BARB_MM2 = 3.2, 0.4, 0.1
# What is left of the mark beside it: farther from it than so many breadths of the pen.
_CLEAR_PENS = 1.1
_LEFT_MM, _LEFT_MM2 = 4.0, 2.0

STRUCK, WRITTEN = "struck out", "writing at the mark"


def added_to(found: FoundBox, own: Sequence[Share], ink: InkMap, px_per_mm: int) -> str:
    """Return what somebody added to the mark in a box, "" where it is a mark and nothing else.

    Args:
        found: The box.
        own: Its strokes.
        ink: The page's foreign ink.
        px_per_mm: Its resolution.
    """
    if not own:
        return ""
    area = window(found.found, px_per_mm, ink.ink.shape, _AROUND_MM)
    inked = ink.ink[area] & ink_of(ink.labels[area], own)
    box = window_within(area, window(found.found, px_per_mm, ink.ink.shape))
    pen_mm = max(0.2, breadth_mm(inked, px_per_mm))
    if _is_struck(inked, box, pen_mm, px_per_mm):
        return STRUCK
    rows = window(found.found, px_per_mm, ink.ink.shape, _ROW_MM)[0]
    inked[: rows.start - area[0].start] = inked[rows.stop - area[0].start :] = False
    near = np.zeros(inked.shape, np.bool_)
    near[window_within(area, window(found.found, px_per_mm, ink.ink.shape, OUTLINE_MM))] = True
    written = _is_written(inked, near, pen_mm, px_per_mm) or _is_arrow(
        inked, box, pen_mm, px_per_mm
    )
    return WRITTEN if written else ""


def _is_written(inked: Mask, near: Mask, pen_mm: float, px_per_mm: int) -> bool:
    """Tell whether a piece of what lies outside a box winds as writing does."""
    outside = inked & ~near
    closed = cv2.morphologyEx(as_bits(outside), cv2.MORPH_CLOSE, disc(_GAP_MM * px_per_mm))
    pieces = label_pieces(closed.view(np.bool_))
    reach_mm = np.hypot(pieces.stats[:, 2], pieces.stats[:, 3]) / px_per_mm
    long_ = reach_mm >= _WRITTEN_MM
    if not long_[1:].any():
        return False
    touching = grow(near, _GAP_MM * px_per_mm)
    for number, part, own in pieces.shapes(long_):
        written = own & outside[part]
        # Another pen's lines may be finer than the mark's.
        fine_mm = max(0.2, min(pen_mm, breadth_mm(written, px_per_mm)))
        length_mm = np.count_nonzero(written) / px_per_mm**2 / fine_mm
        legs = _are_legs(own & touching[part], float(reach_mm[number]), px_per_mm)
        winds = length_mm >= (_LOOP if legs else _WINDING) * reach_mm[number]
        if winds and _aside_share(places_mm(own, part, px_per_mm), pen_mm) >= _STRAY_SHARE:
            return True
    return False


def _is_arrow(inked: Mask, box: tuple[slice, slice], pen_mm: float, px_per_mm: int) -> bool:
    """Tell whether a level line leads from a mark to a head beyond its box, rules aside.

    Barbs come back from the tip on both sides of the line; a leg ends in a hook to one side.
    """
    out = round(OUTLINE_MM * px_per_mm)
    sides = inked[:, : max(0, box[1].start - out)][:, ::-1], inked[:, box[1].stop + out :]
    return any(_ends_in_head(side, pen_mm, px_per_mm) for side in sides)


def _ends_in_head(inked: Mask, pen_mm: float, px_per_mm: int) -> bool:
    """Tell whether ink that begins on the left is a level line with a head on the right."""
    columns = np.flatnonzero(inked.any(axis=0))
    if len(columns) < _SEEN * _LED_MM * px_per_mm:
        return False
    rows = np.array([np.median(np.flatnonzero(inked[:, column])) for column in columns.tolist()])
    slope, offset = line_through_most(columns.astype(np.float64), rows)
    along = columns[np.abs(rows - slope * columns - offset) < _STRAY_MM * px_per_mm]
    if abs(slope) > np.tan(np.radians(_LED_DEG)) or not along.size:
        return False
    reach = float(np.ptp(along)) + 1
    if reach < _LED_MM * px_per_mm or len(along) < _SEEN * reach:
        return False
    y, x = np.nonzero(inked)
    aside = (y - slope * x - offset) / px_per_mm
    aside = aside[x > along.max() - _HEAD_MM * px_per_mm]
    barbs = (aside < -_BARB_MM - pen_mm / 2).sum(), (aside > _BARB_MM + pen_mm / 2).sum()
    return bool(min(barbs) >= _BARB_MM2 * px_per_mm**2)


def _are_legs(touching: Mask, reach_mm: float, px_per_mm: int) -> bool:
    """Tell a bow between two legs, and two legs side by side, by where they touch the box."""
    pieces = label_pieces(touching)
    ys, xs = np.nonzero(touching)
    if not ys.size:
        return False
    apart_mm = float(np.hypot(np.ptp(ys), np.ptp(xs))) / px_per_mm
    return apart_mm >= _APART_MM or (len(pieces.stats) > 2 and reach_mm < _LEGS_MM)


def _aside_share(places: Float64, pen_mm: float) -> float:
    """Return how much of some ink, places in mm, lies aside of the slight curve that it follows."""
    _, aside = course_of(places).along_curve(places)
    return float((np.abs(aside) > max(_STRAY_MM, _STRAY_PENS * pen_mm)).mean())


def _is_struck(inked: Mask, box: tuple[slice, slice], pen_mm: float, px_per_mm: int) -> bool:
    """Tell a level line through a box and beyond both its sides, beside which a mark is left."""
    line = _line_across(inked, box, px_per_mm)
    if line is None:
        return False
    first, last = line
    along = (last - first) / np.hypot(*(last - first))
    places = places_mm(inked[box], box, px_per_mm)
    away = np.abs((places - first / px_per_mm) @ np.array([-along[1], along[0]]))
    left = places[away > _CLEAR_PENS * pen_mm]
    if len(left) < _LEFT_MM2 * px_per_mm**2 or np.hypot(*np.ptp(left, axis=0)) < _LEFT_MM:
        return False
    return _aside_share(left, pen_mm) >= _STRAY_SHARE


def _line_across(
    inked: Mask, box: tuple[slice, slice], px_per_mm: int
) -> tuple[Float64, Float64] | None:
    """Return the ends, x and y, of the level line through a box that has most ink, if any has."""
    out = round(ADDED_MM * px_per_mm)
    rows, columns = box
    left, right = inked[rows, : max(0, columns.start - out)], inked[rows, columns.stop + out :]
    near = grow(inked, 2)
    lines = [
        (_share_along(first, last, near), first, last)
        for first in _some_of(left) + np.array([0.0, rows.start])
        for last in _some_of(right) + np.array([columns.stop + out, rows.start])
        if abs(np.degrees(np.arctan2(*(last - first)[::-1]))) <= _LEVEL_DEG
    ]
    best = max(lines, key=lambda line: line[0], default=None)
    return best[1:] if best is not None and best[0] > _COVERED else None


def _share_along(first: Float64, last: Float64, near: Mask) -> float:
    """Return how much of the way between two places, x and y, lies on a mask."""
    x, y = np.rint(np.linspace(first, last, int(last[0] - first[0]) + 1)).astype(int).T
    return float(near[y, x].mean())


def _some_of(mask: Mask) -> Float64:
    """Return some of the places, x and y, that a mask holds, from the first to the last."""
    places = np.argwhere(mask)[:, ::-1].astype(np.float64)
    if len(places) <= _ENDS:
        return places
    return np.asarray(places[np.linspace(0, len(places) - 1, _ENDS).astype(int)], np.float64)

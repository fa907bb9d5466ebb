"""Boxes that somebody drew by hand where the printed one was covered.

In come the flat page and where its boxes were found; out come those whose outline no printer made.
A pen's lines have its colour; or they are paler than every side of this page's other boxes, and
none of the four is as straight as those are.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from omr.scan.ink.ink_map import FoundBox, InkMap
from omr.scan.place.order_statistics import medians
from omr.scan.place.reference import Mask
from omr.scan.place.straighten import FlatPage

# A side is looked at so far across, and along but for its corners.
_ACROSS_MM, _CORNER_MM = 0.7, 0.8
# Toner takes all colours alike but for what files and sensors leave; blue and red pens leave more
# than 55 of 255 on all four sides.
_COLOURED, _GREY = 40.0, 20.0
# Four sides of a pen are paler than this share of those of the palest printed box, so many boxes
# that a pen may have drawn left out.
_PALER, _DRAWN = 0.92, 2
# Sides drawn by hand stray from a straight line by 0.03 mm and more (standard deviation), the
# straightest side of a printed box by less than 0.01; where all boxes of a page do, by so many
# times more.
_STRAYS_MM, _TIMES = 0.028, 3.0
# Darker than this, of 255, is the outline where it is seen at all; so many places of a side are.
_SEEN, _PLACES = 60, 20
# The median of what normally distributed places stray by, in standard deviations.
_MEDIAN = 0.6745


def drawn_boxes(flat: FlatPage, px_per_mm: int, ink: InkMap) -> Iterator[FoundBox]:
    """Find the boxes that a pen drew.

    Args:
        flat: The page laid flat.
        px_per_mm: Its resolution.
        ink: Its ink, and where its boxes were found.

    Yields:
        Each such box. On a page of one or two boxes nothing is known of the usual one.
    """
    sides = [_sides(flat, found, px_per_mm) for found in ink.boxes]
    if len(sides) <= _DRAWN or not all(side.size for four in sides for side in four):
        return
    dark = medians([side.max(axis=1) for four in sides for side in four]).reshape(-1, 4)
    palest = dark.max(axis=1)
    # Toner fades over a page; who draws boxes draws one or two.
    floor = float(np.sort(palest)[_DRAWN])
    drawn = palest < _PALER * floor
    if drawn.any():
        strays = np.zeros(len(sides))
        strays[drawn] = [_least_stray_mm(sides[k], px_per_mm) for k in np.flatnonzero(drawn)]
        # What all boxes of the page do matters where one of these is not straight.
        if (strays > _STRAYS_MM).any():
            strays[~drawn] = [_least_stray_mm(sides[k], px_per_mm) for k in np.flatnonzero(~drawn)]
        drawn &= strays > max(_STRAYS_MM, _TIMES * float(np.median(strays)))
    drawn |= _coloured(flat, ink, px_per_mm)
    for index in np.flatnonzero(drawn).tolist():
        yield ink.boxes[index]


def _windows(found: FoundBox, px_per_mm: int) -> Iterator[tuple[tuple[slice, slice], bool]]:
    """Yield the window of each side of a box, and whether the side runs across the page."""
    box = found.found
    for y in (box.y, box.bottom):
        rows = slice(*_ends(y - _ACROSS_MM, y + _ACROSS_MM, px_per_mm))
        yield (rows, slice(*_ends(box.x + _CORNER_MM, box.right - _CORNER_MM, px_per_mm))), True
    for x in (box.x, box.right):
        columns = slice(*_ends(x - _ACROSS_MM, x + _ACROSS_MM, px_per_mm))
        yield (
            (slice(*_ends(box.y + _CORNER_MM, box.bottom - _CORNER_MM, px_per_mm)), columns),
            False,
        )


def _ends(start_mm: float, end_mm: float, px_per_mm: int) -> tuple[int, int]:
    return max(0, round(start_mm * px_per_mm)), max(1, round(end_mm * px_per_mm))


def _sides(flat: FlatPage, found: FoundBox, px_per_mm: int) -> list[NDArray[np.uint8]]:
    """Return the darkness of the four sides of a box, a row for each place along a side."""
    return [
        flat.darkness[area].T if across else flat.darkness[area]
        for area, across in _windows(found, px_per_mm)
    ]


def _least_stray_mm(four: list[NDArray[np.uint8]], px_per_mm: int) -> float:
    """Return how far the straightest side of a box strays from a straight line."""
    return min(_stray_mm(side, px_per_mm) for side in four)


def _stray_mm(side: NDArray[np.uint8], px_per_mm: int) -> float:
    """Return how far the middle of a side strays from a straight line (standard deviation).

    It is told from the median of what all places stray by, 0.6745 deviations of a normal law: a
    mark that touches the side in places moves their middles far, and tells nothing of the side.
    """
    level = side.astype(np.float64)
    most = level.max(axis=1)
    weight = np.maximum(level - 0.4 * most[:, None], 0.0)
    seen = most > _SEEN
    if np.count_nonzero(seen) < _PLACES:
        return 0.0
    middle = (weight @ np.arange(side.shape[1]))[seen] / weight.sum(axis=1)[seen]
    along = np.flatnonzero(seen)
    aside = np.abs(middle - _theil_sen(along, middle))
    return float(np.median(aside)) / _MEDIAN / px_per_mm


def _theil_sen(along: NDArray[np.int64], middle: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the straight line through a side's middles that a mark at a side hardly moves.

    Its slope is the median of those between places half a side apart (Theil 1950, Sen 1968).
    """
    half = len(along) // 2
    slope = float(np.median((middle[half:] - middle[:-half]) / (along[half:] - along[:-half])))
    rest = middle - slope * along
    return np.asarray(slope * along + np.median(rest), np.float64)


def _coloured(flat: FlatPage, ink: InkMap, px_per_mm: int) -> Mask:
    """Tell of each box whether its four sides have a pen's colour, where the page's have none."""
    if flat.pixels.ndim == 2:
        return np.zeros(len(ink.boxes), np.bool_)
    colours = [side for found in ink.boxes for side in _colours(flat, found, px_per_mm)]
    least = medians(colours).reshape(-1, 4).min(axis=1)
    return np.asarray((least > _COLOURED) & (float(np.median(least)) <= _GREY), np.bool_)


def _colours(flat: FlatPage, found: FoundBox, px_per_mm: int) -> Iterator[NDArray[np.uint8]]:
    """Yield for each side of a box how far colours lie apart at its darkest, place by place."""
    for area, across in _windows(found, px_per_mm):
        dark, pixels = flat.darkness[area], flat.pixels[area]
        if across:
            dark, pixels = dark.T, pixels.transpose(1, 0, 2)
        darkest = pixels[np.arange(len(dark)), dark.argmax(axis=1)]
        yield np.ptp(darkest, axis=1)

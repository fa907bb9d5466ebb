"""Outlines of printed squares, followed point by point: which ink beside a square is its line.

A fold that slants through a square bends its sides, and a scanner whose colours or rows lie
apart makes them broader one way than the other. ``ink`` takes every outline away where its
four sides are, with a margin; what is left of a bent or broad one would lie in the box like a
stroke along its side. In come ink and boxes; out goes the ink that is outline.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omr.geometry import Rect
from omr.scan.place.box_places import FoundBox
from omr.scan.place.reference import Grey, Mask, Reference, above, window
from omr.scan.settings import ReaderSettings

# A bent line strays this far from the straight side that was found.
_STRAY_MM = 0.6
# Outlines of a page and axis are of one breadth to this, one pixel at 200 dpi; the line of a pen
# beside one makes it broader by 0.25 mm and more.
_EVEN_MM = 0.16
# Of so much of a side the line must be seen by itself, and it leaps no farther than this from
# its middle over 2 mm: a stroke that runs into a side does.
_SEEN, _LEAP_MM, _SMOOTH_MM = 0.6, 0.15, 2.0
# Ink of this length beside an outline may be the outline.
_LEAST_MM = 0.5
# How many boxes are asked how broad outlines are.
_ASKED = 16


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """The line of one side, turned so that it runs along the columns of a window.

    Attributes:
        first, last: Rows in which it begins and ends (exclusive), by column; the run of ink that
            lies nearest to the side, none where both are equal.
    """

    first: NDArray[np.intp]
    last: NDArray[np.intp]

    @property
    def breadth(self) -> NDArray[np.intp]:
        return self.last - self.first


def stray_outlines(
    ink: Mask,
    darkness: Grey,
    boxes: Sequence[FoundBox],
    threshold: float,
    reference: Reference,
    settings: ReaderSettings,
) -> Iterator[tuple[tuple[slice, slice], Mask]]:
    """Yield the ink beside the sides of boxes that is their own line.

    Args:
        ink: Pixels taken for ink, outlines with their margin left out, shape (h, w).
        darkness: Relative to the paper, same shape.
        boxes: The printed squares as found.
        threshold: Darkness from which a pixel counts as ink.
        reference: The page as printed.
        settings: The reader's numbers.

    Yields:
        A window of the page and which of its pixels are outline.
    """
    scale, outline_mm = reference.px_per_mm, reference.layout.outline_mm
    beside_mm = outline_mm + settings.print_margin_mm + _STRAY_MM
    least = _LEAST_MM * scale
    breadths: dict[int, float] = {}
    for found in boxes:
        around = window(found.found.grown(beside_mm), scale, ink.shape)
        if np.count_nonzero(ink[around]) < least:
            continue
        for side in range(4):
            area, centre = _beside(found.found, side, outline_mm, beside_mm, scale, ink.shape)
            if np.count_nonzero(ink[area]) < least:
                continue
            axis = side // 2
            if axis not in breadths:
                breadths[axis] = _usual_breadth(darkness, boxes, axis, threshold, reference)
            dark = above(darkness[area], threshold)
            found_ink = ink[area]
            if axis == 0:
                dark, found_ink = dark.T, found_ink.T
            own = _own_line(dark, found_ink, centre, breadths[axis], scale)
            if own.any():
                yield area, np.asarray(own.T if axis == 0 else own, dtype=np.bool_)


def _beside(
    rect: Rect,
    side: int,
    outline_mm: float,
    reach_mm: float,
    px_per_mm: int,
    shape: tuple[int, ...],
) -> tuple[tuple[slice, slice], float]:
    """Return the window along a side (left, right, top, bottom), and its line's place across it."""
    half = outline_mm / 2
    left, right, top, bottom = rect.x - half, rect.right + half, rect.y - half, rect.bottom + half
    at = (left, right, top, bottom)[side]
    if side < 2:
        strip = Rect(at - reach_mm, rect.y, 2 * reach_mm, rect.h)
    else:
        strip = Rect(rect.x, at - reach_mm, rect.w, 2 * reach_mm)
    area = window(strip, px_per_mm, shape)
    return area, at * px_per_mm - area[1 - side // 2].start - 0.5


def _line_of(dark: Mask, centre: float) -> _Line:
    """Follow the run of ink nearest to a row, column by column.

    A run that goes on to the end of the window is no line.
    """
    rows = np.arange(len(dark))[:, None]
    away = np.where(dark, np.abs(rows - centre), np.inf)
    nearest = np.argmin(away, axis=0)
    columns = np.arange(dark.shape[1])
    light = np.where(dark, -1, rows)
    before = np.maximum.accumulate(light, axis=0)[nearest, columns]
    light = np.where(dark, len(dark), rows)
    after = np.minimum.accumulate(light[::-1], axis=0)[::-1][nearest, columns]
    whole = dark[nearest, columns] & (before >= 0) & (after < len(dark))
    return _Line(np.where(whole, before + 1, 0), np.where(whole, after, 0))


def _usual_breadth(
    darkness: Grey,
    boxes: Sequence[FoundBox],
    axis: int,
    threshold: float,
    reference: Reference,
) -> float:
    """Return how broad the sides of boxes are across an axis as a rule, in pixels.

    0 where most of them are too pale to be seen: what is seen then may be a stroke.
    """
    scale, outline_mm = reference.px_per_mm, reference.layout.outline_mm
    breadths = []
    for found in boxes[:: max(1, len(boxes) // _ASKED)]:
        for side in (2 * axis, 2 * axis + 1):
            area, centre = _beside(
                found.found, side, outline_mm, outline_mm + _STRAY_MM, scale, darkness.shape
            )
            dark = above(darkness[area], threshold)
            breadths.append(_line_of(dark.T if axis == 0 else dark, centre).breadth)
    seen = np.concatenate(breadths)
    return float(np.median(seen[seen > 0])) if (seen > 0).mean() >= _SEEN else 0.0


def _own_line(dark: Mask, ink: Mask, centre: float, breadth_px: float, px_per_mm: int) -> Mask:
    """Return the pixels of a side's line where it is of the usual breadth and does not leap.

    Nothing is returned where none of them was taken for ink.
    """
    own = np.zeros(dark.shape, np.bool_)
    if breadth_px == 0.0:
        return own
    line = _line_of(dark, centre)
    middle = (line.first + line.last - 1) / 2
    even = (line.breadth > 0) & (line.breadth <= breadth_px + _EVEN_MM * px_per_mm)
    even &= np.abs(middle - centre) <= _STRAY_MM * px_per_mm
    if even.mean() < _SEEN:
        return own
    rows = np.arange(len(dark))[:, None]
    at = np.flatnonzero(even)
    if not ((rows >= line.first[at]) & (rows < line.last[at]) & ink[:, at]).any():
        return own
    reach = _SMOOTH_MM * px_per_mm / 2
    usual = np.array([np.median(middle[at[np.abs(at - k) <= reach]]) for k in at])
    at = at[np.abs(middle[at] - usual) <= _LEAP_MM * px_per_mm]
    own[:, at] = (rows >= line.first[at]) & (rows < line.last[at])
    return own

"""Circles round a box, which mark it as a cross within does.

In come the ink around a box and whose strokes it holds; out come those that go round it. Hands
draw wide of the box or aside of it; what closes around the middle of a box is meant for it.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.scan.ink.ink_map import FoundBox, InkMap
from omr.scan.ink.pieces import label_pieces
from omr.scan.marks.circles_aside import LARGE_MM, Circles, circles_of
from omr.scan.marks.mark_shape import breadth_mm
from omr.scan.marks.strokes import SHARED
from omr.scan.place.reference import (
    Mask,
    Reference,
    as_bits,
    grow,
    outline_ring,
    window,
    window_within,
)
from omr.scan.settings import ReaderSettings

# Where a circle crosses an outline, print hides so much of it at most, aslant; a pen skips less.
# Where a mark is within, its legs would close around something if so much were crossed.
GAP_MM, _GAP_AROUND_MARK_MM = 3.0, 1.2
# A circle drawn aside closes around so much of its box, and around as much of its surroundings; one
# around a mark around so much in all. Loops of crosses drawn in one go close around a third of it.
_MOST, _BEYOND, _AROUND_MARK = 0.4, 0.15, 0.6
# One drawn farther aside runs through the box: so much of it lies outside, and it goes no farther.
_OUTSIDE_MM2, _FAR_MM = 1.6, 12.0
# Seen from the mark a circle encloses something in so many of all directions; the loop of a cross
# drawn in one go only between two of its legs. Of 13 such loops that came out as large as a circle
# those were 0.53 at most, and 0.61 for one as wide as the cross. A circle drawn so far aside that
# it is seen in fewer is told by its own course.
_DIRECTIONS, _SIDES_SEEN = 36, 0.6
# A circle's line that comes near the middle of its box leaves less there than any mark.
_BRUSHED_MM2 = 0.15
# A circle that somebody drew aside leaves a hole as large as this part of a box. Its line is no
# broader than a pen, and uneven by so much, its fringe included.
_HOLE, _PEN_MM, _LINE_MM = 0.35, 1.2, 0.35
# With what it encloses it covers so much of its hull; one of which a quarter lies open 0.8.
_SOLID = 0.9


def closed_in(stroke: Mask, gap_px: float) -> Mask:
    """Return what a stroke closes in: from there no way leads out of the window.

    Args:
        stroke: Ink in a window, shape (h, w).
        gap_px: Gaps of the stroke up to this are crossed.
    """
    closed = np.pad(as_bits(grow(stroke, gap_px / 2)), 1)
    cv2.floodFill(closed, None, (0, 0), (1,))
    within = closed[1:-1, 1:-1] == 0
    # What crossed the gaps narrowed the way around within as well.
    return grow(within, gap_px / 2) if within.any() else within


def ring_round(
    index: int,
    found: FoundBox,
    ink: InkMap,
    owners: Mapping[int, Mapping[int, str]],
    reference: Reference,
    settings: ReaderSettings,
) -> tuple[int, ...]:
    """Return the strokes that run round a box, or nothing where they do not close a circle."""
    scale = reference.px_per_mm
    outer = found.found.grown(settings.ring_mm)
    rows, columns = window(outer, scale, ink.ink.shape)
    if np.count_nonzero(ink.ink[rows, columns]) < 30:
        return ()
    labels = ink.labels[rows, columns] * ink.ink[rows, columns]
    ys, xs = np.nonzero(labels)
    centre = found.found.centre
    dx = (xs + columns.start + 0.5) / scale - centre.x
    dy = (ys + rows.start + 0.5) / scale - centre.y
    half = min(found.found.w, found.found.h) / 2
    # A circle round a square may cut its corners, but runs mostly outside its sides.
    outside = (np.abs(dx) > half) | (np.abs(dy) > half)
    away = outside | (np.hypot(dx, dy) > 0.95 * half)
    stroke = labels[ys, xs]
    elsewhere = [
        number
        for number in np.unique(stroke)
        if any(
            role in ("own", SHARED) and box != index
            for box, role in owners.get(int(number), {}).items()
        )
    ]
    away &= ~np.isin(stroke, elsewhere)
    numbers = np.unique(stroke[away])
    if not numbers.size:
        return ()
    # Specks all around are no circle: a stretch of it is longer than half the box.
    sides = ink.bounds_px[numbers, 2:] - ink.bounds_px[numbers, :2]
    if float(np.hypot(*sides.T).max()) < half * scale:
        return ()
    sector = ((np.arctan2(dy, dx) + np.pi) / (2 * np.pi) * 36).astype(int) % 36
    covered = len(np.unique(sector[away])) / 36
    covered_outside = len(np.unique(sector[away & outside])) / 36
    if covered < settings.ring_coverage or covered_outside < 0.5 * settings.ring_coverage:
        square = window_within((rows, columns), window(found.found, scale, ink.ink.shape))
        loop = np.isin(labels, numbers)
        if not _goes_round(loop, found, square, settings.core_share, scale):
            # The circle's line may hide the mark's, so all strokes that are no other box's count.
            strokes = np.setdiff1d(labels, [0, *elsewhere])
            marked = _bears_mark(np.isin(labels[square], strokes), settings.core_share, scale)
            beside = np.count_nonzero(outside & away) >= _OUTSIDE_MM2 * scale**2
            if not (marked and beside):
                return ()
            if not _circles(found, strokes, ink, reference, settings).cross_mark():
                return ()
    return tuple(int(number) for number in numbers)


def _bears_mark(inside: Mask, core_share: float, px_per_mm: int) -> bool:
    """Tell whether there is ink in the round middle of a box, more than a circle's line brushes.

    Args:
        inside: The ink in the box, shape (h, w).
        core_share: Breadth of its middle, as a share of the box.
        px_per_mm: Resolution.
    """
    rows, columns = (np.linspace(-1.0, 1.0, size) for size in inside.shape)
    middle = rows[:, None] ** 2 + columns**2 < core_share**2
    return bool(np.count_nonzero(inside & middle) >= _BRUSHED_MM2 * px_per_mm**2)


def encloses_mark(
    found: FoundBox, ring: tuple[int, ...], inside: Mask, ink: InkMap, reference: Reference,
    settings: ReaderSettings,
) -> bool:  # fmt: skip
    """Tell whether a circle goes round a mark: ink in the middle of a box that is not its line.

    Where a circle was drawn aside, its own line runs through the middle of the box: there the
    open paper outside of it is no farther away than the line is broad.

    Args:
        found: The box.
        ring: The strokes that go round it.
        inside: The ink in the box, shape (h, w).
        ink: The page's ink.
        reference: The page as printed.
        settings: The reader's numbers.
    """
    scale, core_share = reference.px_per_mm, settings.core_share
    if not _bears_mark(inside, core_share, scale):
        return False
    box = window(found.found, scale, ink.ink.shape)
    bounds, room = ink.bounds_px[list(ring)], round(scale)
    area = (
        slice(max(0, min(box[0].start, int(bounds[:, 1].min())) - room),
              max(box[0].stop, int(bounds[:, 3].max())) + room),
        slice(max(0, min(box[1].start, int(bounds[:, 0].min())) - room),
              max(box[1].stop, int(bounds[:, 2].max())) + room),
    )  # fmt: skip
    loop = ink.ink[area] & np.isin(ink.labels[area], ring)
    within = closed_in(loop, _GAP_AROUND_MARK_MM * scale)
    disc = _filled(within | grow(loop, scale * _LINE_MM))
    holes = label_pieces(within & ~loop).stats[1:, cv2.CC_STAT_AREA]
    if holes.max(initial=0) < _HOLE * found.found.area * scale**2 or not _is_round(disc):
        return True  # no plain circle
    # Its ends run on beside each other.
    broad_mm = 2.0 * min(breadth_mm(loop, scale), _PEN_MM) + _LINE_MM
    beside = grow(~disc, scale * broad_mm)
    if _bears_mark(inside & ~beside[window_within(area, box)], core_share, scale):
        return True
    # A mark that the line runs over may lie as near to it.
    numbers = np.union1d(ring, ink.labels[box][inside]).astype(np.intp)
    circles = _circles(found, numbers, ink, reference, settings)
    side_mm = min(found.found.w, found.found.h)
    return circles.cross_mark() or circles.leave_mark(core_share * side_mm / 2.0)


def _filled(shape: Mask) -> Mask:
    """Return a shape without its holes."""
    outlines, _ = cv2.findContours(as_bits(shape), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = cv2.drawContours(np.zeros(shape.shape, np.uint8), outlines, -1, (1,), cv2.FILLED)
    return np.asarray(filled, np.uint8).view(np.bool_)


def _is_round(disc: Mask) -> bool:
    """Tell a circle with what it encloses from one with a gap, through which it lies open."""
    hull = cv2.contourArea(cv2.convexHull(cv2.findNonZero(as_bits(disc))))
    return bool(np.count_nonzero(disc) >= _SOLID * hull)


def _goes_round(
    loop: Mask, found: FoundBox, box: tuple[slice, slice], core_share: float, px_per_mm: int
) -> bool:
    """Tell a circle that was drawn aside of its box: it closes around most of it all the same.

    Args:
        loop: Ink around the box, shape (h, w).
        found: The box.
        box: Its window of that.
        core_share: Breadth of the box's middle, as a share of the box.
        px_per_mm: Resolution.
    """
    rows, columns = box
    middle = (rows.start + rows.stop) // 2, (columns.start + columns.stop) // 2
    marked = _bears_mark(loop[box], core_share, px_per_mm)
    within = closed_in(loop, (_GAP_AROUND_MARK_MM if marked else GAP_MM) * px_per_mm)
    share = float(within[box].mean())
    around = np.count_nonzero(within) / px_per_mm**2 / found.found.area
    if marked:
        return bool(around >= _AROUND_MARK) and _on_all_sides(within, loop, box)
    # A loop within the box is a mark of its own.
    return bool(within[middle] and share >= _MOST and around - share >= _BEYOND)


def _circles(
    found: FoundBox,
    numbers: NDArray[np.intp],
    ink: InkMap,
    reference: Reference,
    settings: ReaderSettings,
) -> Circles:
    """Return how one of some strokes runs round in a circle at a box, wherever print hides it.

    Args:
        found: The box.
        numbers: The strokes.
        ink: The page's ink.
        reference: The page as printed.
        settings: The reader's numbers.
    """
    scale, shape = reference.px_per_mm, ink.ink.shape
    area = window(found.found, scale, shape, _FAR_MM)
    rows, columns = window_within(area, window(found.found, scale, shape))
    outline_mm, margin_mm = reference.layout.outline_mm, settings.print_margin_mm
    hidden = outline_ring(found.found, outline_mm, scale, area, margin_mm)
    hidden |= reference.near_print[area]
    sides = ink.bounds_px[numbers, 2:] - ink.bounds_px[numbers, :2]
    near = numbers[sides.max(axis=1) <= 2.0 * LARGE_MM * scale]
    strokes = ink.ink[area] & np.isin(ink.labels[area], near)
    middle = (columns.start + columns.stop) / 2, (rows.start + rows.stop) / 2
    half_mm = min(found.found.w, found.found.h) / 2.0
    return circles_of(strokes, hidden, middle, half_mm, scale)


def _on_all_sides(within: Mask, loop: Mask, box: tuple[slice, slice]) -> bool:
    """Tell what closes around a mark from a loop between two legs of a cross.

    Args:
        within: What is closed in, shape (h, w).
        loop: Ink around the box, same shape.
        box: The box's window of that.
    """
    marked = np.argwhere(loop[box]).mean(axis=0) + np.array([box[0].start, box[1].start])
    away = np.argwhere(within) - marked
    turned = (np.arctan2(away[:, 0], away[:, 1]) / (2.0 * np.pi) % 1.0 * _DIRECTIONS).astype(int)
    return len(np.unique(turned)) >= _SIDES_SEEN * _DIRECTIONS

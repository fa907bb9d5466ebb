"""Circles round a box, which mark it as a cross within does.

In come the ink around a box and whose strokes it holds; out come those that go round it. Hands
draw wide of the box or aside of it; what closes around the middle of a box is meant for it.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from omr.scan.ink.ink_map import FoundBox, InkMap
from omr.scan.marks.strokes import SHARED
from omr.scan.place.reference import Mask, Reference, as_bits, grow, window, window_within
from omr.scan.settings import ReaderSettings

# Where a circle crosses an outline, print hides so much of it at most, aslant; a pen skips less.
# Where a mark is within, its legs would close around something if so much were crossed.
GAP_MM, _GAP_AROUND_MARK_MM = 3.0, 1.2
# A circle drawn aside closes around so much of its box, and around as much of its surroundings; one
# around a mark around so much in all. Loops of crosses drawn in one go close around a third of it.
_MOST, _BEYOND, _AROUND_MARK = 0.4, 0.15, 0.6
# A circle's line that comes near the middle of its box leaves less there than any mark.
_BRUSHED_MM2 = 0.15


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
        if not _goes_round(np.isin(labels, numbers), found, square, settings.core_share, scale):
            return ()
    return tuple(int(number) for number in numbers)


def bears_mark(inside: Mask, core_share: float, px_per_mm: int) -> bool:
    """Tell whether there is ink in the round middle of a box, more than a circle's line brushes.

    Args:
        inside: The ink in the box, shape (h, w).
        core_share: Breadth of its middle, as a share of the box.
        px_per_mm: Resolution.
    """
    rows, columns = (np.linspace(-1.0, 1.0, size) for size in inside.shape)
    middle = rows[:, None] ** 2 + columns**2 < core_share**2
    return bool(np.count_nonzero(inside & middle) >= _BRUSHED_MM2 * px_per_mm**2)


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
    marked = bears_mark(loop[box], core_share, px_per_mm)
    within = closed_in(loop, (_GAP_AROUND_MARK_MM if marked else GAP_MM) * px_per_mm)
    share = float(within[box].mean())
    around = np.count_nonzero(within) / px_per_mm**2 / found.found.area
    if marked:
        return bool(around >= _AROUND_MARK)
    # A loop within the box is a mark of its own.
    return bool(within[middle] and share >= _MOST and around - share >= _BEYOND)

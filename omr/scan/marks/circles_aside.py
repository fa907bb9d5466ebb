"""Circles that somebody drew aside over a mark: they cross its box, and close around no part of it.

In come the strokes at a box and where print hides them; out come the circles in which one line
among them may run, and whether another line lies within them or beside them. The line is followed
by turns around places near the box, as the best way through ink whose distance changes slowly. A
loop between two legs of a cross drawn in one go is as round; but nothing is within it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import FloatArray
from omr.scan.marks.mark_shape import pen_mm
from omr.scan.place.reference import Mask, as_bits, disc

# Circles of these radii, around places so far from the middle of the box, so far apart.
_SMALL_MM, LARGE_MM, _AWAY_MM, _EVERY_MM = 2.6, 9.6, 6.0, 1.0
# Directions around a place, and steps of distance, as logarithms. From one direction to the next
# the line may go one step in or out: an ellipse half as long again as wide does, seen from its
# middle, and no line that turns at a corner.
_DIRECTIONS, _STEP = 60, 0.05
# A line is met this far aside of where it is looked for.
_ASIDE_MM = 0.2
# So much of the round shows ink and no more of it paper; a line followed where print hides it
# loses so much of what paper costs. In so many steps the ends meet.
_INKED, _PAPER, _HIDDEN, _APART = 0.7, 0.08, 0.5, 3
# What the line is off an ellipse, by root mean square, and this part of the longest stretch that
# print hides, are together no more; less ink than this between two such stretches is only touched.
# Of 134 circles drawn aside over marks the most was 0.33 mm in all but one; of 98 crosses whose
# loops print hides in part the least was 0.43 mm.
_PART_HIDDEN, _TOUCHED_MM, _OFF_MM = 0.05, 0.8, 0.37
# Ink farther from the middle of the line is another: than the first, and than the second and this
# part of a broad pen. One within is as long as this, one in the middle of the box that leaves the
# circle aside as long as that. So much of a circle's ink lies outside of the box: loops of crosses
# lie within.
_FROM_LINE_MM, _FROM_BROAD, _WITHIN_MM, _BESIDE_MM, _OUTSIDE = 0.8, (0.5, 0.65), 2.0, 1.2, 1 / 3
# Resolution at which lines are followed; so much of 255 is ink in it.
_PX_PER_MM, _INK = 8, 96


@dataclass(frozen=True, slots=True, eq=False)
class Circles:
    """The ways in which one line at a box may run round in a circle.

    Attributes:
        ink: The strokes, shape (h, w), at the resolution at which lines are followed.
        pen_mm: How broad their line is.
        middle: The box's middle in it, x and y.
        courses: The rounds as points in it, shape (rounds, directions, 2).
    """

    ink: Mask
    pen_mm: float
    middle: FloatArray
    courses: FloatArray

    def cross_mark(self) -> bool:
        """Tell whether one of them has another line within."""
        return any(
            self._length_mm(self._off(course) & _within(course, self.ink)) >= _WITHIN_MM
            for course in self.courses
        )

    def leave_mark(self, radius_mm: float) -> bool:
        """Tell whether each of them leaves another line in the middle of the box.

        Args:
            radius_mm: How far that reaches.
        """
        rows, columns = np.indices(self.ink.shape)
        away_px = np.hypot(columns - self.middle[0], rows - self.middle[1])
        inside = self.ink & (away_px < radius_mm * _PX_PER_MM)
        return bool(len(self.courses)) and all(
            self._length_mm(inside & self._off(course)) >= _BESIDE_MM for course in self.courses
        )

    def _off(self, course: FloatArray) -> Mask:
        """Return the ink that is not of the line of a round."""
        points, near = np.rint(course).astype(np.int32), np.zeros(self.ink.shape, np.uint8)
        least_mm, part = _FROM_BROAD
        away_mm = max(_FROM_LINE_MM, least_mm + part * self.pen_mm)
        cv2.polylines(near, [points], True, (1,), round(2.0 * away_mm * _PX_PER_MM))
        return np.asarray(self.ink & (near == 0), np.bool_)

    def _length_mm(self, ink: Mask) -> float:
        return float(np.count_nonzero(ink)) / _PX_PER_MM**2 / self.pen_mm


def circles_of(
    strokes: Mask, hidden: Mask, middle: tuple[float, float], half_mm: float, px_per_mm: int
) -> Circles:
    """Return how a line among some strokes runs round in a circle, if one does.

    Args:
        strokes: The ink at a box, shape (h, w).
        hidden: Where print hides what is drawn, same shape.
        middle: The box's middle, x and y in pixels.
        half_mm: Half the side of the box.
        px_per_mm: Resolution.
    """
    size = [max(1, round(side * _PX_PER_MM / px_per_mm)) for side in strokes.shape[::-1]]
    small, away = (
        cv2.resize(as_bits(mask) * 255, size, interpolation=cv2.INTER_AREA)
        for mask in (strokes, hidden)
    )
    ink, place = np.asarray(small > _INK, np.bool_), np.array(middle) * _PX_PER_MM / px_per_mm
    around, places = _rounds(_seen(ink, np.asarray(away > _INK, np.bool_)), place)
    ways = _best_ways(around)
    met = np.take_along_axis(around, ways[:, :, None], axis=2)[:, :, 0]
    closed = (
        (np.abs(ways[:, 0] - ways[:, -1]) <= _APART)
        & (np.count_nonzero(met > 0, axis=1) >= _INKED * _DIRECTIONS)
        & (np.count_nonzero(met < 0, axis=1) <= _PAPER * _DIRECTIONS)
    )
    courses, met = _courses(places[closed], ways[closed]), met[closed]
    beyond = (np.abs(courses - place) > half_mm * _PX_PER_MM).any(axis=2) & (met > 0)
    outside = np.count_nonzero(beyond, axis=1) >= _OUTSIDE * np.count_nonzero(met > 0, axis=1)
    true = np.array([_is_true(*one) for one in zip(courses, met, strict=True)], np.bool_)
    pen = pen_mm(ink, _PX_PER_MM) if ink.any() else 0.0
    return Circles(ink, pen, place, courses[true & outside])


def _seen(ink: Mask, hidden: Mask) -> NDArray[np.int8]:
    """Return 1 where there is ink, 0 where print hides it and -1 where there is paper."""
    near = cv2.dilate(as_bits(ink), disc(_ASIDE_MM * _PX_PER_MM)) > 0
    return np.where(near, 1, np.where(hidden, 0, -1)).astype(np.int8)


def _turns() -> FloatArray:
    """Return one step in each direction, shape (directions, 2)."""
    turned = np.arange(_DIRECTIONS) * 2.0 * np.pi / _DIRECTIONS
    return np.column_stack([np.cos(turned), np.sin(turned)])


def _radii_px() -> FloatArray:
    steps = np.arange(np.log(_SMALL_MM), np.log(LARGE_MM), _STEP)
    return np.asarray(np.exp(steps) * _PX_PER_MM, np.float64)


def _rounds(seen: NDArray[np.int8], middle: FloatArray) -> tuple[NDArray[np.int8], FloatArray]:
    """Return what is seen around places from which hardly a direction is without ink.

    Args:
        seen: What is where, shape (h, w).
        middle: The box's middle, x and y.

    Returns:
        What is seen, shape (places, directions, radii), and the places, shape (places, 2).
    """
    every = np.arange(-_AWAY_MM, _AWAY_MM + 0.1, _EVERY_MM)
    offsets = np.stack(np.meshgrid(every, every), axis=-1).reshape(-1, 2)
    offsets = offsets[np.hypot(*offsets.T) <= _AWAY_MM]
    places = np.rint(middle + _PX_PER_MM * offsets).astype(np.intp)
    # With paper all around, no step leads out of it.
    far = ceil((_AWAY_MM + LARGE_MM) * _PX_PER_MM) + 1
    wide = np.pad(seen, far, constant_values=-1)
    steps = np.rint(_turns()[:, None] * _radii_px()[None, :, None]).astype(np.intp)
    at = (places + far)[:, None, None] + steps
    around = wide[at[..., 1], at[..., 0]]
    blank = np.count_nonzero(around.max(axis=2) < 0, axis=1)
    inked = np.count_nonzero(around.max(axis=2) > 0, axis=1)
    worth = (blank <= _PAPER * _DIRECTIONS) & (inked >= _INKED * _DIRECTIONS)
    return around[worth], places[worth].astype(np.float64)


def _best_ways(around: NDArray[np.int8]) -> NDArray[np.intp]:
    """Return for each place the round that meets most ink and least paper, as steps of distance.

    The best way is sought twice around, and its second turn taken: so it comes back to its start.

    Args:
        around: What is seen, shape (places, directions, radii).
    """
    places, directions, radii = around.shape
    worth = np.where(around == 0, -_HIDDEN, around).astype(np.float32)
    total = worth[:, 0].copy()
    came = np.zeros((2 * directions, places, radii), np.intp)
    for turn in range(1, 2 * directions):
        wide = np.pad(total, ((0, 0), (1, 1)), constant_values=-np.inf)
        # Straight on where it makes no difference.
        ways = np.stack([wide[:, :-2], wide[:, 1:-1] + 1e-3, wide[:, 2:]])
        came[turn] = ways.argmax(axis=0) - 1
        total = ways.max(axis=0) + worth[:, turn % directions]
    course = np.zeros((places, 2 * directions), np.intp)
    course[:, -1] = total.argmax(axis=1)
    every = np.arange(places)
    for turn in range(2 * directions - 1, 0, -1):
        course[:, turn - 1] = course[:, turn] + came[turn, every, course[:, turn]]
    return course[:, directions:]


def _courses(places: FloatArray, ways: NDArray[np.intp]) -> FloatArray:
    """Return the rounds as points, shape (places, directions, 2)."""
    return np.asarray(places[:, None] + _turns()[None] * _radii_px()[ways][:, :, None], np.float64)


def _is_true(course: FloatArray, seen: NDArray[np.int8]) -> bool:
    """Tell whether a round is an ellipse, and that print hides no long part of it.

    Args:
        course: Its points, shape (directions, 2).
        seen: What is seen at each, shape (directions,).
    """
    middle, axes, turned = cv2.fitEllipse(course[seen > 0].astype(np.float32))
    away = course[seen > 0] - np.array(middle)
    cos, sin = np.cos(np.radians(turned)), np.sin(np.radians(turned))
    along = away @ np.array([[cos, -sin], [sin, cos]]) / (np.array(axes) / 2.0)
    off_mm = (np.hypot(*along.T) - 1.0) * sum(axes) / 4.0 / _PX_PER_MM
    step_mm = np.hypot(*(np.roll(course, -1, axis=0) - course).T) / _PX_PER_MM
    hidden_mm = _longest_hidden_mm(seen <= 0, step_mm)
    return bool(np.sqrt(np.mean(off_mm**2)) + _PART_HIDDEN * hidden_mm <= _OFF_MM)


def _longest_hidden_mm(hidden: Mask, step_mm: FloatArray) -> float:
    """Return the longest stretch of a round without ink, but for what it touches in passing.

    Args:
        hidden: Where it meets no ink, shape (directions,).
        step_mm: How long it is there, same shape.
    """
    longest_mm = so_far_mm = met_mm = 0.0
    # Twice around, so that a stretch over the end is whole.
    for is_hidden, mm in zip(2 * hidden.tolist(), 2 * step_mm.tolist(), strict=True):
        if is_hidden:
            so_far_mm, met_mm = so_far_mm + met_mm + mm, 0.0
            longest_mm = max(longest_mm, so_far_mm)
        elif so_far_mm:
            met_mm += mm
            if met_mm >= _TOUCHED_MM:
                so_far_mm = met_mm = 0.0
    return longest_mm


def _within(course: FloatArray, ink: Mask) -> Mask:
    """Return what a round encloses."""
    points = np.rint(course).astype(np.int32)
    return np.asarray(cv2.fillPoly(np.zeros(ink.shape, np.uint8), [points], (1,)) > 0, np.bool_)

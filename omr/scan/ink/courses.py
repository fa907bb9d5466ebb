"""The course of a stroke: the direction in which it reaches farthest, and its slight bow.

In come the places of a stroke's ink; out comes the curve that they lie along. Of a line, straight
or bent once, nearly all ink lies beside it; a cross or a letter has no such course. What was cut,
stamped or set down round lies along a circle instead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """A curve through the plane, in the unit of the places it was laid through.

    Attributes:
        centre: A point of its axis, x and y.
        axes: The directions along and across it, unit vectors in rows, shape (2, 2).
        curve: How far across it lies as a parabola of how far along, the highest power first.
        ends: How far along its first and its last place lie.
    """

    centre: Float64
    axes: Float64
    curve: Float64
    ends: tuple[float, float]

    @property
    def length(self) -> float:
        """How far apart its ends are, along the axis."""
        return self.ends[1] - self.ends[0]

    def along_axis(self, places: Float64) -> tuple[Float64, Float64]:
        """Return how far along the axis places, shape (n, 2), lie, and how far across it."""
        along, across = ((places - self.centre) @ axis for axis in self.axes)
        return along, across

    def along_curve(self, places: Float64) -> tuple[Float64, Float64]:
        """Return how far along places, shape (n, 2), lie, and how far aside of the curve."""
        along, across = self.along_axis(places)
        return along, across - np.vander(along, 3) @ self.curve

    def at(self, along: Float64) -> Float64:
        """Return the places on the curve so far along, beyond its ends too, shape (n, 2)."""
        across = np.vander(along, 3) @ self.curve
        return np.asarray(
            self.centre + np.outer(along, self.axes[0]) + np.outer(across, self.axes[1]),
            dtype=np.float64,
        )


def course_of(places: Float64) -> Course:
    """Lay a course through places, by least squares.

    Args:
        places: x and y, one at least, shape (n, 2).
    """
    centre = places.mean(axis=0)
    # One place alone has any direction. Of many, full matrices would be of their number squared.
    axes = np.linalg.svd(places - centre, full_matrices=len(places) < 2)[2]
    along, across = ((places - centre) @ axis for axis in axes)
    # Not polyfit, which warns on the terminal where two specks are all there is.
    curve = np.linalg.lstsq(np.vander(along, 3), across, rcond=None)[0]
    return Course(centre, axes, curve, (float(along.min()), float(along.max())))


def line_through_most(along: Float64, aside: Float64) -> tuple[float, float]:
    """Return slope and offset of the straight line that most of some places lie on.

    Its slope is the median of those between all pairs of places (Theil 1950, Sen 1968).

    Args:
        along: How far along each place lies, no two the same, shape (n,).
        aside: How far aside, shape (n,).
    """
    first, second = np.triu_indices(len(along), 1)
    slope = float(np.median((aside[second] - aside[first]) / (along[second] - along[first])))
    return slope, float(np.median(aside - slope * along))


def circle_through(points: Float64) -> tuple[float, float, float]:
    """Return middle and radius of the circle through points, shape (n, 2), by least squares.

    It minimises the differences of squared radii (Kasa 1976).
    """
    terms = np.column_stack([points, np.ones(len(points))])
    a, b, c = np.linalg.lstsq(terms, (points**2).sum(axis=1), rcond=None)[0].tolist()
    return a / 2, b / 2, float(np.sqrt(max(c + (a * a + b * b) / 4, 0.0)))

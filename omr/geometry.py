"""Millimetres, rectangles and homographies: the measures every room shares.

All lengths are in millimetres from the top-left corner of the page unless a name
ends in ``_px``. Nothing of ours is imported here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the page, in millimetres from its top-left corner."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Rect:
    """An upright rectangle in millimetres: top-left corner, width, height."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        """The x of the right edge."""
        return self.x + self.w

    @property
    def bottom(self) -> float:
        """The y of the bottom edge."""
        return self.y + self.h

    @property
    def centre(self) -> Point:
        """The middle of the rectangle."""
        return Point(self.x + self.w / 2, self.y + self.h / 2)

    @property
    def area(self) -> float:
        """The area in square millimetres."""
        return self.w * self.h

    def grown(self, margin_mm: float) -> Rect:
        """Return the rectangle grown (or, below zero, shrunk) on all four sides."""
        return Rect(
            self.x - margin_mm,
            self.y - margin_mm,
            self.w + 2 * margin_mm,
            self.h + 2 * margin_mm,
        )

    def shifted(self, dx_mm: float, dy_mm: float) -> Rect:
        """Return the rectangle moved by the given distances."""
        return Rect(self.x + dx_mm, self.y + dy_mm, self.w, self.h)

    def contains(self, point: Point) -> bool:
        """Tell whether a point lies in the rectangle, edges included."""
        return self.x <= point.x <= self.right and self.y <= point.y <= self.bottom

    def intersection(self, other: Rect) -> Rect | None:
        """Return the common part of two rectangles, or None where they are apart."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        if right <= x or bottom <= y:
            return None
        return Rect(x, y, right - x, bottom - y)

    def united(self, other: Rect) -> Rect:
        """Return the smallest rectangle that holds both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        right, bottom = max(self.right, other.right), max(self.bottom, other.bottom)
        return Rect(x, y, right - x, bottom - y)

    def corners(self) -> FloatArray:
        """Return the four corners, clockwise from top left, as a (4, 2) array."""
        return np.array(
            [
                [self.x, self.y],
                [self.right, self.y],
                [self.right, self.bottom],
                [self.x, self.bottom],
            ],
            dtype=np.float64,
        )

    def rounded(self, digits: int = 2) -> tuple[float, float, float, float]:
        """Return ``(x, y, w, h)`` rounded for a file or a message."""
        return (
            round(self.x, digits),
            round(self.y, digits),
            round(self.w, digits),
            round(self.h, digits),
        )


def transform(homography: FloatArray, points: FloatArray) -> FloatArray:
    """Map points through a 3 x 3 homography.

    Args:
        homography: Shape (3, 3).
        points: Shape (n, 2).

    Returns:
        The mapped points, shape (n, 2).
    """
    padded = np.column_stack([points, np.ones(len(points))])
    mapped = padded @ homography.T
    return np.asarray(mapped[:, :2] / mapped[:, 2:3], dtype=np.float64)


def px_to_mm(length_px: float, dpi: float) -> float:
    """Return a length in millimetres at a resolution in dots per inch."""
    return length_px * MM_PER_INCH / dpi


def mm_to_px(length_mm: float, dpi: float) -> float:
    """Return a length in pixels at a resolution in dots per inch."""
    return length_mm * dpi / MM_PER_INCH

"""Maps of the plane, from page millimetres to image pixels, through printed squares.

Shared by ``omr.scan.place.fiducials``, which looks for squares where a map has them, and by
``omr.scan.place.register``, which fits the map.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from omr.geometry import FloatArray, Rect, transform

# A printed square (mark or code) and its corners in the image, clockwise from its top left.
Pair = tuple[Rect, FloatArray]


def points_of(pairs: Sequence[Pair]) -> tuple[FloatArray, FloatArray]:
    """Return the corners of n squares on the page (mm) and in the image (px), each (4 n, 2)."""
    source = np.vstack([rect.corners() for rect, _ in pairs])
    return source, np.vstack([corners for _, corners in pairs])


def similarity(pairs: Sequence[Pair]) -> FloatArray:
    """Return the least-squares similarity (turn, scale, shift) through squares, shape (3, 3)."""
    source, target = points_of(pairs)
    mean_s, mean_t = source.mean(axis=0), target.mean(axis=0)
    s, t = source - mean_s, target - mean_t
    norm = float((s**2).sum())
    a = float((s * t).sum()) / norm
    b = float((s[:, 0] * t[:, 1] - s[:, 1] * t[:, 0]).sum()) / norm
    turn = np.array([[a, -b], [b, a]])
    shift = mean_t - turn @ mean_s
    return np.array([[a, -b, shift[0]], [b, a, shift[1]], [0.0, 0.0, 1.0]])


def homography(source: FloatArray, target: FloatArray) -> FloatArray | None:
    """Return the least-squares homography, shape (3, 3), or None where the points give none.

    Args:
        source: Points on the page in mm, shape (n, 2).
        target: The same in the image in px.
    """
    matrix, _ = cv2.findHomography(source, target, 0)
    return None if matrix is None else np.asarray(matrix, dtype=np.float64)


def error_px(matrix: FloatArray, pairs: Sequence[Pair]) -> float:
    """Return by how many pixels a map misses squares: the mean of each, added up."""
    return sum(
        float(np.abs(transform(matrix, rect.corners()) - corners).mean()) for rect, corners in pairs
    )


def jacobian_at(matrix: FloatArray, x_mm: float, y_mm: float) -> FloatArray:
    """Return the pixels per millimetre along x and y at one place, shape (2, 2)."""
    u, v, w = matrix @ np.array([x_mm, y_mm, 1.0])
    top = matrix[:2, :2] - np.outer([u / w, v / w], matrix[2, :2])
    return np.asarray(top / w, dtype=np.float64)

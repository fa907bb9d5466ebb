"""What is left of a cross whose middle somebody covered: its tips.

In comes the ink in one box; out comes whether it is three or four ends that point at one place
where there is none. Correction fluid as white as the paper leaves nothing else to see.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import FloatArray
from omr.scan.ink.pieces import label_pieces
from omr.scan.place.reference import Mask

# So many ends as large as this, and hardly anything else; one is long if it is so many times as
# long as broad, and points at the place then to so much, in radians.
_ENDS, _END_MM2, _NEARLY_ALL = (3, 4), 0.12, 0.9
_SLENDER, _POINTED = 2.0, np.radians(25.0)
# No ink is nearer to the place than this part of a side, and the ends are on all sides of it. A pen
# that skips leaves gaps in one leg, not in both where they meet.
_BARE, _ROOM = 0.13, np.radians(200.0)


def is_left_of_cross(inside: Mask, side_mm: float, px_per_mm: int) -> bool:
    """Tell the tips of a cross, without its middle, from a mark.

    Args:
        inside: The ink in a box, shape (h, w).
        side_mm: Side of the box.
        px_per_mm: Resolution.
    """
    pieces = label_pieces(inside)
    areas_px = pieces.stats[1:, cv2.CC_STAT_AREA]
    large = 1 + np.flatnonzero(areas_px >= _END_MM2 * px_per_mm**2)
    if not _ENDS[0] <= len(large) <= _ENDS[1]:
        return False
    if areas_px[large - 1].sum() < _NEARLY_ALL * areas_px.sum():
        return False
    ends = [np.argwhere(pieces.labels == number).astype(np.float64) for number in large]
    middles = np.array([end.mean(axis=0) for end in ends])
    axes = [_axis(end) for end in ends]
    place = _met(middles, axes)
    nearest_px = min(float(np.hypot(*(end - place).T).min()) for end in ends)
    if nearest_px < _BARE * side_mm * px_per_mm:
        return False
    away = middles - place
    turned = np.sort(np.arctan2(away[:, 0], away[:, 1]))
    if np.diff(turned, append=turned[0] + 2.0 * np.pi).max() > _ROOM:
        return False
    return all(
        axis is None or _apart(axis, towards) <= _POINTED
        for axis, towards in zip(axes, away, strict=True)
    )


def _axis(end: FloatArray) -> FloatArray | None:
    """Return the direction of a piece, or None where it has none to speak of."""
    spread, axes = np.linalg.eigh(np.cov(end.T))
    slender = float(np.sqrt(spread[1] / max(spread[0], 1e-3)))
    return np.asarray(axes[:, 1], np.float64) if slender >= _SLENDER else None


def _met(middles: FloatArray, axes: list[FloatArray | None]) -> FloatArray:
    """Return the place that lines through pieces are nearest to, else that between them all."""
    normals = [np.eye(2) - np.outer(axis, axis) for axis in axes if axis is not None]
    through = [middle for middle, axis in zip(middles, axes, strict=True) if axis is not None]
    total: NDArray[np.float64] = np.sum(normals, axis=0) if normals else np.zeros((2, 2))
    if len(normals) < 2 or abs(float(np.linalg.det(total))) < 0.1:
        return np.asarray(middles.mean(axis=0), np.float64)
    sought = np.sum([normal @ at for normal, at in zip(normals, through, strict=True)], axis=0)
    return np.asarray(np.linalg.solve(total, sought), np.float64)


def _apart(axis: FloatArray, towards: FloatArray) -> float:
    """Return the angle between two directions, whichever way each points, in radians."""
    cosine = abs(float(axis @ towards)) / max(float(np.hypot(*towards)), 1e-6)
    return float(np.arccos(min(1.0, cosine)))

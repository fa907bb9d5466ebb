"""The grain of paper: tiles of noise, made once, of which every stroke gets its own piece.

A pen meets the same hills and valleys wherever it goes, but two papers never match: a piece is
cut at a place of its own.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]

# A tile is far larger than most strokes, and repeats where one is larger still.
TILE_PX = 1024
# Fine tooth and coarse felt of office paper, in pixels of the pen's own grid: 0.07, 0.25, 1 mm.
_GRAINS = {"tooth": 1.4, "felt": 5.0, "cloud": 22.0}


@lru_cache(maxsize=8)
def tile(kind: str) -> Float32:
    """Return a tile of noise, even between 0 and 1, shape (TILE_PX, TILE_PX).

    Args:
        kind: ``tooth`` (fine), ``felt`` (coarse), ``cloud`` (slow) or ``fibre`` (streaky).
    """
    rng = np.random.default_rng([7, *kind.encode()])
    raw = rng.standard_normal((TILE_PX, TILE_PX)).astype(np.float32)
    return _even(_fibres(raw) if kind == "fibre" else _wrapped_blur(raw, _GRAINS[kind]))


def _fibres(raw: Float32) -> Float32:
    """Short threads lying every way: the same noise drawn out along four directions."""
    total = np.zeros_like(raw)
    for angle in (10.0, 55.0, 100.0, 145.0):
        length = 23
        line = np.zeros((length, length), np.float32)
        turn = np.deg2rad(angle)
        reach = 0.5 * (length - 1)
        ends = [
            (round(reach + side * reach * np.cos(turn)), round(reach + side * reach * np.sin(turn)))
            for side in (-1.0, 1.0)
        ]
        cv2.line(line, ends[0], ends[1], 1.0, 1)
        drawn = cv2.filter2D(np.roll(raw, int(angle) * 3, axis=1), -1, line / line.sum())
        total = np.maximum(total, drawn.astype(np.float32))
    return total


def _wrapped_blur(raw: Float32, sigma_px: float) -> Float32:
    margin = int(4 * sigma_px) + 1
    around = np.pad(raw, margin, mode="wrap")
    blurred = cv2.GaussianBlur(around, (0, 0), sigma_px)
    return np.asarray(blurred[margin:-margin, margin:-margin], dtype=np.float32)


def _even(values: Float32) -> Float32:
    """Spread values evenly over 0 to 1, by their normal distribution."""
    scaled = (values - values.mean()) / values.std()
    # The logistic curve stands in for the normal one; 1.702 makes them nearly the same.
    return np.asarray(1.0 / (1.0 + np.exp(-1.702 * scaled)), dtype=np.float32)


def piece(kind: str, shape: tuple[int, int], rng: np.random.Generator) -> Float32:
    """Cut a piece of a tile at a place of its own, of a shape (height, width)."""
    height, width = shape
    top, left = (int(v) for v in rng.integers(0, TILE_PX, 2))
    whole = tile(kind)
    if top + height <= TILE_PX and left + width <= TILE_PX:
        return whole[top : top + height, left : left + width]
    rows = np.arange(top, top + height) % TILE_PX
    columns = np.arange(left, left + width) % TILE_PX
    return np.asarray(whole[np.ix_(rows, columns)], dtype=np.float32)

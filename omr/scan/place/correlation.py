"""Where a piece of print was found: the peak of its correlation, to a fraction of a pixel."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def peak(
    score: NDArray[np.float32], reach: tuple[int, int]
) -> tuple[float, tuple[float, float], tuple[float, float]]:
    """Return the best correlation, its shift in pixels (x, y), and how sharp it is each way.

    A piece that holds only a straight rule fixes one direction: along the rule the score
    stays flat, and that direction gets no weight.

    Args:
        score: Correlation at each shift, shape (2 * reach y + 1, 2 * reach x + 1).
        reach: Farthest shift along x and y, in pixels.

    Returns:
        The correlation, the shift, and a weight for x and y; 0 where the peak lies at the
        end of the search.
    """
    _, best, _, (x, y) = cv2.minMaxLoc(score)

    def side(position: int, line: NDArray[np.float32]) -> tuple[float, float]:
        last = len(line) - 1
        drop = float(best) - float(max(line[max(position - 3, 0)], line[min(position + 3, last)]))
        if position in (0, last):
            return float(position), 0.0
        before, at, after = (float(v) for v in line[position - 1 : position + 2])
        curve = before - 2 * at + after
        shift = 0.0 if curve >= 0 else 0.5 * (before - after) / curve
        return position + shift, max(drop, 0.0) ** 2

    (px, wx), (py, wy) = side(x, score[y]), side(y, score[:, x])
    return float(best), (px - reach[0], py - reach[1]), (wx, wy)

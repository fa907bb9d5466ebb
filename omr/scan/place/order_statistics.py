"""Medians and quartiles at the cost of their numbers: of many short rows at once, or of tones.

What numpy needs to begin a median is more than what a row of a hundred numbers needs; and of a
picture it sorts all pixels, of which no more than 256 differ. The results are numpy's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray


def medians(rows: Sequence[NDArray[Any]]) -> NDArray[np.float64]:
    """Return the median of each row; those of one length are looked at together.

    Args:
        rows: None of them empty, each of shape (n,).
    """
    lengths = np.array([len(row) for row in rows])
    found = np.zeros(len(rows))
    for length in np.unique(lengths).tolist():
        together = np.stack([row for row in rows if len(row) == length])
        found[lengths == length] = np.median(together, axis=1)
    return found


def upper_quartile(picture: NDArray[np.uint8]) -> float:
    """Return the 75th percentile of a picture, from how often each tone is in it.

    Args:
        picture: Shape (h, w), not empty.
    """
    tones = cv2.calcHist([np.ascontiguousarray(picture)], [0], None, [256], [0, 256]).ravel()
    place, quarters = divmod((picture.size - 1) * 3, 4)
    ends = np.cumsum(tones.astype(np.int64))
    low, high = np.searchsorted(ends, (place, min(place + 1, picture.size - 1)), side="right")
    return int(low) + int(high - low) * quarters / 4

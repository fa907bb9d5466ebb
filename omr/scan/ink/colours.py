"""Ink that has a colour, told from black, grey and dirt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Black and grey take all colours alike but for this share of the most.
_COLOUR = 0.35
# What is at least so bright around some ink is paper.
_PAPER_PERCENT = 75


def is_coloured(own: NDArray[np.uint8], around: NDArray[np.uint8]) -> bool:
    """Tell whether ink takes more of one colour of the paper than of another.

    The light that it takes away is added up, since files keep colours coarsely.

    Args:
        own: Pixels of the ink, or of it and the paper beside, shape (n, 3); (n,) without colours.
        around: Pixels of its surroundings, paper for the most part, shape (m, 3).
    """
    if own.ndim == 1 or not len(own):
        return False
    paper = np.percentile(around, _PAPER_PERCENT, axis=0).clip(1.0)
    lost = (1.0 - own / paper).clip(0.0).sum(axis=0)
    return bool(lost.max() - lost.min() >= _COLOUR * lost.max())

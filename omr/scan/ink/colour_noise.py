"""Colour noise: what compression leaves beside print, dark in one colour and no darker to the eye.

Ink counts in its darkest colour channel, so that pens of all colours are seen alike. A picture
kept with little room holds colours in half the detail of its brightness, and by dark lines they
swing to and fro: on coloured paper, where one channel is weak already, those swings are as dark
there as pale ink. But no ink is dark in one channel and leaves the brightness as it was.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.scan.ink.pieces import label_pieces
from omr.scan.place.reference import Grey, Mask

# The paper's own brightness is looked for within this far: farther than a letter is broad.
_PAPER_MM = 5
# Yellow, the ink that darkens the eye's picture least, does so by 0.11 of what its channel loses;
# pens and pencils do by 0.35 and more. The swings of a file's colours do by 0.05 and less. Outside
# of boxes even yellow is dark in its channel, and never as thin and pale as a hair.
_LEAST_SHARE = 0.15
YELLOWEST = 0.08


def colour_noise(
    faint: Mask,
    darkness: Grey,
    pixels: NDArray[np.uint8],
    px_per_mm: int,
    least_share: float = _LEAST_SHARE,
) -> Mask:
    """Return which pieces of faint ink are noise of the picture's colours.

    Args:
        faint: Thin and pale ink, shape (h, w).
        darkness: Of the darkest channel, relative to the paper, same shape.
        pixels: The flat page, shape (h, w) or (h, w, 3).
        px_per_mm: Its resolution.
        least_share: What ink darkens the eye's picture by, in parts of what its channel loses.

    Returns:
        Those pieces of ``faint``.
    """
    if pixels.ndim == 2 or not faint.any():
        return np.zeros(faint.shape, np.bool_)
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, None, fx=1 / px_per_mm, fy=1 / px_per_mm, interpolation=cv2.INTER_AREA)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((_PAPER_MM, _PAPER_MM), np.uint8))
    pieces = label_pieces(faint)
    rows, columns = np.divmod(pieces.at, faint.shape[1])
    last = paper.shape[0] - 1, paper.shape[1] - 1
    around = paper[
        np.minimum(rows // px_per_mm, last[0]), np.minimum(columns // px_per_mm, last[1])
    ]
    seen = 255 * (1 - grey[rows, columns] / np.maximum(around, 1).astype(np.float64))
    count = len(pieces.stats)
    to_eye = np.bincount(pieces.numbers, seen, count)
    in_channel = np.bincount(pieces.numbers, darkness[rows, columns], count)
    return pieces.chosen(to_eye < least_share * in_channel)

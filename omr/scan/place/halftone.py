"""Scans of black and white dots that stand for grey: told by their dots, and made grey again.

Office scanners and fax modes keep a grey picture as one bit by scattering dots (error diffusion,
dither). The dots of grey paper cling to strokes and print and look like ink; blurred to what they
stand for, the page is an ordinary grey scan with some grain.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

# Of each second column and row so many are looked at first; grey levels show at once.
_PROBE_PX = 16
# Share of the black pixels without a black one above, below or at either side. Dots of grey
# paper are 55 % and more of all black; specks and frayed edges of a hard threshold below 5 %.
_LONE = 0.25
# Least share of all pixels that are such dots: an almost empty page has hardly any black.
_DOTTED = 0.01
# Almost white paper leaves fewer than print has black, but leaves them everywhere: in so many tiles
# each way, where so much of a tile is open, three quarters hold this share of dots. Plain scans in
# black and white hold none in most.
_STREWN, _TILES, _OPEN = 0.0015, 8, 0.2
# Dots of paper as grey as recycled sheets lie some 3 px apart; blurred by half of that they
# leave grain below a twentieth of black, and a pen's line of 0.3 mm keeps three quarters of its
# darkness at 300 dpi.
_BLUR_PX = 1.5


def is_two_level(grey: Pixels) -> bool:
    """Tell whether a picture holds black and white alone, compressed or not."""
    sample = grey[::5, ::5]
    return bool(((sample < 8) | (sample > 247)).mean() > 0.999)


def without_halftone(pixels: Pixels) -> Pixels:
    """Turn a picture of scattered black dots into the grey that they stand for.

    Args:
        pixels: The picture as it came, shape (h, w) or (h, w, 3).

    Returns:
        The same object, unless it is black and white and full of lone dots; else its grey,
        shape (h, w).
    """
    if pixels.ndim != 2 or not _is_halftone(pixels):
        return pixels
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), _BLUR_PX), dtype=np.uint8)


def _is_halftone(grey: Pixels) -> bool:
    """Tell a picture of scattered dots; the middle of the page is looked at."""
    probe = grey[::_PROBE_PX, ::_PROBE_PX]
    if not ((probe == 0) | (probe == 255)).all():
        return False
    height, width = grey.shape
    middle = grey[height // 3 : 2 * height // 3, width // 4 : 3 * width // 4]
    black = (middle == 0).astype(np.uint8)
    beside = cv2.dilate(black, np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], np.uint8))
    dots = np.asarray(cv2.compare(black, beside, cv2.CMP_GT), np.uint8)
    lone = cv2.countNonZero(dots)
    if lone > _LONE * cv2.countNonZero(black) and lone > _DOTTED * black.size:
        return True
    return lone > _STREWN * black.size and _is_strewn(dots, black)


def _is_strewn(dots: Pixels, black: Pixels) -> bool:
    """Tell dots that lie all over the open paper, as almost white paper leaves them, few but even.

    Args:
        dots: 255 where a black pixel has no black neighbour, shape (h, w).
        black: 1 where it is black, same shape.
    """
    shut = cv2.dilate(cv2.bitwise_and(black, cv2.bitwise_not(dots)), np.ones((9, 9), np.uint8))
    size = (_TILES, _TILES)
    open_ = cv2.resize((1 - shut).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    strewn = ((dots > 0) & (shut == 0)).astype(np.float32)
    seen = cv2.resize(strewn, size, interpolation=cv2.INTER_AREA)
    enough = open_ > _OPEN
    if not enough.any():
        return False
    return float(np.percentile(seen[enough] / open_[enough], 25)) > _STREWN

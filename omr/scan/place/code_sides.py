"""Which symbols are printed on the side that was scanned, and which show through the paper.

In come the symbols that were read on a page; out come those of its own side. Print of the other
side is pale beside this side's; on a side without any of its own it is told by being mirrored, as
the quick reader reads mirrored symbols as well, however pale.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from omr.ballot.codes import qr_modules
from omr.geometry import FloatArray
from omr.scan.pages.page_image import Pixels
from omr.scan.place.found_code import FoundCode

# Print of the other side shows through with less than a third of its darkness, through any paper
# that a printer takes.
_SHOWN_THROUGH = 0.4
# Whatever is darker than this, of 255, is printed on this side.
_PALE = 100.0
# Pixels for each module where its darkness is measured.
_MODULE_PX = 4


def on_this_side(grey: Pixels, found: Sequence[FoundCode]) -> tuple[FoundCode, ...]:
    """Return the symbols that are printed on the scanned side of the paper.

    Args:
        grey: Page, shape (h, w).
        found: What was read on it.
    """
    contrasts = [_contrast(grey, code.corners_px) for code in found]
    least = _SHOWN_THROUGH * max(contrasts, default=0.0)
    return tuple(
        code
        for code, contrast in zip(found, contrasts, strict=True)
        if contrast >= least and not (contrast < _PALE and _is_mirrored(grey, code))
    )


def _contrast(grey: Pixels, corners_px: FloatArray) -> float:
    """Return the difference of light and dark within a symbol's bounds."""
    left, top = np.floor(corners_px.min(axis=0)).clip(0).astype(int)
    right, bottom = np.ceil(corners_px.max(axis=0)).astype(int) + 1
    symbol = grey[top:bottom:2, left:right:2]
    if not symbol.size:
        return 0.0
    dark, light = np.percentile(symbol, (10, 90))
    return float(light - dark)


def _is_mirrored(grey: Pixels, code: FoundCode) -> bool:
    """Tell a symbol that is seen from behind, by its modules.

    A mirrored symbol is read with rows and columns changed, from the same corner.
    """
    if code.mask is None:
        return False
    try:
        modules = qr_modules(code.text, code.mask)
    except ValueError:  # no symbol of ours
        return False
    count = len(modules)
    side = count * _MODULE_PX
    square = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    to_square = cv2.getPerspectiveTransform(code.corners_px.astype(np.float32), square)
    seen = cv2.warpPerspective(grey, to_square, (side, side), flags=cv2.INTER_LINEAR)
    small = cv2.resize(seen, (count, count), interpolation=cv2.INTER_AREA)
    darkness = 255.0 - np.asarray(small, np.float64)
    plain, mirrored = (
        float(np.corrcoef(darkness.ravel(), as_seen.ravel())[0, 1])
        for as_seen in (modules, modules.T)
    )
    return mirrored > plain

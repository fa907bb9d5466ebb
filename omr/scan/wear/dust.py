"""Dust: specks all over a page, some of which happen to lie close to each other.

In come the unexplained ink of a page and the places where it gathers; out comes which of them
are specks that met by chance. A stroke that a threshold broke up leaves pieces end to end,
longer than the gaps between them; a word has strokes. On a page that is strewn with specks,
a few of them apart from each other are no more than that.
"""

from __future__ import annotations

import cv2
import numpy as np

from omr.scan.ink.pieces import label_pieces
from omr.scan.place.reference import Mask

# A speck is as small as this and no streak: the longer side is less than twice the shorter.
_SPECK_MM, _ROUND = 1.1, 2.0
# A page is dusty with so many specks, in so many of its quarters of a quarter.
_SPECKS, _CELLS, _FILLED_CELLS = 24, 4, 8
# So few specks meet by chance, and each lies farther than this from the next.
_MEET, _APART_MM = 5, 0.6


class Dust:
    """What is known of the specks of one page."""

    def __init__(self, ink: Mask, px_per_mm: int) -> None:
        """Look at the ink of a page that nothing explains, shape (h, w)."""
        self._scale = px_per_mm
        self._pieces = label_pieces(ink)
        stats = self._pieces.stats
        wide, high = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
        long_, short = np.maximum(wide, high), np.minimum(wide, high)
        # A speck of a few pixels is as long as the grid makes it.
        self._speck = (long_ <= _SPECK_MM * px_per_mm) & (long_ < _ROUND * (short + 1))
        self._speck[0] = False
        self._dusty = self._strewn(ink.shape)

    def _strewn(self, shape: tuple[int, ...]) -> bool:
        stats = self._pieces.stats[self._speck]
        if len(stats) < _SPECKS:
            return False
        rows = stats[:, cv2.CC_STAT_TOP] * _CELLS // shape[0]
        columns = stats[:, cv2.CC_STAT_LEFT] * _CELLS // shape[1]
        return len(set(zip(rows.tolist(), columns.tolist(), strict=True))) >= _FILLED_CELLS

    def is_all(self, area: tuple[slice, slice]) -> bool:
        """Tell whether nothing but dust lies in a window of the page."""
        if not self._dusty:
            return False
        rows, columns = area
        left, top, width, height = (self._pieces.stats[:, k] for k in range(4))
        within = (left < columns.stop) & (left + width > columns.start)
        within &= (top < rows.stop) & (top + height > rows.start)
        within[0] = False
        inside = np.flatnonzero(within)
        if len(inside) > _MEET or not self._speck[inside].all():
            return False
        bounds = self._pieces.stats[inside, :4].astype(np.int64)
        for k, one in enumerate(bounds):
            for other in bounds[k + 1 :]:
                gaps = np.maximum(other[:2] - one[:2] - one[2:], one[:2] - other[:2] - other[2:])
                if float(np.hypot(*np.maximum(gaps, 0))) < _APART_MM * self._scale:
                    return False
        return True

"""Dust: specks all over a page, some of which happen to lie close to each other.

In come the unexplained ink of a page and the places where it gathers; out comes which of them
are specks that met by chance. A stroke that a threshold broke up leaves pieces end to end,
longer than the gaps between them; a word has strokes. On a page that is strewn with specks,
a few of them apart from each other are no more than that. Two alone meet on pages with few as
well: both round, grey and on open paper, farther apart than they are broad, and the paper between
them as clean as beside. A pen that skips leaves ink in between, or several pieces in a row.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.scan.ink.colours import is_coloured
from omr.scan.ink.pieces import label_pieces
from omr.scan.place.reference import Mask, Reference
from omr.scan.place.straighten import FlatPage

# A speck is as small as this and no streak: the longer side is less than twice the shorter.
_SPECK_MM, _ROUND = 1.1, 2.0
# A page is dusty with so many specks, in so many of its quarters of a quarter.
_SPECKS, _CELLS, _FILLED_CELLS = 24, 4, 8
# So few specks meet by chance, and each lies farther than this from the next.
_MEET, _APART_MM = 5, 0.6
# Two that meet on a page with few are no larger than this, fill so much of their bounds, as discs
# of a few pixels do, and lie so far apart, and so many times as far as they are long.
_DOT_MM, _FILLED, _GAP_MM, _TIMES = 0.9, 0.55, 1.2, 1.3
# Of seven specks strewn over a page, two lie within 2.6 mm on one page in a hundred. So many others
# tell such a page, each so far from the two, and at least of this share of the lesser one's area.
_OTHERS, _FAR_MM, _AS_LARGE = 3, 8.0, 0.3
# Nothing is printed around and between them, to this distance: no more of a stroke is hidden.
_OPEN_MM = 0.25
# From so far beside a speck to so far beside the other the paper is looked at, in a band of such a
# breadth, against what lies so far to both its sides. A pale pencil line takes 20 of 255 there.
_SOFT_MM, _BAND_MM, _ASIDE_MM, _CLEAN = 0.4, 0.4, 0.8, 5.0
# The light that a speck takes away is added up so far around it.
_AROUND_MM = 0.6

# So many dots are a row: they leave one line by this, and their gaps differ by no more than this.
_ROW, _ROW_MM, _EVEN = 4, 0.6, 1.7

Bounds = NDArray[np.int64]


class Dust:
    """What is known of the specks of one page."""

    def __init__(self, ink: Mask, flat: FlatPage, reference: Reference) -> None:
        """Look at the specks of a page.

        Args:
            ink: Ink that nothing explains, shape (h, w).
            flat: The page laid flat.
            reference: The page as printed.
        """
        self._flat, self._reference = flat, reference
        self._scale = scale = reference.px_per_mm
        self._pieces = label_pieces(ink)
        stats = self._pieces.stats
        wide, high = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
        long_, short = np.maximum(wide, high), np.minimum(wide, high)
        # A speck of a few pixels is as long as the grid makes it.
        self._speck = (long_ <= _SPECK_MM * scale) & (long_ < _ROUND * (short + 1))
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
        rows, columns = area
        left, top, width, height = (self._pieces.stats[:, k] for k in range(4))
        within = (left < columns.stop) & (left + width > columns.start)
        within &= (top < rows.stop) & (top + height > rows.start)
        within[0] = False
        inside = np.flatnonzero(within)
        if len(inside) > _MEET or not self._speck[inside].all():
            return False
        bounds = self._pieces.stats[inside, :4].astype(np.int64)
        if len(inside) == 2 and self._are_two_dots(inside, bounds):
            return True
        if not self._dusty or _in_a_row(bounds, self._scale):
            return False
        return all(self._is_grey(one) for one in bounds) and all(
            _gap_px(one, other) >= _APART_MM * self._scale
            for k, one in enumerate(bounds)
            for other in bounds[k + 1 :]
        )

    def _are_two_dots(self, two: NDArray[np.intp], bounds: Bounds) -> bool:
        """Tell whether two specks are dots that have nothing to do with each other."""
        areas = self._pieces.stats[two, cv2.CC_STAT_AREA]
        longest = bounds[:, 2:].max()
        if longest > _DOT_MM * self._scale or (areas < _FILLED * bounds[:, 2:].prod(axis=1)).any():
            return False
        if _gap_px(*bounds) < max(_GAP_MM * self._scale, _TIMES * longest):
            return False
        return (
            self._has_others(bounds, float(areas.min()))
            and all(self._is_grey(one) for one in bounds)
            and self._lies_open(bounds)
            and self._is_clean_between(bounds)
        )

    def _has_others(self, bounds: Bounds, area_px: float) -> bool:
        """Tell whether more such specks lie elsewhere on the page."""
        stats = self._pieces.stats
        large = self._speck & (stats[:, cv2.CC_STAT_AREA] >= _AS_LARGE * area_px)
        away = np.hypot(*(stats[large][:, :2] - bounds[:, :2].mean(axis=0)).T)
        return int(np.count_nonzero(away > _FAR_MM * self._scale)) >= _OTHERS

    def _lies_open(self, bounds: Bounds) -> bool:
        """Tell whether no print hides anything around two specks and between them."""
        start = bounds[:, :2].min(axis=0)
        both = np.append(start, (bounds[:, :2] + bounds[:, 2:]).max(axis=0) - start)
        return not self._reference.near_print[_around(both, _OPEN_MM * self._scale)].any()

    def _is_grey(self, bounds: Bounds) -> bool:
        """Tell dirt from coloured ink, where the scan has colour."""
        pixels = self._flat.pixels[_around(bounds, _AROUND_MM * self._scale)]
        own = pixels.reshape(-1, *pixels.shape[2:])
        return not is_coloured(own, own)

    def _is_clean_between(self, bounds: Bounds) -> bool:
        """Tell whether the paper between two specks is no darker than to both sides of the way."""
        one, other = bounds[:, :2] + bounds[:, 2:] / 2
        long_px = float(np.hypot(*(other - one)))
        way = (other - one) / long_px
        ends = bounds[:, 2:].max(axis=1) / 2 + _SOFT_MM * self._scale
        along = np.arange(ends[0], long_px - ends[1])
        if not len(along):
            return False
        aside = np.arange(-_ASIDE_MM * self._scale, _ASIDE_MM * self._scale + 0.1)
        x, y = (
            (one[k] + along[:, None] * way[k] + aside * (-way[1], way[0])[k]).astype(np.float32)
            for k in range(2)
        )
        level = cv2.remap(self._flat.darkness, x, y, cv2.INTER_LINEAR).mean(axis=0)
        within = np.abs(aside) <= _BAND_MM / 2 * self._scale
        return bool(level[within].mean() - level[~within].mean() < _CLEAN)


def _in_a_row(bounds: Bounds, px_per_mm: int) -> bool:
    """Tell dots that somebody set from specks: four and more on one line, evenly spaced."""
    if len(bounds) < _ROW:
        return False
    middles = bounds[:, :2] + bounds[:, 2:] / 2
    axes = np.linalg.svd(middles - middles.mean(axis=0), full_matrices=False)[2]
    along, aside = ((middles - middles.mean(axis=0)) @ axis for axis in axes)
    gaps = np.diff(np.sort(along))
    straight = float(np.ptp(aside)) < _ROW_MM * px_per_mm
    return straight and float(gaps.max()) < _EVEN * float(gaps.min())


def _gap_px(one: Bounds, other: Bounds) -> float:
    """Return how far the bounds of two pieces (left, top, width, height) lie apart."""
    gaps = np.maximum(other[:2] - one[:2] - one[2:], one[:2] - other[:2] - other[2:])
    return float(np.hypot(*np.maximum(gaps, 0)))


def _around(bounds: Bounds, reach_px: float) -> tuple[slice, slice]:
    """Return the window of a piece and so much around it."""
    left, top, width, height = bounds.tolist()
    reach = round(reach_px)
    return (
        slice(max(0, top - reach), top + height + reach),
        slice(max(0, left - reach), left + width + reach),
    )

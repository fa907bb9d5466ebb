"""How dark each spot of a code or mark is against its own kind.

In comes a symbol as it is seen, square on its modules; out comes where ink is upon it, and where
its black is bare. How dark a spot is with so much black around it is learned from the symbol
itself, whatever toner, spread and blur the page has.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.scan.foreign.symbol_place import Symbol, print_of
from omr.scan.place.reference import Grey, Mask, as_bits

# Pixels to a module of half a millimetre: a thin pen's line is two of them wide.
FINE_PX = 5
# Kinds of places: how much black there is within 0.3 mm, and how much within a millimetre, each
# in eight steps. One of the two alone does not tell a corner from an edge.
_NEAR_PX, _AROUND_PX, _STEPS = 3, 9, 8
_KINDS = _STEPS**2
# Of fewer places than this nothing is learned.
_FEW = 30
# Ink is darker than its kind by this much, of 255, and by so many of its deviations.
_OVER, _DEVIATIONS = 38, 4.0
# Paper is open to sight where its kind stays below this share of the darkness of black modules.
_OPEN = 0.5
# Less solid ink than this, in all, is no stroke of 4 mm, be most of it over black.
_LEAST_MM2 = 0.16
# Black is bare where it is lighter than black is by this much, of 255, and so many deviations.
_BARE, _BARE_DEVIATIONS = 60, 4.0


class SymbolInk(NamedTuple):
    """A symbol held against its print, shape (n, n).

    Attributes:
        rise: How much darker each place is than its kind, of 255; less than 0 where lighter.
        over: Where there is ink.
        solid: Where there is ink, without lines of one pixel, which are the fringe of print.
        open_: Where paper is open to sight.
        black: Where there is solid black.
        bare: Where that black is missing.
        px_per_mm: The resolution.
    """

    rise: NDArray[np.int16]
    over: Mask
    solid: Mask
    open_: Mask
    black: Mask
    bare: Mask
    px_per_mm: float


def ink_upon(symbol: Symbol, level: Grey) -> SymbolInk | None:
    """Hold each place of a symbol against its kind.

    Args:
        symbol: What is printed.
        level: Its darkness, square on its modules, ``FINE_PX`` to each, shape (n, n).

    Returns:
        What was found; None where there is hardly any ink, as on nearly every page.
    """
    kinds = _kinds(symbol.modules.tobytes(), len(symbol.modules))
    # Levels two by two: half the work, and the darkness of print varies by more.
    counts = cv2.calcHist([kinds, level], [0, 1], None, [_KINDS, 128], [0, _KINDS, 0, 256])
    amount = counts.sum(axis=1)
    known = np.flatnonzero(amount >= _FEW)
    part = np.cumsum(counts[known], axis=1) / amount[known, None]
    usual, ceiling = np.full(_KINDS, 255), np.full(_KINDS, 255.0)
    usual[known] = _percentile(part, 0.5)
    # Ink only darkens: the lighter half of a kind tells how much it varies by itself.
    varies = usual[known] - _percentile(part, 0.16)
    ceiling[known] = usual[known] + np.maximum(_OVER, _DEVIATIONS * varies)
    solid_black = int(usual[-1])
    is_open = usual < _OPEN * solid_black
    over = level > _of_each(np.where(is_open, ceiling, 255), kinds)
    solid = cv2.morphologyEx(as_bits(over), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    px_per_mm = FINE_PX / symbol.module_mm
    if np.count_nonzero(solid) < _LEAST_MM2 * px_per_mm**2:
        return None
    bare_by = max(_BARE, _BARE_DEVIATIONS * (int(_percentile(part[-1:], 0.84)[0]) - solid_black))
    black = np.asarray(kinds == _KINDS - 1, np.bool_)
    return SymbolInk(
        rise=level.astype(np.int16) - _of_each(usual, kinds),
        over=over,
        solid=solid.view(np.bool_),
        open_=_of_each(is_open, kinds) > 0,
        black=black,
        bare=black & (level < max(0, solid_black - bare_by)),
        px_per_mm=px_per_mm,
    )


@lru_cache(maxsize=64)
def _kinds(modules: bytes, count: int) -> Grey:
    """Return the kinds of a symbol's places; marks are the same on each page."""
    sharp = print_of(np.frombuffer(modules, np.bool_).reshape(count, count), FINE_PX)
    near, around = (
        np.asarray(cv2.blur(sharp, (side, side)), np.uint8) >> 5 for side in (_NEAR_PX, _AROUND_PX)
    )
    return np.asarray(near * np.uint8(_STEPS) + around, np.uint8)


def _percentile(part: NDArray[np.floating], share: float) -> NDArray[np.intp]:
    """Return the darkness below which such a share of each kind lies."""
    return np.asarray(2 * (part < share).sum(axis=1), np.intp)


def _of_each(values: NDArray[np.generic], kinds: Grey) -> Grey:
    """Return for each place the value of its kind."""
    table = np.zeros(256, np.uint8)
    table[:_KINDS] = np.clip(np.asarray(values, np.float64), 0, 255)
    return np.asarray(cv2.LUT(kinds, table), np.uint8)

"""Straight runs of ink over a code or a registration mark, seen between its black modules."""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import FloatArray
from omr.scan.foreign.symbol_ink import FINE_PX, SymbolInk
from omr.scan.foreign.symbol_place import QUIET
from omr.scan.ink.pieces import label_pieces
from omr.scan.place.reference import as_bits

Value = TypeVar("Value", np.bool_, np.int16)

# The straight part of a stroke of 4 mm with a bow: so long, and inked wherever paper shows.
_RUN_MM, LONGEST_MM, _INKED = 2.6, 4.6, 0.85
# Within the symbol so much of it is seen, over more than a speck of dust of 1.1 mm.
_SHOWN_MM, _SPAN_MM = 1.0, 1.3
# Black hides no more of it at a time than this.
_HIDDEN_MM = 2.0
# Places along a run, 0.1 mm apart; squares in which ink has ends of its own; and how many ends
# are tried against each other, at most.
_PLACES, _SQUARE_MM, _MOST_ENDS = 48, 1.5, 400


class Runs(NamedTuple):
    """Straight runs from end to end, shape (k, 2) each, in pixels of a symbol or in mm."""

    start: FloatArray
    end: FloatArray

    def chosen(self, keep: NDArray[np.bool_]) -> Runs:
        """Return some of them."""
        return Runs(self.start[keep], self.end[keep])

    def lengths(self) -> FloatArray:
        """Return how long each is, shape (k,)."""
        return np.asarray(np.hypot(*(self.end - self.start).T), np.float64)

    def along(self, picture: NDArray[Value], aside_px: float = 0.0) -> NDArray[Value]:
        """Return a picture's values along each run, or along a line beside it.

        Args:
            picture: Of the symbol, shape (n, n).
            aside_px: How far beside it.

        Returns:
            The values, shape (k, places).
        """
        way = self.end - self.start
        normal = np.column_stack([-way[:, 1], way[:, 0]]) / self.lengths()[:, None]
        share = np.linspace(0, 1, _PLACES)[None, :, None]
        at = (self.start + aside_px * normal)[:, None] + share * way[:, None]
        x, y = np.rint(at).astype(int).clip(0, len(picture) - 1).transpose(2, 0, 1)
        return np.asarray(picture[y, x], picture.dtype)


_NONE = Runs(np.zeros((0, 2)), np.zeros((0, 2)))


def runs_of_ink(seen: SymbolInk) -> Runs:
    """Find the runs that are inked wherever paper shows along them.

    Args:
        seen: The symbol held against its print.
    """
    ends = _ends(seen)
    first, second = np.triu_indices(len(ends), 1)
    runs = Runs(ends[first], ends[second])
    length_mm = runs.lengths() / seen.px_per_mm
    runs = runs.chosen((length_mm >= _RUN_MM) & (length_mm <= LONGEST_MM))
    if not len(runs.start):
        return _NONE
    near = cv2.dilate(as_bits(seen.over), np.ones((3, 3), np.uint8)).view(np.bool_)
    own = np.zeros(near.shape, np.bool_)
    edge = QUIET * FINE_PX
    own[edge:-edge, edge:-edge] = True
    room, inked, within = (runs.along(mask) for mask in (seen.open_, near & seen.open_, near & own))
    within &= inked
    length_mm = runs.lengths() / seen.px_per_mm
    shown = within.mean(axis=1) * length_mm
    span = (_PLACES - within.argmax(axis=1) - within[:, ::-1].argmax(axis=1)) / _PLACES * length_mm
    whole = inked.sum(axis=1) >= _INKED * np.maximum(room.sum(axis=1), 1)
    hidden = _longest_gap(inked) / _PLACES * length_mm
    return runs.chosen(whole & (shown >= _SHOWN_MM) & (span >= _SPAN_MM) & (hidden <= _HIDDEN_MM))


def _longest_gap(shown: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the longest stretch of each row that is not shown."""
    place = np.arange(shown.shape[1])
    last = np.maximum.accumulate(np.where(shown, place, -1), axis=1)
    return np.asarray((place - last).max(axis=1), np.intp)


def _ends(seen: SymbolInk) -> FloatArray:
    """Return the outermost pixels of each piece of ink in each square, x and y, shape (k, 2).

    A run ends where its ink does, or, of a longer stroke, anywhere.
    """
    pieces = label_pieces(seen.solid)
    side = max(1, round(_SQUARE_MM * seen.px_per_mm))
    size = len(seen.solid)
    y, x = np.divmod(pieces.at, size)
    part = (pieces.numbers.astype(np.int64) * size + y // side) * size + x // side
    picked: set[int] = set()
    for values in (x, -x, y, -y):
        order = np.lexsort((values, part))
        picked.update(order[np.flatnonzero(np.diff(part[order], prepend=-1))].tolist())
    at = np.array(sorted(picked), np.int64)
    step = -(-len(at) // _MOST_ENDS)
    at = at[:: max(step, 1)]
    return np.column_stack([x[at], y[at]]).astype(np.float64)

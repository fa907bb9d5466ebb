"""Connected pieces of a mask: numbered, counted and bounded at the cost of their ink alone.

A page is some four million pixels, few of them ink. OpenCV's labels and statistics weigh
every pixel, the paper's too; here only the runs of ink along each row are looked at, and
what is kept is a list of the ink's pixels. Numbers and statistics are the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import Rect
from omr.scan.place.reference import Mask, Places, as_bits, where

Labels = NDArray[np.int32]

# Up to this many pixels OpenCV is done before a list of runs is drawn up.
_SMALL_PX = 20_000
_SIDES: tuple[Literal["left"], Literal["right"]] = ("left", "right")


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """The connected pieces of a mask, each pixel joined to its eight neighbours.

    Attributes:
        shape: Of the mask, (h, w).
        at: Where its pixels are: row * w + column of each, in order, shape (k,).
        numbers: To which piece each of them belongs, from 1, shape (k,).
        stats: Per number left, top, width, height and area in px, columns as OpenCV's
            ``CC_STAT_*``, shape (n, 5). Row 0 holds the whole picture and what is off the mask.
    """

    shape: tuple[int, ...]
    at: Places
    numbers: Labels
    stats: Labels

    @property
    def labels(self) -> Labels:
        """Number of the piece at each pixel, 0 off the mask, shape (h, w)."""
        labels = np.zeros(self.shape, np.int32)
        labels.ravel()[self.at] = self.numbers
        return labels

    def chosen(self, keep: NDArray[np.bool_]) -> Mask:
        """Return the pixels of the pieces that are kept.

        Args:
            keep: Whether to keep each number, shape (n,); the first is ignored.
        """
        out = np.zeros(self.shape, np.bool_)
        if keep[1:].any():
            out.ravel()[self.at[keep[self.numbers]]] = True
        return out

    def shapes(self, keep: NDArray[np.bool_]) -> Iterator[tuple[int, tuple[slice, slice], Mask]]:
        """Yield the number of each piece that is kept, its window and where it is within.

        Args:
            keep: Whether to keep each number, shape (n,); the first is ignored.
        """
        kept = keep[self.numbers]
        numbers = self.numbers[kept]
        order = np.argsort(numbers, kind="stable")
        rows, columns = np.divmod(self.at[kept][order], self.shape[1])
        wanted = np.flatnonzero(keep[1:]) + 1
        begins, ends = (np.searchsorted(numbers[order], wanted, side) for side in _SIDES)
        for number, begin, end in zip(wanted.tolist(), begins, ends, strict=True):
            left, top, width, height = self.stats[number, :4].tolist()
            shape = np.zeros((height, width), np.bool_)
            shape[rows[begin:end] - top, columns[begin:end] - left] = True
            yield number, (slice(top, top + height), slice(left, left + width)), shape

    def count(self, within: Mask) -> NDArray[np.int64]:
        """Return how many pixels of each piece a mask holds, shape (n,)."""
        return np.bincount(self.numbers[within.ravel()[self.at]], minlength=len(self.stats))


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One connected part of a mask.

    Attributes:
        area: The window of the mask that bounds it (rows, columns).
        shape: Where it is within that window.
        rect: The window in mm.
        area_mm2: How much of the window it covers.
    """

    area: tuple[slice, slice]
    shape: Mask
    rect: Rect
    area_mm2: float


def label_pieces(mask: Mask) -> Pieces:
    """Number the connected pieces of a mask from the top down.

    Args:
        mask: Shape (h, w).
    """
    at = where(mask)
    if at.size == 0:
        stats = np.array([[0, 0, mask.shape[1], mask.shape[0], mask.size]], np.int32)
        return Pieces(mask.shape, at, np.zeros(0, np.int32), stats)
    if mask.size <= _SMALL_PX:
        _, labels, found, _ = cv2.connectedComponentsWithStats(
            as_bits(mask), None, None, None, 8, cv2.CV_32S
        )
        stats = np.asarray(found, dtype=np.int32)
        stats[0] = 0, 0, mask.shape[1], mask.shape[0], mask.size - at.size
        return Pieces(mask.shape, at, np.asarray(labels, np.int32).ravel()[at], stats)
    return _label_runs(at, mask.shape)


def _label_runs(at: Places, shape: tuple[int, ...]) -> Pieces:
    """Number the pieces of a page by the runs of ink in its rows."""
    height, width = shape
    row_of = at // width
    begins = np.ones(len(at), np.bool_)
    begins[1:] = (np.diff(at) != 1) | (np.diff(row_of) != 0)
    first = np.flatnonzero(begins)
    length = np.diff(np.append(first, len(at)))
    rows = row_of[first]
    left = at[first] - rows * width
    right = left + length
    roots = _roots(rows * (width + 2), left, right, width + 2)
    # OpenCV goes through a picture in squares of two by two; numbers follow each piece's first.
    square = (rows >> 1) * width + (left >> 1)
    foremost = np.full(len(rows), height * width, np.int64)
    np.minimum.at(foremost, roots, square)
    heads = np.flatnonzero(roots == np.arange(len(roots)))
    heads = heads[np.argsort(foremost[heads])]
    count = len(heads) + 1
    number_of = np.zeros(len(rows), np.int32)
    number_of[heads] = np.arange(1, count)
    numbers = number_of[roots]
    low = np.full((2, count), max(height, width), np.int64)
    high = np.zeros((2, count), np.int64)
    np.minimum.at(low[0], numbers, left)
    np.minimum.at(low[1], numbers, rows)
    np.maximum.at(high[0], numbers, right)
    np.maximum.at(high[1], numbers, rows + 1)
    stats = np.zeros((count, 5), np.int32)
    stats[0] = 0, 0, width, height, height * width - len(at)
    stats[1:, :2] = low[:, 1:].T
    stats[1:, 2:4] = (high - low)[:, 1:].T
    # Sums of whole numbers below 2**53 are exact in floating point.
    stats[1:, 4] = np.bincount(numbers, weights=length, minlength=count)[1:]
    return Pieces(shape, at, np.repeat(numbers, length), stats)


def _roots(row_keys: Places, left: Places, right: Places, stride: int) -> Places:
    """Return for each run the first run of its piece.

    Args:
        row_keys: Row of each run, times ``stride``; runs are in order.
        left, right: Where each begins, and ends (exclusive).
        stride: More than any run's end, so that keys of rows do not overlap.
    """
    # Runs of the next row touch a run, corners too, that end no earlier than it begins.
    below = row_keys + stride
    start = np.searchsorted(row_keys + right, below + left)
    stop = np.searchsorted(row_keys + left, below + right, side="right")
    touching = np.maximum(stop - start, 0)
    upper = np.repeat(np.arange(len(left)), touching)
    lower = np.arange(len(upper)) + np.repeat(start - np.cumsum(touching) + touching, touching)
    roots = np.arange(len(left))
    while True:
        above, beneath = roots[upper], roots[lower]
        apart = above != beneath
        if not apart.any():
            return roots
        upper, lower, above, beneath = (v[apart] for v in (upper, lower, above, beneath))
        # Later roots are hung below earlier ones; of several links the next round ties the rest.
        roots[np.maximum(above, beneath)] = np.minimum(above, beneath)
        while True:
            further = roots[roots]
            if np.array_equal(further, roots):
                break
            roots = further


def parts(mask: Mask, px_per_mm: float) -> Iterator[Part]:
    """Yield each connected part of a mask, from the top down.

    Args:
        mask: Shape (h, w).
        px_per_mm: Its resolution.
    """
    pieces = label_pieces(mask)
    for number, window, shape in pieces.shapes(np.ones(len(pieces.stats), np.bool_)):
        left, top, width, height, area = pieces.stats[number].tolist()
        rect = Rect(left / px_per_mm, top / px_per_mm, width / px_per_mm, height / px_per_mm)
        yield Part(window, shape, rect, area / px_per_mm**2)

"""Where exactly a code or a registration mark lies on the flat page: its own modules tell.

The flat page is right to a tenth of a millimetre as a rule, but no print around a code holds it
there, and what is read in modules of half a millimetre needs better. What is printed is known
module by module; it is laid on what is seen in one or two steps of Lucas and Kanade.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.ballot.codes import QR_MODULES
from omr.geometry import FloatArray, Rect
from omr.scan.ink.ink_map import InkMap
from omr.scan.place.reference import Grey, Mask, Reference, as_bits

Float32 = NDArray[np.float32]

# A registration mark has six cells each way, border included, of twice the size of a module.
_MARK_CELLS = 6
# So many modules of white around a symbol are looked at too: 1.7 mm of the 2.3 mm that a reader
# of codes needs. Of a stroke of 4 mm that runs out of a symbol, at least 2.6 mm then lie either
# within here or where it is plain ink.
QUIET = 3
# Pixels to a module where the place is measured, and a scanner's blur there, about 0.17 mm.
_COARSE_PX, _BLUR_PX = 2, 0.6
# The place is measured on so many pieces each way; the map through them may turn, stretch, shear.
_PIECES = 4
# What was off by more than so much of a module is measured once more: 0.06 mm.
_OFF = 0.1
_STEPS = 3
# A closer look lays what lies within so many modules around a place by itself, in so many steps
# of at most so much of a module; with less than this share of the usual edges it is left alone.
_AROUND, _CLOSE_STEPS, _MOST, _FAINT_EDGES = 2.5, 2, 0.3, 0.01
# Below this correlation with what is printed nothing is there to be seen: torn, crumpled, blotted.
_SEEN = 0.6


class Symbol(NamedTuple):
    """A printed code or registration mark.

    Attributes:
        rect: Its outer edge on the page.
        modules: True where one is black, shape (n, n).
        placed: Whether the page was brought into place by it.
    """

    rect: Rect
    modules: Mask
    placed: bool

    @property
    def module_mm(self) -> float:
        """The edge of a module."""
        return self.rect.w / len(self.modules)


class _Slopes(NamedTuple):
    """The print of a symbol in coarse pixels, shape (n, n), and what of it tells its place.

    Attributes:
        soft: 1 black to 0 white, with a scanner's blur.
        across, down: How it changes.
        pull: The means of these squared, in each piece: across, both, down; shape (3, k).
        fit: From the pieces' shifts to the map that fits them best, shape (3, k).
    """

    soft: Float32
    across: Float32
    down: Float32
    pull: Float32
    fit: FloatArray


def symbols(reference: Reference, ink: InkMap) -> Iterator[Symbol]:
    """Yield the codes and registration marks of a page.

    Args:
        reference: The page as printed.
        ink: Its ink, which holds what is printed in this ballot's codes.
    """
    layout, scale = reference.layout, reference.px_per_mm
    for rect in layout.codes:
        yield Symbol(rect, _modules(rect, QR_MODULES, ink.printed, scale), False)
    for mark in layout.fiducials:
        cells = _modules(mark.rect, _MARK_CELLS, ink.printed, scale)
        yield Symbol(mark.rect, np.repeat(np.repeat(cells, 2, axis=0), 2, axis=1), True)


def _modules(rect: Rect, count: int, printed: Mask, px_per_mm: int) -> Mask:
    """Return which modules of a symbol are black."""
    middles = (np.arange(count) + 0.5) / count
    ys = ((rect.y + middles * rect.h) * px_per_mm).astype(int)
    xs = ((rect.x + middles * rect.w) * px_per_mm).astype(int)
    return np.asarray(printed[np.ix_(ys, xs)], np.bool_)


def expected_place(symbol: Symbol, px_per_mm: int) -> FloatArray:
    """Return the map from modules to the page's pixels as they were printed, shape (2, 3)."""
    size, left, top = (v * px_per_mm for v in (symbol.module_mm, symbol.rect.x, symbol.rect.y))
    return np.array([[size, 0.0, left], [0.0, size, top]])


def place_of(symbol: Symbol, darkness: Grey, px_per_mm: int) -> FloatArray | None:
    """Measure where a symbol lies.

    Args:
        symbol: What is printed.
        darkness: Of the page, shape (h, w).
        px_per_mm: Its resolution.

    Returns:
        The map from modules, counted from the symbol's outer corner, to the page's pixels, shape
        (2, 3); None where the symbol is not seen.
    """
    place = expected_place(symbol, px_per_mm)
    slopes = _slopes(symbol.modules.tobytes(), len(symbol.modules))
    for _ in range(_STEPS):
        seen = look_at(symbol, place, darkness, _COARSE_PX).astype(np.float32)
        off, likeness = _off(seen, slopes)
        if likeness < _SEEN:
            return None
        step = _step(off, slopes)
        turn = np.eye(2) + step[:, :2]
        place = np.column_stack([place[:, :2] @ turn, place[:, :2] @ step[:, 2] + place[:, 2]])
        if np.abs(step @ (len(symbol.modules) / 2, len(symbol.modules) / 2, 1.0)).max() < _OFF:
            break
    return place


def look_at(symbol: Symbol, place: FloatArray, darkness: Grey, side_px: int) -> Grey:
    """Return a symbol and the white around it as they are seen, square on its modules.

    Args:
        symbol: What is printed.
        place: From modules to the page's pixels, shape (2, 3).
        darkness: Of the page, shape (h, w).
        side_px: Pixels to a module.
    """
    size = (len(symbol.modules) + 2 * QUIET) * side_px
    # Pixel centres lie half a pixel in, here and on the page.
    first = place[:, :2].sum(axis=1) * (0.5 / side_px - QUIET) + place[:, 2] - 0.5
    to_page = np.column_stack([place[:, :2] / side_px, first])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    edge = cv2.BORDER_REPLICATE
    seen = cv2.warpAffine(darkness, to_page, (size, size), flags=flags, borderMode=edge)
    return np.asarray(seen, np.uint8)


def look_closely(symbol: Symbol, place: FloatArray, darkness: Grey, side_px: int) -> Grey:
    """Return the same with each few modules laid on their own: feeds slip, paper crumples.

    Args:
        symbol: What is printed.
        place: From modules to the page's pixels, shape (2, 3).
        darkness: Of the page, shape (h, w).
        side_px: Pixels to a module.
    """
    count = len(symbol.modules)
    slopes = _slopes(symbol.modules.tobytes(), count)
    xx, xy, yy = (
        _around(a * b)
        for a, b in (
            (slopes.across, slopes.across),
            (slopes.across, slopes.down),
            (slopes.down, slopes.down),
        )
    )
    # Where there are hardly any edges, what is seen stays where it is.
    least = _FAINT_EDGES * float(xx.mean() + yy.mean())
    xx, yy = xx + least, yy + least
    shape = (*slopes.soft.shape, 2)
    moved = np.zeros(shape, np.float32)
    for _ in range(_CLOSE_STEPS):
        spots = _spots(place, count, moved, _COARSE_PX)
        seen = cv2.remap(darkness, *spots, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        off, _ = _off(seen.astype(np.float32), slopes)
        off = np.clip(off, np.float32(-0.5), np.float32(0.5))
        ex, ey = _around(off * slopes.across), _around(off * slopes.down)
        step = np.dstack([xy * ey - yy * ex, xy * ex - xx * ey]) / (xx * yy - xy * xy)[..., None]
        moved += (step / _COARSE_PX).clip(-_MOST, _MOST)
    spots = _spots(place, count, moved, side_px)
    closely = cv2.remap(darkness, *spots, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(closely, np.uint8)


def _around(picture: Float32) -> Float32:
    """Return the mean of a picture around each place."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), _AROUND * _COARSE_PX), np.float32)


def _spots(place: FloatArray, count: int, moved: Float32, side_px: int) -> tuple[Float32, Float32]:
    """Return the place on the page, x and y, of each pixel of a symbol that is bent."""
    size = (count + 2 * QUIET) * side_px
    bent = cv2.resize(moved, (size, size), interpolation=cv2.INTER_LINEAR)
    middles = (np.arange(size, dtype=np.float32) + np.float32(0.5)) / side_px - QUIET
    x, y = bent[..., 0] + middles, bent[..., 1] + middles[:, None]
    (a, b, c), (d, e, f) = place.astype(np.float32)
    half = np.float32(0.5)
    return a * x + b * y + (c - half), d * x + e * y + (f - half)


def print_of(modules: Mask, side_px: int) -> Grey:
    """Return what is printed, 255 black to 0 white, with so many pixels to a module."""
    whole = np.pad(as_bits(modules) * np.uint8(255), QUIET)
    size = (len(whole) * side_px,) * 2
    return np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_NEAREST), np.uint8)


@lru_cache(maxsize=64)
def _slopes(modules: bytes, count: int) -> _Slopes:
    """Return what of a symbol's print tells its place; marks are the same on each page."""
    cells = np.frombuffer(modules, np.bool_).reshape(count, count)
    sharp = print_of(cells, _COARSE_PX).astype(np.float32) / np.float32(255)
    soft = np.asarray(cv2.GaussianBlur(sharp, (5, 5), _BLUR_PX), np.float32)
    across, down = (
        np.asarray(cv2.Sobel(soft, cv2.CV_32F, dx, 1 - dx, scale=1 / 8), np.float32)
        for dx in (1, 0)
    )
    xx, xy, yy = (_in_pieces(a * b) for a, b in ((across, across), (across, down), (down, down)))
    middles = (np.arange(_PIECES) + 0.5) * (count + 2 * QUIET) / _PIECES - QUIET
    x, y = np.meshgrid(middles, middles)
    # Pieces without edges in one of the directions say nothing.
    weight = np.sqrt(np.minimum(xx, yy)).astype(np.float64)
    base = np.column_stack([x.ravel(), y.ravel(), np.ones(_PIECES**2)]) * weight[:, None]
    fit = np.linalg.solve(base.T @ base + 1e-9 * np.eye(3), base.T * weight)
    pull = np.stack([xx, xy, yy])
    return _Slopes(soft, across, down, pull, np.asarray(fit, np.float64))


def _in_pieces(picture: Float32) -> Float32:
    """Return the mean of a picture in each piece, row by row."""
    shares = _shares(len(picture))
    return np.asarray(shares @ picture @ shares.T, np.float32).ravel()


@lru_cache(maxsize=4)
def _shares(size: int) -> Float32:
    """Return each pixel's share in the mean of each piece along one side, shape (pieces, size)."""
    edges = np.linspace(0, size, _PIECES + 1)[:, None]
    inside = np.clip(edges[1:] - np.arange(size), 0, 1) - np.clip(
        edges[:-1] - np.arange(size), 0, 1
    )
    return np.asarray(inside * (_PIECES / size), np.float32)


def _off(seen: Float32, slopes: _Slopes) -> tuple[Float32, float]:
    """Return what is seen less what is printed, as a share of black, and their correlation."""
    level, spread = (v.item() for v in cv2.meanStdDev(seen))
    own_level, own_spread = (v.item() for v in cv2.meanStdDev(slopes.soft))
    both = float(np.vdot(seen, slopes.soft)) / seen.size - level * own_level
    gain = own_spread / max(spread, 1.0)
    off = seen * np.float32(gain) - slopes.soft - np.float32(level * gain - own_level)
    return off, both / max(spread * own_spread, 1e-3)


def _step(off: Float32, slopes: _Slopes) -> FloatArray:
    """Return how far each place lies off, as a map of modules, shape (2, 3)."""
    # A stroke, which is print's neighbour by chance, pulls no harder than print half off.
    off = np.clip(off, np.float32(-0.5), np.float32(0.5))
    xx, xy, yy = slopes.pull
    ex, ey = _in_pieces(off * slopes.across), _in_pieces(off * slopes.down)
    moved = np.stack([xy * ey - yy * ex, xy * ex - xx * ey]) / (xx * yy - xy * xy + 1e-9)
    return np.asarray((moved.clip(-1, 1) / _COARSE_PX) @ slopes.fit.T, np.float64)

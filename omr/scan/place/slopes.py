"""Where the pieces of print lie, all at once, from the slopes of their brightness.

Print that is a little off its place is darker than expected on one side of each of its lines and
lighter on the other. How much, against the slope of the brightness there, tells the shift of a
piece of print in both directions, without trying one place after another (Lucas and Kanade,
1981). It holds for shifts within the width of a blurred line, some tenths of a millimetre;
``omr.scan.place.tiles`` searches farther, for many times the work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.scan.place.reference import Grey, Reference
from omr.scan.place.tiles import Tiles
from omr.scan.settings import ReaderSettings

Float32 = NDArray[np.float32]

# A pixel says no more than that its print is off by this, in coarse pixels: ink of other making
# would else outvote the print around it. Half a millimetre, twice the spread of a blurred line.
_MOST_PX = 2.0
# What keeps a piece that holds a straight rule alone from being shifted along it.
_STIFFNESS = 0.01
# Dark pixels (64 of 255) that a piece of print must hold, as where pieces are searched.
_LEAST_DARK, _LEAST_PIXELS = 64, 40
# Distance in pixels at which ``omr.scan.place.correlation`` asks how sharply a place is known.
_SIDE_PX = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class _Slopes:
    """What a reference brings along; sums are those of each tile, shape (rows, columns).

    Attributes:
        expected: Its coarse darkness, padded to whole cells.
        across, down: Slope of the darkness per pixel, in x and y.
        most: Largest difference that a shift may make.
        held: Whether a tile holds enough print.
        pixels: How many pixels each tile has.
    """

    expected: Float32
    across: Float32
    down: Float32
    most: Float32
    held: NDArray[np.bool_]
    pixels: Float32
    sum_expected: Float32
    sum_squares: Float32
    sum_across: Float32
    sum_down: Float32
    across_across: Float32
    across_down: Float32
    down_down: Float32


@lru_cache(maxsize=4)  # a stack goes on with the same pages; each takes 16 MB
def _slopes(reference: Reference, cell_px: int) -> _Slopes:
    coarse = reference.coarse.astype(np.float32)
    expected = _padded(coarse, cell_px)
    across = np.asarray(cv2.filter2D(expected, -1, np.array([[-0.5, 0.0, 0.5]])), np.float32)
    down = np.asarray(cv2.filter2D(expected, -1, np.array([[-0.5], [0.0], [0.5]])), np.float32)
    dark = (expected > _LEAST_DARK).astype(np.float32)
    return _Slopes(
        expected=expected,
        across=across,
        down=down,
        most=np.asarray(_MOST_PX * cv2.magnitude(across, down), np.float32),
        held=_tile_sums(dark, cell_px) >= _LEAST_PIXELS,
        pixels=_tile_sums(_padded(np.ones_like(coarse), cell_px), cell_px),
        sum_expected=_tile_sums(expected, cell_px),
        sum_squares=_tile_sums(expected * expected, cell_px),
        sum_across=_tile_sums(across, cell_px),
        sum_down=_tile_sums(down, cell_px),
        across_across=_tile_sums(across * across, cell_px),
        across_down=_tile_sums(across * down, cell_px),
        down_down=_tile_sums(down * down, cell_px),
    )


def measure_slopes(page: Grey, reference: Reference, settings: ReaderSettings) -> Tiles:
    """Measure how far each tile of the reference lies from its place on the page.

    Args:
        page: Darkness at ``coarse_px_per_mm``, blurred.
        reference: The page as printed.
        settings: The reader's numbers.

    Returns:
        Shifts of a few tenths of a millimetre, and the correlation that a tile has with the
        page once its shift is undone.
    """
    scale = settings.coarse_px_per_mm
    cell_px = round(settings.tile_mm / 2 * scale)
    known = _slopes(reference, cell_px)
    seen = _padded(page.astype(np.float32), cell_px)

    def brightness(band: slice) -> tuple[Float32, ...]:
        own = seen[band]
        return own, own * own, own * known.expected[band]

    total, squares, common = _sums_by_bands(brightness, seen.shape, cell_px)
    count = np.maximum(known.pixels, 1.0)
    spread = known.sum_squares - known.sum_expected**2 / count  # of the expected darkness
    seen_spread = np.maximum(squares - total**2 / count, 1.0)
    gain = (common - total * known.sum_expected / count) / np.maximum(spread, 1.0)
    sure = known.held & (gain > 0.05)
    usual = float(np.median(gain[sure])) if sure.any() else 1.0

    def differences(band: slice) -> tuple[Float32, ...]:
        most = np.float32(usual) * known.most[band]
        free = seen[band] - np.float32(usual) * known.expected[band]
        held = np.maximum(np.minimum(free, most), -most)
        return held, held * known.across[band], held * known.down[band]

    difference, times_across, times_down = _sums_by_bands(differences, seen.shape, cell_px)
    # Paper that is darker or lighter all over a tile is no shift.
    level = difference / count
    along_x = -times_across + level * known.sum_across
    along_y = -times_down + level * known.sum_down
    stiff = _STIFFNESS * (known.across_across + known.down_down) + 1.0
    a, b, c = known.across_across + stiff, known.across_down, known.down_down + stiff
    scaled = usual * (a * c - b * b)
    x_px, y_px = (c * along_x - b * along_y) / scaled, (a * along_y - b * along_x) / scaled
    # What the shifts do not explain of the difference is what the correlation lacks.
    left = seen_spread - 2 * gain * (common - total * known.sum_expected / count) + gain**2 * spread
    left -= gain * (x_px * along_x + y_px * along_y)
    match = np.sqrt(np.clip(1 - left / seen_spread, 0.0, 1.0)) * (gain > 0)
    match = np.where(known.held, match, np.nan).astype(np.float32)
    offsets = np.dstack([x_px, y_px]).astype(np.float32) / scale
    believed = known.held & (match >= settings.tile_match)
    slopes = np.dstack([known.across_across, known.down_down])
    drop = np.minimum(1.0, 0.5 * _SIDE_PX**2 * slopes / np.maximum(spread, 1.0)[..., None])
    weights = np.where(believed[..., None], (match[..., None] * drop) ** 2, 0.0).astype(np.float32)
    return Tiles(np.where(believed[..., None], offsets, 0.0).astype(np.float32), weights, match)


def _padded(picture: Float32, cell_px: int) -> Float32:
    """Return a picture padded with paper to whole cells."""
    below, right = (-side % cell_px for side in picture.shape)
    return np.asarray(
        cv2.copyMakeBorder(picture, 0, below, 0, right, cv2.BORDER_CONSTANT, value=0), np.float32
    )


def _sums_by_bands(
    pictures: Callable[[slice], tuple[Float32, ...]], shape: tuple[int, ...], cell_px: int
) -> list[Float32]:
    """Sum pictures over each tile that are made band by band, so that a band stays at hand.

    Args:
        pictures: Makes them for some rows, three of them.
        shape: Of the whole, in whole cells.
        cell_px: Side of a cell.
    """
    cells = np.zeros((3, shape[0] // cell_px, shape[1] // cell_px), np.float32)
    for row in range(cells.shape[1]):
        for sums, picture in zip(
            cells, pictures(slice(row * cell_px, (row + 1) * cell_px)), strict=True
        ):
            sums[row] = _cell_sums(picture, cell_px)[0]
    return [_over_tiles(sums) for sums in cells]


def _tile_sums(picture: Float32, cell_px: int) -> Float32:
    """Sum a picture over each tile."""
    return _over_tiles(_cell_sums(picture, cell_px))


def _cell_sums(picture: Float32, cell_px: int) -> Float32:
    rows, columns = (side // cell_px for side in picture.shape)
    bands = picture.reshape(rows, cell_px, columns * cell_px).sum(axis=1)
    return np.asarray(bands.reshape(rows, columns, cell_px).sum(axis=2), np.float32)


def _over_tiles(cells: Float32) -> Float32:
    """Return the sum of the four cells that meet at each tile's middle."""
    wide = np.pad(cells, 1)
    return np.asarray(wide[:-1, :-1] + wide[1:, :-1] + wide[:-1, 1:] + wide[1:, 1:], np.float32)

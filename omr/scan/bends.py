"""What bends the page beyond its placement: stretch, waves, lens, and folds.

Pieces of the reference are looked for around their places on the page. Their shifts, weighted
by how well each piece fixes each direction, are smoothed into a field over the page. A folded
sheet is no smooth field: beyond the fold all is displaced at once. Such steps are found first,
at the strip of print where they happen, and stand beside the field.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import FloatArray
from omr.scan.correlation import peak
from omr.scan.folds import MOST_FOLDS, Fold, fold_candidates
from omr.scan.reference import Grey, Reference
from omr.scan.settings import ReaderSettings

Float32 = NDArray[np.float32]


# A page whose pieces lie within half a coarse pixel of a plain stretch needs no closer look; a
# fold or a wave that matters moves some of them by more.
_EVEN_MM = 0.12
_EVEN_TILES = 12
_EVEN_MATCH = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Bends:
    """Where the print of each place lies, against where the placement has it.

    Attributes:
        shift_mm: Smooth shift, shape (rows, columns, 2), x before y; tile (i, j) stands at
            ``(j, i) * step_mm``.
        step_mm: Distance of the tile centres.
        folds: Steps, on top of the smooth shift.
    """

    shift_mm: Float32
    step_mm: float
    folds: tuple[Fold, ...] = ()

    def at(self, points_mm: FloatArray) -> FloatArray:
        """Return the shift at points of the page, shape (n, 2), in mm."""
        if points_mm.size == 0:
            # A page without boxes, such as a back with the criteria alone.
            return np.zeros((0, 2))
        grid = (points_mm / self.step_mm).astype(np.float32)
        map_x, map_y = grid[None, :, 0], grid[None, :, 1]
        found = cv2.remap(
            self.shift_mm, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        smooth = np.array(found[0], dtype=np.float64)
        for fold in self.folds:
            smooth[fold.beyond(points_mm)] += fold.jump_mm
        return smooth

    def over(self, x_mm: FloatArray, y_mm: FloatArray) -> Float32:
        """Return the shift on the grid of these columns and rows, shape (rows, columns, 2)."""
        columns = (x_mm / self.step_mm).astype(np.float32)
        rows = (y_mm / self.step_mm).astype(np.float32)
        map_x, map_y = np.meshgrid(columns, rows)
        dense = np.asarray(
            cv2.remap(
                self.shift_mm, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
            ),
            dtype=np.float32,
        )
        for fold in self.folds:
            beyond = (y_mm if fold.across else x_mm) > fold.at_mm
            part = (beyond, slice(None)) if fold.across else (slice(None), beyond)
            dense[part] += np.array(fold.jump_mm, np.float32)
        return dense


@dataclass(frozen=True, slots=True, eq=False)
class _Tiles:
    """Shift (mm), weight and correlation of each tile; shapes (r, c, 2), (r, c, 2), (r, c)."""

    offsets: Float32
    weights: Float32
    match: Float32

    @property
    def quality(self) -> float:
        """Mean correlation of the tiles that hold print."""
        return float(np.nanmean(self.match)) if np.isfinite(self.match).any() else 0.0


def measure_bends(
    sampled: Callable[[Bends | None], Grey], reference: Reference, settings: ReaderSettings
) -> tuple[Bends, Float32]:
    """Measure where the print of a page lies.

    Args:
        sampled: Gives the page's darkness at ``coarse_px_per_mm``, with bends undone or not.
        reference: The page as printed.
        settings: The reader's numbers.

    Returns:
        The bends, and how well each tile was recognised, shape (rows, columns), nan where a
        tile holds too little print.
    """
    step_mm = settings.tile_mm / 2
    page = _blurred(sampled(None))
    tiles = _measure_tiles(page, reference, settings, 2)
    if _is_even(tiles):
        return Bends(_smooth(tiles.offsets, tiles.weights), step_mm), tiles.match
    tiles = _measure_tiles(page, reference, settings)
    folds: tuple[Fold, ...] = ()
    while len(folds) < MOST_FOLDS:
        candidates = fold_candidates(
            page, reference, tiles.offsets, tiles.weights, step_mm, settings
        )
        # With a fold undone, the pieces it cut through are whole and match better.
        for fold in candidates:
            tried = Bends(np.zeros_like(tiles.offsets), step_mm, (*folds, fold))
            unfolded = _blurred(sampled(tried))
            again = _measure_tiles(unfolded, reference, settings)
            if again.quality > tiles.quality:
                page, tiles, folds = unfolded, again, tried.folds
                break
        else:
            break
    bends = Bends(_smooth(tiles.offsets, tiles.weights), step_mm, folds)
    if not _is_strong(tiles, bends, settings):
        return bends, tiles.match
    # Pieces that lay at the end of the search, or strongly bent, are now near and straight.
    again = _measure_tiles(_blurred(sampled(bends)), reference, settings)
    if again.quality < tiles.quality:
        return bends, tiles.match
    rest = _smooth(again.offsets, again.weights)
    return Bends(bends.shift_mm + rest, step_mm, folds), again.match


def _blurred(page: Grey) -> Grey:
    return np.asarray(cv2.GaussianBlur(page, (0, 0), 1.0), dtype=np.uint8)


def _is_strong(tiles: _Tiles, bends: Bends, settings: ReaderSettings) -> bool:
    """Tell whether pieces may lie beyond the search, or the smoothing left much."""
    sure = tiles.weights > 0
    if not sure.any():
        return False
    far = float(np.percentile(np.abs(tiles.offsets[sure]), 95)) > 0.55 * settings.search_mm
    left = float(np.percentile(np.abs(tiles.offsets - bends.shift_mm)[sure], 90)) > 0.25
    return far or left


def _is_even(tiles: _Tiles) -> bool:
    """Tell whether all print was recognised and lies as a plain stretch or turn has it."""
    rows, columns = np.mgrid[: tiles.match.shape[0], : tiles.match.shape[1]]
    for axis in range(2):
        known = np.asarray(tiles.weights[..., axis] > 1e-4)
        if known.sum() < _EVEN_TILES:
            return False
        model = np.column_stack([np.ones(known.sum()), rows[known], columns[known]])
        value = tiles.offsets[..., axis][known]
        weight = np.sqrt(tiles.weights[..., axis][known])[:, None]
        numbers, *_ = np.linalg.lstsq(model * weight, value * weight[:, 0], rcond=None)
        if np.percentile(np.abs(value - model @ numbers), 90) > _EVEN_MM:
            return False
    match = tiles.match[np.isfinite(tiles.match)]
    return bool((match > _EVEN_MATCH).mean() > 0.9)


def _measure_tiles(
    page: Grey, reference: Reference, settings: ReaderSettings, stride: int = 1
) -> _Tiles:
    """Measure where each tile of the reference lies on the page.

    Args:
        page: Darkness at ``coarse_px_per_mm``, blurred.
        reference: The page as printed.
        settings: The reader's numbers.
        stride: 2 for every second tile along and down. Tiles overlap by half: these still
            cover the page.
    """
    scale, step_mm = settings.coarse_px_per_mm, settings.tile_mm / 2
    rows = int(np.ceil(reference.layout.height / step_mm)) + 1
    columns = int(np.ceil(reference.layout.width / step_mm)) + 1
    offsets = np.zeros((rows, columns, 2), np.float32)
    weights = np.zeros((rows, columns, 2), np.float32)
    match = np.full((rows, columns), np.nan, np.float32)
    half, reach = settings.tile_mm / 2, round(settings.search_mm * scale)
    for i in range(0, rows, stride):
        for j in range(0, columns, stride):
            top, bottom = (round((i * step_mm + d) * scale) for d in (-half, half))
            left, right = (round((j * step_mm + d) * scale) for d in (-half, half))
            tile = _tile(reference.coarse, page, (top, bottom, left, right), reach)
            if tile is None:
                continue
            template, around = tile
            matched = cv2.matchTemplate(around, template, cv2.TM_CCOEFF_NORMED)
            score = np.asarray(matched, dtype=np.float32)
            match[i, j], offset, weight = peak(score, (reach, reach))
            if match[i, j] >= settings.tile_match:
                offsets[i, j] = np.array(offset, np.float32) / scale
                weights[i, j] = weight
    return _Tiles(offsets, weights, match)


def _tile(
    reference: Grey, page: Grey, box: tuple[int, int, int, int], reach: int
) -> tuple[Grey, Grey] | None:
    """Cut a tile and its search window, or None where there is too little print to match."""
    top, bottom, left, right = box
    top, left = max(top, reach), max(left, reach)
    bottom = min(bottom, reference.shape[0] - reach, page.shape[0] - reach)
    right = min(right, reference.shape[1] - reach, page.shape[1] - reach)
    if bottom - top < 4 * reach or right - left < 4 * reach:
        return None
    template = reference[top:bottom, left:right]
    if np.count_nonzero(template > 64) < 40:
        return None
    return template, page[top - reach : bottom + reach, left - reach : right + reach]


def _smooth(offsets: Float32, weights: Float32) -> Float32:
    """Smooth the measured shifts; a tile that contradicts its surroundings loses its say."""
    field = np.zeros_like(offsets)
    for axis in range(2):
        value, weight = offsets[..., axis], weights[..., axis].copy()
        for _ in range(3):
            smooth = _weighted_mean(value, weight, 1.0)
            # 0.6 mm from the neighbourhood's mean within 11 mm is no bend that paper makes.
            weight = np.where(np.abs(value - smooth) > 0.6, weight * 0.05, weight).astype(
                np.float32
            )
        field[..., axis] = _weighted_mean(value, weight, 0.8)
    return field


def _weighted_mean(value: Float32, weight: Float32, sigma: float) -> Float32:
    """Gaussian mean of the tiles around each tile; far ones step in where near ones are mute."""
    near_w = cv2.GaussianBlur(weight, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
    near = cv2.GaussianBlur(value * weight, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT)
    far_w = cv2.GaussianBlur(weight, (0, 0), 4 * sigma, borderType=cv2.BORDER_CONSTANT)
    far = cv2.GaussianBlur(value * weight, (0, 0), 4 * sigma, borderType=cv2.BORDER_CONSTANT)
    # 2 % of the far mean: it only speaks where the near tiles have hardly any weight.
    return np.asarray((near + 0.02 * far) / (near_w + 0.02 * far_w + 1e-6), dtype=np.float32)

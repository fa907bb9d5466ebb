"""What bends the page beyond its placement: stretch, waves, lens, and folds.

The shifts of the pieces of print, weighted by how well each piece fixes each direction, are
smoothed into a field over the page. On most pages all print lies near its place, and the slopes of
its brightness tell the shifts. On the others the pieces are looked for around their places. A
folded sheet is no smooth field: beyond the fold all is displaced at once. Such steps are found
first, at the strip of print where they happen, and stand beside the field.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import FloatArray
from omr.scan.place.folds import MOST_FOLDS, Fold, fold_candidates
from omr.scan.place.reference import Grey, Reference
from omr.scan.place.slopes import measure_slopes
from omr.scan.place.tiles import Tiles, measure_tiles
from omr.scan.settings import ReaderSettings

Float32 = NDArray[np.float32]


# Slopes tell a shift of this to a third of it at the least, and what is left is a fifth of a pixel
# of the flat page; where more is left they are asked again with the page laid flat so far.
_NEAR_MM = 0.12
_PASSES = 3
# So few tiles (counted once for x and once for y) cannot vouch for a page.
_NEAR_TILES = 24
# A tile whose weight is above this tells something of a direction.
_KNOWN = 1e-4
# Tiles below this correlation, or beyond this shift, are searched one by one. A fold that matters
# displaces print by more than this.
_NEAR_MATCH = 0.6
_FAR_MM = 0.3
# A tile is believed to lie elsewhere if it correlates better there by this, and if that place is
# known this sharply: correlation drops by 0.14 within 0.75 mm. Print as a whole drops by half.
_CLEAR_GAIN = 0.05
_SHARP = 0.02
# Print on both sides of a real fold fits its piece again by this much of correlation, 0.04 to 0.15
# for jumps of 0.6 to 1.2 mm; a bend that was taken for a fold gains less than 0.03.
_MENDED = 0.035
# With more of them than this (share of the tiles with print) all are searched.
_MOST_POOR = 0.25


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
    near = _measure_near(sampled, reference, settings)
    return near if near is not None else _measure_far(sampled, reference, settings)


def _measure_near(
    sampled: Callable[[Bends | None], Grey], reference: Reference, settings: ReaderSettings
) -> tuple[Bends, Float32] | None:
    """Measure the bends of a page whose print lies near its place all over, or return None."""
    step_mm = settings.tile_mm / 2
    bends: Bends | None = None
    for _ in range(_PASSES):
        page = _blurred(sampled(bends))
        tiles = measure_slopes(page, reference, settings)
        known = tiles.weights > _KNOWN
        if known.sum() < _NEAR_TILES:
            return None
        if np.percentile(np.abs(tiles.offsets[known]), 95) <= _NEAR_MM:
            break
        shift = _smooth(tiles.offsets, tiles.weights)
        bends = Bends(shift if bends is None else bends.shift_mm + shift, step_mm)
    else:
        return None
    whole = _with_searched(page, tiles, reference, settings)
    if whole is None:
        return None
    shift = _smooth(whole.offsets, whole.weights)
    return Bends(shift if bends is None else bends.shift_mm + shift, step_mm), whole.match


def _with_searched(
    page: Grey, tiles: Tiles, reference: Reference, settings: ReaderSettings
) -> Tiles | None:
    """Search the tiles that slopes did not make out; None where one of them lies elsewhere.

    Marks, seals and tears make tiles poor; print beyond a fold is whole, but elsewhere.
    """
    poor = tiles.match < _NEAR_MATCH
    poor |= np.abs(tiles.offsets).max(axis=2) > _FAR_MM
    if poor.sum() > _MOST_POOR * np.isfinite(tiles.match).sum():
        return None
    # Tiles overlap by half: each second one still covers the page.
    poor[::2, 1::2] = poor[1::2, ::2] = False
    found = measure_tiles(page, reference, settings, poor)
    better = found.match > np.nan_to_num(tiles.match) + _CLEAR_GAIN
    moved = (np.abs(found.offsets) > _FAR_MM) & (found.weights > _SHARP)
    if (better & moved.any(axis=2)).any():
        return None
    return Tiles(
        np.where(better[..., None], found.offsets, tiles.offsets),
        np.where(better[..., None], found.weights, tiles.weights),
        np.fmax(found.match, tiles.match),
    )


def _measure_far(
    sampled: Callable[[Bends | None], Grey], reference: Reference, settings: ReaderSettings
) -> tuple[Bends, Float32]:
    """Measure bends and folds of a page parts of which may lie far off."""
    step_mm = settings.tile_mm / 2
    page = _blurred(sampled(None))
    tiles = measure_tiles(page, reference, settings)
    folds: tuple[Fold, ...] = ()
    while len(folds) < MOST_FOLDS:
        candidates = fold_candidates(
            page, reference, tiles.offsets, tiles.weights, step_mm, settings
        )
        # With a fold undone, the pieces it cut through are whole and match better.
        for fold in candidates:
            tried = Bends(np.zeros_like(tiles.offsets), step_mm, (*folds, fold))
            unfolded = _blurred(sampled(tried))
            again = measure_tiles(unfolded, reference, settings)
            if again.quality > tiles.quality and _mends(fold, tiles, again, step_mm):
                page, tiles, folds = unfolded, again, tried.folds
                break
        else:
            break
    bends = Bends(_smooth(tiles.offsets, tiles.weights), step_mm, folds)
    if not _is_strong(tiles, bends, settings):
        return bends, tiles.match
    # Pieces that lay at the end of the search, or strongly bent, are now near and straight.
    again = measure_tiles(_blurred(sampled(bends)), reference, settings)
    if again.quality < tiles.quality:
        return bends, tiles.match
    rest = _smooth(again.offsets, again.weights)
    return Bends(bends.shift_mm + rest, step_mm, folds), again.match


def _mends(fold: Fold, before: Tiles, after: Tiles, step_mm: float) -> bool:
    """Tell whether the pieces that a fold cuts through match better with it undone."""
    gain = after.match - before.match
    lines = gain if fold.across else gain.T
    cut = lines[np.abs(np.arange(len(lines)) * step_mm - fold.at_mm) < step_mm]
    return bool(np.isfinite(cut).any()) and float(np.nanmean(cut)) > _MENDED


def _blurred(page: Grey) -> Grey:
    return np.asarray(cv2.GaussianBlur(page, (0, 0), 1.0), dtype=np.uint8)


def _is_strong(tiles: Tiles, bends: Bends, settings: ReaderSettings) -> bool:
    """Tell whether pieces may lie beyond the search, or the smoothing left much."""
    sure = tiles.weights > 0
    if not sure.any():
        return False
    far = float(np.percentile(np.abs(tiles.offsets[sure]), 95)) > 0.55 * settings.search_mm
    left = float(np.percentile(np.abs(tiles.offsets - bends.shift_mm)[sure], 90)) > 0.25
    return far or left


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

"""Where the pieces of print lie: each is looked for around its place on the page."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.scan.place.correlation import peak
from omr.scan.place.reference import Grey, Mask, Reference
from omr.scan.settings import ReaderSettings

Float32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Tiles:
    """Shift (mm), weight and correlation of each tile; shapes (r, c, 2), (r, c, 2), (r, c)."""

    offsets: Float32
    weights: Float32
    match: Float32

    @property
    def quality(self) -> float:
        """Mean correlation of the tiles that hold print."""
        return float(np.nanmean(self.match)) if np.isfinite(self.match).any() else 0.0


def measure_tiles(
    page: Grey, reference: Reference, settings: ReaderSettings, among: Mask | None = None
) -> Tiles:
    """Search for each tile of the reference on the page.

    Args:
        page: Darkness at ``coarse_px_per_mm``, blurred.
        reference: The page as printed.
        settings: The reader's numbers.
        among: Which tiles to search for, shape (rows, columns); None for all.

    Returns:
        What was found; a tile that was not searched for has no correlation (nan).
    """
    scale, step_mm = settings.coarse_px_per_mm, settings.tile_mm / 2
    rows = int(np.ceil(reference.layout.height / step_mm)) + 1
    columns = int(np.ceil(reference.layout.width / step_mm)) + 1
    offsets = np.zeros((rows, columns, 2), np.float32)
    weights = np.zeros((rows, columns, 2), np.float32)
    match = np.full((rows, columns), np.nan, np.float32)
    half, reach = settings.tile_mm / 2, round(settings.search_mm * scale)
    for i in range(rows):
        for j in range(columns):
            if among is not None and not among[i, j]:
                continue
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
    return Tiles(offsets, weights, match)


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

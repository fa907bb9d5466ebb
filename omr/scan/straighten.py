"""The page laid flat on the reference: local shifts, one resampling, ink told from paper.

The affine placement leaves what feed, folds and fuser did to the sheet, up to a millimetre or
so. Overlapping pieces of the reference are looked for around their places; their shifts,
weighted by how well each piece fixes each direction, are smoothed into a field.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import FloatArray
from omr.scan.reference import Grey, Mask, Reference
from omr.scan.register import Placement
from omr.scan.settings import ReaderSettings

Float32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class FlatPage:
    """A page in place, at the reference's resolution.

    Attributes:
        pixels: Straightened picture, shape (h, w) or (h, w, 3).
        darkness: Ink relative to the local paper, 0 paper to 255 black, shape (h, w).
        paper: True where there is paper; False beyond the image, in holes and tears.
        shift_mm: Local shift of the print, shape (rows, columns, 2), on the tile grid.
        match: How well the tiles' print was recognised, shape (rows, columns), nan where
            a tile holds too little print.
        tile_step_mm: Distance of the tile centres.
        noise: Standard deviation of the paper's darkness (0 to 255).
    """

    pixels: NDArray[np.uint8]
    darkness: Grey
    paper: Mask
    shift_mm: Float32
    match: Float32
    tile_step_mm: float
    noise: float


def flatten(
    pixels: NDArray[np.uint8],
    placement: Placement,
    reference: Reference,
    settings: ReaderSettings,
) -> FlatPage:
    """Lay a page flat.

    Args:
        pixels: The image, shape (h, w) or (h, w, 3) BGR.
        placement: From page millimetres to its pixels.
        reference: The page as printed.
        settings: The reader's numbers.

    Returns:
        The flat page.
    """
    coarse_grey = _sample(pixels, placement.matrix, reference, settings.coarse_px_per_mm, None)
    coarse_dark, _ = separate_ink(coarse_grey, settings.coarse_px_per_mm, settings)
    step_mm = settings.tile_mm / 2
    shift, match = _local_shifts(coarse_dark, reference, step_mm, settings)
    flat = _sample(pixels, placement.matrix, reference, settings.px_per_mm, (shift, step_mm))
    darkness, paper = separate_ink(flat, settings.px_per_mm, settings)
    paper &= _inside(pixels.shape, placement.matrix, flat.shape, settings.px_per_mm)
    darkness[~paper] = 0
    return FlatPage(flat, darkness, paper, shift, match, step_mm, _noise(darkness, paper))


def _sample(
    pixels: NDArray[np.uint8],
    matrix: FloatArray,
    reference: Reference,
    px_per_mm: int,
    field: tuple[Float32, float] | None,
) -> NDArray[np.uint8]:
    """Resample the image on the page's millimetre grid, shifted locally by ``field``."""
    height = round(reference.layout.height * px_per_mm)
    width = round(reference.layout.width * px_per_mm)
    # Pixel centres: pixel i of the flat page covers [i, i + 1) / px_per_mm.
    to_mm = np.array([[1 / px_per_mm, 0, 0.5 / px_per_mm], [0, 1 / px_per_mm, 0.5 / px_per_mm]])
    if field is None:
        full = (matrix @ np.vstack([to_mm, [0, 0, 1]]))[:2]
        return np.asarray(
            cv2.warpAffine(
                pixels,
                full,
                (width, height),
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            ),
            dtype=np.uint8,
        )
    shift, step_mm = field
    dense = _dense(shift, step_mm, px_per_mm, (height, width))
    xs = (np.arange(width, dtype=np.float32) + 0.5) / px_per_mm
    ys = ((np.arange(height, dtype=np.float32) + 0.5) / px_per_mm)[:, None]
    x_mm, y_mm = xs + dense[..., 0], ys + dense[..., 1]
    m = matrix.astype(np.float32)
    map_x = m[0, 0] * x_mm + m[0, 1] * y_mm + m[0, 2]
    map_y = m[1, 0] * x_mm + m[1, 1] * y_mm + m[1, 2]
    return np.asarray(
        cv2.remap(pixels, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
        dtype=np.uint8,
    )


def _dense(shift: Float32, step_mm: float, px_per_mm: int, shape: tuple[int, int]) -> Float32:
    """Interpolate the tile field at every pixel; tile (i, j) stands at ``(j, i) * step_mm``."""
    scale = 1 / (step_mm * px_per_mm)
    to_grid = np.array([[scale, 0, 0.5 * scale], [0, scale, 0.5 * scale]])
    return np.asarray(
        cv2.warpAffine(
            shift,
            to_grid,
            (shape[1], shape[0]),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        dtype=np.float32,
    )


def separate_ink(
    flat: NDArray[np.uint8], px_per_mm: int, settings: ReaderSettings
) -> tuple[Grey, Mask]:
    """Split a flat page into ink and paper.

    Ink of any colour is dark in at least one colour channel, so the darkest channel is
    taken; the paper's own shade is the brightest that the surroundings hold, by a closing
    wider than a filled box. Where even that is dark there is no paper.

    Args:
        flat: Shape (h, w) or (h, w, 3).
        px_per_mm: Its resolution.
        settings: The reader's numbers; ``paper_dark`` is used.

    Returns:
        Darkness relative to the paper, 0 to 255, and the mask of paper.
    """
    grey = flat if flat.ndim == 2 else flat.min(axis=2)
    small = cv2.resize(grey, None, fx=1 / px_per_mm, fy=1 / px_per_mm, interpolation=cv2.INTER_AREA)
    wide = np.ones((17, 17), np.uint8)  # 17 mm: wider than a filled box or a punch hole
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, wide)
    paper = cv2.GaussianBlur(paper, (0, 0), 4.0)
    white = float(np.percentile(paper, 75))
    size = (grey.shape[1], grey.shape[0])
    full = cv2.resize(paper, size, interpolation=cv2.INTER_LINEAR)
    is_paper = full >= settings.paper_dark * white
    ratio = cv2.divide(grey, np.maximum(full, 1), scale=255.0)
    return np.asarray(255 - ratio, dtype=np.uint8), is_paper


def _inside(
    image: tuple[int, ...], matrix: FloatArray, flat: tuple[int, ...], px_per_mm: int
) -> Mask:
    """Return where the flat page rests on pixels of the image."""
    ones = np.ones((max(1, image[0] // 8), max(1, image[1] // 8)), np.uint8)
    shrink = np.diag([ones.shape[1] / image[1], ones.shape[0] / image[0], 1.0])
    to_mm = np.array([[1 / px_per_mm, 0, 0], [0, 1 / px_per_mm, 0], [0, 0, 1]])
    full = (shrink @ matrix @ to_mm)[:2]
    return (
        cv2.warpAffine(
            ones,
            full,
            (flat[1], flat[0]),
            flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=0,
        )
        > 0
    )


def _local_shifts(
    page: Grey, reference: Reference, step_mm: float, settings: ReaderSettings
) -> tuple[Float32, Float32]:
    """Measure where each tile of the reference lies on the page, and smooth the result."""
    scale = settings.coarse_px_per_mm
    rows = int(np.ceil(reference.layout.height / step_mm)) + 1
    columns = int(np.ceil(reference.layout.width / step_mm)) + 1
    blurred = np.asarray(cv2.GaussianBlur(page, (0, 0), 1.0), dtype=np.uint8)
    offsets = np.zeros((rows, columns, 2), np.float32)
    weights = np.zeros((rows, columns, 2), np.float32)
    match = np.full((rows, columns), np.nan, np.float32)
    half, reach = settings.tile_mm / 2, round(settings.search_mm * scale)
    for i in range(rows):
        for j in range(columns):
            top, bottom = (round((i * step_mm + d) * scale) for d in (-half, half))
            left, right = (round((j * step_mm + d) * scale) for d in (-half, half))
            tile = _tile(reference.coarse, blurred, (top, bottom, left, right), reach)
            if tile is None:
                continue
            template, around = tile
            matched = cv2.matchTemplate(around, template, cv2.TM_CCOEFF_NORMED)
            score = np.asarray(matched, dtype=np.float32)
            match[i, j], offset, weight = _peak(score, reach)
            if match[i, j] >= settings.tile_match:
                offsets[i, j] = np.array(offset, np.float32) / scale
                weights[i, j] = weight
    return _smooth(offsets, weights), match


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


def _peak(
    score: NDArray[np.float32], reach: int
) -> tuple[float, tuple[float, float], tuple[float, float]]:
    """Return the best correlation, its shift in pixels (x, y), and how sharp it is each way.

    A tile that holds only a straight rule fixes one direction: along the rule the score
    stays flat, and that direction gets no weight.
    """
    _, best, _, (x, y) = cv2.minMaxLoc(score)
    last = score.shape[0] - 1

    def side(position: int, line: NDArray[np.float32]) -> tuple[float, float]:
        drop = float(best) - float(max(line[max(position - 3, 0)], line[min(position + 3, last)]))
        if position in (0, last):
            return float(position), 0.0
        before, at, after = (float(v) for v in line[position - 1 : position + 2])
        curve = before - 2 * at + after
        shift = 0.0 if curve >= 0 else 0.5 * (before - after) / curve
        return position + shift, max(drop, 0.0) ** 2

    (px, wx), (py, wy) = side(x, score[y]), side(y, score[:, x])
    return float(best), (px - reach, py - reach), (wx, wy)


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


def _noise(darkness: Grey, paper: Mask) -> float:
    """Estimate the grain of the paper from the middle half of its darkness values."""
    values = darkness[::7, ::7][paper[::7, ::7]]
    light = values[values < 40]
    return float(light.std()) if light.size else 0.0

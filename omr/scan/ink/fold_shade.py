"""Folds of the sheet: a dark line with a shadow, from edge to edge, nearly straight.

A fold is found by summing the page along slanting lines, where print leaves it open. Its
profile, the darkness across it, is measured along its whole length; what a fold explains
is no ink, and what is darker than its fold is a stroke that crosses it. A line that somebody
ruled over the whole sheet is none.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.scan.ink.ruled_lines import is_ruled
from omr.scan.place.reference import Grey, Mask, as_bits

Float32 = NDArray[np.float32]

# Folds are sought at 1 px/mm, among slopes of up to 2.5 degrees in steps that move the end
# of a line across A4 by half a millimetre.
_SLOPES = np.linspace(-0.045, 0.045, 37)
# Least darkness over the surroundings, of 255, at 1 px/mm.
_CONTRAST = 5.0
# Share of the open length that shows the line, and of the page that has to be open.
_SHARE, _OPEN = 0.6, 0.35
# A fold reaches the edges of the sheet; a line drawn through a name or a row ends before the
# margins. The outermost part of both margins has to show it.
_END_MM = 14
# The shadow of a fold reaches this far; within the core its line wanders.
_SHADOW_MM, _WANDER_MM = 3.5, 0.3
# A fold is uneven: what most of its length shows, and this much more, is still the fold.
_UNEVEN = 18
# From this darkness over the surroundings on, a fold may be cracked; its core is this wide to
# each side. Strokes that cross it are joined again.
_CRACKED, _CORE_MM = 25, 0.6


@dataclass(frozen=True, slots=True)
class FoldLine:
    """A fold across the page, or a line that runs as one.

    Attributes:
        across: True for a line from left to right, False from top to bottom.
        start_mm, end_mm: Its place at the two edges of the page: y where ``across``, else x.
    """

    across: bool
    start_mm: float
    end_mm: float

    def holds(
        self, at_mm: NDArray[np.float64], within_mm: float, width_mm: float, height_mm: float
    ) -> bool:
        """Tell whether all places lie on it, on the page or beyond its edges.

        Args:
            at_mm: The places, x and y, shape (n, 2).
            within_mm: How far from the line they may lie.
            width_mm, height_mm: Of the page.
        """
        along, aside = (at_mm[:, 0], at_mm[:, 1]) if self.across else (at_mm[:, 1], at_mm[:, 0])
        share = along / (width_mm if self.across else height_mm)
        line = self.start_mm + (self.end_mm - self.start_mm) * share
        return bool((np.abs(aside - line) < within_mm).all())


def shade_of_folds(
    darkness: Grey, shut: Mask, px_per_mm: int
) -> tuple[Grey | None, tuple[FoldLine, ...], tuple[FoldLine, ...]]:
    """Find folds, and the darkness that they explain.

    Args:
        darkness: Shape (h, w), 0 paper to 255.
        shut: Where print or missing paper hides the sheet, same shape.
        px_per_mm: Resolution of both.

    Returns:
        Darkness explained at each pixel (None where there is no fold), the folds, and the lines
        that cross the sheet as folds do but were drawn.
    """
    open_ = as_bits(~shut)
    small_open = _means(open_, px_per_mm)
    seen = _means(darkness * open_, px_per_mm)
    level = np.asarray(seen / np.maximum(small_open, 0.2), dtype=np.float32)
    free = np.asarray(small_open > 0.35, dtype=np.float32)
    shade: Grey | None = None
    folds: list[FoldLine] = []
    ruled: list[FoldLine] = []
    for across in (True, False):
        view = (level, free) if across else (level.T.copy(), free.T.copy())
        for start, end in _lines(*view):
            turned = (darkness, shut) if across else (darkness.T, shut.T)
            ends = start * px_per_mm, end * px_per_mm
            if is_ruled(*turned, *ends, px_per_mm):
                ruled.append(FoldLine(across, start, end))
                continue
            folds.append(FoldLine(across, start, end))
            if shade is None:
                shade = np.zeros(darkness.shape, np.uint8)
            _explain(*turned, shade if across else shade.T, *ends, px_per_mm)
    return shade, tuple(folds), tuple(ruled)


def _means(picture: Grey, px_per_mm: int) -> Float32:
    """Return the mean of each square millimetre, shape (h, w) in whole millimetres."""
    height, width = (side // px_per_mm for side in picture.shape)
    whole = picture[: height * px_per_mm, : width * px_per_mm]
    down = whole.reshape(height, px_per_mm, width * px_per_mm).sum(axis=1, dtype=np.uint16)
    across = down.reshape(height, width, px_per_mm)
    sums = across[..., 0].astype(np.float32)
    for column in range(1, px_per_mm):
        sums += across[..., column]
    return np.asarray(sums / px_per_mm**2, dtype=np.float32)


def _may_cross(hits: Float32, free: Float32) -> bool:
    """Tell whether any line shows in both margins, one that is not too steep for a fold.

    It is asked of each row of a margin with the rows beside it, through which a slanting
    line may pass, so that no line is missed that the margins would have shown.
    """
    beside = 1 + int(np.ceil(abs(_SLOPES).max() * _END_MM / 2))
    tall = np.ones((2 * beside + 1, 1), np.uint8)
    ends = []
    for end in (slice(0, _END_MM), slice(-_END_MM, None)):
        shown = cv2.dilate(np.ascontiguousarray(hits[:, end]), tall).sum(axis=1)
        # Beyond the page nothing is open.
        room = cv2.erode(
            np.ascontiguousarray(free[:, end]), tall, borderType=cv2.BORDER_CONSTANT, borderValue=0
        ).sum(axis=1)
        ends.append(np.flatnonzero(shown > _SHARE * np.maximum(room, 0.25 * _END_MM)))
    steep = abs(_SLOPES).max() * hits.shape[1] + 2 * beside + 2
    return any(bool((abs(ends[1] - row) <= steep).any()) for row in ends[0])


def _lines(level: Float32, free: Float32) -> list[tuple[float, float]]:
    """Return start and end row (px) of lines that cross the picture from left to right."""
    height, width = level.shape
    around = cv2.boxFilter(level * free, -1, (1, 11)) / np.maximum(
        cv2.boxFilter(free, -1, (1, 11)), 0.1
    )
    hits = np.asarray((level - around > _CONTRAST) * free, dtype=np.float32)
    # The line of a fold wanders between two rows.
    hits = cv2.dilate(hits, np.ones((2, 1), np.uint8)) * free
    if not _may_cross(hits, free):
        return []
    scores = np.zeros((len(_SLOPES), height), np.float32)
    # Both are 0 or 1, which counts fastest as bytes.
    marks = hits.astype(np.uint8), free.astype(np.uint8)
    for k, slope in enumerate(_SLOPES):
        shear = np.array([[1.0, 0.0, 0.0], [slope, 1.0, -slope * width / 2]])
        moved = [
            cv2.warpAffine(
                mark, shear, (width, height), flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
            )
            for mark in marks
        ]
        shown, room = (_sums(mark) for mark in moved)
        whole = room > _OPEN * width
        for end in (slice(0, _END_MM), slice(-_END_MM, None)):
            at_end, free_end = (_sums(mark[:, end]) for mark in moved)
            whole &= (free_end >= 0.25 * _END_MM) & (at_end > _SHARE * free_end)
        scores[k] = np.where(whole, shown / np.maximum(room, 1), 0)
    found = []
    while scores.max(initial=0.0) > _SHARE:
        best, row = (int(v) for v in np.unravel_index(int(np.argmax(scores)), scores.shape))
        rise = float(_SLOPES[best]) * width / 2
        found.append((row + 0.5 - rise, row + 0.5 + rise))
        scores[:, max(0, row - 6) : row + 7] = 0
    return found


def _sums(marks: cv2.typing.MatLike) -> Float32:
    """Return the sum of each row."""
    return np.asarray(cv2.reduce(marks, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32F)[:, 0], np.float32)


def _explain(
    darkness: Grey, shut: Mask, shade: Grey, start_px: float, end_px: float, px_per_mm: int
) -> None:
    """Write into ``shade`` what a fold from ``start_px`` to ``end_px`` explains."""
    width = darkness.shape[1]
    reach = round(_SHADOW_MM * px_per_mm)
    columns = np.arange(width)
    middle = np.rint(start_px + (end_px - start_px) * columns / width).astype(int)
    rows = middle[None, :] + np.arange(-reach, reach + 1)[:, None]
    inside = (rows >= 0) & (rows < darkness.shape[0])
    rows = rows.clip(0, darkness.shape[0] - 1)
    band = np.where(shut[rows, columns] | ~inside, np.nan, darkness[rows, columns])
    profile = np.nan_to_num(_level(band, 0.85))
    # A stroke along the fold may be as long as the table, but it ends before the margins.
    end = _END_MM * px_per_mm
    margins = _level(np.hstack([band[:, :end], band[:, -end:]]), 0.95)
    at_ends = np.fmin(profile, margins)
    profile = np.fmin(profile, margins + _UNEVEN)
    base = float(np.median(profile))
    wander = 2 * round(_WANDER_MM * px_per_mm) + 1
    profile = np.asarray(
        cv2.dilate(profile[:, None].astype(np.float32), np.ones((wander, 1), np.uint8))[:, 0]
    )
    explained = np.where(profile > base + 4, profile + _UNEVEN, 0).clip(0, 255).astype(np.uint8)
    peak = int(np.argmax(at_ends))
    if at_ends[peak] > base + _CRACKED:
        # Paper that cracked along the fold may be as dark as a pencil, here and there as a pen.
        # What is darker than all of it near both ends was drawn upon the line.
        wide = round(_CORE_MM * px_per_mm)
        core = slice(max(0, peak - wide), peak + wide + 1)
        cracks = np.hstack([band[core, :end], band[core, -end:]])
        seen = cracks[np.isfinite(cracks)]
        darkest = float(seen.max()) + _UNEVEN if seen.size else 255.0
        explained[core] = np.maximum(explained[core], np.uint8(min(darkest, 255.0)))
    where = (rows, np.broadcast_to(columns, rows.shape))
    shade[where] = np.maximum(shade[where], explained[:, None])


def _level(band: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Return what a share of each row stays below; nan for rows that hardly show."""
    counted = np.isfinite(band).sum(axis=1)
    with np.errstate(all="ignore"):
        ordered = np.sort(band, axis=1)
    at = np.clip((share * counted).astype(int), 0, band.shape[1] - 1)
    level = ordered[np.arange(len(band)), at]
    return np.where(counted < 0.1 * band.shape[1], np.nan, level)

"""Folds: lines across the sheet beyond which all print is displaced at once.

The coarse tiles tell where to look: a step between tile rows. There the print is matched again in
strips of a few millimetres, fine enough to tell a step from a wave and to see where it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import FloatArray
from omr.scan.place.correlation import peak
from omr.scan.place.reference import Grey, Reference
from omr.scan.settings import ReaderSettings

Float32 = NDArray[np.float32]

# A crease takes up some tenths of a millimetre of paper, a sloppy feed over it up to 1.5 mm; below
# this the smooth field follows well enough.
LEAST_JUMP_MM = 0.35
# Strips as high as a line of print: each holds some, and a fold cuts one or two of them.
_STRIP_MM = 3.0
# How far a strip may lie off: half a jump, as marks on both sides share it, and the bends.
_REACH_MM = 2.0
# Correlation from which a strip's place is believed; a strip is wide and holds many letters.
_STRIP_MATCH = 0.4
# Sheets are folded in halves, thirds or quarters.
MOST_FOLDS = 3


@dataclass(frozen=True, slots=True)
class Fold:
    """A line across the page, and by how much the print beyond it is displaced.

    Attributes:
        across: Whether it runs from left to right; else from top to bottom.
        at_mm: Its place from the top (from the left).
        jump_mm: Shift along x and y of all that lies below it (to the right of it).
    """

    across: bool
    at_mm: float
    jump_mm: tuple[float, float]

    def beyond(self, points_mm: FloatArray) -> NDArray[np.bool_]:
        """Tell which points, shape (n, 2), lie on the displaced side."""
        return np.asarray(points_mm[:, 1 if self.across else 0] > self.at_mm, dtype=np.bool_)


def fold_candidates(
    page: Grey,
    reference: Reference,
    offsets: Float32,
    weights: Float32,
    step_mm: float,
    settings: ReaderSettings,
) -> list[Fold]:
    """Find where a page may be folded.

    One fold makes print along the other direction seem to step as well; so only the likeliest
    fold may be believed, and the page has to be looked at again without it.

    Args:
        page: Its darkness at ``coarse_px_per_mm``, blurred like the reference.
        reference: The page as printed.
        offsets: Shift of each tile in mm, shape (rows, columns, 2), x before y.
        weights: How far each is known, same shape.
        step_mm: Distance of the tiles.
        settings: The reader's numbers.

    Returns:
        What may be folds, the likeliest first.
    """
    rated: list[tuple[float, Fold]] = []
    scale = settings.coarse_px_per_mm
    for across in (True, False):
        lying = page if across else np.ascontiguousarray(page.T)
        drawn = reference.coarse if across else np.ascontiguousarray(reference.coarse.T)
        shift = offsets if across else offsets.swapaxes(0, 1)[..., ::-1]
        weight = weights if across else weights.swapaxes(0, 1)[..., ::-1]
        for stretch_mm in _suspect(shift, weight, step_mm):
            step = _best_step(list(_strips(lying, drawn, stretch_mm, scale)))
            if step is not None:
                along, down = step.jump_mm
                jump = (along, down) if across else (down, along)
                rated.append((step.explained, Fold(across, step.at_mm, jump)))
    return [fold for _, fold in sorted(rated, key=lambda item: -item[0])]


def _suspect(offsets: Float32, weights: Float32, step_mm: float) -> Iterator[tuple[float, float]]:
    """Yield stretches (from, to, in mm) between tile rows that differ by a step."""
    middles = np.full((len(offsets), 2), np.nan)
    for i in range(len(offsets)):
        for axis in range(2):
            known = weights[i, :, axis] > 1e-4
            if known.sum() >= 2:
                middles[i, axis] = _median(offsets[i, known, axis], weights[i, known, axis])
    # A fold within a row of tiles spoils that row: rows three apart lie on both sides of it.
    gap = 3
    change = np.nan_to_num(np.abs(middles[gap:] - middles[:-gap])).max(axis=1, initial=0.0)
    for _ in range(MOST_FOLDS):
        i = int(np.argmax(change)) if len(change) else 0
        if len(change) == 0 or change[i] < LEAST_JUMP_MM:
            return
        yield (i - 0.5) * step_mm, (i + gap + 0.5) * step_mm
        change[max(0, i - gap) : i + gap + 1] = 0.0


def _median(values: Float32, weights: Float32) -> float:
    order = np.argsort(values)
    summed = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(summed, summed[-1] / 2)])


@dataclass(frozen=True, slots=True)
class _Strip:
    """A strip's middle, its shift along and down in mm, and how far each is known."""

    at_mm: float
    shift_mm: tuple[float, float]
    weight: tuple[float, float]


def _strips(
    page: Grey, drawn: Grey, stretch_mm: tuple[float, float], scale: int
) -> Iterator[_Strip]:
    """Measure the shift of each strip of a stretch that holds print."""
    high, reach = round(_STRIP_MM * scale), round(_REACH_MM * scale)
    last = min(len(drawn), len(page)) - reach - high
    wide = min(drawn.shape[1], page.shape[1])
    for top in range(max(reach, round(stretch_mm[0] * scale)), round(stretch_mm[1] * scale), high):
        if top > last:
            return
        template = drawn[top : top + high, reach : wide - reach]
        if np.count_nonzero(template > 64) < 40:
            continue
        around = page[top - reach : top + high + reach, :wide]
        score = cv2.matchTemplate(around, template, cv2.TM_CCOEFF_NORMED)
        best, shift, weight = peak(np.asarray(score, dtype=np.float32), (reach, reach))
        if best >= _STRIP_MATCH:
            yield _Strip((top + high / 2) / scale, (shift[0] / scale, shift[1] / scale), weight)


@dataclass(frozen=True, slots=True)
class _Step:
    """A step between strips: its place, its jump, and how much misfit it explains."""

    at_mm: float
    jump_mm: tuple[float, float]
    explained: float


def _best_step(strips: list[_Strip]) -> _Step | None:
    """Find the step that explains the strips' shifts.

    Waves and stretch are straight over some centimetres. The strips are fitted by a line with a
    step and by one without; a step has to leave less than half of what the line leaves.
    """
    if len(strips) < 6:
        return None
    at = np.array([strip.at_mm for strip in strips])
    shift = np.array([strip.shift_mm for strip in strips])
    weight = np.sqrt(np.array([strip.weight for strip in strips]))
    plain = np.column_stack([np.ones(len(at)), at - at.mean()])
    without = _misfit(plain, shift, weight)[0]
    best = (without, 0.0, np.zeros(2))
    for split in range(2, len(at) - 1):
        beyond = (np.arange(len(at)) >= split).astype(np.float64)
        misfit, fitted = _misfit(np.column_stack([plain, beyond]), shift, weight)
        if misfit < best[0]:
            best = (misfit, float(at[split - 1] + at[split]) / 2, fitted[2])
    left, at_mm, jump = best
    if np.abs(jump).max() < LEAST_JUMP_MM or left > 0.5 * without:
        return None
    return _Step(at_mm, (float(jump[0]), float(jump[1])), without - left)


def _misfit(
    model: NDArray[np.float64], shift: NDArray[np.float64], weight: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    """Fit a model to the shifts in both directions; returns what it leaves and its numbers."""
    left, numbers = 0.0, []
    for axis in range(2):
        w = weight[:, axis] + 1e-6
        for _ in range(3):  # a strip that matched elsewhere loses its say
            fitted, *_ = np.linalg.lstsq(model * w[:, None], shift[:, axis] * w, rcond=None)
            error = np.abs(shift[:, axis] - model @ fitted)
            w = (weight[:, axis] + 1e-6) / (1 + (error / 0.15) ** 2)
        left += float((np.minimum(error, 0.6) * weight[:, axis]).sum())
        numbers.append(fitted)
    return left, np.column_stack(numbers)

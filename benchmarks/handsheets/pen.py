"""How a pen lays ink: a dose for every bit of the way, more where it lingers, then absorption.

The dose is spread by the tip's footprint and summed, so that a second stroke over the first
darkens it. Each kind of pen turns dose into density in its own way: ballpoint paste skips
and blobs, gel saturates, felt bleeds, pencil catches on the paper's grain.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

import cv2
import numpy as np

from handsheets.motion import STEP_MM, Trace
from handsheets.sheet import Float32, Sheet, smooth_noise

PenKind = Literal["ballpoint", "gel", "felt", "fountain", "pencil"]
InkColour = Literal["blue", "dark-blue", "black", "red", "green", "violet", "graphite"]

# How strongly each ink takes away blue, green and red light.
_ABSORBS: dict[InkColour, tuple[float, float, float]] = {
    "blue": (0.28, 0.82, 1.15),
    "dark-blue": (0.55, 1.0, 1.15),
    "black": (1.0, 1.0, 1.0),
    "red": (1.0, 1.1, 0.14),
    "green": (0.7, 0.35, 1.1),
    "violet": (0.4, 1.05, 0.7),
    "graphite": (0.62, 0.62, 0.62),
}
PEN_KINDS: tuple[PenKind, ...] = get_args(PenKind)
_FINER = 2  # drawn this much finer than the sheet


@dataclass(frozen=True, slots=True)
class Pen:
    """One pen.

    Attributes:
        width_mm: Line at usual speed.
        density: Optical density of one line (natural logarithm) in the ink's strongest light.
        lingers: How much darker and wider slow parts are, 0 to 1.
        skips: Share of a line where the ink fails.
        blobs: Blots a centimetre.
        bleed_mm: How far ink creeps into the paper.
    """

    kind: PenKind
    colour: InkColour
    width_mm: float
    density: float
    lingers: float = 0.3
    skips: float = 0.0
    blobs: float = 0.0
    bleed_mm: float = 0.0


def choose_pen(rng: np.random.Generator, kind: PenKind, colour: InkColour) -> Pen:
    """Draw an everyday pen of a kind."""
    if kind == "ballpoint":
        return Pen(
            kind, colour, float(rng.uniform(0.26, 0.42)), float(rng.uniform(1.1, 2.2)), 0.45,
            float(rng.choice([0.0, rng.uniform(0.0, 0.08)])),
            float(rng.choice([0.0, rng.uniform(0.05, 0.35)])),
        )  # fmt: skip
    if kind == "gel":
        width = float(rng.uniform(0.34, 0.6))
        return Pen(kind, colour, width, float(rng.uniform(1.9, 2.9)), 0.15, bleed_mm=0.03)
    if kind == "felt":
        width = float(rng.uniform(0.7, 1.3))
        return Pen(kind, colour, width, float(rng.uniform(1.5, 2.6)), 0.5, bleed_mm=0.09)
    if kind == "fountain":
        width = float(rng.uniform(0.35, 0.65))
        return Pen(kind, colour, width, float(rng.uniform(1.2, 2.2)), 0.7, bleed_mm=0.05)
    width = float(rng.uniform(0.38, 0.65))
    return Pen("pencil", "graphite", width, float(rng.uniform(1.3, 2.2)), 0.1)


def write(sheet: Sheet, traces: Iterable[Trace], pen: Pen, rng: np.random.Generator) -> None:
    """Lay the ink of several traces on a sheet, in place.

    Args:
        sheet: The paper.
        traces: In millimetres of the sheet.
        pen: What is written with.
        rng: Source of all chance.
    """
    for trace in traces:
        if len(trace.points) >= 2:
            _write_one(sheet, trace, pen, rng)


def _write_one(sheet: Sheet, trace: Trace, pen: Pen, rng: np.random.Generator) -> None:
    scale = sheet.px_per_mm
    pad = 1.2 * pen.width_mm + 0.8 + 3 * pen.bleed_mm
    low = np.floor((trace.points.min(axis=0) - pad) * scale).astype(int)
    high = np.ceil((trace.points.max(axis=0) + pad) * scale).astype(int)
    low = np.maximum(low, -40)
    high = np.minimum(high, np.array([sheet.pixels.shape[1], sheet.pixels.shape[0]]) + 40)
    if (high <= low).any():
        return
    width, height = (high - low) * _FINER
    dose = _dose(trace, pen, rng)
    usual = float(np.median(trace.speed)) + 1e-6
    slow = np.clip(usual / (trace.speed + 0.15 * usual), 0.4, 3.0)
    widths = pen.width_mm * np.clip(1.0 + pen.lingers * 0.3 * (slow - 1.0), 0.75, 1.6)
    laid = np.zeros((height, width), np.float32)
    edges = np.quantile(widths, [0.0, 0.4, 0.8, 1.0])
    for k in range(3):
        inside = (widths >= edges[k]) & ((widths < edges[k + 1]) | (k == 2))
        if inside.any():
            spots = trace.points[inside] * scale * _FINER - low * _FINER
            _deposit(laid, spots, dose[inside], float(widths[inside].mean()), scale * _FINER)
    density = _density(laid, pen, scale * _FINER, rng)
    if pen.bleed_mm > 0:
        density = np.asarray(
            cv2.GaussianBlur(density, (0, 0), pen.bleed_mm * scale * _FINER), np.float32
        )
    absorbs = np.array(_ABSORBS[pen.colour], np.float32)
    through = np.exp(-density[:, :, None] * absorbs)
    # Light is mixed, not density: a half-covered pixel is half as bright.
    size = (width // _FINER, height // _FINER)
    mixed = cv2.resize(through, size, interpolation=cv2.INTER_AREA)
    sheet.filter(int(low[0]), int(low[1]), np.asarray(mixed, np.float32))


def _dose(trace: Trace, pen: Pen, rng: np.random.Generator) -> Float32:
    """Return the ink given at each point, 1 at the usual speed."""
    count = len(trace.points)
    usual = float(np.median(trace.speed)) + 1e-6
    slow = np.clip(usual / (trace.speed + 0.2 * usual), 0.3, 2.5)
    dose = slow**pen.lingers
    if pen.skips > 0:
        noise = smooth_noise((1, count), 1.2 / STEP_MM, rng)[0]
        line = float(np.quantile(noise, pen.skips))
        dose = dose * np.clip((noise - line) / 0.3 + 0.4, 0.03, 1.0)
    if pen.kind == "ballpoint":  # the ball turns dry at first
        dry = int(min(count, rng.uniform(0.0, 0.8) / STEP_MM))
        if dry > 1 and rng.random() < 0.5:
            dose[:dry] *= np.linspace(rng.uniform(0.1, 0.7), 1.0, dry)
    for _ in range(int(rng.poisson(pen.blobs * trace.length_mm / 10.0))):
        at = int(rng.integers(count))
        dose[max(0, at - 3) : at + 4] *= 3.0
    return np.asarray(dose, np.float32)


def _deposit(
    laid: Float32, spots: np.ndarray, dose: Float32, width_mm: float, scale: float
) -> None:
    """Add doses under the tip's footprint, so that a plain line has 1 along its middle."""
    height, width = laid.shape
    raw = np.zeros_like(laid)
    cells = np.floor(spots).astype(int)
    parts = (spots - cells).astype(np.float32)
    for dx in (0, 1):
        for dy in (0, 1):
            share = np.abs(1 - dx - parts[:, 0]) * np.abs(1 - dy - parts[:, 1])
            x, y = cells[:, 0] + dx, cells[:, 1] + dy
            fits = (x >= 0) & (x < width) & (y >= 0) & (y < height)
            np.add.at(raw, (y[fits], x[fits]), (dose * share)[fits])
    radius = max(0.6, width_mm * scale / 2)
    reach = int(np.ceil(radius + 1))
    grid = np.arange(-reach, reach + 1)
    away = np.hypot(grid[:, None], grid[None, :])
    footprint = np.clip(radius + 0.5 - away, 0.0, 1.0).astype(np.float32)
    middle_sum = float(footprint[reach].sum())
    footprint *= STEP_MM * scale / middle_sum
    laid += cv2.filter2D(raw, -1, footprint, borderType=cv2.BORDER_CONSTANT)


def _density(laid: Float32, pen: Pen, scale: float, rng: np.random.Generator) -> Float32:
    shape = (laid.shape[0], laid.shape[1])
    if pen.kind == "pencil":
        tooth = 0.6 * smooth_noise(shape, 0.09 * scale, rng)
        tooth += 0.4 * smooth_noise(shape, 0.2 * scale, rng)
        caught = np.clip(1.15 * laid - 0.35 - 0.42 * tooth, 0.0, 1.25) * (laid > 0.02)
        return np.asarray(pen.density * caught, np.float32)
    if pen.kind == "ballpoint":
        streaky = 1.0 + 0.14 * smooth_noise(shape, 0.12 * scale, rng)
        return np.asarray(pen.density * np.clip(laid, 0.0, 2.2) ** 0.75 * streaky, np.float32)
    return np.asarray(pen.density * (1.0 - np.exp(-2.2 * laid)) / 0.89, np.float32)

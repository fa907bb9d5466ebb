"""Pens on paper: strokes in millimetres become ink on a canvas of pixels.

A stroke comes in as a polyline in page millimetres. It leaves as ink that has what
real ink has: a tremor of the hand, pressure that swells and fades, a taper where the
pen lifts, grain of the paper, and places where the pen skips. Ink only ever darkens:
each channel of the canvas is multiplied by what the ink lets through.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import FloatArray, mm_to_px

Pixels = NDArray[np.uint8]
Rgb = tuple[float, float, float]
PenKind = Literal["ballpoint", "gel", "felt", "pencil"]
PenColour = Literal["blue", "black", "red", "grey"]

# Reflectance of a solid patch of each ink, 0 to 1, chosen by eye from office pens.
INKS: dict[PenColour, Rgb] = {
    "blue": (0.16, 0.22, 0.58),
    "black": (0.14, 0.14, 0.17),
    "red": (0.78, 0.13, 0.17),
    "grey": (0.36, 0.36, 0.38),
}

# Strokes are drawn at this multiple of the canvas resolution, then averaged down.
_SUPERSAMPLING = 3
# Distance between two points of a stroke: finer than the thinnest pen is wide.
_STEP_MM = 0.14


@dataclass(frozen=True, slots=True)
class Pen:
    """One pen as it writes today.

    Attributes:
        width_mm: Width of its line under middling pressure.
        density: Share of the paper's light that a solid line takes away, 0 to 1.
        pressure: How much width and darkness vary along a stroke, 0 to 1.
        skip: Share of a stroke where the ink fails, 0 to about 0.4.
        grain: How much of the paper's tooth shows through, 0 (felt) to 1 (pencil).
    """

    kind: PenKind
    colour: PenColour
    width_mm: float
    density: float
    pressure: float
    skip: float
    grain: float


@dataclass(frozen=True, slots=True)
class Hand:
    """The habits of one voter's hand.

    Attributes:
        size: Size of marks against an ordinary hand, 1.0 = about the box.
        slant_deg: Lean of everything written, clockwise.
        dx_mm, dy_mm: Where marks land against the middle of the box.
        tremor_mm: Amplitude of the shake.
        haste: 0 for careful, 1 for hurried: long tapers, open circles, crooked legs.
    """

    size: float
    slant_deg: float
    dx_mm: float
    dy_mm: float
    tremor_mm: float
    haste: float


@dataclass(frozen=True, slots=True)
class Canvas:
    """A sheet of pixels that ink is laid on, in place.

    Attributes:
        pixels: Shape (height, width, channels), 1 or 3 channels, 255 = white.
        dpi: Resolution.
        sensor: Weights of red, green and blue where there is one channel only.
    """

    pixels: Pixels
    dpi: float
    sensor: Rgb = (0.299, 0.587, 0.114)

    def tint(self, colour: Rgb) -> FloatArray:
        """Return a colour as this canvas sees it, one value per channel, 0 to 1."""
        if self.pixels.shape[2] == 3:
            return np.asarray(colour, dtype=np.float64)
        return np.asarray([np.dot(colour, self.sensor)], dtype=np.float64)


def choose_pen(rng: np.random.Generator, kind: PenKind, colour: PenColour) -> Pen:
    """Draw a pen of a kind and colour: no two write alike."""
    if kind == "ballpoint":
        width, density, grain = rng.uniform(0.3, 0.55), rng.uniform(0.72, 0.97), 0.45
        skip = float(rng.choice([0.0, 0.0, 0.03, 0.12]))
    elif kind == "gel":
        width, density, grain = rng.uniform(0.4, 0.7), rng.uniform(0.9, 1.0), 0.12
        skip = float(rng.choice([0.0, 0.0, 0.0, 0.06]))
    elif kind == "felt":
        width, density, grain = rng.uniform(0.7, 1.2), rng.uniform(0.85, 1.0), 0.05
        skip = 0.0
    else:
        width, density, grain = rng.uniform(0.35, 0.7), rng.uniform(0.4, 0.8), 0.9
        skip = float(rng.choice([0.0, 0.04]))
    pressure = rng.uniform(0.15, 0.5)
    return Pen(kind, colour, float(width), float(density), float(pressure), skip, grain)


def choose_hand(rng: np.random.Generator) -> Hand:
    """Draw the habits of one voter."""
    return Hand(
        size=float(np.clip(rng.normal(1.0, 0.22), 0.55, 1.7)),
        slant_deg=float(rng.normal(4.0, 9.0)),
        dx_mm=float(np.clip(rng.normal(0.0, 0.45), -1.2, 1.2)),
        dy_mm=float(np.clip(rng.normal(0.0, 0.4), -1.1, 1.1)),
        tremor_mm=float(rng.choice([0.02, 0.03, 0.05, 0.16], p=[0.4, 0.35, 0.18, 0.07])),
        haste=float(rng.beta(1.6, 2.4)),
    )


def wander(rng: np.random.Generator, count: int, spacing: float) -> FloatArray:
    """Return a smooth random line of ``count`` values around 0 with spread near 1.

    Args:
        rng: Source of all chance.
        count: How many values.
        spacing: How many of them pass between two independent ones.
    """
    knots = max(2, int(np.ceil(count / max(spacing, 1.0))) + 1)
    values = rng.normal(0.0, 1.0, knots)
    return np.interp(np.linspace(0.0, knots - 1.0, count), np.arange(knots), values)


def smooth_path(points: FloatArray, step_mm: float = _STEP_MM) -> FloatArray:
    """Return a curve through the points (Catmull-Rom), with even steps.

    Args:
        points: Shape (n, 2), n of at least 2, in millimetres.
        step_mm: About the distance of two points of the curve.
    """
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0.0, 1.0, 12, endpoint=False)[:, None]
    pieces = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        cubic = -a + 3 * b - 3 * c + d
        square = 2 * a - 5 * b + 4 * c - d
        pieces.append(0.5 * (2 * b + (c - a) * t + square * t**2 + cubic * t**3))
    dense = np.vstack([*pieces, points[-1:]])
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(dense, axis=0).T))])
    count = max(3, int(along[-1] / step_mm) + 1)
    places = np.linspace(0.0, along[-1], count)
    return np.column_stack([np.interp(places, along, dense[:, i]) for i in (0, 1)])


def lay_stroke(
    canvas: Canvas, points: FloatArray, pen: Pen, hand: Hand, rng: np.random.Generator
) -> None:
    """Draw one stroke of a pen on the canvas.

    Args:
        canvas: Darkened in place.
        points: Shape (n, 2), what the hand meant to follow, in millimetres.
        pen: What it is drawn with.
        hand: The voter's habits.
        rng: Source of all chance.
    """
    path = smooth_path(np.asarray(points, dtype=np.float64))
    count = len(path)
    # A hand shakes about once a millimetre; a slow drift bends the whole stroke.
    for axis in (0, 1):
        path[:, axis] += hand.tremor_mm * wander(rng, count, 0.9 / _STEP_MM)
        path[:, axis] += 0.5 * hand.tremor_mm * wander(rng, count, 4.0 / _STEP_MM)
    press = np.clip(1.0 + pen.pressure * 0.6 * wander(rng, count, 2.5 / _STEP_MM), 0.35, 1.5)
    press *= _taper(count, hand.haste, rng)
    width_mm = pen.width_mm * (1.0 + pen.pressure * 0.5 * (press - 1.0))
    dark = np.clip(pen.density * (0.55 + 0.45 * press), 0.0, 1.0)
    if pen.skip > 0:
        dark *= _failing_ink(count, pen.skip, rng)
    _stamp(canvas, path, width_mm, dark, pen, rng)


def _taper(count: int, haste: float, rng: np.random.Generator) -> FloatArray:
    """Pressure at the ends of a stroke: a hurried pen lands and lifts in flight."""
    ramp = np.ones(count)
    for end in (slice(None), slice(None, None, -1)):
        length = int(rng.uniform(0.02, 0.05 + 0.22 * haste) * count)
        if length > 1:
            ramp[end][:length] *= np.linspace(rng.uniform(0.25, 0.8), 1.0, length)
    return ramp


def _failing_ink(count: int, share: float, rng: np.random.Generator) -> FloatArray:
    """Return what is left of the ink along a stroke that skips over ``share`` of it."""
    line = wander(rng, count, 1.6 / _STEP_MM)
    edge = float(np.quantile(line, share))
    return np.asarray(np.clip((line - edge) / 0.25 + 0.5, 0.04, 1.0), dtype=np.float64)


def _stamp(
    canvas: Canvas,
    path_mm: FloatArray,
    width_mm: FloatArray,
    dark: FloatArray,
    pen: Pen,
    rng: np.random.Generator,
) -> None:
    """Multiply the ink of one stroke into the canvas around it."""
    scale = mm_to_px(1.0, canvas.dpi)
    pad = float(width_mm.max()) + 0.4
    height, width = canvas.pixels.shape[:2]
    left = max(0, int((path_mm[:, 0].min() - pad) * scale))
    top = max(0, int((path_mm[:, 1].min() - pad) * scale))
    right = min(width, int((path_mm[:, 0].max() + pad) * scale) + 1)
    bottom = min(height, int((path_mm[:, 1].max() + pad) * scale) + 1)
    if right <= left or bottom <= top:
        return
    fine = scale * _SUPERSAMPLING
    mask = np.zeros(((bottom - top) * _SUPERSAMPLING, (right - left) * _SUPERSAMPLING), np.uint8)
    spots = (path_mm * fine - np.array([left, top]) * _SUPERSAMPLING) * 16.0
    places = np.rint(spots).astype(int)
    thick = np.maximum(1, np.rint(width_mm * fine)).astype(int)
    shade = np.rint(dark * 255.0).astype(int)
    for i in range(len(places) - 1):
        a = (int(places[i, 0]), int(places[i, 1]))
        b = (int(places[i + 1, 0]), int(places[i + 1, 1]))
        cv2.line(mask, a, b, int(shade[i]), int(thick[i]), cv2.LINE_8, 4)
    small = cv2.resize(mask, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
    cover = small.astype(np.float64) / 255.0
    if pen.kind == "felt":  # felt ink creeps along the fibres
        cover = np.asarray(cv2.GaussianBlur(cover, (0, 0), 0.045 * scale), dtype=np.float64)
    if pen.grain > 0:
        cover *= _tooth(cover.shape, pen.grain, scale, rng)
    darken(canvas, left, top, cover, INKS[pen.colour])


def _tooth(
    shape: tuple[int, ...], grain: float, scale: float, rng: np.random.Generator
) -> FloatArray:
    """Return how much ink the paper's tooth takes, per pixel: 1 = all, less in hollows."""
    noise = rng.normal(0.0, 1.0, shape)
    noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), 0.055 * scale), dtype=np.float64)
    noise /= max(float(noise.std()), 1e-6)
    return np.asarray(np.clip(1.0 - grain * (0.18 - 0.34 * noise), 0.05, 1.0), dtype=np.float64)


def darken(canvas: Canvas, left_px: int, top_px: int, cover: FloatArray, colour: Rgb) -> None:
    """Lay a patch of ink or shadow on the canvas, in place.

    Args:
        canvas: The sheet.
        left_px: Left edge of the patch; what lies off the canvas is dropped.
        top_px: Its top edge.
        cover: Shape (h, w), 0 = bare paper, 1 = solid colour.
        colour: Reflectance of the solid colour, 0 to 1.
    """
    height, width = canvas.pixels.shape[:2]
    x0, y0 = max(0, left_px), max(0, top_px)
    x1 = min(width, left_px + cover.shape[1])
    y1 = min(height, top_px + cover.shape[0])
    if x1 <= x0 or y1 <= y0:
        return
    part = cover[y0 - top_px : y1 - top_px, x0 - left_px : x1 - left_px, None]
    through = 1.0 - part * (1.0 - canvas.tint(colour))
    view = canvas.pixels[y0:y1, x0:x1]
    view[:] = np.rint(view * through).astype(np.uint8)

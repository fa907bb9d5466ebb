"""Bent paper: folds, crumples, curl and damp, with what they do to light, place and toner."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from blindsheets.machines.raster import Field, Pixels, blotches, field
from blindsheets.machines.sheet import BEND_PX_PER_MM, SHADE_PX_PER_MM, Sheet

# Print is drawn no further to a fold than this: a letter on the fold stays that letter.
_MOST_LIFT_MM = 0.38


@dataclass(frozen=True, slots=True)
class Fold:
    """A straight fold.

    Attributes:
        x_mm: A point on it.
        y_mm: The same.
        angle: Of the line, radians; 0 runs across the sheet.
        side: 1 a mountain, -1 a valley, seen from the lamp.
        sharp: 0 a soft bend, 1 a fold pressed with the nail.
        depth: How far the paper stands up from the glass, 1 for an ordinary folded letter.
    """

    x_mm: float
    y_mm: float
    angle: float
    side: int
    sharp: float
    depth: float


def fold(sheet: Sheet, made: Fold, rng: np.random.Generator) -> None:
    """Fold a sheet and open it again."""
    normal = (-math.sin(made.angle), math.cos(made.angle))
    _bend(sheet, made, normal, rng)
    _shade(sheet, made, normal, rng)
    _crease(sheet, made, rng)


def _distance(sheet: Sheet, made: Fold, normal: tuple[float, float], px_per_mm: float) -> Field:
    x, y = sheet.grid_mm(px_per_mm)
    return field((x - made.x_mm) * normal[0] + (y - made.y_mm) * normal[1])


def _bend(sheet: Sheet, made: Fold, normal: tuple[float, float], rng: np.random.Generator) -> None:
    # Paper that stands up is nearer to the lens and leans away: print is drawn to the fold.
    away = _distance(sheet, made, normal, BEND_PX_PER_MM)
    reach = float(rng.uniform(5, 12))
    lift_mm = min(_MOST_LIFT_MM, made.depth * float(rng.uniform(0.05, 0.3)))
    pull = lift_mm * np.tanh(away) * np.exp(-np.abs(away) / reach)
    # Opened again, the two halves seldom lie quite as they did.
    slip = made.depth * float(rng.normal(0, 0.08)) * np.tanh(away / 4)
    bend = sheet.bend
    bend[..., 0] += pull * normal[0] + slip * -normal[1]
    bend[..., 1] += pull * normal[1] + slip * normal[0]


def _shade(sheet: Sheet, made: Fold, normal: tuple[float, float], rng: np.random.Generator) -> None:
    # The lamp stands on one side: the slope that faces it is lighter, the other darker.
    away = _distance(sheet, made, normal, SHADE_PX_PER_MM)
    lamp = float(rng.normal(0.8, 0.35)) * (0.4 + 0.6 * abs(normal[1])) * made.side
    reach = float(rng.uniform(2.0, 7.0)) * (1.6 - made.sharp)
    slope = np.sign(away) * np.exp(-np.abs(away) / reach)
    along = 0.75 + 0.25 * blotches(rng, (away.shape[0], away.shape[1]), (5, 4))
    line_mm = 0.3 + 0.5 * (1 - made.sharp)
    trough = np.exp(-((away / line_mm) ** 2)) * (0.07 if made.side < 0 else 0.03)
    sheet.shade[...] *= 1 + made.depth * along * (0.045 * lamp * slope - trough)


def _crease(sheet: Sheet, made: Fold, rng: np.random.Generator) -> None:
    """Draw the line itself on the picture: broken fibres, and toner that flakes off."""
    if made.sharp < 0.3:
        return
    scale = sheet.px_per_mm
    page = sheet.pixels
    direction = (math.cos(made.angle), math.sin(made.angle))
    length_mm = sheet.width_mm + sheet.height_mm
    half = round(0.45 * scale)
    # Walk along the line in short pieces, so that a slanting fold is worked in small squares.
    piece_mm = 12.0 if abs(direction[0]) < 0.999 and abs(direction[1]) < 0.999 else length_mm
    wander = blotches(rng, (1, 400), (2, 60))[0] * 0.08
    cracked = made.sharp * made.depth > 0.45
    steps = np.arange(-length_mm, length_mm, min(piece_mm, 40.0))
    for at, start in enumerate(steps):
        end = start + min(piece_mm, 40.0)
        off = float(wander[at % 400]) * scale
        x0 = (made.x_mm + direction[0] * start) * scale - direction[1] * off
        y0 = (made.y_mm + direction[1] * start) * scale + direction[0] * off
        x1 = (made.x_mm + direction[0] * end) * scale - direction[1] * off
        y1 = (made.y_mm + direction[1] * end) * scale + direction[0] * off
        left, right = int(min(x0, x1)) - half, int(max(x0, x1)) + half + 1
        top, bottom = int(min(y0, y1)) - half, int(max(y0, y1)) + half + 1
        left, top = max(left, 0), max(top, 0)
        right, bottom = min(right, page.shape[1]), min(bottom, page.shape[0])
        if right - left < 2 or bottom - top < 2:
            continue
        y, x = np.mgrid[top:bottom, left:right].astype(np.float32)
        away = np.abs((x - x0) * -direction[1] + (y - y0) * direction[0]) / scale
        _crack(page[top:bottom, left:right], field(away), made, cracked, rng)


def _crack(
    part: Pixels, away_mm: Field, made: Fold, cracked: bool, rng: np.random.Generator
) -> None:
    rough = rng.uniform(0.3, 1.0, part.shape[:2]).astype(np.float32)
    rough = field(cv2.blur(rough, (3, 3)))
    line = np.exp(-((away_mm / 0.11) ** 2)) * made.sharp * min(made.depth, 1.5)
    tone = part.astype(np.float32)
    tone -= (line * rough * (26 if made.side < 0 else 12))[..., None]
    if cracked:
        # Toner sits on the paper and flakes; the ink of a pen has soaked in and stays.
        dark = part.max(axis=2) < 120
        loose = np.exp(-((away_mm / 0.18) ** 2)) * made.sharp
        bare = dark & (rough < 0.25 + 0.55 * loose) & (loose > 0.25)
        tone[bare] = tone[bare] * 0.35 + 225 * 0.65
    part[...] = np.clip(tone, 0, 255).astype(np.uint8)


def fold_pattern(name: str, sheet: Sheet, rng: np.random.Generator, depth: float) -> list[Fold]:
    """Lay out the folds of one way of folding.

    Args:
        name: "half", "thirds", "four", "slant", "pocket" or "roll".
        depth: As in ``Fold``.
    """
    width, height = sheet.width_mm, sheet.height_mm
    side = 1 if rng.uniform() < 0.5 else -1

    def across(share: float, turned: int = 1) -> Fold:
        return _fold_at(width / 2, height * share, 0.0, side * turned, rng, depth)

    def down(share: float, turned: int = 1) -> Fold:
        return _fold_at(width * share, height / 2, math.pi / 2, side * turned, rng, depth)

    if name == "half":
        return [across(0.5)] if rng.uniform() < 0.7 else [down(0.5)]
    if name == "thirds":
        turned = 1 if rng.uniform() < 0.6 else -1
        return [across(1 / 3), across(2 / 3, turned)]
    if name == "four":
        return [across(0.5), down(0.5)]
    if name == "pocket":
        return [across(0.25), across(0.5, -1), across(0.75), down(0.5)]
    if name == "roll":
        count = int(rng.integers(4, 9))
        return [across((at + 0.5) / count, 1) for at in range(count)]
    angle = float(rng.uniform(0.15, 1.4)) * (1 if rng.uniform() < 0.5 else -1)
    x_mm = float(rng.uniform(0.15, 0.85)) * width
    return [_fold_at(x_mm, float(rng.uniform(0.15, 0.85)) * height, angle, side, rng, depth)]


def _fold_at(
    x_mm: float, y_mm: float, angle: float, side: int, rng: np.random.Generator, depth: float
) -> Fold:
    return Fold(
        x_mm + float(rng.normal(0, 2.0)),
        y_mm + float(rng.normal(0, 2.5)),
        angle + float(rng.normal(0, 0.008)),
        side,
        float(np.clip(rng.beta(2.2, 1.6), 0.1, 1)),
        depth * float(rng.uniform(0.6, 1.3)),
    )


def crumple(sheet: Sheet, rng: np.random.Generator, depth: float) -> None:
    """Crush a sheet in the hand and smooth it out again: flat facets between many creases."""
    x, y = sheet.grid_mm(SHADE_PX_PER_MM)
    rise = np.zeros((y.shape[0], x.shape[1]), np.float32)
    scale = SHADE_PX_PER_MM
    for _ in range(int(rng.integers(14, 26) + 14 * depth)):
        reach = float(rng.uniform(20, 75))
        middle = (float(rng.uniform(0, sheet.width_mm)), float(rng.uniform(0, sheet.height_mm)))
        left, right = (int(max(0, (middle[0] + at * reach) * scale)) for at in (-1, 1))
        top, bottom = (int(max(0, (middle[1] + at * reach) * scale)) for at in (-1, 1))
        px, py = x[:, left:right] - middle[0], y[top:bottom] - middle[1]
        if px.size == 0 or py.size == 0:
            continue
        angle = float(rng.uniform(0, math.pi))
        near = np.clip(1 - (px**2 + py**2) / reach**2, 0, 1) ** 2
        ridge = np.abs(-math.sin(angle) * px + math.cos(angle) * py)
        rise[top:bottom, left:right] += float(rng.normal(0, 0.075)) * ridge * near
    slope_y, slope_x = (field(at) * scale for at in np.gradient(rise))
    lamp = float(rng.uniform(0.6, 1.0))
    light = slope_y * lamp + slope_x * float(rng.normal(0, 0.35))
    bent = np.abs(field(cv2.Laplacian(rise, cv2.CV_32F))) * scale
    shade = 1 + 0.55 * depth * np.clip(light, -0.35, 0.25) - 0.18 * depth * np.clip(bent, 0, 0.5)
    sheet.shade[...] *= np.clip(shade, 0.62, 1.12)
    bend = sheet.bend
    small = (bend.shape[1], bend.shape[0])
    for axis, slope in enumerate((slope_x, slope_y)):
        soft = cv2.GaussianBlur(slope, (0, 0), 2.5 * scale)
        bend[..., axis] += (
            1.6 * depth * field(cv2.resize(soft, small, interpolation=cv2.INTER_AREA))
        )


def curl(sheet: Sheet, rng: np.random.Generator, depth: float) -> None:
    """Lift an end of the sheet from the glass, as rolled paper lifts itself."""
    x, y = sheet.grid_mm(SHADE_PX_PER_MM)
    bx, by = sheet.grid_mm(BEND_PX_PER_MM)
    across = rng.uniform() < 0.4
    size = sheet.width_mm if across else sheet.height_mm
    place, coarse = (x, bx) if across else (y, by)
    if rng.uniform() < 0.5:
        place, coarse = size - place, size - coarse
        sign = -1.0
    else:
        sign = 1.0
    reach = float(rng.uniform(18, 45))
    sheet.shade[...] *= 1 - 0.13 * depth * np.clip(1 - place / reach, 0, 1) ** 2
    lean = 1.1 * depth * np.clip(1 - coarse / reach, 0, 1) ** 2
    sheet.bend[..., 0 if across else 1] -= sign * lean


def damp(sheet: Sheet, rng: np.random.Generator, depth: float) -> None:
    """Make waves along an edge that was wet and dried."""
    x, y = sheet.grid_mm(SHADE_PX_PER_MM)
    bx, by = sheet.grid_mm(BEND_PX_PER_MM)
    across = rng.uniform() < 0.5
    period = float(rng.uniform(22, 60))
    phase = float(rng.uniform(0, 2 * math.pi))
    reach = float(rng.uniform(40, 110))

    def wave(along: Field, inward: Field) -> Field:
        turn = 2 * math.pi * along / period + phase + 0.6 * np.sin(along / 31)
        return field(np.sin(turn) * np.exp(-inward / reach))

    if across:
        light, lean = wave(x, y), wave(bx, by)
    else:
        light, lean = wave(y, x), wave(by, bx)
    sheet.shade[...] *= 1 + 0.035 * depth * light
    sheet.bend[..., 0 if across else 1] += 0.35 * depth * lean
    sheet.bend[..., 1 if across else 0] += 0.15 * depth * lean

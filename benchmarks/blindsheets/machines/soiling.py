"""Dirt and wear of a scanner: lines down the scan, marks of rollers, a band out of focus."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from blindsheets.machines.raster import Colour, Pixels, blotches


@dataclass(frozen=True, slots=True)
class Line:
    """A line down the scan, from a grain of dust before the sensor or a dead cell.

    Attributes:
        place: Across the scan, 0 to 1.
        width_px: Width, pixels of the scan.
        colour: Of the line.
        depth: How much of the paper it hides, 0 to 1.
        start: Where it begins down the scan, 0 to 1.
        end: Where it ends.
    """

    place: float
    width_px: int
    colour: Colour
    depth: float
    start: float = 0.0
    end: float = 1.0


@dataclass(frozen=True, slots=True)
class Rollers:
    """Grey tracks that dirty feed rollers leave.

    Attributes:
        places: Across the scan, 0 to 1.
        width_mm: Width of a track.
        turn_mm: Circumference of a roller.
        depth: Share of the light lost where it is dirtiest.
    """

    places: tuple[float, ...]
    width_mm: float
    turn_mm: float
    depth: float


def draw_lines(image: Pixels, lines: tuple[Line, ...], rng: np.random.Generator) -> None:
    """Draw lines down a scan, in place."""
    for line in lines:
        height, width = image.shape[:2]
        left = min(round(line.place * width), width - line.width_px)
        rows = slice(round(line.start * height), round(line.end * height))
        part = image[rows, left : left + line.width_px]
        if part.size == 0:
            continue
        steady = 0.85 + 0.3 * blotches(rng, (part.shape[0], 1), (14, 2))
        hidden = np.clip(line.depth * steady, 0, 1)
        # Only the middle of the dust hides all that the line hides.
        across = np.ones(line.width_px, np.float32)
        if line.width_px > 2:
            across[0] = across[-1] = 0.5
        share = hidden * across[None, :]
        if image.ndim == 3:
            mixed = part * (1 - share[..., None]) + np.asarray(line.colour) * share[..., None]
        else:
            mixed = part * (1 - share) + float(np.mean(line.colour)) * share
        part[...] = np.clip(mixed, 0, 255).astype(np.uint8)


def draw_rollers(image: Pixels, rollers: Rollers, dpi: int, rng: np.random.Generator) -> None:
    """Darken the tracks of dirty rollers, in place."""
    per_mm = dpi / 25.4
    height, width = image.shape[:2]
    wide = max(4, round(rollers.width_mm * per_mm))
    y_mm = np.arange(height) / per_mm
    for place in rollers.places:
        left = max(0, round(place * width - wide / 2))
        part = image[:, left : left + wide]
        turn = np.cos(2 * np.pi * (y_mm / rollers.turn_mm + float(rng.uniform())))
        down = 0.25 + 0.75 * np.clip(turn, 0, 1) ** 3
        across = np.sin(np.linspace(0.1, np.pi - 0.1, part.shape[1])) ** 0.5
        patchy = 0.7 + 0.5 * blotches(rng, (height, part.shape[1]), (height // 25, 4))
        lost = np.clip(rollers.depth * down[:, None] * across[None, :] * patchy, 0, 1)
        light = np.clip(255 * (1 - lost), 0, 255).astype(np.uint8)
        shown = light if image.ndim == 2 else cv2.cvtColor(light, cv2.COLOR_GRAY2BGR)
        cv2.multiply(part, shown, dst=part, scale=1 / 255)


def soft_band(image: Pixels, share: float) -> None:
    """Blur and darken the left part of a scan, where the sheet does not lie on the glass."""
    wide = max(8, round(share * image.shape[1]))
    part = image[:, :wide]
    soft = cv2.GaussianBlur(part, (0, 0), image.shape[1] / 1100).astype(np.float32)
    ramp = np.linspace(1, 0, wide, dtype=np.float32)[None, :]
    shade = 1 - 0.45 * ramp**3
    if image.ndim == 3:
        ramp, shade = ramp[..., None], shade[..., None]
    near = np.sqrt(ramp)
    mixed = (soft * near + part * (1 - near)) * shade
    part[...] = np.clip(mixed, 0, 255).astype(np.uint8)

"""The hanging seal (dấu treo): a red ring stamped by hand over the top left of the ballot.

Union seals are round, 36 to 38 mm across, with a double rim, lettering along the rim, the
body's name in the middle and a star. The stamp is drawn once and then laid on each paper
with an angle, a place, and the faults of rubber and pad: uneven ink, smear, a double strike.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from omr.fonts import find_serif
from omr.geometry import FloatArray, Point, mm_to_px
from omr.rehearse.pens import Canvas, Rgb, darken

_RED: Rgb = (0.84, 0.13, 0.16)
_ART_DPI = 300.0


@dataclass(frozen=True, slots=True)
class SealPlan:
    """How one seal was stamped.

    Attributes:
        dx_mm, dy_mm: Distance of its middle from the middle of the seal zone.
        ink: Strength of the pad, 0 (nothing) to 1.
        patchy: How unevenly the rubber took the ink, 0 to 1.
        smear_mm: How far the stamp slid while on the paper.
        echo_mm: Distance of a second, fainter strike; 0 for none.
    """

    diameter_mm: float
    angle_deg: float
    dx_mm: float
    dy_mm: float
    ink: float
    patchy: float
    smear_mm: float
    echo_mm: float
    seed: int


def choose_seal(rng: np.random.Generator, rough: bool) -> SealPlan:
    """Draw how a seal is stamped; ``rough`` brings smears, doubles and dry pads."""
    smear = float(rng.uniform(0.3, 1.6)) if rough and rng.random() < 0.3 else 0.0
    echo = float(rng.uniform(0.6, 2.5)) if rough and rng.random() < 0.25 else 0.0
    spread = 2.4 if rough else 1.5
    return SealPlan(
        diameter_mm=float(rng.uniform(36.0, 38.0)),
        angle_deg=float(rng.uniform(0, 360) if rough else rng.normal(0.0, 14.0)),
        dx_mm=float(np.clip(rng.normal(0.0, spread), -6.0, 6.0)),
        dy_mm=float(np.clip(rng.normal(0.0, spread), -6.0, 6.0)),
        ink=float(rng.uniform(0.25, 0.95) if rough else rng.uniform(0.65, 0.95)),
        patchy=float(rng.uniform(0.1, 0.8) if rough else rng.uniform(0.05, 0.35)),
        smear_mm=smear,
        echo_mm=echo,
        seed=int(rng.integers(2**31)),
    )


def stamp_seal(
    canvas: Canvas, middle: Point, plan: SealPlan, rim: str, lines: Sequence[str]
) -> None:
    """Stamp a seal on the canvas, in place.

    Args:
        canvas: The sheet.
        middle: Middle of the seal zone as printed, in millimetres.
        plan: How it is stamped.
        rim: Lettering along the rim.
        lines: Lettering in the middle, at most three short lines.

    Raises:
        InputError: No font with Vietnamese letters is installed.
    """
    rng = np.random.default_rng(plan.seed)
    art = _artwork(rim, tuple(lines[:3]))
    radius = plan.diameter_mm / 2
    size = int(mm_to_px(plan.diameter_mm + 8.0, canvas.dpi))
    centre = art.shape[0] / 2
    scale = mm_to_px(plan.diameter_mm, canvas.dpi) / art.shape[0]
    turn = cv2.getRotationMatrix2D((centre, centre), -plan.angle_deg, scale)
    turn[:, 2] += size / 2 - centre
    cover = np.asarray(
        cv2.warpAffine(art, turn, (size, size), flags=cv2.INTER_AREA), dtype=np.float64
    )
    cover = cover * _pad_texture(size, plan, radius, canvas.dpi, rng)
    if plan.smear_mm > 0:
        cover = _smeared(cover, mm_to_px(plan.smear_mm, canvas.dpi), rng.uniform(0, 180))
    if plan.echo_mm > 0:
        dx, dy = rng.normal(0.0, 1.0, 2)
        length = mm_to_px(plan.echo_mm, canvas.dpi) / max(np.hypot(dx, dy), 1e-6)
        move = np.array([[1.0, 0.0, dx * length], [0.0, 1.0, dy * length]])
        echo = np.asarray(cv2.warpAffine(cover, move, (size, size)), dtype=np.float64)
        cover = 1.0 - (1.0 - cover) * (1.0 - 0.55 * echo)
    left = round(mm_to_px(middle.x + plan.dx_mm, canvas.dpi) - size / 2)
    top = round(mm_to_px(middle.y + plan.dy_mm, canvas.dpi) - size / 2)
    darken(canvas, left, top, np.clip(cover, 0.0, 1.0), _RED)


def _pad_texture(
    size: int, plan: SealPlan, radius_mm: float, dpi: float, rng: np.random.Generator
) -> FloatArray:
    """Return how well each place of the rubber printed, 0 to 1."""
    cells = rng.normal(0.0, 1.0, (7, 7))
    slow = np.asarray(cv2.resize(cells, (size, size), interpolation=cv2.INTER_CUBIC))
    fine = rng.normal(0.0, 1.0, (size, size))
    fine = np.asarray(cv2.GaussianBlur(fine, (0, 0), mm_to_px(0.12, dpi)), dtype=np.float64)
    fine /= max(float(fine.std()), 1e-6)
    texture = plan.ink * (1.0 + plan.patchy * (0.35 * slow + 0.25 * fine - 0.2))
    return np.asarray(np.clip(texture, 0.0, 1.0), dtype=np.float64)


def _smeared(cover: FloatArray, length_px: float, angle_deg: float) -> FloatArray:
    """Return the print of a stamp that slid while it touched the paper."""
    side = max(3, int(length_px) | 1)
    kernel = np.zeros((side, side), np.float32)
    middle = side // 2
    dx, dy = np.cos(np.radians(angle_deg)) * middle, np.sin(np.radians(angle_deg)) * middle
    a = (round(middle - dx), round(middle - dy))
    cv2.line(kernel, a, (round(middle + dx), round(middle + dy)), 1.0, 1)
    kernel /= kernel.sum()
    slid = np.asarray(cv2.filter2D(cover, -1, kernel), dtype=np.float64)
    return np.asarray(np.maximum(0.55 * cover, slid), dtype=np.float64)


@functools.lru_cache(maxsize=8)
def _artwork(rim: str, lines: tuple[str, ...]) -> FloatArray:
    """Draw the rubber of the seal: shape (n, n), 1 where it prints, 37 mm across."""
    size = int(mm_to_px(37.0, _ART_DPI) * 2)
    unit = size / 37.0
    image = Image.new("L", (size, size), 0)
    draw = ImageDraw.Draw(image)
    for inset, width in ((0.2, 0.9), (1.5, 0.3), (7.2, 0.3)):
        box = (inset * unit, inset * unit, size - inset * unit, size - inset * unit)
        draw.ellipse(box, outline=255, width=int(width * unit))
    _letter_rim(image, rim, size / 2, 14.2 * unit, _font(int(3.4 * unit)))
    _draw_star(draw, size / 2, size - 4.4 * unit, 1.7 * unit)
    font = _font(int(3.6 * unit))
    for i, line in enumerate(lines):
        y = size / 2 + (i - (len(lines) - 1) / 2) * 4.3 * unit
        wide = draw.textlength(line, font=font)
        fitted = font if wide < 20 * unit else _font(max(8, int(3.6 * unit * 20 * unit / wide)))
        draw.text((size / 2, y), line, fill=255, font=fitted, anchor="mm")
    small = image.resize((size // 2, size // 2), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float64) / 255.0


def _letter_rim(
    image: Image.Image, text: str, middle: float, radius: float, font: ImageFont.FreeTypeFont
) -> None:
    """Set letters along the rim, spread over the upper three quarters."""
    span = min(280.0, 11.5 * len(text))
    for i, letter in enumerate(text):
        angle = -span / 2 + span * (i + 0.5) / len(text)
        tile_side = int(font.size * 2)
        tile = Image.new("L", (tile_side, tile_side), 0)
        ImageDraw.Draw(tile).text(
            (tile_side / 2, tile_side / 2), letter, fill=255, font=font, anchor="mm"
        )
        turned = tile.rotate(-angle, resample=Image.Resampling.BICUBIC)
        x = middle + radius * np.sin(np.radians(angle)) - tile_side / 2
        y = middle - radius * np.cos(np.radians(angle)) - tile_side / 2
        image.paste(255, (round(x), round(y)), turned)


def _draw_star(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float) -> None:
    """Draw a solid five-pointed star."""
    points = []
    for i in range(10):
        reach = radius if i % 2 == 0 else radius * 0.4
        angle = np.radians(36.0 * i - 90.0)
        points.append((x + reach * np.cos(angle), y + reach * np.sin(angle)))
    draw.polygon(points, fill=255)


def _font(size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(find_serif()["bold"]), size_px)

"""The body's round seal: pressed by hand, at any angle, too wet, too dry, or twice."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from handsheets.sheet import Float32, Sheet, smooth_noise

_FINE = 16  # pixels a millimetre of the die


@dataclass(frozen=True, slots=True)
class Stamping:
    """How a seal was set.

    Attributes:
        diameter_mm: Of the outer ring.
        dx_mm, dy_mm: Off the middle of its zone.
        angle_deg: Turn.
        density: Of the ink.
        violet: Share of blue in the red ink.
        dry: How blotchy the ink is, 0 to 1.
        slant: Fading towards one side, 0 to 1.
        double_mm: Distance of a second, lighter print; 0 for none.
        smear_mm: Length over which it was dragged; 0 for none.
    """

    diameter_mm: float
    dx_mm: float
    dy_mm: float
    angle_deg: float
    density: float
    violet: float
    dry: float
    slant: float
    double_mm: float
    smear_mm: float


def choose_stamping(rng: np.random.Generator, rough: bool) -> Stamping:
    """Draw how a clerk sets the seal."""
    odd = 0.25 if rough else 0.05
    return Stamping(
        diameter_mm=float(rng.uniform(35.5, 38.0)),
        dx_mm=float(rng.normal(0.0, 2.2 if rough else 1.2)),
        dy_mm=float(rng.normal(0.0, 2.2 if rough else 1.2)),
        angle_deg=float(rng.normal(0.0, 25.0 if rough else 8.0)),
        density=float(rng.uniform(0.4, 2.4) if rough else rng.uniform(0.9, 1.8)),
        violet=float(rng.choice([0.0, rng.uniform(0.1, 0.7)])),
        dry=float(rng.uniform(0.1, 0.8) if rough else rng.uniform(0.05, 0.4)),
        slant=float(rng.uniform(0.0, 0.7) if rough else rng.uniform(0.0, 0.3)),
        double_mm=float(rng.uniform(0.5, 2.5)) if rng.random() < odd else 0.0,
        smear_mm=float(rng.uniform(1.0, 4.0)) if rng.random() < odd else 0.0,
    )


def stamp(
    sheet: Sheet,
    middle_mm: tuple[float, float],
    how: Stamping,
    rim: str,
    font_path: str,
    rng: np.random.Generator,
) -> None:
    """Press the seal on the sheet, in place.

    Args:
        sheet: The paper.
        middle_mm: Middle of the seal's zone on the sheet.
        how: How it is set.
        rim: Lettering along the ring.
        font_path: A bold font that has Vietnamese.
        rng: Source of all chance.
    """
    die = _die(how.diameter_mm, rim, font_path)
    scale = sheet.px_per_mm / _FINE
    size = int((how.diameter_mm + 2 * how.double_mm + 2 * how.smear_mm + 6) * sheet.px_per_mm)
    turn = np.asarray(
        cv2.getRotationMatrix2D((die.shape[1] / 2, die.shape[0] / 2), how.angle_deg, scale)
    )
    middle = np.array([die.shape[1], die.shape[0]]) / 2
    turn = np.column_stack([turn[:, :2], turn[:, 2] + size / 2 - middle])
    soft = cv2.GaussianBlur(die, (0, 0), 0.08 * _FINE)
    print_: Float32 = np.asarray(
        cv2.warpAffine(soft, turn, (size, size), flags=cv2.INTER_AREA), np.float32
    )
    if how.smear_mm > 0:
        length = max(2, int(how.smear_mm * sheet.px_per_mm))
        kernel = np.zeros((length, length), np.float32)
        cv2.line(kernel, (0, 0), (length - 1, int(rng.integers(length))), 1.0, 1)
        print_ = 0.55 * print_ + 0.45 * cv2.filter2D(print_, -1, kernel / kernel.sum())
    if how.double_mm > 0:
        shift = rng.normal(0.0, 1.0, 2)
        shift = shift * how.double_mm * sheet.px_per_mm / max(float(np.hypot(*shift)), 1e-6)
        move = np.array([[1.0, 0.0, shift[0]], [0.0, 1.0, shift[1]]])
        print_ = print_ + 0.6 * cv2.warpAffine(print_, move, (size, size))
    ink = print_ * _ink(size, how, sheet.px_per_mm, rng)
    absorbs = np.array([0.9 - 0.55 * how.violet, 1.05, 0.1 + 0.35 * how.violet], np.float32)
    left = int((middle_mm[0] + how.dx_mm) * sheet.px_per_mm - size / 2)
    top = int((middle_mm[1] + how.dy_mm) * sheet.px_per_mm - size / 2)
    sheet.filter(left, top, np.exp(-ink[:, :, None] * absorbs))


def _ink(size: int, how: Stamping, px_per_mm: float, rng: np.random.Generator) -> Float32:
    blotch = smooth_noise((size, size), 4.0 * px_per_mm, rng)
    fine = smooth_noise((size, size), 0.25 * px_per_mm, rng)
    ink = 1.0 + how.dry * (0.35 * blotch + 0.45 * fine - 0.2)
    angle = rng.uniform(0.0, 2 * np.pi)
    axis = np.linspace(-1.0, 1.0, size)
    slope = np.cos(angle) * axis[None, :] + np.sin(angle) * axis[:, None]
    ink = ink * (1.0 - how.slant * np.clip(0.5 + 0.6 * slope, 0.0, 1.0))
    return np.asarray(how.density * np.clip(ink, 0.0, 1.6), np.float32)


def _die(diameter_mm: float, rim: str, font_path: str) -> Float32:
    """Draw the die: two rings, lettering between them, a star, a word in the middle."""
    side = int((diameter_mm + 2) * _FINE)
    image = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(image)
    middle, radius = side / 2, diameter_mm / 2 * _FINE
    for r, width in ((radius, 1.0), (radius - 1.4 * _FINE, 0.3), (0.62 * radius, 0.35)):
        corners = (middle - r, middle - r, middle + r, middle + r)
        draw.ellipse(corners, outline=255, width=round(width * _FINE))
    font = ImageFont.truetype(font_path, round(3.1 * _FINE))
    reach = 0.79 * radius
    spread = min(4.6, 0.062 * 2 * np.pi * len(rim))
    for k, letter in enumerate(rim):
        angle = -spread / 2 + spread * (k + 0.5) / len(rim)
        tile = Image.new("L", (5 * _FINE, 6 * _FINE), 0)
        ImageDraw.Draw(tile).text((2.5 * _FINE, 3 * _FINE), letter, 255, font, anchor="mm")
        tile = tile.rotate(-np.degrees(angle), Image.Resampling.BILINEAR)
        x, y = middle + reach * np.sin(angle), middle - reach * np.cos(angle)
        place = (round(x - tile.width / 2), round(y - tile.height / 2))
        image.paste(255, place, tile)
    star = [(middle + 0.09 * radius * (1 + (k % 2 == 0) * 1.4) * np.sin(k * np.pi / 5),
             middle + 0.8 * radius - 0.09 * radius * (1 + (k % 2 == 0) * 1.4)
             * np.cos(k * np.pi / 5)) for k in range(10)]  # fmt: skip
    draw.polygon(star, fill=255)
    bold = ImageFont.truetype(font_path, round(4.4 * _FINE))
    for line, y in (("BAN", -2.6), ("CHẤP HÀNH", 2.6)):
        draw.text((middle, middle + y * _FINE), line, 255, bold, anchor="mm")
    return np.asarray(image, np.float32) / 255.0

"""The red seal: a rubber stamp, cut once for a body, pressed by hand on every paper anew."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from blindsheets.ink import Patch, Pixels
from blindsheets.tooth import piece
from omr.fonts import find_serif

# Density at which the ink's own colour below is reached.
_FULL = 160


@dataclass(frozen=True, slots=True)
class Stamp:
    """A stamp with its pad.

    Attributes:
        across_mm: Diameter.
        rim: Lettering around, and in its middle.
        colour: What full ink gives back of red, green and blue, 0 to 1.
        wet: How much ink the pad gives, 1 usual.
    """

    across_mm: float
    rim: str
    middle: tuple[str, ...]
    colour: tuple[float, float, float]
    wet: float


def choose_stamp(rng: np.random.Generator, rim: str, room_mm: float) -> Stamp:
    """Choose a body's stamp and how full its pad is.

    Args:
        room_mm: Width of the place that the ballot leaves for it.
    """
    colours = [(0.86, 0.16, 0.16), (0.78, 0.12, 0.17), (0.90, 0.30, 0.27), (0.62, 0.12, 0.30)]
    return Stamp(
        across_mm=min(float(rng.uniform(36.0, 38.0)), room_mm - 2.0),
        rim=rim,
        middle=("BAN", "CHẤP HÀNH") if rng.random() < 0.6 else ("CÔNG ĐOÀN",),
        colour=colours[int(rng.choice(4, p=[0.4, 0.3, 0.18, 0.12]))],
        wet=float(np.clip(rng.normal(0.95, 0.25), 0.4, 1.5)),
    )


@lru_cache(maxsize=8)
def _rubber(stamp: Stamp, px_per_mm: float) -> Pixels:
    """The face of the stamp, 255 where it prints, square."""
    side = round(stamp.across_mm * px_per_mm)
    image = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(image)
    edge, gap = 0.9 * px_per_mm, 5.4 * px_per_mm
    draw.ellipse((1, 1, side - 2, side - 2), outline=255, width=max(2, round(edge)))
    inner = round(edge + gap)
    box = (inner, inner, side - inner, side - inner)
    draw.ellipse(box, outline=255, width=max(1, round(0.4 * px_per_mm)))
    face = str(find_serif()["bold"])
    _around(image, stamp.rim, face, 2.9 * px_per_mm, side / 2 - edge - 0.55 * gap)
    font = ImageFont.truetype(face, round(3.6 * px_per_mm))
    for at, text in enumerate(stamp.middle):
        y = side / 2 + (at - (len(stamp.middle) - 1) / 2) * 4.6 * px_per_mm
        draw.text((side / 2, y), text, fill=255, font=font, anchor="mm")
    _star(draw, side / 2, side - edge - 0.5 * gap, 1.7 * px_per_mm)
    return np.asarray(image, dtype=np.uint8)


def _around(image: Image.Image, text: str, face: str, size_px: float, radius_px: float) -> None:
    """Set letters around the rim, from left below to right below."""
    font = ImageFont.truetype(face, round(size_px))
    middle = image.width / 2
    sweep = min(5.0, 0.021 * size_px * len(text) + 2.2)
    for at, letter in enumerate(text):
        angle = -sweep / 2 + sweep * at / max(1, len(text) - 1)
        tile = Image.new("L", (round(2.2 * size_px),) * 2, 0)
        half = tile.width / 2
        ImageDraw.Draw(tile).text((half, half), letter, fill=255, font=font, anchor="mm")
        turned = tile.rotate(-np.rad2deg(angle), resample=Image.Resampling.BICUBIC)
        x = middle + radius_px * np.sin(angle) - half
        y = middle - radius_px * np.cos(angle) - half
        image.paste(255, (round(x), round(y)), turned)


def _star(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float) -> None:
    points = []
    for at in range(10):
        reach = radius if at % 2 == 0 else 0.4 * radius
        angle = np.pi * at / 5 - np.pi / 2
        points.append((x + reach * np.cos(angle), y + reach * np.sin(angle)))
    draw.polygon(points, fill=255)


def press(
    stamp: Stamp, x_mm: float, y_mm: float, px_per_mm: float, rng: np.random.Generator
) -> tuple[list[Patch], list[str]]:
    """Press the stamp by hand.

    Args:
        x_mm, y_mm: Its middle on the sheet.

    Returns:
        Ink on the page, and words on how it went.
    """
    rubber = _rubber(stamp, px_per_mm)
    margin = round(3.0 * px_per_mm)
    side = rubber.shape[0] + 2 * margin
    words = ["seal"]
    # Most are held upright; some at any angle.
    angle = float(rng.normal(0.0, 12.0)) if rng.random() < 0.75 else float(rng.uniform(0, 360))
    turn = cv2.getRotationMatrix2D((rubber.shape[1] / 2, rubber.shape[0] / 2), angle, 1.0)
    turn[:, 2] += margin
    face = cv2.warpAffine(rubber, turn, (side, side), flags=cv2.INTER_LINEAR)
    wet = stamp.wet * float(np.exp(rng.normal(0.0, 0.2)))
    if wet > 1.25:
        # Too much ink fills the hollows of the letters.
        face = cv2.dilate(face, np.ones((3, 3), np.uint8), iterations=2)
        words.append("seal too wet")
    soft = cv2.GaussianBlur(face, (0, 0), 0.10 * px_per_mm).astype(np.float32) / 255.0
    gnaw = piece("felt", (side, side), rng)
    tooth = piece("tooth", (side, side), rng)
    cloud = piece("cloud", (side, side), rng)
    body = np.clip((soft + 0.5 * (gnaw - 0.5) - 0.5) * 3.5 + 0.5, 0.0, 1.0) * (soft > 0.03)
    # It is pressed harder on one side than on the other.
    y, x = np.mgrid[-1.0 : 1.0 : side * 1j, -1.0 : 1.0 : side * 1j].astype(np.float32)
    way = float(rng.uniform(0, 2 * np.pi))
    lean = abs(float(rng.normal(0.0, 0.28)))
    hold = 1.0 + lean * (x * np.cos(way) + y * np.sin(way))
    ink = np.clip(wet * hold * (0.78 + 0.5 * cloud) - 0.30 * np.clip(tooth - 0.5, 0, 1), 0.0, 1.5)
    if wet * (1 - lean) < 0.6:
        ink = ink * np.clip(1.6 - 1.2 * gnaw, 0.0, 1.0)
        words.append("seal too dry")
    density = body * ink
    if rng.random() < 0.08:
        reach = max(3, round(float(rng.uniform(0.5, 2.0)) * px_per_mm)) | 1
        kernel = np.zeros((reach, reach), np.float32)
        kernel[reach // 2, :] = 1.0 / reach
        density = np.maximum(0.75 * density, 0.9 * cv2.filter2D(density, -1, kernel))
        words.append("seal smeared")
    if rng.random() < 0.07:
        dx, dy = (round(float(v) * px_per_mm) for v in rng.normal(0.0, 0.9, 2))
        again = np.roll(density, (dy, dx), (0, 1))
        density = density + float(rng.uniform(0.3, 0.7)) * again
        words.append("seal doubled")
    red, green, blue = stamp.colour
    share = np.arange(256)[:, None] / _FULL
    through = np.rint(255.0 * np.array([[blue, green, red]]) ** share).astype(np.uint8)
    bytes_ = np.clip(density * _FULL, 0, 255).astype(np.uint8)
    left, top = (round(v * px_per_mm - side / 2) for v in (x_mm, y_mm))
    return [Patch(left, top, bytes_, through)], words

"""The serial as it is printed on one ballot: text that the shared reference picture cannot hold."""

from __future__ import annotations

from functools import cache, lru_cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from omr.ballot.model import PageLayout
from omr.ballot.serials import format_serial
from omr.ballot.typeset import Style
from omr.fonts import find_serif
from omr.scan.place.reference import Grey, Reference

# Letters are drawn this many times finer and averaged, as a rasteriser smooths edges.
_FINER = 4
# Room around the place of the serial for the reach of its letters.
_ROOM_MM = 1.0


def draw_serial(darkness: Grey, layout: PageLayout, serial: str, px_per_mm: int) -> None:
    """Draw a serial into a picture of its page, in place, where the print file has it.

    Args:
        darkness: The page as printed, shape (h, w), 0 paper to 255 black.
        layout: The page.
        serial: Eight characters without dash.
        px_per_mm: Resolution of the picture.
    """
    style, text = Style("bold", layout.serial_pt), format_serial(serial)
    upper, lower = layout.serials
    for place in (upper, lower):
        x_mm = place.right - style.width(text) if place is upper else place.x
        left, top = (round((v - _ROOM_MM) * px_per_mm) for v in (place.x, place.y))
        width, height = (round((v + 2 * _ROOM_MM) * px_per_mm) for v in (place.w, place.h))
        fine = px_per_mm * _FINER
        canvas = np.zeros((height * _FINER, width * _FINER), np.uint8)
        baseline = (place.y + style.rise_mm) * fine - top * _FINER
        for letter in text:
            _stamp(canvas, letter, x_mm * fine - left * _FINER, baseline, style, fine)
            x_mm += style.width(letter)
        drawn = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
        room = darkness[max(top, 0) : top + height, max(left, 0) : left + width]
        part = drawn[max(-top, 0) :, max(-left, 0) :][: room.shape[0], : room.shape[1]]
        np.maximum(room, part, out=room)


def with_serial(reference: Reference, serial: str) -> Grey:
    """Return how dark the page is as printed, this ballot's serial on it, shape (h, w)."""
    darkness = reference.darkness.copy()
    draw_serial(darkness, reference.layout, serial, reference.px_per_mm)
    return darkness


def _stamp(
    canvas: Grey, letter: str, x_px: float, baseline_px: float, style: Style, px_per_mm: int
) -> None:
    """Put one letter on a canvas with its origin at a place, cut off at the edges."""
    glyph, before, above = _glyph(letter, style, px_per_mm)
    left, top = round(x_px) - before, round(baseline_px) - above
    room = canvas[max(top, 0) : top + glyph.shape[0], max(left, 0) : left + glyph.shape[1]]
    part = glyph[max(-top, 0) :, max(-left, 0) :][: room.shape[0], : room.shape[1]]
    np.maximum(room, part, out=room)


@lru_cache(maxsize=256)
def _glyph(letter: str, style: Style, px_per_mm: int) -> tuple[Grey, int, int]:
    """Return a letter as a picture, and how far its origin lies from its left and top edge."""
    size_px = style.size_pt * 25.4 / 72 * px_per_mm
    font = ImageFont.truetype(_bold_face(), round(size_px))
    room = round(size_px)
    image = Image.new("L", (3 * room, 3 * room), 0)
    ImageDraw.Draw(image).text((room, 2 * room), letter, fill=255, font=font, anchor="ls")
    return np.asarray(image, dtype=np.uint8), room, 2 * room


@cache
def _bold_face() -> str:
    """Return the file of the bold face, which takes long to find."""
    return str(find_serif()["bold"])

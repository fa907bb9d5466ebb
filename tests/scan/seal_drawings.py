"""Seals as a clerk presses them on a ballot, drawn by hand, and whether the reader asks."""

from __future__ import annotations

import cv2
import numpy as np

from omr.geometry import Rect
from tests.scan.page_drawings import SCALE, Colour, Picture, codes, layout, read

SEAL: Colour = (85, 70, 225)
_TEXT = "CONG DOAN * BAN CHAP HANH * VINH THINH * "


def zone_of_seal() -> Rect:
    return next(zone.rect for zone in layout().zones if zone.kind == "seal")


def seal_die(diameter: float) -> Picture:
    """Draw a die, black on white: a broad rim, a thin line within, letters and a star."""
    side = round((diameter + 20) * SCALE)
    die = np.full((side, side), 255, np.uint8)
    middle, r = side / 2, diameter / 2 * SCALE
    at = (round(middle), round(middle))
    cv2.circle(die, at, round(r - 0.5 * SCALE), (0,), round(1.0 * SCALE), cv2.LINE_AA)
    cv2.circle(die, at, round(r - 1.7 * SCALE), (0,), round(0.3 * SCALE), cv2.LINE_AA)
    for k, letter in enumerate(_TEXT):
        turn = cv2.getRotationMatrix2D((middle, middle), -360.0 * k / len(_TEXT), 1.0)
        tile = np.full_like(die, 255)
        place = (round(middle - 1.0 * SCALE), round(middle - r + 4.6 * SCALE))
        cv2.putText(tile, letter, place, cv2.FONT_HERSHEY_SIMPLEX, 1.1, (0,), 3, cv2.LINE_AA)
        die = np.minimum(die, cv2.warpAffine(tile, turn, die.shape, borderValue=(255.0,)))
    cv2.circle(die, at, round(2.5 * SCALE), (0,), -1, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(die, (0, 0), 0.06 * SCALE), np.uint8)


def press_seal(page: Picture, die: Picture, dx: float, dy: float, colour: Colour = SEAL) -> Picture:
    """Press a die so far off the middle of the zone."""
    zone, side = zone_of_seal(), len(die)
    left = round((zone.centre.x + dx) * SCALE - side / 2)
    top = round((zone.centre.y + dy) * SCALE - side / 2)
    inked = np.zeros(page.shape[:2], np.float32)
    a, b = max(0, top), max(0, left)
    inked[a : top + side, b : left + side] = 1.0 - die[a - top :, b - left :] / 255.0
    through = np.array(colour, np.float32) / 255.0
    return np.asarray(page * (1.0 - inked[:, :, None] * (1.0 - through)), np.uint8)


def grey_scan(page: Picture) -> Picture:
    return np.asarray(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), np.uint8)


def is_asked(page: Picture) -> bool:
    return any(code in ("annotation", "name-struck") for code, _ in codes(read(page)))

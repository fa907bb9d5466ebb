"""Pens in the zone of the seal, and seals that a copier printed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from omr.geometry import Rect
from tests.scan.page_drawings import (
    BLUE,
    SCALE,
    Colour,
    Picture,
    codes,
    layout,
    plain,
    read,
    stroke,
    voted_page,
)

SEAL_RED = (60, 50, 215)
INK_BLACK, GREEN, PENCIL = (35, 30, 30), (70, 130, 40), (110, 110, 112)


def _zone() -> Rect:
    return next(zone.rect for zone in layout().zones if zone.kind == "seal")


def _sealed(colour: Colour = SEAL_RED) -> Picture:
    """Return a marked ballot with two rims, a star and letters in its seal's zone."""
    page = voted_page()
    layer = np.full(page.shape, 255, np.uint8)
    middle = _zone().centre
    at = (round(middle.x * SCALE), round(middle.y * SCALE))
    for radius_mm, broad_mm in ((16.0, 1.0), (10.0, 0.5)):
        thick = max(1, round(broad_mm * SCALE))
        cv2.circle(layer, at, round(radius_mm * SCALE), colour, thick, cv2.LINE_AA)
    for k in range(24):
        angle = k * np.pi / 12
        x, y = (middle.x + 13 * np.cos(angle), middle.y + 13 * np.sin(angle))
        foot = (round((x - 1) * SCALE), round((y + 1) * SCALE))
        cv2.putText(layer, "LDCPA"[k % 5], foot, cv2.FONT_HERSHEY_SIMPLEX, 0.05 * SCALE, colour, 2)
    star = [(5 * np.sin(k * 0.8 * np.pi), -5 * np.cos(k * 0.8 * np.pi)) for k in range(5)]
    points = np.array([(middle.x + x, middle.y + y) for x, y in star]) * SCALE
    cv2.fillPoly(layer, [np.rint(points).astype(np.int32)], colour, cv2.LINE_AA)
    rng = np.random.default_rng(4)
    noisy = page.astype(np.float32) * layer / 255 + rng.normal(0, 2, page.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def _word(page: Picture, x: float, y: float, colour: Colour, width_mm: float) -> None:
    course = np.linspace(0, 1, 50)
    points = [(x + 10 * s + 0.9 * np.sin(22 * s), y - 1.3 * (1 - np.cos(20 * s))) for s in course]
    stroke(page, points, width_mm, colour)


def test_a_red_seal_asks_nothing() -> None:
    assert plain(read(_sealed()))


@pytest.mark.parametrize("colour", [(80, 70, 200), (40, 30, 150), (120, 60, 190), (30, 20, 110)])
def test_reds_of_any_ink_pad_ask_nothing(colour: Colour) -> None:
    assert plain(read(_sealed(colour)))


@pytest.mark.parametrize("colour", [BLUE, INK_BLACK, GREEN, PENCIL])
@pytest.mark.parametrize("place", [(-12.0, 6.0), (-5.0, 12.0), (-4.0, -6.0)])
@pytest.mark.parametrize("width_mm", [0.35, 0.6])
def test_a_word_of_another_colour_in_the_seal_asks(
    colour: Colour, place: tuple[float, float], width_mm: float
) -> None:
    page = _sealed()
    middle = _zone().centre
    _word(page, middle.x + place[0], middle.y + place[1], colour, width_mm)
    assert ("annotation", None) in codes(read(page))


@pytest.mark.parametrize("colour", [(110, 30, 90), (40, 60, 100)])
def test_violet_and_brown_upon_the_seal_ask(colour: Colour) -> None:
    page = _sealed()
    middle = _zone().centre
    _word(page, middle.x - 12, middle.y + 6, colour, 0.5)
    assert ("annotation", None) in codes(read(page))


def test_a_seal_of_another_colour_asks_nothing() -> None:
    assert plain(read(_sealed((170, 60, 40))))


def test_a_seal_without_colour_in_a_scan_with_colours_asks() -> None:
    reading = read(_sealed((60, 60, 60)))
    assert [f.detail for f in reading.findings] == ["seal without colour"]


def test_a_scan_without_colours_tells_nothing_of_copies() -> None:
    page = np.asarray(cv2.cvtColor(_sealed((60, 60, 60)), cv2.COLOR_BGR2GRAY), np.uint8)
    assert plain(read(page))
    assert plain(read(cv2.cvtColor(page, cv2.COLOR_GRAY2BGR)))

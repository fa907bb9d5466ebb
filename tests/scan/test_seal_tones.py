"""Pens upon seals in scans without colours, and the unevenness of a seal's own ink."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.scan.page_drawings import (
    BLUE,
    SCALE,
    Colour,
    Picture,
    codes,
    plain,
    read,
    stroke,
    voted_page,
)
from tests.scan.seal_drawings import SEAL, grey_scan, press_seal, seal_die, zone_of_seal

BLACK: Colour = (30, 30, 30)


def _sealed(uneven: float, seed: int = 3) -> Picture:
    """Return a marked ballot with a seal whose ink lies unevenly."""
    rng = np.random.default_rng(seed)
    die = seal_die(36.0)
    slow = cv2.GaussianBlur(rng.normal(0.0, 1.0, die.shape), (0, 0), 2.5 * SCALE)
    fine = cv2.GaussianBlur(rng.normal(0.0, 1.0, die.shape), (0, 0), 0.15 * SCALE)
    share = 0.8 + uneven * (slow / slow.std() + 0.5 * fine / fine.std())
    inked = (255.0 - die) * np.clip(share, 0.0, 1.25)
    page = press_seal(voted_page(), np.clip(255.0 - inked, 0, 255).astype(np.uint8), 0.0, 0.0)
    return grey_scan(page)


def _pen(page: Picture, points: list[tuple[float, float]], colour: Colour, wide_mm: float) -> None:
    """Draw strokes that darken what lies beneath them, about the middle of the seal."""
    middle = zone_of_seal().centre
    layer = np.full((*page.shape, 3), 255, np.uint8)
    stroke(layer, [(middle.x + x, middle.y + y) for x, y in points], wide_mm, colour)
    page[:] = np.rint(page * (grey_scan(layer) / 255.0)).astype(np.uint8)


WORD = [(-17.0, 2.0), (-16, 6), (-15, 2), (-14, 6), (-13, 3), (-12, 6), (-11, 3), (-10, 6)]
TICK = [(-6.0, 8.0), (-4.5, 11.0), (-1.0, 5.0)]


@pytest.mark.parametrize("points", [WORD, TICK])
@pytest.mark.parametrize(("colour", "wide_mm"), [(BLACK, 0.35), (BLUE, 0.5), (BLACK, 0.9)])
@pytest.mark.parametrize("uneven", [0.05, 0.12])
def test_a_pen_upon_a_grey_seal_asks(
    points: list[tuple[float, float]], colour: Colour, wide_mm: float, uneven: float
) -> None:
    page = _sealed(uneven)
    _pen(page, points, colour, wide_mm)
    assert ("annotation", None) in codes(read(page))


@pytest.mark.parametrize("uneven", [0.0, 0.08, 0.16, 0.25])
@pytest.mark.parametrize("seed", [3, 4, 5])
def test_an_uneven_seal_asks_nothing(uneven: float, seed: int) -> None:
    assert plain(read(_sealed(uneven, seed)))


def test_ink_that_pooled_along_the_edges_of_a_seal_asks_nothing() -> None:
    die = 255 - seal_die(36.0)
    edge = cv2.morphologyEx(die, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    inked = np.clip(0.7 * die + 0.3 * cv2.GaussianBlur(edge, (0, 0), 1.5), 0, 255)
    page = press_seal(voted_page(), np.asarray(255 - inked, np.uint8), 0.0, 0.0, SEAL)
    assert plain(read(grey_scan(page)))

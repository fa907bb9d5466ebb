"""Broken arcs of a die that was nearly dry: of a second impression, or of the only one."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.scan.page_drawings import BLUE, Colour, Picture, read, spot, stroke, voted_page
from tests.scan.seal_drawings import SEAL, grey_scan, is_asked, press_seal, seal_die, zone_of_seal

Point = tuple[float, float]

_BLACK: Colour = (30, 30, 30)


def _two_levels(page: Picture) -> Picture:
    return np.asarray((cv2.GaussianBlur(grey_scan(page), (0, 0), 1.0) > 170) * np.uint8(255))


def _dry(die: Picture, parts: list[tuple[float, float]], seed: int) -> Picture:
    """Return the print of a dry die: grainy arcs of its rim between some degrees, no more."""
    rows, columns = np.indices(die.shape)
    middle = len(die) / 2
    turn = np.degrees(np.arctan2(rows - middle, columns - middle)) % 360
    away = np.hypot(rows - middle, columns - middle)
    rim = away > away[die < 128].max() * 0.93
    shown = np.zeros(die.shape, np.bool_)
    for first, last in parts:
        shown |= (turn >= first) & (turn <= last)
    noise = np.random.default_rng(seed).normal(0, 1, die.shape).astype(np.float32)
    grain = cv2.GaussianBlur(noise, (0, 0), 2.5) > -0.02
    dry = np.where(shown & rim & grain, die, 255)
    return np.asarray(cv2.GaussianBlur(dry.astype(np.uint8), (0, 0), 0.8), np.uint8)


@pytest.mark.parametrize("apart", [(0.5, -4.0), (3.4, 0.8), (-2.6, 2.6)])
@pytest.mark.parametrize("two_levels", [False, True])
def test_arcs_of_a_dry_second_impression_are_free(
    apart: tuple[float, float], two_levels: bool
) -> None:
    die = seal_die(37.0)
    towards = np.degrees(np.arctan2(apart[1], apart[0])) % 360
    parts = [(towards - 34, towards + 30), (towards + 44, towards + 62)]
    page = press_seal(voted_page(), die, 0.0, 1.0)
    page = press_seal(page, _dry(die, parts, 3), apart[0], 1.0 + apart[1])
    assert not is_asked(_two_levels(page) if two_levels else page)


def test_broken_arcs_of_one_rim_are_free_in_two_levels() -> None:
    parts = [(10.0, 38.0), (95.0, 140.0), (170.0, 200.0), (240.0, 275.0)]
    page = press_seal(voted_page(), _dry(seal_die(37.0), parts, 5), 0.0, 0.0, _BLACK)
    assert not is_asked(_two_levels(page))


def _arc(radius_mm: float, first: float, last: float, stray_mm: float = 0.0) -> list[Point]:
    """Return a stretch of a circle, between some degrees, that strays from it towards its end."""
    middle, turns = zone_of_seal().centre, np.radians(np.linspace(first, last, 60))
    away = radius_mm + stray_mm * np.linspace(0.0, 1.0, 60)
    x, y = middle.x + away * np.cos(turns), middle.y + away * np.sin(turns)
    return [(float(a), float(b)) for a, b in zip(x, y, strict=True)]


@pytest.mark.parametrize("stray_mm", [0.0, 5.0])
def test_an_inner_ring_is_of_the_seal_whose_rim_shows_one_stretch(stray_mm: float) -> None:
    page = voted_page()
    stroke(page, _arc(17.0, 50.0, 115.0), 1.0, _BLACK)
    stroke(page, _arc(9.0, 60.0, 110.0, stray_mm), 0.3, _BLACK)
    for k in range(12):
        spot(page, *_arc(13.0, 50.0 + 5 * k, 51.0 + 5 * k)[0], 0.2, _BLACK)
    # What leaves the circle around the rim's middle was drawn by somebody.
    assert is_asked(_two_levels(page)) == (stray_mm > 0.0)


@pytest.mark.parametrize("radius", [9.0, 30.0])
@pytest.mark.parametrize("two_levels", [False, True])
def test_a_bow_of_another_roundness_beside_a_seal_asks(radius: float, two_levels: bool) -> None:
    page, middle = press_seal(voted_page(), seal_die(34.0), 0.0, 2.0), zone_of_seal().centre
    turn = np.radians(np.linspace(-90 - 500 / radius, -90 + 500 / radius, 60))
    top = middle.y + 2.0 - 17.0 - 3.0
    bow = [(middle.x + radius * np.cos(t), top + radius * (1 + np.sin(t))) for t in turn]
    stroke(page, bow, 0.5, BLUE)
    assert is_asked(_two_levels(page) if two_levels else page)


def test_a_dash_beside_the_arcs_of_a_dry_seal_asks() -> None:
    parts = [(10.0, 38.0), (95.0, 140.0), (170.0, 200.0), (240.0, 275.0)]
    page = press_seal(voted_page(), _dry(seal_die(37.0), parts, 5), 0.0, 0.0, _BLACK)
    middle = zone_of_seal().centre
    stroke(page, [(middle.x - 4, middle.y - 9), (middle.x + 3, middle.y - 3)], 0.5, _BLACK)
    assert is_asked(_two_levels(page))


@pytest.mark.parametrize("colour", [SEAL, BLUE])
def test_rings_and_a_star_by_hand_are_no_seal(colour: Colour) -> None:
    page, middle = voted_page(), zone_of_seal().centre
    turns = np.linspace(0, 2 * np.pi, 200)
    for radius in (18.0, 16.4, 11.0):
        waver = 0.12 * np.sin(3 * turns + radius)
        course = np.column_stack(
            [
                middle.x + (radius + waver) * np.cos(turns),
                middle.y + (radius + waver) * np.sin(turns),
            ]
        )
        stroke(page, [(x, y) for x, y in course.tolist()], 0.5, colour)
    star = np.radians(np.arange(-90, 631, 144))
    stroke(page, [(middle.x + 4 * np.cos(t), middle.y + 4 * np.sin(t)) for t in star], 0.4, colour)
    assert read(page).seal != "stamped"

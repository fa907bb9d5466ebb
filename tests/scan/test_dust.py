"""Specks all over a page, and the broken strokes and dots that are no dust."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.scan.page_drawings import (
    BLUE,
    DPI,
    GREY,
    PENCIL,
    RED,
    Colour,
    Picture,
    codes,
    plain,
    read,
    spot,
    stroke,
    voted_page,
)

_BLACK = (20, 20, 20)
# Open paper below the table.
_X, _Y = 60.0, 262.0


def _dusty(page: Picture) -> Picture:
    rng = np.random.default_rng(4)
    for x in np.arange(8.0, 205.0, 22.0):
        for y in np.arange(8.0, 290.0, 22.0):
            spot(page, x + rng.uniform(-3, 3), y + rng.uniform(-3, 3), rng.uniform(0.12, 0.25))
    return page


def _met(page: Picture) -> Picture:
    """Let three specks lie close to each other, the first of them large."""
    for dx, dy, radius in ((0.0, 0.0, 0.42), (1.6, -0.5, 0.15), (3.0, 0.4, 0.15)):
        spot(page, _X + dx, _Y + dy, radius)
    return page


def test_specks_that_met_on_a_dusty_page_are_dust() -> None:
    assert plain(read(_met(_dusty(voted_page()))))


def test_the_same_specks_on_a_clean_page_are_asked_about() -> None:
    assert ("annotation", None) in codes(read(_met(voted_page())))


def test_a_stroke_in_pieces_on_a_dusty_page_is_found() -> None:
    page = _dusty(voted_page())
    for k in range(5):
        stroke(page, [(_X + k, _Y + 0.3 * k), (_X + k + 0.6, _Y + 0.3 * k + 0.2)], 0.35, _BLACK)
    assert ("annotation", None) in codes(read(page))


def test_a_short_stroke_beside_a_speck_on_a_dusty_page_is_found() -> None:
    page = _met(_dusty(voted_page()))
    stroke(page, [(_X + 1, _Y + 1.5), (_X + 3.0, _Y + 2.6)], 0.4, _BLACK)
    assert ("annotation", None) in codes(read(page))


def _few(page: Picture) -> Picture:
    """Strew five specks over a page."""
    for x, y in ((30.0, 250.0), (150.0, 255.0), (110.0, 275.0), (40.0, 283.0), (185.0, 281.0)):
        spot(page, x, y, 0.25)
    return page


def _pair(page: Picture, apart_mm: float, radius_mm: float, colour: Colour = _BLACK) -> Picture:
    spot(page, _X, _Y, radius_mm, colour)
    spot(page, _X + 0.9 * apart_mm, _Y - 0.44 * apart_mm, 0.8 * radius_mm, colour)
    return page


def _scanned(page: Picture, dpi: int, two_levels: bool = False) -> Picture:
    """Return a page as coarse as a scan of this resolution, or in black and white."""
    height, width = page.shape[:2]
    size = (width * dpi // DPI, height * dpi // DPI)
    small = cv2.resize(page, size, interpolation=cv2.INTER_AREA)
    seen = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.where(seen < 140, 0, 255) if two_levels else seen, np.uint8)


@pytest.mark.parametrize("apart_mm", [2.3, 2.6])
@pytest.mark.parametrize(
    ("radius_mm", "dpi", "two_levels"),
    [(0.3, 300, False), (0.25, 200, False), (0.3, 150, False), (0.28, 300, True)],
)
def test_two_specks_that_met_on_a_page_with_few_are_dust(
    apart_mm: float, radius_mm: float, dpi: int, two_levels: bool
) -> None:
    page = _pair(_few(voted_page()), apart_mm, radius_mm)
    assert plain(read(_scanned(page, dpi, two_levels)))


def test_two_specks_on_a_clean_page_are_asked_about() -> None:
    assert ("annotation", None) in codes(read(_pair(voted_page(), 2.4, 0.3)))


@pytest.mark.parametrize("colour", [BLUE, RED])
@pytest.mark.parametrize("dpi", [150, 300])
def test_two_coloured_dots_are_asked_about(colour: Colour, dpi: int) -> None:
    page = _pair(_few(voted_page()), 2.6, 0.3, colour)
    assert ("annotation", None) in codes(read(_scanned(page, dpi)))


@pytest.mark.parametrize(
    ("width_mm", "colour"), [(0.3, PENCIL), (0.5, GREY), (0.15, (120, 120, 120))]
)
def test_a_line_dark_at_both_its_ends_is_asked_about(width_mm: float, colour: Colour) -> None:
    """A pen dwells where it is put down and lifted; between there may be less than ink."""
    page = _few(voted_page())
    stroke(page, [(_X, _Y), (_X + 2.4, _Y - 1.1)], width_mm, colour)
    assert ("annotation", None) in codes(read(_pair(page, 2.6, 0.3)))


@pytest.mark.parametrize("gap_mm", [0.5, 0.9])
@pytest.mark.parametrize("width_mm", [0.2, 0.35, 0.6])
def test_a_stroke_that_skips_is_asked_about(gap_mm: float, width_mm: float) -> None:
    page = _few(voted_page())
    for start in np.arange(0.0, 3.0, 0.7 + gap_mm).tolist():
        stroke(page, [(_X + start, _Y), (_X + start + 0.7, _Y - 0.2)], width_mm, _BLACK)
    assert ("annotation", None) in codes(read(page))


@pytest.mark.parametrize("dots", [3, 4])
def test_dots_in_a_row_are_asked_about(dots: int) -> None:
    page = _few(voted_page())
    for k in range(dots):
        spot(page, _X + 1.7 * k, _Y + 0.1 * k, 0.28)
    assert ("annotation", None) in codes(read(page))


def test_two_dots_of_a_felt_pen_are_asked_about() -> None:
    assert ("annotation", None) in codes(read(_pair(_few(voted_page()), 2.6, 0.55)))


@pytest.mark.parametrize("colour", [(150, 60, 30), (60, 60, 60)])
def test_dots_that_somebody_set_in_a_row_on_a_dusty_page_are_asked_about(colour: Colour) -> None:
    page = _dusty(voted_page())
    for k in range(4):
        spot(page, 60.0 + 1.9 * k, 258.0, 0.4, colour)
    assert not plain(read(page))


def test_coloured_dots_are_no_dust() -> None:
    page = _dusty(voted_page())
    for x, y in ((60.0, 258.0), (61.8, 259.2), (61.0, 256.4)):
        spot(page, x, y, 0.4, (150, 60, 30))
    assert not plain(read(page))

"""Sheets that were punched twice at nearly one place, and what people fill in the margins."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.scan.page_drawings import (
    BLUE,
    PENCIL,
    RED,
    SCALE,
    Colour,
    Picture,
    codes,
    plain,
    read,
    read_at,
    spot,
    stroke,
    voted_page,
)

BLACK: Colour = (30, 28, 28)
LID: Colour = (165, 165, 165)
_X, _Y = 11.0, 108.0


def _fill(page: Picture, outline: list[tuple[float, float]], colour: Colour = BLACK) -> None:
    at = np.array([[round(x * SCALE * 16), round(y * SCALE * 16)] for x, y in outline], np.int32)
    cv2.fillPoly(page, [at], colour, cv2.LINE_AA, 4)


def _asked(page: Picture) -> bool:
    return ("annotation", None) in codes(read(page))


@pytest.mark.parametrize("diameter", [5.0, 5.5, 6.0, 8.0])
@pytest.mark.parametrize("apart", [(0.22, 0.65), (0.45, 0.1), (0.0, 0.8)])
def test_a_sheet_punched_twice_is_no_annotation(
    diameter: float, apart: tuple[float, float]
) -> None:
    """Apart is in diameters, across and down."""
    page = voted_page()
    for y in (_Y, _Y + 80):
        spot(page, _X, y, diameter / 2, BLACK)
        spot(page, _X + apart[0] * diameter, y + apart[1] * diameter, diameter / 2, BLACK)
    assert plain(read(page))


@pytest.mark.parametrize("dpi", [150, 200])
@pytest.mark.parametrize("lid", [BLACK, LID])
def test_holes_that_overlap_are_known_in_coarse_scans_and_on_grey_lids(
    dpi: int, lid: Colour
) -> None:
    page = voted_page()
    spot(page, _X, _Y, 2.75, lid)
    spot(page, _X + 1.4, _Y + 3.4, 2.75, lid)
    assert plain(read_at(page, dpi))
    assert plain(read_at(np.asarray(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), np.uint8), dpi))


def test_holes_that_overlap_are_known_in_two_levels() -> None:
    page = voted_page()
    spot(page, _X, _Y, 2.75, BLACK)
    spot(page, _X + 1.4, _Y + 3.4, 2.75, BLACK)
    grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    assert plain(read(np.asarray((grey > 140) * 255, np.uint8)))


def test_three_holes_that_overlap_are_no_annotation() -> None:
    page = voted_page()
    for x, y in ((_X, _Y), (_X + 2.4, _Y + 2.0), (_X - 0.6, _Y + 4.4)):
        spot(page, x, y, 2.75, BLACK)
    assert plain(read(page))


@pytest.mark.parametrize("colour", [BLACK, BLUE, RED, PENCIL])
@pytest.mark.parametrize("wavers", [0.12, 0.2])
def test_an_eight_that_a_hand_filled_is_an_annotation(colour: Colour, wavers: float) -> None:
    page = voted_page()
    turns = np.linspace(0, 2 * np.pi, 90)
    for y, phase in ((_Y, 0.4), (_Y + 3.8, 2.0)):
        wide = 2.75 + wavers * (np.sin(2 * turns + phase) + 0.6 * np.sin(3 * turns + 2 * phase))
        ring = [(_X + r * np.cos(a), y + r * np.sin(a)) for a, r in zip(turns, wide, strict=True)]
        _fill(page, ring, colour)
    assert _asked(page)


@pytest.mark.parametrize("colour", [BLACK, BLUE])
@pytest.mark.parametrize("half", [(2.6, 4.2), (3.4, 2.6)])
def test_a_filled_oval_is_an_annotation(colour: Colour, half: tuple[float, float]) -> None:
    page = voted_page()
    axes = round(half[0] * SCALE), round(half[1] * SCALE)
    at = round(_X * SCALE), round(_Y * SCALE)
    cv2.ellipse(page, at, axes, 12, 0, 360, colour, -1, cv2.LINE_AA)
    assert _asked(page)


@pytest.mark.parametrize("colour", [BLACK, BLUE])
@pytest.mark.parametrize("length", [1.2, 1.9, 2.5, 4.0, 6.0])
def test_a_dash_of_a_marker_five_millimetres_broad_is_an_annotation(
    colour: Colour, length: float
) -> None:
    page = voted_page()
    stroke(page, [(_X, _Y), (_X + 0.8, _Y + length)], 5.0, colour)
    assert _asked(page)


@pytest.mark.parametrize("colour", [BLACK, BLUE])
@pytest.mark.parametrize("width", [0.5, 0.9, 1.6])
def test_an_eight_drawn_or_scribbled_full_is_an_annotation(colour: Colour, width: float) -> None:
    page = voted_page()
    turns = np.linspace(0, 2 * np.pi, 60)
    # Many rounds, ever narrower, fill both bows.
    for shrink in (1.0, 0.8, 0.55, 0.3, 0.1):
        for y in (_Y, _Y + 3.9):
            r = (2.7 - width / 2) * shrink
            bow = [
                (_X + r * np.cos(a) + 0.08 * np.sin(3 * a), y + 1.04 * r * np.sin(a + 0.06))
                for a in turns
            ]
            stroke(page, bow, width, colour)
    assert _asked(page)


@pytest.mark.parametrize("smaller", [0.35, 0.6])
def test_two_dots_of_different_size_that_overlap_are_an_annotation(smaller: float) -> None:
    page = voted_page()
    spot(page, _X, _Y, 2.9, BLACK)
    spot(page, _X + 0.6, _Y + 3.6, 2.9 - smaller, BLACK)
    assert _asked(page)


@pytest.mark.parametrize("colour", [BLUE, RED])
def test_two_overlapping_dots_of_colour_are_an_annotation(colour: Colour) -> None:
    page = voted_page()
    spot(page, _X, _Y, 2.75, colour)
    spot(page, _X + 1.2, _Y + 3.6, 2.75, colour)
    assert _asked(page)


@pytest.mark.parametrize("colour", [BLUE, BLACK, PENCIL])
def test_a_stroke_from_holes_that_overlap_is_an_annotation(colour: Colour) -> None:
    page = voted_page()
    spot(page, _X, _Y, 2.75, BLACK)
    spot(page, _X + 1.2, _Y + 3.6, 2.75, BLACK)
    stroke(page, [(_X + 1.0, _Y), (_X + 9.0, _Y - 2.0)], 0.5, colour)
    assert _asked(page)


def test_holes_far_in_from_the_edges_are_blots() -> None:
    page = voted_page()
    spot(page, 80.0, 250.0, 2.75, BLACK)
    spot(page, 81.2, 253.6, 2.75, BLACK)
    assert _asked(page)

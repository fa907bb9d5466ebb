"""The wire of a staple in a corner, and pen strokes in its place."""

from __future__ import annotations

import numpy as np
import pytest

from omr.scan.reference import Mask
from omr.scan.staples import staples
from tests.scan.page_drawings import (
    BLUE,
    RED,
    Colour,
    Picture,
    blank_page,
    codes,
    placed,
    plain,
    read,
    stroke,
    voted_page,
)

STEEL: Colour = (70, 70, 70)
Points = list[tuple[float, float]]


def _wire(page: Picture, points: Points) -> None:
    """Draw a wire as a scanner's lamp shows it: its shadow beside, light along its middle."""
    (x0, y0), (x1, y1) = points[0], points[-1]
    length = float(np.hypot(x1 - x0, y1 - y0))
    aside = np.array([y0 - y1, x1 - x0]) / length
    for off_mm, width_mm, tone in ((0.45, 0.5, 190), (0.0, 0.5, 80), (-0.1, 0.17, 205)):
        moved = [(x + aside[0] * off_mm, y + aside[1] * off_mm) for x, y in points]
        stroke(page, moved, width_mm, (tone, tone, tone))


def _explained(page: Picture) -> tuple[Mask, Mask]:
    """Return the ink of a page, and what staples explain of it."""
    found = placed(page)
    rest = found.ink.ink
    return rest, staples(rest, found.ink, found.flat, found.reference)


CORNERS: list[Points] = [
    [(17.0, 20.0), (27.0, 14.0)],
    [(20.0, 21.0), (30.0, 21.5)],
    [(183.0, 3.0), (191.0, 5.0)],
]


@pytest.mark.parametrize("points", CORNERS)
def test_a_wire_in_an_upper_corner_is_a_staple(points: Points) -> None:
    page = blank_page()
    _wire(page, points)
    rest, explained = _explained(page)
    assert rest.sum() > 150
    assert (rest & explained).sum() > 0.95 * rest.sum()


@pytest.mark.parametrize("points", CORNERS)
def test_a_line_that_only_a_machine_makes_is_a_staple_without_gleam_too(points: Points) -> None:
    page = blank_page()
    stroke(page, points, 0.5, STEEL)
    rest, explained = _explained(page)
    assert (rest & explained).sum() > 0.95 * rest.sum()


def test_a_wire_over_a_mark_of_the_print_is_a_staple() -> None:
    page = voted_page()
    _wire(page, [(194.0, 15.5), (203.0, 9.0)])
    assert plain(read(page))


@pytest.mark.parametrize("colour", [BLUE, RED])
def test_a_coloured_stroke_is_no_staple(colour: Colour) -> None:
    page = blank_page()
    stroke(page, CORNERS[0], 0.5, colour)
    rest, explained = _explained(page)
    assert rest.sum() > 150
    assert not explained.any()


@pytest.mark.parametrize("bow_mm", [0.1, 0.3])
@pytest.mark.parametrize("colour", [(25, 25, 25), (110, 110, 110)])
def test_a_black_or_pencil_stroke_of_a_staples_length_is_no_staple(
    colour: Colour, bow_mm: float
) -> None:
    page = voted_page()
    turns = np.linspace(0, 1, 20)
    points = [(196 + 9 * t, 24 - 6 * t + 4 * bow_mm * t * (1 - t)) for t in turns.tolist()]
    stroke(page, points, 0.5, colour)
    _, explained = _explained(page)
    assert not explained.any()
    assert codes(read(page)) == [("annotation", None)]


def test_a_black_stroke_whose_weight_changes_is_no_staple() -> None:
    page = voted_page()
    for part, width_mm in enumerate((0.6, 0.5, 0.42, 0.33)):
        ends = [(196 + 2.2 * at, 24 - 1.5 * at) for at in (part, part + 1)]
        stroke(page, ends, width_mm, (25, 25, 25))
    _, explained = _explained(page)
    assert not explained.any()
    assert codes(read(page)) == [("annotation", None)]


# The upper left of this page is the seal's zone; on the right nothing else explains ink.
def test_a_tick_beside_a_staple_is_an_annotation() -> None:
    page = voted_page()
    _wire(page, [(196.0, 24.0), (205.0, 18.0)])
    assert plain(read(page))
    stroke(page, [(202.0, 24.0), (203.0, 26.0), (206.0, 21.5)], 0.5, (25, 25, 25))
    assert codes(read(page)) == [("annotation", None)]


@pytest.mark.parametrize(
    "points",
    [
        [(7.0, 22.5), (29.0, 19.0)],  # too long
        [(20.0, 20.0), (23.0, 18.0)],  # too short
        [(18.0, 20.0), (22.0, 15.0), (27.0, 20.0)],  # bent
        [(60.0, 250.0), (70.0, 246.0)],  # not in a corner
    ],
)
def test_other_grey_strokes_are_no_staples(points: Points) -> None:
    page = blank_page()
    stroke(page, points, 0.5, STEEL)
    rest, explained = _explained(page)
    assert rest.sum() > 50
    assert (rest & explained).sum() < 0.1 * rest.sum()

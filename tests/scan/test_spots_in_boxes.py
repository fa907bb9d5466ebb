"""Spots and holes in a box of an unmarked line, and marks that look like them and are votes."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from omr.scan.marks.blots import HOLE, REST, SPOT, no_mark
from omr.scan.marks.bodies import Body
from tests.scan.page_drawings import (
    BLUE,
    LINES,
    RED,
    SCALE,
    Colour,
    Picture,
    blank_page,
    box_of,
    cross,
    marked,
    note,
    plain,
    read,
    read_at,
    spot,
    state,
    stroke,
    voted_page,
)

COFFEE: Colour = (90, 130, 170)
WINE: Colour = (100, 75, 180)
RUST: Colour = (50, 95, 150)
BLOOD: Colour = (20, 25, 128)
BLACK: Colour = (25, 25, 25)
VIOLET: Colour = (150, 50, 90)


def _laid(
    page: Picture,
    colour: Colour,
    size_mm: float,
    soft_mm: float,
    aside_mm: tuple[float, float] = (0.0, 0.0),
) -> None:
    """Lay a spot that is not quite round on a box of the third line, darkening what is there."""
    box = box_of("c3", "high").centre
    rows, columns = np.mgrid[: page.shape[0], : page.shape[1]].astype(np.float32) / SCALE
    x, y = columns - box.x - aside_mm[0], (rows - box.y - aside_mm[1]) * 1.12
    turn = np.arctan2(y, x)
    rim = size_mm / 2 * (1 + 0.08 * np.sin(3 * turn + 1) + 0.05 * np.sin(5 * turn))
    cover = 1 / (1 + np.exp(((np.hypot(x, y) - rim) / soft_mm).clip(-50, 50)))
    taken = 1 - np.array(colour, np.float32) / 255
    page[:] = (page * (1 - cover[..., None] * taken)).astype(np.uint8)


def _grey(page: Picture) -> Picture:
    return np.asarray(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), np.uint8)


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize(
    ("colour", "size_mm", "soft_mm", "aside_mm"),
    [
        (COFFEE, 5.0, 0.35, (0.0, 0.0)),
        (COFFEE, 9.0, 0.35, (0.0, 0.5)),
        (COFFEE, 6.0, 0.3, (4.0, 0.5)),
        (WINE, 5.0, 0.3, (0.5, 0.0)),
        (RUST, 3.0, 0.1, (0.5, 0.5)),
        (BLOOD, 2.5, 0.06, (-1.0, -1.0)),
    ],
)
def test_a_spot_in_a_box_of_an_unmarked_line_is_no_vote(
    colour: Colour, size_mm: float, soft_mm: float, aside_mm: tuple[float, float], grey: bool
) -> None:
    page = voted_page(but="c3")
    _laid(page, colour, size_mm, soft_mm, aside_mm)
    reading = read(_grey(page) if grey else page)
    assert state(reading, "c3", "high") == "uncertain"
    assert marked(reading)["c1"] == marked(reading)["c2"] == ["high"]


@pytest.mark.parametrize("colour", [COFFEE, RUST])
def test_a_spot_among_filled_boxes_is_no_vote(colour: Colour) -> None:
    page = blank_page()
    for contest in ("c1", "c2"):
        _filled(page, contest, BLUE)
    _laid(page, colour, 4.0, 0.12)
    reading = read(page)
    assert state(reading, "c3", "high") == "uncertain"
    assert marked(reading)["c1"] == marked(reading)["c2"] == ["high"]


def test_a_spot_in_two_levels_among_crosses_is_no_vote() -> None:
    page = voted_page(but="c3")
    _laid(page, RUST, 5.0, 0.3)
    levels = np.where(_grey(page) > 150, 255, 0).astype(np.uint8)
    assert state(read(levels), "c3", "high") == "uncertain"


@pytest.mark.parametrize("level", [15, 115])
@pytest.mark.parametrize("aside_mm", [(0.3, 0.2), (3.5, 0.5)])
@pytest.mark.parametrize("size_mm", [5.0, 6.0])
def test_a_punched_hole_in_a_box_is_no_vote(
    level: int, aside_mm: tuple[float, float], size_mm: float
) -> None:
    page = voted_page(but="c3")
    middle = box_of("c3", "high").centre
    lid = (level, level, level)
    spot(page, middle.x + aside_mm[0], middle.y + aside_mm[1], size_mm / 2, lid)
    assert state(read(page), "c3", "high") == "uncertain"


def _filled(page: Picture, contest: str, colour: Colour, width_mm: float = 0.5) -> None:
    box = box_of(contest, "high")
    rows = np.arange(box.y + 1.2, box.bottom - 1.0, 0.9 * width_mm)
    points = [(box.x + 1.2 if k % 2 else box.right - 1.2, float(y)) for k, y in enumerate(rows)]
    stroke(page, points, width_mm, colour)


@pytest.mark.parametrize("dpi", [150, 200, 300])
@pytest.mark.parametrize(("colour", "width_mm"), [(BLUE, 0.4), (BLACK, 1.2), (RED, 0.5)])
def test_filled_boxes_are_votes(colour: Colour, width_mm: float, dpi: int) -> None:
    page = blank_page()
    for contest in LINES:
        _filled(page, contest, colour, width_mm)
    assert plain(read_at(page, dpi))


@pytest.mark.parametrize("dpi", [150, 200, 300])
def test_dots_of_a_felt_pen_are_votes(dpi: int) -> None:
    page = blank_page()
    for contest, size_mm in zip(LINES, (2.0, 2.6, 2.3), strict=True):
        middle = box_of(contest, "high").centre
        spot(page, middle.x + 0.4, middle.y - 0.3, size_mm / 2)
    assert plain(read_at(page, dpi))


@pytest.mark.parametrize("dpi", [150, 200, 300])
@pytest.mark.parametrize("colour", [BLACK, RED])
def test_thick_crosses_and_a_dot_of_one_felt_pen_are_votes(colour: Colour, dpi: int) -> None:
    page = blank_page()
    for contest in ("c1", "c2"):
        cross(page, box_of(contest, "high"), colour, 1.5)
    middle = box_of("c3", "high").centre
    spot(page, middle.x, middle.y, 1.3, colour)
    assert plain(read_at(page, dpi))


@pytest.mark.parametrize("dpi", [200, 300])
@pytest.mark.parametrize("colour", [BLUE, RED, VIOLET])
def test_a_dot_in_the_colour_of_the_papers_crosses_is_a_vote(colour: Colour, dpi: int) -> None:
    page = blank_page()
    for contest in ("c1", "c2"):
        cross(page, box_of(contest, "high"), colour, 0.4)
    middle = box_of("c3", "high").centre
    spot(page, middle.x + 0.6, middle.y, 1.15, colour)
    assert plain(read_at(page, dpi))


@pytest.mark.parametrize("grey", [False, True])
def test_a_box_filled_to_its_outline_among_crosses_is_a_vote(grey: bool) -> None:
    page = blank_page()
    for contest in ("c1", "c2"):
        cross(page, box_of(contest, "high"), BLUE, 0.4)
    box = box_of("c3", "high")
    # Strokes to and fro without a gap, shorter where the hand turns.
    for k, y in enumerate(np.arange(box.y + 0.7, box.bottom - 0.5, 0.3)):
        half = 3.9 - 0.18 * abs(k - 13)
        stroke(page, [(box.centre.x - half, y), (box.centre.x + half, y)], 0.6, BLUE)
    assert plain(read(_grey(page) if grey else page))


@pytest.mark.parametrize("colour", [BLUE, BLACK])
def test_a_cross_under_coffee_is_a_vote(colour: Colour) -> None:
    page = voted_page(but="c3")
    cross(page, box_of("c3", "high"), colour)
    _laid(page, COFFEE, 8.0, 0.5)
    assert marked(read(page)) == {contest: ["high"] for contest in LINES}


def test_what_a_pen_cannot_have_made_is_told_by_its_body() -> None:
    line = Body(rim_mm=0.38, breadth_mm=0.5, thick_mm=0.9, round_share=0.15, colour=(0.5, 0.95, 1))
    drop = Body(True, 0.4, 2.6, 3.8, 0.93, 0.77, 4.0, 0.02, 0.0, (0.5, 0.95, 1.0))
    hole = Body(True, 0.38, 3.5, 5.4, 0.99, 0.79, 5.5, 0.01, 0.0, (1.0, 1.0, 1.0))
    fill = Body(True, 0.43, 2.9, 4.1, 0.68, 0.62, 7.0, 0.1, 1.5, (0.46, 0.93, 1.0))
    assert no_mark(line, [line]) == ""
    assert no_mark(fill, [line]) == ""
    assert no_mark(drop, [line]) == SPOT
    assert no_mark(drop, [fill]) == SPOT
    assert no_mark(drop, [drop]) == ""
    assert no_mark(replace(drop, thick_mm=2.6), [line]) == ""
    assert no_mark(replace(drop, thick_mm=2.6, colour=(1.0, 0.95, 0.5)), [line]) == SPOT
    filled = replace(drop, thick_mm=7.5, size_mm=9.5, fill_share=0.75, outside_share=0.03)
    assert no_mark(filled, [line]) == ""
    assert no_mark(replace(filled, outside_share=0.4), [line]) == SPOT
    assert no_mark(replace(filled, colour=(1.0, 0.7, 0.3)), [line]) == SPOT
    assert no_mark(hole, [drop]) == HOLE
    assert no_mark(replace(hole, rim_mm=0.9, colour=(1.0, 0.7, 0.4)), [line]) == SPOT


@pytest.mark.parametrize("size_mm", [1.2, 1.4, 1.6])
def test_a_dot_that_a_resting_pen_leaves_among_crosses_is_for_people(size_mm: float) -> None:
    page = voted_page(but="c3")
    middle = box_of("c3", "high").centre
    spot(page, middle.x + 0.8, middle.y - 0.6, size_mm / 2, BLUE)
    reading = read(page)
    assert (state(reading, "c3", "high"), note(reading, "c3", "high")) == ("uncertain", REST)


def test_small_dots_of_a_voter_who_makes_dots_are_votes() -> None:
    page, votes = blank_page(), {"c1": "high", "c2": "low", "c3": "confidence"}
    for contest, option in votes.items():
        middle = box_of(contest, option).centre
        spot(page, middle.x, middle.y, 0.75, BLUE)
    reading = read(page)
    assert {state(reading, contest, option) for contest, option in votes.items()} == {"marked"}
    assert not reading.findings


@pytest.mark.parametrize("length_mm", [2.4, 3.5, 5.5])
def test_a_short_bar_among_bars_is_a_vote(length_mm: float) -> None:
    page = blank_page()
    for contest in LINES:
        box = box_of(contest, "high")
        long_mm = length_mm if contest == "c2" else 7.0
        stroke(
            page,
            [
                (box.centre.x - long_mm / 2, box.centre.y),
                (box.centre.x + long_mm / 2, box.centre.y),
            ],
            0.35,
        )
    assert marked(read(page)) == {contest: ["high"] for contest in LINES}

"""Marks that are far more than the hand's others: scribbled or waved over, words, signatures."""

from __future__ import annotations

import numpy as np
import pytest

from omr.geometry import Rect
from tests.scan.page_drawings import (
    BLUE,
    LINES,
    RED,
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
    state,
    stroke,
    voted_page,
)

Course = list[tuple[float, float]]


def _word(box: Rect) -> list[Course]:
    """Five upright letters, each of a stem and a bow, in and a little beyond a box."""
    courses: list[Course] = []
    for k in range(5):
        x, y = box.x - 0.6 + 2.0 * k, box.y + 2.4
        courses.append([(x, y), (x, y + 4.2)])
        courses.append([(x, y + 2.2), (x + 0.7, y + 1.6), (x + 1.1, y + 2.4), (x + 1.1, y + 4.2)])
    return courses


def _wave(box: Rect, high_mm: float) -> Course:
    xs = np.linspace(box.x - 0.8, box.right + 0.8, 120)
    return [(float(x), box.centre.y + high_mm * float(np.sin(2.8 * x))) for x in xs]


def _scribble(box: Rect) -> Course:
    left, right = box.x + 0.9, box.right - 0.9
    return [(left if k % 2 else right, box.y + 1.0 + 1.1 * k) for k in range(7)]


def _draw(page: Picture, courses: list[Course], colour: Colour = BLUE) -> None:
    for course in courses:
        stroke(page, course, 0.4, colour)


@pytest.mark.parametrize("colour", [BLUE, RED])
@pytest.mark.parametrize("dpi", [150, 200, 300])
def test_a_word_in_a_box_is_for_people(colour: Colour, dpi: int) -> None:
    page = voted_page(but="c2")
    _draw(page, _word(box_of("c2", "low")), colour)
    reading = read_at(page, dpi)
    told = state(reading, "c2", "low"), note(reading, "c2", "low")
    assert told == ("uncertain", "perhaps writing")


def test_a_word_in_the_only_box_that_is_marked_is_for_people() -> None:
    page = blank_page()
    _draw(page, _word(box_of("c2", "low")))
    assert state(read(page), "c2", "low") == "uncertain"


@pytest.mark.parametrize("high_mm", [2.0, 2.8])
def test_a_cross_that_is_waved_over_is_for_people(high_mm: float) -> None:
    page = voted_page()
    _draw(page, [_wave(box_of("c2", "high"), high_mm)])
    assert state(read(page), "c2", "high") == "uncertain"


@pytest.mark.parametrize("contest", LINES)
def test_a_cross_that_is_scribbled_over_is_for_people(contest: str) -> None:
    page = voted_page()
    _draw(page, [_scribble(box_of(contest, "high"))])
    reading = read(page)
    told = state(reading, contest, "high"), note(reading, contest, "high")
    assert told == ("uncertain", "perhaps scribbled out")


def test_hatched_boxes_are_this_voters_marks() -> None:
    page = blank_page()
    for contest in LINES:
        box = box_of(contest, "high")
        xs = [box.x + 1.0 + 1.1 * k for k in range(7)]
        _draw(page, [[(x, box.bottom - 1), (x + 0.4, box.y + 1)] for x in xs])
    reading = read(page)
    assert marked(reading) == {contest: ["high"] for contest in LINES}
    assert plain(reading)


def test_zigzags_within_their_boxes_are_this_voters_marks() -> None:
    page = blank_page()
    for contest in LINES:
        _draw(page, [_scribble(box_of(contest, "high"))])
    assert plain(read(page))


def test_a_cross_drawn_twice_among_ticks_is_a_vote() -> None:
    page = blank_page()
    for contest in LINES:
        box = box_of(contest, "high")
        if contest == "c2":
            cross(page, box.grown(-1.0))
            cross(page, box.grown(-1.4).shifted(0.3, 0.2))
            continue
        _draw(page, [[(box.x + 2, box.centre.y), (box.x + 4, box.bottom - 2), (box.right, box.y)]])
    assert marked(read(page))["c2"] == ["high"]


def test_a_wide_cross_whose_legs_a_bow_links_is_a_vote_among_small_ones() -> None:
    page = blank_page()
    for contest in LINES:
        box = box_of(contest, "high")
        if contest != "c2":
            cross(page, box.grown(-2.0))
            continue
        turns = np.linspace(-np.pi / 2, np.pi / 2, 30)
        bow = [
            (box.right + 1.0 + 2.0 * float(np.cos(t)), box.centre.y + 4.5 * float(np.sin(t)))
            for t in turns
        ]
        _draw(page, [[(box.x, box.bottom + 0.3), *bow, (box.x + 0.2, box.y)]])
    reading = read(page)
    assert marked(reading) == {contest: ["high"] for contest in LINES}

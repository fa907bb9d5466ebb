"""Marks that are not as the hand's others: scribbled or waved over, covered, words, digits."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from omr.geometry import Rect
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


def _letters(page: Picture, box: Rect, text: str, high_mm: float) -> None:
    """Write letters into a box as a pen does: one line, round at the bends."""
    size = high_mm * SCALE / 22.0  # capital letters of this face are 21 units high
    thick = round(0.45 * SCALE)
    (wide, high), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, thick)
    at = round(box.centre.x * SCALE - wide / 2), round(box.centre.y * SCALE + high / 2)
    cv2.putText(page, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, BLUE, thick, cv2.LINE_AA)


@pytest.mark.parametrize(
    ("text", "high_mm", "dpi"),
    [
        ("ko", 3.2, 150), ("ko", 3.2, 300), ("OK", 2.6, 200), ("th", 3.0, 300), ("NB", 2.5, 150),
        ("5", 4.0, 150), ("5", 4.0, 300), ("8", 4.0, 200), ("?", 4.0, 150),
    ],
)  # fmt: skip
def test_letters_and_digits_among_crosses_are_for_people(
    text: str, high_mm: float, dpi: int
) -> None:
    page = voted_page(but="c2")
    _letters(page, box_of("c2", "high"), text, high_mm)
    reading = read_at(page, dpi)
    assert state(reading, "c2", "high") == "uncertain"
    assert [state(reading, contest, "high") for contest in ("c1", "c3")] == ["marked"] * 2


def test_letters_in_every_box_are_this_voters_marks() -> None:
    page = blank_page()
    for contest in LINES:
        _letters(page, box_of(contest, "high"), "V", 5.0)
    assert marked(read(page)) == {contest: ["high"] for contest in LINES}


@pytest.mark.parametrize("contest", LINES)
def test_a_cross_of_which_fluid_leaves_the_tips_is_for_people(contest: str) -> None:
    page = voted_page()
    centre = box_of(contest, "high").centre
    at = round(centre.x * SCALE), round(centre.y * SCALE)
    cv2.ellipse(page, at, (round(3.6 * SCALE), round(2.6 * SCALE)), 0, 0, 360, (255,) * 3, -1)
    assert state(read(page), contest, "high") == "uncertain"


@pytest.mark.parametrize("width_mm", [1.0, 1.3])
def test_two_lines_through_a_felt_pens_cross_strike_it_out(width_mm: float) -> None:
    page = blank_page()
    for contest in LINES:
        cross(page, box_of(contest, "high").grown(1.0), width_mm=width_mm)
    box = box_of("c2", "high")
    for above in (-0.9, 1.1):
        y = box.centre.y + above
        stroke(page, [(box.x - 2.5, y + 0.3), (box.right + 2.5, y - 0.2)], width_mm)
    reading = read(page)
    assert state(reading, "c2", "high") == "uncertain"
    assert [state(reading, contest, "high") for contest in ("c1", "c3")] == ["marked"] * 2


def test_a_cross_of_one_line_with_a_bow_in_its_box_is_a_vote_among_ticks() -> None:
    page = blank_page()
    for contest in LINES:
        box = box_of(contest, "high")
        if contest == "c2":
            bow = [(box.right - 1.4, box.y + 1.5), (box.right - 1.1, box.bottom - 2.0)]
            _draw(page, [[(box.x + 1, box.bottom - 1), *bow, (box.x + 1.5, box.y + 1.2)]])
            continue
        _draw(page, [[(box.x + 2, box.centre.y), (box.x + 4, box.bottom - 2), (box.right, box.y)]])
    assert marked(read(page)) == {contest: ["high"] for contest in LINES}


@pytest.mark.parametrize("shrunk_mm", [0.8, 1.1])
def test_a_cross_of_two_thirds_of_the_others_is_a_vote(shrunk_mm: float) -> None:
    page = voted_page(but="c2")
    cross(page, box_of("c2", "high").grown(-shrunk_mm))
    assert marked(read(page)) == {contest: ["high"] for contest in LINES}

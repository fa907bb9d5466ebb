"""Circles round a box: drawn aside of it, crossing themselves, and beside other marks."""

from __future__ import annotations

import numpy as np
import pytest

from omr.scan.marks.rings import closed_in
from tests.scan.page_drawings import (
    LINES,
    Picture,
    blank_page,
    box_of,
    cross,
    marked,
    note,
    plain,
    read,
    state,
    stroke,
    voted_page,
)

ASIDE = [(0.0, 2.6), (0.0, -2.6), (2.6, 0.5), (-2.6, -0.5), (1.8, 1.8), (-1.8, 1.8)]


def _ring(page: Picture, contest: str, dx: float, dy: float, radius: float = 5.9) -> None:
    """Draw round a box in one go, whose ends run over each other."""
    centre = box_of(contest, "high").centre
    turns = np.linspace(-2.4, 2 * np.pi - 1.9, 80).tolist()
    wide = np.linspace(radius * 1.06, radius * 0.97, 80).tolist()
    course = [
        (centre.x + dx + r * float(np.cos(t)), centre.y + dy + r * float(np.sin(t)))
        for t, r in zip(turns, wide, strict=True)
    ]
    stroke(page, course, 0.4)


@pytest.mark.parametrize(("dx", "dy"), ASIDE)
def test_rings_drawn_aside_of_their_boxes_are_votes(dx: float, dy: float) -> None:
    page = blank_page()
    for contest in LINES:
        _ring(page, contest, dx, dy)
    reading = read(page)
    assert marked(reading) == {contest: ["high"] for contest in LINES}
    assert plain(reading)


@pytest.mark.parametrize(("dx", "dy"), ASIDE)
def test_a_ring_aside_round_a_cross_asks(dx: float, dy: float) -> None:
    page = voted_page()
    _ring(page, "c2", dx, dy)
    assert state(read(page), "c2", "high") == "uncertain"


def test_a_ring_aside_is_told_as_one() -> None:
    page = voted_page(but="c2")
    _ring(page, "c2", 0.0, 3.0)
    assert note(read(page), "c2", "high") == "circle round"


def test_a_ring_between_two_boxes_is_no_plain_vote() -> None:
    page = voted_page(but="c2")
    left, right = box_of("c2", "high"), box_of("c2", "confidence")
    _ring(page, "c2", (right.centre.x - left.centre.x) / 2, 0.0, 4.6)
    reading = read(page)
    assert marked(reading)["c2"] == []
    assert not plain(reading)


def test_a_cross_whose_legs_close_a_loop_is_a_cross() -> None:
    page = blank_page()
    for contest in LINES:
        box = box_of(contest, "high")
        cross(page, box)
        stroke(
            page,
            [
                (box.right - 1, box.y + 1),
                (box.right + 2, box.centre.y),
                (box.right - 1, box.bottom - 1),
            ],
        )
    assert marked(read(page)) == {contest: ["high"] for contest in LINES}


def test_what_a_stroke_closes_in() -> None:
    ring = np.zeros((40, 40), np.bool_)
    ring[10, 10:31] = ring[30, 10:31] = ring[10:31, 10] = ring[10:31, 30] = True
    assert 350 <= closed_in(ring, 2.0).sum() <= 450
    assert closed_in(ring, 2.0)[20, 20] and not closed_in(ring, 2.0)[5, 5]
    ring[10, 15:25] = False
    assert not closed_in(ring, 2.0).any()
    assert closed_in(ring, 12.0)[20, 20]


@pytest.mark.parametrize("dx", [-4.4, -3.6, 3.6, 4.4])
def test_a_ring_whose_line_runs_through_the_middle_of_its_box_is_a_vote(dx: float) -> None:
    page = blank_page()
    for contest in LINES:
        _ring(page, contest, dx if contest == "c2" else 0.6, 0.0, radius=5.0)
    reading = read(page)
    assert marked(reading) == {contest: ["high"] for contest in LINES}


@pytest.mark.parametrize("turn", [0.4, 2.0, 3.5, 5.1])
def test_a_ring_with_a_gap_round_a_cross_asks(turn: float) -> None:
    page, centre = voted_page(), box_of("c2", "high").centre
    turns = np.linspace(turn, turn + 2 * np.pi - 0.5, 80).tolist()
    course = [(centre.x + 6.2 * np.cos(t), centre.y + 6.2 * np.sin(t)) for t in turns]
    stroke(page, course, 0.4)
    for way in (1.0, -1.0):
        stroke(
            page, [(centre.x - 4.4, centre.y - 4.4 * way), (centre.x + 4.4, centre.y + 4.4 * way)]
        )
    assert state(read(page), "c2", "high") == "uncertain"


def _looped_cross(page: Picture, contest: str) -> None:
    """Draw a cross in one go: the pen goes from one leg to the other in a wide bow."""
    box = box_of(contest, "high")
    turns = np.linspace(-np.pi / 2, np.pi / 2, 40)
    bow = [
        (box.right + 0.8 + 3.4 * float(np.cos(t)), box.centre.y + 5.6 * float(np.sin(t)))
        for t in turns
    ]
    stroke(page, [(box.x - 1.2, box.bottom + 1.2), *bow, (box.x - 1.2, box.y - 1.2)], 0.4)


def test_a_wide_bow_between_two_legs_of_a_cross_goes_round_nothing() -> None:
    page = blank_page()
    for contest in LINES:
        _looped_cross(page, contest)
    reading = read(page)
    assert marked(reading) == {contest: ["high"] for contest in LINES}
    assert plain(reading)


@pytest.mark.parametrize(
    ("dx", "dy", "radius"), [(2.5, 2.5, 5.2), (-2.2, -2.6, 5.2), (0.0, 3.2, 5.9)]
)
def test_a_ring_so_far_aside_that_it_cuts_its_cross_asks(
    dx: float, dy: float, radius: float
) -> None:
    page = voted_page()
    _ring(page, "c2", dx, dy, radius)
    assert state(read(page), "c2", "high") == "uncertain"

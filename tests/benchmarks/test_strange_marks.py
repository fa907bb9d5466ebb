"""Marks that are cancelled, and words in their place, to see whether the reader finds them."""

from __future__ import annotations

import numpy as np
import strange_marks
from strokes import ballot_of, read_scan, voted

from omr.geometry import Rect

BOX = Rect(100.0, 100.0, 9.0, 9.0)


def test_what_is_drawn_over_a_box_covers_most_of_it() -> None:
    rng = np.random.default_rng(3)
    for what in ("scribbled over", "waved over"):
        for _ in range(20):
            drawn = strange_marks._CANCELLED[what](BOX, rng)
            points = np.vstack([np.array(course) for course in drawn])
            assert np.ptp(points[:, 0]) > 6.0
            assert np.ptp(points[:, 1]) > 2.0
            assert (np.abs(points - (104.5, 104.5)) < 8.0).all()


def test_a_circle_drawn_aside_runs_round_a_place_near_its_box() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        (course,) = strange_marks._CANCELLED["circled aside"](BOX, rng)
        points = np.array(course)
        middle = (points.min(axis=0) + points.max(axis=0)) / 2
        assert 1.0 < np.hypot(*(middle - (104.5, 104.5))) < 5.5
        assert np.hypot(*(points - middle).T).min() > 3.0
        assert np.hypot(*(points - middle).T).max() < 10.5


def test_a_strike_runs_through_the_middle_of_its_box_from_side_to_side() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        ((first, last),) = strange_marks._CANCELLED["struck by one line"](BOX, rng)
        length = np.subtract(last, first)
        assert 7.5 < np.hypot(*length) < 15.5
        down, across = np.subtract((104.5, 104.5), first)
        beside = (length[0] * across - length[1] * down) / np.hypot(*length)
        assert abs(float(beside)) < 1.5


def test_what_is_written_in_place_of_a_mark_stands_in_its_box() -> None:
    rng = np.random.default_rng(4)
    for what, make in strange_marks._INSTEAD.items():
        for _ in range(20):
            points = np.vstack([np.array(course) for course in make(BOX, rng)])
            assert 1.0 < np.ptp(points[:, 0]) < 12.0
            assert 2.0 < np.ptp(points[:, 1]) < 8.0
            reach = 7.5 if what == "a word" else 5.0
            assert (np.abs(points - (104.5, 104.5)) < reach).all()


def test_a_word_stands_in_its_box_without_the_cross() -> None:
    ballot, rng = ballot_of("tin-nhiem.vi", "b"), np.random.default_rng(5)
    page, chosen = voted(ballot, 0, rng)
    contest = next(iter(chosen))
    boxes = ballot.style.layout.pages[0].boxes
    box = next(b for b in boxes if (b.contest, b.option) == (contest, chosen[contest]))
    bare = np.repeat(ballot.pages[0][..., None], 3, axis=2)
    strange_marks._erase(page, bare, box.rect)
    marks = read_scan(ballot, page, (300,), rng).marks
    assert {mark.contest for mark in marks if mark.state == "marked"} == {*chosen} - {contest}


def test_the_marks_of_good_papers_are_measured() -> None:
    pages = list(strange_marks.good(("neat",), 501, 1))
    assert pages
    for marks in pages:
        assert len(marks) >= 3
        assert all(0.3 < mark.length < 8.0 and mark.across >= 1.0 for mark in marks)

"""Slashes of two lines that meet: two votes of a hand of slashes, a doubtful line of any other."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from omr.election.load import load_election
from omr.election.model import Election
from omr.election.templates import find_template
from omr.geometry import Rect
from omr.scan.pipeline import PageReader
from omr.scan.place.identify import BallotKey, ballot_key
from omr.scan.reading import PageReading
from tests.scan.fresh_pages import SECRET, fresh_page
from tests.scan.page_drawings import BLUE, DPI, Picture, cross, image_of, stroke

# Six lines of four boxes, nearer to each other than on a ballot of three levels.
LINES = ("c1", "c2", "c3", "c4", "c5", "c6")
OPTIONS = ("excellent", "good", "fair", "poor")
# Half a slash from the upper left to the lower right: 13 mm long in all.
HALF = np.array([5.1, 4.0])


@cache
def election() -> Election:
    return load_election(find_template("bon-muc.vi"))


@cache
def key() -> BallotKey:
    return ballot_key(election(), SECRET)


@cache
def reader() -> PageReader:
    return PageReader(key())


def _box(contest: str, option: str) -> Rect:
    boxes = key().layouts["a"].pages[0].boxes
    return next(b.rect for b in boxes if (b.contest, b.option) == (contest, option))


def _slash(page: Picture, box: Rect, turned: bool = False) -> None:
    middle = np.array([box.centre.x, box.centre.y])
    half = HALF * (1, -1) if turned else HALF
    stroke(page, [tuple(middle - half), tuple(middle + half)], 0.35)


def _line(page: Picture, end: float = 1.0, gap_mm: float = 0.0) -> None:
    """Draw one line through a box of c3 and one of c4, skipping before it leaves the first."""
    upper, lower = _box("c3", "excellent").centre, _box("c4", "good").centre
    start = np.array([upper.x, upper.y]) - HALF
    stop = np.array([lower.x, lower.y]) + end * HALF
    way = (stop - start) / np.linalg.norm(stop - start)
    skip = start + way * 10.4
    stroke(page, [tuple(start), tuple(skip)], 0.35)
    stroke(page, [tuple(skip + way * gap_mm), tuple(stop)], 0.35)


def _read(page: Picture) -> PageReading:
    return reader().read_page(image_of(page))


def _states(page: Picture) -> set[str]:
    reading = _read(page)
    through = {("c3", "excellent"), ("c4", "good")}
    return {m.state for m in reading.marks if (m.contest, m.option) in through}


def _voted(hand: str) -> Picture:
    page = fresh_page(dpi=DPI, of=election())
    for contest, option in zip(("c1", "c2", "c5", "c6"), OPTIONS, strict=True):
        box = _box(contest, option)
        if hand == "crosses":
            cross(page, box, BLUE, 0.35)
        else:
            _slash(page, box, turned=hand == "other slashes")
    return page


@pytest.mark.parametrize("gap_mm", [0.0, 1.2])
def test_slashes_that_meet_are_votes_of_a_hand_of_slashes(gap_mm: float) -> None:
    page = _voted("slashes")
    _line(page, gap_mm=gap_mm)
    reading = _read(page)
    marked = {(mark.contest, mark.option) for mark in reading.marks if mark.state == "marked"}
    assert {("c3", "excellent"), ("c4", "good")} < marked
    assert len(marked) == len(LINES)
    assert reading.findings == ()
    assert {mark.state for mark in reading.marks} == {"marked", "empty"}


@pytest.mark.parametrize("hand", ["crosses", "other slashes"])
def test_one_line_through_two_boxes_is_no_vote_of_any_other_hand(hand: str) -> None:
    page = _voted(hand)
    _line(page)
    assert _states(page) == {"uncertain"}


@pytest.mark.parametrize("end", [-0.4, 0.0, 0.5])
def test_a_long_slash_that_ends_in_the_box_below_is_asked_about(end: float) -> None:
    page = _voted("slashes")
    _line(page, end)
    assert "uncertain" in _states(page)


def test_a_line_three_slashes_long_is_asked_about() -> None:
    page = _voted("slashes")
    _line(page, 4.0)
    assert "uncertain" in _states(page)


@pytest.mark.parametrize("hand", ["crosses", "slashes"])
def test_the_long_tail_of_a_tick_through_a_box_of_an_unmarked_line_is_no_vote(hand: str) -> None:
    page = _voted(hand)
    lower, upper = _box("c4", "excellent"), _box("c3", "good")
    stroke(page, [(lower.x + 1.2, lower.centre.y), (lower.x + 2.6, lower.bottom - 2.4),
                  (lower.x + 7.5, lower.y - 3.0), (lower.right + 5.0, upper.bottom + 1.5),
                  (upper.x - 0.5, upper.bottom - 1.6), (upper.right + 9.0, upper.y + 1.0)],
           0.35)  # fmt: skip
    states = {(m.contest, m.option): m.state for m in _read(page).marks}
    assert states[("c4", "excellent")] == "marked"
    assert states[("c3", "good")] == "uncertain"

"""The course of a stroke: its ends, its bow, and what lies aside of it."""

from __future__ import annotations

import numpy as np
import pytest

from omr.scan.ink.courses import course_of


def _bowed(turn: float, bow: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    along = np.linspace(-5, 5, 60)
    flat = np.column_stack([along, bow * along**2])
    cos, sin = np.cos(turn), np.sin(turn)
    return flat @ np.array([[cos, sin], [-sin, cos]]) + (30.0, 12.0)


@pytest.mark.parametrize("turn", [0.0, 0.6, 1.5, 2.8])
@pytest.mark.parametrize("bow", [0.0, 0.01, -0.02])
def test_a_bowed_line_lies_along_its_course(turn: float, bow: float) -> None:
    places = _bowed(turn, bow)
    course = course_of(places)
    assert course.length == pytest.approx(10.0, abs=0.05)
    along, aside = course.along_curve(places)
    assert np.abs(aside).max() < 1e-6
    assert course.at(along) == pytest.approx(places, abs=1e-6)


def test_what_lies_beside_a_line_is_told_by_side() -> None:
    course = course_of(_bowed(0.0, 0.01))
    _, above = course.along_curve(np.array([[30.0, 14.0]]))
    _, below = course.along_curve(np.array([[30.0, 10.0]]))
    assert above * below < 0
    assert np.abs([above, below]) == pytest.approx(2.0, abs=0.1)


def test_a_course_goes_on_beyond_its_ends() -> None:
    whole = _bowed(0.4, 0.01)
    course = course_of(whole[10:50])
    beyond, aside = course.along_curve(whole[[0, -1]])
    assert min(abs(beyond)) > course.length / 2
    assert np.abs(aside).max() < 1e-6


def test_few_places_have_a_course() -> None:
    assert course_of(np.array([[1.0, 1.0], [4.0, 5.0]])).length == pytest.approx(5.0)
    alone = course_of(np.array([[1.0, 1.0]]))
    assert alone.length == 0.0
    assert alone.along_curve(np.array([[1.0, 1.0]]))[1] == pytest.approx([0.0])

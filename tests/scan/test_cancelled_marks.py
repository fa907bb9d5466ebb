"""Crosses that a line strikes out, of which only the tips are left, or that few waves cover."""

from __future__ import annotations

import numpy as np
import pytest

from omr.geometry import Rect
from omr.scan.marks.covered_marks import is_left_of_cross
from omr.scan.marks.straight_parts import has_line_over
from tests.scan.page_drawings import (
    LINES,
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
_WHITE: Colour = (255, 255, 255)
_PX_PER_MM = 8
_SIDE_MM = 9.0


def _ink(*courses: Course, width_mm: float = 0.5) -> Picture:
    """Draw strokes on nothing, in mm of a box and at the resolution of marks."""
    size = round(_SIDE_MM * _PX_PER_MM)
    page = np.zeros((size, size, 3), np.uint8)
    to_page = _PX_PER_MM / SCALE
    for course in courses:
        stroke(page, [(x * to_page, y * to_page) for x, y in course], width_mm * to_page, _WHITE)
    return page


def _legs(out_mm: float = 1.2) -> tuple[Course, Course]:
    far = _SIDE_MM - out_mm
    return [(out_mm, out_mm), (far, far)], [(far, out_mm), (out_mm, far)]


def _without_middle(radius_mm: float, *courses: Course) -> Picture:
    page = _ink(*courses)
    ys, xs = (np.indices(page.shape[:2]) + 0.5) / _PX_PER_MM - _SIDE_MM / 2
    page[np.hypot(xs, ys) < radius_mm] = 0
    return page


@pytest.mark.parametrize("radius_mm", [1.6, 2.4, 3.2])
def test_tips_of_a_cross_are_told(radius_mm: float) -> None:
    left = _without_middle(radius_mm, *_legs())[..., 0] > 0
    assert is_left_of_cross(left, _SIDE_MM, _PX_PER_MM)


def test_a_whole_cross_is_none_left() -> None:
    assert not is_left_of_cross(_ink(*_legs())[..., 0] > 0, _SIDE_MM, _PX_PER_MM)


@pytest.mark.parametrize("gap_mm", [1.0, 1.8])
def test_a_cross_whose_legs_skip_is_whole(gap_mm: float) -> None:
    (a, b), leg = _legs()
    middle = _SIDE_MM / 2
    skipped: list[Course] = [
        [a, (middle + 1.0, middle + 1.0)],
        [(middle + 1.0 + gap_mm, middle + 1.0 + gap_mm), b],
        [leg[0], (middle + 1.4, middle - 1.4)],
        [(middle + 0.6, middle - 0.6), leg[1]],
    ]
    assert not is_left_of_cross(_ink(*skipped)[..., 0] > 0, _SIDE_MM, _PX_PER_MM)


def test_arcs_of_a_broken_circle_are_no_tips() -> None:
    arcs = [
        [
            (4.5 + 3.0 * float(np.cos(t)), 4.5 + 3.0 * float(np.sin(t)))
            for t in np.linspace(first, first + 1.3, 20)
        ]
        for first in (0.0, 1.6, 3.2, 4.8)
    ]
    assert not is_left_of_cross(_ink(*arcs)[..., 0] > 0, _SIDE_MM, _PX_PER_MM)


@pytest.mark.parametrize("line", [[(0.2, 4.8), (8.8, 4.2)], [(4.2, 0.2), (4.8, 8.8)]])
def test_a_line_over_a_cross_is_told(line: Course) -> None:
    assert has_line_over(_ink(*_legs(1.6), line)[..., 0] > 0, _SIDE_MM - 2.0, 1.0, _PX_PER_MM)


@pytest.mark.parametrize(
    "more",
    [
        [],
        [(7.8, 1.2), (8.5, 4.5), (7.8, 7.8)],
        [(1.6, 1.0), (8.0, 7.6)],
        [(7.8, 7.8), (6.0, 8.4), (4.5, 8.0)],
        [(1.7, 4.6), (7.3, 4.3)],
    ],
    ids=["nothing", "a bow", "a leg drawn again", "a hook", "a star's"],
)
def test_no_line_is_over(more: Course) -> None:
    courses = [*_legs(), more] if more else list(_legs())
    assert not has_line_over(_ink(*courses)[..., 0] > 0, _SIDE_MM - 2.0, 1.0, _PX_PER_MM)


def _strike(box: Rect, upright: bool) -> Course:
    middle = box.centre
    if upright:
        return [(middle.x - 0.4, box.y - 1.8), (middle.x + 0.5, box.bottom + 1.8)]
    return [(box.x - 1.8, middle.y + 0.4), (box.right + 1.8, middle.y - 0.5)]


@pytest.mark.parametrize("dpi", [200, 300])
@pytest.mark.parametrize("upright", [False, True])
def test_a_cross_that_one_line_strikes_out_is_for_people(upright: bool, dpi: int) -> None:
    page = voted_page()
    stroke(page, _strike(box_of("c2", "high"), upright), 0.4)
    reading = read_at(page, dpi)
    assert state(reading, "c2", "high") == "uncertain"
    assert [state(reading, contest, "high") for contest in ("c1", "c3")] == ["marked", "marked"]


def test_who_makes_stars_made_no_strike() -> None:
    page = voted_page()
    for contest in LINES:
        stroke(page, _strike(box_of(contest, "high"), upright=True), 0.4)
    assert plain(read(page))


@pytest.mark.parametrize("turns", [4.0, 5.0])
@pytest.mark.parametrize("high_mm", [2.0, 2.8])
def test_a_cross_that_a_few_waves_cover_is_for_people(turns: float, high_mm: float) -> None:
    page, box = voted_page(), box_of("c2", "high")
    xs = np.linspace(box.x - 0.5, box.right + 0.5, 90)
    ys = box.centre.y + high_mm * np.sin(np.linspace(0.0, 2.0 * np.pi * turns, 90))
    stroke(page, list(zip(xs.tolist(), ys.tolist(), strict=True)), 0.4)
    assert state(read(page), "c2", "high") == "uncertain"


@pytest.mark.parametrize("radius_mm", [1.7, 2.6])
def test_tips_under_white_fluid_are_for_people(radius_mm: float) -> None:
    page, box = blank_page(), box_of("c2", "high")
    for contest in LINES:
        cross(page, box_of(contest, "high"))
    centre = round(box.centre.x * SCALE), round(box.centre.y * SCALE)
    ys, xs = np.indices(page.shape[:2])
    page[np.hypot(xs - centre[0], ys - centre[1]) < radius_mm * SCALE] = 255
    reading = read(page)
    assert (state(reading, "c2", "high"), note(reading, "c2", "high")) == (
        "uncertain",
        "perhaps covered",
    )
    assert marked(reading)["c1"] == ["high"]

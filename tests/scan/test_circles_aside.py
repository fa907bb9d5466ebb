"""Circles drawn aside over a mark: their line runs through the box and through the mark in it."""

from __future__ import annotations

import numpy as np
import pytest

from omr.geometry import Rect
from omr.scan.marks.circles_aside import Circles, circles_of
from tests.scan.page_drawings import (
    LINES,
    PENCIL,
    Colour,
    Picture,
    blank_page,
    box_of,
    cross,
    marked,
    plain,
    read,
    state,
    stroke,
    voted_page,
)

Course = list[tuple[float, float]]
_SCALE = 12
_SIDE_MM = 40.0
_BOX = Rect(16.0, 16.0, 8.0, 8.0)


def _circle(x: float, y: float, radius: float, wide: float = 1.0, turns: float = 1.05) -> Course:
    """Return a circle's course; its ends run over each other, one farther out."""
    turned = np.linspace(-2.0, 2.0 * np.pi * turns - 2.0, 120)
    far = np.linspace(1.03, 0.98, 120) * radius
    return [
        (x + r * wide * float(np.cos(t)), y + r / wide * float(np.sin(t)))
        for t, r in zip(turned, far, strict=True)
    ]


def _bow(box: Rect, out: float, leg: float) -> Course:
    """Return a cross in one go: from one leg to the other in a bow on the right."""
    high = box.h / 2 + leg
    turned = np.linspace(-np.pi / 2, np.pi / 2, 40)
    middle = box.centre
    bow = [
        (box.right + leg + out * float(np.cos(t)), middle.y + high * float(np.sin(t)))
        for t in turned
    ]
    return [(box.x - leg, box.bottom + leg), *bow, (box.x - leg, box.y - leg)]


def _circles(*courses: Course) -> Circles:
    """Draw on paper on which a box's outline hides the ink; return the circles in it."""
    size = round(_SIDE_MM * _SCALE)
    page = np.zeros((size, size, 3), np.uint8)
    for course in courses:
        _draw(page, course)
    ys, xs = (np.indices((size, size)) + 0.5) / _SCALE
    off = np.maximum(np.abs(xs - _BOX.centre.x), np.abs(ys - _BOX.centre.y)) - _BOX.w / 2
    hidden = np.abs(off) < 0.6
    middle = _BOX.centre.x * _SCALE, _BOX.centre.y * _SCALE
    return circles_of((page[..., 0] > 0) & ~hidden, hidden, middle, _BOX.w / 2, _SCALE)


def _draw(page: Picture, course: Course) -> None:
    """Draw in white at this file's resolution; strokes of a page have another."""
    scaled = [(x * _SCALE * 25.4 / 300, y * _SCALE * 25.4 / 300) for x, y in course]
    stroke(page, scaled, 0.4, (255, 255, 255))


def _legs(box: Rect, leg: float = -1.0) -> tuple[Course, Course]:
    out = box.grown(leg)
    return (
        [(out.x, out.y), (out.right, out.bottom)],
        [(out.right, out.y), (out.x, out.bottom)],
    )


@pytest.mark.parametrize("wide", [1.0, 1.15])
@pytest.mark.parametrize("radius", [4.6, 5.9, 6.8])
@pytest.mark.parametrize(("dx", "dy"), [(3.2, 0.0), (0.0, -3.6), (2.5, 2.5), (-3.0, 1.0)])
def test_a_circle_through_a_cross_is_found(
    dx: float, dy: float, radius: float, wide: float
) -> None:
    middle = _BOX.centre
    course = _circle(middle.x + dx, middle.y + dy, radius, wide)
    assert _circles(course, *_legs(_BOX)).cross_mark()


@pytest.mark.parametrize("out", [1.5, 3.0, 5.0])
@pytest.mark.parametrize("leg", [-0.5, 0.5, 1.5])
def test_a_bow_between_two_legs_holds_no_line(out: float, leg: float) -> None:
    assert not _circles(_bow(_BOX, out, leg)).cross_mark()


def test_a_circle_alone_leaves_and_crosses_nothing() -> None:
    circles = _circles(_circle(_BOX.centre.x + 4.0, _BOX.centre.y, 5.0))
    assert len(circles.courses)
    assert not circles.cross_mark()
    assert not circles.leave_mark(2.5)


def test_a_slash_beside_a_circle_is_left() -> None:
    middle = _BOX.centre
    slash = [(middle.x - 1.0, middle.y + 2.5), (middle.x + 2.5, middle.y - 1.0)]
    circles = _circles(_circle(middle.x - 4.5, middle.y - 2.0, 4.6), slash)
    assert circles.leave_mark(2.5)


def test_strokes_without_a_circle_have_none() -> None:
    circles = _circles(*_legs(_BOX, 3.0))
    assert not len(circles.courses)
    assert not circles.cross_mark()
    assert not circles.leave_mark(2.5)


_ASIDE = [(0.0, 3.2), (2.5, 2.5), (3.4, 0.0), (-3.2, 1.0), (0.0, -3.6), (4.2, 0.0)]


@pytest.mark.parametrize("radius", [5.2, 5.9, 6.8])
@pytest.mark.parametrize(("dx", "dy"), _ASIDE)
def test_a_cross_circled_aside_asks(dx: float, dy: float, radius: float) -> None:
    page, centre = voted_page(), box_of("c2", "high").centre
    stroke(page, _circle(centre.x + dx, centre.y + dy, radius), 0.4)
    assert state(read(page), "c2", "high") == "uncertain"


@pytest.mark.parametrize("colour", [(130, 50, 30), PENCIL])
def test_ticks_and_slashes_circled_aside_ask(colour: Colour) -> None:
    page = blank_page()
    for contest in LINES:
        box = box_of(contest, "high")
        stroke(page, [(box.x + 1, box.bottom - 1), (box.right - 1, box.y + 1)], 0.4, colour)
    centre = box_of("c1", "high").centre
    stroke(page, _circle(centre.x - 2.6, centre.y - 0.8, 5.9), 0.4)
    centre = box_of("c3", "high").centre
    stroke(page, _circle(centre.x + 1.6, centre.y + 2.6, 6.2, 1.1), 0.4)
    reading = read(page)
    assert [state(reading, contest, "high") for contest in LINES] == [
        "uncertain", "marked", "uncertain",
    ]  # fmt: skip


@pytest.mark.parametrize("out", [1.5, 3.0, 3.8])
def test_crosses_with_bows_of_several_widths_are_votes(out: float) -> None:
    page = blank_page()
    for contest, leg in zip(LINES, (0.6, 1.0, 1.4), strict=True):
        stroke(page, _bow(box_of(contest, "high"), out, leg), 0.4)
    reading = read(page)
    assert marked(reading) == {contest: ["high"] for contest in LINES}


def test_one_bow_among_crosses_is_a_vote() -> None:
    page = voted_page(but="c2")
    stroke(page, _bow(box_of("c2", "high"), 2.4, 0.8), 0.4)
    assert plain(read(page))


def test_two_rounds_drawn_aside_are_a_vote() -> None:
    page = blank_page()
    for contest in LINES:
        centre = box_of(contest, "high").centre
        stroke(page, _circle(centre.x + 2.4, centre.y + 1.0, 5.4, 1.0, 2.1), 0.4)
    assert marked(read(page)) == {contest: ["high"] for contest in LINES}


def test_a_cross_beside_a_circle_of_another_line_is_a_vote() -> None:
    page = voted_page(but="c2")
    stroke(page, _circle(box_of("c2", "high").centre.x, box_of("c2", "high").centre.y, 5.6), 0.4)
    cross(page, box_of("c2", "confidence"))
    reading = read(page)
    assert not plain(reading)
    assert [state(reading, contest, "high") for contest in ("c1", "c3")] == ["marked", "marked"]

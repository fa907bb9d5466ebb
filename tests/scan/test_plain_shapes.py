"""One plain figure among other marks is a vote: a zigzag, a circle, a bent cross."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from omr.geometry import Rect
from omr.scan.marks.plain_shapes import is_circle, is_cross, is_zigzag
from omr.scan.place.reference import Mask
from tests.scan.page_drawings import (
    BLUE,
    GREY,
    LINES,
    Picture,
    blank_page,
    box_of,
    cross,
    marked,
    plain,
    read_at,
    state,
    stroke,
    voted_page,
)

_PX_PER_MM, _SIDE_MM = 8, 9.0
Course = list[tuple[float, float]]


def _zigzag(box: Rect, strokes: int = 7) -> Course:
    xs = np.linspace(box.x + 1.2, box.right - 1.2, strokes)
    ends = box.bottom - 1.2, box.y + 1.2
    return [(float(x), ends[k % 2]) for k, x in enumerate(xs)]


def _circle(box: Rect, radius_mm: float, turns: float = 1.0) -> Course:
    t = np.linspace(0.4, 0.4 + turns * 2.0 * np.pi, 60)
    centre = box.centre
    return [
        (float(centre.x + radius_mm * np.cos(a)), float(centre.y + radius_mm * np.sin(a)))
        for a in t
    ]


def _bent_cross(box: Rect) -> list[Course]:
    """Return two legs that are level at first and steep in the end, as hasty hands bend them."""
    down = np.linspace(0.0, 1.0, 20)
    aside = -1.9 + 3.9 * down**0.4
    x, y = box.centre.x, box.centre.y - 2.2
    return [
        [(float(x + side * p), float(y + 4.4 * q)) for p, q in zip(aside, down, strict=True)]
        for side in (-1, 1)
    ]


def _drawn(*courses: Course) -> Mask:
    """Return the ink of some lines on a window of 11 mm, the box 1 mm within."""
    ink = np.zeros((11 * _PX_PER_MM,) * 2, np.uint8)
    for course in courses:
        points = np.rint(np.array(course) * _PX_PER_MM).astype(np.int32)
        cv2.polylines(ink, [points], False, (1,), round(0.4 * _PX_PER_MM))
    return ink.view(np.bool_)


_BOX = Rect(1.0, 1.0, _SIDE_MM, _SIDE_MM)
_LEGS: list[Course] = [[(3.0, 3.0), (8.0, 8.0)], [(8.0, 3.0), (3.0, 8.0)]]


def test_a_zigzag_is_one_line_to_and_fro() -> None:
    assert is_zigzag(_drawn(_zigzag(_BOX)), _PX_PER_MM)
    assert not is_zigzag(_drawn(_zigzag(_BOX), *_LEGS), _PX_PER_MM)
    assert not is_zigzag(_drawn(*_LEGS), _PX_PER_MM)
    wave = [(x, 5.5 + 2.5 * float(np.sin(4.0 * x))) for x in np.linspace(1.5, 9.5, 150).tolist()]
    assert not is_zigzag(_drawn(wave, *_LEGS), _PX_PER_MM)


@pytest.mark.parametrize("turns", [0.94, 1.0, 1.15])
def test_a_circle_is_round_and_has_nothing_beside_it(turns: float) -> None:
    ring = _circle(_BOX, 2.6, turns)
    assert is_circle(_drawn(ring), _SIDE_MM, _PX_PER_MM)
    assert not is_circle(_drawn(ring, [(5.5, 2.9), (5.5, 8.1)]), _SIDE_MM, _PX_PER_MM)
    tail = [(8.1, 5.5), (8.1, 9.8)]
    assert not is_circle(_drawn(ring, tail), _SIDE_MM, _PX_PER_MM)
    assert not is_circle(_drawn(_circle(_BOX, 1.0)), _SIDE_MM, _PX_PER_MM)


def test_a_cross_has_four_legs_that_do_not_part() -> None:
    assert is_cross(_drawn(*_LEGS), _PX_PER_MM)
    assert is_cross(_drawn(*_bent_cross(_BOX)), _PX_PER_MM)
    small: list[Course] = [[(4.0, 4.0), (6.0, 6.0)], [(6.0, 4.0), (4.0, 6.0)]]
    assert is_cross(_drawn(*small), _PX_PER_MM)
    assert not is_cross(_drawn(*_LEGS, [(2.0, 5.5), (9.0, 5.5)]), _PX_PER_MM)
    stem_and_arms: list[Course] = [[(4.0, 2.0), (4.0, 9.0)], [(7.5, 2.5), (4.0, 5.5), (7.5, 9.0)]]
    assert not is_cross(_drawn(*stem_and_arms), _PX_PER_MM)
    assert not is_cross(_drawn([(3.0, 5.0), (5.0, 8.0), (8.0, 3.0)]), _PX_PER_MM)


@pytest.mark.parametrize("dpi", [150, 300])
@pytest.mark.parametrize("figure", ["zigzag", "circle", "bent"])
def test_one_plain_figure_among_crosses_is_a_vote(figure: str, dpi: int) -> None:
    page = voted_page(but="c2")
    box = box_of("c2", "high")
    courses = {
        "zigzag": [_zigzag(box, 10)],
        "circle": [_circle(box, 2.4)],
        "bent": _bent_cross(box),
    }[figure]
    for course in courses:
        stroke(page, course, 0.45, BLUE)
    reading = read_at(page, dpi)
    assert marked(reading) == {contest: ["high"] for contest in LINES}
    assert plain(reading)


def test_a_zigzag_among_ditto_signs_is_for_people() -> None:
    page = blank_page()
    for contest in LINES:
        box = box_of(contest, "high")
        x, y = box.centre.x, box.centre.y
        signs: list[Course] = [[(x - 0.6, y - 1.2), (x - 0.8, y + 1.2)],
                               [(x + 0.8, y - 1.2), (x + 0.6, y + 1.2)]]  # fmt: skip
        for course in [_zigzag(box, 10)] if contest == "c1" else signs:
            stroke(page, course, 0.45, BLUE)
    assert state(read_at(page, 300), "c1", "high") == "uncertain"


def test_a_zigzag_over_a_cross_is_for_people() -> None:
    page = voted_page()
    stroke(page, _zigzag(box_of("c2", "high")), 0.45, BLUE)
    assert state(read_at(page, 300), "c2", "high") == "uncertain"


def _bit_of_fibre(box: Rect, long_mm: float) -> Course:
    t = np.linspace(0.0, 1.0, 12)
    return [(box.x + 3.0 + long_mm * float(a), box.y + 3.0 + 0.5 * float(np.sin(3 * a))) for a in t]


def test_a_bit_of_fibre_beside_a_plain_mark_is_none() -> None:
    page = voted_page()
    stroke(page, _bit_of_fibre(box_of("c2", "low"), 2.2), 0.09, (110, 110, 110))
    reading = read_at(page, 300)
    assert state(reading, "c2", "low") == "empty"
    assert marked(reading) == {contest: ["high"] for contest in LINES}


def test_a_bit_of_fibre_in_a_line_without_a_mark_is_for_people() -> None:
    page = voted_page(but="c2")
    stroke(page, _bit_of_fibre(box_of("c2", "low"), 2.2), 0.09, (110, 110, 110))
    assert state(read_at(page, 300), "c2", "low") == "uncertain"


def test_what_is_longer_or_coloured_is_no_bit_of_fibre() -> None:
    for long_mm, colour in ((5.0, (110, 110, 110)), (2.2, (200, 90, 60))):
        page = voted_page()
        stroke(page, _bit_of_fibre(box_of("c2", "low"), long_mm), 0.12, colour)
        assert state(read_at(page, 300), "c2", "low") == "uncertain"


def test_two_short_pale_lines_are_no_bit_of_fibre() -> None:
    page = voted_page()
    box = box_of("c2", "low")
    cross(page, Rect(box.x + 3.0, box.y + 3.0, 5.4, 5.4), GREY, 0.2)
    assert state(read_at(page, 300), "c2", "low") == "uncertain"


def _filled_but_one() -> tuple[Picture, Rect]:
    """Fill the first boxes of two lines; return the page and the box of the third."""
    page = blank_page()
    for contest in ("c1", "c3"):
        inner = box_of(contest, "high").grown(-0.8)
        rows = np.arange(inner.y, inner.bottom, 0.35)
        stroke(page, [((inner.x, inner.right)[k % 2], float(y)) for k, y in enumerate(rows)], 0.6)
    return page, box_of("c2", "high")


def test_a_thin_tick_of_the_pen_that_filled_the_other_boxes_is_a_vote() -> None:
    page, box = _filled_but_one()
    paler = (200, 150, 140)
    stroke(page, [(box.x + 2, box.centre.y), (box.x + 4, box.bottom - 2)], 0.4, paler)
    stroke(page, [(box.x + 4, box.bottom - 2), (box.right - 1, box.y + 1)], 0.4, paler)
    assert marked(read_at(page, 300)) == {contest: ["high"] for contest in LINES}


def test_a_paler_smudge_among_filled_boxes_is_for_people() -> None:
    page, box = _filled_but_one()
    stroke(page, [(box.x + 2.5, box.centre.y), (box.x + 5.5, box.centre.y + 0.5)], 2.4,
           (200, 150, 140))  # fmt: skip
    assert state(read_at(page, 300), "c2", "high") == "uncertain"

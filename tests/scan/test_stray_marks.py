"""Boxes of unmarked lines that hold what strayed into them: tails of marks, smudges, fibres."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.scan.page_drawings import (
    BLUE,
    LINES,
    PENCIL,
    RED,
    SCALE,
    Colour,
    Picture,
    box_of,
    cross,
    layout,
    marked,
    note,
    plain,
    read,
    state,
    stroke,
    voted_page,
)


def _two_levels(page: Picture) -> Picture:
    grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    return np.where(grey > 150, 255, 0).astype(np.uint8)


@pytest.mark.parametrize("two_levels", [False, True])
@pytest.mark.parametrize("deep_mm", [5.5, 6.5, 8.0])
@pytest.mark.parametrize(("colour", "width_mm"), [(BLUE, 0.35), (BLUE, 0.6), (RED, 0.5)])
def test_the_tail_of_a_mark_in_the_box_of_an_unmarked_line_is_no_vote(
    colour: Colour, width_mm: float, deep_mm: float, two_levels: bool
) -> None:
    page = voted_page(but="c3")
    upper, lower = box_of("c2", "high"), box_of("c3", "high")
    end = (lower.centre.x + 1.0, lower.y + deep_mm)
    stroke(page, [(upper.x + 1, upper.y + 1), (upper.centre.x + 1, upper.bottom), end], width_mm,
           colour)  # fmt: skip
    reading = read(_two_levels(page) if two_levels else page)
    assert state(reading, "c2", "high") == "marked"
    assert state(reading, "c3", "high") == "uncertain"
    assert note(reading, "c3", "high") == "stroke from another box"


@pytest.mark.parametrize("deep_mm", [5.5, 8.0])
def test_the_tail_of_a_tick_in_the_box_of_the_line_above_is_no_vote(deep_mm: float) -> None:
    page = voted_page(but="c2")
    upper, lower = box_of("c2", "high"), box_of("c3", "high")
    middle = lower.centre
    stroke(page, [(middle.x - 2.5, middle.y), (middle.x - 0.5, middle.y + 3),
                  (upper.centre.x + 1, upper.bottom - deep_mm)], 0.45)  # fmt: skip
    reading = read(page)
    assert state(reading, "c2", "high") == "uncertain"


def test_a_line_drawn_down_a_column_is_no_vote_in_any_of_its_boxes() -> None:
    page = voted_page(but="c2")
    upper, lower = box_of("c2", "low"), box_of("c3", "low")
    x = upper.centre.x
    stroke(page, [(x, upper.y + 1), (x + 0.5, lower.bottom - 1)], 0.5)
    reading = read(page)
    assert state(reading, "c2", "low") == "uncertain"
    assert state(reading, "c3", "low") == "uncertain"


def test_crosses_of_two_lines_that_touch_are_two_votes() -> None:
    page = voted_page(but="c3")
    upper, lower = box_of("c2", "high"), box_of("c3", "high")
    cross(page, lower)
    stroke(page, [(upper.x + 1.5, upper.y + 1.5), (lower.x + 2.5, lower.y + 2.0)], 0.5)
    reading = read(page)
    assert marked(reading)["c2"] == ["high"]
    assert marked(reading)["c3"] == ["high"]


def _smudged(page: Picture, colour: Colour, softness_mm: float, size_mm: float) -> None:
    """Lay an even blot of a colour with soft edges into a box of the unmarked line."""
    middle = box_of("c3", "high").centre
    blot = np.zeros(page.shape[:2], np.float32)
    at = round(middle.x * SCALE), round(middle.y * SCALE)
    axes = round(size_mm / 2 * SCALE), round(size_mm / 2.3 * SCALE)
    cv2.ellipse(blot, at, axes, 20, 0, 360, (1.0,), -1, cv2.LINE_AA)
    blot = cv2.GaussianBlur(blot, (0, 0), softness_mm * SCALE)[..., None]
    page[:] = (page * (1 - blot) + np.array(colour) * blot).astype(np.uint8)


@pytest.mark.parametrize("colour", [(140, 180, 215), (165, 165, 165), (120, 160, 200)])
@pytest.mark.parametrize("softness_mm", [0.1, 0.4])
@pytest.mark.parametrize("size_mm", [4.0, 6.0])
def test_a_drop_or_a_smudge_in_the_box_of_an_unmarked_line_is_no_vote(
    colour: Colour, softness_mm: float, size_mm: float
) -> None:
    page = voted_page(but="c3")
    _smudged(page, colour, softness_mm, size_mm)
    assert state(read(page), "c3", "high") != "marked"
    assert not plain(read(page))


@pytest.mark.parametrize("two_levels", [False, True])
def test_a_fibre_in_the_box_of_an_unmarked_line_is_no_vote(two_levels: bool) -> None:
    page = voted_page(but="c3")
    box = box_of("c3", "high")
    course = np.linspace(0, 1, 30)
    points = [(box.x + 1.5 + 5 * s, box.centre.y + 1.8 * np.sin(5 * s)) for s in course]
    stroke(page, points, 0.1, (70, 70, 70))
    assert state(read(_two_levels(page) if two_levels else page), "c3", "high") != "marked"


@pytest.mark.parametrize("colour", [BLUE, RED, PENCIL])
def test_a_fill_among_crosses_of_one_pen_is_a_vote(colour: Colour) -> None:
    page = voted_page(but=None)
    for contest in ("c1", "c2", "c3"):
        box = box_of(contest, "high")
        area = np.s_[
            round((box.y + 0.2) * SCALE) : round((box.bottom - 0.2) * SCALE),
            round((box.x + 0.2) * SCALE) : round((box.right - 0.2) * SCALE),
        ]
        page[area] = 255
        if contest == "c2":
            for k in range(12):
                y = box.y + 1.2 + 0.55 * k
                stroke(page, [(box.x + 1.2, y), (box.right - 1.2, y + 0.3)], 0.5, colour)
        else:
            cross(page, box, colour)
    assert plain(read(page))


@pytest.mark.parametrize("level", [205, 225])
@pytest.mark.parametrize("grain", [6, 25])
def test_a_second_box_shaded_lightly_with_a_pencil_is_not_passed_over(
    level: int, grain: int
) -> None:
    page = voted_page()
    box = box_of("c2", "low").grown(-0.6)
    area = np.s_[
        round(box.y * SCALE) : round(box.bottom * SCALE),
        round(box.x * SCALE) : round(box.right * SCALE),
    ]
    shape = page[area].shape[:2]
    tooth = cv2.GaussianBlur(
        np.random.default_rng(2).normal(0, grain, shape).astype(np.float32), (0, 0), 1.0
    )
    page[area] = np.clip(level + tooth, 0, 255).astype(np.uint8)[..., None]
    assert state(read(page), "c2", "low") == "uncertain"


@pytest.mark.parametrize("skip_mm", [1.5, 3.0, 6.0])
@pytest.mark.parametrize("deep_mm", [3.5, 5.5, 7.5])
@pytest.mark.parametrize("lean", [-0.08, 0.0, 0.05])
def test_a_tail_that_a_skipping_pen_broke_is_no_vote(
    skip_mm: float, deep_mm: float, lean: float
) -> None:
    page = voted_page(but="c3")
    upper, lower = box_of("c2", "high"), box_of("c3", "high")
    x, end = upper.centre.x, lower.y + deep_mm
    begin = lower.y + 0.4

    def at(y: float) -> tuple[float, float]:
        return (x + lean * (y - upper.centre.y), y)

    stroke(page, [at(upper.y + 2.0), at(begin - skip_mm)], 0.45)
    stroke(page, [at(begin), at(end)], 0.45)
    assert state(read(page), "c3", "high") == "uncertain"


@pytest.mark.parametrize("skip_mm", [1.5, 4.0])
def test_a_flourish_of_the_signature_that_ends_in_a_box_is_no_vote(skip_mm: float) -> None:
    last = LINES[-1]
    page = voted_page(but=last)
    zone = next(zone.rect for zone in layout().zones if zone.kind == "signature")
    box = box_of(last, "low")
    x = box.centre.x
    stroke(page, [(x + 2, zone.centre.y), (x - 3, zone.centre.y + 2), (x + 1, zone.y + 4),
                  (x + 0.6, box.bottom + skip_mm)], 0.45)  # fmt: skip
    stroke(page, [(x + 0.3, box.bottom - 0.3), (x, box.y + 3.0)], 0.45)
    assert state(read(page), last, "low") == "uncertain"


def test_slashes_and_bars_below_each_other_are_votes() -> None:
    for dx in (0.0, 2.5):
        page = voted_page(but=None)
        for contest in LINES:
            box = box_of(contest, "high")
            area = np.s_[
                round(box.y * SCALE) + 6 : round(box.bottom * SCALE) - 6,
                round(box.x * SCALE) + 6 : round(box.right * SCALE) - 6,
            ]
            page[area] = 255
            stroke(page, [(box.centre.x - dx, box.bottom - 1), (box.centre.x + dx, box.y + 1)],
                   0.5)  # fmt: skip
        assert plain(read(page))


@pytest.mark.parametrize("colour", [(205, 205, 205), (190, 190, 192)])
def test_a_faint_second_ring_is_not_passed_over(colour: Colour) -> None:
    page = voted_page()
    middle = box_of("c2", "low").centre
    turn = np.linspace(0, 2 * np.pi, 40)
    points = [(middle.x + 2.0 * np.cos(a), middle.y + 1.9 * np.sin(a)) for a in turn]
    stroke(page, points, 0.25, colour)
    assert state(read(page), "c2", "low") == "uncertain"


@pytest.mark.parametrize("head_mm", [1.6, 2.5])
def test_an_arrow_from_a_mark_to_another_box_asks(head_mm: float) -> None:
    page = voted_page()
    one, other = box_of("c2", "high"), box_of("c2", "confidence")
    y, tip = one.centre.y, other.x - 1.5
    stroke(page, [(one.right - 1.0, y), (tip, y - 0.5)], 0.5)
    stroke(page, [(tip - head_mm, y - 0.5 - head_mm), (tip, y - 0.5),
                  (tip - head_mm, y - 0.5 + head_mm)], 0.5)  # fmt: skip
    assert not plain(read(page))


@pytest.mark.parametrize("start_mm", [-2.5, 1.2])
@pytest.mark.parametrize("towards", ["confidence", "low"])
def test_a_slender_arrow_that_begins_in_a_mark_or_beside_it_asks(
    start_mm: float, towards: str
) -> None:
    page = voted_page(but="c2")
    one = box_of("c2", "low" if towards == "confidence" else "confidence")
    cross(page, one)
    way = 1.0 if towards == "low" else -1.0
    begin = one.centre.x + way * (one.w / 2 + start_mm)
    tip, y = one.centre.x + way * (one.w / 2 + 12.5), one.centre.y + 0.3
    stroke(page, [(begin, y), (tip, y - 0.4)], 0.4)
    stroke(page, [(tip - way * 1.7, y - 1.3), (tip, y - 0.4), (tip - way * 1.6, y + 0.8)], 0.4)
    assert not plain(read(page))


def test_long_legs_without_a_head_ask_nothing() -> None:
    page = voted_page()
    for contest, reach in (("c1", 7.0), ("c2", 5.0)):
        box = box_of(contest, "high")
        stroke(page, [(box.right - 1.5, box.centre.y), (box.right + reach, box.centre.y - 1)], 0.5)
    assert plain(read(page))

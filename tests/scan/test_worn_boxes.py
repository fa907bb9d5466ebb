"""Boxes that a fold squeezed or the press left open, and lines that it moved: read, with no stroke
lost that looks like the outline or the print in question."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from omr.geometry import Rect
from tests.scan.page_drawings import (
    BLUE,
    LINES,
    PENCIL,
    RED,
    SCALE,
    Colour,
    Picture,
    box_of,
    codes,
    plain,
    read,
    state,
    stroke,
    voted_page,
)


def _window(left: float, top: float, right: float, bottom: float) -> tuple[slice, slice]:
    return slice(round(top * SCALE), round(bottom * SCALE)), slice(
        round(left * SCALE), round(right * SCALE)
    )


def _squeeze(page: Picture, box: Rect, by_mm: float) -> None:
    """Let a fold through a box swallow some of its height."""
    area = _window(box.x - 2, box.centre.y, box.right + 2, box.bottom + 1.8)
    page[area] = np.roll(page[area], -round(by_mm * SCALE), axis=0)


def _open_below(page: Picture, box: Rect) -> None:
    """Take the lower side of a box away."""
    page[_window(box.x + 0.3, box.bottom - 0.1, box.right - 0.3, box.bottom + 0.7)] = 255


@pytest.mark.parametrize("by_mm", [0.3, 0.45])
def test_a_box_may_be_squeezed_by_a_fold(by_mm: float) -> None:
    page = voted_page()
    _squeeze(page, box_of("c2", "confidence"), by_mm)
    assert plain(read(page))


def test_boxes_of_a_row_may_lack_one_side() -> None:
    page = voted_page()
    for option in ("confidence", "low"):
        _open_below(page, box_of("c2", option))
    assert plain(read(page))


def test_a_box_that_alone_lacks_a_side_is_left_to_people() -> None:
    """Correction tape that covers a side may cover a mark as well."""
    page = voted_page()
    _open_below(page, box_of("c2", "confidence"))
    assert state(read(page), "c2", "confidence") == "uncertain"


@pytest.mark.parametrize("by_mm", [0.3, 0.6])
@pytest.mark.parametrize("option", ["high", "confidence"])
def test_a_box_may_be_stretched_by_a_slip_of_the_feed(by_mm: float, option: str) -> None:
    page, box = voted_page(), box_of("c2", option)
    # The press left a gap in the side that moved.
    page[_window(box.x + 2, box.bottom - 0.1, box.x + 3.5, box.bottom + 0.7)] = 255
    _squeeze(page, box, -by_mm)
    assert plain(read(page))


def _bend(page: Picture, box: Rect, by_mm: float) -> None:
    """Let a slanting fold bend a box: its upper side hangs lower towards the right."""
    area = _window(box.x - 1, box.y - 1.6, box.right + 1, box.y + 1.2)
    part = page[area]
    for column in range(part.shape[1]):
        down = by_mm * SCALE * max(0.0, column / part.shape[1] - 0.4) / 0.6
        part[:, column] = np.roll(part[:, column], round(down), axis=0)


@pytest.mark.parametrize("by_mm", [0.4, 0.55])
@pytest.mark.parametrize("option", ["high", "low"])
def test_a_side_of_a_box_may_be_bent(by_mm: float, option: str) -> None:
    page = voted_page()
    _bend(page, box_of("c2", option), by_mm)
    assert plain(read(page))


def _broad_across(page: Picture, by_mm: float) -> Picture:
    """Let all that is printed be broader down the page, as where a scanner's colours lie apart."""
    return cv2.erode(page, np.ones((1 + round(by_mm * SCALE), 1), np.uint8)).astype(np.uint8)


def test_outlines_may_be_broader_one_way_than_the_other() -> None:
    assert plain(read(_broad_across(voted_page(), 0.4)))


@pytest.mark.parametrize("pen", [BLUE, RED, PENCIL])
@pytest.mark.parametrize("below_mm", [0.2, 0.45, 0.7, 1.0])
@pytest.mark.parametrize("change", ["stretched", "bent", "broad"])
def test_a_level_stroke_by_the_upper_side_never_vanishes(
    pen: Colour, below_mm: float, change: str
) -> None:
    page = voted_page(but="c2")
    box = box_of("c2", "confidence")
    stroke_y = box.y + below_mm + 0.2
    if change == "bent":
        stroke(page, [(box.x + 0.8, stroke_y), (box.right - 0.8, stroke_y)], 0.4, pen)
        _bend(page, box, 0.5)
    elif change == "stretched":
        stroke(page, [(box.x + 0.8, stroke_y), (box.right - 0.8, stroke_y)], 0.4, pen)
        _squeeze(page, box, -0.6)
    else:
        page = _broad_across(page, 0.4)
        stroke_y += 0.4
        stroke(page, [(box.x + 0.8, stroke_y), (box.right - 0.8, stroke_y)], 0.4, pen)
    reading = read(page)
    asked = ("registration", "c2") in codes(reading)
    assert asked or state(reading, "c2", "confidence") in ("marked", "uncertain")


# --- toner that fades


def _fade(page: Picture, box: Rect, left: float) -> None:
    """Leave this share of the darkness of what is printed on and around a box."""
    area = _window(box.x - 2, box.y - 2, box.right + 2, box.bottom + 2)
    page[area] = (255 - left * (255 - page[area].astype(float))).round().astype(np.uint8)


def test_toner_may_fade_to_one_side_of_the_page() -> None:
    page = voted_page()
    for contest in LINES:
        _fade(page, box_of(contest, "confidence"), 0.8)
        _fade(page, box_of(contest, "low"), 0.38)
    assert plain(read(page))


def test_one_box_that_is_pale_among_dark_ones_is_left_to_people() -> None:
    page = voted_page()
    _fade(page, box_of("c2", "low"), 0.3)
    assert ("registration", "c2") in codes(read(page))


def test_a_box_that_lacks_two_sides_is_left_to_people() -> None:
    page = voted_page()
    box = box_of("c2", "confidence")
    _open_below(page, box)
    page[_window(box.x - 0.7, box.y, box.x + 0.1, box.bottom)] = 255
    assert ("registration", "c2") in codes(read(page))


@pytest.mark.parametrize("pen", [BLUE, RED, PENCIL])
@pytest.mark.parametrize("above_mm", [0.5, 0.8, 1.2, 2.5])
@pytest.mark.parametrize("change", ["squeezed", "open"])
def test_a_level_stroke_by_the_lower_side_never_vanishes(
    pen: Colour, above_mm: float, change: str
) -> None:
    page = voted_page(but="c2")
    box = box_of("c2", "confidence")
    if change == "squeezed":
        _squeeze(page, box, 0.45)
        above_mm += 0.45
    else:
        _open_below(page, box)
    y = box.bottom - above_mm
    stroke(page, [(box.x + 0.8, y), (box.right - 0.8, y)], 0.4, pen)
    reading = read(page)
    asked = ("registration", "c2") in codes(reading)
    assert asked or state(reading, "c2", "confidence") in ("marked", "uncertain")


# --- lines of print that a fold moved

_LINE = Rect(15.0, 131.6, 160.0, 5.3)


@pytest.mark.parametrize("down_mm", [-0.35, 0.35])
def test_a_line_of_print_that_a_fold_moved_is_no_stroke(down_mm: float) -> None:
    page = voted_page()
    area = _window(_LINE.x, _LINE.y, _LINE.right, _LINE.bottom)
    page[area] = np.roll(page[area], round(down_mm * SCALE), axis=0)
    assert plain(read(page))


@pytest.mark.parametrize("pen", [BLUE, RED, PENCIL])
@pytest.mark.parametrize("at", [0.3, 0.5, 0.8])
def test_a_stroke_over_a_line_of_print_that_a_fold_moved_is_found(pen: Colour, at: float) -> None:
    page = voted_page()
    area = _window(_LINE.x, _LINE.y, _LINE.right, _LINE.bottom)
    page[area] = np.roll(page[area], round(0.35 * SCALE), axis=0)
    y = _LINE.y + at * _LINE.h
    stroke(page, [(40.0, y), (52.0, y + 0.4)], 0.4, pen)
    assert "annotation" in [code for code, _ in codes(read(page))]

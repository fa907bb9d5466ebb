"""Boxes that a fold squeezed or the press left open, and lines that it moved: read, with no stroke
lost that looks like the outline or the print in question."""

from __future__ import annotations

import numpy as np
import pytest

from omr.geometry import Rect
from tests.scan.page_drawings import (
    BLUE,
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


def test_a_box_may_lack_one_side() -> None:
    page = voted_page()
    _open_below(page, box_of("c2", "confidence"))
    assert plain(read(page))


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

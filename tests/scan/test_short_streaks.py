"""Streaks that begin and end within the page, and the ruled lines that look like them."""

from __future__ import annotations

import numpy as np
import pytest

from omr.scan.wear.streaks import remove_streaks
from tests.scan.fresh_pages import turned
from tests.scan.page_drawings import (
    BLUE,
    SCALE,
    Colour,
    Picture,
    box_of,
    codes,
    image_of,
    name_of,
    plain,
    read,
    reader,
    stroke,
    voted_page,
)

VIOLET: Colour = (160, 75, 105)


def _askew() -> Picture:
    return turned(voted_page(), 0.4)


def _rows(top_mm: float, bottom_mm: float) -> slice:
    return slice(round(top_mm * SCALE), round(bottom_mm * SCALE))


def _standing_line(
    page: Picture, x_mm: float, rows: slice, colour: Colour = VIOLET, share: float = 0.7
) -> None:
    """Draw a line of 3 px exactly down the picture, through which some of the page shows."""
    left = round(x_mm * SCALE)
    part = page[rows, left : left + 3].astype(np.float64)
    mixed = (1 - share) * part + share * np.array(colour)
    page[rows, left : left + 3] = np.minimum(part, mixed).astype(np.uint8)


def _streaks(page: Picture) -> int:
    trace = reader().trace_page(image_of(page))
    assert trace.placed is not None
    return len(remove_streaks(trace.pixels, trace.placed.placement, trace.placed.reference)[1])


def _found(page: Picture) -> set[str]:
    return {code for code, _ in codes(read(page))} & {"annotation", "name-struck"}


@pytest.mark.parametrize("colour", [VIOLET, (120, 122, 121), (30, 30, 30)])
@pytest.mark.parametrize("ends_mm", [(25.0, 205.0), (110.0, 200.0)])
def test_a_line_that_stands_still_on_a_sheet_askew_is_the_scanners(
    colour: Colour, ends_mm: tuple[float, float]
) -> None:
    page = _askew()
    _standing_line(page, name_of("c1").x + 14, _rows(*ends_mm), colour)
    assert plain(read(page))


@pytest.mark.parametrize("degrees", [0.4, -0.4, 0.0])
def test_a_line_ruled_along_the_print_is_found(degrees: float) -> None:
    page = voted_page()
    x = name_of("c1").x + 14
    stroke(page, [(x, 110), (x, 200)], 0.3)
    assert _found(turned(page, degrees))


@pytest.mark.parametrize("slant_mm", [0.3, 0.6, 2.0])
def test_a_line_ruled_almost_down_the_picture_is_found(slant_mm: float) -> None:
    page = _askew()
    x = name_of("c1").x + 14
    stroke(page, [(x, 110), (x + slant_mm, 200)], 0.3)
    assert _found(page)


def test_a_line_drawn_by_hand_down_the_picture_is_found() -> None:
    page = _askew()
    x = name_of("c1").x + 14
    points = [(x + 0.12 * np.sin(y / 5.0), y) for y in np.arange(110.0, 200.0, 1.0)]
    stroke(page, points, 0.3)
    assert _found(page)


def test_a_standing_line_on_a_sheet_that_lies_straight_is_for_people() -> None:
    page = voted_page()
    _standing_line(page, name_of("c1").x + 14, _rows(110, 200), BLUE)
    assert _found(page)


def test_a_standing_line_shorter_than_a_streak_is_for_people() -> None:
    page = _askew()
    name = name_of("c2")
    _standing_line(page, name.x + 14, _rows(name.y - 8, name.bottom + 20), BLUE)
    assert _found(page)


def test_a_cross_under_a_short_streak_is_still_a_mark() -> None:
    page = _askew()
    box = box_of("c2", "high")
    _standing_line(page, box.centre.x, _rows(25, 220), (30, 30, 30))
    assert plain(read(page))


@pytest.mark.parametrize("beside_mm", [0.7, 2.0, 8.2])
def test_a_standing_line_through_a_column_of_boxes_is_the_scanners(beside_mm: float) -> None:
    page = _askew()
    _standing_line(page, box_of("c2", "low").x + beside_mm, _rows(128, 250), VIOLET)
    assert plain(read(page))
    assert _streaks(page) == 1


@pytest.mark.parametrize("degrees", [0.4, -0.4])
def test_a_line_ruled_through_a_column_of_boxes_is_found(degrees: float) -> None:
    page = voted_page()
    x = box_of("c2", "low").x + 2.0
    stroke(page, [(x, 118), (x, 280)], 0.3)
    assert not plain(read(turned(page, degrees)))


def test_ink_beside_a_standing_line_does_not_end_it() -> None:
    # So little askew that a line has to be long to tell.
    page = voted_page()
    box = box_of("c2", "low")
    x = box.x - 3.0
    stroke(page, [(x - 0.6, box.y - 0.5), (x - 0.6, box.y + 8), (box.right, box.y)], 0.5)
    page = turned(page, 0.1)
    assert not _streaks(page)
    _standing_line(page, x, _rows(box.y - 55, box.y + 60), (120, 122, 121))
    assert _streaks(page) == 1


def test_a_standing_line_with_soft_flanks_is_followed_over_what_lies_on_it() -> None:
    page = _askew()
    x = name_of("c1").x + 14
    page[_rows(40, 52), round((x - 6) * SCALE) : round((x + 6) * SCALE)] = (60, 60, 190)
    bare = set(codes(read(page)))
    _standing_line(page, x, _rows(30, 205), (120, 122, 121))
    _standing_line(page, x - 3 / SCALE, _rows(30, 205), (225, 225, 225))
    assert set(codes(read(page))) == bare


@pytest.mark.parametrize("gap_mm", [3.0, 5.0])
def test_dashes_that_stand_still_are_no_streak(gap_mm: float) -> None:
    """The sides of boxes are such dashes where a bent sheet lets them stand still."""
    page = _askew()
    for top in np.arange(110.0, 215.0, 9.0 + gap_mm):
        _standing_line(page, name_of("c1").x + 14, _rows(top, top + 9), (30, 30, 30))
    assert not _streaks(page)
    assert _found(page)


def test_a_strike_across_the_picture_on_a_sheet_askew_is_found() -> None:
    page = _askew()
    name = name_of("c2")
    row = round((name.centre.y + 0.3) * SCALE)
    page[row : row + 4, round((name.x + 2) * SCALE) : round((name.x + 80) * SCALE)] = BLUE
    assert ("name-struck", "c2") in codes(read(page))


@pytest.mark.parametrize("colour", [BLUE, (150, 60, 40)])
def test_a_stroke_that_runs_along_below_a_pale_streak_is_found(colour: Colour) -> None:
    page = voted_page()
    stroke(page, [(60.0, 222.0), (60.0, 227.0)], 0.3, colour)
    _standing_line(page, 60.0, slice(None), (150, 150, 150))
    assert _found(page) == {"annotation"}


def test_the_side_of_a_box_below_a_pale_streak_is_seen() -> None:
    page = voted_page()
    _standing_line(page, box_of("c2", "low").x, slice(None), (150, 150, 150))
    assert plain(read(page))


# Dirt over the sensor's row for blue: a yellow line.
YELLOW: Colour = (130, 235, 248)


@pytest.mark.parametrize("ends_mm", [(60.0, 255.0), (150.0, 250.0)])
def test_a_line_of_one_colour_that_stands_still_is_the_scanners_on_a_straight_sheet(
    ends_mm: tuple[float, float],
) -> None:
    page = voted_page()
    _standing_line(page, 125.0, _rows(*ends_mm), YELLOW, 1.0)
    assert plain(read(page))


@pytest.mark.parametrize("degrees", [0.06, 0.4])
@pytest.mark.parametrize("colour", [YELLOW, (140, 218, 246)])
def test_a_short_line_of_one_colour_is_the_scanners_on_a_sheet_slightly_askew(
    degrees: float, colour: Colour
) -> None:
    page = turned(voted_page(), degrees)
    _standing_line(page, 125.0, _rows(150.0, 250.0), colour, 1.0)
    assert plain(read(page))


@pytest.mark.parametrize("colour", [(90, 150, 230), VIOLET, (120, 122, 121)])
def test_a_line_of_a_pens_colour_on_a_straight_sheet_is_asked_about(colour: Colour) -> None:
    page = voted_page()
    _standing_line(page, 125.0, _rows(60.0, 255.0), colour, 1.0)
    assert "annotation" in _found(page)


def test_a_yellow_line_that_a_hand_ruled_is_asked_about() -> None:
    page = voted_page()
    stroke(page, [(125.0, 60.0), (125.6, 255.0)], 0.4, YELLOW)
    assert "annotation" in _found(page)

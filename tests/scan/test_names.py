"""What hands do to printed names, and what prints and scans do to them without any hand."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from omr.geometry import Rect
from omr.scan.foreign.name_print import name_prints, thicker_px
from omr.scan.foreign.names import struck_names
from omr.scan.settings import ReaderSettings
from tests.scan.page_drawings import (
    BLUE,
    RED,
    SCALE,
    Colour,
    Picture,
    codes,
    letters_of,
    name_of,
    placed,
    plain,
    read,
    spot,
    stroke,
    voted_page,
)


def _struck(page: Picture) -> list[tuple[str | None, str]]:
    """Return whom the names stage finds struck, and how."""
    found = placed(page)
    nothing = np.zeros(found.ink.ink.shape, np.bool_)
    strikes = struck_names(found.reference, found.ink, nothing, ReaderSettings())
    return [(strike.contest, strike.detail) for strike in strikes]


@pytest.mark.parametrize("contest", ["c1", "c2", "c3"])
@pytest.mark.parametrize(("colour", "slope_mm"), [(BLUE, -2.0), (RED, 0.0), (BLUE, 2.5)])
def test_a_straight_strike_is_tied_to_its_official_alone(
    contest: str, colour: Colour, slope_mm: float
) -> None:
    page = voted_page()
    name = letters_of(contest)
    y = name.centre.y
    stroke(page, [(name.x - 1, y - slope_mm / 2), (name.right + 1, y + slope_mm / 2)], 0.4, colour)
    assert {who for code, who in codes(read(page)) if code == "name-struck"} == {contest}


@pytest.mark.parametrize("height_mm", [0.5, 0.9, 1.5])
def test_a_wavy_strike_hidden_in_the_letters_is_found(height_mm: float) -> None:
    page = voted_page()
    name = letters_of("c3")
    xs = np.arange(name.x, name.right, 0.4)
    middle = name.centre.y + 0.6
    wave = [(float(x), middle + height_mm * float(np.sin(1.6 * x))) for x in xs]
    stroke(page, wave, 0.35)
    assert "c3" in [who for who, _ in _struck(page)]


def test_a_strike_over_part_of_a_name_is_found() -> None:
    page = voted_page()
    name = letters_of("c2")
    stroke(page, [(name.x + 12, name.centre.y + 0.8), (name.x + 22, name.centre.y + 0.2)], 0.4)
    assert "c2" in [who for who, _ in _struck(page)]


def test_hatching_over_a_name_is_found() -> None:
    page = voted_page()
    name = letters_of("c2")
    for x in np.arange(name.x, name.right - 2, 2.5):
        stroke(page, [(float(x), name.bottom + 1), (float(x) + 3, name.y - 1)], 0.4)
    assert "c2" in [who for who, _ in _struck(page)]


def test_an_underlined_name_is_told_as_underlined() -> None:
    page = voted_page()
    name = letters_of("c3")
    stroke(page, [(name.x, name.bottom + 0.9), (name.right, name.bottom + 1.1)], 0.4)
    assert ("c3", "underline") in _struck(page)


def _ring(page: Picture, name: Rect, beyond_mm: float) -> None:
    turns = np.linspace(0, 2 * np.pi, 80)
    across, down = name.w / 2 + beyond_mm, name.h / 2 + 2.0
    middle = name.centre
    points = [
        (middle.x + across * float(np.cos(t)), middle.y + down * float(np.sin(t))) for t in turns
    ]
    stroke(page, points, 0.4)


def test_a_circled_name_is_found() -> None:
    page = voted_page()
    _ring(page, letters_of("c2"), 1.2)
    assert "c2" in [who for who, _ in _struck(page)]


def test_a_name_circled_with_its_post_is_told_as_circled() -> None:
    page = voted_page()
    name = letters_of("c3")
    _ring(page, Rect(name.x, name.y - 1, 70.5, name.h + 2), 1.0)
    assert ("c3", "circle") in _struck(page)


def test_a_name_whose_letters_are_gone_is_told_as_covered() -> None:
    page = voted_page()
    name = letters_of("c3").grown(0.3)
    rows = slice(round(name.y * SCALE), round(name.bottom * SCALE))
    page[rows, round(name.x * SCALE) : round((name.x + 15) * SCALE)] = 255
    assert ("c3", "name covered") in _struck(page)


def _whitened(page: Picture, name: Rect, left_mm: float, width_mm: float) -> None:
    rows = slice(round(name.y * SCALE), round(name.bottom * SCALE))
    left = name.x + left_mm
    page[rows, round(left * SCALE) : round((left + width_mm) * SCALE)] = 255


def test_a_name_that_lost_one_letter_is_not_covered() -> None:
    page = voted_page()
    _whitened(page, letters_of("c3").grown(0.3), 0.0, 3.6)
    assert _struck(page) == []


def test_a_name_printed_in_stripes_is_not_covered() -> None:
    page = voted_page()
    for left_mm in range(0, 24, 2):
        _whitened(page, letters_of("c3").grown(0.3), left_mm, 1.1)
    assert "name covered" not in [how for _, how in _struck(page)]


def test_a_stroke_over_the_post_beside_the_name_is_put_before_people() -> None:
    page = voted_page()
    name = name_of("c2")
    stroke(page, [(name.x + 50, name.centre.y - 2), (name.x + 70, name.centre.y - 2.5)], 0.4)
    assert {who for _, who in codes(read(page))} == {"c2"}


@pytest.mark.parametrize("grown_px", [2, 3])
def test_names_in_fat_print_are_not_struck(grown_px: int) -> None:
    element = np.ones((grown_px, grown_px), np.uint8)
    assert plain(read(np.asarray(cv2.erode(voted_page(), element), np.uint8)))


def test_names_in_pale_or_two_level_print_are_not_struck() -> None:
    page = voted_page()
    pale = (255 - (255 - page.astype(np.float32)) * 0.6).astype(np.uint8)
    grey = cv2.GaussianBlur(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), (0, 0), 1.0)
    assert plain(read(pale))
    assert plain(read(np.where(grey > 150, 255, 0).astype(np.uint8)))


def test_a_strike_on_fat_print_is_found() -> None:
    page = np.asarray(cv2.erode(voted_page(), np.ones((3, 3), np.uint8)), np.uint8)
    name = letters_of("c2")
    stroke(page, [(name.x, name.centre.y + 0.5), (name.right, name.centre.y + 1.0)], 0.4)
    assert [who for who, _ in _struck(page)].count("c2") >= 1
    assert {who for who, _ in _struck(page)} == {"c2"}


def test_specks_along_a_name_are_no_strike() -> None:
    page = voted_page()
    name = letters_of("c3")
    for share in (0.1, 0.45, 0.95):
        spot(page, name.x + share * name.w, name.bottom - 0.7, 0.17)
    assert plain(read(page))


def _moved_rule(page: Picture, contest: str, up_mm: float) -> float:
    """Move the rule below a name, as a fold does; return where it lies now."""
    name = name_of(contest)
    rows = slice(round((name.bottom - 1.6) * SCALE), round((name.bottom + 1.6) * SCALE))
    columns = slice(round((name.x - 1.5) * SCALE), round((name.right + 3) * SCALE))
    page[rows, columns] = np.roll(page[rows, columns], -round(up_mm * SCALE), axis=0)
    return name.bottom - up_mm


@pytest.mark.parametrize("up_mm", [0.6, 0.9])
def test_a_rule_of_the_table_that_a_fold_moved_strikes_no_name(up_mm: float) -> None:
    page = voted_page()
    _moved_rule(page, "c2", up_mm)
    assert not [who for code, who in codes(read(page)) if code == "name-struck"]


@pytest.mark.parametrize("colour", [BLUE, RED])
@pytest.mark.parametrize("above_mm", [1.2, 2.5, 5.0])
def test_a_line_drawn_above_a_moved_rule_is_put_before_people(
    colour: Colour, above_mm: float
) -> None:
    page = voted_page()
    name, rule = name_of("c2"), _moved_rule(page, "c2", 0.6)
    y = rule - above_mm
    stroke(page, [(name.x + 3, y), (name.x + 30, y - 0.3)], 0.4, colour)
    assert {code for code, _ in codes(read(page))} & {"name-struck", "annotation"}


def _thick(page: Picture, by_px: int) -> Picture:
    """Spread the toner to either side."""
    side = 2 * by_px + 1
    return np.asarray(
        cv2.erode(page, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))), np.uint8
    )


@pytest.mark.parametrize("by_px", [1, 2, 3])
def test_thick_letters_that_run_together_are_no_strike(by_px: int) -> None:
    assert not _struck(_thick(voted_page(), by_px))


@pytest.mark.parametrize(("share", "thicker"), [(0.27, 0), (0.43, 1), (0.8, 1)])
def test_how_much_of_the_paper_beside_letters_is_dark_tells_how_thick_they_are(
    share: float, thicker: int
) -> None:
    prints = name_prints(placed(voted_page()).reference)
    rng = np.random.default_rng(7)
    dark = [name.rims[0] & (rng.random(name.rims[0].shape) < share) for name in prints]
    assert thicker_px(dark, prints) == thicker


@pytest.mark.parametrize("by_px", [2, 3])
@pytest.mark.parametrize("below_mm", [-1.0, 0.0, 0.8])
def test_a_strike_through_part_of_a_thick_name_is_found(by_px: int, below_mm: float) -> None:
    page, name = voted_page(), letters_of("c2")
    y = name.centre.y + below_mm
    stroke(page, [(name.x + 3, y), (name.x + 13, y)], 0.4)
    assert "c2" in [who for who, _ in _struck(_thick(page, by_px))]

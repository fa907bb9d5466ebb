"""Tints of the paper against pens: shades are taken off, what rises from them is ink."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from omr.scan.ink.tints import tint_of_paper
from omr.scan.place.reference import Grey, Mask
from tests.scan.page_drawings import (
    BLUE,
    PENCIL,
    RED,
    SCALE,
    Colour,
    Picture,
    box_of,
    codes,
    name_of,
    plain,
    read,
    state,
    stroke,
    voted_page,
)

Floats = NDArray[np.float32]
_MM = 8


def _paper() -> tuple[Grey, Mask]:
    return np.zeros((60 * _MM, 60 * _MM), np.uint8), np.zeros((60 * _MM, 60 * _MM), np.bool_)


def _at(picture: Grey, x_mm: float, y_mm: float) -> int:
    return int(picture[round(y_mm * _MM), round(x_mm * _MM)])


def test_a_broad_shade_is_a_tint_as_dark_as_it_is() -> None:
    darkness, printed = _paper()
    cv2.circle(darkness, (30 * _MM, 30 * _MM), 8 * _MM, (40,), -1)
    tint = tint_of_paper(darkness, printed, [], _MM)
    assert tint is not None
    assert _at(tint, 30, 30) == 40
    assert _at(tint, 30, 50) == 0


@pytest.mark.parametrize("width_mm", [0.3, 0.5, 0.75])
@pytest.mark.parametrize("bent", [False, True])
def test_a_line_however_long_is_no_tint(width_mm: float, bent: bool) -> None:
    darkness, printed = _paper()
    end = (50 * _MM, (12 if bent else 30) * _MM)
    cv2.line(darkness, (5 * _MM, 30 * _MM), end, (90,), round(width_mm * _MM))
    blurred = np.asarray(cv2.GaussianBlur(darkness, (0, 0), 0.12 * _MM), np.uint8)
    tint = tint_of_paper(blurred, printed, [], _MM)
    assert tint is None or not tint.any()


@pytest.mark.parametrize("gap_mm", [0.0, 0.2, 0.4])
def test_a_line_along_print_is_no_tint(gap_mm: float) -> None:
    darkness, printed = _paper()
    printed[20 * _MM : 21 * _MM, 5 * _MM : 50 * _MM] = True
    darkness[printed] = 250
    top = round((21 + gap_mm) * _MM)
    darkness[top : top + round(0.7 * _MM), 5 * _MM : 50 * _MM] = 90
    tint = tint_of_paper(darkness, printed, [], _MM)
    # A quarter of it may be taken for the paper's, where the line shares cells with bare paper.
    assert tint is None or int(tint[~printed].max()) <= 90 // 4


def test_a_patch_that_somebody_shaded_is_no_tint() -> None:
    darkness, printed = _paper()
    darkness[20 * _MM : 27 * _MM, 20 * _MM : 27 * _MM] = 80
    assert tint_of_paper(darkness, printed, [], _MM) is None


def test_a_tint_goes_on_between_letters() -> None:
    darkness, printed = _paper()
    darkness[10 * _MM : 50 * _MM, 10 * _MM : 50 * _MM] = 30
    for left in range(20, 40, 2):
        printed[28 * _MM : 31 * _MM, left * _MM : (left + 1) * _MM] = True
    darkness[printed] = 250
    tint = tint_of_paper(darkness, printed, [], _MM)
    assert tint is not None
    assert _at(tint, 31.5, 29.5) == pytest.approx(30, abs=4)


# --- whole pages


def _drop(page: Picture, x: float, y: float, radius: float = 8.0) -> Picture:
    """Dry a drop of dirty water upon a page: a tint, darker at its rim."""
    share: Floats = np.zeros(page.shape[:2], np.float32)
    at = (round(x * SCALE), round(y * SCALE))
    cv2.circle(share, at, round(radius * SCALE), (0.11,), -1, cv2.LINE_AA)
    cv2.circle(share, at, round(radius * SCALE), (0.3,), round(0.7 * SCALE), cv2.LINE_AA)
    share = np.asarray(cv2.GaussianBlur(share, (0, 0), 1.2), np.float32)
    return np.asarray(page * (1 - share[:, :, None]), np.uint8)


def _slope(page: Picture, points: list[tuple[float, float]]) -> Picture:
    """Shade one facet of a crumpled sheet, with hard edges."""
    share: Floats = np.zeros(page.shape[:2], np.float32)
    corners = np.array([[round(x * SCALE), round(y * SCALE)] for x, y in points], np.int32)
    cv2.fillPoly(share, [corners], (0.25,), cv2.LINE_AA)
    share = np.asarray(cv2.GaussianBlur(share, (0, 0), 3.0), np.float32)
    return np.asarray(page * (1 - share[:, :, None]), np.uint8)


def _places() -> dict[str, tuple[float, float]]:
    box, name = box_of("c2", "confidence").centre, name_of("c2").centre
    return {"paper": (60.0, 262.0), "box": (box.x + 5, box.y + 4), "name": (name.x, name.y + 6)}


@pytest.mark.parametrize("place", ["paper", "box", "name"])
def test_a_dried_drop_is_no_ink(place: str) -> None:
    assert plain(read(_drop(voted_page(), *_places()[place])))


@pytest.mark.parametrize("pen", [BLUE, RED, PENCIL])
@pytest.mark.parametrize("aside", [0.0, 7.0])
def test_a_stroke_upon_a_drop_or_over_its_rim_is_found(pen: Colour, aside: float) -> None:
    page = voted_page()
    x, y = _places()["paper"]
    stroke(page, [(x + aside - 3, y - 1), (x + aside + 3, y + 1)], 0.4, pen)
    assert ("annotation", None) in codes(read(_drop(page, x, y)))


def test_a_mark_in_a_box_under_a_drop_counts_as_second_mark() -> None:
    page = voted_page()
    box = box_of("c2", "confidence")
    stroke(page, [(box.x + 2, box.y + 4), (box.x + 4, box.bottom - 2)], 0.4, PENCIL)
    stroke(page, [(box.x + 4, box.bottom - 2), (box.right - 1, box.y + 1)], 0.4, PENCIL)
    reading = read(_drop(page, *_places()["box"]))
    assert state(reading, "c2", "confidence") != "empty"


def _facet() -> list[tuple[float, float]]:
    name = name_of("c2")
    return [(name.x - 8, name.y - 20), (name.x + 60, name.y + 4), (name.x - 4, name.bottom + 16)]


def test_the_slope_of_a_crumple_over_names_is_no_ink() -> None:
    assert plain(read(_slope(voted_page(), _facet())))


@pytest.mark.parametrize("pen", [BLUE, RED, PENCIL])
def test_a_name_struck_on_the_slope_of_a_crumple_is_found(pen: Colour) -> None:
    page = voted_page()
    name = name_of("c2")
    stroke(page, [(name.x + 1, name.centre.y), (name.x + 25, name.centre.y + 1)], 0.4, pen)
    assert ("name-struck", "c2") in codes(read(_slope(page, _facet())))


def _shade(page: Picture, option: str, level: int, over_mm: float) -> None:
    """Shade a box evenly with the side of a pencil, over its outline too."""
    box = box_of("c2", option).grown(over_mm)
    left, top, right, bottom = (round(v * SCALE) for v in (box.x, box.y, box.right, box.bottom))
    page[top:bottom, left:right] = np.minimum(page[top:bottom, left:right], level)


@pytest.mark.parametrize("level", [150, 165, 182, 200])
@pytest.mark.parametrize("over_mm", [-0.5, 0.3, 1.0, 2.0])
def test_a_box_shaded_evenly_with_a_pencil_is_never_empty(level: int, over_mm: float) -> None:
    page = voted_page()
    _shade(page, "low", level, over_mm)
    assert state(read(page), "c2", "low") != "empty"


@pytest.mark.parametrize("level", [150, 182])
def test_neighbours_that_are_both_shaded_are_never_empty(level: int) -> None:
    page = voted_page(but="c2")
    for option in ("confidence", "low"):
        _shade(page, option, level, 1.0)
    reading = read(page)
    assert "empty" not in {state(reading, "c2", option) for option in ("confidence", "low")}


@pytest.mark.parametrize("level", [150, 182])
def test_a_shaded_box_on_the_slope_of_a_crumple_is_never_empty(level: int) -> None:
    page = voted_page()
    _shade(page, "low", level, 0.3)
    box = box_of("c2", "low")
    corners = [(box.x - 25, box.y - 14), (box.right + 14, box.y - 14), (box.x, box.bottom + 25)]
    assert state(read(_slope(page, corners)), "c2", "low") != "empty"

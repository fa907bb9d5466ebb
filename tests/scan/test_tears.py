"""Tears of the sheet's edge, and pen strokes that run over it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.scan.page_drawings import (
    BLUE,
    SCALE,
    Colour,
    Picture,
    codes,
    layout,
    plain,
    read,
    read_at,
    voted_page,
)

BLACK: Colour = (12, 12, 12)
GREY_LID: Colour = (120, 120, 120)
# What is seen beyond each edge of the sheet.
_BEYOND_MM = 4.0


def _on_lid(page: Picture, lid: Colour) -> Picture:
    """Return the page with as much of the scanner's lid as a scan shows beyond the sheet."""
    wide = round(_BEYOND_MM * SCALE)
    return np.asarray(
        cv2.copyMakeBorder(page, wide, wide, wide, wide, cv2.BORDER_CONSTANT, value=lid), np.uint8
    )


def _from_edge(
    page: Picture,
    colour: Colour,
    mouth_mm: float,
    end_mm: float,
    waver_mm: float,
    deep_mm: float = 11.0,
) -> None:
    """Draw a shape from the right edge inward at 60 mm from the top, as wide as this at its ends.

    Its line wavers by so much every half millimetre.
    """
    width = page.shape[1] / SCALE
    depth = np.arange(-0.5, deep_mm, 0.5)
    middle = 60 + 0.25 * depth + np.random.default_rng(3).normal(0, waver_mm, len(depth))
    half = np.interp(depth, [0, deep_mm], [mouth_mm / 2, end_mm / 2])
    above, below = (np.column_stack([width - depth, middle + s * half]) for s in (-1, 1))
    outline = np.rint(np.concatenate([above, below[::-1]]) * SCALE * 16).astype(np.int32)
    cv2.fillPoly(page, [outline], colour, cv2.LINE_AA, 4)


def _from_top(
    page: Picture,
    x_mm: float,
    colour: Colour,
    mouth_mm: float,
    end_mm: float,
    waver_mm: float,
    deep_mm: float = 11.0,
) -> None:
    """Draw the same shape from the top edge down, at so much from the left."""
    # Turned so that the top is at the right, 60 mm of the page's width down.
    left = round((x_mm - 60) * SCALE)
    area = page[:, left : left + round(120 * SCALE)]
    turned = np.ascontiguousarray(area.swapaxes(0, 1)[:, ::-1])
    _from_edge(turned, colour, mouth_mm, end_mm, waver_mm, deep_mm)
    area[:] = turned[:, ::-1].swapaxes(0, 1)


def _shaded(page: Picture) -> Picture:
    """Return the page with a shade that grows over 9 mm towards its right edge, in grey."""
    wide = page.shape[1]
    light = np.interp(np.arange(wide), [wide - 9 * SCALE, wide], [1.0, 0.7])
    return np.asarray(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY) * light, np.uint8)


# Mouth and end in mm, and waver: lines that pens draw, and how a tear looks.
PENS = [
    (0.5, 0.5, 0.0, BLACK),  # a gel pen
    (0.25, 0.25, 0.0, BLACK),  # one as thin as a hair
    (0.5, 0.5, 0.12, BLACK),  # a hand that shakes
    (1.2, 1.2, 0.03, BLACK),  # a felt pen
    (1.0, 0.2, 0.0, BLACK),  # a flick
    (0.5, 0.4, 0.02, (110, 110, 110)),  # a pencil
    (0.5, 0.3, 0.02, BLUE),
]


@pytest.mark.parametrize("lid", [BLACK, GREY_LID])
def test_a_tear_through_which_the_lid_shows_is_no_annotation(lid: Colour) -> None:
    page = voted_page()
    _from_edge(page, lid, 1.0, 0.2, 0.12)
    assert plain(read(_on_lid(page, lid)))


def test_a_tear_in_a_scan_that_ends_with_the_sheet_is_no_annotation() -> None:
    page = voted_page()
    _from_edge(page, GREY_LID, 1.0, 0.2, 0.12)
    assert plain(read(page))


@pytest.mark.parametrize(
    ("mouth_mm", "end_mm", "waver_mm"),
    [
        (0.5, 0.5, 0.0),  # a pen's line, black as the lid
        (0.5, 0.5, 0.12),  # of a hand that shakes
        (1.0, 0.2, 0.0),  # thinning out as the pen is flicked off
    ],
)
def test_a_black_stroke_over_the_edge_is_an_annotation(
    mouth_mm: float, end_mm: float, waver_mm: float
) -> None:
    page = voted_page()
    _from_edge(page, BLACK, mouth_mm, end_mm, waver_mm)
    assert codes(read(_on_lid(page, BLACK))) == [("annotation", None)]
    assert codes(read(page)) == [("annotation", None)]


@pytest.mark.parametrize("ink", [BLUE, (60, 60, 60)])
def test_what_has_another_tone_than_the_lid_is_no_tear(ink: Colour) -> None:
    page = voted_page()
    _from_edge(page, ink, 1.0, 0.2, 0.12)
    assert codes(read(_on_lid(page, (170, 170, 170)))) == [("annotation", None)]


def test_what_looks_like_a_tear_but_does_not_reach_the_edge_is_an_annotation() -> None:
    page = voted_page()
    _from_edge(page, BLACK, 1.0, 0.2, 0.12)
    page[:, -round(1.5 * SCALE) :] = 255
    assert codes(read(_on_lid(page, BLACK))) == [("annotation", None)]


def test_a_stroke_that_joins_a_tear_is_an_annotation() -> None:
    page = voted_page()
    _from_edge(page, BLACK, 1.0, 0.2, 0.12)
    at = [(round(x * SCALE), round(y * SCALE)) for x, y in ((202, 58), (206, 66))]
    cv2.line(page, at[0], at[1], BLUE, 6, cv2.LINE_AA)
    assert codes(read(_on_lid(page, BLACK))) == [("annotation", None)]


@pytest.mark.parametrize("dpi", [150, 200, 300])
def test_a_tear_beside_a_shaded_edge_is_no_annotation(dpi: int) -> None:
    page = voted_page()
    _from_edge(page, BLACK, 1.0, 0.25, 0.14)
    assert plain(read_at(_shaded(page), dpi))


@pytest.mark.parametrize(("mouth_mm", "end_mm", "waver_mm", "ink"), PENS)
def test_a_stroke_over_a_shaded_edge_is_an_annotation(
    mouth_mm: float, end_mm: float, waver_mm: float, ink: Colour
) -> None:
    page = voted_page()
    _from_edge(page, ink, mouth_mm, end_mm, waver_mm)
    assert codes(read_at(_shaded(page), 200)) == [("annotation", None)]


def _in_code_mm() -> float:
    """Return how far from the left the middle of the uppermost code is."""
    return min(layout().codes, key=lambda code: code.y).centre.x


def test_a_tear_up_to_the_first_modules_of_a_code_is_no_annotation() -> None:
    page = voted_page()
    _from_top(page, _in_code_mm(), BLACK, 1.0, 0.2, 0.12, deep_mm=9.0)
    assert plain(read(_on_lid(page, BLACK)))


@pytest.mark.parametrize(("mouth_mm", "end_mm", "waver_mm", "ink"), PENS)
def test_a_stroke_over_the_edge_into_a_code_is_an_annotation(
    mouth_mm: float, end_mm: float, waver_mm: float, ink: Colour
) -> None:
    page = voted_page()
    _from_top(page, _in_code_mm(), ink, mouth_mm, end_mm, waver_mm)
    assert ("annotation", None) in codes(read(_on_lid(page, BLACK)))


@pytest.mark.parametrize("lid", [BLACK, GREY_LID])
def test_a_tear_beside_the_edge_of_a_tape_is_no_annotation(lid: Colour) -> None:
    page = voted_page()
    at = round(page.shape[1] - 6 * SCALE)
    cv2.line(page, (at, 0), (at, round(60 * SCALE)), (205, 222, 228), 4, cv2.LINE_AA)
    _from_edge(page, lid, 1.3, 0.2, 0.12)
    assert plain(read(_on_lid(page, lid)))


def test_a_tear_in_a_sheet_that_ends_before_the_design_does_is_no_annotation() -> None:
    page = voted_page()
    page[:, -round(1.7 * SCALE) :] = BLACK
    page[: round(0.9 * SCALE), round(60 * SCALE) :] = BLACK
    _from_edge(page, BLACK, 1.6, 0.2, 0.14)
    _from_top(page, 100.0, BLACK, 1.2, 0.1, 0.12)
    assert plain(read(_on_lid(page, BLACK)))


@pytest.mark.parametrize(("mouth_mm", "end_mm", "waver_mm", "ink"), PENS)
def test_a_stroke_over_the_edge_of_such_a_sheet_is_an_annotation(
    mouth_mm: float, end_mm: float, waver_mm: float, ink: Colour
) -> None:
    page = voted_page()
    page[:, -round(1.7 * SCALE) :] = BLACK
    _from_edge(page, ink, mouth_mm, end_mm, waver_mm)
    assert codes(read(_on_lid(page, BLACK))) == [("annotation", None)]

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
    plain,
    read,
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

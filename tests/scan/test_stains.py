"""Stains against pens: rings and borders are set aside, strokes upon and beside them are not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from omr.scan.ink.stains import find_stains
from omr.scan.place.reference import Grey, Mask
from tests.scan.page_drawings import (
    BLUE,
    PENCIL,
    RED,
    Colour,
    Picture,
    box_of,
    codes,
    name_of,
    plain,
    read,
    stroke,
    voted_page,
)

_MM = 8
_DPI_MM = 300 / 25.4
# What a stain leaves of white: of coffee, and of dirty water.
_COFFEE, _WATER = (172, 200, 222), (188, 188, 188)
_BROWN_PENCIL = (150, 180, 205)


def _stained(darkness: Grey) -> Mask:
    nothing = np.zeros(darkness.shape, np.bool_)
    return find_stains(darkness > 56, darkness, nothing, 255 - darkness, _MM)


def _band(points: list[tuple[float, float]], width_mm: float, level: int, soft_mm: float) -> Grey:
    darkness = np.zeros((100 * _MM, 80 * _MM), np.uint8)
    at = np.rint(np.array(points) * _MM).astype(np.int32)
    cv2.polylines(darkness, [at], False, (level,), max(1, round(width_mm * _MM)))
    return np.asarray(cv2.GaussianBlur(darkness, (0, 0), max(soft_mm * _MM, 0.1)), np.uint8)


def test_a_long_pale_band_is_a_stain_and_a_short_or_dark_one_is_not() -> None:
    stain = _band([(5, 30), (40, 35)], 1.5, 80, 0.0)
    assert _stained(stain)[stain > 56].mean() > 0.9
    assert not _stained(_band([(62, 22), (67, 27)], 1.5, 80, 0.0)).any()
    assert not _stained(_band([(5, 30), (40, 35)], 1.5, 140, 0.0)).any()


def test_a_soft_band_is_a_stain_though_it_is_dark_in_its_midst_alone() -> None:
    stain = _band([(5, 30), (40, 35)], 1.2, 75, 0.4)
    assert _stained(stain)[stain > 56].mean() > 0.9


@pytest.mark.parametrize("width_mm", [0.3, 0.5, 0.7])
@pytest.mark.parametrize("soft_mm", [0.1, 0.18])
def test_a_long_pale_pencil_line_is_no_stain(width_mm: float, soft_mm: float) -> None:
    assert not _stained(_band([(5, 30), (40, 35)], width_mm, 100, soft_mm)).any()


# --- whole pages


def _ring(page: Picture, x: float, y: float, colour: Colour, soft_px: float = 5.0) -> Picture:
    """Set a wet cup upon a page: a ring of 36 mm with soft borders."""
    layer = np.zeros(page.shape[:2], np.uint8)
    at = (round(x * _DPI_MM), round(y * _DPI_MM))
    cv2.circle(layer, at, round(18 * _DPI_MM), (255,), round(1.5 * _DPI_MM), cv2.LINE_AA)
    share = cv2.GaussianBlur(layer, (0, 0), soft_px).astype(np.float32)[:, :, None] / 255
    kept = 1 - share * (1 - np.array(colour, np.float32) / 255)
    return np.asarray(page * kept, np.uint8)


@pytest.mark.parametrize(
    ("colour", "place"), [(_COFFEE, "boxes"), (_COFFEE, "name"), (_WATER, "boxes")]
)
def test_a_ring_over_print_is_no_mark_and_no_annotation(colour: Colour, place: str) -> None:
    centre = (box_of("c2", "confidence") if place == "boxes" else name_of("c2")).centre
    assert plain(read(_ring(voted_page(), centre.x, centre.y + 12, colour)))


@pytest.mark.parametrize("stain", [_COFFEE, _WATER])
@pytest.mark.parametrize("pen", [BLUE, RED, PENCIL])
def test_a_stroke_along_a_ring_is_still_found(stain: Colour, pen: Colour) -> None:
    page = voted_page()
    x, y = 60.0, 262.0
    angles = np.radians(np.linspace(250, 290, 12))
    points = [(x + 18 * float(np.cos(a)), y + 18 * float(np.sin(a))) for a in angles]
    stroke(page, points, 0.4, pen)
    assert ("annotation", None) in codes(read(_ring(page, x, y, stain)))


@pytest.mark.parametrize("stain", [_COFFEE, _WATER])
@pytest.mark.parametrize("pen", [BLUE, RED, PENCIL])
def test_a_strike_through_a_name_that_a_ring_crosses_is_still_found(
    stain: Colour, pen: Colour
) -> None:
    page = voted_page()
    name = name_of("c2")
    stroke(page, [(name.x + 1, name.centre.y), (name.x + 25, name.centre.y + 1)], 0.4, pen)
    page = _ring(page, name.x + 12, name.centre.y + 14, stain)
    assert ("name-struck", "c2") in codes(read(page))


def test_a_long_line_of_brown_pencil_is_no_stain() -> None:
    page = voted_page()
    stroke(page, [(30, 262), (58, 266)], 0.5, _BROWN_PENCIL)
    assert ("annotation", None) in codes(read(page))

"""Bands of a feeder's rollers against highlighters, glued strips and pens drawn down the page."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from omr.scan.wear.roller_shades import without_roller_shades
from tests.scan.page_drawings import (
    BLUE,
    LINES,
    SCALE,
    Picture,
    codes,
    image_of,
    marked,
    name_of,
    plain,
    reader,
    state,
    stroke,
    voted_page,
)

DPI = 200


def _grey(page: Picture, skew_deg: float = 0.0) -> Picture:
    """Scan a page in grey, askew, with a little grain."""
    grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    height, width = grey.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), skew_deg, 1.0)
    turned = cv2.warpAffine(grey, turn, (width, height), borderValue=(255,))
    size = round(width * DPI / 25.4 / SCALE), round(height * DPI / 25.4 / SCALE)
    small = np.asarray(cv2.resize(turned, size, interpolation=cv2.INTER_AREA), np.float32)
    grain = np.random.default_rng(3).normal(0.0, 1.2, small.shape)
    return np.asarray((small * 0.94 + grain).clip(0, 255), np.uint8)


def _shaded(scan: Picture, x_mm: float, patches: list[tuple[float, float]], darkness: float,
            wide_mm: float = 6.0) -> Picture:  # fmt: skip
    """Lay patches of shade, each from and to so many mm, along one track of a roller."""
    scale = DPI / 25.4
    left, right = round(x_mm * scale), round((x_mm + wide_mm) * scale)
    y = (np.arange(len(scan)) + 0.5) / scale
    strength = np.zeros(len(scan))
    for top, bottom in patches:
        strength = np.maximum(strength, np.clip(np.minimum(y - top, bottom - y) / 4.0, 0.0, 1.0))
    shaded = scan.astype(np.float32)
    shaded[:, left:right] *= 1.0 - darkness * strength[:, None].astype(np.float32)
    return shaded.astype(np.uint8)


@pytest.mark.parametrize("skew_deg", [0.0, -1.7])
@pytest.mark.parametrize("darkness", [0.04, 0.1])
def test_bands_of_rollers_ask_nothing(skew_deg: float, darkness: float) -> None:
    scan = _grey(voted_page(), skew_deg)
    for x_mm in (name_of("c1").x + 6.0, 139.5):
        scan = _shaded(scan, x_mm, [(20.0, 60.0), (150.0, 215.0), (230.0, 262.0)], darkness)
    reading = reader().read_page(image_of(scan, DPI))
    assert marked(reading) == {contest: ["high"] for contest in LINES}
    assert plain(reading)


def test_a_stroke_upon_a_band_is_found() -> None:
    page = voted_page()
    stroke(page, [(141.0, 191.0), (144.0, 197.0)], 0.4, BLUE)
    scan = _shaded(_grey(page), 139.5, [(160.0, 220.0)], 0.1)
    assert "annotation" in dict(codes(reader().read_page(image_of(scan, DPI))))


def test_a_mark_within_a_band_is_a_vote() -> None:
    scan = _shaded(_grey(voted_page()), 129.0, [(150.0, 225.0)], 0.1)
    reading = reader().read_page(image_of(scan, DPI))
    assert [state(reading, contest, "high") for contest in LINES] == ["marked"] * 3


def test_a_band_gets_the_tone_of_the_paper_beside_it() -> None:
    scan = _grey(np.full((round(297 * SCALE), round(210 * SCALE), 3), 250, np.uint8))
    shaded = _shaded(scan, 100.0, [(100.0, 180.0)], 0.08)
    lifted = without_roller_shades(shaded, DPI / 25.4)
    scale = DPI / 25.4
    within = np.s_[round(112 * scale) : round(168 * scale), round(101 * scale) : round(105 * scale)]
    assert float(shaded[within].mean()) < float(scan[within].mean()) - 12.0
    assert abs(float(lifted[within].mean()) - float(scan[within].mean())) < 1.5


@pytest.mark.parametrize("tilt_mm", [2.5, -4.0])
def test_a_marker_drawn_down_the_page_is_no_band(tilt_mm: float) -> None:
    page = voted_page()
    layer = np.full_like(page, 255)
    points = [(139.0, 150.0), (139.6, 165.0), (139.2 + tilt_mm, 215.0)]
    stroke(layer, points, 5.0, (225, 225, 225))
    page = np.minimum(page, layer)
    scan = _grey(page)
    assert without_roller_shades(scan, DPI / 25.4) is scan


def test_a_highlighter_that_goes_straight_down_has_a_colour() -> None:
    page = np.full((round(297 * SCALE), round(210 * SCALE), 3), 245, np.uint8)
    rows, columns = slice(round(100 * SCALE), round(180 * SCALE)), slice(1000, 1070)
    page[rows, columns] = (205, 240, 244)
    assert without_roller_shades(page, SCALE) is page
    page[rows, columns] = (230, 230, 230)
    assert without_roller_shades(page, SCALE) is not page


def test_pages_of_two_levels_have_no_bands() -> None:
    page = np.asarray((_grey(voted_page()) > 128) * np.uint8(255))
    assert without_roller_shades(page, DPI / 25.4) is page

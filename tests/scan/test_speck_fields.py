"""Paper that a threshold turned to specks, and what somebody wrote on it, which lines up."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from omr.scan.reading import PageReading
from tests.scan.page_drawings import (
    BLUE,
    DPI,
    RED,
    Colour,
    Picture,
    codes,
    image_of,
    plain,
    reader,
    spot,
    stroke,
    voted_page,
)

# Open paper of the right margin: among few specks, among more of them, among most.
_PLACES = ((199.0, 262.0), (202.0, 142.0), (205.0, 40.0))
# A scanner's threshold, and a pencil that it just lets through, broken by the grain of the paper.
_CUT, _PALE = 184, (190, 190, 190)
# Grain by resolution, on each of which the specks alone are explained to the last.
_SEEDS = {150: 11, 200: 2, 300: 11}


def _two_levels(page: Picture, dpi: int, yellowed: bool = True) -> Picture:
    """Scan a page, yellowed towards its right edge, in two levels."""
    rng = np.random.default_rng(_SEEDS[dpi])
    scale = dpi / DPI
    grey = np.asarray(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), np.float32)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = np.asarray(small, np.float32)
    height, width = grey.shape
    if yellowed:
        from_edge = (width - 1 - np.arange(width)) / dpi * 25.4
        along = np.arange(height)[:, None] / dpi * 25.4
        grey *= 1 - 0.27 * (0.75 + 0.25 * np.sin(along / 19)) * np.exp(-from_edge[None] / 40)
    grain = rng.standard_normal(grey.shape).astype(np.float32)
    grain = np.asarray(cv2.GaussianBlur(grain, (0, 0), 0.55 * dpi / 150), np.float32)
    grey += 6.0 * grain / grain.std()
    return np.where(grey < _CUT, 0, 255).astype(np.uint8)


def _read(pixels: Picture, dpi: int) -> PageReading:
    return reader().read_page(image_of(pixels, dpi))


def _asked(page: Picture, dpi: int, place: tuple[float, float], yellowed: bool = True) -> bool:
    """Whether people are shown a place of the page."""
    found = _read(_two_levels(page, dpi, yellowed), dpi).findings
    rects = [finding.rect.grown(0.5) for finding in found if finding.rect is not None]
    x, y = place
    return any(r.x <= x <= r.right and r.y <= y <= r.bottom for r in rects)


def _word(page: Picture, x: float, y: float, colour: Colour, width_mm: float) -> None:
    around = np.linspace(0, 2 * np.pi, 20)
    ring = [(x + 0.9 * np.cos(a), y + 1.2 * np.sin(a)) for a in around]
    stroke(page, ring, width_mm, colour)
    stroke(page, [(x + 1.6, y - 1.2), (x + 1.6, y + 1.2)], width_mm, colour)
    stroke(page, [(x + 2.2, y - 1.2), (x + 2.8, y + 1.2), (x + 3.4, y - 1.2)], width_mm, colour)
    stroke(page, [(x - 0.9, y), (x + 1.6, y)], width_mm, colour)


@pytest.mark.parametrize("dpi", [150, 200, 300])
def test_specks_of_a_yellowed_edge_are_no_annotation(
    dpi: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = _two_levels(voted_page(), dpi)
    assert plain(_read(pixels, dpi))
    monkeypatch.setattr("omr.scan.foreign.findings.SpeckFields.explain", lambda *_: False)
    assert ("annotation", None) in codes(_read(pixels, dpi)), "they would be asked about"


def test_the_same_specks_in_the_middle_of_a_clean_page_are_asked_about() -> None:
    page = voted_page()
    rng = np.random.default_rng(3)
    for x, y in rng.uniform((60, 252), (90, 268), (160, 2)):
        spot(page, x, y, 0.1)
    assert ("annotation", None) in codes(_read(_two_levels(page, 200, yellowed=False), 200))


@pytest.mark.parametrize("place", _PLACES)
@pytest.mark.parametrize("colour", [BLUE, RED, (150, 150, 150)])
@pytest.mark.parametrize(("dx", "dy"), [(0.0, 2.0), (1.3, 1.5)])
def test_a_thin_stroke_among_specks_is_found(
    place: tuple[float, float], colour: Colour, dx: float, dy: float
) -> None:
    page, (x, y) = voted_page(), place
    stroke(page, [(x - dx, y - dy), (x + dx, y + dy)], 0.3, colour)
    assert _asked(page, 150, place)


@pytest.mark.parametrize("place", _PLACES)
@pytest.mark.parametrize("dpi", [150, 200, 300])
def test_a_pencil_that_the_threshold_broke_is_found_among_specks(
    dpi: int, place: tuple[float, float]
) -> None:
    page, (x, y) = voted_page(), place
    stroke(page, [(x - 1.0, y - 3.0), (x + 1.0, y + 3.0)], 0.5, _PALE)
    assert _asked(page, dpi, place)


@pytest.mark.parametrize("dpi", [150, 200])
def test_a_pencil_that_the_threshold_broke_is_found_on_clean_paper(dpi: int) -> None:
    page = voted_page()
    stroke(page, [(60.0, 260.0), (70.0, 262.0)], 0.5, _PALE)
    assert ("annotation", None) in codes(_read(_two_levels(page, dpi, yellowed=False), dpi))


@pytest.mark.parametrize("place", _PLACES)
@pytest.mark.parametrize("colour", [(150, 150, 150), (185, 185, 185)])
def test_a_word_among_specks_is_found(place: tuple[float, float], colour: Colour) -> None:
    page = voted_page()
    _word(page, *place, colour, 0.35)
    assert _asked(page, 150, (place[0] + 1.0, place[1]))


@pytest.mark.parametrize("place", _PLACES)
def test_dots_and_dashes_in_a_row_are_found_among_specks(place: tuple[float, float]) -> None:
    x, y = place
    dotted, dashed = voted_page(), voted_page()
    for k in range(5):
        spot(dotted, x, y + 1.1 * (k - 2), 0.26)
    for k in range(3):
        stroke(dashed, [(x, y - 2.4 + 1.8 * k), (x + 0.1, y - 1.4 + 1.8 * k)], 0.35, BLUE)
    assert _asked(dotted, 150, place)
    assert _asked(dashed, 150, place)


def test_a_clean_scan_in_two_levels_is_plain() -> None:
    assert plain(_read(_two_levels(voted_page(), 200, yellowed=False), 200))

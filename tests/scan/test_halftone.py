"""Scans of scattered black dots: read as the grey that they stand for, strokes and all."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image

from omr.scan.place.halftone import without_halftone
from tests.scan.page_drawings import (
    BLUE,
    PENCIL,
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


def _dots(page: Picture, paper: int = 228) -> Picture:
    """Scan a page on greyish paper to black and white dots that stand for its grey."""
    grey = np.minimum(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), paper)
    return np.asarray(Image.fromarray(grey).convert("1").convert("L"), np.uint8)


@pytest.mark.parametrize("paper", [228, 205])
def test_a_page_of_scattered_dots_is_read(paper: int) -> None:
    assert plain(read(_dots(voted_page(), paper)))


@pytest.mark.parametrize("colour", [BLUE, PENCIL])
def test_strokes_among_scattered_dots_are_found(colour: Colour) -> None:
    page = voted_page()
    name = name_of("c2")
    stroke(page, [(name.x, name.centre.y), (name.x + 30, name.centre.y + 0.5)], 0.4, colour)
    stroke(page, [(120, 205), (124, 206)], 0.4, colour)
    found = codes(read(_dots(page)))
    assert ("name-struck", "c2") in found
    assert "annotation" in {code for code, _ in found}


def test_a_second_mark_among_scattered_dots_is_found() -> None:
    page = voted_page()
    box = box_of("c3", "low")
    stroke(page, [(box.x + 1.5, box.bottom - 1.5), (box.right - 1.5, box.y + 1.5)], 0.4, PENCIL)
    assert state(read(_dots(page)), "c3", "low") in ("marked", "uncertain")


def test_other_pages_are_handed_on_as_they_are() -> None:
    grey = np.asarray(cv2.cvtColor(voted_page(), cv2.COLOR_BGR2GRAY), np.uint8)
    hard = np.asarray(cv2.threshold(grey, 160, 255, cv2.THRESH_BINARY)[1], np.uint8)
    specks = hard.copy()
    specks[np.random.default_rng(4).random(hard.shape) < 0.0008] = 0
    for page in (voted_page(), grey, hard, specks):
        assert without_halftone(page) is page


@pytest.mark.parametrize("share", [0.003, 0.006])
def test_few_dots_that_lie_everywhere_are_paper_that_is_almost_white(share: float) -> None:
    grey = np.asarray(cv2.cvtColor(voted_page(but="c2"), cv2.COLOR_BGR2GRAY), np.uint8)
    hard = np.asarray(cv2.threshold(grey, 160, 255, cv2.THRESH_BINARY)[1], np.uint8)
    hard[np.random.default_rng(4).random(hard.shape) < share] = 0
    assert without_halftone(hard) is not hard
    reading = read(hard)
    assert [m.state for m in reading.marks if m.contest == "c2"] == ["empty"] * 3
    assert [m.option for m in reading.marks if m.state == "marked"] == ["high"] * 2


@pytest.mark.parametrize("share", [0.002, 0.02])
def test_a_plain_page_strewn_with_lone_specks_is_read_as_without_them(share: float) -> None:
    grey = np.asarray(cv2.cvtColor(voted_page(), cv2.COLOR_BGR2GRAY), np.uint8)
    hard = np.asarray(cv2.threshold(grey, 160, 255, cv2.THRESH_BINARY)[1], np.uint8)
    hard[np.random.default_rng(5).random(hard.shape) < share] = 0
    assert plain(read(hard))

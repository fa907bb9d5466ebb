"""Swings of colour beside print are no ink; pens of any colour are, however thin and pale."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from omr.scan.ink.colour_noise import colour_noise
from tests.scan.page_drawings import (
    LINES,
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

YELLOW_PAPER: Colour = (158, 217, 232)
WHITE_PAPER: Colour = (255, 255, 255)


def _on_paper(page: Picture, paper: Colour) -> Picture:
    return (page * (np.array(paper) / 255.0)).astype(np.uint8)


def _swings(page: Picture, broad_px: int = 2, deep: int = 26) -> Picture:
    """Let blue swing beside the sides of boxes as compression does; the brightness stays."""
    brightness = cv2.cvtColor(page, cv2.COLOR_BGR2YCrCb)
    for contest in LINES:
        for option in ("confidence", "low"):
            box = box_of(contest, option)
            y, x = round((box.y + 0.9) * 300 / 25.4), round((box.x + 2) * 300 / 25.4)
            brightness[y : y + broad_px, x : x + 24 * broad_px // 2, 2] -= deep
    return np.asarray(cv2.cvtColor(brightness, cv2.COLOR_YCrCb2BGR), dtype=np.uint8)


def test_swings_of_colour_beside_outlines_are_no_marks() -> None:
    assert plain(read(_swings(_on_paper(voted_page(), YELLOW_PAPER))))


@pytest.mark.parametrize("deep", [12, 16, 20])
def test_broad_pale_swings_of_colour_are_no_faint_marks(deep: int) -> None:
    assert plain(read(_swings(_on_paper(voted_page(), YELLOW_PAPER), 5, deep)))


# Orange, pink, light blue, light green, grey: by how much of the paper's light each takes.
@pytest.mark.parametrize(
    "pen", [(60, 150, 240), (190, 130, 240), (235, 190, 110), (120, 205, 130), (165, 165, 165)]
)
@pytest.mark.parametrize("paper", [YELLOW_PAPER, WHITE_PAPER])
def test_a_thin_pale_dash_of_any_colour_is_asked_about(pen: Colour, paper: Colour) -> None:
    page, box = voted_page(), box_of("c2", "low")
    y = box.y + 1.2
    stroke(page, [(box.x + 2, y), (box.x + 4.6, y)], 0.2, pen)
    assert state(read(_on_paper(page, paper)), "c2", "low") in ("marked", "uncertain")


@pytest.mark.parametrize("paper", [YELLOW_PAPER, WHITE_PAPER])
def test_a_yellow_highlighter_over_a_row_is_found(paper: Colour) -> None:
    page, box = voted_page(), box_of("c2", "high")
    y = box.y - 3.5
    stroke(page, [(box.x, y), (box.x + 14, y + 1)], 2.0, (60, 250, 255))
    assert "annotation" in [code for code, _ in codes(read(_on_paper(page, paper)))]


def test_grey_pictures_have_no_noise_of_colour() -> None:
    hairs = np.zeros((80, 80), np.bool_)
    hairs[40, 20:60] = True
    dark = np.where(hairs, 70, 0).astype(np.uint8)
    assert not colour_noise(hairs, dark, 255 - dark, 8).any()

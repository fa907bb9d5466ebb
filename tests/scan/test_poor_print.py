"""Outlines that a press low on toner leaves in specks, and outlines that something covers."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.scan.page_drawings import SCALE, Picture, box_of, placed, plain, read, voted_page


def _specked(page: Picture, missing: float, seed: int) -> Picture:
    """Let the press leave so much of the squares white, in specks of 0.2 mm and more."""
    rng = np.random.default_rng(seed)
    first, last = box_of("c1", "high").grown(3.0), box_of("c3", "low").grown(3.0)
    part = page[
        round(first.y * SCALE) : round(last.bottom * SCALE),
        round(first.x * SCALE) : round(last.right * SCALE),
    ]
    grain = cv2.GaussianBlur(rng.normal(0.0, 1.0, part.shape[:2]), (0, 0), 0.12 * SCALE)
    slow = cv2.GaussianBlur(rng.normal(0.0, 1.0, part.shape[:2]), (0, 0), 1.5 * SCALE)
    field = grain / grain.std() + 0.8 * slow / slow.std()
    white = field > np.quantile(field, 1.0 - missing)
    # Pens write over what the press left; their ink is coloured here.
    part[white & (np.ptp(part, axis=2) < 20)] = 255
    return page


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("missing", [0.1, 0.15])
def test_squares_in_specks_are_found(missing: float, seed: int) -> None:
    assert plain(read(_specked(voted_page(), missing, seed)))


def test_whether_the_press_left_gaps_is_told_from_other_rows() -> None:
    page = voted_page()
    assert not any(box.poorly_printed for box in placed(page).ink.boxes)
    assert all(box.poorly_printed for box in placed(_specked(page, 0.15, 1)).ink.boxes)


@pytest.mark.parametrize("missing", [0.0, 0.15])
def test_a_square_that_lost_half_its_outline_is_asked_about(missing: float) -> None:
    page, box = voted_page(), box_of("c2", "confidence")
    left, top, right, bottom = (
        round(v * SCALE) for v in (box.x - 0.5, box.y - 0.5, box.right + 0.5, box.centre.y)
    )
    page[top:bottom, left:right] = 255
    if missing:
        page = _specked(page, missing, 1)
    assert not plain(read(page))

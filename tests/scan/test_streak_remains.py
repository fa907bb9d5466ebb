"""Streaks in the rim of a sheet that lies askew, and lines that somebody ruled there."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from omr.geometry import Rect
from omr.scan.wear.streak_remains import on_streaks
from tests.scan.page_drawings import SCALE, Colour, Picture, codes, placed, plain, read, voted_page

GREEN: Colour = (60, 150, 60)


def _askew(page: Picture, degrees: float) -> Picture:
    """Lay the sheet askew on a white lid."""
    height, width = page.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    white = (255.0, 255.0, 255.0)
    return np.asarray(cv2.warpAffine(page, turn, (width, height), borderValue=white), np.uint8)


def _pieces(page: Picture, x_mm: float, colour: Colour, width_mm: float) -> None:
    """Draw a line down the picture, broken as where dirt comes and goes."""
    left, right = round(x_mm * SCALE), round((x_mm + width_mm) * SCALE)
    for top in range(0, len(page), round(24 * SCALE)):
        page[top : top + round(16 * SCALE), left:right] = colour


@pytest.mark.parametrize(("x_mm", "degrees"), [(2.2, -0.8), (2.2, 1.0), (3.5, -0.8)])
def test_pieces_of_a_streak_in_the_rim_ask_nothing(degrees: float, x_mm: float) -> None:
    page = _askew(voted_page(), degrees)
    _pieces(page, x_mm, GREEN, 0.2)
    assert plain(read(page))


def test_pieces_of_a_ruled_line_in_the_rim_ask() -> None:
    page = voted_page()
    _pieces(page, 5.5, GREEN, 0.2)
    assert ("annotation", None) in codes(read(_askew(page, 1.0)))


def test_on_a_straight_sheet_such_pieces_are_for_people() -> None:
    seen = placed(voted_page())
    pieces = [Rect(4.0, y, 0.2, 6.0) for y in (30.0, 90.0, 150.0, 210.0)]
    assert not list(on_streaks(pieces, seen.flat, seen.reference))

"""Streaks in the rim of a sheet that lies askew, and lines that somebody ruled there."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from omr.geometry import Rect, transform
from omr.scan.place.reference import Reference, window
from omr.scan.wear.streak_remains import between_letters, on_streaks
from omr.scan.wear.streaks import Streak
from tests.scan.page_drawings import (
    SCALE,
    Colour,
    Picture,
    codes,
    name_of,
    placed,
    plain,
    read,
    voted_page,
)

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


def _between_two_letters(reference: Reference) -> Rect:
    """Return a thin upright place in a name with print close by on both sides."""
    name, printed = name_of("c1").grown(-1.0), reference.print_mask
    for x_mm in np.arange(name.x, name.right, 0.1):
        for y_mm in np.arange(name.y, name.bottom - 1.6, 0.2):
            place = Rect(float(x_mm), float(y_mm), 0.2, 1.6)
            beside = (place.shifted(-0.4, 0.0), place.shifted(0.4, 0.0))
            if all(
                printed[window(side, reference.px_per_mm, printed.shape)].any() for side in beside
            ):
                return place
    raise AssertionError("the name has no letters")


@pytest.mark.parametrize(
    ("aside_mm", "longer_mm", "told"), [(0.0, 0.0, True), (1.0, 0.0, False), (0.0, 2.6, False)]
)
def test_short_pieces_between_letters_are_of_the_streak_on_which_they_lie(
    aside_mm: float, longer_mm: float, told: bool
) -> None:
    seen = placed(voted_page())
    place = _between_two_letters(seen.reference)
    place = Rect(place.x, place.y, place.w, place.h + longer_mm)
    x_px = transform(seen.flat.matrix, np.array([[place.centre.x + aside_mm, place.centre.y]]))[
        0, 0
    ]
    streak = Streak(along_x=False, at_px=float(x_px), width_px=3)
    assert bool(list(between_letters([place], seen.flat, seen.reference, [streak]))) is told


def test_beside_open_paper_a_piece_on_a_streak_is_for_people() -> None:
    seen = placed(voted_page())
    place = Rect(100.0, 290.0, 0.2, 1.6)
    x_px = transform(seen.flat.matrix, np.array([[place.centre.x, place.centre.y]]))[0, 0]
    streak = Streak(along_x=False, at_px=float(x_px), width_px=3)
    assert not list(between_letters([place], seen.flat, seen.reference, [streak]))

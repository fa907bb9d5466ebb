"""Boxes drawn by hand over covered ones are put before people; worn printed ones are not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.scan.page_drawings import (
    BLUE,
    RED,
    SCALE,
    Colour,
    Picture,
    box_of,
    crease,
    cross,
    plain,
    read,
    stroke,
    voted_page,
)

GREY_PEN: Colour = (70, 70, 70)


def _covered(page: Picture, contest: str, option: str) -> None:
    """Paint correction fluid over a box and what is in it."""
    box = box_of(contest, option).grown(1.0)
    rows = slice(round(box.y * SCALE), round(box.bottom * SCALE))
    page[rows, round(box.x * SCALE) : round(box.right * SCALE)] = 254


def _redrawn(page: Picture, contest: str, option: str, colour: Colour, shaky_mm: float) -> None:
    """Draw a box in place of the printed one, as a hand does without a ruler."""
    _covered(page, contest, option)
    box, rng = box_of(contest, option), np.random.default_rng(3)
    corners = [(box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom)]
    for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True):
        at = np.linspace(0.0, 1.0, 9)
        off = rng.normal(0.0, shaky_mm, (2, 9))
        points = list(zip(x0 + (x1 - x0) * at + off[0], y0 + (y1 - y0) * at + off[1], strict=True))
        stroke(page, points, 0.3, colour)


def _asked(page: Picture) -> set[str | None]:
    return {f.contest for f in read(page).findings if f.detail == "box drawn by hand"}


@pytest.mark.parametrize("colour", [BLUE, RED])
@pytest.mark.parametrize("shaky_mm", [0.0, 0.1])
def test_a_box_in_a_pens_colour_asks(colour: Colour, shaky_mm: float) -> None:
    page = voted_page()
    _redrawn(page, "c2", "low", colour, shaky_mm)
    assert _asked(page) == {"c2"}


@pytest.mark.parametrize("grey", [False, True])
def test_a_shaky_box_of_a_black_pen_asks(grey: bool) -> None:
    page = voted_page()
    _redrawn(page, "c2", "low", GREY_PEN, 0.12)
    shown = np.asarray(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), np.uint8) if grey else page
    assert _asked(shown) == {"c2"}


def test_the_only_vote_of_a_line_in_a_redrawn_box_asks() -> None:
    page = voted_page(but="c2")
    _redrawn(page, "c2", "high", BLUE, 0.1)
    cross(page, box_of("c2", "high"))
    assert _asked(page) == {"c2"}


def _creased(page: Picture) -> None:
    box = box_of("c2", "low")
    crease(page, box.y - 20, box.bottom + 20, box.x + 0.2)


def _pale(page: Picture) -> None:
    """Toner that fails at one end of the page."""
    box = box_of("c2", "low")
    left = round((box.x - 6) * SCALE)
    page[:, left:] = 255 - ((255 - page[:, left:].astype(np.int32)) * 6 // 10).astype(np.uint8)


def _filled_beyond(page: Picture) -> None:
    box = box_of("c1", "high").grown(0.5)
    rows = slice(round(box.y * SCALE), round(box.bottom * SCALE))
    columns = slice(round(box.x * SCALE), round(box.right * SCALE))
    ink = np.array(BLUE, np.float32) / 255
    page[rows, columns] = (page[rows, columns] * ink).astype(np.uint8)


def _ringed(page: Picture) -> None:
    middle = box_of("c2", "high").centre
    turn = np.linspace(0, 2 * np.pi, 40)
    stroke(page, [(middle.x + 6.2 * np.cos(a), middle.y + 5.8 * np.sin(a)) for a in turn], 0.5)


def _rough(page: Picture) -> None:
    """A printer that leaves ragged edges everywhere."""
    rng = np.random.default_rng(1)
    grain = cv2.GaussianBlur(rng.normal(0, 1, page.shape[:2]).astype(np.float32), (0, 0), 1.5)
    page[(grain > 0.35)[..., None] & (page < 128)] = 205


@pytest.mark.parametrize("worn", [_creased, _pale, _filled_beyond, _ringed, _rough])
def test_a_printed_box_is_none_however_worn(worn: object) -> None:
    page = voted_page()
    assert callable(worn)
    worn(page)
    assert _asked(page) == set()


def test_a_clean_page_asks_nothing() -> None:
    assert plain(read(voted_page()))


def test_a_mark_along_the_sides_of_a_pale_printed_box_asks_nothing() -> None:
    page = voted_page(but="c3")
    box = box_of("c3", "high")
    wide = box.grown(0.8)
    rows = slice(round(wide.y * SCALE), round(wide.bottom * SCALE))
    part = page[rows, round(wide.x * SCALE) : round(wide.right * SCALE)]
    # A worn drum prints it paler than the others.
    part[:] = 255 - (255 - part.astype(np.float64)) * 0.72
    tick = [(0.5, 0.9), (1.2, 0.5), (0.5, 3.5), (0.4, 6.0), (3.0, 8.7), (6.5, 5.0), (8.6, 2.5)]
    stroke(page, [(box.x + x, box.y + y) for x, y in tick], 0.5, GREY_PEN)
    stroke(page, [(box.right - 0.5, box.y + 2.0), (box.right - 0.4, box.y + 2.6)], 0.8, GREY_PEN)
    assert not _asked(page)

"""The wire of a staple that lies over black print, and what a pen leaves in its place."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from omr.scan.wear.staples import staples
from omr.scan.wear.wires_over_print import wire_over_print
from tests.scan.page_drawings import (
    BLUE,
    PENCIL,
    RED,
    SCALE,
    Colour,
    Picture,
    codes,
    placed,
    plain,
    read,
    stroke,
    voted_page,
)

Points = list[tuple[float, float]]
BLACK: Colour = (25, 25, 25)
SOFT: Colour = (135, 135, 135)
HARD: Colour = (170, 170, 170)
# Over both registration marks, and from the code over to one: but 1 to 3 mm of each end show.
OVER_MARKS: list[Points] = [
    [(7.6, 6.1), (15.8, 14.4)],
    [(193.9, 7.0), (203.4, 15.4)],
    [(198.4, 5.8), (199.2, 16.6)],
]
OVER_CODE: Points = [(185.4, 9.0), (197.4, 8.9)]
# From the code over to the edge of a mark, above and below.
ALONG_EDGES: list[Points] = [[(188.0, 8.8), (199.6, 8.7)], [(189.0, 13.9), (200.2, 13.6)]]
# Those that have room on one page.
WAYS: list[list[Points]] = [
    OVER_MARKS[:2],
    OVER_MARKS[2:],
    [OVER_CODE],
    ALONG_EDGES[:1],
    ALONG_EDGES[1:],
]
# Ink on the toner of the print glosses at most so much, of 255.
GLOSS = 10


def _wire(page: Picture, points: Points, shift: float = -0.1) -> None:
    """Lay a wire upon a page: its shadow, which darkens paper, its steel, and its gleam."""
    (x0, y0), (x1, y1) = points
    aside = np.array([y0 - y1, x1 - x0]) / float(np.hypot(x1 - x0, y1 - y0))
    _ink(page, [(x + aside[0] * 0.45, y + aside[1] * 0.45) for x, y in points], 0.5, (190,) * 3)
    stroke(page, points, 0.5, (80, 80, 80))
    gleam = [(x + aside[0] * shift, y + aside[1] * shift) for x, y in points]
    stroke(page, gleam, 0.17, (205, 205, 205))


def _ink(page: Picture, points: Points, width_mm: float, colour: Colour, gloss: int = 0) -> None:
    """Draw as a pen does: ink takes light away, and over toner it can do no more than gloss."""
    drawn: NDArray[np.uint8] = np.full_like(page, 255)
    stroke(drawn, points, width_mm, (0, 0, 0))
    share = 1 - drawn.astype(np.float32) / 255
    left = page * (1 - share * (1 - np.array(colour, np.float32) / 255))
    left += gloss * share * (page < 110)
    page[:] = np.rint(left.clip(0, 255)).astype(np.uint8)


def _scanned(page: Picture, toner: int = 40) -> Picture:
    """Return a page as it is scanned: toner no full black, edges soft, with grain."""
    grey = 255 - (255 - page.astype(np.float32)) * (255 - toner) / 255
    soft = cv2.GaussianBlur(grey, (0, 0), 0.09 * SCALE)
    grain = np.random.default_rng(3).normal(0, 3, page.shape[:2])[..., None]
    return np.rint((soft + grain).clip(0, 255)).astype(np.uint8)


def _bowed(points: Points, bow_mm: float) -> Points:
    (x0, y0), (x1, y1) = points
    aside = np.array([y0 - y1, x1 - x0]) / float(np.hypot(x1 - x0, y1 - y0))
    return [
        (x0 + (x1 - x0) * t + aside[0] * bow_mm * 4 * t * (1 - t),
         y0 + (y1 - y0) * t + aside[1] * bow_mm * 4 * t * (1 - t))
        for t in np.linspace(0, 1, 16).tolist()
    ]  # fmt: skip


def _seen_over_print(page: Picture, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether any ink of a page is taken for a wire because of what lies over print."""
    found = []

    def watched(*args: Any) -> object:
        line = wire_over_print(*args)
        found.append(line is not None)
        return line

    monkeypatch.setattr("omr.scan.wear.staples.wire_over_print", watched)
    seen = placed(page)
    staples(seen.ink.ink, seen.ink, seen.flat, seen.reference)
    return any(found)


@pytest.mark.parametrize("ways", WAYS)
@pytest.mark.parametrize("shift", [-0.12, 0.12])
def test_a_wire_of_which_only_the_ends_lie_on_paper_is_a_staple(
    ways: list[Points], shift: float
) -> None:
    page = voted_page()
    for points in ways:
        _wire(page, points, shift)
    assert plain(read(_scanned(page)))


def test_a_wire_over_pale_toner_is_a_staple() -> None:
    page = voted_page()
    _wire(page, OVER_MARKS[1])
    assert plain(read(_scanned(page, toner=80)))


@pytest.mark.parametrize("ways", WAYS)
@pytest.mark.parametrize(
    ("colour", "width_mm", "bow_mm"),
    [
        (BLUE, 0.3, 0.0),
        (RED, 0.7, 0.1),
        (BLACK, 0.5, 0.0),
        (SOFT, 0.7, 0.0),
        (PENCIL, 0.5, 0.05),
        (HARD, 0.3, 0.0),
    ],
)
def test_a_line_across_print_is_no_wire(
    ways: list[Points],
    colour: Colour,
    width_mm: float,
    bow_mm: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = voted_page()
    for points in ways:
        _ink(page, _bowed(points, bow_mm), width_mm, colour, GLOSS)
    assert not _seen_over_print(_scanned(page), monkeypatch)


@pytest.mark.parametrize("colour", [BLUE, RED, BLACK, SOFT])
def test_a_line_across_a_mark_is_an_annotation(colour: Colour) -> None:
    page = voted_page()
    _ink(page, _bowed([(192.9, 6.0), (204.4, 16.1)], 0.1), 0.5, colour, GLOSS)
    found = codes(read(_scanned(page)))
    assert set(found) == {("annotation", None)}
    assert len(found) >= 2, "both ends"


@pytest.mark.parametrize("colour", [BLACK, SOFT])
def test_dashes_on_both_sides_of_a_mark_are_annotations(
    colour: Colour, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = voted_page()
    for ends in ([(192.3, 5.4), (195.2, 8.0)], [(202.0, 14.1), (204.6, 16.4)]):
        _ink(page, ends, 0.5, colour)
    assert not _seen_over_print(_scanned(page), monkeypatch)
    assert codes(read(_scanned(page))) == [("annotation", None)] * 2


@pytest.mark.parametrize("colour", [BLUE, BLACK, SOFT])
def test_a_tick_whose_leg_crosses_a_mark_is_an_annotation(
    colour: Colour, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = voted_page()
    _ink(page, [(191.9, 13.6), (194.2, 16.6), (202.9, 7.2)], 0.5, colour, GLOSS)
    assert not _seen_over_print(_scanned(page), monkeypatch)
    assert ("annotation", None) in codes(read(_scanned(page)))


@pytest.mark.parametrize("colour", [BLUE, BLACK, SOFT])
def test_a_line_over_toner_that_came_off_along_it_is_no_wire(
    colour: Colour, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fold cracks toner: bare paper shows there, much brighter than the ends are."""
    page = voted_page()
    ends = OVER_MARKS[1]
    inner = [(196.0, 8.9), (201.6, 13.8)]
    _ink(page, ends, 0.5, colour)
    stroke(page, inner, 0.35, (235, 235, 235))
    assert not _seen_over_print(_scanned(page), monkeypatch)


def test_a_tick_beside_such_a_wire_is_an_annotation() -> None:
    page = voted_page()
    _wire(page, OVER_MARKS[1])
    _ink(page, [(196.0, 19.5), (197.2, 21.3), (200.4, 17.6)], 0.5, BLACK)
    assert codes(read(_scanned(page))) == [("annotation", None)]


@pytest.mark.parametrize(
    ("points", "width_mm", "colour"),
    [
        ([(9.9, 6.0), (11.6, 14.8)], 0.67, BLACK),
        ([(7.3, 7.6), (12.0, 11.2), (16.9, 14.5)], 0.5, SOFT),
    ],
)
def test_what_lies_beneath_the_black_of_a_mark_is_no_wire(
    points: Points, width_mm: float, colour: Colour
) -> None:
    page = voted_page()
    _ink(page, points, width_mm, colour)
    found = placed(page)
    assert found.ink.ink.any()
    assert not staples(found.ink.ink, found.ink, found.flat, found.reference).any()

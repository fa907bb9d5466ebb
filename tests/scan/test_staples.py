"""The wire of a staple in a corner, the holes that it leaves, and pen strokes in their place."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from omr.scan.place.reference import Mask
from omr.scan.wear.staple_holes import staple_holes
from omr.scan.wear.staples import staples
from tests.scan.page_drawings import (
    BLUE,
    RED,
    SCALE,
    Colour,
    Picture,
    blank_page,
    codes,
    placed,
    plain,
    read,
    stroke,
    voted_page,
)

STEEL: Colour = (70, 70, 70)
Points = list[tuple[float, float]]


def _wire(page: Picture, points: Points) -> None:
    """Draw a wire as a scanner's lamp shows it: its shadow beside, light along its middle."""
    (x0, y0), (x1, y1) = points[0], points[-1]
    length = float(np.hypot(x1 - x0, y1 - y0))
    aside = np.array([y0 - y1, x1 - x0]) / length
    for off_mm, width_mm, tone in ((0.45, 0.5, 190), (0.0, 0.5, 80), (-0.1, 0.17, 205)):
        moved = [(x + aside[0] * off_mm, y + aside[1] * off_mm) for x, y in points]
        stroke(page, moved, width_mm, (tone, tone, tone))


def _explained(page: Picture) -> tuple[Mask, Mask]:
    """Return the ink of a page, and what staples explain of it."""
    found = placed(page)
    rest = found.ink.ink
    return rest, staples(rest, found.ink, found.flat, found.reference)


CORNERS: list[Points] = [
    [(17.0, 20.0), (27.0, 14.0)],
    [(20.0, 21.0), (30.0, 21.5)],
    [(183.0, 3.0), (191.0, 5.0)],
]


@pytest.mark.parametrize("points", CORNERS)
def test_a_wire_in_an_upper_corner_is_a_staple(points: Points) -> None:
    page = blank_page()
    _wire(page, points)
    rest, explained = _explained(page)
    assert rest.sum() > 150
    assert (rest & explained).sum() > 0.95 * rest.sum()


@pytest.mark.parametrize("points", CORNERS)
def test_a_line_that_only_a_machine_makes_is_a_staple_without_gleam_too(points: Points) -> None:
    page = blank_page()
    stroke(page, points, 0.5, STEEL)
    rest, explained = _explained(page)
    assert (rest & explained).sum() > 0.95 * rest.sum()


def _tube(page: Picture, points: Points, width_mm: float, middle: Colour, dpi: int) -> Picture:
    """Draw a line that is paler along its middle, as a scan of this resolution shows it."""
    stroke(page, points, width_mm, STEEL)
    stroke(page, points, 0.36 * width_mm, middle)
    small = cv2.resize(page, None, fx=dpi / 300, fy=dpi / 300, interpolation=cv2.INTER_AREA)
    size = (page.shape[1], page.shape[0])
    return np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_LINEAR), np.uint8)


@pytest.mark.parametrize(("width_mm", "dpi"), [(0.75, 150), (0.65, 200), (0.65, 300)])
def test_a_wire_that_gleams_along_its_middle_is_a_staple(width_mm: float, dpi: int) -> None:
    page = blank_page()
    for at, points in enumerate(CORNERS):
        page = _tube(page, points, width_mm, (215, 215, 215), dpi if at == 2 else 300)
    rest, explained = _explained(page)
    assert (rest & explained).sum() > 0.95 * rest.sum()


@pytest.mark.parametrize(
    ("width_mm", "bow_mm", "middle"),
    [
        (0.4, 0.15, (190, 190, 190)),  # a ballpoint pressed hard
        (0.7, 0.2, (215, 215, 215)),  # a nib that splits
        (1.1, 0.15, (110, 110, 110)),  # felt pen, dark along its edges
    ],
)
@pytest.mark.parametrize("dpi", [150, 300])
def test_a_pens_line_that_is_pale_along_its_middle_is_no_staple(
    width_mm: float, bow_mm: float, middle: Colour, dpi: int
) -> None:
    turns = np.linspace(0, 1, 20)
    points = [(196 + 9 * t, 24 - 6 * t + 4 * bow_mm * t * (1 - t)) for t in turns.tolist()]
    page = _tube(voted_page(), points, width_mm, middle, dpi)
    assert codes(read(page)) == [("annotation", None)]


def test_a_wire_over_a_mark_of_the_print_is_a_staple() -> None:
    page = voted_page()
    _wire(page, [(194.0, 15.5), (203.0, 9.0)])
    assert plain(read(page))


@pytest.mark.parametrize("colour", [BLUE, RED])
def test_a_coloured_stroke_is_no_staple(colour: Colour) -> None:
    page = blank_page()
    stroke(page, CORNERS[0], 0.5, colour)
    rest, explained = _explained(page)
    assert rest.sum() > 150
    assert not explained.any()


@pytest.mark.parametrize("bow_mm", [0.1, 0.3])
@pytest.mark.parametrize("colour", [(25, 25, 25), (110, 110, 110)])
def test_a_black_or_pencil_stroke_of_a_staples_length_is_no_staple(
    colour: Colour, bow_mm: float
) -> None:
    page = voted_page()
    turns = np.linspace(0, 1, 20)
    points = [(196 + 9 * t, 24 - 6 * t + 4 * bow_mm * t * (1 - t)) for t in turns.tolist()]
    stroke(page, points, 0.5, colour)
    _, explained = _explained(page)
    assert not explained.any()
    assert codes(read(page)) == [("annotation", None)]


def test_a_black_stroke_whose_weight_changes_is_no_staple() -> None:
    page = voted_page()
    for part, width_mm in enumerate((0.6, 0.5, 0.42, 0.33)):
        ends = [(196 + 2.2 * at, 24 - 1.5 * at) for at in (part, part + 1)]
        stroke(page, ends, width_mm, (25, 25, 25))
    _, explained = _explained(page)
    assert not explained.any()
    assert codes(read(page)) == [("annotation", None)]


# The upper left of this page is the seal's zone; on the right nothing else explains ink.
def test_a_tick_beside_a_staple_is_an_annotation() -> None:
    page = voted_page()
    _wire(page, [(196.0, 24.0), (205.0, 18.0)])
    assert plain(read(page))
    stroke(page, [(202.0, 24.0), (203.0, 26.0), (206.0, 21.5)], 0.5, (25, 25, 25))
    assert codes(read(page)) == [("annotation", None)]


@pytest.mark.parametrize(
    "points",
    [
        [(7.0, 22.5), (29.0, 19.0)],  # too long
        [(20.0, 20.0), (23.0, 18.0)],  # too short
        [(18.0, 20.0), (22.0, 15.0), (27.0, 20.0)],  # bent
        [(60.0, 250.0), (70.0, 246.0)],  # not in a corner
    ],
)
def test_other_grey_strokes_are_no_staples(points: Points) -> None:
    page = blank_page()
    stroke(page, points, 0.5, STEEL)
    rest, explained = _explained(page)
    assert rest.sum() > 50
    assert (rest & explained).sum() < 0.1 * rest.sum()


RUST: Colour = (75, 130, 175)
HOLES: Points = [(198.5, 20.0), (206.0, 28.0)]


def _rusty_holes(page: Picture, places: Points, rust: Colour, hole_mm: float = 0.42) -> None:
    """Draw holes, each within a pale ring that fades outward."""
    for x, y in places:
        top, left = (round((v - 2.5) * SCALE) for v in (y, x))
        view = page[top : top + round(5 * SCALE), left : left + round(5 * SCALE)]
        ys, xs = np.indices(view.shape[:2]) / SCALE - 2.5
        depth = 0.7 * np.clip(1.0 - np.hypot(ys, xs) / 1.5, 0, 0.55)[..., None]
        view[:] = np.rint(view * (1 - depth * (1 - np.array(rust) / 255))).astype(np.uint8)
        centre = (round(x * SCALE), round(y * SCALE))
        cv2.circle(page, centre, round(hole_mm * SCALE), (60, 60, 60), -1, cv2.LINE_AA)


def test_the_rusty_holes_of_a_staple_are_no_annotation() -> None:
    page = blank_page()
    _rusty_holes(page, HOLES, RUST)
    found = placed(page)
    rest = found.ink.ink
    assert rest.sum() > 150
    explained = staple_holes(rest, found.flat, found.reference)
    assert (rest & explained).sum() > 0.95 * rest.sum()
    page = voted_page()
    _rusty_holes(page, HOLES, RUST)
    assert plain(read(page))


@pytest.mark.parametrize(
    ("places", "rust", "hole_mm"),
    [
        (HOLES[:1], RUST, 0.42),  # no staple leaves one hole
        ([*HOLES[:1], (201.0, 23.0)], RUST, 0.42),  # nor two so close
        (HOLES, (200, 150, 110), 0.42),  # felt pen that ran
        (HOLES, RUST, 0.9),  # blots
    ],
)
def test_other_spots_in_a_corner_are_no_holes(places: Points, rust: Colour, hole_mm: float) -> None:
    page = voted_page()
    _rusty_holes(page, places, rust, hole_mm)
    found = placed(page)
    assert not staple_holes(found.ink.ink, found.flat, found.reference).any()


def test_a_tick_that_begins_in_a_hole_is_an_annotation() -> None:
    page = voted_page()
    _rusty_holes(page, HOLES, RUST)
    stroke(page, [(198.5, 20.0), (199.5, 22.0), (203.0, 18.0)], 0.5, (25, 25, 25))
    assert codes(read(page)) == [("annotation", None)]


def test_small_rings_as_far_apart_as_holes_are_annotations() -> None:
    page = voted_page()
    for x, y in HOLES:
        cv2.circle(page, (round(x * SCALE), round(y * SCALE)), 15, (25, 25, 25), 5, cv2.LINE_AA)
    assert ("annotation", None) in codes(read(page))

"""Holes that a punch left, and what people draw and shade that looks like them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from omr.geometry import Rect
from omr.scan.punch_holes import punch_holes
from omr.scan.reference import window
from tests.scan.page_drawings import (
    BLUE,
    SCALE,
    Colour,
    Picture,
    blank_page,
    codes,
    layout,
    name_of,
    placed,
    plain,
    read,
    spot,
    stroke,
    voted_page,
)


@pytest.mark.parametrize(("x_mm", "y_mm"), [(10.5, 108.0), (10.5, 188.0), (105.0, 11.0)])
def test_punch_holes_are_found(x_mm: float, y_mm: float) -> None:
    page = blank_page()
    spot(page, x_mm, y_mm, 2.75)
    found = placed(page)
    holes = punch_holes(found.flat, found.reference)
    scale = found.reference.px_per_mm
    assert holes[window(Rect(x_mm - 2, y_mm - 2, 4, 4), scale, holes.shape)].mean() > 0.95
    # Nothing else on the page is a hole, least of all its print.
    assert holes.sum() / scale**2 < 3.2 * (2.75 + 0.6) ** 2


def test_a_punch_hole_that_touches_a_rule_of_the_table_is_no_ink_over_print() -> None:
    page = voted_page()
    edge = min(row.rect.x for row in layout().rows)
    spot(page, edge - 2.6, name_of("c2").centre.y, 2.75)
    assert plain(read(page))


@pytest.mark.parametrize(
    ("x_mm", "y_mm", "radius_mm"),
    [(10.5, 108.0, 1.2), (100.0, 250.0, 2.75), (10.5, 108.0, 6.0)],
)
def test_blots_too_small_too_large_or_too_far_in_are_no_holes(
    x_mm: float, y_mm: float, radius_mm: float
) -> None:
    page = blank_page()
    spot(page, x_mm, y_mm, radius_mm)
    found = placed(page)
    assert not punch_holes(found.flat, found.reference).any()


def _grey_hole(page: Picture, radii_mm: tuple[float, float] = (2.75, 2.75)) -> None:
    """Draw a hole through which a grey lid shows, with the shade of its bent rim."""
    centre = (round(11 * SCALE), round(108 * SCALE))
    for wider_mm, tone in ((0.45, 236), (0.25, 214), (0.0, 165)):
        axes = tuple(round((radius + wider_mm) * SCALE) for radius in radii_mm)
        cv2.ellipse(page, centre, (axes[0], axes[1]), 0, 0, 360, (tone,) * 3, -1, cv2.LINE_AA)


def test_a_hole_over_a_grey_lid_is_a_hole_and_its_rim_no_pencil() -> None:
    page = voted_page()
    _grey_hole(page)
    found = placed(page)
    assert punch_holes(found.flat, found.reference).sum() / found.reference.px_per_mm**2 > 20
    assert plain(read(page))


def test_what_is_shaded_with_a_pencil_is_no_hole() -> None:
    page = voted_page()
    _grey_hole(page, (3.1, 2.4))
    found = placed(page)
    assert not punch_holes(found.flat, found.reference).any()
    page = voted_page()
    for k, y_mm in enumerate(np.arange(105.4, 110.7, 0.7).tolist()):
        half = float(np.sqrt(max(2.75**2 - (y_mm - 108.0) ** 2, 0.0)))
        way = [(11 - half, y_mm), (11 + half, y_mm + 0.35)][:: 1 - 2 * (k % 2)]
        stroke(page, way, 0.5, (150, 150, 150))
    found = placed(page)
    assert not punch_holes(found.flat, found.reference).any()
    assert codes(read(page)) == [("annotation", None)]


@pytest.mark.parametrize("colour", [BLUE, (150, 150, 150)])
def test_a_stroke_beside_a_grey_hole_is_an_annotation(colour: Colour) -> None:
    page = voted_page()
    _grey_hole(page)
    turns = np.linspace(-0.6, 0.6, 12)
    arc = [(11 + 4.6 * float(np.cos(t)), 108 + 4.6 * float(np.sin(t))) for t in turns]
    stroke(page, arc, 0.4, colour)
    assert codes(read(page)) == [("annotation", None)]


def test_a_scrawl_of_a_holes_size_is_no_hole() -> None:
    page = voted_page()
    stroke(page, [(8.0, 118.0), (13.0, 122.0), (8.0, 122.5), (13.0, 118.5)], 0.6)
    found = placed(page)
    assert not punch_holes(found.flat, found.reference).any()
    assert "annotation" in [code for code, _ in codes(read(page))]


def test_the_outline_of_a_punched_hole_is_no_annotation() -> None:
    page = voted_page()
    for y in (108.0, 188.0):
        centre = (round(12 * SCALE), round(y * SCALE))
        cv2.circle(page, centre, round(3 * SCALE), (90, 90, 90), 4, cv2.LINE_AA)
    assert plain(read(page))


def test_a_ring_drawn_by_hand_in_the_margin_is_an_annotation() -> None:
    page = voted_page()
    turns = np.linspace(0, 2 * np.pi, 30)
    points = [(12 + 3.6 * float(np.cos(t)), 108 + 2.6 * float(np.sin(t))) for t in turns]
    stroke(page, points, 0.4, (90, 90, 90))
    assert ("annotation", None) in codes(read(page))

"""Holes that a punch left, and what people draw and shade that looks like them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from omr.geometry import Rect
from omr.scan.place.reference import window
from omr.scan.wear.punch_holes import punch_holes
from tests.scan.page_drawings import (
    BLUE,
    PENCIL,
    RED,
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
    read_at,
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


# --- the shadow of the rim

_X, _Y, _RADIUS = 11.0, 108.0, 2.75
_BLACK: Colour = (40, 40, 40)
Floats = NDArray[np.float64]


def _around(page: Picture) -> tuple[tuple[slice, slice], Floats, Floats]:
    """Return the window of a page around a hole, and how far its pixels are from the middle."""
    rows, columns = (np.arange(round((at - 8) * SCALE), round((at + 8) * SCALE)) for at in (_Y, _X))
    ys, xs = np.meshgrid((rows + 0.5) / SCALE - _Y, (columns + 0.5) / SCALE - _X, indexing="ij")
    return (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)), xs, ys


def _disc(x: Floats, y: Floats, radius: float = _RADIUS) -> Floats:
    return np.clip((radius - np.hypot(x, y)) * SCALE + 0.5, 0, 1)


def _blurred(share: Floats, by_mm: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(share, (0, 0), by_mm * SCALE), np.float64)


def _darken(page: Picture, share: Floats, colour: Colour = (0, 0, 0)) -> None:
    """Take a share of the paper's brightness, or lay so much of a colour over it."""
    area, _, _ = _around(page)
    cover = share[:, :, None]
    page[area] = np.clip(page[area] * (1 - cover) + np.array(colour) * cover, 0, 255)


def _shaded_hole(
    page: Picture, lid: float = 0.0, depth: float = 0.35, aside: float = 0.9, soft: float = 0.4
) -> None:
    """Punch a hole over a lid some way off: its rim throws its shadow, moved aside and soft."""
    _, x, y = _around(page)
    lit = _blurred(_disc(x - 0.8 * aside, y - 0.6 * aside), soft)
    _darken(page, _blurred(_disc(x, y) * np.clip(lid + depth * (1 - lit), 0, 1), 0.1))


@pytest.mark.parametrize("lid", [0.0, 0.18])
@pytest.mark.parametrize(("aside", "soft"), [(0.9, 0.4), (1.4, 0.55), (2.0, 0.8)])
def test_a_hole_with_the_shadow_of_its_rim_is_no_annotation(
    lid: float, aside: float, soft: float
) -> None:
    page = voted_page()
    _shaded_hole(page, lid, aside=aside, soft=soft)
    assert plain(read(page))


def test_a_shaded_hole_is_known_on_a_lid_brighter_than_paper() -> None:
    page = voted_page()
    _shaded_hole(page, lid=-0.15, depth=0.45, aside=1.4, soft=0.55)
    assert plain(read(page))


def test_a_shadow_far_in_from_the_edges_is_no_hole() -> None:
    page = voted_page()
    _shaded_hole(page)
    here, _, _ = _around(page)
    rows = slice(round(244 * SCALE), round(244 * SCALE) + here[0].stop - here[0].start)
    columns = slice(round(72 * SCALE), round(72 * SCALE) + here[1].stop - here[1].start)
    there = voted_page()
    there[rows, columns] = page[here]
    assert ("annotation", None) in codes(read(there))


@pytest.mark.parametrize("colour", [BLUE, RED, _BLACK, PENCIL])
@pytest.mark.parametrize("lid", [0.0, 0.18])
def test_a_stroke_in_or_across_a_shaded_hole_is_an_annotation(colour: Colour, lid: float) -> None:
    for points in ([(8.4, 110.0), (13.4, 106.5)], [(9.0, 107.0), (12.8, 112.5)]):
        page = voted_page()
        _shaded_hole(page, lid)
        stroke(page, points, 0.4, colour)
        assert ("annotation", None) in codes(read(page))


@pytest.mark.parametrize("colour", [(150, 60, 30), (70, 60, 220), (60, 140, 40)])
def test_a_crescent_with_a_colour_of_its_own_is_an_annotation(colour: Colour) -> None:
    page = voted_page()
    _, x, y = _around(page)
    lit = _blurred(_disc(x - 0.72, y - 0.54), 0.4)
    _darken(page, _blurred(_disc(x, y) * 0.6 * (1 - lit), 0.1), colour)
    assert ("annotation", None) in codes(read(page))


@pytest.mark.parametrize("tone", [0.35, 0.45, 0.85])
@pytest.mark.parametrize("soft", [0.08, 0.15, 0.2])
def test_a_crescent_as_sharp_or_as_soft_on_both_sides_is_an_annotation(
    tone: float, soft: float
) -> None:
    page = voted_page()
    _, x, y = _around(page)
    crescent = _disc(x, y) * (1 - _disc(x - 1.1, y - 0.84))
    _darken(page, tone * _blurred(crescent, soft))
    assert ("annotation", None) in codes(read(page))


@pytest.mark.parametrize("tone", [0.35, 0.45])
@pytest.mark.parametrize(("fade", "span"), [(0.7, 1.6), (1.0, 1.05), (1.0, 1.6)])
@pytest.mark.parametrize("tapers", [False, True])
def test_a_pencils_side_that_fades_inwards_from_a_true_arc_is_an_annotation(
    tone: float, fade: float, span: float, tapers: bool
) -> None:
    page = voted_page()
    _, x, y = _around(page)
    away = np.abs(np.angle((x + 1j * y) * np.exp(2.4j))) / span
    weight = np.sqrt(np.cos(np.clip(away, 0, 1) * np.pi / 2)) if tapers else away < 1
    inwards = np.clip(_RADIUS - np.hypot(x, y), 0, None)
    side = np.where(np.hypot(x, y) < _RADIUS, np.exp(-((inwards / fade) ** 2)), 0) * weight
    _darken(page, tone * _blurred(side, 0.1))
    assert ("annotation", None) in codes(read(page))


@pytest.mark.parametrize("lid", [0.0, 0.18])
def test_a_crescent_whose_rim_is_as_round_as_a_hand_draws_is_an_annotation(lid: float) -> None:
    page = voted_page()
    _, x, y = _around(page)
    bent = 1 + 0.04 * np.sin(3 * np.arctan2(y, x) + 1)
    lit = _blurred(_disc((x - 0.72) / bent, (y - 0.54) / bent), 0.4)
    _darken(page, _blurred(_disc(x / bent, y / bent) * (lid + 0.35 * (1 - lit)), 0.1))
    assert ("annotation", None) in codes(read(page))


@pytest.mark.parametrize("colour", [BLUE, RED, _BLACK, PENCIL])
@pytest.mark.parametrize("width", [0.3, 0.5, 0.7])
def test_letters_of_a_holes_size_are_annotations(colour: Colour, width: float) -> None:
    turns = np.linspace(0.7, 5.6, 40)
    for narrow in (0.72, 0.8):
        page = voted_page()
        letter = [(_X + narrow * 2.6 * np.cos(t), _Y + 2.6 * np.sin(t)) for t in turns]
        stroke(page, letter, width, colour)
        assert ("annotation", None) in codes(read(page))


@pytest.mark.parametrize("tone", [110, 80])
def test_a_disc_shaded_ever_more_lightly_with_a_pencil_is_an_annotation(tone: int) -> None:
    page = voted_page()
    for k, down in enumerate(np.arange(-2.6, 2.61, 0.7).tolist()):
        half = float(np.sqrt(_RADIUS**2 - down**2))
        grey = 255 - round(tone * (1.1 - 0.05 * k))
        way = [(_X - half, _Y + down), (_X + half, _Y + down + 0.3)]
        stroke(page, way[:: 1 - 2 * (k % 2)], 0.5, (grey, grey, grey))
    assert ("annotation", None) in codes(read(page))


@pytest.mark.parametrize("size_mm", [3.6, 5.2])
def test_a_blot_that_was_scribbled_near_an_edge_is_no_hole(size_mm: float) -> None:
    page = voted_page()
    half = size_mm / 2
    for k, y in enumerate(np.arange(-half, half, 0.45).tolist()):
        way = [(124 - half, 14 + y), (124 + half + 0.2 * (k % 3), 14 + y + 0.3)]
        stroke(page, way, 0.6, (60, 40, 40))
    assert codes(read(page)) == [("annotation", None)]


@pytest.mark.parametrize("turned", [1.2 * np.pi, 2 * np.pi])
@pytest.mark.parametrize("colour", [BLUE, RED, PENCIL])
def test_an_o_or_a_c_near_an_edge_is_no_hole(turned: float, colour: Colour) -> None:
    page = voted_page()
    turns = np.linspace(0.3, 0.3 + turned, 40)
    # A hand that draws round wavers by a tenth of a millimetre and more.
    radii = 2.75 + 0.16 * np.sin(2 * turns) + 0.08 * np.sin(3 * turns)
    arc = [
        (12 + r * float(np.cos(t)), 108 + r * float(np.sin(t)))
        for t, r in zip(turns, radii, strict=True)
    ]
    stroke(page, arc, 0.5, colour)
    assert codes(read(page)) == [("annotation", None)]


@pytest.mark.parametrize("wide", [1.0, 1.25])
def test_the_rim_of_a_hole_over_a_bright_lid_is_seen_in_pieces(wide: float) -> None:
    page = np.asarray(voted_page() * np.float32(0.93), np.uint8)
    for y_mm in (108.0, 188.0):
        centre = (round(11 * SCALE), round(y_mm * SCALE))
        axes = (round(2.6 * wide * SCALE), round(2.6 * SCALE))
        cv2.ellipse(page, centre, axes, 0, 0, 360, (252,) * 3, -1, cv2.LINE_AA)
        for first in (10, 75, 140, 205, 270):
            cv2.ellipse(page, centre, axes, 0, first, first + 52, (150,) * 3, 3, cv2.LINE_AA)
    # What is no circle was drawn by hand.
    assert plain(read_at(page, 200)) == (wide == 1.0)


@pytest.mark.parametrize("colour", [BLUE, (150, 150, 150)])
@pytest.mark.parametrize(
    "ends",
    [[(12.2, 111.6), (14.5, 110.2)], [(13.9, 109.9), (15.2, 111.9)], [(7.2, 104.2), (8.6, 105.2)]],
)
def test_a_stroke_at_the_rim_of_a_hole_asks(
    ends: list[tuple[float, float]], colour: Colour
) -> None:
    page = np.asarray(voted_page() * np.float32(0.93), np.uint8)
    centre, radius = (round(11 * SCALE), round(108 * SCALE)), round(2.6 * SCALE)
    cv2.circle(page, centre, radius, (252,) * 3, -1, cv2.LINE_AA)
    for first in (10, 75, 140, 205, 270):
        cv2.ellipse(page, centre, (radius, radius), 0, first, first + 52, (150,) * 3, 3)
    stroke(page, ends, 0.35, colour)
    assert not plain(read_at(page, 200))

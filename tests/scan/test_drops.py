"""Rims of dried drops against what is drawn round: darker paper up to the rim, or ink."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.scan.page_drawings import (
    BLUE,
    PENCIL,
    RED,
    SCALE,
    Colour,
    Picture,
    codes,
    plain,
    read,
    stroke,
    voted_page,
)

Floats = NDArray[np.float32]
Points = list[tuple[float, float]]

# Open paper between the heading and the code, and at the left edge.
_X, _Y = 122.0, 20.5
_EDGE, _DOWN = 1.0, 150.0
# What coffee takes of blue, green and red.
_TAKES = np.array([1.0, 0.62, 0.36], np.float32)
_SOFT_PENCIL: Colour = (135, 135, 135)
_PALE_PENCIL: Colour = (185, 185, 185)


def _outline(x: float, y: float, radius: float, wavy: float = 0.05) -> Points:
    turns = np.linspace(0, 2 * np.pi, 200)
    away = radius * (1 + wavy * np.sin(2 * turns + 1) + wavy / 2 * np.sin(5 * turns))
    return list(zip(x + away * np.cos(turns), y + away * np.sin(turns), strict=True))


def _at(points: Points) -> NDArray[np.int32]:
    return np.rint(np.array(points) * SCALE * 16).astype(np.int32)


def _drop(
    page: Picture, outline: Points, inside: float = 0.12, rim: float = 0.4, broken: bool = False
) -> Picture:
    """Let a drop dry upon a page: a wet place that stays darker, and its rim."""
    wet: Floats = np.zeros(page.shape[:2], np.float32)
    line = wet.copy()
    cv2.fillPoly(wet, [_at(outline)], (inside,), cv2.LINE_AA, 4)
    parts = (outline[:60], outline[80:150], outline[165:]) if broken else (outline,)
    for part in parts:
        cv2.polylines(line, [_at(part)], False, (rim,), round(0.5 * SCALE), cv2.LINE_AA, 4)
    share = np.asarray(cv2.GaussianBlur(wet + line, (0, 0), 0.12 * SCALE), np.float32)
    return np.asarray(page * (1 - share[:, :, None] * _TAKES), np.uint8)


def _scanned(page: Picture, grey: bool) -> Picture:
    """Add grain, and leave out the colour."""
    noisy = np.clip(page * np.float32(0.96) + _grain(page.shape), 0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(noisy, cv2.COLOR_BGR2GRAY), np.uint8) if grey else noisy


@lru_cache(maxsize=1)
def _grain(shape: tuple[int, ...]) -> Floats:
    return np.random.default_rng(1).normal(0, 3, shape).astype(np.float32)


def _drawn(page: Picture, points: Points, width: float, colour: Colour) -> Picture:
    """Draw over what is there already; both are seen."""
    layer = np.full_like(page, 255)
    stroke(layer, points, width, colour)
    return np.asarray(page.astype(np.float32) * layer / 255, np.uint8)


def _asked(page: Picture, grey: bool = False) -> bool:
    return ("annotation", None) in codes(read(_scanned(page, grey)))


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("radius", [2.2, 4.0, 7.5])
def test_the_rim_of_a_drop_is_no_annotation(radius: float, grey: bool) -> None:
    page = _drop(voted_page(), _outline(_X, _Y, radius), rim=0.45)
    assert plain(read(_scanned(page, grey)))


@pytest.mark.parametrize("grey", [False, True])
def test_a_rim_alone_is_an_annotation(grey: bool) -> None:
    """So it is the wet paper inside that explains a drop."""
    page = _drop(voted_page(), _outline(_X, _Y, 5.0), inside=0.0, rim=0.65)
    assert _asked(page, grey)


@pytest.mark.parametrize("grey", [False, True])
def test_a_drop_may_be_cut_by_the_edge_of_the_sheet(grey: bool) -> None:
    page = _drop(voted_page(), _outline(_EDGE, _DOWN, 5.0), rim=0.45)
    assert plain(read(_scanned(page, grey)))


@pytest.mark.parametrize("grey", [False, True])
def test_a_drop_may_be_out_of_shape_and_its_rim_broken(grey: bool) -> None:
    page = _drop(voted_page(), _outline(_X, _Y, 5.0, wavy=0.12), rim=0.45, broken=True)
    assert plain(read(_scanned(page, grey)))


@pytest.mark.parametrize("paper", [(205, 232, 246), (178, 180, 182)])
def test_a_drop_dries_on_yellow_and_on_grey_paper(paper: Colour) -> None:
    page = _drop(voted_page(), _outline(_X, _Y, 5.0), rim=0.5)
    tinted = np.asarray(page * (np.array(paper, np.float32) / 255), np.uint8)
    assert plain(read(_scanned(tinted, grey=False)))


def test_a_drop_may_dry_over_print() -> None:
    page = _drop(voted_page(), _outline(_X, 26.0, 6.5), rim=0.5)
    assert plain(read(_scanned(page, grey=False)))


@pytest.mark.parametrize("colour", [BLUE, RED, _SOFT_PENCIL, PENCIL, _PALE_PENCIL])
@pytest.mark.parametrize("grey", [False, True])
def test_a_ring_that_somebody_drew_is_an_annotation(colour: Colour, grey: bool) -> None:
    assert _asked(_drawn(voted_page(), _outline(_X, _Y, 5.0), 0.5, colour), grey)
    # A broad tint beneath and around it makes it no drop.
    tinted = _drop(voted_page(), _outline(_X, _Y + 3, 16.0), inside=0.1, rim=0.0)
    assert _asked(_drawn(tinted, _outline(_X, _Y, 5.0), 0.5, colour), grey)


@pytest.mark.parametrize("colour", [BLUE, RED, _SOFT_PENCIL, PENCIL])
@pytest.mark.parametrize("grey", [False, True])
def test_a_ring_around_a_drop_is_an_annotation(colour: Colour, grey: bool) -> None:
    page = _drop(voted_page(), _outline(_X, _Y, 3.5))
    assert _asked(_drawn(page, _outline(_X, _Y, 5.0), 0.4, colour), grey)


@pytest.mark.parametrize("colour", [_SOFT_PENCIL, PENCIL])
@pytest.mark.parametrize("grey", [False, True])
def test_a_ring_that_is_shaded_with_a_pencil_is_an_annotation(colour: Colour, grey: bool) -> None:
    page = _drawn(voted_page(), _outline(_X, _Y, 5.0, wavy=0.0), 0.5, colour)
    for off in np.arange(-4.6, 4.7, 0.7):
        half = float(np.sqrt(25 - off**2)) - 0.2
        page = _drawn(page, [(_X + off, _Y - half), (_X + off, _Y + half)], 0.4, (200, 200, 200))
    assert _asked(page, grey)


@pytest.mark.parametrize("colour", [BLUE, RED, _SOFT_PENCIL, PENCIL])
@pytest.mark.parametrize("grey", [False, True])
def test_what_is_written_in_a_drop_is_an_annotation(colour: Colour, grey: bool) -> None:
    page = _drop(voted_page(), _outline(_X, _Y, 7.0))
    word = [(_X - 3 + 0.1 * k, _Y + 1.2 * float(np.sin(0.4 * k))) for k in range(60)]
    assert _asked(_drawn(page, word, 0.4, colour), grey)


@pytest.mark.parametrize("colour", [BLUE, RED, _SOFT_PENCIL, PENCIL])
@pytest.mark.parametrize("grey", [False, True])
def test_a_stroke_across_a_drop_is_an_annotation(colour: Colour, grey: bool) -> None:
    page = _drop(voted_page(), _outline(_X, _Y, 4.5))
    assert _asked(_drawn(page, [(_X - 6.5, _Y - 1), (_X - 2.5, _Y + 1)], 0.4, colour), grey)


@pytest.mark.parametrize("colour", [BLUE, RED, _SOFT_PENCIL, PENCIL, _PALE_PENCIL])
@pytest.mark.parametrize("grey", [False, True])
def test_a_stroke_along_the_rim_of_a_drop_is_an_annotation(colour: Colour, grey: bool) -> None:
    outline = _outline(_X, _Y, 6.0)
    page = _drop(voted_page(), outline)
    assert _asked(_drawn(page, outline[30:60], 0.5, colour), grey)


@pytest.mark.parametrize("colour", [BLUE, RED, _SOFT_PENCIL, PENCIL])
def test_a_line_drawn_along_all_of_a_rim_is_an_annotation_in_colour(colour: Colour) -> None:
    page = _drop(voted_page(), _outline(_X, _Y, 4.5), rim=0.2)
    assert _asked(_drawn(page, _outline(_X, _Y, 4.8), 0.3, colour))

"""Two holes of a punch whose rims throw sharp shadows, and arcs that a pen drew."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.scan.page_drawings import (
    SCALE,
    Picture,
    codes,
    plain,
    read,
    stroke,
    voted_page,
)

FINE = 4


def _hole(page: Picture, x: float, y: float, shade: int, aside_mm: float = 0.45) -> None:
    """Punch a hole over a white lid: the rim's shadow is the same circle moved aside."""
    reach, radius = 6.0, 2.8
    left, top = round((x - reach) * SCALE), round((y - reach) * SCALE)
    size = round(2 * reach * SCALE)
    middle = (x * SCALE - left) * FINE, (y * SCALE - top) * FINE
    moved = middle[0] - aside_mm * SCALE * FINE * 0.8, middle[1] - aside_mm * SCALE * FINE * 0.6
    disc, light = (
        cv2.circle(
            np.zeros((size * FINE, size * FINE), np.uint8),
            (round(at[0]), round(at[1])), round(radius * SCALE * FINE), (255,), -1,
        )
        for at in (middle, moved)
    )  # fmt: skip
    shadow = cv2.resize(disc & ~light, (size, size), interpolation=cv2.INTER_AREA) / 255.0
    part = page[top : top + size, left : left + size]
    part[:] = np.rint(part - (255 - shade) * shadow[..., None]).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("shade", [110, 160, 200])
@pytest.mark.parametrize("apart_mm", [80.0, 82.5])
def test_two_crescents_of_a_punch_are_holes(shade: int, apart_mm: float) -> None:
    page = voted_page()
    for y in (86.0, 86.0 + apart_mm):
        _hole(page, 9.0, y, shade)
    assert plain(read(page))


def test_one_crescent_alone_is_for_people() -> None:
    page = voted_page()
    _hole(page, 9.0, 86.0, 120)
    assert codes(read(page)) == [("annotation", None)]


def test_crescents_that_are_no_pair_are_for_people() -> None:
    page = voted_page()
    for y in (86.0, 130.0):
        _hole(page, 9.0, y, 120)
    assert ("annotation", None) in codes(read(page))


def test_writing_in_a_hole_is_put_before_people() -> None:
    page = voted_page()
    for y in (86.0, 166.0):
        _hole(page, 9.0, y, 150)
    stroke(page, [(8.0, 85.0), (9.5, 87.0), (10.5, 84.6)], 0.4)
    assert ("annotation", None) in codes(read(page))


@pytest.mark.parametrize("span", [130, 190, 250])
def test_arcs_of_a_pen_are_for_people(span: int) -> None:
    page = voted_page()
    turns = np.radians(np.linspace(-span / 2, span / 2, 60))
    rng = np.random.default_rng(span)
    for y in (86.0, 166.0):
        radius = 2.8 * (1 + 0.05 * np.cos(2 * turns + rng.uniform(0, 6)))
        arc = list(zip(9 + radius * np.cos(turns), y + radius * np.sin(turns), strict=True))
        stroke(page, [(float(a), float(b)) for a, b in arc], 0.5, (100, 100, 100))
    assert ("annotation", None) in codes(read(page))

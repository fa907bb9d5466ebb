"""Rust of paperclips against what is drawn at the edge: two true sides and a true bow, or ink."""

from __future__ import annotations

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

# Open paper at the upper edge, between the heading and the code.
_X, _DEEP = 122.0, 15.0


def _clip(page: Picture, x: float = _X, deep: float = _DEEP, radius: float = 3.2) -> Picture:
    """Leave the rust of a clip's two bows upon a page: pale, soft, uneven along its way."""
    share: NDArray[np.float32] = np.zeros(page.shape[:2], np.float32)
    for inner, end in ((0.0, deep), (1.4, deep - 5.0)):
        r = radius - inner
        around = np.linspace(0, np.pi, 40)
        points = [
            (x + r, -2.0),
            *((x + r * np.cos(a), end + r * np.sin(a)) for a in around),
            (x - r, -2.0),
        ]
        at = np.rint(np.array(points) * SCALE * 16).astype(np.int32)
        cv2.polylines(share, [at], False, (0.5,), round(0.5 * SCALE), cv2.LINE_AA, 4)
    share = np.asarray(cv2.GaussianBlur(share, (0, 0), 0.28 * SCALE), np.float32)
    rows = np.arange(len(share))[:, None] / SCALE
    share *= 0.8 + 0.2 * np.sin(rows / 2.5)
    brown = np.array([1.0, 0.85, 0.7], np.float32)
    return np.asarray(page * (1 - share[:, :, None] * brown), np.uint8)


def _u(page: Picture, colour: Colour, bend: float) -> None:
    """Draw a U from the edge by hand: its sides bend and its bow is no circle."""
    t = np.linspace(0, 1, 30)
    left = [(_X - 3.2 + bend * np.sin(3.1 * v), 14.0 * v) for v in t]
    bow = [(_X - 3.2 * np.cos(np.pi * v), 14 + (2.0 + bend) * np.sin(np.pi * v)) for v in t]
    right = [(_X + 3.2 - bend * np.sin(3.1 * v), 14.0 * (1 - v)) for v in t]
    stroke(page, [*left, *bow, *right], 0.5, colour)


def test_the_rust_of_a_clip_is_no_annotation() -> None:
    page = _clip(voted_page())
    assert int(255 - page[round(10 * SCALE)].min()) > 60, "dark enough to be taken for ink"
    assert plain(read(page))


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_clip_may_sit_on_any_edge(turns: int) -> None:
    page = voted_page()
    long_, short = page.shape[0] / SCALE, page.shape[1] / SCALE
    # Open paper at the left, the lower and the right edge, seen with that edge above.
    x = {1: long_ - 190.0, 2: short - 150.0, 3: 190.0}[turns]
    seen = np.ascontiguousarray(np.rot90(page, -turns))
    seen = _clip(seen, x, deep=12.5)
    assert plain(read(np.ascontiguousarray(np.rot90(seen, turns))))


@pytest.mark.parametrize("colour", [BLUE, RED, PENCIL])
@pytest.mark.parametrize("bend", [0.4, 0.8])
def test_a_u_drawn_at_the_edge_is_an_annotation(colour: Colour, bend: float) -> None:
    page = voted_page()
    _u(page, colour, bend)
    assert ("annotation", None) in codes(read(page))


@pytest.mark.parametrize("colour", [BLUE, PENCIL])
def test_lines_in_from_the_edge_without_a_bow_are_annotations(colour: Colour) -> None:
    page = voted_page()
    for x in (_X - 3.2, _X + 3.2):
        stroke(page, [(x, 0.0), (x, 16.0)], 0.5, colour)
    assert ("annotation", None) in codes(read(page))


@pytest.mark.parametrize("colour", [BLUE, RED, PENCIL])
def test_a_stroke_within_a_clip_or_over_its_wire_is_an_annotation(colour: Colour) -> None:
    page = voted_page()
    stroke(page, [(_X - 1.0, 6.0), (_X + 6.5, 9.0)], 0.5, colour)
    assert ("annotation", None) in codes(read(_clip(page)))


@pytest.mark.parametrize("colour", [BLUE, RED])
def test_a_pen_along_the_wire_of_a_clip_is_an_annotation(colour: Colour) -> None:
    page = voted_page()
    stroke(page, [(_X - 3.2, 5.0), (_X - 3.2, 13.0)], 0.4, colour)
    assert ("annotation", None) in codes(read(_clip(page)))

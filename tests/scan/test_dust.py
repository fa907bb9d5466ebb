"""Specks all over a page, and the broken strokes and dots that are no dust."""

from __future__ import annotations

import numpy as np

from tests.scan.page_drawings import Picture, codes, plain, read, spot, stroke, voted_page

_BLACK = (20, 20, 20)
# Open paper below the table.
_X, _Y = 60.0, 262.0


def _dusty(page: Picture) -> Picture:
    rng = np.random.default_rng(4)
    for x in np.arange(8.0, 205.0, 22.0):
        for y in np.arange(8.0, 290.0, 22.0):
            spot(page, x + rng.uniform(-3, 3), y + rng.uniform(-3, 3), rng.uniform(0.12, 0.25))
    return page


def _met(page: Picture) -> Picture:
    """Let three specks lie close to each other, the first of them large."""
    for dx, dy, radius in ((0.0, 0.0, 0.42), (1.6, -0.5, 0.15), (3.0, 0.4, 0.15)):
        spot(page, _X + dx, _Y + dy, radius)
    return page


def test_specks_that_met_on_a_dusty_page_are_dust() -> None:
    assert plain(read(_met(_dusty(voted_page()))))


def test_the_same_specks_on_a_clean_page_are_asked_about() -> None:
    assert ("annotation", None) in codes(read(_met(voted_page())))


def test_a_stroke_in_pieces_on_a_dusty_page_is_found() -> None:
    page = _dusty(voted_page())
    for k in range(5):
        stroke(page, [(_X + k, _Y + 0.3 * k), (_X + k + 0.6, _Y + 0.3 * k + 0.2)], 0.35, _BLACK)
    assert ("annotation", None) in codes(read(page))


def test_a_short_stroke_beside_a_speck_on_a_dusty_page_is_found() -> None:
    page = _met(_dusty(voted_page()))
    stroke(page, [(_X + 1, _Y + 1.5), (_X + 3.0, _Y + 2.6)], 0.4, _BLACK)
    assert ("annotation", None) in codes(read(page))

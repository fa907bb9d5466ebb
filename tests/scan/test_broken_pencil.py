"""Pencil that breaks on rough paper, in one box more than in the others, and what was erased."""

from __future__ import annotations

import numpy as np
import pytest

from omr.geometry import Rect
from omr.scan.reading import PageReading
from tests.scan.page_drawings import (
    LINES,
    PENCIL,
    Colour,
    Picture,
    blank_page,
    box_of,
    cross,
    marked,
    note,
    read_at,
    state,
    stroke,
)

TRACE: Colour = (215, 215, 215)


def _dashes(page: Picture, box: Rect, dash_mm: float, gap_mm: float, colour: Colour) -> None:
    """Draw a cross in dashes; nothing where its legs cross."""
    inner = box.grown(-1.2)
    for left, right in ((inner.x, inner.right), (inner.right, inner.x)):
        start, end = np.array([left, inner.y]), np.array([right, inner.bottom])
        length = float(np.hypot(*(end - start)))
        for at in np.arange(0.4, length - dash_mm, dash_mm + gap_mm):
            if abs(at + dash_mm / 2 - length / 2) > 0.9:
                ends = (start + (end - start) * (mm / length) for mm in (at, at + dash_mm))
                stroke(page, [(float(x), float(y)) for x, y in ends], 0.4, colour)


def _scan(broken: Colour, also: Colour | None = None) -> PageReading:
    """Read crosses of a pencil of which one fell to pieces, upon the trace that it left."""
    page = blank_page()
    for contest in LINES:
        box = box_of(contest, "high")
        if contest == "c2":
            cross(page, box.grown(0.3), TRACE, 0.4)
            _dashes(page, box, 0.9, 0.8, broken)
        else:
            _dashes(page, box, 3.2, 0.5, PENCIL)
    if also is not None:
        cross(page, box_of("c2", "low"), also)
    return read_at(page, 200)


def test_a_mark_that_fell_to_pieces_is_one_where_the_others_are_alike() -> None:
    reading = _scan(PENCIL)
    assert marked(reading) == {contest: ["high"] for contest in LINES}
    assert note(reading, "c2", "high") == "broken stroke"


@pytest.mark.parametrize("colour", [(172, 172, 172), (185, 185, 185)])
def test_the_paler_pieces_of_an_erased_mark_ask(colour: Colour) -> None:
    assert state(_scan(colour), "c2", "high") == "uncertain"


def test_a_broken_mark_beside_another_asks() -> None:
    assert state(_scan(PENCIL, PENCIL), "c2", "high") == "uncertain"

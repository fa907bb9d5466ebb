"""A staple's wire anywhere on the sheet, with the shadow along it, and pens that are none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.scan.page_drawings import (
    BLUE,
    PENCIL,
    SCALE,
    Colour,
    Picture,
    codes,
    plain,
    read,
    stroke,
    voted_page,
)

Floats = NDArray[np.float64]
Ends = tuple[float, float, float, float]

# Beside the title, between the table and the notes below it, in a margin.
PLACES: list[Ends] = [
    (150.0, 54.0, 161.0, 57.5),
    (95.0, 262.0, 104.5, 262.3),
    (11.0, 90.0, 12, 101),
]


def _around(page: Picture, ends: Ends) -> Picture:
    """Return the page where a line lies and 4 mm around."""
    x0, y0, x1, y1 = ends
    left, right, top, bottom = (
        round(v * SCALE)
        for v in (min(x0, x1) - 4, max(x0, x1) + 4, min(y0, y1) - 4, max(y0, y1) + 4)
    )
    return page[top:bottom, left:right]


def _along(part: Picture, ends: Ends) -> tuple[Floats, Floats, float]:
    """Return how far along and aside of a line each pixel around lies, and its length, in mm."""
    x0, y0, x1, y1 = ends
    length = float(np.hypot(x1 - x0, y1 - y0))
    ys, xs = np.indices(part.shape[:2]) / SCALE
    xs, ys = xs + min(x0, x1) - 4, ys + min(y0, y1) - 4
    along = ((xs - x0) * (x1 - x0) + (ys - y0) * (y1 - y0)) / length
    aside = ((ys - y0) * (x1 - x0) - (xs - x0) * (y1 - y0)) / length
    return along, aside, length


def _below(x: Floats, edge: float, soft: float) -> Floats:
    """Return 1 below an edge, 0 above it, and what lies between around it."""
    return np.asarray(0.5 - 0.5 * np.tanh((x - edge) / (2 * soft)))


def _dimmed(page: Picture, light: Floats) -> None:
    page[:] = np.rint(page * light[..., None]).astype(np.uint8)


def _wire(page: Picture, ends: Ends, aside_mm: float, tones: list[float]) -> None:
    """Draw a wire whose gleam comes and goes along it, with a soft shadow to one side."""
    page = _around(page, ends)
    along, aside, length = _along(page, ends)
    beyond = np.hypot(np.clip(along, 0, length) - along, aside - aside_mm)
    _dimmed(page, 1 - 0.3 * _below(beyond, 0.75, 0.12))
    steel = np.interp(along, np.linspace(0, length, len(tones)), tones)
    round_ = np.hypot(np.clip(along, 0, length) - along, aside)
    share = np.clip((0.3 - round_) * SCALE + 0.5, 0, 1)[..., None]
    page[:] = np.rint(page * (1 - share) + steel[..., None] * share).astype(np.uint8)
    page[:] = cv2.GaussianBlur(page, (0, 0), 0.8)


@pytest.mark.parametrize("ends", PLACES)
@pytest.mark.parametrize("aside_mm", [-0.45, 0.45])
@pytest.mark.parametrize("tones", [[60, 200, 90, 240, 70], [190, 120, 150, 110]])
def test_a_wire_that_gleams_here_and_there_is_told_by_its_shadow(
    ends: Ends, aside_mm: float, tones: list[float]
) -> None:
    page = voted_page()
    _wire(page, ends, aside_mm, tones)
    assert plain(read(page))


@pytest.mark.parametrize("ends", PLACES)
def test_without_its_shadow_such_a_line_is_for_people(ends: Ends) -> None:
    page = voted_page()
    x0, y0, x1, y1 = ends
    for part, tone in ((0.0, 60), (0.35, 110), (0.7, 70)):
        way = [(x0 + (x1 - x0) * t, y0 + (y1 - y0) * t) for t in (part, part + 0.3)]
        stroke(page, way, 0.6, (tone, tone, tone))
    assert codes(read(page)) == [("annotation", None)]


@pytest.mark.parametrize(
    ("colour", "width_mm"), [(BLUE, 0.5), ((35, 35, 35), 0.9), (PENCIL, 0.7), ((60, 60, 60), 1.4)]
)
def test_a_ruled_line_of_a_pen_is_no_wire(colour: Colour, width_mm: float) -> None:
    page = voted_page()
    x0, y0, x1, y1 = PLACES[0]
    stroke(page, [(x0, y0), (x1, y1)], width_mm, colour)
    assert codes(read(page)) == [("annotation", None)]


def test_a_pencil_held_flat_is_no_wire() -> None:
    page = voted_page()
    part = _around(page, PLACES[0])
    along, aside, length = _along(part, PLACES[0])
    grain = np.random.default_rng(5).normal(0.0, 1.0, part.shape[:2])
    grain = cv2.GaussianBlur(grain, (0, 0), 1.2)
    grain /= grain.std()
    within = (along > 0) & (along < length) & (aside > -0.2)
    lead = 0.55 * _below(aside, 0.5, 0.2) * within
    _dimmed(part, 1 - np.clip(lead * (1 + 0.5 * grain), 0, 1))
    assert codes(read(page)) == [("annotation", None)]


def test_a_pen_along_a_soft_shade_is_no_wire() -> None:
    page = voted_page()
    part = _around(page, PLACES[0])
    along, aside, length = _along(part, PLACES[0])
    # A finger smeared the wet line, not evenly.
    uneven = 0.5 + 0.5 * np.sin(along * 2.1)
    smear = 0.3 * uneven * _below(aside, 0.8, 0.15)
    _dimmed(part, 1 - smear * ((along > 0) & (along < length) & (aside > 0)))
    x0, y0, x1, y1 = PLACES[0]
    stroke(page, [(x0, y0), (x1, y1)], 0.5, (30, 30, 30))
    assert codes(read(page)) == [("annotation", None)]


def test_writing_at_a_wire_is_put_before_people() -> None:
    page = voted_page()
    _wire(page, PLACES[0], 0.45, [60, 200, 90, 240, 70])
    stroke(page, [(153, 50), (154, 60), (156, 51), (157, 60)], 0.4)
    assert ("annotation", None) in codes(read(page))

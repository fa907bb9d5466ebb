"""What is faint in a box and goes on beyond it: no mark, unless it may be one."""

from __future__ import annotations

import numpy as np
import pytest

from tests.scan.page_drawings import (
    PENCIL,
    SCALE,
    Picture,
    box_of,
    note,
    placed,
    read,
    slash,
    state,
    stroke,
    voted_page,
)

# Paler than ink counts from, at 22 % of the paper's white.
_FAINT = (216, 216, 216)


def _rim(page: Picture, width_mm: float = 0.9) -> None:
    """Draw the faint rim of a cup through a box and far beyond it."""
    centre = box_of("c2", "low").centre
    turns = np.linspace(-0.9, 0.9, 60)
    way = [(centre.x - 38 + 38 * float(np.cos(t)), centre.y + 38 * float(np.sin(t))) for t in turns]
    stroke(page, way, width_mm, _FAINT)


def test_the_faint_rim_of_a_stain_through_a_box_is_no_mark() -> None:
    page = voted_page()
    _rim(page)
    reading = read(page)
    assert (state(reading, "c2", "low"), note(reading, "c2", "low")) == ("empty", "crease or hair")


def test_a_faint_rim_through_a_box_of_a_line_without_a_mark_is_left_to_people() -> None:
    page = voted_page(but="c2")
    _rim(page)
    assert state(read(page), "c2", "low") == "uncertain"


@pytest.mark.parametrize("tail_mm", [0.0, 2.5, 5.0])
def test_a_very_faint_tick_with_a_tail_is_asked_about(tail_mm: float) -> None:
    page = voted_page()
    box = box_of("c2", "low")
    away = tail_mm / 2**0.5
    way = [(box.x + 2, box.y + 5), (box.x + 4, box.bottom - 1.5), (box.right - 1, box.y + 1)]
    stroke(page, [*way, (box.right - 1 + away, box.y + 1 - away)], 0.6, _FAINT)
    assert state(read(page), "c2", "low") == "uncertain"


def test_a_very_faint_cross_upon_a_faint_rim_is_asked_about() -> None:
    page = voted_page()
    _rim(page)
    box = box_of("c2", "low").grown(-1.5)
    stroke(page, [(box.x, box.y), (box.right, box.bottom)], 0.6, _FAINT)
    stroke(page, [(box.right, box.y), (box.x, box.bottom)], 0.6, _FAINT)
    assert state(read(page), "c2", "low") == "uncertain"


def test_pencil_beside_a_faint_rim_is_asked_about() -> None:
    page = voted_page()
    _rim(page)
    slash(page, box_of("c2", "low"), PENCIL, 0.4)
    assert state(read(page), "c2", "low") in ("marked", "uncertain")


def _long_crease(page: Picture) -> None:
    """Draw a crease with soft edges, straight through the boxes of all lines."""
    x = box_of("c2", "low").centre.x
    top, bottom = box_of("c1", "low").y - 15, box_of("c3", "low").bottom + 15
    for edge_mm, level in ((0.6, 222), (0.12, 150)):
        stroke(page, [(x, top), (x + 1, bottom)], edge_mm, (level, level, level))


def test_the_soft_edge_of_a_crease_is_no_faint_stroke() -> None:
    page = voted_page()
    _long_crease(page)
    assert placed(page).ink.worn.any()
    assert state(read(page), "c2", "low") == "empty"


def test_a_very_faint_stroke_beside_a_crease_is_asked_about() -> None:
    page = voted_page()
    _long_crease(page)
    box = box_of("c2", "low")
    stroke(page, [(box.x + 1, box.y + 2), (box.x + 2.5, box.bottom - 2)], 0.6, _FAINT)
    assert state(read(page), "c2", "low") == "uncertain"


def _tinted_rim(page: Picture) -> None:
    """Draw the rim of a cup with the tint that dried inside it, which is all that is taken off."""
    centre = box_of("c2", "low").centre
    rows, columns = np.indices(page.shape[:2]) / SCALE
    inside = 38.0 - np.hypot(columns - centre.x + 38.0, rows - centre.y)
    depth = 26.0 * ((inside > 0) & (inside < 4.5)) * (1 - inside / 9.0)
    depth += 58.0 * np.exp(-((inside / 0.45) ** 2))
    page[:] = np.clip(page * (1 - depth[:, :, None] / 255), 0, 255).astype(np.uint8)


def test_the_crest_of_a_tint_that_goes_on_beyond_the_box_is_no_mark() -> None:
    page = voted_page()
    _tinted_rim(page)
    reading = read(page)
    assert (state(reading, "c2", "low"), note(reading, "c2", "low")) == ("empty", "crease or hair")


@pytest.mark.parametrize("over_mm", [0.0, 1.5])
def test_a_faint_slash_upon_the_tint_inside_a_rim_is_asked_about(over_mm: float) -> None:
    page = voted_page()
    _tinted_rim(page)
    box = box_of("c2", "low").grown(over_mm - 0.8)
    stroke(page, [(box.x, box.bottom), (box.right, box.y)], 0.5, (190, 190, 190))
    assert state(read(page), "c2", "low") != "empty"


@pytest.mark.parametrize("over_mm", [-1.0, 0.0, 1.5, 3.0])
@pytest.mark.parametrize("colour", [_FAINT, (200, 200, 200)])
def test_a_faint_slash_that_leaves_its_box_on_both_sides_is_asked_about(
    over_mm: float, colour: tuple[int, int, int]
) -> None:
    page = voted_page()
    box = box_of("c2", "low").grown(over_mm)
    stroke(page, [(box.x, box.bottom), (box.right, box.y)], 0.5, colour)
    assert state(read(page), "c2", "low") != "empty"


_PALE = (231, 231, 231)


@pytest.mark.parametrize("width_mm", [0.3, 0.7, 1.2])
@pytest.mark.parametrize("beyond_mm", [-1.0, 0.0, 1.2])
def test_a_single_pale_slash_that_ends_with_the_box_is_asked_about(
    width_mm: float, beyond_mm: float
) -> None:
    page, box = voted_page(), box_of("c2", "low").grown(beyond_mm)
    stroke(page, [(box.x, box.bottom), (box.right, box.y)], width_mm, _PALE)
    assert state(read(page), "c2", "low") == "uncertain"


def test_a_single_pale_dash_is_asked_about() -> None:
    page, box = voted_page(), box_of("c2", "low")
    stroke(page, [(box.x + 1.5, box.y + 4), (box.x + 7, box.y + 4.6)], 0.8, _PALE)
    assert state(read(page), "c2", "low") == "uncertain"


def test_a_pale_slash_of_scraps_is_asked_about() -> None:
    page, box = voted_page(), box_of("c2", "low")
    for start in np.arange(0.8, 8.0, 1.7):
        ends = [(box.x + at, box.bottom - at) for at in (start, start + 0.5)]
        stroke(page, ends, 0.5, (215, 215, 215))
    assert state(read(page), "c2", "low") == "uncertain"


@pytest.mark.parametrize("slant_mm", [0.0, 6.0, 18.0])
def test_a_pale_line_that_goes_on_through_a_box_is_no_mark(slant_mm: float) -> None:
    page, centre = voted_page(), box_of("c2", "low").centre
    ends = [(centre.x - slant_mm, centre.y - 14), (centre.x + slant_mm, centre.y + 14)]
    stroke(page, ends, 0.5, _PALE)
    assert state(read(page), "c2", "low") == "empty"


@pytest.mark.parametrize("gap_mm", [0.6, 1.2])
def test_a_single_pale_slash_that_a_scanner_broke_to_scraps_is_asked_about(gap_mm: float) -> None:
    page, box = voted_page(), box_of("c2", "low").grown(-1.2)
    for at in np.arange(0.0, box.w - 0.7, 0.7 + gap_mm / np.sqrt(2)).tolist():
        stroke(
            page,
            [(box.x + at, box.bottom - at), (box.x + at + 0.6, box.bottom - at - 0.6)],
            0.4,
            (214, 214, 214),
        )
    assert state(read(page), "c2", "low") == "uncertain"

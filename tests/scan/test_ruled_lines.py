"""Lines ruled over the sheet from edge to edge, and the folds and streaks that look like them."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from omr.scan.ink.fold_shade import shade_of_folds
from omr.scan.place.reference import Grey, Mask
from tests.scan.fresh_pages import turned
from tests.scan.page_drawings import (
    BLUE,
    PENCIL,
    RED,
    SCALE,
    Colour,
    Picture,
    box_of,
    codes,
    name_of,
    plain,
    read,
    stroke,
    voted_page,
)

# --- told by what lies beside the line

_MM = 8


def _sheet() -> tuple[Grey, Mask]:
    """Return the darkness of a bare sheet with some grain, and a block of print on it."""
    grain = np.random.default_rng(3).integers(0, 6, (297 * _MM, 210 * _MM)).astype(np.uint8)
    shut = np.zeros(grain.shape, np.bool_)
    shut[140 * _MM : 146 * _MM, 40 * _MM : 80 * _MM] = True
    return grain, shut


def _line(
    darkness: Grey,
    at_mm: float,
    peak: float,
    slopes: Callable[[np.ndarray], np.ndarray] | None = None,
    slant_mm: float = 0.6,
) -> None:
    """Add a line of 0.4 mm from left to right, and what lies beside it as a part of its peak."""
    rows = np.arange(len(darkness))
    for x in range(darkness.shape[1]):
        away = rows / _MM - at_mm - slant_mm * x / darkness.shape[1]
        own = np.where(np.abs(away) <= 0.2, peak, 0.0)
        if slopes is not None:
            own = np.maximum(own, peak * slopes(away))
        darkness[:, x] = np.maximum(darkness[:, x], own.astype(np.uint8))


def _one_sided(away_mm: np.ndarray) -> np.ndarray:
    return np.where(away_mm > 0, 0.15 * np.exp(-np.abs(away_mm) / 7.0), 0.0)


def _two_sided(away_mm: np.ndarray) -> np.ndarray:
    return np.asarray(0.3 * np.exp(-np.abs(away_mm) / 1.2))


@pytest.mark.parametrize("peak", [46.0, 90.0, 220.0])
def test_a_line_with_nothing_beside_it_was_ruled(peak: float) -> None:
    darkness, shut = _sheet()
    _line(darkness, 150.0, peak)
    shade, folds, ruled = shade_of_folds(darkness, shut, _MM)
    assert (shade, folds) == (None, ())
    assert [line.across for line in ruled] == [True]
    assert ruled[0].start_mm == pytest.approx(150.0, abs=1.5)


@pytest.mark.parametrize("peak", [60.0, 120.0, 200.0])
@pytest.mark.parametrize("slopes", [_one_sided, _two_sided])
def test_a_line_between_shaded_slopes_is_a_fold(
    peak: float, slopes: Callable[[np.ndarray], np.ndarray]
) -> None:
    darkness, shut = _sheet()
    _line(darkness, 150.0, peak, slopes)
    shade, folds, ruled = shade_of_folds(darkness, shut, _MM)
    assert shade is not None
    assert (len(folds), ruled) == (1, ())


def test_a_second_ruled_line_is_no_slope_of_the_first() -> None:
    darkness, shut = _sheet()
    _line(darkness, 150.0, 160)
    _line(darkness, 151.4, 160)
    _, folds, ruled = shade_of_folds(darkness, shut, _MM)
    assert (folds, len(ruled)) == ((), 1)


def test_a_ruled_line_on_unevenly_lit_paper_is_no_fold() -> None:
    darkness, shut = _sheet()
    darkness += np.linspace(0, 60, len(darkness)).astype(np.uint8)[:, None]
    _line(darkness, 150.0, 150)
    _, folds, ruled = shade_of_folds(darkness, shut, _MM)
    assert (folds, len(ruled)) == ((), 1)


def test_a_line_along_the_edge_of_the_sheet_is_left_to_what_knows_edges() -> None:
    darkness, shut = _sheet()
    _line(darkness, 1.0, 150, slant_mm=0.0)
    assert shade_of_folds(darkness, shut, _MM)[2] == ()


# --- ruled over a whole ballot

_PENS = [(BLUE, 0.3), (BLUE, 0.7), (RED, 0.5), ((25, 25, 25), 1.4), (PENCIL, 0.9), (PENCIL, 0.4)]


def _found(page: Picture) -> set[str]:
    return {code for code, _ in codes(read(page))} & {"annotation", "name-struck"}


@pytest.mark.parametrize("degrees", [0.0, 0.1, -0.7])
@pytest.mark.parametrize(("colour", "width_mm"), _PENS)
def test_a_line_ruled_through_a_name_from_edge_to_edge_is_found(
    colour: Colour, width_mm: float, degrees: float
) -> None:
    page = voted_page()
    y = name_of("c2").centre.y + 0.3
    stroke(page, [(0.5, y), (209.5, y + 0.3)], width_mm, colour)
    assert _found(turned(page, degrees))


@pytest.mark.parametrize("x_mm", [50.0, 100.0, 0.0])
def test_a_line_ruled_down_the_whole_sheet_is_found(x_mm: float) -> None:
    page = voted_page()
    x = x_mm or box_of("c2", "low").centre.x
    stroke(page, [(x, 0.5), (x + 0.3, 296.5)], 0.4)
    assert _found(page)


def test_lines_ruled_through_all_names_are_found() -> None:
    page = voted_page()
    for contest in ("c1", "c2", "c3"):
        y = name_of(contest).centre.y + 0.3
        stroke(page, [(1, y), (209, y + 0.3)], 0.4)
    assert _found(page)


# --- told by the lid


def _on_lid(page: Picture, side_px: int = 30, tone: int = 235) -> Picture:
    """Lay a page on a lid whose tone has the noise of a scan."""
    height, width = page.shape[:2]
    shape = (height + 2 * side_px, width + 2 * side_px, 3)
    lid = np.random.default_rng(5).integers(tone - 4, tone + 5, shape).astype(np.uint8)
    lid[side_px:-side_px, side_px:-side_px] = page
    return lid


@pytest.mark.parametrize("tone", [235, 30])
def test_a_streak_over_page_and_lid_is_the_scanners(tone: int) -> None:
    scan = _on_lid(voted_page(), tone=tone)
    column = round(50 * SCALE)
    scan[:, column : column + 3] = (scan[:, column : column + 3] * 0.5).astype(np.uint8)
    assert plain(read(scan))


def test_a_still_line_that_ends_where_the_bright_lid_begins_was_ruled() -> None:
    page = voted_page()
    column = round(50 * SCALE)
    page[:, column : column + 4] = np.minimum(page[:, column : column + 4], 90)
    assert _found(_on_lid(page))


@pytest.mark.parametrize("slant_mm", [0.15, 0.4, -0.8])
def test_a_line_that_leaves_its_column_by_a_little_was_ruled(slant_mm: float) -> None:
    page = voted_page()
    stroke(page, [(50.0, 0.0), (50.0 + slant_mm, 297.0)], 0.35, (60, 60, 60))
    assert _found(page)


def _two_levels(page: Picture) -> Picture:
    return np.asarray((cv2.cvtColor(page, cv2.COLOR_BGR2GRAY) > 128) * np.uint8(255), np.uint8)


def _dotted(page: Picture, column: int) -> None:
    """Darken a third of the pixels of a line down the picture, as a dithered streak's, in place."""
    rows = np.random.default_rng(4).random((len(page), 3)) < 0.35
    page[:, column : column + 3][rows] = 0


@pytest.mark.parametrize("degrees", [-1.1, 0.6])
def test_a_dithered_streak_over_a_sheet_that_lies_askew_is_the_scanners(degrees: float) -> None:
    scan = _two_levels(turned(voted_page(), degrees))
    _dotted(scan, round(47 * SCALE))
    assert not {code for code, _ in codes(read(scan))} & {"annotation", "name-struck"}


@pytest.mark.parametrize("degrees", [-1.1, 0.6])
def test_a_dotted_line_down_a_sheet_that_lies_askew_was_ruled(degrees: float) -> None:
    page = voted_page()
    _dotted(page, round(47 * SCALE))
    assert {code for code, _ in codes(read(_two_levels(turned(page, degrees))))}

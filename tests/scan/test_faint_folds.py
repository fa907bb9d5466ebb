"""Folds that hardly show, and what pens draw upon them, beside them and in their manner."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from omr.geometry import Rect
from omr.scan.place.reference import Grey
from omr.scan.wear.faint_folds import lies_on_fold
from tests.scan.page_drawings import (
    SCALE,
    Picture,
    codes,
    placed,
    plain,
    read,
    stroke,
    voted_page,
)

_MM = 8
_X = 118.0
_GRAPHITE = 115


def _paper() -> Grey:
    grain = np.random.default_rng(3).normal(6, 4, (297 * _MM, 210 * _MM))
    return np.asarray(grain.clip(0, 255), np.uint8)


def _line(
    darkness: Grey, points: list[tuple[float, float]], level: int, width_mm: float = 0.15
) -> None:
    """Draw upon what is there, as graphite does upon a fold."""
    layer = np.zeros_like(darkness)
    at = np.rint(np.array(points) * _MM * 16).astype(np.int32)
    cv2.polylines(layer, [at], False, (level,), max(1, round(width_mm * _MM)), cv2.LINE_AA, 4)
    cv2.add(darkness, layer, dst=darkness)


def _fold(darkness: Grey, ends: tuple[float, float] = (0.0, 297.0), slope: float = 0.004) -> None:
    """Draw a fold down the sheet: uneven, flaked off here and there, wandering a little."""
    rng = np.random.default_rng(4)
    for k, y in enumerate(np.arange(*ends, 1.5)):
        x = _X + slope * y + 0.15 * np.sin(0.1 * k)
        level = int(rng.uniform(8, 40)) if k % 7 else 50
        _line(darkness, [(x, y), (x, y + 1.2)], level)


def _dash(y: float = 120.0, long_mm: float = 4.0, slope: float = 0.004) -> Rect:
    """Return the bounds of a find on the fold."""
    return Rect(_X + slope * y - 0.2, y, 0.4, long_mm)


def _found(darkness: Grey, rect: Rect) -> bool:
    return lies_on_fold(rect, darkness, np.zeros(darkness.shape, np.bool_), _MM)


@pytest.mark.parametrize("slope", [-0.02, 0.004, 0.03])
@pytest.mark.parametrize("across", [True, False])
def test_a_dash_of_a_fold_that_goes_on_over_both_edges_is_no_stroke(
    across: bool, slope: float
) -> None:
    darkness = _paper()
    _fold(darkness, slope=slope)
    rect = _dash(slope=slope)
    if across:
        darkness, rect = darkness.T.copy(), Rect(rect.y, rect.x, rect.h, rect.w)
    assert _found(darkness, rect)


@pytest.mark.parametrize("level", [60, 90, 160, 220])
@pytest.mark.parametrize("width_mm", [0.15, 0.3, 0.7])
def test_a_stroke_upon_the_fold_is_darker_than_the_fold(level: int, width_mm: float) -> None:
    darkness = _paper()
    _fold(darkness)
    _line(darkness, [(_X + 0.48, 120), (_X + 0.5, 124)], level, width_mm)
    assert not _found(darkness, _dash())


@pytest.mark.parametrize("aside_mm", [-0.6, 0.5, 1.2])
def test_a_faint_stroke_beside_the_fold_is_none_of_it(aside_mm: float) -> None:
    darkness = _paper()
    _fold(darkness)
    _line(darkness, [(_X + 0.5 + aside_mm, 120), (_X + 0.5 + aside_mm, 124)], 45)
    rect = _dash()
    assert not _found(darkness, Rect(rect.x + aside_mm, rect.y, rect.w, rect.h))


@pytest.mark.parametrize("ends", [(20.0, 280.0), (0.0, 200.0), (60.0, 297.0), (110.0, 140.0)])
def test_a_ruled_line_that_ends_within_the_sheet_is_no_fold(ends: tuple[float, float]) -> None:
    darkness = _paper()
    _fold(darkness, ends)
    assert not _found(darkness, _dash())


def test_a_stroke_on_paper_without_a_fold_is_no_dash_of_one() -> None:
    darkness = _paper()
    _line(darkness, [(_X, 120), (_X, 124)], 40)
    assert not _found(darkness, Rect(_X - 0.2, 120, 0.4, 4))


def _grainy(page: Picture) -> Picture:
    noise = np.random.default_rng(5).normal(0, 3, page.shape)
    return np.asarray((page * 0.95 + 6 + noise).clip(0, 255), dtype=np.uint8)


def _folded(width_mm: float = 0.25) -> Picture:
    """Return a page with a fold down it that shows by a few dashes only."""
    page = voted_page()
    for k, y in enumerate(np.arange(0, 297, 1.5)):
        level = 240 if k % 6 else 190
        ends = [(_at(y), y), (_at(y + 1.2), y + 1.2)]
        stroke(page, ends, width_mm, (level, level, level))
    return page


def _at(y: float) -> float:
    """Return where the fold is at a height: it slants, as no streak of a scanner does."""
    return _X - 0.012 * (y - 257)


def test_a_page_with_a_faint_fold_asks_nothing() -> None:
    page = _folded()
    stroke(page, [(_at(255), 255), (_at(259), 259)], 0.3, (180, 180, 180))
    assert placed(_grainy(page)).ink.folds == ()
    assert plain(read(_grainy(page)))


@pytest.mark.parametrize("level", [_GRAPHITE, 60, 20])
@pytest.mark.parametrize("long_mm", [4.0, 9.0])
def test_a_stroke_along_a_faint_fold_asks(level: int, long_mm: float) -> None:
    page = _folded()
    stroke(
        page, [(_at(255), 255), (_at(255 + long_mm), 255 + long_mm)], 0.35, (level, level, level)
    )
    assert ("annotation", None) in codes(read(_grainy(page)))


def _cracked(level: int) -> Picture:
    """Return a page with a fold down it whose paper cracked unevenly, about as dark as this.

    The slope to its right faces away from the lamp; a line without slopes would be a ruled one.
    """
    page = voted_page()
    fold = np.array([_at(row / SCALE) for row in range(len(page))])
    away = np.arange(page.shape[1])[None, :] / SCALE - fold[:, None]
    light = 1.0 - 0.05 * np.exp(-np.abs(away) / 5.0) * (away > 0)
    page = np.asarray(page * light[..., None], np.uint8)
    random = np.random.default_rng(1)
    for y in np.arange(0.0, 297.0):
        crack = int(np.clip(level + random.normal(0, 18), 60, 250))
        stroke(page, [(_at(y), y), (_at(y + 1), y + 1)], 0.3, (crack, crack, crack))
    return page


@pytest.mark.parametrize("level", [225, 190, 150])
def test_a_cracked_fold_asks_nothing(level: int) -> None:
    page = _cracked(level)
    assert len(placed(page).ink.folds) == 1
    assert plain(read(page))


@pytest.mark.parametrize(("fold", "pen"), [(225, 60), (225, 20), (190, 60), (190, 20), (150, 20)])
@pytest.mark.parametrize("long_mm", [4.0, 9.0])
def test_a_stroke_along_a_cracked_fold_asks(fold: int, pen: int, long_mm: float) -> None:
    page = _cracked(fold)
    stroke(page, [(_at(255), 255), (_at(255 + long_mm), 255 + long_mm)], 0.35, (pen, pen, pen))
    assert ("annotation", None) in codes(read(page))

"""Faint strokes on clean paper, and worn paper that is full of faint lines."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from omr.scan.foreign.faint import faint_strokes
from omr.scan.settings import ReaderSettings
from tests.scan.page_drawings import (
    Picture,
    codes,
    placed,
    plain,
    read,
    stroke,
    voted_page,
)

HARD = (168, 168, 168)
DENT = (238, 238, 238)
BARE = [(40.0, 255.0), (52.0, 262.0), (70.0, 250.0), (90.0, 258.0), (110.0, 264.0)]


def grainy(page: Picture) -> Picture:
    """Return the page with the grain of paper and sensor on it."""
    noise = np.random.default_rng(5).normal(0, 3, page.shape)
    return np.clip(page * 0.95 + 6 + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("width_mm", [0.22, 0.32])
@pytest.mark.parametrize("end", [(5.0, 0.3), (3.0, 3.5), (0.4, 5.0)])
def test_a_hard_pencil_line_on_clean_paper_is_found(
    end: tuple[float, float], width_mm: float
) -> None:
    page = voted_page()
    x, y = BARE[0]
    stroke(page, [(x, y), (x + end[0], y + end[1])], width_mm, HARD)
    assert [code for code, _ in codes(read(grainy(page)))] == ["annotation"]


def test_clean_paper_asks_nothing() -> None:
    assert plain(read(grainy(voted_page())))


def test_dents_of_writing_on_another_sheet_are_left_alone() -> None:
    page = voted_page()
    for x, y in BARE[:2]:
        stroke(page, [(x, y), (x + 2, y + 3), (x + 4, y)], 0.4, DENT)
    assert plain(read(grainy(page)))


def test_many_faint_lines_are_wear() -> None:
    page = voted_page()
    for k, (x, y) in enumerate(BARE):
        stroke(page, [(x, y), (x + 5, y + 1 + 0.3 * k)], 0.25, HARD)
    trace = placed(grainy(page))
    explained = np.zeros(trace.ink.ink.shape, np.bool_)
    found = faint_strokes(trace.flat, trace.reference, trace.ink, explained, ReaderSettings())
    assert list(found) == []


def test_a_soft_stain_is_no_stroke() -> None:
    page = voted_page()
    layer = np.zeros(page.shape[:2], np.uint8)
    cv2.circle(layer, (900, 3050), 60, (60,), -1, cv2.LINE_AA)
    shade = cv2.GaussianBlur(layer, (0, 0), 12)
    stained = cv2.subtract(page, np.dstack([shade] * 3))
    assert plain(read(grainy(np.asarray(stained, dtype=np.uint8))))


def _scraps(page: Picture, places: list[tuple[float, float]]) -> None:
    """Leave short pieces of a hard pencil, as of letters that hardly took."""
    for k, (x, y) in enumerate(places):
        stroke(page, [(x, y), (x + (0.5 if k % 2 else 0.2), y + 1.7)], 0.25, HARD)


def test_a_word_of_which_scraps_show_is_found() -> None:
    page = voted_page()
    x, y = BARE[0]
    _scraps(page, [(x + 1.9 * k, y + 0.4 * (k % 3)) for k in range(5)])
    assert [code for code, _ in codes(read(grainy(page)))] == ["annotation"]


def test_scraps_that_lie_apart_are_left_alone() -> None:
    page = voted_page()
    _scraps(page, [(x + 12 * k, y) for k in range(2) for x, y in BARE])
    assert plain(read(grainy(page)))

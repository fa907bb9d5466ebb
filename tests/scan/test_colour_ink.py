"""Coloured ink upon print: strokes along rules and over letters, against fringes and stains."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from omr.geometry import Rect
from omr.scan.foreign.colour_ink import coloured_ink
from tests.scan.page_drawings import (
    BLUE,
    PENCIL,
    RED,
    SCALE,
    Colour,
    Picture,
    codes,
    layout,
    placed,
    plain,
    read,
    stroke,
    voted_page,
)

_GREEN: Colour = (60, 140, 40)


def _ink(page: Picture, points: list[tuple[float, float]], width_mm: float, colour: Colour) -> None:
    """Draw as ink does, which only takes light away."""
    drawn = np.full_like(page, 255)
    stroke(drawn, points, width_mm, colour)
    page[:] = (page.astype(np.uint16) * drawn // 255).astype(np.uint8)


def _rule() -> tuple[float, float, float]:
    """Return where the left frame of the table runs: x, from y, to y."""
    rows = layout().rows
    return rows[0].rect.x, rows[0].rect.y + 1.0, rows[-1].rect.bottom - 1.0


def _found(page: Picture) -> list[Rect]:
    seen = placed(page)
    nothing = np.zeros(seen.ink.ink.shape, np.bool_)
    return list(coloured_ink(seen.flat, seen.reference, seen.ink, nothing))


@pytest.mark.parametrize("colour", [BLUE, RED, _GREEN])
@pytest.mark.parametrize("length_mm", [7.0, 14.0])
def test_a_stroke_along_a_rule_is_found(colour: Colour, length_mm: float) -> None:
    page = voted_page()
    x, top, _ = _rule()
    _ink(page, [(x - 0.1, top + 3), (x + 0.15, top + 3 + length_mm)], 0.5, colour)
    assert any(rect.grown(1.5).contains(Rect(x, top + 5, 0.1, 2).centre) for rect in _found(page))
    assert any(code == "annotation" for code, _ in codes(read(page)))


@pytest.mark.parametrize("colour", [(35, 35, 35), PENCIL])
def test_ink_without_colour_is_left_to_others(colour: Colour) -> None:
    page = voted_page()
    x, top, bottom = _rule()
    _ink(page, [(x, top), (x, bottom)], 0.5, colour)
    assert not _found(page)


@pytest.mark.parametrize("apart_px", [1, 2])
def test_colours_that_a_scanner_sets_apart_are_no_ink(apart_px: int) -> None:
    page = voted_page()
    page[:, :, 0] = np.roll(page[:, :, 0], apart_px, axis=0)
    page[:, :, 2] = np.roll(page[:, :, 2], -apart_px, axis=0)
    assert not _found(page)


@pytest.mark.parametrize("quality", [40, 75])
def test_colour_that_a_compressed_picture_carries_from_a_mark_is_no_ink(quality: int) -> None:
    page = voted_page()
    packed = cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    assert plain(read(np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)))


def test_coffee_over_print_is_no_ink() -> None:
    page = voted_page()
    x, top, _ = _rule()
    share = np.zeros(page.shape[:2], np.float32)
    cv2.circle(
        share, (round((x + 10) * SCALE), round((top + 10) * SCALE)), round(12 * SCALE), (1.0,), 9
    )
    share = np.asarray(cv2.GaussianBlur(share, (0, 0), 6.0))[:, :, None]
    page[:] = (page * (1 - share * np.array([0.45, 0.28, 0.13], np.float32))).astype(np.uint8)
    assert not _found(page)

"""The margins of the sheet: strokes along, over and across its edges against edges themselves."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

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

_BLACK: Colour = (30, 30, 30)
_LIDS = {"white": (255, 255, 255), "grey": (195, 195, 195), "black": (12, 12, 12)}
# The sheet: A4 around a design that was printed at this scale.
_WIDTH, _HEIGHT, _PRINTED = 210.0, 297.0, 0.95
# Strokes in mm of the sheet: beside each edge, over edges, across corners.
_STROKES = {
    "along the left edge": [(4.2, 180.0), (4.5, 194.0)],
    "along the upper edge": [(90.0, 3.6), (104.0, 3.9)],
    "along the right edge": [(205.4, 60.0), (205.2, 72.0)],
    "along the lower edge": [(120.0, 292.6), (136.0, 292.4)],
    "over the left edge": [(-3.0, 120.0), (6.5, 122.0)],
    "over the lower edge": [(150.0, 288.5), (150.8, 301.0)],
    "across the lower right corner": [(193.0, 300.0), (213.0, 284.0)],
    "across the lower left corner": [(-3.0, 281.0), (16.0, 300.0)],
    "a half loop at the right edge": [
        (212.0 - 9.0 * float(np.sin(t)), 230.0 - 9.0 * float(np.cos(t)))
        for t in np.linspace(0.3, 2.8, 24)
    ],
}


def _sheet(ways: list[list[tuple[float, float]]], colour: Colour, width_mm: float) -> Picture:
    """Return a sheet with a design that was shrunk to fit, and strokes upon it."""
    design = voted_page()
    sheet = np.full((round(_HEIGHT * SCALE), round(_WIDTH * SCALE), 3), 246, np.uint8)
    small = cv2.resize(design, None, fx=_PRINTED, fy=_PRINTED, interpolation=cv2.INTER_AREA)
    top, left = ((a - b) // 2 for a, b in zip(sheet.shape[:2], small.shape[:2], strict=True))
    own = sheet[top : top + small.shape[0], left : left + small.shape[1]]
    own[:] = np.minimum(own, small)
    for way in ways:
        stroke(sheet, way, width_mm, colour)
    return sheet


def _upon(lid: str, sheet: Picture, margin_mm: float = 5.0, shade: int = 0) -> Picture:
    """Lay a sheet upon the lid; its right and lower edge throw a shadow of this depth."""
    by = round(margin_mm * SCALE)
    whole = cv2.copyMakeBorder(sheet, by, by, by, by, cv2.BORDER_CONSTANT, value=_LIDS[lid])
    if shade:
        right, bottom = by + sheet.shape[1], by + sheet.shape[0]
        for k in range(round(1.2 * SCALE)):
            depth = shade * np.exp(-k / (0.4 * SCALE))
            for line in (whole[by : bottom + k, right + k], whole[bottom + k, by : right + k]):
                line[:] = (line * (1 - depth / 255)).astype(np.uint8)
    turn = cv2.getRotationMatrix2D((whole.shape[1] / 2, whole.shape[0] / 2), 0.4, 1.0)
    turned = cv2.warpAffine(
        cv2.GaussianBlur(whole, (0, 0), 0.8), turn, whole.shape[1::-1], borderValue=_LIDS[lid]
    )
    return np.asarray(turned, np.uint8)


@pytest.mark.parametrize("lid", list(_LIDS))
@pytest.mark.parametrize("shade", [0, 60, 140])
def test_the_edges_of_a_sheet_are_no_strokes(lid: str, shade: int) -> None:
    assert plain(read(_upon(lid, _sheet([], BLUE, 0.5), shade=shade)))


@pytest.mark.parametrize("margin_mm", [0.0, 1.0])
def test_a_picture_that_ends_with_the_sheet_is_plain(margin_mm: float) -> None:
    assert plain(read(_upon("black", _sheet([], BLUE, 0.5), margin_mm)))


@pytest.mark.parametrize("lid", list(_LIDS))
@pytest.mark.parametrize("where", list(_STROKES))
@pytest.mark.parametrize(("colour", "width_mm"), [(BLUE, 0.5), (_BLACK, 0.4), (RED, 0.6)])
def test_a_stroke_in_the_margin_is_found(
    lid: str, where: str, colour: Colour, width_mm: float
) -> None:
    page = _upon(lid, _sheet([_STROKES[where]], colour, width_mm), shade=60)
    assert ("annotation", None) in codes(read(page))


@pytest.mark.parametrize("where", ["over the lower edge", "a half loop at the right edge"])
def test_pencil_in_the_margin_is_found(where: str) -> None:
    page = _upon("grey", _sheet([_STROKES[where]], PENCIL, 0.6))
    assert ("annotation", None) in codes(read(page))


@pytest.mark.parametrize("lid", list(_LIDS))
def test_a_word_beside_the_edge_is_found(lid: str) -> None:
    sheet = _sheet([], BLUE, 0.5)
    at = (round(140 * SCALE), round(6.6 * SCALE))
    cv2.putText(sheet, "58", at, cv2.FONT_HERSHEY_SIMPLEX, 1.1, (150, 70, 40), 3, cv2.LINE_AA)
    assert ("annotation", None) in codes(read(_upon(lid, sheet)))


@pytest.mark.parametrize("lid", list(_LIDS))
@pytest.mark.parametrize("corner", [(1.0, 1.0), (0.0, 1.0)])
def test_a_torn_corner_is_no_stroke(lid: str, corner: tuple[float, float]) -> None:
    sheet = _sheet([], BLUE, 0.5)
    x, y = corner[0] * _WIDTH, corner[1] * _HEIGHT
    inward = 1 - 2 * corner[0], 1 - 2 * corner[1]
    rng = np.random.default_rng(5)
    edge = [
        (x + inward[0] * (15 * t + rng.normal(0, 0.25)), y + inward[1] * 12 * (1 - t))
        for t in np.linspace(0, 1, 20)
    ]
    at = np.rint(np.array([(x, y), *edge]) * SCALE).astype(np.int32)
    cv2.fillPoly(sheet, [at], _LIDS[lid])
    cv2.polylines(sheet, [at[1:]], False, tuple(int(v * 0.72) for v in _LIDS[lid]), 4, cv2.LINE_AA)
    sheet[:] = cv2.GaussianBlur(sheet, (0, 0), 1.5)
    assert plain(read(_upon(lid, sheet)))


def test_dust_in_the_margin_is_no_stroke() -> None:
    rng = np.random.default_rng(8)
    sheet = _sheet([], BLUE, 0.5)
    for x in np.arange(12.0, 200.0, 9.0):
        at = (round(x * SCALE), round(rng.uniform(1.5, 4.5) * SCALE))
        cv2.circle(sheet, at, round(rng.uniform(0.1, 0.45) * SCALE), (60, 60, 60), -1, cv2.LINE_AA)
    assert plain(read(_upon("grey", sheet)))


def test_a_staple_beyond_a_shrunken_design_is_no_stroke() -> None:
    sheet = _sheet([], BLUE, 0.5)
    for off_mm, width_mm, tone in ((0.45, 0.5, 190), (0.0, 0.5, 80), (-0.1, 0.17, 205)):
        stroke(sheet, [(190.0, 3.0 + off_mm), (201.0, 3.3 + off_mm)], width_mm, (tone,) * 3)
    assert plain(read(_upon("grey", sheet)))


@pytest.mark.parametrize("bow_mm", [0.1, 0.3])
def test_a_line_of_a_staples_length_beyond_a_shrunken_design_is_found(bow_mm: float) -> None:
    turns = np.linspace(0, 1, 20).tolist()
    way = [(190 + 11 * t, 3.0 + 0.3 * t + 4 * bow_mm * t * (1 - t)) for t in turns]
    page = _upon("grey", _sheet([way], _BLACK, 0.5))
    assert ("annotation", None) in codes(read(page))

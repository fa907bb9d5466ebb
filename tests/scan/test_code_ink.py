"""Pens over codes and registration marks, and what of toner, paper and scanner looks like them."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from omr.geometry import Rect
from omr.scan.foreign.code_ink import _is_cut_off
from omr.scan.reading import PageReading
from tests.scan.page_drawings import (
    BLUE,
    PENCIL,
    RED,
    SCALE,
    Colour,
    Picture,
    layout,
    plain,
    read,
    read_at,
    spot,
    stroke,
    voted_page,
)

BLACK: Colour = (40, 35, 35)
PALE_PENCIL: Colour = (175, 175, 175)
Points = list[tuple[float, float]]


def _code(number: int = 0) -> Rect:
    return layout().codes[number]


def _pen(page: Picture, points: Points, width_mm: float, colour: Colour) -> Picture:
    """Draw a line with ink, which only takes light away: over black it leaves black."""
    layer = np.full_like(page, 255)
    stroke(layer, points, width_mm, colour)
    layer = np.asarray(cv2.GaussianBlur(layer, (0, 0), 0.08 * SCALE), np.uint8)
    return np.asarray(page.astype(np.uint16) * layer // 255, np.uint8)


def _bow(x: float, y: float, length: float, degrees: float, bend: float = 0.03) -> Points:
    """Return points of a slightly bent line around a place, in mm."""
    turn = np.radians(degrees)
    points = []
    for t in np.linspace(-0.5, 0.5, 9):
        along, aside = t * length, bend * length * (1 - 4 * t * t)
        points.append(
            (
                x + along * np.cos(turn) - aside * np.sin(turn),
                y + along * np.sin(turn) + aside * np.cos(turn),
            )
        )
    return points


def _black_and_white(page: Picture, level: int = 140) -> Picture:
    grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    grey = cv2.GaussianBlur(grey, (0, 0), 1.2)
    return np.asarray(np.where(grey > level, 255, 0), np.uint8)


def _asked(reading: PageReading, near: Rect) -> bool:
    """Whether an annotation is told at a place, and none elsewhere."""
    places = [f.rect for f in reading.findings]
    return bool(places) and all(rect and rect.intersection(near) for rect in places)


# --- strokes


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize(
    ("colour", "width_mm"),
    [(BLUE, 0.25), (BLUE, 0.5), (RED, 0.5), (BLACK, 0.6), (PENCIL, 0.5), (PALE_PENCIL, 0.7)],
)
@pytest.mark.parametrize("degrees", [3, 35, 90, 140])
def test_a_stroke_over_a_code_is_found(
    number: int, colour: Colour, width_mm: float, degrees: float
) -> None:
    at = _code(number).centre
    page = _pen(voted_page(), _bow(at.x + 1.1, at.y - 0.7, 7.0, degrees), width_mm, colour)
    assert _asked(read(page), Rect(at.x - 3, at.y - 4, 8, 7))


@pytest.mark.parametrize("colour", [BLUE, RED, BLACK, PENCIL])
@pytest.mark.parametrize(("dx", "dy", "degrees"), [(-5, 4, 20), (4, -2, 75), (0, 5, 150)])
def test_a_stroke_of_four_millimetres_is_found(
    colour: Colour, dx: float, dy: float, degrees: float
) -> None:
    at = _code().centre
    page = _pen(voted_page(), _bow(at.x + dx, at.y + dy, 4.3, degrees), 0.45, colour)
    assert _asked(read(page), _code())


@pytest.mark.parametrize("colour", [BLUE, PENCIL])
def test_a_stroke_that_runs_out_of_a_code_is_found(colour: Colour) -> None:
    code = _code()
    page = _pen(voted_page(), _bow(code.x, code.y + 11.2, 4.6, 10), 0.5, colour)
    assert _asked(read(page), code.grown(3.0))


def test_a_scribble_over_a_code_is_found() -> None:
    code = _code()
    page = voted_page()
    zigzag = [(code.x + 4 + 0.9 * k, code.y + (6 if k % 2 else 12)) for k in range(12)]
    for line in pairwise(zigzag):
        page = _pen(page, list(line), 0.5, PENCIL)
    assert _asked(read(page), code)


@pytest.mark.parametrize("dpi", [150, 200])
@pytest.mark.parametrize("colour", [BLUE, PENCIL])
def test_a_stroke_is_found_in_a_coarse_scan(dpi: int, colour: Colour) -> None:
    at = _code().centre
    page = _pen(voted_page(), _bow(at.x, at.y + 2, 7.0, 25), 0.5, colour)
    assert _asked(read_at(page, dpi), _code())


def test_a_stroke_is_found_in_black_and_white() -> None:
    at = _code().centre
    page = _pen(voted_page(), _bow(at.x, at.y + 2, 7.0, 25), 0.5, BLUE)
    assert _asked(read(_black_and_white(page)), _code())


@pytest.mark.parametrize("colour", [BLUE, BLACK, PENCIL])
def test_a_stroke_within_a_mark_is_found(colour: Colour) -> None:
    mark = layout().fiducials[4].rect
    page = voted_page()
    first, last = (mark.x + 1.5, mark.y + 4.6), (mark.x + 5.3, mark.y + 5.1)
    assert _asked(read(_pen(page, [first, last], 0.45, colour)), mark)


# --- toner, scanner, paper


def _fat(page: Picture) -> Picture:
    """Spread the toner by 0.1 mm."""
    return np.asarray(cv2.erode(page, np.ones((3, 3), np.uint8)), np.uint8)


def _thin(page: Picture) -> Picture:
    return np.asarray(cv2.dilate(page, np.ones((3, 3), np.uint8)), np.uint8)


def _light(page: Picture) -> Picture:
    return np.asarray(110 + page.astype(np.float32) * (145 / 255), np.uint8)


def _banded(page: Picture) -> Picture:
    """Let the drum print paler and darker by turns, every 5 mm."""
    rows = np.arange(len(page))[:, None, None] / SCALE
    share = 0.7 + 0.3 * np.sin(rows * 2 * np.pi / 5.0)
    return np.asarray(255 - (255 - page.astype(np.float32)) * share, np.uint8)


def _squeezed(page: Picture) -> Picture:
    """Let JPEG ring about the modules."""
    _, data = cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, 35])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def _blurred(page: Picture) -> Picture:
    return np.asarray(cv2.GaussianBlur(page, (0, 0), 0.16 * SCALE), np.uint8)


def _slipped(page: Picture) -> Picture:
    """Let the feed slip to and fro by 0.15 mm, every 9 mm."""
    height, width = page.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    y += np.float32(0.15 * SCALE) * np.sin(y / np.float32(SCALE) * np.float32(2 * np.pi / 9))
    return np.asarray(cv2.remap(page, x, y, cv2.INTER_LINEAR, borderValue=(255,) * 3), np.uint8)


def _dusty(page: Picture) -> Picture:
    """Strew specks of up to 0.6 mm over the codes."""
    rng = np.random.default_rng(7)
    for code in layout().codes:
        for _ in range(6):
            x, y = rng.uniform(code.x, code.right), rng.uniform(code.y, code.bottom)
            spot(page, x, y, float(rng.uniform(0.1, 0.3)))
    return page


@pytest.mark.parametrize(
    "wear", [_fat, _thin, _light, _banded, _squeezed, _blurred, _slipped, _dusty]
)
def test_toner_scanner_and_dust_are_no_stroke(wear: object) -> None:
    assert callable(wear)
    assert plain(read(wear(voted_page())))


@pytest.mark.parametrize("level", [90, 140, 200])
def test_black_and_white_is_no_stroke(level: int) -> None:
    assert plain(read(_black_and_white(voted_page(), level)))


def test_a_coarse_scan_is_no_stroke() -> None:
    assert not [f for f in read_at(voted_page(), 150).findings if f.code == "annotation"]


def _code_moved(dx_mm: float, dy_mm: float, size: float) -> Picture:
    """Return a page whose first code was printed somewhat off and not quite in its size."""
    page, code = voted_page(), _code()
    left, top, right, bottom = (
        round(v * SCALE) for v in (code.x - 2, code.y - 2, code.right + 2, code.bottom + 2)
    )
    part = page[top:bottom, left:right]
    middle = ((right - left) / 2, (bottom - top) / 2)
    turned = cv2.getRotationMatrix2D(middle, 0.3, size)
    matrix = turned + np.array([[0, 0, dx_mm * SCALE], [0, 0, dy_mm * SCALE]])
    shape = (right - left, bottom - top)
    page[top:bottom, left:right] = cv2.warpAffine(part, matrix, shape, borderValue=(255,) * 3)
    return page


@pytest.mark.parametrize(("dx", "dy", "size"), [(0.2, -0.2, 1.01), (-0.15, 0.2, 0.99)])
def test_a_code_that_lies_a_little_off_is_no_stroke(dx: float, dy: float, size: float) -> None:
    assert plain(read(_code_moved(dx, dy, size)))


def test_a_stroke_over_a_code_that_lies_a_little_off_is_found() -> None:
    at = _code().centre
    page = _pen(_code_moved(0.2, -0.2, 1.01), _bow(at.x, at.y, 7.0, 30), 0.45, BLUE)
    assert _asked(read(page), _code())


# --- what lies over the sheet


def _folded(page: Picture, y_mm: float) -> Picture:
    """Fold a page: a line that fades below it, and toner that flaked off along it."""
    rng = np.random.default_rng(3)
    first = round(y_mm * SCALE)
    flakes: NDArray[np.bool_] = rng.random(page.shape[1] // 5 + 1) < 0.4
    flaked = np.repeat(flakes, 5)[: page.shape[1]]
    for step in range(-2, 2):
        page[first + step, flaked] = np.maximum(page[first + step, flaked], 215)
    for step, dark in enumerate((*(80, 105, 110, 80), *np.linspace(45, 0, 24))):
        row = page[first + step].astype(np.int16) - round(float(dark))
        page[first + step] = row.clip(0, 255)
    return page


_FOLD_MM = 22.0


def test_a_fold_through_a_code_is_no_stroke() -> None:
    assert plain(read(_folded(voted_page(), _FOLD_MM)))


@pytest.mark.parametrize("colour", [BLUE, BLACK])
def test_a_pen_along_a_fold_over_a_code_is_found(colour: Colour) -> None:
    code = _code()
    ends = [(code.x + 4.0, _FOLD_MM - 0.3), (code.x + 14.0, _FOLD_MM + 0.6)]
    page = _pen(_folded(voted_page(), _FOLD_MM), ends, 0.5, colour)
    assert _asked(read(page), code)


@pytest.mark.parametrize("aside_mm", [-1.7, 1.9])
def test_a_pencil_beside_a_fold_over_a_code_is_found(aside_mm: float) -> None:
    code, y = _code(), _FOLD_MM + aside_mm
    page = _folded(voted_page(), _FOLD_MM)
    page = _pen(page, [(code.x + 4.0, y), (code.x + 14.0, y + 0.2)], 0.6, PENCIL)
    assert _asked(read(page), code)


@pytest.mark.parametrize("colour", [BLUE, PENCIL])
def test_a_stroke_across_a_fold_over_a_code_is_found(colour: Colour) -> None:
    at = _code().centre
    page = _folded(voted_page(), _FOLD_MM)
    page = _pen(page, _bow(at.x, _FOLD_MM - 1.0, 7.0, 50), 0.5, colour)
    assert _asked(read(page), _code())


def _ring(page: Picture, colour: Colour) -> Picture:
    """Set a wet cup upon a code: the rim of a ring of 40 mm with soft borders."""
    code, layer = _code(), np.zeros(page.shape[:2], np.uint8)
    at = (round((code.x - 12) * SCALE), round((code.y + 20) * SCALE))
    cv2.circle(layer, at, round(20 * SCALE), (255,), round(1.6 * SCALE), cv2.LINE_AA)
    share = cv2.GaussianBlur(layer, (0, 0), 0.45 * SCALE).astype(np.float32)[:, :, None] / 255
    kept = 1 - share * (1 - np.array(colour, np.float32) / 255)
    return np.asarray(page * kept, np.uint8)


_COFFEE: Colour = (150, 195, 225)


def test_coffee_on_a_code_is_no_stroke() -> None:
    code = _code()
    found = [f.rect for f in read(_ring(voted_page(), _COFFEE)).findings]
    assert not [rect for rect in found if rect and rect.intersection(code)]


@pytest.mark.parametrize("colour", [BLUE, BLACK, RED])
def test_a_pen_over_coffee_on_a_code_is_found(colour: Colour) -> None:
    at = _code().centre
    page = _pen(_ring(voted_page(), _COFFEE), _bow(at.x, at.y, 9.0, 20), 0.45, colour)
    found = [f.rect for f in read(page).findings]
    assert [rect for rect in found if rect and rect.intersection(_code())]


def _streaked(page: Picture, colour: Colour) -> Picture:
    """Draw the line of a dirty glass down the whole picture, through both columns of the code."""
    x = round((_code().x + 7.3) * SCALE)
    page[:, x : x + 3] = np.minimum(page[:, x : x + 3], np.array(colour, np.uint8))
    return page


@pytest.mark.parametrize("colour", [(150, 150, 150), (60, 60, 60)])
def test_a_streak_over_a_code_is_no_stroke(colour: Colour) -> None:
    assert plain(read(_streaked(voted_page(), colour)))


@pytest.mark.parametrize("degrees", [60, 90])
def test_a_pen_beside_or_across_a_streak_over_a_code_is_found(degrees: float) -> None:
    code = _code()
    page = _streaked(voted_page(), (150, 150, 150))
    page = _pen(page, _bow(code.x + 8.6, code.y + 9.5, 8.0, degrees), 0.5, BLUE)
    assert _asked(read(page), code)


def _wire(page: Picture, first: tuple[float, float], last: tuple[float, float]) -> Picture:
    """Lay a wire of steel upon a page: it hides the print, gleams, and throws a shadow."""
    way = np.array([first[1] - last[1], last[0] - first[0]])
    way /= np.hypot(*way)
    for off_mm, width_mm, tone in ((0.45, 0.5, 190), (0.0, 0.5, 80), (-0.1, 0.17, 205)):
        ends = [(x + way[0] * off_mm, y + way[1] * off_mm) for x, y in (first, last)]
        stroke(page, ends, width_mm, (tone, tone, tone))
    return page


@pytest.mark.parametrize("ends", [((11.5, 13.0), (23.0, 8.5)), ((12.0, 12.5), (23.5, 12.8))])
def test_a_wire_over_a_mark_is_no_stroke(
    ends: tuple[tuple[float, float], tuple[float, float]],
) -> None:
    assert plain(read(_wire(voted_page(), *ends)))


@pytest.mark.parametrize("turn_deg", [4.2, 5.2])
@pytest.mark.parametrize("cut_mm", [3.0, 4.5])
def test_a_mark_that_the_edge_of_the_picture_cuts_is_no_stroke(
    turn_deg: float, cut_mm: float
) -> None:
    page = voted_page()
    height, width = page.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), turn_deg, 1.0)
    corner = min(layout().fiducials, key=lambda mark: mark.rect.x - mark.rect.y).rect
    left = float((turn @ [corner.x * SCALE, corner.y * SCALE, 1.0])[0]) + cut_mm * SCALE
    turn[0, 2] -= max(left, 0.0)
    turned = cv2.warpAffine(page, turn, (width, height), borderValue=(255, 255, 255))
    assert plain(read(np.asarray(turned, np.uint8)))


@pytest.mark.parametrize(
    ("there_mm", "cut_off"), [(6.5, False), (5.2, False), (4.5, True), (2.0, True)]
)
def test_of_a_mark_cut_off_nothing_is_said(there_mm: float, cut_off: bool) -> None:
    mark = Rect(8.0, 282.5, 6.5, 6.5)
    paper = np.ones((297 * 8, 210 * 8), np.bool_)
    paper[:, : round((mark.right - there_mm) * 8)] = False
    assert _is_cut_off(mark, paper, 8) == cut_off

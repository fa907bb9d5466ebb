"""Where boxes are found on bent, torn, folded, photographed pages: within 0.3 mm or not at all."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import pytest

from omr.geometry import FloatArray
from omr.scan.place.box_places import FoundBox, find_boxes
from omr.scan.place.codes import find_page_codes
from omr.scan.place.folds import Fold
from omr.scan.place.identify import BallotKey, Identity, ballot_key, identify
from omr.scan.place.reference import Reference, make_reference
from omr.scan.place.register import Placement, place_page
from omr.scan.place.straighten import FlatPage, flatten
from omr.scan.settings import ReaderSettings
from tests.scan.bent_pages import (
    BentPage,
    Map,
    photographed,
    place_errors_mm,
    scanned,
    two_levels,
)
from tests.scan.fresh_pages import SECRET, election, fresh_page

SETTINGS = ReaderSettings()
# A mark is measured from 0.3 mm inside the outline on.
CLOSE_MM = 0.3
CORNER_PX = round(32 * 200 / 25.4)
EDGE_PX = round(12 * 200 / 25.4)


@cache
def _key() -> BallotKey:
    return ballot_key(election(), SECRET)


@cache
def _reference() -> Reference:
    return make_reference(_key().layouts["a"].pages[0], SETTINGS)


def _place(bent: BentPage) -> Placement | None:
    pixels = bent.pixels
    grey = pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY))
    identity = identify(find_page_codes(grey), _key())
    assert isinstance(identity, Identity)
    return place_page(grey, identity.corners_px, identity.layout, SETTINGS)


def _found(bent: BentPage) -> tuple[Placement, FlatPage, tuple[FoundBox, ...], FloatArray]:
    placement = _place(bent)
    assert placement is not None
    flat = flatten(bent.pixels, placement, _reference(), SETTINGS)
    boxes = find_boxes(flat, _reference())
    return placement, flat, boxes, place_errors_mm(bent, placement, flat, boxes)


def _corner(number: int) -> tuple[slice, slice]:
    near, far = slice(0, CORNER_PX), slice(-CORNER_PX, None)
    return (near, near, far, far)[number], (near, far, far, near)[number]


@pytest.mark.parametrize("level", [5, 255])
@pytest.mark.parametrize("corner", range(4))
def test_a_corner_may_be_gone(corner: int, level: int) -> None:
    bent = scanned().covered(*_corner(corner), level)
    assert _found(bent)[3].max() < CLOSE_MM


@pytest.mark.parametrize("pair", [(0, 1), (1, 2), (2, 3), (3, 0)])
def test_with_two_corners_gone_on_one_side_no_box_is_misplaced(pair: tuple[int, int]) -> None:
    bent = scanned()
    for corner in pair:
        bent = bent.covered(*_corner(corner), 255)
    assert _found(bent)[3].max() < CLOSE_MM


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        (slice(EDGE_PX, None), slice(None)),
        (slice(-EDGE_PX), slice(None)),
        (slice(None), slice(EDGE_PX, None)),
        (slice(None), slice(-EDGE_PX)),
    ],
)
def test_an_edge_may_be_cut_off(rows: slice, columns: slice) -> None:
    assert _found(scanned().cropped(rows, columns))[3].max() < CLOSE_MM


@pytest.mark.parametrize("scale", [(0.92, 0.92), (1.02, 1.02), (0.92, 0.97), (1.02, 0.95)])
def test_print_may_be_shrunk_more_one_way_than_the_other(scale: tuple[float, float]) -> None:
    assert _found(scanned(scale=scale))[3].max() < CLOSE_MM


@pytest.mark.parametrize("skew_deg", [-5.0, 5.0])
def test_a_sheet_may_lie_askew(skew_deg: float) -> None:
    placement, _, _, errors = _found(scanned(skew_deg=skew_deg, rim_mm=8.0))
    assert errors.max() < CLOSE_MM
    assert placement.skew_deg == pytest.approx(skew_deg, abs=0.1)


def _across(at: float, dx: float, dy: float) -> Callable[[Map, Map], tuple[Map, Map]]:
    return lambda x, y: (x + dx * (y > at), y + dy * (y > at))


def _down(at: float, dx: float, dy: float) -> Callable[[Map, Map], tuple[Map, Map]]:
    return lambda x, y: (x + dx * (x > at), y + dy * (x > at))


@pytest.mark.parametrize(
    ("at_mm", "jump", "across"),
    [
        (148.0, (0.0, 1.5), True),
        (185.0, (0.0, -1.5), True),
        (148.0, (1.5, 0.0), True),
        (105.0, (1.5, 0.0), False),
        (144.0, (-1.0, 0.0), False),
        (144.0, (0.0, 1.5), False),
    ],
)
def test_print_may_jump_at_a_fold(at_mm: float, jump: tuple[float, float], across: bool) -> None:
    bend = (_across if across else _down)(at_mm, *jump)
    _, flat, _, errors = _found(scanned(bend=bend, skew_deg=0.0))
    assert errors.max() < CLOSE_MM
    (fold,) = flat.bends.folds
    assert fold.across == across
    assert fold.at_mm == pytest.approx(at_mm, abs=8.0)  # as near as the next print to it
    assert np.abs(fold.jump_mm).max() == pytest.approx(np.abs(jump).max(), abs=0.25)


def test_a_sheet_may_be_folded_twice() -> None:
    def bend(x: Map, y: Map) -> tuple[Map, Map]:
        x, y = _across(99.0, 0.8, 0.4)(x, y)
        return _across(186.0, -1.2, -0.6)(x, y)

    _, flat, _, errors = _found(scanned(bend=bend))
    assert errors.max() < CLOSE_MM
    assert len(flat.bends.folds) == 2


def test_a_wave_is_no_fold() -> None:
    def bend(x: Map, y: Map) -> tuple[Map, Map]:
        return x + 0.8 * np.sin(y / 30), y + 0.5 * np.sin(y / 36 + 1)

    _, flat, _, errors = _found(scanned(bend=bend))
    assert errors.max() < CLOSE_MM
    assert flat.bends.folds == ()


@pytest.mark.parametrize(("at_mm", "wide_mm"), [(30.0, 6.0), (150.0, 12.0), (230.0, 6.0)])
def test_paper_that_stands_up_along_a_line_is_no_fold(at_mm: float, wide_mm: float) -> None:
    """Print beside the line bulges and is back in its place beyond: nothing there is torn apart."""

    def bend(x: Map, y: Map) -> tuple[Map, Map]:
        return x, y + 1.2 * np.exp(-(((y - at_mm - 0.03 * x) / wide_mm) ** 2))

    _, flat, _, errors = _found(scanned(bend=bend))
    assert errors.max() < CLOSE_MM
    assert flat.bends.folds == ()


@pytest.mark.parametrize("tilt_deg", [5.0, 15.0])
@pytest.mark.parametrize("about_deg", [0.0, 90.0, 215.0])
def test_a_page_may_be_photographed_at_a_tilt(tilt_deg: float, about_deg: float) -> None:
    placement, _, _, errors = _found(photographed(tilt_deg=tilt_deg, about_deg=about_deg))
    assert placement.photographed
    assert errors.max() < CLOSE_MM


@pytest.mark.parametrize("lens", [-0.06, 0.08])
def test_a_lens_may_bend_the_page(lens: float) -> None:
    assert _found(photographed(lens=lens))[3].max() < CLOSE_MM


def test_a_page_may_be_small_in_its_photograph() -> None:
    assert _found(photographed(fill=0.5))[3].max() < CLOSE_MM


@pytest.mark.parametrize("threshold", [0.35, 0.5, 0.78])
def test_a_page_may_be_black_and_white(threshold: float) -> None:
    assert _found(two_levels(scanned(), threshold))[3].max() < CLOSE_MM


def test_a_page_may_be_coarse() -> None:
    assert _found(scanned(dpi=150))[3].max() < CLOSE_MM


def test_a_scan_is_not_taken_for_a_photograph() -> None:
    placement = _place(scanned())
    assert placement is not None
    assert not placement.photographed


def test_a_mirrored_page_has_no_place() -> None:
    assert _place(scanned().mirrored()) is None


def test_a_fold_displaces_what_lies_beyond_it() -> None:
    fold = Fold(across=False, at_mm=100.0, jump_mm=(1.0, 0.0))
    assert fold.beyond(np.array([[99.0, 150.0], [101.0, 20.0]])).tolist() == [False, True]


HIDING_PX_PER_MM = 300 / 25.4


def _hide(kind: str) -> np.ndarray:
    """Return a page on whose first box somebody drew heavily, or whose outlines are worn."""
    page = fresh_page(dpi=300)
    rect = _reference().layout.boxes[0].rect
    s = HIDING_PX_PER_MM
    x, y, right, bottom = (round(v * s) for v in (rect.x, rect.y, rect.right, rect.bottom))
    centre = ((x + right) // 2, (y + bottom) // 2)
    if kind == "fill":
        page[y:bottom, x:right] = 20
    elif kind == "fill over two sides":
        page[y - 20 : bottom - 15, x - 20 : right - 15] = 20
    elif kind == "circle":
        cv2.circle(page, centre, round(5.4 * s), (90, 40, 20), round(0.7 * s), cv2.LINE_AA)
    elif kind == "strokes along the sides":
        page[y + 8 : bottom + 30, x + 8 : x + 17] = 30
        page[y - 14 : y - 6, x - 20 : right + 30] = 30
    elif kind == "torn":
        page[y - 6 : y + 40, x - 6 : x + 40] = 255
    elif kind == "thick lines":
        page = np.asarray(cv2.erode(page, np.ones((5, 5), np.uint8)), np.uint8)
    elif kind == "light":
        page = (255 - (255 - page.astype(np.int32)) // 4).astype(np.uint8)
        cv2.line(page, (x, y + 9), (right, bottom), (20, 20, 20), 12)
        cv2.line(page, (right, y), (x + 9, bottom), (20, 20, 20), 12)
    return page


@pytest.mark.parametrize(
    "kind",
    [
        "fill",
        "fill over two sides",
        "circle",
        "strokes along the sides",
        "torn",
        "thick lines",
        "light",
    ],
)
def test_heavy_ink_and_worn_outlines_do_not_pull_a_box(kind: str) -> None:
    _, _, boxes, errors = _found(scanned(_hide(kind)))
    assert errors.max() < 0.12
    believed = [box.match > SETTINGS.box_match for box in boxes]
    # A corner of 3.4 mm torn out of a box of 9 mm: its place is sure, but people look at it.
    assert believed == [kind != "torn", *[True] * (len(boxes) - 1)]


def test_a_box_whose_outline_is_gone_has_no_match() -> None:
    page = fresh_page(dpi=300)
    rect = _reference().layout.boxes[4].rect.grown(1.0)
    s = HIDING_PX_PER_MM
    page[round(rect.y * s) : round(rect.bottom * s), round(rect.x * s) : round(rect.right * s)] = (
        255
    )
    _, _, boxes, _ = _found(scanned(page))
    assert boxes[4].match < 0.2
    assert min(box.match for k, box in enumerate(boxes) if k != 4) > 0.9

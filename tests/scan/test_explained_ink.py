"""Each explanation of foreign ink, and the ink that looks much like it and is not explained."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from omr.geometry import Rect
from omr.scan.foreign.explain import (
    beside_missing_paper,
    displaced_print,
    free_zones,
    fringe_of_print,
)
from omr.scan.place.reference import Mask, window
from omr.scan.settings import ReaderSettings
from omr.scan.trace import PlacedPage
from tests.scan.page_drawings import (
    BLUE,
    RED,
    SCALE,
    Picture,
    blank_page,
    box_of,
    codes,
    layout,
    placed,
    plain,
    read,
    spot,
    stroke,
    voted_page,
)

# Lines of the instruction, without rules.
_TEXT = Rect(22, 100, 100, 20)


def _moved_print(right_mm: float, down_mm: float) -> tuple[PlacedPage, Mask]:
    """Return a page some of whose print lies beside its place, and what is then unexplained."""
    page = placed(blank_page())
    scale = page.reference.px_per_mm
    area = window(_TEXT, scale, page.ink.ink.shape)
    by = np.array([[1, 0, right_mm * scale], [0, 1, down_mm * scale]])
    block = page.ink.darkness[area]
    darkness = page.ink.darkness.copy()
    darkness[area] = cv2.warpAffine(block, by, block.shape[::-1])
    ink = replace(page.ink, darkness=darkness)
    rest = np.zeros(ink.ink.shape, np.bool_)
    rest[area] = (darkness[area] > ink.threshold) & ~page.reference.near_print[area]
    return replace(page, ink=ink), rest


@pytest.mark.parametrize(("right_mm", "down_mm"), [(0.9, 0.0), (-0.6, 0.8), (0.0, 1.1)])
def test_print_a_little_beside_its_place_is_explained(right_mm: float, down_mm: float) -> None:
    page, rest = _moved_print(right_mm, down_mm)
    assert rest.sum() > 500
    explained = displaced_print(rest, page.ink, page.reference)
    assert (rest & explained).sum() > 0.95 * rest.sum()


def test_print_far_beside_its_place_is_not_explained() -> None:
    page, rest = _moved_print(3.3, 2.1)
    explained = displaced_print(rest, page.ink, page.reference)
    assert (rest & explained).sum() < 0.3 * rest.sum()


def test_a_stroke_among_displaced_print_stays() -> None:
    page, rest = _moved_print(0.9, 0.0)
    scale = page.reference.px_per_mm
    only = np.zeros(rest.shape, np.uint8)
    at = [(round(x * scale), round(y * scale)) for x, y in ((60, 104), (75, 117))]
    cv2.line(only, at[0], at[1], 1, 4)
    drawn = (only > 0) & ~page.reference.near_print
    explained = displaced_print(rest | drawn, page.ink, page.reference)
    print_alone = page.ink.darkness > page.ink.threshold
    stroke_alone = drawn & ~print_alone
    assert (stroke_alone & ~explained).sum() > 0.4 * stroke_alone.sum()


def test_a_stroke_beside_print_in_its_place_is_not_explained() -> None:
    page = placed(blank_page())
    scale = page.reference.px_per_mm
    rest = np.zeros(page.ink.ink.shape, np.uint8)
    at = [(round(x * scale), round(y * scale)) for x, y in ((40, 103), (80, 103))]
    cv2.line(rest, at[0], at[1], 1, 4)
    drawn = (rest > 0) & ~page.reference.near_print
    assert not (displaced_print(drawn, page.ink, page.reference) & drawn).any()


def test_print_under_a_fold_that_shifted_the_rest_of_the_sheet_is_no_annotation() -> None:
    page = voted_page()
    row = round(248 * SCALE)
    page[row:] = np.roll(page[row:], round(0.8 * SCALE), axis=1)
    assert "annotation" not in [code for code, _ in codes(read(page))]


def test_slivers_along_print_are_fringe_and_what_leaves_print_is_not() -> None:
    page = placed(blank_page())
    scale = page.reference.px_per_mm
    # The rule above the first row of the table.
    row = layout().rows[0].rect
    y = round(row.y * scale) + round(0.5 * scale)
    sliver, leaving = (np.zeros(page.ink.ink.shape, np.bool_) for _ in range(2))
    sliver[y, round(60 * scale) : round(75 * scale)] = True
    leaving[y : y + 2 * scale, round(100 * scale)] = True
    broad = np.zeros(page.ink.ink.shape, np.bool_)
    broad[y - 2 : y + 2, round(35 * scale) : round(45 * scale)] = True
    found = fringe_of_print(sliver | leaving | broad, page.ink, page.reference)
    assert (found & sliver).sum() == sliver.sum()
    assert not (found & leaving).any()
    assert not (found & broad).any()


def test_a_signature_may_leave_its_box_and_writing_apart_from_it_may_not() -> None:
    box = next(zone.rect for zone in layout().zones if zone.kind == "signature")
    page = blank_page()
    stroke(page, [(box.x + 10, box.centre.y), (box.x - 6, box.bottom - 8)])
    found = placed(page)
    free = free_zones(found.flat, found.ink, found.reference, None, ReaderSettings())
    assert not (found.ink.ink & ~free).any()
    stroke(page, [(box.x - 14, box.y + 6), (box.x - 8, box.y + 12)])
    found = placed(page)
    free = free_zones(found.flat, found.ink, found.reference, None, ReaderSettings())
    assert (found.ink.ink & ~free).sum() > 100
    assert [code for code, _ in codes(read(page))] == ["annotation"]


def test_a_seal_may_be_stamped_over_the_edge_of_its_zone() -> None:
    zone = next(zone.rect for zone in layout().zones if zone.kind == "seal")
    page = voted_page()
    centre = (round((zone.centre.x + 8) * SCALE), round((zone.centre.y + 5) * SCALE))
    cv2.circle(page, centre, round(18.5 * SCALE), RED, round(1.2 * SCALE), cv2.LINE_AA)
    # A seal has letters within its rim; a ring without them may be drawn by hand.
    for k in range(26):
        x, y = (zone.centre.x + 8 + 15.5 * np.cos(k * np.pi / 13),
                zone.centre.y + 5 + 15.5 * np.sin(k * np.pi / 13))  # fmt: skip
        foot = (round((x - 1.0) * SCALE), round((y + 1.2) * SCALE))
        cv2.putText(page, "CONGDA"[k % 6], foot, cv2.FONT_HERSHEY_SIMPLEX, 0.09 * SCALE, RED, 2)
    assert plain(read(page))


def test_a_stroke_in_the_margin_below_the_seal_is_an_annotation() -> None:
    zone = next(zone.rect for zone in layout().zones if zone.kind == "seal")
    page = voted_page()
    stroke(page, [(zone.x + 5, zone.bottom + 3), (zone.x + 12, zone.bottom + 5)], 0.5, RED)
    assert [code for code, _ in codes(read(page))] == ["annotation"]


def test_the_rim_of_missing_paper_is_explained_and_ink_away_from_it_is_not() -> None:
    page = blank_page()
    page[round(225 * SCALE) : round(250 * SCALE), : round(12 * SCALE)] = 0
    found = placed(page)
    scale = found.reference.px_per_mm
    rim = beside_missing_paper(found.flat, scale)
    assert rim[window(Rect(1, 226, 12, 23), scale, rim.shape)].all()
    assert not rim[window(Rect(16, 220, 40, 35), scale, rim.shape)].any()


def test_a_black_blot_within_the_page_is_no_missing_paper() -> None:
    page = voted_page()
    # As broad as a hole, but far from any edge of the sheet.
    spot(page, 80.0, 250.0, 2.5, BLUE)
    assert "annotation" in [code for code, _ in codes(read(page))]


def _beyond_corner(page: Picture, gap_mm: float, length_mm: float) -> None:
    """Draw a dash in line with the first leg of the cross of c2, beyond its upper left end."""
    tip = box_of("c2", "high").grown(-1.5)
    near, far = (d / np.sqrt(2) for d in (gap_mm, gap_mm + length_mm))
    stroke(page, [(tip.x - near, tip.y - near), (tip.x - far, tip.y - far)])


@pytest.mark.parametrize("gap_mm", [3.0, 3.6])
def test_a_long_dash_in_line_with_a_leg_and_apart_from_it_is_an_annotation(gap_mm: float) -> None:
    page = voted_page()
    _beyond_corner(page, gap_mm, 5.0)
    assert ("annotation", "c2") in codes(read(page))


@pytest.mark.parametrize(("gap_mm", "length_mm"), [(1.5, 5.0), (3.0, 2.0)])
def test_dashes_of_a_pen_that_skips_are_of_their_leg(gap_mm: float, length_mm: float) -> None:
    page = voted_page()
    _beyond_corner(page, gap_mm, length_mm)
    assert plain(read(page))


@pytest.mark.parametrize("away_mm", [0.5, 3.5])
def test_a_flourish_along_the_frame_of_a_signature_is_free_and_a_line_below_it_is_not(
    away_mm: float,
) -> None:
    page = voted_page()
    zone = next(zone.rect for zone in layout().zones if zone.kind == "signature")
    x, y = zone.x + 12, zone.bottom
    stroke(page, [(x - 8, y - 4), (x, y - 0.4)], 0.5)
    stroke(page, [(x + 3.2, y + away_mm), (x + 11, y + away_mm + 0.4)], 0.5)
    assert codes(read(page)) == ([] if away_mm < 1 else [("annotation", None)])

"""Boxes judged beside their line and their paper, and the writing that hangs on to a mark."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from omr.geometry import Rect
from tests.scan.page_drawings import (
    BLUE,
    LINES,
    PALE,
    PENCIL,
    RED,
    SCALE,
    Colour,
    Picture,
    blank_page,
    box_of,
    codes,
    cross,
    marked,
    note,
    plain,
    read,
    slash,
    spot,
    state,
    stroke,
    voted_page,
)


def _two_levels(page: Picture, threshold: int = 150) -> Picture:
    return np.where(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY) > threshold, 255, 0).astype(np.uint8)


@pytest.mark.parametrize("colour", [PALE, PENCIL])
@pytest.mark.parametrize("width_mm", [0.4])
def test_pencil_that_is_faint_in_every_line_is_this_voters(colour: Colour, width_mm: float) -> None:
    page = blank_page()
    for contest in LINES:
        cross(page, box_of(contest, "high"), colour, width_mm)
    assert plain(read(page))


def test_two_faint_marks_in_a_line_are_never_one_vote() -> None:
    page = blank_page()
    for contest in LINES:
        cross(page, box_of(contest, "high"), PALE)
    cross(page, box_of("c2", "low"), PALE)
    reading = read(page)
    assert marked(reading)["c2"] != ["high"] or state(reading, "c2", "low") == "uncertain"
    assert marked(reading)["c2"] != ["low"] or state(reading, "c2", "high") == "uncertain"


def test_one_faint_mark_alone_in_its_line_beside_dark_lines_is_left_to_people() -> None:
    page = voted_page(but="c2")
    cross(page, box_of("c2", "high"), (192, 192, 192), 0.4)
    assert state(read(page), "c2", "high") == "uncertain"


@pytest.mark.parametrize("colour", [PALE, PENCIL])
@pytest.mark.parametrize("width_mm", [0.3, 0.5])
@pytest.mark.parametrize("draw", [cross, slash])
def test_a_line_with_a_second_mark_in_thin_pencil_asks(
    colour: Colour, width_mm: float, draw: object
) -> None:
    page = voted_page()
    assert callable(draw)
    draw(page, box_of("c2", "low"), colour, width_mm)
    reading = read(page)
    assert state(reading, "c2", "high") == "marked"
    assert state(reading, "c2", "low") in ("marked", "uncertain")


def _specks(page: Picture, count: int, radius_mm: float = 0.35) -> None:
    random = np.random.default_rng(4)
    for x, y in zip(random.uniform(30, 110, count), random.uniform(230, 262, count), strict=True):
        spot(page, float(x), float(y), radius_mm)


def test_a_speck_among_specks_is_dust() -> None:
    page = voted_page()
    _specks(page, 12)
    centre = box_of("c2", "low").centre
    spot(page, centre.x + 1, centre.y - 1, 0.35)
    reading = read(page)
    assert (state(reading, "c2", "low"), note(reading, "c2", "low")) == ("empty", "speck of dust")


def test_a_speck_on_a_line_without_a_mark_is_left_to_people() -> None:
    page = voted_page(but="c2")
    _specks(page, 12)
    centre = box_of("c2", "low").centre
    spot(page, centre.x + 1, centre.y - 1, 0.35)
    assert state(read(page), "c2", "low") == "uncertain"


def test_a_touch_of_the_pen_beside_a_speck_is_both() -> None:
    page, box = voted_page(), box_of("c2", "low")
    _specks(page, 12, 0.14)
    spot(page, box.x + 2, box.y + 2, 0.14)
    spot(page, box.right - 2, box.bottom - 2, 0.2)
    assert state(read(page), "c2", "low") == "empty"


def test_two_dots_on_a_clean_page_are_left_to_people() -> None:
    page, box = voted_page(), box_of("c2", "low")
    spot(page, box.x + 2, box.y + 2, 0.14)
    spot(page, box.right - 2, box.bottom - 2, 0.2)
    assert state(read(page), "c2", "low") == "uncertain"


def test_several_specks_in_one_box_of_a_dusty_page_are_left_to_people() -> None:
    page, box = voted_page(), box_of("c2", "low")
    _specks(page, 12, 0.25)
    for step in range(4):
        spot(page, box.x + 2 + 1.6 * step, box.y + 6 - 1.2 * step, 0.28)
    assert state(read(page), "c2", "low") == "uncertain"


def test_a_small_stroke_beside_a_mark_is_no_speck() -> None:
    page = voted_page()
    _specks(page, 12)
    centre = box_of("c2", "low").centre
    stroke(page, [(centre.x - 0.6, centre.y), (centre.x + 0.6, centre.y + 0.3)], 0.35)
    assert state(read(page), "c2", "low") == "uncertain"


def _broken(page: Picture, box: Rect, dash_mm: float) -> None:
    """Draw a slash of which a 1-bit scan left dashes."""
    for t in np.arange(0.0, 1.0, 0.14):
        x, y = box.x + 1 + 7 * float(t), box.bottom - 1 - 7 * float(t)
        stroke(page, [(x, y), (x + dash_mm * 0.7, y - dash_mm * 0.7)], 0.3)


def test_a_stroke_that_a_two_level_scan_broke_is_a_mark() -> None:
    page = voted_page(but="c2")
    _broken(page, box_of("c2", "low"), 0.7)
    reading = read(_two_levels(page))
    assert (state(reading, "c2", "low"), note(reading, "c2", "low")) == ("marked", "broken stroke")


def test_a_broken_stroke_beside_a_mark_is_left_to_people() -> None:
    page = voted_page()
    _broken(page, box_of("c2", "low"), 0.7)
    assert state(read(_two_levels(page)), "c2", "low") in ("marked", "uncertain")


def test_a_broken_stroke_on_a_dusty_page_is_left_to_people() -> None:
    page = voted_page(but="c2")
    _broken(page, box_of("c2", "low"), 0.7)
    random = np.random.default_rng(9)
    for x, y in zip(random.uniform(25, 185, 700), random.uniform(60, 262, 700), strict=True):
        spot(page, float(x), float(y), 0.2)
    assert state(read(_two_levels(page)), "c2", "low") == "uncertain"


def _scribble(page: Picture, box: Rect) -> None:
    wide = box.grown(3.0)
    stroke(page, [(wide.x if k % 2 else wide.right, wide.y + 0.7 * k) for k in range(22)], 0.7)


def test_a_scribbled_out_cross_beside_a_new_one_asks() -> None:
    page = voted_page()
    cross(page, box_of("c2", "low"))
    _scribble(page, box_of("c2", "low"))
    reading = read(page)
    assert state(reading, "c2", "high") == "marked"
    assert (state(reading, "c2", "low"), note(reading, "c2", "low")) == (
        "uncertain",
        "perhaps scribbled out",
    )


def _zigzag(page: Picture, box: Rect) -> None:
    """Run to and fro over a box, so far apart that much of it stays bare."""
    wide = box.grown(2.2)
    stroke(page, [(wide.x if k % 2 else wide.right, wide.y + 1.5 * k) for k in range(9)], 0.7)


def test_boxes_filled_in_a_wide_zigzag_are_marks_where_all_of_them_are() -> None:
    page = blank_page()
    for contest in LINES:
        _zigzag(page, box_of(contest, "high"))
    assert plain(read(page))


def test_a_cross_that_a_wide_zigzag_runs_over_asks_among_crosses() -> None:
    page = voted_page()
    cross(page, box_of("c2", "low"))
    _zigzag(page, box_of("c2", "low"))
    assert state(read(page), "c2", "low") == "uncertain"
    page = voted_page(but="c2")
    _zigzag(page, box_of("c2", "low"))
    assert state(read(page), "c2", "low") == "uncertain"


def test_a_filled_box_in_a_ring_asks_among_filled_boxes() -> None:
    page = blank_page()
    for contest in LINES:
        _zigzag(page, box_of(contest, "high").grown(-2.5))
    centre = box_of("c2", "high").centre
    around = np.radians(np.arange(0, 361, 10))
    stroke(page, [(centre.x + 7.4 * np.cos(a), centre.y + 7.4 * np.sin(a)) for a in around], 0.5)
    assert state(read(page), "c2", "high") == "uncertain"


def test_a_box_filled_within_its_outline_is_a_mark() -> None:
    page = voted_page(but="c2")
    box = box_of("c2", "low").grown(-0.8)
    stroke(page, [(box.x if k % 2 else box.right, box.y + 0.5 * k) for k in range(15)], 0.7)
    assert marked(read(page))["c2"] == ["low"]


def test_boxes_that_are_all_filled_beyond_their_outlines_are_this_voters_marks() -> None:
    page = blank_page()
    for contest in LINES:
        _scribble(page, box_of(contest, "high").grown(-1.0))
    assert marked(read(page)) == {contest: ["high"] for contest in LINES}


def test_a_leg_that_ends_in_the_middle_of_the_next_box_asks() -> None:
    page = voted_page(but="c2")
    box, beside = box_of("c2", "high"), box_of("c2", "confidence")
    cross(page, box)
    stroke(page, [(box.x + 1, box.bottom - 1), (beside.x + 4.5, beside.centre.y)])
    reading = read(page)
    assert state(reading, "c2", "high") == "marked"
    strayed = state(reading, "c2", "confidence"), note(reading, "c2", "confidence")
    assert strayed == ("uncertain", "stroke from another box")


def test_a_ring_round_one_box_beside_a_cross_is_a_second_mark() -> None:
    page = voted_page()
    centre = box_of("c3", "low").centre
    turns = np.linspace(0, 2.05 * np.pi, 60)
    ring = [(centre.x + 6.4 * float(np.cos(t)), centre.y + 6.2 * float(np.sin(t))) for t in turns]
    stroke(page, ring)
    reading = read(page)
    assert marked(reading)["c3"] == ["high", "low"]
    assert note(reading, "c3", "low") == "circle round"


# --- what hangs on to a mark, and what lies at the edge of the sheet


def _letters(page: Picture, x: float, y: float, colour: Colour = BLUE) -> None:
    """Write some loops to the right of (x, y), all in one go."""
    ts = np.linspace(0, 8 * np.pi, 160)
    loops = [(x + 0.30 * float(t) + 0.9 * float(np.sin(t)), y + 1.3 * float(np.cos(t))) for t in ts]
    stroke(page, loops, 0.4, colour)


@pytest.mark.parametrize("colour", [BLUE, RED])
def test_writing_that_joins_the_leg_of_a_mark_is_an_annotation(colour: Colour) -> None:
    page = voted_page()
    box = box_of("c2", "high")
    stroke(page, [(box.x + 2, box.y + 2), (box.right + 1.5, box.bottom - 2)], 0.5, colour)
    _letters(page, box.right + 1.5, box.bottom - 3.3, colour)
    assert ("annotation", "c2") in codes(read(page))


@pytest.mark.parametrize("leg_mm", [3.0, 6.0])
def test_a_long_straight_leg_is_part_of_its_mark(leg_mm: float) -> None:
    page = voted_page()
    box = box_of("c2", "high")
    stroke(page, [(box.x + 1.5, box.bottom - 1.5), (box.right + leg_mm, box.y - 0.6 * leg_mm)])
    assert plain(read(page))


def _along_the_outline(page: Picture, box: Rect) -> None:
    """Draw a tick whose long leg runs along the lower outline and leaves it at the corner."""
    y = box.bottom
    stroke(page, [(box.right - 1, box.y + 1), (box.right - 2.5, y - 1.2), (box.x + 1.4, y - 0.1)])
    stroke(page, [(box.x + 1.4, y - 0.1), (box.x - 2.0, y + 0.25)], 0.45)


def _linked_cross(page: Picture, box: Rect, gaps: tuple[float, ...], width_mm: float) -> None:
    """Draw a cross in one go, a bow from leg to leg, with a pen that skips at places (0 to 1)."""
    x, y, far = box.x, box.y, box.right + 3.0
    bow = [
        (far + 1.6 * np.sin(t), y - 1.0 + (box.h + 1.0) * t / np.pi)
        for t in np.linspace(0, np.pi, 24)
    ]
    way = [(x - 1.0, box.bottom + 1.5), (far, y - 1.0), *bow[1:], (x - 1.5, y + 1.0)]
    at = np.array(way)
    run = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(at, axis=0).T))])
    fine = np.linspace(0, run[-1], 400)
    points = np.column_stack([np.interp(fine, run, at[:, k]) for k in (0, 1)])
    drawn = np.ones(len(fine), np.bool_)
    for gap in gaps:
        drawn &= np.abs(fine / run[-1] - gap) > 0.008
    edges = np.flatnonzero(np.diff(np.concatenate([[0], drawn.astype(int), [0]])))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        stroke(page, [(float(a), float(b)) for a, b in points[first:last]], width_mm)


@pytest.mark.parametrize("gaps", [(0.3, 0.6), (0.36, 0.62), (0.33, 0.5, 0.64)])
@pytest.mark.parametrize("width_mm", [0.35, 0.5])
def test_a_bow_between_two_legs_is_part_of_its_mark_though_the_pen_skips(
    gaps: tuple[float, ...], width_mm: float
) -> None:
    page = voted_page(but="c2")
    _linked_cross(page, box_of("c2", "high"), gaps, width_mm)
    assert plain(read(page))


def test_a_leg_that_skips_where_it_crosses_the_outline_is_part_of_its_mark() -> None:
    page = voted_page(but="c2")
    box = box_of("c2", "high")
    low = (box.x + 3.5, box.bottom - 1.5)
    stroke(page, [(box.x + 1, box.bottom - 3), low])
    for first, last in ((0.0, 0.52), (0.62, 1.15)):
        stroke(page, [(low[0] + 9 * t, low[1] - 12 * t) for t in (first, last)])
    assert plain(read(page))


def test_a_curl_that_a_leg_points_at_is_its_end() -> None:
    page = voted_page(but="c2")
    box = box_of("c2", "high")
    stroke(page, [(box.x - 0.5, box.bottom + 0.5), (box.right + 1.2, box.y - 1.2)])
    turns = np.radians(np.arange(200, 540, 20))
    curl = [(box.right + 2.9 + 0.8 * np.cos(t), box.y - 2.9 + 0.8 * np.sin(t)) for t in turns]
    stroke(page, [(float(a), float(b)) for a, b in curl], 0.4)
    assert plain(read(page))


@pytest.mark.parametrize("aside_mm", [2.6, 3.5])
def test_a_sign_beside_a_leg_that_points_elsewhere_is_an_annotation(aside_mm: float) -> None:
    page = voted_page(but="c2")
    box = box_of("c2", "high")
    stroke(page, [(box.x - 0.5, box.bottom + 0.5), (box.right + 1.2, box.y - 1.2)])
    x, y = box.right + 1.2 + aside_mm, box.y + 1.5
    stroke(page, [(x, y), (x + 1.0, y + 1.8)], 0.45)
    stroke(page, [(x + 1.0, y + 1.8), (x + 2.6, y - 2.4)], 0.45)
    assert ("annotation", "c2") in codes(read(page))


def test_a_hook_where_a_leg_leaves_the_outline_is_part_of_its_mark() -> None:
    page = voted_page(but="c2")
    box = box_of("c2", "high")
    _along_the_outline(page, box)
    stroke(page, [(box.x - 2.0, box.bottom + 0.25), (box.x - 2.3, box.bottom - 0.9)], 0.45)
    assert plain(read(page))


def test_a_sign_beside_the_corner_that_no_leg_reaches_is_an_annotation() -> None:
    page = voted_page()
    box = box_of("c2", "high")
    x, y = box.x - 3.6, box.bottom - 1.0
    stroke(page, [(x, y), (x + 0.9, y + 1.6)], 0.45)
    stroke(page, [(x + 0.9, y + 1.6), (x + 2.4, y - 1.8)], 0.45)
    assert ("annotation", "c2") in codes(read(page))


def test_a_leg_with_a_hook_at_its_end_is_part_of_its_mark() -> None:
    page = voted_page()
    box = box_of("c3", "high")
    right, top = box.right, box.y
    stroke(
        page,
        [
            (box.x + 2, top + 4),
            (box.x + 4, top + 7),
            (right + 3, top - 2),
            (right + 3.4, top - 0.8),
        ],
    )
    assert plain(read(page))


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ((204.5, 90.0), (206.5, 95.0)),
        ((4.0, 60.0), (6.5, 66.0)),
        ((90.0, 4.0), (97.0, 6.0)),
        ((120.0, 293.0), (128.0, 291.0)),
    ],
)
def test_a_stroke_near_the_edge_is_an_annotation(
    start: tuple[float, float], end: tuple[float, float]
) -> None:
    page = voted_page()
    stroke(page, [start, end])
    assert ("annotation", None) in codes(read(page))


def test_a_long_shadow_along_the_edge_is_no_annotation() -> None:
    page = voted_page()
    left = round(206.2 * SCALE)
    page[round(30 * SCALE) : round(140 * SCALE), left : left + 6] = 110
    assert plain(read(page))


def _torn(page: Picture, corner: tuple[float, float], reach_mm: float, level: int) -> None:
    x, y = corner
    inward = (reach_mm if x == 0 else -reach_mm, reach_mm if y == 0 else -reach_mm)
    ends = [(x, y), (x + inward[0], y), (x, y + inward[1])]
    pixels = np.array([[round(a * SCALE), round(b * SCALE)] for a, b in ends], np.int32)
    cv2.fillPoly(page, [pixels], (level, level, level))


@pytest.mark.parametrize("level", [0, 255])
@pytest.mark.parametrize("corner", [(0.0, 0.0), (210.0, 0.0), (0.0, 297.0), (210.0, 297.0)])
def test_a_torn_corner_is_no_annotation_and_takes_no_vote(
    corner: tuple[float, float], level: int
) -> None:
    page = voted_page()
    _torn(page, corner, 16.0, level)
    reading = read(page)
    assert marked(reading) == {contest: ["high"] for contest in LINES}
    assert "annotation" not in [code for code, _ in codes(reading)]


def test_the_line_of_a_corner_folded_over_is_no_annotation() -> None:
    page = voted_page()
    stroke(page, [(210.0, 270.0), (183.0, 297.0)], 0.3, (120, 120, 120))
    assert "annotation" not in [code for code, _ in codes(read(page))]


def test_a_stroke_in_a_corner_that_runs_out_at_no_edge_is_an_annotation() -> None:
    page = voted_page()
    stroke(page, [(186.0, 282.0), (191.0, 274.0)])
    assert ("annotation", None) in codes(read(page))

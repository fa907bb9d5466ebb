"""Worn paper is no ink, and ink is no worn paper: each explanation with its dangerous double."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.scan.page_drawings import (
    LINES,
    PALE,
    SCALE,
    Picture,
    blank_page,
    box_of,
    codes,
    crease,
    cross,
    marked,
    name_of,
    plain,
    read,
    state,
    stroke,
    voted_page,
)


@pytest.fixture
def page() -> Picture:
    """A ballot with a plain cross for the first level on each line."""
    return voted_page()


def test_the_page_of_these_tests_is_plain(page: Picture) -> None:
    assert plain(read(page))


def test_a_streak_of_the_glass_through_marks_is_no_ink(page: Picture) -> None:
    column = round(box_of("c1", "high").centre.x * SCALE)
    page[:, column : column + 3] = np.minimum(page[:, column : column + 3], 90)
    assert plain(read(page))


def test_a_ruler_line_through_a_row_is_neither_streak_nor_fold(page: Picture) -> None:
    name = name_of("c2")
    row = round(name.centre.y * SCALE)
    page[row : row + 4, round(22 * SCALE) : round(190 * SCALE)] = (120, 60, 40)
    reading = read(page)
    assert ("name-struck", "c2") in codes(reading)


def test_a_fold_across_the_sheet_is_no_ink(page: Picture) -> None:
    middle = round((box_of("c2", "high").centre.y + 1.0) * SCALE)
    shade = np.concatenate([[70, 95, 70], np.linspace(45, 0, 24)])
    for step, dark in enumerate(shade):
        row = page[middle + step].astype(np.int16) - round(float(dark))
        page[middle + step] = row.clip(0, 255)
    assert plain(read(page))


def test_a_crease_through_an_empty_box_and_open_paper_is_no_ink(page: Picture) -> None:
    crease(page, 100, 260, box_of("c1", "confidence").centre.x)
    assert plain(read(page))


def test_a_crease_is_no_vote_on_a_line_without_a_mark() -> None:
    page = blank_page()
    for contest in ("c1", "c3"):
        cross(page, box_of(contest, "high"))
    crease(page, 100, 260, box_of("c2", "confidence").centre.x)
    assert marked(read(page))["c2"] == []


def test_a_pale_strike_through_a_name_is_no_crease(page: Picture) -> None:
    name = name_of("c1")
    y = name.centre.y - 2.0
    stroke(page, [(name.x + 1, y), (name.x + 45, y + 0.6)], 0.35, (140, 140, 140))
    assert "name-struck" in [code for code, _ in codes(read(page))]


def test_a_wavy_strike_that_hides_in_the_letters_is_found(page: Picture) -> None:
    name = name_of("c3")
    wave = [(name.x + 3 + 0.4 * k, name.centre.y + 0.9 * np.sin(1.3 * k)) for k in range(60)]
    stroke(page, wave, 0.35)
    assert ("name-struck", "c3") in codes(read(page))


def test_a_name_under_correction_tape_is_found(page: Picture) -> None:
    name = name_of("c2")
    rows = slice(round((name.centre.y - 3) * SCALE), round((name.centre.y + 3) * SCALE))
    page[rows, round((name.x + 2) * SCALE) : round((name.x + 22) * SCALE)] = 252
    assert ("name-struck", "c2") in codes(read(page))


def test_pale_pencil_in_every_line_is_this_voters_pencil() -> None:
    page = blank_page()
    for contest in LINES:
        cross(page, box_of(contest, "high"), PALE)
    assert plain(read(page))


def test_one_pale_mark_beside_a_dark_one_is_left_to_people(page: Picture) -> None:
    cross(page, box_of("c2", "low"), PALE)
    reading = read(page)
    assert state(reading, "c2", "high") == "marked"
    assert state(reading, "c2", "low") == "uncertain"


def test_a_box_scribbled_over_beside_light_marks_is_left_to_people() -> None:
    page = blank_page()
    for contest in ("c1", "c2"):
        cross(page, box_of(contest, "high"))
    box = box_of("c3", "high").grown(3.0)
    stroke(page, [(box.x if k % 2 else box.right, box.y + 0.7 * k) for k in range(22)], 0.7)
    assert state(read(page), "c3", "high") == "uncertain"


def test_a_staple_and_punch_holes_are_no_annotation(page: Picture) -> None:
    stroke(page, [(16.0, 18.0), (25.0, 11.5)], 0.5, (70, 70, 70))
    for y in (108.0, 188.0):
        centre = (round(10.5 * SCALE), round(y * SCALE))
        cv2.circle(page, centre, round(2.75 * SCALE), (25, 25, 25), -1, cv2.LINE_AA)
    assert plain(read(page))


def test_a_blue_stroke_where_staples_sit_is_an_annotation(page: Picture) -> None:
    stroke(page, [(16.0, 18.0), (25.0, 11.5)], 0.5, (200, 60, 30))
    assert "annotation" in [code for code, _ in codes(read(page))]


def test_a_stroke_near_the_edge_of_the_sheet_is_an_annotation(page: Picture) -> None:
    stroke(page, [(203.0, 120.0), (205.5, 125.0)])
    assert "annotation" in [code for code, _ in codes(read(page))]

"""Worn paper is no ink, and ink is no worn paper: each explanation with its dangerous double."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from omr.election.load import load_election
from omr.election.templates import find_template
from omr.geometry import Rect
from omr.scan.identify import BallotKey, ballot_key
from omr.scan.page_image import PageImage
from omr.scan.pipeline import PageReader
from omr.scan.reading import PageReading, PageSource
from tests.scan.fresh_pages import SECRET, fresh_page

Picture = NDArray[np.uint8]
DPI = 300
SCALE = DPI / 25.4
BLUE = (130, 50, 30)
GREY = (175, 175, 175)
LINES = ("c1", "c2", "c3")


@pytest.fixture(scope="module")
def key() -> BallotKey:
    return ballot_key(load_election(find_template("lanh-dao.vi")), SECRET)


@pytest.fixture(scope="module")
def reader(key: BallotKey) -> PageReader:
    return PageReader(key)


@pytest.fixture
def page(key: BallotKey) -> Picture:
    """A ballot with a plain cross for the first level on each line."""
    drawn = fresh_page(dpi=DPI)
    for contest in LINES:
        _cross(drawn, _box(key, contest, "high"))
    return drawn


def _read(reader: PageReader, pixels: Picture) -> PageReading:
    source = PageSource("stack.pdf", "f" * 64, 1, "0" * 64)
    return reader.read_page(PageImage(source, pixels, DPI, b"", ".png"))


def _stroke(
    page: Picture,
    points: list[tuple[float, float]],
    width_mm: float = 0.5,
    colour: tuple[int, int, int] = BLUE,
) -> None:
    at = np.array([[round(x * SCALE * 16), round(y * SCALE * 16)] for x, y in points])
    thick = max(1, round(width_mm * SCALE))
    cv2.polylines(page, [at.astype(np.int32)], False, colour, thick, cv2.LINE_AA, 4)


def _cross(page: Picture, box: Rect, colour: tuple[int, int, int] = BLUE) -> None:
    inner = box.grown(-1.5)
    _stroke(page, [(inner.x, inner.y), (inner.right, inner.bottom)], colour=colour)
    _stroke(page, [(inner.right, inner.y), (inner.x, inner.bottom)], colour=colour)


def _box(key: BallotKey, contest: str, option: str) -> Rect:
    boxes = key.layouts["a"].pages[0].boxes
    return next(b.rect for b in boxes if (b.contest, b.option) == (contest, option))


def _name(key: BallotKey, contest: str) -> Rect:
    return next(n.rect for n in key.layouts["a"].pages[0].names if n.contest == contest)


def _marked(reading: PageReading) -> dict[str, list[str]]:
    return {
        contest: [m.option for m in reading.marks if m.contest == contest and m.state == "marked"]
        for contest in LINES
    }


def _plain(reading: PageReading) -> bool:
    """Whether nobody is asked and each line has its one cross."""
    return (
        reading.findings == ()
        and not any(mark.state == "uncertain" for mark in reading.marks)
        and _marked(reading) == {contest: ["high"] for contest in LINES}
    )


def test_the_page_of_these_tests_is_plain(reader: PageReader, page: Picture) -> None:
    assert _plain(_read(reader, page))


def test_a_streak_of_the_glass_through_marks_is_no_ink(
    reader: PageReader, key: BallotKey, page: Picture
) -> None:
    column = round(_box(key, "c1", "high").centre.x * SCALE)
    page[:, column : column + 3] = np.minimum(page[:, column : column + 3], 90)
    assert _plain(_read(reader, page))


def test_a_ruler_line_through_a_row_is_neither_streak_nor_fold(
    reader: PageReader, key: BallotKey, page: Picture
) -> None:
    name = _name(key, "c2")
    row = round(name.centre.y * SCALE)
    page[row : row + 4, round(22 * SCALE) : round(190 * SCALE)] = (120, 60, 40)
    reading = _read(reader, page)
    assert ("name-struck", "c2") in [(f.code, f.contest) for f in reading.findings]


def test_a_fold_across_the_sheet_is_no_ink(
    reader: PageReader, key: BallotKey, page: Picture
) -> None:
    middle = round((_box(key, "c2", "high").centre.y + 1.0) * SCALE)
    shade = np.concatenate([[70, 95, 70], np.linspace(45, 0, 24)])
    for step, dark in enumerate(shade):
        row = page[middle + step].astype(np.int16) - round(float(dark))
        page[middle + step] = row.clip(0, 255)
    assert _plain(_read(reader, page))


def _crease(page: Picture, top: float, bottom: float, x: float) -> None:
    """Draw a crooked, broken hair of shade from top to bottom."""
    ys = np.arange(top, bottom, 1.5)
    for k, y in enumerate(ys):
        left = x + 0.5 * np.sin(0.7 * k)
        _stroke(page, [(left, y), (x + 0.5 * np.sin(0.7 * (k + 1)), y + 1.2)], 0.12, GREY)


def test_a_crease_through_an_empty_box_and_open_paper_is_no_ink(
    reader: PageReader, key: BallotKey, page: Picture
) -> None:
    _crease(page, 100, 260, _box(key, "c1", "confidence").centre.x)
    assert _plain(_read(reader, page))


def test_a_crease_is_no_vote_on_a_line_without_a_mark(reader: PageReader, key: BallotKey) -> None:
    page = fresh_page(dpi=DPI)
    for contest in ("c1", "c3"):
        _cross(page, _box(key, contest, "high"))
    _crease(page, 100, 260, _box(key, "c2", "confidence").centre.x)
    assert _marked(_read(reader, page))["c2"] == []


def test_a_pale_strike_through_a_name_is_no_crease(
    reader: PageReader, key: BallotKey, page: Picture
) -> None:
    name = _name(key, "c1")
    y = name.centre.y - 2.0
    _stroke(page, [(name.x + 1, y), (name.x + 45, y + 0.6)], 0.35, (140, 140, 140))
    assert "name-struck" in [f.code for f in _read(reader, page).findings]


def test_a_wavy_strike_that_hides_in_the_letters_is_found(
    reader: PageReader, key: BallotKey, page: Picture
) -> None:
    name = _name(key, "c3")
    wave = [(name.x + 3 + 0.4 * k, name.centre.y + 0.9 * np.sin(1.3 * k)) for k in range(60)]
    _stroke(page, wave, 0.35)
    assert ("name-struck", "c3") in [(f.code, f.contest) for f in _read(reader, page).findings]


def test_a_name_under_correction_tape_is_found(
    reader: PageReader, key: BallotKey, page: Picture
) -> None:
    name = _name(key, "c2")
    rows = slice(round((name.centre.y - 3) * SCALE), round((name.centre.y + 3) * SCALE))
    page[rows, round((name.x + 2) * SCALE) : round((name.x + 22) * SCALE)] = 252
    assert ("name-struck", "c2") in [(f.code, f.contest) for f in _read(reader, page).findings]


def test_pale_pencil_in_every_line_is_this_voters_pencil(
    reader: PageReader, key: BallotKey
) -> None:
    page = fresh_page(dpi=DPI)
    for contest in LINES:
        _cross(page, _box(key, contest, "high"), (182, 182, 182))
    assert _plain(_read(reader, page))


def test_one_pale_mark_beside_a_dark_one_is_left_to_people(
    reader: PageReader, key: BallotKey, page: Picture
) -> None:
    _cross(page, _box(key, "c2", "low"), (182, 182, 182))
    states = {m.option: m.state for m in _read(reader, page).marks if m.contest == "c2"}
    assert (states["high"], states["low"]) == ("marked", "uncertain")


def test_a_box_scribbled_over_beside_light_marks_is_left_to_people(
    reader: PageReader, key: BallotKey
) -> None:
    page = fresh_page(dpi=DPI)
    for contest in ("c1", "c2"):
        _cross(page, _box(key, contest, "high"))
    box = _box(key, "c3", "high").grown(3.0)
    _stroke(page, [(box.x if k % 2 else box.right, box.y + 0.7 * k) for k in range(22)], 0.7)
    state = next(
        m.state for m in _read(reader, page).marks if (m.contest, m.option) == ("c3", "high")
    )
    assert state == "uncertain"


def test_a_staple_and_punch_holes_are_no_annotation(reader: PageReader, page: Picture) -> None:
    _stroke(page, [(16.0, 18.0), (25.0, 11.5)], 0.5, (70, 70, 70))
    for y in (108.0, 188.0):
        centre = (round(10.5 * SCALE), round(y * SCALE))
        cv2.circle(page, centre, round(2.75 * SCALE), (25, 25, 25), -1, cv2.LINE_AA)
    assert _plain(_read(reader, page))


def test_a_blue_stroke_where_staples_sit_is_an_annotation(
    reader: PageReader, page: Picture
) -> None:
    _stroke(page, [(16.0, 18.0), (25.0, 11.5)], 0.5, (200, 60, 30))
    assert "annotation" in [f.code for f in _read(reader, page).findings]


def test_a_stroke_near_the_edge_of_the_sheet_is_an_annotation(
    reader: PageReader, page: Picture
) -> None:
    _stroke(page, [(203.0, 120.0), (205.5, 125.0)])
    assert "annotation" in [f.code for f in _read(reader, page).findings]

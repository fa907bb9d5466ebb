"""One page read: marks drawn here by hand, not by the rehearsal's pens."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from pdf2image import convert_from_path

from omr.ballot.draw import print_ballots
from omr.ballot.layout import ballot_layouts
from omr.ballot.serials import issue_serials
from omr.election.load import load_election
from omr.election.model import Election
from omr.election.templates import find_template
from omr.geometry import Rect
from omr.scan.pages.page_image import PageImage
from omr.scan.pipeline import PageReader
from omr.scan.place.identify import BallotKey, ballot_key
from omr.scan.reading import PageReading, PageSource

Picture = NDArray[np.uint8]
SECRET = b"s" * 32
DPI = 200
SCALE = DPI / 25.4
BLUE = (130, 50, 30)


@cache
def _election() -> Election:
    return load_election(find_template("lanh-dao.vi"))


@pytest.fixture(scope="module")
def key() -> BallotKey:
    return ballot_key(_election(), SECRET)


@pytest.fixture(scope="module")
def reader(key: BallotKey) -> PageReader:
    return PageReader(key)


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Picture:
    return _printed(tmp_path_factory, SECRET)


def _printed(factory: pytest.TempPathFactory, secret: bytes) -> Picture:
    path = factory.mktemp("print") / "ballot.pdf"
    layout = ballot_layouts(_election())["a"]
    serials = issue_serials(1, set(), seed=1)
    print_ballots(layout, _election().fingerprint, 0, serials, secret, path)
    return np.asarray(convert_from_path(path, DPI)[0])[:, :, ::-1].copy()


def _read(reader: PageReader, pixels: Picture, dpi: float | None = DPI) -> PageReading:
    source = PageSource("stack.pdf", "f" * 64, 1, "0" * 64)
    return reader.read_page(PageImage(source, pixels, dpi, b"", ".png"))


def _line(page: Picture, points: list[tuple[float, float]], width_mm: float = 0.5) -> None:
    pixels = np.array([[round(x * SCALE * 16), round(y * SCALE * 16)] for x, y in points])
    thickness = max(1, round(width_mm * SCALE))
    cv2.polylines(page, [pixels.astype(np.int32)], False, BLUE, thickness, cv2.LINE_AA, 4)


def _cross(page: Picture, box: Rect) -> None:
    inner = box.grown(-1.5)
    _line(page, [(inner.x, inner.y), (inner.right, inner.bottom)])
    _line(page, [(inner.right, inner.y), (inner.x, inner.bottom)])


def _box(key: BallotKey, contest: str, option: str) -> Rect:
    boxes = key.layouts["a"].pages[0].boxes
    return next(b.rect for b in boxes if (b.contest, b.option) == (contest, option))


def _states(reading: PageReading) -> dict[tuple[str, str], str]:
    return {(mark.contest, mark.option): mark.state for mark in reading.marks}


def _codes(reading: PageReading) -> list[tuple[str, str | None]]:
    return [(finding.code, finding.contest) for finding in reading.findings]


def test_an_unmarked_page_is_empty_and_nothing_is_found_on_it(
    reader: PageReader, blank: Picture
) -> None:
    reading = _read(reader, blank)
    assert reading.status == "read"
    assert set(_states(reading).values()) == {"empty"}
    assert reading.findings == ()
    assert reading.registration is not None
    assert reading.registration.fiducials == 6
    assert reading.registration.scale == pytest.approx(1.0, abs=0.003)


def _circle_round(page: Picture, box: Rect) -> None:
    turns = np.linspace(0, 2.1 * np.pi, 60)
    c = box.centre
    _line(page, [(c.x + 6.6 * np.cos(t), c.y + 6.2 * np.sin(t)) for t in turns])


def _tick(page: Picture, box: Rect) -> None:
    c = box.centre
    _line(page, [(c.x - 2.5, c.y), (c.x, c.y + 3), (c.x + 6, c.y - 6)])


def _slash(page: Picture, box: Rect) -> None:
    _line(page, [(box.x + 1, box.bottom - 1), (box.right - 1, box.y + 1)], 0.3)


def _dot(page: Picture, box: Rect) -> None:
    centre = (round(box.centre.x * SCALE), round(box.centre.y * SCALE))
    cv2.circle(page, centre, round(0.8 * SCALE), BLUE, -1, cv2.LINE_AA)


def _fill(page: Picture, box: Rect) -> None:
    zigzag = [(box.x + (1 if k % 2 else 8), box.y + 1 + k * 0.5) for k in range(15)]
    _line(page, zigzag, 0.6)


@pytest.mark.parametrize("draw", [_cross, _tick, _slash, _dot, _fill, _circle_round])
@pytest.mark.parametrize("quarter_turns", [0, 1, 2, 3])
def test_each_style_marks_its_box_alone_in_any_orientation(
    reader: PageReader,
    key: BallotKey,
    blank: Picture,
    draw: Callable[[Picture, Rect], None],
    quarter_turns: int,
) -> None:
    page = blank.copy()
    draw(page, _box(key, "c2", "confidence"))
    reading = _read(reader, np.rot90(page, quarter_turns).copy())
    states = _states(reading)
    assert states.pop(("c2", "confidence")) == "marked"
    assert set(states.values()) == {"empty"}
    assert reading.findings == ()


@pytest.mark.parametrize("scale", [0.92, 0.97, 1.02])
@pytest.mark.parametrize("skew_deg", [-5.0, 4.0])
def test_skew_and_print_scale_are_undone(
    reader: PageReader, key: BallotKey, blank: Picture, scale: float, skew_deg: float
) -> None:
    page = blank.copy()
    _cross(page, _box(key, "c1", "high"))
    # A glass larger than the sheet: turned paper keeps its corners.
    page = cv2.copyMakeBorder(page, 90, 90, 90, 90, cv2.BORDER_CONSTANT, value=(255, 255, 255))
    height, width = page.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), skew_deg, scale)
    scan = cv2.warpAffine(page, turn, (width, height), borderValue=(255, 255, 255))
    reading = _read(reader, np.asarray(scan, dtype=np.uint8))
    states = _states(reading)
    assert states.pop(("c1", "high")) == "marked"
    assert set(states.values()) == {"empty"}
    assert "annotation" not in [code for code, _ in _codes(reading)]


@pytest.mark.parametrize("corner", range(4))
def test_any_one_corner_may_be_gone(
    reader: PageReader, key: BallotKey, blank: Picture, corner: int
) -> None:
    page = blank.copy()
    _cross(page, _box(key, "c3", "low"))
    rows = slice(0, 250) if corner < 2 else slice(-250, None)
    columns = slice(0, 250) if corner % 2 == 0 else slice(-250, None)
    page[rows, columns] = 255
    states = _states(_read(reader, page))
    assert states.pop(("c3", "low")) == "marked"
    assert set(states.values()) == {"empty"}


def test_a_leg_that_enters_the_next_box_is_no_second_mark(
    reader: PageReader, key: BallotKey, blank: Picture
) -> None:
    page = blank.copy()
    box, following = _box(key, "c1", "high"), _box(key, "c1", "confidence")
    _cross(page, box)
    _line(page, [(box.x + 1, box.y + 2), (following.x + 1.5, box.y + 6)])
    states = _states(_read(reader, page))
    assert states[("c1", "high")] == "marked"
    assert states[("c1", "confidence")] == "empty"


def _skipping_leg(page: Picture, box: Rect) -> None:
    _line(page, [(box.x + 2, box.centre.y), (box.centre.x, box.bottom - 1)])
    for start in (0.0, 3.2, 6.4):
        x, y = box.centre.x + start, box.bottom - 1 - 1.4 * start
        _line(page, [(x, y), (x + 1.8, y - 2.5)])


def test_a_leg_broken_by_a_skipping_pen_is_part_of_its_mark(
    reader: PageReader, key: BallotKey, blank: Picture
) -> None:
    page = blank.copy()
    _skipping_leg(page, _box(key, "c2", "high"))
    reading = _read(reader, page)
    assert _states(reading)[("c2", "high")] == "marked"
    assert reading.findings == ()


def test_letters_beside_a_marked_box_are_an_annotation(
    reader: PageReader, key: BallotKey, blank: Picture
) -> None:
    page = blank.copy()
    box = _box(key, "c2", "high")
    _cross(page, box)
    x, y = box.right + 2.5, box.centre.y
    turns = np.linspace(0, 2 * np.pi, 30)
    _line(page, [(x + np.cos(t), y + np.sin(t)) for t in turns], 0.4)
    _line(page, [(x + 2, y - 2), (x + 2, y + 1), (x + 3.2, y - 0.6)], 0.4)
    assert ("annotation", "c2") in _codes(_read(reader, page))


def test_a_circled_cross_beside_another_mark_is_left_to_people(
    reader: PageReader, key: BallotKey, blank: Picture
) -> None:
    page = blank.copy()
    wrong = _box(key, "c1", "low")
    _cross(page, wrong)
    _circle_round(page, wrong)
    _cross(page, _box(key, "c1", "high"))
    states = _states(_read(reader, page))
    assert states[("c1", "low")] == "uncertain"
    assert states[("c1", "high")] == "marked"


def test_a_pen_put_down_is_neither_overlooked_nor_counted(
    reader: PageReader, key: BallotKey, blank: Picture
) -> None:
    page = blank.copy()
    centre = _box(key, "c1", "low").centre
    _line(page, [(centre.x, centre.y), (centre.x + 0.4, centre.y + 0.3)], 0.4)
    assert _states(_read(reader, page))[("c1", "low")] == "uncertain"


def test_a_struck_name_is_found_and_tied_to_its_official(
    reader: PageReader, key: BallotKey, blank: Picture
) -> None:
    page = blank.copy()
    name = next(n for n in key.layouts["a"].pages[0].names if n.contest == "c2").rect
    _line(page, [(name.x + 2, name.centre.y), (name.x + 30, name.centre.y + 0.6)])
    assert ("name-struck", "c2") in _codes(_read(reader, page))


@pytest.mark.parametrize("length_mm", [4.0, 8.0])
def test_a_pen_stroke_in_the_margin_is_an_annotation(
    reader: PageReader, blank: Picture, length_mm: float
) -> None:
    page = blank.copy()
    _line(page, [(60.0, 258.0), (60.0 + length_mm, 257.0)])
    assert ("annotation", None) in _codes(_read(reader, page))


def test_ink_in_the_free_zones_is_no_annotation(
    reader: PageReader, key: BallotKey, blank: Picture
) -> None:
    page = blank.copy()
    zones = {zone.kind: zone.rect for zone in key.layouts["a"].pages[0].zones}
    seal, signature = zones["seal"], zones["signature"]
    centre = (round(seal.centre.x * SCALE), round(seal.centre.y * SCALE))
    cv2.circle(page, centre, round(18.5 * SCALE), (40, 40, 210), round(SCALE), cv2.LINE_AA)
    inside = signature.grown(-3)
    _line(
        page,
        [(inside.x, inside.bottom), (inside.centre.x, inside.y), (inside.right, inside.bottom)],
    )
    reading = _read(reader, page)
    assert reading.findings == ()
    assert set(_states(reading).values()) == {"empty"}


def test_a_page_of_another_key_is_told_as_forged(
    reader: PageReader, tmp_path_factory: pytest.TempPathFactory
) -> None:
    forged = _printed(tmp_path_factory, b"x" * 32)
    assert _read(reader, forged).status == "bad-signature"


def test_an_empty_back_is_blank_and_other_print_has_no_code(reader: PageReader) -> None:
    back = np.full((2339, 1654), 250, np.uint8)
    assert _read(reader, back).status == "blank"
    cv2.putText(back, "Bien ban hop", (200, 600), cv2.FONT_HERSHEY_SIMPLEX, 4, (0,), 9)
    assert _read(reader, back).status == "no-code"


def test_a_ballot_too_pale_to_read_is_not_taken_for_an_empty_back(
    reader: PageReader, blank: Picture
) -> None:
    pale = (255 - (255 - blank.astype(np.float32)) * 0.2).astype(np.uint8)
    for x, y in ((0, 0), (0, 0.85), (0.75, 0), (0.75, 0.85)):
        # The codes are gone altogether; the marks beside them stay.
        rows = slice(round((y * 297 + 2) * SCALE), round((y * 297 + 45) * SCALE))
        columns = slice(round((x * 210 + 18) * SCALE), round((x * 210 + 37) * SCALE))
        pale[rows, columns] = 255
    assert _read(reader, pale).status == "no-code"


def test_a_row_that_is_torn_away_is_damaged_and_its_boxes_uncertain(
    reader: PageReader, key: BallotKey, blank: Picture
) -> None:
    page = blank.copy()
    row = next(r for r in key.layouts["a"].pages[0].rows if r.contest == "c3").rect
    top, bottom = round((row.y - 3) * SCALE), round((row.bottom + 3) * SCALE)
    page[top:bottom, round(120 * SCALE) :] = 0
    reading = _read(reader, page)
    assert ("damaged", "c3") in _codes(reading)
    states = _states(reading)
    assert {states[("c3", option)] for option in ("high", "confidence", "low")} == {"uncertain"}

"""Empty backs of sheets: what paper and machines leave on them is passed, a note never is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from omr.scan.foreign.backs import notes_on_back
from omr.scan.reading import NOTE_ON_BACK
from omr.scan.settings import ReaderSettings
from tests.scan import page_drawings as drawn

Picture = NDArray[np.uint8]
SETTINGS = ReaderSettings()
DPI = 200
SCALE = DPI / 25.4


def _back(colour: bool = True, paper: int = 246) -> Picture:
    """Return a grainy empty side of A4."""
    rng = np.random.default_rng(5)
    shape = (round(297 * SCALE), round(210 * SCALE))
    grain = cv2.GaussianBlur(rng.normal(0, 5, shape).astype(np.float32), (0, 0), 0.7)
    grey = np.clip(paper + grain, 0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8) if colour else grey


def _px(*mm: float) -> tuple[int, ...]:
    return tuple(round(v * SCALE) for v in mm)


def _word(page: Picture, x: float, y: float, pen: tuple[int, ...], width_mm: float) -> None:
    """Draw a short word in script: a chain of loops, 9 mm long and 4 mm high."""
    at = np.linspace(0.0, 1.0, 160)
    points = np.stack([x + 9 * at + 0.9 * np.sin(20 * at), y - 1.4 * (1 - np.cos(22 * at))], axis=1)
    line = np.rint(points * SCALE * 16).astype(np.int32)
    thick = max(1, round(width_mm * SCALE))
    cv2.polylines(page, [line], False, pen[: page.ndim + page.ndim % 2], thick, cv2.LINE_AA, 4)


def _show_through(page: Picture, strength: float) -> None:
    """Let the print of the other side show, mirrored and soft."""
    front = drawn.blank_page()
    grey = front if front.ndim == 2 else cv2.cvtColor(front, cv2.COLOR_BGR2GRAY)
    size = (page.shape[1], page.shape[0])
    shade = 1 - cv2.resize(grey, size, interpolation=cv2.INTER_AREA)[:, ::-1] / np.float32(255)
    shade = 1 - strength * cv2.GaussianBlur(shade.astype(np.float32), (0, 0), 2.0)
    page[:] = np.clip(page * (shade[..., None] if page.ndim == 3 else shade), 0, 255)


@pytest.mark.parametrize("colour", [True, False])
@pytest.mark.parametrize(
    ("pen", "width_mm"),
    [((140, 50, 30), 0.4), ((35, 30, 30), 0.6), ((135, 135, 140), 0.6), ((60, 50, 190), 0.4)],
)
@pytest.mark.parametrize("place", [(40.0, 60.0), (15.0, 285.0), (180.0, 150.0)])
def test_a_short_word_on_the_back_is_found(
    colour: bool, pen: tuple[int, ...], width_mm: float, place: tuple[float, float]
) -> None:
    page = _back(colour)
    _show_through(page, 0.1)
    grey = (round(0.11 * pen[0] + 0.59 * pen[1] + 0.3 * pen[2]),)
    _word(page, *place, pen if colour else grey, width_mm)
    found = notes_on_back(page, float(DPI), SETTINGS)
    assert len(found) == 1
    rect = found[0].rect
    assert rect is not None
    assert abs(rect.centre.x - place[0] - 4.5) < 2
    assert abs(rect.centre.y - place[1] + 1.4) < 2


def test_a_note_on_a_turned_back_is_found() -> None:
    page = np.ascontiguousarray(np.rot90(_back()))
    _word(page, 120.0, 90.0, (140, 50, 30), 0.4)
    assert len(notes_on_back(page, None, SETTINGS)) == 1


def test_a_long_letter_in_pale_pencil_is_found() -> None:
    page = _back()
    for y in range(60, 180, 9):
        for x in range(30, 160, 16):
            _word(page, x, y, (165, 165, 168), 0.6)
    assert notes_on_back(page, float(DPI), SETTINGS)


def _holes(page: Picture) -> None:
    for y in (108.5, 188.5):
        cv2.circle(page, _px(11.0, y), *_px(2.75), (20, 20, 20), -1, cv2.LINE_AA)


def _dust(page: Picture) -> None:
    rng = np.random.default_rng(3)
    for x, y in rng.uniform((10, 10), (200, 287), (25, 2)):
        cv2.circle(page, _px(x, y), 2, (70, 70, 70), -1, cv2.LINE_AA)


def _fold(page: Picture) -> None:
    row = round(148.5 * SCALE)
    page[row - 1 : row + 2] = (page[row - 1 : row + 2] * 0.85).astype(np.uint8)


def _lid(page: Picture) -> None:
    page[:, : round(3 * SCALE)] = 15
    page[-round(2 * SCALE) :] = 15


def _streak(page: Picture) -> None:
    page[:, round(63 * SCALE)] = 120


def _edge_upon_glass(page: Picture) -> None:
    cv2.line(page, _px(204.0, 0.0), _px(203.0, 297.0), (120, 120, 120), 2, cv2.LINE_AA)


def _shown(page: Picture) -> None:
    _show_through(page, 0.16)


@pytest.mark.parametrize("colour", [True, False])
@pytest.mark.parametrize(
    "worn", [_holes, _dust, _fold, _lid, _streak, _edge_upon_glass, _shown, lambda _: None]
)
def test_what_nobody_wrote_is_no_note(colour: bool, worn: object) -> None:
    page = _back(colour)
    assert callable(worn)
    worn(page)
    assert notes_on_back(page, float(DPI), SETTINGS) == ()


def test_the_other_side_in_black_and_white_is_no_note() -> None:
    page = _back(colour=False)
    _show_through(page, 0.1)
    near = cv2.GaussianBlur(page, (0, 0), 12)
    black = np.where(page < near.astype(np.float32) * 0.935, 0, 255).astype(np.uint8)
    assert np.count_nonzero(black == 0) > 2000
    assert notes_on_back(black, float(DPI), SETTINGS) == ()


def test_a_back_with_a_note_waits_for_people_and_tells_where() -> None:
    page = _back()
    _word(page, 100.0, 200.0, (140, 50, 30), 0.4)
    reading = drawn.read(page)
    assert (reading.status, reading.detail) == ("no-code", NOTE_ON_BACK)
    assert reading.grades == ()
    assert [finding.code for finding in reading.findings] == ["annotation"]
    assert drawn.read(_back()).status == "blank"


@pytest.mark.parametrize("lines", [1, 2, 3])
def test_a_back_that_has_lines_of_writing_waits_as_one_with_a_note(lines: int) -> None:
    page = _back()
    for line in range(lines):
        for word in range(12):
            _word(page, 20.0 + 13 * word, 40.0 + 14 * line, (140, 50, 30), 0.5)
    reading = drawn.read(page)
    assert (reading.status, reading.detail) == ("no-code", NOTE_ON_BACK)
    assert len(reading.findings) >= lines


def test_print_without_a_code_is_no_note() -> None:
    page = drawn.blank_page()
    height = page.shape[0]
    page[: height // 8] = page[-height // 8 :] = page.max()
    reading = drawn.read(page)
    assert (reading.status, reading.detail) == ("no-code", "")

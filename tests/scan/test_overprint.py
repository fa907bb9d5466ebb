"""Strokes upon print, and the print that looks like them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from omr.ballot.typeset import Style
from omr.geometry import Rect
from omr.scan.place.reference import Reference, make_reference
from omr.scan.place.serial_print import draw_serial
from omr.scan.settings import ReaderSettings
from tests.scan.page_drawings import (
    BLUE,
    PENCIL,
    RED,
    SCALE,
    Colour,
    Picture,
    codes,
    layout,
    name_of,
    plain,
    read,
    stroke,
    voted_page,
)

BLACK: Colour = (40, 35, 35)


def text_line(words: str) -> Rect:
    """Return where a line of print that holds these words stands."""
    run = next(run for run in layout().texts if words in run.text)
    style = Style(run.face, run.size_pt)
    return Rect(run.x, run.baseline - style.rise_mm, style.width(run.text), style.line_mm)


def shifted(page: Picture, rect: Rect, dx_mm: float, dy_mm: float) -> Picture:
    """Return the page with the print of a rectangle moved a little."""
    moved = page.copy()
    left, top, right, bottom = (round(v * SCALE) for v in (rect.x, rect.y, rect.right, rect.bottom))
    part = page[top:bottom, left:right]
    matrix = np.array([[1, 0, dx_mm * SCALE], [0, 1, dy_mm * SCALE]])
    size = (part.shape[1], part.shape[0])
    moved[top:bottom, left:right] = cv2.warpAffine(part, matrix, size, borderValue=(255,) * 3)
    return moved


@pytest.mark.parametrize("colour", [BLUE, RED, BLACK, PENCIL])
@pytest.mark.parametrize("slope", [-0.6, 0.15, 0.5])
def test_a_short_dash_upon_a_line_of_text_is_found(colour: Colour, slope: float) -> None:
    page = voted_page()
    line = text_line("Không gạch")
    x, y = line.x + 22, line.y + 0.6 * line.h
    stroke(page, [(x, y - slope * 2.5), (x + 5, y + slope * 2.5)], 0.45, colour)
    reading = read(page)
    assert [code for code, _ in codes(reading)] == ["annotation"]
    place = reading.findings[0].rect
    assert place is not None and place.intersection(Rect(x, y - 2, 5, 4)) is not None


def test_a_dash_upon_the_serial_is_found() -> None:
    page = voted_page()
    serial = layout().serials[1]
    stroke(page, [(serial.x + 4, serial.y + 1), (serial.x + 9, serial.y + 4.5)], 0.4, BLACK)
    assert codes(read(page)) == [("annotation", None)]


def test_a_slanting_dash_through_a_name_is_tied_to_the_official() -> None:
    page = voted_page()
    name = name_of("c2")
    x, y = name.x + 6, name.centre.y
    stroke(page, [(x, y + 1.6), (x + 4.5, y - 1.6)], 0.45, BLUE)
    assert {contest for _, contest in codes(read(page))} == {"c2"}


def paragraph() -> Rect:
    """Return the lines that tell the voter what to do, with the paper around them."""
    first, last = text_line("Đánh dấu"), text_line("Không gạch")
    return first.united(last).grown(6.0)


@pytest.mark.parametrize("shift", [(0.3, 0.0), (0.0, 0.3), (-0.3, 0.25), (0.4, -0.3)])
def test_print_beside_its_place_is_no_stroke(shift: tuple[float, float]) -> None:
    assert plain(read(shifted(voted_page(), paragraph(), *shift)))


def test_a_stroke_upon_moved_print_is_found_all_the_same() -> None:
    line = text_line("Không gạch")
    page = shifted(voted_page(), paragraph(), 0.3, 0.25)
    x, y = line.x + 22, line.y + 0.6 * line.h
    stroke(page, [(x, y - 2), (x + 6, y + 1.5)], 0.5, BLUE)
    assert [code for code, _ in codes(read(page))] == ["annotation"]


@pytest.mark.parametrize("grow_px", [2, 3])
def test_fat_toner_is_no_stroke(grow_px: int) -> None:
    page = voted_page()
    fat = cv2.erode(page, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (grow_px, grow_px)))
    assert plain(read(np.asarray(fat, dtype=np.uint8)))


def reference() -> Reference:
    return make_reference(layout(), ReaderSettings())


def test_the_serial_is_drawn_where_it_is_printed() -> None:
    """The drawing darkens just those places of the serial that are dark on the printed page."""
    known = reference()
    scale = known.px_per_mm
    page = voted_page()
    serial = read(page).serial
    assert serial is not None
    drawn = known.darkness.copy()
    draw_serial(drawn, layout(), serial, scale)
    small = cv2.resize(page, drawn.shape[::-1], interpolation=cv2.INTER_AREA)[..., 0]
    for place in layout().serials:
        area = (
            slice(round(place.y * scale), round(place.bottom * scale)),
            slice(round(place.x * scale), round(place.right * scale)),
        )
        printed, ours = 255 - small[area].astype(int), drawn[area].astype(int)
        assert printed.max() > 200
        assert np.abs(printed - ours).mean() < 0.3 * printed.mean()

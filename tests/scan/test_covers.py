"""What lies over the paper: labels and highlighters are found, stains and lost toner are not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from omr.ballot.serials import issue_serials
from omr.geometry import Rect
from omr.scan.foreign.covers import covered_places
from omr.scan.foreign.hidden_print import hidden_print
from omr.scan.place.serial_print import with_serial
from tests.scan.page_drawings import (
    SCALE,
    Colour,
    Picture,
    box_of,
    codes,
    layout,
    name_of,
    placed,
    plain,
    read,
    spot,
    voted_page,
)

# Of every page that is drawn here.
(SERIAL,) = issue_serials(1, set(), seed=1)
# Free paper below the table, and the criteria above it.
FREE = Rect(40.0, 250.0, 60.0, 14.0)
WHITE, YELLOW, PINK = (255, 255, 255), (175, 255, 255), (215, 190, 255)
HIGHLIGHTERS = [(110, 250, 255), (200, 130, 255), (140, 255, 170), (90, 190, 255)]


def _area(rect: Rect) -> tuple[slice, slice]:
    return (
        slice(round(rect.y * SCALE), round(rect.bottom * SCALE)),
        slice(round(rect.x * SCALE), round(rect.right * SCALE)),
    )


def _printed_line() -> Rect:
    """Return where a long line of text stands above the table."""
    top = min(row.rect.y for row in layout().rows)
    run = max(
        (run for run in layout().texts if run.baseline < top - 12), key=lambda run: len(run.text)
    )
    return Rect(run.x, run.baseline - 4.5, 60.0, 6.0)


def _stuck(page: Picture, rect: Rect, colour: Colour, slant: float = 0.02) -> None:
    corners = np.array(
        [
            (rect.x, rect.y),
            (rect.right, rect.y + slant * rect.w),
            (rect.right - slant * rect.h, rect.bottom + slant * rect.w),
            (rect.x - slant * rect.h, rect.bottom),
        ]
    )
    cv2.fillPoly(page, [np.rint(corners * SCALE).astype(np.int32)], colour, cv2.LINE_AA)


def _highlighted(page: Picture, rect: Rect, colour: Colour) -> None:
    """Let a colour take from paper and print alike, as a highlighter does."""
    layer = np.full(page.shape, 255, np.uint8)
    _stuck(layer, rect, colour, 0.0)
    page[:] = (page.astype(np.uint16) * layer // 255).astype(np.uint8)


def _grey(page: Picture) -> Picture:
    return np.asarray(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), np.uint8)


def _places(page: Picture) -> list[Rect]:
    seen = placed(page)
    page_of = seen.flat, seen.reference, seen.ink
    sharp = with_serial(seen.reference, SERIAL)
    return [*hidden_print(*page_of, sharp), *covered_places(*page_of)]


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("colour", [WHITE, (250, 252, 251), YELLOW])
def test_a_label_over_print_is_found(colour: Colour, grey: bool) -> None:
    page = voted_page()
    _stuck(page, _printed_line().grown(1.0), colour)
    found = _places(_grey(page) if grey else page)
    assert any(rect.intersection(_printed_line()) for rect in found)
    assert not plain(read(_grey(page) if grey else page))


@pytest.mark.parametrize("colour", [WHITE, YELLOW, PINK])
def test_a_label_over_pale_print_is_found(colour: Colour) -> None:
    page = voted_page()
    _coarse_and_pale(page)
    _stuck(page, _printed_line().grown(1.0), colour)
    assert any(rect.intersection(_printed_line()) for rect in _places(page))


@pytest.mark.parametrize("grey", [False, True])
def test_a_strip_with_fresh_boxes_over_a_row_is_found(grey: bool) -> None:
    page = voted_page()
    first, last = box_of("c2", "high"), box_of("c2", "low")
    fresh = {
        option: page[_area(box_of("c2", option).grown(0.6))].copy()
        for option in ("high", "confidence", "low")
    }
    _stuck(page, Rect(first.x - 4, first.y - 3, last.right - first.x + 8, first.h + 6), WHITE, 0.0)
    for option, box in fresh.items():
        page[_area(box_of("c2", option).grown(0.6))] = box
    assert codes(read(_grey(page) if grey else page)) == [("annotation", "c2")]


@pytest.mark.parametrize("grey", [False, True])
def test_a_covered_serial_is_found(grey: bool) -> None:
    # The upper one: where the lower one stands, a corner may be torn off upon a white lid.
    page = voted_page()
    place = layout().serials[0]
    _stuck(page, place.grown(0.8), WHITE, 0.0)
    shown = _grey(page) if grey else page
    assert any(rect.intersection(place) for rect in _places(shown))
    assert ("annotation", None) in codes(read(shown))


@pytest.mark.parametrize("colour", [YELLOW, PINK, (255, 220, 180), (190, 255, 200)])
def test_a_coloured_note_on_free_paper_is_found(colour: Colour) -> None:
    page = voted_page()
    _stuck(page, FREE, colour)
    (found,) = _places(page)
    assert found.intersection(FREE)
    assert ("annotation", None) in codes(read(page))


@pytest.mark.parametrize("colour", HIGHLIGHTERS)
@pytest.mark.parametrize("high_mm", [4.0, 6.0])
def test_a_highlighted_name_asks(colour: Colour, high_mm: float) -> None:
    page = voted_page()
    name = name_of("c2")
    _highlighted(page, Rect(name.x - 1, name.centre.y - high_mm / 2, 40.0, high_mm), colour)
    reading = read(page)
    assert any(contest == "c2" for _, contest in codes(reading))


@pytest.mark.parametrize("colour", [(200, 130, 255), (90, 160, 255)])
def test_a_highlighted_name_asks_without_colour(colour: Colour) -> None:
    page = voted_page()
    name = name_of("c2")
    _highlighted(page, Rect(name.x + 2, name.centre.y - 3.5, 42.0, 6.5), colour)
    assert any(contest == "c2" for _, contest in codes(read(_grey(page))))


def _hole_over_print(page: Picture) -> None:
    line = _printed_line()
    spot(page, line.x + 20, line.centre.y, 3.0, (250, 250, 250))


def _blocked_nozzle(page: Picture) -> None:
    for x in (50.0, 50.9, 120.0):
        page[:, round(x * SCALE) : round((x + 0.6) * SCALE)] = 255


def _pale_toner(page: Picture) -> None:
    page[:] = 255 - ((255 - page.astype(np.int32)) * 45 // 100).astype(np.uint8)


def _coarse_and_pale(page: Picture) -> None:
    """A coarse scan of saved toner: rules of the table take a seventh of the light."""
    _pale_toner(page)
    soft = cv2.GaussianBlur(page, (0, 0), 0.14 * SCALE)
    page[:] = 255 - ((255 - soft.astype(np.int32)) * 60 // 100).astype(np.uint8)


def _coffee(page: Picture) -> None:
    layer = np.full(page.shape, 255, np.uint8)
    at = round(70 * SCALE), round(250 * SCALE)
    axes = round(10 * SCALE), round(6.5 * SCALE)
    cv2.ellipse(layer, at, axes, 25, 0, 360, (190, 225, 243), -1, cv2.LINE_AA)
    page[:] = (page.astype(np.uint16) * layer // 255).astype(np.uint8)


def _smear(page: Picture) -> None:
    """A thumb's red smear ends softly."""
    layer = np.zeros(page.shape[:2], np.float32)
    cv2.ellipse(layer, (round(120 * SCALE), round(254 * SCALE)),
                (round(7 * SCALE), round(4 * SCALE)), 30, 0, 360, (1.0,), -1)  # fmt: skip
    layer = cv2.GaussianBlur(layer, (0, 0), 2.0 * SCALE)[..., None]
    page[:] = (page * (1 - 0.25 * layer * np.array([0.8, 1.0, 0.1]))).astype(np.uint8)


def _yellowed_edge(page: Picture) -> None:
    across = np.clip(1 - np.arange(page.shape[1]) / (25 * SCALE), 0, 1)[None, :, None]
    page[:] = (page * (1 - across * np.array([0.25, 0.12, 0.05]))).astype(np.uint8)


def _filled(page: Picture) -> None:
    page[_area(box_of("c1", "high").grown(0.4))] = (170, 70, 20)


def _torn_corner(page: Picture) -> None:
    corner = np.array([(0, 0), (30, 0), (0, 26)]) * SCALE
    cv2.fillPoly(page, [np.rint(corner).astype(np.int32)], (250, 250, 250))


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize(
    "worn",
    [_hole_over_print, _blocked_nozzle, _pale_toner, _coarse_and_pale, _coffee, _smear,
     _yellowed_edge, _filled, _torn_corner, lambda _: None],
)  # fmt: skip
def test_what_covers_nothing_is_not_found(worn: object, grey: bool) -> None:
    page = voted_page()
    assert callable(worn)
    worn(page)
    assert _places(_grey(page) if grey else page) == []


@pytest.mark.parametrize("shade", [150, 200, 225])
@pytest.mark.parametrize("place", [(70.0, 254.0), (45.0, 200.0)])
def test_a_round_label_is_found_without_colour(shade: int, place: tuple[float, float]) -> None:
    page = voted_page()
    spot(page, *place, 8.0, (shade, shade, shade))
    assert not plain(read(_grey(page)))


def test_a_shadow_of_any_other_shape_is_no_label() -> None:
    page = voted_page()
    points = np.array([(60, 248), (84, 250), (78, 262), (66, 266), (70, 256)]) * SCALE
    cv2.fillPoly(page, [np.rint(points).astype(np.int32)], (225, 225, 225), cv2.LINE_AA)
    assert _places(_grey(page)) == []

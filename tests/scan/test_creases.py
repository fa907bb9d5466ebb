"""Worn paper against thin and pale pens: hairs are set aside, votes are not."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from omr.geometry import Rect
from omr.scan.ink.creases import worn_paper
from omr.scan.place.box_places import FoundBox
from omr.scan.place.reference import Grey, Mask, window
from tests.scan.page_drawings import (
    BLUE,
    PENCIL,
    RED,
    Colour,
    Picture,
    box_of,
    codes,
    crease,
    cross,
    layout,
    marked,
    name_of,
    placed,
    plain,
    read,
    slash,
    state,
    stroke,
    voted_page,
)

_MM = 8
_NAME = Rect(10, 60, 40, 12)


def _paper() -> Grey:
    return np.zeros((100 * _MM, 80 * _MM), np.uint8)


def _pen(darkness: Grey, points: list[tuple[float, float]], width_mm: float, level: int) -> None:
    at = np.rint(np.array(points) * _MM).astype(np.int32)
    cv2.polylines(darkness, [at], False, (level,), max(1, round(width_mm * _MM)))


def _worn(darkness: Grey, folded: Mask | None = None) -> tuple[Mask, Mask]:
    """Look at a small sheet with one box at (60, 20) and one name."""
    box = layout().boxes[0]
    place = Rect(60, 20, box.rect.w, box.rect.h)
    found = FoundBox(box=box, found=place, match=1.0)
    folds = np.zeros(darkness.shape, np.bool_) if folded is None else folded
    return worn_paper(darkness > 56, darkness, folds, (found,), (_NAME,), _MM)


def test_a_long_hair_is_worn_paper_even_where_it_runs_through_a_box() -> None:
    darkness = _paper()
    _pen(darkness, [(64, 2), (65, 50), (63, 98)], 0.12, 80)
    worn, open_ = _worn(darkness)
    assert worn.sum() > 0.95 * (darkness > 56).sum()
    assert not open_.any()


def test_a_hair_that_keeps_to_a_box_is_left_open() -> None:
    darkness = _paper()
    _pen(darkness, [(61, 21), (68, 28)], 0.12, 80)
    worn, open_ = _worn(darkness)
    assert not worn.any()
    assert np.array_equal(open_, darkness > 56)


def test_a_hair_that_keeps_to_a_name_is_left_open() -> None:
    darkness = _paper()
    _pen(darkness, [(12, 66), (46, 67)], 0.12, 80)
    worn, open_ = _worn(darkness)
    assert not worn.any()
    assert np.array_equal(open_, darkness > 56)


@pytest.mark.parametrize(("width_mm", "level"), [(0.4, 80), (0.12, 160), (0.5, 200)])
def test_a_line_as_dark_or_as_broad_as_a_pens_is_never_worn(width_mm: float, level: int) -> None:
    darkness = _paper()
    _pen(darkness, [(5, 5), (40, 95)], width_mm, level)
    worn, open_ = _worn(darkness)
    assert not worn.any()
    assert not open_.any()


def test_a_dark_line_is_worn_only_where_the_paper_cracked_on_a_fold() -> None:
    darkness = _paper()
    _pen(darkness, [(2, 45), (78, 45)], 0.12, 150)
    assert not _worn(darkness)[0].any()
    folded = np.zeros(darkness.shape, np.bool_)
    folded[43 * _MM : 47 * _MM] = True
    assert _worn(darkness, folded)[0].sum() > 0.95 * (darkness > 56).sum()


def test_a_pen_that_crosses_a_crease_keeps_its_ink() -> None:
    darkness = _paper()
    _pen(darkness, [(30, 2), (31, 98)], 0.12, 80)
    _pen(darkness, [(20, 50), (42, 55)], 0.5, 190)
    worn, _ = _worn(darkness)
    assert not (worn & (darkness == 190)).any()


def _column() -> tuple[FoundBox, ...]:
    """Return four boxes of four lines, one below the other, 14 mm apart."""
    boxes = {box.contest: box for box in layout().boxes}
    some = [*boxes.values(), layout().boxes[1]][:4]
    lines = [replace(box, contest=f"line{k}") for k, box in enumerate(some)]
    return tuple(
        FoundBox(box=box, found=Rect(60, 15 + 14 * k, box.rect.w, box.rect.h), match=1.0)
        for k, box in enumerate(lines)
    )


def _crosses(boxes: tuple[FoundBox, ...]) -> Grey:
    darkness = _paper()
    for found in boxes:
        r = found.found.grown(1.0)
        _pen(darkness, [(r.x, r.y), (r.right, r.bottom)], 0.12, 90)
        _pen(darkness, [(r.right, r.y), (r.x, r.bottom)], 0.12, 90)
    return darkness


def _worn_beside(darkness: Grey, boxes: tuple[FoundBox, ...]) -> Mask:
    folds = np.zeros(darkness.shape, np.bool_)
    return worn_paper(darkness > 56, darkness, folds, boxes, (_NAME,), _MM)[0]


def test_crosses_of_a_very_thin_pen_below_each_other_are_no_crease() -> None:
    boxes = _column()
    assert not _worn_beside(_crosses(boxes), boxes).any()


def test_crosses_on_paper_full_of_creases_are_not_told_from_them() -> None:
    boxes = _column()
    darkness = _crosses(boxes)
    for x in range(4, 50, 6):
        _pen(darkness, [(x, 4), (x + 3, 92)], 0.12, 90)
    assert _worn_beside(darkness, boxes).sum() > 0.9 * (darkness > 56).sum()


def test_a_crease_down_a_column_of_boxes_is_worn() -> None:
    boxes = _column()
    darkness = _paper()
    _pen(darkness, [(63, 4), (66, 40), (63, 92)], 0.12, 90)
    assert _worn_beside(darkness, boxes).sum() > 0.95 * (darkness > 56).sum()


# --- whole pages: what must never vanish


@pytest.mark.parametrize("width_mm", [0.3, 0.5])
def test_a_pencil_slash_among_the_marks_of_a_pen_is_left_to_people(width_mm: float) -> None:
    page = voted_page(but="c2")
    slash(page, box_of("c2", "confidence"), PENCIL, width_mm)
    assert state(read(page), "c2", "confidence") == "uncertain"


@pytest.mark.parametrize("colour", [BLUE, RED])
@pytest.mark.parametrize("width_mm", [0.3, 0.5])
def test_a_slash_that_is_the_only_mark_of_its_line_is_its_vote(
    colour: Colour, width_mm: float
) -> None:
    page = voted_page(but="c2")
    slash(page, box_of("c2", "confidence"), colour, width_mm)
    assert marked(read(page))["c2"] == ["confidence"]


@pytest.mark.parametrize("level", [150, 180])
@pytest.mark.parametrize("width_mm", [0.15, 0.3])
def test_a_hair_thin_pencil_slash_alone_in_its_line_never_vanishes(
    level: int, width_mm: float
) -> None:
    page = voted_page(but="c2")
    slash(page, box_of("c2", "confidence"), (level, level, level), width_mm)
    assert state(read(page), "c2", "confidence") in ("marked", "uncertain")


@pytest.mark.parametrize("colour", [RED, PENCIL])
def test_a_slash_in_a_box_that_a_crease_crosses_never_vanishes(colour: Colour) -> None:
    page = voted_page(but="c2")
    box = box_of("c2", "confidence")
    crease(page, 100, 260, box.centre.x + 2.0)
    slash(page, box, colour, 0.4)
    assert state(read(page), "c2", "confidence") in ("marked", "uncertain")


@pytest.mark.parametrize("level", [140, 175])
def test_thin_pencil_beside_a_plain_mark_asks_or_counts_as_the_second_mark(level: int) -> None:
    page = voted_page()
    cross(page, box_of("c2", "low"), (level, level, level), 0.35)
    reading = read(page)
    assert state(reading, "c2", "high") == "marked"
    assert state(reading, "c2", "low") in ("marked", "uncertain")


def _crease_within(page: Picture, box: Rect) -> None:
    centre = box.centre
    points = [(centre.x - 1, box.y + 0.5), (centre.x, centre.y), (centre.x - 0.5, box.bottom - 0.5)]
    stroke(page, points, 0.2, (160, 160, 160))


def test_a_crease_within_a_box_beside_a_plain_mark_is_asked_about() -> None:
    """It may be a second mark of a hard pencil: a crease goes on beyond the box."""
    page = voted_page()
    _crease_within(page, box_of("c2", "low"))
    assert state(read(page), "c2", "low") == "uncertain"


def test_a_crease_through_a_box_beside_a_plain_mark_is_empty() -> None:
    page = voted_page()
    box = box_of("c2", "low")
    crease(page, box.y - 8.0, box.bottom + 8.0, box.centre.x)
    assert plain(read(page))


def test_a_crease_within_a_box_of_a_blank_line_is_no_vote_and_asks() -> None:
    page = voted_page(but="c2")
    _crease_within(page, box_of("c2", "low"))
    assert state(read(page), "c2", "low") == "uncertain"


@pytest.mark.parametrize("level", [130, 160])
@pytest.mark.parametrize("slope_mm", [0.0, 1.0])
def test_a_pencil_strike_over_a_name_is_no_crease(level: int, slope_mm: float) -> None:
    page = voted_page()
    y = name_of("c3").centre.y
    stroke(page, [(32.5, y), (64.0, y + slope_mm)], 0.35, (level, level, level))
    assert ("name-struck", "c3") in codes(read(page))


def test_a_crease_over_all_names_strikes_none() -> None:
    page = voted_page()
    crease(page, 20, 280, 45.0)
    assert plain(read(page))


def test_what_runs_through_a_box_of_a_blank_line_as_a_crease_is_never_read_as_no_vote() -> None:
    """One pass of a scanner may see a hair-thin mark as ink and another as a crease."""
    page = voted_page(but="c2")
    x = box_of("c2", "low").centre.x
    stroke(page, [(x, 90.0), (x + 2.0, 180.0), (x, 270.0)], 0.15, (165, 165, 165))
    seen = placed(page)
    box = window(box_of("c2", "low").grown(-1), seen.reference.px_per_mm, seen.ink.ink.shape)
    assert seen.ink.worn[box].any()
    assert not seen.ink.ink[box].any()
    assert state(read(page), "c2", "low") == "uncertain"

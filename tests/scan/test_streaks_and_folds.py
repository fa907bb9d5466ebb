"""Lines of the scanner and of the sheet: found where they are, and no ruler is taken for one."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from omr.scan.ink.fold_shade import shade_of_folds
from omr.scan.place.reference import Grey, Mask
from omr.scan.wear.streaks import Streak, remove_streaks
from tests.scan.page_drawings import (
    BLUE,
    SCALE,
    Picture,
    box_of,
    codes,
    cross,
    name_of,
    placed,
    plain,
    read,
    state,
    stroke,
    voted_page,
)


def _streaks(page: Picture) -> tuple[Picture, tuple[Streak, ...]]:
    found = placed(voted_page())
    return remove_streaks(page, found.placement, found.reference)


def test_a_clean_page_is_handed_back_as_it_is() -> None:
    page = voted_page()
    cleaned, streaks = _streaks(page)
    assert cleaned is page
    assert streaks == ()


@pytest.mark.parametrize("along_x", [False, True])
def test_a_streak_is_told_with_its_place_and_taken_out(along_x: bool) -> None:
    clean = voted_page()
    page = clean.copy()
    centre = box_of("c2", "high").centre
    at = round((centre.y if along_x else centre.x) * SCALE)
    lines = page if along_x else page.swapaxes(0, 1)
    lines[at : at + 3] = np.minimum(lines[at : at + 3], 120)
    cleaned, streaks = _streaks(page)
    assert [streak.along_x for streak in streaks] == [along_x]
    assert streaks[0].at_px == pytest.approx(at + 1, abs=1.5)
    assert 3 <= streaks[0].width_px <= 8
    # Nothing of the line is left on open paper, and the cross below it is still there.
    lost = np.abs(cleaned.astype(int) - clean).max(axis=2)
    assert (lost > 40).mean() < 0.0005
    rows, columns = (
        slice(round((c - 1) * SCALE), round((c + 1) * SCALE)) for c in (centre.y, centre.x)
    )
    assert cleaned[rows, columns].min() < 140


@pytest.mark.parametrize("ends_mm", [(22.0, 188.0), (33.0, 70.0), (9.0, 100.0), (0.0, 46.0)])
def test_a_ruler_line_along_the_rows_of_the_picture_is_no_streak(
    ends_mm: tuple[float, float],
) -> None:
    page = voted_page()
    row = round(name_of("c2").centre.y * SCALE)
    page[row : row + 3, round(ends_mm[0] * SCALE) : round(ends_mm[1] * SCALE)] = BLUE
    cleaned, streaks = _streaks(page)
    assert streaks == ()
    assert cleaned is page


def test_a_ruler_line_down_through_all_names_is_no_streak() -> None:
    page = voted_page()
    top, bottom = name_of("c1").y, name_of("c3").bottom
    column = round(50 * SCALE)
    page[round(top * SCALE) : round(bottom * SCALE), column : column + 5] = BLUE
    assert {code for code, _ in codes(read(page))} & {"name-struck", "annotation"}


def test_a_black_bar_is_no_streak_and_stays() -> None:
    page = voted_page()
    left = round(145 * SCALE)
    page[:, left : left + round(3 * SCALE)] = 60
    cleaned, _ = _streaks(page)
    middle = left + round(1.5 * SCALE)
    assert (cleaned[round(240 * SCALE) :, middle] < 100).all()


@pytest.mark.parametrize("length_mm", [36.0, 80.0])
@pytest.mark.parametrize("colour", [BLUE, (60, 50, 215), (140, 140, 140)])
def test_a_ruler_strike_exactly_along_the_picture_is_a_struck_name(
    length_mm: float, colour: tuple[int, int, int]
) -> None:
    page = voted_page()
    name = name_of("c2")
    row, left = round((name.centre.y + 0.3) * SCALE), round((name.x + 2) * SCALE)
    page[row : row + 4, left : left + round(length_mm * SCALE)] = colour
    assert ("name-struck", "c2") in codes(read(page))


# --- folds

_MM = 8


def _sheet() -> tuple[Grey, Mask]:
    """Return the darkness of a bare sheet with some grain, and blocks of print on it."""
    grain = np.random.default_rng(2).integers(0, 6, (297 * _MM, 210 * _MM)).astype(np.uint8)
    shut = np.zeros(grain.shape, np.bool_)
    for top in range(100, 240, 20):
        shut[top * _MM : (top + 6) * _MM, 40 * _MM : 80 * _MM] = True
    grain[shut] = 200
    return grain, shut


def _fold(
    darkness: Grey, start_mm: float, end_mm: float, peak: int, ends_mm: tuple[int, int] = (0, 210)
) -> None:
    """Add a line from left to right, 0.4 mm wide, that fades below it."""
    width = darkness.shape[1]
    for x in range(ends_mm[0] * _MM, min(ends_mm[1] * _MM, width)):
        y = round((start_mm + (end_mm - start_mm) * x / width) * _MM)
        for step, dark in enumerate((peak, peak, peak, *np.linspace(0.3 * peak, 0, 12))):
            darkness[y + step, x] = max(int(darkness[y + step, x]), int(dark))


@pytest.mark.parametrize(("start_mm", "end_mm"), [(150.0, 150.0), (98.0, 103.0), (201.0, 197.5)])
def test_a_fold_is_found_from_edge_to_edge_and_explained(start_mm: float, end_mm: float) -> None:
    darkness, shut = _sheet()
    _fold(darkness, start_mm, end_mm, 90)
    shade, folds, _ = shade_of_folds(darkness, shut, _MM)
    assert [fold.across for fold in folds] == [True]
    assert folds[0].start_mm == pytest.approx(start_mm + 0.5, abs=1.5)
    assert folds[0].end_mm == pytest.approx(end_mm + 0.5, abs=1.5)
    assert shade is not None
    left = cv2.subtract(darkness, shade)
    assert (left[~shut] > 56).mean() == 0.0


def test_a_fold_down_the_sheet_is_found_as_such() -> None:
    sheet = _sheet()
    darkness, shut = np.ascontiguousarray(sheet[0].T), np.ascontiguousarray(sheet[1].T)
    _fold(darkness, 120.0, 121.0, 90, (0, 297))
    shade, folds, _ = shade_of_folds(darkness.T.copy(), shut.T.copy(), _MM)
    assert shade is not None
    assert [fold.across for fold in folds] == [False]
    assert (folds[0].start_mm, folds[0].end_mm) == pytest.approx((120.5, 121.5), abs=1.5)


def test_a_sheet_without_folds_has_no_shade() -> None:
    darkness, shut = _sheet()
    assert shade_of_folds(darkness, shut, _MM) == (None, (), ())


@pytest.mark.parametrize("ends_mm", [(20, 190), (31, 110), (0, 190), (20, 210)])
def test_a_line_that_ends_within_the_sheet_is_no_fold(ends_mm: tuple[int, int]) -> None:
    darkness, shut = _sheet()
    _fold(darkness, 150.0, 150.6, 120, ends_mm)
    assert shade_of_folds(darkness, shut, _MM) == (None, (), ())


def test_a_stroke_that_crosses_a_fold_is_still_ink() -> None:
    darkness, shut = _sheet()
    _fold(darkness, 150.0, 150.0, 20)
    darkness[145 * _MM : 156 * _MM, 130 * _MM : 130 * _MM + 4] = 190
    shade, folds, _ = shade_of_folds(darkness, shut, _MM)
    assert len(folds) == 1
    assert shade is not None
    left = cv2.subtract(darkness, shade)
    assert (left[145 * _MM : 156 * _MM, 130 * _MM : 130 * _MM + 4] > 56).all()


def _folded(page: Picture, y_mm: float) -> Picture:
    first = round(y_mm * SCALE)
    for step, dark in enumerate((*(70, 95, 70), *np.linspace(45, 0, 24))):
        row = page[first + step].astype(np.int16) - round(float(dark))
        page[first + step] = row.clip(0, 255)
    return page


def test_a_cross_on_a_fold_is_whole() -> None:
    assert plain(read(_folded(voted_page(), box_of("c3", "high").centre.y)))


@pytest.mark.parametrize("aside_mm", [-1.5, 1.5])
@pytest.mark.parametrize("right_mm", [70.0, 118.0])
def test_a_strike_beside_a_fold_through_the_same_name_is_found(
    aside_mm: float, right_mm: float
) -> None:
    page = voted_page()
    y = name_of("c2").centre.y
    stroke(page, [(34.0, y + aside_mm), (right_mm, y + aside_mm + 0.5)])
    assert ("name-struck", "c2") in codes(read(_folded(page, y)))


def test_two_marks_in_a_line_on_a_fold_are_both_seen() -> None:
    page = voted_page()
    cross(page, box_of("c2", "low"))
    reading = read(_folded(page, box_of("c2", "low").centre.y + 1.0))
    assert state(reading, "c2", "high") == state(reading, "c2", "low") == "marked"


def _beside_a_rule() -> int:
    """Return the column a millimetre beside the rule between two columns of boxes."""
    high, confidence = box_of("c1", "high"), box_of("c1", "confidence")
    return round(((high.right + confidence.x) / 2 + 1.0) * SCALE)


def test_a_streak_beside_a_rule_that_runs_from_end_to_end_is_the_scanners() -> None:
    page, column = voted_page(), _beside_a_rule()
    page[:, column : column + 3] = np.minimum(page[:, column : column + 3], 130)
    assert plain(read(page))


def test_two_lines_over_both_ends_of_the_sheet_with_bare_paper_between_are_asked_about() -> None:
    page, column = voted_page(), _beside_a_rule()
    for rows in (slice(0, round(22 * SCALE)), slice(round(275 * SCALE), None)):
        page[rows, column : column + 3] = 130
    assert "annotation" in [code for code, _ in codes(read(page))]


@pytest.mark.parametrize(("from_mm", "to_mm", "found"), [(0, 297, 1), (0, 80, 0), (60, 240, 0)])
def test_where_a_rule_runs_close_by_bare_paper_shows_a_streak(
    from_mm: int, to_mm: int, found: int
) -> None:
    page, trace = voted_page(), placed(voted_page())
    at_mm = 118.0
    column, near = round(at_mm * SCALE), slice(round(2 * at_mm) - 4, round(2 * at_mm) + 5)
    rows = slice(round(from_mm * SCALE), round(to_mm * SCALE))
    page[rows, column : column + 3] = np.minimum(page[rows, column : column + 3], 150)
    # As beside a rule from one end of the sheet: hardly any paper is open, some is bare.
    open_paper = trace.reference.open_paper.copy()
    open_paper[: 2 * 275, near] = False
    _, streaks = remove_streaks(
        page, trace.placement, replace(trace.reference, open_paper=open_paper)
    )
    assert len(streaks) == found

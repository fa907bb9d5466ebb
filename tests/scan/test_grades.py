"""What is said of a scan, and that a sound paper is not sent to people for it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from omr.scan.pipeline import PageReader
from omr.scan.place.identify import ballot_key
from omr.scan.reading import Edge, Grade, PageReading
from tests.scan.fresh_pages import (
    DPI,
    MM,
    SECRET,
    Picture,
    as_image,
    down_line,
    election,
    fresh_page,
    toned,
    turned,
)


@pytest.fixture(scope="module")
def reader() -> PageReader:
    return PageReader(ballot_key(election(), SECRET))


def _read(reader: PageReader, pixels: Picture, dpi: float | None = DPI) -> PageReading:
    return reader.read_page(as_image(pixels, dpi))


def _codes(reading: PageReading) -> list[str]:
    return [grade.code for grade in reading.grades]


def _assert_no_person(reading: PageReading) -> None:
    assert reading.status == "read"
    assert reading.findings == ()
    assert {mark.state for mark in reading.marks} == {"empty"}


def test_nothing_is_said_of_a_good_scan(reader: PageReader) -> None:
    page = fresh_page()
    grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    bilevel = np.where(grey > 150, 255, 0).astype(np.uint8)
    for pixels in (page, toned(page, 25, 235), bilevel, np.rot90(page).copy()):
        reading = _read(reader, np.asarray(pixels, dtype=np.uint8))
        assert reading.grades == ()
        _assert_no_person(reading)


@pytest.mark.parametrize("at_mm", [33.0, 101.5, 160.0])
@pytest.mark.parametrize("level", [40, 200])
def test_a_streak_is_told_with_its_place_and_asks_nobody(
    reader: PageReader, at_mm: float, level: int
) -> None:
    page = fresh_page()
    down_line(page, at_mm, level)
    reading = _read(reader, page)
    (grade,) = reading.grades
    assert (grade.code, grade.edge) == ("streak", "left")
    assert grade.amount == pytest.approx(at_mm + 0.12, abs=0.3)
    assert reading.findings == ()


def test_the_place_of_a_streak_is_on_the_glass_even_if_sheet_and_print_differ(
    reader: PageReader,
) -> None:
    page = fresh_page()
    height, width = page.shape[:2]
    smaller = cv2.getRotationMatrix2D((width / 2, height / 2), 1.5, 0.94)
    shrunk = cv2.warpAffine(page, smaller, (width, height), borderValue=(255, 255, 255))
    picture = np.asarray(shrunk, dtype=np.uint8)
    down_line(picture, 63.0, 120)
    (grade,) = _read(reader, picture).grades
    assert grade.code == "streak"
    assert grade.amount == pytest.approx(63.1, abs=0.3)


def test_a_line_that_erases_print_is_told(reader: PageReader) -> None:
    page = fresh_page()
    down_line(page, 120.0, 255, width_mm=0.6)
    reading = _read(reader, page)
    assert [(grade.code, grade.edge) for grade in reading.grades] == [("white-streak", "left")]
    assert reading.grades[0].amount == pytest.approx(120.3, abs=0.4)


def test_neither_a_pen_line_nor_the_ballots_own_rules_are_streaks(reader: PageReader) -> None:
    page = fresh_page()
    top, bottom, x = round(40 * MM), round(150 * MM), round(197 * MM)
    cv2.line(page, (x, top), (x + 4, bottom), (120, 40, 30), 3)
    assert "streak" not in _codes(_read(reader, page))


def test_a_lengthwise_fold_wanders_and_is_no_streak(reader: PageReader) -> None:
    page = fresh_page()
    ys = np.arange(page.shape[0])
    xs = 105.0 * MM + 1.1 * np.sin(ys / 230.0) + 1.2 * ys / page.shape[0]
    points = np.column_stack([xs, ys]).round().astype(np.int32)
    cv2.polylines(page, [points], False, (190, 190, 190), 2)
    assert "streak" not in _codes(_read(reader, page))


def test_a_grey_page_is_too_dark(reader: PageReader) -> None:
    reading = _read(reader, toned(fresh_page(), 10, 130))
    assert reading.grades == (Grade("dark", 51),)
    _assert_no_person(reading)


def test_a_bilevel_page_full_of_specks_is_too_dark(reader: PageReader) -> None:
    rng = np.random.default_rng(5)
    page = np.asarray(cv2.cvtColor(fresh_page(), cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    page = np.where(page > 150, 255, 0).astype(np.uint8)
    # Lone dots stand for grey; a threshold set too dark lets grain through in clumps.
    half = rng.random((page.shape[0] // 2, page.shape[1] // 2)) < 0.02
    clumps = half.repeat(2, axis=0).repeat(2, axis=1)
    page[: clumps.shape[0], : clumps.shape[1]][clumps] = 0
    assert "dark" in _codes(_read(reader, page))


def test_pale_print_has_lost_contrast(reader: PageReader) -> None:
    assert _read(reader, toned(fresh_page(), 150, 250)).grades == (Grade("contrast", 40),)


def test_lost_thin_lines_mean_too_light(reader: PageReader) -> None:
    page = fresh_page()
    soft = cv2.GaussianBlur(page, (0, 0), 1.6)
    # All that is not solidly black burns out.
    burnt = np.clip((soft.astype(np.float32) - 5) * 2.4, 0, 255).astype(np.uint8)
    assert "light" in _codes(_read(reader, burnt))


def test_the_resolution_is_that_of_the_print_and_not_what_the_file_claims(
    reader: PageReader,
) -> None:
    coarse = fresh_page(dpi=150)
    reading = _read(reader, coarse, dpi=300)
    assert reading.grades == (Grade("coarse", 150),)
    _assert_no_person(reading)


def test_a_scan_too_coarse_for_thin_marks_asks_a_person(reader: PageReader) -> None:
    reading = _read(reader, fresh_page(dpi=120), dpi=120)
    assert Grade("coarse", 120) in reading.grades
    assert [finding.code for finding in reading.findings] == ["quality"]


def test_blur_is_told(reader: PageReader) -> None:
    soft = cv2.GaussianBlur(fresh_page(), (0, 0), 0.26 * MM)
    assert "blurred" in _codes(_read(reader, np.asarray(soft, dtype=np.uint8)))


def test_skew_is_told_in_degrees(reader: PageReader) -> None:
    reading = _read(reader, turned(fresh_page(), 3.0))
    assert Grade("skewed", 3.0) in reading.grades
    assert _codes(_read(reader, turned(fresh_page(), 0.8))) == []


@pytest.mark.parametrize("edge", ["left", "right", "top", "bottom"])
def test_a_clipped_edge_is_named_with_what_is_lost(reader: PageReader, edge: Edge) -> None:
    page, cut = fresh_page(), round(7 * MM)
    kept = {
        "left": page[:, cut:],
        "right": page[:, :-cut],
        "top": page[cut:],
        "bottom": page[:-cut],
    }[edge]
    reading = _read(reader, kept.copy())
    assert reading.grades == (Grade("clipped", 7, edge),)
    # The same sheet fed head first loses the same edge.
    upside_down = _read(reader, np.rot90(kept, 2).copy())
    assert upside_down.grades == reading.grades


def test_a_sheet_that_slid_out_of_the_window_is_clipped_too(reader: PageReader) -> None:
    page, slid = fresh_page(), round(9 * MM)
    picture = np.full_like(page, 255)
    picture[:, slid:] = page[:, :-slid]
    (grade,) = _read(reader, picture).grades
    assert (grade.code, grade.edge) == ("clipped", "right")
    # Placed by the marks of one side alone, the print is known a little less well.
    assert grade.amount == pytest.approx(9, abs=1)


def test_a_shrunk_or_shifted_print_is_not_clipped(reader: PageReader) -> None:
    page = fresh_page()
    height, width = page.shape[:2]
    smaller = cv2.getRotationMatrix2D((width / 2, height / 2), 0.0, 0.94)
    smaller[:, 2] += (3 * MM, -3 * MM)
    shrunk = cv2.warpAffine(page, smaller, (width, height), borderValue=(255, 255, 255))
    assert _read(reader, np.asarray(shrunk, dtype=np.uint8)).grades == ()


def test_a_feed_that_slips_is_told(reader: PageReader) -> None:
    page = fresh_page()
    longer = cv2.resize(page, (page.shape[1], round(page.shape[0] * 1.03)))
    codes = {grade.code: grade for grade in _read(reader, np.asarray(longer, np.uint8)).grades}
    assert codes["stretched"].amount == pytest.approx(3.0, abs=0.2)


def test_two_sheets_partly_over_each_other_are_a_double_feed(reader: PageReader) -> None:
    upper, lower = fresh_page(), fresh_page()
    # Only the foot of the lower sheet, without its code, looks out below the upper one.
    foot = lower[round(190 * MM) : round(240 * MM)]
    reading = _read(reader, np.vstack([upper, foot]))
    (grade,) = [grade for grade in reading.grades if grade.code == "double-feed"]
    assert grade.amount == pytest.approx(50, abs=4)


def test_a_small_sheet_on_a_large_glass_is_no_double_feed(reader: PageReader) -> None:
    page = fresh_page()
    for lid in (255, 20):
        below = np.full((round(60 * MM), page.shape[1], 3), lid, np.uint8)
        assert "double-feed" not in _codes(_read(reader, np.vstack([page, below])))


def test_a_photograph_on_a_printed_cloth_has_neither_streaks_nor_a_second_sheet(
    reader: PageReader,
) -> None:
    page = fresh_page()
    height, width = page.shape[:2]
    cloth = np.full((height + 900, width + 600, 3), 190, np.uint8)
    cloth[::40] = cloth[:, ::40] = 60
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    tilted = corners + np.array([[340, 430], [260, 460], [290, 440], [300, 430]], np.float32)
    view = cv2.getPerspectiveTransform(corners, tilted)
    size = (cloth.shape[1], cloth.shape[0])
    photo = cv2.warpPerspective(
        page, view, size, dst=cloth, borderMode=cv2.BORDER_TRANSPARENT, flags=cv2.INTER_LINEAR
    )
    reading = _read(reader, np.asarray(photo, dtype=np.uint8), dpi=None)
    assert reading.status == "read"
    assert not {"streak", "double-feed", "stretched", "clipped"} & set(_codes(reading))


def test_a_page_without_a_code_tells_what_may_be_the_reason(reader: PageReader) -> None:
    reading = _read(reader, toned(fresh_page(), 140, 250)[::5, ::5].copy())
    assert reading.status == "no-code"
    assert set(_codes(reading)) == {"contrast", "coarse"}

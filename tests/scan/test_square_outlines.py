"""Pages whose registration marks can no longer be read are placed by the marks' outlines."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from omr.geometry import Rect, transform
from omr.scan.place.fiducials import REACH_MM, fiducials_near
from omr.scan.place.square_outlines import squares_near
from tests.scan.page_drawings import LINES, SCALE, Picture, layout, marked, placed, read, voted_page


def _area(rect: Rect) -> tuple[slice, slice]:
    return (
        slice(round(rect.y * SCALE), round(rect.bottom * SCALE)),
        slice(round(rect.x * SCALE), round(rect.right * SCALE)),
    )


def _blotted(but: frozenset[int] = frozenset(), gone: frozenset[int] = frozenset()) -> Picture:
    """Return a marked ballot whose marks are dark squares with an eaten middle, or gone."""
    page = voted_page()
    for fiducial in layout().fiducials:
        if fiducial.id in gone:
            page[_area(fiducial.rect.grown(1.0))] = 255
        elif fiducial.id not in but:
            page[_area(fiducial.rect)] = 60
            middle = fiducial.rect.centre
            at = round((middle.x + 0.3) * SCALE), round((middle.y - 0.4) * SCALE)
            cv2.circle(page, at, round(1.2 * SCALE), (215, 215, 215), -1)
    return page


def _without_upper_code(page: Picture) -> Picture:
    page = page.copy()
    page[_area(min(layout().codes, key=lambda code: code.y).grown(0.5))] = 255
    return page


def test_blotted_marks_cannot_be_read() -> None:
    grey = np.asarray(cv2.cvtColor(_blotted(), cv2.COLOR_BGR2GRAY), np.uint8)
    to_pixels = np.diag([SCALE, SCALE, 1.0])
    assert fiducials_near(grey, to_pixels, layout(), REACH_MM) == {}


@pytest.mark.parametrize("turn_deg", [-1.5, 0.0, 2.0])
@pytest.mark.parametrize("scale", [0.94, 1.0])
def test_squares_are_found_where_they_are(turn_deg: float, scale: float) -> None:
    grey = np.asarray(cv2.cvtColor(_blotted(), cv2.COLOR_BGR2GRAY), np.uint8)
    turn = cv2.getRotationMatrix2D((800.0, 1100.0), turn_deg, scale)
    moved = cv2.warpAffine(grey, turn, grey.shape[::-1], borderValue=(255,))
    truth = np.vstack([turn, [0.0, 0.0, 1.0]]) @ np.diag([SCALE, SCALE, 1.0])
    guess = np.array([[1.0, 0.0, 25.0], [0.0, 1.0, -20.0], [0.0, 0.0, 1.0]]) @ truth
    found = squares_near(moved, guess, layout(), REACH_MM)
    assert set(found) == {fiducial.id for fiducial in layout().fiducials}
    for fiducial in layout().fiducials:
        wanted = transform(truth, fiducial.rect.corners()) - 0.5
        assert np.abs(found[fiducial.id] - wanted).max() < 0.15 * SCALE


@pytest.mark.parametrize("turn_deg", [-6.0, -4.9, 5.0])
@pytest.mark.parametrize("cut_mm", [0.3, 0.8, 1.4])
def test_a_square_that_the_edge_of_the_picture_cuts_is_not_taken_for_whole(
    turn_deg: float, cut_mm: float
) -> None:
    grey = np.asarray(cv2.cvtColor(_blotted(), cv2.COLOR_BGR2GRAY), np.uint8)
    lowest = max(layout().fiducials, key=lambda fiducial: fiducial.rect.bottom).rect
    turn = cv2.getRotationMatrix2D((lowest.centre.x * SCALE, 1100.0), turn_deg, 1.0)
    truth = np.vstack([turn, [0.0, 0.0, 1.0]]) @ np.diag([SCALE, SCALE, 1.0])
    moved = cv2.warpAffine(grey, turn, grey.shape[::-1], borderValue=(255,))
    bottom = transform(truth, lowest.corners())[:, 1].max() - cut_mm * SCALE
    found = squares_near(moved[: round(float(bottom))], truth, layout(), REACH_MM)
    whole = [f for f in layout().fiducials if f.rect.bottom < lowest.bottom - 5.0]
    for fiducial in whole:
        if fiducial.id in found:
            wanted = transform(truth, fiducial.rect.corners()) - 0.5
            assert np.abs(found[fiducial.id] - wanted).max() < 0.15 * SCALE
    assert not {f.id for f in layout().fiducials if f.rect == lowest} & set(found)


@pytest.mark.parametrize("gone", [frozenset[int](), frozenset({0}), frozenset({2, 5})])
def test_a_ballot_with_blotted_marks_is_read(gone: frozenset[int]) -> None:
    page = _blotted(gone=gone)
    reading = read(page)
    assert marked(reading) == {contest: ["high"] for contest in LINES}
    # What covers the modules of a mark is asked about; nothing else is.
    marks = [fiducial.rect for fiducial in layout().fiducials]
    rects = [finding.rect for finding in reading.findings]
    assert all(rect and any(rect.intersection(mark) for mark in marks) for rect in rects)
    assert placed(page).placement.residual_mm < 0.25


def test_one_code_and_blotted_marks_suffice() -> None:
    page = _without_upper_code(_blotted())
    assert placed(page).placement.residual_mm < 0.25


def test_without_any_marks_a_page_is_left_to_people() -> None:
    every = frozenset(fiducial.id for fiducial in layout().fiducials)
    reading = read(_without_upper_code(_blotted(gone=every)))
    assert {mark.state for mark in reading.marks} == {"uncertain"}

"""Proof sheets: what they are to a count, and what they tell of printer and scanner."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from omr.ballot.layout import ballot_layouts
from omr.ballot.proof import proof_layouts
from omr.scan.pipeline import PageReader
from omr.scan.place.identify import PROOF_PRINT, ballot_key, proof_key
from omr.scan.proof import PageProof, prove_page
from omr.scan.proof_verdict import judge_proof
from omr.scan.settings import ReaderSettings
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
def sheets() -> PageReader:
    return PageReader(proof_key(election(), SECRET))


def _sheet(dpi: int = DPI) -> Picture:
    return fresh_page(proof_layouts(election())["a"], dpi)


def _prove(reader: PageReader, pixels: Picture, dpi: float | None = DPI) -> PageProof:
    return prove_page(reader.trace_page(as_image(pixels, dpi)), False, ReaderSettings())


def _failing(*pages: PageProof) -> list[str]:
    return [each.point for each in judge_proof(pages, ReaderSettings()) if each.verdict == "mend"]


def test_a_proof_sheet_has_everything_where_the_ballot_has_it() -> None:
    for group, ballot in ballot_layouts(election()).items():
        sheet = proof_layouts(election())[group]
        assert sheet.fingerprint != ballot.fingerprint
        for own, other in zip(sheet.pages, ballot.pages, strict=True):
            assert (own.boxes, own.fiducials, own.codes) == (
                other.boxes,
                other.fiducials,
                other.codes,
            )
            added = [run.text for run in own.texts if run not in other.texts]
            assert added[0] == "MẪU THỬ – KHÔNG PHẢI PHIẾU"


def test_a_count_refuses_a_proof_sheet_by_its_code_alone() -> None:
    page = _sheet()
    box = ballot_layouts(election())["a"].pages[0].boxes[0].rect
    top, left, side = round(box.y * MM), round(box.x * MM), round(box.w * MM)
    cv2.line(page, (left + 8, top + 8), (left + side - 8, top + side - 8), (130, 50, 30), 4)
    reading = PageReader(ballot_key(election(), SECRET)).read_page(as_image(page))
    assert (reading.status, reading.detail) == ("foreign", PROOF_PRINT)
    assert (reading.serial, reading.marks) == (None, ())


def test_a_forged_proof_sheet_is_told_as_forged() -> None:
    reader = PageReader(proof_key(election(), b"x" * 32))
    assert _prove(reader, _sheet()).reading.status == "bad-signature"


def test_a_good_print_on_a_good_scanner_passes_every_point(sheets: PageReader) -> None:
    grey = np.asarray(cv2.cvtColor(_sheet(), cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    bilevel = np.where(grey > 150, 255, 0).astype(np.uint8)
    pages = [_prove(sheets, each) for each in (_sheet(), toned(grey, 30, 240), bilevel)]
    verdicts = judge_proof(pages, ReaderSettings())
    assert {each.verdict for each in verdicts} == {"good"}
    placed = pages[0].placed
    assert placed is not None
    assert placed.codes == {"zxing": (True, True), "pyzbar": (True, True)}
    assert placed.score == 0.0
    assert placed.darkest < 0.3


def _shrunk(page: Picture) -> Picture:
    height, width = page.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), 0.0, 0.95)
    white = (255, 255, 255)
    return np.asarray(cv2.warpAffine(page, matrix, (width, height), borderValue=white), np.uint8)


def _without_a_mark(page: Picture) -> Picture:
    page[: round(16 * MM), : round(16 * MM)] = 255
    return page


def _with_half_a_code(page: Picture) -> Picture:
    code = proof_layouts(election())["a"].pages[0].codes[1]
    left, top = round(code.x * MM), round(code.y * MM)
    page[top : top + round(code.h * MM), left : left + round(0.6 * code.w * MM)] = 255
    return page


def _streaked(page: Picture) -> Picture:
    down_line(page, 63.0, 200)
    return page


def _smudged(page: Picture) -> Picture:
    shade = page[round(255 * MM) : round(262 * MM), round(60 * MM) : round(80 * MM)]
    shade[:] = (shade * 0.8).astype(np.uint8)
    return page


def _clipped(page: Picture) -> Picture:
    return page[:, : -round(6 * MM)].copy()


def _ticked(page: Picture) -> Picture:
    box = ballot_layouts(election())["a"].pages[0].boxes[4].rect
    x, y = round(box.centre.x * MM), round(box.centre.y * MM)
    cv2.line(page, (x - 15, y - 15), (x + 15, y + 15), (130, 50, 30), 4)
    return page


def _written_on(page: Picture) -> Picture:
    y = round(258 * MM)
    cv2.line(page, (round(70 * MM), y), (round(80 * MM), y - 6), (130, 50, 30), 4)
    return page


@pytest.mark.parametrize(
    ("spoil", "points"),
    [
        (_shrunk, {"scale"}),
        (lambda page: toned(page, 120, 255), {"toner"}),
        (_without_a_mark, {"marks"}),
        (_with_half_a_code, {"codes"}),
        (_streaked, {"background"}),
        (_smudged, {"background"}),
        (lambda page: turned(page, 2.6), {"skew"}),
        (_clipped, {"edges"}),
        (_ticked, {"boxes"}),
        (_written_on, {"ink"}),
        (lambda page: toned(page, 20, 140), {"tone"}),
    ],
    ids=lambda each: each.__name__.strip("_") if callable(each) else "-".join(each),
)
def test_each_fault_fails_its_own_point(
    sheets: PageReader, spoil: Callable[[Picture], Picture], points: set[str]
) -> None:
    assert points <= set(_failing(_prove(sheets, spoil(_sheet()))))
    # And no other fault is invented: what else fails must follow from it.
    follows = {"skew": {"edges"}, "background": {"boxes", "ink"}, "edges": {"marks", "ink"}}
    allowed = points | set().union(*(follows.get(point, set()) for point in points))
    assert set(_failing(_prove(sheets, spoil(_sheet())))) <= allowed


def test_a_coarse_scan_fails_the_resolution(sheets: PageReader) -> None:
    assert _failing(_prove(sheets, _sheet(150), 150)) == ["resolution"]


def test_the_scale_is_unknown_without_a_true_claim_of_the_file(sheets: PageReader) -> None:
    for claim in (None, 72.0):
        verdicts = {
            each.point: each.verdict
            for each in judge_proof([_prove(sheets, _sheet(), claim)], ReaderSettings())
        }
        assert verdicts.pop("scale") == "unknown"
        assert set(verdicts.values()) == {"good"}


def test_one_bad_page_among_good_ones_is_named(sheets: PageReader) -> None:
    good = _prove(sheets, _sheet())
    bad = prove_page(
        sheets.trace_page(as_image(_streaked(_sheet()), page=2)), False, ReaderSettings()
    )
    (failed,) = [
        each for each in judge_proof([good, bad], ReaderSettings()) if each.verdict == "mend"
    ]
    assert [page.page for page in failed.pages] == [2]


def test_a_page_that_is_no_sheet_of_ours_is_not_recognised(sheets: PageReader) -> None:
    letter = np.full((2339, 1654), 250, np.uint8)
    cv2.putText(letter, "Giay moi", (200, 600), cv2.FONT_HERSHEY_SIMPLEX, 4, (0,), 9)
    assert _failing(_prove(sheets, letter)) == ["identity"]

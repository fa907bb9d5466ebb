"""What a reading tells of how well its page is in place, and when that is left to people."""

from __future__ import annotations

from itertools import permutations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from omr.ballot.codes import code_text, qr_modules, short_fingerprint
from omr.ballot.layout import ballot_layouts
from omr.ballot.model import CodeText
from omr.ballot.serials import issue_serials
from omr.geometry import Rect, transform
from omr.scan.pipeline import PageReader
from omr.scan.place.codes import find_page_codes
from omr.scan.place.identify import Unidentified, ballot_key, identify
from omr.scan.reading import PageReading
from tests.scan.bent_pages import BentPage, Map, photographed, scanned
from tests.scan.fresh_pages import MM, SECRET, Picture, as_image, election, fresh_page


@pytest.fixture(scope="module")
def reader() -> PageReader:
    return PageReader(ballot_key(election(), SECRET))


def _read(reader: PageReader, bent: BentPage) -> PageReading:
    return reader.read_page(as_image(bent.pixels))


def _registered(reading: PageReading) -> list[tuple[str, str | None]]:
    found = [finding for finding in reading.findings if finding.code == "registration"]
    return [(finding.detail, finding.contest) for finding in found]


def test_a_good_page_leaves_hardly_anything(reader: PageReader) -> None:
    reading = _read(reader, scanned())
    assert reading.findings == ()
    placed = reading.registration
    assert placed is not None
    assert placed.residual_mm < 0.1
    assert placed.bend_mm < 0.15
    assert placed.box_residual_mm < 0.15
    assert placed.print_share > 0.95
    assert placed.folds == 0
    assert min(mark.match for mark in reading.marks) > 0.95


def test_the_homography_leads_to_each_box_as_it_was_found(reader: PageReader) -> None:
    def bend(x: Map, y: Map) -> tuple[Map, Map]:
        return x + 1.0 * (y > 148.0), y

    for bent in (scanned(bend=bend, skew_deg=0.0), photographed(lens=0.06)):
        reading = _read(reader, bent)
        assert reading.registration is not None
        matrix = np.array(reading.registration.homography).reshape(3, 3)
        for mark in reading.marks:
            x, y = transform(matrix, mark.found.corners()).mean(axis=0)
            seen = (bent.x_mm[round(y), round(x)], bent.y_mm[round(y), round(x)])
            middle = mark.expected.centre
            assert seen == pytest.approx((middle.x, middle.y), abs=0.25)


def test_a_fold_is_told_with_how_far_it_moved_the_boxes(reader: PageReader) -> None:
    def bend(x: Map, y: Map) -> tuple[Map, Map]:
        return x + 1.4 * (x > 144.0), y

    placed = _read(reader, scanned(bend=bend)).registration
    assert placed is not None
    assert placed.folds == 1
    assert placed.bend_mm > 0.4
    assert placed.box_residual_mm < 0.3


def _erase(page: Picture, rect: Rect) -> None:
    rows = slice(round(rect.y * MM), round(rect.bottom * MM))
    page[rows, round(rect.x * MM) : round(rect.right * MM)] = 255


def test_a_box_that_is_not_there_is_left_to_people(reader: PageReader) -> None:
    page = fresh_page()
    box = ballot_layouts(election())["a"].pages[0].boxes[4]
    _erase(page, box.rect.grown(1.0))
    reading = reader.read_page(as_image(page))
    mark = next(m for m in reading.marks if (m.contest, m.option) == (box.contest, box.option))
    assert (mark.state, mark.note) == ("uncertain", "box not found")
    assert mark.match < 0.3
    assert [contest for _, contest in _registered(reading)] == [box.contest]


@pytest.mark.parametrize("jump_mm", [-1.5, 1.5])
@pytest.mark.parametrize("beside_mm", [-4.6, -2.5, 0.0, 4.6])
def test_the_outline_of_a_box_that_a_fold_cuts_is_no_mark(
    reader: PageReader, jump_mm: float, beside_mm: float
) -> None:
    cut = ballot_layouts(election())["a"].pages[0].boxes[1].rect.centre.x + beside_mm

    def bend(x: Map, y: Map) -> tuple[Map, Map]:
        return x + jump_mm * (x > cut), y

    reading = _read(reader, scanned(bend=bend, skew_deg=0.0))
    for mark in reading.marks:
        allowed = {"empty", "uncertain"} if mark.option == "confidence" else {"empty"}
        assert mark.state in allowed


def test_print_that_stands_elsewhere_does_not_fit(reader: PageReader) -> None:
    page = fresh_page()
    body = page[round(32 * MM) : round(262 * MM), round(16 * MM) : round(194 * MM)]
    body[:] = np.roll(body, (round(5 * MM), round(4 * MM)), (0, 1))
    reading = reader.read_page(as_image(page))
    assert ("print does not fit", None) in _registered(reading)
    assert {mark.state for mark in reading.marks} == {"uncertain"}


def _code(serial: str, size_px: int) -> NDArray[np.uint8]:
    layout = ballot_layouts(election())["a"]
    said = CodeText(
        short_fingerprint(election().fingerprint),
        short_fingerprint(layout.fingerprint),
        0,
        1,
        serial,
    )
    modules = np.where(qr_modules(code_text(said, SECRET)), 0, 255).astype(np.uint8)
    return np.asarray(
        cv2.resize(modules, (size_px, size_px), interpolation=cv2.INTER_NEAREST), np.uint8
    )


# Where codes stand on a page, and where one of a second sheet may look out.
PLACES_MM = ((172.9, 8.0), (18.0, 269.9), (95.0, 140.0))


@pytest.mark.parametrize("order", sorted(set(permutations((0, 0, 1)))))
def test_a_third_code_of_another_paper_is_noticed_wherever_it_stands(
    order: tuple[int, ...],
) -> None:
    key = ballot_key(election(), SECRET)
    serials = issue_serials(2, set(), seed=4)
    page = np.full((2339, 1654), 250, np.uint8)
    size = round(19.14 * MM)
    for number, (x, y) in zip(order, PLACES_MM, strict=True):
        left, top = round(x * MM), round(y * MM)
        page[top : top + size, left : left + size] = _code(serials[number], size)
    found = identify(find_page_codes(page, 200.0), key)
    assert isinstance(found, Unidentified)
    assert found.status == "code-conflict"


def test_the_code_of_a_copy_under_the_page_is_out_of_place(reader: PageReader) -> None:
    page = fresh_page()
    # The lower code is torn off, and that of a copy fed with the page looks out elsewhere.
    code = Rect(18.0, 269.86, 19.14, 19.14).grown(0.5)
    rows = slice(round(code.y * MM), round(code.bottom * MM))
    columns = slice(round(code.x * MM), round(code.right * MM))
    symbol = page[rows, columns].copy()
    page[rows, columns] = 255
    top, left = round(240.0 * MM), round(45.0 * MM)
    page[top : top + symbol.shape[0], left : left + symbol.shape[1]] = symbol
    assert ("code out of place", None) in _registered(reader.read_page(as_image(page)))


def test_a_mirrored_page_is_left_to_people_box_by_box(reader: PageReader) -> None:
    reading = _read(reader, scanned().mirrored())
    assert _registered(reading) == [("registration marks not found", None)]
    assert {mark.state for mark in reading.marks} == {"uncertain"}

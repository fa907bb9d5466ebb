"""The printed PDF, looked at as a picture: codes, marks and boxes stand where the layout says."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pikepdf
import pytest
import zxingcpp
from numpy.typing import NDArray
from pdf2image import convert_from_bytes, convert_from_path
from PIL import Image
from pyzbar.pyzbar import decode as zbar_decode

from omr.ballot.codes import read_code, short_fingerprint, verify
from omr.ballot.draw import marker_cells, print_ballots, static_page_pdf
from omr.ballot.layout import ballot_layout
from omr.ballot.model import BallotLayout
from omr.ballot.serials import issue_serials
from omr.election.model import Election, Option
from omr.errors import InputError
from omr.geometry import Rect
from tests.ballot.elections import CRITERIA, LEVELS, election_of, officials

KEY = bytes(range(32))
DPI = 150
FINE_DPI = 300

ELECTIONS = {
    "one page": election_of(officials(3), criteria=CRITERIA),
    "list and criteria": election_of(officials(11), criteria=CRITERIA, criteria_on="back"),
    "A5": election_of(officials(8), paper="A5"),
    "four levels": election_of(officials(4), (*LEVELS, Option("none", "Không có ý kiến"))),
}


def layout_of(election: Election) -> BallotLayout:
    return ballot_layout(election, election.groups[0])


def printed(election: Election, folder: Path, count: int = 1) -> tuple[Path, list[str]]:
    out, serials = folder / "ballots.pdf", issue_serials(count, set(), "print")
    print_ballots(layout_of(election), election.fingerprint, 0, serials, KEY, out)
    return out, serials


def picture(image: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(image.convert("L"))


def part(image: NDArray[np.uint8], rect: Rect, dpi: int) -> NDArray[np.uint8]:
    """Return the pixels that lie wholly in a rectangle."""
    scale = dpi / 25.4
    left, top = int(np.ceil(rect.x * scale)), int(np.ceil(rect.y * scale))
    return image[top : int(rect.bottom * scale), left : int(rect.right * scale)]


@pytest.mark.parametrize("name", ELECTIONS)
def test_both_readers_read_both_codes_of_every_page(name: str, tmp_path: Path) -> None:
    election = ELECTIONS[name]
    layout = layout_of(election)
    out, (serial,) = printed(election, tmp_path)
    pages = [picture(page) for page in convert_from_path(out, dpi=DPI)][: len(layout.pages)]
    for number, page in enumerate(pages, start=1):
        by_zxing = [found.text for found in zxingcpp.read_barcodes(page)]
        by_zbar = [found.data.decode() for found in zbar_decode(Image.fromarray(page))]
        assert len(by_zxing) == len(by_zbar) == 2
        (text,) = {*by_zxing, *by_zbar}
        assert verify(text, KEY)
        said = read_code(text)
        assert (said.serial, said.page, said.group) == (serial, number, 0)
        assert said.election == short_fingerprint(election.fingerprint)
        assert said.layout == short_fingerprint(layout.fingerprint)


@pytest.mark.parametrize("name", ELECTIONS)
def test_marks_and_boxes_stand_where_the_layout_says(name: str, tmp_path: Path) -> None:
    election = ELECTIONS[name]
    layout = layout_of(election)
    out, _ = printed(election, tmp_path)
    images = convert_from_path(out, dpi=FINE_DPI)
    detector = cv2.aruco.ArucoDetector(
        cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50), _subpixel()
    )
    for page, image in zip(layout.pages, map(picture, images), strict=False):
        assert image.shape[1] == pytest.approx(page.width * FINE_DPI / 25.4, abs=1.5)
        corners, ids, _ = detector.detectMarkers(image)
        assert sorted(ids.ravel()) == [0, 1, 2, 3, 4, 5]
        places = {mark.id: mark.rect.corners() for mark in page.fiducials}
        for found, marker in zip(corners, ids.ravel(), strict=True):
            # OpenCV puts (0, 0) in the middle of the first pixel.
            found_mm = (found[0] + 0.5) * 25.4 / FINE_DPI
            assert np.abs(found_mm - places[int(marker)]).max() < 0.15
        for box in page.boxes:
            assert part(image, box.rect, FINE_DPI).min() > 200
            outside = box.rect.grown(page.outline_mm)
            for edge in (
                Rect(outside.x, box.rect.y, page.outline_mm, box.rect.h),
                Rect(box.rect.right, box.rect.y, page.outline_mm, box.rect.h),
                Rect(box.rect.x, outside.y, box.rect.w, page.outline_mm),
                Rect(box.rect.x, box.rect.bottom, box.rect.w, page.outline_mm),
            ):
                assert part(image, edge, FINE_DPI).max() < 128


def _subpixel() -> cv2.aruco.DetectorParameters:
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    return parameters


def test_the_reference_page_is_the_print_without_codes_and_serials(tmp_path: Path) -> None:
    election = ELECTIONS["one page"]
    (page,) = layout_of(election).pages
    out, _ = printed(election, tmp_path)
    ballot = picture(convert_from_path(out, dpi=DPI)[0]).copy()
    reference = picture(convert_from_bytes(static_page_pdf(page), dpi=DPI)[0])
    for place in (*page.codes, *page.serials):
        assert part(reference, place, DPI).min() == 255
        assert part(ballot, place, DPI).min() < 64
        part(ballot, place.grown(0.4), DPI)[:] = 255
    assert np.array_equal(ballot, reference)


def test_decomposed_text_prints_the_same_picture(tmp_path: Path) -> None:
    composed = election_of(officials(2))
    group = composed.groups[0]
    apart = tuple(
        replace(contest, name=unicodedata.normalize("NFD", contest.name))
        for contest in group.contests
    )
    decomposed = replace(composed, groups=(replace(group, contests=apart),))
    assert decomposed.groups[0].contests[0].name != group.contests[0].name
    first, second = (
        picture(convert_from_bytes(static_page_pdf(layout_of(each).pages[0]), dpi=DPI)[0])
        for each in (composed, decomposed)
    )
    assert np.array_equal(first, second)


def test_equal_input_prints_equal_bytes_and_other_serials_do_not(tmp_path: Path) -> None:
    layout, fingerprint = layout_of(ELECTIONS["one page"]), ELECTIONS["one page"].fingerprint
    serials = issue_serials(3, set(), 1)
    for name, issued in (("a", serials), ("b", serials), ("c", serials[::-1])):
        print_ballots(layout, fingerprint, 0, issued, KEY, tmp_path / name)
    first, second, other = ((tmp_path / name).read_bytes() for name in "abc")
    assert first == second != other


def test_a_thousand_ballots_are_a_small_file_with_embedded_fonts(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    election = ELECTIONS["one page"]
    serials = issue_serials(1000, set(), 1)
    out = tmp_path / "ballots.pdf"
    layout = layout_of(election)
    print_ballots(
        layout,
        election.fingerprint,
        0,
        serials,
        KEY,
        out,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert out.stat().st_size < 3_000_000
    assert seen == [(done, 1000) for done in range(1, 1001)]
    with pikepdf.open(out) as pdf:
        assert len(pdf.pages) == 1000
        assert str(pdf.docinfo.get("/Author", "")) == ""
        fonts = [
            value
            for value in pdf.objects
            if isinstance(value, pikepdf.Dictionary) and value.get("/Type") == "/FontDescriptor"
        ]
        assert len(fonts) >= 3
        assert all("/FontFile2" in font for font in fonts)
    last = picture(convert_from_path(out, dpi=DPI, first_page=1000, last_page=1000)[0])
    assert {read_code(found.text).serial for found in zxingcpp.read_barcodes(last)} == {serials[-1]}


def test_a_two_sided_ballot_begins_on_a_new_sheet(tmp_path: Path) -> None:
    election = election_of(officials(3), duplex=True)
    out, serials = printed(election, tmp_path, count=2)
    images = [picture(page) for page in convert_from_path(out, dpi=DPI)]
    found = [[read_code(code.text).serial for code in zxingcpp.read_barcodes(i)] for i in images]
    assert found == [[serials[0]] * 2, [], [serials[1]] * 2, []]
    assert images[1].min() == 255


def test_serials_stand_in_print_beside_both_codes(tmp_path: Path) -> None:
    out, _ = printed(ELECTIONS["one page"], tmp_path)
    (page,) = layout_of(ELECTIONS["one page"]).pages
    image = picture(convert_from_path(out, dpi=DPI)[0])
    upper, lower = page.serials
    # The upper one is set flush right, the lower flush left, close to their codes.
    assert part(image, Rect(upper.right - 3, upper.y, 3, upper.h), DPI).min() < 64
    assert part(image, Rect(lower.x, lower.y, 3, lower.h), DPI).min() < 64


def test_a_failed_print_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    layout = layout_of(ELECTIONS["one page"])
    for out in (tmp_path / "missing" / "ballots.pdf", tmp_path / "taken"):
        with pytest.raises(InputError) as caught:
            print_ballots(layout, ELECTIONS["one page"].fingerprint, 0, ["7F3K9QWM"], KEY, out)
        assert str(out) in caught.value.text.vi
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_markers_are_those_of_the_dictionary() -> None:
    cells = [marker_cells(marker) for marker in range(6)]
    assert all(each.shape == (6, 6) and each[0].all() and each[:, 0].all() for each in cells)
    assert len({each.tobytes() for each in cells}) == 6

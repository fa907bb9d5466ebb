from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from omr.ballot.codes import qr_modules
from omr.geometry import mm_to_px
from omr.scan.place.codes import corner_boxes, find_codes, find_page_codes
from omr.scan.place.found_code import Reader

Pixels = NDArray[np.uint8]

WIDTH_MM, HEIGHT_MM = 210.0, 297.0
CODE_MM = 19.14
TEXT = "OMR1ABCDEFGHJK017F3K9QWMAAAAAAAAAAAAAAAAAAAA"
FOREIGN = "HTTPS://EXAMPLE.COM/KHONG-PHAI-PHIEU"
# Upper right and lower left, as a ballot has them.
PLACES_MM = ((172.86, 8.0), (18.0, 269.86))


def symbol(text: str, dpi: float) -> Pixels:
    modules = np.where(qr_modules(text), 30, 240).astype(np.uint8)
    side = round(mm_to_px(CODE_MM, dpi))
    fine = np.kron(modules, np.ones((16, 16), np.uint8))
    return np.asarray(cv2.resize(fine, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def page(dpi: float, texts: tuple[str, ...] = (TEXT, TEXT)) -> Pixels:
    """A sheet with two symbols, and lines of print between them."""
    paper = np.full(
        (round(mm_to_px(HEIGHT_MM, dpi)), round(mm_to_px(WIDTH_MM, dpi))), 240, np.uint8
    )
    for top in range(60, 240, 12):
        x, y = round(mm_to_px(30, dpi)), round(mm_to_px(top, dpi))
        size = dpi / 150
        cv2.putText(paper, "NGUYEN THI HONG PHUONG", (x, y), 0, size, 40, max(1, int(size * 2)))
    for text, (x_mm, y_mm) in zip(texts, PLACES_MM, strict=False):
        mark = symbol(text, dpi)
        x, y = round(mm_to_px(x_mm, dpi)), round(mm_to_px(y_mm, dpi))
        paper[y : y + len(mark), x : x + len(mark)] = mark
    return paper


def noisy(paper: Pixels, sigma: float) -> Pixels:
    noise = np.random.default_rng(3).normal(0, sigma, paper.shape)
    return np.clip(paper + noise, 0, 255).astype(np.uint8)


def speckled(paper: Pixels) -> Pixels:
    """Pure black and white, with 3 % of the pixels wrong."""
    split = np.where(paper > 140, 255, 0).astype(np.uint8)
    chance = np.random.default_rng(3).random(split.shape)
    split[chance < 0.015] = 0
    split[chance > 0.985] = 255
    return split


def slanted(paper: Pixels, degrees: float) -> Pixels:
    height, width = paper.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return np.asarray(cv2.warpAffine(paper, turn, (width, height), borderValue=(240,)), np.uint8)


def shaded(paper: Pixels) -> Pixels:
    return (paper * np.linspace(0.35, 1, paper.shape[1])).astype(np.uint8)


@pytest.mark.parametrize("dpi", [150, 200, 300, 600])
@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_both_codes_are_found_at_any_turn_and_resolution(dpi: int, turns: int) -> None:
    turned = np.ascontiguousarray(np.rot90(page(dpi), turns))
    found = find_page_codes(turned, float(dpi))
    assert [code.text for code in found] == [TEXT, TEXT]


@pytest.mark.parametrize("dpi", [150, 200, 300])
@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda paper, dpi: noisy(paper, 35), id="noise"),
        pytest.param(lambda paper, dpi: speckled(paper), id="speckle"),
        pytest.param(lambda paper, dpi: slanted(paper, 5), id="skew left"),
        pytest.param(lambda paper, dpi: slanted(paper, -5), id="skew right"),
        pytest.param(lambda paper, dpi: shaded(paper), id="shadow"),
        pytest.param(lambda paper, dpi: 150 + paper // 3, id="faded"),
        pytest.param(
            lambda paper, dpi: cv2.GaussianBlur(paper, (0, 0), mm_to_px(0.25, dpi)), id="blur"
        ),
    ],
)
def test_both_codes_are_found_on_poor_scans(
    spoil: Callable[[Pixels, float], Pixels], dpi: int
) -> None:
    found = find_page_codes(np.asarray(spoil(page(dpi), dpi), np.uint8), float(dpi))
    assert [code.text for code in found] == [TEXT, TEXT]


@pytest.mark.parametrize("reader", ["zxing", "pyzbar"])
@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize("degrees", [-5.0, 0.0, 5.0])
def test_corners_run_clockwise_from_the_symbols_own_top_left(
    reader: Reader, turns: int, degrees: float
) -> None:
    dpi = 200.0
    paper = slanted(page(dpi, (TEXT,)), degrees)
    height, width = paper.shape
    x, y = (mm_to_px(value, dpi) for value in PLACES_MM[0])
    side = mm_to_px(CODE_MM, dpi)
    corners = np.array([[x, y], [x + side, y], [x + side, y + side], [x, y + side]])
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    corners = np.column_stack([corners, np.ones(4)]) @ turn.T
    for _ in range(turns):  # a quarter turn against the clock, as np.rot90 makes it
        corners = np.column_stack([corners[:, 1], width - 1 - corners[:, 0]])
        width, height = height, width
    turned = np.ascontiguousarray(np.rot90(paper, turns))
    (code,) = find_page_codes(turned, dpi, readers=(reader,))
    assert code.reader == reader
    assert np.abs(code.corners_px - corners).max() < 4  # about a module


def test_a_foreign_code_is_returned_as_well() -> None:
    found = find_page_codes(page(200, (TEXT, FOREIGN)), 200.0)
    assert [code.text for code in found] == [TEXT, FOREIGN]


def test_a_code_away_from_the_corners_is_found_on_the_whole_page() -> None:
    paper = np.full((2339, 1654), 240, np.uint8)
    mark = symbol(TEXT, 200)
    paper[1100 : 1100 + len(mark), 700 : 700 + len(mark)] = mark
    (code,) = find_page_codes(paper, 200.0)
    assert code.text == TEXT
    middle = (700 + len(mark) / 2, 1100 + len(mark) / 2)
    assert code.corners_px.mean(axis=0) == pytest.approx(middle, abs=3)
    assert [other.text for other in find_codes(paper)] == [TEXT]


def test_a_symbol_seen_in_two_boxes_counts_once() -> None:
    paper = page(200, (TEXT,))
    width = paper.shape[1]
    boxes = [(width - 450, 0, 450, 450), (width - 420, 10, 420, 420)]
    assert len(find_codes(paper, boxes, 200.0)) == 1


def test_boxes_that_leave_the_page_do_no_harm() -> None:
    paper = page(200)
    height, width = paper.shape
    boxes = [(width - 400, -50, 600, 450), (-30, height - 400, 450, 600), (-90, -90, 50, 50)]
    assert len(find_codes(paper, boxes, 200.0)) == 2


def test_the_resolution_may_be_unknown() -> None:
    assert len(find_page_codes(page(150))) == 2


@pytest.mark.parametrize("paper", [np.full((1754, 1240), 240, np.uint8), page(150, ())])
def test_paper_without_a_code_has_none(paper: Pixels) -> None:
    assert find_page_codes(paper, 150.0) == ()


def test_the_four_corners_are_searched_and_lie_on_the_page() -> None:
    paper = np.zeros((400, 300), np.uint8)
    for x, y, w, h in corner_boxes(paper, 150.0):
        assert x >= 0
        assert y >= 0
        assert x + w <= 300
        assert y + h <= 400


def test_the_readers_are_silent(capfd: pytest.CaptureFixture[str]) -> None:
    find_page_codes(noisy(page(150), 90), 150.0)
    find_page_codes(speckled(noisy(page(150, ()), 60)), 150.0)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("darkness", [30, 60])
def test_a_symbol_that_shows_through_from_the_other_side_is_left_out(darkness: int) -> None:
    paper = page(300)
    other = symbol(FOREIGN, 300)[:, ::-1]
    pale = np.where(other < 128, 240 - darkness, 240).astype(np.uint8)
    x, y = round(mm_to_px(170, 300)), round(mm_to_px(268, 300))
    paper[y : y + len(pale), x : x + len(pale)] = pale
    assert [code.text for code in find_page_codes(paper, 300)] == [TEXT, TEXT]


def test_a_symbol_of_another_paper_is_kept_though_its_print_is_lighter() -> None:
    paper = page(300)
    other = symbol(FOREIGN, 300)
    light = np.where(other < 128, 120, 240).astype(np.uint8)
    x, y = round(mm_to_px(170, 300)), round(mm_to_px(268, 300))
    paper[y : y + len(light), x : x + len(light)] = light
    assert {code.text for code in find_page_codes(paper, 300)} == {TEXT, FOREIGN}


@pytest.mark.parametrize("darkness", [25, 40])
@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_symbols_that_show_through_an_empty_side_are_left_out(darkness: int, turns: int) -> None:
    front = np.where(page(200) < 128, 240 - darkness, 240).astype(np.uint8)
    behind = np.ascontiguousarray(np.rot90(front[:, ::-1], turns))
    assert find_page_codes(behind, 200) == ()
    # As pale, but printed on this side.
    pale = np.ascontiguousarray(np.rot90(front, turns))
    assert [code.text for code in find_page_codes(pale, 200)] == [TEXT, TEXT]


def test_a_pale_foreign_symbol_is_kept_whatever_it_says() -> None:
    front = np.where(page(200, (FOREIGN,)) < 128, 200, 240).astype(np.uint8)
    assert [code.text for code in find_page_codes(front, 200)] == [FOREIGN]

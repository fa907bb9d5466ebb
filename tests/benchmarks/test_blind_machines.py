from collections.abc import Iterator
from typing import get_args

import cv2
import numpy as np
import pytest
from blindsheets.machines import (
    Office,
    Severity,
    WornPage,
    bilevel200,
    choose_office,
    photographed,
)
from blindsheets.machines.encoding import Encoding
from blindsheets.machines.feed import Feed
from blindsheets.machines.presses import choose_printer
from blindsheets.machines.printer import print_page
from blindsheets.machines.raster import Pixels
from blindsheets.machines.scanner import Scanner, scan, tone_of
from blindsheets.machines.scanners import choose_scanner
from blindsheets.machines.sheet import Sheet
from blindsheets.machines.wear import WEARS, choose_wears, happen

# Half the resolution that accuracy runs use: a quarter of the time.
PX_PER_MM = 8.0
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
_STEP_MM = 20
_PLAIN = Encoding("plain")


def _form() -> Pixels:
    """Draw a page with discs on a grid, a ruled table and some lettering."""
    page = np.full((round(297 * PX_PER_MM), round(210 * PX_PER_MM)), 255, np.uint8)
    for x_mm, y_mm in _discs_mm():
        middle = (round(x_mm * PX_PER_MM), round(y_mm * PX_PER_MM))
        cv2.circle(page, middle, round(2 * PX_PER_MM), 0, -1)
    for row in range(5):
        top = round((155 + 20 * row) * PX_PER_MM)
        cv2.rectangle(page, (420, top), (1240, top + round(20 * PX_PER_MM)), 0, 2)
        cv2.putText(page, "Nguyen", (460, top + 120), cv2.FONT_HERSHEY_TRIPLEX, 2, 0, 2)
    return page


def _discs_mm() -> list[tuple[float, float]]:
    return [
        (float(x), float(y))
        for y in range(25, 280, _STEP_MM)
        for x in range(25, 200, _STEP_MM)
        if not (x > 50 and y > 140)
    ]


FORM = _form()


def _through(office: Office, seed: int) -> tuple[Pixels, int | None]:
    rng = np.random.default_rng(seed)
    page = office.printed(FORM, PX_PER_MM, rng)
    return office.scanned(office.worn(page, PX_PER_MM, rng), PX_PER_MM, rng)


def _offices(severity: Severity, count: int) -> Iterator[tuple[int, Office]]:
    for seed in range(count):
        yield seed, choose_office(np.random.default_rng(seed), severity)


@pytest.mark.parametrize("severity", SEVERITIES)
def test_the_same_seed_gives_the_same_pixels(severity: Severity) -> None:
    for seed, office in _offices(severity, 3):
        again = choose_office(np.random.default_rng(seed), severity)
        assert again == office
        first, second = _through(office, seed), _through(again, seed)
        assert first[1] == second[1]
        assert np.array_equal(first[0], second[0])


@pytest.mark.parametrize("severity", SEVERITIES)
def test_a_scan_has_the_size_that_its_resolution_says(severity: Severity) -> None:
    for seed, office in _offices(severity, 8):
        image, dpi = _through(office, seed)
        assert image.dtype == np.uint8
        assert dpi is not None
        size_mm = sorted(side / dpi * 25.4 for side in image.shape[:2])
        area = office.scanner.feed.area_mm
        expected = sorted(side or full for side, full in zip(area, (210, 297), strict=True))
        assert size_mm == pytest.approx(expected, abs=0.2)
        if office.scanner.encoding.bilevel:
            assert set(np.unique(image)) <= {0, 255}
        assert (image.ndim == 3) == office.scanner.colour


def test_neat_places_move_no_ink_once_skew_and_scale_are_taken_out() -> None:
    for seed, office in _offices("neat", 6):
        image, dpi = _through(office, seed)
        assert dpi is not None
        grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        dark = (grey < 128).astype(np.uint8)
        _, _, stats, middles = cv2.connectedComponentsWithStats(dark)
        area_mm2 = stats[:, cv2.CC_STAT_AREA] * (25.4 / dpi) ** 2
        found = middles[(area_mm2 > 9) & (area_mm2 < 16)] * 25.4 / dpi
        ideal = np.array(_discs_mm())
        assert len(found) >= len(ideal)
        away = np.linalg.norm(found[:, None] - ideal[None], axis=2)
        found = found[np.argmin(away, axis=0)]
        ones = np.column_stack([ideal, np.ones(len(ideal))])
        fitted, *_ = np.linalg.lstsq(ones, found, rcond=None)
        assert np.linalg.norm(ones @ fitted - found, axis=1).max() < 0.3


def test_two_passes_differ_mildly() -> None:
    for seed, office in _offices("office", 6):
        rng = np.random.default_rng(seed)
        page = office.printed(FORM, PX_PER_MM, rng)
        worn = office.worn(page, PX_PER_MM, rng)
        before = worn.pixels.copy()
        first, dpi = office.scanned(worn, PX_PER_MM, rng)
        second, again = office.scanned(worn, PX_PER_MM, rng)
        assert dpi == again
        assert np.array_equal(worn.pixels, before)
        assert not (first.shape == second.shape and np.array_equal(first, second))
        assert abs(float(first.mean()) - float(second.mean())) < 4


@pytest.mark.parametrize("name", list(WEARS))
def test_every_wear_changes_the_sheet_and_leaves_the_pen_s_page(name: str) -> None:
    page = cv2.cvtColor(FORM, cv2.COLOR_GRAY2BGR)
    cv2.circle(page, (350, 300), 140, (60, 60, 215), 10)
    before = page.copy()
    sheet = Sheet(np.asarray(page, np.uint8), PX_PER_MM)
    happen(sheet, name, 2.0, np.random.default_rng(1))
    worn = sheet.worn(None, 0.0, 0.0)
    assert worn.words == [name]
    fields = (worn.gone, worn.displacement, worn.shade)
    assert not np.array_equal(worn.pixels, before) or any(at is not None for at in fields)
    assert np.array_equal(page, before)


def test_every_wear_is_met_in_an_office_and_among_damaged_sheets() -> None:
    for severity, count in (("office", 3000), ("damaged", 400)):
        rng = np.random.default_rng(3)
        met = {name for _ in range(count) for name in choose_wears(severity, (), rng)}
        assert met == set(WEARS)


def test_print_is_drawn_to_a_fold_by_less_than_a_letter() -> None:
    page = np.full((2376, 1680, 3), 255, np.uint8)
    for name in ("folded in half", "folded in thirds", "slanting fold", "crumpled", "curled"):
        for seed in range(5):
            sheet = Sheet(page, PX_PER_MM)
            happen(sheet, name, 2.0, np.random.default_rng(seed))
            # A millimetre and a half in a hand's width may pass; a jump may not.
            assert np.abs(sheet.bend).max() < 2.5
            jumps = [np.abs(np.diff(sheet.bend, axis=axis)).max() for axis in (0, 1)]
            assert max(jumps) < 0.8


@pytest.mark.parametrize("severity", SEVERITIES)
def test_a_pencil_stays_plain_in_every_scan(severity: Severity) -> None:
    for seed in range(150):
        paper = 200.0 if seed % 2 else 250.0
        made = choose_scanner(np.random.default_rng(seed), severity, paper)
        pencil = 0.66 * paper
        assert tone_of(made, paper) - tone_of(made, pencil) >= 0.6 * (paper - pencil)
        if made.encoding.kind == "global":
            cut = made.encoding.threshold / 100 * tone_of(made, paper)
            assert tone_of(made, pencil) < cut < tone_of(made, paper) - 15


@pytest.mark.parametrize("severity", SEVERITIES)
def test_print_stays_plain_whatever_the_printer_lacks(severity: Severity) -> None:
    for seed, office in _offices(severity, 12):
        page = office.printed(FORM, PX_PER_MM, np.random.default_rng(seed))
        grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
        level = float(np.median(grey))
        # Four hundredths of the form are solid: the palest of them is ink all the same.
        assert float(np.percentile(grey, 1.5)) < 0.72 * level


def test_faults_of_printers_and_scanners_are_all_met() -> None:
    printers, scanners = set(), set()
    for seed in range(500):
        rng = np.random.default_rng(seed)
        printers.update(choose_printer(rng, "damaged").words)
        scanners.update(choose_scanner(rng, "damaged", 250).words)
    for word in (
        "light toner",
        "toner-saving screen",
        "banding",
        "ghost image",
        "pale streak",
        "dark streak",
        "drum spots",
        "toner fog",
        "copies of a print",
        "inkjet",
        "passes out of line",
        "blocked nozzle",
    ):
        assert word in printers
    for word in (
        "skewed feed",
        "shaking carriage",
        "feed slips",
        "edge cut off",
        "large glass",
        "dirty glass",
        "sheet off the glass at the left",
        "noisy sensor",
        "dim lamp",
        "too bright",
        "hard sharpening",
        "colour lines apart",
        "hard compression",
        "roller marks",
        "background removed",
    ):
        assert word in scanners


def test_the_lid_shows_where_paper_is_missing() -> None:
    page = np.full((2376, 1680, 3), 250, np.uint8)
    gone = np.zeros((2376, 1680), np.uint8)
    gone[:160, :160] = 255
    scanner = Scanner((), 200, False, Feed(wander_mm=0, skew_deg=0, lid=(20, 20, 20)), _PLAIN)
    rng = np.random.default_rng(0)
    image = scan(scanner, WornPage(page, gone=gone), PX_PER_MM, rng)
    assert float(image[2:150, 2:150].mean()) < 30
    assert float(image[200:, 200:].mean()) > 240


def test_the_other_side_is_seen_through_mirrored() -> None:
    page = np.full((2376, 1680, 3), 250, np.uint8)
    back = np.full((2376, 1680), 255, np.uint8)
    back[1000:1400, 200:500] = 0
    scanner = Scanner((), 200, False, Feed(wander_mm=0, skew_deg=0), _PLAIN)
    worn = WornPage(page, back=back, thinness=0.2)
    image = scan(scanner, worn, PX_PER_MM, np.random.default_rng(0))
    ghost = image[1050:1300, -450:-250]
    assert float(image[1050:1300, 250:450].mean()) - float(ghost.mean()) > 30


def test_photographs_state_no_resolution_and_bilevel_scans_do() -> None:
    rng = np.random.default_rng(4)
    office = choose_office(rng, "office")
    worn = office.worn(office.printed(FORM, PX_PER_MM, rng), PX_PER_MM, rng)
    picture, none = photographed(worn, PX_PER_MM, rng)
    assert none is None
    assert picture.ndim == 3
    assert 7.9e6 < picture.shape[0] * picture.shape[1] < 12.1e6
    faxed, dpi = bilevel200(worn, PX_PER_MM, rng)
    assert dpi == 200
    assert faxed.shape == (2339, 1654)
    assert set(np.unique(faxed)) == {0, 255}


def test_a5_sheets_pass_every_machine() -> None:
    form = np.ascontiguousarray(cv2.resize(FORM, (1184, 1680), interpolation=cv2.INTER_AREA))
    for seed, office in _offices("damaged", 4):
        rng = np.random.default_rng(seed)
        page = print_page(office.printer, office.paper, form, PX_PER_MM, rng)
        worn = office.worn(page, PX_PER_MM, rng, back=form)
        image, _ = office.scanned(worn, PX_PER_MM, rng)
        assert image.size > 0


def test_words_tell_what_is_peculiar() -> None:
    for _, office in _offices("office", 5):
        words = office.words()
        assert any("dpi" in word for word in words)
        assert all(words)

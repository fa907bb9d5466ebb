"""Printers, wear, scanners and files: what they do to a page, and that it can be repeated."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from omr.geometry import Point
from omr.rehearse.paper import Fold, choose_wear, missing_paper, wear_paper
from omr.rehearse.pens import Canvas, Pixels
from omr.rehearse.printer import choose_printer, print_sheet
from omr.rehearse.scanfile import Format, page_place, write_pages
from omr.rehearse.scanner import Scanner, choose_scanner, choose_shot, scan_sheet
from omr.rehearse.seal import choose_seal, stamp_seal

DPI = 100.0
WIDTH_MM, HEIGHT_MM = 148.0, 210.0


def page() -> Pixels:
    """A page with one black square of 10 mm whose corner is at (40, 60) mm."""
    scale = DPI / 25.4
    pixels = np.full((round(HEIGHT_MM * scale), round(WIDTH_MM * scale)), 255, np.uint8)
    pixels[round(60 * scale) : round(70 * scale), round(40 * scale) : round(50 * scale)] = 0
    return pixels


def middle_of_ink(pixels: Pixels) -> tuple[float, float]:
    rows, columns = np.nonzero(pixels < 128)
    return float(columns.mean()) * 25.4 / DPI, float(rows.mean()) * 25.4 / DPI


def scanner(**more: Any) -> Scanner:
    """An ideal scanner, changed as asked."""
    ideal = replace(
        choose_scanner(np.random.default_rng(1), "ordinary"), dpi=100, mode="grey", lid=0.1,
        brightness=0.0, contrast=1.0, gamma=1.0, noise=0.0, blur_mm=0.0, shade=0.0, border=0.0,
        overscan_mm=0.0, skew_deg=0.0, turns=(0,), upside_down=0.0, stretch=0.0,
    )  # fmt: skip
    return replace(ideal, **more)


def sheet(channels: int = 1) -> Canvas:
    return Canvas(np.repeat(page()[:, :, None], channels, axis=2), DPI)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["ordinary", "severe"]))
def test_the_print_lies_where_the_printer_says(seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    printer = choose_printer(rng, "severe" if kind == "severe" else "ordinary")
    assert 0.92 <= printer.scale <= 1.02 and abs(printer.scale_ratio - 1) < 0.00501
    out = replace(printer, toner=1.0, mottle=0.0, banding=0.0, specks_per_cm2=0.0)
    printed = out.sheet(WIDTH_MM, HEIGHT_MM, rng)
    assert abs(printed.dx_mm) <= 4.0 and abs(printed.dy_mm) <= 4.0
    expected = printed.place(Point(45.0, 65.0))
    x, y = middle_of_ink(print_sheet(page(), printed, DPI))
    assert abs(x - expected.x) < 0.3 and abs(y - expected.y) < 0.3


def test_the_unprintable_margin_stays_white() -> None:
    rng = np.random.default_rng(3)
    printer = replace(choose_printer(rng, "severe"), margin_mm=5.0, specks_per_cm2=0.0)
    black = np.zeros_like(page())
    out = print_sheet(black, printer.sheet(WIDTH_MM, HEIGHT_MM, rng), DPI)
    edge = round(4.8 * DPI / 25.4)
    assert out[:edge].min() > 250 and out[:, :edge].min() > 250
    assert np.median(out) < 160


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_turned_page_turns_back(turns: int) -> None:
    rng = np.random.default_rng(1)
    machine = scanner()
    wear = replace(choose_wear(rng, "ordinary"), folds=(), dust=0)
    shot = replace(choose_shot(machine, rng), dx_mm=0.0, dy_mm=0.0, quarter_turns=turns)
    seen = scan_sheet(sheet(), machine, shot, wear)
    x, y = middle_of_ink(np.rot90(seen, turns))
    assert (x, y) == pytest.approx((45.0, 65.0), abs=0.3)


def test_skew_turns_about_the_middle_of_the_page() -> None:
    rng = np.random.default_rng(1)
    machine = scanner(lid=1.0)
    wear = replace(choose_wear(rng, "ordinary"), folds=(), dust=0)
    shot = replace(choose_shot(machine, rng), dx_mm=0.0, dy_mm=0.0, skew_deg=3.0)
    seen = scan_sheet(sheet(), machine, shot, wear)
    dx, dy = 45.0 - WIDTH_MM / 2, 65.0 - HEIGHT_MM / 2
    cos, sin = np.cos(np.radians(3.0)), np.sin(np.radians(3.0))
    expected = (WIDTH_MM / 2 + cos * dx - sin * dy, HEIGHT_MM / 2 + sin * dx + cos * dy)
    assert middle_of_ink(seen) == pytest.approx(expected, abs=0.4)


def test_a_fold_displaces_what_lies_beyond_it() -> None:
    rng = np.random.default_rng(1)
    machine = scanner(lid=1.0)
    flat = replace(choose_wear(rng, "ordinary"), folds=(), dust=0)
    folded = replace(flat, folds=(Fold(True, 0.2, 0.0, 0.3, 1.0),))
    shot = replace(choose_shot(machine, rng), dx_mm=0.0, dy_mm=0.0)
    before = middle_of_ink(scan_sheet(sheet(), machine, shot, flat))
    after = middle_of_ink(scan_sheet(sheet(), machine, shot, folded))
    assert after[0] - before[0] == pytest.approx(-1.0, abs=0.2)
    assert after[1] == pytest.approx(before[1], abs=0.1)


@pytest.mark.parametrize(("mode", "shape"), [("bitonal", 2), ("grey", 2), ("colour", 3)])
def test_each_mode_gives_its_kind_of_picture(mode: str, shape: int) -> None:
    rng = np.random.default_rng(1)
    machine = scanner(mode=mode, noise=3.0)
    canvas = sheet(3 if mode == "colour" else 1)
    seen = scan_sheet(canvas, machine, choose_shot(machine, rng), choose_wear(rng, "ordinary"))
    assert seen.ndim == shape
    levels = set(np.unique(seen).tolist())
    assert levels == {0, 255} if mode == "bitonal" else len(levels) > 20


def test_a_torn_corner_shows_the_lid() -> None:
    rng = np.random.default_rng(1)
    machine = scanner(lid=0.0)
    wear = replace(choose_wear(rng, "ordinary"), folds=(), dust=0, torn=(("bottom-right", 40.0),))
    canvas = sheet()
    gone = missing_paper(canvas, wear)
    assert gone is not None
    shot = replace(choose_shot(machine, rng), dx_mm=0.0, dy_mm=0.0)
    seen = scan_sheet(canvas, machine, shot, wear, gone)
    assert seen[-20:, -20:].max() < 60
    assert seen[:20, :20].min() > 180
    share = np.count_nonzero(gone) / gone.size
    assert 0.5 < share * WIDTH_MM * HEIGHT_MM / (40.0 * 40.0 / 2) < 1.6


def test_wear_never_brightens_the_paper() -> None:
    for seed in range(12):
        wear = choose_wear(np.random.default_rng(seed), "severe")
        canvas = sheet(3)
        before = canvas.pixels.copy()
        wear_paper(canvas, wear, page())
        assert np.all(canvas.pixels <= before)


def test_a_seal_is_a_red_ring_of_its_size() -> None:
    for seed in range(6):
        plan = choose_seal(np.random.default_rng(seed), rough=False)
        assert 36.0 <= plan.diameter_mm <= 38.0
        canvas = Canvas(np.full((400, 400, 3), 255, np.uint8), 150.0)
        stamp_seal(canvas, Point(34.0, 34.0), plan, "LIÊN ĐOÀN LAO ĐỘNG", ("BAN", "CHẤP HÀNH"))
        inked = canvas.pixels[:, :, 1] < 200
        rows, columns = np.nonzero(inked)
        span_mm = max(np.ptp(rows), np.ptp(columns)) * 25.4 / 150.0
        assert span_mm == pytest.approx(plan.diameter_mm, abs=1.2)
        red, green = (canvas.pixels[inked][:, i].mean() for i in (0, 1))
        assert red > 1.4 * green


@pytest.mark.parametrize("kind", ["pdf", "tiff", "jpg", "png"])
@pytest.mark.parametrize("mode", ["bitonal", "grey", "colour"])
def test_files_hold_every_page_and_the_same_bytes_again(
    tmp_path: Path, kind: Format, mode: str
) -> None:
    machine = scanner(mode=mode)
    one = page() if mode != "colour" else np.repeat(page()[:, :, None], 3, axis=2)
    pages = [one, np.ascontiguousarray(one[::-1])]
    (tmp_path / "again").mkdir()
    files = write_pages(tmp_path, "a-01", pages, machine, kind)
    again = write_pages(tmp_path / "again", "a-01", pages, machine, kind)
    assert [file.read_bytes() for file in files] == [file.read_bytes() for file in again]
    assert [file.name for file in files] == list(
        dict.fromkeys(page_place("a-01", kind, number)[0] for number in (1, 2))
    )
    if kind == "pdf":
        with pikepdf.open(files[0]) as document:
            assert len(document.pages) == 2
            image = next(iter(document.pages[0].Resources.XObject.values()))
            coding = "/CCITTFaxDecode" if mode == "bitonal" else "/DCTDecode"
            assert coding in str(image.Filter)
    elif kind == "tiff":
        with Image.open(files[0]) as tiff:
            assert getattr(tiff, "n_frames", 1) == 2

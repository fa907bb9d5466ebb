"""What a stack shares is said once, with what to do and on which ballots."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from pdf2image import convert_from_path
from PIL import Image

from omr.ballot.serials import format_serial
from omr.cli.grade_words import REMEDY, seen
from omr.cli.stack_grades import grades_json, sentence, shared_grades
from omr.scan.reading import Grade
from omr.store.values import GradedPage
from tests.cli.conftest import BALLOTS, Omr, Stack


def _page(number: int, *grades: Grade, serial: str | None = "") -> GradedPage:
    own = f"ABCD{number:04d}" if serial == "" else serial
    return GradedPage("f" * 64, "xap.pdf", number, own, grades)


def test_a_streak_is_one_place_on_the_glass_and_not_one_line_per_page() -> None:
    pages = [_page(n, Grade("streak", 63.0 + 0.2 * (n % 3), "left")) for n in range(1, 42)]
    pages.append(_page(99, Grade("streak", 120.0, "left")))
    first, second = shared_grades(pages)
    assert (len(first.pages), len(second.pages)) == (41, 1)
    said = sentence(first)
    assert said.vi.startswith(
        "Lau mặt kính máy quét: có vệt dọc cách mép trái 63 mm, ở 41 trang (phiếu ABCD-0001,"
    )
    assert said.vi.endswith("và 35 phiếu nữa).")
    assert said.en.startswith(
        "Clean the scanner glass: a line at 63 mm from the left edge, on 41 pages (ballots"
    )


def test_amounts_are_told_as_people_write_them() -> None:
    (skewed,) = shared_grades([_page(1, Grade("skewed", 2.5)), _page(2, Grade("skewed", 4.0))])
    assert "nghiêng 2,5–4,0°, ở 2 trang" in sentence(skewed).vi
    assert "skewed by 2.5–4.0°, on 2 pages" in sentence(skewed).en
    (cut,) = shared_grades([_page(1, Grade("clipped", 7, "right"), serial=None)])
    assert sentence(cut).vi.endswith("mép phải bị cắt mất 7 mm, ở 1 trang (xap.pdf trang 1).")


def test_every_code_has_its_remedy_and_its_words() -> None:
    for code, remedy in REMEDY.items():
        text = seen(code, [3.0], "left")
        assert remedy.vi and remedy.en and text.vi and text.en
        assert text.vi != text.en


def test_json_names_every_page() -> None:
    (each,) = grades_json([_page(n, Grade("coarse", 140.0 + n)) for n in range(1, 10)])
    assert each["pages"] == 9
    assert each["amount"] == {"least": 141.0, "most": 149.0}
    places = each["places"]
    assert isinstance(places, list)
    assert len(places) == 9


@pytest.fixture
def streaked(stack: Stack, tmp_path: Path) -> Path:
    """The good stack behind a dirty glass."""
    pages = []
    for page in convert_from_path(stack.good, dpi=200):
        pixels = np.array(page)
        pixels[:, 1240:1242] = 90
        pages.append(Image.fromarray(pixels))
    path = tmp_path / "streaked.pdf"
    pages[0].save(path, save_all=True, append_images=pages[1:], resolution=200)
    return path


def test_scan_and_status_say_it_once(omr: Omr, stack: Stack, streaked: Path) -> None:
    scanned = omr("-C", stack.folder, "scan", streaked, "--jobs", 1)
    assert scanned.exit_code == 0, scanned.stderr
    line = f"có vệt dọc cách mép trái 158 mm, ở {BALLOTS} trang"
    assert scanned.stderr.count("Lau mặt kính máy quét") == 1
    assert line in scanned.stderr
    shown = omr("-C", stack.folder, "status")
    assert line in shown.stderr
    (quality,) = json.loads(omr("-C", stack.folder, "status", "--json").stdout)["quality"]
    assert (quality["code"], quality["pages"]) == ("streak", BALLOTS)
    assert format_serial(quality["ballots"][0]) in shown.stderr
    # A later stack from a clean glass is not blamed for the earlier one.
    again = json.loads(omr("-C", stack.folder, "scan", stack.doubtful, "--json").stdout)
    assert "streak" not in [each["code"] for each in again["quality"]]

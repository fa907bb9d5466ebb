"""``omr print --proof`` and ``omr proof``: tried as a board would, from print to verdict."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from pdf2image import convert_from_path
from PIL import Image

from omr.cli.grade_words import number
from omr.cli.proof_words import POINT, remedy
from tests.cli.conftest import BALLOTS, Omr, Stack, run

POINTS = 12


def _scan(pdf: Path, out: Path, dpi: int = 200) -> Path:
    pages = [page.convert("L") for page in convert_from_path(pdf, dpi=dpi)]
    pages[0].save(out, save_all=True, append_images=pages[1:], resolution=dpi)
    return out


@pytest.fixture(scope="module")
def sheets(made: Stack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three proof sheets of the made vote, printed from a copy and scanned well."""
    place = tmp_path_factory.mktemp("proof")
    result = run(
        *("-C", made.folder, "print", "--group", "a", "--count", 3),
        *("--proof", "--out", place / "mau.pdf"),
    )
    assert result.exit_code == 0, result.stderr
    return _scan(place / "mau.pdf", place / "quet.pdf")


def test_good_sheets_end_with_0_and_a_plain_verdict(omr: Omr, made: Stack, sheets: Path) -> None:
    result = omr("-C", made.folder, "proof", sheets)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.count("ĐẠT") == POINTS
    assert "KẾT LUẬN: DÙNG ĐƯỢC" in result.stdout
    assert "phiếu thật" not in result.stderr
    english = omr("--lang", "en", "-C", made.folder, "proof", sheets)
    assert "VERDICT: GOOD" in english.stdout
    assert english.stdout.count("GOOD") == POINTS + 1


def test_a_fault_ends_with_4_and_says_what_to_do(
    omr: Omr, made: Stack, sheets: Path, tmp_path: Path
) -> None:
    pages = []
    for page in convert_from_path(sheets, dpi=200):
        pixels = np.array(page.convert("L"))
        pixels[:, 700:702] = 150
        pages.append(Image.fromarray(pixels))
    dirty = tmp_path / "ban.pdf"
    pages[0].save(dirty, save_all=True, append_images=pages[1:], resolution=200)
    result = omr("-C", made.folder, "proof", dirty)
    assert result.exit_code == 4
    assert "Nền giấy: Lau mặt kính máy quét (ban.pdf trang 1, 2, 3)" in result.stdout
    assert "CHƯA DÙNG ĐƯỢC" in result.stdout
    told = json.loads(omr("-C", made.folder, "proof", dirty, "--json").stdout)
    assert told["verdict"] == "mend"
    failed = {each["point"]: each for each in told["points"] if each["verdict"] == "mend"}
    assert "background" in failed
    assert failed["background"]["remedy"]["en"] == "Clean the scanner glass"
    assert "89 mm" in failed["background"]["measured"]["vi"]


def test_json_goes_alone_and_has_every_measure(omr: Omr, made: Stack, sheets: Path) -> None:
    told = json.loads(omr("-C", made.folder, "proof", sheets, "--json").stdout)
    assert (told["verdict"], len(told["points"]), len(told["pages"])) == ("good", POINTS, 3)
    assert told["pages"][0]["largest_score"] == 0.0
    assert told["pages"][0]["codes"] == {"zxing": [True, True], "pyzbar": [True, True]}
    assert told["pages"][0]["scale"] == pytest.approx(1.0, abs=0.005)
    assert told["real_ballots"] == []


def test_a_proof_leaves_the_record_as_it_is(omr: Omr, stack: Stack, sheets: Path) -> None:
    before = (stack.folder / "count.db").read_bytes()
    assert omr("-C", stack.folder, "proof", sheets).exit_code == 0
    assert (stack.folder / "count.db").read_bytes() == before
    assert not list((stack.folder / "pages").glob("*"))


def test_proof_sheets_are_not_printed_ballots_but_the_ledger_knows_of_them(
    omr: Omr, tmp_path: Path
) -> None:
    folder = tmp_path / "vote"
    assert omr("new", folder, "--from", "tin-nhiem.vi").exit_code == 0
    out = tmp_path / "mau.pdf"
    command = ("print", "--group", "a", "--count", 2, "--proof", "--out", out)
    made = omr("-C", folder, *command)
    assert made.exit_code == 0
    assert "không phải phiếu" in made.stderr
    status = json.loads(omr("-C", folder, "status", "--json").stdout)
    assert [group["printed"] for group in status["groups"]] == [0, 0]
    assert omr("-C", folder, "verify").exit_code == 0
    # The definition may still be mended after a proof; after ballots it may not.
    definition = folder / "election.yaml"
    text = definition.read_text(encoding="utf-8")
    definition.write_text(text.replace("Võ Hữu Nghĩa", "Võ Hữu Nghị"), encoding="utf-8")
    assert omr("-C", folder, "status").exit_code != 5


def test_a_proof_sheet_in_the_stack_is_refused_with_its_reason(
    omr: Omr, stack: Stack, sheets: Path
) -> None:
    result = omr("-C", stack.folder, "scan", stack.good, sheets, "--jobs", 1)
    assert result.exit_code == 4
    assert result.stderr.count("tờ in thử (MẪU THỬ), không phải phiếu") == 3
    told = json.loads(omr("-C", stack.folder, "status", "--json").stdout)
    assert {(page["reason"], page["detail"]) for page in told["unread"]} == {
        ("foreign", "proof print")
    }
    assert sum(group["scanned"] for group in told["groups"]) == BALLOTS


def test_real_ballots_may_be_tried_and_are_named(omr: Omr, made: Stack, tmp_path: Path) -> None:
    fresh = tmp_path / "that.pdf"
    folder = tmp_path / "vote"
    omr("new", folder, "--from", "tin-nhiem.vi")
    omr("-C", folder, "print", "--group", "a", "--count", 1, "--out", fresh)
    result = omr("-C", folder, "proof", _scan(fresh, tmp_path / "quet.pdf"))
    assert result.exit_code == 0
    assert "1 tờ vừa thử là phiếu thật" in result.stderr
    assert "ít nhất 3 tờ" in result.stderr


def test_what_cannot_be_read_ends_with_3(omr: Omr, made: Stack, tmp_path: Path) -> None:
    broken = tmp_path / "hong.pdf"
    broken.write_bytes(b"%PDF-1.4 cut")
    assert omr("-C", made.folder, "proof", broken).exit_code == 3
    empty = tmp_path / "trang.png"
    Image.new("L", (1654, 2339), 255).save(empty, dpi=(200, 200))
    result = omr("-C", made.folder, "proof", empty, "--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["verdict"] == "mend"


def test_every_point_has_a_remedy_in_both_languages() -> None:
    for point in POINT:
        text = remedy(point, ())
        assert text.vi and text.en and text.vi != text.en
    assert number(0.12, 2).vi == "0,12"
    assert number(-0.04, 1).en == "0.0"

"""Fonts: only those with all Vietnamese letters are used, and a definition is checked for them."""

from __future__ import annotations

import shutil
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
import reportlab

from omr.ballot import fonts
from omr.ballot.check import printed_texts, printing_faults
from omr.election.load import load_election
from omr.errors import InputError
from tests.ballot.elections import CRITERIA, election_of, officials

TEMPLATE = Path(__file__).resolve().parents[2] / "ballot_templates" / "tin-nhiem.vi.yaml"


def test_vietnamese_letters_are_all_134() -> None:
    letters = fonts.vietnamese_letters()
    assert len(letters) == len(set(letters)) == 134
    assert {"đ", "Đ", "ẫ", "Ự", "ỹ"} <= set(letters)
    assert unicodedata.is_normalized("NFC", letters)


def test_the_font_found_has_all_letters() -> None:
    assert fonts.missing_letters(fonts.vietnamese_letters()) == ""
    assert fonts.missing_letters(unicodedata.normalize("NFD", "Nguyễn Thị Ẩn")) == ""
    assert fonts.missing_letters("Đồng ☐ ý 中 ☐") == "☐中"


def test_bold_is_wider_than_regular() -> None:
    text = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    assert fonts.width_mm(text, "bold", 12) > fonts.width_mm(text, "regular", 12)
    assert fonts.width_mm(text, "bold", 12) == pytest.approx(88.3, abs=0.1)


def test_a_folder_without_a_usable_font_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(fonts.FONT_DIR_VARIABLE, str(tmp_path))
    for name in ("Tinos-Regular.ttf", "Tinos-Bold.ttf", "Tinos-Italic.ttf"):
        (tmp_path / name).write_bytes(b"not a font")
    with pytest.raises(InputError) as caught:
        fonts.find_serif()
    for text in (caught.value.text.vi, caught.value.text.en):
        assert "fonts-croscore" in text
        assert str(tmp_path) in text


def test_a_named_folder_is_used_before_all_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in fonts.find_serif().values():
        shutil.copy(path, tmp_path / path.name)
    monkeypatch.setenv(fonts.FONT_DIR_VARIABLE, str(tmp_path))
    assert {path.parent for path in fonts.find_serif().values()} == {tmp_path}


def test_a_font_that_lacks_a_letter_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # ReportLab brings Bitstream Vera, a sound font without most Vietnamese letters.
    vera = Path(reportlab.__file__).parent / "fonts"
    for name, source in (("Regular", "Vera"), ("Bold", "VeraBd"), ("Italic", "VeraIt")):
        shutil.copy(vera / f"{source}.ttf", tmp_path / f"Tinos-{name}.ttf")
    monkeypatch.setenv(fonts.FONT_DIR_VARIABLE, str(tmp_path))
    with pytest.raises(InputError):
        fonts.find_serif()


def test_a_good_template_has_no_printing_faults() -> None:
    assert printing_faults(load_election(TEMPLATE), TEMPLATE) == []


def test_printing_faults_name_character_field_and_line() -> None:
    election = load_election(TEMPLATE)
    group = election.groups[0]
    officials_ = (group.contests[0], replace(group.contests[1], name="Lê 中 " + "Phượng " * 20))
    broken = replace(
        election,
        form=replace(election.form, title="PHIẾU ☐"),
        groups=(replace(group, contests=officials_), *election.groups[1:]),
    )
    faults = printing_faults(broken, TEMPLATE)
    lines = TEMPLATE.read_text(encoding="utf-8").splitlines()
    by_field = [(fault.field, fault.text.en) for fault in faults]
    assert [field for field, _ in by_field] == [
        "ballot.title",
        "groups[0].officials[1].name",
        "groups[0].officials[1].name",
    ]
    assert "U+2610" in by_field[0][1]
    assert any("U+4E2D" in text for _, text in by_field)
    assert any("lines" in text for _, text in by_field)
    for fault in faults:
        assert fault.file == TEMPLATE.name
        assert fault.line is not None
    assert "PHIẾU TÍN NHIỆM" in lines[(faults[0].line or 0) - 1]
    assert "Đoàn Quỳnh Giao" in lines[(faults[1].line or 0) - 1]


def test_every_printed_text_is_looked_at() -> None:
    election = election_of(officials(2), criteria=CRITERIA, instructions=("Đánh dấu X.",))
    fields = dict(printed_texts(election))
    assert fields["ballot.instructions[0]"] == "Đánh dấu X."
    assert fields["groups[0].officials[1].post"] == "Phó Chủ tịch Thường trực"
    assert fields["header.left[1]"] == "CÔNG ĐOÀN NGÀNH Y TẾ"

"""Fonts: only those with all Vietnamese letters are used."""

from __future__ import annotations

import shutil
import unicodedata
from pathlib import Path

import pytest
import reportlab

from omr import fonts
from omr.errors import InputError


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
    for name in ("Regular", "Bold", "Italic", "BoldItalic"):
        (tmp_path / f"Tinos-{name}.ttf").write_bytes(b"not a font")
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
    files = {"Regular": "Vera", "Bold": "VeraBd", "Italic": "VeraIt", "BoldItalic": "VeraBI"}
    for name, source in files.items():
        shutil.copy(vera / f"{source}.ttf", tmp_path / f"Tinos-{name}.ttf")
    monkeypatch.setenv(fonts.FONT_DIR_VARIABLE, str(tmp_path))
    with pytest.raises(InputError):
        fonts.find_serif()


def test_lines_are_few_of_like_length_and_end_rather_after_a_comma() -> None:
    body = ["LIÊN", "ĐOÀN", "LAO", "ĐỘNG", "TỈNH", "PHƯỚC", "AN"]
    assert fonts.break_evenly(body, "regular", 12, 68.0) == ["LIÊN ĐOÀN LAO ĐỘNG", "TỈNH PHƯỚC AN"]
    assert fonts.break_evenly(body, "regular", 12, 90.0) == [" ".join(body)]
    post = ["Ủy", "viên", "Ban", "Thường", "vụ,", "Chủ", "tịch", "CĐCS", "Mỏ", "Kẽm"]
    assert fonts.break_evenly(post, "regular", 12, 60.0)[0] == "Ủy viên Ban Thường vụ,"
    assert fonts.break_evenly([], "regular", 12, 60.0) == []


def test_a_word_wider_than_the_line_stands_alone() -> None:
    lines = fonts.break_evenly(["A", "W" * 40, "B"], "regular", 12, 20.0)
    assert lines == ["A", "W" * 40, "B"]


def test_a_cell_is_as_high_as_its_lines() -> None:
    one = fonts.cell_height_pt("Chủ tịch", "regular", 12, 30)
    long = "Ủy viên Ban Thường vụ, Chủ tịch CĐCS Công ty Kẹo Dừa Phố Mới"
    assert fonts.cell_height_pt("", "regular", 12, 30) == one
    assert fonts.cell_height_pt(long, "regular", 12, 80) == one
    two = fonts.cell_height_pt("Chủ tịch\nChủ tịch", "regular", 12, 30)
    assert 12 < two - one < 18
    assert fonts.cell_height_pt(long, "regular", 12, 34) >= two

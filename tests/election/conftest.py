"""A small faultless definition, and a way to spoil it in one place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from omr.election.fault import Fault
from omr.election.load import check_definition

GOOD = """\
id: thu-nghiem
title: Lấy phiếu tín nhiệm
date: 15/07/2021
header:
  left: [LIÊN ĐOÀN LAO ĐỘNG HUYỆN]
ballot:
  paper: A4
  language: vi
options:
  - {id: high, label: Tín nhiệm cao}
  - {id: confidence, label: Tín nhiệm}
  - {id: low, label: Tín nhiệm thấp}
groups:
  - id: a
    name: Lãnh đạo
    members: 39
    convened: 38
    officials:
      - name: Nguyễn Thị Ánh
        post: Chủ tịch
      - name: Võ Hữu Nghĩa
        post: Phó Chủ tịch
rules: tld-2021
board:
  - {name: Hồ Việt Cường, role: Trưởng ban}
  - {name: Dương Thị Bé, role: Thư ký}
"""

Spoil = Callable[[str, str], list[Fault]]
Check = Callable[[Fault], bool]
# What is replaced, by what; then line, field, and a word of the English text and remedy.
Case = tuple[str, str, int, str, str, str]


def assert_found_once(case: Case, spoil: Spoil, in_both_languages: Check) -> None:
    old, new, line, field, text, remedy = case
    faults = spoil(old, new)
    places = [(fault.file, fault.line, fault.field) for fault in faults]
    assert places == [("election.yaml", line, field)], list(map(str, faults))
    assert text in faults[0].text.en
    assert remedy in faults[0].remedy.en
    assert in_both_languages(faults[0])


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "election.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return path


@pytest.fixture
def spoil(good: Path) -> Spoil:
    def spoiled(old: str, new: str) -> list[Fault]:
        assert GOOD.count(old) == 1, f"{old!r} must stand in the definition once"
        good.write_text(GOOD.replace(old, new), encoding="utf-8")
        return check_definition(good)

    return spoiled


VIETNAMESE = frozenset("ăâđêôơưàáạảãằắẵẳặầấẫẩậèéẹẻẽềếễểệìíịỉĩòóọỏõồốỗổộờớỡởợùúụủũừứữửựỳýỵỷỹ")


@pytest.fixture
def in_both_languages() -> Check:
    """Tell whether text and remedy are there in Vietnamese, with its letters, and in English."""

    def check(fault: Fault) -> bool:
        text, remedy = fault.text, fault.remedy
        return (
            all((text.vi, text.en, remedy.vi, remedy.en))
            and bool(VIETNAMESE & set(f"{text.vi} {remedy.vi}".lower()))
            and text.vi != text.en
            and remedy.vi != remedy.en
        )

    return check

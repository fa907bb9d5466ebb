"""Files that are no definition, many faults at once, and the lines of fields."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from omr.election.fault import DefinitionError, Fault
from omr.election.load import check_definition, load_election, locate
from omr.errors import ExitCode, InputError

Check = Callable[[Fault], bool]


def test_a_good_definition_has_no_fault(good: Path) -> None:
    assert check_definition(good) == []


@pytest.mark.parametrize(
    ("raw", "line", "text", "remedy"),
    [
        (b"", None, "empty", "ballot_templates"),
        (b" \n\n", None, "empty", "ballot_templates"),
        (b"# ch\xe1\xbb\x89 ghi ch\xc3\xba\n", None, "empty", "ballot_templates"),
        ("id: a\ntitle: Lấy".encode("cp1258", "ignore") + b"\xe2", 2, "UTF-8", "save it"),
        ("id: a\n".encode("utf-16"), 1, "UTF-8", "save it"),
        (b"- a\n- b\n", 1, "not the definition", "key: value"),
        (b"x" * 1_000_001, None, "larger than 1000 kB", "right file"),
    ],
)
def test_a_file_that_is_no_definition(
    tmp_path: Path,
    raw: bytes,
    line: int | None,
    text: str,
    remedy: str,
    in_both_languages: Check,
) -> None:
    path = tmp_path / "election.yaml"
    path.write_bytes(raw)
    (fault,) = check_definition(path)
    assert (fault.line, fault.field) == (line, "")
    assert text in fault.text.en
    assert remedy in fault.remedy.en
    assert in_both_languages(fault)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    (missing,) = check_definition(tmp_path / "none.yaml")
    (folder,) = check_definition(tmp_path)
    assert missing.say("en").startswith("none.yaml: there is no such file — check the name")
    assert "folder, not a file" in folder.text.en
    assert locate(tmp_path / "none.yaml", "title") is None


def test_all_faults_are_told_in_the_order_of_the_lines(good: Path) -> None:
    text = good.read_text(encoding="utf-8")
    for old, new in [
        ("15/07/2021", "32/07/2021"),
        ("paper: A4", "paper: A0"),
        ("{id: low,", "{id: invalid,"),
        ("Võ Hữu Nghĩa", "Nguyễn Thị Ánh"),
        ("rules: tld-2021", "rules: nope"),
    ]:
        text = text.replace(old, new)
    good.write_text(text, encoding="utf-8")
    faults = check_definition(good)
    assert [fault.line for fault in faults] == [3, 7, 12, 21, 23]
    with pytest.raises(DefinitionError) as caught:
        load_election(good)
    assert list(caught.value.faults) == faults
    assert isinstance(caught.value, InputError)
    assert caught.value.exit_code is ExitCode.BAD_INPUT
    lines = caught.value.text.vi.splitlines()
    assert len(lines) == 5
    assert lines[3] == (
        "election.yaml:21: groups[0].officials[1].name: “Nguyễn Thị Ánh” đã có trên phiếu này, "
        "tại groups[0].officials[0] — xóa dòng thừa; nếu là hai người trùng tên, thêm chi tiết "
        "để phân biệt, như năm sinh"
    )


def test_locate_names_the_line_of_a_field_or_of_what_is_around_it(good: Path) -> None:
    assert locate(good, "groups[0].officials[1].name") == 21
    assert locate(good, "groups[0].officials[1].post") == 22
    assert locate(good, "groups[0].officials[1].id") == 21
    assert locate(good, "ballot.criteria[3]") == 6
    assert locate(good, "secrecy") == 1

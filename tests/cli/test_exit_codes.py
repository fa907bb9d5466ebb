"""Each documented exit code is provoked, in both languages, and never with a traceback."""

from __future__ import annotations

import re
import shutil
import sqlite3
from pathlib import Path

import pytest

from omr.cli import definition
from omr.errors import ExitCode
from tests.cli.conftest import Omr, Stack

DOCUMENTED = Path(__file__).resolve().parents[2] / "docs" / "exit-codes.md"


def test_the_table_of_the_docs_has_every_code() -> None:
    rows = re.findall(r"^\| (\d+) \|", DOCUMENTED.read_text(encoding="utf-8"), re.MULTILINE)
    assert [int(row) for row in rows] == [code.value for code in ExitCode]


def test_0_done(omr: Omr, counted: Stack) -> None:
    assert omr("-C", counted.folder, "status").exit_code == ExitCode.DONE
    assert omr("-C", counted.folder, "tally").exit_code == ExitCode.DONE
    assert omr("-C", counted.folder, "verify").exit_code == ExitCode.DONE


@pytest.mark.parametrize(("language", "word"), [("vi", "Lỗi: "), ("en", "Error: ")])
def test_1_our_fault_leaves_a_log_and_no_traceback(
    omr: Omr,
    stack: Stack,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    word: str,
) -> None:
    def broken(path: Path) -> None:
        raise ZeroDivisionError(f"injected while reading {path}")

    monkeypatch.setattr(definition, "check_definition", broken)
    result = omr("--lang", language, "-C", stack.folder, "check")
    assert result.exit_code == ExitCode.FAULT
    assert result.stderr.startswith(word)
    assert "Traceback" not in result.stderr
    (log,) = (stack.folder / "out").glob("omr-*.log")
    assert log.name in result.stderr
    assert "injected while reading" in log.read_text(encoding="utf-8")


def test_debug_shows_the_traceback(
    omr: Omr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMR_DEBUG", "1")
    result = omr("-C", tmp_path, "status")
    assert result.exit_code == ExitCode.BAD_INPUT
    assert "Traceback" in result.stderr


USAGE = [
    (("nope",), "tên một lệnh", "name of a command"),
    (("print",), "Thiếu tùy chọn --group.", "Option --group is missing."),
    (("scan",), "Thiếu PATH.", "PATH is missing."),
    (("print", "--grup", "a"), "--group", "--group"),
    (("print", "--group", "a", "--count", "0"), "từ 1 đến 20000", "from 1 to 20000"),
    (("papers", "--group", "a", "--issued", "-1"), "từ 0 trở lên", "from 0 up"),
    (("export", "--format", "doc"), "cần một trong: cvr, csv, xlsx", "is needed: cvr, csv, xlsx"),
    (("check", "--json=yes"), "--json", "--json"),
    (("status", "more"), "Thừa hoặc sai chữ", "does not belong"),
    (("verify", "--head", "12"), "--head", "--head"),
]


@pytest.mark.parametrize(("words", "vi", "en"), USAGE)
def test_2_usage_in_both_languages(
    omr: Omr, stack: Stack, words: tuple[str, ...], vi: str, en: str
) -> None:
    vietnamese = omr("-C", stack.folder, *words)
    english = omr("--lang", "en", "-C", stack.folder, *words)
    assert vietnamese.exit_code == english.exit_code == ExitCode.USAGE
    assert vi in vietnamese.stderr
    assert en in english.stderr
    for result in (vietnamese, english):
        assert result.stdout == ""
        assert len(result.stderr.splitlines()) == 1
        assert "--help" in result.stderr


def test_2_an_unknown_language(omr: Omr) -> None:
    result = omr("--lang", "fr", "status")
    assert result.exit_code == ExitCode.USAGE
    assert "vi, en" in result.stderr


def test_3_not_a_count_folder(omr: Omr, tmp_path: Path) -> None:
    for words in (("status",), ("scan", "x.pdf"), ("layout",), ("verify",)):
        result = omr("-C", tmp_path, *words)
        assert result.exit_code == ExitCode.BAD_INPUT
        assert "election.yaml" in result.stderr
    missing = omr("-C", tmp_path / "none", "status")
    assert missing.exit_code == ExitCode.BAD_INPUT
    assert "none" in missing.stderr


def test_3_a_fault_in_the_definition(omr: Omr, stack: Stack) -> None:
    definition_file = stack.folder / "election.yaml"
    text = definition_file.read_text(encoding="utf-8")
    definition_file.write_text(text.replace("paper: A4", "paper: A7"), encoding="utf-8")
    result = omr("-C", stack.folder, "check")
    assert result.exit_code == ExitCode.BAD_INPUT
    assert "election.yaml:" in result.stdout
    assert "ballot.paper" in result.stdout


def test_3_an_unknown_group_names_those_there_are(omr: Omr, stack: Stack) -> None:
    result = omr("-C", stack.folder, "print", "--group", "z", "--count", 1)
    assert result.exit_code == ExitCode.BAD_INPUT
    assert "a, b" in result.stderr


def test_3_comes_before_4(omr: Omr, stack: Stack, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\n" + b"no more" * 20)
    result = omr("-C", stack.folder, "scan", broken, stack.doubtful, "--jobs", 1)
    assert result.exit_code == ExitCode.BAD_INPUT
    assert "broken.pdf" in result.stderr
    after = omr("-C", stack.folder, "status")
    assert after.exit_code == ExitCode.NEEDS_PERSON


def test_4_needs_a_person(omr: Omr, stack: Stack) -> None:
    result = omr("-C", stack.folder, "scan", stack.doubtful, "--jobs", 1)
    assert result.exit_code == ExitCode.NEEDS_PERSON
    assert "đánh dấu hai, ba ô 1" in result.stderr
    assert omr("-C", stack.folder, "tally").exit_code == ExitCode.NEEDS_PERSON


@pytest.mark.parametrize(("language", "word"), [("vi", "Lỗi: "), ("en", "Error: ")])
def test_5_refused_by_a_rule(omr: Omr, stack: Stack, language: str, word: str) -> None:
    omr("-C", stack.folder, "scan", stack.doubtful, "--jobs", 1)
    result = omr("-C", stack.folder, "--lang", language, "minutes")
    assert result.exit_code == ExitCode.REFUSED
    assert result.stderr.startswith(word)
    assert not (stack.folder / "out" / "bien-ban.pdf").exists()


def test_5_a_definition_changed_after_printing(omr: Omr, stack: Stack) -> None:
    definition_file = stack.folder / "election.yaml"
    text = definition_file.read_text(encoding="utf-8")
    definition_file.write_text(text.replace("Phó Chủ tịch", "Phó chủ tịch"), encoding="utf-8")
    for words in (("status",), ("tally",), ("scan", stack.good)):
        result = omr("-C", stack.folder, *words)
        assert result.exit_code == ExitCode.REFUSED
        assert "election.yaml" in result.stderr


def test_6_an_altered_record(omr: Omr, counted: Stack) -> None:
    with sqlite3.connect(counted.folder / "count.db") as database:
        database.execute("PRAGMA writable_schema = ON")
        database.execute("DELETE FROM sqlite_master WHERE type = 'trigger'")
    with sqlite3.connect(counted.folder / "count.db") as database:
        database.execute("UPDATE marks SET state = 'empty' WHERE state = 'marked'")
    database.close()
    result = omr("-C", counted.folder, "verify")
    assert result.exit_code == ExitCode.DAMAGED
    assert result.stdout == ""


def test_6_an_altered_image(omr: Omr, counted: Stack) -> None:
    image = next((counted.folder / "pages").rglob("*.jpg"))
    image.chmod(0o644)
    image.write_bytes(image.read_bytes() + b"x")
    assert omr("-C", counted.folder, "verify").exit_code == ExitCode.DAMAGED


def test_6_the_record_is_gone(omr: Omr, counted: Stack) -> None:
    (counted.folder / "count.db").unlink()
    result = omr("-C", counted.folder, "status")
    assert result.exit_code == ExitCode.DAMAGED
    assert not (counted.folder / "count.db").exists()


def test_6_a_seal_of_another_record(omr: Omr, counted: Stack) -> None:
    assert omr("-C", counted.folder, "verify", "--head", "f" * 64).exit_code == ExitCode.DAMAGED


def test_a_folder_that_was_moved_still_counts(omr: Omr, counted: Stack, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere" / "count"
    shutil.copytree(counted.folder, moved)
    shutil.rmtree(counted.folder)
    assert omr("-C", moved, "verify").exit_code == ExitCode.DONE

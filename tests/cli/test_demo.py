"""The demo says that it is right when it is, and that it is wrong when it is."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from omr.cli.sample_truth import compare
from omr.scan.reading import PageReading, PageSource
from omr.tally.model import Flag, Outcome
from tests.cli.conftest import BALLOTS, Omr, Stack, run


@pytest.fixture
def samples(made: Stack, made_count: Path, tmp_path: Path) -> Path:
    """Samples made of the marked ballots that the other tests scan: every line is high."""
    folder = tmp_path / "samples"
    (folder / "scans").mkdir(parents=True)
    (folder / "keys").mkdir()
    shutil.copy(made.folder / "election.yaml", folder)
    shutil.copy(made.folder / "keys" / "ballot.key", folder / "keys")
    shutil.copy(made.good, folder / "scans" / "good.pdf")
    lines = run("-C", made_count, "export", "--format", "cvr").stdout.splitlines()
    serials = [json.loads(line)["ballot"] for line in lines]
    with (folder / "prints.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("serial", "group"))
        rows.writerows((serial, "a") for serial in serials)
    write_truth(folder, [ballot(serial, dict.fromkeys(CONTESTS, "high")) for serial in serials])
    return folder


CONTESTS = ("c1", "c2", "c3")


def ballot(serial: str, contests: dict[str, str], *flags: str) -> dict[str, Any]:
    return {
        "kind": "ballot",
        "ballot": serial,
        "group": "a",
        "contests": contests,
        "needs_person": bool(flags),
        "flags": list(flags),
    }


def write_truth(folder: Path, facts: list[dict[str, Any]]) -> None:
    text = "".join(f"{json.dumps(fact, ensure_ascii=False)}\n" for fact in facts)
    (folder / "truth.jsonl").write_text(text, encoding="utf-8")


def test_it_agrees_with_a_true_truth(omr: Omr, samples: Path, tmp_path: Path) -> None:
    keep = tmp_path / "kept"
    result = omr("demo", "--samples", samples, "--keep", keep)
    assert result.exit_code == 0, result.stderr
    assert "ĐÚNG đáp án" in result.stderr
    assert f"chấp nhận {BALLOTS} phiếu" in result.stderr
    assert "Nguyễn Thị Ánh Tuyết" in result.stdout
    assert (keep / "out" / "bien-ban-du-thao.pdf").read_bytes().startswith(b"%PDF")
    assert omr("-C", keep, "verify").exit_code == 0


def test_it_says_where_the_truth_differs(omr: Omr, samples: Path, tmp_path: Path) -> None:
    text = (samples / "truth.jsonl").read_text(encoding="utf-8")
    (samples / "truth.jsonl").write_text(text.replace("high", "low", 1), encoding="utf-8")
    result = omr("--lang", "en", "demo", "--samples", samples, "--keep", tmp_path / "kept")
    assert result.exit_code == 1
    assert "read “high”, meant “low”" in result.stderr
    assert "WRONG in the 1 above" in result.stderr
    assert "Traceback" not in result.stderr


def test_missing_samples_are_named(omr: Omr, samples: Path, tmp_path: Path) -> None:
    (samples / "prints.csv").unlink()
    result = omr("demo", "--samples", samples, "--keep", tmp_path / "kept")
    assert result.exit_code == 3
    assert "prints.csv" in result.stderr
    assert not (tmp_path / "kept").exists()


def outcome(serial: str, status: str, machine: str = "high") -> Outcome:
    flags = (Flag("overvote", "c1"),) if status == "review" else ()
    return Outcome(
        serial=serial.replace("-", ""),
        group="a",
        status="review" if status == "review" else "accepted",
        flags=flags,
        machine={"c1": machine},
        final={"c1": None},
        invalid_reasons={},
    )


def page(number: int, status: str) -> PageReading:
    source = PageSource("a.pdf", "0" * 64, number, "")
    return PageReading(source, "read" if status == "read" else "no-code")


def test_a_ballot_that_needed_people_but_was_accepted_is_wrong() -> None:
    truth = [ballot("7F3K-9QWM", {"c1": "high"}, "annotation")]
    report = compare(truth, [outcome("7F3K-9QWM", "accepted")], [])
    assert len(report.wrong) == 1
    assert "annotation" in report.wrong[0].en


def test_a_ballot_asked_about_without_need_is_counted_and_not_wrong() -> None:
    truth = [ballot("7F3K-9QWM", {"c1": "high"}), ballot("8F3K-9QWM", {"c1": "x"}, "overvote")]
    report = compare(truth, [outcome(each["ballot"], "review") for each in truth], [])
    assert (report.accepted, report.called, report.asked, report.wrong) == (0, 1, 1, ())


def test_a_ballot_lost_and_a_ballot_too_many_are_wrong() -> None:
    report = compare([ballot("7F3K-9QWM", {"c1": "high"})], [outcome("8F3K-9QWM", "accepted")], [])
    assert ["7F3K-9QWM" in report.wrong[0].en, "8F3K-9QWM" in report.wrong[1].en] == [True, True]


@pytest.mark.parametrize(("status", "wrong"), [("no-code", 0), ("read", 1), (None, 1)])
def test_a_page_that_is_no_ballot_must_not_become_one(status: str | None, wrong: int) -> None:
    truth = [{"kind": "page", "file": "a.pdf", "page": 4, "reason": "no-code", "what": "a note"}]
    readings = [] if status is None else [page(4, status)]
    assert len(compare(truth, [], readings).wrong) == wrong

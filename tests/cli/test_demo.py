"""The demo says that it is right when it is, and that it is wrong when it is."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

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
    rows = [json.loads(line) for line in lines]
    serials = [row["ballot"] for row in rows]
    with (folder / "prints.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("serial", "group"))
        table.writerows((serial, "a") for serial in serials)
    write_truth(folder, [ballot(row) for row in rows])
    return folder


CONTESTS = ("c1", "c2", "c3")


def ballot(row: dict[str, Any]) -> dict[str, Any]:
    pages = [{"file": "good.pdf", "page": page["page"]} for page in row["pages"]]
    return {
        "kind": "ballot",
        "ballot": row["ballot"],
        "group": "a",
        "pages": pages,
        "contests": dict.fromkeys(CONTESTS, "high"),
        "needs_person": False,
        "may_ask": False,
        "flags": [],
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

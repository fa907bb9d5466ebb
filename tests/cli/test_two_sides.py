"""Ballots with the criteria on the back: an office scans both sides, or the fronts alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from pdf2image import convert_from_path

from tests.cli.conftest import DPI, Omr, succeed, with_crosses, write_pdf

BALLOTS = 2


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vote whose ballots carry nothing but the criteria on their backs."""
    place = tmp_path_factory.mktemp("backs")
    succeed("new", place / "vote", "--from", "lanh-dao.vi")
    definition = place / "vote" / "election.yaml"
    text = definition.read_text(encoding="utf-8")
    definition.write_text(text.replace("criteria_on: front", "criteria_on: back"), encoding="utf-8")
    out = place / "a.pdf"
    succeed("-C", place / "vote", "print", "--group", "a", "--count", BALLOTS, "--out", out)
    return place


@pytest.mark.parametrize("step", [1, 2], ids=["both sides", "fronts alone"])
def test_the_papers_are_complete(omr: Omr, printed: Path, tmp_path: Path, step: int) -> None:
    vote = tmp_path / "vote"
    shutil.copytree(printed / "vote", vote)
    layout = json.loads(omr("-C", vote, "layout").stdout)["groups"][0]
    assert [bool(page["boxes"]) for page in layout["pages"]] == [True, False]
    high = [box for box in layout["pages"][0]["boxes"] if box["option"] == "high"]
    pages = convert_from_path(printed / "a.pdf", dpi=DPI)
    assert len(pages) == 2 * BALLOTS
    stack = [page if at % 2 else with_crosses(page, high) for at, page in enumerate(pages)]
    scans = write_pdf(tmp_path / "scans.pdf", stack[::step])
    result = omr("-C", vote, "scan", scans, "--jobs", 1, "--json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["ballots"] == {"accepted": BALLOTS, "review": 0, "invalid": 0}


def test_a_back_alone_is_a_paper_whose_front_is_missing(
    omr: Omr, printed: Path, tmp_path: Path
) -> None:
    vote = tmp_path / "vote"
    shutil.copytree(printed / "vote", vote)
    backs = convert_from_path(printed / "a.pdf", dpi=DPI)[1:2]
    result = omr("-C", vote, "scan", write_pdf(tmp_path / "back.pdf", backs), "--jobs", 1, "--json")
    assert result.exit_code == 4
    assert json.loads(result.stdout)["waiting"]["missing-page"] == 1

"""``omr scan --profile``: every stage stands in it, and the stages add up to the whole."""

from __future__ import annotations

import json
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from omr import stages
from omr.cli import reading_pages
from omr.cli.stage_times import STAGE
from omr.stages import STAGES
from tests.cli.conftest import BALLOTS, Omr, Stack

# Debug pictures are drawn only where they are asked for.
ALWAYS = set(STAGES) - {"pictures"}


def profile_of(omr: Omr, stack: Stack, *words: object) -> dict[str, Any]:
    result = omr("-C", stack.folder, "scan", stack.good, "--profile", "--json", *words)
    assert result.exit_code == 0, result.stderr
    profile: dict[str, Any] = json.loads(result.stdout)["profile"]
    return profile


def assert_adds_up(profile: dict[str, Any]) -> None:
    cpu = profile["cpu_ms_a_page"]
    assert sum(cpu["stages"].values()) == pytest.approx(cpu["total"], rel=0.01)
    # What no stage claims would grow by any stage that is no longer named.
    assert cpu["stages"]["rest"] < 0.03 * cpu["total"]


def test_every_stage_is_measured_and_all_add_up(omr: Omr, stack: Stack) -> None:
    begun = process_time()
    profile = profile_of(omr, stack, "--jobs", 1)
    spent_ms = 1000 * (process_time() - begun)
    assert (profile["pages"], profile["processes"]) == (BALLOTS, 1)
    cpu = profile["cpu_ms_a_page"]
    assert set(cpu["stages"]) == ALWAYS
    assert [name for name, ms in cpu["stages"].items() if ms <= 0] == []
    assert_adds_up(profile)
    # The rest of the run loads the definition and counts the record.
    assert 0.5 * spent_ms < BALLOTS * cpu["total"] < spent_ms
    assert profile["wall_s"] > 0
    # The tests before this one ran in the same process, so that there is no upper bound to hold.
    assert profile["peak_mb"] > 50


def test_workers_send_their_figures_with_their_pages(
    omr: Omr, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_pages, "MOST_PAGES_IN_CHUNK", 1)
    profile = profile_of(omr, stack, "--jobs", 2)
    assert (profile["pages"], profile["processes"]) == (BALLOTS, 2)
    stages_ms = profile["cpu_ms_a_page"]["stages"]
    assert [name for name, ms in stages_ms.items() if ms <= 0] == []
    assert_adds_up(profile)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_people_are_told_every_stage(omr: Omr, stack: Stack, language: str) -> None:
    result = omr(
        "-C", stack.folder, "scan", stack.good, "--jobs", 1, "--profile", "--lang", language
    )
    assert (result.exit_code, result.stdout) == (0, "")
    lines = result.stderr.splitlines()
    for name in ALWAYS:
        words = STAGE[name].vi if language == "vi" else STAGE[name].en
        assert sum(line.startswith(f"  {words} ") for line in lines) == 1, name
    total = "tổng cộng" if language == "vi" else "total"
    (whole,) = (line for line in lines if line.strip().startswith(total))
    assert whole.endswith("100 %")


def test_pictures_are_told_apart_from_reading(omr: Omr, counted: Stack) -> None:
    """Pages that were read before are drawn, and measured, but not recorded again."""
    folder = counted.folder / "hinh"
    profile = profile_of(omr, counted, "--jobs", 1, "--debug-pictures", folder)
    cpu = profile["cpu_ms_a_page"]
    assert cpu["stages"]["pictures"] > cpu["stages"]["codes"]
    assert_adds_up(profile)


def test_a_run_that_reads_nothing_says_so(omr: Omr, counted: Stack) -> None:
    result = omr("-C", counted.folder, "scan", counted.good, "--profile")
    assert result.exit_code == 0
    assert "Không có trang nào mới để đo" in result.stderr


def test_without_the_option_nothing_is_measured(
    omr: Omr, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looked() -> int:
        raise AssertionError("a clock was read")

    monkeypatch.setattr(stages, "process_time_ns", looked)
    result = omr("-C", stack.folder, "scan", stack.good, "--jobs", 1, "--json")
    assert result.exit_code == 0, result.stderr
    assert "profile" not in json.loads(result.stdout)


def test_what_is_recorded_is_the_same_with_and_without(
    omr: Omr, stack: Stack, made_count: Path
) -> None:
    profile_of(omr, stack, "--jobs", 1)
    with_it, without = (
        omr("-C", folder, "export", "--format", "cvr").stdout
        for folder in (stack.folder, made_count)
    )
    assert with_it == without
    assert len(with_it.splitlines()) == BALLOTS

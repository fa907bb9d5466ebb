from __future__ import annotations

import json
from pathlib import Path

import pytest
from trials.reading import PaperRead
from trials.runs import Run, Unit, run, run_unit
from trials.specimens import FAMILY_NAMES, specimens
from trials.verdict import row_of


@pytest.mark.parametrize("family", ["neat", "rehearsed"])
def test_a_unit_of_plain_papers_is_read(family: str) -> None:
    result = run_unit(Unit(family, 3, 0), 0.0, None)
    rows = result["papers"]
    assert rows
    assert all(row["lines"] == sum(row["columns"]) + row["spoilt_lines"] for row in rows)
    assert not [row for row in rows if row["accepted"] and row["off"]]


def test_every_family_has_papers() -> None:
    for family in FAMILY_NAMES:
        assert next(specimens(family, 1, 0)).truth["lines"]


def test_an_unread_paper_is_held_as_unread_and_not_accepted() -> None:
    specimen = next(specimens("neat", 1, 0))
    row = row_of(specimen, PaperRead(None, ("no-code",), 0, ()))
    assert not row["accepted"]
    assert row["reasons"] == ["page:no-code"]
    assert {machine for _, _, machine, _ in row["off"]} == {"unread"}


def test_a_run_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    out = tmp_path / "results.jsonl"
    first = list(run(Run(("neat",), 5, 1, 1, 0.0, out)))
    units = {result["unit"] for result in first}
    pages = sum(row["pages"] for result in first for row in result["papers"])
    assert list(run(Run(("neat",), 5, pages, 1, 0.0, out))) == []
    more = list(run(Run(("neat",), 5, pages + 1, 1, 0.0, out)))
    assert more
    assert units.isdisjoint(result["unit"] for result in more)
    kept = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len(kept) == len(first) + len(more)

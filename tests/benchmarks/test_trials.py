from __future__ import annotations

import json
from pathlib import Path

from trials.reading import PaperRead
from trials.runs import Run, Unit, run, run_unit
from trials.specimens import FAMILY_NAMES, specimens
from trials.verdict import row_of


def test_a_unit_of_plain_papers_is_read() -> None:
    result = run_unit(Unit("rehearsed", 3, 0), 0.0, None)
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
    kept = {"family": "neat", "seed": 5, "unit": 0, "papers": [{"pages": 6}]}
    out.write_text(json.dumps(kept) + "\n", encoding="utf-8")
    assert list(run(Run(("neat",), 5, 6, 1, 0.0, out))) == []
    more = list(run(Run(("neat",), 5, 7, 1, 0.0, out)))
    assert [result["unit"] for result in more] == [1]
    assert len(out.read_text(encoding="utf-8").splitlines()) == 2

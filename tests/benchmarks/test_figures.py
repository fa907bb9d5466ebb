from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from trials.figures import bars, by_family, upper_bound
from trials.record import write_record
from trials.runs import results
from trials.verdict import faults_of


def row(**changes: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "paper": 0,
        "serial": "A",
        "style": "tin-nhiem.vi/a",
        "pages": 1,
        "positions": 9,
        "columns": [2, 1, 0],
        "spoilt_lines": 0,
        "lines": 3,
        "look": "no",
        "kinds": [],
        "accepted": True,
        "reasons": [],
        "off": [],
        "unsaid": [],
        "strange_pages": 0,
        "lost_pages": 0,
        "pen": "blue gel",
        "press": "laser",
        "scan": "grey 200",
        "wear": [],
        "styles": ["cross"],
    }
    return {**plain, **changes}


def unit(*rows: dict[str, Any], family: str = "neat", number: int = 0) -> dict[str, Any]:
    reader = {"version": "0", "settings": "s", "code": "c"}
    return {
        "family": family,
        "seed": 1,
        "unit": number,
        "reader": reader,
        "seconds": 1.0,
        "papers": list(rows),
    }


@pytest.mark.parametrize(
    ("errors", "trials", "expected"),
    # With none: 1 - 0.05 ** (1 / n). The others from tables of the binomial distribution.
    [(0, 10, 0.258866), (0, 1000, 0.00299124), (1, 10, 0.394163), (5, 100, 0.102253)],
)
def test_the_bound_is_that_of_clopper_and_pearson(
    errors: int, trials: int, expected: float
) -> None:
    assert upper_bound(errors, trials) == pytest.approx(expected, rel=1e-4)


def test_the_bound_of_a_million_trials_without_error_is_about_three_in_a_million() -> None:
    assert upper_bound(0, 1_000_000) == pytest.approx(2.9957e-6, rel=1e-3)


def test_the_bound_without_a_trial_promises_nothing() -> None:
    assert upper_bound(0, 0) == 1.0
    assert upper_bound(4, 4) == 1.0


def test_a_wrong_line_is_silent_only_on_an_accepted_paper() -> None:
    off = [[1, "high", "low", 0]]
    assert faults_of(row(off=off)) == ["silent"]
    assert faults_of(row(off=off, accepted=False, look="must")) == []
    figures = by_family([unit(row(off=off), row(off=off, accepted=False))])["neat"]
    assert len(figures.silent) == 1
    assert figures.needless == 1
    assert figures.accepted_lines == 3
    assert figures.confusion[("a level", "another level")] == 2
    assert figures.confusion[("a level", "the same level")] == 4
    assert figures.column_silent[0] == 1
    assert figures.row_off[1] == 2


def test_a_doubtful_paper_is_neither_needless_nor_missed() -> None:
    assert faults_of(row(look="may", kinds=["ring"])) == []
    assert faults_of(row(look="may", kinds=["ring"], accepted=False)) == []


def test_the_bars_say_what_is_met_and_what_was_not_tried() -> None:
    struck = row(look="must", kinds=["name-struck"])
    found = by_family([unit(row()), unit(struck, row(), family="faulty", number=1)])
    by_measure = {bar.measure: bar for bar in bars(found)}
    silent = by_measure["silent errors (lines of accepted papers)"]
    assert (silent.seen, silent.met) == (0, True)
    never = by_measure["overvoted, blank, struck, forged or duplicate papers accepted"]
    assert (never.seen, never.trials, never.met) == (1, 1, False)
    assert by_measure["annotations of 4 mm and more missed"].met is None


def test_a_dash_that_is_a_doubtful_mark_is_no_missed_annotation() -> None:
    dash = unit(row(look="may", kinds=["dash"]), family="blind-doubtful")
    asked = unit(row(look="must", kinds=["dash"], accepted=False), family="blind-faulty", number=1)
    found = by_family([dash, asked])
    (bar,) = [bar for bar in bars(found) if bar.measure.startswith("annotations")]
    assert (bar.seen, bar.trials) == (0, 1)


def test_figures_of_the_tuning_generator_are_kept_apart() -> None:
    bad = unit(row(off=[[0, "high", "low", 0]]), family="rehearsed")
    found = by_family([unit(row()), bad])
    assert bars(found)[0].seen == 0
    assert bars(found, published=False)[0].seen == 1


def test_the_report_names_reader_seeds_and_every_error() -> None:
    text = write_record([unit(row(off=[[1, "high", "low", 0]]))], "the command")
    assert "Made by `the command`." in text
    assert "settings `s`" in text
    assert "| neat | 1 | 0 | 2 | high | low |" in text
    assert "**not met**" in text


def test_results_are_taken_once_and_a_line_cut_short_is_passed_over(tmp_path: Path) -> None:
    line = json.dumps(unit(row()))
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    first.write_text(f"{line}\n{line[:40]}\n", encoding="utf-8")
    second.write_text(f"{line}\n{json.dumps(unit(row(), number=1))}\n", encoding="utf-8")
    assert [result["unit"] for result in results([first, second])] == [0, 1]


def test_the_docs_table_survives_a_run_without_papers() -> None:
    assert "Accuracy of the reader" in write_record([], "nothing")


def test_a_ballot_taken_for_an_empty_back_is_a_lost_page() -> None:
    lost = row(accepted=False, lost_pages=1)
    assert "lost" in faults_of(lost)
    found = by_family([unit(lost)])
    (bar,) = [bar for bar in bars(found) if bar.measure.startswith("pages lost")]
    assert (bar.seen, bar.met) == (1, False)

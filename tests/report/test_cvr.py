from __future__ import annotations

import csv
import io
import json
import random
from collections import Counter
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from omr.election.model import Election
from omr.report.cvr import cvr_csv, cvr_lines, printed_serial
from omr.scan.reading import PageReading
from omr.tally.model import Outcome
from tests.report import votes

Box = tuple[float, float, float, float]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Page(Strict):
    file: str
    page: int = Field(ge=1)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    ballot_page: int


class LoosePage(Strict):
    kind: Literal["page"]
    file: str
    page: int = Field(ge=1)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    reason: Literal[
        "unreadable",
        "no-code",
        "foreign",
        "bad-signature",
        "blank",
        "wrong-layout",
        "code-conflict",
        "no-ballot",
    ]
    detail: str | None = None


class Flag(Strict):
    code: str
    contest: str | None
    box_mm: Annotated[Box, Field(strict=False)] | None
    page: int | None = None
    detail: str | None = None


class Mark(Strict):
    state: Literal["marked", "empty", "uncertain"]
    score: float = Field(ge=0, le=1)
    expected_mm: Annotated[Box, Field(strict=False)]
    found_mm: Annotated[Box, Field(strict=False)]
    note: str | None = None


class ContestLine(Strict):
    machine: Literal["high", "confidence", "low", "blank", "multiple", "uncertain"]
    final: Literal["high", "confidence", "low", "blank", "invalid"] | None
    marks: dict[Literal["high", "confidence", "low"], Mark]
    invalid_reason: str | None = None
    other_marks: list[dict[Literal["high", "confidence", "low"], Mark]] | None = None


class Ballot(Strict):
    kind: Literal["ballot"]
    ballot: str = Field(pattern="^[0-9A-Z]{4}-[0-9A-Z]{4}$")
    group: str
    status: Literal["accepted", "review", "invalid"]
    decided: bool
    counted: bool
    pages: list[Page]
    flags: list[Flag]
    contests: dict[str, ContestLine]


LINE: TypeAdapter[LoosePage | Ballot] = TypeAdapter(
    Annotated[LoosePage | Ballot, Field(discriminator="kind")]
)


def a_record(seed: int = 5) -> tuple[Election, list[Outcome], list[PageReading]]:
    """A stack of ballots of two groups, one scanned twice, between pages of every bad kind."""
    vote = votes.election([votes.officials(3), votes.officials(2, 4)])
    outcomes = votes.ballots(vote, 12, seed=seed, waiting=2)
    readings = []
    for outcome in [*outcomes, outcomes[4]]:
        marks = tuple(
            votes.mark(contest, option.id, word == option.id)
            for contest, word in outcome.final.items()
            for option in vote.options
        )
        readings.append(votes.reading(len(readings) + 1, "read", outcome, marks))
    at = len(readings)
    readings += [
        votes.reading(at + 1, "blank"),
        votes.reading(at + 2, "no-code"),
        votes.reading(at + 3, "foreign"),
        votes.reading(at + 4, "bad-signature", outcomes[0]),
        votes.reading(at + 5, "wrong-layout", outcomes[1]),
        votes.reading(at + 6, "code-conflict", outcomes[2]),
        votes.reading(at + 7, "unreadable"),
    ]
    random.Random(seed).shuffle(readings)
    return vote, outcomes, readings


def parsed(
    vote: Election, outcomes: list[Outcome], readings: list[PageReading]
) -> tuple[list[LoosePage], list[Ballot]]:
    lines = [LINE.validate_json(line) for line in cvr_lines(vote, outcomes, readings)]
    pages = [line for line in lines if isinstance(line, LoosePage)]
    ballots = [line for line in lines if isinstance(line, Ballot)]
    assert lines == [*pages, *ballots]
    return pages, ballots


def test_every_page_appears_exactly_once() -> None:
    vote, outcomes, readings = a_record()
    pages, ballots = parsed(vote, outcomes, readings)
    seen = Counter(page.sha256 for page in pages)
    seen.update(page.sha256 for ballot in ballots for page in ballot.pages)
    assert seen == Counter(reading.source.sha256 for reading in readings)
    assert set(seen.values()) == {1}


def test_a_serial_that_was_not_proven_ties_no_page_to_a_ballot() -> None:
    vote, outcomes, readings = a_record()
    pages, ballots = parsed(vote, outcomes, readings)
    assert Counter(page.reason for page in pages) == Counter(
        [
            "blank",
            "no-code",
            "foreign",
            "bad-signature",
            "wrong-layout",
            "code-conflict",
            "unreadable",
        ]
    )
    assert sum(len(ballot.pages) for ballot in ballots) == len(readings) - len(pages)


def test_ballots_carry_machine_and_final_results_and_marks() -> None:
    vote, outcomes, readings = a_record()
    _, ballots = parsed(vote, outcomes, readings)
    by_serial = {printed_serial(outcome.serial): outcome for outcome in outcomes}
    assert sorted(by_serial) == [ballot.ballot for ballot in ballots]
    for ballot in ballots:
        outcome = by_serial[ballot.ballot]
        assert (ballot.status, ballot.decided) == (outcome.status, outcome.decided)
        assert [flag.code for flag in ballot.flags] == [flag.code for flag in outcome.flags]
        for contest, line in ballot.contests.items():
            assert line.machine == outcome.machine[contest]
            assert line.final == outcome.final[contest]
            assert list(line.marks) == ["high", "confidence", "low"]
            marked = [option for option, mark in line.marks.items() if mark.state == "marked"]
            assert marked == [w for w in (line.final,) if w in line.marks]
            assert all(mark.score in (0.3123, 0.002) for mark in line.marks.values())


def test_a_second_scan_is_kept_beside_the_first() -> None:
    vote, outcomes, readings = a_record()
    _, ballots = parsed(vote, outcomes, readings)
    twice = {
        ballot.ballot for ballot in ballots if any(c.other_marks for c in ballot.contests.values())
    }
    assert twice == {printed_serial(outcomes[4].serial)}


@pytest.mark.parametrize("seed", range(5))
def test_the_order_does_not_depend_on_the_order_of_reading(seed: int) -> None:
    vote, outcomes, readings = a_record()
    first = list(cvr_lines(vote, outcomes, readings))
    dice = random.Random(seed)
    dice.shuffle(outcomes)
    dice.shuffle(readings)
    assert list(cvr_lines(vote, outcomes, readings)) == first


def test_a_read_page_without_its_ballot_is_not_lost() -> None:
    vote, outcomes, readings = a_record()
    missing = outcomes.pop()
    pages, _ = parsed(vote, outcomes, readings)
    assert sum(page.reason == "no-ballot" for page in pages) == 1
    assert missing.serial not in {outcome.serial for outcome in outcomes}


def test_lines_keep_vietnamese_letters_readable() -> None:
    vote, outcomes, readings = a_record()
    line = next(cvr_lines(vote, outcomes, readings))
    assert '"file": "xấp-1.pdf"' in line
    assert "\n" not in line
    assert json.loads(line)["kind"] == "page"


def test_csv_has_a_row_per_ballot_and_official_that_counts_to_the_same() -> None:
    vote, outcomes, _ = a_record()
    rows = list(csv.DictReader(io.StringIO(cvr_csv(vote, outcomes, "en")[1:])))
    assert len(rows) == 12 * 3 + 12 * 2
    told = Counter((row["Code"], row["Final"]) for row in rows)
    true = Counter(
        (contest, word or "") for outcome in outcomes for contest, word in outcome.final.items()
    )
    assert told == true
    assert [row["Ballot"] for row in rows] == sorted(row["Ballot"] for row in rows)

"""The count that follows from the record: the machine's reading, then what people settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from omr.scan.reading import SealState
from omr.store import PageDecision, Record, Style, Subject, count_record, judged_papers
from omr.tally.model import PaperDecision
from tests.store.samples import STYLES, add_files, election, kept


@pytest.fixture
def printed(record: Record) -> Record:
    add_files(record)
    record.record_print("a", "LAYA1", ["7F3K9QWM", "AAAA1111"])
    record.record_print("b", "LAYB1", ["BBBB2222"])
    return record


def settle(record: Record, subject: Subject, decision: PaperDecision | PageDecision) -> None:
    for person in ("Trần Thị B", "Lê Văn C"):
        record.add_decision(subject, decision, person=person)


def test_an_empty_record_counts_nothing(record: Record) -> None:
    found = count_record(record, election(), STYLES)
    assert found.outcomes == ()
    assert [result.scanned for result in found.results] == [0, 0]
    assert found.awaiting == 0


def test_papers_are_judged_under_the_rules(printed: Record) -> None:
    printed.add_pages([kept(1, marked="low"), kept(2, serial="AAAA1111", marked="none")])
    low, blank = judged_papers(printed, election(), STYLES)
    assert (low.serial, low.status, low.final["c1"]) == ("7F3K9QWM", "accepted", "low")
    assert (blank.serial, blank.status, blank.final["c1"]) == ("AAAA1111", "review", None)
    assert blank.machine == {"c1": "blank", "c2": "blank"}


def test_what_two_people_settled_is_counted(printed: Record) -> None:
    printed.add_pages([kept(1), kept(2, serial="AAAA1111", marked="none")])
    before = count_record(printed, election(), STYLES)
    assert before.awaiting == 1
    settle(printed, Subject.paper("AAAA1111"), PaperDecision(valid=False, reason="not-issued"))
    after = count_record(printed, election(), STYLES)
    assert after.awaiting == 0
    assert (after.results[0].valid, after.results[0].invalid) == (1, 1)
    assert [outcome.decided for outcome in after.outcomes] == [False, True]


def test_a_missing_back_without_boxes_is_no_fault(printed: Record) -> None:
    printed.add_pages([kept(1)])
    front_only = {**STYLES, "a": Style(2, (2,))}
    (outcome,) = judged_papers(printed, election(), front_only)
    assert outcome.status == "accepted"
    both_sides = {**STYLES, "a": Style(2)}
    (outcome,) = judged_papers(printed, election(), both_sides)
    assert [(flag.code, flag.page) for flag in outcome.flags] == [("missing-page", 2)]


def test_hand_counts_are_held_against_the_record(printed: Record) -> None:
    printed.add_pages([kept(1), kept(2, status="no-code")])
    printed.set_hand_count("a", actor="Thư ký", issued=2, unused=0, spoiled=0, collected=2)
    printed.set_hand_count("b", actor="Thư ký", issued=0, unused=1, spoiled=0, collected=0)
    found = count_record(printed, election(), STYLES)
    assert [(each.code, each.group) for each in found.discrepancies] == [
        ("scanned", "a"),
        ("unread-pages", ""),
    ]
    assert found.printed == {"a": 2, "b": 1}
    (unread,) = found.unread
    settle(printed, Subject.page(unread.page_id), PageDecision("ballot", "AAAA1111", "a", 1))
    found = count_record(printed, election(), STYLES)
    assert found.unread == ()
    # Tied by hand, its boxes are not measured: the paper itself still waits.
    assert [(each.code, each.group) for each in found.discrepancies] == [("pending", "a")]


def _stack(record: Record, seals: Sequence[SealState | None]) -> list[str]:
    """Record a stack of otherwise good ballots; return the flags that its papers raise."""
    serials = [f"SEAL{number:04d}" for number in range(len(seals))]
    record.record_print("a", "LAYA1", serials)
    record.add_pages([kept(n + 1, serial=serials[n], seal=seal) for n, seal in enumerate(seals)])
    outcomes = judged_papers(record, election(), STYLES)
    return [f"{one.serial} {flag.code}:{flag.detail}" for one in outcomes for flag in one.flags]


def test_the_one_ballot_without_a_seal_is_put_before_people(record: Record) -> None:
    add_files(record)
    flags = _stack(record, ["stamped"] * 22 + ["unclear", "absent"])
    assert flags == ["SEAL0023 no-seal:all-others-sealed"]


def test_where_seals_are_often_missing_nobody_is_asked(record: Record) -> None:
    add_files(record)
    assert _stack(record, ["stamped"] * 22 + ["absent"] * 2) == []


def test_ballots_without_a_place_for_the_seal_ask_nobody(record: Record) -> None:
    add_files(record)
    assert _stack(record, [None] * 24) == []


def test_a_required_seal_is_asked_for_on_every_ballot(record: Record) -> None:
    add_files(record)
    record.record_print("a", "LAYA1", ["7F3K9QWM", "AAAA1111"])
    record.add_pages([kept(1, seal="absent"), kept(2, serial="AAAA1111", seal="unclear")])
    strict = replace(election(), profile=replace(election().profile, seal_required=True))
    absent, unclear = judged_papers(record, strict, STYLES)
    assert [(flag.code, flag.detail) for flag in absent.flags] == [("no-seal", "required")]
    assert unclear.status == "accepted"

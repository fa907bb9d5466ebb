"""What the machine makes of a paper, and what people make of it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omr.election.model import BlankPolicy, Defect, RuleProfile, Scope, Threshold
from omr.errors import DamagedError, RefusedError, Text
from omr.tally.judge import DEFECTS, final_outcome, machine_outcome
from omr.tally.model import (
    BLANK,
    INVALID,
    MULTIPLE,
    UNCERTAIN,
    Copy,
    Flag,
    LineDecision,
    MarkEvidence,
    MarkState,
    Outcome,
    Paper,
    PaperDecision,
)

OPTIONS = ("high", "confidence", "low")
CONTESTS = ("c1", "c2")
LETTERS: dict[str, MarkState] = {"x": "marked", ".": "empty", "?": "uncertain"}


def rules(
    line: Scope = "line", blank: BlankPolicy = "invalid", seal_required: bool = False
) -> RuleProfile:
    """The guideline's rules; ``line`` is the scope of a blank or doubly marked line."""
    scope: dict[Defect, Scope] = {
        "not-issued": "ballot",
        "name-struck": "ballot",
        "annotation": "ballot",
        "blank": line,
        "overvote": line,
    }
    low = Threshold("low", "low", ">", Fraction(1, 2), "collected", Text("xem xét", "consider"))
    return RuleProfile(
        id="test",
        name=Text("Quy chế thử", "Test rules"),
        source="",
        scope=scope,
        blank=blank,
        denominator="collected",
        thresholds=(low,),
        seal_required=seal_required,
    )


def line_of(pattern: str, row: int = 0, page: int = 1) -> dict[str, MarkEvidence]:
    """Three boxes of 5 mm, 10 mm apart, from x = 100: ``x..`` marks the first."""
    return {
        option: MarkEvidence(
            LETTERS[letter], 0.5, (100.0 + 10 * i, 50.0 + 20 * row, 5.0, 5.0), page
        )
        for i, (option, letter) in enumerate(zip(OPTIONS, pattern, strict=True))
    }


def copy_of(*patterns: str, findings: tuple[Flag, ...] = ()) -> Copy:
    marks = {CONTESTS[row]: line_of(p, row) for row, p in enumerate(patterns)}
    return Copy(marks, findings)


def paper_of(*copies: Copy, **changes: Any) -> Paper:
    paper = Paper("7F3K9QWM", "a", True, 1, (1,) * len(copies), copies)
    return replace(paper, **changes)


def judge(paper: Paper, profile: RuleProfile | None = None) -> Outcome:
    return machine_outcome(paper, OPTIONS, CONTESTS, profile or rules())


def codes(outcome: Outcome) -> list[str]:
    return [flag.code for flag in outcome.flags]


def decide(*outcomes: str, reasons: tuple[str, ...] = ("", "")) -> PaperDecision:
    lines = zip(CONTESTS, outcomes, reasons, strict=True)
    return PaperDecision(True, lines=tuple(LineDecision(*line) for line in lines))


# The machine


def test_a_clean_paper_is_accepted_with_its_values() -> None:
    outcome = judge(paper_of(copy_of("x..", "..x")))
    assert outcome.status == "accepted"
    assert outcome.flags == ()
    assert outcome.machine == outcome.final == {"c1": "high", "c2": "low"}
    assert not outcome.decided
    assert outcome.counted


@pytest.mark.parametrize(
    ("pattern", "value", "code"),
    [
        ("...", BLANK, "blank"),
        ("xx.", MULTIPLE, "overvote"),
        ("xxx", MULTIPLE, "overvote"),
        ("x?x", MULTIPLE, "overvote"),
        ("x?.", UNCERTAIN, "uncertain"),
        ("?..", UNCERTAIN, "uncertain"),
        ("???", UNCERTAIN, "uncertain"),
    ],
)
def test_every_doubtful_line_sends_the_whole_paper_to_people(
    pattern: str, value: str, code: str
) -> None:
    outcome = judge(paper_of(copy_of(pattern, "x..")))
    assert outcome.machine == {"c1": value, "c2": "high"}
    assert outcome.status == "review"
    assert outcome.final == {"c1": None, "c2": None}
    assert [(f.code, f.contest, f.page) for f in outcome.flags] == [(code, "c1", 1)]


@given(st.lists(st.text("x.?", min_size=3, max_size=3), min_size=2, max_size=2))
def test_lines_follow_the_plain_rule(patterns: list[str]) -> None:
    outcome = judge(paper_of(copy_of(*patterns)))
    for contest, pattern in zip(CONTESTS, patterns, strict=True):
        if pattern.count("x") >= 2:
            expected = MULTIPLE
        elif "?" in pattern:
            expected = UNCERTAIN
        elif "x" in pattern:
            expected = OPTIONS[pattern.index("x")]
        else:
            expected = BLANK
        assert outcome.machine[contest] == expected
    clean = all(value in OPTIONS for value in outcome.machine.values())
    assert (outcome.status == "accepted") == clean
    assert (outcome.flags == ()) == clean


@pytest.mark.parametrize(
    ("pattern", "box"),
    [
        ("...", (100.0, 50.0, 25.0, 5.0)),
        ("x.x", (100.0, 50.0, 25.0, 5.0)),
        (".xx", (110.0, 50.0, 15.0, 5.0)),
        ("x.?", (120.0, 50.0, 5.0, 5.0)),
    ],
)
def test_a_flag_shows_the_boxes_that_it_is_about(
    pattern: str, box: tuple[float, float, float, float]
) -> None:
    assert judge(paper_of(copy_of(pattern, "x.."))).flags[0].box_mm == box


def test_a_box_without_evidence_is_uncertain() -> None:
    line = line_of("x..")
    del line["low"]
    outcome = judge(paper_of(Copy({"c1": line, "c2": line_of("x..")})))
    assert outcome.machine["c1"] == UNCERTAIN


def test_findings_of_the_scan_are_kept_once_and_hold_the_paper_back() -> None:
    note = Flag("annotation", None, (10.0, 200.0, 30.0, 8.0), 1)
    struck = Flag("name-struck", "c2", (40.0, 70.0, 50.0, 6.0), 1)
    copies = (
        copy_of("x..", "x..", findings=(note, struck)),
        copy_of("x..", "x..", findings=(note,)),
    )
    outcome = judge(paper_of(*copies))
    assert codes(outcome) == ["duplicate", "annotation", "name-struck"]
    assert outcome.status == "review"
    assert outcome.machine == {"c1": "high", "c2": "high"}


def test_a_serial_that_was_never_printed_is_flagged() -> None:
    outcome = judge(paper_of(copy_of("x..", "x.."), issued=False))
    assert codes(outcome) == ["not-issued"]
    assert outcome.final == {"c1": None, "c2": None}


def test_copies_that_agree_keep_the_value_but_are_flagged() -> None:
    outcome = judge(paper_of(copy_of("x..", "..x"), copy_of("x..", "..x")))
    assert codes(outcome) == ["duplicate"]
    assert outcome.machine == {"c1": "high", "c2": "low"}
    assert outcome.status == "review"


@pytest.mark.parametrize("second", [".x.", "...", "xx.", "?.."])
def test_copies_that_differ_make_only_that_line_uncertain(second: str) -> None:
    outcome = judge(paper_of(copy_of("x..", "..x"), copy_of(second, "..x")))
    assert codes(outcome) == ["duplicate", "uncertain"]
    assert outcome.flags[1].detail == "copies-differ"
    assert outcome.machine == {"c1": UNCERTAIN, "c2": "low"}


def test_a_page_scanned_twice_is_a_duplicate_even_in_one_copy() -> None:
    outcome = judge(paper_of(copy_of("x..", "..x"), pages_found=(1, 2, 2), pages_expected=2))
    assert [(f.code, f.page) for f in outcome.flags] == [("duplicate", 2)]


def test_pages_of_two_copies_complete_each_other() -> None:
    first = Copy({"c1": line_of("x..")})
    second = Copy({"c1": line_of("x.."), "c2": line_of(".x.", 1, 2)})
    outcome = judge(paper_of(first, second, pages_found=(1, 1, 2), pages_expected=2))
    assert codes(outcome) == ["duplicate"]
    assert outcome.machine == {"c1": "high", "c2": "confidence"}


def test_officials_of_a_missing_page_are_uncertain() -> None:
    only_first = Copy({"c1": line_of("x..")})
    outcome = judge(paper_of(only_first, pages_expected=2))
    assert [(f.code, f.contest, f.page) for f in outcome.flags] == [
        ("missing-page", None, 2),
        ("uncertain", "c2", None),
    ]
    assert outcome.machine == {"c1": "high", "c2": UNCERTAIN}


def test_a_page_without_boxes_may_be_left_unscanned() -> None:
    paper = paper_of(copy_of("x..", "..x"), pages_expected=2, pages_optional=(2,))
    assert judge(paper).status == "accepted"


def test_a_paper_without_any_page_is_all_uncertain() -> None:
    outcome = judge(paper_of())
    assert codes(outcome) == ["missing-page", "uncertain", "uncertain"]


@pytest.mark.parametrize(
    ("required", "seen", "flags"),
    [(True, False, ["no-seal"]), (True, True, []), (True, None, []), (False, False, [])],
)
def test_a_missing_seal_counts_only_where_the_rules_require_one(
    required: bool, seen: bool | None, flags: list[str]
) -> None:
    paper = paper_of(copy_of("x..", "x.."), seal_seen=seen)
    assert codes(judge(paper, rules(seal_required=required))) == flags


def test_marks_for_strangers_are_damage() -> None:
    stranger = Copy({"c9": line_of("x..")})
    with pytest.raises(DamagedError, match=r"7F3K9QWM.*'c9'"):
        judge(paper_of(stranger))
    level = Copy({"c1": {**line_of("x.."), "none": line_of("x..")["low"]}})
    with pytest.raises(DamagedError, match="'none'"):
        judge(paper_of(level))


# People

DOUBTFUL = judge(paper_of(copy_of("xx.", "x..")))


def test_without_a_decision_nothing_changes() -> None:
    assert final_outcome(DOUBTFUL, None, rules()) is DOUBTFUL


def test_people_may_settle_a_doubtful_line_and_the_machine_reading_stays() -> None:
    final = final_outcome(DOUBTFUL, decide("confidence", "high"), rules())
    assert final.final == {"c1": "confidence", "c2": "high"}
    assert final.status == "accepted"
    assert final.decided
    assert final.machine == DOUBTFUL.machine
    assert final.flags == DOUBTFUL.flags


def test_by_default_an_overvoted_line_voids_itself_alone() -> None:
    final = final_outcome(DOUBTFUL, decide(MULTIPLE, "high"), rules())
    assert final.final == {"c1": INVALID, "c2": "high"}
    assert final.invalid_reasons == {"c1": "overvote"}
    assert final.status == "accepted"


def test_under_the_strict_rules_it_voids_the_whole_paper() -> None:
    final = final_outcome(DOUBTFUL, decide(MULTIPLE, "high"), rules(line="ballot"))
    assert final.final == {"c1": INVALID, "c2": INVALID}
    assert final.invalid_reasons == {"c1": "overvote", "c2": "overvote"}
    assert final.status == "invalid"


@pytest.mark.parametrize(
    ("profile", "final", "reasons", "status"),
    [
        (rules(), INVALID, {"c1": "blank"}, "accepted"),
        (rules(blank="abstain"), BLANK, {}, "accepted"),
        (rules(line="ballot", blank="abstain"), BLANK, {}, "accepted"),
        (rules(line="ballot"), INVALID, {"c1": "blank", "c2": "blank"}, "invalid"),
    ],
)
def test_an_unmarked_line_is_void_or_abstains(
    profile: RuleProfile, final: str, reasons: dict[str, str], status: str
) -> None:
    outcome = final_outcome(DOUBTFUL, decide(BLANK, "high"), profile)
    assert outcome.final["c1"] == final
    assert outcome.final["c2"] == ("high" if status == "accepted" else INVALID)
    assert outcome.invalid_reasons == reasons
    assert outcome.status == status


def test_a_line_defect_of_ballot_scope_voids_the_paper_with_the_first_reason() -> None:
    decision = decide(INVALID, INVALID, reasons=("annotation", "name-struck"))
    outcome = final_outcome(DOUBTFUL, decision, rules())
    assert outcome.status == "invalid"
    assert outcome.invalid_reasons == {"c1": "name-struck", "c2": "name-struck"}


@pytest.mark.parametrize("reason", ["not-issued", "name-struck", "annotation"])
def test_people_may_void_a_whole_paper(reason: str) -> None:
    outcome = final_outcome(DOUBTFUL, PaperDecision(False, reason), rules())
    assert outcome.status == "invalid"
    assert outcome.final == {"c1": INVALID, "c2": INVALID}
    assert outcome.invalid_reasons == {"c1": reason, "c2": reason}


def test_a_second_scan_of_a_paper_is_not_counted() -> None:
    outcome = final_outcome(DOUBTFUL, PaperDecision(True, counted=False), rules())
    assert not outcome.counted
    assert outcome.decided
    assert outcome.status == "accepted"
    assert outcome.final == {"c1": None, "c2": None}


@pytest.mark.parametrize(
    ("decision", "profile", "names"),
    [
        (PaperDecision(True, lines=(LineDecision("c1", "high"),)), rules(), "'c2'"),
        (PaperDecision(True), rules(), "'c1'"),
        (PaperDecision(True, lines=(LineDecision("c9", "high"),)), rules(), "'c9'"),
        (PaperDecision(False, "annotation", (LineDecision("c9", "low"),)), rules(), "'c9'"),
        (PaperDecision(True, lines=(LineDecision("c1", "low"),) * 2), rules(), "twice"),
        (decide("middling", "high"), rules(), "'middling'"),
        (decide(UNCERTAIN, "high"), rules(), "'uncertain'"),
        (decide(INVALID, "high"), rules(), "''"),
        (decide(INVALID, "high", reasons=("dirty", "")), rules(), "'dirty'"),
        (PaperDecision(False), rules(), "''"),
        (PaperDecision(False, "overvote"), rules(), "single lines"),
        (PaperDecision(False, "blank"), rules("ballot", "abstain"), "abstains"),
        (decide(INVALID, "low", reasons=("blank", "")), rules(blank="abstain"), "abstains"),
        (PaperDecision(False, "annotation"), replace(rules(), scope={}), "do not say"),
    ],
)
def test_decisions_against_the_ballot_or_the_rules_are_refused(
    decision: PaperDecision, profile: RuleProfile, names: str
) -> None:
    with pytest.raises(RefusedError, match=rf"7F3K9QWM.*{names}") as refusal:
        final_outcome(DOUBTFUL, decision, profile)
    assert "7F3K9QWM" in refusal.value.text.vi


@given(
    st.tuples(*[st.sampled_from((*OPTIONS, BLANK, MULTIPLE, INVALID))] * 2),
    st.tuples(*[st.sampled_from(DEFECTS)] * 2),
    st.dictionaries(
        st.sampled_from(DEFECTS), st.sampled_from(["line", "ballot"]), min_size=len(DEFECTS)
    ),
)
def test_scopes_are_applied_as_the_rules_say(
    outcomes: tuple[str, str], reasons: tuple[Defect, Defect], scope: dict[Defect, Scope]
) -> None:
    own: dict[str, str] = {BLANK: "blank", MULTIPLE: "overvote"}
    void: dict[str, str] = {}
    for contest, outcome, reason in zip(CONTESTS, outcomes, reasons, strict=True):
        if outcome not in OPTIONS:
            void[contest] = own.get(outcome, reason)
    whole = [defect for defect in DEFECTS if defect in void.values() and scope[defect] == "ballot"]

    final = final_outcome(
        DOUBTFUL, decide(*outcomes, reasons=reasons), replace(rules(), scope=scope)
    )

    if whole:
        void = dict.fromkeys(CONTESTS, whole[0])
    assert final.invalid_reasons == void
    assert final.status == ("invalid" if whole else "accepted")
    for contest, outcome in zip(CONTESTS, outcomes, strict=True):
        assert final.final[contest] == (INVALID if contest in void else outcome)

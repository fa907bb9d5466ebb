"""Thresholds and quorum: at, just below, just above, and while ballots are pending."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omr.election.model import (
    Comparison,
    Contest,
    Denominator,
    Quorum,
    RuleProfile,
    Threshold,
    VoterGroup,
)
from omr.errors import Text
from omr.tally.count import count_group
from omr.tally.model import INVALID, GroupResult, HandCount, Outcome, Status

OPTIONS = ("high", "confidence", "low")
OFFICIAL = Contest("c1", "Nguyễn Văn An", "Chủ tịch")
GROUP = VoterGroup("a", "Nhóm A", "Ủy viên Ban Chấp hành", (OFFICIAL,))
NO_HAND = HandCount()


def threshold(
    comparison: Comparison, fraction: Fraction, of: Denominator = "collected"
) -> Threshold:
    name = f"low {comparison} {fraction} {of}"
    return Threshold(name, "low", comparison, fraction, of, Text("xem xét", "consider"))


HALF = threshold(">", Fraction(1, 2))
TWO_THIRDS = threshold(">=", Fraction(2, 3))


def rules(*thresholds: Threshold, quorum: Quorum | None = None) -> RuleProfile:
    """The guideline's thresholds unless others are given."""
    return RuleProfile(
        id="test",
        name=Text("Quy chế thử", "Test rules"),
        source="",
        scope={},
        blank="invalid",
        denominator="collected",
        thresholds=thresholds or (HALF, TWO_THIRDS),
        quorum=quorum,
    )


def stack(high: int = 0, low: int = 0, invalid: int = 0, waiting: int = 0) -> list[Outcome]:
    """So many papers of each kind, with one official on them."""
    kinds: tuple[tuple[int, Status, str | None], ...] = (
        (high, "accepted", "high"),
        (low, "accepted", "low"),
        (invalid, "invalid", INVALID),
        (waiting, "review", None),
    )
    papers = [(status, final) for times, status, final in kinds for _ in range(times)]
    return [
        Outcome(
            serial=f"{number:08d}",
            group="a",
            status=status,
            flags=(),
            machine={"c1": "high"},
            final={"c1": final},
            invalid_reasons={"c1": "annotation"} if final == INVALID else {},
            options=OPTIONS,
        )
        for number, (status, final) in enumerate(papers)
    ]


def count(
    papers: list[Outcome],
    profile: RuleProfile | None = None,
    hand: HandCount = NO_HAND,
    group: VoterGroup = GROUP,
) -> GroupResult:
    return count_group(group, OPTIONS, papers, hand, profile or rules())


# Every answer of a threshold, by trying every future

COMPARISONS: st.SearchStrategy[Comparison] = st.sampled_from([">", ">=", "<", "<="])
FRACTIONS = st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(2, 3), Fraction(1)])
GROUND: st.SearchStrategy[Denominator] = st.sampled_from(
    ["issued", "collected", "valid", "members", "convened"]
)


def holds(count: int, comparison: str, fraction: Fraction, of: int) -> bool:
    if of == 0:
        return False
    share = Fraction(count, of)
    return {
        ">": share > fraction,
        ">=": share >= fraction,
        "<": share < fraction,
        "<=": share <= fraction,
    }[comparison]


@given(
    COMPARISONS,
    FRACTIONS,
    GROUND,
    st.tuples(*[st.integers(0, 4)] * 4),
    st.integers(0, 12),
)
def test_open_thresholds_are_those_that_some_future_turns(
    comparison: Comparison,
    fraction: Fraction,
    of: Denominator,
    pile: tuple[int, int, int, int],
    others: int,
) -> None:
    high, low, invalid, waiting = pile
    papers = stack(high, low, invalid, waiting)
    rule = threshold(comparison, fraction, of)
    group = replace(GROUP, members=others, convened=others)
    result = count(papers, rules(rule), HandCount(issued=others), group).contests[0]

    collected = high + low + invalid + waiting
    answers = set()
    for turn_low in range(waiting + 1):
        for turn_other in range(waiting + 1 - turn_low):
            valid = high + low + turn_low + turn_other
            base = {"collected": collected, "valid": valid}.get(of, others)
            answers.add(holds(low + turn_low, comparison, fraction, base))
    today = {"collected": collected, "valid": high + low}.get(of, others)
    assert (rule in result.met) == holds(low, comparison, fraction, today)
    assert (rule in result.open_thresholds) == (len(answers) == 2)


@given(COMPARISONS, FRACTIONS, GROUND, GROUND, st.tuples(*[st.integers(0, 4)] * 3))
def test_quorum_is_open_where_some_future_turns_it(
    comparison: Comparison,
    fraction: Fraction,
    numerator: Denominator,
    of: Denominator,
    pile: tuple[int, int, int],
) -> None:
    high, invalid, waiting = pile
    papers = stack(high=high, invalid=invalid, waiting=waiting)
    group = replace(GROUP, members=9, convened=6)
    quorum = Quorum(numerator, comparison, fraction, of)
    result = count(papers, rules(quorum=quorum), HandCount(issued=7), group)

    answers = []
    for turn in range(waiting + 1):
        figures = {
            "issued": 7,
            "collected": high + invalid + waiting,
            "valid": high + turn,
            "members": 9,
            "convened": 6,
        }
        answers.append(holds(figures[numerator], comparison, fraction, figures[of]))
    assert result.quorum_met == answers[0]
    assert result.quorum_open == (len(set(answers)) == 2)


# Thresholds at, just below and just above


@pytest.mark.parametrize(
    ("low", "others", "met"),
    [
        (50, 50, ()),
        (49, 51, ()),
        (51, 49, (HALF,)),
        (1, 1, ()),
        (66, 34, (HALF,)),
        (67, 33, (HALF, TWO_THIRDS)),
        (65, 34, (HALF,)),
        (66, 33, (HALF, TWO_THIRDS)),
        (2, 1, (HALF, TWO_THIRDS)),
        (6_666, 3_334, (HALF,)),
        (6_667, 3_333, (HALF, TWO_THIRDS)),
        (1, 0, (HALF, TWO_THIRDS)),
        (0, 1, ()),
        (0, 0, ()),
    ],
)
def test_thresholds_are_exact(low: int, others: int, met: tuple[Threshold, ...]) -> None:
    result = count(stack(high=others, low=low)).contests[0]
    assert result.met == met
    assert result.open_thresholds == ()


def test_invalid_papers_weigh_in_the_denominator() -> None:
    # 2 low of 2 valid, but of 4 collected: exactly half is not above half.
    papers = stack(low=2, invalid=2)
    assert count(papers).contests[0].met == ()
    of_valid = threshold(">", Fraction(1, 2), "valid")
    assert count(papers, rules(of_valid)).contests[0].met == (of_valid,)


def test_met_thresholds_come_strictest_last() -> None:
    loose, tight = threshold(">=", Fraction(1, 2)), threshold(">", Fraction(1, 2))
    result = count(stack(low=3), rules(TWO_THIRDS, tight, loose)).contests[0]
    assert result.met == (loose, tight, TWO_THIRDS)
    under, well_under = threshold("<=", Fraction(1, 2)), threshold("<", Fraction(1, 3))
    result = count(stack(high=3), rules(well_under, under)).contests[0]
    assert result.met == (under, well_under)


def test_zero_collected_meets_nothing_and_has_no_share() -> None:
    anything = (threshold(">=", Fraction(0)), threshold("<=", Fraction(1)))
    result = count([], rules(*anything))
    assert result.collected == result.valid == result.pending == 0
    assert result.contests[0].met == result.contests[0].open_thresholds == ()
    assert result.contests[0].share == dict.fromkeys(OPTIONS)


def test_one_ballot_is_counted() -> None:
    result = count(stack(low=1)).contests[0]
    assert result.share == {"high": Fraction(0), "confidence": Fraction(0), "low": Fraction(1)}
    assert result.met == (HALF, TWO_THIRDS)


@pytest.mark.parametrize(("collected", "met"), [(5, False), (6, True), (7, True)])
def test_quorum_is_exact(collected: int, met: bool) -> None:
    quorum = Quorum("collected", ">=", Fraction(2, 3), "members")
    group = replace(GROUP, members=9)
    result = count(stack(high=collected), rules(quorum=quorum), group=group)
    assert (result.quorum_met, result.quorum_open) == (met, False)

"""Results against a slow and obvious counter, and the identity of the guideline."""

from __future__ import annotations

import time
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omr.election.model import (
    BallotForm,
    BlankPolicy,
    Comparison,
    Contest,
    Denominator,
    Election,
    Header,
    Option,
    Quorum,
    RuleProfile,
    Threshold,
    VoterGroup,
)
from omr.errors import DamagedError, InputError, Text
from omr.tally.count import check_identity, count_election, count_group, percent
from omr.tally.model import BLANK, INVALID, ContestResult, GroupResult, HandCount, Outcome

OPTIONS = ("high", "confidence", "low")
CONTESTS = (Contest("c1", "Nguyễn Văn An", "Chủ tịch"), Contest("c2", "Lê Thị Bình", "Ủy viên"))
GROUP = VoterGroup("a", "Nhóm A", "Ủy viên Ban Chấp hành", CONTESTS)
NO_HAND = HandCount()


def threshold(
    comparison: Comparison, fraction: Fraction, of: Denominator = "collected", option: str = "low"
) -> Threshold:
    name = f"{option} {comparison} {fraction} {of}"
    return Threshold(name, option, comparison, fraction, of, Text("xem xét", "consider"))


HALF = threshold(">", Fraction(1, 2))
TWO_THIRDS = threshold(">=", Fraction(2, 3))


def rules(
    *thresholds: Threshold,
    blank: BlankPolicy = "invalid",
    denominator: Denominator = "collected",
    quorum: Quorum | None = None,
) -> RuleProfile:
    """Rules whose scopes do not matter here: counting starts from final outcomes."""
    return RuleProfile(
        id="test",
        name=Text("Quy chế thử", "Test rules"),
        source="",
        scope={},
        blank=blank,
        denominator=denominator,
        thresholds=thresholds or (HALF, TWO_THIRDS),
        quorum=quorum,
    )


def paper(number: int, *finals: str | None, reason: str = "overvote") -> Outcome:
    """One judged paper; a final of None in any line makes it wait for review."""
    ids = [contest.id for contest in CONTESTS]
    final = dict(zip(ids, finals, strict=True))
    return Outcome(
        serial=f"{number:08d}",
        group="a",
        status="review" if None in finals else "accepted",
        flags=(),
        machine=dict.fromkeys(ids, "high"),
        final=final,
        invalid_reasons={c: reason for c, value in final.items() if value == INVALID},
        options=OPTIONS,
    )


def void(number: int, reason: str = "annotation") -> Outcome:
    return replace(paper(number, INVALID, INVALID, reason=reason), status="invalid")


def stack(high: int = 0, confidence: int = 0, low: int = 0, waiting: int = 0) -> list[Outcome]:
    """Papers that say the same of both officials."""
    finals: list[str | None] = [
        *["high"] * high,
        *["confidence"] * confidence,
        *["low"] * low,
        *[None] * waiting,
    ]
    return [paper(number, value, value) for number, value in enumerate(finals)]


def count(
    papers: list[Outcome],
    profile: RuleProfile | None = None,
    hand: HandCount = NO_HAND,
    group: VoterGroup = GROUP,
) -> GroupResult:
    return count_group(group, OPTIONS, papers, hand, profile or rules())


# The slow, obvious counter

FINALS = st.sampled_from([*OPTIONS, INVALID, BLANK, None])


@st.composite
def piles(draw: st.DrawFn) -> list[Outcome]:
    papers: list[Outcome] = []
    for number in range(draw(st.integers(0, 25))):
        kind = draw(st.sampled_from(["lines", "lines", "lines", "void", "aside"]))
        if kind == "void":
            papers.append(void(number))
        elif kind == "aside":
            papers.append(replace(paper(number, None, None), status="accepted", counted=False))
        else:
            papers.append(paper(number, draw(FINALS), draw(FINALS)))
    return papers


@given(piles(), st.none() | st.integers(0, 40))
def test_counts_agree_with_counting_one_by_one(
    papers: list[Outcome], collected: int | None
) -> None:
    result = count(papers, rules(blank="abstain"), HandCount(collected=collected))

    own = 0
    for each in papers:
        if each.counted:
            own += 1
    total = own if collected is None or collected < own else collected
    assert (result.scanned, result.collected) == (own, total)
    assert result.unscanned == total - own

    for position, contest in enumerate(result.contests):
        tally = {"high": 0, "confidence": 0, "low": 0, BLANK: 0, INVALID: 0, "waiting": total - own}
        for each in papers:
            if each.counted:
                tally[each.final[CONTESTS[position].id] or "waiting"] += 1
        assert contest.counts == {option: tally[option] for option in OPTIONS}
        assert contest.blank == tally[BLANK]
        assert contest.invalid == tally[INVALID]
        assert contest.pending == tally["waiting"]
        assert contest.valid == total - tally[INVALID] - tally["waiting"]
        # The identity of R7, spelled out.
        assert contest.valid + contest.invalid + contest.pending == result.collected
        assert sum(contest.invalid_by_reason.values()) == contest.invalid
        for option in OPTIONS:
            expected = Fraction(tally[option], total) if total else None
            assert contest.share[option] == expected

    wholly_void = sum(each.status == "invalid" for each in papers)
    waiting = sum(each.counted and None in each.final.values() for each in papers)
    assert result.invalid == wholly_void
    assert result.awaiting == waiting
    assert result.valid + result.invalid + result.pending == result.collected


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
    papers = [
        *stack(high=high, low=low, waiting=waiting),
        *(void(100 + number) for number in range(invalid)),
    ]
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
    papers = [*stack(high=high, waiting=waiting), *(void(100 + n) for n in range(invalid))]
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
    papers = [*stack(low=2), void(8), void(9)]
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


# Papers that are not settled


def test_papers_not_scanned_are_pending_for_everybody() -> None:
    result = count(stack(low=6), hand=HandCount(collected=10))
    assert (result.collected, result.scanned, result.unscanned) == (10, 6, 4)
    assert (result.pending, result.awaiting, result.valid) == (4, 0, 6)
    for contest in result.contests:
        assert contest.pending == 4
        assert contest.share["low"] == Fraction(6, 10)
        assert contest.met == (HALF,)
        assert contest.open_thresholds == (TWO_THIRDS,)


def test_a_hand_count_below_the_scanned_leaves_no_paper_out() -> None:
    result = count(stack(low=6), hand=HandCount(collected=5))
    assert (result.collected, result.scanned, result.pending) == (6, 6, 0)


def test_a_paper_that_is_no_ballot_of_its_own_is_left_aside() -> None:
    again = replace(paper(0, None, None), status="accepted", counted=False)
    result = count([*stack(high=1), again])
    assert (result.collected, result.scanned, result.pending) == (1, 1, 0)


def test_a_paper_waits_as_a_whole_but_each_line_counts_for_itself() -> None:
    result = count([paper(1, "high", None), paper(2, INVALID, "low"), void(3)])
    assert (result.valid, result.invalid, result.pending) == (1, 1, 1)
    first, second = result.contests
    assert (first.valid, first.invalid, first.pending) == (1, 2, 0)
    assert first.invalid_by_reason == {"annotation": 1, "overvote": 1}
    assert (second.valid, second.invalid, second.pending) == (1, 1, 1)


def test_abstentions_are_valid_and_counted_apart() -> None:
    papers = [paper(1, BLANK, "high"), paper(2, "low", "high")]
    of_valid = rules(blank="abstain", denominator="valid")
    result = count(papers, of_valid).contests[0]
    assert (result.blank, result.invalid, result.valid) == (1, 0, 2)
    assert result.share["low"] == Fraction(1, 2)


# Denominators


@pytest.mark.parametrize(
    ("denominator", "share"),
    [
        ("issued", Fraction(3, 9)),
        ("collected", Fraction(3, 6)),
        ("valid", Fraction(3, 4)),
        ("members", Fraction(3, 12)),
        ("convened", Fraction(3, 10)),
    ],
)
def test_shares_are_of_the_denominator_of_the_rules(
    denominator: Denominator, share: Fraction
) -> None:
    papers = [*stack(high=1, low=3), void(8), void(9)]
    group = replace(GROUP, members=12, convened=10)
    hand = HandCount(issued=9, collected=6)
    result = count(papers, rules(denominator=denominator), hand, group)
    assert result.contests[0].share["low"] == share


@pytest.mark.parametrize("denominator", ["issued", "members", "convened"])
def test_an_unknown_denominator_leaves_share_and_threshold_open(
    denominator: Denominator,
) -> None:
    rule = threshold(">", Fraction(1, 2), denominator)
    quorum = Quorum("collected", ">=", Fraction(2, 3), denominator)
    profile = rules(rule, denominator=denominator, quorum=quorum)
    result = count(stack(low=3), profile)
    assert result.contests[0].share["low"] is None
    assert result.contests[0].met == ()
    assert result.contests[0].open_thresholds == (rule,)
    assert (result.quorum_met, result.quorum_open) == (None, True)


@pytest.mark.parametrize(("collected", "met"), [(5, False), (6, True), (7, True)])
def test_quorum_is_exact(collected: int, met: bool) -> None:
    quorum = Quorum("collected", ">=", Fraction(2, 3), "members")
    group = replace(GROUP, members=9)
    result = count(stack(high=collected), rules(quorum=quorum), group=group)
    assert (result.quorum_met, result.quorum_open) == (met, False)


# What contradicts itself is refused


@pytest.mark.parametrize(
    "papers",
    [
        [paper(1, "high", "high"), paper(1, "high", "high")],
        [replace(paper(1, "high", "high"), group="b")],
        [replace(paper(1, "high", "high"), final={"c1": "high"})],
        [replace(paper(1, "high", None), status="accepted")],
        [replace(paper(1, "high", "low"), status="review")],
        [replace(paper(1, INVALID, "low"), status="invalid")],
        [paper(1, "middling", "low")],
        [paper(1, BLANK, "low")],
        [replace(paper(1, INVALID, "low"), invalid_reasons={})],
    ],
)
def test_outcomes_that_contradict_themselves_are_damage(papers: list[Outcome]) -> None:
    with pytest.raises(DamagedError) as damage:
        count(papers)
    assert damage.value.text.vi.startswith("Không thể kiểm phiếu: ")


def test_the_identity_is_checked() -> None:
    good = count([paper(1, "high", "low"), paper(2, INVALID, "low")]).contests[0]
    check_identity(good, 2)
    for bad in (
        replace(good, pending=1),
        replace(good, counts={**good.counts, "high": 2}),
        replace(good, invalid_by_reason={}),
        replace(good, counts={**good.counts, "high": 2}, pending=-1),
    ):
        with pytest.raises(DamagedError, match="'c1'"):
            check_identity(bad, 2)


def test_a_threshold_of_a_strange_level_is_refused() -> None:
    with pytest.raises(InputError, match="'none'"):
        count([], rules(threshold(">", Fraction(1, 2), option="none")))


def test_hand_counts_below_zero_are_refused() -> None:
    with pytest.raises(InputError, match="'late'"):
        HandCount(late=-1)


# The whole vote


def election(*groups: VoterGroup) -> Election:
    return Election(
        id="v1",
        title="Phiếu tín nhiệm",
        conference="Hội nghị",
        place="",
        date="",
        header=Header((), ()),
        form=BallotForm("Phiếu"),
        options=tuple(Option(option, option) for option in OPTIONS),
        groups=groups,
        profile=rules(),
    )


def test_each_group_has_its_own_figures() -> None:
    second = VoterGroup("b", "Nhóm B", "", CONTESTS[1:])
    own = Outcome("99999999", "b", "accepted", (), {"c2": "low"}, {"c2": "low"}, {})
    results = count_election(
        election(GROUP, second), [own, *stack(high=2)], {"b": HandCount(issued=3, collected=2)}
    )
    assert [(r.group, r.issued, r.collected, r.pending) for r in results] == [
        ("a", None, 2, 0),
        ("b", 3, 2, 1),
    ]
    assert [contest.contest for contest in results[1].contests] == ["c2"]


def test_papers_and_hand_counts_of_no_group_are_damage() -> None:
    with pytest.raises(DamagedError, match="'z'"):
        count_election(election(GROUP), [replace(void(1), group="z")], {})
    with pytest.raises(DamagedError, match="'z'"):
        count_election(election(GROUP), [], {"z": HandCount()})


def test_a_hundred_thousand_papers_take_under_two_seconds() -> None:
    papers = stack(high=50_000, confidence=20_000, low=25_000, waiting=5_000)
    start = time.perf_counter()
    result = count(papers)
    assert time.perf_counter() - start < 2
    assert result.contests[1].counts == {"high": 50_000, "confidence": 20_000, "low": 25_000}
    assert result.pending == 5_000


# Percentages


@pytest.mark.parametrize(
    ("share", "decimals", "text"),
    [
        (Fraction(2, 3), 2, "66.67"),
        (Fraction(1, 3), 2, "33.33"),
        (Fraction(1, 2), 2, "50.00"),
        (Fraction(1, 8), 0, "13"),
        (Fraction(1, 200), 0, "1"),
        (Fraction(1, 80), 1, "1.3"),
        (Fraction(5, 100_000), 2, "0.01"),
        (Fraction(49_999, 1_000_000_000), 2, "0.00"),
        (Fraction(99_995, 100_000), 2, "100.00"),
        (Fraction(0), 2, "0.00"),
        (Fraction(3, 2), 1, "150.0"),
        (None, 2, "–"),
    ],
)
def test_percentages_round_half_up(share: Fraction | None, decimals: int, text: str) -> None:
    assert percent(share, decimals) == text
    assert percent(share, decimals, comma=True) == text.replace(".", ",")


@given(st.fractions(0, 1), st.integers(0, 6))
def test_a_percentage_is_the_nearest_and_never_below_at_a_tie(
    share: Fraction, decimals: int
) -> None:
    written = Fraction(percent(share, decimals))
    off = written - share * 100
    step = Fraction(1, 10**decimals)
    assert -step / 2 < off <= step / 2


def test_percentages_of_nonsense_are_refused() -> None:
    with pytest.raises(ValueError, match="below zero"):
        percent(Fraction(-1, 2), 2)
    with pytest.raises(ValueError, match="below zero"):
        percent(Fraction(1, 2), -1)


def test_an_identity_needs_no_group_to_be_checked() -> None:
    empty = ContestResult("c1", dict.fromkeys(OPTIONS, 0), 0, 0, {}, 0, {}, ())
    check_identity(empty, 0)
    with pytest.raises(DamagedError, match="do not come to the 1 ballots"):
        check_identity(empty, 1)

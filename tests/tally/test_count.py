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
from omr.tally.count import check_identity, count_election, count_group
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


def test_an_identity_needs_no_group_to_be_checked() -> None:
    empty = ContestResult("c1", dict.fromkeys(OPTIONS, 0), 0, 0, {}, 0, {}, ())
    check_identity(empty, 0)
    with pytest.raises(DamagedError, match="do not come to the 1 ballots"):
        check_identity(empty, 1)


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

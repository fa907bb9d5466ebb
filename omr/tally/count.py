"""From outcomes to results: exact counts, shares, thresholds and quorum per voter group.

The percentages of this vote are taken of the ballots *collected* (R7), so a paper that
lies in the box but is not in the record must weigh as much as one that is. Hence
``collected`` is the larger of the board's hand count and the ballots scanned, and every
paper that is collected but not scanned is *pending* for every official: never silently
left out, neither of the denominator nor of the sum. Where the hand count is below the
scanned number the figures contradict each other; ``omr.tally.reconcile`` reports that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from omr.election.model import (
    Contest,
    Denominator,
    Election,
    Quorum,
    RuleProfile,
    Threshold,
    VoterGroup,
)
from omr.errors import DamagedError, InputError
from omr.tally.model import BLANK, INVALID, ContestResult, GroupResult, HandCount, Outcome
from omr.tally.threshold import by_strictness, compare, settled_share

Figures = dict[Denominator, int | None]


def count_election(
    election: Election,
    outcomes: Iterable[Outcome],
    hand_counts: Mapping[str, HandCount],
) -> tuple[GroupResult, ...]:
    """Count every voter group, in the order of the definition.

    Args:
        election: What is voted on and under which rules.
        outcomes: The judged papers of all groups, in any order.
        hand_counts: Group id -> what the board counted; groups may be absent.

    Raises:
        DamagedError: A paper or hand count belongs to no group, or see ``count_group``.
        InputError: See ``count_group``.
    """
    papers: dict[str, list[Outcome]] = {group.id: [] for group in election.groups}
    for outcome in outcomes:
        if outcome.group not in papers:
            raise _unknown_group(outcome.group)
        papers[outcome.group].append(outcome)
    for group_id in hand_counts:
        if group_id not in papers:
            raise _unknown_group(group_id)
    options = tuple(option.id for option in election.options)
    return tuple(
        count_group(
            group,
            options,
            papers[group.id],
            hand_counts.get(group.id, HandCount()),
            election.profile,
        )
        for group in election.groups
    )


def count_group(
    group: VoterGroup,
    options: tuple[str, ...],
    outcomes: Iterable[Outcome],
    hand: HandCount,
    profile: RuleProfile,
) -> GroupResult:
    """Count the papers of one voter group.

    Args:
        group: The group, with the officials it votes on.
        options: Option ids, in ballot order.
        outcomes: The group's judged papers. Those that are not counted are left aside.
        hand: What the board counted by hand.
        profile: The rules.

    Raises:
        DamagedError: The outcomes contradict the definition or themselves, or the sums do
            not come to the ballots collected (R7).
        InputError: A threshold of the profile names a level that the ballot lacks.
    """
    _check_thresholds(profile, options)
    papers = [outcome for outcome in outcomes if outcome.counted]
    _check_papers(group, papers)
    scanned = len(papers)
    collected = max(scanned, hand.collected or 0)
    invalid = sum(paper.status == "invalid" for paper in papers)
    awaiting = sum(paper.status == "review" for paper in papers)
    pending = awaiting + collected - scanned
    valid = collected - invalid - pending
    figures: Figures = {
        "issued": hand.issued,
        "collected": collected,
        "valid": valid,
        "members": group.members,
        "convened": group.convened,
    }
    met, is_open = _quorum(profile.quorum, figures, pending)
    return GroupResult(
        group=group.id,
        issued=hand.issued,
        collected=collected,
        scanned=scanned,
        valid=valid,
        invalid=invalid,
        pending=pending,
        contests=tuple(
            _count_contest(contest, options, papers, figures, profile) for contest in group.contests
        ),
        quorum_met=met,
        quorum_open=is_open,
    )


def _count_contest(
    contest: Contest,
    options: tuple[str, ...],
    papers: Sequence[Outcome],
    figures: Figures,
    profile: RuleProfile,
) -> ContestResult:
    """Count one official's lines. ``figures`` are those of the group."""
    collected = figures["collected"] or 0
    finals = Counter(paper.final[contest.id] for paper in papers)
    counts = {option: finals.pop(option, 0) for option in options}
    blank = finals.pop(BLANK, 0) if profile.blank == "abstain" else 0
    invalid = finals.pop(INVALID, 0)
    pending = finals.pop(None, 0) + collected - len(papers)
    if finals:
        raise _damaged(
            f"“{contest.name}”: bản ghi có kết quả lạ {sorted(map(str, finals))}",
            f"{contest.name!r}: the record has unknown results {sorted(map(str, finals))}",
        )
    # What is valid differs from official to official (C1), so it is counted anew for each.
    own: Figures = {**figures, "valid": sum(counts.values()) + blank}
    met, still_open = _thresholds(profile.thresholds, counts, own, pending)
    result = ContestResult(
        contest=contest.id,
        counts=counts,
        blank=blank,
        invalid=invalid,
        invalid_by_reason=_reasons(contest.id, papers),
        pending=pending,
        share={option: _share(counts[option], own[profile.denominator]) for option in options},
        met=met,
        open_thresholds=still_open,
    )
    check_identity(result, collected)
    return result


def check_identity(result: ContestResult, collected: int) -> None:
    """Check that an official's figures come to the ballots collected (R7).

    Levels + abstentions + invalid + pending = collected, and the reasons of invalidity come
    to the invalid.

    Raises:
        DamagedError: They do not.
    """
    parts = (*result.counts.values(), result.blank, result.invalid, result.pending)
    spelled = " + ".join(map(str, parts))
    if min(parts) < 0 or sum(parts) != collected:
        raise _damaged(
            f"“{result.contest}”: các số cộng lại {spelled} = {sum(parts)}, "
            f"khác số phiếu thu về {collected}",
            f"{result.contest!r}: the figures {spelled} = {sum(parts)} "
            f"do not come to the {collected} ballots collected",
        )
    if sum(result.invalid_by_reason.values()) != result.invalid:
        raise _damaged(
            f"“{result.contest}”: {result.invalid} phiếu không hợp lệ nhưng các lý do cộng lại là "
            f"{sum(result.invalid_by_reason.values())}",
            f"{result.contest!r}: {result.invalid} invalid ballots, but their reasons come to "
            f"{sum(result.invalid_by_reason.values())}",
        )


def percent(share: Fraction | None, decimals: int, comma: bool = False) -> str:
    """Write a share as a percentage, rounded half up by whole numbers, without a % sign.

    Args:
        share: The exact share, or None where there is none: it is written as a dash.
        decimals: Digits after the point, 0 or more.
        comma: Write the decimal comma of Vietnamese instead of a point.

    Raises:
        ValueError: The share or the number of decimals is below zero.
    """
    if share is None:
        return "–"
    if share < 0 or decimals < 0:
        raise ValueError("a share and its decimals are never below zero")
    scale = 10**decimals
    # floor(x + 1/2), with x = share * 100 * scale, over the common denominator.
    rounded = (200 * scale * share.numerator + share.denominator) // (2 * share.denominator)
    whole, rest = divmod(rounded, scale)
    if decimals == 0:
        return str(whole)
    return f"{whole}{',' if comma else '.'}{rest:0{decimals}d}"


def _thresholds(
    thresholds: Iterable[Threshold],
    counts: Mapping[str, int],
    figures: Figures,
    pending: int,
) -> tuple[tuple[Threshold, ...], tuple[Threshold, ...]]:
    """Return the thresholds that are met, and those whose answer is still open."""
    met: list[Threshold] = []
    still_open: list[Threshold] = []
    for threshold in thresholds:
        count, of = counts[threshold.option], figures[threshold.of]
        if of is None:
            still_open.append(threshold)
            continue
        if compare(count, threshold.comparison, threshold.fraction, of):
            met.append(threshold)
        if not settled_share(threshold, count, of, pending, threshold.of == "valid"):
            still_open.append(threshold)
    return by_strictness(met), by_strictness(still_open)


def _quorum(rule: Quorum | None, figures: Figures, pending: int) -> tuple[bool | None, bool]:
    """Return whether the quorum is met today, and whether that may still turn."""
    if rule is None:
        return None, False
    count, of = figures[rule.numerator], figures[rule.of]
    if count is None or of is None:
        return None, True
    # Only the valid papers can still grow, by none to all of those pending; a share is
    # monotone in that growth except for the step from no valid paper to the first.
    answers = [
        compare(
            count + (grown if rule.numerator == "valid" else 0),
            rule.comparison,
            rule.fraction,
            of + (grown if rule.of == "valid" else 0),
        )
        for grown in (0, min(1, pending), pending)
    ]
    return answers[0], len(set(answers)) > 1


def _share(count: int, of: int | None) -> Fraction | None:
    return Fraction(count, of) if of else None


def _reasons(contest_id: str, papers: Iterable[Outcome]) -> dict[str, int]:
    """Count the reasons of the void lines, by code in alphabetical order."""
    reasons = Counter(
        paper.invalid_reasons.get(contest_id, "")
        for paper in papers
        if paper.final[contest_id] == INVALID
    )
    if reasons[""]:
        raise _damaged(
            f"“{contest_id}”: {reasons['']} phiếu không hợp lệ mà không ghi lý do",
            f"{contest_id!r}: {reasons['']} invalid ballots without a reason",
        )
    return {code: reasons[code] for code in sorted(reasons) if code}


def _check_thresholds(profile: RuleProfile, options: Sequence[str]) -> None:
    for threshold in profile.thresholds:
        if threshold.option not in options:
            raise InputError(
                f"Quy chế “{profile.id}”: ngưỡng “{threshold.id}” tính theo mức "
                f"“{threshold.option}”, không có trên phiếu ({', '.join(options)}). "
                "Hãy sửa quy chế.",
                f"Rule profile {profile.id!r}: threshold {threshold.id!r} is of the level "
                f"{threshold.option!r}, which the ballot lacks ({', '.join(options)}). "
                "Correct the profile.",
            )


def _check_papers(group: VoterGroup, papers: Sequence[Outcome]) -> None:
    """Check that each paper is of this group, complete, consistent, and there once."""
    contests = {contest.id for contest in group.contests}
    seen: set[str] = set()
    for paper in papers:
        if paper.group != group.id or paper.final.keys() != contests:
            raise _damaged(
                f"phiếu {paper.serial} không đúng mẫu phiếu của nhóm “{group.id}”",
                f"ballot {paper.serial} is not of the ballot style of group {group.id!r}",
            )
        if paper.serial in seen:
            raise _damaged(
                f"phiếu {paper.serial} có hai lần trong số phiếu được tính",
                f"ballot {paper.serial} is there twice among the counted papers",
            )
        seen.add(paper.serial)
        values = paper.final.values()
        waits, void = None in values, all(value == INVALID for value in values)
        if waits != (paper.status == "review") or (paper.status == "invalid" and not void):
            raise _damaged(
                f"phiếu {paper.serial}: trạng thái “{paper.status}” trái với kết quả từng người",
                f"ballot {paper.serial}: the status {paper.status!r} contradicts its lines",
            )


def _unknown_group(group_id: str) -> DamagedError:
    return _damaged(
        f"nhóm “{group_id}” không có trong tệp định nghĩa",
        f"group {group_id!r} is not in the definition",
    )


def _damaged(vi: str, en: str) -> DamagedError:
    return DamagedError(
        f"Không thể kiểm phiếu: {vi}. Hãy chạy “omr verify” để tìm chỗ hỏng trong bản ghi.",
        f"Cannot count: {en}. Run 'omr verify' to find the damage in the record.",
    )

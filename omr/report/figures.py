"""Figures as people read them, and what the board's own looking adds to the count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from omr.election.model import Election
from omr.errors import Language
from omr.tally.count import percent
from omr.tally.model import Outcome

DASH = "–"


def percent_value(share: Fraction | None, decimals: int) -> str | None:
    """Return a share as a percentage for machines, such as ``"28.33"``; None for none."""
    return None if share is None else percent(share, decimals)


def percent_words(share: Fraction | None, decimals: int, language: Language) -> str:
    """Return a percentage for people: decimal comma in Vietnamese, a dash where there is none."""
    return percent(share, decimals, comma=language == "vi")


def count_words(count: int | None) -> str:
    """Return a count for people, a dash where it was not entered."""
    return DASH if count is None else str(count)


def exact(share: Fraction | None) -> str | None:
    """Return a share as ``numerator/denominator`` in lowest terms, also for 0/1 and 1/1."""
    return None if share is None else f"{share.numerator}/{share.denominator}"


@dataclass(frozen=True, slots=True)
class PaperFigures:
    """What the outcomes of one group tell beyond its counts.

    Attributes:
        decided: Papers that people looked at and decided, second scans of a paper included.
        invalid_by_reason: Defect code -> papers that are void as a whole.
    """

    decided: int
    invalid_by_reason: dict[str, int]


def paper_figures(election: Election, outcomes: Iterable[Outcome]) -> dict[str, PaperFigures]:
    """Return the figures of every group, by its id, from the outcomes of its papers.

    A paper void as a whole carries the same reason on each of its lines; where lines
    differ the first reason in ballot order is taken, so that each paper counts once.

    Raises:
        KeyError: A paper belongs to no group of the election.
    """
    decided: Counter[str] = Counter()
    reasons: dict[str, Counter[str]] = {group.id: Counter() for group in election.groups}
    for outcome in outcomes:
        decided[outcome.group] += outcome.decided
        if outcome.status == "invalid" and outcome.counted:
            reasons[outcome.group][_paper_reason(election, outcome)] += 1
    return {
        group.id: PaperFigures(decided[group.id], dict(sorted(reasons[group.id].items())))
        for group in election.groups
    }


def _paper_reason(election: Election, outcome: Outcome) -> str:
    for contest in election.group(outcome.group).contests:
        if contest.id in outcome.invalid_reasons:
            return outcome.invalid_reasons[contest.id]
    return "not-issued"

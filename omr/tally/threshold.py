"""Thresholds and quorum by whole numbers: is a share above half, at least two thirds?

Each comparison is a cross-multiplication of integers (R8: ``2 * low > n``,
``3 * low >= 2 * n``). A share of nothing does not exist, so with a denominator of zero
no threshold is ever met.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from omr.election.model import Comparison, Threshold


def compare(count: int, comparison: Comparison, fraction: Fraction, of: int) -> bool:
    """Tell whether ``count / of`` compares so with ``fraction``; False where ``of`` is 0."""
    if of == 0:
        return False
    left, right = count * fraction.denominator, fraction.numerator * of
    match comparison:
        case ">":
            return left > right
        case ">=":
            return left >= right
        case "<":
            return left < right
        case "<=":
            return left <= right


def settled_share(threshold: Threshold, count: int, of: int, pending: int, of_grows: bool) -> bool:
    """Tell whether pending ballots can no longer turn a threshold's answer.

    Of ``pending`` ballots ``a`` may turn out for the option and ``b >= a`` valid. Where the
    denominator is the valid ballots it grows by ``b``; else it stands. The share lies
    between its values at (a=0, b=pending) and (a=b=pending), and every comparison is
    monotone in the share, so those two ends and today's figures tell all.

    Args:
        threshold: The threshold.
        count: Settled ballots for its option.
        of: Its denominator today.
        pending: Ballots that are not settled.
        of_grows: Whether the denominator is the valid ballots.
    """
    most = of + pending if of_grows else of
    ends = ((count, of), (count, most), (count + pending, most))
    answers = {compare(n, threshold.comparison, threshold.fraction, d) for n, d in ends}
    return len(answers) == 1


def by_strictness(thresholds: Iterable[Threshold]) -> tuple[Threshold, ...]:
    """Return thresholds with the strictest last.

    Of two lower bounds the higher one is stricter, and ``>`` is stricter than ``>=`` at the
    same fraction; of two upper bounds it is the other way round.
    """

    def strictness(threshold: Threshold) -> tuple[Fraction, bool]:
        lower_bound = threshold.comparison in (">", ">=")
        height = threshold.fraction if lower_bound else 1 - threshold.fraction
        return height, threshold.comparison in (">", "<")

    return tuple(sorted(thresholds, key=strictness))

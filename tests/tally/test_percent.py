"""Percentages as they are printed: exact, half up."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omr.tally.count import percent


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

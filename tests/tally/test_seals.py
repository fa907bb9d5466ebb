"""When a ballot without the seal is put before people."""

from __future__ import annotations

import pytest

from omr.tally.seals import SealCount, lacks_seal
from tests.tally.test_judge import rules


@pytest.mark.parametrize(
    ("sealed", "unsealed", "habit"),
    [
        (0, 0, False),
        (0, 40, False),
        (19, 1, False),
        (20, 1, True),
        (39, 2, False),
        (40, 2, True),
        (1000, 50, True),
        (1000, 51, False),
    ],
)
def test_the_seal_is_a_habit_where_few_ballots_lack_it(
    sealed: int, unsealed: int, habit: bool
) -> None:
    assert SealCount(sealed, unsealed).is_habit is habit


@pytest.mark.parametrize("seen", [True, None])
def test_what_is_sealed_or_unclear_asks_nobody(seen: bool | None) -> None:
    assert lacks_seal(seen, rules(seal_required=True), SealCount(100, 1)) is None


def test_rules_that_require_it_come_first() -> None:
    assert lacks_seal(False, rules(seal_required=True), SealCount(0, 30)) == "required"
    assert lacks_seal(False, rules(), SealCount(100, 1)) == "all-others-sealed"
    assert lacks_seal(False, rules(), SealCount(100, 30)) is None

"""Hand counts against the record: what is owed, what contradicts, what is open."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omr.tally.model import HandCount
from omr.tally.reconcile import reconcile, reconcile_pages

GOOD = HandCount(issued=40, unused=8, spoiled=2, collected=38)


def codes(
    printed: int, hand: HandCount, scanned: int, unread: int = 0, pending: int = 0
) -> list[str]:
    return [found.code for found in reconcile("a", printed, hand, scanned, unread, pending)]


def test_figures_that_agree_leave_nothing_to_say() -> None:
    assert reconcile("a", 50, GOOD, 38) == ()
    assert reconcile("a", 50, replace(GOOD, mailed=5, late=2), 38) == ()


@pytest.mark.parametrize(
    ("hand", "names"),
    [
        (HandCount(), ["phát ra", "không dùng", "hỏng đổi lại", "thu về"]),
        (replace(GOOD, collected=None), ["thu về"]),
        (replace(GOOD, mailed=3), ["nhận sau thời hạn"]),
        (replace(GOOD, late=1), ["gửi đến cá nhân"]),
    ],
)
def test_figures_not_entered_are_owed_and_no_contradiction(
    hand: HandCount, names: list[str]
) -> None:
    (owed,) = reconcile("a", 50, hand, 38)
    assert (owed.code, owed.group) == ("not-entered", "a")
    assert owed.vi.startswith("Chưa nhập: ")
    listed = owed.vi.removeprefix("Chưa nhập: ").split(". ")[0]
    assert listed.split(", ") == [f"số phiếu {name}" for name in names]


def test_nothing_mailed_owes_no_late_count() -> None:
    assert codes(50, replace(GOOD, mailed=0), 38) == []


@pytest.mark.parametrize(
    ("printed", "hand", "scanned", "expected"),
    [
        (51, GOOD, 38, ["printed"]),
        (49, GOOD, 38, ["printed"]),
        (47, replace(GOOD, unused=None), 38, ["not-entered"]),
        (41, replace(GOOD, unused=None), 38, ["not-entered", "printed"]),
        (50, replace(GOOD, mailed=41, late=0), 38, ["mailed"]),
        (50, replace(GOOD, mailed=1, late=2), 38, ["late"]),
        (50, replace(GOOD, mailed=5, late=3), 38, ["collected-over-issued"]),
        (50, replace(GOOD, collected=40), 40, []),
        (50, replace(GOOD, collected=41), 41, ["collected-over-issued"]),
        (50, replace(GOOD, collected=None), 41, ["not-entered", "collected-over-issued"]),
        (50, GOOD, 37, ["scanned"]),
        (50, GOOD, 39, ["scanned"]),
        (0, HandCount(issued=0, unused=0, spoiled=0, collected=0), 0, []),
    ],
)
def test_each_rule_is_checked_as_far_as_the_figures_are_there(
    printed: int, hand: HandCount, scanned: int, expected: list[str]
) -> None:
    assert codes(printed, hand, scanned) == expected


def test_open_ends_are_reported() -> None:
    assert codes(50, GOOD, 38, unread=1, pending=2) == ["unread-pages", "pending"]
    (pages,) = reconcile_pages(3)
    assert (pages.code, pages.group) == ("unread-pages", "")
    assert reconcile_pages(0) == ()


def test_texts_spell_out_the_figures_and_what_to_do() -> None:
    hand = HandCount(issued=40, unused=7, spoiled=2, collected=38)
    printed, scanned = reconcile("a", 50, hand, 35)
    assert printed.vi == (
        "Số phiếu đã in là 50, nhưng phát ra 40 + không dùng 7 + hỏng đổi lại 2 = 49 (thiếu 1). "
        "Hãy đếm lại số phiếu không dùng và số phiếu hỏng đã thu lại."
    )
    assert printed.en == (
        "50 ballots were printed, but issued 40 + unused 7 + spoiled 2 = 49 (1 short). "
        "Count the unused and the spoiled ballots again."
    )
    assert "Thu về 38 phiếu nhưng mới quét được 35, còn thiếu 3." in scanned.vi
    assert "38 ballots were collected but only 35 are scanned, 3 short." in scanned.en


def test_a_figure_that_is_missing_is_called_so() -> None:
    _, printed = reconcile("a", 41, replace(GOOD, unused=None), 38)
    assert "không dùng chưa nhập" in printed.vi
    assert "unused not entered" in printed.en


FIGURE = st.integers(0, 6)


@given(st.tuples(*[FIGURE] * 8))
def test_silence_means_that_every_rule_holds(
    figures: tuple[int, int, int, int, int, int, int, int],
) -> None:
    printed, issued, unused, spoiled, mailed, late, collected, scanned = figures
    hand = HandCount(issued, unused, spoiled, mailed, late, collected)
    rules = {
        "printed": printed == issued + unused + spoiled,
        "collected-over-issued": collected + late <= issued,
        "scanned": scanned == collected,
    }
    found = codes(printed, hand, scanned)
    for code, kept in rules.items():
        assert (code in found) == (not kept)
    assert ("late" in found or "mailed" in found) == (late > mailed or mailed > issued)

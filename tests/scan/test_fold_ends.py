"""What a threshold leaves of a fold: scraps at both its ends; and the strokes upon its line."""

from __future__ import annotations

import numpy as np
import pytest

from omr.scan.ink.fold_ends import scraps_of_folds
from tests.scan.page_drawings import Picture, codes, name_of, plain, read, stroke, voted_page

_BLACK = (10, 10, 10)


def _scraps(page: Picture, y: float, left: bool, right: bool) -> Picture:
    """Break the ends of a fold into thin scraps."""
    rng = np.random.default_rng(8)
    starts = np.arange(0.0, 15.0, 2.2)
    for x in (*(starts if left else ()), *(195.0 + starts if right else ())):
        at, rise = x + rng.uniform(0, 0.5), rng.uniform(-0.1, 0.1)
        stroke(page, [(at, y + rise), (at + 1.5, y - rise)], rng.uniform(0.15, 0.4), _BLACK)
    return page


def _bilevel(page: Picture) -> Picture:
    return (
        np.where(page.min(axis=2, keepdims=True) < 160, 0, 255).repeat(3, axis=2).astype(np.uint8)
    )


def test_scraps_in_both_margins_are_a_fold() -> None:
    y = name_of("c2").centre.y
    assert plain(read(_bilevel(_scraps(voted_page(), y, left=True, right=True))))


@pytest.mark.parametrize("left", [True, False])
def test_scraps_in_one_margin_are_asked_about(left: bool) -> None:
    page = _scraps(voted_page(), 262.0, left=left, right=not left)
    assert ("annotation", None) in codes(read(_bilevel(page)))


def test_a_name_struck_along_the_fold_is_found() -> None:
    name = name_of("c2")
    page = _scraps(voted_page(), name.centre.y, left=True, right=True)
    stroke(page, [(name.x + 1, name.centre.y), (name.x + 25, name.centre.y)], 0.45, _BLACK)
    assert ("name-struck", "c2") in codes(read(_bilevel(page)))


def test_words_in_a_margin_at_the_height_of_a_fold_are_no_scraps() -> None:
    ink = np.zeros((297 * 8, 210 * 8), np.bool_)
    for left in (*range(24, 120, 18), *range(210 * 8 - 120, 210 * 8 - 24, 18)):
        ink[800:803, left : left + 12] = True
    fold = ink.copy()
    # A word 3 mm high hangs on the line.
    for x in range(40, 100, 10):
        ink[790:815, x : x + 4] = True
    scraps = scraps_of_folds(ink, 8)
    assert scraps_of_folds(fold, 8).sum() == fold.sum()
    assert not scraps[790:815, 40:100].any()

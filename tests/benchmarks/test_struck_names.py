"""Names that are struck out to see whether the reader finds them."""

from __future__ import annotations

import numpy as np
import struck_names
from strokes import ballot_of


def test_the_lines_of_a_name_are_found_and_its_post_is_not() -> None:
    ballot = ballot_of("tin-nhiem.vi", "b")
    for name in ballot.style.layout.pages[0].names:
        lines = struck_names._lines_of(ballot.pages[0], name.rect)
        assert lines
        for line in lines:
            assert name.rect.x < line.x < line.right < name.rect.x + struck_names._NAME_MM
            assert 2.0 < line.h < 8.0


def test_a_strike_runs_through_half_of_the_letters_at_least() -> None:
    ballot = ballot_of("tin-nhiem.vi", "b")
    rng = np.random.default_rng(2)
    area = ballot.style.layout.pages[0].names[0].rect
    line = struck_names._lines_of(ballot.pages[0], area)[0]
    for _ in range(50):
        way = struck_names._strike(line, rng)
        assert min(way[-1][0], line.right) - max(way[0][0], line.x) > 0.4 * line.w


def test_what_is_struck_with_a_pen_is_asked_about_and_what_is_not_is_left() -> None:
    found = list(struck_names.struck_names(2, np.random.default_rng(4)))
    assert {what for what, _ in found} > {"left alone"}
    assert all(asked == (what != "left alone") for what, asked in found)

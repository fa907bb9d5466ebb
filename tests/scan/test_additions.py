"""What is added to a mark, a line through it or a word that hangs on it, is for people."""

from __future__ import annotations

import numpy as np
import pytest

from tests.scan.page_drawings import (
    BLUE,
    Picture,
    box_of,
    cross,
    note,
    plain,
    read,
    state,
    stroke,
    voted_page,
)

Points = list[tuple[float, float]]


def _asks(page: Picture, why: str) -> bool:
    reading = read(page)
    return (state(reading, "c2", "high"), note(reading, "c2", "high")) == ("uncertain", why)


def _tick(page: Picture) -> None:
    box = box_of("c2", "high")
    points = [(box.x + 1.5, box.y + 4.5), (box.x + 3.5, box.y + 7.5), (box.right - 1, box.y + 1)]
    stroke(page, points, 0.5, BLUE)


@pytest.mark.parametrize("lines", [1, 2, 3])
@pytest.mark.parametrize("tick", [False, True])
@pytest.mark.parametrize(("beyond_mm", "rise_mm"), [(2.0, 0.0), (2.5, 1.5), (5.0, -2.0)])
def test_a_mark_with_a_level_line_through_it_is_for_people(
    lines: int, tick: bool, beyond_mm: float, rise_mm: float
) -> None:
    page, box = voted_page(but="c2" if tick else ""), box_of("c2", "high")
    if tick:
        _tick(page)
    for k in range(lines):
        y = box.centre.y + 0.4 + 1.3 * (k - (lines - 1) / 2)
        ends = [(box.x - beyond_mm, y + rise_mm / 2), (box.right + beyond_mm, y - rise_mm / 2)]
        stroke(page, ends, 0.5, BLUE)
    assert _asks(page, "struck out")


WORD: Points = [
    (-0.9, 6.5), (0.6, 6.3), (0.3, 8.0), (1.3, 6.2), (1.2, 8.0), (2.0, 6.3), (2.1, 8.0), (2.9, 6.4),
    (3.0, 8.0), (3.8, 6.4),
]  # fmt: skip
DIGIT: Points = [
    (0.2, 4.5),
    (1.2, 3.2),
    (2.6, 3.4),
    (2.8, 4.8),
    (1.4, 6.5),
    (-0.9, 7.8),
    (3.6, 7.4),
]
ARROW: Points = [(-3.0, 4.4), (4.0, 3.9), (8.0, 4.6), (6.0, 2.6), (8.0, 4.6), (5.6, 6.4)]


@pytest.mark.parametrize("points", [WORD, DIGIT, ARROW], ids=["word", "digit", "arrow"])
@pytest.mark.parametrize("width_mm", [0.4, 0.7])
def test_what_is_written_at_a_mark_is_for_people(points: Points, width_mm: float) -> None:
    page, box = voted_page(), box_of("c2", "high")
    # The leg of the cross that the writing begins at.
    stroke(page, [(box.centre.x, box.centre.y), (box.right - 0.4, box.bottom - 1.6)], 0.5, BLUE)
    stroke(page, [(box.right + x, box.y + y) for x, y in points], width_mm, BLUE)
    assert _asks(page, "writing at the mark")


@pytest.mark.parametrize("sway_mm", [0.0, 1.0])
@pytest.mark.parametrize("beyond_mm", [2.0, 5.0])
def test_legs_and_tails_beyond_the_box_are_only_the_marks(sway_mm: float, beyond_mm: float) -> None:
    page, box = voted_page(but="c2"), box_of("c2", "high")
    for (x0, y0), (x1, y1) in (
        ((box.x - beyond_mm / 2, box.y + 1), (box.right + beyond_mm, box.bottom - 1)),
        ((box.x + 2, box.bottom - 1), (box.right + beyond_mm, box.y - 1)),
    ):
        at = np.linspace(0.0, 1.0, 12)
        y = y0 + (y1 - y0) * at + sway_mm * np.sin(np.pi * at)
        stroke(page, list(zip(x0 + (x1 - x0) * at, y, strict=True)), 0.5, BLUE)
    assert plain(read(page))


def test_the_bow_that_links_both_legs_of_a_cross_is_only_the_marks() -> None:
    page, box = voted_page(but="c2"), box_of("c2", "high")
    turn = np.linspace(0.35 * np.pi, -0.35 * np.pi, 12)
    bow = [(box.right - 0.6 + 2.8 * np.cos(t), box.centre.y + 4.6 * np.sin(t)) for t in turn]
    stroke(page, [(box.x + 1, box.y + 1), *bow, (box.x + 1, box.bottom - 1)], 0.5, BLUE)
    assert plain(read(page))


def test_a_cross_of_three_lines_within_its_box_is_a_mark() -> None:
    page, box = voted_page(), box_of("c2", "high")
    cross(page, box, BLUE, 0.4)
    stroke(page, [(box.x + 0.8, box.centre.y), (box.right - 0.8, box.centre.y)], 0.4, BLUE)
    assert plain(read(page))

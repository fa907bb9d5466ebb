"""What a hand does at each of its marks is no writing, where print or a skip cuts it off."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import cv2
import numpy as np
import pytest

from omr.geometry import Rect
from omr.scan.ink.ink_map import InkMap
from omr.scan.ink.pieces import label_pieces
from omr.scan.marks.habits import Habits
from omr.scan.place.reference import Mask

_SCALE, _SIDE_MM, _EVERY_MM = 8, 9.0, 18.0
Course = list[tuple[float, float]]


def _box(index: int) -> Rect:
    return Rect(20.0, 10.0 + _EVERY_MM * index, _SIDE_MM, _SIDE_MM)


def _draw(page: Mask, course: Course) -> None:
    points = np.rint(np.array(course) * _SCALE).astype(np.int32)
    cv2.polylines(page.view(np.uint8), [points], False, (1,), 3)


def _looped_cross(box: Rect, gap: float, bulge_mm: float) -> list[Course]:
    """Return the two legs of a cross and the bow between them, which begins after a gap."""
    turns = np.linspace(-np.pi / 2 + gap, np.pi / 2 - gap, 30)
    bow = [
        (box.right + bulge_mm * float(np.cos(t)), box.centre.y + 4.5 * float(np.sin(t)))
        for t in turns
    ]
    legs = [[(box.x, box.bottom), (box.right, box.y)], [(box.x, box.y), (box.right, box.bottom)]]
    return [*legs, bow]


def _page(count: int, cut: int) -> tuple[Habits, Mask]:
    """Draw crosses with bows, one of them cut off; return what they are like, and that bow."""
    page = np.zeros((int((20 + _EVERY_MM * count) * _SCALE), 60 * _SCALE), np.bool_)
    loose = np.zeros_like(page)
    for index in range(count):
        gap = 0.5 if index == cut else 0.0
        *legs, bow = _looped_cross(_box(index), gap, 3.0 + 0.2 * (index % 3))
        for course in legs:
            _draw(page, course)
        _draw(loose if index == cut else page, bow)
    return _habits(page | loose, count), loose


def _habits(page: Mask, count: int) -> Habits:
    labels = label_pieces(page).labels
    boxes = [
        SimpleNamespace(found=_box(k), box=SimpleNamespace(rect=_box(k))) for k in range(count)
    ]
    strokes: dict[int, Any] = {}
    for index in range(count):
        middle = _box(index).centre
        strokes[index] = (int(labels[round(middle.y * _SCALE), round(middle.x * _SCALE)]),)
    ink = SimpleNamespace(ink=page, labels=labels, boxes=boxes)
    return Habits(strokes, cast(InkMap, ink), _SCALE)


@pytest.mark.parametrize("cut", [0, 2, 4])
def test_a_bow_that_is_cut_off_is_the_hands_where_its_other_marks_have_one(cut: int) -> None:
    habits, loose = _page(5, cut)
    assert loose.any()
    assert np.array_equal(habits.explain(loose), loose)


def test_two_other_marks_are_too_few_to_tell() -> None:
    habits, loose = _page(3, 1)
    assert not habits.explain(loose).any()


def test_a_bow_on_the_other_side_is_not_the_hands() -> None:
    habits, _ = _page(5, 2)
    astray = np.zeros_like(habits.ink.ink)
    box = _box(2)
    _draw(astray, [(box.x - 1.0, box.y), (box.x - 4.0, box.centre.y), (box.x - 1.0, box.bottom)])
    assert not habits.explain(astray).any()


def test_a_word_where_the_others_have_a_bow_is_not_the_hands() -> None:
    habits, _ = _page(5, 2)
    word = np.zeros_like(habits.ink.ink)
    x, y = _box(2).right + 1.6, _box(2).centre.y - 3.0
    _draw(word, [(x + 1.4 * (k % 2), y + 0.5 * k) for k in range(13)])
    assert not habits.explain(word).any()

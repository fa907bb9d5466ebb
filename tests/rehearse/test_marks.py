"""Every style of mark leaves ink where a voter would, and nowhere else."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from omr.geometry import Point, Rect
from omr.rehearse.handwriting import StrikeStyle, sign, strike, write_words
from omr.rehearse.marks import MarkStyle, strokes_of
from omr.rehearse.pens import (
    Canvas,
    Hand,
    Pen,
    choose_hand,
    choose_pen,
    darken,
    lay_stroke,
    smooth_path,
)

DPI = 200.0
SIDE = 9.0
BOX = Rect(20.0, 20.0, SIDE, SIDE)
NEXT = BOX.shifted(24.0, 0.0)
STYLES: tuple[MarkStyle, ...] = get_args(MarkStyle)
PLAIN = ("cross", "linked-cross", "heavy-cross", "tick", "slash", "zigzag", "solid", "circle")


def blank(channels: int = 1) -> Canvas:
    side = round(70.0 * DPI / 25.4)
    return Canvas(np.full((side, side, channels), 255, np.uint8), DPI)


def draw(style: MarkStyle, seed: int) -> Canvas:
    rng = np.random.default_rng(seed)
    canvas, hand, pen = blank(), choose_hand(rng), choose_pen(rng, "ballpoint", "blue")
    for stroke in strokes_of(style, BOX, hand, rng, NEXT):
        lay_stroke(canvas, stroke, pen, hand, rng)
    return canvas


def ink_mm2(canvas: Canvas, area: Rect) -> float:
    """Area of paper in ``area`` that lost more than a tenth of its light."""
    scale = DPI / 25.4
    rows = slice(round(area.y * scale), round(area.bottom * scale))
    columns = slice(round(area.x * scale), round(area.right * scale))
    return float(np.count_nonzero(canvas.pixels[rows, columns, 0] < 230)) / scale**2


@pytest.mark.parametrize("style", STYLES)
def test_a_style_draws_the_same_for_the_same_seed(style: MarkStyle) -> None:
    assert np.array_equal(draw(style, 3).pixels, draw(style, 3).pixels)
    assert not np.array_equal(draw(style, 3).pixels, draw(style, 4).pixels)


@pytest.mark.parametrize("style", PLAIN)
def test_plain_marks_lie_in_their_box_and_never_in_the_next(style: MarkStyle) -> None:
    for seed in range(25):
        canvas = draw(style, seed)
        inside = ink_mm2(canvas, BOX)
        everywhere = ink_mm2(canvas, Rect(0, 0, 70, 70))
        assert inside > 0.8
        assert inside > 0.4 * everywhere
        assert ink_mm2(canvas, NEXT.grown(0.5)) == 0.0


def test_a_fill_covers_most_of_the_box_and_a_cross_little() -> None:
    solid = np.median([ink_mm2(draw("solid", seed), BOX) for seed in range(12)])
    cross = np.median([ink_mm2(draw("cross", seed), BOX) for seed in range(12)])
    assert solid > 0.55 * BOX.area
    assert cross < 0.2 * BOX.area


def test_a_ring_goes_round_the_box_and_leaves_its_middle_clean() -> None:
    for seed in range(12):
        canvas = draw("ring", seed)
        assert ink_mm2(canvas, BOX.grown(-3.0)) == 0.0
        assert ink_mm2(canvas, BOX.grown(6.0)) > 3.0


def test_a_dot_is_one_to_two_millimetres_and_a_hesitation_is_less() -> None:
    def extent(style: MarkStyle, seed: int) -> float:
        rows, columns = np.nonzero(draw(style, seed).pixels[:, :, 0] < 200)
        return float(max(np.ptp(rows), np.ptp(columns)) + 1) * 25.4 / DPI

    dots = [extent("dot", seed) for seed in range(20)]
    assert min(dots) > 0.6 and max(dots) < 3.0
    spots = [extent("hesitation", seed) for seed in range(20)]
    assert np.median(spots) < np.median(dots) < 2.2


def test_a_tiny_cross_keeps_to_a_corner() -> None:
    for seed in range(12):
        canvas = draw("tiny-cross", seed)
        quarters = [
            Rect(BOX.x + dx, BOX.y + dy, SIDE / 2, SIDE / 2)
            for dx in (0.0, SIDE / 2)
            for dy in (0.0, SIDE / 2)
        ]
        shares = sorted(ink_mm2(canvas, quarter) for quarter in quarters)
        assert shares[-1] > 0.9 * sum(shares)


def test_a_reaching_cross_touches_the_next_box() -> None:
    touched = [ink_mm2(draw("reaching-cross", seed), NEXT) for seed in range(12)]
    assert min(touched) > 0.0


def test_a_reaching_cross_needs_a_box_to_reach() -> None:
    rng = np.random.default_rng(1)
    with pytest.raises(ValueError, match="neighbouring"):
        strokes_of("reaching-cross", BOX, choose_hand(rng), rng)


def test_ink_only_darkens_and_keeps_its_colour() -> None:
    rng = np.random.default_rng(2)
    canvas = blank(3)
    canvas.pixels[:] = 180
    pen = Pen("gel", "blue", 0.6, 0.95, 0.1, 0.0, 0.0)
    line = np.array([[10.0, 10.0], [30.0, 30.0]])
    lay_stroke(canvas, line, pen, Hand(1.0, 0.0, 0.0, 0.0, 0.02, 0.1), rng)
    assert canvas.pixels.max() == 180
    inked = canvas.pixels[canvas.pixels[:, :, 0] < 90].astype(float).mean(axis=0)
    assert inked[2] > 1.5 * inked[0]


def test_ink_off_the_paper_is_dropped() -> None:
    canvas = blank()
    darken(canvas, -5, -5, np.ones((8, 8)), (0.0, 0.0, 0.0))
    darken(canvas, 10_000, 0, np.ones((8, 8)), (0.0, 0.0, 0.0))
    assert np.count_nonzero(canvas.pixels == 0) == 9


def test_a_curve_goes_through_its_points_with_even_steps() -> None:
    points = np.array([[0.0, 0.0], [5.0, 2.0], [9.0, -3.0], [14.0, 0.0]])
    curve = smooth_path(points, 0.1)
    steps = np.hypot(*np.diff(curve, axis=0).T)
    assert np.allclose(curve[[0, -1]], points[[0, -1]])
    assert steps.max() < 0.11
    for point in points:
        assert np.hypot(*(curve - point).T).min() < 0.06


@pytest.mark.parametrize("style", get_args(StrikeStyle))
def test_strikes_cross_the_words_and_underlines_do_not(style: StrikeStyle) -> None:
    words = Rect(10.0, 30.0, 40.0, 5.0)
    for seed in range(6):
        rng = np.random.default_rng(seed)
        canvas, pen = blank(), choose_pen(rng, "gel", "black")
        hand = Hand(1.0, 0.0, 0.0, 0.0, 0.03, 0.4)
        for stroke in strike(words, style, rng):
            lay_stroke(canvas, stroke, pen, hand, rng)
        heart = Rect(words.x + 6.0, words.y + 0.8, words.w - 14.0, words.h - 1.6)
        if style in ("circled", "underline"):
            assert ink_mm2(canvas, heart) < 1.0
            assert ink_mm2(canvas, words.grown(4.0)) > 4.0
        else:
            assert ink_mm2(canvas, heart) > 4.0


def test_words_run_along_their_baseline_with_marks_above() -> None:
    rng = np.random.default_rng(5)
    hand = Hand(1.0, 0.0, 0.0, 0.0, 0.03, 0.4)
    toned = write_words("đồng ý", Point(10.0, 30.0), 2.0, hand, rng)
    every = np.vstack(toned)
    assert every[:, 0].min() > 9.0 and every[:, 0].max() < 30.0
    assert 24.0 < every[:, 1].min() < 27.0
    assert 30.5 < every[:, 1].max() < 34.0


def test_a_signature_spans_its_area() -> None:
    area = Rect(10.0, 20.0, 40.0, 14.0)
    for seed in range(12):
        rng = np.random.default_rng(seed)
        every = np.vstack(sign(area, choose_hand(rng), rng))
        assert every.min(axis=0) == pytest.approx([area.x, area.y])
        assert every[:, 0].max() <= area.right + 1e-6
        assert every[:, 1].max() <= area.bottom + 1e-6
        spans = np.ptp(every, axis=0) / [area.w, area.h]
        assert spans.max() == pytest.approx(1.0)

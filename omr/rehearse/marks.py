"""The shapes that voters draw in, on and around a box, as strokes in millimetres.

Each style of domain note P4 is one function from a box and a hand to strokes; ``pens``
turns the strokes into ink. Shapes are drawn around the middle of the box in units of its
side, so that the same hand works on any size of box.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from omr.geometry import FloatArray, Rect
from omr.rehearse.pens import Hand

MarkStyle = Literal[
    "cross",  # an X, legs of different lengths, often leaving the box
    "linked-cross",  # an X drawn without lifting the pen
    "heavy-cross",  # each leg traced again
    "tick",
    "slash",
    "zigzag",  # a scribble that fills most of the box
    "solid",  # filled all over
    "dot",  # 1 to 2 mm
    "circle",  # a ring inside the box
    "ring",  # a ring around the box
    "ringed-cross",  # a cross taken back by a ring around it
    "scribbled",  # a cross taken back by scribbling over it
    "hesitation",  # the pen touched the paper, no more
    "tiny-cross",  # a small cross in a corner of the box
    "reaching-cross",  # an X with one leg into the next box
]

Strokes = list[FloatArray]

# Longest plain leg, from the middle of the mark, in sides of the box.
_LONGEST_LEG = 1.15
_Shape = Callable[[Rect, Hand, np.random.Generator], Strokes]


def strokes_of(
    style: MarkStyle, box: Rect, hand: Hand, rng: np.random.Generator, towards: Rect | None = None
) -> Strokes:
    """Return the strokes of one mark.

    Args:
        style: What is drawn.
        box: Inside edge of the printed box, where it really is on the paper.
        hand: The voter's habits.
        rng: Source of all chance.
        towards: The neighbouring box that a ``reaching-cross`` touches.

    Returns:
        Polylines in page millimetres, each of shape (n, 2).

    Raises:
        ValueError: A reaching cross without a box to reach.
    """
    if style == "reaching-cross":
        if towards is None:
            raise ValueError("a reaching cross needs a neighbouring box")
        return _reaching_cross(box, towards, hand, rng)
    return _SHAPES[style](box, hand, rng)


def _spread(rng: np.random.Generator, low: float, high: float) -> float:
    """Return one value between two bounds."""
    return float(rng.uniform(low, high))


def _place(unit: FloatArray, box: Rect, hand: Hand, rng: np.random.Generator) -> FloatArray:
    """Bring a shape in units of the box's side to where this hand puts it."""
    side = min(box.w, box.h)
    angle = np.radians(hand.slant_deg * 0.4 + rng.normal(0.0, 3.0))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array([box.centre.x + hand.dx_mm, box.centre.y + hand.dy_mm])
    middle = middle + rng.normal(0.0, 0.05 * side, 2)
    return np.asarray(middle + side * (unit @ turn.T), dtype=np.float64)


def _leg(
    angle_deg: float, back: float, forth: float, hand: Hand, rng: np.random.Generator
) -> FloatArray:
    """One leg of a cross through the origin: slightly bowed, ends at ``back`` and ``forth``."""
    angle = np.radians(angle_deg)
    along = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-along[1], along[0]])
    bow = rng.normal(0.0, 0.03 + 0.05 * hand.haste)
    shift = rng.normal(0.0, 0.03 + 0.03 * hand.haste)
    return np.array(
        [
            -back * along + shift * across,
            (forth - back) / 2 * along + (shift + bow) * across,
            forth * along + shift * across,
        ]
    )


def _cross_legs(hand: Hand, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """The two legs of an X in units of the box."""
    ends = hand.size * rng.uniform(0.34, 0.62, 4)
    if rng.random() < 0.25 + 0.3 * hand.haste:  # one end flies off
        ends[int(rng.integers(4))] *= _spread(rng, 1.15, 1.7)
    # A leg that came further would be one that reaches the next box: a style of its own.
    ends = np.minimum(ends, _LONGEST_LEG)
    wide = rng.normal(0.0, 7.0)
    falling = _leg(45.0 + wide + rng.normal(0.0, 5.0), ends[0], ends[1], hand, rng)
    rising = _leg(-45.0 - wide + rng.normal(0.0, 5.0), ends[2], ends[3], hand, rng)
    if rng.random() < 0.5:  # many draw the rising leg from the top down
        rising = rising[::-1]
    return falling, rising


def _cross(box: Rect, hand: Hand, rng: np.random.Generator) -> Strokes:
    falling, rising = _cross_legs(hand, rng)
    both = _place(np.vstack([falling, rising]), box, hand, rng)
    return [both[:3], both[3:]]


def _linked_cross(box: Rect, hand: Hand, rng: np.random.Generator) -> Strokes:
    falling, rising = _cross_legs(hand, rng)
    if rising[0, 1] > 0:  # the pen swings up to the right, then crosses downwards
        rising = rising[::-1]
    swing = max(falling[-1, 0], rising[0, 0]) + rng.uniform(0.02, 0.12)
    link = np.array([[swing, (falling[-1, 1] + rising[0, 1]) / 2]])
    return [_place(np.vstack([falling, link, rising]), box, hand, rng)]


def _heavy_cross(box: Rect, hand: Hand, rng: np.random.Generator) -> Strokes:
    once = _cross(box, hand, rng)
    again = [leg + rng.normal(0.0, 0.03 * box.w, leg.shape) for leg in once]
    return [*once, *[leg[::-1] for leg in again]]


def _tick(box: Rect, hand: Hand, rng: np.random.Generator) -> Strokes:
    long = hand.size * _spread(rng, 0.5, 0.95)
    knee = np.array([_spread(rng, -0.2, 0.02), _spread(rng, 0.18, 0.36)])
    lean = np.radians(_spread(rng, 42.0, 64.0))
    tip = knee + long * np.array([np.cos(lean), -np.sin(lean)])
    start = knee + hand.size * np.array([-_spread(rng, 0.16, 0.3), -_spread(rng, 0.12, 0.34)])
    bend = (knee + tip) / 2 + np.array([0.03, 0.05]) * rng.normal(0.6, 0.6)
    near = knee + 0.06 * (start - knee) + np.array([0.01, 0.0])
    return [_place(np.array([start, near, knee, bend, tip]), box, hand, rng)]


def _slash(box: Rect, hand: Hand, rng: np.random.Generator) -> Strokes:
    back, forth = hand.size * rng.uniform(0.4, 0.75, 2)
    angle = float(rng.choice([-52.0, -50.0, 48.0])) + rng.normal(0.0, 8.0)
    return [_place(_leg(angle, back, forth, hand, rng), box, hand, rng)]


def _zigzag_over(
    reach_x: float, reach_y: float, turns: int, hand: Hand, rng: np.random.Generator
) -> FloatArray:
    """A scribble over an ellipse-like patch, as a person rubs it: slanted, uneven."""
    xs = np.linspace(-reach_x, reach_x, turns * 2 + 1)
    up = np.where(np.arange(len(xs)) % 2 == 0, -1.0, 1.0)
    ys = up * reach_y * rng.uniform(0.72, 1.0, len(xs))
    xs = xs + rng.normal(0.0, 0.25 * reach_x / turns, len(xs)) + 0.25 * reach_x * up
    return np.column_stack([xs, ys])


def _zigzag(box: Rect, hand: Hand, rng: np.random.Generator) -> Strokes:
    reach = min(0.52, 0.44 * hand.size)
    unit = _zigzag_over(reach * 0.8, reach, int(rng.integers(4, 8)), hand, rng)
    return [_place(unit, box, hand, rng)]


def _solid(box: Rect, hand: Hand, rng: np.random.Generator) -> Strokes:
    reach = _spread(rng, 0.42, 0.5)
    first = _zigzag_over(reach * 0.8, reach, int(rng.integers(11, 15)), hand, rng)
    second = _zigzag_over(reach * 0.8, reach, int(rng.integers(8, 12)), hand, rng)[:, ::-1]
    theta = np.linspace(0.0, 6.6, 22)
    corner = 1.0 / np.maximum(np.abs(np.cos(theta)), np.abs(np.sin(theta))) ** 0.8
    rim = reach * 0.96 * np.column_stack([corner * np.cos(theta), corner * np.sin(theta)])
    return [_place(part, box, hand, rng) for part in (rim, first, second)]


def _spot(diameter_mm: float, box: Rect, hand: Hand, rng: np.random.Generator) -> FloatArray:
    """A tight spiral that makes a round spot."""
    theta = np.linspace(0.0, 4.5 * np.pi, 26)
    radius = diameter_mm / 2 * np.linspace(0.1, 0.75, 26) / min(box.w, box.h)
    unit = np.column_stack([radius * np.cos(theta), radius * np.sin(theta)])
    return _place(unit + rng.normal(0.0, 0.08, 2), box, hand, rng)


def _dot(box: Rect, hand: Hand, rng: np.random.Generator) -> Strokes:
    return [_spot(_spread(rng, 1.0, 2.0), box, hand, rng)]


def _hesitation(box: Rect, hand: Hand, rng: np.random.Generator) -> Strokes:
    if rng.random() < 0.5:
        return [_spot(_spread(rng, 0.15, 0.4), box, hand, rng)]
    angle, length = rng.uniform(0.0, 2 * np.pi), _spread(rng, 0.3, 1.2) / min(box.w, box.h)
    line = np.array([[0.0, 0.0], [0.5, 0.06], [1.0, 0.0]]) * length
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return [_place(line @ turn + rng.normal(0.0, 0.12, 2), box, hand, rng)]


def _ellipse(radius_x: float, radius_y: float, hand: Hand, rng: np.random.Generator) -> FloatArray:
    """A ring drawn by hand: it starts somewhere, and ends short of or past its start."""
    start = rng.uniform(0.0, 2 * np.pi)
    sweep = 2 * np.pi + rng.normal(0.15, 0.15 + 0.25 * hand.haste)
    theta = start + float(rng.choice([-1.0, 1.0])) * np.linspace(0.0, sweep, 20)
    grow = np.linspace(1.0, 1.0 + rng.normal(0.0, 0.08), 20)
    wobble = 1.0 + rng.normal(0.0, 0.025, 20)
    radius = grow * wobble
    return np.column_stack([radius_x * radius * np.cos(theta), radius_y * radius * np.sin(theta)])


def _circle(box: Rect, hand: Hand, rng: np.random.Generator) -> Strokes:
    radius = min(0.42, 0.33 * hand.size)
    unit = _ellipse(radius * _spread(rng, 0.85, 1.15), radius, hand, rng)
    return [_place(unit, box, hand, rng)]


def _ring(box: Rect, hand: Hand, rng: np.random.Generator) -> Strokes:
    unit = _ellipse(_spread(rng, 0.76, 1.05), _spread(rng, 0.74, 0.92), hand, rng)
    return [_place(unit, box, hand, rng)]


def _ringed_cross(box: Rect, hand: Hand, rng: np.random.Generator) -> Strokes:
    return [*_cross(box, hand, rng), *_ring(box, hand, rng)]


def _scribbled(box: Rect, hand: Hand, rng: np.random.Generator) -> Strokes:
    reach = _spread(rng, 0.42, 0.68)
    over = _zigzag_over(reach, reach * 0.8, int(rng.integers(6, 12)), hand, rng)
    strokes = [*_cross(box, hand, rng), _place(over, box, hand, rng)]
    if rng.random() < 0.5:
        loops = _zigzag_over(reach * 0.8, reach, int(rng.integers(4, 8)), hand, rng)[:, ::-1]
        strokes.append(_place(loops, box, hand, rng))
    return strokes


def _tiny_cross(box: Rect, hand: Hand, rng: np.random.Generator) -> Strokes:
    side = _spread(rng, 1.5, 2.5)
    margin = side / 2 + 0.2
    x = box.x + margin if rng.random() < 0.5 else box.right - margin
    y = box.y + margin if rng.random() < 0.5 else box.bottom - margin
    small = Rect(x - side / 2, y - side / 2, side, side)
    steady = Hand(0.9, hand.slant_deg, 0.0, 0.0, hand.tremor_mm, hand.haste * 0.5)
    return _cross(small, steady, rng)


def _reaching_cross(box: Rect, towards: Rect, hand: Hand, rng: np.random.Generator) -> Strokes:
    falling, _ = _cross(box, hand, rng)
    # The leg ends 10 to 30 % inside the neighbour, near its middle.
    depth = _spread(rng, 0.1, 0.3)
    dx, dy = towards.centre.x - box.centre.x, towards.centre.y - box.centre.y
    gap = max(abs(dx), abs(dy))
    reach = (gap - towards.w / 2 + depth * towards.w) / gap
    end = np.array([box.centre.x + reach * dx, box.centre.y + reach * dy])
    end = end + rng.normal(0.0, 0.08 * towards.w, 2) * (np.array([dy, dx]) != 0)
    start = np.array([box.centre.x - 0.35 * np.sign(dx or 1.0) * box.w, box.centre.y + 0.3 * box.h])
    middle = (start + end) / 2 + np.array([0.0, rng.normal(0.0, 0.12 * box.h)])
    return [falling, np.array([start, middle, end])]


_SHAPES: dict[MarkStyle, _Shape] = {
    "cross": _cross,
    "linked-cross": _linked_cross,
    "heavy-cross": _heavy_cross,
    "tick": _tick,
    "slash": _slash,
    "zigzag": _zigzag,
    "solid": _solid,
    "dot": _dot,
    "circle": _circle,
    "ring": _ring,
    "ringed-cross": _ringed_cross,
    "scribbled": _scribbled,
    "hesitation": _hesitation,
    "tiny-cross": _tiny_cross,
}

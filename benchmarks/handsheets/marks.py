"""Marks in, on and around a box: each style as pen movements in millimetres.

A mark is planned in units of the box's side about its middle (y points down) and put where
the box really is on the paper. Which styles a person reads at a glance, and over which a
careful person would hesitate, is said here too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from handsheets.motion import Hand, Trace, press, trace, turned
from omr.geometry import FloatArray, Rect

PlainStyle = Literal[
    "cross", "uneven-cross", "wide-cross", "corner-cross", "double-cross", "linked-cross",
    "shaky-cross", "retraced-cross", "plus", "star", "tick", "long-tick", "far-tick", "vee",
    "slash", "backslash", "scribble", "solid", "dot", "inner-ring", "retraced-tick",
]  # fmt: skip
DoubtfulStyle = Literal[
    "ring", "wide-ring", "open-ring", "speck", "tiny-cross", "astray-cross", "reaching-cross",
    "bar", "touch",
]  # fmt: skip
SpoiltStyle = Literal["blotted", "ringed-cross"]
MarkStyle = PlainStyle | DoubtfulStyle | SpoiltStyle

# How often voters who mark plainly use each style: an X most of all.
PLAIN_STYLES: dict[PlainStyle, float] = {
    "cross": 30, "uneven-cross": 8, "wide-cross": 7, "corner-cross": 3, "double-cross": 3,
    "linked-cross": 6, "shaky-cross": 3, "retraced-cross": 3, "plus": 2, "star": 1, "tick": 12,
    "long-tick": 4, "far-tick": 2, "vee": 3, "slash": 3, "backslash": 2, "scribble": 2,
    "solid": 2, "dot": 2, "inner-ring": 1, "retraced-tick": 1,
}  # fmt: skip
NEAT_STYLES: dict[PlainStyle, float] = {
    "cross": 60, "uneven-cross": 8, "linked-cross": 6, "double-cross": 2, "tick": 16, "vee": 2,
    "solid": 3, "slash": 2, "plus": 1,
}  # fmt: skip
Targets = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class _Stroke:
    """One pen-down of a shape.

    Attributes:
        targets: In box sides about the middle of the box.
        bends: Sweep of each stroke between targets, in radians; empty for straight ones.
        overlap: In place of the hand's own.
        handed: Whether a left hand mirrors it.
        tremor_mm: Shake beyond the hand's own.
    """

    targets: Targets
    bends: tuple[float, ...] = ()
    overlap: float | None = None
    handed: bool = False
    tremor_mm: float = 0.0


_Shape = Callable[[np.random.Generator, float], list[_Stroke]]


def draw_mark(
    style: MarkStyle,
    box: Rect,
    hand: Hand,
    rng: np.random.Generator,
    neighbour: Rect | None = None,
) -> list[Trace]:
    """Return the pen movements of one mark.

    Args:
        style: What is drawn.
        box: Inside edge of the printed square on the paper, in millimetres.
        hand: Whose hand.
        rng: Source of all chance.
        neighbour: The box into which the leg of a ``reaching-cross`` strays.
    """
    side = min(box.w, box.h)
    drift = np.array(hand.drift_mm) + rng.normal(0.0, 0.045 * side, 2)
    middle = np.array([box.centre.x, box.centre.y]) + _freedom(style) * drift
    if style == "reaching-cross" and neighbour is not None:
        return _reaching_cross(box, neighbour, hand, rng)
    if style == "dot":
        return [_filled_dot(middle, float(rng.uniform(2.0, 3.6)), hand, rng)]
    if style == "speck":
        return [press(middle, float(rng.uniform(0.5, 0.9)), rng)]
    if style == "touch":
        spot = middle + rng.uniform(-0.3, 0.3, 2) * side
        return [press(spot, float(rng.uniform(0.15, 0.5)), rng)]
    traces = []
    for stroke in _SHAPES[style](rng, hand.size):
        flip = -1.0 if hand.left and stroke.handed else 1.0
        unit = np.asarray(stroke.targets, dtype=np.float64) * np.array([flip, 1.0])
        places = middle + side * turned(unit, hand.lean_deg)
        bends = [flip * bend for bend in stroke.bends] or None
        own = replace(hand, tremor_mm=hand.tremor_mm + stroke.tremor_mm)
        traces.append(trace(places, own, rng, bends, stroke.overlap))
    return traces


def _filled_dot(
    middle: FloatArray, across_mm: float, hand: Hand, rng: np.random.Generator
) -> Trace:
    """Circle outwards until the spot is as large as it should be."""
    angle = rng.uniform(0.0, 6.0) + np.arange(0.0, 34.0, 1.3)
    radius = across_mm / 2 * np.linspace(0.05, 0.85, len(angle))
    spiral = middle + np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    steady = replace(hand, scatter_mm=0.08, tremor_mm=min(0.1, hand.tremor_mm))
    return trace(spiral, steady, rng, [1.0] * (len(angle) - 1), 0.3)


def _freedom(style: MarkStyle) -> float:
    """How much of a hand's drift a style takes: what must sit on the box takes less."""
    if style in ("ring", "wide-ring", "open-ring", "solid", "scribble", "blotted", "ringed-cross"):
        return 0.4
    return 0.6 if style in ("dot", "speck", "inner-ring", "bar", "corner-cross") else 1.0


def _legs(reaches: FloatArray, rng: np.random.Generator, tremor_mm: float = 0.0) -> list[_Stroke]:
    """The two legs of an X; ``reaches`` are its four ends, in box sides from the middle."""
    open_ = rng.normal(0.0, 6.0)
    angles = np.radians([45.0 + open_ + rng.normal(0, 4.0), -45.0 - open_ + rng.normal(0, 4.0)])
    legs = []
    for k, angle in enumerate(angles):
        along = np.array([np.cos(angle), np.sin(angle)])
        aside = rng.normal(0.0, 0.035) * np.array([-along[1], along[0]])
        ends = [-reaches[2 * k] * along + aside, reaches[2 * k + 1] * along + aside]
        if k == 1 and rng.random() < 0.6:  # the second leg mostly comes down from the right
            ends.reverse()
        bend = float(rng.normal(0.0, 0.14))
        legs.append(_Stroke([list(e) for e in ends], (bend,), tremor_mm=tremor_mm))
    return legs if rng.random() < 0.85 else legs[::-1]


def _cross(rng: np.random.Generator, size: float) -> list[_Stroke]:
    return _legs(size * rng.uniform(0.38, 0.62, 4), rng)


def _uneven_cross(rng: np.random.Generator, size: float) -> list[_Stroke]:
    """One leg two or three times as long as the other, the crossing off the middle."""
    long, short = rng.uniform(0.55, 0.85, 2), rng.uniform(0.16, 0.34, 2)
    reaches = [*long, *short] if rng.random() < 0.5 else [*short, *long]
    return _legs(size * np.array(reaches), rng)


def _wide_cross(rng: np.random.Generator, size: float) -> list[_Stroke]:
    """Legs well out of the box, into the white around it but not into another box."""
    reaches = np.minimum(size * rng.uniform(0.75, 1.0, 4), 1.02)
    return _legs(np.asarray(reaches, dtype=np.float64), rng)


def _within(strokes: list[_Stroke], share: float, x: float, y: float) -> list[_Stroke]:
    """Shrink strokes and move them."""
    return [
        replace(s, targets=[[x + share * px, y + share * py] for px, py in s.targets])
        for s in strokes
    ]


def _corner_cross(rng: np.random.Generator, size: float) -> list[_Stroke]:
    """An X of 3 to 4.5 mm in a corner of the box."""
    x, y = rng.choice([-1.0, 1.0], 2) * rng.uniform(0.14, 0.24, 2)
    return _within(_legs(rng.uniform(0.42, 0.6, 4), rng), float(rng.uniform(0.42, 0.55)), x, y)


def _tiny_cross(rng: np.random.Generator, size: float) -> list[_Stroke]:
    x, y = rng.choice([-1.0, 1.0], 2) * rng.uniform(0.1, 0.36, 2)
    return _within(_legs(rng.uniform(0.45, 0.6, 4), rng), float(rng.uniform(0.15, 0.26)), x, y)


def _astray_cross(rng: np.random.Generator, size: float) -> list[_Stroke]:
    """An X that lies mostly beside its box."""
    x, y = float(rng.choice([-1.0, 1.0]) * rng.uniform(0.55, 0.75)), float(rng.normal(0.0, 0.12))
    return _within(_legs(rng.uniform(0.42, 0.6, 4), rng), 0.9, x, y)


def _double_cross(rng: np.random.Generator, size: float) -> list[_Stroke]:
    """Every leg drawn twice, side by side."""
    legs = _cross(rng, size)
    shift = rng.uniform(0.05, 0.11)
    again = _within(legs, 1.0, float(shift), float(rng.normal(0.0, 0.03)))
    return [*legs, *again]


def _linked_cross(rng: np.random.Generator, size: float) -> list[_Stroke]:
    """An X without lifting the pen: the two legs and a loop beside."""
    a, b, c, d = size * rng.uniform(0.38, 0.58, 4)
    targets = [[-a, -a], [b, b], [b * 1.05, -c], [-d, d]]
    return [_Stroke(targets, (0.0, float(-rng.uniform(0.6, 1.4)), 0.0), 0.3, handed=True)]


def _shaky_cross(rng: np.random.Generator, size: float) -> list[_Stroke]:
    return _legs(size * rng.uniform(0.35, 0.6, 4), rng, tremor_mm=float(rng.uniform(0.15, 0.4)))


def _retraced_cross(rng: np.random.Generator, size: float) -> list[_Stroke]:
    legs = _cross(rng, size)
    return [*legs, *_within(legs, float(rng.uniform(0.85, 1.05)), 0.0, 0.0)]


def _plus(rng: np.random.Generator, size: float) -> list[_Stroke]:
    a, b, c, d = size * rng.uniform(0.32, 0.52, 4)
    return [_Stroke([[-a, 0.0], [b, 0.02]]), _Stroke([[0.0, -c], [0.02, d]])]


def _star(rng: np.random.Generator, size: float) -> list[_Stroke]:
    return [*_cross(rng, 0.9 * size), _plus(rng, size)[0]]


def _tick_of(
    start: tuple[float, float], knee: tuple[float, float], tip: tuple[float, float],
    rng: np.random.Generator,
) -> _Stroke:  # fmt: skip
    bends = (float(rng.normal(0.25, 0.15)), float(rng.normal(0.15, 0.15)))
    return _Stroke([start, knee, tip], bends, float(rng.uniform(0.05, 0.4)), handed=True)


def _tick(rng: np.random.Generator, size: float) -> list[_Stroke]:
    knee = (float(rng.uniform(-0.16, 0.02)), float(rng.uniform(0.2, 0.38)))
    start = (knee[0] - size * float(rng.uniform(0.16, 0.34)), float(rng.uniform(-0.16, 0.08)))
    tip = (knee[0] + size * float(rng.uniform(0.4, 0.72)), -size * float(rng.uniform(0.3, 0.62)))
    return [_tick_of(start, knee, tip, rng)]


def _long_tick(rng: np.random.Generator, size: float) -> list[_Stroke]:
    """The tail runs over the rule into the row above."""
    knee = (float(rng.uniform(-0.14, 0.02)), float(rng.uniform(0.2, 0.36)))
    start = (knee[0] - float(rng.uniform(0.16, 0.3)), float(rng.uniform(-0.1, 0.1)))
    tip = (float(rng.uniform(0.35, 0.75)), -float(rng.uniform(0.85, 1.25)))
    return [_tick_of(start, knee, tip, rng)]


def _far_tick(rng: np.random.Generator, size: float) -> list[_Stroke]:
    """It begins well outside the box, on its left."""
    knee = (float(rng.uniform(-0.1, 0.1)), float(rng.uniform(0.14, 0.32)))
    start = (-float(rng.uniform(0.75, 1.0)), float(rng.uniform(-0.25, 0.1)))
    tip = (float(rng.uniform(0.4, 0.75)), -float(rng.uniform(0.35, 0.7)))
    return [_tick_of(start, knee, tip, rng)]


def _vee(rng: np.random.Generator, size: float) -> list[_Stroke]:
    high = size * rng.uniform(0.32, 0.5, 2)
    wide = size * rng.uniform(0.24, 0.4, 2)
    return [_Stroke([[-wide[0], -high[0]], [0.0, 0.36], [wide[1], -high[1]]], (), 0.1)]


def _slash(rng: np.random.Generator, size: float) -> list[_Stroke]:
    a, b = size * rng.uniform(0.42, 0.7, 2)
    steep = float(rng.uniform(0.7, 1.3))
    return [_Stroke([[-a, a * steep], [b, -b * steep]], (float(rng.normal(0, 0.15)),))]


def _backslash(rng: np.random.Generator, size: float) -> list[_Stroke]:
    a, b = size * rng.uniform(0.4, 0.65, 2)
    return [_Stroke([[-a, -a], [b, b]], (float(rng.normal(0, 0.15)),))]


def _bar(rng: np.random.Generator, size: float) -> list[_Stroke]:
    a, b = size * rng.uniform(0.2, 0.38, 2)
    return [_Stroke([[-a, 0.0], [b, float(rng.normal(0.0, 0.03))]])]


def _zigzag(reach: float, turns: int, rng: np.random.Generator) -> _Stroke:
    x = np.linspace(-reach, reach, 2 * turns)
    y = (
        np.where(np.arange(2 * turns) % 2 == 0, 1.0, -1.0)
        * reach
        * rng.uniform(0.8, 1.0, 2 * turns)
    )
    x = x + np.where(np.arange(2 * turns) % 2 == 0, -0.18, 0.18) * reach
    points = turned(np.column_stack([x, y]), float(rng.uniform(-25.0, 25.0)))
    return _Stroke(points.tolist(), (), 0.25)


def _scribble(rng: np.random.Generator, size: float) -> list[_Stroke]:
    return [_zigzag(float(rng.uniform(0.34, 0.44)), int(rng.integers(4, 8)), rng)]


def _solid(rng: np.random.Generator, size: float) -> list[_Stroke]:
    reach = float(rng.uniform(0.38, 0.46))
    return [_zigzag(reach, 13, rng), replace(_zigzag(reach, 10, rng), overlap=0.15)]


def _round(
    radius_x: float, radius_y: float, sweep: float, rng: np.random.Generator
) -> list[_Stroke]:
    """A ring in arcs: it begins anywhere and ends short of, at or past its beginning."""
    steps = max(4, int(abs(sweep) / 0.9))
    angle = rng.uniform(0.0, 2 * np.pi) + np.linspace(0.0, sweep, steps + 1)
    spiral = np.linspace(1.0, 1.0 + float(rng.normal(0.0, 0.06)), steps + 1)
    x, y = radius_x * spiral * np.cos(angle), radius_y * spiral * np.sin(angle)
    return [_Stroke(np.column_stack([x, y]).tolist(), (sweep / steps,) * steps, 0.45)]


def _inner_ring(rng: np.random.Generator, size: float) -> list[_Stroke]:
    radius = float(rng.uniform(0.26, 0.36))
    return _round(radius, radius * float(rng.uniform(0.85, 1.1)), float(rng.uniform(6.1, 7.2)), rng)


def _ring(rng: np.random.Generator, size: float) -> list[_Stroke]:
    """Tight around the printed square."""
    return _round(
        float(rng.uniform(0.68, 0.82)), float(rng.uniform(0.66, 0.8)),
        float(rng.uniform(6.2, 7.4)), rng,
    )  # fmt: skip


def _wide_ring(rng: np.random.Generator, size: float) -> list[_Stroke]:
    return _round(
        float(rng.uniform(0.85, 1.1)), float(rng.uniform(0.78, 0.92)),
        float(rng.uniform(6.2, 7.0)), rng,
    )  # fmt: skip


def _open_ring(rng: np.random.Generator, size: float) -> list[_Stroke]:
    radius = float(rng.uniform(0.68, 0.9))
    return _round(radius, 0.94 * radius, float(rng.uniform(4.6, 5.6)), rng)


def _retraced_tick(rng: np.random.Generator, size: float) -> list[_Stroke]:
    once = _tick(rng, size)
    return [*once, *_within(once, 1.0, float(rng.normal(0, 0.02)), float(rng.normal(0, 0.02)))]


def _blotted(rng: np.random.Generator, size: float) -> list[_Stroke]:
    """An X taken back by scribbling over it."""
    over = [_zigzag(float(rng.uniform(0.45, 0.62)), int(rng.integers(5, 11)), rng)]
    if rng.random() < 0.5:
        over.append(_zigzag(float(rng.uniform(0.4, 0.55)), int(rng.integers(4, 8)), rng))
    return [*_cross(rng, size), *over]


def _ringed_cross(rng: np.random.Generator, size: float) -> list[_Stroke]:
    """An X taken back by a ring around it."""
    ring = _ring(rng, size) if rng.random() < 0.6 else _wide_ring(rng, size)
    return [*_cross(rng, min(size, 1.0)), *ring]


def _reaching_cross(
    box: Rect, neighbour: Rect, hand: Hand, rng: np.random.Generator
) -> list[Trace]:
    """An X one leg of which ends 1.5 to 3 mm inside the neighbouring box."""
    side = min(box.w, box.h)
    middle, other = box.centre, neighbour.centre
    towards = np.array([other.x - middle.x, other.y - middle.y])
    gap = float(np.abs(towards).max())
    depth = float(rng.uniform(1.5, 3.0))
    share = (gap - side / 2 + depth) / gap
    end = np.array([middle.x, middle.y]) + share * towards + rng.normal(0.0, 0.06 * side, 2)
    back = np.array([middle.x, middle.y]) - 0.4 * side * np.sign(towards + 0.01)
    back = back + np.array([0.0, 0.3 * side])
    falling = draw_mark("backslash", box, hand, rng)
    return [*falling, trace(np.array([back, end]), hand, rng, [float(rng.normal(0.0, 0.2))])]


_SHAPES: dict[MarkStyle, _Shape] = {
    "cross": _cross,
    "uneven-cross": _uneven_cross,
    "wide-cross": _wide_cross,
    "corner-cross": _corner_cross,
    "double-cross": _double_cross,
    "linked-cross": _linked_cross,
    "shaky-cross": _shaky_cross,
    "retraced-cross": _retraced_cross,
    "plus": _plus,
    "star": _star,
    "tick": _tick,
    "long-tick": _long_tick,
    "far-tick": _far_tick,
    "vee": _vee,
    "slash": _slash,
    "backslash": _backslash,
    "scribble": _scribble,
    "solid": _solid,
    "inner-ring": _inner_ring,
    "retraced-tick": _retraced_tick,
    "ring": _ring,
    "wide-ring": _wide_ring,
    "open-ring": _open_ring,
    "tiny-cross": _tiny_cross,
    "astray-cross": _astray_cross,
    "bar": _bar,
    "blotted": _blotted,
    "ringed-cross": _ringed_cross,
}

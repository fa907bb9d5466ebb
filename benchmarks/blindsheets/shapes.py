"""The shapes of votes as control points, in units of a box's half side from its middle.

x runs to the right and y down; the box reaches from -1 to 1. A shape is a list of strokes, each
a list of points that the hand then draws in its own way.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Shape = list[list[tuple[float, float]]]
_Maker = Callable[[np.random.Generator], Shape]


def _cross(rng: np.random.Generator) -> Shape:
    """An X: two strokes, in either order and direction, of unlike lengths."""
    a, b = rng.uniform(0.75, 1.15, 2)
    tall = float(rng.uniform(0.75, 1.2))
    down = [(-a, -a * tall), (0.02, 0.0), (a, a * tall)]
    up = [(b, -b * tall), (0.0, 0.03), (-b, b * tall)]
    if rng.random() < 0.3:
        up.reverse()
    return [down, up] if rng.random() < 0.7 else [up, down]


def _cross_curved(rng: np.random.Generator) -> Shape:
    """An X with legs bent like )(."""
    bow = float(rng.uniform(0.15, 0.45))
    side = 1.0 if rng.random() < 0.6 else -1.0
    first = [(-0.9, -0.95), (-0.3 + side * bow, -0.25), (0.3 + side * bow / 2, 0.35), (0.9, 0.9)]
    second = [(0.9, -0.9), (0.3 - side * bow, -0.3), (-0.3 - side * bow / 2, 0.35), (-0.85, 0.95)]
    return [first, second]


def _cross_loop(rng: np.random.Generator) -> Shape:
    """An X in one go, with a loop where the pen turns back."""
    out = float(rng.uniform(0.05, 0.35))
    path = [
        (-0.9, -0.85), (0.0, 0.0), (0.85, 0.8), (0.95 + out, 0.35), (0.9 + out, -0.4),
        (0.75, -0.85), (0.0, 0.0), (-0.85, 0.9),
    ]  # fmt: skip
    if rng.random() < 0.35:
        path = [(-x, y) for x, y in path]
    return [path]


def _cross_flat_loop(rng: np.random.Generator) -> Shape:
    """An X in one go that closes below, like a fish or an alpha."""
    wide = float(rng.uniform(0.8, 1.1))
    return [[(wide, -0.8), (0.1, 0.0), (-0.75, 0.65), (-1.0, 0.2), (-0.75, -0.35), (0.0, 0.05),
             (0.6, 0.5), (wide, 0.85)]]  # fmt: skip


def _cross_cursive(rng: np.random.Generator) -> Shape:
    """A written x: two half rounds, back to back."""
    fat = float(rng.uniform(0.0, 0.18))
    left = [(-0.85, -0.55), (-0.45, -0.8), (-0.08 + fat, -0.3), (-0.05 + fat, 0.3), (-0.45, 0.8),
            (-0.9, 0.55)]  # fmt: skip
    right = [(0.9, -0.6), (0.5, -0.8), (0.1 - fat, -0.3), (0.08 - fat, 0.3), (0.45, 0.8),
             (0.95, 0.45)]  # fmt: skip
    return [left, right]


def _cross_flourish(rng: np.random.Generator) -> Shape:
    """An X of which one leg ends in a curl."""
    down, up = _cross(rng)[:2]
    x, y = up[-1]
    curl = float(rng.uniform(0.2, 0.45))
    inward = -1.0 if x > 0 else 1.0
    up = [*up, (x + inward * curl * 0.2, y + curl * 0.7), (x + inward * curl, y + curl * 0.6)]
    return [down, up]


def _cross_ticks(rng: np.random.Generator) -> Shape:
    """An X of two ticks."""
    dip = float(rng.uniform(0.1, 0.35))
    return [
        [(-0.8, 0.55), (-0.6, 0.85), (0.0, 0.05), (0.85, -0.9)],
        [(-0.95, -0.9 + dip), (-0.75, -0.9), (0.0, 0.0), (0.8, 0.9), (1.0, 0.9 - dip)],
    ]


def _cross_twice(rng: np.random.Generator) -> Shape:
    """An X gone over a second time."""
    first = _cross(rng)
    again = []
    for line in first:
        miss = rng.normal(0.0, 0.09, 2)
        again.append([(x + float(miss[0]), y + float(miss[1])) for x, y in line])
    return [*first, *again] if rng.random() < 0.5 else [first[0], again[0], first[1], again[1]]


def _cross_long_leg(rng: np.random.Generator) -> Shape:
    """An X with one leg far out of the box, up or down."""
    down, up = _cross(rng)[:2]
    far = float(rng.uniform(1.3, 1.75))
    x, y = up[0]
    return [down, [(x * far, y * far), *up[1:]]]


def _plus(rng: np.random.Generator) -> Shape:
    a, b = rng.uniform(0.7, 1.1, 2)
    return [[(0.03, -a), (0.0, 0.0), (-0.03, a)], [(-b, 0.05), (0.0, 0.0), (b, -0.04)]]


def _star(rng: np.random.Generator) -> Shape:
    return [*_cross(rng), [(-0.95, 0.05), (0.95, -0.05)]]


def _tick(rng: np.random.Generator) -> Shape:
    low, out = float(rng.uniform(0.45, 0.85)), float(rng.uniform(0.9, 1.35))
    return [[(-0.75, 0.0), (-0.45, 0.35), (-0.2, low), (0.25, -0.15), (out, -out)]]


def _tick_sharp(rng: np.random.Generator) -> Shape:
    low = float(rng.uniform(0.55, 0.9))
    return [[(-0.7, -0.05), (-0.2, low), (-0.17, low), (0.3, -0.2), (0.95, -1.0)]]


def _tick_long(rng: np.random.Generator) -> Shape:
    far = float(rng.uniform(1.5, 2.1))
    return [[(-0.8, 0.1), (-0.45, 0.55), (-0.25, 0.7), (0.4, -0.25), (far * 0.9, -far)]]


def _tick_flat(rng: np.random.Generator) -> Shape:
    return [[(-0.85, 0.1), (-0.5, 0.35), (-0.3, 0.42), (0.3, 0.1), (1.1, -0.35)]]


def _vee(rng: np.random.Generator) -> Shape:
    a = float(rng.uniform(0.7, 0.95))
    return [[(-a, -0.8), (-0.05, 0.75), (0.0, 0.8), (0.05, 0.75), (a, -0.85)]]


def _slash(rng: np.random.Generator) -> Shape:
    a = float(rng.uniform(0.75, 1.15))
    return [[(a * 0.8, -a), (0.0, 0.05), (-a * 0.8, a)]]


def _backslash(rng: np.random.Generator) -> Shape:
    return [[(-x, y) for x, y in _slash(rng)[0]]]


def _zigzag(rng: np.random.Generator, reach: float = 0.85, turns: int = 0) -> Shape:
    """A box filled by going to and fro."""
    count = turns or int(rng.integers(7, 13))
    lean = float(rng.uniform(0.1, 0.5))
    path = []
    for at in range(count):
        y = -reach + 2 * reach * at / (count - 1)
        side = reach if at % 2 else -reach
        path.append((side * float(rng.uniform(0.82, 1.05)), y - side * lean / 2))
    return [path]


def _solid(rng: np.random.Generator) -> Shape:
    """A box filled well and truly, in two directions."""
    first = _zigzag(rng, 0.88, int(rng.integers(14, 20)))[0]
    second = [(y, x) for x, y in _zigzag(rng, 0.8, int(rng.integers(10, 16)))[0]]
    return [first, second]


def _spiral(rng: np.random.Generator) -> Shape:
    turns = float(rng.uniform(2.5, 4.5))
    t = np.linspace(0.05, 1.0, int(turns * 9))
    angle = 2 * np.pi * turns * t * (1 if rng.random() < 0.7 else -1)
    return [[(float(0.8 * r * np.cos(a)), float(0.8 * r * np.sin(a)))
             for r, a in zip(t, angle, strict=True)]]  # fmt: skip


def _blot(rng: np.random.Generator) -> Shape:
    """A heavy dot: a small spiral, gone over."""
    return [[(0.62 * x, 0.62 * y) for x, y in (*_spiral(rng)[0], *_spiral(rng)[0])]]


def _ring(
    rng: np.random.Generator, across: float, high: float, turns: float = 1.0, open_: bool = False
) -> Shape:
    start = float(rng.uniform(0, 2 * np.pi))
    sweep = 2 * np.pi * (turns + float(rng.uniform(-0.16, -0.07) if open_ else
                                       rng.uniform(0.03, 0.14)))  # fmt: skip
    angles = start + np.linspace(0, sweep, int(9 * turns) + 4) * (-1 if rng.random() < 0.8 else 1)
    drift = np.linspace(float(rng.uniform(0.94, 1.0)), float(rng.uniform(1.0, 1.08)), len(angles))
    return [[(float(across * d * np.cos(a)), float(high * d * np.sin(a)))
             for a, d in zip(angles, drift, strict=True)]]  # fmt: skip


PLAIN: dict[str, _Maker] = {
    "cross": _cross,
    "cross-curved": _cross_curved,
    "cross-one-stroke": _cross_loop,
    "cross-alpha": _cross_flat_loop,
    "cross-cursive": _cross_cursive,
    "cross-flourish": _cross_flourish,
    "cross-of-ticks": _cross_ticks,
    "cross-twice": _cross_twice,
    "cross-long-leg": _cross_long_leg,
    "plus": _plus,
    "star": _star,
    "tick": _tick,
    "tick-sharp": _tick_sharp,
    "tick-long": _tick_long,
    "tick-flat": _tick_flat,
    "vee": _vee,
    "slash": _slash,
    "backslash": _backslash,
    "fill-zigzag": _zigzag,
    "fill-solid": _solid,
    "fill-spiral": _spiral,
    "blot": _blot,
}
# What a careful person would ask about: meant as votes, most likely, but not what was asked for.
DOUBTFUL: dict[str, _Maker] = {
    "ring": lambda rng: _ring(rng, 1.45, 1.4),
    "ring-open": lambda rng: _ring(rng, 1.45, 1.45, open_=True),
    "ring-double": lambda rng: _ring(rng, 1.4, 1.35, turns=2.0),
    "ring-oval": lambda rng: _ring(rng, 1.85, 1.3),
    "ring-spiral": lambda rng: _ring(rng, 1.3, 1.3, turns=2.6),
    "ring-inside": lambda rng: _ring(rng, 0.6, 0.6),
    "dash": lambda rng: [[(-0.75, float(rng.uniform(-0.1, 0.1))), (0.0, 0.0), (0.8, -0.05)]],
    "dot": lambda rng: [[(float(rng.uniform(-0.2, 0.2)), float(rng.uniform(-0.2, 0.2)))]],
    "corner": lambda rng: [
        [(0.55 * x + 0.62, 0.55 * y - 0.62)
         for x, y in _zigzag(rng, 0.5, int(rng.integers(6, 9)))[0]]
    ],
    "tiny-cross": lambda rng: [[(0.2 * x, 0.2 * y) for x, y in line] for line in _cross(rng)],
    "outside": lambda rng: [
        [(0.75 * x + 1.35, 0.75 * y - 0.95) for x, y in line] for line in _cross(rng)
    ],
    "leg-in-next-box": _cross,
    "pale": _cross,
}  # fmt: skip


def scribble(rng: np.random.Generator) -> Shape:
    """A wrong mark blotted out: wild strokes to and fro over the whole box."""
    first = _zigzag(rng, 1.05, int(rng.integers(9, 15)))[0]
    second = [(y, x) for x, y in _zigzag(rng, 0.95, int(rng.integers(7, 12)))[0]]
    return [first, second] if rng.random() < 0.7 else [first]


def ring_round(rng: np.random.Generator) -> Shape:
    """A ring by which a voter takes a mark back."""
    return _ring(rng, float(rng.uniform(1.35, 1.7)), float(rng.uniform(1.35, 1.6)),
                 turns=float(rng.choice([1.0, 1.0, 2.0])))  # fmt: skip

"""Words, numbers, signs and signatures: sketches at the origin, to be moved to their place."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from blindsheets.found import FoundInk, of_kind, recorded, recorded_strokes
from blindsheets.hand import Hand
from blindsheets.pens import Pen
from blindsheets.sketch import Sketch, Written
from blindsheets.trace import Float, Trace, stroke

_Points = list[tuple[float, float]]

# Letters and signs as strokes in a unit square, y down, as people print them.
_CAPITALS: dict[str, list[_Points]] = {
    "A": [[(0.0, 1.0), (0.25, 0.4), (0.45, 0.0), (0.6, 0.45), (0.85, 1.0)],
          [(0.15, 0.65), (0.7, 0.62)]],
    "H": [[(0.1, 0.0), (0.1, 1.0)], [(0.75, 0.0), (0.75, 1.0)], [(0.1, 0.5), (0.75, 0.47)]],
    "K": [[(0.1, 0.0), (0.1, 1.0)], [(0.7, 0.0), (0.12, 0.55), (0.15, 0.52), (0.75, 1.0)]],
    "L": [[(0.15, 0.0), (0.1, 0.9), (0.12, 1.0), (0.65, 0.98)]],
    "N": [[(0.05, 1.0), (0.1, 0.0), (0.13, 0.05), (0.65, 0.95), (0.68, 1.0), (0.75, 0.0)]],
    "T": [[(0.0, 0.05), (0.8, 0.0)], [(0.4, 0.03), (0.38, 1.0)]],
    "V": [[(0.0, 0.0), (0.38, 0.95), (0.42, 0.95), (0.85, -0.05)]],
    "M": [[(0.0, 1.0), (0.1, 0.0), (0.4, 0.7), (0.44, 0.7), (0.75, 0.0), (0.9, 1.0)]],
    "B": [[(0.1, 1.0), (0.1, 0.0), (0.55, 0.1), (0.55, 0.4), (0.12, 0.5), (0.65, 0.65),
           (0.6, 0.95), (0.1, 1.0)]],
    "D": [[(0.1, 0.0), (0.1, 1.0)],
          [(0.05, 0.02), (0.5, 0.08), (0.75, 0.5), (0.5, 0.92), (0.05, 1.0)]],
}  # fmt: skip
_SIGNS: dict[str, list[_Points]] = {
    "question-mark": [[(0.05, 0.25), (0.2, 0.02), (0.5, 0.05), (0.55, 0.3), (0.3, 0.5),
                       (0.28, 0.72)], [(0.28, 0.97)]],
    "exclamation": [[(0.2, 0.0), (0.18, 0.7)], [(0.17, 0.97)]],
    "heart": [[(0.5, 0.95), (0.05, 0.45), (0.1, 0.08), (0.38, 0.05), (0.5, 0.3), (0.63, 0.05),
               (0.92, 0.1), (0.92, 0.45), (0.5, 0.98)]],
    "arrow": [[(0.0, 0.5), (0.5, 0.48), (1.0, 0.5)], [(0.72, 0.25), (1.0, 0.5), (0.7, 0.75)]],
    "smiley": [[(0.5, 0.0), (0.05, 0.3), (0.1, 0.8), (0.5, 1.0), (0.92, 0.75), (0.95, 0.3),
                (0.48, 0.0)], [(0.35, 0.35)], [(0.65, 0.33)],
               [(0.27, 0.62), (0.5, 0.8), (0.74, 0.6)]],
    "tick": [[(0.0, 0.6), (0.3, 0.95), (0.33, 0.95), (1.0, 0.0)]],
    "cross": [[(0.05, 0.0), (0.95, 1.0)], [(0.95, 0.05), (0.0, 1.0)]],
}  # fmt: skip


def sign(name: str, size_mm: float, pen: Pen, hand: Hand, rng: np.random.Generator) -> Sketch:
    """Draw a sign of ``_SIGNS``, its height in mm."""
    return _strokes(_SIGNS[name], size_mm, pen, hand, rng)


def capital(size_mm: float, pen: Pen, hand: Hand, rng: np.random.Generator) -> Sketch:
    """Print one capital letter."""
    letters = tuple(_CAPITALS)
    return _strokes(_CAPITALS[letters[int(rng.integers(len(letters)))]], size_mm, pen, hand, rng)


def _strokes(
    shape: list[_Points], size_mm: float, pen: Pen, hand: Hand, rng: np.random.Generator
) -> Sketch:
    traces = []
    for line in shape:
        points = np.array(line) + rng.normal(0.0, 0.35 * hand.lax + 0.01, (len(line), 2))
        points[:, 0] += hand.slant * (1.0 - points[:, 1])
        traces.append(stroke(points * size_mm, hand, rng))
    return Sketch(pen, tuple(traces))


def word(size_mm: float, pen: Pen, hand: Hand, rng: np.random.Generator) -> Sketch:
    """Write a word: found ink mostly, else an unreadable one of loops and humps.

    Args:
        size_mm: Height of a small letter.
    """
    if rng.random() < 0.72:
        return _found(of_kind("word"), 2.4 * size_mm, pen, rng)
    return Sketch(pen, (stroke(cursive(int(rng.integers(3, 8)), rng, hand) * size_mm, hand, rng),))


def number(size_mm: float, pen: Pen, hand: Hand, rng: np.random.Generator) -> Sketch:
    """Write a number of one to three digits, or a longer one of found ink."""
    if rng.random() < 0.3:
        return _found(of_kind("number"), size_mm, pen, rng)
    return digits(int(rng.integers(1, 4)), size_mm, pen, rng)


def digits(count: int, size_mm: float, pen: Pen, rng: np.random.Generator) -> Sketch:
    """Write digits beside each other, as one hand would: some drift, uneven gaps."""
    stock = of_kind("digit")
    x, rise = 0.0, float(rng.normal(0.0, 0.03))
    pieces = []
    for _ in range(count):
        ink = stock[int(rng.integers(len(stock)))]
        height = size_mm * float(rng.uniform(0.85, 1.12))
        piece = Written(ink, x, x * rise + float(rng.normal(0.0, 0.06 * size_mm)), height)
        pieces.append(piece)
        x += piece.width_mm + size_mm * float(rng.uniform(-0.02, 0.16))
    return Sketch(pen, (), tuple(pieces))


def _found(
    stock: tuple[FoundInk, ...], height_mm: float, pen: Pen, rng: np.random.Generator
) -> Sketch:
    ink = stock[int(rng.integers(len(stock)))]
    # Pieces differ in how far letters reach above and below; the fuller ones get more room.
    height = height_mm * float(rng.uniform(0.85, 1.2))
    return Sketch(pen, (), (Written(ink, 0.0, 0.0, height, float(rng.normal(0.0, 0.05))),))


_Letter = Callable[[float, float, float], _Points]
# Parts of letters from the line of writing, in heights of a small letter: x, width, wildness.
_LETTERS: tuple[_Letter, ...] = (
    lambda x, w, k: [(x + 0.35 * w, -0.95 * k), (x + 0.7 * w, 0.0)],
    lambda x, w, k: [(x + 0.2 * w, 0.02), (x + 0.55 * w, -0.9 * k), (x + 0.65 * w, 0.0)],
    lambda x, w, k: [(x + 0.55 * w, -1.9 * k), (x + 0.3 * w, -2.2 * k), (x + 0.2 * w, -0.9),
                     (x + 0.5 * w, 0.0)],
    lambda x, w, k: [(x + 0.35 * w, -0.8), (x + 0.35 * w, 1.2 * k), (x + 0.05 * w, 1.3 * k),
                     (x + 0.55 * w, -0.1)],
    lambda x, w, k: [(x + 0.6 * w, -0.85), (x + 0.15 * w, -0.9 * k), (x + 0.1 * w, -0.1),
                     (x + 0.55 * w, -0.2), (x + 0.62 * w, -0.8), (x + 0.75 * w, 0.0)],
)  # fmt: skip
_WIDTHS = (0.7, 0.65, 0.5, 0.55, 0.75)


def cursive(letters: int, rng: np.random.Generator, hand: Hand) -> Float:
    """Return control points of running script, in heights of a small letter."""
    x, points = 0.0, [(0.0, 0.0)]
    for _ in range(letters):
        at = int(rng.choice(len(_LETTERS), p=[0.34, 0.26, 0.14, 0.1, 0.16]))
        wide = float(rng.uniform(0.75, 1.3))
        points += _LETTERS[at](x, wide, float(rng.uniform(0.7, 1.15)))
        x += _WIDTHS[at] * wide
    path = np.array(points) + rng.normal(0.0, 0.05 + 0.3 * hand.lax, (len(points), 2))
    path[:, 0] -= (hand.slant + 0.1) * path[:, 1]
    return np.asarray(path)


def signature(width_mm: float, pen: Pen, hand: Hand, rng: np.random.Generator) -> Sketch:
    """Sign: a large beginning, script that runs out, and a flourish; each time in its own way."""
    size = width_mm / float(rng.uniform(9.0, 13.0))
    traces: list[Trace] = []
    tall = float(rng.uniform(2.2, 4.0)) * size
    if rng.random() < 0.25:
        at = int(rng.integers(len(recorded_strokes())))
        traces.append(
            recorded(at, width_mm * 0.45, (0.0, 0.0), float(rng.normal(0.0, 0.4)), hand.pressure)
        )
    start = [
        (0.6, -0.2), (0.1, -0.9), (0.7, -1.0), (0.5, 0.1), (0.0, 0.4), (-0.2, 0.0), (0.9, -0.5),
    ]  # fmt: skip
    first = np.array(start) + rng.normal(0.0, 0.16, (len(start), 2))
    script = cursive(int(rng.integers(4, 10)), rng, hand)
    # The middle of a signature is flattened by speed, more and more to its end.
    fade = np.linspace(1.0, float(rng.uniform(0.25, 0.8)), len(script))
    script[:, 1] *= fade * float(rng.uniform(0.7, 1.3))
    script[:, 0] *= float(rng.uniform(1.0, 1.6))
    run = np.vstack([first * tall, script * size + np.array([0.9 * tall, 0.0])])
    traces.append(stroke(run, hand, rng))
    end = float(run[:, 0].max())
    below = float(rng.uniform(0.3, 1.0)) * size
    if rng.random() < 0.65:
        back = [
            (end, 0.0),
            (end * 0.3, below),
            (-0.1 * end, below * 1.4),
            (end * 0.5, below * 1.1),
            (end * float(rng.uniform(0.9, 1.25)), below * float(rng.uniform(-0.6, 1.0))),
        ]
        traces.append(stroke(np.array(back[int(rng.integers(0, 2)) :]), hand, rng))
    if rng.random() < 0.35:
        top = np.array([(end * 0.35, -tall), (end * 0.75, -tall * 1.1)])
        traces.append(stroke(top + rng.normal(0, 0.1 * size, (2, 2)), hand, rng))
    tilt = float(rng.normal(-0.12, 0.12))
    return Sketch(pen, tuple(traces)).turned(-tilt)


def dash(length_mm: float, pen: Pen, hand: Hand, rng: np.random.Generator) -> Sketch:
    """Draw one single stroke, straight, bent or hooked, in any direction."""
    half = length_mm / 2
    bow = float(rng.normal(0.0, 0.12)) * length_mm
    path = [(-half, 0.0), (0.0, bow), (half, 0.0)]
    if rng.random() < 0.2:
        path = [(-half, 0.0), (0.2 * half, bow), (0.9 * half, -0.1 * half),
                (0.8 * half, 0.4 * half)]  # fmt: skip
    angle = float(rng.uniform(0.0, 2 * np.pi))
    return Sketch(pen, (stroke(path, hand, rng),)).turned(angle)


def doodle(size_mm: float, pen: Pen, hand: Hand, rng: np.random.Generator) -> Sketch:
    """Draw a recorded movement of a real hand."""
    at = int(rng.integers(len(recorded_strokes())))
    angle = float(rng.uniform(0.0, 2 * np.pi))
    return Sketch(pen, (recorded(at, size_mm, (0.0, 0.0), angle, hand.pressure),))

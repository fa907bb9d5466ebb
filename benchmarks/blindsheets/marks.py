"""Votes in boxes: a shape, a hand, a box; strokes in millimetres come out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from blindsheets.hand import Hand
from blindsheets.shapes import DOUBTFUL, PLAIN, Shape
from blindsheets.trace import Trace, stroke
from omr.geometry import Rect

# How usual each plain shape is, of a thousand voters: an X most of all.
_USUAL: dict[str, float] = {
    "cross": 430, "cross-curved": 90, "cross-one-stroke": 60, "cross-alpha": 15,
    "cross-cursive": 35, "cross-flourish": 25, "cross-of-ticks": 15, "cross-twice": 25,
    "cross-long-leg": 30, "plus": 15, "star": 5, "tick": 75, "tick-sharp": 40, "tick-long": 20,
    "tick-flat": 10, "vee": 15, "slash": 20, "backslash": 10, "fill-zigzag": 15,
    "fill-solid": 15, "fill-spiral": 5, "blot": 5,
}  # fmt: skip
_NEAT = ("cross", "cross-curved", "cross-twice", "tick", "tick-sharp", "cross-one-stroke")
# A plain vote has at least this share of its stroke in its box, and its middle well within.
_INSIDE = {"tick-long": 0.36, "cross-long-leg": 0.5, "tick": 0.5, "cross-flourish": 0.55}
_USUAL_INSIDE = 0.58
# Least width or height of a plain vote, as a share of its box: 3 mm of 9. A solid blot shows at
# less, a single thin line needs more.
_LEAST = {"blot": 0.28, "slash": 0.45, "backslash": 0.45, "tick-flat": 0.4}
_USUAL_LEAST = 0.33
# Room kept from every other box, in mm.
_APART_MM = 0.6
_TRIES = 12


def choose_style(rng: np.random.Generator, neat: bool) -> str:
    """Choose the shape that a voter uses."""
    names = _NEAT if neat else tuple(_USUAL)
    shares = np.array([_USUAL[name] for name in names])
    return str(rng.choice(np.array(names), p=shares / shares.sum()))


def related(style: str, rng: np.random.Generator) -> str:
    """Return the shape of a single vote by someone who mostly uses ``style``."""
    if style.startswith("cross") and rng.random() < 0.12:
        return "cross" if style != "cross" else "cross-curved"
    return style


def plain_mark(
    style: str, box: Rect, others: Sequence[Rect], hand: Hand, rng: np.random.Generator
) -> list[Trace]:
    """Draw a vote of which nobody would doubt where it belongs.

    Args:
        style: Of ``PLAIN``.
        box: In mm.
        others: Every other box of the page, which it stays clear of.
    """
    for trial in range(_TRIES):
        calm = 1.0 - trial / _TRIES
        traces = _drawn(PLAIN[style](rng), box, hand, rng, calm)
        if _plainly(traces, style, box, others):
            return traces
    return _drawn([[(-0.6, -0.6), (0.6, 0.6)], [(0.6, -0.6), (-0.6, 0.6)]], box, hand, rng, 0.0)


def doubtful_mark(
    style: str, box: Rect, neighbour: Rect | None, hand: Hand, rng: np.random.Generator
) -> list[Trace]:
    """Draw a mark that a careful person would ask about.

    Args:
        style: Of ``DOUBTFUL``.
        neighbour: The box beside it, for a leg that reaches in.
    """
    shape = DOUBTFUL[style](rng)
    if style == "leg-in-next-box" and neighbour is not None:
        half = box.w / 2
        side = 1.0 if neighbour.x > box.x else -1.0
        edge = neighbour.x if side > 0 else neighbour.right
        reach = (edge - box.centre.x) / half + side * float(rng.uniform(0.25, 0.6))
        line = shape[-1]
        lower = [(side * abs(line[0][0]) * -1.0, 0.75), (0.0, 0.1), (reach, -0.55)]
        shape = [*shape[:-1], lower]
    calm = 0.3 if style in ("dot", "outside", "tiny-cross", "leg-in-next-box") else 0.6
    return _drawn(shape, box, hand, rng, calm, sized=style not in ("pale", "tiny-cross"))


def over_box(
    shape: Shape, box: Rect, hand: Hand, rng: np.random.Generator
) -> list[Trace]:  # fmt: skip
    """Draw a shape over a whole box, whatever the size of the hand's marks."""
    return _drawn(shape, box, hand, rng, 0.4, sized=True)


def _drawn(
    shape: Shape, box: Rect, hand: Hand, rng: np.random.Generator, calm: float, sized: bool = False
) -> list[Trace]:
    """Draw a shape as a hand does.

    Args:
        calm: 0 exact to 1 as loose as the hand is.
        sized: Draw it at its own size and not at the hand's.
    """
    half = box.w / 2
    size = half * (1.0 if sized else hand.size * float(np.exp(rng.normal(0.0, 0.08 * calm))))
    turn = hand.turn_rad * calm + float(rng.normal(0.0, 0.05 * calm))
    lean = hand.slant * 0.6 * calm
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    middle = np.array([box.centre.x, box.centre.y])
    middle = middle + half * calm * (np.array(hand.off) + rng.normal(0.0, 0.09, 2))
    traces = []
    for line in shape:
        points = np.array(line, dtype=np.float64)
        points = points + rng.normal(0.0, hand.lax * calm + 0.01, points.shape)
        points[:, 0] -= lean * points[:, 1]
        traces.append(stroke(points @ spin.T * size + middle, hand, rng))
    return traces


def _plainly(traces: Sequence[Trace], style: str, box: Rect, others: Sequence[Rect]) -> bool:
    """Whether a mark is in its box beyond doubt, and in no other."""
    points = np.vstack([trace.points for trace in traces])
    within = _share_in(points, box)
    if within < _INSIDE.get(style, _USUAL_INSIDE):
        return False
    low, high = points.min(axis=0), points.max(axis=0)
    # Too small to be sure of is left to the doubtful marks.
    if max(high - low) < _LEAST.get(style, _USUAL_LEAST) * box.w:
        return False
    return all(_share_in(points, other.grown(_APART_MM)) == 0.0 for other in others)


def _share_in(points: np.ndarray[tuple[int, ...], np.dtype[np.float64]], rect: Rect) -> float:
    inside = (
        (points[:, 0] > rect.x) & (points[:, 0] < rect.right)
        & (points[:, 1] > rect.y) & (points[:, 1] < rect.bottom)
    )  # fmt: skip
    return float(inside.mean())

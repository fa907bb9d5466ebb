"""A path of the pen over the paper, with what the hand does along it.

Shapes are given as a few control points; a trace is the smooth, shaking, pressing thing that a
hand makes of them. Lengths are in millimetres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from blindsheets.hand import Hand

Float = NDArray[np.float64]
Controls = Sequence[tuple[float, float]] | Float

# Distance between points of a trace: finer than any pen is wide.
STEP_MM = 0.09


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """One stroke from pen down to pen up.

    Attributes:
        points: Shape (n, 2), x and y in mm.
        pressure: Shape (n,), 0 no touch to about 1 hard.
        speed: Shape (n,), 1 is the hand's usual speed.
    """

    points: Float
    pressure: Float
    speed: Float

    @property
    def length_mm(self) -> float:
        """Length of the path."""
        return float(np.hypot(*np.diff(self.points, axis=0).T).sum())

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom in mm."""
        low, high = self.points.min(axis=0), self.points.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def moved(self, dx_mm: float, dy_mm: float) -> Trace:
        """Return the same stroke elsewhere."""
        return replace(self, points=self.points + np.array([dx_mm, dy_mm]))


def spline(controls: Controls, closed: bool = False) -> Float:
    """Run a smooth curve through points (Catmull-Rom), in even steps, shape (n, 2)."""
    given = np.asarray(controls, dtype=np.float64).reshape(-1, 2)
    if len(given) == 1:
        return given
    if closed:
        before, after = given[-1:], given[:2]
        run = np.vstack([before, given, after])
    else:
        run = np.vstack([2 * given[0] - given[1], given, 2 * given[-1] - given[-2]])
    gaps = np.hypot(*np.diff(run, axis=0).T)
    pieces = []
    for at in range(1, len(run) - 2):
        count = max(3, int(gaps[at] / STEP_MM * 1.3) + 1)
        t = np.linspace(0.0, 1.0, count, endpoint=False)[:, None]
        p0, p1, p2, p3 = run[at - 1 : at + 3]
        # A far neighbour would throw a loop into a short piece: its pull is bounded.
        reach = gaps[at]
        m1 = _bounded((p2 - p0) / 2, 1.2 * reach)
        m2 = _bounded((p3 - p1) / 2, 1.2 * reach)
        h = (2 * t**3 - 3 * t**2 + 1) * p1 + (t**3 - 2 * t**2 + t) * m1
        pieces.append(h + (-2 * t**3 + 3 * t**2) * p2 + (t**3 - t**2) * m2)
    dense = np.vstack([*pieces, run[-2:-1]])
    return even_steps(dense)


def even_steps(dense: Float, step_mm: float = STEP_MM) -> Float:
    """Return a path with points at even distances."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(dense, axis=0).T))])
    if along[-1] < 1e-6:
        return dense[:1]
    count = max(2, int(along[-1] / step_mm) + 1)
    where = np.linspace(0.0, along[-1], count)
    return np.column_stack([np.interp(where, along, dense[:, axis]) for axis in (0, 1)])


def _bounded(vector: Float, longest: float) -> Float:
    size = float(np.hypot(*vector))
    return vector * (longest / size) if size > longest > 0 else vector


def slow_noise(count: int, wave_mm: float, rng: np.random.Generator) -> Float:
    """Return noise along a path with features of about ``wave_mm``, deviation 1, shape (n,)."""
    knots = max(4, int(count * STEP_MM / wave_mm * 2) + 4)
    values = rng.standard_normal(knots)
    places = np.linspace(0, knots - 3, count)
    at = np.minimum(places.astype(int), knots - 3)
    part = places - at
    # Quadratic B-spline weights: no corner in the path or in its slope.
    w0, w2 = 0.5 * (1 - part) ** 2, 0.5 * part**2
    return np.asarray(
        1.35 * (w0 * values[at] + (1 - w0 - w2) * values[at + 1] + w2 * values[at + 2])
    )


def stroke(
    controls: Controls, hand: Hand, rng: np.random.Generator, *, closed: bool = False
) -> Trace:
    """Let a hand draw through control points in mm."""
    path = spline(controls, closed)
    if rng.random() < hand.hooks and len(path) > 12:
        path = _hooked(path, hand, rng)
    count = len(path)
    if count < 3:
        return _dab(path[0], hand, rng)
    tangent = np.gradient(path, axis=0)
    length = np.maximum(np.hypot(tangent[:, 0], tangent[:, 1]), 1e-9)
    unit = tangent / length[:, None]
    normal = np.column_stack([-unit[:, 1], unit[:, 0]])
    size = min(1.0, count * STEP_MM / 6.0)
    sway = hand.sway_mm * size * slow_noise(count, 5.0, rng)
    shake = hand.tremor_mm * slow_noise(count, float(rng.uniform(0.6, 1.8)), rng)
    path = path + normal * (sway + shake)[:, None]
    turn = np.abs(np.gradient(np.unwrap(np.arctan2(unit[:, 1], unit[:, 0])))) / STEP_MM
    # The two-thirds power law of hand movement: speed falls with the third root of curvature.
    speed = hand.speed / np.cbrt(1.0 + 2.5 * turn)
    at = np.arange(count) * STEP_MM
    left = at[-1] - at
    ramp = hand.ramp_mm
    speed = speed * np.clip(0.35 + np.minimum(at, left) / (2.0 * ramp), 0.35, 1.0)
    press = hand.pressure * (1.0 + hand.press_sway * slow_noise(count, 4.0, rng))
    press = press + hand.heavy_start * np.exp(-at / 0.5)
    lift = np.clip(0.25 + left / max(hand.lift_mm, 0.05), 0.25, 1.0)
    land = np.clip(0.55 + at / 0.35, 0.55, 1.0)
    # Down strokes are pulled and press; up strokes are pushed and glide.
    press = press * lift * land * (1.0 + 0.12 * unit[:, 1])
    return Trace(path, np.clip(press, 0.12, 1.4), speed)


def _dab(point: Float, hand: Hand, rng: np.random.Generator) -> Trace:
    """A touch of the pen in one place, which is never quite a point."""
    around = point + rng.normal(0.0, 0.07, (5, 2))
    return Trace(
        np.asarray(around, dtype=np.float64),
        np.full(5, min(1.3, 1.2 * hand.pressure)),
        np.full(5, 0.3),
    )


def _hooked(path: Float, hand: Hand, rng: np.random.Generator) -> Float:
    """Add the little hook with which a pen lands, or flicks away."""
    reach = float(rng.uniform(0.25, 0.9)) * (1.5 if hand.speed > 1.2 else 1.0)
    angle = float(rng.normal(0.0, 0.9)) + np.pi
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    at_start = rng.random() < 0.6
    way = path[4] - path[0] if at_start else path[-5] - path[-1]
    way = way / max(float(np.hypot(*way)), 1e-9)
    tip = (path[0] if at_start else path[-1]) - turn @ way * reach
    if at_start:
        return even_steps(np.vstack([tip, path]))
    return even_steps(np.vstack([path, tip]))

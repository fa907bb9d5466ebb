"""How a hand moves: strokes with lognormal speed, one beginning before the last has ended.

After the sigma-lognormal theory of rapid movements (Plamondon): every simple stroke has a
speed that follows a lognormal in time, the hand's path is the vector sum of strokes that
overlap. So the pen is slow at corners and ends, fast between, and cuts corners when in haste.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from omr.geometry import FloatArray

# Spacing of the points handed on; well below half of the thinnest pen.
STEP_MM = 0.04
_SAMPLES_PER_STROKE = 40


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """The path of a pen while it touches the paper.

    Attributes:
        points: Shape (n, 2), millimetres, about ``STEP_MM`` apart.
        speed: Shape (n,), millimetres a second.
    """

    points: FloatArray
    speed: FloatArray

    @property
    def length_mm(self) -> float:
        """Length of the path."""
        return float(np.hypot(*np.diff(self.points, axis=0).T).sum())


@dataclass(frozen=True, slots=True)
class Hand:
    """How one person moves a pen.

    Attributes:
        pace: Speed against the usual hand.
        overlap: How early the next stroke begins, 0 (full stop) to about 0.7 (slurred).
        tremor_mm: Amplitude of a shake of 5 to 9 a second.
        size: Size of marks against the box.
        lean_deg: Turn of everything written, clockwise.
        drift_mm: Where this hand puts marks against the middle of the box, (x, y).
        left: Whether the left hand writes: slashes and ticks lean the other way.
        scatter_mm: How far targets are missed.
    """

    pace: float = 1.0
    overlap: float = 0.35
    tremor_mm: float = 0.0
    size: float = 1.0
    lean_deg: float = 0.0
    drift_mm: tuple[float, float] = (0.0, 0.0)
    left: bool = False
    scatter_mm: float = 0.15


def trace(
    targets: FloatArray,
    hand: Hand,
    rng: np.random.Generator,
    bends: Sequence[float] | None = None,
    overlap: float | None = None,
) -> Trace:
    """Move through targets without lifting the pen.

    Args:
        targets: Shape (k + 1, 2), millimetres; the path cuts the corners between.
        hand: Whose hand.
        rng: Source of all chance.
        bends: Sweep of each of the k strokes in radians; 0 is straight.
        overlap: In place of the hand's own, for shapes that need full stops.
    """
    start = np.asarray(targets, dtype=np.float64)
    aims = start + rng.normal(0.0, hand.scatter_mm, start.shape)
    chords = np.diff(aims, axis=0)
    count = len(chords)
    sweeps = np.asarray(bends if bends is not None else np.zeros(count), dtype=np.float64)
    sweeps = sweeps + rng.normal(0.0, 0.10, count)
    lengths = np.hypot(chords[:, 0], chords[:, 1])
    spread = rng.uniform(0.22, 0.4, count)
    # Isochrony: longer strokes are faster; 5 mm take about 0.16 s in a fluent hand.
    median = (0.075 + 0.038 * np.sqrt(lengths)) / hand.pace * rng.uniform(0.85, 1.2, count)
    share = hand.overlap if overlap is None else overlap
    durations = median * np.exp(2.2 * spread)
    onset = np.concatenate([[0.0], np.cumsum((1.0 - share) * durations)[:-1]])
    end = float((onset + median * np.exp(3.0 * spread)).max())
    times = np.linspace(1e-4, end, count * _SAMPLES_PER_STROKE + 20)
    progress = _lognormal_cdf(times[None, :] - onset[:, None], median[:, None], spread[:, None])
    path = aims[0] + _arcs(chords, sweeps, progress).sum(axis=0)
    if hand.tremor_mm > 0:
        path = path + hand.tremor_mm * _shake(times, rng)
    return _even(path, times)


def _lognormal_cdf(since: FloatArray, median: FloatArray, spread: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore"):
        z = np.log(np.maximum(since, 1e-9) / median) / spread
    # Tanh form of the normal distribution: within 0.0003 of it, and plain numpy.
    value = 0.5 * (1.0 + np.tanh(0.7978845608 * (z + 0.044715 * z**3)))
    return np.asarray(value, dtype=np.float64)


def _arcs(chords: FloatArray, sweeps: FloatArray, progress: FloatArray) -> FloatArray:
    """Return how far each stroke has come, shape (k, t, 2), along a circular arc."""
    half = np.where(np.abs(sweeps) < 1e-3, 1e-3, sweeps)[:, None] / 2
    turn = -half + 2 * half * progress
    along = (np.sin(turn) + np.sin(half)) / (2 * np.sin(half))
    aside = (np.cos(half) - np.cos(turn)) / (2 * np.sin(half))
    x = chords[:, :1] * along - chords[:, 1:] * aside
    y = chords[:, 1:] * along + chords[:, :1] * aside
    return np.stack([x, y], axis=2)


def _shake(times: FloatArray, rng: np.random.Generator) -> FloatArray:
    total = np.zeros((len(times), 2))
    for _ in range(3):
        rate = rng.uniform(5.0, 9.0)
        phase = rng.uniform(0.0, 2 * np.pi, 2)
        total += np.sin(2 * np.pi * rate * times[:, None] + phase) * rng.uniform(0.3, 0.8)
    return total


def _even(path: FloatArray, times: FloatArray) -> Trace:
    """Space the points evenly along the path and keep the speed at each."""
    steps = np.hypot(*np.diff(path, axis=0).T)
    keep = np.concatenate([[True], steps > 1e-6])
    path, times = path[keep], times[keep]
    if len(path) < 2:
        return Trace(path, np.full(len(path), 1.0))
    steps = np.hypot(*np.diff(path, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    places = np.linspace(0.0, along[-1], max(2, int(along[-1] / STEP_MM) + 1))
    x, y = np.interp(places, along, path[:, 0]), np.interp(places, along, path[:, 1])
    velocity = np.concatenate([[0.0], steps / np.diff(times)])
    return Trace(np.column_stack([x, y]), np.interp(places, along, velocity))


def press(spot: FloatArray, length_mm: float, rng: np.random.Generator) -> Trace:
    """Put the pen down and barely move it: a spot."""
    way = np.cumsum(rng.normal(0.0, 1.0, (14, 2)), axis=0)
    way = (way - way.mean(axis=0)) / max(float(np.ptp(way)), 1e-6) * length_mm
    return _even(way + spot, np.linspace(0.0, 0.5, 14))


def turned(points: FloatArray, angle_deg: float) -> FloatArray:
    """Return points turned clockwise about the origin."""
    angle = np.radians(angle_deg)
    cos, sin = np.cos(angle), np.sin(angle)
    return np.asarray(points @ np.array([[cos, sin], [-sin, cos]]), dtype=np.float64)

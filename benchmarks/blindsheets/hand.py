"""Whose hand it is: the traits that stay the same over a paper."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Hand:
    """One voter's hand.

    Attributes:
        name: What kind of hand, for the record.
        speed: 1 is usual; a fast hand thins its ink and overshoots.
        pressure: 0.4 light to 1.1 heavy.
        press_sway: How much pressure wanders, as a share of itself.
        heavy_start: What the landing of the pen adds to pressure.
        sway_mm: How far a straight stroke bends.
        tremor_mm: How much the line shakes.
        ramp_mm: Way over which it gains speed.
        lift_mm: Way over which it leaves the paper.
        hooks: Share of strokes that begin or end with a hook.
        lax: How far control points miss, as a share of the shape's half size.
        slant: Sideways lean of upright strokes, per height.
        turn_rad: How all shapes are turned.
        size: Of marks, as a share of the box's half size.
        off: Sideways and downward bias from a box's middle, as a share of its half size.
        left_handed: Whether it drags over what it just wrote.
    """

    name: str
    speed: float
    pressure: float
    press_sway: float
    heavy_start: float
    sway_mm: float
    tremor_mm: float
    ramp_mm: float
    lift_mm: float
    hooks: float
    lax: float
    slant: float
    turn_rad: float
    size: float
    off: tuple[float, float]
    left_handed: bool


# Speed, pressure, sway, tremor, lift in mm, hooks, lax: the middle of each kind's range.
_KINDS: dict[str, tuple[float, float, float, float, float, float, float]] = {
    "steady": (0.9, 0.75, 0.10, 0.012, 0.5, 0.12, 0.06),
    "careful": (0.6, 0.85, 0.07, 0.025, 0.3, 0.06, 0.04),
    "fast": (1.6, 0.62, 0.22, 0.012, 1.6, 0.40, 0.14),
    "sloppy": (1.4, 0.70, 0.30, 0.030, 1.1, 0.35, 0.20),
    "old": (0.5, 0.62, 0.16, 0.110, 0.5, 0.15, 0.12),
    "light": (1.1, 0.42, 0.14, 0.020, 0.9, 0.20, 0.09),
    "heavy": (0.8, 1.10, 0.11, 0.020, 0.3, 0.15, 0.08),
}
_NEAT = ("steady", "careful", "heavy")
_ALL = tuple(_KINDS)
# One voter in nine is left-handed.
_LEFT = 0.11


def choose_hand(rng: np.random.Generator, neat: bool) -> Hand:
    """Choose a hand; neat ones stay near the middle of the box."""
    names = _NEAT if neat else _ALL
    name = names[int(rng.integers(len(names)))]
    speed, pressure, sway, tremor, lift, hooks, lax = _KINDS[name]

    def near(value: float, spread: float = 0.22) -> float:
        return float(value * np.exp(rng.normal(0.0, spread)))

    calm = 0.7 if neat else 1.0
    left_handed = bool(rng.random() < _LEFT)
    slant = float(rng.normal(-0.12 if left_handed else 0.18, 0.12))
    return Hand(
        name=name,
        speed=near(speed),
        pressure=min(1.2, near(pressure, 0.12)),
        press_sway=near(0.13),
        heavy_start=float(rng.choice([0.0, 0.1, 0.3])),
        sway_mm=near(sway) * calm,
        tremor_mm=near(tremor, 0.4) * calm,
        ramp_mm=near(1.2),
        lift_mm=near(lift, 0.4),
        hooks=min(0.8, near(hooks, 0.5)),
        lax=near(lax, 0.3) * calm,
        slant=slant,
        turn_rad=float(rng.normal(0.0, 0.07 * calm)),
        size=float(np.clip(rng.normal(0.78, 0.10 if neat else 0.22), 0.42, 1.35)),
        off=(float(rng.normal(0.0, 0.08 * calm)), float(rng.normal(0.0, 0.10 * calm))),
        left_handed=left_handed,
    )

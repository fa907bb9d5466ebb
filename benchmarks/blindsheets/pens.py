"""Pens: how wide they write, how their ink flows, and what light it lets through."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

PenKind = Literal["ballpoint", "gel", "felt", "fountain", "pencil", "highlighter"]

# What ink laid on at full density gives back of red, green and blue light, 0 to 1. From how
# such inks look on office paper under a scanner's lamp, not from any one product.
_COLOURS: dict[str, tuple[float, float, float]] = {
    "black": (0.14, 0.14, 0.16),
    "blue": (0.13, 0.19, 0.55),
    "dark blue": (0.09, 0.11, 0.34),
    "light blue": (0.28, 0.46, 0.78),
    "red": (0.78, 0.14, 0.17),
    "green": (0.12, 0.46, 0.27),
    "violet": (0.37, 0.16, 0.56),
    "graphite": (0.30, 0.30, 0.31),
    "yellow": (0.98, 0.95, 0.30),
    "pink": (0.98, 0.55, 0.72),
}
# Density is kept in bytes; this one means that the colour above is reached.
FULL = 160


@dataclass(frozen=True, slots=True)
class Pen:
    """A pen in use.

    Attributes:
        width_mm: Of a line drawn with usual pressure.
        density: Ink it gives, as a share of full.
        edge_mm: Softness of the line's edge.
        rough: How much the paper's grain eats at the edge, 0 to 1.
        grain: How much paper shows through the body of the line, 0 to 1.
        rail: How pale the middle of a line runs: the ball pushes ink aside.
        pool: How much ink gathers where it starts and stops, in line widths.
        dry: Share of strokes that begin dry.
        skips_per_mm: How often it skips.
        goops_per_mm: How often it drops a blob.
        nib: How much width depends on direction, 0 not at all.
    """

    kind: PenKind
    colour: str
    width_mm: float
    density: float
    edge_mm: float
    rough: float
    grain: float
    rail: float
    pool: float
    dry: float
    skips_per_mm: float
    goops_per_mm: float
    nib: float = 0.0

    @property
    def name(self) -> str:
        """Colour and kind."""
        return f"{self.colour} {self.kind}"

    def through(self) -> NDArray[np.uint8]:
        """Light let through at each density, shape (256, 3), BGR: the law of Beer and Lambert."""
        red, green, blue = _COLOURS[self.colour]
        share = np.arange(256, dtype=np.float64)[:, None] / FULL
        passed = np.array([[blue, green, red]]) ** share
        return np.asarray(np.rint(255.0 * passed), dtype=np.uint8)

    def paler(self, share: float) -> Pen:
        """Return the pen giving less ink."""
        return replace(self, density=self.density * share)


def _ballpoint(rng: np.random.Generator, colour: str) -> Pen:
    worn = rng.random() < 0.25
    return Pen(
        "ballpoint", colour,
        width_mm=float(rng.uniform(0.28, 0.52)),
        density=float(rng.uniform(0.72, 1.05)),
        edge_mm=0.035, rough=float(rng.uniform(0.35, 0.75)),
        grain=float(rng.uniform(0.15, 0.45)),
        rail=float(rng.choice([0.0, 0.15, 0.45], p=[0.5, 0.3, 0.2])),
        pool=0.0, dry=0.30 if worn else 0.05,
        skips_per_mm=0.05 if worn else 0.006,
        goops_per_mm=float(rng.choice([0.0, 0.012, 0.04])),
    )  # fmt: skip


def _gel(rng: np.random.Generator, colour: str) -> Pen:
    return Pen(
        "gel", colour,
        width_mm=float(rng.uniform(0.32, 0.68)),
        density=float(rng.uniform(0.95, 1.25)),
        edge_mm=0.03, rough=0.25, grain=0.06, rail=-0.12,
        pool=float(rng.uniform(0.05, 0.35)), dry=0.03, skips_per_mm=0.008, goops_per_mm=0.0,
    )  # fmt: skip


def _felt(rng: np.random.Generator, colour: str) -> Pen:
    return Pen(
        "felt", colour,
        width_mm=float(rng.uniform(0.55, 1.2)),
        density=float(rng.uniform(0.85, 1.15)),
        edge_mm=0.07, rough=0.8, grain=0.10, rail=0.0,
        pool=float(rng.uniform(0.05, 0.30)), dry=0.0, skips_per_mm=0.0, goops_per_mm=0.0,
    )  # fmt: skip


def _fountain(rng: np.random.Generator, colour: str) -> Pen:
    return Pen(
        "fountain", colour,
        width_mm=float(rng.uniform(0.40, 0.75)),
        density=float(rng.uniform(0.80, 1.10)),
        edge_mm=0.04, rough=0.45, grain=0.05, rail=-0.20,
        pool=float(rng.uniform(0.1, 0.4)), dry=0.08, skips_per_mm=0.004, goops_per_mm=0.0,
        nib=float(rng.uniform(0.15, 0.5)),
    )  # fmt: skip


def pencil(rng: np.random.Generator, density: tuple[float, float] = (0.55, 0.95)) -> Pen:
    """Return a pencil, sharp or blunt.

    Args:
        density: Range of how dark it writes.
    """
    return Pen(
        "pencil", "graphite",
        width_mm=float(rng.uniform(0.35, 0.85)),
        density=float(rng.uniform(*density)),
        edge_mm=0.08, rough=0.9, grain=0.8, rail=0.0, pool=0.0, dry=0.0,
        skips_per_mm=0.0, goops_per_mm=0.0,
    )  # fmt: skip


def highlighter(rng: np.random.Generator) -> Pen:
    """Return a broad pen of see-through ink."""
    return Pen(
        "highlighter", str(rng.choice(["yellow", "pink"])),
        width_mm=float(rng.uniform(2.6, 4.2)), density=0.9, edge_mm=0.08, rough=0.4, grain=0.05,
        rail=-0.15, pool=0.0, dry=0.0, skips_per_mm=0.0, goops_per_mm=0.0,
    )  # fmt: skip


def choose_pen(rng: np.random.Generator, *, bold: bool = False) -> Pen:
    """Choose what a voter has at hand.

    Args:
        bold: Leave out pencils and light blue, which a machine for black and white may lose.
    """
    kind = str(
        rng.choice(["ballpoint", "gel", "felt", "fountain", "pencil"],
                   p=[0.62, 0.21, 0.05, 0.04, 0.08])
    )  # fmt: skip
    if kind == "pencil":
        return _ballpoint(rng, "blue") if bold else pencil(rng)
    colours = ["blue", "black", "dark blue", "light blue", "red", "violet", "green"]
    shares = np.array([0.46, 0.24, 0.10, 0.06, 0.08, 0.04, 0.02])
    if bold:
        shares[3] = 0.0
    colour = str(rng.choice(colours, p=shares / shares.sum()))
    makers = {"ballpoint": _ballpoint, "gel": _gel, "felt": _felt, "fountain": _fountain}
    return makers[kind](rng, colour)


def in_red(rng: np.random.Generator) -> Pen:
    """Return a red pen."""
    return _ballpoint(rng, "red") if rng.random() < 0.6 else _gel(rng, "red")

"""Everything that can happen to a sheet between the pen and the scanner, and how often it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from blindsheets.machines import edges, folds, stains
from blindsheets.machines.raster import Pixels
from blindsheets.machines.sheet import Sheet

_Happens = Callable[[Sheet, np.random.Generator, float], None]


@dataclass(frozen=True, slots=True)
class Wear:
    """One thing that can happen.

    Attributes:
        office: Times it happens on a hundred sheets of an ordinary office.
        damaged: Its weight among the wears of a damaged sheet.
        happens: Draws it; the last argument is 1 in an ordinary office and 2 when severe.
    """

    office: float
    damaged: float
    happens: _Happens


def _folded(name: str, sheet: Sheet, rng: np.random.Generator, hard: float) -> None:
    depth = float(rng.uniform(0.5, 1.2)) * (0.3 + 0.75 * hard)
    for made in folds.fold_pattern(name, sheet, rng, depth):
        folds.fold(sheet, made, rng)


def _crumpled(sheet: Sheet, rng: np.random.Generator, hard: float) -> None:
    folds.crumple(sheet, rng, float(rng.uniform(0.25, 0.5)) * hard**1.6)


def _curled(sheet: Sheet, rng: np.random.Generator, hard: float) -> None:
    folds.curl(sheet, rng, float(rng.uniform(0.3, 0.8)) * hard)


def _damp(sheet: Sheet, rng: np.random.Generator, hard: float) -> None:
    folds.damp(sheet, rng, float(rng.uniform(0.4, 1.0)) * hard)


WEARS: dict[str, Wear] = {
    "folded in half": Wear(9, 8, partial(_folded, "half")),
    "folded in thirds": Wear(5, 8, partial(_folded, "thirds")),
    "folded in four": Wear(6, 9, partial(_folded, "four")),
    "folded for a pocket": Wear(0.5, 6, partial(_folded, "pocket")),
    "rolled flat": Wear(0.5, 4, partial(_folded, "roll")),
    "slanting fold": Wear(2, 7, partial(_folded, "slant")),
    "crumpled": Wear(1, 12, _crumpled),
    "curled": Wear(4, 6, _curled),
    "damp": Wear(1.5, 6, _damp),
    "dog-ear": Wear(3, 6, edges.dog_ear),
    "torn corner": Wear(1, 8, edges.torn_corner),
    "edge tear": Wear(1.5, 8, edges.edge_tear),
    "punch holes": Wear(2, 6, edges.punched),
    "staple": Wear(1.5, 4, edges.staple),
    "staple holes": Wear(3, 4, edges.staple_holes),
    "paperclip mark": Wear(1.5, 4, edges.paperclip),
    "tape": Wear(0.3, 4, edges.tape),
    "correction-fluid crumbs": Wear(0.8, 3, edges.crumbs),
    "soiled rim": Wear(3, 4, edges.edge_grime),
    "coffee ring": Wear(0.5, 6, stains.coffee_ring),
    "drops": Wear(0.8, 5, stains.spilled),
    "tide mark": Wear(0.2, 5, stains.tide_mark),
    "fingers": Wear(3, 6, stains.fingers),
    "dust": Wear(10, 4, stains.dust),
    "hairs": Wear(4, 5, stains.hairs),
    "ink drops": Wear(1.5, 4, stains.ink_drops),
    "set-off": Wear(3, 7, stains.set_off),
    "indented": Wear(3, 4, stains.indented),
    "yellowed": Wear(0.5, 4, stains.yellowed),
    "rubbed": Wear(2, 4, stains.rubbed),
}
# What a place does to all its ballots, because of how it collects and keeps them.
HABITS: tuple[str, ...] = (
    "folded in half",
    "folded in thirds",
    "folded in four",
    "punch holes",
    "staple holes",
    "curled",
)
_HABIT_SHARE = 0.75
# Clean paper is dusty on one sheet in twenty.
_DUSTY = 0.05
# Shares of damaged sheets with one to four severe wears.
_DAMAGES = (0.3, 0.35, 0.22, 0.13)


def choose_wears(severity: str, habits: tuple[str, ...], rng: np.random.Generator) -> list[str]:
    """Choose what happens to one sheet.

    Args:
        severity: "neat", "office" or "damaged".
        habits: What this place does to most of its ballots.

    Returns:
        Keys of ``WEARS``, each once, in the order in which they happen.
    """
    if severity == "neat":
        return ["dust"] if rng.uniform() < _DUSTY else []
    names = [name for name in habits if rng.uniform() < _HABIT_SHARE]
    if severity == "office":
        odds = rng.uniform(0, 100, len(WEARS))
        names += [name for name, at in zip(WEARS, odds, strict=True) if at < WEARS[name].office]
    else:
        weights = np.array([made.damaged for made in WEARS.values()])
        count = int(rng.choice(len(_DAMAGES), p=_DAMAGES)) + 1
        picked = rng.choice(list(WEARS), count, replace=False, p=weights / weights.sum())
        names += [str(name) for name in picked]
    return list(dict.fromkeys(names))


def wear(
    page: Pixels,
    px_per_mm: float,
    severity: str,
    habits: tuple[str, ...],
    rng: np.random.Generator,
) -> Sheet:
    """Let a day happen to a sheet.

    Args:
        page: After the pen, BGR; it is left as it is.
        severity: "neat", "office" or "damaged".
        habits: What this place does to most of its ballots.
    """
    sheet = Sheet(page, px_per_mm)
    for name in choose_wears(severity, habits, rng):
        happen(sheet, name, 2.0 if severity == "damaged" else 1.0, rng)
    return sheet


def happen(sheet: Sheet, name: str, hard: float, rng: np.random.Generator) -> None:
    """Let one thing happen to a sheet.

    Args:
        name: A key of ``WEARS``.
        hard: 1 as in an ordinary office, 2 severe.

    Raises:
        KeyError: There is no such wear.
    """
    WEARS[name].happens(sheet, rng, hard)
    sheet.words.append(name)

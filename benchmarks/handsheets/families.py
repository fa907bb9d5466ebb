"""The families of papers for which figures are published.

Each says what voters, seals, printers, wear and scanners its papers meet. The share of
papers with faults is a property of a family, so that its figures are those of one kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from handsheets.marks import NEAT_STYLES, PLAIN_STYLES
from handsheets.voter import DOUBTS, LINE_FAULTS, PAPER_FAULTS, Manners
from handsheets.wear import HEAVY_WEAR, LIGHT_WEAR, WearKind

FamilyName = Literal[
    "neat", "office", "damaged", "doubtful", "faulty", "phone", "bilevel200",
    "neat-dense", "office-dense",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of papers.

    Attributes:
        about: In one line, what it is.
        rough_press, rough_scanner, rough_seal: Whether these are of any quality.
        sealed: Share of papers with a seal.
        wear: Chance of each kind of wear.
        least_wear: How many kinds of wear a paper has at least.
        faults: What a paper may have, one each (two on some); empty for none.
        bilevel: Whether the scan has two levels at 200 dpi.
        phone: Whether the paper is photographed.
        streaky: Chance of dirt on the glass of a sheet feed, which draws a line down every page.
        dense: Whether all papers are of the dense ballot style, for many positions a page.
    """

    name: FamilyName
    about: str
    manners: Manners
    rough_press: bool
    rough_scanner: bool
    rough_seal: bool
    sealed: float
    wear: Mapping[WearKind, float]
    least_wear: int = 0
    faults: tuple[str, ...] = ()
    bilevel: bool = False
    phone: bool = False
    streaky: float = 0.04
    dense: bool = False


_NEAT = Manners(NEAT_STYLES, {"ballpoint": 0.7, "gel": 0.3}, 0.03, True, 0.0)
_OFFICE = Manners(
    PLAIN_STYLES,
    {"ballpoint": 0.64, "gel": 0.2, "felt": 0.05, "fountain": 0.04, "pencil": 0.07},
    0.1,
    False,
    0.45,
)

FAMILIES: dict[FamilyName, Family] = {
    family.name: family
    for family in (
        Family(
            "neat", "clean pen marks, a good printer, a good scan; no seal, no signature",
            _NEAT, False, False, False, 0.0, {}, streaky=0.0,
        ),
        Family(
            "office", "any office printer, pen, scanner; seals and signatures; light wear",
            _OFFICE, True, True, True, 0.95, LIGHT_WEAR,
        ),
        Family(
            "damaged", "worn papers that a person reads at a glance",
            _OFFICE, True, True, True, 0.9, HEAVY_WEAR, least_wear=1, streaky=0.2,
        ),
        Family(
            "doubtful", "marks over which a careful person would hesitate, else as office",
            _OFFICE, True, True, True, 0.9, LIGHT_WEAR, faults=DOUBTS,
        ),
        Family(
            "faulty", "papers that need people, else as office",
            _OFFICE, True, True, True, 0.9, LIGHT_WEAR, faults=(*LINE_FAULTS, *PAPER_FAULTS),
        ),
        Family(
            "phone", "photographs by hand: perspective, uneven light, blur; office papers",
            _OFFICE, True, True, True, 0.8, LIGHT_WEAR, phone=True,
        ),
        Family(
            "bilevel200", "black and white at 200 dpi; office papers",
            _OFFICE, True, True, True, 0.8, LIGHT_WEAR, bilevel=True,
        ),
        Family(
            "neat-dense", "as neat, all of them long lists with six levels",
            _NEAT, False, False, False, 0.0, {}, streaky=0.0, dense=True,
        ),
        Family(
            "office-dense", "as office, all of them long lists with six levels",
            _OFFICE, True, True, True, 0.95, LIGHT_WEAR, dense=True,
        ),
    )
}  # fmt: skip


def draw_faults(family: Family, number: int, rng: np.random.Generator) -> tuple[str, ...]:
    """Return the faults of a family's paper: each in its turn, now and then one more."""
    if not family.faults:
        return ()
    first = family.faults[number % len(family.faults)]
    if rng.random() < 0.1:
        return (first, family.faults[int(rng.integers(len(family.faults)))])
    return (first,)


def draw_wear(family: Family, rng: np.random.Generator) -> tuple[WearKind, ...]:
    """Return what happens to a family's paper."""
    if not family.wear:
        return ()
    names = list(family.wear)
    chosen = [name for name in names if rng.random() < family.wear[name]]
    while len(chosen) < family.least_wear:
        shares = np.array(list(family.wear.values()))
        name = names[int(rng.choice(len(names), p=shares / shares.sum()))]
        if name not in chosen and name != "dust":
            chosen.append(name)
    return tuple(chosen)

"""What one voter does on one paper, and what a careful person must say of it.

A plan holds everything that lies on the paper after the print and before any wear, in the
order in which it was done, and the truth that follows from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from handsheets.ballots import BallotStyle, contests_of

from blindsheets.hand import Hand, choose_hand
from blindsheets.ink import Pixels
from blindsheets.marks import choose_style, plain_mark, related
from blindsheets.pens import Pen, choose_pen
from blindsheets.sketch import Sketch, joined
from blindsheets.trace import Float
from blindsheets.writing import signature
from omr.ballot.model import Box, PageLayout
from omr.geometry import Rect

Look = Literal["no", "may", "must"]

# About half of those who may sign do.
_SIGN = 0.5
# How far a large signature leaves its zone, in mm.
_SPILL_MM = 3.5


@dataclass(frozen=True, slots=True)
class Tape:
    """A strip of white correction tape over a place, in mm of the design."""

    rect: Rect
    turn_rad: float


@dataclass(frozen=True, slots=True)
class Layer:
    """Something on a page of the paper."""

    page: int
    what: Sketch | Tape


@dataclass(slots=True)
class Plan:
    """One paper, as its voter leaves it.

    Attributes:
        lines: Outcome by contest: an option's id, ``blank``, ``multiple`` or ``unclear``.
        marks: Names of the marks by contest.
        layers: In the order in which they were made.
        words: Whatever else the record should say.
    """

    style: BallotStyle
    hand: Hand
    pen: Pen
    mark: str
    look: Look = "no"
    lines: dict[str, str] = field(default_factory=dict)
    marks: dict[str, list[str]] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)
    layers: list[Layer] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def put(self, page: int, sketch: Sketch) -> None:
        """Add ink."""
        self.layers.append(Layer(page, sketch))

    def ink_on(self, page: int) -> Float:
        """Return where ink lies on a page so far, shape (n, 2), in mm of the design."""
        found = [layer.what.points() for layer in self.layers
                 if layer.page == page and isinstance(layer.what, Sketch)]  # fmt: skip
        return np.vstack([np.empty((0, 2)), *found])

    def page_of(self, contest: str) -> int:
        """Return the index of the page with an official."""
        pages = self.style.layout.pages
        return next(at for at, page in enumerate(pages) if boxes_of(page, contest))


@dataclass(frozen=True, slots=True)
class Desk:
    """What a paper is filled in on.

    Attributes:
        designs: Its pages as designed, grey.
        bold: Whether the office's machines lose what is pale.
    """

    style: BallotStyle
    designs: Sequence[Pixels]
    px_per_mm: float
    bold: bool


def boxes_of(page: PageLayout, contest: str) -> list[Box]:
    """Return an official's boxes on a page, best level first."""
    return [box for box in page.boxes if box.contest == contest]


def begin(desk: Desk, neat: bool, rng: np.random.Generator) -> Plan:
    """Seat a voter."""
    hand = choose_hand(rng, neat)
    pen = choose_pen(rng, bold=desk.bold)
    plan = Plan(desk.style, hand, pen, choose_style(rng, neat))
    wet = pen.kind in ("gel", "felt", "fountain")
    if hand.left_handed and wet and rng.random() < 0.6:
        plan.words.append("ink smeared by the hand")
    return plan


def choices(style: BallotStyle, rng: np.random.Generator) -> dict[str, str]:
    """Choose a level for every official: voters lean one way, officials differ."""
    options = np.array(style.options)
    lean = rng.dirichlet(np.full(len(options), 1.6))
    return {
        contest: str(rng.choice(options, p=0.7 * lean + 0.3 / len(options)))
        for contest in contests_of(style)
    }


def vote(plan: Plan, contest: str, option: str, rng: np.random.Generator) -> None:
    """Mark one box plainly."""
    at = plan.page_of(contest)
    page = plan.style.layout.pages[at]
    box = next(box for box in boxes_of(page, contest) if box.option == option)
    others = [other.rect for other in page.boxes if other is not box]
    style = related(plan.mark, rng)
    traces = plain_mark(style, box.rect, others, plan.hand, rng)
    sketch = joined(plan.pen, traces)
    if "ink smeared by the hand" in plan.words and rng.random() < 0.7:
        sketch = replace(sketch, smear_mm=float(rng.uniform(0.8, 2.2)))
    plan.put(at, sketch)
    plan.marks.setdefault(contest, []).append(style)


def vote_all(
    plan: Plan, wanted: dict[str, str], rng: np.random.Generator, but: Sequence[str] = ()
) -> None:
    """Mark every line plainly but some, and say so in the truth."""
    for contest, option in wanted.items():
        plan.lines[contest] = option
        plan.marks.setdefault(contest, [])
        if contest not in but:
            vote(plan, contest, option, rng)


def sign_paper(plan: Plan, rng: np.random.Generator) -> None:
    """Sign where the ballot leaves room for it, or not."""
    if rng.random() > _SIGN:
        return
    for at, page in enumerate(plan.style.layout.pages):
        for zone in page.zones:
            if zone.kind != "signature":
                continue
            room = zone.rect
            width = float(rng.uniform(0.4, 0.85)) * room.w
            loose = rng.random() < 0.2
            for shrink in (1.0, 0.85, 0.7, 0.55, 0.4):
                made = signature(width * shrink, plan.pen, plan.hand, rng)
                made = made.centred(
                    room.centre.x + float(rng.normal(0.0, 0.07 * room.w)),
                    room.centre.y + float(rng.normal(0.05, 0.10)) * room.h,
                )
                points = made.points()
                low, high = points.min(axis=0), points.max(axis=0)
                spill = max(
                    room.x - low[0], room.y - low[1], high[0] - room.right, high[1] - room.bottom
                )
                if spill < (_SPILL_MM if loose else -0.5):
                    plan.put(at, made)
                    plan.words.append("signed, over the rim" if spill > 0 else "signed")
                    return


def plain_paper(desk: Desk, neat: bool, rng: np.random.Generator) -> Plan:
    """Fill in a paper of which nobody needs to look."""
    plan = begin(desk, neat, rng)
    vote_all(plan, choices(desk.style, rng), rng)
    sign_paper(plan, rng)
    return plan

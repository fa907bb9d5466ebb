"""Pretend voters: what each one means, how each one marks, and what goes wrong.

A plan is made before anything is drawn and is the truth of the rehearsal: what a careful
person holding the paper would say of each line, and whether the board has to see it.
Nothing that reads ballots may see a plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar, get_args

import numpy as np

from omr.election.model import VoterGroup
from omr.rehearse.marks import MarkStyle
from omr.rehearse.pens import Hand, Pen, PenColour, PenKind, choose_hand, choose_pen
from omr.rehearse.seal import SealPlan, choose_seal

_Fault = TypeVar("_Fault", bound=str)

BLANK = "blank"
MULTIPLE = "multiple"
UNCLEAR = "unclear"

Kind = Literal["ordinary", "severe", "mixed"]
Look = Literal["no", "may", "must"]
LineFault = Literal[
    "blank", "overvote", "ringed-correction", "scribbled-correction", "hesitation", "reaching",
    "ring-only", "dot-only", "tiny", "faint-pencil", "name-struck", "name-circled", "remark-beside",
]  # fmt: skip
PaperFault = Literal[
    "words", "phone", "arrow", "underline", "signature-astray", "sprawling-signature",
    "torn-margin", "torn-corner", "code-hurt", "codes-lost",
]  # fmt: skip

# What a fault asks of a person, and the flag that should say so ("" = none).
# "must": the rules or plain sight call for the board. "may": a careful machine is right to ask
# and right not to ask.
LINE_FAULTS: dict[LineFault, tuple[Look, str]] = {
    "blank": ("must", "blank"),
    "overvote": ("must", "overvote"),
    "ringed-correction": ("must", "overvote"),
    "scribbled-correction": ("must", "overvote"),
    "hesitation": ("may", "uncertain"),
    "reaching": ("may", "uncertain"),
    "ring-only": ("may", "uncertain"),
    "dot-only": ("may", "uncertain"),
    "tiny": ("may", "uncertain"),
    "faint-pencil": ("may", "uncertain"),
    "name-struck": ("must", "name-struck"),
    "name-circled": ("must", "name-struck"),
    "remark-beside": ("must", "annotation"),
}
PAPER_FAULTS: dict[PaperFault, tuple[Look, str]] = {
    "words": ("must", "annotation"),
    "phone": ("must", "annotation"),
    "arrow": ("must", "annotation"),
    "underline": ("must", "annotation"),
    "signature-astray": ("must", "annotation"),
    "sprawling-signature": ("may", "annotation"),
    "torn-margin": ("may", "damaged"),
    "torn-corner": ("may", "damaged"),
    "code-hurt": ("may", "damaged"),
    "codes-lost": ("must", "no-code"),
}
# Marks that plainly are one, with how often people make them: an X most of all (domain note P4).
_PLAIN_MARKS: dict[MarkStyle, float] = {
    "cross": 0.60,
    "tick": 0.20,
    "linked-cross": 0.05,
    "heavy-cross": 0.05,
    "slash": 0.04,
    "zigzag": 0.03,
    "solid": 0.015,
    "circle": 0.015,
}
_LEVEL_SHARES = (0.62, 0.29, 0.09)


@dataclass(frozen=True, slots=True)
class MarkPlan:
    """One mark to draw: where, how, and the seed of its strokes."""

    contest: str
    option: str
    style: MarkStyle
    seed: int
    pen: Pen | None = None


@dataclass(frozen=True, slots=True)
class LinePlan:
    """One official on one paper.

    Attributes:
        outcome: What a careful person says: an option id, ``blank``, ``multiple`` or ``unclear``.
    """

    contest: str
    outcome: str
    marks: tuple[MarkPlan, ...]
    fault: LineFault | None = None


@dataclass(frozen=True, slots=True)
class PaperPlan:
    """Everything a pretend voter does to one paper.

    Attributes:
        signed: Whether there is a signature in its box.
        seal: How the paper was stamped; None where the seal was forgotten or not asked for.
        faults: What was done to the paper as a whole.
        seed: Of everything on the paper that is not a mark.
    """

    serial: str
    group: str
    pen: Pen
    hand: Hand
    lines: tuple[LinePlan, ...]
    signed: bool
    seal: SealPlan | None
    faults: tuple[PaperFault, ...]
    seed: int

    @property
    def look(self) -> Look:
        """The strongest demand among all faults of the paper."""
        looks = {LINE_FAULTS[line.fault][0] for line in self.lines if line.fault}
        looks |= {PAPER_FAULTS[fault][0] for fault in self.faults}
        return "must" if "must" in looks else "may" if "may" in looks else "no"

    @property
    def needs_person(self) -> bool:
        """Whether the paper may not be accepted unseen."""
        return self.look == "must"

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags that must be raised, without those that merely may be."""
        rules = [LINE_FAULTS[line.fault] for line in self.lines if line.fault]
        rules += [PAPER_FAULTS[fault] for fault in self.faults]
        return tuple(dict.fromkeys(code for look, code in rules if look == "must"))


@dataclass(frozen=True, slots=True)
class Habits:
    """How a roomful of voters behaves.

    Attributes:
        line_faults, paper_faults: Chance of each fault, per line and per paper.
        unlike: Share of lines where a voter departs from the usual style of mark.
        pens: Chance of each pen kind.
        signed: Share of voters who sign (R5: they may or may not).
        rough_seal: Whether seals come smeared, doubled and faint.
    """

    line_faults: Mapping[LineFault, float]
    paper_faults: Mapping[PaperFault, float]
    unlike: float
    pens: Mapping[PenKind, float]
    signed: float
    rough_seal: bool


def habits_of(kind: Kind, fault_share: float | None = None) -> Habits:
    """Return the habits of a kind of conference.

    Args:
        kind: ``ordinary`` has no faults of its own.
        fault_share: About the share of papers with some fault; None for the usual share of
            the kind (0 for ordinary, 0.2 for mixed, 0.5 for severe).
    """
    usual = {"ordinary": 0.0, "mixed": 0.2, "severe": 0.5}[kind]
    share = usual if fault_share is None else fault_share
    # Half of the faults sit on a line; a paper has about six lines.
    line_faults: tuple[LineFault, ...] = get_args(LineFault)
    paper_faults: tuple[PaperFault, ...] = get_args(PaperFault)
    if kind == "ordinary":
        pens: dict[PenKind, float] = {"ballpoint": 0.82, "gel": 0.18}
    else:
        pens = {"ballpoint": 0.6, "gel": 0.18, "felt": 0.1, "pencil": 0.12}
    return Habits(
        line_faults={fault: share * 0.6 / 6 / len(line_faults) for fault in line_faults},
        paper_faults={fault: share * 0.4 / len(paper_faults) for fault in paper_faults},
        unlike=0.04 if kind == "ordinary" else 0.12,
        pens=pens,
        signed=0.4,
        rough_seal=kind == "severe",
    )


def plan_paper(
    group: VoterGroup,
    options: Sequence[str],
    serial: str,
    habits: Habits,
    rng: np.random.Generator,
    sealed: bool = True,
) -> PaperPlan:
    """Plan what one voter does.

    Args:
        group: Who votes on whom.
        options: Ids of the levels, best first.
        serial: Of the paper, without dash.
        habits: What kind of voters these are.
        rng: Source of all chance.
        sealed: Whether the board stamps its papers.
    """
    hand, pen = choose_hand(rng), _voter_pen(habits, rng)
    style = _draw_style(rng)
    lines = []
    for contest in group.contests:
        own = _draw_style(rng) if rng.random() < habits.unlike else style
        fault = _draw(habits.line_faults, rng)
        option = options[_draw_level(len(options), rng)]
        lines.append(_plan_line(contest.id, option, options, own, fault, rng))
    spoilt = _draw(habits.paper_faults, rng)
    return PaperPlan(
        serial=serial,
        group=group.id,
        pen=pen,
        hand=hand,
        lines=tuple(lines),
        signed=bool(rng.random() < habits.signed) or spoilt == "sprawling-signature",
        seal=choose_seal(rng, habits.rough_seal) if sealed else None,
        faults=(spoilt,) if spoilt else (),
        seed=_seed(rng),
    )


def with_fault(plan: PaperPlan, fault: PaperFault) -> PaperPlan:
    """Return the plan with one more fault of the whole paper."""
    return replace(plan, faults=(*plan.faults, fault))


def with_line_fault(
    plan: PaperPlan, fault: LineFault, options: Sequence[str], rng: np.random.Generator
) -> PaperPlan:
    """Return the plan with this fault on one of its lines."""
    at = int(rng.integers(len(plan.lines)))
    option = options[_draw_level(len(options), rng)]
    line = _plan_line(plan.lines[at].contest, option, options, "cross", fault, rng)
    return replace(plan, lines=(*plan.lines[:at], line, *plan.lines[at + 1 :]))


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(2**31))


def _draw(chances: Mapping[_Fault, float], rng: np.random.Generator) -> _Fault | None:
    """Draw at most one fault by its chance."""
    at = rng.random()
    for fault, chance in chances.items():
        if at < chance:
            return fault
        at -= chance
    return None


def _draw_style(rng: np.random.Generator) -> MarkStyle:
    names = list(_PLAIN_MARKS)
    shares = np.array(list(_PLAIN_MARKS.values()))
    return names[int(rng.choice(len(names), p=shares / shares.sum()))]


def _draw_level(count: int, rng: np.random.Generator) -> int:
    """Draw a level; voters are kind, so the first levels are the commonest."""
    shares = np.array([_LEVEL_SHARES[min(i, len(_LEVEL_SHARES) - 1)] for i in range(count)])
    return int(rng.choice(count, p=shares / shares.sum()))


def _voter_pen(habits: Habits, rng: np.random.Generator) -> Pen:
    kinds = list(habits.pens)
    kind = kinds[int(rng.choice(len(kinds), p=list(habits.pens.values())))]
    if kind == "pencil":
        return choose_pen(rng, "pencil", "grey")
    colours: tuple[PenColour, ...] = ("blue", "black", "red")
    return choose_pen(rng, kind, colours[int(rng.choice(3, p=[0.68, 0.26, 0.06]))])


def _plan_line(
    contest: str,
    option: str,
    options: Sequence[str],
    style: MarkStyle,
    fault: LineFault | None,
    rng: np.random.Generator,
) -> LinePlan:
    """Plan the marks of one line, with or without a fault."""

    def mark(at: str, how: MarkStyle, pen: Pen | None = None) -> MarkPlan:
        return MarkPlan(contest, at, how, _seed(rng), pen)

    others = [other for other in options if other != option]
    rng.shuffle(others)
    plain = mark(option, style)
    if fault == "blank":
        return LinePlan(contest, BLANK, (), fault)
    if fault == "overvote":
        extra = others if rng.random() < 0.15 else others[:1]
        more = tuple(mark(other, style) for other in extra)
        return LinePlan(contest, MULTIPLE, (plain, *more), fault)
    if fault == "ringed-correction":
        return LinePlan(contest, UNCLEAR, (mark(others[0], "ringed-cross"), plain), fault)
    if fault == "scribbled-correction":
        return LinePlan(contest, UNCLEAR, (mark(others[0], "scribbled"), plain), fault)
    if fault == "hesitation":
        return LinePlan(contest, option, (mark(others[0], "hesitation"), plain), fault)
    if fault == "faint-pencil":
        thin = Pen("pencil", "grey", 0.3, float(rng.uniform(0.3, 0.5)), 0.3, 0.0, 0.9)
        return LinePlan(contest, option, (mark(option, "cross", thin),), fault)
    alone: dict[LineFault, MarkStyle] = {
        "ring-only": "ring",
        "dot-only": "dot",
        "tiny": "tiny-cross",
        "reaching": "reaching-cross",
    }
    if fault in alone:
        return LinePlan(contest, option, (mark(option, alone[fault]),), fault)
    return LinePlan(contest, option, (plain,), fault)

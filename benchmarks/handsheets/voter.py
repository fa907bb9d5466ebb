"""What a pretend voter does to a paper, planned before anything is drawn: the truth.

``outcome`` is what a careful person holding the paper would say of a line. ``look`` is what
the paper asks of a person:

* ``no``: nobody needs to look. Every line has one plain mark, nothing else is on the paper.
* ``may``: a careful person would hesitate for a moment, or would want to see it: a ring in
  place of an X, a speck, an X of 2 mm, an X mostly beside its box, a bar, a leg that comes
  more than 1 mm into another box, a touch of the pen in a second box, a pencil so hard
  that it hardly shows. A machine is right to ask and right not to ask, but may not misread.
* ``must``: the rules of the vote or plain sight call for the board.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from handsheets.marks import DoubtfulStyle, MarkStyle, PlainStyle
from handsheets.motion import Hand
from handsheets.pen import InkColour, Pen, PenKind, choose_pen

BLANK = "blank"
MULTIPLE = "multiple"
UNCLEAR = "unclear"

Look = Literal["no", "may", "must"]
LineFault = Literal[
    "blank", "overvote", "overvote-three", "blotted-and-other", "ringed-and-other",
    "name-struck", "name-struck-double", "name-struck-wavy", "name-struck-red", "name-crossed",
    "name-underlined", "name-circled", "word-beside-name", "word-beside-box",
    "tick-beside-name", "cross-beside-name", "tape-over-mark", "tape-over-name",
]  # fmt: skip
PaperFault = Literal[
    "words", "phone", "smiley", "arrow", "small-cross", "dash", "question-mark", "digits",
    "signature-astray", "dash-at-edge", "dash-on-print", "dash-by-seal", "dash-by-signature",
    "cross-by-box", "faint-word", "forged", "scanned-twice", "photocopied",
]  # fmt: skip
LINE_FAULTS: tuple[LineFault, ...] = get_args(LineFault)
PAPER_FAULTS: tuple[PaperFault, ...] = get_args(PaperFault)
DOUBTS: tuple[DoubtfulStyle | Literal["faint-pencil"], ...] = (
    *get_args(DoubtfulStyle), "faint-pencil",
)  # fmt: skip
# Faults whose pen stroke is ink that nobody printed, outside boxes and free zones, of at least
# 4 mm: the issue of foreign ink. Names struck or circled are counted by their own.
ANNOTATIONS: frozenset[str] = frozenset(
    {
        "word-beside-name", "word-beside-box", "tick-beside-name", "cross-beside-name", "words",
        "phone", "smiley", "arrow", "small-cross", "dash", "question-mark", "digits",
        "signature-astray", "name-underlined", "name-circled", "dash-at-edge", "dash-on-print",
        "dash-by-seal", "dash-by-signature", "cross-by-box", "faint-word",
    }
)  # fmt: skip
COPIES: frozenset[str] = frozenset({"forged", "scanned-twice", "photocopied"})
_LEVELS = (0.55, 0.3, 0.1, 0.05)


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark to draw, with its own pen where it is not the voter's."""

    option: str
    style: MarkStyle
    pen: Pen | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One official on one paper.

    Attributes:
        outcome: An option id, ``blank``, ``multiple`` or ``unclear`` (only people can tell).
    """

    contest: str
    outcome: str
    marks: tuple[Mark, ...]
    look: Look = "no"
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Voter:
    """One voter's paper, before it is drawn.

    Attributes:
        signature: Share of the signature box that is filled, 0 for none.
        capitals: Whether the name is printed under the signature.
    """

    hand: Hand
    pen: Pen
    lines: tuple[Line, ...]
    signature: bool
    capitals: bool
    fault: PaperFault | None = None

    @property
    def look(self) -> Look:
        """The strongest demand of all."""
        looks = {line.look for line in self.lines}
        if self.fault is not None or "must" in looks:
            return "must"
        return "may" if "may" in looks else "no"

    @property
    def kinds(self) -> tuple[str, ...]:
        """What is wrong or doubtful, by name."""
        kinds = [line.fault for line in self.lines if line.fault]
        return (*dict.fromkeys(kinds), *([self.fault] if self.fault else []))


@dataclass(frozen=True, slots=True)
class Manners:
    """How the voters of a family behave.

    Attributes:
        styles: How often each plain style is used.
        pens: How often each kind of pen is used.
        own_style: Share of lines on which a voter departs from the usual style.
        steady: Whether all hands are good.
        signed: Share who sign.
    """

    styles: Mapping[PlainStyle, float]
    pens: Mapping[PenKind, float]
    own_style: float
    steady: bool
    signed: float


def choose_hand(rng: np.random.Generator, steady: bool) -> Hand:
    """Draw a hand; one in ten is a left one, one in twelve an old and shaky one."""
    shaky = not steady and rng.random() < 0.08
    return Hand(
        pace=float(rng.uniform(0.7, 1.5)),
        overlap=float(rng.uniform(0.15, 0.4 if steady else 0.6)),
        tremor_mm=float(rng.uniform(0.12, 0.4)) if shaky else float(rng.uniform(0.0, 0.04)),
        size=float(rng.uniform(0.85, 1.15) if steady else rng.uniform(0.65, 1.35)),
        lean_deg=float(rng.normal(0.0, 5.0 if steady else 9.0)),
        drift_mm=(
            float(np.clip(rng.normal(0.0, 0.4 if steady else 0.8), -1.6, 1.6)),
            float(np.clip(rng.normal(0.0, 0.4 if steady else 0.8), -1.6, 1.6)),
        ),
        left=bool(rng.random() < 0.1),
        scatter_mm=float(rng.uniform(0.08, 0.25)),
    )


def _chosen_pen(manners: Manners, rng: np.random.Generator) -> Pen:
    kinds = list(manners.pens)
    shares = np.array([manners.pens[kind] for kind in kinds])
    kind = kinds[int(rng.choice(len(kinds), p=shares / shares.sum()))]
    colours: tuple[InkColour, ...] = ("blue", "dark-blue", "black", "red", "green", "violet")
    colour = colours[int(rng.choice(6, p=[0.5, 0.12, 0.26, 0.07, 0.03, 0.02]))]
    return choose_pen(rng, kind, colour)


def _style(manners: Manners, rng: np.random.Generator) -> PlainStyle:
    names = list(manners.styles)
    shares = np.array([manners.styles[name] for name in names])
    return names[int(rng.choice(len(names), p=shares / shares.sum()))]


def _level(options: Sequence[str], rng: np.random.Generator) -> str:
    shares = np.array([_LEVELS[min(k, len(_LEVELS) - 1)] for k in range(len(options))])
    return options[int(rng.choice(len(options), p=shares / shares.sum()))]


def plan_voter(
    contests: Sequence[str],
    options: Sequence[str],
    manners: Manners,
    rng: np.random.Generator,
    faults: Sequence[str] = (),
) -> Voter:
    """Plan what one voter does.

    Args:
        contests: Ids of the officials.
        options: Ids of the levels.
        manners: How the voters of this family behave.
        rng: Source of all chance.
        faults: Faults or doubts by name; those of lines fall on different lines.
    """
    hand, pen = choose_hand(rng, manners.steady), _chosen_pen(manners, rng)
    usual = _style(manners, rng)
    lines = []
    for contest in contests:
        style = _style(manners, rng) if rng.random() < manners.own_style else usual
        option = _level(options, rng)
        lines.append(Line(contest, option, (Mark(option, style),)))
    of_lines = [fault for fault in faults if fault in LINE_FAULTS or fault in DOUBTS]
    places = rng.permutation(len(lines))[: len(of_lines)]
    for at, fault in zip(places, of_lines, strict=False):
        lines[int(at)] = spoilt(lines[int(at)], fault, options, rng)
    of_paper = [fault for fault in PAPER_FAULTS if fault in faults]
    signature = bool(rng.random() < manners.signed)
    return Voter(
        hand, pen, tuple(lines), signature, bool(signature and rng.random() < 0.3),
        of_paper[0] if of_paper else None,
    )  # fmt: skip


def spoilt(line: Line, fault: str, options: Sequence[str], rng: np.random.Generator) -> Line:
    """Return a plain line with a fault or a doubt on it."""
    plain = line.marks[0]
    others = [option for option in options if option != plain.option]
    rng.shuffle(others)
    if fault == "blank":
        return replace(line, outcome=BLANK, marks=(), look="must", fault=fault)
    if fault in ("overvote", "overvote-three"):
        extra = others[: 1 if fault == "overvote" else 2]
        marks = (plain, *(Mark(option, plain.style) for option in extra))
        return replace(line, outcome=MULTIPLE, marks=marks, look="must", fault=fault)
    if fault in ("blotted-and-other", "ringed-and-other"):
        style: MarkStyle = "blotted" if fault.startswith("blotted") else "ringed-cross"
        marks = (Mark(others[0], style), Mark(plain.option, "cross"))
        return replace(line, outcome=UNCLEAR, marks=marks, look="must", fault=fault)
    if fault == "tape-over-mark":
        marks = (Mark(others[0], "cross"), plain)
        return replace(line, outcome=UNCLEAR, marks=marks, look="must", fault=fault)
    if fault == "touch":
        marks = (plain, Mark(others[0], "touch"))
        return replace(line, marks=marks, look="may", fault=fault)
    if fault == "faint-pencil":
        width, density = float(rng.uniform(0.3, 0.45)), float(rng.uniform(0.45, 0.75))
        pen = Pen("pencil", "graphite", width, density, 0.1)
        return replace(line, marks=(Mark(plain.option, "cross", pen),), look="may", fault=fault)
    for doubt in get_args(DoubtfulStyle):
        if fault == doubt:
            return replace(line, marks=(Mark(plain.option, doubt),), look="may", fault=fault)
    if fault not in LINE_FAULTS:
        raise ValueError(f"{fault!r} is no fault of a line")
    return replace(line, look="must", fault=fault)

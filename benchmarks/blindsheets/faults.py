"""Papers that a person must see, and papers that a careful person would hesitate over."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from blindsheets.marks import doubtful_mark, over_box
from blindsheets.notes import NOTES, note
from blindsheets.pens import Pen, choose_pen, highlighter, in_red, pencil
from blindsheets.plans import (
    Desk,
    Layer,
    Plan,
    Tape,
    begin,
    boxes_of,
    choices,
    sign_paper,
    vote,
    vote_all,
)
from blindsheets.shapes import DOUBTFUL, ring_round, scribble
from blindsheets.sketch import Sketch, joined, keeps_off, share_on_blank
from blindsheets.strikes import SET_OFF, STRIKES, name_lines, set_off, struck
from blindsheets.trace import stroke
from blindsheets.writing import dash
from omr.geometry import Rect

LINE_FAULTS: tuple[str, ...] = (
    "blank", "overvote", "overvote-three", "blotted-and-other", "ringed-and-other",
    "tape-over-mark",
)  # fmt: skip
# Faults in turn; the small single strokes and strikes come as often as the rest together.
FAULTS: tuple[str, ...] = (*LINE_FAULTS, *STRIKES, *SET_OFF, *NOTES)
# Everything added to a paper that is 4 mm long or more.
ANNOTATIONS: frozenset[str] = frozenset((*NOTES, *SET_OFF))
STRUCK: frozenset[str] = frozenset(STRIKES)
DOUBTS: tuple[str, ...] = (
    *DOUBTFUL, "name-highlighted", "stray-stroke", "mark-on-mark",
)  # fmt: skip
# What is made instead where a machine for black and white would lose what is pale.
_IN_FULL = {
    "faint-word": "words", "dash-faint": "dash", "name-struck-pencil": "name-struck",
}  # fmt: skip
# Pages and officials tried for a note before another takes its place.
_PLACINGS = 5
# How pale a vote is of which one would ask, as a share of the pen's ink.
_PALE = (0.2, 0.4)
# Graphite that a person still sees at once in good light.
_FAINT = (0.34, 0.5)


def faulty_paper(desk: Desk, kind: str, rng: np.random.Generator) -> Plan:
    """Fill in a paper with one fault.

    Args:
        kind: Of ``FAULTS``.
    """
    plan = begin(desk, False, rng)
    plan.look = "must"
    if desk.bold:
        kind = _IN_FULL.get(kind, kind)
    wanted = choices(desk.style, rng)
    contest = list(wanted)[int(rng.integers(len(wanted)))]
    if kind in LINE_FAULTS:
        vote_all(plan, wanted, rng, but=(contest,))
        kind = _spoil(plan, kind, contest, wanted[contest], rng)
        sign_paper(plan, rng)
    else:
        vote_all(plan, wanted, rng)
        # Notes keep off a signature too, however far it leaves its zone.
        sign_paper(plan, rng)
        kind = _add(plan, desk, kind, contest, rng)
    plan.kinds.append(kind)
    return plan


def _spoil(plan: Plan, kind: str, contest: str, option: str, rng: np.random.Generator) -> str:
    """Spoil one line; returns the kind that came of it."""
    at = plan.page_of(contest)
    boxes = boxes_of(plan.style.layout.pages[at], contest)
    others = [box for box in boxes if box.option != option]
    second = others[int(rng.integers(len(others)))]
    first = next(box for box in boxes if box.option == option)
    if kind == "blank":
        plan.lines[contest] = "blank"
        return kind
    if kind in ("overvote", "overvote-three"):
        wanted = [first, second]
        if kind == "overvote-three" and len(others) > 1:
            wanted.append(next(box for box in others if box is not second))
        for box in wanted:
            vote(plan, contest, box.option, rng)
        plan.lines[contest] = "multiple"
        return "overvote-three" if len(wanted) > 2 else "overvote"
    vote(plan, contest, second.option, rng)
    if kind == "blotted-and-other":
        plan.put(at, joined(plan.pen, over_box(scribble(rng), second.rect, plan.hand, rng)))
    elif kind == "ringed-and-other":
        plan.put(at, joined(plan.pen, over_box(ring_round(rng), second.rect, plan.hand, rng)))
    else:
        plan.layers.append(Layer(at, _tape(second.rect, rng)))
    vote(plan, contest, option, rng)
    plan.lines[contest] = "unclear"
    return kind


def _tape(box: Rect, rng: np.random.Generator) -> Tape:
    """Tape of 5 mm in one or two strips' width, over the whole mark."""
    high = float(rng.choice([5.0, 8.4, 10.0]))
    wide = float(rng.uniform(9.0, 15.0))
    x, y = box.centre.x + float(rng.normal(0, 0.7)), box.centre.y + float(rng.normal(0, 0.5))
    return Tape(Rect(x - wide / 2, y - high / 2, wide, high), float(rng.normal(0.0, 0.06)))


def _note_pen(plan: Plan, kind: str, bold: bool, rng: np.random.Generator) -> Pen:
    if kind in ("faint-word", "dash-faint"):
        return pencil(rng, _FAINT)
    if kind == "name-struck-pencil":
        return pencil(rng)
    if kind == "name-struck-red":
        return in_red(rng)
    if rng.random() < 0.2:
        return choose_pen(rng, bold=bold)
    return plan.pen


def _add(plan: Plan, desk: Desk, kind: str, contest: str, rng: np.random.Generator) -> str:
    """Add ink that does not belong; returns the kind that came of it."""
    pages = desk.style.layout.pages
    at = plan.page_of(contest)
    pen = _note_pen(plan, kind, desk.bold, rng)
    if kind in STRIKES:
        plan.put(at, struck(kind, pages[at], contest, pen, plan.hand, rng))
        return kind
    if kind in SET_OFF:
        plan.put(at, set_off(kind, pages[at], contest, pen, plan.hand, rng))
        return kind
    # Where a page has no room for the kind, a plain stroke of the pen is added instead.
    for wanted in (*(kind,) * _PLACINGS, *("dash",) * _PLACINGS):
        contest = list(plan.lines)[int(rng.integers(len(plan.lines)))]
        at = plan.page_of(contest)
        made = note(
            wanted, pages[at], contest, desk.designs[at], desk.px_per_mm, pen, plan.hand,
            plan.ink_on(at), rng,
        )  # fmt: skip
        if made is not None:
            plan.put(at, made)
            return wanted
    plan.put(at, struck("name-struck", pages[at], contest, pen, plan.hand, rng))
    return "name-struck"


def doubtful_paper(desk: Desk, kind: str, rng: np.random.Generator) -> Plan:
    """Fill in a paper over which a careful person would hesitate.

    Args:
        kind: Of ``DOUBTS``.
    """
    plan = begin(desk, False, rng)
    plan.look = "may"
    plan.kinds.append(kind)
    wanted = choices(desk.style, rng)
    contests = list(wanted)
    if kind in DOUBTFUL:
        # Who rings boxes rings them all, or does so just once.
        share = float(rng.choice([0.0, 1.0, 0.4]))
        odd = [c for c in contests if rng.random() < share]
        odd = odd or [contests[int(rng.integers(len(contests)))]]
        vote_all(plan, wanted, rng, but=odd)
        for contest in odd:
            _doubt(plan, kind, contest, wanted[contest], rng)
    else:
        vote_all(plan, wanted, rng)
        _OTHER_DOUBTS[kind](plan, desk, contests[int(rng.integers(len(contests)))], rng)
    sign_paper(plan, rng)
    return plan


def _doubt(plan: Plan, kind: str, contest: str, option: str, rng: np.random.Generator) -> None:
    at = plan.page_of(contest)
    boxes = boxes_of(plan.style.layout.pages[at], contest)
    place = next(place for place, box in enumerate(boxes) if box.option == option)
    beside = [boxes[n].rect for n in (place - 1, place + 1) if 0 <= n < len(boxes)]
    neighbour = beside[int(rng.integers(len(beside)))] if beside else None
    traces = doubtful_mark(kind, boxes[place].rect, neighbour, plan.hand, rng)
    pen = plan.pen.paler(float(rng.uniform(*_PALE))) if kind == "pale" else plan.pen
    plan.put(at, joined(pen, traces))
    plan.marks[contest].append(kind)


def _highlighted(plan: Plan, desk: Desk, contest: str, rng: np.random.Generator) -> None:
    at = plan.page_of(contest)
    page = desk.style.layout.pages[at]
    pen = highlighter(rng)
    traces = [
        stroke([(line.x - 1, line.centre.y - 0.3), (line.right + 1, line.centre.y)], plan.hand, rng)
        for line in name_lines(page, contest)
    ]
    plan.put(at, joined(pen, traces))


def _stray(plan: Plan, desk: Desk, contest: str, rng: np.random.Generator) -> None:
    """A slip of the pen of 1.5 to 3 mm, away from everything."""
    at = plan.page_of(contest)
    page = desk.style.layout.pages[at]
    shut = [zone.rect.grown(1.0) for zone in page.zones]
    shut += [box.rect.grown(2.0) for box in page.boxes]
    made: Sketch | None = None
    for _ in range(60):
        x = float(rng.uniform(8.0, page.width - 8.0))
        y = float(rng.uniform(20.0, page.height - 20.0))
        made = dash(float(rng.uniform(1.5, 3.0)), plan.pen, plan.hand, rng).centred(x, y)
        points = made.points()
        blank = share_on_blank(points, desk.designs[at], desk.px_per_mm)
        if blank > 0.9 and keeps_off(points, shut):
            break
    if made is not None:
        plan.put(at, made)


def _mark_on_mark(plan: Plan, desk: Desk, contest: str, rng: np.random.Generator) -> None:
    """A mark gone over by another in the same box: made surer, or taken back?"""
    at = plan.page_of(contest)
    page = desk.style.layout.pages[at]
    box = next(b for b in boxes_of(page, contest) if b.option == plan.lines[contest])
    plan.put(at, joined(plan.pen, over_box(scribble(rng), box.rect, plan.hand, rng)))
    plan.marks[contest].append("scribble")


_OTHER_DOUBTS: dict[str, Callable[[Plan, Desk, str, np.random.Generator], None]] = {
    "name-highlighted": _highlighted,
    "stray-stroke": _stray,
    "mark-on-mark": _mark_on_mark,
}

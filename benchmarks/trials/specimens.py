"""Papers for a trial, from three generators that share nothing but the printed ballot.

``handsheets`` and ``blindsheets`` are the generators of the published figures, the latter made
without knowledge of the reader; ``omr.rehearse`` is the one on which the reader is tuned. All are
cut into units of a few papers, each made from its own numbers alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from blindsheets.papers import BLIND_FAMILIES, blind_papers
from handsheets.ballots import STYLES, BallotStyle, ballot_style
from handsheets.families import FAMILIES
from handsheets.papers import papers
from handsheets.sheet import Pixels

from omr.ballot.serials import issue_serials
from omr.rehearse.designs import ballot_pages
from omr.rehearse.paper import choose_wear
from omr.rehearse.printer import Printer, choose_printer
from omr.rehearse.scanner import Scanner, choose_scanner, choose_shot
from omr.rehearse.sheet import Passage, SealWords, draw_page
from omr.rehearse.voters import (
    LINE_FAULTS,
    PAPER_FAULTS,
    Kind,
    PaperPlan,
    habits_of,
    plan_paper,
    with_fault,
    with_line_fault,
)

# Pixels and dots per inch; a photograph claims none.
Picture = tuple[Pixels, int | None]

# Families of the tuning generator: its kind of conference, and whether every paper has a fault.
REHEARSED: dict[str, tuple[Kind, bool, str]] = {
    "rehearsed": ("ordinary", False, "the tuning generator: an ordinary office"),
    "rehearsed-severe": ("severe", False, "the tuning generator: worn papers, any machine"),
    "rehearsed-faulty": ("ordinary", True, "the tuning generator: every fault in turn"),
}
FAMILY_NAMES: tuple[str, ...] = (*FAMILIES, *REHEARSED, *BLIND_FAMILIES)
_REHEARSED_PAPERS = 6


@dataclass(frozen=True, slots=True)
class Specimen:
    """One paper before the reader.

    Attributes:
        number: Its place in the run of its family.
        truth: See ``handsheets.papers.Paper.truth``.
        pictures: Every picture that the paper brings into the stack.
        again: The same paper on another pass of the scanner.
    """

    number: int
    style: BallotStyle
    truth: dict[str, Any]
    pictures: Callable[[], list[Picture]]
    again: Callable[[], list[Picture]]


def about(family: str) -> str:
    """Return in one line what a family is."""
    if family in REHEARSED:
        return REHEARSED[family][2]
    if family in BLIND_FAMILIES:
        return BLIND_FAMILIES[family]
    return next(known.about for name, known in FAMILIES.items() if name == family)


def specimens(family: str, seed: int, unit: int) -> Iterator[Specimen]:
    """Yield the papers of one unit of a family.

    Args:
        family: One of ``FAMILY_NAMES``.
        seed: Of the run.
        unit: Which unit, from 0.
    """
    if family in REHEARSED:
        yield from _rehearsed(family, seed, unit)
        return
    if family in BLIND_FAMILIES:
        for blind in blind_papers(family, seed, unit):
            yield Specimen(
                blind.number,
                blind.style,
                blind.truth(),
                blind.pictures,
                partial(blind.scanned, 2),
            )
        return
    name = next(known for known in FAMILIES if known == family)
    for paper in papers(name, seed, unit):
        yield Specimen(
            paper.number,
            paper.office.style,
            paper.truth(),
            paper.pictures,
            partial(paper.scanned, 2),
        )


def _rehearsed(family: str, seed: int, unit: int) -> Iterator[Specimen]:
    """Papers of the tuning generator, through one printer and one scanner."""
    kind, faulty, _ = REHEARSED[family]
    rng = np.random.default_rng([seed, 1000 + FAMILY_NAMES.index(family), unit])
    shares = np.array([share for _, _, share in STYLES])
    template, group, _ = STYLES[int(rng.choice(len(STYLES), p=shares / shares.sum()))]
    style = ballot_style(template, group)
    printer, scanner = choose_printer(rng, kind), choose_scanner(rng, kind)
    office = RehearsedOffice(f"{family}-{seed}-{unit}", kind, faulty, style, printer, scanner)
    yield from rehearsed_papers(office, unit, rng)


@dataclass(frozen=True, slots=True)
class RehearsedOffice:
    """What a few papers of the tuning generator share.

    Attributes:
        name: From which their serials are made.
        kind: How hard paper is treated.
        faulty: Whether every paper has a fault.
    """

    name: str
    kind: Kind
    faulty: bool
    style: BallotStyle
    printer: Printer
    scanner: Scanner


def rehearsed_papers(
    office: RehearsedOffice, unit: int, rng: np.random.Generator
) -> Iterator[Specimen]:
    """Yield the papers of one office of the tuning generator.

    Args:
        office: Its ballot, printer and scanner.
        unit: Which one of its run, from 0.
        rng: Source of all chance.
    """
    kind, style, printer = office.kind, office.style, office.printer
    threshold = max(office.scanner.threshold, 1.08 - 0.75 * printer.toner)
    scanner = replace(office.scanner, threshold=threshold)
    serials = issue_serials(_REHEARSED_PAPERS, frozenset(), office.name)
    designs = ballot_pages(
        style.layout, style.election.fingerprint, style.index, serials, style.key
    )
    voters = style.election.groups[style.index]
    words = SealWords(style.rim, ("BAN", "CHẤP HÀNH"))
    for at, serial in enumerate(serials):
        number = unit * _REHEARSED_PAPERS + at
        habits = habits_of(kind, 0.0)
        plan = plan_paper(voters, style.options, serial, habits, rng, style.election.form.seal)
        if office.faulty:
            plan = _with_fault(plan, number, style, rng)
        passages = [
            Passage(
                printer.sheet(page.width, page.height, rng),
                choose_wear(rng, kind), scanner, choose_shot(scanner, rng),
            )
            for page in style.layout.pages
        ]  # fmt: skip
        others = [replace(p, shot=choose_shot(scanner, rng)) for p in passages]

        first = partial(_drawn, style, plan, designs[at], words)
        yield Specimen(
            number,
            style,
            _rehearsed_truth(plan, style, passages),
            partial(first, passages),
            partial(first, others),
        )


def _drawn(
    style: BallotStyle,
    plan: PaperPlan,
    own: list[Pixels],
    words: SealWords,
    through: list[Passage],
) -> list[Picture]:
    """Draw and scan the pages of one rehearsed paper."""
    pairs = zip(style.layout.pages, own, through, strict=True)
    return [
        (_bgr(draw_page(page, design, plan, passage, words)), passage.scanner.dpi)
        for page, design, passage in pairs
    ]


def _with_fault(
    plan: PaperPlan, number: int, style: BallotStyle, rng: np.random.Generator
) -> PaperPlan:
    line_faults, paper_faults = list(LINE_FAULTS), list(PAPER_FAULTS)
    at = number % (len(line_faults) + len(paper_faults))
    if at < len(line_faults):
        return with_line_fault(plan, line_faults[at], style.options, rng)
    return with_fault(plan, paper_faults[at - len(line_faults)])


def _rehearsed_truth(
    plan: PaperPlan, style: BallotStyle, passages: list[Passage]
) -> dict[str, Any]:
    faults = [line.fault for line in plan.lines if line.fault]
    return {
        "serial": plan.serial,
        "style": f"{style.template}/{style.group}",
        "lines": {line.contest: line.outcome for line in plan.lines},
        "look": plan.look,
        "kinds": [*faults, *plan.faults],
        "marks": {line.contest: [mark.style for mark in line.marks] for line in plan.lines},
        "pen": f"{plan.pen.colour} {plan.pen.kind}",
        "wear": list(dict.fromkeys(word for p in passages for word in p.wear.words())),
        "press": "",
        "scan": f"{passages[0].scanner.mode} {passages[0].scanner.dpi}",
    }


def _bgr(picture: Pixels) -> Pixels:
    """The tuning generator draws RGB; the reader's pages are BGR."""
    return picture if picture.ndim == 2 else np.ascontiguousarray(picture[:, :, ::-1])

"""The door of the room: families of papers, cut into units of one office each.

A unit is a handful of papers of one style, through one printer and one scanner, by as many
voters. Everything about it follows from its family, a seed and its number.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from handsheets.ballots import STYLES, BallotStyle, ballot_style, printed_pages

from blindsheets.faults import DOUBTS, FAULTS, doubtful_paper, faulty_paper
from blindsheets.ink import Pixels, put
from blindsheets.machines import Office, Severity, WornPage, choose_office
from blindsheets.placing import place_of_print
from blindsheets.plans import Desk, Plan, Tape, plain_paper
from blindsheets.seals import Stamp, choose_stamp, press
from blindsheets.sketch import Sketch, lay
from blindsheets.trace import Float
from omr.ballot.serials import issue_serials

Picture = tuple[Pixels, int | None]

# About 356 dpi: finer than most scans, and a pen's thinnest line is four pixels wide.
PX_PER_MM = 14.0
UNIT_PAPERS = 6
BLIND_FAMILIES: dict[str, str] = {
    "blind-neat": "the blind generator: careful hands, good machines, nothing to ask about",
    "blind-office": "the blind generator: any hand, pen and mark, seals, signatures, office wear",
    "blind-damaged": "the blind generator: plain votes on worn papers, poor machines",
    "blind-faulty": "the blind generator: one fault on each paper, all in turn",
    "blind-doubtful": "the blind generator: marks that a careful person would ask about",
}
_SEVERITY: dict[str, Severity] = {
    "blind-neat": "neat", "blind-office": "office", "blind-damaged": "damaged",
    "blind-faulty": "office", "blind-doubtful": "office",
}  # fmt: skip
# Words of a machine that keeps black and white alone, or little between: pale ink is lost there.
_BOLD_WORDS = ("one bit", "background removed")


@dataclass(frozen=True, slots=True)
class Unit:
    """One office's papers.

    Attributes:
        key: Family, seed and number, as numbers for a generator.
    """

    family: str
    number: int
    key: tuple[int, int, int]
    style: BallotStyle
    serials: tuple[str, ...]
    office: Office
    stamp: Stamp | None

    def rng(self, paper: int, stage: int) -> np.random.Generator:
        """Return the generator of one stage of a paper, so that stages do not hang together."""
        return np.random.default_rng([*self.key, paper, stage])

    @property
    def bold(self) -> bool:
        """Whether the office's machines lose what is pale."""
        words = " ".join(self.office.words())
        return any(word in words for word in _BOLD_WORDS)


@dataclass(frozen=True, slots=True)
class BlindPaper:
    """One filled-in paper.

    Attributes:
        number: Its place in the run of its family.
        at: Its place in its unit.
    """

    number: int
    style: BallotStyle
    unit: Unit
    at: int

    def truth(self) -> dict[str, Any]:
        """Return what is on the paper and what a careful person says of it.

        Keys: ``serial``; ``style``; ``lines``: outcome by contest, an option's id, ``blank``,
        ``multiple`` or ``unclear``; ``look``: whether a person ``must``, ``may`` or need not
        (``no``) see it; ``kinds``: names of faults and doubts; ``marks``: names of the marks by
        contest; ``pen``; ``wear``, ``press`` and ``scan``: what it went through.
        """
        plan = _plan(self)
        office = self.unit.office
        handled = [word for worn in _worn(self) for word in worn.words]
        return {
            "serial": self.unit.serials[self.at],
            "style": f"{self.style.template}/{self.style.group}",
            "lines": dict(plan.lines),
            "look": plan.look,
            "kinds": list(plan.kinds),
            "marks": {contest: list(names) for contest, names in plan.marks.items()},
            "pen": f"{plan.pen.name}, {plan.hand.name} hand",
            "wear": list(dict.fromkeys([*plan.words, *office.habits, *handled])),
            "press": ", ".join(word for word in (*office.printer.words, office.paper.name) if word),
            "scan": ", ".join(office.scanner.words),
        }

    def pictures(self) -> list[Picture]:
        """Return its pages as scanned: pixels and dots per inch."""
        return self.scanned(1)

    def scanned(self, n: int) -> list[Picture]:
        """Return the very same paper on a pass of the scanner, the first being 1."""
        rng = self.unit.rng(self.at, 100 + n)
        return [self.unit.office.scanned(worn, PX_PER_MM, rng) for worn in _worn(self)]

    def unscanned(self) -> list[Pixels]:
        """Return its pages with print, seal and ink, before wear and scanner, BGR."""
        return _inked(self)


def blind_papers(family: str, seed: int, unit: int) -> list[BlindPaper]:
    """Return the papers of one unit.

    Args:
        family: Of ``BLIND_FAMILIES``.
        seed: Of the run.
        unit: Which unit, from 0.
    """
    made = _unit(family, seed, unit)
    return [BlindPaper(unit * UNIT_PAPERS + at, made.style, made, at) for at in range(UNIT_PAPERS)]


@lru_cache(maxsize=4)
def _unit(family: str, seed: int, number: int) -> Unit:
    key = (seed, zlib.crc32(family.encode()), number)
    rng = np.random.default_rng(key)
    shares = np.array([share for _, _, share in STYLES])
    template, group, _ = STYLES[int(rng.choice(len(STYLES), p=shares / shares.sum()))]
    style = ballot_style(template, group)
    serials = issue_serials(UNIT_PAPERS, frozenset(), f"{family}-{seed}-{number}")
    office = choose_office(rng, _SEVERITY[family])
    room = [zone.rect.w for page in style.layout.pages for zone in page.zones
            if zone.kind == "seal"]  # fmt: skip
    stamp = choose_stamp(rng, style.rim, room[0]) if room and style.election.form.seal else None
    return Unit(family, number, key, style, tuple(serials), office, stamp)


# Half a dozen papers of two pages are 150 MB.
@lru_cache(maxsize=1)
def _designs(template: str, group: str, serials: tuple[str, ...]) -> list[list[Pixels]]:
    return printed_pages(ballot_style(template, group), serials, PX_PER_MM)


def _own_designs(paper: BlindPaper) -> list[Pixels]:
    style = paper.style
    return _designs(style.template, style.group, paper.unit.serials)[paper.at]


# A unit's plans, each some hundred points a stroke; a few units are enough.
@lru_cache(maxsize=4 * UNIT_PAPERS)
def _plan_of(family: str, seed: int, number: int, at: int) -> Plan:
    paper = blind_papers(family, seed, number)[at]
    desk = Desk(paper.style, _own_designs(paper), PX_PER_MM, paper.unit.bold)
    rng = paper.unit.rng(at, 1)
    if family == "blind-faulty":
        return faulty_paper(desk, FAULTS[paper.number % len(FAULTS)], rng)
    if family == "blind-doubtful":
        return doubtful_paper(desk, DOUBTS[paper.number % len(DOUBTS)], rng)
    return plain_paper(desk, family == "blind-neat", rng)


def _plan(paper: BlindPaper) -> Plan:
    return _plan_of(paper.unit.family, paper.unit.key[0], paper.unit.number, paper.at)


def _inked(paper: BlindPaper) -> list[Pixels]:
    """Print, seal and fill in: pages as they lie on the table, BGR."""
    plan, unit = _plan(paper), paper.unit
    press_rng, seal_rng, pen_rng = (unit.rng(paper.at, stage) for stage in (2, 3, 4))
    pages = []
    for at, (design, page) in enumerate(
        zip(_own_designs(paper), paper.style.layout.pages, strict=True)
    ):
        sheet = unit.office.printed(design, PX_PER_MM, press_rng)
        place = place_of_print(sheet, page, PX_PER_MM)
        for zone in page.zones:
            if zone.kind == "seal" and unit.stamp is not None:
                # A stamp may touch the rim of its place, and bleed or slip a little over it.
                free = (zone.rect.w - unit.stamp.across_mm) / 2 - 0.5
                drift = seal_rng.uniform(-free, free, 2)
                x, y = place[:, :2] @ np.array([zone.rect.centre.x, zone.rect.centre.y])
                x, y = x + place[0, 2] + drift[0], y + place[1, 2] + drift[1]
                for patch in press(unit.stamp, float(x), float(y), PX_PER_MM, seal_rng)[0]:
                    put(sheet, patch)
        for layer in plan.layers:
            if layer.page == at and isinstance(layer.what, Sketch):
                lay(sheet, layer.what, place, PX_PER_MM, pen_rng)
            elif layer.page == at and isinstance(layer.what, Tape):
                _cover(sheet, layer.what, place, pen_rng)
        pages.append(sheet)
    return pages


def _cover(sheet: Pixels, tape: Tape, place: Float, rng: np.random.Generator) -> None:
    """Lay correction tape: whiter than paper, with a torn end and a thin shadow, in place."""
    rect = tape.rect
    cos, sin = np.cos(tape.turn_rad), np.sin(tape.turn_rad)
    steps = np.linspace(-0.5, 0.5, 9)
    torn = 0.25 * rng.standard_normal((2, 9))
    right = [(rect.w / 2 + e, s * rect.h) for s, e in zip(steps, torn[0], strict=True)]
    left = [(-rect.w / 2 + e, s * rect.h) for s, e in zip(steps[::-1], torn[1], strict=True)]
    around = np.array(right + left) @ np.array([[cos, sin], [-sin, cos]])
    around = around + np.array([rect.centre.x, rect.centre.y])
    outline = np.rint((around @ place[:, :2].T + place[:, 2]) * PX_PER_MM).astype(np.int32)
    white = tuple(int(v) for v in rng.integers(244, 253, 3))
    shadow = outline + np.array([2, 3], dtype=np.int32)
    cv2.fillPoly(sheet, [shadow], (214, 216, 216), cv2.LINE_AA)
    cv2.fillPoly(sheet, [outline], white, cv2.LINE_AA)


@lru_cache(maxsize=1)
def _worn_of(family: str, seed: int, number: int, at: int) -> list[WornPage]:
    paper = blind_papers(family, seed, number)[at]
    rng = paper.unit.rng(at, 5)
    return [paper.unit.office.worn(page, PX_PER_MM, rng) for page in _inked(paper)]


def _worn(paper: BlindPaper) -> list[WornPage]:
    return _worn_of(paper.unit.family, paper.unit.key[0], paper.unit.number, paper.at)

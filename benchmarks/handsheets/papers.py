"""The way in: papers of a family with their truth, each ready to be scanned again and again.

An office is a printer, a ballot style and a scanner; a few papers go through each. A
``Paper`` holds the physical sheets; ``Paper.scanned`` is one pass of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np

from handsheets.annotate import (
    NoRoomError,
    added,
    beside_boxes,
    beside_name,
    free_place,
    lay_tape,
    name_print,
    strike_name,
)
from handsheets.ballots import (
    DENSE,
    STYLES,
    BallotStyle,
    ballot_style,
    contests_of,
    printed_pages,
)
from handsheets.camera import Camera, choose_camera, choose_shot, photograph
from handsheets.families import FAMILIES, Family, FamilyName, draw_faults, draw_wear
from handsheets.marks import draw_mark
from handsheets.motion import Trace
from handsheets.pen import Pen, write
from handsheets.press import Placing, Press, choose_press, print_page
from handsheets.scanner import Mode, Scanner, choose_pass, choose_scanner, scan
from handsheets.script import sign, write_line
from handsheets.sheet import Pixels, Sheet
from handsheets.stamp import choose_stamping, stamp
from handsheets.voter import Line, Mark, Voter, plan_voter
from handsheets.wear import wear
from omr.ballot.model import Box, PageLayout
from omr.ballot.serials import issue_serials
from omr.fonts import find_serif
from omr.geometry import Rect

# Papers that share a printer and a scanner; few, so that a run meets many machines.
PAPERS_OF_OFFICE = 6
# Sheets are drawn this much finer than they are scanned, up to what 400 dpi optics resolve.
_FINER, _FINEST_DPI = 1.15, 400.0
_CAMERA_DPI = 290.0
# A leg that comes further into another box is something to look at.
_STRAY_MM = 1.0


@dataclass(frozen=True, slots=True)
class Office:
    """What the papers of one office share."""

    family: Family
    style: BallotStyle
    press: Press
    scanner: Scanner
    white: tuple[float, float, float]
    camera: Camera | None

    @property
    def px_per_mm(self) -> float:
        """Resolution at which its sheets are drawn."""
        if self.camera is not None:
            return _CAMERA_DPI / 25.4
        return min(_FINEST_DPI, max(220.0, _FINER * self.scanner.dpi)) / 25.4


@dataclass(frozen=True, slots=True, eq=False)
class Paper:
    """One physical paper and what is true of it.

    Attributes:
        number: Its place in the run.
        sheets: One for each page.
        wear: What happened to it, in words.
    """

    office: Office
    number: int
    serial: str
    voter: Voter
    sheets: tuple[Sheet, ...]
    wear: tuple[str, ...]
    seed: tuple[int, ...]

    def scanned(self, turn: int) -> list[tuple[Pixels, int | None]]:
        """Put the paper through the scanner.

        Args:
            turn: Which pass; every pass lies a little differently.

        Returns:
            For each page its picture (grey or BGR) and its dots per inch; a photograph has none.
        """
        rng = np.random.default_rng([*self.seed, 77, turn])
        camera = self.office.camera
        if camera is not None:
            return [(photograph(sheet, camera, choose_shot(rng)), None) for sheet in self.sheets]
        scanner, rough = self.office.scanner, self.office.family.rough_scanner
        return [
            (scan(sheet, scanner, choose_pass(scanner, rng, rough)), scanner.dpi)
            for sheet in self.sheets
        ]

    def pictures(self) -> list[tuple[Pixels, int | None]]:
        """Return every picture that this paper brings into the stack, copies too."""
        once = self.scanned(0)
        if self.voter.fault == "scanned-twice":
            return [*once, *self.scanned(1)]
        if self.voter.fault == "photocopied":
            return [*once, *(_photocopied(page, dpi) for page, dpi in self.scanned(1))]
        return once

    def truth(self) -> dict[str, Any]:
        """Return what is true of the paper, as plain values."""
        voter = self.voter
        return {
            "serial": self.serial,
            "style": f"{self.office.style.template}/{self.office.style.group}",
            "lines": {line.contest: line.outcome for line in voter.lines},
            "look": voter.look,
            "kinds": list(voter.kinds),
            "marks": {line.contest: [mark.style for mark in line.marks] for line in voter.lines},
            "pen": f"{voter.pen.colour} {voter.pen.kind}",
            "wear": list(self.wear),
            "press": self.office.press.kind,
            "scan": "photograph"
            if self.office.camera
            else f"{self.office.scanner.mode} {self.office.scanner.dpi}",
        }


def papers(family: FamilyName, seed: int, office: int) -> Iterator[Paper]:
    """Yield the papers of one office of a family. The same numbers give the same bytes.

    Args:
        family: Its name.
        seed: Of the run.
        office: Which office of the run, from 0.
    """
    kind = FAMILIES[family]
    base = (seed, list(FAMILIES).index(family), office)
    rng = np.random.default_rng(base)
    place = _choose_office(kind, rng)
    serials = issue_serials(PAPERS_OF_OFFICE, frozenset(), f"{family}-{seed}-{office}")
    designs = printed_pages(place.style, serials, place.px_per_mm)
    for at, serial in enumerate(serials):
        own = np.random.default_rng([*base, at])
        number = office * PAPERS_OF_OFFICE + at
        yield _make(place, number, serial, designs[at], own, (*base, at))


def _choose_office(family: Family, rng: np.random.Generator) -> Office:
    shares = np.array([share for _, _, share in STYLES])
    chosen = int(rng.choice(len(STYLES), p=shares / shares.sum()))
    template, group, _ = (DENSE, "a", 0) if family.dense else STYLES[chosen]
    mode: Mode | None = "bilevel" if family.bilevel else None
    scanner = choose_scanner(rng, family.rough_scanner, mode, family.streaky)
    if family.dense:
        # Finer scans hold four times the pixels and no more positions.
        scanner = replace(scanner, dpi=min(scanner.dpi, 300))
    press = choose_press(rng, family.rough_press)
    if family.bilevel:
        # Who scans in black and white sees at once when print vanishes, and sets it darker.
        scanner = replace(scanner, dpi=200, threshold=max(scanner.threshold, 0.62))
        press = replace(press, density=max(press.density, 1.5))
    white = float(rng.uniform(0.94, 0.99))
    warm = float(rng.uniform(0.0, 0.02))
    camera = choose_camera(rng) if family.phone else None
    shade = (white - warm, white, white)
    return Office(family, ballot_style(template, group), press, scanner, shade, camera)


def _make(
    office: Office,
    number: int,
    serial: str,
    designs: list[Pixels],
    rng: np.random.Generator,
    seed: tuple[int, ...],
) -> Paper:
    """Print, stamp, mark, sign, spoil and wear one paper."""
    style, family = office.style, office.family
    faults = draw_faults(family, number, rng)
    voter = plan_voter(contests_of(style), style.options, family.manners, rng, faults)
    if voter.fault == "forged":
        (designs,) = printed_pages(style, [serial], office.px_per_mm, key=b"another key" * 3)
    worn = draw_wear(family, rng)
    sheets = []
    sealed = bool(rng.random() < family.sealed)
    for page, design in zip(style.layout.pages, designs, strict=True):
        sheet, placing = print_page(design, office.px_per_mm, office.press, office.white, rng)
        if sealed:
            _stamp(sheet, page, placing, office, rng)
        voter = _mark(sheet, page, placing, voter, rng)
        _sign(sheet, page, placing, voter, rng)
        voter = _add(sheet, page, placing, design, voter, rng)
        keep = [placing.rect(box.rect.grown(3.0)) for box in page.boxes]
        keep += [placing.rect(name.rect) for name in page.names]
        wear(sheet, worn, design, keep, rng)
        sheets.append(sheet)
    return Paper(office, number, serial, voter, tuple(sheets), worn, seed)


def _stamp(
    sheet: Sheet, page: PageLayout, placing: Placing, office: Office, rng: np.random.Generator
) -> None:
    for zone in page.zones:
        if zone.kind == "seal":
            middle = placing.middle(zone.rect)
            how = choose_stamping(rng, office.family.rough_seal)
            bold = str(find_serif()["bold"])
            stamp(sheet, (middle.x, middle.y), how, office.style.rim, bold, rng)


def _mark(
    sheet: Sheet, page: PageLayout, placing: Placing, voter: Voter, rng: np.random.Generator
) -> Voter:
    """Draw the marks of this page, and what else is done to its lines.

    Returns:
        The voter; a line whose mark came to stray far into another box is doubtful now.
    """
    boxes = {(box.contest, box.option): box for box in page.boxes}
    lines = list(voter.lines)
    for number, line in enumerate(voter.lines):
        own = [box for box in page.boxes if box.contest == line.contest]
        if not own:
            continue
        for at, mark in enumerate(line.marks):
            rect = placing.rect(boxes[(line.contest, mark.option)].rect)
            near = placing.rect(_neighbour(boxes[(line.contest, mark.option)], own).rect)
            traces = draw_mark(mark.style, rect, voter.hand, rng, near)
            write(sheet, traces, mark.pen or voter.pen, rng)
            others = [placing.rect(b.rect) for key, b in boxes.items() if key != _key(line, mark)]
            if line.look == "no" and strays(traces, others):
                lines[number] = replace(line, look="may", fault="leg-in-other-box")
            if line.fault == "tape-over-mark" and at == 0:
                lay_tape(sheet, rect.grown(1.2), rng)
        _spoil(sheet, page, placing, voter, line, own, rng)
    return replace(voter, lines=tuple(lines))


def _key(line: Line, mark: Mark) -> tuple[str, str]:
    return (line.contest, mark.option)


def strays(traces: Sequence[Trace], others: Sequence[Rect]) -> bool:
    """Tell whether a mark comes further than 1 mm into another box than its own."""
    for trace in traces:
        low, high = trace.points.min(axis=0), trace.points.max(axis=0)
        for rect in others:
            deep = rect.grown(-_STRAY_MM)
            if high[0] < deep.x or low[0] > deep.right:
                continue
            if high[1] < deep.y or low[1] > deep.bottom:
                continue
            x, y = trace.points[:, 0], trace.points[:, 1]
            if ((x > deep.x) & (x < deep.right) & (y > deep.y) & (y < deep.bottom)).any():
                return True
    return False


def _neighbour(box: Box, own: Sequence[Box]) -> Box:
    others = [other for other in own if other is not box]
    return min(others, key=lambda other: abs(other.rect.x - box.rect.x))


def _spoil(
    sheet: Sheet,
    page: PageLayout,
    placing: Placing,
    voter: Voter,
    line: Line,
    own: Sequence[Box],
    rng: np.random.Generator,
) -> None:
    """Do to a name, or beside it, what the line's fault says."""
    fault, hand = line.fault, voter.hand
    words = placing.rect(name_print(page, line.contest))
    cell = placing.rect(next(n.rect for n in page.names if n.contest == line.contest))
    pen, traces = voter.pen, list[Trace]()
    if fault == "tape-over-name":
        lay_tape(sheet, words.grown(1.0), rng)
    elif fault.startswith("name-"):
        traces = strike_name(fault, words, hand, rng)
        if fault == "name-struck-red":
            pen = Pen("ballpoint", "red", 0.4, 1.8, 0.3)
    elif fault.endswith("-beside-name"):
        traces = beside_name(fault, words, cell, hand, rng)
    elif fault == "word-beside-box":
        traces = beside_boxes([placing.rect(b.rect) for b in own], sheet.width_mm, hand, rng)
    write(sheet, traces, pen, rng)


def _sign(
    sheet: Sheet, page: PageLayout, placing: Placing, voter: Voter, rng: np.random.Generator
) -> None:
    """Sign in the box, with the name in capitals under it where the voter does so."""
    for zone in page.zones:
        if zone.kind != "signature" or not voter.signature:
            continue
        area = placing.rect(zone.rect)
        wide, high = area.w * rng.uniform(0.35, 0.8), min(area.h * 0.6, rng.uniform(8.0, 15.0))
        x = area.x + float(rng.uniform(0.1, 0.9)) * (area.w - wide)
        y = area.y + float(rng.uniform(0.35, 0.6)) * (area.h - high)
        write(sheet, sign(Rect(x, y, float(wide), float(high)), voter.hand, rng), voter.pen, rng)
        if voter.capitals and y + high + 5.0 < area.bottom:
            name = str(rng.choice(["LÊ VĂN TÁM", "NGÔ BÉ", "TRẦN THU HÀ", "VÕ NAM"]))
            size = min(1.7, area.w * 0.8 / len(name))
            start = (area.x + 0.15 * area.w, y + high + 4.0)
            write(sheet, write_line(name, start, size, voter.hand, rng), voter.pen, rng)


def _add(
    sheet: Sheet,
    page: PageLayout,
    placing: Placing,
    design: Pixels,
    voter: Voter,
    rng: np.random.Generator,
) -> Voter:
    """Add what the fault of the paper adds, on its first page; without room there is no fault."""
    fault = voter.fault
    if page.page != 1 or fault is None or fault in ("forged", "scanned-twice", "photocopied"):
        return voter
    try:
        if fault == "signature-astray":
            place = free_place(page, design, 24.0, 9.0, rng)
            traces = sign(placing.rect(place), voter.hand, rng)
        else:
            traces = added(fault, page, placing, design, voter.hand, rng)
    except NoRoomError:
        return replace(voter, fault=None)
    faint = Pen("pencil", "graphite", 0.45, float(rng.uniform(0.8, 1.1)), 0.1)
    write(sheet, traces, faint if fault == "faint-word" else voter.pen, rng)
    return voter


def _photocopied(page: Pixels, dpi: int | None) -> tuple[Pixels, int | None]:
    grey = page if page.ndim == 2 else cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    steep = np.clip((grey.astype(np.float32) - 60.0) * 1.5, 0.0, 255.0)
    return steep.astype(np.uint8), dpi

"""Pictures to an outcome, as the program goes: pages are read, brought to papers, judged."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from handsheets.ballots import BallotStyle, ballot_style, contests_of
from handsheets.sheet import Pixels

from omr.scan.pages.page_image import PageImage
from omr.scan.pipeline import PageReader
from omr.scan.place.identify import ballot_key
from omr.scan.reading import Finding, PageReading, PageSource
from omr.tally.judge import machine_outcome
from omr.tally.model import Copy, Flag, MarkEvidence, Outcome, Paper


@dataclass(frozen=True, slots=True)
class PaperRead:
    """What the program made of one paper's pictures.

    Attributes:
        outcome: None where no page could be tied to the paper.
        statuses: Of every picture, in order.
        strange: Pages tied to another ballot than this.
        readings: Of every picture, in order.
    """

    outcome: Outcome | None
    statuses: tuple[str, ...]
    strange: int
    readings: tuple[PageReading, ...]

    @property
    def accepted(self) -> bool:
        """Whether no person will look at it."""
        loose = any(status not in ("read", "blank") for status in self.statuses)
        return self.outcome is not None and self.outcome.status == "accepted" and not loose

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why a person looks, as flag codes with detail, or ``page:`` and a status."""
        pages = [f"page:{s}" for s in self.statuses if s != "read"]
        flags = self.outcome.flags if self.outcome is not None else ()
        named = [f"{flag.code}:{flag.detail}" if flag.detail else flag.code for flag in flags]
        return tuple(dict.fromkeys([*named, *pages]))


def reader_of(style: BallotStyle) -> PageReader:
    """Return the reader of a ballot style, which keeps its reference pictures."""
    return _reader(style.template, style.group)


@lru_cache(maxsize=8)
def _reader(template: str, group: str) -> PageReader:
    style = ballot_style(template, group)
    return PageReader(ballot_key(style.election, style.key))


def read_paper(
    style: BallotStyle, serial: str, pictures: list[tuple[Pixels, int | None]]
) -> PaperRead:
    """Read and judge one paper.

    Args:
        style: Its ballot style.
        serial: Its serial, by which it was recorded as printed.
        pictures: Pages with their dots per inch, as scanned.
    """
    reader = reader_of(style)
    readings = tuple(
        reader.read_page(page_image(pixels, dpi, at + 1))
        for at, (pixels, dpi) in enumerate(pictures)
    )
    own = [r for r in readings if r.status == "read" and r.serial == serial]
    strange = sum(1 for r in readings if r.status == "read" and r.serial != serial)
    outcome = _judged(style, serial, own) if own else None
    return PaperRead(outcome, tuple(r.status for r in readings), strange, readings)


def page_image(pixels: Pixels, dpi: int | None, page: int) -> PageImage:
    """Return a picture as the reader's page, as if it came from a file of this resolution."""
    source = PageSource("trial", "", page, "")
    return PageImage(source, np.ascontiguousarray(pixels), dpi and float(dpi), b"", ".png")


def _judged(style: BallotStyle, serial: str, readings: list[PageReading]) -> Outcome:
    pages = style.layout.pages
    paper = Paper(
        serial=serial,
        group=style.group,
        issued=True,
        pages_expected=len(pages),
        pages_found=tuple(sorted(r.page or 0 for r in readings)),
        copies=tuple(_copies(readings)),
        pages_optional=tuple(page.page for page in pages if not page.boxes),
    )
    return machine_outcome(paper, style.options, contests_of(style), style.election.profile)


def _copies(readings: list[PageReading]) -> list[Copy]:
    """The n-th scan of each page belongs to the n-th copy of the ballot."""
    by_page: dict[int, list[PageReading]] = {}
    for reading in readings:
        by_page.setdefault(reading.page or 0, []).append(reading)
    copies = []
    for n in range(max(len(scans) for scans in by_page.values())):
        marks: dict[str, dict[str, MarkEvidence]] = {}
        flags: list[Flag] = []
        for number in sorted(by_page):
            for reading in by_page[number][n : n + 1]:
                for mark in reading.marks:
                    evidence = MarkEvidence(mark.state, mark.score, mark.found.rounded(), number)
                    marks.setdefault(mark.contest, {})[mark.option] = evidence
                flags += [_flag(finding, number) for finding in reading.findings]
        copies.append(Copy(marks, tuple(flags)))
    return copies


def _flag(finding: Finding, page: int) -> Flag:
    box = finding.rect.rounded() if finding.rect is not None else None
    return Flag(finding.code, finding.contest, box, page, finding.detail)

"""Scans as files, of every kind that offices hand in: what the speed of reading is measured on.

In come ordinary office papers of two generators; out goes one file a page, so that files of all
kinds can be read in turn, page by page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count, islice
from pathlib import Path

import numpy as np
from handsheets.ballots import ballot_style
from handsheets.families import FamilyName
from handsheets.papers import Paper, papers
from handsheets.scanner import Mode
from handsheets.sheet import Pixels

from omr.rehearse.printer import choose_printer
from omr.rehearse.scanfile import Format, write_pages
from omr.rehearse.scanner import ScanMode, choose_scanner
from trials.specimens import RehearsedOffice, rehearsed_papers

# One vote, so that one reader can read the whole stack; half of all drawn offices are of it.
TEMPLATE, _GROUPS = "tin-nhiem.vi", ("a", "b")
# Pages taken from one office, so that even a short run meets several printers and scanners.
_PAGES_OF_OFFICE = 4
# What office scanners use for JPEG as a rule; the size of a file weighs in its decoding.
_QUALITY = 85


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind of file.

    Attributes:
        about: As the table names it.
        mode, dpi: Of the scan.
        most_times: What the whole reading may take at most, in times of the bare decoding.
    """

    about: str
    mode: ScanMode
    dpi: int
    format: Format
    most_times: float | None = None


KINDS: dict[str, FileKind] = {
    "jpeg-grey-300": FileKind("JPEG grey 300", "grey", 300, "jpg", 2.0),
    "jpeg-grey-200": FileKind("JPEG grey 200", "grey", 200, "jpg", 2.5),
    "jpeg-colour-300": FileKind("JPEG colour 300", "colour", 300, "jpg"),
    "pdf-jpeg": FileKind("PDF grey 300", "grey", 300, "pdf", 2.0),
    "tiff-g4": FileKind("TIFF G4 200", "bitonal", 200, "tiff"),
    "png": FileKind("PNG grey 300", "grey", 300, "png"),
}


def make_files(
    folder: Path, kinds: Sequence[str], pages: int, seed: int
) -> dict[str, tuple[Path, ...]]:
    """Draw papers and write them, one file a page.

    Args:
        folder: Where.
        kinds: Of ``KINDS``; kinds that come from the same scan hold the same pages.
        pages: Files of each kind, half of them from each generator, by turns.
        seed: Of the papers.
    """
    files: dict[str, list[Path]] = {kind: [] for kind in kinds}
    for mode, dpi in dict.fromkeys((KINDS[kind].mode, KINDS[kind].dpi) for kind in kinds):
        same = [kind for kind in kinds if (KINDS[kind].mode, KINDS[kind].dpi) == (mode, dpi)]
        sources = (_handsheets(mode, dpi, seed), _rehearsed(mode, dpi, seed))
        for number in range(pages):
            picture = next(sources[number % 2])
            for kind in same:
                files[kind].append(write_page(folder, f"{number:04d}-{kind}", picture, kind))
    return {kind: tuple(paths) for kind, paths in files.items()}


def write_page(folder: Path, stem: str, picture: Pixels, kind: str) -> Path:
    """Write one page, grey or BGR, as a file of a kind."""
    made = KINDS[kind]
    machine = choose_scanner(np.random.default_rng(0), "ordinary")
    machine = replace(machine, mode=made.mode, dpi=made.dpi, quality=_QUALITY)
    page = picture if picture.ndim == 2 else np.ascontiguousarray(picture[:, :, ::-1])
    (path,) = write_pages(folder, stem, [page], machine, made.format)
    return path


def _handsheets(mode: ScanMode, dpi: int, seed: int) -> Iterator[Pixels]:
    """Yield pages of ordinary offices of ``handsheets`` without end, a few from each."""
    family: FamilyName = "bilevel200" if mode == "bitonal" else "office"
    for number in count():
        office = papers(family, seed, number)
        first = next(office)
        drawn_for = first.office.scanner.dpi
        # A sheet is drawn for its scanner; in a finer scan there would be nothing more to see.
        if first.office.style.template == TEMPLATE and dpi <= drawn_for < 2 * dpi:
            yield from islice(_scans(chain((first,), office), mode, dpi), _PAGES_OF_OFFICE)


def _scans(office: Iterable[Paper], mode: ScanMode, dpi: int) -> Iterator[Pixels]:
    """Put papers through the scanner of their office, set to what is asked for."""
    names: dict[ScanMode, Mode] = {"bitonal": "bilevel", "grey": "grey", "colour": "colour"}
    for paper in office:
        scanner = replace(paper.office.scanner, mode=names[mode], dpi=dpi)
        there = replace(paper, office=replace(paper.office, scanner=scanner))
        yield from (picture for picture, _ in there.scanned(0))


def _rehearsed(mode: ScanMode, dpi: int, seed: int) -> Iterator[Pixels]:
    """Yield pages of ordinary offices of ``omr.rehearse`` without end, a few from each."""
    for number in count():
        rng = np.random.default_rng([seed, number])
        printer, scanner = choose_printer(rng, "ordinary"), choose_scanner(rng, "ordinary")
        office = RehearsedOffice(
            f"speed-{seed}-{number}",
            "ordinary",
            False,
            ballot_style(TEMPLATE, _GROUPS[number % 2]),
            printer,
            replace(scanner, mode=mode, dpi=dpi),
        )
        pages = (p for paper in rehearsed_papers(office, number, rng) for p, _ in paper.pictures())
        yield from islice(pages, _PAGES_OF_OFFICE)

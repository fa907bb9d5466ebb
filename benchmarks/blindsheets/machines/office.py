"""One place: its printer, its paper, its habits of handling and its scanner."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from blindsheets.machines.paper import Paper, choose_paper
from blindsheets.machines.presses import choose_printer
from blindsheets.machines.printer import Printer, print_page
from blindsheets.machines.raster import Pixels
from blindsheets.machines.scanner import Scanner, scan
from blindsheets.machines.scanners import choose_scanner
from blindsheets.machines.sheet import WornPage
from blindsheets.machines.wear import HABITS, wear

Severity = Literal["neat", "office", "damaged"]
# One place in four has a habit that leaves its trace on most of its ballots.
_HABIT_CHANCE = 0.25
# Grey of the palest ink of a print, and its share of the paper's grey.
_PALEST = 160.0
_PALEST_SHARE = 0.64


@dataclass(frozen=True, slots=True)
class Office:
    """The printer, the habits of handling and the scanner of one place."""

    severity: Severity
    printer: Printer
    paper: Paper
    habits: tuple[str, ...]
    scanner: Scanner

    def printed(self, page: Pixels, px_per_mm: float, rng: np.random.Generator) -> Pixels:
        """Print a page as designed: what lies before the voter.

        Args:
            page: Grey, shape (h, w), 255 = white; it is left as it is.
            px_per_mm: Its resolution, and that of the result.

        Returns:
            BGR, shape (h, w, 3).
        """
        return print_page(self.printer, self.paper, page, px_per_mm, rng)

    def worn(
        self,
        page: Pixels,
        px_per_mm: float,
        rng: np.random.Generator,
        back: Pixels | None = None,
    ) -> WornPage:
        """Handle a page after the pen.

        Args:
            page: BGR; it is left as it is.
            px_per_mm: Its resolution.
            back: The other side if the sheet has one, as it is read when turned over.
        """
        sheet = wear(page, px_per_mm, self.severity, self.habits, rng)
        return sheet.worn(back, self.paper.thinness, self.paper.grain)

    def scanned(
        self, worn: WornPage, px_per_mm: float, rng: np.random.Generator
    ) -> tuple[Pixels, int | None]:
        """Pass a sheet through the scanner; each call is another pass of the same scanner.

        Returns:
            Grey or BGR, and the resolution that the file states.
        """
        return scan(self.scanner, worn, px_per_mm, rng), self.scanner.dpi

    def words(self) -> list[str]:
        """Tell what is peculiar here, for the record."""
        said = [*self.printer.words, self.paper.name, *self.habits, *self.scanner.words]
        return [word for word in said if word]


def choose_office(rng: np.random.Generator, severity: Severity) -> Office:
    """Choose a place.

    Args:
        severity: "neat": good machines and clean paper; "office": any ordinary place; "damaged":
            papers with severe wear or faults of the machines, plain to a person all the same.
    """
    habits: tuple[str, ...] = ()
    if severity != "neat" and rng.uniform() < _HABIT_CHANCE:
        habits = (str(rng.choice(HABITS)),)
    paper = choose_paper(rng, severity)
    level = float(np.mean(paper.colour))
    # On grey paper the palest ink must be darker to be as plain.
    printer = choose_printer(rng, severity)
    printer = replace(printer, palest=min(_PALEST, _PALEST_SHARE * level))
    return Office(severity, printer, paper, habits, choose_scanner(rng, severity, level))

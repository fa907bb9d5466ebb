"""A whole stack: ballots printed, marked, worn, mixed with what does not belong, and scanned.

In come an election, its layouts, its key and a seed; out come scan files and their truth.
The same seed gives the same bytes. Papers are scanned in batches, a file each, every batch
by one printer and one scanner, as in an office.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import numpy as np

from omr.ballot.model import BallotLayout
from omr.ballot.serials import issue_serials
from omr.election.model import Election, VoterGroup
from omr.rehearse.batch import Batch, Office
from omr.rehearse.printer import choose_printer
from omr.rehearse.scanfile import Format, page_place, write_pages
from omr.rehearse.scanner import FINE_DPI, ScanMode, Scanner, choose_scanner
from omr.rehearse.voters import (
    Kind,
    LineFault,
    PaperFault,
    PaperPlan,
    habits_of,
    plan_paper,
    with_fault,
    with_line_fault,
)

__all__ = ["PAPERS_IN_BATCH", "Format", "Progress", "Recipe", "Stack", "make_stack"]

Progress = Callable[[int, int], None]

PAPERS_IN_BATCH = 20
PAPERS_IN_FINE_BATCH = 8


@dataclass(frozen=True, slots=True)
class Stack:
    """What was made: the scan files, the truth beside them, and the serials used by group."""

    files: tuple[Path, ...]
    truth: Path
    serials: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What kind of stack to make.

    Attributes:
        papers: Ballots of each voter group.
        fault_share: Share of papers with some fault; None for what is usual in the kind.
        every_fault: Whether each fault of voters and paper is made at least once in a group.
        strangers: Whether foreign papers, copies, blank backs and a lost page are mixed in.
        small: Whether scans are kept small: two levels mostly, 200 dpi, one batch in grey and
            one in colour for each group.
    """

    seed: int
    papers: int
    kind: Kind = "ordinary"
    format: Format = "pdf"
    fault_share: float | None = None
    every_fault: bool = False
    strangers: bool = False
    small: bool = False


def make_stack(
    election: Election,
    layouts: Mapping[str, BallotLayout],
    key: bytes,
    out: Path,
    recipe: Recipe,
    progress: Progress | None = None,
) -> Stack:
    """Print, mark, wear and scan a stack of papers.

    Args:
        election: The vote.
        layouts: Its ballot styles, by group id.
        key: Its secret key, with which the codes are signed.
        out: A folder, made if it is not there: ``scans/`` and ``truth.jsonl`` go into it.
        recipe: How many, what kind, which seed.
        progress: Called with ballot pages done and ballot pages in all.

    Returns:
        The files, their truth and the serials.
    """
    scans = out / "scans"
    scans.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    truth: list[dict[str, Any]] = []
    serials: dict[str, tuple[str, ...]] = {}
    total = sum(recipe.papers * len(layouts[group.id].pages) for group in election.groups)
    done = 0
    for index, group in enumerate(election.groups):
        rng = np.random.default_rng([recipe.seed, index])
        taken = {serial for issued in serials.values() for serial in issued}
        serials[group.id] = tuple(issue_serials(recipe.papers, taken, f"{recipe.seed}-{index}"))
        plans = _plans(election, group, serials[group.id], recipe, rng)
        number = at = 0
        while number < len(plans):
            office = _office(election, index, layouts[group.id], key, recipe, at, rng)
            size = PAPERS_IN_BATCH if office.scanner.dpi <= FINE_DPI else PAPERS_IN_FINE_BATCH
            batch = Batch(office, rng)
            own = plans[number : number + size]
            batch.scan(own, recipe.strangers and at == 0)
            stem = f"{group.id}-{at + 1:02d}"
            files += write_pages(scans, stem, batch.pages, office.scanner, recipe.format)
            truth += [_located(fact, stem, recipe.format) for fact in batch.truth]
            number, at = number + len(own), at + 1
            done += len(own) * len(layouts[group.id].pages)
            if progress is not None:
                progress(done, total)
    path = out / "truth.jsonl"
    path.write_text("".join(json.dumps(fact, ensure_ascii=False) + "\n" for fact in truth), "utf-8")
    return Stack(tuple(files), path, serials)


def _small(scanner: Scanner, number: int) -> Scanner:
    """Return the scanner set to small files; the kind of scan changes from batch to batch."""
    modes: tuple[ScanMode, ...] = ("bitonal", "grey", "bitonal", "colour")
    mode = modes[number % 4]
    dpi = 200 if mode == "bitonal" else 150
    return replace(scanner, mode=mode, dpi=dpi, quality=min(scanner.quality, 55), noise=1.0)


def _plans(
    election: Election,
    group: VoterGroup,
    serials: Sequence[str],
    recipe: Recipe,
    rng: np.random.Generator,
) -> list[PaperPlan]:
    """Plan every paper of a group; with ``every_fault``, the first papers have one each."""
    habits = habits_of(recipe.kind, recipe.fault_share)
    options = [option.id for option in election.options]
    plans = [
        plan_paper(group, options, serial, habits, rng, election.form.seal) for serial in serials
    ]
    if recipe.every_fault:
        line_faults: tuple[LineFault, ...] = get_args(LineFault)
        paper_faults: tuple[PaperFault, ...] = get_args(PaperFault)
        for number, fault in enumerate(line_faults[: len(plans)]):
            plans[number] = with_line_fault(plans[number], fault, options, rng)
        for number, paper_fault in enumerate(paper_faults, start=len(line_faults)):
            if number < len(plans):
                plans[number] = with_fault(plans[number], paper_fault)
        order = rng.permutation(len(plans))
        plans = [plans[int(k)] for k in order]
    return plans


def _office(
    election: Election,
    index: int,
    layout: BallotLayout,
    key: bytes,
    recipe: Recipe,
    batch: int,
    rng: np.random.Generator,
) -> Office:
    """Draw the printer and the scanner of one batch."""
    scanner = choose_scanner(rng, recipe.kind)
    printer = choose_printer(rng, recipe.kind)
    if recipe.small:
        scanner = _small(scanner, batch + index)
    # An operator who sees the print vanish turns the scanner darker before going on.
    scanner = replace(scanner, threshold=max(scanner.threshold, 1.08 - 0.75 * printer.toner))
    return Office(election, index, layout, key, recipe.kind, printer, scanner)


def _located(fact: dict[str, Any], stem: str, kind: Format) -> dict[str, Any]:
    """Fill in the file names, known only once the batch has its name."""
    if fact["kind"] == "page":
        file, page = page_place(stem, kind, fact["page"])
        return {**fact, "file": file, "page": page}
    places = [page_place(stem, kind, place["page"]) for place in fact["pages"]]
    return {**fact, "pages": [{"file": file, "page": page} for file, page in places]}

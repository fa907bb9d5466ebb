"""A whole stack: ballots printed, marked, worn, mixed with what does not belong, and scanned.

In come an election, its layouts, its key and a seed; out come scan files and their truth.
The same seed gives the same bytes. Papers are scanned in batches, a file each, every batch
by one printer and one scanner, as in an office.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from pdf2image import convert_from_path
from PIL import Image, ImageDraw

from omr.ballot.draw import print_ballots
from omr.ballot.model import BallotLayout, PageLayout
from omr.ballot.serials import issue_serials
from omr.election.model import Election, VoterGroup
from omr.rehearse.paper import choose_wear
from omr.rehearse.pens import Pixels
from omr.rehearse.printer import Printer, choose_printer
from omr.rehearse.scanner import ScanMode, Scanner, choose_scanner, choose_shot
from omr.rehearse.sheet import PAPER_DPI, Passage, SealWords, draw_page, draw_plain
from omr.rehearse.truth import PagePlace, loose_truth, paper_truth
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

Format = Literal["pdf", "tiff", "jpg", "png"]
Progress = Callable[[int, int], None]

PAPERS_IN_BATCH = 20
# Scans carry no date, so that the same seed gives the same bytes.
_NO_DATE = time.gmtime(0)


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
        progress: Called with pages done and pages in all.

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
        for number in range(0, len(plans), PAPERS_IN_BATCH):
            batch = _Batch(election, index, layouts[group.id], key, recipe, rng)
            if recipe.small:
                batch.scanner = _small(batch.scanner, number // PAPERS_IN_BATCH + index)
            pages, facts = batch.scan(plans[number : number + PAPERS_IN_BATCH], number == 0)
            stem = f"{group.id}-{number // PAPERS_IN_BATCH + 1:02d}"
            files += _write(scans, stem, pages, batch.scanner, recipe.format)
            truth += [_located(fact, stem, recipe.format) for fact in facts]
            done += len(pages)
            if progress is not None:
                progress(min(done, total), total)
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


class _Batch:
    """One batch: papers of one group through one printer and one scanner."""

    def __init__(
        self,
        election: Election,
        index: int,
        layout: BallotLayout,
        key: bytes,
        recipe: Recipe,
        rng: np.random.Generator,
    ) -> None:
        self.scanner: Scanner = choose_scanner(rng, recipe.kind)
        self._printer: Printer = choose_printer(rng, recipe.kind)
        self._election, self._index, self._layout = election, index, layout
        self._key, self._recipe, self._rng = key, recipe, rng
        issuer = election.header.left[-1] if election.header.left else election.id
        self._words = SealWords(issuer.upper(), ("BAN", "CHẤP HÀNH"))

    def scan(
        self, plans: Sequence[PaperPlan], first: bool
    ) -> tuple[list[Pixels], list[dict[str, Any]]]:
        """Return the scanned pages of these papers in stack order, and their truth."""
        designs = list(self._designs([plan.serial for plan in plans], self._key))
        per_paper = len(self._layout.pages)
        pages: list[Pixels] = []
        facts: list[dict[str, Any]] = []
        for number, plan in enumerate(plans):
            own = designs[number * per_paper : (number + 1) * per_paper]
            strange = self._recipe.strangers and first
            lost = strange and number == 2 and per_paper > 1
            copied = strange and number == 3
            places = []
            for _ in range(2 if copied else 1):
                for page, design in zip(self._layout.pages, own, strict=True):
                    if lost and page.page == per_paper:
                        continue
                    pages.append(self._page(page, design, plan))
                    places.append(len(pages))
            facts += self._facts(plan, places, copied, lost)
            if strange and number == 4:
                facts += self._strangers(pages)
        return pages, facts

    def _facts(
        self, plan: PaperPlan, places: list[int], copied: bool, lost: bool
    ) -> list[dict[str, Any]]:
        if "codes-lost" in plan.faults:
            # Without a legible code a page cannot be tied to its ballot: it waits as a page.
            return [loose_truth(PagePlace("", at), "no-code", "codes blotted") for at in places]
        return [paper_truth(plan, [PagePlace("", at) for at in places], copied, lost)]

    def _strangers(self, pages: list[Pixels]) -> list[dict[str, Any]]:
        """Add a ballot of another vote, a form that is none of ours, and an empty back."""
        page = self._layout.pages[0]
        other_key = bytes(reversed(self._key))
        serial = issue_serials(1, set(), f"stranger-{self._recipe.seed}-{self._index}")
        forged = next(self._designs(serial, other_key))
        designs = (
            ("bad-signature", "ballot signed with another key", forged),
            ("no-code", "a form of another kind", _form(page)),
            ("blank", "an empty back", np.full(forged.shape, 255, np.uint8)),
        )
        facts = []
        for reason, what, design in designs:
            pages.append(draw_plain(design, self._passage(page)))
            facts.append(loose_truth(PagePlace("", len(pages)), reason, what))
        return facts

    def _passage(self, page: PageLayout) -> Passage:
        rng, kind = self._rng, self._recipe.kind
        return Passage(
            sheet=self._printer.sheet(page.width, page.height, rng),
            wear=choose_wear(rng, kind),
            scanner=self.scanner,
            shot=choose_shot(self.scanner, rng),
        )

    def _page(self, page: PageLayout, design: Pixels, plan: PaperPlan) -> Pixels:
        return draw_page(page, design, plan, self._passage(page), self._words)

    def _designs(self, serials: Sequence[str], key: bytes) -> Iterator[Pixels]:
        """Print these ballots and yield their pages as designed, at ``PAPER_DPI``."""
        per_paper = len(self._layout.pages)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "print.pdf")
            print_ballots(self._layout, self._election.fingerprint, self._index, serials, key, path)
            # A blank back may follow each ballot in the file; it is not part of the layout.
            sheet = per_paper + per_paper % 2 if self._layout.two_sided else per_paper
            for number in range(len(serials)):
                for page in range(per_paper):
                    at = number * sheet + page + 1
                    image = convert_from_path(
                        path, int(PAPER_DPI), first_page=at, last_page=at, grayscale=True
                    )[0]
                    yield np.asarray(image, dtype=np.uint8)


def _form(page: PageLayout) -> Pixels:
    """Return a page of lines and words that has nothing to do with the vote."""
    scale = PAPER_DPI / 25.4
    image = Image.new("L", (round(page.width * scale), round(page.height * scale)), 255)
    draw = ImageDraw.Draw(image)
    for line in range(24):
        y = (40 + 9 * line) * scale
        draw.line([(25 * scale, y), ((page.width - 25) * scale, y)], fill=60, width=3)
        draw.text((26 * scale, y - 60), "GIẤY MỜI HỌP " * 2, fill=20, font_size=44)
    return np.asarray(image, dtype=np.uint8)


def _located(fact: dict[str, Any], stem: str, kind: Format) -> dict[str, Any]:
    """Fill in the file names, known only once the batch is written."""

    def name(page: int) -> tuple[str, int]:
        return (
            (f"{stem}.{kind}", page)
            if kind in ("pdf", "tiff")
            else (f"{stem}-{page:03d}.{kind}", 1)
        )

    if fact.get("kind") == "page":
        file, page = name(fact["page"])
        return {**fact, "file": file, "page": page}
    places = [name(place["page"]) for place in fact.get("pages", [])]
    return {**fact, "pages": [{"file": file, "page": page} for file, page in places]}


def _write(
    out: Path, stem: str, pages: Sequence[Pixels], scanner: Scanner, kind: Format
) -> list[Path]:
    """Write the pages as one file, or one file each where the format holds only one."""
    images = [Image.fromarray(page) for page in pages]
    if scanner.mode == "bitonal":
        images = [image.convert("1", dither=Image.Dither.NONE) for image in images]
    dpi = float(scanner.dpi)
    # A quality is JPEG's; sheets of two levels are stored without loss.
    quality: dict[str, Any] = {} if scanner.mode == "bitonal" else {"quality": scanner.quality}
    if kind == "pdf":
        path = out / f"{stem}.pdf"
        images[0].save(
            path,
            save_all=True,
            append_images=images[1:],
            resolution=dpi,
            **quality,
            creationDate=_NO_DATE,
            modDate=_NO_DATE,
        )
        return [path]
    if kind == "tiff":
        path = out / f"{stem}.tiff"
        coding = "group4" if scanner.mode == "bitonal" else "tiff_lzw"
        images[0].save(
            path, save_all=True, append_images=images[1:], dpi=(dpi, dpi), compression=coding
        )
        return [path]
    paths = []
    for number, image in enumerate(images, start=1):
        path = out / f"{stem}-{number:03d}.{kind}"
        whole = image.convert("L") if kind == "jpg" and image.mode == "1" else image
        whole.save(path, dpi=(dpi, dpi), quality=scanner.quality)
        paths.append(path)
    return paths

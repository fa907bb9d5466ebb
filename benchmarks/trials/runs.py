"""A run: units of papers over several processes, each result kept as soon as it is there.

A results file holds one JSON line for each unit. A run can be stopped at any time and gone on
with, and several files can be reported together.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import blindsheets
import cv2
import handsheets
import numpy as np

import omr
from omr.scan.settings import ReaderSettings
from trials.reading import PaperRead
from trials.specimens import Picture, specimens
from trials.verdict import faults_of, judge

# The rooms whose code decides what is read from a page and how it is judged.
_READING_ROOMS = ("scan", "tally", "ballot", "election")
# Those whose code decides what is on a paper.
_HANDSHEETS, _BLINDSHEETS = (Path(room.__file__ or "").parent for room in (handsheets, blindsheets))
_PAPER_ROOMS = (_HANDSHEETS, _BLINDSHEETS, _BLINDSHEETS / "machines")


@dataclass(frozen=True, slots=True)
class Unit:
    """A few papers of one family, made from these numbers alone."""

    family: str
    seed: int
    number: int


@dataclass(frozen=True, slots=True)
class Run:
    """What is to be run.

    Attributes:
        pages: Least number of pages for each family, those of earlier runs in ``out`` counted.
        rescan: Share of accepted papers that are scanned again.
        out: Results file, or None.
        keep: Folder for the pictures of failures, or None.
    """

    families: tuple[str, ...]
    seed: int
    pages: int
    jobs: int
    rescan: float
    out: Path | None = None
    keep: Path | None = None


@lru_cache(maxsize=1)
def reader_identity() -> dict[str, str]:
    """Say which reader read whose papers: version, settings, and hashes of the code of both."""
    root = Path(omr.__file__).parent
    return {
        "version": omr.__version__,
        "settings": ReaderSettings().fingerprint(),
        "code": _hash_of(root / room for room in _READING_ROOMS),
        "papers": _hash_of([*_PAPER_ROOMS, root / "rehearse"]),
    }


def _hash_of(folders: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def results(files: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """Yield the units of results files, each once; a line cut short by a stop is passed over."""
    seen: set[tuple[Any, ...]] = set()
    for path in files:
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                result: dict[str, Any] = json.loads(line)
            except json.JSONDecodeError:
                continue
            key = (result["family"], result["seed"], result["unit"])
            if key not in seen:
                seen.add(key)
                yield result


def run(what: Run) -> Iterator[dict[str, Any]]:
    """Run what is not in the results file yet, and yield each unit's result as it comes."""
    done: dict[str, set[int]] = {family: set() for family in what.families}
    pages: dict[str, int] = dict.fromkeys(what.families, 0)
    if what.out is not None and what.out.exists():
        for result in results([what.out]):
            if result["family"] in done and result["seed"] == what.seed:
                done[result["family"]].add(result["unit"])
                pages[result["family"]] += sum(row["pages"] for row in result["papers"])
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(what.jobs, mp_context=context, initializer=_begin) as pool:
        for family in what.families:
            for result in _family(pool, what, family, done[family], pages[family]):
                if what.out is not None:
                    with what.out.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(result, ensure_ascii=False) + "\n")
                yield result


def _family(
    pool: ProcessPoolExecutor, what: Run, family: str, done: set[int], pages: int
) -> Iterator[dict[str, Any]]:
    number = 0
    under_way: set[Future[dict[str, Any]]] = set()
    while pages < what.pages or under_way:
        while pages < what.pages and len(under_way) < what.jobs:
            if number not in done:
                unit = Unit(family, what.seed, number)
                under_way.add(pool.submit(run_unit, unit, what.rescan, what.keep))
            number += 1
        if not under_way:
            continue
        finished, under_way = wait(under_way, return_when=FIRST_COMPLETED)
        for future in finished:
            result = future.result()
            pages += sum(row["pages"] for row in result["papers"])
            yield result


def _begin() -> None:
    cv2.setNumThreads(1)  # the processes share the processors already


def run_unit(unit: Unit, rescan: float, keep: Path | None) -> dict[str, Any]:
    """Make, read and judge the papers of one unit."""
    start = time.perf_counter()
    rng = np.random.default_rng([unit.seed, unit.number, 5])
    rows = []
    for specimen in specimens(unit.family, unit.seed, unit.number):
        row, pictures, read = judge(specimen, bool(rng.random() < rescan))
        wrong = faults_of(row)
        if keep is not None and wrong:
            _keep(keep, unit, row, wrong, pictures, read, specimen.truth)
        rows.append(row)
    return {
        "family": unit.family,
        "seed": unit.seed,
        "unit": unit.number,
        "reader": reader_identity(),
        "seconds": round(time.perf_counter() - start, 2),
        "papers": rows,
    }


def _keep(
    folder: Path,
    unit: Unit,
    row: dict[str, Any],
    wrong: list[str],
    pictures: list[Picture],
    read: PaperRead,
    truth: dict[str, Any],
) -> None:
    """Write the pictures of a failure, and a line that says why."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{unit.family}-{wrong[0]}-s{unit.seed}-{row['paper']:05d}"
    names = []
    for at, (pixels, dpi) in enumerate(pictures, start=1):
        names.append(f"{stem}-{at}-{dpi or 'no-'}dpi.png")
        cv2.imwrite(str(folder / names[-1]), pixels, [cv2.IMWRITE_PNG_COMPRESSION, 3])
    findings = [
        {"page": at, **asdict(finding)}
        for at, reading in enumerate(read.readings, start=1)
        for finding in reading.findings
    ]
    doubts = [
        [at, mark.contest, mark.option, mark.state, round(mark.score, 3), mark.note]
        for at, reading in enumerate(read.readings, start=1)
        for mark in reading.marks
        if mark.state == "uncertain"
    ]
    line = {
        "family": unit.family, "seed": unit.seed, "wrong": wrong, "pictures": names, **row,
        "truth": truth, "findings": findings, "uncertain": doubts,
    }  # fmt: skip
    with (folder / "failures.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")

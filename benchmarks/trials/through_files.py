"""The long way: papers of ``omr rehearse`` from print to record, by the commands people use.

A count folder and a stack are made in a temporary folder, scanned, exported, and the record
is held against the truth. This alone sees pages lost or counted twice on the way.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from omr.rehearse.compare import Comparison, compare, read_truth
from trials.figures import upper_bound

_OMR = [sys.executable, "-c", "from omr.cli.main import main; main()", "--lang", "en"]
_NEEDS_PERSON = 4


@dataclass(frozen=True, slots=True)
class Journey:
    """What to rehearse.

    Attributes:
        papers: Of each group.
        faults: Whether every fault and foreign papers are in the stack.
        keep: Folder to work in and to leave; None for a temporary one.
    """

    papers: int
    kind: str
    seed: int
    template: str
    format: str
    faults: bool
    jobs: int
    keep: Path | None


def through_files(journey: Journey) -> int:
    """Make, scan and compare; print the figures.

    Returns:
        0 where nothing was misread silently, missed, lost or doubled, else 1.
    """
    with tempfile.TemporaryDirectory() as temporary:
        base = journey.keep or Path(temporary)
        base.mkdir(parents=True, exist_ok=True)
        _omr(base, "new", "vote", "--from", journey.template)
        vote = base / "vote"
        more = ("--faults",) if journey.faults else ()
        _omr(
            vote, "rehearse", "--papers", str(journey.papers), "--seed", str(journey.seed),
            "--kind", journey.kind, "--format", journey.format, "--out", "stack", *more,
        )  # fmt: skip
        start = time.perf_counter()
        _omr(vote, "scan", "stack/scans", "--jobs", str(journey.jobs))
        seconds = time.perf_counter() - start
        record = [json.loads(line) for line in _omr(vote, "export", "--format", "cvr").splitlines()]
        truth = read_truth(vote / "stack/truth.jsonl")
    found = compare(truth, record)
    _report(found, seconds, sum(len(row.get("pages", [row])) for row in truth))
    return 1 if found.wrong else 0


def _omr(folder: Path, *words: str) -> str:
    done = subprocess.run([*_OMR, *words], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in (0, _NEEDS_PERSON):
        sys.exit(f"omr {' '.join(words)} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def _report(found: Comparison, seconds: float, pages: int) -> None:
    share = len(found.needless) / max(found.papers, 1)
    bound = upper_bound(len(found.silent), max(found.accepted_lines, 1))
    print(f"papers {found.papers}, lines {found.lines}, accepted lines {found.accepted_lines}")
    print(f"silent errors {len(found.silent)} (upper 95 % bound {bound:.2e} a line)")
    print(f"needless review {len(found.needless)} papers = {100 * share:.2f} %", end=" ")
    print(dict(found.reasons))
    print(f"missed review {len(found.missed)}; rightly asked {found.called + found.asked}")
    print(f"pages lost {len(found.lost)}, doubled {len(found.doubled)}", end=", ")
    print(f"other pages named wrongly {len(found.pages_wrong)}")
    print("confusion (truth -> machine):")
    for (truth, machine), count in sorted(found.confusion.items()):
        print(f"  {truth:>12} -> {machine:<12} {count}")
    for name in ("silent", "missed", "needless", "lost", "doubled", "pages_wrong", "strays"):
        for text in getattr(found, name)[:40]:
            print(f"  {name}: {text.en}")
    print(
        f"scan {seconds:.1f} s for {pages} pages = {1000 * seconds / max(pages, 1):.0f} ms a page"
    )

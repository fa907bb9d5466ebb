"""How truly are rehearsed papers read? From print to record, by the commands that people use.

    python benchmarks/accuracy.py --papers 1000 --kind ordinary --seed 7

makes a count folder and a stack in a temporary folder, scans it, exports the record and holds
it against the truth. Prints papers, lines, silent errors with the upper 95 % bound, needless
and missed review, lost and doubled pages, and seconds. Ends with 1 if anything was misread
silently, missed, lost or doubled.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from omr.rehearse.compare import Comparison, compare, read_truth

_OMR = [sys.executable, "-c", "from omr.cli.main import main; main()", "--lang", "en"]
_NEEDS_PERSON = 4


def _omr(folder: Path, *words: str) -> str:
    done = subprocess.run([*_OMR, *words], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in (0, _NEEDS_PERSON):
        sys.exit(f"omr {' '.join(words)} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def upper_bound(errors: int, trials: int) -> float:
    """Return the exact upper 95 % bound (Clopper and Pearson) of an error rate, by bisection."""
    if errors >= trials:
        return 1.0
    low, high = errors / trials, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        term = at_most = (1 - middle) ** trials
        for k in range(1, errors + 1):
            term *= (trials - k + 1) / k * middle / (1 - middle)
            at_most += term
        low, high = (middle, high) if at_most > 0.05 else (low, middle)
    return high


def report(found: Comparison, seconds: float, pages: int) -> None:
    """Print the figures."""
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


def run() -> int:
    """Make, scan, compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--papers", type=int, default=100, help="papers of each group")
    parser.add_argument("--kind", default="ordinary", choices=("ordinary", "mixed", "severe"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--template", default="tin-nhiem.vi")
    parser.add_argument("--format", default="pdf")
    parser.add_argument("--faults", action="store_true", help="every fault and foreign papers")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="work here and keep everything")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        base = options.keep or Path(temporary)
        base.mkdir(parents=True, exist_ok=True)
        _omr(base, "new", "vote", "--from", options.template)
        vote = base / "vote"
        more = ("--faults",) if options.faults else ()
        _omr(
            vote, "rehearse", "--papers", str(options.papers), "--seed", str(options.seed),
            "--kind", options.kind, "--format", options.format, "--out", "stack", *more,
        )  # fmt: skip
        start = time.perf_counter()
        _omr(vote, "scan", "stack/scans", "--jobs", str(options.jobs))
        seconds = time.perf_counter() - start
        record = [json.loads(line) for line in _omr(vote, "export", "--format", "cvr").splitlines()]
        truth = read_truth(vote / "stack/truth.jsonl")
    found = compare(truth, record)
    pages = sum(len(row.get("pages", [row])) for row in truth)
    report(found, seconds, pages)
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(run())

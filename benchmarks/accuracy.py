"""How truly is paper read? Families of papers with known truth, put before the reader.

    python benchmarks/accuracy.py --family neat --family office --pages 300 --out results.jsonl
    python benchmarks/accuracy.py --report results.jsonl

runs families of papers (all without ``--family``) and prints every figure: confusion, silent
errors with the upper 95 % bound, needless review by reason, missed review by kind,
repeatability of rescans, the effect of a box's position, and each line of what is asked for.
With ``--out`` results are kept as they come and a later run goes on with them; ``--report``
reports kept results alone and writes ``docs/accuracy.md``. ``--keep-failures`` keeps the
pictures of everything that went wrong. ``--through-files`` goes the long way instead, through
files and the program's own commands, on papers of ``omr rehearse``. Ends with 1 where a paper
was misread silently or accepted against the rules.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from trials.figures import Figures
from trials.record import write_record
from trials.runs import Run, results, run
from trials.specimens import FAMILY_NAMES
from trials.through_files import Journey, through_files
from trials.verdict import faults_of

_DOCS = Path(__file__).resolve().parent.parent / "docs" / "accuracy.md"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add = parser.add_argument
    add("--family", action="append", choices=FAMILY_NAMES, help="may be given more than once")
    add("--pages", type=int, default=120, help="pages of each family (default 120)")
    add("--seed", type=int, default=1)
    add("--jobs", type=int, default=2, help="processes (default 2)")
    add("--rescan", type=float, default=0.5, help="share of accepted papers scanned again")
    add("--out", type=Path, help="results file; is appended to, and gone on with by --resume")
    add("--resume", action="store_true", help="go on with the results in --out")
    add("--keep-failures", type=Path, metavar="DIR", help="pictures of failures, and why")
    add("--report", type=Path, nargs="+", metavar="FILE", help="report kept results alone")
    add("--docs", type=Path, default=_DOCS, help="where --report writes (default docs/accuracy.md)")
    add("--through-files", action="store_true", help="print, scan and export by commands")
    add("--papers", type=int, default=100, help="with --through-files: papers of each group")
    add("--kind", default="ordinary", choices=("ordinary", "mixed", "severe"))
    add("--template", default="tin-nhiem.vi", help="with --through-files")
    add("--format", default="pdf", help="with --through-files")
    add("--faults", action="store_true", help="with --through-files: every fault, strangers")
    add("--keep", type=Path, help="with --through-files: work here and keep everything")
    return parser.parse_args()


def _tell(result: dict[str, Any], start: float) -> None:
    """Print what a unit came to, where something went wrong at once."""
    for row in result["papers"]:
        wrong = faults_of(row)
        if wrong:
            why = ", ".join(row["reasons"]) or ", ".join(row["kinds"])
            line = f"{result['family']} {row['paper']}: {', '.join(wrong)} ({why}) {row['off'][:4]}"
            print(f"[{time.perf_counter() - start:6.0f} s] {line}", file=sys.stderr, flush=True)


def _run(options: argparse.Namespace) -> int:
    if options.out is not None and options.out.exists() and not options.resume:
        sys.exit(f"{options.out} exists: name another file, or go on with it by --resume")
    families = tuple(options.family or FAMILY_NAMES)
    what = Run(
        families, options.seed, options.pages, options.jobs, options.rescan,
        options.out, options.keep_failures,
    )  # fmt: skip
    start, fresh = time.perf_counter(), []
    for result in run(what):
        fresh.append(result)
        _tell(result, start)
    everything = list(results([options.out])) if options.out is not None else fresh
    print(write_record(everything, f"python benchmarks/accuracy.py {' '.join(sys.argv[1:])}"))
    seconds, pages = time.perf_counter() - start, _pages(fresh)
    print(f"{pages} pages in {seconds:.0f} s, {seconds / max(1, pages):.2f} s a page")
    return _verdict(everything)


def _pages(found: list[dict[str, Any]]) -> int:
    return sum(row["pages"] for result in found for row in result["papers"])


def _verdict(found: list[dict[str, Any]]) -> int:
    total = Figures()
    for result in found:
        total.add(result)
    return 1 if total.silent or total.missed or total.flips or total.strange + total.lost else 0


def main() -> int:
    """Run, report, or go through files."""
    options = _options()
    if options.through_files:
        return through_files(
            Journey(
                options.papers,
                options.kind,
                options.seed,
                options.template,
                options.format,
                options.faults,
                options.jobs,
                options.keep,
            )
        )
    if options.report:
        found = list(results(options.report))
        names = " ".join(path.name for path in options.report)
        text = write_record(found, f"python benchmarks/accuracy.py --report {names}")
        options.docs.write_text(text, encoding="utf-8")
        print(text)
        return _verdict(found)
    return _run(options)


if __name__ == "__main__":
    sys.exit(main())

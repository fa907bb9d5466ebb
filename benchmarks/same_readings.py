"""Does a change leave the readings as they were? Dump those of fixed papers, compare two dumps.

    python benchmarks/same_readings.py dump before.json --pictures /tmp/pictures
    python benchmarks/same_readings.py dump after.json --pictures /tmp/pictures
    python benchmarks/same_readings.py compare before.json after.json

The seeds are spent ones: what is seen here may be used to tune the reader. A change of a score
is told, but only changed states, outcomes, reasons and grades make the comparison fail.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from trials.reading import PaperRead, read_paper
from trials.specimens import Picture, Specimen, specimens

FAMILIES = ("neat", "office", "damaged", "faulty", "phone", "bilevel200")
# A score may move by the grain of a resampling; more than this is told.
_SCORE_MOVES = 0.02


def main(arguments: list[str]) -> int:
    """Run one of the two commands; returns 1 where readings differ."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    dump = commands.add_parser("dump", help="read fixed papers and write what was read")
    dump.add_argument("out", type=Path)
    dump.add_argument("--family", action="append", help="only this one; may be repeated")
    dump.add_argument("--seed", type=int, action="append", help="default 21 and 501")
    dump.add_argument("--units", type=int, default=2, help="of each family and seed")
    dump.add_argument("--pictures", type=Path, help="folder that keeps the scans for next time")
    compare = commands.add_parser("compare", help="tell what differs between two dumps")
    compare.add_argument("before", type=Path)
    compare.add_argument("after", type=Path)
    asked = parser.parse_args(arguments)
    if asked.command == "compare":
        before, after = (json.loads(path.read_text()) for path in (asked.before, asked.after))
        return _compared(before, after)
    cv2.setNumThreads(1)
    papers = {}
    for family in asked.family or FAMILIES:
        for seed in asked.seed or (21, 501):
            for unit in range(asked.units):
                for paper in specimens(family, seed, unit):
                    name = f"{family}-{seed}-{paper.number}"
                    pictures = _pictures(paper, name, asked.pictures)
                    read = read_paper(paper.style, paper.truth["serial"], pictures)
                    papers[name] = _described(read)
    asked.out.write_text(json.dumps(papers, indent=1))
    pages = sum(len(paper["pages"]) for paper in papers.values())
    print(f"{len(papers)} papers, {pages} pages", file=sys.stderr)
    return 0


def _pictures(paper: Specimen, name: str, folder: Path | None) -> list[Picture]:
    """Scan a paper, or take its scans from the folder where they were kept."""
    if folder is None:
        return paper.pictures()
    kept = folder / f"{name}.npz"
    if kept.exists():
        with np.load(kept) as stored:
            dpis = stored["dpis"].tolist()
            return [(stored[f"page{k}"], dpi or None) for k, dpi in enumerate(dpis)]
    pictures = paper.pictures()
    folder.mkdir(parents=True, exist_ok=True)
    pages = {f"page{k}": pixels for k, (pixels, _) in enumerate(pictures)}
    np.savez(kept, dpis=np.array([dpi or 0 for _, dpi in pictures]), **pages)
    return pictures


def _described(read: PaperRead) -> dict[str, Any]:
    """Return what a comparison is made of."""
    pages = []
    for reading in read.readings:
        pages.append(
            {
                "status": f"{reading.status} {reading.detail} {reading.serial} {reading.page}",
                "marks": {
                    f"{mark.contest}/{mark.option}": [mark.state, mark.note, round(mark.score, 4)]
                    for mark in reading.marks
                },
                "findings": sorted(
                    f"{found.code} {found.contest} {found.detail}" for found in reading.findings
                ),
                "grades": [f"{g.code} {g.edge or ''} {g.amount}" for g in reading.grades],
            }
        )
    status = read.outcome.status if read.outcome is not None else "none"
    return {"outcome": status, "reasons": list(read.reasons), "pages": pages}


def _compared(before: dict[str, Any], after: dict[str, Any]) -> int:
    """Tell what differs; returns 1 where more than scores do."""
    changes = 0
    for name in sorted({*before, *after}):
        if name not in before or name not in after:
            print(f"{name}: in one dump only")
            changes += 1
            continue
        for line, counts in _differences(before[name], after[name]):
            print(f"{name}: {line}")
            changes += counts
    print(f"{len(before)} papers, {changes} changes")
    return 1 if changes else 0


def _differences(one: dict[str, Any], other: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """Yield each difference, and whether it is more than that of a score."""
    for field in ("outcome", "reasons"):
        if one[field] != other[field]:
            yield f"{field} {one[field]} -> {other[field]}", True
    for at, (old, new) in enumerate(zip(one["pages"], other["pages"], strict=True), 1):
        for field in ("status", "findings", "grades"):
            if old[field] != new[field]:
                yield f"page {at} {field} {old[field]} -> {new[field]}", field != "grades"
        codes = [[grade.split(" ")[0] for grade in page["grades"]] for page in (old, new)]
        if codes[0] != codes[1]:
            yield f"page {at} is graded otherwise", True
        for box in old["marks"].keys() | new["marks"].keys():
            was, now = old["marks"].get(box), new["marks"].get(box)
            if was is None or now is None or was[:2] != now[:2]:
                yield f"page {at} {box} {was} -> {now}", True
            elif abs(was[2] - now[2]) > _SCORE_MOVES:
                yield f"page {at} {box} score {was[2]} -> {now[2]}", False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The command of ``speed.py``: papers are drawn, timed and told as a table."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

import cv2

from omr.cli.stage_times import STAGE
from omr.stages import STAGES
from trials.scan_files import KINDS, make_files
from trials.timings import (
    PageTimes,
    StackTime,
    measure_pages,
    medians,
    time_stack,
    vote_key,
)

# What two processes must bring against one, and what one of them may hold.
LEAST_GAIN, MOST_MB = 1.85, 350
_LABEL, _COLUMN = 46, 17
# One, two, two, one: a machine that grows slower or faster meanwhile meets both alike.
_ORDER = (1, 2, 2, 1)


def main(arguments: Sequence[str]) -> int:
    """Draw, measure, report."""
    parser = argparse.ArgumentParser(description="How fast is paper read?")
    add = parser.add_argument
    add("--pages", type=int, default=16, help="of each kind of file (default 16)")
    add("--seed", type=int, default=1, help="of the papers (default 1)")
    add("--kinds", nargs="+", choices=KINDS, default=list(KINDS), help="all of them as a rule")
    add("--json", type=Path, metavar="OUT", help="write all figures of all pages here too")
    asked = parser.parse_args(arguments)
    if asked.pages < 1:
        parser.error("--pages must be 1 or more")
    # One thread, as in the workers of omr scan: they share the processors already.
    cv2.setNumThreads(1)
    key = vote_key()
    with tempfile.TemporaryDirectory() as folder:
        print("drawing papers…", file=sys.stderr, flush=True)
        files = make_files(Path(folder), asked.kinds, asked.pages, asked.seed)
        print("measuring…", file=sys.stderr, flush=True)
        before = os.getloadavg()[0]
        pages = measure_pages(files, key)
        stack = [path for row in zip_longest(*files.values()) for path in row if path is not None]
        stacks = [time_stack(stack, key, jobs) for jobs in _ORDER]
    load = (before, os.getloadavg()[0])
    figures = {kind: medians([page for page in pages if page.kind == kind]) for kind in asked.kinds}
    print(
        f"seed {asked.seed}, {asked.pages} pages of each kind; load {load[0]:.1f} to {load[1]:.1f}"
    )
    print("\n".join(chain(stage_table(figures), [""], stack_table(stacks))))
    if asked.json is not None:
        document = _document(figures, pages, stacks, load)
        asked.json.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return 0


def stage_table(figures: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the lines of the table of stages, a column for each kind of file."""
    columns = figures.values()
    lines = [
        _row("CPU ms a page, medians", [KINDS[kind].about for kind in figures]),
        _row("bare decoding", [f"{one['bare_ms']:.1f}" for one in columns]),
    ]
    for name in STAGES:
        cells = [one["stages"].get(name) for one in columns]
        if any(cells):
            lines.append(
                _row(f"  {STAGE[name].en}", ["-" if c is None else f"{c:.1f}" for c in cells])
            )
    lines += [
        _row("whole reading", [f"{one['whole_ms']:.1f}" for one in columns]),
        _row("whole ÷ bare decoding", [f"{one['times']:.2f}" for one in columns]),
        _row(
            "  bar: at most",
            ["-" if one["most_times"] is None else f"{one['most_times']:.1f}" for one in columns],
        ),
    ]
    if any(one["unread"] for one in columns):
        lines.append(_row("pages not read as ballots", [str(one["unread"]) for one in columns]))
    return lines


def stack_table(stacks: Sequence[StackTime]) -> list[str]:
    """Return the lines on one process against two, and on memory."""
    one, two = ([s for s in stacks if s.jobs == jobs] for jobs in (1, 2))
    gains = [
        sum(getattr(s, what) for s in one) / max(sum(getattr(s, what) for s in two), 1e-9)
        for what in ("wall_s", "page_s")
    ]
    walls = [" and ".join(f"{s.wall_s:.1f}" for s in runs) for runs in (one, two)]
    peak_mb = max(s.peak_bytes for s in two) / 1e6
    return [
        f"the stack of {stacks[0].pages} pages, wall seconds:"
        f" one process {walls[0]}; two processes {walls[1]}",
        f"two processes are {gains[0]:.2f} times as fast as one with their start,"
        f" {gains[1]:.2f} times without (bar: at least {LEAST_GAIN})",
        f"most memory of a worker: {peak_mb:.0f} MB (bar: at most {MOST_MB})",
    ]


def _row(label: str, cells: Sequence[str]) -> str:
    return f"{label:<{_LABEL}}" + "".join(f"{cell:>{_COLUMN}}" for cell in cells)


def _document(
    figures: Mapping[str, Mapping[str, Any]],
    pages: Sequence[PageTimes],
    stacks: Sequence[StackTime],
    load: tuple[float, float],
) -> dict[str, Any]:
    """Return everything that was measured."""
    return {
        "bars": {"gain_of_two": LEAST_GAIN, "worker_mb": MOST_MB},
        "load": load,
        "kinds": figures,
        "pages": [
            {
                "kind": page.kind,
                "file": page.file,
                "status": page.status,
                "bare_ms": page.bare_ns / 1e6,
                "whole_ms": page.whole.total_ns / 1e6,
                "stages": {name: ns / 1e6 for name, ns in page.whole.cpu_ns.items()},
            }
            for page in pages
        ],
        "stacks": [
            {
                "processes": s.jobs,
                "pages": s.pages,
                "wall_s": s.wall_s,
                "page_s": s.page_s,
                "peak_mb": s.peak_bytes / 1e6,
            }
            for s in stacks
        ],
    }

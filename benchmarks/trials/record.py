"""The report: figures as a page of Markdown, which reads as well in a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from handsheets.ballots import STYLES

from trials.figures import Bar, Figures, bars, by_family, upper_bound
from trials.specimens import FAMILY_NAMES, about


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return [*lines, *("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows)]


def percent(share: float) -> str:
    """Return a share in per cent, with as many digits as it needs."""
    return f"{100 * share:.3g} %"


def write_record(results: Sequence[Mapping[str, Any]], command: str) -> str:
    """Return the whole report.

    Args:
        results: Units as kept by a run.
        command: How the run was started.
    """
    found = by_family(results)
    ordered = {name: found[name] for name in FAMILY_NAMES if name in found}
    lines = ["# Accuracy of the reader", "", *_provenance(results, command), ""]
    for published, words in ((True, "Published figures"), (False, "On the tuning generator")):
        rows = bars(ordered, published)
        if any(bar.trials for bar in rows):
            lines += [f"## {words}", "", *_bar_table(rows), ""]
    lines += ["## Families", "", *_family_table(ordered), ""]
    lines += [*_reviews(ordered), *_kinds(ordered), *_confusion(ordered)]
    lines += [*_repeatability(ordered), *_positions(ordered), *_errors(ordered), *_method()]
    return "\n".join(lines).rstrip() + "\n"


def _provenance(results: Sequence[Mapping[str, Any]], command: str) -> list[str]:
    readers = Counter(tuple(sorted(result["reader"].items())) for result in results)
    lines = [f"Made by `{command}`.", ""]
    for reader, units in readers.most_common():
        named = ", ".join(f"{key} `{value}`" for key, value in reader)
        lines.append(f"- reader: {named} ({units} units of papers)")
    if len(readers) > 1:
        lines.append(
            "- **Results of more than one state of the reader or the papers are mixed here.**"
        )
    pages: Counter[tuple[str, int]] = Counter()
    for result in results:
        where = (str(result["family"]), int(result["seed"]))
        pages[where] += sum(row["pages"] for row in result["papers"])
    runs = [f"`{family}` seed {seed}, {count} pages" for (family, seed), count in pages.items()]
    lines.append(f"- seeds: {'; '.join(runs) or 'none'}")
    shares = ", ".join(f"{template}/{group} {share:.0f} %" for template, group, share in STYLES)
    lines.append(f"- ballot styles by offices: {shares}")
    return lines


def _bar_table(rows: Sequence[Bar]) -> list[str]:
    words = {True: "met", False: "**not met**", None: "not tried"}
    return table(
        ("measure", "seen", "of", "rate", "upper 95 % bound", "asked for", ""),
        (
            (bar.measure, bar.seen, bar.trials, percent(bar.rate),
             percent(bar.bound) if bar.trials else "", "0" if bar.asked == 0
             else f"≤ {percent(bar.asked)}", words[bar.met])
            for bar in rows
        ),
    )  # fmt: skip


def _family_table(found: Mapping[str, Figures]) -> list[str]:
    rows: list[Sequence[object]] = []
    for name, f in found.items():
        bound = upper_bound(len(f.silent), f.accepted_lines)
        rows.append(
            (
                f"`{name}`", about(name), f.papers, f.pages, f.positions, f.accepted_lines,
                len(f.silent), f"{bound:.1e}", len(f.missed), f"{f.needless} / {f.plain}",
                percent(f.needless / f.plain) if f.plain else "", f"{f.may_asked} / {f.may}",
            )
        )  # fmt: skip
    positions = sum(f.positions for f in found.values())
    head = (
        "family", "what it is", "papers", "pages", "positions", "accepted lines", "silent errors",
        "bound a line", "missed review", "needless review", "rate", "doubtful asked about",
    )  # fmt: skip
    accepted = sum(f.accepted_positions for f in found.values())
    silent = sum(len(f.silent) for f in found.values())
    bound = upper_bound(silent, accepted)
    return [
        *table(head, rows),
        "",
        f"{positions} positions in all, {accepted} of them on accepted papers; {silent} lines of "
        f"these are wrong, at most {bound:.1e} a position with 95 % confidence.",
    ]


def _reviews(found: Mapping[str, Figures]) -> list[str]:
    lines = ["## Needless review by reason", ""]
    rows = [
        (f"`{name}`", reason, count, percent(count / f.plain))
        for name, f in found.items()
        for reason, count in f.reasons.most_common(12)
    ]
    if not rows:
        return [*lines, "None.", ""]
    return [*lines, *table(("family", "reason", "papers", "of plain papers"), rows), ""]


def _kinds(found: Mapping[str, Figures]) -> list[str]:
    """Faults and doubts: how many papers had them and were accepted all the same."""
    head = ("family", "fault or doubt", "papers", "accepted", "reviewed for another reason alone")
    rows = [
        (f"`{name}`", kind, count.papers, count.accepted, count.unsaid)
        for name, f in found.items()
        for kind, count in sorted(f.kinds.items())
    ]
    lines = ["## Missed review by kind", ""]
    lines += [
        "A fault that is accepted is missed; a doubt may be accepted, but not misread.", "",
    ]  # fmt: skip
    return [*lines, *table(head, rows), ""] if rows else []


def _confusion(found: Mapping[str, Figures]) -> list[str]:
    total: Counter[tuple[str, str]] = Counter()
    for figures in found.values():
        total.update(figures.confusion)
    rows = [(truth, machine, count) for (truth, machine), count in sorted(total.items())]
    return [
        "## Confusion", "", "Every line, whether its paper was accepted or not.", "",
        *table(("truth", "machine", "lines"), rows), "",
    ]  # fmt: skip


def _repeatability(found: Mapping[str, Figures]) -> list[str]:
    head = ("family", "accepted papers scanned again", "votes flipped", "votes become uncertain",
            "papers now for review")  # fmt: skip
    rows = [
        (f"`{name}`", f.rescanned, f.flips, f.doubtful_again, f.review_again)
        for name, f in found.items()
        if f.rescanned
    ]
    return ["## Repeatability", "", *table(head, rows), ""] if rows else []


def _positions(found: Mapping[str, Figures]) -> list[str]:
    lines = [
        "## Effect of the box's position", "",
        "Lines not read as in truth (uncertain ones included) and silently wrong ones, by the "
        "column of the true box and by the line's place on the ballot.", "",
    ]  # fmt: skip
    for words, what in (("column", "column"), ("line", "row")):
        sums: list[Counter[int]] = [Counter(), Counter(), Counter()]
        for figures in found.values():
            for at, part in enumerate(("lines", "off", "silent")):
                sums[at].update(getattr(figures, f"{what}_{part}"))
        rows = [
            (place + 1, count, sums[1][place], percent(sums[1][place] / count), sums[2][place])
            for place, count in sorted(sums[0].items())
            if count
        ]
        lines += [*table((words, "lines", "not as in truth", "rate", "silent"), rows), ""]
    return lines


def _errors(found: Mapping[str, Figures]) -> list[str]:
    lines = ["## Every silent error and missed paper", ""]
    silent = [error for f in found.values() for error in f.silent]
    missed = [error for f in found.values() for error in f.missed]
    if not silent and not missed:
        return [*lines, "None.", ""]
    head = ("family", "seed", "paper", "line", "truth", "machine")
    lines += (
        [*table(head, [(*e[:3], e[3] + 1, *e[4:]) for e in silent[:200]]), ""] if silent else []
    )
    lines += [*table(("family", "seed", "paper", "what"), missed[:200]), ""] if missed else []
    return lines


def _method() -> list[str]:
    return [
        "## How it was measured", "",
        "Papers are made by `benchmarks/handsheets` and `benchmarks/blindsheets` (published "
        "figures), which share nothing with each other nor with the generator on which the "
        "reader is tuned (`omr/rehearse`) but the printed ballot; `blindsheets` was made without "
        "knowledge of the reader. Their papers at other seeds were looked at to find faults of "
        "the reader, so the figures are of unseen papers, not of an unseen generator. Pages go "
        "through the reader and the rules in the same process, as `omr scan` and `omr tally` "
        "take them; `--through-files` goes through the files and commands instead. A *silent "
        "error* is a line of a paper accepted without a person whose value differs from the "
        "truth. *Needless review* is a paper with one plain mark on every line and nothing else "
        "on it that a person is asked to see. What a careful person would hesitate over (see "
        "`benchmarks/handsheets/voter.py` and `benchmarks/blindsheets/faults.py`) is neither "
        "needless nor missed. "
        "The upper bound is the one-sided exact one of Clopper and Pearson. A flip is a vote that "
        "a second pass of the same paper reads as another value.", "",
    ]  # fmt: skip

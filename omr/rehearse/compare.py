"""A record held against the truth of a rehearsed stack, paper by paper and line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, Any]


@dataclass(slots=True)
class Comparison:
    """What agreed and what did not.

    Attributes:
        papers, lines: How many the truth has.
        accepted_lines: Lines on papers that the machine accepted unseen.
        silent: Lines of accepted papers that differ from the truth.
        missed: Papers that needed a person and were accepted.
        needless: Papers sent to review that a careful person would not ask about.
        asked: Papers in review that a careful reader may ask about, or must.
        lost, doubled: Pages of the truth that the record does not have, or has twice.
        reasons: Flags of the needless reviews.
        confusion: (truth, machine) of every line.
    """

    papers: int = 0
    lines: int = 0
    accepted_lines: int = 0
    silent: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    needless: list[str] = field(default_factory=list)
    asked: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    pages_wrong: list[str] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def sound(self) -> bool:
        """Whether nothing was misread silently, missed, lost or doubled."""
        return not (self.silent or self.missed or self.lost or self.doubled or self.pages_wrong)


def compare(truth: Iterable[Row], record: Iterable[Row]) -> Comparison:
    """Compare the lines of ``truth.jsonl`` with those of a CVR export.

    Args:
        truth: Rows as ``make_stack`` wrote them.
        record: Rows as ``omr export --format cvr`` writes them.

    Returns:
        The comparison.
    """
    rows = list(record)
    ballots = {row["ballot"]: row for row in rows if row["kind"] == "ballot"}
    found = Comparison()
    seen = Counter(
        (page["file"], page["page"])
        for row in rows
        for page in (row["pages"] if row["kind"] == "ballot" else [row])
    )
    loose = {(row["file"], row["page"]): row["reason"] for row in rows if row["kind"] == "page"}
    for fact in truth:
        if fact["kind"] == "page":
            _count_pages(found, seen, [fact])
            reason = loose.get((fact["file"], fact["page"]))
            if reason != fact["reason"]:
                found.pages_wrong.append(
                    f"{fact['file']} page {fact['page']}: {reason}, in truth {fact['reason']}"
                )
            continue
        _count_pages(found, seen, fact["pages"])
        _compare_paper(found, fact, ballots.get(fact["ballot"]))
    return found


def _count_pages(found: Comparison, seen: Counter[tuple[str, int]], pages: Iterable[Row]) -> None:
    for page in pages:
        times = seen[(page["file"], page["page"])]
        if times != 1:
            (found.doubled if times else found.lost).append(f"{page['file']} page {page['page']}")


def _compare_paper(found: Comparison, fact: Row, row: Row | None) -> None:
    found.papers += 1
    found.lines += len(fact["contests"])
    if row is None:
        found.lost.append(f"ballot {fact['ballot']}")
        return
    accepted = row["status"] == "accepted"
    if accepted and fact["needs_person"]:
        found.missed.append(f"{fact['ballot']}: {', '.join(fact['flags'])}")
    if not accepted:
        if fact["needs_person"] or fact["may_ask"]:
            found.asked += 1
        else:
            codes = sorted({flag["code"] for flag in row["flags"]})
            worn = ", ".join(fact.get("wear", ())) or "unworn"
            found.needless.append(f"{fact['ballot']}: {', '.join(codes)} ({worn})")
            found.reasons.update(codes)
    for contest, outcome in fact["contests"].items():
        machine = row["contests"][contest]["machine"]
        found.confusion[(outcome, machine)] += 1
        if accepted:
            found.accepted_lines += 1
            if machine != outcome:
                found.silent.append(f"{fact['ballot']} {contest}: {machine}, in truth {outcome}")

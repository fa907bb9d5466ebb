"""A record held against the truth of the papers that were scanned into it, line by line.

Takes the lines of ``truth.jsonl`` and those of a CVR export. The demo and the benchmarks say
with it whether the machine was right; nothing that reads or counts ballots ever sees a truth.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from omr.errors import InputError, Text

Row = Mapping[str, Any]


@dataclass(slots=True)
class Comparison:
    """What agreed and what did not.

    Attributes:
        papers, lines: How many the truth has.
        accepted, accepted_lines: Papers that the machine accepted unseen, and their lines.
        called: Papers put before people that had to be.
        asked: Papers put before people that a careful reader may ask about.
        needless: Papers put before people that a careful person would not ask about.
        loose: Pages that are no ballot of the vote, and were told apart.
        silent: Lines of accepted papers that differ from the truth.
        missed: Papers that needed a person and were accepted.
        lost, doubled: Papers and pages of the truth that the record does not have, or has twice.
        pages_wrong: Pages that are no ballot and were taken for one, or for another kind.
        strays: Papers of the record that the truth does not have.
        reasons: Flags of the needless reviews.
        confusion: (truth, machine) of every line.
    """

    papers: int = 0
    lines: int = 0
    accepted: int = 0
    accepted_lines: int = 0
    called: int = 0
    asked: int = 0
    needless: list[Text] = field(default_factory=list)
    loose: int = 0
    silent: list[Text] = field(default_factory=list)
    missed: list[Text] = field(default_factory=list)
    lost: list[Text] = field(default_factory=list)
    doubled: list[Text] = field(default_factory=list)
    pages_wrong: list[Text] = field(default_factory=list)
    strays: list[Text] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def wrong(self) -> tuple[Text, ...]:
        """Return one sentence for each way in which the record is not the truth."""
        return (
            *self.silent, *self.missed, *self.lost, *self.doubled, *self.pages_wrong, *self.strays
        )  # fmt: skip


def read_truth(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a truth file.

    Raises:
        InputError: It cannot be read.
    """
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path}: không đọc được đáp án của xấp phiếu. Hãy lấy lại thư mục chứa tệp này.",
            f"{path}: the truth of the stack cannot be read. Bring its folder back.",
        ) from error


def compare(truth: Iterable[Row], record: Iterable[Row]) -> Comparison:
    """Compare every paper, line and page.

    Args:
        truth: Rows as ``make_stack`` wrote them.
        record: Rows as ``omr export --format cvr`` writes them.
    """
    rows = list(record)
    ballots = {row["ballot"]: row for row in rows if row["kind"] == "ballot"}
    seen = Counter(
        (page["file"], page["page"])
        for row in rows
        for page in (row["pages"] if row["kind"] == "ballot" else [row])
    )
    named = {(row["file"], row["page"]): row["reason"] for row in rows if row["kind"] == "page"}
    found, known = Comparison(), set()
    for fact in truth:
        if fact["kind"] == "page":
            _count_pages(found, seen, [fact])
            _compare_page(found, fact, named)
        else:
            known.add(fact["ballot"])
            _count_pages(found, seen, fact["pages"])
            _compare_paper(found, fact, ballots.get(fact["ballot"]))
    found.strays += [
        Text(
            f"Phiếu {serial}: có trong bản ghi mà không có trong đáp án.",
            f"Ballot {serial}: in the record, but not in the truth.",
        )
        for serial in sorted(ballots.keys() - known)
    ]
    return found


def _count_pages(found: Comparison, seen: Counter[tuple[str, int]], pages: Iterable[Row]) -> None:
    for page in pages:
        file, number = page["file"], page["page"]
        times = seen[(file, number)]
        if times == 0:
            found.lost.append(
                Text(
                    f"{file}, trang {number}: không có trong bản ghi.",
                    f"{file}, page {number}: not in the record.",
                )
            )
        elif times > 1:
            found.doubled.append(
                Text(
                    f"{file}, trang {number}: có {times} lần trong bản ghi.",
                    f"{file}, page {number}: {times} times in the record.",
                )
            )


def _compare_page(found: Comparison, fact: Row, named: Mapping[tuple[str, int], str]) -> None:
    file, page, meant = fact["file"], fact["page"], fact["reason"]
    reason = named.get((file, page))
    if reason == meant:
        found.loose += 1
        return
    said = reason or "ballot"
    found.pages_wrong.append(
        Text(
            f"{file}, trang {page}: bản ghi nói “{said}”, đúng là “{meant}”.",
            f"{file}, page {page}: the record says “{said}”, in truth “{meant}”.",
        )
    )


def _compare_paper(found: Comparison, fact: Row, row: Row | None) -> None:
    serial = fact["ballot"]
    found.papers += 1
    found.lines += len(fact["contests"])
    if row is None:
        found.lost.append(
            Text(f"Phiếu {serial}: không có trong bản ghi.", f"Ballot {serial}: not recorded.")
        )
        return
    for contest, meant in fact["contests"].items():
        found.confusion[(meant, row["contests"][contest]["machine"])] += 1
    if row["status"] == "accepted":
        _compare_accepted(found, fact, row)
    elif fact["needs_person"]:
        found.called += 1
    elif fact["may_ask"]:
        found.asked += 1
    else:
        codes = sorted({flag["code"] for flag in row["flags"]})
        worn = ", ".join(fact.get("wear", ())) or "unworn"
        said = f"{serial}: {', '.join(codes)} ({worn})"
        found.needless.append(Text(said, said))
        found.reasons.update(codes)


def _compare_accepted(found: Comparison, fact: Row, row: Row) -> None:
    """Compare a paper that nobody will look at: here a difference is an error nobody sees."""
    serial = fact["ballot"]
    found.accepted += 1
    found.accepted_lines += len(fact["contests"])
    if fact["needs_person"]:
        why = ", ".join(fact["flags"])
        found.missed.append(
            Text(
                f"Phiếu {serial}: máy chấp nhận, trong khi phải đưa ra xem xét ({why}).",
                f"Ballot {serial}: accepted, though people had to see it ({why}).",
            )
        )
    for contest, meant in fact["contests"].items():
        machine = row["contests"][contest]["machine"]
        if machine != meant:
            found.silent.append(
                Text(
                    f"Phiếu {serial}, {contest}: máy đọc “{machine}”, đúng là “{meant}”.",
                    f"Ballot {serial}, {contest}: read “{machine}”, meant “{meant}”.",
                )
            )

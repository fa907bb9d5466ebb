"""Compares a record with the known truth of the papers that were scanned into it.

``omr demo`` says with it whether the machine was right. Nothing that reads or counts ballots
ever sees a truth.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omr.ballot.serials import format_serial
from omr.errors import InputError, Text
from omr.scan.reading import PageReading
from omr.tally.model import Outcome


@dataclass(frozen=True, slots=True)
class TruthReport:
    """How a record stands to the truth.

    Attributes:
        accepted: Ballots that the machine accepted.
        called: Ballots put before people that had to be.
        asked: Ballots put before people that a careful machine may ask about, or need not.
        loose: Pages that are no ballot of the vote, and were told apart.
        wrong: One sentence for each ballot or page on which the record and the truth differ.
    """

    accepted: int
    called: int
    asked: int
    loose: int
    wrong: tuple[Text, ...]


def read_truth(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a truth file.

    Raises:
        InputError: It cannot be read.
    """
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path}: không đọc được đáp án của phiếu mẫu. Hãy lấy lại thư mục samples.",
            f"{path}: the truth of the samples cannot be read. Bring the folder samples back.",
        ) from error


def compare(
    truth: list[dict[str, Any]], outcomes: Iterable[Outcome], readings: Iterable[PageReading]
) -> TruthReport:
    """Compare every ballot and every page.

    A ballot that needs a person must wait for one; one that was accepted must have every line
    as it was meant. A page that is no ballot must not be tied to any.
    """
    found = {format_serial(outcome.serial): outcome for outcome in outcomes}
    tied = {(each.source.file, each.source.page): each.status == "read" for each in readings}
    ballots = [fact for fact in truth if fact["kind"] == "ballot"]
    loose = [fact for fact in truth if fact["kind"] == "page"]
    wrong = [text for fact in ballots for text in _ballot_faults(fact, found)]
    wrong += [text for fact in loose for text in _page_faults(fact, tied)]
    known = {fact["ballot"] for fact in ballots}
    wrong += [_stray(serial) for serial in sorted(found.keys() - known)]
    waiting = [fact for fact in ballots if _status(fact, found) == "review"]
    called = sum(1 for fact in waiting if fact["needs_person"])
    accepted = sum(1 for fact in ballots if _status(fact, found) == "accepted")
    return TruthReport(accepted, called, len(waiting) - called, len(loose), tuple(wrong))


def _status(fact: dict[str, Any], found: dict[str, Outcome]) -> str:
    outcome = found.get(fact["ballot"])
    return outcome.status if outcome is not None else ""


def _ballot_faults(fact: dict[str, Any], found: dict[str, Outcome]) -> list[Text]:
    serial = fact["ballot"]
    outcome = found.get(serial)
    if outcome is None:
        return [Text(f"Phiếu {serial}: không có trong bản ghi.", f"Ballot {serial}: not recorded.")]
    if outcome.status != "accepted":
        return []
    if fact["needs_person"]:
        why = ", ".join(fact["flags"])
        return [
            Text(
                f"Phiếu {serial}: máy chấp nhận, trong khi phải đưa ra xem xét ({why}).",
                f"Ballot {serial}: accepted, though people had to see it ({why}).",
            )
        ]
    return [
        Text(
            f"Phiếu {serial}, {contest}: máy đọc “{outcome.machine.get(contest)}”, đúng là"
            f" “{meant}”.",
            f"Ballot {serial}, {contest}: read “{outcome.machine.get(contest)}”, meant “{meant}”.",
        )
        for contest, meant in fact["contests"].items()
        if outcome.machine.get(contest) != meant
    ]


def _page_faults(fact: dict[str, Any], tied: dict[tuple[str, int], bool]) -> list[Text]:
    file, page = fact["file"], fact["page"]
    if tied.get((file, page)) is False:
        return []
    return [
        Text(
            f"{file}, trang {page}: không phải phiếu của kỳ này ({fact['reason']}), nhưng bản ghi"
            " không nói vậy.",
            f"{file}, page {page}: no ballot of this vote ({fact['reason']}), but the record does"
            " not say so.",
        )
    ]


def _stray(serial: str) -> Text:
    return Text(
        f"Phiếu {serial}: có trong bản ghi mà không có trong đáp án.",
        f"Ballot {serial}: in the record, but not in the truth.",
    )

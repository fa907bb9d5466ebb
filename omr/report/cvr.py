"""The cast vote record: one line for every ballot, and for every page that is none.

Ballots are ordered by their serial. Serials are drawn at random, so this order says
nothing of who voted first or of how the papers lay in the stack. Pages without a
ballot are ordered by file and page, as a person would look for them.
"""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from omr.election.model import Election
from omr.errors import Language
from omr.report.results import BYTE_ORDER_MARK
from omr.report.words import defect, heading
from omr.store import MarkReading, PageReading
from omr.tally.model import Flag, Outcome

_Key = tuple[str, str]


def printed_serial(serial: str) -> str:
    """Return a serial as it stands on the paper: ``7F3K9QWM`` as ``7F3K-9QWM``."""
    return f"{serial[:4]}-{serial[4:]}"


def cvr_lines(
    election: Election, outcomes: Iterable[Outcome], readings: Iterable[PageReading]
) -> Iterator[str]:
    """Yield the record as JSON lines, pages without a ballot first, without line ends.

    Every reading appears exactly once: in the ``pages`` of its ballot, or as a line of
    its own. A page whose code is believed but whose ballot is not among the outcomes
    gets a line of its own with the reason ``no-ballot``.

    Args:
        election: Gives the order of officials and levels.
        outcomes: Every ballot of the record, once each.
        readings: Every page of the record.
    """
    ballots = sorted(outcomes, key=lambda outcome: (outcome.serial, outcome.group))
    known = {(outcome.group, outcome.serial) for outcome in ballots}
    pages_of: dict[_Key, list[PageReading]] = defaultdict(list)
    for reading in sorted(readings, key=_place):
        key = _ballot_key(reading)
        if key is not None and key in known:
            pages_of[key].append(reading)
        else:
            yield _json(_page_line(reading))
    for outcome in ballots:
        # Taken out, so that no page shows twice should a serial ever stand for two papers.
        pages = pages_of.pop((outcome.group, outcome.serial), [])
        yield _json(_ballot_line(election, outcome, pages))


def _place(reading: PageReading) -> tuple[str, int, str]:
    # The hash keeps the order stable where two files carry one name.
    return (reading.source.file, reading.source.page, reading.source.file_sha256)


def _ballot_key(reading: PageReading) -> _Key | None:
    # Only on a page that was read was the signed code accepted, so that its serial is believed.
    if reading.status != "read" or reading.serial is None or reading.group is None:
        return None
    return (reading.group, reading.serial)


def _json(line: dict[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False, separators=(", ", ": "))


def _page_line(reading: PageReading) -> dict[str, Any]:
    line: dict[str, Any] = {"kind": "page", **_source(reading)}
    line["reason"] = "no-ballot" if reading.status == "read" else reading.status
    if reading.detail:
        line["detail"] = reading.detail
    return line


def _source(reading: PageReading) -> dict[str, Any]:
    source = reading.source
    return {"file": source.file, "page": source.page, "sha256": source.sha256}


def _ballot_line(election: Election, outcome: Outcome, pages: list[PageReading]) -> dict[str, Any]:
    return {
        "kind": "ballot",
        "ballot": printed_serial(outcome.serial),
        "group": outcome.group,
        "status": outcome.status,
        "decided": outcome.decided,
        "counted": outcome.counted,
        "pages": [_ballot_page(reading) for reading in pages],
        "flags": [_flag(flag) for flag in outcome.flags],
        "contests": _contests(election, outcome, pages),
    }


def _ballot_page(reading: PageReading) -> dict[str, Any]:
    page = _source(reading)
    page["ballot_page"] = reading.page
    return page


def _flag(flag: Flag) -> dict[str, Any]:
    line: dict[str, Any] = {
        "code": flag.code,
        "contest": flag.contest,
        "box_mm": None if flag.box_mm is None else list(flag.box_mm),
    }
    if flag.page is not None:
        line["page"] = flag.page
    if flag.detail:
        line["detail"] = flag.detail
    return line


def _contests(
    election: Election, outcome: Outcome, pages: list[PageReading]
) -> dict[str, dict[str, Any]]:
    """Return machine, final and marks per official.

    Where a ballot was scanned more than once, ``marks`` are those of its first page in
    the order of the files, and ``other_marks`` those of the others.
    """
    lines: dict[str, dict[str, Any]] = {}
    for contest in election.group(outcome.group).contests:
        seen = [marks for page in pages if (marks := _marks(election, contest.id, page))]
        lines[contest.id] = {
            "machine": outcome.machine.get(contest.id),
            "final": outcome.final.get(contest.id),
            "marks": seen[0] if seen else {},
        }
        if contest.id in outcome.invalid_reasons:
            lines[contest.id]["invalid_reason"] = outcome.invalid_reasons[contest.id]
        if len(seen) > 1:
            lines[contest.id]["other_marks"] = seen[1:]
    return lines


def _marks(election: Election, contest: str, page: PageReading) -> dict[str, dict[str, Any]]:
    by_option = {mark.option: mark for mark in page.marks if mark.contest == contest}
    return {
        option.id: _mark(by_option[option.id])
        for option in election.options
        if option.id in by_option
    }


def _mark(mark: MarkReading) -> dict[str, Any]:
    line: dict[str, Any] = {
        "state": mark.state,
        "score": round(mark.score, 4),
        "expected_mm": list(mark.expected.rounded()),
        "found_mm": list(mark.found.rounded()),
    }
    if mark.note:
        line["note"] = mark.note
    return line


def cvr_csv(
    election: Election,
    outcomes: Iterable[Outcome],
    language: Language = "vi",
    delimiter: str = ",",
) -> str:
    """Return one row per ballot and official, ordered by serial, with a byte order mark.

    Machine and final results are the ids of the definition (``high``, ``blank``, …), so
    that the file can be counted again without a dictionary.
    """
    columns = ["ballot", "group", "status", "decided", "counted", "contest", "name", "post"]
    columns += ["machine", "final", "reason", "flags"]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([heading(column, language) for column in columns])
    for outcome in sorted(outcomes, key=lambda each: (each.serial, each.group)):
        for contest in election.group(outcome.group).contests:
            reason = outcome.invalid_reasons.get(contest.id, "")
            flags = {flag.code for flag in outcome.flags if flag.contest in (None, contest.id)}
            writer.writerow(
                [
                    printed_serial(outcome.serial),
                    outcome.group,
                    outcome.status,
                    int(outcome.decided),
                    int(outcome.counted),
                    contest.id,
                    contest.name,
                    contest.post,
                    outcome.machine.get(contest.id, ""),
                    outcome.final.get(contest.id) or "",
                    defect(reason, language) if reason else "",
                    " ".join(sorted(flags)),
                ]
            )
    return BYTE_ORDER_MARK + text.getvalue()

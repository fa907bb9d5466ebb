"""From pages to papers: the readings of one ballot brought together for counting.

Papers come in the order of their serials, which says nothing about the order in which
they were handed out or scanned. Three streams run side by side (pages, marks, findings),
so that a hundred thousand papers need as many queries as ten.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, zip_longest
from operator import attrgetter

from omr.errors import DamagedError
from omr.scan.reading import NOTE_ON_BACK
from omr.store.rows import Row, RowsById
from omr.store.values import PageDecision
from omr.tally.model import Copy, Flag, MarkEvidence, Paper, PaperDecision
from omr.tally.seals import SealCount

_ORDER = "r.serial, r.page, r.id"
_FROM = "FROM current_readings AS r"

_PAGES = (
    "SELECT r.id, r.page_id, r.serial, r.group_id, r.page, b.group_id, r.seal"
    f" {_FROM} LEFT JOIN ballots_printed AS b ON b.serial = r.serial"
    f" WHERE r.status = 'read' ORDER BY {_ORDER}"
)
_MARKS = (
    "SELECT r.id, m.contest, m.option, m.state, m.score,"
    f" m.found_x, m.found_y, m.found_w, m.found_h {_FROM}"
    " CROSS JOIN marks AS m ON m.reading_id = r.id"
    f" WHERE r.status = 'read' ORDER BY {_ORDER}, m.ordinal"
)
_FINDINGS = (
    f"SELECT r.id, g.code, g.contest, g.x, g.y, g.w, g.h, g.detail {_FROM}"
    " CROSS JOIN findings AS g ON g.reading_id = r.id"
    f" WHERE r.status = 'read' ORDER BY {_ORDER}, g.ordinal"
)

# The empty back of a sheet on which somebody wrote, and the side scanned right before it: the page
# before in its file, or, where each side is a file of its own, the file before.
_NOTED_BACKS = (
    "SELECT f.id FROM current_readings AS n"
    " JOIN pages AS b ON b.id = n.page_id"
    " JOIN pages AS p ON p.id = CASE WHEN b.page > 1"
    " THEN (SELECT id FROM pages WHERE file_sha256 = b.file_sha256 AND page = b.page - 1)"
    " ELSE (SELECT s.id FROM pages AS s JOIN files ON files.sha256 = s.file_sha256"
    " WHERE s.id < b.id AND files.pages = 1 AND (SELECT pages FROM files"
    " WHERE sha256 = b.file_sha256) = 1 ORDER BY s.id DESC LIMIT 1) END"
    " JOIN current_readings AS f ON f.page_id = p.id"
    " WHERE n.status = 'no-code' AND n.detail = ? AND f.status = 'read'"
)

# A ballot is sealed if any of its pages shows that, and unsealed if no page leaves it open.
_SEALS = (
    "SELECT COALESCE(SUM(seen), 0), COALESCE(SUM(NOT seen AND NOT doubtful), 0) FROM ("
    "SELECT MAX(r.seal = 'stamped') AS seen, MAX(r.seal = 'unclear') AS doubtful"
    f" {_FROM} WHERE r.status = 'read' AND r.seal IS NOT NULL GROUP BY r.serial)"
)

# A page that a person tied to its ballot by eye has no measures; people look at it.
TIED_BY_HAND = "tied-by-hand"

# The defect of a paper that the counting board did not issue (R6a).
NOT_ISSUED = "not-issued"


@dataclass(frozen=True, slots=True)
class Style:
    """Which pages the ballot of one voter group has.

    Attributes:
        pages: How many, those without boxes included.
        optional: Numbers of the pages without boxes (criteria on the back): a stack of which only
            the fronts were scanned lacks them, and that is no fault.
    """

    pages: int
    optional: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One scanned page of a ballot."""

    serial: str
    group: str
    number: int
    printed_group: str | None
    marks: dict[str, dict[str, MarkEvidence]]
    findings: tuple[Flag, ...]
    seal: str | None = None


def unissued_serial(page_id: int) -> str:
    """Return the name under which a paper without a serial of ours is counted."""
    return f"page-{page_id}"


def unissued_decisions(settled: Mapping[int, PageDecision]) -> dict[str, PaperDecision]:
    """Return the whole-paper decisions of the papers that the board did not issue."""
    return {
        unissued_serial(page_id): PaperDecision(valid=False, reason=decision.reason or NOT_ISSUED)
        for page_id, decision in settled.items()
        if decision.verdict == "invalid"
    }


def read_papers(
    connection: sqlite3.Connection,
    styles: Mapping[str, Style],
    settled: Mapping[int, PageDecision],
) -> Iterator[Paper]:
    """Give every ballot of the record once.

    Args:
        connection: A snapshot of the record.
        styles: Pages of the ballot style of each voter group of the definition.
        settled: What people settled about pages, by page row.

    Raises:
        DamagedError: A page is of a group that the definition does not have.
    """
    tied = _tied_sheets(connection, settled)
    for serial, sheets in groupby(_read_sheets(connection), key=attrgetter("serial")):
        yield _paper(serial, [*sheets, *tied.pop(serial, ())], styles)
    for serial, by_hand in sorted(tied.items()):
        yield _paper(serial, by_hand, styles)
    for page_id, decision in sorted(settled.items()):
        if decision.verdict == "invalid" and decision.group is not None:
            serial = unissued_serial(page_id)
            style = _style(decision.group, serial, styles)
            yield Paper(serial, decision.group, False, style.pages, (), (), style.optional)


def count_seals(connection: sqlite3.Connection) -> SealCount:
    """Return how many ballots of the record bear the seal, and how many do not."""
    return SealCount(*connection.execute(_SEALS).fetchone())


def _read_sheets(connection: sqlite3.Connection) -> Iterator[_Sheet]:
    marks = RowsById(connection.execute(_MARKS))
    findings = RowsById(connection.execute(_FINDINGS))
    before_notes = {row[0] for row in connection.execute(_NOTED_BACKS, (NOTE_ON_BACK,))}
    for reading_id, _, serial, group, number, printed, seal in connection.execute(_PAGES):
        flags = [_flag(row, number) for row in findings.take(reading_id)]
        if reading_id in before_notes:
            # It may be another sheet's that was fed the wrong way round: people tell from the
            # paper, and the noted side itself waits for them too.
            flags.append(Flag("annotation", page=number, detail=NOTE_ON_BACK))
        marked = _evidence(marks.take(reading_id), number)
        yield _Sheet(serial, group, number, printed, marked, tuple(flags), seal)


def _evidence(rows: Iterable[Row], page: int) -> dict[str, dict[str, MarkEvidence]]:
    marks: dict[str, dict[str, MarkEvidence]] = {}
    for contest, option, state, score, *box in rows:
        marks.setdefault(contest, {})[option] = MarkEvidence(state, score, tuple(box), page)
    return marks


def _flag(row: Row, page: int) -> Flag:
    code, contest, x, y, w, h, detail = row
    return Flag(code, contest, None if x is None else (x, y, w, h), page, detail)


def _tied_sheets(
    connection: sqlite3.Connection, settled: Mapping[int, PageDecision]
) -> dict[str, list[_Sheet]]:
    sheets: dict[str, list[_Sheet]] = {}
    for decision in settled.values():
        if decision.verdict != "ballot" or not decision.serial or decision.page is None:
            continue
        row = connection.execute(
            "SELECT group_id FROM ballots_printed WHERE serial = ?", (decision.serial,)
        ).fetchone()
        flag = Flag("registration", page=decision.page, detail=TIED_BY_HAND)
        group = decision.group or ""
        printed = row[0] if row else None
        sheet = _Sheet(decision.serial, group, decision.page, printed, {}, (flag,))
        sheets.setdefault(decision.serial, []).append(sheet)
    return sheets


def _paper(serial: str, sheets: list[_Sheet], styles: Mapping[str, Style]) -> Paper:
    printed = sheets[0].printed_group
    group = printed or sheets[0].group
    # A page that names another group than the printed record is not one we issued.
    issued = printed is not None and all(sheet.group == printed for sheet in sheets)
    style = _style(group, serial, styles)
    return Paper(
        serial,
        group,
        issued,
        style.pages,
        tuple(sorted(sheet.number for sheet in sheets)),
        tuple(_copies(sheets)),
        style.optional,
        _seal_seen(sheets),
    )


def _seal_seen(sheets: Iterable[_Sheet]) -> bool | None:
    """Tell whether any page of a ballot bears the seal; None where none says so or denies it."""
    seen = {sheet.seal for sheet in sheets} - {None}
    if "stamped" in seen:
        return True
    return None if "unclear" in seen or not seen else False


def _copies(sheets: list[_Sheet]) -> Iterator[Copy]:
    """Join the n-th scan of each page number into the n-th copy of the ballot."""
    by_number: dict[int, list[_Sheet]] = {}
    for sheet in sheets:
        by_number.setdefault(sheet.number, []).append(sheet)
    for together in zip_longest(*(by_number[number] for number in sorted(by_number))):
        marks: dict[str, dict[str, MarkEvidence]] = {}
        findings: list[Flag] = []
        for sheet in together:
            if sheet is not None:
                for contest, line in sheet.marks.items():
                    marks.setdefault(contest, {}).update(line)
                findings.extend(sheet.findings)
        yield Copy(marks, tuple(findings))


def _style(group: str, serial: str, styles: Mapping[str, Style]) -> Style:
    if group not in styles:
        raise DamagedError(
            f"Phiếu {serial}: nhóm “{group}” không có trong tệp định nghĩa. Hãy dùng đúng tệp"
            " election.yaml đã dùng để in phiếu.",
            f"Ballot {serial}: the definition has no group {group!r}. Use the election.yaml"
            " from which the ballots were printed.",
        )
    return styles[group]

"""Page readings as rows and back, without loss, and the digest that seals each of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from omr.geometry import Rect
from omr.scan.reading import (
    Finding,
    Grade,
    MarkReading,
    PageReading,
    PageSource,
    Registration,
)
from omr.store.ledger import canonical, digest
from omr.store.values import GradedPage, StoredPage

# SQLite gives back what the tables' types and checks admit.
Row = tuple[Any, ...]

_MARK_FIELDS = (
    "contest, option, state, score, expected_x, expected_y, expected_w, expected_h,"
    " found_x, found_y, found_w, found_h, note, match"
)
_FINDING_FIELDS = "code, contest, x, y, w, h, size_mm, detail"


@dataclass(frozen=True, slots=True)
class ReadingRows:
    """One reading in the shape of the tables.

    Attributes:
        head: settings, version, image_sha256, suffix, status, serial, group_id, page,
            detail, registration, grades, seal.
        marks, findings: In the columns' order, without reading id and ordinal.
    """

    head: Row
    marks: tuple[Row, ...]
    findings: tuple[Row, ...]

    def digest(self, file_sha256: str, page: int) -> str:
        """Return the seal over everything the reading says, and whose page it is."""
        return digest([file_sha256, page, self.head, self.marks, self.findings])


def to_rows(reading: PageReading, suffix: str) -> ReadingRows:
    """Return a reading in the shape of the tables.

    Raises:
        ValueError: A measure is not a finite number.
    """
    head = (
        reading.settings,
        reading.version,
        reading.source.sha256,
        suffix,
        reading.status,
        reading.serial,
        reading.group,
        reading.page,
        reading.detail,
        _registration_text(reading.registration),
        canonical([[grade.code, _number(grade.amount), grade.edge] for grade in reading.grades]),
        reading.seal,
    )
    return ReadingRows(
        head,
        tuple(_mark_row(mark) for mark in reading.marks),
        tuple(_finding_row(finding) for finding in reading.findings),
    )


def insert(connection: sqlite3.Connection, reading_id: int, rows: ReadingRows) -> None:
    """Add the marks and findings of a reading whose own row stands already."""
    connection.executemany(
        f"INSERT INTO marks (reading_id, ordinal, {_MARK_FIELDS})"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ((reading_id, number, *row) for number, row in enumerate(rows.marks)),
    )
    connection.executemany(
        f"INSERT INTO findings (reading_id, ordinal, {_FINDING_FIELDS})"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ((reading_id, number, *row) for number, row in enumerate(rows.findings)),
    )


@dataclass(frozen=True, slots=True)
class SealedReading:
    """A reading as it stands in the tables, with its seal."""

    reading_id: int
    page_id: int
    file: str
    file_sha256: str
    file_page: int
    rows: ReadingRows
    digest: str
    ledger_seq: int

    def stored(self) -> StoredPage:
        """Return it as the value that the scanner once gave."""
        return StoredPage(self.page_id, _reading(self), str(self.rows.head[3]))


class RowsById:
    """Rows of a cursor that is ordered like its readings, taken reading by reading."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor
        self._next: Row | None = cursor.fetchone()

    def take(self, reading_id: int) -> tuple[Row, ...]:
        """Return the next rows if they are of this reading, without their id."""
        taken: list[Row] = []
        while self._next is not None and self._next[0] == reading_id:
            taken.append(self._next[1:])
            self._next = self._cursor.fetchone()
        return tuple(taken)


def select(
    connection: sqlite3.Connection,
    *,
    source: str = "readings",
    where: str = "TRUE",
    values: tuple[object, ...] = (),
) -> Iterator[SealedReading]:
    """Give readings in the order they were recorded, with three queries in all.

    Args:
        connection: The record.
        source: ``readings``, or the view ``current_readings``.
        where: Condition on the readings, as ``r``.
        values: Values of its placeholders.
    """
    chosen = f"FROM {source} AS r"
    heads = connection.execute(
        "SELECT r.id, r.page_id, f.name, p.file_sha256, p.page, r.digest, r.ledger_seq,"
        " r.settings, r.version, r.image_sha256, r.suffix, r.status, r.serial, r.group_id,"
        f" r.page, r.detail, r.registration, r.grades, r.seal {chosen}"
        " JOIN pages AS p ON p.id = r.page_id"
        f" JOIN files AS f ON f.sha256 = p.file_sha256 WHERE {where} ORDER BY r.id",
        values,
    )
    marks = RowsById(
        connection.execute(
            f"SELECT m.reading_id, {_MARK_FIELDS} {chosen} CROSS JOIN marks AS m"
            f" ON m.reading_id = r.id WHERE {where} ORDER BY r.id, m.ordinal",
            values,
        )
    )
    findings = RowsById(
        connection.execute(
            f"SELECT g.reading_id, g.code, g.contest, g.x, g.y, g.w, g.h, g.size_mm, g.detail"
            f" {chosen} CROSS JOIN findings AS g ON g.reading_id = r.id"
            f" WHERE {where} ORDER BY r.id, g.ordinal",
            values,
        )
    )
    for reading_id, page_id, name, file_sha256, file_page, seal, seq, *head in heads:
        rows = ReadingRows(tuple(head), marks.take(reading_id), findings.take(reading_id))
        yield SealedReading(reading_id, page_id, name, file_sha256, file_page, rows, seal, seq)


def graded(connection: sqlite3.Connection) -> Iterator[GradedPage]:
    """Give the pages of whose scan something is to be said, in the order of their recording."""
    found = connection.execute(
        "SELECT p.file_sha256, f.name, p.page, r.serial, r.grades FROM current_readings AS r"
        " JOIN pages AS p ON p.id = r.page_id JOIN files AS f ON f.sha256 = p.file_sha256"
        " WHERE r.grades <> '[]' ORDER BY r.id"
    )
    for file_sha256, file, page, serial, grades in found:
        yield GradedPage(file_sha256, file, page, serial, _grades(grades))


def _number(value: float) -> float:
    # Adding zero turns -0.0, which SQLite does not keep, into 0.0.
    return float(value) + 0.0


def _rect_row(rect: Rect) -> tuple[float, float, float, float]:
    return (_number(rect.x), _number(rect.y), _number(rect.w), _number(rect.h))


def _mark_row(mark: MarkReading) -> Row:
    return (
        mark.contest,
        mark.option,
        mark.state,
        _number(mark.score),
        *_rect_row(mark.expected),
        *_rect_row(mark.found),
        mark.note,
        _number(mark.match),
    )


def _finding_row(finding: Finding) -> Row:
    place = _rect_row(finding.rect) if finding.rect else (None,) * 4
    return (finding.code, finding.contest, *place, _number(finding.size_mm), finding.detail)


def _registration_text(registration: Registration | None) -> str | None:
    if registration is None:
        return None
    return canonical(
        {
            "homography": [_number(value) for value in registration.homography],
            "residual_mm": _number(registration.residual_mm),
            "fiducials": int(registration.fiducials),
            "scale": _number(registration.scale),
            "skew_deg": _number(registration.skew_deg),
            "quarter_turns": int(registration.quarter_turns),
            "bend_mm": _number(registration.bend_mm),
            "box_residual_mm": _number(registration.box_residual_mm),
            "print_share": _number(registration.print_share),
            "folds": int(registration.folds),
        }
    )


def _registration(text: str | None) -> Registration | None:
    if text is None:
        return None
    fields = json.loads(text)
    return Registration(**{**fields, "homography": tuple(fields["homography"])})


def _grades(text: str) -> tuple[Grade, ...]:
    return tuple(Grade(code, amount, edge) for code, amount, edge in json.loads(text))


def _reading(sealed: SealedReading) -> PageReading:
    head = sealed.rows.head
    settings, version, image, _, status, serial, group, page, detail, registration = head[:10]
    grades, seal = head[10:]
    return PageReading(
        source=PageSource(sealed.file, sealed.file_sha256, sealed.file_page, image),
        status=status,
        serial=serial,
        group=group,
        page=page,
        marks=tuple(_mark(row) for row in sealed.rows.marks),
        findings=tuple(_finding(row) for row in sealed.rows.findings),
        registration=_registration(registration),
        detail=detail,
        settings=settings,
        version=version,
        grades=_grades(grades),
        seal=seal,
    )


def _mark(row: Row) -> MarkReading:
    contest, option, state, score, ex, ey, ew, eh, fx, fy, fw, fh, note, match = row
    expected, found = Rect(ex, ey, ew, eh), Rect(fx, fy, fw, fh)
    return MarkReading(contest, option, state, score, expected, found, note, match)


def _finding(row: Row) -> Finding:
    code, contest, x, y, w, h, size, detail = row
    rect = None if x is None else Rect(x, y, w, h)
    return Finding(code, contest, rect, size, detail)

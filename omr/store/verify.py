"""Recompute everything that the record says about itself.

What this finds: rows that were altered, added or removed in any table, images that were
swapped or lost, ledger rows that were altered, and ledger rows that were torn off while
the rows they sealed stayed.

What it cannot find alone: a file that was put back whole to an older state, or rewritten
whole with a new chain by someone who knows the program. Against that stands a head of the
ledger noted elsewhere, in the minutes or in a signed bundle, and given as ``noted``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from omr.errors import Text
from omr.store import decisions, ledger, rows, scans
from omr.store.database import schema_statements
from omr.store.images import ImageShelf
from omr.store.ledger import LedgerEntry
from omr.store.values import Difference, Head


def differences(
    connection: sqlite3.Connection, shelf: ImageShelf, noted: Head | None
) -> Iterator[Difference]:
    """Give what contradicts, most basic first; a broken file ends the search.

    Args:
        connection: A snapshot of the record.
        shelf: The page images.
        noted: A head of the ledger that was written down outside.
    """
    try:
        broken = list(_file(connection))
        yield from broken
        if any(one.code == "database" for one in broken):
            return
        yield from ledger.chain_differences(connection, noted)
        yield from _settings(connection)
        for part in (_prints, _hand_counts, _files, _readings, _decisions):
            yield from part(connection)
        yield from _images(connection, shelf)
    except sqlite3.DatabaseError as error:
        yield _broken(str(error))


def _file(connection: sqlite3.Connection) -> Iterator[Difference]:
    """Ask SQLite itself, and compare the schema with the one that we ship."""
    for (said,) in connection.execute("PRAGMA integrity_check(1)"):
        if said != "ok":
            yield _broken(said)
            return
    expected = _shipped_schema()
    found = _schema(connection)
    for name in sorted(expected.keys() | found.keys()):
        if expected.get(name) != found.get(name):
            yield _difference(
                "schema",
                name,
                f"Cấu trúc bản ghi đã bị thay đổi ở “{name}”: lớp bảo vệ có thể đã bị gỡ.",
                f"The record's structure was changed at {name!r}: a guard may have been removed.",
            )
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        where = f"{table} {row}" if row is not None else table
        yield _difference(
            "reference",
            where,
            f"Bảng {table} có dòng chỉ tới một dòng không còn trong bảng {parent}.",
            f"Table {table} has a row that points to one no longer in table {parent}.",
        )


def _schema(connection: sqlite3.Connection) -> dict[str, str]:
    return dict(
        connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
            " AND name NOT LIKE 'sqlite_stat%'"
        ).fetchall()
    )


def _shipped_schema() -> dict[str, str]:
    fresh = sqlite3.connect(":memory:")
    try:
        for statement in schema_statements():
            fresh.execute(statement)
        return _schema(fresh)
    finally:
        fresh.close()


def _settings(connection: sqlite3.Connection) -> Iterator[Difference]:
    """Compare what stands in ``meta`` with the ledger's last word on it."""
    pinned, reviewers = connection.execute("SELECT election, reviewers FROM meta").fetchone()
    said_pin: object = ""
    said_reviewers: object = 2
    for entry in ledger.entries(connection, "election-pinned"):
        said_pin = entry.payload.get("fingerprint")
    for entry in ledger.entries(connection, "reviewers"):
        said_reviewers = entry.payload.get("needed")
    if (pinned, reviewers) != (said_pin, said_reviewers):
        yield _row_altered("meta", "1")


def _prints(connection: sqlite3.Connection) -> Iterator[Difference]:
    found: dict[int, tuple[int | str, dict[str, object]]] = {}
    for number, group, layout, count, seq in connection.execute(
        "SELECT id, group_id, layout, count, ledger_seq FROM prints ORDER BY id"
    ).fetchall():
        ballots = connection.execute(
            "SELECT serial, group_id FROM ballots_printed WHERE print_id = ? ORDER BY serial",
            (number,),
        ).fetchall()
        content: dict[str, object] = {
            "group": group if all(own == group for _, own in ballots) else None,
            "layout": layout,
            "count": count if len(ballots) == count else None,
            "serials": ledger.digest([serial for serial, _ in ballots]),
        }
        found[seq] = (number, content)
    yield from _compare(connection, "print", "prints", found)


def _files(connection: sqlite3.Connection) -> Iterator[Difference]:
    found: dict[int, tuple[int | str, dict[str, object]]] = {
        seq: (name, {"sha256": sha256, "name": name, "size": size, "pages": pages})
        for sha256, name, size, pages, seq in connection.execute(
            "SELECT sha256, name, size, pages, ledger_seq FROM files"
        )
    }
    yield from _compare(connection, "file", "files", found)


def _hand_counts(connection: sqlite3.Connection) -> Iterator[Difference]:
    said: dict[str, LedgerEntry] = {}
    for entry in ledger.entries(connection, "hand-count"):
        said[str(entry.payload.get("group"))] = entry
    cursor = connection.execute("SELECT * FROM hand_counts")
    names = [column[0] for column in cursor.description]
    for row in cursor:
        fields = dict(zip(names, row, strict=True))
        group, seq = fields.pop("group_id"), fields.pop("ledger_seq")
        last = said.pop(group, None)
        if last is None or last.seq != seq or last.payload.get("after") != fields:
            yield _row_altered("hand_counts", group)
    for group in said:
        yield _row_missing("hand_counts", said[group])


def _readings(connection: sqlite3.Connection) -> Iterator[Difference]:
    """Recompute the seal of every reading, and of every batch from these."""
    found: dict[int, tuple[int | str, dict[str, object]]] = {}
    for seq, batch in groupby(rows.select(connection), key=attrgetter("ledger_seq")):
        digests: list[str] = []
        last = 0
        for sealed in batch:
            last = sealed.reading_id
            digests.append(sealed.digest)
            if sealed.digest != sealed.rows.digest(sealed.file_sha256, sealed.file_page):
                yield _difference(
                    "reading-altered",
                    f"{sealed.file} {sealed.file_page}",
                    f"{sealed.file}, trang {sealed.file_page}: kết quả đọc trong bản ghi"
                    " đã bị sửa.",
                    f"{sealed.file}, page {sealed.file_page}: the recorded reading was altered.",
                )
        found[seq] = (
            last,
            {"pages": len(digests), "readings": scans.batch_digest(digests)},
        )
    yield from _compare(connection, "scan", "readings", found)


def _decisions(connection: sqlite3.Connection) -> Iterator[Difference]:
    said = {
        entry.seq: entry
        for event in ("opinion", "withdrawal")
        for entry in ledger.entries(connection, event)
    }
    for number, seq, seal in decisions.row_digests(connection):
        entry = said.pop(seq, None)
        if entry is None or (entry.payload.get("id"), entry.payload.get("row")) != (number, seal):
            yield _row_altered("decisions", str(number))
    for entry in said.values():
        yield _row_missing("decisions", entry)


def _images(connection: sqlite3.Connection, shelf: ImageShelf) -> Iterator[Difference]:
    for sha256, suffix, name, page in connection.execute(
        "SELECT r.image_sha256, r.suffix, f.name, p.page FROM readings AS r"
        " JOIN pages AS p ON p.id = r.page_id JOIN files AS f ON f.sha256 = p.file_sha256"
        " WHERE r.suffix <> '' ORDER BY r.id"
    ):
        kept = shelf.path(sha256, suffix).relative_to(shelf.root.parent).as_posix()
        matches = shelf.matches(sha256, suffix)
        if matches is None:
            yield _difference(
                "image-missing",
                kept,
                f"{name}, trang {page}: mất ảnh trang đã lưu {kept}.",
                f"{name}, page {page}: its kept image {kept} is gone.",
            )
        elif not matches:
            yield _difference(
                "image-changed",
                kept,
                f"{name}, trang {page}: ảnh trang đã lưu {kept} đã bị thay đổi.",
                f"{name}, page {page}: its kept image {kept} was changed.",
            )


def _compare(
    connection: sqlite3.Connection,
    event: str,
    table: str,
    found: dict[int, tuple[int | str, dict[str, object]]],
) -> Iterator[Difference]:
    """Hold rows against the ledger rows of one event, in both directions."""
    for entry in ledger.entries(connection, event):
        if entry.seq not in found:
            yield _row_missing(table, entry)
            continue
        name, content = found.pop(entry.seq)
        if content != entry.payload:
            yield _row_altered(table, str(name))
    for name, _ in found.values():
        yield _row_altered(table, str(name))


def _row_altered(table: str, row: str) -> Difference:
    return _difference(
        "row-altered",
        f"{table} {row}",
        f"Bảng {table}, dòng {row}: nội dung không khớp với sổ nhật ký.",
        f"Table {table}, row {row}: its content does not fit the ledger.",
    )


def _row_missing(table: str, entry: LedgerEntry) -> Difference:
    return _difference(
        "row-missing",
        f"{table} (ledger {entry.seq})",
        f"Bảng {table}: thiếu nội dung mà dòng {entry.seq} của sổ nhật ký đã ghi nhận.",
        f"Table {table} lacks what row {entry.seq} of the ledger tells of.",
    )


def _broken(said: str) -> Difference:
    return _difference(
        "database",
        "count.db",
        f"Tệp bản ghi bị hỏng ({said}). Hãy giữ nguyên tệp và dùng bản sao lưu gần nhất.",
        f"The record's file is damaged ({said}). Keep it and use the latest backup.",
    )


def _difference(code: str, where: str, vi: str, en: str) -> Difference:
    return Difference(code, where, Text(vi, en))

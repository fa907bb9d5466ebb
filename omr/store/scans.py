"""Files and pages on their way into the record."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from omr.errors import InputError
from omr.store import ledger, rows
from omr.store.images import ImageShelf
from omr.store.values import KeptPage


@dataclass(frozen=True, slots=True)
class Prepared:
    """A page whose image stands on the shelf and whose rows are ready.

    Attributes:
        digest: The seal of its reading.
    """

    kept: KeptPage
    rows: rows.ReadingRows
    digest: str


def known_file(connection: sqlite3.Connection, sha256: str) -> bool:
    """Tell whether a file with this hash is in the record."""
    found = connection.execute("SELECT 1 FROM files WHERE sha256 = ?", (sha256,)).fetchone()
    return found is not None


def known_pages(
    connection: sqlite3.Connection, file_sha256: str, settings: str | None
) -> frozenset[int]:
    """Return the page numbers of a file that have a reading (under these settings)."""
    found = connection.execute(
        "SELECT DISTINCT p.page FROM pages AS p JOIN readings AS r ON r.page_id = p.id"
        " WHERE p.file_sha256 = ?1 AND (?2 IS NULL OR r.settings = ?2)",
        (file_sha256, settings),
    )
    return frozenset(page for (page,) in found)


def unknown(connection: sqlite3.Connection, batch: Sequence[KeptPage]) -> list[KeptPage]:
    """Return the pages of a batch that the record does not have, each once."""
    fresh: dict[tuple[str, int, str], KeptPage] = {}
    for kept in batch:
        source = kept.reading.source
        key = (source.file_sha256, source.page, kept.reading.settings)
        found = connection.execute(
            "SELECT 1 FROM pages AS p JOIN readings AS r ON r.page_id = p.id"
            " WHERE p.file_sha256 = ? AND p.page = ? AND r.settings = ?",
            key,
        ).fetchone()
        if found is None:
            fresh.setdefault(key, kept)
    return list(fresh.values())


def shelve(shelf: ImageShelf, pages: Sequence[KeptPage]) -> list[Prepared]:
    """Put the images of pages on the shelf, flushed, and make their rows ready."""
    prepared: list[Prepared] = []
    folders: set[Path] = set()
    for kept in pages:
        source = kept.reading.source
        suffix = kept.suffix if kept.image is not None else ""
        if kept.image is not None:
            told = f"{source.file}, trang/page {source.page}"
            folders.add(shelf.put(kept.image, source.sha256, suffix, told=told))
        ready = rows.to_rows(kept.reading, suffix)
        prepared.append(Prepared(kept, ready, ready.digest(source.file_sha256, source.page)))
    if folders:
        shelf.flush(folders)
    return prepared


def batch_digest(digests: Sequence[str]) -> str:
    """Return the seal over the readings of one batch, in the order of their rows."""
    return ledger.digest(list(digests))


def insert(connection: sqlite3.Connection, page: Prepared, ledger_seq: int) -> None:
    """Add one page with its reading.

    Raises:
        InputError: Its file is not in the record yet.
    """
    source = page.kept.reading.source
    if not known_file(connection, source.file_sha256):
        raise InputError(
            f"{source.file}: tệp chưa được ghi vào bản ghi trước các trang của nó.",
            f"{source.file}: the file was not recorded before its pages.",
        )
    found = connection.execute(
        "SELECT id FROM pages WHERE file_sha256 = ? AND page = ?",
        (source.file_sha256, source.page),
    ).fetchone()
    page_id = found[0] if found else None
    if page_id is None:
        page_id = connection.execute(
            "INSERT INTO pages (file_sha256, page) VALUES (?, ?)",
            (source.file_sha256, source.page),
        ).lastrowid
    reading_id = connection.execute(
        "INSERT INTO readings (page_id, settings, version, image_sha256, suffix, status, serial,"
        " group_id, page, detail, registration, grades, seal, digest, ledger_seq)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (page_id, *page.rows.head, page.digest, ledger_seq),
    ).lastrowid
    rows.insert(connection, int(reading_id or 0), page.rows)

"""The SQLite file itself: making it, opening it, transactions, and errors in plain words.

Everything above this module sees a connection inside a transaction and never a raw
database error that a person could meet: locked, read-only, full and damaged files each
give one clear line.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources
from pathlib import Path

from omr.errors import DamagedError, InputError, OmrError

# "omr1" in ASCII: tells our record from any other SQLite file.
APPLICATION_ID = 0x6F6D7231
SCHEMA_VERSION = 3

# A batch of a few hundred pages is written in well under a second; ten seconds of waiting
# for another writer is patient without looking like a program that hangs.
BUSY_TIMEOUT_S = 10.0

# The low byte of an extended result code is the primary code.
_PRIMARY = 0xFF


@cache
def schema_text() -> str:
    """Return the text of ``schema.sql``."""
    return resources.files("omr.store").joinpath("schema.sql").read_text(encoding="utf-8")


def schema_statements() -> Iterator[str]:
    """Split ``schema.sql`` into statements, so that all run in one transaction."""
    pending: list[str] = []
    for line in schema_text().splitlines():
        pending.append(line)
        statement = "\n".join(pending)
        if sqlite3.complete_statement(statement):
            yield statement
            pending.clear()


@contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors about the file itself into ours; let the others pass.

    Raises:
        InputError: The file is locked, cannot be opened or written, or the disk is full.
        DamagedError: The file is not a database any more.
    """
    try:
        yield
    except sqlite3.Error as error:
        ours = _translated(path, error)
        if ours is None:
            raise
        raise ours from error


def _translated(path: Path, error: sqlite3.Error) -> OmrError | None:
    code = (getattr(error, "sqlite_errorcode", None) or 0) & _PRIMARY
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return InputError(
            f"{path}: một lệnh khác đang ghi vào bản ghi. Hãy chờ lệnh đó xong rồi làm lại.",
            f"{path}: another command is writing to the record. Wait until it ends, then repeat.",
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return InputError(
            f"{path}: bản ghi chỉ cho đọc. Hãy cấp quyền ghi cho tệp và thư mục chứa tệp.",
            f"{path}: the record is read-only. Allow writing to the file and its folder.",
        )
    if code == sqlite3.SQLITE_CANTOPEN:
        return InputError(
            f"{path}: không mở được bản ghi. Hãy kiểm tra tệp có tồn tại và có quyền đọc, ghi.",
            f"{path}: the record cannot be opened. See that the file exists and may be used.",
        )
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return InputError(
            f"{path}: không ghi được vào đĩa (đĩa đầy hoặc lỗi). Hãy dọn chỗ trống rồi làm lại.",
            f"{path}: the disk cannot be written (full or failing). Make room, then repeat.",
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return DamagedError(
            f"{path}: tệp bản ghi bị hỏng. Hãy giữ nguyên tệp này và dùng bản sao lưu gần nhất.",
            f"{path}: the record's file is damaged. Keep it as it is and use the latest backup.",
        )
    return None


class Database:
    """One open record file.

    A Database belongs to the thread that opened it; each thread opens its own.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    def create(cls, path: Path, created: str) -> Database:
        """Make a new, empty record file.

        Args:
            path: Where; nothing may stand there yet.
            created: UTC time, ISO 8601.

        Raises:
            InputError: Something stands there already, or the place cannot be written.
        """
        if path.exists():
            raise InputError(
                f"{path}: bản ghi đã có sẵn, không tạo đè lên.",
                f"{path}: a record is there already and is not written over.",
            )
        with plain_errors(path):
            connection = _connect(path, mode="rwc")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN IMMEDIATE")
            for statement in schema_statements():
                connection.execute(statement)
            connection.execute(
                "INSERT INTO meta VALUES (1, ?, ?, '', 2, 0, ?)",
                (SCHEMA_VERSION, created, "0" * 64),
            )
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            connection.execute("COMMIT")
        return cls(path, connection)

    @classmethod
    def open(cls, path: Path, *, readonly: bool = False) -> Database:
        """Open an existing record file.

        Args:
            path: The file.
            readonly: Refuse every change; a folder that cannot be written (a disc) will do.

        Raises:
            InputError: There is none, it is not ours, or a newer version made it.
            DamagedError: The file is not a database any more.
        """
        if not path.is_file():
            raise InputError(
                f"{path}: không có bản ghi. Thư mục kiểm phiếu phải có tệp count.db;"
                " hãy tạo thư mục bằng lệnh “omr new” hoặc lấy lại tệp từ bản sao lưu.",
                f"{path}: there is no record. A count folder holds a count.db; make the folder"
                " with “omr new”, or bring the file back from a backup.",
            )
        with plain_errors(path):
            connection = _connect(path, mode="ro" if readonly else "rw")
            try:
                _require_ours(path, connection)
            except BaseException:
                connection.close()
                raise
        return cls(path, connection)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give the connection for short questions."""
        with plain_errors(self.path):
            yield self._connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection inside one write transaction: all of it is kept, or nothing."""
        with plain_errors(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Give a connection of its own that sees one unchanging state, for long streams."""
        with plain_errors(self.path):
            connection = _connect(self.path, mode="ro")
            try:
                connection.execute("BEGIN")
                yield connection
            finally:
                connection.close()

    def close(self) -> None:
        """Close the file; the write-ahead log is folded in, so that the folder can be copied."""
        self._connection.close()


def _connect(path: Path, *, mode: str) -> sqlite3.Connection:
    place = f"{path.absolute().as_uri()}?mode={mode}"
    if mode == "ro" and _is_archived(path):
        # SQLite cannot put its shared index beside the file; nobody can write to it either.
        place += "&immutable=1"
    connection = sqlite3.connect(
        place,
        uri=True,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
    )
    # FULL: a page that was reported as recorded survives a power cut.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA recursive_triggers = ON")
    return connection


def _is_archived(path: Path) -> bool:
    """Tell whether a closed record lies where nothing can be written, as on a disc."""
    return not os.access(path.parent, os.W_OK) and not path.with_name(f"{path.name}-wal").exists()


def _require_ours(path: Path, connection: sqlite3.Connection) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise InputError(
            f"{path}: đây không phải bản ghi kiểm phiếu của omr. Hãy kiểm tra lại thư mục.",
            f"{path}: this is not a record of omr. Check that the folder is the right one.",
        )
    if version > SCHEMA_VERSION:
        raise InputError(
            f"{path}: bản ghi do phiên bản omr mới hơn tạo ra (mẫu {version}, chương trình này"
            f" hiểu đến mẫu {SCHEMA_VERSION}). Hãy cập nhật omr rồi mở lại.",
            f"{path}: the record was made by a newer omr (schema {version}; this program knows"
            f" up to {SCHEMA_VERSION}). Update omr and open it again.",
        )
    if version < SCHEMA_VERSION:
        raise InputError(
            f"{path}: bản ghi do phiên bản omr cũ tạo ra (mẫu {version}, chương trình này cần mẫu"
            f" {SCHEMA_VERSION}). Hãy mở bằng đúng phiên bản đã tạo ra nó, hoặc quét lại xấp phiếu"
            " trong thư mục kiểm phiếu mới.",
            f"{path}: the record was made by an older omr (schema {version}; this program needs"
            f" {SCHEMA_VERSION}). Open it with the version that made it, or scan the stack again"
            " in a new count folder.",
        )

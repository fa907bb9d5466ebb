"""The open record file: its clock, its ledger, and the check of everything in it.

The doors for printing, scanning and deciding build on this one; ``record.Record`` is
all of them together.
"""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from omr.errors import DamagedError, InputError, RefusedError
from omr.store import ledger, verify
from omr.store.database import Database
from omr.store.images import ImageShelf
from omr.store.ledger import LedgerEntry
from omr.store.values import Difference, Head


def utc_now() -> datetime:
    """Return the time of the record's rows; tests put their own clock in its place."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """Return a moment as the record keeps it: UTC, ISO 8601, whole seconds."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def clean_name(name: str) -> str:
    """Return a person's name in NFC with single spaces.

    Raises:
        InputError: There is no name.
    """
    cleaned = " ".join(unicodedata.normalize("NFC", name).split())
    if not cleaned:
        raise InputError(
            "Chưa có tên người thực hiện. Hãy ghi họ và tên.",
            "The name of the acting person is missing. Give the full name.",
        )
    return cleaned


class RecordFile:
    """The open file with its ledger; every door to the record stands on it."""

    def __init__(
        self, database: Database, pages: Path, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._database = database
        self._shelf = ImageShelf(pages)
        self._clock = clock

    @classmethod
    def create(cls, database: Path, pages: Path, clock: Callable[[], datetime] = utc_now) -> Self:
        """Make a new, empty record.

        Args:
            database: The file, not there yet.
            pages: The folder of the page images.
            clock: Gives the time of what is recorded.
        """
        record = cls(Database.create(database, stamp(clock())), pages, clock)
        record._append("omr", "created", {})
        return record

    @classmethod
    def open(
        cls,
        database: Path,
        pages: Path,
        *,
        readonly: bool = False,
        clock: Callable[[], datetime] = utc_now,
    ) -> Self:
        """Open an existing record.

        Raises:
            InputError: There is none, it is not ours, or a newer version made it.
            DamagedError: The file is not a database any more.
        """
        return cls(Database.open(database, readonly=readonly), pages, clock)

    def __enter__(self) -> Self:
        """Return the open record."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the record, whatever happened."""
        self.close()

    def close(self) -> None:
        """Close the record, so that its folder can be copied."""
        self._database.close()

    def election_fingerprint(self) -> str:
        """Return the fingerprint of the definition that the record is pinned to, or ""."""
        with self._database.reading() as connection:
            (fingerprint,) = connection.execute("SELECT election FROM meta").fetchone()
        return str(fingerprint)

    def pin_election(self, fingerprint: str, *, actor: str = "omr") -> None:
        """Tie the record to one state of the definition; a second time it must be the same.

        Raises:
            RefusedError: The record is tied to another state.
        """
        with self._database.writing() as connection:
            (pinned,) = connection.execute("SELECT election FROM meta").fetchone()
            if pinned == fingerprint:
                return
            if pinned:
                raise RefusedError(
                    f"election.yaml đã bị thay đổi sau khi in phiếu (dấu vết {fingerprint}, lúc in"
                    f" là {pinned}). Hãy dùng lại tệp cũ, hoặc mở một thư mục kiểm phiếu mới.",
                    f"election.yaml was changed after ballots were printed (fingerprint"
                    f" {fingerprint}; it was {pinned}). Bring the old file back, or begin a new"
                    " count folder.",
                )
            self._entry(connection, actor, "election-pinned", {"fingerprint": fingerprint})
            connection.execute("UPDATE meta SET election = ?", (fingerprint,))

    def append(self, actor: str, event: str, payload: Mapping[str, object]) -> int:
        """Add a ledger row about something that happened outside the record's tables.

        Args:
            actor: Who did it.
            event: A short English key; not one of `ledger.OWN_EVENTS`.
            payload: JSON values; never a vote.

        Returns:
            The number of the row.
        """
        if event in ledger.OWN_EVENTS:
            raise ValueError(f"{event!r} is written by the record itself")
        return self._append(actor, event, payload)

    def events(self, event: str | None = None) -> tuple[LedgerEntry, ...]:
        """Return the ledger in order, all of it or the rows of one event."""
        with self._database.reading() as connection:
            return tuple(ledger.entries(connection, event))

    def head(self) -> Head:
        """Return the seal of everything recorded so far, for minutes and bundles."""
        with self._database.reading() as connection:
            return ledger.head(connection)

    def verify_ledger(self, noted: Head | None = None) -> tuple[Difference, ...]:
        """Recompute the hash chain; see `verify` for ``noted``."""
        with self._database.snapshot() as connection:
            return tuple(ledger.chain_differences(connection, noted))

    def verify(self, noted: Head | None = None) -> tuple[Difference, ...]:
        """Recompute everything that can be recomputed.

        Args:
            noted: A head written down outside the record (in minutes or a bundle). Without
                it, a record that was wholly rewritten, or put back to an older state with
                all its tables, cannot be told from a true one.

        Returns:
            What contradicts, most basic first; empty where the record is sound.
        """
        with self._database.snapshot() as connection:
            return tuple(verify.differences(connection, self._shelf, noted))

    def require_sound(self, noted: Head | None = None) -> None:
        """Raise DamagedError naming the first difference that `verify` finds."""
        found = self.verify(noted)
        if found:
            raise DamagedError(found[0].text.vi, found[0].text.en)

    def _append(self, actor: str, event: str, payload: Mapping[str, object]) -> int:
        with self._database.writing() as connection:
            return self._entry(connection, actor, event, payload)

    def _entry(
        self,
        connection: sqlite3.Connection,
        actor: str,
        event: str,
        payload: Mapping[str, object],
    ) -> int:
        """Add a ledger row inside the caller's transaction."""
        return ledger.append(
            connection,
            at=stamp(self._clock()),
            actor=clean_name(actor),
            event=event,
            payload=payload,
        )

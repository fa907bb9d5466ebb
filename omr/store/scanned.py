"""The door of the scanner, and of those who read what it measured."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from omr.scan.reading import PageReading
from omr.stages import stage
from omr.store import decisions, papers, rows, scans
from omr.store.core import RecordFile, stamp
from omr.store.values import Added, GradedPage, KeptPage, PageDecision, StoredPage
from omr.tally.model import Paper
from omr.tally.seals import SealCount


class ScannedRecord(RecordFile):
    """Files, pages, readings, and the papers that they make."""

    @stage("record")
    def add_file(
        self, sha256: str, name: str, *, size: int, pages: int, actor: str = "omr"
    ) -> bool:
        """Record a scanned file before its pages; a known one stays under its first name.

        Returns:
            Whether it is new.
        """
        name = unicodedata.normalize("NFC", name)
        with self._database.writing() as connection:
            if scans.known_file(connection, sha256):
                return False
            payload = {"sha256": sha256, "name": name, "size": size, "pages": pages}
            seq = self._entry(connection, actor, "file", payload)
            connection.execute(
                "INSERT INTO files (sha256, name, size, pages, first_seen, ledger_seq)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (sha256, name, size, pages, stamp(self._clock()), seq),
            )
        return True

    def known_pages(self, file_sha256: str, settings: str | None = None) -> frozenset[int]:
        """Return the pages of a file that were read before (under these settings)."""
        with self._database.reading() as connection:
            return scans.known_pages(connection, file_sha256, settings)

    @stage("record")
    def add_pages(self, batch: Sequence[KeptPage], *, actor: str = "omr") -> Added:
        """Keep a batch of pages: images first, then all rows in one transaction.

        A page that was read before under the same settings adds nothing.

        Raises:
            InputError: A page's file was not recorded before.
            DamagedError: An image is not the one its reading speaks of.
        """
        with self._database.reading() as connection:
            fresh = scans.unknown(connection, batch)
        prepared = scans.shelve(self._shelf, fresh)
        if not prepared:
            return Added(0, len(batch))
        with self._database.writing() as connection:
            # Another writer may have been quicker since the first look.
            still = {id(kept) for kept in scans.unknown(connection, fresh)}
            prepared = [page for page in prepared if id(page.kept) in still]
            if prepared:
                digests = [page.digest for page in prepared]
                payload = {"pages": len(prepared), "readings": scans.batch_digest(digests)}
                seq = self._entry(connection, actor, "scan", payload)
                for page in prepared:
                    scans.insert(connection, page, seq)
        return Added(len(prepared), len(batch) - len(prepared))

    def readings(self, *, superseded: bool = False) -> Iterator[PageReading]:
        """Stream the reading that holds for each page, in the order they were recorded.

        Args:
            superseded: Give also those that a later reading of the page took the place of.
        """
        source = "readings" if superseded else "current_readings"
        with self._database.snapshot() as connection:
            for sealed in rows.select(connection, source=source):
                yield sealed.stored().reading

    def graded_pages(self) -> Iterator[GradedPage]:
        """Stream the pages of whose scan something is to be said."""
        with self._database.snapshot() as connection:
            yield from rows.graded(connection)

    def page_readings(self, serial: str) -> tuple[StoredPage, ...]:
        """Return the pages of one ballot, those that people tied to it included."""
        with self._database.snapshot() as connection:
            settled = decisions.settled_pages(connection)
            tied = [page for page, decision in settled.items() if decision.serial == serial]
            marks = ", ".join("?" * len(tied))
            found = rows.select(
                connection,
                source="current_readings",
                where=f"(r.status = 'read' AND r.serial = ?) OR r.page_id IN ({marks})",
                values=(serial, *tied),
            )
            return tuple(_with_decision(sealed.stored(), settled) for sealed in found)

    def loose_pages(self) -> Iterator[StoredPage]:
        """Stream every page that the machine did not tie to a ballot, blank ones included."""
        with self._database.snapshot() as connection:
            settled = decisions.settled_pages(connection)
            for sealed in rows.select(
                connection, source="current_readings", where="r.status <> 'read'"
            ):
                yield _with_decision(sealed.stored(), settled)

    def unread_pages(self) -> Iterator[StoredPage]:
        """Stream the pages that wait for people: neither read, nor blank, nor settled."""
        for page in self.loose_pages():
            if page.reading.status != "blank" and page.settled is None:
                yield page

    def stored_page(self, page_id: int) -> StoredPage | None:
        """Return one page by its row, or None where there is no such page."""
        with self._database.snapshot() as connection:
            settled = decisions.settled_pages(connection)
            found = rows.select(
                connection, source="current_readings", where="r.page_id = ?", values=(page_id,)
            )
            return next((_with_decision(sealed.stored(), settled) for sealed in found), None)

    def image_path(self, page: StoredPage) -> Path | None:
        """Return the kept image of a page, or None where none was kept."""
        if not page.suffix:
            return None
        return self._shelf.path(page.reading.source.sha256, page.suffix)

    def papers(self, styles: Mapping[str, papers.Style]) -> Iterator[Paper]:
        """Stream every ballot of the record once, by serial, for judging.

        Args:
            styles: The pages of each voter group's ballot, by the group ids of the definition.

        Raises:
            DamagedError: A ballot is of a group that the definition does not have.
        """
        with self._database.snapshot() as connection:
            settled = decisions.settled_pages(connection)
            yield from papers.read_papers(connection, styles, settled)

    def seals(self) -> SealCount:
        """Return how many ballots of the record bear the seal, and how many do not."""
        with self._database.snapshot() as connection:
            return papers.count_seals(connection)


def _with_decision(page: StoredPage, settled: Mapping[int, PageDecision]) -> StoredPage:
    """Return the page with what people settled for it."""
    return replace(page, settled=settled.get(page.page_id))

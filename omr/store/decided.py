"""The door of the people who look at papers and decide."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Mapping

from omr.errors import RefusedError
from omr.store import decisions, papers
from omr.store.core import RecordFile, clean_name, stamp
from omr.store.values import Decision, Opinion, PageDecision, Subject
from omr.tally.model import PaperDecision


class DecidedRecord(RecordFile):
    """Opinions, and what of them is settled."""

    def set_reviewers(self, needed: int, *, actor: str, reason: str) -> None:
        """Say how many people must agree: 2, or 1 where the board has nobody else.

        Raises:
            RefusedError: One reviewer without a reason.
        """
        if needed == 1 and not reason.strip():
            raise RefusedError(
                "Muốn để một người xem xét phiếu thì phải ghi rõ lý do.",
                "A count with one reviewer needs a written reason.",
            )
        with self._database.writing() as connection:
            if decisions.needed_voices(connection) != needed:
                payload = {"needed": needed, "reason": unicodedata.normalize("NFC", reason)}
                self._entry(connection, actor, "reviewers", payload)
                connection.execute("UPDATE meta SET reviewers = ?", (needed,))

    def reviewers(self) -> int:
        """Return how many people must agree, 1 or 2."""
        with self._database.reading() as connection:
            return decisions.needed_voices(connection)

    def add_decision(
        self,
        subject: Subject,
        decision: Decision,
        *,
        person: str,
        reason: str = "",
        before: Mapping[str, object] | None = None,
    ) -> None:
        """Record what one person says about a ballot or a page.

        Args:
            subject: The ballot or page.
            decision: A PaperDecision for a ballot, a PageDecision for a page.
            person: Full name.
            reason: The person's own words.
            before: What the machine had said, kept beside it.

        Raises:
            InputError: The subject is not in the record, or the decision lacks a field.
            RefusedError: The person's opinion stands already, or a page is tied to a
                ballot that was not printed.
        """
        with self._database.writing() as connection:
            decisions.require_fitting(connection, subject, decision)
            self._decide(connection, subject, decision, person, reason, before or {})

    def withdraw(self, subject: Subject, *, person: str, reason: str = "") -> None:
        """Take a person's standing opinion back, with a row of its own.

        Raises:
            RefusedError: The person has none on this subject.
        """
        with self._database.writing() as connection:
            self._decide(connection, subject, None, person, reason, {})

    def opinions(self, subject: Subject) -> tuple[Opinion, ...]:
        """Return everything people said about a subject, oldest first."""
        with self._database.snapshot() as connection:
            return decisions.opinions(connection, subject)

    def settled(self, serial: str) -> PaperDecision | None:
        """Return what is settled about a ballot, or None while people are awaited."""
        with self._database.snapshot() as connection:
            found = decisions.settled_papers(connection, serial).get(serial)
            return found or papers.unissued_decisions(decisions.settled_pages(connection)).get(
                serial
            )

    def settled_papers(self) -> dict[str, PaperDecision]:
        """Return everything settled about papers, by serial, for counting."""
        with self._database.snapshot() as connection:
            return {
                **decisions.settled_papers(connection),
                **papers.unissued_decisions(decisions.settled_pages(connection)),
            }

    def settled_pages(self) -> dict[int, PageDecision]:
        """Return everything settled about pages that were not read, by page row."""
        with self._database.snapshot() as connection:
            return decisions.settled_pages(connection)

    def disputes(self) -> tuple[Subject, ...]:
        """Return the subjects on which enough people spoke and did not agree."""
        with self._database.snapshot() as connection:
            return decisions.unsettled(connection, disputed=True)

    def half_decided(self) -> tuple[Subject, ...]:
        """Return the subjects on which one person spoke and another is awaited."""
        with self._database.snapshot() as connection:
            return decisions.unsettled(connection, disputed=False)

    def _decide(
        self,
        connection: sqlite3.Connection,
        subject: Subject,
        decision: Decision | None,
        person: str,
        reason: str,
        before: Mapping[str, object],
    ) -> None:
        """Write one row of opinion and its ledger row, which seals it without repeating it."""
        row = decisions.OpinionRow.make(
            connection,
            subject=subject,
            person=clean_name(person),
            at=stamp(self._clock()),
            decision=decision,
            before=before,
            reason=unicodedata.normalize("NFC", reason),
        )
        payload = {
            "id": row.number,
            "subject": subject.kind,
            "key": subject.key,
            "row": row.digest(),
        }
        seq = self._entry(connection, person, row.kind, payload)
        row.insert(connection, seq)

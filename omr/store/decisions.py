"""What people said, and what of it is settled.

Two people settle a subject when their standing opinions say the same, and no other
answer has as many voices. That nobody has two voices is kept by the database. Where the
count is marked as having one reviewer, one voice is enough; the ledger tells so.

An opinion on a ballot is given on its *basis*: the page rows of that ballot at the time.
When another scan of the ballot arrives, people have not seen it, so their opinions do
not stand any more and the ballot comes back to them.
"""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from omr.errors import InputError, Language, RefusedError, Text
from omr.store.ledger import canonical, digest
from omr.store.values import (
    Decision,
    Opinion,
    OpinionKind,
    PageDecision,
    Subject,
    SubjectKind,
)
from omr.tally.model import LineDecision, PaperDecision

_KINDS: tuple[SubjectKind, ...] = ("paper", "page")
_FIELDS = "subject, subject_id, basis, person, person_key, at, kind, before, after, reason"


def person_key(person: str) -> str:
    """Return the key under which two spellings of one person's name are one voice."""
    return " ".join(unicodedata.normalize("NFC", person).split()).casefold()


def to_text(decision: Decision) -> str:
    """Return a decision as the one text that two agreeing people share."""
    if isinstance(decision, PaperDecision):
        ordered = sorted(decision.lines, key=lambda line: line.contest)
        return canonical({**asdict(decision), "lines": [asdict(line) for line in ordered]})
    return canonical(asdict(decision))


def from_text(kind: SubjectKind, text: str) -> Decision:
    """Return the decision that `to_text` wrote."""
    fields: dict[str, Any] = json.loads(text)
    if kind == "page":
        return PageDecision(**fields)
    lines = tuple(LineDecision(**line) for line in fields.pop("lines"))
    return PaperDecision(**fields, lines=lines)


def require_fitting(connection: sqlite3.Connection, subject: Subject, decision: Decision) -> None:
    """See that a decision can be about its subject.

    Raises:
        InputError: The subject is not in the record, or the decision is not of its kind.
        RefusedError: A page is tied to a ballot that was not printed for that group.
    """
    if subject.kind == "paper":
        if not isinstance(decision, PaperDecision):
            raise TypeError("a ballot takes a PaperDecision")
        _require_ballot(connection, subject.key)
        return
    if not isinstance(decision, PageDecision):
        raise TypeError("a page takes a PageDecision")
    if not connection.execute("SELECT 1 FROM pages WHERE id = ?", (subject.key,)).fetchone():
        raise InputError(
            f"Trang {subject.key}: không có trong bản ghi. Hãy tải lại danh sách trang.",
            f"Page {subject.key} is not in the record. Load the list of pages again.",
        )
    if decision.verdict == "ballot":
        _require_issued(connection, decision)
    if decision.verdict == "invalid" and not decision.group:
        raise InputError(
            f"Trang {subject.key}: chưa chọn nhóm người ghi phiếu cho phiếu không hợp lệ này.",
            f"Page {subject.key}: choose the voter group of this invalid paper.",
        )


def _require_ballot(connection: sqlite3.Connection, serial: str) -> None:
    if not basis(connection, Subject.paper(serial)):
        raise InputError(
            f"Phiếu {serial}: chưa có trang nào của phiếu này trong bản ghi. Hãy xem lại số phiếu.",
            f"Ballot {serial}: the record has no page of it. Check the serial.",
        )


def _require_issued(connection: sqlite3.Connection, decision: PageDecision) -> None:
    row = connection.execute(
        "SELECT group_id FROM ballots_printed WHERE serial = ?", (decision.serial,)
    ).fetchone()
    if row is None or row[0] != decision.group:
        raise RefusedError(
            f"Số phiếu {decision.serial} không có trong danh sách phiếu đã in của nhóm"
            f" {decision.group}. Hãy đọc lại số in trên phiếu; nếu đúng như vậy, đây là phiếu"
            " không do Ban Kiểm phiếu phát ra.",
            f"Serial {decision.serial} is not among the ballots printed for group"
            f" {decision.group}. Read it again from the paper; if it is right, the board did"
            " not issue this paper.",
        )
    if decision.page is None or decision.page < 1:
        raise InputError(
            f"Phiếu {decision.serial}: chưa chọn đây là trang thứ mấy của phiếu.",
            f"Ballot {decision.serial}: say which page of the ballot this is.",
        )


@dataclass(frozen=True, slots=True)
class OpinionRow:
    """One row of the table of decisions, before its ledger row is known.

    Attributes:
        number: Its id.
        fields: The columns between id and ledger row, in the table's order.
    """

    number: int
    subject: Subject
    person: str
    fields: tuple[str | None, ...]

    @classmethod
    def make(
        cls,
        connection: sqlite3.Connection,
        *,
        subject: Subject,
        person: str,
        at: str,
        decision: Decision | None,
        before: Mapping[str, object],
        reason: str,
    ) -> OpinionRow:
        """Return the row of an opinion, or of a withdrawal where there is no decision."""
        (number,) = connection.execute("SELECT ifnull(max(id), 0) + 1 FROM decisions").fetchone()
        fields = (
            subject.kind,
            subject.key,
            basis(connection, subject),
            person,
            person_key(person),
            at,
            "withdrawal" if decision is None else "opinion",
            canonical(dict(before)),
            None if decision is None else to_text(decision),
            reason,
        )
        return cls(number, subject, person, fields)

    @property
    def kind(self) -> OpinionKind:
        """Whether it gives an opinion or takes one back."""
        return "withdrawal" if self.fields[8] is None else "opinion"

    def digest(self) -> str:
        """Return the seal that the ledger keeps of the row."""
        return digest(self.fields)

    def insert(self, connection: sqlite3.Connection, ledger_seq: int) -> None:
        """Add the row.

        Raises:
            RefusedError: The person has an opinion standing, or none to withdraw.
        """
        try:
            connection.execute(
                f"INSERT INTO decisions (id, {_FIELDS}, ledger_seq)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (self.number, *self.fields, ledger_seq),
            )
        except sqlite3.IntegrityError as error:
            refusal = _refusal(str(error), self.person, self.subject)
            if refusal is None:
                raise
            raise refusal from error


def _refusal(said: str, person: str, subject: Subject) -> RefusedError | None:
    """Put what a trigger of the schema said into words."""
    if "one person, one standing opinion" in said:
        return RefusedError(
            f"{person} đã có ý kiến về {_named(subject, 'vi')}. Muốn đổi, hãy rút ý kiến cũ"
            " trước; ý kiến thứ hai phải do người khác đưa ra.",
            f"{person} has an opinion on {_named(subject, 'en')} already. To change it,"
            " withdraw it first; the second opinion must be another person's.",
        )
    if "nothing to withdraw" in said:
        return RefusedError(
            f"{person} không có ý kiến nào về {_named(subject, 'vi')} để rút.",
            f"{person} has no opinion on {_named(subject, 'en')} to withdraw.",
        )
    return None


def _named(subject: Subject, language: Language) -> str:
    if subject.kind == "paper":
        return Text(f"phiếu {subject.key}", f"ballot {subject.key}").say(language)
    return Text(f"trang {subject.key}", f"page {subject.key}").say(language)


def row_digests(connection: sqlite3.Connection) -> Iterator[tuple[int, int, str]]:
    """Give id, ledger row and recomputed seal of every row."""
    for number, seq, *fields in connection.execute(
        f"SELECT id, ledger_seq, {_FIELDS} FROM decisions ORDER BY id"
    ):
        yield number, seq, digest(fields)


def basis(connection: sqlite3.Connection, subject: Subject) -> str:
    """Return the page rows that lie before people now, as text; "" for a page itself."""
    if subject.kind == "page":
        return ""
    return bases(connection, subject.key).get(subject.key, "")


def bases(connection: sqlite3.Connection, serial: str | None = None) -> dict[str, str]:
    """Return the present basis of every ballot that has opinions, or of one ballot."""
    chosen = "r.serial = ?1"
    if serial is None:
        chosen = "r.serial IN (SELECT subject_id FROM decisions WHERE subject = 'paper')"
    pages: dict[str, set[int]] = {}
    values = () if serial is None else (serial,)
    for found, page_id in connection.execute(
        f"SELECT r.serial, r.page_id FROM current_readings AS r"
        f" WHERE r.status = 'read' AND {chosen}",
        values,
    ):
        pages.setdefault(found, set()).add(page_id)
    for page_id, decision in settled_pages(connection).items():
        if decision.verdict == "ballot" and decision.serial and serial in (None, decision.serial):
            pages.setdefault(decision.serial, set()).add(page_id)
    return {key: ",".join(map(str, sorted(found))) for key, found in pages.items()}


@dataclass(frozen=True, slots=True)
class Standing:
    """How the voices on one subject stand: each answer with its number of voices."""

    subject: Subject
    voices: tuple[tuple[str, int], ...]

    def settled(self, needed: int) -> Decision | None:
        """Return the answer with enough voices and more than any other, if there is one."""
        (text, most), *others = self.voices
        if most < needed or any(count == most for _, count in others):
            return None
        return from_text(self.subject.kind, text)


def standings(
    connection: sqlite3.Connection, kind: SubjectKind, key: str | None = None
) -> Iterator[Standing]:
    """Give the subjects of one kind that have opinions standing, most voices first in each."""
    rows = connection.execute(
        "SELECT subject_id, basis, after FROM standing_opinions"
        " WHERE subject = ?1 AND (?2 IS NULL OR subject_id = ?2)",
        (kind, key),
    ).fetchall()
    if not rows:
        return
    present = bases(connection, key) if kind == "paper" else {}
    voices: dict[str, Counter[str]] = {}
    for subject_id, given_on, after in rows:
        if present.get(subject_id, "") == given_on:
            voices.setdefault(subject_id, Counter())[after] += 1
    for subject_id, counted in sorted(voices.items()):
        yield Standing(Subject(kind, subject_id), tuple(counted.most_common()))


def unsettled(connection: sqlite3.Connection, *, disputed: bool) -> tuple[Subject, ...]:
    """Return the subjects that are open: with enough voices at odds, or with too few."""
    needed = needed_voices(connection)
    return tuple(
        standing.subject
        for kind in _KINDS
        for standing in standings(connection, kind)
        if standing.settled(needed) is None
        and (sum(count for _, count in standing.voices) >= needed) == disputed
    )


def needed_voices(connection: sqlite3.Connection) -> int:
    """Return how many people must agree: 2, or 1 where the count is marked so."""
    (reviewers,) = connection.execute("SELECT reviewers FROM meta").fetchone()
    return int(reviewers)


def settled_pages(connection: sqlite3.Connection) -> dict[int, PageDecision]:
    """Return what is settled about pages that the machine could not tie to a ballot.

    A page that a later reading could tie does not need people's word any more.
    """
    needed = needed_voices(connection)
    settled: dict[int, PageDecision] = {}
    for standing in standings(connection, "page"):
        decision = standing.settled(needed)
        if isinstance(decision, PageDecision):
            settled[int(standing.subject.key)] = decision
    if settled:
        for (page_id,) in connection.execute(
            "SELECT page_id FROM current_readings WHERE status = 'read' AND page_id IN"
            " (SELECT CAST(subject_id AS INTEGER) FROM decisions WHERE subject = 'page')"
        ):
            settled.pop(page_id, None)
    return settled


def settled_papers(
    connection: sqlite3.Connection, key: str | None = None
) -> dict[str, PaperDecision]:
    """Return what is settled about ballots, all of them or one, by serial."""
    needed = needed_voices(connection)
    settled: dict[str, PaperDecision] = {}
    for standing in standings(connection, "paper", key):
        decision = standing.settled(needed)
        if isinstance(decision, PaperDecision):
            settled[standing.subject.key] = decision
    return settled


def opinions(connection: sqlite3.Connection, subject: Subject) -> tuple[Opinion, ...]:
    """Return everything people said about a subject, oldest first."""
    now = basis(connection, subject)
    standing = {
        number
        for (number,) in connection.execute(
            "SELECT id FROM standing_opinions WHERE subject = ? AND subject_id = ? AND basis = ?",
            (subject.kind, subject.key, now),
        )
    }
    return tuple(
        Opinion(
            subject,
            person,
            at,
            kind,
            None if after is None else from_text(subject.kind, after),
            json.loads(before),
            reason,
            number in standing,
        )
        for number, person, at, kind, before, after, reason in connection.execute(
            "SELECT id, person, at, kind, before, after, reason FROM decisions"
            " WHERE subject = ? AND subject_id = ? ORDER BY id",
            (subject.kind, subject.key),
        )
    )

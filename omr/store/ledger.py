"""The ledger: an append-only chain in which each row seals all rows before it.

The hash of a row is SHA-256 over the canonical JSON of the row with the hash of the
row before. There is no secret in it: whoever can rewrite the whole file can compute a
new chain. What the chain gives is one short head that stands for the whole record; once
that head is written down elsewhere (minutes, signed bundle), no earlier row can change.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from omr.errors import Text
from omr.store.values import Difference, Head

GENESIS = "0" * 64

# Rows that the record writes itself, together with the change they tell of.
OWN_EVENTS = frozenset(
    {
        "created",
        "election-pinned",
        "print",
        "hand-count",
        "file",
        "scan",
        "reviewers",
        "opinion",
        "withdrawal",
    }
)


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One row of the ledger.

    Attributes:
        seq: From 1, without gaps.
        at: UTC time, ISO 8601; the day alone for a print run.
        payload: What happened; never a vote.
        prev: Hash of the row before.
    """

    seq: int
    at: str
    actor: str
    event: str
    payload: Mapping[str, object]
    prev: str
    hash: str


def canonical(value: object) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, letters as they are.

    Raises:
        ValueError: A number is not finite.
    """
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def digest(value: object) -> str:
    """Return the SHA-256, in hex, of the canonical JSON of a value."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def row_hash(seq: int, at: str, actor: str, event: str, payload: str, prev: str) -> str:
    """Return the hash of a ledger row; ``payload`` is its JSON text as stored."""
    return digest([seq, at, actor, event, payload, prev])


def head(connection: sqlite3.Connection) -> Head:
    """Return length and last hash of the ledger as the record states them."""
    rows, last = connection.execute("SELECT ledger_rows, ledger_head FROM meta").fetchone()
    return Head(rows, last)


def append(
    connection: sqlite3.Connection,
    *,
    at: str,
    actor: str,
    event: str,
    payload: Mapping[str, object],
) -> int:
    """Add one row inside the caller's transaction.

    Returns:
        The number of the row.
    """
    last = head(connection)
    seq, text = last.seq + 1, canonical(payload)
    connection.execute(
        "INSERT INTO ledger (seq, at, actor, event, payload, prev, hash)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (seq, at, actor, event, text, last.hash, row_hash(seq, at, actor, event, text, last.hash)),
    )
    return seq


def entries(connection: sqlite3.Connection, event: str | None = None) -> Iterator[LedgerEntry]:
    """Give the rows in order, all of them or those of one event."""
    rows = connection.execute(
        "SELECT seq, at, actor, event, payload, prev, hash FROM ledger"
        " WHERE ?1 IS NULL OR event = ?1 ORDER BY seq",
        (event,),
    )
    for seq, at, actor, name, payload, prev, own in rows:
        content = cast("dict[str, object]", json.loads(payload))
        yield LedgerEntry(seq, at, actor, name, content, prev, own)


def chain_differences(
    connection: sqlite3.Connection, noted: Head | None = None
) -> Iterator[Difference]:
    """Recompute the chain from its first row.

    Args:
        connection: The record.
        noted: A head that was written down outside the record, if there is one.
    """
    prev, count = GENESIS, 0
    seen_noted = noted is None or noted.seq == 0
    for seq, at, actor, event, payload, said_prev, own in connection.execute(
        "SELECT seq, at, actor, event, payload, prev, hash FROM ledger ORDER BY seq"
    ):
        if seq != count + 1:
            yield _gap(count + 1, seq)
        if said_prev != prev or own != row_hash(seq, at, actor, event, payload, said_prev):
            yield _altered(seq, event)
        prev, count = own, seq
        if noted is not None and seq == noted.seq:
            seen_noted = own == noted.hash
    stated = head(connection)
    if stated != Head(count, prev):
        yield _torn(stated, count)
    if noted is not None and not seen_noted:
        yield _not_noted(noted)


def _gap(expected: int, found: int) -> Difference:
    return Difference(
        "ledger-gap",
        f"ledger {expected}",
        Text(
            f"Sổ nhật ký thiếu dòng {expected} (dòng kế tiếp là {found}).",
            f"The ledger lacks row {expected} (the next one is {found}).",
        ),
    )


def _altered(seq: int, event: str) -> Difference:
    return Difference(
        "ledger-hash",
        f"ledger {seq}",
        Text(
            f"Dòng {seq} của sổ nhật ký ({event}) đã bị sửa: mã băm không khớp.",
            f"Row {seq} of the ledger ({event}) was altered: its hash does not fit.",
        ),
    )


def _torn(stated: Head, found: int) -> Difference:
    return Difference(
        "ledger-end",
        f"ledger {found}",
        Text(
            f"Sổ nhật ký phải kết thúc ở dòng {stated.seq} ({stated.hash[:12]}…),"
            f" nhưng dòng cuối tìm thấy là {found}: phần cuối đã bị xóa hoặc sửa.",
            f"The ledger should end at row {stated.seq} ({stated.hash[:12]}…), but the last"
            f" row found is {found}: its end was removed or altered.",
        ),
    )


def _not_noted(noted: Head) -> Difference:
    return Difference(
        "ledger-noted",
        f"ledger {noted.seq}",
        Text(
            f"Dòng {noted.seq} của sổ nhật ký không có mã {noted.hash[:12]}… đã ghi bên ngoài:"
            " sổ đã bị viết lại sau khi mã này được ghi.",
            f"Row {noted.seq} of the ledger has not the hash {noted.hash[:12]}… noted outside:"
            " the record was rewritten after that was noted.",
        ),
    )

"""Print runs and hand counts, and what may not be read from them."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

import pytest

from omr.errors import InputError, RefusedError
from omr.store import CountFolder, Record
from omr.tally.model import HandCount


def test_what_was_printed(record: Record) -> None:
    record.record_print("a", "LAYA1", ["CCCC", "AAAA"])
    record.record_print("b", "LAYB1", ["BBBB"])
    record.record_print("a", "LAYA2", ["DDDD"])
    assert record.printed_counts() == {"a": 3, "b": 1}
    assert record.printed_serials() == {"AAAA", "BBBB", "CCCC", "DDDD"}
    assert record.printed_serials("a") == {"AAAA", "CCCC", "DDDD"}
    assert record.printed_layouts("a") == {"LAYA1", "LAYA2"}
    assert record.verify() == ()


@pytest.mark.parametrize("serials", [["DDDD", "AAAA"], ["EEEE", "EEEE"]])
def test_no_serial_is_printed_twice(record: Record, serials: list[str]) -> None:
    record.record_print("a", "LAYA1", ["AAAA"])
    with pytest.raises(RefusedError, match="printed before"):
        record.record_print("b", "LAYB1", serials)
    assert record.printed_counts() == {"a": 1}
    assert len(record.events("print")) == 1


def test_neither_order_nor_hour_of_printing_is_kept(folder: CountFolder) -> None:
    def clock() -> datetime:
        return datetime(2021, 7, 1, 9, 41, 17, tzinfo=UTC)

    with Record.open(folder.database, folder.pages, clock=clock) as record:
        record.record_print("a", "LAYA1", ["CCCC", "AAAA", "BBBB"])
        (entry,) = record.events("print")
    assert entry.at == "2021-07-01"
    raw = sqlite3.connect(folder.database)
    assert raw.execute("SELECT serial FROM ballots_printed").fetchall() == [
        ("AAAA",),
        ("BBBB",),
        ("CCCC",),
    ]
    with pytest.raises(sqlite3.OperationalError, match="rowid"):
        raw.execute("SELECT rowid FROM ballots_printed")
    raw.close()
    kept = b"".join(path.read_bytes() for path in folder.root.glob("count.db*"))
    assert b"2021-07-01" in kept
    assert b"09:41" not in kept


def test_hand_counts_stand_and_their_history_is_in_the_ledger(record: Record) -> None:
    assert record.hand_counts() == {}
    record.set_hand_count("a", actor="Trần Thị B", issued=30, unused=2)
    now = record.set_hand_count("a", actor="Lê Văn C", issued=29, collected=0)
    assert now == HandCount(issued=29, unused=2, collected=0)
    assert record.hand_counts() == {"a": now}
    first, second = record.events("hand-count")
    assert (first.actor, second.actor) == ("Trần Thị B", "Lê Văn C")
    assert second.payload["before"] == first.payload["after"]
    assert record.verify() == ()


def test_the_same_figures_again_leave_no_trace(record: Record) -> None:
    record.set_hand_count("a", actor="B", issued=30)
    head = record.head()
    record.set_hand_count("a", actor="B", issued=30)
    assert record.head() == head


def test_a_figure_below_zero_is_refused(record: Record) -> None:
    with pytest.raises(InputError, match="--late cannot be below zero"):
        record.set_hand_count("a", actor="B", late=-1)
    assert record.hand_counts() == {}


def test_the_definition_is_pinned_once(record: Record) -> None:
    assert record.election_fingerprint() == ""
    record.pin_election("ABCDE")
    record.pin_election("ABCDE")
    assert len(record.events("election-pinned")) == 1
    with pytest.raises(RefusedError, match=r"election\.yaml was changed"):
        record.pin_election("FGHIJ")
    assert record.election_fingerprint() == "ABCDE"

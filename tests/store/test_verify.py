"""What the database refuses, and what `verify` names when somebody went round it."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from omr.errors import DamagedError
from omr.scan.reading import Finding
from omr.store import CountFolder, Head, PageDecision, Record, Subject, ledger
from omr.store.database import schema_statements
from omr.tally.model import PaperDecision
from tests.store.samples import OTHER_FILE, add_files, image_of, kept

TABLES = (
    "ledger",
    "prints",
    "ballots_printed",
    "files",
    "pages",
    "readings",
    "marks",
    "findings",
    "decisions",
)


@pytest.fixture
def full(folder: CountFolder) -> CountFolder:
    """A closed record with a row in every table."""
    with folder.record() as record:
        record.pin_election("ABCDE")
        record.record_print("a", "LAYA1", ["7F3K9QWM", "AAAA1111"])
        record.set_hand_count("a", actor="B", issued=2)
        add_files(record)
        record.add_pages([kept(1, findings=(Finding("quality", None, None),))])
        record.add_pages([kept(2, serial="AAAA1111"), kept(3, status="no-code")])
        record.add_decision(
            Subject.paper("7F3K9QWM"), PaperDecision(False, "annotation"), person="B"
        )
        (page,) = record.unread_pages()
        record.add_decision(Subject.page(page.page_id), PageDecision("not-ballot"), person="B")
        assert record.verify() == ()
    return folder


def raw(folder: CountFolder) -> sqlite3.Connection:
    return sqlite3.connect(folder.database, isolation_level=None)


@pytest.mark.parametrize("table", [*TABLES, "hand_counts", "meta"])
def test_the_database_refuses_to_delete(full: CountFolder, table: str) -> None:
    connection = raw(full)
    assert connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] > 0
    with pytest.raises(sqlite3.IntegrityError, match="kept"):
        connection.execute(f"DELETE FROM {table}")
    connection.close()


@pytest.mark.parametrize("table", TABLES)
def test_the_database_refuses_to_update(full: CountFolder, table: str) -> None:
    connection = raw(full)
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    for column in columns:
        with pytest.raises(sqlite3.IntegrityError, match="fixed"):
            connection.execute(f"UPDATE {table} SET {column} = {column}")
    connection.close()


@pytest.mark.parametrize("table", [*TABLES, "meta"])
def test_the_database_refuses_to_replace(full: CountFolder, table: str) -> None:
    connection = raw(full)
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1")
    connection.close()


def test_the_database_refuses_a_ledger_row_out_of_turn(full: CountFolder) -> None:
    connection = raw(full)
    seq, head = connection.execute("SELECT ledger_rows, ledger_head FROM meta").fetchone()
    insert = "INSERT INTO ledger VALUES (?, 'now', 'B', 'note', '{}', ?, ?)"
    for wrong in ((seq + 2, head), (seq + 1, "0" * 64), (None, head)):
        with pytest.raises(sqlite3.IntegrityError, match="must follow"):
            connection.execute(insert, (*wrong, "f" * 64))
    connection.close()


def tamper(folder: CountFolder, *statements: str) -> None:
    """Change the record as a person with database tools would, guards put back after."""
    connection = raw(folder)
    connection.execute("PRAGMA foreign_keys = OFF")
    guards = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall()
    for name, _ in guards:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        assert connection.execute(statement).rowcount != 0, statement
    for _, sql in guards:
        connection.execute(sql)
    connection.close()


def found(folder: CountFolder, noted: Head | None = None) -> list[tuple[str, str]]:
    with folder.record(readonly=True) as record:
        return [(one.code, one.where) for one in record.verify(noted)]


EDITS = [
    ("UPDATE marks SET state = 'marked' WHERE option = 'low'", "reading-altered", "xấp 1.pdf 1"),
    ("UPDATE marks SET score = 0.9 WHERE reading_id = 2", "reading-altered", "xấp 1.pdf 2"),
    ("DELETE FROM marks WHERE reading_id = 1", "reading-altered", "xấp 1.pdf 1"),
    ("DELETE FROM findings", "reading-altered", "xấp 1.pdf 1"),
    ("UPDATE readings SET serial = 'BBBB2222' WHERE id = 2", "reading-altered", "xấp 1.pdf 2"),
    ("UPDATE readings SET grades = '[]' WHERE id = 1", "reading-altered", "xấp 1.pdf 1"),
    ("UPDATE readings SET seal = 'absent' WHERE id = 1", "reading-altered", "xấp 1.pdf 1"),
    ("UPDATE pages SET page = 9 WHERE id = 2", "reading-altered", "xấp 1.pdf 9"),
    ("UPDATE readings SET digest = substr(digest, 2) || 'x' WHERE id = 1", "reading-altered", ""),
    ("DELETE FROM readings WHERE id = 3", "row-altered", "readings 2"),
    ("DELETE FROM readings WHERE ledger_seq = 7", "row-missing", "readings (ledger 7)"),
    ("UPDATE decisions SET person = 'C', person_key = 'c' WHERE id = 1", "row-altered", ""),
    ("UPDATE decisions SET after = '{}' WHERE id = 2", "row-altered", "decisions 2"),
    ("DELETE FROM decisions WHERE id = 1", "row-missing", ""),
    ("UPDATE hand_counts SET issued = 3", "row-altered", "hand_counts a"),
    ("DELETE FROM hand_counts", "row-missing", "hand_counts (ledger 4)"),
    ("UPDATE ballots_printed SET serial = 'ZZZZ' WHERE serial = 'AAAA1111'", "row-altered", ""),
    ("INSERT INTO ballots_printed VALUES ('ZZZZ', 'a', 1)", "row-altered", "prints 1"),
    ("INSERT INTO ballots_printed VALUES ('ZZZZ', 'b', 1)", "row-altered", "prints 1"),
    ("DELETE FROM prints", "row-missing", "prints (ledger 3)"),
    ("UPDATE files SET name = 'x.pdf' WHERE name = 'xấp 2.pdf'", "row-altered", "files x.pdf"),
    ("UPDATE meta SET election = 'ZZZZZ'", "row-altered", "meta 1"),
    ("UPDATE meta SET reviewers = 1", "row-altered", "meta 1"),
    ("UPDATE ledger SET actor = 'C' WHERE seq = 4", "ledger-hash", "ledger 4"),
    ("UPDATE ledger SET payload = '{}' WHERE seq = 5", "ledger-hash", "ledger 5"),
    ("UPDATE ledger SET at = '2020' WHERE seq = 1", "ledger-hash", "ledger 1"),
    ("DELETE FROM ledger WHERE seq = 5", "ledger-gap", "ledger 5"),
    ("DELETE FROM ledger WHERE seq = 10", "ledger-end", "ledger 9"),
]


@pytest.mark.parametrize(("edit", "code", "where"), EDITS, ids=[edit for edit, _, _ in EDITS])
def test_every_edit_round_the_guards_is_named(
    full: CountFolder, edit: str, code: str, where: str
) -> None:
    tamper(full, edit)
    assert (code, where) in [(c, where and w) for c, w in found(full)]
    with full.record() as record, pytest.raises(DamagedError):
        record.require_sound()


def test_an_altered_reading_with_a_matching_seal_betrays_its_batch(full: CountFolder) -> None:
    with full.record() as record:
        forged = record.events("scan")[0].payload["readings"]
    tamper(full, f"UPDATE readings SET digest = '{forged}' WHERE id = 1")
    assert ("row-altered", "readings 1") in found(full)


def test_guards_that_were_not_put_back_are_named(full: CountFolder) -> None:
    connection = raw(full)
    connection.execute("DROP TRIGGER decisions_fixed")
    connection.close()
    assert found(full) == [("schema", "decisions_fixed")]


def test_a_torn_ledger_is_betrayed_by_the_rows_it_sealed(full: CountFolder) -> None:
    """Even where length and head in ``meta`` were made to fit."""
    connection = raw(full)
    (head,) = connection.execute("SELECT hash FROM ledger WHERE seq = 8").fetchone()
    connection.close()
    tamper(
        full,
        "DELETE FROM ledger WHERE seq > 8",
        f"UPDATE meta SET ledger_rows = 8, ledger_head = '{head}'",
    )
    assert {code for code, _ in found(full)} == {"reference", "row-altered"}


def test_a_record_put_back_whole_is_caught_only_by_a_noted_head(full: CountFolder) -> None:
    older = full.database.read_bytes()
    with full.record() as record:
        record.add_pages([kept(1, serial="AAAA1111", file_sha256=OTHER_FILE)])
        noted = record.head()
        assert record.verify(noted) == ()
        record.append("thư ký", "note", {"in": "biên bản"})
        assert record.verify(noted) == ()
    full.database.write_bytes(older)
    assert found(full) == []
    assert found(full, noted) == [("ledger-noted", f"ledger {noted.seq}")]


def test_a_chain_written_anew_is_caught_only_by_a_noted_head(full: CountFolder) -> None:
    with full.record() as record:
        noted, entries = record.head(), record.events()
    prev, statements = ledger.GENESIS, []
    for one in entries:
        actor = "Người khác" if one.seq == 4 else one.actor
        own = ledger.row_hash(
            one.seq, one.at, actor, one.event, ledger.canonical(one.payload), prev
        )
        statements.append(
            f"UPDATE ledger SET actor = '{actor}', prev = '{prev}', hash = '{own}'"
            f" WHERE seq = {one.seq}"
        )
        prev = own
    tamper(full, *statements, f"UPDATE meta SET ledger_head = '{prev}'")
    assert found(full) == []
    assert found(full, noted) == [("ledger-noted", f"ledger {noted.seq}")]


def image_path(folder: CountFolder, number: int) -> Path:
    name = hashlib.sha256(image_of(number)).hexdigest()
    return folder.pages / name[:2] / f"{name}.png"


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda path: path.write_bytes(image_of(7)), "image-changed"),
        (Path.unlink, "image-missing"),
    ],
)
def test_images_swapped_or_lost_are_named(
    full: CountFolder, spoil: Callable[[Path], object], code: str
) -> None:
    path = image_path(full, 2)
    spoil(path)
    where = path.relative_to(full.root).as_posix()
    assert found(full) == [(code, where)]
    with full.record() as record, pytest.raises(DamagedError, match=r"xấp 1\.pdf, page 2"):
        record.require_sound()


def test_a_file_with_broken_pages_is_named(full: CountFolder) -> None:
    connection = raw(full)
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    (root,) = connection.execute(
        "SELECT rootpage FROM sqlite_master WHERE name = 'marks'"
    ).fetchone()
    connection.close()
    content = bytearray(full.database.read_bytes())
    content[(root - 1) * size : root * size] = b"\xff" * size
    full.database.write_bytes(content)
    assert found(full) == [("database", "count.db")]


def test_the_ledger_is_one_chain(full: CountFolder) -> None:
    with full.record() as record:
        entries = record.events()
        assert record.verify_ledger() == ()
        assert record.head() == Head(entries[-1].seq, entries[-1].hash)
    assert entries[0].prev == ledger.GENESIS
    assert [one.seq for one in entries] == list(range(1, len(entries) + 1))
    assert [one.prev for one in entries[1:]] == [one.hash for one in entries[:-1]]
    assert [one.event for one in entries] == [
        "created",
        "election-pinned",
        "print",
        "hand-count",
        "file",
        "file",
        "scan",
        "scan",
        "opinion",
        "opinion",
    ]


def test_rows_of_the_record_cannot_be_imitated(record: Record) -> None:
    with pytest.raises(ValueError, match="record itself"):
        record.append("B", "opinion", {})


def test_every_table_of_the_schema_is_guarded() -> None:
    script = list(schema_statements())
    tables = {
        text.split("CREATE TABLE ")[1].split()[0] for text in script if "CREATE TABLE" in text
    }
    assert tables == {*TABLES, "hand_counts", "meta"}
    assert all("STRICT" in text for text in script if "CREATE TABLE" in text)

"""The count folder and the opening of its record: every refusal in one clear line."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import tempfile
import threading
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from omr.errors import DamagedError, InputError
from omr.store import CountFolder, Record, database
from omr.store.database import SCHEMA_VERSION
from tests.store.samples import OTHER_FILE, add_files, kept


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_folder_has_its_parts(tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "tên: Lấy phiếu tín nhiệm\n")
    made = CountFolder.create(tmp_path / "a" / "b", decomposed)
    assert CountFolder.open(tmp_path / "a" / "b") == made
    text = made.definition.read_text(encoding="utf-8")
    assert text == "tên: Lấy phiếu tín nhiệm\n"
    assert mode(made.keys) == 0o700
    assert made.pages.is_dir()
    assert made.out.is_dir()
    with made.record() as record:
        assert [entry.event for entry in record.events()] == ["created"]
        assert record.verify() == ()


def test_a_folder_with_content_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thư.txt").write_text("x")
    with pytest.raises(InputError, match="holds something already"):
        CountFolder.create(tmp_path, "")
    assert [path.name for path in tmp_path.iterdir()] == ["thư.txt"]


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(InputError, match="holds something already"):
        CountFolder.create(tmp_path / "x", "")
    with pytest.raises(InputError, match="cannot be made"):
        CountFolder.create(tmp_path / "x" / "y", "")


def test_what_is_no_count_folder_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a count folder") as told:
        CountFolder.open(tmp_path)
    assert "omr new" in told.value.text.vi
    with pytest.raises(InputError, match="no such folder"):
        CountFolder.open(tmp_path / "none")


def as_newer(path: Path) -> None:
    raw = sqlite3.connect(path)
    raw.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    raw.close()


def as_older(path: Path) -> None:
    raw = sqlite3.connect(path)
    raw.execute(f"PRAGMA user_version = {SCHEMA_VERSION - 1}")
    raw.close()


def as_stranger(path: Path) -> None:
    path.unlink()
    raw = sqlite3.connect(path)
    raw.execute("CREATE TABLE t (x)")
    raw.close()


@pytest.mark.parametrize(
    ("spoil", "kind", "words"),
    [
        (as_newer, InputError, "made by a newer omr"),
        (as_older, InputError, "made by an older omr"),
        (as_stranger, InputError, "not a record of omr"),
        (lambda path: path.write_bytes(b"no database" * 200), DamagedError, "damaged"),
        (lambda path: path.write_bytes(b""), InputError, "not a record of omr"),
        (Path.unlink, InputError, "there is no record"),
    ],
)
def test_a_record_that_cannot_be_used_is_refused(
    folder: CountFolder, spoil: Callable[[Path], object], kind: type[Exception], words: str
) -> None:
    spoil(folder.database)
    with pytest.raises(kind, match=words) as told:
        folder.record()
    assert "count.db" in str(told.value)


def test_a_record_is_never_made_over_another(folder: CountFolder) -> None:
    before = folder.database.read_bytes()
    with pytest.raises(InputError, match="not written over"):
        Record.create(folder.database, folder.pages)
    assert folder.database.read_bytes() == before


def test_a_readonly_record_can_be_read_but_not_written(folder: CountFolder) -> None:
    with folder.record() as record:
        add_files(record)
        record.add_pages([kept(1)])
    with folder.record(readonly=True) as record:
        assert len(list(record.readings())) == 1
        assert record.verify() == ()
        with pytest.raises(InputError, match="read-only"):
            record.set_hand_count("a", actor="B", issued=1)


def checked_where_nothing_can_be_written(root: Path) -> bool:
    """Open and verify a record in a child that may only read; root becomes nobody for it."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            if os.geteuid() == 0:
                os.setuid(65534)
            with CountFolder(root).record(readonly=True) as record:
                readings = list(record.readings())
                code = 0 if len(readings) == 1 and record.verify() == () else 2
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_closed_record_can_be_checked_on_a_disc(folder: CountFolder) -> None:
    with folder.record() as record:
        add_files(record)
        record.add_pages([kept(1)])
    # pytest's own folders are closed to everybody else.
    with tempfile.TemporaryDirectory() as outer:
        root = Path(outer) / "disc"
        shutil.copytree(folder.root, root)
        for path in root.rglob("*"):
            path.chmod(0o555 if path.is_dir() else 0o444)
        root.chmod(0o555)
        Path(outer).chmod(0o755)
        assert checked_where_nothing_can_be_written(root)
        for path in [root, *root.rglob("*")]:
            path.chmod(0o755)


def test_a_locked_record_gives_one_clear_line(
    folder: CountFolder, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = sqlite3.connect(folder.database, isolation_level=None)
    raw.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.05)
    with folder.record() as waiting, pytest.raises(InputError, match="another command") as told:
        waiting.set_hand_count("a", actor="B", issued=1)
    assert "\n" not in told.value.text.vi
    raw.close()
    record.set_hand_count("a", actor="B", issued=1)


def test_two_writers_at_once_lose_nothing(folder: CountFolder) -> None:
    with folder.record() as record:
        add_files(record)
    faults: list[BaseException] = []

    def write(first: int, **changes: str) -> None:
        try:
            with folder.record() as own:
                for number in range(first, first + 12):
                    own.add_pages([kept(number, serial=f"AAAA{number:04}", **changes)])
        except BaseException as fault:
            faults.append(fault)

    # The second and third bring the very same pages.
    threads = [
        threading.Thread(target=write, args=(1,)),
        threading.Thread(target=write, args=(1,), kwargs={"file_sha256": OTHER_FILE}),
        threading.Thread(target=write, args=(1,), kwargs={"file_sha256": OTHER_FILE}),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with folder.record() as record:
        assert len(list(record.readings())) == 24
        assert record.verify() == ()
        assert len(record.events("scan")) == 24


def test_the_file_is_safe_and_whole_after_closing(folder: CountFolder) -> None:
    with folder.record() as record:
        record.set_hand_count("a", actor="B", issued=1)
    assert sorted(path.name for path in folder.root.glob("count.db*")) == ["count.db"]
    raw = sqlite3.connect(folder.database)
    assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    raw.close()

"""Readings come back as they went in, once, whatever happens between."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omr.errors import DamagedError, InputError
from omr.geometry import Rect
from omr.scan.reading import Finding, Grade, MarkReading, Registration, SealState
from omr.store import Added, CountFolder, GradedPage, KeptPage, Record, rows
from tests.store.samples import FILE, OTHER_FILE, add_files, image_of, kept, reading

FINDINGS = (
    Finding("annotation", None, Rect(10.0, 20.5, 3.0, 4.0), 5.0, "ghi thêm"),
    Finding("name-struck", "c2", Rect(30.0, 40.0, 50.0, 1.5), 50.02, "strike"),
    Finding("quality", None, None),
)


def test_readings_come_back_equal_and_in_order(record: Record) -> None:
    add_files(record)
    batch = [kept(1, findings=FINDINGS), kept(2, status="blank"), kept(3, serial="AAAA1111")]
    assert record.add_pages(batch) == Added(3, 0)
    assert list(record.readings()) == [page.reading for page in batch]


finite = st.floats(-1e6, 1e6, allow_nan=False)
words = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=8)
rects = st.builds(Rect, finite, finite, finite, finite)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    marks=st.lists(
        st.builds(
            MarkReading,
            words,
            words,
            st.sampled_from(["marked", "empty", "uncertain"]),
            finite,
            rects,
            rects,
            words,
        ),
        max_size=4,
    ),
    findings=st.lists(
        st.builds(
            Finding,
            st.sampled_from(["annotation", "damaged"]),
            st.none() | words,
            st.none() | rects,
            finite,
            words,
        ),
        max_size=3,
    ),
    registration=st.none()
    | st.builds(
        Registration,
        st.tuples(*[finite] * 9),
        finite,
        st.integers(0, 8),
        finite,
        finite,
        st.integers(0, 3),
    ),
    grades=st.lists(st.builds(Grade, st.sampled_from(["dark", "streak"]), finite), max_size=3),
    seal=st.sampled_from([None, "stamped", "bare", "unclear", "absent"]),
)
def test_any_reading_survives_the_tables(
    tmp_path_factory: pytest.TempPathFactory,
    marks: list[MarkReading],
    findings: list[Finding],
    registration: Registration | None,
    grades: list[Grade],
    seal: SealState | None,
) -> None:
    made = replace(
        reading(1),
        marks=tuple(marks),
        findings=tuple(findings),
        registration=registration,
        grades=tuple(grades),
        seal=seal,
    )
    folder = tmp_path_factory.mktemp("any")
    with Record.create(folder / "count.db", folder) as record:
        add_files(record)
        record.add_pages([KeptPage(made, None)])
        assert list(record.readings()) == [made]
        assert record.verify() == ()


def test_the_same_file_again_adds_nothing(record: Record) -> None:
    add_files(record)
    batch = [kept(1), kept(2, serial="AAAA1111")]
    record.add_pages(batch)
    head = record.head()
    assert record.add_file(FILE, "tên khác.pdf", size=1000, pages=100) is False
    assert record.add_pages(batch) == Added(0, 2)
    assert record.add_pages([*batch, kept(3, status="blank")]) == Added(1, 2)
    assert record.head().seq == head.seq + 1
    assert record.known_pages(FILE) == {1, 2, 3}
    assert record.known_pages(OTHER_FILE) == frozenset()


def test_a_page_twice_in_one_batch_is_kept_once(record: Record) -> None:
    add_files(record)
    assert record.add_pages([kept(1), kept(1)]) == Added(1, 1)


def test_new_settings_bring_a_new_reading_beside_the_old_one(record: Record) -> None:
    add_files(record)
    record.add_pages([kept(1, marked="high")])
    assert record.known_pages(FILE, "s2") == frozenset()
    record.add_pages([kept(1, marked="low", settings="s2")])
    assert list(record.readings()) == [reading(1, marked="low", settings="s2")]
    both = [reading(1, marked="high"), reading(1, marked="low", settings="s2")]
    assert list(record.readings(superseded=True)) == both
    assert record.verify() == ()


def test_images_stand_under_their_hash(record: Record, folder: CountFolder) -> None:
    add_files(record)
    record.add_pages([kept(1)])
    name = hashlib.sha256(image_of(1)).hexdigest()
    path = folder.pages / name[:2] / f"{name}.png"
    assert path.read_bytes() == image_of(1)
    (page,) = record.page_readings("7F3K9QWM")
    assert record.image_path(page) == path


def test_a_page_without_an_image_is_kept_too(record: Record) -> None:
    add_files(record)
    bare = replace(reading(1, status="unreadable"))
    bare = replace(bare, source=replace(bare.source, sha256=""))
    record.add_pages([KeptPage(bare, None)])
    (page,) = record.unread_pages()
    assert page.reading == bare
    assert record.image_path(page) is None


def test_an_image_that_is_not_the_one_read_is_refused(record: Record) -> None:
    add_files(record)
    with pytest.raises(DamagedError, match=r"xấp 1\.pdf, trang/page 1"):
        record.add_pages([KeptPage(reading(1), image_of(2), ".png")])
    assert list(record.readings()) == []


def test_pages_of_an_unknown_file_are_refused_and_nothing_stays(record: Record) -> None:
    head = record.head()
    with pytest.raises(InputError, match=r"xấp 1\.pdf"):
        record.add_pages([kept(1)])
    assert record.head() == head
    assert list(record.readings()) == []


# The clock is asked inside the transaction, when the images stand on the shelf already.
DIE_BEFORE_COMMIT = """
import os, signal, sys
from pathlib import Path
from omr.store import Record
from tests.store.samples import kept

root = Path(sys.argv[1])
clock = lambda: os.kill(os.getpid(), signal.SIGKILL)
record = Record.open(root / "count.db", root / "pages", clock=clock)
record.add_pages([kept(1), kept(2, serial="AAAA1111")])
"""


def test_a_kill_between_image_and_commit_repeats_cleanly(
    record: Record, folder: CountFolder
) -> None:
    add_files(record)
    head = record.head()
    child = subprocess.run([sys.executable, "-c", DIE_BEFORE_COMMIT, folder.root], check=False)
    assert child.returncode == -signal.SIGKILL
    assert len(list(folder.pages.rglob("*.png"))) == 2
    assert (record.head(), list(record.readings())) == (head, [])
    assert record.add_pages([kept(1), kept(2, serial="AAAA1111")]) == Added(2, 0)
    assert record.verify() == ()


def test_a_half_written_image_is_written_again(record: Record, folder: CountFolder) -> None:
    add_files(record)
    name = hashlib.sha256(image_of(1)).hexdigest()
    path = folder.pages / name[:2] / f"{name}.png"
    path.parent.mkdir()
    path.write_bytes(b"half")
    record.add_pages([kept(1)])
    assert path.read_bytes() == image_of(1)


def test_a_stream_keeps_its_state_while_others_write(record: Record, folder: CountFolder) -> None:
    add_files(record)
    record.add_pages([kept(1), kept(2, serial="AAAA1111")])
    stream = record.readings()
    first = next(stream)
    with folder.record() as other:
        other.add_pages([kept(3, serial="BBBB2222")])
    record.append("thư ký", "note", {})
    assert [first, *stream] == [reading(1), reading(2, serial="AAAA1111")]


def test_graded_pages_are_those_of_which_something_is_said(record: Record) -> None:
    add_files(record)
    silent = KeptPage(replace(reading(2), grades=()), None)
    dark = KeptPage(replace(reading(3, status="no-code"), grades=(Grade("dark", 40.0),)), None)
    record.add_pages([kept(1), silent, dark])
    assert list(record.graded_pages()) == [
        GradedPage(FILE, "xấp 1.pdf", 1, "7F3K9QWM", reading(1).grades),
        GradedPage(FILE, "xấp 1.pdf", 3, None, (Grade("dark", 40.0),)),
    ]


def test_loose_and_unread_pages(record: Record) -> None:
    add_files(record)
    record.add_pages([kept(1), kept(2, status="blank"), kept(3, status="no-code")])
    assert [page.reading.status for page in record.loose_pages()] == ["blank", "no-code"]
    (waiting,) = record.unread_pages()
    assert waiting.reading == reading(3, status="no-code")
    assert record.stored_page(waiting.page_id) == waiting
    assert record.stored_page(999) is None


def test_measures_that_are_no_numbers_are_refused() -> None:
    made = replace(reading(1), registration=Registration((1.0,) * 9, 0.1, 4, float("nan"), 0, 0))
    with pytest.raises(ValueError, match="JSON"):
        rows.to_rows(made, ".png")


def test_image_suffixes_cannot_leave_the_shelf(record: Record, tmp_path: Path) -> None:
    add_files(record)
    with pytest.raises(ValueError, match="suffix"):
        record.add_pages([KeptPage(reading(1), image_of(1), "/../../x")])

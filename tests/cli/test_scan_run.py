"""Scanning over several processes, and with faults injected on the way."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from omr.ballot.model import BallotLayout
from omr.cli import reading_pages, scanning
from omr.cli.reading_pages import Chunk, read_in_order
from omr.election.load import load_election
from omr.scan import pictures
from omr.scan.pages.page_image import PageImage
from omr.scan.pages.source import file_sha256
from omr.scan.pipeline import PageReader
from omr.scan.place.identify import ballot_key
from omr.scan.reading import PageReading
from omr.scan.settings import ReaderSettings
from tests.cli.conftest import BALLOTS, Omr, Stack

REPOSITORY = Path(__file__).resolve().parents[2]
OMR = [sys.executable, "-c", "from omr.cli.main import main\nif __name__ == '__main__': main()"]


def start(folder: Path, *words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*OMR, "-C", str(folder), *(str(word) for word in words)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
        # A shell starts what runs in its background with Ctrl-C ignored, tests among it.
        preexec_fn=_heed_interrupts,
    )


def _heed_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def wait_for_workers(pid: int) -> None:
    """Wait until a worker has been started; it has not read anything yet by then."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    deadline = time.monotonic() + 60
    while not any(b"spawn_main" in command_of(child) for child in children.read_text().split()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def command_of(pid: str) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=90)
    return process.returncode, out, err


def cvr(omr: Omr, stack: Stack) -> str:
    return omr("-C", stack.folder, "export", "--format", "cvr").stdout


def test_several_processes_record_what_one_does(
    omr: Omr, stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = finish(start(stack.folder, "scan", stack.good, stack.doubtful, "--jobs", 2))
    assert (code, out) == (4, ""), err
    assert "Traceback" not in err
    many = cvr(omr, stack)
    alone = tmp_path / "alone"
    omr("new", alone, "--from", stack.folder / "election.yaml")
    for name in ("count.db", "keys/ballot.key"):
        (alone / name).unlink(missing_ok=True)
    (alone / "keys" / "ballot.key").write_bytes((stack.folder / "keys/ballot.key").read_bytes())
    (alone / "keys" / "ballot.key").chmod(0o600)
    omr("-C", alone, "scan", stack.good, stack.doubtful, "--jobs", 1)
    one = omr("-C", alone, "export", "--format", "cvr").stdout
    pages = [json.loads(line)["pages"] for line in one.splitlines()]
    assert [json.loads(line)["pages"] for line in many.splitlines()] == pages


def test_a_page_on_which_the_reader_fails_goes_before_people(
    omr: Omr, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = PageReader.read_page

    def failing(self: PageReader, image: PageImage) -> PageReading:
        if image.source.page == 2:
            raise ValueError("injected")
        return read(self, image)

    monkeypatch.setattr(PageReader, "read_page", failing)
    result = omr("-C", stack.folder, "scan", stack.good, "--jobs", 1)
    assert result.exit_code == 3
    assert "Traceback" not in result.stderr
    (log,) = (stack.folder / "out").glob("omr-scan-*.log")
    assert "injected" in log.read_text(encoding="utf-8")
    assert "good.pdf, trang 2: máy đọc gặp lỗi ở trang này" in result.stderr
    assert log.name in result.stderr
    lines = [json.loads(line) for line in cvr(omr, stack).splitlines()]
    assert [line["page"] for line in lines if line["kind"] == "page"] == [2]
    assert sum(line["kind"] == "ballot" for line in lines) == BALLOTS - 1
    assert len(list((stack.folder / "pages").rglob("*.jpg"))) == BALLOTS
    # The page is known now, and waits with its image: nothing is left to be read.
    assert omr("-C", stack.folder, "scan", stack.good, "--jobs", 1).exit_code == 4
    assert omr("-C", stack.folder, "status").exit_code == 4


def test_what_was_committed_before_a_stop_stays(
    omr: Omr, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "BATCH", 1)
    monkeypatch.setattr(reading_pages, "MOST_PAGES_IN_CHUNK", 1)
    read = PageReader.read_page

    def stopped(self: PageReader, image: PageImage) -> PageReading:
        if image.source.page == 3:
            raise KeyboardInterrupt
        return read(self, image)

    with monkeypatch.context() as patch:
        patch.setattr(PageReader, "read_page", stopped)
        result = omr("-C", stack.folder, "scan", stack.good, "--jobs", 1)
    assert result.exit_code == 130
    assert "Đã dừng" in result.stderr
    again = omr("-C", stack.folder, "scan", stack.good, "--jobs", 1, "--json")
    assert again.exit_code == 0
    pages = json.loads(again.stdout)["pages"]
    assert (pages["known"], pages["new"]) == (2, BALLOTS - 2)


class DeadlyLayouts(dict[str, BallotLayout]):
    """Layouts that kill the process which looks for the layout of a real ballot."""

    def __getitem__(self, group: str) -> BallotLayout:
        os._exit(1)


def test_a_page_that_kills_its_worker_costs_no_other_page(stack: Stack, tmp_path: Path) -> None:
    election = load_election(stack.folder / "election.yaml")
    key = ballot_key(election, (stack.folder / "keys" / "ballot.key").read_bytes())
    deadly = replace(key, layouts=DeadlyLayouts(key.layouts))
    empty = tmp_path / "empty.png"
    Image.new("L", (1240, 1754), 255).save(empty, dpi=(150, 150))
    chunks = [
        Chunk(stack.good, file_sha256(stack.good), (2,), BALLOTS),
        Chunk(empty, file_sha256(empty), (1,), 1),
    ]
    results = list(read_in_order(chunks, deadly, ReaderSettings(), 2))
    readings = [kept.reading for result in results for kept in result.kept]
    assert [(each.status, each.detail) for each in readings] == [
        ("unreadable", "reader-died"),
        ("blank", ""),
    ]
    assert readings[0].source.page == 2
    assert [len(result.crashes) for result in results] == [1, 0]


def test_ctrl_c_ends_all_processes_and_a_new_run_goes_on(omr: Omr, stack: Stack) -> None:
    process = start(stack.folder, "scan", stack.good, stack.doubtful, "--jobs", 2)
    wait_for_workers(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    code, _, err = finish(process)
    assert code == 130, err
    assert err.strip() == "Đã dừng theo yêu cầu."
    again = omr("-C", stack.folder, "scan", stack.good, stack.doubtful, "--jobs", 1, "--json")
    pages = json.loads(again.stdout)["pages"]
    assert pages["known"] + pages["new"] == 2 * BALLOTS
    assert omr("-C", stack.folder, "verify").exit_code == 0


def test_pictures_are_drawn_for_every_page_and_change_no_record(
    omr: Omr, counted: Stack, tmp_path: Path
) -> None:
    before = cvr(omr, counted)
    folder = tmp_path / "hinh"
    shown = omr("-C", counted.folder, "scan", counted.good, "--debug-pictures", folder, "--json")
    assert shown.exit_code == 0, shown.stderr
    pages = json.loads(shown.stdout)["pages"]
    assert (pages["new"], pages["known"]) == (0, BALLOTS)
    assert len(list(folder.glob("good-*.jpg"))) == 5 * BALLOTS
    assert not list(folder.glob("*-error.txt"))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert cvr(omr, counted) == before
    assert omr("-C", counted.folder, "verify").exit_code == 0


def test_workers_draw_too_and_a_fault_of_drawing_costs_no_page(
    omr: Omr, stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_pages, "MOST_PAGES_IN_CHUNK", 1)
    folder = tmp_path / "hinh"
    words = ("-C", stack.folder, "scan", stack.good, "--jobs", 2, "--debug-pictures", folder)
    assert omr(*words).exit_code == 0
    assert len(list(folder.glob("good-*.jpg"))) == 5 * BALLOTS

    def broken(*_: object) -> None:
        raise ValueError("injected")

    monkeypatch.setattr(pictures, "draw_pictures", broken)
    words = ("-C", stack.folder, "scan", stack.doubtful, "--jobs", 1, "--debug-pictures", folder)
    assert omr(*words, "--json").exit_code == 4
    assert "injected" in (folder / "doubtful-0001-error.txt").read_text(encoding="utf-8")
    assert omr("-C", stack.folder, "verify").exit_code == 0


def test_a_folder_for_pictures_that_cannot_be_made_is_refused_at_once(
    omr: Omr, stack: Stack, tmp_path: Path
) -> None:
    taken = tmp_path / "tep"
    taken.write_text("")
    result = omr("-C", stack.folder, "scan", stack.good, "--debug-pictures", taken / "hinh")
    assert result.exit_code == 3
    assert str(taken / "hinh") in result.stderr

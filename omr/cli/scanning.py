"""``omr scan``: a stack of paper goes into the record."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing
from datetime import datetime
from pathlib import Path
from time import perf_counter

import click

from omr.ballot.keys import read_key
from omr.cli.bilingual import BilingualCommand, json_option, option
from omr.cli.reading_pages import Chunk, ChunkRead, chunks_of, read_in_order
from omr.cli.scan_summary import ScanFile, ScanRun, scan_json, tell_scan
from omr.cli.stage_times import StackTimes, tell_times
from omr.cli.terminal import Terminal, with_terminal
from omr.cli.vote import BALLOT_KEY, FILE_FAULT, Vote, count, open_vote, person_here
from omr.cli.whole_files import unwritable
from omr.errors import ExitCode, Text
from omr.scan.pages.source import count_pages, file_sha256, find_files
from omr.scan.place.identify import ballot_key
from omr.scan.settings import ReaderSettings
from omr.stages import measure
from omr.store.values import KeptPage

# Pages committed together: a commit waits for the disk, and Ctrl-C loses at most one batch.
BATCH = 24


@click.command(
    "scan",
    cls=BilingualCommand,
    summary=Text("Đọc các tệp quét vào bản ghi.", "Read scanned files into the record."),
    detail=Text(
        "Nhận tệp hoặc thư mục: PDF, TIFF, JPEG, PNG. Chạy lại bao nhiêu lần cũng được, trang đã"
        " đọc thì bỏ qua; dừng giữa chừng bằng Ctrl-C thì chạy lại là đọc tiếp. Mã thoát 4: có"
        " phiếu hoặc trang chờ người xem xét; 3: có tệp hoặc trang không đọc được.",
        "Takes files or folders: PDF, TIFF, JPEG, PNG. It may be run again at will: pages that"
        " were read are passed over, and after Ctrl-C the next run goes on from there. Ends with"
        " 4 if ballots or pages wait for people, with 3 if a file or page could not be read.",
    ),
    examples=("omr scan xap-1.pdf xap-2.pdf", "omr scan may-quet/ --jobs 4"),
)
@click.argument("paths", metavar="PATH…", nargs=-1, required=True, type=click.Path(path_type=Path))
@option(
    "--jobs",
    metavar="N",
    type=click.IntRange(1, 64),
    say=Text(
        "Số tiến trình đọc cùng lúc; nếu bỏ qua thì bằng số bộ xử lý.",
        "Processes that read at the same time; else as many as there are processors.",
    ),
)
@option(
    "--debug-pictures",
    "pictures",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    say=Text(
        "Vẽ từng bước đọc mỗi trang vào thư mục này, để xem vì sao máy đọc như vậy; vẽ cả trang đã"
        " đọc từ trước. Ảnh có dấu của người ghi phiếu: giữ kín như giữ phiếu.",
        "Draw each step of reading each page into this folder, to see why it was read so; pages"
        " read before are drawn too. The pictures show voters' marks: keep them like ballots.",
    ),
)
@option(
    "--profile",
    "profiled",
    is_flag=True,
    say=Text(
        "Sau phần tóm tắt, cho biết mỗi bước đọc mất bao nhiêu thời gian CPU cho một trang.",
        "After the summary, tell how much CPU time each stage of reading took for a page.",
    ),
)
@json_option()
@with_terminal
def scan(
    terminal: Terminal,
    paths: tuple[Path, ...],
    jobs: int | None,
    pictures: Path | None,
    profiled: bool,
    as_json: bool,
) -> ExitCode:
    """Read a stack."""
    with open_vote() as vote:
        run = read_stack(terminal, vote, paths, jobs or processors(), _folder(pictures), profiled)
        found = count(vote)
    if as_json:
        terminal.give_json(scan_json(run, found))
    tell_scan(terminal, run, found)
    if run.times is not None:
        tell_times(terminal, run.times)
    if run.faults or run.crashes:
        return ExitCode.BAD_INPUT
    return ExitCode.NEEDS_PERSON if found.awaiting or found.unread else ExitCode.DONE


def _folder(pictures: Path | None) -> Path | None:
    """Make the folder for debug pictures, for the owner alone."""
    if pictures is None:
        return None
    try:
        pictures.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(pictures, error) from error
    return pictures.absolute()


def read_stack(
    terminal: Terminal,
    vote: Vote,
    paths: Sequence[Path],
    jobs: int,
    pictures: Path | None = None,
    profiled: bool = False,
) -> ScanRun:
    """Read files into the record, showing progress.

    Args:
        terminal: Where progress is shown.
        vote: Whose record it is.
        paths: Files and folders.
        jobs: Worker processes.
        pictures: Folder for pictures of each stage of each page, those read before included.
        profiled: Whether the CPU time of each stage is measured.

    Raises:
        InputError: A path does not exist, or the key cannot be read.
        RefusedError: The definition was changed after ballots were printed from it.
    """
    begun = perf_counter()
    settings = ReaderSettings()
    key = ballot_key(vote.election, read_key(vote.folder.key_path(BALLOT_KEY)))
    times = StackTimes() if profiled else None
    with _measured(times):
        files = [_look(vote, path, settings) for path in find_files(paths)]
    run = ScanRun(files, times=times)
    vote.record.pin_election(vote.election.fingerprint)
    chunks = [
        chunk
        for file in run.files
        for chunk in chunks_of(
            file.path, file.sha256, file.pages, frozenset() if pictures else file.known
        )
    ]
    total = sum(file.pages - (0 if pictures else len(file.known)) for file in run.files)
    # With little to read, starting processes takes longer than reading.
    jobs = max(1, min(jobs, len(chunks)))
    with (
        terminal.progress() as progress,
        closing(read_in_order(chunks, key, settings, jobs, pictures, profiled)) as results,
    ):
        task = progress.add_task(terminal.pick("Đọc trang", "Reading"), total=total)
        for pages in _record(vote, run, results):
            progress.advance(task, pages)
    if times is not None:
        times.jobs, times.wall_s = jobs, perf_counter() - begun
    _note_faults(vote, run)
    _log_crashes(vote, run)
    own = {file.sha256 for file in run.files}
    run.graded = tuple(page for page in vote.record.graded_pages() if page.file_sha256 in own)
    return run


def _look(vote: Vote, path: Path, settings: ReaderSettings) -> ScanFile:
    try:
        sha256 = file_sha256(path)
    except OSError:
        return ScanFile(path, "", 0, frozenset())
    known = vote.record.known_pages(sha256, settings.fingerprint())
    return ScanFile(path, sha256, count_pages(path), known)


def _record(vote: Vote, run: ScanRun, results: Iterator[ChunkRead]) -> Iterator[int]:
    """Write readings in batches, in order; yield how many pages came with each chunk."""
    pages_of = {file.path: file for file in run.files}
    batch: list[KeptPage] = []
    begun: set[Path] = set()
    for result in results:
        chunk = result.chunk
        if result.kept and chunk.path not in begun:
            begun.add(chunk.path)
            with _measured(run.times):
                _add_file(vote, pages_of[chunk.path], chunk)
        known = pages_of[chunk.path].known
        fresh = [kept for kept in result.kept if kept.reading.source.page not in known]
        batch.extend(fresh)
        run.faults.extend(result.faults)
        run.crashes.extend(result.crashes)
        run.new.update(kept.reading.status for kept in fresh)
        if run.times is not None and result.times is not None:
            run.times.spent.add(result.times)
        if len(batch) >= BATCH:
            with _measured(run.times):
                vote.record.add_pages(batch)
            batch.clear()
        yield len(result.kept)
    if batch:
        with _measured(run.times):
            vote.record.add_pages(batch)


def _measured(times: StackTimes | None) -> AbstractContextManager[None]:
    """Add what this process itself does for the stack, beside reading."""
    return measure(None if times is None else times.spent)


def _add_file(vote: Vote, file: ScanFile, chunk: Chunk) -> None:
    size = chunk.path.stat().st_size
    vote.record.add_file(file.sha256, file.path.name, size=size, pages=file.pages)


def _note_faults(vote: Vote, run: ScanRun) -> None:
    """Keep in the ledger, once each, the files of which not all pages could be reached."""
    noted = {
        (entry.payload.get("sha256"), entry.payload.get("code"))
        for entry in vote.record.events(FILE_FAULT)
    }
    for fault in run.faults:
        source = fault.source
        if source.page == 0 and (source.file_sha256, fault.code) not in noted:
            noted.add((source.file_sha256, fault.code))
            payload = {"file": source.file, "sha256": source.file_sha256, "code": fault.code}
            vote.record.append(person_here(), FILE_FAULT, payload)


def _log_crashes(vote: Vote, run: ScanRun) -> None:
    if run.crashes:
        vote.folder.out.mkdir(exist_ok=True)
        run.log = vote.folder.out / f"omr-scan-{datetime.now():%Y%m%d-%H%M%S}.log"
        run.log.write_text("\n".join(run.crashes), encoding="utf-8")


def processors() -> int:
    """Return how many processors this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

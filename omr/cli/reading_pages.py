"""From files to readings, over several processes, in order, whatever breaks on the way.

Whole chunks of a file go to a worker, which decodes and reads them; readings come back in the
order of files and pages, so that two runs over the same stack record the same. A page on which
the reader itself fails is handed on as unreadable, with its image: people can still read it.
"""

from __future__ import annotations

import multiprocessing
import signal
import traceback
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import cv2

from omr import __version__
from omr.scan.pages.page_image import PageFault, PageImage
from omr.scan.pages.source import open_pages
from omr.scan.pipeline import PageReader
from omr.scan.place.identify import BallotKey
from omr.scan.reading import PageReading, PageSource
from omr.scan.settings import ReaderSettings
from omr.stages import StageTimes, measure, stage, timed
from omr.store.values import KeptPage

# A chunk opens its file anew, which hashes it: large enough for that not to matter, small
# enough for the progress bar to move and for Ctrl-C to lose little.
MOST_PAGES_IN_CHUNK = 8
# Chunks under way or waiting for each worker; more would only hold more images in memory.
CHUNKS_AHEAD = 2

# Why a page counts as unreadable though its file is sound.
READER_FAULT = "reader-fault"
READER_DIED = "reader-died"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Pages of one file for one worker.

    Attributes:
        file_sha256: Hash of the file, for a page on which the worker dies.
        pages: Numbers from 1 to be read; with none, the file is only looked at for its faults.
        total: Pages of the file.
    """

    path: Path
    file_sha256: str
    pages: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class _Errand:
    """What a worker process is told when it begins."""

    key: BallotKey
    settings: ReaderSettings
    pictures: Path | None
    profiled: bool


@dataclass(frozen=True, slots=True)
class ChunkRead:
    """What came of a chunk.

    Attributes:
        kept: One for each page, in order.
        faults: What could not be decoded; one of page 0 concerns the whole file.
        crashes: A traceback for each page on which the reader itself failed.
        times: What reading took, where it was asked for and the worker lived to tell.
    """

    chunk: Chunk
    kept: tuple[KeptPage, ...]
    faults: tuple[PageFault, ...]
    crashes: tuple[str, ...]
    times: StageTimes | None = None


def chunks_of(path: Path, file_sha256: str, total: int, known: frozenset[int]) -> list[Chunk]:
    """Share out the pages of a file that are not known yet.

    There is always one chunk at least: a file whose pages are all known may still be cut short.
    """
    left = [number for number in range(1, total + 1) if number not in known]
    starts = range(0, max(len(left), 1), MOST_PAGES_IN_CHUNK)
    return [
        Chunk(path, file_sha256, tuple(left[start : start + MOST_PAGES_IN_CHUNK]), total)
        for start in starts
    ]


def read_chunk(
    reader: PageReader,
    chunk: Chunk,
    settings: str,
    pictures: Path | None = None,
    profiled: bool = False,
) -> ChunkRead:
    """Decode and read the pages of a chunk.

    Args:
        reader: Of this vote.
        chunk: What to read.
        settings: Fingerprint of the reader's numbers, for pages that it cannot read.
        pictures: Folder for a picture of each stage of each page, None for no pictures.
        profiled: Whether the CPU time of each stage is measured.
    """
    times = StageTimes() if profiled else None
    with measure(times):
        read = _read_pages(reader, chunk, settings, pictures)
    if times is None:
        return read
    times.pages = len(read.kept)
    return replace(read, times=times)


def _read_pages(
    reader: PageReader, chunk: Chunk, settings: str, pictures: Path | None
) -> ChunkRead:
    kept: list[KeptPage] = []
    faults: list[PageFault] = []
    crashes: list[str] = []
    skip = frozenset(range(1, chunk.total + 1)) - frozenset(chunk.pages)
    for item in timed("decode", open_pages(chunk.path, skip)):
        if isinstance(item, PageImage):
            kept.append(_read(reader, item, settings, crashes))
            if pictures is not None:
                _draw(reader, item, pictures)
            continue
        faults.append(item)
        if item.source.page > 0:
            kept.append(KeptPage(_unreadable(item.source, item.code, settings), None))
    return ChunkRead(chunk, tuple(kept), tuple(faults), tuple(crashes))


def _read(reader: PageReader, image: PageImage, settings: str, crashes: list[str]) -> KeptPage:
    try:
        reading = reader.read_page(image)
    except Exception:
        # A fault of ours on one page must not cost the rest of the stack; the page goes before
        # people and the traceback into the log.
        crashes.append(f"{image.source.file}, page {image.source.page}\n{traceback.format_exc()}")
        reading = _unreadable(image.source, READER_FAULT, settings)
    return KeptPage(reading, image.kept, image.suffix)


def _draw(reader: PageReader, image: PageImage, pictures: Path) -> None:
    """Draw the stages of a page; it is read once more, so that its reading never hangs on this."""
    # Loaded here, so that a run without pictures pays nothing for them.
    from omr.scan.pictures import draw_pictures

    try:
        # Measured apart: the stages of this second reading are no part of what reading takes.
        with stage("pictures"), measure(StageTimes()):
            draw_pictures(reader.trace_page(image), pictures)
    except Exception:
        # A picture for people to look at must not cost the reading; the fault is left beside it.
        source = image.source
        place = pictures / f"{Path(source.file).stem}-{source.page:04d}-error.txt"
        place.write_text(traceback.format_exc(), encoding="utf-8")


def _unreadable(source: PageSource, detail: str, settings: str) -> PageReading:
    return PageReading(source, "unreadable", detail=detail, settings=settings, version=__version__)


def read_in_order(
    chunks: Sequence[Chunk],
    key: BallotKey,
    settings: ReaderSettings,
    jobs: int,
    pictures: Path | None = None,
    profiled: bool = False,
) -> Generator[ChunkRead, None, None]:
    """Read chunks and yield them in the order given.

    Args:
        chunks: What to read.
        key: What the reader must know of the vote.
        settings: The reader's numbers.
        jobs: Worker processes; with one, everything runs in this process.
        pictures: Folder for a picture of each stage of each page, None for no pictures.
        profiled: Whether each chunk comes with the CPU time of its stages.
    """
    if jobs == 1:
        reader = PageReader(key, settings)
        for chunk in chunks:
            yield read_chunk(reader, chunk, settings.fingerprint(), pictures, profiled)
        return
    waiting = deque(chunks)
    while waiting:
        # A pool is used until it is done or one of its workers dies.
        yield from _read_with_pool(waiting, _Errand(key, settings, pictures, profiled), jobs)


def _read_with_pool(waiting: deque[Chunk], errand: _Errand, jobs: int) -> Iterator[ChunkRead]:
    under_way: deque[tuple[Chunk, Future[ChunkRead]]] = deque()
    pool = _pool(errand, jobs)
    try:
        while waiting or under_way:
            while waiting and len(under_way) < jobs * CHUNKS_AHEAD:
                chunk = waiting.popleft()
                under_way.append((chunk, _submit(pool, chunk)))
            chunk, future = under_way[0]
            result = future.result()
            under_way.popleft()
            yield result
    except BrokenProcessPool:
        # Which chunk killed a worker is unknown: all that were under way are read again, each
        # page in a worker of its own.
        for chunk, _ in under_way:
            yield from _read_carefully(chunk, errand)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _read_carefully(chunk: Chunk, errand: _Errand) -> Iterator[ChunkRead]:
    for page in chunk.pages or (0,):
        numbers = (page,) if page else ()
        alone = Chunk(chunk.path, chunk.file_sha256, numbers, chunk.total)
        with _pool(errand, 1) as pool:
            try:
                yield _submit(pool, alone).result()
            except BrokenProcessPool:
                yield _died(alone, page, errand.settings)


def _died(chunk: Chunk, page: int, settings: ReaderSettings) -> ChunkRead:
    """Hand on a page whose decoding or reading kills the process: there is no image to keep."""
    crash = f"{chunk.path.name}, page {page}: the worker process died"
    if page == 0:
        return ChunkRead(chunk, (), (), (crash,))
    source = PageSource(chunk.path.name, chunk.file_sha256, page, "")
    reading = _unreadable(source, READER_DIED, settings.fingerprint())
    return ChunkRead(chunk, (KeptPage(reading, None),), (), (crash,))


def _pool(errand: _Errand, jobs: int) -> ProcessPoolExecutor:
    # Fresh processes: a forked one would inherit the progress bar's threads and the record.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(errand,))


def _submit(pool: ProcessPoolExecutor, chunk: Chunk) -> Future[ChunkRead]:
    """Hand a chunk to a pool, which starts its workers as chunks come in."""
    with _interrupt_held():
        return pool.submit(_read_here, chunk)


@contextmanager
def _interrupt_held() -> Iterator[None]:
    """Hold Ctrl-C back while a worker is being started, and in that worker for good.

    Ctrl-C reaches every process of the terminal, and the parent alone answers it: a worker takes
    over the blocked signal from its first moment on. Blocking it in this thread is not enough
    here, because a library's thread may receive it in its place; so it is noted and raised later.
    """
    held: list[int] = []
    handler = signal.signal(signal.SIGINT, lambda number, _frame: held.append(number))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, handler)
    if held:
        raise KeyboardInterrupt


@dataclass(slots=True)
class _Worker:
    """What a worker process keeps from chunk to chunk."""

    reader: PageReader | None = None
    settings: str = ""
    pictures: Path | None = None
    profiled: bool = False


_worker = _Worker()


def _begin(errand: _Errand) -> None:
    # The processes share the processors already.
    cv2.setNumThreads(1)
    _worker.reader = PageReader(errand.key, errand.settings)
    _worker.settings = errand.settings.fingerprint()
    _worker.pictures = errand.pictures
    _worker.profiled = errand.profiled


def _read_here(chunk: Chunk) -> ChunkRead:
    if _worker.reader is None:
        raise RuntimeError("a chunk came before the worker had begun")
    return read_chunk(_worker.reader, chunk, _worker.settings, _worker.pictures, _worker.profiled)

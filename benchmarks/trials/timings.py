"""How long reading takes: each stage beside the bare decoding of the same file, page by page.

Files of all kinds are read in turn and each is decoded right before, so that whatever else the
machine does meets all alike. CPU time is that of the process; only the comparison of one process
with two is by the clock on the wall.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time_ns
from typing import Any

import cv2
import numpy as np
import pikepdf
from handsheets.ballots import ballot_style
from handsheets.sheet import Pixels
from PIL import Image

from omr.cli.reading_pages import Chunk, chunks_of, read_chunk, read_in_order
from omr.scan.pages.source import file_sha256
from omr.scan.pipeline import PageReader
from omr.scan.place.identify import BallotKey, ballot_key
from omr.scan.reading import PageStatus
from omr.scan.settings import ReaderSettings
from omr.stages import STAGES, StageTimes
from trials.scan_files import KINDS, TEMPLATE


@dataclass(frozen=True, slots=True)
class PageTimes:
    """What one page took.

    Attributes:
        bare_ns: Mere decoding of its picture.
        whole: Decoding and reading it as ``omr scan`` does, all but the record.
    """

    kind: str
    file: str
    status: PageStatus
    bare_ns: int
    whole: StageTimes

    @property
    def times(self) -> float:
        """The whole in times of the bare decoding."""
        return self.whole.total_ns / self.bare_ns


@dataclass(frozen=True, slots=True)
class StackTime:
    """What a stack took on the clock.

    Attributes:
        wall_s: From the first call until the last page came.
        page_s: A page, once every process had begun and brought its first.
        peak_bytes: The most memory that one reading process held.
    """

    jobs: int
    pages: int
    wall_s: float
    page_s: float
    peak_bytes: int


def vote_key() -> BallotKey:
    """Return what the reader must know of the vote that the files are of."""
    style = ballot_style(TEMPLATE, "a")
    return ballot_key(style.election, style.key)


def decode_bare(path: Path) -> Pixels:
    """Decode the picture of a one-page file and do nothing else.

    JPEG and PNG by OpenCV; the JPEG of a PDF page is taken out as it is and decoded likewise;
    TIFF by Pillow, as the loaders do it.
    """
    if path.suffix == ".tiff":
        with Image.open(path) as image:
            return np.asarray(image.convert("L"), np.uint8)
    data = path.read_bytes() if path.suffix != ".pdf" else _embedded_jpeg(path)
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED), np.uint8)


def _embedded_jpeg(path: Path) -> bytes:
    with pikepdf.open(path) as pdf:
        (image,) = pdf.pages[0].resources.XObject.values()
        return image.read_raw_bytes()


def measure_pages(files: Mapping[str, Sequence[Path]], key: BallotKey) -> list[PageTimes]:
    """Measure every file of every kind, kind after kind in turn.

    Args:
        files: By kind.
        key: Of the vote that they are of.
    """
    settings = ReaderSettings()
    reader, fingerprint = PageReader(key, settings), settings.fingerprint()
    measured = []
    for at in range(-1, max(map(len, files.values()))):
        for kind, paths in files.items():
            for path in paths[max(at, 0) : max(at, 0) + 1]:
                page = _measure_page(kind, path, reader, fingerprint)
                # The first of each kind is read once before, so that everything is loaded.
                if at >= 0:
                    measured.append(page)
    return measured


def _measure_page(kind: str, path: Path, reader: PageReader, settings: str) -> PageTimes:
    begun = process_time_ns()
    decode_bare(path)
    bare_ns = process_time_ns() - begun
    (chunk,) = _chunks([path])
    read = read_chunk(reader, chunk, settings, profiled=True)
    if read.times is None or len(read.kept) != 1:
        raise RuntimeError(f"{path} was not read: {read.faults}")
    status = read.kept[0].reading.status
    return PageTimes(kind, path.name, status, bare_ns, read.times)


def _chunks(paths: Sequence[Path]) -> list[Chunk]:
    return [chunk for p in paths for chunk in chunks_of(p, file_sha256(p), 1, frozenset())]


def time_stack(paths: Sequence[Path], key: BallotKey, jobs: int) -> StackTime:
    """Read files as ``omr scan`` does, up to the record, by the clock on the wall.

    Args:
        paths: One-page files in the order of the stack.
        key: Of the vote that they are of.
        jobs: Processes; one reads in this process.
    """
    chunks = _chunks(paths)
    peak, arrived = 0, []
    begun = perf_counter()
    for read in read_in_order(chunks, key, ReaderSettings(), jobs, profiled=True):
        arrived.append(perf_counter())
        if read.times is None or read.crashes:
            raise RuntimeError(f"{read.chunk.path} was not read: {read.crashes}")
        peak = max(peak, read.times.peak_bytes)
    # The first pages wait for the processes to begin, and for each to draw its references.
    late = min(2 * jobs, len(arrived) - 1)
    page_s = (arrived[-1] - arrived[late - 1]) / max(len(arrived) - late, 1) if late else 0.0
    return StackTime(jobs, len(arrived), arrived[-1] - begun, page_s, peak)


def medians(pages: Sequence[PageTimes]) -> dict[str, Any]:
    """Return the figures of one kind: CPU milliseconds, medians over its pages."""
    # A reference is drawn once for many pages: in medians it does not appear.
    names = [
        name
        for name in STAGES
        if name != "reference" and any(page.whole.cpu_ns[name] for page in pages)
    ]
    return {
        "bare_ms": _median([page.bare_ns / 1e6 for page in pages]),
        "stages": {
            name: _median([page.whole.cpu_ns[name] / 1e6 for page in pages]) for name in names
        },
        "whole_ms": _median([page.whole.total_ns / 1e6 for page in pages]),
        "times": _median([page.times for page in pages]),
        "most_times": KINDS[pages[0].kind].most_times,
        "unread": sum(page.status != "read" for page in pages),
    }


def _median(values: Sequence[float]) -> float:
    return round(float(np.median(values)), 3)

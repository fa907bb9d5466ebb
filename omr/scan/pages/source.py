"""Files and folders become pages, one at a time, and whatever is wrong becomes a fault.

In come the paths that a person named; out go ``PageImage`` and ``PageFault`` values for
the pipeline. One bad page or file never stops the rest, and every page of every file
comes out exactly once.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from omr.errors import InputError
from omr.scan.pages.image_source import DecodedPage, single_page, tiff_page_count, tiff_pages
from omr.scan.pages.page_image import PageError, PageFault, PageImage, PageLimits, fault
from omr.scan.pages.pdf_source import pdf_page_count, pdf_pages
from omr.scan.pages.sniff import HEAD_BYTES, FileKind, sniff
from omr.scan.reading import PageSource
from omr.stages import stage

__all__ = [
    "PageFault",
    "PageImage",
    "PageLimits",
    "count_pages",
    "file_sha256",
    "find_files",
    "open_pages",
]

_Fingerprint = tuple[int, int, int]


def find_files(paths: Sequence[Path]) -> list[Path]:
    """List the files to read, each once, in the order in which people count.

    A named file is listed whatever it is, so that it gets its fault. In a folder, all
    ordinary files are listed but hidden ones; pipes, sockets and devices are not. A
    folder that may not be listed stands in the list itself, for ``open_pages`` to say so.

    Args:
        paths: Files and folders as named; folders are searched to any depth.

    Raises:
        InputError: A named path does not exist.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        try:
            path.lstat()
            inside = _walk(path) if path.is_dir() else [path]
        except PermissionError:
            inside = [path]
        except OSError as error:
            raise InputError(
                f"Không tìm thấy tệp hoặc thư mục “{path}”. Hãy kiểm tra lại đường dẫn.",
                f"There is no file or folder “{path}”. Check the path.",
            ) from error
        for file in inside:
            found.setdefault(file.absolute(), file)
    return list(found.values())


def _walk(folder: Path) -> list[Path]:
    try:
        entries = sorted(folder.iterdir(), key=_natural)
    except OSError:
        return [folder]
    files: list[Path] = []
    for entry in entries:
        if entry.name.startswith("."):
            continue
        try:
            mode = entry.stat().st_mode
        except OSError:
            files.append(entry)  # a broken link, say: its fault will tell
            continue
        if stat.S_ISDIR(mode) and not entry.is_symlink():
            files.extend(_walk(entry))
        elif stat.S_ISREG(mode):
            files.append(entry)
    return files


def _natural(path: Path) -> tuple[list[tuple[int, int, str]], str]:
    """Return a sort key that puts page2 before page10."""
    parts = re.split(r"([0-9]+)", path.name.casefold())
    return [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in parts if p], path.name


@stage("keep")
def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal.

    Raises:
        OSError: The file cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@stage("decode")
def count_pages(path: Path) -> int:
    """Return how many pages a file has, 0 where it cannot even be opened.

    ``open_pages`` says what is wrong with such a file; here it only has no pages to share out.
    """
    try:
        _fingerprint(path)
        kind = _kind(path)
        if kind == "pdf":
            return pdf_page_count(path)
        return tiff_page_count(path) if kind == "tiff" else 1
    except (PageError, OSError):
        return 0


def open_pages(
    path: Path,
    skip: frozenset[int] = frozenset(),
    limits: PageLimits | None = None,
) -> Iterator[PageImage | PageFault]:
    """Decode the pages of one file, one at a time.

    Args:
        path: A file of any kind; its content decides, not its suffix.
        skip: Page numbers, from 1, that are neither decoded nor reported.
        limits: How large a page may be; None for the defaults.

    Yields:
        Each page in order, or the fault that stands for it. A fault of page 0 concerns
        the whole file.

    Raises:
        OmrError: A program that reading needs is not installed.
    """
    limits = limits or PageLimits()
    sha256 = ""
    try:
        before = _fingerprint(path)
        sha256 = file_sha256(path)
        for item in _decoded(path, skip, limits):
            _check_unchanged(path, before)
            if isinstance(item, DecodedPage):
                yield _page_image(item, path.name, sha256)
            else:
                yield fault(item[1], path.name, sha256, item[0])
            del item  # before the next page is decoded
        _check_unchanged(path, before)
    except PageError as problem:
        yield fault(problem, path.name, sha256, 0)
    except OSError as error:
        yield fault(_system_problem(error), path.name, sha256, 0)


def _decoded(
    path: Path, skip: frozenset[int], limits: PageLimits
) -> Iterator[DecodedPage | tuple[int, PageError]]:
    """Choose the reader by the file's first bytes."""
    kind = _kind(path)
    if kind == "pdf":
        yield from pdf_pages(path, skip, limits)
    elif kind == "tiff":
        yield from tiff_pages(path, skip, limits)
    elif 1 not in skip:
        try:
            yield single_page(path, kind, limits)
        except PageError as problem:
            yield 1, problem


def _kind(path: Path) -> FileKind:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise PageError("empty")
    kind = sniff(head)
    if kind == "unknown":
        raise PageError("unsupported")
    return kind


@stage("keep")
def _page_image(page: DecodedPage, name: str, sha256: str) -> PageImage:
    source = PageSource(
        file=name,
        file_sha256=sha256,
        page=page.number,
        sha256=hashlib.sha256(page.kept).hexdigest(),
    )
    return PageImage(source, page.pixels, page.dpi, page.kept, page.suffix)


def _fingerprint(path: Path) -> _Fingerprint:
    """Return what changes with the file's content; never opens anything."""
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        with os.scandir(path):  # raises where it may not be listed
            pass
        raise PageError("not-a-file")
    if not stat.S_ISREG(status.st_mode):
        raise PageError("not-a-file")
    return status.st_ino, status.st_size, status.st_mtime_ns


def _check_unchanged(path: Path, before: _Fingerprint) -> None:
    if _fingerprint(path) != before:
        raise PageError("changed")


def _system_problem(error: OSError) -> PageError:
    if isinstance(error, PermissionError):
        return PageError("no-permission", str(error))
    if isinstance(error, FileNotFoundError):
        return PageError("missing", str(error))
    return PageError("unreadable", str(error))

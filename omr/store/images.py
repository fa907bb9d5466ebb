"""The shelf of page images: files named by the hash of what they hold.

An image is on disk, whole and flushed, before the row that names it is committed. A
program killed in between leaves an image without a row, which the next run finds and
uses; it never leaves a row without its image.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

from omr.errors import DamagedError
from omr.stages import stage

# Two hex digits give 256 folders: a few hundred files in each for a very large count.
_FOLDER_DIGITS = 2
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")
_CHUNK_BYTES = 1 << 20


class ImageShelf:
    """The folder ``pages/`` of a count folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, sha256: str, suffix: str) -> Path:
        """Return where the image with this hash stands."""
        return self.root / sha256[:_FOLDER_DIGITS] / f"{sha256}{suffix}"

    @stage("keep")
    def put(self, image: bytes, sha256: str, suffix: str, *, told: str) -> Path:
        """Write an image, unless it stands there whole already.

        Args:
            image: The encoded image.
            sha256: The hash that its reading states.
            suffix: With its dot, lower case.
            told: File and page, for the message.

        Returns:
            The folder that must be flushed (see `flush`) before the row is committed.

        Raises:
            DamagedError: The bytes do not have the stated hash.
            ValueError: The suffix is not a plain one.
        """
        if not _SUFFIX.fullmatch(suffix):
            raise ValueError(f"not a file suffix: {suffix!r}")
        if hashlib.sha256(image).hexdigest() != sha256:
            raise DamagedError(
                f"{told}: ảnh trang không đúng với mã băm trong kết quả đọc. Hãy quét lại tệp.",
                f"{told}: the page image does not have the hash that its reading states."
                " Read the file again.",
            )
        target = self.path(sha256, suffix)
        if not (target.is_file() and target.stat().st_size == len(image)):
            target.parent.mkdir(parents=True, exist_ok=True)
            _write_whole(target, image)
        return target.parent

    @stage("keep")
    def flush(self, folders: Iterable[Path]) -> None:
        """Make the new names in these folders survive a power cut."""
        for folder in {*folders, self.root}:
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def matches(self, sha256: str, suffix: str) -> bool | None:
        """Tell whether the kept image has its hash; None where the file is missing."""
        found = hashlib.sha256()
        try:
            with self.path(sha256, suffix).open("rb") as file:
                while chunk := file.read(_CHUNK_BYTES):
                    found.update(chunk)
        except FileNotFoundError:
            return None
        return found.hexdigest() == sha256


def _write_whole(target: Path, content: bytes) -> None:
    """Write a file so that it is either absent or complete."""
    descriptor, name = tempfile.mkstemp(prefix=".new-", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise

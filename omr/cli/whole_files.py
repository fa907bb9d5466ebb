"""Files that are either whole or not there: what commands leave in the folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from omr.errors import InputError


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file so that its name never stands for half of it.

    Raises:
        InputError: It cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=".new-", suffix=path.suffix, dir=path.parent)
        os.close(descriptor)
        part = Path(name)
        try:
            write(part)
            part.chmod(0o666 & ~_umask())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> InputError:
    """Return the error that tells people that a file cannot be written, and why."""
    return InputError(
        f"{path}: không ghi được tệp ({error.strerror}). Hãy kiểm tra thư mục và chỗ trống.",
        f"{path}: the file cannot be written ({error.strerror}). Check folder and free space.",
    )


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

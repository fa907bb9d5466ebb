"""The secret key that signs ballot codes: one file in the count folder, for its owner alone.

Whoever holds the key can print ballots that this vote accepts, so the file is made
readable by its owner only, and is refused if others could have read it.
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from omr.errors import InputError, RefusedError

KEY_LENGTH = 32  # bytes; the block of security that HMAC-SHA256 can use
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def new_key() -> bytes:
    """Return a new random key of 32 bytes."""
    return secrets.token_bytes(KEY_LENGTH)


def write_key(path: Path, key: bytes | None = None) -> bytes:
    """Write a key to a new file that only its owner can read (mode 0600).

    Args:
        path: The file to make; its folder is made (mode 0700) if missing.
        key: The key; a new random one if None.

    Returns:
        The key written.

    Raises:
        RefusedError: The file is already there; a key is never overwritten.
        InputError: The file cannot be written.
    """
    key = new_key() if key is None else key
    if len(key) != KEY_LENGTH:
        raise ValueError(f"a key has {KEY_LENGTH} bytes")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise RefusedError(
            f"{path}: tệp khóa đã có và không được ghi đè, vì phiếu đã in sẽ không đọc được nữa.",
            f"{path}: the key file exists and is never overwritten: printed ballots would no "
            "longer be accepted.",
        ) from error
    except OSError as error:
        raise InputError(
            f"{path}: không ghi được tệp khóa ({error.strerror}); hãy kiểm tra quyền ghi thư mục.",
            f"{path}: the key file cannot be written ({error.strerror}); check the folder.",
        ) from error
    with os.fdopen(handle, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return key


def read_key(path: Path) -> bytes:
    """Return the key of a count folder.

    Raises:
        InputError: The file is missing, cannot be read, or is not a key.
        RefusedError: Others than the owner may read or change the file (POSIX systems only;
            Windows has no such mode bits).
    """
    try:
        mode = path.stat().st_mode
        key = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(
            f"{path}: không tìm thấy tệp khóa; hãy chạy trong đúng thư mục kiểm phiếu "
            "hoặc khôi phục tệp khóa từ bản sao lưu.",
            f"{path}: the key file is missing; run in the right count folder, or restore the "
            "key from its backup.",
        ) from error
    except OSError as error:
        raise InputError(
            f"{path}: không đọc được tệp khóa ({error.strerror}); hãy kiểm tra quyền đọc tệp.",
            f"{path}: the key file cannot be read ({error.strerror}); check its permissions.",
        ) from error
    if len(key) != KEY_LENGTH:
        raise InputError(
            f"{path}: tệp khóa phải có đúng {KEY_LENGTH} byte nhưng có {len(key)}; "
            "hãy khôi phục tệp khóa từ bản sao lưu.",
            f"{path}: a key file has {KEY_LENGTH} bytes but this one has {len(key)}; "
            "restore it from its backup.",
        )
    if os.name == "posix" and mode & _OTHERS:
        raise RefusedError(
            f"{path}: người khác có thể đọc tệp khóa này; hãy chạy “chmod 600 {path}” rồi thử lại.",
            f"{path}: others can read this key file; run “chmod 600 {path}” and try again.",
        )
    return key

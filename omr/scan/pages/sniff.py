"""What kind of file it is, told from its first bytes and never from its name."""

from __future__ import annotations

from typing import Literal

FileKind = Literal["pdf", "tiff", "jpeg", "png", "unknown"]

HEAD_BYTES = 1024  # PDF readers accept the header anywhere in the first kilobyte

_MAGIC: tuple[tuple[bytes, FileKind], ...] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),  # BigTIFF
    (b"MM\x00+", "tiff"),
)


def sniff(head: bytes) -> FileKind:
    """Return the kind of file that begins with ``head``.

    Args:
        head: The first ``HEAD_BYTES`` bytes, or all if there are fewer.
    """
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return "pdf" if b"%PDF-" in head[:HEAD_BYTES] else "unknown"

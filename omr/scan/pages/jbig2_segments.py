"""Whether an embedded JBIG2 picture has all the data that its segments announce.

Layout of a segment header: ITU-T T.88, 7.2.
"""

from __future__ import annotations

_UNKNOWN_LENGTH = 0xFFFFFFFF
_LINE_ENDS = (b"\n", b"\r", b"\r\n")  # some PDF writers count one into the data


def is_whole(data: bytes) -> bool:
    """Walk the segments; False if one reaches past the end, or there is none."""
    at = 0
    while at < len(data) and data[at:] not in _LINE_ENDS:
        body = _segment(data, at)
        if body is None:
            return False
        start, length = body
        if length == _UNKNOWN_LENGTH:
            return True  # allowed for one kind of region, which ends itself
        at = start + length
    return 0 < at <= len(data)


def _segment(data: bytes, at: int) -> tuple[int, int] | None:
    """Return where the data of the segment at ``at`` begin, and their length."""
    if at + 6 > len(data):
        return None
    number = int.from_bytes(data[at : at + 4], "big")
    flags = data[at + 4]
    count, here = data[at + 5] >> 5, at + 6
    if count == 7:  # long form: a 29-bit count and a bit for each segment, plus one
        count = int.from_bytes(data[at + 5 : at + 9], "big") & 0x1FFFFFFF
        here = at + 9 + (count + 8) // 8
    reference = 1 if number <= 256 else 2 if number <= 65536 else 4
    here += count * reference + (4 if flags & 0x40 else 1)
    if here + 4 > len(data):
        return None
    return here + 4, int.from_bytes(data[here : here + 4], "big")

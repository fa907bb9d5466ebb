"""The serials of ballots: random, unlinkable, and hard to mistype.

A serial is seven random characters and a check character (see ``base32``), shown as
``7F3K-9QWM``. It says nothing about who got the paper or when it was printed.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Set

from omr.ballot import base32
from omr.ballot.codes import SERIAL_LENGTH
from omr.errors import InputError

_RANDOM_LENGTH = SERIAL_LENGTH - 1
_GROUP_OF = 4
# Beyond this share of all serials, drawing unused ones at random would become slow.
_MAX_SHARE_TAKEN = 0.5


def issue_serials(count: int, taken: Set[str], seed: str | int | None = None) -> list[str]:
    """Draw new serials in random order.

    Args:
        count: How many.
        taken: Serials already used in this vote; none of them is drawn again.
        seed: Makes the draw repeatable, for rehearsals and tests only: whoever knows the
            seed knows the serials and their order of print. Without it they come from the
            operating system's randomness.

    Raises:
        InputError: The count is negative, or there are not so many serials left.
    """
    space = 1 << (base32.BITS_PER_CHARACTER * _RANDOM_LENGTH)
    if count < 0 or count + len(taken) > space * _MAX_SHARE_TAKEN:
        raise InputError(
            f"Không thể cấp {count} số phiếu; hãy nhập số lượng phiếu từ 0 trở lên và hợp lý.",
            f"Cannot issue {count} serials; give a sensible number of ballots, 0 or more.",
        )
    source = secrets.SystemRandom() if seed is None else random.Random(f"omr-serials:{seed}")
    used = set(taken)
    drawn: list[str] = []
    while len(drawn) < count:
        body = base32.encode(source.randrange(space), _RANDOM_LENGTH)
        serial = body + base32.check_character(body)
        if serial not in used:
            used.add(serial)
            drawn.append(serial)
    return drawn


def format_serial(serial: str) -> str:
    """Return a serial as it is printed and shown: two groups of four with a dash."""
    return f"{serial[:_GROUP_OF]}-{serial[_GROUP_OF:]}"


def check_serial(text: str) -> str:
    """Return the serial that a person typed, without dash.

    Lower case, spaces and dashes are accepted, and the letters O, I and L for 0 and 1.

    Raises:
        InputError: Not eight characters of the alphabet, or the check character is wrong.
    """
    serial = base32.fold(text)
    if len(serial) != SERIAL_LENGTH or not base32.is_base32(serial):
        raise InputError(
            f"Số phiếu “{text}” không đúng dạng; số phiếu gồm 8 chữ cái và chữ số, "
            "ví dụ 7F3K-9QWM. Hãy nhập lại theo số in trên phiếu.",
            f"“{text}” is not a ballot number; it has 8 letters and digits, such as 7F3K-9QWM. "
            "Type it again as printed on the ballot.",
        )
    if not base32.has_valid_check(serial):
        raise InputError(
            f"Số phiếu “{format_serial(serial)}” có ký tự bị nhập sai hoặc đảo chỗ; "
            "hãy đối chiếu với số in trên phiếu và nhập lại.",
            f"Ballot number “{format_serial(serial)}” has a wrong or swapped character; "
            "compare it with the ballot and type it again.",
        )
    return serial

"""The text of a ballot's QR codes: what it says, its signature, and its modules.

``draw`` prints what ``code_text`` and ``qr_modules`` make; ``scan`` gives what it
decoded to ``read_code`` and ``verify``. The text is 39 characters in fixed places::

    OMR1 | election 5 | layout 5 | group 2 | page 2 | serial 8 | signature 13

each field in Crockford base32. The signature is the first 65 bits of HMAC-SHA256, under
the count folder's key, over all characters before it.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from reportlab.graphics.barcode import qrencoder

from omr.ballot import base32
from omr.ballot.model import CodeText
from omr.errors import InputError

CodeFault = Literal["not-omr", "wrong-version", "malformed"]

VERSION = 1
FAMILY = "OMR"
PREFIX = f"{FAMILY}{VERSION}"

FINGERPRINT_LENGTH = 5
GROUP_LENGTH = 2
PAGE_LENGTH = 2
SERIAL_LENGTH = 8
# 65 bits: without the key, a forged code passes with a chance of 1 in 2^65.
MAC_LENGTH = 13
CODE_LENGTH = (
    len(PREFIX) + 2 * FINGERPRINT_LENGTH + GROUP_LENGTH + PAGE_LENGTH + SERIAL_LENGTH + MAC_LENGTH
)

# Version 4 (33 x 33 modules) at level H holds 50 alphanumeric characters and bears 30 % damage.
# Fixed, so that the symbol's size never depends on its text.
QR_VERSION = 4
QR_MODULES = 17 + 4 * QR_VERSION
QUIET_MODULES = 4  # ISO/IEC 18004 asks for four modules of white around the symbol


class CodeError(InputError):
    """A decoded text is not a ballot code of this version.

    Attributes:
        fault: Why: a foreign code, another version of ours, or a broken one.
    """

    def __init__(self, fault: CodeFault, vi: str, en: str) -> None:
        super().__init__(vi, en)
        self.fault: CodeFault = fault


def short_fingerprint(fingerprint: str) -> str:
    """Return the five characters by which codes name a fingerprint.

    Args:
        fingerprint: A SHA-256 as 64 hexadecimal digits.

    Raises:
        ValueError: Not a SHA-256 in hexadecimal.
    """
    digest = bytes.fromhex(fingerprint)
    if len(digest) != hashlib.sha256().digest_size:
        raise ValueError("a fingerprint is a SHA-256 of 64 hexadecimal digits")
    return base32.leading_bits(digest, FINGERPRINT_LENGTH)


def code_text(code: CodeText, key: bytes) -> str:
    """Return the signed text of one page's codes.

    Raises:
        ValueError: A field does not have its length or alphabet, or a number is too large.
    """
    fields = ((code.election, FINGERPRINT_LENGTH), (code.layout, FINGERPRINT_LENGTH))
    for field, length in (*fields, (code.serial, SERIAL_LENGTH)):
        if len(field) != length or not base32.is_base32(field):
            raise ValueError(f"{field!r} is not {length} base32 characters")
    body = (
        f"{PREFIX}{code.election}{code.layout}{base32.encode(code.group, GROUP_LENGTH)}"
        f"{base32.encode(code.page, PAGE_LENGTH)}{code.serial}"
    )
    return body + _signature(body, key)


def read_code(text: str) -> CodeText:
    """Take a decoded text apart. This does not check its signature: see ``verify``.

    Raises:
        CodeError: Not a code of ours, of another version, or broken.
    """
    if not text.startswith(FAMILY):
        raise CodeError(
            "not-omr",
            "Mã QR này không phải mã của phiếu tín nhiệm; hãy kiểm tra lại tờ giấy.",
            "This QR code is not that of a ballot; check the paper.",
        )
    if text[len(FAMILY) : len(PREFIX)] != str(VERSION):
        raise CodeError(
            "wrong-version",
            f"Mã của phiếu thuộc phiên bản khác (phần mềm này đọc phiên bản {VERSION}); "
            "hãy dùng đúng phần mềm đã in phiếu.",
            f"The ballot's code is of another version (this software reads version {VERSION}); "
            "use the software that printed the ballot.",
        )
    body = text[len(PREFIX) :]
    places = _places()
    serial = body[places["serial"]]
    if (
        len(text) != CODE_LENGTH
        or not base32.is_base32(body)
        or not base32.has_valid_check(serial)
        or base32.decode(body[places["page"]]) == 0
    ):
        raise CodeError(
            "malformed",
            "Mã của phiếu không đúng định dạng; hãy quét lại tờ phiếu hoặc đưa ra xem xét.",
            "The ballot's code is malformed; scan the paper again or put it before people.",
        )
    return CodeText(
        election=body[places["election"]],
        layout=body[places["layout"]],
        group=base32.decode(body[places["group"]]),
        page=base32.decode(body[places["page"]]),
        serial=serial,
    )


def verify(text: str, key: bytes) -> bool:
    """Tell whether a code text was signed with ``key``; takes the same time either way."""
    if len(text) != CODE_LENGTH or not text.isascii():
        return False
    body, given = text[:-MAC_LENGTH], text[-MAC_LENGTH:]
    return hmac.compare_digest(_signature(body, key), given)


def qr_modules(text: str, mask: int | None = None) -> NDArray[np.bool_]:
    """Return the symbol of a code text, shape (33, 33), True where a module is black.

    Args:
        text: What the symbol says.
        mask: The mask pattern (0 to 7) of a symbol already printed; None to choose the best,
            which takes the work of eight.

    Raises:
        ValueError: The text has characters outside the alphanumeric mode, or is too long.
    """
    symbol = qrencoder.QRCode(QR_VERSION, qrencoder.QRErrorCorrectLevel.H)
    symbol.addData(qrencoder.QRAlphaNum(text))
    symbol.makeImpl(False, symbol.getBestMaskPattern() if mask is None else mask)
    return np.array(symbol.modules, dtype=np.bool_)


def _signature(body: str, key: bytes) -> str:
    digest = hmac.new(key, body.encode("ascii"), hashlib.sha256).digest()
    return base32.leading_bits(digest, MAC_LENGTH)


def _places() -> dict[str, slice]:
    lengths = {
        "election": FINGERPRINT_LENGTH,
        "layout": FINGERPRINT_LENGTH,
        "group": GROUP_LENGTH,
        "page": PAGE_LENGTH,
        "serial": SERIAL_LENGTH,
    }
    places, start = {}, 0
    for name, length in lengths.items():
        places[name] = slice(start, start + length)
        start += length
    return places

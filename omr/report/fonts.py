"""The serif face of the minutes: found on this machine, checked for Vietnamese letters."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from omr.errors import InputError

# The one folder searched, where it is set; the ballots' font obeys it too.
FONT_DIR_VARIABLE = "OMR_FONT_DIR"

FACE = "omr-minutes"
BOLD = f"{FACE}-bold"
ITALIC = f"{FACE}-italic"
BOLD_ITALIC = f"{FACE}-bold-italic"

# Regular, bold, italic, bold italic; all have the metrics of Times New Roman (P2), so
# that the pages break at the same lines whichever is found.
_FAMILIES: tuple[tuple[str, str, str, str], ...] = (
    ("Tinos-Regular.ttf", "Tinos-Bold.ttf", "Tinos-Italic.ttf", "Tinos-BoldItalic.ttf"),
    (
        "LiberationSerif-Regular.ttf",
        "LiberationSerif-Bold.ttf",
        "LiberationSerif-Italic.ttf",
        "LiberationSerif-BoldItalic.ttf",
    ),
    ("times.ttf", "timesbd.ttf", "timesi.ttf", "timesbi.ttf"),
    (
        "Times New Roman.ttf",
        "Times New Roman Bold.ttf",
        "Times New Roman Italic.ttf",
        "Times New Roman Bold Italic.ttf",
    ),
)

_FOLDERS: tuple[Path, ...] = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path.home() / ".fonts",
    Path("/Library/Fonts"),
    Path("/System/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)

_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")


def vietnamese_letters() -> frozenset[str]:
    """Return every letter with a mark that Vietnamese writes, capital and small."""
    small = {unicodedata.normalize("NFC", v + tone) for v in "aăâeêioôơuưy" for tone in _TONES}
    small |= {"đ"}
    return frozenset(small | {letter.upper() for letter in small})


@cache
def register_faces() -> str:
    """Register the four faces with ReportLab, once, and return the family's name.

    A family is passed over if any of its files lacks a Vietnamese letter: the older
    Liberation fonts lack 92 of them, and would print gaps.

    Raises:
        InputError: No fitting family is installed.
    """
    for family in _FAMILIES:
        for folder in _folders_with(family[0]):
            files = [folder / name for name in family]
            if all(path.is_file() and _covers(path) for path in files):
                _register(files)
                return FACE
    raise InputError(
        "Máy này không có phông chữ Times đủ chữ tiếng Việt để lập biên bản. Hãy cài gói "
        "fonts-croscore hoặc fonts-liberation2 (hoặc chỉ thư mục phông bằng biến OMR_FONT_DIR), "
        "rồi chạy lại lệnh.",
        "No Times-like font with all Vietnamese letters is installed for the minutes. Install "
        "the package fonts-croscore or fonts-liberation2 (or name their folder in OMR_FONT_DIR), "
        "then run the command again.",
    )


def _folders_with(name: str) -> Iterable[Path]:
    chosen = os.environ.get(FONT_DIR_VARIABLE)
    for folder in (Path(chosen),) if chosen else _FOLDERS:
        if folder.is_dir():
            yield from sorted(path.parent for path in folder.rglob(name))


def _covers(path: Path) -> bool:
    try:
        glyphs = TTFont("probe", str(path)).face.charToGlyph
    except (TTFError, OSError):
        return False
    return all(ord(letter) in glyphs for letter in vietnamese_letters())


def _register(files: list[Path]) -> None:
    names = (FACE, BOLD, ITALIC, BOLD_ITALIC)
    for name, path in zip(names, files, strict=True):
        pdfmetrics.registerFont(TTFont(name, str(path)))
    for name, (bold, italic) in zip(names, ((0, 0), (1, 0), (0, 1), (1, 1)), strict=True):
        addMapping(FACE, bold, italic, name)


def require_glyphs(texts: Iterable[str], what: str) -> None:
    """Refuse a text with a character that the face cannot print.

    Args:
        texts: Texts as they will be printed.
        what: The document, for the message: a file name.

    Raises:
        InputError: Names the character and the text it stands in.
    """
    glyphs = pdfmetrics.getFont(register_faces()).face.charToGlyph
    for text in texts:
        for character in text:
            if ord(character) not in glyphs and not character.isspace():
                code = f"U+{ord(character):04X}"
                raise InputError(
                    f"{what}: phông chữ không có ký tự “{character}” ({code}) trong “{text}”. "
                    "Hãy gõ lại chữ này bằng bảng mã Unicode.",
                    f"{what}: the font has no character {character!r} ({code}), found in "
                    f"{text!r}. Type this text again in plain Unicode letters.",
                )

"""The serif of all that is printed: found on this computer, checked for Vietnamese, measured.

Ballots and minutes are set in it. Tinos, Liberation Serif 2 and Times New Roman have the same
advance widths, so neither layouts nor page breaks depend on which is found.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont, TTFontFile

from omr.errors import InputError

FontFace = Literal["regular", "bold", "italic", "bold-italic"]

FONT_DIR_VARIABLE = "OMR_FONT_DIR"
MM_PER_POINT = 25.4 / 72

# Names of our own: files of different fonts may share a PostScript name, of which ReportLab
# keeps the first it was given.
FONT_NAMES: dict[FontFace, str] = {
    "regular": "omr-serif",
    "bold": "omr-serif-bold",
    "italic": "omr-serif-italic",
    "bold-italic": "omr-serif-bold-italic",
}
# Each family as the files of these faces; the first family found complete is used.
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
# About a third of an empty line: enough to prefer a break in sense.
_COMMA_BONUS = 0.1
# A digit of Excel's default type is 7 pixels wide at 96 a inch; a cell keeps some of its width
# as margin, and screens round letter widths up, so that 92 % of it can be counted on.
_SHEET_UNIT_MM = 7 * 25.4 / 96
_SHEET_FILL = 0.92
_SHEET_LEADING = 1.25
_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_VOWELS = "aăâeêioôơuưy"


def vietnamese_letters() -> str:
    """Return every letter of Vietnamese that is not plain ASCII, in both cases."""
    toned = [unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in _TONES]
    letters = "".join(dict.fromkeys([*toned, "đ"]))
    return "".join(letter for letter in letters + letters.upper() if not letter.isascii())


def font_name(face: FontFace) -> str:
    """Return the name under which a face is registered with ReportLab.

    Raises:
        InputError: No usable font is installed.
    """
    register_faces()
    return FONT_NAMES[face]


def width_mm(text: str, face: FontFace, size_pt: float) -> float:
    """Return the printed width of one line of text.

    Raises:
        InputError: No usable font is installed.
    """
    return float(pdfmetrics.stringWidth(text, font_name(face), size_pt)) * MM_PER_POINT


def break_evenly(words: Sequence[str], face: FontFace, size_pt: float, width: float) -> list[str]:
    """Set words in as few lines as ``width`` mm allows, of like length, rather after a comma.

    A word that is wider than the line gets a line of its own.

    Raises:
        InputError: No usable font is installed.
    """
    # best[n][end]: least cost of setting words[:end] in n lines, and where the last one starts.
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    while len(words) not in best[-1]:
        row: dict[int, tuple[float, int]] = {}
        for start, (cost, _) in best[-1].items():
            for end in range(start + 1, len(words) + 1):
                taken = width_mm(" ".join(words[start:end]), face, size_pt)
                if taken > width and end > start + 1:
                    break
                total = cost + (1 - taken / width) ** 2
                if end < len(words) and words[end - 1].endswith((",", ";")):
                    total -= _COMMA_BONUS
                if end not in row or total < row[end][0]:
                    row[end] = (total, start)
        best.append(row)
    lines: list[str] = []
    end = len(words)
    for row in reversed(best[1:]):
        start = row[end][1]
        lines.insert(0, " ".join(words[start:end]))
        end = start
    return lines


def cell_height_pt(text: str, face: FontFace, size_pt: float, columns: float) -> float:
    """Return the height in points that a text takes in the cell of a spreadsheet.

    Written into the file, because programs differ in whether they fit rows when they open it.

    Args:
        text: With its own line ends.
        columns: Width of the cell in the unit of spreadsheets, a digit of the default type.

    Raises:
        InputError: No usable font is installed.
    """
    width = columns * _SHEET_UNIT_MM * _SHEET_FILL
    lines = [break_evenly(line.split(), face, size_pt, width) for line in text.splitlines()]
    return max(1, sum(max(1, len(broken)) for broken in lines)) * size_pt * _SHEET_LEADING + 4


def missing_letters(text: str) -> str:
    """Return the characters of ``text`` that the font lacks, each once, in order.

    Args:
        text: Any text; it is compared in its NFC form, as it would be printed.

    Raises:
        InputError: No usable font is installed.
    """
    lacking = []
    for character in dict.fromkeys(unicodedata.normalize("NFC", text)):
        known = all(ord(character) in _glyphs(font_name(face)) for face in FONT_NAMES)
        if not known and not character.isspace():
            lacking.append(character)
    return "".join(lacking)


@cache
def register_faces() -> None:
    """Register the faces with ReportLab, once; paragraphs may then name them too.

    Raises:
        InputError: No usable font is installed.
    """
    for face, path in find_serif().items():
        name = FONT_NAMES[face]
        pdfmetrics.registerFont(TTFont(name, str(path)))
        # What ReportLab's paragraphs ask of a font: its family, and whether bold or italic.
        addMapping(FONT_NAMES["regular"], int("bold" in face), int("italic" in face), name)


def _glyphs(name: str) -> dict[int, int]:
    glyphs: dict[int, int] = pdfmetrics.getFont(name).face.charToGlyph
    return glyphs


def find_serif() -> dict[FontFace, Path]:
    """Find the files of a Times-like family that has all Vietnamese letters.

    ``OMR_FONT_DIR``, if set, is the only folder searched; else the usual font folders.

    Raises:
        InputError: There is none; the message names the package to install.
    """
    for family in _FAMILIES:
        for folder in _folders_with(family[0]):
            paths = {face: folder / file for face, file in zip(FONT_NAMES, family, strict=True)}
            if all(_is_usable(path) for path in paths.values()):
                return paths
    chosen = os.environ.get(FONT_DIR_VARIABLE)
    where_vi = f" trong thư mục {chosen} ({FONT_DIR_VARIABLE})" if chosen else ""
    where_en = f" in {chosen} ({FONT_DIR_VARIABLE})" if chosen else ""
    raise InputError(
        f"Không tìm thấy phông chữ có đủ chữ tiếng Việt{where_vi}. Hãy cài gói fonts-croscore "
        "(phông Tinos) hoặc fonts-liberation2, hoặc phông Times New Roman; gói fonts-liberation "
        f"bản cũ thiếu chữ tiếng Việt. Có thể chỉ thư mục phông bằng biến {FONT_DIR_VARIABLE}.",
        f"No font with all Vietnamese letters was found{where_en}. Install the package "
        "fonts-croscore (Tinos) or fonts-liberation2, or Times New Roman; the older "
        "fonts-liberation lacks Vietnamese letters. "
        f"{FONT_DIR_VARIABLE} may name the folder of the font.",
    )


def _is_usable(path: Path) -> bool:
    """Tell whether a file is a TrueType font that has every Vietnamese letter."""
    if not path.is_file():
        return False
    try:
        known = TTFontFile(str(path)).charToGlyph
    except (TTFError, OSError):
        return False
    return all(ord(letter) in known for letter in vietnamese_letters())


def _folders_with(file: str) -> Iterator[Path]:
    for root in _font_roots():
        for folder, _, files in sorted(os.walk(root)):
            if file in files:
                yield Path(folder)


def _font_roots() -> list[Path]:
    chosen = os.environ.get(FONT_DIR_VARIABLE)
    if chosen:
        return [Path(chosen)]
    home = Path.home()
    if sys.platform == "win32":
        roots = [Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts"]
        local = os.environ.get("LOCALAPPDATA")
        return [*roots, *([Path(local) / "Microsoft/Windows/Fonts"] if local else [])]
    if sys.platform == "darwin":
        return [
            home / "Library/Fonts",
            Path("/Library/Fonts"),
            Path("/System/Library/Fonts/Supplemental"),
        ]
    return [
        home / ".local/share/fonts",
        home / ".fonts",
        Path("/usr/local/share/fonts"),
        Path("/usr/share/fonts"),
    ]

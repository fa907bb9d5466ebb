"""A definition kept in Excel, read as the same plain data that a YAML file gives.

Goes in: an ``.xlsx`` with a list of officials and, if people like, sheets for everything else.
Comes out: a :class:`Source` whose faults name sheet and cell. The least that will do is one
sheet with the columns *Họ và tên* and *Chức vụ*.
"""

from __future__ import annotations

import datetime
import unicodedata
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from omr.election import sheet_faults, wording
from omr.election.fault import Message
from omr.election.schema import slug
from omr.election.sheet_words import (
    GROUP_COLUMNS,
    INFO,
    LISTS,
    OFFICIAL_COLUMNS,
    OPTION_COLUMNS,
    PEOPLE_COLUMNS,
    Word,
    find,
    kind_of,
    plain,
)
from omr.election.source import Source, join
from omr.errors import Language, Text

MAX_UNPACKED_BYTES = 50_000_000
"""A list of officials unpacks to a few hundred kB; a file built to exhaust memory to far more."""

HEADER_ROWS = 30
"""Column names stand below a title and a few notes, never deeper than a page's first half."""

_GENERIC = {"sheet", "trang tinh", "danh sach", "officials", "list", "bang"}
_TITLE = Text("Lấy phiếu tín nhiệm", "Confidence vote")
_GROUP = Text("Cán bộ được lấy phiếu", "Officials voted on")


@dataclass(slots=True)
class _Table:
    """A sheet's rows below its column names.

    Attributes:
        columns: Field -> column number, from 1.
        top: Row of the column names.
    """

    sheet: Worksheet
    columns: dict[str, int]
    top: int

    def rows(self) -> Iterator[int]:
        """Yield the rows that hold something besides a running number."""
        told = [column for name, column in self.columns.items() if name != "number"]
        for row in range(self.top + 1, self.sheet.max_row + 1):
            if any(_text(self.sheet, row, column) for column in told):
                yield row

    def value(self, row: int, name: str, *, merged: bool = False) -> str:
        """Return a cell's text; ``merged`` looks up to the top of a merged area."""
        if name not in self.columns:
            return ""
        column = self.columns[name]
        return _text(self.sheet, _top(self.sheet, row, column) if merged else row, column)


@dataclass(slots=True)
class _Reading:
    """What has been gathered of a workbook so far."""

    source: Source
    officials: list[_Table] = field(default_factory=list)

    def put(self, path: str, sheet: Worksheet, row: int, column: int) -> None:
        """Remember the cell of a field."""
        self.source.lines[path] = row
        self.source.cells[path] = _address(sheet, row, column)

    def refuse(self, sheet: Worksheet, row: int, column: int, message: Message) -> None:
        """Add a fault at a cell that belongs to no field."""
        self.source.faults.append(
            sheet_faults.at(self.source, row, _address(sheet, row, column), message)
        )


def read_workbook(path: Path) -> Source:
    """Read an ``.xlsx`` as a definition; faults of form are collected in ``Source.faults``."""
    source = Source(path)
    book = _open(source)
    if book is None:
        return source
    reading = _Reading(source)
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible" and sheet.max_row and _filled(sheet):
            _read_sheet(reading, sheet)
    if not reading.officials and source.faults:
        # The list is there but was not understood: that it is missing would be one fault too many.
        source.data.clear()
        return source
    written = source.data.get("ballot", {}).get("language", "")
    language: Language = "en" if written.casefold() == "en" else "vi"
    _gather_officials(reading, _GROUP.say(language))
    source.data.setdefault("id", slug(path.stem) or "lay-phieu-tin-nhiem")
    source.data.setdefault("title", _TITLE.say(language))
    return source


def _open(source: Source) -> Workbook | None:
    """Open the workbook, or note why it cannot be."""
    try:
        with zipfile.ZipFile(source.path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
                source.faults.append(source.fault("", wording.too_large(MAX_UNPACKED_BYTES)))
                return None
        with warnings.catch_warnings():
            # openpyxl warns of Excel's extras that it drops; nothing of them is read here.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(source.path, data_only=True)
            formulas = openpyxl.load_workbook(source.path)
    except FileNotFoundError:
        source.faults.append(source.fault("", wording.no_file()))
    except IsADirectoryError:
        source.faults.append(source.fault("", wording.is_folder()))
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, SyntaxError):
        source.faults.append(source.fault("", sheet_faults.not_workbook()))
    except OSError as error:
        source.faults.append(source.fault("", wording.unreadable(error.strerror or str(error))))
    else:
        _note_dead_cells(source, book, formulas)
        return book
    return None


def _note_dead_cells(source: Source, book: Workbook, formulas: Workbook) -> None:
    """Note formulas without a stored result, and results that are errors such as ``#N/A``."""
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                formula = formulas[sheet.title].cell(cell.row or 1, cell.column or 1)
                unsaved = formula.data_type == "f" and cell.value is None
                if unsaved or cell.data_type == "e":
                    place = _address(sheet, cell.row or 1, cell.column or 1)
                    message = sheet_faults.dead_cell()
                    source.faults.append(sheet_faults.at(source, cell.row, place, message))


def _filled(sheet: Worksheet) -> bool:
    return any(cell.value is not None for row in sheet.iter_rows() for cell in row)


def _read_sheet(reading: _Reading, sheet: Worksheet) -> None:
    """Read one sheet by what its title says it holds."""
    kind = kind_of(sheet.title)
    if kind == "guide":
        return
    if kind == "info":
        _read_info(reading, sheet)
        return
    words, needed = {
        "groups": (GROUP_COLUMNS, ("name",)),
        "options": (OPTION_COLUMNS, ("label",)),
        "board": (PEOPLE_COLUMNS, ("name",)),
        "witnesses": (PEOPLE_COLUMNS, ("name",)),
        "officials": (OFFICIAL_COLUMNS, ("name", "post")),
    }[kind]
    table = _table(sheet, words, needed)
    if table is None:
        labels = [word.label for word in words if word.field in needed]
        reading.refuse(sheet, 1, 1, sheet_faults.no_columns(sheet.title, labels))
    elif kind == "officials":
        reading.officials.append(table)
    else:
        _read_records(reading, table, kind, needed)


def _table(sheet: Worksheet, words: tuple[Word, ...], needed: tuple[str, ...]) -> _Table | None:
    """Find the row of column names; None where no row has all that are needed."""
    for row in range(1, min(sheet.max_row, HEADER_ROWS) + 1):
        columns: dict[str, int] = {}
        for column in range(1, sheet.max_column + 1):
            word = find(words, _text(sheet, row, column))
            if word is not None:
                columns.setdefault(word.field, column)
        if all(name in columns for name in needed):
            return _Table(sheet, columns, row)
    return None


def _read_info(reading: _Reading, sheet: Worksheet) -> None:
    """Read rows of a name in the first column and its value in the second."""
    for row in range(1, sheet.max_row + 1):
        name, value = _text(sheet, row, 1), _text(sheet, row, 2)
        if not name:
            continue
        word = find(INFO, name)
        # An empty cell takes the default, but an empty secrecy mark says that there is none.
        if not value and (word is None or word.field != "secrecy"):
            continue
        if word is None:
            known = [word.label for word in INFO]
            reading.refuse(sheet, row, 1, sheet_faults.unknown_row(name, known))
            continue
        _place_info(reading, word.field, value, sheet, row)


def _place_info(reading: _Reading, path: str, value: str, sheet: Worksheet, row: int) -> None:
    """Put one value of the info sheet at its field of the definition."""
    section, _, key = path.rpartition(".")
    data = reading.source.data
    if section:
        data = data.setdefault(section, {})
    if path in LISTS:
        items = data.setdefault(key, [])
        for line in value.splitlines():
            if line.strip():
                reading.put(join(path, len(items)), sheet, row, 2)
                items.append(line)
    elif key in data:
        reading.refuse(sheet, row, 1, sheet_faults.row_twice(reading.source.cells[path]))
        return
    else:
        data[key] = value
    reading.source.lines.setdefault(path, row)
    reading.source.cells.setdefault(path, _address(sheet, row, 2))


def _read_records(reading: _Reading, table: _Table, kind: str, needed: tuple[str, ...]) -> None:
    """Read a table whose every row is one item of the list ``kind``."""
    items = reading.source.data.setdefault(kind, [])
    for row in table.rows():
        _take_row(reading, table, row, join(kind, len(items)), needed, items)
    if kind == "options":
        for index, item in enumerate(items):
            item.setdefault("id", slug(item["label"]) or f"o{index + 1}")


def _take_row(
    reading: _Reading,
    table: _Table,
    row: int,
    path: str,
    needed: tuple[str, ...],
    items: list[dict[str, Any]],
) -> None:
    """Append one row as an item; a needed cell that is empty stays as an empty text."""
    item: dict[str, Any] = {}
    reading.put(path, table.sheet, row, table.columns["name" if "name" in needed else needed[0]])
    for name, column in table.columns.items():
        if name in {"number", "group"}:
            continue
        reading.put(join(path, name), table.sheet, row, column)
        # One post may be merged over several people; a name is each one's own.
        value = table.value(row, name, merged=name in {"post", "role", "voters"})
        if value or name in needed:
            item[name] = value
    items.append(item)


def _gather_officials(reading: _Reading, default_name: str) -> None:
    """Give every official on the lists to a voter group."""
    data = reading.source.data
    groups: list[dict[str, Any]] = data.setdefault("groups", [])
    stated = bool(groups)
    for table in reading.officials:
        current = ""
        for row in table.rows():
            current = table.value(row, "group", merged=True) or current
            if not table.value(row, "name") and not table.value(row, "post"):
                continue
            title = current or _name_for(table.sheet, reading, groups, stated, default_name)
            index = _group_index(groups, title)
            if index is None:
                index = len(groups)
                groups.append({"name": title})
                column = table.columns.get("group", table.columns["name"])
                reading.put(join("groups", index), table.sheet, row, column)
            path = join("groups", index)
            officials = groups[index].setdefault("officials", [])
            inner = join(join(path, "officials"), len(officials))
            _take_row(reading, table, row, inner, ("name", "post"), officials)
    for group in groups:
        group.setdefault("officials", [])


def _name_for(
    sheet: Worksheet,
    reading: _Reading,
    groups: list[dict[str, Any]],
    stated: bool,
    default_name: str,
) -> str:
    """Return the group of a list without a group column: the only one, or the sheet's title."""
    if stated and len(groups) == 1 and len(reading.officials) == 1:
        return str(groups[0].get("name", default_name))
    generic = plain(sheet.title).rstrip("0123456789 ") in _GENERIC
    return default_name if generic else _clean(sheet.title)


def _group_index(groups: list[dict[str, Any]], title: str) -> int | None:
    """Return the group that a cell names by id or by name."""
    wanted = plain(title)
    for index, group in enumerate(groups):
        if wanted in {plain(str(group.get("id", ""))), plain(str(group.get("name", "")))}:
            return index
    return None


def _address(sheet: Worksheet, row: int, column: int) -> str:
    return f"{sheet.title}!{get_column_letter(column)}{row}"


def _top(sheet: Worksheet, row: int, column: int) -> int:
    """Return the first row of the merged area that a cell lies in, or its own row."""
    for area in sheet.merged_cells.ranges:
        inside = area.min_row <= row <= area.max_row and area.min_col <= column <= area.max_col
        if inside and area.min_col == column:
            return int(area.min_row)
    return row


def _text(sheet: Worksheet, row: int, column: int) -> str:
    """Return a cell as a person reads it: NFC text, whole numbers without ``.0``, ISO days."""
    cell = sheet.cell(row, column)
    value = cell.value if isinstance(cell, Cell) else None
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime.datetime():
            return value.date().isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return _clean(str(value))


def _clean(text: str) -> str:
    """Return a text in NFC with each line trimmed."""
    normal = unicodedata.normalize("NFC", text).replace("_x000D_", "")
    return "\n".join(line.strip() for line in normal.splitlines()).strip()

"""A filled workbook of a definition, for people who start from Excel.

Goes in: an election. Comes out: an ``.xlsx`` that :mod:`omr.election.workbook` reads back as
the same election.
"""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from omr.election.model import Election, Person
from omr.election.profiles import load_profile, profile_names
from omr.election.sheet_words import (
    GROUP_COLUMNS,
    INFO,
    OFFICIAL_COLUMNS,
    OPTION_COLUMNS,
    PEOPLE_COLUMNS,
    SHEETS,
    SheetKind,
    Word,
)
from omr.errors import InputError, Language, Text
from omr.fonts import cell_height_pt

_Rows = list[list[str | int | None]]

_WIDTHS = {
    "group": 9,
    "number": 6,
    "name": 32,
    "post": 76,
    "id": 14,
    "voters": 62,
    "members": 10,
    "convened": 10,
    "label": 28,
    "role": 46,
}
"""Column widths, in characters: the longest names and posts of the templates fit on one line."""

_INFO_WIDTHS = (28, 82, 46)

_CENTRED = {"group", "number", "id", "members", "convened"}
_SIZE_PT = 13
_FONT = "Times New Roman"  # the face of union documents; Excel has it everywhere
_EDGE = Side(style="thin", color="B8B8B8")
_BORDER = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
_HEAD_FILL = PatternFill("solid", fgColor="1F4E79")
_LABEL_FILL = PatternFill("solid", fgColor="EAF1F8")

_GUIDE = (
    Text(
        "Trang “Danh sách”: mỗi người được lấy phiếu một hàng, theo thứ tự in trên phiếu.",
        "Sheet “Officials”: one row for each official, in the order of the ballot.",
    ),
    Text(
        "Cột “Nhóm” ghi mã hoặc tên nhóm ở trang “Nhóm”; người ở hai nhóm thì ghi hai hàng.",
        "The column “Group” holds the id or name of a group; who is in two groups has two rows.",
    ),
    Text(
        "Trang “Thông tin”: sửa cột thứ hai; ô để trống thì dùng giá trị mặc định.",
        "Sheet “Info”: edit the second column; an empty cell takes its default.",
    ),
    Text(
        "Chỉ cần trang “Danh sách” với hai cột “Họ và tên”, “Chức vụ” là đủ để bắt đầu.",
        "The sheet “Officials” with “Full name” and “Post” alone is enough to start.",
    ),
    Text(
        "Sửa xong, lưu dạng .xlsx rồi chạy: omr check",
        "When done, save as .xlsx and run: omr check",
    ),
)


def write_workbook(path: Path, election: Election) -> None:
    """Write an election as a workbook that a person can edit and ``load_election`` reads.

    Raises:
        InputError: The election has rules of its own, for which a workbook has no place.
    """
    profile = election.profile
    if profile.id not in profile_names() or load_profile(profile.id) != profile:
        raise InputError(
            f"Tệp Excel không ghi được bộ quy tắc riêng “{profile.id}” — dùng tệp .yaml, "
            f"hoặc chọn một bộ có sẵn: {', '.join(profile_names())}.",
            f"A workbook cannot hold the rules “{profile.id}” of your own — use a .yaml file, "
            f"or choose a shipped profile: {', '.join(profile_names())}.",
        )
    language = election.form.language
    book = Workbook()
    book.remove(book.worksheets[0])
    _officials(_sheet(book, "officials", language), election, language)
    _groups(_sheet(book, "groups", language), election, language)
    _info(_sheet(book, "info", language), election, language)
    options: _Rows = [[option.id, option.label] for option in election.options]
    _table(_sheet(book, "options", language), OPTION_COLUMNS, options, language)
    kinds: tuple[tuple[SheetKind, tuple[Person, ...]], ...] = (
        ("board", election.board),
        ("witnesses", election.witnesses),
    )
    for kind, people in kinds:
        rows: _Rows = [[n, person.name, person.role] for n, person in enumerate(people, 1)]
        _table(_sheet(book, kind, language), PEOPLE_COLUMNS, rows, language)
    _guide(_sheet(book, "guide", language), language)
    book.save(path)


def _sheet(book: Workbook, kind: SheetKind, language: Language) -> Worksheet:
    """Add a sheet that prints on the width of one A4 page."""
    sheet: Worksheet = book.create_sheet(SHEETS[kind].label.say(language))
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.paperSize = "9"  # A4 in the numbering of the file format
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    return sheet


def _table(sheet: Worksheet, columns: tuple[Word, ...], rows: _Rows, language: Language) -> None:
    """Write column names and rows, with the names kept in sight."""
    for number, word in enumerate(columns, 1):
        cell = sheet.cell(1, number, word.label.say(language))
        cell.font = Font(name=_FONT, size=_SIZE_PT, bold=True, color="FFFFFF")
        cell.fill, cell.border = _HEAD_FILL, _BORDER
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTHS[word.field]
    sheet.row_dimensions[1].height = 26
    for top, values in enumerate(rows, 2):
        sheet.row_dimensions[top].height = max(
            cell_height_pt(str(value or ""), "regular", _SIZE_PT, _WIDTHS[word.field])
            for word, value in zip(columns, values, strict=True)
        )
        for number, (word, value) in enumerate(zip(columns, values, strict=True), 1):
            cell = sheet.cell(top, number, value)
            cell.font, cell.border = Font(name=_FONT, size=_SIZE_PT), _BORDER
            horizontal = "center" if word.field in _CENTRED else "left"
            cell.alignment = Alignment(horizontal=horizontal, vertical="center", wrap_text=True)
            if isinstance(value, str):
                # As text: Excel must neither count "1-2" as a day nor run "=…" as a formula.
                cell.number_format, cell.data_type = "@", "s"
    sheet.freeze_panes = "A2"


def _officials(sheet: Worksheet, election: Election, language: Language) -> None:
    rows: _Rows = [
        [group.id, number, contest.name, contest.post, contest.id]
        for group in election.groups
        for number, contest in enumerate(group.contests, 1)
    ]
    _table(sheet, OFFICIAL_COLUMNS, rows, language)


def _groups(sheet: Worksheet, election: Election, language: Language) -> None:
    rows: _Rows = [
        [group.id, group.name, group.voters, group.members, group.convened]
        for group in election.groups
    ]
    _table(sheet, GROUP_COLUMNS, rows, language)


def _values(election: Election) -> dict[str, list[str]]:
    """Return what each row of the info sheet says; the two bodies share one field."""
    form = election.form
    yes, no = ("có", "không") if form.language == "vi" else ("yes", "no")
    left = list(election.header.left)
    return {
        "id": [election.id],
        "title": [election.title],
        "conference": [election.conference],
        "place": [election.place],
        "locality": [election.locality],
        "date": [_day(election)],
        # All lines but the last stand under the parent body.
        "header.left": ["\n".join(left[:-1]), "".join(left[-1:])],
        "header.right": ["\n".join(election.header.right)],
        "ballot.title": [form.title],
        "ballot.subtitle": [form.subtitle],
        "ballot.paper": [form.paper],
        "ballot.language": [form.language],
        "ballot.criteria": ["\n".join(form.criteria)],
        "ballot.criteria_on": [form.criteria_on],
        "ballot.instructions": ["\n".join(form.instructions)],
        "ballot.signature": [yes if form.signature else no],
        "ballot.seal": [yes if form.seal else no],
        "ballot.duplex": [yes if form.duplex else no],
        "rules": [election.profile.id],
        "secrecy": [election.secrecy],
        "recipients": ["\n".join(election.recipients)],
    }


def _day(election: Election) -> str:
    """Return the date as the language writes it in figures; either form is read back."""
    if election.form.language == "en" or not election.date:
        return election.date
    year, month, day = election.date.split("-")
    return f"{day}/{month}/{year}"


def _info(sheet: Worksheet, election: Election, language: Language) -> None:
    """Write the rows of name, value and hint, with lists to choose from where there are few."""
    for column, width in zip("ABC", _INFO_WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    yes_no = '"có,không"' if language == "vi" else '"yes,no"'
    choices = {
        "ballot.paper": '"A4,A5"',
        "ballot.language": '"vi,en"',
        "ballot.criteria_on": '"front,back"',
        "rules": f'"{",".join(profile_names())}"',
        **dict.fromkeys(("ballot.signature", "ballot.seal", "ballot.duplex"), yes_no),
    }
    values = _values(election)
    for row, word in enumerate(INFO, 1):
        label = sheet.cell(row, 1, word.label.say(language))
        label.font, label.fill = Font(name=_FONT, size=_SIZE_PT, bold=True), _LABEL_FILL
        value = sheet.cell(row, 2, values[word.field].pop(0) or None)
        value.font = Font(name=_FONT, size=_SIZE_PT)
        if value.value is not None:
            value.number_format, value.data_type = "@", "s"
        note = sheet.cell(row, 3, word.note.say(language) or None)
        note.font = Font(name=_FONT, size=11, italic=True, color="6A6A6A")
        sheet.row_dimensions[row].height = max(
            cell_height_pt(str(cell.value or ""), "bold", _SIZE_PT, width)
            for cell, width in zip((label, value, note), _INFO_WIDTHS, strict=True)
        )
        for cell in (label, value, note):
            cell.border = _BORDER
            cell.alignment = Alignment(vertical="center", wrap_text=True)
        if word.field in choices:
            choice = DataValidation("list", formula1=choices[word.field], allow_blank=True)
            choice.add(value.coordinate)
            sheet.add_data_validation(choice)


def _guide(sheet: Worksheet, language: Language) -> None:
    sheet.column_dimensions["A"].width = 110
    for row, line in enumerate(_GUIDE, 1):
        cell = sheet.cell(row, 1, f"{row}. {line.say(language)}")
        cell.font = Font(name=_FONT, size=_SIZE_PT)
        cell.alignment = Alignment(vertical="center", wrap_text=True)
        sheet.row_dimensions[row].height = 24

"""The results as an XLSX workbook whose percentages are formulas that anyone can follow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook, Worksheet

from omr.election.model import Denominator, Election, VoterGroup
from omr.errors import Language
from omr.fonts import cell_height_pt
from omr.report.results import condition, contest_of
from omr.report.words import denominator, heading
from omr.tally.model import ContestResult, GroupResult

# Excel's own limits on the name of a sheet.
_SHEET_NAME_LENGTH = 31
_SHEET_NAME_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")

_FIGURES_ROW, _HEAD_ROW = 2, 9
_FIRST_LEVEL_COLUMN = 7
_VALID_COLUMN = 3
_FONT, _SIZE_PT = "Times New Roman", 12
_NAME_WIDTH, _POST_WIDTH, _COUNT_WIDTH, _LEVEL_WIDTH, _MET_WIDTH = 27, 34, 9, 10, 34


@dataclass(frozen=True, slots=True)
class _Formats:
    """The cell formats of one workbook; xlsxwriter ships no types for them."""

    title: object
    label: object
    head: object
    text: object
    number: object
    percent: object


def results_xlsx(
    path: Path, election: Election, results: Sequence[GroupResult], language: Language = "vi"
) -> None:
    """Write a workbook with one sheet per voter group.

    Each percentage is a formula over the count beside it and the figure that the profile
    takes percentages of; the stored value is the exact share.

    Raises:
        OSError: The file cannot be written.
    """
    options = {
        "strings_to_formulas": False,
        # Column widths count in digits of the default type: one that every program has.
        "default_format_properties": {"font_name": _FONT, "font_size": 11},
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        formats = _formats(book, election.profile.decimals)
        names: set[str] = set()
        for result in results:
            group = election.group(result.group)
            name = _sheet_name(f"{group.id} {group.name}", names)
            names.add(name.casefold())
            _group_sheet(book.add_worksheet(name), formats, election, result, language)


def _formats(book: Workbook, decimals: int) -> _Formats:
    face = {"font_name": _FONT, "font_size": _SIZE_PT, "valign": "vcenter"}
    grid = {**face, "border": 1}
    places = "0." + "0" * decimals + "%" if decimals else "0%"
    return _Formats(
        title=book.add_format({**face, "bold": True, "font_size": 14}),
        label=book.add_format(face),
        head=book.add_format(
            {**grid, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#EFEFEF"}
        ),
        text=book.add_format({**grid, "text_wrap": True}),
        number=book.add_format({**grid, "num_format": "0", "align": "center"}),
        percent=book.add_format({**grid, "num_format": places, "align": "center"}),
    )


def _sheet_name(wanted: str, taken: set[str]) -> str:
    """Return a name that Excel allows and that no other sheet has."""
    clean = _SHEET_NAME_FORBIDDEN.sub(" ", wanted)[:_SHEET_NAME_LENGTH].strip()
    name, number = clean, 1
    while name.casefold() in taken:
        number += 1
        name = f"{clean[: _SHEET_NAME_LENGTH - 4]} ({number})"
    return name


def _group_sheet(
    sheet: Worksheet,
    formats: _Formats,
    election: Election,
    result: GroupResult,
    language: Language,
) -> None:
    group = election.group(result.group)
    sheet.write_string(0, 0, f"{election.title} – {group.name}", formats.title)
    last = _FIRST_LEVEL_COLUMN + 2 * len(election.options)
    base = _write_figures(sheet, formats, election, group, result, language)
    _write_heads(sheet, formats, election, language)
    for number, line in enumerate(result.contests):
        row = _HEAD_ROW + 1 + number
        met = "; ".join(condition(election, each, language) for each in line.met)
        _write_official(sheet, formats, group, line, row, number + 1, met)
        _write_levels(sheet, formats, election, line, row, base)
        sheet.write_string(row, last, met, formats.text)
    sheet.set_column(0, 0, 5)
    sheet.set_column(1, 1, _NAME_WIDTH)
    sheet.set_column(2, 2, _POST_WIDTH)
    sheet.set_column(_VALID_COLUMN, _FIRST_LEVEL_COLUMN - 1, _COUNT_WIDTH)
    sheet.set_column(_FIRST_LEVEL_COLUMN, last - 1, _LEVEL_WIDTH)
    sheet.set_column(last, last, _MET_WIDTH)
    sheet.freeze_panes(_HEAD_ROW + 1, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)  # inches
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEAD_ROW)


def _write_figures(
    sheet: Worksheet,
    formats: _Formats,
    election: Election,
    group: VoterGroup,
    result: GroupResult,
    language: Language,
) -> str | None:
    """Write the group's figures and return the cell percentages are taken of.

    None where the base differs from official to official, as valid ballots do.
    """
    figures = (
        ("issued", result.issued),
        ("collected", result.collected),
        ("scanned", result.scanned),
        ("valid", result.valid),
        ("invalid", result.invalid),
    )
    for number, (key, count) in enumerate(figures):
        sheet.write_string(_FIGURES_ROW + number, 1, heading(key, language), formats.label)
        if count is not None:
            sheet.write_number(_FIGURES_ROW + number, 2, count, formats.number)
    base = election.profile.denominator
    if base == "valid":
        return None
    counts: dict[Denominator, int | None] = {
        "issued": result.issued,
        "collected": result.collected,
        "members": group.members,
        "convened": group.convened,
    }
    row = _FIGURES_ROW + len(figures)
    label = f"100% = {denominator(base, language)}"
    sheet.write_string(row, 1, label, formats.label)
    count = counts[base]
    if count is not None:
        sheet.write_number(row, 2, count, formats.number)
    return str(xl_rowcol_to_cell(row, 2, row_abs=True, col_abs=True))


def _write_heads(
    sheet: Worksheet, formats: _Formats, election: Election, language: Language
) -> None:
    heads = [heading(key, language) for key in ("name", "post")]
    heads += [heading(key, language) for key in ("valid", "invalid", "blank", "pending")]
    for option in election.options:
        heads += [option.label, f"{option.label} (%)"]
    heads.append(heading("thresholds", language))
    for column, text in enumerate([heading("number", language), *heads]):
        sheet.write_string(_HEAD_ROW, column, text, formats.head)
    sheet.set_row(
        _HEAD_ROW, max(cell_height_pt(text, "bold", _SIZE_PT, _COUNT_WIDTH) for text in heads)
    )


def _write_official(
    sheet: Worksheet,
    formats: _Formats,
    group: VoterGroup,
    line: ContestResult,
    row: int,
    number: int,
    met: str,
) -> None:
    contest = contest_of(group, line)
    cells = ((contest.name, _NAME_WIDTH), (contest.post, _POST_WIDTH), (met, _MET_WIDTH))
    height = max(cell_height_pt(text, "regular", _SIZE_PT, width) for text, width in cells)
    sheet.set_row(row, height)
    sheet.write_number(row, 0, number, formats.number)
    sheet.write_string(row, 1, contest.name, formats.text)
    sheet.write_string(row, 2, contest.post, formats.text)
    figures = (line.valid, line.invalid, line.blank, line.pending)
    for column, count in enumerate(figures, start=_VALID_COLUMN):
        sheet.write_number(row, column, count, formats.number)


def _write_levels(
    sheet: Worksheet,
    formats: _Formats,
    election: Election,
    line: ContestResult,
    row: int,
    base: str | None,
) -> None:
    of = base or str(xl_rowcol_to_cell(row, _VALID_COLUMN))
    for level, option in enumerate(election.options):
        column = _FIRST_LEVEL_COLUMN + 2 * level
        sheet.write_number(row, column, line.counts[option.id], formats.number)
        share = line.share[option.id]
        count = xl_rowcol_to_cell(row, column)
        sheet.write_formula(
            row,
            column + 1,
            # An empty or zero base has no percentage, as in the minutes.
            f'=IF(N({of})=0,"–",{count}/{of})',
            formats.percent,
            "–" if share is None else float(share),
        )

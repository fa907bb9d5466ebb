"""The table of officials: columns, rows as high as needed, boxes in the middle of their cells."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from omr.ballot import words
from omr.ballot.model import Box, NameArea, Row
from omr.ballot.paper import RULE_MM, PaperStyle
from omr.ballot.typeset import DoesNotFitError, Print, Style, wrap, wrap_evenly
from omr.election.model import Contest, Election, VoterGroup
from omr.errors import Text
from omr.geometry import Rect

_MAX_NAME_LINES = 6  # a name of 40 letters takes 5 in the narrowest cell of A5
_MAX_POST_LINES = 6
_CELL_AIR_MM = 1.5  # above and below the lines of a cell
_LEAST_COLUMN_PT = 8.5  # a column heading smaller than this is no longer easily read


@dataclass(frozen=True, slots=True)
class Columns:
    """The vertical rules of the table, left to right.

    Attributes:
        edges: number | name | post | one per level: their left edges, then the right end.
    """

    edges: tuple[float, ...]

    def span(self, index: int) -> tuple[float, float]:
        """Return left and right edge of a column."""
        return self.edges[index], self.edges[index + 1]

    def width(self, index: int) -> float:
        """Return the width of a column."""
        return self.edges[index + 1] - self.edges[index]


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading row: its cells as broken lines, with their type."""

    cells: tuple[tuple[list[str], Style], ...]
    height: float


@dataclass(frozen=True, slots=True)
class RowText:
    """One official's cells as broken lines, and the least height of the row."""

    number: int
    contest: Contest
    name: list[str]
    post: list[str]
    height: float


@dataclass(slots=True)
class TablePart:
    """What a table leaves on one page for the reader."""

    boxes: list[Box] = field(default_factory=list)
    names: list[NameArea] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


def columns(election: Election, style: PaperStyle) -> Columns:
    """Return the columns for the levels of an election.

    Raises:
        DoesNotFitError: More levels than the page has room for.
    """
    count = len(election.options)
    if count not in style.option_widths:
        most = max(style.option_widths)
        raise DoesNotFitError(
            "options",
            Text(f"có {count} mức tín nhiệm", f"there are {count} levels of confidence"),
            Text(f"ghi từ 1 đến {most} mức", f"give 1 to {most}"),
        )
    level = style.option_widths[count]
    text = style.content_width - style.number_width - count * level
    widths = [
        style.number_width,
        round(text * style.name_share, 1),
        text - round(text * style.name_share, 1),
        *[level] * count,
    ]
    edges = [style.left]
    for width in widths:
        edges.append(round(edges[-1] + width, 2))
    return Columns(tuple(edges))


def measure_heading(election: Election, style: PaperStyle, cols: Columns) -> Heading:
    """Break the column headings, in smaller type where a long word asks for it.

    Raises:
        DoesNotFitError: A level's word is wider than its column at the least size.
    """
    language = election.form.language
    labels = [
        *((word.say(language), "options") for word in (words.NUMBER, words.NAME, words.POST)),
        *(
            (option.label, f"options[{index}].label")
            for index, option in enumerate(election.options)
        ),
    ]
    size = style.type.column
    while True:
        face = Style("bold", size)
        try:
            cells = tuple(
                (wrap(label, face, cols.width(index) - 1.6, field), face)
                for index, (label, field) in enumerate(labels)
            )
            break
        except DoesNotFitError:
            size -= 0.5
            if size < _LEAST_COLUMN_PT:
                raise
    height = max(len(lines) for lines, _ in cells) * face.line_mm + 2 * _CELL_AIR_MM
    if height > 3 * style.least_row:
        raise DoesNotFitError(
            "options",
            Text(
                "tên của một mức tín nhiệm quá dài so với cột trên phiếu",
                "the name of a level is too long for its column",
            ),
            Text("viết ngắn lại", "shorten it"),
        )
    return Heading(cells, round(height, 2))


def measure_row(
    number: int, election: Election, group: VoterGroup, style: PaperStyle, cols: Columns
) -> RowText:
    """Break name and post of the official of this number (from 1) into their cells.

    Raises:
        DoesNotFitError: One of them is too long for its cell.
    """
    place = f"groups[{election.groups.index(group)}].officials[{number - 1}]"
    contest = group.contests[number - 1]
    cells = []
    for text, face, column, limit, key in (
        (contest.name, Style("bold", style.type.name), 1, _MAX_NAME_LINES, "name"),
        (contest.post, Style("regular", style.type.post), 2, _MAX_POST_LINES, "post"),
    ):
        broken = wrap_evenly(text, face, cols.width(column) - 2 * style.pad, f"{place}.{key}")
        if len(broken) > limit:
            raise DoesNotFitError(
                f"{place}.{key}",
                Text(
                    f"“{text}” chiếm {len(broken)} dòng, ô trên phiếu chỉ có chỗ cho {limit} dòng",
                    f"“{text}” takes {len(broken)} lines; its cell has room for {limit}",
                ),
                Text("viết ngắn lại hoặc dùng khổ giấy A4", "shorten it or use A4 paper"),
            )
        cells.append((broken, len(broken) * face.line_mm + 2 * _CELL_AIR_MM))
    height = max(style.least_row, *(needed for _, needed in cells))
    return RowText(
        number, contest, cells[0][0], cells[1][0], math.ceil(round(height * 100, 4)) / 100
    )


def set_table(
    page: Print,
    election: Election,
    style: PaperStyle,
    cols: Columns,
    heading: Heading,
    rows: list[tuple[RowText, float]],
    top: float,
) -> tuple[TablePart, float]:
    """Set the heading and the given rows from ``top`` down.

    Each row comes with the height in mm that it gets on this page.

    Returns:
        The boxes, name areas and rows, and where the table ends.
    """
    part = TablePart()
    start = round(top, 2)
    for index, (lines, face) in enumerate(heading.cells):
        left, right = cols.span(index)
        lines_top = start + (heading.height - len(lines) * face.line_mm) / 2
        page.put_centred(lines, face, (left + right) / 2, lines_top)
    page.rule(cols.edges[0], start, cols.edges[-1], start, RULE_MM)
    y = round(start + heading.height, 2)
    for row, height in rows:
        page.rule(cols.edges[0], y, cols.edges[-1], y, RULE_MM)
        _set_row(page, part, election, style, cols, row, y, height)
        y = round(y + height, 2)
    page.rule(cols.edges[0], y, cols.edges[-1], y, RULE_MM)
    for x in cols.edges:
        page.rule(x, start, x, y, RULE_MM)
    return part, y


def _set_row(
    page: Print,
    part: TablePart,
    election: Election,
    style: PaperStyle,
    cols: Columns,
    row: RowText,
    y: float,
    height: float,
) -> None:
    bold, regular = Style("bold", style.type.name), Style("regular", style.type.post)
    number_left, number_right = cols.span(0)
    number_top = y + (height - regular.line_mm) / 2
    page.put_centred([str(row.number)], regular, (number_left + number_right) / 2, number_top)
    for lines, face, column in ((row.name, bold, 1), (row.post, regular, 2)):
        lines_top = y + (height - len(lines) * face.line_mm) / 2
        page.put_lines(lines, face, cols.edges[column] + style.pad, lines_top)
    name_left, post_right = cols.edges[1], cols.edges[3]
    contest = row.contest.id
    part.names.append(NameArea(contest, _rect(name_left, y, post_right - name_left, height)))
    part.rows.append(Row(contest, _rect(style.left, y, cols.edges[-1] - style.left, height)))
    for index, option in enumerate(election.options):
        left, right = cols.span(3 + index)
        x, box_y = (left + right - style.box) / 2, y + (height - style.box) / 2
        part.boxes.append(Box(contest, option.id, _rect(x, box_y, style.box, style.box)))


def _rect(x: float, y: float, w: float, h: float) -> Rect:
    return Rect(round(x, 2), round(y, 2), round(w, 2), round(h, 2))

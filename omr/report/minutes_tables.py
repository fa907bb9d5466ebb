"""The tables of the minutes: header, board, papers, officials, signatures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape

from reportlab.lib.colors import black
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable, Paragraph, Spacer, Table

from omr.election.model import Election, Person, VoterGroup
from omr.errors import Language
from omr.fonts import FontFace, break_evenly
from omr.report import minutes_style as style
from omr.report.figures import DASH, count_words, percent_words
from omr.report.minutes_text import comrade, date_line, say
from omr.report.results import contest_of
from omr.tally.model import ContestResult, GroupResult, HandCount

# Beyond three levels, count and percentage share a cell, or names would get no room.
_LEVELS_SIDE_BY_SIDE = 3
# Up to four such columns can be wide enough for “Số phiếu,” on one line.
_LEVELS_STACKED_WIDE = 4
_STACKED_MM = 15.0
# White between the two columns of the head.
_COLUMN_GAP_MM = 4.0
# The place that a body's name ends with, such as “TỈNH BÀ RỊA - VŨNG TÀU”.
_PLACE = re.compile(
    r"\b(?:tỉnh|thành phố|tp\.?|huyện|quận|thị xã|thị trấn|phường|xã(?! hội))\s.+$",
    re.IGNORECASE,
)
# Room for a signature by hand.
_SIGNATURE_MM = 22.0
_SIGNERS_ABREAST = 3

# Below this share of what names and posts have together, the words of a name would break.
_LEAST_NAME_PERCENT = 36
# White at both sides of a cell.
_CELL_AIR_MM = 1.6

# Words by which the head and the secretary of a board are known.
_HEAD_WORDS = ("trưởng ban", "head", "chair")
_SECRETARY_WORDS = ("thư ký", "secretary")


def para(text: str, look: ParagraphStyle) -> Paragraph:
    """Return plain text as a paragraph; marks of the text are not taken for markup."""
    return Paragraph(escape(text), look)


def item(text: str, look: ParagraphStyle = style.ITEM) -> Paragraph:
    """Return plain text as an item of a list."""
    return Paragraph(escape(text), look, bulletText="–")


def heading_table(election: Election, language: Language) -> list[Flowable]:
    """Return the head: bodies and secrecy mark at left, country, motto and date at right."""
    # The country's line is the longest of all and must not be broken.
    longest = max((_bold_width_mm(line) for line in election.header.right), default=0.0)
    right_mm = min(max(longest + 3, style.TEXT_WIDTH_MM * 0.5), style.TEXT_WIDTH_MM * 0.62)
    left_mm = style.TEXT_WIDTH_MM - right_mm
    left = _bodies(election.header.left, left_mm - _COLUMN_GAP_MM)
    right: list[Flowable] = [para(line, style.HEAD_BOLD) for line in election.header.right]
    if election.header.right:
        right.append(_rule(min(_bold_width_mm(election.header.right[-1]) * 0.9, 60.0)))
    if election.secrecy:
        left += [Spacer(1, 3 * mm), _stamp(election.secrecy)]
    right += [Spacer(1, 4 * mm), para(date_line(election, language), style.DATE)]
    table = Table([[left, right]], colWidths=[left_mm * mm, right_mm * mm])
    # Rules and stamp inside a cell stand where the cell is aligned, not where they ask to.
    table.setStyle(
        [("VALIGN", (0, 0), (-1, -1), "TOP"), ("ALIGN", (0, 0), (-1, -1), "CENTER"), *_no_padding()]
    )
    return [table]


def _bold_width_mm(text: str) -> float:
    size = style.HEAD_BOLD.fontSize
    return float(stringWidth(text, style.HEAD_BOLD.fontName, size) / mm)


def _bodies(names: Sequence[str], width_mm: float) -> list[Flowable]:
    """Return the parent bodies and, bold, the issuing one, over a short rule.

    Names that take several lines are broken evenly, and before the place they end with.
    """
    flow: list[Flowable] = []
    lines: list[str] = []
    for number, name in enumerate(names):
        issuing = number == len(names) - 1
        face: FontFace = "bold" if issuing else "regular"
        look = style.HEAD_BOLD if issuing else style.HEAD
        lines = break_evenly(_pieces(name, width_mm), face, look.fontSize, width_mm)
        flow += [para(line, look) for line in lines]
    if lines:
        flow.append(_rule(min(_bold_width_mm(lines[-1]) * 0.4, 60.0)))
    return flow


def _pieces(name: str, width_mm: float) -> list[str]:
    """Return the words of a body's name, with the place at its end as one of them if it fits."""
    place = _PLACE.search(name)
    if place and _bold_width_mm(place.group()) <= width_mm:
        return [*name[: place.start()].split(), place.group()]
    return name.split()


def _rule(width_mm: float) -> Table:
    rule = Table([[""]], colWidths=[width_mm * mm], rowHeights=[1.2 * mm], hAlign="CENTER")
    rule.setStyle([("LINEBELOW", (0, 0), (-1, -1), 0.7, black)])
    return rule


def _stamp(word: str) -> Table:
    look = style.SECRECY
    width = float(stringWidth(word, look.fontName, look.fontSize)) + 8 * mm
    stamp = Table([[para(word, look)]], colWidths=[width], hAlign="CENTER")
    stamp.setStyle(
        [
            ("BOX", (0, 0), (-1, -1), 1.2, style.STAMP_RED),
            ("TOPPADDING", (0, 0), (-1, -1), 1),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
        ]
    )
    return stamp


def title_rule() -> Table:
    """Return the short rule under the title."""
    return _rule(45.0)


def people_table(people: Sequence[Person], language: Language) -> Table:
    """Return names and roles in two columns without rules."""
    rows = [
        [
            para(f"{number}. {comrade(person.name, language)}", style.PERSON),
            para(person.role, style.PERSON),
        ]
        for number, person in enumerate(people, start=1)
    ]
    # Both columns may hold long texts: names rarely, roles such as “Đại diện Ban …” often.
    table = Table(rows, colWidths=[75 * mm, (style.TEXT_WIDTH_MM - 75) * mm])
    table.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *_no_padding()])
    return table


def draft_box(title: str, lines: Sequence[str]) -> Table:
    """Return the framed notice that this is a draft, and why."""
    cell = [para(title, style.DRAFT), *(para(line, style.DRAFT_LINE) for line in lines)]
    box = Table([[cell]], colWidths=[style.TEXT_WIDTH_MM * mm])
    box.setStyle(
        [
            ("BOX", (0, 0), (-1, -1), 1.2, black),
            ("LEFTPADDING", (0, 0), (-1, -1), 8),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 7),
        ]
    )
    return box


def papers_table(
    result: GroupResult, printed: int | None, hand: HandCount, language: Language
) -> Table:
    """Return the one-row table of a group's papers, from printed to invalid."""
    columns: list[tuple[str, int | None]] = [
        ("printed", printed),
        ("issued", result.issued),
        ("unused", hand.unused),
        ("spoiled", hand.spoiled),
        ("mailed", hand.mailed),
        ("late", hand.late),
        ("collected", result.collected),
        ("scanned", result.scanned),
        ("valid", result.valid),
        ("invalid", result.invalid),
    ]
    if result.pending:
        columns.append(("pending", result.pending))
    rows = [
        [para(say(key, language), style.COLUMN_HEAD) for key, _ in columns],
        [para(count_words(count), style.PAPER_FIGURE) for _, count in columns],
    ]
    table = Table(rows, colWidths=[style.TEXT_WIDTH_MM / len(columns) * mm] * len(columns))
    table.setStyle([*_grid(heads=1), ("BOTTOMPADDING", (0, 1), (-1, 1), 5)])
    return table


def officials_table(
    election: Election, group: VoterGroup, result: GroupResult, language: Language
) -> Table:
    """Return the table of R7: one row per official, with every figure of the rule.

    The head is repeated on each page that the table reaches.
    """
    figures = ["issued", "collected", "valid", "invalid"]
    if election.profile.blank == "abstain":
        figures.append("blank")
    if result.pending:
        figures.append("pending")
    side_by_side = len(election.options) <= _LEVELS_SIDE_BY_SIDE and len(figures) == 4
    widths = _widths(election, group, figures, side_by_side, language)
    rows = _column_heads(election, figures, side_by_side, language)
    for number, line in enumerate(result.contests, start=1):
        contest = contest_of(group, line)
        row = [
            para(str(number), style.CELL_CENTRE),
            para(contest.name, style.CELL_BOLD),
            para(contest.post, style.CELL),
            *(para(count_words(_figure(key, result, line)), style.FIGURE) for key in figures),
        ]
        rows.append([*row, *_levels(election, line, side_by_side, language)])
    table = Table(rows, colWidths=[width * mm for width in widths], repeatRows=2)
    table.setStyle([*_grid(heads=2), *_spans(election, len(figures), side_by_side)])
    return table


def _figure(key: str, result: GroupResult, line: ContestResult) -> int | None:
    figures: dict[str, int | None] = {
        "issued": result.issued,
        "collected": result.collected,
        "valid": line.valid,
        "invalid": line.invalid,
        "blank": line.blank,
        "pending": line.pending,
    }
    return figures[key]


def _levels(
    election: Election, line: ContestResult, side_by_side: bool, language: Language
) -> list[Flowable | list[Flowable]]:
    cells: list[Flowable | list[Flowable]] = []
    for option in election.options:
        count = str(line.counts[option.id])
        share = percent_words(line.share[option.id], election.profile.decimals, language)
        if side_by_side:
            cells += [para(count, style.FIGURE), para(share, style.FIGURE)]
        else:
            sign = "" if share == DASH else "%"
            cells.append([para(count, style.STACKED), para(share + sign, style.CELL_CENTRE)])
    return cells


def _column_heads(
    election: Election, figures: Sequence[str], side_by_side: bool, language: Language
) -> list[list[Flowable | list[Flowable] | str]]:
    """Return the two rows of column heads; spanned cells are empty."""
    look = style.COLUMN_HEAD
    upper: list[Flowable | list[Flowable] | str] = [
        para(say(key, language), look) for key in ("stt", "name", "post")
    ]
    upper += [para(say("papers", language), look), *[""] * (len(figures) - 1)]
    lower: list[Flowable | list[Flowable] | str] = ["", "", ""]
    lower += [para(say(key, language), look) for key in figures]
    for option in election.options:
        upper.append(para(option.label, look))
        if side_by_side:
            upper.append("")
            lower += [para(say("count", language), look), para(say("percent", language), look)]
        else:
            lower.append(para(say("count_and_share", language), look))
    return [upper, lower]


def _spans(
    election: Election, figures: int, side_by_side: bool
) -> list[tuple[str, tuple[int, int], tuple[int, int]]]:
    spans = [("SPAN", (column, 0), (column, 1)) for column in range(3)]
    spans.append(("SPAN", (3, 0), (2 + figures, 0)))
    if side_by_side:
        first = 3 + figures
        for level in range(len(election.options)):
            spans.append(("SPAN", (first + 2 * level, 0), (first + 2 * level + 1, 0)))
    return spans


def _widths(
    election: Election,
    group: VoterGroup,
    figures: Sequence[str],
    side_by_side: bool,
    language: Language,
) -> list[float]:
    """Return column widths in mm: heads never break inside a word.

    Names and posts share what is left so that the table becomes as low as it can.
    """
    narrow = [_column_mm(say(key, language), 9.5) for key in figures]
    share_mm = 11.5 + 1.7 * max(0, election.profile.decimals - 2)
    if side_by_side:
        count_mm = _column_mm(say("count", language), 8.5)
        levels = [count_mm, max(share_mm, _column_mm(say("percent", language), 0))]
        levels *= len(election.options)
    else:
        least_mm = _STACKED_MM if len(election.options) <= _LEVELS_STACKED_WIDE else share_mm + 1.0
        levels = [max(least_mm, _column_mm(o.label, 0)) for o in election.options]
    number_mm = 8.0
    rest = style.TEXT_WIDTH_MM - number_mm - sum(narrow) - sum(levels)
    shares = [percent / 100 for percent in range(_LEAST_NAME_PERCENT, 61, 2)]
    best = min(shares, key=lambda share: _lines_of(group, rest * share, rest * (1 - share)))
    return [number_mm, rest * best, rest * (1 - best), *narrow, *levels]


def _lines_of(group: VoterGroup, name_mm: float, post_mm: float) -> tuple[int, int]:
    """Return the lines of all rows, then of all cells, when names and posts have these widths."""

    def lines(text: str, look: ParagraphStyle, width_mm: float) -> int:
        width = (width_mm - _CELL_AIR_MM) * mm
        return len(simpleSplit(text, look.fontName, look.fontSize, width))

    cells = [
        (lines(each.name, style.CELL_BOLD, name_mm), lines(each.post, style.CELL, post_mm))
        for each in group.contests
    ]
    return sum(map(max, cells)), sum(map(sum, cells))


def _column_mm(head: str, least_mm: float) -> float:
    look = style.COLUMN_HEAD
    longest = max(stringWidth(word, look.fontName, look.fontSize) for word in head.split(" "))
    return max(least_mm, float(longest / mm) + 1.6)


def signature_flow(election: Election, language: Language) -> list[Flowable]:
    """Return the places to sign: secretary and head first, then members, then witnesses."""
    first, others = _signing_order(election.board)
    rows: list[Sequence[Person]] = [first] if first else []
    for people in (others, election.witnesses):
        rows += [
            people[at : at + _SIGNERS_ABREAST] for at in range(0, len(people), _SIGNERS_ABREAST)
        ]
    return [part for row in rows for part in (Spacer(1, 4 * mm), _signers(row, language))]


def _signing_order(board: Sequence[Person]) -> tuple[list[Person], list[Person]]:
    """Return secretary and head, left to right, and the other members in their order."""
    heads = [person for person in board if person.role.casefold().startswith(_HEAD_WORDS)]
    secretaries = [p for p in board if p.role.casefold().startswith(_SECRETARY_WORDS)]
    first = [*secretaries[:1], *heads[:1]]
    return first, [person for person in board if person not in first]


def _signers(people: Sequence[Person], language: Language) -> Table:
    cells = [
        [
            para(person.role.upper(), style.SIGNER),
            para(say("sign", language), style.SIGN_HINT),
            Spacer(1, _SIGNATURE_MM * mm),
            para(person.name, style.SIGNER),
        ]
        for person in people
    ]
    table = Table([cells], colWidths=[style.TEXT_WIDTH_MM / len(cells) * mm] * len(cells))
    table.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *_no_padding()])
    return table


def _grid(heads: int) -> list[tuple[object, ...]]:
    last = heads - 1
    return [
        ("GRID", (0, 0), (-1, -1), 0.5, black),
        ("BACKGROUND", (0, 0), (-1, last), style.HEAD_FILL),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), 2.2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2.2),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
    ]


def _no_padding() -> list[tuple[object, ...]]:
    return [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]

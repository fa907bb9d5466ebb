"""How the minutes look: page, margins, paragraph styles, footer, watermark.

Margins and type sizes follow the custom of union documents: top and bottom 20 mm, left
30 mm for binding, right 15 mm; a Times-like serif of 13 points.
"""

from __future__ import annotations

from dataclasses import dataclass

from reportlab.lib.colors import Color, HexColor, black
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from omr.fonts import FONT_NAMES

FACE, BOLD = FONT_NAMES["regular"], FONT_NAMES["bold"]
ITALIC, BOLD_ITALIC = FONT_NAMES["italic"], FONT_NAMES["bold-italic"]

TOP_MM, BOTTOM_MM, LEFT_MM, RIGHT_MM = 20.0, 22.0, 30.0, 15.0
PAGE_WIDTH_MM, PAGE_HEIGHT_MM = A4[0] / mm, A4[1] / mm
TEXT_WIDTH_MM = PAGE_WIDTH_MM - LEFT_MM - RIGHT_MM

# The red of the secrecy stamp; a black printer makes a dark grey of it.
STAMP_RED = HexColor("#B3131B")
HEAD_FILL = HexColor("#EFEFEF")
RULE_GREY = HexColor("#8A8A8A")
# Light enough to read through, dark enough to survive a copier.
WATERMARK_GREY = Color(0.86, 0.86, 0.86)

BODY_PT = 13.0
TABLE_PT = 9.5


def _style(name: str, face: str, size: float, align: int, **more: float) -> ParagraphStyle:
    leading = more.pop("leading", size * 1.22)
    return ParagraphStyle(
        name, fontName=face, fontSize=size, leading=leading, alignment=align, **more
    )


BODY = _style("body", FACE, BODY_PT, TA_JUSTIFY, spaceAfter=4)
PERSON = _style("person", FACE, BODY_PT, TA_LEFT, spaceAfter=4)
ITEM = _style("item", FACE, BODY_PT, TA_LEFT, spaceAfter=3, leftIndent=14, bulletIndent=3)
# A line that belongs to what follows it.
LEAD = _style("lead", FACE, BODY_PT, TA_JUSTIFY, spaceBefore=4, spaceAfter=3, keepWithNext=1)
REASON_LEAD = _style("reason-lead", FACE, 11.5, TA_LEFT, spaceAfter=2, keepWithNext=1)
REASON = _style("reason", FACE, 11.5, TA_LEFT, spaceAfter=1, leftIndent=14, bulletIndent=3)
SECTION = _style("section", BOLD, BODY_PT, TA_LEFT, spaceBefore=9, spaceAfter=4, keepWithNext=1)
GROUP = _style("group", BOLD, BODY_PT, TA_LEFT, spaceBefore=6, spaceAfter=3, keepWithNext=1)
NOTE = _style("note", ITALIC, 11, TA_JUSTIFY, spaceBefore=3, spaceAfter=4)
TITLE = _style("title", BOLD, 15, TA_CENTER, spaceBefore=12, spaceAfter=2)
SUBTITLE = _style("subtitle", BOLD, 13, TA_CENTER, spaceAfter=2)
DATE = _style("date", ITALIC, 13, TA_CENTER)
HEAD = _style("head", FACE, 12, TA_CENTER)
HEAD_BOLD = _style("head-bold", BOLD, 12, TA_CENTER)
SECRECY = ParagraphStyle(
    "secrecy", fontName=BOLD, fontSize=13, leading=15, alignment=TA_CENTER, textColor=STAMP_RED
)
CELL = _style("cell", FACE, TABLE_PT, TA_LEFT, leading=11.4)
CELL_BOLD = _style("cell-bold", BOLD, TABLE_PT, TA_LEFT, leading=11.4)
CELL_CENTRE = _style("cell-centre", FACE, TABLE_PT, TA_CENTER, leading=11.4)
STACKED = _style("stacked", BOLD, TABLE_PT, TA_CENTER, leading=11.4)
FIGURE = _style("figure", FACE, TABLE_PT, TA_RIGHT, leading=11.4)
COLUMN_HEAD = _style("column-head", BOLD, 8.5, TA_CENTER, leading=10)
PAPER_FIGURE = _style("paper-figure", BOLD, 12, TA_CENTER)
SIGNER = _style("signer", BOLD, 12.5, TA_CENTER)
SIGN_HINT = _style("sign-hint", ITALIC, 11, TA_CENTER)
RECIPIENT_HEAD = _style("recipient-head", BOLD_ITALIC, 12, TA_LEFT, keepWithNext=1)
RECIPIENT = _style("recipient", FACE, 11, TA_LEFT, leftIndent=8)
DRAFT = _style("draft", BOLD, 12, TA_LEFT)
DRAFT_LINE = _style("draft-line", FACE, 11.5, TA_LEFT)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What every page carries around its text.

    Attributes:
        imprint: Lines of the footer, left.
        page_word: ``Trang`` or ``Page``.
        watermark: Word across the page, or "".
        pages: Total of pages; 0 while they are being counted.
    """

    imprint: tuple[str, ...]
    page_word: str
    watermark: str
    pages: int


def dress_page(canvas: Canvas, sheet: Sheet, page: int) -> None:
    """Draw the watermark and the footer of one page, below its text."""
    canvas.saveState()
    if sheet.watermark:
        _watermark(canvas, sheet.watermark)
    canvas.setStrokeColor(RULE_GREY)
    canvas.setLineWidth(0.4)
    left, right = LEFT_MM * mm, (PAGE_WIDTH_MM - RIGHT_MM) * mm
    top = 16 * mm
    canvas.line(left, top, right, top)
    canvas.setFillColor(black)
    canvas.setFont(FACE, 7)
    for number, line in enumerate(sheet.imprint, start=1):
        canvas.drawString(left, top - 8.5 * number, line)
    canvas.setFont(FACE, 10)
    canvas.drawRightString(right, top - 11, f"{sheet.page_word} {page}/{sheet.pages}")
    canvas.restoreState()


def _watermark(canvas: Canvas, word: str) -> None:
    canvas.saveState()
    canvas.setFillColor(WATERMARK_GREY)
    canvas.setFont(BOLD, 96)
    canvas.translate(A4[0] / 2, A4[1] / 2)
    canvas.rotate(52)
    canvas.drawCentredString(0, -32, word)
    canvas.restoreState()

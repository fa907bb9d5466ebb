"""What stands above the table: official header, title, criteria, and how to mark.

Follows the layout of Vietnamese official documents: issuing body left, country and
motto right, the title centred below.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from omr.ballot import words
from omr.ballot.paper import CODE_MM, QUIET_MM, RULE_MM, SEAL_RIM_MM, PaperStyle
from omr.ballot.typeset import DoesNotFitError, Print, Style, clean, wrap, wrap_evenly
from omr.election.model import Election, VoterGroup
from omr.errors import Text

_GUTTER_MM = 4.0  # between the two header columns, and between type and the seal zone
_SHORT_RULE_SHARE = 0.4  # of the issuing body's line: the rules say one third to one half
_MAX_TITLE_LINES = 4
_BULLET = "- "
_OWN_BULLET = re.compile(r"(?:[-–—+*•]|\w{1,3}[.)]) ")  # an item may bring "a) " or "1. "


@dataclass(frozen=True, slots=True)
class Density:
    """How much air the page has; the tight one is used only where it saves a page.

    Attributes:
        gap_mm: Between the parts of a page.
        small: Whether the text above the table is set in the smaller size.
        signature_mm: Height of the signature box.
    """

    gap_mm: float
    small: bool
    signature_mm: float


COMFORTABLE = Density(gap_mm=4.0, small=False, signature_mm=32.0)
TIGHT = Density(gap_mm=1.7, small=True, signature_mm=22.0)


def set_first_head(page: Print, election: Election, group: VoterGroup, style: PaperStyle) -> float:
    """Set the official header and the title of page 1.

    Returns:
        Where they end, in mm; the seal zone, if any, ends above it too.

    Raises:
        DoesNotFitError: A line or the title is too long.
    """
    header_end = _set_header(page, election, style)
    if not election.form.seal:
        return _set_title(page, election, group, style, header_end + 4.0, style.content_width)
    beside = 2 * (style.middle - style.seal.right + SEAL_RIM_MM)
    if beside >= style.title_min_width:
        end = _set_title(page, election, group, style, header_end + 3.0, beside)
        return max(end, style.seal.bottom)
    return _set_title(
        page, election, group, style, max(header_end + 3.0, style.seal.bottom), style.content_width
    )


def _set_header(page: Print, election: Election, style: PaperStyle) -> float:
    regular, bold = Style("regular", style.type.header), Style("bold", style.type.header)
    columns = (
        (election.header.left, style.left, style.header_split, "header.left"),
        (election.header.right, style.header_split, style.right, "header.right"),
    )
    ends = []
    for lines, left, right, place in columns:
        centre, width, top = (left + right) / 2, right - left - _GUTTER_MM / 2, style.top
        face = bold if place == "header.right" else regular
        for number, line in enumerate(lines[:-1]):
            broken = wrap_evenly(line, face, width, f"{place}[{number}]")
            top = page.put_centred(broken, face, centre, top)
        for line in lines[-1:]:
            broken = wrap_evenly(line, bold, width, f"{place}[{len(lines) - 1}]")
            top = page.put_centred(broken, bold, centre, top)
            share = 1.0 if place == "header.right" else _SHORT_RULE_SHARE
            half = max((bold.width(part) for part in broken), default=0.0) * share / 2
            page.rule(centre - half, top + 0.7, centre + half, top + 0.7, RULE_MM)
            top += 1.0
        ends.append(top)
    return max(ends)


def _set_title(
    page: Print,
    election: Election,
    group: VoterGroup,
    style: PaperStyle,
    top: float,
    width: float,
) -> float:
    form, number = election.form, election.groups.index(group)
    below = form.subtitle or group.name
    dated = words.dated(clean(election.dated_at), election.written_date)
    for text, face, field in (
        (form.title, Style("bold", style.type.title), "ballot.title"),
        (
            below,
            Style("bold", style.type.subtitle),
            "ballot.subtitle" if form.subtitle else f"groups[{number}].name",
        ),
        (dated, Style("italic", style.type.date), "locality" if election.locality else "place"),
    ):
        broken = wrap_evenly(text, face, width, field)
        if len(broken) > _MAX_TITLE_LINES:
            raise DoesNotFitError(
                field,
                Text(
                    f"chiếm {len(broken)} dòng, trên phiếu chỉ có chỗ cho {_MAX_TITLE_LINES} dòng",
                    f"it takes {len(broken)} lines; the ballot has room for {_MAX_TITLE_LINES}",
                ),
                Text("viết ngắn lại", "shorten it"),
            )
        top = page.put_centred(broken, face, style.middle, top)
    return top


def next_top(style: PaperStyle) -> float:
    """Return where the table of a later page begins."""
    return style.top + 1.5


def set_next_head(page: Print, election: Election, style: PaperStyle) -> None:
    """Set the short head of a later page, left of its code and serial.

    Raises:
        DoesNotFitError: The title is too long for it.
    """
    language = election.form.language
    bold, italic = Style("bold", style.type.subtitle), Style("italic", style.type.body)
    serial_width = Style("bold", style.type.serial).width("WWWW-WWWW")
    right = style.codes[0].x - QUIET_MM - serial_width - 2 * _GUTTER_MM
    broken = wrap(election.form.title, bold, right - style.left, "ballot.title")
    height = len(broken) * bold.line_mm + italic.line_mm
    if height > CODE_MM:
        raise DoesNotFitError(
            "ballot.title",
            Text("quá dài để nhắc lại ở các trang sau", "too long to repeat on the later pages"),
            Text("viết ngắn lại", "shorten it"),
        )
    top = page.put_lines(broken, bold, style.left, style.codes[0].bottom - height)
    page.put(words.CONTINUED.say(language), italic, style.left, top)


def set_body(
    page: Print,
    election: Election,
    group: VoterGroup,
    style: PaperStyle,
    top: float,
    density: Density,
) -> float:
    """Set voters, criteria (if on the front) and instructions; return where the table may begin.

    Raises:
        DoesNotFitError: A word is wider than the page.
    """
    form, language = election.form, election.form.language
    size = style.type.small_body if density.small else style.type.body
    regular, bold, italic = (Style(face, size) for face in ("regular", "bold", "italic"))
    top += density.gap_mm
    if group.voters:
        voters = f"{words.VOTERS.say(language)}: {clean(group.voters)}"
        field = f"groups[{election.groups.index(group)}].voters"
        broken = wrap_evenly(voters, italic, style.content_width, field)
        top = page.put_centred(broken, italic, style.middle, top) + density.gap_mm / 2
    if form.criteria and form.criteria_on == "front":
        small = Style("regular", style.type.small_body)
        top = page.put_lines([words.CRITERIA.say(language) + ":"], bold, style.left, top)
        top = _set_items(page, form.criteria, small, style, top, "ballot.criteria")
        top += density.gap_mm / 2
    lines = form.instructions or words.standard_instructions(language)
    top = page.put_lines([words.INSTRUCTIONS.say(language) + ":"], bold, style.left, top)
    return _set_items(page, lines, regular, style, top, "ballot.instructions") + density.gap_mm


def set_criteria_page(page: Print, election: Election, style: PaperStyle) -> None:
    """Set the criteria on a page of their own.

    Raises:
        DoesNotFitError: They are longer than the page.
    """
    heading = Style("bold", style.type.subtitle)
    text = Style("regular", style.type.body)
    label = words.CRITERIA.say(election.form.language).upper()
    top = page.put_centred([label], heading, style.middle, style.top + 4.0) + 4.0
    end = _set_items(page, election.form.criteria, text, style, top, "ballot.criteria", gap=1.6)
    if end > style.bottom:
        raise DoesNotFitError(
            "ballot.criteria",
            Text(
                f"dài hơn một trang {end - style.bottom:.0f} mm",
                f"longer than one page by {end - style.bottom:.0f} mm",
            ),
            Text("rút ngắn hoặc dùng khổ giấy A4", "shorten them or use A4 paper"),
        )


def _set_items(
    page: Print,
    items: tuple[str, ...],
    face: Style,
    style: PaperStyle,
    top: float,
    field: str,
    gap: float = 0.0,
) -> float:
    for index, item in enumerate(items):
        where = f"{field}[{index}]"
        own = _OWN_BULLET.match(clean(item))
        bullet = own.group() if own else _BULLET
        text = clean(item)[len(bullet) :] if own else clean(item)
        indent = face.width(bullet)
        broken = wrap(text, face, style.content_width - indent, where)
        page.put(bullet.strip(), face, style.left, top)
        top = page.put_lines(broken, face, style.left + indent, top) + gap
    return top

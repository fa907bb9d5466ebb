"""What stands above the table: official header, title, criteria, and how to mark.

Follows the layout of Vietnamese official documents: issuing body left, country and
motto right, the title centred below.
"""

from __future__ import annotations

from dataclasses import dataclass

from omr.ballot import words
from omr.ballot.paper import CODE_MM, QUIET_MM, RULE_MM, PaperStyle
from omr.ballot.typeset import DoesNotFitError, Print, Style, clean, wrap, wrap_evenly
from omr.election.model import Election, VoterGroup

_GUTTER_MM = 4.0  # between the two header columns, and between type and the seal zone
_SHORT_RULE_SHARE = 0.4  # of the issuing body's line: the rules say one third to one half
_MAX_TITLE_LINES = 4
_BULLET = "- "


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
TIGHT = Density(gap_mm=2.2, small=True, signature_mm=24.0)


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
    middle = style.width / 2
    beside = 2 * (middle - style.seal.right - _GUTTER_MM)
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
        for line in lines[:-1]:
            broken = wrap_evenly(line, face, width, place)
            top = page.put_centred(broken, face, centre, top)
        for line in lines[-1:]:
            broken = wrap_evenly(line, bold, width, place)
            top = page.put_centred(broken, bold, centre, top)
            share = 1.0 if place == "header.right" else _SHORT_RULE_SHARE
            half = max((bold.width(part) for part in broken), default=0.0) * share / 2
            page.rule(centre - half, top + 0.7, centre + half, top + 0.7, RULE_MM)
            top += 1.0
        ends.append(top)
    dated = words.place_and_date(
        clean(election.place), clean(election.date), election.form.language
    )
    if dated:
        italic = Style("italic", style.type.date)
        width = style.right - style.header_split
        broken = wrap_evenly(dated, italic, width, "place")
        middle = (style.header_split + style.right) / 2
        ends.append(page.put_centred(broken, italic, middle, ends[1] + 1.2))
    return max(ends)


def _set_title(
    page: Print,
    election: Election,
    group: VoterGroup,
    style: PaperStyle,
    top: float,
    width: float,
) -> float:
    title, subtitle = Style("bold", style.type.title), Style("bold", style.type.subtitle)
    below = election.form.subtitle or group.name
    for text, face, place in (
        (election.form.title, title, "form.title"),
        (below, subtitle, "form.subtitle" if election.form.subtitle else f"groups.{group.id}.name"),
    ):
        broken = wrap_evenly(text, face, width, place)
        if len(broken) > _MAX_TITLE_LINES:
            raise DoesNotFitError(
                place,
                f"quá dài, chiếm {len(broken)} dòng (nhiều nhất {_MAX_TITLE_LINES} dòng); "
                "hãy viết ngắn lại.",
                f"too long: it takes {len(broken)} lines, at most {_MAX_TITLE_LINES} fit; "
                "shorten it.",
            )
        top = page.put_centred(broken, face, style.width / 2, top)
    return top


def set_next_head(page: Print, election: Election, style: PaperStyle) -> float:
    """Set the short head of a later page, left of its code; return where it ends.

    Raises:
        DoesNotFitError: The title is too long for it.
    """
    language = election.form.language
    bold, italic = Style("bold", style.type.subtitle), Style("italic", style.type.body)
    serial_width = Style("bold", style.type.serial).width("0000-0000")
    right = style.codes[0].x - QUIET_MM - serial_width - 2 * _GUTTER_MM
    broken = wrap(election.form.title, bold, right - style.left, "form.title")
    height = len(broken) * bold.line_mm + italic.line_mm
    if height > CODE_MM:
        raise DoesNotFitError(
            "form.title",
            "quá dài để nhắc lại ở các trang sau; hãy viết ngắn lại.",
            "too long to be repeated on the later pages; shorten it.",
        )
    top = page.put_lines(broken, bold, style.left, style.codes[0].bottom - height)
    page.put(words.CONTINUED.say(language), italic, style.left, top)
    return style.top + 1.5


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
        place = f"groups.{group.id}.voters"
        broken = wrap_evenly(voters, italic, style.content_width, place)
        top = page.put_centred(broken, italic, style.width / 2, top) + density.gap_mm / 2
    if form.criteria and form.criteria_on == "front":
        small = Style("regular", style.type.small_body)
        top = page.put_lines([words.CRITERIA.say(language) + ":"], bold, style.left, top)
        top = _set_items(page, form.criteria, small, style, top, "form.criteria")
        top += density.gap_mm / 2
    lines = form.instructions or words.standard_instructions(language)
    top = page.put_lines([words.INSTRUCTIONS.say(language) + ":"], bold, style.left, top)
    return _set_items(page, lines, regular, style, top, "form.instructions") + density.gap_mm


def set_criteria_page(page: Print, election: Election, style: PaperStyle) -> None:
    """Set the criteria on a page of their own.

    Raises:
        DoesNotFitError: They are longer than the page.
    """
    heading = Style("bold", style.type.subtitle)
    text = Style("regular", style.type.body)
    label = words.CRITERIA.say(election.form.language).upper()
    top = page.put_centred([label], heading, style.width / 2, style.top + 4.0) + 4.0
    end = _set_items(page, election.form.criteria, text, style, top, "form.criteria", gap=1.6)
    if end > style.bottom:
        raise DoesNotFitError(
            "form.criteria",
            f"dài hơn một trang {end - style.bottom:.0f} mm; hãy rút ngắn.",
            f"longer than one page by {end - style.bottom:.0f} mm; shorten them.",
        )


def _set_items(
    page: Print,
    items: tuple[str, ...],
    face: Style,
    style: PaperStyle,
    top: float,
    place: str,
    gap: float = 0.0,
) -> float:
    indent = face.width(_BULLET)
    for index, item in enumerate(items):
        where = f"{place}[{index}]"
        text = clean(item).removeprefix(_BULLET)
        broken = wrap(text, face, style.content_width - indent, where)
        page.put(_BULLET.strip(), face, style.left, top)
        top = page.put_lines(broken, face, style.left + indent, top) + gap
    return top

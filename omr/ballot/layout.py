"""From an election to the pages of its ballots, in millimetres.

``ballot_layout`` tells the story: break the texts, find how many pages the officials
need, give the rows what room is left, and set each page. The same layout is drawn by
``draw`` and read by ``scan``; its fingerprint stands in every code.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from omr.ballot import words
from omr.ballot.heading import (
    COMFORTABLE,
    TIGHT,
    Density,
    next_top,
    set_body,
    set_criteria_page,
    set_first_head,
    set_next_head,
)
from omr.ballot.model import BallotLayout, PageLayout, Zone
from omr.ballot.paper import (
    FIDUCIAL_WHITE_MM,
    MAX_ROW_MM,
    OUTLINE_MM,
    QUIET_MM,
    RULE_MM,
    PaperStyle,
    paper_style,
)
from omr.ballot.table import (
    Columns,
    Heading,
    RowText,
    TablePart,
    columns,
    measure_heading,
    measure_row,
    set_table,
)
from omr.ballot.typeset import DoesNotFitError, Print, Style
from omr.election.model import Election, VoterGroup
from omr.errors import Text
from omr.geometry import Rect

LAYOUT_VERSION = 1  # part of the fingerprint: raise it when drawing changes what a page looks like
_MAX_PAGES = 40
_STRETCH_STEP_MM = 0.5


def ballot_layouts(election: Election) -> dict[str, BallotLayout]:
    """Return the layout of every voter group, by group id, in order.

    Raises:
        DoesNotFitError: Something is too long for the ballot; the message names the field.
        InputError: No usable font is installed.
    """
    return {group.id: ballot_layout(election, group) for group in election.groups}


def ballot_layout(election: Election, group: VoterGroup) -> BallotLayout:
    """Lay out the ballot of one voter group. The same input always gives the same layout.

    Raises:
        DoesNotFitError: Something is too long for the ballot; the message names the field.
        InputError: No usable font is installed.
    """
    plan = _plan(election, group)
    pages = tuple(plan.layouts())
    form = election.form
    return BallotLayout(
        group=group.id,
        pages=pages,
        fingerprint=layout_fingerprint(pages),
        two_sided=form.duplex or (bool(form.criteria) and form.criteria_on == "back"),
    )


def _plan(election: Election, group: VoterGroup) -> _Plan:
    """Return the comfortable plan, or the tight one where it saves a page or alone fits."""
    tight = _Plan(election, group, TIGHT)
    try:
        comfortable = _Plan(election, group, COMFORTABLE)
    except DoesNotFitError:
        return tight
    return comfortable if len(comfortable.pages) <= len(tight.pages) else tight


class _Plan:
    """One way to spread a group's officials over pages, at a given density."""

    def __init__(self, election: Election, group: VoterGroup, density: Density) -> None:
        self.election, self.group, self.density = election, group, density
        self.style: PaperStyle = paper_style(election.form.paper)
        self.columns: Columns = columns(election, self.style)
        self.heading: Heading = measure_heading(election, self.style, self.columns)
        self.rows = [
            measure_row(number, election, group, self.style, self.columns)
            for number in range(1, len(group.contests) + 1)
        ]
        self.first_top = self._first_page(Print())
        self.later_top = next_top(self.style)
        self.pages = self._paginate(0.0)
        self.stretch = self._widest_stretch()
        self.pages = self._paginate(self.stretch)

    def _first_page(self, page: Print) -> float:
        top = set_first_head(page, self.election, self.group, self.style)
        return set_body(page, self.election, self.group, self.style, top, self.density)

    def _height(self, row: RowText, stretch: float) -> float:
        return round(max(row.height, min(row.height + stretch, MAX_ROW_MM)), 2)

    @property
    def _last_limit(self) -> float:
        """Where the table of the last page must end."""
        if not self.election.form.signature:
            return self.style.bottom
        signature = self.density.signature_mm + self.density.gap_mm
        return min(self.style.bottom, self.style.signature_bottom - signature)

    def _paginate(self, stretch: float) -> list[list[RowText]]:
        """Fill page after page; the last keeps room for the signature and has a row at least."""
        pages: list[list[RowText]] = []
        left = list(self.rows)
        while True:
            top = (self.later_top if pages else self.first_top) + self.heading.height
            heights = [self._height(row, stretch) for row in left]
            if top + sum(heights) <= self._last_limit:
                return [*pages, left]
            taken, y = 0, top
            while taken < len(left) - 1 and y + heights[taken] <= self.style.bottom:
                y += heights[taken]
                taken += 1
            if taken == 0 or len(pages) == _MAX_PAGES:
                raise self._no_room(bool(pages))
            pages.append(left[:taken])
            left = left[taken:]

    def _no_room(self, later: bool) -> DoesNotFitError:
        if later:
            return DoesNotFitError(
                f"groups[{self.election.groups.index(self.group)}].officials",
                Text("danh sách quá dài, phiếu không in hết", "the list is too long for a ballot"),
                Text("rút ngắn danh sách hoặc dùng khổ giấy A4", "shorten it or use A4 paper"),
            )
        return DoesNotFitError(
            "ballot",
            Text(
                "tiêu đề, tiêu chí và cách ghi phiếu chiếm hết trang 1, không còn chỗ cho danh "
                "sách",
                "titles, criteria and instructions fill page 1 and leave no room for the list",
            ),
            Text(
                "rút ngắn, in tiêu chí ở mặt sau (criteria_on: back) hoặc dùng khổ giấy A4",
                "shorten them, print the criteria on the back (criteria_on: back), or use A4 paper",
            ),
        )

    def _widest_stretch(self) -> float:
        """Return how much higher every row can be without needing another page."""
        stretch = 0.0
        while stretch < MAX_ROW_MM - self.style.least_row:
            wider = stretch + _STRETCH_STEP_MM
            if len(self._paginate(wider)) > len(self.pages):
                break
            stretch = wider
        return stretch

    def layouts(self) -> Iterable[PageLayout]:
        """Set every page."""
        form = self.election.form
        criteria = bool(form.criteria) and form.criteria_on == "back"
        count = len(self.pages) + (1 if criteria else 0)
        for number, rows in enumerate(self.pages, start=1):
            page, zones = Print(), []
            if number == 1:
                top = self._first_page(page)
                zones += [Zone("seal", self.style.seal)] if form.seal else []
            else:
                set_next_head(page, self.election, self.style)
                top = self.later_top
            sized = [(row, self._height(row, self.stretch)) for row in rows]
            part, end = set_table(
                page, self.election, self.style, self.columns, self.heading, sized, top
            )
            if form.signature and number == len(self.pages):
                zones.append(self._set_signature(page, end))
            yield self._freeze(page, part, zones, number, count)
        if criteria:
            page = Print()
            set_criteria_page(page, self.election, self.style)
            yield self._freeze(page, TablePart(), [], count, count)

    def _set_signature(self, page: Print, table_end: float) -> Zone:
        style, language = self.style, self.election.form.language
        height = self.density.signature_mm
        lowest = style.signature_bottom - height
        top = round(min(table_end + 2 * self.density.gap_mm, lowest), 2)
        zone = Rect(style.right - style.signature_width, top, style.signature_width, height)
        bold, italic = Style("bold", style.type.heading), Style("italic", style.type.foot)
        centre = zone.centre.x
        y = page.put_centred([words.SIGNATURE.say(language)], bold, centre, top + 1.0)
        page.put_centred([words.SIGNATURE_OPTIONAL.say(language)], italic, centre, y)
        for x1, y1, x2, y2 in (
            (zone.x, zone.y, zone.right, zone.y),
            (zone.right, zone.y, zone.right, zone.bottom),
            (zone.x, zone.bottom, zone.right, zone.bottom),
            (zone.x, zone.y, zone.x, zone.bottom),
        ):
            page.rule(x1, y1, x2, y2, RULE_MM)
        return Zone("signature", zone)

    def _freeze(
        self, page: Print, part: TablePart, zones: list[Zone], number: int, count: int
    ) -> PageLayout:
        style, language = self.style, self.election.form.language
        foot = Style("regular", style.type.foot)
        numbered = words.page_number(number, count, language)
        page.put_centred([numbered], foot, style.middle, style.foot_baseline - foot.rise_mm)
        serials = serial_places(style)
        label = Style("italic", style.type.serial - 2)
        said = words.SERIAL.say(language)
        for place, left in zip(serials, (False, True), strict=True):
            x = place.x if left else place.right - label.width(said)
            page.put(said, label, x, place.y - label.line_mm)
        zones += [Zone("code", code.grown(QUIET_MM)) for code in style.codes]
        zones += [Zone("serial", place) for place in serials]
        white = FIDUCIAL_WHITE_MM
        zones += [Zone("registration", mark.rect.grown(white)) for mark in style.fiducials]
        return PageLayout(
            group=self.group.id,
            page=number,
            pages=count,
            width=style.width,
            height=style.height,
            boxes=tuple(part.boxes),
            names=tuple(part.names),
            rows=tuple(part.rows),
            zones=tuple(zones),
            fiducials=style.fiducials,
            codes=style.codes,
            serials=serials,
            texts=tuple(page.texts),
            lines=tuple(page.lines),
            outline_mm=OUTLINE_MM,
            serial_pt=style.type.serial,
        )


def serial_places(style: PaperStyle) -> tuple[Rect, Rect]:
    """Return where the serial stands in print: left of the upper code, right of the lower.

    Each is as wide as the widest serial; the upper one is set flush right, the lower flush left.
    """
    face = Style("bold", style.type.serial)
    width, height = round(face.width("WWWW-WWWW") + 0.5, 2), round(face.line_mm, 2)
    upper, lower = style.codes
    foot = round(style.foot_baseline - face.rise_mm, 2)
    gap = QUIET_MM + 1.2
    return (
        Rect(round(upper.x - gap - width, 2), round(upper.y + 4.5, 2), width, height),
        Rect(round(lower.right + gap, 2), foot, width, height),
    )


def layout_fingerprint(pages: tuple[PageLayout, ...]) -> str:
    """Return the SHA-256 of all geometry and texts, in hexadecimal."""
    content = {"version": LAYOUT_VERSION, "pages": [asdict(page) for page in pages]}
    canonical = json.dumps(
        content, ensure_ascii=True, sort_keys=True, separators=(",", ":"), default=str
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def layout_json(layouts: Mapping[str, BallotLayout]) -> dict[str, Any]:
    """Return layouts in the documented shape of ``omr layout``.

    Args:
        layouts: By group id, in order.
    """
    return {
        "unit": "mm",
        "origin": "top-left",
        "groups": [
            {
                "group": group,
                "fingerprint": layout.fingerprint,
                "two_sided": layout.two_sided,
                "pages": [_page_json(page) for page in layout.pages],
            }
            for group, layout in layouts.items()
        ],
    }


def _page_json(page: PageLayout) -> dict[str, Any]:
    return {
        "page": page.page,
        "width": page.width,
        "height": page.height,
        "outline": page.outline_mm,
        "boxes": [
            {"contest": box.contest, "option": box.option, **_rect_json(box.rect)}
            for box in page.boxes
        ],
        "names": [{"contest": name.contest, **_rect_json(name.rect)} for name in page.names],
        "rows": [{"contest": row.contest, **_rect_json(row.rect)} for row in page.rows],
        "zones": [
            {"kind": zone.kind, **_rect_json(zone.rect)}
            for zone in page.zones
            if zone.kind != "serial"
        ],
        "fiducials": [{"id": mark.id, **_rect_json(mark.rect)} for mark in page.fiducials],
        "codes": [_rect_json(code) for code in page.codes],
        "serials": [_rect_json(serial) for serial in page.serials],
    }


def _rect_json(rect: Rect) -> dict[str, float]:
    x, y, w, h = rect.rounded()
    return {"x": x, "y": y, "w": w, "h": h}

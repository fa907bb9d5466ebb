"""The printed page in millimetres: the one source of truth for drawing and for reading.

``ballot.layout`` makes these values from an election; ``ballot.draw`` prints them and
``scan`` looks for them. Nothing here knows about PDF or images.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from omr.fonts import FontFace
from omr.geometry import Rect

ZoneKind = Literal["seal", "signature", "code", "serial", "registration"]


@dataclass(frozen=True, slots=True)
class Box:
    """A printed square to mark; ``rect`` is the inside edge of its outline."""

    contest: str
    option: str
    rect: Rect


@dataclass(frozen=True, slots=True)
class NameArea:
    """The cells that print one official's name and post (ink here strikes the name)."""

    contest: str
    rect: Rect


@dataclass(frozen=True, slots=True)
class Row:
    """The whole table row of one official, edge to edge."""

    contest: str
    rect: Rect


@dataclass(frozen=True, slots=True)
class Zone:
    """An area with a purpose: free ink (seal, signature) or machine print (the others)."""

    kind: ZoneKind
    rect: Rect


@dataclass(frozen=True, slots=True)
class Fiducial:
    """A registration mark: an ArUco marker of the 4x4_50 dictionary.

    Attributes:
        id: Its marker id, which also tells its place on the page.
        rect: Outer edge of its black border.
    """

    id: int
    rect: Rect


@dataclass(frozen=True, slots=True)
class TextRun:
    """One line of text: baseline start in mm, size in points."""

    x: float
    baseline: float
    text: str
    face: FontFace
    size_pt: float


@dataclass(frozen=True, slots=True)
class Line:
    """A straight printed rule, in mm."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float


@dataclass(frozen=True, slots=True)
class PageLayout:
    """Everything printed on one page of one ballot style.

    Attributes:
        boxes: Every box of the page, row by row, left to right.
        outline_mm: Line width of the box outline, drawn wholly outside ``Box.rect``.
        codes: Outer edges of the two QR symbols (without quiet zone), in opposite corners.
        serials: Where the serial is printed in readable text, one Rect per place.
        texts, lines: The fixed print.
        serial_pt: Type size of the serial.
    """

    group: str
    page: int
    pages: int
    width: float
    height: float
    boxes: tuple[Box, ...]
    names: tuple[NameArea, ...]
    rows: tuple[Row, ...]
    zones: tuple[Zone, ...]
    fiducials: tuple[Fiducial, ...]
    codes: tuple[Rect, ...]
    serials: tuple[Rect, ...]
    texts: tuple[TextRun, ...]
    lines: tuple[Line, ...]
    outline_mm: float
    serial_pt: float = 11.0


@dataclass(frozen=True, slots=True)
class BallotLayout:
    """All pages of one ballot style, and the fingerprint that its codes carry.

    Attributes:
        fingerprint: SHA-256 of all geometry and texts, 64 hexadecimal digits.
        two_sided: Whether it is printed on both sides, so that every ballot must begin on
            a new sheet.
    """

    group: str
    pages: tuple[PageLayout, ...]
    fingerprint: str
    two_sided: bool = False

    @property
    def boxless_pages(self) -> tuple[int, ...]:
        """Numbers of the pages that carry no box, such as a back with the criteria alone."""
        return tuple(page.page for page in self.pages if not page.boxes)


@dataclass(frozen=True, slots=True)
class CodeText:
    """What one QR code says, once verified.

    Attributes:
        election: Election fingerprint, 5 characters.
        layout: Layout fingerprint, 5 characters.
        group: Index of the voter group in the definition.
        page: Page number from 1.
        serial: Eight characters, the last a check character, without dash.
    """

    election: str
    layout: str
    group: int
    page: int
    serial: str

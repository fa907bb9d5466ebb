"""What the scanner measured on one page, as plain values that can be kept and shown.

These are measurements and findings, never verdicts: ``tally`` judges them under the
rule profile, and people decide what is doubtful. Rectangles are page millimetres.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from omr.geometry import Rect

MarkState = Literal["marked", "empty", "uncertain"]

PageStatus = Literal[
    "read",  # identified and measured
    "blank",  # nothing on it: an empty back
    "no-code",  # something is printed, but no ballot code can be read
    "foreign",  # the code is not of this vote, or not of omr at all
    "bad-signature",  # it claims to be of this vote, but the signature is wrong
    "wrong-layout",  # of this vote, but printed from another state of the definition
    "code-conflict",  # the two codes of the page do not agree
    "unreadable",  # the page of the file cannot be opened or decoded
]

# Detail of a page without a code that is an empty back on which somebody wrote.
NOTE_ON_BACK = "note on an empty side"

FindingCode = Literal[
    "annotation",  # ink that nobody printed, outside boxes and free zones
    "name-struck",  # ink over a printed name
    "damaged",  # part of the page is missing, clipped or cannot be compared
    "registration",  # the page or a row could not be brought into place well enough
    "quality",  # the scan is too poor to trust
]


GradeCode = Literal[
    "dark",  # paper came out grey, or print thick; amount: brightness of the paper, %
    "light",  # thin print is lost; amount: what is left of it, %
    "contrast",  # solid print came out pale; amount: its darkness, %
    "coarse",  # too low a resolution; amount: dots per inch on the print
    "blurred",  # edges are soft; amount: their width, mm
    "streak",  # a dark line along the feed; amount: mm from ``edge`` of the picture
    "white-streak",  # a line along the feed in which print is gone; amount: as above
    "clipped",  # part of the sheet lies beyond the picture; amount: mm lost at ``edge``
    "skewed",  # the sheet went in askew; amount: degrees
    "stretched",  # the feed slipped; amount: longer (above 0) or shorter, %
    "double-feed",  # two sheets in one picture; amount: mm beyond the sheet's length, 0 unknown
]

Edge = Literal["", "left", "right", "top", "bottom"]

SealState = Literal[
    "stamped",  # a seal in its zone
    "bare",  # a ring that holds nothing: no die of an office, but a cup's or a compass's
    "unclear",  # ink or red that may be a seal
    "absent",  # nothing
]


@dataclass(frozen=True, slots=True)
class Grade:
    """A shortcoming of the scan: worth telling once, with its remedy, and no more.

    It never sends a paper to people. Where a scan is so poor that a mark may be misread, a
    ``Finding`` says so beside it.

    Attributes:
        amount: How much, in the unit of the code.
        edge: For ``clipped`` an edge of the sheet held upright; for streaks the edge of the
            picture as scanned from which the place counts; else "".
    """

    code: GradeCode
    amount: float
    edge: Edge = ""


@dataclass(frozen=True, slots=True)
class MarkReading:
    """One box as measured.

    Attributes:
        state: What the thresholds of the settings make of the measures.
        score: Ink inside the box, as a share of its area, 0 to 1.
        expected: Where the layout has the box.
        found: Where the printed square was found, in the page millimetres that the page's
            homography takes to the image: it leads to the square itself, bends and all.
        note: Why the state is uncertain, or what shape was seen; "" if plain.
        match: Share of the printed square that is there, 0 to 1.
    """

    contest: str
    option: str
    state: MarkState
    score: float
    expected: Rect
    found: Rect
    note: str = ""
    match: float = 1.0


@dataclass(frozen=True, slots=True)
class Finding:
    """Something on the page that a person may have to look at.

    Attributes:
        contest: The official whom it concerns, or None for the whole paper.
        rect: Where it is, or None where it has no place.
        size_mm: Its extent (diagonal of its bounding box).
        detail: A short English key such as ``"strike"`` or ``"faded print"``.
    """

    code: FindingCode
    contest: str | None
    rect: Rect | None
    size_mm: float = 0.0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PageSource:
    """Where a page image came from.

    Attributes:
        file: File name as given (no folder).
        file_sha256: Hash of the whole file.
        page: Page number in the file, from 1.
        sha256: Hash of the kept image bytes of this page.
    """

    file: str
    file_sha256: str
    page: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Registration:
    """How the page was brought into place.

    Attributes:
        homography: Row-major 3 x 3, page millimetres to pixels of the kept image.
        residual_mm: Root mean square of what the homography leaves at the marks.
        fiducials: How many registration marks were found.
        scale: Printed size against the layout, 1.0 = true to size, where dpi is known.
        skew_deg: Rotation of the print against the image, after whole quarter turns.
        quarter_turns: 0 to 3, clockwise turns needed to bring the page upright.
        bend_mm: Farthest that a box lies from where the homography has it: stretch, folds, lens.
        box_residual_mm: Farthest that a box was found from its place once bends were undone.
        print_share: Share of the pieces of print that were recognised, 0 to 1.
        folds: Folds across which the print jumps.
    """

    homography: tuple[float, ...]
    residual_mm: float
    fiducials: int
    scale: float
    skew_deg: float
    quarter_turns: int
    bend_mm: float = 0.0
    box_residual_mm: float = 0.0
    print_share: float = 1.0
    folds: int = 0


@dataclass(frozen=True, slots=True)
class PageReading:
    """Everything that was measured on one page.

    Attributes:
        serial, group, page: Whose page it is, once identified; group is the id.
        detail: For a page that was not read: a short English key of the reason.
        grades: What is wrong with the scan as such; they ask nobody.
        seal: What is seen of the seal; None on a page without its zone, or that was not read.
        settings: Hash of the reader's settings.
        version: Version of the reader.
    """

    source: PageSource
    status: PageStatus
    serial: str | None = None
    group: str | None = None
    page: int | None = None
    marks: tuple[MarkReading, ...] = ()
    findings: tuple[Finding, ...] = ()
    registration: Registration | None = None
    detail: str = ""
    settings: str = ""
    version: str = ""
    grades: tuple[Grade, ...] = ()
    seal: SealState | None = None

"""The measures of a ballot page on A4 and A5, each with its reason.

Everything that layout must keep so that a scan can be read stands here. Lengths are
millimetres from the top-left corner, type sizes are points.
"""

from __future__ import annotations

from dataclasses import dataclass

from omr.ballot.codes import QR_MODULES, QUIET_MODULES
from omr.ballot.model import Fiducial
from omr.election.model import Paper
from omr.geometry import Rect

# 0.58 mm is 3.4 pixels at 150 dpi, enough for both code readers after a fax-like scan.
MODULE_MM = 0.58
CODE_MM = round(QR_MODULES * MODULE_MM, 2)
QUIET_MM = round(QUIET_MODULES * MODULE_MM, 2)

FIDUCIAL_WHITE_MM = 1.5  # a marker is found by its dark border on white
OUTLINE_MM = 0.35  # survives a light toner and a 1-bit scan
RULE_MM = 0.3
BOX_WHITE_MM = 2.0  # least white between a box outline and any rule or letter
SEAL_CLEAR_MM = 4.0  # a stamp is set by hand: keep names, boxes and marks away from it
# A stamp of 38 mm leaves this much of its zone free: the title may reach into it.
SEAL_RIM_MM = 3.5
MAX_ROW_MM = 20.0


@dataclass(frozen=True, slots=True)
class Type:
    """Type sizes of one paper size, in points."""

    header: float
    date: float
    title: float
    subtitle: float
    body: float
    small_body: float
    heading: float
    column: float
    name: float
    post: float
    foot: float
    serial: float


@dataclass(frozen=True, slots=True)
class PaperStyle:
    """The frame of a page.

    Attributes:
        left, right: Edges of all content (document margins).
        header_split: Where the left and right header columns part.
        fiducial, fiducial_inset: Size of a registration mark, and its distance to the paper edges.
        code_inset: Distance of the codes to the nearer side edge.
        box: Inside edge of a mark box.
        option_widths: Column width per level, by how many levels there are.
        name_share: Share of the name column in what the levels leave.
        seal: The zone kept for the hanging seal.
        signature_width: Width of the signature box.
        title_min_width: Least width beside the seal for the title; else it goes below.
        pad: White at the left and right of a text cell.
    """

    width: float
    height: float
    left: float
    right: float
    header_split: float
    fiducial: float
    fiducial_inset: float
    code_inset: float
    box: float
    option_widths: dict[int, float]
    number_width: float
    name_share: float
    seal: Rect
    signature_width: float
    title_min_width: float
    pad: float
    type: Type

    @property
    def content_width(self) -> float:
        """Width between the document margins."""
        return self.right - self.left

    @property
    def middle(self) -> float:
        """The axis of all that is centred on the page."""
        return (self.left + self.right) / 2

    @property
    def least_row(self) -> float:
        """Least row height that keeps the white around a box."""
        return self.box + 2 * (OUTLINE_MM + BOX_WHITE_MM) + RULE_MM

    @property
    def codes(self) -> tuple[Rect, Rect]:
        """The two symbols: top right and bottom left, so one tear cannot take both."""
        inset = self.fiducial_inset
        return (
            Rect(round(self.width - self.code_inset - CODE_MM, 2), inset, CODE_MM, CODE_MM),
            Rect(self.code_inset, round(self.height - inset - CODE_MM, 2), CODE_MM, CODE_MM),
        )

    @property
    def top(self) -> float:
        """Where content may begin, below the quiet zone of the upper code."""
        return round(self.codes[0].bottom + QUIET_MM + 0.3, 2)

    @property
    def bottom(self) -> float:
        """Where a table must end, above the quiet zone of the lower code."""
        return round(self.codes[1].y - QUIET_MM - 0.7, 2)

    @property
    def foot_baseline(self) -> float:
        """Baseline of page number and lower serial."""
        return round(self.height - self.fiducial_inset - 1.6, 2)

    @property
    def signature_bottom(self) -> float:
        """Lowest edge of the signature box, in line with the lower markers."""
        return round(self.height - self.fiducial_inset - 2.0, 2)

    @property
    def fiducials(self) -> tuple[Fiducial, ...]:
        """Markers 0 to 5: clockwise from top left, then the middles of left and right edge."""
        size, near = self.fiducial, self.fiducial_inset
        far_x, far_y = self.width - near - size, self.height - near - size
        middle = round((self.height - size) / 2, 2)
        places = ((near, near), (far_x, near), (far_x, far_y), (near, far_y))
        sides = ((near, middle), (far_x, middle))
        return tuple(
            Fiducial(number, Rect(round(x, 2), round(y, 2), size, size))
            for number, (x, y) in enumerate((*places, *sides))
        )


A4 = PaperStyle(
    width=210.0,
    height=297.0,
    left=20.0,
    right=192.0,
    header_split=100.0,
    fiducial=6.5,
    fiducial_inset=8.0,
    code_inset=18.0,
    box=9.0,
    option_widths={1: 28.0, 2: 28.0, 3: 24.0, 4: 21.0, 5: 19.7, 6: 17.5},
    number_width=11.0,
    name_share=0.54,
    seal=Rect(20.0, 18.6, 45.0, 45.0),
    signature_width=66.0,
    title_min_width=70.0,
    pad=2.0,
    type=Type(
        header=12.0,
        date=12.5,
        title=16.0,
        subtitle=13.0,
        body=12.0,
        small_body=11.0,
        heading=12.0,
        column=11.5,
        name=13.0,
        post=12.0,
        foot=11.0,
        serial=11.0,
    ),
)
A5 = PaperStyle(
    width=148.0,
    height=210.0,
    left=15.0,
    right=133.0,
    header_split=65.0,
    fiducial=5.5,
    fiducial_inset=6.5,
    code_inset=15.0,
    box=7.5,
    option_widths={1: 22.0, 2: 22.0, 3: 18.5, 4: 15.5, 5: 14.2, 6: 14.2},
    number_width=8.5,
    name_share=0.56,
    seal=Rect(15.0, 16.2, 40.0, 40.0),
    signature_width=46.0,
    title_min_width=70.0,
    pad=1.3,
    type=Type(
        header=9.0,
        date=10.0,
        title=13.5,
        subtitle=11.0,
        body=10.5,
        small_body=10.0,
        heading=10.0,
        column=9.5,
        name=11.0,
        post=10.0,
        foot=9.5,
        serial=9.0,
    ),
)


def paper_style(paper: Paper) -> PaperStyle:
    """Return the measures of a paper size."""
    return A4 if paper == "A4" else A5

"""What the stages of one page made on the way to its reading, kept for those who want to look.

Nothing is computed for it: a trace only holds on to values that reading made anyway.
"""

from __future__ import annotations

from dataclasses import dataclass

from omr.scan.ink.ink_map import InkMap
from omr.scan.marks.measure import MarkedPage
from omr.scan.pages.page_image import Pixels
from omr.scan.place.identify import Identity
from omr.scan.place.reference import Reference
from omr.scan.place.register import Placement
from omr.scan.place.straighten import FlatPage
from omr.scan.reading import PageReading


@dataclass(frozen=True, slots=True, eq=False)
class PlacedPage:
    """The stages of a page that was brought into place.

    Attributes:
        placement: From page millimetres to pixels of the trace's picture.
    """

    placement: Placement
    reference: Reference
    flat: FlatPage
    ink: InkMap
    marked: MarkedPage


@dataclass(frozen=True, slots=True, eq=False)
class PageTrace:
    """The whole way of one page.

    Attributes:
        pixels: The picture that was read, perhaps smaller than the file's.
        dpi: What the file claims for this picture, if anything.
        identity: Whose page it is, once identified.
        placed: Its stages, once placed.
    """

    reading: PageReading
    pixels: Pixels
    dpi: float | None
    identity: Identity | None = None
    placed: PlacedPage | None = None

"""The story of one page: identified, brought into place, laid flat, measured.

``read_page`` is pure: a page image and what is known of the vote go in, measurements come
out. It runs in worker processes and keeps nothing but the reference pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from omr import __version__
from omr.ballot.codes import qr_modules
from omr.geometry import MM_PER_INCH
from omr.scan.foreign.backs import notes_on_back
from omr.scan.foreign.findings import find_foreign
from omr.scan.grade.page_grade import grade_scan, grade_unplaced, graded_streaks
from omr.scan.grade.quality import find_faults
from omr.scan.ink.ink_map import OwnPrint, map_ink
from omr.scan.marks.measure import measure_marks
from omr.scan.pages.page_image import PageImage, Pixels
from omr.scan.place.codes import find_page_codes
from omr.scan.place.fiducials import bears_fiducials
from omr.scan.place.halftone import without_halftone
from omr.scan.place.identify import BallotKey, Identity, Unidentified, identify
from omr.scan.place.reference import Grey, Reference, grow, make_reference, window
from omr.scan.place.register import Placement, place_page
from omr.scan.place.residuals import find_misplaced, place_marks, register, stray_codes
from omr.scan.place.straighten import flatten
from omr.scan.reading import (
    NOTE_ON_BACK,
    Finding,
    MarkReading,
    PageReading,
    PageStatus,
)
from omr.scan.settings import ReaderSettings
from omr.scan.trace import PageTrace, PlacedPage
from omr.scan.wear.roller_shades import without_roller_shades
from omr.scan.wear.seal_seen import seal_seen
from omr.scan.wear.seal_views import sight_of_seal
from omr.scan.wear.short_streaks import lies_askew
from omr.scan.wear.streaks import remove_streaks
from omr.stages import stage, timed

# Beyond this a scan holds no more about a pen stroke, only more pixels.
_WORKING_DPI = 260.0
# The same for a photograph, where the page may fill no more than two thirds of the picture.
_FINE_DPI = 400.0
# Dust inks no more of an empty side than this. Writing inks 0.4 % of A4 a line from edge to edge; a
# short printed letter 1.6 %, a ballot's print 5 % and more without its codes and marks.
_BLANK, _NOTED = 0.0004, 0.014
# A ballot's own print is grown by this: toner spreads, and the page is not quite in place.
_OWN_MARGIN_MM = 0.45


class PageReader:
    """Reads pages of one vote; keeps the reference picture of each page it has met.

    Args:
        key: What is known of the vote.
        settings: The reader's numbers.
    """

    def __init__(self, key: BallotKey, settings: ReaderSettings | None = None) -> None:
        self._key = key
        self._settings = settings or ReaderSettings()
        self._fingerprint = self._settings.fingerprint()
        self._references: dict[tuple[str, int], Reference] = {}

    def read_page(self, image: PageImage) -> PageReading:
        """Read one page.

        Args:
            image: The page as it came from its file.

        Returns:
            All that was measured, or the status that says why nothing was.
        """
        return self.trace_page(image).reading

    def trace_page(self, image: PageImage) -> PageTrace:
        """Read one page and keep what each stage made of it.

        Args:
            image: The page as it came from its file.

        Returns:
            The reading and the way to it, as far as the page went.
        """
        settings = self._settings
        view, identity = self._identify(image)
        if isinstance(identity, Unidentified):
            if identity.status == "blank" or _may_be_noted(identity, view.grey):
                return self._bare(image, view, identity)
            return self._unread(image, view, identity.status, identity.detail)
        view, identity, placement = self._place(image, view, identity)
        if placement is None:
            return self._unplaced(image, view, identity)
        reference = self._reference(identity)
        fed = view.pixels
        # A photograph has no feed; along that of a sheet on its side lie names and highlights.
        if not placement.photographed and placement.quarter_turns % 2 == 0:
            fed = without_roller_shades(fed, placement.px_per_mm)
        cleaned, streaks = remove_streaks(fed, placement, reference)
        flat = flatten(cleaned, placement, reference, settings)
        ink = map_ink(flat, reference, _own_print(identity, reference), settings)
        marked = measure_marks(flat, reference, ink, settings)
        seal = sight_of_seal(flat, reference, ink, settings)
        grades = grade_scan(view.grey, flat, reference, ink, placement, view.dpi, settings)
        if lies_askew(len(fed), placement):  # else what stands still may be ruled with the sheet
            streaks = (*streaks, *graded_streaks(grades, placement, view.dpi))
        foreign = find_foreign(
            flat, reference, ink, marked, identity.serial, streaks, seal, settings
        )
        faults = find_faults(flat, reference, ink, placement, settings)
        strays = stray_codes(placement, identity.corners_px, reference)
        misplaced = find_misplaced(flat, reference, ink.boxes, strays, faults, settings)
        reading = PageReading(
            source=image.source,
            status="read",
            serial=identity.serial,
            group=identity.group,
            page=identity.layout.page,
            marks=place_marks(marked.marks, flat, ink.boxes, settings),
            findings=(*foreign, *faults, *timed("quality", misplaced)),
            registration=register(placement, flat, ink.boxes, view.shrink, image.dpi, settings),
            settings=self._fingerprint,
            version=__version__,
            grades=grades,
            seal=seal_seen(seal, flat, reference, ink),
        )
        placed = PlacedPage(placement, reference, flat, ink, marked)
        return PageTrace(reading, view.pixels, view.dpi, identity, placed)

    @stage("codes")
    def _identify(self, image: PageImage) -> tuple[_View, Identity | Unidentified]:
        """Read the codes; small ones in a large photograph need all its pixels."""
        view = _view(image, _WORKING_DPI)
        identity = identify(find_page_codes(view.grey, view.dpi), self._key)
        if isinstance(identity, Identity) or identity.status != "no-code":
            return view, identity
        if _is_blank(view.grey):
            return view, Unidentified("blank")
        if view.shrink < 1.0:
            view = _view(image, _FINE_DPI)
            identity = identify(find_page_codes(view.grey, view.dpi), self._key)
        return view, identity

    @stage("place")
    def _place(
        self, image: PageImage, view: _View, identity: Identity
    ) -> tuple[_View, Identity, Placement | None]:
        """Bring the page into place, in more pixels where it fills little of its picture."""
        layout, settings = identity.layout, self._settings
        placement = place_page(view.grey, identity.corners_px, layout, settings)
        if placement is None or placement.px_per_mm >= settings.px_per_mm or view.shrink == 1.0:
            return view, identity, placement
        fine = _view(image, _FINE_DPI)
        identity = identity.scaled(fine.shrink / view.shrink)
        return fine, identity, place_page(fine.grey, identity.corners_px, layout, settings)

    def _reference(self, identity: Identity) -> Reference:
        place = (identity.group, identity.layout.page)
        if place not in self._references:
            self._references[place] = make_reference(identity.layout, self._settings)
        return self._references[place]

    def _bare(self, image: PageImage, view: _View, identity: Unidentified) -> PageTrace:
        """Pass an empty back; one that somebody wrote on is left to people."""
        notes = notes_on_back(view.pixels, view.dpi, self._settings)
        if not notes:
            return self._unread(image, view, identity.status, identity.detail)
        return self._unread(image, view, "no-code", NOTE_ON_BACK, notes)

    def _unread(
        self,
        image: PageImage,
        view: _View,
        status: PageStatus,
        detail: str,
        findings: tuple[Finding, ...] = (),
    ) -> PageTrace:
        # A note on an empty side says nothing about the scan's tone, which is told by print.
        graded: PageStatus = "blank" if findings else status
        reading = PageReading(
            image.source,
            status,
            detail=detail,
            findings=findings,
            settings=self._fingerprint,
            version=__version__,
            grades=grade_unplaced(view.grey, graded, self._settings),
        )
        return PageTrace(reading, view.pixels, view.dpi)

    def _unplaced(self, image: PageImage, view: _View, identity: Identity) -> PageTrace:
        """Tie a page to its ballot by its code alone; every box of it is left to people."""
        layout = identity.layout
        marks = tuple(
            MarkReading(
                box.contest, box.option, "uncertain", 0.0, box.rect, box.rect, "not placed", 0.0
            )
            for box in layout.boxes
        )
        finding = Finding("registration", None, None, detail="registration marks not found")
        reading = PageReading(
            source=image.source,
            status="read",
            serial=identity.serial,
            group=identity.group,
            page=layout.page,
            marks=marks,
            findings=(finding,),
            settings=self._fingerprint,
            version=__version__,
            grades=grade_unplaced(view.grey, "read", self._settings),
        )
        return PageTrace(reading, view.pixels, view.dpi, identity)


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """A page image at the size in which it is read.

    Attributes:
        shrink: Its size against the image as it came.
        dpi: What the file's claim comes to at this size, if it makes one.
    """

    pixels: Pixels
    grey: Grey
    shrink: float
    dpi: float | None


@stage("view")
def _view(image: PageImage, most_dpi: float) -> _View:
    """Shrink a very fine image; its size on A4 tells the resolution where the file does not."""
    drawn = without_halftone(image.pixels)
    height, width = drawn.shape[:2]
    dpi = max(height, width) / (297.0 / MM_PER_INCH)
    if dpi <= 1.2 * most_dpi:
        return _View(drawn, _grey(drawn), 1.0, image.dpi)
    source, shrink = drawn, most_dpi / dpi
    whole = int(dpi / most_dpi)
    if dpi <= 1.2 * most_dpi * whole:
        # Whole pixels are joined, as from 600 to 300 dpi: fifteen times faster than parts of them.
        source, shrink = source[: height // whole * whole, : width // whole * whole], 1 / whole
    size = (round(source.shape[1] * shrink), round(source.shape[0] * shrink))
    pixels = np.asarray(cv2.resize(source, size, interpolation=cv2.INTER_AREA), np.uint8)
    return _View(pixels, _grey(pixels), shrink, image.dpi and image.dpi * shrink)


def _grey(pixels: Pixels) -> Grey:
    if pixels.ndim == 2:
        return pixels
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def _is_blank(grey: Grey) -> bool:
    """Tell an empty back from a page that somebody printed or wrote on.

    A ballot that came out as pale as an empty side is told by its registration marks.
    """
    return _inked_share(grey) < _BLANK and not bears_fiducials(grey)


def _may_be_noted(identity: Unidentified, grey: Grey) -> bool:
    """Tell a side without print that somebody wrote much on from print without a code."""
    if identity.status != "no-code" or identity.detail:
        return False
    return _inked_share(grey) < _NOTED and not bears_fiducials(grey)


def _inked_share(grey: Grey) -> float:
    """Return how much of a page is inked.

    The middle of the page is looked at, without the borders where the lid's shadow falls;
    show-through is lighter than 35 % and does not count.
    """
    height, width = grey.shape
    middle = grey[height // 20 : -height // 20, width // 20 : -width // 20]
    # Grain is blurred away, but letters are not: 0.2 mm on A4, however coarse the picture.
    grain_px = 0.2 * max(height, width) / 297.0
    small = cv2.GaussianBlur(middle, (0, 0), max(grain_px, 0.3))
    white = float(np.percentile(small, 80))
    return float((small < 0.65 * white).mean())


@stage("ink")
def _own_print(identity: Identity, reference: Reference) -> OwnPrint:
    """Return where this ballot's own codes and serial are printed."""
    layout, scale = identity.layout, reference.px_per_mm
    codes = np.zeros(reference.print_mask.shape, np.bool_)
    modules = qr_modules(identity.text, identity.mask).astype(np.uint8)
    for code in layout.codes:
        rows, columns = window(code, scale, codes.shape)
        size = (columns.stop - columns.start, rows.stop - rows.start)
        codes[rows, columns] = cv2.resize(modules, size, interpolation=cv2.INTER_NEAREST) > 0
    near = np.zeros_like(codes)
    for place in (*layout.codes, *layout.serials):
        # The margin around serials and modules is grown within a window that holds it all.
        area = window(place, scale, near.shape, _OWN_MARGIN_MM + 1.0)
        own = codes[area].copy()
        for serial in layout.serials:
            whole = window(serial, scale, near.shape, 0.3)
            top, left = area[0].start, area[1].start
            own[
                max(0, whole[0].start - top) : max(0, whole[0].stop - top),
                max(0, whole[1].start - left) : max(0, whole[1].stop - left),
            ] = True
        near[area] |= grow(own, _OWN_MARGIN_MM * scale)
    return OwnPrint(codes, near)

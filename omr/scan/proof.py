"""Proof before the vote: what a fresh, unmarked print tells of the printer and the scanner.

In come pages that were read; out come measures of each. ``proof_verdict`` judges them.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from omr.geometry import MM_PER_INCH, transform
from omr.scan.grade.grade_frame import print_scale, stretch_percent
from omr.scan.grade.grade_tone import Tone, measure_tone
from omr.scan.place.codes import find_codes
from omr.scan.place.found_code import Reader
from omr.scan.place.reference import Grey, grow, window
from omr.scan.reading import PageReading
from omr.scan.settings import ReaderSettings
from omr.scan.trace import PageTrace, PlacedPage

READERS: tuple[Reader, ...] = ("zxing", "pyzbar")


@dataclass(frozen=True, slots=True)
class PlacedProof:
    """The measures of a page that was brought into place.

    Attributes:
        scale: Printed size against the layout; None where the file tells no resolution.
        stretch_percent: Longer down the page than across it.
        tone: How paper and print came out.
        marks, marks_printed: Registration marks found, and how many there are.
        residual_mm: Their misfit.
        codes: For each reader which of the page's codes it read, in layout order.
        dpi: Resolution on the print.
        skew_deg: Skew of the sheet.
        shade: Darkness of the darkest smudge on open paper, 0 to 1.
        grain: Whether the paper's grain is so strong that faint ink is lost in it.
        score: Ink in the box that has most, as a share of its area.
        darkest: Darkness of the darkest place in any box, as a share of what counts as ink.
    """

    scale: float | None
    stretch_percent: float
    tone: Tone
    marks: int
    marks_printed: int
    residual_mm: float
    codes: dict[Reader, tuple[bool, ...]]
    dpi: float
    skew_deg: float
    shade: float
    grain: bool
    score: float
    darkest: float


@dataclass(frozen=True, slots=True)
class PageProof:
    """One page of a proof.

    Attributes:
        reading: As the count would read it.
        real: Whether it is a real ballot rather than a proof sheet.
        placed: Its measures, None where it could not be brought into place.
    """

    reading: PageReading
    real: bool
    placed: PlacedProof | None


def prove_page(trace: PageTrace, real: bool, settings: ReaderSettings) -> PageProof:
    """Measure one page of a proof.

    Args:
        trace: The page as read.
        real: Whether it is a real ballot rather than a proof sheet.
        settings: The reader's numbers.
    """
    placed = trace.placed
    measured = None if placed is None else _measure(trace, placed, settings)
    return PageProof(trace.reading, real, measured)


def _measure(trace: PageTrace, placed: PlacedPage, settings: ReaderSettings) -> PlacedProof:
    grey, placement = _grey(trace), placed.placement
    return PlacedProof(
        scale=print_scale(placement, trace.dpi),
        stretch_percent=stretch_percent(placement),
        tone=measure_tone(grey, placed.flat, placed.reference, placed.ink, placement),
        marks=placement.fiducials,
        marks_printed=len(placed.reference.layout.fiducials),
        residual_mm=placement.residual_mm,
        codes={reader: _codes_read(grey, placed, reader) for reader in READERS},
        dpi=placement.px_per_mm * MM_PER_INCH,
        skew_deg=placement.skew_deg,
        shade=_shade(placed),
        grain=placed.ink.threshold > settings.ink * 255 * 1.01,
        score=max((mark.score for mark in trace.reading.marks), default=0.0),
        darkest=_darkest_in_box(placed, settings),
    )


def _grey(trace: PageTrace) -> Grey:
    if trace.pixels.ndim == 2:
        return trace.pixels
    return np.asarray(cv2.cvtColor(trace.pixels, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def _codes_read(grey: Grey, placed: PlacedPage, reader: Reader) -> tuple[bool, ...]:
    """Return for each code of the layout whether one reader alone reads it at its place."""
    read = []
    for code in placed.reference.layout.codes:
        corners = transform(placed.placement.matrix, code.grown(4.0).corners())
        left, top = np.maximum(np.floor(corners.min(axis=0)).astype(int), 0)
        right, bottom = np.ceil(corners.max(axis=0)).astype(int)
        crop = np.ascontiguousarray(grey[top : max(bottom, top), left : max(right, left)])
        if min(crop.shape) < 24:
            read.append(False)
            continue
        own_dpi = placed.placement.px_per_mm * MM_PER_INCH
        whole = [(0, 0, crop.shape[1], crop.shape[0])]
        read.append(bool(find_codes(crop, whole, own_dpi, (reader,), expected=1)))
    return tuple(read)


def _shade(placed: PlacedPage) -> float:
    """Return the darkness of the darkest smudge of 2 mm on paper where nothing is printed."""
    flat, reference = placed.flat, placed.reference
    scale = reference.px_per_mm
    open_ = ~grow(reference.near_print, 1.0 * scale) & flat.paper
    for zone in reference.layout.zones:
        # Codes and serials differ from sheet to sheet; the reference does not have them.
        if zone.kind in ("code", "serial"):
            open_[window(zone.rect, scale, open_.shape, 1.0)] = False
    rim = round(6.0 * scale)  # the shadow of the sheet's edge
    open_[:rim] = open_[-rim:] = False
    open_[:, :rim] = open_[:, -rim:] = False
    values = np.where(open_, flat.darkness, 0).astype(np.float32)
    around = (2 * scale + 1, 2 * scale + 1)
    room = cv2.blur(open_.astype(np.float32), around)
    mean = cv2.blur(values, around) / np.maximum(room, 1e-3)
    whole = mean[room > 0.9]
    return float(np.percentile(whole, 99.9)) / 255 if whole.size else 0.0


def _darkest_in_box(placed: PlacedPage, settings: ReaderSettings) -> float:
    scale, darkness = placed.reference.px_per_mm, placed.flat.darkness
    darkest = 0.0
    for found in placed.ink.boxes:
        inner = window(found.found.grown(-settings.print_margin_mm - 0.2), scale, darkness.shape)
        if darkness[inner].size:
            # 0.2 % of a box is 0.16 mm2; less is grain.
            darkest = max(darkest, float(np.percentile(darkness[inner], 99.8)))
    return darkest / placed.ink.threshold

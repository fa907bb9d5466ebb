"""Notes on the empty back of a ballot: a side without print is read as a page of nothing.

A duplex scanner delivers the back of each sheet too. It bears no code and belongs to no ballot
that could be told, so whatever a pen left there is put before people as a page of its own. What
paper, stationery and scanner leave on it is explained as on a front. Print and ink of the other
side show through paler than the ink that is looked for; black and white made of them by a
threshold that follows the paper are specks all over the page.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.ballot.model import PageLayout
from omr.geometry import MM_PER_INCH, Rect
from omr.scan.foreign.findings import find_notes
from omr.scan.ink.ink_map import OwnPrint, map_ink
from omr.scan.place.halftone import is_two_level
from omr.scan.place.reference import Reference, darkest, make_reference
from omr.scan.place.register import Placement
from omr.scan.place.straighten import flatten
from omr.scan.reading import Finding
from omr.scan.settings import ReaderSettings
from omr.scan.wear.streaks import remove_streaks
from omr.stages import stage

Pixels = NDArray[np.uint8]

_LONG_MM = 297.0
# A dot shorter than a stroke of interest holds less ink; no more than this is left unlooked at.
_LEAST_MM2 = 0.3
# Whether there is any ink at all is seen at this resolution.
_COARSE_PX_PER_MM = 3.0
# In black and white who writes more than this leaves more ink than an empty side may hold; so
# many scattered places are what a threshold that follows the paper made of the other side.
_MOST_NOTES = 12
# No hand keeps to a straight line so long; a sheet's edge upon a larger glass does.
_EDGE_MM, _EDGE_BREADTH = 80.0, 0.03


@stage("foreign")
def notes_on_back(
    pixels: Pixels, dpi: float | None, settings: ReaderSettings
) -> tuple[Finding, ...]:
    """Find what somebody wrote on a side that bears no print.

    Args:
        pixels: The picture of that side, shape (h, w) or (h, w, 3) BGR.
        dpi: What its file claims, if it claims anything.
        settings: The reader's numbers.

    Returns:
        Annotations, placed in millimetres of the side stood upright; none where it is empty.
    """
    if not _has_ink(pixels, settings):
        return ()
    upright, px_per_mm = stood_upright(pixels, dpi)
    height, width = upright.shape[:2]
    reference = _bare(round(width / px_per_mm), round(height / px_per_mm), settings)
    layout = reference.layout
    across, down = width / layout.width, height / layout.height
    matrix = np.array([[across, 0.0, -0.5], [0.0, down, -0.5], [0.0, 0.0, 1.0]])
    placement = Placement(matrix, 0.0, 0, (across + down) / 2, across, down, 0.0, 0)
    cleaned, _ = remove_streaks(upright, placement, reference)
    flat = flatten(cleaned, placement, reference, settings)
    nothing = np.zeros(reference.print_mask.shape, np.bool_)
    ink = map_ink(flat, reference, OwnPrint(nothing, nothing), settings)
    found = find_notes(flat, reference, ink, settings)
    notes = tuple(f for f in found if f.rect is not None and not _is_edge(f.rect))
    return () if len(notes) > _MOST_NOTES and is_two_level(pixels) else notes


def stood_upright(pixels: Pixels, dpi: float | None) -> tuple[Pixels, float]:
    """Return a side without print with its short edge on top, and its pixels a millimetre.

    Args:
        pixels: Its picture, shape (h, w) or (h, w, 3).
        dpi: What its file claims; believed where an A4 sheet can have filled the picture.
    """
    height, width = pixels.shape[:2]
    upright = pixels if height >= width else np.ascontiguousarray(np.rot90(pixels))
    return upright, _px_per_mm(height, width, dpi)


def _px_per_mm(height: int, width: int, dpi: float | None) -> float:
    fitting = max(height, width) / _LONG_MM
    if dpi is None or not 0.8 * fitting < dpi / MM_PER_INCH < 1.2 * fitting:
        return fitting
    return dpi / MM_PER_INCH


def _has_ink(pixels: Pixels, settings: ReaderSettings) -> bool:
    """Tell quickly whether anything on the page is as dark as a stroke: most backs hold nothing."""
    factor = _COARSE_PX_PER_MM * _LONG_MM / max(pixels.shape)
    small = darkest(
        np.asarray(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))
    )
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((51, 51), np.uint8))
    # A stroke of a pen covers half a pixel of a third of a millimetre, or more.
    inked = small < (1.0 - settings.ink / 2) * paper
    return bool(np.count_nonzero(inked) > _LEAST_MM2 * _COARSE_PX_PER_MM**2)


@lru_cache(maxsize=4)
def _bare(width_mm: int, height_mm: int, settings: ReaderSettings) -> Reference:
    """Return a page of this size on which nothing is printed."""
    layout = PageLayout(
        group="", page=1, pages=1, width=float(width_mm), height=float(height_mm), boxes=(),
        names=(), rows=(), zones=(), fiducials=(), codes=(), serials=(), texts=(), lines=(),
        outline_mm=0.3,
    )  # fmt: skip
    return make_reference(layout, settings)


def _is_edge(rect: Rect) -> bool:
    """Tell the edge of a sheet that lies upon a larger glass from a stroke."""
    long, short = max(rect.w, rect.h), min(rect.w, rect.h)
    return long > _EDGE_MM and short < 1.0 + _EDGE_BREADTH * long

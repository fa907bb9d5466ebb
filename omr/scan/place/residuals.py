"""How well a page is in place: what its marks, its print and each of its boxes leave over.

In come the placement, the flat page and the boxes as found; out go the figures that are kept
with the reading, and, where a box or the page lies too far off, findings that ask a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from omr.geometry import MM_PER_INCH, FloatArray, Rect, transform
from omr.scan.place.box_places import FoundBox
from omr.scan.place.reference import Reference
from omr.scan.place.register import Placement
from omr.scan.place.straighten import FlatPage
from omr.scan.reading import Finding, MarkReading, Registration
from omr.scan.settings import ReaderSettings
from omr.stages import stage

# A code's corners are read to a module of 0.6 mm, and a lens or a fold moves them by 2 mm; the
# sheets of a double feed are never so well aligned in both directions.
_CODE_APART_MM = 4.0


@stage("quality")
def register(
    placement: Placement,
    flat: FlatPage,
    boxes: Sequence[FoundBox],
    shrink: float,
    dpi: float | None,
    settings: ReaderSettings,
) -> Registration:
    """Gather how the page was brought into place, in pixels of the image as it was kept.

    Args:
        placement: Of the page in the image that was read.
        flat: The page laid flat.
        boxes: Its boxes as found.
        shrink: Size of the image that was read against the one kept.
        dpi: What the file claims for the image kept, if anything.
        settings: The reader's numbers.
    """
    matrix = np.diag([1 / shrink, 1 / shrink, 1.0]) @ placement.matrix
    px_per_mm = placement.px_per_mm / shrink
    bends = flat.bends.at(_centres(boxes))
    return Registration(
        homography=tuple(round(float(v), 9) for v in matrix.ravel()),
        residual_mm=round(placement.residual_mm, 3),
        fiducials=placement.fiducials,
        scale=round(px_per_mm * MM_PER_INCH / dpi, 4) if dpi else 0.0,
        skew_deg=round(placement.skew_deg, 3),
        quarter_turns=placement.quarter_turns,
        bend_mm=round(float(np.hypot(*bends.T).max(initial=0.0)), 3),
        box_residual_mm=round(max((residual_mm(box) for box in boxes), default=0.0), 3),
        print_share=round(_recognised(flat, settings), 3),
        folds=len(flat.bends.folds),
    )


@stage("quality")
def place_marks(
    marks: Sequence[MarkReading],
    flat: FlatPage,
    boxes: Sequence[FoundBox],
    settings: ReaderSettings,
) -> tuple[MarkReading, ...]:
    """Give each mark the place of its box under the page's homography, and how sure that is.

    A box that was not found is left to people, whatever was measured at its supposed place.

    Args:
        marks: As measured on the flat page, in layout order.
        flat: The page laid flat.
        boxes: The boxes as found on it, in the same order.
        settings: The reader's numbers.
    """
    bends = flat.bends.at(_centres(boxes))
    placed = []
    for mark, box, (dx, dy) in zip(marks, boxes, bends, strict=True):
        found = box.found.shifted(float(dx), float(dy))
        here = replace(mark, found=_rounded(found), match=round(box.match, 3))
        if not is_found(box, settings) and mark.state != "uncertain":
            here = replace(here, state="uncertain", note="box not found")
        placed.append(here)
    return tuple(placed)


def find_misplaced(
    flat: FlatPage,
    reference: Reference,
    boxes: Sequence[FoundBox],
    strays: Sequence[Rect],
    told: Sequence[Finding],
    settings: ReaderSettings,
) -> Iterator[Finding]:
    """Yield what is not in place: the page as a whole, or rows whose boxes are missing or off.

    Args:
        flat: The page laid flat.
        reference: The page as printed.
        boxes: Its boxes as found.
        strays: Codes that lie where the page has none.
        told: What is known already: of a row that is damaged or not in place, once is enough.
        settings: The reader's numbers.
    """
    known = {finding.contest for finding in told if finding.code in ("registration", "damaged")}
    if _recognised(flat, settings) < settings.print_share:
        yield Finding("registration", None, None, detail="print does not fit")
    for stray in strays:
        yield Finding("registration", None, stray, detail="code out of place")
    for row in reference.layout.rows:
        if row.contest in known:
            continue
        own = [box for box in boxes if box.box.contest == row.contest]
        lost = [box for box in own if not is_found(box, settings)]
        off = [box for box in own if residual_mm(box) > settings.box_residual_mm]
        if lost:
            yield Finding("registration", row.contest, _union(lost), detail="printed box not found")
        elif off:
            size = round(max(residual_mm(box) for box in off), 2)
            yield Finding("registration", row.contest, _union(off), size, "box out of place")


@stage("quality")
def stray_codes(
    placement: Placement, code_corners: Sequence[FloatArray], reference: Reference
) -> list[Rect]:
    """Return the codes that do not lie where the placed page has its own.

    Two codes of one text may still be of two papers: a ballot and a copy of it, fed as one.

    Args:
        placement: Of the page in the image.
        code_corners: The codes read on it, each with its corners in pixels, shape (4, 2).
        reference: The page as printed.
    """
    to_page = np.asarray(np.linalg.inv(placement.matrix), dtype=np.float64)
    strays, free = [], list(reference.layout.codes)
    for corners in code_corners:
        left, top = (places := transform(to_page, corners)).min(axis=0)
        right, bottom = places.max(axis=0)
        rect = _rounded(Rect(left, top, right - left, bottom - top))
        own = next((code for code in free if _apart_mm(code, rect) < _CODE_APART_MM), None)
        if own is None:
            strays.append(rect)
        else:
            free.remove(own)
    return strays


def _apart_mm(one: Rect, other: Rect) -> float:
    a, b = one.centre, other.centre
    return float(np.hypot(a.x - b.x, a.y - b.y))


def is_found(box: FoundBox, settings: ReaderSettings) -> bool:
    """Tell whether the place of a printed square is known.

    Args:
        box: The square as found.
        settings: The reader's numbers.
    """
    least = settings.poor_box_match if box.poorly_printed else settings.box_match
    return box.three_sided or box.match >= least


def residual_mm(box: FoundBox) -> float:
    """Return how far a corner of a printed square lies from where the flat page should have it."""
    found, own = box.found, box.box.rect
    across = max(abs(found.x - own.x), abs(found.right - own.right))
    down = max(abs(found.y - own.y), abs(found.bottom - own.bottom))
    return float(np.hypot(across, down))


def _recognised(flat: FlatPage, settings: ReaderSettings) -> float:
    """Return the share of the page's pieces of print that were recognised."""
    match = flat.match[np.isfinite(flat.match)]
    return float((match >= settings.tile_match).mean()) if match.size else 0.0


def _centres(boxes: Sequence[FoundBox]) -> FloatArray:
    centres = [(box.found.centre.x, box.found.centre.y) for box in boxes]
    return np.array(centres, dtype=np.float64).reshape(-1, 2)


def _rounded(rect: Rect) -> Rect:
    return Rect(*rect.rounded(3))


def _union(boxes: Sequence[FoundBox]) -> Rect:
    whole = boxes[0].box.rect
    for box in boxes[1:]:
        whole = whole.united(box.box.rect)
    return whole

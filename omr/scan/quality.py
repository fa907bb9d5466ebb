"""Is the page good enough to be believed? Missing paper, missing print, misfit, coarse scans.

What is found here asks a person to look. Shortcomings of the scan that leave it readable are
told by ``omr.scan.grade`` and ask nobody.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from omr.geometry import MM_PER_INCH, Rect
from omr.scan.ink import FoundBox, InkMap
from omr.scan.reading import Finding
from omr.scan.reference import Mask, Reference, window
from omr.scan.register import Placement
from omr.scan.settings import ReaderSettings
from omr.scan.straighten import FlatPage


def find_faults(
    flat: FlatPage,
    reference: Reference,
    ink: InkMap,
    placement: Placement,
    settings: ReaderSettings,
) -> tuple[Finding, ...]:
    """Find what makes a page or one of its rows unfit to be read by machine.

    Args:
        flat: The page laid flat.
        reference: The page as printed.
        ink: Its ink, with the boxes as found.
        placement: How it was brought into place.
        settings: The reader's numbers.

    Returns:
        Findings ``damaged``, ``registration`` and ``quality``.
    """
    findings = [*_rows(flat, reference, ink, settings)]
    dpi = placement.px_per_mm * MM_PER_INCH
    if dpi < settings.min_dpi:
        findings.append(Finding("quality", None, None, detail=f"only {dpi:.0f} dpi"))
    return tuple(findings)


def _rows(
    flat: FlatPage, reference: Reference, ink: InkMap, settings: ReaderSettings
) -> Iterator[Finding]:
    """Yield what is wrong with single rows: no paper, no print, boxes that were not found."""
    scale = reference.px_per_mm
    # Print darker than half the ink threshold is seen; grown, as it may lie a little off.
    seen = flat.darkness > max(0.5 * ink.threshold, 4 * flat.noise)
    seen = cv2.dilate(seen.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(np.bool_)
    for row in reference.layout.rows:
        area = window(row.rect, scale, seen.shape)
        if flat.paper[area].mean() < 0.97:
            yield Finding("damaged", row.contest, row.rect, detail="paper missing")
            continue
        printed = reference.print_mask[area]
        share = float(seen[area][printed].mean()) if printed.any() else 1.0
        if share < settings.print_seen:
            yield Finding("damaged", row.contest, row.rect, detail="print missing")
            continue
        lost = [
            found
            for found in ink.boxes
            if found.box.contest == row.contest and not _outlined(found, seen, reference)
        ]
        if lost:
            rect = _union([found.box.rect for found in lost])
            yield Finding("registration", row.contest, rect, detail="printed box not found")


def _outlined(found: FoundBox, seen: Mask, reference: Reference) -> bool:
    """Tell whether the printed outline of a box is there, on at least three of its sides."""
    outline_mm, rect = reference.layout.outline_mm, found.found
    sides = (
        Rect(rect.x, rect.y - outline_mm, rect.w, outline_mm),
        Rect(rect.x, rect.bottom, rect.w, outline_mm),
        Rect(rect.x - outline_mm, rect.y, outline_mm, rect.h),
        Rect(rect.right, rect.y, outline_mm, rect.h),
    )
    present = 0
    for side in sides:
        area = window(side, reference.px_per_mm, seen.shape, 0.1)
        # Along the side: some darkness across the line's width at each step.
        across = 0 if side.w > side.h else 1
        present += float(seen[area].any(axis=across).mean()) > 0.8
    return present >= 3


def _union(rects: list[Rect]) -> Rect:
    whole = rects[0]
    for rect in rects[1:]:
        whole = whole.united(rect)
    return whole

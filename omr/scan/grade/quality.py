"""Is the page good enough to be believed? Missing paper, missing print, misfit, coarse scans.

What is found here asks a person to look. Shortcomings of the scan that leave it readable are
told by ``omr.scan.grade.page_grade`` and ask nobody.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from omr.geometry import MM_PER_INCH
from omr.scan.ink.ink_map import InkMap
from omr.scan.place.reference import Reference, above, as_bits, share_of, window
from omr.scan.place.register import Placement
from omr.scan.place.straighten import FlatPage
from omr.scan.reading import Finding
from omr.scan.settings import ReaderSettings
from omr.stages import stage


@stage("quality")
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
        ink: Its ink.
        placement: How it was brought into place.
        settings: The reader's numbers.

    Returns:
        Findings ``damaged`` and ``quality``.
    """
    findings = [*_rows(flat, reference, ink, settings)]
    dpi = placement.px_per_mm * MM_PER_INCH
    if dpi < settings.min_dpi:
        findings.append(Finding("quality", None, None, detail=f"only {dpi:.0f} dpi"))
    return tuple(findings)


def _rows(
    flat: FlatPage, reference: Reference, ink: InkMap, settings: ReaderSettings
) -> Iterator[Finding]:
    """Yield what is wrong with single rows: no paper, no print."""
    scale = reference.px_per_mm
    # Print darker than half the ink threshold is seen; grown, as it may lie a little off.
    seen = above(flat.darkness, max(0.5 * ink.threshold, 4 * flat.noise))
    seen = cv2.dilate(as_bits(seen), np.ones((5, 5), np.uint8)).view(np.bool_)
    for row in reference.layout.rows:
        area = window(row.rect, scale, seen.shape)
        if share_of(flat.paper[area]) < 0.97:
            yield Finding("damaged", row.contest, row.rect, detail="paper missing")
            continue
        printed = reference.print_mask[area]
        print_px = np.count_nonzero(printed)
        share = int(np.count_nonzero(seen[area] & printed)) / print_px if print_px else 1.0
        if share < settings.print_seen:
            yield Finding("damaged", row.contest, row.rect, detail="print missing")

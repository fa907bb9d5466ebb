"""Grade of the scan: everything that is wrong with the picture as such, told once per page.

Grades ask nobody: a sound paper on a streaked, skewed or pale scan is still a sound paper. What
must not be believed is found in ``omr.scan.grade.quality``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from omr.geometry import MM_PER_INCH
from omr.scan.grade.grade_frame import grade_frame, paper_px_per_mm
from omr.scan.grade.grade_lines import grade_lines
from omr.scan.grade.grade_tone import grade_tone, measure_tone
from omr.scan.ink.ink_map import InkMap
from omr.scan.place.reference import Grey, Reference
from omr.scan.place.register import Placement
from omr.scan.place.straighten import FlatPage
from omr.scan.reading import Grade, PageStatus
from omr.scan.settings import ReaderSettings
from omr.scan.wear.streaks import Streak
from omr.stages import stage

# The long side of the largest sheet that ballots are printed on.
_A4_LONG_MM = 297.0


@stage("grade")
def grade_scan(
    grey: Grey,
    flat: FlatPage,
    reference: Reference,
    ink: InkMap,
    placement: Placement,
    dpi: float | None,
    settings: ReaderSettings,
) -> tuple[Grade, ...]:
    """Grade the scan of a page that was brought into place.

    Args:
        grey: The picture, shape (h, w).
        flat: The page laid flat.
        reference: The page as printed.
        ink: Its ink map.
        placement: Where the page is in the picture.
        dpi: What the file claims for this picture, if anything.
        settings: The reader's numbers.
    """
    tone = measure_tone(grey, flat, reference, ink, placement)
    grades = (
        *grade_tone(tone, settings),
        *grade_frame(grey, reference.layout, placement, dpi, settings),
    )
    if placement.photographed:  # no feed, no glass: nothing to leave a line
        return grades
    px_per_mm = paper_px_per_mm(placement, dpi)
    return (*grades, *grade_lines(grey, reference, placement, px_per_mm))


def graded_streaks(
    grades: Sequence[Grade], placement: Placement, dpi: float | None
) -> tuple[Streak, ...]:
    """Return the dark lines that a page was graded down for, as they lie in its picture.

    In two levels a streak may be dots, of which hardly any are taken out.

    Args:
        grades: Of the page.
        placement: Where it is in the picture.
        dpi: What the file claims for this picture, if anything.
    """
    px_per_mm = paper_px_per_mm(placement, dpi)
    return tuple(
        Streak(grade.edge == "top", grade.amount * px_per_mm, 1)
        for grade in grades
        if grade.code == "streak"
    )


@stage("grade")
def grade_unplaced(grey: Grey, status: PageStatus, settings: ReaderSettings) -> tuple[Grade, ...]:
    """Grade the scan of a page that could not be identified or placed: often the reason why.

    Args:
        grey: The picture, shape (h, w).
        status: What became of the page.
        settings: The reader's numbers.
    """
    if status == "blank":
        return ()
    grades = []
    height, width = grey.shape
    middle = grey[height // 10 : -height // 10 : 3, width // 10 : -width // 10 : 3]
    paper, black = (float(np.percentile(middle, share)) / 255 for share in (70, 0.5))
    if paper < settings.dark_paper:
        grades.append(Grade("dark", round(100 * paper)))
    elif 1 - black / paper < settings.solid_print:
        grades.append(Grade("contrast", round(100 * (1 - black / paper))))
    dpi = max(grey.shape) / _A4_LONG_MM * MM_PER_INCH
    if dpi < settings.coarse_dpi:
        grades.append(Grade("coarse", round(dpi)))
    if status == "code-conflict":
        grades.append(Grade("double-feed", 0))
    return tuple(grades)

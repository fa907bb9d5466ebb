"""What streaks of the scanner leave in the rim of a sheet, and between letters.

In come thin upright places of unexplained ink; out come those that one line of a picture explains.
In the rim of a sheet too little paper is open for a streak to be told by itself, but its pieces
stand in one column of the picture from top to bottom, while the sheet lies askew. A streak that
was found is filled from both sides; where both are the blurred rims of letters, it stays dark.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from omr.geometry import FloatArray, Rect, transform
from omr.scan.place.reference import Mask, Reference, window
from omr.scan.place.straighten import FlatPage
from omr.scan.wear.streaks import Streak

# Pieces are so thin, less what the slant of the sheet adds, and so long.
_THIN_MM, _LONG_MM = 0.45, 2.6
# At least so many of them stand in one column, this near, over such a length; a ruled line would
# leave the column by so much on it.
_PIECES, _COLUMN_MM, _SPAN_MM, _ASKEW_MM = 3, 0.15, 60.0, 0.5
# Sheets lie no more askew than this; others lie on their side, and streaks run along them.
_SLANT = 0.2
# The line of a dirty glass leaves its pale edges this far beside it.
_STREAK_MM = 0.3
# Between letters it leaves short pieces, this near to its edge and to print on either side.
_SHORT_MM, _OFF_MM, _LETTER_MM = 4.0, 0.15, 0.7
# The rim: so far from the left and the right edge. Farther in, sides of boxes below one another
# stand still as well.
_RIM_MM = 8.0


def between_letters(
    rects: Sequence[Rect], flat: FlatPage, reference: Reference, streaks: Sequence[Streak]
) -> Iterator[Rect]:
    """Yield the places of unexplained ink that a streak left between print on both its sides.

    Args:
        rects: Their bounds on the page, in mm.
        flat: The page laid flat.
        reference: The page as printed.
        streaks: The streaks of the picture.
    """
    short = [rect for rect in rects if max(rect.w, rect.h) < _SHORT_MM]
    if not short or not streaks:
        return
    corners = np.array([[[r.x, r.y], [r.right, r.bottom]] for r in short])
    told = lie_on_streaks(corners[:, 0], corners[:, 1], streaks, flat, _OFF_MM)
    for rect, on_streak in zip(short, told.tolist(), strict=True):
        if on_streak and _is_flanked(rect, reference):
            yield rect


def _is_flanked(rect: Rect, reference: Reference) -> bool:
    """Tell whether print is close to both long sides of a place."""
    scale, upright = reference.px_per_mm, rect.h > rect.w
    beside = (
        (Rect(rect.x - _LETTER_MM, rect.y, _LETTER_MM, rect.h),
         Rect(rect.right, rect.y, _LETTER_MM, rect.h))
        if upright
        else (Rect(rect.x, rect.y - _LETTER_MM, rect.w, _LETTER_MM),
              Rect(rect.x, rect.bottom, rect.w, _LETTER_MM))
    )  # fmt: skip
    return all(
        bool(reference.print_mask[window(side, scale, reference.print_mask.shape)].any())
        for side in beside
    )


def on_streaks(rects: Sequence[Rect], flat: FlatPage, reference: Reference) -> Iterator[Rect]:
    """Yield the places of unexplained ink that a streak of the scanner left in the rim.

    Args:
        rects: Their bounds on the page, in mm.
        flat: The page laid flat.
        reference: The page as printed.
    """
    across, down = (float(v) for v in flat.matrix[0, :2])
    # How far a line down the picture goes aside on the page for each mm down the page.
    slant = abs(down / across) if abs(across) > abs(down) else np.inf
    thin = [
        rect
        for rect in rects
        if rect.h >= _LONG_MM
        and rect.w <= _THIN_MM + slant * rect.h
        and min(rect.right, reference.layout.width - rect.x) < _RIM_MM
    ]
    if slant > _SLANT or len(thin) < _PIECES:
        return
    middles = np.array([(rect.centre.x, rect.centre.y) for rect in thin])
    columns_mm = transform(flat.matrix, middles + flat.bends.at(middles))[:, 0] / flat.source_px_mm
    for rect, column_mm in zip(thin, columns_mm.tolist(), strict=True):
        alike = [thin[k] for k in np.flatnonzero(np.abs(columns_mm - column_mm) < _COLUMN_MM)]
        span_mm = max(other.bottom for other in alike) - min(other.y for other in alike)
        # The same piece may be told twice.
        pieces = len({round(other.centre.y / _LONG_MM) for other in alike})
        if pieces >= _PIECES and span_mm >= _SPAN_MM and slant * span_mm >= _ASKEW_MM:
            yield rect


def lie_on_streaks(
    first_mm: FloatArray,
    last_mm: FloatArray,
    streaks: Sequence[Streak],
    flat: FlatPage,
    off_mm: float = _STREAK_MM,
) -> Mask:
    """Tell which straight lines lie on a line that the scanner drew, taken out or not.

    Args:
        first_mm: Where each begins on the page, shape (n, 2).
        last_mm: Where each ends, same shape.
        streaks: The streaks of the picture.
        flat: The page laid flat.
        off_mm: How far from a streak's edge it still is of it.
    """
    told = np.zeros(len(first_mm), np.bool_)
    if not streaks or not len(told):
        return told
    first, last = (transform(flat.matrix, mm + flat.bends.at(mm)) for mm in (first_mm, last_mm))
    for streak in streaks:
        reach = streak.width_px / 2 + off_mm * flat.source_px_mm
        across = 1 if streak.along_x else 0
        off = np.abs(np.stack([first[:, across], last[:, across]]) - streak.at_px)
        told |= (off < reach).all(axis=0)
    return told

"""What streaks of the scanner leave in the rim of a sheet.

In come thin upright places of unexplained ink; out come those that one line of a picture explains.
In the rim of a sheet too little paper is open for a streak to be told by itself, but its pieces
stand in one column of the picture from top to bottom, while the sheet lies askew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from omr.geometry import FloatArray, Rect
from omr.scan.place.reference import Reference
from omr.scan.place.straighten import FlatPage

# Pieces are so thin, less what the slant of the sheet adds, and so long.
_THIN_MM, _LONG_MM = 0.45, 2.6
# At least so many of them stand in one column, this near, over such a length; a ruled line would
# leave the column by so much on it.
_PIECES, _COLUMN_MM, _SPAN_MM, _ASKEW_MM = 3, 0.15, 60.0, 0.5
# The rim: so far from the left and the right edge. Farther in, sides of boxes below one another
# stand still as well.
_RIM_MM = 8.0


def on_streaks(rects: Sequence[Rect], flat: FlatPage, reference: Reference) -> Iterator[Rect]:
    """Yield the places of unexplained ink that a streak of the scanner left.

    Args:
        rects: Their bounds on the page, in mm.
        flat: The page laid flat.
        reference: The page as printed.
    """
    matrix = flat.matrix
    px_per_mm = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    across, down = (float(v) / px_per_mm for v in matrix[0, :2])
    # How far a line down the picture goes aside on the page for each mm down the page.
    slant = abs(down / across) if abs(across) > abs(down) else np.inf
    if slant > 0.2:
        return
    thin = [
        rect for rect in rects
        if rect.h >= _LONG_MM and rect.w <= _THIN_MM + slant * rect.h
        and min(rect.right, reference.layout.width - rect.x) < _RIM_MM
    ]  # fmt: skip
    columns_mm = np.array([_column_px(rect, matrix) / px_per_mm for rect in thin])
    for rect, column_mm in zip(thin, columns_mm.tolist(), strict=True):
        alike = [
            other for other, its_mm in zip(thin, columns_mm.tolist(), strict=True)
            if abs(its_mm - column_mm) < _COLUMN_MM
        ]  # fmt: skip
        span_mm = max(other.bottom for other in alike) - min(other.y for other in alike)
        apart = len({round(other.centre.y / _LONG_MM) for other in alike})
        if apart >= _PIECES and span_mm >= _SPAN_MM and slant * span_mm >= _ASKEW_MM:
            yield rect


def _column_px(rect: Rect, matrix: FloatArray) -> float:
    """Return the column of the picture in which the middle of a place lies."""
    x, _, w = matrix @ np.array([rect.centre.x, rect.centre.y, 1.0])
    return float(x / w)

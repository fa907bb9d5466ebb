"""Lines that stand still in the picture: what the scanner draws does, what a ruler draws does not.

In come lines that run along a picture from end to end; out goes whether dirt drew them. Dirt sits
still while the sheet runs past it, so its line keeps to one column of the picture to a fraction
of a pixel, and goes on beyond the sheet over the scanner's lid. A line ruled over the sheet from
edge to edge is slanted against the picture by whatever sheet and ruler are askew, and ends with
the sheet: nobody draws on the lid.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from omr.geometry import FloatArray
from omr.scan.place.reference import Mask

Float64 = NDArray[np.float64]
Pixels = NDArray[np.uint8]

# The middle of the line stays in place to this, in pixels, in the open ones of so many pieces from
# end to end. Streaks, drawn ones of 6 % contrast too, leave 0.25 in the mean of so much paper;
# ruled lines on sheets that lie straight to a twentieth of a degree leave 0.6 and more.
_DRIFT_PX, _PIECES, _PLACES = 0.4, 6, 3
# What is paler than this (of 255) is no ink; a fold that happens to lie along the picture's rows is
# as well filled as a streak.
_PALE = 40.0
# Open paper of a piece, in millimetres, that tells where the line is.
_OPEN_MM = 1.5
# In black and white a soft flank comes and goes with the threshold, but one side of the line
# stays in its column.
_TONES = 2
# What lies farther outside of the page than this is the lid, or paper that goes on; so much of it
# tells whether the line goes on, if it is as bright as this share of the paper beside the line.
_BEYOND_MM, _SEEN_MM, _BRIGHT = 1.0, 0.8, 0.7
# Tone that nothing at all changes was filled in by the scanner's driver, over the line too.
_FILLED = 0.0
# Dirt takes the same share of light from lid and paper. Less than this part of it is no line.
_GOES_ON = 0.3
# The line is looked for on so much open paper at each end.
_END_MM = 6.0


class LineView(NamedTuple):
    """A line down a picture with its surroundings.

    Attributes:
        strip: The darkest colour of the picture around it, shape (h, w).
        room: Rows that show open paper all across the line, shape (h,).
        inner: Its columns in the strip.
        beyond_mm: How far outside of the page each row lies, below 0 on it, shape (h,).
        px_per_mm: The picture's resolution.
    """

    strip: Pixels
    room: Mask
    inner: slice
    beyond_mm: Float64
    px_per_mm: float


def beyond_page(
    column: float, height: int, to_view: FloatArray, page: tuple[float, float]
) -> Float64:
    """Return how far outside of the page (mm) each row of a column lies, shape (height,).

    Args:
        column: Of the picture.
        height: Rows of the picture.
        to_view: From page millimetres to its pixels, shape (3, 3).
        page: Width and height of the page, in mm.
    """
    at = np.stack([np.full(height, column), np.arange(height, dtype=np.float64), np.ones(height)])
    x, y, scale = np.linalg.inv(to_view) @ at
    x, y = x / scale, y / scale
    outside = np.maximum(np.maximum(-x, x - page[0]), np.maximum(-y, y - page[1]))
    return np.asarray(outside, np.float64)


def _profile(grey: Pixels, rows: NDArray[np.int64]) -> tuple[Float64, float]:
    """Return by how much each column is darker than the sides of a strip, and the sides' tone."""
    part = grey[rows]
    two_level = bool(((part == 0) | (part == 255)).all())
    level = np.asarray(part.mean(axis=0) if two_level else np.median(part, axis=0), np.float64)
    side = max(2, len(level) // 5)
    left, right = float(np.median(level[:side])), float(np.median(level[-side:]))
    return np.clip(np.linspace(left, right, len(level)) - level, 0.0, None), min(left, right)


def stands_still(line: LineView) -> bool:
    """Tell whether a line keeps to its columns from end to end.

    Args:
        line: It, with its surroundings.
    """
    grey = line.strip
    open_rows = np.flatnonzero(line.room)
    if not open_rows.size:
        return True
    places: list[tuple[float, float, float]] = []
    depths: list[float] = []
    least = _OPEN_MM * line.px_per_mm
    for part in np.array_split(np.arange(open_rows[0], open_rows[-1] + 1), _PIECES):
        rows = part[line.room[part]]
        if len(rows) < least:
            continue
        dark, _ = _profile(grey, rows)
        own = np.where(dark > 0.3 * dark.max(), dark, 0.0)
        if own[line.inner].max(initial=0.0) <= 0:
            # Dirt may come and go.
            continue
        edge = np.flatnonzero(dark > 0.5 * dark.max())
        middle = float((own * np.arange(len(own))).sum() / own.sum())
        depths.append(float(dark.max()))
        places.append((middle, float(edge[0]), float(edge[-1])))
    if len(places) < _PLACES or float(np.median(depths)) < _PALE:
        return True
    drift = np.ptp(np.array(places), axis=0)
    two_level = len(np.unique(grey[open_rows[:64]])) <= _TONES
    return bool((drift.min() if two_level else drift[0]) <= _DRIFT_PX)


def ends_with_sheet(line: LineView) -> bool:
    """Tell whether a line that shows up to the sheet's edge is missing on the bright lid beyond.

    Args:
        line: It, with its surroundings.
    """
    grey = line.strip
    open_rows = np.flatnonzero(line.room)
    ends = 0
    for first in (True, False):
        away = np.arange(len(line.room)) < len(line.room) / 2
        outside = np.flatnonzero((line.beyond_mm > _BEYOND_MM) & (away == first))
        end = round(_END_MM * line.px_per_mm)
        inside = open_rows[:end] if first else open_rows[-end:]
        if len(outside) < _SEEN_MM * line.px_per_mm or not inside.size:
            continue
        (on_paper, paper), (on_lid, lid) = _profile(grey, inside), _profile(grey, outside)
        filled = float(grey[outside].std()) <= _FILLED
        if filled or paper <= 0 or lid < _BRIGHT * paper:
            continue
        due = float(on_paper[line.inner].max()) * lid / paper
        if float(on_lid[line.inner].max()) >= _GOES_ON * due:
            return False
        ends += 1
    return ends > 0

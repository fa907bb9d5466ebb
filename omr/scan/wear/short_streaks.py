"""Streaks that begin and end within the sheet: dirt that came loose while the sheet ran past.

In come the places of a picture that are darker than both their sides; out go the columns and
rows of lines that only the scanner can have drawn. The scanner's line stands still to a fraction
of a pixel while the sheet lies askew; a line ruled along the print lies as askew as the sheet,
and one ruled at any other slant leaves the column. On a sheet that lies straight the two
look the same, and people are asked, unless the line takes one colour alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.scan.place.reference import Mask, above
from omr.scan.place.register import Placement

Float64 = NDArray[np.float64]
Pixels = NDArray[np.uint8]

# A line shorter than this is left to people: over it, half a pixel is a slant of 0.1 degrees.
_LEAST_MM = 60.0
# The page is looked at in bands of this length, of which so much open paper tells. A streak shows
# on nearly all of it; a band that does not show it ends it. So much shows it in all.
_BAND_MM, _OPEN_MM, _SHARE, _SHOWN_MM = 6.0, 0.4, 0.85, 6.0
# Its middle stays in place to this, in pixels, in the open ones of so many pieces from end to end,
# at least three, which lie so far apart that a ruled line would have left the column; a nib
# along a ruler wavers by half a tenth of a millimetre. In black and white, where a faint flank
# comes and goes with the threshold, one side of the line stays in one column all the way.
_DRIFT_PX, _PIECES, _PLACES = 0.4, 6, 3
# What is ruled along the print would leave the column by this much, twice what the middle of a
# line that stands still may drift by, and more than a nib wavers.
_ASKEW_MM, _ASKEW_PX = 0.12, 1.0
# The line goes on over print and marks, in runs of this length; where no more than this gap lies
# bare, beside what print and its surroundings hide, it has not ended yet.
_RUN_MM, _GAP_MM = 1.0, 6.0
# Paper beside a line is as light as this share of its usual tone, which every so many rows tell.
_LIGHT, _THIN = 0.8, 8


class ShortStreak(NamedTuple):
    """A line down the picture, in pixels: columns from left to right, rows from top to bottom."""

    left: int
    right: int
    top: int
    bottom: int


class Ridge(NamedTuple):
    """What is darker than both its sides, in a picture of shape (h, w).

    Attributes:
        dark: The darkest colour of each pixel.
        sides: The darker of its sides.
        hits: Where a pixel is darker than both its sides by enough for a streak.
        contrast: From how much on it is enough.
    """

    dark: Pixels
    sides: Pixels
    hits: Mask
    contrast: int


def may_be_short(shown_px: NDArray[np.int64], placement: Placement) -> bool:
    """Tell whether a picture may hold such lines at all; hardly any does.

    Args:
        shown_px: How much open paper of each column is darker than both its sides.
        placement: Where the page lies in the picture.
    """
    # Half: the column was looked at in places alone.
    dark = bool((shown_px > 0.5 * _SHOWN_MM * placement.px_per_mm).any())
    return dark and not placement.photographed


def lies_askew(height_px: int, placement: Placement) -> bool:
    """Tell whether the longest ruled line there can be would leave its column of the picture."""
    return _askew(placement) * height_px >= _needed_px(placement)


def _needed_px(placement: Placement) -> float:
    """Return by how much a ruled line has to leave its column to be told from a streak."""
    return max(_ASKEW_MM * placement.px_per_mm, _ASKEW_PX)


def find_short_streaks(
    seen: Ridge, room: Mask, placement: Placement, one_colour: bool
) -> Iterator[ShortStreak]:
    """Find lines that stand still in the picture on a sheet that lies askew.

    Args:
        seen: What is darker than both its sides.
        room: Open paper, shape (h, w).
        placement: Where the page lies in the picture.
        one_colour: The lines take one of the three colours alone, as no pen's line does; the
            sheet may lie straight.

    Yields:
        The streaks, from left to right.
    """
    scale = placement.px_per_mm
    tall = 0.0 if one_colour else _needed_px(placement) / max(_askew(placement), 1e-9)
    hits = seen.hits
    # Beside a stroke or print nothing is darker than both its sides.
    tones = seen.sides[::_THIN][room[::_THIN]]
    if not tones.size:
        return
    room = room & above(seen.sides, _LIGHT * float(np.median(tones)))
    band = 2 * round(_BAND_MM / 2 * scale)
    # Every other row tells as much at half the cost.
    open_px = 2 * _in_bands(room[::2], band // 2)
    shown = 2 * _in_bands(hits[::2] & room[::2], band // 2)
    tells = open_px > _OPEN_MM * scale
    shows = tells & (shown > _SHARE * open_px)
    enough = (shown * shows).sum(axis=0) > _SHOWN_MM * scale
    done = -1
    for column in np.flatnonzero(enough).tolist():
        if column <= done:
            continue
        for first, last in _stretches(shows[:, column], tells[:, column]):
            top, bottom = first * band, min((last + 1) * band, len(hits))
            if shown[first : last + 1, column].sum() < _SHOWN_MM * scale:
                continue
            if bottom - top < tall:
                continue
            line = _line(seen, room, (column, top, bottom), tall, scale)
            if line is not None and line.bottom - line.top > _LEAST_MM * scale:
                done = line.right
                yield line


def _askew(placement: Placement) -> float:
    """Return the slope of the page's edge against the picture's columns."""
    across, down = placement.matrix[0, 1], placement.matrix[1, 1]
    low, high = sorted((abs(float(across)), abs(float(down))))
    return low / max(high, 1e-9)


def _in_bands(mask: Mask, band: int) -> NDArray[np.int64]:
    """Return how many pixels of each column a mask holds in each band, shape (bands, w)."""
    bits = mask.view(np.uint8)
    sums = [
        cv2.reduce(bits[top : top + band], 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[0]
        for top in range(0, len(bits), band)
    ]
    return np.stack(sums).astype(np.int64)


def _stretches(shows: Mask, tells: Mask) -> Iterator[tuple[int, int]]:
    """Yield first and last band of each stretch that shows a line wherever paper is open."""
    stretch: tuple[int, int] | None = None
    for at in range(len(shows)):
        if shows[at]:
            stretch = (stretch[0] if stretch else at, at)
        elif tells[at]:
            if stretch:
                yield stretch
            stretch = None
    if stretch:
        yield stretch


def _line(
    seen: Ridge,
    room: Mask,
    at: tuple[int, int, int],
    tall_px: float,
    px_per_mm: float,
) -> ShortStreak | None:
    """Return the whole of a line if it stands still.

    Args:
        seen: As for ``find_short_streaks``; room likewise.
        at: A column of it, and the rows between which it shows for sure.
        tall_px: Over so many rows a ruled line would leave the column.
        px_per_mm: The picture's resolution.
    """
    column, top, bottom = at
    reach = max(4, round(0.6 * px_per_mm))
    left = max(0, column - reach)
    strip = slice(left, column + reach + 1)
    places: list[tuple[float, float, float]] = []
    at_rows: list[float] = []
    ridge = cv2.subtract(seen.sides[top:bottom, strip], seen.dark[top:bottom, strip])
    profile = np.zeros(ridge.shape[1])
    for rows in np.array_split(np.arange(top, bottom), _PIECES):
        part = slice(int(rows[0]), int(rows[-1]) + 1)
        open_ = room[part, column]
        if np.count_nonzero(open_) < 0.5 * px_per_mm:
            continue
        own = np.median(ridge[part.start - top : part.stop - top][open_], axis=0)
        profile += own
        if own.max() <= 0:
            return None
        weight = np.where(own > 0.3 * own.max(), own, 0.0)
        middle = float((weight * np.arange(len(own))).sum() / weight.sum())
        dark = np.flatnonzero(own > 0.5 * own.max())
        places.append((middle, float(dark[0]), float(dark[-1])))
        at_rows.append(float(rows.mean()))
    if len(places) < _PLACES or np.ptp(at_rows) < tall_px:
        return None
    if float(np.ptp(np.array(places), axis=0).min()) > _DRIFT_PX:
        return None
    core = np.flatnonzero(profile > 0.15 * profile.max())
    first, last = left + int(core[0]), left + int(core[-1]) + 1
    # Close to a rule of the table the streak is no ridge among wide sides, but among close ones.
    darkest = left + int(np.argmax(profile))
    close = [max(0, first - 2), darkest, min(seen.dark.shape[1] - 1, last + 1)]
    before, own_tone, after = seen.dark[:, close].astype(np.int16).T
    sides = np.minimum(before, after)
    shown = seen.hits[:, darkest] | (sides - own_tone > seen.contrast)
    bare = sides > _LIGHT * float(np.median(sides[top:bottom]))
    first_row = top - _goes_on(shown[:top][::-1], bare[:top][::-1], px_per_mm)
    last_row = bottom + _goes_on(shown[bottom:], bare[bottom:], px_per_mm)
    # The sides of boxes below one another leave gaps of paper that nothing hides.
    whole = slice(first_row, last_row)
    if shown[whole][bare[whole]].mean() < _SHARE:
        return None
    return ShortStreak(first, last, first_row, last_row)


def _goes_on(seen: NDArray[np.bool_], bare: NDArray[np.bool_], px_per_mm: float) -> int:
    """Return for how many pixels a line goes on that is seen in some places, on bare paper."""
    run = max(2, round(_RUN_MM * px_per_mm))
    if len(seen) < run:
        return 0
    inked = np.convolve(seen, np.ones(run, np.int64), "valid")
    end = 0
    for start in np.flatnonzero(inked > _SHARE * run).tolist():
        if np.count_nonzero(bare[end:start]) > _GAP_MM * px_per_mm:
            break
        end = start + run
    return end

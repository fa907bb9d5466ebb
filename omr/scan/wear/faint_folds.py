"""Folds too faint to be found as such, of which the darkest dashes look like strokes.

In come finds and the page; out come those that lie upon a line which goes on over both edges of
the sheet. ``fold_shade`` asks every millimetre of a fold to show by itself. Here a place of it is
known, so that some millimetres at a time can be summed along the line, and what is no darker than
the grain of the paper still tells: wherever paper is open it is darker upon the line than beside
it. A stroke ends within the sheet; one that was drawn upon a fold is darker than the fold, or
leaves it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from omr.geometry import Rect
from omr.scan.ink.ink_map import InkMap
from omr.scan.place.reference import Grey, Mask, Reference
from omr.scan.place.straighten import FlatPage

Float64 = NDArray[np.float64]
Marks = NDArray[np.bool_]

# A dash of a fold is no broader than this, and long enough to have a direction.
_BROAD_MM, _LONG_MM = 1.0, 1.5
# Hardly slanting: two and a half degrees, in steps that move the end of a line across A4 by half
# a millimetre.
_SLOPES = np.linspace(-0.045, 0.045, 37)
# A fold wanders by so much about its straight line, and so does the stroke; its two neighbours, as
# broad, tell what grain and the other side of the sheet show where there is none.
_WANDER_MM, _ASIDE_MM = 0.6, 1.6
# Along the line so much is summed at a time, if so much of it is open to sight.
_BIN_MM, _OPEN = 3.0, 0.5
# By chance a third of the sums are darker than both their neighbours. A fold shows in so many of
# all, and in so many of each margin, which ends so far from the sheet's edge and leaves its rim.
_SHARE, _END_SHARE, _END_MM, _RIM_MM = 0.75, 0.6, 17.0, 3.0
# So many of them must be open in all and in each margin.
_LEAST_BINS, _LEAST_END_BINS = 24, 3
# Of a dash so much must be open. In the mean it is darker than nine tenths of all places of the
# fold by no more than this, and pale, of 255: what is drawn upon a fold adds to its darkness.
_SEEN_MM, _NO_DARKER, _PALE = 0.8, 1.3, 105.0
# It goes no farther aside than this from where the fold lies within so many bins of it.
_OFF_MM, _NEXT_BINS = 0.3, 4


class _Band(NamedTuple):
    """A straight line down a picture, row by row, with what lies beside it.

    Attributes:
        level: Darkness around the line, shape (rows, 2 * reach + 1).
        open_: Where it is open to sight, same shape.
        px_per_mm: Resolution.
    """

    level: Grey
    open_: Mask
    px_per_mm: int


class _Course(NamedTuple):
    """A band in bins: their middles (mm), where each is darkest (mm aside), whether it shows."""

    at_mm: Float64
    off_mm: Float64
    shows: Marks


def on_faint_folds(
    rects: Sequence[Rect], flat: FlatPage, reference: Reference, ink: InkMap
) -> tuple[Rect, ...]:
    """Return the finds that are dashes of a fold.

    Args:
        rects: The bounds of what was found, in mm.
        flat: The page laid flat.
        reference: The page as printed.
        ink: Its ink.
    """
    narrow = [
        rect
        for rect in rects
        if min(rect.w, rect.h) <= _BROAD_MM and max(rect.w, rect.h) >= _LONG_MM
    ]
    if not narrow:
        return ()
    shut = reference.near_print | ink.printed | ~flat.paper
    scale = reference.px_per_mm
    return tuple(rect for rect in narrow if lies_on_fold(rect, flat.darkness, shut, scale))


def lies_on_fold(rect: Rect, darkness: Grey, shut: Mask, px_per_mm: int) -> bool:
    """Tell whether a narrow find is part of a fold that goes on over both edges of the sheet.

    Args:
        rect: Its bounds, in mm.
        darkness: Of the page, shape (h, w), 0 paper to 255.
        shut: Where print or missing paper hide the sheet, same shape.
        px_per_mm: Resolution of both.
    """
    if rect.w > rect.h:
        rect, darkness, shut = Rect(rect.y, rect.x, rect.h, rect.w), darkness.T, shut.T
    best: tuple[float, _Band, _Course] | None = None
    for slope in _SLOPES:
        if abs(slope) * rect.h > rect.w + _WANDER_MM:
            continue
        band = _band(darkness, shut, rect, slope, px_per_mm)
        course = _course(band)
        share = float(course.shows.mean()) if course.shows.size else 0.0
        if best is None or share > best[0]:
            best = share, band, course
    if best is None or not _crosses(best[2], len(darkness) / px_per_mm):
        return False
    return _is_no_darker(best[1], rect) and _keeps_course(best[2], rect)


def _band(darkness: Grey, shut: Mask, rect: Rect, slope: float, px_per_mm: int) -> _Band:
    """Return the band down the picture through the middle of a rectangle, with this slope."""
    height, width = darkness.shape
    reach = round((_ASIDE_MM + _WANDER_MM) * px_per_mm)
    rows = np.arange(height)[:, None]
    middle = (rect.centre.x + slope * (rows / px_per_mm - rect.centre.y)) * px_per_mm
    columns = np.rint(middle).astype(int) + np.arange(-reach, reach + 1)
    inside = (columns >= 0) & (columns < width)
    columns = columns.clip(0, width - 1)
    return _Band(darkness[rows, columns], inside & ~shut[rows, columns], px_per_mm)


def _course(band: _Band) -> _Course:
    """Sum a band bin by bin, and look where each bin is darkest."""
    step = round(_BIN_MM * band.px_per_mm)
    whole = len(band.level) // step * step
    shape = (-1, step, band.level.shape[1])
    count = np.asarray(band.open_[:whole].reshape(shape).sum(axis=1), np.int64)
    seen = np.where(band.open_, band.level, 0)[:whole].reshape(shape).sum(axis=1, dtype=np.int64)
    level = seen / np.maximum(count, 1)
    # A fold is two pixels wide.
    level = (level[:, 1:] + level[:, :-1]) / 2
    half, off = (round(side * band.px_per_mm) for side in (_WANDER_MM, _ASIDE_MM))
    centre = band.level.shape[1] // 2
    left, own, right = (
        level[:, centre + aside - half : centre + aside + half] for aside in (-off, 0, off)
    )
    darkest = own.max(axis=1)
    known: Marks = np.asarray((count >= _OPEN * step).all(axis=1), np.bool_)
    return _Course(
        np.asarray((np.arange(len(level)) + 0.5) * _BIN_MM, np.float64)[known],
        np.asarray((own.argmax(axis=1) - half + 0.5) / band.px_per_mm, np.float64)[known],
        ((darkest > left.max(axis=1)) & (darkest > right.max(axis=1)))[known],
    )


def _crosses(course: _Course, length_mm: float) -> bool:
    """Tell whether a line shows all over the sheet, and in both its margins."""
    if len(course.shows) < _LEAST_BINS or course.shows.mean() < _SHARE:
        return False
    for away in (course.at_mm, length_mm - course.at_mm):
        end = course.shows[(away > _RIM_MM) & (away < _END_MM)]
        if len(end) < _LEAST_END_BINS or end.mean() < _END_SHARE:
            return False
    return True


def _is_no_darker(band: _Band, rect: Rect) -> bool:
    """Tell whether a dash is about as dark as the darkest stretches of its fold elsewhere."""
    half, centre = round(_WANDER_MM * band.px_per_mm), band.level.shape[1] // 2
    near = slice(centre - half, centre + half + 1)
    known: Marks = np.asarray(band.open_[:, near].all(axis=1), np.bool_)
    darkest = band.level[:, near].max(axis=1).astype(np.float64)
    first, last = (round(end * band.px_per_mm) for end in (rect.y, rect.bottom))
    own = np.zeros(len(known), np.bool_)
    own[max(0, first) : last + 1] = True
    others = darkest[known & ~own]
    if (own & known).sum() < _SEEN_MM * band.px_per_mm or not others.size:
        return False
    most = min(_NO_DARKER * float(np.percentile(others, 90)), _PALE)
    return float(darkest[own & known].mean()) <= most


def _keeps_course(course: _Course, rect: Rect) -> bool:
    """Tell whether a dash lies where the fold lies before and after it."""
    own = (course.at_mm > rect.y - _BIN_MM / 2) & (course.at_mm < rect.bottom + _BIN_MM / 2)
    beside = (
        (course.at_mm <= rect.y - _BIN_MM / 2)
        & (course.at_mm > rect.y - (_NEXT_BINS + 0.5) * _BIN_MM),
        (course.at_mm >= rect.bottom + _BIN_MM / 2)
        & (course.at_mm < rect.bottom + (_NEXT_BINS + 0.5) * _BIN_MM),
    )
    if not own.any() or not all((part & course.shows).any() for part in beside):
        return False
    lowest, highest = sorted(
        float(np.median(course.off_mm[part & course.shows])) for part in beside
    )
    off = course.off_mm[own]
    return bool(((off > lowest - _OFF_MM) & (off < highest + _OFF_MM)).all())

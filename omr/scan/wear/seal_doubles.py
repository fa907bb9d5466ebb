"""A seal that was set twice: a crescent of the second impression, and its letters once more.

In come the zone with its surroundings and the circle of one impression; out comes the circle of the
other. A die that bounces or is set again leaves all of its lines twice, the same way apart; a pen's
bow beside a seal brings no letters.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.scan.place.reference import Mask, as_bits
from omr.scan.wear.seal_rims import (
    CLEAN_MM,
    PARTS,
    SPREAD_MM,
    WITHIN_RIM_MM,
    Impression,
    SealView,
    disc_of,
    other_impression,
    places_mm,
    share_of_turn,
    turns_of,
)

Floats = NDArray[np.float32]
Float64 = NDArray[np.float64]

# A second impression lies so near to the first. Of the crescent that the first leaves to be seen
# of it, over so much of a turn at least, this share shows its outer edge, from and to so near.
_TWICE_MM, _LEAST_TURN, _CRESCENT, _ON_MM = 3.6, 0.08, 0.6, (0.5, 0.3)
# Its rim is as broad but for this share: a pen's line of 0.5 mm comes to 0.7 at most of what a rim
# of 0.9 would there. A scan's blur is no breadth.
_AS_BROAD, _BLUR_MM = 0.74, 0.2
# What lies within the rim, so far from its edge, is laid upon itself at this resolution, less what
# is as broad as this on the whole.
_WITHIN_MM, _LETTERS_PX_PER_MM, _BROADLY_MM = 2.4, 4, 0.8
# Laid upon itself moved by so much, in steps of two pixels of that.
_LEAST_MM, _STEP_MM = 0.75, 0.25
# Moved to where it lies twice, it agrees by this share better than moved as far elsewhere, and by
# so many times more than at any other place so far off. Doubles agree by 0.2 to 0.4 there and by
# 0.1 elsewhere, single impressions by no more than 0.1 anywhere.
_TWICE, _DISTINCT, _ELSEWHERE_MM = 0.15, 1.6, 1.0
# The crescent lies that way: the cosine between both. The one circle may lie between impressions.
_SAME_WAY = 0.85


def second_impression(rest: Mask, first: Impression, view: SealView) -> Impression | None:
    """Return a second impression beside the first, of which only a crescent is left to be seen.

    It is as large as the first and is seen over most of the crescent that one circle leaves of
    another as large, as far as print shows it, with clean paper beyond; and its rim is as broad.
    A pen's bow beside a seal is shorter than the crescent, leaves it at its ends, or is thinner.

    Args:
        rest: Ink beyond the first impression.
        first: The first impression.
        view: The zone.
    """
    places = places_mm(rest, view)
    found = _most_seen(first, first, np.arange(-_TWICE_MM, _TWICE_MM + 0.1, 0.4), places, view)
    if found is None:
        return None
    # Within a step of it the true place is sought once more.
    found = _most_seen(found, first, np.arange(-0.3, 0.31, 0.1), places, view) or found
    # Paper shows between a seal and a pen's bow, and not between impressions as close.
    x, y = places_mm(view.inked, view)
    after = np.hypot(x - first.x, y - first.y) > first.edge + _BLUR_MM
    room = np.minimum(
        _room(found, first, view) + SPREAD_MM - _BLUR_MM, _breadth(first, (x, y), view.px_per_mm)
    )
    wide = room > SPREAD_MM
    if not wide.any():
        return None
    inked = _breadth(found, (x[after], y[after]), view.px_per_mm, wide)
    return found if inked > _AS_BROAD * float(room[wide].mean()) else None


def set_twice(second: Impression, first: Impression, view: SealView) -> bool:
    """Tell whether what lies within a seal's rim lies there once more, the way of a second rim.

    Args:
        second: What may be a second impression.
        first: The first impression.
        view: The zone, with all that is seen of the seal.
    """
    way = _way_apart(first, view)
    if way is None:
        return False
    aside = np.array([second.x - first.x, second.y - first.y])
    most = float(np.linalg.norm(aside)) * float(np.linalg.norm(way))
    return abs(float(aside @ way)) > _SAME_WAY * most


def is_double(first: Impression, view: SealView) -> bool:
    """Tell whether a seal's lines lie on the paper twice.

    Args:
        first: One impression of it.
        view: The zone, with all that is seen of the seal.
    """
    return _way_apart(first, view) is not None or other_impression(first, view) is not None


def _way_apart(seal: Impression, view: SealView) -> Float64 | None:
    """Return how far, across and down in mm, the two impressions of a seal lie apart, or None."""
    inner = seal._replace(edge=seal.edge - _WITHIN_MM - SPREAD_MM)
    shown = disc_of(inner, view) & ~view.hidden
    inked, open_ = (_smaller(mask, view.px_per_mm) for mask in (view.inked, shown))
    broadly = cv2.GaussianBlur(inked, (0, 0), _BROADLY_MM * _LETTERS_PX_PER_MM)
    lines = np.asarray(inked - broadly, np.float32)
    agrees = _upon_itself(lines * open_) / np.maximum(_upon_itself(open_), 1.0)
    middle = agrees.shape[0] // 2
    if agrees[middle, middle] <= 0:
        return None
    agrees /= agrees[middle, middle]
    down, across = (np.indices(agrees.shape) - middle) / _LETTERS_PX_PER_MM
    away = np.hypot(across, down)
    better = np.zeros_like(agrees)
    for far in np.arange(_LEAST_MM, _TWICE_MM + _STEP_MM, _STEP_MM):
        # A circle within a circle agrees with itself moved, whichever way it is moved.
        ring = np.abs(away - far) < _STEP_MM / 2
        better[ring] = agrees[ring] - np.median(agrees[ring])
    # Moved the other way it agrees as well.
    better[down < 0] = 0.0
    at = int(better.argmax())
    way = np.array([across.ravel()[at], down.ravel()[at]])
    elsewhere = np.minimum(
        np.hypot(across - way[0], down - way[1]), np.hypot(across + way[0], down + way[1])
    )
    found, other = float(better.max()), float(better[elsewhere > _ELSEWHERE_MM].max())
    return way if found > max(_TWICE, _DISTINCT * other) else None


def _smaller(mask: Mask, px_per_mm: int) -> Floats:
    factor = _LETTERS_PX_PER_MM / px_per_mm
    small = cv2.resize(
        as_bits(mask) * 255, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA
    )
    return np.asarray(small / 255, np.float32)


def _upon_itself(picture: Floats) -> Float64:
    """Return how a picture agrees with itself moved, not moved at all in the middle."""
    side = cv2.getOptimalDFTSize(max(picture.shape) + round(2 * _TWICE_MM * _LETTERS_PX_PER_MM))
    spectrum = np.fft.rfft2(picture, (side, side))
    agrees = np.fft.irfft2(np.abs(spectrum) ** 2, (side, side))
    reach = round((_TWICE_MM + 1.0) * _LETTERS_PX_PER_MM)
    middle = side // 2
    kept = slice(middle - reach, middle + reach + 1)
    return np.asarray(np.fft.fftshift(agrees)[kept, kept], np.float64)


def _most_seen(
    around: Impression,
    first: Impression,
    steps: Float64,
    places: tuple[Float64, Float64],
    view: SealView,
) -> Impression | None:
    """Return the impression near a place whose crescent is seen best, if most of it is.

    Args:
        around: Where it is sought.
        first: The first impression.
        steps: Across and down from there, in mm.
        places: Ink beyond the first impression.
        view: The zone.
    """
    best, found = _CRESCENT, None
    for dx, dy in ((dx, dy) for dx in steps.tolist() for dy in steps.tolist()):
        second = around._replace(x=around.x + dx, y=around.y + dy)
        if SPREAD_MM < np.hypot(second.x - first.x, second.y - first.y) < _TWICE_MM:
            share = _share_of_crescent(second, _room(second, first, view), places)
            best, found = max((best, found), (share, second), key=lambda one: one[0])
    return found


def _room(second: Impression, first: Impression, view: SealView) -> Float64:
    """Return how far, in mm, each part of a rim stands out beside the first's, 0 below print."""
    turn = (np.arange(PARTS) + 0.5 - PARTS / 2) * (2 * np.pi / PARTS)
    x = second.x + second.edge * np.cos(turn)
    y = second.y + second.edge * np.sin(turn)
    room = np.hypot(x - first.x, y - first.y) - first.edge - SPREAD_MM
    rows = np.rint(y * view.px_per_mm).astype(np.int64) - view.area[0].start
    columns = np.rint(x * view.px_per_mm).astype(np.int64) - view.area[1].start
    height, width = view.inked.shape
    seen = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    seen[seen] = ~view.hidden[rows[seen], columns[seen]]
    return np.where(seen, room, 0.0)


def _share_of_crescent(seal: Impression, room: Float64, places: tuple[Float64, Float64]) -> float:
    """Return over which share of what shows of a rim its edge is seen, with clean paper beyond.

    Args:
        seal: The impression.
        room: How far each part of its rim stands out.
        places: Ink beyond the first impression.
    """
    open_ = room > _ON_MM[1]
    if np.count_nonzero(open_) < _LEAST_TURN * PARTS:
        return 0.0
    x, y = places[0] - seal.x, places[1] - seal.y
    beyond, turns = np.hypot(x, y) - seal.edge, turns_of(x, y)
    on, off = np.zeros(PARTS, np.bool_), np.zeros(PARTS, np.bool_)
    on[turns[(beyond > -_ON_MM[0]) & (beyond < _ON_MM[1])]] = True
    off[turns[(beyond > SPREAD_MM) & (beyond < CLEAN_MM[1])]] = True
    return float(np.mean(on[open_])) - float(np.mean(off[open_]))


def _breadth(
    seal: Impression,
    places: tuple[Float64, Float64],
    px_per_mm: int,
    parts: NDArray[np.bool_] | None = None,
) -> float:
    """Return how broad a rim is where it is seen, in some parts of its turn or all, in mm."""
    x, y = places[0] - seal.x, places[1] - seal.y
    beyond, turns = np.hypot(x, y) - seal.edge, turns_of(x, y)
    on = (beyond > -WITHIN_RIM_MM) & (beyond < _ON_MM[1])
    if parts is not None:
        on &= parts[turns]
    arc_mm = share_of_turn(turns[on]) * 2 * np.pi * seal.edge
    return float(np.count_nonzero(on)) / px_per_mm**2 / arc_mm if arc_mm else 0.0

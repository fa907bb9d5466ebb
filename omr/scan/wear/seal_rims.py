"""The impressions of a round seal: its circle, and a second one where it was set twice.

In come the zone with its surroundings and its ink; out come the circles. A seal is one line as true
as the die was cut, clean paper beyond it and lettering within; no hand draws so round.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import Rect
from omr.scan.place.reference import Mask, Places, as_bits

Floats = NDArray[np.float32]
Float64 = NDArray[np.float64]

# Seals of offices are 36 to 38 mm wide, those of small bodies from 28 mm, of large ones to 42 mm.
# The circle is sought in steps as wide as a thin rim, on as coarse a picture as shows it.
_PX_PER_MM = 2
_RADII_MM = np.arange(13.0, 22.1, 0.5)
_LINE_MM = 0.75
# A turn is told in so many parts; a seal's middle lies so near to that of its zone.
_PARTS, _ASTRAY_MM = 120, 11.0
# Beyond the rim paper is clean: ink there counts against the circle.
_CLEAN_MM = (1.6, 2.6)
# Seen over this share of its turn more than beyond it, a circle is too true for any hand. Over
# less of it, down to a third of an impression, letters stand along as much of a turn within.
_SURE, _PARTLY, _LETTERED = 0.6, 0.25, 0.25
_LETTERS_MM = (7.0, 1.5)
# The rim ends where the outermost ink lies in most parts of the turn, as near as this. Lines of a
# double rim lie up to 1.6 mm apart, and the rim is up to 1 mm broad. The middle is off by a step.
_RIM_MM, _EDGE_MM, _FINE_MM = 2.4, 0.15, (-0.6, -0.4, -0.2, 0.0, 0.2, 0.4, 0.6)
# Ink spreads, and rubber gives, so far beyond the rim.
_SPREAD_MM = 0.6
# A second impression lies so near to the first. Of the crescent that the first leaves to be seen
# of it, over so much of a turn at least, this share shows its outer edge, from and to so near.
_TWICE_MM, _LEAST_TURN, _CRESCENT, _ON_MM = 3.6, 0.08, 0.6, (0.5, 0.3)
# Its rim, told from the line within so far from its edge, is as broad but for this share: a pen's
# line of 0.5 mm comes to 0.7 at most of what a rim of 0.9 would there. A scan's blur is no breadth.
_LINE_APART_MM, _AS_BROAD, _BLUR_MM = 1.1, 0.74, 0.2


class Impression(NamedTuple):
    """One impression on the page.

    Attributes:
        x: Across to its middle, in mm.
        y: Down to its middle, in mm.
        line: From there to the line that is seen best, in mm.
        edge: From there to the outer edge of the rim, in mm.
        seen: Over which share of its turn the line is seen, more than beyond it.
    """

    x: float
    y: float
    line: float
    edge: float
    seen: float = 0.0


class SealView(NamedTuple):
    """The zone with its surroundings.

    Attributes:
        area: Its window on the page.
        px_per_mm: Resolution.
        inked: What is taken for ink, shape (h, w).
        hidden: Where print hides ink, same shape.
        pixels: The flat page, shape (h, w) or (h, w, 3).
    """

    area: tuple[slice, slice]
    px_per_mm: int
    inked: Mask
    hidden: Mask
    pixels: NDArray[np.uint8]


def best_impression(zone: Rect, views: Sequence[SealView]) -> tuple[Impression, SealView] | None:
    """Return a seal's circle and the view in which it is seen best, if it is a seal's in any.

    Args:
        zone: The seal's zone.
        views: The ink, and then views of what is paler than ink. Cups and bottles leave true
            rings as pale: a seal that is told by those has letters within.
    """
    found = [
        (seal, view)
        for number, view in enumerate(views)
        if (seal := _impression(zone, view, lettered=number > 0)) is not None
    ]
    return max(found, key=lambda one: one[0].seen, default=None)


def _impression(zone: Rect, view: SealView, lettered: bool) -> Impression | None:
    """Return the circle that is seen best, if it is a seal's.

    Args:
        zone: The seal's zone.
        view: The zone with its surroundings.
        lettered: Whether it has to have letters within however well it is seen.
    """
    middle = zone.centre
    level, seal = _best(
        _seen(view.inked, view), view, Impression(middle.x, middle.y, 0.0, 0.0), _ASTRAY_MM
    )
    if level < _PARTLY:
        return None
    seal = _refined(seal, view)
    if lettered or level < _SURE:
        from_middle, turns = _polar(seal, view)
        inner, outer = seal.edge - _LETTERS_MM[0], seal.edge - _LETTERS_MM[1]
        letters = turns[(from_middle > inner) & (from_middle < outer)]
        if _share_of_turn(letters) < _LETTERED:
            return None
    return seal


def _refined(seal: Impression, view: SealView) -> Impression:
    """Return a circle moved within its steps so that most of its turn ends at one distance."""
    best, found = 0, seal
    x, y = _places(view.inked, view)
    near = np.abs(np.hypot(x - seal.x, y - seal.y) - seal.line) < _RIM_MM + 0.8
    x, y = x[near], y[near]
    edges = np.arange(seal.line - 0.5, seal.line + _RIM_MM, 0.125)
    for dx, dy in ((dx, dy) for dx in _FINE_MM for dy in _FINE_MM):
        one = seal._replace(x=seal.x + dx, y=seal.y + dy)
        from_middle = np.hypot(x - one.x, y - one.y)
        on = from_middle < seal.line + _RIM_MM
        outermost = np.zeros(_PARTS)
        np.maximum.at(outermost, _turns(x[on] - one.x, y[on] - one.y), from_middle[on])
        ends = np.count_nonzero(np.abs(outermost[:, None] - edges) < _EDGE_MM, axis=0)
        if ends.max() > best:
            best, found = int(ends.max()), one._replace(edge=float(edges[ends.argmax()]))
    return found


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
    places = _places(rest, view)
    found = _most_seen(first, first, np.arange(-_TWICE_MM, _TWICE_MM + 0.1, 0.4), places, view)
    if found is None:
        return None
    # Within a step of it the true place is sought once more.
    found = _most_seen(found, first, np.arange(-0.3, 0.31, 0.1), places, view) or found
    # Paper shows between a seal and a pen's bow, and not between impressions as close.
    x, y = _places(view.inked, view)
    after = np.hypot(x - first.x, y - first.y) > first.edge + _BLUR_MM
    room = np.minimum(
        _room(found, first, view) + _SPREAD_MM - _BLUR_MM, _breadth(first, (x, y), view.px_per_mm)
    )
    wide = room > _SPREAD_MM
    if not wide.any():
        return None
    inked = _breadth(found, (x[after], y[after]), view.px_per_mm, wide)
    return found if inked > _AS_BROAD * float(room[wide].mean()) else None


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
        if _SPREAD_MM < np.hypot(second.x - first.x, second.y - first.y) < _TWICE_MM:
            share = _share_of_crescent(second, _room(second, first, view), places)
            best, found = max((best, found), (share, second), key=lambda one: one[0])
    return found


def _room(second: Impression, first: Impression, view: SealView) -> Float64:
    """Return how far, in mm, each part of a rim stands out beside the first's, 0 below print."""
    turn = (np.arange(_PARTS) + 0.5 - _PARTS / 2) * (2 * np.pi / _PARTS)
    x = second.x + second.edge * np.cos(turn)
    y = second.y + second.edge * np.sin(turn)
    room = np.hypot(x - first.x, y - first.y) - first.edge - _SPREAD_MM
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
    if np.count_nonzero(open_) < _LEAST_TURN * _PARTS:
        return 0.0
    x, y = places[0] - seal.x, places[1] - seal.y
    beyond, turns = np.hypot(x, y) - seal.edge, _turns(x, y)
    on, off = np.zeros(_PARTS, np.bool_), np.zeros(_PARTS, np.bool_)
    on[turns[(beyond > -_ON_MM[0]) & (beyond < _ON_MM[1])]] = True
    off[turns[(beyond > _SPREAD_MM) & (beyond < _CLEAN_MM[1])]] = True
    return float(np.mean(on[open_])) - float(np.mean(off[open_]))


def _breadth(
    seal: Impression,
    places: tuple[Float64, Float64],
    px_per_mm: int,
    parts: NDArray[np.bool_] | None = None,
) -> float:
    """Return how broad a rim is where it is seen, in some parts of its turn or all, in mm."""
    x, y = places[0] - seal.x, places[1] - seal.y
    beyond, turns = np.hypot(x, y) - seal.edge, _turns(x, y)
    on = (beyond > -_LINE_APART_MM) & (beyond < _ON_MM[1])
    if parts is not None:
        on &= parts[turns]
    arc_mm = _share_of_turn(turns[on]) * 2 * np.pi * seal.edge
    return float(np.count_nonzero(on)) / px_per_mm**2 / arc_mm if arc_mm else 0.0


def _best(
    seen: list[Floats], view: SealView, around: Impression, reach_mm: float
) -> tuple[float, Impression]:
    """Return the circle that is seen best of those whose middle lies near another's.

    Returns:
        Which share of it is seen more than beyond it, and the circle.
    """
    rows, columns = np.indices(seen[0].shape)
    x = (columns + 0.5) / _PX_PER_MM + view.area[1].start / view.px_per_mm
    y = (rows + 0.5) / _PX_PER_MM + view.area[0].start / view.px_per_mm
    near = np.flatnonzero(np.hypot(x - around.x, y - around.y) < reach_mm)
    levels = np.array([shares.ravel()[near] for shares in seen])
    size, place = divmod(int(levels.argmax()), len(near))
    at, line = near[place], float(_RADII_MM[size])
    level = float(levels[size, place])
    return level, Impression(float(x.ravel()[at]), float(y.ravel()[at]), line, line, level)


def _seen(inked: Mask, view: SealView) -> list[Floats]:
    """Return for each radius and each middle which share of the circle is inked.

    What is inked beyond the circle is taken off: the circle is the outermost line of a seal.
    """
    factor = _PX_PER_MM / view.px_per_mm
    dark = as_bits(inked) * np.uint8(255)
    # A thin rim fills a sixth of these pixels.
    small = cv2.resize(dark, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) > 40
    height, width = small.shape
    side = cv2.getOptimalDFTSize(max(height, width))
    spectrum = np.fft.rfft2(small.astype(np.float32), (side, side))
    return [
        np.fft.irfft2(spectrum * ring, (side, side))[:height, :width].astype(np.float32)
        for ring in _rings(side)
    ]


@lru_cache(maxsize=2)
def _rings(side: int) -> list[NDArray[np.complex64]]:
    """Return the spectra of all circles, less that of the paper beyond each."""
    rows, columns = np.indices((side, side))
    distance = np.hypot(rows - side // 2, columns - side // 2) / _PX_PER_MM
    rings = []
    for radius in _RADII_MM:
        line = np.abs(distance - radius) < _LINE_MM / 2
        beyond = (distance > radius + _CLEAN_MM[0]) & (distance < radius + _CLEAN_MM[1])
        ring = line / line.sum() - beyond / beyond.sum()
        rings.append(np.conj(np.fft.rfft2(np.fft.ifftshift(ring))).astype(np.complex64))
    return rings


def disc_of(seal: Impression, view: SealView) -> Mask:
    """Return all that lies within a seal's rim and its spread."""
    rows, columns = view.area
    within = np.zeros(view.inked.shape, np.uint8)
    middle = (
        round((seal.x * view.px_per_mm - columns.start - 0.5) * 16),
        round((seal.y * view.px_per_mm - rows.start - 0.5) * 16),
    )
    radius = round((seal.edge + _SPREAD_MM) * view.px_per_mm * 16)
    return cv2.circle(within, middle, radius, (1,), -1, cv2.LINE_8, 4).view(np.bool_)


def ink_on_rim(seal: Impression, view: SealView) -> Places:
    """Return where the ink of a seal's rim is, row * w + column of the view."""
    from_middle, _ = _polar(seal, view)
    return np.flatnonzero(view.inked)[np.abs(from_middle - seal.edge) < _LINE_APART_MM]


def _polar(seal: Impression, view: SealView) -> tuple[Float64, NDArray[np.int64]]:
    """Return how far all ink lies from a seal's middle, in mm, and in which part of a turn."""
    x, y = _places(view.inked, view)
    return np.hypot(x - seal.x, y - seal.y), _turns(x - seal.x, y - seal.y)


def _places(inked: Mask, view: SealView) -> tuple[Float64, Float64]:
    """Return x and y of ink on the page, in mm."""
    rows, columns = np.divmod(np.flatnonzero(inked), inked.shape[1])
    x = (columns + view.area[1].start + 0.5) / view.px_per_mm
    return x, (rows + view.area[0].start + 0.5) / view.px_per_mm


def _turns(x: Float64, y: Float64) -> NDArray[np.int64]:
    """Return in which part of a turn each place lies."""
    return ((np.arctan2(y, x) / (2 * np.pi) + 0.5) * (_PARTS - 1e-6)).astype(np.int64)


def _share_of_turn(turns: NDArray[np.int64]) -> float:
    """Return over which share of a turn there is anything."""
    return len(np.unique(turns)) / _PARTS

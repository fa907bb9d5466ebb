"""The circle of a round seal.

In come the zone with its surroundings and its ink; out comes the circle. A seal is one line as true
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
from omr.scan.ink.pieces import label_pieces
from omr.scan.place.reference import Mask, Places, as_bits

Floats = NDArray[np.float32]
Float64 = NDArray[np.float64]

# Seals of offices are 36 to 38 mm wide, those of small bodies from 28 mm, of large ones to 42 mm.
# The circle is sought in steps as wide as a thin rim, on as coarse a picture as shows it.
_PX_PER_MM = 2
_RADII_MM = np.arange(13.0, 22.1, 0.5)
_LINE_MM = 0.75
# A turn is told in so many parts; a seal's middle lies so near to that of its zone.
PARTS, _ASTRAY_MM = 120, 11.0
# Beyond the rim paper is clean: ink there counts against the circle.
CLEAN_MM = (1.6, 2.6)
# Seen over this share of its turn more than beyond it, as a third of an impression is, a circle may
# be a seal's. Within it letters, that reach so far towards the middle, stand along so much of a
# turn: 0.2 of a seal that was pressed on one side only, 0.9 of others; loops that a hand drew and
# the rings of cups have none.
_PARTLY, _LETTER_MM, _LETTERED = 0.25, 1.2, 0.15
_LETTERS_MM = (7.0, 1.5)
# Of 46 seals as they come none had less than 0.41 of this, nor less than seven pieces as large as
# letters, so high and along so little of a turn; four times rings and a star that hands drew had
# 0.34 at most, and four such pieces. Of 30 seals in two levels one had as few letters as those.
_FEW_LETTERED, _FEW_LETTERS = 0.4, 6
_LETTER_MM2, _LETTER_HIGH_MM, _LETTER_TURN = 0.1, (0.7, 5.0), 0.055
# A die's edge keeps to its circle, this near, for so many parts of the turn on end, 4 mm and more.
# Such runs are 0.3 of the turn of a third of an impression and of one set twice and turned; in
# scribbles as large as a seal there are none, in oval stamps they come to 0.12.
# Ink as far beyond the edge as this ends elsewhere.
_TRUE_MM, _RUN, _TRUE, _BEYOND_MM = 0.2, 4, 0.2, 1.0
# Circles that hands draw keep to 0.2 mm for less than half of their turn. Within one that is true
# for so much of it, letters may stand otherwise than along the rim: in so many pieces at least.
# They stand farther within than the lines of a double rim.
_WHOLE, _PIECES, _PIECE_MM2, _DOUBLE_MM = 0.6, 8, 0.15, 2.6
# A die that was set again leaves a circle that is as large, sought within so many mm and found by
# its edge within fewer, and whose middle lies so far off: nearer it is the same circle, farther
# another ballot's.
_ABOUT_MM, _SAME_MM, _AGAIN_MM = 1.1, 0.4, (1.2, 12.0)
# Where it crosses the first, for this share of a turn and more, its rim shows over this share of
# the way, this near. Letters of the first show over half of it; the circle of a pen's bow beside a
# seal hardly lies within it.
_WITHIN, _CROSSES, _NEAR_MM = 0.17, 0.7, 0.3
# The rim ends where the outermost ink lies in most parts of the turn, as near as this. Lines of a
# double rim lie up to 1.6 mm apart, and the rim is up to 1 mm broad. The middle is off by a step.
_RIM_MM, _EDGE_MM, _FINE_MM = 2.4, 0.15, (-0.6, -0.4, -0.2, 0.0, 0.2, 0.4, 0.6)
# Ink spreads, and rubber gives, so far beyond the rim. Lines of the rim lie so far within its edge.
SPREAD_MM, WITHIN_RIM_MM = 0.6, 1.1


class Impression(NamedTuple):
    """One impression on the page.

    Attributes:
        x: Across to its middle, in mm.
        y: Down to its middle, in mm.
        line: From there to the line that is seen best, in mm.
        edge: From there to the outer edge of the rim, in mm.
        seen: Over which share of its turn that line is seen more than what lies beyond the rim.
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


def best_impression(
    zone: Rect, views: Sequence[SealView], lettered: bool = True
) -> tuple[Impression, SealView] | None:
    """Return a seal's circle and the view in which it is seen best, if it is a seal's in any.

    Args:
        zone: The seal's zone.
        views: The zone with its surroundings: its ink, and also what is paler than ink.
        lettered: Whether letters have to be seen within the rim.
    """
    found = [
        (seal, view) for view in views if (seal := _impression(zone, view, lettered)) is not None
    ]
    return max(found, key=lambda one: one[0].seen, default=None)


def other_impression(first: Impression, view: SealView) -> Impression | None:
    """Return another impression of the same die, set once more some way from the first.

    Args:
        first: The impression that is known.
        view: The zone with its surroundings.
    """
    about = np.abs(_RADII_MM - first.line) < _ABOUT_MM
    levels = [
        shares if known else np.zeros_like(shares)
        for shares, known in zip(_seen(view.inked, view), about, strict=True)
    ]
    level, seal = _best(levels, view, first, _AGAIN_MM[1], _AGAIN_MM[0])
    again = _if_seal(level, seal, view)
    if again is None or abs(again.edge - first.edge) > _SAME_MM:
        return None
    return again if _crosses(again, first, view) else None


def _crosses(again: Impression, first: Impression, view: SealView) -> bool:
    """Tell whether a rim shows where it lies within another impression, print left out."""
    turn = (np.arange(PARTS) + 0.5) / PARTS * 2 * np.pi - np.pi
    middle = again.edge - WITHIN_RIM_MM / 2
    x, y = again.x + middle * np.cos(turn), again.y + middle * np.sin(turn)
    rows = np.rint(y * view.px_per_mm).astype(np.int64) - view.area[0].start
    columns = np.rint(x * view.px_per_mm).astype(np.int64) - view.area[1].start
    height, width = view.inked.shape
    within = np.hypot(x - first.x, y - first.y) < first.edge - CLEAN_MM[0]
    within &= (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    within[within] = ~view.hidden[rows[within], columns[within]]
    from_middle, turns = _polar(again, view)
    shown = np.zeros(PARTS, np.bool_)
    shown[turns[np.abs(from_middle - again.edge + _NEAR_MM) < _NEAR_MM]] = True
    return float(within.mean()) > _WITHIN and float(shown[within].mean()) > _CROSSES


def _impression(zone: Rect, view: SealView, lettered: bool) -> Impression | None:
    """Return the circle that is seen best, if it is a seal's."""
    middle = Impression(zone.centre.x, zone.centre.y, 0.0, 0.0)
    level, seal = _best(_seen(view.inked, view), view, middle, _ASTRAY_MM)
    return _if_seal(level, seal, view, lettered)


def _if_seal(
    level: float, seal: Impression, view: SealView, lettered: bool = True
) -> Impression | None:
    """Return a circle with its edge, if it is a seal's.

    Scribbles that fill the zone lie along some circle, but do not end on it. Cups and bottles leave
    rings as true as a seal's, and no letters within but what somebody wrote there.
    """
    if level < _PARTLY:
        return None
    seal = _refined(seal, view)
    true = _true(seal, view)
    if true < _TRUE:
        return None
    by_words = not lettered or is_lettered(seal, view)
    return seal if by_words or (true >= _WHOLE and _dies(seal, view)) else None


def is_bare(seal: Impression, view: SealView) -> bool:
    """Tell a ring without the letters of a die: further rings at most, or a star in the middle."""
    return _lettered(seal, view) < _FEW_LETTERED and _letters(seal, view) < _FEW_LETTERS


def _letters(seal: Impression, view: SealView) -> int:
    """Return how many pieces as large as letters stand along a rim within it."""
    inner, outer = seal.edge - _LETTERS_MM[0], seal.edge - _LETTERS_MM[1]
    from_middle, turns = _polar(seal, view)
    band = (from_middle > inner) & (from_middle < outer)
    within = np.zeros(view.inked.shape, np.bool_)
    at = np.flatnonzero(view.inked)[band]
    within.ravel()[at] = True
    pieces = label_pieces(within)
    numbers, from_middle, turns = pieces.labels.ravel()[at], from_middle[band], turns[band]
    large = pieces.stats[:, cv2.CC_STAT_AREA] >= _LETTER_MM2 * view.px_per_mm**2
    letters = 0
    for number in (1 + np.flatnonzero(large[1:])).tolist():
        own = numbers == number
        high = _LETTER_HIGH_MM[0] <= float(np.ptp(from_middle[own])) <= _LETTER_HIGH_MM[1]
        letters += high and share_of_turn(turns[own]) < _LETTER_TURN
    return letters


def is_lettered(seal: Impression, view: SealView) -> bool:
    """Tell whether letters stand along a rim within it."""
    return _lettered(seal, view) > _LETTERED


def _dies(seal: Impression, view: SealView) -> bool:
    """Tell whether what stands within a rim can be a die's: nothing, or more than a word."""
    pieces = _pieces_within(seal, view)
    return pieces == 0 or pieces >= _PIECES


def _pieces_within(seal: Impression, view: SealView) -> int:
    """Return how many pieces of ink stand farther within a rim than the lines of a double one."""
    away = disc_of(seal._replace(edge=seal.edge - SPREAD_MM - _DOUBLE_MM), view)
    least = _PIECE_MM2 * view.px_per_mm**2
    areas = label_pieces(view.inked & away).stats[1:, cv2.CC_STAT_AREA]
    return int(np.count_nonzero(areas >= least))


def _true(seal: Impression, view: SealView) -> float:
    """Return over which share of a turn ink ends on the rim's edge for some parts on end."""
    from_middle, turns = _polar(seal, view)
    on = from_middle < seal.edge + _BEYOND_MM
    outermost = np.zeros(PARTS)
    np.maximum.at(outermost, turns[on], from_middle[on])
    ends = as_bits(np.abs(outermost - seal.edge) < _TRUE_MM)
    around = np.concatenate([ends[-_RUN:], ends, ends[:_RUN]])[None]
    runs = cv2.morphologyEx(around, cv2.MORPH_OPEN, np.ones((1, _RUN), np.uint8))
    return float(np.mean(runs[0, _RUN:-_RUN]))


def _lettered(seal: Impression, view: SealView) -> float:
    """Return along which share of a turn letters stand within a rim.

    A letter reaches some way towards the middle; a line that goes around does not.
    """
    from_middle, turns = _polar(seal, view)
    inner, outer = seal.edge - _LETTERS_MM[0], seal.edge - _LETTERS_MM[1]
    band = (from_middle > inner) & (from_middle < outer)
    from_middle, turns = from_middle[band], turns[band]
    least, most = np.full(PARTS, np.inf), np.zeros(PARTS)
    np.minimum.at(least, turns, from_middle)
    np.maximum.at(most, turns, from_middle)
    return float(np.mean(most - least > _LETTER_MM))


def _refined(seal: Impression, view: SealView) -> Impression:
    """Return a circle moved within its steps so that most of its turn ends at one distance."""
    best, found = 0, seal
    x, y = places_mm(view.inked, view)
    near = np.abs(np.hypot(x - seal.x, y - seal.y) - seal.line) < _RIM_MM + 0.8
    x, y = x[near], y[near]
    edges = np.arange(seal.line - 0.5, seal.line + _RIM_MM, 0.125)
    for dx, dy in ((dx, dy) for dx in _FINE_MM for dy in _FINE_MM):
        one = seal._replace(x=seal.x + dx, y=seal.y + dy)
        from_middle = np.hypot(x - one.x, y - one.y)
        on = from_middle < seal.line + _RIM_MM
        outermost = np.zeros(PARTS)
        np.maximum.at(outermost, turns_of(x[on] - one.x, y[on] - one.y), from_middle[on])
        ends = np.count_nonzero(np.abs(outermost[:, None] - edges) < _EDGE_MM, axis=0)
        if ends.max() > best:
            best, found = int(ends.max()), one._replace(edge=float(edges[ends.argmax()]))
    return found


def _best(
    seen: list[Floats],
    view: SealView,
    around: Impression,
    reach_mm: float,
    beyond_mm: float = -1.0,
) -> tuple[float, Impression]:
    """Return the circle that is seen best of those whose middle lies near another's, if not on it.

    Returns:
        Which share of it is seen more than beyond it, and the circle.
    """
    rows, columns = np.indices(seen[0].shape)
    x = (columns + 0.5) / _PX_PER_MM + view.area[1].start / view.px_per_mm
    y = (rows + 0.5) / _PX_PER_MM + view.area[0].start / view.px_per_mm
    away = np.hypot(x - around.x, y - around.y)
    near = np.flatnonzero((away < reach_mm) & (away > beyond_mm))
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
        beyond = (distance > radius + CLEAN_MM[0]) & (distance < radius + CLEAN_MM[1])
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
    radius = round((seal.edge + SPREAD_MM) * view.px_per_mm * 16)
    return cv2.circle(within, middle, radius, (1,), -1, cv2.LINE_8, 4).view(np.bool_)


def ink_on_rim(seal: Impression, view: SealView) -> Places:
    """Return where the ink of a seal's rim is, row * w + column of the view."""
    from_middle, _ = _polar(seal, view)
    return np.flatnonzero(view.inked)[np.abs(from_middle - seal.edge) < WITHIN_RIM_MM]


def _polar(seal: Impression, view: SealView) -> tuple[Float64, NDArray[np.int64]]:
    """Return how far all ink lies from a seal's middle, in mm, and in which part of a turn."""
    x, y = places_mm(view.inked, view)
    return np.hypot(x - seal.x, y - seal.y), turns_of(x - seal.x, y - seal.y)


def places_mm(inked: Mask, view: SealView) -> tuple[Float64, Float64]:
    """Return x and y of ink on the page, in mm."""
    rows, columns = np.divmod(np.flatnonzero(inked), inked.shape[1])
    x = (columns + view.area[1].start + 0.5) / view.px_per_mm
    return x, (rows + view.area[0].start + 0.5) / view.px_per_mm


def turns_of(x: Float64, y: Float64) -> NDArray[np.int64]:
    """Return in which part of a turn each place lies."""
    return ((np.arctan2(y, x) / (2 * np.pi) + 0.5) * (PARTS - 1e-6)).astype(np.int64)


def share_of_turn(turns: NDArray[np.int64]) -> float:
    """Return over which share of a turn there is anything."""
    return len(np.unique(turns)) / PARTS

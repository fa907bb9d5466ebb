"""Pen strokes that lie upon the print, where ink is print's neighbour and easily taken for it.

In come the page's ink and the page as printed, this ballot's serial among it; out come findings.
Whatever can be seen between and beside the letters is held against a ceiling: the darkness that
print leaves there at most, a tenth of a millimetre of misfit and spread allowed. A pen's line
is over that ceiling wherever the paper along it shows; the fringe of displaced or fattened
print lies along the letters and leaves the paper between them bare.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import Rect
from omr.scan.ink.ink_map import InkMap
from omr.scan.ink.pieces import label_pieces
from omr.scan.place.reference import (
    Grey,
    Mask,
    Places,
    Reference,
    above,
    as_bits,
    disc,
    grow,
    where,
    window,
)
from omr.scan.place.straighten import FlatPage

Float32 = NDArray[np.float32]

# Misfit and spread of print that the ceiling allows for: the least of these is taken at which
# hardly any of the paper beside print is over it. 8 px/mm: 0.12 to 0.38 mm.
_SPREADS_PX = (1.0, 1.5, 2.0, 2.5, 3.0)
_FRINGE_SHARE = 0.004
# Ink is darker than its ceiling by this much, of 255: faint pencil over white paper has 60.
_OVER = 38
# Paper is open to sight where print's ceiling stays below this share of solid print.
_OPEN = 0.6
# A run of a pen line, and its width: of a 4 mm stroke, one with a bow, so much is straight.
_RUN_MM, _WIDTH_MM, _DIRECTIONS = 3.2, 0.3, 16
# Of a run, at least this share of the open paper is inked, and this much ink shows in all.
_INKED, _SHOWN_MM2 = 0.8, 0.24
# Crumbs of one stroke lie within this of each other; they reach this far with this much ink.
_GAP_MM, _REACH_MM, _CRUMBS_MM2 = 1.6, 1.8, 0.25
# A speck is no longer than this, and about as broad.
_SPECK_MM = 1.8
# A stain's or a seal's edge over print is broader than a pen's line and pale all over.
_BROAD_MM, _PALE = 0.9, 105
# No ink is looked for in the rim, where the edge of the sheet casts its shadow.
_RIM_MM = 4.0
# Beside codes and marks, whose solid black spreads more than letters do.
_BESIDE_CODES_MM, _BESIDE_SEAL_MM = 0.5, 0.8
# Print beside a crumpled or folded place lies up to this far off; it is matched again with
# what lies around it, on all sides and on each side alone, and line by line.
_MOVED_MM, _AROUND_MM, _ASIDE_MM, _MATCH = 1.4, 3.0, 7.0, 0.5
# A line of print with its accents is so high; so long a piece of it is matched by itself.
_LINE_MM, _PIECE_MM = 3.5, 8.0
# It has to fit there better than at its own place, by this much in correlation.
_GAIN = 0.02


class _Seen(NamedTuple):
    """A window of the page: solid ink over the ceiling, all ink over it, open paper."""

    solid: Mask
    over: Mask
    open_: Mask


def ink_over_print(
    flat: FlatPage, reference: Reference, ink: InkMap, sharp: Grey, explained: Mask
) -> Iterator[Rect]:
    """Find strokes that run over print, wholly or in part.

    Args:
        flat: The page laid flat.
        reference: The page as printed.
        ink: Its ink.
        sharp: How dark the page is as printed, with the serial of this ballot.
        explained: Ink that belongs to marks and free zones.

    Yields:
        The bounds of each stroke, in mm.
    """
    scale = reference.px_per_mm
    tone = _tone(flat, reference)
    shut = _shut(flat, reference, ink, explained)
    # Of whole numbers: beside a fraction each pixel would be made one first.
    open_below = int(np.ceil(_OPEN * tone))
    beside = reference.near_print.copy()
    for place in reference.layout.serials:
        beside[window(place, scale, beside.shape)] = True
    beside &= ~shut
    most_fringe = _FRINGE_SHARE * max(int(np.count_nonzero(beside)), 1)
    limits = _limits(tone, ink.threshold)
    # Few pixels are as dark as the lowest ceiling; only they are held against those of each spread.
    at = where(above(ink.darkness, float(limits[0])) & ~shut)
    level, is_beside = ink.darkness.ravel()[at], beside.ravel()[at]
    for printed in _printed(reference, sharp):
        print_there = printed.ravel()[at]
        is_over = (level > limits[print_there]) & (print_there < open_below)
        if np.count_nonzero(is_over & is_beside) <= most_fringe:
            break
    over = np.zeros(shut.shape, np.bool_)
    over.ravel()[at[is_over]] = True
    broad = _broad_and_pale(over, ink.darkness, scale)
    if broad.any():
        over &= ~broad
    solid = _solid(over)
    if not (solid & beside).any():
        return
    crumbs = label_pieces(grow(solid, _GAP_MM / 2 * scale))
    ink_px, beside_px = crumbs.count(solid), crumbs.count(solid & beside)
    open_ = (printed < open_below) & ~shut
    margin = round(2.0 * scale)
    for number in range(1, len(crumbs.stats)):
        left, top, width, height = (int(v) for v in crumbs.stats[number, :4])
        reach_mm = float(np.hypot(width, height)) / scale - _GAP_MM
        if reach_mm < _REACH_MM or ink_px[number] < _CRUMBS_MM2 * scale**2:
            continue
        if not beside_px[number]:
            continue
        if _is_speck(solid[top : top + height, left : left + width], scale):
            continue
        area = (
            slice(max(0, top - margin), top + height + margin),
            slice(max(0, left - margin), left + width + margin),
        )
        if not _has_run(_Seen(solid[area], over[area], open_[area]), scale):
            continue
        # Print that a fold moved is print; a stroke stays over every place that print may have.
        most = _ceiling_where_moved(area, ink, printed, sharp, tone, scale)
        still = over[area] & (ink.darkness[area] > most)
        still_open = open_[area] & (most < _OPEN * tone + _OVER)
        if _has_run(_Seen(_solid(still), still, still_open), scale):
            rect = Rect(left / scale, top / scale, width / scale, height / scale)
            yield rect.grown(-_GAP_MM / 2)


def _tone(flat: FlatPage, reference: Reference) -> float:
    """Return how dark solid print came out on this page, of 255."""
    core = _core(reference)
    return float(np.median(flat.darkness.ravel()[core])) if core.size else 255.0


@lru_cache(maxsize=24)
def _core(reference: Reference) -> Places:
    """Return some places within solid print, row * w + column."""
    return where(cv2.erode(as_bits(reference.print_mask), disc(1.0)) > 0)[::7]


def _limit(printed: Grey, tone: float, threshold: float) -> Grey:
    """Return the darkness from which there is ink, for print as dark as it is on this page."""
    return np.asarray(cv2.LUT(printed, _limits(tone, threshold)), dtype=np.uint8)


def _limits(tone: float, threshold: float) -> Grey:
    """Return the same for each darkness of print from 0 to 255, the lowest first."""
    toned = np.arange(256) * min(1.0, 1.08 * tone / 255) + _OVER
    return np.asarray(np.maximum(toned, threshold).clip(0, 255), dtype=np.uint8)


@lru_cache(maxsize=24)
def _ceilings(reference: Reference) -> tuple[Grey, ...]:
    """Return the darkness that print may leave at each pixel, one picture for each spread."""
    return tuple(_ceiling(reference.darkness, spread) for spread in _SPREADS_PX)


def _ceiling(sharp: Grey, spread_px: float) -> Grey:
    """Return print as dark as a scanner's blur and a misfit of so many pixels may make it."""
    soft = np.maximum(sharp, cv2.GaussianBlur(sharp, (0, 0), 0.9))
    return np.asarray(cv2.dilate(soft, disc(spread_px)), dtype=np.uint8)


def _printed(reference: Reference, sharp: Grey) -> Iterator[Grey]:
    """Yield the ceilings of a page with its own serial, the lowest first."""
    scale = reference.px_per_mm
    places = [window(place, scale, sharp.shape, 2.0) for place in reference.layout.serials]
    for spread, ceiling in zip(_SPREADS_PX, _ceilings(reference), strict=True):
        whole = ceiling.copy()
        for place in places:
            whole[place] = np.maximum(whole[place], _ceiling(sharp[place], spread))
        yield whole


def _shut(flat: FlatPage, reference: Reference, ink: InkMap, explained: Mask) -> Mask:
    """Return where nothing can be said: marks, zones, codes, worn paper, the rim."""
    scale, layout, shape = reference.px_per_mm, reference.layout, ink.ink.shape
    shut = explained | ~flat.paper | ink.folded | ink.stained
    if ink.worn.any():
        shut |= grow(ink.worn, 0.4 * scale)
    for zone in layout.zones:
        if zone.kind == "seal":
            near = window(zone.rect, scale, shape, 10.0)
            shut[near] |= grow(explained[near], _BESIDE_SEAL_MM * scale)
    for found in ink.boxes:
        shut[window(found.found, scale, shape, layout.outline_mm + 0.6)] = True
    for rect in (*layout.codes, *(fiducial.rect for fiducial in layout.fiducials)):
        shut[window(rect, scale, shape, _BESIDE_CODES_MM)] = True
    rim = round(_RIM_MM * scale)
    shut[:rim] = shut[-rim:] = True
    shut[:, :rim] = shut[:, -rim:] = True
    return shut


def _broad_and_pale(over: Mask, darkness: Grey, px_per_mm: int) -> Mask:
    """Return the ink of stains, which is broader than a pen's line and pale."""
    pale = as_bits(over & (darkness < _PALE))
    radius_px = _BROAD_MM / 2 * px_per_mm
    # A square that fits into the brush shows in no time whether there is anything so broad.
    square = np.ones((2 * int(radius_px / 2**0.5) + 1,) * 2, np.uint8)
    if not cv2.erode(pale, square).any():
        return np.zeros(over.shape, np.bool_)
    broad = cv2.morphologyEx(pale, cv2.MORPH_OPEN, disc(radius_px)).view(np.bool_)
    return grow(broad, 0.5 * px_per_mm) if broad.any() else broad


def _is_speck(solid: Mask, px_per_mm: int) -> bool:
    """Tell one round speck of dust upon print: a stroke shows beside several letters."""
    stats = label_pieces(solid).stats[1:]
    if len(stats) != 1:
        return False
    sides = stats[0, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    return bool(sides.max() <= _SPECK_MM * px_per_mm and sides.min() >= 0.6 * sides.max())


def _solid(over: Mask) -> Mask:
    """Return the ink without lines of one pixel, which are the fringe of print."""
    return cv2.morphologyEx(as_bits(over), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)).view(np.bool_)


def _has_run(seen: _Seen, px_per_mm: int) -> bool:
    """Tell whether some run of a pen's line is inked wherever the paper along it shows."""
    near = np.asarray(cv2.dilate(as_bits(seen.over), np.ones((3, 3), np.uint8)), dtype=np.uint8)
    solid, inked, open_ = (
        np.asarray(bits, dtype=np.float32)
        for bits in (as_bits(seen.solid), near & as_bits(seen.open_), as_bits(seen.open_))
    )
    for line in _lines(px_per_mm):
        shown, of_open, whole = (
            cv2.filter2D(picture, -1, line, borderType=cv2.BORDER_CONSTANT)
            for picture in (solid, inked, open_)
        )
        enough = shown > _SHOWN_MM2 * px_per_mm**2
        if (enough & (of_open > _INKED * np.maximum(whole, 1))).any():
            return True
    return False


@lru_cache(maxsize=4)
def _lines(px_per_mm: int) -> tuple[Float32, ...]:
    """Return runs of a pen's line in all directions, as filters."""
    half, middle = _RUN_MM * px_per_mm / 2, round(_RUN_MM * px_per_mm / 2) + 2
    lines = []
    for k in range(_DIRECTIONS):
        angle = np.pi * k / _DIRECTIONS
        dx, dy = half * np.cos(angle), half * np.sin(angle)
        line = np.zeros((2 * middle + 1, 2 * middle + 1), np.uint8)
        start, end = (
            (round((middle + sign * dx) * 16), round((middle + sign * dy) * 16)) for sign in (-1, 1)
        )
        cv2.line(line, start, end, 1, max(1, round(_WIDTH_MM * px_per_mm)), cv2.LINE_8, 4)
        lines.append(line.astype(np.float32))
    return tuple(lines)


def _ceiling_where_moved(
    area: tuple[slice, slice],
    ink: InkMap,
    printed: Grey,
    sharp: Grey,
    tone: float,
    px_per_mm: int,
) -> Grey:
    """Return the highest ceiling of a window over all places where its print may lie."""
    reach = round(_MOVED_MM * px_per_mm)
    rows, columns = area
    height, width = sharp.shape
    most = _limit(printed[area], tone, ink.threshold)
    for top, bottom, left, right in _views(area, px_per_mm):
        top, left = max(reach, top), max(reach, left)
        bottom, right = min(height - reach, bottom), min(width - reach, right)
        if bottom - top < 2 * reach or right - left < 2 * reach:
            continue
        template = cv2.GaussianBlur(sharp[top:bottom, left:right], (0, 0), 1.0)
        if np.count_nonzero(template > 100) < 40:
            continue
        around = ink.darkness[top - reach : bottom + reach, left - reach : right + reach]
        score = cv2.matchTemplate(
            cv2.GaussianBlur(around, (0, 0), 1.0), template, cv2.TM_CCOEFF_NORMED
        )
        _, best, _, (x, y) = cv2.minMaxLoc(score)
        down, across = y - reach, x - reach
        first_row, first_column = rows.start - down, columns.start - across
        gain = best - float(score[reach, reach])
        if best < _MATCH or gain < _GAIN or min(first_row, first_column) < 0:
            continue
        moved = printed[
            first_row : first_row + most.shape[0], first_column : first_column + most.shape[1]
        ]
        if moved.shape == most.shape:
            # Of a part of the window no more is known than how that part moved.
            own = (
                slice(max(0, top - rows.start), max(0, bottom - rows.start)),
                slice(max(0, left - columns.start), max(0, right - columns.start)),
            )
            most[own] = np.maximum(most[own], _limit(moved[own], tone, ink.threshold))
    return most


def _views(area: tuple[slice, slice], px_per_mm: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield a window with its surroundings, and with those of each side alone (px).

    A fold that runs beside the window moved the print of one side only.
    """
    rows, columns = area
    around, aside = round(_AROUND_MM * px_per_mm), round(_ASIDE_MM * px_per_mm)
    near = round(0.5 * px_per_mm)
    top, bottom = rows.start - around, rows.stop + around
    left, right = columns.start - around, columns.stop + around
    yield top, bottom, left, right
    yield top, bottom, columns.start - near, columns.stop + aside
    yield top, bottom, columns.start - aside, columns.stop + near
    yield rows.start - near, rows.stop + aside, left, right
    yield rows.start - aside, rows.stop + near, left, right
    # Cockled paper turns a line of print: each piece of it moved by itself.
    piece = round(_PIECE_MM * px_per_mm)
    for first in range(columns.start - near, columns.stop + near - piece // 2, piece // 2):
        yield rows.start - near, rows.stop + near, first, first + piece
    # One that runs between two lines of print moved one line against the other.
    line = round(_LINE_MM * px_per_mm)
    for first in range(rows.start - near, rows.stop + near - line // 2, line // 2):
        yield first, first + line, left, right

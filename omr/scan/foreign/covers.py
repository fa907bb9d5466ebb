"""What lies over the paper without being a stroke: notes that stick, labels, highlighter.

In come the flat page and its ink; out come places for people. A coloured note and a highlighter's
band are patches of one colour that end within a millimetre; stains are brown or end softly.
Without colours a highlighter is an even, pale bar over print, and a label a disc or a rectangle.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import Rect
from omr.scan.ink.ink_map import InkMap
from omr.scan.ink.pieces import label_pieces
from omr.scan.ink.stains import is_brown
from omr.scan.place.reference import (
    Mask,
    Reference,
    above,
    as_bits,
    cover,
    grow,
    shrunk,
    window,
)
from omr.scan.place.straighten import FlatPage

Pixels = NDArray[np.uint8]
Area = tuple[slice, slice]

# Patches are looked for at this resolution, where bare paper shows between most letters.
_PX_PER_MM = 4
# A patch takes one colour more than another by this much, of 255: twice what paper, lamp and
# compressed pictures do over whole millimetres.
_COLOURED = 20.0
# Nothing of a patch is narrower than this; it is this long, with this area of bare paper in it.
_NARROW_MM, _LONG_MM, _BARE_MM2 = 2.75, 6.0, 12.0
# Letters in a row hide the paper over this length, even bold ones.
_LETTER_MM = 6.0
# Its colour varies by no more than this, as a share, and beside its border, so far out, less than
# such a share of it is left, along this much of the border: stains and smears end softly.
_VARIES, _BESIDE_MM, _LEFT, _SHARP = 0.45, 1.25, 0.35, 0.7
# Highlighters without colour: as dark as this, of 255, and so high.
_PALE, _HIGH_MM = (14.0, 150.0), (2.75, 9.0)
# A bar is a rectangle that lies along the lines of print.
_FULL, _SLANT_DEG, _FLAT_LONG_MM = 0.75, 8.0, 10.0
_VARIES_GREY = 0.45
# Labels without colour: as even as this, as large, filling so much of their rectangle or disc. The
# paper around is looked at so far, since it has to be wider than a label.
_EVEN, _LABEL_MM2, _CUT, _LABEL_MM = 0.2, 50.0, 0.92, 61
# Of the place of a bar so much is print: a line of text, or an outline of a box.
_ON_PRINT = 0.03
# Free zones, with what spills out of them; ink, which is told elsewhere, with its soft edges.
_BESIDE_ZONE_MM, _BESIDE_INK_MM = 9.0, 0.5
_RIM_MM = 3.0


def covered_places(flat: FlatPage, reference: Reference, ink: InkMap) -> Iterator[Rect]:
    """Find coloured notes, labels without colour, and highlighted places.

    Args:
        flat: The page laid flat.
        reference: The page as printed.
        ink: Its ink.

    Yields:
        Their bounds, in mm.
    """
    bare = _bare(flat, reference, ink)
    if flat.pixels.ndim == 3:
        yield from _coloured_patches(flat, reference, bare)
    else:
        yield from _pale_patches(flat, reference, bare)


@dataclass(frozen=True, slots=True, eq=False)
class _Bare:
    """What of the paper can be looked at, at ``_PX_PER_MM``.

    Attributes:
        hidden: Where print is, or its margin.
        closed: Free zones, ink, missing paper: whatever lies there is no patch.
    """

    hidden: Mask
    closed: Mask


def _bare(flat: FlatPage, reference: Reference, ink: InkMap) -> _Bare:
    times = reference.px_per_mm // _PX_PER_MM
    hidden = _hidden(reference)
    there = cv2.resize(as_bits(flat.paper), hidden.shape[::-1], interpolation=cv2.INTER_NEAREST)
    closed = there == 0
    for zone in reference.layout.zones:
        if zone.kind in ("seal", "signature"):
            closed[window(zone.rect, _PX_PER_MM, closed.shape, _BESIDE_ZONE_MM)] = True
    inked = cover(ink.ink, times) > 60
    closed |= grow(np.asarray(inked, np.bool_), _BESIDE_INK_MM * _PX_PER_MM)
    return _Bare(hidden, closed)


@lru_cache(maxsize=24)
def _hidden(reference: Reference) -> Mask:
    return cover(reference.near_print, reference.px_per_mm // _PX_PER_MM) > 12


def _coloured_patches(flat: FlatPage, reference: Reference, bare: _Bare) -> Iterator[Rect]:
    """Yield patches of one colour, other than brown, that end sharply."""
    small = shrunk(flat.pixels, reference.px_per_mm // _PX_PER_MM)
    open_ = ~(bare.hidden | bare.closed)[::5, ::5]
    if not open_.any():
        return
    paper = np.median(small[::5, ::5][open_], axis=0)
    taken = cv2.subtract(np.broadcast_to(paper.astype(np.uint8), small.shape), small)
    blue, green, red = cv2.split(cv2.blur(taken, (2, 2)))
    most, least = cv2.max(cv2.max(blue, green), red), cv2.min(cv2.min(blue, green), red)
    chroma = np.asarray(cv2.subtract(most, least), np.uint8)
    for area, shape in _patches(above(chroma, _COLOURED) & ~bare.hidden, bare):
        known = shape & ~bare.hidden[area]
        level = chroma[area][known].astype(np.float32)
        if float(level.std()) > _VARIES * float(level.mean()):
            continue
        mean = [float(colour[area][known].mean()) for colour in (blue, green, red)]
        if is_brown(np.array([[mean]], np.float32)).all():
            continue
        if _is_sharp(shape, area, chroma, bare):
            yield _rect(area)


def _pale_patches(flat: FlatPage, reference: Reference, bare: _Bare) -> Iterator[Rect]:
    """Yield even, pale patches of a scan without colour: a highlighter along print, a label."""
    level = cv2.blur(_shade(shrunk(flat.pixels, reference.px_per_mm // _PX_PER_MM)), (2, 2))
    pale = above(np.asarray(level, np.uint8), _PALE[0]) & (level < _PALE[1]) & ~bare.hidden
    for area, shape in _patches(pale, bare):
        rect = _rect(area)
        own = level[area][shape & ~bare.hidden[area]].astype(np.float32)
        varies = float(own.std()) / float(own.mean())
        printed = reference.print_mask[window(rect, reference.px_per_mm, flat.darkness.shape)]
        highlighted = varies < _VARIES_GREY and printed.mean() > _ON_PRINT and _is_bar(shape)
        stuck = varies < _EVEN and _is_label(shape)
        if (highlighted or stuck) and _is_sharp(shape, area, np.asarray(level, np.uint8), bare):
            yield rect


def _shade(grey: Pixels) -> Pixels:
    """Return how dark each cell is against the paper around it, wider than a label."""
    coarse = cv2.resize(
        grey, None, fx=1 / _PX_PER_MM, fy=1 / _PX_PER_MM, interpolation=cv2.INTER_AREA
    )
    paper = cv2.morphologyEx(coarse, cv2.MORPH_CLOSE, np.ones((_LABEL_MM, _LABEL_MM), np.uint8))
    paper = np.maximum(cv2.GaussianBlur(paper, (0, 0), 6.0), np.uint8(1))
    full = cv2.resize(paper, grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.bitwise_not(cv2.divide(grey, full, scale=255.0)), np.uint8)


def _is_label(shape: Mask) -> bool:
    """Tell a disc or a rectangle that was cut by a machine."""
    places = np.column_stack(np.nonzero(shape)[::-1]).astype(np.float32)
    if len(places) < _LABEL_MM2 * _PX_PER_MM**2:
        return False
    (_, (width, height), _) = cv2.minAreaRect(places)
    (_, radius) = cv2.minEnclosingCircle(places)
    of_rectangle = len(places) / max((width + 1) * (height + 1), 1.0)
    of_disc = len(places) / (np.pi * (radius + 0.5) ** 2)
    return bool(of_rectangle > _CUT or of_disc > _CUT)


def _patches(coloured: Mask, bare: _Bare) -> Iterator[tuple[Area, Mask]]:
    """Yield what is nowhere narrow, is long enough, and shows on bare paper."""
    if np.count_nonzero(coloured) < _BARE_MM2 * _PX_PER_MM**2:
        return
    side = round(_NARROW_MM * _PX_PER_MM)
    # Where letters leave no paper bare, a patch goes on from one side of them to the other.
    gap = round(_LETTER_MM * _PX_PER_MM)
    across = cv2.morphologyEx(as_bits(coloured), cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))
    down = cv2.morphologyEx(as_bits(coloured), cv2.MORPH_CLOSE, np.ones((gap, 1), np.uint8))
    behind = cv2.bitwise_or(across, down).view(np.bool_)
    whole = as_bits(coloured | (bare.hidden & behind))
    broad = cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((side, side), np.uint8)).view(np.bool_)
    if not broad.any():
        return
    pieces = label_pieces(broad)
    seen = pieces.count(broad & coloured) / _PX_PER_MM**2
    of_zones = pieces.count(broad & bare.closed) / _PX_PER_MM**2
    sides = pieces.stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) / _PX_PER_MM
    keep = (seen > _BARE_MM2) & (sides > _LONG_MM) & (of_zones < 0.3 * seen)
    keep[0] = False
    rim = round(_RIM_MM * _PX_PER_MM)
    for _, area, shape in pieces.shapes(keep):
        rows, columns = area
        if min(rows.start, columns.start) < rim or any(
            part.stop > whole - rim for part, whole in zip(area, coloured.shape, strict=True)
        ):
            continue
        yield area, shape


def _is_sharp(shape: Mask, area: Area, level: Pixels, bare: _Bare) -> bool:
    """Tell a patch that ends within a millimetre from one that fades out."""
    margin = round((_BESIDE_MM + 0.5) * _PX_PER_MM)
    rows, columns = (slice(max(0, p.start - margin), p.stop + margin) for p in area)
    wide = np.zeros(level[rows, columns].shape, np.bool_)
    top, left = area[0].start - rows.start, area[1].start - columns.start
    wide[top : top + shape.shape[0], left : left + shape.shape[1]] = shape
    near, far = (grow(wide, reach * _PX_PER_MM) for reach in (_BESIDE_MM, _BESIDE_MM + 0.5))
    beside = far & ~near & ~bare.hidden[rows, columns]
    if not beside.any():
        return False
    own = float(np.median(level[rows, columns][wide & ~bare.hidden[rows, columns]]))
    return float((level[rows, columns][beside] < _LEFT * own).mean()) > _SHARP


def _is_bar(shape: Mask) -> bool:
    """Tell a rectangle that is long, low, and level with the lines of print."""
    ys, xs = np.nonzero(shape)
    (_, (width, height), angle) = cv2.minAreaRect(np.column_stack([xs, ys]).astype(np.float32))
    if width < height:
        width, height, angle = height, width, angle - 90.0
    level = abs((angle + 90.0) % 180.0 - 90.0) < _SLANT_DEG
    long_mm, high_mm = (width + 1) / _PX_PER_MM, (height + 1) / _PX_PER_MM
    full = len(ys) / max((width + 1) * (height + 1), 1.0)
    return bool(
        level and full > _FULL and long_mm > _FLAT_LONG_MM and _HIGH_MM[0] < high_mm < _HIGH_MM[1]
    )


def _rect(area: Area) -> Rect:
    rows, columns = area
    return Rect(
        columns.start / _PX_PER_MM, rows.start / _PX_PER_MM,
        (columns.stop - columns.start) / _PX_PER_MM, (rows.stop - rows.start) / _PX_PER_MM,
    )  # fmt: skip

"""Strokes in the margins of the sheet: along its edges, over them, and across its corners.

The flat page ends where the design ends; a print that was shrunk to fit leaves paper beyond it,
and over the outermost millimetres shadows fall. So the rim of the sheet is looked at by itself,
as far out as the picture goes: where the paper ends is seen there, and a stroke is what has clean
paper on both its sides. A shadow, a torn or folded corner and the lid have paper on one side only,
or fade away.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.ballot.model import PageLayout
from omr.geometry import Rect
from omr.scan.ink.courses import Course, course_of
from omr.scan.ink.pieces import label_pieces
from omr.scan.place.reference import (
    Grey,
    Mask,
    Reference,
    above,
    as_bits,
    common_windows,
    grow,
    window,
)
from omr.scan.place.straighten import FlatPage, look_beyond, separate_ink
from omr.scan.settings import ReaderSettings

# A pen's line is one to two pixels broad at this resolution.
_PX_PER_MM = 4
# Beyond the design a print of 94 % leaves 7 mm of A4's width and 10 mm of its height on each
# side, and its edge has to be seen; as far within, what reaches farther is seen by others.
_OUT_MM, _IN_MM = 12.0, 8.0
# Corners are looked at up to here, from the corner of the design.
_CORNER_MM = 34.0
# The lid is darker than paper by this much, of 255, over squares of this size; it throws its
# shadow, and the sheet's own edge shows, so far beside it.
_LID, _LID_MM, _BESIDE_MM = 20, 3.0, 1.0
# Codes are printed within so much of their place.
_BESIDE_CODES_MM = 0.6
# Ink counts from this share of the threshold on the flat page: pixels are twice as large here.
_FAINTER = 0.85
# Pieces of one word lie within this of each other.
_JOIN_MM = 1.5
# A stroke of 4 mm shows at least this; one piece of it is so long, and no pen is so broad.
_EXTENT_MM, _AREA_MM2, _PIECE_MM, _BROAD_MM = 3.4, 0.6, 1.9, 3.2
# One piece has this share of it too, or that length: specks of a shaded edge do not.
_SHARE, _SURE_MM = 0.3, 4.0
# Beside a stroke, from here to there, the paper is paler than this share of it.
_ASIDE_MM, _CLEAN = (0.9, 1.6), 0.3
# Of its surroundings so much has to be on the sheet, on both its sides hence, and so much of that
# be clean.
_BESIDE, _PAPER = 0.62, 0.8
# The edge of a sheet upon a white lid shows as a line along the edge, straight and without
# colour: what is so straight, so little askew (the tangent) and paler than a pen is no stroke.
_ASKEW, _STRAIGHT_MM, _PEN, _COLOURED = 0.06, 0.15, 105, 40
# Upon a white lid the paper is darker than the lid by so much, of 255, along a line of this length.
_STEP, _LINE_MM = 5.0, 8.0
# No hand draws a line as long beside an edge, or one as long that is straight; edges are so.
_LONG_MM, _RULED_MM = 110.0, 45.0
# The edge of a corner that was folded over: slanting (the sine), long, true and thin, and grey.
_SLANT, _FOLDED_MM, _FOLD_MM, _THIN_MM = 0.3, 9.0, 0.07, 0.6


class Paper(NamedTuple):
    """A part of the sheet, as far as it tells what was drawn upon it.

    Attributes:
        pixels: Shape (h, w) or (h, w, 3).
        darkness: 0 paper to 255 black, shape (h, w).
        sheet: Where there is paper, without the rim that borders on what is none.
        px_per_mm: Resolution.
    """

    pixels: NDArray[np.uint8]
    darkness: Grey
    sheet: Mask
    px_per_mm: int


class _View(NamedTuple):
    """A part of the sheet's rim.

    Attributes:
        left_mm, top_mm: Where it begins on the page, which may be beyond it.
        paper: The part.
        inner: Where it is cut off from the rest of the page.
    """

    left_mm: float
    top_mm: float
    paper: Paper
    inner: Mask


class MarginStroke(NamedTuple):
    """A stroke in the margin: its bounds in mm of the page, its ink on the flat page as places."""

    rect: Rect
    at_mm: NDArray[np.float64]


def strokes_in_margins(
    flat: FlatPage, reference: Reference, threshold: float, settings: ReaderSettings
) -> Iterator[MarginStroke]:
    """Find strokes in the margins.

    Args:
        flat: The page laid flat.
        reference: The page as printed.
        threshold: Darkness from which there is ink, of 255.
        settings: The reader's numbers.

    Yields:
        Each stroke or word, those that several parts of the rim share several times.
    """
    near_print = _near_print(reference)
    for left_mm, top_mm, width_mm, height_mm, open_sides in _parts(reference.layout):
        size = round(height_mm * _PX_PER_MM), round(width_mm * _PX_PER_MM)
        pixels, there = look_beyond(flat, left_mm, top_mm, size, _PX_PER_MM)
        darkness, paper = separate_ink(pixels, _PX_PER_MM, settings)
        ink = above(darkness, _FAINTER * threshold)
        ink &= ~_part_of(near_print, left_mm, top_mm, size)
        if not ink.any():
            continue
        # No sheet reaches to the sides on which the part ends beyond the page.
        outer = _border(size, open_sides)
        sheet = _sheet(darkness, there & paper & ~outer)
        inner = _border(size, "".join(side for side in "tblr" if side not in open_sides))
        part = Paper(pixels, darkness, sheet, _PX_PER_MM)
        yield from _strokes(_View(left_mm, top_mm, part, inner), ink & sheet)


def _parts(layout: PageLayout) -> Iterator[tuple[float, float, float, float, str]]:
    """Yield left, top, width and height of the parts of the rim, and which sides end the page."""
    width, height, deep = layout.width, layout.height, _OUT_MM + _IN_MM
    across, down = width + 2 * _OUT_MM, height + 2 * _OUT_MM
    yield -_OUT_MM, -_OUT_MM, across, deep, "ltr"
    yield -_OUT_MM, height - _IN_MM, across, deep, "lbr"
    yield -_OUT_MM, -_OUT_MM, deep, down, "tlb"
    yield width - _IN_MM, -_OUT_MM, deep, down, "trb"
    corner = _OUT_MM + _CORNER_MM
    for left, side in ((-_OUT_MM, "l"), (width - _CORNER_MM, "r")):
        for top, end in ((-_OUT_MM, "t"), (height - _CORNER_MM, "b")):
            yield left, top, corner, corner, side + end


def _border(size: tuple[int, int], sides: str) -> Mask:
    """Return the outermost pixels of a part on some of its sides: t, b, l, r."""
    border = np.zeros(size, np.bool_)
    edges = {"t": np.s_[:2, :], "b": np.s_[-2:, :], "l": np.s_[:, :2], "r": np.s_[:, -2:]}
    for side in sides:
        border[edges[side]] = True
    return border


@lru_cache(maxsize=24)
def _near_print(reference: Reference) -> Mask:
    """Return where print and codes are, with their margin, on the page at ``_PX_PER_MM``."""
    factor = _PX_PER_MM / reference.px_per_mm
    hidden = as_bits(reference.near_print) * np.uint8(255)
    near = cv2.resize(hidden, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) > 127
    for code in reference.layout.codes:
        near[window(code, _PX_PER_MM, near.shape, _BESIDE_CODES_MM)] = True
    return grow(np.asarray(near, np.bool_), 1.0)


def _part_of(page: Mask, left_mm: float, top_mm: float, size: tuple[int, int]) -> Mask:
    """Return a mask of the page over a part of the rim, False beyond the page."""
    out = np.zeros(size, np.bool_)
    corner = round(top_mm * _PX_PER_MM), round(left_mm * _PX_PER_MM)
    on_page, own = common_windows(corner, size, page.shape)
    out[own] = page[on_page]
    return out


def _sheet(darkness: Grey, there: Mask) -> Mask:
    """Return where the sheet is, less a rim beside the lid and the picture's end."""
    side = round(_LID_MM * _PX_PER_MM)
    dark = as_bits((darkness > _LID) | ~there)
    # Beyond the part there may be anything: its border is taken for more of the same.
    padded = cv2.copyMakeBorder(dark, side, side, side, side, cv2.BORDER_REPLICATE)
    wide = cv2.morphologyEx(padded, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    lid = wide[side:-side, side:-side].view(np.bool_) | ~there
    return ~grow(lid, _BESIDE_MM * _PX_PER_MM)


def _strokes(view: _View, ink: Mask) -> Iterator[MarginStroke]:
    """Yield the strokes and words of a part of the rim."""
    words = label_pieces(grow(ink, _JOIN_MM / 2 * _PX_PER_MM))
    stats, scale = words.stats, _PX_PER_MM
    cut = words.count(view.inner) > 0
    extent = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) / scale - _JOIN_MM
    keep = ~cut & (extent > _EXTENT_MM) & (words.count(ink) > _AREA_MM2 * scale**2)
    keep[0] = False
    for _, area, shape in words.shapes(keep):
        own = ink[area] & shape
        if not is_drawn(view.paper, area, own):
            continue
        ys, xs = np.nonzero(own)
        x = view.left_mm + (xs + area[1].start + 0.5) / scale
        y = view.top_mm + (ys + area[0].start + 0.5) / scale
        rect = Rect(
            float(x.min()), float(y.min()), float(np.ptp(x)) + 0.25, float(np.ptp(y)) + 0.25
        )
        yield MarginStroke(rect, np.column_stack([x, y]))


def is_drawn(paper: Paper, area: tuple[slice, slice], own: Mask) -> bool:
    """Tell what a pen drew near an edge from dust, shadows and the edge of the sheet.

    Args:
        paper: The part of the sheet.
        area: The window of it that bounds the ink in question.
        own: That ink, within the window.
    """
    scale = paper.px_per_mm
    pieces = label_pieces(own).stats[1:]
    reach = np.hypot(pieces[:, cv2.CC_STAT_WIDTH], pieces[:, cv2.CC_STAT_HEIGHT])
    depth = cv2.distanceTransform(as_bits(np.pad(own, 1)), cv2.DIST_L2, 3)
    whole = float(np.hypot(*own.shape))
    if (
        reach.max() < max(_PIECE_MM * scale, min(_SHARE * whole, _SURE_MM * scale))
        or depth.max() * 2 > _BROAD_MM * scale
    ):
        return False
    return _has_clean_sides(paper, area, own) and not _may_be_the_edge(paper, area, own)


def _has_clean_sides(paper: Paper, area: tuple[slice, slice], own: Mask) -> bool:
    """Tell whether paper lies all around, much paler than the stroke."""
    wide, around = _around(paper, area, own)
    level = paper.darkness[wide]
    peak = float(np.percentile(paper.darkness[area][own], 70))
    beside = level[around & paper.sheet[wide]]
    if beside.size < _BESIDE * np.count_nonzero(around):
        return False
    return bool((beside < _CLEAN * peak).mean() > _PAPER)


def _around(paper: Paper, area: tuple[slice, slice], own: Mask) -> tuple[tuple[slice, slice], Mask]:
    """Return a window around ink, and in it what lies beside the ink, beyond its soft edge."""
    scale = paper.px_per_mm
    room = round(_ASIDE_MM[1] * scale) + 1
    top, left = max(0, area[0].start - room), max(0, area[1].start - room)
    wide = slice(top, area[0].stop + room), slice(left, area[1].stop + room)
    shape = np.zeros(paper.darkness[wide].shape, np.bool_)
    shape[area[0].start - top :, area[1].start - left :][: own.shape[0], : own.shape[1]] = own
    return wide, grow(shape, _ASIDE_MM[1] * scale) & ~grow(shape, _ASIDE_MM[0] * scale)


def _may_be_the_edge(paper: Paper, area: tuple[slice, slice], own: Mask) -> bool:
    """Tell the line that a sheet's edge, or a torn corner, leaves upon a white lid."""
    places = np.argwhere(own)[:, ::-1] / paper.px_per_mm
    course = course_of(places)
    length_mm, askew = course.length, float(np.abs(course.axes[0]).min())
    if length_mm > _LONG_MM or (askew < _ASKEW and _goes_on_as_lid(paper, area, course)):
        return True
    if length_mm > _LINE_MM and _step(paper, area, own, course) > _STEP:
        return True
    off_mm = _off_straight_mm(course, places)
    coloured = _colour(paper.pixels[area], own) > _COLOURED
    if askew < _ASKEW and off_mm < _STRAIGHT_MM:
        dark = float(np.percentile(paper.darkness[area][own], 70)) > _PEN
        return length_mm > _RULED_MM or not (dark or coloured)
    # A corner folded over leaves a line as straight as a fold, from edge to edge.
    folded = askew > _SLANT and length_mm > _FOLDED_MM and off_mm < _FOLD_MM
    thin = len(places) / paper.px_per_mm**2 < _THIN_MM * length_mm
    return folded and thin and not coloured


def _goes_on_as_lid(paper: Paper, area: tuple[slice, slice], course: Course) -> bool:
    """Tell whether a line along an edge grows into the dark lid: its strip, where that is thin."""
    scale, height, width = paper.px_per_mm, *paper.darkness.shape
    corner = np.array([area[1].start, area[0].start])
    for end, way in zip(course.ends, (-1.0, 1.0), strict=True):
        ahead = course.at(end + way * np.arange(0.5, 2 * _BESIDE_MM + 1.0, 0.25))
        columns, rows = np.rint(ahead * scale + corner).astype(int).T
        if min(columns.min(), rows.min()) < 0 or columns.max() >= width or rows.max() >= height:
            continue
        dark = paper.darkness[rows, columns] > _LID
        if dark.mean() > _PAPER and not paper.sheet[rows, columns].all():
            return True
    return False


def _off_straight_mm(course: Course, places: NDArray[np.float64]) -> float:
    """Return how far the middle of a line strays, millimetre by millimetre (standard deviation)."""
    along, across = course.along_axis(places)
    at = (along - along.min()).astype(int)
    seen = np.bincount(at)
    return float((np.bincount(at, across)[seen > 0] / seen[seen > 0]).std())


def _step(paper: Paper, area: tuple[slice, slice], own: Mask, course: Course) -> float:
    """Return how much brighter one side of a line is than the other, of 255, beyond its soft edge.

    Args:
        paper: The part of the sheet.
        area: The window of it that bounds the line.
        own: The line's ink, within the window.
        course: Its course, in mm of the window.
    """
    wide, around = _around(paper, area, own)
    ys, xs = np.nonzero(around)
    corner = wide[1].start - area[1].start, wide[0].start - area[0].start
    along, aside = course.along_curve((np.column_stack([xs, ys]) + corner) / paper.px_per_mm)
    within = (along > course.ends[0]) & (along < course.ends[1])
    pixels = paper.pixels[wide]
    level = (pixels if pixels.ndim == 2 else pixels.mean(axis=2))[around]
    left, right = level[within & (aside > 0)], level[within & (aside < 0)]
    return abs(float(np.median(left) - np.median(right))) if left.size and right.size else 0.0


def _colour(pixels: NDArray[np.uint8], own: Mask) -> float:
    """Return how far the colours of a stroke lie apart, of 255; 0 in a grey picture."""
    if pixels.ndim == 2:
        return 0.0
    low, high = pixels.min(axis=2)[own].astype(int), pixels.max(axis=2)[own].astype(int)
    return float(np.median(high - low))

"""Names struck out with so pale a line that between the letters hardly any of it is ink.

In come the page's darkness and its print; out come names through which a straight line runs.
Letters hide most of such a line, and their soft edges lie beside the rest. So what print lets
expect is taken off, and what is left is added up along straight lines: over some millimetres grain
averages out, and a hard pencil's line stands out from what lies beside it. A fold, a crease or the
edge of a tape goes on beyond the names.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from omr.ballot.model import NameArea
from omr.geometry import FloatArray, Rect
from omr.scan.foreign.name_print import NamePrint, name_prints
from omr.scan.ink.ink_map import InkMap
from omr.scan.place.reference import Mask, Reference, as_bits, grow
from omr.scan.reading import Finding

Float32 = NDArray[np.float32]

# Paper is looked at so far from letters; what print lets expect there is print blurred by so much.
_CLEAR_PX, _BLUR_PX = 3.1, 2.5
# Darkness counts up to the first, of 255, and how much darker or lighter than expected up to these.
_DARKEST, _LEAST, _MOST = 80, -30.0, 45.0
# In a window with less open paper than this, and less of it darker than expected by so much, no
# line is sought.
_OPEN_MM2, _SOME, _SOME_MM2 = 3.0, 10.0, 0.8
# Lines are so steep, in degrees, and added up over so much, on a picture so many times coarser.
_SLOPES, _LINE_MM, _COARSER = np.arange(-10.0, 10.1, 2.5), 9.0, 2
# A line is two pixels broad at that resolution; beside it lie three, left out, and four more. So
# much of it, and of what lies beside, has to be open paper, in mm of a row of pixels.
_GAP, _SIDE, _OPEN_MM, _OPEN_BESIDE_MM = 3, 4, 1.5, 3.0
# A line is so much darker than what lies beside it, of 255, and the product with the root of its
# open pixels is so large. Of 122 names struck by all pens the product is 85 and more, in half of
# them 200 and more; of 298 left alone 9 at most (``benchmarks/struck_names.py --pages 90 --seed
# 5``). Folds, edges of tapes and rims of stains come to as much as strikes.
_DARKER, _STANDS_OUT = 20.0, 100.0
# So much of it is seen, of a steep one more: the rim of a stain is straight for less.
_SHORTEST_MM, _STEEP_SHORTEST_MM, _STEEP = 4.0, 5.5, 0.1
# Followed in pieces of this length it has ended where so many, half of each new, are fainter than
# this share of itself; a strike reaches no farther beyond the names than that.
_STEP_MM, _ENDS_AFTER, _ENDED, _BEYOND_MM = 3.0, 3, 0.4, 6.0
# A fold wavers by so many pixels; as far beyond the name as this it shows in so many of the pieces
# that tell, if there are so many.
_WAVERS_PX, _FAR_MM, _SHOWN, _LEAST_TOLD = 6, 30.0, 0.5, 6
# A strike is drawn so broad.
_HALF_MM = 0.25
# It runs through letters, or so near to them, over so much of its way and of what lies ahead of
# it: of a strike's tail, beyond the letters, more is seen than between them.
_AT_LETTERS_MM, _ALONG_LETTERS_MM, _TAIL_MM = 2.0, 5.0, 12.0


class _Line(NamedTuple):
    """A line, on a window at the coarse resolution or on the page.

    Attributes:
        slope: How many rows it goes down from column to column.
        row: Where it lies at ``column``.
        column: Where it stands out most.
        darker: By how much, of 255, it is darker there than what lies beside it.
    """

    slope: float
    row: float
    column: float
    darker: float

    def rows_at(self, columns: ArrayLike) -> FloatArray:
        """Return where it lies at some columns."""
        return self.row + self.slope * (np.asarray(columns, np.float64) - self.column)


def faintly_struck(reference: Reference, ink: InkMap) -> Iterator[Finding]:
    """Find names that somebody struck out with a pale line.

    Args:
        reference: The page as printed.
        ink: Its ink.

    Yields:
        At most one finding for each name.
    """
    scale = reference.px_per_mm
    for name, print_, clear in zip(
        reference.layout.names, name_prints(reference), _clear_of_names(reference), strict=True
    ):
        area = print_.area
        seen = _unexpected(area, clear, reference, ink)
        if seen is None:
            continue
        line = _best_line(*seen, scale // _COARSER)
        if line is None:
            continue
        place = _extent(line, print_, name, reference, ink)
        if place is not None:
            size_mm = round(float(np.hypot(place.w, place.h)), 1)
            yield Finding("name-struck", name.contest, place, size_mm, "strike")


def _open_paper(area: tuple[slice, slice], reference: Reference, ink: InkMap) -> Mask:
    """Return where paper shows beside print, worn places left out."""
    return _clear_of_print(area, reference) & ~ink.worn[area] & ~ink.stained[area]


def _clear_of_print(area: tuple[slice, slice], reference: Reference) -> Mask:
    """Return where no print of a window is near."""
    beside = cv2.distanceTransform(
        as_bits(~reference.print_mask[area]), cv2.DIST_L2, cv2.DIST_MASK_5
    )
    return np.asarray(beside > _CLEAR_PX, np.bool_)


@lru_cache(maxsize=16)
def _clear_of_names(reference: Reference) -> tuple[Mask, ...]:
    """Return where no print is near in the window of each name, in layout order."""
    return tuple(_clear_of_print(print_.area, reference) for print_ in name_prints(reference))


def _unexpected(
    area: tuple[slice, slice], clear: Mask, reference: Reference, ink: InkMap
) -> tuple[Float32, Float32] | None:
    """Return by how much open paper is darker than its print lets expect, and what is open.

    Args:
        area: A window of the page.
        clear: Where no print is near in it.
        reference: The page as printed.
        ink: Its ink.

    Returns:
        Both as means over the whole of each coarse pixel, so that they can be added up; None where
        nothing is darker.
    """
    open_ = clear & ~ink.worn[area] & ~ink.stained[area]
    scale = reference.px_per_mm
    if np.count_nonzero(open_) < _OPEN_MM2 * scale**2:
        return None
    level = np.minimum(ink.darkness[area], _DARKEST).astype(np.float32)
    print_ = reference.darkness[area].astype(np.float32)
    soft = np.asarray(cv2.GaussianBlur(print_, (0, 0), _BLUR_PX), np.float32)
    x, y = soft[open_], level[open_]
    spread = float(x.var())
    share = float(((x - x.mean()) * (y - y.mean())).mean()) / spread if spread > 1e-6 else 0.0
    left = level - float(y.mean()) - share * (soft - float(x.mean()))
    if np.count_nonzero(left[open_] > _SOME) < _SOME_MM2 * scale**2:
        return None
    return _coarser(np.where(open_, np.clip(left, _LEAST, _MOST), 0)), _coarser(open_)


def _coarser(picture: NDArray[np.generic]) -> Float32:
    size = tuple(side // _COARSER for side in picture.shape[::-1])
    small = cv2.resize(picture.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)


@lru_cache(maxsize=1)
def _kernels() -> tuple[Float32, Float32]:
    """Return which rows make a line, and which lie beside it."""
    rows = 2 * (_GAP + _SIDE) - 1
    beside = np.zeros((rows, 1), np.float32)
    beside[:_SIDE] = beside[-_SIDE:] = 1.0
    return np.ones((2, 1), np.float32), beside


def _best_line(darker: Float32, open_: Float32, px_per_mm: int) -> _Line | None:
    """Return the line that stands out most from what lies beside it, if any does enough."""
    height, width = darker.shape
    along = (max(1, round(_LINE_MM * px_per_mm)), 1)
    line_rows, beside_rows = _kernels()
    best, found = _STANDS_OUT, None
    for degrees in _SLOPES.tolist():
        slope = float(np.tan(np.radians(degrees)))
        shear = np.array([[1, 0, 0], [-slope, 1, slope * width / 2]], np.float32)
        sums = [
            cv2.boxFilter(
                cv2.warpAffine(picture, shear, (width, height)), -1, along, normalize=False,
                borderType=cv2.BORDER_CONSTANT,
            )
            for picture in (darker, open_)
        ]  # fmt: skip
        line, line_px = (cv2.filter2D(one, -1, line_rows) for one in sums)
        beside, beside_px = (cv2.filter2D(one, -1, beside_rows) for one in sums)
        told = (line_px > _OPEN_MM * px_per_mm) & (beside_px > _OPEN_BESIDE_MM * px_per_mm)
        more = line / np.maximum(line_px, 1) - beside / np.maximum(beside_px, 1)
        more[~told] = 0.0
        stands_out = more * np.sqrt(np.maximum(line_px, 0)) * (more > _DARKER)
        row, column = (int(v) for v in np.unravel_index(stands_out.argmax(), stands_out.shape))
        if stands_out[row, column] > best:
            best = float(stands_out[row, column])
            at = row + slope * (column - width / 2)
            found = _Line(slope, at, float(column), float(more[row, column]))
    return found


def _extent(
    line: _Line, print_: NamePrint, name: NameArea, reference: Reference, ink: InkMap
) -> Rect | None:
    """Return where a strike begins and ends; None where a line is none."""
    scale, area = reference.px_per_mm, print_.area
    column = line.column * _COARSER + area[1].start
    row = line.row * _COARSER + area[0].start
    whole = line._replace(row=row, column=column)
    first, last = (_end(whole, way, reference, ink) for way in (-1, 1))
    shortest_mm = _STEEP_SHORTEST_MM if abs(line.slope) > _STEEP else _SHORTEST_MM
    beyond_mm = max(name.rect.x - first / scale, last / scale - name.rect.right)
    if last - first < shortest_mm * scale or beyond_mm > _BEYOND_MM:
        return None
    if not _is_at_letters(whole, first, last, print_, scale):
        return None
    if any(_goes_on(whole, way, name, reference, ink) for way in (-1, 1)):
        return None
    x0, x1, y0, y1 = (v / scale for v in (first, last, *whole.rows_at([first, last]).tolist()))
    return Rect(x0, min(y0, y1), x1 - x0, abs(y1 - y0)).grown(_HALF_MM)


def _end(line: _Line, way: int, reference: Reference, ink: InkMap) -> float:
    """Follow a line to its end on the left (-1) or on the right (1); return the column."""
    step = round(_STEP_MM * reference.px_per_mm)
    end = at = line.column
    faint = 0
    while faint < _ENDS_AFTER and step < at < ink.ink.shape[1] - step:
        at += way * step / 2
        more = _darker_at(at, line, step, reference, ink)
        if more is None:
            continue
        if more < _ENDED * line.darker:
            faint += 1
        else:
            end, faint = at, 0
    return end


def _goes_on(line: _Line, way: int, name: NameArea, reference: Reference, ink: InkMap) -> bool:
    """Tell a fold, which wavers and skips, but shows again and again far beyond the name."""
    scale = reference.px_per_mm
    step = round(_STEP_MM * scale)
    edge = (name.rect.x if way < 0 else name.rect.right) * scale
    told = seen = 0
    for away in range(step // 2, round(_FAR_MM * scale), step // 2):
        at = edge + way * away
        if not step < at < ink.ink.shape[1] - step:
            break
        tried = [
            more
            for shift in range(-_WAVERS_PX, _WAVERS_PX + 1, 2)
            if (more := _darker_at(at, line._replace(row=line.row + shift), step, reference, ink))
            is not None
        ]
        told += bool(tried)
        seen += bool(tried) and max(tried) >= _ENDED * line.darker
    return told >= _LEAST_TOLD and seen >= _SHOWN * told


def _is_at_letters(
    line: _Line, first: float, last: float, print_: NamePrint, px_per_mm: int
) -> bool:
    """Tell whether a line between two columns, or its way ahead, runs through or beside letters."""
    ahead = _TAIL_MM * px_per_mm
    x = np.arange(round(first - ahead), round(last + ahead) + 1)
    y = np.rint(line.rows_at(x)).astype(np.int64) - print_.area[0].start
    x = x - print_.area[1].start
    near = grow(print_.letters, _AT_LETTERS_MM * px_per_mm)
    there = (y >= 0) & (y < near.shape[0]) & (x >= 0) & (x < near.shape[1])
    return float(near[y[there], x[there]].sum()) >= _ALONG_LETTERS_MM * px_per_mm


def _darker_at(
    column: float, line: _Line, step: int, reference: Reference, ink: InkMap
) -> float | None:
    """Return how much darker a piece of a line is than what lies beside it; None beside print."""
    row, reach = float(line.rows_at(column)), _COARSER * (_GAP + _SIDE)
    top, left = round(row) - reach, round(column) - step // 2
    area = slice(max(0, top), max(0, top + 2 * reach + 1)), slice(max(0, left), left + step)
    open_ = _open_paper(area, reference, ink)
    ys, xs = np.indices(open_.shape)
    aside = ys + area[0].start - line.rows_at(xs + area[1].start)
    level = np.minimum(ink.darkness[area], _DARKEST).astype(np.float32)
    on = open_ & (np.abs(aside) <= _COARSER)
    sides = (open_ & (way * aside > _COARSER * _GAP) & (way * aside <= reach) for way in (-1, 1))
    beside = [level[side] for side in sides if np.count_nonzero(side) >= step / 2]
    if np.count_nonzero(on) < step or not beside:
        return None
    # The rim of a stain is darker than its one side alone.
    return float(level[on].mean() - max(float(side.mean()) for side in beside))

"""Fields of specks: paper whose shade lies so near a threshold that its grain falls on both sides.

In come the ink of a page and places where ink that nothing explains gathers; out comes which of
them are no more than such paper. A yellowed or curled edge, damp or toner in the background
turns to loose specks where a scan has two levels: over a broad area that reaches the edge of the
sheet, denser where the paper is darker, and without a line anywhere. Whatever somebody wrote there
is darker than that paper, so it falls below the threshold nearly all along, and lines up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.scan.ink.ink_map import InkMap
from omr.scan.ink.pieces import Pieces, label_pieces
from omr.scan.place.reference import Mask, Reference, above, as_bits, disc, grow, window
from omr.scan.place.straighten import RIM_MM

Floats = NDArray[np.float32]
Places = NDArray[np.int_]
Area = tuple[slice, slice]
_Number = TypeVar("_Number", np.float32, np.uint8)

# Grain of paper in a scan of 150 dpi is one to four of its pixels long.
_SPECK_MM = 0.8
# Fields are outlined and searched for lines at this resolution: a pen's line is two pixels wide.
_PX_PER_MM = 4
# In a field the next speck is never farther than twice this; it is broader than a line of
# handwriting is high, and has more specks and room than those of a word.
_NEXT_MM, _HALF_BREADTH_MM, _FIELD_MM2, _SPECKS = 3.0, 4.0, 150.0, 60
# What shades paper to its threshold comes in from the edge of the sheet, along so much of it.
_AT_EDGE_MM = 20.0
# Modules of codes lie so far from where they are expected.
_BESIDE_CODES_MM = 1.0
# The share of ink around a place is told from spots so far from it.
_AROUND_MM = 4.0
# A line is looked for in bars of these lengths in mm at so many angles, as wide as a pen's line; a
# row of dots in longer ones, as specks no smaller than a dot that a pen makes (0.36 mm).
_LINES, _PEN_MM = ((2.4, 8), (4.0, 12)), 0.5
_ROWS, _DOT_MM2 = ((4.6, 12), (9.0, 24)), 0.1
# Specks of this mean area (joined ones weigh more) fall as Poisson's numbers do. By chance one bar
# in a million holds more of them than it should by so many standard deviations and so many. There
# are fewer dots on a page, but they lie in clusters.
_GRAIN_MM2, _DEVIATIONS, _FEW = 0.1, 5.0, 3.0
_DOT_DEVIATIONS, _FEW_DOTS = 6.0, 2.5
# Specks join by chance: for each hundredth of ink around they may be so much longer, up to this.
_JOINED_MM, _LONGEST_MM = 0.15, 3.7
# Paper so dark hides lines, but for the strip where the shadow of the sheet's edge falls.
_DENSE = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class _Fields:
    """The fields of a page, at ``_PX_PER_MM``.

    Attributes:
        paper: Where they are.
        odd: What in them their grain does not explain: lines, long pieces, paper that hides both.
    """

    paper: Mask
    odd: Mask


class SpeckFields:
    """What is known of the fields of specks on one page; they are looked for when first asked.

    Args:
        ink: All ink of the page.
        reference: The page as printed.
        edge_mm: How far in from the sheet's edge its shadow falls.
    """

    def __init__(self, ink: InkMap, reference: Reference, edge_mm: float) -> None:
        self._ink, self._reference, self._edge_mm = ink, reference, edge_mm
        self._fields: _Fields | None = None

    def explain(self, place: Mask, area: Area) -> bool:
        """Tell whether the ink of a place is a field's, and nothing of it a line.

        Args:
            place: The ink in question, shape of the window.
            area: The window of the page in which it lies.
        """
        scale = self._reference.px_per_mm
        if self._fields is None:
            self._fields = _fields(_open_ink(self._ink, self._reference), scale, self._edge_mm)
        paper, odd = self._fields.paper, self._fields.odd
        ys, xs = np.nonzero(place)
        rows = _coarse(ys + area[0].start, paper.shape[0], scale)
        columns = _coarse(xs + area[1].start, paper.shape[1], scale)
        return bool(paper[rows, columns].all()) and not odd[rows, columns].any()


def _open_ink(ink: InkMap, reference: Reference) -> Mask:
    """Return all that is dark on open paper: single grains count as hairs elsewhere."""
    dark = above(ink.darkness, ink.threshold) & ~reference.near_print
    for place in (*reference.layout.codes, *reference.layout.serials):
        dark[window(place, reference.px_per_mm, dark.shape, _BESIDE_CODES_MM)] = False
    return dark


def _fields(dark: Mask, px_per_mm: int, edge_mm: float) -> _Fields:
    """Outline the fields of a page, and what is odd in them."""
    factor = _PX_PER_MM / px_per_mm
    pieces = label_pieces(dark)
    if len(pieces.stats) <= _SPECKS:
        nothing = np.zeros((1, 1), np.bool_)
        return _Fields(nothing, nothing)
    small = cv2.resize(
        as_bits(dark) * np.uint8(255), None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA
    )
    share = np.asarray(small / np.float32(255), np.float32)
    longer = _extents(pieces) / px_per_mm
    longer[0] = np.inf
    middle = pieces.stats[:, :2] + pieces.stats[:, 2:4] // 2
    at = np.minimum((middle * factor).astype(int), np.array(share.shape[::-1]) - 1)
    # At the edge all ink is of its shadow; farther in the specks are, and those that met.
    strewn = np.asarray(share > 0) & ~_within(share.shape, edge_mm)
    met = at[longer <= _LONGEST_MM]
    strewn[met[:, 1], met[:, 0]] = True
    paper = _specked(strewn, at[longer <= _SPECK_MM])
    odd: Mask = np.zeros(paper.shape, np.bool_)
    if not paper.any():
        return _Fields(paper, odd)
    around, dots = np.zeros_like(share), np.zeros_like(share)
    dot = (pieces.stats[:, cv2.CC_STAT_AREA] >= _DOT_MM2 * px_per_mm**2) & (longer <= _LONGEST_MM)
    np.add.at(dots, (at[dot, 1], at[dot, 0]), 1.0)
    for area in _windows(paper, round(2 * _AROUND_MM * _PX_PER_MM)):
        around[area] = _around(share[area])
        odd[area] |= _lines(share[area], around[area])
        odd[area] |= _rows_of_dots(dots[area], _around(dots[area]))
    around = _through_rim(around)
    odd |= (around > _DENSE) & _within(share.shape, edge_mm)
    here = around[at[:, 1], at[:, 0]]
    long_ = longer > np.minimum(_SPECK_MM + 100 * _JOINED_MM * here, _LONGEST_MM)
    rows, columns = np.divmod(pieces.at[long_[pieces.numbers]], pieces.shape[1])
    height, width = share.shape
    odd[_coarse(rows, height, px_per_mm), _coarse(columns, width, px_per_mm)] = True
    return _Fields(paper, odd)


def _coarse(at: Places, side: int, px_per_mm: int) -> Places:
    """Return places of the page at ``_PX_PER_MM``, within a side of so many pixels."""
    return np.minimum(at * _PX_PER_MM // px_per_mm, side - 1)


def _extents(pieces: Pieces) -> NDArray[np.float64]:
    """Return how long each piece is in px, seen in four directions; 0 for what is no piece."""
    y, x = np.divmod(pieces.at, pieces.shape[1])
    longest = np.zeros(len(pieces.stats))
    for along, step in ((x, 1.0), (y, 1.0), (x + y, np.sqrt(0.5)), (x - y, np.sqrt(0.5))):
        low, high = np.full((2, len(longest)), 0, np.int64)
        low += along.max(initial=0)
        high += along.min(initial=0)
        np.minimum.at(low, pieces.numbers, along)
        np.maximum.at(high, pieces.numbers, along)
        longest[1:] = np.maximum(longest[1:], (high - low + 1)[1:] * step)
    return longest


def _specked(strewn: Mask, specks: Places) -> Mask:
    """Return the areas that are strewn with specks and reach the edge of the sheet.

    Args:
        strewn: Specks, those that met, and the shadow of the sheet's edge.
        specks: Places (x, y) of specks alone, shape (n, 2).
    """
    if len(specks) < _SPECKS:
        return np.zeros_like(strewn)
    alone = np.zeros_like(strewn)
    alone[specks[:, 1], specks[:, 0]] = True
    near = disc(_NEXT_MM * _PX_PER_MM)
    closed = np.asarray(cv2.morphologyEx(as_bits(strewn), cv2.MORPH_CLOSE, near), np.uint8)
    # No ink is looked for in the rim, and solid shadow is none: a field goes on through it.
    through = _through_rim(closed)
    broad = cv2.morphologyEx(through, cv2.MORPH_OPEN, disc(_HALF_BREADTH_MM * _PX_PER_MM))
    fields = label_pieces(broad.view(np.bool_))
    at_edge = fields.count(~_within(strewn.shape, RIM_MM))
    keep = at_edge >= _AT_EDGE_MM * RIM_MM * _PX_PER_MM**2
    keep &= fields.stats[:, cv2.CC_STAT_AREA] >= _FIELD_MM2 * _PX_PER_MM**2
    keep &= fields.count(alone) >= _SPECKS
    # Beyond the outline, too, the next speck is no farther.
    return grow(fields.chosen(keep), _NEXT_MM * _PX_PER_MM)


def _through_rim(picture: NDArray[_Number]) -> NDArray[_Number]:
    """Return a picture of the page that goes on through the rim as it is beside it."""
    rim = round((RIM_MM + 1.0) * _PX_PER_MM)
    inner = picture[rim:-rim, rim:-rim]
    return np.pad(inner, rim, mode="edge")


def _windows(paper: Mask, reach: int) -> Iterator[Area]:
    """Yield a window around each field with so much room, short of the rim."""
    rim = round(RIM_MM * _PX_PER_MM)
    last = [side - rim for side in paper.shape]
    for left, top, width, height, _ in label_pieces(paper).stats[1:].tolist():
        yield (
            slice(max(rim, top - reach), min(last[0], top + height + reach)),
            slice(max(rim, left - reach), min(last[1], left + width + reach)),
        )


def _within(shape: tuple[int, ...], depth_mm: float) -> Mask:
    """Return the page but for a strip along its edges."""
    inner = np.zeros(shape, np.bool_)
    depth = round(depth_mm * _PX_PER_MM)
    inner[depth:-depth, depth:-depth] = True
    return inner


def _around(share: Floats) -> Floats:
    """Return the share of ink around each place, as it lies at three sides of it at least.

    A stroke through the place, or a line of a text, lies at two sides. Beyond the border it goes
    on as it is there.
    """
    reach = round(_AROUND_MM * _PX_PER_MM)
    spots = cv2.GaussianBlur(share, (0, 0), _AROUND_MM * _PX_PER_MM / 3)
    wide = cv2.copyMakeBorder(spots, *(reach,) * 4, cv2.BORDER_REPLICATE)
    height, width = share.shape
    sides = []
    for angle in np.arange(8) * np.pi / 4:
        x, y = reach + round(reach * np.cos(angle)), reach + round(reach * np.sin(angle))
        sides.append(wide[y : y + height, x : x + width])
    return np.asarray(np.partition(np.stack(sides), 5, axis=0)[5], np.float32)


def _lines(share: Floats, around: Floats) -> Mask:
    """Return where more ink lies in a bar than chance lays there.

    Args:
        share: Of ink, shape (h, w).
        around: The same around each place.
    """
    found = np.zeros(share.shape, np.bool_)
    for length_mm, angles in _LINES:
        grains = length_mm * _PEN_MM / _GRAIN_MM2
        spread = np.sqrt(around * (1 - around) * grains)
        most = (around * grains + _DEVIATIONS * spread + _FEW) / grains
        for bar in _bars(length_mm, angles):
            lined = as_bits(_summed(share, bar / bar.sum()) > most)
            if lined.any():
                found |= cv2.dilate(lined, as_bits(bar > 0)).view(np.bool_)
    return found


def _rows_of_dots(dots: Floats, around: Floats) -> Mask:
    """Return where more dots lie in a bar than chance lays there.

    Args:
        dots: How many have their middle in each pixel, shape (h, w).
        around: The same around each place, as a mean.
    """
    found = np.zeros(dots.shape, np.bool_)
    for length_mm, angles in _ROWS:
        expected = around * (length_mm * _PEN_MM * _PX_PER_MM**2)
        most = expected + _DOT_DEVIATIONS * np.sqrt(expected) + _FEW_DOTS
        for bar in _bars(length_mm, angles):
            row = as_bits(_summed(dots, np.ceil(bar)) > most)
            if row.any():
                found |= cv2.dilate(row, as_bits(bar > 0)).view(np.bool_)
    return found


def _bars(length_mm: float, angles: int) -> Iterator[Floats]:
    """Yield bars as wide as a pen's line at all angles: 1 within, less on their borders."""
    half = int(np.ceil((length_mm + _PEN_MM) / 2 * _PX_PER_MM))
    y, x = np.mgrid[-half : half + 1, -half : half + 1] / _PX_PER_MM
    for angle in np.arange(angles) * np.pi / angles:
        along = np.abs(x * np.cos(angle) + y * np.sin(angle))
        across = np.abs(y * np.cos(angle) - x * np.sin(angle))
        bar = np.clip((length_mm / 2 - along) * _PX_PER_MM + 0.5, 0, 1)
        bar *= np.clip((_PEN_MM / 2 - across) * _PX_PER_MM + 0.5, 0, 1)
        yield np.asarray(bar, np.float32)


def _summed(picture: Floats, weights: Floats) -> Floats:
    out = cv2.filter2D(picture, cv2.CV_32F, weights, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(out, np.float32)

"""Rust and dents of a paperclip: two straight lines from the sheet's edge, joined by a half circle.

In come the flat page and what would be put before people; out comes what of it lies on the wire
of a clip. A clip's wire leaves a pale and even line, in from the edge, round a bow as true as the
machine bent it, and out again. A pen's U has neither straight sides nor a true bow, and is dark.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import Rect
from omr.scan.place.reference import Mask, Reference, as_bits
from omr.scan.place.straighten import FlatPage
from omr.scan.wear.edge_views import across_mm, depth_mm, turned

Floats = NDArray[np.float32]
Float64 = NDArray[np.float64]

# Clips are looked for at this resolution; the wire's line is two to four pixels broad.
_PX_PER_MM = 4
# A clip reaches so far in from the edge, and lies within this of what was found beside it.
_DEEP_MM, _ASIDE_MM = 45.0, 13.0
# No line is looked for in the rim; over so much it has to be seen on open paper, nearly all of it.
_RIM_MM, _SEEN_MM, _SHARE = 3.0, 7.0, 0.75
# Clips lie askew by up to a tenth.
_SLOPES = np.linspace(-0.12, 0.12, 25)
# Two sides of a bow lie so far apart, and are straight; of the bow so much is to be seen, within
# so much of a true half circle.
_APART_MM, _BOW, _TRUE_MM = (3.0, 11.0), 0.7, 0.25
# A side stays within this of a straight line, as seen this far to both its sides.
_STRAIGHT_MM, _STRAY_MM = 0.07, 1.2
# Over the paper to this distance beside it, the line is so much darker, of 255, and paler than any
# pen.
_BESIDE_MM, _LEAST, _MOST = 0.75, 5.0, 150
# What of a place is dark at all, of 255.
_DARK = 28
# Beyond its own breadth the line's soft edge and the second side of a double wire.
_BAND_MM, _WITHIN = 1.1, 0.9


@dataclass(frozen=True, slots=True)
class _Clip:
    """A bow of a clip, on a view whose edge is above, in mm of that view.

    Attributes:
        left, right: Where its sides come in at the edge.
        slope: How far they go to the right for each mm inwards.
        end: How far in the sides end and the bow begins.
    """

    left: float
    right: float
    slope: float
    end: float


def on_paperclips(rects: Sequence[Rect], flat: FlatPage, reference: Reference) -> set[Rect]:
    """Return the places of unexplained ink that lie on the wire of a paperclip.

    Args:
        rects: Their bounds on the page, in mm.
        flat: The page laid flat.
        reference: The page as printed.
    """
    found: set[Rect] = set()
    layout = reference.layout
    for side in range(4):
        near = [rect for rect in rects if depth_mm(rect, side, layout) < _DEEP_MM]
        if not near:
            continue
        level, open_ = _view(flat, reference, side)
        for rect in near:
            band = _band(level, open_, across_mm(rect, side, layout))
            if band is not None and _lies_on(rect, turned(band, side), flat, reference):
                found.add(rect)
    return found


def _view(flat: FlatPage, reference: Reference, side: int) -> tuple[Floats, Mask]:
    """Return darkness and open paper in from an edge, at ``_PX_PER_MM``, that edge above."""
    factor = _PX_PER_MM / reference.px_per_mm
    hidden = as_bits(reference.near_print) * np.uint8(255)
    small, shut = (
        cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        for picture in (flat.darkness, hidden)
    )
    level = np.ascontiguousarray(turned(np.asarray(small, np.uint8), side))
    open_ = np.ascontiguousarray(turned(np.asarray(shut, np.uint8), side)) < 64
    return cv2.GaussianBlur(level, (0, 0), 0.8).astype(np.float32), open_


def _band(level: Floats, open_: Mask, across_mm: float) -> NDArray[np.uint8] | None:
    """Return where the clip near a place lies in a view, or None."""
    left = max(0, round((across_mm - _ASIDE_MM) * _PX_PER_MM))
    right = min(level.shape[1], round((across_mm + _ASIDE_MM) * _PX_PER_MM))
    own = slice(0, round(_DEEP_MM * _PX_PER_MM)), slice(left, right)
    band = np.zeros(level.shape, np.uint8)
    for clip in _clips(level[own], open_[own]):
        _draw(band[own], clip)
    return band if band.any() else None


def _clips(level: Floats, open_: Mask) -> Iterator[_Clip]:
    """Yield the bows in a window whose sides come in at the edge above."""
    beside = round(_BESIDE_MM * _PX_PER_MM)
    sides = cv2.max(_shifted(level, beside), _shifted(level, -beside))
    hits = (level - sides > _LEAST) & (level < _MOST)
    rows = np.arange(round(_RIM_MM * _PX_PER_MM), len(level))
    for slope in _SLOPES:
        columns = np.arange(level.shape[1])[None, :] + np.rint(slope * rows).astype(int)[:, None]
        inside = (columns >= 0) & (columns < level.shape[1])
        at = rows[:, None], columns.clip(0, level.shape[1] - 1)
        seen, room = hits[at] & open_[at] & inside, open_[at] & inside
        lines = _lines(seen, room)
        for first, end_first in lines:
            for second, end_second in lines:
                apart = (second - first) / _PX_PER_MM
                if not _APART_MM[0] < apart < _APART_MM[1]:
                    continue
                end = (min(end_first, end_second) + rows[0]) / _PX_PER_MM
                clip = _with_bow(level, open_, first, second, float(slope), end)
                if clip is not None:
                    yield clip


def _shifted(picture: Floats, by: int) -> Floats:
    moved = np.zeros_like(picture)
    if by > 0:
        moved[:, by:] = picture[:, :-by]
    else:
        moved[:, :by] = picture[:, -by:]
    return moved


def _lines(seen: Mask, room: Mask) -> list[tuple[int, int]]:
    """Return the columns of lines from the edge inwards, and the row in which each ends."""
    shown = np.cumsum(seen, axis=0, dtype=np.int32)
    free = np.cumsum(room, axis=0, dtype=np.int32)
    whole = shown > _SHARE * np.maximum(free, 1)
    whole &= seen & (shown > _SEEN_MM * _PX_PER_MM)
    long_ = np.where(whole.any(axis=0), len(whole) - 1 - whole[::-1].argmax(axis=0), -1)
    score = np.where(long_ >= 0, shown[long_, np.arange(seen.shape[1])], 0)
    # The middle of each line: where most of it is seen.
    best = cv2.dilate(score.astype(np.float32)[None], np.ones((1, 5), np.uint8))[0]
    return [(int(k), int(long_[k])) for k in np.flatnonzero((score > 0) & (score >= best))]


def _with_bow(
    level: Floats, open_: Mask, first: int, second: int, slope: float, end: float
) -> _Clip | None:
    """Return the clip whose sides are two lines, if a true half circle joins them below."""
    left, right = first / _PX_PER_MM, second / _PX_PER_MM
    radius = (right - left) / 2
    angles = np.linspace(0.06 * np.pi, 0.94 * np.pi, 25)
    # The sides may be seen to go on a little into the bow, or end before it.
    for more in np.arange(-3.0, 3.01, 0.25):
        x = (left + right) / 2 + slope * (end + more)
        rings = [
            _along(
                level,
                x + (radius + out) * np.cos(angles),
                end + more + (radius + out) * np.sin(angles),
            )
            for out in (-_BESIDE_MM, -_TRUE_MM, 0.0, _TRUE_MM, _BESIDE_MM)
        ]
        on = np.maximum(np.maximum(rings[1], rings[2]), rings[3])
        around = np.maximum(rings[0], rings[4])
        free = (
            _along(
                open_.astype(np.float32),
                x + radius * np.cos(angles),
                end + more + radius * np.sin(angles),
            )
            > 0.5
        )
        shown = (on - around > _LEAST) & (on < _MOST) & free
        if free.mean() > 0.5 and shown.sum() > _BOW * free.sum():
            sides = ((left, slope), (right, slope))
            if not all(_is_straight(level, open_, *side, end) for side in sides):
                return None
            return _Clip(left, right, slope, end + float(more))
    return None


def _is_straight(level: Floats, open_: Mask, start: float, slope: float, end: float) -> bool:
    """Tell whether the line of a side keeps to one straight line, row by row."""
    off = np.arange(-_STRAY_MM, _STRAY_MM + 0.01, 1 / (2 * _PX_PER_MM))
    y = np.arange(_RIM_MM, end, 1 / _PX_PER_MM)[:, None]
    x = start + slope * y + off
    seen = _along(level, x.ravel(), np.broadcast_to(y, x.shape).ravel()).reshape(x.shape)
    clear = _along(open_.astype(np.float32), x.ravel(), np.broadcast_to(y, x.shape).ravel())
    seen = seen - seen.min(axis=1, keepdims=True)
    clear_rows = clear.reshape(x.shape).min(axis=1) > 0.5
    # The line nearest to the side: a wire may run beside another.
    crest = (seen >= np.roll(seen, 1, axis=1)) & (seen >= np.roll(seen, -1, axis=1))
    crest &= seen > np.maximum(_LEAST, 0.5 * seen.max(axis=1, keepdims=True))
    crest[:, [0, -1]] = False
    away = np.where(crest, np.abs(off), np.inf)
    rows = clear_rows & crest.any(axis=1)
    if rows.sum() < max(_SEEN_MM * _PX_PER_MM, _SHARE * clear_rows.sum()):
        return False
    middle = off[away.argmin(axis=1)][rows]
    slant = np.polyfit(y[rows, 0], middle, 1)
    return float((middle - np.polyval(slant, y[rows, 0])).std()) < _STRAIGHT_MM


def _along(picture: Floats, x_mm: Float64, y_mm: Float64) -> Floats:
    """Return a picture's values at places in mm, 0 beyond it."""
    x, y = (np.asarray(v * _PX_PER_MM, dtype=np.float32)[None] for v in (x_mm, y_mm))
    return np.asarray(cv2.remap(picture, x, y, cv2.INTER_LINEAR)[0], dtype=np.float32)


def _draw(band: NDArray[np.uint8], clip: _Clip) -> None:
    """Draw the wire of a clip into a window, in place."""
    wide = round(2 * _BAND_MM * _PX_PER_MM)
    radius = (clip.right - clip.left) / 2
    angles = np.linspace(0, np.pi, 30)
    x = (clip.left + clip.right) / 2 + clip.slope * clip.end + radius * np.cos(angles)
    y = clip.end + radius * np.sin(angles)
    points = np.vstack([[[clip.right, 0.0]], np.column_stack([x, y]), [[clip.left, 0.0]]])
    drawn = np.ascontiguousarray(band)
    cv2.polylines(drawn, [np.rint(points * _PX_PER_MM).astype(np.int32)], False, (1,), wide)
    band[:] = drawn


def _lies_on(rect: Rect, band: NDArray[np.uint8], flat: FlatPage, reference: Reference) -> bool:
    """Tell whether what is dark in a place lies on the wire and is pale."""
    scale = reference.px_per_mm
    rows = slice(max(0, round(rect.y * scale)), max(1, round(rect.bottom * scale) + 1))
    columns = slice(max(0, round(rect.x * scale)), max(1, round(rect.right * scale) + 1))
    level = flat.darkness[rows, columns]
    dark = (level > _DARK) & ~reference.near_print[rows, columns]
    if not dark.any() or float(np.percentile(level[dark], 98)) >= _MOST:
        return False
    ys, xs = np.nonzero(dark)
    ys, xs = ((v + part.start) * _PX_PER_MM // scale for v, part in ((ys, rows), (xs, columns)))
    last = band.shape[0] - 1, band.shape[1] - 1
    return float(band[np.minimum(ys, last[0]), np.minimum(xs, last[1])].mean()) > _WITHIN

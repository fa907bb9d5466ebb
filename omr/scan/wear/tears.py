"""Slits that are torn into the edge of a sheet, told from a pen's line that runs over the edge.

In come unexplained ink, the flat page and the picture beyond it; out comes the ink of tears.
What shows in a slit is not on the paper but behind it: it has the tone of what lies beyond the
sheet and is one with it. The slit is widest where it opens and closes evenly towards its end,
while a pen keeps its width until it lifts. And paper gives way from fibre to fibre, so that a
tear wavers within each millimetre; a pen that leaves the paper so slowly thinning is a fast
one, and draws smoothly. All of these have to be there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.scan.ink.ink_map import InkMap
from omr.scan.ink.pieces import Part, parts
from omr.scan.place.reference import Mask, Reference, as_bits, common_windows, grow
from omr.scan.place.straighten import RIM_MM, FlatPage, look_beyond
from omr.scan.wear.edge_views import turned

Floats = NDArray[np.float64]
# First and last column (inclusive) of a slit in a row, and the row.
_Run = tuple[int, int, int]

# What lies beyond the page is looked at this far out; beside and behind a slit so much paper.
_BEYOND_MM, _ASIDE_MM, _BEHIND_MM = 8.0, 6.0, 2.0
# Ink of a slit is told from here on: the rim, a sheet's edge as far within it, and a mouth so wide
# that it was taken for missing paper. Or so close to the end of the picture.
_NEAR_MM, _BEFORE_MM = RIM_MM + 5.0, 2.0
# Most of what lies beside a slit as far from the edge is paper (percentile).
_PAPER_OF_ROW = 80
# A slit is no wider than this and at least so long; its gaps are shorter than that.
_WIDE_MM, _LONG_MM, _GAP_MM = 1.8, 4.0, 0.5
# So close to print, ink is print that lies a little beside its place.
_BESIDE_PRINT_MM = 0.3
# The sheet's edge is sought beside the slit's mouth, from here to there.
_EDGE_MM = (1.5, 5.0)
# What lies beyond the sheet is one tone for so far at least, and another than paper, of 255.
_LID_MM, _EVEN, _APART = 0.6, 20.0, 40.0
# A sheet's edge takes so much of the way from one tone to the other within so little: the blur of
# a scan of 150 dpi and a sheet that lies askew. A shade along the edge takes millimetres.
_SHARP, _SHARP_MM = 0.4, 0.6
# A slit has its tone, but for this share of the contrast with paper and some grain.
_TONE_SHARE, _TONE = 0.25, 10.0
# Where nothing is seen beyond, it is at least grey: no lid is coloured (of 255).
_GREY = 30.0
# From its mouth to its middle a slit loses a tenth of its width, and again to its end; of a pen
# that lifts, the last part alone does.
_NARROWER = 1.1
# Against a parabola of 2 mm tears deviate by 0.033 to 0.08 mm, recorded pen strokes by 0.004 to
# 0.02; only a shaking hand goes beyond.
_PARABOLA_MM, _RAGGED_MM = 2.0, 0.028
# They turn at least so often (1/mm).
_TURNS = 0.8


def tears(rest: Mask, flat: FlatPage, reference: Reference, ink: InkMap) -> Mask:
    """Return the ink of slits that are torn into the sheet's edge, that within the rim too.

    Args:
        rest: Ink that nothing has explained so far.
        flat: The page laid flat.
        reference: The page as printed.
        ink: The page's ink.
    """
    scale = reference.px_per_mm
    found = np.zeros(rest.shape, np.bool_)
    for part in parts(rest, scale):
        if max(part.rect.w, part.rect.h) < 1.0 or (found[part.area] & part.shape).any():
            continue
        for side in _sides(part, flat.paper, scale):
            view = _look(part, side, flat, ink.printed, scale)
            runs = _follow(view, ink.threshold / 255)
            if runs and _opens(view, runs) and _narrows(view, runs) and _is_ragged(view, runs):
                _mark(found, ink.ink, view, runs)
                break
    return found


def _sides(part: Part, paper: Mask, scale: int) -> Iterator[int]:
    """Yield the sides at which a piece comes out: 0 left, 1 top, 2 right, 3 bottom.

    That is at the rim of the page, or of the picture where it ends within the page.
    """
    (rows, columns), (height, width) = part.area, paper.shape
    near, beside = round(_NEAR_MM * scale), round(_BEFORE_MM * scale)
    distance = (columns.start, rows.start, width - columns.stop, height - rows.stop)
    strips = (
        (rows, slice(max(0, columns.start - beside), columns.start + 1)),
        (slice(max(0, rows.start - beside), rows.start + 1), columns),
        (rows, slice(columns.stop - 1, columns.stop + beside)),
        (slice(rows.stop - 1, rows.stop + beside), columns),
    )
    for side in range(4):
        if distance[side] < near or not paper[strips[side]].all():
            yield side


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """What lies around a piece, turned so that the outside is above.

    Attributes:
        pixels: Shape (h, w, channels).
        dark: Darkness against the paper around it, 0 to 1, shape (h, w).
        piece: The piece, shape (h, w).
        print_: Print with a margin, where nothing is known of what else is dark, shape (h, w).
        first: The first row of the picture.
        side: Where the outside is on the page: 0 left, 1 top, 2 right, 3 bottom.
        corner: Row and column of the window's corner on the page, in px.
        scale: Resolution, px/mm.
    """

    pixels: NDArray[np.uint8]
    dark: Floats
    piece: Mask
    print_: Mask
    first: int
    side: int
    corner: tuple[int, int]
    scale: int


def _look(part: Part, side: int, flat: FlatPage, printed: Mask, scale: int) -> _View:
    rows, columns = part.area
    beyond, aside, behind = (round(v * scale) for v in (_BEYOND_MM, _ASIDE_MM, _BEHIND_MM))
    top, bottom, left, right = (
        rows.start - aside, rows.stop + aside, columns.start - aside, columns.stop + aside,
    )  # fmt: skip
    if side == 0:
        left, right = -beyond, columns.stop + behind
    elif side == 1:
        top, bottom = -beyond, rows.stop + behind
    elif side == 2:
        left, right = columns.start - behind, flat.paper.shape[1] + beyond
    else:
        top, bottom = rows.start - behind, flat.paper.shape[0] + beyond
    shape = bottom - top, right - left
    pixels, there = look_beyond(flat, left / scale, top / scale, shape, scale)
    own = np.zeros(shape, np.uint8)
    own[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = part.shape
    print_ = np.zeros(shape, np.bool_)
    on_page, in_view = common_windows((top, left), shape, printed.shape)
    print_[in_view] = printed[on_page]
    pixels = turned(pixels[..., None] if pixels.ndim == 2 else pixels, side)
    piece = turned(own, side) > 0
    beside = turned(as_bits(grow(print_, _BESIDE_PRINT_MM * scale)), side) > 0
    shown = turned(as_bits(there), side)[:, piece.any(axis=0)].all(axis=1)
    dark = _darkness(pixels, scale)
    first = int(shown.argmax())
    return _View(pixels, dark, piece, beside, first, side, (top, left), scale)


def _darkness(pixels: NDArray[np.uint8], scale: int) -> Floats:
    """Return how dark each pixel is against the paper around it, so far from the edge, 0 to 1."""
    grey = np.ascontiguousarray(pixels.min(axis=2))
    wide = round(2 * _WIDE_MM * scale)
    paper = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((wide, wide), np.uint8))
    paper = cv2.GaussianBlur(paper, (0, 0), wide / 3)
    # A shade along the edge grows faster than that; it is alike in each row.
    of_row = np.percentile(grey, _PAPER_OF_ROW, axis=1, keepdims=True)
    return np.asarray(1.0 - grey / np.maximum(np.minimum(paper, of_row), 1.0))


def _follow(view: _View, least: float) -> list[_Run]:
    """Follow a slit from where the piece begins out of the sheet, and in to its end.

    Returns:
        Its run in each row, from outside in; none if it is too wide, too short, splits, or does
        not come out of the sheet.
    """
    rows = np.flatnonzero(view.piece.any(axis=1))
    if not rows.size:
        return []
    start = int(rows[0])
    at = np.flatnonzero(view.piece[start])
    span = int(at[0]), int(at[-1])
    edge = _edge(view, (span[0] + span[1]) // 2)[0]
    outward = list(_runs(view, range(start, edge - 1, -1), span, least))
    inward = list(_runs(view, range(start + 1, len(view.dark)), span, least))
    runs = [run for run in (*outward[::-1], *inward) if run[2] >= edge + 2]
    comes_out = bool(outward) and outward[-1][2] - edge < _GAP_MM * view.scale
    widest = max((last - first + 1 for first, last, _ in runs), default=0)
    if not comes_out or widest > _WIDE_MM * view.scale or len(runs) < _LONG_MM * view.scale:
        return []
    # What belongs to the piece beside the slit was drawn or lies there.
    within = sum(int(view.piece[y, max(0, a - 2) : b + 3].sum()) for a, b, y in runs)
    return runs if within > 0.97 * np.count_nonzero(view.piece) else []


def _runs(view: _View, rows: range, span: tuple[int, int], least: float) -> Iterator[_Run]:
    """Yield the run of ink of each row that goes on from the row before, up to print.

    It reaches to half its darkness: paler lines that meet a slit, as the edge of a tape or a
    fold, are none of it.
    """
    gap, width = 0, view.dark.shape[1]
    for y in rows:
        left, right = max(0, span[0] - 2), min(width, span[1] + 3)
        inked = view.dark[y] > max(least, float(view.dark[y, left:right].max()) / 2)
        at = np.flatnonzero(inked[left:right])
        if not at.size:
            gap += 1
            if gap > _GAP_MM * view.scale:
                return
            continue
        first, last, gap = left + int(at[0]), left + int(at[-1]), 0
        while first > 0 and inked[first - 1]:
            first -= 1
        while last < width - 1 and inked[last + 1]:
            last += 1
        # Whatever comes after print may be print that lies beside its place.
        if view.print_[y, first : last + 1].any():
            return
        span = first, last
        yield first, last, y


def _edge(view: _View, mouth: int) -> tuple[int, Floats | None, Floats]:
    """Return where the sheet's edge is beside a slit, what lies beyond it, and the paper's tone.

    Where the picture ends on the sheet, or with the shadow beside it, nothing is known of what
    lies beyond.
    """
    near, far = (round(v * view.scale) for v in _EDGE_MM)
    columns = np.r_[max(0, mouth - far) : max(0, mouth - near), mouth + near : mouth + far]
    columns = columns[columns < view.pixels.shape[1]]
    tone = np.median(view.pixels[view.first :, columns], axis=1).astype(np.float64)
    paper = np.median(tone[len(tone) // 3 :], axis=0)
    outer = tone[: round(_LID_MM * view.scale)]
    apart = np.abs(outer[0] - paper)
    if apart.max() < _APART:
        return view.first, None, paper
    channel = int(apart.argmax())
    share = (tone[:, channel] - outer[0, channel]) / (paper[channel] - outer[0, channel])
    # A sheet ends at once; where paper only grows darker, a shade lies on it.
    within = round(_SHARP_MM * view.scale)
    rise = share[within:] - share[:-within]
    if not (rise > _SHARP).any():
        return view.first, None, paper
    begin = int((rise > _SHARP).argmax())
    begin += int(rise[begin : begin + within].argmax())
    half = (share[begin] + share[begin + within]) / 2
    edge = begin + int((share[begin:] > half).argmax())
    if np.ptp(outer, axis=0).max() > _EVEN:
        return view.first + edge, None, paper
    # The lamp falls off beyond the sheet; what is near it is what shows in the slit.
    lid = np.median(tone[max(0, edge - 2 * view.scale) : edge - 2], axis=0)
    return view.first + edge, lid, paper


def _opens(view: _View, runs: list[_Run]) -> bool:
    """Tell whether what shows in a slit is what lies beyond the sheet."""
    first, last, _ = runs[0]
    _, lid, paper = _edge(view, (first + last) // 2)
    # The pixel that is dark in all colours: at a slit's sides the colours may lie apart.
    outer = [(view.pixels[y], slice(first, last + 1)) for first, last, y in runs[: len(runs) // 2]]
    seen = np.array([row[slit][row[slit].max(axis=1).argmin()] for row, slit in outer])
    tone = np.median(seen, axis=0)
    if lid is None:
        return bool(np.ptp(tone * (255.0 / np.maximum(paper, 1.0))) < _GREY)
    return bool((np.abs(tone - lid) < _TONE_SHARE * np.abs(paper - lid) + _TONE).all())


def _profile(view: _View, runs: list[_Run]) -> tuple[Floats, Floats]:
    """Return how much darkness a slit has in each row, and where its middle is, both in px."""
    weight, middle = [], []
    for first, last, y in runs:
        columns = np.arange(max(0, first - 4), min(view.dark.shape[1], last + 5))
        dark = np.maximum(view.dark[y, columns], 0.0)
        weight.append(float(dark.sum()))
        middle.append(float(dark @ columns) / max(weight[-1], 1e-6))
    return np.array(weight), np.array(middle)


def _narrows(view: _View, runs: list[_Run]) -> bool:
    """Tell whether a slit closes evenly: from its mouth to its middle, and on to its end."""
    fifths = [float(np.median(part)) for part in np.array_split(_profile(view, runs)[0], 5)]
    outer, _, middle, _, inner = fifths
    return outer > _NARROWER * middle and middle > _NARROWER * inner


def _is_ragged(view: _View, runs: list[_Run]) -> bool:
    """Tell whether a line wavers as paper tears, all along and not in a corner or two."""
    weights = _parabola(round(_PARABOLA_MM * view.scale) // 2)
    middle = _profile(view, runs)[1]
    off_mm = (middle - np.convolve(middle, weights, "same"))[len(weights) // 2 :]
    off_mm = off_mm[: len(off_mm) - len(weights) // 2] / view.scale
    beyond = np.sign(off_mm[np.abs(off_mm) > 0.6 * _RAGGED_MM])
    turns = int(np.count_nonzero(np.diff(beyond)))
    return bool(off_mm.std() > _RAGGED_MM and turns > _TURNS * (len(off_mm) / view.scale))


@lru_cache(maxsize=4)
def _parabola(half: int) -> Floats:
    """Return the weights that give the middle of the parabola through ``2 * half + 1`` values."""
    at = np.arange(-half, half + 1, dtype=np.float64)
    return np.asarray(np.linalg.pinv(np.vander(at, 3))[2])


def _mark(found: Mask, inked: Mask, view: _View, runs: list[_Run]) -> None:
    """Mark the ink of a slit, in place."""
    within = np.zeros(view.piece.shape, np.uint8)
    for first, last, y in runs:
        within[y - 1 : y + 2, max(0, first - 2) : last + 3] = 1
    slit = turned(within, view.side) > 0
    on_page, in_view = common_windows(view.corner, (slit.shape[0], slit.shape[1]), found.shape)
    found[on_page] |= slit[in_view] & inked[on_page]

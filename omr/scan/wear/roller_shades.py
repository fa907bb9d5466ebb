"""Broad pale bands that a feeder's rollers leave along their way, and the paper without them.

Rollers that press dirt or moisture into the sheet, or lift it off the glass, leave bands that are
a few millimetres wide and begin and end on the way. They run exactly along the feed, whatever the
skew of the sheet, with straight edges and of one tone from side to side. No pen leaves that; a
highlighter's edge strays, and has a colour. Bands are made as bright as the paper beside them, so
that whatever lies on them stays.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.scan.place.reference import darkest
from omr.scan.wear.streaks import runs_of
from omr.stages import stage

Pixels = NDArray[np.uint8]
Float32 = NDArray[np.float32]
Bools = NDArray[np.bool_]

# Paper is looked at in columns of this width and blocks of this length. Of the four parts of a
# block the second brightest counts: print covers less than that.
_COLUMN_MM, _BLOCK_MM, _PARTS = 0.25, 2.0, 4
# A band is so wide, and so long at least.
_WIDE_MM, _LONG_MM = (2.5, 12.0), 12.0
# It is so much darker than the paper on both sides, of 255, which differ by no more than this.
_PALE, _ALIKE = (3.5, 45.0), 4.0
# Beside it paper is seen from here to there; within it, and beside it, four fifths of the columns
# differ by no more than this.
_BESIDE_MM, _EVEN = (0.75, 2.0), 5.0
# At its edge all of the step lies within this.
_EDGE_MM = 0.5
# A band fades out over so much beyond the blocks where it is plain; no more light is given back.
_FADES_MM, _MOST_GAIN = 36.0, 1.25
# A colour takes so much less of one channel than of another.
_GREY = 0.6
_NEAR, _FAR = (round(mm / _COLUMN_MM) for mm in _BESIDE_MM)
_EDGE, _LONG = round(_EDGE_MM / _COLUMN_MM), round(_LONG_MM / _BLOCK_MM)
# An edge is sought so many columns to both sides, and drifts by less than this on its way.
_STRAYS, _DRIFT = 3, 1.0


class _Band(NamedTuple):
    """A band.

    Attributes:
        left: Its first column; ``right`` is the first beyond it.
        right: See ``left``.
        shown: The blocks in which it is plain, shape (blocks,).
    """

    left: int
    right: int
    shown: Bools


@stage("streaks")
def without_roller_shades(pixels: Pixels, px_per_mm: float) -> Pixels:
    """Return a picture whose roller bands are as bright as the paper beside them.

    Args:
        pixels: The picture as the feeder moved the sheet, shape (h, w) or (h, w, 3).
        px_per_mm: Its resolution.

    Returns:
        The same object where there are no bands.
    """
    bare = _bare_paper(pixels, px_per_mm)
    if bare is None:
        return pixels
    lifted = pixels
    for band in _bands(bare):
        if pixels.ndim == 3 and _has_colour(pixels, band, px_per_mm):
            continue
        if lifted is pixels:
            lifted = pixels.copy()
        _lift(lifted, bare, band, px_per_mm)
    return lifted


def _bare_paper(pixels: Pixels, px_per_mm: float) -> Float32 | None:
    """Return the paper's brightness by block and column; None where it is black or white."""
    height, width = pixels.shape[:2]
    columns, rows = round(width / px_per_mm / _COLUMN_MM), round(_BLOCK_MM * px_per_mm)
    blocks = height // rows
    if blocks * _BLOCK_MM < 2 * _LONG_MM or columns <= 2 * _FAR:
        return None
    size = (columns, blocks * _PARTS)
    small = cv2.resize(pixels[: blocks * rows], size, interpolation=cv2.INTER_AREA)
    grey = darkest(np.asarray(small, np.uint8))
    a, b, c, d = (np.ascontiguousarray(grey[part::_PARTS]) for part in range(_PARTS))
    first, second = cv2.max(a, b), cv2.max(c, d)
    bare = cv2.max(cv2.min(first, second), cv2.max(cv2.min(a, b), cv2.min(c, d)))
    tones = cv2.inRange(bare, 8, 247)
    return None if np.count_nonzero(tones) < 0.05 * tones.size else bare.astype(np.float32)


def _bands(bare: Float32) -> list[_Band]:
    """Return the bands of a picture, by the brightness of its paper."""
    step = np.zeros_like(bare)
    step[:, _EDGE:-_EDGE] = bare[:, 2 * _EDGE :] - bare[:, : -2 * _EDGE]
    rises = _edges(step)
    falls = _edges(-step) if rises else {}
    least, most = (round(mm / _COLUMN_MM) for mm in _WIDE_MM)
    tried: list[tuple[float, _Band]] = []
    for left, right in product(falls, rises):
        if not least <= right - left <= most or left < _FAR or right + _FAR > bare.shape[1]:
            continue
        if not _long_parts(falls[left] & rises[right]).any():
            continue
        shown = _long_parts(_shows(bare, left, right))
        if shown.any() and _is_straight(-step, left, shown) and _is_straight(step, right, shown):
            edges = float((step[shown, right] - step[shown, left]).sum())
            tried.append((edges, _Band(left, right, shown)))
    found: list[_Band] = []
    for _, band in sorted(tried, key=lambda one: -one[0]):
        if not any(band.left < other.right and other.left < band.right for other in found):
            found.append(band)
    return found


def _edges(falls: Float32) -> dict[int, Bools]:
    """Return the columns in which the paper's brightness falls over a band's length, and where.

    Of neighbours the one where it falls most.
    """
    kernel = np.ones((_LONG, 1), np.uint8)
    plain = cv2.morphologyEx((falls > _PALE[0]).astype(np.uint8), cv2.MORPH_OPEN, kernel) > 0
    fall = np.where(plain, falls, 0).sum(axis=0)
    most = np.max(np.lib.stride_tricks.sliding_window_view(np.pad(fall, 1), 3), axis=1)
    return {int(k): np.asarray(plain[:, k]) for k in np.flatnonzero((fall > 0) & (fall == most))}


def _long_parts(shown: Bools) -> Bools:
    """Return the runs of blocks that are as long as a band."""
    long_ = np.zeros_like(shown)
    for top, bottom in runs_of(shown):
        long_[top:bottom] = bottom - top >= _LONG
    return long_


def _is_straight(falls: Float32, column: int, shown: Bools) -> bool:
    """Tell an edge that runs along the feed from one that a hand drew."""
    for top, bottom in runs_of(shown):
        near = falls[top:bottom, column - _STRAYS : column + _STRAYS + 1]
        weights, rows = np.maximum(near, 0.1), np.arange(bottom - top)
        places = (weights * np.arange(near.shape[1])).sum(axis=1) / weights.sum(axis=1)
        if abs(float(np.polyfit(rows, places, 1)[0])) * len(rows) > _DRIFT:
            return False
    return True


def _shows(bare: Float32, left: int, right: int) -> Bools:
    """Return the blocks in which a band is seen: even, paler than ink, between alike paper."""
    views = (_within(bare, left, right), *_beside(bare, left, right))
    own, before, after = (np.percentile(view, (20, 50, 80), axis=1) for view in views)
    spread = np.max([part[2] - part[0] for part in (own, before, after)], axis=0)
    depth = np.minimum(before[1], after[1]) - own[1]
    alike = np.abs(before[1] - after[1]) <= _ALIKE
    pale = (depth >= _PALE[0]) & (depth <= _PALE[1])
    return np.asarray(pale & alike & (spread <= _EVEN), np.bool_)


def _within(bare: Float32, left: int, right: int) -> Float32:
    return bare[:, left + _EDGE : right - _EDGE]


def _beside(bare: Float32, left: int, right: int) -> tuple[Float32, Float32]:
    return bare[:, left - _FAR : left - _NEAR + 1], bare[:, right + _NEAR - 1 : right + _FAR]


def _has_colour(pixels: Pixels, band: _Band, px_per_mm: float) -> bool:
    """Tell a band that takes more of one colour than of another, as a highlighter does."""
    rows = np.repeat(band.shown, round(_BLOCK_MM * px_per_mm))
    left, right = (round(at * _COLUMN_MM * px_per_mm) for at in (band.left, band.right))
    edge, beside = (round(mm * px_per_mm) for mm in (_EDGE_MM, _BESIDE_MM[1]))
    seen = pixels[: len(rows)][rows[: len(pixels)]]
    own, around = (
        np.median(part.reshape(-1, 3), axis=0)
        for part in (seen[:, left + edge : right - edge], seen[:, left - beside : left - edge])
    )
    taken = (around - own) / np.maximum(around, 1.0)
    return bool(taken.min() < _GREY * taken.max())


def _lift(pixels: Pixels, bare: Float32, band: _Band, px_per_mm: float) -> None:
    """Make a band as bright as the paper beside it, in place."""
    sides = np.concatenate(_beside(bare, band.left, band.right), axis=1)
    own = np.median(_within(bare, band.left, band.right), axis=1)
    gain = np.clip(np.median(sides, axis=1) / np.maximum(own, 1.0), 1.0, _MOST_GAIN)
    fades = np.ones(2 * round(_FADES_MM / _BLOCK_MM) + 1)
    gain[np.convolve(band.shown, fades, "same") == 0] = 1.0
    rows = round(_BLOCK_MM * px_per_mm)
    at = (np.arange(len(bare)) + 0.5) * rows
    factor = np.interp(np.arange(len(pixels)) + 0.5, at, gain).astype(np.float32)
    lifted = np.flatnonzero(factor > 1.0)
    left, right = (round(column * _COLUMN_MM * px_per_mm) for column in (band.left, band.right))
    area = pixels[lifted, left:right].astype(np.float32)
    area *= factor[lifted].reshape(-1, *([1] * (area.ndim - 1)))
    pixels[lifted, left:right] = np.clip(np.rint(area), 0, 255).astype(np.uint8)

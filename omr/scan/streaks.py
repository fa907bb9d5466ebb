"""Streaks of a dirty scanner glass: found where physics puts them, and taken out.

Dirt on the glass of a feeder draws a line exactly along an axis of the picture, whatever
the skew of the sheet. No hand draws along that axis, from the edge of the sheet on, without
leaving it by a fraction of a millimetre. A streak is filled from both sides, so that strokes
and print that cross it stay whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.scan.reference import Mask, Reference
from omr.scan.register import Placement
from omr.scan.short_streaks import find_short_streaks

Pixels = NDArray[np.uint8]

# A streak is narrower than twice this; beyond it, it is a bar that people have to see.
_REACH_MM = 0.8
# Bands of the page's length. Dirt may come and go, but it shows in three bands, the outermost
# of one end among them: a line that a hand drew with a ruler, through a name or a whole row,
# stays within the margins.
_BANDS = (0.0, 0.06, 0.2, 0.4, 0.6, 0.8, 0.94, 1.0)
_BANDS_SEEN = 3
# It shows in the outermost open paper of that end, too.
_END_MM = 2.5
# Share of each band's unprinted length that shows it. A dashed pen line shows half.
_SHARE = 0.66
# Least darkness over both sides, of 255. Grain of the paper is darker than both its sides by
# as much on a fifth of the pixels, far from the share above.
_CONTRAST = 5
# A streak is as dark as so many percent of its open paper, strokes that cross it among them, and
# this much darker in places, of 255: the light that dirt takes varies by a tenth or two.
_DARKEST, _UNEVEN = 5.0, 25.0


@dataclass(frozen=True, slots=True)
class Streak:
    """A line that the scanner drew.

    Attributes:
        along_x: True where it runs along the picture's rows, False down its columns.
        at_px: Its place across, in pixels of the picture.
        width_px: How wide it is.
    """

    along_x: bool
    at_px: float
    width_px: int


def remove_streaks(
    pixels: Pixels, grey: Pixels, placement: Placement, reference: Reference
) -> tuple[Pixels, tuple[Streak, ...]]:
    """Find the streaks of a picture and fill them from both sides.

    Args:
        pixels: The picture, shape (h, w) or (h, w, 3).
        grey: The same in grey, shape (h, w).
        placement: Where the page lies in it.
        reference: The page as printed; rules of its table are no streaks.

    Returns:
        The picture without streaks (the same object where there are none), and the streaks.
    """
    reach = max(2, round(_REACH_MM * placement.px_per_mm))
    at_end = max(2, round(_END_MM * placement.px_per_mm))
    open_ = _open_paper(grey.shape, placement, reference)
    found: list[Streak] = []
    cleaned = pixels
    for along_x in (False, True):
        view, room = (grey.T, open_.T) if along_x else (grey, open_)
        room = np.ascontiguousarray(room)
        ridge = _ridge(np.ascontiguousarray(view), reach)
        hits = ridge > _CONTRAST
        whole = _columns(hits, room, at_end)
        places = [(left, right, slice(None)) for left, right in _runs(whole)]
        if not along_x:
            # A feeder draws down the picture; along its rows people strike names.
            places += [
                (line.left, line.right, slice(line.top, line.bottom))
                for line in find_short_streaks(ridge, hits, room, placement)
                if not whole[line.left : line.right].any()
            ]
        for left, right, rows in places:
            if cleaned is pixels:
                cleaned = pixels.copy()
            lines = cleaned.swapaxes(0, 1) if along_x else cleaned
            _fill(lines[rows], room[rows], left, right)
            found.append(Streak(along_x, (left + right - 1) / 2, right - left))
    return cleaned, tuple(found)


def _open_paper(shape: tuple[int, ...], placement: Placement, reference: Reference) -> Mask:
    """Return where the page lies in the picture and bears no print, with a margin of 1.5 mm."""
    coarse = 2  # px/mm is enough for such a margin
    size = (
        round(reference.layout.width * coarse),
        round(reference.layout.height * coarse),
    )
    printed = cv2.resize(
        reference.near_print.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA
    )
    free = (cv2.dilate(printed, np.ones((7, 7), np.uint8)) < 16).astype(np.uint8)
    # The outermost millimetres of the sheet carry shadows of its edge.
    rim = 6 * coarse
    free[:rim] = free[-rim:] = 0
    free[:, :rim] = free[:, -rim:] = 0
    to_mm = np.array([[1 / coarse, 0, 0.5 / coarse], [0, 1 / coarse, 0.5 / coarse], [0, 0, 1]])
    matrix = (placement.matrix @ to_mm)[:2]
    return cv2.warpAffine(free, matrix, (shape[1], shape[0]), flags=cv2.INTER_NEAREST) > 0


def _ridge(view: Pixels, reach: int) -> Pixels:
    """Return by how much each pixel is darker than both its neighbours ``reach`` columns away."""
    around = cv2.copyMakeBorder(view, 0, 0, reach, reach, cv2.BORDER_REPLICATE)
    darker_side = cv2.min(around[:, : view.shape[1]], around[:, 2 * reach :])
    return np.asarray(cv2.subtract(darker_side, view), dtype=np.uint8)


def _columns(hits: Mask, room: Mask, at_end_px: int) -> NDArray[np.bool_]:
    """Return the columns that show a line along the page, from one of its ends."""
    seen = (hits & room).astype(np.uint8)
    free = room.astype(np.uint8)
    used = np.flatnonzero(room.any(axis=1))
    if not used.size:
        return np.zeros(hits.shape[1], np.bool_)
    cuts = np.rint(np.interp(_BANDS, (0, 1), (used[0], used[-1] + 1))).astype(int)
    shares = []
    for top, bottom in pairwise(cuts.tolist()):
        shown = cv2.reduce(seen[top:bottom], 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[0]
        length = cv2.reduce(free[top:bottom], 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[0]
        enough = length > 0.25 * (bottom - top)
        shares.append(np.where(enough, shown / np.maximum(length, 1), 0.0))
    through = np.stack(shares) > _SHARE
    line = (through[0] | through[-1]) & (through.sum(axis=0) >= _BANDS_SEEN)
    for column in np.flatnonzero(line):
        # A pen that was put down in the margin leaves the outermost open paper bare.
        shown_there = hits[room[:, column], column]
        outermost = shown_there[:at_end_px].mean(), shown_there[-at_end_px:].mean()
        line[column] = bool(
            (through[0, column] and outermost[0] > _SHARE)
            or (through[-1, column] and outermost[1] > _SHARE)
        )
    # The soft flanks of a streak stay below the threshold of its core.
    wide = cv2.dilate(line.astype(np.uint8)[None], np.ones((1, 5), np.uint8))
    return np.asarray(wide[0] > 0, dtype=np.bool_)


def _runs(columns: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], columns.view(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _fill(lines: Pixels, room: Mask, left: int, right: int) -> None:
    """Take a streak out of its columns, in place.

    What is darker than the streak itself is print or ink that runs along below it, and is left
    as it is. The rest is replaced by what both sides share: ink that is dark on both sides stays.

    Args:
        lines: The rows through which the streak goes, shape (n, w) or (n, w, 3).
        room: Open paper of these rows, shape (n, w).
        left: First column of the streak; ``right`` is the first beyond it.
        right: See ``left``.
    """
    width = lines.shape[1]
    before, after = max(0, left - 2), min(width - 1, right + 1)
    side = np.maximum(lines[:, before], lines[:, after])
    own = lines[:, left:right]
    # A pixel lighter than its sides is no part of the dark line: it is left as it is.
    filled = np.maximum(own, side[:, None])
    tone = own if own.ndim == 2 else own.mean(axis=2)
    for column in range(right - left):
        open_ = tone[room[:, left + column], column]
        if open_.size:
            darkest = float(np.percentile(open_, _DARKEST)) - _UNEVEN
            below = tone[:, column] < darkest
            filled[below, column] = own[below, column]
    lines[:, left:right] = filled

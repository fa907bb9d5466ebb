"""Streaks of a dirty scanner glass: found where physics puts them, and taken out.

Dirt on the glass of a feeder draws a line exactly along an axis of the picture, whatever
the skew of the sheet. No hand draws along that axis, from the edge of the sheet on, without
leaving it by a fraction of a millimetre. A streak is filled from both sides, so that strokes
and print that cross it stay whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import FloatArray
from omr.scan.place.reference import OPEN_PX_PER_MM, Mask, Reference, as_bits, darkest
from omr.scan.place.register import Placement
from omr.scan.wear.short_streaks import Ridge, find_short_streaks, lies_askew, may_be_short
from omr.scan.wear.standing_lines import LineView, beyond_page, ends_with_sheet, stands_still
from omr.stages import stage

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
# Of a streak that shows in both outermost bands alone, all open paper shows this much.
_ALL = 0.9
# Least darkness over both sides, of 255. Grain of the paper is darker than both its sides by
# as much on a fifth of the pixels, far from the share above.
_CONTRAST = 5
# Dirt on the sensor's row for one colour leaves the other two below this share of its contrast.
_OTHERS = 0.45
# A streak is as dark as so many percent of its open paper, strokes that cross it among them, and
# this much darker in places, of 255: the light that dirt takes varies by a tenth or two.
_DARKEST, _UNEVEN = 5.0, 25.0
# The first look takes every eighth pixel along a line. A band of the page's length still has a
# dozen of them, whose share strays from the true one by 0.13 (one standard deviation), so lines
# that reach less than the share above go to the second look, which takes all.
_EVERY = 8
_LIKELY = 0.4
# So much of a band has to be open paper.
_LENGTH = 0.25
# Where a rule of the table runs close beside a streak for most of its length, little paper has to
# be bare, but more of it to show the streak: least part of a band, and of that at both looks.
_BESIDE = (0.05, 0.6, 0.9)
_SWAP = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])


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


class _Look(NamedTuple):
    """Every so many rows of a picture: what is darker than both its sides, and open paper."""

    hits: Mask
    room: Mask


class _Sight(NamedTuple):
    """How lines are looked for.

    Attributes:
        reach: How far to its sides a line is compared, in columns.
        paper: Where the page has paper enough for it, at ``OPEN_PX_PER_MM``.
        length: Least part of a band that has to be such paper.
        likely, share: Least part of that which shows it, at the first look and at the second.
    """

    reach: int
    paper: Mask
    length: float
    likely: float
    share: float

    def look(self, view: Pixels, to_view: FloatArray) -> _Look:
        """Return what some rows of a picture, shape (h, w), show of lines."""
        hits = _ridge(view, self.reach) > _CONTRAST
        return _Look(hits, _shown(view.shape, to_view, self.paper))


@stage("streaks")
def remove_streaks(
    pixels: Pixels, placement: Placement, reference: Reference
) -> tuple[Pixels, tuple[Streak, ...]]:
    """Find the streaks of a picture and fill them from both sides.

    Args:
        pixels: The picture, shape (h, w) or (h, w, 3).
        placement: Where the page lies in it.
        reference: The page as printed; rules of its table are no streaks.

    Returns:
        The picture without streaks (the same object where there are none), and the streaks.
    """
    reach = max(2, round(_REACH_MM * placement.px_per_mm))
    at_end = max(2, round(_END_MM * placement.px_per_mm))
    sights = (
        _Sight(reach, reference.open_paper, _LENGTH, _LIKELY, _SHARE),
        _Sight(max(2, reach // 2), reference.bare_paper, *_BESIDE),
    )
    found: list[Streak] = []
    cleaned = pixels
    for along_x in (False, True):
        view = pixels.swapaxes(0, 1) if along_x else pixels
        to_view = _SWAP @ placement.matrix if along_x else placement.matrix
        # Every few rows tell whether there is a line at all; hardly any page has one.
        sparse = darkest(view[::_EVERY])
        thin = np.diag([1.0, 1.0 / _EVERY, 1.0])
        looks = [sight.look(sparse, thin @ to_view) for sight in sights]
        lines, drawn = _lines(view, sights, looks, to_view, reference, at_end)
        places = [(left, right, slice(None)) for left, right in lines]
        if not along_x:
            # A feeder draws down the picture; along its rows people strike names.
            places += _short_lines(view, looks[0], placement, reference, reach, lines + drawn)
        for left, right, rows in places:
            if cleaned is pixels:
                cleaned = pixels.copy()
            shift = np.array([[1.0, 0.0, -left], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
            room = _open_paper((len(view), right - left), shift @ to_view, reference)
            whole = cleaned.swapaxes(0, 1) if along_x else cleaned
            _fill(whole[rows], room[rows], left, right)
            found.append(Streak(along_x, (left + right - 1) / 2, right - left))
    return cleaned, tuple(found)


def _lines(
    view: Pixels,
    sights: Sequence[_Sight],
    looks: Sequence[_Look],
    to_view: FloatArray,
    reference: Reference,
    at_end: int,
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return the runs of columns (first, behind the last) of streaks, and of lines that look so.

    The others stand still as streaks do, but end with the sheet.

    Args:
        view: The picture, shape (h, w) or (h, w, 3), turned so that streaks run down its columns.
        sights: How lines are looked for, the farthest reaching first.
        looks: The first look at the picture by each of them.
        to_view: From page millimetres to its pixels, shape (3, 3).
        reference: The page as printed.
        at_end: Length of the outermost open paper, in rows.
    """
    likely = np.zeros(view.shape[1], np.bool_)
    for sight, look in zip(sights, looks, strict=True):
        likely |= _columns(
            look.hits, look.room, max(2, at_end // _EVERY), sight.length, sight.likely
        )
    if not likely.any():
        return [], []
    reach = sights[0].reach
    lines = np.zeros(view.shape[1], np.bool_)
    for first, last in runs_of(
        cv2.dilate(likely.view(np.uint8)[None], np.ones((1, 9), np.uint8))[0]
    ):
        left, right = max(0, first - reach), min(len(lines), last + reach)
        strip = darkest(view[:, left:right])
        shift = np.array([[1.0, 0.0, -left], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
        inner = slice(first - left, last - left)
        for sight in sights:
            look = sight.look(strip, shift @ to_view)
            shown = _columns(
                look.hits[:, inner], look.room[:, inner], at_end, sight.length, sight.share
            )
            lines[first:last] |= shown
    # The soft flanks of a streak stay below the threshold of its core.
    wide = cv2.dilate(lines.view(np.uint8)[None], np.ones((1, 5), np.uint8))
    streaks: list[tuple[int, int]] = []
    drawn: list[tuple[int, int]] = []
    for run in runs_of(wide[0]):
        line = _line_view(view, run, to_view, reference, reach)
        if stands_still(line):
            (drawn if ends_with_sheet(line) else streaks).append(run)
    return streaks, drawn


def _line_view(
    view: Pixels, run: tuple[int, int], to_view: FloatArray, reference: Reference, reach: int
) -> LineView:
    """Return a line down the picture with what lies beside it."""
    left, right = max(0, run[0] - reach), min(view.shape[1], run[1] + reach)
    shift = np.array([[1.0, 0.0, -run[0]], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    open_ = _open_paper((len(view), run[1] - run[0]), shift @ to_view, reference)
    room = np.asarray(open_.all(axis=1), dtype=np.bool_)
    page = reference.layout.width, reference.layout.height
    beyond = beyond_page((run[0] + run[1] - 1) / 2, len(view), to_view, page)
    inner = slice(run[0] - left, run[1] - left)
    return LineView(darkest(view[:, left:right]), room, inner, beyond, reach / _REACH_MM)


def _short_lines(
    view: Pixels,
    look: _Look,
    placement: Placement,
    reference: Reference,
    reach: int,
    known: list[tuple[int, int]],
) -> list[tuple[int, int, slice]]:
    """Return columns and rows of streaks that begin and end within the page."""
    # On a sheet that lies straight, only what takes one colour alone tells itself from a ruler's.
    looks = [(False, look.hits)] if lies_askew(len(view), placement) else []
    if view.ndim == 3:
        looks.append((True, _alone(view[::_EVERY], reach)))
    # A line that stands still is told beside the letters of a column of names too.
    thin = np.diag([1.0, 1.0 / _EVERY, 1.0]) @ placement.matrix
    bare = _shown(look.hits.shape, thin, reference.bare_paper)
    likely = [
        one_colour
        for one_colour, hits in looks
        if may_be_short((hits & bare).sum(axis=0) * _EVERY, placement)
    ]
    if not likely:
        return []
    dark = darkest(view)
    sides = _darker_side(dark, reach)
    room = _shown(dark.shape, placement.matrix, reference.bare_paper)
    found: list[tuple[int, int, slice]] = []
    for one_colour in likely:
        hits = _alone(view, reach) if one_colour else cv2.subtract(sides, dark) > _CONTRAST
        seen = Ridge(dark, sides, np.asarray(hits, dtype=np.bool_), _CONTRAST)
        taken = known + [(left, right) for left, right, _ in found]
        found += [
            (line.left, line.right, slice(line.top, line.bottom))
            for line in find_short_streaks(seen, room, placement, one_colour)
            if not any(line.left < right and left < line.right for left, right in taken)
        ]
    return found


def _alone(view: Pixels, reach: int) -> Mask:
    """Return where one colour alone is darker than on both sides, shape (h, w)."""
    colours = cv2.split(np.ascontiguousarray(view))
    blue, green, red = (_ridge(np.asarray(colour, np.uint8), reach) for colour in colours)
    lower, higher = cv2.min(blue, green), cv2.max(blue, green)
    high, middle = cv2.max(higher, red), cv2.max(lower, cv2.min(higher, red))
    least = cv2.convertScaleAbs(high, alpha=_OTHERS)
    return np.asarray((high > 2 * _CONTRAST) & (middle < least), dtype=np.bool_)


def _open_paper(shape: tuple[int, ...], to_view: FloatArray, reference: Reference) -> Mask:
    """Return where a picture shows open paper of the page."""
    return _shown(shape, to_view, reference.open_paper)


def _shown(shape: tuple[int, ...], to_view: FloatArray, mask: Mask) -> Mask:
    """Return where a picture shows what a mask of the page, at ``OPEN_PX_PER_MM``, holds."""
    step = 1 / OPEN_PX_PER_MM
    to_mm = np.array([[step, 0, 0.5 * step], [0, step, 0.5 * step], [0, 0, 1]])
    matrix = (to_view @ to_mm)[:2]
    size = (shape[1], shape[0])
    return cv2.warpAffine(as_bits(mask), matrix, size, flags=cv2.INTER_NEAREST).view(np.bool_)


def _ridge(view: Pixels, reach: int) -> Pixels:
    """Return by how much each pixel is darker than both its neighbours ``reach`` columns away."""
    return np.asarray(cv2.subtract(_darker_side(view, reach), view), dtype=np.uint8)


def _darker_side(view: Pixels, reach: int) -> Pixels:
    """Return the darker of both the neighbours of each pixel, ``reach`` columns away."""
    around = cv2.copyMakeBorder(view, 0, 0, reach, reach, cv2.BORDER_REPLICATE)
    return np.asarray(cv2.min(around[:, : view.shape[1]], around[:, 2 * reach :]), dtype=np.uint8)


def _columns(
    hits: Mask, room: Mask, at_end_px: int, least: float, share: float
) -> NDArray[np.bool_]:
    """Return the columns that show a line along the page, from one of its ends.

    Args:
        hits: Where the picture is darker than both its sides.
        room: Where it shows open paper.
        at_end_px: Length of the outermost open paper, in rows.
        least: Least part of a band that has to be open paper.
        share: Least part of a band's open paper that shows the line.
    """
    seen = (hits & room).view(np.uint8)
    free = room.view(np.uint8)
    used = np.flatnonzero(room.any(axis=1))
    if not used.size:
        return np.zeros(hits.shape[1], np.bool_)
    cuts = np.rint(np.interp(_BANDS, (0, 1), (used[0], used[-1] + 1))).astype(int)
    shares = []
    for top, bottom in pairwise(cuts.tolist()):
        shown = cv2.reduce(seen[top:bottom], 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[0]
        length = cv2.reduce(free[top:bottom], 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[0]
        enough = length > least * (bottom - top)
        shares.append(np.where(enough, shown / np.maximum(length, 1), 0.0))
    through = np.stack(shares) > share
    line = (through[0] | through[-1]) & (through.sum(axis=0) >= _BANDS_SEEN)
    # Beside a rule of the table little paper is open, but what is open shows it from end to end.
    whole = seen.sum(axis=0, dtype=np.int64), free.sum(axis=0, dtype=np.int64)
    line |= through[0] & through[-1] & (whole[0] > _ALL * whole[1])
    for column in np.flatnonzero(line):
        # A pen that was put down in the margin leaves the outermost open paper bare.
        shown_there = hits[room[:, column], column]
        at_top = through[0, column] and shown_there[:at_end_px].mean() > share
        at_bottom = through[-1, column] and shown_there[-at_end_px:].mean() > share
        few = through[:, column].sum() < _BANDS_SEEN
        line[column] = bool(at_top and at_bottom if few else at_top or at_bottom)
    return np.asarray(line, dtype=np.bool_)


def runs_of(columns: NDArray[np.bool_] | Pixels) -> list[tuple[int, int]]:
    """Return the first and behind the last place of each run of what is set, shape (n,)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], columns.view(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _fill(lines: Pixels, room: Mask, left: int, right: int) -> None:
    """Take a streak out of its columns, in place.

    What is darker than the streak itself is print or ink that runs along below it, and is left
    as it is. The rest is replaced by what both sides share: ink that is dark on both sides stays.

    Args:
        lines: The rows through which the streak goes, shape (n, w) or (n, w, 3).
        room: Open paper of these rows and the streak's columns, shape (n, right - left).
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
        open_ = tone[room[:, column], column]
        if open_.size:
            darkest = float(np.percentile(open_, _DARKEST)) - _UNEVEN
            below = tone[:, column] < darkest
            filled[below, column] = own[below, column]
    lines[:, left:right] = filled

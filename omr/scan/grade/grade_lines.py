"""Grade of the scan, third part: streaks that a dirty glass or a dead sensor draws.

A streak runs along the feed through the whole picture, at the same place on every sheet. It is
looked for in the picture as scanned, not on the straightened page, on which skew tilts it. A
fold may look much the same on one page; its return at the same place on other pages tells a
streak from it for sure, so pages report places and the stack draws the conclusion.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import FloatArray
from omr.scan.place.reference import Grey, Reference, as_bits
from omr.scan.place.register import Placement
from omr.scan.reading import Edge, Grade

Float32 = NDArray[np.float32]

# Rows are joined to about this height: noise sinks, streaks stay.
_ROW_MM = 0.5
# Half a streak's surroundings; streaks are under 1 mm wide.
_AROUND_MM = 1.5
# Streak against its surroundings, as a share of the paper's brightness. Weaker ones are no
# threat to the reading, whose ink begins at 22 %.
_DARKER = 0.05
# Share of the open places along a streak at which it shows: some run in dashes.
_SEEN = 0.6
# Least share of the picture's height along which open paper lies at a streak's place.
_OPEN = 0.3
# A streak stands still while the sheet runs past: its middle, taken in bands down the picture,
# varies by no more than this. A fold or a crease wanders by a tenth of a millimetre and more.
_BANDS, _STRAIGHT_PX, _STRAIGHT_MM = 12, 0.35, 0.035
# Nearer than this to where the print has the sheet's edge, its true edge with its shadow may lie:
# print is shifted by up to 4 mm, enlarged by 2, and the shadow is some millimetres wide.
_RIM_MM = 7.5
# Of at least so many printed rules that run across a white streak, at most this share is still
# seen in it, and nearly all are beside it.
_RULES, _ERASED, _WHOLE = 4, 0.2, 0.9
# The first look: every fourth joined row, 2 mm apart; and what part of the shares above it asks.
_EVERY_ROW, _LIKELY = 4, 0.7
# Longest list for one page: a torn roller draws dozens.
_MOST = 6


def grade_lines(
    grey: Grey, reference: Reference, placement: Placement, px_per_mm: float
) -> Iterator[Grade]:
    """Yield the streaks of a page; a photograph has none.

    Args:
        grey: The picture, shape (h, w).
        reference: The page as printed.
        placement: Where it is in the picture.
        px_per_mm: The picture's resolution on paper.
    """
    if placement.photographed:
        return
    yield from _along(grey, reference, placement.matrix, px_per_mm, "left")
    if placement.quarter_turns % 2:
        # A page that lies on its side may have been turned by the scanner after the feed.
        swap = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
        turned = np.ascontiguousarray(grey.T)
        yield from _along(turned, reference, swap @ placement.matrix, px_per_mm, "top")


def _along(
    grey: Grey, reference: Reference, matrix: FloatArray, px_per_mm: float, edge: Edge
) -> Iterator[Grade]:
    """Yield the streaks that run down a picture."""
    shrink = max(1, round(_ROW_MM * px_per_mm))
    low = _rows_joined(grey, shrink)
    to_low = np.diag([1.0, 1.0 / shrink, 1.0]) @ matrix
    page = _inside_sheet(low.shape, reference, to_low, px_per_mm)
    seen = low[::5, ::5][page[::5, ::5] > 0]
    paper = float(np.percentile(seen, 70)) if seen.size else 0.0
    if paper < 40:
        return
    # Every few rows tell whether there may be a dark streak, every other column whether there may
    # be a white one; hardly any page has either.
    thin = np.diag([1.0, 1.0 / _EVERY_ROW, 1.0]) @ to_low
    likely = _darker(
        low[::_EVERY_ROW], reference, thin, page[::_EVERY_ROW], paper, px_per_mm, _LIKELY
    )[0]
    if likely.any():
        found, depth = _darker(low, reference, to_low, page, paper, px_per_mm, 1.0)
        straight = max(_STRAIGHT_PX, _STRAIGHT_MM * px_per_mm)
        places = _centres(found, px_per_mm)
        places = [at for at in places if _wander_px(depth, at, px_per_mm) <= straight]
        for column in places[:_MOST]:
            yield Grade("streak", round(column / px_per_mm, 1), edge)
    half = np.diag([0.5, 1.0, 1.0]) @ to_low
    if _erased(low[:, ::2], reference, half, paper, px_per_mm / 2, _LIKELY).any():
        found = _erased(low, reference, to_low, paper, px_per_mm, 1.0)
        for column in _centres(found, px_per_mm)[:_MOST]:
            yield Grade("white-streak", round(column / px_per_mm, 1), edge)


def _rows_joined(grey: Grey, count: int) -> Grey:
    """Return the mean of each so many rows; what is over at the foot of the picture is left out."""
    height = grey.shape[0] // count
    rows = grey[: height * count].reshape(height, count, grey.shape[1])
    total = rows[:, 0].astype(np.uint16)
    for k in range(1, count):
        np.add(total, rows[:, k], out=total)
    return np.asarray(cv2.convertScaleAbs(total, alpha=1 / count), dtype=np.uint8)


def _inside_sheet(
    shape: tuple[int, ...], reference: Reference, to_low: FloatArray, px_per_mm: float
) -> Grey:
    """Return 1 where the sheet is, without its rim, 0 elsewhere."""
    layout = reference.layout
    inner = np.array(
        [
            [_RIM_MM, _RIM_MM, 1],
            [layout.width - _RIM_MM, _RIM_MM, 1],
            [layout.width - _RIM_MM, layout.height - _RIM_MM, 1],
            [_RIM_MM, layout.height - _RIM_MM, 1],
        ]
    )
    corners = (inner @ to_low.T)[:, :2]
    mask = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(mask, np.rint(corners).astype(np.int32), 1)
    rim = round(2.0 * px_per_mm)
    mask[:, :rim] = mask[:, -rim:] = 0
    return mask


def _warp(
    picture: Grey, reference: Reference, to_low: FloatArray, size: tuple[int, int], method: int
) -> Grey:
    """Bring a picture of the reference to where the page lies."""
    scale = reference.px_per_mm
    to_mm = np.array([[1 / scale, 0, 0.5 / scale], [0, 1 / scale, 0.5 / scale], [0, 0, 1]])
    return np.asarray(
        cv2.warpAffine(picture, (to_low @ to_mm)[:2], (size[1], size[0]), flags=method),
        dtype=np.uint8,
    )


def _column_sums(picture: Grey) -> NDArray[np.int32]:
    return np.asarray(cv2.reduce(picture, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[0], dtype=np.int32)


def _darker(
    low: Grey,
    reference: Reference,
    to_low: FloatArray,
    page: Grey,
    paper: float,
    px_per_mm: float,
    strictness: float,
) -> tuple[NDArray[np.bool_], Float32]:
    """Return the columns that dark lines run down, and how much darker each open place is.

    Args:
        low: The picture, rows joined.
        reference: The page as printed.
        to_low: From page millimetres to pixels of ``low``.
        page: 1 where the sheet is.
        paper: Brightness of paper.
        px_per_mm: Columns across a millimetre.
        strictness: 1 to tell a streak, less to tell where there may be one.
    """
    size = (low.shape[0], low.shape[1])
    low = np.ascontiguousarray(low)
    printed = _warp(as_bits(reference.near_print), reference, to_low, size, cv2.INTER_NEAREST)
    # 0.8 mm: what feed and folds shift the print beyond the placement.
    reach = np.ones((3, 2 * round(0.8 * px_per_mm) + 1), np.uint8)
    open_ = cv2.subtract(page, cv2.dilate(printed, reach))
    around = (2 * round(_AROUND_MM * px_per_mm) + 1, 1)
    room_around = cv2.boxFilter(open_, cv2.CV_32F, around, normalize=False)
    total = cv2.boxFilter(cv2.multiply(low, open_), cv2.CV_32F, around, normalize=False)
    # Darker than the mean of the open paper around by more than the limit.
    mean = np.asarray(cv2.divide(total, np.maximum(room_around, 1.0)), np.float32)
    depth = np.asarray(cv2.subtract(mean, low, dtype=cv2.CV_32F), np.float32)
    darker = cv2.bitwise_and(as_bits(depth > np.float32(_DARKER * paper)), open_)
    # One pixel to each side: a streak may wander by a pixel along the sheet.
    seen = cv2.bitwise_and(cv2.dilate(darker, np.ones((1, 3), np.uint8)), open_)
    room = _column_sums(np.asarray(open_, np.uint8))
    hits = _column_sums(np.asarray(seen, np.uint8))
    found = (hits > strictness * _SEEN * room) & (room > strictness * _OPEN * low.shape[0])
    return found, np.asarray(cv2.multiply(depth, darker, dtype=cv2.CV_32F), np.float32)


def _wander_px(depth: Float32, column: float, px_per_mm: float) -> float:
    """Return how much a line wanders sideways on its way down the picture, in pixels.

    Args:
        depth: How much darker than its surroundings each open place is.
        column: Middle of the line.
        px_per_mm: Pixels of ``depth`` across a millimetre.
    """
    reach = max(3, round(0.4 * px_per_mm))
    left = max(0, int(column) - reach)
    strip = depth[:, left : int(column) + reach + 1]
    columns = np.arange(strip.shape[1], dtype=np.float32)
    places = []
    for band in np.array_split(strip, _BANDS):
        weight = band.sum(axis=0)
        if weight.sum() > 0 and (band.max(axis=1) > 0).mean() > 0.2:
            places.append(float((weight * columns).sum() / weight.sum()))
    if len(places) < 3:
        return 0.0
    # 1.48 times the median deviation is the standard deviation, but for a band or two into
    # which other print reaches.
    return 1.48 * float(np.median(np.abs(np.array(places) - np.median(places))))


def _erased(
    low: Grey,
    reference: Reference,
    to_low: FloatArray,
    paper: float,
    px_per_mm: float,
    strictness: float,
) -> NDArray[np.bool_]:
    """Return the columns in which the print is missing, told by lines printed across them.

    The arguments are those of ``_darker``.
    """
    size = (low.shape[0], low.shape[1])
    low = np.ascontiguousarray(low)
    printed = _warp(reference.darkness, reference, to_low, size, cv2.INTER_LINEAR)
    # Lines across the feed: print that goes on for 3 mm to either side.
    across = cv2.erode(printed, np.ones((1, 2 * round(1.5 * px_per_mm) + 1), np.uint8))
    rules = as_bits(np.asarray(across > np.uint8(50), np.bool_))
    # The darkest within 1 mm up and down: the print may lie that far from its place.
    darkest = np.asarray(cv2.erode(low, np.ones((5, 1), np.uint8)), np.uint8)
    on_rules = cv2.calcHist([darkest], [0], rules, [256], [0, 256]).ravel().cumsum()
    if on_rules[-1] == 0:
        return np.zeros(low.shape[1], np.bool_)
    usual = 1.0 - float(np.searchsorted(on_rules, on_rules[-1] / 2)) / paper
    brightest = max(0, int(np.ceil((1 - 0.4 * usual) * paper)) - 1)
    there = cv2.bitwise_and(rules, as_bits(darkest <= np.uint8(brightest)))
    count = _column_sums(rules)
    share = _column_sums(np.asarray(there, np.uint8)) / np.maximum(count, 1)
    # Whole print 1 to 3 mm away on both sides: where print is broken anyway, nothing is told.
    near, far = round(1.0 * px_per_mm), round(3.0 * px_per_mm)
    mean = cv2.blur(share.reshape(1, -1), (far - near, 1)).ravel()
    middle = (near + far) // 2
    beside = np.minimum(np.roll(mean, middle), np.roll(mean, -middle))
    erased = (share < _ERASED / strictness) & (beside > strictness * _WHOLE)
    return np.asarray((count >= _RULES) & erased & (usual > 0.1), dtype=np.bool_)


def _centres(found: NDArray[np.bool_], px_per_mm: float) -> list[float]:
    """Return the middles of runs of columns, joining those less than 1 mm apart."""
    columns = np.flatnonzero(found)
    if not columns.size:
        return []
    parts = np.split(columns, np.flatnonzero(np.diff(columns) > px_per_mm) + 1)
    return [float(part.mean()) + 0.5 for part in parts]

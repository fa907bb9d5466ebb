"""The sides of printed squares: how strongly each is seen at each place where it may lie.

``box_places`` asks for the sides of all boxes of a page, and decides from them where the boxes
are. A side is known by its edges: white outside, the line, white inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.ballot.model import Box
from omr.geometry import Rect
from omr.scan.place.order_statistics import medians
from omr.scan.place.reference import Grey, Reference, as_bits

Profile = NDArray[np.float64]

# What straightening leaves beside a fold; also less than the white of 2 mm around an outline.
REACH_MM = 1.25
# Steps in which a place is tried: finer than what marks and rules are measured with.
STEP_MM = 0.0625
# What lines may have grown by on each side: from thinned to twice their width and more.
_GROWTHS_MM = (0.0, -0.08, -0.04, 0.04, 0.08, 0.12, 0.16, 0.2, 0.24, 0.28, 0.32)
# How many boxes are asked how thick lines are on this page.
_ASKED_FOR_GROWTH = 6
# An edge this weak (of 255) is not print but the paper's grain.
_LEAST_EDGE = 8.0
# How many boxes around a box tell of its place and its toner.
_NEIGHBOURS = 6
# A drum that is nearly empty prints a box no paler than this beside the boxes around it.
_FADES = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class BoxEdges:
    """The four sides of one box: how strong the edge is at each step away from its place.

    Attributes:
        outer, inner: Strength of the step from white to line and from line to white, 0 to 1,
            shape (4, steps); sides are left, right, top, bottom.
        covered: Share of the side along which there is ink, same shape.
        seen: The stronger edge within two steps, same shape.
        inked: The same or the share of ink, whichever is more, same shape.
    """

    outer: Profile
    inner: Profile
    covered: Profile
    seen: Profile
    inked: Profile

    def along(self, axis: int) -> Profile:
        """Return how well each shift along x (0) or y (1) fits the two sides that fix it."""
        first, second = 2 * axis, 2 * axis + 1
        both = self.outer[first] + self.inner[first], self.outer[second] + self.inner[second]
        return np.asarray(both[0] + both[1], np.float64)

    def plain(self, axis: int, step: int) -> float:
        """Return how plainly the two sides are seen at a shift: the worse of them, 0 to 1."""
        return float(min(self.seen[2 * axis, step], self.seen[2 * axis + 1, step]))

    def there(self, side: int, step: int) -> float:
        """Return how much of one side is there at a shift, 0 to 1, under ink or not."""
        return float(self.inked[side, step])

    def line(self, side: int) -> Profile:
        """Return how much is seen of one side, both its edges, at each shift: 0 to 2."""
        return np.asarray(self.outer[side] + self.inner[side], dtype=np.float64)

    def most(self, side: int) -> float:
        """Return the most that is seen of one side anywhere, 0 to 1, under ink or not."""
        return float(self.inked[side].max())


def read_edges(darkness: Grey, boxes: Sequence[Box], reference: Reference) -> list[BoxEdges] | None:
    """Read the sides of all boxes of a page.

    Args:
        darkness: Of the flat page.
        boxes: In layout order.
        reference: The page as printed.

    Returns:
        One for each box, or None where outlines are no darker than the paper's grain.
    """
    bands = _stacked([band for box in boxes for band in _bands(darkness, box.rect, reference)])
    scale, line_px = reference.px_per_mm, reference.layout.outline_mm * reference.px_per_mm
    peaks = _peaks(bands, 4 * len(boxes)).reshape(-1, 4)
    tone = float(np.median(peaks)) if peaks.size else 0.0
    if tone < _LEAST_EDGE:
        return None
    sides = _sides(bands, np.repeat(_tones(peaks, tone, nearest(reference)), 4))
    return _edges(sides, line_px, _growth_px(sides, line_px, scale), scale)


def nearest(reference: Reference, some: NDArray[np.intp] | None = None) -> list[NDArray[np.intp]]:
    """Return for each box which others lie nearest to it, ``_NEIGHBOURS`` of them at most.

    Args:
        reference: The page as printed.
        some: Which of its boxes may be named; all by default.
    """
    orders = _by_distance(reference)
    if some is None:
        return [order[:_NEIGHBOURS] for order in orders]
    named = np.zeros(len(orders), np.bool_)
    named[some] = True
    return [order[named[order]][:_NEIGHBOURS] for order in orders]


@lru_cache(maxsize=24)
def _by_distance(reference: Reference) -> tuple[NDArray[np.intp], ...]:
    """Return for each box all others, the nearest first."""
    boxes = reference.layout.boxes
    centres = np.array([(box.rect.centre.x, box.rect.centre.y) for box in boxes])
    orders = []
    for index, centre in enumerate(centres):
        others = np.flatnonzero(np.arange(len(boxes)) != index)
        away_mm = np.hypot(*(centres[others] - centre).T)
        orders.append(others[np.argsort(away_mm, kind="stable")])
    return tuple(orders)


def _tones(peaks: Profile, tone: float, around: Sequence[NDArray[np.intp]]) -> Profile:
    """Return for each box how strong edges of its print are: a page's toner may fade to one side.

    Args:
        peaks: Strongest edge of each side, shape (boxes, 4).
        tone: Usual strength of all sides of the page.
        around: For each box, which boxes are next to it.

    Returns:
        Shape (boxes,). Toner fades from box to box: where a box alone is pale, something lies
        over it, and it is held against the boxes around it.
    """
    # Two sides may be hidden; those that are not tell.
    own = np.sort(peaks, axis=1)[:, 2]
    near = np.full(len(around), tone)
    some = [index for index, others in enumerate(around) if others.size]
    near[some] = medians([own[around[index]] for index in some])
    return np.minimum(tone, np.maximum(own, _FADES * near))


@dataclass(frozen=True, slots=True, eq=False)
class _Band:
    """The surroundings of one side, turned so that row 0 lies farthest outside the box.

    Attributes:
        dark: Shape (across, along).
        edge_px: Where the outer edge of the line is expected, in rows.
        inward: Direction of x or y from outside to inside, 1 or -1.
    """

    dark: Grey
    edge_px: float
    inward: int


@dataclass(frozen=True, slots=True, eq=False)
class _Bands:
    """Bands of one shape, which are looked at together.

    Attributes:
        numbers: Which of the page's bands they are, four for each box.
        dark: Shape (bands, across, along).
        rising, falling: How much darker, how much lighter it gets from row to row inwards.
        edge_px, inward: As in ``_Band``, shape (bands, 1).
    """

    numbers: NDArray[np.intp]
    dark: Grey
    rising: Grey
    falling: Grey
    edge_px: Profile
    inward: Profile


def _bands(darkness: Grey, rect: Rect, reference: Reference) -> tuple[_Band, ...]:
    """Cut out the four sides of a box; a side that leaves the page gives an empty band."""
    scale, outline_mm = reference.px_per_mm, reference.layout.outline_mm
    # Room for the search, the line, and the white that an edge needs on both sides of it.
    room_mm = REACH_MM + outline_mm + 0.6
    # Ends of a side lie in other places as the box moves; its middle does not.
    trim_mm = REACH_MM + 0.1
    outer = rect.grown(outline_mm)
    rows, columns = ((rect.y, rect.bottom), (rect.x, rect.right))
    bands = []
    for picture, edge_mm, inward, (start, end) in (
        (darkness.T, outer.x, 1, rows),
        (darkness.T, outer.right, -1, rows),
        (darkness, outer.y, 1, columns),
        (darkness, outer.bottom, -1, columns),
    ):
        first = round((edge_mm - room_mm) * scale)
        last = first + round(2 * room_mm * scale)
        left, right = round((start + trim_mm) * scale), round((end - trim_mm) * scale)
        band = picture[max(first, 0) : last, max(left, 0) : right]
        edge_px = edge_mm * scale - first
        if band.shape != (last - first, right - left):
            band = np.zeros((last - first, right - left), np.uint8)
        if inward < 0:
            band, edge_px = band[::-1], last - edge_mm * scale
        bands.append(_Band(band, edge_px, inward))
    return tuple(bands)


def _stacked(bands: Sequence[_Band]) -> list[_Bands]:
    """Put bands of one shape together: the sides of a page's boxes have a few shapes at most."""
    of_shape: dict[tuple[int, ...], list[int]] = {}
    for number, band in enumerate(bands):
        of_shape.setdefault(band.dark.shape, []).append(number)
    stacks = []
    for numbers in of_shape.values():
        dark = np.stack([bands[number].dark for number in numbers])
        edge_px = np.array([[bands[number].edge_px] for number in numbers])
        inward = np.array([[float(bands[number].inward)] for number in numbers])
        stacks.append(_Bands(np.array(numbers), dark, *_steps_of(dark), edge_px, inward))
    return stacks


def _steps_of(dark: Grey) -> tuple[Grey, Grey]:
    """Return how much darker, and how much lighter, it gets from row to row inwards.

    Row k tells of the border between rows k + 1 and k + 2: two rows before against two after.

    Args:
        dark: Shape (bands, across, along).
    """
    count, across, along = dark.shape
    flat = dark.reshape(count, across * along)
    pairs = cv2.addWeighted(flat[:, :-along], 0.5, flat[:, along:], 0.5, 0)
    before, after = pairs[:, : -2 * along], pairs[:, 2 * along :]
    rising, falling = (
        np.asarray(cv2.subtract(*two), np.uint8).reshape(count, across - 3, along)
        for two in ((after, before), (before, after))
    )
    return rising, falling


def _peaks(bands: Sequence[_Bands], count: int) -> Profile:
    """Return the strength of the strongest edge along each side, shape (sides,)."""
    peaks = np.zeros(count)
    for some in bands:
        peaks[some.numbers] = _means(some.rising).max(axis=1)
    return peaks


def _means(rows: Grey) -> NDArray[np.float32]:
    """Return the mean of each row along the side, shape (bands, rows)."""
    count, across, along = rows.shape
    means = cv2.reduce(rows.reshape(-1, along), 1, cv2.REDUCE_AVG, dtype=cv2.CV_32F)
    return np.asarray(means, np.float32).reshape(count, across)


@dataclass(frozen=True, slots=True, eq=False)
class _Sides:
    """The sides of some boxes, four each, averaged along them: values from 0 to 1.

    Attributes:
        rising, falling: How much darker, how much lighter it gets; column k is the border k + 2
            of a side's band. Shape (sides, borders).
        inked: Share of the side along which there is ink, shape (sides, rows of the band).
        edge_px: Where the outer edge of the line is expected, shape (sides, 1).
        inward: Direction from outside to inside, 1 or -1, same shape.
    """

    rising: Profile
    falling: Profile
    inked: Profile
    edge_px: Profile
    inward: Profile

    def some(self, boxes: NDArray[np.intp]) -> _Sides:
        """Return the sides of these boxes alone."""
        rows = (4 * boxes[:, None] + np.arange(4)).ravel()
        return _Sides(
            self.rising[rows],
            self.falling[rows],
            self.inked[rows],
            self.edge_px[rows],
            self.inward[rows],
        )


def _sides(bands: Sequence[_Bands], tones: Profile) -> _Sides:
    """Average sides along their length.

    Each place along a side counts for no more than the usual edge there, so that a few black
    strokes across a faint line do not outweigh the line.

    Args:
        bands: All of a page, four for each box; they differ in how long they are, not in breadth.
        tones: The usual strength of edges there, one for each band.
    """
    parts = []
    for some in bands:
        tone = tones[some.numbers][:, None, None]
        covered = as_bits(some.dark > (0.5 * tone).astype(np.uint8)) * tone.astype(np.uint8)
        averaged = (_averaged(rows, tone) for rows in (some.rising, some.falling, covered))
        parts.append((*averaged, some.edge_px, some.inward))
    order = np.argsort(np.concatenate([some.numbers for some in bands]))
    return _Sides(*(np.concatenate(part)[order] for part in zip(*parts, strict=True)))


def _averaged(rows: Grey, tone: Profile) -> Profile:
    """Return the mean of each row as a share of the tone, which no place of it exceeds."""
    means = _means(np.minimum(rows, tone.astype(np.uint8)))
    return np.asarray(means.astype(np.float64) / tone[..., 0], np.float64)


def _growth_px(sides: _Sides, line_px: float, px_per_mm: int) -> float:
    """Return by how much lines are thicker than printed, on each side of them.

    Toner spreads, and a dark threshold widens every line. The edges of thick lines fit no
    square of the true size in the middle, but two of them off to the sides.
    """
    boxes = len(sides.edge_px) // 4
    some = sides.some(np.arange(0, boxes, max(1, boxes // _ASKED_FOR_GROWTH)))

    def fit(growth_mm: float) -> float:
        tried = _edges(some, line_px, growth_mm * px_per_mm, px_per_mm)
        best = [each.along(axis).max() for each in tried for axis in range(2)]
        return float(np.sum(best)) - 0.01 * abs(growth_mm)

    return max(_GROWTHS_MM, key=fit) * px_per_mm


def _edges(sides: _Sides, line_px: float, growth_px: float, px_per_mm: int) -> list[BoxEdges]:
    """Read the sides of each box at each shift."""
    at = sides.edge_px + sides.inward * (shifts_mm() * px_per_mm)
    read = (
        _read(sides.rising, at - growth_px - 2),
        _read(sides.falling, at + line_px + growth_px - 2),
        _read(sides.inked, at + line_px / 2 - 0.5),
    )
    outer, inner, covered = (values.reshape(-1, 4, values.shape[1]) for values in read)
    seen = np.maximum(outer, inner)
    near = _most_within_two(seen), _most_within_two(np.maximum(seen, covered))
    return [BoxEdges(*each) for each in zip(outer, inner, covered, *near, strict=True)]


def _most_within_two(values: Profile) -> Profile:
    """Return the most of each value and its two neighbours on either side, along the last axis."""
    most = values.copy()
    for away in (1, 2):
        np.maximum(most[..., away:], values[..., :-away], out=most[..., away:])
        np.maximum(most[..., :-away], values[..., away:], out=most[..., :-away])
    return most


def _read(values: Profile, at: Profile) -> Profile:
    """Return each row of values at fractional places in it; beyond its ends, its end."""
    last = values.shape[1] - 1
    at = at.clip(0, last)
    before = np.minimum(at.astype(np.intp), last - 1)
    share = at - before
    low = np.take_along_axis(values, before, axis=1)
    high = np.take_along_axis(values, before + 1, axis=1)
    return np.asarray(low + share * (high - low), dtype=np.float64)


@cache
def shifts_mm() -> Profile:
    """Return the shifts at which sides are read, in mm, which cannot be written to."""
    count = round(REACH_MM / STEP_MM)
    shifts = np.asarray(np.arange(-count, count + 1) * STEP_MM, dtype=np.float64)
    shifts.flags.writeable = False
    return shifts

"""The printed squares, each found again near its place on the flat page.

Folds and feed leave a square some tenths of a millimetre from where the flat page has it. In
come the flat page and the reference; out comes one place per box, in layout order, for ``ink``
to take the outline away and for ``marks`` to measure what is inside.

A square is known by its edges: white outside, the line, white inside. A fill hides the inner
edge but not the outer one, a circle hides a short stretch of one; what hides more than that
is outvoted by the opposite side and by the squares around.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.ballot.model import Box
from omr.geometry import Rect
from omr.scan.reference import Grey, Reference
from omr.scan.straighten import FlatPage

Profile = NDArray[np.float64]

# What straightening leaves beside a fold; also less than the white of 2 mm around an outline.
_REACH_MM = 1.25
# Steps in which a place is tried: finer than what marks and rules are measured with.
_STEP_MM = 0.0625
# Among equal places the nearer one: all four edges together count 8.
_PULL_PER_MM = 0.3
# Squares printed side by side keep their distance to this, folds apart.
_AGREE_MM = 0.35
# How many squares around a square are asked where it should be.
_NEIGHBOURS = 6
# A square whose edges are seen this well is believed against those around it.
_SURE = 0.8
# What lines may have grown by on each side: from thinned to twice their width and more.
_GROWTHS_MM = (0.0, -0.08, -0.04, 0.04, 0.08, 0.12, 0.16, 0.2, 0.24, 0.28, 0.32)
# How many boxes are asked how thick lines are on this page.
_ASKED_FOR_GROWTH = 6
# An edge this weak (of 255) is not print but the paper's grain.
_LEAST_EDGE = 8.0


@dataclass(frozen=True, slots=True)
class FoundBox:
    """A box, where its printed outline was found, and how much of it.

    Attributes:
        found: On the flat page; at its expected place where nothing was found.
        match: Share of the outline that is there, 0 to 1, whether plain to see or under ink.
    """

    box: Box
    found: Rect
    match: float


@dataclass(frozen=True, slots=True, eq=False)
class _Edges:
    """The four sides of one box: how strong the edge is at each step away from its place.

    Attributes:
        outer, inner: Strength of the step from white to line and from line to white, 0 to 1,
            shape (4, steps); sides are left, right, top, bottom.
        covered: Share of the side along which there is ink, same shape.
    """

    outer: Profile
    inner: Profile
    covered: Profile

    def along(self, axis: int) -> Profile:
        """Return how well each shift along x (0) or y (1) fits the two sides that fix it."""
        sides = slice(2 * axis, 2 * axis + 2)
        return np.asarray((self.outer[sides] + self.inner[sides]).sum(axis=0))

    def plain(self, axis: int, step: int) -> float:
        """Return how plainly the two sides are seen at a shift: the worse of them, 0 to 1."""
        near = slice(max(0, step - 2), step + 3)
        sides = slice(2 * axis, 2 * axis + 2)
        best = np.maximum(self.outer[sides, near], self.inner[sides, near])
        return float(best.max(axis=1).min())

    def present(self, axis: int, step: int) -> float:
        """Return how much of the two sides is there at a shift, 0 to 1, under ink or not."""
        near = slice(max(0, step - 2), step + 3)
        sides = slice(2 * axis, 2 * axis + 2)
        plain = np.maximum(self.outer[sides, near], self.inner[sides, near])
        return float(np.maximum(plain, self.covered[sides, near]).max(axis=1).mean())


@dataclass(frozen=True, slots=True)
class _Shift:
    """Steps along x and y, and how plainly each is seen, 0 to 1."""

    steps: tuple[int, int]
    plain: tuple[float, float]


def find_boxes(flat: FlatPage, reference: Reference) -> tuple[FoundBox, ...]:
    """Find every printed square of a page.

    Args:
        flat: The page laid flat.
        reference: The page as printed.

    Returns:
        One place per box, in layout order.
    """
    boxes = reference.layout.boxes
    bands = [_bands(flat.darkness, box.rect, reference) for box in boxes]
    tone = _tone([band for four in bands for band in four])
    if tone < _LEAST_EDGE:
        return tuple(FoundBox(box, box.rect, 0.0) for box in boxes)
    scale, line_px = reference.px_per_mm, reference.layout.outline_mm * reference.px_per_mm
    sides = [tuple(_side(band, tone) for band in four) for four in bands]
    growth_px = _growth_px(sides, line_px, scale)
    edges = [_edges(four, line_px, growth_px, scale) for four in sides]
    alone = [_best(each, None) for each in edges]
    shifts = [_agreed(index, boxes, edges, alone) for index in range(len(boxes))]
    return tuple(
        _found(box, each, shift) for box, each, shift in zip(boxes, edges, shifts, strict=True)
    )


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


def _bands(darkness: Grey, rect: Rect, reference: Reference) -> tuple[_Band, ...]:
    """Cut out the four sides of a box; a side that leaves the page gives an empty band."""
    scale, outline_mm = reference.px_per_mm, reference.layout.outline_mm
    # Room for the search, the line, and the white that an edge needs on both sides of it.
    room_mm = _REACH_MM + outline_mm + 0.6
    # Ends of a side lie in other places as the box moves; its middle does not.
    trim_mm = _REACH_MM + 0.1
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
        bands.append(_Band(np.ascontiguousarray(band), edge_px, inward))
    return tuple(bands)


def _steps_of(dark: Grey) -> tuple[Grey, Grey]:
    """Return how much darker, and how much lighter, it gets from row to row inwards.

    Row k tells of the border between rows k + 1 and k + 2: two rows before against two after.
    """
    pairs = cv2.addWeighted(dark[:-1], 0.5, dark[1:], 0.5, 0)
    rising, falling = cv2.subtract(pairs[2:], pairs[:-2]), cv2.subtract(pairs[:-2], pairs[2:])
    return np.asarray(rising, dtype=np.uint8), np.asarray(falling, dtype=np.uint8)


def _tone(bands: Sequence[_Band]) -> float:
    """Return how strong the edges of outlines are on this page: light toner, or full."""
    strongest = [
        float(cv2.reduce(_steps_of(band.dark)[0], 1, cv2.REDUCE_AVG, dtype=cv2.CV_32F).max())
        for band in bands
    ]
    return float(np.median(strongest)) if strongest else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """One side of one box, averaged along it: values for each row of its band, 0 to 1.

    Attributes:
        rising, falling: How much darker, how much lighter it gets; row k is the border k + 2.
        inked: Share of the side along which there is ink.
    """

    rising: Profile
    falling: Profile
    inked: Profile
    edge_px: float
    inward: int


def _side(band: _Band, tone: float) -> _Side:
    """Average a side along its length.

    Each place along it counts for no more than the page's usual edge, so that a few black
    strokes across a faint line do not outweigh the line.
    """
    inked = np.where(band.dark > 0.5 * tone, np.uint8(tone), np.uint8(0))
    rising, falling, there = (
        _averaged(rows, tone) for rows in (*_steps_of(band.dark), np.asarray(inked, np.uint8))
    )
    return _Side(rising, falling, there, band.edge_px, band.inward)


def _averaged(rows: Grey, tone: float) -> Profile:
    means = cv2.reduce(np.minimum(rows, np.uint8(tone)), 1, cv2.REDUCE_AVG, dtype=cv2.CV_32F)
    return np.asarray(means, dtype=np.float64).ravel() / tone


def _growth_px(sides: Sequence[Sequence[_Side]], line_px: float, px_per_mm: int) -> float:
    """Return by how much lines are thicker than printed, on each side of them.

    Toner spreads, and a dark threshold widens every line. The edges of thick lines fit no
    square of the true size in the middle, but two of them off to the sides.
    """
    some = sides[:: max(1, len(sides) // _ASKED_FOR_GROWTH)]

    def fit(growth_mm: float) -> float:
        tried = (_edges(four, line_px, growth_mm * px_per_mm, px_per_mm) for four in some)
        best = [each.along(axis).max() for each in tried for axis in range(2)]
        return float(np.sum(best)) - 0.01 * abs(growth_mm)

    return max(_GROWTHS_MM, key=fit) * px_per_mm


def _edges(sides: Sequence[_Side], line_px: float, growth_px: float, px_per_mm: int) -> _Edges:
    """Read the sides of one box at each shift."""
    shifts_px = _shifts_mm() * px_per_mm
    outer, inner, covered = [], [], []
    for side in sides:
        at = side.edge_px + side.inward * shifts_px
        outer.append(_read(side.rising, at - growth_px - 2))
        inner.append(_read(side.falling, at + line_px + growth_px - 2))
        covered.append(_read(side.inked, at + line_px / 2 - 0.5))
    return _Edges(np.array(outer), np.array(inner), np.array(covered))


def _read(values: Profile, at: Profile) -> Profile:
    return np.asarray(np.interp(at, np.arange(len(values)), values), dtype=np.float64)


def _shifts_mm() -> Profile:
    count = round(_REACH_MM / _STEP_MM)
    return np.asarray(np.arange(-count, count + 1) * _STEP_MM, dtype=np.float64)


def _best(edges: _Edges, near: tuple[int, int] | None) -> _Shift:
    """Return the best shift of a box, anywhere or within reach of a place that others suggest."""
    shifts_mm = _shifts_mm()
    steps, plain = [], []
    for axis in range(2):
        score = edges.along(axis) - _PULL_PER_MM * np.abs(shifts_mm)
        if near is not None:
            away_mm = np.abs(shifts_mm - shifts_mm[near[axis]])
            score = np.where(away_mm <= _AGREE_MM, score - _PULL_PER_MM * away_mm, -np.inf)
        step = int(np.argmax(score))
        steps.append(step)
        plain.append(edges.plain(axis, step))
    return _Shift((steps[0], steps[1]), (plain[0], plain[1]))


def _agreed(
    index: int, boxes: Sequence[Box], edges: Sequence[_Edges], alone: Sequence[_Shift]
) -> _Shift:
    """Return where a box is, in view of the boxes around it.

    A fold between two boxes sets them apart, so a box that is plain to see may stand alone.
    One that ink has covered stands where the plain ones around it suggest.
    """
    own, suggested = alone[index], _suggested(index, boxes, alone)
    if suggested is None:
        return own
    with_others = _best(edges[index], suggested)
    steps, plain = list(own.steps), list(own.plain)
    for axis in range(2):
        apart_mm = abs(own.steps[axis] - suggested[axis]) * _STEP_MM
        if apart_mm > _AGREE_MM and own.plain[axis] < _SURE:
            steps[axis], plain[axis] = with_others.steps[axis], with_others.plain[axis]
            if plain[axis] < 0.5 * _SURE:  # nothing to be seen there either
                steps[axis] = suggested[axis]
    return replace(own, steps=(steps[0], steps[1]), plain=(plain[0], plain[1]))


def _suggested(index: int, boxes: Sequence[Box], alone: Sequence[_Shift]) -> tuple[int, int] | None:
    """Return the middle shift of the plain boxes around one, or None where there are none."""
    centre = boxes[index].rect.centre
    others = [k for k in range(len(boxes)) if k != index and min(alone[k].plain) >= _SURE]
    if not others:
        return None
    others.sort(
        key=lambda k: np.hypot(boxes[k].rect.centre.x - centre.x, boxes[k].rect.centre.y - centre.y)
    )
    nearest = np.array([alone[k].steps for k in others[:_NEIGHBOURS]])
    middle = np.median(nearest, axis=0)
    return int(middle[0]), int(middle[1])


def _found(box: Box, edges: _Edges, shift: _Shift) -> FoundBox:
    shifts_mm = _shifts_mm()
    dx, dy = (float(shifts_mm[step]) for step in shift.steps)
    match = sum(edges.present(axis, shift.steps[axis]) for axis in range(2)) / 2
    return FoundBox(box, box.rect.shifted(dx, dy), min(1.0, round(match, 3)))

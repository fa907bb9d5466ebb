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
from omr.scan.reference import Grey, Reference, as_bits, window
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
# A fold through a square sets its opposite sides nearer or farther apart by this much.
_SQUEEZED_MM = 0.7
# A side is gone, not displaced, if no more of it than this is seen within reach.
_GONE = 0.4
# An edge this weak (of 255) is not print but the paper's grain.
_LEAST_EDGE = 8.0


@dataclass(frozen=True, slots=True)
class FoundBox:
    """A box, where its printed outline was found, and how much of it.

    Attributes:
        found: On the flat page; at its expected place where nothing was found.
        match: Share of the outline that is there, 0 to 1, whether plain to see or under ink.
        three_sided: Whether three sides are there, where the squares around suggest, and
            nothing at all is seen of the fourth, though there is paper: a fold or the press
            swallowed it, and there is no outline that might be taken for ink.
    """

    box: Box
    found: Rect
    match: float
    three_sided: bool = False


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

    def there(self, side: int, step: int) -> float:
        """Return how much of one side is there at a shift, 0 to 1, under ink or not."""
        near = slice(max(0, step - 2), step + 3)
        plain = np.maximum(self.outer[side, near], self.inner[side, near])
        return float(np.maximum(plain, self.covered[side, near]).max())

    def apart(self, axis: int, step: int) -> tuple[int, int] | None:
        """Return where the two sides of an axis are, each by itself, near a shift of both.

        A fold through the square brought them nearer to each other or farther apart. None
        where one of them is not plain to see.
        """
        reach = round(_SQUEEZED_MM / _STEP_MM)
        first = max(0, step - reach)
        found = []
        for side in (2 * axis, 2 * axis + 1):
            near = slice(first, step + reach + 1)
            line = self.outer[side, near] + self.inner[side, near]
            best = first + int(np.argmax(line))
            if line.max() < 2 * _SURE:
                return None
            found.append(best)
        return (found[0], found[1]) if abs(found[0] - found[1]) <= reach else None

    def gone(self, side: int) -> bool:
        """Tell whether nothing is seen of a side, wherever it may lie, nor ink along it."""
        seen = np.maximum(np.maximum(self.outer[side], self.inner[side]), self.covered[side])
        return float(seen.max()) < _GONE


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
    sides = _sides([band for four in bands for band in four], tone)
    growth_px = _growth_px(sides, line_px, scale)
    edges = _edges(sides, line_px, growth_px, scale)
    alone = [_best(each, None) for each in edges]
    suggested = _suggested(boxes, alone)
    shifts = [
        _agreed(each, own, near) for each, own, near in zip(edges, alone, suggested, strict=True)
    ]
    found = (
        _found(box, each, shift, near)
        for box, each, shift, near in zip(boxes, edges, shifts, suggested, strict=True)
    )
    return tuple(_on_paper(each, flat, reference) for each in found)


@dataclass(frozen=True, slots=True, eq=False)
class _Band:
    """The surroundings of one side, turned so that row 0 lies farthest outside the box.

    Attributes:
        dark: Shape (across, along).
        rising, falling: How much darker, how much lighter it gets from row to row inwards.
        edge_px: Where the outer edge of the line is expected, in rows.
        inward: Direction of x or y from outside to inside, 1 or -1.
    """

    dark: Grey
    rising: Grey
    falling: Grey
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
        dark = np.ascontiguousarray(band)
        bands.append(_Band(dark, *_steps_of(dark), edge_px, inward))
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
        float(cv2.reduce(band.rising, 1, cv2.REDUCE_AVG, dtype=cv2.CV_32F).max()) for band in bands
    ]
    return float(np.median(strongest)) if strongest else 0.0


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


def _sides(bands: Sequence[_Band], tone: float) -> _Sides:
    """Average sides along their length.

    Each place along a side counts for no more than the page's usual edge, so that a few black
    strokes across a faint line do not outweigh the line.
    """
    least, most = np.uint8(int(0.5 * tone)), np.uint8(tone)
    inked = [as_bits(np.asarray(band.dark > least, np.bool_)) * most for band in bands]
    return _Sides(
        np.array([_averaged(band.rising, tone) for band in bands]),
        np.array([_averaged(band.falling, tone) for band in bands]),
        np.array([_averaged(rows, tone) for rows in inked]),
        np.array([[band.edge_px] for band in bands]),
        np.array([[float(band.inward)] for band in bands]),
    )


def _averaged(rows: Grey, tone: float) -> Profile:
    means = cv2.reduce(np.minimum(rows, np.uint8(tone)), 1, cv2.REDUCE_AVG, dtype=cv2.CV_32F)
    return np.asarray(means, dtype=np.float64).ravel() / tone


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


def _edges(sides: _Sides, line_px: float, growth_px: float, px_per_mm: int) -> list[_Edges]:
    """Read the sides of each box at each shift."""
    at = sides.edge_px + sides.inward * (_shifts_mm() * px_per_mm)
    read = (
        _read(sides.rising, at - growth_px - 2),
        _read(sides.falling, at + line_px + growth_px - 2),
        _read(sides.inked, at + line_px / 2 - 0.5),
    )
    outer, inner, covered = (values.reshape(-1, 4, values.shape[1]) for values in read)
    return [_Edges(*each) for each in zip(outer, inner, covered, strict=True)]


def _read(values: Profile, at: Profile) -> Profile:
    """Return each row of values at fractional places in it; beyond its ends, its end."""
    last = values.shape[1] - 1
    at = at.clip(0, last)
    before = np.minimum(at.astype(np.intp), last - 1)
    share = at - before
    low = np.take_along_axis(values, before, axis=1)
    high = np.take_along_axis(values, before + 1, axis=1)
    return np.asarray(low + share * (high - low), dtype=np.float64)


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


def _agreed(edges: _Edges, own: _Shift, suggested: tuple[int, int] | None) -> _Shift:
    """Return where a box is, in view of the boxes around it.

    A fold between two boxes sets them apart, so a box that is plain to see may stand alone.
    One that ink has covered stands where the plain ones around it suggest.
    """
    if suggested is None:
        return own
    with_others = _best(edges, suggested)
    steps, plain = list(own.steps), list(own.plain)
    for axis in range(2):
        apart_mm = abs(own.steps[axis] - suggested[axis]) * _STEP_MM
        if apart_mm > _AGREE_MM and own.plain[axis] < _SURE:
            steps[axis], plain[axis] = with_others.steps[axis], with_others.plain[axis]
            if plain[axis] < 0.5 * _SURE:  # nothing to be seen there either
                steps[axis] = suggested[axis]
    return replace(own, steps=(steps[0], steps[1]), plain=(plain[0], plain[1]))


def _suggested(boxes: Sequence[Box], alone: Sequence[_Shift]) -> list[tuple[int, int] | None]:
    """Return for each box the middle shift of the plain boxes around it, None without any."""
    centres = np.array([(box.rect.centre.x, box.rect.centre.y) for box in boxes])
    plain = np.flatnonzero([min(shift.plain) >= _SURE for shift in alone])
    steps = np.array([shift.steps for shift in alone])
    suggested: list[tuple[int, int] | None] = []
    for index, centre in enumerate(centres):
        others = plain[plain != index]
        if not others.size:
            suggested.append(None)
            continue
        away_mm = np.hypot(*(centres[others] - centre).T)
        nearest = others[np.argsort(away_mm, kind="stable")[:_NEIGHBOURS]]
        middle = np.median(steps[nearest], axis=0)
        suggested.append((int(middle[0]), int(middle[1])))
    return suggested


def _found(box: Box, edges: _Edges, shift: _Shift, suggested: tuple[int, int] | None) -> FoundBox:
    """Return where the sides of a box are, and how much of them."""
    steps = [step for step in shift.steps for _ in range(2)]
    there = [edges.there(side, steps[side]) for side in range(4)]
    for axis in range(2):
        sides = slice(2 * axis, 2 * axis + 2)
        if min(there[sides]) >= _SURE:
            continue
        if (apart := edges.apart(axis, shift.steps[axis])) is not None:
            steps[sides] = apart
            there[sides] = [edges.there(side, steps[side]) for side in (2 * axis, 2 * axis + 1)]
    left, right, top, bottom = (float(_shifts_mm()[step]) for step in steps)
    rect = box.rect
    return FoundBox(
        box,
        Rect(rect.x + left, rect.y + top, rect.w + right - left, rect.h + bottom - top),
        min(1.0, round(sum(there) / 4, 3)),
        _three_sided(edges, steps, there, suggested),
    )


def _three_sided(
    edges: _Edges, steps: Sequence[int], there: Sequence[float], suggested: tuple[int, int] | None
) -> bool:
    """Tell whether only one side is missing, of a square that lies where those around suggest."""
    missing = [side for side in range(4) if there[side] < _SURE]
    if len(missing) != 1 or suggested is None or not edges.gone(missing[0]):
        return False
    apart = [abs(steps[side] - suggested[side // 2]) * _STEP_MM for side in range(4)]
    return max(apart) <= _AGREE_MM


def _on_paper(found: FoundBox, flat: FlatPage, reference: Reference) -> FoundBox:
    """Take back that three sides are enough where a torn sheet lacks the fourth."""
    if not found.three_sided:
        return found
    around = window(found.found, reference.px_per_mm, flat.paper.shape, _REACH_MM)
    return replace(found, three_sided=bool(flat.paper[around].all()))

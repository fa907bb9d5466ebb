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

import numpy as np

from omr.ballot.model import Box
from omr.geometry import Rect
from omr.scan.place.box_edges import REACH_MM, STEP_MM, BoxEdges, nearest, read_edges, shifts_mm
from omr.scan.place.order_statistics import medians
from omr.scan.place.reference import Reference, window
from omr.scan.place.straighten import FlatPage

# Among equal places the nearer one: all four edges together count 8.
_PULL_PER_MM = 0.3
# Squares printed side by side keep their distance to this, folds apart.
_AGREE_MM = 0.35
# A square whose edges are seen this well is believed against those around it.
_SURE = 0.8
# A fold through a square sets its opposite sides nearer or farther apart by this much.
_SQUEEZED_MM = 0.7
# A side whose two edges are seen along so much of it, of 2, is plain; a stroke that crosses it
# or a place where toner is missing hides the rest.
_PLAIN_LINE = 1.1
# Beyond this from a line its own edges are not seen.
_LINE_MM = 0.35
# A square of which this is there has lost nothing; squares in line are printed this true.
_WHOLE, _IN_LINE_MM = 0.9, 1.0
# A press that is low on toner, and prints all over in specks, leaves this of most squares; on 336
# pages of other presses, worn and photographed ones among them, the middle one has 0.990 and more.
_POOR = (0.85, 0.988)
# A side is gone, not displaced, if no more of it than this is seen within reach.
_GONE = 0.4


@dataclass(frozen=True, slots=True)
class FoundBox:
    """A box, where its printed outline was found, and how much of it.

    Attributes:
        found: On the flat page; at its expected place where nothing was found.
        match: Share of the outline that is there, 0 to 1, whether plain to see or under ink.
        three_sided: Whether three sides are there, where the squares around suggest, and
            nothing at all is seen of the fourth, though there is paper: a fold or the press
            swallowed it, and there is no outline that might be taken for ink.
        poorly_printed: Whether the squares of other rows lack some of their outline as well.
    """

    box: Box
    found: Rect
    match: float
    three_sided: bool = False
    poorly_printed: bool = False


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
    edges = read_edges(flat.darkness, boxes, reference)
    if edges is None:
        return tuple(FoundBox(box, box.rect, 0.0) for box in boxes)
    alone = [_best(each, None) for each in edges]
    suggested = _suggested(reference, alone)
    shifts = [
        _agreed(each, own, near) for each, own, near in zip(edges, alone, suggested, strict=True)
    ]
    found = (
        _found(box, each, shift, near)
        for box, each, shift, near in zip(boxes, edges, shifts, suggested, strict=True)
    )
    on_paper = tuple(_on_paper(each, flat, reference) for each in found)
    in_company = tuple(_in_company(each, on_paper) for each in on_paper)
    return _as_printed(in_company)


def _best(edges: BoxEdges, near: tuple[int, int] | None) -> _Shift:
    """Return the best shift of a box, anywhere or within reach of a place that others suggest."""
    away = shifts_mm()
    steps, plain = [], []
    for axis in range(2):
        score = edges.along(axis) - _PULL_PER_MM * np.abs(away)
        if near is not None:
            away_mm = np.abs(away - away[near[axis]])
            score = np.where(away_mm <= _AGREE_MM, score - _PULL_PER_MM * away_mm, -np.inf)
        step = int(np.argmax(score))
        steps.append(step)
        plain.append(edges.plain(axis, step))
    return _Shift((steps[0], steps[1]), (plain[0], plain[1]))


def _agreed(edges: BoxEdges, own: _Shift, suggested: tuple[int, int] | None) -> _Shift:
    """Return where a box is, in view of the boxes around it.

    A fold between two boxes sets them apart, so a box that is plain to see may stand alone.
    One that ink has covered stands where the plain ones around it suggest.
    """
    if suggested is None:
        return own
    with_others = _best(edges, suggested)
    steps, plain = list(own.steps), list(own.plain)
    for axis in range(2):
        apart_mm = abs(own.steps[axis] - suggested[axis]) * STEP_MM
        if apart_mm > _AGREE_MM and own.plain[axis] < _SURE:
            steps[axis], plain[axis] = with_others.steps[axis], with_others.plain[axis]
            if plain[axis] < 0.5 * _SURE:  # nothing to be seen there either
                steps[axis] = suggested[axis]
    return replace(own, steps=(steps[0], steps[1]), plain=(plain[0], plain[1]))


def _suggested(reference: Reference, alone: Sequence[_Shift]) -> list[tuple[int, int] | None]:
    """Return for each box the middle shift of the plain boxes around it, None without any."""
    plain = np.flatnonzero([min(shift.plain) >= _SURE for shift in alone])
    steps = np.array([shift.steps for shift in alone])
    suggested: list[tuple[int, int] | None] = [None] * len(alone)
    around = nearest(reference, plain)
    some = [index for index, others in enumerate(around) if others.size]
    middle = [medians([steps[around[index], axis] for index in some]) for axis in range(2)]
    for index, x, y in zip(some, *(steps.tolist() for steps in middle), strict=True):
        suggested[index] = int(x), int(y)
    return suggested


def _found(box: Box, edges: BoxEdges, shift: _Shift, suggested: tuple[int, int] | None) -> FoundBox:
    """Return where the sides of a box are, and how much of them."""
    steps = [step for step in shift.steps for _ in range(2)]
    there = [edges.there(side, steps[side]) for side in range(4)]
    for axis in range(2):
        sides = slice(2 * axis, 2 * axis + 2)
        if (apart := _sides_apart(edges, axis, shift.steps[axis])) is not None:
            steps[sides] = apart
            there[sides] = [edges.there(side, steps[side]) for side in (2 * axis, 2 * axis + 1)]
    left, right, top, bottom = (float(shifts_mm()[step]) for step in steps)
    rect = box.rect
    return FoundBox(
        box,
        Rect(rect.x + left, rect.y + top, rect.w + right - left, rect.h + bottom - top),
        min(1.0, round(sum(there) / 4, 3)),
        _three_sided(edges, steps, there, suggested),
    )


def _sides_apart(edges: BoxEdges, axis: int, step: int) -> tuple[int, int] | None:
    """Return where the two sides of an axis are, each by itself, near a shift of both.

    A fold through the square, a feed that slips or a carriage that shakes brought them nearer
    to each other or farther apart.

    Returns:
        None where one of them is not plain to see, or where there is another line that it might
        be: a stroke along a side does not take its place, for the side is seen beside it.
    """
    reach, breadth = round(_SQUEEZED_MM / STEP_MM), round(_LINE_MM / STEP_MM)
    first, found = max(0, step - reach), []
    for side in (2 * axis, 2 * axis + 1):
        line = edges.line(side)
        best = first + int(np.argmax(line[first : step + reach + 1]))
        beside = np.concatenate([line[: max(0, best - breadth)], line[best + breadth + 1 :]])
        if line[best] < _PLAIN_LINE or beside.max(initial=0.0) > line[best] / 2:
            return None
        # Two sides together tell a place to a tenth of a millimetre, one alone does not.
        found.append(best if abs(best - step) > 2 else step)
    return (found[0], found[1]) if abs(found[0] - found[1]) <= reach else None


def _three_sided(
    edges: BoxEdges, steps: Sequence[int], there: Sequence[float], suggested: tuple[int, int] | None
) -> bool:
    """Tell whether only one side is missing, of a square that lies where those around suggest."""
    missing = [side for side in range(4) if there[side] < _SURE]
    if len(missing) != 1 or suggested is None or edges.most(missing[0]) >= _GONE:
        return False
    apart = [abs(steps[side] - suggested[side // 2]) * STEP_MM for side in range(4)]
    return max(apart) <= _AGREE_MM


def _on_paper(found: FoundBox, flat: FlatPage, reference: Reference) -> FoundBox:
    """Take back that three sides are enough where a torn sheet lacks the fourth."""
    if not found.three_sided:
        return found
    around = window(found.found, reference.px_per_mm, flat.paper.shape, REACH_MM)
    return replace(found, three_sided=bool(flat.paper[around].all()))


def _in_company(found: FoundBox, others: Sequence[FoundBox]) -> FoundBox:
    """Take back that three sides are enough where the square stands alone with that.

    A fold, or a press that lost a stripe, runs through the squares of a row or of a column. What
    covers a side of one alone, as correction tape does, may cover a mark as well.
    """
    if not found.three_sided:
        return found
    own = found.box.rect
    company = any(
        other is not found
        and other.match < _WHOLE
        and min(abs(other.box.rect.x - own.x), abs(other.box.rect.y - own.y)) < _IN_LINE_MM
        for other in others
    )
    return found if company else replace(found, three_sided=False)


def _as_printed(found: Sequence[FoundBox]) -> tuple[FoundBox, ...]:
    """Tell of each square whether it is the press that left gaps in outlines.

    A cover, a hole or a tear takes the outline of one square, or of those of a row.
    """
    poor = {}
    for contest in {each.box.contest for each in found}:
        matches = [other.match for other in found if other.box.contest != contest]
        poor[contest] = bool(matches) and _POOR[0] <= float(np.median(matches)) < _POOR[1]
    return tuple(replace(each, poorly_printed=poor[each.box.contest]) for each in found)

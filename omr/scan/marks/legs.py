"""The legs of a mark beyond its box: which ink around a box goes on from the mark inside.

In come the ink around a box and the mark's strokes; out comes what of it is the mark's. A leg
runs out straight, skips, turns back once, or ends in a hook; a bow joins two of them. Writing
that touches a leg turns many times, and what stands beside a leg does not point at it.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.scan.ink.ink_map import FoundBox, InkMap
from omr.scan.ink.pieces import Labels, label_pieces, parts
from omr.scan.marks.mark_shape import breadth_mm
from omr.scan.marks.rings import GAP_MM, closed_in
from omr.scan.place.reference import (
    Mask,
    Places,
    Reference,
    as_bits,
    disc,
    grow,
    window,
    window_within,
)

Floats = NDArray[np.float64]

# The line of letters is so many times as long as they reach; a leg's loop is twice as long.
# Hooks and blots at its end stay smaller than a word.
_TURNS, _WORD_MM = 2.6, 4.5
# No pen's line is thinner.
# The breadth of a thin pen's line as scanned, and of a usual one.
_THIN_MM, _USUAL_MM = 0.33, 0.5
# The dashes of a leg lie this far apart at most.
_DASH_GAP_MM = 3.5
# One that is longer than this lies closer, on open paper and with the print between, or somebody
# drew it beside the mark.
_DASH_MM, _LONG_DASH_GAP_MM, _LONG_DASH_SEEN_MM = 4.5, 1.2, 2.2
# What is as long as a stroke of writing is a leg only if the ink that it points at runs on the same
# way, over this share of so much; a line that is crossed is left sooner.
_STROKE_MM, _RUNS_ON_MM, _ALONG, _TURN_DEG = 4.0, 3.5, 0.7, (-12, -8, -4, 0, 4, 8, 12)
# What a stroke meets was grown by so much; it is followed within less.
_TARGET_MM, _AROUND_TARGET_MM = 0.5, 0.35
# A leg's hook or last curl is smaller than this.
_HOOK_MM = 3.5
# An arrow: as long as this in all, its shaft and each barb of its head as long as those.
_ARROW_MM, _SHAFT_MM, _BARB_MM = 6.0, 4.5, 0.9
# An outline with its margins hides so much of a stroke that crosses it aslant.
_OUTLINE_MM = 1.5
# Print hides so much of a stroke at most that runs below it; beside an outline so much more.
_HIDDEN_MM, _MARGIN_MM = 3.0, 0.35
# Share of ink from which a box is filled.
_FILLED = 0.4


class _Way(NamedTuple):
    """What lies between the end of a stroke and the ink that it goes on in.

    Attributes:
        length_px: How long the way is.
        hidden: Whether print hides most of it.
    """

    length_px: int
    hidden: bool


def legs_of(
    found: FoundBox, by_mark: Mask, near: tuple[slice, slice], ink: InkMap, reference: Reference
) -> Mask:
    """Return the ink of a mark around its box, shape (h, w) of the window.

    Args:
        found: The box.
        by_mark: The strokes of marks in the window, shape (h, w).
        near: The window of the page within the box's reach.
        ink: The page's ink.
        reference: The page as printed.
    """
    legs = by_mark & ~_writing(found, by_mark, near, ink, reference)
    scale = reference.px_per_mm
    # Print, and the outline where it was found, hide what runs below them.
    hidden = reference.near_print[near].copy()
    outer = window(found.found, scale, ink.ink.shape, reference.layout.outline_mm + _MARGIN_MM)
    inner = window(found.found, scale, ink.ink.shape, -_MARGIN_MM)
    open_ = hidden[window_within(near, inner)].copy()
    hidden[window_within(near, outer)] = True
    hidden[window_within(near, inner)] = open_
    return legs | _leg_ends(ink.ink[near], legs, hidden, scale)


def _writing(
    found: FoundBox, by_mark: Mask, near: tuple[slice, slice], ink: InkMap, reference: Reference
) -> Mask:
    """Return the pieces of a mark's ink outside its box that are no legs, but writing.

    A leg runs out straight or turns back once; letters turn many times, so that their line is
    several times as long as they reach. A box that is filled is scribbled over its edges too.
    """
    scale = reference.px_per_mm
    writing = np.zeros(ink.ink[near].shape, np.bool_)
    marked = by_mark & ink.ink[near]
    inside = marked[window_within(near, window(found.found, scale, ink.ink.shape))]
    if inside.mean() > _FILLED:
        return writing
    outside = marked.copy()
    box = window(found.found, scale, ink.ink.shape, reference.layout.outline_mm + 0.5)
    outside[window_within(near, box)] = False
    # A word needs that much ink even in the thinnest line.
    if np.count_nonzero(outside) / scale**2 <= _TURNS * _THIN_MM * _WORD_MM:
        return writing
    # What goes round the box has no head, though its ends may cross.
    rows, columns = window_within(near, window(found.found, scale, ink.ink.shape))
    middle = (rows.start + rows.stop) // 2, (columns.start + columns.stop) // 2
    is_ring: bool | None = None
    pen_mm = max(breadth_mm(inside, scale), _THIN_MM) if inside.any() else _USUAL_MM
    for part in parts(outside, scale):
        reach_mm = float(np.hypot(part.rect.w, part.rect.h))
        wide = min(part.rect.w, part.rect.h) > 1.5 and reach_mm > _WORD_MM
        turns = part.area_mm2 > _TURNS * pen_mm * reach_mm
        if not (wide and turns):
            if reach_mm <= _ARROW_MM or not _has_head(part.shape, pen_mm, scale):
                continue
            if is_ring is None:
                is_ring = bool(closed_in(marked, GAP_MM * scale)[middle])
            if is_ring:
                continue
        writing[part.area] |= part.shape
    return writing


def _has_head(shape: Mask, pen_mm: float, px_per_mm: int) -> bool:
    """Tell whether a piece of a stroke ends in an arrow's head: two barbs from one tip.

    Followed from its one end, a leg has one other; an arrow's barbs come back from its tip, both at
    once.
    """
    ys, xs = np.nonzero(shape)
    places = np.column_stack([ys, xs]).astype(np.float64)
    along = np.linalg.svd(places - places.mean(axis=0), full_matrices=False)[2][0]
    run = places @ along
    for first in (int(run.argmin()), int(run.argmax())):
        start = np.array([ys[first : first + 1], xs[first : first + 1]])
        away = _away(shape, start)
        end = int(away.max()) - round(_BARB_MM * px_per_mm)
        if end < _SHAFT_MM * px_per_mm:
            continue
        ends = label_pieces(away > end).stats[1:, cv2.CC_STAT_AREA]
        barbs = ends >= 0.4 * _BARB_MM * pen_mm * px_per_mm**2
        if np.count_nonzero(barbs) >= 2:
            return True
    return False


def _leg_ends(ink: Mask, by_mark: Mask, hidden: Mask, px_per_mm: int) -> Mask:
    """Return the pieces that go on where a mark's stroke leaves off.

    A pen that skips breaks the leg of a cross into dashes, and the bow between two legs.

    Args:
        ink: All ink around a box, shape (h, w).
        by_mark: The mark's, same shape.
        hidden: Print that hides what runs below it, same shape.
        px_per_mm: Resolution.
    """
    dashes = np.zeros(ink.shape, np.bool_)
    if not by_mark.any():
        return dashes
    others = ink & ~by_mark
    if not others.any():
        return dashes
    pieces = label_pieces(others)
    # Less than 6 px have no direction.
    large = pieces.stats[:, cv2.CC_STAT_AREA] >= 6
    open_ = {number: (area, shape) for number, area, shape in pieces.shapes(large)}
    reach = round((_DASH_GAP_MM + _HIDDEN_MM) * px_per_mm) + 1
    # Each round may add the next dash of a leg; four rounds cover all that is within reach.
    for _ in range(4):
        target = grow(by_mark | dashes, _TARGET_MM * px_per_mm)
        added = []
        for number, (area, shape) in open_.items():
            top, left = area[0].start, area[1].start
            around = target[
                max(0, top - reach) : area[0].stop + reach,
                max(0, left - reach) : area[1].stop + reach,
            ]
            if around.any() and _goes_on(shape, (top, left), target, hidden, px_per_mm):
                dashes[area] |= shape
                added.append(number)
        if not added:
            break
        for number in added:
            del open_[number]
    return dashes


def _goes_on(
    shape: Mask, corner: tuple[int, int], target: Mask, hidden: Mask, px_per_mm: int
) -> bool:
    """Tell whether a piece of ink is part of a stroke that goes on in ``target``.

    A straight dash meets it beyond one of its ends; a bow, as between the legs of a cross
    that was drawn in one go, beyond both, however it winds. A long one begins where the leg left
    off, or it is a stroke of its own. A hook at a leg's end is small and begins below the outline,
    or where the leg points.

    Args:
        shape: The piece within its bounds, shape (h, w).
        corner: Row and column of its bounds.
        target: The ink that it may go on in.
        hidden: Print that hides what runs below it.
        px_per_mm: Resolution.
    """
    points = np.argwhere(shape).astype(np.float64)
    along = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)[2][0]
    run = points @ along
    aside = points @ np.array([-along[1], along[0]])
    length, bend = float(np.ptp(run)), float(aside.std())
    reach_mm = float(np.hypot(*np.ptp(points, axis=0))) / px_per_mm
    # A pen line of up to 1 mm stays within 0.3 mm of its own line. Longer than thick, so that
    # it points at all.
    straight = bend < 0.3 * px_per_mm and 3 * bend < length
    gap_mm = _DASH_GAP_MM if straight and length < _DASH_MM * px_per_mm else _LONG_DASH_GAP_MM
    tips = _tips(shape, px_per_mm)
    met = [
        _meets(start + corner, way, target, hidden, gap_mm * px_per_mm, px_per_mm)
        for start, way in tips
    ]
    hits = [way for way in met if way is not None]
    if reach_mm >= _STROKE_MM and len(hits) == 1:
        (start, out) = next(tip for tip, way in zip(tips, met, strict=True) if way is not None)
        if not _runs_on(start + corner, out, hits[0], target, px_per_mm):
            return False
    below_outline = any(way.hidden for way in hits)
    # One end alone tells less: what is long lies close by all that is to be seen, print or not.
    most_mm = np.inf if length < _DASH_MM * px_per_mm else _LONG_DASH_SEEN_MM
    close = any(way.length_px <= most_mm * px_per_mm for way in hits)
    if len(hits) == 2 or (straight and close) or (reach_mm < _HOOK_MM and below_outline):
        return True
    if not straight and len(hits) == 1:
        # Where a bow turns sharply into its leg, its end points nowhere, but lies beside it.
        (other,) = (start for (start, _), way in zip(tips, met, strict=True) if way is None)
        if _is_beside(other + corner, target, hidden, px_per_mm):
            return True
    return reach_mm < _HOOK_MM and _is_pointed_at(points + corner, target, hidden, px_per_mm)


def _runs_on(start: Floats, out: Floats, way: _Way, target: Mask, px_per_mm: int) -> bool:
    """Tell whether the ink that a stroke points at runs on the same way; an arrow only begins."""
    ink = as_bits(target)
    fine = cv2.erode(ink, disc(_AROUND_TARGET_MM * px_per_mm)) > 0
    steps = way.length_px + np.arange(0, _RUNS_ON_MM * px_per_mm)[:, None]
    best = 0.0
    for turn in np.radians(_TURN_DEG):
        cos, sin = np.cos(turn), np.sin(turn)
        turned = np.array([cos * out[0] - sin * out[1], sin * out[0] + cos * out[1]])
        path = np.rint(start + turned * steps).astype(int)
        path = path[((path >= 0) & (path < target.shape)).all(axis=1)]
        if len(path):
            best = max(best, float(fine[tuple(path.T)].mean()))
    return best >= _ALONG


def _is_beside(place: Floats, target: Mask, hidden: Mask, px_per_mm: int) -> bool:
    """Tell whether the nearest ink is no farther than a long stroke's gap, print aside."""
    reach = round((_LONG_DASH_GAP_MM + _OUTLINE_MM) * px_per_mm)
    row, column = (round(float(v)) for v in place)
    top, left = max(0, row - reach), max(0, column - reach)
    ink = np.argwhere(target[top : row + reach + 1, left : column + reach + 1])
    if not len(ink):
        return False
    ink = ink + np.array([top, left])
    away = np.linalg.norm(ink - place, axis=1)
    steps = np.linspace(0, 1, max(2, round(float(away.min()))))[:, None]
    path = np.rint(place + (ink[away.argmin()] - place) * steps).astype(int)
    return bool(np.count_nonzero(~hidden[tuple(path.T)]) <= _LONG_DASH_GAP_MM * px_per_mm)


def _tips(shape: Mask, px_per_mm: int) -> list[tuple[Floats, Floats]]:
    """Return both ends of a stroke, however it winds: the place, and the way out of it."""
    first = _away(shape, np.argwhere(shape)[0])
    one = np.array(np.unravel_index(int(first.argmax()), shape.shape))
    from_one = _away(shape, one)
    other = np.array(np.unravel_index(int(from_one.argmax()), shape.shape))
    ends = []
    for away in (from_one, _away(shape, other)):
        places = np.argwhere(away >= 0).astype(np.float64)
        steps = away[away >= 0]
        start = places[steps < 0.4 * px_per_mm].mean(axis=0)
        back = places[(steps >= 0.7 * px_per_mm) & (steps <= 1.6 * px_per_mm)]
        way = start - (back if len(back) else places).mean(axis=0)
        ends.append((start, way / max(float(np.linalg.norm(way)), 1e-6)))
    return ends


def _away(shape: Mask, start: Places) -> Labels:
    """Return how many steps each pixel of a piece lies from one of them along it, -1 beyond it."""
    bits = np.pad(as_bits(shape), 1)
    away = np.full(bits.shape, -1, np.int32)
    front = np.zeros(bits.shape, np.uint8)
    front[start[0] + 1, start[1] + 1] = 1
    square = np.ones((3, 3), np.uint8)
    step = 0
    while front.any():
        away[front > 0] = step
        step += 1
        front = np.asarray(cv2.dilate(front, square), np.uint8) & bits & as_bits(away < 0)
    return away[1:-1, 1:-1]


def _meets(
    start: Floats, way: Floats, target: Mask, hidden: Mask, gap_px: float, px_per_mm: int
) -> _Way | None:
    """Follow the way out of a stroke's end to the ink that it may go on in.

    Returns:
        The way, or None where nothing is met, or only after more open paper than the gap.
    """
    steps = np.arange(0, gap_px + _HIDDEN_MM * px_per_mm)[:, None]
    path = np.rint(start + way * steps).astype(int)
    path = path[((path >= 0) & (path < target.shape)).all(axis=1)]
    met = np.flatnonzero(target[tuple(path.T)])
    if not met.size:
        return None
    between = hidden[tuple(path[: met[0]].T)]
    if np.count_nonzero(~between) > gap_px:
        return None
    return _Way(int(met[0]), not between.size or bool(between.mean() > 0.5))


def _is_pointed_at(points: Floats, target: Mask, hidden: Mask, px_per_mm: int) -> bool:
    """Tell whether the end of a leg points at a small piece close by: its own last curl."""
    reach = round((_LONG_DASH_GAP_MM + _HIDDEN_MM + 2.0) * px_per_mm)
    top, left = np.maximum(points.min(axis=0).astype(int) - reach, 0)
    bottom, right = points.max(axis=0).astype(int) + reach + 1
    leg = np.argwhere(target[top:bottom, left:right]) + np.array([top, left])
    if not len(leg):
        return False
    gaps = np.linalg.norm(leg[:, None, :] - points[None, :: max(1, len(points) // 40)], axis=2)
    end = leg[int(gaps.min(axis=1).argmin())].astype(np.float64)
    near = leg[np.linalg.norm(leg - end, axis=1) < 2.0 * px_per_mm].astype(np.float64)
    middle = near.mean(axis=0)
    along = np.linalg.svd(near - middle, full_matrices=False)[2][0]
    way = along if (end - middle) @ along > 0 else -along
    run, aside = (near - middle) @ way, (near - middle) @ np.array([-way[1], way[0]])
    # The end of a line, not its side.
    if (end - middle) @ way < 0.6 * run.max() or 3 * aside.std() > np.ptp(run):
        return False
    piece = np.zeros(target.shape, np.bool_)
    piece[tuple(points.astype(int).T)] = True
    gap_px = _LONG_DASH_GAP_MM * px_per_mm
    return _meets(end, way, grow(piece, 0.3 * px_per_mm), hidden, gap_px, px_per_mm) is not None

"""The legs of a mark beyond its box: which ink around a box goes on from the mark inside.

In come the ink around a box and the mark's strokes; out comes what of it is the mark's. A leg
runs out straight, skips, turns back once, or ends in a hook; a bow joins two of them. Writing
that touches a leg turns many times, and what stands beside a leg does not point at it.
"""

from __future__ import annotations

import cv2
import numpy as np

from omr.scan.ink import FoundBox, InkMap
from omr.scan.pieces import label_pieces, parts
from omr.scan.reference import Mask, Places, Reference, grow, window

# The line of letters is so many times as long as they reach; a leg's loop is twice as long.
# Hooks and blots at its end stay smaller than a word.
_TURNS, _WORD_MM = 2.6, 4.5
# No pen's line is thinner.
_THIN_MM = 0.33
# The dashes of a leg lie this far apart at most.
_DASH_GAP_MM = 3.5
# One that is longer than this lies closer, or somebody drew it beside the mark.
_DASH_MM, _LONG_DASH_GAP_MM = 4.5, 1.2
# A leg's hook beyond the outline is smaller than this.
_HOOK_MM = 3.5
# Share of ink from which a box is filled.
_FILLED = 0.4


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
    ring = window(found.found, scale, ink.ink.shape, reference.layout.outline_mm + 0.6)
    hidden = np.zeros(legs.shape, np.bool_)
    hidden[_within(near, ring)] = True
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
    inside = marked[_within(near, window(found.found, scale, ink.ink.shape))]
    if inside.mean() > _FILLED:
        return writing
    outside = marked.copy()
    box = window(found.found, scale, ink.ink.shape, reference.layout.outline_mm + 0.5)
    outside[_within(near, box)] = False
    # A word needs that much ink even in the thinnest line.
    if np.count_nonzero(outside) / scale**2 <= _TURNS * _THIN_MM * _WORD_MM:
        return writing
    pen_mm = _breadth(inside, scale)
    for part in parts(outside, scale):
        reach_mm = float(np.hypot(part.rect.w, part.rect.h))
        wide = min(part.rect.w, part.rect.h) > 1.5 and reach_mm > _WORD_MM
        if wide and part.area_mm2 > _TURNS * pen_mm * reach_mm:
            writing[part.area] |= part.shape
    return writing


def _within(outer: tuple[slice, slice], inner: tuple[slice, slice]) -> tuple[slice, slice]:
    """Return a window of the page as a window of the larger one around it."""
    rows, columns = (
        slice(part.start - whole.start, part.stop - whole.start)
        for whole, part in zip(outer, inner, strict=True)
    )
    return rows, columns


def _breadth(stroke: Mask, px_per_mm: int) -> float:
    """Return how broad a stroke is, in mm; a pen's usual line where there is none."""
    if not stroke.any():
        return 0.5
    depth = cv2.distanceTransform(np.pad(stroke, 1).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1]
    # The mean distance to the edge of a band is a quarter of its width.
    return max(4.0 * (float(depth[stroke].mean()) - 0.5) / px_per_mm, _THIN_MM)


def _leg_ends(ink: Mask, by_mark: Mask, hidden: Mask, px_per_mm: int) -> Mask:
    """Return the straight pieces that go on where a mark's stroke leaves off.

    A pen that skips breaks the leg of a cross into dashes. A piece is a dash of it if it is
    straight and thin and points at the mark's ink close by; letters are neither. So is what goes
    on where the stroke left the outline of the box, the hook at a leg's end too.

    Args:
        ink: All ink around a box, shape (h, w).
        by_mark: The mark's, same shape.
        hidden: The box and its outline, same shape.
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
    reach = round(_DASH_GAP_MM * px_per_mm) + 1
    # Each round may add the next dash of a leg; four rounds cover all that is within reach.
    for _ in range(4):
        target = grow(by_mark | dashes, 0.5 * px_per_mm)
        added = []
        for number, ((rows, columns), shape) in open_.items():
            top, left = rows.start, columns.start
            around = target[
                max(0, top - reach) : rows.stop + reach, max(0, left - reach) : columns.stop + reach
            ]
            pixels = np.argwhere(shape) + np.array([top, left])
            if around.any() and _points_at(pixels, target, hidden, px_per_mm):
                dashes[rows, columns] |= shape
                added.append(number)
        if not added:
            break
        for number in added:
            del open_[number]
    return dashes


def _points_at(pixels: Places, target: Mask, hidden: Mask, px_per_mm: int) -> bool:
    """Tell whether a piece of ink is a dash of a stroke that goes on in ``target``.

    A straight dash meets it beyond one of its ends; a bow, as between the legs of a cross
    that was drawn in one go, beyond both. A long one begins where the leg left off, or it is a
    stroke of its own.

    Args:
        pixels: Row and column of each pixel of the piece, shape (n, 2).
        target: The ink that it may go on in.
        hidden: Where the outline of a box hides a stroke that runs along it.
        px_per_mm: Resolution.
    """
    points = pixels.astype(np.float64)
    centre = points.mean(axis=0)
    along = np.linalg.svd(points - centre, full_matrices=False)[2][0]
    run = (points - centre) @ along
    aside = (points - centre) @ np.array([-along[1], along[0]])
    length, bend = float(np.ptp(run)), float(aside.std())
    # A pen line of up to 1 mm stays within 0.3 mm of its own line; a bow leaves its chord by
    # less than a third of its length. Longer than thick, so that it points at all.
    straight = bend < 0.3 * px_per_mm
    short = float(np.hypot(*np.ptp(points, axis=0))) < _HOOK_MM * px_per_mm
    winding = not straight and float(np.ptp(aside)) > 0.35 * length
    if not 3 * bend < length or (winding and not short):
        return False
    hits, below_outline = 0, False
    for end, sign in ((run.min(), -1.0), (run.max(), 1.0)):
        # The direction in which the pen left: from the last 2 mm.
        tip = points[np.abs(run - end) < 2.0 * px_per_mm]
        start = points[np.abs(run - end) < 0.4 * px_per_mm].mean(axis=0)
        way = np.linalg.svd(tip - tip.mean(axis=0), full_matrices=False)[2][0]
        way = way * (sign if way @ along > 0 else -sign)
        gap_mm = _DASH_GAP_MM if length < _DASH_MM * px_per_mm else _LONG_DASH_GAP_MM
        steps = np.arange(0, gap_mm * px_per_mm)[:, None]
        path = np.rint(start + way * steps).astype(int)
        inside = ((path >= 0) & (path < target.shape)).all(axis=1)
        path = path[inside]
        met = np.flatnonzero(target[tuple(path.T)])
        hits += bool(met.size)
        if met.size:
            # The first half millimetre is what the ring's margin took of the piece itself.
            between = path[: met[0]]
            below_outline |= bool(hidden[tuple(between.T)].mean() > 0.5) if len(between) else True
    if short and below_outline:
        return True
    return not winding and (hits == 2 or (straight and hits > 0))

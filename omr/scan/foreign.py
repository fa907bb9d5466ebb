"""Ink outside the boxes: what explains it, and what is put before people.

Strokes that marks explain are taken away; so is ink in the free zones (seal, signature)
with some spill over their edges, the shadow of the paper's edge, punch holes, dust. What
is left is an annotation, or, over a printed name, a strike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import Rect
from omr.scan.dust import Dust
from omr.scan.explain import (
    HOLE_RIM_MM,
    RIM_MM,
    beside_missing_paper,
    displaced_print,
    free_zones,
    fringe_of_print,
    hole_outlines,
    punch_holes,
)
from omr.scan.faint import faint_strokes
from omr.scan.ink import FoundBox, InkMap
from omr.scan.marks import MarkedPage
from omr.scan.names import struck_names
from omr.scan.overprint import ink_over_print
from omr.scan.pieces import label_pieces, parts
from omr.scan.reading import Finding
from omr.scan.reference import Mask, Places, Reference, above, as_bits, grow, window
from omr.scan.settings import ReaderSettings
from omr.scan.staple_holes import staple_holes
from omr.scan.staples import staples
from omr.scan.straighten import FlatPage
from omr.scan.tears import tears

# The line of letters is so many times as long as they reach; a leg's loop is twice as long.
# Hooks and blots at its end stay smaller than a word.
_TURNS, _WORD_MM = 2.6, 4.5
# No pen's line is thinner.
_THIN_MM = 0.33
# A shadow beside an edge is at least so long.
_SHADOW_MM = 12.0
# Corners that are torn off or folded over are lost up to here.
_CORNER_MM = 35.0
# The dashes of a leg lie this far apart at most.
_DASH_GAP_MM = 3.5
# One that is longer than this lies closer, or somebody drew it beside the mark.
_DASH_MM, _LONG_DASH_GAP_MM = 4.5, 1.2
# A leg's hook beyond the outline is smaller than this.
_HOOK_MM = 3.5
# Share of ink from which a box is filled.
_FILLED = 0.4


def find_foreign(
    flat: FlatPage,
    reference: Reference,
    ink: InkMap,
    marked: MarkedPage,
    serial: str,
    settings: ReaderSettings,
) -> tuple[Finding, ...]:
    """Find annotations and struck names.

    Args:
        flat: The page laid flat.
        reference: The page as printed.
        ink: Its foreign ink.
        marked: The marks, and the strokes that they explain.
        serial: Of this ballot, as printed on it.
        settings: The reader's numbers.

    Returns:
        The findings, strikes first, then annotations from the top down.
    """
    by_mark = _marks_and_zones(reference, ink, marked, settings)
    over_names = list(struck_names(reference, ink, by_mark, settings))
    rest = ink.ink & ~by_mark
    rest &= ~_edges(flat, rest, reference, settings)
    holes = punch_holes(flat, reference)
    rims = grow(holes, HOLE_RIM_MM * reference.px_per_mm) if holes.any() else holes
    if rest.any():
        rest &= ~tears(rest, flat, reference, ink.threshold)
        rest &= ~fringe_of_print(rest, ink, reference)
        rest &= ~rims
        rest &= ~hole_outlines(rest, reference)
        rest &= ~staples(rest, ink, flat, reference)
        rest &= ~staple_holes(rest, flat, reference)
        rest &= ~displaced_print(rest, ink, reference)
    found = over_names
    over_print = ink_over_print(flat, reference, ink, serial, by_mark | rims)
    found += _beside(found, (_place(rect, reference) for rect in over_print))
    found += _beside(found, _annotations(reference, ink, rest, settings))
    told = by_mark | holes | (ink.ink & ~rest)
    faint = faint_strokes(flat, reference, ink, told, settings)
    found += _beside(found, (_place(rect, reference) for rect in faint))
    return tuple(found)


def _beside(found: list[Finding], more: Iterable[Finding]) -> list[Finding]:
    """Return further findings, less those that touch one that was found already."""
    seen = [finding.rect for finding in found if finding.rect is not None]
    return [
        finding
        for finding in more
        if not any(finding.rect and finding.rect.intersection(rect) for rect in seen)
    ]


def _marks_and_zones(
    reference: Reference, ink: InkMap, marked: MarkedPage, settings: ReaderSettings
) -> Mask:
    """Return the ink of marks within their reach, of boxes and of the free zones."""
    scale, shape = reference.px_per_mm, ink.ink.shape
    explained = np.zeros(shape, np.bool_)
    marks = np.zeros(shape, np.bool_)
    for stroke in marked.strokes:
        left, top, right, bottom = ink.bounds_px[stroke].tolist()
        marks[top:bottom, left:right] |= ink.labels[top:bottom, left:right] == stroke
    for found in ink.boxes:
        inside = window(found.found, scale, shape, reference.layout.outline_mm + 0.2)
        explained[inside] = True
        near = window(found.found, scale, shape, settings.reach_mm)
        by_mark = marks[near]
        if not by_mark.any():
            continue
        legs = by_mark & ~_writing(found, by_mark, near, ink, reference)
        explained[near] |= legs
        ring = window(found.found, scale, ink.ink.shape, reference.layout.outline_mm + 0.6)
        hidden = np.zeros(legs.shape, np.bool_)
        hidden[_within(near, ring)] = True
        explained[near] |= _leg_ends(ink.ink[near], legs, hidden, scale)
    return explained | free_zones(ink, reference, settings)


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


def _edges(flat: FlatPage, rest: Mask, reference: Reference, settings: ReaderSettings) -> Mask:
    """Return the shadows of the edges of the sheet and of what is missing of it.

    A shadow runs along an edge for a while and stays beside it; a stroke does not.
    """
    scale, (height, width) = reference.px_per_mm, rest.shape
    explained = beside_missing_paper(flat, scale)
    rim = round(RIM_MM * scale)
    explained[:rim] = explained[-rim:] = True
    explained[:, :rim] = explained[:, -rim:] = True
    reach = round(settings.edge_mm * scale)
    middle = slice(reach, height - reach), slice(reach, width - reach)
    beside = rest & ~explained
    outer = beside.copy()
    outer[middle] = False
    if not outer.any():
        return explained
    pieces = label_pieces(beside)
    stats = pieces.stats
    inner = stats[:, cv2.CC_STAT_AREA] - pieces.count(outer)
    long_ = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) > _SHADOW_MM * scale
    shadow = long_ & (inner < 0.1 * stats[:, cv2.CC_STAT_AREA])
    shadow |= _cut_corners(stats, rim, (height, width), scale)
    return explained | pieces.chosen(shadow)


def _cut_corners(
    stats: NDArray[np.int32], rim: int, shape: tuple[int, int], px_per_mm: int
) -> NDArray[np.bool_]:
    """Tell the pieces of a torn-off or dog-eared corner: they run out at both of its edges."""
    left, top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    right, bottom = left + stats[:, cv2.CC_STAT_WIDTH], top + stats[:, cv2.CC_STAT_HEIGHT]
    reach, near = round(_CORNER_MM * px_per_mm), rim + px_per_mm
    cut = np.zeros(len(stats), np.bool_)
    for at_left in (True, False):
        for at_top in (True, False):
            beside = left <= near if at_left else right >= shape[1] - near
            above = top <= near if at_top else bottom >= shape[0] - near
            within = (right <= reach if at_left else left >= shape[1] - reach) & (
                bottom <= reach if at_top else top >= shape[0] - reach
            )
            if (within & beside).any() and (within & above).any():
                cut |= within & (beside | above)
    return cut


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


def _annotations(
    reference: Reference, ink: InkMap, rest: Mask, settings: ReaderSettings
) -> Iterator[Finding]:
    """Gather unexplained ink into words and strokes, and yield those that are large enough."""
    scale = reference.px_per_mm
    # A pen line is wider than the fringe that a tenth of a millimetre of misfit leaves.
    solid = cv2.morphologyEx(as_bits(rest), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)).view(
        np.bool_
    )
    if not solid.any():
        return
    # Letters of a word lie within 2 mm of each other.
    words = label_pieces(grow(solid, 1.0 * scale))
    stats = words.stats
    strong = words.count(solid & above(ink.darkness, 1.3 * ink.threshold))
    area = words.count(solid)
    order = sorted(range(1, len(stats)), key=lambda k: (stats[k, 1], stats[k, 0]))
    dust: Dust | None = None
    for number in order:
        left, top, width, height = (int(v) for v in stats[number, :4])
        rect = Rect(left / scale, top / scale, width / scale, height / scale).grown(-1.0)
        extent_mm = float(np.hypot(rect.w, rect.h))
        area_mm2 = float(area[number]) / scale**2
        if extent_mm < settings.annotation_mm or area_mm2 < 0.3 or strong[number] < 6:
            continue
        dust = dust or Dust(rest, scale)
        if dust.is_all((slice(top, top + height), slice(left, left + width))):
            continue
        yield _place(rect, reference)


def _place(rect: Rect, reference: Reference) -> Finding:
    """Tie unexplained ink to the official whose name or row it touches."""
    extent_mm = float(np.hypot(rect.w, rect.h))
    for name in reference.layout.names:
        common = rect.intersection(name.rect)
        if common is not None and common.area > 0.3 * rect.area and rect.w > 5.0:
            return Finding("name-struck", name.contest, rect, round(extent_mm, 1), "ink over name")
    rows = [
        (common.area, row.contest)
        for row in reference.layout.rows
        if (common := rect.intersection(row.rect)) is not None
    ]
    contest = max(rows)[1] if rows else None
    return Finding("annotation", contest, rect, round(extent_mm, 1), "foreign ink")

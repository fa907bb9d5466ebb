"""Creases and hairs: foreign darkness thinner than a pen leaves it.

A crease or a fibre is a hair's breadth of shade, broken and long, and runs through boxes and
names without regard for them. Pieces that are dark or as broad as a pen's line are none of
these, whatever lies beside them.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import Rect
from omr.scan.ink.courses import course_of
from omr.scan.ink.pieces import Labels, label_pieces
from omr.scan.place.box_places import FoundBox
from omr.scan.place.reference import Grey, Mask, as_bits, grow, where, window
from omr.scan.place.straighten import RIM_MM

# A hair's breadth: narrower than the line of a pen or pencil, which is 0.3 mm and more, and
# paler than pencil that was meant to be read: half of it below, nine tenths below that, of 255.
_HAIR_MM, _HAIR_MEDIAN, _HAIR_MOST = 0.29, 100, 130
# On a fold the paper cracks and is darker.
_CRACK_MEDIAN = 160
# Pieces of one crease lie this far apart at most; lines of print hide what is between.
_GAP_MM = 6.0
# A crease that touches a box reaches this far: a mark is not so long.
_REACH_AT_BOX_MM = 18.0
# Strokes of a mark reach this far in its box, and less than that beyond it. Beside so much plain
# ink in its line thin lines are no marks. So many lines tell of a thin pen, with no more hairs
# beside the boxes than this share of theirs.
_MARK_MM, _LEGS_MM, _PLAIN_MM2 = 3.0, 6.0, 0.6
_THIN_LINES, _BESIDE = 3, 0.5
# No hand draws a line as straight and long beside an edge as the edge's shadow is; over that
# length it strays by so much on a sheet that lies a little askew on the page.
_ALONG_EDGE_MM, _ASKEW_MM = 45.0, 1.0
# The outline of a box with its margin.
_OUTLINE_MM = 0.75
# The rim of a stain is up to 1.5 mm broad; arms of a tick or a cross lie farther from one curve.
_STRAY_MM, _ALONG = 0.8, 0.95
# A thin ring around a box runs this close to it, mostly.
_RING_MM = 2.5


def worn_paper(
    dark: Mask,
    darkness: Grey,
    folded: Mask,
    boxes: tuple[FoundBox, ...],
    names: tuple[Rect, ...],
    px_per_mm: int,
) -> tuple[Mask, Mask]:
    """Return the ink pixels that are creases or hairs.

    Args:
        dark: Pixels taken for ink so far, stains apart, shape (h, w).
        darkness: Relative to the paper, 0 to 255, same shape.
        folded: Where folds cast their shadow.
        boxes: The printed squares.
        names: Where the names are: a faint line that keeps to one of them is a strike.
        px_per_mm: Resolution.

    Returns:
        What is worn paper for certain, and what is as thin and pale but might be a mark or a
        strike: it stands in a box, or keeps to one name.
    """
    worn = np.zeros(dark.shape, np.bool_)
    hairs = _hairs(dark, darkness, folded, px_per_mm)
    if not hairs.any():
        return worn, hairs
    thin_marks = _thin_marks(hairs, dark, boxes, px_per_mm)
    groups, stats = _groups(hairs, round(_GAP_MM * px_per_mm))
    reach = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) / px_per_mm
    at_box = _touching(groups, hairs, boxes, px_per_mm)
    for group in range(1, len(stats)):
        if reach[group] - 1.4 * _GAP_MM < _REACH_AT_BOX_MM and group in at_box:
            continue
        left, top, width, height = (int(v) for v in stats[group, :4])
        area = slice(top, top + height), slice(left, left + width)
        own = (groups[area] == group) & hairs[area]
        if not _keeps_to_one(own, (left, top), names, px_per_mm):
            worn[area] |= own
    worn &= ~thin_marks
    return worn, hairs & ~worn


def _thin_marks(hairs: Mask, dark: Mask, boxes: tuple[FoundBox, ...], px_per_mm: int) -> Mask:
    """Return the hairs that are crosses and ticks of a thin pen, alone in their lines.

    Creases run through a box; two strokes that meet in it and end beside it were drawn. With
    those of the lines above and below they would be chained into one long crease. A crumpled
    page has creases of all shapes, but it has them beside the boxes too.
    """
    marks = np.zeros(hairs.shape, np.bool_)
    plain = dark & ~hairs
    marked = {
        found.box.contest
        for found in boxes
        if np.count_nonzero(_inside(plain, found, px_per_mm)) > _PLAIN_MM2 * px_per_mm**2
    }
    beside = hairs.copy()
    contests: set[str] = set()
    for found in boxes:
        around = window(found.found.grown(_LEGS_MM), px_per_mm, hairs.shape)
        beside[around] = False
        inside = _inside(hairs, found, px_per_mm)
        if found.box.contest in marked or not inside.any():
            continue
        ys, xs = np.nonzero(inside)
        long_ = np.hypot(np.ptp(ys), np.ptp(xs)) > _MARK_MM * px_per_mm
        if not long_ or is_one_line(inside, px_per_mm):
            continue
        pieces = label_pieces(grow(hairs[around], _OUTLINE_MM * px_per_mm))
        edge = round((_LEGS_MM + _OUTLINE_MM) * px_per_mm)
        within = np.zeros(pieces.shape, np.bool_)
        within[edge:-edge, edge:-edge] = True
        own = pieces.chosen(pieces.count(within) > 0)
        ends = own[0].any() or own[-1].any() or own[:, 0].any() or own[:, -1].any()
        if not ends:
            marks[around] |= own & hairs[around]
            contests.add(found.box.contest)
    if len(contests) < _THIN_LINES or beside.sum() > _BESIDE * marks.sum():
        return np.zeros(hairs.shape, np.bool_)
    return marks


def _inside(mask: Mask, found: FoundBox, px_per_mm: int) -> Mask:
    return mask[window(found.found.grown(-_OUTLINE_MM), px_per_mm, mask.shape)]


def is_one_line(own: Mask, px_per_mm: int) -> bool:
    """Tell whether a trail in a box is one line: nearly all of it lies along one slight curve."""
    ys, xs = np.nonzero(own)
    places = np.column_stack([xs, ys]) / px_per_mm
    course = course_of(places)
    if course.length < 1.0:
        return True
    _, aside = course.along_curve(places)
    return float((np.abs(aside) <= _STRAY_MM).mean()) >= _ALONG


def _groups(hairs: Mask, gap_px: int) -> tuple[Labels, Labels]:
    """Number hairs that lie within a gap of each other as one.

    Returns:
        Numbers and statistics of what squares of the gap's size around all hairs make up, as
        in ``Pieces``.
    """
    at = where(hairs)
    rows, columns = np.divmod(at, hairs.shape[1])
    begins = np.flatnonzero(np.diff(at, prepend=-2) != 1)
    ends = np.append(begins[1:], len(at)) - 1
    near = np.zeros(hairs.shape, np.bool_)
    before, after = (gap_px - 1) // 2, gap_px // 2 + 1
    # Hairs are few and short: their squares are drawn run by run.
    for row, first, last in zip(
        rows[begins].tolist(), columns[begins].tolist(), columns[ends].tolist(), strict=True
    ):
        near[max(0, row - before) : row + after, max(0, first - before) : last + after] = True
    joined = label_pieces(near)
    return joined.labels, joined.stats


def _hairs(dark: Mask, darkness: Grey, folded: Mask, px_per_mm: int) -> Mask:
    """Return the pieces of ink that are pale and no broader than a hair.

    The shadow of the sheet's edge is taken by itself: with it, every stroke that runs over the
    edge would be part of one pale line as long as the sheet.
    """
    shadow = _along_edges(dark, px_per_mm)
    if shadow.any():
        shadow = _hairs_among(shadow, darkness, folded, px_per_mm)
    if not shadow.any():
        return _hairs_among(dark, darkness, folded, px_per_mm)
    return shadow | _hairs_among(dark & ~shadow, darkness, folded, px_per_mm)


def _along_edges(dark: Mask, px_per_mm: int) -> Mask:
    """Return the long lines along the edges within the rim of the page."""
    rim, long_ = round(RIM_MM * px_per_mm), round(_ALONG_EDGE_MM * px_per_mm)
    broad = round(_ASKEW_MM * px_per_mm)
    lines = np.zeros(dark.shape, np.bool_)
    for view, out in ((dark, lines), (dark.T, lines.T)):
        for strip in (slice(None, rim), slice(-rim, None)):
            own = np.ascontiguousarray(view[strip])
            if own.any():
                band = cv2.dilate(as_bits(own), np.ones((broad, 1), np.uint8))
                band = cv2.morphologyEx(band, cv2.MORPH_OPEN, np.ones((1, long_), np.uint8))
                out[strip] |= own & (band > 0)
    return lines


def _hairs_among(dark: Mask, darkness: Grey, folded: Mask, px_per_mm: int) -> Mask:
    """Return those of some pieces of ink that are pale and no broader than a hair."""
    pieces = label_pieces(dark)
    count = len(pieces.stats)
    area = np.maximum(pieces.stats[:, cv2.CC_STAT_AREA], 1)
    # All that follows is asked of the ink's pixels alone.
    number = pieces.numbers
    level, creased = darkness.ravel()[pieces.at], folded.ravel()[pieces.at]

    def mostly_below(median: int, most: int) -> NDArray[np.bool_]:
        half = np.bincount(number[level <= median], minlength=count) > 0.5 * area
        rest = np.bincount(number[level <= most], minlength=count) > 0.9 * area
        return np.asarray(half & rest, dtype=np.bool_)

    on_fold = np.bincount(number[creased], minlength=count) > 0.8 * area
    hair = mostly_below(_HAIR_MEDIAN, _HAIR_MOST)
    hair |= on_fold & mostly_below(_CRACK_MEDIAN, 255)
    hair[0] = False
    for piece, place, shape in pieces.shapes(hair):
        hair[piece] = _width_mm(shape, place, dark.shape, px_per_mm) < _HAIR_MM
    return pieces.chosen(hair)


def _framed(
    shape: Mask, area: tuple[slice, slice], page: tuple[int, ...]
) -> tuple[Grey, tuple[slice, slice]]:
    """Return a piece with paper around it, but for where the page ends, and its own window."""
    (rows, columns), (height, width) = area, page
    over, under = int(rows.start > 0), int(rows.stop < height)
    before, after = int(columns.start > 0), int(columns.stop < width)
    framed = cv2.copyMakeBorder(
        as_bits(shape), over, under, before, after, cv2.BORDER_CONSTANT, value=0
    )
    return np.asarray(framed, np.uint8), (
        slice(over, over + len(shape)),
        slice(before, before + shape.shape[1]),
    )


def _width_mm(
    shape: Mask, area: tuple[slice, slice], page: tuple[int, ...], px_per_mm: int
) -> float:
    """Return how broad a piece is, by how far its pixels are from its edge."""
    framed, own = _framed(shape, area, page)
    inner = cv2.distanceTransform(framed, cv2.DIST_L2, 3)[own]
    # The mean distance to the edge of a band is a quarter of its width.
    return 4.0 * (float(inner[shape].mean(dtype=np.float64)) - 0.5) / px_per_mm


def _touching(groups: Labels, hairs: Mask, boxes: tuple[FoundBox, ...], px_per_mm: int) -> set[int]:
    """Return the groups whose hairs reach into a box, or may be a ring around it."""
    touching: set[int] = set()
    for found in boxes:
        area = window(found.found.grown(_RING_MM), px_per_mm, groups.shape)
        touching |= set(groups[area][hairs[area]].tolist())
    return touching


def _keeps_to_one(
    own: Mask, corner: tuple[int, int], rects: tuple[Rect, ...], px_per_mm: int
) -> bool:
    """Tell whether most of a group lies within one of some rectangles."""
    ys, xs = np.nonzero(own)
    x, y = (xs + corner[0]) / px_per_mm, (ys + corner[1]) / px_per_mm
    return any(
        ((x >= r.x) & (x <= r.right) & (y >= r.y) & (y <= r.bottom)).mean() > 0.6 for r in rects
    )

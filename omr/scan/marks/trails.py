"""Traces in a box that are paler than ink, and how far they go on beyond it.

``marks`` asks whether an otherwise empty box holds a stroke too faint to count, and whether what
is faint in a box is part of something longer: a crease, the rim of a stain or a streak of the
scanner begins and ends without regard for boxes.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import Rect
from omr.scan.ink.colour_noise import YELLOWEST, colour_noise
from omr.scan.ink.courses import course_of
from omr.scan.ink.creases import is_one_line
from omr.scan.ink.ink_map import STRONG, InkMap
from omr.scan.ink.pieces import Labels, label_pieces
from omr.scan.place.box_places import FoundBox
from omr.scan.place.reference import Grey, Mask, Reference, above, grow, window, window_within
from omr.scan.place.straighten import FlatPage
from omr.scan.settings import ReaderSettings

# How far around a box a trail is followed; a crease is told from a mark by half of it.
_FOLLOWED_MM = 12.0
# The soft edge of a crease or a stain is beside its darker part, over two pixels at 150 dpi.
_EDGE_MM = 0.35
# Print hides this much of a trail that crosses a rule or an outline at a slant, on either side.
_BRIDGE_MM = 1.1
# Grain is smaller than this.
_PIECE_MM2 = 0.1
# A line goes on if it is this dark, against itself in the box, over this share of the open paper
# that lies so far beyond the box, ahead of both its ends, a little aside of its curve: a fold's
# line flakes off in places. No mark leaves its box by so much at both its ends.
_AS_DARK, _AHEAD_DARK, _AHEAD_MM, _OPEN_MM, _ASIDE_MM = 0.65, 0.6, (3.5, 6.5), 1.2, 0.5
# An empty box is lighter or darker than the paper around it, from 0.9 to 3 mm, by no more than 4.5
# of 255, on worn papers too (1,500 boxes); pencil that a person sees as shading takes 8 and more.
_SHADED, _AROUND_MM = 6.0, (0.9, 3.0)
# A faint line rises so far from the paper, of 255: ten times what grain does once it is blurred.
# It is so long, with this area; at most so much of it is known as crease, stain or fold.
_FAINTEST, _FAINT_MM, _FAINT_MM2, _WORN = 14.0, 2.6, 0.5, 0.5
_PIECES_MM = 0.8
# A single faint line is as long as a slash and no finer than this, or as a dash and as broad as a
# pencil's. A fold goes on beyond an end: more than this share of the open paper so far ahead of it
# is as dark. (Of 190 worn and plain papers one box held such a line that ends; of single pale
# strokes of pencils and pens nine in ten.)
_BANDS = ((6.0, 0.25), (4.5, 0.4))
_BAND_AHEAD_MM, _BAND_GOES_ON = (3.0, 8.0), 0.45
# The outline with its margin, and a little more: what is fainter than ink is beside print too.
_CLEAR_MM = 0.25


def very_faint(
    found: FoundBox, flat: FlatPage, ink: InkMap, reference: Reference, settings: ReaderSettings
) -> bool:
    """Tell whether a box holds a stroke too faint to count, but not to be overlooked.

    Args:
        found: The box.
        flat: The page laid flat.
        ink: Its ink.
        reference: The page as printed.
        settings: The reader's numbers.
    """
    inner = found.found.grown(-settings.print_margin_mm - _CLEAR_MM)
    area = window(inner, reference.px_per_mm, flat.darkness.shape)
    if _is_shaded(found, area, ink, reference):
        return True
    # Blurring and taking away only lighten.
    if float(ink.darkness[area].max(initial=0)) <= _least(flat, settings):
        return False
    seen = _seen(area, flat, ink, reference, settings)
    if not seen.any():
        return False
    scale = reference.px_per_mm
    seen &= ~_worn(area, ink, scale)
    seen &= ~colour_noise(seen, ink.darkness[area], flat.pixels[area], scale, YELLOWEST)
    stats = label_pieces(seen).stats[1:]
    reach = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]).max(initial=0.0)
    enough = float(seen.sum()) / scale**2 >= settings.mark_area_mm2
    return bool(reach / scale >= settings.mark_extent_mm) and enough


def faintly_drawn(
    found: FoundBox, flat: FlatPage, ink: InkMap, reference: Reference, single: bool
) -> bool:
    """Tell whether a box holds a mark so faint that hardly anything of it is ink.

    It shows by its length: all along it the paper is a little darker than beside it. One line
    alone may be a crease, unless it is broad and ends with the box.

    Args:
        found: The box.
        flat: The page laid flat.
        ink: Its ink.
        reference: The page as printed.
        single: Whether a single line may be a mark. What a scanner broke to pieces is looked at
            by these.
    """
    scale = reference.px_per_mm
    inner = found.found.grown(-reference.layout.outline_mm - _CLEAR_MM)
    area = window(inner, scale, flat.darkness.shape)
    least = max(_FAINTEST, 4 * flat.noise)
    if float(ink.darkness[area].max(initial=0)) <= least:
        return False
    drawn = _risen(ink.darkness[area], 1.0, least, scale)
    drawn &= ~colour_noise(drawn, ink.darkness[area], flat.pixels[area], scale, YELLOWEST)
    # A ring, or a cross, falls to pieces where it is faintest.
    return any(
        _is_drawn(mask[part] & drawn[part] & around, _within(area, part), flat, ink, scale, single)
        for mask in (drawn, grow(drawn, _PIECES_MM / 2 * scale))
        for pieces in (label_pieces(mask),)
        for _, part, around in pieces.shapes(np.arange(len(pieces.stats)) > 0)
    )


def _within(area: tuple[slice, slice], part: tuple[slice, slice]) -> tuple[slice, slice]:
    """Return a window of a window as one of the page."""
    rows, columns = (
        slice(whole.start + own.start, whole.start + own.stop)
        for whole, own in zip(area, part, strict=True)
    )
    return rows, columns


def _is_drawn(
    shape: Mask,
    area: tuple[slice, slice],
    flat: FlatPage,
    ink: InkMap,
    px_per_mm: int,
    single: bool,
) -> bool:
    """Tell whether a faint piece, on a window of the page, is a mark: large, and no wear."""
    size_mm2 = np.count_nonzero(shape) / px_per_mm**2
    ys, xs = np.nonzero(shape)
    reach_mm = float(np.hypot(np.ptp(ys), np.ptp(xs))) / px_per_mm
    if size_mm2 < _FAINT_MM2 or reach_mm < _FAINT_MM:
        return False
    if _is_worn(shape, area, ink):
        return False
    if not is_one_line(shape, px_per_mm):
        return True
    broad = any(reach_mm >= long and size_mm2 >= wide * reach_mm for long, wide in _BANDS)
    return single and broad and _ends(shape, area, flat, ink, px_per_mm)


def _is_worn(shape: Mask, area: tuple[slice, slice], ink: InkMap) -> bool:
    """Tell whether most of a shape, on a window of the page, is known as wear."""
    worn = ink.worn[area] | ink.stained[area] | ink.folded[area]
    return bool(np.count_nonzero(worn & shape) > _WORN * np.count_nonzero(shape))


def _ends(
    line: Mask, area: tuple[slice, slice], flat: FlatPage, ink: InkMap, px_per_mm: int
) -> bool:
    """Tell whether a line, on a window of the page, ends: nothing goes on beyond either end."""
    margin = round((_BAND_AHEAD_MM[1] + _ASIDE_MM) * px_per_mm)
    rows, columns = (
        slice(max(0, part.start - margin), min(size, part.stop + margin))
        for part, size in zip(area, ink.ink.shape, strict=True)
    )
    wide = rows, columns
    whole = np.zeros(flat.darkness[wide].shape, np.bool_)
    whole[window_within(wide, area)] = line
    level = np.asarray(cv2.GaussianBlur(flat.darkness[wide], (0, 0), 1.0), np.uint8)
    hidden = grow(ink.printed[wide], _EDGE_MM * px_per_mm)
    ahead = np.arange(*(beyond * px_per_mm for beyond in _BAND_AHEAD_MM))
    return not any(
        open_.any() and dark[open_].mean() > _BAND_GOES_ON
        for dark, open_, _ in _ahead(whole, level, hidden, ahead, px_per_mm)
    )


def _is_shaded(
    found: FoundBox, area: tuple[slice, slice], ink: InkMap, reference: Reference
) -> bool:
    """Tell a box that somebody shaded lightly with a pencil: darker than the paper around it."""
    scale = reference.px_per_mm
    level = float(ink.darkness[area].mean())
    if level <= _SHADED:
        return False
    wide = window(found.found, scale, ink.ink.shape, _AROUND_MM[1])
    near = window(found.found, scale, ink.ink.shape, _AROUND_MM[0])
    bare = ~(reference.near_print[wide] | ink.ink[wide])
    bare[window_within(wide, near)] = False
    around = float(ink.darkness[wide][bare].mean()) if bare.any() else 0.0
    return level - around > _SHADED


def trail_mm(
    found: FoundBox, flat: FlatPage, ink: InkMap, reference: Reference, settings: ReaderSettings
) -> float:
    """Return how far what is pale in a box goes on beyond it, on the side where it goes farthest.

    A cross or a tick upon a crease is none of it: only one line, straight or bent, is followed.

    Args:
        found: The box.
        flat: The page laid flat.
        ink: Its ink.
        reference: The page as printed.
        settings: The reader's numbers.
    """
    scale, rect = reference.px_per_mm, found.found
    area = window(rect.grown(_FOLLOWED_MM), scale, flat.darkness.shape)
    trail = _seen(area, flat, ink, reference, settings) | ink.worn[area] | ink.stained[area]
    # A dark stroke beside it is another's.
    strong = ink.ink[area] & ~ink.hairs[area] & above(ink.darkness[area], STRONG * ink.threshold)
    trail &= ~grow(strong, 1.0)
    printed = grow(ink.printed[area], (settings.print_margin_mm + _CLEAR_MM) * scale)
    trail &= ~printed
    joined = label_pieces(trail | (grow(trail, _BRIDGE_MM * scale) & printed))
    inner = window(rect.grown(-settings.print_margin_mm - _CLEAR_MM), scale, flat.darkness.shape)
    inside = window_within(area, inner)
    labels = joined.labels[inside]
    own = trail[inside] & ~_worn(inner, ink, scale)
    pieces = np.flatnonzero(np.bincount(labels[own]) >= _PIECE_MM2 * scale**2).tolist()
    beyond = [
        _beyond_mm(joined.stats[number], area, rect, scale)
        if is_one_line(labels == number, scale)
        else 0.0
        for number in pieces
    ]
    # Each of several pieces has to go on by itself.
    followed = min(beyond, default=0.0)
    if followed > _FOLLOWED_MM / 2 or not pieces:
        return followed
    # A fold that flaked, or a crest whose tint was taken off, leaves only scraps to follow.
    whole = np.zeros(trail.shape, np.bool_)
    whole[inside] = own
    hidden = printed | grow(strong, 0.5 * scale)
    goes_on = _goes_on(whole, flat.darkness[area], hidden, inside, scale)
    return _FOLLOWED_MM if goes_on else followed


def _goes_on(
    own: Mask, level: Grey, hidden: Mask, inside: tuple[slice, slice], px_per_mm: int
) -> bool:
    """Tell whether a line in a box goes on beyond both its ends, as dark as it is there.

    Args:
        own: The line in the box, on a window of the page.
        level: The darkness there, before any shade was taken off.
        hidden: Where print or another's stroke lies.
        inside: The inner part of the box in that window.
        px_per_mm: Resolution.
    """
    if not is_one_line(own, px_per_mm):
        return False
    first, last = (round(beyond * px_per_mm) for beyond in _AHEAD_MM)
    # A slanting line needs more of its way to leave the box so far.
    for dark, open_, (x, y) in _ahead(own, level, hidden, np.arange(2.0 * last), px_per_mm):
        beyond = _beyond_px(x, y, inside)
        counted = open_ & (beyond >= first) & (beyond < last)
        if counted.sum() < _OPEN_MM * px_per_mm or dark[counted].mean() < _AHEAD_DARK:
            return False
    return True


def _ahead(
    own: Mask, level: Grey, hidden: Mask, steps: NDArray[np.float64], px_per_mm: int
) -> Iterator[tuple[Mask, Mask, tuple[NDArray[np.int64], NDArray[np.int64]]]]:
    """Go on along a line's curve beyond either of its ends.

    Args:
        own: The line, on a window of the page.
        level: The darkness there.
        hidden: Where print or another's stroke lies.
        steps: How far beyond the end to look, in pixels.
        px_per_mm: Resolution.

    Yields:
        For each end, of every place on the window: whether it is as dark as the line, a little
        aside too; whether it is open paper; its columns and rows.
    """
    ys, xs = np.nonzero(own)
    course = course_of(np.column_stack([xs, ys]).astype(np.float64))
    near = cv2.dilate(level, np.ones((2 * round(_ASIDE_MM * px_per_mm) + 1,) * 2, np.uint8))
    least = _AS_DARK * float(np.median(level[own]))
    for end, step in zip(course.ends, (-1.0, 1.0), strict=True):
        x, y = np.rint(course.at(end + step * steps)).astype(np.int64).T
        there = (x >= 0) & (y >= 0) & (x < level.shape[1]) & (y < level.shape[0])
        x, y = x[there], y[there]
        yield near[y, x] >= least, ~hidden[y, x], (x, y)


def _beyond_px(
    x: NDArray[np.int64], y: NDArray[np.int64], inside: tuple[slice, slice]
) -> NDArray[np.int64]:
    """Return how far places lie beyond a window, at its nearest side; less than 0 within."""
    rows, columns = inside
    across = np.maximum(columns.start - x, x - columns.stop + 1)
    down = np.maximum(rows.start - y, y - rows.stop + 1)
    return np.asarray(np.maximum(across, down), dtype=np.int64)


def _beyond_mm(bounds: Labels, area: tuple[slice, slice], rect: Rect, px_per_mm: int) -> float:
    """Return how far a trail with these bounds in a window reaches beyond a box."""
    left, top, width, height = bounds[:4].tolist()
    x, y = left + area[1].start, top + area[0].start
    beyond = (
        rect.x - x / px_per_mm, rect.y - y / px_per_mm,
        (x + width) / px_per_mm - rect.right, (y + height) / px_per_mm - rect.bottom,
    )  # fmt: skip
    return float(max(0.0, *beyond))


def _worn(area: tuple[slice, slice], ink: InkMap, px_per_mm: int) -> Mask:
    """Return creases and stains in a window of the page, with their soft edges."""
    worn = ink.worn[area] | ink.stained[area]
    return grow(worn, _EDGE_MM * px_per_mm) if worn.any() else worn


def _least(flat: FlatPage, settings: ReaderSettings) -> float:
    return max(settings.faint_ink * 255, 4 * flat.noise)


def _seen(
    area: tuple[slice, slice],
    flat: FlatPage,
    ink: InkMap,
    reference: Reference,
    settings: ReaderSettings,
) -> Mask:
    """Return what stands out faintly from its own surroundings, in a window of the page."""
    return _risen(ink.darkness[area], 1.2, _least(flat, settings), reference.px_per_mm)


def _risen(darkness: Grey, blur_px: float, least: float, px_per_mm: int) -> Mask:
    """Return what rises from its surroundings by so much, once it is blurred."""
    side = 2 * px_per_mm
    near = cv2.GaussianBlur(darkness, (0, 0), blur_px)
    # What is broader than any stroke is a stain's or a shadow's edge.
    broad = cv2.morphologyEx(near, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    rise = np.asarray(cv2.subtract(near, broad), np.uint8)
    return above(rise, float(np.median(rise)) + least)

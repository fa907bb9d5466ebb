"""Trails: what is paler than ink in a box, and how far it goes on beyond it.

In come a box and the paper around it; out comes whether what is faint there is part of something
longer: a crease, the rim of a stain or a streak of the scanner begins and ends without regard for
boxes.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import Rect
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
EDGE_MM = 0.35
# Print hides this much of a trail that crosses a rule or an outline at a slant, on either side.
_BRIDGE_MM = 1.1
# Grain is smaller than this.
_PIECE_MM2 = 0.1
# A line goes on if it is this dark, against itself in the box, over this share of the open paper
# that lies so far beyond the box, ahead of both its ends, a little aside of its curve: a fold's
# line flakes off in places. No mark leaves its box by so much at both its ends.
_AS_DARK, _AHEAD_DARK, _AHEAD_MM, _OPEN_MM, ASIDE_MM = 0.65, 0.6, (3.5, 6.5), 1.2, 0.5
# The outline with its margin, and a little more: what is fainter than ink is beside print too.
CLEAR_MM = 0.25


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
    trail = seen_faintly(area, flat, ink, reference, settings) | ink.worn[area] | ink.stained[area]
    # A dark stroke beside it is another's.
    strong = ink.ink[area] & ~ink.hairs[area] & above(ink.darkness[area], STRONG * ink.threshold)
    trail &= ~grow(strong, 1.0)
    printed = grow(ink.printed[area], (settings.print_margin_mm + CLEAR_MM) * scale)
    trail &= ~printed
    joined = label_pieces(trail | (grow(trail, _BRIDGE_MM * scale) & printed))
    inner = window(rect.grown(-settings.print_margin_mm - CLEAR_MM), scale, flat.darkness.shape)
    inside = window_within(area, inner)
    labels = joined.labels[inside]
    own = trail[inside] & ~worn_at(inner, ink, scale)
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
    for dark, open_, (x, y) in dark_ahead(own, level, hidden, np.arange(2.0 * last), px_per_mm):
        beyond = _beyond_px(x, y, inside)
        counted = open_ & (beyond >= first) & (beyond < last)
        if counted.sum() < _OPEN_MM * px_per_mm or dark[counted].mean() < _AHEAD_DARK:
            return False
    return True


def dark_ahead(
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
    near = cv2.dilate(level, np.ones((2 * round(ASIDE_MM * px_per_mm) + 1,) * 2, np.uint8))
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


def worn_at(area: tuple[slice, slice], ink: InkMap, px_per_mm: int) -> Mask:
    """Return creases and stains in a window of the page, with their soft edges."""
    worn = ink.worn[area] | ink.stained[area]
    return grow(worn, EDGE_MM * px_per_mm) if worn.any() else worn


def least_faint(flat: FlatPage, settings: ReaderSettings) -> float:
    """Return by how much of 255 what is faint rises from the paper at the least."""
    return max(settings.faint_ink * 255, 4 * flat.noise)


def seen_faintly(
    area: tuple[slice, slice],
    flat: FlatPage,
    ink: InkMap,
    reference: Reference,
    settings: ReaderSettings,
) -> Mask:
    """Return what stands out faintly from its own surroundings, in a window of the page."""
    return risen(ink.darkness[area], 1.2, least_faint(flat, settings), reference.px_per_mm)


def risen(darkness: Grey, blur_px: float, least: float, px_per_mm: int) -> Mask:
    """Return what rises from its surroundings by so much, once it is blurred."""
    side = 2 * px_per_mm
    near = cv2.GaussianBlur(darkness, (0, 0), blur_px)
    # What is broader than any stroke is a stain's or a shadow's edge.
    broad = cv2.morphologyEx(near, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    rise = np.asarray(cv2.subtract(near, broad), np.uint8)
    return above(rise, float(np.median(rise)) + least)

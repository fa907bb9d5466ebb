"""Marks that are one plain figure, whatever the paper's others are: zigzag, circle, cross.

Who makes crosses and fills one box in zigzag, or who makes ticks and draws one circle, did nothing
strange; nor did who makes one cross smaller than the others, or bends its legs. In comes the ink of
one mark; out comes whether it is such a figure and nothing else. A zigzag runs in two directions
and encloses nothing: over a cross it encloses cells, and words, waves and signatures run in all
directions. A circle is as round as no letter and no digit with a tail, and nothing lies beside it.
A cross has four legs that leave one place to all sides and neither part nor turn back.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import FloatArray
from omr.scan.ink.pieces import label_pieces
from omr.scan.marks.mark_shape import pen_mm, strokes_across
from omr.scan.place.reference import Mask, as_bits, disc

# A zigzag is met so often, across or down. Of its edges so much runs in two directions, each with
# so much to either side, and it encloses no more than this. Of 18 zigzags and filled boxes of
# several hands those were 0.80 at least and 0.1 mm² at most; of 19 crosses that somebody else
# scribbled or waved over, words and signatures 0.74 at most, and all but one enclose more. Letters
# without bows lie apart, and a zigzag is in one piece.
_IN_ONE = 0.8
_TO_AND_FRO, _TWO_WAYS, _TO_EITHER_SIDE, _ENCLOSED_MM2 = 4.0, 0.77, 5, 0.12
_DIRECTIONS, _BLUR_MM = 60, 0.12
# Gaps in a line: where a circle's ends do not quite meet; where a dry pen's line has pores.
_GAP_MM, _PORE_MM = 0.45, 0.15
# What a circle has in common with an ellipse, how slender that is, how much of it is one hole and
# of the ink upon it, and how large it is, of the box's side. 6, 8, 9, D and Q have 0.89 at most in
# common, in three faces; a thin round O is a circle.
_ROUND, _STOUT, _EMPTY, _ALL, _LARGE = 0.9, 0.75, 0.4, 0.97, 0.35
# Legs of a cross leave its middle with so much room between two of them at most, and those that
# face each other are so far from one line at most, in radians. They are followed in these steps,
# the first from the pen's breadth and so much farther. Of 35 words, digits, initials and crosses
# that somebody else struck out or covered none passes; of 640 crosses, on poor scans too, 386.
_ROOM, _OUT_OF_LINE = np.radians(155.0), np.radians(60.0)
_LEGS, _FIRST_MM, _STEP_MM, _MIDDLES, _ONE = 4, 0.35, 0.12, 60, 0.95


def is_plain_figure(drawn: Mask, side_mm: float, px_per_mm: int) -> bool:
    """Tell whether a mark is one zigzag, one circle or one cross, and nothing else.

    Args:
        drawn: The ink of a mark.
        side_mm: Side of its box.
        px_per_mm: Resolution of the ink.
    """
    return (
        is_zigzag(drawn, px_per_mm)
        or is_circle(drawn, side_mm, px_per_mm)
        or is_cross(drawn, px_per_mm)
    )


def is_zigzag(drawn: Mask, px_per_mm: int) -> bool:
    """Tell one line to and fro, with nothing beneath it, from writing and from a struck mark.

    Args:
        drawn: The ink of a mark.
        px_per_mm: Its resolution.
    """
    met = max(strokes_across(drawn, px_per_mm), strokes_across(drawn.T, px_per_mm))
    areas_px = label_pieces(drawn).stats[1:, cv2.CC_STAT_AREA]
    return (
        met >= _TO_AND_FRO
        and bool(areas_px.max() >= _IN_ONE * areas_px.sum())
        and _encloses_nothing(drawn, px_per_mm)
        and _in_two_ways(drawn, px_per_mm)
    )


def _encloses_nothing(drawn: Mask, px_per_mm: int) -> bool:
    bits = as_bits(np.pad(drawn, 1))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(1 - bits, connectivity=4)
    outside_px = int(stats[labels[0, 0], cv2.CC_STAT_AREA])
    enclosed_px = bits.size - np.count_nonzero(bits) - outside_px
    return bool(enclosed_px <= _ENCLOSED_MM2 * px_per_mm**2)


def _in_two_ways(drawn: Mask, px_per_mm: int) -> bool:
    """Tell whether most edges of some ink run in two directions."""
    soft = cv2.GaussianBlur(np.pad(drawn, 4).astype(np.float32), (0, 0), _BLUR_MM * px_per_mm)
    right, down = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    turned = np.arctan2(down, right) % np.pi
    held, _ = np.histogram(turned, _DIRECTIONS, (0.0, np.pi), weights=np.hypot(right, down))
    total, ways = float(held.sum()), 0.0
    for _ in range(2):
        near = np.array([np.roll(held, k) for k in range(-_TO_EITHER_SIDE, _TO_EITHER_SIDE + 1)])
        best = int(near.sum(axis=0).argmax())
        around = np.arange(best - _TO_EITHER_SIDE, best + _TO_EITHER_SIDE + 1) % _DIRECTIONS
        ways += float(held[around].sum())
        held[around] = 0.0
    return ways >= _TWO_WAYS * total > 0.0


def is_circle(drawn: Mask, side_mm: float, px_per_mm: int) -> bool:
    """Tell one circle in a box, with nothing within or beside it.

    Args:
        drawn: The ink of a mark.
        side_mm: Side of its box.
        px_per_mm: Resolution of the ink.
    """
    edge = round(2.0 * _GAP_MM * px_per_mm)
    inked = np.pad(drawn, edge)
    closed = cv2.morphologyEx(as_bits(inked), cv2.MORPH_CLOSE, disc(_GAP_MM * px_per_mm))
    outlines, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(outlines, key=cv2.contourArea, default=None)
    if outline is None or len(outline) < 2 * edge:
        return False
    ellipse = cv2.fitEllipse(outline)
    high_px, wide_px = sorted(ellipse[1])
    if wide_px < _LARGE * side_mm * px_per_mm or high_px < _STOUT * wide_px:
        return False
    filled, true = np.zeros(closed.shape, np.uint8), np.zeros(closed.shape, np.uint8)
    cv2.drawContours(filled, [outline], -1, (1,), cv2.FILLED)
    cv2.ellipse(true, ellipse, (1,), cv2.FILLED)
    within = filled.view(np.bool_)
    holes_px = label_pieces(within & (closed == 0)).stats[1:, cv2.CC_STAT_AREA]
    return bool(
        np.count_nonzero(filled & true) >= _ROUND * np.count_nonzero(filled | true)
        and np.count_nonzero(inked & within) >= _ALL * np.count_nonzero(inked)
        and holes_px.max(initial=0) >= _EMPTY * np.count_nonzero(within)
    )


def is_cross(drawn: Mask, px_per_mm: int) -> bool:
    """Tell one cross, small or bent as it may be, from letters, digits and struck marks.

    Args:
        drawn: The ink of a mark.
        px_per_mm: Its resolution.
    """
    if not _encloses_nothing(drawn, px_per_mm):
        return False
    gap = disc(_PORE_MM * px_per_mm)
    closed = cv2.morphologyEx(as_bits(np.pad(drawn, 4)), cv2.MORPH_CLOSE, gap).view(np.bool_)
    pieces = label_pieces(closed)
    areas_px = pieces.stats[1:, cv2.CC_STAT_AREA]
    if not areas_px.size or areas_px.max() < _ONE * areas_px.sum():
        return False
    cross = pieces.labels == 1 + int(areas_px.argmax())
    pen_px = pen_mm(cross, px_per_mm) * px_per_mm
    depth = cv2.distanceTransform(as_bits(cross), cv2.DIST_L2, 5)
    deepest = np.argsort(-depth, axis=None)[:_MIDDLES]
    middles = np.column_stack(np.unravel_index(deepest, depth.shape))
    return any(_has_four_legs(cross, middle, pen_px + 1.0, px_per_mm) for middle in middles)


def _has_four_legs(cross: Mask, middle: NDArray[np.int64], first_px: float, px_per_mm: int) -> bool:
    """Tell whether four legs leave a place to all sides, and end without parting.

    Args:
        cross: One piece of ink.
        middle: Row and column of the place.
        first_px: How far from it the legs are apart.
        px_per_mm: Resolution.
    """
    legs = _met_around(cross, middle, first_px + _FIRST_MM * px_per_mm)
    if len(legs) != _LEGS or len(_met_around(cross, middle, first_px)) != _LEGS:
        return False
    room = np.diff(legs, append=legs[0] + 2.0 * np.pi)
    if room.max() > _ROOM or np.abs(legs[2:] - legs[:2] - np.pi).max() > _OUT_OF_LINE:
        return False
    farthest_px = float(np.hypot(*cross.shape))
    steps = np.arange(first_px, farthest_px, max(1.0, _STEP_MM * px_per_mm))
    met = np.array([len(_met_around(cross, middle, step_px)) for step_px in steps.tolist()])
    return bool((np.diff(met) <= 0).all())


def _met_around(ink: Mask, middle: NDArray[np.int64], radius_px: float) -> FloatArray:
    """Return in which directions a circle around a place meets lines, rising, in radians."""
    count = max(24, int(3.0 * np.pi * radius_px))
    turned = np.arange(count) * 2.0 * np.pi / count
    around = middle[:, None] + radius_px * np.array([np.sin(turned), np.cos(turned)])
    rows, columns = np.rint(around).astype(np.int64)
    there = (rows >= 0) & (columns >= 0) & (rows < ink.shape[0]) & (columns < ink.shape[1])
    on_ink = np.zeros(count, np.bool_)
    on_ink[there] = ink[rows[there], columns[there]]
    begun = np.flatnonzero(on_ink & ~np.roll(on_ink, 1))
    ended = np.flatnonzero(on_ink & ~np.roll(on_ink, -1))
    if begun.size and ended[0] < begun[0]:
        ended = np.append(ended[1:], ended[0] + count)
    return np.sort(np.pi * (begun + ended) / count % (2.0 * np.pi))

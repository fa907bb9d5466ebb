"""Traces in a box that are paler than ink, and how far they go on beyond it.

``marks`` asks whether an otherwise empty box holds a stroke too faint to count, and whether what
is faint in a box is part of something longer: a crease, the rim of a stain or a streak of the
scanner begins and ends without regard for boxes.
"""

from __future__ import annotations

import cv2
import numpy as np

from omr.geometry import Rect
from omr.scan.box_places import FoundBox
from omr.scan.ink import STRONG, InkMap
from omr.scan.pieces import Labels, label_pieces
from omr.scan.reference import Mask, Reference, above, grow, window
from omr.scan.settings import ReaderSettings
from omr.scan.straighten import FlatPage
from omr.scan.wear import is_one_line

# How far around a box a trail is followed; a crease is told from a mark by half of it.
_FOLLOWED_MM = 12.0
# The soft edge of a crease or a stain is beside its darker part, over two pixels at 150 dpi.
_EDGE_MM = 0.35
# Print hides this much of a trail that crosses a rule or an outline at a slant, on either side.
_BRIDGE_MM = 1.1
# Grain is smaller than this.
_PIECE_MM2 = 0.1
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
    # Blurring and taking away only lighten.
    if float(ink.darkness[area].max(initial=0)) <= _least(flat, settings):
        return False
    # An even shade: what goes beyond the box was taken off, so somebody shaded this box alone.
    if float(np.median(ink.darkness[area])) > _least(flat, settings):
        return True
    seen = _seen(area, flat, ink, reference, settings)
    if not seen.any():
        return False
    scale = reference.px_per_mm
    seen &= ~_worn(area, ink, scale)
    stats = label_pieces(seen).stats[1:]
    reach = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]).max(initial=0.0)
    enough = float(seen.sum()) / scale**2 >= settings.mark_area_mm2
    return bool(reach / scale >= settings.mark_extent_mm) and enough


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
    inside = (
        slice(inner[0].start - area[0].start, inner[0].stop - area[0].start),
        slice(inner[1].start - area[1].start, inner[1].stop - area[1].start),
    )
    labels = joined.labels[inside]
    counts = np.bincount(labels[trail[inside] & ~_worn(inner, ink, scale)])
    beyond = [
        _beyond_mm(joined.stats[number], area, rect, scale)
        if is_one_line(labels == number, scale)
        else 0.0
        for number in np.flatnonzero(counts >= _PIECE_MM2 * scale**2).tolist()
    ]
    # Each of several pieces has to go on by itself.
    return min(beyond, default=0.0)


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
    side = 2 * reference.px_per_mm
    near = cv2.GaussianBlur(ink.darkness[area], (0, 0), 1.2)
    # What is broader than any stroke is a stain's or a shadow's edge.
    broad = cv2.morphologyEx(near, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    dark = cv2.subtract(near, broad)
    return above(np.asarray(dark, np.uint8), float(np.median(dark)) + _least(flat, settings))

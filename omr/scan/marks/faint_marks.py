"""Marks too faint to count as ink, and not to be overlooked.

In come the boxes in which no ink was found; out comes whether one was shaded, or holds a cross, a
tick or a single line that somebody drew. What a crease or a stain leaves in a box is known by its
going on beyond it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from omr.scan.ink.colour_noise import YELLOWEST, colour_noise
from omr.scan.ink.creases import is_one_line
from omr.scan.ink.ink_map import InkMap
from omr.scan.ink.pieces import label_pieces
from omr.scan.marks.trails import (
    ASIDE_MM,
    CLEAR_MM,
    EDGE_MM,
    dark_ahead,
    least_faint,
    risen,
    seen_faintly,
    worn_at,
)
from omr.scan.place.box_places import FoundBox
from omr.scan.place.reference import Mask, Reference, grow, window, window_within
from omr.scan.place.straighten import FlatPage
from omr.scan.settings import ReaderSettings

# An empty box is lighter or darker than the paper around it, from 0.9 to 3 mm, by no more than 4.5
# of 255, on worn papers too (1,500 boxes); pencil that a person sees as shading takes 8 and more.
_SHADED, _AROUND_MM = 6.0, (0.9, 3.0)
# A faint line rises so far from the paper, of 255: ten times what grain does once it is blurred.
# It is so long, with this area; at most so much of it is known as crease, stain or fold.
_FAINTEST, _FAINT_MM, _FAINT_MM2, _WORN = 14.0, 2.6, 0.5, 0.5
# A ring falls apart where it is faintest, by so much; a single line, where the scanner lightens the
# paper, to scraps.
_PIECES_MM, _SCRAPS_MM = 0.8, 1.6
# A single faint line is as long as a slash and no finer than this, or as a dash and as broad as a
# pencil's. A fold goes on beyond an end: more than this share of the open paper so far ahead of it
# is as dark; where the line is as fine as a crease, which flakes, more than the second is. In
# 14,700 boxes without ink on 120 plain and worn papers eight lines were so long and broad, and
# seven of them went on.
_SLASHES = ((6.0, 0.17), (4.5, 0.4))
_BEYOND_MM, _GOES_ON, _FLAKES, _FINE_MM = (3.0, 8.0), 0.45, 0.2, 0.25
# Bits of fibre are so long at most, as seen: seven in boxes of fresh papers were 1.7 to 2.5 mm.
# Slashes and dashes are longer.
_FIBRE_MM = 3.2


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
    area = _clear_of_outline(found, reference, settings)
    if _is_shaded(found, area, ink, reference):
        return True
    # Blurring and taking away only lighten.
    if float(ink.darkness[area].max(initial=0)) <= least_faint(flat, settings):
        return False
    seen = seen_faintly(area, flat, ink, reference, settings)
    if not seen.any():
        return False
    scale = reference.px_per_mm
    seen &= ~worn_at(area, ink, scale)
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
    inner = found.found.grown(-reference.layout.outline_mm - CLEAR_MM)
    area = window(inner, scale, flat.darkness.shape)
    least = max(_FAINTEST, 4 * flat.noise)
    if float(ink.darkness[area].max(initial=0)) <= least:
        return False
    drawn = risen(ink.darkness[area], 1.0, least, scale)
    drawn &= ~colour_noise(drawn, ink.darkness[area], flat.pixels[area], scale, YELLOWEST)
    worn = ink.worn[area] | ink.stained[area] | ink.folded[area]

    def pieces(*apart_mm: float) -> Iterator[Mask]:
        for own in _pieces_of(drawn, apart_mm, scale):
            if _is_large(own, scale) and np.mean(worn[own]) <= _WORN:
                yield own

    if any(not is_one_line(own, scale) for own in pieces(0.0, _PIECES_MM)):
        return True
    return single and any(
        _is_slash(own, scale)
        and is_one_line(own, scale)
        and _ends(own, found, area, flat, ink, scale)
        for own in pieces(0.0, _PIECES_MM, _SCRAPS_MM)
    )


def is_bit(
    found: FoundBox,
    flat: FlatPage,
    ink: InkMap,
    reference: Reference,
    settings: ReaderSettings,
) -> bool:
    """Tell whether all that a box holds, however faint, is one line shorter than any mark's.

    Args:
        found: The box.
        flat: The page laid flat.
        ink: Its ink.
        reference: The page as printed.
        settings: The reader's numbers.
    """
    scale = reference.px_per_mm
    area = _clear_of_outline(found, reference, settings)
    seen = seen_faintly(area, flat, ink, reference, settings)
    return (
        bool(seen.any())
        and float(np.hypot(*np.ptp(np.argwhere(seen), axis=0))) <= _FIBRE_MM * scale
        and is_one_line(seen, scale)
    )


def _clear_of_outline(
    found: FoundBox, reference: Reference, settings: ReaderSettings
) -> tuple[slice, slice]:
    inner = found.found.grown(-settings.print_margin_mm - CLEAR_MM)
    return window(inner, reference.px_per_mm, reference.print_mask.shape)


def _pieces_of(drawn: Mask, apart_mm: Sequence[float], px_per_mm: int) -> Iterator[Mask]:
    """Yield what hangs together, or lies no farther apart than each of these."""
    for apart in apart_mm:
        pieces = label_pieces(grow(drawn, apart / 2 * px_per_mm) if apart else drawn)
        for number in range(1, len(pieces.stats)):
            yield drawn & (pieces.labels == number)


def _is_large(own: Mask, px_per_mm: int) -> bool:
    """Tell whether a faint piece is as large as a mark."""
    large = bool(np.count_nonzero(own) >= _FAINT_MM2 * px_per_mm**2)
    return large and _length_mm(own, px_per_mm) >= _FAINT_MM


def _is_slash(line: Mask, px_per_mm: int) -> bool:
    """Tell whether a single line is as long and as broad as a slash or a dash of a pencil."""
    length_mm = _length_mm(line, px_per_mm)
    size_mm2 = np.count_nonzero(line) / px_per_mm**2
    return any(length_mm >= long and size_mm2 >= wide * length_mm for long, wide in _SLASHES)


def _length_mm(own: Mask, px_per_mm: int) -> float:
    ys, xs = np.nonzero(own)
    return float(np.hypot(np.ptp(ys), np.ptp(xs))) / px_per_mm


def _ends(
    line: Mask,
    found: FoundBox,
    area: tuple[slice, slice],
    flat: FlatPage,
    ink: InkMap,
    px_per_mm: int,
) -> bool:
    """Tell whether a line in a box ends: nothing as dark goes on beyond either end.

    Args:
        line: It, on the window ``area`` of the page, within the box.
        found: The box.
        area: See ``line``.
        flat: The page laid flat.
        ink: Its ink.
        px_per_mm: Its resolution.
    """
    wide = window(found.found, px_per_mm, ink.ink.shape, _BEYOND_MM[1] + ASIDE_MM)
    whole = np.zeros(ink.ink[wide].shape, np.bool_)
    whole[window_within(wide, area)] = line
    level = np.asarray(cv2.GaussianBlur(flat.darkness[wide], (0, 0), 1.0), np.uint8)
    hidden = grow(ink.printed[wide], EDGE_MM * px_per_mm)
    ahead = np.arange(*(beyond * px_per_mm for beyond in _BEYOND_MM))
    fine = np.count_nonzero(line) < _FINE_MM * px_per_mm**2 * _length_mm(line, px_per_mm)
    most = _FLAKES if fine else _GOES_ON
    return not any(
        open_.any() and dark[open_].mean() > most
        for dark, open_, _ in dark_ahead(whole, level, hidden, ahead, px_per_mm)
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

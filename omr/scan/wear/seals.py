"""The body's round seal in its zone, and what of the ink beyond the zone belongs to it.

In come the zone, the flat page and its ink; out comes what is free. Whatever lies in the zone is,
but for what a pen of another colour wrote there, where a red seal shows it.
Seals are set beside its middle, so that their rim leaves it; pens begin in the zone and leave it
too. Outside the zone what lies within the circle of a seal is the seal's, a smear beside it as
well, and everything else is judged like ink anywhere.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import Rect
from omr.scan.ink.ink_map import InkMap
from omr.scan.ink.pieces import label_pieces
from omr.scan.place.reference import (
    Mask,
    Reference,
    above,
    as_bits,
    disc,
    grow,
    window,
    window_within,
)
from omr.scan.place.straighten import FlatPage
from omr.scan.settings import ReaderSettings
from omr.scan.wear.seal_colours import NOT_RED, RED, pen_in_zone, red_share, taken_at
from omr.scan.wear.seal_doubles import second_impression, set_twice
from omr.scan.wear.seal_rims import (
    Impression,
    SealView,
    best_impression,
    disc_of,
    ink_on_rim,
)

Floats = NDArray[np.float32]
Area = tuple[slice, slice]

# A scan's blur carries ink so far over the edge of the zone.
_SOFT_MM = 0.7
# Less ink than that is put before nobody.
_LEAST_MM2 = 0.3
# What is smeared is broader than any pen's line, and lies so near to the rim.
_BROAD_MM, _SMEAR_MM = 1.6, 4.0
# A seal's circle is sought in what has this share of the least darkness of ink, too, and stands out
# of the paper's grain by so many of its standard deviations.
_PALE, _GRAIN = 0.5, 4.0


def seal_zone(
    zone: Rect, flat: FlatPage, ink: InkMap, reference: Reference, settings: ReaderSettings
) -> tuple[Area, Mask]:
    """Return what is free in a seal's zone and around it.

    Args:
        zone: The zone on the page, in mm.
        flat: The page laid flat.
        ink: Its ink.
        reference: The page as printed.
        settings: The reader's numbers.

    Returns:
        The window of the page that was looked at, and what is free within it.
    """
    area = window(zone, reference.px_per_mm, ink.ink.shape, settings.seal_spill_mm)
    free = _of_seal(zone, area, flat, ink, reference)
    within = window(zone, reference.px_per_mm, ink.ink.shape)
    by_pen = pen_in_zone(within, flat, ink, reference)
    if by_pen is not None:
        free[window_within(area, within)] &= ~by_pen
    return area, free


def _of_seal(zone: Rect, area: Area, flat: FlatPage, ink: InkMap, reference: Reference) -> Mask:
    """Return the zone, and what around it belongs to its seal, in a window of the page."""
    scale, inked = reference.px_per_mm, ink.ink[area]
    free = _within(zone, area, scale, 0.0)
    if not (inked & ~free).any():
        return free
    spilled = _joined(inked, free, scale)
    free |= spilled & _within(zone, area, scale, _SOFT_MM)
    if np.count_nonzero(inked & ~free) < _LEAST_MM2 * scale**2:
        return free
    view = SealView(area, scale, inked, reference.near_print[area], flat.pixels[area])
    # Pale ink, and what fades at its edges, shows the circle where ink is but scraps of it.
    least = max(_PALE * ink.threshold, _GRAIN * flat.noise)
    inked_palely = above(flat.darkness[area], least) & flat.paper[area] & ~view.hidden
    pale = view._replace(inked=inked_palely)
    best = best_impression(zone, (view, pale))
    if best is None:
        return free | _smear(spilled & ~free, view)
    first, seen = best
    red = _is_red(first, seen)
    round_ = disc_of(first, view)
    rest = spilled & ~free & ~round_
    if np.count_nonzero(rest) >= _LEAST_MM2 * scale**2:
        seconds = (second_impression(one.inked & ~round_, first, one) for one in (view, pale))
        second = next((one for one in seconds if one and set_twice(one, first, pale)), None)
        if second is not None:
            round_ |= disc_of(second, view)
        near = grow(round_, _SMEAR_MM * scale)
        round_ |= _smear(rest & ~round_ & near, view, red=red)
    foreign = _not_red(inked & ~free & round_, view) if red else None
    return free | (round_ if foreign is None else round_ & ~foreign)


def _within(zone: Rect, area: Area, px_per_mm: int, margin_mm: float) -> Mask:
    """Return where a window lies within the zone, grown by a margin."""
    rows, columns = area
    inside = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.bool_)
    down, across = window(zone, px_per_mm, (rows.stop, columns.stop), margin_mm)
    inside[
        max(0, down.start - rows.start) : down.stop - rows.start,
        max(0, across.start - columns.start) : across.stop - columns.start,
    ] = True
    return inside


def _joined(inked: Mask, free: Mask, px_per_mm: int) -> Mask:
    """Return the ink that begins in the zone.

    Gaps of 1.5 mm are crossed: seals print brokenly, and print was cut out of them.
    """
    joined = label_pieces(grow(inked, 0.75 * px_per_mm))
    return joined.chosen(joined.count(free & inked) > 0) & inked


def _smear(rest: Mask, view: SealView, red: bool = True) -> Mask:
    """Return what is smeared: broader than a pen's line, and red where colours are seen.

    Args:
        rest: Ink that begins in the zone and is explained by nothing.
        view: The zone.
        red: Whether seals are red here; False for one that is seen to have another colour.
    """
    if not rest.any():
        return rest
    breadth = disc(_BROAD_MM / 2 * view.px_per_mm)
    broad = cv2.morphologyEx(as_bits(view.inked), cv2.MORPH_OPEN, breadth).view(np.bool_) & rest
    if red and view.pixels.ndim == 3:
        at = np.flatnonzero(broad)
        broad.ravel()[at[~(red_share(taken_at(at, view.pixels)) <= NOT_RED)]] = False
    return rest & grow(broad, _SOFT_MM * view.px_per_mm) if broad.any() else broad


def _is_red(seal: Impression, view: SealView) -> bool:
    """Tell whether the rim of a seal is red; where there are no colours it is not known to be.

    Its colour is told from all of it together, since ink of a pale seal is paler than what tells
    its colour by itself.
    """
    at = ink_on_rim(seal, view)
    if view.pixels.ndim == 2 or not at.size:
        return False
    taken = taken_at(at, view.pixels)
    return float(np.median(taken[:, 2])) < RED * float(np.median(taken.max(axis=1)))


def _not_red(inked: Mask, view: SealView) -> Mask | None:
    """Return which ink is of another colour than red beyond doubt, None where no colours are."""
    if view.pixels.ndim == 2:
        return None
    found = np.zeros(inked.shape, np.bool_)
    at = np.flatnonzero(inked)
    found.ravel()[at[red_share(taken_at(at, view.pixels)) > NOT_RED]] = True
    return found

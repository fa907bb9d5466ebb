"""The body's round seal, and what of the ink in and around its zone belongs to it.

In come the zone, the flat page and its ink; out comes what is free: ink within the circle of a
seal, in its trail and its smears, but for what a pen of another colour wrote there, where a red
seal shows it. Seals are set beside the middle of the zone, so that their rim leaves it; pens begin
in the zone and leave it too, and some write where no seal is. In the zone what is too short for a
stroke is left for a scrap of a seal; everything else is judged like ink anywhere.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import Rect
from omr.scan.ink.courses import circle_through
from omr.scan.ink.ink_map import STRONG, InkMap
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
from omr.scan.wear.seal_arcs import dry_impression, on_circle
from omr.scan.wear.seal_colours import NOT_RED, RED, has_colours, pen_in_zone, red_share, taken_at
from omr.scan.wear.seal_doubles import second_impression, set_twice
from omr.scan.wear.seal_rims import (
    SPREAD_MM,
    WITHIN_RIM_MM,
    Impression,
    SealView,
    best_impression,
    disc_of,
    ink_on_rim,
    is_lettered,
    other_impression,
    places_mm,
)
from omr.scan.wear.seal_tones import pen_upon_seal
from omr.scan.wear.seal_views import SealSight, faint_view, is_black_or_white

Float64 = NDArray[np.float64]
Area = tuple[slice, slice]

# A scan's blur carries ink so far over the edge of the zone.
_SOFT_MM = 0.7
# Less ink than that is put before nobody.
_LEAST_MM2 = 0.3
# What is smeared is broader than any pen's line, and lies so near to the rim.
_BROAD_MM, _SMEAR_MM = 1.6, 4.0
# Rubber that tilts or slides leaves its trail so far beyond the rim's spread, in the zone: in all
# 1.5 mm from the rim.
_TRAIL_MM = 0.9
# Letters of a word lie within 2 mm of each other, and what is shorter than this is left in the zone
# for a scrap of a seal. Scraps of a rim, one behind the other along a seal, spread over no more
# than this across it, as far as impressions that lie so near diverge there.
_WORD_MM, _STROKE_MM, _TOUCHING_MM, _ALONG_MM = 1.0, 4.0, 0.0, 2.0

# So many pieces are a seal's scraps, and a stretch of its rim lies on a circle of these radii, this
# true, whose middle is so near to that of the zone.
_SCRAPS = 8
_RIMS_MM, _RIM_OFF_MM, _ABOUT_MM = (11.0, 24.0), 0.5, 14.0


def seal_zone(seal: SealSight, flat: FlatPage, ink: InkMap, reference: Reference) -> Mask:
    """Return what is free in a seal's zone and around it.

    Args:
        seal: The zone.
        flat: The page laid flat.
        ink: Its ink.
        reference: The page as printed.

    Returns:
        What is free within the window of the page that was looked at.
    """
    zone, area = seal.zone, seal.area
    free = _of_seal(seal, flat, ink)
    within = window(zone, reference.px_per_mm, ink.ink.shape)
    by_pen = pen_in_zone(within, flat, ink, reference)
    if by_pen is not None:
        free[window_within(area, within)] &= ~by_pen
    elif not has_colours(flat.pixels):
        scale, hidden = reference.px_per_mm, reference.halo[area]
        view = SealView(area, scale, ink.ink[area], hidden, flat.pixels[area])
        upon = pen_upon_seal(free & view.inked & ~hidden, flat.darkness[area], zone, view)
        if upon is not None:
            free &= ~upon
    return free


def _of_seal(seal: SealSight, flat: FlatPage, ink: InkMap) -> Mask:
    """Return what belongs to the zone's seal, and where no ink is, in a window of the page."""
    zone, area, view, pale = seal.zone, seal.area, seal.view, seal.pale
    scale, inked = view.px_per_mm, view.inked
    inside = _within(zone, area, scale, 0.0)
    if np.count_nonzero(inked) < _LEAST_MM2 * scale**2:
        return inside
    spilled = _joined(inked, inside, scale)
    inside |= spilled & _within(zone, area, scale, _SOFT_MM)
    # Pale ink, and what fades at its edges, shows the circle where ink is but scraps of it.
    if seal.best is None:
        return _without_rim(zone, inside, spilled, view, flat, ink)
    first, seen = seal.best
    red = _is_red(first, seen)
    round_ = _discs(first, spilled & ~inside, (view, pale), red=red)
    rest = inked & inside & ~grow(round_, _TRAIL_MM * scale)
    if rest.any():
        round_ |= _set_again(rest, first, (view, pale))
        rest &= ~grow(round_, _TRAIL_MM * scale)
        near = grow(round_, _SMEAR_MM * scale)
        rest &= ~_smear(rest & near, view, red=red)
        # A second impression that hardly printed leaves scraps of its rim beside the first.
        scraps = rest & near & ~_written(rest, scale, _TOUCHING_MM)
        rest &= ~_along(scraps, first, view)
        if _written(rest, scale, _TOUCHING_MM).any() and is_lettered(first, seen):
            dry = dry_impression(inked & ~disc_of(first, view), first, view)
            if dry is not None:
                rest &= ~grow(disc_of(dry, view), _TRAIL_MM * scale)
    foreign = _not_red(inked & ~inside & round_, view) if red else None
    seals = inside | (round_ if foreign is None else round_ & ~foreign)
    return seals & ~_written(rest, scale)


def _without_rim(
    zone: Rect, inside: Mask, spilled: Mask, view: SealView, flat: FlatPage, ink: InkMap
) -> Mask:
    """Return what is free where no ink shows the rim of a seal: scraps of one that is too pale.

    Args:
        zone: The zone on the page, in mm.
        inside: The zone.
        spilled: The ink that begins in it.
        view: The zone with its surroundings.
        flat: The page laid flat.
        ink: Its ink.
    """
    rest = view.inked & inside
    seals = inside | _smear(spilled & ~inside, view)
    if not rest.any():
        return seals
    # Where all is scraps its letters are no more than that.
    drawn = bool(_written(rest, view.px_per_mm, _TOUCHING_MM).any())
    best = best_impression(zone, (faint_view(view, flat),), lettered=drawn)
    if best is not None:
        strong = rest & above(ink.darkness[view.area], STRONG * ink.threshold)
        rest &= ~_scraps(best[0], strong, view)
    elif is_black_or_white(flat, view.area) and _has_scraps(rest, view.px_per_mm):
        return seals & ~_off_any_rim(rest, zone, view)
    return seals & ~_written(rest, view.px_per_mm)


def _has_scraps(rest: Mask, px_per_mm: int) -> bool:
    """Tell whether a threshold left the scraps of something large: no word has so many pieces."""
    stats = label_pieces(rest).stats[1:]
    short = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    return int(np.count_nonzero(short < _STROKE_MM * px_per_mm)) >= _SCRAPS


def _off_any_rim(rest: Mask, zone: Rect, view: SealView) -> Mask:
    """Return the connected strokes among scraps that are no stretch of a seal's rim.

    Args:
        rest: Ink in the zone that no circle explains.
        zone: The zone on the page, in mm.
        view: The zone with its surroundings.
    """
    written = _written(rest, view.px_per_mm, _TOUCHING_MM)
    strokes = label_pieces(written)
    rims = {
        number: middle
        for number in range(1, len(strokes.stats))
        if (middle := _middle_of_rim(strokes.labels == number, zone, view)) is not None
    }
    off = np.ones(len(strokes.stats), np.bool_)
    off[list(rims)] = False
    found = strokes.chosen(off) & written
    broken = best_impression(zone, (view,), lettered=False)
    middles = [(broken[0].x, broken[0].y)] if broken is not None else []
    if rims:
        # The longest stretch of a rim shows best where its middle is.
        longest = max(rims, key=lambda number: int(strokes.stats[number, cv2.CC_STAT_AREA]))
        middles.append(rims[longest])
    for middle in middles:
        found &= ~on_circle(found, middle, view)
    return found


def _middle_of_rim(own: Mask, zone: Rect, view: SealView) -> tuple[float, float] | None:
    """Return the middle of the circle that a piece lies on, if a seal's rim can be that circle.

    It is large, and lies about the zone.
    """
    x, y = places_mm(own, view)
    across, down, radius = circle_through(np.column_stack([x, y]))
    off = np.abs(np.hypot(x - across, y - down) - radius)
    about = np.hypot(across - zone.centre.x, down - zone.centre.y) < _ABOUT_MM
    if _RIMS_MM[0] < radius < _RIMS_MM[1] and about and float(off.std()) < _RIM_OFF_MM:
        return across, down
    return None


def _discs(first: Impression, beyond: Mask, views: tuple[SealView, SealView], red: bool) -> Mask:
    """Return the discs of a seal and of its second impression, and its smear, around the zone.

    Args:
        first: The seal's circle.
        beyond: Ink that begins in the zone and lies outside it.
        views: The zone with its ink, and with what is paler as well.
        red: Whether the rim is red.
    """
    view, pale = views
    round_ = disc_of(first, view)
    rest = beyond & ~round_
    if np.count_nonzero(rest) < _LEAST_MM2 * view.px_per_mm**2:
        return round_
    seconds = (second_impression(one.inked & ~round_, first, one) for one in views)
    second = next((one for one in seconds if one and set_twice(one, first, pale)), None)
    if second is not None:
        round_ |= disc_of(second, view)
    near = grow(round_, _SMEAR_MM * view.px_per_mm)
    return round_ | _smear(rest & ~round_ & near, view, red=red)


def _set_again(rest: Mask, first: Impression, views: tuple[SealView, SealView]) -> Mask:
    """Return the disc of another impression of the seal that lies in its zone.

    Args:
        rest: Ink in the zone that the first impression does not explain.
        first: The seal's circle.
        views: The zone with its ink, and with what is paler as well.
    """
    round_ = np.zeros(rest.shape, np.bool_)
    if not _written(rest, views[0].px_per_mm).any():
        return round_
    for view in views:
        again = other_impression(first, view)
        if again is not None:
            round_ |= disc_of(again, view)
    return round_


def _scraps(faint: Impression, strong: Mask, view: SealView) -> Mask:
    """Return where ink is a scrap of a seal too pale for more.

    Args:
        faint: The seal's circle.
        strong: What is ink beyond doubt. What is as long as a stroke of it and lies off the rim,
            where rubber prints best, was written.
        view: The zone.
    """
    scale = view.px_per_mm
    inner = faint._replace(edge=faint.edge - SPREAD_MM - WITHIN_RIM_MM)
    on_rim = disc_of(faint, view) & ~disc_of(inner, view)
    written = _written(strong & ~on_rim, scale, _TOUCHING_MM)
    return grow(disc_of(faint, view), _TRAIL_MM * scale) & ~written


def _along(scraps: Mask, seal: Impression, view: SealView) -> Mask:
    """Return which scraps beside a seal lie one behind the other along its rim.

    What a threshold leaves of a pencil's stroke over the rim leads away from it.
    """
    words = label_pieces(grow(scraps, _WORD_MM * view.px_per_mm))
    x, y = places_mm(scraps, view)
    numbers = words.labels[scraps]
    away = np.hypot(x - seal.x, y - seal.y)
    nearest, farthest = np.full(len(words.stats), np.inf), np.zeros(len(words.stats))
    np.minimum.at(nearest, numbers, away)
    np.maximum.at(farthest, numbers, away)
    return words.chosen(farthest - nearest < _ALONG_MM) & scraps


def _written(rest: Mask, px_per_mm: int, join_mm: float = _WORD_MM) -> Mask:
    """Return which ink that no seal explains is large enough to be a stroke or a word.

    Args:
        rest: The ink.
        px_per_mm: Resolution.
        join_mm: Half the gaps that are crossed.
    """
    if not rest.any():
        return rest
    words = label_pieces(grow(rest, join_mm * px_per_mm))
    stats = words.stats
    # Growing adds its radius at either end.
    wide, high = (stats[:, k] / px_per_mm - 2 * join_mm for k in (2, 3))
    long_ = np.hypot(wide, high) >= _STROKE_MM
    long_[0] = False
    return words.chosen(long_) & rest


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

"""How much of a mark lies in two straight lines, as a cross, a tick and a slash do.

In comes the ink of one mark; out comes the share that is left beside the two bands, as broad as
the pen, that hold most of it. Letters and digits leave more of it than the hand's own crosses and
ticks, and what they do have in two lines is less than a whole mark of that hand.
"""

from __future__ import annotations

import numpy as np

from omr.geometry import FloatArray
from omr.scan.marks.mark_shape import pen_mm
from omr.scan.place.reference import Mask

# A line wavers by so much to either side of the pen's breadth.
_WAVERS_MM = 0.12
# Directions that are tried, and the steps in which a band is shifted aside.
_DIRECTIONS, _STEP_MM = 36, 0.05
# So many pixels tell as much as all of them.
_MOST_PX = 800
_LINES = 2
# A line over a mark runs in another direction than its two, by so much, and is as long as this part
# of the box's side. It passes this near to the mark's middle, in sides of the box, as the bow
# between two legs does not, and goes on for so much on both sides of both: the part of a bent leg
# ends at the other. Three such lines hold so much of the ink, or four with two over it so much:
# crosses of bent legs leave more.
_OTHER_WAY, _LONG, _NEAR, _GOES_ON = np.radians(24.0), 0.55, 0.22, 0.13
_IN_THREE, _IN_FOUR = 0.93, 0.99


def share_aside(drawn: Mask, px_per_mm: int) -> float:
    """Return the share of a mark's ink that lies aside of the two lines that hold most of it.

    The first line is the band that holds most ink, the second the one that holds most of the rest.

    Args:
        drawn: Where the mark's ink is.
        px_per_mm: Its resolution.

    Returns:
        0 where two lines hold all of it, or where there is none.
    """
    places_px = np.argwhere(drawn)
    if not len(places_px):
        return 0.0
    band_mm = pen_mm(drawn, px_per_mm) + 2.0 * _WAVERS_MM
    left_mm = places_px[:: 1 + len(places_px) // _MOST_PX] / px_per_mm
    total = len(left_mm)
    for _ in range(_LINES):
        left_mm = left_mm[~_fullest_band(left_mm, band_mm)[0]]
        if not len(left_mm):
            break
    return len(left_mm) / total


def has_line_over(drawn: Mask, side_mm: float, px_per_mm: int) -> bool:
    """Tell whether a straight line runs over a mark of one or two others.

    Args:
        drawn: Where the mark's ink is.
        side_mm: Side of its box.
        px_per_mm: Resolution.
    """
    places_px = np.argwhere(drawn)
    if not len(places_px):
        return False
    band_mm = pen_mm(drawn, px_per_mm) + 2.0 * _WAVERS_MM
    all_mm = places_px[:: 1 + len(places_px) // _MOST_PX] / px_per_mm
    lines: list[tuple[FloatArray, float]] = []
    left_mm = all_mm
    for _ in range(_LINES + 1):
        if not len(left_mm):
            return False
        within, way = _fullest_band(left_mm, band_mm)
        lines.append((left_mm[within], way))
        left_mm = left_mm[~within]
    if len(left_mm) > (1.0 - _IN_THREE) * len(all_mm):
        within, _ = _fullest_band(left_mm, band_mm)
        if np.count_nonzero(~within) > (1.0 - _IN_FOUR) * len(all_mm):
            return False
    *legs, (over_mm, way) = lines
    across, along = np.array([np.cos(way), np.sin(way)]), np.array([-np.sin(way), np.cos(way)])
    middle_mm = (all_mm.min(axis=0) + all_mm.max(axis=0)) / 2.0
    aside_mm = abs(float((over_mm.mean(axis=0) - middle_mm) @ across))
    own_mm = over_mm @ along
    if np.ptp(own_mm) < _LONG * side_mm or aside_mm > _NEAR * side_mm:
        return False
    for leg_mm, leg_way in legs:
        if abs((way - leg_way + np.pi / 2) % np.pi - np.pi / 2) < _OTHER_WAY:
            return False
        # Where it meets the leg: from its own middle along it until it is on the leg's line.
        normal = np.array([np.cos(leg_way), np.sin(leg_way)])
        off_mm = float((leg_mm.mean(axis=0) - over_mm.mean(axis=0)) @ normal)
        met_mm = float(own_mm.mean()) + off_mm / float(along @ normal)
        before, behind = own_mm < met_mm, own_mm > met_mm
        if min(_length(own_mm[before]), _length(own_mm[behind])) < _GOES_ON * side_mm:
            return False
    return True


def _length(places_mm: FloatArray) -> float:
    """Return how far places along a line reach, but for a tenth of them that may be specks."""
    if not len(places_mm):
        return 0.0
    low, high = np.percentile(places_mm, (5.0, 95.0))
    return float(high - low)


def _fullest_band(places_mm: FloatArray, band_mm: float) -> tuple[Mask, float]:
    """Return which of some places lie in the straight band that holds most, and across which way.

    The way is the angle of the normal, 0 to pi.
    """
    angles = np.arange(_DIRECTIONS) * np.pi / _DIRECTIONS
    steps = (places_mm @ np.stack([np.cos(angles), np.sin(angles)]) / _STEP_MM).astype(np.int64)
    steps -= steps.min()
    wide, broad = int(steps.max()) + 1, max(1, round(band_mm / _STEP_MM))
    counted = np.bincount(
        (steps + wide * np.arange(_DIRECTIONS)).ravel(), minlength=wide * _DIRECTIONS
    )
    summed = np.pad(
        np.cumsum(counted.reshape(_DIRECTIONS, wide), axis=1), ((0, 0), (1, broad)), "edge"
    )
    held = summed[:, broad:] - summed[:, :-broad]
    direction, first = np.unravel_index(int(held.argmax()), held.shape)
    within = steps[:, direction] - first
    inside = np.asarray((within >= 0) & (within < broad), np.bool_)
    return inside, float(angles[direction])

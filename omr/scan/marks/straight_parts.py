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
# It leaves the box by so much at one end, and comes so near to the side at the other. The others
# are this long, in sides of the box.
_OUT_MM, _TO_SIDE_MM, _LEG = 0.3, 1.5, 0.45


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


def has_line_over(drawn: Mask, side_mm: float, around_mm: float, px_per_mm: int) -> bool:
    """Tell whether a straight line runs over a mark of two others and out of its box.

    A line that stays in the box makes a star of a cross.

    Args:
        drawn: Where the mark's ink is, in the box and around it.
        side_mm: Side of its box.
        around_mm: How far around.
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
    middle_mm = (all_mm.min(axis=0) + all_mm.max(axis=0)) / 2.0
    far_mm = np.array(drawn.shape) / px_per_mm - around_mm
    # The longest may be the one over the others.
    return any(
        _leaves_box(line_mm, around_mm, far_mm)
        and _runs_over(lines[at], [*lines[:at], *lines[at + 1 :]], middle_mm, side_mm)
        for at, (line_mm, _) in enumerate(lines)
    )


def _leaves_box(line_mm: FloatArray, first_mm: float, last_mm: FloatArray) -> bool:
    """Tell whether a line leaves a box at one end and comes near to its side at the other.

    Args:
        line_mm: Places on it, shape (n, 2).
        first_mm: Where the box begins, down and across.
        last_mm: Where it ends, down and across.
    """
    span = line_mm.max(axis=0) - line_mm.min(axis=0)
    along = line_mm[:, int(span.argmax())]
    ends_mm = line_mm[[int(along.argmin()), int(along.argmax())]]
    out_mm = np.maximum(first_mm - ends_mm, ends_mm - last_mm).max(axis=1)
    return bool(out_mm.max() >= _OUT_MM and out_mm.min() >= -_TO_SIDE_MM)


def _runs_over(
    line: tuple[FloatArray, float],
    legs: list[tuple[FloatArray, float]],
    middle_mm: FloatArray,
    side_mm: float,
) -> bool:
    """Tell whether a line runs over two others.

    Args:
        line: Places on it, shape (n, 2), and the angle of its normal.
        legs: The same of the others.
        middle_mm: Middle of the mark.
        side_mm: Side of its box.
    """
    over_mm, way = line
    across, along = np.array([np.cos(way), np.sin(way)]), np.array([-np.sin(way), np.cos(way)])
    own_mm = over_mm @ along
    aside_mm = abs(float((over_mm.mean(axis=0) - middle_mm) @ across))
    if np.ptp(own_mm) < _LONG * side_mm or aside_mm > _NEAR * side_mm:
        return False
    for leg_mm, leg_way in legs:
        if abs((way - leg_way + np.pi / 2) % np.pi - np.pi / 2) < _OTHER_WAY:
            return False
        normal = np.array([np.cos(leg_way), np.sin(leg_way)])
        if np.ptp(leg_mm @ np.array([-normal[1], normal[0]])) < _LEG * side_mm:
            return False
        # Where it meets the leg: from its own middle along it until it is on the leg's line.
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

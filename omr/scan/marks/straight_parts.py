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
        left_mm = left_mm[~_fullest_band(left_mm, band_mm)]
        if not len(left_mm):
            break
    return len(left_mm) / total


def _fullest_band(places_mm: FloatArray, band_mm: float) -> Mask:
    """Return which of some places lie in the straight band that holds most of them."""
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
    return np.asarray((within >= 0) & (within < broad))

"""Pens upon a seal in a scan without colours: strokes far darker than the seal's own ink.

In come a seal's ink and the flat page; out come the strokes upon it. Red ink is a middle grey,
uneven, but of one kind all over the seal; a pen is darker, and upon the seal it is darker still.
Where a seal was set twice, its lines cross and are as dark as a pen; nothing is told there.
"""

from __future__ import annotations

import cv2
import numpy as np

from omr.geometry import Rect
from omr.scan.ink.pieces import label_pieces
from omr.scan.place.reference import Grey, Mask, above, grow
from omr.scan.wear.seal_doubles import is_double
from omr.scan.wear.seal_rims import SPREAD_MM, Impression, SealView, best_impression, places_mm

# A seal is there with this much ink.
_SEAL_MM2 = 20.0
# By so many times the distance between the palest quarter of a seal's ink and its middle, and by so
# much of 255 at the least, a pen is darker than that middle where it is darkest, and all along.
# Where ink pooled most in 84 seals, in 0.4 mm² of each, it came to 4.0 and 4.1 times in two, in
# specks, and to 3.8 in the others. Pencil may be as pale as the seal.
_DARKEST, _ALL_ALONG = (4.0, 60.0), (3.0, 45.0)
# What lies on the rim, so broad, by this share is the rim's own.
_RIM_MM, _OF_RIM = 1.5, 0.8
# A stroke reaches so far, and has so much of its darkest; its parts lie so near.
_STROKE_MM, _DARKEST_MM2, _JOIN_MM = 4.0, 0.4, 0.5


def pen_upon_seal(seal: Mask, darkness: Grey, zone: Rect, view: SealView) -> Mask | None:
    """Return strokes upon a seal that are far darker than it is.

    Args:
        seal: The seal's ink without what print may darken, shape (h, w).
        darkness: 0 paper to 255 black, shape (h, w).
        zone: The seal's zone on the page, in mm.
        view: The zone with its surroundings, shape (h, w).

    Returns:
        A mask, or None where there is no seal or no such stroke.
    """
    scale = view.px_per_mm
    if np.count_nonzero(seal) < _SEAL_MM2 * scale**2:
        return None
    pale, middle = np.percentile(darkness[seal], (25, 50))
    darkest, along = (
        middle + max(times * (middle - pale), least) for times, least in (_DARKEST, _ALL_ALONG)
    )
    dark = seal & above(darkness, along)
    peaks = dark & above(darkness, darkest)
    if np.count_nonzero(peaks) < _DARKEST_MM2 * scale**2:
        return None
    strokes = label_pieces(grow(dark, _JOIN_MM / 2 * scale))
    stats = strokes.stats
    # Growing adds its radius at either end.
    wide, high = (
        stats[:, side] / scale - _JOIN_MM for side in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT)
    )
    drawn = np.hypot(wide, high) >= _STROKE_MM
    drawn &= strokes.count(peaks) >= _DARKEST_MM2 * scale**2
    drawn[0] = False
    if not drawn.any():
        return None
    best = best_impression(zone, (view,))
    if best is not None:
        pen = strokes.chosen(drawn)
        # Letters that somebody wrote lie beside one another much as a seal's do upon themselves.
        bare = view._replace(inked=view.inked & ~pen, hidden=view.hidden | pen)
        if is_double(best[0], bare):
            return None
        # A seal that was tilted is pale but for one side of its rim.
        on_rim = strokes.count(_on_rim(dark, best[0], view))
        drawn &= on_rim < _OF_RIM * np.maximum(strokes.count(dark), 1)
    return strokes.chosen(drawn) & dark if drawn.any() else None


def _on_rim(dark: Mask, seal: Impression, view: SealView) -> Mask:
    """Return which ink lies on the rim of a seal."""
    x, y = places_mm(dark, view)
    off = np.hypot(x - seal.x, y - seal.y) - seal.edge
    found = np.zeros(dark.shape, np.bool_)
    found[dark] = (off > -_RIM_MM) & (off < SPREAD_MM)
    return found

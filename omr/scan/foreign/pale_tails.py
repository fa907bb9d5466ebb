"""Pale tails: where a signature in a dying pen leaves its zone, against faint strokes beside it.

In come the faint lines around the signature's zone; out come those that go on from what is written
within it. A flourish may leave the zone and skip on its way, and the frame hides where it crosses.
A tick, a dash or an initial beside the zone has nothing that leads to it, however pale it is.
"""

from __future__ import annotations

import cv2
import numpy as np

from omr.geometry import Rect
from omr.scan.ink.pieces import label_pieces
from omr.scan.place.reference import Grey, Mask, as_bits, grow, window

# A dying pen skips over this length; along the frame of the zone, which hides what lies within so
# much of it, and which a line may cross at a slant, a line is lost for longer.
_SKIP_MM, _FRAME_MM, _ACROSS_FRAME_MM = 3.0, 1.7, 5.0
# Written is what is darker than this, of 255: less than any stroke that is sought.
_WRITTEN = 24.0


def tails_of_signature(
    lines: Mask,
    zone: Rect,
    spill_mm: float,
    darkness: Grey,
    near_print: Mask,
    known: Mask,
    px_per_mm: int,
) -> Mask:
    """Return the faint lines that go on from what is written in a signature's zone.

    Args:
        lines: Faint lines on open paper, shape (h, w).
        zone: The signature's, in mm.
        spill_mm: How far a signature may reach beyond it.
        darkness: Relative to the paper, 0 to 255, same shape.
        near_print: Where print is, with its soft edge, same shape.
        known: Ink that is explained, the signature's own among it, same shape.
        px_per_mm: Resolution of all of these.
    """
    shape = lines.shape
    tails = np.zeros(shape, np.bool_)
    around = window(zone, px_per_mm, shape, spill_mm)
    if not lines[around].any():
        return tails
    inside = np.zeros(shape, np.bool_)
    inside[window(zone, px_per_mm, shape)] = True
    written = inside & ~near_print & (darkness > _WRITTEN)
    frame = np.zeros(shape, np.bool_)
    frame[window(zone, px_per_mm, shape, _FRAME_MM)] = True
    frame[window(zone, px_per_mm, shape, -_FRAME_MM)] = False
    inked = (written | lines | (known & ~inside))[around]
    near = grow(inked, _SKIP_MM / 2 * px_per_mm)
    near |= grow(inked, _ACROSS_FRAME_MM / 2 * px_per_mm) & frame[around]
    joined = label_pieces(near)
    # A speck of the paper is nothing written.
    own = as_bits(written[around])
    across, down = (
        cv2.morphologyEx(own, cv2.MORPH_OPEN, np.ones(side, np.uint8)).view(np.bool_)
        for side in ((1, 2), (2, 1))
    )
    tails[around] = lines[around] & joined.chosen(joined.count(across | down) > 0)
    return tails

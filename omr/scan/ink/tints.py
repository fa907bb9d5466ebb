"""Tints: broad, pale shades of the paper, taken off it so that only what rises from them is ink.

A drop that dried, the ring of a cup, the slopes of a crumple: over all of it the paper is a
little darker, in places just enough to be taken for a faint stroke. A pen's line rises from bare
paper and is narrow at its foot; the crest of a tint stands on the tint, which is broader than
any line, reaches far, and shows beside and between print as well.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from omr.geometry import Rect
from omr.scan.ink.pieces import label_pieces
from omr.scan.place.reference import Grey, Mask, as_bits, cover, shrunk, window

# Tints are measured in cells of half a millimetre; a line of up to 0.75 mm, blurred, leaves one
# of any three cells across it lighter.
_PX_PER_MM, _ACROSS = 2, 3
# A cell of which print covers more than this share tells nothing of the paper.
_PRINTED = 0.2
# So many of the nine cells of a square have to be open. A line along print may cover all six that
# print leaves open; so partly hidden squares are believed no further than the whole ones within
# this show it too, give or take a quarter.
_SHOWN, _NEAR_MM, _MORE = 4, 2.5, 1.25
# Between letters a tint is what it is on the open paper within this, if so much of it is open.
_AROUND_MM, _AROUND_SHARE = 2.0, 0.1
# Shades of less than this, of 255, make no ink; what is darker than that is no tint.
_LEAST, _MOST = 10, 105
# Shading with a pencil goes this far over the outline of a box.
_SHADED_MM = 2.5
# It reaches farther than a blot of a pen or a box that somebody shaded with a pencil.
_LONG_MM = 12.0


def tint_of_paper(
    darkness: Grey, print_mask: Mask, boxes: Sequence[Rect], px_per_mm: int
) -> Grey | None:
    """Return how dark the paper itself is at each pixel, where it is tinted.

    Args:
        darkness: Relative to the usual paper around, 0 to 255, shape (h, w).
        print_mask: Where print is, same shape.
        boxes: The printed squares, in mm: what is shaded evenly there may be a mark.
        px_per_mm: Resolution.

    Returns:
        The tint, shape (h, w), or None where there is none.
    """
    times = px_per_mm // _PX_PER_MM
    bare = ~print_mask
    open_ = cover(bare, times)
    seen = shrunk(darkness * as_bits(bare), times)
    level = cv2.divide(seen, np.maximum(open_, np.uint8(1)), scale=255.0)
    hidden = open_ < (1 - _PRINTED) * 255
    level[hidden] = 255
    square = np.ones((_ACROSS, _ACROSS), np.uint8)
    lowest = cv2.erode(level, square)
    shown = cv2.boxFilter(as_bits(~hidden), -1, (_ACROSS, _ACROSS), normalize=False)
    lowest[(lowest > _MOST) | (shown < _SHOWN)] = 0
    wide = 2 * round(_NEAR_MM * _PX_PER_MM) + 1
    near = cv2.dilate(np.where(shown == _ACROSS**2, lowest, 0), np.ones((wide, wide), np.uint8))
    lowest = cv2.min(lowest, cv2.convertScaleAbs(near, alpha=_MORE))
    under = np.asarray(cv2.dilate(lowest, square), dtype=np.uint8)
    under[under < _LEAST] = 0
    tints = label_pieces(under > 0)
    reach = np.hypot(tints.stats[:, cv2.CC_STAT_WIDTH], tints.stats[:, cv2.CC_STAT_HEIGHT])
    long_ = reach > _LONG_MM * _PX_PER_MM
    long_[0] = False
    if not long_.any():
        return None
    under[~tints.chosen(long_)] = 0
    known = cv2.dilate(as_bits(shown >= _SHOWN), square)
    hidden = known == 0
    under[hidden] = _from_around(under, as_bits(~hidden))[hidden]
    _cap_in_boxes(under, boxes)
    return np.asarray(
        cv2.resize(under, darkness.shape[::-1], interpolation=cv2.INTER_LINEAR), np.uint8
    )


def _from_around(under: Grey, known: Grey) -> Grey:
    """Return the mean tint of the open paper around each cell, 0 where there is hardly any."""
    side = 2 * round(_AROUND_MM * _PX_PER_MM) + 1
    share = cv2.blur(known * np.uint8(255), (side, side))
    mean = cv2.divide(cv2.blur(under * known, (side, side)), np.maximum(share, 1), scale=255.0)
    mean[share < _AROUND_SHARE * 255] = 0
    return np.asarray(mean, dtype=np.uint8)


def _cap_in_boxes(under: Grey, boxes: Sequence[Rect]) -> None:
    """Believe a tint in and beside a box no further than the paper around shows it, in place.

    Somebody may have shaded the box with a pencil, over its outline too.
    """
    inner = [window(box, _PX_PER_MM, under.shape, _SHADED_MM) for box in boxes]
    beyond = under.copy()
    for area in inner:
        beyond[area] = 0
    for box, area in zip(boxes, inner, strict=True):
        around = beyond[window(box, _PX_PER_MM, under.shape, _SHADED_MM + _NEAR_MM)]
        most = _MORE * float(around.max(initial=0))
        under[area] = np.minimum(under[area], min(most, 255))

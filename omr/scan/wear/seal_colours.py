"""What the colour of ink in and around a seal's zone tells, in scans that have colours.

The body's seal is red. Ink of another colour in its zone or its circle is no seal's, however much
of it lies upon the seal; and a seal without any colour came out of a copier.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import Rect
from omr.scan.ink.ink_map import InkMap
from omr.scan.ink.pieces import label_pieces
from omr.scan.place.reference import Mask, Places, Reference, grow, window
from omr.scan.place.straighten import FlatPage

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]

# Red ink takes less than this share of red light, against what it takes of another colour; blue,
# black and pencil take more than the second. Violet and brown take less, but by so much more than
# the seal's own ink usually does, and by so many times what its third quarter differs.
RED, NOT_RED, _OTHER_RED, _UNEVEN = 0.62, 0.8, 0.3, 7.0
# Where ink is so dark, of 255, its colour can be told; smoothed over a zone, from so much on.
_TOLD, _TOLD_SMOOTHED = 60, 50
# Paper lies beside a stroke and beside most of a seal's lines within this.
_BESIDE_MM = 5.0
# A seal is there with this much ink, most of it red.
_SEAL_MM2, _MOST = 20.0, 0.5
# A stroke shows so much of itself beyond the fringe of print; its parts lie so near.
_SHOWN_MM2, _JOIN_MM = 0.4, 0.75
# Of a copied seal nearly all is grey: no colour is taken by more than this share above another.
_GREY, _ALL = 0.12, 0.9


def taken_at(at: Places, pixels: Pixels) -> Floats:
    """Return what ink takes of each colour of the paper.

    Args:
        at: Where, row * w + column, shape (k,).
        pixels: The zone and its surroundings, shape (h, w, 3).

    Returns:
        The share of each colour, of 255, shape (k, 3), BGR.
    """
    paper = np.median(pixels[::16, ::16].reshape(-1, 3), axis=0).astype(np.float32)
    return np.asarray(np.clip(paper - pixels.reshape(-1, 3)[at], 0.0, None), dtype=np.float32)


def red_share(taken: Floats, told: float = _TOLD) -> Floats:
    """Return what is taken of red light against the colour most taken, shape (k,).

    Not a number where ink takes too little, of 255, for its colour to be told.
    """
    most = taken.max(axis=-1)
    share = taken[..., 2] / np.maximum(most, 1.0)
    return np.asarray(np.where(most > told, share, np.float32(np.nan)), dtype=np.float32)


def pen_in_zone(
    zone: tuple[slice, slice], flat: FlatPage, ink: InkMap, reference: Reference
) -> Mask | None:
    """Return ink in the zone of a red seal that is not red.

    Args:
        zone: The window of the page.
        flat: The page laid flat.
        ink: Its ink.
        reference: The page as printed.

    Returns:
        A mask of the window, or None where there are no colours, no red seal, or no such ink.
    """
    if flat.pixels.ndim == 2:
        return None
    scale, inked = reference.px_per_mm, ink.ink[zone]
    if np.count_nonzero(inked) < _SEAL_MM2 * scale**2:
        return None
    share = red_share(_smoothly_taken(flat.pixels[zone]), _TOLD_SMOOTHED)
    told = inked & np.isfinite(share)
    if not told.any() or float((share[told] < RED).mean()) < _MOST:
        return None
    # Beside print the colours of both are mixed.
    open_ = told & ~reference.halo[zone]
    usual, above = np.percentile(share[open_ if open_.any() else told], (50, 75))
    unlike = usual + max(_OTHER_RED, _UNEVEN * (above - usual))
    other = told & (share > NOT_RED)
    likely = open_ & (share > unlike)
    if likely.any():
        # A shade across the seal takes red light as well; against the paper beside it that is seen.
        other |= likely & (_share_beside(flat.pixels[zone], scale) > unlike)
    strokes = label_pieces(grow(other, _JOIN_MM / 2 * scale))
    shown = strokes.count(other & ~reference.halo[zone]) >= _SHOWN_MM2 * scale**2
    shown[0] = False
    return strokes.chosen(shown) & other if shown.any() else None


def _share_beside(pixels: Pixels, px_per_mm: int) -> Floats:
    """Return the share of red light taken of the paper beside each place, shape (h, w)."""
    side = round(_BESIDE_MM * px_per_mm)
    paper = cv2.morphologyEx(pixels, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    taken = cv2.subtract(cv2.blur(paper, (side, side)), cv2.blur(pixels, (3, 3)))
    return red_share(np.asarray(taken, np.float32), _TOLD_SMOOTHED)


def has_colours(pixels: Pixels) -> bool:
    """Tell whether a scan has colours; some keep its grey three times."""
    return pixels.ndim == 3 and not np.array_equal(pixels[::8, ::8, 0], pixels[::8, ::8, 2])


def is_copied_seal(zone: Rect, flat: FlatPage, ink: InkMap, reference: Reference) -> bool:
    """Tell a seal without colour, as a copier prints it, in a scan that has colours.

    Args:
        zone: The zone on the page, in mm.
        flat: The page laid flat.
        ink: Its ink.
        reference: The page as printed.
    """
    pixels = flat.pixels
    if not has_colours(pixels):
        return False
    scale = reference.px_per_mm
    area = window(zone, scale, ink.ink.shape)
    inked = ink.ink[area] & ~reference.fringe[area]
    if np.count_nonzero(inked) < _SEAL_MM2 * scale**2:
        return False
    taken = _smoothly_taken(pixels[area])[inked]
    most = taken.max(axis=1)
    told = most > _TOLD_SMOOTHED
    if told.mean() < 0.5:
        return False
    grey = (most - taken.min(axis=1))[told] < _GREY * most[told]
    return float(grey.mean()) > _ALL


def _smoothly_taken(pixels: Pixels) -> Floats:
    """Return what ink takes of each colour of the paper, shape (h, w, 3).

    Compressed pictures carry colour more coarsely than brightness.
    """
    smooth = np.asarray(cv2.blur(pixels, (3, 3)), np.uint8)
    return taken_at(np.arange(smooth.shape[0] * smooth.shape[1]), smooth).reshape(pixels.shape)

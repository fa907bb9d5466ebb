"""What a pen left in the zone of the seal, and a seal that is only a copy of one.

The body's seal is red. In a scan with colours, ink of another colour in its zone is no seal's,
however much of it lies upon the seal; and a seal without any colour came out of a copier.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import Rect
from omr.scan.ink.ink_map import InkMap
from omr.scan.ink.pieces import label_pieces
from omr.scan.place.reference import Mask, Reference, grow, window
from omr.scan.place.straighten import FlatPage

Pixels = NDArray[np.uint8]
Share = NDArray[np.float32]

# Ink that takes so much of some colour, of 255, tells its own. Red ink takes less than the first
# share of red light, against what it takes of another colour; blue, black and pencil take more
# than the second.
_TOLD, _RED, _NOT_RED = 50, 0.62, 0.8
# A seal is there with this much ink, most of it red.
_SEAL_MM2, _MOST = 20.0, 0.5
# A stroke shows so much of itself beyond the fringe of print; its parts lie so near.
_SHOWN_MM2, _JOIN_MM = 0.4, 0.75
# Of a copied seal nearly all is grey: no colour is taken by more than this share above another.
_GREY, _ALL = 0.12, 0.9


def pen_in_seal(zone: Rect, flat: FlatPage, ink: InkMap, reference: Reference) -> Mask | None:
    """Return ink in the zone of a red seal that is not red.

    Args:
        zone: The zone on the page, in mm.
        flat: The page laid flat.
        ink: Its ink.
        reference: The page as printed.

    Returns:
        A mask of the page, or None where there are no colours, no red seal, or no such ink.
    """
    if flat.pixels.ndim == 2:
        return None
    scale = reference.px_per_mm
    area = window(zone, scale, ink.ink.shape)
    inked = ink.ink[area]
    if np.count_nonzero(inked) < _SEAL_MM2 * scale**2:
        return None
    share = _red_share(flat.pixels[area])
    told = inked & np.isfinite(share)
    if not told.any() or float((share[told] < _RED).mean()) < _MOST:
        return None
    other = told & (share > _NOT_RED)
    strokes = label_pieces(grow(other, _JOIN_MM / 2 * scale))
    shown = strokes.count(other & ~reference.halo[area]) >= _SHOWN_MM2 * scale**2
    shown[0] = False
    if not shown.any():
        return None
    found = np.zeros(ink.ink.shape, np.bool_)
    found[area] = strokes.chosen(shown) & other
    return found


def is_copied_seal(zone: Rect, flat: FlatPage, ink: InkMap, reference: Reference) -> bool:
    """Tell a seal without colour, as a copier prints it, in a scan that has colours.

    Args:
        zone: The zone on the page, in mm.
        flat: The page laid flat.
        ink: Its ink.
        reference: The page as printed.
    """
    pixels = flat.pixels
    if pixels.ndim == 2 or np.array_equal(pixels[::8, ::8, 0], pixels[::8, ::8, 2]):
        return False
    scale = reference.px_per_mm
    area = window(zone, scale, ink.ink.shape)
    inked = ink.ink[area] & ~reference.fringe[area]
    if np.count_nonzero(inked) < _SEAL_MM2 * scale**2:
        return False
    taken = _taken(pixels[area])[inked]
    most = taken.max(axis=1)
    told = most > _TOLD
    if told.mean() < 0.5:
        return False
    grey = (most - taken.min(axis=1))[told] < _GREY * most[told]
    return float(grey.mean()) > _ALL


def _taken(pixels: Pixels) -> Share:
    """Return what ink takes of each colour of the paper, shape (h, w, 3)."""
    paper = np.median(pixels[::8, ::8].reshape(-1, 3), axis=0).astype(np.float32)
    # Compressed pictures carry colour more coarsely than brightness.
    smooth = cv2.blur(pixels, (3, 3)).astype(np.float32)
    return np.asarray(np.clip(paper - smooth, 0.0, None), dtype=np.float32)


def _red_share(pixels: Pixels) -> Share:
    """Return what is taken of red light against the colour most taken; nan where little is."""
    taken = _taken(pixels)
    most = taken.max(axis=2)
    share = taken[..., 2] / np.maximum(most, 1.0)
    return np.asarray(np.where(most > _TOLD, share, np.float32(np.nan)), dtype=np.float32)

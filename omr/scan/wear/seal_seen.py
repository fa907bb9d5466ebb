"""Whether a ballot bears the body's seal, as far as its page shows it.

In come the flat page and its ink; out comes what is seen in the seal's zone: a seal, nothing, or
something that may be one. Nothing is only said of paper on which even the faintest rim and the
faintest red are missing, since a board is told that this ballot lacks what all others have.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.scan.ink.ink_map import InkMap
from omr.scan.place.reference import Mask, Reference, above, grow, window
from omr.scan.place.straighten import FlatPage
from omr.scan.reading import SealState
from omr.scan.wear.seal_colours import has_colours
from omr.scan.wear.seal_rims import best_impression, is_bare
from omr.scan.wear.seal_views import SealSight, faint_view, is_black_or_white
from omr.stages import stage

# Of 90 sheets without a seal none had more than 0.3 mm2 of ink in the zone; of 60 with one none had
# less than 3.9 mm2, but for one of two levels that kept nothing of it.
_INK_MM2 = 2.0
# In colour, faint red covered 5 mm2 of them at most (a shade on a photograph), and with a seal at
# least 117 mm2. It is told by so much of 255, over the mean of so many pixels, so far from print.
_RED_MM2, _REDDER, _MEAN_PX, _OFF_PRINT_MM = 20.0, 8.0, (7, 7), 0.5
# A threshold may leave but specks of a pale seal, which dust is like: with so much black in its
# zone, in a scan of two levels, it is not said that there is none.
_SPECKS_MM2, _SPECK = 0.05, 30
# With less of the zone on paper nothing is said of it.
_ON_PAPER = 0.95


@stage("foreign")
def seal_seen(
    seal: SealSight | None, flat: FlatPage, reference: Reference, ink: InkMap
) -> SealState | None:
    """Tell whether the seal is on a page.

    Args:
        seal: Its zone; None where the page has none.
        flat: The page laid flat.
        reference: The page as printed.
        ink: Its foreign ink.

    Returns:
        What is seen in the zone, or None on a page that has none.
    """
    if seal is None:
        return None
    zone, best = seal.zone, seal.best
    two_levels = flat.pixels.ndim == 2 and is_black_or_white(flat, seal.area)
    if best is not None:
        if not is_bare(*best):
            return "stamped"
        # A threshold may have taken its letters.
        return "unclear" if two_levels else "bare"
    if best_impression(zone, (faint_view(seal.view, flat),), lettered=False) is not None:
        return "stamped"
    within = window(zone, reference.px_per_mm, ink.ink.shape)
    open_ = ~grow(reference.near_print[within], _OFF_PRINT_MM * reference.px_per_mm)
    redder = _is_redder(flat, within) & open_
    specks = above(flat.darkness[within], _SPECK) & open_
    inked_mm2, red_mm2, specks_mm2 = (
        np.count_nonzero(mask) / reference.px_per_mm**2
        for mask in (ink.ink[within], redder, specks)
    )
    speckled = two_levels and specks_mm2 > _SPECKS_MM2
    on_paper = float(flat.paper[within].mean()) >= _ON_PAPER
    if inked_mm2 > _INK_MM2 or red_mm2 > _RED_MM2 or speckled or not on_paper:
        return "unclear"
    return "absent"


def _is_redder(flat: FlatPage, within: tuple[slice, slice]) -> Mask:
    """Return where a window is redder than the page's paper usually is.

    What ink takes of each colour tells its colour, but of ink far darker than this.
    """
    if not has_colours(flat.pixels):
        return np.zeros(flat.darkness[within].shape, np.bool_)
    usual = float(np.median(_redness(flat.pixels[::4, ::4])))
    smooth = np.asarray(cv2.blur(flat.pixels[within], _MEAN_PX), np.uint8)
    return np.asarray(_redness(smooth) > usual + _REDDER, np.bool_)


def _redness(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return by how much red outshines the other colours, of 255, shape (h, w)."""
    blue, green, red = (pixels[..., band].astype(np.float32) for band in range(3))
    return np.asarray(red - 0.5 * (blue + green), np.float32)

"""The seal's zone with its surroundings, as ink shows it and as what is paler than ink does.

In come the flat page and its ink; out come views in which the circle of a seal is sought, from
plain ink to the faintest that can be told from paper.
"""

from __future__ import annotations

import cv2
import numpy as np

from omr.scan.ink.ink_map import InkMap
from omr.scan.place.reference import Reference, above, grow
from omr.scan.place.straighten import FlatPage
from omr.scan.wear.seal_rims import SealView

# A seal's circle is sought in what has this share of the least darkness of ink, too, and stands out
# of the paper's grain by so many of its standard deviations.
_PALE, _GRAIN = 0.5, 4.0
# Paler yet, it is sought in the mean of so many pixels, by so much of 255 darker than paper at the
# least, and so far from print, whose edges are soft.
_MEAN_PX, _DARKER, _SOFT_PRINT_MM = (5, 5), 3.0, 0.5


def inked_view(
    area: tuple[slice, slice], flat: FlatPage, ink: InkMap, reference: Reference
) -> SealView:
    """Return a window of the page around the zone with its ink."""
    hidden = reference.near_print[area]
    return SealView(area, reference.px_per_mm, ink.ink[area], hidden, flat.pixels[area])


def pale_view(view: SealView, flat: FlatPage, ink: InkMap) -> SealView:
    """Return it with what is paler than ink, but stands out of the paper's grain by itself."""
    least = max(_PALE * ink.threshold, _GRAIN * flat.noise)
    inked = above(flat.darkness[view.area], least) & flat.paper[view.area] & ~view.hidden
    return view._replace(inked=inked)


def faint_view(view: SealView, flat: FlatPage) -> SealView:
    """Return it with what is darker than its paper by the least that can be told.

    Of a seal that a scan left but scraps of, the rim shows in the mean of some pixels.
    """
    open_ = flat.paper[view.area] & ~grow(view.hidden, _SOFT_PRINT_MM * view.px_per_mm)
    smooth = np.asarray(cv2.blur(flat.darkness[view.area], _MEAN_PX), np.float32)
    paper = smooth[open_]
    usual = float(np.median(paper)) if paper.size else 0.0
    # From the median of what differs to a standard deviation.
    grain = 1.48 * float(np.median(np.abs(paper - usual))) if paper.size else 0.0
    return view._replace(inked=(smooth > usual + max(_GRAIN * grain, _DARKER)) & open_)

"""The seal's zone with its surroundings, as ink shows it and as what is paler than ink does.

In come the flat page and its ink; out come views in which the circle of a seal is sought, from
plain ink to the faintest that can be told from paper, and the circle that is seen best.
"""

from __future__ import annotations

from functools import cached_property

import cv2
import numpy as np

from omr.geometry import Rect
from omr.scan.ink.ink_map import InkMap
from omr.scan.place.reference import Reference, above, grow, window
from omr.scan.place.straighten import FlatPage
from omr.scan.settings import ReaderSettings
from omr.scan.wear.seal_rims import Impression, SealView, best_impression

# A seal's circle is sought in what has this share of the least darkness of ink, too, and stands out
# of the paper's grain by so many of its standard deviations.
_PALE, _GRAIN = 0.5, 4.0
# Paler yet, it is sought in the mean of so many pixels, by so much of 255 darker than paper at the
# least, and so far from print, whose edges are soft.
_MEAN_PX, _DARKER, _SOFT_PRINT_MM = (5, 5), 3.0, 0.5

# A scan of two levels has fewer places of these tones than this share of its black ones.
_BETWEEN, _FEW_BETWEEN = (60, 150), 0.5


class SealSight:
    """The seal's zone of one page; what several stages look for in it is looked for once.

    Attributes:
        zone: On the page, in mm.
        area: The window of the page that holds the zone and its surroundings.
        view: That window with its ink.
        pale: The same with what is paler than ink, but stands out of the paper's grain by itself.
    """

    def __init__(
        self,
        zone: Rect,
        flat: FlatPage,
        reference: Reference,
        ink: InkMap,
        settings: ReaderSettings,
    ) -> None:
        scale = reference.px_per_mm
        area = window(zone, scale, ink.ink.shape, settings.seal_spill_mm)
        hidden = reference.near_print[area]
        least = max(_PALE * ink.threshold, _GRAIN * flat.noise)
        palely = above(flat.darkness[area], least) & flat.paper[area] & ~hidden
        self.zone, self.area = zone, area
        self.view = SealView(area, scale, ink.ink[area], hidden, flat.pixels[area])
        self.pale = self.view._replace(inked=palely)

    @cached_property
    def best(self) -> tuple[Impression, SealView] | None:
        """The circle of a seal and the view in which it is seen best, if there is one."""
        return best_impression(self.zone, (self.view, self.pale))


def sight_of_seal(
    flat: FlatPage, reference: Reference, ink: InkMap, settings: ReaderSettings
) -> SealSight | None:
    """Return the seal's zone of a page, None on a page without one."""
    for zone in reference.layout.zones:
        if zone.kind == "seal":
            return SealSight(zone.rect, flat, reference, ink, settings)
    return None


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


def is_black_or_white(flat: FlatPage, area: tuple[slice, slice]) -> bool:
    """Tell a scan of two levels, of which laying the page flat leaves but a few tones between."""
    darkness = flat.darkness[area]
    between = int(np.count_nonzero((darkness > _BETWEEN[0]) & (darkness < _BETWEEN[1])))
    black = int(np.count_nonzero(darkness >= _BETWEEN[1]))
    return between < _FEW_BETWEEN * black

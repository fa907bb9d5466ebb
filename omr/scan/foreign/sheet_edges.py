"""The edges of the sheet on the flat page: their shadows, and corners that were torn or folded.

What runs along an edge, or cuts off a corner, belongs to the edge, unless a pen drew it; and what
the margins of the sheet show beyond the page may be known from the page itself.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.scan.foreign.explain import beside_missing_paper
from omr.scan.foreign.margins import MarginStroke, Paper, is_drawn
from omr.scan.ink.ink_map import InkMap
from omr.scan.ink.pieces import label_pieces
from omr.scan.place.reference import Mask, Reference, grow, window
from omr.scan.place.straighten import RIM_MM, FlatPage
from omr.scan.settings import ReaderSettings

# A shadow beside an edge is at least so long.
_SHADOW_MM = 12.0
# The lines of a fold that cracked lie within this of it.
_FOLD_MM = 2.2
# Corners that are torn off or folded over are lost up to here.
_CORNER_MM = 35.0


def edges_of_sheet(
    flat: FlatPage, rest: Mask, reference: Reference, settings: ReaderSettings
) -> Mask:
    """Return the shadows of the edges of the sheet and of what is missing of it.

    A shadow runs along an edge for a while and stays beside it; or it crosses a corner. It has
    paper on one side only, or fades away, as a pen's line does not.

    Args:
        flat: The page laid flat.
        rest: Ink that nothing has explained so far, shape (h, w).
        reference: The page as printed.
        settings: The reader's numbers.
    """
    scale, (height, width) = reference.px_per_mm, rest.shape
    missing = beside_missing_paper(flat, scale)
    explained = missing.copy()
    rim = round(RIM_MM * scale)
    explained[:rim] = explained[-rim:] = True
    explained[:, :rim] = explained[:, -rim:] = True
    reach = round(settings.edge_mm * scale)
    middle = slice(reach, height - reach), slice(reach, width - reach)
    beside = rest & ~explained
    outer = beside.copy()
    outer[middle] = False
    if not outer.any():
        return explained
    pieces = label_pieces(beside)
    stats = pieces.stats
    inner = stats[:, cv2.CC_STAT_AREA] - pieces.count(outer)
    long_ = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) > _SHADOW_MM * scale
    shadow = long_ & (inner < 0.1 * stats[:, cv2.CC_STAT_AREA])
    shadow |= _cut_corners(stats, rim, (height, width), scale)
    shadow[0] = False
    if shadow.any():
        paper = Paper(flat.pixels, flat.darkness, flat.paper & ~missing, scale)
        for number, area, shape in pieces.shapes(shadow):
            shadow[number] = not is_drawn(paper, area, shape)
    return explained | pieces.chosen(shadow)


def _cut_corners(
    stats: NDArray[np.int32], rim: int, shape: tuple[int, int], px_per_mm: int
) -> NDArray[np.bool_]:
    """Tell the pieces of a torn-off or dog-eared corner: they run out at both of its edges."""
    left, top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    right, bottom = left + stats[:, cv2.CC_STAT_WIDTH], top + stats[:, cv2.CC_STAT_HEIGHT]
    reach, near = round(_CORNER_MM * px_per_mm), rim + px_per_mm
    cut = np.zeros(len(stats), np.bool_)
    for at_left in (True, False):
        for at_top in (True, False):
            beside = left <= near if at_left else right >= shape[1] - near
            above = top <= near if at_top else bottom >= shape[0] - near
            within = (right <= reach if at_left else left >= shape[1] - reach) & (
                bottom <= reach if at_top else top >= shape[0] - reach
            )
            if (within & beside).any() and (within & above).any():
                cut |= within & (beside | above)
    return cut


def lies_on_known(stroke: MarginStroke, known: Mask, ink: InkMap, reference: Reference) -> bool:
    """Tell whether a stroke in the margin lies on a fold, or is explained on the flat page.

    Args:
        stroke: The stroke.
        known: What is explained of the page, shape (h, w).
        ink: The page's ink.
        reference: The page as printed.
    """
    width, height = reference.layout.width, reference.layout.height
    if any(fold.holds(stroke.at_mm, _FOLD_MM, width, height) for fold in ink.folds):
        return True
    scale = reference.px_per_mm
    x, y = (stroke.at_mm * scale).astype(int).T
    inside = (x >= 0) & (y >= 0) & (x < known.shape[1]) & (y < known.shape[0])
    if not inside.any():
        return False
    near = window(stroke.rect, scale, known.shape, 1.0)
    there = grow(known[near], 0.3 * scale)[y[inside] - near[0].start, x[inside] - near[1].start]
    return bool(there.mean() > 0.5)

"""Views of a page with one of its edges above, for what comes in over the edge.

Sides are numbered 0 left, 1 top, 2 right, 3 bottom.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from omr.ballot.model import PageLayout
from omr.geometry import Rect


def turned(picture: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Turn a picture, shape (h, w) or (h, w, n), so that a side is above; twice turns it back."""
    if side in (2, 3):
        picture = picture[::-1, ::-1]
    return picture.swapaxes(0, 1) if side in (0, 2) else picture


def depth_mm(rect: Rect, side: int, layout: PageLayout) -> float:
    """Return how far in from an edge of the page a place reaches."""
    return (rect.right, rect.bottom, layout.width - rect.x, layout.height - rect.y)[side]


def across_mm(rect: Rect, side: int, layout: PageLayout) -> float:
    """Return where the middle of a place lies from left to right in the turned page."""
    centre = rect.centre
    return (centre.y, centre.x, layout.height - centre.y, layout.width - centre.x)[side]

"""Registration marks by their outline alone, where what is inside them can no longer be read.

Hard compression, pale toner and copies of copies blot out the modules of a mark and leave its dark
square. A code that was read says where each mark must be; a square of its size there is the mark.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.ballot.model import PageLayout
from omr.geometry import FloatArray, transform
from omr.scan.place.fiducials import crop_around

Grey = NDArray[np.uint8]

# A mark's sides agree with the guess and with each other within this share; blotted or eaten
# modules leave so much of its hull within its outline.
_SIZE, _FULL = 0.16, 0.86
# Of a mark's side, gaps in its border to be closed, and the window in which corners are refined.
_GAP, _CORNER = 0.12, 0.1
# Darkness of the square against paper, of 255.
_CONTRAST = 35.0


def squares_near(
    grey: Grey,
    guess: FloatArray,
    layout: PageLayout,
    reach_mm: float,
    known: frozenset[int] = frozenset(),
) -> dict[int, FloatArray]:
    """Look for the square of each mark that is not known yet, within reach of its guessed place.

    Args:
        grey: The picture, shape (h, w).
        guess: From page millimetres to its pixels, shape (3, 3), true to a few degrees.
        layout: The page.
        reach_mm: How far from its guessed place a mark is looked for.
        known: Marks that need not be looked for.

    Returns:
        The corners of each square found in pixels, shape (4, 2), in the order of ``Rect.corners``.
    """
    found: dict[int, FloatArray] = {}
    for fiducial in layout.fiducials:
        if fiducial.id in known:
            continue
        corners = transform(guess, fiducial.rect.corners())
        crop, start = crop_around(fiducial.rect, reach_mm, guess, grey)
        side = float(np.linalg.norm(corners[1] - corners[0]))
        if min(crop.shape) < 1.5 * side:
            continue
        origin = np.array(start, dtype=np.float64)
        square = _square(crop, corners - origin, side)
        if square is not None:
            found[fiducial.id] = square + origin
    return found


def _square(crop: Grey, expected: FloatArray, side: float) -> FloatArray | None:
    """Return the corners of the square of this side that lies nearest to where it is expected."""
    smooth = cv2.GaussianBlur(crop, (0, 0), max(side / 40, 0.7))
    level, dark = cv2.threshold(smooth, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    if float(np.percentile(smooth, 75)) - level < _CONTRAST:
        return None
    gap = max(3, round(_GAP * side))
    closed = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8))
    outlines, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    middle = expected.mean(axis=0)
    best: tuple[float, FloatArray] | None = None
    for outline in outlines:
        box = cv2.minAreaRect(outline)
        if any(abs(length / side - 1) > _SIZE for length in box[1]):
            continue
        if cv2.contourArea(cv2.convexHull(outline)) < _FULL * box[1][0] * box[1][1]:
            continue
        corners = np.asarray(cv2.boxPoints(box), dtype=np.float64)
        if (corners < 0).any() or (corners > np.array(crop.shape[::-1]) - 1).any():
            continue  # an edge of the picture cuts it: where its corners lay is not seen
        away = float(np.hypot(*(np.array(box[0]) - middle)))
        if best is None or away < best[0]:
            best = away, corners
    if best is None:
        return None
    ordered = _in_order(best[1], expected)
    window = max(2, round(_CORNER * side))
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 20, 0.05)
    rough = np.ascontiguousarray(ordered, dtype=np.float32).reshape(4, 1, 2)
    fine = cv2.cornerSubPix(smooth, rough, (window, window), (-1, -1), stop)
    return np.asarray(fine.reshape(4, 2), dtype=np.float64)


def _in_order(corners: FloatArray, expected: FloatArray) -> FloatArray:
    """Return corners in the order of those expected, wherever the square lies."""
    moved = corners - corners.mean(axis=0)
    wanted = expected - expected.mean(axis=0)
    away = np.linalg.norm(wanted[:, None] - moved[None], axis=2)
    return np.asarray(corners[away.argmin(axis=1)], dtype=np.float64)

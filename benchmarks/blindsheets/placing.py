"""Where a printer put the design on its sheet, from the corner marks that it printed.

Printers shrink, shift and turn a page; a voter writes where the boxes really are.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from blindsheets.ink import Pixels
from blindsheets.trace import Float
from omr.ballot.model import PageLayout

# Corner marks are found on a smaller picture, and their corners on the full one.
_FIND_PX_PER_MM = 5.0
# How far from its place in the design the middle of a mark is looked for, with its own half: at
# 94 % a corner of an A4 page lies 8 mm further in, and prints lie some millimetres off.
_NEAR_MM = 18.0
AS_DESIGNED: Float = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


def place_of_print(printed: Pixels, page: PageLayout, px_per_mm: float) -> Float:
    """Return the map from the design to the sheet, shape (2, 3), mm to mm.

    Args:
        printed: Shape (h, w, 3) or (h, w).
        px_per_mm: Of the print.

    Returns:
        The affine map that fits the corners of the marks best; the design's own place where
        fewer than three marks are found.
    """
    grey = printed if printed.ndim == 2 else printed[:, :, 1]
    here: list[tuple[float, float]] = []
    there: list[list[float]] = []
    for mark in page.fiducials:
        rect = mark.rect
        found = _corners(grey, mark.id, rect.centre.x, rect.centre.y, px_per_mm)
        if found is not None:
            here += [(rect.x, rect.y), (rect.right, rect.y), (rect.right, rect.bottom),
                     (rect.x, rect.bottom)]  # fmt: skip
            there += found.tolist()
    if len(here) < 12:  # three marks of four corners
        return AS_DESIGNED.copy()
    design = np.column_stack([np.array(here), np.ones(len(here))])
    fit, *_ = np.linalg.lstsq(design, np.array(there), rcond=None)
    return np.asarray(fit.T, dtype=np.float64)


def _corners(grey: Pixels, number: int, x_mm: float, y_mm: float, px_per_mm: float) -> Float | None:
    """Find one mark near its place in the design; returns its corners in mm, shape (4, 2)."""
    left, top = (max(0, round((v - _NEAR_MM) * px_per_mm)) for v in (x_mm, y_mm))
    side = round(2 * _NEAR_MM * px_per_mm)
    part = grey[top : top + side, left : left + side]
    share = _FIND_PX_PER_MM / px_per_mm
    small = cv2.resize(part, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    corners, ids, _ = _detector().detectMarkers(small)
    if ids is None or number not in np.ravel(ids):
        return None
    found = corners[int(np.flatnonzero(np.ravel(ids) == number)[0])]
    spot = np.ascontiguousarray(found.reshape(-1, 1, 2), dtype=np.float32) / np.float32(share)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 15, 0.02)
    part = np.ascontiguousarray(part)
    fine = cv2.cornerSubPix(part, spot, (7, 7), (-1, -1), stop).reshape(-1, 2)
    corner = np.array([left, top], dtype=np.float64)
    return np.asarray((fine + corner) / px_per_mm, dtype=np.float64)


@lru_cache(maxsize=1)
def _detector() -> cv2.aruco.ArucoDetector:
    return cv2.aruco.ArucoDetector(
        cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50), cv2.aruco.DetectorParameters()
    )

"""Where a printer put the design on its sheet, from the corner marks that it printed.

Printers shrink, shift and turn a page; a voter writes where the boxes really are.
"""

from __future__ import annotations

import cv2
import numpy as np

from blindsheets.ink import Pixels
from blindsheets.trace import Float
from omr.ballot.model import PageLayout

# Corner marks are found on a smaller picture, and their corners on the full one.
_FIND_PX_PER_MM = 5.0
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
    share = _FIND_PX_PER_MM / px_per_mm
    small = cv2.resize(grey, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    detector = cv2.aruco.ArucoDetector(
        cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50), cv2.aruco.DetectorParameters()
    )
    corners, ids, _ = detector.detectMarkers(small)
    if ids is None:
        return AS_DESIGNED.copy()
    marks = {mark.id: mark.rect for mark in page.fiducials}
    here, there = [], []
    for found, number in zip(corners, np.ravel(ids), strict=True):
        rect = marks.get(int(number))
        if rect is None:
            continue
        spot = np.ascontiguousarray(found.reshape(-1, 1, 2), dtype=np.float32) / share
        stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 15, 0.02)
        fine = cv2.cornerSubPix(grey, spot, (7, 7), (-1, -1), stop).reshape(-1, 2)
        here += [(rect.x, rect.y), (rect.right, rect.y), (rect.right, rect.bottom),
                 (rect.x, rect.bottom)]  # fmt: skip
        there += (np.asarray(fine, dtype=np.float64) / px_per_mm).tolist()
    if len(here) < 12:
        return AS_DESIGNED.copy()
    design = np.column_stack([np.array(here), np.ones(len(here))])
    fit, *_ = np.linalg.lstsq(design, np.array(there), rcond=None)
    return np.asarray(fit.T, dtype=np.float64)

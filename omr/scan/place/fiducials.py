"""Registration marks: where a first map has them, again from those found, or anywhere."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.ballot.model import PageLayout
from omr.geometry import FloatArray, Rect, transform
from omr.scan.place.plane_maps import Pair, homography, points_of

Grey = NDArray[np.uint8]

_DICTIONARY = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
# How far from its guessed place a mark is looked for. A single code of 18 mm carries the guess
# 280 mm across the page: one pixel at its corner is then some 2 mm at the far mark, and print
# scale adds its share. Codes in two corners hold it to some millimetres, but in a photograph.
REACH_MM, NEAR_MM = 9.0, 6.0


def _detector() -> cv2.aruco.ArucoDetector:
    parameters = cv2.aruco.DetectorParameters()
    # Corners to a fraction of a pixel: box positions hang on them.
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    parameters.adaptiveThreshWinSizeMin = 9
    parameters.adaptiveThreshWinSizeMax = 49
    parameters.adaptiveThreshWinSizeStep = 20
    return cv2.aruco.ArucoDetector(_DICTIONARY, parameters)


def bears_fiducials(grey: Grey) -> bool:
    """Tell whether any registration mark is on a picture, however pale it came out.

    Marks that show through from the other side are mirrored and are none.
    """
    low, high = (float(v) for v in np.percentile(grey[::4, ::4], (0.2, 80)))
    stretched = (grey.astype(np.float32) - low) * (255.0 / max(high - low, 1.0))
    quads, _, _ = _detector().detectMarkers(stretched.clip(0, 255).astype(np.uint8))
    return len(quads) > 0


def crop_around(
    rect: Rect, reach_mm: float, guess: FloatArray, grey: Grey
) -> tuple[Grey, tuple[int, int]]:
    """Return what of a picture lies around a place, and where it begins.

    Args:
        rect: The place, in mm of the page.
        reach_mm: How far around it.
        guess: From page millimetres to pixels, shape (3, 3).
        grey: The picture, shape (h, w).

    Returns:
        The window, and the column and row of its first pixel.
    """
    corners = transform(guess, rect.grown(reach_mm).corners())
    # A guess from few corners may run wild: its window is kept to the image.
    x0, y0 = np.floor(corners.min(axis=0)).clip(0, grey.shape[::-1]).astype(int).tolist()
    x1, y1 = np.ceil(corners.max(axis=0)).clip(0, grey.shape[::-1]).astype(int).tolist()
    return grey[y0:y1, x0:x1], (x0, y0)


def fiducials_near(
    grey: Grey,
    guess: FloatArray,
    layout: PageLayout,
    reach_mm: float,
    known: frozenset[int] = frozenset(),
) -> dict[int, FloatArray]:
    """Look for each mark that is not known yet within reach of where the guess has it.

    Args:
        grey: The picture, shape (h, w).
        guess: From page millimetres to its pixels, shape (3, 3).
        layout: The page.
        reach_mm: How far from its guessed place a mark is looked for.
        known: Marks that need not be looked for.

    Returns:
        The corners of each mark found in pixels, shape (4, 2), clockwise from its own top left.
    """
    detector = _detector()
    found: dict[int, FloatArray] = {}
    for fiducial in layout.fiducials:
        if fiducial.id in known:
            continue
        crop, (x0, y0) = crop_around(fiducial.rect, reach_mm, guess, grey)
        if min(crop.shape) < 24:
            continue
        # A rim of paper: a mark that touches the image's edge is still found.
        framed = cv2.copyMakeBorder(crop, 8, 8, 8, 8, cv2.BORDER_CONSTANT, value=255)
        quads, ids, _ = detector.detectMarkers(framed)
        for quad, mark_id in zip(quads, [] if ids is None else ids.ravel(), strict=True):
            if int(mark_id) == fiducial.id:
                found[fiducial.id] = quad.reshape(4, 2) + np.array([x0 - 8.0, y0 - 8.0])
    return found


def fiducials_again(
    grey: Grey, found: dict[int, FloatArray], codes: list[Pair], layout: PageLayout
) -> dict[int, FloatArray]:
    """Look for the missing marks once more, from where codes and the marks found put them.

    Args:
        grey: The picture, shape (h, w).
        found: Corners of the marks found so far, by number.
        codes: The codes found.
        layout: The page.

    Returns:
        The corners of all marks found by now.
    """
    rects = {fiducial.id: fiducial.rect for fiducial in layout.fiducials}
    while 0 < len(found) < len(rects):
        pairs = [*codes, *((rects[mark_id], corners) for mark_id, corners in found.items())]
        guess = homography(*points_of(pairs))
        if guess is None:
            break
        more = fiducials_near(grey, guess, layout, REACH_MM, frozenset(found))
        if not more:
            break
        found = {**found, **more}
    return found


def fiducials_anywhere(grey: Grey, layout: PageLayout) -> dict[int, FloatArray]:
    """Look for the marks of a page on the whole picture, shape (h, w); corners by number."""
    wanted = {fiducial.id for fiducial in layout.fiducials}
    quads, ids, _ = _detector().detectMarkers(grey)
    return {
        int(mark_id): quad.reshape(4, 2).astype(np.float64)
        for quad, mark_id in zip(quads, [] if ids is None else ids.ravel(), strict=True)
        if int(mark_id) in wanted
    }

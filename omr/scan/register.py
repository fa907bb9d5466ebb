"""Bringing a page into place: from registration marks and codes to page millimetres.

A scan is, to first order, an affine picture of the print: scaled in two directions,
turned, shifted. Marks give that map; what paper and feed bend beyond it is measured piece
by piece against the reference picture in ``omr.scan.straighten``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.ballot.model import PageLayout
from omr.geometry import FloatArray, Rect, transform
from omr.scan.settings import ReaderSettings

Grey = NDArray[np.uint8]

_DICTIONARY = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """Where the page lies in the image.

    Attributes:
        matrix: Shape (3, 3), page millimetres to image pixels (pixel centres are whole numbers).
        residual_mm: Root mean square of what the map leaves at the marks.
        fiducials: Registration marks found and consistent.
        px_per_mm: Mean resolution of the image on the page.
        skew_deg: Rotation of the print after whole quarter turns, -45 to 45.
        quarter_turns: Clockwise quarter turns that bring the image upright.
    """

    matrix: FloatArray
    residual_mm: float
    fiducials: int
    px_per_mm: float
    skew_deg: float
    quarter_turns: int


def place_page(
    grey: Grey,
    code_corners: Sequence[FloatArray],
    layout: PageLayout,
    settings: ReaderSettings,
) -> Placement | None:
    """Find the map from page millimetres to image pixels.

    The codes give a first guess; registration marks near their guessed places make it
    exact; where too few are found there, the whole image is searched for them.

    Args:
        grey: Shape (h, w).
        code_corners: For each code read on the page, its corners in pixels, shape (4, 2),
            clockwise from the symbol's own top left.
        layout: The page that the codes name.
        settings: The reader's numbers.

    Returns:
        The placement, or None where marks and codes give no consistent one.
    """
    best: Placement | None = None
    for guess, codes in _guesses(code_corners, layout, grey.shape):
        found = _fiducials_near(grey, guess, layout)
        if len(found) < 4:
            found = {**_fiducials_anywhere(grey, layout), **found}
        placement = _fit(found, codes, layout, settings)
        if placement is not None and (best is None or placement.fiducials > best.fiducials):
            best = placement
        if best is not None and best.fiducials >= 4:
            break
    return best


def _guesses(
    code_corners: Sequence[FloatArray], layout: PageLayout, shape: tuple[int, ...]
) -> Iterator[tuple[FloatArray, list[tuple[Rect, FloatArray]]]]:
    """Yield first maps with the codes they rest on, the likelier first."""
    if len(code_corners) >= 2 and len(layout.codes) == 2:
        pairs = [
            list(zip(layout.codes, order, strict=False))
            for order in (code_corners[:2], code_corners[1::-1])
        ]
        fitted = [(_similarity(pair), pair) for pair in pairs]
        fitted.sort(key=lambda item: _error_px(item[0], item[1]))
        yield fitted[0]
        return
    centre = np.array([[layout.width / 2, layout.height / 2]])
    middle = np.array([shape[1] / 2, shape[0] / 2])
    singles = [
        (_similarity([(rect, corners)]), [(rect, corners)])
        for rect in layout.codes
        for corners in code_corners[:1]
    ]
    singles.sort(key=lambda item: float(np.linalg.norm(transform(item[0], centre)[0] - middle)))
    yield from singles


def _similarity(pairs: list[tuple[Rect, FloatArray]]) -> FloatArray:
    """Return the least-squares similarity (turn, scale, shift) through code corners."""
    source = np.vstack([rect.corners() for rect, _ in pairs])
    target = np.vstack([corners for _, corners in pairs])
    mean_s, mean_t = source.mean(axis=0), target.mean(axis=0)
    s, t = source - mean_s, target - mean_t
    norm = float((s**2).sum())
    a = float((s * t).sum()) / norm
    b = float((s[:, 0] * t[:, 1] - s[:, 1] * t[:, 0]).sum()) / norm
    turn = np.array([[a, -b], [b, a]])
    shift = mean_t - turn @ mean_s
    return np.array([[a, -b, shift[0]], [b, a, shift[1]], [0.0, 0.0, 1.0]])


def _error_px(matrix: FloatArray, pairs: list[tuple[Rect, FloatArray]]) -> float:
    return sum(
        float(np.abs(transform(matrix, rect.corners()) - corners).mean()) for rect, corners in pairs
    )


def _detector() -> cv2.aruco.ArucoDetector:
    parameters = cv2.aruco.DetectorParameters()
    # Corners to a fraction of a pixel: box positions hang on them.
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    parameters.adaptiveThreshWinSizeMin = 9
    parameters.adaptiveThreshWinSizeMax = 49
    parameters.adaptiveThreshWinSizeStep = 20
    return cv2.aruco.ArucoDetector(_DICTIONARY, parameters)


def _fiducials_near(grey: Grey, guess: FloatArray, layout: PageLayout) -> dict[int, FloatArray]:
    """Look for each mark within 9 mm of where the guess has it.

    A single code of 18 mm carries the guess 280 mm across the page: one pixel at its
    corner is then some 2 mm at the far mark, and print scale adds its share.
    """
    detector = _detector()
    found: dict[int, FloatArray] = {}
    for fiducial in layout.fiducials:
        corners = transform(guess, fiducial.rect.grown(9.0).corners())
        x0, y0 = np.floor(corners.min(axis=0)).astype(int)
        x1, y1 = np.ceil(corners.max(axis=0)).astype(int)
        x0, y0 = max(x0, 0), max(y0, 0)
        crop = grey[y0 : max(y1, y0), x0 : max(x1, x0)]
        if min(crop.shape) < 24:
            continue
        # A rim of paper: a mark that touches the image's edge is still found.
        framed = cv2.copyMakeBorder(crop, 8, 8, 8, 8, cv2.BORDER_CONSTANT, value=255)
        quads, ids, _ = detector.detectMarkers(framed)
        for quad, mark_id in zip(quads, [] if ids is None else ids.ravel(), strict=True):
            if int(mark_id) == fiducial.id:
                found[fiducial.id] = quad.reshape(4, 2) + np.array([x0 - 8.0, y0 - 8.0])
    return found


def _fiducials_anywhere(grey: Grey, layout: PageLayout) -> dict[int, FloatArray]:
    wanted = {fiducial.id for fiducial in layout.fiducials}
    quads, ids, _ = _detector().detectMarkers(grey)
    return {
        int(mark_id): quad.reshape(4, 2).astype(np.float64)
        for quad, mark_id in zip(quads, [] if ids is None else ids.ravel(), strict=True)
        if int(mark_id) in wanted
    }


def _fit(
    found: dict[int, FloatArray],
    codes: list[tuple[Rect, FloatArray]],
    layout: PageLayout,
    settings: ReaderSettings,
) -> Placement | None:
    """Fit the affine map through the marks, throwing out those that do not agree."""
    rects = {fiducial.id: fiducial.rect for fiducial in layout.fiducials}
    pairs = [(rects[mark_id], corners) for mark_id, corners in found.items()]
    if len(pairs) < 3:
        # Too few marks to fix all directions: the codes' corners, coarser, help out.
        pairs += codes
    if len(pairs) < 2:
        return None
    source = np.vstack([rect.corners() for rect, _ in pairs])
    target = np.vstack([corners for _, corners in pairs])
    rough = np.sqrt(abs(np.linalg.det(_similarity(pairs)[:2, :2])))
    affine, inliers = cv2.estimateAffine2D(
        source,
        target,
        method=cv2.RANSAC,
        ransacReprojThreshold=float(settings.mark_residual_mm * rough),
        maxIters=4000,
        confidence=0.9999,
    )
    kept = np.asarray(inliers).ravel().astype(bool)
    if affine is None or kept.sum() < 8:  # two marks at the least
        return None
    exact, *_ = np.linalg.lstsq(
        np.column_stack([source[kept], np.ones(kept.sum())]), target[kept], rcond=None
    )
    matrix = np.vstack([exact.T, [0.0, 0.0, 1.0]])
    px_per_mm = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    errors_mm = np.linalg.norm(transform(matrix, source[kept]) - target[kept], axis=1) / px_per_mm
    residual_mm = float(np.sqrt((errors_mm**2).mean()))
    whole = np.asarray(kept.reshape(-1, 4).all(axis=1), dtype=np.bool_)
    agreed = int(whole[: len(found)].sum())
    if not _plausible(matrix, residual_mm, int(whole.sum()), settings):
        return None
    turns, skew_deg = _turn(matrix)
    return Placement(matrix, residual_mm, agreed, px_per_mm, skew_deg, turns)


def _plausible(
    matrix: FloatArray, residual_mm: float, agreed: int, settings: ReaderSettings
) -> bool:
    """Tell whether a map can be that of a flat sheet in a scanner."""
    along = np.linalg.norm(matrix[:2, 0])
    across = np.linalg.norm(matrix[:2, 1])
    square = abs(float(matrix[:2, 0] @ matrix[:2, 1])) / (along * across)
    upright = np.linalg.det(matrix[:2, :2]) > 0  # a mirrored page is no scan of ours
    # Scanner feed stretches one direction by a few per cent at the most; shear is under 2 deg.
    return bool(
        upright
        and agreed >= 2
        and 0.9 < along / across < 1.11
        and square < 0.035
        and residual_mm <= settings.mark_residual_mm
    )


def _turn(matrix: FloatArray) -> tuple[int, float]:
    """Split the rotation of a map into clockwise quarter turns to undo, and the skew left."""
    angle = float(np.degrees(np.arctan2(matrix[1, 0], matrix[0, 0])))
    quarters = round(angle / 90)
    return (-quarters) % 4, angle - 90 * quarters

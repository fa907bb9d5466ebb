"""Bringing a page into place: from registration marks and codes to page millimetres.

A scan is, to first order, an affine picture of the print: scaled in two directions, turned,
shifted. A photograph is a perspective one. Marks give that map; what paper, feed and lens
bend beyond it is measured piece by piece against the reference picture in ``omr.scan.place.bends``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.ballot.model import PageLayout
from omr.geometry import FloatArray, Rect, transform
from omr.scan.place.fiducials import (
    NEAR_MM,
    REACH_MM,
    fiducials_again,
    fiducials_anywhere,
    fiducials_near,
)
from omr.scan.place.plane_maps import Pair, error_px, homography, jacobian_at, points_of, similarity
from omr.scan.place.square_outlines import squares_near
from omr.scan.settings import ReaderSettings

Grey = NDArray[np.uint8]

# A scan whose marks fit an affine map this well is no photograph: printers and feeders
# leave up to 0.2 mm, and the least tilt that matters, one degree, leaves 0.4 mm.
_AFFINE_MM = 0.25
# Along a sheet of A4 the scale changes by 0.5 % from a tilt of half a degree, seen from 50 cm;
# no hand holds a camera that straight, and marks blurred by a tenth of a millimetre feign less.
_TILT_PER_MM = 1.0e-5


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """Where the page lies in the image.

    Attributes:
        matrix: Shape (3, 3), page millimetres to image pixels (pixel centres are whole numbers).
        residual_mm: Root mean square of what the map leaves at the marks.
        fiducials: Registration marks found and consistent.
        px_per_mm: Resolution of the image in the middle of the page.
        across_px_per_mm, down_px_per_mm: The same along each side of the page.
        skew_deg: Rotation of the print after whole quarter turns, -45 to 45.
        quarter_turns: Clockwise quarter turns that bring the image upright.
    """

    matrix: FloatArray
    residual_mm: float
    fiducials: int
    px_per_mm: float
    across_px_per_mm: float
    down_px_per_mm: float
    skew_deg: float
    quarter_turns: int

    @property
    def photographed(self) -> bool:
        """Whether the page is seen in perspective, as a camera sees it and no scanner does.

        Where marks are blurred or broken the best map may be ever so slightly a perspective one.
        """
        per_mm = np.abs(self.matrix[2, :2]) / abs(self.matrix[2, 2])
        return bool(per_mm.max() > _TILT_PER_MM)


def place_page(
    grey: Grey,
    code_corners: Sequence[FloatArray],
    layout: PageLayout,
    settings: ReaderSettings,
) -> Placement | None:
    """Find the map from page millimetres to image pixels.

    The codes give a first guess; registration marks near their guessed places make it
    exact; where too few are found there, the whole image is searched for them, and where too
    few can be read at all, their outlines have to do.

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
        reach_mm = NEAR_MM if len(codes) >= 2 else REACH_MM
        found = fiducials_near(grey, guess, layout, reach_mm)
        if len(found) < len(layout.fiducials):
            found = fiducials_again(grey, found, codes, layout)
        if len(found) < 4:
            found = {**fiducials_anywhere(grey, layout), **found}
        if len(found) < 3:
            found = {**squares_near(grey, guess, layout, reach_mm, frozenset(found)), **found}
        placement = _fit(found, codes, layout, settings)
        if placement is not None and (best is None or placement.fiducials > best.fiducials):
            best = placement
        if best is not None and best.fiducials >= 4:
            break
    return best


def _guesses(
    code_corners: Sequence[FloatArray], layout: PageLayout, shape: tuple[int, ...]
) -> Iterator[tuple[FloatArray, list[Pair]]]:
    """Yield first maps with the codes they rest on, the likelier first."""
    if len(code_corners) >= 2 and len(layout.codes) == 2:
        pairs = [
            list(zip(layout.codes, order, strict=False))
            for order in (code_corners[:2], code_corners[1::-1])
        ]
        fitted = [(similarity(pair), pair) for pair in pairs]
        fitted.sort(key=lambda item: error_px(item[0], item[1]))
        yield fitted[0]
        # In a photograph the near code is larger: the eight corners show the perspective.
        tilted = homography(*points_of(fitted[0][1]))
        if tilted is not None:
            yield tilted, fitted[0][1]
        return
    centre = np.array([[layout.width / 2, layout.height / 2]])
    middle = np.array([shape[1] / 2, shape[0] / 2])
    singles = [
        (similarity([(rect, corners)]), [(rect, corners)])
        for rect in layout.codes
        for corners in code_corners[:1]
    ]
    singles.sort(key=lambda item: float(np.linalg.norm(transform(item[0], centre)[0] - middle)))
    yield from singles


def _fit(
    found: dict[int, FloatArray],
    codes: list[Pair],
    layout: PageLayout,
    settings: ReaderSettings,
) -> Placement | None:
    """Fit the map through the marks: affine as in a scanner, or else that of a photograph."""
    rects = {fiducial.id: fiducial.rect for fiducial in layout.fiducials}
    pairs = [(rects[mark_id], corners) for mark_id, corners in found.items()]
    flat = _fit_affine(pairs, codes, layout, settings)
    if flat is not None and flat.residual_mm <= _AFFINE_MM and flat.fiducials == len(pairs):
        return flat
    tilted = _fit_tilted(pairs, codes, layout, settings)
    if tilted is None or flat is None:
        return flat or tilted
    gains = tilted.residual_mm < 0.6 * flat.residual_mm and tilted.fiducials >= flat.fiducials
    return tilted if gains or tilted.fiducials > flat.fiducials else flat


def _fit_affine(
    marks: list[Pair], codes: list[Pair], layout: PageLayout, settings: ReaderSettings
) -> Placement | None:
    """Fit the affine map through the marks, throwing out those that do not agree."""
    # Too few marks to fix all directions: the codes' corners, coarser, help out.
    pairs = marks if len(marks) >= 3 else [*marks, *codes]
    if len(pairs) < 2:
        return None
    source, target = points_of(pairs)
    rough = np.sqrt(abs(np.linalg.det(similarity(pairs)[:2, :2])))
    _, inliers = cv2.estimateAffine2D(
        source,
        target,
        method=cv2.RANSAC,
        ransacReprojThreshold=float(settings.mark_residual_mm * rough),
        maxIters=4000,
        confidence=0.9999,
    )
    kept = np.asarray(inliers, dtype=np.bool_).ravel()
    if kept.sum() < 8:  # two marks at the least
        return None
    exact, *_ = np.linalg.lstsq(
        np.column_stack([source[kept], np.ones(kept.sum())]), target[kept], rcond=None
    )
    matrix = np.vstack([exact.T, [0.0, 0.0, 1.0]])
    placement = _measured(matrix, source, target, kept, len(marks), layout)
    return placement if _in_scanner(placement, kept, settings) else None


def _fit_tilted(
    marks: list[Pair], codes: list[Pair], layout: PageLayout, settings: ReaderSettings
) -> Placement | None:
    """Fit the homography of a photograph through marks and codes.

    Four squares at the least: two marks and two codes, or marks alone. With fewer the map is
    free to bend where nothing holds it.
    """
    pairs = [*marks, *codes]
    if len(pairs) < 4 or len(marks) < 2:
        return None
    source, target = points_of(pairs)
    rough = np.sqrt(abs(np.linalg.det(similarity(pairs)[:2, :2])))
    _, inliers = cv2.findHomography(
        source, target, cv2.RANSAC, float(settings.mark_residual_mm * rough), maxIters=4000
    )
    kept = np.asarray(inliers, dtype=np.bool_).ravel()
    # The codes' corners, good to a pixel or two, found the outliers; marks alone fix the map
    # where there are enough of them.
    of_marks = np.arange(len(kept)) < 4 * len(marks)
    exact = kept & of_marks if (kept & of_marks).sum() >= 16 else kept
    if exact.sum() < 16:
        return None
    matrix = homography(source[exact], target[exact])
    if matrix is None:
        return None
    placement = _measured(matrix, source, target, kept, len(marks), layout)
    return placement if _before_camera(placement, kept, layout, settings) else None


def _measured(
    matrix: FloatArray,
    source: FloatArray,
    target: FloatArray,
    kept: NDArray[np.bool_],
    marks: int,
    layout: PageLayout,
) -> Placement:
    """Say how well a map fits the corners that were kept, of which the marks' come first."""
    jacobian = jacobian_at(matrix, layout.width / 2, layout.height / 2)
    px_per_mm = float(np.sqrt(abs(np.linalg.det(jacobian))))
    errors_mm = np.linalg.norm(transform(matrix, source[kept]) - target[kept], axis=1) / px_per_mm
    turns, skew_deg = _turn(jacobian)
    return Placement(
        matrix=matrix,
        residual_mm=float(np.sqrt((errors_mm**2).mean())),
        fiducials=int(_whole(kept)[:marks].sum()),
        px_per_mm=px_per_mm,
        across_px_per_mm=float(np.linalg.norm(jacobian[:, 0])),
        down_px_per_mm=float(np.linalg.norm(jacobian[:, 1])),
        skew_deg=skew_deg,
        quarter_turns=turns,
    )


def _whole(kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return for each square whether all four of its corners were kept."""
    return np.asarray(kept.reshape(-1, 4).all(axis=1), dtype=np.bool_)


def _shape(jacobian: FloatArray) -> tuple[float, float]:
    """Return the ratio of the scales along x and y, and how far the axes are from square."""
    along, across = np.linalg.norm(jacobian, axis=0)
    square = abs(float(jacobian[:, 0] @ jacobian[:, 1])) / float(along * across)
    return float(along / across), square


def _in_scanner(placement: Placement, kept: NDArray[np.bool_], settings: ReaderSettings) -> bool:
    """Tell whether a map can be that of a flat sheet in a scanner."""
    ratio, square = _shape(placement.matrix[:2, :2])
    upright = np.linalg.det(placement.matrix[:2, :2]) > 0  # a mirrored page is no scan of ours
    # Scanner feed stretches one direction by a few per cent at the most; shear is under 2 deg.
    return bool(
        upright
        and _whole(kept).sum() >= 2
        and 0.9 < ratio < 1.11
        and square < 0.035
        and placement.residual_mm <= settings.mark_residual_mm
    )


def _before_camera(
    placement: Placement,
    kept: NDArray[np.bool_],
    layout: PageLayout,
    settings: ReaderSettings,
) -> bool:
    """Tell whether a map can be that of a flat sheet photographed from nearly above.

    At a tilt of 20 degrees the far edge is 30 % smaller than the near one and the sheet is
    foreshortened by 6 %; what goes well beyond that is no map of a sheet.
    """
    sheet = Rect(0.0, 0.0, layout.width, layout.height).corners()
    weights = np.column_stack([sheet, np.ones(4)]) @ placement.matrix[2]
    if weights.min() * weights.max() <= 0:  # the horizon runs through the sheet
        return False
    corners = [jacobian_at(placement.matrix, x, y) for x, y in sheet]
    areas = [float(np.linalg.det(jacobian)) for jacobian in corners]
    if min(areas) <= 0:  # mirrored
        return False
    shapes = [_shape(jacobian) for jacobian in corners]
    return bool(
        _whole(kept).sum() >= 4
        and max(areas) < 3.0 * min(areas)
        and all(0.75 < ratio < 1.33 and square < 0.35 for ratio, square in shapes)
        and placement.residual_mm <= settings.mark_residual_mm
    )


def _turn(jacobian: FloatArray) -> tuple[int, float]:
    """Split the rotation of a map into clockwise quarter turns to undo, and the skew left."""
    angle = float(np.degrees(np.arctan2(jacobian[1, 0], jacobian[0, 0])))
    quarters = round(angle / 90)
    return (-quarters) % 4, angle - 90 * quarters

"""Bringing a page into place: from registration marks and codes to page millimetres.

A scan is, to first order, an affine picture of the print: scaled in two directions, turned,
shifted. A photograph is a perspective one. Marks give that map; what paper, feed and lens
bend beyond it is measured piece by piece against the reference picture in ``omr.scan.bends``.
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
# A printed square (mark or code) and its corners in the image, clockwise from its top left.
_Pair = tuple[Rect, FloatArray]

_DICTIONARY = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
# A scan whose marks fit an affine map this well is no photograph: printers and feeders
# leave up to 0.2 mm, and the least tilt that matters, one degree, leaves 0.4 mm.
_AFFINE_MM = 0.25
# Along a sheet of A4 the scale changes by 0.5 % from a tilt of half a degree, seen from 50 cm;
# no hand holds a camera that straight, and marks blurred by a tenth of a millimetre feign less.
_TILT_PER_MM = 1.0e-5
# How far from its guessed place a mark is looked for. A single code of 18 mm carries the guess
# 280 mm across the page: one pixel at its corner is then some 2 mm at the far mark, and print
# scale adds its share. Codes in two corners hold it to some millimetres, but in a photograph.
_REACH_MM, _NEAR_MM = 9.0, 6.0


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
        reach_mm = _NEAR_MM if len(codes) >= 2 else _REACH_MM
        found = _fiducials_near(grey, guess, layout, reach_mm)
        if len(found) < len(layout.fiducials):
            found = _fiducials_again(grey, found, codes, layout)
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
) -> Iterator[tuple[FloatArray, list[_Pair]]]:
    """Yield first maps with the codes they rest on, the likelier first."""
    if len(code_corners) >= 2 and len(layout.codes) == 2:
        pairs = [
            list(zip(layout.codes, order, strict=False))
            for order in (code_corners[:2], code_corners[1::-1])
        ]
        fitted = [(_similarity(pair), pair) for pair in pairs]
        fitted.sort(key=lambda item: _error_px(item[0], item[1]))
        yield fitted[0]
        # In a photograph the near code is larger: the eight corners show the perspective.
        tilted = _homography(*_points(fitted[0][1]))
        if tilted is not None:
            yield tilted, fitted[0][1]
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


def _points(pairs: Sequence[_Pair]) -> tuple[FloatArray, FloatArray]:
    """Return the corners of squares as points on the page and in the image."""
    source = np.vstack([rect.corners() for rect, _ in pairs])
    return source, np.vstack([corners for _, corners in pairs])


def _similarity(pairs: Sequence[_Pair]) -> FloatArray:
    """Return the least-squares similarity (turn, scale, shift) through code corners."""
    source, target = _points(pairs)
    mean_s, mean_t = source.mean(axis=0), target.mean(axis=0)
    s, t = source - mean_s, target - mean_t
    norm = float((s**2).sum())
    a = float((s * t).sum()) / norm
    b = float((s[:, 0] * t[:, 1] - s[:, 1] * t[:, 0]).sum()) / norm
    turn = np.array([[a, -b], [b, a]])
    shift = mean_t - turn @ mean_s
    return np.array([[a, -b, shift[0]], [b, a, shift[1]], [0.0, 0.0, 1.0]])


def _homography(source: FloatArray, target: FloatArray) -> FloatArray | None:
    """Return the least-squares homography, or None where the points give none."""
    matrix, _ = cv2.findHomography(source, target, 0)
    return None if matrix is None else np.asarray(matrix, dtype=np.float64)


def _error_px(matrix: FloatArray, pairs: Sequence[_Pair]) -> float:
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


def bears_fiducials(grey: Grey) -> bool:
    """Tell whether any registration mark is on a picture, however pale it came out.

    Marks that show through from the other side are mirrored and are none.
    """
    low, high = (float(v) for v in np.percentile(grey[::4, ::4], (0.2, 80)))
    stretched = (grey.astype(np.float32) - low) * (255.0 / max(high - low, 1.0))
    quads, _, _ = _detector().detectMarkers(stretched.clip(0, 255).astype(np.uint8))
    return len(quads) > 0


def _fiducials_near(
    grey: Grey,
    guess: FloatArray,
    layout: PageLayout,
    reach_mm: float,
    known: frozenset[int] = frozenset(),
) -> dict[int, FloatArray]:
    """Look for each mark that is not known yet within reach of where the guess has it."""
    detector = _detector()
    found: dict[int, FloatArray] = {}
    for fiducial in layout.fiducials:
        if fiducial.id in known:
            continue
        corners = transform(guess, fiducial.rect.grown(reach_mm).corners())
        # A guess from few corners may run wild: its window is kept to the image.
        x0, y0 = np.floor(corners.min(axis=0)).clip(0, grey.shape[::-1]).astype(int)
        x1, y1 = np.ceil(corners.max(axis=0)).clip(0, grey.shape[::-1]).astype(int)
        crop = grey[y0:y1, x0:x1]
        if min(crop.shape) < 24:
            continue
        # A rim of paper: a mark that touches the image's edge is still found.
        framed = cv2.copyMakeBorder(crop, 8, 8, 8, 8, cv2.BORDER_CONSTANT, value=255)
        quads, ids, _ = detector.detectMarkers(framed)
        for quad, mark_id in zip(quads, [] if ids is None else ids.ravel(), strict=True):
            if int(mark_id) == fiducial.id:
                found[fiducial.id] = quad.reshape(4, 2) + np.array([x0 - 8.0, y0 - 8.0])
    return found


def _fiducials_again(
    grey: Grey, found: dict[int, FloatArray], codes: list[_Pair], layout: PageLayout
) -> dict[int, FloatArray]:
    """Look for the missing marks once more, from where codes and the marks found put them."""
    rects = {fiducial.id: fiducial.rect for fiducial in layout.fiducials}
    while 0 < len(found) < len(rects):
        pairs = [*codes, *((rects[mark_id], corners) for mark_id, corners in found.items())]
        guess = _homography(*_points(pairs))
        if guess is None:
            break
        more = _fiducials_near(grey, guess, layout, _REACH_MM, frozenset(found))
        if not more:
            break
        found = {**found, **more}
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
    codes: list[_Pair],
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
    marks: list[_Pair], codes: list[_Pair], layout: PageLayout, settings: ReaderSettings
) -> Placement | None:
    """Fit the affine map through the marks, throwing out those that do not agree."""
    # Too few marks to fix all directions: the codes' corners, coarser, help out.
    pairs = marks if len(marks) >= 3 else [*marks, *codes]
    if len(pairs) < 2:
        return None
    source, target = _points(pairs)
    rough = np.sqrt(abs(np.linalg.det(_similarity(pairs)[:2, :2])))
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
    marks: list[_Pair], codes: list[_Pair], layout: PageLayout, settings: ReaderSettings
) -> Placement | None:
    """Fit the homography of a photograph through marks and codes.

    Four squares at the least: two marks and two codes, or marks alone. With fewer the map is
    free to bend where nothing holds it.
    """
    pairs = [*marks, *codes]
    if len(pairs) < 4 or len(marks) < 2:
        return None
    source, target = _points(pairs)
    rough = np.sqrt(abs(np.linalg.det(_similarity(pairs)[:2, :2])))
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
    matrix = _homography(source[exact], target[exact])
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
    jacobian = _jacobian(matrix, layout.width / 2, layout.height / 2)
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


def _jacobian(matrix: FloatArray, x_mm: float, y_mm: float) -> FloatArray:
    """Return the pixels per millimetre along x and y at one place, shape (2, 2)."""
    u, v, w = matrix @ np.array([x_mm, y_mm, 1.0])
    top = matrix[:2, :2] - np.outer([u / w, v / w], matrix[2, :2])
    return np.asarray(top / w, dtype=np.float64)


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
    corners = [_jacobian(placement.matrix, x, y) for x, y in sheet]
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

"""The page laid flat on the reference: one resampling, ink told from paper.

The placement leaves what feed, folds, fuser and lens did to the sheet, up to some
millimetres; ``omr.scan.place.bends`` measures it on the print itself, and it is undone here.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.ballot.model import PageLayout
from omr.geometry import FloatArray
from omr.scan.place.bends import Bends, measure_bends
from omr.scan.place.order_statistics import upper_quartile
from omr.scan.place.reference import Grey, Mask, Reference, as_bits, darkest
from omr.scan.place.register import Placement
from omr.scan.settings import ReaderSettings
from omr.stages import stage

Float32 = NDArray[np.float32]
# A sheet's edge wavers within so broad a rim of the page; there ink is told in its own way.
RIM_MM = 2.5


@dataclass(frozen=True, slots=True, eq=False)
class FlatPage:
    """A page in place, at the reference's resolution.

    Attributes:
        pixels: Straightened picture, shape (h, w) or (h, w, 3).
        darkness: Ink relative to the local paper, 0 paper to 255 black, shape (h, w).
        paper: True where there is paper; False beyond the image, in holes and tears.
        bends: How the print lay before it was straightened, against its placement.
        match: How well the pieces of print were recognised, shape (rows, columns), nan where
            a piece holds too little print.
        noise: Standard deviation of the paper's darkness (0 to 255).
        source: The picture that it was taken from, shape (h, w) or (h, w, 3).
        matrix: From page millimetres to that picture's pixels, shape (3, 3).
    """

    pixels: NDArray[np.uint8]
    darkness: Grey
    paper: Mask
    bends: Bends
    match: Float32
    noise: float
    source: NDArray[np.uint8]
    matrix: FloatArray

    @property
    def source_px_mm(self) -> float:
        """Resolution of the picture that it was taken from, in pixels a millimetre."""
        return float(np.sqrt(abs(np.linalg.det(self.matrix[:2, :2]))))


@stage("flatten")
def flatten(
    pixels: NDArray[np.uint8],
    placement: Placement,
    reference: Reference,
    settings: ReaderSettings,
) -> FlatPage:
    """Lay a page flat.

    Args:
        pixels: The image, shape (h, w) or (h, w, 3) BGR.
        placement: From page millimetres to its pixels.
        reference: The page as printed.
        settings: The reader's numbers.

    Returns:
        The flat page.
    """
    layout, coarse = reference.layout, settings.coarse_px_per_mm
    wide = _of_four_channels(pixels)

    def sampled(bends: Bends | None) -> Grey:
        spots = _spots(_knots(placement.matrix, layout, bends), layout, coarse)
        return separate_ink(_sample(wide, spots), coarse, settings)[0]

    bends, match = measure_bends(sampled, reference, settings)
    knots = _knots(placement.matrix, layout, bends)
    spots = _spots(knots, layout, settings.px_per_mm)
    flat = _sample(wide, spots)
    darkness, paper = separate_ink(flat, settings.px_per_mm, settings)
    paper &= _page_inside(pixels.shape, knots, spots, settings.px_per_mm)
    darkness = darkness * as_bits(paper)
    noise = _noise(darkness, paper)
    return FlatPage(flat, darkness, paper, bends, match, noise, pixels, placement.matrix)


def look_beyond(
    flat: FlatPage, left_mm: float, top_mm: float, size: tuple[int, int], px_per_mm: int
) -> tuple[NDArray[np.uint8], Mask]:
    """Sample a window as the flat page was sampled, beyond the page's own bounds too.

    Args:
        flat: The page laid flat.
        left_mm: Of the window on the page; less than 0 beyond the page.
        top_mm: The same.
        size: Rows and columns.
        px_per_mm: Resolution.

    Returns:
        The pixels, shape (rows, columns) or (rows, columns, 3), and where there is a picture.
    """
    x_mm = left_mm + (np.arange(size[1]) + 0.5) / px_per_mm
    y_mm = top_mm + (np.arange(size[0]) + 0.5) / px_per_mm
    xs, ys = np.meshgrid(x_mm, y_mm)
    shift = flat.bends.over(x_mm, y_mm)
    at = np.stack([xs + shift[..., 0], ys + shift[..., 1], np.ones_like(xs)]).reshape(3, -1)
    x_px, y_px, depth = (flat.matrix @ at).reshape(3, *size)
    spots = (
        np.asarray(x_px / depth, dtype=np.float32),
        np.asarray(y_px / depth, dtype=np.float32),
    )
    return _sample(flat.source, spots), _inside(flat.source.shape, spots) > 0


def _knots(matrix: FloatArray, layout: PageLayout, bends: Bends | None) -> tuple[Float32, Float32]:
    """Return the place in the image, x and y, of the middle of each square millimetre.

    One more at either end lets the outermost half of the page's be interpolated.
    """
    x_mm = np.arange(-1.0, np.ceil(layout.width) + 1) + 0.5
    y_mm = np.arange(-1.0, np.ceil(layout.height) + 1) + 0.5
    xs, ys = np.meshgrid(x_mm, y_mm)
    if bends is not None:
        shift = bends.over(x_mm, y_mm)
        xs, ys = xs + shift[..., 0], ys + shift[..., 1]
    depth = matrix[2, 0] * xs + matrix[2, 1] * ys + matrix[2, 2]
    x_px, y_px = (
        np.asarray((row[0] * xs + row[1] * ys + row[2]) / depth, dtype=np.float32)
        for row in matrix[:2]
    )
    return x_px, y_px


def _spots(
    knots: tuple[Float32, Float32], layout: PageLayout, px_per_mm: int
) -> tuple[Float32, Float32]:
    """Return the place in the image, x and y, of each pixel of the page at ``px_per_mm``.

    It is interpolated between the knots: perspective and bends are straight over a millimetre to
    a hundredth of a pixel.
    """
    width, height = round(layout.width * px_per_mm), round(layout.height * px_per_mm)
    inner = (slice(px_per_mm, px_per_mm + height), slice(px_per_mm, px_per_mm + width))
    size = tuple(side * px_per_mm for side in knots[0].shape[::-1])
    # Knots lie in the middle of each square millimetre, so that enlarging them puts each pixel
    # of the page in its place.
    x_px, y_px = (cv2.resize(knot, size, interpolation=cv2.INTER_LINEAR)[inner] for knot in knots)
    return np.asarray(x_px, dtype=np.float32), np.asarray(y_px, dtype=np.float32)


def _of_four_channels(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a coloured image with a fourth channel: OpenCV samples it in half the time."""
    if pixels.ndim == 2:
        return pixels
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2BGRA), dtype=np.uint8)


def _sample(pixels: NDArray[np.uint8], spots: tuple[Float32, Float32]) -> NDArray[np.uint8]:
    """Take the image's pixels at these places; of four channels the colours."""
    taken = cv2.remap(pixels, *spots, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    if taken.ndim == 3 and taken.shape[2] == 4:
        taken = cv2.cvtColor(taken, cv2.COLOR_BGRA2BGR)
    return np.asarray(taken, dtype=np.uint8)


def _inside(image: tuple[int, ...], spots: tuple[Float32, Float32]) -> Grey:
    """Return 255 where the flat page rests on pixels of the image, 0 elsewhere."""
    x_px, y_px = spots
    across = cv2.inRange(x_px, -0.5, image[1] - 0.5)
    return np.asarray(cv2.bitwise_and(across, cv2.inRange(y_px, -0.5, image[0] - 0.5)), np.uint8)


def _page_inside(
    image: tuple[int, ...],
    knots: tuple[Float32, Float32],
    spots: tuple[Float32, Float32],
    px_per_mm: int,
) -> Mask:
    """Return where the flat page rests on pixels of the image, asking no more than its borders.

    Between knots that lie in the image every pixel of the page does.
    """
    sure = (knots[0] > 0) & (knots[0] < image[1] - 1) & (knots[1] > 0) & (knots[1] < image[0] - 1)
    rim, most = 0, min(sure.shape) // 2
    while rim < most and not sure[rim : len(sure) - rim, rim : sure.shape[1] - rim].all():
        rim += 1
    height, width = spots[0].shape
    inside = np.ones((height, width), np.bool_)
    start, end = rim * px_per_mm, (rim + 1) * px_per_mm
    for part in (
        np.s_[:start],
        np.s_[max(0, height - end) :],
        np.s_[:, :start],
        np.s_[:, max(0, width - end) :],
    ):
        if inside[part].size:
            inside[part] = _inside(image, (spots[0][part], spots[1][part])) > 0
    return inside


def separate_ink(
    flat: NDArray[np.uint8], px_per_mm: int, settings: ReaderSettings
) -> tuple[Grey, Mask]:
    """Split a flat page into ink and paper.

    Ink of any colour is dark in at least one colour channel, so the darkest channel is
    taken; the paper's own shade is the brightest that the surroundings hold, by a closing
    wider than a filled box. Where even that is dark there is no paper.

    Args:
        flat: Shape (h, w) or (h, w, 3).
        px_per_mm: Its resolution.
        settings: The reader's numbers; ``paper_dark`` is used.

    Returns:
        Darkness relative to the paper, 0 to 255, and the mask of paper.
    """
    grey = darkest(flat)
    small = cv2.resize(grey, None, fx=1 / px_per_mm, fy=1 / px_per_mm, interpolation=cv2.INTER_AREA)
    wide = np.ones((17, 17), np.uint8)  # 17 mm: wider than a filled box or a punch hole
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, wide)
    paper = np.maximum(cv2.GaussianBlur(paper, (0, 0), 4.0), 1)
    white = upper_quartile(np.asarray(paper, np.uint8))
    size = (grey.shape[1], grey.shape[0])
    full = cv2.resize(paper, size, interpolation=cv2.INTER_LINEAR)
    is_paper = full >= np.uint8(min(255, np.ceil(settings.paper_dark * white)))
    ratio = cv2.divide(grey, full, scale=255.0)
    return np.asarray(cv2.bitwise_not(ratio), dtype=np.uint8), is_paper


def _noise(darkness: Grey, paper: Mask) -> float:
    """Estimate the grain of the paper from the middle half of its darkness values."""
    values = darkness[::7, ::7][paper[::7, ::7]]
    light = values[values < 40]
    return float(light.std()) if light.size else 0.0

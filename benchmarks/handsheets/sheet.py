"""A physical sheet of paper: what light it gives back at every place, and what is gone of it.

Everything is drawn by multiplying: ink and shadows only ever take light away. Pixels are
BGR, as OpenCV has them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import FloatArray

Pixels = NDArray[np.uint8]
Float32 = NDArray[np.float32]


@dataclass(slots=True, eq=False)
class Sheet:
    """One side of a sheet.

    Attributes:
        pixels: Shape (h, w, 3), BGR.
        px_per_mm: Resolution.
        gone: Shape (h, w), 255 where paper is missing; None where it is whole.
        bulge_mm: Displacement field of paper that does not lie flat, shape (r, c, 2), spread
            over the whole sheet; None where it lies flat.
    """

    pixels: Pixels
    px_per_mm: float
    gone: Pixels | None = None
    bulge_mm: Float32 | None = field(default=None)

    @property
    def width_mm(self) -> float:
        """Width of the sheet."""
        return float(self.pixels.shape[1] / self.px_per_mm)

    @property
    def height_mm(self) -> float:
        """Height of the sheet."""
        return float(self.pixels.shape[0] / self.px_per_mm)

    def copy(self) -> Sheet:
        """Return a sheet that can be drawn on without touching this one."""
        return Sheet(self.pixels.copy(), self.px_per_mm, self.gone, self.bulge_mm)

    def filter(self, left: int, top: int, through: Float32) -> None:
        """Let only a part of the light through, in place.

        Args:
            left: Left edge of the patch in pixels; what lies off the sheet is dropped.
            top: Its top edge.
            through: Shape (h, w) or (h, w, 3), 0 black to 1 untouched.
        """
        height, width = self.pixels.shape[:2]
        x0, y0 = max(0, left), max(0, top)
        x1, y1 = min(width, left + through.shape[1]), min(height, top + through.shape[0])
        if x1 <= x0 or y1 <= y0:
            return
        part = through[y0 - top : y1 - top, x0 - left : x1 - left]
        if part.ndim == 2:
            part = part[:, :, None]
        view = self.pixels[y0:y1, x0:x1]
        view[:] = np.clip(np.rint(view * part), 0, 255).astype(np.uint8)

    def cover(self, left: int, top: int, colour: FloatArray, opacity: Float32) -> None:
        """Lay something opaque over the paper, in place.

        Args:
            left: Left edge of the patch in pixels, on the sheet.
            top: Its top edge.
            colour: BGR, 0 to 255.
            opacity: Shape (h, w), 0 to 1.
        """
        height, width = self.pixels.shape[:2]
        x0, y0 = max(0, left), max(0, top)
        x1, y1 = min(width, left + opacity.shape[1]), min(height, top + opacity.shape[0])
        if x1 <= x0 or y1 <= y0:
            return
        part = opacity[y0 - top : y1 - top, x0 - left : x1 - left, None]
        view = self.pixels[y0:y1, x0:x1]
        view[:] = np.rint(view * (1 - part) + colour * part).astype(np.uint8)


def smooth_noise(shape: tuple[int, int], grain_px: float, rng: np.random.Generator) -> Float32:
    """Return noise of mean 0 and deviation 1 whose blotches are ``grain_px`` wide."""
    rows = max(3, int(shape[0] / grain_px) + 2)
    columns = max(3, int(shape[1] / grain_px) + 2)
    coarse = rng.normal(0.0, 1.0, (rows, columns)).astype(np.float32)
    size = (shape[1], shape[0])
    field_ = np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC), np.float32)
    return field_ / max(float(field_.std()), 1e-6)


def between_nodes(grid: Float32, shape: tuple[int, int]) -> tuple[Float32, Float32]:
    """Interpolate a map between its nodes, the outermost of which are the picture's own.

    Enlarged as a picture is, it would repeat its outermost lines, and print there would be smeared
    to the picture's edge.

    Args:
        grid: Where each node looks, x and y, shape (rows, columns, 2).
        shape: Of the picture.

    Returns:
        Where each pixel looks, x and y, each of that shape.
    """
    down, across = (_shares(*sides) for sides in zip(shape, grid.shape[:2], strict=True))
    x, y = (np.asarray(down @ grid[:, :, k] @ across.T, np.float32) for k in (0, 1))
    return x, y


def _shares(pixels: int, nodes: int) -> Float32:
    """Return what each node weighs in each pixel along one side, shape (pixels, nodes)."""
    at = np.linspace(0.0, nodes - 1.0, pixels)
    before = np.minimum(at.astype(np.int64), nodes - 2)
    shares = np.zeros((pixels, nodes), np.float32)
    shares[np.arange(pixels), before] = 1.0 - (at - before)
    shares[np.arange(pixels), before + 1] = at - before
    return shares

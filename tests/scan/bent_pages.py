"""Printed pages bent, torn, folded and photographed, with the true place of every pixel.

Each distortion is a map from picture pixels back to page millimetres, so that where a box was
found can be compared with where it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import FloatArray, transform
from omr.scan.place.box_places import FoundBox
from omr.scan.place.register import Placement
from omr.scan.place.straighten import FlatPage
from tests.scan.fresh_pages import Picture, fresh_page

WIDTH, HEIGHT = 210.0, 297.0
SOURCE_DPI = 300
Map = NDArray[np.float64]
# Takes page millimetres (x, y) of every pixel to the millimetres that are seen there.
Bend = Callable[[Map, Map], tuple[Map, Map]]


@dataclass(frozen=True, eq=False)
class BentPage:
    """A picture and, for each of its pixels, the place on the page in millimetres."""

    pixels: Picture
    x_mm: Map
    y_mm: Map

    def cropped(self, rows: slice, columns: slice) -> BentPage:
        parts = (self.pixels, self.x_mm, self.y_mm)
        return BentPage(*(np.ascontiguousarray(part[rows, columns]) for part in parts))

    def covered(self, rows: slice, columns: slice, level: int) -> BentPage:
        pixels = self.pixels.copy()
        pixels[rows, columns] = level
        return replace(self, pixels=pixels)

    def mirrored(self) -> BentPage:
        return self.cropped(slice(None), slice(None, None, -1))


def scanned(
    page: Picture | None = None,
    dpi: int = 200,
    skew_deg: float = 0.4,
    scale: tuple[float, float] = (1.0, 1.0),
    rim_mm: float = 0.0,
    bend: Bend | None = None,
) -> BentPage:
    """Scan a page (drawn at ``SOURCE_DPI``): printed to this scale, laid askew, bent."""
    px_per_mm = dpi / 25.4
    width, height = (round((side + 2 * rim_mm) * px_per_mm) for side in (WIDTH, HEIGHT))
    xs, ys = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    x, y = xs / px_per_mm - rim_mm - WIDTH / 2, ys / px_per_mm - rim_mm - HEIGHT / 2
    cos, sin = np.cos(np.radians(skew_deg)), np.sin(np.radians(skew_deg))
    x_mm = (cos * x + sin * y) / scale[0] + WIDTH / 2
    y_mm = (-sin * x + cos * y) / scale[1] + HEIGHT / 2
    if bend is not None:
        x_mm, y_mm = bend(x_mm, y_mm)
    return _seen(page, x_mm, y_mm, 255)


def photographed(
    page: Picture | None = None,
    tilt_deg: float = 10.0,
    about_deg: float = 40.0,
    fill: float = 0.8,
    lens: float = 0.0,
    size: tuple[int, int] = (1800, 2400),
) -> BentPage:
    """Photograph a page on a dark table in uneven light, tilted about an axis of the sheet."""
    width, height = size
    focal = 1.1 * max(size)
    about = np.radians(about_deg)
    axis = np.array([np.cos(about), np.sin(about), 0.0]) * np.radians(tilt_deg)
    turn = cv2.Rodrigues(axis)[0] @ cv2.Rodrigues(np.array([0.0, 0.0, np.radians(5.0)]))[0]
    depth = np.array([0.0, 0.0, focal * HEIGHT / (fill * max(size))])
    camera = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1.0]])
    middle = turn @ np.array([-WIDTH / 2, -HEIGHT / 2, 0.0]) + depth
    to_page = np.linalg.inv(camera @ np.column_stack([turn[:, 0], turn[:, 1], middle]))
    xs, ys = np.meshgrid((np.arange(width) - width / 2), (np.arange(height) - height / 2))
    grown = 1 + lens * (xs**2 + ys**2) / focal**2
    spots = np.column_stack([(xs * grown + width / 2).ravel(), (ys * grown + height / 2).ravel()])
    places = transform(to_page, spots)
    x_mm, y_mm = (places[:, k].reshape(height, width) for k in (0, 1))
    seen = _seen(page, x_mm, y_mm, 50)
    light = (
        np.linspace(0.95, 0.6, width)[None, :, None] * np.linspace(1, 0.9, height)[:, None, None]
    )
    blurred = cv2.GaussianBlur((seen.pixels * light).astype(np.uint8), (0, 0), 0.7)
    return replace(seen, pixels=np.asarray(blurred, dtype=np.uint8))


def two_levels(page: BentPage, threshold: float) -> BentPage:
    """Make a 1-bit page of a scan with some noise."""
    noise = np.random.default_rng(5).normal(0, 6, page.pixels.shape[:2])
    grey = cv2.GaussianBlur(cv2.cvtColor(page.pixels, cv2.COLOR_BGR2GRAY) + noise, (0, 0), 0.6)
    return replace(page, pixels=np.where(grey > 255 * threshold, 255, 0).astype(np.uint8))


def _seen(page: Picture | None, x_mm: Map, y_mm: Map, beyond: int) -> BentPage:
    source = fresh_page(dpi=SOURCE_DPI) if page is None else page
    px_per_mm = SOURCE_DPI / 25.4
    # Light is gathered over a whole pixel of the picture.
    step = abs(x_mm[len(x_mm) // 2, 1] - x_mm[len(x_mm) // 2, 0]) * px_per_mm
    soft = cv2.GaussianBlur(source, (0, 0), 0.45 * max(step, 1.0))
    pixels = cv2.remap(
        soft,
        (x_mm * px_per_mm - 0.5).astype(np.float32),
        (y_mm * px_per_mm - 0.5).astype(np.float32),
        cv2.INTER_LINEAR,
        borderValue=(beyond, beyond, beyond),
    )
    return BentPage(np.asarray(pixels, dtype=np.uint8), x_mm, y_mm)


def place_errors_mm(
    bent: BentPage, placement: Placement, flat: FlatPage, boxes: tuple[FoundBox, ...]
) -> FloatArray:
    """Return how far the corners of each box were found from where they are, on average."""
    found = np.vstack([box.found.corners() for box in boxes])
    true = np.vstack([box.box.rect.corners() for box in boxes])
    spots = transform(placement.matrix, found + flat.bends.at(found)).astype(np.float32)
    seen = [
        cv2.remap(
            mm.astype(np.float32), spots[None, :, 0], spots[None, :, 1], cv2.INTER_LINEAR
        ).ravel()
        for mm in (bent.x_mm, bent.y_mm)
    ]
    apart = np.hypot(seen[0] - true[:, 0], seen[1] - true[:, 1])
    return np.asarray(apart.reshape(-1, 4).mean(axis=1), dtype=np.float64)

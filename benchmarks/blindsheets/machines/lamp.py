"""The light of a scan: the lamp's fall, shade of bent paper, the other side seen through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from blindsheets.machines.feed import STEP_PX, Pass, enlarged
from blindsheets.machines.raster import Field, Pixels, field, pixels
from blindsheets.machines.sheet import WornPage

if TYPE_CHECKING:
    from blindsheets.machines.scanner import Scanner

# Light is worked out at every fourth pixel of a scan.
_LIGHT_PX = 4
FULL_LIGHT = 200


def light_of(worn: WornPage, run: Pass, scanner: Scanner) -> Pixels | None:
    """Work out how much light each pixel of a scan gets.

    Returns:
        ``FULL_LIGHT`` where a flat sheet lies under an even lamp; None where that is everywhere.
    """
    through = worn.back is not None and worn.thinness > 0
    lamp = scanner.unevenness > 0 or scanner.edge_shadow > 0
    if worn.shade is None and not through and not lamp:
        return None
    shape = (-(-run.shape[0] // _LIGHT_PX), -(-run.shape[1] // _LIGHT_PX))
    places = enlarged(run.places, STEP_PX // _LIGHT_PX, shape)
    light = np.ones(shape, np.float32)
    if worn.shade is not None:
        light *= _seen(worn.shade, places, run)
    if worn.back is not None and through:
        light *= 1 - worn.thinness * _ink_behind(worn.back, places, run)
    if scanner.edge_shadow > 0:
        # The sheet's own thickness shades the lid beside it.
        outside = _outside(places, run.sheet_mm)
        rim = np.clip(outside / 0.25, 0, 1) * np.exp(-outside / 0.8)
        light *= 1 - 0.5 * scanner.edge_shadow * field(rim)
    if lamp:
        light *= _lamp(shape, scanner)
    levels = np.clip(np.rint(light * FULL_LIGHT), 0, 255).astype(np.uint8)
    size = (shape[1] * _LIGHT_PX, shape[0] * _LIGHT_PX)
    full = pixels(cv2.resize(levels, size, interpolation=cv2.INTER_LINEAR))
    return np.ascontiguousarray(full[: run.shape[0], : run.shape[1]])


def _seen(layer: Field, places: Field, run: Pass, mirrored: bool = False) -> Field:
    scale_x = layer.shape[1] / run.sheet_mm[0]
    scale_y = layer.shape[0] / run.sheet_mm[1]
    x = places[..., 0] * np.float32(scale_x) - np.float32(0.5)
    if mirrored:
        x = np.float32(layer.shape[1] - 1) - x
    y = places[..., 1] * np.float32(scale_y) - np.float32(0.5)
    seen = cv2.remap(layer, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return field(seen)


def _ink_behind(back: Pixels, places: Field, run: Pass) -> Field:
    small = cv2.resize(back, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    grey = small if small.ndim == 2 else cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    # Light is scattered within the sheet: what is behind is seen blurred.
    soft = cv2.blur(grey, (3, 3)).astype(np.float32)
    return field(1 - _seen(field(soft), places, run, mirrored=True) / 255)


def _outside(places: Field, sheet_mm: tuple[float, float]) -> Field:
    x, y = places[..., 0], places[..., 1]
    across = np.maximum(-x, x - np.float32(sheet_mm[0]))
    down = np.maximum(-y, y - np.float32(sheet_mm[1]))
    return field(np.maximum(np.maximum(across, down), 0))


def _lamp(shape: tuple[int, int], scanner: Scanner) -> Field:
    x = np.linspace(-1, 1, shape[1], dtype=np.float32)[None, :]
    y = np.linspace(0, 1, shape[0], dtype=np.float32)[:, None]
    light = np.ones(shape, np.float32)
    if scanner.unevenness > 0:
        light *= 1 - scanner.unevenness * (0.7 * x**2 + 0.3 * y)
    if scanner.edge_shadow > 0:
        share = (x + 1) / 2 if scanner.edge < 2 else y
        inward = share if scanner.edge in (0, 2) else 1 - share
        light *= 1 - 0.6 * scanner.edge_shadow * np.exp(-inward / 0.018)
    return light

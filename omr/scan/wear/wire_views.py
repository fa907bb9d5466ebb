"""Windows of a page in which a staple's wire is looked for, and lines across them.

In comes the flat page; out come windows, of its upper corners above all, where staples are put, and
what lies along and across a line.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import Rect
from omr.scan.ink.ink_map import InkMap
from omr.scan.place.reference import Mask, Reference, as_bits, window
from omr.scan.place.straighten import FlatPage, look_beyond, separate_ink
from omr.scan.settings import ReaderSettings

Floats = NDArray[np.float64]
Float32 = NDArray[np.float32]

# Solid black lies so deep within print, and white so far beside it, between the modules of a code
# too: a tenth of a millimetre of misfit and blur, and toner that spreads.
_DEEP_PX, _BESIDE_PX = 1, 2
# Beyond the design a print of 94 % leaves so much paper.
_BEYOND_MM = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class WireView:
    """A window of the page.

    Attributes:
        darkness: 0 paper to 255 black, shape (h, w).
        open_: 1 on paper beside print, 0 on print, shape (h, w).
        solid: 1 deep within print, this ballot's codes among it, 0 elsewhere, shape (h, w).
        white: 1 where nothing is printed, between the parts of print too, shape (h, w).
        pixels: Shape (h, w) or (h, w, 3).
        scale: Resolution, px/mm.
        source_px_mm: Resolution of the picture that was scanned.
    """

    darkness: Float32
    open_: Float32
    solid: Float32
    white: Float32
    pixels: NDArray[np.uint8]
    scale: int
    source_px_mm: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line on a window: a point of it (x, y), its direction, and from where to where it runs."""

    x: float
    y: float
    angle: float
    start: float = 0.0
    end: float = 0.0


def upper_corners(
    size_mm: tuple[float, float], shape: tuple[int, ...], px_per_mm: int
) -> tuple[tuple[slice, slice], ...]:
    """Return the windows of both upper corners of a page, so far across and down."""
    across_px, down = (round(side * px_per_mm) for side in size_mm)
    rows = slice(0, min(down, shape[0]))
    return (rows, slice(0, across_px)), (rows, slice(shape[1] - across_px, shape[1]))


def wire_view(
    area: tuple[slice, slice], flat: FlatPage, reference: Reference, ink: InkMap
) -> WireView:
    """Return what is to be seen in a window of the page."""
    near = cv2.dilate(as_bits(reference.near_print[area]), np.ones((3, 3), np.uint8))
    # Each ballot's own code is no part of the reference.
    for code in reference.layout.codes:
        rows, columns = window(code, reference.px_per_mm, reference.near_print.shape, 0.5)
        near[_seen(rows, area[0].start), _seen(columns, area[1].start)] = 1
    printed = as_bits(ink.printed[area])
    deep = cv2.erode(printed, np.ones((2 * _DEEP_PX + 1,) * 2, np.uint8))
    spread = cv2.dilate(printed, np.ones((2 * _BESIDE_PX + 1,) * 2, np.uint8))
    return WireView(
        flat.darkness[area].astype(np.float32),
        (1 - near).astype(np.float32),
        deep.astype(np.float32),
        (1 - spread).astype(np.float32),
        flat.pixels[area],
        reference.px_per_mm,
        flat.source_px_mm,
    )


def _seen(part: slice, start: int) -> slice:
    """Return which rows or columns of a window that begins there are within these of the page."""
    return slice(max(0, part.start - start), max(0, part.stop - start))


def view_beyond(
    left_mm: float,
    size_mm: tuple[float, float],
    flat: FlatPage,
    reference: Reference,
    ink: InkMap,
    settings: ReaderSettings,
) -> tuple[WireView, Floats]:
    """Return an upper corner with what lies beyond the design, where a shrunken print has paper.

    Args:
        left_mm: Where the corner begins on the page.
        size_mm: How far across and down it goes.
        flat: The page laid flat.
        reference: The page as printed.
        ink: Its ink.
        settings: The reader's numbers.

    Returns:
        The view, and the place on the page of its first pixel, x and y in mm.
    """
    scale, shape = reference.px_per_mm, ink.ink.shape
    area = window(Rect(left_mm, 0.0, *size_mm), scale, shape)
    inner = wire_view(area, flat, reference, ink)
    beyond = round(_BEYOND_MM * scale)
    before, after = (beyond, 0) if area[1].start == 0 else (0, beyond)
    rows, columns = inner.darkness.shape[0] + beyond, inner.darkness.shape[1] + beyond
    origin = np.array([(area[1].start - before) / scale, -beyond / scale])
    pixels, there = look_beyond(flat, origin[0], origin[1], (rows, columns), scale)
    darkness, paper = separate_ink(pixels, scale, settings)
    dark = np.where(paper & there, darkness, np.uint8(0)).astype(np.float32)

    def padded(picture: Float32, value: float) -> Float32:
        return np.asarray(
            cv2.copyMakeBorder(
                picture, beyond, 0, before, after, cv2.BORDER_CONSTANT, value=(value,)
            ),
            dtype=np.float32,
        )

    view = WireView(
        dark, padded(inner.open_, 1.0), padded(inner.solid, 0.0), padded(inner.white, 1.0),
        pixels, scale, inner.source_px_mm,
    )  # fmt: skip
    return view, origin


def across(line: Line, view: WireView, picture: Float32, half_mm: float, finer: int = 1) -> Floats:
    """Return what lies along and across a line, shape (length, breadth); 0 beyond the window.

    Across it may be taken so many times finer than the page's pixels are.
    """
    half = round(half_mm * view.scale * finer)
    along = np.arange(round(line.start), round(line.end) + 1)[:, None]
    aside = np.arange(-half, half + 1)[None] / finer
    cos, sin = np.cos(line.angle), np.sin(line.angle)
    x = (line.x + cos * along - sin * aside).astype(np.float32)
    y = (line.y + sin * along + cos * aside).astype(np.float32)
    return np.asarray(cv2.remap(picture, x, y, cv2.INTER_LINEAR), dtype=np.float64)


def moved(line: Line, aside: float, turn: float) -> Line:
    """Return a line moved to its left or right and then turned about its point."""
    x = line.x - np.sin(line.angle) * aside
    y = line.y + np.cos(line.angle) * aside
    return Line(float(x), float(y), line.angle + turn, line.start, line.end)


def takes_all_light_alike(
    line: Line, view: WireView, clear: NDArray[np.bool_], half_mm: float, most: float
) -> bool:
    """Tell the grey of steel from coloured ink, where the scan has colour.

    Light is added up across the line, since the colours of a scan may lie a little apart.

    Args:
        line: Where the ink lies.
        view: The window.
        clear: Where along the line its ink lies on open paper, shape (length,).
        half_mm: As far to both its sides is looked; paper lies there.
        most: By which share of what is taken away colours may differ.
    """
    if view.pixels.ndim == 2:
        return True
    lost = []
    for channel in cv2.split(view.pixels):
        band = across(line, view, channel.astype(np.float32), half_mm)[clear]
        paper = float(np.median(band[:, [0, 1, -2, -1]]))
        lost.append(1.0 - band.mean(axis=0) / max(paper, 1.0))
    hump = np.mean(lost, axis=0)
    # A scan that drives paper to white takes the colour of the shadow away.
    sums = [float(part[hump > 0.35 * hump.max()].sum()) for part in lost]
    return max(sums) - min(sums) < most * max(sums)


def within_breadth(line: Line, shape: tuple[int, ...], scale: int, breadth_mm: float) -> Mask:
    """Return what of a window lies within so much of a line, from end to end."""
    ys, xs = np.indices(shape)
    cos, sin = np.cos(line.angle), np.sin(line.angle)
    along = (xs - line.x) * cos + (ys - line.y) * sin
    aside = (ys - line.y) * cos - (xs - line.x) * sin
    within = (along > line.start - 0.5 * scale) & (along < line.end + 0.5 * scale)
    return np.asarray(within & (np.abs(aside) < breadth_mm * scale), np.bool_)

"""The page as it was printed, drawn again from the layout: what a scan is compared with.

The picture comes from the very drawing that is printed (``ballot.draw``), rasterised once
for each page of each ballot style and shared by all scans of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from pdf2image import convert_from_bytes

from omr.ballot.draw import static_page_pdf
from omr.ballot.model import PageLayout
from omr.geometry import Rect
from omr.scan.settings import ReaderSettings

Mask = NDArray[np.bool_]
Grey = NDArray[np.uint8]

# Masks are grown tile by tile where the growth is wide: most tiles of a page hold no ink.
_TILE_PX, _WIDE_PX = 128, 5
# Enough for a mask that keeps 1.5 mm from print.
OPEN_PX_PER_MM = 2
# The outermost millimetres of the sheet carry shadows of its edge.
_RIM_MM = 6


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """One page of one ballot style as a picture.

    Attributes:
        layout: The page in millimetres.
        darkness: Shape (h, w), 0 paper to 255 black, at ``px_per_mm``.
        coarse: The same at ``coarse_px_per_mm``, slightly blurred, for matching.
        print_mask: Where print is, without any margin.
        near_print: Print grown by the margin of the settings: ink here is no news.
        around_boxes: The boxes and the reach of their strokes over outlines and rules.
        open_paper: Where there is no print within 1.5 mm, nor the sheet's edge, at
            ``OPEN_PX_PER_MM``.
    """

    layout: PageLayout
    px_per_mm: int
    darkness: Grey
    coarse: Grey
    print_mask: Mask
    near_print: Mask
    around_boxes: Mask
    open_paper: Mask


@lru_cache(maxsize=128)
def disc(radius_px: float) -> Grey:
    """Return a round structuring element of this radius, which cannot be written to."""
    size = 2 * int(np.ceil(radius_px)) + 1
    centre = size // 2
    ys, xs = np.mgrid[:size, :size]
    inside = (xs - centre) ** 2 + (ys - centre) ** 2 <= radius_px**2 + 0.25
    element = np.asarray(inside, dtype=np.uint8)
    element.flags.writeable = False
    return element


def as_bits(mask: Mask) -> Grey:
    """Return a mask as numbers 0 and 1 for OpenCV, in the same memory."""
    return mask.view(np.uint8)


def grow(mask: Mask, radius_px: float) -> Mask:
    """Return the mask grown by a radius."""
    bits, element = as_bits(mask), disc(radius_px)
    reach = len(element) // 2
    if reach < _WIDE_PX or mask.size < 4 * _TILE_PX**2:
        return cv2.dilate(bits, element).view(np.bool_)
    # What grows from a union is the union of what grows from each tile.
    grown = np.zeros(mask.shape, np.uint8)
    for top in range(0, mask.shape[0], _TILE_PX):
        for left in range(0, mask.shape[1], _TILE_PX):
            tile = bits[top : top + _TILE_PX, left : left + _TILE_PX]
            if not tile.any():
                continue
            rows = slice(max(0, top - reach), top + _TILE_PX + reach)
            columns = slice(max(0, left - reach), left + _TILE_PX + reach)
            above, before = top - rows.start, left - columns.start
            room = grown[rows, columns]
            below, after = (
                whole - lead - part
                for whole, lead, part in zip(room.shape, (above, before), tile.shape, strict=True)
            )
            padded = cv2.copyMakeBorder(
                tile, above, below, before, after, cv2.BORDER_CONSTANT | cv2.BORDER_ISOLATED
            )
            cv2.bitwise_or(room, cv2.dilate(padded, element), dst=room)
    return grown.view(np.bool_)


def window(
    rect: Rect, px_per_mm: float, shape: tuple[int, ...], margin_mm: float = 0.0
) -> tuple[slice, slice]:
    """Return the array window (rows, columns) of a rectangle, clipped to the picture."""
    wide = rect.grown(margin_mm)
    top = max(0, round(wide.y * px_per_mm))
    left = max(0, round(wide.x * px_per_mm))
    bottom = min(shape[0], max(top, round(wide.bottom * px_per_mm)))
    right = min(shape[1], max(left, round(wide.right * px_per_mm)))
    return slice(top, bottom), slice(left, right)


def outline_ring(
    box: Rect, outline_mm: float, px_per_mm: float, shape: tuple[int, ...], margin_mm: float
) -> Mask:
    """Return a mask of a box's printed outline, grown by ``margin_mm`` on both sides."""
    ring = np.zeros(shape[:2], np.bool_)
    ring[window(box.grown(outline_mm + margin_mm), px_per_mm, shape)] = True
    ring[window(box.grown(-margin_mm), px_per_mm, shape)] = False
    return ring


def make_reference(layout: PageLayout, settings: ReaderSettings) -> Reference:
    """Draw and rasterise one page of a ballot style.

    Args:
        layout: The page.
        settings: The reader's numbers; resolution and print margin are used.

    Returns:
        The reference picture with its masks.
    """
    scale = settings.px_per_mm
    height, width = round(layout.height * scale), round(layout.width * scale)
    image = convert_from_bytes(
        static_page_pdf(layout), size=(width, height), grayscale=True, single_file=True
    )[0]
    grey = np.full((height, width), 255, np.uint8)
    drawn = np.asarray(image, dtype=np.uint8)[:height, :width]
    grey[: drawn.shape[0], : drawn.shape[1]] = drawn
    darkness = np.asarray(255 - grey, dtype=np.uint8)
    print_mask = darkness > 48
    factor = settings.coarse_px_per_mm / scale
    coarse = cv2.resize(darkness, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    around_boxes = np.zeros(print_mask.shape, np.bool_)
    for box in layout.boxes:
        around_boxes[window(box.rect, scale, around_boxes.shape, settings.reach_mm)] = True
    near_print = grow(print_mask, settings.print_margin_mm * scale)
    return Reference(
        layout=layout,
        px_per_mm=scale,
        darkness=darkness,
        coarse=np.asarray(cv2.GaussianBlur(coarse, (0, 0), 1.0), dtype=np.uint8),
        print_mask=print_mask,
        near_print=near_print,
        around_boxes=around_boxes,
        open_paper=_open_paper(layout, near_print),
    )


def _open_paper(layout: PageLayout, near_print: Mask) -> Mask:
    """Return where paper is open, with a margin of 1.5 mm around print."""
    size = (round(layout.width * OPEN_PX_PER_MM), round(layout.height * OPEN_PX_PER_MM))
    printed = cv2.resize(as_bits(near_print) * np.uint8(255), size, interpolation=cv2.INTER_AREA)
    free = cv2.dilate(printed, np.ones((7, 7), np.uint8)) < 16
    rim = _RIM_MM * OPEN_PX_PER_MM
    free[:rim] = free[-rim:] = False
    free[:, :rim] = free[:, -rim:] = False
    return np.asarray(free, dtype=np.bool_)

"""The page as it was printed, drawn again from the layout: what a scan is compared with.

The picture comes from the very drawing that is printed (``ballot.draw``), rasterised once
for each page of each ballot style and shared by all scans of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from pdf2image import convert_from_bytes

from omr.ballot.draw import static_page_pdf
from omr.ballot.model import PageLayout
from omr.geometry import Rect
from omr.scan.settings import ReaderSettings
from omr.stages import stage

Mask = NDArray[np.bool_]
Grey = NDArray[np.uint8]
Places = NDArray[np.int64]

# As dark as this, of 255, is print where the page was drawn; half covered pixels are darker.
PRINTED = 48
# Masks are grown tile by tile where the growth is wide: most tiles of a page hold no ink.
_TILE_PX, _WIDE_PX = 64, 3
# A picture of fewer pixels is grown whole; places in it are listed without looking for empty parts.
_WHOLE_PX = 65_536
# The fringe that uneven toner leaves keeps this close to print; dust is told from it farther off.
FRINGE_MM, HALO_MM = 0.7, 0.9
# Of 255 so much is a cell of 16 pixels of which so many are covered.
_COVER = np.rint(np.minimum(np.arange(256), 16) * 255 / 16).astype(np.uint8)
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
        fringe: Print grown by ``FRINGE_MM``.
        halo: Print grown by ``HALO_MM``.
        around_boxes: The boxes and the reach of their strokes over outlines and rules.
        beside_boxes: The same and 1 mm around it, from where ink may be bridged into it.
        open_paper: Where there is no print within 1.5 mm, nor the sheet's edge, at
            ``OPEN_PX_PER_MM``.
        bare_paper: The same within 0.5 mm.
    """

    layout: PageLayout
    px_per_mm: int
    darkness: Grey
    coarse: Grey
    print_mask: Mask
    near_print: Mask
    fringe: Mask
    halo: Mask
    around_boxes: Mask
    beside_boxes: Mask
    open_paper: Mask
    bare_paper: Mask


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


def where(mask: Mask) -> Places:
    """Return the places of a mask's pixels, row * w + column, in order.

    Args:
        mask: Shape (h, w), mostly empty.
    """
    flat = mask.ravel()
    if len(flat) < _WHOLE_PX:
        return np.flatnonzero(flat)
    whole = len(flat) // 8 * 8
    # Eight pixels at a time; only where one of them is set are they looked at one by one.
    eights = np.flatnonzero(flat[:whole].view(np.uint64) != 0)
    found = np.flatnonzero(flat[:whole].reshape(-1, 8)[eights])
    places = (eights[found >> 3] << 3) + (found & 7)
    if flat[whole:].any():
        places = np.concatenate([places, whole + np.flatnonzero(flat[whole:])])
    return np.asarray(places, dtype=np.int64)


def above(picture: Grey, level: float) -> Mask:
    """Return where a picture is above a level from 0 on.

    Whole numbers are compared: beside a fraction each pixel would be made one first.
    """
    return np.asarray(picture > int(level), dtype=np.bool_)


def below(picture: Grey, level: float) -> Mask:
    """Return where a picture is below a level of 0 to 255, compared as in ``above``."""
    return np.asarray(picture < int(np.ceil(level)), dtype=np.bool_)


def share_of(mask: Mask) -> float:
    """Return the share of a mask that is set, nan of an empty one."""
    return int(np.count_nonzero(mask)) / mask.size if mask.size else float("nan")


def darkest(pixels: Grey) -> Grey:
    """Return the darkest colour of each pixel, shape (h, w): ink of any colour shows in it."""
    return _of_colours(pixels, cv2.min)


def lightest(pixels: Grey) -> Grey:
    """Return the lightest colour of each pixel, shape (h, w): only what takes all colours shows."""
    return _of_colours(pixels, cv2.max)


def _of_colours(pixels: Grey, choose: Callable[[Any, Any], Any]) -> Grey:
    """Return what is chosen among the colours of each pixel, two by two."""
    whole = np.ascontiguousarray(pixels)
    if whole.ndim == 2:
        return whole
    blue, green, red = cv2.split(whole)
    return np.asarray(choose(choose(blue, green), red), dtype=np.uint8)


def shrunk(picture: Grey, times: int) -> Grey:
    """Return a picture so many times smaller, shape (h, w) or (h, w, 3)."""
    size = picture.shape[1] // times, picture.shape[0] // times
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def cover(mask: Mask, times: int) -> Grey:
    """Return how much of each cell a mask covers, 0 to 255, as ``shrunk`` would of a picture of it.

    Args:
        mask: Shape (h, w), sides that are whole multiples of ``times``.
        times: Side of a cell in pixels, 2 or 4.
    """
    if times != 4:
        return shrunk(as_bits(mask) * np.uint8(255), times)
    # Halved twice, which is many times faster, pixels of 16 add up to how many are covered.
    counts = shrunk(shrunk(as_bits(mask) * np.uint8(16), 2), 2)
    return np.asarray(cv2.LUT(counts, _COVER), dtype=np.uint8)


def slopes(picture: NDArray[Any]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return how much a picture rises for each pixel across and down, both of shape (h, w)."""
    across, down = (
        np.asarray(cv2.Sobel(picture, cv2.CV_32F, *order, scale=1 / 8), np.float32)
        for order in ((1, 0), (0, 1))
    )
    return across, down


def grow(mask: Mask, radius_px: float) -> Mask:
    """Return the mask grown by a radius."""
    element = disc(radius_px)
    reach = len(element) // 2
    if reach < _WIDE_PX:
        return cv2.dilate(as_bits(mask), element).view(np.bool_)
    if mask.size < _WHOLE_PX:
        return _grown_in_bounds(mask, element)
    height, width = mask.shape
    filled = _filled_tiles(mask)
    # What grows from a union is the union of what grows from each stretch of filled tiles.
    grown = np.zeros(mask.shape, np.uint8)
    turns = np.flatnonzero(np.diff(filled.ravel(), prepend=False))
    for start, end in zip(turns[::2].tolist(), turns[1::2].tolist(), strict=True):
        row, first = divmod(start, filled.shape[1])
        top, bottom = row * _TILE_PX, min(height, (row + 1) * _TILE_PX)
        left = first * _TILE_PX
        right = min(width, left + (end - start) * _TILE_PX)
        out = (
            slice(max(0, top - reach), bottom + reach),
            slice(max(0, left - reach), right + reach),
        )
        room = grown[out]
        padded = np.zeros(room.shape, np.uint8)
        above_px, before_px = top - out[0].start, left - out[1].start
        padded[above_px : above_px + bottom - top, before_px : before_px + right - left] = mask[
            top:bottom, left:right
        ]
        cv2.bitwise_or(room, cv2.dilate(padded, element), dst=room)
    return grown.view(np.bool_)


def _filled_tiles(mask: Mask) -> Mask:
    """Return which tiles of a mask hold anything, and a column of empty ones behind them."""
    height, width = mask.shape
    filled = np.zeros((-(-height // _TILE_PX), -(-width // _TILE_PX) + 1), np.bool_)
    if width % 8 or not mask.flags.c_contiguous:
        rows, columns = np.divmod(where(mask), width)
    else:
        # Eight pixels at a time, as of their places no more is asked than the tile.
        rows, columns = np.nonzero(mask.view(np.uint64) != 0)
        columns <<= 3
    filled[rows // _TILE_PX, columns // _TILE_PX] = True
    return filled


def _grown_in_bounds(mask: Mask, element: Grey) -> Mask:
    """Return a small mask grown by an element: no farther than that from its bounds."""
    reach = len(element) // 2
    left, top, width, height = cv2.boundingRect(as_bits(mask))
    grown = np.zeros(mask.shape, np.uint8)
    if width:
        room = (
            slice(max(0, top - reach), top + height + reach),
            slice(max(0, left - reach), left + width + reach),
        )
        grown[room] = cv2.dilate(as_bits(mask[room]), element)
    return grown.view(np.bool_)


def window(
    rect: Rect, px_per_mm: float, shape: tuple[int, ...], margin_mm: float = 0.0
) -> tuple[slice, slice]:
    """Return the array window (rows, columns) of a rectangle, clipped to the picture."""
    # Asked thousands of times a page, it makes no rectangle of what it grows.
    y_mm, x_mm = rect.y - margin_mm, rect.x - margin_mm
    end_y_mm, end_x_mm = y_mm + (rect.h + 2 * margin_mm), x_mm + (rect.w + 2 * margin_mm)
    top, left = max(0, round(y_mm * px_per_mm)), max(0, round(x_mm * px_per_mm))
    bottom = min(shape[0], max(top, round(end_y_mm * px_per_mm)))
    right = min(shape[1], max(left, round(end_x_mm * px_per_mm)))
    return slice(top, bottom), slice(left, right)


def window_within(outer: tuple[slice, slice], inner: tuple[slice, slice]) -> tuple[slice, slice]:
    """Return a window of the page as a window of the larger one around it."""
    rows, columns = (
        slice(part.start - whole.start, part.stop - whole.start)
        for whole, part in zip(outer, inner, strict=True)
    )
    return rows, columns


def common_windows(
    corner: tuple[int, int], shape: tuple[int, int], page: tuple[int, ...]
) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Return what a window has in common with the page, as a window of the page and of itself.

    Args:
        corner: Row and column of the window on the page; less than 0 beyond it.
        shape: Of the window.
        page: Shape of the page.
    """
    begin = [max(0, at) for at in corner]
    end = [min(whole, at + size) for whole, at, size in zip(page, corner, shape, strict=False)]
    rows, columns = (slice(b, max(b, e)) for b, e in zip(begin, end, strict=True))
    own = tuple(
        slice(s.start - at, s.stop - at) for s, at in zip((rows, columns), corner, strict=True)
    )
    return (rows, columns), (own[0], own[1])


def outline_ring(
    box: Rect, outline_mm: float, px_per_mm: float, around: tuple[slice, slice], margin_mm: float
) -> Mask:
    """Return where a box's printed outline, grown by ``margin_mm`` on both sides, is in a window.

    Args:
        box: Its inside edge, on the page.
        outline_mm: Breadth of the outline.
        px_per_mm: Resolution.
        around: The window of the page (rows, columns).
        margin_mm: How far to grow.
    """
    rows, columns = around
    ring = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.bool_)
    for edge_mm, inked in ((outline_mm + margin_mm, True), (-margin_mm, False)):
        down, across = window(box.grown(edge_mm), px_per_mm, (rows.stop, columns.stop))
        ring[
            max(0, down.start - rows.start) : max(0, down.stop - rows.start),
            max(0, across.start - columns.start) : max(0, across.stop - columns.start),
        ] = inked
    return ring


@stage("reference")
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
    print_mask = darkness > PRINTED
    factor = settings.coarse_px_per_mm / scale
    coarse = cv2.resize(darkness, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    around_boxes, beside_boxes = (np.zeros(print_mask.shape, np.bool_) for _ in range(2))
    for box in layout.boxes:
        around_boxes[window(box.rect, scale, around_boxes.shape, settings.reach_mm)] = True
        beside_boxes[window(box.rect, scale, around_boxes.shape, settings.reach_mm + 1.0)] = True
    near_print = grow(print_mask, settings.print_margin_mm * scale)
    return Reference(
        layout=layout,
        px_per_mm=scale,
        darkness=darkness,
        coarse=np.asarray(cv2.GaussianBlur(coarse, (0, 0), 1.0), dtype=np.uint8),
        print_mask=print_mask,
        near_print=near_print,
        fringe=grow(print_mask, FRINGE_MM * scale),
        halo=grow(print_mask, HALO_MM * scale),
        around_boxes=around_boxes,
        beside_boxes=beside_boxes,
        open_paper=_open_paper(layout, near_print, 1.5),
        bare_paper=_open_paper(layout, near_print, 0.5),
    )


def _open_paper(layout: PageLayout, near_print: Mask, margin_mm: float) -> Mask:
    """Return where paper is open, with a margin around print."""
    size = (round(layout.width * OPEN_PX_PER_MM), round(layout.height * OPEN_PX_PER_MM))
    printed = cv2.resize(as_bits(near_print) * np.uint8(255), size, interpolation=cv2.INTER_AREA)
    side = 2 * round(margin_mm * OPEN_PX_PER_MM) + 1
    free = cv2.dilate(printed, np.ones((side, side), np.uint8)) < 16
    rim = _RIM_MM * OPEN_PX_PER_MM
    free[:rim] = free[-rim:] = False
    free[:, :rim] = free[:, -rim:] = False
    return np.asarray(free, dtype=np.bool_)

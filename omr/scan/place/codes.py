"""QR symbols on a page, found by two independent readers.

zxing-cpp goes first: it is some twenty times as fast and reads more. pyzbar follows where
it finds nothing, as the two fail on different pages. What a code says is not judged
here; ``ballot`` verifies the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np
import zxingcpp
from pyzbar import pyzbar

from omr.geometry import MM_PER_INCH, FloatArray, mm_to_px
from omr.scan.pages.page_image import Pixels
from omr.scan.place.code_sides import on_this_side
from omr.scan.place.found_code import FoundCode, Reader

BoxPx = tuple[int, int, int, int]
# Yields a crop in one or more forms, each with its scale against the crop.
_Prepare = Callable[[Pixels, float], Iterator[tuple[Pixels, float]]]

# A ballot has one symbol in each of two opposite corners.
CODES_PER_PAGE = 2
# A symbol is 17 to 19 mm and lies within 40 mm of its corner; a page that slid or turned
# by a few degrees on the glass moves it by up to 15 mm more.
CORNER_MM = 55.0
# Where the resolution is unknown, the long side is taken to be that of A4.
A4_LONG_MM = 297.0
# A module is 0.58 mm: 3.4 pixels at 150 dpi, of which blur leaves two or fewer.
UPSCALE_BELOW_DPI = 180.0
# A page is halved for the overview as long as this is left: A4 at 95 dpi, 2.2 pixels a module.
# The quick reader then sees all symbols of a fair scan in two or three milliseconds.
OVERVIEW_LONG_SIDE_PX = 1100
# Below this a photograph's or a coarse scan's symbols are enlarged where none was read.
ENLARGE_BELOW_PX = 3200
# A4 at about 190 dpi: above it, pyzbar takes more than half a second for a whole page.
REDUCED_LONG_SIDE_PX = 2200
# A QR symbol is printed with one of so many mask patterns.
_MASKS = 8
# Blur that swallows specks and leaves modules; spread of an optic out of focus; and the
# patch of paper whose brightness counts where there is a shadow.
SPECKLE_MM = 0.1
SOFT_FOCUS_MM = 0.35
SHADOW_WINDOW_MM = 6.0


def find_codes(
    grey: Pixels,
    boxes_px: Sequence[BoxPx] | None = None,
    dpi: float | None = None,
    readers: Sequence[Reader] = ("zxing", "pyzbar"),
    expected: int = CODES_PER_PAGE,
) -> tuple[FoundCode, ...]:
    """Read the QR symbols of a page, at any turn and skew.

    The quick reader looks over the whole page first, and never stops at the symbols that were
    expected: one more, of another paper fed with this one, must not go unseen. If it finds
    fewer, the places where symbols are expected are searched in full size, then those without
    a symbol with harder and harder means, then the whole page.

    Args:
        grey: Page, shape (h, w).
        boxes_px: Where symbols are expected: (x, y, w, h), with some margin; None if
            nothing is known.
        dpi: Dots per inch of the page; None to assume an A4 sheet.
        readers: Which libraries to use, in this order.
        expected: How many symbols make a search complete.

    Returns:
        All distinct symbols, foreign ones included; the same text twice on a page, at
        two places, counts as two. Symbols that show through from the other side are left out.
    """
    dpi = dpi or _a4_dpi(grey)
    found = _overview(grey, readers[0])
    unread: list[BoxPx] = []
    if len(found) < expected:
        for box in boxes_px or ():
            here = _in_box(grey, box, dpi, readers[:1], _as_it_is)
            found = _merged(here, found)  # in full size the corners are exacter
            if not here:
                unread.append(box)
    for box in unread:
        if len(found) < expected:
            found = _merged(found, _in_box(grey, box, dpi, readers, _prepared))
    if len(found) < expected:
        found = _on_page(grey, readers, found, expected)
    if not found and max(grey.shape) < ENLARGE_BELOW_PX and _has_contrast(grey):
        found = _enlarged(grey, readers[0])
    return on_this_side(grey, found)


def find_page_codes(
    grey: Pixels,
    dpi_guess: float | None = None,
    readers: Sequence[Reader] = ("zxing", "pyzbar"),
) -> tuple[FoundCode, ...]:
    """Read the codes of a page of which nothing is known, not even which way is up.

    Args:
        grey: Page, shape (h, w).
        dpi_guess: Dots per inch as the file claims; None to assume an A4 sheet.
        readers: Which libraries to use, in this order.

    Returns:
        All distinct symbols that were met; at most what ``find_codes`` would return.
    """
    return find_codes(grey, corner_boxes(grey, dpi_guess), dpi_guess, readers)


def corner_boxes(grey: Pixels, dpi_guess: float | None = None) -> list[BoxPx]:
    """Return the four corner regions in which a ballot's codes can lie."""
    height, width = grey.shape
    dpi = dpi_guess or _a4_dpi(grey)
    side = round(mm_to_px(CORNER_MM, dpi))
    w, h = min(side, width // 2), min(side, height // 2)
    return [
        (width - w, 0, w, h),
        (0, height - h, w, h),
        (0, 0, w, h),
        (width - w, height - h, w, h),
    ]


def _a4_dpi(grey: Pixels) -> float:
    """Return the resolution at which the page would be an A4 sheet."""
    return float(max(grey.shape)) / A4_LONG_MM * MM_PER_INCH


def _in_box(
    grey: Pixels, box: BoxPx, dpi: float, readers: Sequence[Reader], prepare: _Prepare
) -> list[FoundCode]:
    """Read one region in each way that ``prepare`` yields, until a symbol is read."""
    x, y, w, h = box
    left, top = max(0, x), max(0, y)
    crop = grey[top : y + h, left : x + w]
    if min(crop.shape) < 8 or not _has_contrast(crop):
        return []
    for prepared, scale in prepare(crop, dpi):
        for reader in readers:
            found = _READ[reader](prepared)
            if found:
                return [_back(code, scale, left, top) for code in found]
    return []


def _overview(grey: Pixels, reader: Reader) -> list[FoundCode]:
    """Read the whole page once, at a reduced size."""
    page, scale = grey, 1.0
    while max(page.shape) >= 2 * OVERVIEW_LONG_SIDE_PX:
        # Exact halves: four pixels make one, which is many times faster than any other size.
        size = (page.shape[1] // 2, page.shape[0] // 2)
        halved = cv2.resize(page, size, interpolation=cv2.INTER_LINEAR)
        page, scale = np.asarray(halved, dtype=np.uint8), scale / 2
    return [_back(code, scale, 0, 0) for code in _READ[reader](page)]


def _on_page(
    grey: Pixels, readers: Sequence[Reader], known: list[FoundCode], expected: int
) -> list[FoundCode]:
    """Read the whole page, at a reduced size first, until as many are known as expected."""
    found = known
    reduced = REDUCED_LONG_SIDE_PX / max(grey.shape)
    for scale in (reduced, 1.0) if reduced < 0.8 else (1.0,):
        page = grey if scale == 1.0 else _resized(grey, scale)
        for reader in readers:
            if reader == "pyzbar" and (found or (scale == 1.0 and reduced < 0.8)):
                continue  # slow on a large page, for hardly any gain
            found = _merged(found, [_back(c, scale, 0, 0) for c in _READ[reader](page)])
            if len(found) >= expected:
                return found
    return found


def _enlarged(grey: Pixels, reader: Reader) -> list[FoundCode]:
    """Read a page whose symbols are small in the picture: enlarged, and sharpened as well."""
    large = _resized(grey, 2.0)
    soft = _blurred(large, 2.0)
    sharp = np.asarray(cv2.addWeighted(large, 3.0, soft, -2.0, 0), dtype=np.uint8)
    for page in (large, sharp):
        found = _READ[reader](page)
        if found:
            return [_back(code, 2.0, 0, 0) for code in found]
    return []


def _has_contrast(crop: Pixels) -> bool:
    """Tell blank paper, which cannot hold a symbol, from the rest."""
    sample = crop[::4, ::4]
    return int(sample.max()) - int(sample.min()) > 40


def _as_it_is(crop: Pixels, dpi: float) -> Iterator[tuple[Pixels, float]]:
    yield crop, 1.0


def _prepared(crop: Pixels, dpi: float) -> Iterator[tuple[Pixels, float]]:
    """Yield the crop as it is, then prepared for weak scans, with its scale.

    The lengths and the order are those that read most symbols of degraded prints, with
    a module of 0.58 mm, at 150 to 300 dpi.
    """
    yield crop, 1.0
    # Speckle of 1-bit scans and sensor noise: smaller than a module, so blur removes it.
    blurred = _blurred(crop, mm_to_px(SPECKLE_MM, dpi))
    yield blurred, 1.0
    # Blurred optics: a strong unsharp mask brings modules apart again.
    soft = _blurred(crop, mm_to_px(SOFT_FOCUS_MM, dpi))
    for strength in (6.0, 3.0):
        sharp = cv2.addWeighted(crop, 1 + strength, soft, -strength, 0)
        yield np.asarray(sharp, dtype=np.uint8), 1.0
    # A shadow across the symbol: the threshold follows the paper's brightness. The
    # window spans several modules, or it would hollow out the finder patterns.
    window = max(3, round(mm_to_px(SHADOW_WINDOW_MM, dpi))) | 1
    local = cv2.adaptiveThreshold(
        blurred, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, window, 8
    )
    yield np.asarray(local, dtype=np.uint8), 1.0
    if dpi < UPSCALE_BELOW_DPI:
        yield _resized(crop, 2.0), 2.0


def _blurred(grey: Pixels, sigma_px: float) -> Pixels:
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), sigma_px), dtype=np.uint8)


def _resized(grey: Pixels, scale: float) -> Pixels:
    method = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    return np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=method), np.uint8)


def _back(code: FoundCode, scale: float, left: int, top: int) -> FoundCode:
    """Return a code in the coordinates of the page."""
    # Pixel centres lie half a pixel in from the edge, at either size.
    corners = (code.corners_px + 0.5) / scale - 0.5 + np.array([left, top], dtype=np.float64)
    return replace(code, corners_px=corners)


def _merged(found: list[FoundCode], more: Sequence[FoundCode]) -> list[FoundCode]:
    """Add the codes that are not there already, told apart by text and place."""
    merged = list(found)
    for code in more:
        if not any(_is_same(code, other) for other in merged):
            merged.append(code)
    return merged


def _is_same(one: FoundCode, other: FoundCode) -> bool:
    """Tell whether two readings are of one symbol on the paper."""
    apart = float(np.linalg.norm(one.corners_px.mean(axis=0) - other.corners_px.mean(axis=0)))
    size = float(np.ptp(one.corners_px, axis=0).max())
    return one.text == other.text and apart < size / 2


def _read_zxing(grey: Pixels) -> list[FoundCode]:
    codes: list[FoundCode] = []
    for symbol in zxingcpp.read_barcodes(
        np.ascontiguousarray(grey),
        formats=_QR,
        text_mode=zxingcpp.TextMode.Plain,
        try_invert=False,  # nobody prints a ballot white on black
    ):
        place = symbol.position
        corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
        points = np.array([[p.x, p.y] for p in corners], dtype=np.float64)
        extra = symbol.extra
        told = extra.get("DataMask") if isinstance(extra, dict) else None
        mask = told if isinstance(told, int) and 0 <= told < _MASKS else None
        codes.append(FoundCode(symbol.text, points, "zxing", mask))
    return codes


def _read_pyzbar(grey: Pixels) -> list[FoundCode]:
    # With QR alone the decoders of bar codes are off, which print warnings of their own.
    codes: list[FoundCode] = []
    for symbol in pyzbar.decode(np.ascontiguousarray(grey), symbols=[pyzbar.ZBarSymbol.QRCODE]):
        points = np.array([[p.x, p.y] for p in symbol.polygon], dtype=np.float64)
        if len(points) != 4:
            hull = points.astype(np.float32)
            points = np.asarray(cv2.boxPoints(cv2.minAreaRect(hull)), dtype=np.float64)
        corners = _from_top_left(points, symbol.orientation)
        codes.append(FoundCode(symbol.data.decode("utf-8", "replace"), corners, "pyzbar"))
    return codes


def _from_top_left(points: FloatArray, orientation: str | None) -> FloatArray:
    """Order zbar's corners clockwise, from the symbol's own top left.

    zbar tells only to which side the top of the symbol points; its corners start at the
    left of the image.
    """
    from_middle = points - points.mean(axis=0)
    angles = np.arctan2(from_middle[:, 1], from_middle[:, 0])
    clockwise = np.argsort(angles)  # y runs down, so growing angles run clockwise
    towards = np.array(_TOP_LEFT_SIDE.get(orientation or "UP", (-1, -1)), dtype=np.float64)
    first = int(np.argmax(from_middle[clockwise] @ towards))
    return points[np.roll(clockwise, -first)]


_QR = zxingcpp.barcode_formats_from_str("QRCode")

# Where the top left of a symbol lies from its middle, by where its top points.
_TOP_LEFT_SIDE = {"UP": (-1, -1), "RIGHT": (1, -1), "DOWN": (1, 1), "LEFT": (-1, 1)}

_READ: dict[Reader, Callable[[Pixels], list[FoundCode]]] = {
    "zxing": _read_zxing,
    "pyzbar": _read_pyzbar,
}

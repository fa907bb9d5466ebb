"""The bytes of a page that are kept for people, and the way back to its pixels.

A JPEG or PNG is kept as it came. Anything else is encoded once, without loss: a page of
pure black and white as TIFF G4, all others as PNG. ``decode`` is the one way from kept
bytes to pixels, so that what was measured can be measured again.
"""

from __future__ import annotations

import io
from typing import Literal

import cv2
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from omr.geometry import MM_PER_INCH
from omr.scan.pages.native_messages import native_messages
from omr.scan.pages.page_image import PageError, PageLimits, Pixels
from omr.scan.pages.sniff import sniff
from omr.stages import stage

# EXIF orientation: 1 upright, 3 half turn, 6 and 8 quarter turns, the even low ones mirrored.
Orientation = Literal[1, 2, 3, 4, 5, 6, 7, 8]

# Equal channels mean grey. Colour converters round by a step or two; ink and paper of a
# colour scan differ by far more somewhere on the page.
GREY_TOLERANCE = 3
# A sheet is A5 to A3. A resolution that makes it smaller or larger is a mere default
# (72 or 96 dpi) that some program wrote for want of a better one.
SHEET_LONG_SIDE_MM = (120.0, 600.0)

_STRIP_ROWS = 512
_ORIENTATION_TAG = 0x0112

# Sizes are checked against PageLimits before any pixel is decoded; Pillow's own limit
# would first warn, then refuse, at sizes that suit web pages.
Image.MAX_IMAGE_PIXELS = None


def oriented(pixels: Pixels, orientation: int) -> Pixels:
    """Return the pixels turned and mirrored upright, as an EXIF orientation says."""
    turned = {
        2: lambda: pixels[:, ::-1],
        3: lambda: pixels[::-1, ::-1],
        4: lambda: pixels[::-1],
        5: lambda: pixels.swapaxes(0, 1),
        6: lambda: np.rot90(pixels, -1),
        7: lambda: pixels[::-1, ::-1].swapaxes(0, 1),
        8: lambda: np.rot90(pixels, 1),
    }.get(orientation, lambda: pixels)()
    return np.ascontiguousarray(turned)


def grey_if_grey(pixels: Pixels) -> Pixels:
    """Return (h, w) for a BGR page without any colour, else the page as it is."""
    if pixels.ndim == 2:
        return pixels
    sample = pixels[::16, ::16].astype(np.int16)
    if int(np.ptp(sample, axis=2).max()) > GREY_TOLERANCE:
        return pixels
    for top in range(0, pixels.shape[0], _STRIP_ROWS):
        blue, green, red = cv2.split(pixels[top : top + _STRIP_ROWS])
        apart = max(cv2.absdiff(blue, green).max(), cv2.absdiff(green, red).max())
        if int(apart) > GREY_TOLERANCE:
            return pixels
    return np.ascontiguousarray(pixels[:, :, 1])


def believable_dpi(dpi: float | None, long_side_px: int) -> float | None:
    """Return the claimed resolution, or None where no sheet of paper could have it."""
    if dpi is None or not np.isfinite(dpi) or dpi <= 0:
        return None
    low_mm, high_mm = SHEET_LONG_SIDE_MM
    return dpi if low_mm <= long_side_px / dpi * MM_PER_INCH <= high_mm else None


@stage("keep")
def encode(pixels: Pixels, dpi: float | None) -> tuple[bytes, str]:
    """Encode a page without loss.

    Returns:
        The file's bytes and its suffix: TIFF G4 for pure black and white, else PNG.
    """
    buffer = io.BytesIO()
    resolution = {"dpi": (dpi, dpi)} if dpi else {}
    if pixels.ndim == 2 and not np.any((pixels != 0) & (pixels != 255)):
        page = Image.fromarray(pixels).convert("1", dither=Image.Dither.NONE)
        page.save(buffer, "TIFF", compression="group4", **resolution)
        return buffer.getvalue(), ".tif"
    page = Image.fromarray(pixels if pixels.ndim == 2 else pixels[:, :, ::-1])
    # Level 1 is three times as fast as the default, and a tenth larger on scans.
    page.save(buffer, "PNG", compress_level=1, **resolution)
    return buffer.getvalue(), ".png"


def decode(kept: bytes) -> Pixels:
    """Return the pixels of a page from its kept bytes.

    Raises:
        PageError: The bytes are not what was kept.
    """
    kind = sniff(kept)
    if kind == "jpeg":
        return decode_jpeg(kept)[0]
    if kind not in ("png", "tiff"):
        raise PageError("damaged")
    with native_messages(), Image.open(io.BytesIO(kept)) as image:
        return from_pillow(image)


def decode_jpeg(data: bytes, limits: PageLimits | None = None) -> tuple[Pixels, float | None]:
    """Decode one JPEG, refusing what libjpeg would quietly patch up.

    Args:
        data: The whole JPEG.
        limits: Checked against the header before decoding; None for no check.

    Returns:
        The upright pixels, and the resolution along x that the header claims.

    Raises:
        PageError: Too large, truncated, or with broken entropy-coded data.
    """
    try:
        with native_messages(), Image.open(io.BytesIO(data), formats=["JPEG"]) as header:
            if limits is not None and limits.refuses(*header.size):
                raise PageError("too-large", f"{header.width} x {header.height} px")
            turn = int(header.getexif().get(_ORIENTATION_TAG, 1))
            dpi, four_inks = _dpi_along_x(header, turn), header.mode == "CMYK"
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise PageError("damaged", str(error)) from error
    # OpenCV decodes every JPEG, as it alone lets libjpeg's complaints be heard.
    raw = np.frombuffer(data, np.uint8)
    with native_messages() as said:
        try:
            pixels = cv2.imdecode(raw, cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION)
        except cv2.error as error:
            raise PageError("unreadable", str(error)) from error
    complaint = " ".join(said)
    if pixels is None or "premature end" in complaint.lower():
        raise PageError("truncated", complaint)
    if "Corrupt JPEG" in complaint:
        raise PageError("damaged", complaint)
    if four_inks:
        with native_messages(), Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
            pixels = np.asarray(image.convert("RGB"))[:, :, ::-1]
    upright = oriented(grey_if_grey(np.asarray(pixels, dtype=np.uint8)), turn)
    return upright, believable_dpi(dpi, max(upright.shape[:2]))


def from_pillow(image: Image.Image) -> Pixels:
    """Return the upright pixels of a Pillow image: 8-bit grey or BGR, alpha on white.

    Raises:
        PageError: The image has a pixel type that no scanner writes.
    """
    page = ImageOps.exif_transpose(image)
    if page.mode == "1":
        return np.asarray(page.convert("L"), dtype=np.uint8).copy()
    if page.mode.startswith("I;16"):
        wide = np.asarray(page).astype(np.uint16)
        return np.asarray(cv2.convertScaleAbs(wide, alpha=255 / 65535), dtype=np.uint8)
    if page.mode == "I":
        return _from_32_bit(page)
    if page.mode == "F":
        raise PageError("unsupported", "floating-point pixels")
    if page.has_transparency_data:
        page = page.convert("RGBA")
        white = Image.new("RGBA", page.size, "white")
        page = Image.alpha_composite(white, page)
    if page.mode == "L":
        return np.asarray(page, dtype=np.uint8).copy()
    rgb = np.asarray(page.convert("RGB"), dtype=np.uint8)
    return grey_if_grey(np.ascontiguousarray(rgb[:, :, ::-1]))


def _from_32_bit(page: Image.Image) -> Pixels:
    """Scale Pillow's 32-bit grey, in which it also hands over some 16-bit files."""
    wide = np.asarray(page)
    if wide.min() < 0 or wide.max() > 65535:
        raise PageError("unsupported", "32-bit pixels")
    return np.asarray((wide.astype(np.uint32) + 128) // 257, dtype=np.uint8)


def pillow_dpi(image: Image.Image) -> float | None:
    """Return the resolution along the upright x that a Pillow image claims."""
    turn = int(image.getexif().get(_ORIENTATION_TAG, 1))
    return believable_dpi(_dpi_along_x(image, turn), max(image.size))


def _dpi_along_x(image: Image.Image, orientation: int) -> float | None:
    """Return the claimed resolution along the x of the upright page."""
    claimed = image.info.get("dpi")
    if not claimed:
        return None
    try:
        return float(claimed[1 if orientation >= 5 else 0])
    except (TypeError, ValueError, ZeroDivisionError, IndexError):
        return None


def with_orientation(jpeg: bytes, orientation: Orientation) -> bytes:
    """Return a JPEG with this EXIF orientation in place of any of its own.

    The picture data stay as they are, bit for bit; only the Exif block changes. A PDF
    ignores the Exif block of an embedded JPEG and turns it by its own means, so that
    the kept file must be told how to stand.
    """
    body = _without_exif(jpeg)
    if orientation == 1:
        return body
    exif = Image.Exif()
    exif[_ORIENTATION_TAG] = orientation
    block = exif.tobytes()
    return body[:2] + b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block + body[2:]


def _without_exif(jpeg: bytes) -> bytes:
    """Drop Exif blocks that carry an orientation, else return the JPEG unchanged."""
    kept, at = [jpeg[:2]], 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF and jpeg[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        is_exif = jpeg[at + 1] == 0xE1 and jpeg[at + 4 : at + 10] == b"Exif\x00\x00"
        if not is_exif:
            kept.append(jpeg[at:end])
        at = end
    return b"".join((*kept, jpeg[at:]))

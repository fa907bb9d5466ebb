"""Pages of JPEG, PNG and TIFF files.

Pillow reads PNG and TIFF: it shows the size of a frame before decoding it, takes a
TIFF one frame at a time and ends at a circle of frames, where OpenCV loads the whole
stack at once. What Pillow forgives (checksums, broken strips) is checked here.
"""

from __future__ import annotations

import io
import itertools
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from omr.scan.pages import kept_image
from omr.scan.pages.native_messages import native_messages
from omr.scan.pages.page_image import PageError, PageLimits, Pixels
from omr.scan.pages.sniff import FileKind

_PILLOW_ERRORS = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,  # Pillow's own word for a broken PNG
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    EOFError,
    struct.error,
    OverflowError,
    ZeroDivisionError,
    RuntimeError,
)


@dataclass(frozen=True, slots=True, eq=False)
class DecodedPage:
    """A page as a format reader hands it over; ``number`` counts from 1."""

    number: int
    pixels: Pixels
    dpi: float | None
    kept: bytes
    suffix: str


def single_page(path: Path, kind: FileKind, limits: PageLimits) -> DecodedPage:
    """Decode a JPEG or PNG file; the file itself is what is kept.

    Raises:
        PageError: It cannot be decoded in full.
        OSError: It cannot be read.
    """
    if path.stat().st_size > limits.max_image_bytes:
        raise PageError("too-large", f"{path.stat().st_size} bytes")
    data = path.read_bytes()
    if kind == "jpeg":
        pixels, dpi = kept_image.decode_jpeg(data, limits)
        return DecodedPage(1, pixels, dpi, data, ".jpg")
    pixels, dpi = _png(data, limits)
    return DecodedPage(1, pixels, dpi, data, ".png")


def _png(data: bytes, limits: PageLimits) -> tuple[Pixels, float | None]:
    _check_png_end(data)
    try:
        with native_messages():
            with Image.open(io.BytesIO(data), formats=["PNG"]) as header:
                if limits.refuses(*header.size):
                    raise PageError("too-large", f"{header.width} x {header.height} px")
                header.verify()  # the checksums, which loading alone skips
            with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
                image.load()
                return kept_image.from_pillow(image), kept_image.pillow_dpi(image)
    except _PILLOW_ERRORS as error:
        cut = "truncated" in str(error)
        raise PageError("truncated" if cut else "damaged", str(error)) from error


def _check_png_end(data: bytes) -> None:
    """Walk the chunks: a PNG whose last chunk is not IEND was cut off."""
    at = 8
    while at + 12 <= len(data):
        length, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        at += 12 + length
        if name == b"IEND" and at <= len(data):
            return
    raise PageError("truncated", "no IEND chunk")


def tiff_pages(
    path: Path, skip: frozenset[int], limits: PageLimits
) -> Iterator[DecodedPage | tuple[int, PageError]]:
    """Decode the frames of a TIFF one by one.

    Yields:
        Each page, or its number with what is wrong with it. If the chain of frames
        itself breaks, the last item is that problem, at the number where it broke.

    Raises:
        PageError: Not even the first frame can be found.
    """
    # From an open file, not a path: Pillow maps a path into memory, and then garbles
    # uncompressed frames that carry a quarter turn.
    with path.open("rb") as file:
        try:
            with native_messages():
                image = Image.open(file, formats=["TIFF"])
        except _PILLOW_ERRORS as error:
            raise PageError("damaged", str(error)) from error
        with image:
            yield from _frames(image, skip, limits)


def _frames(
    image: Image.Image, skip: frozenset[int], limits: PageLimits
) -> Iterator[DecodedPage | tuple[int, PageError]]:
    for number in itertools.count(1):
        try:
            with native_messages():
                image.seek(number - 1)
        except EOFError:
            return
        except _PILLOW_ERRORS as error:
            yield number, PageError("damaged", str(error))
            return
        if number in skip:
            continue
        try:
            yield _frame(image, number, limits)
        except PageError as problem:
            yield number, problem


def tiff_page_count(path: Path) -> int:
    """Return how many pages ``tiff_pages`` yields: a place where the chain breaks counts as one.

    Raises:
        PageError: Not even the first frame can be found.
    """
    try:
        with native_messages():
            image = Image.open(path, formats=["TIFF"])
    except _PILLOW_ERRORS as error:
        raise PageError("damaged", str(error)) from error
    with image, native_messages():
        number = 0
        while True:
            try:
                image.seek(number)
            except EOFError:
                return number
            except _PILLOW_ERRORS:
                return number + 1
            number += 1


def _frame(image: Image.Image, number: int, limits: PageLimits) -> DecodedPage:
    """Decode the frame at which the TIFF stands."""
    if limits.refuses(*image.size):
        raise PageError("too-large", f"{image.width} x {image.height} px")
    try:
        with native_messages() as said:
            dpi = kept_image.pillow_dpi(image)
            image.load()
            pixels = kept_image.from_pillow(image)
    except _PILLOW_ERRORS as error:
        cut = "truncated" in str(error) or "buffer" in str(error)
        raise PageError("truncated" if cut else "damaged", str(error)) from error
    if said:
        raise PageError("damaged", " ".join(said))
    kept, suffix = kept_image.encode(pixels, dpi)
    return DecodedPage(number, pixels, dpi, kept, suffix)

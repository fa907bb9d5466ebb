"""Small scans of every kind, made for the tests of the page sources."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pikepdf
from numpy.typing import NDArray
from pikepdf import Array, Dictionary, Name
from PIL import Image

from omr.scan.pages.source import PageFault, PageImage, open_pages

Pixels = NDArray[np.uint8]

WIDTH, HEIGHT = 300, 420
DPI = 50.0  # a sheet of 152 x 213 mm, much like A5
BOX_PT = (WIDTH * 72 / DPI, HEIGHT * 72 / DPI)


def line_art() -> Pixels:
    """A page of black and white that looks different from every side."""
    page = np.full((HEIGHT, WIDTH), 255, np.uint8)
    page[30:60, 20:200] = 0
    page[300:400, 250:260] = 0
    page[200, 10:250] = 0
    page[410, 20:280:3] = 0
    return page


def grey_art() -> Pixels:
    page = line_art()
    page[100:150, :] = np.linspace(0, 255, WIDTH).astype(np.uint8)
    return page


def colour_art() -> Pixels:
    """RGB, with a red and a blue patch."""
    page = np.dstack([grey_art()] * 3)
    page[220:260, 60:120] = (200, 30, 20)
    page[220:260, 140:200] = (20, 30, 200)
    return page


def noise_art(size: tuple[int, int] = (HEIGHT, WIDTH)) -> Pixels:
    """Compresses badly, so that a cut or a flip falls into picture data."""
    return np.random.default_rng(7).integers(0, 255, (*size, 3), dtype=np.uint8)


def jpeg(page: Pixels, **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(page).save(buffer, "JPEG", quality=92, **options)
    return buffer.getvalue()


def png(image: Image.Image, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", **options)
    return buffer.getvalue()


def g4(page: Pixels) -> bytes:
    """Return bare G4 data in which black is black."""
    buffer = io.BytesIO()
    black = Image.fromarray(255 - page).convert("1")
    black.save(buffer, "TIFF", compression="group4", tiffinfo={278: page.shape[0]})
    with Image.open(buffer) as tiff:
        tags = cast(Any, tiff).tag_v2
        offset, length = tags[273][0], tags[279][0]
    return buffer.getvalue()[offset : offset + length]


def jbig2(page: Pixels) -> bytes:
    """Return embedded JBIG2: a page, and one region that is coded as G4 (MMR)."""
    height, width = page.shape

    def segment(number: int, kind: int, body: bytes) -> bytes:
        return struct.pack(">IBBBI", number, kind, 0, 1, len(body)) + body

    information = struct.pack(">IIIIBH", width, height, 0, 0, 0, 0)
    region = struct.pack(">IIIIB", width, height, 0, 0, 0) + b"\x01" + g4(page)
    return segment(0, 48, information) + segment(1, 38, region)


def grey_dict(bits: int = 8, **more: Any) -> dict[str, Any]:
    return {
        "Width": WIDTH,
        "Height": HEIGHT,
        "ColorSpace": Name.DeviceGray,
        "BitsPerComponent": bits,
        **more,
    }


def flate_scan(page: Pixels) -> tuple[bytes, dict[str, Any]]:
    colour = {"ColorSpace": Name.DeviceRGB} if page.ndim == 3 else {}
    return zlib.compress(page.tobytes()), grey_dict(Filter=Name.FlateDecode, **colour)


def bilevel_scan(page: Pixels) -> tuple[bytes, dict[str, Any]]:
    bits = np.packbits(page > 0, axis=1).tobytes()
    return zlib.compress(bits), grey_dict(1, Filter=Name.FlateDecode)


def jpeg_scan(page: Pixels) -> tuple[bytes, dict[str, Any]]:
    colour = {"ColorSpace": Name.DeviceRGB} if page.ndim == 3 else {}
    return jpeg(page), grey_dict(Filter=Name.DCTDecode, **colour)


def g4_scan(data: bytes, **more: Any) -> tuple[bytes, dict[str, Any]]:
    parms = Dictionary(K=-1, Columns=WIDTH, Rows=HEIGHT, BlackIs1=False)
    return data, grey_dict(1, Filter=Name.CCITTFaxDecode, DecodeParms=parms, **more)


def indexed_scan(indices: Pixels, palette: bytes) -> tuple[bytes, dict[str, Any]]:
    space = Array([Name.Indexed, Name.DeviceRGB, len(palette) // 3 - 1, pikepdf.String(palette)])
    return zlib.compress(indices.tobytes()), grey_dict(Filter=Name.FlateDecode, ColorSpace=space)


def write_pdf(
    path: Path,
    scans: Sequence[tuple[bytes, dict[str, Any]]],
    *,
    matrix: bytes | None = None,
    box: tuple[float, float] = BOX_PT,
    rotate: int = 0,
    before: bytes = b"",
    after: bytes = b"",
    **save: Any,
) -> Path:
    """Write a PDF with one page per scan, laid by ``matrix`` (default: over the page)."""
    with pikepdf.new() as pdf:
        for data, attributes in scans:
            page = pdf.add_blank_page(page_size=box)
            image = pdf.make_stream(data, Type=Name.XObject, Subtype=Name.Image, **attributes)
            page.obj.Resources = Dictionary(XObject=Dictionary(Im=image))
            laid = matrix or b"%f 0 0 %f 0 0" % box
            drawn = b"%s q %s cm /Im Do Q %s" % (before, laid, after)
            page.obj.Contents = pdf.make_stream(drawn)
            page.obj.Rotate = rotate
        pdf.save(path, **save)
    return path


def write_tiff(path: Path, frames: Sequence[Image.Image], **options: Any) -> Path:
    frames[0].save(path, save_all=True, append_images=frames[1:], **options)
    return path


def bilevel(page: Pixels) -> Image.Image:
    return Image.fromarray(page).convert("1", dither=Image.Dither.NONE)


def read(path: Path, **options: Any) -> list[PageImage | PageFault]:
    return list(open_pages(path, **options))


def only_page(path: Path) -> PageImage:
    (page,) = read(path)
    assert isinstance(page, PageImage), page
    return page


def only_fault(path: Path, **options: Any) -> PageFault:
    (page,) = read(path, **options)
    assert isinstance(page, PageFault), page.source
    return page


def codes(path: Path) -> list[str]:
    """Return what came out of a file: "page" or the code of the fault, in order."""
    return [item.code if isinstance(item, PageFault) else "page" for item in read(path)]

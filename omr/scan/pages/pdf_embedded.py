"""The picture of a scanned PDF page, taken out without loss.

A JPEG leaves as the bytes it is. Every other picture (G3, G4, JBIG2, Flate, indexed)
is put alone on a page of as many points as it has pixels and drawn by PDFium, which
knows all filters and colour spaces, at exactly one pixel per point. PDFium draws
nothing, silently, where data are missing, so their wholeness is checked first.
"""

from __future__ import annotations

import io
import zlib
from typing import Any, cast

import numpy as np
import pikepdf
import pypdfium2

from omr.scan.pages import kept_image
from omr.scan.pages.image_source import DecodedPage
from omr.scan.pages.jbig2_segments import is_whole
from omr.scan.pages.native_messages import native_messages
from omr.scan.pages.page_image import PageError, PageLimits, Pixels
from omr.scan.pages.pdf_placement import Placement

_INFLATE_STEP = 1 << 20
# The end-of-block mark of G4: two end-of-line codes, at any bit offset near the end.
_G4_END = "000000000001" * 2
_G4_TAIL_BYTES = 8


def embedded_page(placement: Placement, number: int, limits: PageLimits) -> DecodedPage:
    """Decode the one picture of a page.

    Raises:
        PageError: Too large, cut off or damaged.
    """
    image = cast(Any, placement.image)
    width, height = int(image.Width), int(image.Height)
    if limits.refuses(width, height):
        raise PageError("too-large", f"{width} x {height} px")
    if min(width, height) < 1:
        raise PageError("damaged", f"{width} x {height} px")
    filters = _filters(image)
    if filters == ["/DCTDecode"] and _is_plain_jpeg(image):
        jpeg = kept_image.with_orientation(image.read_raw_bytes(), placement.orientation)
        pixels, _ = kept_image.decode_jpeg(jpeg, limits)
        return DecodedPage(number, pixels, _dpi(placement, pixels), jpeg, ".jpg")
    _check_whole(image, filters, width, height, limits)
    drawn = kept_image.grey_if_grey(_draw_alone(image, width, height))
    pixels = kept_image.oriented(drawn, placement.orientation)
    dpi = _dpi(placement, pixels)
    kept, suffix = kept_image.encode(pixels, dpi)
    return DecodedPage(number, pixels, dpi, kept, suffix)


def _dpi(placement: Placement, pixels: Pixels) -> float | None:
    if placement.width_in <= 0:
        return None
    dpi = pixels.shape[1] / placement.width_in
    return kept_image.believable_dpi(dpi, max(pixels.shape[:2]))


def _filters(image: Any) -> list[str]:
    named = image.get("/Filter", [])
    return [str(f) for f in named] if isinstance(named, pikepdf.Array | list) else [str(named)]


def _is_plain_jpeg(image: Any) -> bool:
    """Tell whether a JPEG means the same outside the PDF as in it."""
    space = image.get("/ColorSpace")
    plain = space in ("/DeviceGray", "/DeviceRGB")
    if isinstance(space, pikepdf.Array) and len(space) == 2:
        named: Any = space
        family = str(named[0])
        plain = family in ("/CalGray", "/CalRGB") or (
            family == "/ICCBased" and int(named[1].get("/N", 0)) in (1, 3)
        )
    decode = [float(v) for v in image.get("/Decode", [])]
    parms = image.get("/DecodeParms")
    if isinstance(parms, pikepdf.Dictionary) and "/ColorTransform" in parms:
        return False
    return plain and decode in ([], [0, 1], [0, 1, 0, 1, 0, 1])


def _draw_alone(image: Any, width: int, height: int) -> Pixels:
    """Draw one picture at one pixel per point and return it as grey or BGR."""
    alone = pikepdf.new()
    page = alone.add_blank_page(page_size=(width, height))
    page.obj.Resources = pikepdf.Dictionary(
        XObject=pikepdf.Dictionary(Im=alone.copy_foreign(image))
    )
    page.obj.Contents = alone.make_stream(b"%d 0 0 %d 0 0 cm /Im Do" % (width, height))
    file = io.BytesIO()
    alone.save(file)
    document = pypdfium2.PdfDocument(file.getvalue())
    try:
        bitmap = document[0].render(scale=1, grayscale=_is_grey(image))
        drawn = np.array(bitmap.to_numpy(), dtype=np.uint8)
    except pypdfium2.PdfiumError as error:
        raise PageError("unreadable", str(error)) from error
    finally:
        document.close()
    drawn = drawn[:, :, 0] if drawn.ndim == 3 and drawn.shape[2] == 1 else drawn
    if drawn.shape[:2] != (height, width):
        raise PageError("unreadable", f"drawn as {drawn.shape[1]} x {drawn.shape[0]} px")
    return np.ascontiguousarray(drawn)


def _is_grey(image: Any) -> bool:
    return image.get("/ColorSpace") in ("/DeviceGray", "/CalGray")


def _check_whole(
    image: Any, filters: list[str], width: int, height: int, limits: PageLimits
) -> None:
    """Refuse data that end early or contradict their own checksums.

    Raises:
        PageError: Truncated or damaged.
    """
    if len(filters) != 1:
        return
    data = image.read_raw_bytes()
    if filters[0] == "/FlateDecode":
        _check_flate(data, _row_bytes(image, width) * height)
    elif filters[0] == "/DCTDecode":
        kept_image.decode_jpeg(data, limits)
    elif filters[0] == "/JBIG2Decode" and not is_whole(data):
        raise PageError("truncated", "JBIG2 segments reach past the end")
    elif filters[0] == "/CCITTFaxDecode":
        _check_fax(image, data, width, height)


def _row_bytes(image: Any, width: int) -> int:
    """Return the unpacked bytes of one row, without a predictor's extra byte."""
    space = image.get("/ColorSpace", "/DeviceGray")
    family = str(space[0]) if isinstance(space, pikepdf.Array) else str(space)
    channels = {"/DeviceRGB": 3, "/CalRGB": 3, "/Lab": 3, "/DeviceCMYK": 4}.get(family, 1)
    if family == "/ICCBased":
        channels = int(space[1].get("/N", 1))
    return (width * channels * int(image.get("/BitsPerComponent", 1)) + 7) // 8


def _check_flate(data: bytes, expected: int) -> None:
    """Unpack in steps, keeping nothing, as far as the picture needs."""
    unpack, seen = zlib.decompressobj(), 0
    try:
        while seen < expected and not unpack.eof:
            step = unpack.decompress(data, _INFLATE_STEP)
            data = unpack.unconsumed_tail
            if not step and not data:
                break
            seen += len(step)
        if not unpack.eof:
            unpack.decompress(data, _INFLATE_STEP)  # reach the checksum
    except zlib.error as error:
        raise PageError("damaged", str(error)) from error
    if seen < expected:
        raise PageError("truncated", f"{seen} of {expected} bytes")


def _check_fax(image: Any, data: bytes, width: int, height: int) -> None:
    """Let libtiff complain of broken codes, and see whether a G4 picture ends."""
    parms = image.get("/DecodeParms", {})
    parms = parms[0] if isinstance(parms, pikepdf.Array) else parms
    if bool(parms.get("/EncodedByteAlign", False)):
        return  # libtiff does not know this variant
    if int(parms.get("/K", 0)) < 0 and not _ends_in_time(image, data, width, height):
        raise PageError("truncated", "the G4 data do not fill the picture")
    with native_messages() as said:
        try:
            pikepdf.PdfImage(image).as_pil_image().load()
        # pikepdf raises NotImplementedError for pictures it cannot decode.
        except (OSError, ValueError, pikepdf.PdfError, NotImplementedError) as error:
            raise PageError("damaged", str(error)) from error
    if said:
        raise PageError("damaged", " ".join(said))


def _ends_in_time(image: Any, data: bytes, width: int, height: int) -> bool:
    """Tell whether G4 data fill the whole picture.

    Nearly all end with the end-of-block mark. Where it is missing, black is added after
    the end: rows that are complete do not take it up, missing rows do.
    """
    tail = "".join(f"{byte:08b}" for byte in data.rstrip(b"\x00")[-_G4_TAIL_BYTES:])
    if _G4_END in tail:
        return True
    plain = _draw_alone(image, width, height)
    for shift in range(8):
        with_more = pikepdf.new()
        copy: Any = with_more.copy_foreign(image)
        # Horizontal mode, no white, then 64 + 0 black, again and again.
        code = ("0" * shift + "001" + "00110101" + "0000001111" + "0000110111") * 64
        more = int(code[: len(code) // 8 * 8], 2).to_bytes(len(code) // 8, "big")
        copy.write(data + more, filter=copy.Filter, decode_parms=copy.get("/DecodeParms"))
        if not np.array_equal(plain, _draw_alone(copy, width, height)):
            return False
    return True

"""Pages of PDF files: the embedded scan where a page is one, else the page as drawn.

pikepdf walks the file, as it reads streams only when asked and keeps none, so that the
length of the stack does not matter; poppler (through pdf2image) draws the other pages.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import pikepdf
from pdf2image import convert_from_path
from pdf2image.exceptions import (
    PDFInfoNotInstalledError,
    PDFPageCountError,
    PDFPopplerTimeoutError,
    PDFSyntaxError,
)

from omr.errors import OmrError
from omr.scan.pages import kept_image
from omr.scan.pages.image_source import DecodedPage
from omr.scan.pages.page_image import PageError, PageLimits
from omr.scan.pages.pdf_embedded import embedded_page
from omr.scan.pages.pdf_placement import find_scan, shown_size_in

# Both libraries report to the logging module, which without a handler would print.
for _library in ("pikepdf", "pypdfium2"):
    logging.getLogger(_library).addHandler(logging.NullHandler())

_END_MARK = b"%%EOF"
_END_WITHIN = 2048  # some writers pad or sign after the mark

_PDF_ERRORS = (
    pikepdf.PdfError,
    pikepdf.DataDecodingError,
    AttributeError,  # a key that a page must have is missing
    KeyError,
    IndexError,
    TypeError,
    ValueError,
    OverflowError,
    RuntimeError,
)


def pdf_pages(
    path: Path, skip: frozenset[int], limits: PageLimits
) -> Iterator[DecodedPage | tuple[int, PageError]]:
    """Decode the pages of a PDF one by one.

    Yields:
        Each page, or its number with what is wrong with it. Number 0 comes last, if the
        file ends early and may have had more pages.

    Raises:
        PageError: The file cannot be opened, or has no pages.
        OmrError: Poppler is not installed.
    """
    with _opened(path) as pdf:
        count = _page_count(pdf)
        for number in range(1, count + 1):
            if number in skip:
                continue
            try:
                yield _page(pdf, path, number, limits)
            except PageError as problem:
                yield number, problem
        announced = _announced(pdf)
        if announced > count or not _has_end(path):
            yield 0, PageError("truncated", f"{count} of {announced} pages")


def pdf_page_count(path: Path) -> int:
    """Return how many pages a PDF really has.

    Raises:
        PageError: The file cannot be opened, or has no pages.
    """
    with _opened(path) as pdf:
        return _page_count(pdf)


def _opened(path: Path) -> pikepdf.Pdf:
    try:
        return pikepdf.open(path)
    except pikepdf.PasswordError as error:
        raise PageError("password") from error
    except pikepdf.PdfError as error:
        cut = not _has_end(path)
        raise PageError("truncated" if cut else "damaged", str(error)) from error


def _page_count(pdf: pikepdf.Pdf) -> int:
    try:
        count = len(pdf.pages)
    except _PDF_ERRORS as error:
        raise PageError("damaged", str(error)) from error
    if count == 0:
        raise PageError("empty")
    return count


def _announced(pdf: pikepdf.Pdf) -> int:
    """Return how many pages the file says it has, 0 if it does not say."""
    try:
        return int(cast(Any, pdf.Root).Pages.get("/Count", 0))
    except _PDF_ERRORS:
        return 0


def _has_end(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - _END_WITHIN))
        return _END_MARK in file.read()


def _page(pdf: pikepdf.Pdf, path: Path, number: int, limits: PageLimits) -> DecodedPage:
    page = pdf.pages[number - 1]
    try:
        placement = find_scan(page)
        if placement is not None:
            return embedded_page(placement, number, limits)
        size_in = shown_size_in(page)
    except _PDF_ERRORS as error:
        raise PageError("damaged", str(error)) from error
    return _rasterised(path, number, size_in, limits)


def _rasterised(
    path: Path, number: int, size_in: tuple[float, float], limits: PageLimits
) -> DecodedPage:
    """Draw one page with poppler, at the finest resolution the limits allow."""
    width_in, height_in = size_in
    dpi = limits.raster_dpi
    if limits.refuses(width_in * dpi, height_in * dpi):
        dpi = limits.min_raster_dpi
    if limits.refuses(width_in * dpi, height_in * dpi):
        raise PageError("too-large", f"{width_in:.1f} x {height_in:.1f} in")
    try:
        drawn = convert_from_path(
            path,
            dpi=dpi,
            first_page=number,
            last_page=number,
            use_cropbox=True,
            strict=True,
            timeout=limits.raster_timeout_s,
        )
    except PDFInfoNotInstalledError as error:
        raise OmrError(
            "Chưa cài đặt poppler, cần để đọc tệp PDF. Hãy cài gói poppler-utils rồi thử lại.",
            "Poppler is not installed, and is needed to read PDF files. "
            "Install the package poppler-utils, then try again.",
        ) from error
    except PDFPopplerTimeoutError as error:
        raise PageError("too-large", "drawing took too long") from error
    except (PDFPageCountError, PDFSyntaxError, OSError, ValueError) as error:
        raise PageError("damaged", str(error)) from error
    if len(drawn) != 1:
        raise PageError("unreadable", "poppler drew no page")
    colour = np.asarray(drawn[0].convert("RGB"), dtype=np.uint8)[:, :, ::-1]
    pixels = kept_image.grey_if_grey(np.ascontiguousarray(colour))
    kept, suffix = kept_image.encode(pixels, float(dpi))
    return DecodedPage(number, pixels, float(dpi), kept, suffix)

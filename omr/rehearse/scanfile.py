"""Scanned pages as files, the way office scanners leave them: PDF, TIFF, JPEG or PNG.

Nothing in a file tells when it was made, so the same pages give the same bytes.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from PIL import Image

from omr.rehearse.pens import Pixels
from omr.rehearse.scanner import Scanner

Format = Literal["pdf", "tiff", "jpg", "png"]

_NO_DATE = time.gmtime(0)


def page_place(stem: str, kind: Format, page: int) -> tuple[str, int]:
    """Return the file name and the page number in it of a batch's page.

    Args:
        stem: Name of the batch.
        kind: What files it is written to.
        page: Place in the batch, from 1.
    """
    if kind in ("pdf", "tiff"):
        return f"{stem}.{kind}", page
    return f"{stem}-{page:03d}.{kind}", 1


def write_pages(
    out: Path, stem: str, pages: Sequence[Pixels], scanner: Scanner, kind: Format
) -> list[Path]:
    """Write a batch as one file, or as one file a page where a file holds only one.

    Two-level pages are stored without loss (G4 in PDF and TIFF), others as JPEG at the
    scanner's quality, except in PNG.

    Args:
        out: The folder.
        stem: Name of the batch.
        pages: At least one.
        scanner: Tells resolution, mode and quality.
        kind: What files to write.

    Returns:
        The files, in page order.
    """
    images = [Image.fromarray(page) for page in pages]
    if scanner.mode == "bitonal":
        images = [image.convert("1", dither=Image.Dither.NONE) for image in images]
    if kind == "pdf":
        return [_write_pdf(out / f"{stem}.pdf", images, scanner)]
    if kind == "tiff":
        return [_write_tiff(out / f"{stem}.tiff", images, scanner)]
    resolution = (float(scanner.dpi), float(scanner.dpi))
    paths = []
    for number, image in enumerate(images, start=1):
        path = out / page_place(stem, kind, number)[0]
        if kind == "png":  # little effort: most of the time would go into packing
            image.save(path, dpi=resolution, compress_level=1)
        else:
            whole = image.convert("L") if image.mode == "1" else image
            whole.save(path, dpi=resolution, quality=scanner.quality)
        paths.append(path)
    return paths


def _write_pdf(path: Path, images: Sequence[Image.Image], scanner: Scanner) -> Path:
    # Two-level pages are stored as G4, which knows no quality.
    coding: dict[str, Any] = {} if scanner.mode == "bitonal" else {"quality": scanner.quality}
    images[0].save(
        path,
        save_all=True,
        append_images=images[1:],
        resolution=float(scanner.dpi),
        creationDate=_NO_DATE,
        modDate=_NO_DATE,
        **coding,
    )
    return path


def _write_tiff(path: Path, images: Sequence[Image.Image], scanner: Scanner) -> Path:
    coding: dict[str, Any] = {"compression": "group4"}
    if scanner.mode != "bitonal":
        coding = {"compression": "jpeg", "quality": scanner.quality}
    resolution = (float(scanner.dpi), float(scanner.dpi))
    images[0].save(path, save_all=True, append_images=images[1:], dpi=resolution, **coding)
    return path

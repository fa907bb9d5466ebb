"""How a scanner's file keeps pixels: JPEG, one bit, or layers that compress text hard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from PIL import Image

from blindsheets.machines.raster import Pixels, pixels

Kind = Literal["plain", "jpeg", "global", "adaptive", "diffused", "layers"]
_SAMPLING = {
    "420": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
    "422": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422,
    "444": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
}


@dataclass(frozen=True, slots=True)
class Encoding:
    """A way of keeping pixels.

    Attributes:
        kind: "plain" as they are; "jpeg"; "global", "adaptive" and "diffused" one bit; "layers"
            text as one bit over a coarse picture of the rest, as small PDFs are made.
        quality: Of the JPEG, 1 to 100.
        sampling: Of its colours: 420, 422 or 444.
        threshold: For "global" per cent of the paper's level; for "adaptive" and "layers"
            levels below the paper around.
        block_px: Side of the neighbourhood of "adaptive" and "layers", odd.
    """

    kind: Kind = "jpeg"
    quality: int = 85
    sampling: str = "420"
    threshold: int = 72
    block_px: int = 51

    @property
    def bilevel(self) -> bool:
        """Whether each pixel is black or white."""
        return self.kind in ("global", "adaptive", "diffused")


def encoded(image: Pixels, encoding: Encoding) -> Pixels:
    """Write pixels and read them again."""
    if encoding.kind == "plain":
        return image
    if encoding.kind == "jpeg":
        return _jpeg(image, encoding.quality, encoding.sampling)
    if encoding.kind == "layers":
        return _layers(image, encoding)
    grey = image if image.ndim == 2 else pixels(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))
    if encoding.kind == "diffused":
        return pixels(Image.fromarray(grey).convert("1").convert("L"))
    if encoding.kind == "adaptive":
        return pixels(
            cv2.adaptiveThreshold(
                grey,
                255,
                cv2.ADAPTIVE_THRESH_MEAN_C,
                cv2.THRESH_BINARY,
                encoding.block_px,
                encoding.threshold,
            )
        )
    # Scanners measure the paper and cut at a share of its level.
    paper = float(np.percentile(grey[::16, ::16], 70))
    cut = paper * encoding.threshold / 100
    return pixels(cv2.threshold(grey, cut, 255, cv2.THRESH_BINARY)[1])


def _jpeg(image: Pixels, quality: int, sampling: str) -> Pixels:
    settings = [cv2.IMWRITE_JPEG_QUALITY, quality]
    if image.ndim == 3:
        settings += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, _SAMPLING[sampling]]
    done, data = cv2.imencode(".jpg", image, settings)
    if not done:
        raise ValueError("the picture cannot be kept as JPEG")
    return pixels(cv2.imdecode(data, cv2.IMREAD_UNCHANGED))


def _layers(image: Pixels, encoding: Encoding) -> Pixels:
    grey = image if image.ndim == 2 else pixels(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))
    around = cv2.blur(grey, (encoding.block_px, encoding.block_px))
    deeper = cv2.subtract(around, grey)
    text = pixels(cv2.threshold(deeper, encoding.threshold, 255, cv2.THRESH_BINARY)[1])
    coarse = (max(1, image.shape[1] // 3), max(1, image.shape[0] // 3))
    size = (image.shape[1], image.shape[0])
    # Paper without its text, and the colour of the text, each at a third of the resolution.
    kernel = np.ones((5, 5), np.uint8)
    small = cv2.resize(image, coarse, interpolation=cv2.INTER_AREA)
    paper = _jpeg(pixels(cv2.dilate(small, kernel)), encoding.quality, "420")
    ink = _jpeg(pixels(cv2.erode(small, np.ones((3, 3), np.uint8))), encoding.quality, "420")
    out = pixels(cv2.resize(paper, size, interpolation=cv2.INTER_LINEAR))
    cv2.copyTo(cv2.resize(ink, size, interpolation=cv2.INTER_LINEAR), text, out)
    return out


def words_of(encoding: Encoding) -> str:
    """Name an encoding for the record."""
    if encoding.kind == "jpeg":
        return f"JPEG {encoding.quality}"
    if encoding.kind == "layers":
        return f"text and picture apart, JPEG {encoding.quality}"
    return {
        "plain": "without loss",
        "global": f"one bit at {encoding.threshold} %",
        "adaptive": "one bit, adaptive",
        "diffused": "one bit, diffused",
    }[encoding.kind]

"""Pages as designed, before any printer: real ballots from the real print file, and strangers.

Ballots are printed by ``ballot.draw`` and rasterised, so that what is scanned is what the
board would have in hand, with each paper's own codes and serial.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from pdf2image import convert_from_path
from PIL import Image, ImageDraw, ImageFont

from omr.ballot.draw import print_ballots
from omr.ballot.model import BallotLayout, PageLayout
from omr.fonts import find_serif
from omr.geometry import mm_to_px
from omr.rehearse.pens import Pixels
from omr.rehearse.sheet import PAPER_DPI

_INVITATION = (
    ("bold", 13.0, "CÔNG ĐOÀN CƠ SỞ TRƯỜNG MẦM NON HOA MAI"),
    ("bold", 18.0, "GIẤY MỜI"),
    ("regular", 13.0, "Kính gửi: các đồng chí tổ trưởng Công đoàn"),
    ("regular", 13.0, "Ban Chấp hành trân trọng kính mời đồng chí đến dự cuộc họp thường kỳ."),
    ("regular", 13.0, "Thời gian: 14 giờ 00, thứ Sáu tuần này. Địa điểm: phòng họp tầng 2."),
    ("regular", 13.0, "Nội dung:"),
    ("regular", 13.0, "1. Đánh giá phong trào thi đua quý II."),
    ("regular", 13.0, "2. Kế hoạch chăm lo đoàn viên, người lao động."),
    ("regular", 13.0, "3. Các việc khác."),
    ("italic", 13.0, "Rất mong đồng chí đến dự đông đủ, đúng giờ."),
    ("bold", 13.0, "TM. BAN CHẤP HÀNH"),
)


def ballot_pages(
    layout: BallotLayout, election: str, group: int, serials: Sequence[str], key: bytes
) -> list[list[Pixels]]:
    """Print ballots and return their pages as pictures at ``PAPER_DPI``.

    Args:
        layout: The ballot style.
        election: Fingerprint of the vote, 64 hexadecimal digits.
        group: Place of the voter group in the definition.
        serials: One per ballot.
        key: Signs the codes.

    Returns:
        For each ballot its pages, each of shape (h, w); empty backs are left out.
    """
    per_paper = len(layout.pages)
    # An empty back may follow each ballot in the file; it is not part of the layout.
    step = per_paper + per_paper % 2 if layout.two_sided else per_paper
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "print.pdf")
        print_ballots(layout, election, group, serials, key, path)
        images = convert_from_path(path, round(PAPER_DPI), grayscale=True)
    pages = [np.asarray(image, dtype=np.uint8) for image in images]
    return [pages[at * step : at * step + per_paper] for at in range(len(serials))]


def invitation(page: PageLayout) -> Pixels:
    """Return a letter that has nothing to do with the vote, on paper of the same size."""
    image = Image.new("L", _size(page), 255)
    draw = ImageDraw.Draw(image)
    fonts = {str(face): str(path) for face, path in find_serif().items()}
    y = mm_to_px(25.0, PAPER_DPI)
    for face, size_pt, words in _INVITATION:
        font = ImageFont.truetype(fonts[face], round(size_pt * PAPER_DPI / 72))
        centred = face == "bold"
        x = image.width / 2 if centred else mm_to_px(30.0, PAPER_DPI)
        draw.text((x, y), words, fill=25, font=font, anchor="mt" if centred else "lt")
        y += mm_to_px(11.0, PAPER_DPI)
    return np.asarray(image, dtype=np.uint8)


def empty_back(page: PageLayout) -> Pixels:
    """Return the picture of a side on which nothing is printed."""
    width, height = _size(page)
    return np.full((height, width), 255, np.uint8)


def _size(page: PageLayout) -> tuple[int, int]:
    return round(mm_to_px(page.width, PAPER_DPI)), round(mm_to_px(page.height, PAPER_DPI))


def overlapped(upper: Pixels, lower: Pixels, dpi: float, rng: np.random.Generator) -> Pixels:
    """Return two sheets fed as one: the upper lies over the lower, further down.

    Args:
        upper: Scanned picture of the sheet on top.
        lower: Scanned picture of the sheet below, of the same shape.
        dpi: Their resolution.
        rng: Source of all chance.
    """
    down = round(mm_to_px(float(rng.uniform(45.0, 110.0)), dpi))
    both = lower.copy()
    both[down:] = upper[: upper.shape[0] - down]
    # The edge of the upper sheet throws a thin shadow.
    edge = slice(max(0, down - max(1, round(mm_to_px(0.3, dpi)))), down)
    both[edge] = (both[edge] * 0.55).astype(np.uint8)
    return both


def photocopied(picture: Pixels) -> Pixels:
    """Return the scan as a black-and-white copier would have left it: no colour at all."""
    if picture.ndim == 2:
        return picture
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    return np.ascontiguousarray(np.repeat(grey[:, :, None], 3, axis=2))

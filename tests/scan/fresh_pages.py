"""Freshly printed, unmarked pages as pictures, and what scanners do to them, drawn here by hand."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from pdf2image import convert_from_path

from omr.ballot.draw import print_ballots
from omr.ballot.layout import ballot_layouts
from omr.ballot.model import BallotLayout
from omr.ballot.serials import issue_serials
from omr.election.load import load_election
from omr.election.model import Election
from omr.election.templates import find_template
from omr.scan.pages.page_image import PageImage
from omr.scan.reading import PageSource

Picture = NDArray[np.uint8]
SECRET = b"s" * 32
DPI = 200
MM = DPI / 25.4


@cache
def election() -> Election:
    return load_election(find_template("lanh-dao.vi"))


def fresh_page(
    layout: BallotLayout | None = None, dpi: int = DPI, of: Election | None = None
) -> Picture:
    """Return the first page of a printed ballot, shape (h, w, 3), a copy to be changed at will."""
    vote = of or election()
    return _printed(layout or ballot_layouts(vote)["a"], vote, dpi).copy()


# A layout is large to hash; its fingerprint names it.
_PRINTED: dict[tuple[str, int], Picture] = {}


def _printed(layout: BallotLayout, vote: Election, dpi: int) -> Picture:
    key = (layout.fingerprint, dpi)
    if key not in _PRINTED:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "ballot.pdf")
            serials = issue_serials(1, set(), seed=1)
            print_ballots(layout, vote.fingerprint, 0, serials, SECRET, path)
            page = np.asarray(convert_from_path(path, dpi)[0], dtype=np.uint8)
        _PRINTED[key] = page[:, :, ::-1].copy()
    return _PRINTED[key]


def as_image(pixels: Picture, dpi: float | None = DPI, page: int = 1) -> PageImage:
    return PageImage(PageSource("stack.pdf", "f" * 64, page, "0" * 64), pixels, dpi, b"", ".png")


def toned(page: Picture, black: float, white: float) -> Picture:
    """Map black and white to these grey levels."""
    ramp = np.linspace(black, white, 256).clip(0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(page, ramp), dtype=np.uint8)


def down_line(page: Picture, at_mm: float, level: int, width_mm: float = 0.25) -> None:
    """Draw a streak down the whole picture, in place."""
    left = round(at_mm * MM)
    page[:, left : left + max(1, round(width_mm * MM))] = level


def turned(page: Picture, degrees: float) -> Picture:
    height, width = page.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    white = (255, 255, 255)
    return np.asarray(cv2.warpAffine(page, matrix, (width, height), borderValue=white), np.uint8)

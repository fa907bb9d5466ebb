"""Pens on printed pages, drawn by hand and in millimetres, and what the reader says of them."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.ballot.model import PageLayout
from omr.geometry import Rect
from omr.scan.pages.page_image import PageImage
from omr.scan.pipeline import PageReader
from omr.scan.place.identify import BallotKey, ballot_key
from omr.scan.reading import PageReading, PageSource
from omr.scan.trace import PlacedPage
from tests.scan.fresh_pages import SECRET, election, fresh_page

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]
DPI = 300
SCALE = DPI / 25.4
BLUE: Colour = (130, 50, 30)
RED: Colour = (60, 50, 215)
GREY: Colour = (175, 175, 175)
PALE: Colour = (182, 182, 182)
PENCIL: Colour = (150, 150, 150)
LINES = ("c1", "c2", "c3")
OPTIONS = ("high", "confidence", "low")


@cache
def key() -> BallotKey:
    return ballot_key(election(), SECRET)


@cache
def reader() -> PageReader:
    return PageReader(key())


def layout() -> PageLayout:
    return key().layouts["a"].pages[0]


def box_of(contest: str, option: str) -> Rect:
    return next(b.rect for b in layout().boxes if (b.contest, b.option) == (contest, option))


def name_of(contest: str) -> Rect:
    return next(n.rect for n in layout().names if n.contest == contest)


def blank_page() -> Picture:
    return fresh_page(dpi=DPI)


def voted_page(but: str | None = None) -> Picture:
    """Return a ballot with a plain cross for the first level on each line, but for one."""
    page = blank_page()
    for contest in LINES:
        if contest != but:
            cross(page, box_of(contest, "high"))
    return page


def letters_of(contest: str) -> Rect:
    """Return where the letters of a name are, in mm: its area holds the post beside it too."""
    area, page = name_of(contest).grown(-1.0), voted_page()
    # The post begins 48 mm from the left; a rule of the table comes just before it.
    rows, columns = (
        slice(round(a * SCALE), round(b * SCALE))
        for a, b in ((area.y, area.bottom), (area.x, area.x + 45))
    )
    ys, xs = np.nonzero(page[rows, columns].min(axis=2) < 128)
    left, top = area.x + xs.min() / SCALE, area.y + ys.min() / SCALE
    return Rect(left, top, float(np.ptp(xs)) / SCALE, float(np.ptp(ys)) / SCALE)


def stroke(
    page: Picture,
    points: list[tuple[float, float]],
    width_mm: float = 0.5,
    colour: Colour = BLUE,
) -> None:
    """Draw a line through points in mm."""
    at = np.array([[round(x * SCALE * 16), round(y * SCALE * 16)] for x, y in points])
    thick = max(1, round(width_mm * SCALE))
    cv2.polylines(page, [at.astype(np.int32)], False, colour, thick, cv2.LINE_AA, 4)


def spot(
    page: Picture, x_mm: float, y_mm: float, radius_mm: float, colour: Colour = (25, 25, 25)
) -> None:
    centre = (round(x_mm * SCALE), round(y_mm * SCALE))
    cv2.circle(page, centre, max(1, round(radius_mm * SCALE)), colour, -1, cv2.LINE_AA)


def cross(page: Picture, box: Rect, colour: Colour = BLUE, width_mm: float = 0.5) -> None:
    inner = box.grown(-1.5)
    stroke(page, [(inner.x, inner.y), (inner.right, inner.bottom)], width_mm, colour)
    stroke(page, [(inner.right, inner.y), (inner.x, inner.bottom)], width_mm, colour)


def slash(page: Picture, box: Rect, colour: Colour = BLUE, width_mm: float = 0.3) -> None:
    stroke(page, [(box.x + 1, box.bottom - 1), (box.right - 1, box.y + 1)], width_mm, colour)


def crease(page: Picture, top: float, bottom: float, x: float, colour: Colour = GREY) -> None:
    """Draw a crooked, broken hair of shade from top to bottom."""
    for k, y in enumerate(np.arange(top, bottom, 1.5)):
        left, right = (x + 0.5 * np.sin(0.7 * n) for n in (k, k + 1))
        stroke(page, [(left, y), (right, y + 1.2)], 0.12, colour)


def image_of(pixels: Picture, dpi: int = DPI) -> PageImage:
    return PageImage(PageSource("stack.pdf", "f" * 64, 1, "0" * 64), pixels, dpi, b"", ".png")


def read_at(page: Picture, dpi: int) -> PageReading:
    """Read a page as a scan of this resolution shows it."""
    size = [round(side * dpi / DPI) for side in page.shape[1::-1]]
    small = np.asarray(cv2.resize(page, size, interpolation=cv2.INTER_AREA), np.uint8)
    return reader().read_page(image_of(small, dpi))


def read(pixels: Picture) -> PageReading:
    return reader().read_page(image_of(pixels))


def placed(pixels: Picture) -> PlacedPage:
    """Return what the stages made of a page that can be placed."""
    page = reader().trace_page(image_of(pixels)).placed
    assert page is not None
    return page


def state(reading: PageReading, contest: str, option: str) -> str:
    return next(m.state for m in reading.marks if (m.contest, m.option) == (contest, option))


def note(reading: PageReading, contest: str, option: str) -> str:
    return next(m.note for m in reading.marks if (m.contest, m.option) == (contest, option))


def marked(reading: PageReading) -> dict[str, list[str]]:
    return {
        contest: [m.option for m in reading.marks if m.contest == contest and m.state == "marked"]
        for contest in LINES
    }


def codes(reading: PageReading) -> list[tuple[str, str | None]]:
    return [(finding.code, finding.contest) for finding in reading.findings]


def plain(reading: PageReading) -> bool:
    """Whether nobody is asked and each line has its one cross."""
    return (
        reading.findings == ()
        and not any(mark.state == "uncertain" for mark in reading.marks)
        and marked(reading) == {contest: ["high"] for contest in LINES}
    )

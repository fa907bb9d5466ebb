"""Grade of the scan, first part: does the picture hold the whole sheet, true and straight?

Lengths are told in millimetres of paper. A printer may have shrunk the print, so the picture's
own claim of its resolution is used for paper where it agrees with the print to within what
printers do; the print itself is the measure everywhere else.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from omr.ballot.model import PageLayout
from omr.geometry import MM_PER_INCH, FloatArray, transform
from omr.scan.place.reference import Grey
from omr.scan.place.register import Placement
from omr.scan.reading import Edge, Grade
from omr.scan.settings import ReaderSettings

# Office printers shrink to 92 % at the least and enlarge to 103 %: a claim that would make the
# print smaller or larger than that is a default value of some program, not a measure.
_LEAST_PRINT, _MOST_PRINT = 0.9, 1.06
# The print may lie up to 4 mm beside its place on the sheet, and the sheet 1 to 2 mm beside its
# place on the glass: only an edge that seems to lie farther out than this is surely cut off where
# the picture is as large as the sheet.
_SHIFT_MM = 6.0
# A picture smaller than the sheet by more than this lacks paper: sheets of one size differ by
# 1 mm, and scanners cut off a millimetre as a matter of course.
_LACK_MM = 2.0
# Detail beyond the sheet's end: a cell of 2 mm whose brightness varies by more than this
# (0 to 255) holds print or writing, which neither lid nor shadow has.
_DETAIL = 22.0
_CELL_MM = 2.0
# With this many of them there is another sheet, and not dust on the lid: two lines of type.
_DETAIL_CELLS = 40
# Beyond a sheet's end its own shadow and the scanner's lid follow for some millimetres.
_OWN_EDGE_MM = 10.0


def paper_px_per_mm(placement: Placement, dpi: float | None) -> float:
    """Return the picture's resolution on paper, in pixels per millimetre.

    Args:
        placement: The print in the picture.
        dpi: What the file claims for this picture, if anything.
    """
    scale = print_scale(placement, dpi)
    return placement.px_per_mm / (scale or 1.0)


def print_scale(placement: Placement, dpi: float | None) -> float | None:
    """Return the print's size on paper against the layout, None where no true claim tells it.

    Args:
        placement: The print in the picture.
        dpi: What the file claims for this picture, if anything.
    """
    scale = placement.px_per_mm * MM_PER_INCH / dpi if dpi else 0.0
    return scale if _LEAST_PRINT <= scale <= _MOST_PRINT else None


def grade_frame(
    grey: Grey,
    layout: PageLayout,
    placement: Placement,
    dpi: float | None,
    settings: ReaderSettings,
) -> Iterator[Grade]:
    """Yield what is wrong with resolution, place and shape of a page in its picture.

    Args:
        grey: The picture, shape (h, w).
        layout: The page that was found in it.
        placement: Where it was found.
        dpi: What the file claims for this picture, if anything.
        settings: The reader's numbers.
    """
    print_dpi = placement.px_per_mm * MM_PER_INCH
    if print_dpi < settings.coarse_dpi:
        yield Grade("coarse", round(print_dpi))
    if abs(placement.skew_deg) > settings.skew_deg:
        yield Grade("skewed", round(abs(placement.skew_deg), 1))
    if placement.photographed:
        return  # no feed, no glass, and whatever lies around the sheet
    stretch = stretch_percent(placement)
    if abs(stretch) > settings.stretch_percent:
        yield Grade("stretched", round(stretch, 1))
    yield from _clipped(grey.shape, layout, placement, dpi)
    beyond_mm = _second_sheet_mm(grey, layout, placement, dpi)
    if beyond_mm > 0:
        yield Grade("double-feed", round(beyond_mm))


def stretch_percent(placement: Placement) -> float:
    """Return by how much the print is longer down the page than across it, in per cent."""
    return 100.0 * (placement.down_px_per_mm / placement.across_px_per_mm - 1.0)


def lost_edges_mm(
    shape: tuple[int, ...], layout: PageLayout, placement: Placement, dpi: float | None
) -> dict[Edge, float]:
    """Return how far each edge of the sheet lies beyond the picture, below 0 for inside it.

    The print is taken to lie in the middle of the sheet; it may lie some millimetres beside it.

    Args:
        shape: Of the picture.
        layout: The page.
        placement: Where its print is in the picture.
        dpi: What the file claims for this picture, if anything.

    Returns:
        Millimetres of paper, by edge of the sheet held upright.
    """
    seen = _page_seen(shape, placement)
    across, down = _print_size(placement, dpi)
    rim_x, rim_y = layout.width * (1 - across) / 2, layout.height * (1 - down) / 2
    return {
        "left": float(seen[:, 0].min()) * across + rim_x,
        "right": (layout.width - float(seen[:, 0].max())) * across + rim_x,
        "top": float(seen[:, 1].min()) * down + rim_y,
        "bottom": (layout.height - float(seen[:, 1].max())) * down + rim_y,
    }


def _print_size(placement: Placement, dpi: float | None) -> tuple[float, float]:
    """Return the print's size on paper against the layout, across and down the page."""
    on_paper = paper_px_per_mm(placement, dpi)
    return placement.across_px_per_mm / on_paper, placement.down_px_per_mm / on_paper


def _page_seen(shape: tuple[int, ...], placement: Placement) -> FloatArray:
    """Return the middles of the picture's edges in page millimetres, shape (4, 2)."""
    height, width = shape[:2]
    places = [(0, height / 2), (width, height / 2), (width / 2, 0), (width / 2, height)]
    inverse = np.asarray(np.linalg.inv(placement.matrix), dtype=np.float64)
    return transform(inverse, np.array(places, dtype=np.float64) - 0.5)


def _clipped(
    shape: tuple[int, ...], layout: PageLayout, placement: Placement, dpi: float | None
) -> Iterator[Grade]:
    lost = lost_edges_mm(shape, layout, placement, dpi)
    pairs: tuple[tuple[Edge, Edge], ...] = (("left", "right"), ("top", "bottom"))
    for pair in pairs:
        lacking = sum(lost[edge] for edge in pair) > _LACK_MM
        for edge in pair:
            if lost[edge] > (1.0 if lacking else _SHIFT_MM):
                yield Grade("clipped", round(lost[edge]), edge)


def _second_sheet_mm(
    grey: Grey, layout: PageLayout, placement: Placement, dpi: float | None
) -> float:
    """Return how far something printed or written reaches beyond the sheet's top or bottom.

    Only what lies in line with the sheet counts: beside it there is the glass or the lid.
    """
    # A shrunk print leaves a wider rim of its own sheet, told here in millimetres of print.
    rim_mm = layout.height * max(0.0, 1 / _print_size(placement, dpi)[1] - 1) / 2
    seen = _page_seen(grey.shape, placement)
    above = -float(seen[:, 1].min()) - rim_mm - _OWN_EDGE_MM
    below = float(seen[:, 1].max()) - layout.height - rim_mm - _OWN_EDGE_MM
    reach = 0.0
    for length_mm, top_mm in (
        (above, -above - rim_mm - _OWN_EDGE_MM),
        (below, layout.height + rim_mm + _OWN_EDGE_MM),
    ):
        size = (int(length_mm / _CELL_MM), int(layout.width / _CELL_MM))
        if size[0] < 2:
            continue
        to_mm = np.array([[_CELL_MM, 0, 0], [0, _CELL_MM, top_mm], [0, 0, 1.0]])
        if _busy_cells(grey, placement.matrix @ to_mm, size) >= _DETAIL_CELLS:
            reach = max(reach, length_mm + _OWN_EDGE_MM)
    return reach


def _busy_cells(grey: Grey, matrix: FloatArray, size: tuple[int, int]) -> int:
    """Return how many cells hold detail: print or writing, which lid and shadow have not."""
    rows, columns = size
    fine = 4  # samples along a cell
    shrink = np.diag([1 / fine, 1 / fine, 1.0])
    sampled = cv2.warpPerspective(
        grey,
        matrix @ shrink,
        (columns * fine, rows * fine),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    cells = np.asarray(sampled, dtype=np.float32).reshape(rows, fine, columns, fine)
    return int((cells.std(axis=(1, 3)) > _DETAIL).sum())

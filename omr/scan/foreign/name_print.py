"""How each name of a ballot style is printed: what ink over it is measured against.

Worked out once for all papers of a style; ``names`` compares the ink of each with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import Rect
from omr.scan.place.reference import Grey, Mask, Reference, disc, grow, window

Float32 = NDArray[np.float32]

# A name may lie this far beside its place on the flat page.
REACH_MM = 0.8
# Slopes of lines through a name, in degrees.
SLOPES = (-24, -16, -8, -4, 0, 4, 8, 16, 24)
# Thick toner blackens 0.7 and more of the pixels beside the letters, a pixel (0.125 mm) wide, and a
# blurred scan of a copied print 0.43 to 0.47; usual toner 0.05, a hard threshold at 200 dpi 0.26.
# It spreads by no more than this.
_THICK, _THICKEST_PX = 0.35, 2


@dataclass(frozen=True, slots=True, eq=False)
class NamePrint:
    """One name as printed.

    Attributes:
        area: Its window of the page (rows, columns), ``REACH_MM`` within the page at least.
        printed: Print in that window.
        letters: The same without the rules of the table.
        blurred: The same in grey, blurred for matching.
        pattern: The same less its mean and with a length of 1, for matching at single places.
        run_area: The window in which lines are looked for.
        rims: In that window the pixels that lie one pixel beside print, two, and so on.
    """

    area: tuple[slice, slice]
    printed: Mask
    letters: Mask
    blurred: Grey
    pattern: Float32
    run_area: tuple[slice, slice]
    rims: tuple[Mask, ...]


# A vote has few styles of few pages; a megabyte is kept for each.
@lru_cache(maxsize=16)
def name_prints(reference: Reference) -> tuple[NamePrint, ...]:
    """Return how each name of a page is printed, in layout order.

    Args:
        reference: The page as printed.
    """
    return tuple(_name_print(name.rect, reference) for name in reference.layout.names)


@lru_cache(maxsize=32)
def known_runs(
    reference: Reference, line_mm: float, thicker_px: int
) -> tuple[NDArray[np.uint16], ...]:
    """Return where letters of each name run together to lines, in the windows for lines.

    Args:
        reference: The page as printed.
        line_mm: Length of the lines that are looked for.
        thicker_px: By how much the print at hand is thicker than it should be, on either side.

    Returns:
        For each name, bit n of a pixel: it lies on a line of the n-th of ``SLOPES``.
    """
    return tuple(
        _known_runs(print_.run_area, reference, line_mm, thicker_px)
        for print_ in name_prints(reference)
    )


def thicker_px(dark: Sequence[Mask], prints: Sequence[NamePrint]) -> int:
    """Return by how many pixels, on either side, a page's letters are thicker than they should be.

    Args:
        dark: What is as dark as print, in the window for lines of each name.
        prints: The names as printed.
    """
    rims = zip(*(name.rims for name in prints), strict=True)
    for thicker, around in enumerate(rims):
        # A pen that strikes out or scrawls over a few names leaves the others as they were.
        shares = [_share(seen, rim) for seen, rim in zip(dark, around, strict=True)]
        if float(np.median(shares)) < _THICK:
            return thicker
    # Ink so far around most names of a page was not spread by toner.
    return 0


def _share(seen: Mask, rim: Mask) -> float:
    return int(np.count_nonzero(seen & rim)) / max(int(np.count_nonzero(rim)), 1)


def _name_print(rect: Rect, reference: Reference) -> NamePrint:
    scale, shape = reference.px_per_mm, reference.print_mask.shape
    reach = round(REACH_MM * scale)
    run_area = window(rect.grown(-0.6), scale, shape)
    rows, columns = (
        slice(max(part.start, reach), min(part.stop, side - reach))
        for part, side in zip(run_area, shape, strict=True)
    )
    printed = reference.print_mask[rows, columns]
    blurred = cv2.GaussianBlur(reference.darkness[rows, columns], (0, 0), 1.0)
    pattern = blurred.astype(np.float32)
    pattern -= pattern.mean()
    pattern /= max(float(np.linalg.norm(pattern)), 1e-6)
    return NamePrint(
        area=(rows, columns),
        printed=printed,
        letters=printed & ~_rules(printed, scale),
        blurred=np.asarray(blurred, dtype=np.uint8),
        pattern=pattern.ravel(),
        run_area=run_area,
        rims=_rims(reference.print_mask[run_area]),
    )


def _rims(printed: Mask) -> tuple[Mask, ...]:
    beside = cv2.distanceTransform((~printed).astype(np.uint8), cv2.DIST_L2, 5)
    return tuple((beside > far - 0.5) & (beside <= far + 0.5) for far in range(1, _THICKEST_PX + 2))


def _known_runs(
    area: tuple[slice, slice], reference: Reference, line_mm: float, thicker_px: int
) -> NDArray[np.uint16]:
    scale = reference.px_per_mm
    # Letters run together in coarse scans: what could, in a blurred print, is known.
    blur_px = 0.15 * scale
    margin = int(np.ceil(4 * blur_px))
    top, left = (max(0, part.start - margin) for part in area)
    around = reference.darkness[top : area[0].stop + margin, left : area[1].stop + margin]
    if thicker_px:
        around = np.asarray(cv2.dilate(around, disc(float(thicker_px))), np.uint8)
    blurred = cv2.GaussianBlur(around, (0, 0), blur_px)[
        area[0].start - top : area[0].stop - top, area[1].start - left : area[1].stop - left
    ]
    printed = (blurred > 32).astype(np.uint8)
    known = np.zeros(printed.shape, np.uint16)
    for bit, line in enumerate(lines(round(line_mm * scale))):
        runs = cv2.morphologyEx(printed, cv2.MORPH_OPEN, line)
        known[cv2.dilate(runs, disc(0.35 * scale)) > 0] |= 1 << bit
    return known


def _rules(printed: Mask, px_per_mm: int) -> Mask:
    """Return the rules of the table among some print: runs that are longer than any letter."""
    length = 9 * px_per_mm
    bits = printed.astype(np.uint8)
    runs = cv2.morphologyEx(bits, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    down = cv2.morphologyEx(bits, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    return grow((runs > 0) | (down > 0), 2.0)


@lru_cache(maxsize=8)
def lines(length_px: int) -> tuple[Grey, ...]:
    """Return a line of each of ``SLOPES``, one pixel wide, as structuring elements."""
    return tuple(_line(length_px, degrees) for degrees in SLOPES)


@lru_cache(maxsize=8)
def sparse_lines(length_px: int) -> tuple[Grey, ...]:
    """Return every third pixel of each of the ``lines``: where these fail, the lines do."""
    thinned = []
    for line in lines(length_px):
        places = np.argwhere(line)
        places = places[np.argsort(places[:, 1], kind="stable")][::3]
        few = np.zeros_like(line)
        few[tuple(places.T)] = 1
        thinned.append(few)
    return tuple(thinned)


def _line(length_px: int, degrees: float) -> Grey:
    half = length_px / 2
    dx, dy = half * np.cos(np.radians(degrees)), half * np.sin(np.radians(degrees))
    size = length_px | 1
    rows = (2 * int(np.ceil(abs(dy))) + 1) | 1
    kernel = np.zeros((rows, size), np.uint8)
    centre = (size // 2, rows // 2)
    start = (round(centre[0] - dx), round(centre[1] - dy))
    end = (round(centre[0] + dx), round(centre[1] + dy))
    cv2.line(kernel, start, end, 1, 1)
    return kernel

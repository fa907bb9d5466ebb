"""How each name of a ballot style is printed: what ink over it is measured against.

Worked out once for all papers of a style; ``names`` compares the ink of each with it.
"""

from __future__ import annotations

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
        known_runs: Where letters that run together make a line of the n-th of ``SLOPES``: bit n.
    """

    area: tuple[slice, slice]
    printed: Mask
    letters: Mask
    blurred: Grey
    pattern: Float32
    run_area: tuple[slice, slice]
    known_runs: NDArray[np.uint16]


# A vote has few styles of few pages; a megabyte is kept for each.
@lru_cache(maxsize=16)
def name_prints(reference: Reference, line_mm: float) -> tuple[NamePrint, ...]:
    """Return how each name of a page is printed, in layout order.

    Args:
        reference: The page as printed.
        line_mm: Length of the lines that are looked for.
    """
    return tuple(_name_print(name.rect, reference, line_mm) for name in reference.layout.names)


def _name_print(rect: Rect, reference: Reference, line_mm: float) -> NamePrint:
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
        known_runs=_known_runs(run_area, reference, line_mm),
    )


def _known_runs(
    area: tuple[slice, slice], reference: Reference, line_mm: float
) -> NDArray[np.uint16]:
    scale = reference.px_per_mm
    # Letters run together in coarse scans: what could, in a blurred print, is known.
    blur_px = 0.15 * scale
    margin = int(np.ceil(4 * blur_px))
    top, left = (max(0, part.start - margin) for part in area)
    around = reference.darkness[top : area[0].stop + margin, left : area[1].stop + margin]
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

"""Grade of the scan, second part: brightness, contrast and sharpness, measured on the print.

The print is the same on every ballot, so it is the test chart: the registration marks tell how
black solid print came out, the box outlines how well a thin line did, and the edges of the
marks how sharp the picture is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import Rect, transform
from omr.scan.ink.ink_map import InkMap
from omr.scan.place.halftone import is_two_level
from omr.scan.place.order_statistics import medians
from omr.scan.place.reference import Grey, Reference, as_bits, window
from omr.scan.place.register import Placement
from omr.scan.place.straighten import FlatPage
from omr.scan.reading import Grade
from omr.scan.settings import ReaderSettings

# A cell of a registration mark is over 0.9 mm: what is left of it inside this margin is solid
# even where print and picture are a little apart.
_SOLID_MARGIN_MM = 0.3
# Half the width of the strip in which all darkness of a box outline is gathered. The nearest
# other print is 2 mm away.
_STRIP_MM = 1.2
# How many boxes, from top to bottom, tell how thin lines came out on a page.
_ASKED_FOR_LINES = 12


@dataclass(frozen=True, slots=True)
class Tone:
    """How paper, solid print and thin print came out.

    Attributes:
        paper: Brightness of the paper, 0 to 1.
        solid: Darkness of solid print against the paper around it, 0 to 1: the median of the
            registration marks.
        palest: The same of the palest mark.
        thin: What is left of a thin line: darkness of the box outlines summed up across the
            line, as a share of what their width in solid black would give. About 1; above 2
            lines are twice as thick as printed.
        edge_mm: Width of the step from paper to solid print; 0 for two-level pictures.
        two_level: Whether the picture has black and white alone.
        grain: Share of dark pixels in the middle one of all open patches of paper.
    """

    paper: float
    solid: float
    palest: float
    thin: float
    edge_mm: float
    two_level: bool
    grain: float


def measure_tone(
    grey: Grey, flat: FlatPage, reference: Reference, ink: InkMap, placement: Placement
) -> Tone:
    """Measure how the print of a page came out.

    Args:
        grey: The picture, shape (h, w).
        flat: The page laid flat.
        reference: The page as printed.
        ink: Its ink map; the found boxes and the threshold are used.
        placement: Where the page is in the picture.
    """
    solids = _solid_darkness(flat, reference)
    thins = _line_weights(flat, reference, ink)
    two_level = is_two_level(grey)
    open_ = ~reference.near_print[::4, ::4] & flat.paper[::4, ::4]
    light = _luminance(flat.pixels[::4, ::4])[open_]
    return Tone(
        paper=float(np.median(light)) / 255 if light.size else 0.0,
        solid=float(np.median(solids)) if solids else 0.0,
        palest=min(solids, default=0.0),
        thin=float(np.median(thins)) if thins else 1.0,
        edge_mm=0.0 if two_level else _edge_width_mm(grey, reference, placement),
        two_level=two_level,
        grain=_grain(flat, reference, ink.threshold),
    )


def grade_tone(tone: Tone, settings: ReaderSettings) -> Iterator[Grade]:
    """Yield what is wrong with brightness, contrast and sharpness."""
    if tone.paper < settings.dark_paper or tone.grain > settings.grain or tone.thin > 2.2:
        yield Grade("dark", round(100 * tone.paper))
    if tone.solid < settings.solid_print:
        yield Grade("contrast", round(100 * tone.solid))
    elif tone.thin < settings.thin_print * tone.solid:
        yield Grade("light", round(100 * tone.thin))
    if tone.edge_mm > settings.edge_blur_mm:
        yield Grade("blurred", round(tone.edge_mm, 1))


def _luminance(pixels: NDArray[np.uint8]) -> Grey:
    if pixels.ndim == 2:
        return pixels
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def _solid_darkness(flat: FlatPage, reference: Reference) -> list[float]:
    """Return for each registration mark that lies on paper how dark its solid parts are."""
    scale = reference.px_per_mm
    kernel = np.ones((2 * round(_SOLID_MARGIN_MM * scale) + 1,) * 2, np.uint8)
    found = []
    for mark in reference.layout.fiducials:
        area = window(mark.rect, scale, flat.darkness.shape)
        solid = cv2.erode((reference.darkness[area] > 200).astype(np.uint8), kernel) > 0
        if solid.any() and flat.paper[area].mean() > 0.95:
            dark = float(np.median(flat.darkness[area][solid])) / 255
            # A mark that is torn off or covered says nothing of the toner.
            if dark > 0.12:
                found.append(dark)
    return found


def _line_weights(flat: FlatPage, reference: Reference, ink: InkMap) -> list[float]:
    """Return for some boxes what came out of their outlines, by the second palest side.

    Marks darken some sides, and a fold may pass through one; of four sides two are as printed.
    """
    scale, outline_mm = reference.px_per_mm, reference.layout.outline_mm
    strips: list[NDArray[np.float32]] = []
    for found in ink.boxes[:: max(1, len(ink.boxes) // _ASKED_FOR_LINES)]:
        box = found.found.grown(outline_mm / 2)
        inner = 0.2 * min(box.w, box.h)
        long_x, long_w = box.x + inner, box.w - 2 * inner
        long_y, long_h = box.y + inner, box.h - 2 * inner
        sides = (
            Rect(long_x, box.y - _STRIP_MM, long_w, 2 * _STRIP_MM),
            Rect(long_x, box.bottom - _STRIP_MM, long_w, 2 * _STRIP_MM),
            Rect(box.x - _STRIP_MM, long_y, 2 * _STRIP_MM, long_h),
            Rect(box.right - _STRIP_MM, long_y, 2 * _STRIP_MM, long_h),
        )
        four = [flat.darkness[window(side, scale, flat.darkness.shape)] for side in sides]
        if all(strip.size for strip in four):
            turned = [
                strip if side.w > side.h else strip.T
                for side, strip in zip(sides, four, strict=True)
            ]
            strips += [strip.astype(np.float32) for strip in turned]
    if not strips:
        return []
    profiles = [strip.sum(axis=0) for strip in strips]
    # Grain of the paper is no line: what lies at the strip's rim is its floor.
    floors = medians([strip.ravel() for strip in strips]) * [len(strip) for strip in strips]
    gathered = (medians(profiles) - floors) / 255 / scale / outline_mm
    return [max(0.0, weight) for weight in np.sort(gathered.reshape(-1, 4), axis=1)[:, 1].tolist()]


def _edge_width_mm(grey: Grey, reference: Reference, placement: Placement) -> float:
    """Return the median width of the outer edges of the registration marks.

    The width of a step is its height over its steepest slope; for a Gaussian blur of standard
    deviation s it is s times the square root of 2 pi.
    """
    step_mm = 0.03
    across = np.arange(-0.9, 0.9, step_mm)
    along = np.linspace(0.2, 0.8, 12)
    widths = []
    for mark in reference.layout.fiducials:
        for profile in _edge_profiles(grey, mark.rect, placement, across, along):
            height = float(profile.max() - profile.min())
            slope = float(np.abs(np.diff(profile)).max()) / step_mm
            if height > 60 and slope > 0:
                widths.append(height / slope)
    return float(np.median(widths)) if widths else 0.0


def _edge_profiles(
    grey: Grey,
    rect: Rect,
    placement: Placement,
    across: NDArray[np.float64],
    along: NDArray[np.float64],
) -> Iterator[NDArray[np.float64]]:
    """Yield brightness from outside to inside across each side of a mark, mean along the side."""
    for side in range(4):
        share, inward = np.meshgrid(along, across)
        first = rect.x if side % 2 == 0 else rect.y
        length = rect.w if side % 2 == 0 else rect.h
        run = first + share * length
        edge = (rect.y, rect.right, rect.bottom, rect.x)[side]
        depth = edge + (inward if side in (0, 3) else -inward)
        xs, ys = (run, depth) if side % 2 == 0 else (depth, run)
        points = transform(placement.matrix, np.column_stack([xs.ravel(), ys.ravel()]))
        low, high = points.min(axis=0), points.max(axis=0)
        if (low < 0).any() or (high > np.array(grey.shape[::-1]) - 1).any():
            continue
        maps = points.astype(np.float32).reshape(*share.shape, 2)
        values = cv2.remap(grey, maps[..., 0], maps[..., 1], cv2.INTER_LINEAR)
        yield np.asarray(values, dtype=np.float64).mean(axis=1)


def _grain(flat: FlatPage, reference: Reference, threshold: float) -> float:
    """Return the share of dark pixels in the median patch of 10 mm of open paper.

    Writing, seals and folds touch some patches; a scan that turns paper into specks all.
    """
    step = 10 * reference.px_per_mm
    rows, columns = (side // step for side in flat.darkness.shape)
    cut = (slice(0, rows * step, 2), slice(0, columns * step, 2))
    paper = as_bits(flat.paper)[cut]
    open_ = cv2.subtract(paper, as_bits(reference.near_print)[cut])
    dark = cv2.bitwise_and(as_bits(flat.darkness[cut] > np.uint8(threshold)), open_)
    room, specks = (_patch_sums(np.asarray(mask, np.uint8), step // 2) for mask in (open_, dark))
    enough = room > 0.5 * (step // 2) ** 2
    if not enough.any():
        return 0.0
    return float(np.median(specks[enough] / room[enough]))


def _patch_sums(mask: Grey, side: int) -> NDArray[np.float32]:
    """Return the sum of each square patch of a picture."""
    rows, columns = (length // side for length in mask.shape)
    bands = mask.astype(np.float32).reshape(rows, side, columns * side).sum(axis=1)
    return np.asarray(bands.reshape(rows, columns, side).sum(axis=2), dtype=np.float32)

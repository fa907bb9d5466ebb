"""Ink that nobody printed: the flat page less the reference, labelled stroke by stroke.

Print is taken away with a small margin, each box outline at the place where it really is;
what a fold's shadow explains is no ink. What is left is joined again where an outline or
a fold cut a stroke, so that a cross whose legs leave its box is one stroke.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import Rect
from omr.scan.ink.colour_noise import colour_noise
from omr.scan.ink.creases import worn_paper
from omr.scan.ink.fold_ends import scraps_of_folds
from omr.scan.ink.fold_shade import FoldLine, shade_of_folds
from omr.scan.ink.pieces import Labels, label_pieces
from omr.scan.ink.shading import shaded_by_hand
from omr.scan.ink.stains import find_stains
from omr.scan.ink.tints import tint_of_paper
from omr.scan.place.box_places import FoundBox as FoundBox
from omr.scan.place.box_places import find_boxes
from omr.scan.place.outlines import stray_outlines
from omr.scan.place.reference import (
    Grey,
    Mask,
    Reference,
    above,
    as_bits,
    grow,
    outline_ring,
    window,
)
from omr.scan.place.straighten import FlatPage
from omr.scan.settings import ReaderSettings
from omr.stages import stage

# A pen's line is narrower than this.
_WIDE_MM = 2.4
STRONG = 1.45  # ink this many times darker than the threshold is beyond any doubt ink


@dataclass(frozen=True, slots=True, eq=False)
class OwnPrint:
    """Print that each ballot has to itself.

    Attributes:
        codes: Where the dark modules of its codes are.
        near: Where ink is no news: the codes with a margin, and the printed serial.
    """

    codes: Mask
    near: Mask


@dataclass(frozen=True, slots=True, eq=False)
class InkMap:
    """All ink of a page that is not print.

    Attributes:
        ink: Where it is.
        labels: Stroke number at each pixel of strokes and their bridges over outlines.
        area_px: Ink pixels of each stroke, by number (0 is no stroke).
        strong_px: Those of them that are dark beyond doubt.
        bounds_px: Per stroke left, top, right, bottom (exclusive), shape (n, 4).
        boxes: Every box with its found place.
        printed: Where this ballot's print should be, its codes among it, without margin.
        darkness: Of the flat page, less what folds and stains explain; 0 to 255.
        worn: Creases and hairs, which are no ink.
        stained: Where a stain is what is dark, between print too.
        tinted: Where the paper itself is a little darker.
        hairs: Ink as thin and pale as a crease that may yet be a mark.
        folded: Where a fold explains some of the darkness.
        folds: The folds of the sheet.
        ruled: Lines that somebody ruled over the whole sheet.
        threshold: Darkness from which a pixel counted as ink.
    """

    ink: Mask
    labels: Labels
    area_px: NDArray[np.int64]
    strong_px: NDArray[np.int64]
    bounds_px: NDArray[np.int64]
    boxes: tuple[FoundBox, ...]
    printed: Mask
    darkness: Grey
    worn: Mask
    stained: Mask
    tinted: Mask
    hairs: Mask
    folded: Mask
    folds: tuple[FoldLine, ...]
    ruled: tuple[FoldLine, ...]
    threshold: float


@stage("ink")
def map_ink(
    flat: FlatPage, reference: Reference, own: OwnPrint, settings: ReaderSettings
) -> InkMap:
    """Find and label all ink that was not printed.

    Args:
        flat: The page laid flat.
        reference: The page as printed.
        own: Where this ballot's own codes and serial are printed.
        settings: The reader's numbers.

    Returns:
        The ink map.
    """
    scale = reference.px_per_mm
    # Five standard deviations of the paper's grain: a page has millions of pixels.
    threshold = max(settings.ink * 255, 5 * flat.noise)
    boxes = find_boxes(flat, reference)
    near_print = reference.near_print | own.near
    for found in boxes:
        outline_mm, margin_mm = reference.layout.outline_mm, settings.print_margin_mm
        around = window(found.box.rect, scale, near_print.shape, outline_mm + 2 * margin_mm + 0.6)
        near_print[around] = outline_ring(found.found, outline_mm, scale, around, margin_mm)
    whole = bool(flat.paper.all())
    shut = near_print if whole else near_print | ~flat.paper
    shade, folds, ruled = shade_of_folds(flat.darkness, shut, scale)
    darkness = flat.darkness if shade is None else _less(flat.darkness, shade)
    folded = np.zeros(shut.shape, np.bool_) if shade is None else shade > 0
    places = [found.found for found in boxes]
    tint = tint_of_paper(darkness, reference.print_mask, places, scale)
    soft = _beyond_one_box(_soft_shade(darkness, threshold, scale), places, scale)
    drawn: Mask | None = None
    if soft.any():
        drawn = shaded_by_hand(soft, darkness, shut, flat.pixels, threshold, scale)
        soft &= ~drawn
        darkness = darkness * as_bits(~soft)
    ink = above(darkness, threshold) & ~near_print
    if not whole:
        ink &= cv2.erode(as_bits(flat.paper), np.ones((9, 9), np.uint8)).view(np.bool_)
    for area, outline in stray_outlines(ink, darkness, boxes, threshold, reference, settings):
        ink[area] &= ~outline
    # A stain is known by all of its darkness.
    stained = find_stains(ink, darkness, reference.print_mask, flat.pixels, scale)
    stained = _beyond_one_box(stained, places, scale)
    if drawn is not None and drawn.any():
        stained &= ~drawn
        if tint is not None:
            tint[drawn] = 0
    if stained.any():
        ink &= ~stained
    if tint is not None:
        darkness = _less(darkness, tint)
        ink &= above(darkness, threshold)
    scraps = scraps_of_folds(ink, scale)
    if scraps.any():
        ink &= ~scraps
        folded |= scraps
    names = tuple(name.rect for name in reference.layout.names)
    worn, hairs = worn_paper(ink, darkness, folded, boxes, names, scale)
    noise = colour_noise(hairs, darkness, flat.pixels, scale)
    hairs &= ~noise
    if worn.any() or noise.any():
        ink &= ~(worn | noise)
    # An outline with its margin is 1 mm wide, 1.4 mm to a slanting stroke: 0.95 mm from each side.
    bridges = grow(ink & reference.beside_boxes, 0.95 * scale)
    bridges &= reference.around_boxes & (near_print if shade is None else near_print | folded)
    strokes = label_pieces(ink | bridges)
    strong = ink & above(darkness, STRONG * threshold)
    left, top, width, height = (strokes.stats[:, k].astype(np.int64) for k in range(4))
    return InkMap(
        ink=ink,
        labels=strokes.labels,
        area_px=strokes.count(ink),
        strong_px=strokes.count(strong),
        bounds_px=np.column_stack([left, top, left + width, top + height]),
        boxes=boxes,
        printed=reference.print_mask | own.codes,
        darkness=darkness,
        worn=worn,
        stained=stained,
        tinted=np.zeros(shut.shape, np.bool_) if tint is None else tint > 0,
        hairs=hairs,
        folded=folded,
        folds=folds,
        ruled=ruled,
        threshold=threshold,
    )


def _soft_shade(darkness: Grey, threshold: float, px_per_mm: int) -> Mask:
    """Return what is dark without being a stroke: stains, gradients, the lid's shadow.

    A pen leaves narrower lines, or blots that are dark beyond doubt; where the
    darkness over the surroundings is slight, there is a shade.
    """
    soft = np.zeros(darkness.shape, np.bool_)
    side = round(_WIDE_MM * px_per_mm)
    for area, sure in _broad(darkness, 0.4 * threshold, side):
        level = darkness[area]
        wide = cv2.morphologyEx(level, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
        shade = above(np.asarray(wide, np.uint8), 0.4 * threshold) & (level < 140)
        shade &= ~above(np.asarray(cv2.subtract(level, wide), np.uint8), 0.6 * threshold)
        soft[area][sure] |= shade[sure]
    return soft


def _beyond_one_box(shade: Mask, boxes: Sequence[Rect], px_per_mm: int) -> Mask:
    """Return a shade without what keeps to one box: somebody shaded that box with a pencil."""
    areas = [window(box, px_per_mm, shade.shape, 1.0) for box in boxes]
    areas = [area for area in areas if shade[area].any()]
    if not areas:
        return shade
    shades = label_pieces(shade)
    labels, kept = shades.labels, np.zeros(len(shades.stats), np.bool_)
    for area in areas:
        inside = np.bincount(labels[area].ravel(), minlength=len(kept))
        kept |= inside > 0.6 * shades.stats[:, cv2.CC_STAT_AREA]
    return shades.chosen(~kept)


def _broad(
    darkness: Grey, level: float, side: int
) -> Iterator[tuple[tuple[slice, slice], tuple[slice, slice]]]:
    """Yield windows that together hold all squares of one size that are dark all over.

    Args:
        darkness: Shape (h, w).
        level: A square is dark if all of it is above this.
        side: Of the squares, in px.

    Yields:
        A window of the page, with room to open it by such squares; and the part of it, within
        the window, for which that room is enough.
    """
    # A square of ``side`` holds so many points of this grid each way, dark all of them. Beyond
    # the page's edge there may be any darkness, but half of them are on the page.
    count = 6
    step, half = max(1, side // count), count // 2
    points = np.pad(above(darkness[::step, ::step], level), half, constant_values=True)
    square = np.ones((count, count), np.uint8)
    corners = cv2.erode(as_bits(points), square, anchor=(0, 0))[: 1 - count, : 1 - count]
    if not corners.any():
        return
    # Squares that may share a pixel are looked at in one window.
    joined = cv2.dilate(corners, np.ones((2 * side // step + 3,) * 2, np.uint8))
    height, width = darkness.shape
    for left, top, across, down, _ in label_pieces(joined.view(np.bool_)).stats[1:].tolist():
        y, x = (top - half) * step, (left - half) * step
        rows = slice(max(0, y), min(height, y + (down + count) * step))
        columns = slice(max(0, x), min(width, x + (across + count) * step))
        if rows.stop <= rows.start or columns.stop <= columns.start:
            continue
        area = (
            slice(max(0, rows.start - side), min(height, rows.stop + side)),
            slice(max(0, columns.start - side), min(width, columns.stop + side)),
        )
        sure = (
            slice(rows.start - area[0].start, rows.stop - area[0].start),
            slice(columns.start - area[1].start, columns.stop - area[1].start),
        )
        yield area, sure


def grown_print(ink: InkMap, reference: Reference, grown: Mask, radius_mm: float) -> Mask:
    """Return all print grown by a radius, this ballot's codes among it.

    Args:
        ink: The page's ink.
        reference: The page as printed.
        grown: Its print, grown by the radius once for all papers.
        radius_mm: By how much.
    """
    scale, shape = reference.px_per_mm, ink.printed.shape
    out = grown.copy()
    for code in reference.layout.codes:
        area = window(code, scale, shape, radius_mm + 0.5)
        out[area] |= grow(ink.printed[area], radius_mm * scale)
    return out


def _less(darkness: Grey, shade: Grey) -> Grey:
    return np.asarray(cv2.subtract(darkness, shade), dtype=np.uint8)

"""Ink that nobody printed: the flat page less the reference, labelled stroke by stroke.

Print is taken away with a small margin, each box outline at the place where it really is;
what a fold's shadow explains is no ink. What is left is joined again where an outline or
a fold cut a stroke, so that a cross whose legs leave its box is one stroke.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.scan.box_places import FoundBox as FoundBox
from omr.scan.box_places import find_boxes
from omr.scan.fold_shade import FoldLine, shade_of_folds
from omr.scan.pieces import Labels, label_pieces
from omr.scan.reference import Grey, Mask, Reference, as_bits, grow, outline_ring, window
from omr.scan.settings import ReaderSettings
from omr.scan.straighten import FlatPage
from omr.scan.wear import worn_paper

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
        worn: Creases and stains, which are no ink.
        hairs: Ink as thin and pale as a crease that may yet be a mark.
        folded: Where a fold explains some of the darkness.
        folds: The folds of the sheet.
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
    hairs: Mask
    folded: Mask
    folds: tuple[FoldLine, ...]
    threshold: float


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
        outer = reference.layout.outline_mm + 2 * settings.print_margin_mm + 0.6
        area = window(found.box.rect, scale, near_print.shape, outer)
        ring = outline_ring(
            found.found,
            reference.layout.outline_mm,
            scale,
            near_print.shape,
            settings.print_margin_mm,
        )
        near_print[area] = ring[area]
    paper = cv2.erode(as_bits(flat.paper), np.ones((9, 9), np.uint8)).view(np.bool_)
    shade, folds = shade_of_folds(flat.darkness, near_print | ~flat.paper, scale)
    darkness = flat.darkness if shade is None else _less(flat.darkness, shade)
    folded = np.zeros(paper.shape, np.bool_) if shade is None else shade > 0
    soft = _soft_shade(darkness, boxes, threshold, scale)
    darkness = darkness * as_bits(~soft)
    ink = (darkness > threshold) & paper & ~near_print
    names = tuple(name.rect for name in reference.layout.names)
    worn, hairs = worn_paper(ink, darkness, folded, boxes, names, scale)
    ink &= ~worn
    # An outline with its margin is 1 mm wide, 1.4 mm to a slanting stroke: 0.95 mm from each side.
    bridges = grow(ink, 0.95 * scale) & reference.around_boxes & (near_print | folded)
    strokes = label_pieces(ink | bridges)
    strong = ink & (darkness > STRONG * threshold)
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
        hairs=hairs,
        folded=folded,
        folds=folds,
        threshold=threshold,
    )


def _soft_shade(
    darkness: Grey, boxes: tuple[FoundBox, ...], threshold: float, px_per_mm: int
) -> Mask:
    """Return what is dark without being a stroke: stains, gradients, the lid's shadow.

    A pen leaves lines narrower than 2.4 mm or blots that are dark beyond doubt; where the
    darkness over the surroundings is slight, there is a shade. Soft ink that keeps to one
    box is no stain: somebody shaded that box with a pencil.
    """
    wide = cv2.morphologyEx(
        darkness, cv2.MORPH_OPEN, np.ones((round(2.4 * px_per_mm),) * 2, np.uint8)
    )
    soft = (wide > 0.4 * threshold) & (darkness < 140)
    soft &= cv2.subtract(darkness, wide) < 0.6 * threshold
    if not soft.any():
        return soft
    shades = label_pieces(soft)
    kept = np.zeros(len(shades.stats), np.bool_)
    for found in boxes:
        area = window(found.found, px_per_mm, soft.shape, 1.0)
        inside = np.bincount(shades.labels[area].ravel(), minlength=len(kept))
        kept |= inside > 0.6 * shades.stats[:, cv2.CC_STAT_AREA]
    return shades.chosen(~kept)


def _less(darkness: Grey, shade: Grey) -> Grey:
    return np.asarray(cv2.subtract(darkness, shade), dtype=np.uint8)

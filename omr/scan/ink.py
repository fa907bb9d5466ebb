"""Ink that nobody printed: the flat page less the reference, labelled stroke by stroke.

Print is taken away with a small margin, each box outline at the place where it really is;
scanner streaks and folds are taken away as lines that run through the page. What is left
is joined again where an outline cut a stroke, so that a cross whose legs leave its box is
one stroke.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.scan.box_places import FoundBox as FoundBox
from omr.scan.box_places import find_boxes
from omr.scan.reference import Mask, Reference, grow, outline_ring, window
from omr.scan.settings import ReaderSettings
from omr.scan.straighten import FlatPage

Labels = NDArray[np.int32]

STRONG = 1.45  # ink this many times darker than the threshold is beyond any doubt ink


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
        lines: Streaks and folds that were taken away.
        threshold: Darkness from which a pixel counted as ink.
    """

    ink: Mask
    labels: Labels
    area_px: NDArray[np.int64]
    strong_px: NDArray[np.int64]
    bounds_px: NDArray[np.int64]
    boxes: tuple[FoundBox, ...]
    lines: Mask
    threshold: float


def map_ink(
    flat: FlatPage, reference: Reference, variable_print: Mask, settings: ReaderSettings
) -> InkMap:
    """Find and label all ink that was not printed.

    Args:
        flat: The page laid flat.
        reference: The page as printed.
        variable_print: Where this ballot's own code and serial are printed.
        settings: The reader's numbers.

    Returns:
        The ink map.
    """
    scale = reference.px_per_mm
    # Five standard deviations of the paper's grain: a page has millions of pixels.
    threshold = max(settings.ink * 255, 5 * flat.noise)
    boxes = find_boxes(flat, reference)
    near_print = reference.near_print | variable_print
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
    paper = cv2.erode(flat.paper.astype(np.uint8), np.ones((9, 9), np.uint8)).astype(np.bool_)
    dark = (flat.darkness > threshold) & paper
    ink = dark & ~near_print
    lines = _page_lines(ink, near_print, scale, settings)
    ink &= ~lines
    # An outline with its margin is 1 mm wide, 1.4 mm to a slanting stroke: 0.95 mm from each side.
    bridges = grow(ink, 0.95 * scale) & reference.around_boxes & near_print
    _, labels, stats, _ = cv2.connectedComponentsWithStats(
        (ink | bridges).astype(np.uint8), None, None, None, 8, cv2.CV_32S
    )
    count = len(stats)
    strong = ink & (flat.darkness > STRONG * threshold)
    left, top, width, height = (stats[:, k].astype(np.int64) for k in range(4))
    return InkMap(
        ink=ink,
        labels=np.asarray(labels, dtype=np.int32),
        area_px=np.bincount(labels[ink], minlength=count),
        strong_px=np.bincount(labels[strong], minlength=count),
        bounds_px=np.column_stack([left, top, left + width, top + height]),
        boxes=boxes,
        lines=lines,
        threshold=threshold,
    )


def _page_lines(ink: Mask, near_print: Mask, px_per_mm: int, settings: ReaderSettings) -> Mask:
    """Find lines that run through the page: scanner streaks and creases.

    Pen strokes do not run straight through most of a page's height or width; a dirty glass
    and a folded sheet do. Each is sought among slopes of up to 5 degrees, at 2 px/mm.
    """
    scale = px_per_mm // 2
    size = (ink.shape[1] // scale, ink.shape[0] // scale)
    small = cv2.resize(ink.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    shut = cv2.resize(near_print.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    open_ = np.asarray(1 - shut, dtype=np.float32)
    grown = cv2.dilate((small > 0.12).astype(np.float32), np.ones((2, 2)))
    seen = np.asarray(grown, dtype=np.float32)
    lines = np.zeros(small.shape, np.float32)
    if seen.mean() > 0:
        lines = np.maximum(
            _lines_down(seen, open_, settings.line_share),
            _lines_down(seen.T.copy(), open_.T.copy(), max(settings.line_share, 0.8)).T,
        )
    full = cv2.resize(lines, (ink.shape[1], ink.shape[0]), interpolation=cv2.INTER_NEAREST)
    return full > 0


def _lines_down(
    seen: NDArray[np.float32], open_: NDArray[np.float32], share: float
) -> NDArray[np.float32]:
    """Mark near-vertical lines that show ink in ``share`` of the open places along them."""
    height, width = seen.shape
    lines = np.zeros(seen.shape, np.float32)
    rows = np.arange(height)
    for slope in np.linspace(-0.09, 0.09, 37):
        offset = np.rint(slope * (rows - height / 2)).astype(int)
        columns = (np.arange(width)[None, :] + offset[:, None]).clip(0, width - 1)
        hits = np.take_along_axis(seen * open_, columns, axis=1).sum(axis=0)
        room = np.take_along_axis(open_, columns, axis=1).sum(axis=0)
        for column in np.flatnonzero((hits > share * room) & (room > 0.4 * height)):
            path = (column + offset).clip(0, width - 1)
            for side in (-1, 0, 1):
                lines[rows, (path + side).clip(0, width - 1)] = 1.0
    return lines

"""The printed squares, each found again near its place on the flat page.

Folds and feed leave a square up to a millimetre from where the flat page has it. In come the
flat page and the reference; out comes one place per box, in layout order, for ``ink`` to
take the outline away and for ``marks`` to measure what is inside.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from omr.ballot.model import Box
from omr.geometry import Rect
from omr.scan.reference import Reference, window
from omr.scan.straighten import FlatPage


@dataclass(frozen=True, slots=True)
class FoundBox:
    """A box, where its printed outline was found, and how well (correlation)."""

    box: Box
    found: Rect
    match: float


def find_boxes(flat: FlatPage, reference: Reference) -> tuple[FoundBox, ...]:
    """Find every printed square of a page.

    Args:
        flat: The page laid flat.
        reference: The page as printed.

    Returns:
        One place per box, in layout order.
    """
    return tuple(_find_box(flat, reference, box) for box in reference.layout.boxes)


def _find_box(flat: FlatPage, reference: Reference, box: Box) -> FoundBox:
    """Find the printed square near its place: the fold of a sheet may lie beside it."""
    scale, reach_mm, rim_mm = reference.px_per_mm, 0.75, 0.8
    rows, columns = window(box.rect, scale, flat.darkness.shape, rim_mm)
    template = reference.darkness[rows, columns]
    reach = round(reach_mm * scale)
    top, left = rows.start - reach, columns.start - reach
    around = flat.darkness[top : rows.stop + reach, left : columns.stop + reach]
    if top < 0 or left < 0 or around.shape != tuple(s + 2 * reach for s in template.shape):
        return FoundBox(box, box.rect, 0.0)
    score = cv2.matchTemplate(around, template, cv2.TM_CCOEFF_NORMED)
    # Heavy ink in the box pulls a little: a farther place has to be clearly better.
    ys, xs = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    y, x = np.unravel_index(int(np.argmax(score - 0.02 * np.hypot(xs, ys) / scale)), score.shape)
    shift = ((int(x) - reach) / scale, (int(y) - reach) / scale)
    return FoundBox(box, box.rect.shifted(*shift), float(score[y, x]))

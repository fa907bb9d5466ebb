"""Corners of the sheet that were folded over: where the flap lies, and what its sides throw.

A flap is the missing corner mirrored at the fold. Its free sides are the sheet's own edges, so
they run as these do, mirrored; they meet at a right angle, as far from the ends of the fold as the
sheet's corner would. Beyond the fold there is no paper, but the lid. Along its sides the flap is
paler than what lies just outside: it throws a shadow there, which fades away outward.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import FloatArray, Rect
from omr.scan.ink.pieces import label_pieces
from omr.scan.place.reference import Mask, Reference, as_bits, window
from omr.scan.place.straighten import FlatPage, look_beyond, separate_ink
from omr.scan.settings import ReaderSettings
from omr.scan.wear.flap_shape import IN_MM, LEAST_MM, OUT_MM, PX_PER_MM, CornerPicture

# A shadow of ink's darkness reaches so far outward; the side's own line is so broad.
_SHADOW_MM, _LINE_MM, _FOLD_MM = 1.2, 0.4, 0.7
# It is no darker than this, of 255, as a pen's core is, and takes all colours alike to this.
_PALE, _COLOURED = 140, 40
# What is so long and no part of a shadow was drawn; a shadow reaches to the bounds of what is
# found to so much.
_DRAWN_MM, _BOUNDS_MM = 1.2, 1.2


@dataclass(frozen=True, slots=True)
class FoldedCorner:
    """A corner that was folded over, in mm of the page.

    Attributes:
        ends: Of the fold, on two edges of the sheet, shape (2, 2).
        tip: Where the sheet's corner lies now, shape (2,).
        lost: Where it would be, shape (2,).
    """

    ends: FloatArray
    tip: FloatArray
    lost: FloatArray

    def beside(self, at_mm: FloatArray) -> Mask:
        """Tell which places, shape (..., 2), lie along its free sides, or where they throw shadows.

        On the flap that is the breadth of its edge, outside that of a shadow.
        """
        found = np.zeros(at_mm.shape[:-1], np.bool_)
        middle = self.ends.mean(axis=0)
        for end in self.ends:
            off, along = _from_line(at_mm, end, self.tip, middle)
            length = float(np.hypot(*(self.tip - end)))
            near = (along > -_SHADOW_MM) & (along < length + _SHADOW_MM)
            found |= near & (off < _LINE_MM) & (off > -_SHADOW_MM)
        return found

    def beyond(self, at_mm: FloatArray) -> Mask:
        """Tell which places lie along the fold, or beyond it where no paper is."""
        off, _ = _from_line(at_mm, self.ends[0], self.ends[1], self.tip)
        return np.asarray(off < _FOLD_MM, np.bool_)


def _from_line(
    at: FloatArray, start: FloatArray, end: FloatArray, inner: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return how far places lie from a line, more than 0 on a point's side, and how far along."""
    way = (end - start) / max(float(np.hypot(*(end - start))), 1e-6)
    normal = np.array([-way[1], way[0]])
    if (inner - start) @ normal < 0:
        normal = -normal
    return (at - start) @ normal, (at - start) @ way


class FoldedCorners:
    """The folded corners of one page, each looked for when somebody asks, and once.

    Args:
        flat: The page laid flat.
        reference: The page as printed.
        settings: The reader's numbers.
    """

    def __init__(self, flat: FlatPage, reference: Reference, settings: ReaderSettings) -> None:
        self._flat, self._reference, self._settings = flat, reference, settings
        self._found: dict[tuple[bool, bool], FoldedCorner | None] = {}

    def near(self, rect: Rect) -> FoldedCorner | None:
        """Return the flap of the corner that a place (mm) reaches into; None without one."""
        layout = self._reference.layout
        for right, low in product((False, True), repeat=2):
            across = layout.width - rect.right if right else rect.x
            down = layout.height - rect.bottom if low else rect.y
            if max(across, down) < IN_MM - LEAST_MM:
                if (right, low) not in self._found:
                    self._found[right, low] = self._look(right, low)
                return self._found[right, low]
        return None

    def explain(self, rect: Rect, threshold: float) -> bool:
        """Tell whether all ink of a place is the shadow that a flap throws, or its edge.

        Args:
            rect: The bounds of what was found, in mm.
            threshold: Darkness from which there is ink, of 255.
        """
        flap = self.near(rect)
        if flap is None:
            return False
        area = rect.grown(0.5)
        scale = self._reference.px_per_mm
        size = round(area.h * scale), round(area.w * scale)
        # Paper is told by its surroundings.
        room = round(10.0 * scale)
        wide = size[0] + 2 * room, size[1] + 2 * room
        pixels, there = look_beyond(self._flat, area.x - 10.0, area.y - 10.0, wide, scale)
        darkness, _ = separate_ink(pixels, scale, self._settings)
        own = np.s_[room:-room, room:-room]
        at_mm = np.stack(
            np.meshgrid(
                area.x + (np.arange(size[1]) + 0.5) / scale,
                area.y + (np.arange(size[0]) + 0.5) / scale,
            ),
            axis=-1,
        )
        level = darkness[own]
        ink = (level > 0.85 * threshold) & there[own] & ~flap.beyond(at_mm)
        ink &= ~_printed(self._reference, at_mm)
        shadow = ink & flap.beside(at_mm) & (level < _PALE) & ~_coloured(pixels[own])
        if not shadow.any():
            return False
        left, top, width, height = cv2.boundingRect(as_bits(shadow))
        short = np.array([left, top, size[1] - left - width, size[0] - top - height]) / scale
        if short.max() > _BOUNDS_MM + 0.5:
            return False
        stats = label_pieces(ink & ~shadow).stats[1:]
        reach = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
        return bool(reach.max(initial=0.0) < _DRAWN_MM * scale)

    def _look(self, right: bool, low: bool) -> FoldedCorner | None:
        """Look for a flap in one corner."""
        layout, side = self._reference.layout, round((OUT_MM + IN_MM) * PX_PER_MM)
        left_mm = layout.width - IN_MM if right else -OUT_MM
        top_mm = layout.height - IN_MM if low else -OUT_MM
        pixels, there = look_beyond(self._flat, left_mm, top_mm, (side, side), PX_PER_MM)
        grey = pixels if pixels.ndim == 2 else pixels.mean(axis=2)
        turned = np.s_[:: -1 if low else 1, :: -1 if right else 1]
        view = CornerPicture(
            np.ascontiguousarray(grey[turned], np.float32),
            np.ascontiguousarray(there[turned]),
            max(self._flat.noise, 0.5),
        )
        found = view.flap()
        if found is None:
            return None
        points = found / PX_PER_MM - OUT_MM
        if right:
            points[:, 0] = layout.width - points[:, 0]
        if low:
            points[:, 1] = layout.height - points[:, 1]
        return FoldedCorner(points[:2], points[2], points[3])


def _printed(reference: Reference, at_mm: FloatArray) -> Mask:
    """Tell which places lie on or beside print, the ballot's codes among it."""
    near = reference.near_print.copy()
    for code in reference.layout.codes:
        near[window(code, reference.px_per_mm, near.shape, 0.6)] = True
    x, y = np.floor(at_mm * reference.px_per_mm).astype(int).transpose(2, 0, 1)
    inside = (x >= 0) & (y >= 0) & (x < near.shape[1]) & (y < near.shape[0])
    there = near[y.clip(0, near.shape[0] - 1), x.clip(0, near.shape[1] - 1)]
    return np.asarray(inside & there, np.bool_)


def _coloured(pixels: NDArray[np.uint8]) -> Mask:
    if pixels.ndim == 2:
        return np.zeros(pixels.shape, np.bool_)
    return np.asarray(np.ptp(pixels.astype(np.int16), axis=2) > _COLOURED, np.bool_)

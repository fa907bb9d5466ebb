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

Float32 = NDArray[np.float32]

# Folds are sought at this resolution, from so far beyond the design, where a shrunken print leaves
# paper, to so far within: people fold corners over by no more.
_PX_PER_MM, _OUT_MM, _IN_MM = 6, 10.0, 40.0
# A fold leaves sides of 5 mm and more; of these it shows so much in one piece.
_LEAST_MM, _SHOWN_MM = 4.0, 6.0
# Fold lines lean so far against the sheet's edges; nothing leaner leaves a flap of that size.
_LEANS = np.radians(np.arange(12.0, 78.1, 1.0))
# Folds that are tried: with a code or a line of print in the corner some others look alike.
_TRIED = 6
# On both sides of a fold, so far from it, lie paper and lid, which differ by this much, of 255,
# and by so many deviations of the paper's grain, smoothed along the fold by a millimetre.
_ASIDE_MM, _STEP, _DEVIATIONS = 0.6, 4.0, 3.0
# The print may lie askew on its sheet by so much.
_ASKEW = np.radians(np.arange(-1.2, 1.21, 0.4))
# Just within a free side, and where outside its shadow is darkest.
_WITHIN_MM, _OUTSIDE_MM = 0.5, (0.15, 0.35, 0.55)
# By so much the flap is brighter than its shadow or the sheet, of 255 and in deviations.
_EDGE, _EDGE_DEVIATIONS = 2.5, 1.2
# What is brighter by more is not clearer: it lies beside print.
_CLEAR = 20.0
# Ends of a fold are tried so far apart.
_ENDS_MM = 0.3
# A side shows along so much of its length, the two together along so much.
_SIDE, _SIDES = 0.7, 0.8
# Of the lid beyond a fold so much is of one tone, within this, of 255, and its own grain.
_EVEN, _TONE = 0.9, 14.0
# The sheet's corner lies no farther within the design: its marks would be cut off.
_INWARD_MM = 5.0
# On beyond the fold's ends lie the edges of the sheet: so far outside them, and for so far along
# them, is the same lid, or no picture.
_OUTSIDE_EDGE_MM, _EDGE_MM, _LID_SEEN = 1.5, (1.5, 9.0), 0.8
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
            if max(across, down) < _IN_MM - _LEAST_MM:
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
        layout, side = self._reference.layout, round((_OUT_MM + _IN_MM) * _PX_PER_MM)
        left_mm = layout.width - _IN_MM if right else -_OUT_MM
        top_mm = layout.height - _IN_MM if low else -_OUT_MM
        pixels, there = look_beyond(self._flat, left_mm, top_mm, (side, side), _PX_PER_MM)
        grey = pixels if pixels.ndim == 2 else pixels.mean(axis=2)
        turned = np.s_[:: -1 if low else 1, :: -1 if right else 1]
        view = _View(
            np.ascontiguousarray(grey[turned], np.float32),
            np.ascontiguousarray(there[turned]),
            max(self._flat.noise, 0.5),
        )
        found = view.flap()
        if found is None:
            return None
        points = found / _PX_PER_MM - _OUT_MM
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


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """A corner of the page as a picture whose upper left corner it is.

    Attributes:
        grey: Brightness, shape (n, n).
        there: Where there is a picture.
        noise: Standard deviation of the paper's brightness.
    """

    grey: Float32
    there: Mask
    noise: float

    def flap(self) -> FloatArray | None:
        """Return both ends of the fold, the tip, and the lost corner, in pixels, shape (4, 2)."""
        best, found = 0.0, None
        for place, lean in self._folds():
            for score, corners in self._flaps(place, lean):
                if score > best and self._is_lid(corners):
                    best, found = score, corners
        return found

    def _at(self, picture: Float32, points: FloatArray) -> Float32:
        """Return a picture's values at places (..., 2), nan where there is no picture."""
        x, y = (np.asarray(points[..., k], np.float32) for k in (0, 1))
        flat_x, flat_y = x.reshape(len(x), -1), y.reshape(len(y), -1)
        values = cv2.remap(
            picture, flat_x, flat_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT,
            borderValue=(np.nan,),
        )  # fmt: skip
        return np.asarray(values.reshape(x.shape), np.float32)

    def _seen(self) -> Float32:
        return np.where(self.there, self.grey, np.float32(np.nan)).astype(np.float32)

    def _folds(self) -> list[tuple[float, float]]:
        """Return lines along which paper ends: how far from the picture's corner, and their lean.

        The best are first. ``x cos(lean) + y sin(lean)`` is the distance.
        """
        size, seen = len(self.grey), self._seen()
        aside = _ASIDE_MM * _PX_PER_MM
        away = np.arange(3.0 * _PX_PER_MM, 1.2 * size, 1.0)
        along = np.arange(-size, size, 2.0)
        least = max(_STEP, _DEVIATIONS * self.noise / _PX_PER_MM)
        lines: list[tuple[float, float, float, float]] = []
        for lean in _LEANS:
            cos, sin = np.cos(lean), np.sin(lean)
            grid = np.stack(
                [
                    away[:, None] * cos - along[None] * sin,
                    away[:, None] * sin + along[None] * cos,
                ],
                axis=-1,
            )
            shift = aside * np.array([cos, sin])
            step = self._at(seen, grid + shift) - self._at(seen, grid - shift)
            known = np.isfinite(step)
            smooth = cv2.blur(np.where(known, step, 0).astype(np.float32), (3, 1))
            for sign in (1.0, -1.0):
                shown = known & (sign * smooth > least)
                strong = np.where(shown, sign * smooth, 0).sum(axis=1)
                lines += [
                    (float(length), float(place), float(lean), float(strength))
                    for place, length, strength in zip(
                        away, _longest(shown) * 2.0, strong, strict=True
                    )
                    if length >= _SHOWN_MM * _PX_PER_MM
                ]
        lines.sort(reverse=True)
        folds: list[tuple[float, float]] = []
        for length, place, lean, _ in lines:
            if all(abs(place - p) > 6 or abs(lean - other) > 0.06 for p, other in folds):
                # A line that lies beside the fold shows the same step as well, but less of it.
                _, place, lean, _ = max(
                    (
                        line
                        for line in lines
                        if abs(line[1] - place) <= 6
                        and abs(line[2] - lean) <= 0.06
                        and line[0] >= 0.9 * length
                    ),
                    key=lambda line: line[3],
                )
                folds.append((place, lean))
            if len(folds) == _TRIED:
                break
        return folds

    def _flaps(self, place: float, lean: float) -> list[tuple[float, FloatArray]]:
        """Return the best flaps, with their scores, that may be turned over at a fold."""
        found: list[tuple[float, FloatArray]] = []
        for turn in _ASKEW:
            # The sheet's own edges are askew by the turn.
            best = self._best_flap(place, lean, float(turn))
            if best is not None:
                found.append(best)
        return sorted(found, key=lambda flap: -flap[0])[:3]

    def _best_flap(self, place: float, lean: float, turn: float) -> tuple[float, FloatArray] | None:
        """Return the flap whose sides show best, of all that have this fold."""
        normal = np.array([np.cos(lean), np.sin(lean)])
        way = np.array([-normal[1], normal[0]])
        right, down = (
            np.array([np.cos(turn), np.sin(turn)]),
            np.array([-np.sin(turn), np.cos(turn)]),
        )
        size = len(self.grey)
        along = np.arange(-1.2 * size, 1.2 * size, _ENDS_MM * _PX_PER_MM)
        points = place * normal + along[:, None] * way
        points = points[((points > -0.15 * size) & (points < size)).all(axis=1)]
        first, second = np.triu_indices(len(points), 1)
        chord = points[second] - points[first]
        # Back along the upper edge the sheet's corner lies, and down from it the fold's other end.
        across, below = -(chord @ right), chord @ down
        keep = (np.minimum(across, below) > _LEAST_MM * _PX_PER_MM) & (
            np.maximum(across, below) < 0.8 * size
        )
        lost_at = points[first] - across[:, None] * right
        keep &= (lost_at < (_OUT_MM + _INWARD_MM) * _PX_PER_MM).all(axis=1)
        first, second, across, below = first[keep], second[keep], across[keep], below[keep]
        if not len(first):
            return None
        # The sheet's corner lies up from the left end; on the flap all is mirrored at the fold.
        shown, known, clear = np.zeros((3, len(first)))
        least = np.ones(len(first))
        for ends, edge, length in ((first, -right, across), (second, -down, below)):
            seen, there, plain = self._side(points, edge - 2 * (edge @ normal) * normal, normal)
            to = np.minimum(np.rint(length).astype(int), seen.shape[1] - 1)
            own, room = seen[ends, to], there[ends, to]
            least = np.minimum(least, own / np.maximum(room, 1))
            least[room < 0.4 * length] = 0.0
            shown, known, clear = shown + own, known + room, clear + plain[ends, to]
        shown, clear = shown / np.maximum(known, 1), clear / np.maximum(known, 1)
        # Of flaps that lie nearly alike the one that shows most clearly.
        score = np.where((least >= _SIDE) & (shown >= _SIDES), shown + clear, 0.0)
        k = int(np.argmax(score))
        if score[k] == 0.0:
            return None
        upper, left = points[first[k]], points[second[k]]
        lost = upper - across[k] * right
        tip = lost + 2 * (place - lost @ normal) * normal
        return float(score[k]), np.stack([upper, left, tip, lost])

    def _side(
        self, points: FloatArray, way: FloatArray, normal: FloatArray
    ) -> tuple[FloatArray, ...]:
        """Follow possible sides of flaps from the fold, pixel by pixel.

        Args:
            points: Where each begins, shape (k, 2).
            way: The direction of all of them.
            normal: That of the fold, into the sheet.

        Returns:
            Up to each length, how much of the side shows, of how much it can be told, and how
            clearly it shows in all.
        """
        seen = self._seen()
        inward = np.array([-way[1], way[0]])
        # The flap lies between the side and the fold.
        if inward @ normal > 0:
            inward = -inward
        at = points[:, None] + np.arange(0.8 * len(seen))[None, :, None] * way
        within = self._at(seen, at + _WITHIN_MM * _PX_PER_MM * inward)
        outside = np.min(
            [self._at(seen, at - mm * _PX_PER_MM * inward) for mm in _OUTSIDE_MM], axis=0
        )
        step = within - outside
        known = np.isfinite(step)
        shown = known & (step > max(_EDGE, _EDGE_DEVIATIONS * self.noise))
        clear = np.where(known, step, 0.0).clip(0.0, _CLEAR) / _CLEAR
        return tuple(np.cumsum(v, axis=1, dtype=float) for v in (shown, known, clear))

    def _is_lid(self, corners: FloatArray) -> bool:
        """Tell whether what lies beyond the fold is all of one tone, and no paper."""
        upper, left, tip, lost = corners
        mask = np.zeros(self.grey.shape, np.uint8)
        cv2.fillPoly(mask, [np.rint(np.stack([upper, left, lost])).astype(np.int32)], 1)
        inner = cv2.erode(mask, np.ones((7, 7), np.uint8)).view(np.bool_) & self.there
        flap = np.zeros(self.grey.shape, np.uint8)
        cv2.fillPoly(flap, [np.rint(np.stack([upper, left, tip])).astype(np.int32)], 1)
        paper = cv2.erode(flap, np.ones((7, 7), np.uint8)).view(np.bool_) & self.there
        if min(np.count_nonzero(inner), np.count_nonzero(paper)) < 3 * _PX_PER_MM**2:
            return False
        lid = self.grey[inner]
        tone = float(np.median(lid))
        if (np.abs(lid - tone) < _TONE).mean() < _EVEN or abs(
            tone - float(np.median(self.grey[paper]))
        ) < _STEP:
            return False
        seen = self._seen()
        for end, other in ((upper, left), (left, upper)):
            way = (end - lost) / np.hypot(*(end - lost))
            out = np.array([-way[1], way[0]])
            if (other - lost) @ out > 0:
                out = -out
            far = np.linspace(*_EDGE_MM, 16)[:, None] * _PX_PER_MM
            beyond = self._at(seen, end + far * way + _OUTSIDE_EDGE_MM * _PX_PER_MM * out)
            like_lid = ~(np.abs(beyond - tone) >= 2 * _TONE)
            if like_lid.mean() < _LID_SEEN:
                return False
        return True


def _longest(shown: Mask) -> NDArray[np.intp]:
    """Return the longest stretch of each row that is shown."""
    place = np.arange(1, shown.shape[1] + 1)
    last = np.maximum.accumulate(np.where(shown, 0, place), axis=1)
    return np.asarray((place - last).max(axis=1), np.intp)

"""The shape of a corner folded over, as it is seen in a picture of that corner.

In comes a corner of the page, turned so that it is the upper left one; out come the ends of the
fold, the tip of the flap and the place of the lost corner. Each is borne out by what is seen: the
fold by the lid beyond it, both free sides by a shadow or a darker sheet just outside of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import FloatArray
from omr.scan.place.reference import Mask

Float32 = NDArray[np.float32]

# Folds are sought at this resolution, from so far beyond the design, where a shrunken print leaves
# paper, to so far within: people fold corners over by no more.
PX_PER_MM, OUT_MM, IN_MM = 6, 10.0, 40.0
# A flap has sides of 4 mm and more; its fold shows over so much in one piece.
LEAST_MM, _SHOWN_MM = 4.0, 6.0
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
# Of the lid beyond a fold so much is of one tone, within this, of 255.
_EVEN, _TONE = 0.9, 14.0
# The sheet's corner lies no farther within the design: its marks would be cut off.
_INWARD_MM = 5.0
# On beyond the fold's ends lie the edges of the sheet: so far outside them, and for so far along
# them, is the same lid, or no picture.
_OUTSIDE_EDGE_MM, _EDGE_MM, _LID_SEEN = 1.5, (1.5, 9.0), 0.8


@dataclass(frozen=True, slots=True, eq=False)
class CornerPicture:
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
        aside = _ASIDE_MM * PX_PER_MM
        away = np.arange(3.0 * PX_PER_MM, 1.2 * size, 1.0)
        along = np.arange(-size, size, 2.0)
        least = max(_STEP, _DEVIATIONS * self.noise / PX_PER_MM)
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
                    if length >= _SHOWN_MM * PX_PER_MM
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
        along = np.arange(-1.2 * size, 1.2 * size, _ENDS_MM * PX_PER_MM)
        points = place * normal + along[:, None] * way
        points = points[((points > -0.15 * size) & (points < size)).all(axis=1)]
        first, second = np.triu_indices(len(points), 1)
        chord = points[second] - points[first]
        # Back along the upper edge the sheet's corner lies, and down from it the fold's other end.
        across, below = -(chord @ right), chord @ down
        keep = (np.minimum(across, below) > LEAST_MM * PX_PER_MM) & (
            np.maximum(across, below) < 0.8 * size
        )
        lost_at = points[first] - across[:, None] * right
        keep &= (lost_at < (OUT_MM + _INWARD_MM) * PX_PER_MM).all(axis=1)
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
        within = self._at(seen, at + _WITHIN_MM * PX_PER_MM * inward)
        outside = np.min(
            [self._at(seen, at - mm * PX_PER_MM * inward) for mm in _OUTSIDE_MM], axis=0
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
        if min(np.count_nonzero(inner), np.count_nonzero(paper)) < 3 * PX_PER_MM**2:
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
            far = np.linspace(*_EDGE_MM, 16)[:, None] * PX_PER_MM
            beyond = self._at(seen, end + far * way + _OUTSIDE_EDGE_MM * PX_PER_MM * out)
            like_lid = ~(np.abs(beyond - tone) >= 2 * _TONE)
            if like_lid.mean() < _LID_SEEN:
                return False
        return True


def _longest(shown: Mask) -> NDArray[np.intp]:
    """Return the longest stretch of each row that is shown."""
    place = np.arange(1, shown.shape[1] + 1)
    last = np.maximum.accumulate(np.where(shown, 0, place), axis=1)
    return np.asarray((place - last).max(axis=1), np.intp)

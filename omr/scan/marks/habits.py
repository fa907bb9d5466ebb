"""What a hand does at each of its marks: bows, hooks and tails that lie where its others have them.

Who makes crosses in one go leaves a bow beside every box. Where the pen skipped, or print hides
where the bow begins, it looks like writing or like a stroke of its own; but other marks of the page
have one in the same place. In come the marks of a page and ink beside one of them; out comes
whether it lies where the others have theirs. Nobody writes as alike as that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import cv2
import numpy as np

from omr.scan.ink.ink_map import FoundBox, InkMap
from omr.scan.ink.pieces import label_pieces
from omr.scan.place.reference import Mask, common_windows, grow, window

# So far around a box a mark's ink is looked at.
HABITS_MM = 6.0
# Ink lies where another mark has its own if so much of it is no farther from that than this, and
# it is no more than so many times as much: a word has more than a bow. At least so many others
# have to have it there, and so many of all. Bows of three papers that were cut off had that; with
# 0.85 and 1.0 mm not all, as a hand's bows are not that much alike.
_SHARE, _APART_MM, _MORE = 0.8, 1.5, 1.3
_OTHERS, _OF_ALL = 3, 0.3
# Crumbs are explained by others, or are too small to ask about.
_PIECE_MM2 = 0.1


class _Mark(NamedTuple):
    """Where a mark has its ink about its box, and what is close to that."""

    own: Mask
    near: Mask


@dataclass(frozen=True, eq=False)
class Habits:
    """The marks of a page, each as it lies about its box.

    Attributes:
        strokes: The strokes of each mark, by the index of its box.
        ink: The page's ink.
        px_per_mm: Its resolution.
    """

    strokes: Mapping[int, Sequence[int]]
    ink: InkMap
    px_per_mm: int

    def show(self, index: int, drawn: Mask, area: tuple[slice, slice]) -> bool:
        """Tell whether ink beside one box lies where other marks have theirs.

        Args:
            index: Of the box.
            drawn: The ink, in a window of the page.
            area: That window (rows, columns).
        """
        inked = self._about(self.ink.boxes[index], drawn, area)
        total = np.count_nonzero(inked)
        if not total:
            return False
        around = grow(inked, _APART_MM * self.px_per_mm)
        others = [mark for other, mark in self._marks.items() if other != index]
        alike = sum(
            bool(
                np.count_nonzero(inked & mark.near) >= _SHARE * total
                and _MORE * np.count_nonzero(mark.own & around) >= total
            )
            for mark in others
        )
        return alike >= max(_OTHERS, _OF_ALL * len(others))

    @cached_property
    def _marks(self) -> dict[int, _Mark]:
        marks = {}
        for index, strokes in self.strokes.items():
            found = self.ink.boxes[index]
            area = window(found.found, self.px_per_mm, self.ink.ink.shape, HABITS_MM + _APART_MM)
            drawn = self.ink.ink[area] & np.isin(self.ink.labels[area], list(strokes))
            own = self._about(found, drawn, area)
            marks[index] = _Mark(own, grow(own, _APART_MM * self.px_per_mm))
        return marks

    def _about(self, found: FoundBox, drawn: Mask, area: tuple[slice, slice]) -> Mask:
        """Return ink of a window about a box, its middle in the middle; all have one shape."""
        half = round((max(found.box.rect.w, found.box.rect.h) / 2 + HABITS_MM) * self.px_per_mm)
        middle = found.found.centre
        top, left = (round(at * self.px_per_mm) - half for at in (middle.y, middle.x))
        about = np.zeros((2 * half, 2 * half), np.bool_)
        corner = top - area[0].start, left - area[1].start
        there, here = common_windows(corner, about.shape, drawn.shape)
        about[here] = drawn[there]
        return about

    def explain(self, rest: Mask) -> Mask:
        """Return the pieces of ink that lie beside a mark as its hand's other marks have theirs."""
        explained = np.zeros(rest.shape, np.bool_)
        for index in self.strokes:
            found = self.ink.boxes[index].found
            area = window(found, self.px_per_mm, rest.shape, HABITS_MM)
            if not rest[area].any():
                continue
            pieces = label_pieces(rest[area])
            large = pieces.stats[:, cv2.CC_STAT_AREA] >= _PIECE_MM2 * self.px_per_mm**2
            for number in np.flatnonzero(large[1:]) + 1:
                piece = pieces.labels == number
                if self.show(index, piece, area):
                    explained[area] |= piece
        return explained

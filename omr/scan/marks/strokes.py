"""Whose stroke is it? Strokes are followed out of their box and into its neighbours.

A cross whose leg enters the next box is one mark; a circle round a box belongs to that box;
what cannot be told is doubtful in the box that it strays into.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from omr.geometry import Point
from omr.scan.ink.courses import Course, Float64, course_of
from omr.scan.ink.creases import is_one_line
from omr.scan.ink.ink_map import FoundBox, InkMap
from omr.scan.place.reference import Mask, Reference, window
from omr.scan.settings import ReaderSettings

# What a stroke is in a box that is marked by a part of it, as another is.
SHARED = "shared"
# A stroke ends within a box so far from its edge.
END_MM = 0.5
# What a skip of the pen left of a line is no shorter; specks are.
_PIECE_MM = 1.5
# Who makes so many slashes of one direction (a cosine) makes two that meet of the same length each,
# but for this share.
_SLASHES, _ALONG, _ALIKE = 3, 0.9, 0.3


@dataclass(frozen=True, slots=True)
class Share:
    """One stroke's ink in one box."""

    stroke: int
    area_mm2: float
    in_core: bool


def shares_in(
    found: FoundBox, ink: InkMap, reference: Reference, settings: ReaderSettings
) -> list[Share]:
    """Return the strokes that have ink inside a box."""
    scale = reference.px_per_mm
    area = window(found.found, scale, ink.ink.shape)
    if not ink.ink[area].any():
        return []
    labels = ink.labels[area] * ink.ink[area]
    counts = np.bincount(labels.ravel())
    side = min(found.found.w, found.found.h)
    core_rect = found.found.grown(-side * (1 - settings.core_share) / 2)
    core = window(core_rect, scale, ink.ink.shape)
    in_core = set(np.unique(ink.labels[core] * ink.ink[core]).tolist())
    return [
        Share(int(stroke), float(counts[stroke]) / scale**2, int(stroke) in in_core)
        for stroke in np.flatnonzero(counts)
        # 3 px: grain at the threshold is no stroke.
        if stroke > 0 and counts[stroke] > 3
    ]


def owners_of(
    shares: list[list[Share]], ink: InkMap, px_per_mm: int, settings: ReaderSettings
) -> dict[int, dict[int, str]]:
    """Decide for each stroke what it is in each box it enters: own, shared, leg or doubtful.

    Args:
        shares: The strokes in each box, in the order of ``ink.boxes``.
        ink: The page's foreign ink.
        px_per_mm: Its resolution.
        settings: The reader's numbers.
    """
    by_stroke: dict[int, dict[int, Share]] = {}
    for index, box_shares in enumerate(shares):
        for share in box_shares:
            by_stroke.setdefault(share.stroke, {})[index] = share
    owners: dict[int, dict[int, str]] = {}
    for stroke, places in by_stroke.items():
        main = max(places, key=lambda index: places[index].area_mm2)
        roles = {}
        for index, share in places.items():
            if index == main or share.area_mm2 >= settings.leg_share * places[main].area_mm2:
                roles[index] = "own"
            else:
                roles[index] = "doubtful" if share.in_core else "leg"
        own = [index for index, role in roles.items() if role == "own"]
        if len({ink.boxes[index].box.contest for index in own}) > 1:
            roles |= _roles_in_lines(stroke, own, by_stroke, ink, px_per_mm)
        owners[stroke] = roles
    return owners


def _roles_in_lines(
    stroke: int,
    own: Sequence[int],
    by_stroke: Mapping[int, Mapping[int, Share]],
    ink: InkMap,
    px_per_mm: int,
) -> dict[int, str]:
    """Return the boxes in which a stroke of several lines is no mark of one line alone.

    The tail of a mark may end deep in a box of the line above or below, and a line drawn down a
    whole column is a mark in none of its boxes: it is doubtful there. Slashes that touch each
    other, each from side to side of its own box, are votes; where they make one straight line, only
    of a hand of slashes, who share it.
    """
    lines = [index for index in own if _is_line_in(stroke, ink.boxes[index], ink, px_per_mm)]
    strays = [index for index in lines if _ends_in(stroke, ink.boxes[index], ink, px_per_mm)]
    through = len(lines) == len(own) and not strays
    if through and _are_two_slashes(stroke, own, by_stroke, ink, px_per_mm):
        return dict.fromkeys(own, SHARED)
    joined = is_one_line(_ink_of(stroke, ink)[0], px_per_mm)
    return dict.fromkeys(lines if joined else strays, "doubtful")


def _is_line_in(stroke: int, found: FoundBox, ink: InkMap, px_per_mm: int) -> bool:
    """Tell whether a stroke is one line in a box, without a crossing or a turn."""
    area = window(found.found, px_per_mm, ink.ink.shape)
    inside = ink.ink[area] & (ink.labels[area] == stroke)
    return bool(inside.any()) and is_one_line(inside, px_per_mm)


def _ends_in(stroke: int, found: FoundBox, ink: InkMap, px_per_mm: int) -> bool:
    """Tell whether the line of a stroke ends within a box, not only skips on its way through."""
    area = window(found.found, px_per_mm, ink.ink.shape)
    labels = ink.labels[area] * ink.ink[area]
    own = labels == stroke
    pieces = np.unique(labels[labels > 0])
    left, top, right, bottom = (ink.bounds_px[pieces][:, side] for side in range(4))
    strokes = pieces[np.hypot(right - left, bottom - top) > _PIECE_MM * px_per_mm]
    all_ = np.isin(labels, strokes) | own
    if is_one_line(all_, px_per_mm):
        own = all_
    course = course_in(own, area, px_per_mm)
    inner = found.found.grown(-END_MM)
    return any(inner.contains(Point(x, y)) for x, y in course.at(np.array(course.ends)).tolist())


def _ink_of(stroke: int, ink: InkMap) -> tuple[Mask, tuple[slice, slice]]:
    """Return all the ink of a stroke, and its window of the page."""
    left, top, right, bottom = ink.bounds_px[stroke].tolist()
    area = slice(top, bottom), slice(left, right)
    return ink.ink[area] & (ink.labels[area] == stroke), area


def _are_two_slashes(
    stroke: int,
    own: Sequence[int],
    by_stroke: Mapping[int, Mapping[int, Share]],
    ink: InkMap,
    px_per_mm: int,
) -> bool:
    """Tell two slashes that meet, by the hand's others, from one line through two boxes.

    One that long would be three times as long as the others are.
    """
    if len(own) != 2:
        return False
    ends = _ends_mm(stroke, ink, px_per_mm)
    first, second = (ink.boxes[index].found.centre for index in own)
    apart_mm = float(np.hypot(second.x - first.x, second.y - first.y))
    way, length_mm = _way_of(ends)
    others = []
    for other, places in by_stroke.items():
        index = next(iter(places))
        if other == stroke or len(places) > 1:
            continue
        if not _is_line_in(other, ink.boxes[index], ink, px_per_mm):
            continue
        along, own_mm = _way_of(_ends_mm(other, ink, px_per_mm))
        if abs(float(along @ way)) > _ALONG and own_mm > ink.boxes[index].found.w:
            others.append(own_mm)
    if len(others) < _SLASHES:
        return False
    usual_mm = float(np.median(others))
    return abs(length_mm - apart_mm - usual_mm) < _ALIKE * usual_mm


def _ends_mm(stroke: int, ink: InkMap, px_per_mm: int) -> Float64:
    """Return the two ends of the straight line that a stroke comes to, in mm, shape (2, 2)."""
    own, area = _ink_of(stroke, ink)
    course = course_in(own, area, px_per_mm)
    return course.at(np.array(course.ends))


def _way_of(ends: Float64) -> tuple[Float64, float]:
    """Return the direction from end to end, and the length."""
    way = ends[1] - ends[0]
    length = float(np.linalg.norm(way))
    return way / max(length, 1e-6), length


def course_in(inside: Mask, area: tuple[slice, slice], px_per_mm: int) -> Course:
    """Return the course, in mm of the page, of the ink in a window of it."""
    return course_of(places_mm(inside, area, px_per_mm))


def places_mm(inside: Mask, area: tuple[slice, slice], px_per_mm: int) -> Float64:
    """Return where on the page, x and y in mm, ink in a window of it lies, shape (n, 2)."""
    ys, xs = np.nonzero(inside)
    return np.column_stack([xs + area[1].start, ys + area[0].start]) / px_per_mm

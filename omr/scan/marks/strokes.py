"""Whose stroke is it? Strokes are followed out of their box and into its neighbours.

A cross whose leg enters the next box is one mark; a circle round a box belongs to that box;
what cannot be told is doubtful in the box that it strays into.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from omr.geometry import Point
from omr.scan.ink.courses import Course, Float64, course_of
from omr.scan.ink.creases import is_one_line
from omr.scan.ink.ink_map import FoundBox, InkMap
from omr.scan.place.reference import Mask, Reference, window
from omr.scan.settings import ReaderSettings

# A stroke ends within a box so far from its edge.
END_MM = 0.5


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
    """Decide for each stroke what it is in each box it enters: own, leg or doubtful.

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
            # The tail of a mark may end deep in a box of the line above or below, and a line
            # drawn down a whole column is a mark in none of its boxes that a person would swear to.
            for index in own:
                if _is_stray(stroke, ink.boxes[index], ink, px_per_mm):
                    roles[index] = "doubtful"
        owners[stroke] = roles
    return owners


def _is_stray(stroke: int, found: FoundBox, ink: InkMap, px_per_mm: int) -> bool:
    """Tell whether a stroke of several lines only ends in a box, or is drawn through many.

    It is one line there, without a crossing or a turn. Slashes that touch each other, each from
    side to side of its own box, are votes.
    """
    area = window(found.found, px_per_mm, ink.ink.shape)
    inside = ink.ink[area] & (ink.labels[area] == stroke)
    if not inside.any() or not is_one_line(inside, px_per_mm):
        return False
    course = course_in(inside, area, px_per_mm)
    inner = found.found.grown(-END_MM)
    if any(inner.contains(Point(x, y)) for x, y in course.at(np.array(course.ends)).tolist()):
        return True
    left, top, right, bottom = ink.bounds_px[stroke].tolist()
    whole = np.s_[top:bottom, left:right]
    return is_one_line(ink.ink[whole] & (ink.labels[whole] == stroke), px_per_mm)


def course_in(inside: Mask, area: tuple[slice, slice], px_per_mm: int) -> Course:
    """Return the course, in mm of the page, of the ink in a window of it."""
    return course_of(places_mm(inside, area, px_per_mm))


def places_mm(inside: Mask, area: tuple[slice, slice], px_per_mm: int) -> Float64:
    """Return where on the page, x and y in mm, ink in a window of it lies, shape (n, 2)."""
    ys, xs = np.nonzero(inside)
    return np.column_stack([xs + area[1].start, ys + area[0].start]) / px_per_mm


def ring_round(
    index: int,
    found: FoundBox,
    ink: InkMap,
    owners: Mapping[int, Mapping[int, str]],
    reference: Reference,
    settings: ReaderSettings,
) -> tuple[int, ...]:
    """Return the strokes that run round a box, or nothing where they do not close a circle."""
    scale = reference.px_per_mm
    outer = found.found.grown(settings.ring_mm)
    rows, columns = window(outer, scale, ink.ink.shape)
    if np.count_nonzero(ink.ink[rows, columns]) < 30:
        return ()
    labels = ink.labels[rows, columns] * ink.ink[rows, columns]
    ys, xs = np.nonzero(labels)
    centre = found.found.centre
    dx = (xs + columns.start + 0.5) / scale - centre.x
    dy = (ys + rows.start + 0.5) / scale - centre.y
    half = min(found.found.w, found.found.h) / 2
    # A circle round a square may cut its corners, but runs mostly outside its sides.
    outside = (np.abs(dx) > half) | (np.abs(dy) > half)
    away = outside | (np.hypot(dx, dy) > 0.95 * half)
    stroke = labels[ys, xs]
    elsewhere = [
        number
        for number in np.unique(stroke)
        if any(role == "own" and box != index for box, role in owners.get(int(number), {}).items())
    ]
    away &= ~np.isin(stroke, elsewhere)
    sector = ((np.arctan2(dy, dx) + np.pi) / (2 * np.pi) * 36).astype(int) % 36
    covered = len(np.unique(sector[away])) / 36
    covered_outside = len(np.unique(sector[away & outside])) / 36
    if covered < settings.ring_coverage or covered_outside < 0.5 * settings.ring_coverage:
        return ()
    numbers = np.unique(stroke[away])
    sides = ink.bounds_px[numbers, 2:] - ink.bounds_px[numbers, :2]
    # Specks all around are no circle: a stretch of it is longer than half the box.
    if float(np.hypot(*sides.T).max()) < half * scale:
        return ()
    return tuple(int(number) for number in numbers)

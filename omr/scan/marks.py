"""Marks by stroke: which box each stroke was meant for, and what state that leaves it in.

A box is never read by a single ink ratio. Strokes are followed out of the box and into
its neighbours: a cross whose leg enters the next box is one mark; a circle round a box is
a mark of that box; a mark inside a circle, a stroke mostly outside, very faint or very
small ink are for people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from omr.scan.ink import FoundBox, InkMap
from omr.scan.reading import MarkReading, MarkState
from omr.scan.reference import Mask, Reference, window
from omr.scan.settings import ReaderSettings
from omr.scan.straighten import FlatPage


@dataclass(frozen=True, slots=True, eq=False)
class MarkedPage:
    """The boxes as measured, and the strokes that their marks explain."""

    marks: tuple[MarkReading, ...]
    strokes: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Share:
    """One stroke's ink in one box."""

    stroke: int
    area_mm2: float
    in_core: bool


def measure_marks(
    flat: FlatPage, reference: Reference, ink: InkMap, settings: ReaderSettings
) -> MarkedPage:
    """Measure every box of a page.

    Args:
        flat: The page laid flat.
        reference: The page as printed.
        ink: Its foreign ink.
        settings: The reader's numbers.

    Returns:
        One reading per box, in layout order, and the strokes that marks explain.
    """
    shares = [_shares(found, ink, reference, settings) for found in ink.boxes]
    owners = _owners(shares, settings)
    explained: set[int] = set()
    marks = []
    for index, found in enumerate(ink.boxes):
        own = [s for s in shares[index] if owners[s.stroke].get(index) == "own"]
        doubtful = [s for s in shares[index] if owners[s.stroke].get(index) == "doubtful"]
        ring = _ring_strokes(index, found, ink, owners, reference, settings)
        state, score, note = _judge_box(found, own, doubtful, ring, flat, ink, reference, settings)
        if state != "empty":
            explained |= {s.stroke for s in own} | set(ring)
        explained |= {s.stroke for s in shares[index] if owners[s.stroke].get(index) == "leg"}
        marks.append(
            MarkReading(
                contest=found.box.contest,
                option=found.box.option,
                state=state,
                score=round(score, 4),
                expected=found.box.rect,
                found=found.found,
                note=note,
            )
        )
    return MarkedPage(tuple(marks), frozenset(explained))


def _shares(
    found: FoundBox, ink: InkMap, reference: Reference, settings: ReaderSettings
) -> list[_Share]:
    """Return the strokes that have ink inside a box."""
    scale = reference.px_per_mm
    area = window(found.found, scale, ink.ink.shape)
    labels = ink.labels[area] * ink.ink[area]
    counts = np.bincount(labels.ravel())
    side = min(found.found.w, found.found.h)
    core_rect = found.found.grown(-side * (1 - settings.core_share) / 2)
    core = window(core_rect, scale, ink.ink.shape)
    in_core = set(np.unique(ink.labels[core] * ink.ink[core]).tolist())
    return [
        _Share(int(stroke), float(counts[stroke]) / scale**2, int(stroke) in in_core)
        for stroke in np.flatnonzero(counts)
        # 3 px: grain at the threshold is no stroke.
        if stroke > 0 and counts[stroke] > 3
    ]


def _owners(shares: list[list[_Share]], settings: ReaderSettings) -> dict[int, dict[int, str]]:
    """Decide for each stroke what it is in each box it enters: own, leg or doubtful."""
    by_stroke: dict[int, dict[int, _Share]] = {}
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
        owners[stroke] = roles
    return owners


def _ring_strokes(
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
    labels = ink.labels[rows, columns] * ink.ink[rows, columns]
    ys, xs = np.nonzero(labels)
    if len(xs) < 30:
        return ()
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
    return tuple(int(number) for number in np.unique(stroke[away]))


def _judge_box(
    found: FoundBox,
    own: list[_Share],
    doubtful: list[_Share],
    ring: tuple[int, ...],
    flat: FlatPage,
    ink: InkMap,
    reference: Reference,
    settings: ReaderSettings,
) -> tuple[MarkState, float, str]:
    """Return state, score and note of one box."""
    scale = reference.px_per_mm
    rows, columns = window(found.found, scale, ink.ink.shape)
    paper_share = float(flat.paper[rows, columns].mean()) if rows.stop > rows.start else 0.0
    if paper_share < 0.9:
        return "uncertain", 0.0, "paper missing"
    inside = ink.ink[rows, columns] & np.isin(
        ink.labels[rows, columns], [share.stroke for share in own]
    )
    area_mm2 = float(inside.sum()) / scale**2
    score = area_mm2 / found.found.area
    if ring and score < 0.5:
        core = any(share.in_core for share in own)
        return ("uncertain", score, "circled mark") if core else ("marked", score, "circle round")
    if doubtful:
        return "uncertain", score, "stroke from another box"
    extent_mm, spot_mm2 = _extent(inside, scale)
    if extent_mm >= settings.mark_extent_mm and area_mm2 >= settings.mark_area_mm2:
        return _judge_stroke(own, score, ink, reference, settings)
    if spot_mm2 >= settings.dot_area_mm2:
        return "marked", score, "dot"
    if extent_mm >= settings.dust_mm:
        return "uncertain", score, "small mark"
    if _faint(found, flat, ink, reference, settings):
        return "uncertain", score, "very faint ink"
    return "empty", score, ""


def _judge_stroke(
    own: list[_Share], score: float, ink: InkMap, reference: Reference, settings: ReaderSettings
) -> tuple[MarkState, float, str]:
    """Judge a stroke that is large enough: was it meant for this box, is it dark enough?"""
    scale2 = reference.px_per_mm**2
    total_mm2 = sum(float(ink.area_px[share.stroke]) for share in own) / scale2
    inside_mm2 = sum(share.area_mm2 for share in own)
    strong = sum(int(ink.strong_px[share.stroke]) for share in own)
    if inside_mm2 < settings.inside_share * total_mm2 and not any(s.in_core for s in own):
        return "uncertain", score, "mostly outside the box"
    if strong < 0.1 * total_mm2 * scale2:
        return "uncertain", score, "faint ink"
    return "marked", score, ""


def _extent(inside: Mask, px_per_mm: int) -> tuple[float, float]:
    """Return the largest stroke's diagonal in mm, and the largest compact spot in mm²."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(
        inside.astype(np.uint8), None, None, None, 8, cv2.CV_32S
    )
    if count < 2:
        return 0.0, 0.0
    diagonals = np.hypot(stats[1:, 2], stats[1:, 3]) / px_per_mm
    areas = stats[1:, 4] / px_per_mm**2
    compact = areas / (stats[1:, 2] * stats[1:, 3] / px_per_mm**2) > 0.45
    return float(diagonals.max()), float(areas[compact].max(initial=0.0))


def _faint(
    found: FoundBox, flat: FlatPage, ink: InkMap, reference: Reference, settings: ReaderSettings
) -> bool:
    """Tell whether a box holds a stroke too faint to count, but not to be overlooked."""
    scale = reference.px_per_mm
    area = window(found.found.grown(-settings.print_margin_mm - 0.25), scale, flat.darkness.shape)
    # A thin faint stroke stands out from its own surroundings, an even shade does not.
    dark = cv2.GaussianBlur(ink.darkness[area], (0, 0), 1.2).astype(np.float32)
    level = float(np.median(dark)) + max(settings.faint_ink * 255, 4 * flat.noise)
    seen = dark > level
    extent_mm, _ = _extent(seen, scale)
    return extent_mm >= settings.mark_extent_mm and seen.sum() / scale**2 >= settings.mark_area_mm2

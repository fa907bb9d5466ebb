"""What state each box is in, by the shape of its strokes and by the hand that made them.

A box is never read by a single ink ratio. First every box is measured: whose strokes it
holds, how far they reach, how dark they are, whether they are whole. Then it is judged
beside the other boxes of its line and the other marks of the paper: pencil that is faint in
every line is this voter's pencil, a faint stroke beside dark ones is not; a speck among
specks is dust. What stays unclear is for people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from omr.scan.ink.colours import is_coloured
from omr.scan.ink.creases import is_one_line
from omr.scan.ink.ink_map import InkMap, grown_print
from omr.scan.marks.additions import ADDED_MM, OUTLINE_MM, WRITTEN, added_to
from omr.scan.marks.bodies import NO_BODY, body_of
from omr.scan.marks.broken_strokes import comes_from_elsewhere
from omr.scan.marks.covered_marks import is_left_of_cross
from omr.scan.marks.faint_marks import faintly_drawn, is_bit, very_faint
from omr.scan.marks.habits import HABITS_MM, Habits
from omr.scan.marks.hand import LIGHT, Hand, Kind, Measure
from omr.scan.marks.judge import BROKEN_MM, SPECK_MM, judge
from omr.scan.marks.mark_shape import (
    AROUND_MM,
    drawn_in,
    extent_of,
    ink_of,
    length_mm,
    reach_beyond_mm,
    reach_mm,
    runs_across,
    sides_crossed,
    strokes_across,
)
from omr.scan.marks.plain_shapes import is_plain_figure
from omr.scan.marks.rings import encloses_mark, ring_round
from omr.scan.marks.straight_parts import has_line_over, share_aside
from omr.scan.marks.strokes import SHARED, Share, owners_of, shares_in
from omr.scan.marks.trails import trail_mm
from omr.scan.place.box_places import FoundBox
from omr.scan.place.reference import HALO_MM, Mask, Reference, grow, window, window_within
from omr.scan.place.straighten import FlatPage
from omr.scan.reading import MarkReading
from omr.scan.settings import ReaderSettings
from omr.stages import stage

# A stroke that a scanner broke has so many pieces at least.
_BROKEN_PIECES = 4
# As dark and as large as the other marks of the paper, of which there are so many at least. Of
# three marks of hard pencils that broke, among 16 that did not, the palest had 0.93 of the usual
# darkness, the smallest 0.69 of the usual ink.
_WHOLE_MARKS, _AS_DARK, _AS_LARGE = 2, 0.9, 0.6
# A line over a cross leaves so much of the ink aside of its two legs.
_LINE_ASIDE = 0.2
# More boxes of a page than these hold faint lines where paper is crumpled or shows its other side.
_FAINT_BOXES = 2
# What is marked by these is held against the look of the paper's other marks.
_BODIES = ("stroke", "dot")
# What a hand drew to mark a box; all else may be dirt or another box's.
_DRAWN = (*_BODIES, "ring", "ringed")


@dataclass(frozen=True, slots=True, eq=False)
class MarkedPage:
    """The boxes as measured, the strokes that their marks explain, and what the hand's are like."""

    marks: tuple[MarkReading, ...]
    strokes: frozenset[int]
    habits: Habits


@stage("marks")
def measure_marks(
    flat: FlatPage, reference: Reference, ink: InkMap, settings: ReaderSettings
) -> MarkedPage:
    """Measure and judge every box of a page.

    Args:
        flat: The page laid flat.
        reference: The page as printed.
        ink: Its foreign ink.
        settings: The reader's numbers.

    Returns:
        One reading per box, in layout order, the strokes that marks explain, and their habits.
    """
    shares = [shares_in(found, ink, reference, settings) for found in ink.boxes]
    owners = owners_of(shares, ink, reference.px_per_mm, settings)
    measures = [
        _measure(index, shares[index], owners, flat, ink, reference, settings)
        for index in range(len(ink.boxes))
    ]
    strokes = [measure for measure in measures if measure.kind == "stroke"]
    faint = [
        index
        for index, measure in enumerate(measures)
        if measure.kind in ("none", "small")
        and not _broken_alike(measure, strokes)
        and faintly_drawn(ink.boxes[index], flat, ink, reference, not measure.broken)
    ]
    if len(faint) <= _FAINT_BOXES:
        for index in faint:
            measures[index] = replace(measures[index], kind="faint", hair=False)
    habits = _habits(measures, ink, reference)
    hand = _with_figures(_hand(measures, ink, reference), measures, shares, ink, reference)
    lines: dict[str, list[int]] = {}
    for index, found in enumerate(ink.boxes):
        lines.setdefault(found.box.contest, []).append(index)
    marks, explained = [], set[int]()
    for index, (found, measure) in enumerate(zip(ink.boxes, measures, strict=True)):
        others = [measures[k] for k in lines[found.box.contest] if k != index]
        state, note = judge(measure, others, hand)
        if all(m.kind == "none" for m in (measure, *others)) and _may_be_worn(
            found, ink, reference, settings
        ):
            # A line without a mark goes to people: they are told that this may be one.
            state, note = "uncertain", "crease or hair"
        if state != "empty":
            explained |= {*measure.own, *measure.ring}
        explained |= set(measure.legs)
        marks.append(
            MarkReading(
                contest=found.box.contest,
                option=found.box.option,
                state=state,
                score=round(measure.score, 4),
                expected=found.box.rect,
                found=found.found,
                note=note,
            )
        )
    return MarkedPage(tuple(marks), frozenset(explained), habits)


def _broken_alike(measure: Measure, strokes: Sequence[Measure]) -> bool:
    """Tell a mark that fell to pieces from a faint one, by the paper's whole marks.

    Hard pencil breaks on rough paper, in one box a little more than in the others. What is left of
    an erased mark is paler than those, and less.
    """
    if not measure.broken or len(strokes) < _WHOLE_MARKS:
        return False
    tone, area_mm2, length = (
        float(np.median([getattr(stroke, part) for stroke in strokes]))
        for part in ("tone", "area_mm2", "length")
    )
    return (
        measure.tone >= _AS_DARK * tone
        and measure.area_mm2 >= _AS_LARGE * area_mm2
        and measure.length >= _AS_LARGE * length
    )


def _may_be_worn(
    found: FoundBox, ink: InkMap, reference: Reference, settings: ReaderSettings
) -> bool:
    """Tell whether what was taken for a crease in a box is as large as a mark."""
    inner = found.found.grown(-settings.print_margin_mm)
    worn = ink.worn[window(inner, reference.px_per_mm, ink.worn.shape)]
    extent_mm, _, _ = extent_of(worn, reference.px_per_mm)
    return extent_mm >= settings.mark_extent_mm


def _measure(
    index: int,
    shares: Sequence[Share],
    owners: Mapping[int, Mapping[int, str]],
    flat: FlatPage,
    ink: InkMap,
    reference: Reference,
    settings: ReaderSettings,
) -> Measure:
    """Measure one box by itself."""
    found, scale = ink.boxes[index], reference.px_per_mm
    rows, columns = window(found.found, scale, ink.ink.shape)
    if rows.stop <= rows.start or flat.paper[rows, columns].mean() < 0.9:
        return Measure("missing")
    roles = {share.stroke: owners[share.stroke].get(index) for share in shares}
    own = [share for share in shares if roles[share.stroke] in ("own", SHARED)]
    ring = ring_round(index, found, ink, owners, reference, settings)
    labels = ink.labels[rows, columns]
    inside = ink.ink[rows, columns] & ink_of(labels, own)
    extent_mm, spot_mm2, pieces = extent_of(inside, scale)
    area_mm2 = float(inside.sum()) / scale**2
    score = area_mm2 / found.found.area
    pieces_mm = reach_mm(inside, scale)
    broken = len(pieces) >= _BROKEN_PIECES and pieces_mm >= BROKEN_MM
    kind: Kind = "none"
    if ring and score < 0.5:
        marked = encloses_mark(found, ring, inside, ink, reference, settings)
        kind = "ringed" if marked else "ring"
    elif any(role == "doubtful" for role in roles.values()):
        kind = "strayed"
    elif extent_mm >= settings.mark_extent_mm and area_mm2 >= settings.mark_area_mm2:
        kind = "strayed" if comes_from_elsewhere(found, own, ink, scale) else "stroke"
    elif spot_mm2 >= settings.dot_area_mm2:
        kind = "dot"
    elif not broken and very_faint(found, flat, ink, reference, settings):
        # Where a pale pen crosses its own line, or rests, a speck of it may be dark enough for ink.
        kind = "faint"
    elif extent_mm >= settings.dust_mm:
        kind = "small"
    hair = bool(inside.any()) and float(ink.hairs[rows, columns][inside].mean()) > 0.8
    beyond_mm = reach_beyond_mm(found, own, ink, scale)
    if kind == "faint" or (hair and kind != "none"):
        beyond_mm = max(beyond_mm, trail_mm(found, flat, ink, reference, settings))
    slight = kind in ("small", "faint")
    coloured = slight and bool(inside.any()) and _has_colour(flat.pixels[rows, columns], inside)
    total_px = sum(int(ink.area_px[share.stroke]) for share in own)
    own_mm2 = sum(share.area_mm2 for share in own)
    drawn = drawn_in(found, own, ink, scale)
    aside, side_mm = share_aside(drawn, scale), min(found.found.w, found.found.h)
    filled = kind == "ringed" and score > LIGHT and runs_across(found, own, ink, reference)
    return Measure(
        kind=kind,
        score=score,
        tone=float(np.median(ink.darkness[rows, columns][inside])) if inside.any() else 0.0,
        coloured=coloured,
        bit=slight and hair and not coloured and is_bit(found, flat, ink, reference, settings),
        weak=sum(int(ink.strong_px[share.stroke]) for share in own) < 0.1 * total_px,
        hair=hair or kind == "faint",
        astray=own_mm2 < settings.inside_share * _of_box(own, owners, ink) / scale**2
        and (not any(share.in_core for share in own) or is_one_line(inside, scale)),
        pieces=pieces,
        pieces_mm=pieces_mm,
        broken=broken,
        area_mm2=area_mm2,
        sides=sides_crossed(found, own, ink, reference),
        length=length_mm(drawn, scale) / side_mm,
        across=strokes_across(drawn, scale),
        down=strokes_across(drawn.T, scale),
        aside=aside,
        over=score < LIGHT
        and aside >= _LINE_ASIDE
        and has_line_over(drawn, side_mm, AROUND_MM, scale),
        beyond_mm=beyond_mm,
        tips=is_left_of_cross(inside, side_mm, scale),
        filled=filled,
        added=added_to(found, own, ink, scale) if kind == "stroke" and beyond_mm > ADDED_MM else "",
        body=body_of(found, own, flat, ink, reference) if kind in _BODIES or filled else NO_BODY,
        own=tuple(share.stroke for share in own),
        ring=ring,
        legs=tuple(stroke for stroke, role in roles.items() if role == "leg"),
    )


def _of_box(own: Sequence[Share], owners: Mapping[int, Mapping[int, str]], ink: InkMap) -> float:
    """Return how many pixels the strokes of a box have, in even parts where boxes share them."""
    return sum(
        int(ink.area_px[share.stroke]) / max(1, list(owners[share.stroke].values()).count(SHARED))
        for share in own
    )


def _has_colour(pixels: NDArray[np.uint8], inside: Mask) -> bool:
    """Tell whether ink in a box has a colour, by it and the pixels beside it."""
    return is_coloured(pixels[grow(inside, 2)], pixels.reshape(-1, *pixels.shape[2:]))


def _habits(measures: list[Measure], ink: InkMap, reference: Reference) -> Habits:
    """Return what the marks of a page are like, and take for no writing what others have too."""
    plain = {k: m.own for k, m in enumerate(measures) if m.kind == "stroke" and not m.added}
    habits = Habits(plain, ink, reference.px_per_mm)
    for index, measure in enumerate(measures):
        if measure.added == WRITTEN:
            box, scale = ink.boxes[index].found, reference.px_per_mm
            area = window(box, scale, ink.ink.shape, HABITS_MM)
            outside = ink.ink[area] & np.isin(ink.labels[area], measure.own)
            inner = window(box, scale, ink.ink.shape, OUTLINE_MM)
            outside[window_within(area, inner)] = False
            if habits.show(index, outside, area):
                measures[index] = replace(measure, added="")
    return habits


def _with_figures(
    hand: Hand,
    measures: Sequence[Measure],
    shares: Sequence[Sequence[Share]],
    ink: InkMap,
    reference: Reference,
) -> Hand:
    """Return a hand that knows which of the marks that are strange in it are plain figures."""
    figures = []
    for measure, touching, found in zip(measures, shares, ink.boxes, strict=True):
        if measure.kind in _BODIES and hand.strange(measure) and hand.whole_beside(measure):
            own = [share for share in touching if share.stroke in measure.own]
            drawn = drawn_in(found, own, ink, reference.px_per_mm)
            side_mm = min(found.found.w, found.found.h)
            if is_plain_figure(drawn, side_mm, reference.px_per_mm):
                figures.append(measure)
    return replace(hand, figures=tuple(figures))


def _hand(measures: Sequence[Measure], ink: InkMap, reference: Reference) -> Hand:
    """Look at all strokes of the paper, and at the specks between them."""
    scale = reference.px_per_mm
    taken = {stroke for measure in measures for stroke in measure.own}
    sides = ink.bounds_px[:, 2:] - ink.bounds_px[:, :2]
    small = (sides.max(axis=1) <= SPECK_MM * scale) & (ink.area_px > 4)
    # Next to print lies the fringe of print, not dust.
    near = grown_print(ink, reference, reference.halo, HALO_MM)
    middle = (ink.bounds_px[:, :2] + ink.bounds_px[:, 2:]) // 2
    rim = round(6.0 * scale)
    specks = [
        float(ink.area_px[k]) / scale**2
        for k in np.flatnonzero(small)
        if k > 0
        and int(k) not in taken
        and not near[middle[k, 1], middle[k, 0]]
        and rim < middle[k, 0] < near.shape[1] - rim
        and rim < middle[k, 1] < near.shape[0] - rim
    ]
    open_mm2 = float(near.size - np.count_nonzero(near)) / scale**2
    box_mm2 = max((found.found.area for found in ink.boxes), default=0.0)
    return Hand(
        drawn=tuple(m for m in measures if m.kind in _DRAWN),
        specks_mm2=tuple(specks),
        specks_by_chance=len(specks) * box_mm2 / open_mm2,
        boxes=len(ink.boxes),
    )

"""What state each box is in, by the shape of its strokes and by the hand that made them.

A box is never read by a single ink ratio. First every box is measured: whose strokes it
holds, how far they reach, how dark they are, whether they are whole. Then it is judged
beside the other boxes of its line and the other marks of the paper: pencil that is faint in
every line is this voter's pencil, a faint stroke beside dark ones is not; a speck among
specks is dust. What stays unclear is for people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import factorial
from typing import Literal

import numpy as np

from omr.scan.ink.ink_map import InkMap, grown_print
from omr.scan.marks.mark_shape import (
    extent_of,
    ink_of,
    reach_beyond_mm,
    reach_mm,
    runs_across,
    sides_crossed,
)
from omr.scan.marks.strokes import Share, owners_of, ring_round, shares_in
from omr.scan.marks.trails import trail_mm, very_faint
from omr.scan.place.box_places import FoundBox
from omr.scan.place.reference import HALO_MM, Reference, window
from omr.scan.place.straighten import FlatPage
from omr.scan.reading import MarkReading, MarkState
from omr.scan.settings import ReaderSettings
from omr.stages import stage

_Kind = Literal["none", "missing", "ring", "ringed", "strayed", "stroke", "dot", "small", "faint"]

# Specks of dust are this small; at least so many like it lie elsewhere on a dusty page.
_SPECK_MM, _SPECKS_ALIKE = 1.3, 3
# A box that lies between others holds specks by chance where as much as this of one box of the
# page would; a dozen clean pages have none with two.
_BOXES_BY_CHANCE = 0.3
# A touch of the pen or one speck, beside a plain mark in the line: a dot that was meant is
# three times as large.
_TOUCH_MM, _TOUCH_MM2 = 1.0, 0.35
# Three pixels: grain at the threshold.
_GRAIN_MM2 = 0.05
# A stroke that a scanner broke: pieces, their reach and ink, and how many specks the page's
# own dust would put into a box by chance.
_PIECES, _PIECES_MM, _PIECES_MM2, _PIECES_BY_CHANCE = 4, 3.0, 0.2, 0.15
# A crease that crosses a box reaches this far beyond it; legs of marks stay closer.
_CREASE_BEYOND_MM = 6.0
# A box that is filled beyond its outline on three sides, where the others of the paper hold
# light strokes, may be a mark that was scribbled out.
_HEAVY, _LIGHT, _SIDES = 0.45, 0.28, 3


@dataclass(frozen=True, slots=True, eq=False)
class MarkedPage:
    """The boxes as measured, and the strokes that their marks explain."""

    marks: tuple[MarkReading, ...]
    strokes: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Measure:
    """One box as measured.

    Attributes:
        kind: What is in it, as far as the box alone can tell.
        score: Own ink inside, as a share of its area.
        tone: Median darkness of that ink, 0 to 255.
        weak: Whether hardly any of the ink is dark beyond doubt.
        hair: Whether its ink is as thin and pale as a crease or a fibre.
        astray: Whether most of the stroke lies outside and none of it in the middle.
        pieces: Reach in mm and area in mm² of each piece that the ink inside has.
        pieces_mm, area_mm2: Reach of all pieces together, and their ink.
        sides: On how many sides its ink crosses the outline.
        beyond_mm: How far its strokes reach beyond the box, on the side where they reach farthest.
        filled: Whether what goes round the box also runs to and fro through it.
        own, ring: Strokes that the box explains if it is marked.
        legs: Strokes of other boxes that merely enter it.
    """

    kind: _Kind
    score: float = 0.0
    tone: float = 0.0
    weak: bool = False
    hair: bool = False
    astray: bool = False
    pieces: tuple[tuple[float, float], ...] = ()
    pieces_mm: float = 0.0
    area_mm2: float = 0.0
    sides: int = 0
    beyond_mm: float = 0.0
    filled: bool = False
    own: tuple[int, ...] = ()
    ring: tuple[int, ...] = ()
    legs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Hand:
    """How this paper was marked, and how clean it is.

    Attributes:
        tones: Darkness of the strokes, one per box that holds one.
        scores: Their ink, as shares of their boxes.
        specks_mm2: Area of each speck outside the boxes.
        specks_by_chance: How many of them a box would hold by chance.
        boxes: How many boxes the page has.
    """

    tones: tuple[float, ...]
    scores: tuple[float, ...]
    specks_mm2: tuple[float, ...]
    specks_by_chance: float
    boxes: int

    @property
    def fills(self) -> bool:
        """Whether this voter fills boxes: three at least, and hardly any is lightly marked."""
        light = sum(score < _LIGHT for score in self.scores)
        return len(self.scores) - light >= 3 and 4 * light <= len(self.scores)

    def may_hold(self, specks: int) -> bool:
        """Tell whether a page so dusty has boxes that hold so many specks (by Poisson's law)."""
        chance = self.specks_by_chance**specks / factorial(specks)
        return specks == 0 or self.boxes * chance >= _BOXES_BY_CHANCE


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
        One reading per box, in layout order, and the strokes that marks explain.
    """
    shares = [shares_in(found, ink, reference, settings) for found in ink.boxes]
    owners = owners_of(shares, settings)
    measures = [
        _measure(index, shares[index], owners, flat, ink, reference, settings)
        for index in range(len(ink.boxes))
    ]
    hand = _hand(measures, ink, reference)
    lines: dict[str, list[int]] = {}
    for index, found in enumerate(ink.boxes):
        lines.setdefault(found.box.contest, []).append(index)
    marks, explained = [], set[int]()
    for index, (found, measure) in enumerate(zip(ink.boxes, measures, strict=True)):
        others = [measures[k] for k in lines[found.box.contest] if k != index]
        state, note = _judge(measure, others, hand, settings)
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
    return MarkedPage(tuple(marks), frozenset(explained))


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
) -> _Measure:
    """Measure one box by itself."""
    found, scale = ink.boxes[index], reference.px_per_mm
    rows, columns = window(found.found, scale, ink.ink.shape)
    if rows.stop <= rows.start or flat.paper[rows, columns].mean() < 0.9:
        return _Measure("missing")
    roles = {share.stroke: owners[share.stroke].get(index) for share in shares}
    own = [share for share in shares if roles[share.stroke] == "own"]
    ring = ring_round(index, found, ink, owners, reference, settings)
    labels = ink.labels[rows, columns]
    inside = ink.ink[rows, columns] & ink_of(labels, own)
    extent_mm, spot_mm2, pieces = extent_of(inside, scale)
    area_mm2 = float(inside.sum()) / scale**2
    score = area_mm2 / found.found.area
    kind: _Kind = "none"
    if ring and score < 0.5:
        kind = "ringed" if any(share.in_core for share in own) else "ring"
    elif any(role == "doubtful" for role in roles.values()):
        kind = "strayed"
    elif extent_mm >= settings.mark_extent_mm and area_mm2 >= settings.mark_area_mm2:
        kind = "stroke"
    elif spot_mm2 >= settings.dot_area_mm2:
        kind = "dot"
    elif extent_mm >= settings.dust_mm:
        kind = "small"
    elif very_faint(found, flat, ink, reference, settings):
        kind = "faint"
    hair = bool(inside.any()) and float(ink.hairs[rows, columns][inside].mean()) > 0.8
    beyond_mm = reach_beyond_mm(found, own, ink, scale)
    if kind == "faint" or (hair and kind != "none"):
        beyond_mm = max(beyond_mm, trail_mm(found, flat, ink, reference, settings))
    total_px = sum(int(ink.area_px[share.stroke]) for share in own)
    own_mm2 = sum(share.area_mm2 for share in own)
    return _Measure(
        kind=kind,
        score=score,
        tone=float(np.median(ink.darkness[rows, columns][inside])) if inside.any() else 0.0,
        weak=sum(int(ink.strong_px[share.stroke]) for share in own) < 0.1 * total_px,
        hair=hair or kind == "faint",
        astray=own_mm2 < settings.inside_share * total_px / scale**2
        and not any(share.in_core for share in own),
        pieces=pieces,
        pieces_mm=reach_mm(inside, scale),
        area_mm2=area_mm2,
        sides=sides_crossed(found, own, ink, reference),
        beyond_mm=beyond_mm,
        filled=kind == "ringed" and score > _LIGHT and runs_across(found, own, ink, reference),
        own=tuple(share.stroke for share in own),
        ring=ring,
        legs=tuple(stroke for stroke, role in roles.items() if role == "leg"),
    )


def _hand(measures: Sequence[_Measure], ink: InkMap, reference: Reference) -> _Hand:
    """Look at all strokes of the paper, and at the specks between them."""
    scale = reference.px_per_mm
    strokes = [measure for measure in measures if measure.kind == "stroke" or measure.filled]
    taken = {stroke for measure in measures for stroke in measure.own}
    sides = ink.bounds_px[:, 2:] - ink.bounds_px[:, :2]
    small = (sides.max(axis=1) <= _SPECK_MM * scale) & (ink.area_px > 4)
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
    return _Hand(
        tones=tuple(measure.tone for measure in strokes),
        scores=tuple(measure.score for measure in strokes),
        specks_mm2=tuple(specks),
        specks_by_chance=len(specks) * box_mm2 / open_mm2,
        boxes=len(ink.boxes),
    )


def _judge(
    box: _Measure, others: Sequence[_Measure], hand: _Hand, settings: ReaderSettings
) -> tuple[MarkState, str]:
    """Return state and note of a box, beside the rest of its line and of the paper."""
    if box.kind in ("small", "stroke", "dot", "faint") and _is_crease(box, others):
        return "empty", "crease or hair"
    match box.kind:
        case "none":
            return "empty", ""
        case "missing":
            return "uncertain", "paper missing"
        case "ring":
            return "marked", "circle round"
        case "ringed":
            if box.filled and hand.fills:
                return _judge_stroke(box, others, hand)
            return "uncertain", "circled mark"
        case "strayed":
            return "uncertain", "stroke from another box"
        case "dot":
            return "marked", "dot"
        case "faint":
            return "uncertain", "very faint ink"
        case "small":
            return _judge_small(box, others, hand)
        case "stroke":
            return _judge_stroke(box, others, hand)


def _is_crease(box: _Measure, others: Sequence[_Measure]) -> bool:
    """Tell a crease from a mark: thin and pale beside one plain mark of the same line.

    The voter's pen is known from that mark; it did not leave this. A crease goes on far beyond
    the box; a faint mark does not. Without a plain mark in the line nothing is known, and people
    look.
    """
    plain = [other for other in others if other.kind == "stroke" and not other.weak]
    own_pen = len(plain) == 1 and plain[0].tone > 1.5 * box.tone
    return box.hair and own_pen and box.beyond_mm > _CREASE_BEYOND_MM


def _judge_stroke(box: _Measure, others: Sequence[_Measure], hand: _Hand) -> tuple[MarkState, str]:
    """Judge a stroke that is large enough: was it meant for this box, is it dark enough?"""
    if box.astray:
        return "uncertain", "mostly outside the box"
    if box.weak:
        alone = all(other.kind == "none" for other in others)
        # The same pen elsewhere on the paper: at least one more stroke, of about this tone.
        alike = len(hand.tones) > 1 and 0.75 * float(np.median(hand.tones)) <= box.tone
        if not (alone and alike and box.pieces_mm >= _PIECES_MM):
            return "uncertain", "faint ink"
    # Thin and pale where the other lines are dark: perhaps a crease, and no vote.
    if box.hair and float(np.median(hand.tones)) > 1.5 * box.tone:
        return "uncertain", "crease or hair"
    light = [score for score in hand.scores if score < _LIGHT]
    if box.score > _HEAVY and box.sides >= _SIDES and 2 * len(light) >= len(hand.scores) - 1:
        return "uncertain", "perhaps scribbled out"
    return "marked", ""


def _judge_small(box: _Measure, others: Sequence[_Measure], hand: _Hand) -> tuple[MarkState, str]:
    """Tell a broken stroke and a speck of dust from a small mark."""
    alone = all(other.kind == "none" for other in others)
    broken = len(box.pieces) >= _PIECES and box.pieces_mm >= _PIECES_MM
    if (
        alone
        and broken
        and box.area_mm2 >= _PIECES_MM2
        and hand.specks_by_chance < _PIECES_BY_CHANCE
    ):
        return "marked", "broken stroke"
    elsewhere = sum(other.kind == "stroke" and not other.weak for other in others) == 1
    if elsewhere and _is_dust(box.pieces, hand):
        return "empty", "speck of dust"
    largest_mm, largest_mm2 = max(box.pieces)
    touch = largest_mm <= _TOUCH_MM and largest_mm2 <= _TOUCH_MM2
    rest = [piece for piece in sorted(box.pieces)[:-1] if piece[1] > _GRAIN_MM2]
    if elsewhere and touch and (not rest or _is_dust(rest, hand)):
        return "empty", "touch of the pen"
    return "uncertain", "small mark"


def _is_dust(pieces: Sequence[tuple[float, float]], hand: _Hand) -> bool:
    """Tell specks among specks: each has others like it on the page, and enough for a box."""

    def alike(area_mm2: float) -> int:
        return sum(0.5 < speck / max(area_mm2, 1e-6) < 2.0 for speck in hand.specks_mm2)

    return (
        max(pieces)[0] <= _SPECK_MM
        and all(alike(area_mm2) >= _SPECKS_ALIKE for _, area_mm2 in pieces)
        and (len(pieces) == 1 or hand.may_hold(len(pieces)))
    )

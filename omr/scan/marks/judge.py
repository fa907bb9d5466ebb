"""A box judged beside its line and its paper: is what it holds a mark, wear, or for people?

Pencil that is faint in every line is this voter's pencil, a faint stroke beside dark ones is not;
a speck among specks is dust; what no other mark of the paper is like may be none. What stays
unclear is for people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial
from typing import Literal

import numpy as np

from omr.scan.marks.blots import no_mark
from omr.scan.marks.bodies import NO_BODY, Body
from omr.scan.reading import MarkState

Kind = Literal["none", "missing", "ring", "ringed", "strayed", "stroke", "dot", "small", "faint"]

# Specks of dust are this small; at least so many like it lie elsewhere on a dusty page.
SPECK_MM, _SPECKS_ALIKE = 1.3, 3
# A box that lies between others holds specks by chance where as much as this of one box of the
# page would; a dozen clean pages have none with two.
_BOXES_BY_CHANCE = 0.3
# A touch of the pen or one speck, beside a plain mark in the line: a dot that was meant is
# three times as large.
_TOUCH_MM, _TOUCH_MM2 = 1.0, 0.35
# Three pixels: grain at the threshold.
_GRAIN_MM2 = 0.05
# Pieces of a stroke that a scanner broke reach so far in all.
BROKEN_MM = 3.0
# A stroke that a scanner broke: its ink, and how many specks the page's own dust would put into a
# box by chance.
_PIECES_MM2, _PIECES_BY_CHANCE = 0.2, 0.15
# A crease that crosses a box reaches this far beyond it; legs of marks stay closer.
_CREASE_BEYOND_MM = 6.0
# A box that is filled beyond its outline on three sides, where the others of the paper hold
# light strokes, may be a mark that was scribbled out.
_HEAVY, LIGHT, _SIDES = 0.45, 0.28, 3
# Crosses of a broad pen that are struck out fill half of their box.
_FULL = 0.6
# A pen leaves lines of one darkness. Of 2,000 plain marks of mixed shapes, pens and machines none
# was paler than 0.65 of its paper's usual, and that was a thin cross among filled boxes; alike
# shapes have 0.86. A smudge, a drop or a fibre in the box of an unmarked line is paler than that,
# measured against the palest of the paper's other marks but for a fifth of them.
_PALER, _PALEST_PERCENT = 0.6, 20
_UNLIKE = "unlike the other marks"
# A mark that was scribbled or waved over holds a longer line than the two legs of a cross have in
# its box, which come to 3.5 sides at most, and one so many times as long as the longest of the
# paper's other marks, or as its only other one. Of 1,021 good marks on pages with three and more
# those came to 1.49 times at most (``benchmarks/overdone_marks.py good --units 3 --seed 501``);
# seven crosses that somebody else scribbled over came to 1.9 to 3.7.
_LONG, _LONGER, _LONGER_THAN_ONE = 3.8, 1.75, 3.0
# Words, signatures and waves in a box are met so often from left to right, and so much more often
# than other marks of the hand; from top to bottom, marks that are scribbled over. Of those good
# marks none that is met as often was met more than 0.4 and 1.0 times more often than the others;
# boxes filled from side to side by somebody else came to 2 times more from top to bottom.
_ACROSS, _MORE_ACROSS, _MORE_DOWN = 5.0, 2.0, 3.0
SCRIBBLED, WRITTEN_IN = "perhaps scribbled out", "perhaps writing"


@dataclass(frozen=True, slots=True)
class Measure:
    """One box as measured.

    Attributes:
        kind: What is in it, as far as the box alone can tell.
        score: Own ink inside, as a share of its area.
        tone: Median darkness of that ink, 0 to 255.
        weak: Whether hardly any of the ink is dark beyond doubt.
        hair: Whether its ink is as thin and pale as a crease or a fibre.
        coloured: Whether what is small in it has a colour, as dirt has not.
        astray: Whether most of the stroke lies outside and none of it in the middle.
        pieces: Reach in mm and area in mm² of each piece that the ink inside has.
        pieces_mm, area_mm2: Reach of all pieces together, and their ink.
        broken: Whether these are many, and reach as far as a mark: a scanner broke one.
        sides: On how many sides its ink crosses the outline.
        beyond_mm: How far its strokes reach beyond the box, on the side where they reach farthest.
        length: How long its strokes are in the box, in sides of it.
        across, down: How many of them are met from left to right, and from top to bottom.
        filled: Whether what goes round the box also runs to and fro through it.
        body: How its ink looks.
        added: What somebody added to the mark, "" where nothing was.
        own, ring: Strokes that the box explains if it is marked.
        legs: Strokes of other boxes that merely enter it.
    """

    kind: Kind
    score: float = 0.0
    tone: float = 0.0
    weak: bool = False
    hair: bool = False
    coloured: bool = False
    astray: bool = False
    pieces: tuple[tuple[float, float], ...] = ()
    pieces_mm: float = 0.0
    area_mm2: float = 0.0
    broken: bool = False
    sides: int = 0
    beyond_mm: float = 0.0
    length: float = 0.0
    across: float = 0.0
    down: float = 0.0
    filled: bool = False
    body: Body = NO_BODY
    added: str = ""
    own: tuple[int, ...] = ()
    ring: tuple[int, ...] = ()
    legs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Hand:
    """How this paper was marked, and how clean it is.

    Attributes:
        drawn: The boxes that hold a stroke, a dot or a circle.
        specks_mm2: Area of each speck outside the boxes.
        specks_by_chance: How many of them a box would hold by chance.
        boxes: How many boxes the page has.
    """

    drawn: tuple[Measure, ...]
    specks_mm2: tuple[float, ...]
    specks_by_chance: float
    boxes: int

    @property
    def strokes(self) -> list[Measure]:
        """The boxes that hold a stroke; a box that is filled over its edges looks like a ring."""
        return [box for box in self.drawn if box.kind == "stroke" or box.filled]

    @property
    def tones(self) -> list[float]:
        """Darkness of the strokes, one per box that holds one."""
        return [box.tone for box in self.strokes]

    @property
    def scores(self) -> list[float]:
        """Their ink, as shares of their boxes."""
        return [box.score for box in self.strokes]

    @property
    def fills(self) -> bool:
        """Whether this voter fills boxes: three at least, and hardly any is lightly marked."""
        light = sum(score < LIGHT for score in self.scores)
        return len(self.scores) - light >= 3 and 4 * light <= len(self.scores)

    def made(self, box: Measure) -> bool:
        """Tell whether the pen that made the other strokes of the paper can have made one."""
        others = self.tones
        if box.tone in others:
            others.remove(box.tone)
        return not others or box.tone > _PALER * float(np.percentile(others, _PALEST_PERCENT))

    def doubt(self, box: Measure) -> str:
        """Return why a box may hold a spot or a hole, "" where it is a mark of this hand."""
        solid = [other for other in self.drawn if other.kind in ("stroke", "dot") or other.filled]
        return no_mark(box.body, [other.body for other in solid if other is not box])

    def overdone(self, box: Measure) -> str:
        """Return what a mark may be that is far more than this hand's others, "" if it is not."""
        others = [other for other in self.drawn if other is not box]
        across = max((other.across for other in others), default=0.0)
        if box.across >= max(_ACROSS, across + _MORE_ACROSS):
            return WRITTEN_IN
        if not others:
            return ""
        if box.down >= max(_ACROSS, max(other.down for other in others) + _MORE_DOWN):
            return SCRIBBLED
        usual = max(other.length for other in others)
        longer = _LONGER if len(others) > 1 else _LONGER_THAN_ONE
        return SCRIBBLED if box.length >= max(_LONG, longer * usual) else ""

    def may_hold(self, specks: int) -> bool:
        """Tell whether a page so dusty has boxes that hold so many specks (by Poisson's law)."""
        chance = self.specks_by_chance**specks / factorial(specks)
        return specks == 0 or self.boxes * chance >= _BOXES_BY_CHANCE


def judge(box: Measure, others: Sequence[Measure], hand: Hand) -> tuple[MarkState, str]:
    """Judge a box beside the rest of its line and of the paper.

    Args:
        box: As measured.
        others: The other boxes of its line.
        hand: How the paper was marked.

    Returns:
        Its state, and a note that says why.
    """
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
            if not hand.made(box):
                return "uncertain", _UNLIKE
            doubt = hand.doubt(box)
            return ("uncertain", doubt) if doubt else ("marked", "dot")
        case "faint":
            return "uncertain", "very faint ink"
        case "small":
            return _judge_small(box, others, hand)
        case "stroke":
            return _judge_stroke(box, others, hand)


def _is_crease(box: Measure, others: Sequence[Measure]) -> bool:
    """Tell a crease from a mark: thin and pale beside one plain mark of the same line.

    The voter's pen is known from that mark; it did not leave this. A crease goes on far beyond
    the box; a faint mark does not. Without a plain mark in the line nothing is known, and people
    look.
    """
    plain = [other for other in others if other.kind == "stroke" and not other.weak]
    own_pen = len(plain) == 1 and plain[0].tone > 1.5 * box.tone
    return box.hair and own_pen and box.beyond_mm > _CREASE_BEYOND_MM


def _is_filled(box: Measure, hand: Hand) -> bool:
    """Tell a box that is filled, of which strokes to and fro leave it on both sides."""
    return box.score > (LIGHT if hand.fills else _FULL)


def _judge_stroke(box: Measure, others: Sequence[Measure], hand: Hand) -> tuple[MarkState, str]:
    """Judge a stroke that is large enough: was it meant for this box, is it dark enough?"""
    if box.added and not _is_filled(box, hand):
        return "uncertain", box.added
    if box.astray:
        return "uncertain", "mostly outside the box"
    if box.weak:
        alone = all(other.kind == "none" for other in others)
        # The same pen elsewhere on the paper: at least one more stroke, of about this tone.
        alike = len(hand.tones) > 1 and 0.75 * float(np.median(hand.tones)) <= box.tone
        if not (alone and alike and box.pieces_mm >= BROKEN_MM):
            return "uncertain", "faint ink"
    # Thin and pale where the other lines are dark: perhaps a crease, and no vote.
    if box.hair and float(np.median(hand.tones)) > 1.5 * box.tone:
        return "uncertain", "crease or hair"
    if not hand.made(box):
        return "uncertain", _UNLIKE
    doubt = hand.doubt(box)
    if doubt:
        return "uncertain", doubt
    overdone = hand.overdone(box)
    if overdone:
        return "uncertain", overdone
    light = [score for score in hand.scores if score < LIGHT]
    if box.score > _HEAVY and box.sides >= _SIDES and 2 * len(light) >= len(hand.scores) - 1:
        return "uncertain", SCRIBBLED
    return "marked", ""


def _judge_small(box: Measure, others: Sequence[Measure], hand: Hand) -> tuple[MarkState, str]:
    """Tell a broken stroke and a speck of dust from a small mark."""
    alone = all(other.kind == "none" for other in others)
    if box.broken and box.area_mm2 >= _PIECES_MM2 and hand.specks_by_chance < _PIECES_BY_CHANCE:
        if not alone:
            return "uncertain", "small mark"
        return ("marked", "broken stroke") if hand.made(box) else ("uncertain", _UNLIKE)
    elsewhere = sum(other.kind == "stroke" and not other.weak for other in others) == 1
    if elsewhere and not box.coloured and _is_dust(box.pieces, hand):
        return "empty", "speck of dust"
    largest_mm, largest_mm2 = max(box.pieces)
    touch = largest_mm <= _TOUCH_MM and largest_mm2 <= _TOUCH_MM2
    rest = [piece for piece in sorted(box.pieces)[:-1] if piece[1] > _GRAIN_MM2]
    if elsewhere and touch and (not rest or (not box.coloured and _is_dust(rest, hand))):
        return "empty", "touch of the pen"
    return "uncertain", "small mark"


def _is_dust(pieces: Sequence[tuple[float, float]], hand: Hand) -> bool:
    """Tell specks among specks: each has others like it on the page, and enough for a box."""

    def alike(area_mm2: float) -> int:
        return sum(0.5 < speck / max(area_mm2, 1e-6) < 2.0 for speck in hand.specks_mm2)

    return (
        max(pieces)[0] <= SPECK_MM
        and all(alike(area_mm2) >= _SPECKS_ALIKE for _, area_mm2 in pieces)
        and (len(pieces) == 1 or hand.may_hold(len(pieces)))
    )

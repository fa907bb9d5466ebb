"""What was measured in each box, and the hand that marked the paper's boxes.

A mark is judged beside the others of its paper: their darkness, how much of a box they cover, how
long their lines are and how many of them are met. What is paler than this hand's marks, far more,
far less, or of another shape may be none.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial
from typing import Literal

import numpy as np

from omr.scan.marks.blots import no_mark
from omr.scan.marks.bodies import NO_BODY, Body

Kind = Literal["none", "missing", "ring", "ringed", "strayed", "stroke", "dot", "small", "faint"]

# A box that lies between others holds specks by chance where as much as this of one box of the
# page would; a dozen clean pages have none with two.
_BOXES_BY_CHANCE = 0.3
# Light strokes cover less of their box than this. So does no cross of a felt pen: it covers more,
# but with a line no longer than its two legs and no broader than a pen, both in sides of the box.
# Of 34 such crosses that somebody else drew those came to 2.6 and 0.17 at most; of 13 boxes that
# were filled none had both.
LIGHT, _TWO_LEGS, _PEN = 0.28, 3.0, 0.22
# A pen leaves lines of one darkness. Of 2,000 plain marks of mixed shapes, pens and machines none
# was paler than 0.65 of its paper's usual, and that was a thin cross among filled boxes; alike
# shapes have 0.86. A smudge, a drop or a fibre in the box of an unmarked line is paler than that,
# measured against the palest of the paper's other marks but for a fifth of them.
_PALER, _PALEST_PERCENT = 0.6, 20
# Ink piles up in filled boxes: a thin tick and a thin cross among these alone had 0.51 and 0.58.
# What is so long, and so nearly two straight lines, is no smudge.
_PALER_THAN_FILLS, _LINES_LONG, _LINES_ASIDE = 0.45, 0.8, 0.15
UNLIKE = "unlike the other marks"
# A mark that was scribbled or waved over holds a longer line than the two legs of a cross have in
# its box, which come to 3.5 sides at most, and one so many times as long as the longest of the
# paper's other marks, or as its only other one. Of 1,021 good marks on pages with three and more
# those came to 1.49 times at most (``benchmarks/strange_marks.py good --units 3 --seed 501``);
# seven crosses that somebody else scribbled over came to 1.9 to 3.7.
_LONG, _LONGER, _LONGER_THAN_ONE = 3.8, 1.75, 3.0
# Words, signatures and waves in a box are met so often from left to right, and so much more often
# than other marks of the hand; from top to bottom, marks that are scribbled over. Of those good
# marks none that is met as often was met more than 0.4 and 1.0 times more often than the others;
# boxes filled from side to side by somebody else came to 2 times more from top to bottom.
_OFTEN_MET, _MORE_ACROSS, _MORE_DOWN = 5.0, 2.0, 3.0
# One that is all of it less clearly: longer than the others, met more often, and with so much aside
# of two straight lines. Of 3,247 good marks of five families none is, whatever its length, that is
# no plain figure; ten crosses that were waved or scribbled over and counted all the same came to
# 1.5 to 1.8 times, 4 and more, and 0.40 to 0.48.
_ALSO_LONGER, _ALSO_OFTEN, _ALSO_MORE, _ALSO_ASIDE = 1.15, 4.0, 2.0, 0.3
# Initials, a digit, "no" have more of their ink aside of two straight lines than any other mark of
# the paper, and less in these two lines than this part of what others usually have: by so much
# more where they are shorter than others, or else by twice as much, as a cross of bent legs is no
# shorter. Of those good marks the ones with 0.1 more had 0.71 of it at least, with 0.2 more 0.83:
# crosses of which a bow links the legs have a whole cross besides. Seven such words of somebody
# else's came to 0.42 to 0.86.
_MORE_ASIDE, _LESS_STRAIGHT, _SHORTER = 0.10, 0.72, 0.85
# What is left of a mark under correction fluid, a small digit, "?": a line and ink of less than
# this part of the usual ones, in pieces as large as this, or so much of it aside of two lines.
# Those good marks with a bend had 0.65 of one of both at least. A dot or a small bar is a hand's
# own, however small.
_LESS, _PIECE_MM2, _BENT = 0.5, 0.15, 0.05
# Six pairs of short strokes, as ditto signs are, had 0.59 to 0.68 of a side in all; a cross a third
# as large as its box 0.87.
_WHOLE = 0.8
SCRIBBLED, WRITTEN_IN = "perhaps scribbled out", "perhaps writing"
COVERED, STRUCK = "perhaps covered", "perhaps struck out"


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
        bit: Whether what is thin and pale in it is one short line without a colour.
        astray: Whether most of the stroke lies outside and none of it in the middle.
        pieces: Reach in mm and area in mm² of each piece that the ink inside has.
        pieces_mm, area_mm2: Reach of all pieces together, and their ink.
        broken: Whether these are many, and reach as far as a mark: a scanner broke one.
        sides: On how many sides its ink crosses the outline.
        beyond_mm: How far its strokes reach beyond the box, on the side where they reach farthest.
        length: How long its strokes are in the box, in sides of it.
        across, down: How many of them are met from left to right, and from top to bottom.
        aside: Share of their ink there that lies aside of two straight lines.
        over: Whether a straight line runs over these two.
        tips: Whether it is what is left of a cross whose middle was covered.
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
    bit: bool = False
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
    aside: float = 0.0
    over: bool = False
    tips: bool = False
    filled: bool = False
    body: Body = NO_BODY
    added: str = ""
    own: tuple[int, ...] = ()
    ring: tuple[int, ...] = ()
    legs: tuple[int, ...] = ()

    @property
    def light(self) -> bool:
        """Whether it holds light strokes, or the two legs of a broad pen's cross."""
        legs = self.length <= _TWO_LEGS and self.score <= _PEN * self.length
        return self.score < LIGHT or legs

    @property
    def plain(self) -> bool:
        """Whether it is one piece without a bend, as dots, bars and small crosses are."""
        large = [area_mm2 for _, area_mm2 in self.pieces if area_mm2 >= _PIECE_MM2]
        return len(large) <= 1 and self.aside < _BENT

    @property
    def straight(self) -> float:
        """How much of its line lies in two straight ones, in sides of the box."""
        return (1.0 - self.aside) * self.length


@dataclass(frozen=True, slots=True)
class Hand:
    """How this paper was marked, and how clean it is.

    Attributes:
        drawn: The boxes that hold a stroke, a dot or a circle.
        specks_mm2: Area of each speck outside the boxes.
        specks_by_chance: How many of them a box would hold by chance.
        boxes: How many boxes the page has.
        figures: The boxes that hold one plain figure, of those that are strange else.
    """

    drawn: tuple[Measure, ...]
    specks_mm2: tuple[float, ...]
    specks_by_chance: float
    boxes: int
    figures: tuple[Measure, ...] = ()

    @property
    def strokes(self) -> list[Measure]:
        """The boxes that hold a stroke; a box that is filled over its edges looks like a ring."""
        return [box for box in self.drawn if box.kind == "stroke" or box.filled]

    @property
    def inked(self) -> list[Measure]:
        """The boxes that hold ink of a mark, not merely a circle round them."""
        return [box for box in self.drawn if box.kind in ("stroke", "dot") or box.filled]

    @property
    def tones(self) -> list[float]:
        """Darkness of the strokes, one per box that holds one."""
        return [box.tone for box in self.strokes]

    @property
    def fills(self) -> bool:
        """Whether this voter fills boxes: three at least, and hardly any is lightly marked."""
        strokes = self.strokes
        light = sum(box.light for box in strokes)
        return len(strokes) - light >= 3 and 4 * light <= len(strokes)

    def made(self, box: Measure) -> bool:
        """Tell whether the pen that made the other strokes of the paper can have made one."""
        others = [other for other in self.strokes if other is not box]
        if not others:
            return True
        lines = box.light and box.length >= _LINES_LONG and box.aside <= _LINES_ASIDE
        among_fills = lines and not box.hair and not any(other.light for other in others)
        least = _PALER_THAN_FILLS if among_fills else _PALER
        tones = [other.tone for other in others]
        return box.tone > least * float(np.percentile(tones, _PALEST_PERCENT))

    def doubt(self, box: Measure) -> str:
        """Return why a box may hold a spot or a hole, "" where it is a mark of this hand."""
        return no_mark(box.body, [other.body for other in self.inked if other is not box])

    def whole_beside(self, box: Measure) -> bool:
        """Tell whether the other marks of the paper are as long as crosses and ticks mostly are.

        Beside a filled box, ditto signs and what else is smaller may not be marks.
        """
        others = [other.length for other in self.inked if other is not box]
        return bool(others) and float(np.median(others)) >= _WHOLE

    def strange(self, box: Measure) -> str:
        """Return what a mark may be that is not as this hand's others, "" where it is.

        Far more of it is a mark that was cancelled, or writing; far less is writing, or what is
        left of a mark that was covered. One plain figure is neither.
        """
        if box.tips:
            return COVERED
        if any(figure is box for figure in self.figures):
            return ""
        return self._overdone(box) or self._underdone(box)

    def _overdone(self, box: Measure) -> str:
        others = [other for other in self.drawn if other is not box]
        across = max((other.across for other in others), default=0.0)
        if box.across >= max(_OFTEN_MET, across + _MORE_ACROSS):
            return WRITTEN_IN
        if not others:
            return ""
        down = max(other.down for other in others)
        if box.down >= max(_OFTEN_MET, down + _MORE_DOWN):
            return SCRIBBLED
        if len(others) > 1 and box.over and not any(other.over for other in others):
            return STRUCK
        usual = max(other.length for other in others)
        if (
            len(others) > 1
            and box.length >= _ALSO_LONGER * usual
            and box.aside >= _ALSO_ASIDE
            and (box.across - across >= _ALSO_MORE or box.down - down >= _ALSO_MORE)
            and max(box.across, box.down) >= _ALSO_OFTEN
        ):
            return SCRIBBLED
        longer = _LONGER if len(others) > 1 else _LONGER_THAN_ONE
        return SCRIBBLED if box.length >= max(_LONG, longer * usual) else ""

    def _underdone(self, box: Measure) -> str:
        inked = [other for other in self.inked if other is not box]
        if not inked or self.fills:
            return ""
        length, straight = (
            float(np.median([getattr(other, part) for other in inked]))
            for part in ("length", "straight")
        )
        more = _MORE_ASIDE if box.length < _SHORTER * length else 2.0 * _MORE_ASIDE
        aside = max(other.aside for other in inked)
        if box.aside >= aside + more and box.straight < _LESS_STRAIGHT * straight:
            return WRITTEN_IN
        if len(inked) < 2:
            return ""  # of two marks either may be the odd one
        short = box.length < _LESS * length and box.straight < _LESS * straight
        less = short and box.score < _LESS * min(other.score for other in inked)
        return UNLIKE if less and not box.plain else ""

    def may_hold(self, specks: int) -> bool:
        """Tell whether a page so dusty has boxes that hold so many specks (by Poisson's law)."""
        chance = self.specks_by_chance**specks / factorial(specks)
        return specks == 0 or self.boxes * chance >= _BOXES_BY_CHANCE

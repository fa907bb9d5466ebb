"""A box judged beside its line and its paper: is what it holds a mark, wear, or for people?

Pencil that is faint in every line is this voter's pencil, a faint stroke beside dark ones is not;
a speck among specks is dust; what no other mark of the paper is like may be none. What stays
unclear is for people.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from omr.scan.marks.hand import COVERED, LIGHT, SCRIBBLED, UNLIKE, Hand, Measure
from omr.scan.reading import MarkState

# Specks of dust are this small; at least so many like it lie elsewhere on a dusty page.
SPECK_MM, _SPECKS_ALIKE = 1.3, 3
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
_HEAVY, _SIDES = 0.45, 3
# Crosses of a broad pen that are struck out fill half of their box.
_FULL = 0.6


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
                return "uncertain", UNLIKE
            doubt = hand.doubt(box) or hand.strange(box)
            return ("uncertain", doubt) if doubt else ("marked", "dot")
        case "faint":
            return "uncertain", "very faint ink"
        case "small":
            return _judge_small(box, others, hand)
        case "stroke":
            return _judge_stroke(box, others, hand)


def _is_crease(box: Measure, others: Sequence[Measure]) -> bool:
    """Tell a crease or a fibre from a mark: thin and pale beside one plain mark of the same line.

    The voter's pen is known from that mark; it did not leave this. A crease goes on far beyond
    the box, a bit of fibre is shorter than a mark; a faint mark is neither. Without a plain mark
    in the line nothing is known, and people look.
    """
    plain = [other for other in others if other.kind == "stroke" and not other.weak]
    own_pen = len(plain) == 1 and plain[0].tone > 1.5 * box.tone
    return box.hair and own_pen and (box.bit or box.beyond_mm > _CREASE_BEYOND_MM)


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
        return "uncertain", UNLIKE
    doubt = hand.doubt(box) or hand.strange(box)
    if doubt:
        return "uncertain", doubt
    heavy = box.score > _HEAVY and box.sides >= _SIDES and not box.light
    light = sum(other.light for other in hand.strokes)
    if heavy and 2 * light >= len(hand.strokes) - 1:
        return "uncertain", SCRIBBLED
    return "marked", ""


def _judge_small(box: Measure, others: Sequence[Measure], hand: Hand) -> tuple[MarkState, str]:
    """Tell a broken stroke and a speck of dust from a small mark."""
    alone = all(other.kind == "none" for other in others)
    if box.broken and box.area_mm2 >= _PIECES_MM2 and hand.specks_by_chance < _PIECES_BY_CHANCE:
        if not alone:
            return "uncertain", "small mark"
        if box.tips:
            return "uncertain", COVERED
        return ("marked", "broken stroke") if hand.made(box) else ("uncertain", UNLIKE)
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

"""Spots and holes that lie in a box and are no marks: coffee, rust, wine, drops, a punch's hole.

What a box holds is judged beside the paper's other marks. A solid spot is a vote only if the
hand that made the others can have made it: a rim as sharp as theirs, a colour like theirs, and
no smooth round spot where theirs are strokes or filled boxes. A line that holds another is never
counted without people. A small dot beside strokes alone may be of a pen that only rested.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from omr.geometry import FloatArray
from omr.scan.marks.bodies import Body
from omr.scan.wear.punch_holes import HOLE_MM, LID_EVEN

# The rims of one paper's pens: of 120 fills, dots, crosses and ticks of twelve pens, at 150 to
# 300 dpi and down to a JPEG of 45, the softest had 1.3 times the sharpest of its paper. What
# soaked in or dried in drops has 1.5 times and more, seldom less.
_SOFTER, _SHARPEST_PERCENT = 1.4, 20
# What is no solid spot, as a tint's remains, is looked at too where its rim is softer than any
# pen's by far: the tooth of paper makes pencil's rim 1.4 times as wide as that of its thin lines.
_MUCH_SOFTER = 2.0
# Rims of pens are 0.29 to 0.55 mm wide: what is taken where a paper has no other mark.
_USUAL_RIM_MM = 0.4
# One pen's colour, in parts of the most that it takes, differs by up to 0.1 between thin strokes
# and blots; coffee differs from black by 0.35, blood from red pens by 0.25, all else by more.
_OTHER_COLOUR = 0.2
# Ink that piles up in a filled box takes up to 0.3 more of one colour than thin lines of it do.
_FILL_COLOUR = 0.35
# A pen has a colour where it takes so much less of one than of another; ink that differs from its
# lines by no more than this is its own.
_CHROMA, _OWN_COLOUR = 0.2, 0.12
# Filled boxes and crosses of broad pens have 0.3 to 0.8 in common with an ellipse, dots and
# spots 0.75 to 0.95; what a punch cut, 0.95 and more.
_ROUND, _TRUE = 0.82, 0.95
# Drops are even within: their darkness differs by 0.03 of itself at most. Strokes that fill
# a box overlap and leave gaps: it differs by 0.05 and more, but in pictures of two levels.
_EVEN = 0.04
# A dot of a ballpoint is up to 1.65 mm across; drops that are smaller look the same. A dot of
# a felt pen is up to 1.9 times as thick as its line.
_DOT_MM, _PENS = 1.7, 2.5
# The largest dot of a hand is up to 1.5 times as thick as its smallest, and up to 2.9 mm.
_LARGER, _LARGEST_MM = 1.65, 3.2
# What has so much in common with an ellipse may be a dot.
_DOT_ROUND = 0.75
# A filled box: what it has in common with an ellipse at least, and its ink's share of the box.
_FILL_ROUND, _FILL_MM = 0.55, 5.0
# Who fills a box keeps to it: so much of it is covered, so little of the ink lies outside. Filled
# boxes that are as round as spots have 0.62 to 0.8, and up to 0.07.
_COVERED, _OUTSIDE = 0.55, 0.15
# A stroke upon a spot reaches as far as a mark.
_MARK_MM = 2.4
# Pens that rest leave dots of 1.1 to 2.2 mm, felt pens the larger ones (26 of them); dots that are
# meant are mostly larger than this. Strokes have less in common with an ellipse than _DOT_ROUND.
# A short dash has its ellipse's shape too, but is slender: dots are this broad for their length.
_REST_MM, _STOUT = 1.9, 0.4
SPOT, HOLE, REST = "perhaps a spot", "perhaps a hole", "a dot, unlike the other marks"


def no_mark(body: Body, others: Sequence[Body]) -> str:
    """Return why what a box holds may be no mark of a pen, "" where it plainly is one.

    Args:
        body: What the box holds.
        others: The other marks of the paper.
    """
    if body.solid and is_hole(body):
        # What a punch cut ends sharply; a spot that dried as round is called what it is.
        return SPOT if _is_soft(body, others) else HOLE
    # Somebody marked a box and then spilt on it, or filled it stroke by stroke.
    if body.lines_mm >= _MARK_MM:
        return ""
    if _is_soft(body, others):
        return SPOT
    if _is_lone_dot(body, others):
        return REST
    if body.solid and not _fills_its_box(body, others) and _is_other(body, others):
        return SPOT
    return ""


def _is_lone_dot(body: Body, others: Sequence[Body]) -> bool:
    """Tell a small dot on a paper that has other marks, and no dot or spot among them."""
    small = body.size_mm <= _REST_MM and body.round_share >= _DOT_ROUND and body.slender >= _STOUT
    return small and bool(others) and all(other.round_share < _DOT_ROUND for other in others)


def is_hole(body: Body) -> bool:
    """Tell a punched hole over a dark or grey lid: large, truly round, as even as a lid."""
    size = HOLE_MM[0] < body.size_mm < HOLE_MM[1]
    return size and body.round_share >= _TRUE and body.uneven < LID_EVEN


def _is_soft(body: Body, others: Sequence[Body]) -> bool:
    """Tell a rim that is softer than those of the other marks."""
    rims = [other.rim_mm for other in others if other.rim_mm > 0]
    usual_mm = float(np.percentile(rims, _SHARPEST_PERCENT)) if rims else _USUAL_RIM_MM
    return body.rim_mm > (_SOFTER if body.solid else _MUCH_SOFTER) * usual_mm


def _fills_its_box(body: Body, others: Sequence[Body]) -> bool:
    """Tell a box that somebody filled up to its outline: no spot has its place and its size."""
    usual = _usual_colour(others)
    alike = usual is None or not body.colour or _apart(body.colour, usual) <= _FILL_COLOUR
    return alike and body.fill_share >= _COVERED and body.outside_share <= _OUTSIDE


def _usual_colour(others: Sequence[Body]) -> FloatArray | None:
    """Return the colour of the paper's other marks; None where none is seen."""
    colours = [other.colour for other in others if other.colour]
    return np.median(np.array(colours), axis=0) if colours else None


def _apart(colour: tuple[float, ...], usual: FloatArray) -> float:
    """Return how far two colours lie apart, in the part in which they differ most."""
    return float(np.abs(np.array(colour) - usual).max())


def _is_other(body: Body, others: Sequence[Body]) -> bool:
    """Tell another colour, or a smooth round spot where no other mark is one."""
    usual = _usual_colour(others)
    if usual is not None and body.colour:
        if _apart(body.colour, usual) > _OTHER_COLOUR:
            return True
        # The voter's own ink; what else would have a pen's colour and the size of a dot?
        own = float(np.ptp(usual)) >= _CHROMA and _apart(body.colour, usual) <= _OWN_COLOUR
        if own and body.thick_mm <= _LARGEST_MM:
            return False
    # A box that was filled from side to side is a rectangle rather than an ellipse.
    is_round = body.round_share >= max(_ROUND, body.square_share)
    if not is_round or body.thick_mm < _DOT_MM or body.uneven > _EVEN:
        return False
    if not others:
        return body.thick_mm > _LARGEST_MM
    dots = [other.thick_mm for other in others if other.round_share >= _DOT_ROUND]
    if dots:
        return body.thick_mm > _LARGER * max(dots)
    strokes = [other.breadth_mm for other in others if not _is_fill(other)]
    return not strokes or body.thick_mm > _PENS * float(np.median(strokes))


def _is_fill(body: Body) -> bool:
    """Tell a box that was filled: solid, large, neither round nor of a cross's shape."""
    return body.solid and body.round_share >= _FILL_ROUND and body.size_mm >= _FILL_MM

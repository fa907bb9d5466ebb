"""Arcs that a nearly dry die leaves: of a second impression, or of the only one.

In come ink in and around the zone that no whole circle explains; out comes what of it lies on the
circle of a seal all the same. A die keeps to one circle over broken arcs that lie far apart; hands
do not, and a short stroke by itself proves nothing.
"""

from __future__ import annotations

import cv2
import numpy as np

from omr.scan.ink.pieces import label_pieces
from omr.scan.place.reference import Mask
from omr.scan.wear.seal_rims import (
    PARTS,
    SPREAD_MM,
    Float64,
    Impression,
    SealView,
    disc_of,
    places_mm,
    share_of_turn,
    turns_of,
)

# A second impression lies so far from the first, and is sought in steps of this, then finer.
_AWAY_MM, _STEP_MM, _FINE_MM = (1.0, 12.0), 0.5, 0.1
# On its rim is what lies so near to the circle; beyond it paper is clean from here to there.
_ON_MM, _CLEAN_MM = 0.35, (0.9, 2.4)
# The arcs that are seen of it come to this part of a turn, 13 mm and more, beyond what is inked
# where paper should be clean.
_SEEN = 14 / PARTS
# The outer edge of those arcs, of what lies so near to the circle, keeps to it so truly for as much
# of a turn, and over so much of what is seen.
_ABOUT_MM, _EDGE_MM, _MOST = 1.0, 0.2, 0.6
# A pen's bow is one piece; a dry rim is so many and more, as large as this.
_SCRAP_MM2, _SCRAPS = 0.1, 3
# So many of the ink's places are tried at most.
_PLACES = 1500
# A piece follows a circle if it is no broader than a double rim, reaches so many times as far along
# it, and drifts so little towards the middle on that way.
_BROAD_MM, _ALONG, _DRIFT_MM = 1.8, 2.0, 0.6


def dry_impression(rest: Mask, first: Impression, view: SealView) -> Impression | None:
    """Return a second impression of a seal, of which only broken arcs of its rim were printed.

    Args:
        rest: Ink beyond the first impression.
        first: The first impression; the second is as large.
        view: The zone.
    """
    x, y = places_mm(rest, view)
    if x.size > _PLACES:
        some = np.linspace(0, x.size - 1, _PLACES).astype(np.int64)
        x, y = x[some], y[some]
    best = _most_seen(first, x, y)
    if best is None:
        return None
    x, y = places_mm(rest, view)
    near = np.abs(np.hypot(x - best.x, y - best.y) - best.edge) < _ABOUT_MM
    x, y = x[near], y[near]
    fine = np.arange(-_STEP_MM, _STEP_MM + _FINE_MM / 2, _FINE_MM).tolist()
    tried = [best._replace(x=best.x + dx, y=best.y + dy) for dx in fine for dy in fine]
    parts, ends, best = max(
        ((*_on_edge(one, x, y), one) for one in tried), key=lambda found: found[0]
    )
    on = rest & disc_of(best, view) & ~disc_of(best._replace(edge=best.edge - _ABOUT_MM), view)
    scraps = label_pieces(on).stats[1:, cv2.CC_STAT_AREA] >= _SCRAP_MM2 * view.px_per_mm**2
    true = parts >= max(_SEEN * PARTS, _MOST * ends)
    return best if true and np.count_nonzero(scraps) >= _SCRAPS else None


def _on_edge(one: Impression, x: Float64, y: Float64) -> tuple[int, int]:
    """Return in how many parts of a turn ink ends on a circle, and in how many anywhere near it.

    A bow that is less round leaves the circle soon.
    """
    away, turns = np.hypot(x - one.x, y - one.y), turns_of(x - one.x, y - one.y)
    outermost = np.zeros(PARTS)
    np.maximum.at(outermost, turns, away)
    ends = outermost[outermost > 0]
    # The breadth of a rim is not known to a hair: what counts is that all of it ends alike.
    on = np.abs(ends - np.median(ends)) < _EDGE_MM if ends.size else ends
    return int(np.count_nonzero(on)), ends.size


def _most_seen(first: Impression, x: Float64, y: Float64) -> Impression | None:
    """Return the circle as large as a seal's that most of some ink lies on, some way from it.

    Args:
        first: The seal.
        x: Of the ink, in mm.
        y: The same.
    """
    steps = np.arange(-_AWAY_MM[1], _AWAY_MM[1] + _STEP_MM / 2, _STEP_MM)
    across, down = (part.ravel() for part in np.meshgrid(steps, steps))
    apart = np.hypot(across, down)
    best: Impression | None = None
    for k in np.flatnonzero((apart >= _AWAY_MM[0]) & (apart <= _AWAY_MM[1])).tolist():
        one = first._replace(x=first.x + float(across[k]), y=first.y + float(down[k]))
        beyond = np.hypot(x - one.x, y - one.y) - one.edge
        on = np.abs(beyond + SPREAD_MM / 2) < _ON_MM
        off = (beyond > _CLEAN_MM[0]) & (beyond < _CLEAN_MM[1])
        turns = turns_of(x - one.x, y - one.y)
        seen = share_of_turn(turns[on]) - share_of_turn(turns[off])
        if best is None or seen > best.seen:
            best = one._replace(seen=seen)
    return best


def on_circle(pieces: Mask, middle_mm: tuple[float, float], view: SealView) -> Mask:
    """Return which pieces of ink follow a circle around a seal's middle, of any radius.

    Args:
        pieces: Ink that a threshold left of a seal.
        middle_mm: Of the seal, as far as its broken rim shows it.
        view: The zone.
    """
    found = label_pieces(pieces)
    x, y = places_mm(pieces, view)
    numbers = found.labels[pieces]
    across, down = x - middle_mm[0], y - middle_mm[1]
    away, turn = np.hypot(across, down), np.arctan2(down, across)
    follows = np.zeros(len(found.stats), np.bool_)
    for number in range(1, len(found.stats)):
        own = numbers == number
        spread = float(np.ptp(np.percentile(away[own], (5, 95))))
        # The way around is counted from the piece's own middle, so that no piece spans its seam.
        about = float(np.angle(np.exp(1j * turn[own]).mean()))
        way = np.angle(np.exp(1j * (turn[own] - about))) * float(np.median(away[own]))
        along = float(np.ptp(way))
        if spread <= _BROAD_MM and along >= _ALONG * spread:
            slope = float(np.polyfit(way, away[own], 1)[0])
            follows[number] = abs(slope) * along <= _DRIFT_MM
    return found.chosen(follows) & pieces

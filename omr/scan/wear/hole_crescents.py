"""Punch holes of which only the sharp shadow of one rim is seen: a crescent between two circles.

In come the flat page and ink that nothing explains; out comes what is a hole. Where the sheet lies
close upon a white lid, the rim's shadow is sharp: the hole's own circle on the outside, and the
same circle once more, moved aside, on the inside. Hands draw arcs almost as true; but a punch makes
two holes at once, 80 mm apart, and the light comes to both from the same side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import Rect
from omr.scan.ink.courses import circle_through
from omr.scan.place.reference import (
    Grey,
    Mask,
    Reference,
    above,
    slopes,
    window,
    window_within,
)
from omr.scan.place.straighten import FlatPage
from omr.scan.wear.hole_shadows import is_coloured
from omr.scan.wear.punch_holes import HOLE_MM, is_near_edge

Float64 = NDArray[np.float64]

# A find's size across or down, and how far beyond it a crescent's thin ends go on.
_SIZE_MM, _ENDS_MM = (2.5, HOLE_MM[1] + 0.5), 1.2
# Places as steep as this share of the steepest are edges of it.
_STEEP = 0.35
# Its edges keep to their circles within so much (standard deviation, and a fifth of a pixel of
# the scan), the outer over so many degrees, the inner over fewer: at their ends the two meet.
_TRUE_MM, _TRUE_PX, _ARCS = 0.05, 0.2, (120, 80)
# Both circles are as large but for this, and lie no farther apart.
_ALIKE_MM, _APART_MM = 0.6, 1.2
# Punches of offices make two holes 80 mm apart (ISO 838), more on a page that was printed smaller;
# along the edge but for this slope. They are as large but for this, and their shadows fall the same
# way but for so many degrees.
_PAIR_MM, _IN_LINE, _RADII_MM, _SHADED_DEG = (78.5, 86.0), 0.07, 0.15, 15.0
# The other hole is sought so far around the middle of that distance.
_ROOM_MM = 1.75
# So much of its ink lies between them.
_BETWEEN, _SLACK_MM = 0.9, 0.22
# Around the hole lies paper, so far from its rim, and no darker than this share of the shadow.
_PAPER_MM, _PAPER = (0.5, 1.0), 0.35


class _Circle(NamedTuple):
    """A circle in a window: its middle and radius in pixels."""

    x: float
    y: float
    radius: float

    def distance(self, x: Float64, y: Float64) -> Float64:
        """Return how far beyond the circle places lie; less than 0 within."""
        return np.asarray(np.hypot(x - self.x, y - self.y) - self.radius, np.float64)


class _Hole(NamedTuple):
    """A hole on the page: middle and radius in mm, and which way its shadow lies, in radians."""

    x: float
    y: float
    radius: float
    shaded: float


def on_hole_crescents(
    rects: Sequence[Rect], flat: FlatPage, reference: Reference
) -> Iterator[Rect]:
    """Yield the places of unexplained ink that are a sharp crescent of a punched hole's shadow.

    Args:
        rects: Their bounds on the page, in mm.
        flat: The page laid flat.
        reference: The page as printed.
    """
    large = [rect for rect in rects if _SIZE_MM[0] < max(rect.w, rect.h) < _SIZE_MM[1]]
    found = {rect: _crescent(rect, flat, reference) for rect in large}
    holes = {rect: hole for rect, hole in found.items() if hole is not None}
    for rect, hole in holes.items():
        # The other may be too pale for ink, or explained already.
        known = any(_are_a_pair(hole, other) for other in holes.values())
        others = (_crescent(place, flat, reference) for place in _other_places(hole))
        if known or any(_are_a_pair(hole, other) for other in others if other):
            yield rect


def _other_places(hole: _Hole) -> Iterator[Rect]:
    """Yield where the other hole of a pair may be."""
    own = Rect(hole.x, hole.y, 0.0, 0.0).grown(hole.radius + _ROOM_MM)
    apart_mm = sum(_PAIR_MM) / 2
    for across, down in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        yield own.shifted(across * apart_mm, down * apart_mm)


def _are_a_pair(one: _Hole, other: _Hole) -> bool:
    """Tell whether one punch made two holes, whose shadows fall to the same side."""
    apart_mm = float(np.hypot(one.x - other.x, one.y - other.y))
    in_line = min(abs(one.x - other.x), abs(one.y - other.y)) < _IN_LINE * apart_mm
    turned = (one.shaded - other.shaded + np.pi) % (2 * np.pi) - np.pi
    alike = abs(one.radius - other.radius) < _RADII_MM and abs(turned) < np.radians(_SHADED_DEG)
    return _PAIR_MM[0] < apart_mm < _PAIR_MM[1] and in_line and alike


def _crescent(rect: Rect, flat: FlatPage, reference: Reference) -> _Hole | None:
    """Return the hole of which all that is dark at a place is the shadow, if it is."""
    scale, layout = reference.px_per_mm, reference.layout
    corners = ((rect.x, rect.y), (rect.right, rect.bottom))
    if not any(is_near_edge(x, y, layout) for x, y in corners):
        return None
    area = window(rect, scale, flat.darkness.shape, HOLE_MM[1])
    # Its thin ends may lie outside of what was found.
    near = window_within(area, window(rect, scale, flat.darkness.shape, _ENDS_MM))
    darkness, shown = flat.darkness[area], ~reference.near_print[area]
    own = np.zeros(darkness.shape, np.bool_)
    own[near] = shown[near]
    if not own.any():
        return None
    circles = _circles(darkness, own, scale, _TRUE_MM + _TRUE_PX / flat.source_px_mm)
    if circles is None or not _are_of_a_hole(*circles, scale):
        return None
    outer = circles[0]
    x, y = (outer.x + area[1].start) / scale, (outer.y + area[0].start) / scale
    ink = own & above(darkness, 0.5 * float(np.percentile(darkness[own], 98)))
    ys, xs = np.asarray(np.indices(darkness.shape), np.float64)
    beyond_mm, within_mm = (circle.distance(xs, ys) / scale for circle in circles)
    between = (beyond_mm < _SLACK_MM) & (within_mm > -_SLACK_MM)
    around = (beyond_mm > _PAPER_MM[0]) & (beyond_mm < _PAPER_MM[1]) & shown
    # What else lies around was written there.
    if np.mean(between[ink]) < _BETWEEN or not is_near_edge(x, y, layout) or not around.any():
        return None
    palest = _PAPER * float(np.median(darkness[ink]))
    if float(np.percentile(darkness[around], 98)) > palest:
        return None
    if is_coloured(flat.pixels[area], ink, around):
        return None
    own_y, own_x = np.nonzero(ink)
    shaded = float(np.arctan2(own_y.mean() - outer.y, own_x.mean() - outer.x))
    return _Hole(x, y, outer.radius / scale, shaded)


def _are_of_a_hole(outer: _Circle, inner: _Circle, px_per_mm: int) -> bool:
    """Tell whether two circles are of a hole's size, and the one the other moved aside."""
    apart = float(np.hypot(outer.x - inner.x, outer.y - inner.y)) < _APART_MM * px_per_mm
    alike = abs(outer.radius - inner.radius) < _ALIKE_MM * px_per_mm
    return apart and alike and HOLE_MM[0] < 2 * outer.radius / px_per_mm < HOLE_MM[1]


def _circles(
    darkness: Grey, near: Mask, px_per_mm: int, true_mm: float
) -> tuple[_Circle, _Circle] | None:
    """Return the circles on which the outer and the inner edge of a crescent lie."""
    level = cv2.GaussianBlur(darkness.astype(np.float32), (0, 0), 0.08 * px_per_mm)
    across, down = slopes(level)
    steep = np.hypot(across, down)
    most = float(steep[near].max(initial=0.0))
    ys, xs = np.nonzero(near & (steep > max(_STEEP * most, 1.0)))
    if len(ys) < 24:
        return None
    weight = steep[ys, xs].astype(np.float64)
    x, y = xs.astype(np.float64), ys.astype(np.float64)
    to_x, to_y = across[ys, xs] / weight, down[ys, xs] / weight
    first = _Circle(*circle_through(np.column_stack([x, y])))
    away = np.hypot(x - first.x, y - first.y)
    inwards = -(to_x * (x - first.x) + to_y * (y - first.y)) / np.maximum(away, 1.0)
    found = []
    for own, arc in zip((inwards > 0.7, inwards < -0.7), _ARCS, strict=True):
        circle = _circle(x[own], y[own], weight[own], true_mm * px_per_mm, arc)
        if circle is None:
            return None
        found.append(circle)
    return found[0], found[1]


def _circle(x: Float64, y: Float64, weight: Float64, true_px: float, arc: int) -> _Circle | None:
    """Return the circle that an edge keeps to over so many degrees, if it does."""
    if len(x) < 12:
        return None
    circle = _Circle(*circle_through(np.column_stack([x, y])))
    # Of each five degrees, the middle of the steep places tells to a fraction of a pixel.
    turns = np.floor(np.degrees(np.arctan2(y - circle.y, x - circle.x)) / 5).astype(np.int64)
    middles = np.array(
        [np.average(np.column_stack([x[at], y[at]]), axis=0, weights=weight[at])
         for at in (turns == turn for turn in np.unique(turns))]
    )  # fmt: skip
    if 5 * len(middles) < arc:
        return None
    circle = _Circle(*circle_through(middles))
    off = circle.distance(middles[:, 0], middles[:, 1])
    keep = np.abs(off) < 3 * true_px
    if 5 * np.count_nonzero(keep) < arc:
        return None
    circle = _Circle(*circle_through(middles[keep]))
    off = circle.distance(middles[keep, 0], middles[keep, 1])
    return circle if float(off.std()) < true_px else None

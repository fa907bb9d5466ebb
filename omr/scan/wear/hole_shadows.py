"""Punch holes in which the paper's rim throws its shadow upon the lid.

In come the flat page and ink that nothing explains; out comes what is a hole. Where the lid does
not touch the sheet, the shadow is the hole's circle once more, moved aside: it ends sharply at the
rim, where the paper ends, and fades inwards, where the light comes in from the side. A pen's arc
is as steep on both sides.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.scan.ink.courses import circle_through
from omr.scan.ink.pieces import parts
from omr.scan.place.reference import Grey, Mask, Reference, as_bits, grow, slopes, window
from omr.scan.place.straighten import FlatPage
from omr.scan.wear.punch_holes import HOLE_EDGE_MM, HOLE_MM, is_near_edge

Floats = NDArray[np.float32]
Float64 = NDArray[np.float64]

# A shadow in a hole is looked at where unexplained ink is so large, across or down, in mm.
_SHADE_MM = (2.0, HOLE_MM[1] + 0.5)
# The rim is as steep as this share of its steepest place, over so much of the circle, in degrees,
# and keeps to the circle within so much (standard deviation): punches do to 0.04 mm even at
# 150 dpi, the best hand to about 0.1 mm.
_STEEP, _ARC, _CIRCLE_MM = 0.5, 90, 0.05
# Nearly all that is so steep, all but the shadow's own end, is the rim.
_OF_RIM = 0.7
# The shadow is compared at this resolution; within this of the rim the picture is blurred.
_SHADE_PX_PER_MM, _BLUR_MM = 4, 0.3
# How far the shadow may be moved aside and how softly it may end (standard deviation): by the
# distance of the lid from the sheet, 0.3 to 2 mm. Pens end within 0.15 mm.
_ASIDE_MM, _SOFT_MM = np.arange(0.2, 2.41, 0.2), (0.2, 0.3, 0.4, 0.55, 0.7, 0.9)
# What of the differences within the hole the shadow may leave unexplained, and of its depth at
# any one place: grain leaves 0.017 and 0.12. A pencil that fades inwards from a true arc leaves
# 0.027 and 0.18 at least, since its line ends or keeps its breadth.
_UNLIKE, _ASTRAY = 0.022, 0.17
# By so much the shadow ends more softly than the rim: by 2.1 as scanned, a drawn crescent by 1.
_SOFTER = 1.5
# A shadow is no darker than this, of 255, as the blacks of pens are; it is at least so deep, and
# darkens all colours alike but for this share. Blue and red pens leave a half of it.
_DARKEST, _DEEP, _COLOUR = 170, 20.0, 0.25
# Around a hole lies paper, so far from its rim and no darker than this share of the shadow.
_PAPER_MM, _PAPER = (0.4, 1.0), 0.25


@dataclass(frozen=True, slots=True)
class _Circle:
    """The rim of a hole within a window, in px of that window: pixels' centres are whole.

    Attributes:
        soft: How softly the picture ends at it (standard deviation).
    """

    x: float
    y: float
    radius: float
    soft: float

    def scaled(self, factor: float) -> _Circle:
        """Return the circle in the window at another size."""
        x, y = ((v + 0.5) * factor - 0.5 for v in (self.x, self.y))
        return _Circle(x, y, self.radius * factor, self.soft * factor)

    def distance(self, shape: tuple[int, ...]) -> Float64:
        """Return how far from its centre each pixel is."""
        ys, xs = np.indices(shape)
        return np.asarray(np.hypot(xs - self.x, ys - self.y), np.float64)


def shaded_holes(rest: Mask, flat: FlatPage, reference: Reference) -> Mask | None:
    """Return punched holes in which the paper's rim throws a shadow on a bright or grey lid.

    Nothing is hidden by it: a hole is known only where the shadow accounts for all that is
    within the rim, and paper lies all around.

    Args:
        rest: Ink that nothing has explained so far.
        flat: The page laid flat.
        reference: The page as printed.

    Returns:
        The discs with their blurred rims, or None where there are none.
    """
    scale, layout = reference.px_per_mm, reference.layout
    found: Mask | None = None
    # Grain breaks the thin ends of a crescent.
    for part in parts(grow(rest, 0.5 * scale), scale):
        rect = part.rect.grown(-0.5)
        edge = min(rect.x, rect.y, layout.width - rect.right, layout.height - rect.bottom)
        size = max(rect.w, rect.h)
        if edge > HOLE_EDGE_MM or not _SHADE_MM[0] < size < _SHADE_MM[1]:
            continue
        area = window(rect, scale, rest.shape, HOLE_MM[1] - size / 2 + _PAPER_MM[1])
        near = np.zeros(rest.shape, np.bool_)[area]
        top, left = part.area[0].start - area[0].start, part.area[1].start - area[1].start
        near[top : top + part.shape.shape[0], left : left + part.shape.shape[1]] = part.shape
        hole = _shaded_hole(near, area, flat, reference)
        if hole is not None:
            found = np.zeros(rest.shape, np.bool_) if found is None else found
            found[area] |= hole
    return found


def _shaded_hole(
    near: Mask, area: tuple[slice, slice], flat: FlatPage, reference: Reference
) -> Mask | None:
    """Return the hole in a window whose shadow is what is found there, if it is one.

    Args:
        near: What was found and a little around it, in the window.
        area: The window of the page.
        flat: The page laid flat.
        reference: The page as printed.
    """
    scale = reference.px_per_mm
    darkness, shown = flat.darkness[area], ~reference.near_print[area]
    circle = _rim(darkness, near & shown, scale)
    if circle is None or not HOLE_MM[0] < 2 * circle.radius / scale < HOLE_MM[1]:
        return None
    x, y = (circle.x + area[1].start) / scale, (circle.y + area[0].start) / scale
    if not is_near_edge(x, y, reference.layout):
        return None
    from_centre = circle.distance(darkness.shape)
    around = from_centre - circle.radius > _PAPER_MM[0] * scale
    around &= (from_centre - circle.radius < _PAPER_MM[1] * scale) & shown
    inside = (from_centre < circle.radius) & shown
    if not around.any() or not inside.any():
        return None
    deepest = float(np.percentile(darkness[inside], 99))
    paper = float(np.percentile(darkness[around], 98))
    if deepest > _DARKEST or paper > _PAPER * deepest:
        return None
    if not _is_shadow(darkness, shown, circle, scale):
        return None
    if is_coloured(flat.pixels[area], inside & (darkness > 0.5 * deepest), around):
        return None
    return np.asarray(from_centre < circle.radius + _BLUR_MM * scale, np.bool_)


def _rim(darkness: Grey, near: Mask, px_per_mm: int) -> _Circle | None:
    """Return the true circle on which the steep places near a find lie, dark within, if any."""
    level = cv2.GaussianBlur(darkness.astype(np.float32), (0, 0), 0.12 * px_per_mm)
    across, down = slopes(level)
    steep = np.hypot(across, down)
    most = float(steep[near].max(initial=0.0))
    ys, xs = np.nonzero(near & (steep > max(_STEEP * most, 1.0)))
    if not len(ys):
        return None
    own = steep[ys, xs]
    to_x = np.asarray(across[ys, xs] / own, np.float64)
    to_y = np.asarray(down[ys, xs] / own, np.float64)
    darker, paler = (_at(steep, xs + k * to_x, ys + k * to_y) for k in (1, -1))
    crest = (own >= darker) & (own >= paler)
    # Where between the pixels it is steepest: the top of a parabola through three of them.
    off = (darker - paler) / (2 * np.maximum(2 * own - darker - paler, 1e-3))
    x, y, to_x, to_y = (v[crest] for v in (xs + off * to_x, ys + off * to_y, to_x, to_y))
    fit = _circle_through(x, y, 0.15 * px_per_mm)
    if fit is None:
        return None
    out_x, out_y = x - fit[0], y - fit[1]
    away = np.hypot(out_x, out_y)
    inwards = -(to_x * out_x + to_y * out_y) / np.maximum(away, 1.0)
    on = (np.abs(away - fit[2]) < 0.15 * px_per_mm) & (inwards > 0.9)
    bearing = np.degrees(np.arctan2(out_y, out_x))[on]
    # In steps of five degrees, which are 0.24 mm of the rim.
    arc = 5 * len(np.unique(np.floor(bearing / 5)))
    stray = float((away[on] - fit[2]).std()) if on.any() else np.inf
    if arc < _ARC or on.mean() < _OF_RIM or stray > _CIRCLE_MM * px_per_mm:
        return None
    # An even edge of a height has its height / (steepness * sqrt(2 pi)) as standard deviation.
    height = float(np.percentile(level[near], 95))
    return _Circle(*fit, height / (most * float(np.sqrt(2 * np.pi))))


def _at(picture: Floats, x_px: Float64, y_px: Float64) -> Floats:
    """Return a picture's values between its pixels."""
    x, y = (np.asarray(v, np.float32)[None] for v in (x_px, y_px))
    return np.asarray(cv2.remap(picture, x, y, cv2.INTER_LINEAR)[0], np.float32)


def _circle_through(x: Float64, y: Float64, within: float) -> tuple[float, float, float] | None:
    """Return centre and radius of the circle through points, by least squares, less strays."""
    keep = np.ones(len(x), np.bool_)
    circle = None
    for _ in range(4):
        if np.count_nonzero(keep) < 12:
            return None
        circle = circle_through(np.column_stack([x[keep], y[keep]]))
        keep = np.abs(np.hypot(x - circle[0], y - circle[1]) - circle[2]) < within
    return circle


def _is_shadow(darkness: Grey, shown: Mask, circle: _Circle, px_per_mm: int) -> bool:
    """Tell whether all within a rim is its own shadow: the circle again, moved aside and soft."""
    factor = _SHADE_PX_PER_MM / px_per_mm
    small = cv2.resize(darkness, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    open_ = cv2.resize(as_bits(shown), small.shape[::-1], interpolation=cv2.INTER_AREA) > 0
    level: Floats = small.astype(np.float32)
    rim = circle.scaled(factor)
    from_centre = rim.distance(small.shape)
    weight = np.where((from_centre < rim.radius) & open_, level, 0)
    ys, xs = np.indices(small.shape)
    aside_x, aside_y = float(((xs - rim.x) * weight).sum()), float(((ys - rim.y) * weight).sum())
    far = max(float(np.hypot(aside_x, aside_y)), 1e-6)
    inner = (from_centre < rim.radius - _BLUR_MM * _SHADE_PX_PER_MM) & open_
    seen = level[inner]
    if not len(seen):
        return False
    best, best_soft, best_left = np.inf, 0.0, seen
    for aside in _ASIDE_MM * _SHADE_PX_PER_MM / far:
        # Light falls upon the lid through the same circle, away from where the shadow lies.
        lit_from = _Circle(rim.x - aside * aside_x, rim.y - aside * aside_y, rim.radius, 0.0)
        lit = np.clip(rim.radius - lit_from.distance(small.shape) + 0.5, 0, 1).astype(np.float32)
        for soft in _SOFT_MM:
            light = cv2.GaussianBlur(lit, (0, 0), soft * _SHADE_PX_PER_MM)[inner]
            left = _left_by(np.asarray(1 - light, np.float32), seen)
            if (unlike := float(np.square(left).mean())) < best:
                best, best_soft, best_left = unlike, soft, left
    depth = float(np.percentile(seen, 99) - np.percentile(seen, 1))
    like = best < _UNLIKE * float(seen.var()) and float(np.abs(best_left).max()) < _ASTRAY * depth
    soft_mm = circle.soft / px_per_mm
    return depth > _DEEP and like and best_soft > _SOFTER * soft_mm


def _left_by(shadow: Floats, seen: Floats) -> Floats:
    """Return what a shadow leaves of the darkness seen, at its best depth on the best lid.

    A lid may be brighter than the paper: then it is white, and so are the palest parts of the
    shadow.
    """
    used = np.ones(len(seen), np.bool_)
    lid = depth = 0.0
    for _ in range(3):
        some = shadow[used]
        spread = float(some.var())
        if spread < 1e-6:
            break
        mean = float(some.mean()), float(seen[used].mean())
        depth = float(((some - mean[0]) * (seen[used] - mean[1])).mean()) / spread
        lid = mean[1] - depth * mean[0]
        used = (lid + depth * shadow > 0) | (seen > 8)
    return np.asarray(seen - np.maximum(lid + depth * shadow, 0), np.float32)


def is_coloured(pixels: NDArray[np.uint8], dark: Mask, paper: Mask) -> bool:
    """Tell whether what is dark takes more of one colour of the paper than of another."""
    if pixels.ndim == 2 or not dark.any():
        return False
    taken = pixels[paper].mean(axis=0) - pixels[dark].mean(axis=0)
    return bool(np.ptp(taken) > _COLOUR * max(float(taken.max()), 1.0))

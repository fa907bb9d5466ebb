"""The wire of a staple anywhere on the sheet, told by the shadow that lies along it.

In come the flat page and what would be put before people; out comes what of it lies on such a
wire. A lamp beside the sheet lets the wire throw a soft shadow to one side, as dark and as broad
from end to end, while the steel itself gleams here and is dark there. On the other side paper
begins at once. A pen's line has two sides alike; a pencil held flat has a soft side, but a grain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from omr.geometry import Rect
from omr.scan.ink.courses import line_through_most
from omr.scan.ink.ink_map import InkMap
from omr.scan.place.reference import Reference, window
from omr.scan.place.straighten import FlatPage
from omr.scan.wear.wire_views import (
    Floats,
    Line,
    WireView,
    across,
    moved,
    takes_all_light_alike,
    wire_view,
)

# From no. 10 (8.4 mm) to 13 mm, and the paper's own shadow where the ends go in.
_LENGTH_MM = (6.5, 15.5)
# What was found on the wire is no larger; from so little ink its direction is told.
_LARGEST_MM, _INK_MM2 = 17.0, 0.3
# The sharp side of steel or its shadow is where darkness rises to this, of 255, within so much of
# the line; it stays in place to this in most stretches of this length.
_EDGE, _SOUGHT_MM, _TRUE_MM, _STRETCH_MM = 22.0, 1.6, 0.12, 0.5
# Beyond the sharp side lies bare paper, as far as this; the wire with its shadow is so broad.
_BARE_MM, _BARE, _BREADTH_MM = (0.35, 1.2), 9.0, 2.4
# The shadow beside the wire, which is 0.4 to 0.9 mm broad, and how dark it is there, of 255. From
# stretch to stretch it differs by no more than this share, from row to row by less than grain.
_SHADOWS_MM, _SHADOW, _EVEN, _GRAIN = ((0.75, 1.0), (1.0, 1.25)), (12.0, 110.0), 0.3, 0.12
# It falls from three quarters of that to a quarter over so much more than a scan blurs an edge,
# 1.2 pixels.
_FALLS, _SOFT_MM, _BLUR_PX = (0.75, 0.25), 0.17, 1.2
# Of the stretches on open paper so many tell, at least over this length.
_SHARE, _OPEN_MM = 0.8, 4.0
# Of the ink that was found so much lies on the wire and its shadow.
_UPON = 0.92
# Colours of steel and of shadow are taken away alike, but for this share.
_COLOUR = 0.3
# Profiles are taken so much finer than the page's pixels.
_FINER = 3


class _Stretches(NamedTuple):
    """What lies across a line, stretch by stretch.

    Attributes:
        along: Middle of each stretch on the line, in pixels, shape (n,).
        level: Darkness across, the line in the middle, shape (n, breadth).
        open_: Whether all of it lies beside print, shape (n,).
    """

    along: Floats
    level: Floats
    open_: NDArray[np.bool_]


def on_shadowed_wires(
    rects: Sequence[Rect], flat: FlatPage, reference: Reference, ink: InkMap
) -> Iterator[Rect]:
    """Yield the places of unexplained ink that lie on a wire with its shadow.

    Args:
        rects: Their bounds on the page, in mm.
        flat: The page laid flat.
        reference: The page as printed.
        ink: Its ink.
    """
    for rect in rects:
        if max(rect.w, rect.h) <= _LARGEST_MM and _on_wire(rect, flat, reference, ink):
            yield rect


def _on_wire(rect: Rect, flat: FlatPage, reference: Reference, ink: InkMap) -> bool:
    scale = reference.px_per_mm
    area = window(rect, scale, ink.ink.shape, _LENGTH_MM[1])
    view = wire_view(area, flat, reference, ink)
    own = np.zeros(view.darkness.shape, np.bool_)
    rows, columns = window(rect, scale, ink.ink.shape, 0.2)
    inner = (
        slice(rows.start - area[0].start, rows.stop - area[0].start),
        slice(columns.start - area[1].start, columns.stop - area[1].start),
    )
    own[inner] = (view.darkness[inner] > ink.threshold) & (view.open_[inner] > 0)
    at = np.argwhere(own)[:, ::-1].astype(np.float64)
    if len(at) < _INK_MM2 * scale**2:
        return False
    centre = at.mean(axis=0)
    along = np.linalg.svd(at - centre, full_matrices=False)[2][0]
    angle = float(np.arctan2(along[1], along[0]))
    reach = _LENGTH_MM[1] * scale
    # The shadow may lie to either side.
    for turn in (0.0, np.pi):
        line = Line(centre[0], centre[1], angle + turn, -reach, reach)
        own_mm = (at - centre) @ (np.cos(line.angle), np.sin(line.angle)) / scale
        wire = _wire(line, (float(own_mm.min()), float(own_mm.max())), view)
        if wire is not None and _lie_upon(at, wire, scale) > _UPON:
            return True
    return False


def _wire(line: Line, own_mm: tuple[float, float], view: WireView) -> Line | None:
    """Return the sharp side of the wire that lies along a line with its shadow to the right.

    Args:
        line: About where it lies.
        own_mm: From where to where on the line ink was found.
        view: The surroundings.
    """
    scale = view.scale
    # First along what was found alone, whose direction is known but roughly.
    for reach_mm in (1.0, 4.0, _LENGTH_MM[1]):
        seen = _stretches(line, view)
        near = (seen.along > (own_mm[0] - reach_mm) * scale) & (
            seen.along < (own_mm[1] + reach_mm) * scale
        )
        fitted = _fitted(line, seen, near & seen.open_, scale)
        if fitted is None:
            return None
        line = fitted
    seen = _stretches(line, view)
    for beside_mm in _SHADOWS_MM:
        wire = _along(line, seen, own_mm, beside_mm, view)
        if wire is not None:
            return wire
    return None


def _along(
    line: Line,
    seen: _Stretches,
    own_mm: tuple[float, float],
    beside_mm: tuple[float, float],
    view: WireView,
) -> Line | None:
    """Follow a shadow along a line from what was found to both ends of the wire, if it is one."""
    scale = view.scale
    shaded = _shaded(seen, beside_mm, view)
    ends = _ends(shaded, seen, own_mm, scale)
    if ends is None:
        return None
    first, last = ends
    length_mm = (last - first + 1) * _STRETCH_MM
    told = seen.open_[first : last + 1]
    if not _LENGTH_MM[0] < length_mm < _LENGTH_MM[1] or told.sum() * _STRETCH_MM < _OPEN_MM:
        return None
    if shaded[first : last + 1][told].mean() < _SHARE:
        return None
    start, end = seen.along[first], seen.along[last]
    wire = Line(line.x, line.y, line.angle, float(start), float(end))
    return wire if _is_shadow(wire, beside_mm, view) else None


def _stretches(line: Line, view: WireView) -> _Stretches:
    rows = round(_STRETCH_MM * view.scale)
    level = across(line, view, view.darkness, _BREADTH_MM, _FINER)
    open_ = across(line, view, view.open_, _BREADTH_MM, _FINER)
    count = len(level) // rows
    level = level[: count * rows].reshape(count, rows, -1).mean(axis=1)
    clear = open_[: count * rows].reshape(count, rows, -1).min(axis=(1, 2)) > 0.99
    along = (np.arange(count, dtype=np.float64) + 0.5) * rows - 0.5 + round(line.start)
    return _Stretches(along, np.asarray(level, np.float64), clear)


def _fitted(line: Line, seen: _Stretches, use: NDArray[np.bool_], px_per_mm: int) -> Line | None:
    """Move a line onto the sharp side along it; None where most stretches have none."""
    fine = px_per_mm * _FINER
    middle = seen.level.shape[1] // 2
    reach = round(_SOUGHT_MM * fine)
    part = seen.level[:, middle - reach : middle + reach + 1]
    dark = part > _EDGE
    edge = dark.argmax(axis=1)
    use = use & dark.any(axis=1) & (edge > 0)
    if use.sum() < 3:
        return None
    at = np.flatnonzero(use)
    before, after = part[at, edge[at] - 1], part[at, edge[at]]
    aside = (edge[at] - 1 + (_EDGE - before) / (after - before) - reach) / _FINER
    along = seen.along[at]
    slope, off = line_through_most(along, aside)
    true = np.abs(aside - slope * along - off) < _TRUE_MM * px_per_mm
    if true.sum() >= 3:
        slope, off = np.polyfit(along[true], aside[true], 1)
    return moved(line, float(off), float(np.arctan(slope)))


def _columns(from_mm: float, to_mm: float, breadth: int, px_per_mm: int) -> slice:
    """Return what of a profile lies so far beside the line, to its right."""
    fine, middle = px_per_mm * _FINER, breadth // 2
    return slice(middle + round(from_mm * fine), middle + round(to_mm * fine) + 1)


def _shaded(seen: _Stretches, beside_mm: tuple[float, float], view: WireView) -> NDArray[np.bool_]:
    """Tell of each stretch whether bare paper lies on its left, and shadow on its right."""
    breadth = seen.level.shape[1]
    bare = seen.level[:, _columns(-_BARE_MM[1], -_BARE_MM[0], breadth, view.scale)]
    shadow = seen.level[:, _columns(*beside_mm, breadth, view.scale)].mean(axis=1)
    shaded = (bare.mean(axis=1) < _BARE) & (shadow > _SHADOW[0]) & (shadow < _SHADOW[1])
    return np.asarray(shaded, dtype=np.bool_)


def _ends(
    shaded: NDArray[np.bool_], seen: _Stretches, own_mm: tuple[float, float], px_per_mm: int
) -> tuple[int, int] | None:
    """Return the first and last stretch with a shadow, from what was found out to both ends."""
    own = (seen.along >= own_mm[0] * px_per_mm) & (seen.along <= own_mm[1] * px_per_mm)
    inner = np.flatnonzero(own & shaded)
    if not inner.size:
        return None
    ends = []
    for start, step in ((inner[0], -1), (inner[-1], 1)):
        end, place, gap = int(start), int(start) + step, 0
        while 0 <= place < len(shaded) and gap < 2:
            if shaded[place]:
                end, gap = place, 0
            elif seen.open_[place]:
                gap += 1
            place += step
        ends.append(end)
    return ends[0], ends[1]


def _is_shadow(wire: Line, beside_mm: tuple[float, float], view: WireView) -> bool:
    """Tell the shadow of a wire from pencil, and from a pen's second side."""
    level = across(wire, view, view.darkness, _BREADTH_MM, _FINER)
    clear = across(wire, view, view.open_, _BREADTH_MM, _FINER).min(axis=1) > 0.99
    breadth, fine = level.shape[1], view.scale * _FINER
    # At its ends a wire bends into the sheet.
    end = view.scale
    clear[:end] = clear[-end:] = False
    if not clear.any():
        return False
    strip = level[:, _columns(*beside_mm, breadth, view.scale)].mean(axis=1)
    tone = float(np.median(strip[clear]))
    rows = round(_STRETCH_MM * view.scale)
    smooth = np.convolve(strip, np.full(rows, 1.0 / rows), "same")
    least, most = np.percentile(smooth[clear], (10, 90))
    grain = float((strip - smooth)[clear].std())
    if most - least > 2 * _EVEN * tone or grain > _GRAIN * tone:
        return False
    beyond = level[clear].mean(axis=0)[breadth // 2 + round(beside_mm[0] * fine) :]
    beyond = np.minimum.accumulate(beyond)
    falls = [int(np.argmax(beyond < share * beyond[0])) for share in _FALLS]
    if not beyond[-1] < _FALLS[1] * beyond[0]:
        return False
    soft = (falls[1] - falls[0]) / fine > _SOFT_MM + _BLUR_PX / view.source_px_mm
    return soft and takes_all_light_alike(
        moved(wire, 0.5 * view.scale, 0.0), view, clear, _BREADTH_MM / 2 + 0.5, _COLOUR
    )


def _lie_upon(at: Floats, wire: Line, px_per_mm: int) -> float:
    """Return which share of some ink lies on a wire and its shadow."""
    cos, sin = np.cos(wire.angle), np.sin(wire.angle)
    x, y = (at - (wire.x, wire.y)).T
    along, aside = x * cos + y * sin, y * cos - x * sin
    slack = 0.9 * px_per_mm
    upon = (along > wire.start - slack) & (along < wire.end + slack)
    upon &= (aside > -0.4 * px_per_mm) & (aside < 2.0 * px_per_mm)
    return float(upon.mean())

"""The two holes of a staple that was pulled out, with the rust around them.

In come unexplained ink and the flat page; out comes the ink of the holes. Each is a small dark
spot, cut sharply into the sheet; around it rust has crept into the paper, pale and fading, brown
where the scan has colour. And a staple leaves two of them, as far apart as its wire was long.
A pen's dot has no pale ring, and what is written around a dot is as dark as the dot.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import Point
from omr.scan.ink.pieces import Part, parts
from omr.scan.place.reference import Mask, Reference, window
from omr.scan.place.straighten import FlatPage
from omr.scan.wear.wire_views import upper_corners

# Where hands put a staple: so far across and down from an upper corner.
_CORNER_MM = (32.0, 30.0)
# Legs of a wire of 0.5 mm leave holes this wide, filling so much of their bounds; beside print
# less of one may be told. Darkness from which there is a hole, of 255.
_WIDE_MM, _BESIDE_PRINT_MM, _FILLED, _DARK = (0.4, 1.3), 0.25, 0.55, 127
# Wires are from 8.4 mm (no. 10) to 13 mm long.
_APART_MM = (8.0, 13.5)
# Rust reaches this far; it lies around the hole, whose middle is within this of its own.
_RUST_MM, _ASIDE_MM = 4.0, 0.35
# Rust is at most half as dark as the hole, and paler than any pen, of 255.
_SHARE, _PALE = 0.5, 110
# The blur of the hole's own edge.
_BLUR_MM = 0.25


def staple_holes(rest: Mask, flat: FlatPage, reference: Reference) -> Mask:
    """Return the unexplained ink of holes that a staple left, and of their rust.

    Args:
        rest: Ink that nothing has explained so far.
        flat: The page laid flat.
        reference: The page as printed.
    """
    scale = reference.px_per_mm
    found = np.zeros(rest.shape, np.bool_)
    for area in upper_corners(_CORNER_MM, rest.shape, scale):
        if not rest[area].any():
            continue
        holes: list[Point] | None = None
        for part in parts(rest[area], scale):
            size = max(part.rect.w, part.rect.h)
            if not _WIDE_MM[1] <= size < _RUST_MM or not _is_rusty(part, area, flat, scale):
                continue
            if holes is None:
                holes = list(_holes(_dark(area, flat, reference), scale))
            if any(_are_of_one_wire(part.rect.centre, other) for other in holes):
                found[area][part.area] |= part.shape
    return found


def _dark(area: tuple[slice, slice], flat: FlatPage, reference: Reference) -> Mask:
    """Return what is dark in a corner beside its print and codes."""
    dark = (flat.darkness > _DARK) & ~reference.near_print
    for code in reference.layout.codes:
        dark[window(code, reference.px_per_mm, dark.shape, 1.0)] = False
    return np.asarray(dark[area], dtype=np.bool_)


def _holes(dark: Mask, scale: int) -> Iterator[Point]:
    """Yield the middles of small compact dark spots."""
    for part in parts(dark, scale):
        short, long_ = sorted((part.rect.w, part.rect.h))
        compact = part.area_mm2 > _FILLED * part.rect.area
        if compact and _WIDE_MM[0] <= long_ < _WIDE_MM[1] and short >= _BESIDE_PRINT_MM:
            yield part.rect.centre


def _are_of_one_wire(one: Point, other: Point) -> bool:
    apart_mm = float(np.hypot(one.x - other.x, one.y - other.y))
    return _APART_MM[0] < apart_mm < _APART_MM[1]


def _is_rusty(part: Part, area: tuple[slice, slice], flat: FlatPage, scale: int) -> bool:
    """Tell a hole in the middle of its rust: one small dark spot, pale and brown around it."""
    darkness = flat.darkness[area][part.area]
    most = float(np.percentile(darkness[part.shape], 98))
    core = part.shape & (darkness > 0.6 * most)
    ys, xs = np.nonzero(core)
    high, wide = (float(np.ptp(at) + 1) / scale for at in (ys, xs))
    small = max(high, wide) < _WIDE_MM[1] and min(high, wide) >= _WIDE_MM[0]
    if most < _DARK or not small or len(ys) / scale**2 < _FILLED * high * wide:
        return False
    all_ys, all_xs = np.nonzero(part.shape)
    aside_px = float(np.hypot(ys.mean() - all_ys.mean(), xs.mean() - all_xs.mean()))
    reach = round(_BLUR_MM * scale)
    near = cv2.dilate(core.astype(np.uint8), np.ones((2 * reach + 1,) * 2, np.uint8)) > 0
    around = part.shape & ~near
    if not around.any() or aside_px > _ASIDE_MM * scale:
        return False
    pale = float(np.percentile(darkness[around], 90)) < min(_SHARE * most, _PALE)
    return pale and _is_brown(around, flat.pixels[area][part.area])


def _is_brown(around: Mask, pixels: NDArray[np.uint8]) -> bool:
    """Tell rust, which takes blue light at least as much as red, where the scan has colour."""
    if pixels.ndim == 2:
        return True
    seen = pixels.reshape(-1, 3)
    white = np.percentile(seen, 95, axis=0)
    lost = 1.0 - pixels[around].mean(axis=0) / np.maximum(white, 1.0)
    return bool(lost[0] > 0.8 * lost[2])

"""Punch holes: discs through which the lid shows, and outlines of discs.

In come the flat page and ink that nothing explains; out comes what is a hole. A hole is the true
circle of a punch beside an edge of the sheet. Through it shows a lid, dark, grey or as bright as
paper.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.ballot.model import PageLayout
from omr.geometry import Rect
from omr.scan.ink.courses import circle_through
from omr.scan.ink.pieces import Part, label_pieces, parts
from omr.scan.place.reference import (
    Grey,
    Mask,
    Reference,
    as_bits,
    cover,
    disc,
    shrunk,
    window,
)
from omr.scan.place.straighten import FlatPage

Floats = NDArray[np.float32]
Float64 = NDArray[np.float64]

# Holes are punched this wide and this near an edge, and no hand draws so round (standard deviation
# of the line's middle over the turn, in parts, so many of which are seen).
HOLE_MM, HOLE_EDGE_MM, _HOLE_ROUND_MM, _TURNS, _TURNED = (4.5, 8.5), 22.0, 0.08, 24, 0.8
# The punch bends the paper around a hole, which shades it so far; a hole is looked at with that.
HOLE_RIM_MM, _HOLE_AROUND_MM = 0.7, 1.0
# A rim is seen where it has this share of its darkness, no farther from its circle than this; of
# what is seen hardly any lies within.
_RIM_SHARE, _ARC_MM, _WITHIN = 0.45, 0.6, 0.05
# A lid from this darkness on, of 255, can be told from paper. It is even but for this share of
# its darkness, and a punched disc has so much in common with a true one of its area.
LID, LID_EVEN, _TRUE_DISC = 45, 0.12, 0.94


def punch_holes(flat: FlatPage, reference: Reference) -> Mask:
    """Return punched holes: discs of 4 to 8 mm within 22 mm of an edge, dark or of a lid's grey."""
    scale = 2  # px/mm: enough for a disc
    found = np.zeros(flat.paper.shape, np.bool_)
    times = reference.px_per_mm // scale
    black = (flat.darkness > 110) | ~flat.paper
    for part in _discs(cover(black, times) > 127, scale, reference.layout):
        area = window(part.rect, reference.px_per_mm, found.shape, _HOLE_AROUND_MM)
        found[area] |= _true_disc(black[area], reference.px_per_mm)
    for part in _discs(shrunk(flat.darkness, times) > LID, scale, reference.layout):
        area = window(part.rect, reference.px_per_mm, found.shape, _HOLE_AROUND_MM)
        if not found[area].any():
            found[area] |= _grey_hole(flat.darkness[area], reference.px_per_mm)
    return found


def is_near_edge(x: float, y: float, layout: PageLayout) -> bool:
    """Tell whether a hole with its middle there, in mm, can have been punched."""
    return min(x, y, layout.width - x, layout.height - y) < HOLE_EDGE_MM


def _discs(dark: Mask, px_per_mm: int, layout: PageLayout) -> Iterator[Part]:
    """Yield what is as large, as round and as near to an edge as a punched hole."""
    solid = cv2.morphologyEx(as_bits(dark), cv2.MORPH_OPEN, disc(1.5 * px_per_mm))
    for part in parts(solid.view(np.bool_), px_per_mm):
        rect, centre = part.rect, part.rect.centre
        # A disc fills 0.79 of its bounds, less what the coarse grid cuts off.
        round_ = 0.8 < rect.w / rect.h < 1.25 and part.area_mm2 > 0.62 * rect.area
        if round_ and 3.5 < rect.w < HOLE_MM[1] and is_near_edge(centre.x, centre.y, layout):
            yield part


def _grey_hole(darkness: Grey, px_per_mm: int) -> Mask:
    """Return the hole in a window through which a grey lid shows, if there is one.

    What is no darker than pencil has to be as even as a lid and as round as a punch cuts;
    nobody shades so, and spilt drops have rims.
    """
    nothing = np.zeros(darkness.shape, np.bool_)
    height, width = darkness.shape
    middle = darkness[height // 3 : -(height // 3), width // 3 : -(width // 3)]
    tone = float(np.median(middle))
    round_ = _true_disc(darkness > 0.5 * tone, px_per_mm)
    inner = cv2.erode(as_bits(round_), disc(0.6 * px_per_mm)) > 0
    if not inner.any():
        return nothing
    # Over the breadth of a pencil's line, so that grain counts little.
    even = float(cv2.blur(darkness, (3, 3))[inner].std()) < LID_EVEN * tone
    return round_ if even else nothing


def _true_disc(dark: Mask, px_per_mm: int) -> Mask:
    """Return the disc of a hole's size in the middle of a window, if what is dark there is one."""
    nothing = np.zeros(dark.shape, np.bool_)
    height, width = dark.shape
    # Without the rule of a table that runs into it.
    solid = cv2.morphologyEx(as_bits(dark), cv2.MORPH_OPEN, disc(1.0 * px_per_mm))
    pieces = label_pieces(solid.view(np.bool_))
    number = int(pieces.labels[height // 2, width // 2])
    if number == 0:
        return nothing
    own = pieces.labels == number
    ys, xs = np.nonzero(own)
    radius_px = float(np.sqrt(len(ys) / np.pi))
    from_centre = np.hypot(*(np.indices(own.shape) - np.array([[[ys.mean()]], [[xs.mean()]]])))
    round_ = from_centre < radius_px
    if not HOLE_MM[0] < 2 * radius_px / px_per_mm < HOLE_MM[1]:
        return nothing
    common = np.count_nonzero(own & round_) / np.count_nonzero(own | round_)
    return np.asarray(round_, np.bool_) if common > _TRUE_DISC else nothing


def hole_outlines(rest: Mask, reference: Reference) -> Mask:
    """Return the outlines of punched holes whose inside is as bright as paper."""
    scale = reference.px_per_mm
    found = np.zeros(rest.shape, np.bool_)
    for part in parts(rest, scale):
        if min(part.rect.w, part.rect.h) < HOLE_MM[0]:
            continue
        corner = part.area[1].start, part.area[0].start
        if is_hole_outline(part.shape, corner, scale, reference.layout):
            found[part.area] |= part.shape
    return found


def is_hole_outline(
    own: Mask, corner_px: tuple[int, int], px_per_mm: int, layout: PageLayout
) -> bool:
    """Tell the outline of a punched hole: a true circle of its size beside an edge.

    Args:
        own: The piece within its bounds, shape (h, w).
        corner_px: Left and top of the bounds on the page.
        px_per_mm: Resolution.
        layout: The page.
    """
    ys, xs = np.nonzero(own)
    x_mm, y_mm = (xs + corner_px[0] + 0.5) / px_per_mm, (ys + corner_px[1] + 0.5) / px_per_mm
    x, y, _ = circle_through(np.column_stack([x_mm, y_mm]))
    radius = np.hypot(x_mm - x, y_mm - y)
    # Along the middle of its line: so much of the turn is a bin of two pixels and more.
    turn = ((np.arctan2(y_mm - y, x_mm - x) + np.pi) * _TURNS / (2 * np.pi)).astype(int) % _TURNS
    seen = np.bincount(turn, minlength=_TURNS)
    middle = np.bincount(turn, radius, _TURNS)[seen > 0] / seen[seen > 0]
    round_ = float(middle.std()) < _HOLE_ROUND_MM and len(middle) > _TURNED * _TURNS
    size = HOLE_MM[0] < 2 * float(np.median(radius)) < HOLE_MM[1]
    return bool(round_ and size and is_near_edge(x, y, layout))


def on_hole_outlines(rects: Sequence[Rect], flat: FlatPage, reference: Reference) -> Iterator[Rect]:
    """Yield the places of unexplained ink that are the rim of a hole, seen whole or in pieces.

    Where the lid is as bright as paper, its rim's shade fades on one side or another. What is whole
    is taken out before, so that a stroke beside it is seen by itself.

    Args:
        rects: Their bounds on the page, in mm.
        flat: The page laid flat.
        reference: The page as printed.
    """
    scale = reference.px_per_mm
    for rect in rects:
        if not all(HOLE_MM[0] - _ARC_MM < side < HOLE_MM[1] for side in (rect.w, rect.h)):
            continue
        area = window(rect, scale, flat.darkness.shape, _ARC_MM)
        level = flat.darkness[area]
        dark = level > _RIM_SHARE * float(level.max(initial=0))
        ys, xs = np.nonzero(dark)
        if len(ys) < _TURNS:
            continue
        places = np.column_stack([xs, ys]) / scale
        x, y, _ = circle_through(places)
        away = np.hypot(*(places - (x, y)).T)
        middle = float(np.median(away))
        if np.count_nonzero(away < middle - _ARC_MM) > _WITHIN * len(away):
            continue  # a blot, and no rim
        # A speck of dust is none of the rim; a stroke beside it would move the circle.
        far = np.abs(away - middle) > _ARC_MM
        dark[ys[far], xs[far]] = False
        if is_hole_outline(dark, (area[1].start, area[0].start), scale, reference.layout):
            yield rect

"""Print that is hidden: labels that somebody stuck over it.

In come the flat page and its ink; out come places where print should be and bare paper is, all of
it, over a place that no hole, tear or pale toner leaves so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import Rect
from omr.scan.ink.ink_map import InkMap
from omr.scan.ink.pieces import label_pieces
from omr.scan.place.reference import (
    PRINTED,
    Grey,
    Mask,
    Reference,
    above,
    as_bits,
    below,
    cover,
    grow,
    lightest,
    share_of,
    shrunk,
    where,
    window,
)
from omr.scan.place.straighten import FlatPage

Float32 = NDArray[np.float32]
Pixels = NDArray[np.uint8]

# What is hidden is counted at the first of these, patches under print are looked for at the second.
_COARSE_PX_PER_MM, _PATCH_PX_PER_MM = 2, 4
# Print is sought in squares of this side; it is lost where so much of it is not seen, of no less
# print than that. A blocked nozzle or a fold takes a line out of it, not all.
_SQUARE_MM, _LOST, _PRINT_MM2 = 4.0, 0.85, 0.8
# Print is nowhere as broad as this each way.
_BROADER_MM = 5.0
# Print takes this of each colour at least; where a page's own print is paler than that, so much of
# what all but a quarter of it takes. A label hides less than a quarter.
_TAKEN, _OF_OWN, _PALEST_PERCENT = 0.2, 0.6, 25
# A label that matters hides this much print over this length; a punched hole is shorter.
_HIDDEN_MM2, _HIDDEN_MM = 4.0, 9.0
# One rule of the table alone is thinner than this: a pale scan, or a streak along it, may lose it.
_RULE_MM, _RULE_MM2 = 1.0, 1.8
# A strip over a row hides several from and to the same height, but for this; a blocked nozzle loses
# more than so much of a rule.
_STRIP_MM, _ROW_MM = 2.0, 45.0
# Crumpled paper moves print by so much at most; if it only moved, this share of what is lost is
# seen where nothing is printed.
_DISPLACED_MM, _ELSEWHERE = 1.5, 0.5
# Corners that are torn off or folded in lie so near to the sheet's edge, labels rarely do.
_AT_EDGE_MM = 10.0


def hidden_print(flat: FlatPage, reference: Reference, ink: InkMap, sharp: Grey) -> Iterator[Rect]:
    """Find where all print is hidden though there is paper.

    Args:
        flat: The page laid flat.
        reference: The page as printed.
        ink: Its ink.
        sharp: How dark the page is as printed, with the serial of this ballot.

    Yields:
        The bounds of what is hidden, in mm.
    """
    scale = reference.px_per_mm
    print_ = above(sharp, PRINTED)
    seen = above(_over_patches(flat.darkness, scale), max(0.5 * ink.threshold, 4 * flat.noise))
    if flat.pixels.ndim == 3:
        seen &= _takes_all_colours(flat.pixels, print_)
    # Print may lie a little off its place, and is sought in all of 0.3 mm around.
    lost = print_ & ~cv2.dilate(as_bits(seen), np.ones((5, 5), np.uint8)).view(np.bool_)
    if not lost.any():
        return
    coarse = _COARSE_PX_PER_MM
    side = round(_SQUARE_MM * coarse)

    def summed(mask: Mask) -> Float32:
        part = cover(mask, scale // coarse)
        full = _SQUARE_MM**2 / 255.0
        return np.asarray(cv2.blur(part.astype(np.float32), (side, side)) * full, np.float32)

    printed, gone = summed(print_), summed(lost)
    hidden = (printed > _PRINT_MM2) & (gone > _LOST * printed)
    if not hidden.any():
        return
    places = label_pieces(grow(np.asarray(hidden, np.bool_), side / 2))
    rules: list[Rect] = []
    for left, top, width, height, _ in places.stats[1:].tolist():
        x, y, w, h = (v / coarse for v in (left, top, width, height))
        rect = Rect(x, y, w, h).grown(-_SQUARE_MM / 4)
        area = window(rect, scale, lost.shape)
        ys, xs = np.nonzero(lost[area])
        if len(ys) < _RULE_MM2 * scale**2:
            continue
        inner = Rect(
            (area[1].start + int(xs.min())) / scale,
            (area[0].start + int(ys.min())) / scale,
            float(np.ptp(xs) + 1) / scale,
            float(np.ptp(ys) + 1) / scale,
        )
        if max(inner.w, inner.h) < _HIDDEN_MM or _is_at_edge(inner, reference):
            continue
        is_rule = min(inner.w, inner.h) < _RULE_MM
        if not is_rule and len(ys) < _HIDDEN_MM2 * scale**2:
            continue
        around = window(inner, scale, lost.shape, _DISPLACED_MM)
        moved = np.count_nonzero(seen[around] & ~reference.near_print[around])
        elsewhere = int(moved) / len(ys)
        if share_of(flat.paper[area]) <= 0.97 or elsewhere >= _ELSEWHERE:
            continue
        if is_rule:
            rules.append(inner)
        else:
            yield inner
    yield from _beside_each_other(rules)


def _beside_each_other(rules: Sequence[Rect]) -> Iterator[Rect]:
    """Yield what hides upright rules side by side, from and to the same height: a strip."""
    upright = [rule for rule in rules if rule.w < rule.h < _ROW_MM]
    for index, rule in enumerate(upright):
        alike = [
            other
            for other in upright[index + 1 :]
            if max(abs(other.y - rule.y), abs(other.bottom - rule.bottom)) < _STRIP_MM
        ]
        if alike:
            last = max(alike, key=lambda other: other.right)
            left, right = min(rule.x, last.x), max(rule.right, last.right)
            yield Rect(left, rule.y, right - left, rule.h)
            return


def _over_patches(darkness: Pixels, px_per_mm: int) -> Pixels:
    """Return darkness less that of even patches, upon which print would rise from them."""
    side = round(_BROADER_MM * _PATCH_PX_PER_MM)
    small = shrunk(darkness, px_per_mm // _PATCH_PX_PER_MM)
    broad = cv2.morphologyEx(small, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    if not broad.any():
        return darkness
    full = cv2.resize(broad, darkness.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.subtract(darkness, full), np.uint8)


def _takes_all_colours(pixels: Pixels, print_: Mask) -> Mask:
    """Return where even the lightest colour is taken, as print takes it and a bright note not."""
    bright = lightest(pixels)
    white = float(np.median(bright[::16, ::16]))
    # Where the print lies a little off its place, it is beside it.
    near = cv2.erode(bright, np.ones((5, 5), np.uint8))
    some = near.ravel()[where(print_)[::7]]
    palest = 1.0 - float(np.percentile(some, 100 - _PALEST_PERCENT)) / max(white, 1.0)
    taken = min(_TAKEN, max(_OF_OWN * palest, 0.0))
    return below(bright, (1 - taken) * white)


def _is_at_edge(rect: Rect, reference: Reference) -> bool:
    layout, near_mm = reference.layout, _AT_EDGE_MM
    return (
        min(rect.x, rect.y) < near_mm
        or rect.right > layout.width - near_mm
        or rect.bottom > layout.height - near_mm
    )

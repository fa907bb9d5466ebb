"""Coloured ink upon black print, in scans that have colour: print has none.

In come the flat page and what is explained of it; out come places of strokes that print hides from
every other look: along a rule of the table, over a code or a registration mark, beneath letters.
Toner takes all colours alike, and so does the grey of its edges, but for the fringes that a
scanner's rows of sensors leave. How strong those are is measured on this page's own print.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import Rect
from omr.scan.ink.ink_map import InkMap
from omr.scan.ink.pieces import label_pieces
from omr.scan.place.reference import Mask, Reference, as_bits, cover, grow, shrunk, window
from omr.scan.place.straighten import FlatPage

Float32 = NDArray[np.float32]

# A pen's line is two pixels broad at this resolution.
_PX_PER_MM = 4
# Ink of a pen takes one colour more than another by this much, of 255, and by so many times more
# than all but a hundredth of this page's own print does.
_COLOURED, _USUAL, _RARE = 32.0, 3.0, 99.0
# A stain is coloured by this share of it over a square of this side, which no pen's line holds.
_TRACE, _BROAD_MM = 0.4, 1.5
# Compressed pictures carry colour this far, from marks, seals and stains to print beside them.
_CARRIED_MM = 1.6
# Parts of a stroke that print cuts lie so near to each other; it reaches so far, with this area.
_JOIN_MM, _EXTENT_MM, _AREA_MM2 = 0.8, 4.0, 0.9
# All of a stroke has one colour: the cosine between the colours of its parts and of the whole.
_ALIKE = 0.85
# Of brown, less what all colours lose alike, green has this share of blue; of red pens 0.9 or more.
_BROWN = (0.3, 0.8)
# Longer than this it is the dirt of a glass or a border, and others look for those.
_LONG_MM = 120.0
# A seal and a signature may spill over their zones.
_BESIDE_ZONE_MM = 12.0
# No ink is looked for in the rim.
_RIM_MM = 4.0


def coloured_ink(
    flat: FlatPage, reference: Reference, ink: InkMap, explained: Mask
) -> Iterator[Rect]:
    """Find strokes of coloured ink upon print.

    Args:
        flat: The page laid flat.
        reference: The page as printed.
        ink: Its ink.
        explained: Ink of marks, free zones and what befell the sheet, shape (h, w).

    Yields:
        The bounds of each stroke, in mm. Nothing in a scan without colour.
    """
    if flat.pixels.ndim == 2:
        return
    small = shrunk(flat.pixels, reference.px_per_mm // _PX_PER_MM)
    paper = np.median(small[::5, ::5].reshape(-1, 3), axis=0).astype(np.float32)
    taken = np.asarray(cv2.blur(paper - small, (2, 2)), dtype=np.float32)
    chroma = _spread(taken)
    coloured = chroma > _COLOURED
    if not coloured.any():
        return
    print_ = _on_print(reference, ink, explained, coloured.shape)
    if not (coloured & print_).any():
        return
    least = max(_COLOURED, _USUAL * float(np.percentile(chroma[print_], _RARE)))
    stained = _broad(chroma > _TRACE * least)
    yield from _strokes((chroma > least) & print_ & ~stained, taken)


def _spread(taken: Float32) -> Float32:
    """Return by how much the most that is taken of a colour exceeds the least, shape (h, w)."""
    # Plane by plane: a maximum along three numbers a pixel takes twenty times as long.
    blue, green, red = cv2.split(taken)
    most, least = cv2.max(cv2.max(blue, green), red), cv2.min(cv2.min(blue, green), red)
    return np.asarray(most - least, dtype=np.float32)


def _broad(coloured: Mask) -> Mask:
    """Return where colour is broader than a pen's line: stains, highlights, tape."""
    side = round(_BROAD_MM * _PX_PER_MM)
    broad = cv2.morphologyEx(as_bits(coloured), cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    return grow(broad.view(np.bool_), 1.0 * _PX_PER_MM) if broad.any() else broad.view(np.bool_)


def _on_print(reference: Reference, ink: InkMap, explained: Mask, shape: tuple[int, ...]) -> Mask:
    """Return where print is seen from which no mark, seal or stain is near enough to colour it."""
    size = shape[1], shape[0]
    near = cv2.resize(as_bits(reference.near_print), size, interpolation=cv2.INTER_NEAREST)
    for code in reference.layout.codes:
        near[window(code, _PX_PER_MM, near.shape)] = 1
    known = explained | ink.stained
    seen = cover(known, reference.px_per_mm // _PX_PER_MM) > 0
    open_ = (near > 0) & ~grow(np.asarray(seen, np.bool_), _CARRIED_MM * _PX_PER_MM)
    for zone in reference.layout.zones:
        if zone.kind in ("seal", "signature"):
            open_[window(zone.rect, _PX_PER_MM, open_.shape, _BESIDE_ZONE_MM)] = False
    for found in ink.boxes:
        open_[window(found.found, _PX_PER_MM, open_.shape, _CARRIED_MM)] = False
    rim = round(_RIM_MM * _PX_PER_MM)
    open_[:rim] = open_[-rim:] = False
    open_[:, :rim] = open_[:, -rim:] = False
    return open_


def _is_brown(taken: Float32) -> bool:
    """Tell coffee and rust: most of the blue is taken, part of the green, least of the red."""
    blue, green, red = taken.tolist()
    return bool(red < 0.15 * blue and _BROWN[0] * blue < green < _BROWN[1] * blue)


def _strokes(coloured: Mask, taken: Float32) -> Iterator[Rect]:
    """Yield what of coloured print is as long as a stroke and of one colour."""
    scale = _PX_PER_MM
    joined = label_pieces(grow(coloured, _JOIN_MM / 2 * scale))
    stats = joined.stats
    extent = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) / scale - _JOIN_MM
    large = joined.count(coloured) > _AREA_MM2 * scale**2
    keep = (extent > _EXTENT_MM) & (extent < _LONG_MM) & large
    keep[0] = False
    for _, area, shape in joined.shapes(keep):
        own = taken[area][shape & coloured[area]]
        # What all colours lose alike is toner's.
        own = own - own.min(axis=1, keepdims=True)
        whole = own.mean(axis=0)
        alike = own @ whole / np.maximum(np.linalg.norm(own, axis=1) * np.linalg.norm(whole), 1e-6)
        if float(np.median(alike)) < _ALIKE or _is_brown(whole):
            continue
        rows, columns = area
        cut = _JOIN_MM / 2
        x, y = columns.start / scale + cut, rows.start / scale + cut
        w, h = ((side.stop - side.start) / scale - 2 * cut for side in (columns, rows))
        yield Rect(x, y, max(w, 1 / scale), max(h, 1 / scale))

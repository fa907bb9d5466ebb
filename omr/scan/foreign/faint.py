"""Strokes too faint to count as ink: hard pencils and dying pens on paper that is clean otherwise.

In come the flat page and its ink; out come the bounds of faint strokes on open paper. What is
faint may be a dent, a crease or the other side of the sheet, and a worn page is full of them.
So a page is judged as a whole: one or two places with a thin faint line on otherwise clean
paper were written; many all over the page are wear.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import Rect
from omr.scan.foreign.pale_tails import tails_of_signature
from omr.scan.ink.ink_map import InkMap
from omr.scan.ink.pieces import Pieces, label_pieces
from omr.scan.place.reference import Grey, Mask, Reference, as_bits, cover, shrunk, window
from omr.scan.place.straighten import FlatPage
from omr.scan.settings import ReaderSettings
from omr.scan.wear.punch_holes import is_hole_outline

Chosen = NDArray[np.bool_]

# Faint strokes are sought at this resolution: a line of 0.3 mm still fills its pixel.
_PX_PER_MM = 4
# Paper around a line, with which it is compared; also the least distance to print, where the
# fringe of letters ends.
_AROUND_MM, _BESIDE_PRINT_MM = 2.5, 1.2
# Least contrast, of 255. Dents of writing on the sheet above have 15, hard pencil 40. Grain:
# so many of its deviations, as a page has a million pixels.
_CONTRAST, _GRAINS = 24, 6.0
# A stroke: as long as this, as narrow as this. Creases are longer.
_LONG_MM, _LONGEST_MM, _NARROW_MM = 3.2, 25.0, 1.0
# Strokes of one word lie this close to each other; more places than these are wear.
_WORD_MM, _PLACES = 6.0, 2
# Shorter pieces than strokes, down to this, show how worn the page is; dust is smaller.
_CRUMB_MM, _CRUMBS = 1.8, 8
# Of a faint word so many scraps show, each so long and narrow, so long together; on clean paper
# hardly any lie elsewhere.
_SCRAPS, _SCRAP_MM, _SCRAP_NARROW, _SCRAPS_MM, _SCRAPS_ASTRAY = 3, 1.2, 0.6, 4.0, 3
# Hard pencil stays below this darkness in most places; fibres in a picture of two levels do not.
_FAINT = 110.0
# Folds shade the paper this far beside them; the rim of the sheet this far in.
_FOLD_MM, _RIM_MM = 3.0, 7.0


def faint_strokes(
    flat: FlatPage,
    reference: Reference,
    ink: InkMap,
    explained: Mask,
    settings: ReaderSettings,
) -> Iterator[Rect]:
    """Find thin faint lines on a page that has few of them.

    Args:
        flat: The page laid flat.
        reference: The page as printed.
        ink: Its ink.
        explained: Ink of marks and free zones, and all other ink that is no stroke.
        settings: The reader's numbers.

    Yields:
        The bounds of each word or stroke, in mm.
    """
    lines = _lines(flat, reference, ink, explained, settings)
    if lines is None:
        return
    pieces = label_pieces(lines)
    stats = pieces.stats
    reach_mm = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) / _PX_PER_MM
    width_mm = stats[:, cv2.CC_STAT_AREA] / np.maximum(reach_mm, 0.1) / _PX_PER_MM**2
    # Letters wind, so that their line is several times as long as they reach.
    narrow = width_mm < 3 * _NARROW_MM
    long_ = (reach_mm >= _LONG_MM) & narrow
    long_[0] = False
    crumbs = (reach_mm >= _CRUMB_MM) & ~long_
    crumbs[0] = False
    if not (reach_mm[1:] >= _SCRAP_MM).any() or (reach_mm[1:] > _LONGEST_MM).any():
        return
    for number in np.flatnonzero(long_).tolist():
        left, top, width, height = (int(v) for v in stats[number, :4])
        area = slice(top, top + height), slice(left, left + width)
        own = pieces.labels[area] == number
        long_[number] = _is_faint(
            own, area, ink.darkness, reference.px_per_mm
        ) and not is_hole_outline(own, (left, top), _PX_PER_MM, reference.layout)
    scraps = (reach_mm >= _SCRAP_MM) & ~long_ & (width_mm < _SCRAP_NARROW * _NARROW_MM)
    scraps[0] = False
    places, words = _words(pieces, long_, scraps, reach_mm)
    astray = int((crumbs & (pieces.count(places) == 0)).sum())
    if len(words.stats) - 1 > _PLACES or astray > _CRUMBS:
        return
    for left, top, width, height in words.stats[1:, :4].tolist():
        rect = Rect(*(v / _PX_PER_MM for v in (left, top, width, height)))
        yield rect.grown(-_WORD_MM / 2)


def _words(
    pieces: Pieces, long_: Chosen, scraps: Chosen, reach_mm: NDArray[np.float64]
) -> tuple[Mask, Pieces]:
    """Gather strokes that lie close together, and scraps of which there are enough for a word.

    Of a word in hard pencil hardly a stroke shows whole; scraps that time left lie apart.
    """
    side = round(_WORD_MM * _PX_PER_MM)
    square = np.ones((side, side), np.uint8)
    near = label_pieces(cv2.dilate(as_bits(pieces.chosen(long_ | scraps)), square) > 0)
    sure = near.count(pieces.chosen(long_)) > 0
    at = np.flatnonzero(pieces.labels)
    group = np.zeros(len(pieces.stats), int)
    group[pieces.labels.ravel()[at]] = near.labels.ravel()[at]
    first = group[scraps]
    many = np.bincount(first, minlength=len(near.stats)) >= _SCRAPS
    enough = np.bincount(first, reach_mm[scraps], len(near.stats)) >= _SCRAPS_MM
    alone = int(np.count_nonzero(~(sure | (many & enough))[first])) if len(first) else 0
    keep = sure | (many & enough & (alone <= _SCRAPS_ASTRAY))
    keep[0] = False
    places = near.chosen(keep)
    return places, label_pieces(places)


def _is_faint(own: Mask, area: tuple[slice, slice], darkness: Grey, px_per_mm: int) -> bool:
    """Tell a faint line from a fibre, which is dark but too thin for a pen."""
    times = px_per_mm // _PX_PER_MM
    rows, columns = (slice(part.start * times, part.stop * times) for part in area)
    fine = darkness[rows, columns]
    blocks = fine.reshape(own.shape[0], times, own.shape[1], times).max(axis=(1, 3))
    return float(np.median(blocks[own])) < _FAINT


def _lines(
    flat: FlatPage,
    reference: Reference,
    ink: InkMap,
    explained: Mask,
    settings: ReaderSettings,
) -> Mask | None:
    """Return the thin lines on open paper, at ``_PX_PER_MM``, or None where there are none."""
    shut = _shut(flat, reference, ink, explained, settings)
    seen = shrunk(ink.darkness, reference.px_per_mm // _PX_PER_MM)
    small = seen * as_bits(~shut)
    soft = cv2.GaussianBlur(small, (0, 0), 0.7)
    side = round(_AROUND_MM * _PX_PER_MM)
    open_ = as_bits(~shut) * np.uint8(255)
    # A sixth of the surroundings has to be open, or the level means nothing.
    share = np.maximum(cv2.blur(open_, (side, side)), np.uint8(40))
    level = cv2.divide(cv2.blur(small, (side, side)), share, scale=255.0)
    above = np.asarray(cv2.subtract(soft, level), dtype=np.uint8)
    grain = above[::5, ::5][~shut[::5, ::5]]
    if not grain.size:
        return None
    least = max(_CONTRAST, _GRAINS * float(np.sqrt(np.mean(np.square(grain, dtype=np.float32)))))
    lines = (above > round(least)) & ~shut
    # What is broader than any stroke is a stain or a shadow.
    breadth = round(_NARROW_MM * _PX_PER_MM)
    broad = cv2.morphologyEx(as_bits(lines), cv2.MORPH_OPEN, np.ones((breadth,) * 2, np.uint8))
    if broad.any():
        lines &= cv2.dilate(broad, np.ones((2 * breadth + 1,) * 2, np.uint8)) == 0
    _leave_out_tails(lines, seen, reference, explained, settings)
    return lines if lines.any() else None


def _leave_out_tails(
    lines: Mask, darkness: Grey, reference: Reference, explained: Mask, settings: ReaderSettings
) -> None:
    """Take out what goes on from a signature, in place."""
    times = reference.px_per_mm // _PX_PER_MM
    signatures = [zone for zone in reference.layout.zones if zone.kind == "signature"]
    if signatures and lines.any():
        printed, known = (cover(mask, times) > 0 for mask in (reference.near_print, explained))
        for zone in signatures:
            lines &= ~tails_of_signature(
                lines, zone.rect, settings.signature_spill_mm, darkness, printed, known, _PX_PER_MM
            )


def _shut(
    flat: FlatPage,
    reference: Reference,
    ink: InkMap,
    explained: Mask,
    settings: ReaderSettings,
) -> Mask:
    """Return where nothing faint can be told: print, stains, tints, boxes, zones, folds, rim."""
    scale, layout = reference.px_per_mm, reference.layout
    worn = ink.stained | ink.tinted | ink.folded
    small = cover(reference.print_mask | explained | worn | ~flat.paper, scale // _PX_PER_MM)
    side = 2 * round(_BESIDE_PRINT_MM * _PX_PER_MM) + 1
    shut = cv2.dilate(small, np.ones((side, side), np.uint8)) > 0
    for zone in layout.zones:
        # A signature's tails beyond its zone are told from other faint lines later.
        spill = {"seal": settings.seal_spill_mm, "signature": 0.0}
        shut[window(zone.rect, _PX_PER_MM, shut.shape, spill.get(zone.kind, 1.5))] = True
    for box in layout.boxes:
        shut[window(box.rect, _PX_PER_MM, shut.shape, 2.0)] = True
    for fold in ink.folds:
        _close_fold(shut, fold.across, fold.start_mm, fold.end_mm)
    rim = round(_RIM_MM * _PX_PER_MM)
    shut[:rim] = shut[-rim:] = True
    shut[:, :rim] = shut[:, -rim:] = True
    return np.asarray(shut, dtype=np.bool_)


def _close_fold(shut: Mask, across: bool, start_mm: float, end_mm: float) -> None:
    """Close the paper along a fold, in place."""
    height, width = shut.shape
    start, end = (round(v * _PX_PER_MM) for v in (start_mm, end_mm))
    ends = ((0, start), (width, end)) if across else ((start, 0), (end, height))
    picture: Grey = as_bits(shut)
    cv2.line(picture, ends[0], ends[1], 1, 2 * round(_FOLD_MM * _PX_PER_MM))

"""What foreign ink may be besides an annotation: each explanation looks for its own evidence.

Print that lies a little beside its place, soft shadows, the rim of missing paper, the free zones;
tears, staples and punch holes have rooms of their own. What none of them explains is for people.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from omr.geometry import Rect
from omr.scan.ink.ink_map import InkMap, grown_print
from omr.scan.ink.pieces import label_pieces, parts
from omr.scan.place.reference import (
    FRINGE_MM,
    Mask,
    Reference,
    above,
    as_bits,
    cover,
    disc,
    grow,
    window,
)
from omr.scan.place.straighten import RIM_MM, FlatPage
from omr.scan.settings import ReaderSettings
from omr.scan.wear.seal_views import SealSight
from omr.scan.wear.seals import seal_zone

# Print may lie this far beside its place where a fold, a worn roller or a clipped margin
# bent the sheet; farther away it would be other print.
_PRINT_REACH_MM = 1.4
# Least correlation at which displaced print is believed, and share of it that must be there.
_PRINT_MATCH, _PRINT_SEEN = 0.5, 0.75
# Of print that lies elsewhere less than this share is dark at its own place.
_PRINT_THERE = 0.85
# Beside the frame of a signature's zone, so near, strokes go on over gaps of this length.
_FRAME_MM, _ALONG_FRAME_MM = 0.9, 4.5
# Displaced print is sought in pieces no larger than this: bends differ from place to place.
_PIECE_MM = 26.0


def free_zones(
    flat: FlatPage,
    ink: InkMap,
    reference: Reference,
    seal: SealSight | None,
    settings: ReaderSettings,
) -> Mask:
    """Return the ink of the seal and signature zones, with what spills over their edges."""
    free = np.zeros(ink.ink.shape, np.bool_)
    if seal is not None:
        free[seal.area] |= seal_zone(seal, flat, ink, reference)
    for zone in reference.layout.zones:
        if zone.kind == "signature":
            free |= _signature(zone.rect, settings.signature_spill_mm, ink, reference.px_per_mm)
    return free


def _signature(zone: Rect, spill_mm: float, ink: InkMap, px_per_mm: int) -> Mask:
    """Return the ink of a signature's zone, with the strokes that begin there and end outside."""
    shape = ink.ink.shape
    free = np.zeros(shape, np.bool_)
    free[window(zone, px_per_mm, shape)] = True
    wide = window(zone, px_per_mm, shape, spill_mm)
    # Gaps of 1.5 mm: pens skip, and print was cut out of strokes.
    inked = ink.ink[wide]
    if not inked.any():
        return free
    near = grow(inked, 0.75 * px_per_mm)
    # A flourish that runs along the zone's frame is hidden by it for longer.
    frame = np.zeros(shape, np.bool_)
    frame[window(zone, px_per_mm, shape, _FRAME_MM)] = True
    frame[window(zone, px_per_mm, shape, -_FRAME_MM)] = False
    near |= grow(inked & frame[wide], _ALONG_FRAME_MM / 2 * px_per_mm) & frame[wide]
    joined = label_pieces(near)
    spilled = joined.chosen(joined.count(free[wide] & inked) > 0)
    free[wide] |= spilled & inked
    return free


def beside_missing_paper(flat: FlatPage, px_per_mm: int) -> Mask:
    """Return holes, tears, folded corners and black borders, with the rim where shadows fall.

    Of the outermost ``RIM_MM`` of the page, where no ink is looked for, it tells nothing.
    """
    scale = 2  # px/mm: enough for what is millimetres wide
    rim = round(RIM_MM * scale)
    # 1.5 mm: the width of a hard shadow beside a sheet's edge; soft ones are no ink anyway.
    wide_mm = 1.5
    lost = ~flat.paper
    # What is missing so close to the edge throws its shadow on the rim alone, as scans do that
    # end with the sheet.
    close = round((RIM_MM - wide_mm) * px_per_mm)
    inner = slice(close, -close), slice(close, -close)
    beside = np.zeros(lost.shape, np.bool_)
    if lost[inner].any():
        deep = np.zeros(lost.shape, np.bool_)
        deep[inner] = lost[inner]
        beside = grow(deep, wide_mm * px_per_mm)
    black = above(flat.darkness, 140)
    black |= lost
    if not _between(black, close, round(RIM_MM * px_per_mm)):
        return beside
    small = cover(black, px_per_mm // scale)
    # The lid is wider than any stroke and runs out at the edge of the page; print does neither.
    solid = cv2.morphologyEx((small > 127).astype(np.uint8), cv2.MORPH_OPEN, disc(1.3 * scale))
    missing = np.zeros(solid.shape, np.bool_)
    height, width = solid.shape
    for part in parts(solid.astype(np.bool_), scale):
        rect = part.rect
        left, top = rect.x * scale, rect.y * scale
        right, bottom = rect.right * scale, rect.bottom * scale
        if min(left, top) < rim or right > width - rim or bottom > height - rim:
            missing[part.area] |= part.shape
    if not missing.any():
        return beside
    wide = as_bits(grow(missing, wide_mm * scale))
    lid = cv2.resize(wide, black.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    return np.asarray(lid | beside, dtype=np.bool_)


def _between(mask: Mask, near_px: int, far_px: int) -> bool:
    """Tell whether a mask holds anything between two distances from the edges of the page."""
    whole = slice(near_px, -near_px)
    ends = slice(near_px, far_px), slice(-far_px, -near_px)
    return any(bool(mask[end, whole].any()) or bool(mask[whole, end].any()) for end in ends)


def fringe_of_print(rest: Mask, ink: InkMap, reference: Reference) -> Mask:
    """Return slivers that lie close along print: toner and thresholds make its edge uneven.

    A sliver is thinner than any pen line and stays within 0.7 mm of print all along.
    """
    scale = reference.px_per_mm
    beside = grown_print(ink, reference, reference.fringe, FRINGE_MM)
    fringe = np.zeros(rest.shape, np.bool_)
    for part in parts(rest, scale):
        thin = part.area_mm2 < 0.3 * max(part.rect.w, part.rect.h)
        if thin and beside[part.area][part.shape].all():
            fringe[part.area] |= part.shape
    return fringe


def displaced_print(rest: Mask, ink: InkMap, reference: Reference) -> Mask:
    """Return the unexplained ink that is print lying a little beside its place.

    Each piece of it is matched once more against the print around it. The print must
    really be seen at the new place; a stroke beside it stays unexplained.

    Args:
        rest: Ink that nothing has explained so far.
        ink: The page's ink.
        reference: The page as printed.
    """
    scale = reference.px_per_mm
    explained = np.zeros(rest.shape, np.bool_)
    for part in parts(grow(rest, 1.0 * scale), scale):
        if part.area_mm2 < 3.5:  # the fringe of a speck: too small to be put before people anyway
            continue
        for piece in _pieces(part.rect):
            for view in _views(piece):
                _explain_piece(view, rest, ink, reference, explained)
    return explained


def _pieces(rect: Rect) -> Iterator[Rect]:
    """Cut a rectangle into pieces of bounded size."""
    columns = max(1, int(np.ceil(rect.w / _PIECE_MM)))
    rows = max(1, int(np.ceil(rect.h / _PIECE_MM)))
    w, h = rect.w / columns, rect.h / rows
    for i in range(rows):
        for j in range(columns):
            yield Rect(rect.x + j * w, rect.y + i * h, w, h)


def _views(rect: Rect) -> tuple[Rect, ...]:
    """Return a piece with its surroundings, and with those of each side alone.

    A fold that runs beside the piece moved the print of one side only.
    """
    near, far = 0.5, 7.0
    wide = rect.grown(3.0)
    return (
        wide,
        Rect(rect.x - near, wide.y, rect.w + near + far, wide.h),
        Rect(rect.x - far, wide.y, rect.w + near + far, wide.h),
        Rect(wide.x, rect.y - near, wide.w, rect.h + near + far),
        Rect(wide.x, rect.y - far, wide.w, rect.h + near + far),
    )


def _explain_piece(
    rect: Rect, rest: Mask, ink: InkMap, reference: Reference, explained: Mask
) -> None:
    """Match the print of one piece near its place and mark the ink that it explains."""
    scale = reference.px_per_mm
    reach = round(_PRINT_REACH_MM * scale)
    rows, columns = window(rect, scale, rest.shape)
    top, left = max(rows.start, reach), max(columns.start, reach)
    bottom = min(rows.stop, rest.shape[0] - reach)
    right = min(columns.stop, rest.shape[1] - reach)
    if bottom - top < 2 * reach or right - left < 2 * reach:
        return
    if not (rest[top:bottom, left:right] & ~explained[top:bottom, left:right]).any():
        return
    printed = ink.printed[top:bottom, left:right]
    if np.count_nonzero(printed) < 0.6 * scale**2:
        return
    around = ink.darkness[top - reach : bottom + reach, left - reach : right + reach]
    template = cv2.GaussianBlur(printed.astype(np.uint8) * 255, (0, 0), 1.2)
    score = cv2.matchTemplate(cv2.GaussianBlur(around, (0, 0), 1.2), template, cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(score)
    if best < _PRINT_MATCH or (x, y) == (reach, reach):
        return
    seen = around[y : y + bottom - top, x : x + right - left] > ink.threshold / 2
    if seen[printed].mean() < _PRINT_SEEN:
        return
    # Print that is seen at its own place lies nowhere else: what is beside it is a stroke.
    own = around[reach:-reach, reach:-reach] > ink.threshold / 2
    if own[printed].mean() > _PRINT_THERE:
        return
    moved = np.zeros(around.shape, np.bool_)
    moved[y : y + bottom - top, x : x + right - left] = printed
    covered = grow(moved, 0.32 * scale)[reach:-reach, reach:-reach]
    explained[top:bottom, left:right] |= rest[top:bottom, left:right] & covered

"""Rims of dried drops: thin closed lines within which the paper itself is darker, up to the line.

In come the flat page and ink that nothing else explains; out comes what of it is the rim of a
drop of coffee, tea or dirty water. What is dissolved in a drop is carried to its edge while it
dries, so the rim is as thin and as pale as a pencil's line; but the paper that was wet stays a
little darker, evenly, over all of the drop, and ends at the rim. A ring that somebody drew has
the same paper on both its sides, and shading by hand has gaps and strokes. What is darker than
the rim is as a rule, or of another colour, is ink upon the drop and stays.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.scan.ink.pieces import label_pieces
from omr.scan.place.reference import Mask, Reference, window
from omr.scan.place.straighten import FlatPage
from omr.scan.wear.wet_places import (
    BESIDE_MM,
    LEAST_STEP,
    TO_NEXT_MM,
    Around,
    around_wet_place,
    channels_of,
    signed_area,
    smooth_around,
    window_of,
)

Float64 = NDArray[np.float64]

# Ink this long may be a piece of a rim, if it is no darker than this, of 255.
_SEED_MM, _MOST = 1.2, 150
# Codes and serial are printed within so much of their place.
_OWN_PRINT_MM = 0.6
# How often what is left of drops that met is looked at.
_ROUNDS = 3
# So much of the outline has to be seen on bare paper: in mm, and as a share of what lies on the
# sheet. The rest is under print.
_SEEN_MM, _SEEN = 5.0, 0.4
# Along nearly all of that the paper inside is darker, by half of the usual step and more; the step
# is that share of the rim at least.
_NEARLY_ALL, _HALF, _STEP_OF_RIM = 0.85, 0.5, 0.15
# Darkness of a strip inside is as even as that of the strip outside, to this, of 255.
_EVEN, _GRAIN = 1.25, 0.15
# It is looked at from here on, clear of the rim.
_EVEN_FROM_MM = 1.1
# A drop is round: its area to that of a circle of the same outline; two that met have half.
_ROUND = 0.45
# Brown takes such a share of red, and of green, of what it takes of blue: over the wet paper and
# along its rim. Pencil takes all three alike, as part of a rim too.
_RED, _GREEN = (0.08, 0.65), (0.35, 0.85)
# A rim is a line of this width, its blur included, and nowhere darker than this many times its
# usual darkness, and the grain.
_BAND_MM, _DARKER, _GRAINS = 0.8, 1.25, 2.0
# What rises most above the wave of a rim is not fitted: all but this share, in percent. The wave
# goes up and down by no more than this.
_KEPT, _BROKEN, _WAVE = 55, 0.6, 1.8
# What is measured along an outline is smoothed to this.
_ALONG_MM = 0.75


def rims_of_drops(rest: Mask, flat: FlatPage, reference: Reference) -> Mask | None:
    """Return where the rims of dried drops are, between print too.

    Args:
        rest: Unexplained ink, shape (h, w).
        flat: The page laid flat.
        reference: The page as printed.

    Returns:
        Where no more than a rim is dark, or None where there is no drop.
    """
    rims = np.zeros(rest.shape, np.bool_)
    hidden: Mask | None = None
    # Where drops met, an arc of one lies within the outline of both: it is looked at again.
    tried: set[tuple[int, ...]] = set()
    for _ in range(_ROUNDS):
        left, found = rest & ~rims, False
        for area, shape in _pale_lines(left, flat, reference.px_per_mm):
            place = (area[0].start, area[0].stop, area[1].start, area[1].stop)
            if place in tried or (rims[area] & shape).any():
                continue
            tried.add(place)
            hidden = _hidden(flat, reference) if hidden is None else hidden
            around = around_wet_place(area, shape, flat, hidden, reference.px_per_mm)
            if around is not None and _is_drop(around):
                _draw(rims, around, flat, reference.px_per_mm)
                found = True
        if not found:
            break
    return rims if rims.any() else None


def _pale_lines(
    rest: Mask, flat: FlatPage, px_per_mm: int
) -> Iterator[tuple[tuple[slice, slice], Mask]]:
    """Yield window and shape of pieces of ink that may be a rim's."""
    pieces = label_pieces(rest)
    reach = np.hypot(pieces.stats[:, cv2.CC_STAT_WIDTH], pieces.stats[:, cv2.CC_STAT_HEIGHT])
    long_ = reach > _SEED_MM * px_per_mm
    long_[0] = False
    for _, area, shape in pieces.shapes(long_):
        if float(np.percentile(flat.darkness[area][shape], 75)) < _MOST:
            yield area, shape


def _hidden(flat: FlatPage, reference: Reference) -> Mask:
    """Return where print, this ballot's own too, or no paper hides whether paper is wet."""
    hidden = reference.near_print | ~flat.paper
    layout = reference.layout
    for place in (*layout.codes, *layout.serials):
        hidden[window(place, reference.px_per_mm, hidden.shape, _OWN_PRINT_MM)] = True
    return hidden


def _is_drop(around: Around) -> bool:
    """Tell whether an outline is that of a drop: darker paper inside, all along, up to its rim."""
    seen = _seen(around)
    mm = int(seen.sum()) * TO_NEXT_MM
    if mm < _SEEN_MM or seen.sum() < _SEEN * (~around.cut).sum():
        return False
    inside, outside = _beside(around)
    wet, paper, rim = (_levels(around, part) for part in (inside, outside, _rim(around)))
    step = _along((paper - wet)[:2].mean(axis=0), seen)
    usual = float(np.median(step))
    depth = float(np.median((paper - rim)[:2].mean(axis=0)[seen]))
    rough, plain = (_roughness(around, seen, outwards) for outwards in (-1.0, 1.0))
    return (
        usual > max(LEAST_STEP, _STEP_OF_RIM * depth)
        and float((step > _HALF * usual).mean()) > _NEARLY_ALL
        and _roundness(around) > _ROUND
        and rough < _EVEN * plain + _GRAIN
        and (len(around.seen) == 1 or _is_brown(wet, rim, paper, seen))
    )


def _along(values: Float64, seen: Mask) -> Float64:
    """Return values along an outline where it is seen, smoothed over what is seen."""
    share = smooth_around(seen.astype(np.float64), _ALONG_MM)
    return (smooth_around(np.where(seen, values, 0.0), _ALONG_MM) / np.maximum(share, 0.1))[seen]


def _roundness(around: Around) -> float:
    """Return the area against that of a circle whose outline is as long as what is on the sheet."""
    ways = np.hypot(*(around.points - np.roll(around.points, 1, axis=0)).T)
    length = float(ways[~around.cut].sum())
    return 4 * np.pi * abs(signed_area(around.points)) / max(length, 1.0) ** 2


def _seen(around: Around) -> Mask:
    """Tell at which points the rim and the paper to both its sides are bare."""
    inside, outside = _beside(around)
    bare = around.bare
    seen = (bare[:, inside].mean(axis=1) > 0.7) & (bare[:, outside].mean(axis=1) > 0.7)
    return np.asarray(seen & bare[:, _rim(around)].all(axis=1), dtype=np.bool_)


def _beside(around: Around) -> tuple[Mask, Mask]:
    first, last = BESIDE_MM
    away = around.off_mm
    return (-away >= first) & (-away <= last), (away >= first) & (away <= last)


def _rim(around: Around) -> Mask:
    return np.abs(around.off_mm) <= _BAND_MM / 2


def _levels(around: Around, columns: Mask) -> Float64:
    """Return the usual level of some columns at each point, shape (c, n)."""
    return np.asarray(np.median(around.seen[:, :, columns], axis=2), dtype=np.float64)


def _roughness(around: Around, seen: Mask, outwards: float) -> float:
    """Return how uneven the paper to one side is, against what it is a little farther along."""
    away = outwards * around.off_mm
    columns = (away >= _EVEN_FROM_MM) & (away <= BESIDE_MM[1])
    strip = around.seen[:2][:, :, columns].mean(axis=0)
    slow = np.apply_along_axis(smooth_around, 0, strip, _ALONG_MM)
    bare = around.bare[:, columns] & seen[:, None]
    # A fold or the sheet's edge counts for no more than it covers.
    return float(np.median(np.abs(strip - slow)[bare]))


def _is_brown(wet: Float64, rim: Float64, paper: Float64, seen: Mask) -> bool:
    """Tell whether both the wet paper and its rim are brown against the paper."""
    for level in (wet, rim):
        taken = 1 - np.median((level / np.maximum(paper, 1.0))[:, seen], axis=1)
        blue, green, red = taken.tolist()
        if not (_RED[0] * blue < red < _RED[1] * blue):
            return False
        if not (_GREEN[0] * blue < green < _GREEN[1] * blue):
            return False
    return True


def _draw(rims: Mask, around: Around, flat: FlatPage, px_per_mm: int) -> None:
    """Add the line of a rim to a mask in place, but for what is darker than the rim is."""
    seen = _seen(around)
    area = window_of(around.points, 2 * _BAND_MM, rims.shape, px_per_mm)
    corner = area[1].start, area[0].start
    line = np.rint((around.points * px_per_mm - 0.5 - corner) * 16).astype(np.int32)
    band = np.zeros(rims[area].shape, np.uint8)
    cv2.polylines(band, [line], True, (1,), round(2 * _BAND_MM * px_per_mm), cv2.LINE_8, 4)
    own = band > 0
    paper = _levels(around, _beside(around)[1])
    darkest = around.seen[:, :, _rim(around)].min(axis=2)
    for channel, beyond, rim in zip(channels_of(flat, area), paper, darkest, strict=True):
        usual = _slowly_varying(beyond - rim, seen)
        least = float(np.median(beyond[seen])) - _DARKER * usual - _GRAINS * flat.noise
        own &= channel > _spread(least, around, band.shape, corner, px_per_mm)
    rims[area] |= own


def _slowly_varying(depth: Float64, seen: Mask) -> Float64:
    """Return how deep a rim is along its outline, as one wave around it, shape (n,).

    A drop dries last where it lay lowest, and is darkest there; what is added to that in one
    place is no rim, so the wave is fitted again without what rises most above it.
    """
    turn = np.linspace(0, 2 * np.pi, len(depth), endpoint=False)
    waves = np.column_stack([np.ones_like(turn), np.cos(turn), np.sin(turn)])
    usual = float(np.median(depth[seen]))
    # Where the rim is broken there is but the wet paper.
    rim = seen & (depth > _BROKEN * usual)
    fitted = np.full(len(depth), usual)
    for _ in range(4):
        above = depth - fitted
        kept = rim & (above <= np.percentile(above[rim], _KEPT))
        fitted = waves @ np.linalg.lstsq(waves[kept], depth[kept], rcond=None)[0]
    return np.asarray(np.clip(fitted, usual / _WAVE, usual * _WAVE), dtype=np.float64)


def _spread(
    values: Float64,
    around: Around,
    shape: tuple[int, ...],
    corner: tuple[int, int],
    px_per_mm: int,
) -> NDArray[np.float32]:
    """Return in a window the value of the nearest point of an outline, on its band."""
    spread = np.zeros(shape, np.float32)
    at = np.rint((around.points * px_per_mm - 0.5 - corner) * 16).astype(np.int32)
    for (start, end), value in zip(
        zip(at, np.roll(at, -1, axis=0), strict=True), values.tolist(), strict=True
    ):
        ends = (int(start[0]), int(start[1])), (int(end[0]), int(end[1]))
        cv2.line(spread, *ends, (value,), round(2 * _BAND_MM * px_per_mm), cv2.LINE_8, 4)
    return spread

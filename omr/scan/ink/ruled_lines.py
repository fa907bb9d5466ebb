"""Lines ruled over the sheet from edge to edge, told from folds by what lies beside them.

In comes a dark line that crosses the whole sheet; out goes whether somebody drew it. Paper that
was folded stands up a little along the fold for millimetres: the lamp makes one of the slopes
darker than the other, or both darker than the paper farther away. A pen or a pencil along a
ruler darkens its own line, and the paper beside it is what it was.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from omr.scan.place.reference import Grey, Mask

Float64 = NDArray[np.float64]

# The line is followed in pieces of this length, half of each open to sight; so many of them tell.
_PIECE_MM, _OPEN, _LEAST_PIECES = 3.0, 0.5, 6
# It lies this near to where it was found among whole millimetres.
_WANDER_MM = 1.2
# The slopes of a fold are seen beyond the line and its blur, so far from where it has half of its
# darkness; a second line hides no more than a part of that. Farther away they have faded.
_SLOPE_MM, _FAR_MM = (0.3, 0.8), (2.4, 3.4)
# Slopes of folds, soft, pressed or cracked, make 0.06 to 0.9 of the line's own darkness; lines of
# pens and pencils have 0.01 beside them at most.
_SHADOW = 0.03
# Most pieces of a ruled line lie this near to one place beside the way from end to end; those of a
# tear through the sheet stray by a millimetre and more.
_STRAIGHT_MM, _MOST = 0.3, 0.5
# What is paler than this (of 255) is no line that was meant to be seen; a hard pencil leaves 45.
_PALE = 40.0


def is_ruled(darkness: Grey, shut: Mask, start_px: float, end_px: float, px_per_mm: int) -> bool:
    """Tell whether a line from the left to the right edge of a sheet was drawn.

    Args:
        darkness: Shape (h, w), 0 paper to 255.
        shut: Where print or missing paper hides the sheet, same shape.
        start_px: Row of the line at the left edge; ``end_px`` at the right one.
        end_px: See ``start_px``.
        px_per_mm: Resolution.

    Returns:
        True only if enough of the line is seen with both its sides. A line along the sheet's very
        edge is not.
    """
    profile = _profile(darkness, shut, start_px, end_px, px_per_mm)
    if profile is None:
        return False
    middle = len(profile) // 2
    sides = profile[middle::-1], profile[middle:]
    beside = [_beside(side, px_per_mm) for side in sides]
    left, right = (float(side.min()) for side in beside)
    peak = float(profile[middle]) - min(left, right)
    shadow = abs(left - right)
    far = np.concatenate([side[round(_FAR_MM[0] * px_per_mm) :] for side in sides])
    if np.isfinite(far).any():
        both = min(float(np.median(side)) for side in beside)
        shadow = max(shadow, both - float(np.nanmedian(far)))
    return peak > _PALE and shadow < _SHADOW * peak


def _beside(side: Float64, px_per_mm: int) -> Float64:
    """Return the darkness close to a line on one side, given from its middle outwards."""
    near, far = (round(away * px_per_mm) for away in _SLOPE_MM)
    last = round(_FAR_MM[0] * px_per_mm) - far
    pale = np.flatnonzero(side[:last] < side[0] / 2)
    end = int(pale[0]) if pale.size else last
    return side[end + near : end + far + 1]


def _profile(
    darkness: Grey, shut: Mask, start_px: float, end_px: float, px_per_mm: int
) -> Float64 | None:
    """Return the usual darkness across a straight line, the line in its middle.

    None where little shows, or it is not straight.
    """
    wander, near, far = (round(side * px_per_mm) for side in (_WANDER_MM, _FAR_MM[0], _FAR_MM[1]))
    reach = wander + far
    height, width = darkness.shape
    step = round(_PIECE_MM * px_per_mm)
    columns = np.arange(width // step * step)
    middle = np.rint(start_px + (end_px - start_px) * columns / width).astype(int)
    rows = middle[None, :] + np.arange(-reach, reach + 1)[:, None]
    inside = (rows >= 0) & (rows < height)
    rows = rows.clip(0, height - 1)
    open_ = inside & ~shut[rows, columns]
    shape = (len(rows), -1, step)
    count = open_.reshape(shape).sum(axis=2)
    total = np.where(open_, darkness[rows, columns], 0).reshape(shape).sum(axis=2)
    level = np.where(count >= _OPEN * step, total / np.maximum(count, 1), np.nan)
    seen: list[Float64] = []
    places: list[int] = []
    for piece in level.T:
        if not np.isfinite(piece[reach - wander - near : reach + wander + near + 1]).all():
            continue
        own = reach - wander + int(piece[reach - wander : reach + wander + 1].argmax())
        seen.append(piece[own - far : own + far + 1])
        places.append(own)
    if len(seen) < _LEAST_PIECES or not _is_straight(places, px_per_mm):
        return None
    known = np.stack(seen)
    enough = np.isfinite(known).sum(axis=0) >= _LEAST_PIECES
    known[:, ~enough] = 0.0
    usual = np.asarray(np.nanmedian(known, axis=0), np.float64)
    usual[~enough] = np.nan
    return usual


def _is_straight(places: list[int], px_per_mm: int) -> bool:
    """Tell a line along a ruler from the zigzag of a tear, by the places of its pieces.

    Where a second line lies close by, some pieces are of that one.
    """
    at = np.array(places, np.float64)
    near = np.abs(at[:, None] - at) < _STRAIGHT_MM * px_per_mm
    return float(near.mean(axis=0).max()) > _MOST

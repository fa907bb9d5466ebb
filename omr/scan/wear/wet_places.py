"""Outlines of places where the paper is darker than around: what a drop wetted, up to its edge.

In comes a piece of ink that may be part of such an outline; out comes the whole of it, and the
page along it, cut across at each point: ``omr.scan.wear.drops`` judges what was seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.scan.place.reference import Mask, as_bits, disc, grow
from omr.scan.place.straighten import FlatPage

Floats = NDArray[np.float32]
Float64 = NDArray[np.float64]
Window = tuple[slice, slice]

# Outlines are followed at this resolution: a rim is two pixels wide.
_PX_PER_MM = 4
# A drop reaches no farther than this from a piece of its rim, and is no smaller than this.
_FAR_MM, _SMALL_MM = 28.0, 2.5
# Beside a line, paper is looked at from here to there: past the line's own blur.
BESIDE_MM = (0.8, 2.1)
# Within a small drop there is but a twentieth of the paper beside its rim: the levels of both sides
# are told apart halfway between these percentiles.
_SIDES = (4, 85)
# Where paper to one side is darker than to the other by less than this, of 255, nothing is wet.
LEAST_STEP = 4.0
# A line alone is narrower than this, and no place.
_LINE_MM = 1.5
# Grain is smoothed to this; what print hides is taken from the paper that far around.
_GRAIN_MM, _HIDDEN_MM = 0.35, 1.5
# Points of an outline lie so far apart, and are drawn smooth to that.
TO_NEXT_MM, _SMOOTH_MM = 0.25, 0.5
# Of each point so much is seen to both sides; a rim lies within that of the outline, inwards.
_ACROSS_MM, _RIM_WITHIN_MM = 3.0, (-1.0, 0.4)
# Less of an outline on bare paper than this is no outline.
_SHOWN_MM = 3.0
# No paper is judged within this of the sheet's edge.
_EDGE_MM = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """A page along an outline: a row of pixels across it at each point, ``TO_NEXT_MM`` apart.

    Attributes:
        points: On the middle of the rim, in mm of the page, shape (n, 2).
        off_mm: How far outwards of it each column lies, shape (k,).
        seen: The page's channels (blue, green, red, or grey alone), shape (c, n, k).
        bare: Where neither print nor the sheet's edge is near, shape (n, k).
        cut: The points at the sheet's edge, shape (n,).
    """

    points: Float64
    off_mm: Float64
    seen: Float64
    bare: Mask
    cut: Mask


def around_wet_place(
    at: Window, shape: Mask, flat: FlatPage, hidden: Mask, px_per_mm: int
) -> Around | None:
    """Return the page along the outline of the wet place that a piece of ink borders.

    Args:
        at: Window of the piece on the page.
        shape: Where it is within that window.
        flat: The page laid flat.
        hidden: Where print, or no paper, tells nothing, shape (h, w).
        px_per_mm: Resolution.

    Returns:
        What is seen along the outline, or None if there is no such place.
    """
    near = _View(at, shape, BESIDE_MM[1] + 1.0, flat, hidden, px_per_mm)
    middle = _between(near)
    if middle is None:
        return None
    line = _outline(_View(at, shape, _FAR_MM, flat, hidden, px_per_mm), middle)
    if line is None:
        return None
    first = _across(*evenly(line), flat, hidden, px_per_mm)
    bridged = _bridged(first)
    if bridged is None:
        return None
    points, outward = evenly(bridged)
    rim_mm = _middle_of_rim(_across(points, outward, flat, hidden, px_per_mm))
    return _across(points + rim_mm[:, None] * outward, outward, flat, hidden, px_per_mm)


class _View:
    """A window of the page around a piece of ink, at ``_PX_PER_MM``.

    Attributes:
        left, top: Of the window, in mm of the page.
        whole: Which of its sides, left, top, right, bottom, are the sheet's own.
        seed: The piece of ink.
        open_: Where paper is bare.
        level: How light it is, in the colours that brown takes, smoothed; what print hides is
            as the paper around.
    """

    def __init__(
        self,
        at: Window,
        shape: Mask,
        far_mm: float,
        flat: FlatPage,
        hidden: Mask,
        px_per_mm: int,
    ) -> None:
        factor, far = px_per_mm // _PX_PER_MM, round(far_mm * _PX_PER_MM)
        height, width = (size // factor for size in flat.darkness.shape)
        top, left = (max(0, part.start // factor - far) for part in at)
        bottom = min(height, at[0].stop // factor + far)
        right = min(width, at[1].stop // factor + far)
        area = (
            slice(top * factor, bottom * factor),
            slice(left * factor, right * factor),
        )
        size = (right - left, bottom - top)
        self.left, self.top = left / _PX_PER_MM, top / _PX_PER_MM
        self.whole = (left == 0, top == 0, right == width, bottom == height)
        self.seed = np.zeros(size[::-1], np.bool_)
        ys, xs = np.nonzero(shape)
        rows = np.clip((ys + at[0].start) // factor - top, 0, size[1] - 1)
        columns = np.clip((xs + at[1].start) // factor - left, 0, size[0] - 1)
        self.seed[rows, columns] = True
        shut = as_bits(hidden[area]) * np.uint8(255)
        bare = cv2.resize(shut, size, interpolation=cv2.INTER_AREA) < 64
        # Beside print its blur is darker than the paper.
        self.open_ = cv2.erode(as_bits(bare), disc(1.0)).view(np.bool_)
        small = cv2.resize(flat.pixels[area], size, interpolation=cv2.INTER_AREA)
        light = small if small.ndim == 2 else small[:, :, :2].mean(axis=2)
        self.level = _smoothed(light.astype(np.float32), self.open_)


def _smoothed(light: Floats, open_: Mask) -> Floats:
    weight = open_.astype(np.float32)
    fine, share = _mean(light, weight, _GRAIN_MM)
    if float(share.min()) > 0.2:
        return fine
    coarse, some = _mean(light, weight, _HIDDEN_MM)
    out = np.where(share > 0.2, fine, np.where(some > 0.02, coarse, 255.0))
    return np.asarray(out, dtype=np.float32)


def _mean(light: Floats, weight: Floats, sigma_mm: float) -> tuple[Floats, Floats]:
    share, sum_ = (
        np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma_mm * _PX_PER_MM), np.float32)
        for picture in (weight, light * weight)
    )
    return np.asarray(sum_ / np.maximum(share, 1e-4), np.float32), share


def _between(view: _View) -> float | None:
    """Return the level halfway between the paper to both sides of a line, if they differ."""
    first, last = (mm * _PX_PER_MM for mm in BESIDE_MM)
    values = view.level[grow(view.seed, last) & ~grow(view.seed, first) & view.open_]
    if len(values) < 12:
        return None
    middle = float(np.percentile(values, _SIDES).mean())
    dark, light = values[values < middle], values[values >= middle]
    if not len(dark) or not len(light):
        return None
    levels = float(np.median(dark)), float(np.median(light))
    return sum(levels) / 2 if levels[1] - levels[0] > LEAST_STEP else None


def _outline(view: _View, middle: float) -> Float64 | None:
    """Return the outline of the dark place at a line, in mm, shape (n, 2)."""
    dark = as_bits(view.level < middle)
    broad = cv2.morphologyEx(dark, cv2.MORPH_OPEN, disc(_LINE_MM / 2 * _PX_PER_MM))
    count, labels = cv2.connectedComponents(broad, None, 8, cv2.CV_32S)
    touching = np.bincount(labels[grow(view.seed, 1.0 * _PX_PER_MM)], minlength=count)
    touching[0] = 0
    if not touching.any():
        return None
    place = as_bits(labels == touching.argmax())
    left, top, width, height = cv2.boundingRect(place)
    sides = (left, top, place.shape[1] - left - width, place.shape[0] - top - height)
    if min(width, height) < _SMALL_MM * _PX_PER_MM or any(
        gap == 0 and not whole for gap, whole in zip(sides, view.whole, strict=True)
    ):
        return None
    contours, _ = cv2.findContours(place, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    line = max(contours, key=len)[:, 0].astype(np.float64)
    return np.asarray((line + 0.5) / _PX_PER_MM + (view.left, view.top), dtype=np.float64)


def evenly(line: Float64) -> tuple[Float64, Float64]:
    """Return a closed line smoothed, its points ``TO_NEXT_MM`` apart, and its normals outwards."""
    closed = np.vstack([line, line[:1]])
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    at = np.arange(0.0, way[-1], TO_NEXT_MM)
    points = np.column_stack(
        [smooth_around(np.interp(at, way, closed[:, k]), _SMOOTH_MM) for k in (0, 1)]
    )
    ahead = np.roll(points, -1, axis=0) - np.roll(points, 1, axis=0)
    ahead /= np.maximum(np.hypot(*ahead.T)[:, None], 1e-6)
    outward = np.column_stack([ahead[:, 1], -ahead[:, 0]])
    return points, outward if signed_area(points) > 0 else -outward


def signed_area(points: Float64) -> float:
    """Return the area within a closed line, shape (n, 2), less than 0 if it runs the other way."""
    x, y = points.T
    return float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) / 2


def smooth_around(values: Float64, sigma_mm: float) -> Float64:
    """Return values along an outline, smoothed; the last is beside the first."""
    sigma = sigma_mm / TO_NEXT_MM
    reach = int(3 * sigma) + 1
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    around = np.take(values, np.arange(-reach, len(values) + reach), mode="wrap")
    return np.convolve(around, taps / taps.sum(), "valid")


def _bridged(around: Around) -> Float64 | None:
    """Return an outline whose stretches under print are drawn as arcs between those that show."""
    near = np.abs(around.off_mm) <= BESIDE_MM[0]
    shown = np.flatnonzero(around.bare[:, near].all(axis=1) | around.cut)
    if len(shown) * TO_NEXT_MM < _SHOWN_MM:
        return None
    centre = around.points.mean(axis=0)
    x, y = (around.points[shown] - centre).T
    count = len(around.points)
    index = np.append(shown, shown[0] + count)
    turn = np.unwrap(np.append(np.arctan2(y, x), np.arctan2(y[0], x[0])))
    away = np.append(np.hypot(x, y), np.hypot(x[0], y[0]))
    every = np.arange(shown[0], shown[0] + count)
    turns, aways = (np.interp(every, index, values) for values in (turn, away))
    arc = np.column_stack([aways * np.cos(turns), aways * np.sin(turns)])
    return np.asarray(centre + arc, dtype=np.float64)


def _across(
    points: Float64, outward: Float64, flat: FlatPage, hidden: Mask, px_per_mm: int
) -> Around:
    scale = px_per_mm
    height, width = (size / scale for size in hidden.shape)
    off = np.arange(-_ACROSS_MM, _ACROSS_MM + 0.01, 1 / scale)
    at = points[:, None, :] + outward[:, None, :] * off[None, :, None]
    area = window_of(points, _ACROSS_MM + 1.0, hidden.shape, scale)
    x, y = (
        np.asarray(at[..., k] * scale - 0.5 - area[1 - k].start, dtype=np.float32) for k in (0, 1)
    )

    def taken(picture: NDArray[np.uint8]) -> Float64:
        return np.asarray(cv2.remap(picture, x, y, cv2.INTER_LINEAR), dtype=np.float64)

    def inside(place: Float64) -> Mask:
        gap = np.minimum(place, (width, height) - place)
        return np.asarray(gap.min(axis=-1) > _EDGE_MM, dtype=np.bool_)

    paper = taken(as_bits(flat.paper[area]) * np.uint8(255)) > 250
    bare = taken(as_bits(hidden[area]) * np.uint8(255)) < 5
    on_rim = np.abs(off) < BESIDE_MM[0]
    return Around(
        points=points,
        off_mm=off,
        seen=np.stack([taken(channel) for channel in channels_of(flat, area)]),
        bare=bare & paper & inside(at),
        cut=~inside(points) | ~paper[:, on_rim].all(axis=1),
    )


def window_of(points: Float64, margin_mm: float, shape: tuple[int, ...], px_per_mm: int) -> Window:
    """Return the window of the page that holds some points in mm, shape (n, 2)."""
    low = np.maximum(0, ((points.min(axis=0) - margin_mm) * px_per_mm).astype(int))
    high = ((points.max(axis=0) + margin_mm) * px_per_mm).astype(int) + 1
    return slice(int(low[1]), min(shape[0], int(high[1]))), slice(
        int(low[0]), min(shape[1], int(high[0]))
    )


def channels_of(flat: FlatPage, area: Window) -> tuple[NDArray[np.uint8], ...]:
    """Return blue, green and red, or grey alone, of a window, without the finest grain."""
    smooth = np.asarray(cv2.blur(flat.pixels[area], (3, 3)), dtype=np.uint8)
    planes = np.atleast_3d(smooth)
    return tuple(np.ascontiguousarray(planes[:, :, k]) for k in range(planes.shape[2]))


def _middle_of_rim(around: Around) -> Float64:
    """Return how far outwards of each point the darkest line along an outline runs, in mm."""
    off = around.off_mm
    near = (off >= _RIM_WITHIN_MM[0]) & (off <= _RIM_WITHIN_MM[1])
    level = np.apply_along_axis(smooth_around, 0, around.seen.mean(axis=0), _SMOOTH_MM)
    darkest = off[near][level[:, near].argmin(axis=1)]
    whole = around.bare[:, near].all(axis=1)
    usual = float(np.median(darkest[whole])) if whole.any() else 0.0
    return smooth_around(np.where(whole, darkest, usual), 2 * _SMOOTH_MM)

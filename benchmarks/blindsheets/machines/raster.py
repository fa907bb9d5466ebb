"""What every part of a machine draws with: pixels, smooth random fields, grain, laid patches.

Sheets are large (A4 at 16 px/mm is 16 million pixels), so nothing here makes a random number for
each pixel of a page: grain comes from one tile made once and laid at a random place, and an
effect touches only the patch of paper that it covers.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Field = npt.NDArray[np.float32]
Colour = tuple[float, float, float]
"""Blue, green, red; 255 is white."""

# Rows worked at once: a strip of a page this high stays in the processor's cache.
STRIP_PX = 128
_TILE_PX = 512
# A seed of our own for the one tile of grain; what differs is where it is laid.
_TILE_SEED = 20210715


def pixels(array: object) -> Pixels:
    """Return what OpenCV hands back as pixels, without a copy where it is uint8 already."""
    return np.asarray(array, dtype=np.uint8)


def field(array: object) -> Field:
    """Return an array as a field of float32."""
    return np.asarray(array, dtype=np.float32)


@lru_cache(maxsize=1)
def _unit_noise() -> Field:
    rng = np.random.default_rng(_TILE_SEED)
    return field(rng.standard_normal((_TILE_PX, _TILE_PX, 3)))


@lru_cache(maxsize=24)
def grain(
    depth: float, softness_px: float, channels: int, width: int, column_depth: float = 0.0
) -> Pixels:
    """Make a strip of grain about 128, to be laid at any place.

    Args:
        depth: Standard deviation, grey levels.
        softness_px: Gaussian blur that makes the grain of paper coarser than that of a sensor.
        channels: 1 or 3.
        width: Columns wanted, pixels; the strip is wider, so that it can be laid anywhere.
        column_depth: Standard deviation of a level that is the same down each column, as the
            cells of a line sensor differ.

    Returns:
        Shape (512, width + 512) or (512, width + 512, 3).
    """
    noise = _unit_noise() if channels == 3 else np.ascontiguousarray(_unit_noise()[..., :1])
    if softness_px > 0:
        rim = int(softness_px * 4) + 1
        wide = np.concatenate([noise[-rim:], noise, noise[:rim]], axis=0)
        wide = np.concatenate([wide[:, -rim:], wide, wide[:, :rim]], axis=1)
        soft = cv2.GaussianBlur(wide, (0, 0), softness_px)
        noise = field(soft).reshape(wide.shape)[rim:-rim, rim:-rim]
        noise = noise / max(float(noise.std()), 1e-6)
    tile = np.clip(np.rint(noise * depth + 128), 0, 255).astype(np.uint8)
    times = -(-(width + _TILE_PX) // _TILE_PX)
    strip = np.tile(tile, (1, times, 1))[:, : width + _TILE_PX]
    if column_depth > 0:
        columns = np.random.default_rng(_TILE_SEED + 1).standard_normal(strip.shape[1])
        levels = np.rint(columns * column_depth).astype(np.int8).astype(np.uint8)
        # Modulo 256, adding a negative level as uint8 is right while grain stays near 128.
        strip = strip + levels[None, :, None]
    return np.ascontiguousarray(strip if channels == 3 else strip[..., 0])


def add_grain(
    image: Pixels, strip: Pixels, rng: np.random.Generator, gain: float = 1.0, lift: float = 0.0
) -> None:
    """Stretch the tones of a picture and add grain, in place.

    The result is ``gain * (image + grain) + lift``, cut at 0 and 255: what a scanner does that
    amplifies its own noise along with the picture.
    """
    height, width = image.shape[:2]
    left = int(rng.integers(0, strip.shape[1] - width + 1))
    top = int(rng.integers(0, _TILE_PX - STRIP_PX))
    for y in range(0, height, STRIP_PX):
        part = image[y : y + STRIP_PX]
        start = (top + y * 5) % (_TILE_PX - STRIP_PX)
        noise = strip[start : start + part.shape[0], left : left + width]
        cv2.addWeighted(part, gain, noise, gain, lift - 128 * gain, dst=part)


def halved(image: Pixels) -> Pixels:
    """Return a picture at half its resolution; an odd last row or column is left out.

    OpenCV averages by whole factors ten times as fast as by others.
    """
    height, width = image.shape[0] // 2, image.shape[1] // 2
    even = image[: height * 2, : width * 2]
    return pixels(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA))


def remapped(
    source: Pixels, maps: Field, border: int, outside: tuple[float, ...] = (0.0,)
) -> Pixels:
    """Take each pixel from the place that a map of x and y gives, shape (h, w, 2)."""
    # The stubs want a second map. It must be None: with an empty array the result is garbage.
    seen = cv2.remap(  # type: ignore[call-overload]
        source, maps, None, cv2.INTER_LINEAR, borderMode=border, borderValue=outside
    )
    return pixels(seen)


def blotches(rng: np.random.Generator, shape: tuple[int, int], cells: tuple[int, int]) -> Field:
    """Make a smooth random field of mean about 0 and values mostly within -1 to 1.

    Args:
        shape: Height and width wanted.
        cells: How many hills fit down and across.
    """
    rows, columns = max(2, cells[0]), max(2, cells[1])
    coarse = rng.standard_normal((rows, columns)).astype(np.float32) * 0.5
    return field(cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC))


def lay(image: Pixels, clear: Pixels, x_px: float, y_px: float, width_px: float) -> None:
    """Multiply a patch of a picture by what a film of ink or stain lets through, in place.

    Args:
        image: Picture, BGR.
        clear: The film, BGR, 255 where it is clear; any resolution.
        x_px: Left edge of the film in the picture; it may lie partly outside.
        y_px: Top edge.
        width_px: Width of the film in the picture; its height follows.
    """
    width = max(1, round(width_px))
    height = max(1, round(width_px * clear.shape[0] / clear.shape[1]))
    left, top = round(x_px), round(y_px)
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + width, image.shape[1]), min(top + height, image.shape[0])
    if x1 <= x0 or y1 <= y0:
        return
    sized = cv2.resize(clear, (width, height), interpolation=cv2.INTER_LINEAR)
    part = image[y0:y1, x0:x1]
    cv2.multiply(part, sized[y0 - top : y1 - top, x0 - left : x1 - left], dst=part, scale=1 / 255)


def cover(
    image: Pixels, veil: Field, colour: Colour, x_px: float, y_px: float, width_px: float
) -> None:
    """Cover a patch of a picture with an opaque thing, in place.

    Args:
        image: Picture, BGR.
        veil: How much of the thing is before the paper, 0 to 1; any resolution.
        colour: Of the thing.
        x_px: Left edge of the veil in the picture; it may lie partly outside.
        y_px: Top edge.
        width_px: Width of the veil in the picture; its height follows.
    """
    width = max(1, round(width_px))
    height = max(1, round(width_px * veil.shape[0] / veil.shape[1]))
    left, top = round(x_px), round(y_px)
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + width, image.shape[1]), min(top + height, image.shape[0])
    if x1 <= x0 or y1 <= y0:
        return
    sized = field(cv2.resize(veil, (width, height), interpolation=cv2.INTER_LINEAR))
    share = sized[y0 - top : y1 - top, x0 - left : x1 - left, None]
    part = image[y0:y1, x0:x1]
    mixed = part * (1 - share) + np.asarray(colour, np.float32) * share
    image[y0:y1, x0:x1] = np.clip(mixed, 0, 255).astype(np.uint8)


def film(depth: Field, colour: Colour) -> Pixels:
    """Turn a depth of stain, 0 to 1, into what it lets through.

    Args:
        depth: Shape (h, w).
        colour: What the stain lets through at depth 1.
    """
    lost = 255 - np.asarray(colour, np.float32)
    return pixels(np.clip(255 - depth[..., None] * lost, 0, 255).astype(np.uint8))

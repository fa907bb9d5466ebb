"""Pictures of a sheet that no scanner of the place made: with a phone, or as a fax keeps them."""

from __future__ import annotations

import math

import cv2
import numpy as np

from blindsheets.machines.encoding import Encoding, encoded
from blindsheets.machines.feed import Feed, enlarged
from blindsheets.machines.raster import (
    Field,
    Pixels,
    add_grain,
    blotches,
    field,
    grain,
    halved,
    pixels,
    remapped,
)
from blindsheets.machines.scanner import Scanner, scan
from blindsheets.machines.sheet import WornPage

# Sizes of phone pictures, long side first: 8, 10.7 and 12 megapixels.
_SIZES_PX = ((3264, 2448), (3776, 2832), (4000, 3000))
_MOST_TILT_DEG = 12.0
_STEP_PX = 16
_FAX = Scanner(
    words=("one bit, 200 dpi",),
    dpi=200,
    colour=False,
    feed=Feed(wander_mm=0.5, skew_deg=0.4, most_skew_deg=1.2),
    encoding=Encoding("global", threshold=74),
    noise=2.0,
)


def bilevel200(
    worn: WornPage, px_per_mm: float, rng: np.random.Generator
) -> tuple[Pixels, int | None]:
    """Scan a sheet in black and white at 200 dpi, as a fax or a full mailbox asks for.

    Returns:
        Shape (h, w), each pixel 0 or 255, and 200.
    """
    return scan(_FAX, worn, px_per_mm, rng), _FAX.dpi


def photographed(
    worn: WornPage, px_per_mm: float, rng: np.random.Generator
) -> tuple[Pixels, int | None]:
    """Take a picture of a sheet with a phone.

    Returns:
        BGR, shape (h, w, 3), upright, and None: a picture states no resolution.
    """
    long_px, short_px = _SIZES_PX[int(rng.integers(0, len(_SIZES_PX)))]
    height_px, width_px = worn.pixels.shape[:2]
    tall = height_px >= width_px
    shape = (long_px, short_px) if tall else (short_px, long_px)
    sheet_mm = (width_px / px_per_mm, height_px / px_per_mm)
    places = _places(shape, sheet_mm, worn.displacement, rng)
    source = worn.pixels
    ratio = px_per_mm / _px_per_mm(places)
    shrunk = 1.0
    if ratio > 1.6:
        source = halved(source)
        shrunk = 2.0
    scale = np.float32(px_per_mm / shrunk)
    maps = enlarged(places * scale - np.float32(0.5), _STEP_PX, shape)
    image = _table(shape, rng)
    _shadow_under(image, places, sheet_mm, float(rng.uniform(1.5, 5)))
    seen = remapped(source, maps, cv2.BORDER_REPLICATE)
    inside = _inside(worn, places, sheet_mm, shape)
    cv2.copyTo(seen, inside, image)
    light = _light(shape, places, sheet_mm, worn.shade, rng)
    cv2.multiply(image, light, dst=image, scale=1 / 200)
    image = pixels(cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.5, 1.1))))
    soft = cv2.blur(image, (3, 3))
    amount = float(rng.uniform(0.2, 0.9))
    cv2.addWeighted(image, 1 + amount, soft, -amount, 0, dst=image)
    strip = grain(round(float(rng.uniform(1.5, 4.5)), 1), 0.9, 3, shape[1])
    add_grain(image, strip, rng)
    quality = int(rng.integers(70, 96))
    return encoded(image, Encoding("jpeg", quality, "420")), None


def _places(
    shape: tuple[int, int],
    sheet_mm: tuple[float, float],
    bend: Field | None,
    rng: np.random.Generator,
) -> Field:
    """Work out where on the sheet each cell of the picture looks, mm; one cell of rim."""
    width, height = sheet_mm
    tilt = rng.uniform(-1, 1, 2)
    tilt *= math.radians(float(rng.uniform(0, _MOST_TILT_DEG))) / max(float(np.hypot(*tilt)), 1e-6)
    roll = math.radians(float(rng.normal(0, 2.0)))
    turn = np.asarray(cv2.Rodrigues(np.array([tilt[0], tilt[1], roll]))[0], np.float64)
    corners = np.array([[-width, -height], [width, -height], [width, height], [-width, height]]) / 2
    far_mm = float(rng.uniform(330, 480)) * max(height / 297, width / 210)
    points = np.column_stack([corners, np.zeros(4)]) @ turn.T + np.array([0, 0, far_mm])
    seen = points[:, :2] / points[:, 2:]
    extent = seen.max(axis=0) - seen.min(axis=0)
    size = np.array([shape[1], shape[0]], float)
    fill = float(rng.uniform(0.82, 0.96))
    focal = fill * float((size / extent).min())
    spare = size - extent * focal
    corner = spare * rng.uniform(0.25, 0.75, 2)
    laid = (seen - seen.min(axis=0)) * focal + corner
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]])
    back = cv2.getPerspectiveTransform(laid.astype(np.float32), target.astype(np.float32))
    rows, columns = (-(-at // _STEP_PX) + 2 for at in shape)
    u, v = np.meshgrid((np.arange(columns) - 0.5) * _STEP_PX, (np.arange(rows) - 0.5) * _STEP_PX)
    # Barrel or pincushion of a small lens, as a share at the corner of the picture.
    x, y = (u - size[0] / 2) / (size[1] / 2), (v - size[1] / 2) / (size[1] / 2)
    pull = 1 + float(rng.normal(0, 0.006)) * (x**2 + y**2)
    grid = np.stack([x * pull * size[1] / 2 + size[0] / 2, y * pull * size[1] / 2 + size[1] / 2], 2)
    places = field(cv2.perspectiveTransform(grid.astype(np.float32), back))
    if bend is not None:
        scale = np.array([bend.shape[1] / width, bend.shape[0] / height], np.float32)
        at = places * scale - np.float32(0.5)
        x_at, y_at = np.ascontiguousarray(at[..., 0]), np.ascontiguousarray(at[..., 1])
        moved = cv2.remap(bend, x_at, y_at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        # No lid presses the sheet flat: it stands up more than under a scanner.
        places += 1.3 * field(moved)
    places += _unflat(places.shape[:2], rng)
    return places


def _unflat(shape: tuple[int, int], rng: np.random.Generator) -> Field:
    hills = [blotches(rng, shape, (4, 3)) * float(rng.uniform(0.1, 0.6)) for _ in range(2)]
    return field(np.stack(hills, axis=2))


def _px_per_mm(places: Field) -> float:
    middle = (places.shape[0] // 2, places.shape[1] // 2)
    step = places[middle[0], middle[1] + 1] - places[middle[0], middle[1]]
    return _STEP_PX / max(float(np.hypot(*step)), 1e-6)


def _inside(
    worn: WornPage, places: Field, sheet_mm: tuple[float, float], shape: tuple[int, int]
) -> Pixels:
    # Across and down apart: their lesser, enlarged, would round the corners.
    rims = enlarged(np.minimum(places, np.array(sheet_mm, np.float32) - places), _STEP_PX, shape)
    mask = pixels(cv2.inRange(rims, (0.0, 0.0), (1e6, 1e6)))
    if worn.gone is not None:
        scale = np.float32(worn.gone.shape[1] / sheet_mm[0])
        maps = enlarged(places * scale - np.float32(0.5), _STEP_PX, shape)
        gone = remapped(worn.gone, maps, cv2.BORDER_CONSTANT)
        mask[gone > 127] = 0
    return mask


def _shadow_under(
    table: Pixels, places: Field, sheet_mm: tuple[float, float], reach_mm: float
) -> None:
    outside = np.maximum(-places, places - np.array(sheet_mm, np.float32)).max(axis=2)
    dark = 1 - 0.6 * np.exp(-np.clip(outside, 0, None) / reach_mm)
    levels = np.rint(dark * 255).astype(np.float32)
    full = enlarged(field(levels), _STEP_PX, (table.shape[0], table.shape[1])).astype(np.uint8)
    cv2.multiply(table, cv2.cvtColor(full, cv2.COLOR_GRAY2BGR), dst=table, scale=1 / 255)


def _table(shape: tuple[int, int], rng: np.random.Generator) -> Pixels:
    kind = int(rng.integers(0, 3))
    colour = np.array(((58, 92, 138), (96, 100, 102), (60, 58, 56))[kind], np.float32)
    colour = colour * float(rng.uniform(0.7, 1.25))
    small = (shape[0] // 4, shape[1] // 4)
    if kind == 0:
        # Wood: long grain, with slow bends across.
        bends = blotches(rng, small, (3, 6)) * 6
        y = np.linspace(0, 60, small[0], dtype=np.float32)[:, None]
        tone = 0.1 * np.sin(y + bends) + 0.12 * blotches(rng, small, (small[0] // 3, 5))
    else:
        tone = 0.05 * blotches(rng, small, (12, 9)) + 0.04 * blotches(rng, small, (400, 300))
    picture = np.clip(colour * (1 + tone[..., None]), 0, 255).astype(np.uint8)
    size = (shape[1], shape[0])
    return pixels(cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC))


def _light(
    shape: tuple[int, int],
    places: Field,
    sheet_mm: tuple[float, float],
    shade: Field | None,
    rng: np.random.Generator,
) -> Pixels:
    """Light of a room: a window on one side, the shadow of the hand, the fall of the lens."""
    inner = places[1:-1, 1:-1]
    rows, columns = inner.shape[:2]
    x = np.linspace(-1, 1, columns, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, rows, dtype=np.float32)[:, None]
    angle = float(rng.uniform(0, 2 * math.pi))
    light = 1 + float(rng.uniform(0.03, 0.2)) * (x * math.cos(angle) + y * math.sin(angle))
    light = light * (1 - float(rng.uniform(0.03, 0.12)) * (x**2 + y**2))
    if rng.uniform() < 0.7:
        light = light * (1 - float(rng.uniform(0.12, 0.38)) * _hand(x, y, rng))
    light = light * float(rng.uniform(0.78, 0.98))
    if shade is not None:
        scale = np.array([shade.shape[1] / sheet_mm[0], shade.shape[0] / sheet_mm[1]], np.float32)
        at = inner * scale - np.float32(0.5)
        x_at, y_at = np.ascontiguousarray(at[..., 0]), np.ascontiguousarray(at[..., 1])
        seen = cv2.remap(shade, x_at, y_at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        light = light * (1 + 1.4 * (field(seen) - 1))
    warm = float(rng.normal(0, 0.05))
    tint = np.array([1 - max(warm, 0), 1 - abs(warm) * 0.3, 1 + min(warm, 0)], np.float32)
    levels = np.clip(light[..., None] * tint * 200, 0, 255).astype(np.uint8)
    full = cv2.resize(levels, (columns * _STEP_PX, rows * _STEP_PX), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(pixels(full)[: shape[0], : shape[1]])


def _hand(x: Field, y: Field, rng: np.random.Generator) -> Field:
    """Shadow of the hand that holds the phone, with an arm that comes from below."""
    place = rng.uniform((-0.7, -0.2), (0.7, 1.1))
    size = rng.uniform(0.3, 0.6, 2)
    palm = ((x - place[0]) / size[0]) ** 2 + ((y - place[1]) / size[1]) ** 2
    arm = np.abs(x - place[0] - float(rng.normal(0, 0.3)) * (y - place[1])) / (0.6 * size[0])
    arm = np.where(y > place[1], arm**2, 9.0)
    edge = float(rng.uniform(0.06, 0.3))
    return field(1 / (1 + np.exp(np.clip((np.minimum(palm, arm) - 1) / edge, -30, 30))))

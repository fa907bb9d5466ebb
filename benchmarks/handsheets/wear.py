"""What happens to paper between the voter's hand and the scanner.

Folds whose toner cracked, crumpling, damp, coffee, fingers, staples, holes, tears, dog-ears,
and print showing through from behind. Nothing here makes a paper doubtful: a person reads it
at a glance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import cv2
import numpy as np

from handsheets.sheet import Float32, Pixels, Sheet, smooth_noise
from omr.geometry import FloatArray, Rect

WearKind = Literal[
    "fold", "hard-fold", "crease", "crumple", "coffee", "fingers", "staple", "staple-holes",
    "punched", "torn", "dog-ear", "damp", "show-through", "dust", "yellowed",
]  # fmt: skip
LIGHT_WEAR: dict[WearKind, float] = {"fold": 0.15, "dust": 0.3, "show-through": 0.05}
HEAVY_WEAR: dict[WearKind, float] = {
    "fold": 0.3, "hard-fold": 0.25, "crease": 0.3, "crumple": 0.2, "coffee": 0.1, "fingers": 0.2,
    "staple": 0.15, "staple-holes": 0.1, "punched": 0.15, "torn": 0.15, "dog-ear": 0.15,
    "damp": 0.1, "show-through": 0.2, "dust": 0.5, "yellowed": 0.15,
}  # fmt: skip


def wear(
    sheet: Sheet,
    kinds: Sequence[WearKind],
    back: Pixels,
    keep: Sequence[Rect],
    rng: np.random.Generator,
) -> None:
    """Wear a sheet, in place.

    Args:
        sheet: The paper.
        kinds: What happens to it.
        back: Shape (h, w), the print behind as read from behind, 255 = white.
        keep: Where no paper may go missing: boxes and names, in millimetres of the sheet.
        rng: Source of all chance.
    """
    for kind in kinds:
        if kind == "show-through":
            _show_through(sheet, back, rng)
        elif kind in ("torn", "dog-ear"):
            _lose_corner(sheet, kind == "dog-ear", keep, rng)
        else:
            _WEARS[kind](sheet, rng)


def _px(sheet: Sheet, millimetres: float) -> float:
    return millimetres * sheet.px_per_mm


def _crack(sheet: Sheet, points_mm: FloatArray, depth: float, rng: np.random.Generator) -> None:
    """Draw a fold line: a dark hairline, a light flank, and cracked toner along it."""
    scale = sheet.px_per_mm
    low = np.floor(points_mm.min(axis=0) * scale - 4 * scale).astype(int)
    size = np.ceil(points_mm.max(axis=0) * scale + 4 * scale).astype(int) - low
    line = np.full((int(size[1]), int(size[0])), 255, np.uint8)
    spots = np.rint((points_mm * scale - low) * 16).astype(np.int32)
    cv2.polylines(line, [spots], False, 0, 1, cv2.LINE_8, 4)
    away = np.asarray(cv2.distanceTransform(line, cv2.DIST_L2, 3), np.float32) / scale
    patchy = np.clip(0.75 + 0.35 * smooth_noise(away.shape, 5 * scale, rng), 0.1, 1.3)
    dark = depth * patchy * np.exp(-((away / 0.14) ** 2))
    flank = 0.3 * depth * np.exp(-away / 1.2)
    sheet.filter(int(low[0]), int(low[1]), np.asarray(1.0 - np.clip(dark + flank, 0, 0.8)))
    flakes = smooth_noise(away.shape, 0.35 * scale, rng) > 0.9
    lost = np.where(flakes & (away < 0.35), 0.75, 0.0).astype(np.float32)
    paper = np.array([244.0, 246.0, 247.0])
    sheet.cover(max(0, int(low[0])), max(0, int(low[1])), paper,
                lost[max(0, -int(low[1])):, max(0, -int(low[0])):])  # fmt: skip


def _wavy(
    start: tuple[float, float], end: tuple[float, float], sway: float, rng: np.random.Generator
) -> FloatArray:
    t = np.linspace(0.0, 1.0, 40)[:, None]
    line = np.array(start) + t * (np.array(end) - np.array(start))
    across = np.array([-(end[1] - start[1]), end[0] - start[0]])
    across = across / max(float(np.hypot(*across)), 1e-6)
    walk = np.cumsum(rng.normal(0.0, 1.0, 40))
    walk = walk - np.linspace(walk[0], walk[-1], 40)
    return np.asarray(line + sway * walk[:, None] / 6.0 * across, dtype=np.float64)


def _fold(sheet: Sheet, rng: np.random.Generator, depth: float | None = None) -> None:
    """Fold once, in thirds or in quarters, and perhaps across."""
    places = ((0.5,), (1 / 3, 2 / 3), (0.25, 0.5, 0.75))[int(rng.choice(3, p=[0.55, 0.3, 0.15]))]
    depth = depth or float(rng.uniform(0.04, 0.14))
    w, h = sheet.width_mm, sheet.height_mm
    for at in places:
        y = h * at + float(rng.normal(0.0, 3.0))
        slope = float(rng.normal(0.0, 1.0))
        _crack(sheet, _wavy((0, y), (w, y + slope), 0.15, rng), depth, rng)
        _bend(sheet, y / h, float(rng.normal(0.0, 0.3)))
    if rng.random() < 0.4:
        x = w / 2 + float(rng.normal(0.0, 3.0))
        _crack(sheet, _wavy((x, 0), (x + float(rng.normal(0, 1)), h), 0.15, rng), depth, rng)


def _hard_fold(sheet: Sheet, rng: np.random.Generator) -> None:
    _fold(sheet, rng, float(rng.uniform(0.14, 0.32)))


def _bulge(sheet: Sheet) -> Float32:
    if sheet.bulge_mm is None:
        sheet.bulge_mm = np.zeros((24, 18, 2), np.float32)
    return sheet.bulge_mm


def _bend(sheet: Sheet, at: float, amount_mm: float) -> None:
    """Paper stands up along a fold: what is near it is seen displaced."""
    field = _bulge(sheet)
    rows = np.linspace(0.0, 1.0, field.shape[0])
    field[:, :, 1] += (amount_mm * np.exp(-(((rows - at) / 0.05) ** 2)))[:, None]


def _crease(sheet: Sheet, rng: np.random.Generator) -> None:
    for _ in range(int(rng.integers(1, 4))):
        x, y = rng.uniform(0.1, 0.9) * sheet.width_mm, rng.uniform(0.1, 0.9) * sheet.height_mm
        angle, length = rng.uniform(0, 2 * np.pi), rng.uniform(20, 90)
        end = (x + length * np.cos(angle), y + length * np.sin(angle))
        _crack(sheet, _wavy((x, y), end, 1.2, rng), float(rng.uniform(0.05, 0.2)), rng)


def _crumple(sheet: Sheet, rng: np.random.Generator) -> None:
    """Balled up and smoothed out again: facets that shade differently, and many creases."""
    h, w = sheet.pixels.shape[:2]
    seeds = rng.uniform(0, 1, (int(rng.integers(12, 30)), 2)) * np.array([w, h])
    small_h, small_w = h // 8, w // 8
    xs, ys = np.meshgrid(np.arange(small_w) * 8.0, np.arange(small_h) * 8.0)
    away = np.hypot(xs[None] - seeds[:, 0, None, None], ys[None] - seeds[:, 1, None, None])
    nearest = np.argmin(away, axis=0)
    tilt = rng.normal(0.0, 0.012, len(seeds))[nearest].astype(np.float32)
    shade = cv2.resize(cv2.GaussianBlur(tilt, (0, 0), 3.0), (w, h))
    sheet.filter(0, 0, np.asarray(1.0 - 0.03 + shade, np.float32))
    for _ in range(int(rng.integers(5, 11))):
        a, b = rng.uniform(0.05, 0.95, 2), rng.uniform(0.05, 0.95, 2)
        size = np.array([sheet.width_mm, sheet.height_mm])
        b = a + 0.35 * (b - a)
        path = _wavy(tuple(a * size), tuple(b * size), 2.0, rng)
        _crack(sheet, path, float(rng.uniform(0.04, 0.14)), rng)
    field = _bulge(sheet)
    for axis in (0, 1):
        field[:, :, axis] += 0.3 * smooth_noise((24, 18), 4.0, rng)


def _damp(sheet: Sheet, rng: np.random.Generator) -> None:
    """It was wet: broad waves, and a stain with a darker rim."""
    field = _bulge(sheet)
    for axis in (0, 1):
        field[:, :, axis] += 0.35 * smooth_noise((24, 18), 6.0, rng)
    h, w = sheet.pixels.shape[:2]
    blot = smooth_noise((h // 6, w // 6), w / 6 / 3.0, rng)
    stain = np.clip((blot - 0.8) * 6, 0, 1)
    rim = np.exp(-(((blot - 0.85) / 0.06) ** 2))
    cover = cv2.resize(np.asarray(0.04 * stain + 0.1 * rim, np.float32), (w, h))
    tint = np.array([1.0, 0.75, 0.6], np.float32)
    sheet.filter(0, 0, np.asarray(1.0 - cover[:, :, None] * tint, np.float32))


def _coffee(sheet: Sheet, rng: np.random.Generator) -> None:
    radius, scale = float(rng.uniform(30.0, 44.0)), sheet.px_per_mm
    side = int(2.3 * radius * scale)
    axis = (np.arange(side, dtype=np.float32) - side / 2) / scale
    r = np.hypot(axis[:, None], axis[None, :] * float(rng.uniform(0.95, 1.05)))
    turn = np.arctan2(axis[:, None], axis[None, :])
    part = np.clip(0.7 + 0.5 * np.cos(turn + float(rng.uniform(0, 6))), 0.05, 1.0)
    rim = np.exp(-(((r - radius) / 0.7) ** 2)) + 0.35 * np.exp(-(((r - radius + 2) / 1.6) ** 2))
    cover = float(rng.uniform(0.1, 0.25)) * part * rim
    tint = np.array([1.0, 0.72, 0.45], np.float32)
    x, y = rng.uniform(0.0, 0.9, 2) * np.array([sheet.pixels.shape[1], sheet.pixels.shape[0]])
    sheet.filter(int(x - side / 3), int(y - side / 3), 1.0 - cover[:, :, None] * tint)


def _fingers(sheet: Sheet, rng: np.random.Generator) -> None:
    """Grey smudges with ridges, as of a thumb with toner or ink on it."""
    for _ in range(int(rng.integers(1, 4))):
        w, h = (int(_px(sheet, v)) for v in (rng.uniform(12, 17), rng.uniform(16, 24)))
        y, x = np.mgrid[-1 : 1 : h * 1j, -1 : 1 : w * 1j].astype(np.float32)
        oval = np.clip(1.2 - 1.2 * (x**2 + y**2), 0.0, 1.0)
        swirl = smooth_noise((h, w), _px(sheet, 5.0), rng)
        ridges = 0.5 + 0.5 * np.sin(2 * np.pi * (np.hypot(x, y) * 9.0 + 0.8 * swirl))
        blotch = np.clip(0.6 + 0.4 * smooth_noise((h, w), _px(sheet, 2.5), rng), 0, 1)
        cover = float(rng.uniform(0.05, 0.16)) * oval * blotch * (0.4 + 0.6 * ridges)
        left = int(rng.uniform(0.0, 0.9) * sheet.pixels.shape[1])
        top = int(rng.uniform(0.0, 0.9) * sheet.pixels.shape[0])
        sheet.filter(left, top, np.asarray(1.0 - cover, np.float32))


def _staple(sheet: Sheet, rng: np.random.Generator) -> None:
    """A wire near a top corner: bright along its middle, dark beside, with a shadow."""
    x = float(rng.uniform(6.0, 16.0))
    if rng.random() < 0.2:
        x = sheet.width_mm - x - 10
    y, angle = float(rng.uniform(4.0, 11.0)), float(rng.choice([0.0, 0.0, -0.7]))
    ends = np.array([[x, y], [x + 11.5 * np.cos(angle), y - 11.5 * np.sin(angle)]])
    scale = sheet.px_per_mm
    for shift, width, level, part in (
        (0.5, 0.9, 150, 0.35),
        (0.0, 0.6, 70, 1.0),
        (-0.1, 0.2, 220, 0.8),
    ):
        mask = np.zeros(sheet.pixels.shape[:2], np.uint8)
        a, b = (np.rint((end + shift) * scale * 16).astype(int) for end in ends)
        thick = max(1, round(width * scale))
        cv2.line(mask, (int(a[0]), int(a[1])), (int(b[0]), int(b[1])), 255, thick, cv2.LINE_AA, 4)
        rows = slice(0, int(30 * scale))
        strip = np.asarray(mask[rows], np.float32) / 255.0 * part
        sheet.cover(0, 0, np.full(3, float(level)), strip)


def _staple_holes(sheet: Sheet, rng: np.random.Generator) -> None:
    """The staple is gone; two small dark holes with a little shadow stay."""
    x, y = float(rng.uniform(6.0, 16.0)), float(rng.uniform(4.0, 11.0))
    for dx in (0.0, 11.5):
        spot = (int(_px(sheet, x + dx)), int(_px(sheet, y)))
        radius = max(1, round(_px(sheet, float(rng.uniform(0.25, 0.45)))))
        cv2.circle(sheet.pixels, spot, radius, (60, 60, 60), -1, cv2.LINE_AA)


def _lost(sheet: Sheet) -> Pixels:
    if sheet.gone is None:
        sheet.gone = np.zeros(sheet.pixels.shape[:2], np.uint8)
    return sheet.gone


def _punched(sheet: Sheet, rng: np.random.Generator) -> None:
    gone, x = _lost(sheet), float(rng.uniform(9.0, 12.5))
    middle = sheet.height_mm / 2 + float(rng.normal(0.0, 4.0))
    for y in (middle - 40.0, middle + 40.0):
        place = (int(_px(sheet, x)), int(_px(sheet, y)))
        cv2.circle(gone, place, round(_px(sheet, 2.8)), 255, -1, cv2.LINE_AA)


def _lose_corner(
    sheet: Sheet, folded: bool, keep: Sequence[Rect], rng: np.random.Generator
) -> None:
    """Tear a corner off, or fold it over so that its blank back shows."""
    w, h = sheet.width_mm, sheet.height_mm
    right, low = bool(rng.random() < 0.5), bool(rng.random() < 0.5)
    a, b = float(rng.uniform(8.0, 30.0)), float(rng.uniform(8.0, 30.0))
    for rect in keep:  # never deep enough to touch a box or a name
        near_x = w - rect.right if right else rect.x
        near_y = h - rect.bottom if low else rect.y
        while near_x / a + near_y / b < 1.15 and min(a, b) > 5.0:
            a, b = 0.85 * a, 0.85 * b
    t = np.linspace(0.0, 1.0, 30)
    ragged = 0.0 if folded else np.cumsum(rng.normal(0.0, 0.25, 30))
    x, y = a * (1 - t) + ragged, b * t + ragged
    outline = np.vstack([np.column_stack([x, y]), [[-5.0, b], [-5.0, -5.0], [a, -5.0]]])
    flap = np.array([[a, 0.0], [0.0, b], _mirrored(a, b)])
    for shape in (outline, flap):
        shape[:, 0] = w - shape[:, 0] if right else shape[:, 0]
        shape[:, 1] = h - shape[:, 1] if low else shape[:, 1]
    scale = sheet.px_per_mm
    if folded:
        mask = np.zeros(sheet.pixels.shape[:2], np.uint8)
        cv2.fillPoly(mask, [np.rint(flap * scale).astype(np.int32)], 255)
        soft = np.asarray(cv2.GaussianBlur(mask, (0, 0), 0.6 * scale), np.float32)
        sheet.filter(0, 0, np.asarray(1.0 - 0.35 / 255 * soft, np.float32))
        sheet.pixels[mask > 0] = (238, 240, 241)
    cv2.fillPoly(_lost(sheet), [np.rint(outline * scale).astype(np.int32)], 255)


def _mirrored(a: float, b: float) -> list[float]:
    """Return the corner (0, 0) mirrored over the line from (a, 0) to (0, b)."""
    share = 2 * a * b / (a * a + b * b)
    return [share * b, share * a]


def _show_through(sheet: Sheet, back: Pixels, rng: np.random.Generator) -> None:
    behind = cv2.GaussianBlur(255 - back[:, ::-1], (0, 0), _px(sheet, 0.3))
    h, w = sheet.pixels.shape[:2]
    seen = np.asarray(cv2.resize(behind, (w, h)), np.float32) / 255
    sheet.filter(0, 0, np.asarray(1.0 - float(rng.uniform(0.03, 0.13)) * seen, np.float32))


def _dust(sheet: Sheet, rng: np.random.Generator) -> None:
    for _ in range(int(rng.integers(1, 14))):
        x, y = rng.uniform(0, 1, 2) * np.array([sheet.pixels.shape[1], sheet.pixels.shape[0]])
        radius = max(1, round(_px(sheet, min(0.22, float(rng.gamma(1.6, 0.06))))))
        grey = int(rng.integers(40, 170))
        cv2.circle(sheet.pixels, (int(x), int(y)), radius, (grey, grey, grey), -1, cv2.LINE_AA)
    if rng.random() < 0.25:  # a lint hair
        angle = np.cumsum(rng.normal(0.0, 0.35, 14)) + rng.uniform(0, 6)
        way = np.cumsum(np.column_stack([np.cos(angle), np.sin(angle)]), axis=0) * 0.22
        way = way + rng.uniform(0.05, 0.9, 2) * np.array([sheet.width_mm, sheet.height_mm])
        spots = np.rint(way * sheet.px_per_mm * 16).astype(np.int32)
        cv2.polylines(sheet.pixels, [spots], False, (120, 120, 120), 1, cv2.LINE_AA, 4)


def _yellowed(sheet: Sheet, rng: np.random.Generator) -> None:
    warm = float(rng.uniform(0.05, 0.22))
    tone = np.array([1 - warm, 1 - 0.35 * warm, 1 - 0.1 * warm], np.float32)
    table = np.rint(np.arange(256)[:, None] * tone).astype(np.uint8).reshape(256, 1, 3)
    sheet.pixels[:] = cv2.LUT(sheet.pixels, table)


_WEARS: dict[WearKind, Callable[[Sheet, np.random.Generator], None]] = {
    "fold": _fold,
    "hard-fold": _hard_fold,
    "crease": _crease,
    "crumple": _crumple,
    "coffee": _coffee,
    "fingers": _fingers,
    "staple": _staple,
    "staple-holes": _staple_holes,
    "punched": _punched,
    "damp": _damp,
    "dust": _dust,
    "yellowed": _yellowed,
}

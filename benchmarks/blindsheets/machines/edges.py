"""What is cut, torn, pinned or stuck: corners, holes, staples, clips, tape."""

from __future__ import annotations

import math

import cv2
import numpy as np

from blindsheets.machines.raster import Field, blotches, cover, field, film, lay
from blindsheets.machines.sheet import GONE_PX_PER_MM, SHADE_PX_PER_MM, Sheet

# The two holes of an office punch: 80 mm apart, 12 mm from the edge, 5.5 mm wide (ISO 838).
_HOLES_APART_MM = 80.0
_HOLE_INWARD_MM = 12.0
_HOLE_MM = 5.5


def _ragged_line(
    rng: np.random.Generator, start: tuple[float, float], end: tuple[float, float], rough_mm: float
) -> Field:
    count = max(8, round(math.dist(start, end) * 2))
    share = np.linspace(0, 1, count)
    points = np.stack([np.interp(share, [0, 1], [start[at], end[at]]) for at in (0, 1)], axis=1)
    normal = np.array([start[1] - end[1], end[0] - start[0]]) / max(math.dist(start, end), 0.1)
    wander = blotches(rng, (1, count), (2, max(3, count // 8)))[0] * rough_mm * 1.6
    wander += rng.normal(0, rough_mm * 0.25, count)
    wander[[0, -1]] = 0
    return field(points + wander[:, None] * normal)


def _at_corner(sheet: Sheet, corner: int, points: Field) -> Field:
    """Turn points given from the top left corner to corner 0 to 3, clockwise."""
    out = points.copy()
    if corner in (1, 2):
        out[:, 0] = sheet.width_mm - out[:, 0]
    if corner in (2, 3):
        out[:, 1] = sheet.height_mm - out[:, 1]
    return out


def _remove(sheet: Sheet, outline_mm: Field) -> None:
    points = np.rint(outline_mm * GONE_PX_PER_MM * 16).astype(np.int32)
    cv2.fillPoly(sheet.gone, [points], 255, cv2.LINE_AA, 4)


def _fray(sheet: Sheet, line_mm: Field, rng: np.random.Generator, width_mm: float) -> None:
    """Show the white fibres within a torn edge, and the thin shadow that they throw."""
    points = np.rint(line_mm * sheet.px_per_mm).astype(np.int32)
    wide = max(2, round(width_mm * sheet.px_per_mm))
    cv2.polylines(sheet.pixels, [points], False, (214, 216, 217), wide, cv2.LINE_AA)
    thin = max(1, wide // 4)
    shade = points + round(0.5 * wide)
    cv2.polylines(sheet.pixels, [shade], False, (196, 198, 200), thin, cv2.LINE_AA)


def torn_corner(sheet: Sheet, rng: np.random.Generator, hard: float) -> None:
    """Tear a corner off."""
    a, b = (float(v) for v in rng.uniform(4, 9 + 6 * hard, 2))
    line = _ragged_line(rng, (a, 0.0), (0.0, b), 0.8)
    corner = int(rng.integers(0, 4))
    turned = _at_corner(sheet, corner, line)
    tip = _at_corner(sheet, corner, field([[-3, b], [-3, -3], [a, -3]]))
    _fray(sheet, turned, rng, 0.5)
    _remove(sheet, field(np.concatenate([turned, tip])))


def edge_tear(sheet: Sheet, rng: np.random.Generator, hard: float) -> None:
    """Tear an edge in, so that a slit or a narrow wedge opens."""
    deep = float(rng.uniform(3, 7 + 5 * hard))
    side = bool(rng.uniform() < 0.5)
    size = sheet.height_mm if side else sheet.width_mm
    at = float(rng.uniform(0.1, 0.9)) * size
    lean = float(rng.normal(0, 0.3)) * deep
    line = _ragged_line(rng, (0.0, at), (deep, at + lean), 0.5)
    opened = float(rng.uniform(0.1, 1.2))
    second = line.copy()
    second[:, 1] += np.linspace(opened, 0, len(line))
    far = rng.uniform() < 0.5
    shapes = []
    for points in (line, second):
        if not side:
            points = points[:, ::-1]
        if far:
            points = np.array([sheet.width_mm, sheet.height_mm]) - points
        shapes.append(field(points))
    _fray(sheet, shapes[0], rng, 0.3)
    _remove(sheet, field(np.concatenate([shapes[0], shapes[1][::-1]])))


def dog_ear(sheet: Sheet, rng: np.random.Generator, hard: float) -> None:
    """Fold a corner over, or leave the line where it was folded."""
    a, b = (float(v) for v in rng.uniform(5, 9 + 3 * hard, 2))
    corner = int(rng.integers(0, 4))
    # The corner mirrored at the fold: where its tip lies now.
    reach = 2 / (1 / a**2 + 1 / b**2)
    tip = (reach / a, reach / b)
    line = field([[a, 0], [0, b]])
    scale = sheet.px_per_mm
    page = sheet.pixels
    if rng.uniform() < 0.5:
        # Folded back again: two faint lines are left.
        for off, tone in ((0.0, 205), (0.25, 240)):
            points = np.rint((_at_corner(sheet, corner, line) + off) * scale).astype(np.int32)
            cv2.polylines(page, [points], False, (tone, tone, tone), 2, cv2.LINE_AA)
        return
    flap = _at_corner(sheet, corner, field([[a, 0], tip, [0, b]]))
    shadow = np.rint((flap + rng.uniform(0.2, 0.7)) * scale).astype(np.int32)
    lo = np.maximum(shadow.min(axis=0) - 20, 0)
    hi = shadow.max(axis=0) + 20
    part = page[lo[1] : hi[1], lo[0] : hi[0]]
    dark = np.zeros(part.shape[:2], np.uint8)
    cv2.fillPoly(dark, [shadow - lo], 90)
    soft = cv2.blur(dark, (15, 15))
    lost = cv2.cvtColor(255 - soft, cv2.COLOR_GRAY2BGR)
    cv2.multiply(part, lost, dst=part, scale=1 / 255)
    points = np.rint(flap * scale).astype(np.int32)
    cv2.fillPoly(page, [points], (238, 240, 240), cv2.LINE_AA)
    cv2.polylines(page, [points], True, (208, 210, 211), 2, cv2.LINE_AA)
    _remove(sheet, _at_corner(sheet, corner, field([[a, 0], [0, b], [-2, b], [-2, -2], [a, -2]])))


def punched(sheet: Sheet, rng: np.random.Generator, hard: float) -> None:
    """Punch two or four holes at the left."""
    four = rng.uniform() < 0.15 and sheet.height_mm > 260
    offsets = (-1.5, -0.5, 0.5, 1.5) if four else (-0.5, 0.5)
    middle = sheet.height_mm / 2 + float(rng.normal(0, 1.5 + 2 * hard))
    inward = _HOLE_INWARD_MM + float(rng.normal(0, 1.0 + 0.5 * hard))
    twice = rng.uniform() < 0.05 * hard
    for again in range(2 if twice else 1):
        slip = float(rng.uniform(2, 6)) if again else 0.0
        for offset in offsets:
            place = (inward + slip * 0.3, middle + offset * _HOLES_APART_MM + slip)
            _hole(sheet, place, _HOLE_MM / 2)


def _hole(sheet: Sheet, place_mm: tuple[float, float], radius_mm: float) -> None:
    scale = sheet.px_per_mm
    middle = (round(place_mm[0] * scale), round(place_mm[1] * scale))
    # The punch bends the rim down: a thin soft shade around the hole.
    for wider, tone in ((0.35, 236), (0.15, 214)):
        rim = round((radius_mm + wider) * scale)
        cv2.circle(sheet.pixels, middle, rim, (tone, tone, tone), round(0.2 * scale), cv2.LINE_AA)
    at = (round(place_mm[0] * GONE_PX_PER_MM), round(place_mm[1] * GONE_PX_PER_MM))
    cv2.circle(sheet.gone, at, round(radius_mm * GONE_PX_PER_MM), 255, -1, cv2.LINE_AA)


def _staple_place(rng: np.random.Generator) -> tuple[float, float, float]:
    angle = float(rng.choice([rng.normal(-0.8, 0.15), rng.normal(0, 0.1), rng.normal(1.57, 0.1)]))
    return float(rng.uniform(6, 14)), float(rng.uniform(5, 13)), angle


def staple(sheet: Sheet, rng: np.random.Generator, hard: float) -> None:
    """Leave a staple in the top left corner."""
    x, y, angle = _staple_place(rng)
    scale = sheet.px_per_mm
    half = np.array([math.cos(angle), math.sin(angle)]) * 5.5
    head, tail = (np.array([x, y]) + half * at for at in (-1, 1))
    wire = max(3, round(0.5 * scale))
    page = sheet.pixels

    def line(off_mm: float, colour: tuple[int, int, int], wide: int) -> None:
        normal = np.array([-math.sin(angle), math.cos(angle)]) * off_mm
        ends = [np.rint((at + normal) * scale).astype(int) for at in (head, tail)]
        start, stop = ((int(at[0]), int(at[1])) for at in ends)
        cv2.line(page, start, stop, colour, wide, cv2.LINE_AA)

    line(0.45, (190, 192, 193), wire)
    line(0.0, (92, 95, 98), wire)
    line(-0.1, (206, 209, 210), max(1, wire // 3))


def staple_holes(sheet: Sheet, rng: np.random.Generator, hard: float) -> None:
    """Leave the holes of a staple that was pulled out, with rust."""
    x, y, angle = _staple_place(rng)
    scale = sheet.px_per_mm
    rust = rng.uniform() < 0.6
    for at in (-5.5, 5.5):
        px, py = x + math.cos(angle) * at, y + math.sin(angle) * at
        if rust:
            side = 48
            hills = 0.6 + 0.5 * blotches(rng, (side, side), (6, 6))
            yy, xx = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
            depth = np.clip(1 - np.hypot(xx, yy), 0, 1) * hills
            size = float(rng.uniform(1.5, 3.5))
            stain = film(field(np.clip(depth, 0, 1)), (60, 110, 165))
            lay(sheet.pixels, stain, (px - size / 2) * scale, (py - size / 2) * scale, size * scale)
        middle = (round(px * scale), round(py * scale))
        cv2.ellipse(
            sheet.pixels, middle, (6, 4), math.degrees(angle), 0, 360, (70, 74, 78), -1, cv2.LINE_AA
        )


def paperclip(sheet: Sheet, rng: np.random.Generator, hard: float) -> None:
    """Leave the dent of a paperclip at the top edge, and rust if it lay long."""
    scale = 8.0
    canvas = np.zeros((round(34 * scale), round(10 * scale)), np.uint8)
    loops = ((1.0, 0.0, 8.0, 31.0), (2.2, 0.0, 6.8, 25.0))
    for left, top, right, bottom in loops:
        radius = (right - left) / 2
        for x in (left, right):
            start = (round(x * scale), round(top * scale))
            end = (round(x * scale), round((bottom - radius) * scale))
            cv2.line(canvas, start, end, 255, round(0.5 * scale), cv2.LINE_AA)
        middle = (round((left + right) / 2 * scale), round((bottom - radius) * scale))
        axes = (round(radius * scale), round(radius * scale))
        cv2.ellipse(canvas, middle, axes, 0, 0, 180, 255, round(0.5 * scale), cv2.LINE_AA)
    soft = cv2.GaussianBlur(canvas.astype(np.float32) / 255, (0, 0), 0.25 * scale)
    hills = 0.6 + 0.4 * blotches(rng, (canvas.shape[0], canvas.shape[1]), (9, 4))
    rusty = hard > 1 and rng.uniform() < 0.5
    depth = field(np.clip(soft * hills, 0, 1)) * np.float32(0.75 if rusty else 0.12)
    stain = film(depth, (80, 130, 180) if rusty else (60, 60, 60))
    x_mm = float(rng.uniform(10, sheet.width_mm - 30))
    lay(sheet.pixels, stain, x_mm * sheet.px_per_mm, 0, 10 * sheet.px_per_mm)


def tape(sheet: Sheet, rng: np.random.Generator, hard: float) -> None:
    """Stick clear tape over an edge, as over a tear."""
    long_mm, wide_mm = float(rng.uniform(25, 55)), float(rng.choice([12.0, 18.0]))
    scale = 4.0
    shape = (round(wide_mm * scale), round(long_mm * scale))
    hills = blotches(rng, shape, (4, 7))
    depth = 0.5 + 0.25 * np.clip(hills, -1, 1)
    # Trapped air and dust show at the edges of the tape.
    depth[:2] = depth[-2:] = 0.95
    depth[:, :2] = depth[:, -2:] = 0.9
    old = hard > 1 and rng.uniform() < 0.5
    stain = film(field(depth), (170, 216, 234) if old else (234, 240, 242))
    turn = float(rng.normal(0, 6)) + float(rng.choice([0, 90]))
    side = round(math.hypot(*shape)) + 4
    clear = np.full((side, side, 3), 255, np.uint8)
    top, left = (side - shape[0]) // 2, (side - shape[1]) // 2
    clear[top : top + shape[0], left : left + shape[1]] = stain
    matrix = cv2.getRotationMatrix2D((side / 2, side / 2), turn, 1.0)
    turned = cv2.warpAffine(clear, matrix, (side, side), borderValue=(255, 255, 255))
    size = side / scale
    on_side = rng.uniform() < 0.6
    if on_side:
        x = float(rng.choice([0.0, sheet.width_mm]))
        y = float(rng.uniform(0.1, 0.9)) * sheet.height_mm
    else:
        x = float(rng.uniform(0.1, 0.9)) * sheet.width_mm
        y = float(rng.choice([0.0, sheet.height_mm]))
    place = ((x - size / 2) * sheet.px_per_mm, (y - size / 2) * sheet.px_per_mm)
    lay(sheet.pixels, np.asarray(turned, np.uint8), *place, size * sheet.px_per_mm)


def crumbs(sheet: Sheet, rng: np.random.Generator, hard: float) -> None:
    """Scatter dry crumbs of correction fluid: too small to hide a mark."""
    for _ in range(int(rng.integers(3, 8 + int(6 * hard)))):
        size = float(rng.uniform(0.25, 0.9))
        side = 24
        hills = blotches(rng, (side, side), (4, 4))
        yy, xx = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
        veil = np.clip((0.75 + 0.5 * hills - np.hypot(xx, yy)) * 5, 0, 1)
        x = float(rng.uniform(0.03, 0.97)) * sheet.width_mm * sheet.px_per_mm
        y = float(rng.uniform(0.03, 0.97)) * sheet.height_mm * sheet.px_per_mm
        wide = size * sheet.px_per_mm
        cover(sheet.pixels, field(veil * 0.5), (176, 178, 180), x + 2, y + 3, wide)
        cover(sheet.pixels, field(veil), (247, 249, 249), x, y, wide)


def edge_grime(sheet: Sheet, rng: np.random.Generator, hard: float) -> None:
    """Soil and yellow the rim of a sheet that lay in a pile."""
    x, y = sheet.grid_mm(SHADE_PX_PER_MM)
    inward = np.minimum(np.minimum(x, sheet.width_mm - x), np.minimum(y, sheet.height_mm - y))
    hills = 0.6 + 0.6 * blotches(rng, (inward.shape[0], inward.shape[1]), (14, 10))
    sheet.shade[...] *= 1 - 0.06 * hard * np.exp(-inward / 5) * np.clip(hills, 0, 1.4)

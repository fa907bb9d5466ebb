"""What comes upon a sheet: coffee, fingers, dust, hairs, drops, and ink of the sheet above.

Nothing here may be taken for a mark: what is dark is smaller than 0.7 mm or thinner than a pen,
and what is larger is so pale that print and marks show through it plainly.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from blindsheets.machines.raster import Colour, Field, blotches, field, film, lay
from blindsheets.machines.sheet import SHADE_PX_PER_MM, Sheet

# Stains are drawn at this resolution; their edges are soft.
_STAIN_PX_PER_MM = 6.0
# Set-off is drawn at a quarter of the sheet's resolution: wet ink that touched is blurred.
_SET_OFF = 4


def _radial(side: int) -> tuple[Field, Field]:
    yy, xx = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    return field(np.hypot(xx, yy)), field(np.arctan2(yy, xx))


def _wavy(rng: np.random.Generator, angle: Field, depth: float) -> Field:
    out = np.zeros_like(angle)
    for turns in range(2, 9):
        out += np.float32(rng.normal(0, depth / turns)) * np.sin(
            turns * angle + np.float32(rng.uniform(0, 6.28))
        )
    return out


def _somewhere(sheet: Sheet, rng: np.random.Generator, size_mm: float) -> tuple[float, float]:
    x = float(rng.uniform(-size_mm / 2, sheet.width_mm - size_mm / 2))
    y = float(rng.uniform(-size_mm / 2, sheet.height_mm - size_mm / 2))
    return x * sheet.px_per_mm, y * sheet.px_per_mm


def _beside_the_table(
    sheet: Sheet, rng: np.random.Generator, size_mm: float
) -> tuple[float, float]:
    """Choose a place whose border cannot pass for a ring that a voter drew around a box."""
    ruled = sheet.ruled_mm()
    for _ in range(40):
        x, y = (at / sheet.px_per_mm for at in _somewhere(sheet, rng, size_mm))
        if ruled is None:
            break
        left, top, right, bottom = ruled
        if x + size_mm < left or x > right or y + size_mm < top or y > bottom:
            break
    else:
        x, y = 0.0, 0.0
    return x * sheet.px_per_mm, y * sheet.px_per_mm


def coffee_ring(sheet: Sheet, rng: np.random.Generator, hard: float) -> None:
    """Set a wet cup upon the sheet, with a few drops beside."""
    size_mm = float(rng.uniform(62, 92))
    side = round(size_mm * _STAIN_PX_PER_MM)
    away, angle = _radial(side)
    rim = 0.86 + _wavy(rng, angle, 0.012)
    wide = 0.028 * (1 + _wavy(rng, angle, 0.5)).clip(0.3, 2)
    # Coffee dries darkest where its edge stood still, so each border of the ring is a line.
    ring = np.exp(-(((away - rim) / wide) ** 2)) * 0.55
    line = np.exp(-(((away - rim - 0.9 * wide) / 0.006) ** 2))
    round_it = np.clip(0.55 + 0.5 * np.sin(angle + float(rng.uniform(0, 6.28))), 0.05, 1)
    depth = (ring + 0.7 * line) * round_it * (0.75 + 0.4 * blotches(rng, away.shape[:2], (30, 30)))
    depth = np.clip(depth, 0, 1) * (0.45 + 0.25 * hard)
    stain = film(field(np.clip(depth, 0, 1)), (118, 168, 204))
    x, y = _somewhere(sheet, rng, size_mm)
    lay(sheet.pixels, stain, x, y, size_mm * sheet.px_per_mm)
    for _ in range(int(rng.integers(0, 3))):
        _drop(sheet, rng, float(rng.uniform(3, 9)), (150, 190, 218), 0.5)


def _drop(
    sheet: Sheet, rng: np.random.Generator, size_mm: float, colour: Colour, depth: float
) -> None:
    side = max(24, round(size_mm * _STAIN_PX_PER_MM))
    away, angle = _radial(side)
    rim = 0.8 + _wavy(rng, angle, 0.06)
    inside = 1 / (1 + np.exp((away - rim) * 60))
    line = np.exp(-(((away - rim) / 0.05) ** 2))
    stain = film(field(np.clip(inside * 0.35 + line * 0.8, 0, 1) * depth), colour)
    x, y = _beside_the_table(sheet, rng, size_mm)
    lay(sheet.pixels, stain, x, y, size_mm * sheet.px_per_mm)


def spilled(sheet: Sheet, rng: np.random.Generator, hard: float) -> None:
    """Let drops of coffee, tea or water dry on the sheet."""
    colour = ((120, 172, 206), (150, 200, 224), (226, 232, 236))[int(rng.integers(0, 3))]
    for _ in range(int(rng.integers(1, 3 + int(2 * hard)))):
        _drop(sheet, rng, float(rng.uniform(4, 9 + 8 * hard)), colour, 0.5 + 0.2 * hard)


def tide_mark(sheet: Sheet, rng: np.random.Generator, hard: float) -> None:
    """Let water soak in from an edge and dry with a brown border."""
    x, y = sheet.grid_mm(1.5)
    shape = (y.shape[0], x.shape[1])
    sides = (x, sheet.width_mm - x, y, sheet.height_mm - y)
    inward = np.broadcast_to(sides[int(rng.integers(0, 4))], shape)
    front = float(rng.uniform(12, 30 + 25 * hard)) + 12 * blotches(rng, shape, (5, 4))
    front = front + 2.5 * blotches(rng, shape, (24, 17))
    past = inward - front
    depth = 0.16 / (1 + np.exp(np.clip(past * 2, -30, 30))) + 0.5 * np.exp(-((past / 0.9) ** 2))
    stain = film(field(np.clip(depth, 0, 1) * (0.3 + 0.2 * hard)), (150, 196, 222))
    lay(sheet.pixels, stain, 0, 0, sheet.pixels.shape[1])


def fingers(sheet: Sheet, rng: np.random.Generator, hard: float) -> None:
    """Touch the sheet with dirty fingers: grey, blue of a pen or red of the seal."""
    red, blue, grey = (150, 150, 236), (222, 178, 160), (178, 180, 182)
    colour = (red, blue, grey, grey)[int(rng.integers(0, 4))]
    count = int(rng.integers(1, 3 + int(2 * hard)))
    x, y = _somewhere(sheet, rng, 20)
    for at in range(count):
        wide = float(rng.uniform(10, 15))
        side = round(wide * _STAIN_PX_PER_MM)
        away, angle = _radial(side)
        ridge = _ridges(rng, away, angle, wide)
        near = np.clip(1 - (away / (0.85 + _wavy(rng, angle, 0.1))) ** 4, 0, 1)
        patchy = np.clip(0.45 + 0.7 * blotches(rng, away.shape[:2], (5, 5)), 0, 1)
        dragged = rng.uniform() < 0.35
        depth = near * patchy * ridge * 0.8
        if dragged:
            depth = cv2.blur(depth, (1, max(3, side // 2)))
        strength = (0.3 + 0.35 * hard) * float(rng.uniform(0.5, 1))
        stain = film(field(np.clip(depth, 0, 1) * strength), colour)
        place = (x + at * 14 * sheet.px_per_mm, y + float(rng.normal(0, 5)) * sheet.px_per_mm)
        lay(sheet.pixels, stain, *place, wide * sheet.px_per_mm)


def _ridges(rng: np.random.Generator, away: Field, angle: Field, wide_mm: float) -> Field:
    # Skin ridges lie half a millimetre apart, in arches bent by the pattern of the finger.
    phase = away * wide_mm / 2 / 0.5 * 2 * math.pi
    phase = phase * (1 + 0.15 * np.sin(angle + 1)) + 5 * _wavy(rng, angle, 0.4)
    return field(0.6 + 0.4 * np.sin(phase))


def dust(sheet: Sheet, rng: np.random.Generator, hard: float) -> None:
    """Sprinkle dust: specks below 0.4 mm."""
    page = sheet.pixels
    count = int(rng.integers(10, 60 + int(120 * hard)))
    places = rng.uniform((0, 0), (page.shape[1], page.shape[0]), (count, 2)).astype(int)
    sizes = rng.gamma(2.0, 0.05, count).clip(0.05, 0.4) * sheet.px_per_mm
    tones = rng.uniform(60, 215, count)
    for (x, y), size, tone in zip(places, sizes, tones, strict=True):
        axes = (max(1, round(size / 2)), max(1, round(size / 2 * float(rng.uniform(0.4, 1)))))
        turn = float(rng.uniform(0, 180))
        cv2.ellipse(
            page,
            (int(x), int(y)),
            axes,
            turn,
            0,
            360,
            (tone, tone * 1.02, tone * 1.04),
            -1,
            cv2.LINE_AA,
        )


def hairs(sheet: Sheet, rng: np.random.Generator, hard: float) -> None:
    """Lay fibres and hairs on the sheet: thinner than any pen, and curled."""
    for _ in range(int(rng.integers(1, 2 + int(2 * hard)))):
        length_mm = float(rng.choice([rng.uniform(1.5, 5), rng.uniform(8, 30)]))
        count = 60
        turn = float(rng.normal(0, 0.03)) + np.cumsum(rng.normal(0, 0.012, count))
        heading = float(rng.uniform(0, 6.28)) + np.cumsum(turn)
        step = length_mm / count * sheet.px_per_mm
        x = float(rng.uniform(0, sheet.pixels.shape[1])) + np.cumsum(np.cos(heading)) * step
        y = float(rng.uniform(0, sheet.pixels.shape[0])) + np.cumsum(np.sin(heading)) * step
        points = np.rint(np.stack([x, y], axis=1) * 16).astype(np.int32)
        thick = max(1, round(float(rng.uniform(0.05, 0.09)) * sheet.px_per_mm))
        tone = float(rng.uniform(50, 150))
        shown = (tone * float(rng.uniform(0.8, 1)), tone * 0.95, tone)
        cv2.polylines(sheet.pixels, [points], False, shown, thick, cv2.LINE_AA, 4)


def ink_drops(sheet: Sheet, rng: np.random.Generator, hard: float) -> None:
    """Let a pen spit: drops below 0.7 mm."""
    ink = ((150, 70, 40), (40, 38, 36), (50, 40, 190))[int(rng.integers(0, 3))]
    x, y = (float(v) for v in rng.uniform((0, 0), sheet.pixels.shape[1::-1]))
    for _ in range(int(rng.integers(1, 3 + int(2 * hard)))):
        size = float(rng.uniform(0.15, 0.65)) * sheet.px_per_mm
        place = (round(x), round(y))
        axes = (max(1, round(size / 2)), max(1, round(size / 2 * float(rng.uniform(0.7, 1)))))
        turn = float(rng.uniform(0, 180))
        cv2.ellipse(sheet.pixels, place, axes, turn, 0, 360, ink, -1, cv2.LINE_AA)
        x += float(rng.normal(0, 18)) * sheet.px_per_mm
        y += float(rng.normal(0, 18)) * sheet.px_per_mm


def set_off(sheet: Sheet, rng: np.random.Generator, hard: float) -> None:
    """Print the wet ink of seal and pens back, mirrored: the sheet was folded or lay on another.

    The ink of this very sheet stands for that of its neighbour, which is a ballot too.
    """
    page = sheet.pixels
    small = cv2.resize(page, None, fx=1 / _SET_OFF, fy=1 / _SET_OFF, interpolation=cv2.INTER_AREA)
    tone = small.astype(np.int16)
    red = np.clip(tone[..., 2] - tone[..., 1], 0, 255)
    blue = np.clip(tone[..., 0] - tone[..., 2], 0, 255)
    # Stamping ink stays wet for minutes and a ballpoint for seconds.
    depth = np.clip(red * 1.0 + blue * 0.3, 0, 140).astype(np.float32) / 140
    depth[depth < 0.12] = 0
    if not depth.any():
        return
    folded = rng.uniform() < 0.5
    turned = depth[::-1] if folded else depth[:, ::-1]
    shift = rng.normal(0, 3, 2) * sheet.px_per_mm / _SET_OFF
    matrix = np.array([[1, 0, shift[0]], [0, 1, shift[1]]])
    size = (turned.shape[1], turned.shape[0])
    moved = cv2.warpAffine(np.ascontiguousarray(turned), matrix, size)
    soft = field(cv2.GaussianBlur(moved, (0, 0), 1.2))
    patchy = np.clip(0.5 + 0.8 * blotches(rng, soft.shape[:2], (26, 20)), 0.05, 1)
    strength = float(rng.uniform(0.12, 0.16 + 0.16 * hard))
    stain = film(field(soft * patchy * strength), (110, 100, 250))
    lay(page, stain, 0, 0, page.shape[1])


def indented(sheet: Sheet, rng: np.random.Generator, hard: float) -> None:
    """Show the dents of marks made on a sheet above: a light and a dark side, no ink."""
    page = sheet.pixels
    scale = sheet.px_per_mm
    x_mm = float(rng.uniform(0.6, 0.85)) * sheet.width_mm
    side = round(11 * scale)
    for _ in range(int(rng.integers(2, 7))):
        dent = np.zeros((side, side), np.float32)
        reach = float(rng.uniform(2, 4)) * scale
        for lean in (1, -1) if rng.uniform() < 0.8 else (1,):
            half = np.array([reach, -lean * reach * float(rng.uniform(0.7, 1.3))])
            head, tail = (np.rint(side / 2 + half * at).astype(int) for at in (-1, 1))
            start, end = (int(head[0]), int(head[1])), (int(tail[0]), int(tail[1]))
            cv2.line(dent, start, end, 1, round(0.45 * scale), cv2.LINE_AA)
        slope = cv2.Sobel(cv2.GaussianBlur(dent, (0, 0), 0.16 * scale), cv2.CV_32F, 0, 1)
        peak = max(float(np.abs(slope).max()), 1e-6)
        lost = np.clip(0.5 + 0.5 * slope / peak, 0, 1) - 0.5
        stain = film(field(np.clip(lost, 0, 1) * (0.08 + 0.06 * hard)), (90, 90, 90))
        y = float(rng.uniform(0.3, 0.9)) * page.shape[0]
        place = (x_mm + float(rng.normal(0, 20))) * scale
        lay(page, stain, place - side / 2, y - side / 2, side)


def yellowed(sheet: Sheet, rng: np.random.Generator, hard: float) -> None:
    """Age the paper, most at its edges."""
    x, y = sheet.grid_mm(0.5)
    inward = np.minimum(np.minimum(x, sheet.width_mm - x), np.minimum(y, sheet.height_mm - y))
    hills = blotches(rng, (inward.shape[0], inward.shape[1]), (7, 5))
    depth = 0.35 + 0.5 * np.exp(-inward / float(rng.uniform(10, 30))) + 0.2 * hills
    stain = film(field(np.clip(depth, 0, 1) * min(1.0, 0.4 + 0.3 * hard)), (176, 218, 236))
    lay(sheet.pixels, stain, 0, 0, sheet.pixels.shape[1])


def rubbed(sheet: Sheet, rng: np.random.Generator, hard: float) -> None:
    """Rub the sheet along a table: a wide grey streak that fades."""
    x, y = sheet.grid_mm(SHADE_PX_PER_MM)
    angle = float(rng.normal(0, 0.4))
    away = (x - float(rng.uniform(0, sheet.width_mm))) * -math.sin(angle)
    away = away + (y - float(rng.uniform(0, sheet.height_mm))) * math.cos(angle)
    wide = float(rng.uniform(4, 14))
    near = np.exp(-((away / wide) ** 2))
    hills = np.clip(0.5 + 0.8 * blotches(rng, (near.shape[0], near.shape[1]), (40, 6)), 0, 1)
    sheet.shade[...] *= 1 - 0.045 * hard * near * hills

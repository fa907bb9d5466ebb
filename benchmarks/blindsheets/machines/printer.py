"""Printers and copiers: where the ink lands, how far it spreads, what is missing and too much.

A print passes through here before any pen touches it: it is laid on the sheet (fit to page, off
centre, skewed), its edges spread or thin, and the faults of its machine are drawn into it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from blindsheets.machines.paper import Paper, ink_on_paper
from blindsheets.machines.raster import STRIP_PX, Colour, Field, Pixels, blotches, field, grain

# Strength of ink over the sheet is kept at this resolution: bands of half a millimetre show.
_STRENGTH_PX_PER_MM = 2.0


@dataclass(frozen=True, slots=True)
class Streak:
    """A band down the sheet where the fuser or the drum prints more or less.

    Attributes:
        place: Across the sheet, 0 to 1.
        width_mm: Width.
        fade: Share of the ink that is missing, 0 to 1.
        veil: Grey laid on the bare paper, levels.
    """

    place: float
    width_mm: float
    fade: float
    veil: float


@dataclass(frozen=True, slots=True)
class Spots:
    """A hurt place of the drum, which prints again at each of its turns.

    Attributes:
        place: Across the sheet, 0 to 1.
        turn_mm: Circumference of the drum.
        size_mm: Diameter.
        tone: What is printed there: 0 ink, 255 bare.
    """

    place: float
    turn_mm: float
    size_mm: float
    tone: int


@dataclass(frozen=True, slots=True)
class Printer:
    """One printer or copier, as it is on one day.

    Attributes:
        ink: Colour of full ink.
        scale_x: Size of the print across, 1 as designed.
        scale_y: Size of the print down.
        shear: Shift across for each unit down, as a copier's feed gives.
        skew_deg: How far each sheet may be turned: standard deviation.
        shift_mm: How far off the middle every print lies, across and down.
        spread_mm: How far each edge of the ink moves outward; below 0 lines thin.
        soft_px: Size of the blur of an edge, odd.
        ragged: Raggedness of the edges, grey levels.
        unevenness: Share of the ink missing in the palest places.
        banding: Share of the ink missing in bands across, and their period in mm.
        economy: Share of the ink missing in the dots of a toner-saving screen.
        mottle: Grey levels of the speckle within solid ink.
        fog: Specks of toner on bare paper, on a sheet.
        ghost: Strength of the faint copy that the fuser leaves, and how far down in mm.
        streaks: Bands down the sheet.
        spots: Marks of the drum.
        swath_mm: Height of one pass of an inkjet's head, 0 for a laser.
        swath_shift_mm: How far passes that go back lie from passes that go forth.
        gap_mm: Height of the gap that a blocked nozzle leaves in each pass.
        palest: Grey that no ink exceeds where a fault is at its worst.
        copied_edges: Depth of the dark rim that a copier's open lid leaves, 0 to 1.
    """

    words: tuple[str, ...] = ()
    ink: Colour = (30, 29, 30)
    scale_x: float = 1.0
    scale_y: float = 1.0
    shear: float = 0.0
    skew_deg: float = 0.1
    shift_mm: tuple[float, float] = (0.0, 0.0)
    spread_mm: float = 0.01
    soft_px: int = 3
    ragged: float = 5.0
    unevenness: float = 0.0
    banding: tuple[float, float] = (0.0, 10.0)
    economy: float = 0.0
    mottle: float = 0.0
    fog: int = 0
    ghost: tuple[float, float] = (0.0, 75.0)
    streaks: tuple[Streak, ...] = ()
    spots: tuple[Spots, ...] = ()
    swath_mm: float = 0.0
    swath_shift_mm: float = 0.0
    gap_mm: float = 0.0
    palest: float = 160.0
    copied_edges: float = 0.0


def print_page(
    printer: Printer, paper: Paper, page: Pixels, px_per_mm: float, rng: np.random.Generator
) -> Pixels:
    """Print a page as designed.

    Args:
        page: Shape (h, w), 255 = white; it is left as it is.
        px_per_mm: Its resolution, and that of the result.

    Returns:
        The sheet, BGR, shape (h, w, 3).
    """
    grey = _on_the_sheet(printer, page, px_per_mm, rng)
    _edges(printer, grey, px_per_mm, rng)
    if printer.ghost[0] > 0:
        _ghost(grey, *printer.ghost, px_per_mm)
    if printer.mottle > 0 or printer.economy > 0:
        _thin_solids(printer, grey, px_per_mm, rng)
    strength = _strength(printer, (grey.shape[0], grey.shape[1]), px_per_mm, rng)
    if strength is not None:
        _fade(grey, strength)
    if printer.gap_mm > 0:
        _nozzle_gaps(printer, grey, px_per_mm, rng)
    _dirt(printer, grey, px_per_mm, rng)
    return ink_on_paper(grey, paper, printer.ink, px_per_mm, rng)


def _on_the_sheet(
    printer: Printer, page: Pixels, px_per_mm: float, rng: np.random.Generator
) -> Pixels:
    height, width = page.shape[:2]
    angle = math.radians(float(np.clip(rng.normal(0, printer.skew_deg), -1, 1)))
    shift = np.array(printer.shift_mm) + rng.normal(0, 0.25, 2)
    across = np.array([[printer.scale_x, printer.shear], [0, printer.scale_y]])
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    linear = turn @ across
    middle = np.array([width / 2, height / 2])
    offset = middle + shift * px_per_mm - linear @ middle
    # From the sheet back to the page as designed.
    back = np.linalg.inv(linear)
    start = -back @ offset
    out = np.empty((height, width), np.uint8)
    slab = height if printer.swath_mm <= 0 else max(8, round(printer.swath_mm * px_per_mm))
    for at, top in enumerate(range(0, height, slab)):
        rows = min(slab, height - top)
        swing = printer.swath_shift_mm * px_per_mm * (0.5 if at % 2 else -0.5)
        origin = start + back @ np.array([swing, top])
        matrix = np.column_stack([back, origin])
        cv2.warpAffine(
            page,
            matrix,
            (width, rows),
            dst=out[top : top + rows],
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=255,
        )
    return out


def _edges(printer: Printer, grey: Pixels, px_per_mm: float, rng: np.random.Generator) -> None:
    # A box blur makes each edge a ramp as long as the box; where the ramp is cut decides how far
    # the edge moves, and how steeply it is cut how crisp it is.
    size = printer.soft_px
    move = float(np.clip(printer.spread_mm * px_per_mm / size, -0.25, 0.25))
    # Steep enough that the grain, up to three deviations, reaches neither bare paper nor solids.
    room = max(0.09, 0.5 - abs(move) - 3.2 * printer.ragged / 255)
    slope = max(1.25, 0.5 / room)
    lift = 255 * (0.5 - slope * (0.5 + move))
    cv2.blur(grey, (size, size), dst=grey)
    strip = grain(printer.ragged, 1.2, 1, grey.shape[1])
    left = int(rng.integers(0, strip.shape[1] - grey.shape[1]))
    for at, y in enumerate(range(0, grey.shape[0], STRIP_PX)):
        part = grey[y : y + STRIP_PX]
        start = (at * 5 * 31) % (strip.shape[0] - STRIP_PX)
        noise = strip[start : start + part.shape[0], left : left + part.shape[1]]
        cv2.addWeighted(part, slope, noise, slope, lift - 128 * slope, dst=part)


def _ghost(grey: Pixels, depth: float, turn_mm: float, px_per_mm: float) -> None:
    down = round(turn_mm * px_per_mm)
    if down >= grey.shape[0]:
        return
    # The old image is blurred by the fuser, so half the resolution is enough.
    above = grey[: grey.shape[0] - down]
    small = cv2.resize(above, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    lost = cv2.convertScaleAbs(cv2.bitwise_not(small), alpha=depth)
    lost = cv2.resize(lost, (above.shape[1], above.shape[0]), interpolation=cv2.INTER_LINEAR)
    cv2.subtract(grey[down:], lost, dst=grey[down:])


def _thin_solids(
    printer: Printer, grey: Pixels, px_per_mm: float, rng: np.random.Generator
) -> None:
    width = grey.shape[1]
    lost = np.full((STRIP_PX * 2, width), 255, np.uint8)
    if printer.economy > 0:
        # Dots missing on a screen of about 106 lines an inch, at 45 degrees.
        period = px_per_mm * 25.4 / 106
        y, x = np.mgrid[0 : lost.shape[0], 0:width].astype(np.float32)
        wave = np.cos((x + y) * (np.pi / period)) * np.cos((x - y) * (np.pi / period))
        lost = np.clip(255 - 255 * printer.economy * (wave > 0.1), 0, 255).astype(np.uint8)
    if printer.mottle > 0:
        strip = grain(printer.mottle, 1.8, 1, width)
        left = int(rng.integers(0, strip.shape[1] - width))
        noise = strip[: lost.shape[0], left : left + width]
        lost = np.asarray(cv2.addWeighted(lost, 1.0, noise, 1.0, -132), np.uint8)
    for y in range(0, grey.shape[0], lost.shape[0]):
        part = grey[y : y + lost.shape[0]]
        cv2.bitwise_not(part, dst=part)
        cv2.multiply(part, lost[: part.shape[0]], dst=part, scale=1 / 255)
        cv2.bitwise_not(part, dst=part)


def _strength(
    printer: Printer, shape: tuple[int, int], px_per_mm: float, rng: np.random.Generator
) -> Field | None:
    streaked = any(streak.fade > 0 for streak in printer.streaks)
    if printer.unevenness <= 0 and printer.banding[0] <= 0 and not streaked:
        return None
    step = px_per_mm / _STRENGTH_PX_PER_MM
    rows, columns = int(shape[0] / step), int(shape[1] / step)
    lost = np.zeros((rows, columns), np.float32)
    if printer.unevenness > 0:
        hills = blotches(rng, (rows, columns), (4, 3))
        lost += printer.unevenness * np.clip(0.5 + hills, 0, 1)
    depth, period_mm = printer.banding
    if depth > 0:
        y_mm = np.arange(rows) / _STRENGTH_PX_PER_MM
        wave = np.sin(2 * np.pi * (y_mm / period_mm + float(rng.uniform()))) ** 3
        lost += field(depth * np.clip(wave, 0, 1))[:, None]
    x_mm = np.arange(columns) / _STRENGTH_PX_PER_MM
    for streak in printer.streaks:
        middle = streak.place * columns / _STRENGTH_PX_PER_MM
        near = np.exp(-(((x_mm - middle) / (streak.width_mm / 2)) ** 4))
        lost += field(streak.fade * near)[None, :]
    # However much is missing, the palest ink stays plain to the eye.
    least = (255 - printer.palest) / (255 - min(max(printer.ink), printer.palest))
    return field(np.clip(1 - lost, least, 1))


def _fade(grey: Pixels, strength: Field) -> None:
    small = np.rint(strength * 255).astype(np.uint8)
    full = cv2.resize(small, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    cv2.bitwise_not(grey, dst=grey)
    cv2.multiply(grey, full, dst=grey, scale=1 / 255)
    cv2.bitwise_not(grey, dst=grey)


def _nozzle_gaps(
    printer: Printer, grey: Pixels, px_per_mm: float, rng: np.random.Generator
) -> None:
    slab = max(8, round(printer.swath_mm * px_per_mm))
    thick = max(1, round(printer.gap_mm * px_per_mm))
    start = int(rng.integers(0, slab - thick))
    for y in range(start, grey.shape[0] - thick, slab):
        part = grey[y : y + thick]
        cv2.addWeighted(part, 0.25, part, 0, 191, dst=part)


def _dirt(printer: Printer, grey: Pixels, px_per_mm: float, rng: np.random.Generator) -> None:
    height, width = grey.shape[:2]
    for streak in printer.streaks:
        if streak.veil > 0:
            half = max(1.0, streak.width_mm / 2 * px_per_mm)
            left = max(0, round(streak.place * width - half))
            part = grey[:, left : left + round(2 * half)]
            if part.shape[1] > 0:
                across = np.sin(np.linspace(0, np.pi, part.shape[1])) * streak.veil
                part -= np.minimum(part, across.astype(np.uint8)[None, :])
    for spots in printer.spots:
        y_px = float(rng.uniform(0, spots.turn_mm)) * px_per_mm
        radius = max(1, round(spots.size_mm / 2 * px_per_mm))
        while y_px < height:
            middle = (round(spots.place * width), round(y_px))
            axes = (radius, max(1, round(radius * 0.8)))
            cv2.ellipse(grey, middle, axes, 30, 0, 360, spots.tone, -1, cv2.LINE_AA)
            y_px += spots.turn_mm * px_per_mm
    if printer.fog:
        places = rng.uniform((0, 0), (width, height), (printer.fog, 2)).astype(int)
        sizes = rng.gamma(2.0, 0.028, printer.fog).clip(0.03, 0.25) * px_per_mm
        tones = rng.integers(20, 190, printer.fog)
        for (x, y), size, tone in zip(places, sizes, tones, strict=True):
            cv2.circle(grey, (int(x), int(y)), max(1, round(size / 2)), int(tone), -1)
    if printer.copied_edges > 0:
        _copied_edges(printer.copied_edges, grey, px_per_mm, rng)


def _copied_edges(depth: float, grey: Pixels, px_per_mm: float, rng: np.random.Generator) -> None:
    # The rim of the sheet that was copied throws a shadow on two or three sides.
    for turned in (grey, grey[:, ::-1], grey.T, grey.T[:, ::-1]):
        if rng.uniform() < 0.55:
            wide = round(float(rng.uniform(0.8, 3.5)) * px_per_mm)
            ramp = np.linspace(1, 0, wide) ** 2 * depth * 255
            wobble = 0.6 + 0.4 * blotches(rng, (turned.shape[0], 1), (9, 2)).clip(-1, 1)
            part = turned[:, :wide]
            part -= np.minimum(part, (ramp[None, :] * wobble).astype(np.uint8))


def copied(printer: Printer, rng: np.random.Generator, hard: float) -> Printer:
    """Return the printer with a copier after it: the ballots are copies of one print."""
    return replace(
        printer,
        words=(*printer.words, "copies of a print"),
        scale_x=printer.scale_x * float(rng.uniform(0.985, 1.01)),
        scale_y=printer.scale_y * float(rng.uniform(0.985, 1.01)),
        shear=float(rng.normal(0, 0.0015 * hard)),
        skew_deg=printer.skew_deg + 0.2 * hard,
        spread_mm=printer.spread_mm + float(rng.uniform(-0.03, 0.05)),
        soft_px=5,
        ragged=printer.ragged + float(rng.uniform(4, 10)),
        mottle=max(printer.mottle, float(rng.uniform(0, 14))),
        fog=printer.fog + int(rng.integers(20, 150) * hard),
        copied_edges=float(rng.uniform(0.2, 0.8)) if rng.uniform() < 0.5 else 0.0,
    )

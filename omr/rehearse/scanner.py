"""Pretend scanners: a sheet becomes a picture file's page, with all that goes wrong there.

A ``Scanner`` is one machine with its settings for a whole batch; a ``Shot`` is one pass of
one sheet: its skew, its stretch, which way up it lay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import mm_to_px
from omr.rehearse.paper import Wear
from omr.rehearse.pens import Canvas, Pixels, Rgb, wander
from omr.rehearse.voters import Kind

NDArrayF32 = NDArray[np.float32]
ScanMode = Literal["bitonal", "grey", "colour"]

# How one-channel scanners see colour: by luminance, or by a green lamp alone (older sheet-fed
# machines). No sensor here is blind to red: see domain note P4.
_SENSORS: tuple[Rgb, ...] = ((0.299, 0.587, 0.114), (0.299, 0.587, 0.114), (0.05, 0.9, 0.05))


# Above this a page takes much memory and its file much room.
FINE_DPI = 300


@dataclass(frozen=True, slots=True)
class Scanner:
    """One machine and its settings, the same for a batch.

    Attributes:
        quality: JPEG quality of grey and colour pages.
        lid: Brightness of what shows beyond the paper, 0 to 1.
        threshold: Of 1-bit pages, 0 to 1; ``dynamic`` compares with the neighbourhood.
        brightness, contrast, gamma: Tone, neutral at 0, 1, 1.
        noise: Standard deviation in grey levels.
        blur_mm: Standard deviation of the optics.
        streaks: Places across the feed (0 to 1), each with its strength (below 0 = light).
        shade: Fall of light across the sheet, 0 to about 0.2.
        border: Darkness of the shadow along an edge, 0 to 1.
        overscan_mm: How far the picture reaches beyond the paper.
        skew_deg: Spread of the skew.
        turns: Quarter turns that happen with this feeder.
        upside_down: Share of sheets fed head first.
        stretch: Spread of the stretch along the feed.
        wave_mm: Amplitude of a slow sideways wander along the feed.
    """

    dpi: int
    mode: ScanMode
    sensor: Rgb
    quality: int
    lid: float
    threshold: float
    dynamic: bool
    brightness: float
    contrast: float
    gamma: float
    noise: float
    blur_mm: float
    streaks: tuple[tuple[float, float], ...]
    shade: float
    border: float
    overscan_mm: float
    skew_deg: float
    turns: tuple[int, ...]
    upside_down: float
    stretch: float
    wave_mm: float


@dataclass(frozen=True, slots=True)
class Shot:
    """One sheet's pass through the scanner."""

    skew_deg: float
    dx_mm: float
    dy_mm: float
    stretch: float
    wave_mm: float
    quarter_turns: int
    seed: int


def choose_scanner(rng: np.random.Generator, kind: Kind) -> Scanner:
    """Draw a machine: a decent office scanner, or one with everything that happens."""
    hard = kind == "severe" or (kind == "mixed" and rng.random() < 0.4)
    modes: tuple[ScanMode, ...] = ("bitonal", "grey", "colour")
    if not hard:
        mode = modes[int(rng.choice(3, p=[0.3, 0.5, 0.2]))]
        return Scanner(
            dpi=int(rng.choice([200, 200, 240, 300, 300])),
            mode=mode,
            sensor=_SENSORS[int(rng.integers(len(_SENSORS)))],
            quality=int(rng.integers(70, 93)),
            lid=float(rng.choice([0.98, 0.98, 0.1])),
            threshold=float(rng.uniform(0.5, 0.68)),
            dynamic=False,
            brightness=float(rng.normal(0.0, 0.02)),
            contrast=float(rng.uniform(0.97, 1.12)),
            gamma=float(rng.uniform(0.9, 1.15)),
            noise=float(rng.uniform(0.5, 2.5)),
            blur_mm=float(rng.uniform(0.02, 0.05)),
            streaks=(),
            shade=float(rng.uniform(0.0, 0.03)),
            border=float(rng.choice([0.0, 0.0, 0.15])),
            overscan_mm=float(rng.choice([0.0, 0.0, 2.0])),
            skew_deg=0.45,
            turns=(0,),
            upside_down=0.03,
            stretch=0.001,
            wave_mm=0.0,
        )
    dpi = int(rng.choice([150, 200, 240, 300, 400, 600], p=[0.2, 0.4, 0.1, 0.2, 0.05, 0.05]))
    mode = modes[int(rng.choice(3, p=[0.35, 0.4, 0.25]))]
    return Scanner(
        dpi=dpi,
        # Nobody keeps colour at such a resolution: the files would be too large to send.
        mode="bitonal" if dpi > FINE_DPI else mode,
        sensor=_SENSORS[int(rng.integers(len(_SENSORS)))],
        quality=int(rng.integers(40, 96)),
        lid=float(rng.choice([0.98, 0.85, 0.05, 0.0])),
        threshold=float(rng.uniform(0.38, 0.78)),
        dynamic=bool(rng.random() < 0.25),
        brightness=float(rng.normal(0.0, 0.06)),
        contrast=float(rng.uniform(0.75, 1.35)),
        gamma=float(rng.uniform(0.7, 1.5)),
        noise=float(rng.uniform(0.5, 9.0)),
        blur_mm=float(rng.uniform(0.02, 0.13)),
        streaks=_choose_streaks(rng),
        shade=float(rng.choice([0.0, rng.uniform(0.03, 0.2)])),
        border=float(rng.choice([0.0, rng.uniform(0.2, 0.9)])),
        overscan_mm=float(rng.choice([0.0, rng.uniform(1.0, 8.0)])),
        skew_deg=float(rng.choice([0.6, 1.8, 2.6])),
        turns=((0,), (0,), (0, 2), (1,), (3,), (0, 1, 2, 3))[int(rng.integers(6))],
        upside_down=0.15,
        stretch=float(rng.choice([0.001, 0.006])),
        wave_mm=float(rng.choice([0.0, 0.0, rng.uniform(0.1, 0.4)])),
    )


def _choose_streaks(rng: np.random.Generator) -> tuple[tuple[float, float], ...]:
    """Draw dirt on the glass: a line down every sheet of the batch, at the same place."""
    if rng.random() < 0.7:
        return ()
    count = int(rng.integers(1, 4))
    return tuple(
        (float(rng.uniform(0.02, 0.98)), float(rng.choice([-0.6, 0.25, 0.45, 0.8])))
        for _ in range(count)
    )


def choose_shot(scanner: Scanner, rng: np.random.Generator) -> Shot:
    """Draw how the next sheet goes through."""
    turns = int(rng.choice(scanner.turns))
    if rng.random() < scanner.upside_down:
        turns = (turns + 2) % 4
    return Shot(
        skew_deg=float(np.clip(rng.normal(0.0, scanner.skew_deg), -5.0, 5.0)),
        dx_mm=float(rng.normal(0.0, 0.6)),
        dy_mm=float(rng.normal(0.0, 0.6)),
        stretch=float(1.0 + np.clip(rng.normal(0.0, scanner.stretch), -0.015, 0.015)),
        wave_mm=scanner.wave_mm,
        quarter_turns=turns,
        seed=int(rng.integers(2**31)),
    )


def scan_sheet(
    canvas: Canvas, scanner: Scanner, shot: Shot, wear: Wear, missing: Pixels | None = None
) -> Pixels:
    """Scan one sheet.

    Args:
        canvas: The sheet with everything on it; one channel unless the mode is colour.
        scanner: The machine.
        shot: How the sheet goes through.
        wear: Folds displace the paper beyond them.
        missing: Where the paper is missing, 255 = gone.

    Returns:
        Shape (h, w) for grey, (h, w) of 0 and 255 for bitonal, (h, w, 3) RGB for colour.
    """
    rng = np.random.default_rng(shot.seed)
    sheet = canvas.pixels
    lid = round(255 * scanner.lid)
    if missing is not None:
        sheet = sheet.copy()
        sheet[missing > 0] = lid
    # Light gathered over one scanner pixel, then the optics: two Gaussians in one.
    factor = canvas.dpi / scanner.dpi
    optics = mm_to_px(scanner.blur_mm, canvas.dpi)
    sigma = float(np.hypot(optics, 0.42 * factor if factor > 1 else 0.0))
    if sigma > 0.3:
        sheet = np.asarray(cv2.GaussianBlur(sheet, (0, 0), sigma), dtype=np.uint8)
    map_x, map_y = _sampling(canvas, scanner, shot, wear, rng)
    how = cv2.INTER_LINEAR if factor >= 1 else cv2.INTER_CUBIC
    seen = cv2.remap(sheet, map_x, map_y, how, borderValue=(lid, lid, lid))
    picture = np.asarray(seen, dtype=np.uint8).reshape(*map_x.shape, -1)
    picture = _light_and_noise(picture, scanner, rng)
    picture = np.ascontiguousarray(np.rot90(picture, -shot.quarter_turns))
    if scanner.mode == "colour":
        return picture
    grey = np.ascontiguousarray(picture[:, :, 0])
    return _two_levels(grey, scanner, rng) if scanner.mode == "bitonal" else grey


def _sampling(
    canvas: Canvas, scanner: Scanner, shot: Shot, wear: Wear, rng: np.random.Generator
) -> tuple[NDArrayF32, NDArrayF32]:
    """Return from which place of the sheet each scanner pixel comes, in canvas pixels."""
    high, wide = canvas.pixels.shape[:2]
    factor = canvas.dpi / scanner.dpi
    over = 2 * mm_to_px(scanner.overscan_mm, scanner.dpi)
    width, height = round(wide / factor + over), round(high / factor + over)
    xs = (np.arange(width) - (width - 1) / 2) * factor
    ys = (np.arange(height) - (height - 1) / 2) * factor / shot.stretch
    angle = np.radians(shot.skew_deg)
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    middle_x = (wide - 1) / 2 - mm_to_px(shot.dx_mm, canvas.dpi)
    middle_y = (high - 1) / 2 - mm_to_px(shot.dy_mm, canvas.dpi)
    rows = ys / high + 0.5
    columns = xs / wide + 0.5
    sideways = mm_to_px(shot.wave_mm, canvas.dpi) * wander(rng, height, height / 4)
    along = np.zeros(width)
    for fold in wear.folds:
        shift = mm_to_px(fold.shift_mm, canvas.dpi)
        if fold.across:
            sideways = sideways + shift * (rows > fold.at)
        else:
            along = along + shift * (columns > fold.at)
    map_x = (cos * xs)[None, :] + (sin * ys + middle_x + sideways)[:, None]
    map_y = (along - sin * xs)[None, :] + (cos * ys + middle_y)[:, None]
    return map_x.astype(np.float32), map_y.astype(np.float32)


def _light_and_noise(picture: Pixels, scanner: Scanner, rng: np.random.Generator) -> Pixels:
    """Bring in uneven light, shadows at the edges, streaks, tone and noise."""
    height, width = picture.shape[:2]
    light = _light(height, width, scanner, rng)
    levels = np.linspace(0.0, 1.0, 256)
    tone = (levels ** (1.0 / scanner.gamma) - 0.5) * scanner.contrast + 0.5 + scanner.brightness
    table = np.rint(255.0 * np.clip(tone, 0.0, 1.0)).astype(np.uint8)
    work = picture.astype(np.float32)
    work *= light[:, :, None]
    work = np.asarray(cv2.LUT(np.clip(work, 0, 255).astype(np.uint8), table), dtype=np.float32)
    work = work.reshape(picture.shape)
    # A tile of noise is repeated: nobody reads noise over 300 pixels apart.
    tile = rng.normal(0.0, scanner.noise, (311, 317, picture.shape[2])).astype(np.float32)
    tiles = (height // 311 + 1, width // 317 + 1, 1)
    work += np.tile(tile, tiles)[:height, :width]
    return np.clip(work, 0, 255).astype(np.uint8)


def _light(height: int, width: int, scanner: Scanner, rng: np.random.Generator) -> NDArrayF32:
    """Return how much light reaches each pixel, 1 = all."""
    across = np.ones(width)
    x = np.linspace(0.0, 1.0, width)
    if scanner.shade > 0:
        across -= scanner.shade * (x if rng.random() < 0.5 else 1 - x) ** 2
    if scanner.border > 0:
        reach = rng.uniform(1.5, 6.0) * scanner.dpi / 25.4 / width
        side = x if rng.random() < 0.5 else 1 - x
        across *= 1.0 - scanner.border * np.clip(1.0 - side / reach, 0.0, 1.0)
    rows = np.ones(height)
    if scanner.border > 0.4:
        reach_px = int(rng.uniform(0.5, 3.0) * scanner.dpi / 25.4)
        edge = rows[:reach_px] if rng.random() < 0.5 else rows[-reach_px:]
        edge *= 1.0 - scanner.border
    light = np.outer(rows, across)
    for place, strength in scanner.streaks:
        thick = max(1, round(rng.uniform(0.06, 0.25) * scanner.dpi / 25.4))
        left = int(place * width)
        dashes = 1.0 if rng.random() < 0.6 else (wander(rng, height, height / 12) > -0.4)
        light[:, left : left + thick] *= (1.0 - strength * dashes * np.ones(height))[:, None]
    return light.astype(np.float32)


def _two_levels(grey: Pixels, scanner: Scanner, rng: np.random.Generator) -> Pixels:
    """Make a 1-bit page: by one threshold, or by comparing with the neighbourhood."""
    if scanner.dynamic:
        around = round(5.0 * scanner.dpi / 25.4) | 1
        offset = 255.0 * (0.92 - scanner.threshold) * 0.5
        return np.asarray(
            cv2.adaptiveThreshold(
                grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, around, offset
            ),
            dtype=np.uint8,
        )
    level = 255.0 * float(np.clip(scanner.threshold + rng.normal(0.0, 0.01), 0.05, 0.95))
    return np.where(grey > level, 255, 0).astype(np.uint8)

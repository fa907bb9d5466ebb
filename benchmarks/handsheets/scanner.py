"""Office scanners: one pass of one sheet, by a sheet feed or on the glass.

A pass turns, stretches and shifts the sheet over the lid's colour, sees it through its optics,
and hands over colour, grey or two levels, with the compression that such machines use.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from handsheets.sheet import Float32, Pixels, Sheet, between_nodes, smooth_noise

Mode = Literal["colour", "grey", "bilevel"]
_MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True)
class Scanner:
    """One machine with its settings.

    Attributes:
        dpi: Resolution handed over; the file claims it too.
        flatbed: Laid on the glass by hand, rather than drawn through rollers.
        lid: Grey of what is behind the paper, 0 to 255.
        blur_mm: Width of the optics' spot (one deviation).
        noise: Deviation of the sensor's noise, grey levels.
        gamma: Above 1 darkens the middle tones.
        contrast: About the middle.
        brightness: Grey levels added.
        cast: Gain of blue, green and red.
        halo: Strength of sharpening.
        quality: Of JPEG; 0 for none.
        skew_deg: Usual skew of a pass (one deviation).
        stretch: Of the feed: length against width.
        streaks: Lines that dirt on the glass draws: (place as share of width, width mm, depth).
        adaptive: Whether two levels are cut by a moving threshold.
        threshold: Cut between black and white, 0 to 1; for the moving one the margin.
        shade: Darkening of the lid's gap near one side.
        moire: Depth of the pattern that sensor and paper make together, grey levels.
    """

    dpi: int
    mode: Mode
    flatbed: bool
    lid: float
    blur_mm: float
    noise: float
    gamma: float
    contrast: float
    brightness: float
    cast: tuple[float, float, float]
    halo: float
    quality: int
    skew_deg: float
    stretch: float
    streaks: tuple[tuple[float, float, float], ...]
    adaptive: bool
    threshold: float
    shade: float
    moire: float


def _three(values: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return blue, green and red."""
    blue, green, red = values.tolist()
    return blue, green, red


def choose_scanner(
    rng: np.random.Generator, rough: bool, mode: Mode | None = None, streaky: float = 0.0
) -> Scanner:
    """Draw a scanner: a good one, or any that an office may have.

    Args:
        rng: Source of all chance.
        rough: Whether its quality is any.
        mode: In place of a drawn one.
        streaky: Chance of dirt on the glass of a sheet feed.
    """
    chosen: Mode = mode or ("colour", "grey")[int(rng.random() < 0.35)]
    if rough:
        dpi = int(rng.choice([150, 200, 300, 400, 600], p=[0.1, 0.5, 0.33, 0.05, 0.02]))
    else:
        dpi = int(rng.choice([200, 200, 300]))
    flatbed = bool(rng.random() < 0.3)
    wide = 1.0 if rough else 0.35
    streaks: tuple[tuple[float, float, float], ...] = ()
    if not flatbed and rng.random() < streaky:
        streaks = tuple(
            (float(rng.uniform(0.05, 0.95)), float(rng.uniform(0.08, 0.3)),
             float(rng.choice([-0.3, 0.2, 0.35, 0.6])))
            for _ in range(int(rng.integers(1, 3)))
        )  # fmt: skip
    scanner = Scanner(
        dpi=dpi,
        mode=chosen,
        flatbed=flatbed,
        lid=float(rng.choice([252.0, 235.0, rng.uniform(10.0, 60.0)])),
        blur_mm=float(rng.uniform(0.035, 0.09 if rough else 0.06)),
        noise=float(rng.uniform(0.8, 4.5 if rough else 2.0)),
        gamma=float(np.exp(rng.normal(0.0, 0.16 * wide))),
        contrast=float(np.exp(rng.normal(0.05, 0.12 * wide))),
        brightness=float(rng.normal(2.0, 9.0 * wide)),
        cast=_three(np.exp(rng.normal(0.0, 0.006 * wide, 3))),
        halo=float(rng.choice([0.0, rng.uniform(0.2, 1.0)])),
        quality=int(rng.integers(40, 91)) if rough else int(rng.integers(75, 93)),
        skew_deg=float(rng.uniform(0.2, 1.1 if rough else 0.5)),
        stretch=1.0 if flatbed else 1.0 + _feed_error(rng, rough),
        streaks=streaks,
        adaptive=bool(rng.random() < 0.5),
        threshold=float(rng.uniform(0.5, 0.72)),
        shade=float(rng.uniform(0.0, 0.5)) if flatbed and rough else 0.0,
        moire=float(rng.uniform(1.0, 5.0)) if rough and rng.random() < 0.1 else 0.0,
    )
    return _set_right(scanner)


def _feed_error(rng: np.random.Generator, rough: bool) -> float:
    """Return by what share rollers stretch a page; makers allow them up to about 0.8 %."""
    return float(np.clip(rng.normal(0.0, 0.004 if rough else 0.0015), -0.008, 0.008))


def _set_right(scanner: Scanner) -> Scanner:
    """Darken a scanner on which pencil would vanish, as whoever stands at it would do.

    A person reads at a glance what keeps a tenth of the range between paper and line.
    """
    pencil, paper = 195, 244
    while True:
        tone = _tone(scanner)
        if float(tone[paper]) - float(tone[pencil]) >= 26.0 or scanner.brightness < -60.0:
            return scanner
        scanner = replace(scanner, brightness=scanner.brightness - 4.0)


@dataclass(frozen=True, slots=True)
class Pass:
    """How one sheet lay on one pass.

    Attributes:
        quarter_turns: 0 to 3, clockwise.
        dx_mm, dy_mm: Off the middle of the picture.
        slip: How far the feed slipped along the way, millimetres at most.
    """

    angle_deg: float
    quarter_turns: int
    dx_mm: float
    dy_mm: float
    slip: float
    seed: int


def choose_pass(scanner: Scanner, rng: np.random.Generator, rough: bool) -> Pass:
    """Draw how the next sheet goes through."""
    turns = 0
    if rough and rng.random() < 0.12:
        turns = 2 if rng.random() < 0.8 else int(rng.choice([1, 3]))
    wide = 2.0 if scanner.flatbed else 0.9
    return Pass(
        angle_deg=float(np.clip(rng.normal(0.0, scanner.skew_deg), -3.0, 3.0)),
        quarter_turns=turns,
        dx_mm=float(np.clip(rng.normal(0.0, wide), -3.0, 3.0)),
        dy_mm=float(np.clip(rng.normal(0.0, wide), -3.0, 3.0)),
        slip=0.0 if scanner.flatbed else float(abs(rng.normal(0.0, 0.25 if rough else 0.08))),
        seed=int(rng.integers(2**31)),
    )


def scan(sheet: Sheet, scanner: Scanner, how: Pass) -> Pixels:
    """Scan a sheet.

    Returns:
        Shape (h, w), or (h, w, 3) BGR for a colour scan.
    """
    rng = np.random.default_rng(how.seed)
    seen = _through_optics(sheet, scanner, how, rng)
    if scanner.mode != "colour":  # a lamp of all colours, or a green one in older machines
        weights = (0.114, 0.587, 0.299) if rng.random() < 0.7 else (0.05, 0.9, 0.05)
        seen = np.asarray(cv2.transform(seen, np.array([weights])), np.uint8)
    elif scanner.cast != (1.0, 1.0, 1.0):
        table = np.arange(256)[:, None] * np.array(scanner.cast)
        bytes_ = np.clip(np.rint(table), 0, 255).astype(np.uint8).reshape(256, 1, 3)
        seen = np.asarray(cv2.LUT(seen, bytes_), np.uint8)
    seen = _shaded(seen, scanner, rng)
    if scanner.halo > 0:
        soft = cv2.GaussianBlur(seen, (0, 0), 0.12 * scanner.dpi / _MM_PER_INCH)
        seen = np.asarray(
            cv2.addWeighted(seen, 1.0 + scanner.halo, soft, -scanner.halo, 0.0), np.uint8
        )
    toned = _toned(_noisy(seen, scanner, rng), scanner)
    if how.quarter_turns:
        toned = np.ascontiguousarray(np.rot90(toned, -how.quarter_turns))
    if scanner.mode == "bilevel":
        return _two_levels(toned, scanner)
    return _compressed(toned, scanner)


def _noisy(seen: Pixels, scanner: Scanner, rng: np.random.Generator) -> Pixels:
    """Add the sensor's noise; a tile of it is repeated, which no reader could notice."""
    side = 768
    tile = rng.standard_normal((side, side), dtype=np.float32) * scanner.noise
    height, width = seen.shape[:2]
    if scanner.moire > 0:
        x, y = np.meshgrid(np.arange(side), np.arange(side))
        turns = rng.integers(40, 190, 2) / side  # whole turns of the tile leave no seam
        tile += scanner.moire * np.sin(2 * np.pi * (turns[0] * x + turns[1] * y))
    noise = np.tile(np.rint(tile).astype(np.int8), (height // side + 1, width // side + 1))
    noise = noise[:height, :width]
    if seen.ndim == 3:
        noise = cv2.merge((noise,) * 3)
    return np.asarray(cv2.add(seen, noise, dtype=cv2.CV_8U), np.uint8)


def _through_optics(sheet: Sheet, scanner: Scanner, how: Pass, rng: np.random.Generator) -> Pixels:
    """Bring the sheet into the picture: turn, stretch, slip, bulge and blur, over the lid."""
    scale = scanner.dpi / _MM_PER_INCH
    height, width = round(sheet.height_mm * scale), round(sheet.width_mm * scale)
    soft = cv2.GaussianBlur(sheet.pixels, (0, 0), max(0.4, scanner.blur_mm * sheet.px_per_mm))
    angle = np.radians(how.angle_deg)
    cos, sin = np.cos(angle), np.sin(angle)
    centre = np.array([sheet.width_mm / 2, sheet.height_mm / 2])
    # From picture millimetres back to sheet millimetres.
    back = np.array([[cos, sin], [-sin, cos]]) @ np.diag([1.0, 1.0 / scanner.stretch])
    shift = centre - back @ (centre + np.array([how.dx_mm, how.dy_mm]))
    lid = (scanner.lid,) * 3
    warped, left = how.slip > 0.05 or sheet.bulge_mm is not None, None
    if not warped:
        matrix = np.column_stack([back * sheet.px_per_mm / scale, shift * sheet.px_per_mm])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        size = (width, height)
        seen = cv2.warpAffine(
            soft, matrix, size, flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=lid
        )
        if sheet.gone is not None:
            left = cv2.warpAffine(
                sheet.gone, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE
            )
    else:
        map_x, map_y = _maps(sheet, back, shift, scale, (height, width), how, rng)
        seen = cv2.remap(
            soft, map_x, map_y, cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT, borderValue=lid,
        )  # fmt: skip
        if sheet.gone is not None:
            left = cv2.remap(
                sheet.gone, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
            )
    if left is not None:
        seen[left > 127] = lid
    return np.asarray(seen, np.uint8)


def _maps(
    sheet: Sheet,
    back: np.ndarray,
    shift: np.ndarray,
    scale: float,
    shape: tuple[int, int],
    how: Pass,
    rng: np.random.Generator,
) -> tuple[Float32, Float32]:
    """Return where on the sheet each pixel of the picture looks, in pixels of the sheet."""
    height, width = shape
    rows, columns = 60, 44
    y = np.linspace(0.0, (height - 1) / scale, rows)
    x = np.linspace(0.0, (width - 1) / scale, columns)
    grid = np.stack(np.meshgrid(x, y), axis=2) @ back.T + shift
    if how.slip > 0:
        walk = np.cumsum(rng.normal(0.0, 1.0, rows))
        walk = np.convolve(walk - np.linspace(walk[0], walk[-1], rows), np.ones(5) / 5, "same")
        grid[:, :, 1] += (how.slip * walk / max(float(np.abs(walk).max()), 1e-6))[:, None]
    if sheet.bulge_mm is not None:
        bulge = cv2.resize(sheet.bulge_mm, (columns, rows), interpolation=cv2.INTER_CUBIC)
        grid = grid + bulge
    return between_nodes((grid * sheet.px_per_mm).astype(np.float32), (height, width))


def _shaded(seen: Pixels, scanner: Scanner, rng: np.random.Generator) -> Pixels:
    """Streaks along the feed, the shadow of a lid that does not close, an uneven lamp."""
    height, width = seen.shape[:2]
    gain = np.ones(width, np.float32)
    columns = np.arange(width, dtype=np.float32)
    for place, width_mm, depth in scanner.streaks:
        half = max(0.5, width_mm * scanner.dpi / _MM_PER_INCH / 2)
        wobble = place * width + rng.normal(0.0, 1.0)
        gain *= 1.0 - depth * np.clip(half + 0.5 - np.abs(columns - wobble), 0.0, 1.0)
    if scanner.shade > 0:
        gain *= 1.0 - scanner.shade * np.exp(-columns / (0.06 * width))
    lamp = np.ones((height, 1), np.float32)
    uneven = scanner.flatbed and rng.random() < 0.5
    if uneven:
        lamp += 0.02 * smooth_noise((height, 1), height / 2.5, rng)
    if not (scanner.streaks or scanner.shade > 0 or uneven):
        return seen
    light = lamp * gain
    if seen.ndim == 3:
        light = np.asarray(cv2.merge((light,) * 3), np.float32)
    return np.asarray(cv2.multiply(seen, light, dtype=cv2.CV_8U), np.uint8)


def _tone(scanner: Scanner) -> Pixels:
    """Return what the machine makes of each grey level."""
    tone = 255.0 * (np.arange(256) / 255.0) ** scanner.gamma
    tone = (tone - 128.0) * scanner.contrast + 128.0 + scanner.brightness
    return np.clip(np.rint(tone), 0, 255).astype(np.uint8)


def _toned(seen: Pixels, scanner: Scanner) -> Pixels:
    return np.asarray(cv2.LUT(seen, _tone(scanner)), np.uint8)


def _two_levels(grey: Pixels, scanner: Scanner) -> Pixels:
    if scanner.adaptive:
        size = int(8.0 * scanner.dpi / _MM_PER_INCH) | 1
        margin = 255.0 * (1.0 - scanner.threshold) * 0.45
        local = cv2.blur(grey, (size, size)).astype(np.float32)
        white = np.where(grey < local - margin * 0.6, 0, 255)
        white = np.where(grey < 60, 0, white)
        return np.asarray(white, np.uint8)
    paper = float(np.percentile(grey[::8, ::8], 75))
    return np.where(grey < scanner.threshold * paper, 0, 255).astype(np.uint8)


def _compressed(pixels: Pixels, scanner: Scanner) -> Pixels:
    if scanner.quality <= 0:
        return pixels
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, scanner.quality])
    how = cv2.IMREAD_GRAYSCALE if pixels.ndim == 2 else cv2.IMREAD_COLOR
    return np.asarray(cv2.imdecode(data, how), np.uint8)

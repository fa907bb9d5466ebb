"""Printers and copiers: the designed page as it lies on the sheet.

A press scales (not quite the same along and across), shifts, and lays toner or ink that is
light, banded, spotted or spread. Voters mark where the boxes are, so the way from layout to
paper is handed on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from handsheets.sheet import Pixels, Sheet, smooth_noise
from omr.geometry import Point, Rect

PressKind = Literal["laser", "tired-laser", "copier", "inkjet"]


@dataclass(frozen=True, slots=True)
class Press:
    """One printer with its settings.

    Attributes:
        scale_x, scale_y: Printed size against the layout.
        dx_mm, dy_mm: Shift on the sheet.
        density: Optical density of black, natural logarithm.
        bands: Depth of lighter bands across the feed, 0 to 1.
        band_mm: Their period.
        fade: Toner runs out along one side: share lost at the edge.
        spread_mm: How far ink creeps.
        drum_mm: Circumference of a drum with spots; 0 for a clean one.
        jitter_mm: How sheets differ from one another.
        edge_mm: Unprintable margin.
    """

    kind: PressKind
    scale_x: float
    scale_y: float
    dx_mm: float
    dy_mm: float
    density: float
    bands: float
    band_mm: float
    fade: float
    spread_mm: float
    drum_mm: float
    jitter_mm: float
    edge_mm: float


@dataclass(frozen=True, slots=True)
class Placing:
    """Where the layout lies on one sheet: an affine without shear, about the page's middle."""

    scale_x: float
    scale_y: float
    dx_mm: float
    dy_mm: float
    width_mm: float
    height_mm: float

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point of the layout lies."""
        mid_x, mid_y = self.width_mm / 2, self.height_mm / 2
        return (
            mid_x + (x - mid_x) * self.scale_x + self.dx_mm,
            mid_y + (y - mid_y) * self.scale_y + self.dy_mm,
        )

    def rect(self, rect: Rect) -> Rect:
        """Return where a rectangle of the layout lies."""
        x, y = self.point(rect.x, rect.y)
        return Rect(x, y, rect.w * self.scale_x, rect.h * self.scale_y)

    def middle(self, rect: Rect) -> Point:
        """Return where the middle of a rectangle of the layout lies."""
        return Point(*self.point(rect.centre.x, rect.centre.y))


def choose_press(rng: np.random.Generator, rough: bool) -> Press:
    """Draw a printer: a good one, or any that an office may have."""
    kinds: tuple[PressKind, ...] = ("laser", "inkjet", "tired-laser", "copier")
    shares = [0.45, 0.15, 0.2, 0.2] if rough else [0.9, 0.1, 0.0, 0.0]
    kind = kinds[int(rng.choice(4, p=shares))]
    fitted = float(rng.uniform(0.94, 1.0)) if rng.random() < 0.4 else 1.0
    uneven = float(np.clip(rng.normal(0.0, 0.0022 if rough else 0.0008), -0.005, 0.005))
    drift = 1.6 if rough else 0.6
    worn = kind in ("tired-laser", "copier")
    return Press(
        kind=kind,
        scale_x=fitted,
        scale_y=fitted * (1.0 + uneven),
        dx_mm=float(np.clip(rng.normal(0.0, drift), -3.5, 3.5)),
        dy_mm=float(np.clip(rng.normal(0.0, drift), -3.5, 3.5)),
        density=float(rng.uniform(0.95, 1.9) if worn else rng.uniform(2.0, 3.0)),
        bands=float(rng.uniform(0.1, 0.45)) if worn and rng.random() < 0.6 else 0.0,
        band_mm=float(rng.uniform(3.0, 40.0)),
        fade=float(rng.uniform(0.0, 0.35)) if worn else 0.0,
        spread_mm=float(rng.uniform(0.05, 0.11)) if kind == "inkjet" else 0.02,
        drum_mm=float(rng.uniform(60.0, 95.0)) if kind == "copier" else 0.0,
        jitter_mm=float(rng.uniform(0.1, 0.4)),
        edge_mm=float(rng.uniform(3.0, 5.0)),
    )


def print_page(
    design: Pixels,
    px_per_mm: float,
    press: Press,
    white: tuple[float, float, float],
    rng: np.random.Generator,
) -> tuple[Sheet, Placing]:
    """Print a designed page on a sheet of paper.

    Args:
        design: Shape (h, w), 255 = white.
        px_per_mm: Its resolution, and the sheet's.
        press: The printer.
        white: What the bare paper gives back, BGR, 0 to 1.
        rng: Source of all chance.
    """
    height, width = design.shape
    placing = Placing(
        press.scale_x,
        press.scale_y,
        press.dx_mm + float(rng.normal(0.0, press.jitter_mm)),
        press.dy_mm + float(rng.normal(0.0, press.jitter_mm)),
        width / px_per_mm,
        height / px_per_mm,
    )
    zero = placing.point(0.0, 0.0)
    move = np.array(
        [
            [press.scale_x, 0.0, zero[0] * px_per_mm],
            [0.0, press.scale_y, zero[1] * px_per_mm],
        ]
    )
    printed = cv2.warpAffine(255 - design, move, (width, height), flags=cv2.INTER_LINEAR)
    if press.spread_mm > 0.03:
        printed = cv2.GaussianBlur(printed, (0, 0), press.spread_mm * px_per_mm)
    black = np.asarray(printed, np.uint8)
    edge = int(press.edge_mm * px_per_mm)
    for side in (black[:edge], black[-edge:], black[:, :edge], black[:, -edge:]):
        side[:] = 0
    _drum_spots(black, press, px_per_mm, rng)
    if press.kind in ("laser", "inkjet"):
        solid = 1.0 - float(np.exp(-press.density))
        toner = np.asarray(cv2.convertScaleAbs(black, alpha=solid), np.uint8)
    else:
        toner = _uneven(black, press, px_per_mm, rng)
    light = 1.0 - np.arange(256)[:, None] / 255.0
    table = np.rint(light * np.array(white) * 255.0).astype(np.uint8).reshape(256, 1, 3)
    pixels = np.asarray(cv2.LUT(cv2.merge([toner] * 3), table), np.uint8)
    return Sheet(pixels, px_per_mm), placing


def _uneven(black: Pixels, press: Press, px_per_mm: float, rng: np.random.Generator) -> Pixels:
    """Return how dark print is where toner runs low: mottled, grainy, banded, faded."""
    height, width = black.shape
    rows, columns = height // 6, width // 6  # slow changes need no fine grid
    toner = 1.0 + 0.16 * smooth_noise((rows, columns), 3.0 * px_per_mm, rng)
    way = np.linspace(0.0, height / px_per_mm, rows, dtype=np.float32)[:, None]
    phase = float(rng.uniform(0.0, 6.28))
    wave = np.clip(np.sin(2 * np.pi * way / press.band_mm + phase) - 0.3, 0.0, 1.0)
    toner = toner * (1.0 - press.bands * wave)
    across = np.linspace(0.0, 1.0, columns, dtype=np.float32)[None, :]
    toner = toner * (1.0 - press.fade * np.clip(across * 1.6 - 0.6, 0.0, 1.0))
    solid = 255.0 * (1.0 - np.exp(-press.density * np.clip(toner, 0.25, 1.6)))
    gain = cv2.resize(np.rint(solid).astype(np.uint8), (width, height))
    tile = 26.0 * smooth_noise((512, 512), 0.14 * px_per_mm, rng)
    grain = np.tile(np.clip(tile, -110, 110).astype(np.int8), (height // 512 + 1, width // 512 + 1))
    gain = cv2.add(gain, np.ascontiguousarray(grain[:height, :width]), dtype=cv2.CV_8U)
    return np.asarray(cv2.multiply(black, gain, scale=1.0 / 255.0), np.uint8)


def _drum_spots(black: Pixels, press: Press, px_per_mm: float, rng: np.random.Generator) -> None:
    """Spots of a dirty drum come back once a turn; a copier leaves single specks as well.

    None is wider than 0.44 mm: a larger one in a box could be the touch of a pen, over which
    people would hesitate.
    """
    if press.drum_mm <= 0:
        return
    height, width = black.shape
    for _ in range(int(rng.integers(0, 3))):
        x, y = float(rng.uniform(0, width)), float(rng.uniform(0, press.drum_mm * px_per_mm))
        radius = float(rng.uniform(0.08, 0.22)) * px_per_mm
        while y < height:
            cv2.circle(black, (int(x), int(y)), max(1, round(radius)), 200, -1, cv2.LINE_AA)
            y += press.drum_mm * px_per_mm
    for _ in range(int(rng.poisson(40))):
        x, y = float(rng.uniform(0, width)), float(rng.uniform(0, height))
        radius = min(0.2, float(rng.gamma(1.5, 0.05))) * px_per_mm
        cv2.circle(black, (int(x), int(y)), max(1, round(radius)), int(rng.integers(80, 220)), -1)

"""Pretend printers: the ballot's page as it really comes out of an office machine.

Printers shrink to fit, shift the sheet in the tray, run low on toner, band, and refuse the
margin; copiers add specks. The affine from layout millimetres to paper millimetres is handed
on, because voters mark where the boxes are, not where they should be.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from omr.geometry import Point, Rect, mm_to_px
from omr.rehearse.pens import Pixels
from omr.rehearse.voters import Kind


@dataclass(frozen=True, slots=True)
class Print:
    """How one sheet was printed.

    Attributes:
        scale_x, scale_y: Printed size against the layout, about the middle of the page.
        dx_mm, dy_mm: Shift of the print on the sheet.
        toner: Darkness of solid black, 0 to 1.
        mottle: Unevenness of the toner, 0 to 1.
        banding: Strength of bands across the feed, 0 to 1.
        specks_per_cm2: Copier dirt.
        margin_mm: Unprintable margin: print nearer to the edge is lost.
        width_mm, height_mm: Size of the sheet.
    """

    scale_x: float
    scale_y: float
    dx_mm: float
    dy_mm: float
    toner: float
    mottle: float
    banding: float
    specks_per_cm2: float
    margin_mm: float
    width_mm: float
    height_mm: float
    seed: int

    def place(self, point: Point) -> Point:
        """Return where a point of the layout lies on the sheet."""
        mid_x, mid_y = self.width_mm / 2, self.height_mm / 2
        return Point(
            mid_x + (point.x - mid_x) * self.scale_x + self.dx_mm,
            mid_y + (point.y - mid_y) * self.scale_y + self.dy_mm,
        )

    def place_rect(self, rect: Rect) -> Rect:
        """Return where a rectangle of the layout lies on the sheet."""
        corner = self.place(Point(rect.x, rect.y))
        return Rect(corner.x, corner.y, rect.w * self.scale_x, rect.h * self.scale_y)


@dataclass(frozen=True, slots=True)
class Printer:
    """One office printer: what stays the same from sheet to sheet."""

    scale: float
    scale_ratio: float
    dx_mm: float
    dy_mm: float
    toner: float
    mottle: float
    banding: float
    specks_per_cm2: float
    margin_mm: float

    def sheet(self, width_mm: float, height_mm: float, rng: np.random.Generator) -> Print:
        """Return how the next sheet comes out: the tray lets each lie a little differently."""
        return Print(
            scale_x=self.scale,
            scale_y=self.scale * self.scale_ratio * float(1.0 + rng.normal(0.0, 0.0004)),
            dx_mm=float(np.clip(self.dx_mm + rng.normal(0.0, 0.3), -4.0, 4.0)),
            dy_mm=float(np.clip(self.dy_mm + rng.normal(0.0, 0.3), -4.0, 4.0)),
            toner=float(np.clip(self.toner + rng.normal(0.0, 0.02), 0.3, 1.0)),
            mottle=self.mottle,
            banding=self.banding,
            specks_per_cm2=self.specks_per_cm2,
            margin_mm=self.margin_mm,
            width_mm=width_mm,
            height_mm=height_mm,
            seed=int(rng.integers(2**31)),
        )


def choose_printer(rng: np.random.Generator, kind: Kind) -> Printer:
    """Draw an office printer: good in an ordinary office, worn or a copier in a severe one."""
    if kind == "mixed":
        kind = "severe" if rng.random() < 0.4 else "ordinary"
    if kind == "ordinary":
        return Printer(
            scale=float(rng.choice([1.0, 1.0, rng.uniform(0.94, 1.0)])),
            scale_ratio=float(1.0 + rng.normal(0.0, 0.001)),
            dx_mm=float(rng.normal(0.0, 0.8)),
            dy_mm=float(rng.normal(0.0, 0.8)),
            toner=float(rng.uniform(0.86, 0.98)),
            mottle=float(rng.uniform(0.0, 0.08)),
            banding=0.0,
            specks_per_cm2=0.0,
            margin_mm=4.2,
        )
    return Printer(
        scale=float(rng.uniform(0.92, 1.02)),
        scale_ratio=float(1.0 + np.clip(rng.normal(0.0, 0.0025), -0.005, 0.005)),
        dx_mm=float(np.clip(rng.normal(0.0, 2.0), -4.0, 4.0)),
        dy_mm=float(np.clip(rng.normal(0.0, 2.0), -4.0, 4.0)),
        toner=float(rng.uniform(0.5, 0.98)),
        mottle=float(rng.uniform(0.0, 0.35)),
        banding=float(rng.choice([0.0, rng.uniform(0.05, 0.3)])),
        specks_per_cm2=float(rng.choice([0.0, 0.1, rng.uniform(0.2, 1.2)])),
        margin_mm=float(rng.uniform(3.0, 5.5)),
    )


def print_sheet(page: Pixels, sheet: Print, dpi: float) -> Pixels:
    """Print a page picture on white paper.

    Args:
        page: Shape (h, w), the page as designed, 255 = white.
        sheet: How it comes out.
        dpi: Resolution of ``page`` and of the result.

    Returns:
        Shape (h, w), the printed sheet.
    """
    rng = np.random.default_rng(sheet.seed)
    corner, far = sheet.place(Point(0.0, 0.0)), sheet.place(Point(1.0, 1.0))
    move = np.array(
        [
            [far.x - corner.x, 0.0, mm_to_px(corner.x, dpi)],
            [0.0, far.y - corner.y, mm_to_px(corner.y, dpi)],
        ]
    )
    height = round(mm_to_px(sheet.height_mm, dpi))
    width = round(mm_to_px(sheet.width_mm, dpi))
    out = np.asarray(
        cv2.warpAffine(page, move, (width, height), flags=cv2.INTER_LINEAR, borderValue=255),
        dtype=np.uint8,
    )
    edge = round(mm_to_px(sheet.margin_mm, dpi))
    for side in (out[:edge], out[-edge:], out[:, :edge], out[:, -edge:]):
        side[:] = 255
    if sheet.mottle > 0 or sheet.banding > 0:
        out = _uneven_toner(out, sheet, dpi, rng)
    else:
        ramp = np.rint(255.0 - (255.0 - np.arange(256)) * sheet.toner).astype(np.uint8)
        out = np.asarray(cv2.LUT(out, ramp), dtype=np.uint8)
    _speckle(out, sheet, dpi, rng)
    return out


def _uneven_toner(out: Pixels, sheet: Print, dpi: float, rng: np.random.Generator) -> Pixels:
    """Lighten the print by slow mottling, fine grain and bands across the feed."""
    height, width = out.shape
    cells = rng.normal(0.0, 1.0, (max(4, height // 160), max(4, width // 160)))
    slow = cv2.resize(cells.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    tile = rng.normal(0.0, 1.0, (256, 256)).astype(np.float32)
    tile = np.asarray(cv2.GaussianBlur(tile, (0, 0), mm_to_px(0.06, dpi)), dtype=np.float32)
    tile /= max(float(tile.std()), 1e-6)
    fine = np.tile(tile, (height // 256 + 1, width // 256 + 1))[:height, :width]
    rows = np.arange(height, dtype=np.float32)[:, None]
    period = mm_to_px(float(rng.uniform(3.0, 12.0)), dpi)
    bands = np.maximum(0.0, np.sin(2 * np.pi * rows / period)) ** 6
    toner = sheet.toner * (1.0 - sheet.banding * bands)
    toner = toner * (1.0 + sheet.mottle * (0.3 * np.asarray(slow) + 0.45 * fine - 0.2))
    dark = (255.0 - out.astype(np.float32)) * np.clip(toner, 0.15, 1.0)
    return np.asarray(255.0 - dark, dtype=np.uint8)


def _speckle(out: Pixels, sheet: Print, dpi: float, rng: np.random.Generator) -> None:
    """Drop copier specks on the sheet, in place: mostly tiny, seldom 0.5 mm across."""
    area_cm2 = sheet.width_mm * sheet.height_mm / 100.0
    for _ in range(int(rng.poisson(sheet.specks_per_cm2 * area_cm2))):
        x, y = int(rng.integers(out.shape[1])), int(rng.integers(out.shape[0]))
        radius = max(1, round(mm_to_px(float(rng.gamma(2.0, 0.045)), dpi)))
        radius = min(radius, round(mm_to_px(0.3, dpi)))
        cv2.circle(out, (x, y), radius, int(rng.integers(20, 130)), -1)

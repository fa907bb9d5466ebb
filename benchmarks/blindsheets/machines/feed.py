"""How a sheet lies on the glass or runs through the feeder: from pixels of the scan to paper."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from blindsheets.machines.raster import Colour, Field, Pixels, field, pixels, remapped
from blindsheets.machines.sheet import WornPage

# The way from scan to paper is smooth: it is worked out at every eighth pixel.
STEP_PX = 8


@dataclass(frozen=True, slots=True)
class Feed:
    """How sheets come to lie before the lens.

    Attributes:
        area_mm: Width and height of the scan; 0 is as the sheet.
        place_mm: Where the sheet's corner lies in the scan; below 0 an edge is cut off.
        wander_mm: Standard deviation of that from sheet to sheet.
        skew_deg: Standard deviation of the turn.
        most_skew_deg: No sheet is turned further.
        trapezoid: Standard deviation of the taper, as a share of the width.
        bow_mm: Standard deviation of the drift across while a sheet is fed.
        speed: Length of the scan for the sheet's length.
        jitter_mm: Depth of the shaking of the carriage.
        jitter_period_mm: Its period.
        end_stretch: Change of speed while the end of a sheet leaves the rollers.
        end_mm: How long that lasts.
        slip_mm: A jump of the sheet somewhere on its way.
        lid: What is seen beside the sheet.
        turns: Quarter turns of every file, anticlockwise.
        upside_down: Chance that a sheet lies head down.
    """

    area_mm: tuple[float, float] = (0.0, 0.0)
    place_mm: tuple[float, float] = (0.0, 0.0)
    wander_mm: float = 0.3
    skew_deg: float = 0.2
    most_skew_deg: float = 0.5
    trapezoid: float = 0.0
    bow_mm: float = 0.0
    speed: float = 1.0
    jitter_mm: float = 0.0
    jitter_period_mm: float = 3.0
    end_stretch: float = 0.0
    end_mm: float = 15.0
    slip_mm: float = 0.0
    lid: Colour = (250.0, 250.0, 250.0)
    turns: int = 0
    upside_down: float = 0.0


class Pass:
    """One way from the pixels of a scan to the sheet.

    Args:
        shape: Height and width of the scan, pixels.
        back: Homography from mm in the scan to mm on the sheet, shape (3, 3).
        along: For each row of the coarse grid, mm added to its place down the scan.
        rows: For each row of the scan, mm added because the carriage shakes, or None.
        bend: As in ``WornPage``.
        px_per_mm: Resolution of the sheet.
        scan_px_per_mm: Resolution of the scan.
        source_size: Width and height of the sheet, pixels.
        turns: Quarter turns of the file.
    """

    def __init__(
        self,
        shape: tuple[int, int],
        back: np.ndarray,
        along: Field | None,
        rows: Field | None,
        bend: Field | None,
        px_per_mm: float,
        scan_px_per_mm: float,
        source_size: tuple[int, int],
        turns: int,
    ) -> None:
        self.shape = shape
        self.turns = turns
        self.source_width = source_size[0]
        self.sheet_mm = (source_size[0] / px_per_mm, source_size[1] / px_per_mm)
        self.scan_px_per_mm = scan_px_per_mm
        self._back = back
        self._along = along
        self._rows = rows
        self._bend = bend
        self._px_per_mm = px_per_mm
        self._places: Field | None = None

    @property
    def places(self) -> Field:
        """Where on the sheet each place of the coarse grid lies, mm.

        The grid has a rim of one cell around the scan, and a place in the middle of each cell of
        ``STEP_PX`` pixels: shape (ceil(h / step) + 2, ceil(w / step) + 2, 2).
        """
        if self._places is None:
            self._places = self._coarse()
        return self._places

    def _coarse(self) -> Field:
        rows, columns = (-(-size // STEP_PX) + 2 for size in self.shape)
        x = ((np.arange(columns) - 0.5) * STEP_PX) / self.scan_px_per_mm
        y = ((np.arange(rows) - 0.5) * STEP_PX) / self.scan_px_per_mm
        if self._along is not None:
            y = y + self._along
        u, v = np.meshgrid(x, y)
        m = self._back
        w = m[2, 0] * u + m[2, 1] * v + m[2, 2]
        px = (m[0, 0] * u + m[0, 1] * v + m[0, 2]) / w
        py = (m[1, 0] * u + m[1, 1] * v + m[1, 2]) / w
        places = field(np.stack([px, py], axis=2))
        if self._bend is not None:
            at = places * np.array(
                [
                    self._bend.shape[1] / self.sheet_mm[0],
                    self._bend.shape[0] / self.sheet_mm[1],
                ],
                np.float32,
            ) - np.float32(0.5)
            moved = cv2.remap(
                self._bend,
                np.ascontiguousarray(at[..., 0]),
                np.ascontiguousarray(at[..., 1]),
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            )
            places += field(moved)
        return places

    def sample(self, source: Pixels, shrunk: float, lid: tuple[float, ...] | None = None) -> Pixels:
        """Take the pixels of the scan from a picture of the sheet.

        Args:
            source: The whole sheet, at ``px_per_mm / shrunk``.
            shrunk: How much smaller than the sheet's picture it is.
            lid: What lies outside, one value for each channel; None to go on as at the edge.
        """
        border = cv2.BORDER_REPLICATE if lid is None else cv2.BORDER_CONSTANT
        outside = (0.0,) if lid is None else lid
        scale = self._px_per_mm / shrunk
        size = (self.shape[1], self.shape[0])
        if self._bend is None and self._along is None and self._rows is None:
            to_mm = np.diag([1 / self.scan_px_per_mm, 1 / self.scan_px_per_mm, 1.0])
            to_mm[:2, 2] = 0.5 / self.scan_px_per_mm
            to_px = np.array([[scale, 0, -0.5], [0, scale, -0.5], [0, 0, 1]])
            matrix = to_px @ self._back @ to_mm
            return pixels(
                cv2.warpPerspective(
                    source,
                    matrix,
                    size,
                    flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                    borderMode=border,
                    borderValue=outside,
                )
            )
        maps = enlarged(self.places * np.float32(scale) - np.float32(0.5), STEP_PX, self.shape)
        if self._rows is not None:
            maps[..., 1] += self._rows[:, None] * np.float32(scale)
        return remapped(source, maps, border, outside)


def enlarged(coarse: Field, step: int, shape: tuple[int, int]) -> Field:
    """Enlarge a coarse grid with a rim of one cell to the pixels within the rim."""
    full = cv2.resize(
        coarse,
        (coarse.shape[1] * step, coarse.shape[0] * step),
        interpolation=cv2.INTER_LINEAR,
    )
    return np.ascontiguousarray(field(full)[step : step + shape[0], step : step + shape[1]])


def take_pass(
    feed: Feed, worn: WornPage, px_per_mm: float, dpi: int, rng: np.random.Generator
) -> Pass:
    """Lay a sheet down once, as this feed does it."""
    height_px, width_px = worn.pixels.shape[:2]
    width, height = width_px / px_per_mm, height_px / px_per_mm
    per_mm = dpi / 25.4
    area = (feed.area_mm[0] or width, feed.area_mm[1] or height)
    shape = (round(area[1] * per_mm), round(area[0] * per_mm))
    turns = feed.turns + (2 if rng.uniform() < feed.upside_down else 0)
    skew = float(np.clip(rng.normal(0, feed.skew_deg), -feed.most_skew_deg, feed.most_skew_deg))
    place = np.array(feed.place_mm) + rng.normal(0, feed.wander_mm, 2)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]])
    angle = math.radians(skew)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    middle = np.array([width / 2, height / 2])
    laid = (corners - middle) @ turn.T + middle + place
    laid += rng.normal(0, feed.trapezoid * width, (4, 2)) * (feed.trapezoid > 0)
    laid[:, 1] = (laid[:, 1] - area[1] / 2) * feed.speed + area[1] / 2
    back = cv2.getPerspectiveTransform(laid.astype(np.float32), corners.astype(np.float32))
    back = np.asarray(back, np.float64)
    along = _along(feed, shape, per_mm, rng)
    rows = None
    if feed.jitter_mm > 0:
        y_mm = np.arange(shape[0]) / per_mm
        phase = 2 * np.pi * (y_mm / feed.jitter_period_mm + float(rng.uniform()))
        swell = 0.5 + 0.5 * np.sin(2 * np.pi * (y_mm / 71 + float(rng.uniform())))
        rows = field(feed.jitter_mm * np.sin(phase) * swell)
    bend = worn.displacement
    if feed.bow_mm > 0:
        bend = _bowed(bend, feed.bow_mm * float(rng.normal(0, 1)))
    size = (width_px, height_px)
    return Pass(shape, back, along, rows, bend, px_per_mm, per_mm, size, turns)


def _along(
    feed: Feed, shape: tuple[int, int], per_mm: float, rng: np.random.Generator
) -> Field | None:
    if feed.end_stretch == 0 and feed.slip_mm == 0:
        return None
    rows = -(-shape[0] // STEP_PX) + 2
    y = (np.arange(rows) - 0.5) * STEP_PX / per_mm
    height = shape[0] / per_mm
    over = np.clip(y - (height - feed.end_mm), 0, None)
    along = feed.end_stretch * over
    if feed.slip_mm > 0:
        at = float(rng.uniform(0.15, 0.9)) * height
        along = along + feed.slip_mm * float(rng.normal(0, 0.7)) * (
            0.5 + 0.5 * np.tanh((y - at) / 1.5)
        )
    return field(along)


def _bowed(bend: Field | None, drift_mm: float) -> Field:
    # The sheet turns a little while it runs: its sides become bows.
    base = np.zeros((24, 3, 2), np.float32) if bend is None else bend.copy()
    down = np.linspace(-1, 1, base.shape[0], dtype=np.float32)
    base[..., 0] += (drift_mm * (1 - down**2))[:, None]
    return base

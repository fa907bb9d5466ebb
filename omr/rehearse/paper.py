"""Pretend wear: what happens to a paper between the voter's hand and the scanner.

Folds, creases, a torn corner, a staple, punch holes, dust, a coffee ring, the back showing
through, and paper that is not white. Each is drawn on the sheet before it is scanned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.geometry import FloatArray, Point, mm_to_px
from omr.rehearse.pens import Canvas, Pixels, Rgb, darken, wander
from omr.rehearse.voters import Kind

NDArrayInt = NDArray[np.int32]
Corner = Literal["top-left", "top-right", "bottom-left", "bottom-right"]

_COFFEE: Rgb = (0.66, 0.5, 0.33)
_STEEL: Rgb = (0.35, 0.35, 0.36)


@dataclass(frozen=True, slots=True)
class Fold:
    """A fold line across the whole sheet.

    Attributes:
        across: True for a horizontal line.
        at: Its place, as a share of the sheet's height (or width).
        tilt: How far one end lies from the other, as a share.
        depth: Darkness of its shadow, 0 to 1.
        shift_mm: How far the part beyond it is displaced along the line.
    """

    across: bool
    at: float
    tilt: float
    depth: float
    shift_mm: float


@dataclass(frozen=True, slots=True)
class Wear:
    """What one paper went through.

    Attributes:
        white: Colour of the bare paper.
        torn: Corners that are missing, with the length of the tear along each edge in mm.
        staple, holes: Whether they are there.
        coffee: Whether a cup stood on it.
        back: How much of the back shows through, 0 to about 0.12.
        dust: Count of specks and hairs.
    """

    white: Rgb
    folds: tuple[Fold, ...]
    creases: int
    torn: tuple[tuple[Corner, float], ...]
    staple: bool
    holes: bool
    coffee: bool
    back: float
    dust: int
    seed: int

    def words(self) -> tuple[str, ...]:
        """Return in words what can be seen of it, for the truth of a stack."""
        seen = {
            "folded": bool(self.folds),
            "creased": self.creases > 0,
            "stapled": self.staple,
            "punched": self.holes,
            "coffee": self.coffee,
            "show-through": self.back > 0,
            "dusty": self.dust > 3,
        }
        return tuple(word for word, there in seen.items() if there)


def choose_wear(rng: np.random.Generator, kind: Kind) -> Wear:
    """Draw the wear of one paper; tears are faults and come from the plan alone."""
    hard = kind == "severe" or (kind == "mixed" and rng.random() < 0.35)
    warm = float(rng.uniform(0.0, 0.1)) if hard and rng.random() < 0.4 else 0.0
    bright = float(rng.uniform(0.95, 1.0))
    folds: list[Fold] = []
    if rng.random() < (0.6 if hard else 0.15):
        for at in ((0.5,), (0.5,), (1 / 3, 2 / 3))[int(rng.integers(3))]:
            folds.append(_fold(rng, True, at, hard))
        if rng.random() < 0.35:
            folds.append(_fold(rng, False, 0.5, hard))
    return Wear(
        white=(bright, bright * (1 - warm * 0.35), bright * (1 - warm)),
        folds=tuple(folds),
        creases=int(rng.integers(1, 5)) if hard and rng.random() < 0.3 else 0,
        torn=(),
        staple=bool(hard and rng.random() < 0.12),
        holes=bool(hard and rng.random() < 0.12),
        coffee=bool(hard and rng.random() < 0.06),
        back=float(rng.uniform(0.02, 0.12)) if hard and rng.random() < 0.3 else 0.0,
        dust=int(rng.poisson(12 if hard else 1)),
        seed=int(rng.integers(2**31)),
    )


def _fold(rng: np.random.Generator, across: bool, at: float, hard: bool) -> Fold:
    depth = rng.uniform(0.12, 0.4) if hard else rng.uniform(0.03, 0.18)
    shift = float(rng.normal(0.0, 0.25)) if hard else float(rng.normal(0.0, 0.05))
    tilt = float(rng.normal(0.0, 0.006))
    return Fold(across, at + float(rng.normal(0.0, 0.015)), tilt, float(depth), shift)


def wear_paper(canvas: Canvas, wear: Wear, back: Pixels | None = None) -> None:
    """Bring the wear onto the sheet, in place, all but the torn corners.

    Args:
        canvas: The sheet.
        wear: What it went through.
        back: Shape (h, w), the print of the back of the sheet as read from the back.
    """
    rng = np.random.default_rng(wear.seed)
    white = canvas.tint(wear.white)
    ramp = np.arange(256)[:, None] * white[None, :]
    table = np.rint(ramp).astype(np.uint8).reshape(256, 1, -1)
    canvas.pixels[:] = cv2.LUT(canvas.pixels, table).reshape(canvas.pixels.shape)
    if back is not None and wear.back > 0:
        seen = cv2.GaussianBlur(255 - back[:, ::-1], (0, 0), mm_to_px(0.35, canvas.dpi))
        cover = wear.back * np.asarray(seen, dtype=np.float64) / 255.0
        darken(canvas, 0, 0, cover, (0.0, 0.0, 0.0))
    for fold in wear.folds:
        _shade_fold(canvas, fold, rng)
    for _ in range(wear.creases):
        _shade_crease(canvas, rng)
    if wear.coffee:
        _coffee_ring(canvas, rng)
    if wear.staple:
        _staple(canvas, rng)
    for _ in range(wear.dust):
        _dust(canvas, rng)


def _shade_fold(canvas: Canvas, fold: Fold, rng: np.random.Generator) -> None:
    """Draw the shadow and the worn toner along a fold."""
    height, width = canvas.pixels.shape[:2]
    scale = mm_to_px(1.0, canvas.dpi)
    length, depth_px = (width, height) if fold.across else (height, width)
    line = fold.at * depth_px + np.linspace(-0.5, 0.5, length) * fold.tilt * depth_px
    line = line + 0.12 * scale * wander(rng, length, 20 * scale)
    half = int(3.0 * scale)
    start = int(line.min()) - half
    stop = int(line.max()) + half
    away = (np.arange(start, stop)[:, None] - line[None, :]) / scale
    sharp = np.exp(-((away / 0.13) ** 2)) * (0.7 + 0.3 * wander(rng, length, 3 * scale))
    slope = np.exp(-np.abs(away) / 1.1) * (away > 0) * 0.35
    cover = np.clip(fold.depth * (sharp + slope), 0.0, 0.9)
    if fold.across:
        darken(canvas, 0, start, cover, (0.25, 0.25, 0.25))
    else:
        darken(canvas, start, 0, cover.T, (0.25, 0.25, 0.25))


def _line_patch(
    canvas: Canvas, points: FloatArray, width_mm: float, strength: float, colour: Rgb
) -> None:
    """Darken along a polyline given in pixels: soft, without a pen's grain."""
    pad = int(mm_to_px(width_mm, canvas.dpi)) + 3
    left, top = (np.floor(points.min(axis=0)) - pad).astype(int)
    size = np.ceil(points.max(axis=0) + pad).astype(int) - np.array([left, top])
    mask = np.zeros((int(size[1]), int(size[0])), np.uint8)
    spots = np.rint((points - np.array([left, top])) * 16).astype(np.int32)
    thick = max(1, round(mm_to_px(width_mm, canvas.dpi)))
    cv2.polylines(mask, [spots], False, 255, thick, cv2.LINE_AA, 4)
    darken(canvas, int(left), int(top), mask.astype(np.float64) / 255.0 * strength, colour)


def _shade_crease(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw a short, crooked crease."""
    height, width = canvas.pixels.shape[:2]
    start = rng.uniform(0.1, 0.9, 2) * np.array([width, height])
    angle, length = rng.uniform(0.0, 2 * np.pi), mm_to_px(rng.uniform(15.0, 70.0), canvas.dpi)
    along = np.linspace(0.0, length, 12)
    side = mm_to_px(0.8, canvas.dpi) * wander(rng, 12, 2)
    x = start[0] + along * np.cos(angle) - side * np.sin(angle)
    y = start[1] + along * np.sin(angle) + side * np.cos(angle)
    strength = float(rng.uniform(0.06, 0.25))
    _line_patch(canvas, np.column_stack([x, y]), 0.25, strength, (0.2, 0.2, 0.2))


def _coffee_ring(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw the ring a cup left behind."""
    height, width = canvas.pixels.shape[:2]
    radius = mm_to_px(rng.uniform(32.0, 42.0), canvas.dpi)
    middle = rng.uniform(0.1, 0.9, 2) * np.array([width, height])
    theta = np.linspace(0.0, 2 * np.pi * rng.uniform(0.6, 1.0), 90) + rng.uniform(0.0, 6.0)
    for width_mm, strength in ((3.0, 0.16), (1.2, 0.25)):
        reach = radius + mm_to_px(0.4, canvas.dpi) * wander(rng, 90, 8)
        points = np.column_stack([reach * np.cos(theta), reach * np.sin(theta)]) + middle
        _line_patch(canvas, points, width_mm, strength, _COFFEE)


def _staple(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw a staple near the top left corner."""
    at = np.array([rng.uniform(6.0, 16.0), rng.uniform(5.0, 12.0)])
    angle = rng.uniform(-0.9, 0.3)
    ends = at + np.outer([0.0, 11.0], [np.cos(angle), np.sin(angle)])
    _line_patch(canvas, ends * mm_to_px(1.0, canvas.dpi), 0.55, 0.9, _STEEL)


def _dust(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw a speck, or now and then a hair."""
    height, width = canvas.pixels.shape[:2]
    at = rng.uniform(0.0, 1.0, 2) * np.array([width, height])
    if rng.random() < 0.15:
        turns = np.cumsum(rng.normal(0.0, 0.5, 10)) + rng.uniform(0.0, 6.0)
        steps = mm_to_px(0.5, canvas.dpi) * np.column_stack([np.cos(turns), np.sin(turns)])
        _line_patch(canvas, at + np.cumsum(steps, axis=0), 0.08, 0.5, (0.2, 0.2, 0.2))
        return
    radius = float(rng.gamma(2.0, 0.06))
    points = at + np.array([[0.0, 0.0], [mm_to_px(radius, canvas.dpi), 0.0]])
    strength = float(rng.uniform(0.3, 0.9))
    _line_patch(canvas, points, 2 * radius, strength, (0.25, 0.24, 0.22))


def missing_paper(canvas: Canvas, wear: Wear) -> Pixels | None:
    """Return where paper is missing: shape (h, w), 255 where the scanner's lid shows.

    None where the sheet is whole.
    """
    if not wear.torn and not wear.holes:
        return None
    rng = np.random.default_rng(wear.seed + 1)
    height, width = canvas.pixels.shape[:2]
    gone = np.zeros((height, width), np.uint8)
    for corner, length_mm in wear.torn:
        cv2.fillPoly(gone, [_tear(corner, length_mm, width, height, canvas.dpi, rng)], 255)
    if wear.holes:
        for share in (-40.0, 40.0):
            x = mm_to_px(float(rng.uniform(9.0, 12.0)), canvas.dpi)
            y = height / 2 + mm_to_px(share, canvas.dpi)
            cv2.circle(gone, (round(x), round(y)), round(mm_to_px(2.75, canvas.dpi)), 255, -1)
    return gone


def _tear(
    corner: Corner, length_mm: float, width: int, height: int, dpi: float, rng: np.random.Generator
) -> NDArrayInt:
    """Return the outline of a torn-off corner in pixels, ragged along the tear."""
    reach = mm_to_px(length_mm, dpi)
    ends = Point(reach * float(rng.uniform(0.8, 1.1)), reach * float(rng.uniform(0.8, 1.1)))
    t = np.linspace(0.0, 1.0, 24)
    ragged = mm_to_px(0.9, dpi) * wander(rng, 24, 2) + 0.08 * reach * np.sin(np.pi * t)
    x = ends.x * (1 - t) + ragged
    y = ends.y * t + ragged
    x[0], y[-1] = ends.x, ends.y
    outline = np.vstack([np.column_stack([x, y]), [[-9.0, ends.y], [-9.0, -9.0], [ends.x, -9.0]]])
    if corner.endswith("right"):
        outline[:, 0] = width - outline[:, 0]
    if corner.startswith("bottom"):
        outline[:, 1] = height - outline[:, 1]
    rounded: NDArrayInt = np.rint(outline).astype(np.int32)
    return rounded

"""Ink of real people: words, digits and pen movements out of the pictures in ``ink/``.

``ink/README.md`` says where each comes from. A piece of found ink is a picture of how much ink
lies where; it is written in any pen's colour, turned and sized like the hand at work.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from blindsheets.ink import Patch, Pixels
from blindsheets.pens import FULL, Pen
from blindsheets.tooth import piece
from blindsheets.trace import Float, Trace, even_steps

_INK = Path(__file__).resolve().parent / "ink"
# Digits are kept in 20 rows or so: they are smoothed while they grow.
_COARSE_PX = 40


@dataclass(frozen=True, slots=True, eq=False)
class FoundInk:
    """One word or number.

    Attributes:
        name: What it says.
        source: Row of ``ink/README.md``.
        kind: ``word``, ``number`` or ``digit``.
        alpha: How much ink, shape (h, w), 255 = full.
    """

    name: str
    source: str
    kind: str
    alpha: Pixels


@lru_cache(maxsize=1)
def found_ink() -> tuple[FoundInk, ...]:
    """Load every piece of found ink.

    Raises:
        FileNotFoundError: A picture is missing.
    """
    index = json.loads((_INK / "index.json").read_text(encoding="utf-8"))
    found = []
    for picture, pieces in index.items():
        sheet = cv2.imread(str(_INK / f"{picture}.png"), cv2.IMREAD_GRAYSCALE)
        if sheet is None:
            raise FileNotFoundError(picture)
        for name, at in pieces.items():
            cut = sheet[at["y"] : at["y"] + at["h"], at["x"] : at["x"] + at["w"]]
            alpha = np.ascontiguousarray(cut, dtype=np.uint8)
            found.append(FoundInk(name, at["source"], at["kind"], alpha))
    return tuple(found)


@lru_cache(maxsize=4)
def of_kind(kind: str) -> tuple[FoundInk, ...]:
    """Return all found ink of a kind."""
    return tuple(ink for ink in found_ink() if ink.kind == kind)


@lru_cache(maxsize=1)
def recorded_strokes() -> tuple[Trace, ...]:
    """Load pen movements recorded on a tablet, in their own units, with pressure 0 to 1."""
    rows: dict[str, list[tuple[float, float, float]]] = {}
    with (_INK / "strokes.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            rows.setdefault(row["stroke"], []).append(
                (float(row["x"]), float(row["y"]), float(row["pressure"]))
            )
    strokes = []
    for taken in rows.values():
        values = np.array(taken)
        strokes.append(Trace(values[:, :2], values[:, 2], np.ones(len(values))))
    return tuple(strokes)


def recorded(
    at: int, size_mm: float, centre: tuple[float, float], angle_rad: float, pressure: float
) -> Trace:
    """Return a recorded movement on paper.

    Args:
        at: Which one.
        size_mm: Longer side of what it covers.
        centre: In mm.
        angle_rad: How it is turned.
        pressure: Its mean.
    """
    raw = recorded_strokes()[at]
    left, top, right, bottom = raw.bounds
    scale = size_mm / max(right - left, bottom - top, 1e-6)
    turn = np.array(
        [[np.cos(angle_rad), np.sin(angle_rad)], [-np.sin(angle_rad), np.cos(angle_rad)]]
    )
    middle = np.array([(left + right) / 2, (top + bottom) / 2])
    dense = (raw.points - middle) * scale @ turn + np.array(centre)
    path: Float = even_steps(dense)
    spread = np.interp(np.linspace(0, 1, len(path)), np.linspace(0, 1, len(dense)), raw.pressure)
    press = pressure * (0.35 + 0.65 * spread / max(float(spread.mean()), 1e-6))
    return Trace(path, np.clip(press, 0.15, 1.3), np.ones(len(path)))


def write(
    ink: FoundInk,
    left_mm: float,
    top_mm: float,
    height_mm: float,
    pen: Pen,
    px_per_mm: float,
    rng: np.random.Generator,
    turn_rad: float = 0.0,
) -> Patch:
    """Write found ink with its top left corner at a place.

    Args:
        height_mm: Height of the whole piece, with what reaches above and below a line.
        turn_rad: Slope of the line of writing.
    """
    scale = height_mm * px_per_mm / ink.alpha.shape[0]
    width, height = max(2, round(ink.alpha.shape[1] * scale)), max(2, round(height_mm * px_per_mm))
    alpha = ink.alpha
    if alpha.shape[0] < _COARSE_PX:
        big = cv2.resize(alpha, None, fx=6, fy=6, interpolation=cv2.INTER_CUBIC)
        smooth = cv2.GaussianBlur(big, (0, 0), 3.2).astype(np.float32)
        alpha = np.clip((smooth - 105) * 4.0 + 128, 0, 255).astype(np.uint8)
    way = cv2.INTER_AREA if alpha.shape[0] > height else cv2.INTER_CUBIC
    sized = cv2.resize(alpha, (width, height), interpolation=way)
    drop = abs(np.tan(turn_rad)) * width
    lean = float(rng.normal(0.0, 0.08)) * height
    margin = round(0.4 * px_per_mm + drop + abs(lean))
    padded = np.pad(sized, margin)
    # A slope and a lean, and a slow waviness, so that no two copies are alike.
    rows, columns = np.mgrid[0 : padded.shape[0], 0 : padded.shape[1]].astype(np.float32)
    wave = 0.25 * px_per_mm * np.sin(columns / (9.0 * px_per_mm) + float(rng.uniform(0, 6)))
    map_y = rows - (columns - margin) * np.float32(np.tan(turn_rad)) + wave
    map_x = columns + (rows - margin) * np.float32(lean / height)
    warped = cv2.remap(padded, map_x, map_y.astype(np.float32), cv2.INTER_LINEAR)
    around = (warped.shape[0], warped.shape[1])
    grain = piece("tooth", around, rng)
    cloud = piece("felt", around, rng)
    share = pen.density * (1.0 - pen.grain * np.clip(grain - 0.45, 0, 1)) * (0.82 + 0.3 * cloud)
    if pen.kind == "pencil":
        share = pen.density * np.clip(1.5 - 1.25 * (0.6 * grain + 0.4 * cloud), 0.05, 1.0)
    density = np.clip(warped * (FULL / 255.0) * share, 0, 255).astype(np.uint8)
    left = round(left_mm * px_per_mm) - margin
    return Patch(left, round(top_mm * px_per_mm) - margin, density, pen.through())

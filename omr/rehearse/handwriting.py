"""Handwriting without a font: words, signatures, strikes and arrows as strokes.

Letters are drawn from short polylines in units of the x-height (baseline at 0, up is
negative), joined loosely, slanted and shaken by ``pens``. Vietnamese letters come apart
by NFD into a base letter and its marks, each with strokes of its own.
"""

from __future__ import annotations

import unicodedata
from typing import Literal

import numpy as np

from omr.geometry import FloatArray, Point, Rect
from omr.rehearse.pens import Hand, wander

Strokes = list[FloatArray]
StrikeStyle = Literal["single", "double", "wavy", "scribble", "circled", "underline"]

# Base letters: strokes separated by "|", points "x,y" in hundredths of the x-height.
_LETTERS = {
    "a": "62,-85 35,-100 8,-70 8,-25 35,0 62,-30 | 64,-95 60,-30 72,-2 92,-18",
    "b": "10,-190 8,-90 8,-5 | 8,-45 35,-100 66,-70 62,-20 35,0 8,-12",
    "c": "66,-80 40,-100 10,-65 14,-18 42,0 74,-20",
    "d": "62,-85 35,-100 8,-70 8,-25 35,0 62,-30 | 64,-190 62,-60 66,-5 90,-15",
    "e": "10,-48 45,-55 66,-75 42,-100 10,-65 16,-12 46,0 78,-22",
    "g": "62,-85 35,-100 8,-70 8,-25 35,-5 62,-30 | 64,-95 62,20 45,85 8,70 60,20 90,-10",
    "h": "10,-190 10,-95 8,0 | 8,-50 35,-98 60,-80 60,-20 68,0 88,-14",
    "i": "10,-95 10,-25 20,0 40,-14",
    "k": "10,-190 10,-95 8,0 | 58,-98 12,-45 35,-40 62,0 78,-8",
    "l": "10,-60 36,-150 24,-190 12,-120 14,-15 26,0 46,-16",
    "m": "8,-95 8,0 | 8,-60 28,-98 42,-80 42,0 | 42,-60 62,-98 78,-80 78,-15 100,-8",
    "n": "8,-95 8,0 | 8,-60 35,-98 58,-80 58,-18 66,0 86,-14",
    "o": "48,-97 18,-90 6,-50 22,-4 52,-6 66,-48 52,-92 40,-97",
    "p": "8,-95 10,0 8,90 | 8,-60 38,-100 66,-68 58,-14 30,0 8,-16",
    "q": "62,-85 35,-100 8,-70 8,-25 35,-2 62,-30 | 64,-95 62,0 62,90",
    "r": "8,-95 10,-40 8,0 | 8,-55 30,-95 54,-88",
    "s": "58,-84 34,-100 12,-78 40,-50 58,-24 34,0 6,-14",
    "t": "24,-150 20,-60 24,-8 40,0 58,-16 | 0,-98 50,-102",
    "u": "8,-95 8,-30 24,0 48,-20 60,-60 | 60,-95 60,-25 70,0 90,-14",
    "v": "6,-95 30,0 44,-40 60,-98 74,-90",
    "x": "8,-95 60,0 | 62,-95 6,0",
    "y": "8,-95 14,-35 34,-14 58,-50 | 64,-95 58,10 36,85 4,66 60,20 90,-10",
    "0": "40,-165 12,-120 12,-40 38,0 66,-40 62,-130 38,-165",
    "1": "16,-130 40,-165 38,0",
    "2": "10,-130 36,-165 62,-130 12,0 70,-4",
    "3": "12,-150 50,-160 54,-105 28,-90 60,-62 50,-8 8,-10",
    "4": "46,-165 8,-60 70,-62 | 52,-105 50,0",
    "5": "62,-165 20,-160 16,-95 56,-90 60,-20 10,-4",
    "6": "56,-160 18,-100 12,-25 42,0 62,-40 40,-85 14,-50",
    "7": "8,-160 66,-162 26,0 | 20,-80 60,-84",
    "8": "56,-140 24,-165 20,-110 58,-50 36,0 10,-40 52,-110 54,-145",
    "9": "60,-140 26,-165 12,-115 40,-85 62,-140 58,-50 44,0",
    ".": "8,-6 14,-2 8,2",
    "!": "12,-165 12,-50 | 12,-6 14,-2 12,2",
    "?": "10,-140 36,-165 56,-125 30,-80 28,-45 | 28,-6 30,-2 28,2",
}
# Marks over and under a letter, around its middle: "x,y" hundredths from (middle, x-height).
_MARKS = {
    "\u0302": "-26,-18 0,-48 28,-18",  # circumflex
    "\u0306": "-26,-44 0,-20 28,-46",  # breve
    "\u031b": "22,0 40,-14 34,-34",  # horn
    "\u0300": "-24,-72 6,-46",  # grave
    "\u0301": "-4,-46 26,-76",  # acute
    "\u0309": "-10,-80 14,-84 10,-62 0,-52",  # hook above
    "\u0303": "-30,-56 -8,-74 10,-54 32,-72",  # tilde
    "\u0323": "-2,136 4,140 -2,144",  # dot below
}
_SPACE = 0.65
_GIVEN_NAMES = ("Hải", "Minh", "Thu Hà", "Lan", "Dũng", "Tuấn", "Phượng", "Sơn", "Oanh")


def _polylines(drawing: str) -> list[FloatArray]:
    """Parse the compact drawings above into arrays of shape (n, 2)."""
    return [
        np.array([[float(v) / 100 for v in pair.split(",")] for pair in part.split()])
        for part in drawing.split("|")
    ]


def write_words(
    words: str, start: Point, x_height_mm: float, hand: Hand, rng: np.random.Generator
) -> Strokes:
    """Write a line of words by hand.

    Args:
        words: Vietnamese text; capitals are written as larger small letters.
        start: Where the baseline begins, in millimetres.
        x_height_mm: Height of a small x.
        hand: The writer's habits.
        rng: Source of all chance.

    Returns:
        Strokes in page millimetres.
    """
    pen_x = 0.0
    unit: Strokes = []
    for letter in unicodedata.normalize("NFD", words):
        if letter == " ":
            pen_x += _SPACE * rng.uniform(0.8, 1.3)
            continue
        if letter in _MARKS:
            mark = _polylines(_MARKS[letter])[0]
            unit.append(mark + np.array([pen_x - 0.62, -1.0]) + rng.normal(0.0, 0.05, 2))
            continue
        grow = 1.4 if letter.isupper() else 1.0
        base = letter.lower().replace("đ", "d")
        for part in _polylines(_LETTERS[base]):
            wobble = part * grow * rng.normal(1.0, 0.06, 2) + rng.normal(0.0, 0.04, part.shape)
            unit.append(wobble + np.array([pen_x, rng.normal(0.0, 0.05)]))
        if letter.lower() == "đ":
            bar = np.array([[0.35, -1.45], [0.95, -1.5]]) * grow
            unit.append(bar + np.array([pen_x, 0.0]))
        wide = max(float(part[:, 0].max()) for part in _polylines(_LETTERS[base]))
        pen_x += wide * grow + rng.uniform(0.1, 0.22)
    return _written(unit, start, x_height_mm, hand, rng)


def _written(
    unit: Strokes, start: Point, scale_mm: float, hand: Hand, rng: np.random.Generator
) -> Strokes:
    """Slant, climb and scale strokes in units of the x-height onto the page."""
    slant = np.tan(np.radians(hand.slant_deg + 6.0))
    climb = rng.normal(-0.03, 0.03)
    strokes = []
    for part in unit:
        x = part[:, 0] - slant * part[:, 1]
        y = part[:, 1] + climb * part[:, 0]
        strokes.append(np.column_stack([start.x + scale_mm * x, start.y + scale_mm * y]))
    return strokes


def sign(area: Rect, hand: Hand, rng: np.random.Generator) -> Strokes:
    """Return a signature that fills an area: loops, sharp peaks or a written name.

    Args:
        area: What the signature spans, in millimetres.
        hand: The signer's habits.
        rng: Source of all chance.
    """
    kind = int(rng.choice(3, p=[0.45, 0.3, 0.25]))
    if kind == 2:
        name = str(rng.choice(_GIVEN_NAMES))
        parts = write_words(name, Point(0.0, 0.0), 1.0, hand, rng)
    else:
        parts = _loops(rng) if kind == 0 else _peaks(rng)
    if rng.random() < 0.65:
        parts.append(_flourish(parts, rng))
    low = np.min([part.min(axis=0) for part in parts], axis=0)
    high = np.max([part.max(axis=0) for part in parts], axis=0)
    size = np.array([area.w, area.h]) / np.maximum(high - low, 1e-6)
    # A written name keeps its proportions; a scrawl takes the room it is given.
    scale = np.full(2, size.min()) if kind == 2 else size
    corner = np.array([area.x, area.y])
    return [corner + (part - low) * scale for part in parts]


def _loops(rng: np.random.Generator) -> Strokes:
    """A capital and a run of loops that die away."""
    count = int(rng.integers(30, 60))
    x = np.linspace(0.0, 1.0, count)
    turns = 2 * np.pi * rng.uniform(2.5, 6.5) * x ** rng.uniform(0.8, 1.25) + rng.uniform(0.0, 6.0)
    height = rng.uniform(0.15, 0.4) * (1.0 - rng.uniform(0.3, 0.9) * x)
    height = height * (1.0 + 0.35 * wander(rng, count, 6))
    run = np.column_stack(
        [
            0.15 + rng.uniform(0.6, 0.9) * x + rng.uniform(0.02, 0.11) * np.cos(turns),
            0.6 - rng.uniform(-0.1, 0.3) * x - height * np.sin(turns + rng.uniform(0.0, 1.2)),
        ]
    )
    top = rng.uniform(-0.2, 0.15)
    capital = np.array([[0.2, 0.6], [0.08, top + 0.2], [0.2, top], [0.16, 0.85], [0.05, 0.8]])
    return [capital + rng.normal(0.0, 0.05, capital.shape), run]


def _peaks(rng: np.random.Generator) -> Strokes:
    """Hasty up and down strokes, in one or two runs, with a bar or dot over them."""
    strokes = []
    start = 0.0
    for _ in range(int(rng.integers(1, 3))):
        turns = int(rng.integers(4, 9))
        x = start + np.cumsum(rng.uniform(0.03, 0.13, turns))
        up = np.where(np.arange(turns) % 2 == 0, 1.0, -1.0)
        y = 0.5 + up * rng.uniform(0.1, 0.45, turns) - 0.2 * (x - start)
        strokes.append(np.column_stack([x, y]))
        start = float(x[-1]) + rng.uniform(-0.08, 0.08)
    if rng.random() < 0.5:
        left = rng.uniform(0.0, 0.4)
        strokes.append(np.array([[left, 0.05], [left + rng.uniform(0.1, 0.5), -0.02]]))
    return strokes


def _flourish(parts: Strokes, rng: np.random.Generator) -> FloatArray:
    """The stroke under a signature, straight or doubling back."""
    low = np.min([part.min(axis=0) for part in parts], axis=0)
    high = np.max([part.max(axis=0) for part in parts], axis=0)
    wide, tall = high - low
    if rng.random() < 0.5:
        unit = np.array([[0.05, 0.95], [0.5, 0.98], [1.05, 0.82]])
    else:
        unit = np.array([[0.95, 0.7], [0.6, 0.95], [0.15, 1.0], [0.5, 0.86], [1.05, 0.9]])
    unit = unit + rng.normal(0.0, 0.04, unit.shape)
    return np.asarray(low + unit * np.array([wide, tall]), dtype=np.float64)


def strike(area: Rect, style: StrikeStyle, rng: np.random.Generator) -> Strokes:
    """Return strokes that cross out, circle or underline what stands in an area.

    Args:
        area: The words concerned, in millimetres.
        style: What is done to them.
        rng: Source of all chance.
    """
    left = area.x + rng.uniform(-0.02, 0.08) * area.w
    right = area.right - rng.uniform(-0.02, 0.12) * area.w
    middle = area.centre.y + rng.normal(0.0, 0.06) * area.h
    tilt = rng.normal(0.0, 0.06) * area.h
    x = np.linspace(left, right, 9)
    rise = np.linspace(tilt, -tilt, 9)
    bend = rng.normal(0.0, 0.03 * area.h, 9)
    if style == "single":
        return [np.column_stack([x, middle + rise + bend])]
    if style == "double":
        gap = rng.uniform(0.1, 0.22) * area.h
        lower = np.column_stack([x, middle + gap + rise * 0.6 + bend])
        return [np.column_stack([x, middle - gap + rise + bend]), lower[::-1]]
    if style == "underline":
        return [np.column_stack([x, area.bottom + 0.08 * area.h + rise * 0.5 + bend])]
    if style == "wavy":
        fine = np.linspace(left, right, 41)
        wave = 0.16 * area.h * np.sin(np.linspace(0.0, rng.uniform(8.0, 14.0) * np.pi, 41))
        return [np.column_stack([fine, middle + wave + np.interp(fine, x, rise)])]
    if style == "scribble":
        turns = int(max(8, area.w / 1.8))
        fine = np.linspace(left, right, turns)
        up = np.where(np.arange(turns) % 2 == 0, -1.0, 1.0)
        zig = middle + up * area.h * rng.uniform(0.22, 0.42, turns)
        return [np.column_stack([fine + rng.normal(0.0, 0.5, turns), zig])]
    theta = np.linspace(0.3, 0.3 + rng.uniform(6.1, 6.9), 24)
    grow = np.linspace(0.98, 1.08, 24) + rng.normal(0.0, 0.012, 24)
    ring_x = area.centre.x + area.w * 0.54 * grow * np.cos(theta)
    ring_y = area.centre.y + area.h * 0.62 * grow * np.sin(theta)
    return [np.column_stack([ring_x, ring_y])]


def arrow(tail: Point, head: Point, rng: np.random.Generator) -> Strokes:
    """Return an arrow drawn from one point to another, in millimetres."""
    start, end = np.array([tail.x, tail.y]), np.array([head.x, head.y])
    along = end - start
    length = float(np.hypot(*along)) or 1.0
    unit = along / length
    across = np.array([-unit[1], unit[0]])
    bend = (start + end) / 2 + across * rng.normal(0.0, 0.08) * length
    barb = min(3.5, 0.3 * length)
    left = end - barb * unit + 0.55 * barb * across
    right = end - barb * unit - 0.5 * barb * across
    return [np.array([start, bend, end]), np.array([left, end]), np.array([end, right])]

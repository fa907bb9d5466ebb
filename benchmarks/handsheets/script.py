"""Handwriting: words, digits, signatures and little drawings, as pen movements.

Letters are a few targets each in a unit grid (x-height 1, y down from the x-height line to
the base line at 1); a cursive hand joins them. Accents are added as small strokes, since a
Vietnamese hand writes many.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import numpy as np

from handsheets.motion import Hand, Trace, press, trace
from omr.geometry import FloatArray, Rect

# "x,y" targets in tenths; "/" lifts the pen.
_GLYPHS: dict[str, str] = {
    "a": "6,1 2,0 0,5 2,10 6,7 6,0 6,9 8,10", "b": "0,-9 0,9 3,10 6,6 4,3 0,5",
    "c": "6,2 3,0 0,5 3,10 7,9", "d": "6,3 2,1 0,6 3,10 6,6 6,-9 6,9 8,10",
    "e": "0,6 5,4 4,0 0,4 2,10 7,8", "g": "6,1 2,0 0,5 3,9 6,5 6,2 6,15 2,18 0,14",
    "h": "0,-9 0,10 1,4 5,3 6,10 8,10", "i": "1,1 1,9 3,10", "k": "0,-9 0,10 / 5,1 0,6 6,10",
    "l": "0,-9 0,8 3,10", "m": "0,1 0,10 1,3 4,2 4,10 5,3 8,2 8,10", "n": "0,1 0,10 1,3 5,2 6,10",
    "o": "4,0 0,4 2,10 6,6 4,0 7,1", "p": "0,1 0,18 0,4 5,1 5,8 1,9", "q": "6,1 1,1 1,9 6,6 6,18",
    "r": "0,1 0,10 1,4 5,1", "s": "6,1 1,2 5,6 5,9 0,10", "t": "2,-6 2,9 5,10 / 0,0 5,0",
    "u": "0,1 0,8 3,10 6,7 6,1 6,9 8,10", "v": "0,1 3,10 6,1", "x": "0,1 6,10 / 6,1 0,10",
    "y": "0,1 3,8 / 6,1 3,9 0,18", "đ": "6,3 2,1 0,6 3,10 6,6 6,-9 6,10 / 3,-5 9,-5",
    "0": "4,-8 0,0 3,10 6,2 4,-8", "1": "0,-4 3,-8 3,10", "2": "0,-5 4,-8 5,-3 0,10 7,10",
    "3": "0,-7 5,-7 2,0 6,5 0,10", "4": "3,-8 0,4 7,4 / 5,-1 5,10", "5": "6,-8 1,-8 1,0 6,3 0,10",
    "6": "5,-8 0,2 3,10 6,6 1,4", "7": "0,-8 6,-8 2,10", "8": "5,-7 1,-5 6,5 1,9 0,4 5,-6",
    "9": "5,-5 1,-7 1,0 5,-3 5,10", "?": "0,-6 4,-8 5,-3 2,1 2,4 / 2,9 2,10", ".": "1,10 2,10",
    "!": "1,-8 1,5 / 1,9 1,10", "-": "1,3 6,3", ",": "1,9 0,13",
    "N": "0,10 0,-8 6,10 6,-8", "T": "0,-8 7,-8 / 3,-8 3,10",
    "H": "0,-8 0,10 / 6,-8 6,10 / 0,1 6,1",
    "L": "0,-8 0,10 6,10", "V": "0,-8 3,10 6,-8", "A": "0,10 3,-8 6,10 / 1,4 5,4",
    "P": "0,10 0,-8 6,-6 5,0 0,1", "I": "1,-8 1,10", "E": "6,-8 0,-8 0,10 6,10 / 0,1 5,1",
    "G": "6,-6 1,-7 0,5 4,10 6,3 3,3", "O": "3,-8 0,0 3,10 6,0 3,-8", "U": "0,-8 1,10 6,10 6,-8",
    "M": "0,10 1,-8 4,5 7,-8 8,10", "C": "6,-6 1,-7 0,5 6,9", "B": "0,-8 0,10 5,6 0,1 4,-5 0,-8",
    "D": "0,-8 0,10 6,4 5,-5 0,-8", "K": "0,-8 0,10 / 6,-8 0,2 6,10",
    "Y": "0,-8 3,0 / 6,-8 3,0 3,10",
}  # fmt: skip
_ACCENTS = {"\u0300": -1, "\u0301": 1, "\u0309": 2, "\u0303": 3, "\u0323": 4}


def word_width(text: str, x_height_mm: float) -> float:
    """Return about how wide a line of handwriting becomes, in millimetres."""
    return 0.92 * x_height_mm * len(text)


def write_line(
    text: str, at: tuple[float, float], x_height_mm: float, hand: Hand, rng: np.random.Generator
) -> list[Trace]:
    """Write a line of text.

    Args:
        text: Vietnamese; letters outside the table are passed over.
        at: Left end of the base line, in millimetres of the sheet.
        x_height_mm: Height of an x.
        hand: Whose hand.
        rng: Source of all chance.
    """
    strokes: list[FloatArray] = []
    x, slope = 0.0, rng.normal(0.0, 0.03)
    for letter in unicodedata.normalize("NFC", text):
        base, marks = _parted(letter)
        if base in _GLYPHS:
            parts = _parts(_GLYPHS[base])
            wide = max(float(part[:, 0].max()) for part in parts)
            strokes += [part + np.array([x, slope * x - 1.0]) for part in parts]
            strokes += [part + np.array([x, slope * x - 1.0]) for part in _accents(marks, base)]
            x += wide + float(rng.uniform(0.12, 0.3))
        else:
            x += 0.55
    small = replace(hand, scatter_mm=0.05 * x_height_mm)
    origin = np.array(at)
    return [trace(origin + x_height_mm * part, small, rng, overlap=0.45) for part in strokes]


def _parted(letter: str) -> tuple[str, str]:
    """Part a letter from its tone and other marks."""
    if letter in _GLYPHS:
        return letter, ""
    split = unicodedata.normalize("NFD", letter)
    base = split[0] if split[0] in _GLYPHS else split[0].lower()
    return base, split[1:]


def _parts(glyph: str) -> list[FloatArray]:
    found = []
    for part in glyph.split(" / "):
        points = [[float(v) / 10 for v in point.split(",")] for point in part.split()]
        found.append(np.array(points, dtype=np.float64))
    return found


def _accents(marks: str, base: str) -> list[FloatArray]:
    found = []
    top = -0.35 if base.islower() else -1.1
    for mark in marks:
        kind = _ACCENTS.get(mark, 5)
        if kind == 4:
            found.append(np.array([[0.25, 1.4], [0.35, 1.45]]))
        elif kind in (1, -1):
            found.append(np.array([[0.3 - 0.2 * kind, top], [0.3 + 0.2 * kind, top - 0.4]]))
        elif kind == 5:
            found.append(np.array([[0.0, top + 0.1], [0.3, top - 0.2], [0.6, top + 0.1]]))
        else:
            wave = [[0.0, top], [0.2, top - 0.3], [0.4, top], [0.6, top - 0.3]]
            found.append(np.array(wave))
    return found


def sign(area: Rect, hand: Hand, rng: np.random.Generator) -> list[Trace]:
    """Sign within an area: an initial, running loops, and mostly a flourish."""
    fast = replace(hand, scatter_mm=0.06 * area.h, pace=1.6 * hand.pace)
    base, x = area.y + 0.62 * area.h, area.x
    initial = 0.9 * area.h * rng.uniform(0.6, 1.0)
    loops: list[list[float]] = [[x + 0.1 * initial, base], [x + 0.35 * initial, base - initial]]
    loops += [[x + 0.05 * initial, base - 0.6 * initial], [x + 0.5 * initial, base]]
    at = x + 0.5 * initial
    step = area.w * float(rng.uniform(0.05, 0.11))
    bends = [-0.5, -1.6, 0.9]
    while at < area.x + 0.72 * area.w:
        tall = area.h * float(rng.choice([0.2, 0.25, 0.35, 0.6], p=[0.4, 0.3, 0.2, 0.1]))
        loops += [[at + 0.7 * step, base - tall], [at + step, base + 0.1 * tall]]
        bends += [float(rng.uniform(-1.4, -0.3)), float(rng.uniform(-1.4, 0.9))]
        at += step * float(rng.uniform(0.8, 1.3))
    tail = float(rng.uniform(0.8, 1.0)) * area.w + area.x
    loops.append([tail, base - 0.15 * area.h])
    bends.append(float(rng.normal(0.0, 0.5)))
    traces = [trace(np.array(loops), fast, rng, bends, overlap=0.5)]
    if rng.random() < 0.6:  # the flourish comes back under the name
        back = [[tail, base + 0.1 * area.h], [area.x + 0.2 * area.w, base + 0.26 * area.h],
                [area.x + 0.9 * area.w, base + 0.2 * area.h]]  # fmt: skip
        traces.append(trace(np.array(back), fast, rng, [0.4, -0.7], overlap=0.4))
    if rng.random() < 0.4:
        traces.append(press(np.array([tail, base - 0.3 * area.h]), 0.4, rng))
    return traces


def smiley(at: tuple[float, float], size_mm: float, hand: Hand, rng: np.random.Generator
           ) -> list[Trace]:  # fmt: skip
    """Draw a smiling face."""
    middle, r = np.array(at), size_mm / 2
    angle = np.linspace(0.0, 6.6, 8)
    rim = middle + r * np.column_stack([np.cos(angle), np.sin(angle)])
    mouth = middle + r * np.array([[-0.5, 0.2], [0.0, 0.55], [0.5, 0.2]])
    eyes = [press(middle + r * np.array([x, -0.3]), 0.12 * r + 0.1, rng) for x in (-0.35, 0.35)]
    return [
        trace(rim, hand, rng, [6.6 / 7] * 7, 0.45),
        trace(mouth, hand, rng, [-0.5, -0.5], 0.45),
        *eyes,
    ]


def arrow(
    tail: tuple[float, float], head: tuple[float, float], hand: Hand, rng: np.random.Generator
) -> list[Trace]:
    """Draw an arrow."""
    start, end = np.array(tail), np.array(head)
    along = (end - start) / max(float(np.hypot(*(end - start))), 1e-6)
    aside = np.array([-along[1], along[0]])
    barbs = np.array([end - 2.2 * along + 1.2 * aside, end, end - 2.2 * along - 1.2 * aside])
    return [
        trace(np.array([start, end]), hand, rng, [float(rng.normal(0, 0.3))]),
        trace(barbs, hand, rng, overlap=0.05),
    ]

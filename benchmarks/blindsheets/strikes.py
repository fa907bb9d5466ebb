"""Printed names struck, underlined, circled, bracketed or written over.

Where a name stands is taken from the design: the first column of text within its cells.
"""

from __future__ import annotations

import numpy as np

from blindsheets.hand import Hand
from blindsheets.pens import Pen
from blindsheets.sketch import Sketch
from blindsheets.trace import Trace, stroke
from omr.ballot.model import PageLayout
from omr.fonts import width_mm
from omr.geometry import Rect

# Heights over the baseline in em: of a small letter, and of a capital with its marks above.
_SMALL, _TALL = 0.46, 0.92
_MM_PER_PT = 25.4 / 72


def name_lines(page: PageLayout, contest: str) -> list[Rect]:
    """Return each line of an official's printed name, from baseline to small letter's height."""
    cell = next(area.rect for area in page.names if area.contest == contest)
    inside = [
        run for run in page.texts
        if cell.x <= run.x <= cell.right and cell.y < run.baseline < cell.bottom
    ]  # fmt: skip
    first = min(run.x for run in inside)
    lines = []
    for run in inside:
        if run.x < first + 1.0:
            size = run.size_pt * _MM_PER_PT
            wide = width_mm(run.text, run.face, run.size_pt)
            lines.append(Rect(run.x, run.baseline - _SMALL * size, wide, _SMALL * size))
    return lines


def post_right(page: PageLayout, contest: str) -> float:
    """Return how far to the right the text of an official's post reaches, in mm."""
    cell = next(area.rect for area in page.names if area.contest == contest)
    return max(
        run.x + width_mm(run.text, run.face, run.size_pt)
        for run in page.texts
        if cell.x <= run.x <= cell.right and cell.y < run.baseline < cell.bottom
    )


def _through(
    line: Rect, hand: Hand, rng: np.random.Generator, start: float = -0.5, end: float = 0.5
) -> Trace:
    """One stroke along a line of text, from a little before it to a little after."""
    y = line.centre.y + float(rng.normal(0.0, 0.12 * line.h))
    tilt = float(rng.normal(0.0, 0.25 * line.h))
    over = float(rng.uniform(-0.3, 2.5))
    left = line.centre.x + start * line.w - over
    right = line.centre.x + end * line.w + over * float(rng.uniform(0.3, 1.2))
    middle = ((left + right) / 2, y + float(rng.normal(0.0, 0.1 * line.h)))
    return stroke([(left, y + tilt), middle, (right, y - tilt)], hand, rng)


def _spread(lines: list[Rect], rng: np.random.Generator, share: float) -> list[Rect]:
    """All lines of the name, or just one of them."""
    if len(lines) > 1 and rng.random() > share:
        return [lines[int(rng.integers(len(lines)))]]
    return lines


def _whole(lines: list[Rect]) -> Rect:
    left, top = min(r.x for r in lines), min(r.y for r in lines)
    right, bottom = max(r.right for r in lines), max(r.bottom for r in lines)
    return Rect(left, top, right - left, bottom - top)


def struck(
    kind: str, page: PageLayout, contest: str, pen: Pen, hand: Hand, rng: np.random.Generator
) -> Sketch:
    """Strike a name.

    Args:
        kind: Of ``STRIKES``.
    """
    lines = name_lines(page, contest)
    whole = _whole(lines)
    if kind in ("name-struck-slanting", "name-crossed"):
        rise = max(whole.h, 3.0) * float(rng.uniform(0.6, 1.1)) / 2
        reach = whole.w * float(rng.uniform(0.8, 1.05)) / 2
        cx, cy = whole.centre.x, whole.centre.y
        both = [stroke([(cx - reach, cy + s * rise), (cx + reach, cy - s * rise)], hand, rng)
                for s in (1.0, -1.0)]  # fmt: skip
        keep = both if kind == "name-crossed" else [both[int(rng.integers(2))]]
        return Sketch(pen, tuple(keep))
    if kind == "name-struck-partial":
        line = lines[int(rng.integers(len(lines)))]
        length = min(line.w, float(rng.uniform(5.5, 13.0)))
        start = float(rng.uniform(0.0, line.w - length))
        part = Rect(line.x + start, line.y, length, line.h)
        y = part.centre.y + float(rng.normal(0.0, 0.15))
        return Sketch(pen, (stroke([(part.x, y), (part.centre.x, y + float(rng.normal(0, 0.15))),
                                    (part.right, y - 0.2)], hand, rng),))  # fmt: skip
    chosen = _spread(lines, rng, 0.6)
    traces: list[Trace] = []
    for line in chosen:
        if kind == "name-struck-double":
            traces += [_through(Rect(line.x, line.y + s * 0.45 * line.h, line.w, line.h), hand, rng)
                       for s in (-0.5, 0.5)]  # fmt: skip
        elif kind == "name-struck-wavy":
            x = np.arange(line.x - 0.5, line.right + 1.0, float(rng.uniform(1.0, 2.0)))
            high = line.h * float(rng.uniform(0.4, 0.8))
            sides = np.where(np.arange(len(x)) % 2 == 0, -high, high)
            traces.append(stroke(np.column_stack([x, line.centre.y + sides]), hand, rng))
        elif kind == "name-struck-zigzag":
            x = np.linspace(line.x, line.right, int(rng.integers(9, 20)))
            x = x + rng.normal(0.0, 0.4, len(x))
            high = 0.9 * line.h
            sides = np.where(np.arange(len(x)) % 2 == 0, -high, high)
            traces.append(stroke(np.column_stack([x, line.centre.y + sides]), hand, rng))
        elif kind == "name-struck-hugging":
            y = line.y + line.h * float(rng.uniform(0.0, 0.35))
            path = [(line.x, y), (line.centre.x, y), (line.right, y)]
            traces.append(stroke(path, hand, rng))
        else:
            traces.append(_through(line, hand, rng))
    return Sketch(pen, tuple(traces))


def set_off(
    kind: str, page: PageLayout, contest: str, pen: Pen, hand: Hand, rng: np.random.Generator
) -> Sketch:
    """Underline, circle or bracket a name, or write a letter of it anew.

    Args:
        kind: ``name-underlined``, ``name-circled``, ``name-bracketed`` or ``name-corrected``.
    """
    lines = name_lines(page, contest)
    whole = _whole(lines)
    if kind == "name-underlined":
        line = lines[-1]
        y = line.bottom + float(rng.uniform(0.6, 1.3))
        share = float(rng.uniform(0.55, 1.05))
        return Sketch(pen, (stroke([(line.x, y), (line.x + line.w * share / 2, y + 0.2),
                                    (line.x + line.w * share, y)], hand, rng),))  # fmt: skip
    if kind == "name-circled":
        angles = float(rng.uniform(0, 6)) + np.linspace(0, 2 * np.pi * 1.06, 14)
        reach_x, reach_y = whole.w / 2 + 2.5, whole.h / 2 + 2.6
        ring = np.column_stack(
            [whole.centre.x + reach_x * np.cos(angles), whole.centre.y + reach_y * np.sin(angles)]
        )
        return Sketch(pen, (stroke(ring, hand, rng),))
    if kind == "name-bracketed":
        high = whole.h / 2 + 1.6
        traces = []
        for side, x in ((-1.0, whole.x - 0.6), (1.0, whole.right + 1.0)):
            bow = 0.9 * side
            path = [(x - bow * 0.4, whole.centre.y - high), (x + bow, whole.centre.y),
                    (x - bow * 0.4, whole.centre.y + high)]  # fmt: skip
            traces.append(stroke(path, hand, rng))
        return Sketch(pen, tuple(traces))
    # A letter gone over, with a tone mark above it: the name is made another.
    line = lines[int(rng.integers(len(lines)))]
    x = line.x + line.w * float(rng.uniform(0.1, 0.75))
    tall = line.h
    path = [(x, line.y + 0.2 * tall), (x + 0.9, line.y - 0.2 * tall),
            (x + 1.9, line.y + 0.5 * tall), (x + 1.0, line.bottom), (x + 0.1, line.y + 0.7 * tall),
            (x + 2.0, line.y - 0.1 * tall), (x + 2.2, line.bottom + 0.4)]  # fmt: skip
    above = [(x + 0.2, line.y - 0.9), (x + 1.2, line.y - 1.7), (x + 2.4, line.y - 0.8)]
    return Sketch(pen, (stroke(path, hand, rng), stroke(above, hand, rng)))


STRIKES: tuple[str, ...] = (
    "name-struck", "name-struck-double", "name-struck-wavy", "name-struck-zigzag",
    "name-struck-slanting", "name-struck-partial", "name-struck-pencil", "name-struck-red",
    "name-struck-hugging", "name-crossed",
)  # fmt: skip
SET_OFF: tuple[str, ...] = (
    "name-underlined", "name-circled", "name-bracketed", "name-corrected",
)  # fmt: skip

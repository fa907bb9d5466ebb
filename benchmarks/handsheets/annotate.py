"""What voters add beside their marks: words, ticks, strikes, drawings, correction tape.

Ink that must be found is at least 4 mm of pen stroke and lies outside the free zones; it is
placed where most of it falls on bare paper, so that a person sees it at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from handsheets.marks import MarkStyle, draw_mark
from handsheets.motion import Hand, Trace, trace
from handsheets.press import Placing
from handsheets.script import arrow, smiley, word_width, write_line
from handsheets.sheet import Pixels, Sheet, smooth_noise
from omr.ballot.model import PageLayout
from omr.geometry import Rect

_WORDS = (
    "rất tốt", "cần cố gắng", "không họp", "ủng hộ", "xem lại", "tán thành", "chưa đạt",
    "đề nghị thay", "anh Ba", "cảm ơn", "nhiệt tình", "kém",
)  # fmt: skip
_SHORT = ("ok", "tốt", "kém", "được", "hay", "no")
# Ink nearer than this to a box may belong to its mark, so no annotation begins there.
_CLEAR_OF_BOX_MM = 4.0
_CLEAR_OF_ZONE_MM = 3.0


class NoRoomError(Exception):
    """A page has no place where an annotation of this size would be seen as one."""


def name_print(page: PageLayout, contest: str) -> Rect:
    """Return where the words of an official's name are printed, in layout millimetres."""
    area = next(area.rect for area in page.names if area.contest == contest)
    runs = [
        run for run in page.texts if area.x <= run.x <= area.right and run.face == "bold"
        and area.y <= run.baseline <= area.bottom
    ] or [run for run in page.texts if area.x <= run.x <= area.right
          and area.y <= run.baseline <= area.bottom]  # fmt: skip
    if not runs:
        return Rect(area.x + 2, area.centre.y - 2, 0.6 * area.w, 4.0)
    run = runs[0]
    size = run.size_pt * 25.4 / 72
    return Rect(run.x, run.baseline - 0.68 * size, 0.47 * size * len(run.text), 0.78 * size)


def strike_name(fault: str, words: Rect, hand: Hand, rng: np.random.Generator) -> list[Trace]:
    """Strike, underline or ring a name.

    Args:
        fault: Name of the fault.
        words: Where the name stands on the sheet.
        hand: Whose hand.
        rng: Source of all chance.
    """
    share = float(rng.uniform(0.7, 1.1))
    left = words.x + float(rng.uniform(-1.5, 0.15 * words.w))
    right = min(left + share * words.w, words.right + 3.0)
    y = words.centre.y + float(rng.normal(0.3, 0.35))

    def line(top: float, tilt: float = 0.0) -> Trace:
        ends = np.array([[left, top + tilt], [right, top - tilt]])
        return trace(ends, hand, rng, [float(rng.normal(0.0, 0.08))])

    if fault == "name-struck-double":
        return [line(y - 0.6), line(y + 0.7)]
    if fault == "name-struck-wavy":
        count = max(6, int((right - left) / 2.2))
        x = np.linspace(left, right, count)
        wave = y + np.where(np.arange(count) % 2 == 0, 1.0, -1.0) * float(rng.uniform(0.7, 1.5))
        return [trace(np.column_stack([x, wave]), hand, rng, overlap=0.5)]
    if fault == "name-crossed":
        half = float(rng.uniform(1.5, 3.0))
        return [line(y, half), line(y, -half)]
    if fault == "name-underlined":
        return [line(words.bottom + float(rng.uniform(0.5, 1.3)))]
    if fault == "name-circled":
        angle = rng.uniform(0, 6.3) + np.linspace(0.0, float(rng.uniform(6.1, 7.0)), 11)
        rim = np.column_stack([(words.w / 2 + 2.5) * np.cos(angle), (2.2 + words.h / 2)
                               * np.sin(angle)])  # fmt: skip
        middle = np.array([words.centre.x, words.centre.y])
        return [trace(rim + middle, hand, rng, [0.6] * 10, 0.45)]
    return [line(y, float(rng.normal(0.0, 0.4)))]


def beside_name(
    fault: str, words: Rect, cell: Rect, hand: Hand, rng: np.random.Generator
) -> list[Trace]:
    """Write, tick or put a small cross after a name, within its cells where there is room."""
    x = min(words.right + float(rng.uniform(2.0, 5.0)), cell.right - 6.0)
    y = words.bottom + float(rng.normal(0.0, 0.5))
    if fault == "word-beside-name":
        word = str(rng.choice(_SHORT))
        return write_line(word, (x, y), float(rng.uniform(1.5, 2.2)), hand, rng)
    size = float(rng.uniform(4.0, 5.5))
    style: MarkStyle = "tick" if fault == "tick-beside-name" else "cross"
    spot = Rect(x, y - 0.8 * size, size, size)
    return draw_mark(style, spot, _plain(hand), rng)


def _plain(hand: Hand) -> Hand:
    """The same hand, aiming well: what it draws must have the size that truth says."""
    return Hand(hand.pace, hand.overlap, hand.tremor_mm, 1.1, hand.lean_deg, left=hand.left)


def beside_boxes(
    boxes: Sequence[Rect], page_width_mm: float, hand: Hand, rng: np.random.Generator
) -> list[Trace]:
    """Write a short word right beside a box of the row."""
    ordered = sorted(boxes, key=lambda rect: rect.x)
    at = int(rng.integers(len(ordered)))
    box = ordered[at]
    end = ordered[at + 1].x if at + 1 < len(ordered) else page_width_mm - 10.0
    room = end - box.right - 2.0
    word = str(rng.choice([word for word in _SHORT if len(word) <= 3]))
    height = float(np.clip(room / (0.95 * len(word)), 1.3, 2.2))
    return write_line(word, (box.right + 1.2, box.centre.y + 0.8 * height), height, hand, rng)


def added(
    fault: str,
    page: PageLayout,
    placing: Placing,
    design: Pixels,
    hand: Hand,
    rng: np.random.Generator,
) -> list[Trace]:
    """Return the strokes of something added to the paper as a whole.

    Raises:
        NoRoomError: The page is too full for it.
    """

    def room(width: float, height: float) -> Rect:
        return placing.rect(free_place(page, design, width, height, rng))

    if fault in ("words", "faint-word", "phone", "digits"):
        text = str(rng.choice(_WORDS))
        if fault == "phone":
            text = f"09{rng.integers(10, 100)}.{rng.integers(100, 1000)}.{rng.integers(100, 1000)}"
        if fault == "digits":
            text = str(rng.integers(1, 100))
        high = float(rng.uniform(1.5, 2.4) if fault != "digits" else rng.uniform(2.4, 3.2))
        area = room(word_width(text, high), 2.6 * high)
        return write_line(text, (area.x, area.y + 1.9 * high), high, hand, rng)
    if fault == "question-mark":
        area = room(4.0, 7.0)
        sign = str(rng.choice(["?", "!"]))
        return write_line(
            sign, (area.x + 0.5, area.bottom - 1), float(rng.uniform(2.5, 3.4)), hand, rng
        )
    if fault == "smiley":
        size = float(rng.uniform(5.0, 9.0))
        area = room(size, size)
        return smiley((area.centre.x, area.centre.y), size, hand, rng)
    if fault == "arrow":
        area = room(float(rng.uniform(8.0, 18.0)), float(rng.uniform(3.0, 7.0)))
        ends = [(area.x, area.y), (area.right, area.bottom)]
        return arrow(ends[0], ends[1], hand, rng)
    if fault in ("small-cross", "cross-by-box"):
        size = float(rng.uniform(4.0, 5.0))
        if fault == "small-cross":
            area = room(size, size)
        else:
            area = placing.rect(hidden_place(fault, page, design, size, rng))
        # Legs of at least 4 mm: half the diagonal either way.
        reach = size / 2 * 0.8
        mid = np.array([area.centre.x, area.centre.y])
        legs = [np.array([[-1.0, -1.0], [1.0, 1.0]]), np.array([[1.0, -1.0], [-1.0, 1.0]])]
        return [trace(mid + reach * leg, _plain(hand), rng) for leg in legs]
    if fault.startswith("dash"):
        length = float(rng.uniform(4.2, 6.0))
        if fault == "dash":
            area = room(length, 1.5)
        else:
            area = placing.rect(hidden_place(fault, page, design, length, rng))
        angle = float(rng.normal(0.0, 0.25))
        step = length / 2 * np.array([np.cos(angle), np.sin(angle)])
        mid = np.array([area.centre.x, area.centre.y])
        steady = Hand(hand.pace, 0.1, hand.tremor_mm, scatter_mm=0.03)
        return [trace(np.array([mid - step, mid + step]), steady, rng)]
    raise ValueError(f"{fault!r} adds no ink")


def free_place(
    page: PageLayout, design: Pixels, width_mm: float, height_mm: float, rng: np.random.Generator
) -> Rect:
    """Return a place on the page, in layout millimetres, where ink is an annotation.

    Raises:
        NoRoomError: There is none, or chance did not find it.
    """
    scale = design.shape[1] / page.width
    closed = [zone.rect.grown(_CLEAR_OF_ZONE_MM) for zone in page.zones]
    closed += [box.rect.grown(_CLEAR_OF_BOX_MM) for box in page.boxes]
    for _ in range(400):
        x = float(rng.uniform(9.0, page.width - 9.0 - width_mm))
        y = float(rng.uniform(9.0, page.height - 9.0 - height_mm))
        area = Rect(x, y, width_mm, height_mm)
        if any(area.intersection(other) for other in closed):
            continue
        part = design[
            int(y * scale) : int((y + height_mm) * scale) + 1,
            int(x * scale) : int((x + width_mm) * scale) + 1,
        ]
        if float((part < 128).mean()) < 0.035:
            return area
    raise NoRoomError(f"no place of {width_mm:.0f} x {height_mm:.0f} mm is left")


def hidden_place(
    fault: str, page: PageLayout, design: Pixels, size_mm: float, rng: np.random.Generator
) -> Rect:
    """Return a place where a small annotation is easily overlooked, in layout millimetres.

    Raises:
        NoRoomError: The page has no such place, or chance did not find it.
    """
    for _ in range(400):
        area = _hidden_guess(fault, page, size_mm, rng)
        closed = [zone.rect.grown(1.0) for zone in page.zones]
        closed += [box.rect.grown(1.5) for box in page.boxes]
        within = area.x > 4.0 and area.right < page.width - 4.0
        within = within and area.y > 4.0 and area.bottom < page.height - 4.0
        if not within or any(area.intersection(other) for other in closed):
            continue
        if fault in ("dash-on-print", "cross-by-box") or _bare(design, page, area):
            return area
    raise NoRoomError(f"no place for {fault}")


def _bare(design: Pixels, page: PageLayout, area: Rect) -> bool:
    """Tell whether hardly anything is printed at a place."""
    scale = design.shape[1] / page.width
    rows = slice(int(area.y * scale), int(area.bottom * scale) + 1)
    columns = slice(int(area.x * scale), int(area.right * scale) + 1)
    return float((design[rows, columns] < 128).mean()) < 0.035


def _hidden_guess(fault: str, page: PageLayout, size_mm: float, rng: np.random.Generator) -> Rect:
    """Return one random place of the kind that a fault asks for; it may not fit."""
    x = float(rng.uniform(6.0, page.width - 6.0 - size_mm))
    y = float(rng.uniform(6.0, page.height - 8.0))
    if fault == "dash-at-edge":
        if rng.random() < 0.5:
            return Rect(x, float(rng.choice([6.0, page.height - 7.5])), size_mm, 1.5)
        return Rect(float(rng.choice([5.0, page.width - 5.0 - size_mm])), y, size_mm, 1.5)
    if fault == "dash-on-print":
        run = page.texts[int(rng.integers(len(page.texts)))]
        wide = 0.45 * run.size_pt * 25.4 / 72 * len(run.text)
        start = run.x + float(rng.uniform(0.0, max(0.1, wide - size_mm)))
        return Rect(start, run.baseline - 0.2 * run.size_pt - 0.5, size_mm, 1.0)
    if fault == "cross-by-box":
        box = page.boxes[int(rng.integers(len(page.boxes)))].rect
        gap = float(rng.uniform(1.8, 3.0))
        left = box.right + gap if rng.random() < 0.5 else box.x - gap - size_mm
        return Rect(left, box.centre.y - size_mm / 2, size_mm, size_mm)
    kind = "seal" if fault == "dash-by-seal" else "signature"
    zones = [zone.rect for zone in page.zones if zone.kind == kind]
    if not zones:
        raise NoRoomError(f"the page has no {kind} zone")
    near, gap = zones[0], float(rng.uniform(1.5, 6.0))
    if rng.random() < 0.5:
        side = near.right + gap if rng.random() < 0.5 else near.x - gap - size_mm
        return Rect(side, float(rng.uniform(near.y, near.bottom)), size_mm, 1.5)
    end = near.bottom + gap if rng.random() < 0.5 else near.y - gap - 1.5
    return Rect(float(rng.uniform(near.x, near.right - size_mm)), end, size_mm, 1.5)


def lay_tape(sheet: Sheet, area: Rect, rng: np.random.Generator) -> None:
    """Lay correction tape over an area: a white strip with ragged ends, in place."""
    scale = sheet.px_per_mm
    height = max(area.h, float(rng.uniform(4.5, 6.0)))
    w, h = int(area.w * scale), int(height * scale)
    opacity = np.full((h, w), 0.97, np.float32)
    ragged = np.clip(smooth_noise((h, 1), 0.5 * scale, rng)[:, 0] * 0.3 * scale, -scale, scale)
    for row in range(h):
        cut = max(0, int(0.5 * scale + ragged[row]))
        opacity[row, :cut] = 0.0
        opacity[row, w - cut :] = 0.0
    bright = float(rng.uniform(236, 252))
    left, top = int(area.x * scale), int((area.centre.y - height / 2) * scale)
    rim = np.ones((h + 4, w + 4), np.float32)
    rim[1:-1, 1:-1] = 0.93
    rim[3:-3, 3:-3] = 1.0
    sheet.cover(left, top, np.array([bright, bright, bright]), opacity)
    sheet.filter(left - 2, top - 2, rim)

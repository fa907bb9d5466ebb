"""The paper that lies in the printer's tray: its colour, its grain, what it lets through."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from blindsheets.machines.raster import STRIP_PX, Colour, Pixels, film, lay, pixels

# A picture of a watermark is drawn at this resolution and laid over the sheet enlarged.
_MARK_PX_PER_MM = 4.0
_MARK_WORDS = ("CONG DOAN", "LDLD", "BAN SAO", "TLD")


@dataclass(frozen=True, slots=True)
class Paper:
    """One ream.

    Attributes:
        name: For the record; empty for ordinary white paper.
        colour: Of the bare sheet under the scanner's lamp.
        grain: Standard deviation of its unevenness in a scan, grey levels.
        flecks: Dark fibres on a sheet, as recycled paper has.
        thinness: Share of what is on the other side that is seen through, 0 to 1.
        watermark: Depth of a pale printed or pressed mark in the middle, 0 for none.
    """

    name: str
    colour: Colour
    grain: float = 0.8
    flecks: int = 0
    thinness: float = 0.02
    watermark: float = 0.0


_WHITE = Paper("", (252, 251, 250))
_OFFICE: tuple[tuple[Paper, float], ...] = (
    (_WHITE, 45),
    (Paper("bluish white paper", (254, 249, 245)), 12),
    (Paper("thin paper", (250, 249, 248), thinness=0.10), 12),
    (Paper("yellowish paper", (226, 240, 245), grain=1.0), 9),
    (Paper("recycled grey paper", (221, 226, 228), grain=1.6, flecks=500), 8),
    (Paper("watermarked paper", (250, 250, 249), watermark=0.05), 5),
    (Paper("pale pink paper", (225, 221, 246)), 3),
    (Paper("pale green paper", (222, 243, 224)), 3),
    (Paper("pale blue paper", (246, 236, 218)), 3),
)
_DAMAGED: tuple[tuple[Paper, float], ...] = (
    (_WHITE, 30),
    (Paper("very thin paper", (246, 246, 245), thinness=0.16), 20),
    (Paper("aged yellow paper", (196, 222, 234), grain=1.6, flecks=120), 15),
    (Paper("coarse recycled paper", (198, 206, 210), grain=2.6, flecks=1500), 15),
    (Paper("strong watermark", (248, 248, 246), watermark=0.11), 8),
    (Paper("pink paper", (208, 202, 244)), 6),
    (Paper("yellow paper", (170, 236, 250)), 6),
)


def choose_paper(rng: np.random.Generator, severity: str) -> Paper:
    """Choose the ream of one office."""
    if severity == "neat":
        return _WHITE
    stock = _OFFICE if severity == "office" else _DAMAGED
    weights = np.array([weight for _, weight in stock])
    return stock[int(rng.choice(len(stock), p=weights / weights.sum()))][0]


def ink_on_paper(
    grey: Pixels, paper: Paper, ink: Colour, px_per_mm: float, rng: np.random.Generator
) -> Pixels:
    """Colour a print: 255 becomes the paper, 0 the ink.

    Args:
        grey: The print, shape (h, w); it is used up.
        paper: What it is printed on.
        ink: Colour of full ink.
        px_per_mm: Resolution of the print.

    Returns:
        BGR, shape (h, w, 3).
    """
    out = np.empty((*grey.shape, 3), np.uint8)
    slopes = [(paper.colour[at] - ink[at]) / 255 for at in range(3)]
    even = max(ink) - min(ink) < 1 and max(paper.colour) - min(paper.colour) < 1
    for y in range(0, grey.shape[0], STRIP_PX):
        part = grey[y : y + STRIP_PX]
        if even:
            tone = cv2.convertScaleAbs(part, alpha=slopes[0], beta=ink[0])
            cv2.cvtColor(tone, cv2.COLOR_GRAY2BGR, dst=out[y : y + STRIP_PX])
            continue
        tones = [cv2.convertScaleAbs(part, alpha=slopes[at], beta=ink[at]) for at in range(3)]
        cv2.merge(tones, dst=out[y : y + STRIP_PX])
    if paper.watermark > 0:
        _watermark(out, paper.watermark, px_per_mm, rng)
    if paper.flecks:
        _flecks(out, paper.flecks, px_per_mm, rng)
    return out


def _watermark(page: Pixels, depth: float, px_per_mm: float, rng: np.random.Generator) -> None:
    side = round(130 * _MARK_PX_PER_MM)
    canvas = np.zeros((side, side), np.uint8)
    middle = (side // 2, side // 2)
    for radius in (0.46, 0.43, 0.2):
        cv2.circle(canvas, middle, round(side * radius), 255, 6, cv2.LINE_AA)
    word = str(rng.choice(_MARK_WORDS))
    (width, height), _ = cv2.getTextSize(word, cv2.FONT_HERSHEY_TRIPLEX, 2.6, 8)
    place = ((side - width) // 2, (side + height) // 2)
    cv2.putText(canvas, word, place, cv2.FONT_HERSHEY_TRIPLEX, 2.6, 255, 8, cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), float(rng.uniform(-5, 40)), 1.0)
    turned = pixels(cv2.warpAffine(canvas, turn, (side, side)))
    soft = cv2.GaussianBlur(turned.astype(np.float32) / 255, (0, 0), 2.0)
    clear = film(np.asarray(soft * depth, np.float32), (40, 30, 20))
    size = 130 * px_per_mm
    lay(page, clear, (page.shape[1] - size) / 2, (page.shape[0] - size) / 2, size)


def _flecks(page: Pixels, count: int, px_per_mm: float, rng: np.random.Generator) -> None:
    # Bits of printed fibre: 0.1 to 0.9 mm long, as thin as a hair and paler than ink.
    heads = rng.uniform((0, 0), (page.shape[1], page.shape[0]), (count, 2))
    lengths = rng.gamma(1.5, 0.18, count).clip(0.05, 0.9) * px_per_mm
    angles = rng.uniform(0, np.pi, count)
    tails = heads + lengths[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    tones = rng.uniform(0.62, 0.93, count)
    thick = max(1, round(0.07 * px_per_mm))
    for head, tail, tone in zip(heads.astype(int), tails.astype(int), tones, strict=True):
        colour = tuple(
            float(v) * tone
            for v in page[min(head[1], page.shape[0] - 1), min(head[0], page.shape[1] - 1)]
        )
        cv2.line(page, (int(head[0]), int(head[1])), (int(tail[0]), int(tail[1])), colour, thick)

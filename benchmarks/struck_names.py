"""Names struck out with lines of all pens, on plain pages in a plain scan; and names left alone.

    python benchmarks/struck_names.py --pages 60 --seed 1

Through a third of the names of each page a line is drawn, straight or with a slight bow, through
half of the letters or more, at any height of one of their lines. Pencils leave ink on the crests of
the paper's tooth alone: on half of it or more. Printed is how many of the names were put before
people, by pen, and how many of those that nobody touched.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator

import cv2
import numpy as np
from handsheets.sheet import Pixels
from strokes import (
    PENS,
    PX_PER_MM,
    STYLES,
    Pen,
    Point,
    ballot_of,
    draw,
    read_scan,
    voted,
)

from omr.geometry import Rect

# A name stands in the left column; the post beside it begins no farther left than this.
_NAME_MM = 44.0
# Pencils of all hardnesses, and the grain of the paper that they are drawn on.
PENCILS = (
    *(pen for pen in PENS if "pencil" in pen.name or "faint" in pen.name),
    Pen("palest", (195, 195, 198), (0.3, 0.5)),
)
_TOOTH_MM = 0.08


def _lines_of(page: Pixels, area: Rect) -> list[Rect]:
    """Return where each line of a name's letters lies, in mm."""
    inner = Rect(area.x + 1.2, area.y + 1.2, min(_NAME_MM, area.w) - 2.4, area.h - 2.4)
    rows, columns = (
        slice(round(low * PX_PER_MM), round(high * PX_PER_MM))
        for low, high in ((inner.y, inner.bottom), (inner.x, inner.right))
    )
    dark = page[rows, columns] < 128
    # Lines of text are parted by rows without any ink; accents alone are no line.
    inked = np.flatnonzero(np.diff(np.concatenate([[0], dark.any(axis=1).view(np.int8), [0]])))
    lines = []
    for top, bottom in zip(inked[::2], inked[1::2], strict=True):
        xs = np.flatnonzero(dark[top:bottom].any(axis=0))
        high = (bottom - top) / PX_PER_MM
        if high > 2.0:
            x = inner.x + xs[0] / PX_PER_MM
            wide = float(np.ptp(xs)) / PX_PER_MM
            lines.append(Rect(x, inner.y + top / PX_PER_MM, wide, high))
    return lines


def _draw(page: Pixels, way: list[Point], pen: Pen, rng: np.random.Generator) -> None:
    """Draw a line of a pen; a pencil's with the tooth of the paper in it."""
    width_mm = rng.uniform(*pen.width_mm)
    if pen not in PENCILS:
        draw(page, way, width_mm, pen.colour)
        return
    drawn = page.copy()
    draw(drawn, way, width_mm, pen.colour)
    rows, columns = np.nonzero((drawn != page).any(axis=2))
    area = slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)
    tooth = rng.normal(0.0, 1.0, drawn[area].shape[:2])
    tooth = cv2.GaussianBlur(tooth, (0, 0), _TOOTH_MM * PX_PER_MM)
    bare = tooth > np.quantile(tooth, rng.uniform(0.5, 0.9))
    drawn[area][bare] = page[area][bare]
    page[area] = cv2.GaussianBlur(drawn[area], (0, 0), 0.04 * PX_PER_MM)


def _strike(line: Rect, rng: np.random.Generator) -> list[Point]:
    """Return a line through half of a line of letters or more, which may begin before it."""
    wide = line.w * rng.uniform(0.5, 1.15)
    x = line.x - 1.5 + rng.uniform(0.0, max(0.1, line.w + 3.0 - wide))
    y = line.y + line.h * rng.uniform(0.3, 0.85)
    slope, bow = np.tan(np.radians(rng.normal(0.0, 3.0))), rng.normal(0.0, 0.25)
    along = np.linspace(0.0, 1.0, 12)
    rise = slope * wide * (along - 0.5) + bow * 4 * along * (1 - along)
    return [(float(x + wide * t), float(y + up)) for t, up in zip(along, rise, strict=True)]


def struck_names(pages: int, rng: np.random.Generator) -> Iterator[tuple[str, bool]]:
    """Yield for each name what was done to it, and whether people are asked about that."""
    ballots = [ballot_of(*style) for style in STYLES]
    pens = (*PENS, PENCILS[-1])
    for k in range(pages):
        ballot = ballots[k % len(ballots)]
        page, _ = voted(ballot, 0, rng)
        done: dict[str, str] = {}
        for name in ballot.style.layout.pages[0].names:
            done[name.contest] = "left alone"
            lines = _lines_of(ballot.pages[0], name.rect)
            if lines and rng.random() < 1 / 3:
                pen = pens[int(rng.integers(len(pens)))]
                way = _strike(lines[int(rng.integers(len(lines)))], rng)
                _draw(page, way, pen, rng)
                done[name.contest] = f"struck, {pen.name}"
        reading = read_scan(ballot, page, (200, 300), rng)
        asked = {finding.contest for finding in reading.findings}
        for contest, what in done.items():
            yield what, contest in asked


def main() -> None:
    """Strike names, read them, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    rng = np.random.default_rng([chosen.seed, 78])
    names: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for what, found in struck_names(chosen.pages, rng):
        for key in (what, what.partition(",")[0]) if "," in what else (what,):
            names[key] += 1
            asked[key] += found
    for key in sorted(names):
        print(f"{key:28} {asked[key]:5} asked about of {names[key]:5}")


if __name__ == "__main__":
    main()

"""Single strokes, put where they are most easily overlooked, on plain pages in a plain scan.

    python benchmarks/strokes.py dashes --pages 120 --seed 1
    python benchmarks/strokes.py second-marks --pages 60 --seed 1
    python benchmarks/strokes.py edges --pages 60 --seed 1

``dashes`` draws two short strokes of 4 to 7 mm at random places of each page, outside boxes,
codes and free zones, and prints how many were not put before people, by pen and by how much of
the stroke lies on print. ``second-marks`` puts a second, weaker mark into other boxes of lines
that have a plain one, and prints how many of them the reader passed over. ``edges`` draws strokes
along, over and across the edges of sheets upon white, grey and black lids, the design shrunk to
fit or not, 4 mm and more of each within the sheet and more than 1.5 mm from its edge. None of them
needs a generator of hands or machines: what matters is the stroke alone. Names that are struck out
are in ``struck_names.py``.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

import cv2
import numpy as np
from handsheets.ballots import BallotStyle, ballot_style, printed_pages
from handsheets.sheet import Pixels
from trials.reading import page_image

from omr.ballot.model import PageLayout
from omr.ballot.serials import issue_serials
from omr.geometry import Rect
from omr.scan.pipeline import PageReader
from omr.scan.place.identify import ballot_key
from omr.scan.reading import PageReading

Point = tuple[float, float]
Draw = Callable[[Pixels, Rect, "Pen", np.random.Generator], None]

# Strokes are drawn at this resolution, finer than any scan of them.
PX_PER_MM = 16.0
STYLES = (("tin-nhiem.vi", "b"), ("bon-muc.vi", "a"), ("tin-nhiem.vi", "a"))
_DENSE = ("dense.vi", "a")
# A stroke of this much print along it lies on print.
_ON_PRINT = 0.45


class Pen(NamedTuple):
    """A pen: BGR colour of its line on white paper, and its width in mm from and to."""

    name: str
    colour: tuple[int, int, int]
    width_mm: tuple[float, float]


PENS = (
    Pen("blue", (150, 60, 30), (0.35, 0.6)),
    Pen("black", (40, 35, 35), (0.3, 0.6)),
    Pen("red", (50, 40, 200), (0.35, 0.6)),
    Pen("thin blue", (160, 80, 50), (0.25, 0.3)),
    Pen("pencil", (135, 135, 138), (0.4, 0.7)),
    Pen("pale pencil", (165, 165, 168), (0.4, 0.7)),
    Pen("hard pencil", (165, 165, 168), (0.2, 0.33)),
    Pen("very faint", (185, 185, 188), (0.3, 0.5)),
)
_PLAIN = PENS[0]


def draw(page: Pixels, points: list[Point], width_mm: float, colour: tuple[int, int, int]) -> None:
    """Draw a soft-edged line through points in mm; ink only takes light away."""
    at = np.array(points) * PX_PER_MM
    left, top = (max(0, int(v)) for v in at.min(axis=0) - 2 * PX_PER_MM)
    right, bottom = (int(v) for v in at.max(axis=0) + 2 * PX_PER_MM)
    view = page[top:bottom, left:right]
    layer = np.full(view.shape, 255, np.uint8)
    fine = np.rint((at - (left, top)) * 16).astype(np.int32)
    thick = max(1, round(width_mm * PX_PER_MM))
    cv2.polylines(layer, [fine], False, colour, thick, cv2.LINE_AA, 4)
    layer = np.asarray(cv2.GaussianBlur(layer, (0, 0), 0.08 * PX_PER_MM), np.uint8)
    view[:] = (view.astype(np.uint16) * layer // 255).astype(np.uint8)


def cross(page: Pixels, box: Rect, pen: Pen, rng: np.random.Generator) -> None:
    """Draw a cross into a box."""
    width_mm, middle = rng.uniform(*pen.width_mm), box.centre
    reach = box.w * rng.uniform(0.3, 0.42)
    for side in (1.0, -1.0):
        ends = rng.normal(0.0, 0.3, (2, 2))
        start = (middle.x - side * reach + ends[0, 0], middle.y - reach + ends[0, 1])
        end = (middle.x + side * reach + ends[1, 0], middle.y + reach + ends[1, 1])
        draw(page, [start, end], width_mm, pen.colour)


def _small_cross(page: Pixels, box: Rect, pen: Pen, rng: np.random.Generator) -> None:
    x, y = np.array([box.centre.x, box.centre.y]) + rng.normal(0.0, 1.0, 2)
    d, width_mm = rng.uniform(0.9, 1.4), rng.uniform(*pen.width_mm)
    draw(page, [(x - d, y - d), (x + d, y + d)], width_mm, pen.colour)
    draw(page, [(x + d, y - d), (x - d, y + d)], width_mm, pen.colour)


def _dash(page: Pixels, box: Rect, pen: Pen, rng: np.random.Generator) -> None:
    angle, half = rng.uniform(0, np.pi), rng.uniform(1.0, 1.6)
    dx, dy = half * np.cos(angle), half * np.sin(angle)
    x, y = np.array([box.centre.x, box.centre.y]) + rng.normal(0.0, 1.0, 2)
    draw(page, [(x - dx, y - dy), (x + dx, y + dy)], rng.uniform(*pen.width_mm), pen.colour)


def _tick(page: Pixels, box: Rect, pen: Pen, rng: np.random.Generator) -> None:
    x, y = box.centre.x + rng.normal(0, 0.3), box.centre.y + rng.normal(0, 0.3)
    way = [(x - 1.5, y), (x - 0.4, y + 1.3), (x + 2, y - 1.6)]
    draw(page, way, rng.uniform(*pen.width_mm), pen.colour)


def _over_edge(page: Pixels, box: Rect, pen: Pen, rng: np.random.Generator) -> None:
    y = box.centre.y + rng.normal(0, 0.5)
    way = [(box.right - 1.8, y), (box.right + 2.0, y - 1.0)]
    draw(page, way, rng.uniform(*pen.width_mm), pen.colour)


def _ring(page: Pixels, box: Rect, pen: Pen, rng: np.random.Generator) -> None:
    across, down = box.w / 2 + rng.uniform(0.8, 2.0, 2)
    turns = np.linspace(0.0, 1.95 * np.pi, 40)
    way = [
        (box.centre.x + across * float(np.cos(t)), box.centre.y + down * float(np.sin(t)))
        for t in turns
    ]
    draw(page, way, rng.uniform(*pen.width_mm), pen.colour)


_SECOND: dict[str, Draw] = {
    "cross": cross, "small cross": _small_cross, "dash": _dash, "tick": _tick,
    "over the edge": _over_edge, "ring": _ring,
}  # fmt: skip


def scanned(page: Pixels, dpi: int, colour: bool, rng: np.random.Generator) -> Pixels:
    """Scan a page: a small skew, blur, noise and JPEG."""
    scale = dpi / 25.4 / PX_PER_MM
    height, width = page.shape[:2]
    size = round(width * scale), round(height * scale)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-0.6, 0.6), scale)
    shift = (size[0] - width) / 2, (size[1] - height) / 2
    matrix = np.asarray(turn, np.float64) + np.array([[0, 0, shift[0]], [0, 0, shift[1]]])
    soft = cv2.GaussianBlur(page, (0, 0), 0.45 / scale)
    seen = cv2.warpAffine(soft, matrix, size, borderValue=(250, 250, 250))
    if not colour:
        seen = cv2.cvtColor(seen, cv2.COLOR_BGR2GRAY)
    noise = rng.normal(0.0, 2.2, seen.shape)
    toned = np.clip(np.asarray(seen) * 0.93 + 8 + noise, 0, 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", toned, [cv2.IMWRITE_JPEG_QUALITY, 80])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_UNCHANGED), np.uint8)


class Ballot(NamedTuple):
    """A printed ballot with its reader."""

    style: BallotStyle
    pages: list[Pixels]
    reader: PageReader


def ballot_of(template: str, group: str) -> Ballot:
    """Print a ballot of a style, finely, and make its reader."""
    style = ballot_style(template, group)
    serials = sorted(issue_serials(1, frozenset(), f"strokes {template}"))
    pages = printed_pages(style, serials, PX_PER_MM)[0]
    return Ballot(style, pages, PageReader(ballot_key(style.election, style.key)))


def read_scan(
    ballot: Ballot, page: Pixels, resolutions: tuple[int, ...], rng: np.random.Generator
) -> PageReading:
    """Scan a page at one of some resolutions, in colour or in grey, and read it."""
    dpi = int(rng.choice(resolutions))
    picture = scanned(page, dpi, bool(rng.random() < 0.5), rng)
    return ballot.reader.read_page(page_image(picture, dpi, 1))


def voted(ballot: Ballot, at: int, rng: np.random.Generator) -> tuple[Pixels, dict[str, str]]:
    """Return a page with one plain cross on each line, and the options marked."""
    page = np.asarray(cv2.cvtColor(ballot.pages[at], cv2.COLOR_GRAY2BGR), np.uint8)
    chosen: dict[str, str] = {}
    boxes = ballot.style.layout.pages[at].boxes
    for contest in dict.fromkeys(box.contest for box in boxes):
        own = [box for box in boxes if box.contest == contest]
        box = own[int(rng.integers(len(own)))]
        cross(page, box.rect, _PLAIN, rng)
        chosen[contest] = box.option
    return page, chosen


def _place(layout: PageLayout, taken: list[Rect], rng: np.random.Generator) -> list[Point]:
    """Return a slightly bent stroke somewhere outside boxes, codes and free zones."""
    while True:
        length, angle = rng.uniform(4, 7), rng.uniform(0, np.pi)
        if rng.random() < 0.4:
            angle = rng.choice([0, np.pi / 2]) + rng.normal(0, 0.05)
        x, y = rng.uniform(6, layout.width - 6), rng.uniform(6, layout.height - 6)
        dx, dy, bow = np.cos(angle) * length / 2, np.sin(angle) * length / 2, rng.normal(0, 0.4)
        way = [(x - dx, y - dy), (x - np.sin(angle) * bow, y + np.cos(angle) * bow),
               (x + dx, y + dy)]  # fmt: skip
        rect = _bounds(way)
        zones = [zone.rect.grown(3.0) for zone in layout.zones
                 if zone.kind in ("seal", "signature", "code")]  # fmt: skip
        near = [*zones, *(box.rect.grown(2.5) for box in layout.boxes), *taken]
        inside = rect.x > 5 and rect.y > 5 and rect.right < layout.width - 5
        if (
            inside
            and rect.bottom < layout.height - 5
            and not any(rect.grown(0.1).intersection(other) for other in near)
        ):
            return way


def _bounds(way: list[Point]) -> Rect:
    low, high = np.min(way, axis=0), np.max(way, axis=0)
    return Rect(float(low[0]), float(low[1]), *(float(v) for v in high - low))


def _on_print(page: Pixels, way: list[Point]) -> float:
    """Return the share of a stroke that has print within half a millimetre."""
    along = np.linspace(0, 1, 40)[:, None]
    points = (np.array(way[0]) * (1 - along) + np.array(way[-1]) * along) * PX_PER_MM
    reach = round(0.5 * PX_PER_MM)
    near = [
        page[max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1].min() < 120
        for x, y in points.astype(int)
    ]
    return float(np.mean(near))


def dashes(pages: int, rng: np.random.Generator) -> Iterator[tuple[str, bool]]:
    """Yield for each short stroke what it is and whether it was found."""
    ballots = [ballot_of(*style) for style in STYLES]
    for k in range(pages):
        ballot = ballots[k % len(ballots)]
        layout = ballot.style.layout.pages[0]
        page, _ = voted(ballot, 0, rng)
        drawn: list[tuple[Rect, str]] = []
        for _ in range(2):
            way = _place(layout, [rect.grown(14) for rect, _ in drawn], rng)
            pen = PENS[int(rng.integers(len(PENS)))]
            on_print = _on_print(ballot.pages[0], way) > _ON_PRINT
            draw(page, way, rng.uniform(*pen.width_mm), pen.colour)
            where = "on print" if on_print else "on paper"
            drawn.append((_bounds(way), f"{pen.name}, {where}"))
        reading = read_scan(ballot, page, (200, 300), rng)
        places = [finding.rect for finding in reading.findings if finding.rect is not None]
        for rect, what in drawn:
            yield what, any(place.intersection(rect.grown(1.5)) for place in places)


def second_marks(pages: int, rng: np.random.Generator) -> Iterator[tuple[str, bool]]:
    """Yield for each second mark what it is and whether a person is asked about its line."""
    ballot = ballot_of(*_DENSE)
    names = list(_SECOND)
    for k in range(pages):
        at = k % len(ballot.pages)
        layout = ballot.style.layout.pages[at]
        page, chosen = voted(ballot, at, rng)
        drawn: dict[str, str] = {}
        for contest, option in chosen.items():
            if rng.random() < 0.4:
                continue
            others = [b for b in layout.boxes if b.contest == contest and b.option != option]
            name, pen = names[int(rng.integers(len(names)))], PENS[int(rng.integers(len(PENS)))]
            _SECOND[name](page, others[int(rng.integers(len(others)))].rect, pen, rng)
            drawn[contest] = f"{name}, {pen.name}"
        reading = read_scan(ballot, page, (150, 200, 300), rng)
        asked = {mark.contest for mark in reading.marks if mark.state == "uncertain"}
        asked |= {finding.contest for finding in reading.findings if finding.contest}
        marked = Counter(mark.contest for mark in reading.marks if mark.state == "marked")
        for contest, what in drawn.items():
            yield what, contest in asked or marked[contest] != 1


_LIDS = {"white": (252, 252, 252), "grey": (170, 170, 170), "black": (14, 14, 14)}


def _way_at_edge(kind: str, layout: PageLayout, rng: np.random.Generator) -> list[Point]:
    """Return a stroke at a random edge of the sheet, in mm of the sheet."""
    side = int(rng.integers(4))
    long_, deep = (layout.height, layout.width) if side in (0, 2) else (layout.width, layout.height)
    at, slant = rng.uniform(22, long_ - 22), rng.normal(0, 1.2)
    if kind == "along":
        depth, half = rng.uniform(2.2, 6.0), rng.uniform(2.5, 10.0)
        way = [(at - half, depth), (at + half, depth + 0.05 * slant * half)]
    elif kind == "over":
        way = [(at, -rng.uniform(1, 6)), (at + slant, rng.uniform(6, 12))]
    elif kind == "corner":
        cut = rng.uniform(9, 20, 2)
        way = [(-2.0, cut[1] + 2.0), (cut[0] + 2.0, -2.0)]
    else:
        turns, radius = np.linspace(0.25, np.pi - 0.25, 24), rng.uniform(4, 8)
        way = [(at - radius * float(np.cos(t)), radius * float(np.sin(t)) - 1.0) for t in turns]
    # The view has the edge above; sides are left, top, right, bottom.
    turn: tuple[Callable[[float, float], Point], ...] = (
        lambda x, y: (y, x), lambda x, y: (x, y),
        lambda x, y: (deep - y, long_ - x), lambda x, y: (long_ - x, deep - y),
    )  # fmt: skip
    return [turn[side](float(x), float(y)) for x, y in way]


def _on_sheet(page: Pixels, layout: PageLayout, printed: float) -> Pixels:
    """Return a sheet with a design that was printed at a scale, in its middle."""
    small = cv2.resize(page, None, fx=printed, fy=printed, interpolation=cv2.INTER_AREA)
    size = round(layout.height * PX_PER_MM), round(layout.width * PX_PER_MM), 3
    sheet = np.full(size, 250, np.uint8)
    top, left = (
        max(0, whole - own) // 2 for whole, own in zip(size, small.shape[:2], strict=False)
    )
    own = sheet[top : top + small.shape[0], left : left + small.shape[1]]
    own[:] = np.minimum(own, small[: own.shape[0], : own.shape[1]])
    return sheet


def edges(pages: int, rng: np.random.Generator) -> Iterator[tuple[str, bool]]:
    """Yield for each stroke at an edge what it is and whether it was found."""
    ballots = [ballot_of(*style) for style in STYLES]
    for k in range(pages):
        ballot = ballots[k % len(ballots)]
        layout = ballot.style.layout.pages[0]
        page, _ = voted(ballot, 0, rng)
        printed = float(rng.choice([1.0, 0.97, 0.95]))
        sheet = _on_sheet(page, layout, printed)
        kind = ("along", "over", "corner", "loop")[int(rng.integers(4))]
        pen = PENS[int(rng.integers(5))]
        lid = list(_LIDS)[int(rng.integers(3))]
        margin_mm = float(rng.choice([0.0, 3.0, 7.0]))
        by = round(10 * PX_PER_MM)
        wide = cv2.copyMakeBorder(sheet, by, by, by, by, cv2.BORDER_CONSTANT, value=(255,) * 3)
        way = _way_at_edge(kind, layout, rng)
        wider = [(x + 10, y + 10) for x, y in way]
        draw(np.asarray(wide, np.uint8), wider, rng.uniform(*pen.width_mm), pen.colour)
        sheet = np.ascontiguousarray(wide[by:-by, by:-by])
        rim = round(margin_mm * PX_PER_MM)
        whole = cv2.copyMakeBorder(sheet, rim, rim, rim, rim, cv2.BORDER_CONSTANT, value=_LIDS[lid])
        reading = read_scan(ballot, np.asarray(whole, np.uint8), (200, 300), rng)
        # Where it lies on the design, which stands in the middle of the sheet.
        middle = np.array([layout.width, layout.height]) / 2
        own = _bounds(
            [(float(x), float(y)) for x, y in (np.array(way) - middle) / printed + middle]
        )
        places = [finding.rect for finding in reading.findings if finding.rect is not None]
        found = any(place.intersection(own.grown(1.5)) for place in places)
        yield f"{kind}, {pen.name}", found


def main() -> None:
    """Run what is asked for and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=("dashes", "second-marks", "edges"))
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    rng = np.random.default_rng([chosen.seed, 77])
    run = {"dashes": dashes, "second-marks": second_marks, "edges": edges}[chosen.what]
    drawn: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for what, found in run(chosen.pages, rng):
        for key in (what, "all " + what.rpartition(", ")[2], "all"):
            drawn[key] += 1
            missed[key] += not found
    for key in sorted(drawn):
        print(f"{key:32} {missed[key]:5} missed of {drawn[key]:5}")


if __name__ == "__main__":
    main()

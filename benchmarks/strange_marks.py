"""Marks that are not as the hand's others: which are found, and how near good ones come.

    python benchmarks/strange_marks.py cancelled --pages 60 --seed 1
    python benchmarks/strange_marks.py good --units 6 --seed 501

``cancelled`` scribbles or waves over one cross of each page, circles it aside, strikes it out with
one line, covers all of it but its tips, or writes a word, two letters or a digit into the box
instead, and prints how many of these and of the crosses left alone are asked about. ``good``
measures the marks of papers of both generators as the reader does, and prints how far the most
outstanding go beyond the paper's others, or stay behind.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
from handsheets.sheet import Pixels
from strokes import PENS, PX_PER_MM, STYLES, Pen, Point, ballot_of, draw, read_scan, voted
from trials.reading import page_image, reader_of
from trials.specimens import specimens

from omr.geometry import Rect
from omr.scan.marks.mark_shape import drawn_in, length_mm, strokes_across
from omr.scan.marks.straight_parts import share_aside
from omr.scan.marks.strokes import SHARED, owners_of, shares_in
from omr.scan.settings import ReaderSettings
from omr.scan.trace import PlacedPage

FAMILIES = ("neat", "office", "blind-neat", "blind-office")
# Pens that write as well as they mark.
_PENS = tuple(pen for pen in PENS if "faint" not in pen.name and "pale" not in pen.name)


class Drawn(NamedTuple):
    """One good mark.

    Attributes:
        length: Of its line, in sides of the box.
        across, down: How often it is met from left to right, and from top to bottom.
        aside: Share of it aside of two straight lines.
        score: Its ink, as a share of the box.
    """

    length: float
    across: float
    down: float
    aside: float
    score: float

    @property
    def straight(self) -> float:
        """How much of it lies in these two lines, in sides of the box."""
        return (1.0 - self.aside) * self.length


def _scribble(box: Rect, rng: np.random.Generator) -> list[list[Point]]:
    """Run to and fro over a box, seven to ten times, most of it within."""
    left, right = box.x + rng.uniform(-1.0, 1.0), box.right + rng.uniform(-1.0, 1.0)
    ys = np.linspace(box.y + 0.8, box.bottom - 0.6, int(rng.integers(7, 11)))
    ends = [left if k % 2 else right for k in range(len(ys))]
    return [
        [(float(x + rng.normal(0, 0.4)), float(y)) for x, y in zip(ends, ys, strict=True)],
    ]


def _wave(box: Rect, rng: np.random.Generator) -> list[list[Point]]:
    """Wave over a box from side to side."""
    xs = np.linspace(box.x - 0.5, box.right + 0.5, 90)
    turns = rng.uniform(4.0, 5.5) * 2 * np.pi * np.linspace(0, 1, len(xs))
    ys = box.centre.y + rng.uniform(2.0, 3.0) * np.sin(turns)
    return [[(float(x), float(y)) for x, y in zip(xs, ys, strict=True)]]


def _circle_aside(box: Rect, rng: np.random.Generator) -> list[list[Point]]:
    """Circle a cross, 2 to 4.5 mm beside it; its ends leave a gap or run over each other."""
    far, way = rng.uniform(2.0, 4.5), rng.uniform(0.0, 2.0 * np.pi)
    first, over = rng.uniform(0.0, 2.0 * np.pi), rng.uniform(-0.3, 0.6)
    turns = np.linspace(first, first + 2.0 * np.pi + over, 90)
    radii = rng.uniform(4.4, 7.0) * np.linspace(1.05, 0.97, 90)
    radii *= 1.0 + rng.normal(0.0, 0.03) * np.sin(2.0 * turns + rng.uniform(0.0, 6.0))
    wide = rng.uniform(0.85, 1.2)
    xs = box.centre.x + far * np.cos(way) + wide * radii * np.cos(turns)
    ys = box.centre.y + far * np.sin(way) + radii * np.sin(turns) / wide
    return [list(zip(xs.tolist(), ys.tolist(), strict=True))]


def _strike(box: Rect, rng: np.random.Generator) -> list[list[Point]]:
    """Run one line across a box, or down it."""
    beyond, slant = rng.uniform(-0.5, 2.5), rng.uniform(-0.35, 0.35)
    ends = np.array([[-0.5 * box.w - beyond, -0.5 * slant * box.w],
                     [0.5 * box.w + beyond, 0.5 * slant * box.w]])  # fmt: skip
    ends += rng.normal(0.0, 0.3, (1, 2))
    if rng.random() < 0.5:
        ends = ends[:, ::-1]
    return [[(box.centre.x + x, box.centre.y + y) for x, y in ends.tolist()]]


def _word(box: Rect, rng: np.random.Generator) -> list[list[Point]]:
    """Write five letters of a stem and a bow each, as wide as a box."""
    high, courses = rng.uniform(2.4, 3.6), []
    for k in range(5):
        x, y = box.x - 0.6 + 2.0 * k + rng.normal(0, 0.1), box.centre.y - high / 2
        courses.append([(x, y - high * rng.choice([0.0, 0.5])), (x, y + high)])
        bow = [(x, y + 0.5 * high), (x + 0.6, y), (x + 1.1, y + 0.3 * high), (x + 1.1, y + high)]
        courses.append(bow)
    return courses


def _letter(x: float, y: float, high: float, rng: np.random.Generator) -> list[list[Point]]:
    """Write a small letter: a ring, a stem with a bow, or a stem with two arms."""
    broad, turns = 0.7 * high, np.linspace(0.0, 2.0 * np.pi, 24)
    ring = [
        (x + broad * (0.5 + 0.5 * float(np.cos(t))), y + high * (0.5 + 0.5 * float(np.sin(t))))
        for t in turns
    ]
    stem = [(x, y - 0.6 * high), (x, y + high)]
    bow = [
        (x, y + 0.5 * high),
        (x + 0.5 * broad, y),
        (x + broad, y + 0.3 * high),
        (x + broad, y + high),
    ]
    arms = [(x + broad, y), (x, y + 0.5 * high), (x + broad, y + high)]
    return [[ring], [stem, bow], [stem, arms]][int(rng.integers(3))]


def _two_letters(box: Rect, rng: np.random.Generator) -> list[list[Point]]:
    high = rng.uniform(2.2, 3.2)
    left = box.centre.x - high + rng.normal(0, 0.4)
    y = box.centre.y - high / 2 + rng.normal(0, 0.4)
    return [*_letter(left, y, high, rng), *_letter(left + 1.1 * high, y, high, rng)]


def _digit(box: Rect, rng: np.random.Generator) -> list[list[Point]]:
    """Write a 3, a 5, an 8 or a 9."""
    high, broad = rng.uniform(4.0, 6.0), rng.uniform(1.8, 2.8)
    upper, lower = (0.0, 0.25), (0.0, -0.25)

    def arc(middle: tuple[float, float], first: float, last: float) -> list[Point]:
        return [
            (middle[0] + 0.5 * float(np.cos(t)), middle[1] + 0.25 * float(np.sin(t)))
            for t in np.linspace(first, last, 20)
        ]

    courses = [
        [[*arc(upper, 2.6, -1.4), *arc(lower, 1.4, -2.6)]],
        [[(-0.4, 0.5), (-0.4, 0.08), *arc(lower, 2.2, -2.4)], [(-0.4, 0.5), (0.45, 0.5)]],
        [arc(upper, 0.0, 2.0 * np.pi), arc(lower, 0.0, 2.0 * np.pi)],
        [arc(upper, 0.0, 2.0 * np.pi), [(0.5, 0.25), (0.3, -0.5)]],
    ][int(rng.integers(4))]
    x, y = np.array([box.centre.x, box.centre.y]) + rng.normal(0.0, 0.5, 2)
    return [[(x + broad * u, y - high * v) for u, v in course] for course in courses]


_CANCELLED = {
    "scribbled over": _scribble,
    "waved over": _wave,
    "circled aside": _circle_aside,
    "struck by one line": _strike,
}
_INSTEAD = {"a word": _word, "two letters": _two_letters, "a digit": _digit}
_COVERED = "all but its tips covered"


def _draw(page: Pixels, courses: list[list[Point]], pen: Pen, rng: np.random.Generator) -> None:
    width_mm = rng.uniform(*pen.width_mm)
    for course in courses:
        draw(page, course, width_mm, pen.colour)


def cancelled(pages: int, rng: np.random.Generator) -> Iterator[tuple[str, bool]]:
    """Yield for each mark what was done to it, and whether people are asked about its line."""
    ballots = [ballot_of(*style) for style in STYLES]
    for k in range(pages):
        ballot = ballots[k % len(ballots)]
        page, chosen = voted(ballot, 0, rng)
        contest = list(chosen)[int(rng.integers(len(chosen)))]
        boxes = ballot.style.layout.pages[0].boxes
        box = next(b for b in boxes if (b.contest, b.option) == (contest, chosen[contest])).rect
        kinds = [*_CANCELLED, *_INSTEAD, _COVERED]
        what = kinds[int(rng.integers(len(kinds)))]
        if what == _COVERED:
            _cover(page, box, rng)
        else:
            if what in _INSTEAD:
                _erase(page, cv2.cvtColor(ballot.pages[0], cv2.COLOR_GRAY2BGR), box)
            courses = {**_CANCELLED, **_INSTEAD}[what](box, rng)
            _draw(page, courses, _PENS[int(rng.integers(len(_PENS)))], rng)
        reading = read_scan(ballot, page, (150, 200, 300), rng)
        asked = {mark.contest for mark in reading.marks if mark.state == "uncertain"}
        for one in chosen:
            yield what if one == contest else "left alone", one in asked


def _cover(page: Pixels, box: Rect, rng: np.random.Generator) -> None:
    """Lay correction fluid over the middle of a box, in place."""
    centre = round(box.centre.x * PX_PER_MM), round(box.centre.y * PX_PER_MM)
    halves = [round(half * PX_PER_MM) for half in box.w * rng.uniform(0.3, 0.4, 2)]
    cv2.ellipse(page, centre, halves, rng.uniform(0, 180), 0, 360, (252, 253, 253), -1, cv2.LINE_AA)


def _erase(page: Pixels, bare: Pixels, box: Rect) -> None:
    """Take the cross out of a box again, in place."""
    wide = box.grown(2.5)
    rows = slice(round(wide.y * PX_PER_MM), round(wide.bottom * PX_PER_MM))
    columns = slice(round(wide.x * PX_PER_MM), round(wide.right * PX_PER_MM))
    page[rows, columns] = bare[rows, columns]


def drawn_on(placed: PlacedPage, settings: ReaderSettings) -> list[Drawn]:
    """Return the marks of a page as they are measured before any is judged."""
    ink, reference = placed.ink, placed.reference
    shares = [shares_in(found, ink, reference, settings) for found in ink.boxes]
    owners = owners_of(shares, ink, reference.px_per_mm, settings)
    marks = []
    for index, (found, mark) in enumerate(zip(ink.boxes, placed.marked.marks, strict=True)):
        own = [one for one in shares[index] if owners[one.stroke].get(index) in ("own", SHARED)]
        # Those that people are asked about count as well: they are good all the same.
        if mark.state != "empty" and own:
            ink_px = drawn_in(found, own, ink, reference.px_per_mm)
            long_ = length_mm(ink_px, reference.px_per_mm) / min(found.found.w, found.found.h)
            across, down = (strokes_across(m, reference.px_per_mm) for m in (ink_px, ink_px.T))
            aside = share_aside(ink_px, reference.px_per_mm)
            marks.append(Drawn(long_, across, down, aside, mark.score))
    return marks


def good(families: tuple[str, ...], seed: int, units: int) -> Iterator[list[Drawn]]:
    """Yield the good marks of each page of some families that has three and more."""
    settings = ReaderSettings()
    for family in families:
        for unit in range(units):
            for paper in specimens(family, seed, unit):
                reader = reader_of(paper.style)
                for at, (pixels, dpi) in enumerate(paper.pictures()):
                    placed = reader.trace_page(page_image(pixels, dpi, at + 1)).placed
                    marks = drawn_on(placed, settings) if placed is not None else []
                    if len(marks) >= 3:
                        yield marks


def _tell_good(pages: list[list[Drawn]]) -> None:
    """Print how far good marks go beyond the others of their page at most, or stay behind."""
    beyond, behind = [], []
    for marks in pages:
        for k, mark in enumerate(marks):
            others = marks[:k] + marks[k + 1 :]
            times = mark.length / max(other.length for other in others)
            gaps = (getattr(mark, way) - max(getattr(o, way) for o in others)
                    for way in ("across", "down"))  # fmt: skip
            beyond.append((mark, times, *gaps))
            more = mark.aside - max(other.aside for other in others)
            parts = (
                getattr(mark, part) / float(np.median([getattr(other, part) for other in others]))
                for part in ("length", "straight")
            )
            ink = mark.score / max(min(other.score for other in others), 1e-6)
            behind.append((mark, more, *parts, ink))
    print(f"{len(beyond)} marks on {len(pages)} pages")
    longest = max((times for mark, times, *_ in beyond if mark.length >= 3.8), default=0.0)
    print(f"of 3.8 sides and more: at most {longest:.2f} times as long as the others")
    for way, at in (("across", 2), ("down", 3)):
        most = max((one[at] for one in beyond if getattr(one[0], way) >= 5.0), default=0.0)
        print(f"met five times {way} and more: {most:.1f} more often than the others at most")
    least = min(max(length, ink) for mark, _, length, _, ink in behind if mark.aside >= 0.05)
    print(f"with a bend: at least {least:.2f} of the usual length or of the least ink")
    for least in (0.1, 0.2):
        straight = min((part for _, more, _, part, _ in behind if more >= least), default=0.0)
        print(
            f"{least:.1f} more aside of two lines: at least {straight:.2f} of the usual within them"
        )


def main() -> None:
    """Draw or measure, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=("cancelled", "good"))
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--units", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    if chosen.what == "good":
        _tell_good(list(good(FAMILIES, chosen.seed, chosen.units)))
        return
    marks: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for what, found in cancelled(chosen.pages, np.random.default_rng([chosen.seed, 79])):
        marks[what] += 1
        asked[what] += found
    for what in sorted(marks):
        print(f"{what:16} {asked[what]:5} asked about of {marks[what]:5}")


if __name__ == "__main__":
    main()

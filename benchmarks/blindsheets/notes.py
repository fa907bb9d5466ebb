"""Anything added to a ballot that is neither vote, signature nor seal, and where it stands.

A note is tried in places of its kind until it lies clear of every box, of the zones for free
ink and of the machine's codes, and until enough of it lies on blank paper that anyone sees it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from blindsheets.hand import Hand
from blindsheets.ink import Pixels
from blindsheets.pens import Pen
from blindsheets.sketch import Sketch, keeps_off, share_on_blank
from blindsheets.strikes import name_lines, post_right
from blindsheets.trace import Float, stroke
from blindsheets.writing import (
    capital,
    cursive,
    dash,
    digits,
    doodle,
    number,
    sign,
    signature,
    word,
)
from omr.ballot.model import PageLayout
from omr.geometry import Rect

_Maker = Callable[[Pen, Hand, np.random.Generator], Sketch]
_Where = Callable[[PageLayout, str], list[Rect]]

# From zones and codes, from the edge of the paper, and from boxes, in mm.
_OFF_ZONES_MM, _OFF_EDGE_MM, _OFF_BOXES_MM = 0.8, 2.2, 1.3
# From votes: nearer than this, a short stroke could be taken for a part of the mark.
_OFF_VOTES_MM = 2.0
_TRIES = 60


@dataclass(frozen=True, slots=True)
class NoteKind:
    """One kind of note.

    Attributes:
        draw: Makes it at the origin.
        where: Places in which its middle may lie.
        clear: Least share of it that lies on blank paper.
        off_boxes_mm: Room kept from boxes.
    """

    draw: _Maker
    where: _Where
    clear: float = 0.75
    off_boxes_mm: float = _OFF_BOXES_MM


def _table(page: PageLayout) -> Rect:
    left = min(row.rect.x for row in page.rows)
    right = max(row.rect.right for row in page.rows)
    top = min(row.rect.y for row in page.rows)
    return Rect(left, top, right - left, max(row.rect.bottom for row in page.rows) - top)


def _beside_name(page: PageLayout, contest: str) -> list[Rect]:
    cell = next(area.rect for area in page.names if area.contest == contest)
    lines = name_lines(page, contest)
    after_name = max(line.right for line in lines) + 1.5
    after_post = post_right(page, contest) + 1.0
    top, high = cell.y + 1.5, cell.h - 3.0
    return [
        Rect(after_name, top, max(1.0, cell.x + cell.w * 0.55 - after_name), high),
        Rect(after_post, top, max(1.0, cell.right - after_post), high),
        Rect(lines[0].x, cell.y + 2.0, lines[0].w, max(0.5, lines[0].y - cell.y - 3.5)),
        Rect(lines[0].x, lines[-1].bottom + 1.5, lines[0].w, 2.0),
    ]


def _in_cells(page: PageLayout, contest: str) -> list[Rect]:
    row = next(row.rect for row in page.rows if row.contest == contest)
    boxes = [box.rect for box in page.boxes if box.contest == contest]
    left = min(box.x for box in boxes) - 5.0
    return [Rect(left, row.y + 1.0, row.right - left, row.h - 2.0)]


def _margins(page: PageLayout, contest: str) -> list[Rect]:
    table = _table(page)
    return [
        Rect(3.0, 32.0, table.x - 6.0, page.height - 68.0),
        Rect(table.right + 3.0, 32.0, page.width - table.right - 6.0, page.height - 68.0),
        Rect(45.0, 4.0, page.width - 85.0, 9.0),
        Rect(45.0, page.height - 12.0, page.width - 90.0, 8.0),
        Rect(table.x, table.bottom + 4.0, table.w, max(2.0, page.height - table.bottom - 40.0)),
    ]


def _text_lines(page: PageLayout) -> list[Rect]:
    table = _table(page)
    runs = [run for run in page.texts if len(run.text) > 12 and run.baseline < table.y - 4.0]
    runs = runs or [run for run in page.texts if len(run.text) > 6]
    return [Rect(run.x, run.baseline - 3.0, 1.6 * len(run.text), 3.0) for run in runs]


def _between_lines(page: PageLayout, contest: str) -> list[Rect]:
    return [Rect(r.x + 5, r.bottom + 0.2, r.w - 5, 1.6) for r in _text_lines(page)]


def _on_print(page: PageLayout, contest: str) -> list[Rect]:
    return _text_lines(page)


def _serial(page: PageLayout, contest: str) -> list[Rect]:
    return list(page.serials)


def _around(rect: Rect, near_mm: float, far_mm: float) -> list[Rect]:
    band = far_mm - near_mm
    return [
        Rect(rect.x - far_mm, rect.y, band, rect.h),
        Rect(rect.right + near_mm, rect.y, band, rect.h),
        Rect(rect.x, rect.y - far_mm, rect.w, band),
        Rect(rect.x, rect.bottom + near_mm, rect.w, band),
    ]


def _by_zone(kind: str) -> _Where:
    def where(page: PageLayout, contest: str) -> list[Rect]:
        zones = [zone.rect for zone in page.zones if zone.kind == kind]
        return [band for rect in zones for band in _around(rect, 1.5, 6.0)]

    return where


def _edge(page: PageLayout, contest: str) -> list[Rect]:
    inner = Rect(7.0, 7.0, page.width - 14.0, page.height - 14.0)
    return _around(inner, 0.5, 3.5)


def _anywhere(page: PageLayout, contest: str) -> list[Rect]:
    return [Rect(5.0, 5.0, page.width - 10.0, page.height - 10.0)]


def _sized(low_mm: float, high_mm: float, make: Callable[..., Sketch]) -> _Maker:
    def draw(pen: Pen, hand: Hand, rng: np.random.Generator) -> Sketch:
        return make(float(rng.uniform(low_mm, high_mm)), pen, hand, rng)

    return draw


def _signed(name: str, low_mm: float, high_mm: float) -> _Maker:
    def draw(pen: Pen, hand: Hand, rng: np.random.Generator) -> Sketch:
        return sign(name, float(rng.uniform(low_mm, high_mm)), pen, hand, rng)

    return draw


def _words(pen: Pen, hand: Hand, rng: np.random.Generator) -> Sketch:
    """Two or three words on a line."""
    size, x = float(rng.uniform(1.6, 3.0)), 0.0
    made = Sketch(pen)
    for _ in range(int(rng.integers(2, 4))):
        points = (next_word := word(size, pen, hand, rng)).points()
        low, high = points.min(axis=0), points.max(axis=0)
        placed = next_word.moved(x - float(low[0]), -float(high[1]) + float(rng.normal(0, 0.4)))
        made = Sketch(pen, made.traces + placed.traces, made.written + placed.written)
        x += float(high[0] - low[0]) + size
    return made


def _phone(pen: Pen, hand: Hand, rng: np.random.Generator) -> Sketch:
    return digits(10, float(rng.uniform(3.5, 5.5)), pen, rng)


def _digits(pen: Pen, hand: Hand, rng: np.random.Generator) -> Sketch:
    return number(float(rng.uniform(4.2, 7.5)), pen, hand, rng)


def _scrawl(pen: Pen, hand: Hand, rng: np.random.Generator) -> Sketch:
    """One unreadable word, as curses are mostly written."""
    path = cursive(int(rng.integers(5, 10)), rng, hand) * float(rng.uniform(1.6, 3.0))
    return Sketch(pen, (stroke(path, hand, rng),))


_DASH = _sized(4.2, 8.0, dash)
NOTES: dict[str, NoteKind] = {
    "word-beside-name": NoteKind(_sized(1.4, 2.4, word), _beside_name, 0.7),
    "initial-beside-name": NoteKind(_sized(4.2, 7.0, capital), _beside_name, 0.7),
    "tick-beside-name": NoteKind(_signed("tick", 4.2, 8.0), _beside_name, 0.7),
    "cross-beside-name": NoteKind(_signed("cross", 4.2, 7.0), _beside_name, 0.7),
    "word-beside-box": NoteKind(_sized(1.1, 1.9, word), _in_cells, 0.7),
    "cross-by-box": NoteKind(_signed("cross", 4.2, 5.5), _in_cells, 0.6, 1.0),
    "digits": NoteKind(_digits, _anywhere, 0.8),
    "phone": NoteKind(_phone, _margins, 0.85),
    "words": NoteKind(_words, _margins, 0.8),
    "curse": NoteKind(_scrawl, _anywhere, 0.75),
    "question-mark": NoteKind(_signed("question-mark", 4.5, 9.0), _anywhere, 0.8),
    "exclamation": NoteKind(_signed("exclamation", 4.5, 9.0), _anywhere, 0.8),
    "arrow": NoteKind(_signed("arrow", 5.0, 14.0), _anywhere, 0.7),
    "heart": NoteKind(_signed("heart", 4.5, 9.0), _anywhere, 0.75),
    "smiley": NoteKind(_signed("smiley", 5.0, 10.0), _anywhere, 0.75),
    "small-cross": NoteKind(_signed("cross", 4.2, 6.0), _anywhere, 0.8),
    "doodle": NoteKind(_sized(6.0, 16.0, doodle), _anywhere, 0.75),
    "word-between-lines": NoteKind(_sized(1.0, 1.8, word), _between_lines, 0.5),
    "word-on-print": NoteKind(_sized(2.0, 3.5, word), _on_print, 0.55),
    "word-over-serial": NoteKind(_sized(1.3, 2.4, word), _serial, 0.5),
    "word-by-code": NoteKind(_sized(1.2, 2.2, word), _by_zone("code"), 0.75),
    "word-at-edge": NoteKind(_sized(1.2, 2.0, word), _edge, 0.85),
    "faint-word": NoteKind(_sized(1.8, 3.2, word), _margins, 0.85),
    "signature-astray": NoteKind(_sized(22.0, 42.0, signature), _margins, 0.7),
    "dash": NoteKind(_DASH, _anywhere, 0.75),
    "dash-faint": NoteKind(_DASH, _anywhere, 0.9),
    "dash-at-edge": NoteKind(_DASH, _edge, 0.9),
    "dash-by-seal": NoteKind(_DASH, _by_zone("seal"), 0.8),
    "dash-by-signature": NoteKind(_DASH, _by_zone("signature"), 0.8),
    "dash-by-code": NoteKind(_DASH, _by_zone("code"), 0.8),
    "dash-on-print": NoteKind(_DASH, _on_print, 0.55),
    "dash-over-serial": NoteKind(_DASH, _serial, 0.5),
    "dash-in-cell": NoteKind(_DASH, _in_cells, 0.8),
    "dash-by-name": NoteKind(_DASH, _beside_name, 0.7),
}


def note(
    kind: str,
    page: PageLayout,
    contest: str,
    design: Pixels,
    px_per_mm: float,
    pen: Pen,
    hand: Hand,
    votes: Float,
    rng: np.random.Generator,
) -> Sketch | None:
    """Make a note and find a place for it.

    Args:
        contest: The official whose row it concerns, where its kind concerns one.
        design: The page as designed, grey, shape (h, w).
        px_per_mm: Of the design.
        votes: Where ink of votes lies on the page, shape (n, 2), in mm.

    Returns:
        The note in place; None where no place was found for it on this page.
    """
    about = NOTES[kind]
    shut = [zone.rect.grown(_OFF_ZONES_MM) for zone in page.zones if zone.kind != "serial"] + [
        box.rect.grown(about.off_boxes_mm) for box in page.boxes
    ]
    regions = about.where(page, contest)
    if not regions:
        return None
    for _ in range(_TRIES):
        made = about.draw(pen, hand, rng)
        if kind == "word-at-edge" and rng.random() < 0.5:
            made = _upended(made)
        region = regions[int(rng.integers(len(regions)))]
        x = float(rng.uniform(region.x, max(region.x + 0.1, region.right)))
        y = float(rng.uniform(region.y, max(region.y + 0.1, region.bottom)))
        placed = made.centred(x, y)
        points = placed.points()
        low, high = points.min(axis=0), points.max(axis=0)
        if low.min() < _OFF_EDGE_MM or high[0] > page.width - _OFF_EDGE_MM:
            continue
        if high[1] > page.height - _OFF_EDGE_MM or float(np.hypot(*(high - low))) < 4.0:
            continue
        if not keeps_off(points, shut) or _nearest_mm(points, votes) < _OFF_VOTES_MM:
            continue
        if share_on_blank(points, design, px_per_mm) >= about.clear:
            return placed
    return None


def _nearest_mm(points: Float, others: Float) -> float:
    """Return the least distance between two sets of points; every fourth point will do."""
    gaps = points[::4, None, :] - others[None, ::4, :]
    return float(np.sqrt((gaps**2).sum(axis=2).min(initial=np.inf)))


def _upended(made: Sketch) -> Sketch:
    """Strokes written up along the edge; found ink stays as it is."""
    return made if made.written else made.turned(np.pi / 2)

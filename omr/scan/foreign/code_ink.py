"""Pen strokes over the codes and the registration marks, which are all print to the other stages.

In come the flat page and what is printed on it, this ballot's codes among it; out come findings.
What a code says is known, and so is each module that ought to be white: a pen's line is darker
than its kind wherever paper shows along it. What lies upon the print and hides its black, stains,
folds and the lines of a dirty glass are no pen's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from omr.geometry import FloatArray, Rect
from omr.scan.foreign.symbol_ink import FINE_PX, SymbolInk, ink_upon
from omr.scan.foreign.symbol_place import (
    QUIET,
    Symbol,
    expected_place,
    look_at,
    look_closely,
    place_of,
    symbols,
)
from omr.scan.foreign.symbol_runs import LONGEST_MM, Runs, runs_of_ink
from omr.scan.ink.fold_shade import FoldLine
from omr.scan.ink.ink_map import InkMap
from omr.scan.place.reference import Mask, Reference, window
from omr.scan.place.straighten import FlatPage
from omr.scan.wear.folded_corners import FoldedCorners
from omr.scan.wear.streak_remains import lie_on_streaks
from omr.scan.wear.streaks import Streak

Marks = NDArray[np.bool_]

# What lies upon the print hides it: black along the run is bare, over such a breadth and share.
# Ink, upon flaked toner too, only darkens.
_HIDES_MM, _BARE = 0.5, 0.2
# A stain is pale, and still has this share of its darkness so far beside the run, on one side;
# runs of its midst lie within this of each other.
_PALE, _BROAD_MM, _BROAD, _EDGE_MM, _MIDST_MM = 105, (0.6, 0.8, 1.0), 0.25, 0.3, 1.0
# Folds are known to this, and a run along one keeps its distance. A fold is pale, and wanders by
# so much to where it shows, by such a share, in the white on both sides of a symbol.
_FOLD_MM, _LEAVES_MM, _WANDERS_MM, _SHOWS = 2.2, 0.7, 0.6, 0.3
# The wire of a staple is known outside the symbol: so far on along the run, so broad,
# and so much of it.
_WIRE_REACH_MM, _WIRE_MM, _WIRE_SEEN_MM2 = 8.0, 0.5, 0.3
# Of a run upon a wire this share lies within the wire's own bounds.
_UPON_WIRE = 0.9
# Of a registration mark so much is seen, or nothing is said of it: beyond the picture its modules
# would be guessed from the last ones seen.
_THERE = 0.75
# Runs of one stroke lie within this of each other.
_GAP_MM = 1.6
# Two strokes over both codes come to so many finds.
_MOST_STROKES = 6


# The last rows of a picture are mixed with what it is continued by.
_BESIDE_END_MM = 2.0


class PageSights(NamedTuple):
    """What is known of a page that may lie over its symbols too.

    Attributes:
        folds: Of the sheet.
        streaks: Of the picture.
        wires: Where the wires of staples lie, over print too; None where there are none.
        corners: Of the sheet, as far as they are folded over.
    """

    folds: Sequence[FoldLine]
    streaks: Sequence[Streak]
    wires: Mask | None
    corners: FoldedCorners


def ink_on_codes(
    flat: FlatPage, reference: Reference, ink: InkMap, sights: PageSights
) -> list[Rect]:
    """Find strokes that run over a code or a registration mark.

    Args:
        flat: The page laid flat.
        reference: The page as printed.
        ink: Its ink, which holds what is printed in this ballot's codes.
        sights: What else may lie there.

    Returns:
        The bounds of each stroke, in mm.
    """
    found = list(_on_symbols(flat, reference, ink, sights))
    # What befalls all of a page's symbols is its print: toner that spread, a drum that slipped.
    return found if len(found) <= _MOST_STROKES else []


def _on_symbols(
    flat: FlatPage, reference: Reference, ink: InkMap, sights: PageSights
) -> Iterator[Rect]:
    """Yield the strokes over each code and registration mark."""
    scale = reference.px_per_mm
    for symbol in symbols(reference, ink):
        if symbol.placed and _is_cut_off(symbol.rect, flat.paper, scale):
            continue
        # The marks hold the page in place; only what is found on one is looked at more closely.
        place = (
            expected_place(symbol, scale)
            if symbol.placed
            else place_of(symbol, flat.darkness, scale)
        )
        if place is None:
            continue
        seen = ink_upon(symbol, look_at(symbol, place, flat.darkness, FINE_PX))
        if seen is None or not len(runs_of_ink(seen).start):
            continue
        # Hardly any page comes so far.
        place = place_of(symbol, flat.darkness, scale)
        if place is None:
            continue
        seen = ink_upon(symbol, look_closely(symbol, place, flat.darkness, FINE_PX))
        if seen is None:
            continue
        seen = _without_flap(seen, symbol, place / scale, sights.corners)
        runs = _upon_paper(seen, runs_of_ink(seen))
        on_page = _on_page(runs, place / scale)
        told = lie_on_streaks(on_page.start, on_page.end, sights.streaks, flat)
        told |= _on_fold(seen, runs, on_page, sights.folds, reference)
        told = (told & _is_pale(seen, runs)) | _off_paper(on_page, flat.paper, scale)
        if sights.wires is not None:
            told |= _upon_wire(on_page, sights.wires, scale)
            told |= _on_wire(on_page, sights.wires & ink.ink, scale)
        yield from _strokes(on_page.chosen(~told))


def _is_cut_off(rect: Rect, paper: Mask, px_per_mm: int) -> bool:
    """Tell a registration mark of which too little is seen to know where its modules lie."""
    there = paper[window(rect, px_per_mm, paper.shape)]
    return bool(there.mean() < _THERE) if there.size else True


def _without_flap(
    seen: SymbolInk, symbol: Symbol, to_mm: FloatArray, corners: FoldedCorners
) -> SymbolInk:
    """Return a symbol as if no paper showed where a flap's edge lies upon it, or its shadow falls.

    A stroke over what is left of the symbol is seen there as on any other.
    """
    flap = corners.near(symbol.rect) if len(runs_of_ink(seen).start) else None
    if flap is None:
        return seen
    y, x = np.indices(seen.over.shape)
    at = (np.stack([x, y], axis=-1) + 0.5) / FINE_PX - QUIET
    shaded = flap.beside(at @ to_mm[:, :2].T + to_mm[:, 2])
    return seen._replace(
        over=seen.over & ~shaded, solid=seen.solid & ~shaded, open_=seen.open_ & ~shaded
    )


def _upon_paper(seen: SymbolInk, runs: Runs) -> Runs:
    """Return the runs without those that hide print, or are stains."""
    black, bare = np.zeros(len(runs.start)), np.zeros(len(runs.start))
    for aside in np.arange(-_HIDES_MM / 2, _HIDES_MM / 2 + 0.01, 0.1) * seen.px_per_mm:
        black += runs.along(seen.black, aside).sum(axis=1)
        bare += runs.along(seen.bare, aside).sum(axis=1)
    hides = bare >= _BARE * np.maximum(black, 1)
    return runs.chosen(~hides & ~_of_stains(seen, runs))


def _rise(seen: SymbolInk, runs: Runs, aside_px: float = 0.0) -> FloatArray:
    """Return how much darker than its kind the open paper along each run is, in the mean."""
    room = runs.along(seen.open_, aside_px)
    rise = np.where(room, runs.along(seen.rise, aside_px), 0).sum(axis=1)
    return np.asarray(rise / np.maximum(room.sum(axis=1), 1), np.float64)


def _is_pale(seen: SymbolInk, runs: Runs) -> Marks:
    return _rise(seen, runs) < _PALE


def _of_stains(seen: SymbolInk, runs: Runs) -> Marks:
    """Tell which runs are of a stain: broad and pale ones, and pale ones in their midst."""
    pale = _is_pale(seen, runs)
    stain = pale & _is_broad(seen, runs)
    if not stain.any():
        return stain
    x, y = ((runs.start + runs.end) / 2 / seen.px_per_mm).T
    # A wet code has thousands of them: a few hundred tell where it is wet.
    some = np.flatnonzero(stain)[:: 1 + np.count_nonzero(stain) // 200]
    apart = np.hypot(x[:, None] - x[some], y[:, None] - y[some]).min(axis=1)
    return np.asarray(pale & (apart < _MIDST_MM), np.bool_)


def _is_broad(seen: SymbolInk, runs: Runs) -> Marks:
    """Tell which runs go on to be dark beside them, without a gap."""

    def beside(mm: float) -> FloatArray:
        return _rise(seen, runs, mm * seen.px_per_mm)

    # A run may keep to one edge of its line.
    most = np.max([beside(mm) for mm in (-_EDGE_MM, 0.0, _EDGE_MM)], axis=0)
    sides = [np.min([beside(side * mm) for mm in _BROAD_MM], axis=0) for side in (-1, 1)]
    return np.asarray(np.max(sides, axis=0) > _BROAD * np.maximum(most, 1.0), np.bool_)


def _on_page(runs: Runs, to_mm: FloatArray) -> Runs:
    """Return runs in mm of the page, by the map from modules to it."""
    start, end = (((ends + 0.5) / FINE_PX - QUIET) @ to_mm[:, :2].T + to_mm[:, 2] for ends in runs)
    return Runs(start, end)


def _off_paper(runs: Runs, paper: Mask, px_per_mm: int) -> Marks:
    """Tell which runs (mm) end at, or lie along, the end of the paper or of the picture.

    Beyond a tear, a corner folded over, or the edge of a photograph there is nothing to compare.
    """
    share = np.linspace(0, 1, 24)[None, :, None]
    at = (runs.start[:, None] + share * (runs.end - runs.start)[:, None]) * px_per_mm
    x, y = at.astype(int).transpose(2, 0, 1)
    rows, columns = y.clip(0, paper.shape[0] - 1), x.clip(0, paper.shape[1] - 1)
    gone = ~paper[rows, columns]
    reach = round(_BESIDE_END_MM * px_per_mm)
    beside = gone.copy()
    for down, across in ((-reach, 0), (reach, 0), (0, -reach), (0, reach)):
        beside |= ~paper[
            (rows + down).clip(0, paper.shape[0] - 1),
            (columns + across).clip(0, paper.shape[1] - 1),
        ]
    return np.asarray(gone[:, 0] | gone[:, -1] | (beside.mean(axis=1) > 0.5), np.bool_)


def _on_fold(
    seen: SymbolInk, runs: Runs, on_page: Runs, folds: Sequence[FoldLine], reference: Reference
) -> Marks:
    """Tell which runs, in pixels and in mm, are a fold of the sheet."""
    told = np.zeros(len(runs.start), np.bool_)
    layout = reference.layout
    for fold in folds:
        along, across = (0, 1) if fold.across else (1, 0)
        slope = (fold.end_mm - fold.start_mm) / (layout.width if fold.across else layout.height)
        first, last = (v[:, across] - fold.start_mm - slope * v[:, along] for v in on_page)
        near = np.maximum(np.abs(first), np.abs(last)) < _FOLD_MM
        near &= np.abs(first - last) < _LEAVES_MM
        if near.any():
            told |= near & _goes_on(seen, runs, fold.across, slope)
    return told


def _goes_on(seen: SymbolInk, runs: Runs, across: bool, slope: float) -> Marks:
    """Tell which runs show in the white on both sides of the symbol, too."""
    rise = seen.rise if across else seen.rise.T
    middle = (runs.start + runs.end) / 2 if across else (runs.start + runs.end)[:, ::-1] / 2
    reach, size = round(_WANDERS_MM * seen.px_per_mm), len(rise)
    shown = np.ones(len(middle), np.bool_)
    white = np.arange(1, QUIET * FINE_PX - 2)
    for columns in (white, size - 1 - white):
        rows = middle[:, 1:] + slope * (columns - middle[:, :1])
        at = np.rint(rows).astype(int)
        lines = [
            rise[(at + off).clip(0, size - 1), columns].mean(axis=1)
            for off in range(-reach, reach + 1)
        ]
        shown &= np.max(lines, axis=0) > _SHOWS * _rise(seen, runs)
    return shown


def _upon_wire(runs: Runs, wires: Mask, px_per_mm: int) -> Marks:
    """Tell which runs (mm) lie wholly where a wire does, with its gleam and its shadow."""
    share = np.linspace(0, 1, 24)[None, :, None]
    at = (runs.start[:, None] + share * (runs.end - runs.start)[:, None]) * px_per_mm
    x, y = np.rint(at).astype(int).transpose(2, 0, 1)
    upon = wires[y.clip(0, wires.shape[0] - 1), x.clip(0, wires.shape[1] - 1)]
    return np.asarray(upon.mean(axis=1) > _UPON_WIRE, np.bool_)


def _on_wire(runs: Runs, wires: Mask, px_per_mm: int) -> Marks:
    """Tell which runs (mm) go on as the wire of a staple."""
    reach, half = _WIRE_REACH_MM * px_per_mm, round(_WIRE_MM / 2 * px_per_mm)
    way = (runs.end - runs.start) / runs.lengths()[:, None]
    normal = np.column_stack([-way[:, 1], way[:, 0]])
    steps = np.arange(-reach, LONGEST_MM * px_per_mm + reach)[None, :, None]
    seen = np.zeros(len(way))
    for aside in range(-half, half + 1):
        at = (runs.start * px_per_mm + aside * normal)[:, None] + steps * way[:, None]
        x, y = np.rint(at).astype(int).transpose(2, 0, 1)
        seen += wires[y.clip(0, wires.shape[0] - 1), x.clip(0, wires.shape[1] - 1)].sum(axis=1)
    return np.asarray(seen > _WIRE_SEEN_MM2 * px_per_mm**2, np.bool_)


def _strokes(runs: Runs) -> Iterator[Rect]:
    """Yield the bounds of runs (mm) that lie together."""
    rects: list[Rect] = []
    for (x1, y1), (x2, y2) in zip(*(ends.tolist() for ends in runs), strict=True):
        rect = Rect(min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1)).grown(_GAP_MM / 2)
        beside = [other for other in rects if other.intersection(rect)]
        for other in beside:
            rects.remove(other)
            rect = rect.united(other)
        rects.append(rect)
    for rect in rects:
        yield rect.grown(-_GAP_MM / 2)

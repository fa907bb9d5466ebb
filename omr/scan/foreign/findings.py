"""Ink outside the boxes: what explains it, and what is put before people.

Strokes that marks explain are taken away; so is ink in the free zones (seal, signature)
with some spill over their edges, the shadow of the paper's edge, punch holes, dust, specks. What
is left is an annotation, or, over a printed name, a strike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np

from omr.geometry import Rect
from omr.scan.foreign.code_ink import PageSights, ink_on_codes
from omr.scan.foreign.colour_ink import coloured_ink
from omr.scan.foreign.covers import covered_places
from omr.scan.foreign.drawn_boxes import drawn_boxes
from omr.scan.foreign.explain import (
    displaced_print,
    free_zones,
    fringe_of_print,
)
from omr.scan.foreign.faint import faint_strokes
from omr.scan.foreign.faint_strikes import faintly_struck
from omr.scan.foreign.hidden_print import hidden_print
from omr.scan.foreign.margins import strokes_in_margins
from omr.scan.foreign.names import struck_names
from omr.scan.foreign.overprint import ink_over_print
from omr.scan.foreign.sheet_edges import edges_of_sheet, lies_on_known
from omr.scan.ink.ink_map import InkMap
from omr.scan.ink.pieces import label_pieces
from omr.scan.marks.legs import legs_of
from omr.scan.marks.measure import MarkedPage
from omr.scan.place.reference import Mask, Reference, above, as_bits, grow, window
from omr.scan.place.serial_print import with_serial
from omr.scan.place.straighten import FlatPage
from omr.scan.reading import Finding
from omr.scan.settings import ReaderSettings
from omr.scan.wear.drops import rims_of_drops
from omr.scan.wear.dust import Dust
from omr.scan.wear.faint_folds import on_faint_folds
from omr.scan.wear.folded_corners import FoldedCorners
from omr.scan.wear.hole_crescents import on_hole_crescents
from omr.scan.wear.hole_shadows import shaded_holes
from omr.scan.wear.overlapping_holes import overlapping_holes
from omr.scan.wear.paperclips import on_paperclips
from omr.scan.wear.punch_holes import (
    HOLE_RIM_MM,
    hole_outlines,
    on_hole_outlines,
    punch_holes,
)
from omr.scan.wear.seal_colours import is_copied_seal
from omr.scan.wear.seal_views import SealSight
from omr.scan.wear.speck_fields import SpeckFields
from omr.scan.wear.staple_holes import staple_holes
from omr.scan.wear.staples import is_staple_beyond, staples
from omr.scan.wear.streak_remains import between_letters, lie_on_streaks, on_streaks
from omr.scan.wear.streaks import Streak
from omr.scan.wear.tears import tears
from omr.scan.wear.wire_shadows import on_shadowed_wires
from omr.stages import stage, timed

# A ruled line is known to the millimetre.
_RULED_MM = 1.0


@stage("foreign")
def find_foreign(
    flat: FlatPage,
    reference: Reference,
    ink: InkMap,
    marked: MarkedPage,
    serial: str,
    streaks: Sequence[Streak],
    seal: SealSight | None,
    settings: ReaderSettings,
) -> tuple[Finding, ...]:
    """Find annotations and struck names.

    Args:
        flat: The page laid flat.
        reference: The page as printed.
        ink: Its foreign ink.
        marked: The marks, and the strokes that they explain.
        serial: Of this ballot, as printed on it.
        streaks: The streaks of the picture, taken out or not.
        seal: The seal's zone, where the page has one.
        settings: The reader's numbers.

    Returns:
        The findings, strikes first, then annotations from the top down.
    """
    by_mark = _marks_and_zones(flat, reference, ink, marked, seal, settings)
    over_names = list(timed("names", struck_names(reference, ink, by_mark, settings)))
    struck = {finding.contest for finding in over_names}
    pale = timed("names", faintly_struck(reference, ink))
    over_names += [finding for finding in pale if finding.contest not in struck]
    with stage("edges"):
        by_mark |= marked.habits.explain(ink.ink & ~by_mark)
        left = _left_over(ink.ink & ~by_mark, flat, reference, ink, settings)
    rest, rims = left.ink, left.rims
    sharp = with_serial(reference, serial)
    over_print = timed("overprint", ink_over_print(flat, reference, ink, sharp, by_mark | rims))
    corners = FoldedCorners(flat, reference, settings)
    sights = PageSights(ink.folds, streaks, left.wires, corners)
    on_codes = timed("overprint", ink_on_codes(flat, reference, ink, sights))
    coloured = timed("overprint", coloured_ink(flat, reference, ink, by_mark | rims))
    explained = by_mark | left.holes | (ink.ink & ~rest)
    faint = timed("faint", faint_strokes(flat, reference, ink, explained, settings))
    known = by_mark | left.holes | left.slits
    in_margins = timed("edges", _in_margins(flat, reference, ink, known, rims, settings))
    found = over_names
    found += _beside(found, (_place(rect, reference) for rect in over_print))
    found += _beside(found, _annotations(flat, reference, ink, rest, settings))
    hidden = timed("overprint", hidden_print(flat, reference, ink, sharp))
    covered = timed("overprint", covered_places(flat, reference, ink))
    for rects in (on_codes, coloured, faint, in_margins, hidden, covered):
        found += _beside(found, (_place(rect, reference) for rect in rects))
    told = [*_less_told(found, flat, reference, ink, corners, streaks)]
    told += _beside(told, _ruled(flat, reference, ink, streaks))
    return (*told, *_drawn_boxes(flat, reference, ink), *_copies(flat, reference, ink))


def _ruled(
    flat: FlatPage, reference: Reference, ink: InkMap, streaks: Sequence[Streak]
) -> Iterator[Finding]:
    """Yield the lines that somebody ruled over the whole sheet, a hard pencil's too."""
    layout = reference.layout
    for line in ink.ruled:
        ends = np.array([[0.0, line.start_mm], [layout.width, line.end_mm]])
        if not line.across:
            ends = np.array([[line.start_mm, 0.0], [line.end_mm, layout.height]])
        aslant = abs(line.end_mm - line.start_mm) > 2.0 * _RULED_MM
        if aslant and lie_on_streaks(ends[:1], ends[1:], streaks, flat, _RULED_MM).any():
            continue
        low, high = sorted((line.start_mm, line.end_mm))
        across = Rect(0.0, low - _RULED_MM / 2, layout.width, high - low + _RULED_MM)
        down = Rect(low - _RULED_MM / 2, 0.0, high - low + _RULED_MM, layout.height)
        yield _place(across if line.across else down, reference)


def _drawn_boxes(flat: FlatPage, reference: Reference, ink: InkMap) -> Iterator[Finding]:
    """Yield boxes that a pen drew where the printed one was covered."""
    for found in drawn_boxes(flat, reference.px_per_mm, ink):
        yield Finding("annotation", found.box.contest, found.found, detail="box drawn by hand")


def _copies(flat: FlatPage, reference: Reference, ink: InkMap) -> Iterator[Finding]:
    """Yield seals that came out of a copier."""
    for zone in reference.layout.zones:
        if zone.kind == "seal" and is_copied_seal(zone.rect, flat, ink, reference):
            yield Finding("annotation", None, zone.rect, detail="seal without colour")


def find_notes(
    flat: FlatPage, reference: Reference, ink: InkMap, settings: ReaderSettings
) -> tuple[Finding, ...]:
    """Find what was written on a side of the sheet that bears no print at all.

    Args:
        flat: That side, laid flat.
        reference: Of a page on which nothing is printed.
        ink: Its ink.
        settings: The reader's numbers.

    Returns:
        The annotations from the top down.
    """
    with stage("edges"):
        rest = _left_over(ink.ink, flat, reference, ink, settings).ink
    corners = FoldedCorners(flat, reference, settings)
    found = _annotations(flat, reference, ink, rest, settings)
    return _less_told(found, flat, reference, ink, corners)


def _less_told(
    found: Iterable[Finding],
    flat: FlatPage,
    reference: Reference,
    ink: InkMap,
    corners: FoldedCorners,
    streaks: Sequence[Streak] = (),
) -> tuple[Finding, ...]:
    """Return the findings less those that something else than a hand explains.

    A paperclip, a wire, a hole, a streak, a faint fold, a flap.
    """
    found = tuple(found)
    annotations = [f.rect for f in found if f.code == "annotation" and f.rect is not None]
    told_of = {
        *on_paperclips(annotations, flat, reference),
        *on_shadowed_wires(annotations, flat, reference, ink),
        *on_hole_crescents(annotations, flat, reference),
        *on_hole_outlines(annotations, flat, reference),
        *on_streaks(annotations, flat, reference),
        *between_letters(annotations, flat, reference, streaks),
        *on_faint_folds(annotations, flat, reference, ink),
        *(rect for rect in annotations if corners.explain(rect, ink.threshold)),
    }
    return tuple(f for f in found if f.code != "annotation" or f.rect not in told_of)


class _LeftOver(NamedTuple):
    """What is left of a page's ink when all is taken away that befell the sheet.

    Attributes:
        ink: The ink that nothing explains.
        holes: Punched through the sheet.
        slits: Torn into its edge.
        rims: The holes and the shade around them, and the rims of drops.
        wires: Of staples; None where there was no ink to look at.
    """

    ink: Mask
    holes: Mask
    slits: Mask
    rims: Mask
    wires: Mask | None


def _left_over(
    inked: Mask, flat: FlatPage, reference: Reference, ink: InkMap, settings: ReaderSettings
) -> _LeftOver:
    """Take away what the sheet's edges, holes, staples, tears and drops explain of some ink."""
    holes = punch_holes(flat, reference)
    rims = grow(holes, HOLE_RIM_MM * reference.px_per_mm) if holes.any() else holes
    rest = inked & ~edges_of_sheet(flat, inked, reference, settings)
    slits = tears(rest, flat, reference, ink)
    rest &= ~slits
    rest, wires = _unexplained(rest, flat, reference, ink, rims)
    shaded = shaded_holes(rest, flat, reference) if rest.any() else None
    if shaded is not None:
        rest &= ~shaded
        holes, rims = holes | shaded, rims | shaded
    overlapping = overlapping_holes(rest, flat, reference) if rest.any() else None
    if overlapping is not None:
        rims = rims | grow(overlapping, HOLE_RIM_MM * reference.px_per_mm)
        rest &= ~rims
        holes = holes | overlapping
    drops = rims_of_drops(rest, flat, reference) if rest.any() else None
    if drops is not None:
        rest &= ~drops
        rims = rims | drops
    return _LeftOver(rest, holes, slits, rims, wires)


def _unexplained(
    rest: Mask, flat: FlatPage, reference: Reference, ink: InkMap, rims: Mask
) -> tuple[Mask, Mask | None]:
    """Return what of unexplained ink nothing explains that befell the sheet or its print.

    Returns:
        The ink that is left, and that of staples' wires (None where there is no ink).
    """
    if not rest.any():
        return rest, None
    rest = rest & ~fringe_of_print(rest, ink, reference)
    rest &= ~rims
    rest &= ~hole_outlines(rest, reference)
    wires = staples(rest, ink, flat, reference)
    rest &= ~wires
    rest &= ~staple_holes(rest, flat, reference)
    rest &= ~displaced_print(rest, ink, reference)
    return rest, wires


def _in_margins(
    flat: FlatPage,
    reference: Reference,
    ink: InkMap,
    told: Mask,
    rims: Mask,
    settings: ReaderSettings,
) -> Iterator[Rect]:
    """Yield the strokes in the margins of the sheet that nothing explains on the page."""
    known: Mask | None = None
    seen: list[Rect] = []
    for stroke in strokes_in_margins(flat, reference, ink.threshold, settings):
        if any(stroke.rect.intersection(rect) for rect in seen):
            continue
        if known is None:
            # In the rim nothing was explained yet, since no ink was looked for there.
            inked = ink.ink & ~told
            slits = tears(inked, flat, reference, ink)
            unexplained, _ = _unexplained(inked & ~slits, flat, reference, ink, rims)
            known = told | ink.worn | ink.stained | (inked & ~unexplained)
        if lies_on_known(stroke, known, ink, reference):
            continue
        if is_staple_beyond(stroke.at_mm, flat, reference, ink, settings):
            continue
        seen.append(stroke.rect)
        yield stroke.rect


def _beside(found: list[Finding], more: Iterable[Finding]) -> list[Finding]:
    """Return further findings, less those that touch one that was found already."""
    seen = [finding.rect for finding in found if finding.rect is not None]
    return [
        finding
        for finding in more
        if not any(finding.rect and finding.rect.intersection(rect) for rect in seen)
    ]


def _marks_and_zones(
    flat: FlatPage,
    reference: Reference,
    ink: InkMap,
    marked: MarkedPage,
    seal: SealSight | None,
    settings: ReaderSettings,
) -> Mask:
    """Return the ink of marks within their reach, of boxes and of the free zones."""
    scale, shape = reference.px_per_mm, ink.ink.shape
    explained = np.zeros(shape, np.bool_)
    marks = np.zeros(shape, np.bool_)
    for stroke in marked.strokes:
        left, top, right, bottom = ink.bounds_px[stroke].tolist()
        marks[top:bottom, left:right] |= ink.labels[top:bottom, left:right] == stroke
    for found in ink.boxes:
        explained[window(found.found, scale, shape, reference.layout.outline_mm + 0.2)] = True
        near = window(found.found, scale, shape, settings.reach_mm)
        if marks[near].any():
            explained[near] |= legs_of(found, marks[near], near, ink, reference)
    return explained | free_zones(flat, ink, reference, seal, settings)


def _annotations(
    flat: FlatPage, reference: Reference, ink: InkMap, rest: Mask, settings: ReaderSettings
) -> Iterator[Finding]:
    """Gather unexplained ink into words and strokes, and yield those that are large enough."""
    scale = reference.px_per_mm
    # A pen line is wider than the fringe that a tenth of a millimetre of misfit leaves.
    solid = cv2.morphologyEx(as_bits(rest), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)).view(
        np.bool_
    )
    if not solid.any():
        return
    # Letters of a word lie within 2 mm of each other.
    words = label_pieces(grow(solid, 1.0 * scale))
    stats = words.stats
    strong = words.count(solid & above(ink.darkness, 1.3 * ink.threshold))
    area = words.count(solid)
    order = sorted(range(1, len(stats)), key=lambda k: (stats[k, 1], stats[k, 0]))
    dust: Dust | None = None
    fields = SpeckFields(ink, reference, settings.edge_mm)
    for number in order:
        left, top, width, height = (int(v) for v in stats[number, :4])
        rect = Rect(left / scale, top / scale, width / scale, height / scale).grown(-1.0)
        extent_mm = float(np.hypot(rect.w, rect.h))
        area_mm2 = float(area[number]) / scale**2
        if extent_mm < settings.annotation_mm or area_mm2 < 0.3 or strong[number] < 6:
            continue
        area_px = slice(top, top + height), slice(left, left + width)
        dust = dust or Dust(rest, flat, reference)
        if dust.is_all(area_px):
            continue
        if fields.explain(rest[area_px], area_px):
            continue
        yield _place(rect, reference)


def _place(rect: Rect, reference: Reference) -> Finding:
    """Tie unexplained ink to the official whose name or row it touches."""
    extent_mm = float(np.hypot(rect.w, rect.h))
    for name in reference.layout.names:
        common = rect.intersection(name.rect)
        if common is not None and common.area > 0.3 * rect.area and rect.w > 5.0:
            return Finding("name-struck", name.contest, rect, round(extent_mm, 1), "ink over name")
    rows = [
        (common.area, row.contest)
        for row in reference.layout.rows
        if (common := rect.intersection(row.rect)) is not None
    ]
    contest = max(rows)[1] if rows else None
    return Finding("annotation", contest, rect, round(extent_mm, 1), "foreign ink")

"""Ink outside the boxes: what explains it, and what is put before people.

Strokes that marks explain are taken away; so is ink in the free zones (seal, signature)
with some spill over their edges, the shadow of the paper's edge, punch holes, dust. What
is left is an annotation, or, over a printed name, a strike.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from omr.geometry import Rect
from omr.scan.explain import (
    beside_missing_paper,
    displaced_print,
    free_zones,
    fringe_of_print,
    punch_holes,
    staples,
)
from omr.scan.ink import InkMap
from omr.scan.marks import MarkedPage
from omr.scan.names import struck_names
from omr.scan.reading import Finding
from omr.scan.reference import Mask, Reference, grow, window
from omr.scan.settings import ReaderSettings
from omr.scan.straighten import FlatPage


def find_foreign(
    flat: FlatPage,
    reference: Reference,
    ink: InkMap,
    marked: MarkedPage,
    settings: ReaderSettings,
) -> tuple[Finding, ...]:
    """Find annotations and struck names.

    Args:
        flat: The page laid flat.
        reference: The page as printed.
        ink: Its foreign ink.
        marked: The marks, and the strokes that they explain.
        settings: The reader's numbers.

    Returns:
        The findings, strikes first, then annotations from the top down.
    """
    by_mark = _marks_and_zones(reference, ink, marked, settings)
    over_names = list(struck_names(reference, ink, by_mark, settings))
    rest = ink.ink & ~by_mark & ~_edges(flat, reference, settings)
    if rest.any():
        rest &= ~fringe_of_print(rest, ink, reference)
        rest &= ~punch_holes(flat, reference)
        rest &= ~staples(rest, ink, flat, reference)
        rest &= ~displaced_print(rest, ink, reference)
    seen = [finding.rect for finding in over_names if finding.rect is not None]
    annotations = [
        finding
        for finding in _annotations(flat, reference, ink, rest, settings)
        if not any(finding.rect and finding.rect.intersection(rect) for rect in seen)
    ]
    return (*over_names, *annotations)


def _marks_and_zones(
    reference: Reference, ink: InkMap, marked: MarkedPage, settings: ReaderSettings
) -> Mask:
    """Return the ink of marks within their reach, of boxes and of the free zones."""
    scale, shape = reference.px_per_mm, ink.ink.shape
    explained = np.zeros(shape, np.bool_)
    by_mark = np.isin(ink.labels, list(marked.strokes))
    for found in ink.boxes:
        inside = window(found.found, scale, shape, reference.layout.outline_mm + 0.2)
        explained[inside] = True
        near = window(found.found, scale, shape, settings.reach_mm)
        explained[near] |= by_mark[near]
        explained[near] |= _leg_ends(ink.ink[near], by_mark[near], scale)
    return explained | free_zones(ink, reference, settings)


def _edges(flat: FlatPage, reference: Reference, settings: ReaderSettings) -> Mask:
    """Return where the edges of the sheet and of what is missing of it throw shadows."""
    scale = reference.px_per_mm
    explained = np.zeros(flat.paper.shape, np.bool_)
    edge = round(settings.edge_mm * scale)
    explained[:edge] = explained[-edge:] = True
    explained[:, :edge] = explained[:, -edge:] = True
    return explained | beside_missing_paper(flat, scale)


def _leg_ends(ink: Mask, by_mark: Mask, px_per_mm: int) -> Mask:
    """Return the straight pieces that go on where a mark's stroke leaves off.

    A pen that skips breaks the leg of a cross into dashes. A piece is a dash of it if it is
    straight and thin and points at the mark's ink within 2.5 mm; letters are neither.
    """
    dashes = np.zeros(ink.shape, np.bool_)
    if not by_mark.any():
        return dashes
    count, labels = cv2.connectedComponents((ink & ~by_mark).astype(np.uint8))
    # Each round may add the next dash of a leg; four rounds cover all that is within reach.
    for _ in range(4):
        target = grow(by_mark | dashes, 0.35 * px_per_mm)
        added = False
        for number in range(1, count):
            piece = labels == number
            if not dashes[piece].any() and _points_at(piece, target, px_per_mm):
                dashes |= piece
                added = True
        if not added:
            break
    return dashes


def _points_at(piece: Mask, target: Mask, px_per_mm: int) -> bool:
    """Tell whether a piece of ink is a dash whose line meets ``target`` just beyond its end."""
    points = np.argwhere(piece).astype(np.float64)
    if len(points) < 6:
        return False
    centre = points.mean(axis=0)
    along = np.linalg.svd(points - centre, full_matrices=False)[2][0]
    run = (points - centre) @ along
    aside = (points - centre) @ np.array([-along[1], along[0]])
    length_mm = float(run.max() - run.min()) / px_per_mm
    # 0.3 mm from its own line: a pen line of up to 1 mm; longer than thick, so that it points.
    if aside.std() > 0.3 * px_per_mm or not 3 * aside.std() < length_mm * px_per_mm:
        return False
    for end, sign in ((run.min(), -1), (run.max(), 1)):
        steps = np.arange(0, 2.5 * px_per_mm)[:, None]
        path = np.rint(centre + along * end + sign * along * steps).astype(int)
        inside = ((path >= 0) & (path < target.shape)).all(axis=1)
        if target[tuple(path[inside].T)].any():
            return True
    return False


def _annotations(
    flat: FlatPage, reference: Reference, ink: InkMap, rest: Mask, settings: ReaderSettings
) -> Iterator[Finding]:
    """Gather unexplained ink into words and strokes, and yield those that are large enough."""
    scale = reference.px_per_mm
    # A pen line is wider than the fringe that a tenth of a millimetre of misfit leaves.
    solid = cv2.morphologyEx(rest.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    # Letters of a word lie within 2 mm of each other.
    joined = grow(solid.astype(np.bool_), 1.0 * scale)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        joined.astype(np.uint8), None, None, None, 8, cv2.CV_32S
    )
    strong = np.bincount(
        labels[(solid > 0) & (ink.darkness > 1.3 * ink.threshold)], minlength=count
    )
    area = np.bincount(labels[solid > 0], minlength=count)
    order = sorted(range(1, count), key=lambda k: (stats[k, 1], stats[k, 0]))
    for number in order:
        left, top, width, height = (int(v) for v in stats[number, :4])
        rect = Rect(left / scale, top / scale, width / scale, height / scale).grown(-1.0)
        extent_mm = float(np.hypot(rect.w, rect.h))
        area_mm2 = float(area[number]) / scale**2
        if extent_mm < settings.annotation_mm or area_mm2 < 0.3 or strong[number] < 6:
            continue
        yield _place(rect, extent_mm, reference)


def _place(rect: Rect, extent_mm: float, reference: Reference) -> Finding:
    """Tie unexplained ink to the official whose name or row it touches."""
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

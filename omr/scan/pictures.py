"""Pictures of each stage of a page, for those who ask why it was read or flagged as it was.

They are drawn from a ``PageTrace``, which holds what reading made anyway; without the switch this
module is not even loaded. One page gives up to five files, in the order of the stages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from omr.ballot.model import PageLayout
from omr.fonts import find_serif
from omr.geometry import FloatArray, Rect, transform
from omr.scan.foreign.backs import stood_upright
from omr.scan.place.reference import Mask, grow, window
from omr.scan.place.straighten import look_beyond
from omr.scan.reading import Finding, FindingCode, MarkState
from omr.scan.trace import PageTrace, PlacedPage

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

# A page is then 1050 by 1485 pixels: all of it fits a screen, and a pen line is still seen.
_PX_PER_MM = 5
# Shifts of the print are a fraction of a millimetre; drawn so many times longer they are seen.
_SHIFT_TIMES = 25.0
_QUALITY = 85
# Around what lies beyond the design so much more of the sheet is drawn.
_ROOM_MM = 2.0

_GREEN: Colour = (0, 140, 60)
_RED: Colour = (205, 20, 30)
_ORANGE: Colour = (230, 130, 0)
_BLUE: Colour = (25, 90, 210)
_VIOLET: Colour = (150, 40, 190)
_BROWN: Colour = (150, 110, 60)
_GREY: Colour = (150, 150, 150)

_STATE: dict[MarkState, Colour] = {"marked": _GREEN, "empty": _BLUE, "uncertain": _ORANGE}
_FINDING: dict[FindingCode, Colour] = {
    "annotation": _RED,
    "name-struck": _VIOLET,
    "damaged": _ORANGE,
    "registration": _ORANGE,
    "quality": _ORANGE,
}


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a caption, in its colour."""

    text: str
    colour: Colour = (0, 0, 0)


def draw_pictures(trace: PageTrace, folder: Path) -> tuple[Path, ...]:
    """Write the pictures of one page.

    Args:
        trace: The page as it was read.
        folder: An existing folder; pictures of the same page are written over.

    Returns:
        The files, in the order of the stages: the scan, and for a page that was brought into
        place the shifts of its print, its boxes, its ink and its findings; for an empty side that
        bears writing the scan and where it is.
    """
    source = trace.reading.source
    stem = f"{Path(source.file).stem}-{source.page:04d}"
    stages = {"1-scan": _scan(trace)}
    if trace.placed is not None:
        placed = trace.placed
        stages |= {
            "2-shift": _shift(trace, placed),
            "3-boxes": _boxes(trace, placed),
            "4-ink": _ink(trace, placed),
            "5-findings": _findings(trace, placed),
        }
    elif any(finding.rect is not None for finding in trace.reading.findings):
        stages["5-findings"] = _notes(trace)
    files = []
    for name, image in stages.items():
        path = folder / f"{stem}-{name}.jpg"
        image.save(path, quality=_QUALITY)
        files.append(path)
    return tuple(files)


def _scan(trace: PageTrace) -> Image.Image:
    """Draw the scan with its codes, and the page and its marks where they were placed."""
    pixels, reading = _rgb(trace.pixels), trace.reading
    size = _PX_PER_MM * 297 / max(pixels.shape[:2])
    image = Image.fromarray(_resized(pixels, min(1.0, size)))
    scale = image.width / pixels.shape[1]
    draw = ImageDraw.Draw(image)
    for corners in trace.identity.corners_px if trace.identity else ():
        _outline(draw, corners * scale, _GREEN)
    lines = [_Line(f"{reading.status} {reading.detail}".strip())]
    if trace.placed is not None:
        placement, layout = trace.placed.placement, trace.placed.reference.layout
        page = Rect(0, 0, layout.width, layout.height)
        for rect in (page, *(mark.rect for mark in layout.fiducials)):
            _outline(draw, transform(placement.matrix, rect.corners()) * scale, _BLUE)
        lines += [
            _Line("codes as read", _GREEN),
            _Line("page and registration marks as placed", _BLUE),
            _Line(
                f"{placement.fiducials} of {len(layout.fiducials)} marks,"
                f" misfit {placement.residual_mm:.2f} mm, {placement.px_per_mm * 25.4:.0f} dpi,"
                f" skew {placement.skew_deg:.1f} deg, quarter turns {placement.quarter_turns}"
            ),
        ]
    lines += [
        _Line(f"scan: {grade.code} {grade.amount:g} {grade.edge}".strip(), _ORANGE)
        for grade in reading.grades
    ]
    return _captioned(image, "1. The page as scanned", lines)


def _shift(trace: PageTrace, placed: PlacedPage) -> Image.Image:
    """Draw how far each piece of print lay from its place, many times enlarged."""
    image = _pale(placed)
    draw = ImageDraw.Draw(image)
    bends, match = placed.flat.bends, placed.flat.match
    rows, columns = np.nonzero(~np.isnan(match))
    places = np.column_stack([columns, rows]).astype(np.float64) * bends.step_mm
    shifts = bends.at(places) if len(places) else np.zeros((0, 2))
    for (x, y), (dx, dy), found in zip(places, shifts, match[rows, columns], strict=True):
        start = (x * _PX_PER_MM, y * _PX_PER_MM)
        end = ((x + dx * _SHIFT_TIMES) * _PX_PER_MM, (y + dy * _SHIFT_TIMES) * _PX_PER_MM)
        # The better a piece was recognised, the greener.
        share = float(np.clip((found - 0.3) / 0.6, 0.0, 1.0))
        colour = (round(205 * (1 - share)), round(140 * share), 40)
        draw.line([start, end], fill=colour, width=3)
        draw.ellipse([start[0] - 4, start[1] - 4, start[0] + 4, start[1] + 4], fill=colour)
    longest = float(np.hypot(*shifts.T).max(initial=0.0))
    return _captioned(
        image,
        f"2. Shift of the print, {_SHIFT_TIMES:g} times enlarged",
        [
            _Line("piece of print well recognised", _GREEN),
            _Line("piece of print hardly recognised", _RED),
            _Line(f"longest shift {longest:.2f} mm, folds {len(bends.folds)}"),
        ],
    )


def _boxes(trace: PageTrace, placed: PlacedPage) -> Image.Image:
    """Draw each box where it was expected and where it was found, with its state and score."""
    image = _pale(placed, whitened=0.3)
    draw, font = ImageDraw.Draw(image), _font(15)
    for mark in trace.reading.marks:
        _frame(draw, mark.expected, _GREY, 2)
        colour = _STATE[mark.state]
        _frame(draw, mark.found, colour, 3)
        said = f"{mark.state} {mark.score:.3f}"
        x, y = mark.found.x * _PX_PER_MM - 12, mark.found.bottom * _PX_PER_MM + 4
        draw.text((x, y), said, fill=colour, font=font)
        if mark.note:
            draw.text((x, y + 15), mark.note, fill=colour, font=font)
    lines = [_Line("expected", _GREY)]
    lines += [_Line(f"found: {state}", colour) for state, colour in _STATE.items()]
    return _captioned(image, "3. Boxes, ink as a share of the box", lines)


def _ink(trace: PageTrace, placed: PlacedPage) -> Image.Image:
    """Draw all ink that nobody printed, stroke by stroke, in the colour of its explanation."""
    flat, ink, reference = placed.flat, placed.ink, placed.reference
    paint = np.full((*ink.ink.shape, 3), 255, np.uint8)
    paint[reference.print_mask] = (225, 225, 225)
    removed = (flat.darkness > ink.threshold) & ~reference.near_print & ~ink.ink
    for zone in reference.layout.zones:
        if zone.kind in ("code", "serial"):
            removed[window(zone.rect, reference.px_per_mm, removed.shape)] = False
    paint[removed] = _BROWN
    paint[ink.ink] = _GREY
    for mask, colour in _explained(trace.reading.findings, placed):
        paint[mask & ink.ink] = colour
    paint[~flat.paper] = (60, 60, 60)
    image = Image.fromarray(_resized(paint, _PX_PER_MM / reference.px_per_mm))
    return _captioned(
        image,
        "4. Ink that was not printed, by what explains it",
        [
            _Line("of a mark", _GREEN),
            _Line("in a free zone (seal, signature)", _BLUE),
            _Line("annotation: asks a person", _RED),
            _Line("over a name: asks a person", _VIOLET),
            _Line("explained or too small", _GREY),
            _Line("taken away before: print, fold, stain", _BROWN),
            _Line("no paper", (60, 60, 60)),
        ],
    )


def _explained(findings: Sequence[Finding], placed: PlacedPage) -> list[tuple[Mask, Colour]]:
    """Return where each explanation holds, the stronger ones last."""
    ink, reference = placed.ink, placed.reference
    scale, shape = reference.px_per_mm, ink.ink.shape
    free = np.zeros(shape, np.bool_)
    for zone in reference.layout.zones:
        if zone.kind in ("seal", "signature"):
            free[window(zone.rect, scale, shape)] = True
    # A seal or a signature goes on over the edge of its zone.
    touching = np.unique(ink.labels[free & ink.ink])
    free |= np.isin(ink.labels, touching[touching > 0])
    painted = [(free, _BLUE), (np.isin(ink.labels, list(placed.marked.strokes)), _GREEN)]
    over_names_last = sorted(findings, key=lambda each: each.code == "name-struck")
    for finding in over_names_last:
        if finding.rect is not None and finding.code in ("annotation", "name-struck"):
            place = np.zeros(shape, np.bool_)
            place[window(finding.rect, scale, shape, 0.3)] = True
            painted.append((grow(place & ink.ink, 0.2 * scale), _FINDING[finding.code]))
    return painted


def _findings(trace: PageTrace, placed: PlacedPage) -> Image.Image:
    """Draw what asks a person, each at its place, over the page as straightened."""
    beyond_mm = _beyond_mm(trace.reading.findings, placed.reference.layout)
    image = _with_margins(placed, beyond_mm)
    draw = ImageDraw.Draw(image)
    lines = []
    for number, finding in enumerate(trace.reading.findings, start=1):
        lines.append(_told(number, finding))
        _numbered(draw, number, finding, beyond_mm)
    for mark in trace.reading.marks:
        if mark.state == "uncertain":
            _frame(draw, mark.found.shifted(beyond_mm, beyond_mm).grown(0.8), _ORANGE, 3)
            said = f"uncertain box {mark.contest}/{mark.option}: {mark.note}"
            lines.append(_Line(said, _ORANGE))
    if not lines:
        lines.append(_Line("nothing on this page asks a person", _GREEN))
    lines += [
        _Line(f"scan, asks nobody: {grade.code} {grade.amount:g} {grade.edge}".strip(), _BROWN)
        for grade in trace.reading.grades
    ]
    return _captioned(image, "5. What asks a person", lines)


def _notes(trace: PageTrace) -> Image.Image:
    """Draw where somebody wrote on a side without print."""
    upright, px_per_mm = stood_upright(trace.pixels, trace.dpi)
    image = Image.fromarray(_resized(_rgb(upright), _PX_PER_MM / px_per_mm))
    draw = ImageDraw.Draw(image)
    lines = []
    for number, finding in enumerate(trace.reading.findings, start=1):
        lines.append(_told(number, finding))
        _numbered(draw, number, finding, 0.0)
    return _captioned(image, "5. What asks a person, on a side without print", lines)


def _told(number: int, finding: Finding) -> _Line:
    whose = f" ({finding.contest})" if finding.contest else ""
    size = f" {finding.size_mm:.1f} mm" if finding.size_mm else ""
    said = f"{number}. {finding.code}{whose}: {finding.detail}{size}"
    return _Line(said, _FINDING[finding.code])


def _numbered(draw: ImageDraw.ImageDraw, number: int, finding: Finding, beyond_mm: float) -> None:
    """Frame a finding that has a place, and write its number beside it."""
    if finding.rect is None:
        return
    colour, place = _FINDING[finding.code], finding.rect.shifted(beyond_mm, beyond_mm)
    _frame(draw, place.grown(0.8), colour, 3)
    at = (place.right * _PX_PER_MM + 8, place.y * _PX_PER_MM - 12)
    draw.text(at, str(number), fill=colour, font=_font(20))


def _beyond_mm(findings: Sequence[Finding], layout: PageLayout) -> float:
    """Return how far findings reach beyond the design, where a shrunken print has paper."""
    places = [finding.rect for finding in findings if finding.rect is not None]
    beyond = [
        max(-rect.x, -rect.y, rect.right - layout.width, rect.bottom - layout.height)
        for rect in places
    ]
    farthest = max(beyond, default=0.0)
    return farthest + _ROOM_MM if farthest > 0.0 else 0.0


def _with_margins(placed: PlacedPage, beyond_mm: float) -> Image.Image:
    """Return the straightened page with so much of what lies around it."""
    if not beyond_mm:
        return _pale(placed, whitened=0.0)
    layout = placed.reference.layout
    down, across = (
        round((side + 2 * beyond_mm) * _PX_PER_MM) for side in (layout.height, layout.width)
    )
    pixels, _ = look_beyond(placed.flat, -beyond_mm, -beyond_mm, (down, across), _PX_PER_MM)
    return Image.fromarray(_rgb(pixels))


def _rgb(pixels: Picture) -> Picture:
    how = cv2.COLOR_GRAY2RGB if pixels.ndim == 2 else cv2.COLOR_BGR2RGB
    return np.asarray(cv2.cvtColor(pixels, how), dtype=np.uint8)


def _resized(pixels: Picture, scale: float) -> Picture:
    if scale >= 1.0:
        return pixels
    smaller = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(smaller, dtype=np.uint8)


def _pale(placed: PlacedPage, whitened: float = 0.6) -> Image.Image:
    """Return the straightened page, whitened so that what is drawn on it stands out."""
    pixels = _resized(_rgb(placed.flat.pixels), _PX_PER_MM / placed.reference.px_per_mm)
    light = 255 - (255 - pixels.astype(np.float32)) * (1 - whitened)
    return Image.fromarray(light.astype(np.uint8))


def _outline(draw: ImageDraw.ImageDraw, corners: FloatArray, colour: Colour) -> None:
    points = [(float(x), float(y)) for x, y in corners]
    draw.line([*points, points[0]], fill=colour, width=3)


def _frame(draw: ImageDraw.ImageDraw, rect: Rect, colour: Colour, width: int) -> None:
    places = (rect.x, rect.y, rect.right, rect.bottom)
    draw.rectangle([place * _PX_PER_MM for place in places], outline=colour, width=width)


@cache
def _font(size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(find_serif()["regular"]), size_px)


def _captioned(image: Image.Image, title: str, lines: Sequence[_Line]) -> Image.Image:
    """Set the title and the lines above a picture."""
    step = 26
    height = step * (len(lines) + 1) + 22
    whole = Image.new("RGB", (image.width, image.height + height), (255, 255, 255))
    whole.paste(image, (0, height))
    draw = ImageDraw.Draw(whole)
    draw.text((12, 8), title, fill=(0, 0, 0), font=_font(24))
    for number, line in enumerate(lines, start=1):
        y = 10 + number * step
        draw.rectangle([14, y + 6, 26, y + 18], fill=line.colour)
        draw.text((34, y), line.text, fill=line.colour, font=_font(20))
    draw.line([0, height - 2, image.width, height - 2], fill=_GREY, width=2)
    return whole

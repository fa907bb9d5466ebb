"""The story of one page: printed, stamped, marked, worn and scanned.

In come the page's layout, its picture as designed, and the plans; out comes the picture
that a scanner would hand over. Nothing is decided here: every choice is in a plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from omr.ballot.model import Box, PageLayout
from omr.geometry import FloatArray, Point, Rect
from omr.rehearse.handwriting import StrikeStyle, arrow, sign, strike, write_words
from omr.rehearse.marks import strokes_of
from omr.rehearse.paper import Corner, Wear, missing_paper, wear_paper
from omr.rehearse.pens import Canvas, Hand, Pen, Pixels, choose_pen, lay_stroke
from omr.rehearse.printer import Print, print_sheet
from omr.rehearse.scanner import Scanner, Shot, scan_sheet
from omr.rehearse.seal import stamp_seal
from omr.rehearse.voters import LinePlan, PaperPlan

# All drawing before the scanner happens at this resolution; finer scans are enlarged, as most
# office scanners do beyond their optics.
PAPER_DPI = 300.0

_REMARKS = ("đồng ý", "tốt", "không đồng ý", "được", "chưa rõ?", "xem lại", "ok")
_WORDS = (
    "tập thể đoàn kết tốt",
    "đề nghị xem xét lại",
    "quá ít họp với đoàn viên",
    "Nguyễn Thị Hoà",
    "cảm ơn các đồng chí",
    "không có ý kiến",
)
_CORNERS: tuple[Corner, ...] = ("top-left", "top-right", "bottom-left", "bottom-right")


@dataclass(frozen=True, slots=True)
class SealWords:
    """The lettering of the body's seal: along the rim, and in the middle."""

    rim: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """How one sheet goes from printer to scanner."""

    sheet: Print
    wear: Wear
    scanner: Scanner
    shot: Shot


def draw_page(
    page: PageLayout,
    design: Pixels,
    plan: PaperPlan,
    passage: Passage,
    words: SealWords,
    back: Pixels | None = None,
    two_sided: bool = False,
) -> Pixels:
    """Return the scanned picture of one page of one pretend voter's paper.

    Args:
        page: What is printed where.
        design: Shape (h, w), the page as designed, at ``PAPER_DPI``.
        plan: What the voter does.
        passage: Printer, wear and scanner of this sheet.
        words: Lettering of the seal.
        back: The other side of the sheet, where it may show through.
        two_sided: Whether page 2 is the back of page 1, and so on.

    Returns:
        See ``scanner.scan_sheet``.
    """
    canvas = _printed(design, passage)
    rng = np.random.default_rng([plan.seed, page.page])
    if plan.seal is not None:
        for zone in page.zones:
            if zone.kind == "seal":
                middle = passage.sheet.place(zone.rect.centre)
                stamp_seal(canvas, middle, plan.seal, words.rim, words.lines)
    _mark_lines(canvas, page, plan, passage.sheet)
    _sign(canvas, page, plan, passage.sheet, rng)
    _paper_faults(canvas, page, plan, passage.sheet, rng)
    wear = _torn(passage.wear, plan, page.page, two_sided)
    wear_paper(canvas, wear, back)
    return scan_sheet(canvas, passage.scanner, passage.shot, wear, missing_paper(canvas, wear))


def draw_plain(design: Pixels, passage: Passage, back: Pixels | None = None) -> Pixels:
    """Return the scanned picture of a page that nobody marked.

    Args:
        design: Shape (h, w), the page as designed, at ``PAPER_DPI``.
        passage: Printer, wear and scanner of this sheet.
        back: The other side of the sheet, where it may show through.
    """
    canvas = _printed(design, passage)
    wear_paper(canvas, passage.wear, back)
    missing = missing_paper(canvas, passage.wear)
    return scan_sheet(canvas, passage.scanner, passage.shot, passage.wear, missing)


def _printed(design: Pixels, passage: Passage) -> Canvas:
    """Print a design on the kind of canvas that the scanner needs."""
    out = print_sheet(design, passage.sheet, PAPER_DPI)
    channels = 3 if passage.scanner.mode == "colour" else 1
    pixels = np.repeat(out[:, :, None], channels, axis=2)
    return Canvas(np.ascontiguousarray(pixels), PAPER_DPI, passage.scanner.sensor)


def _ink(
    canvas: Canvas,
    strokes: Iterable[FloatArray],
    pen: Pen,
    hand: Hand,
    rng: np.random.Generator,
) -> None:
    for stroke in strokes:
        lay_stroke(canvas, stroke, pen, hand, rng)


def _mark_lines(canvas: Canvas, page: PageLayout, plan: PaperPlan, sheet: Print) -> None:
    """Draw every planned mark of this page, and what else was done to its lines."""
    boxes = {(box.contest, box.option): box for box in page.boxes}
    for line in plan.lines:
        for mark in line.marks:
            box = boxes.get((mark.contest, mark.option))
            if box is None:
                continue
            rng = np.random.default_rng(mark.seed)
            near = sheet.place_rect(_nearest(box, page.boxes).rect)
            rect = sheet.place_rect(box.rect)
            strokes = strokes_of(mark.style, rect, plan.hand, rng, near)
            _ink(canvas, strokes, mark.pen or plan.pen, plan.hand, rng)
        rng = np.random.default_rng([plan.seed, *line.contest.encode()])
        _line_fault(canvas, page, plan, line, sheet, rng)


def _nearest(box: Box, boxes: Sequence[Box]) -> Box:
    """Return the other box nearest to a box (itself where it is alone)."""

    def distance(other: Box) -> float:
        gap = np.hypot(
            other.rect.centre.x - box.rect.centre.x, other.rect.centre.y - box.rect.centre.y
        )
        return float(gap)

    return min((other for other in boxes if other is not box), key=distance, default=box)


def _line_fault(
    canvas: Canvas,
    page: PageLayout,
    plan: PaperPlan,
    line: LinePlan,
    sheet: Print,
    rng: np.random.Generator,
) -> None:
    """Strike or circle the name, or write beside the boxes."""
    names = [area.rect for area in page.names if area.contest == line.contest]
    if line.fault in ("name-struck", "name-circled") and names:
        style: StrikeStyle = "circled" if line.fault == "name-circled" else _strike_style(rng)
        words = sheet.place_rect(_first_words(page, names[0]))
        _ink(canvas, strike(words, style, rng), plan.pen, plan.hand, rng)
    if line.fault == "remark-beside":
        boxes = [box.rect for box in page.boxes if box.contest == line.contest]
        if boxes:
            start, room = _beside(page, boxes, rng)
            remark = str(rng.choice(_REMARKS))
            x_height = float(np.clip(room / (0.72 * len(remark)), 1.1, 2.2))
            strokes = write_words(remark, sheet.place(start), x_height, plan.hand, rng)
            _ink(canvas, strokes, plan.pen, plan.hand, rng)


def _strike_style(rng: np.random.Generator) -> StrikeStyle:
    styles: tuple[StrikeStyle, ...] = ("single", "double", "wavy", "scribble")
    return styles[int(rng.choice(4, p=[0.5, 0.2, 0.12, 0.18]))]


def _first_words(page: PageLayout, area: Rect) -> Rect:
    """Return where the name itself is printed within its cells.

    The width of a line is guessed at half its type size per letter, which is near for a
    Times-like face.
    """
    for run in page.texts:
        if area.contains(Point(run.x, run.baseline)):
            size_mm = run.size_pt * 25.4 / 72
            width = 0.5 * size_mm * len(run.text)
            return Rect(run.x, run.baseline - 0.72 * size_mm, width, 0.9 * size_mm)
    return Rect(area.x + 1, area.centre.y - 2, area.w * 0.6, 4)


def _beside(
    page: PageLayout, boxes: Sequence[Rect], rng: np.random.Generator
) -> tuple[Point, float]:
    """Return where a remark beside a box of this row begins, and its room in mm."""
    ordered = sorted(boxes, key=lambda rect: rect.x)
    at = int(rng.integers(len(ordered)))
    box = ordered[at]
    end = ordered[at + 1].x if at + 1 < len(ordered) else page.width - 8.0
    start = Point(box.right + 0.8, box.centre.y + 1.0)
    return start, end - 1.0 - start.x


def _sign(
    canvas: Canvas, page: PageLayout, plan: PaperPlan, sheet: Print, rng: np.random.Generator
) -> None:
    """Sign in the box, or over its edge."""
    zones = [zone.rect for zone in page.zones if zone.kind == "signature"]
    if not zones or not plan.signed:
        return
    zone = zones[0]
    width = min(zone.w * 0.8, rng.uniform(24.0, 42.0))
    height = min(zone.h * 0.75, rng.uniform(9.0, 16.0))
    x = zone.x + rng.uniform(0.1, 0.9) * (zone.w - width)
    y = zone.y + rng.uniform(0.2, 0.8) * (zone.h - height)
    if "sprawling-signature" in plan.faults:
        width, height = zone.w * rng.uniform(0.8, 1.1), zone.h * rng.uniform(0.9, 1.2)
        x = zone.x + float(rng.choice([-0.25, 0.25])) * zone.w
        y = zone.y + rng.uniform(-0.3, 0.1) * zone.h
    area = sheet.place_rect(Rect(float(x), float(y), float(width), float(height)))
    _ink(canvas, sign(area, plan.hand, rng), plan.pen, plan.hand, rng)


def _paper_faults(
    canvas: Canvas, page: PageLayout, plan: PaperPlan, sheet: Print, rng: np.random.Generator
) -> None:
    """Draw what the voter did to the paper as a whole: on its first page with boxes."""
    for fault in plan.faults:
        if fault in ("code-hurt", "codes-lost"):
            hurt = page.codes if fault == "codes-lost" else page.codes[:1]
            for code in hurt:
                _blot(canvas, sheet.place_rect(code), plan.hand, rng)
            continue
        if not page.boxes or page.page != 1:
            continue
        strokes = _remark_strokes(page, plan, fault, rng)
        placed = [
            np.array([[sheet.place(Point(x, y)).x, sheet.place(Point(x, y)).y] for x, y in part])
            for part in strokes
        ]
        _ink(canvas, placed, plan.pen, plan.hand, rng)


def _remark_strokes(
    page: PageLayout, plan: PaperPlan, fault: str, rng: np.random.Generator
) -> list[FloatArray]:
    """Return the strokes of a remark on the paper, in layout millimetres; none for a tear."""
    if fault == "words":
        words = str(rng.choice(_WORDS))
        x_height = float(rng.uniform(1.6, 2.6))
        area = free_area(page, 0.78 * x_height * len(words), 3.4 * x_height, rng)
        base = Point(area.x, area.y + 2.2 * x_height)
        return write_words(words, base, x_height, plan.hand, rng)
    if fault == "phone":
        digits = "".join(str(d) for d in rng.integers(0, 10, 8))
        number = f"09{digits[:2]} {digits[2:5]} {digits[5:]}"
        area = free_area(page, 26.0, 6.0, rng)
        return write_words(number, Point(area.x, area.y + 4.5), 1.8, plan.hand, rng)
    if fault == "signature-astray":
        return sign(free_area(page, 34.0, 12.0, rng), plan.hand, rng)
    if fault == "arrow":
        row = page.rows[int(rng.integers(len(page.rows)))].rect
        boxes = [box.rect for box in page.boxes if row.contains(box.rect.centre)]
        last = max(boxes, key=lambda rect: rect.x)
        head = Point(last.right + 1.5, last.centre.y)
        tail = Point(min(page.width - 4.0, head.x + rng.uniform(12.0, 22.0)), head.y - 9.0)
        return arrow(tail, head, rng)
    if fault == "underline":
        area = page.names[int(rng.integers(len(page.names)))].rect
        return strike(_first_words(page, area), "underline", rng)
    return []


def free_area(
    page: PageLayout, width_mm: float, height_mm: float, rng: np.random.Generator
) -> Rect:
    """Return a place of the page where nothing to read or mark is printed.

    The emptiest of many random places is taken, so a full page still gives one.

    Args:
        page: What is printed where.
        width_mm: Width of the place.
        height_mm: Its height.
        rng: Source of all chance.
    """
    taken = [zone.rect for zone in page.zones] + [box.rect.grown(1.5) for box in page.boxes]
    taken += [area.rect for area in page.names] + [*page.codes, *page.serials]
    taken += [mark.rect for mark in page.fiducials]
    for run in page.texts:
        size = run.size_pt * 25.4 / 72
        taken.append(Rect(run.x, run.baseline - size, 0.5 * size * len(run.text), 1.3 * size))
    places: list[tuple[float, int, Rect]] = []
    for _ in range(80):
        x = rng.uniform(8.0, max(9.0, page.width - width_mm - 8.0))
        y = rng.uniform(10.0, max(11.0, page.height - height_mm - 10.0))
        area = Rect(float(x), float(y), width_mm, height_mm)
        covered = [area.intersection(other) for other in taken]
        places.append((sum(part.area for part in covered if part), len(places), area))
    return min(places)[2]


def _blot(canvas: Canvas, area: Rect, hand: Hand, rng: np.random.Generator) -> None:
    """Black out an area with a marker, thickly enough that no code survives."""
    pen = replace(choose_pen(rng, "felt", "black"), width_mm=2.4, density=1.0)
    rows = np.arange(area.y, area.bottom + 1.2, 1.2)
    ends = np.where(np.arange(len(rows)) % 2 == 0, area.x - 0.5, area.right + 0.5)
    _ink(canvas, [np.column_stack([ends, rows])], pen, hand, rng)


def _torn(wear: Wear, plan: PaperPlan, page: int, two_sided: bool) -> Wear:
    """Add the torn corners of the plan: of the first sheet, and of its back if printed."""
    if page > (2 if two_sided else 1):
        return wear
    rng = np.random.default_rng([plan.seed, 0])
    corner = int(rng.integers(4))
    margin, deep = float(rng.uniform(4.0, 8.0)), float(rng.uniform(28.0, 48.0))
    if page == 2:  # the same corner, seen from behind
        corner ^= 1
    lengths = {"torn-margin": margin, "torn-corner": deep}
    torn = tuple((_CORNERS[corner], lengths[fault]) for fault in plan.faults if fault in lengths)
    return replace(wear, torn=(*wear.torn, *torn))

"""The pictures of the stages show what was read, and cost nothing while nobody asks for them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from omr.ballot.layout import ballot_layouts
from omr.geometry import Rect
from omr.scan.pictures import draw_pictures
from omr.scan.pipeline import PageReader
from omr.scan.place.identify import ballot_key
from tests.scan.fresh_pages import MM, SECRET, Picture, as_image, election, fresh_page

BLUE_PEN = (130, 50, 30)
PX_PER_MM = 5
LAYOUT = ballot_layouts(election())["a"].pages[0]


@pytest.fixture(scope="module")
def reader() -> PageReader:
    return PageReader(ballot_key(election(), SECRET))


def _stroke(page: Picture, start: tuple[float, float], end: tuple[float, float]) -> None:
    ends = [(round(x * MM), round(y * MM)) for x, y in (start, end)]
    cv2.line(page, ends[0], ends[1], BLUE_PEN, 4, cv2.LINE_AA)


def _written_on() -> Picture:
    """A page with a cross, a signature and a stroke in the margin."""
    page = fresh_page()
    box = LAYOUT.boxes[4].rect.grown(-1.5)
    _stroke(page, (box.x, box.y), (box.right, box.bottom))
    _stroke(page, (box.right, box.y), (box.x, box.bottom))
    sign = next(zone.rect for zone in LAYOUT.zones if zone.kind == "signature").grown(-6)
    _stroke(page, (sign.x, sign.bottom), (sign.right, sign.bottom - 4))
    _stroke(page, (70.0, 258.0), (80.0, 255.0))
    return page


def _part(path: Path, rect: Rect) -> NDArray[np.int16]:
    """Return what a picture shows at a place of the page, below its caption."""
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB"), dtype=np.int16)
    caption = pixels.shape[0] - round(LAYOUT.height * PX_PER_MM)
    top, left = caption + round(rect.y * PX_PER_MM), round(rect.x * PX_PER_MM)
    return pixels[top : top + round(rect.h * PX_PER_MM), left : left + round(rect.w * PX_PER_MM)]


def _most(part: NDArray[np.int16]) -> str:
    """Return which colour its coloured pixels have, "" where there are none."""
    red, green, blue = part[..., 0], part[..., 1], part[..., 2]
    counts = {
        "red": int(((red - green > 70) & (red - blue > 70)).sum()),
        "green": int(((green - red > 70) & (green - blue > 40)).sum()),
        "blue": int(((blue - red > 70) & (blue - green > 40)).sum()),
    }
    colour = max(counts, key=lambda name: counts[name])
    return colour if counts[colour] > 20 else ""


def test_ink_has_the_colour_of_its_explanation(reader: PageReader, tmp_path: Path) -> None:
    trace = reader.trace_page(as_image(_written_on()))
    files = draw_pictures(trace, tmp_path)
    assert [path.name for path in files] == [
        f"stack-0001-{stage}.jpg"
        for stage in ("1-scan", "2-shift", "3-boxes", "4-ink", "5-findings")
    ]
    _, _, boxes, ink, findings = files
    sign = next(zone.rect for zone in LAYOUT.zones if zone.kind == "signature")
    margin = Rect(68, 252, 14, 8)
    assert _most(_part(ink, LAYOUT.boxes[4].rect)) == "green"
    assert _most(_part(ink, sign)) == "blue"
    assert _most(_part(ink, margin)) == "red"
    assert _most(_part(ink, LAYOUT.names[0].rect)) == ""
    assert _most(_part(findings, margin)) == "red"
    assert _most(_part(findings, sign)) != "red"
    assert _most(_part(boxes, LAYOUT.boxes[4].rect.grown(1))) == "green"
    assert _most(_part(boxes, LAYOUT.boxes[3].rect.grown(1))) == "blue"


def test_a_page_that_was_not_placed_shows_the_scan_alone(
    reader: PageReader, tmp_path: Path
) -> None:
    letter = np.full((2339, 1654), 250, np.uint8)
    for line in range(14):
        place = (150, 300 + 130 * line)
        cv2.putText(letter, "Kinh gui ong Tran", place, cv2.FONT_HERSHEY_SIMPLEX, 4, (0,), 9)
    (scan,) = draw_pictures(reader.trace_page(as_image(letter)), tmp_path)
    assert scan.name == "stack-0001-1-scan.jpg"
    with Image.open(scan) as image:
        assert max(image.size) < 1800


def test_tracing_gives_the_very_reading_and_computes_nothing_of_its_own(
    reader: PageReader,
) -> None:
    image = as_image(_written_on())
    trace = reader.trace_page(image)
    assert trace.reading == reader.read_page(image)
    assert trace.placed is not None
    assert trace.placed.marked.marks[0].contest == trace.reading.marks[0].contest


def test_without_the_switch_the_drawing_is_not_even_loaded() -> None:
    code = "import omr.cli.main, sys; sys.exit('omr.scan.pictures' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_stroke_beyond_a_shrunken_design_is_seen_with_its_frame(
    reader: PageReader, tmp_path: Path
) -> None:
    page = fresh_page()
    height, width = page.shape[:2]
    sheet = np.full_like(page, 255)
    small = cv2.resize(page, (round(width * 0.95), round(height * 0.95)))
    top, left = (height - small.shape[0]) // 2, (width - small.shape[1]) // 2
    sheet[top : top + small.shape[0], left : left + small.shape[1]] = small
    _stroke(sheet, (3.2, 150.0), (3.5, 164.0))
    trace = reader.trace_page(as_image(sheet))
    (finding,) = trace.reading.findings
    assert finding.rect is not None
    assert finding.rect.right < 0, "it lies beyond the design"
    findings = draw_pictures(trace, tmp_path)[-1]
    with Image.open(findings) as image:
        pixels = np.asarray(image.convert("RGB"), dtype=np.int16)
    beyond = (pixels.shape[1] - round(LAYOUT.width * PX_PER_MM)) // 2
    margin = pixels[pixels.shape[0] // 3 :, :beyond]
    assert _most(margin) == "red"
    blue = (margin[..., 2] - margin[..., 0] > 40).sum()
    assert blue > 100, "the stroke itself is drawn"


def test_a_note_on_a_side_without_print_is_framed(reader: PageReader, tmp_path: Path) -> None:
    page = np.full_like(fresh_page(), 250)
    for at in range(4):
        _stroke(page, (60.0 + 4 * at, 100.0), (62.0 + 4 * at, 106.0))
        _stroke(page, (62.0 + 4 * at, 106.0), (64.0 + 4 * at, 100.0))
    on_its_side = np.ascontiguousarray(np.rot90(page, -1))
    files = draw_pictures(reader.trace_page(as_image(on_its_side)), tmp_path)
    assert [path.name for path in files] == ["stack-0001-1-scan.jpg", "stack-0001-5-findings.jpg"]
    assert _most(_part(files[1], Rect(57, 97, 22, 12))) == "red"
    assert _most(_part(files[1], Rect(100, 97, 22, 12))) == ""

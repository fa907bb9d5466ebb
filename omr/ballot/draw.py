"""Drawing: layouts become a PDF that a printer prints true to size.

The fixed print of each page is stored once per file; every ballot adds only its two
codes and its serial. Equal input gives equal bytes.
"""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from reportlab.lib.colors import black
from reportlab.pdfgen.canvas import Canvas

from omr.ballot.codes import code_text, qr_modules, short_fingerprint
from omr.ballot.model import BallotLayout, CodeText, Fiducial, PageLayout
from omr.ballot.serials import format_serial
from omr.ballot.typeset import Style
from omr.errors import InputError
from omr.fonts import MM_PER_POINT, font_name
from omr.geometry import Rect

MARKER_CELLS = 6  # a DICT_4X4_50 marker: 4 x 4 cells within a border of one cell

Progress = Callable[[int, int], None]


def print_ballots(
    layout: BallotLayout,
    election_fingerprint: str,
    group_index: int,
    serials: Sequence[str],
    key: bytes,
    out: Path,
    progress: Progress | None = None,
) -> None:
    """Write one PDF with a ballot per serial, in the order given.

    Args:
        layout: What to print.
        election_fingerprint: SHA-256 of the definition, 64 hexadecimal digits.
        group_index: Place of the voter group in the definition, from 0.
        serials: One per ballot, without dash.
        key: The count folder's key, which signs the codes.
        out: The file; it appears only when it is complete.
        progress: Called with (done, total) after each ballot.

    Raises:
        InputError: The file cannot be written.
    """
    buffer = io.BytesIO()
    canvas = _canvas(buffer, layout.pages[0])
    canvas.setTitle(f"{layout.group}: {len(serials)}")
    for page in layout.pages:
        canvas.beginForm(_form_name(page))
        _draw_static(canvas, page)
        canvas.endForm()
    election = short_fingerprint(election_fingerprint)
    style = short_fingerprint(layout.fingerprint)
    for done, serial in enumerate(serials, start=1):
        for page in layout.pages:
            canvas.doForm(_form_name(page))
            said = CodeText(election, style, group_index, page.page, serial)
            _draw_codes(canvas, page, qr_modules(code_text(said, key)))
            _draw_serial(canvas, page, serial)
            canvas.showPage()
        if layout.two_sided and len(layout.pages) % 2:
            canvas.showPage()  # an empty back, so that the next ballot begins on a new sheet
        if progress is not None:
            progress(done, len(serials))
    canvas.save()
    _write(out, buffer.getvalue())


def static_page_pdf(page: PageLayout) -> bytes:
    """Return a PDF of one page with all fixed print and no codes or serials.

    This is the picture with which the reader compares a scan.
    """
    buffer = io.BytesIO()
    canvas = _canvas(buffer, page)
    _draw_static(canvas, page)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@cache
def marker_cells(marker: int) -> NDArray[np.bool_]:
    """Return a registration mark's cells, shape (6, 6), True where black."""
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    image = cv2.aruco.generateImageMarker(dictionary, marker, MARKER_CELLS)
    return np.asarray(image, dtype=np.uint8) < 128


def _canvas(buffer: io.BytesIO, page: PageLayout) -> Canvas:
    size = (page.width / MM_PER_POINT, page.height / MM_PER_POINT)
    canvas = Canvas(buffer, pagesize=size, pageCompression=1, invariant=1)
    canvas.setAuthor("")
    canvas.setSubject("")
    canvas.setCreator("omr")
    canvas.setFillColor(black)
    canvas.setStrokeColor(black)
    return canvas


def _form_name(page: PageLayout) -> str:
    return f"page{page.page}"


def _draw_static(canvas: Canvas, page: PageLayout) -> None:
    for fiducial in page.fiducials:
        _draw_fiducial(canvas, page, fiducial)
    for line in page.lines:
        canvas.setLineWidth(line.width / MM_PER_POINT)
        canvas.setLineCap(2)  # square ends, so that corners close
        canvas.line(
            line.x1 / MM_PER_POINT,
            (page.height - line.y1) / MM_PER_POINT,
            line.x2 / MM_PER_POINT,
            (page.height - line.y2) / MM_PER_POINT,
        )
    canvas.setLineWidth(page.outline_mm / MM_PER_POINT)
    canvas.setLineJoin(0)
    for box in page.boxes:
        middle = box.rect.grown(page.outline_mm / 2)  # the line runs wholly outside the box
        x, y = middle.x / MM_PER_POINT, (page.height - middle.bottom) / MM_PER_POINT
        canvas.rect(x, y, middle.w / MM_PER_POINT, middle.h / MM_PER_POINT)
    for run in page.texts:
        canvas.setFont(font_name(run.face), run.size_pt)
        canvas.drawString(
            run.x / MM_PER_POINT, (page.height - run.baseline) / MM_PER_POINT, run.text
        )


def _draw_fiducial(canvas: Canvas, page: PageLayout, fiducial: Fiducial) -> None:
    _draw_cells(canvas, page, (fiducial.rect,), marker_cells(fiducial.id))


def _draw_codes(canvas: Canvas, page: PageLayout, modules: NDArray[np.bool_]) -> None:
    _draw_cells(canvas, page, page.codes, modules)


def _draw_cells(
    canvas: Canvas, page: PageLayout, places: Sequence[Rect], cells: NDArray[np.bool_]
) -> None:
    """Fill the black cells as one path of runs: no seams between neighbours, few bytes."""
    count = len(cells)
    path = canvas.beginPath()
    for row, column, length in _runs(cells):
        path.rect(column, count - 1 - row, length, 1)
    for place in places:
        cell = place.w / count / MM_PER_POINT
        canvas.saveState()
        canvas.translate(place.x / MM_PER_POINT, (page.height - place.bottom) / MM_PER_POINT)
        canvas.scale(cell, cell)
        canvas.drawPath(path, stroke=0, fill=1)
        canvas.restoreState()


def _runs(cells: NDArray[np.bool_]) -> list[tuple[int, int, int]]:
    """Return the black runs of each row as (row, first column, length)."""
    runs = []
    for row, line in enumerate(cells):
        padded = np.concatenate([[False], line, [False]]).astype(np.int8)
        starts, ends = np.flatnonzero(np.diff(padded) > 0), np.flatnonzero(np.diff(padded) < 0)
        runs += [(row, int(s), int(e - s)) for s, e in zip(starts, ends, strict=True)]
    return runs


def _draw_serial(canvas: Canvas, page: PageLayout, serial: str) -> None:
    """Print the serial beside each code: flush right before the upper, flush left after the lower.

    So the print stays close to its code whatever letters it has.
    """
    style = Style("bold", page.serial_pt)
    canvas.setFont(font_name(style.face), style.size_pt)
    upper, lower = page.serials
    for place, set_line in ((upper, canvas.drawRightString), (lower, canvas.drawString)):
        baseline = (page.height - place.y - style.rise_mm) / MM_PER_POINT
        x = place.right if place is upper else place.x
        set_line(x / MM_PER_POINT, baseline, format_serial(serial))


def _write(out: Path, content: bytes) -> None:
    """Write beside the final place and rename, so that no half file is ever printed."""
    try:
        handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.", suffix=".part")
    except OSError as error:
        raise _unwritable(out, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, out)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise _unwritable(out, error) from error


def _unwritable(out: Path, error: OSError) -> InputError:
    return InputError(
        f"{out}: không ghi được tệp phiếu ({error.strerror}); hãy kiểm tra thư mục, quyền ghi "
        "và dung lượng đĩa.",
        f"{out}: the ballot file cannot be written ({error.strerror}); check folder, permissions "
        "and disk space.",
    )

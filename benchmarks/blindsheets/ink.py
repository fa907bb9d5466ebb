"""What a pen leaves on paper: traces in, patches of ink out, and patches onto a page.

Strokes are drawn in small patches on a grid twice as fine as the page. Each stroke takes light
away on its own, so that crossings are darker than arms, as they are in life.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from blindsheets.pens import FULL, Pen
from blindsheets.tooth import Float32, piece
from blindsheets.trace import STEP_MM, Float, Trace, slow_noise

Pixels = NDArray[np.uint8]

# The drawing grid is this many times finer than the page.
FINER = 2
# Share of its ink that a stroke still leaves where another lies already.
_CROSSING = {
    "ballpoint": 0.35, "gel": 0.2, "felt": 0.25, "fountain": 0.35, "pencil": 0.55,
    "highlighter": 0.35,
}  # fmt: skip
# A stroke over a whole page is drawn piece by piece.
_PIECE_PX = 900


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """Ink on a piece of a page.

    Attributes:
        left, top: Its corner in pixels of the page; may lie off the page.
        density: Shape (h, w); ``FULL`` is the pen's own colour.
        through: Light let through at each density, shape (256, 3).
    """

    left: int
    top: int
    density: Pixels
    through: Pixels

    def on(self, height: int, width: int) -> tuple[slice, slice, slice, slice] | None:
        """Return rows and columns of a page, and of the patch, that meet."""
        y0, x0 = max(0, self.top), max(0, self.left)
        y1 = min(height, self.top + self.density.shape[0])
        x1 = min(width, self.left + self.density.shape[1])
        if y1 <= y0 or x1 <= x0:
            return None
        own = slice(y0 - self.top, y1 - self.top), slice(x0 - self.left, x1 - self.left)
        return slice(y0, y1), slice(x0, x1), *own


def put(page: Pixels, patch: Patch) -> None:
    """Lay ink onto a page, shape (h, w, 3), BGR, in place."""
    meets = patch.on(*page.shape[:2])
    if meets is None:
        return
    rows, columns, own_rows, own_columns = meets
    through = patch.through[patch.density[own_rows, own_columns]]
    under = page[rows, columns]
    page[rows, columns] = cv2.multiply(under, through, scale=1.0 / 255.0)


def draw_all(
    traces: Sequence[Trace], pen: Pen, px_per_mm: float, rng: np.random.Generator
) -> list[Patch]:
    """Draw the strokes of one mark or word with a pen.

    Where strokes cross, the second finds paper that is wet or full already and leaves only a
    part of its ink.
    """
    patches = [patch for trace in traces for patch in draw(trace, pen, px_per_mm, rng)]
    adds = _CROSSING[pen.kind]
    for at, patch in enumerate(patches):
        for under in patches[:at]:
            _thin_where_wet(patch, under, 1.0 - adds)
    return patches


def _thin_where_wet(patch: Patch, under: Patch, loss: float) -> None:
    """Take from a patch, in place, the ink that an earlier stroke leaves no room for."""
    y0, x0 = max(patch.top, under.top), max(patch.left, under.left)
    y1 = min(patch.top + patch.density.shape[0], under.top + under.density.shape[0])
    x1 = min(patch.left + patch.density.shape[1], under.left + under.density.shape[1])
    if y1 <= y0 or x1 <= x0:
        return
    mine = patch.density[y0 - patch.top : y1 - patch.top, x0 - patch.left : x1 - patch.left]
    first = under.density[y0 - under.top : y1 - under.top, x0 - under.left : x1 - under.left]
    mine -= np.asarray(np.minimum(mine, first) * loss, dtype=np.uint8)


def draw(trace: Trace, pen: Pen, px_per_mm: float, rng: np.random.Generator) -> Iterator[Patch]:
    """Draw a stroke with a pen.

    Args:
        px_per_mm: Of the page.

    Yields:
        Patches, one for most strokes.
    """
    flow = _flow(trace, pen, rng)
    width = _widths(trace, pen)
    blobs = _blobs(trace, pen, flow, rng)
    through = pen.through()
    margin = round((pen.width_mm * 1.6 + 0.6) * px_per_mm)
    left, top, right, bottom = (v * px_per_mm for v in trace.bounds)
    x0, y0 = int(left) - margin, int(top) - margin
    x1, y1 = int(right) + margin + 1, int(bottom) + margin + 1
    along = trace.points * px_per_mm
    for ty in range(y0, y1, _PIECE_PX):
        for tx in range(x0, x1, _PIECE_PX):
            w, h = min(_PIECE_PX, x1 - tx), min(_PIECE_PX, y1 - ty)
            inside = (
                (along[:, 0] > tx - margin) & (along[:, 0] < tx + w + margin)
                & (along[:, 1] > ty - margin) & (along[:, 1] < ty + h + margin)
            )  # fmt: skip
            if not inside.any():
                continue
            canvas = _Canvas(w * FINER, h * FINER, px_per_mm * FINER)
            canvas.line((along - (tx, ty)) * FINER, width, flow, inside)
            for place, radius_mm, ink in blobs:
                canvas.blob((place * px_per_mm - (tx, ty)) * FINER, radius_mm, ink)
            yield Patch(tx, ty, canvas.ink(pen, rng), through)


def _widths(trace: Trace, pen: Pen) -> Float:
    """Width along a stroke, in mm: pressure spreads it, a broad nib turns with direction."""
    spread = {"pencil": 0.35, "felt": 0.45, "fountain": 0.6, "highlighter": 0.05}
    give = spread.get(pen.kind, 0.28)
    width = pen.width_mm * (1.0 + give * (trace.pressure - 0.7))
    if pen.nib:
        way = np.gradient(trace.points, axis=0)
        angle = np.arctan2(way[:, 1], way[:, 0])
        # The nib is held at about 45 degrees.
        width = width * (1.0 - pen.nib * np.cos(angle + np.pi / 4) ** 2)
    return np.asarray(np.maximum(width, 0.12))


def _flow(trace: Trace, pen: Pen, rng: np.random.Generator) -> Float:
    """Ink along a stroke as a share of full."""
    count = len(trace.points)
    at = np.arange(count) * STEP_MM
    if pen.kind in ("ballpoint", "pencil"):
        flow = pen.density * (0.45 + 0.72 * trace.pressure) * trace.speed**-0.12
        flow = flow * (1.0 + 0.10 * slow_noise(count, 1.3, rng))
    elif pen.kind == "fountain":
        flow = pen.density * (0.75 + 0.25 * trace.pressure) * trace.speed**-0.35
    else:
        flow = pen.density * trace.speed**-0.15 * (1.0 + 0.03 * slow_noise(count, 3.0, rng))
    if rng.random() < pen.dry:
        reach = float(rng.uniform(0.4, 2.2))
        broken = 0.5 + 0.7 * slow_noise(count, 0.5, rng)
        dry = np.clip(at / reach + np.minimum(broken, 0.6) * (at < reach), 0.03, 1.0)
        flow = flow * dry
    skips = rng.poisson(pen.skips_per_mm * at[-1]) if count > 1 else 0
    for _ in range(int(skips)):
        begin = float(rng.uniform(0, at[-1]))
        reach = float(rng.uniform(0.25, 1.3))
        gap = np.abs(at - begin - reach / 2) < reach / 2
        flow = np.where(gap, flow * float(rng.uniform(0.05, 0.45)), flow)
    return np.clip(flow, 0.0, 1.55)


def _blobs(
    trace: Trace, pen: Pen, flow: Float, rng: np.random.Generator
) -> list[tuple[Float, float, float]]:
    """Return (place in mm, radius in mm, ink) where it gathers."""
    found = []
    if pen.pool:
        for end in (0, -1):
            if rng.random() < 0.7:
                radius = 0.5 * pen.width_mm * (1.0 + pen.pool * float(rng.uniform(0.2, 1.0)))
                found.append((trace.points[end], radius, float(pen.density * 1.12)))
    for _ in range(int(rng.poisson(pen.goops_per_mm * trace.length_mm))):
        at = int(rng.integers(len(trace.points)))
        radius = pen.width_mm * float(rng.uniform(0.35, 0.75))
        found.append((trace.points[at], radius, float(min(1.5, flow[at] * 1.3 + 0.2))))
    return found


class _Canvas:
    """Where one piece of a stroke is drawn: how far paper is covered, and with how much ink."""

    def __init__(self, width_px: int, height_px: int, px_per_mm: float) -> None:
        self.scale = px_per_mm
        self.cover: Pixels = np.zeros((height_px, width_px), np.uint8)
        self.flow: Pixels = np.zeros((height_px, width_px), np.uint8)

    def line(self, along: Float, width: Float, flow: Float, inside: NDArray[np.bool_]) -> None:
        places = np.rint(along * 8).astype(np.int32)
        thick = np.maximum(1, np.rint(width * self.scale)).astype(int).tolist()
        ink = np.rint(flow * FULL).astype(int).tolist()
        ends = places.tolist()
        keep = inside.tolist()
        for at in range(len(ends) - 1):
            if keep[at]:
                # Ink is drawn a little wider than cover, so that no edge lacks it.
                cv2.line(self.flow, ends[at], ends[at + 1], ink[at], thick[at] + 4, 8, 3)
                cv2.line(self.cover, ends[at], ends[at + 1], 255, thick[at], 8, 3)

    def blob(self, place: Float, radius_mm: float, ink: float) -> None:
        centre = (round(float(place[0])), round(float(place[1])))
        radius = max(1, round(radius_mm * self.scale))
        cv2.circle(self.flow, centre, radius + 2, round(ink * FULL), -1)
        cv2.circle(self.cover, centre, radius, 255, -1)

    def ink(self, pen: Pen, rng: np.random.Generator) -> Pixels:
        """Return density on the page's own grid."""
        height, width = self.cover.shape
        flow = cv2.blur(self.flow, (3, 3)).astype(np.float32)
        body = _body(self.cover, pen, self.scale, rng)
        fine = np.asarray(body * flow, dtype=np.float32)
        size = (width // FINER, height // FINER)
        coarse = cv2.resize(fine, size, interpolation=cv2.INTER_AREA)
        return np.asarray(np.clip(coarse, 0, 255), dtype=np.uint8)


def _body(cover: Pixels, pen: Pen, scale: float, rng: np.random.Generator) -> Float32:
    """Return how much of its ink a pen leaves at each place, shape of ``cover``."""
    shape = (cover.shape[0], cover.shape[1])
    sigma = max(0.8, pen.edge_mm * scale)
    soft = cv2.GaussianBlur(cover, (0, 0), sigma).astype(np.float32) / 255.0
    tooth = piece("tooth", shape, rng)
    if pen.kind == "pencil":
        # Graphite rubs off on the hills of the paper alone; the tip is round, so less at the rim.
        deep = cv2.GaussianBlur(cover, (0, 0), 0.22 * pen.width_mm * scale).astype(np.float32)
        hills = np.float32(0.55) * tooth + np.float32(0.45) * piece("felt", shape, rng)
        left = (deep * (1.25 / 255.0) - pen.grain * hills) * 2.2
        return np.asarray(np.clip(left, 0.0, 1.0), dtype=np.float32)
    gnaw = piece("fibre" if pen.kind in ("felt", "fountain") else "felt", shape, rng)
    edge = np.clip((soft + 0.5 * pen.rough * (gnaw - 0.5) - 0.5) * 4.0 + 0.5, 0.0, 1.0)
    edge *= soft > 0.02
    if pen.kind == "felt":
        # A halo where the ink creeps along the fibres.
        halo = cv2.GaussianBlur(soft, (0, 0), 0.12 * scale)
        edge = np.maximum(edge, 0.35 * halo * (0.4 + gnaw))
    if pen.rail:
        middle = cv2.GaussianBlur(cover, (0, 0), 0.30 * pen.width_mm * scale).astype(np.float32)
        edge = edge * (1.0 - pen.rail * np.clip((middle / 255.0 - 0.62) / 0.3, 0.0, 1.0))
    if pen.grain:
        bare = np.clip((tooth - 0.72) * 3.6, 0.0, 1.0)
        edge = edge * (1.0 - pen.grain * bare * (0.6 + 0.8 * gnaw))
    return np.asarray(edge, dtype=np.float32)

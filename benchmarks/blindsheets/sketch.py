"""Something drawn with one pen: strokes and found ink, in millimetres of the page as designed.

A sketch is made at the origin, moved to where it belongs, and laid onto a printed page through
the map that says where this printer put the design.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from blindsheets.found import FoundInk, write
from blindsheets.ink import Pixels, draw_all, put
from blindsheets.pens import Pen
from blindsheets.trace import Float, Trace
from omr.geometry import Rect


@dataclass(frozen=True, slots=True)
class Written:
    """A piece of found ink in place: its top left corner, height and slope."""

    ink: FoundInk
    left_mm: float
    top_mm: float
    height_mm: float
    turn_rad: float = 0.0

    @property
    def width_mm(self) -> float:
        """Width of the whole piece."""
        return float(self.height_mm * self.ink.alpha.shape[1] / self.ink.alpha.shape[0])


@dataclass(frozen=True, slots=True)
class Sketch:
    """Strokes and found ink of one pen.

    Attributes:
        smear_mm: How far a hand dragged the wet ink to the right; 0 for none.
    """

    pen: Pen
    traces: tuple[Trace, ...] = ()
    written: tuple[Written, ...] = ()
    smear_mm: float = field(default=0.0)

    def moved(self, dx_mm: float, dy_mm: float) -> Sketch:
        """Return the same elsewhere."""
        return replace(
            self,
            traces=tuple(trace.moved(dx_mm, dy_mm) for trace in self.traces),
            written=tuple(
                replace(piece, left_mm=piece.left_mm + dx_mm, top_mm=piece.top_mm + dy_mm)
                for piece in self.written
            ),
        )

    def turned(self, angle_rad: float) -> Sketch:
        """Return the strokes turned about the origin; found ink only gets their slope."""
        turn = np.array(
            [[np.cos(angle_rad), np.sin(angle_rad)], [-np.sin(angle_rad), np.cos(angle_rad)]]
        )
        return replace(
            self,
            traces=tuple(replace(trace, points=trace.points @ turn) for trace in self.traces),
            written=tuple(replace(piece, turn_rad=angle_rad) for piece in self.written),
        )

    def points(self) -> Float:
        """Return places where its ink lies, shape (n, 2), in mm."""
        found: list[Float] = [trace.points for trace in self.traces]
        for piece in self.written:
            alpha = piece.ink.alpha
            rows, columns = np.nonzero(alpha[::3, ::3] > 110)
            scale = 3.0 * piece.height_mm / alpha.shape[0]
            x = piece.left_mm + columns * scale
            y = piece.top_mm + rows * scale + (x - piece.left_mm) * np.tan(piece.turn_rad)
            found.append(np.column_stack([x, y]))
        return np.vstack(found)

    def middle(self) -> tuple[float, float]:
        """Return the middle of what it covers, in mm."""
        points = self.points()
        low, high = points.min(axis=0), points.max(axis=0)
        return float(low[0] + high[0]) / 2, float(low[1] + high[1]) / 2

    def centred(self, x_mm: float, y_mm: float) -> Sketch:
        """Return it with its middle at a place."""
        x, y = self.middle()
        return self.moved(x_mm - x, y_mm - y)


def joined(pen: Pen, traces: Sequence[Trace]) -> Sketch:
    """Return strokes of one pen."""
    return Sketch(pen, tuple(traces))


def keeps_off(points: Float, rects: Sequence[Rect]) -> bool:
    """Whether no point lies in any of the rectangles."""
    return not any(
        bool(
            (
                (points[:, 0] > rect.x) & (points[:, 0] < rect.right)
                & (points[:, 1] > rect.y) & (points[:, 1] < rect.bottom)
            ).any()
        )
        for rect in rects
    )  # fmt: skip


def share_on_blank(points: Float, design: Pixels, px_per_mm: float) -> float:
    """Return the share of points under which the design, shape (h, w), is white."""
    at = np.rint(points * px_per_mm).astype(int)
    x = np.clip(at[:, 0], 0, design.shape[1] - 1)
    y = np.clip(at[:, 1], 0, design.shape[0] - 1)
    return float((design[y, x] > 200).mean())


def lay(
    page: Pixels, sketch: Sketch, place: Float, px_per_mm: float, rng: np.random.Generator
) -> None:
    """Lay a sketch onto a printed page, in place.

    Args:
        page: Shape (h, w, 3).
        place: Where the printer put the design: shape (2, 3), mm to mm.
    """
    traces = [
        replace(trace, points=trace.points @ place[:, :2].T + place[:, 2])
        for trace in sketch.traces
    ]
    patches = draw_all(traces, sketch.pen, px_per_mm, rng)
    for piece in sketch.written:
        left, top = place[:, :2] @ np.array([piece.left_mm, piece.top_mm]) + place[:, 2]
        patches.append(
            write(piece.ink, float(left), float(top), piece.height_mm, sketch.pen, px_per_mm,
                  rng, piece.turn_rad)
        )  # fmt: skip
    for patch in patches:
        put(page, patch)
        if sketch.smear_mm:
            reach = max(3, round(sketch.smear_mm * px_per_mm))
            wide = np.pad(patch.density, ((0, 0), (0, reach)))
            # Ink that was dragged along lies thin, and thinner the farther.
            kernel = np.zeros((1, 2 * reach + 1), np.float32)
            kernel[0, :reach] = np.linspace(0.1, 1.0, reach)
            dragged = cv2.filter2D(wide, -1, kernel / kernel.sum() * 0.16)
            put(page, replace(patch, density=np.asarray(dragged, dtype=np.uint8)))

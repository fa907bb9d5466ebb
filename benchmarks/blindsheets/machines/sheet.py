"""A sheet in the hand: its picture, what is torn off it, how it is bent, how light falls on it."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from blindsheets.machines.raster import Field, Pixels

# Light and shade on a bent sheet are smooth: creases thinner than this are drawn on the picture.
SHADE_PX_PER_MM = 3.0
# A sheet bends over some millimetres.
BEND_PX_PER_MM = 0.5
# What is missing needs an edge as sharp as a scan shows it, but no more.
GONE_PX_PER_MM = 8.0
# Rules are looked for at this resolution; a shorter stroke down is part of a letter or a code.
_RULED_PX_PER_MM = 4.0
_RULE_MM = 12.0


@dataclass(frozen=True, slots=True)
class WornPage:
    """A sheet after its handling.

    Attributes:
        pixels: What is on it, BGR, at the resolution of the print.
        gone: 255 where paper is missing, 0 elsewhere; it covers the sheet at any resolution.
        displacement: Shape (h, w, 2), x and y in mm: what is seen at a place comes from the
            place this much further on; it covers the sheet at any resolution.
        shade: How much light a place gives back, 1 for flat paper; at any resolution.
        back: The other side, grey or BGR, as seen when the sheet is turned over its long edge.
        thinness: Share of the back's ink that is seen through the sheet, 0 to 1.
        grain: Standard deviation of the paper's own unevenness, grey levels.
        words: What happened to it.
    """

    pixels: Pixels
    gone: Pixels | None = None
    displacement: Field | None = None
    shade: Field | None = None
    back: Pixels | None = None
    thinness: float = 0.0
    grain: float = 0.8
    words: list[str] = field(default_factory=list)


class Sheet:
    """The sheet while things happen to it.

    Fields are made when a wear first needs them, so a clean sheet costs nothing.

    Args:
        page: Picture, BGR; it is copied when something is first drawn on it.
        px_per_mm: Resolution of the picture.
    """

    def __init__(self, page: Pixels, px_per_mm: float) -> None:
        self.px_per_mm = px_per_mm
        self.height_mm = page.shape[0] / px_per_mm
        self.width_mm = page.shape[1] / px_per_mm
        self.words: list[str] = []
        self._page = page
        self._own = False
        self._gone: Pixels | None = None
        self._bend: Field | None = None
        self._shade: Field | None = None
        self._ruled: tuple[float, float, float, float] | None = None

    @property
    def pixels(self) -> Pixels:
        """The picture, to be drawn on."""
        if not self._own:
            self._page = self._page.copy()
            self._own = True
        return self._page

    @property
    def gone(self) -> Pixels:
        """What is missing, to be drawn on at ``GONE_PX_PER_MM``."""
        if self._gone is None:
            self._gone = np.zeros(self._size(GONE_PX_PER_MM), np.uint8)
        return self._gone

    @property
    def bend(self) -> Field:
        """Displacement in mm at ``BEND_PX_PER_MM``, to be added to."""
        if self._bend is None:
            self._bend = np.zeros((*self._size(BEND_PX_PER_MM), 2), np.float32)
        return self._bend

    @property
    def shade(self) -> Field:
        """Light at ``SHADE_PX_PER_MM``, to be multiplied."""
        if self._shade is None:
            self._shade = np.ones(self._size(SHADE_PX_PER_MM), np.float32)
        return self._shade

    def _size(self, px_per_mm: float) -> tuple[int, int]:
        return (round(self.height_mm * px_per_mm), round(self.width_mm * px_per_mm))

    def ruled_mm(self) -> tuple[float, float, float, float] | None:
        """Find the part of the sheet with long rules down it, as a table has.

        What could pass for a mark there in black and white is kept off it.

        Returns:
            Left, top, right and bottom in mm, or None where there are no such rules.
        """
        if self._ruled is None:
            step = max(1, round(self.px_per_mm / _RULED_PX_PER_MM))
            grey = self._page[..., 1]
            small = cv2.erode(grey, np.ones((1, step), np.uint8))[::step, ::step]
            paper = float(np.percentile(small[::4, ::4], 80))
            dark = (small < 0.72 * paper).astype(np.uint8)
            tall = np.ones((round(_RULE_MM * self.px_per_mm / step), 1), np.uint8)
            rows, columns = np.nonzero(cv2.erode(cv2.dilate(dark, np.ones((3, 1), np.uint8)), tall))
            mm = step / self.px_per_mm
            half = _RULE_MM / 2
            self._ruled = (0.0, 0.0, 0.0, 0.0)
            if rows.size:
                self._ruled = (
                    float(columns.min()) * mm,
                    float(rows.min()) * mm - half,
                    float(columns.max()) * mm,
                    float(rows.max()) * mm + half,
                )
        return self._ruled if self._ruled[2] > 0 else None

    def grid_mm(self, px_per_mm: float) -> tuple[Field, Field]:
        """Return x, shape (1, w), and y, shape (h, 1), of a field's places in mm."""
        rows, columns = self._size(px_per_mm)
        x = (np.arange(columns, dtype=np.float32) + 0.5) * np.float32(self.width_mm / columns)
        y = (np.arange(rows, dtype=np.float32) + 0.5) * np.float32(self.height_mm / rows)
        return x[None, :], y[:, None]

    def worn(self, back: Pixels | None, thinness: float, grain: float) -> WornPage:
        """Close the sheet and hand it on."""
        return WornPage(
            self._page,
            self._gone,
            self._bend,
            self._shade,
            back,
            thinness,
            grain,
            list(self.words),
        )

"""A QR symbol as it was read on a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from omr.geometry import FloatArray

Reader = Literal["zxing", "pyzbar"]


@dataclass(frozen=True, slots=True, eq=False)
class FoundCode:
    """One QR symbol as read.

    Attributes:
        text: What it says.
        corners_px: (4, 2) corners of the symbol in pixels of the page image, clockwise
            from the symbol's own top left, the corner between two finder patterns that
            has the third finder pattern below it.
        reader: Which library read it.
        mask: The mask pattern its modules are printed with, 0 to 7, where the library tells.
    """

    text: str
    corners_px: FloatArray
    reader: Reader
    mask: int | None = None

"""Where a PDF page puts its scan: the page's drawing operators, read without drawing.

Most scanners write one picture per page that fills the sheet, often with invisible
recognised text above it. Such a page is found here, so that the picture itself can be
taken; every other page is left to a renderer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import pikepdf
from numpy.typing import NDArray

from omr.scan.pages.kept_image import Orientation

Matrix = NDArray[np.float64]

# A scanner's picture fills the sheet up to rounding; a logo or a pasted picture does not.
MIN_COVER = 0.9
# Overhang is cut off when the page is shown, so hardly any is allowed.
MAX_OVERHANG = 0.02
# The drawing operators of a scanned page take a few hundred bytes, with recognised text
# some ten thousand; a page of more is not worth interpreting.
MAX_CONTENT_BYTES = 256 * 1024

_PAINTS = frozenset(
    ["S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "sh", "BI", "EI", "INLINE IMAGE"]
)
_SHOWS_TEXT = frozenset(["Tj", "TJ", "'", '"'])
_INVISIBLE = 3  # text rendering mode of recognised text under or over a scan
_PLAIN_STATE = frozenset(["/Type", "/SA", "/SM", "/OP", "/op", "/OPM", "/AIS", "/TK", "/FL"])

# The eight ways to lay a picture on a sheet: (x right, y down) of the page from
# (right, down) of the picture, as EXIF numbers them.
_ORIENTATIONS: dict[tuple[int, int, int, int], Orientation] = {
    (1, 0, 0, 1): 1,
    (-1, 0, 0, 1): 2,
    (-1, 0, 0, -1): 3,
    (1, 0, 0, -1): 4,
    (0, 1, 1, 0): 5,
    (0, -1, 1, 0): 6,
    (0, -1, -1, 0): 7,
    (0, 1, -1, 0): 8,
}


@dataclass(frozen=True, slots=True)
class Placement:
    """The one picture of a page and how it lies there.

    Attributes:
        image: The picture's PDF stream.
        orientation: How the picture must be turned to stand as the page is shown.
        width_in: Width of the picture as the page is shown, in inches.
    """

    image: pikepdf.Stream
    orientation: Orientation
    width_in: float


@dataclass(frozen=True, slots=True)
class _State:
    """What ``q`` saves and ``Q`` brings back."""

    ctm: Matrix
    text_mode: int = 0
    clip: tuple[float, float, float, float] | None = None


def find_scan(page: pikepdf.Page) -> Placement | None:
    """Return the picture that makes up a page, or None where there is more to it."""
    if not _is_plain(page):
        return None
    drawn = _Drawing(page)
    for step in pikepdf.parse_content_stream(page):
        if not drawn.take(str(step.operator), list(step.operands)):
            return None
    if drawn.image is None:
        return None
    return _placed(page, drawn.image, drawn.image_ctm, drawn.image_clip)


def shown_size_in(page: pikepdf.Page) -> tuple[float, float]:
    """Return width and height of a page as it is shown, in inches."""
    left, bottom, right, top = _box(page)
    width, height = (right - left) * _unit_in(page), (top - bottom) * _unit_in(page)
    return (height, width) if _turn(page) % 180 else (width, height)


def _is_plain(page: pikepdf.Page) -> bool:
    """Tell whether a page is short and has nothing on top of its content."""
    notes = page.obj.get("/Annots")
    if notes is not None and any(n.get("/Subtype") != "/Link" for n in cast(Any, notes)):
        return False
    contents = page.obj.get("/Contents")
    if contents is None:
        return False
    parts = list(cast(Any, contents)) if isinstance(contents, pikepdf.Array) else [contents]
    return sum(len(part.read_raw_bytes()) for part in parts) <= MAX_CONTENT_BYTES


class _Drawing:
    """Follows the operators of one page as far as a scanned page uses them."""

    def __init__(self, page: pikepdf.Page) -> None:
        self._resources: Any = page.resources
        self._state = _State(np.eye(3))
        self._saved: list[_State] = []
        self._path: list[tuple[float, float, float, float]] | None = []
        self._clipping = False
        self.image: pikepdf.Stream | None = None
        self.image_ctm: Matrix = np.eye(3)
        self.image_clip: tuple[float, float, float, float] | None = None

    def take(self, operator: str, operands: list[Any]) -> bool:
        """Follow one operator; False if the page is more than one picture."""
        if operator in _PAINTS:
            return False
        if operator == "BDC":
            return str(operands[0]) != "/OC"  # content that may be switched off
        if operator in _SHOWS_TEXT:
            return self._state.text_mode == _INVISIBLE
        if operator == "Do":
            return self._draw(str(operands[0]))
        if operator == "gs":
            return self._is_plain_state(str(operands[0]))
        if operator in ("re", "m", "l", "c", "v", "y", "h", "W", "W*", "n"):
            return self._follow_path(operator, operands)
        self._follow_state(operator, operands)
        return True

    def _follow_state(self, operator: str, operands: list[Any]) -> None:
        if operator == "q":
            self._saved.append(self._state)
        elif operator == "Q" and self._saved:
            self._state = self._saved.pop()
        elif operator == "cm":
            a, b, c, d, e, f = (float(value) for value in operands)
            moved = np.array([[a, b, 0.0], [c, d, 0.0], [e, f, 1.0]])
            self._state = replace(self._state, ctm=moved @ self._state.ctm)
        elif operator == "Tr":
            self._state = replace(self._state, text_mode=int(operands[0]))

    def _follow_path(self, operator: str, operands: list[Any]) -> bool:
        """Follow a clip made of one upright rectangle; False for any other clip."""
        if operator == "re" and self._path is not None:
            x, y, w, h = (float(value) for value in operands)
            self._path.append(_bounds(np.array([[x, y], [x + w, y + h]]), self._state.ctm))
        elif operator in ("W", "W*"):
            self._clipping = True
        elif operator == "n":
            path, clipping = self._path, self._clipping
            self._path, self._clipping = [], False
            if clipping:
                if path is None or len(path) != 1 or not _is_upright(self._state.ctm):
                    return False
                self._state = replace(self._state, clip=_common(self._state.clip, path[0]))
        elif operator != "re":
            self._path = None
        return True

    def _is_plain_state(self, name: str) -> bool:
        states = self._resources.get("/ExtGState", {})
        for key, value in dict(states.get(name, {})).items():
            opaque = key in ("/ca", "/CA") and float(value) == 1.0
            normal = (key == "/BM" and value == "/Normal") or (key == "/SMask" and value == "/None")
            if not (key in _PLAIN_STATE or opaque or normal):
                return False
        return True

    def _draw(self, name: str) -> bool:
        drawn = self._resources.get("/XObject", {}).get(name)
        if self.image is not None or drawn is None or drawn.get("/Subtype") != "/Image":
            return False
        if "/OC" in drawn or "/SMask" in drawn or "/Mask" in drawn:
            return False
        if bool(drawn.get("/ImageMask", False)):
            return False  # painted with a colour that only a renderer follows
        self.image, self.image_ctm, self.image_clip = drawn, self._state.ctm, self._state.clip
        return True


def _placed(
    page: pikepdf.Page,
    image: pikepdf.Stream,
    ctm: Matrix,
    clip: tuple[float, float, float, float] | None,
) -> Placement | None:
    """Return how the picture lies, or None if it is aslant or does not fill the page."""
    if not _is_upright(ctm):
        return None
    box = _box(page)
    spot = _bounds(np.array([[0.0, 0.0], [1.0, 1.0]]), ctm)
    for low, high in ((0, 2), (1, 3)):
        side = box[high] - box[low]
        if side <= 0:
            return None
        if spot[high] - spot[low] < MIN_COVER * side:
            return None
        limits = (box, clip) if clip else (box,)
        if any(limit[low] - spot[low] > MAX_OVERHANG * side for limit in limits):
            return None
        if any(spot[high] - limit[high] > MAX_OVERHANG * side for limit in limits):
            return None
    a, b, c, d = ctm[0, 0], ctm[0, 1], ctm[1, 0], ctm[1, 1]
    lying = np.array([[a, -c], [-b, d]])
    for _ in range(_turn(page) // 90):
        lying = np.array([[0.0, -1.0], [1.0, 0.0]]) @ lying
    unit = np.rint(lying / np.abs(lying).max(axis=1, keepdims=True)).astype(int)
    (xx, xy), (yx, yy) = unit.tolist()
    orientation = _ORIENTATIONS[xx, xy, yx, yy]
    width_in = float(np.abs(lying[0]).max()) * _unit_in(page)
    return Placement(image=image, orientation=orientation, width_in=width_in)


def _is_upright(ctm: Matrix) -> bool:
    """Tell whether a matrix turns by whole quarters only, to a thousandth."""
    a, b, c, d = (abs(float(v)) for v in (ctm[0, 0], ctm[0, 1], ctm[1, 0], ctm[1, 1]))
    straight, turned = min(a, d), min(b, c)
    if max(straight, turned) <= 0:
        return False
    if straight > turned:
        return max(b, c) < 1e-3 * straight
    return max(a, d) < 1e-3 * turned


def _bounds(points: Matrix, ctm: Matrix) -> tuple[float, float, float, float]:
    """Return left, bottom, right, top of two corners after a matrix."""
    mapped = (np.column_stack([points, np.ones(len(points))]) @ ctm)[:, :2]
    (left, bottom), (right, top) = mapped.min(axis=0), mapped.max(axis=0)
    return float(left), float(bottom), float(right), float(top)


def _common(
    one: tuple[float, float, float, float] | None, other: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    if one is None:
        return other
    left, bottom = max(one[0], other[0]), max(one[1], other[1])
    return left, bottom, min(one[2], other[2]), min(one[3], other[3])


def _box(page: pikepdf.Page) -> tuple[float, float, float, float]:
    """Return the visible box of a page in its own units: left, bottom, right, top."""
    x1, y1, x2, y2 = (float(value) for value in cast(Any, page.cropbox))
    crop = (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
    x1, y1, x2, y2 = (float(value) for value in cast(Any, page.mediabox))
    return _common(crop, (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)))


def _unit_in(page: pikepdf.Page) -> float:
    """Return the page's unit of length in inches."""
    return float(cast(Any, page.obj.get("/UserUnit", 1))) / 72.0


def _turn(page: pikepdf.Page) -> int:
    """Return the clockwise turn with which a page is shown: 0, 90, 180 or 270 degrees."""
    node: Any = page.obj
    for _ in range(32):  # deeper page trees do not occur; circular ones do
        if "/Rotate" in node:
            return int(node["/Rotate"]) // 90 * 90 % 360
        if "/Parent" not in node:
            break
        node = node["/Parent"]
    return 0

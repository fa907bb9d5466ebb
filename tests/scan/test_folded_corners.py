"""Corners folded over against what is drawn in a corner: a mirrored corner on a lid, or a pen."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.scan.page_drawings import (
    BLUE,
    PENCIL,
    SCALE,
    Colour,
    Picture,
    codes,
    layout,
    plain,
    read,
    read_at,
    stroke,
    voted_page,
)

Point = tuple[float, float]
Floats = NDArray[np.float32]

BLACK: Colour = (40, 35, 35)
PENS: list[tuple[Colour, float]] = [
    (BLACK, 0.5),
    (BLUE, 0.35),
    (BLACK, 0.2),
    (PENCIL, 0.5),
    (BLACK, 1.2),
]
# Around the sheet lies so much of the lid.
_LID_MM = 6.0
# Over the lower right mark's side, over the upper code, and on open paper.
FLAPS = [("br", 25.0, 29.0), ("tr", 20.0, 17.0), ("br", 12.0, 9.0)]


def _corner(where: str, a: float, b: float) -> list[Point]:
    """Return the ends of a fold, the tip of its flap and the lost corner, in mm of the sheet."""
    share = 2 * a * b / (a * a + b * b)
    points = [(a, 0.0), (0.0, b), (share * b, share * a), (0.0, 0.0)]
    width, height = layout().width, layout().height
    return [
        (width - x if "r" in where else x, height - y if "b" in where else y) for x, y in points
    ]


def _area(shape: tuple[int, ...], points: list[Point], left: int, top: int) -> Floats:
    """Return how much of each pixel of a window lies within points of the page, in mm."""
    mask = np.zeros(shape[:2], np.uint8)
    at = (np.array(points) * SCALE - (left, top)) * 16
    cv2.fillPoly(mask, [np.rint(at).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return np.asarray(mask, np.float32)[:, :, None] / 255


def _folded(
    page: Picture,
    where: str,
    a: float,
    b: float,
    lid: int = 225,
    shadow: float = 0.75,
    soft_mm: float = 0.5,
    paper: int = 255,
) -> Picture:
    """Fold a corner over: its blank back lies on the page, its shadow around it."""
    first, second, tip, lost = _corner(where, a, b)
    seen = np.asarray(page * np.float32(paper / 255), np.uint8)
    # Nothing is changed farther from the corner than this.
    reach = round((max(a, b) * 1.5 + 8 * soft_mm) * SCALE)
    right, low = "r" in where, "b" in where
    left, top = (page.shape[1] - reach if right else 0), (page.shape[0] - reach if low else 0)
    corner = seen[top : top + reach, left : left + reach]
    flap, gone = (
        _area(corner.shape, points, left, top)
        for points in ([first, second, tip], [first, second, lost])
    )
    soft = cv2.GaussianBlur(flap, (0, 0), soft_mm * SCALE)[:, :, None]
    drawn = page[top : top + reach, left : left + reach] * np.float32(paper / 255)
    drawn = drawn * (1 - shadow * soft) * (1 - flap) + min(255, paper + 4) * flap
    corner[:] = (drawn * (1 - gone) + lid * gone).astype(np.uint8)
    room = round(_LID_MM * SCALE)
    return _grained(
        cv2.copyMakeBorder(seen, room, room, room, room, cv2.BORDER_CONSTANT, value=(lid,) * 3)
    )


def _grained(page: Picture) -> Picture:
    return np.asarray((page + _grain(page.shape[:2])[:, :, None]).clip(0, 255), np.uint8)


@lru_cache(maxsize=2)
def _grain(shape: tuple[int, int]) -> Floats:
    return np.random.default_rng(5).normal(0, 1.5, shape).astype(np.float32)


def _on_lid(page: Picture, lid: int = 225) -> Picture:
    room = round(_LID_MM * SCALE)
    sheet = np.minimum(page, 250)
    return _grained(
        cv2.copyMakeBorder(sheet, room, room, room, room, cv2.BORDER_CONSTANT, value=(lid,) * 3)
    )


def _aside(start: Point, end: Point, away_from: Point, mm: float) -> list[Point]:
    """Return the middle half of a line moved aside, away from a point."""
    first, last, inner = (np.array(point) for point in (start, end, away_from))
    way = (last - first) / np.hypot(*(last - first))
    normal = np.array([-way[1], way[0]])
    if (inner - first) @ normal > 0:
        normal = -normal
    t = (0.25, 0.4, 0.6, 0.75)
    return [tuple((first + v * (last - first) + mm * normal).tolist()) for v in t]


@pytest.mark.parametrize("lid", [25, 120, 225])
@pytest.mark.parametrize(("where", "a", "b"), FLAPS)
def test_a_corner_folded_over_is_no_annotation(where: str, a: float, b: float, lid: int) -> None:
    assert plain(read(_folded(voted_page(), where, a, b, lid, paper=250)))


@pytest.mark.parametrize("dpi", [150, 200])
@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize(("where", "a", "b"), FLAPS)
def test_a_corner_folded_over_in_coarse_and_in_grey_scans(
    where: str, a: float, b: float, dpi: int, grey: bool
) -> None:
    page = _folded(voted_page(), where, a, b, 40, paper=225)
    if grey:
        page = np.asarray(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), np.uint8)
    assert plain(read_at(page, dpi))


@pytest.mark.parametrize(("shadow", "soft_mm"), [(0.3, 0.4), (0.65, 0.35), (0.9, 0.3)])
def test_a_flap_may_throw_a_weak_or_a_hard_shadow(shadow: float, soft_mm: float) -> None:
    page = _folded(voted_page(), "br", 25.0, 29.0, 225, shadow, soft_mm, 245)
    assert plain(read(page))


@pytest.mark.parametrize(("colour", "width_mm"), PENS)
@pytest.mark.parametrize("end", [0, 1])
def test_a_stroke_beside_a_flap_is_an_annotation(colour: Colour, width_mm: float, end: int) -> None:
    page, corner = voted_page(), _corner("br", 25.0, 29.0)
    stroke(page, _aside(corner[end], corner[2], corner[1 - end], 2.2), width_mm, colour)
    assert ("annotation", None) in codes(read(_folded(page, "br", 25.0, 29.0, paper=250)))


@pytest.mark.parametrize("colour", [BLACK, BLUE])
def test_a_pen_in_the_shadow_of_a_flap_is_an_annotation(colour: Colour) -> None:
    page, corner = voted_page(), _corner("br", 25.0, 29.0)
    stroke(page, _aside(corner[0], corner[2], corner[1], 0.6), 0.5, colour)
    assert ("annotation", None) in codes(read(_folded(page, "br", 25.0, 29.0, paper=250)))


@pytest.mark.parametrize(("colour", "width_mm"), PENS)
def test_a_stroke_out_from_a_flap_is_an_annotation(colour: Colour, width_mm: float) -> None:
    page, (_, _, (x, y), _) = voted_page(), _corner("br", 25.0, 29.0)
    stroke(page, [(x + 4.0, y + 2.0), (x - 2.0, y - 0.6), (x - 6.0, y - 2.0)], width_mm, colour)
    assert ("annotation", None) in codes(read(_folded(page, "br", 25.0, 29.0, paper=250)))


@pytest.mark.parametrize(("colour", "width_mm"), PENS)
def test_a_stroke_on_a_flap_is_an_annotation(colour: Colour, width_mm: float) -> None:
    page = _folded(voted_page(), "br", 25.0, 29.0, paper=250)
    corner = np.array(_corner("br", 25.0, 29.0)[:3]).mean(axis=0) + _LID_MM
    x, y = corner.tolist()
    stroke(
        page, [(x - 3.5, y + 1.5), (x - 1, y - 1.6), (x, y + 1), (x + 3, y - 1)], width_mm, colour
    )
    assert ("annotation", None) in codes(read(page))


@pytest.mark.parametrize(("colour", "width_mm"), PENS)
def test_a_stroke_over_a_code_beside_a_flap_is_an_annotation(
    colour: Colour, width_mm: float
) -> None:
    page, code = voted_page(), max(layout().codes, key=lambda rect: rect.x - rect.y)
    layer = np.full_like(page, 255)
    ends = [(code.x + 3.0, code.bottom - 3.0), (code.x + 11.0, code.bottom - 5.5)]
    # A line of 0.2 mm is missed over a code without a flap, too.
    stroke(layer, ends, max(width_mm, 0.25), colour)
    page = np.asarray(page.astype(np.uint16) * layer // 255, np.uint8)
    found = codes(read(_folded(page, "tr", 20.0, 17.0, paper=250)))
    assert ("annotation", None) in found


@pytest.mark.parametrize("lid", [25, 225])
@pytest.mark.parametrize(("colour", "width_mm"), PENS)
def test_what_is_drawn_in_a_corner_is_an_annotation(
    colour: Colour, width_mm: float, lid: int
) -> None:
    first, second, tip, _ = _corner("br", 16.0, 18.0)
    inward = [(x - 3.0, y - 3.0) for x, y in (first, second, tip)]
    shapes = [
        [inward[0], inward[1]],  # across the corner
        [inward[0], inward[2], inward[1]],  # an L
        [inward[0], inward[2], inward[1], inward[0]],  # a triangle
    ]
    for shape in shapes:
        page = voted_page()
        stroke(page, shape, width_mm, colour)
        assert ("annotation", None) in codes(read(_on_lid(page, lid)))


@pytest.mark.parametrize(("colour", "width_mm"), PENS)
def test_an_angle_drawn_at_a_torn_corner_is_an_annotation(colour: Colour, width_mm: float) -> None:
    page = np.minimum(voted_page(), 250)
    first, second, (x, y), lost = _corner("br", 16.0, 18.0)
    gone = _area(page.shape, [first, second, lost], 0, 0)
    torn = np.asarray(page * (1 - gone) + 225 * gone, np.uint8)
    stroke(torn, [(x + 6.0, y - 4.0), (x - 1.0, y - 1.0), (x - 3.0, y + 6.0)], width_mm, colour)
    assert ("annotation", None) in codes(read(_on_lid(torn)))

"""Pale strokes beside the signature's zone are found; tails of a pale signature are not."""

from __future__ import annotations

import numpy as np
import pytest

from omr.scan.foreign.pale_tails import tails_of_signature
from omr.scan.place.reference import Grey, Mask
from tests.scan.page_drawings import BLUE, Picture, codes, layout, plain, read, stroke, voted_page
from tests.scan.test_faint import HARD, grainy

_ZONE = next(zone.rect for zone in layout().zones if zone.kind == "signature")
_MM = 4
# Ticks, dashes and an initial, from their middles.
_SIGNS = {
    "tick": [(-2.2, 0.3), (-0.8, 1.9), (2.2, -2.2)],
    "dash": [(-2.8, 0.1), (2.8, -0.1)],
    "initial": [(-1.2, -2.2), (-1.2, 2.2), (1.5, 2.2)],
}
_BESIDE = [(_ZONE.x - 6, _ZONE.centre.y), (_ZONE.centre.x, _ZONE.bottom + 6)]


def _sign(page: Picture, colour: tuple[int, int, int], *ends: tuple[float, float]) -> None:
    """Write a signature, and lead it out of its zone where ends are given."""
    x, y = _ZONE.centre.x, _ZONE.centre.y
    points = [(x - 14 + 3 * k, y + (4 if k % 2 else -4)) for k in range(10)]
    stroke(page, [*points, *ends], 0.3, colour)


@pytest.mark.parametrize("sign", list(_SIGNS))
@pytest.mark.parametrize("place", _BESIDE)
@pytest.mark.parametrize("signed", [False, True])
def test_a_pale_sign_beside_the_zone_is_found(
    sign: str, place: tuple[float, float], signed: bool
) -> None:
    page = voted_page()
    if signed:
        _sign(page, BLUE)
    stroke(page, [(place[0] + x, place[1] + y) for x, y in _SIGNS[sign]], 0.25, HARD)
    assert [code for code, _ in codes(read(grainy(page)))] == ["annotation"]


@pytest.mark.parametrize("colour", [BLUE, HARD])
@pytest.mark.parametrize(
    "end",
    [
        (_ZONE.x - 8, _ZONE.centre.y + 2),
        (_ZONE.centre.x + 4, _ZONE.bottom + 7),
        (_ZONE.x - 5, _ZONE.bottom + 5),
    ],
)
def test_the_tail_of_a_signature_is_no_sign(
    colour: tuple[int, int, int], end: tuple[float, float]
) -> None:
    page = voted_page()
    _sign(page, colour, end)
    assert plain(read(grainy(page)))


def _field() -> tuple[Grey, Mask, Mask]:
    shape = round(layout().height * _MM), round(layout().width * _MM)
    return np.zeros(shape, np.uint8), np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)


@pytest.mark.parametrize(("skip_mm", "told"), [(1.5, True), (4.5, False)])
def test_a_tail_may_skip_but_not_far(skip_mm: float, told: bool) -> None:
    darkness, lines, nothing = _field()
    row, left = round(_ZONE.centre.y * _MM), round(_ZONE.x * _MM)
    darkness[row, left + 8 : left + 60] = 60
    lines[row, left - 14 : left - 7] = True
    first = left - 14 - round(skip_mm * _MM)
    lines[row, first - 8 : first] = True
    tails = tails_of_signature(lines, _ZONE, 12.0, darkness, nothing, nothing, _MM)
    assert tails[row, left - 10]
    assert bool(tails[row, first - 4]) is told


def test_nothing_is_a_tail_where_nobody_signed() -> None:
    darkness, lines, nothing = _field()
    row, left = round(_ZONE.centre.y * _MM), round(_ZONE.x * _MM)
    lines[row, left - 14 : left - 7] = True
    assert not tails_of_signature(lines, _ZONE, 12.0, darkness, nothing, nothing, _MM).any()

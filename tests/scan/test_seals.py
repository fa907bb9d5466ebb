"""Seals that leave their zone, and pens that do."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.scan.page_drawings import (
    BLUE,
    PENCIL,
    RED,
    SCALE,
    Colour,
    Picture,
    plain,
    read,
    stroke,
    voted_page,
)
from tests.scan.seal_drawings import (
    SEAL,
    grey_scan,
    is_asked,
    press_seal,
    seal_die,
    zone_of_seal,
)

BLACK: Colour = (30, 30, 30)
PALE_SEAL: Colour = (188, 176, 236)


@pytest.mark.parametrize("diameter", [28.0, 37.0, 42.0])
@pytest.mark.parametrize(("dx", "dy"), [(6.0, -1.0), (-6.0, 5.0), (1.0, 6.0), (5.5, -5.5)])
def test_a_seal_beside_the_middle_of_its_zone_is_free(
    diameter: float, dx: float, dy: float
) -> None:
    page = press_seal(voted_page(), seal_die(diameter), dx, dy)
    assert plain(read(page))
    assert plain(read(grey_scan(page)))


@pytest.mark.parametrize("apart", [(0.8, 0.8), (2.5, 0.0), (-1.2, 2.0), (-0.9, -1.8)])
def test_a_seal_set_twice_is_free(apart: tuple[float, float]) -> None:
    die = seal_die(37.0)
    page = press_seal(voted_page(), die, 5.0, -4.0)
    page = press_seal(page, die, 5.0 + apart[0], -4.0 + apart[1], (150, 140, 235))
    assert plain(read(page))
    assert plain(read(grey_scan(page)))


@pytest.mark.parametrize("length", [1.5, 3.0])
@pytest.mark.parametrize("across", [True, False])
def test_a_smeared_seal_is_free(length: float, across: bool) -> None:
    reach = round(length * SCALE)
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    line = (reach, slice(reach, None)) if across else (slice(reach, None), reach)
    kernel[line] = 1.0 / (reach + 1)
    die = seal_die(37.0)
    dragged = cv2.filter2D(die, -1, kernel[::-1, ::-1], borderType=cv2.BORDER_REPLICATE)
    die = np.asarray(0.6 * die + 0.4 * dragged, np.uint8)
    page = press_seal(voted_page(), die, 5.0, 5.0)
    assert plain(read(page))
    assert plain(read(grey_scan(page)))


def test_ink_dragged_broadly_from_the_rim_is_free() -> None:
    page = press_seal(voted_page(), seal_die(37.0), -5.0, 5.0)
    zone = zone_of_seal()
    x, y = zone.centre.x - 5.0 - 18.3, zone.centre.y + 5.0
    stroke(page, [(x, y), (x - 2.5, y + 0.5)], 2.5, SEAL)
    assert plain(read(page))


@pytest.mark.parametrize("share", [0.45, 0.7])
def test_a_seal_that_was_pressed_on_one_side_only_is_free(share: float) -> None:
    die = seal_die(37.0)
    columns = np.arange(die.shape[1]) / die.shape[1]
    pressed = np.clip((share + 0.05 - columns) / 0.1, 0.0, 1.0)
    light = np.asarray(255 - (255 - die) * pressed * 0.6, np.uint8)
    page = press_seal(voted_page(), light, -6.0, 4.0)
    assert plain(read(page))
    assert plain(read(grey_scan(page)))


@pytest.mark.parametrize("colour", [BLUE, RED, BLACK, PENCIL])
@pytest.mark.parametrize("width", [0.35, 0.7])
@pytest.mark.parametrize("sealed", [True, False])
def test_a_pen_that_begins_in_the_zone_and_leaves_it_is_an_annotation(
    colour: Colour, width: float, sealed: bool
) -> None:
    page = voted_page()
    if sealed:
        page = press_seal(page, seal_die(37.0), -2.0, 1.0)
    zone = zone_of_seal()
    stroke(page, [(zone.x + 9, zone.bottom - 11), (zone.x - 4, zone.bottom - 7)], width, colour)
    assert is_asked(page)
    assert is_asked(grey_scan(page))


@pytest.mark.parametrize("colour", [RED, BLACK, PENCIL])
@pytest.mark.parametrize("dx", [-2.0, -6.0])
def test_a_pen_that_leaves_the_rim_by_four_millimetres_is_an_annotation(
    colour: Colour, dx: float
) -> None:
    page = press_seal(voted_page(), seal_die(37.0), dx, 4.0)
    zone = zone_of_seal()
    x, y = zone.centre.x + dx - 18.5, zone.centre.y + 4.0
    x = min(x, zone.x)
    stroke(page, [(x + 3, y), (x - 4.0, y + 1)], 0.5, colour)
    assert is_asked(page)
    assert is_asked(grey_scan(page))


@pytest.mark.parametrize("colour", [RED, BLACK, PENCIL])
@pytest.mark.parametrize(("apart", "span"), [(1.3, 0.3), (1.3, 0.6), (2.0, 0.6), (2.0, 1.2)])
def test_a_pen_along_the_rim_outside_the_zone_is_an_annotation(
    colour: Colour, apart: float, span: float
) -> None:
    page = press_seal(voted_page(), seal_die(37.0), -5.0, 2.0)
    zone = zone_of_seal()
    x, y = zone.centre.x - 5.0, zone.centre.y + 2.0
    turns = np.linspace(np.pi - span, np.pi + span, 60)
    wide = 18.5 + apart + 0.15 * np.sin(4 * turns)
    bow = [(x + r * np.cos(a), y + r * np.sin(a)) for a, r in zip(turns, wide, strict=True)]
    stroke(page, bow, 0.5, colour)
    assert is_asked(page)
    assert is_asked(grey_scan(page))


@pytest.mark.parametrize("colour", [BLUE, RED, BLACK])
@pytest.mark.parametrize("radius", [16.0, 20.0])
def test_a_bow_as_round_as_a_seal_is_an_annotation(colour: Colour, radius: float) -> None:
    page, zone = voted_page(), zone_of_seal()
    x, y = zone.x + radius - 5.0, zone.centre.y
    turns = np.linspace(np.pi - 1.1, np.pi + 1.1, 60)
    wide = radius + 0.15 * np.sin(5 * turns)
    bow = [(x + r * np.cos(a), y + r * np.sin(a)) for a, r in zip(turns, wide, strict=True)]
    stroke(page, bow, 0.5, colour)
    assert is_asked(page)
    assert is_asked(grey_scan(page))


@pytest.mark.parametrize("colour", [BLUE, PENCIL])
def test_a_loop_around_the_seal_is_an_annotation(colour: Colour) -> None:
    page, zone = press_seal(voted_page(), seal_die(37.0), 0.0, 0.0), zone_of_seal()
    turns = np.linspace(0, 2 * np.pi, 120)
    radius = 25.0 + 0.8 * np.sin(2 * turns + 1.0)
    loop = [
        (zone.centre.x + r * np.cos(a), zone.centre.y + r * np.sin(a))
        for a, r in zip(turns, radius, strict=True)
    ]
    stroke(page, loop, 0.5, colour)
    assert is_asked(page)
    assert is_asked(grey_scan(page))


@pytest.mark.parametrize("colour", [BLUE, BLACK])
def test_another_colour_upon_a_seal_outside_the_zone_is_an_annotation(colour: Colour) -> None:
    page = press_seal(voted_page(), seal_die(37.0), -8.0, 2.0)
    zone = zone_of_seal()
    x, y = zone.x - 1.6, zone.centre.y + 2.0
    stroke(page, [(x, y - 3.5), (x - 0.4, y + 3.5)], 0.5, colour)
    assert is_asked(page)


# --- seals whose ink is pale, soft or too much


def _soft(die: Picture, by_mm: float) -> Picture:
    """Return the die of a seal that is out of focus or sank into the paper."""
    return np.asarray(cv2.GaussianBlur(die, (0, 0), by_mm * SCALE), np.uint8)


def _uneven(page: Picture, share: float = 1.0) -> Picture:
    """Return the die as it prints from a pad with too little ink on one side, and grainy."""
    rng = np.random.default_rng(7)
    grain = cv2.GaussianBlur(rng.normal(0, 1, page.shape).astype(np.float32), (0, 0), 1.5)
    fade = np.linspace(1.0, 0.55, page.shape[1])[None] * share
    inked = (255.0 - page) * np.clip(fade + 0.5 * grain, 0.0, 1.0)
    return np.asarray(255.0 - inked, np.uint8)


@pytest.mark.parametrize("diameter", [28.0, 42.0])
@pytest.mark.parametrize(("dx", "dy"), [(6.0, -3.0), (-7.0, 4.0)])
@pytest.mark.parametrize("soft", [0.0, 0.4])
def test_a_pale_seal_that_leaves_its_zone_is_free(
    diameter: float, dx: float, dy: float, soft: float
) -> None:
    die = _uneven(seal_die(diameter))
    page = press_seal(voted_page(), _soft(die, soft) if soft else die, dx, dy, (120, 105, 228))
    assert plain(read(page))
    assert plain(read(grey_scan(page)))


@pytest.mark.parametrize("apart", [(1.5, 0.3), (-1.8, 0.8), (0.4, 2.4)])
def test_a_pale_seal_set_twice_is_free(apart: tuple[float, float]) -> None:
    die = _uneven(seal_die(37.0))
    page = press_seal(voted_page(), die, -4.0, -4.0, (110, 95, 225))
    page = press_seal(page, die, -4.0 + apart[0], -4.0 + apart[1], (110, 95, 225))
    assert plain(read(page))
    assert plain(read(grey_scan(page)))


def test_ink_that_ran_around_a_seal_is_free() -> None:
    die = seal_die(37.0)
    rng = np.random.default_rng(3)
    around = 255.0 - 0.75 * (255.0 - _soft(die, 1.1)) * (rng.random(die.shape) < 0.6)
    page = press_seal(voted_page(), np.minimum(die, np.asarray(around, np.uint8)), -3.0, 5.0)
    assert plain(read(page))


@pytest.mark.parametrize("colour", [BLUE, RED, BLACK, PENCIL])
@pytest.mark.parametrize("width", [0.25, 0.5, 0.9])
def test_a_pen_that_leaves_a_pale_seal_is_an_annotation(colour: Colour, width: float) -> None:
    page = press_seal(voted_page(), _soft(_uneven(seal_die(37.0)), 0.3), -6.0, 4.0, PALE_SEAL)
    zone = zone_of_seal()
    x, y = zone.centre.x - 6.0 - 18.5, zone.centre.y + 4.0
    stroke(page, [(x + 3, y), (x - 4.0, y + 1)], width, colour)
    assert is_asked(page)
    assert is_asked(grey_scan(page))


@pytest.mark.parametrize("colour", [BLUE, BLACK])
@pytest.mark.parametrize("seal", [PALE_SEAL, (120, 105, 228)])
def test_another_colour_upon_a_pale_seal_outside_the_zone_is_an_annotation(
    colour: Colour, seal: Colour
) -> None:
    page = press_seal(voted_page(), _soft(seal_die(37.0), 0.3), -8.0, 2.0, seal)
    zone = zone_of_seal()
    x, y = zone.x - 1.6, zone.centre.y + 2.0
    stroke(page, [(x, y - 3.5), (x - 0.4, y + 3.5)], 0.5, colour)
    assert is_asked(page)


@pytest.mark.parametrize("colour", [RED, BLACK, PENCIL])
@pytest.mark.parametrize(("apart", "width"), [(1.3, 0.3), (1.3, 0.5), (2.0, 0.5), (2.4, 0.9)])
def test_a_pen_along_the_rim_of_a_pale_seal_is_an_annotation(
    colour: Colour, apart: float, width: float
) -> None:
    page = press_seal(voted_page(), _uneven(seal_die(37.0)), -5.0, 2.0, (120, 105, 228))
    zone = zone_of_seal()
    x, y = zone.centre.x - 5.0, zone.centre.y + 2.0
    turns = np.linspace(np.pi - 0.7, np.pi + 0.7, 60)
    wide = 18.5 + apart + 0.15 * np.sin(4 * turns)
    bow = [(x + r * np.cos(a), y + r * np.sin(a)) for a, r in zip(turns, wide, strict=True)]
    stroke(page, bow, width, colour)
    assert is_asked(page)
    assert is_asked(grey_scan(page))


@pytest.mark.parametrize("colour", [BLUE, RED, BLACK, PENCIL])
@pytest.mark.parametrize("tone", [(175, 205, 225), (205, 222, 236)])
def test_a_stroke_in_a_ring_of_a_cup_beside_the_zone_is_an_annotation(
    colour: Colour, tone: Colour
) -> None:
    page, zone = voted_page(), zone_of_seal()
    at = (round((zone.x + 15) * SCALE), round(zone.centre.y * SCALE))
    cv2.circle(page, at, round(20.0 * SCALE), tone, round(0.8 * SCALE), cv2.LINE_AA)
    x = zone.x - 3.0
    stroke(page, [(x, zone.centre.y - 5), (x + 1.0, zone.centre.y + 5)], 0.5, colour)
    assert is_asked(page)
    assert is_asked(grey_scan(page))


@pytest.mark.parametrize("colour", [BLUE, RED, PENCIL])
@pytest.mark.parametrize("radius", [15.0, 20.5])
def test_a_pencil_or_pen_drawn_round_as_a_seal_is_an_annotation(
    colour: Colour, radius: float
) -> None:
    page, zone = voted_page(), zone_of_seal()
    turns = np.linspace(0, 2 * np.pi, 160)
    # A hand wavers by half a millimetre around so large a ring at its very best.
    wide = radius + 0.6 * np.sin(2 * turns + 0.5) + 0.35 * np.sin(3 * turns)
    x, y = zone.x + radius - 5.0, zone.centre.y
    loop = [(x + r * np.cos(a), y + r * np.sin(a)) for a, r in zip(turns, wide, strict=True)]
    stroke(page, loop, 0.4, colour)
    assert is_asked(page)
    assert is_asked(grey_scan(page))

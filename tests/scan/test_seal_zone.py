"""Writing in the zone of the seal, with a seal, without one, and over its rim."""

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

Course = list[tuple[float, float]]
BLACK: Colour = (35, 30, 30)
_TURN = np.linspace(0, 2 * np.pi, 120)
_WORD: Course = [
    (12 * s - 6, -2.2 * (1 - np.cos(38 * s)) * (0.7 + 0.3 * np.sin(9 * s)))
    for s in np.linspace(0, 1, 90).tolist()
]
_OVAL: Course = [(19 * np.cos(a), 11 * np.sin(a)) for a in _TURN.tolist()]
_WRITINGS: dict[str, list[Course]] = {
    "word": [_WORD],
    "tick": [[(-2.5, 0.0), (-1.0, 3.0), (4.0, -4.0)]],
    "dash": [[(-3.5, 0.3), (3.5, -0.3)]],
    "number": [[(0.3 * k, -2.5), (2 + 0.3 * k, -2.5), (1 + 0.3 * k, 2.5)] for k in (0, 12)],
    "cross": [[(-11, -11), (11, 12)], [(10, -12), (-11, 11)]],
    "scribble": [
        [(30 * s - 15 + 2 * np.sin(95 * s), 13 * np.sin(62 * s)) for s in np.linspace(0, 1, 260)]
    ],
    "square stamp": [
        [(-r, -r), (r, -r), (r, r), (-r, r), (-r, -r)] for r in (12.0, 11.0)
    ] + [[(x - 8, y) for x, y in _WORD], [(x + 3, y + 6) for x, y in _WORD]],
    "oval stamp": [_OVAL, [(0.94 * x, 0.9 * y) for x, y in _OVAL], _WORD],
}  # fmt: skip


def _write(page: Picture, what: str, x: float, y: float, colour: Colour, width: float) -> None:
    for course in _WRITINGS[what]:
        stroke(page, [(x + dx, y + dy) for dx, dy in course], width, colour)


def _two_levels(page: Picture, level: int = 170) -> Picture:
    """Return a page as a machine scans it that keeps black and white alone."""
    soft = cv2.GaussianBlur(grey_scan(page), (0, 0), 1.0)
    return np.asarray((soft > level) * np.uint8(255), np.uint8)


def _grainy(die: Picture, share: float) -> Picture:
    """Return the print of a die whose pad is so nearly dry that only this share of ink is left."""
    rng = np.random.default_rng(11)
    grain = cv2.GaussianBlur(rng.normal(0, 1, die.shape).astype(np.float32), (0, 0), 2.0)
    inked = (255.0 - die) * np.clip(share * (1 + 4.0 * grain), 0.0, 1.0)
    return np.asarray(255.0 - inked, np.uint8)


@pytest.mark.parametrize("what", sorted(_WRITINGS))
@pytest.mark.parametrize("colour", [BLUE, RED, BLACK, PENCIL])
def test_writing_where_no_seal_is_asks(what: str, colour: Colour) -> None:
    page, middle = voted_page(), zone_of_seal().centre
    _write(page, what, middle.x - 3, middle.y + 8, colour, 0.5)
    assert is_asked(page)
    assert is_asked(grey_scan(page))


@pytest.mark.parametrize("what", ["word", "number", "tick"])
def test_writing_where_no_seal_is_asks_in_two_levels(what: str) -> None:
    page, zone = voted_page(), zone_of_seal()
    _write(page, what, zone.x + 12, zone.bottom - 8, BLUE, 0.5)
    assert is_asked(_two_levels(page))


@pytest.mark.parametrize("what", ["word", "number", "tick", "dash"])
@pytest.mark.parametrize("colour", [BLUE, RED, PENCIL])
def test_writing_beside_a_seal_in_its_zone_asks(what: str, colour: Colour) -> None:
    page, zone = voted_page(), zone_of_seal()
    page = press_seal(page, seal_die(33.0), 5.5, -4.0)
    _write(page, what, zone.x + 7, zone.bottom - 4, colour, 0.5)
    assert is_asked(page)
    assert is_asked(grey_scan(page))


@pytest.mark.parametrize("colour", [BLUE, PENCIL])
def test_a_stroke_over_the_rim_asks_by_what_lies_outside(colour: Colour) -> None:
    page, zone = voted_page(), zone_of_seal()
    page = press_seal(page, seal_die(33.0), 5.0, -4.0)
    stroke(page, [(zone.x + 16, zone.bottom - 13), (zone.x + 5, zone.bottom - 3)], 0.5, colour)
    assert is_asked(grey_scan(page))


@pytest.mark.parametrize("radius", [15.0, 18.0])
def test_a_loop_drawn_in_the_zone_asks(radius: float) -> None:
    page, middle = voted_page(), zone_of_seal().centre
    wide = radius + 0.6 * np.sin(2 * _TURN + 0.5) + 0.35 * np.sin(3 * _TURN)
    loop = [
        (middle.x + r * np.cos(a), middle.y + r * np.sin(a))
        for a, r in zip(_TURN, wide, strict=True)
    ]
    stroke(page, loop, 0.5, BLUE)
    assert is_asked(page)
    assert is_asked(grey_scan(page))


@pytest.mark.parametrize("diameter", [30.0, 36.0, 42.0])
@pytest.mark.parametrize("share", [1.0, 0.5, 0.25])
def test_seals_of_any_size_and_strength_are_free(diameter: float, share: float) -> None:
    page = press_seal(voted_page(), _grainy(seal_die(diameter), share), -1.0, 1.5)
    assert plain(read(page))
    assert plain(read(grey_scan(page)))


@pytest.mark.parametrize("level", [110, 130, 150, 190])
def test_what_two_levels_leave_of_a_pale_seal_is_free(level: int) -> None:
    page = press_seal(voted_page(), _grainy(seal_die(37.0), 0.7), 1.0, 1.0, (120, 105, 228))
    assert plain(read(_two_levels(page, level)))


@pytest.mark.parametrize("apart", [(1.0, 1.4), (-3.0, 2.0), (4.5, 3.0)])
def test_a_seal_that_was_set_again_within_its_zone_is_free(apart: tuple[float, float]) -> None:
    die = seal_die(34.0)
    middle = (len(die) / 2, len(die) / 2)
    again = cv2.warpAffine(
        die, cv2.getRotationMatrix2D(middle, 25.0, 1.0), die.shape, borderValue=(255.0,)
    )
    page = press_seal(voted_page(), die, -apart[0] / 2, -apart[1] / 2)
    page = press_seal(page, np.asarray(again, np.uint8), apart[0] / 2, apart[1] / 2, SEAL)
    assert plain(read(page))
    assert plain(read(grey_scan(page)))


@pytest.mark.parametrize("share", [0.35, 0.6])
def test_a_part_of_a_seal_in_its_zone_is_free(share: float) -> None:
    die = seal_die(37.0)
    columns = np.arange(die.shape[1]) / die.shape[1]
    pressed = np.clip((share + 0.05 - columns) / 0.1, 0.0, 1.0)
    page = press_seal(voted_page(), np.asarray(255 - (255 - die) * pressed, np.uint8), 0.0, 0.0)
    assert plain(read(page))
    assert plain(read(grey_scan(page)))


def test_specks_and_a_pale_tint_in_an_empty_zone_are_free() -> None:
    page, zone = voted_page(), zone_of_seal()
    for dx, dy in ((6.0, 30.0), (15.0, 38.0), (31.0, 35.0)):
        at = (round((zone.x + dx) * SCALE), round((zone.y + dy) * SCALE))
        cv2.circle(page, at, round(0.35 * SCALE), (60, 60, 60), -1, cv2.LINE_AA)
    assert plain(read(page))
    assert plain(read(grey_scan(page)))


def _plain_die(page: Picture, lines: tuple[str, ...], colour: Colour) -> None:
    """Press a die whose words stand in lines across the middle, or one without any."""
    middle = zone_of_seal().centre
    at = round(middle.x * SCALE), round(middle.y * SCALE)
    for radius in (18.5, 17.2):
        cv2.circle(page, at, round(radius * SCALE), colour, 6, cv2.LINE_AA)
    for number, line in enumerate(lines):
        below = at[1] + round((6.0 * number - 2.0) * SCALE)
        place = at[0] - 15 * len(line), below
        cv2.putText(page, line, place, cv2.FONT_HERSHEY_SIMPLEX, 1.6, colour, 5, cv2.LINE_AA)


@pytest.mark.parametrize("lines", [(), ("CONG DOAN", "VINH THINH")])
@pytest.mark.parametrize("grey", [False, True])
def test_a_seal_whose_words_do_not_follow_its_rim_asks_nothing(
    lines: tuple[str, ...], grey: bool
) -> None:
    page = voted_page()
    _plain_die(page, lines, SEAL)
    assert plain(read(grey_scan(page) if grey else page))


def _scrap_of_seal(page: Picture) -> None:
    """Leave what a threshold leaves of a pale seal: scraps along its rim and in its letters."""
    middle, rng = zone_of_seal().centre, np.random.default_rng(7)
    for number, turn in enumerate(rng.uniform(0, 2 * np.pi, 26)):
        radius = 18.2 if number % 2 else rng.uniform(13.0, 16.0)
        length = 0.06 if number % 2 else 0.02
        arc = np.linspace(turn, turn + length, 6)
        points = [(middle.x + radius * np.cos(a), middle.y + radius * np.sin(a)) for a in arc]
        stroke(page, points, 0.35, BLACK)


def test_the_scraps_of_a_seal_in_two_levels_ask_nothing() -> None:
    page = voted_page()
    _scrap_of_seal(page)
    assert plain(read(_two_levels(page)))


@pytest.mark.parametrize("what", ["tick", "cross", "number"])
def test_writing_among_the_scraps_of_a_seal_asks(what: str) -> None:
    page = voted_page()
    _scrap_of_seal(page)
    middle = zone_of_seal().centre
    _write(page, what, middle.x - 7, middle.y + 12, BLUE, 0.5)
    assert is_asked(_two_levels(page))

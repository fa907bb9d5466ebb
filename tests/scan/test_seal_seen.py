"""Whether a ballot bears the seal: told of pale, dry and partly printed ones too."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from omr.geometry import Rect
from tests.scan.page_drawings import BLUE, SCALE, Colour, Picture, read, stroke, voted_page
from tests.scan.seal_drawings import SEAL, grey_scan, press_seal, seal_die, zone_of_seal

_PINK: Colour = (225, 222, 252)


def _shaded(page: Picture, rect: Rect, colour: tuple[int, int, int]) -> Picture:
    shade = np.full_like(page, 255)
    top, left = round(rect.y * SCALE), round(rect.x * SCALE)
    shade[top : round(rect.bottom * SCALE), left : round(rect.right * SCALE)] = colour
    return np.asarray(np.minimum(page, shade), np.uint8)


def _half(die: Picture) -> Picture:
    """Return the print of a die that was pressed on its left side alone."""
    half = die.copy()
    half[:, len(die) // 2 :] = 255
    return half


@pytest.mark.parametrize("grey", [False, True])
def test_a_ballot_without_a_seal_bears_none(grey: bool) -> None:
    page = voted_page()
    assert read(grey_scan(page) if grey else page).seal == "absent"


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("diameter", [30.0, 37.0, 41.0])
@pytest.mark.parametrize("colour", [SEAL, _PINK])
def test_a_seal_is_seen(grey: bool, diameter: float, colour: Colour) -> None:
    page = press_seal(voted_page(), seal_die(diameter), 2.0, -1.5, colour)
    assert read(grey_scan(page) if grey else page).seal == "stamped"


def test_half_a_seal_is_seen() -> None:
    page = press_seal(voted_page(), _half(seal_die(37.0)), 0.0, 0.0)
    assert read(page).seal == "stamped"


def test_a_seal_in_two_levels_is_seen() -> None:
    page = grey_scan(press_seal(voted_page(), seal_die(37.0), 0.0, 0.0))
    soft = cv2.GaussianBlur(page, (0, 0), 1.0)
    assert read(np.asarray((soft > 170) * np.uint8(255), np.uint8)).seal == "stamped"


@pytest.mark.parametrize("colour", [SEAL, (35, 30, 30)])
def test_a_ring_that_holds_nothing_is_no_seal(colour: Colour) -> None:
    page, middle = voted_page(), zone_of_seal().centre
    turn = np.linspace(0, 2 * np.pi, 240)
    ring = np.column_stack([middle.x + 18 * np.cos(turn), middle.y + 18 * np.sin(turn)])
    stroke(page, [(x, y) for x, y in ring.tolist()], 0.6, colour)
    assert read(page).seal == "bare"
    # Drawn so cleanly, its grey scan could be one of two levels, which may take letters away.
    assert read(grey_scan(page)).seal in ("bare", "unclear")


def test_writing_in_the_zone_is_neither_a_seal_nor_nothing() -> None:
    page, middle = voted_page(), zone_of_seal().centre
    stroke(page, [(middle.x - 9, middle.y), (middle.x + 9, middle.y - 4)], 0.5, BLUE)
    assert read(page).seal == "unclear"


def test_a_red_stain_may_be_a_seal() -> None:
    zone = zone_of_seal()
    page = _shaded(voted_page(), Rect(zone.x + 8, zone.y + 8, 15.0, 12.0), (214, 214, 236))
    assert read(page).seal == "unclear"


def test_nothing_is_said_of_a_zone_that_is_torn_off() -> None:
    page, zone = voted_page(), zone_of_seal()
    torn = page.copy()
    torn[round(zone.y * SCALE) : round((zone.y + 20) * SCALE), : round((zone.x + 20) * SCALE)] = 0
    assert read(torn).seal != "absent"


@pytest.mark.parametrize(("specks", "seen"), [(0, "absent"), (40, "unclear")])
def test_specks_that_two_levels_leave_may_be_of_a_pale_seal(specks: int, seen: str) -> None:
    page, zone = voted_page(), zone_of_seal()
    rng = np.random.default_rng(4)
    for x, y in rng.uniform(4, 41, (specks, 2)).tolist():
        left, top = round((zone.x + x) * SCALE), round((zone.y + y) * SCALE)
        page[top : top + 3, left : left + 3] = 0
    assert read(np.asarray((grey_scan(page) > 170) * np.uint8(255), np.uint8)).seal == seen

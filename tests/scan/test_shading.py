"""Figures filled with a pencil are found; stains, thumbs and folds as broad and as pale are not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from omr.scan.ink.shading import shaded_by_hand
from omr.scan.place.reference import Grey, Mask
from tests.scan.page_drawings import (
    SCALE,
    Colour,
    Picture,
    codes,
    image_of,
    plain,
    read,
    reader,
    stroke,
    voted_page,
)

_MM = 8
# What hard and soft pencil leave of white where they went over all of it.
_HARD, _SOFT = (185, 185, 185), (140, 140, 140)
_COFFEE, _WATER = (150, 190, 218), (170, 172, 172)


def _spot(soft_mm: float, level: int, side_mm: float = 5.0) -> Grey:
    darkness = np.zeros((40 * _MM, 50 * _MM), np.uint8)
    half = round(side_mm / 2 * _MM)
    cv2.rectangle(darkness, (200 - half, 160 - half), (200 + half, 160 + half), (level,), -1)
    return np.asarray(cv2.GaussianBlur(darkness, (0, 0), soft_mm * _MM), np.uint8)


def _drawn(darkness: Grey, pixels: Picture | None = None, shut: Mask | None = None) -> Mask:
    shut = np.zeros(darkness.shape, np.bool_) if shut is None else shut
    shade = darkness > 0.9 * darkness.max()
    grey = np.asarray(255 - darkness, np.uint8)
    return shaded_by_hand(shade, darkness, shut, grey if pixels is None else pixels, 56.0, _MM)


@pytest.mark.parametrize("soft_mm", [0.08, 0.15])
@pytest.mark.parametrize("level", [65, 105])
def test_a_patch_with_a_sharp_border_was_drawn(soft_mm: float, level: int) -> None:
    patch = _spot(soft_mm, level)
    assert _drawn(patch)[patch > level / 2].mean() > 0.95


@pytest.mark.parametrize("soft_mm", [0.5, 1.0])
def test_a_patch_that_fades_out_was_not_drawn(soft_mm: float) -> None:
    assert not _drawn(_spot(soft_mm, 105)).any()


def test_a_patch_paler_than_ink_was_not_drawn() -> None:
    assert not _drawn(_spot(0.1, 50)).any()


def test_a_patch_larger_than_a_figure_was_not_drawn() -> None:
    assert not _drawn(_spot(0.1, 90, 32.0)).any()


def test_a_patch_that_mostly_borders_on_print_tells_nothing() -> None:
    patch = _spot(0.1, 90)
    shut = np.zeros(patch.shape, np.bool_)
    shut[:, :185] = shut[:, 215:] = True
    assert not _drawn(patch, shut=shut).any()


def test_a_brown_patch_was_not_drawn_where_there_is_colour() -> None:
    patch = _spot(0.1, 100)
    taken = patch[:, :, None] * np.array([1.0, 0.62, 0.33])
    assert not _drawn(patch, np.asarray(255 - taken, np.uint8)).any()


# --- whole pages


def _fill(page: Picture, x: float, y: float, across: float, down: float, colour: Colour) -> Picture:
    """Go to and fro with a pencil of 0.5 mm over an oval."""
    points = []
    for k, at in enumerate(np.arange(-1.0, 1.01, 0.7 / down)):
        half = across / 2 * float(np.sqrt(max(0.0, 1 - at * at)))
        ends = [(x - half, y + at * down / 2), (x + half, y + at * down / 2 + 0.1)]
        points += ends if k % 2 else ends[::-1]
    layer = np.full_like(page, 255)
    stroke(layer, points, 0.5, colour)
    # The tooth of the paper shows through graphite, a quarter of a millimetre wide.
    grain = np.random.default_rng(3).normal(0, 1, page.shape[:2]).astype(np.float32)
    grain = cv2.GaussianBlur(grain, (0, 0), 0.12 * SCALE)
    kept = layer / 255.0 + (layer < 250) * (0.06 * grain / grain.std())[:, :, None]
    kept = cv2.GaussianBlur(kept.astype(np.float32), (0, 0), 1.0).clip(0, 1)
    return np.asarray(page * kept, np.uint8)


def _soak(page: Picture, x: float, y: float, size: float, soft: float, colour: Colour) -> Picture:
    """Let something soak into the paper, with a border so soft in mm."""
    layer = np.zeros(page.shape[:2], np.uint8)
    centre = round(x * SCALE), round(y * SCALE)
    cv2.ellipse(layer, centre, (round(size / 2 * SCALE), round(size * 0.4 * SCALE)), 20, 0, 360,
                (255,), -1)  # fmt: skip
    share = cv2.GaussianBlur(layer, (0, 0), soft * SCALE).astype(np.float32)[:, :, None] / 255
    return np.asarray(page * (1 - share * (1 - np.array(colour, np.float32) / 255)), np.uint8)


@pytest.mark.parametrize("size", [(3.0, 3.6), (5.0, 7.5)])
@pytest.mark.parametrize("colour", [_HARD, _SOFT])
@pytest.mark.parametrize("without_colour", [False, True])
def test_a_shaded_figure_in_the_margin_is_found(
    size: tuple[float, float], colour: Colour, without_colour: bool
) -> None:
    page = _fill(voted_page(), 60.0, 252.0, *size, colour)
    if without_colour:
        grey = np.asarray(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), np.uint8)
        assert ("annotation", None) in codes(reader().read_page(image_of(grey)))
    else:
        assert ("annotation", None) in codes(read(page))


@pytest.mark.parametrize(
    ("size", "colour", "soft"),
    [
        (9.0, _COFFEE, 0.1),
        (5.0, _WATER, 0.6),
        (9.0, _WATER, 0.6),
        (5.0, _SOFT, 0.9),
        (9.0, _SOFT, 0.9),
    ],
)
def test_a_stain_or_a_smudge_of_that_size_is_not_asked_about(
    size: float, colour: Colour, soft: float
) -> None:
    assert plain(read(_soak(voted_page(), 60.0, 252.0, size, soft, colour)))

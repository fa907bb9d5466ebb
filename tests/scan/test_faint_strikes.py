"""Names struck out with hard or pale pencils, and pale lines that are no strikes."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.scan.page_drawings import SCALE, Picture, codes, letters_of, plain, read, voted_page

Floats = NDArray[np.float32]


def _pencil(
    page: Picture, ends: tuple[float, float, float, float], dark: int, width_mm: float, seed: int
) -> Picture:
    """Draw a line of a hard pencil, with the tooth of the paper in it, and some grain."""
    layer = np.zeros(page.shape[:2], np.uint8)
    x0, y0, x1, y1 = (round(v * SCALE * 16) for v in ends)
    cv2.line(layer, (x0, y0), (x1, y1), (255,), max(1, round(width_mm * SCALE)), cv2.LINE_AA, 4)
    taken, grain = _paper(layer.shape, seed)
    share = taken * layer / np.float32(255)
    drawn = page * (1 - np.float32(dark / 255) * share)[..., None] + grain[..., None]
    soft = cv2.GaussianBlur(np.clip(drawn, 0, 255), (0, 0), 0.8)
    return np.asarray(soft, np.uint8)


@lru_cache(maxsize=1)
def _paper(shape: tuple[int, int], seed: int) -> tuple[Floats, Floats]:
    """Return how much of a pencil's line the tooth of a paper takes, and the paper's grain."""
    rng = np.random.default_rng(seed)
    tooth = cv2.GaussianBlur(rng.normal(0.0, 1.0, shape), (0, 0), 1.5)
    taken = np.clip(0.7 + 0.5 * tooth / tooth.std(), 0.0, 1.5)
    return taken.astype(np.float32), rng.normal(0.0, 2.0, shape).astype(np.float32)


@pytest.mark.parametrize("contest", ["c1", "c2", "c3"])
@pytest.mark.parametrize(("dark", "width_mm"), [(50, 0.5), (70, 0.35)])
@pytest.mark.parametrize("slope_mm", [-1.2, 0.0, 1.5])
def test_a_pale_line_through_a_name_asks(
    contest: str, dark: int, width_mm: float, slope_mm: float
) -> None:
    name = letters_of(contest)
    y = name.centre.y + 0.4
    ends = (name.x - 1.0, y - slope_mm / 2, name.right + 2.0, y + slope_mm / 2)
    page = _pencil(voted_page(), ends, dark, width_mm, seed=7)
    assert {who for code, who in codes(read(page)) if code == "name-struck"} == {contest}


@pytest.mark.parametrize("below_mm", [-3.0, 0.0, 2.0])
def test_a_pale_crease_through_all_of_the_sheet_is_no_strike(below_mm: float) -> None:
    name = letters_of("c2")
    y = name.centre.y + below_mm
    page = _pencil(voted_page(), (0.0, y - 0.5, 210.0, y + 0.8), 45, 0.4, seed=8)
    assert "name-struck" not in [code for code, _ in codes(read(page))]


@pytest.mark.parametrize("seed", [1, 2])
def test_paper_with_grain_has_no_strikes(seed: int) -> None:
    page = voted_page()
    rng = np.random.default_rng(seed)
    cloud = cv2.GaussianBlur(rng.normal(0.0, 1.0, page.shape[:2]), (0, 0), 0.8 * SCALE)
    grain = 4.0 * cloud / cloud.std() + rng.normal(0.0, 4.0, page.shape[:2])
    page = np.clip(page - np.abs(grain)[..., None], 0, 255).astype(np.uint8)
    assert plain(read(page))


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_a_fold_that_wavers_and_skips_is_no_strike(seed: int) -> None:
    rng = np.random.default_rng(seed)
    xs = np.arange(0.0, 211.0, 1.5)
    waver = np.convolve(rng.normal(0.0, 1.0, len(xs)), np.ones(9) / 9, "same")
    ys = letters_of("c2").y - 1.2 + 0.9 * waver
    page = voted_page()
    for k in range(len(xs) - 1):
        # It is seen best beside the name, and again and again on all of its way.
        beside = 60.0 < xs[k] < 80.0
        if beside or rng.random() < 0.75:
            tone = 214 if beside else 222
            ends = [
                (round(x * SCALE), round(y * SCALE))
                for x, y in ((xs[k], ys[k]), (xs[k + 1], ys[k + 1]))
            ]
            cv2.line(page, ends[0], ends[1], (tone, tone, tone), 4, cv2.LINE_AA)
    page = np.asarray(cv2.GaussianBlur(page, (0, 0), 0.8), np.uint8)
    assert "name-struck" not in [code for code, _ in codes(read(page))]

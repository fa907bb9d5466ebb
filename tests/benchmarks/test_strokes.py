"""The strokes that are put where the reader may overlook them."""

from __future__ import annotations

import numpy as np
import pytest
import strokes
from handsheets.ballots import ballot_style


def test_a_dash_keeps_clear_of_boxes_codes_zones_and_other_dashes() -> None:
    layout = ballot_style("tin-nhiem.vi", "b").layout.pages[0]
    rng = np.random.default_rng(3)
    taken: list[strokes.Rect] = []
    for _ in range(20):
        way = strokes._place(layout, taken, rng)
        rect = strokes._bounds(way)
        kept_free = [box.rect for box in layout.boxes]
        kept_free += [z.rect for z in layout.zones if z.kind in ("seal", "signature", "code")]
        assert not any(rect.grown(0.1).intersection(other) for other in (*kept_free, *taken))
        length_mm = float(np.hypot(*np.subtract(way[0], way[-1])))
        assert 4.0 <= length_mm <= 7.0
        taken.append(rect.grown(5.0))


def test_a_dark_stroke_on_open_paper_is_reported_as_found() -> None:
    found = dict(strokes.dashes(3, np.random.default_rng(5)))
    plain = [what for what in found if what in ("blue, on paper", "black, on paper")]
    assert len(found) > 2
    assert all(found[what] for what in plain)


def test_each_second_mark_leaves_ink_on_the_page() -> None:
    rng = np.random.default_rng(1)
    box = strokes.Rect(10, 10, 6, 6)
    for mark in strokes._SECOND.values():
        page = np.full((400, 400, 3), 255, np.uint8)
        mark(page, box, strokes.PENS[0], rng)
        assert (page < 200).any(axis=2).sum() > 50


@pytest.mark.parametrize("printed", [1.0, 0.97, 0.95])
def test_a_sheet_keeps_the_design_that_was_printed_on_it(printed: float) -> None:
    ballot = strokes.ballot_of("tin-nhiem.vi", "b")
    page = np.repeat(ballot.pages[0][:, :, None], 3, axis=2)
    sheet = strokes._on_sheet(page, ballot.style.layout.pages[0], printed)
    share = (sheet < 100).mean() / (page < 100).mean()
    assert share == pytest.approx(printed**2, rel=0.1)


@pytest.mark.parametrize("kind", ["along", "over", "corner", "loop"])
def test_a_stroke_at_an_edge_shows_four_millimetres_within_the_sheet(kind: str) -> None:
    layout = ballot_style("tin-nhiem.vi", "b").layout.pages[0]
    rng = np.random.default_rng(4)
    for _ in range(20):
        way = np.array(strokes._way_at_edge(kind, layout, rng))
        steps = np.linspace(0, len(way) - 1, 400)
        x, y = (np.interp(steps, np.arange(len(way)), way[:, k]) for k in (0, 1))
        step_mm = np.hypot(np.diff(x), np.diff(y))
        depth_mm = np.minimum(np.minimum(x, y), np.minimum(layout.width - x, layout.height - y))
        assert step_mm[depth_mm[1:] > 1.5].sum() > 4.0

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import handsheets
import numpy as np
import pytest
from handsheets.annotate import added
from handsheets.ballots import ballot_style, contests_of, printed_pages
from handsheets.families import FAMILIES, draw_faults
from handsheets.marks import NEAT_STYLES, PLAIN_STYLES, draw_mark
from handsheets.motion import Hand, Trace, trace
from handsheets.papers import PAPERS_OF_OFFICE, papers, strays
from handsheets.pen import Pen, write
from handsheets.press import Placing
from handsheets.scanner import Pass, choose_scanner, scan
from handsheets.sheet import Sheet, between_nodes
from handsheets.voter import BLANK, DOUBTS, LINE_FAULTS, MULTIPLE, UNCLEAR, plan_voter

from omr.geometry import Rect

OFFICE = FAMILIES["office"].manners
BOX = Rect(40.0, 40.0, 9.0, 9.0)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def blank_sheet() -> Sheet:
    return Sheet(np.full((900, 900, 3), 250, np.uint8), 10.0)


def test_the_generator_shares_nothing_with_the_one_used_for_tuning() -> None:
    for path in Path(next(iter(handsheets.__path__))).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not [name for name in names if name.startswith(("omr.rehearse", "omr.scan"))]


def test_a_plain_voter_marks_every_line_once_and_nobody_need_look() -> None:
    style = ballot_style("tin-nhiem.vi", "b")
    voter = plan_voter(contests_of(style), style.options, OFFICE, rng())
    assert voter.look == "no"
    assert voter.kinds == ()
    for line in voter.lines:
        assert [mark.option for mark in line.marks] == [line.outcome]
        assert line.marks[0].style in PLAIN_STYLES


@pytest.mark.parametrize("fault", LINE_FAULTS)
def test_every_fault_of_a_line_must_be_looked_at_and_is_on_one_line(fault: str) -> None:
    style = ballot_style("bon-muc.vi", "a")
    voter = plan_voter(contests_of(style), style.options, OFFICE, rng(), [fault])
    assert voter.look == "must"
    (line,) = [line for line in voter.lines if line.fault]
    assert line.fault == fault
    marked = {mark.option for mark in line.marks}
    if fault == "blank":
        assert (line.outcome, marked) == (BLANK, set())
    elif fault.startswith("overvote"):
        assert line.outcome == MULTIPLE
        assert len(marked) == (3 if fault == "overvote-three" else 2)
    elif fault in ("blotted-and-other", "ringed-and-other", "tape-over-mark"):
        assert line.outcome == UNCLEAR
        assert len(marked) == 2
    else:
        assert marked == {line.outcome}


@pytest.mark.parametrize("doubt", DOUBTS)
def test_a_doubt_may_be_asked_about_and_still_has_its_level(doubt: str) -> None:
    style = ballot_style("bon-muc.vi", "a")
    voter = plan_voter(contests_of(style), style.options, OFFICE, rng(), [doubt])
    assert voter.look == "may"
    assert all(line.outcome in style.options for line in voter.lines)


def test_a_family_with_faults_goes_through_all_of_them_in_turn() -> None:
    family = FAMILIES["faulty"]
    firsts = {draw_faults(family, number, rng(number))[0] for number in range(len(family.faults))}
    assert firsts == set(family.faults)


@pytest.mark.parametrize("style", NEAT_STYLES)
def test_a_neat_mark_has_most_of_its_way_near_its_box(style: str) -> None:
    for seed in range(5):
        plain = next(known for known in NEAT_STYLES if known == style)
        points = np.vstack([t.points for t in draw_mark(plain, BOX, Hand(), rng(seed))])
        near = BOX.grown(2.5)
        inside = [near.x <= x <= near.right and near.y <= y <= near.bottom for x, y in points]
        assert np.mean(inside) > 0.85


def test_a_small_cross_drawn_as_an_annotation_is_at_least_four_millimetres() -> None:
    style = ballot_style("tin-nhiem.vi", "a")
    page = style.layout.pages[0]
    ((design,),) = printed_pages(style, ["00000000"], 4.0)
    placing = Placing(1.0, 1.0, 0.0, 0.0, page.width, page.height)
    for seed in range(5):
        for fault in ("small-cross", "dash", "dash-at-edge", "dash-on-print", "cross-by-box"):
            strokes = added(fault, page, placing, design, Hand(), rng(seed))
            assert min(stroke.length_mm for stroke in strokes) >= 3.9


def test_the_pen_is_slow_at_a_corner_and_fast_between() -> None:
    way = trace(np.array([[0.0, 0.0], [20.0, 0.0], [20.0, 20.0]]), Hand(overlap=0.0), rng())
    corner = int(np.argmin(np.hypot(*(way.points - [20.0, 0.0]).T)))
    assert way.speed[corner] < 0.5 * way.speed.max()
    assert np.allclose(way.points[-1], [20.0, 20.0], atol=1.0)


def test_ink_darkens_the_paper_and_a_second_stroke_darkens_it_more() -> None:
    sheet = blank_sheet()
    stroke = trace(np.array([[20.0, 40.0], [60.0, 40.0]]), Hand(scatter_mm=0.0), rng())
    pen = Pen("ballpoint", "blue", 0.4, 0.9)
    write(sheet, [stroke], pen, rng())
    once = int(sheet.pixels[:, :, 2].min())
    write(sheet, [stroke], pen, rng())
    assert int(sheet.pixels[:, :, 2].min()) < once < 250


@pytest.mark.parametrize("family", ["office", "faulty"])
def test_the_same_numbers_give_the_same_bytes_and_another_pass_other_bytes(family: str) -> None:
    name = next(known for known in FAMILIES if known == family)
    first, second = next(papers(name, 7, 0)), next(papers(name, 7, 0))
    assert first.truth() == second.truth()
    one, two = first.scanned(0), second.scanned(0)
    assert all((a == b).all() for (a, _), (b, _) in zip(one, two, strict=True))
    other = first.scanned(1)
    assert any(
        a.shape != b.shape or (a != b).any() for (a, _), (b, _) in zip(one, other, strict=True)
    )


def test_truth_names_every_official_of_the_ballot() -> None:
    found = list(papers("neat", 3, 1))
    assert len(found) == PAPERS_OF_OFFICE
    for paper in found:
        truth = paper.truth()
        assert tuple(truth["lines"]) == contests_of(paper.office.style)
        assert len(paper.sheets) == len(paper.office.style.layout.pages)
        assert truth["look"] == "no"


def test_a_leg_that_comes_far_into_another_box_makes_a_plain_paper_doubtful() -> None:
    inside = Trace(np.array([[30.0, 45.0], [38.0, 45.0], [41.5, 45.0]]), np.ones(3))
    beside = Trace(np.array([[30.0, 45.0], [40.5, 45.0]]), np.ones(2))
    assert strays([inside], [BOX])
    assert not strays([beside], [BOX])


@pytest.mark.parametrize("rough", [True, False])
def test_no_scanner_is_set_so_light_that_pencil_vanishes(rough: bool) -> None:
    for seed in range(60):
        scanner = choose_scanner(rng(seed), rough)
        sheet = Sheet(np.full((220, 160, 3), 244, np.uint8), 10.0)
        sheet.pixels[90:130, 60:100] = 195
        still = replace(scanner, mode="grey", quality=0, noise=0.0, streaks=(), shade=0.0)
        seen = scan(sheet, replace(still, moire=0.0), Pass(0.0, 0, 0.0, 0.0, 0.0, 1))
        assert int(np.median(seen)) - int(seen[seen.shape[0] // 2, seen.shape[1] // 2]) >= 20


def test_a_map_between_nodes_looks_everywhere_and_nowhere_twice() -> None:
    x, y = np.meshgrid(np.linspace(0.0, 299.0, 7), np.linspace(0.0, 399.0, 9))
    across, down = between_nodes(np.stack([x, y], axis=2).astype(np.float32), (400, 300))
    rows, columns = np.mgrid[:400, :300]
    assert np.abs(across - columns).max() < 1e-3
    assert np.abs(down - rows).max() < 1e-3

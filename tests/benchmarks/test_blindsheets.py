from __future__ import annotations

import ast
from pathlib import Path

import blindsheets
import cv2
import numpy as np
import pytest
from blindsheets.faults import (
    ANNOTATIONS,
    DOUBTS,
    FAULTS,
    LINE_FAULTS,
    STRUCK,
    doubtful_paper,
    faulty_paper,
)
from blindsheets.found import found_ink, recorded_strokes, write
from blindsheets.hand import choose_hand
from blindsheets.ink import Patch, draw_all, put
from blindsheets.marks import doubtful_mark, plain_mark
from blindsheets.papers import BLIND_FAMILIES, PX_PER_MM, blind_papers
from blindsheets.pens import choose_pen, highlighter, in_red, pencil
from blindsheets.placing import AS_DESIGNED, place_of_print
from blindsheets.plans import Desk, Plan, plain_paper
from blindsheets.seals import choose_stamp, press
from blindsheets.shapes import DOUBTFUL, PLAIN
from blindsheets.sketch import Sketch, lay
from blindsheets.strikes import name_lines
from blindsheets.tooth import piece
from blindsheets.trace import stroke
from blindsheets.writing import digits, signature
from handsheets.ballots import ballot_style, contests_of, printed_pages

from omr.geometry import Rect

BOX = Rect(20.0, 20.0, 9.0, 9.0)
BESIDE = Rect(34.0, 20.0, 9.0, 9.0)
ROUGH_PX_PER_MM = 6.0


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def blank_page(width_mm: float = 60.0, height_mm: float = 50.0) -> np.ndarray:
    shape = (int(height_mm * PX_PER_MM), int(width_mm * PX_PER_MM), 3)
    return np.full(shape, 250, np.uint8)


@pytest.fixture(scope="module")
def desk() -> Desk:
    style = ballot_style("tin-nhiem.vi", "a")
    designs = printed_pages(style, ["ABCDEFG0"], ROUGH_PX_PER_MM)[0]
    return Desk(style, designs, ROUGH_PX_PER_MM, bold=False)


def test_the_generator_knows_neither_the_reader_nor_other_generators() -> None:
    # The blank ballot alone is shared.
    shared = {"handsheets.ballots"}
    for path in Path(next(iter(blindsheets.__path__))).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names.append(node.module or "")
            for name in names:
                assert name in shared or not name.startswith("handsheets"), path
                assert not name.startswith(("omr.scan", "omr.rehearse", "trials")), path


def test_a_paper_follows_from_family_seed_and_number_alone() -> None:
    first = blind_papers("blind-office", 3, 0)[1]
    again = blind_papers("blind-office", 3, 0)[1]
    other = blind_papers("blind-office", 4, 0)[1]
    # Another paper in between, so that nothing kept in memory answers.
    blind_papers("blind-office", 3, 0)[2].pictures()
    assert first.truth() == again.truth()
    for one, two in zip(first.pictures(), again.pictures(), strict=True):
        assert one[1] == two[1]
        assert np.array_equal(one[0], two[0])
    assert first.truth()["serial"] != other.truth()["serial"]


def test_another_pass_of_the_scanner_is_another_picture_of_the_same_paper() -> None:
    paper = blind_papers("blind-neat", 1, 0)[0]
    assert not np.array_equal(paper.pictures()[0][0], paper.scanned(2)[0][0])


@pytest.mark.parametrize(
    ("family", "look"),
    [("blind-neat", "no"), ("blind-office", "no"), ("blind-damaged", "no"),
     ("blind-faulty", "must"), ("blind-doubtful", "may")],
)  # fmt: skip
def test_each_family_yields_its_look(family: str, look: str) -> None:
    paper = blind_papers(family, 2, 1)[3]
    truth = paper.truth()
    assert family in BLIND_FAMILIES
    assert truth["look"] == look
    assert tuple(truth["lines"]) == contests_of(paper.style)
    assert bool(truth["kinds"]) == (look != "no")
    if look == "no":
        assert set(truth["lines"].values()) <= set(paper.style.options)
        assert all(len(marks) == 1 for marks in truth["marks"].values())


@pytest.mark.parametrize("style", PLAIN)
def test_a_plain_mark_lies_in_its_box_and_in_no_other(style: str) -> None:
    for seed in range(12):
        hand = choose_hand(rng(seed), neat=False)
        traces = plain_mark(style, BOX, [BESIDE], hand, rng(seed))
        points = np.vstack([trace.points for trace in traces])
        inside = (np.abs(points - 24.5) < 4.5).all(axis=1)
        assert inside.mean() > 0.35
        assert not ((points > (34.0, 20.0)) & (points < (43.0, 29.0))).all(axis=1).any()


@pytest.mark.parametrize("style", DOUBTFUL)
def test_a_doubtful_mark_is_drawn(style: str) -> None:
    hand = choose_hand(rng(5), neat=False)
    traces = doubtful_mark(style, BOX, BESIDE, hand, rng(5))
    page = blank_page()
    for patch in draw_all(traces, choose_pen(rng(5)), PX_PER_MM, rng(5)):
        put(page, patch)
    assert page.min() < 200
    if style == "leg-in-next-box":
        assert max(trace.points[:, 0].max() for trace in traces) > BESIDE.x


def test_every_pen_leaves_ink_and_no_light() -> None:
    hand = choose_hand(rng(2), neat=True)
    line = stroke([(10.0, 10.0), (20.0, 14.0), (30.0, 12.0)], hand, rng(2))
    pens = [choose_pen(rng(seed)) for seed in range(40)]
    for pen in [*pens, pencil(rng(1)), in_red(rng(1)), highlighter(rng(1))]:
        page = blank_page()
        for patch in draw_all([line], pen, PX_PER_MM, rng(3)):
            put(page, patch)
        assert page.max() <= 250
        drawn = (page < 225).any(axis=2).sum() / PX_PER_MM**2
        # An area near length times width, but for what the grain of the paper keeps bare.
        assert 0.3 * line.length_mm * pen.width_mm < drawn < 3.0 * line.length_mm * pen.width_mm


def test_a_crossing_is_darker_than_an_arm_but_not_twice() -> None:
    hand = choose_hand(rng(2), neat=True)
    pen = pencil(rng(4), (0.6, 0.6))
    arms = [stroke([(10.0, 10.0), (20.0, 20.0)], hand, rng(1)),
            stroke([(20.0, 10.0), (10.0, 20.0)], hand, rng(1))]  # fmt: skip
    apart = [draw_all([arm], pen, PX_PER_MM, rng(1)) for arm in arms]
    together = draw_all(arms, pen, PX_PER_MM, rng(1))
    ink = sum(int(patch.density.sum()) for patches in apart for patch in patches)
    assert 0.8 * ink < sum(int(patch.density.sum()) for patch in together) < ink


def test_each_piece_of_found_ink_loads_and_can_be_written() -> None:
    assert {ink.kind for ink in found_ink()} == {"word", "number", "digit"}
    for ink in found_ink():
        assert ink.alpha.max() > 150
        assert min(ink.alpha.shape) > 5
        patch = write(ink, 5.0, 5.0, 6.0, pencil(rng(1)), PX_PER_MM, rng(1), 0.05)
        assert patch.density.max() > 40


def test_recorded_movements_have_pressure() -> None:
    strokes = recorded_strokes()
    assert len(strokes) > 20
    assert all(len(one.points) == len(one.pressure) for one in strokes)


def test_every_source_of_ink_has_its_row() -> None:
    readme = Path(next(iter(blindsheets.__path__)), "ink", "README.md").read_text("utf-8")
    assert all(ink.source in readme for ink in found_ink())


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_is_on_the_paper_that_says_so(kind: str, desk: Desk) -> None:
    for seed in range(3):
        plan = faulty_paper(desk, kind, rng(seed))
        assert plan.look == "must"
        assert len(plan.kinds) == 1
        votes = [len(names) for names in plan.marks.values()]
        if kind in LINE_FAULTS:
            assert plan.kinds == [kind]
            spoilt = [c for c, outcome in plan.lines.items() if outcome not in desk.style.options]
            assert len(spoilt) == 1
            assert len(plan.marks[spoilt[0]]) == {"blank": 0, "overvote-three": 3}.get(kind, 2)
        else:
            assert votes == [1] * len(votes)
            assert plan.kinds[0] in ANNOTATIONS | STRUCK
            assert long_enough(plan)


def long_enough(plan: Plan) -> bool:
    """Whether one thing besides votes and signature is 4 mm long or more."""
    sketch = plan.layers[-1].what
    assert isinstance(sketch, Sketch)
    points = sketch.points()
    return float(np.hypot(*(points.max(axis=0) - points.min(axis=0)))) >= 4.0


@pytest.mark.parametrize("kind", FAULTS)
def test_an_added_note_keeps_off_boxes_and_zones(kind: str, desk: Desk) -> None:
    if kind not in ANNOTATIONS:
        return
    plan = faulty_paper(desk, kind, rng(7))
    sketch = plan.layers[-1].what
    assert isinstance(sketch, Sketch)
    page = desk.style.layout.pages[plan.layers[-1].page]
    shut = [box.rect for box in page.boxes]
    shut += [zone.rect for zone in page.zones if zone.kind != "serial"]
    for rect in shut:
        low, high = np.array([rect.x, rect.y]), np.array([rect.right, rect.bottom])
        points = sketch.points()
        assert not ((points > low) & (points < high)).all(axis=1).any()


@pytest.mark.parametrize("kind", DOUBTS)
def test_a_doubt_is_on_the_paper_that_says_so(kind: str, desk: Desk) -> None:
    plan = doubtful_paper(desk, kind, rng(4))
    assert (plan.look, plan.kinds) == ("may", [kind])
    if kind in DOUBTFUL:
        assert any(kind in names for names in plan.marks.values())


def test_faint_notes_are_not_asked_of_machines_that_lose_them(desk: Desk) -> None:
    bold = Desk(desk.style, desk.designs, desk.px_per_mm, bold=True)
    assert faulty_paper(bold, "dash-faint", rng(1)).kinds == ["dash"]
    assert all(plain_paper(bold, False, rng(s)).pen.kind != "pencil" for s in range(30))


def test_ink_follows_the_print_where_the_printer_put_it() -> None:
    style = ballot_style("tin-nhiem.vi", "a")
    page = style.layout.pages[0]
    design = printed_pages(style, ["ABCDEFG0"], PX_PER_MM)[0][0]
    assert np.abs(place_of_print(design, page, PX_PER_MM) - AS_DESIGNED).max() < 0.12
    shrunk = np.array([[0.95, 0.0, 5.0 * PX_PER_MM], [0.0, 0.95, 7.0 * PX_PER_MM]])
    size = (design.shape[1], design.shape[0])
    moved = cv2.warpAffine(design, shrunk, size, borderValue=255)
    found = place_of_print(np.asarray(moved, dtype=np.uint8), page, PX_PER_MM)
    assert np.abs(found - np.array([[0.95, 0.0, 5.0], [0.0, 0.95, 7.0]])).max() < 0.15
    assert np.array_equal(place_of_print(np.full_like(design, 255), page, PX_PER_MM), AS_DESIGNED)


def test_names_are_where_the_design_prints_them(desk: Desk) -> None:
    page = desk.style.layout.pages[0]
    for contest in contests_of(desk.style):
        for line in name_lines(page, contest):
            y, x = (slice(round(a * ROUGH_PX_PER_MM), round(b * ROUGH_PX_PER_MM))
                    for a, b in ((line.y, line.bottom), (line.x, line.right)))  # fmt: skip
            assert (desk.designs[0][y, x] < 128).mean() > 0.12


def test_a_seal_is_red_and_as_wide_as_its_stamp() -> None:
    stamp = choose_stamp(rng(3), "LIÊN ĐOÀN LAO ĐỘNG HUYỆN VĨNH THỊNH", 45.0)
    page = blank_page()
    patches, words = press(stamp, 30.0, 25.0, PX_PER_MM, rng(3))
    for patch in patches:
        put(page, patch)
    inked = (page[:, :, 1] < 170).any(axis=0)
    wide = float(np.ptp(np.flatnonzero(inked))) / PX_PER_MM
    assert words[0] == "seal"
    assert stamp.across_mm - 4 < wide < stamp.across_mm + 5
    assert page[:, :, 2].mean() > page[:, :, 1].mean()


def test_signatures_and_numbers_are_as_wide_as_asked() -> None:
    hand = choose_hand(rng(1), neat=False)
    for seed in range(10):
        made = signature(40.0, pencil(rng(1)), hand, rng(seed)).points()
        assert 15.0 < float(np.ptp(made[:, 0])) < 95.0
    phone = digits(10, 5.0, pencil(rng(1)), rng(2)).points()
    assert 15.0 < float(np.ptp(phone[:, 0])) < 60.0


def test_a_sketch_is_laid_where_it_belongs() -> None:
    hand = choose_hand(rng(1), neat=True)
    sketch = Sketch(in_red(rng(1)), (stroke([(10.0, 10.0), (20.0, 10.0)], hand, rng(1)),))
    page = blank_page()
    lay(page, sketch.moved(5.0, 20.0), AS_DESIGNED, PX_PER_MM, rng(1))
    rows, columns = np.nonzero(page[:, :, 1] < 150)
    assert abs(rows.mean() / PX_PER_MM - 30.0) < 0.8
    assert abs(columns.mean() / PX_PER_MM - 20.0) < 0.8


def test_ink_off_the_page_is_dropped() -> None:
    page = blank_page(20.0, 20.0)
    patch = Patch(-50, -50, np.full((100, 100), 160, np.uint8), pencil(rng(1)).through())
    put(page, patch)
    assert (page[:50, :50] < 120).all()
    assert (page[50:] == 250).all()


def test_grain_is_cut_at_any_size() -> None:
    for kind in ("tooth", "felt", "cloud", "fibre"):
        cut = piece(kind, (1100, 300), rng(1))
        assert cut.shape == (1100, 300)
        assert 0.4 < float(cut.mean()) < 0.6

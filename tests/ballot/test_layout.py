"""Layout over many elections: what must stay apart stays apart, what is too long is refused."""

from __future__ import annotations

import itertools
import json
import unicodedata
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omr.ballot import words
from omr.ballot.layout import ballot_layout, ballot_layouts, layout_json
from omr.ballot.model import BallotLayout, PageLayout, TextRun
from omr.ballot.paper import A4, A5, OUTLINE_MM, QUIET_MM, RULE_MM
from omr.ballot.typeset import DoesNotFitError
from omr.election.check import MAX_OPTIONS
from omr.election.model import Contest, Election, Option
from omr.fonts import MM_PER_POINT, width_mm
from omr.geometry import Rect
from tests.ballot.elections import CRITERIA, LEVELS, election_of, group_of, officials

SYLLABLES = ("Nguyễn", "Thị", "Ẩn", "Phượng", "Y", "Huỳnh", "Tôn", "Nữ", "Đặng", "Lưỡng", "Hải")
POSTS = (
    "Chủ tịch",
    "Phó Chủ tịch Thường trực",
    "Ủy viên Ban Thường vụ, Chủ tịch CĐCS Công ty May Rạng Đông",
)
LABELS = ("Tín nhiệm cao", "Tín nhiệm", "Tín nhiệm thấp", "Không", "Có ý kiến", "Đồng ý")
ROUNDING = 0.021  # places are rounded to 0.01 mm


@st.composite
def names(draw: st.DrawFn) -> str:
    name = " ".join(draw(st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=8)))
    return name[:40].strip()


@st.composite
def elections(draw: st.DrawFn) -> Election:
    drawn = draw(st.lists(st.tuples(names(), st.sampled_from(POSTS)), min_size=1, max_size=60))
    contests = tuple(Contest(f"c{place}", *who) for place, who in enumerate(drawn))
    paper = draw(st.sampled_from(("A4", "A5")))
    count = draw(st.integers(2, 6 if paper == "A4" else 4))
    return election_of(
        contests,
        tuple(Option(f"o{place}", LABELS[place]) for place in range(count)),
        paper=paper,
        criteria=draw(st.sampled_from(((), CRITERIA))),
        criteria_on=draw(st.sampled_from(("front", "back") if paper == "A4" else ("back",))),
        signature=draw(st.booleans()),
        seal=draw(st.booleans()),
        language=draw(st.sampled_from(("vi", "en"))),
    )


def layout_of(election: Election) -> BallotLayout:
    return ballot_layout(election, election.groups[0])


def ink(run: TextRun) -> Rect:
    """Return about where a line of text has ink: from above its capitals' marks to its tails."""
    size = run.size_pt * MM_PER_POINT
    width = width_mm(run.text, run.face, run.size_pt)
    return Rect(run.x, run.baseline - 0.93 * size, width, 1.15 * size)


def inside(inner: Rect, outer: Rect) -> bool:
    """Tell whether a rectangle lies in another, but for the rounding of places."""
    common = inner.intersection(outer.grown(ROUNDING))
    return common is not None and common.area == pytest.approx(inner.area)


def gap(one: Rect, other: Rect) -> float:
    """Return the white between two rectangles, along the axis on which they are further apart."""
    across = max(other.x - one.right, one.x - other.right)
    down = max(other.y - one.bottom, one.y - other.bottom)
    return max(across, down)


def printed(page: PageLayout) -> Iterator[Rect]:
    """Yield all that is printed besides codes and registration marks."""
    yield from (ink(run) for run in page.texts)
    for line in page.lines:
        left, top = min(line.x1, line.x2), min(line.y1, line.y2)
        bare = Rect(left, top, abs(line.x2 - line.x1), abs(line.y2 - line.y1))
        yield bare.grown(line.width / 2)
    yield from (box.rect.grown(page.outline_mm) for box in page.boxes)
    yield from page.serials


@settings(max_examples=40, deadline=None)
@given(elections())
def test_nothing_overlaps_that_must_not(election: Election) -> None:
    style = A4 if election.form.paper == "A4" else A5
    layout = layout_of(election)
    for number, page in enumerate(layout.pages, start=1):
        assert (page.page, page.pages) == (number, len(layout.pages))
        paper = Rect(0.0, 0.0, page.width, page.height)
        marks = [mark.rect.grown(1.5) for mark in page.fiducials]
        codes = [code.grown(QUIET_MM) for code in page.codes]
        for place in printed(page):
            assert inside(place, paper)
            assert style.left - 0.16 <= place.x
            assert place.right <= style.right + 0.16
            assert all(place.intersection(other) is None for other in (*marks, *codes))
        for one, other in itertools.combinations((*marks, *page.codes), 2):
            assert one.intersection(other) is None
        for code in codes:
            assert inside(code, paper)
            assert all(code.intersection(mark.rect) is None for mark in page.fiducials)
        for one, other in itertools.combinations([ink(run) for run in page.texts], 2):
            # Lines of one text are closer than the full height of their marks.
            common = one.intersection(other)
            assert common is None or common.h < 0.25 * min(one.h, other.h)
        for serial in page.serials:
            assert all(serial.intersection(ink(run)) is None for run in page.texts)


@settings(max_examples=40, deadline=None)
@given(elections())
def test_boxes_keep_their_distance(election: Election) -> None:
    style = A4 if election.form.paper == "A4" else A5
    for page in layout_of(election).pages:
        outlines = [box.rect.grown(OUTLINE_MM) for box in page.boxes]
        for box, outline in zip(page.boxes, outlines, strict=True):
            assert (box.rect.w, box.rect.h) == (style.box, style.box)
            assert all(gap(outline, ink(run)) >= 2.0 - ROUNDING for run in page.texts)
            for line in page.lines:
                left, top = min(line.x1, line.x2), min(line.y1, line.y2)
                rule = Rect(left, top, abs(line.x2 - line.x1), abs(line.y2 - line.y1))
                assert gap(outline, rule.grown(RULE_MM / 2)) >= 2.0 - ROUNDING
        for one, other in itertools.combinations(page.boxes, 2):
            if one.contest == other.contest:
                assert gap(one.rect, other.rect) >= 6.0
            else:
                assert gap(one.rect, other.rect) >= 4.0
        seals = [zone.rect for zone in page.zones if zone.kind == "seal"]
        for seal in seals:
            assert (seal.w, seal.h) == ((45.0, 45.0) if style is A4 else (40.0, 40.0))
            for other in (
                *page.codes,
                *(mark.rect for mark in page.fiducials),
                *outlines,
                *(name.rect for name in page.names),
            ):
                assert gap(seal, other) >= 4.0 - ROUNDING
        assert bool(seals) == (election.form.seal and page.page == 1)


@settings(max_examples=40, deadline=None)
@given(elections())
def test_every_official_has_one_row_with_every_level_in_order(election: Election) -> None:
    layout = layout_of(election)
    contests = [contest.id for contest in election.groups[0].contests]
    options = [option.id for option in election.options]
    rows = [row for page in layout.pages for row in page.rows]
    assert [row.contest for row in rows] == contests
    boxes = [(box.contest, box.option) for page in layout.pages for box in page.boxes]
    assert boxes == list(itertools.product(contests, options))
    for page in layout.pages:
        for row, name in zip(page.rows, page.names, strict=True):
            assert name.contest == row.contest
            assert inside(name.rect, row.rect)
            own = [box.rect for box in page.boxes if box.contest == row.contest]
            assert all(inside(box, row.rect) for box in own)
            assert all(name.rect.intersection(box) is None for box in own)
        if page.rows:
            heads = {run.text for run in page.texts}
            assert words.NUMBER.say(election.form.language) in heads
    signed = [
        page.page for page in layout.pages if any(zone.kind == "signature" for zone in page.zones)
    ]
    last_list = max(page.page for page in layout.pages if page.rows)
    assert signed == ([last_list] if election.form.signature else [])


@settings(max_examples=15, deadline=None)
@given(elections())
def test_layout_is_deterministic_and_blind_to_decomposed_text(election: Election) -> None:
    def apart(text: str) -> str:
        return unicodedata.normalize("NFD", text)

    group = election.groups[0]
    other = replace(
        election,
        form=replace(election.form, title=apart(election.form.title)),
        groups=(
            replace(
                group,
                voters=apart(group.voters),
                contests=tuple(
                    replace(contest, name=apart(contest.name), post=apart(contest.post))
                    for contest in group.contests
                ),
            ),
        ),
    )
    assert layout_of(other) == layout_of(election) == layout_of(election)


def test_the_fingerprint_follows_what_is_printed() -> None:
    plain = election_of(officials(3))
    renamed = replace(plain, groups=(group_of((*officials(2), Contest("c3", "Y Ban", "Ủy viên"))),))
    relevelled = replace(plain, options=(*LEVELS[:2], Option("none", LEVELS[2].label)))
    prints = {layout_of(each).fingerprint for each in (plain, renamed, relevelled)}
    assert len(prints) == 3
    assert all(len(bytes.fromhex(fingerprint)) == 32 for fingerprint in prints)
    board = replace(plain, secrecy="TỐI MẬT")
    assert layout_of(board).fingerprint == layout_of(plain).fingerprint


@pytest.mark.parametrize(
    ("paper", "count", "pages"), [("A4", 3, 1), ("A4", 30, 3), ("A5", 3, 1), ("A4", 100, 8)]
)
def test_lists_take_few_pages(paper: str, count: int, pages: int) -> None:
    layout = layout_of(election_of(officials(count), paper=paper))
    assert len(layout.pages) <= pages
    texts = {run.text for run in layout.pages[-1].texts}
    assert f"Trang {len(layout.pages)}/{len(layout.pages)}" in texts


def test_eleven_officials_with_short_posts_share_one_page() -> None:
    contests = tuple(Contest(f"c{place}", "Nguyễn Văn An", "Ủy viên") for place in range(11))
    assert len(layout_of(election_of(contests)).pages) == 1


def test_criteria_on_the_back_take_the_last_page_and_make_the_ballot_two_sided() -> None:
    layout = layout_of(election_of(officials(3), criteria=CRITERIA, criteria_on="back"))
    assert [bool(page.rows) for page in layout.pages] == [True, False]
    assert layout.two_sided
    back = " ".join(run.text for run in layout.pages[1].texts)
    assert "TIÊU CHÍ" in back
    assert not layout_of(election_of(officials(3), criteria=CRITERIA)).two_sided


def test_an_item_keeps_its_own_numbering() -> None:
    layout = layout_of(election_of(officials(3), criteria=("a) Một", "Hai", "- Ba")))
    texts = [run.text for run in layout.pages[0].texts]
    start = texts.index("Một")
    assert texts[start - 1 : start + 5] == ["a)", "Một", "-", "Hai", "-", "Ba"]


def test_whatever_number_of_levels_a_definition_may_have_has_a_column_width() -> None:
    for style in (A4, A5):
        assert set(style.option_widths) >= set(range(1, MAX_OPTIONS + 1))


@pytest.mark.parametrize(
    ("election", "field"),
    [
        (election_of(officials(3), title="PHIẾU " * 60), "ballot.title"),
        (election_of(officials(3), title="X" * 60), "ballot.title"),
        (election_of(officials(3), subtitle="đối với cán bộ " * 30), "ballot.subtitle"),
        (election_of(officials(3), criteria=("Uy tín. " * 900,)), "ballot"),
        (
            election_of(officials(3), criteria=("Uy tín. " * 1500,), criteria_on="back"),
            "ballot.criteria",
        ),
        (
            election_of((*officials(2), Contest("c3", "Nguyễn " * 20, "Ủy viên"))),
            "groups[0].officials[2].name",
        ),
        (
            election_of((Contest("c1", "Nguyễn Văn An", "Ủy viên " * 60),)),
            "groups[0].officials[0].post",
        ),
        (election_of(officials(2), (*LEVELS, Option("x", "Y" * 40))), "options[3].label"),
        (
            election_of(officials(2), tuple(Option(str(n), "A") for n in range(MAX_OPTIONS + 1))),
            "options",
        ),
        (election_of(officials(2), (*LEVELS, Option("x", "A " * 90))), "options"),
        (election_of(officials(999)), "groups[0].officials"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_field(election: Election, field: str) -> None:
    with pytest.raises(DoesNotFitError) as caught:
        layout_of(election)
    assert caught.value.field == field
    assert caught.value.text.vi.startswith(f"{field}: ")
    assert caught.value.message.remedy.vi != caught.value.message.remedy.en


def test_json_has_the_documented_shape() -> None:
    election = election_of(officials(11))
    written = json.loads(json.dumps(layout_json(ballot_layouts(election))))
    assert (written["unit"], written["origin"]) == ("mm", "top-left")
    (group,) = written["groups"]
    page = group["pages"][0]
    assert (group["group"], page["page"], page["width"], page["height"]) == ("a", 1, 210.0, 297.0)
    first = layout_of(election).pages[0].boxes[0]
    assert page["boxes"][0] == {
        "contest": "c1",
        "option": "high",
        "x": first.rect.x,
        "y": first.rect.y,
        "w": 9.0,
        "h": 9.0,
    }
    assert set(page["names"][0]) == {"contest", "x", "y", "w", "h"}
    kinds = [zone["kind"] for each in group["pages"] for zone in each["zones"]]
    assert set(kinds) == {"seal", "signature", "code", "registration"}
    assert kinds.count("signature") == 1


@pytest.mark.parametrize(
    ("date", "line"),
    [
        ("2026-02-09", "Huế, ngày 09 tháng 02 năm 2026"),
        ("2026-11-24", "Huế, ngày 24 tháng 11 năm 2026"),
        ("", ""),
    ],
)
def test_place_and_date_are_written_as_official_documents_do(date: str, line: str) -> None:
    election = replace(election_of(officials(1)), place="Hội trường", locality="Huế", date=date)
    assert words.dated(election.dated_at, election.written_date) == line

"""Pages are joined into papers as people would lay them together."""

from __future__ import annotations

import pytest

from omr.errors import DamagedError
from omr.geometry import Rect
from omr.scan.reading import NOTE_ON_BACK, Finding, SealState
from omr.store import KeptPage, PageDecision, Record, Style, Subject
from omr.tally.model import Flag, MarkEvidence, Paper
from omr.tally.seals import SealCount
from tests.store.samples import (
    FILE,
    OTHER_FILE,
    STYLES,
    add_files,
    kept,
)


def papers(record: Record) -> dict[str, Paper]:
    found = list(record.papers(STYLES))
    assert len({paper.serial for paper in found}) == len(found)
    return {paper.serial: paper for paper in found}


@pytest.fixture
def printed(record: Record) -> Record:
    add_files(record)
    record.record_print("a", "LAYA1", ["7F3K9QWM", "AAAA1111"])
    record.record_print("b", "LAYB1", ["BBBB2222"])
    return record


def test_a_single_page_ballot(printed: Record) -> None:
    finding = Finding("name-struck", "c2", Rect(30.0, 40.0, 50.0, 1.5), 50.0, "strike")
    printed.add_pages([kept(1, findings=(finding,))])
    (paper,) = papers(printed).values()
    assert (paper.serial, paper.group, paper.issued) == ("7F3K9QWM", "a", True)
    assert (paper.pages_expected, paper.pages_found) == (1, (1,))
    (copy,) = paper.copies
    box = (120.125, 100.1, 5.0, 5.0)
    assert copy.marks["c1"]["high"] == MarkEvidence("marked", 0.31, box, 1)
    assert {contest: set(line) for contest, line in copy.marks.items()} == {
        "c1": {"high", "confidence", "low"},
        "c2": {"high", "confidence", "low"},
    }
    flag = Flag("name-struck", "c2", (30.0, 40.0, 50.0, 1.5), 1, "strike")
    assert copy.findings == (flag,)


def test_blank_and_unread_pages_are_no_papers(printed: Record) -> None:
    printed.add_pages([kept(1, status="blank"), kept(2, status="no-code")])
    assert papers(printed) == {}


def noted(number: int, file_sha256: str = FILE) -> KeptPage:
    return kept(number, status="no-code", detail=NOTE_ON_BACK, file_sha256=file_sha256)


ON_BACK = Flag("annotation", page=1, detail=NOTE_ON_BACK)


def test_a_note_on_the_back_is_asked_about_with_the_ballot_scanned_before_it(
    printed: Record,
) -> None:
    pages = [kept(1), kept(2, status="blank"), kept(3, serial="AAAA1111"), noted(4), noted(6)]
    printed.add_pages(pages)
    found = {serial: paper.copies[0].findings for serial, paper in papers(printed).items()}
    assert found == {"7F3K9QWM": (), "AAAA1111": (ON_BACK,)}
    # The noted side waits for people as a page too, as it may be of another sheet.
    assert [page.reading.source.page for page in printed.unread_pages()] == [4, 6]


def test_where_each_side_is_a_file_the_file_before_holds_the_front(printed: Record) -> None:
    sides = [f"{number:064x}" for number in range(3)]
    for number, side in enumerate(sides):
        printed.add_file(side, f"{number:04}.jpg", size=10, pages=1)
    front, back, next_front = sides
    printed.add_pages(
        [
            kept(1, file_sha256=front),
            noted(1, back),
            kept(1, serial="AAAA1111", file_sha256=next_front),
        ]
    )
    found = {serial: paper.copies[0].findings for serial, paper in papers(printed).items()}
    assert found == {"7F3K9QWM": (ON_BACK,), "AAAA1111": ()}


def test_a_noted_side_that_begins_a_file_of_many_pages_belongs_to_no_ballot(
    printed: Record,
) -> None:
    printed.add_pages([kept(1), noted(1, OTHER_FILE)])
    (paper,) = papers(printed).values()
    assert paper.copies[0].findings == ()


def test_two_scans_of_one_page_are_two_copies(printed: Record) -> None:
    printed.add_pages([kept(1, marked="high"), kept(1, marked="low", file_sha256=OTHER_FILE)])
    (paper,) = papers(printed).values()
    assert paper.pages_found == (1, 1)
    marked = [copy.marks["c1"]["high"].state for copy in paper.copies]
    assert marked == ["marked", "empty"]


def test_pages_of_one_ballot_are_joined_from_anywhere_in_the_stack(printed: Record) -> None:
    second = {"serial": "BBBB2222", "group": "b", "page": 2, "contests": ("c3", "c4")}
    first = {"serial": "BBBB2222", "group": "b", "page": 1, "contests": ("c1", "c2")}
    printed.add_pages([kept(1, **second), kept(2), kept(3, **first), kept(4, **second)])
    paper = papers(printed)["BBBB2222"]
    assert (paper.group, paper.pages_expected, paper.pages_found) == ("b", 2, (1, 2, 2))
    assert [sorted(copy.marks) for copy in paper.copies] == [["c1", "c2", "c3", "c4"], ["c3", "c4"]]
    assert paper.copies[0].marks["c3"]["high"].page == 2


def test_papers_come_by_serial_and_not_by_stack(printed: Record) -> None:
    printed.add_pages([kept(n, serial=s) for n, s in enumerate(["ZZZZ", "MMMM", "AAAA"], 1)])
    assert list(papers(printed)) == ["AAAA", "MMMM", "ZZZZ"]


def test_a_serial_that_was_not_printed_is_not_issued(printed: Record) -> None:
    printed.add_pages([kept(1, serial="XXXX9999"), kept(2, serial="BBBB2222", group="a")])
    found = papers(printed)
    assert found["XXXX9999"].issued is False
    # Printed for group b, and read as of group a: not the paper that was printed.
    assert (found["BBBB2222"].group, found["BBBB2222"].issued) == ("b", False)


def test_only_the_latest_reading_of_a_page_counts(printed: Record) -> None:
    printed.add_pages([kept(1, marked="high")])
    printed.add_pages([kept(1, marked="low", settings="s2")])
    (paper,) = papers(printed).values()
    (copy,) = paper.copies
    assert copy.marks["c1"]["low"].state == "marked"
    printed.add_pages([kept(1, status="no-code", settings="s3")])
    assert papers(printed) == {}


def test_optional_pages_are_named(printed: Record) -> None:
    printed.add_pages([kept(1)])
    (paper,) = printed.papers({"a": Style(2, (2,)), "b": Style(2)})
    assert (paper.pages_expected, paper.pages_optional) == (2, (2,))


def test_a_group_outside_the_definition_is_named(printed: Record) -> None:
    printed.add_pages([kept(1, serial="XXXX9999", group="x")])
    with pytest.raises(DamagedError, match=r"XXXX9999.*'x'"):
        papers(printed)


def settle(record: Record, page_id: int, decision: PageDecision) -> None:
    for person in ("Trần Thị B", "Lê Văn C"):
        record.add_decision(Subject.page(page_id), decision, person=person)


def test_a_page_tied_by_hand_makes_a_paper_that_people_look_at(printed: Record) -> None:
    printed.add_pages([kept(1, status="no-code")])
    (page,) = printed.unread_pages()
    settle(printed, page.page_id, PageDecision("ballot", "AAAA1111", "a", 1))
    (paper,) = papers(printed).values()
    assert (paper.serial, paper.issued, paper.pages_found) == ("AAAA1111", True, (1,))
    (copy,) = paper.copies
    assert copy.marks == {}
    assert [flag.code for flag in copy.findings] == ["registration"]
    assert list(printed.unread_pages()) == []
    assert [one.page_id for one in printed.page_readings("AAAA1111")] == [page.page_id]


def test_a_page_tied_to_a_ballot_already_read_is_a_second_copy(printed: Record) -> None:
    printed.add_pages([kept(1), kept(2, status="code-conflict")])
    (page,) = printed.unread_pages()
    settle(printed, page.page_id, PageDecision("ballot", "7F3K9QWM", "a", 1))
    (paper,) = papers(printed).values()
    assert (paper.pages_found, len(paper.copies)) == ((1, 1), 2)


def test_a_paper_not_issued_counts_as_an_invalid_paper_of_its_group(printed: Record) -> None:
    printed.add_pages([kept(1, status="foreign")])
    (page,) = printed.unread_pages()
    settle(printed, page.page_id, PageDecision("invalid", group="a", reason="not-issued"))
    (paper,) = papers(printed).values()
    assert (paper.group, paper.issued, paper.copies) == ("a", False, ())
    decision = printed.settled(paper.serial)
    assert decision is not None
    assert (decision.valid, decision.reason) == (False, "not-issued")
    assert printed.settled_papers() == {paper.serial: decision}


def test_a_page_that_is_no_ballot_is_no_paper(printed: Record) -> None:
    printed.add_pages([kept(1, status="foreign")])
    (page,) = printed.unread_pages()
    settle(printed, page.page_id, PageDecision("not-ballot", reason="letter"))
    assert papers(printed) == {}
    (loose,) = printed.loose_pages()
    assert loose.settled == PageDecision("not-ballot", reason="letter")


def test_a_later_reading_overrides_a_tie_by_hand(printed: Record) -> None:
    printed.add_pages([kept(1, status="no-code")])
    (page,) = printed.unread_pages()
    settle(printed, page.page_id, PageDecision("ballot", "AAAA1111", "a", 1))
    printed.add_pages([kept(1, settings="s2")])
    assert list(papers(printed)) == ["7F3K9QWM"]
    assert papers(printed)["7F3K9QWM"].pages_found == (1,)


@pytest.mark.parametrize(
    ("front", "back", "seen"),
    [
        ("stamped", None, True),
        ("absent", None, False),
        ("unclear", None, None),
        (None, None, None),
        ("absent", "stamped", True),
        ("absent", "unclear", None),
        ("bare", None, False),
        ("bare", "absent", False),
        ("bare", "unclear", None),
    ],
)
def test_a_ballot_is_sealed_if_any_page_is(
    printed: Record, front: SealState | None, back: SealState | None, seen: bool | None
) -> None:
    printed.add_pages(
        [
            kept(1, serial="BBBB2222", group="b", seal=front),
            kept(2, serial="BBBB2222", group="b", page=2, contests=("c3", "c4"), seal=back),
        ]
    )
    assert papers(printed)["BBBB2222"].seal_seen is seen
    assert printed.seals() == SealCount(int(seen is True), int(seen is False))

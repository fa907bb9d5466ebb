"""Two people, one voice each: what is settled, what is open, and what the database refuses."""

from __future__ import annotations

import sqlite3

import pytest

from omr.errors import InputError, RefusedError
from omr.store import CountFolder, PageDecision, Record, Subject
from omr.tally.model import LineDecision, PaperDecision
from tests.store.samples import OTHER_FILE, add_files, kept

SERIAL = "7F3K9QWM"
PAPER = Subject.paper(SERIAL)
B, C, D = "Trần Thị B", "Lê Văn C", "Phạm D"

HIGH = PaperDecision(True, lines=(LineDecision("c1", "high"), LineDecision("c2", "blank")))
LOW = PaperDecision(True, lines=(LineDecision("c1", "low"), LineDecision("c2", "blank")))


@pytest.fixture
def scanned(record: Record) -> Record:
    add_files(record)
    record.record_print("a", "LAYA1", [SERIAL, "AAAA1111"])
    record.add_pages([kept(1), kept(2, status="no-code")])
    return record


def test_two_people_who_agree_settle_a_ballot(scanned: Record) -> None:
    scanned.add_decision(PAPER, HIGH, person=B)
    assert scanned.settled(SERIAL) is None
    assert scanned.half_decided() == (PAPER,)
    turned = PaperDecision(True, lines=HIGH.lines[::-1])
    scanned.add_decision(PAPER, turned, person=C, reason="nhìn rõ")
    assert scanned.settled(SERIAL) == HIGH
    assert scanned.settled_papers() == {SERIAL: HIGH}
    assert (scanned.half_decided(), scanned.disputes()) == ((), ())
    assert scanned.verify() == ()


def test_two_people_who_differ_are_in_dispute_until_a_third_decides(scanned: Record) -> None:
    scanned.add_decision(PAPER, HIGH, person=B)
    scanned.add_decision(PAPER, LOW, person=C)
    assert (scanned.settled(SERIAL), scanned.disputes()) == (None, (PAPER,))
    scanned.add_decision(PAPER, LOW, person=D)
    assert (scanned.settled(SERIAL), scanned.disputes()) == (LOW, ())
    scanned.add_decision(PAPER, HIGH, person="Vũ E")
    assert (scanned.settled(SERIAL), scanned.disputes()) == (None, (PAPER,))


@pytest.mark.parametrize("again", [B, "  trần  thị B ", "Trần Thị B"])
def test_one_person_has_one_voice_however_spelled(scanned: Record, again: str) -> None:
    scanned.add_decision(PAPER, HIGH, person=B)
    head = scanned.head()
    with pytest.raises(RefusedError, match="has an opinion on ballot 7F3K9QWM already"):
        scanned.add_decision(PAPER, HIGH, person=again)
    assert (scanned.settled(SERIAL), scanned.head()) == (None, head)


def test_the_database_itself_refuses_a_second_voice(scanned: Record, folder: CountFolder) -> None:
    scanned.add_decision(PAPER, HIGH, person=B)
    raw = sqlite3.connect(folder.database)
    with pytest.raises(sqlite3.IntegrityError, match="one person, one standing opinion"):
        raw.execute(
            "INSERT INTO decisions (subject, subject_id, basis, person, person_key, at, kind,"
            " before, after, reason, ledger_seq) SELECT subject, subject_id, basis, person,"
            " person_key, at, kind, before, after, reason, ledger_seq FROM decisions"
        )
    raw.close()


def test_an_opinion_changes_by_withdrawing_it_first(scanned: Record) -> None:
    scanned.add_decision(PAPER, HIGH, person=B, before={"c1": "uncertain"})
    scanned.withdraw(PAPER, person=B, reason="nhầm dòng")
    with pytest.raises(RefusedError, match="no opinion on ballot 7F3K9QWM to withdraw"):
        scanned.withdraw(PAPER, person=B)
    scanned.add_decision(PAPER, LOW, person=B)
    scanned.add_decision(PAPER, LOW, person=C)
    assert scanned.settled(SERIAL) == LOW
    history = scanned.opinions(PAPER)
    told = [(one.person, one.kind, one.decision, one.standing) for one in history]
    assert told == [
        (B, "opinion", HIGH, False),
        (B, "withdrawal", None, False),
        (B, "opinion", LOW, True),
        (C, "opinion", LOW, True),
    ]
    assert history[0].before == {"c1": "uncertain"}
    assert history[1].reason == "nhầm dòng"


def test_a_withdrawn_agreement_is_open_again(scanned: Record) -> None:
    for person in (B, C):
        scanned.add_decision(PAPER, HIGH, person=person)
    scanned.withdraw(PAPER, person=C)
    assert (scanned.settled(SERIAL), scanned.half_decided()) == (None, (PAPER,))


def test_another_scan_of_the_ballot_brings_it_back_to_people(scanned: Record) -> None:
    for person in (B, C):
        scanned.add_decision(PAPER, HIGH, person=person)
    scanned.add_pages([kept(1, marked="low", file_sha256=OTHER_FILE)])
    assert scanned.settled(SERIAL) is None
    assert [one.standing for one in scanned.opinions(PAPER)] == [False, False]
    for person in (B, C):
        scanned.add_decision(PAPER, LOW, person=person)
    assert scanned.settled(SERIAL) == LOW


def test_a_page_tied_to_a_settled_ballot_brings_it_back_too(scanned: Record) -> None:
    for person in (B, C):
        scanned.add_decision(PAPER, HIGH, person=person)
    (page,) = scanned.unread_pages()
    for person in (B, C):
        scanned.add_decision(
            Subject.page(page.page_id), PageDecision("ballot", SERIAL, "a", 1), person=person
        )
    assert scanned.settled(SERIAL) is None


def test_one_reviewer_is_enough_only_where_the_record_says_so(scanned: Record) -> None:
    scanned.add_decision(PAPER, HIGH, person=B)
    with pytest.raises(RefusedError, match="written reason"):
        scanned.set_reviewers(1, actor=B, reason=" ")
    scanned.set_reviewers(1, actor=B, reason="Ban Kiểm phiếu chỉ còn một người")
    assert (scanned.reviewers(), scanned.settled(SERIAL)) == (1, HIGH)
    (entry,) = scanned.events("reviewers")
    assert entry.payload == {"needed": 1, "reason": "Ban Kiểm phiếu chỉ còn một người"}
    scanned.add_decision(PAPER, LOW, person=C)
    assert (scanned.settled(SERIAL), scanned.disputes()) == (None, (PAPER,))
    assert scanned.verify() == ()


def test_pages_are_settled_by_two_people_as_well(scanned: Record) -> None:
    (page,) = scanned.unread_pages()
    subject, said = Subject.page(page.page_id), PageDecision("ballot", "AAAA1111", "a", 1)
    scanned.add_decision(subject, said, person=B)
    assert (scanned.settled_pages(), scanned.half_decided()) == ({}, (subject,))
    scanned.add_decision(subject, said, person=C)
    assert scanned.settled_pages() == {page.page_id: said}


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        (PageDecision("ballot", "XXXX9999", "a", 1), RefusedError, "XXXX9999 is not among"),
        (PageDecision("ballot", "AAAA1111", "b", 1), RefusedError, "printed for group b"),
        (PageDecision("ballot", "AAAA1111", "a"), InputError, "which page"),
        (PageDecision("invalid"), InputError, "voter group"),
    ],
)
def test_a_page_decision_that_cannot_be_is_refused(
    scanned: Record, said: PageDecision, kind: type[Exception], words: str
) -> None:
    (page,) = scanned.unread_pages()
    with pytest.raises(kind, match=words):
        scanned.add_decision(Subject.page(page.page_id), said, person=B)


def test_subjects_outside_the_record_are_refused(scanned: Record) -> None:
    with pytest.raises(InputError, match="Ballot AAAA1111"):
        scanned.add_decision(Subject.paper("AAAA1111"), HIGH, person=B)
    with pytest.raises(InputError, match="Page 99 "):
        scanned.add_decision(Subject.page(99), PageDecision("not-ballot"), person=B)
    with pytest.raises(InputError, match="name of the acting person"):
        scanned.add_decision(PAPER, HIGH, person="  ")


def test_the_ledger_tells_who_decided_but_not_what(scanned: Record) -> None:
    scanned.add_decision(PAPER, HIGH, person=B, reason="dấu X ở ô thứ nhất")
    (entry,) = scanned.events("opinion")
    assert (entry.actor, entry.payload["key"]) == (B, SERIAL)
    assert set(entry.payload) == {"id", "subject", "key", "row"}

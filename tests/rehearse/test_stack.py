"""Rehearsed stacks: repeatable, and their truth is what was drawn."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from omr.ballot.layout import ballot_layouts
from omr.ballot.serials import check_serial
from omr.election.load import load_election
from omr.election.templates import find_template
from omr.rehearse.compare import compare
from omr.rehearse.stack import Recipe, Stack, make_stack

KEY = b"r" * 32


def _make(folder: Path, **more: Any) -> Stack:
    election = load_election(find_template("lanh-dao.vi"))
    recipe = Recipe(**{"seed": 4, "papers": 3, "small": True, **more})
    return make_stack(election, ballot_layouts(election), KEY, folder, recipe)


def _digests(stack: Stack) -> list[str]:
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in (*stack.files, stack.truth)]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    first = _digests(_make(tmp_path / "a"))
    assert _digests(_make(tmp_path / "b")) == first
    other = _digests(_make(tmp_path / "c", seed=5))
    assert not set(other) & set(first)


@pytest.mark.parametrize("kind", ["tiff", "jpg", "png"])
def test_every_format_names_its_pages_in_the_truth(tmp_path: Path, kind: str) -> None:
    stack = _make(tmp_path, papers=2, format=kind)
    facts = [json.loads(line) for line in stack.truth.read_text("utf-8").splitlines()]
    named = {page["file"] for fact in facts for page in fact["pages"]}
    assert named == {path.name for path in stack.files}


def test_the_truth_has_every_serial_once_and_an_outcome_for_each_official(tmp_path: Path) -> None:
    stack = _make(tmp_path)
    facts = [json.loads(line) for line in stack.truth.read_text("utf-8").splitlines()]
    assert sorted(check_serial(fact["ballot"]) for fact in facts) == sorted(stack.serials["a"])
    options = {"high", "confidence", "low"}
    assert all(set(fact["contests"].values()) <= options for fact in facts)
    assert not any(fact["needs_person"] for fact in facts)


def _fact(**more: Any) -> dict[str, Any]:
    pages = [{"file": "s.pdf", "page": 1}]
    return {
        "kind": "ballot", "ballot": "AAAA-AAAA", "pages": pages, "contests": {"c1": "high"},
        "needs_person": False, "may_ask": False, "flags": [], **more,
    }  # fmt: skip


def _row(machine: str = "high", status: str = "accepted", **more: Any) -> dict[str, Any]:
    pages = [{"file": "s.pdf", "page": 1}]
    return {
        "kind": "ballot", "ballot": "AAAA-AAAA", "pages": pages, "status": status, "flags": [],
        "contests": {"c1": {"machine": machine}}, **more,
    }  # fmt: skip


def test_comparison_is_sound_where_the_record_says_what_is_true() -> None:
    found = compare([_fact()], [_row()])
    assert (found.accepted, found.wrong) == (1, ())


@pytest.mark.parametrize(
    ("fact", "row", "where"),
    [
        (_fact(), _row("low"), "silent"),
        (_fact(needs_person=True, flags=["annotation"]), _row(), "missed"),
        (_fact(), _row(ballot="BBBB-BBBB"), "lost"),
        (_fact(), _row(ballot="BBBB-BBBB"), "strays"),
        (_fact(), _row(pages=[]), "lost"),
        (_fact(), _row(pages=[{"file": "s.pdf", "page": 1}] * 2), "doubled"),
        (_fact(), _row(status="review"), "needless"),
    ],
)
def test_comparison_names_each_kind_of_fault(
    fact: dict[str, Any], row: dict[str, Any], where: str
) -> None:
    found = compare([fact], [row])
    assert len(getattr(found, where)) == 1
    assert (not found.wrong) == (where == "needless")


@pytest.mark.parametrize(
    ("fact", "called", "asked"),
    [
        (_fact(needs_person=True, flags=["overvote"]), 1, 0),
        (_fact(may_ask=True), 0, 1),
        (_fact(), 0, 0),
    ],
)
def test_papers_put_before_people_are_parted_by_need(
    fact: dict[str, Any], called: int, asked: int
) -> None:
    found = compare([fact], [_row("multiple", "review")])
    assert (found.called, found.asked) == (called, asked)
    assert found.wrong == ()


@pytest.mark.parametrize("reason", ["no-code", "blank", None])
def test_a_page_that_is_no_ballot_must_be_told_apart(reason: str | None) -> None:
    page = {"kind": "page", "file": "s.pdf", "page": 4}
    rows = [_row(pages=[page])] if reason is None else [{**page, "reason": reason}]
    found = compare([{**page, "reason": "no-code", "what": "a note"}], rows)
    assert found.loose == (reason == "no-code")
    assert len(found.pages_wrong) == (reason != "no-code")

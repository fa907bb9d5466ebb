"""Plans are true to themselves: outcome, marks and what they ask of a person."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omr.election.model import Contest, VoterGroup
from omr.rehearse.voters import (
    LINE_FAULTS,
    PAPER_FAULTS,
    Kind,
    LineFault,
    PaperFault,
    PaperPlan,
    habits_of,
    plan_paper,
    with_fault,
    with_line_fault,
)

OPTIONS = ("high", "confidence", "low")
GROUP = VoterGroup(
    "a", "A", "", tuple(Contest(f"c{i}", f"Người {i}", "Ủy viên") for i in range(1, 7))
)
SEEDS = st.integers(0, 2**32 - 1)


def plan(seed: int, kind: Kind = "ordinary", share: float | None = None) -> PaperPlan:
    rng = np.random.default_rng(seed)
    return plan_paper(GROUP, OPTIONS, "7F3K9QWM", habits_of(kind, share), rng)


@given(SEEDS)
def test_an_ordinary_paper_has_one_plain_mark_a_line_and_asks_nobody(seed: int) -> None:
    paper = plan(seed)
    assert paper.look == "no" and not paper.needs_person and paper.flags == ()
    for line in paper.lines:
        assert [mark.option for mark in line.marks] == [line.outcome]


@given(SEEDS, st.sampled_from(get_args(LineFault)))
def test_a_line_fault_stands_on_one_line_and_says_what_it_asks(seed: int, fault: LineFault) -> None:
    paper = with_line_fault(plan(seed), fault, OPTIONS, np.random.default_rng(seed))
    faulty = [line for line in paper.lines if line.fault]
    assert [line.fault for line in faulty] == [fault]
    look, code = LINE_FAULTS[fault]
    assert paper.look == look
    assert paper.flags == ((code,) if look == "must" else ())
    marked = {mark.option for mark in faulty[0].marks}
    if fault == "blank":
        assert faulty[0].outcome == "blank" and not marked
    elif fault == "overvote":
        assert faulty[0].outcome == "multiple" and len(marked) >= 2
    elif fault.endswith("correction"):
        assert faulty[0].outcome == "unclear" and len(marked) == 2
    else:
        assert faulty[0].outcome in marked


@pytest.mark.parametrize("fault", get_args(PaperFault))
def test_a_paper_fault_asks_what_the_table_says(fault: PaperFault) -> None:
    paper = with_fault(plan(1), fault)
    assert paper.look == PAPER_FAULTS[fault][0]
    assert paper.needs_person == (paper.look == "must")


def test_a_must_is_never_hidden_by_a_may() -> None:
    paper = with_fault(with_fault(plan(1), "torn-margin"), "words")
    assert paper.look == "must" and paper.flags == ("annotation",)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.8])
def test_the_share_of_faulty_papers_is_about_what_was_asked(share: float) -> None:
    papers = [plan(seed, "mixed", share) for seed in range(400)]
    faulty = sum(1 for paper in papers if paper.faults or any(line.fault for line in paper.lines))
    # Some papers get more than one fault, so the share comes out a little lower.
    assert share * 0.65 - 0.01 <= faulty / len(papers) <= share * 1.1


def test_most_voters_draw_an_x_in_one_style_and_some_sign() -> None:
    papers = [plan(seed) for seed in range(300)]
    styles = [mark.style for paper in papers for line in paper.lines for mark in line.marks]
    crosses = sum(style.endswith("cross") for style in styles) / len(styles)
    assert 0.6 < crosses < 0.8
    signed = sum(paper.signed for paper in papers) / len(papers)
    assert 0.3 < signed < 0.5
    alike = sum(len({line.marks[0].style for line in paper.lines}) == 1 for paper in papers)
    assert alike > 0.7 * len(papers)

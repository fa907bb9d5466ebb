"""A definition that cannot be printed is told so, character or place and line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from omr.ballot.check import printed_texts, printing_faults
from omr.election.load import load_election
from tests.ballot.elections import CRITERIA, election_of, officials

TEMPLATE = Path(__file__).resolve().parents[2] / "ballot_templates" / "tin-nhiem.vi.yaml"


def test_a_good_template_has_no_printing_faults() -> None:
    assert printing_faults(load_election(TEMPLATE), TEMPLATE) == []


def test_printing_faults_name_character_field_and_line() -> None:
    election = load_election(TEMPLATE)
    group = election.groups[0]
    officials_ = (group.contests[0], replace(group.contests[1], name="Lê 中 " + "Phượng " * 20))
    broken = replace(
        election,
        form=replace(election.form, title="PHIẾU ☐"),
        groups=(replace(group, contests=officials_), *election.groups[1:]),
    )
    faults = printing_faults(broken, TEMPLATE)
    lines = TEMPLATE.read_text(encoding="utf-8").splitlines()
    by_field = [(fault.field, fault.text.en) for fault in faults]
    assert [field for field, _ in by_field] == [
        "ballot.title",
        "groups[0].officials[1].name",
        "groups[0].officials[1].name",
    ]
    assert "U+2610" in by_field[0][1]
    assert any("U+4E2D" in text for _, text in by_field)
    assert any("lines" in text for _, text in by_field)
    for fault in faults:
        assert fault.file == TEMPLATE.name
        assert fault.line is not None
    assert "PHIẾU TÍN NHIỆM" in lines[(faults[0].line or 0) - 1]
    assert "Đoàn Quỳnh Giao" in lines[(faults[1].line or 0) - 1]


def test_every_printed_text_is_looked_at() -> None:
    election = election_of(officials(2), criteria=CRITERIA, instructions=("Đánh dấu X.",))
    fields = dict(printed_texts(election))
    assert fields["ballot.instructions[0]"] == "Đánh dấu X."
    assert fields["groups[0].officials[1].post"] == "Phó Chủ tịch Thường trực"
    assert fields["header.left[1]"] == "CÔNG ĐOÀN NGÀNH Y TẾ"

from __future__ import annotations

import csv
import io
import json
import unicodedata
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from omr.election.model import Election
from omr.errors import Language, Text
from omr.report.figures import exact, paper_figures, percent_value, percent_words
from omr.report.results import BYTE_ORDER_MARK, results_csv, results_json, results_table
from omr.report.spreadsheet import results_xlsx
from omr.report.words import share_condition
from omr.tally.count import count_election
from omr.tally.model import Discrepancy, GroupResult, HandCount
from tests.report import votes


def counted(waiting: int = 0) -> tuple[Election, tuple[GroupResult, ...]]:
    vote = votes.election([votes.officials(3), votes.officials(5, 4)])
    outcomes = votes.ballots(vote, 61, waiting=waiting)
    hand = {group.id: HandCount(issued=62, collected=61) for group in vote.groups}
    return vote, count_election(vote, outcomes, hand)


@given(st.fractions(min_value=0, max_value=1), st.integers(0, 6))
def test_a_printed_percentage_is_never_further_than_half_a_unit_from_the_share(
    share: Fraction, decimals: int
) -> None:
    text = percent_value(share, decimals)
    assert text is not None
    gap = Fraction(text) - share * 100
    half = Fraction(1, 2 * 10**decimals)
    assert -half < gap <= half
    assert len(text.partition(".")[2]) == decimals


def test_percentages_for_people_and_for_machines() -> None:
    assert percent_value(Fraction(17, 60), 2) == "28.33"
    assert percent_words(Fraction(17, 60), 2, "vi") == "28,33"
    assert percent_words(Fraction(17, 60), 2, "en") == "28.33"
    assert percent_value(None, 2) is None
    assert percent_words(None, 2, "vi") == "–"
    assert [exact(share) for share in (Fraction(0), Fraction(1), None)] == ["0/1", "1/1", None]


def test_conditions_are_said_with_exact_fractions() -> None:
    half, two_thirds = Fraction(1, 2), Fraction(2, 3)
    assert share_condition(">", half, "collected", "vi") == "trên 50% số phiếu thu về"
    assert share_condition(">=", two_thirds, "valid", "vi") == "từ 2/3 số phiếu hợp lệ trở lên"
    assert share_condition("<", two_thirds, "issued", "en") == "below 2/3 of ballots issued"


def test_json_says_exactly_what_was_counted() -> None:
    vote, results = counted()
    told = json.loads(json.dumps(results_json(vote, results), ensure_ascii=False))
    assert told["complete"] is True
    assert told["denominator"] == "collected"
    assert [group["group"] for group in told["groups"]] == ["g1", "g2"]
    for group, result in zip(told["groups"], results, strict=True):
        figures = {key: group[key] for key in ("issued", "collected", "scanned", "valid")}
        assert figures == {"issued": 62, "collected": 61, "scanned": 61, "valid": result.valid}
        for told_line, line in zip(group["contests"], result.contests, strict=True):
            options = told_line["options"]
            assert {key: cell["count"] for key, cell in options.items()} == line.counts
            assert told_line["invalid_by_reason"] == line.invalid_by_reason
            assert [met["id"] for met in told_line["thresholds"]] == [met.id for met in line.met]
            assert sum(line.counts.values()) + told_line["invalid"] == 61
            for cell in options.values():
                assert Fraction(cell["share"]) == Fraction(cell["count"], 61)
                assert cell["percent"] == percent_value(Fraction(cell["count"], 61), 2)
    assert told["groups"][0]["contests"][1]["thresholds"][0]["condition"]["vi"] == (
        "Tín nhiệm thấp trên 50% số phiếu thu về"
    )


def test_json_is_incomplete_while_papers_wait_or_do_not_reconcile() -> None:
    vote, results = counted(waiting=2)
    assert results_json(vote, results)["complete"] is False
    vote, results = counted()
    found = Discrepancy(
        "scanned", "g1", Text("Thiếu 1 phiếu.", "1 missing."), Text("Hãy tìm.", "Find it.")
    )
    told = results_json(vote, results, [found])
    assert told["complete"] is False
    assert told["discrepancies"] == [
        {
            "code": "scanned",
            "group": "g1",
            "text": {"vi": "Thiếu 1 phiếu. Hãy tìm.", "en": "1 missing. Find it."},
        }
    ]


def test_json_of_an_empty_box_has_no_percentages() -> None:
    vote = votes.election([votes.officials(3)])
    told = results_json(vote, count_election(vote, [], {}))
    cells = told["groups"][0]["contests"][0]["options"].values()
    assert [(c["count"], c["percent"], c["share"]) for c in cells] == [(0, None, None)] * 3


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_csv_has_a_row_per_official_with_the_counted_figures(delimiter: str) -> None:
    vote, results = counted(waiting=1)
    text = results_csv(vote, results, "vi", delimiter)
    assert text.startswith(BYTE_ORDER_MARK)
    assert text == unicodedata.normalize("NFC", text)
    rows = list(csv.DictReader(io.StringIO(text[1:]), delimiter=delimiter))
    lines = [(result, line) for result in results for line in result.contests]
    assert len(rows) == 8
    for row, (result, line) in zip(rows, lines, strict=True):
        assert row["Mã"] == line.contest
        assert row["Nhóm"] == result.group
        assert int(row["Thu về"]) == 61
        assert int(row["Hợp lệ"]) == line.valid
        assert int(row["Không hợp lệ"]) == line.invalid
        assert int(row["Chưa tính"]) == line.pending
        assert int(row["Tín nhiệm thấp"]) == line.counts["low"]
        assert row["Tín nhiệm thấp (%)"] == percent_value(Fraction(line.counts["low"], 61), 2)


def test_csv_heads_speak_english_too() -> None:
    vote, results = counted()
    head = results_csv(vote, results, "en")[1:].splitlines()[0].split(",")
    assert head[:5] == ["Group", "Group name", "Code", "Full name", "Post"]
    assert len(head) == len(set(head))


def shown(results: tuple[GroupResult, ...], vote: Election, width: int, say: Language) -> str:
    console = Console(width=width, file=io.StringIO(), record=True, color_system=None)
    console.print(*results_table(vote, results, say))
    return console.export_text()


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("waiting", [0, 3])
def test_tables_keep_names_and_figures_whole(width: int, language: Language, waiting: int) -> None:
    vote, results = counted(waiting)
    text = shown(results, vote, width, language)
    assert max(map(len, text.splitlines())) <= width
    point = "," if language == "vi" else "."
    rows = text.splitlines()
    for result in results:
        for line in result.contests:
            name = next(c.name for c in vote.group(result.group).contests if c.id == line.contest)
            row = next(row for row in rows if name in row).partition(name)[2].split()
            figures = []
            for count in line.counts.values():
                percent = percent_value(Fraction(count, 61), 2)
                assert percent is not None
                figures += [str(count), percent.replace(".", point) + "%"]
            pending = [str(line.pending)] if waiting else []
            assert row == [*figures, str(line.invalid), *pending]


def test_tables_show_pending_only_when_there_is_any() -> None:
    vote, results = counted()
    assert "Chưa" not in shown(results, vote, 120, "vi")
    vote, results = counted(waiting=4)
    assert "Chưa tính 4" in shown(results, vote, 120, "vi")


def test_tables_keep_the_words_of_a_long_name_whole() -> None:
    vote = votes.election([votes.officials(2, 1, votes.LONG_NAME)])
    text = shown(count_election(vote, votes.ballots(vote, 200), {}), vote, 80, "vi")
    words = text.split()
    assert all(words.count(word) >= 2 for word in votes.LONG_NAME.split())


def test_the_workbook_computes_the_percentages_itself(tmp_path: Path) -> None:
    vote, results = counted()
    path = tmp_path / "kết quả.xlsx"
    results_xlsx(path, vote, results)
    formulas, values = (openpyxl.load_workbook(path, data_only=kept) for kept in (False, True))
    assert len(formulas.sheetnames) == 2
    for name, result in zip(formulas.sheetnames, results, strict=True):
        sheet, cached = formulas[name], values[name]
        assert sheet["B8"].value == "100% = số phiếu thu về"
        assert sheet["C8"].value == 61
        for row, line in enumerate(result.contests, start=11):
            figures = [sheet.cell(row, column).value for column in range(4, 8)]
            assert figures == [line.valid, line.invalid, line.blank, line.pending]
            for level, option in enumerate(vote.options):
                count = sheet.cell(row, 8 + 2 * level)
                assert count.value == line.counts[option.id]
                formula = sheet.cell(row, 9 + 2 * level).value
                assert formula == f'=IF(N($C$8)=0,"–",{count.coordinate}/$C$8)'
                share = cached.cell(row, 9 + 2 * level).value
                assert isinstance(share, float)
                assert share == pytest.approx(line.counts[option.id] / 61)


def test_the_rows_of_the_workbook_are_as_high_as_their_texts(tmp_path: Path) -> None:
    vote = votes.election([votes.officials(2, 1, votes.LONG_NAME)])
    results_xlsx(tmp_path / "a.xlsx", vote, count_election(vote, votes.ballots(vote, 9), {}))
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    row = sheet.row_dimensions[11]
    assert row.customHeight
    assert row.height > 2 * 12


def test_void_papers_are_counted_once_by_reason_and_uncounted_ones_not_at_all() -> None:
    vote = votes.election([votes.officials(3)])
    outcomes = [votes.outcome(vote, "g1", n, [], "annotation", void=True) for n in range(3)]
    outcomes.append(votes.outcome(vote, "g1", 9, ["high", "invalid", "low"]))
    outcomes.append(votes.outcome(vote, "g1", 10, ["high", "high", "low"]))
    figures = paper_figures(vote, outcomes)
    assert figures["g1"].invalid_by_reason == {"annotation": 3}
    assert figures["g1"].decided == 4

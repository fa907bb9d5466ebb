"""The results as JSON, as CSV, and as tables for the terminal.

The JSON of ``omr tally --json``, whose keys are stable::

    {"election": {"id", "title", "conference", "date"},
     "profile": "tld-2021", "denominator": "collected", "complete": true,
     "groups": [{"group", "name", "issued", "collected", "scanned", "valid", "invalid",
                 "pending", "quorum_met",
                 "contests": [{"contest", "name", "post", "valid", "invalid", "blank", "pending",
                               "invalid_by_reason": {"overvote": 2},
                               "options": {"high": {"label", "count", "percent", "share"}},
                               "thresholds": [{"id", "option", "condition", "wording"}]}]}],
     "discrepancies": [{"code", "group", "text"}]}

``percent`` is a string such as ``"28.33"`` (half up, decimals of the profile), ``share``
the exact fraction in lowest terms such as ``"17/60"``; both are null where the
denominator is 0. ``condition``, ``wording`` and ``text`` hold ``{"vi": …, "en": …}``.
``complete`` is true when no paper waits for people and everything reconciles.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text as RichText

from omr.election.model import Contest, Election, Threshold, VoterGroup
from omr.errors import Language
from omr.report.figures import (
    DASH,
    count_words,
    exact,
    percent_value,
    percent_words,
)
from omr.report.words import heading, threshold_condition
from omr.tally.model import ContestResult, Discrepancy, GroupResult

# Excel takes a CSV file for UTF-8 only if it begins with this mark.
BYTE_ORDER_MARK = "\ufeff"


def results_json(
    election: Election,
    results: Sequence[GroupResult],
    discrepancies: Sequence[Discrepancy] = (),
) -> dict[str, Any]:
    """Return the results in the shape of the module's docstring.

    Raises:
        KeyError: A result names a group or official that the election does not have.
    """
    return {
        "election": {
            "id": election.id,
            "title": election.title,
            "conference": election.conference,
            "date": election.date,
        },
        "profile": election.profile.id,
        "denominator": election.profile.denominator,
        "complete": not any(result.pending for result in results) and not discrepancies,
        "groups": [_group_json(election, result) for result in results],
        "discrepancies": [
            {"code": found.code, "group": found.group, "text": {"vi": found.vi, "en": found.en}}
            for found in discrepancies
        ],
    }


def _group_json(election: Election, result: GroupResult) -> dict[str, Any]:
    group = election.group(result.group)
    return {
        "group": group.id,
        "name": group.name,
        "issued": result.issued,
        "collected": result.collected,
        "scanned": result.scanned,
        "valid": result.valid,
        "invalid": result.invalid,
        "pending": result.pending,
        "quorum_met": result.quorum_met,
        "contests": [
            _contest_json(election, contest_of(group, line), line) for line in result.contests
        ],
    }


def _contest_json(election: Election, contest: Contest, line: ContestResult) -> dict[str, Any]:
    decimals = election.profile.decimals
    return {
        "contest": contest.id,
        "name": contest.name,
        "post": contest.post,
        "valid": line.valid,
        "invalid": line.invalid,
        "blank": line.blank,
        "pending": line.pending,
        "invalid_by_reason": dict(line.invalid_by_reason),
        "options": {
            option.id: {
                "label": option.label,
                "count": line.counts[option.id],
                "percent": percent_value(line.share[option.id], decimals),
                "share": exact(line.share[option.id]),
            }
            for option in election.options
        },
        "thresholds": [
            {
                "id": met.id,
                "option": met.option,
                "condition": {
                    "vi": condition(election, met, "vi"),
                    "en": condition(election, met, "en"),
                },
                "wording": {"vi": met.wording.vi, "en": met.wording.en},
            }
            for met in line.met
        ],
    }


def contest_of(group: VoterGroup, line: ContestResult) -> Contest:
    """Return the official to whom a result line belongs.

    Raises:
        KeyError: The group has no such official.
    """
    for contest in group.contests:
        if contest.id == line.contest:
            return contest
    raise KeyError(line.contest)


def condition(election: Election, threshold: Threshold, language: Language) -> str:
    """Return a threshold's condition in words, with the label its option has on the ballot."""
    labels = {option.id: option.label for option in election.options}
    return threshold_condition(threshold, labels.get(threshold.option, threshold.option), language)


def results_csv(
    election: Election,
    results: Sequence[GroupResult],
    language: Language = "vi",
    delimiter: str = ",",
) -> str:
    """Return one row per group and official, with a byte order mark for Excel.

    Percentages keep the decimal point in both languages, for this is read by machines
    first. Vietnamese Excel splits columns at ``;``: give that as the delimiter.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    columns = ["group", "group_name", "contest", "name", "post", "issued", "collected"]
    columns += ["scanned", "valid", "invalid", "blank", "pending"]
    header = [heading(column, language) for column in columns]
    for option in election.options:
        header += [option.label, f"{option.label} (%)"]
    writer.writerow([*header, heading("thresholds", language)])
    for result in results:
        group = election.group(result.group)
        for line in result.contests:
            writer.writerow(_csv_row(election, group, result, line, language))
    return BYTE_ORDER_MARK + text.getvalue()


def _csv_row(
    election: Election,
    group: VoterGroup,
    result: GroupResult,
    line: ContestResult,
    language: Language,
) -> list[str | int]:
    contest = contest_of(group, line)
    row: list[str | int] = [group.id, group.name, contest.id, contest.name, contest.post]
    row += ["" if result.issued is None else result.issued, result.collected, result.scanned]
    row += [line.valid, line.invalid, line.blank, line.pending]
    for option in election.options:
        share = percent_value(line.share[option.id], election.profile.decimals)
        row += [line.counts[option.id], "" if share is None else share]
    return [*row, "; ".join(condition(election, met, language) for met in line.met)]


def results_table(
    election: Election, results: Sequence[GroupResult], language: Language = "vi"
) -> tuple[Group, ...]:
    """Return one renderable per group: its figures, the table of officials, thresholds met."""
    return tuple(_group_view(election, result, language) for result in results)


def _group_view(election: Election, result: GroupResult, language: Language) -> Group:
    group = election.group(result.group)
    parts: list[RichText | Table] = [
        RichText(group.name, style="bold"),
        RichText(_figures_line(result, language)),
        _officials_table(election, group, result, language),
    ]
    for line in result.contests:
        name = contest_of(group, line).name
        for met in line.met:
            parts.append(RichText(f"▲ {name}: {condition(election, met, language)}", "yellow"))
    return Group(*parts)


def _figures_line(result: GroupResult, language: Language) -> str:
    figures = [
        ("issued", result.issued),
        ("collected", result.collected),
        ("scanned", result.scanned),
        ("valid", result.valid),
        ("invalid", result.invalid),
    ]
    line = " · ".join(f"{heading(key, language)} {count_words(count)}" for key, count in figures)
    if result.pending:
        line += f"\n{heading('pending', language)} {result.pending}"
    return line


def _officials_table(
    election: Election, group: VoterGroup, result: GroupResult, language: Language
) -> Table:
    """Lay out the officials; figures have fixed widths, names take what is left.

    Left to itself rich drops the last columns at 80 columns, figures and all.
    """
    extra = [(heading("invalid", language), [line.invalid for line in result.contests])]
    if election.profile.blank == "abstain":
        extra.append((heading("blank", language), [line.blank for line in result.contests]))
    if result.pending:
        extra.append((heading("pending", language), [line.pending for line in result.contests]))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("", justify="right", width=len(str(len(result.contests))))
    table.add_column(heading("name", language), min_width=14)
    levels = _level_cells(election, result, language)
    for option, cells in zip(election.options, levels, strict=True):
        _figure_column(table, option.label, [cell.cell_len for cell in cells])
    for label, counts in extra:
        _figure_column(table, label, [len(str(count)) for count in counts])
    for number, line in enumerate(result.contests):
        contest = contest_of(group, line)
        table.add_row(
            str(number + 1),
            RichText.assemble(contest.name, "\n", (contest.post, "dim")),
            *(cells[number] for cells in levels),
            *(str(counts[number]) for _, counts in extra),
        )
    return table


# “hợp lệ” on one line.
_LEAST_FIGURE_WIDTH = 6


def _figure_column(table: Table, label: str, lengths: Sequence[int]) -> None:
    """Add a column as wide as its figures and the longest word of its head."""
    width = max([*lengths, *(len(word) for word in label.split(" ")), _LEAST_FIGURE_WIDTH])
    table.add_column(label, justify="right", width=width)


def _level_cells(
    election: Election, result: GroupResult, language: Language
) -> list[list[RichText]]:
    """Return per level the cells of all officials: count, then percentage, both aligned."""
    decimals = election.profile.decimals
    columns = []
    for option in election.options:
        shares = [
            percent_words(line.share[option.id], decimals, language) for line in result.contests
        ]
        widest = max((len(share) for share in shares), default=0)
        columns.append(
            [
                RichText.assemble(
                    (str(line.counts[option.id]), "bold"), f" {share:>{widest}}{_sign(share)}"
                )
                for line, share in zip(result.contests, shares, strict=True)
            ]
        )
    return columns


def _sign(share: str) -> str:
    return "" if share == DASH else "%"

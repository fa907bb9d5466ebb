"""``omr status`` and ``omr tally``: where the vote stands, and what it says."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict

import click

from omr.cli.bilingual import BilingualCommand, json_option
from omr.cli.papers import tell_discrepancies
from omr.cli.scan_summary import reason_words, tell_unread, unread_json, waiting_reasons
from omr.cli.stack_grades import grades_json, tell_grades
from omr.cli.terminal import Terminal, with_terminal
from omr.cli.vote import Vote, count, open_vote
from omr.errors import ExitCode, Text
from omr.report.results import results_json, results_table
from omr.store.counted import Count
from omr.tally.model import HandCount, Outcome


@click.command(
    "status",
    cls=BilingualCommand,
    summary=Text("Cho biết kỳ lấy phiếu đang ở đâu.", "Tell where the vote stands."),
    detail=Text(
        "Phiếu đã in, phát ra, thu về, đã quét, chấp nhận, chờ xem xét, đã quyết định, và có khớp"
        " nhau không. Mã thoát 4 nếu còn việc chờ người.",
        "Ballots printed, issued, collected, scanned, accepted, waiting, decided, and whether it"
        " all reconciles. Ends with 4 while something needs a person.",
    ),
    examples=("omr status", "omr status --json"),
)
@json_option()
@with_terminal
def status(terminal: Terminal, as_json: bool) -> ExitCode:
    """Show where the vote stands."""
    with open_vote() as vote:
        found = count(vote)
        half, disputes = len(vote.record.half_decided()), len(vote.record.disputes())
        graded = tuple(vote.record.graded_pages())
        rows = [_group_status(vote, found, group.id) for group in vote.election.groups]
    open_matters = bool(found.awaiting or found.unread or found.discrepancies)
    if as_json:
        terminal.give_json(
            {
                "groups": rows,
                "waiting": dict(waiting_reasons(found.outcomes)),
                "half_decided": half,
                "disputes": disputes,
                "unread": unread_json(found.unread),
                "quality": grades_json(graded),
                "reconciles": not found.discrepancies,
                "discrepancies": [
                    {"code": each.code, "group": each.group, "vi": each.vi, "en": each.en}
                    for each in found.discrepancies
                ],
            }
        )
    else:
        _show_status(terminal, rows)
        if found.awaiting:
            listed = reason_words(waiting_reasons(found.outcomes), terminal)
            terminal.tell(f"Lý do chờ xem xét: {listed}.", f"Why ballots wait: {listed}.")
        if half or disputes:
            terminal.tell(
                f"Đang chờ người thứ hai: {half}; ý kiến khác nhau: {disputes}.",
                f"Waiting for a second person: {half}; people differ: {disputes}.",
            )
        tell_unread(terminal, found.unread)
        tell_grades(terminal, graded)
        tell_discrepancies(terminal, found)
    return ExitCode.NEEDS_PERSON if open_matters else ExitCode.DONE


def _group_status(vote: Vote, found: Count, group_id: str) -> dict[str, object]:
    papers: list[Outcome] = [each for each in found.outcomes if each.group == group_id]
    statuses = Counter(outcome.status for outcome in papers)
    return {
        "group": group_id,
        "name": vote.election.group(group_id).name,
        "printed": found.printed.get(group_id, 0),
        **asdict(found.hand_counts.get(group_id, HandCount())),
        "scanned": len(papers),
        "accepted": statuses["accepted"],
        "invalid": statuses["invalid"],
        "waiting": statuses["review"],
        "decided": sum(1 for outcome in papers if outcome.decided),
    }


_COLUMNS: dict[str, Text] = {
    "group": Text("Nhóm", "Group"),
    "printed": Text("Đã in", "Printed"),
    "issued": Text("Phát ra", "Issued"),
    "collected": Text("Thu về", "Collected"),
    "scanned": Text("Đã quét", "Scanned"),
    "accepted": Text("Chấp nhận", "Accepted"),
    "invalid": Text("Không hợp lệ", "Invalid"),
    "waiting": Text("Chờ xem xét", "Waiting"),
    "decided": Text("Đã quyết định", "Decided"),
}


def _show_status(terminal: Terminal, rows: list[dict[str, object]]) -> None:
    head = [text.say(terminal.language) for text in _COLUMNS.values()]
    cells = [["–" if row[name] is None else str(row[name]) for name in _COLUMNS] for row in rows]
    terminal.give_table(terminal.pick("Tình hình", "Status"), head, cells)


@click.command(
    "tally",
    cls=BilingualCommand,
    summary=Text("Tính kết quả từ bản ghi.", "Count the results from the record."),
    detail=Text(
        "Theo từng nhóm và từng người; tỷ lệ tính bằng số nguyên, không làm tròn trước. Mã thoát 4"
        " nếu còn phiếu chờ, khi đó kết quả chưa phải cuối cùng.",
        "By group and by official, in exact arithmetic. Ends with 4 while papers wait, when the"
        " result is not final.",
    ),
    examples=("omr tally", "omr tally --json"),
)
@json_option()
@with_terminal
def tally(terminal: Terminal, as_json: bool) -> ExitCode:
    """Show the results."""
    with open_vote() as vote:
        found = count(vote)
    pending = sum(result.pending for result in found.results)
    if as_json:
        terminal.give_json(results_json(vote.election, found.results, found.discrepancies))
    else:
        terminal.give_drawn(*results_table(vote.election, found.results, terminal.language))
    if pending or found.unread:
        terminal.tell(
            f"Chưa phải kết quả cuối cùng: {pending} phiếu và {len(found.unread)} trang còn chờ.",
            f"Not final: {pending} ballots and {len(found.unread)} pages still wait.",
        )
        return ExitCode.NEEDS_PERSON
    return ExitCode.DONE

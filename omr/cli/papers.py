"""``omr papers``: what the board counted by hand, and whether it agrees with the record."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from omr.cli.bilingual import BilingualCommand, json_option, option
from omr.cli.printing import GROUP
from omr.cli.terminal import Terminal, with_terminal
from omr.cli.vote import Vote, count, open_vote, person_here
from omr.errors import ExitCode, Text
from omr.store.counted import Count
from omr.tally.model import HandCount

FIGURES: dict[str, Text] = {
    "issued": Text("Số phiếu phát ra.", "Ballots issued."),
    "unused": Text("Số phiếu không dùng.", "Ballots unused."),
    "spoiled": Text("Số phiếu hỏng đổi lại.", "Ballots spoiled and exchanged."),
    "mailed": Text("Số phiếu gửi đến cá nhân.", "Ballots sent to individuals."),
    "late": Text("Số phiếu gửi về quá hạn.", "Ballots that came back late."),
    "collected": Text("Số phiếu thu về.", "Ballots collected."),
}


def _figures(command: Any) -> Any:
    for name, text in reversed(FIGURES.items()):
        command = option(f"--{name}", metavar="N", type=click.IntRange(min=0), say=text)(command)
    return command


@click.command(
    "papers",
    cls=BilingualCommand,
    summary=Text(
        "Nhập số phiếu đếm tay và đối chiếu.", "Enter what was counted by hand, and reconcile."
    ),
    detail=Text(
        "Con số không nhập thì giữ như cũ; không nhập số nào thì chỉ xem. Mỗi lần nhập đều được"
        " ghi vào sổ nhật ký.",
        "Figures left out stay as they are; with none given, they are only shown. Each entry is"
        " kept in the ledger.",
    ),
    examples=(
        "omr papers --group a --issued 38 --unused 2 --spoiled 0 --collected 38",
        "omr papers --group a",
    ),
)
@option("--group", metavar="G", required=True, say=GROUP)
@_figures
@option(
    "--by",
    "person",
    metavar="NAME",
    say=Text(
        "Người đếm; nếu bỏ qua thì lấy tên đăng nhập máy.", "Who counted; else the login name."
    ),
)
@json_option()
@with_terminal
def papers(
    terminal: Terminal, /, group: str, person: str | None, as_json: bool, **figures: int | None
) -> ExitCode:
    """Enter and show the hand count of a group."""
    with open_vote() as vote:
        group_id = vote.group(group).id
        if any(figure is not None for figure in figures.values()):
            vote.record.set_hand_count(group_id, actor=person or person_here(), **figures)
        found = count(vote)
        if as_json:
            terminal.give_json(_json(found, group_id))
        else:
            _show(terminal, vote, found, group_id)
    return ExitCode.DONE


def _scanned(found: Count, group_id: str) -> int:
    return next(result.scanned for result in found.results if result.group == group_id)


def _json(found: Count, group_id: str) -> dict[str, object]:
    discrepancies = [each for each in found.discrepancies if each.group in ("", group_id)]
    return {
        "group": group_id,
        "printed": found.printed.get(group_id, 0),
        **asdict(found.hand_counts.get(group_id, HandCount())),
        "scanned": _scanned(found, group_id),
        "reconciles": not discrepancies,
        "discrepancies": [
            {"code": each.code, "text": {"vi": each.vi, "en": each.en}} for each in discrepancies
        ],
    }


def _show(terminal: Terminal, vote: Vote, found: Count, group_id: str) -> None:
    hand = asdict(found.hand_counts.get(group_id, HandCount()))
    rows = [(terminal.pick("Đã in", "Printed"), str(found.printed.get(group_id, 0)))]
    for name, text in FIGURES.items():
        figure = "–" if hand[name] is None else str(hand[name])
        rows.append((text.say(terminal.language).rstrip("."), figure))
    rows.append((terminal.pick("Đã quét", "Scanned"), str(_scanned(found, group_id))))
    title = f"{group_id}: {vote.election.group(group_id).name}"
    head = (terminal.pick("Mục", "Figure"), terminal.pick("Phiếu", "Ballots"))
    terminal.give_table(title, head, rows)
    tell_discrepancies(terminal, found, group_id)


def tell_discrepancies(terminal: Terminal, found: Count, group_id: str | None = None) -> None:
    """Say what does not reconcile, for one group or for all."""
    known = [
        each for each in found.discrepancies if group_id is None or each.group in ("", group_id)
    ]
    for each in known:
        head = f"{each.group}: " if each.group else ""
        terminal.tell(f"Chưa khớp – {head}{each.vi}", f"Does not reconcile – {head}{each.en}")
    if not known:
        terminal.tell("Số phiếu khớp.", "The papers reconcile.")

"""``omr demo``: the whole job on the samples, and whether the result is right."""

from __future__ import annotations

import contextlib
import csv
import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from omr.ballot.keys import write_key
from omr.ballot.layout import ballot_layouts
from omr.ballot.serials import format_serial
from omr.cli.bilingual import BilingualCommand, option
from omr.cli.publishing import minutes_facts
from omr.cli.scan_summary import tell_scan
from omr.cli.scanning import processors, read_stack
from omr.cli.terminal import Terminal, with_terminal
from omr.cli.vote import BALLOT_KEY, Vote, count, open_vote, person_here
from omr.cli.whole_files import write_whole
from omr.cli.words import FLAG
from omr.errors import ExitCode, InputError, Text
from omr.rehearse.compare import Comparison, compare, read_truth
from omr.report.cvr import cvr_lines
from omr.report.minutes import write_minutes
from omr.report.results import results_table
from omr.store.counted import Count
from omr.store.folder import CountFolder

# Beside the package in a checkout; a wheel does not carry megabytes of scans.
SAMPLES = Path(__file__).resolve().parents[2] / "samples"


@click.command(
    "demo",
    cls=BilingualCommand,
    summary=Text("Làm thử trọn việc trên xấp phiếu mẫu.", "Do the whole job on sample ballots."),
    detail=Text(
        "Chép khai báo và khóa của phiếu mẫu vào một thư mục tạm, đọc các tệp quét, in bảng kết quả"
        " và những phiếu chờ xem xét, lập biên bản dự thảo, rồi so với đáp án. Mã thoát 0 nếu đúng"
        " đáp án, 1 nếu sai.",
        "Copies the samples' definition and key to a temporary folder, reads the scans, prints"
        " the results and the ballots that wait for people, writes draft minutes, and compares"
        " with the known truth. Ends with 0 if they agree, with 1 if not.",
    ),
    examples=("omr demo", "omr demo --keep thu-nghiem"),
)
@option(
    "--keep",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    say=Text("Làm trong thư mục mới này.", "Work in this new folder."),
)
@option(
    "--samples",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    default=SAMPLES,
    say=Text("Xấp phiếu mẫu khác.", "Another set of samples."),
)
@with_terminal
def demo(terminal: Terminal, keep: Path | None, samples: Path) -> ExitCode:
    """Do the whole job on the samples."""
    samples = samples.absolute()
    truth = read_truth(samples / "truth.jsonl")
    place = keep.absolute() if keep else Path(tempfile.mkdtemp(prefix="omr-demo-"))
    terminal.tell(
        f"Phiếu mẫu: {samples}\nThư mục làm việc: {place}",
        f"Samples: {samples}\nWorking folder: {place}",
    )
    _prepare(samples, place)
    with contextlib.chdir(place), open_vote() as vote:
        _enter_hand_counts(vote, truth)
        run = read_stack(terminal, vote, [samples / "scans"], processors())
        found = count(vote)
        terminal.give_drawn(*results_table(vote.election, found.results, terminal.language))
        _list_waiting(terminal, found)
        tell_scan(terminal, run, found)
        lines = cvr_lines(vote.election, found.outcomes, vote.record.readings())
        comparison = compare(truth, [json.loads(line) for line in lines])
        minutes = place / "out" / "bien-ban-du-thao.pdf"
        facts = minutes_facts(vote, found)
        write_whole(minutes, lambda part: write_minutes(part, facts, draft=True))
    terminal.tell(f"Biên bản dự thảo: {minutes}", f"Draft minutes: {minutes}")
    return _judge(terminal, comparison)


def _prepare(samples: Path, place: Path) -> None:
    """Make a count folder in which the sample ballots are recorded as printed.

    Raises:
        InputError: Something of the samples is missing, or the folder is not empty.
    """
    try:
        text = (samples / "election.yaml").read_text(encoding="utf-8")
        key = (samples / "keys" / BALLOT_KEY).read_bytes()
        with (samples / "prints.csv").open(encoding="utf-8", newline="") as file:
            prints = list(csv.DictReader(file))
    except OSError as error:
        raise InputError(
            f"{error.filename}: thiếu một phần của phiếu mẫu. Lệnh demo chạy trong bản sao đầy đủ"
            " của kho mã nguồn.",
            f"{error.filename}: part of the samples is missing. The demo runs in a full checkout"
            " of the source.",
        ) from error
    folder = CountFolder.create(place, text)
    write_key(folder.key_path(BALLOT_KEY), key)
    serials: dict[str, list[str]] = defaultdict(list)
    for row in prints:
        serials[row["group"]].append(row["serial"].replace("-", ""))
    with contextlib.chdir(place), open_vote() as vote:
        vote.record.pin_election(vote.election.fingerprint)
        for group, issued in serials.items():
            layout = ballot_layouts(vote.election)[group]
            vote.record.record_print(group, layout.fingerprint, issued)


def _enter_hand_counts(vote: Vote, truth: Sequence[dict[str, Any]]) -> None:
    """Enter what a board would have counted: every paper of the samples was collected."""
    papers = Counter(fact["group"] for fact in truth if fact["kind"] == "ballot")
    printed = vote.record.printed_counts()
    for group in vote.election.groups:
        collected = papers[group.id]
        vote.record.set_hand_count(
            group.id,
            actor=person_here(),
            issued=collected,
            unused=printed.get(group.id, 0) - collected,
            spoiled=0,
            collected=collected,
        )


def _list_waiting(terminal: Terminal, found: Count) -> None:
    """Name each ballot that waits for people, with its reasons."""
    rows = []
    for outcome in found.outcomes:
        if outcome.status != "review":
            continue
        codes = sorted({flag.code for flag in outcome.flags})
        reasons = ", ".join(FLAG[code].say(terminal.language) for code in codes)
        rows.append((format_serial(outcome.serial), outcome.group, reasons))
    title = terminal.pick("Phiếu chờ xem xét", "Ballots that wait for people")
    head = (
        terminal.pick("Số phiếu", "Ballot"),
        terminal.pick("Nhóm", "Group"),
        terminal.pick("Lý do", "Reasons"),
    )
    terminal.give_table(title, head, rows)


def _judge(terminal: Terminal, found: Comparison) -> ExitCode:
    """Say how the record stands to the truth."""
    asked = found.asked + len(found.needless)
    terminal.tell(
        f"So với đáp án: máy tự chấp nhận {found.accepted} phiếu; đưa ra xem xét"
        f" {found.called} phiếu phải xem xét và hỏi thêm {asked} phiếu;"
        f" {found.loose} trang không phải phiếu.",
        f"Against the truth: {found.accepted} ballots accepted by the machine; {found.called}"
        f" put before people that had to be, {asked} more asked about; {found.loose}"
        " pages that are no ballots.",
    )
    for text in found.wrong:
        terminal.tell(text.vi, text.en)
    if found.wrong:
        terminal.tell(
            f"SAI ở {len(found.wrong)} chỗ nêu trên.", f"WRONG in the {len(found.wrong)} above."
        )
        return ExitCode.FAULT
    terminal.tell("ĐÚNG đáp án.", "It AGREES with the truth.")
    return ExitCode.DONE

"""``omr layout`` and ``omr print``: what is printed, and the record of it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from omr.ballot.draw import print_ballots as draw_ballots
from omr.ballot.keys import read_key
from omr.ballot.layout import ballot_layouts, layout_json
from omr.ballot.model import BallotLayout
from omr.ballot.proof import proof_layouts
from omr.ballot.serials import issue_serials
from omr.cli.bilingual import BilingualCommand, option
from omr.cli.terminal import Terminal, with_terminal
from omr.cli.vote import (
    BALLOT_KEY,
    Vote,
    group_of,
    load_definition,
    open_vote,
    person_here,
)
from omr.cli.whole_files import unwritable
from omr.errors import ExitCode, InputError, Text

# A ledger event of this room: proof sheets were made.
PROOF_PRINTED = "proof-print"
# Far above any committee; a slip of the finger should not print a truckload.
MOST_BALLOTS = 20_000

GROUP = Text("Mã nhóm người ghi phiếu, như trong election.yaml.", "Id of the voter group.")


@click.command(
    "layout",
    cls=BilingualCommand,
    summary=Text(
        "In ra JSON vị trí từng ô, họ tên, vùng trên phiếu (mm).",
        "Print as JSON where each box, name and zone lies on the ballot, in mm.",
    ),
    examples=("omr layout --group a > mau-phieu-a.json",),
)
@option("--group", metavar="G", say=GROUP)
@with_terminal
def layout(terminal: Terminal, group: str | None) -> ExitCode:
    """Give the layouts as JSON."""
    _, election = load_definition()
    layouts = ballot_layouts(election)
    if group is not None:
        layouts = {group: layouts[group_of(election, group).id]}
    terminal.give_json(layout_json(layouts))
    return ExitCode.DONE


@click.command(
    "print",
    cls=BilingualCommand,
    summary=Text("Tạo tệp PDF để in phiếu.", "Make the PDF from which ballots are printed."),
    detail=Text(
        "Mỗi phiếu có một số riêng, ngẫu nhiên, không gắn với ai. Số phiếu đã tạo được ghi vào bản"
        " ghi: phiếu không có trong đó sẽ bị coi là không do Ban Kiểm phiếu phát ra. In đúng khổ,"
        " không chọn “vừa trang”. Với --proof thì in tờ MẪU THỬ để thử máy in và máy quét (xem"
        " omr proof): tờ ấy không phải phiếu và không bao giờ được đếm.",
        "Each ballot has its own random number, tied to nobody. What was made is recorded: a"
        " ballot that is not in the record counts as not issued by the board. Print at full"
        " size, without “fit to page”. With --proof it makes sheets marked PRINT PROOF, to try"
        " printer and scanner (see omr proof): they are no ballots and are never counted.",
    ),
    examples=(
        "omr print --group a --count 40",
        "omr print --group b --count 35 --out phieu-b.pdf",
        "omr print --group a --count 3 --proof",
    ),
)
@option("--group", metavar="G", required=True, say=GROUP)
@option(
    "--count",
    metavar="N",
    type=click.IntRange(1, MOST_BALLOTS),
    required=True,
    say=Text("Số phiếu.", "How many ballots."),
)
@option(
    "--out",
    metavar="F.pdf",
    type=click.Path(path_type=Path, dir_okay=False),
    say=Text("Tệp PDF; nếu bỏ qua thì nằm trong out/.", "The PDF file; left out, it goes to out/."),
)
@option(
    "--seed",
    metavar="S",
    say=Text(
        "Chỉ để diễn tập: số phiếu lặp lại được, nên ai biết S thì biết các số phiếu.",
        "For rehearsals only: makes the numbers repeatable, so whoever knows S knows them.",
    ),
)
@option(
    "--proof",
    is_flag=True,
    say=Text(
        "In tờ MẪU THỬ thay cho phiếu; không ghi vào số phiếu đã in.",
        "Make proof sheets instead of ballots; they do not count as printed.",
    ),
)
@with_terminal
def print_ballots(
    terminal: Terminal, group: str, count: int, out: Path | None, seed: str | None, proof: bool
) -> ExitCode:
    """Make ballots and record them, or proof sheets."""
    with open_vote() as vote:
        group_id = vote.group(group).id
        path = out or _free_name(vote.folder.out, f"{'mau-thu' if proof else 'phieu'}-{group_id}")
        _make(terminal, vote, group_id, count, path, seed, proof)
    if proof:
        terminal.tell(
            f"Đã tạo {count} tờ MẪU THỬ nhóm {group_id}: {path}\n"
            "Hãy in bằng đúng máy in và loại giấy sẽ in phiếu, quét bằng đúng máy sẽ dùng, rồi"
            " chạy: omr proof TỆP. Tờ này không phải phiếu: không phát ra, không bỏ vào hòm phiếu.",
            f"Made {count} proof sheets of group {group_id}: {path}\n"
            "Print them on the printer and paper of the ballots, scan them on the scanner of the"
            " count, then run: omr proof FILE. They are no ballots: never hand them out.",
        )
        return ExitCode.DONE
    terminal.tell(
        f"Đã tạo {count} phiếu nhóm {group_id}: {path}\n"
        "Hãy in đúng khổ giấy, tỷ lệ 100 %, và giữ kín tệp này như giữ phiếu.",
        f"Made {count} ballots of group {group_id}: {path}\n"
        "Print at full size (100 %), and keep the file as safe as the ballots themselves.",
    )
    return ExitCode.DONE


def _free_name(folder: Path, what: str) -> Path:
    """Return a name in ``folder`` that no earlier print has."""
    folder.mkdir(exist_ok=True)
    stem = f"{what}-{date.today().isoformat()}"
    path, number = folder / f"{stem}.pdf", 1
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}.pdf"
    return path


def _make(
    terminal: Terminal,
    vote: Vote,
    group_id: str,
    count: int,
    path: Path,
    seed: str | None,
    proof: bool,
) -> None:
    """Draw, then record, then give the file its name.

    A ballot that is handed out but not recorded would be counted as a false one, so nothing
    gets its final name before the record knows it. If the program is stopped between the last
    two steps, the recorded ballots lie complete in the file that ends in ``.part``, and only
    that file's name has to be put right.

    Raises:
        InputError: The file is there already, or cannot be written.
    """
    part = path.with_name(f"{path.name}.part")
    for taken in (path, part):
        if taken.exists():
            raise InputError(
                f"{taken}: đã có tệp này, có thể là phiếu đã ghi nhận. Hãy chọn tên khác hoặc cất"
                " tệp ấy đi chỗ khác.",
                f"{taken}: this file exists already and may hold recorded ballots. Choose another"
                " name, or put that file elsewhere.",
            )
    key = read_key(vote.folder.key_path(BALLOT_KEY))
    layout = (proof_layouts(vote.election) if proof else vote.layouts)[group_id]
    index = [group.id for group in vote.election.groups].index(group_id)
    serials = issue_serials(count, vote.record.printed_serials(), seed)
    try:
        with terminal.progress() as progress:
            task = progress.add_task(terminal.pick("Vẽ phiếu", "Drawing"), total=count)
            draw_ballots(
                layout,
                vote.election.fingerprint,
                index,
                serials,
                key,
                part,
                lambda done, _total: progress.update(task, completed=done),
            )
        _flush(part)
        _record(vote, group_id, layout, serials, proof)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise unwritable(path, error) from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    part.rename(path)


def _record(
    vote: Vote, group_id: str, layout: BallotLayout, serials: Sequence[str], proof: bool
) -> None:
    """Record ballots as printed; of proof sheets the ledger alone keeps that they were made.

    Proof sheets do not tie the record to the definition: what they show may still be mended.
    """
    if proof:
        payload = {"group": group_id, "layout": layout.fingerprint, "count": len(serials)}
        vote.record.append(person_here(), PROOF_PRINTED, payload)
        return
    vote.record.pin_election(vote.election.fingerprint)
    vote.record.record_print(group_id, layout.fingerprint, serials)


def _flush(path: Path) -> None:
    """See that the file is on disk before the record speaks of it."""
    with path.open("rb") as file:
        os.fsync(file.fileno())

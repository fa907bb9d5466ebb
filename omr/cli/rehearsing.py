"""``omr rehearse``: a stack of pretend papers, with its truth, for a board's rehearsal."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from omr.ballot.keys import read_key
from omr.cli.bilingual import BilingualCommand, option
from omr.cli.terminal import Terminal, with_terminal
from omr.cli.vote import BALLOT_KEY, open_vote
from omr.errors import ExitCode, InputError, RefusedError, Text
from omr.rehearse.stack import Format, Recipe, make_stack
from omr.rehearse.voters import Kind

MOST_PAPERS = 20_000


@click.command(
    "rehearse",
    cls=BilingualCommand,
    summary=Text(
        "Tạo một xấp phiếu giả đã đánh dấu và quét, kèm đáp án.",
        "Make a stack of pretend papers, marked and scanned, with its truth.",
    ),
    detail=Text(
        "Để Ban Kiểm phiếu tập dượt và để thử máy đọc. Hãy dùng một thư mục riêng: các phiếu giả"
        " được ghi vào bản ghi như phiếu đã in, nên thư mục đã in phiếu thật thì bị từ chối."
        " Đáp án nằm trong truth.jsonl.",
        "For the board's rehearsal and for trying the reader. Use a folder of its own: pretend"
        " ballots are recorded as printed, so a folder that printed real ones is refused. The"
        " truth lies in truth.jsonl.",
    ),
    examples=(
        "omr rehearse --papers 60 --out tap-duot --seed 7",
        "omr rehearse --papers 100 --kind severe --format tiff --out tap-duot",
    ),
)
@option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    say=Text("Thư mục mới cho các tệp quét.", "A new folder for the scans."),
)
@option(
    "--papers",
    metavar="N",
    type=click.IntRange(1, MOST_PAPERS),
    default=40,
    say=Text("Số phiếu mỗi nhóm.", "Papers of each group."),
)
@option(
    "--seed",
    metavar="S",
    type=click.IntRange(0),
    default=1,
    say=Text("Cùng số này thì ra đúng những tệp ấy.", "The same number gives the same files."),
)
@option(
    "--kind",
    type=click.Choice(get_args(Kind)),
    default="ordinary",
    say=Text("Giấy và máy quét bình thường hay khắc nghiệt.", "Ordinary or severe papers."),
)
@option(
    "--format",
    "file_format",
    type=click.Choice(get_args(Format)),
    default="pdf",
    say=Text("Loại tệp quét.", "Kind of scan file."),
)
@option(
    "--faults",
    is_flag=True,
    say=Text(
        "Thêm mọi loại lỗi của người ghi phiếu, phiếu lạ, phiếu chụp lại, mặt sau trắng.",
        "Add every kind of voter's fault, foreign papers, copies and empty backs.",
    ),
)
@option(
    "--small",
    is_flag=True,
    say=Text("Giữ tệp quét nhỏ.", "Keep the scans small."),
)
@with_terminal
def rehearse(
    terminal: Terminal,
    out: Path,
    papers: int,
    seed: int,
    kind: Kind,
    file_format: Format,
    faults: bool,
    small: bool,
) -> ExitCode:
    """Make a stack and record its serials as printed."""
    if out.exists() and any(out.iterdir()):
        raise InputError(
            f"{out}: thư mục này đã có tệp. Hãy chọn một thư mục mới.",
            f"{out}: this folder holds files already. Choose a new one.",
        )
    recipe = Recipe(
        seed=seed,
        papers=papers,
        kind=kind,
        format=file_format,
        every_fault=faults,
        strangers=faults,
        small=small,
    )
    with open_vote() as vote:
        if vote.record.printed_counts():
            raise RefusedError(
                "Thư mục này đã in phiếu. Hãy tạo thư mục khác bằng omr new để tập dượt.",
                "This folder has printed ballots. Make another with omr new for a rehearsal.",
            )
        key = read_key(vote.folder.key_path(BALLOT_KEY))
        with terminal.progress() as progress:
            task = progress.add_task(terminal.pick("Làm phiếu giả", "Making papers"), total=None)
            stack = make_stack(
                vote.election,
                vote.layouts,
                key,
                out,
                recipe,
                lambda done, total: progress.update(task, completed=done, total=total),
            )
        vote.record.pin_election(vote.election.fingerprint)
        for group, serials in stack.serials.items():
            vote.record.record_print(group, vote.layouts[group].fingerprint, list(serials))
    terminal.tell(
        f"Đã tạo {len(stack.files)} tệp quét trong {out}; đáp án: {stack.truth}",
        f"Made {len(stack.files)} scan files in {out}; the truth: {stack.truth}",
    )
    return ExitCode.DONE

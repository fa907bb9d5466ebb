"""``omr minutes`` and ``omr export``: what leaves the folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from omr import __version__
from omr.cli.bilingual import BilingualCommand, option
from omr.cli.terminal import Terminal, with_terminal
from omr.cli.vote import FILE_FAULT, Vote, count, open_vote, person_here
from omr.cli.whole_files import write_whole
from omr.errors import ExitCode, Text
from omr.report.cvr import cvr_csv, cvr_lines
from omr.report.figures import paper_figures
from omr.report.minutes import MinutesFacts, refuse_minutes, write_minutes
from omr.report.results import results_csv
from omr.report.spreadsheet import results_xlsx
from omr.scan.reading import PageReading, PageSource
from omr.store.counted import Count

MINUTES = "minutes"


@click.command(
    "minutes",
    cls=BilingualCommand,
    summary=Text("Lập biên bản kiểm phiếu.", "Write the minutes of the count."),
    detail=Text(
        "Bị từ chối (mã thoát 5) khi còn phiếu chờ xem xét hoặc số phiếu chưa khớp. Trưởng ban có"
        " thể cho lập dù số phiếu chưa khớp bằng lý do ghi rõ; lý do đó in trong biên bản và ghi"
        " vào sổ nhật ký.",
        "Refused (exit 5) while ballots wait for people or papers do not reconcile. The head of"
        " the board may close them although papers do not reconcile, with a written reason, which"
        " is printed in the minutes and kept in the ledger.",
    ),
    examples=(
        "omr minutes",
        "omr minutes --draft",
        'omr minutes --reason "…"',
    ),
)
@option(
    "--format",
    "kind",
    type=click.Choice(("pdf",)),
    default="pdf",
    show_default=True,
    say=Text("Dạng tệp.", "Kind of file."),
)
@option(
    "--out",
    metavar="F.pdf",
    type=click.Path(path_type=Path, dir_okay=False),
    say=Text("Tệp cần ghi; nếu bỏ qua thì nằm trong out/.", "The file; left out, it goes to out/."),
)
@option(
    "--draft",
    is_flag=True,
    say=Text("Bản dự thảo, lập lúc nào cũng được.", "A draft, which may be made at any time."),
)
@option(
    "--reason",
    metavar="TEXT",
    default="",
    say=Text("Lý do của Trưởng ban khi số phiếu chưa khớp.", "The head's reason, see above."),
)
@with_terminal
def minutes(terminal: Terminal, kind: str, out: Path | None, draft: bool, reason: str) -> ExitCode:
    """Write the minutes."""
    with open_vote() as vote:
        found = count(vote)
        name = "bien-ban-du-thao" if draft else "bien-ban"
        path = out or vote.folder.out / f"{name}.{kind}"
        if not draft:
            refuse_minutes(found.results, found.discrepancies, reason)
        facts = minutes_facts(vote, found, reason)
        write_whole(path, lambda part: write_minutes(part, facts, draft=draft))
        if not draft:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            payload = {"file": path.name, "sha256": digest, "reason": reason}
            vote.record.append(person_here(), MINUTES, payload)
    if draft:
        terminal.tell(f"Đã lập bản dự thảo: {path}", f"Wrote a draft: {path}")
    else:
        terminal.tell(
            f"Đã lập biên bản: {path}. In 3 bản: 2 bản gửi liên đoàn lao động cấp trên, 1 bản lưu"
            " theo chế độ mật.",
            f"Wrote the minutes: {path}. Print 3 copies: 2 for the federation above, 1 to be kept"
            " under the secrecy rules.",
        )
    return ExitCode.DONE


def minutes_facts(vote: Vote, found: Count, reason: str = "") -> MinutesFacts:
    """Gather everything that the minutes say."""
    return MinutesFacts(
        election=vote.election,
        results=found.results,
        hand_counts=found.hand_counts,
        printed=found.printed,
        papers=paper_figures(vote.election, found.outcomes),
        discrepancies=found.discrepancies,
        head_hash=vote.record.head().hash,
        written_at=datetime.now(UTC).astimezone(),
        version=__version__,
        override_reason=reason,
    )


@click.command(
    "export",
    cls=BilingualCommand,
    summary=Text("Xuất dữ liệu cho nơi khác.", "Export the record for others."),
    detail=Text(
        "cvr: mỗi phiếu một dòng JSON, kể cả trang không gắn được với phiếu nào; csv: kết quả, hoặc"
        " từng phiếu với --ballots; xlsx: kết quả có công thức. cvr và csv ra stdout nếu không có"
        " --out.",
        "cvr: one line of JSON per ballot, and per page that is none; csv: results, or each ballot"
        " with --ballots; xlsx: results with formulas. Without --out, cvr and csv go to stdout.",
    ),
    examples=(
        "omr export --format cvr > phieu.jsonl",
        "omr export --format csv --delimiter ';' --out ket-qua.csv",
        "omr export --format xlsx",
    ),
)
@option(
    "--format",
    "kind",
    type=click.Choice(("cvr", "csv", "xlsx")),
    required=True,
    say=Text("Dạng dữ liệu.", "Kind of data."),
)
@option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    say=Text("Tệp cần ghi.", "The file to write."),
)
@option(
    "--ballots",
    is_flag=True,
    say=Text("Với csv: từng phiếu thay cho kết quả.", "With csv: each ballot, not the results."),
)
@option(
    "--delimiter",
    type=click.Choice((",", ";")),
    default=",",
    show_default=True,
    say=Text("Với csv: dấu ngăn cột.", "With csv: what parts the columns."),
)
@with_terminal
def export(
    terminal: Terminal, kind: str, out: Path | None, ballots: bool, delimiter: str
) -> ExitCode:
    """Export the record."""
    with open_vote() as vote:
        found = count(vote)
        if kind == "xlsx":
            out = out or vote.folder.out / "ket-qua.xlsx"
            write_whole(
                out,
                lambda part: results_xlsx(part, vote.election, found.results, terminal.language),
            )
        else:
            text = _text(terminal, vote, found, kind, ballots, delimiter)
            if out is None:
                click.echo(text, nl=False)
            else:
                # newline="": csv brings its own line ends.
                write_whole(out, lambda part: _write_text(part, text))
    if out is not None:
        terminal.tell(f"Đã ghi {out}", f"Wrote {out}")
    return ExitCode.DONE


def _write_text(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8"))


def _text(
    terminal: Terminal, vote: Vote, found: Count, kind: str, ballots: bool, delimiter: str
) -> str:
    if kind == "cvr":
        lines = cvr_lines(vote.election, found.outcomes, all_pages(vote))
        return "".join(f"{line}\n" for line in lines)
    if ballots:
        return cvr_csv(vote.election, found.outcomes, terminal.language, delimiter)
    return results_csv(vote.election, found.results, terminal.language, delimiter)


def all_pages(vote: Vote) -> Iterator[PageReading]:
    """Yield every page of the record, then each file that could not be read, as its page 0."""
    yield from vote.record.readings()
    for entry in vote.record.events(FILE_FAULT):
        fault = {name: str(value) for name, value in entry.payload.items()}
        source = PageSource(fault["file"], fault["sha256"], 0, "")
        yield PageReading(source, "unreadable", detail=fault["code"])

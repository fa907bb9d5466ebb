"""``omr``: gathers the commands, and gives every error its line and its exit code."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import click

from omr import __version__
from omr.cli import (
    completion,
    counting,
    definition,
    demo,
    papers,
    printing,
    proofing,
    publishing,
    rehearsing,
    scanning,
    verifying,
)
from omr.cli.bilingual import BilingualGroup, BilingualOption, language_option, option
from omr.cli.terminal import Terminal, language_of, terminal_of
from omr.cli.usage import explain
from omr.errors import ExitCode, InputError, OmrError, Text

# What a shell gives a command that Ctrl-C stopped: 128 + SIGINT.
STOPPED_BY_PERSON = 130
DEBUG_VARIABLE = "OMR_DEBUG"


class Root(BilingualGroup):
    """The ``omr`` command itself: the place where errors end."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Make the context with a terminal in it, so that even parsing errors know a language."""
        extra.setdefault("obj", Terminal(language=language_of(args)))
        return super().make_context(info_name, args, parent, **extra)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> NoReturn:
        """Run a command line and exit with its documented code."""
        words = list(sys.argv[1:] if args is None else args)
        terminal = Terminal(language=language_of(words))
        try:
            code = super().main(
                words, prog_name or "omr", complete_var, False, obj=terminal, **extra
            )
        except OmrError as error:
            code = _complain(terminal, error.text, error.exit_code, error)
        except click.UsageError as error:
            code = _complain(terminal, explain(error), ExitCode.USAGE, error)
        except (click.Abort, KeyboardInterrupt):
            terminal.tell("Đã dừng theo yêu cầu.", "Stopped as asked.")
            code = STOPPED_BY_PERSON
        except BrokenPipeError:
            # The reader of our output went away (`omr export … | head`): nobody is left to tell.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = ExitCode.FAULT
        except Exception as error:
            code = _confess(terminal, error)
        sys.exit(int(code or ExitCode.DONE))


def _complain(terminal: Terminal, text: Text, code: ExitCode, error: Exception) -> ExitCode:
    terminal.tell(f"Lỗi: {text.vi}", f"Error: {text.en}")
    if os.environ.get(DEBUG_VARIABLE):
        traceback.print_exception(error)
    return code


def _confess(terminal: Terminal, error: Exception) -> ExitCode:
    """Tell of a fault of ours in one line, and keep its details where they can be sent from."""
    details = "".join(traceback.format_exception(error))
    log = _write_log(terminal.folder, details)
    text = Text(
        f"chương trình gặp lỗi không lường trước ({type(error).__name__}). Hồ sơ kiểm phiếu vẫn"
        f" như lần ghi cuối cùng. Chi tiết: {log}",
        f"the program met a fault it did not expect ({type(error).__name__}). The record stands"
        f" as last committed. Details: {log}",
    )
    return _complain(terminal, text, ExitCode.FAULT, error)


def _write_log(folder: Path, details: str) -> Path:
    """Write a log in the count folder's ``out``, or where temporary files go if there is none."""
    name = f"omr-{datetime.now():%Y%m%d-%H%M%S}.log"
    out = folder / "out"
    place = out if out.is_dir() and os.access(out, os.W_OK) else Path(tempfile.gettempdir())
    log = place / name
    log.write_text(f"omr {__version__}, Python {sys.version}\n{details}", encoding="utf-8")
    return log


@click.group(
    "omr",
    cls=Root,
    summary=Text(
        "In, quét, xem xét và kiểm phiếu tín nhiệm.",
        "Print, scan, review and count confidence ballots.",
    ),
    detail=Text(
        "Mọi thứ của một kỳ lấy phiếu nằm trong một thư mục. Lệnh nào cũng làm việc trong thư mục"
        " hiện tại, hoặc trong thư mục ghi sau -C.",
        "Everything of one vote lives in one folder. Every command works in the current folder,"
        " or in the one named after -C.",
    ),
    examples=(
        "omr new hoi-nghi-2021 --from tin-nhiem.vi",
        "omr -C hoi-nghi-2021 print --group a --count 40",
        "omr -C hoi-nghi-2021 scan phieu-da-quet.pdf",
    ),
)
@option(
    "-C",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    default=Path(),
    say=Text(
        "Làm việc trong thư mục này; mọi đường dẫn khác tính từ đó, như git và make.",
        "Work in this folder; every other path counts from there, as with git and make.",
    ),
)
@click.version_option(
    __version__,
    prog_name="omr",
    message="%(prog)s %(version)s",
    cls=BilingualOption,
    say=Text("Hiện phiên bản rồi thôi.", "Show the version and stop."),
)
@click.pass_context
def cli(ctx: click.Context, folder: Path) -> None:
    """Go to the folder of the vote for as long as the command runs."""
    try:
        ctx.with_resource(contextlib.chdir(folder))
    except OSError as error:
        raise InputError(
            f"{folder}: không vào được thư mục này ({error.strerror}). Hãy kiểm tra đường dẫn"
            " sau -C.",
            f"{folder}: this folder cannot be entered ({error.strerror}). Check the path after -C.",
        ) from error
    terminal_of(ctx).folder = Path.cwd()


cli.params.append(language_option())
for command in (
    definition.new,
    definition.check,
    printing.layout,
    printing.print_ballots,
    papers.papers,
    proofing.proof,
    scanning.scan,
    counting.status,
    counting.tally,
    publishing.minutes,
    publishing.export,
    verifying.verify,
    rehearsing.rehearse,
    demo.demo,
    completion.completion,
):
    cli.add_command(command)


def main() -> NoReturn:
    """Run ``omr``."""
    cli.main()

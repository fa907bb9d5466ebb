"""``omr completion``: lets a shell complete commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from omr.cli.bilingual import BilingualCommand
from omr.errors import ExitCode, Text

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_OMR_COMPLETE"


@click.command(
    "completion",
    cls=BilingualCommand,
    summary=Text(
        "In ra đoạn mã để dòng lệnh tự hoàn thành tên lệnh.",
        "Print the script with which a shell completes commands.",
    ),
    examples=("omr completion bash >> ~/.bashrc",),
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> ExitCode:
    """Give the completion script of a shell."""
    made = get_completion_class(shell)
    if made is None:
        raise click.BadParameter(shell, ctx)
    click.echo(made(ctx.find_root().command, {}, "omr", VARIABLE).source())
    return ExitCode.DONE

"""Writes ``docs/commands.md`` from each command's own help; a test holds the two together."""

from __future__ import annotations

from pathlib import Path

import click

from omr.cli.main import cli
from omr.cli.terminal import Terminal
from omr.errors import Language

TARGET = Path(__file__).with_name("commands.md")
WIDTH = 96
HEAD = """# Các lệnh · Commands

Trang này do `make docs` viết ra từ chính phần trợ giúp của từng lệnh.
This page is written by `make docs` from the help of each command itself.

Mã thoát · Exit codes: [exit-codes.md](exit-codes.md)
"""


def page(command: click.Command, path: str, language: Language) -> str:
    """Return the help of a command as a person sees it."""
    context = click.Context(
        command,
        info_name=path,
        obj=Terminal(language=language),
        terminal_width=WIDTH,
        max_content_width=WIDTH,
    )
    return command.get_help(context)


def render() -> str:
    """Return the whole page."""
    parts = [HEAD]
    commands = {"omr": cli, **{f"omr {name}": each for name, each in cli.commands.items()}}
    for path, command in commands.items():
        vietnamese, english = (page(command, path, language) for language in ("vi", "en"))
        parts.append(f"## `{path}`\n\n```text\n{vietnamese}\n```\n\n```text\n{english}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")

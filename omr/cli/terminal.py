"""What a command knows of the person in front of it: the language, the count folder, the streams.

The product of a command (a table, a JSON document, a file's bytes) goes to stdout; everything
said along the way goes to stderr, so that a pipe never carries a message by mistake.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import update_wrapper
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import click
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from omr.errors import Language, Text

P = ParamSpec("P")
R = TypeVar("R")

LANGUAGE_VARIABLE = "OMR_LANG"
LANGUAGES: tuple[Language, ...] = ("vi", "en")
# A table keeps its columns when it goes to a file or a pipe, where no width is known.
PIPE_WIDTH = 160


@dataclass(slots=True)
class Terminal:
    """Where a command speaks, in which language, and on which count folder it works.

    Attributes:
        folder: Absolute; it is also the current folder while a command runs, so that every
            path a person gives counts from there.
    """

    language: Language = "vi"
    folder: Path = field(default_factory=Path.cwd)

    def tell(self, vi: str, en: str) -> None:
        """Say one thing to the person, on stderr."""
        click.echo(Text(vi, en).say(self.language), err=True)

    def pick(self, vi: str, en: str) -> str:
        """Return the text of the person's language."""
        return Text(vi, en).say(self.language)

    def give(self, text: str) -> None:
        """Hand out a line of the command's product, on stdout."""
        click.echo(text)

    def give_json(self, document: object) -> None:
        """Hand out one JSON document, on stdout."""
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))

    def give_table(self, title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Hand out a table, on stdout; columns after the first are aligned right if numeric."""
        table = Table(title=title, title_justify="left", title_style="bold")
        for place, name in enumerate(head):
            cells = [row[place] for row in rows]
            numeric = bool(cells) and all(_is_figure(cell) for cell in cells)
            table.add_column(name, justify="right" if numeric else "left", overflow="fold")
        for row in rows:
            table.add_row(*row)
        self.give_drawn(table)

    def give_drawn(self, *drawn: RenderableType) -> None:
        """Hand out tables and the like that another room has drawn, on stdout."""
        stream = sys.stdout
        wide = None if stream.isatty() else PIPE_WIDTH
        console = Console(file=stream, width=wide, highlight=False, markup=False, emoji=False)
        console.print(*drawn, sep="\n")

    def progress(self) -> Progress:
        """Return a progress display on stderr, which shows itself to people alone."""
        console = Console(stderr=True, highlight=False, markup=False, emoji=False)
        return Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )


def _is_figure(cell: str) -> bool:
    return bool(cell) and all(letter.isdigit() or letter in " .,%–-" for letter in cell)


def language_of(arguments: Sequence[str]) -> Language:
    """Return the language that the arguments ask for, else the environment, else Vietnamese.

    It is needed before parsing, so that help and usage errors speak it too. An unknown language
    is left for the parser to refuse.
    """
    found = os.environ.get(LANGUAGE_VARIABLE, "")
    for place, word in enumerate(arguments):
        if word == "--":
            break
        if word.startswith("--lang="):
            found = word.removeprefix("--lang=")
        elif word == "--lang" and place + 1 < len(arguments):
            found = arguments[place + 1]
    return "en" if found == "en" else "vi"


def terminal_of(ctx: click.Context) -> Terminal:
    """Return the terminal of a running command (a fresh one outside of any)."""
    root = ctx.find_root()
    if not isinstance(root.obj, Terminal):
        terminal = Terminal(language=language_of(()))
        root.obj = terminal
        return terminal
    return root.obj


def with_terminal(command: Callable[Concatenate[Terminal, P], R]) -> Callable[P, R]:
    """Hand the terminal to a command as its first argument."""

    def called(*args: Any, **kwargs: Any) -> R:
        return command(terminal_of(click.get_current_context()), *args, **kwargs)

    return cast("Callable[P, R]", update_wrapper(called, command))

"""Commands, groups and options whose help is a ``Text``: the same page in two languages.

Click's help is one static string; these classes ask for the language when the page is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from omr.cli.terminal import LANGUAGES, terminal_of
from omr.errors import Text

USAGE = Text("Cách dùng: ", "Usage: ")
OPTIONS = Text("Tùy chọn", "Options")
COMMANDS = Text("Các lệnh", "Commands")
EXAMPLES = Text("Ví dụ", "Examples")
SHOW_HELP = Text("Hiện trang này rồi thôi.", "Show this page and stop.")
REQUIRED = Text("Bắt buộc.", "Required.")
DEFAULT = Text("Mặc định: {}.", "Default: {}.")


def _say(text: Text, ctx: click.Context) -> str:
    return text.say(terminal_of(ctx).language)


class BilingualOption(click.Option):
    """An option with help in both languages."""

    def __init__(self, *args: Any, say: Text, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.say = say

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option's names and its help in the language of the context."""
        if self.hidden:
            return None
        names = ", ".join([*self.opts, *self.secondary_opts])
        if not self.is_flag:
            names += f" {self.make_metavar(ctx)}"
        words = [_say(self.say, ctx)]
        if self.required:
            words.append(_say(REQUIRED, ctx))
        if self.show_default:
            words.append(_say(DEFAULT, ctx).format(self.get_default(ctx)))
        return names, " ".join(words)


class _BilingualPage(click.Command):
    """The parts of a help page that commands and groups share."""

    summary: Text
    detail: Text | None
    examples: tuple[str, ...]

    def __init__(
        self,
        *args: Any,
        summary: Text,
        detail: Text | None = None,
        examples: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.summary, self.detail, self.examples = summary, detail, tuple(examples)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        pieces = self.collect_usage_pieces(ctx)
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=_say(USAGE, ctx))

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command does, then examples that can be copied."""
        for text in (self.summary, self.detail):
            if text is not None:
                formatter.write_paragraph()
                with formatter.indentation():
                    formatter.write_text(_say(text, ctx))
        if self.examples:
            with formatter.section(_say(EXAMPLES, ctx)):
                for example in self.examples:
                    formatter.write(f"{'':>{formatter.current_indent}}{example}\n")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, then (for a group) the commands."""
        records = [record for p in self.get_params(ctx) if (record := p.get_help_record(ctx))]
        if records:
            with formatter.section(_say(OPTIONS, ctx)):
                formatter.write_dl(records)
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return ``--help`` with its own help in both languages."""
        plain = super().get_help_option(ctx)
        if plain is not None:
            plain.help = _say(SHOW_HELP, ctx)
        return plain


class BilingualCommand(_BilingualPage):
    """A command with summary, detail and examples; it understands ``--lang`` too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.append(language_option())


class BilingualGroup(_BilingualPage, click.Group):
    """A group whose commands stand in the order in which a vote needs them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which they were added."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each command with its summary."""
        rows = [
            (name, _say(command.summary, ctx))
            for name in self.list_commands(ctx)
            if isinstance(command := self.commands[name], BilingualCommand)
        ]
        with formatter.section(_say(COMMANDS, ctx)):
            formatter.write_dl(rows)


def _set_language(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    if value in LANGUAGES:
        terminal_of(ctx).language = "en" if value == "en" else "vi"


def language_option() -> BilingualOption:
    """Return ``--lang``, read before everything else."""
    return BilingualOption(
        ["--lang"],
        type=click.Choice(LANGUAGES),
        is_eager=True,
        expose_value=False,
        callback=_set_language,
        say=Text(
            "Ngôn ngữ: tiếng Việt hoặc tiếng Anh (hoặc đặt biến OMR_LANG).",
            "Language: Vietnamese or English (or set OMR_LANG).",
        ),
    )


def option(*names: str, say: Text, **settings: Any) -> Callable[[Any], Any]:
    """Declare an option with help in both languages."""
    return click.option(*names, cls=BilingualOption, say=say, **settings)


def json_option() -> Callable[[Any], Any]:
    """Declare ``--json``."""
    return option(
        "--json",
        "as_json",
        is_flag=True,
        say=Text(
            "In kết quả dạng JSON ra stdout, không kèm gì khác.",
            "Print the result as JSON on stdout, and nothing else there.",
        ),
    )

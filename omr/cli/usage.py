"""Says in both languages what was wrong with the way a command was called.

Click's own sentences are English only; each kind of fault gets a sentence of ours.
"""

from __future__ import annotations

import click

from omr.errors import Text


def explain(error: click.UsageError) -> Text:
    """Return what is wrong and where to look, for one usage fault."""
    wrong = _explain_fault(error)
    path = error.ctx.command_path if error.ctx is not None else "omr"
    return Text(f"{wrong.vi} Xem: {path} --help", f"{wrong.en} See: {path} --help")


def _explain_fault(error: click.UsageError) -> Text:
    if isinstance(error, click.MissingParameter):
        name = _name(error.param)
        if isinstance(error.param, click.Argument):
            return Text(f"Thiếu {name}.", f"{name} is missing.")
        return Text(f"Thiếu tùy chọn {name}.", f"Option {name} is missing.")
    if isinstance(error, click.NoSuchOption):
        near = ", ".join(error.possibilities or ())
        vi = f" Có phải ý bạn là {near}?" if near else ""
        en = f" Did you mean {near}?" if near else ""
        name = error.option_name
        return Text(f"Không có tùy chọn {name}.{vi}", f"There is no option {name}.{en}")
    if isinstance(error, click.BadOptionUsage):
        name = error.option_name
        return Text(
            f"Tùy chọn {name} dùng chưa đúng (cần kèm một giá trị, trừ các tùy chọn bật tắt).",
            f"Option {name} is used wrongly (it takes one value, unless it is a switch).",
        )
    if isinstance(error, click.BadParameter):
        name, expected = _name(error.param), _expected(error.param)
        return Text(f"{name}: {expected.vi}.", f"{name}: {expected.en}.")
    return _explain_words(error)


def _explain_words(error: click.UsageError) -> Text:
    """Explain a word that is not a command, or one word too many."""
    known = error.ctx.command if error.ctx is not None else None
    if isinstance(known, click.Group):
        names = ", ".join(known.commands)
        return Text(
            f"Cần tên một lệnh có thật: {names}.", f"The name of a command is needed: {names}."
        )
    return Text("Thừa hoặc sai chữ sau tên lệnh.", "Something after the command does not belong.")


def _name(param: click.Parameter | None) -> str:
    if param is None:
        return "?"
    if isinstance(param, click.Argument):
        return (param.metavar or param.name or "?").strip("[]….")
    return param.opts[-1] if param.opts else param.name or "?"


def _expected(param: click.Parameter | None) -> Text:
    kind = param.type if param is not None else None
    if isinstance(kind, click.Choice):
        names = ", ".join(str(choice) for choice in kind.choices)
        return Text(f"cần một trong: {names}", f"one of these is needed: {names}")
    if isinstance(kind, click.IntRange):
        low, high = kind.min, kind.max
        if high is None:
            return Text(f"cần số nguyên từ {low} trở lên", f"a number from {low} up is needed")
        return Text(
            f"cần số nguyên từ {low} đến {high}", f"a number from {low} to {high} is needed"
        )
    if isinstance(kind, click.Path):
        return Text(
            "không có tệp hay thư mục này, hoặc không mở được",
            "there is no such file or folder, or it cannot be opened",
        )
    return Text("giá trị không dùng được", "this value cannot be used")

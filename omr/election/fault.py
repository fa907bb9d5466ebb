"""Faults of a definition: where they are, what is wrong and what would be right.

``source``, ``schema``, ``check`` and ``workbook`` find faults; ``load`` gathers them into
one :class:`DefinitionError`, so that a person sees all of them at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import total_ordering

from omr.errors import InputError, Language, Text


@dataclass(frozen=True, slots=True)
class Message:
    """What is wrong and what to do about it, without the place."""

    text: Text
    remedy: Text


@total_ordering
@dataclass(frozen=True, slots=True)
class Fault:
    """One thing in a definition that must be put right.

    Faults sort by file, line and field.

    Attributes:
        file: Name of the file, without folders.
        line: Line of the file from 1 (for a workbook: the row), None for the whole file.
        field: Path such as ``groups[0].officials[3].name`` (for a workbook: the sheet and
            cell such as ``Danh sách!C12``), "" for the whole file.
        text: What is wrong.
        remedy: What would be right.
    """

    file: str
    line: int | None
    field: str
    text: Text
    remedy: Text

    def __lt__(self, other: Fault) -> bool:
        """Order faults as a reader meets them."""
        return self._place() < other._place()

    def _place(self) -> tuple[str, int, str, str]:
        return (self.file, self.line or 0, self.field, self.text.en)

    def say(self, language: Language) -> str:
        """Return the fault as one line: file, line, field, what is wrong, what to do."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        head = f"{place}: {self.field}: " if self.field else f"{place}: "
        return f"{head}{self.text.say(language)} — {self.remedy.say(language)}"

    def __str__(self) -> str:
        """Return the line in Vietnamese, the language of the definitions' readers."""
        return self.say("vi")


class DefinitionError(InputError):
    """A definition of a vote, or of its rules, cannot be used as it is.

    Attributes:
        faults: Every fault that was found, in the order of the lines.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Carry all faults, sorted, and their lines as the error's text."""
        self.faults: tuple[Fault, ...] = tuple(sorted(set(faults)))
        super().__init__(
            "\n".join(fault.say("vi") for fault in self.faults),
            "\n".join(fault.say("en") for fault in self.faults),
        )

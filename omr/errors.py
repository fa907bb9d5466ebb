"""Exit codes and the error tree: the words a person sees when something is wrong.

Nothing of ours is imported here; every room may import this one. An error
carries its text in Vietnamese and English, and the exit code of the contract.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

Language = Literal["vi", "en"]


class ExitCode(IntEnum):
    """The documented exit codes of every command."""

    DONE = 0
    FAULT = 1
    USAGE = 2
    BAD_INPUT = 3
    NEEDS_PERSON = 4
    REFUSED = 5
    DAMAGED = 6


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages."""

    vi: str
    en: str

    def say(self, language: Language) -> str:
        """Return the sentence in ``language``."""
        return self.vi if language == "vi" else self.en


class OmrError(Exception):
    """A fault that a person must be told of, in one clear line.

    Attributes:
        text: What is wrong and what to do next, naming file, page or field.
        exit_code: The code with which the command ends if nobody handles it.
    """

    exit_code: ExitCode = ExitCode.FAULT

    def __init__(self, vi: str, en: str) -> None:
        # Both texts are arguments, so that an error survives the way back from a worker process.
        super().__init__(vi, en)
        self.text = Text(vi, en)

    def __str__(self) -> str:
        """Return the English sentence, for logs."""
        return self.text.en


class UsageError(OmrError):
    """The command was called in a way that it does not understand."""

    exit_code = ExitCode.USAGE


class InputError(OmrError):
    """A file, page or field cannot be used as it is."""

    exit_code = ExitCode.BAD_INPUT


class RefusedError(OmrError):
    """A rule of the vote forbids what was asked."""

    exit_code = ExitCode.REFUSED


class DamagedError(OmrError):
    """The record contradicts itself or was altered."""

    exit_code = ExitCode.DAMAGED

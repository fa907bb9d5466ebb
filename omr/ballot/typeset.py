"""Setting lines of type on a page: wrapping, centring, and what does not fit."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from omr.ballot.fonts import MM_PER_POINT, width_mm
from omr.ballot.model import FontFace, Line, TextRun
from omr.errors import InputError

LEADING = 1.24  # line distance over type size: stacked Vietnamese marks need the room
# Of a line's height, what stands above its baseline (a capital with two marks is 0.93 em).
_ABOVE_BASELINE = 0.95


class DoesNotFitError(InputError):
    """A text or a list has no room on the ballot.

    Attributes:
        place: The field of the definition that is too long, such as ``form.title``.
    """

    def __init__(self, place: str, vi: str, en: str) -> None:
        super().__init__(f"{place}: {vi}", f"{place}: {en}")
        self.place = place


@dataclass(frozen=True, slots=True)
class Style:
    """A face at a size."""

    face: FontFace
    size_pt: float

    @property
    def line_mm(self) -> float:
        """Height of one line."""
        return self.size_pt * LEADING * MM_PER_POINT

    @property
    def rise_mm(self) -> float:
        """From the top of a line to its baseline."""
        return self.size_pt * _ABOVE_BASELINE * MM_PER_POINT

    def width(self, text: str) -> float:
        """Width of a line of text in mm."""
        return width_mm(text, self.face, self.size_pt)


def clean(text: str) -> str:
    """Return text as it is printed: NFC, with single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def wrap(text: str, style: Style, width: float, place: str) -> list[str]:
    """Break a text into lines no wider than ``width`` mm.

    Raises:
        DoesNotFitError: A single word is wider than the line.
    """
    lines: list[str] = []
    for word in clean(text).split():
        if style.width(word) > width:
            raise DoesNotFitError(
                place,
                f"từ “{word}” quá dài so với chỗ in ({width:.0f} mm); hãy viết ngắn lại hoặc "
                "dùng khổ giấy lớn hơn.",
                f"the word “{word}” is too long for its place ({width:.0f} mm); shorten it or "
                "use larger paper.",
            )
        if lines and style.width(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def wrap_evenly(text: str, style: Style, width: float, place: str) -> list[str]:
    """Break a text into as few lines as ``wrap`` does, but of about equal length.

    Raises:
        DoesNotFitError: A single word is wider than the line.
    """
    lines = wrap(text, style, width, place)
    if len(lines) < 2:
        return lines
    narrow = max(style.width(word) for word in clean(text).split())
    for step in range(1, 20):
        trial_width = narrow + (width - narrow) * step / 20
        trial = wrap(text, style, trial_width, place)
        if len(trial) == len(lines):
            return trial
    return lines


@dataclass(slots=True)
class Print:
    """Type and rules gathered for one page while it is laid out."""

    texts: list[TextRun] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def put(self, text: str, style: Style, x: float, top: float) -> None:
        """Set one line with its left end at ``x`` and the top of its line at ``top``."""
        if text:
            baseline = round(top + style.rise_mm, 2)
            self.texts.append(TextRun(round(x, 2), baseline, text, style.face, style.size_pt))

    def put_lines(self, lines: list[str], style: Style, x: float, top: float) -> float:
        """Set lines one below the other from the left; return where they end."""
        for line in lines:
            self.put(line, style, x, top)
            top += style.line_mm
        return top

    def put_centred(self, lines: list[str], style: Style, centre: float, top: float) -> float:
        """Set lines one below the other around ``centre``; return where they end."""
        for line in lines:
            self.put(line, style, centre - style.width(line) / 2, top)
            top += style.line_mm
        return top

    def rule(self, x1: float, y1: float, x2: float, y2: float, width: float) -> None:
        """Draw a straight line."""
        self.lines.append(Line(round(x1, 2), round(y1, 2), round(x2, 2), round(y2, 2), width))

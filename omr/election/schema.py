"""The shape of a definition file: which keys there are and what each may hold.

Pydantic stands at this edge alone. A model here says what one mapping of the file may hold;
``build`` makes the frozen values that the other rooms read. All texts arrive as NFC strings.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from omr.election import wording
from omr.election.fault import Fault, Message
from omr.election.model import BlankPolicy, Comparison, Defect, Denominator, Paper, Scope
from omr.election.source import Source, join, unprintable
from omr.errors import Language

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_COUNT = re.compile(r"[0-9]{1,5}")
_FRACTION = re.compile(r"(-?[0-9]{1,6})(?:\s*/\s*([0-9]{1,6}))?")
_DATES = (
    re.compile(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{1,2})-(?P<d>[0-9]{1,2})"),
    re.compile(r"(?P<d>[0-9]{1,2})[/.-](?P<m>[0-9]{1,2})[/.-](?P<y>[0-9]{4})"),
)
_YEARS = range(2000, 2100)
_SWITCH = {
    **dict.fromkeys(("yes", "true", "on", "1", "có", "co", "x"), True),
    **dict.fromkeys(("no", "false", "off", "0", "không", "khong"), False),
}


def refuse(message: Message) -> PydanticCustomError:
    """Return the error that carries a fault's words through pydantic to :func:`faults_of`."""
    return PydanticCustomError("omr", "fault", {"message": message})


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise refuse(wording.not_text())
    code = unprintable(value)
    if code:
        raise refuse(wording.unprintable(code))
    return " ".join(value.split())


@dataclass(frozen=True, slots=True)
class OneLine:
    """Reads a text on one line; runs of spaces and line ends become one space."""

    limit: int
    may_be_empty: bool = False

    def __call__(self, value: object) -> str:
        """Return the text, or raise its fault."""
        line = _text(value)
        if not line and not self.may_be_empty:
            raise refuse(wording.empty())
        if len(line) > self.limit:
            raise refuse(wording.too_long(len(line), self.limit))
        return line


@dataclass(frozen=True, slots=True)
class OneOf:
    """Reads a word out of a fixed few, in whatever case it was typed."""

    known: tuple[str, ...]

    def __call__(self, value: object) -> str:
        """Return the word as the format spells it, or raise its fault."""
        typed = _text(value)
        for word in self.known:
            if word.casefold() == typed.casefold():
                return word
        raise refuse(wording.unknown_choice(typed, self.known))


def as_lines(value: object) -> object:
    """Read a list of lines; a single text counts as its lines."""
    if isinstance(value, str):
        return [line for line in value.splitlines() if line.strip()]
    return value


def slug(text: str) -> str:
    """Return an id made of ``text``: ``Công đoàn Bến Thành`` -> ``cong-doan-ben-thanh``.

    Returns:
        At most 40 characters; "" where no letter or digit is left.
    """
    bare = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    letters = "".join(char for char in bare if not unicodedata.combining(char))
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:40].strip("-")


def _id(value: object) -> str:
    text = _text(value)
    if not _ID.fullmatch(text):
        raise refuse(wording.bad_id(text))
    return text


def _count(value: object) -> int:
    text = _text(value)
    if not _COUNT.fullmatch(text) or int(text) < 1:
        raise refuse(wording.not_count(text))
    return int(text)


def _decimals(value: object) -> int:
    text = _text(value)
    if text not in {"0", "1", "2", "3", "4", "5", "6"}:
        raise refuse(wording.not_decimals(text))
    return int(text)


def _switch(value: object) -> bool:
    text = _text(value)
    if text.casefold() not in _SWITCH:
        raise refuse(wording.not_switch(text))
    return _SWITCH[text.casefold()]


def says_no(value: object) -> bool:
    """Tell whether a switch of the file, as written, is plainly off."""
    return _SWITCH.get(str(value).strip().casefold()) is False


def _date(value: object) -> str:
    text = _text(value)
    if not text:
        return ""
    for form in _DATES:
        match = form.fullmatch(text)
        if match:
            try:
                day = datetime.date(int(match["y"]), int(match["m"]), int(match["d"]))
            except ValueError:
                break
            if day.year in _YEARS:
                return day.isoformat()
    raise refuse(wording.not_date(text))


def _fraction(value: object) -> Fraction:
    text = _text(value)
    match = _FRACTION.fullmatch(text)
    if not match or (match[2] is not None and int(match[2]) == 0):
        raise refuse(wording.not_fraction(text))
    fraction = Fraction(int(match[1]), int(match[2] or 1))
    if not 0 <= fraction <= 1:
        raise refuse(wording.fraction_outside(text))
    return fraction


def _both_languages(value: object) -> object:
    """A wording given once serves for both languages."""
    if not isinstance(value, str):
        return value
    line = OneLine(1000)(value)
    return {"vi": line, "en": line}


Id = Annotated[str, BeforeValidator(_id)]
Name = Annotated[str, BeforeValidator(OneLine(80))]
Title = Annotated[str, BeforeValidator(OneLine(300))]
Note = Annotated[str, BeforeValidator(OneLine(300, may_be_empty=True))]
Label = Annotated[str, BeforeValidator(OneLine(40))]
Lines = Annotated[list[Title], BeforeValidator(as_lines)]
Paragraph = Annotated[str, BeforeValidator(OneLine(1000))]
Paragraphs = Annotated[list[Paragraph], BeforeValidator(as_lines)]
Count = Annotated[int, BeforeValidator(_count)]
Switch = Annotated[bool, BeforeValidator(_switch)]
Day = Annotated[str, BeforeValidator(_date)]
Share = Annotated[Fraction, BeforeValidator(_fraction)]
OfVotes = Annotated[Denominator, BeforeValidator(OneOf(get_args(Denominator)))]
Compared = Annotated[Comparison, BeforeValidator(OneOf(get_args(Comparison)))]
Voids = Annotated[Scope, BeforeValidator(OneOf(get_args(Scope)))]


class Fields(BaseModel):
    """A mapping of the file: no key but those named, no value changed in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class HeaderFields(Fields):
    """``header``: the lines at the head of ballot and minutes."""

    left: Lines = []
    right: Lines | None = None


class BallotFields(Fields):
    """``ballot``: how the paper looks."""

    title: Title | None = None
    subtitle: Note = ""
    paper: Annotated[Paper, BeforeValidator(OneOf(get_args(Paper)))] = "A4"
    language: Annotated[Language, BeforeValidator(OneOf(get_args(Language)))] = "vi"
    criteria: Paragraphs = []
    criteria_on: Annotated[Literal["front", "back"], BeforeValidator(OneOf(("front", "back")))] = (
        "front"
    )
    instructions: Paragraphs = []
    signature: Switch = True
    seal: Switch = True
    duplex: Switch = False


class OptionFields(Fields):
    """``options[…]``: one level."""

    id: Id
    label: Label


class OfficialFields(Fields):
    """``groups[…].officials[…]``: one official."""

    id: Id | None = None
    name: Name
    post: Title


class GroupFields(Fields):
    """``groups[…]``: voters who share one ballot style."""

    id: Id | None = None
    name: Title
    voters: Note = ""
    members: Count | None = None
    convened: Count | None = None
    officials: list[OfficialFields]


class PersonFields(Fields):
    """``board[…]`` and ``witnesses[…]``."""

    name: Name
    role: Note = ""


class TextFields(Fields):
    """A wording in both languages."""

    vi: Paragraph
    en: Paragraph


Wording = Annotated[TextFields, BeforeValidator(_both_languages)]


class ThresholdFields(Fields):
    """``thresholds[…]`` of rules."""

    id: Id
    option: Id
    comparison: Compared
    fraction: Share
    of: OfVotes = "collected"
    wording: Wording


class QuorumFields(Fields):
    """``quorum`` of rules."""

    numerator: OfVotes
    comparison: Compared = ">="
    fraction: Share
    of: OfVotes


class ScopeFields(Fields):
    """``scope`` of rules: what each defect voids."""

    not_issued: Annotated[Voids | None, Field(alias="not-issued")] = None
    name_struck: Annotated[Voids | None, Field(alias="name-struck")] = None
    annotation: Voids | None = None
    blank: Voids | None = None
    overvote: Voids | None = None

    def given(self) -> dict[Defect, Scope]:
        """Return the defects that this file settles."""
        named: dict[Defect, Scope | None] = {
            "not-issued": self.not_issued,
            "name-struck": self.name_struck,
            "annotation": self.annotation,
            "blank": self.blank,
            "overvote": self.overvote,
        }
        return {defect: scope for defect, scope in named.items() if scope is not None}


class RulesFields(Fields):
    """``rules`` as a mapping, or a whole profile file; what is left out comes from ``profile``."""

    profile: Title | None = None
    id: Id | None = None
    name: Wording | None = None
    source: Note | None = None
    scope: ScopeFields | None = None
    blank: Annotated[BlankPolicy, BeforeValidator(OneOf(get_args(BlankPolicy)))] | None = None
    denominator: OfVotes | None = None
    decimals: Annotated[int, BeforeValidator(_decimals)] | None = None
    seal_required: Switch | None = None
    quorum: QuorumFields | None = None
    thresholds: list[ThresholdFields] | None = None


class ElectionFields(Fields):
    """The whole file; ``rules`` is read apart, by ``profiles``."""

    id: Id
    title: Title
    conference: Note = ""
    place: Note = ""
    locality: Note = ""
    date: Day = ""
    header: HeaderFields = HeaderFields()
    ballot: BallotFields = BallotFields()
    options: list[OptionFields] | None = None
    groups: list[GroupFields]
    rules: Any = None
    board: list[PersonFields] = []
    witnesses: list[PersonFields] = []
    secrecy: Note = "MẬT"
    recipients: Lines = []


_MODELS: dict[str, type[Fields]] = {
    "": ElectionFields,
    "header": HeaderFields,
    "ballot": BallotFields,
    "options": OptionFields,
    "groups": GroupFields,
    "groups.officials": OfficialFields,
    "board": PersonFields,
    "witnesses": PersonFields,
    "rules": RulesFields,
    "rules.scope": ScopeFields,
    "rules.quorum": QuorumFields,
    "rules.name": TextFields,
    "rules.thresholds": ThresholdFields,
    "rules.thresholds.wording": TextFields,
}


def keys(place: str) -> tuple[str, ...]:
    """Return the keys that a mapping may hold, such as ``groups.officials`` (no indices)."""
    fields = _MODELS[place].model_fields
    return tuple(field.alias or name for name, field in fields.items())


def faults_of(source: Source, error: ValidationError, prefix: str, kind: str) -> Iterator[Fault]:
    """Turn pydantic's errors into faults at lines.

    Args:
        source: The file that was validated.
        error: What pydantic found.
        prefix: Field path of the mapping that was validated.
        kind: Which mapping that is, as in :func:`keys` ("" for the whole file).
    """
    for detail in error.errors():
        path, place = prefix, kind
        for key in detail["loc"]:
            path = join(path, key)
            if isinstance(key, str):
                place = f"{place}.{key}" if place else key
        yield source.fault(path, _words(detail, place))


def _words(detail: ErrorDetails, place: str) -> Message:
    """Return what a person is told for one of pydantic's error types."""
    key = str(detail["loc"][-1]) if detail["loc"] else ""
    match detail["type"]:
        case "omr":
            message = detail["ctx"]["message"]
            assert isinstance(message, Message)
            return message
        case "missing":
            return wording.missing(key)
        case "extra_forbidden":
            return wording.unknown_key(key, keys(place.rpartition(".")[0]))
        case "list_type":
            return wording.not_list()
        case "model_type" | "dict_type" | "model_attributes_type":
            return wording.not_mapping(keys(place))
        case unforeseen:
            raise AssertionError(f"no words for pydantic's error {unforeseen!r}")

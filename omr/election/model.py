"""The election as plain frozen values: what is voted on, by whom, under which rules.

``election.load`` makes these from a file; every other room only reads them. All
texts are NFC. Order is meaning: officials stand on the ballot in list order,
levels stand left to right.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal

from omr.errors import Language, Text

Scope = Literal["line", "ballot"]
BlankPolicy = Literal["invalid", "abstain"]
Denominator = Literal["issued", "collected", "valid", "members", "convened"]
Comparison = Literal[">", ">=", "<", "<="]
Paper = Literal["A4", "A5"]
# As Python's own names of the months follow the computer's language.
_ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip

Defect = Literal["not-issued", "name-struck", "annotation", "blank", "overvote"]


@dataclass(frozen=True, slots=True)
class Option:
    """One level of confidence, a column of boxes: ``high``, ``Tín nhiệm cao``."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Contest:
    """One official on whom confidence is voted: a line of the ballot."""

    id: str
    name: str
    post: str


@dataclass(frozen=True, slots=True)
class VoterGroup:
    """Voters who share one ballot style, with the officials they vote on.

    Attributes:
        voters: Who they are, in words for ballot and minutes.
        members: How many belong to the group, if known.
        convened: How many were convened to the conference, if known.
    """

    id: str
    name: str
    voters: str
    contests: tuple[Contest, ...]
    members: int | None = None
    convened: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the counting board, or a witness."""

    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Header:
    """The lines at the head of ballot and minutes; the last line of each side is the issuing one.

    Attributes:
        left: Parent body over issuing body.
        right: Country over motto (or a party form's single line).
    """

    left: tuple[str, ...]
    right: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BallotForm:
    """How the ballot looks.

    Attributes:
        language: Language of the fixed words of the ballot.
        criteria: Paragraphs of the criteria; empty for none.
        criteria_on: Where they are printed. ``back`` makes a page of its own.
        instructions: Lines above the table; empty for the standard ones of the language.
        signature: Whether a signature box is printed (signing is always optional).
        seal: Whether a seal zone is kept free at top left.
        duplex: Whether long lists are meant for both sides of a sheet.
    """

    title: str
    subtitle: str = ""
    paper: Paper = "A4"
    language: Language = "vi"
    criteria: tuple[str, ...] = ()
    criteria_on: Literal["front", "back"] = "front"
    instructions: tuple[str, ...] = ()
    signature: bool = True
    seal: bool = True
    duplex: bool = False


@dataclass(frozen=True, slots=True)
class Threshold:
    """A finding of R8: share of one option compared with an exact fraction.

    Attributes:
        option: The option counted.
        of: The denominator of this threshold.
        wording: What follows when it is met, for minutes and notices.
    """

    id: str
    option: str
    comparison: Comparison
    fraction: Fraction
    of: Denominator
    wording: Text


@dataclass(frozen=True, slots=True)
class Quorum:
    """The vote stands only if ``numerator`` compares so with ``fraction`` of ``of``."""

    numerator: Denominator
    comparison: Comparison
    fraction: Fraction
    of: Denominator


@dataclass(frozen=True, slots=True)
class RuleProfile:
    """The rules that differ between bodies, as data.

    Attributes:
        scope: For each defect, whether it voids the official's line or the whole paper.
        blank: What an unmarked line counts as.
        denominator: What percentages are taken of.
        decimals: Decimals of a printed percentage, rounded half up.
        seal_required: Whether a paper without a seal is put before people.
    """

    id: str
    name: Text
    source: str
    scope: dict[Defect, Scope]
    blank: BlankPolicy
    denominator: Denominator
    thresholds: tuple[Threshold, ...]
    quorum: Quorum | None = None
    decimals: int = 2
    seal_required: bool = False


@dataclass(frozen=True, slots=True)
class Election:
    """One confidence vote.

    Attributes:
        id: Short, unique among a body's votes; part of the fingerprint on the ballots.
        conference: Name of the conference at which the vote is taken.
        place: Where it meets, such as a hall.
        date: ISO date, or "" if not fixed yet.
        secrecy: The secrecy mark of the minutes, such as "MẬT".
        recipients: Who gets a copy of the minutes, one line each.
        locality: Name of the place that documents put before the date; "" to put ``place`` there.
    """

    id: str
    title: str
    conference: str
    place: str
    date: str
    header: Header
    form: BallotForm
    options: tuple[Option, ...]
    groups: tuple[VoterGroup, ...]
    profile: RuleProfile
    board: tuple[Person, ...] = ()
    witnesses: tuple[Person, ...] = ()
    secrecy: str = "MẬT"
    recipients: tuple[str, ...] = ()
    locality: str = ""
    fingerprint: str = field(default="", compare=False)

    @property
    def dated_at(self) -> str:
        """What ballot and minutes put before the date."""
        return self.locality or self.place

    @property
    def written_date(self) -> str:
        """The date in words, in the language of the ballot; "" if it is not fixed.

        Days below 10 and the months 1 and 2 get a leading zero, as the rules for official
        Vietnamese documents ask, so that no digit can be added.
        """
        if not self.date:
            return ""
        day = date.fromisoformat(self.date)
        if self.form.language == "en":
            return f"{day.day} {_ENGLISH_MONTHS[day.month - 1]} {day.year}"
        month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
        return f"ngày {day.day:02d} tháng {month} năm {day.year}"

    def group(self, group_id: str) -> VoterGroup:
        """Return the voter group with this id.

        Raises:
            KeyError: No such group.
        """
        for group in self.groups:
            if group.id == group_id:
                return group
        raise KeyError(group_id)

"""Papers, outcomes and counts: the values that counting takes and gives.

Pure: nothing here knows images, SQL or the web, so that it can be audited alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from omr.election.model import Threshold

MarkState = Literal["marked", "empty", "uncertain"]
Status = Literal["accepted", "review", "invalid"]

# Outcome of one line: an option id, or one of these words.
BLANK = "blank"
MULTIPLE = "multiple"
UNCERTAIN = "uncertain"
INVALID = "invalid"

FlagCode = Literal[
    "overvote",
    "blank",
    "uncertain",
    "annotation",
    "name-struck",
    "duplicate",
    "damaged",
    "registration",
    "quality",
    "missing-page",
    "not-issued",
]


@dataclass(frozen=True, slots=True)
class Flag:
    """A reason for a person to look: the code, the official concerned, and where."""

    code: FlagCode
    contest: str | None = None
    box_mm: tuple[float, float, float, float] | None = None
    page: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class MarkEvidence:
    """One box as the machine saw it."""

    state: MarkState
    score: float
    box_mm: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Copy:
    """One scanned set of pages of a ballot: contest -> option -> evidence."""

    marks: dict[str, dict[str, MarkEvidence]]
    findings: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """One ballot as it came from the scanner: everything that judging needs.

    Attributes:
        serial: Without dash.
        issued: Whether the serial stands in the record of what was printed.
        pages_expected: Pages of this ballot style.
        pages_found: Page numbers seen, one entry per scanned page (duplicates repeat).
        copies: Marks of each time the ballot was seen; more than one is a duplicate.
        findings: Flags that scanning brought (annotation, name-struck, damaged, ...).
    """

    serial: str
    group: str
    issued: bool
    pages_expected: int
    pages_found: tuple[int, ...]
    copies: tuple[Copy, ...]


@dataclass(frozen=True, slots=True)
class LineDecision:
    """What people settled for one official: an option id, blank, multiple or invalid."""

    contest: str
    outcome: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PaperDecision:
    """What people settled for one ballot, after two of them agreed.

    Attributes:
        valid: False where the whole paper is invalid.
        reason: A defect code of the rule profile where it is not valid.
        lines: Their reading of each official, for a valid paper.
        counted: False where the paper is not a ballot of its own (a second scan of the same paper).
    """

    valid: bool
    reason: str = ""
    lines: tuple[LineDecision, ...] = ()
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """One ballot, judged.

    Attributes:
        machine: Per contest: an option id, ``blank``, ``multiple`` or ``uncertain``.
        final: Per contest: an option id, ``blank`` or ``invalid``; None while a person is awaited.
        invalid_reasons: Per contest whose final is invalid: the defect code.
    """

    serial: str
    group: str
    status: Status
    flags: tuple[Flag, ...]
    machine: dict[str, str]
    final: dict[str, str | None]
    invalid_reasons: dict[str, str]
    decided: bool = False


@dataclass(frozen=True, slots=True)
class HandCount:
    """What the board counted by hand for one group; None where not entered."""

    issued: int | None = None
    unused: int | None = None
    spoiled: int | None = None
    mailed: int | None = None
    late: int | None = None
    collected: int | None = None


@dataclass(frozen=True, slots=True)
class ContestResult:
    """R7 for one official.

    Attributes:
        counts: Option id -> ballots.
        blank: Unmarked lines under a profile that counts them as abstaining (else inside invalid).
        invalid_by_reason: Defect code -> ballots.
        pending: Ballots that still wait for people. With all decided it is 0.
        share: Option id -> exact share of the profile's denominator (None when that is 0).
        met: Thresholds that the count meets, strictest last.
    """

    contest: str
    counts: dict[str, int]
    blank: int
    invalid: int
    invalid_by_reason: dict[str, int]
    pending: int
    share: dict[str, Fraction | None]
    met: tuple[Threshold, ...]


@dataclass(frozen=True, slots=True)
class GroupResult:
    """All figures of one voter group.

    Attributes:
        collected: Hand count where entered, else ballots scanned.
        scanned: Ballots in the record that count as papers of their own.
        valid, invalid: Whole papers.
        pending: Papers that wait for people.
    """

    group: str
    issued: int | None
    collected: int
    scanned: int
    valid: int
    invalid: int
    pending: int
    contests: tuple[ContestResult, ...]
    quorum_met: bool | None = None


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One thing that does not reconcile, with its figures spelled out."""

    code: str
    group: str
    vi: str
    en: str

"""Papers, outcomes and counts: the values that counting takes and gives.

Pure: nothing here knows images, SQL or the web, so that it can be audited alone.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Literal

from omr.election.model import Threshold
from omr.errors import InputError, Text

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
    "no-seal",
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
    """One box as the machine saw it.

    Attributes:
        score: Ink inside the box, 0 to 1; shown to people, never used to judge.
        box_mm: Where the box stands: x, y, width, height.
        page: Page of the ballot on which it stands, if known.
    """

    state: MarkState
    score: float
    box_mm: tuple[float, float, float, float]
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """One scanned set of pages of a ballot.

    Attributes:
        marks: Contest -> option -> evidence. Officials of pages that this copy lacks are absent.
        findings: Flags that scanning brought (annotation, name-struck, damaged, ...).
    """

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
        pages_optional: Pages without boxes (criteria on the back) whose absence is no fault.
        seal_seen: Whether the seal was found; None where that is not clear, or where the ballot has
            no place for one.
    """

    serial: str
    group: str
    issued: bool
    pages_expected: int
    pages_found: tuple[int, ...]
    copies: tuple[Copy, ...]
    pages_optional: tuple[int, ...] = ()
    seal_seen: bool | None = None


@dataclass(frozen=True, slots=True)
class LineDecision:
    """What people settled for one official on one ballot.

    Attributes:
        outcome: An option id, ``blank``, ``multiple`` or ``invalid``.
        reason: The defect code where the outcome is ``invalid``; else without effect.
    """

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
        final: Per contest: an option id, ``blank`` or ``invalid``; None while a person is awaited,
            and throughout for a paper that is not counted.
        invalid_reasons: Per contest whose final is invalid: the defect code.
        decided: Whether people settled this paper.
        options: The option ids that its lines could take.
        counted: False where people found that it is no ballot of its own.
    """

    serial: str
    group: str
    status: Status
    flags: tuple[Flag, ...]
    machine: dict[str, str]
    final: dict[str, str | None]
    invalid_reasons: dict[str, str]
    decided: bool = False
    options: tuple[str, ...] = ()
    counted: bool = True


@dataclass(frozen=True, slots=True)
class HandCount:
    """What the board counted by hand for one group; None where not entered.

    Attributes:
        issued: Handed or sent out and not taken back as spoiled; ``mailed`` is a part of it.
        unused: Printed and never handed out.
        spoiled: Taken back and exchanged for a new ballot (C3).
        mailed: Sent to individuals with a date of receipt (R11).
        late: Mailed ballots that came after that date; never part of ``collected``.
        collected: Taken from the box, with the mailed ones that came in time.

    Raises:
        InputError: A figure is below zero.
    """

    issued: int | None = None
    unused: int | None = None
    spoiled: int | None = None
    mailed: int | None = None
    late: int | None = None
    collected: int | None = None

    def __post_init__(self) -> None:
        """Refuse figures that no hand can count."""
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None and value < 0:
                raise InputError(
                    f"Số phiếu kiểm đếm “{field.name}” là {value}: không thể nhỏ hơn 0. "
                    "Hãy nhập lại số này.",
                    f"The hand count {field.name!r} is {value}: it cannot be below 0. "
                    "Enter it again.",
                )


@dataclass(frozen=True, slots=True)
class ContestResult:
    """R7 for one official.

    Attributes:
        counts: Option id -> ballots.
        blank: Unmarked lines under a profile that counts them as abstaining (else inside invalid).
        invalid_by_reason: Defect code -> ballots.
        pending: Ballots that still wait for people or for the scanner; with all settled it is 0.
        share: Option id -> exact share of the profile's denominator (None when that is 0 or
            unknown).
        met: Thresholds that the settled counts meet, strictest last.
        open_thresholds: Thresholds whose answer is not final: pending ballots could still turn
            it, or their denominator is not known yet. Strictest last.
    """

    contest: str
    counts: dict[str, int]
    blank: int
    invalid: int
    invalid_by_reason: dict[str, int]
    pending: int
    share: dict[str, Fraction | None]
    met: tuple[Threshold, ...]
    open_thresholds: tuple[Threshold, ...] = ()

    @property
    def valid(self) -> int:
        """Ballots valid for this official: those with a level, and abstentions (C1)."""
        return sum(self.counts.values()) + self.blank


@dataclass(frozen=True, slots=True)
class GroupResult:
    """All figures of one voter group.

    Attributes:
        collected: The hand count or the ballots scanned, whichever is more.
        scanned: Ballots in the record that count as papers of their own.
        valid, invalid: Whole papers; a paper with some void lines is valid.
        pending: Papers that wait for people, and papers collected but not scanned.
        quorum_met: What the settled figures say; None without a quorum rule or a needed figure.
        quorum_open: Whether pending papers or a missing figure can still turn it.
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
    quorum_open: bool = False

    @property
    def unscanned(self) -> int:
        """Papers counted by hand that are not in the record."""
        return self.collected - self.scanned

    @property
    def awaiting(self) -> int:
        """Papers in the record that wait for people."""
        return self.pending - self.unscanned


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One thing that does not reconcile.

    Attributes:
        code: ``not-entered`` where the board still owes a figure; every other code is a
            contradiction or an open end (see ``omr.tally.reconcile``).
        group: Id of the voter group; "" for what concerns no single group.
        fact: What does not agree, with its figures: a sentence that minutes can state.
        remedy: What the board should do about it.
    """

    code: str
    group: str
    fact: Text
    remedy: Text

    @property
    def vi(self) -> str:
        """Fact and remedy in Vietnamese."""
        return f"{self.fact.vi} {self.remedy.vi}"

    @property
    def en(self) -> str:
        """Fact and remedy in English."""
        return f"{self.fact.en} {self.remedy.en}"

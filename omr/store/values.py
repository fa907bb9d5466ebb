"""The values that the record gives and takes, beside those of ``scan`` and ``tally``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from omr.errors import Text
from omr.scan.reading import Grade, PageReading
from omr.tally.model import PaperDecision

SubjectKind = Literal["paper", "page"]
OpinionKind = Literal["opinion", "withdrawal"]
PageVerdict = Literal[
    "ballot",  # a page of an issued ballot, whose serial a person has read
    "invalid",  # a paper of its own that the board did not issue: collected, and invalid
    "not-ballot",  # no paper of the vote at all, or one that is already in the record
]


@dataclass(frozen=True, slots=True)
class KeptPage:
    """One page to be kept.

    Attributes:
        image: Encoded image bytes, or None where the page could not be decoded.
        suffix: File suffix of the image with its dot, such as ``.png``.
    """

    reading: PageReading
    image: bytes | None
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """What one batch brought: pages newly recorded, and pages that were known already."""

    new: int
    known: int


@dataclass(frozen=True, slots=True)
class Subject:
    """What an opinion is about: a ballot by its serial, or a page by its row.

    Attributes:
        key: The serial without dash, or the page row's id in digits.
    """

    kind: SubjectKind
    key: str

    @classmethod
    def paper(cls, serial: str) -> Subject:
        """Return the ballot with this serial (without dash) as a subject."""
        return cls("paper", serial)

    @classmethod
    def page(cls, page_id: int) -> Subject:
        """Return a page of the record as a subject."""
        return cls("page", str(page_id))


@dataclass(frozen=True, slots=True)
class PageDecision:
    """What people settled for a page that the machine could not tie to a ballot.

    Attributes:
        serial, page: For ``ballot``: whose page it is, as read by eye; page from 1.
        group: For ``ballot`` and ``invalid``: id of the voter group.
        reason: For ``invalid`` the defect code, for ``not-ballot`` a short key.
    """

    verdict: PageVerdict
    serial: str | None = None
    group: str | None = None
    page: int | None = None
    reason: str = ""


Decision = PaperDecision | PageDecision


@dataclass(frozen=True, slots=True)
class Opinion:
    """One row of what people said about a subject.

    Attributes:
        at: UTC time, ISO 8601.
        kind: Whether an opinion is given or taken back.
        decision: What was said; None for a withdrawal.
        before: What the machine had said, as the caller put it.
        reason: The person's own words.
        standing: Whether it counts now: not withdrawn, and given on all scans of the ballot.
    """

    subject: Subject
    person: str
    at: str
    kind: OpinionKind
    decision: Decision | None
    before: Mapping[str, object]
    reason: str
    standing: bool


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page of the record with the reading that holds for it.

    Attributes:
        page_id: Row of the page, by which people's opinions name it.
        suffix: Suffix of the kept image, "" where there is none.
        settled: What people settled for it, where the machine could not tie it to a ballot.
    """

    page_id: int
    reading: PageReading
    suffix: str
    settled: PageDecision | None = None


@dataclass(frozen=True, slots=True)
class GradedPage:
    """A page of whose scan something is to be said.

    Attributes:
        file, page: Where it is.
        serial: Whose page it is, None where that is not known.
    """

    file_sha256: str
    file: str
    page: int
    serial: str | None
    grades: tuple[Grade, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """Length and last hash of the ledger: the seal of everything recorded so far."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the record contradicts itself.

    Attributes:
        code: What kind, such as ``ledger-hash`` or ``image-changed``.
        where: The row, file or page concerned.
        text: The whole sentence for a person.
    """

    code: str
    where: str
    text: Text

"""Readings, pages and an election as the other rooms would give them."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from typing import Any

from omr.election.model import (
    BallotForm,
    Contest,
    Election,
    Header,
    Option,
    RuleProfile,
    Threshold,
    VoterGroup,
)
from omr.errors import Text
from omr.geometry import Rect
from omr.scan.reading import (
    Finding,
    Grade,
    MarkReading,
    PageReading,
    PageSource,
    PageStatus,
    Registration,
    SealState,
)
from omr.store import KeptPage, Record, Style

OPTIONS = ("high", "confidence", "low")
FILE = hashlib.sha256(b"stack").hexdigest()
OTHER_FILE = hashlib.sha256(b"second stack").hexdigest()


def image_of(number: int) -> bytes:
    return b"\x89PNG page image %d" % number


def reading(
    number: int,
    *,
    status: PageStatus = "read",
    serial: str | None = "7F3K9QWM",
    group: str | None = "a",
    page: int | None = 1,
    contests: tuple[str, ...] = ("c1", "c2"),
    marked: str = "high",
    file_sha256: str = FILE,
    settings: str = "s1",
    findings: tuple[Finding, ...] = (),
    detail: str = "why",
    seal: SealState | None = "stamped",
) -> PageReading:
    """Return the reading of page ``number`` of a file, one box of each line marked."""
    read = status == "read"
    marks = tuple(
        MarkReading(
            contest,
            option,
            "marked" if option == marked else "empty",
            0.31 if option == marked else 0.0625,
            Rect(120.0 + 20 * column, 100.0 + 12 * row, 5.0, 5.0),
            Rect(120.125 + 20 * column, 100.1 + 12 * row, 5.0, 5.0),
            "cross" if option == marked else "",
            0.875 if option == marked else 1.0,
        )
        for row, contest in enumerate(contests)
        for column, option in enumerate(OPTIONS)
    )
    return PageReading(
        PageSource("xấp 1.pdf", file_sha256, number, hashlib.sha256(image_of(number)).hexdigest()),
        status,
        serial if read else None,
        group if read else None,
        page if read else None,
        marks if read else (),
        findings,
        Registration(
            (11.8, 0.01, -3.5, 0.0, 11.8, 7.25, 0.0, 1e-7, 1.0),
            *(0.043, 4, 0.97, -0.4, 2),
            *(0.41, 0.125, 0.98, 1),
        )
        if read
        else None,
        "" if read else detail,
        settings,
        "1.0",
        (Grade("streak", 63.1, "left"), Grade("skewed", 2.5)) if read else (),
        seal if read else None,
    )


def kept(number: int, **changes: Any) -> KeptPage:
    """Return page ``number`` ready to be kept; ``changes`` as for `reading`."""
    return KeptPage(reading(number, **changes), image_of(number), ".png")


def add_files(record: Record) -> None:
    record.add_file(FILE, "xấp 1.pdf", size=1000, pages=100)
    record.add_file(OTHER_FILE, "xấp 2.pdf", size=900, pages=100)


def election() -> Election:
    """Return a vote of two groups; group b has a ballot of two pages."""
    contests = tuple(Contest(f"c{n}", f"Nguyễn Văn {n}", "Ủy viên") for n in range(1, 5))
    profile = RuleProfile(
        "thu",
        Text("thử", "trial"),
        "",
        {"not-issued": "ballot"},
        "invalid",
        "collected",
        (Threshold("t", "low", ">", Fraction(1, 2), "collected", Text("quá nửa", "over half")),),
    )
    return Election(
        "thu",
        "Lấy phiếu tín nhiệm",
        "Hội nghị",
        "",
        "2021-07-01",
        Header(("LĐLĐ",), ("CỘNG HÒA",)),
        BallotForm("PHIẾU TÍN NHIỆM"),
        tuple(Option(option, option) for option in OPTIONS),
        (
            VoterGroup("a", "Nhóm A", "Ủy viên", contests[:2]),
            VoterGroup("b", "Nhóm B", "Ủy viên", contests),
        ),
        profile,
    )


STYLES = {"a": Style(1), "b": Style(2)}

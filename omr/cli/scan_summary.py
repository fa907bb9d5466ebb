"""What a run of ``omr scan`` brought, and how it is told: to people, and as JSON."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from omr.cli.stack_grades import grades_json, tell_grades
from omr.cli.stage_times import StackTimes, times_json
from omr.cli.terminal import Terminal
from omr.cli.words import FLAG, page_words
from omr.errors import Text
from omr.scan.pages.page_image import PageFault
from omr.store.counted import Count
from omr.store.values import GradedPage, StoredPage
from omr.tally.model import FlagCode, Outcome

# Pages listed one by one for people; JSON and the export have them all.
MOST_LISTED = 30


@dataclass(frozen=True, slots=True)
class ScanFile:
    """One file of the stack, before it is read.

    Attributes:
        sha256: "" where the file cannot be read at all.
        known: Pages that the record has under the present settings.
    """

    path: Path
    sha256: str
    pages: int
    known: frozenset[int]


@dataclass(slots=True)
class ScanRun:
    """What one run of ``omr scan`` brought.

    Attributes:
        new: Pages newly recorded, by status.
        faults: What could not be decoded.
        crashes: A traceback for each page on which the reader itself failed.
        log: Where those tracebacks were written.
        graded: Pages of its files, read now or before, of whose scan something is to be said.
        times: What reading took, where it was asked for.
    """

    files: list[ScanFile]
    new: Counter[str] = field(default_factory=Counter)
    faults: list[PageFault] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)
    log: Path | None = None
    graded: tuple[GradedPage, ...] = ()
    times: StackTimes | None = None

    @property
    def known(self) -> int:
        """Pages that the record had already."""
        return sum(len(file.known) for file in self.files)


def waiting_reasons(outcomes: tuple[Outcome, ...]) -> Counter[FlagCode]:
    """Return for each flag how many of the papers that wait carry it."""
    return Counter(
        code
        for outcome in outcomes
        if outcome.status == "review"
        for code in {flag.code for flag in outcome.flags}
    )


def reason_words(codes: Counter[FlagCode], terminal: Terminal) -> str:
    """Return reasons with their numbers, most frequent first."""
    return ", ".join(
        f"{FLAG[code].say(terminal.language)} {number}" for code, number in codes.most_common()
    )


def tell_scan(terminal: Terminal, run: ScanRun, found: Count) -> None:
    """Say what came of a run, in plain words."""
    new = sum(run.new.values())
    blank = run.new["blank"]
    terminal.tell(
        f"Đã đọc {new} trang mới trong {len(run.files)} tệp"
        f" ({blank} trang trắng; {run.known} trang đã đọc từ trước).",
        f"Read {new} new pages of {len(run.files)} files"
        f" ({blank} blank; {run.known} were read before).",
    )
    accepted = sum(1 for outcome in found.outcomes if outcome.status == "accepted")
    invalid = sum(1 for outcome in found.outcomes if outcome.status == "invalid")
    terminal.tell(
        f"Phiếu trong bản ghi: {len(found.outcomes)}; chấp nhận {accepted},"
        f" không hợp lệ {invalid}, chờ xem xét {found.awaiting}.",
        f"Ballots in the record: {len(found.outcomes)}; accepted {accepted},"
        f" invalid {invalid}, waiting for people {found.awaiting}.",
    )
    if found.awaiting:
        listed = reason_words(waiting_reasons(found.outcomes), terminal)
        terminal.tell(f"Lý do chờ xem xét: {listed}.", f"Why they wait: {listed}.")
    tell_unread(terminal, found.unread)
    tell_grades(terminal, run.graded)
    for fault in run.faults:
        terminal.tell(fault.text.vi, fault.text.en)
    if run.crashes:
        terminal.tell(
            f"Chương trình gặp lỗi ở {len(run.crashes)} trang; các trang này chờ người xem xét."
            f" Chi tiết: {run.log}",
            f"The reader itself failed on {len(run.crashes)} pages, which wait for people."
            f" Details: {run.log}",
        )


def tell_unread(terminal: Terminal, unread: tuple[StoredPage, ...]) -> None:
    """Name the pages that could not be tied to a ballot: file, page, reason."""
    if not unread:
        return
    terminal.tell(
        f"{len(unread)} trang chưa gắn được với phiếu nào:",
        f"{len(unread)} pages could not be tied to a ballot:",
    )
    for stored in unread[:MOST_LISTED]:
        reading = stored.reading
        why = page_words(reading)
        place = Text(
            f"  {reading.source.file}, trang {reading.source.page}: {why.vi}",
            f"  {reading.source.file}, page {reading.source.page}: {why.en}",
        )
        terminal.tell(place.vi, place.en)
    if len(unread) > MOST_LISTED:
        more = len(unread) - MOST_LISTED
        terminal.tell(
            f"  … và {more} trang nữa (xem đủ bằng: omr export --format cvr)",
            f"  … and {more} more (omr export --format cvr lists all)",
        )


def unread_json(unread: tuple[StoredPage, ...]) -> list[dict[str, object]]:
    """Return the pages that could not be tied to a ballot, for ``--json``."""
    return [
        {
            "file": stored.reading.source.file,
            "page": stored.reading.source.page,
            "reason": stored.reading.status,
            "detail": stored.reading.detail,
        }
        for stored in unread
    ]


def scan_json(run: ScanRun, found: Count) -> dict[str, object]:
    """Return what came of a run, for ``--json``."""
    statuses = Counter(outcome.status for outcome in found.outcomes)
    document: dict[str, object] = {
        "files": len(run.files),
        "pages": {"new": sum(run.new.values()), "known": run.known, "by_status": dict(run.new)},
        "ballots": {name: statuses[name] for name in ("accepted", "review", "invalid")},
        "waiting": dict(waiting_reasons(found.outcomes)),
        "unread": unread_json(found.unread),
        "quality": grades_json(run.graded),
        "faults": [
            {
                "file": fault.source.file,
                "page": fault.source.page or None,
                "code": fault.code,
                "text": {"vi": fault.text.vi, "en": fault.text.en},
            }
            for fault in run.faults
        ],
        "reader_faults": len(run.crashes),
        "log": None if run.log is None else str(run.log),
    }
    if run.times is not None:
        document["profile"] = times_json(run.times)
    return document

"""What is true of a rehearsed stack: one JSON line per paper and per page that is no ballot.

Written beside the scans for people and tests; nothing that reads ballots may look at it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from omr.ballot.serials import format_serial
from omr.rehearse.voters import PaperPlan


@dataclass(frozen=True, slots=True)
class PagePlace:
    """Where a page lies: file name and page number from 1."""

    file: str
    page: int


def paper_truth(
    plan: PaperPlan, pages: list[PagePlace], duplicate: bool, missing_page: bool
) -> dict[str, Any]:
    """Return the truth of one ballot.

    Args:
        plan: What was done to it.
        pages: Where its pages are; all of them, also where it was scanned twice.
        duplicate: Whether a copy of it is in the stack as well.
        missing_page: Whether one of its pages was left out.
    """
    flags = list(plan.flags)
    flags += ["duplicate"] if duplicate else []
    flags += ["missing-page"] if missing_page else []
    look = "must" if flags else plan.look
    return {
        "kind": "ballot",
        "ballot": format_serial(plan.serial),
        "group": plan.group,
        "pages": [asdict(place) for place in pages],
        "contests": {line.contest: line.outcome for line in plan.lines},
        "needs_person": look == "must",
        "may_ask": look == "may",
        "flags": flags,
        "line_faults": {line.contest: line.fault for line in plan.lines if line.fault},
        "paper_faults": list(plan.faults),
        "pen": f"{plan.pen.colour} {plan.pen.kind}",
        "signed": plan.signed,
        "styles": {line.contest: [mark.style for mark in line.marks] for line in plan.lines},
    }


def loose_truth(place: PagePlace, reason: str, what: str) -> dict[str, Any]:
    """Return the truth of a page that is no ballot of this vote."""
    return {"kind": "page", "file": place.file, "page": place.page, "reason": reason, "what": what}

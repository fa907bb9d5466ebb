"""One paper's outcome held against its truth, as plain values that can be kept and added up."""

from __future__ import annotations

from typing import Any

from handsheets.ballots import contests_of

from trials.reading import PaperRead, read_paper
from trials.specimens import Picture, Specimen

# Which flags say what a fault is; a paper that is reviewed for another reason alone was not
# understood, and is counted apart.
SAYS: dict[str, tuple[str, ...]] = {
    "blank": ("blank",),
    "overvote": ("overvote",),
    "overvote-three": ("overvote",),
    "blotted-and-other": ("overvote", "uncertain"),
    "ringed-and-other": ("overvote", "uncertain"),
    "tape-over-mark": ("annotation", "uncertain", "damaged", "overvote"),
    "tape-over-name": ("annotation", "name-struck", "damaged"),
    "forged": ("page:bad-signature",),
    "scanned-twice": ("duplicate",),
    "photocopied": ("duplicate",),
}
_INK = ("annotation", "name-struck")


def judge(specimen: Specimen, rescan: bool) -> tuple[dict[str, Any], list[Picture], PaperRead]:
    """Read a paper and hold it against its truth.

    Args:
        specimen: The paper.
        rescan: Whether an accepted paper is scanned and read once more.

    Returns:
        The row, the pictures that were read, and what was read.
    """
    pictures = specimen.pictures()
    read = read_paper(specimen.style, specimen.truth["serial"], pictures)
    row = row_of(specimen, read)
    if rescan and row["accepted"]:
        second = read_paper(specimen.style, specimen.truth["serial"], specimen.again())
        row["rescan"] = rescan_of(read, second)
    return row, pictures, read


def row_of(specimen: Specimen, read: PaperRead) -> dict[str, Any]:
    """Return what came of a paper; its keys are those of the results file."""
    truth, style = specimen.truth, specimen.style
    machine = read.outcome.machine if read.outcome is not None else {}
    contests = contests_of(style)
    columns = {option: at for at, option in enumerate(style.options)}
    # Line, truth, machine, and the column of the true box (-1 for none).
    off = [
        [
            at,
            truth["lines"][contest],
            machine.get(contest, "unread"),
            columns.get(truth["lines"][contest], -1),
        ]
        for at, contest in enumerate(contests)
        if machine.get(contest, "unread") != truth["lines"][contest]
    ]
    codes = {reason.partition(":")[0] for reason in read.reasons} | set(read.reasons)
    unsaid = [
        kind for kind in truth["kinds"]
        if truth["look"] == "must" and not codes & set(SAYS.get(kind, _INK))
    ]  # fmt: skip
    outcomes = list(truth["lines"].values())
    return {
        "paper": specimen.number,
        "serial": truth["serial"],
        "style": truth["style"],
        "pages": len(read.statuses),
        "positions": sum(len(page.boxes) for page in style.layout.pages),
        "columns": [outcomes.count(option) for option in style.options],
        "spoilt_lines": sum(1 for outcome in outcomes if outcome not in style.options),
        "lines": len(contests),
        "look": truth["look"],
        "kinds": truth["kinds"],
        "accepted": read.accepted,
        "reasons": list(read.reasons),
        "off": off,
        "unsaid": unsaid if not read.accepted else [],
        "strange_pages": read.strange,
        "lost_pages": read.statuses.count("blank"),
        "pen": truth["pen"],
        "press": truth["press"],
        "scan": truth["scan"],
        "wear": truth["wear"],
        "styles": sorted({style for marks in truth["marks"].values() for style in marks}),
    }


def rescan_of(first: PaperRead, second: PaperRead) -> dict[str, Any]:
    """Compare two passes of an accepted paper.

    A flip is a vote that became another value than "uncertain": a misreading of one pass. A
    vote that became uncertain only costs a look.
    """
    before = first.outcome.machine if first.outcome is not None else {}
    after = second.outcome.machine if second.outcome is not None else {}
    changed = [contest for contest in before if after.get(contest, "uncertain") != before[contest]]
    flips = [c for c in changed if after.get(c, "uncertain") != "uncertain"]
    return {
        "accepted": second.accepted,
        "reasons": list(second.reasons) if not second.accepted else [],
        "lines": len(before),
        "flips": [[c, before[c], after[c]] for c in flips],
        "uncertain": len(changed) - len(flips),
    }


def faults_of(row: dict[str, Any]) -> list[str]:
    """Name what went wrong: silent, missed, needless, flip, strange, lost."""
    found = []
    if row["accepted"] and row["off"]:
        found.append("silent")
    if row["accepted"] and row["look"] == "must":
        found.append("missed")
    if not row["accepted"] and row["look"] == "no":
        found.append("needless")
    if row.get("rescan", {}).get("flips"):
        found.append("flip")
    if row["strange_pages"]:
        found.append("strange")
    if row.get("lost_pages"):
        found.append("lost")
    return found

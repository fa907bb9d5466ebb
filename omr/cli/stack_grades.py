"""What many pages of a stack share is said once: what to do, what was seen, on which ballots."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from omr.ballot.serials import format_serial
from omr.cli.grade_words import REMEDY, seen
from omr.cli.terminal import Terminal
from omr.errors import Text
from omr.scan.reading import Edge, GradeCode
from omr.store.values import GradedPage

# Streaks no farther apart than this on two pages are one dirty place: sheets shift sideways by
# less in the feed, and the place is measured to a fraction of a millimetre.
_SAME_PLACE_MM = 1.5
# On fewer pages a line may be a fold.
_PAGES_OF_A_STREAK = 2
# Ballots named one by one; JSON has them all.
_MOST_NAMED = 6

_STREAKS: tuple[GradeCode, ...] = ("streak", "white-streak")


@dataclass(frozen=True, slots=True)
class SharedGrade:
    """One shortcoming with all the pages that have it.

    Attributes:
        amounts: Page by page, in the unit of the code.
    """

    code: GradeCode
    edge: Edge
    amounts: tuple[float, ...]
    pages: tuple[GradedPage, ...]


def shared_grades(pages: Iterable[GradedPage]) -> tuple[SharedGrade, ...]:
    """Gather the grades of pages, the most frequent first; streaks by their place."""
    found: dict[tuple[GradeCode, Edge], list[tuple[float, GradedPage]]] = defaultdict(list)
    for page in pages:
        for grade in page.grades:
            found[grade.code, grade.edge].append((grade.amount, page))
    shared = [
        SharedGrade(code, edge, tuple(a for a, _ in group), tuple(p for _, p in group))
        for (code, edge), members in found.items()
        for group in (_by_place(members) if code in _STREAKS else [members])
    ]
    return tuple(sorted(shared, key=lambda each: (-len(each.pages), each.code, each.amounts[0])))


def _by_place(members: list[tuple[float, GradedPage]]) -> Iterator[list[tuple[float, GradedPage]]]:
    group: list[tuple[float, GradedPage]] = []
    for amount, page in sorted(members, key=lambda member: member[0]):
        if group and amount - group[0][0] > _SAME_PLACE_MM:
            yield group
            group = []
        group.append((amount, page))
    if group:
        yield group


def tell_grades(terminal: Terminal, pages: Iterable[GradedPage]) -> None:
    """Say once what pages share, with the remedy; nothing where all scans are good."""
    told = [each for each in shared_grades(pages) if _worth_telling(each)]
    if not told:
        return
    terminal.tell(
        "Về chất lượng bản quét (không phải lý do để phiếu chờ xem xét):",
        "On the quality of the scans (no reason for a ballot to wait):",
    )
    for each in told:
        text = sentence(each)
        terminal.tell(f"  {text.vi}", f"  {text.en}")


def _worth_telling(each: SharedGrade) -> bool:
    return each.code not in _STREAKS or len(each.pages) >= _PAGES_OF_A_STREAK


def sentence(each: SharedGrade) -> Text:
    """Return remedy, fault, number of pages and their ballots as one sentence."""
    remedy, what, number = REMEDY[each.code], seen(each.code, each.amounts, each.edge), each.pages
    named = _named(each.pages)
    plural = "page" if len(number) == 1 else "pages"
    return Text(
        f"{remedy.vi}: {what.vi}, ở {len(number)} trang ({named.vi}).",
        f"{remedy.en}: {what.en}, on {len(number)} {plural} ({named.en}).",
    )


def _named(pages: tuple[GradedPage, ...]) -> Text:
    """Name the ballots by number, in an order that says nothing of the stack's, then the rest."""
    ballots = sorted({page.serial for page in pages if page.serial})
    loose = [page for page in pages if not page.serial]
    vi, en = [], []
    if ballots:
        said = ", ".join(format_serial(serial) for serial in ballots[:_MOST_NAMED])
        left = len(ballots) - _MOST_NAMED
        vi.append(f"phiếu {said}" + (f" và {left} phiếu nữa" if left > 0 else ""))
        word = "ballot" if len(ballots) == 1 else "ballots"
        en.append(f"{word} {said}" + (f" and {left} more" if left > 0 else ""))
    if loose:
        said_vi = "; ".join(f"{page.file} trang {page.page}" for page in loose[:_MOST_NAMED])
        said_en = "; ".join(f"{page.file} page {page.page}" for page in loose[:_MOST_NAMED])
        left = len(loose) - _MOST_NAMED
        vi.append(said_vi + (f" và {left} trang nữa" if left > 0 else ""))
        en.append(said_en + (f" and {left} more" if left > 0 else ""))
    return Text("; ".join(vi), "; ".join(en))


def grades_json(pages: Iterable[GradedPage]) -> list[dict[str, object]]:
    """Return what pages share, for ``--json``; amounts in the unit of the code."""
    return [
        {
            "code": each.code,
            "edge": each.edge or None,
            "amount": {"least": min(each.amounts), "most": max(each.amounts)},
            "pages": len(each.pages),
            "ballots": sorted({page.serial for page in each.pages if page.serial}),
            "places": [{"file": page.file, "page": page.page} for page in each.pages],
            "text": {"vi": sentence(each).vi, "en": sentence(each).en},
        }
        for each in shared_grades(pages)
    ]

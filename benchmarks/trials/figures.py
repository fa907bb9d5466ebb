"""Results added up: what a family's papers, or all of them, came to."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from blindsheets.faults import ANNOTATIONS as BLIND_ANNOTATIONS
from blindsheets.faults import STRUCK
from handsheets.voter import ANNOTATIONS

from trials.specimens import REHEARSED

# Papers that may never be accepted, whatever the rate: the second bar of the table.
NEVER = STRUCK | frozenset(
    {
        "overvote", "overvote-three", "blank", "name-struck", "name-struck-double",
        "name-struck-wavy", "name-struck-red", "name-crossed", "tape-over-name", "forged",
        "scanned-twice", "photocopied", "blotted-and-other", "ringed-and-other",
        "tape-over-mark", "ringed-correction", "scribbled-correction",
    }
)  # fmt: skip
# The tuning generator names its annotations otherwise.
_REHEARSED_INK = frozenset({"remark-beside", "underline", "name-circled"})
ALL_ANNOTATIONS = ANNOTATIONS | _REHEARSED_INK | BLIND_ANNOTATIONS
CONFIDENCE = 0.95


def upper_bound(errors: int, trials: int, confidence: float = CONFIDENCE) -> float:
    """Return the one-sided exact upper bound of an error rate, after Clopper and Pearson.

    It is the rate at which so few errors or fewer would come up with a chance of
    ``1 - confidence``. With no error in n trials it is 1 - 0.05 ** (1 / n), about 3 / n.

    Args:
        errors: How many were seen.
        trials: Out of how many.
        confidence: Between 0 and 1.
    """
    if trials <= 0 or errors >= trials:
        return 1.0
    low, high = errors / trials, 1.0
    for _ in range(80):
        middle = (low + high) / 2
        if _at_most(errors, trials, middle) > 1.0 - confidence:
            low = middle
        else:
            high = middle
    return high


def _at_most(errors: int, trials: int, rate: float) -> float:
    """Chance of at most so many errors, summed in logarithms so that nothing underflows."""
    if rate >= 1.0:
        return 0.0
    odds = math.log(rate) - math.log1p(-rate)
    term = trials * math.log1p(-rate)
    total = math.exp(term)
    for k in range(1, errors + 1):
        term += math.log(trials - k + 1) - math.log(k) + odds
        total += math.exp(term)
    return min(1.0, total)


@dataclass(slots=True)
class KindCount:
    """Papers with one kind of fault or doubt: how many, accepted unseen, and not understood."""

    papers: int = 0
    accepted: int = 0
    unsaid: int = 0


@dataclass(slots=True)
class Figures:
    """Sums over papers.

    Attributes:
        read_pages: Pages that were read.
        plain, must, may: Papers by what they ask of a person.
        accepted: Papers of which no person looks.
        accepted_lines, accepted_positions: On those.
        silent: (family, seed, paper, line, truth, machine) of wrong lines on accepted papers.
        missed: Papers that needed a person and were accepted.
        needless: Plain papers sent to review; ``reasons`` says why, one count for each reason.
        kinds: By fault or doubt.
        confusion: (truth, machine) of lines, levels told apart only as same or another.
        rescanned, flips, doubtful_again, review_again: Accepted papers scanned again, votes
            that became another value, votes that became uncertain, papers that went to review.
        column_lines, column_off, column_silent: Lines by column of the true box; those not
            read as in truth; those silently wrong. ``row_…`` the same by the line's place.
        strange, lost: Pages tied to another ballot, and pages taken for empty backs, of which
            nobody would hear.
        seconds: Of processor time in all, making and reading.
    """

    papers: int = 0
    pages: int = 0
    positions: int = 0
    lines: int = 0
    plain: int = 0
    must: int = 0
    may: int = 0
    may_asked: int = 0
    accepted: int = 0
    accepted_lines: int = 0
    accepted_positions: int = 0
    silent: list[tuple[Any, ...]] = field(default_factory=list)
    missed: list[tuple[Any, ...]] = field(default_factory=list)
    needless: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    needless_wear: Counter[str] = field(default_factory=Counter)
    kinds: dict[str, KindCount] = field(default_factory=dict)
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)
    rescanned: int = 0
    flips: int = 0
    doubtful_again: int = 0
    review_again: int = 0
    column_lines: Counter[int] = field(default_factory=Counter)
    column_off: Counter[int] = field(default_factory=Counter)
    column_silent: Counter[int] = field(default_factory=Counter)
    row_lines: Counter[int] = field(default_factory=Counter)
    row_off: Counter[int] = field(default_factory=Counter)
    row_silent: Counter[int] = field(default_factory=Counter)
    strange: int = 0
    lost: int = 0
    seconds: float = 0.0

    def add(self, result: Mapping[str, Any]) -> None:
        """Add one unit."""
        self.seconds += float(result["seconds"])
        for row in result["papers"]:
            self._add_paper(row, (result["family"], result["seed"], row["paper"]))

    def _add_paper(self, row: Mapping[str, Any], where: tuple[Any, ...]) -> None:
        self.papers += 1
        self.pages += row["pages"]
        self.positions += row["positions"]
        self.lines += row["lines"]
        self.strange += row["strange_pages"]
        self.lost += row.get("lost_pages", 0)
        accepted, look = bool(row["accepted"]), row["look"]
        self.plain += look == "no"
        self.must += look == "must"
        self.may += look == "may"
        self.may_asked += look == "may" and not accepted
        if accepted:
            self.accepted += 1
            self.accepted_lines += row["lines"]
            self.accepted_positions += row["positions"]
            self.silent += [(*where, *off[:3]) for off in row["off"]]
            if look == "must":
                self.missed.append((*where, ",".join(row["kinds"])))
        elif look == "no":
            self.needless += 1
            self.reasons.update(row["reasons"])
            self.needless_wear.update(row["wear"] or ["no wear"])
        for kind in row["kinds"]:
            count = self.kinds.setdefault(kind, KindCount())
            count.papers += 1
            count.accepted += accepted
            count.unsaid += kind in row["unsaid"]
        self._add_lines(row, accepted)
        self._add_rescan(row.get("rescan"))

    def _add_lines(self, row: Mapping[str, Any], accepted: bool) -> None:
        for column, lines in enumerate(row["columns"]):
            self.column_lines[column] += lines
        for line in range(row["lines"]):
            self.row_lines[line] += 1
        right = row["lines"]
        spoilt_right = row["spoilt_lines"]
        for line, truth, machine, column in row["off"]:
            right -= 1
            spoilt_right -= column < 0
            self.row_off[line] += 1
            self.row_silent[line] += accepted
            if column >= 0:
                self.column_off[column] += 1
                self.column_silent[column] += accepted
            self.confusion[_pair(truth, machine, column)] += 1
        self.confusion[("a level", "the same level")] += right - spoilt_right
        if spoilt_right:
            self.confusion[("blank or multiple", "the same")] += spoilt_right

    def _add_rescan(self, rescan: Mapping[str, Any] | None) -> None:
        if rescan is None:
            return
        self.rescanned += 1
        self.flips += len(rescan["flips"])
        self.doubtful_again += rescan["uncertain"]
        self.review_again += not rescan["accepted"]


def _pair(truth: str, machine: str, column: int) -> tuple[str, str]:
    words = ("blank", "multiple", "uncertain", "unread")
    if column >= 0:
        return ("a level", machine if machine in words else "another level")
    return (truth, machine if machine in words else "a level")


def by_family(results: Iterable[Mapping[str, Any]]) -> dict[str, Figures]:
    """Add results up for each family."""
    found: dict[str, Figures] = {}
    for result in results:
        found.setdefault(result["family"], Figures()).add(result)
    return found


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of the table of what is asked for.

    Attributes:
        seen: What was counted, of how many.
        rate, bound: Share seen, and its upper 95 % bound.
        asked: Most that is allowed, as a share; 0 for none at all.
        met: None where nothing of the kind was tried.
    """

    measure: str
    seen: int
    trials: int
    asked: float

    @property
    def rate(self) -> float:
        """Share seen."""
        return self.seen / self.trials if self.trials else 0.0

    @property
    def bound(self) -> float:
        """Upper 95 % bound of the share."""
        return upper_bound(self.seen, self.trials)

    @property
    def met(self) -> bool | None:
        """Whether what was seen is within what is asked; None without a trial."""
        if not self.trials:
            return None
        return self.rate <= self.asked


def bars(found: Mapping[str, Figures], published: bool = True) -> list[Bar]:
    """Return every line of the table, over the published or the tuning generator's families.

    Args:
        found: Figures by family.
        published: Whether over ``handsheets`` and ``blindsheets``; else over ``omr.rehearse``.
    """
    chosen = {name: f for name, f in found.items() if (name in REHEARSED) != published}

    def needless(family: str) -> tuple[int, int]:
        both = [chosen.get(name, Figures()) for name in (family, f"blind-{family}")]
        return sum(f.needless for f in both), sum(f.plain for f in both)

    total = list(chosen.values())
    # A dash or a ring of the doubtful families is a mark in a box, and not an annotation.
    kinds = [
        (kind, count)
        for name, figures in chosen.items()
        if "doubtful" not in name
        for kind, count in figures.kinds.items()
    ]
    never = [count for kind, count in kinds if kind in NEVER]
    ink = [count for kind, count in kinds if kind in ALL_ANNOTATIONS]
    neat, office, damaged = ("neat", "office", "damaged") if published else (
        "-", "rehearsed", "rehearsed-severe",
    )  # fmt: skip
    return [
        Bar("silent errors (lines of accepted papers)", sum(len(f.silent) for f in total),
            sum(f.accepted_lines for f in total), 0.0),
        Bar("overvoted, blank, struck, forged or duplicate papers accepted",
            sum(c.accepted for c in never), sum(c.papers for c in never), 0.0),
        Bar("annotations of 4 mm and more missed", sum(c.accepted for c in ink),
            sum(c.papers for c in ink), 0.005),
        Bar("needless review, neat papers", *needless(neat), 0.002),
        Bar("needless review, office papers with seals and signatures", *needless(office), 0.01),
        Bar("needless review, damaged papers read at a glance", *needless(damaged), 0.10),
        Bar("votes flipped on a rescan of accepted papers", sum(f.flips for f in total),
            sum(f.rescanned for f in total), 0.0),
        Bar("pages lost, or tied to another ballot", sum(f.strange + f.lost for f in total),
            sum(f.pages for f in total), 0.0),
    ]  # fmt: skip

"""From the record to the count: every paper judged, what people settled applied, all added up.

Whoever shows or publishes a figure comes in here, so that every room shows the same one. The
scan, the rules and people's decisions stay apart in the record; they meet only in what is
returned, which is made anew each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from omr.election.model import Election
from omr.store.papers import Style
from omr.store.record import Record
from omr.store.values import StoredPage
from omr.tally.count import count_election
from omr.tally.judge import final_outcome, machine_outcome
from omr.tally.model import Discrepancy, GroupResult, HandCount, Outcome
from omr.tally.reconcile import reconcile, reconcile_pages


@dataclass(frozen=True, slots=True)
class Count:
    """Everything that follows from the record at one moment.

    Attributes:
        outcomes: Every paper of the record, judged, decisions applied.
        printed, hand_counts: By group id.
        unread: Pages that wait for people.
        discrepancies: What does not reconcile, group by group, then what is of no group.
    """

    outcomes: tuple[Outcome, ...]
    results: tuple[GroupResult, ...]
    printed: dict[str, int]
    hand_counts: dict[str, HandCount]
    unread: tuple[StoredPage, ...]
    discrepancies: tuple[Discrepancy, ...]

    @property
    def awaiting(self) -> int:
        """Papers of the record that wait for people."""
        return sum(result.awaiting for result in self.results)


def count_record(record: Record, election: Election, styles: Mapping[str, Style]) -> Count:
    """Judge every paper of the record, apply what people settled, and count.

    Args:
        record: The open record.
        election: The definition from which its ballots were printed.
        styles: The pages of each voter group's ballot, by group id.

    Raises:
        DamagedError: The record contradicts the definition or itself.
    """
    outcomes = tuple(judged_papers(record, election, styles))
    printed, hand_counts = record.printed_counts(), record.hand_counts()
    unread = tuple(record.unread_pages())
    results = count_election(election, outcomes, hand_counts)
    discrepancies = (
        *_group_discrepancies(results, printed, hand_counts),
        *reconcile_pages(len(unread)),
    )
    return Count(outcomes, results, printed, hand_counts, unread, discrepancies)


def judged_papers(
    record: Record, election: Election, styles: Mapping[str, Style]
) -> Iterator[Outcome]:
    """Yield the outcome of every paper of the record, in the order of the serials.

    Raises:
        DamagedError: The record contradicts the definition or itself.
    """
    profile = election.profile
    options = tuple(option.id for option in election.options)
    contests = {
        group.id: tuple(contest.id for contest in group.contests) for group in election.groups
    }
    settled, seals = record.settled_papers(), record.seals()
    for paper in record.papers(styles):
        machine = machine_outcome(paper, options, contests[paper.group], profile, seals)
        yield final_outcome(machine, settled.get(paper.serial), profile)


def _group_discrepancies(
    results: Iterable[GroupResult], printed: Mapping[str, int], hand_counts: Mapping[str, HandCount]
) -> Iterator[Discrepancy]:
    for result in results:
        yield from reconcile(
            result.group,
            printed.get(result.group, 0),
            hand_counts.get(result.group, HandCount()),
            result.scanned,
            pending=result.awaiting,
        )

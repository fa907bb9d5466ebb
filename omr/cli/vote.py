"""The vote that a command works on: its folder, definition, layouts and record.

Every command that needs more than the definition comes in through ``open_vote``; every figure
that a command shows comes from the record through ``count``.
"""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from omr.ballot.layout import ballot_layouts
from omr.ballot.model import BallotLayout
from omr.election.load import load_election
from omr.election.model import Election, VoterGroup
from omr.errors import DamagedError, InputError
from omr.store.counted import Count, count_record
from omr.store.folder import CountFolder
from omr.store.papers import Style
from omr.store.record import Record

BALLOT_KEY = "ballot.key"
# A ledger event of this room: a file of which not even the pages could be counted.
FILE_FAULT = "file-fault"


@dataclass(frozen=True, slots=True)
class Vote:
    """One vote, open."""

    folder: CountFolder
    election: Election
    layouts: dict[str, BallotLayout]
    record: Record

    def group(self, group_id: str) -> VoterGroup:
        """Return a voter group by the id that a person typed.

        Raises:
            InputError: There is none; the message lists those there are.
        """
        return group_of(self.election, group_id)


def load_definition() -> tuple[CountFolder, Election]:
    """Return the current count folder and its definition.

    Raises:
        InputError: This is no count folder, or the definition has faults.
    """
    folder = CountFolder.open(Path())
    return folder, load_election(folder.definition)


def group_of(election: Election, group_id: str) -> VoterGroup:
    """Return a voter group by the id that a person typed.

    Raises:
        InputError: There is none; the message lists those there are.
    """
    for group in election.groups:
        if group.id == group_id:
            return group
    known = ", ".join(group.id for group in election.groups)
    raise InputError(
        f"Không có nhóm “{group_id}”. Các nhóm trong election.yaml: {known}.",
        f"There is no group “{group_id}”. The groups of election.yaml: {known}.",
    )


@contextmanager
def open_vote() -> Iterator[Vote]:
    """Open the vote of the current folder; a new folder gets its record here.

    Raises:
        InputError: This is no count folder, or the definition has faults.
        RefusedError: The definition was changed after ballots were printed from it.
        DamagedError: The record is gone, though pages were kept.
    """
    folder, election = load_definition()
    layouts = ballot_layouts(election)
    with _open_record(folder) as record:
        # Asked before pinning, so that a look at a record never has to wait for a writer.
        if record.election_fingerprint() not in ("", election.fingerprint):
            record.pin_election(election.fingerprint)
        yield Vote(folder, election, layouts, record)


def _open_record(folder: CountFolder) -> Record:
    if folder.database.exists():
        return Record.open(folder.database, folder.pages)
    if folder.pages.is_dir() and any(folder.pages.iterdir()):
        raise DamagedError(
            f"{folder.database}: không còn bản ghi, trong khi thư mục pages vẫn có ảnh trang đã"
            " quét. Hãy lấy lại tệp này từ bản sao lưu.",
            f"{folder.database}: the record is gone, though the folder pages holds scanned"
            " pages. Bring the file back from a backup.",
        )
    return Record.create(folder.database, folder.pages)


def count(vote: Vote) -> Count:
    """Count the record of a vote as it stands.

    Raises:
        DamagedError: The record contradicts the definition or itself.
    """
    styles = {
        group: Style(len(layout.pages), layout.boxless_pages)
        for group, layout in vote.layouts.items()
    }
    return count_record(vote.record, vote.election, styles)


def person_here() -> str:
    """Return the login name of whoever runs the command, for the ledger."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # No account of this number, as in some containers.
        return "omr"

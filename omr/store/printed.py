"""The door of those who print ballots and count papers by hand."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from itertools import pairwise

from omr.errors import InputError, RefusedError
from omr.store import ledger
from omr.store.core import RecordFile, clean_name
from omr.tally.model import HandCount

FIGURES = ("issued", "unused", "spoiled", "mailed", "late", "collected")

_FIGURES_SQL = ", ".join(FIGURES)


class PrintedRecord(RecordFile):
    """What was printed, and what the board counted by hand."""

    def record_print(
        self, group: str, layout: str, serials: Sequence[str], *, actor: str = "omr"
    ) -> None:
        """Record a print run.

        Only the day of the run is kept, and the serials in their own order. A run of few
        ballots still sets those few apart; spare ballots are better printed beforehand.

        Args:
            group: Id of the voter group.
            layout: Fingerprint of the printed layout.
            serials: Without dash, in any order.
            actor: Who printed.

        Raises:
            RefusedError: A serial was printed before, or stands twice among these.
        """
        ordered = sorted(serials)
        if not ordered:
            raise ValueError("a print run has at least one ballot")
        with self._database.writing() as connection:
            _require_new(connection, ordered)
            payload = {
                "group": group,
                "layout": layout,
                "count": len(ordered),
                "serials": ledger.digest(ordered),
            }
            day = self._clock().date().isoformat()
            seq = ledger.append(
                connection, at=day, actor=clean_name(actor), event="print", payload=payload
            )
            print_id = connection.execute(
                "INSERT INTO prints (group_id, layout, count, day, ledger_seq)"
                " VALUES (?, ?, ?, ?, ?)",
                (group, layout, len(ordered), day, seq),
            ).lastrowid
            connection.executemany(
                "INSERT INTO ballots_printed (serial, group_id, print_id) VALUES (?, ?, ?)",
                ((serial, group, print_id) for serial in ordered),
            )

    def printed_counts(self) -> dict[str, int]:
        """Return how many ballots were printed, by group id."""
        with self._database.reading() as connection:
            return dict(
                connection.execute(
                    "SELECT group_id, count(*) FROM ballots_printed GROUP BY group_id"
                    " ORDER BY group_id"
                ).fetchall()
            )

    def printed_serials(self, group: str | None = None) -> set[str]:
        """Return the serials that were printed, of all groups or of one."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT serial FROM ballots_printed WHERE ?1 IS NULL OR group_id = ?1", (group,)
            )
            return {serial for (serial,) in found}

    def printed_layouts(self, group: str) -> set[str]:
        """Return the fingerprints of the layouts that were printed for a group."""
        with self._database.reading() as connection:
            found = connection.execute("SELECT layout FROM prints WHERE group_id = ?", (group,))
            return {layout for (layout,) in found}

    def hand_counts(self) -> dict[str, HandCount]:
        """Return what the board counted by hand, by group id."""
        with self._database.reading() as connection:
            found = connection.execute(
                f"SELECT group_id, {_FIGURES_SQL} FROM hand_counts ORDER BY group_id"
            )
            return {group: HandCount(*figures) for group, *figures in found}

    def set_hand_count(
        self,
        group: str,
        *,
        actor: str,
        issued: int | None = None,
        unused: int | None = None,
        spoiled: int | None = None,
        mailed: int | None = None,
        late: int | None = None,
        collected: int | None = None,
    ) -> HandCount:
        """Enter figures of the board; those not given stay as they are.

        Returns:
            All figures of the group as they now stand.

        Raises:
            InputError: A figure is below zero.
        """
        given = dict(zip(FIGURES, (issued, unused, spoiled, mailed, late, collected), strict=True))
        for name, value in given.items():
            if value is not None and value < 0:
                raise InputError(
                    f"Nhóm {group}: số phiếu --{name} không được âm ({value}).",
                    f"Group {group}: --{name} cannot be below zero ({value}).",
                )
        with self._database.writing() as connection:
            row = connection.execute(
                f"SELECT {_FIGURES_SQL} FROM hand_counts WHERE group_id = ?", (group,)
            ).fetchone()
            before = dict(zip(FIGURES, row or (None,) * len(FIGURES), strict=True))
            after = {k: before[k] if given[k] is None else given[k] for k in FIGURES}
            if after != before:
                payload = {"group": group, "before": before, "after": after}
                seq = self._entry(connection, actor, "hand-count", payload)
                connection.execute(
                    f"INSERT INTO hand_counts (group_id, {_FIGURES_SQL}, ledger_seq)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (group_id) DO UPDATE SET"
                    " issued = excluded.issued, unused = excluded.unused,"
                    " spoiled = excluded.spoiled, mailed = excluded.mailed,"
                    " late = excluded.late, collected = excluded.collected,"
                    " ledger_seq = excluded.ledger_seq",
                    (group, *after.values(), seq),
                )
        return HandCount(**after)


def _require_new(connection: sqlite3.Connection, ordered: Sequence[str]) -> None:
    """Refuse serials that stand twice in a run, or were printed before."""
    twice = [one for one, other in pairwise(ordered) if one == other]
    before = (
        serial
        for serial in ordered
        if connection.execute(
            "SELECT 1 FROM ballots_printed WHERE serial = ?", (serial,)
        ).fetchone()
    )
    serial = next(iter(twice), None) or next(before, None)
    if serial is not None:
        raise RefusedError(
            f"Số phiếu {serial} đã được in trước đó; mỗi số chỉ được in một lần."
            " Hãy in lại với số mới (không dùng lại cùng giá trị --seed).",
            f"Serial {serial} was printed before; each one is printed once only."
            " Print again with new serials (not with the same --seed).",
        )

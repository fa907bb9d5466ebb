"""The record of one vote: the door through which every other room comes in.

Each method that changes something writes the change and its ledger row in one
transaction. Streams (`readings`, `papers`, `loose_pages`) see the state at which they
began, whatever is written meanwhile.
"""

from __future__ import annotations

from omr.store.decided import DecidedRecord
from omr.store.printed import PrintedRecord
from omr.store.scanned import ScannedRecord


class Record(PrintedRecord, ScannedRecord, DecidedRecord):
    """The open record of one count folder; use it in a ``with`` statement.

    A Record belongs to the thread that opened it. Every method may raise InputError
    where the file is locked, read-only or out of space, and DamagedError where it is
    not a database any more.
    """

"""What is kept: one SQLite file, the page images by content hash, and the ledger.

In come prints, readings, hand counts and people's opinions; out go papers and settled
decisions for ``tally``, pages for ``review``, and the count of it all. The values that the
scanner measured are handed out here, so that no room behind this one looks into ``scan``.
Nothing that was recorded is altered or removed: that is kept by the database itself, and
`Record.verify` recomputes it.
"""

from omr.scan.reading import Finding, MarkReading, PageReading, PageSource, PageStatus
from omr.store.counted import Count, count_record, judged_papers
from omr.store.folder import CountFolder
from omr.store.ledger import LedgerEntry
from omr.store.papers import Style
from omr.store.record import Record
from omr.store.values import (
    Added,
    Difference,
    GradedPage,
    Head,
    KeptPage,
    Opinion,
    PageDecision,
    StoredPage,
    Subject,
)

__all__ = [
    "Added",
    "Count",
    "CountFolder",
    "Difference",
    "Finding",
    "GradedPage",
    "Head",
    "KeptPage",
    "LedgerEntry",
    "MarkReading",
    "Opinion",
    "PageDecision",
    "PageReading",
    "PageSource",
    "PageStatus",
    "Record",
    "StoredPage",
    "Style",
    "Subject",
    "count_record",
    "judged_papers",
]

"""Printers, wear of paper and scanners, modelled from how such machines work.

A voter's page goes through ``Office.printed``, then the pens, then ``Office.worn`` and
``Office.scanned``. Nothing here knows how ballots are read, or what a ballot looks like.
"""

from blindsheets.machines.camera import bilevel200, photographed
from blindsheets.machines.office import Office, Severity, choose_office
from blindsheets.machines.sheet import WornPage

__all__ = [
    "Office",
    "Severity",
    "WornPage",
    "bilevel200",
    "choose_office",
    "photographed",
]

"""Where the time of reading goes: the stages of a page, and the CPU time that each takes.

Functions of any room say which stage they are by ``stage`` (or, where they yield, ``timed``).
Whoever wants figures runs them within ``measure``. Outside of that no clock is read.
"""

from __future__ import annotations

import resource
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time_ns
from typing import Literal, TypeVar, get_args

Item = TypeVar("Item")

# In the order in which a page goes through them. "rest" is what no other stage claims.
Stage = Literal[
    "decode",
    "view",
    "codes",
    "place",
    "reference",
    "streaks",
    "flatten",
    "ink",
    "marks",
    "foreign",
    "names",
    "edges",
    "overprint",
    "faint",
    "quality",
    "grade",
    "pictures",
    "keep",
    "record",
    "rest",
]
STAGES: tuple[Stage, ...] = get_args(Stage)


@dataclass(slots=True)
class StageTimes:
    """What reading took, added up over the pages that were measured.

    Attributes:
        cpu_ns: CPU time of the process by stage, all its threads together; a stage that runs
            within another is taken off that, so that the figures add up.
        total_ns: The same as a whole, measured by itself.
        pages: How many pages it is of.
        peak_bytes: The most memory that one of the processes held.
    """

    cpu_ns: Counter[Stage] = field(default_factory=Counter)
    total_ns: int = 0
    pages: int = 0
    peak_bytes: int = 0

    def add(self, other: StageTimes) -> None:
        """Add what was measured elsewhere, in another process as a rule."""
        self.cpu_ns.update(other.cpu_ns)
        self.total_ns += other.total_ns
        self.pages += other.pages
        self.peak_bytes = max(self.peak_bytes, other.peak_bytes)


class _Stopwatch:
    """Charges CPU time to the innermost stage that is under way."""

    __slots__ = ("_into", "_since", "_under_way")

    def __init__(self, into: StageTimes) -> None:
        self._into = into
        self._under_way: list[Stage] = ["rest"]
        self._since = process_time_ns()

    def begin(self, name: Stage) -> None:
        self.charge()
        self._under_way.append(name)

    def end(self) -> None:
        self.charge()
        self._under_way.pop()

    def charge(self) -> None:
        now = process_time_ns()
        self._into.cpu_ns[self._under_way[-1]] += now - self._since
        self._since = now


_running: ContextVar[_Stopwatch | None] = ContextVar("stopwatch", default=None)


@contextmanager
def measure(into: StageTimes | None) -> Iterator[None]:
    """Add what runs within to these times; without any nothing is measured.

    A measurement within another one takes its stages for itself.
    """
    if into is None:
        yield
        return
    begun = process_time_ns()
    watch = _Stopwatch(into)
    token = _running.set(watch)
    try:
        yield
    finally:
        _running.reset(token)
        watch.charge()
        into.total_ns += process_time_ns() - begun
        into.peak_bytes = max(into.peak_bytes, peak_bytes())


@contextmanager
def stage(name: Stage) -> Iterator[None]:
    """Say that what runs within is this stage; also put before a function that is one."""
    watch = _running.get()
    if watch is None:
        yield
        return
    watch.begin(name)
    try:
        yield
    finally:
        watch.end()


def timed(name: Stage, items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items of a stage that makes them one by one, as they are asked for."""
    source = iter(items)
    while True:
        with stage(name):
            try:
                item = next(source)
            except StopIteration:
                return
        yield item
        del item  # before the next one is made: it may be a page of pixels


def peak_bytes() -> int:
    """Return the most memory that this process has held."""
    try:
        # getrusage tells of a new process at least what its parent held when it was started.
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass  # not Linux
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024

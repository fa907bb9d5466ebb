"""The clock of the stages: what is charged to whom, and that it stands still when nobody asks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest

from omr import stages
from omr.stages import StageTimes, measure, peak_bytes, stage, timed


class Clock:
    """A clock that goes on only when it is told to."""

    def __init__(self) -> None:
        self.now, self.looks = 0, 0

    def __call__(self) -> int:
        self.looks += 1
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(stages, "process_time_ns", made)
    return made


def test_a_stage_within_another_is_taken_off_it(clock: Clock) -> None:
    @stage("names")
    def names() -> None:
        clock.now += 30

    times = StageTimes()
    with measure(times):
        clock.now += 1
        with stage("foreign"):
            clock.now += 5
            names()
            clock.now += 5
        clock.now += 2
    assert dict(times.cpu_ns) == {"rest": 3, "foreign": 10, "names": 30}
    assert times.total_ns == 43


def test_items_are_charged_as_they_are_made_and_not_while_they_are_used(clock: Clock) -> None:
    def pages() -> Iterator[int]:
        for number in (1, 2):
            clock.now += 7
            yield number
        clock.now += 4

    times = StageTimes()
    with measure(times):
        for _ in timed("decode", pages()):
            with stage("ink"):
                clock.now += 100
    assert dict(times.cpu_ns) == {"decode": 18, "ink": 200, "rest": 0}


def test_a_stage_that_fails_is_over(clock: Clock) -> None:
    times = StageTimes()
    with measure(times):
        with pytest.raises(ValueError, match="injected"), stage("place"):
            clock.now += 3
            raise ValueError("injected")
        clock.now += 9
    assert dict(times.cpu_ns) == {"place": 3, "rest": 9}


def test_a_measurement_within_another_keeps_its_stages(clock: Clock) -> None:
    outer, inner = StageTimes(), StageTimes()
    with measure(outer), stage("pictures"):
        with measure(inner), stage("ink"):
            clock.now += 8
        clock.now += 1
    assert dict(outer.cpu_ns) == {"rest": 0, "pictures": 9}
    assert dict(inner.cpu_ns) == {"rest": 0, "ink": 8}


def test_no_clock_is_read_when_nobody_asks(clock: Clock) -> None:
    with measure(None), stage("ink"):
        assert list(timed("decode", iter((1, 2)))) == [1, 2]
    assert clock.looks == 0


def test_times_of_processes_add_up_but_their_memory_does_not() -> None:
    total = StageTimes(total_ns=5, pages=1, peak_bytes=70)
    total.cpu_ns["ink"] = 5
    other = StageTimes(total_ns=7, pages=2, peak_bytes=90)
    other.cpu_ns.update({"ink": 3, "codes": 4})
    total.add(other)
    assert (total.total_ns, total.pages, total.peak_bytes) == (12, 3, 90)
    assert dict(total.cpu_ns) == {"ink": 8, "codes": 4}


def test_the_peak_is_of_this_process_and_not_of_the_one_that_started_it() -> None:
    held = np.ones(50_000_000)
    mine = peak_bytes()
    assert mine > held.nbytes
    words = [sys.executable, "-c", "from omr.stages import peak_bytes; print(peak_bytes())"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert 0 < int(done.stdout) < held.nbytes / 4

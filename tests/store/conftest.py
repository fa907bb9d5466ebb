"""Count folders and readings for the tests of the record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from omr.store import CountFolder, Record


@pytest.fixture
def folder(tmp_path: Path) -> CountFolder:
    return CountFolder.create(tmp_path / "dem-phieu", "id: thu\n")


@pytest.fixture
def record(folder: CountFolder) -> Iterator[Record]:
    with folder.record() as opened:
        yield opened

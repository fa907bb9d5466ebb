"""Errors for people: both languages, and whole after the way back from a worker process."""

from __future__ import annotations

import pickle

import pytest

from omr.errors import DamagedError, InputError, OmrError, RefusedError, UsageError


@pytest.mark.parametrize("kind", [UsageError, InputError, RefusedError, DamagedError])
def test_an_error_comes_back_whole_from_another_process(kind: type[OmrError]) -> None:
    error = pickle.loads(pickle.dumps(kind("trang 3 hỏng", "page 3 is damaged")))
    assert type(error) is kind
    assert (error.text.vi, error.text.en) == ("trang 3 hỏng", "page 3 is damaged")
    assert error.exit_code == kind.exit_code
    assert str(error) == "page 3 is damaged"

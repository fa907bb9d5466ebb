"""A small vote whose ballots are printed, marked and scanned once; each test gets its own copy."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result
from pdf2image import convert_from_path
from PIL import Image

from omr.cli.main import cli

DPI = 150
BALLOTS = 3

Omr = Callable[..., Result]


@pytest.fixture
def omr(monkeypatch: pytest.MonkeyPatch) -> Omr:
    """Run a command line in this process."""
    monkeypatch.delenv("OMR_LANG", raising=False)
    monkeypatch.delenv("OMR_DEBUG", raising=False)
    return run


def run(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


def succeed(*words: object) -> Result:
    result = run(*words)
    assert result.exit_code == 0, result.stderr
    return result


@dataclass(frozen=True)
class Stack:
    """A count folder with marked ballots beside it.

    Attributes:
        good: Every line of every ballot marked once.
        doubtful: The same ballots but for one line with two marks.
    """

    folder: Path
    good: Path
    doubtful: Path


def with_crosses(page: Image.Image, boxes: Sequence[dict[str, Any]]) -> Image.Image:
    pixels = np.array(page.convert("RGB"))
    scale = DPI / 25.4
    for box in boxes:
        x, y, w, h = (round(box[side] * scale) for side in ("x", "y", "w", "h"))
        inset = round(w * 0.15)
        left, right, top, bottom = x + inset, x + w - inset, y + inset, y + h - inset
        cv2.line(pixels, (left, top), (right, bottom), (120, 40, 30), 4, cv2.LINE_AA)
        cv2.line(pixels, (left, bottom), (right, top), (120, 40, 30), 4, cv2.LINE_AA)
    return Image.fromarray(pixels)


def write_pdf(path: Path, pages: list[Image.Image]) -> Path:
    pages[0].save(path, save_all=True, append_images=pages[1:], resolution=DPI, quality=92)
    return path


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Stack:
    place = tmp_path_factory.mktemp("vote")
    folder = place / "count"
    succeed("new", folder, "--from", "tin-nhiem.vi")
    succeed("-C", folder, "print", "--group", "a", "--count", BALLOTS, "--out", place / "a.pdf")
    layout = json.loads(succeed("-C", folder, "layout", "--group", "a").stdout)
    boxes = layout["groups"][0]["pages"][0]["boxes"]
    high = [box for box in boxes if box["option"] == "high"]
    pages = convert_from_path(place / "a.pdf", dpi=DPI)
    good = [with_crosses(page, high) for page in pages]
    doubtful = [with_crosses(pages[0], [*high, boxes[1]]), *good[1:]]
    return Stack(
        folder,
        write_pdf(place / "good.pdf", good),
        write_pdf(place / "doubtful.pdf", doubtful),
    )


@pytest.fixture
def stack(made: Stack, tmp_path: Path) -> Stack:
    """A copy of the vote, printed and not yet scanned."""
    folder = tmp_path / "count"
    shutil.copytree(made.folder, folder)
    return Stack(folder, made.good, made.doubtful)


@pytest.fixture(scope="session")
def made_count(made: Stack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("counted") / "count"
    shutil.copytree(made.folder, folder)
    succeed("-C", folder, "scan", made.good, "--jobs", 1)
    enter_figures(folder, "a", BALLOTS)
    enter_figures(folder, "b", 0)
    return folder


@pytest.fixture
def counted(made: Stack, made_count: Path, tmp_path: Path) -> Stack:
    """A vote in which everything is scanned and reconciles."""
    folder = tmp_path / "count"
    shutil.copytree(made_count, folder)
    return Stack(folder, made.good, made.doubtful)


def enter_figures(folder: Path, group: str, ballots: int) -> None:
    figures = ("--issued", ballots, "--collected", ballots, "--unused", 0, "--spoiled", 0)
    succeed("-C", folder, "papers", "--group", group, *figures, "--by", "Thư ký")

"""The files that speed is measured on, and the table that is printed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from handsheets.ballots import ballot_style, printed_pages
from handsheets.sheet import Pixels
from PIL import Image
from trials import speed_report
from trials.scan_files import KINDS, TEMPLATE, make_files, write_page
from trials.timings import (
    PageTimes,
    StackTime,
    decode_bare,
    measure_pages,
    medians,
    time_stack,
    vote_key,
)

from omr.scan.pages.page_image import PageImage
from omr.scan.pages.source import open_pages
from omr.stages import STAGES, StageTimes


def a_page(dpi: int, colour: bool) -> Pixels:
    ((page, *_),) = printed_pages(ballot_style(TEMPLATE, "a"), ["7F3K9QWM"], dpi / 25.4)
    if not colour:
        return page
    tinted = np.stack([page, page, page], axis=2)
    tinted[100:200, 100:300] = (200, 40, 20)
    return tinted


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_of_its_kind_and_bare_decoding_sees_what_the_loader_sees(
    kind: str, tmp_path: Path
) -> None:
    made = KINDS[kind]
    picture = a_page(made.dpi, made.mode == "colour")
    path = write_page(tmp_path, "page", picture, kind)
    (page,) = open_pages(path)
    assert isinstance(page, PageImage)
    bare = decode_bare(path)
    assert np.array_equal(bare, page.pixels)
    assert bare.shape == picture.shape
    assert float(np.abs(bare.astype(int) - picture).mean()) < 12
    assert page.dpi == pytest.approx(made.dpi, rel=0.01)
    if kind == "tiff-g4":
        with Image.open(path) as image:
            assert image.info["compression"] == "group4"
    if kind == "pdf-jpeg":
        with pikepdf.open(path) as pdf:
            (image,) = pdf.pages[0].resources.XObject.values()
            assert str(image.Filter) == "/DCTDecode"


def test_papers_of_both_generators_are_read_and_timed(tmp_path: Path) -> None:
    files = make_files(tmp_path, ["tiff-g4"], 2, 1)
    pages = measure_pages(files, vote_key())
    assert [(page.kind, page.status) for page in pages] == [("tiff-g4", "read")] * 2
    for page in pages:
        assert page.bare_ns > 0
        assert sum(page.whole.cpu_ns.values()) == pytest.approx(page.whole.total_ns, rel=0.01)
        # Read in this process, of which the record is no part.
        missing = {name for name in STAGES if not page.whole.cpu_ns[name]}
        assert missing == {"reference", "pictures", "record"}
    stack = time_stack(files["tiff-g4"], vote_key(), 1)
    assert (stack.jobs, stack.pages) == (1, 2)
    assert stack.wall_s > stack.page_s > 0
    assert stack.peak_bytes > 50e6


def test_kinds_of_one_scan_hold_the_same_pages(tmp_path: Path) -> None:
    files = make_files(tmp_path, ["jpeg-grey-300", "pdf-jpeg", "png"], 1, 1)
    jpeg, pdf, png = (decode_bare(files[kind][0]) for kind in files)
    assert np.array_equal(jpeg, pdf)
    assert 0 < float(np.abs(jpeg.astype(int) - png).mean()) < 3


def page_times(bare_ms: int, codes_ms: int, ink_ms: int) -> PageTimes:
    times = StageTimes(total_ns=(codes_ms + ink_ms) * 10**6, pages=1)
    times.cpu_ns.update({"codes": codes_ms * 10**6, "ink": ink_ms * 10**6})
    return PageTimes("jpeg-grey-200", "page.jpg", "read", bare_ms * 10**6, times)


def test_figures_are_medians_over_pages_and_the_ratio_is_of_each_page() -> None:
    pages = [page_times(10, 5, 15), page_times(20, 7, 93), page_times(10, 6, 24)]
    figures = medians(pages)
    assert (figures["bare_ms"], figures["whole_ms"], figures["times"]) == (10, 30, 3)
    assert figures["stages"] == {"codes": 6, "ink": 24}
    lines = speed_report.stage_table({"jpeg-grey-200": figures})
    rows = {line[:46].strip(): line[46:].strip() for line in lines}
    assert rows == {
        "CPU ms a page, medians": "JPEG grey 200",
        "bare decoding": "10.0",
        "codes": "6.0",
        "ink": "24.0",
        "whole reading": "30.0",
        "whole ÷ bare decoding": "3.00",
        "bar: at most": "2.5",
    }


def test_two_processes_are_held_against_one() -> None:
    stacks = [
        StackTime(1, 8, 10.0, 1.0, 900_000_000),
        StackTime(2, 8, 8.0, 0.5, 310_000_000),
        StackTime(2, 8, 8.0, 0.7, 320_000_000),
        StackTime(1, 8, 14.0, 1.4, 900_000_000),
    ]
    walls, gain, memory = speed_report.stack_table(stacks)
    assert walls.endswith("one process 10.0 and 14.0; two processes 8.0 and 8.0")
    assert "1.50 times as fast as one with their start, 2.00 times without" in gain
    assert "at least 1.85" in gain
    assert memory == "most memory of a worker: 320 MB (bar: at most 350)"


def test_all_figures_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(speed_report, "make_files", lambda *_: {"jpeg-grey-200": ()})
    monkeypatch.setattr(speed_report, "measure_pages", lambda *_: [page_times(10, 5, 15)])
    monkeypatch.setattr(
        speed_report, "time_stack", lambda _paths, _key, jobs: StackTime(jobs, 1, 2.0, 1.0, 10**8)
    )
    monkeypatch.setattr(speed_report.cv2, "setNumThreads", lambda _: None)
    out = tmp_path / "speed.json"
    assert speed_report.main(["--kinds", "jpeg-grey-200", "--json", str(out)]) == 0
    assert "whole ÷ bare decoding" in capsys.readouterr().out
    document = json.loads(out.read_text(encoding="utf-8"))
    assert document["kinds"]["jpeg-grey-200"]["times"] == 2
    assert document["pages"][0]["stages"] == {"codes": 5, "ink": 15}
    assert [each["processes"] for each in document["stacks"]] == [1, 2, 2, 1]
    assert document["stacks"][0]["wall_s"] == 2.0

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from omr.scan.pages.source import count_pages, open_pages


def pages_of(path: Path) -> list[int]:
    return [item.source.page for item in open_pages(path)]


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    path = tmp_path / "stack.tif"
    frames = [Image.new("L", (300, 400), shade) for shade in (255, 200, 150)]
    frames[0].save(path, save_all=True, append_images=frames[1:], dpi=(150, 150))
    return path


def test_a_tiff_has_as_many_pages_as_come_out_of_it(stack: Path) -> None:
    assert count_pages(stack) == 3
    assert pages_of(stack) == [1, 2, 3]


def test_a_tiff_whose_chain_breaks_counts_the_break(stack: Path) -> None:
    whole = stack.read_bytes()
    stack.write_bytes(whole[: int(len(whole) * 0.6)])
    numbers = [number for number in pages_of(stack) if number > 0]
    assert count_pages(stack) == len(numbers) > 0


def test_a_pdf(tmp_path: Path) -> None:
    path = tmp_path / "stack.pdf"
    with pikepdf.new() as pdf:
        for _ in range(4):
            pdf.add_blank_page(page_size=(595, 842))
        pdf.save(path)
    assert count_pages(path) == 4


def test_a_picture_is_one_page(tmp_path: Path) -> None:
    path = tmp_path / "page.png"
    Image.new("L", (300, 400), 255).save(path)
    assert count_pages(path) == 1


@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.7\nnot really", b"II*\x00\x08"])
def test_what_cannot_be_opened_has_no_pages_to_share_out(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.bin"
    path.write_bytes(content)
    assert count_pages(path) == 0


def test_a_missing_file_has_no_pages(tmp_path: Path) -> None:
    assert count_pages(tmp_path / "none.pdf") == 0

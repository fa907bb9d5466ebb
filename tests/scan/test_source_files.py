from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from omr.errors import InputError
from omr.scan.pages.sniff import sniff
from omr.scan.pages.source import PageFault, PageImage, file_sha256, find_files, open_pages
from tests.scan.page_files import (
    bilevel_scan,
    codes,
    flate_scan,
    grey_art,
    jpeg,
    jpeg_scan,
    line_art,
    only_fault,
    only_page,
    png,
    read,
    write_pdf,
)

NOBODY = 65534


@contextmanager
def without_privileges() -> Iterator[None]:
    """Root may read everything, so a test of permissions must not be root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


def test_files_come_in_the_order_in_which_people_count(tmp_path: Path) -> None:
    for name in ("page10.png", "page2.png", "Page1.png", "b/scan3.png", "b/scan20.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    found = [str(path.relative_to(tmp_path)) for path in find_files([tmp_path])]
    assert found == ["b/scan3.png", "b/scan20.png", "Page1.png", "page2.png", "page10.png"]


def test_hidden_files_pipes_and_sockets_in_a_folder_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / ".hidden.png").write_bytes(b"x")
    (tmp_path / ".thumbs").mkdir()
    (tmp_path / ".thumbs" / "a.png").write_bytes(b"x")
    (tmp_path / "a.png").write_bytes(b"x")
    os.mkfifo(tmp_path / "pipe.png")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        assert find_files([tmp_path]) == [tmp_path / "a.png"]


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(b"x")
    assert find_files([file, tmp_path, file]) == [file]


def test_a_folder_that_contains_itself_by_a_link_ends(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "a.png").write_bytes(b"x")
    assert find_files([tmp_path]) == [tmp_path / "a.png"]


def test_a_path_that_does_not_exist_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        find_files([tmp_path / "mất.pdf"])
    assert "mất.pdf" in refused.value.text.vi
    assert "mất.pdf" in refused.value.text.en


def test_a_named_pipe_is_never_opened(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.pdf"
    os.mkfifo(pipe)  # opening it would wait for ever
    assert find_files([pipe]) == [pipe]
    assert only_fault(pipe).code == "not-a-file"


def test_a_device_is_never_opened() -> None:
    assert only_fault(Path("/dev/zero")).code == "not-a-file"


def test_a_folder_that_may_not_be_listed_gives_its_one_fault(open_folder: Path) -> None:
    locked = open_folder / "locked"
    locked.mkdir()
    (open_folder / "a.jpg").write_bytes(jpeg(grey_art()))
    locked.chmod(0)
    with without_privileges():
        found = find_files([open_folder])
        outcome = [codes(path) for path in found]
    assert found == [open_folder / "a.jpg", locked]
    assert outcome == [["page"], ["no-permission"]]


def test_a_file_that_may_not_be_read_gives_its_one_fault(open_folder: Path) -> None:
    file = open_folder / "a.jpg"
    file.write_bytes(jpeg(grey_art()))
    file.chmod(0)
    with without_privileges():
        fault = only_fault(file)
    assert fault.code == "no-permission"


BAD_FILES = {
    "empty": b"",
    "unsupported": "Danh sách người được lấy phiếu".encode(),
    "truncated": jpeg(grey_art())[:3000],
    "damaged": b"%PDF-1.7\nnothing that a reader could use\n%%EOF\n",
}


@pytest.mark.parametrize("code", BAD_FILES)
def test_a_bad_file_gives_one_fault_and_the_stack_goes_on(tmp_path: Path, code: str) -> None:
    (tmp_path / "1.jpg").write_bytes(jpeg(grey_art()))
    (tmp_path / "2.jpg").write_bytes(BAD_FILES[code])
    (tmp_path / "3.jpg").write_bytes(jpeg(grey_art()))
    items = [item for path in find_files([tmp_path]) for item in open_pages(path)]
    assert [type(item) for item in items] == [PageImage, PageFault, PageImage]
    fault = items[1]
    assert isinstance(fault, PageFault)
    assert fault.code == code
    assert fault.source.file == "2.jpg"
    assert fault.source.file_sha256 == file_sha256(tmp_path / "2.jpg")


def test_every_fault_names_file_and_page_in_both_languages(tmp_path: Path) -> None:
    whole, broken = jpeg_scan(grey_art())
    path = write_pdf(tmp_path / "xấp 1.pdf", [(whole, broken), (whole[:2000], broken)])
    first, fault = read(path)
    assert isinstance(first, PageImage)
    assert isinstance(fault, PageFault)
    assert fault.source.page == 2
    assert fault.text.vi.startswith("Tệp “xấp 1.pdf”, trang 2 bị cụt")
    assert fault.text.en.startswith("File “xấp 1.pdf”, page 2, is cut off")


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    assert only_fault(tmp_path / "gone.pdf").code == "missing"


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", [jpeg_scan(grey_art())] * 3)
    pages = open_pages(path)
    assert isinstance(next(pages), PageImage)
    with path.open("ab") as file:
        file.write(b"more of the stack")
    rest = list(pages)
    assert [item.code for item in rest if isinstance(item, PageFault)] == ["changed"]
    assert len(rest) == 1


def test_the_content_decides_what_a_file_is_not_its_suffix(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(png(Image.fromarray(grey_art())))
    page = only_page(tmp_path / "a.pdf")
    assert page.suffix == ".png"
    write_pdf(tmp_path / "b.jpg", [jpeg_scan(grey_art())])
    assert only_page(tmp_path / "b.jpg").pixels.shape == grey_art().shape


def test_pages_to_skip_are_neither_read_nor_reported(tmp_path: Path) -> None:
    good, broken = jpeg_scan(grey_art()), (b"broken", jpeg_scan(grey_art())[1])
    path = write_pdf(tmp_path / "a.pdf", [good, broken, good])
    items = read(path, skip=frozenset({1, 2}))
    assert [item.source.page for item in items] == [3]
    single = tmp_path / "a.jpg"
    single.write_bytes(jpeg(grey_art()))
    assert read(single, skip=frozenset({1})) == []


def test_the_same_page_has_the_same_hash_every_time(tmp_path: Path) -> None:
    for scan in (jpeg_scan(grey_art()), bilevel_scan(line_art()), flate_scan(grey_art())):
        one = write_pdf(tmp_path / "a.pdf", [scan, scan])
        other = write_pdf(tmp_path / "b.pdf", [scan])
        hashes = {item.source.sha256 for path in (one, other) for item in read(path)}
        assert len(hashes) == 1


@given(st.binary(max_size=64))
def test_any_bytes_have_a_kind(head: bytes) -> None:
    assert sniff(head) in ("pdf", "tiff", "jpeg", "png", "unknown")
    assert sniff(b"\x89PNG\r\n\x1a\n" + head) == "png"

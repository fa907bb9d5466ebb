from __future__ import annotations

import resource
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from pdf2image import convert_from_path

from omr.scan.pages import kept_image
from omr.scan.pages.jbig2_segments import is_whole
from omr.scan.pages.source import PageFault, PageImage, PageLimits, open_pages
from tests.scan.page_files import (
    BOX_PT,
    DPI,
    HEIGHT,
    WIDTH,
    bilevel_scan,
    codes,
    colour_art,
    flate_scan,
    g4,
    g4_scan,
    grey_art,
    grey_dict,
    indexed_scan,
    jbig2,
    jpeg_scan,
    line_art,
    noise_art,
    only_fault,
    only_page,
    read,
    write_pdf,
)

BGR = colour_art()[:, :, ::-1]
JBIG2 = {"Filter": pikepdf.Name.JBIG2Decode}
COVER = b"%f 0 0 %f 0 0" % BOX_PT


def test_an_embedded_jpeg_leaves_as_the_bytes_it_is(tmp_path: Path) -> None:
    data, attributes = jpeg_scan(colour_art())
    page = only_page(write_pdf(tmp_path / "a.pdf", [(data, attributes)]))
    assert page.kept == data
    assert page.suffix == ".jpg"
    assert page.dpi == pytest.approx(DPI)
    assert np.array_equal(page.pixels, kept_image.decode(data))


SCANS = {
    "bilevel": (bilevel_scan(line_art()), line_art()),
    "g4": (g4_scan(g4(line_art())), line_art()),
    "g4 inverted": (g4_scan(g4(line_art()), Decode=[1, 0]), 255 - line_art()),
    "g4 without its end mark": (g4_scan(g4(line_art()).rstrip(b"\x00")[:-3]), line_art()),
    "jbig2": ((jbig2(line_art()), grey_dict(1, **JBIG2)), line_art()),
    "grey": (flate_scan(grey_art()), grey_art()),
    "colour": (flate_scan(colour_art()), BGR),
    "colour without colour": (flate_scan(np.dstack([grey_art()] * 3)), grey_art()),
    "palette of greys": (
        indexed_scan((line_art() > 0).astype(np.uint8), bytes([0, 0, 0, 255, 255, 255])),
        line_art(),
    ),
    "palette of colours": (
        indexed_scan((line_art() > 0).astype(np.uint8), bytes([200, 0, 0, 255, 255, 255])),
        np.where(line_art()[..., None] > 0, 255, np.array([0, 0, 200])).astype(np.uint8),
    ),
}


@pytest.mark.parametrize("name", SCANS)
def test_an_embedded_scan_is_taken_pixel_by_pixel(tmp_path: Path, name: str) -> None:
    scan, expected = SCANS[name]
    page = only_page(write_pdf(tmp_path / "a.pdf", [scan]))
    assert page.pixels.shape == expected.shape
    assert np.array_equal(page.pixels, expected)
    assert np.array_equal(kept_image.decode(page.kept), page.pixels)
    pure = expected.ndim == 2 and set(np.unique(expected)) <= {0, 255}
    assert page.suffix == (".tif" if pure else ".png")
    assert page.dpi == pytest.approx(DPI)


PLACINGS = {
    "upright": (b"300 0 0 420 0 0", (300, 420)),
    "mirrored": (b"-300 0 0 420 300 0", (300, 420)),
    "flipped": (b"300 0 0 -420 0 420", (300, 420)),
    "half turn": (b"-300 0 0 -420 300 420", (300, 420)),
    "quarter turn": (b"0 300 -420 0 420 0", (420, 300)),
    "three quarters": (b"0 -300 420 0 0 300", (420, 300)),
    "transposed": (b"0 300 420 0 0 0", (420, 300)),
    "transversed": (b"0 -300 -420 0 420 300", (420, 300)),
}


@pytest.mark.parametrize("rotate", [0, 90])
@pytest.mark.parametrize("name", PLACINGS)
def test_the_scan_stands_as_the_page_is_shown(tmp_path: Path, name: str, rotate: int) -> None:
    matrix, box = PLACINGS[name]
    scans = [jpeg_scan(grey_art()), bilevel_scan(line_art())]
    path = write_pdf(tmp_path / "a.pdf", scans, matrix=matrix, box=box, rotate=rotate)
    shown = [np.asarray(page.convert("L")) for page in convert_from_path(path, dpi=72)]
    for page, drawn, suffix in zip(read(path), shown, (".jpg", ".tif"), strict=True):
        assert isinstance(page, PageImage)
        assert page.suffix == suffix
        assert page.pixels.shape == drawn.shape
        assert np.abs(page.pixels.astype(int) - drawn).mean() < 3
        assert np.array_equal(kept_image.decode(page.kept), page.pixels)


@pytest.mark.parametrize("rotate", [180, 270])
def test_a_turned_page_is_turned_whatever_its_placing(tmp_path: Path, rotate: int) -> None:
    path = write_pdf(tmp_path / "a.pdf", [bilevel_scan(line_art())], rotate=rotate)
    assert np.array_equal(only_page(path).pixels, np.rot90(line_art(), 4 - rotate // 90))


def test_the_turn_of_the_page_tree_is_inherited(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", [bilevel_scan(line_art())])
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        del pdf.pages[0].obj["/Rotate"]
        pdf.Root.Pages.Rotate = 180
        pdf.save(path)
    assert np.array_equal(only_page(path).pixels, line_art()[::-1, ::-1])


PLAIN = {
    "recognised text": (b"", b"BT /F1 12 Tf 3 Tr (phieu) Tj ET"),
    "a clip along the edge": (b"q 0 0 %f %f re W n" % BOX_PT, b"Q"),
    "marked content": (b"/P <</MCID 0>> BDC", b"EMC"),
}
MORE = {
    "text": (b"", b"BT /F1 12 Tf 50 50 Td (phieu) Tj ET"),
    "a drawing": (b"", b"10 10 50 50 re f"),
    "the picture twice": (b"", b"q 50 0 0 50 0 0 cm /Im Do Q"),
    "a clip through the middle": (b"q 0 0 200 604.8 re W n", b"Q"),
    "an inline picture": (b"", b"q 9 0 0 9 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x00 EI Q"),
}


@pytest.mark.parametrize("name", PLAIN)
def test_what_cannot_be_seen_does_not_hinder(tmp_path: Path, name: str) -> None:
    before, after = PLAIN[name]
    scan = bilevel_scan(line_art())
    page = only_page(write_pdf(tmp_path / "a.pdf", [scan], before=before, after=after))
    assert np.array_equal(page.pixels, line_art())


@pytest.mark.parametrize("name", MORE)
def test_a_page_of_more_than_a_scan_is_drawn_at_300_dpi(tmp_path: Path, name: str) -> None:
    before, after = MORE[name]
    scan = bilevel_scan(line_art())
    path = write_pdf(tmp_path / "a.pdf", [scan], before=before, after=after)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        pdf.pages[0].obj.Resources.Font = pikepdf.Dictionary(F1=font)
        pdf.save(path)
    page = only_page(path)
    assert page.pixels.shape == (HEIGHT * 6, WIDTH * 6)
    assert page.dpi == 300
    assert page.pixels.min() < 50


@pytest.mark.parametrize("matrix", [b"300 30 -30 420 40 10", b"200 0 0 280 50 50"])
def test_a_scan_aslant_or_small_is_drawn(tmp_path: Path, matrix: bytes) -> None:
    page = only_page(write_pdf(tmp_path / "a.pdf", [bilevel_scan(line_art())], matrix=matrix))
    assert page.dpi == 300


def test_an_annotation_on_the_scan_is_not_lost(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", [bilevel_scan(np.full_like(line_art(), 255))])
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        look = pdf.make_stream(b"0 0 40 40 re f", Subtype=pikepdf.Name.Form, BBox=[0, 0, 40, 40])
        stamp = pikepdf.Dictionary(
            Subtype=pikepdf.Name.Stamp, Rect=[50, 50, 90, 90], F=4, AP=pikepdf.Dictionary(N=look)
        )
        pdf.pages[0].obj.Annots = pikepdf.Array([stamp])
        pdf.save(path)
    assert only_page(path).pixels.min() == 0


def test_an_empty_page_is_white(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=BOX_PT)
        pdf.save(path)
    assert only_page(path).pixels.min() == 255


# What is wrong with one page


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0x5A]) + data[middle + 1 :]


NOISE = np.ascontiguousarray(noise_art()[:, :, 0])
BILEVEL_NOISE = np.where(NOISE > 127, 255, 0).astype(np.uint8)
BAD_SCANS = {
    "jpeg cut": ((cut(jpeg_scan(noise_art())[0]), jpeg_scan(noise_art())[1]), "truncated"),
    "flate cut": ((cut(flate_scan(NOISE)[0]), flate_scan(NOISE)[1]), "truncated"),
    "flate flipped": ((flipped(flate_scan(NOISE)[0]), flate_scan(NOISE)[1]), "damaged"),
    "g4 cut": (g4_scan(cut(g4(BILEVEL_NOISE))), "truncated"),
    "g4 cut on white": (g4_scan(cut(g4(line_art()))), "truncated"),
    "jbig2 cut": ((cut(jbig2(BILEVEL_NOISE)), grey_dict(1, **JBIG2)), "truncated"),
    "bomb": ((b"x", {**grey_dict(), "Width": 60_000, "Height": 60_000}), "too-large"),
}


@pytest.mark.parametrize("name", BAD_SCANS)
def test_a_bad_page_gives_its_one_fault_and_the_rest_goes_on(tmp_path: Path, name: str) -> None:
    bad, code = BAD_SCANS[name]
    good = bilevel_scan(line_art())
    path = write_pdf(tmp_path / "a.pdf", [good, bad, good])
    assert codes(path) == ["page", code, "page"]
    assert [item.source.page for item in read(path)] == [1, 2, 3]


def test_a_page_too_large_to_draw_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(14_400, 14_400))
        pdf.save(path)
    assert only_fault(path).code == "too-large"


def test_a_large_page_is_drawn_at_200_dpi(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", [bilevel_scan(line_art())], after=b"0 0 9 9 re f")
    (page,) = read(path, limits=PageLimits(max_side_px=HEIGHT * 5))
    assert isinstance(page, PageImage)
    assert page.dpi == 200


# What is wrong with the file


@pytest.mark.parametrize("after", [b"", b"0 0 9 9 re f"], ids=["embedded", "drawn"])
def test_a_password_that_only_guards_changes_does_not_hinder(tmp_path: Path, after: bytes) -> None:
    lock = pikepdf.Encryption(owner="o", user="")
    scan = bilevel_scan(line_art())
    path = write_pdf(tmp_path / "a.pdf", [scan], after=after, encryption=lock)
    assert codes(path) == ["page"]


def test_a_password_to_open_is_told(tmp_path: Path) -> None:
    lock = pikepdf.Encryption(owner="o", user="u")
    path = write_pdf(tmp_path / "a.pdf", [bilevel_scan(line_art())], encryption=lock)
    fault = only_fault(path)
    assert fault.code == "password"
    assert fault.source.page == 0
    assert "mật khẩu" in fault.text.vi
    assert "password" in fault.text.en


def test_a_pdf_without_pages_is_empty(tmp_path: Path) -> None:
    with pikepdf.new() as pdf:
        pdf.save(tmp_path / "a.pdf")
    assert only_fault(tmp_path / "a.pdf").code == "empty"


@pytest.mark.parametrize("share", [0.35, 0.7, 0.95])
def test_a_cut_pdf_says_that_pages_may_be_missing(tmp_path: Path, share: float) -> None:
    path = write_pdf(tmp_path / "a.pdf", [jpeg_scan(grey_art())] * 6)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    items = read(path)
    last = items[-1]
    assert isinstance(last, PageFault)
    assert (last.code, last.source.page) == ("truncated", 0)
    pages = [item for item in items if isinstance(item, PageImage)]
    assert 1 <= len(pages) <= 6
    for page in pages:
        assert np.array_equal(page.pixels, kept_image.decode(jpeg_scan(grey_art())[0]))


def test_a_long_stack_needs_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    scan = flate_scan(noise_art())
    path = write_pdf(tmp_path / "a.pdf", [scan] * 60)  # 23 MB of pictures, 60 MB in PNG
    pages = open_pages(path)
    for _ in range(5):
        next(pages)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert sum(1 for _ in pages) == 55
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kib < 8 * 1024


def test_jbig2_segments_are_walked_to_the_end() -> None:
    data = jbig2(line_art())
    assert is_whole(data)
    assert is_whole(data + b"\n")
    assert not is_whole(b"")
    for end in range(1, len(data)):
        if end != 30:  # after the page information alone the data look whole
            assert not is_whole(data[:end]), end

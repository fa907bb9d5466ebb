from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps
from PIL.TiffImagePlugin import TiffImageFile

from omr.scan.pages import kept_image
from omr.scan.pages.native_messages import native_messages
from omr.scan.pages.source import PageFault, PageImage, PageLimits, file_sha256
from tests.scan.page_files import (
    HEIGHT,
    WIDTH,
    bilevel,
    codes,
    colour_art,
    grey_art,
    jpeg,
    line_art,
    noise_art,
    only_fault,
    only_page,
    png,
    read,
    write_tiff,
)

BGR = colour_art()[:, :, ::-1]


def save(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def near(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and float(np.abs(one.astype(int) - other).mean()) < 2


# JPEG


def test_a_jpeg_is_kept_as_it_came(tmp_path: Path) -> None:
    path = save(tmp_path / "a.jpg", jpeg(colour_art(), dpi=(50, 50)))
    page = only_page(path)
    assert page.kept == path.read_bytes()
    assert page.source.sha256 == page.source.file_sha256 == file_sha256(path)
    assert page.suffix == ".jpg"
    assert page.dpi == pytest.approx(50)
    assert near(page.pixels, BGR)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"optimize": True}])
def test_a_colour_jpeg_without_colour_is_grey(tmp_path: Path, options: dict[str, bool]) -> None:
    data = jpeg(np.dstack([grey_art()] * 3), **options)
    page = only_page(save(tmp_path / "a.jpg", data))
    assert page.pixels.ndim == 2
    assert near(page.pixels, grey_art())


def test_a_jpeg_of_four_inks_is_read_in_its_colours(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.fromarray(colour_art()).convert("CMYK").save(buffer, "JPEG", quality=95)
    page = only_page(save(tmp_path / "a.jpg", buffer.getvalue()))
    assert near(page.pixels, BGR)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_of_a_photograph_is_applied(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    buffer = io.BytesIO()
    Image.fromarray(grey_art()).save(buffer, "JPEG", quality=92, exif=exif)
    page = only_page(save(tmp_path / "a.jpg", buffer.getvalue()))
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(buffer.getvalue())))
    assert near(page.pixels, np.asarray(upright))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_half_a_jpeg_is_a_fault_and_not_half_a_page(tmp_path: Path, share: float) -> None:
    data = jpeg(noise_art())
    cut = data[: int(len(data) * share)]
    assert only_fault(save(tmp_path / "a.jpg", cut)).code == "truncated"
    ended = save(tmp_path / "b.jpg", cut + b"\xff\xd9")
    assert only_fault(ended).code == "truncated"


def test_broken_picture_data_of_a_jpeg_are_found(tmp_path: Path) -> None:
    data = bytearray(jpeg(noise_art(), progressive=True))
    middle = len(data) // 2
    data[middle : middle + 400] = bytes(range(200)) * 2
    assert only_fault(save(tmp_path / "a.jpg", bytes(data))).code in ("damaged", "truncated")


# PNG


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (bilevel(line_art()), line_art()),
        (Image.fromarray(grey_art()), grey_art()),
        (Image.fromarray(grey_art().astype(np.uint16) * 257), grey_art()),
        (Image.fromarray(colour_art()), BGR),
        (Image.fromarray(line_art()).convert("P"), line_art()),
        (Image.fromarray(colour_art()).convert("RGBA"), BGR),
    ],
    ids=["1-bit", "8-bit", "16-bit", "colour", "palette", "alpha"],
)
def test_every_png_is_read_exactly(
    tmp_path: Path, image: Image.Image, expected: np.ndarray
) -> None:
    page = only_page(save(tmp_path / "a.png", png(image, dpi=(50, 50))))
    assert np.array_equal(page.pixels, expected)
    assert page.kept == (tmp_path / "a.png").read_bytes()
    assert page.dpi == pytest.approx(50, abs=0.1)


def test_what_is_transparent_is_paper(tmp_path: Path) -> None:
    clear = np.zeros((HEIGHT, WIDTH, 4), np.uint8)  # black where it shows at all
    clear[:100, :, 3] = 255
    page = only_page(save(tmp_path / "a.png", png(Image.fromarray(clear))))
    assert page.pixels[:100].max() == 0
    assert page.pixels[100:].min() == 255


def test_a_cut_png_and_a_flipped_bit_are_told_apart(tmp_path: Path) -> None:
    data = png(Image.fromarray(noise_art()))
    assert only_fault(save(tmp_path / "a.png", data[: len(data) // 2])).code == "truncated"
    flipped = bytearray(data)
    flipped[len(data) // 2] ^= 1
    assert only_fault(save(tmp_path / "b.png", bytes(flipped))).code == "damaged"


# TIFF


@pytest.mark.parametrize(
    "compression", ["group3", "group4", "tiff_lzw", "tiff_adobe_deflate", "packbits", "raw"]
)
@pytest.mark.parametrize("white", [0, 1], ids=["white-is-0", "white-is-1"])
def test_black_and_white_tiff_frames(tmp_path: Path, compression: str, white: int) -> None:
    frames = [bilevel(line_art()), bilevel(line_art()[::-1])]
    options = {"compression": compression, "tiffinfo": {262: white}, "dpi": (50, 50)}
    first, second = read(write_tiff(tmp_path / "a.tif", frames, **options))
    assert isinstance(first, PageImage)
    assert isinstance(second, PageImage)
    assert np.array_equal(first.pixels, line_art())
    assert np.array_equal(second.pixels, line_art()[::-1])
    assert (first.source.page, second.source.page) == (1, 2)
    assert first.suffix == ".tif"
    assert first.dpi == pytest.approx(50)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "CMYK", "LA"])
def test_grey_and_colour_tiff_frames(tmp_path: Path, mode: str) -> None:
    art = grey_art() if mode in ("L", "LA") else colour_art()
    page = only_page(write_tiff(tmp_path / "a.tif", [Image.fromarray(art).convert(mode)]))
    assert np.array_equal(page.pixels, art if art.ndim == 2 else BGR)
    assert page.suffix == ".png"


def test_sixteen_bits_are_scaled_to_eight(tmp_path: Path) -> None:
    deep = Image.fromarray(grey_art().astype(np.uint16) * 257)
    assert np.array_equal(only_page(write_tiff(tmp_path / "a.tif", [deep])).pixels, grey_art())


def test_jpeg_inside_tiff(tmp_path: Path) -> None:
    frames = [Image.fromarray(grey_art()), Image.fromarray(colour_art())]
    first, second = read(write_tiff(tmp_path / "a.tif", frames, compression="jpeg"))
    assert isinstance(first, PageImage)
    assert isinstance(second, PageImage)
    assert first.pixels.ndim == 2
    assert second.pixels.ndim == 3


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw"])
@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_the_orientation_of_a_tiff_is_applied(
    tmp_path: Path, orientation: int, compression: str
) -> None:
    options = {"tiffinfo": {274: orientation}, "compression": compression}
    path = write_tiff(tmp_path / "a.tif", [Image.fromarray(grey_art())], **options)
    turns = {3: 2, 6: -1, 8: 1}[orientation]
    assert np.array_equal(only_page(path).pixels, np.rot90(grey_art(), turns))


def test_one_bad_frame_does_not_stop_the_stack(tmp_path: Path) -> None:
    path = write_tiff(tmp_path / "a.tif", [bilevel(noise_art()[:, :, 0])] * 3, compression="group4")
    data = bytearray(path.read_bytes())
    with Image.open(path) as stack:
        stack.seek(1)
        assert isinstance(stack, TiffImageFile)
        tags = stack.tag_v2
        start, length = tags[273][0], tags[279][0]
    data[start : start + length] = b"\x01\x02\x03\x04" * (length // 4) + b"\x00" * (length % 4)
    path.write_bytes(bytes(data))
    assert codes(path) == ["page", "damaged", "page"]


def test_a_circle_of_tiff_frames_ends(tmp_path: Path) -> None:
    path = write_tiff(tmp_path / "a.tif", [bilevel(line_art())])
    data = bytearray(path.read_bytes())
    (first,) = struct.unpack_from("<I", data, 4)
    (entries,) = struct.unpack_from("<H", data, first)
    struct.pack_into("<I", data, first + 2 + 12 * entries, first)
    path.write_bytes(bytes(data))
    assert codes(path) == ["page"]


def test_a_cut_tiff_gives_what_is_whole_and_a_fault(tmp_path: Path) -> None:
    frames = [Image.fromarray(grey_art())] * 3
    data = write_tiff(tmp_path / "a.tif", frames, compression="tiff_lzw").read_bytes()
    found = codes(save(tmp_path / "a.tif", data[: int(len(data) * 0.6)]))
    assert found[0] == "page"
    assert found[-1] in ("damaged", "truncated")
    assert "page" not in found[1:]


# All of them


def test_kept_bytes_give_the_same_pixels_again(tmp_path: Path) -> None:
    paths = [
        save(tmp_path / "a.jpg", jpeg(colour_art())),
        save(tmp_path / "a.png", png(Image.fromarray(colour_art()).convert("RGBA"))),
        write_tiff(tmp_path / "a.tif", [bilevel(line_art())]),
        write_tiff(tmp_path / "b.tif", [Image.fromarray(colour_art())]),
    ]
    for path in paths:
        page = only_page(path)
        assert np.array_equal(kept_image.decode(page.kept), page.pixels), path.name


def test_a_bomb_is_refused_by_its_header(tmp_path: Path) -> None:
    header = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    data = (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", len(header))
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + struct.pack(">I", 0)
        + b"IEND"
        + struct.pack(">I", zlib.crc32(b"IEND"))
    )
    assert only_fault(save(tmp_path / "a.png", data)).code == "too-large"


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif"])
def test_the_limits_are_a_setting(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(grey_art()).save(path)
    assert only_fault(path, limits=PageLimits(max_pixels=WIDTH * HEIGHT - 1)).code == "too-large"
    assert only_fault(path, limits=PageLimits(max_side_px=HEIGHT - 1)).code == "too-large"
    assert len(read(path, limits=PageLimits(max_side_px=HEIGHT))) == 1
    assert codes(path) == ["page"]


def test_a_page_of_a4_at_600_dpi_passes(tmp_path: Path) -> None:
    page = Image.new("1", (4960, 7016), 1)
    path = write_tiff(tmp_path / "a.tif", [page], compression="group4", dpi=(600, 600))
    assert only_page(path).pixels.shape == (7016, 4960)
    assert only_page(path).dpi == pytest.approx(600)


@pytest.mark.parametrize("claimed", [1, 10, 9600])
def test_a_resolution_that_no_sheet_can_have_is_not_believed(tmp_path: Path, claimed: int) -> None:
    path = save(tmp_path / "a.png", png(Image.fromarray(grey_art()), dpi=(claimed, claimed)))
    assert only_page(path).dpi is None


def test_a_page_with_a_speck_of_colour_stays_coloured(tmp_path: Path) -> None:
    page = np.dstack([grey_art()] * 3)
    page[201:204, 7:10] = (200, 0, 0)
    assert only_page(save(tmp_path / "a.png", png(Image.fromarray(page)))).pixels.ndim == 3


def test_no_library_speaks_to_the_user(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    tiff = write_tiff(tmp_path / "a.tif", [bilevel(noise_art()[:, :, 0])], compression="group4")
    whole = tiff.read_bytes()
    bad = [
        save(tmp_path / "a.jpg", jpeg(noise_art())[:9000] + b"\xff\xd9"),
        save(tmp_path / "b.tif", whole[:200] + b"\x01\x02\x03\x04" * 500 + whole[2200:]),
        save(tmp_path / "c.pdf", b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer << /Root 1 0 R >>\n"),
    ]
    for path in bad:
        assert any(isinstance(item, PageFault) for item in read(path)), path.name
    assert capfd.readouterr() == ("", "")


def test_words_on_standard_error_are_caught_and_given_back() -> None:
    with native_messages() as said:
        os.write(2, b"Corrupt JPEG data: 3 extraneous bytes\nand more\n")
    assert said == ["Corrupt JPEG data: 3 extraneous bytes", "and more"]

"""What comes out of a file: a page image, or a fault that says why there is none.

The readers of single formats (``image_source``, ``pdf_source``) raise ``PageError``
with a bare code; ``fault`` turns it into the sentence that names the file and page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from omr.errors import Text
from omr.scan.reading import PageSource

Pixels = NDArray[np.uint8]

FaultCode = Literal[
    "missing",  # it was there when the files were listed, and is gone now
    "not-a-file",  # a pipe, socket or device
    "no-permission",  # the system does not let us read it
    "changed",  # it grew or was replaced while it was being read
    "empty",  # no bytes, or no pages
    "unsupported",  # none of PDF, TIFF, JPEG, PNG
    "password",  # encrypted, and the empty password does not open it
    "too-large",  # more pixels or bytes than a ballot page can have
    "truncated",  # it ends before it should
    "damaged",  # its data contradict themselves
    "unreadable",  # it cannot be decoded for another reason
]

_WRONG: dict[FaultCode, tuple[str, str]] = {
    "missing": (
        "không còn ở chỗ cũ. Hãy kiểm tra lại thư mục rồi quét lại.",
        "is no longer there. Check the folder, then scan it again.",
    ),
    "not-a-file": (
        "không phải là tệp thông thường nên không được mở. "
        "Hãy chỉ ra tệp PDF, TIFF, JPEG hoặc PNG.",
        "is not an ordinary file and was not opened. Name a PDF, TIFF, JPEG or PNG file.",
    ),
    "no-permission": (
        "không đọc được vì thiếu quyền truy cập. Hãy cấp quyền đọc rồi thử lại.",
        "may not be read: permission denied. Grant permission to read it, then try again.",
    ),
    "changed": (
        "đã thay đổi trong khi đang đọc. Hãy đợi máy quét ghi xong rồi đọc lại tệp này.",
        "changed while it was being read. Wait until the scanner has finished writing, "
        "then read this file again.",
    ),
    "empty": (
        "không có nội dung. Hãy quét lại các phiếu của tệp này.",
        "has nothing in it. Scan the ballots of this file again.",
    ),
    "unsupported": (
        "không phải là ảnh quét dùng được. Hãy lưu bản quét ở dạng PDF, TIFF, JPEG hoặc PNG.",
        "is not a scan that can be used. Save the scan as PDF, TIFF, JPEG or PNG.",
    ),
    "password": (
        "được bảo vệ bằng mật khẩu. Hãy lưu lại bản không có mật khẩu rồi đọc lại.",
        "is protected by a password. Save it without a password, then read it again.",
    ),
    "too-large": (
        "vượt quá kích thước của một trang phiếu. Hãy quét lại ở 300 dpi, mỗi trang một ảnh.",
        "is larger than any ballot page. Scan it again at 300 dpi, one picture per page.",
    ),
    "truncated": (
        "bị cụt: dữ liệu kết thúc giữa chừng. Hãy chép lại tệp hoặc quét lại.",
        "is cut off: its data end too early. Copy the file again, or scan again.",
    ),
    "damaged": (
        "bị hỏng dữ liệu. Hãy chép lại tệp hoặc quét lại.",
        "has damaged data. Copy the file again, or scan again.",
    ),
    "unreadable": (
        "không mở được. Hãy quét lại và lưu ở dạng PDF, TIFF, JPEG hoặc PNG.",
        "cannot be opened. Scan again and save as PDF, TIFF, JPEG or PNG.",
    ),
}


@dataclass(frozen=True, slots=True)
class PageLimits:
    """How large a page may be before it is refused unread.

    A ballot is A4 at most, and 600 dpi the finest scan in use: 4960 x 7016 px, 35 Mpx.
    The limits leave room for A3 at 1200 dpi in one direction and stop a small file that
    unpacks to fill the memory.

    Attributes:
        max_side_px: Longest side of one page.
        max_pixels: Most pixels of one page (200 Mpx are 600 MB in colour).
        max_image_bytes: Largest JPEG or PNG file, which is read whole.
        raster_dpi: Resolution at which a PDF page without a usable scan is drawn.
        min_raster_dpi: The lowest one, for a page too large for ``raster_dpi``.
        raster_timeout_s: After so long the drawing of one page is given up.
    """

    max_side_px: int = 20_000
    max_pixels: int = 200_000_000
    max_image_bytes: int = 512 * 1024 * 1024
    raster_dpi: int = 300
    min_raster_dpi: int = 200
    raster_timeout_s: int = 120

    def refuses(self, width_px: float, height_px: float) -> bool:
        """Tell whether a page of this size is too large to be decoded."""
        too_long = max(width_px, height_px) > self.max_side_px
        return too_long or width_px * height_px > self.max_pixels


@dataclass(frozen=True, slots=True, eq=False)
class PageImage:
    """One page as pixels, and the bytes of it that are kept for people.

    Attributes:
        source: Which file and page; its ``sha256`` is the hash of ``kept``.
        pixels: Upright as the file means it: (h, w) grey, or (h, w, 3) BGR where the
            page has colour in fact.
        dpi: Dots per inch along x as the file claims; None if it claims none, or one
            that no sheet of paper can have.
        kept: A whole image file; ``kept_image.decode`` gives ``pixels`` again.
        suffix: File suffix of ``kept``: ``.jpg``, ``.png`` or ``.tif``.
    """

    source: PageSource
    pixels: Pixels
    dpi: float | None
    kept: bytes
    suffix: str


@dataclass(frozen=True, slots=True)
class PageFault:
    """A page, or a whole file, that cannot be read.

    Attributes:
        source: As far as known; ``page`` is 0 for a whole file, a hash "" if unknown.
        code: What is wrong, as a key.
        text: What is wrong and what to do, naming file and page.
        detail: What the decoder said, for the log; "" if nothing.
    """

    source: PageSource
    code: FaultCode
    text: Text
    detail: str = ""


class PageError(Exception):
    """Why a page cannot be read, raised inside the readers.

    It never leaves ``source.open_pages``, which yields a ``PageFault`` instead.
    """

    def __init__(self, code: FaultCode, detail: str = "") -> None:
        """Keep the code, and what the decoder said."""
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


def fault(problem: PageError, file: str, file_sha256: str, page: int) -> PageFault:
    """Return the fault that tells people of a problem.

    Args:
        problem: What the reader found.
        file: File name without folder.
        file_sha256: Hash of the file, "" if it could not be read.
        page: Page number from 1, or 0 for the file as a whole.
    """
    vi, en = _WRONG[problem.code]
    where_vi, where_en = f"Tệp “{file}”", f"File “{file}”"
    if page:
        where_vi, where_en = f"{where_vi}, trang {page}", f"{where_en}, page {page},"
    return PageFault(
        source=PageSource(file=file, file_sha256=file_sha256, page=page, sha256=""),
        code=problem.code,
        text=Text(f"{where_vi} {vi}", f"{where_en} {en}"),
        detail=problem.detail,
    )

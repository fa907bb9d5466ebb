"""The words for pages and flags, as summaries say them."""

from __future__ import annotations

from omr.cli.reading_pages import READER_DIED, READER_FAULT
from omr.errors import Text
from omr.scan.place.identify import PROOF_PRINT
from omr.scan.reading import NOTE_ON_BACK
from omr.store import PageReading, PageStatus
from omr.tally.model import FlagCode

PAGE_STATUS: dict[PageStatus, Text] = {
    "read": Text("đã đọc", "read"),
    "blank": Text("trang trắng", "blank page"),
    "no-code": Text("không đọc được mã phiếu nào", "no ballot code can be read"),
    "foreign": Text("không phải phiếu của kỳ này", "not a ballot of this vote"),
    "bad-signature": Text("mã phiếu sai chữ ký", "the ballot code has a wrong signature"),
    "wrong-layout": Text(
        "phiếu in từ bản khai báo khác", "printed from another state of the definition"
    ),
    "code-conflict": Text("hai mã trên trang không khớp nhau", "the page's two codes disagree"),
    "unreadable": Text("không mở được trang", "the page cannot be opened"),
}

_READER_FAILED = Text("máy đọc gặp lỗi ở trang này", "the reader failed on this page")
# Where the detail of a page says more than its status.
_DETAIL: dict[str, Text] = {
    READER_FAULT: _READER_FAILED,
    READER_DIED: _READER_FAILED,
    NOTE_ON_BACK: Text("mặt sau bỏ trống có chữ viết", "an empty side that bears writing"),
    PROOF_PRINT: Text(
        "tờ in thử (MẪU THỬ), không phải phiếu", "a proof sheet (PRINT PROOF), not a ballot"
    ),
}


def page_words(reading: PageReading) -> Text:
    """Return what became of a page."""
    return _DETAIL.get(reading.detail, PAGE_STATUS[reading.status])


FLAG: dict[FlagCode, Text] = {
    "overvote": Text("đánh dấu hai, ba ô", "two or more boxes marked"),
    "blank": Text("không đánh dấu", "no box marked"),
    "uncertain": Text("dấu không rõ", "doubtful mark"),
    "annotation": Text("có chữ hoặc nét ghi thêm", "something written on the paper"),
    "name-struck": Text("họ tên bị gạch", "a name struck out"),
    "duplicate": Text("cùng số phiếu quét nhiều lần", "the same ballot scanned more than once"),
    "damaged": Text("phiếu rách, thiếu hoặc bị che", "paper torn, cut off or covered"),
    "registration": Text("không định vị chắc chắn", "not securely brought into place"),
    "quality": Text("bản quét quá kém", "scan too poor"),
    "missing-page": Text("thiếu trang", "a page is missing"),
    "not-issued": Text("phiếu không do Ban Kiểm phiếu phát ra", "not issued by the board"),
    "no-seal": Text("không có dấu treo", "the seal is missing"),
}

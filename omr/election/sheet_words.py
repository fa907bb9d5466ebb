"""The words of a workbook: names of sheets, columns and rows, in both languages.

``workbook`` reads by them and ``workbook_template`` writes them. They are compared without
accents, case and punctuation, so that ``HO VA TEN:`` is ``Họ và tên``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from omr.errors import Text

SheetKind = Literal["info", "groups", "officials", "options", "board", "witnesses", "guide"]


@dataclass(frozen=True, slots=True)
class Word:
    """What people call one field.

    Attributes:
        field: The field it stands for, such as ``ballot.paper``.
        label: What a written workbook calls it.
        others: Further names that are understood.
        note: A hint beside it in a written workbook.
    """

    field: str
    label: Text
    others: tuple[str, ...] = ()
    note: Text = Text("", "")  # noqa: RUF009 - frozen, so it can be shared

    def matches(self, plain_name: str) -> bool:
        """Tell whether a plain name (see :func:`plain`) means this field."""
        return plain_name in {plain(name) for name in (self.label.vi, self.label.en, *self.others)}


def plain(text: str) -> str:
    """Return a name as it is compared: small letters and digits without accents, single spaces."""
    bare = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    letters = "".join(char for char in bare if not unicodedata.combining(char))
    return re.sub(r"[^a-z0-9]+", " ", letters).strip()


def find(words: Iterable[Word], name: str) -> Word | None:
    """Return the word that a name means; a remark in brackets at its end is passed over."""
    short = plain(re.sub(r"\(.*\)\s*:?\s*$", "", name))
    return next((word for word in words if word.matches(short)), None)


_YES_NO = Text("có hoặc không", "yes or no")
_LINES = Text("mỗi ý một dòng trong ô (Alt+Enter)", "one item per line of the cell (Alt+Enter)")

INFO = (
    Word(
        "id",
        Text("Mã kỳ lấy phiếu", "Id"),
        ("mã", "id"),
        Text("chữ thường không dấu, số, gạch nối", "small letters, digits, dashes"),
    ),
    Word("title", Text("Tên kỳ lấy phiếu", "Title"), ("tên",)),
    Word("conference", Text("Hội nghị", "Conference"), ("tên hội nghị",)),
    Word("place", Text("Địa điểm", "Place"), ("nơi tổ chức",)),
    Word(
        "locality",
        Text("Địa danh", "Locality"),
        (),
        Text("ghi trước ngày, tháng trên phiếu và biên bản", "stands before the date"),
    ),
    Word(
        "date",
        Text("Ngày lấy phiếu", "Date"),
        ("ngày", "thời gian", "day"),
        Text("ngày/tháng/năm; chưa có thì để trống", "year-month-day; empty if not fixed"),
    ),
    Word("header.left", Text("Cơ quan cấp trên", "Parent body"), ("đơn vị cấp trên",)),
    Word("header.left", Text("Đơn vị tổ chức", "Issuing body"), ("đơn vị", "cơ quan", "body")),
    Word(
        "header.right",
        Text("Quốc hiệu, tiêu ngữ", "Country and motto"),
        ("quốc hiệu", "header right"),
        _LINES,
    ),
    Word("ballot.title", Text("Tiêu đề phiếu", "Ballot title"), ("tên phiếu",)),
    Word("ballot.subtitle", Text("Dòng phụ của phiếu", "Ballot subtitle"), ("phụ đề",)),
    Word("ballot.paper", Text("Khổ giấy", "Paper"), (), Text("A4 hoặc A5", "A4 or A5")),
    Word(
        "ballot.language",
        Text("Ngôn ngữ phiếu", "Language"),
        ("ngôn ngữ",),
        Text("vi hoặc en", "vi or en"),
    ),
    Word("ballot.criteria", Text("Tiêu chí", "Criteria"), (), _LINES),
    Word(
        "ballot.criteria_on",
        Text("Mặt in tiêu chí", "Criteria on"),
        (),
        Text("front (mặt trước) hoặc back (mặt sau)", "front or back"),
    ),
    Word(
        "ballot.instructions",
        Text("Lời dặn", "Instructions"),
        ("hướng dẫn ghi phiếu",),
        Text("để trống thì in lời dặn mặc định", "empty for the standard ones"),
    ),
    Word("ballot.signature", Text("Ô ký tên", "Signature box"), ("ký tên", "signature"), _YES_NO),
    Word("ballot.seal", Text("Chừa chỗ đóng dấu", "Seal zone"), ("dấu treo", "seal"), _YES_NO),
    Word("ballot.duplex", Text("In hai mặt", "Duplex"), (), _YES_NO),
    Word(
        "rules",
        Text("Quy tắc kiểm phiếu", "Rules"),
        ("quy tắc", "bộ quy tắc"),
        Text("tld-2021, tld-2021-strict, plain", "tld-2021, tld-2021-strict, plain"),
    ),
    Word(
        "secrecy",
        Text("Độ mật", "Secrecy mark"),
        ("secrecy",),
        Text("để trống nếu biên bản không mật", "empty if the minutes are not secret"),
    ),
    Word("recipients", Text("Nơi nhận biên bản", "Recipients"), ("nơi nhận",), _LINES),
)
"""Rows of the sheet of key and value. Both bodies go to the left of the header, in row order."""

LISTS = frozenset(
    {"header.left", "header.right", "ballot.criteria", "ballot.instructions", "recipients"}
)
"""Fields of the info sheet that are lists: one item per line of a cell."""

_NAME = Word("name", Text("Họ và tên", "Full name"), ("họ tên", "tên", "họ và tên cán bộ", "name"))
_ID = Word("id", Text("Mã", "Id"), ("code",))
_ROLE = Word("role", Text("Nhiệm vụ", "Role"), ("vai trò", "chức vụ", "chức danh"))

OFFICIAL_COLUMNS = (
    Word("group", Text("Nhóm", "Group"), ("nhóm người ghi phiếu", "mã nhóm")),
    Word("number", Text("STT", "No."), ("số thứ tự", "tt", "số tt", "number")),
    _NAME,
    Word("post", Text("Chức vụ", "Post"), ("chức danh", "chức vụ công tác", "position")),
    _ID,
)
GROUP_COLUMNS = (
    _ID,
    Word("name", Text("Tên nhóm", "Name"), ("nhóm", "group")),
    Word("voters", Text("Người ghi phiếu", "Voters"), ("đối tượng ghi phiếu", "thành phần")),
    Word("members", Text("Tổng số", "Members"), ("tổng số người", "số người")),
    Word("convened", Text("Triệu tập", "Convened"), ("số triệu tập", "được triệu tập")),
)
OPTION_COLUMNS = (_ID, Word("label", Text("Chữ in trên phiếu", "Label"), ("mức", "tên mức")))
PEOPLE_COLUMNS = (Word("number", Text("STT", "No."), ("số thứ tự", "tt")), _NAME, _ROLE)

SHEETS: dict[SheetKind, Word] = {
    "info": Word("info", Text("Thông tin", "Info"), ("thông tin chung", "information")),
    "groups": Word("groups", Text("Nhóm", "Groups"), ("các nhóm", "nhóm người ghi phiếu")),
    "officials": Word("officials", Text("Danh sách", "Officials"), ("list",)),
    "options": Word("options", Text("Các mức", "Options"), ("mức tín nhiệm", "mức", "levels")),
    "board": Word("board", Text("Ban Kiểm phiếu", "Board"), ("tổ kiểm phiếu", "counting board")),
    "witnesses": Word("witnesses", Text("Giám sát", "Witnesses"), ("người giám sát",)),
    "guide": Word("guide", Text("Hướng dẫn", "Guide"), ("ghi chú", "notes", "help", "readme")),
}


def kind_of(title: str) -> SheetKind:
    """Return what a sheet holds by its title; any other title is a list of officials."""
    name = plain(title)
    return next((kind for kind, word in SHEETS.items() if word.matches(name)), "officials")

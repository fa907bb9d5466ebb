"""The words of the faults that only a workbook can have."""

from __future__ import annotations

from collections.abc import Sequence

from omr.election.fault import Fault, Message
from omr.election.source import Source
from omr.election.wording import nearest, say
from omr.errors import Text


def at(source: Source, row: int | None, cell: str, message: Message) -> Fault:
    """Make a fault at a cell, given as ``Sheet!A1``, that belongs to no field."""
    return Fault(source.path.name, row, cell, message.text, message.remedy)


def not_workbook() -> Message:
    """The file is no ``.xlsx``, or a damaged or locked one."""
    return say(
        "không phải tệp Excel .xlsx, hoặc tệp bị hỏng hay có mật khẩu",
        "this is not an Excel .xlsx file, or it is damaged or has a password",
        "mở bằng Excel, bỏ mật khẩu và lưu lại dạng “Excel Workbook (.xlsx)”",
        "open it in Excel, remove the password and save it as “Excel Workbook (.xlsx)”",
    )


def no_columns(sheet: str, labels: Sequence[Text]) -> Message:
    """A sheet without the columns that its kind needs."""
    vi = " và ".join(f"“{label.vi}”" for label in labels)
    en = " and ".join(f"“{label.en}”" for label in labels)
    return say(
        f"trang “{sheet}” không có cột {vi}",
        f"the sheet “{sheet}” has no column {en}",
        "thêm hàng tiêu đề cột, hoặc đổi tên trang thành “Hướng dẫn” nếu chỉ để ghi chú",
        "add the row of column names, or call the sheet “Guide” if it only holds notes",
    )


def unknown_row(name: str, labels: Sequence[Text]) -> Message:
    """A row of the info sheet that means nothing."""
    close = nearest(name, [word for label in labels for word in (label.vi, label.en)])
    listed_vi = ", ".join(label.vi for label in labels)
    listed_en = ", ".join(label.en for label in labels)
    return say(
        f"không có mục nào tên là “{name}”",
        f"there is no row called “{name}”",
        f"có phải là “{close}”?" if close else f"dùng một trong các mục: {listed_vi}",
        f"did you mean “{close}”?" if close else f"use one of: {listed_en}",
    )


def row_twice(first: str) -> Message:
    """A row of the info sheet given twice."""
    return say(
        f"mục này đã ghi ở ô {first}",
        f"this row is already given in {first}",
        "giữ lại một hàng và xóa hàng kia",
        "keep one of the rows and delete the other",
    )


def dead_cell() -> Message:
    """A formula that failed or whose result was never saved."""
    return say(
        "công thức trong ô không cho kết quả",
        "the formula in this cell gives no result",
        "gõ thẳng nội dung vào ô thay cho công thức",
        "type the content into the cell in place of the formula",
    )

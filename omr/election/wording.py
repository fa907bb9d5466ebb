"""The words of the faults of files and of single fields, in Vietnamese and English.

One function per fault, so that the same fault is always said in the same words, and the
words can be read and improved in one place. ``contradictions`` has those between fields.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from omr.election.fault import Message
from omr.errors import Text


def say(vi: str, en: str, remedy_vi: str, remedy_en: str) -> Message:
    """Return a fault's words: what is wrong, then what to do, each in both languages."""
    return Message(Text(vi, en), Text(remedy_vi, remedy_en))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word most like ``word``, or None where nothing is alike."""
    # 0.6 is difflib's own measure of "alike": it catches a letter missing, doubled or swapped.
    found = difflib.get_close_matches(word.casefold(), list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def suggest(word: str, known: Iterable[str]) -> tuple[str, str]:
    """Return the remedy in both languages: the nearest word, or all that are known."""
    names = list(known)
    close = nearest(word, names)
    if close:
        return f"có phải là “{close}”?", f"did you mean “{close}”?"
    listed = ", ".join(names)
    return f"dùng một trong các từ: {listed}", f"use one of: {listed}"


# The file as a whole


def no_file() -> Message:
    """The file is not there."""
    return say(
        "không tìm thấy tệp",
        "there is no such file",
        "kiểm tra lại tên tệp và thư mục, hoặc tạo mới bằng lệnh “omr new”",
        "check the name and the folder, or make one with “omr new”",
    )


def is_folder() -> Message:
    """A folder was given in place of a file."""
    return say(
        "đây là thư mục, không phải tệp",
        "this is a folder, not a file",
        "chỉ rõ tệp định nghĩa (.yaml hoặc .xlsx) trong thư mục",
        "name the definition file (.yaml or .xlsx) inside it",
    )


def unreadable(reason: str) -> Message:
    """The system does not let us read the file."""
    return say(
        f"không mở được tệp ({reason})",
        f"the file cannot be opened ({reason})",
        "đóng chương trình đang giữ tệp hoặc cấp quyền đọc, rồi chạy lại",
        "close the program that holds it or grant the right to read it, then try again",
    )


def too_large(limit: int) -> Message:
    """The file is far larger than any definition."""
    return say(
        f"tệp lớn hơn {limit // 1000} kB, không thể là tệp định nghĩa",
        f"the file is larger than {limit // 1000} kB and cannot be a definition",
        "kiểm tra xem có chọn nhầm tệp không",
        "check that it is the right file",
    )


def not_utf8() -> Message:
    """The text is in another encoding."""
    return say(
        "chữ trong tệp không theo bảng mã UTF-8",
        "the text is not encoded as UTF-8",
        "mở tệp bằng Notepad, chọn “Lưu thành…” với mã hóa UTF-8, rồi chạy lại",
        "open it in an editor and save it with the encoding UTF-8",
    )


def empty_file() -> Message:
    """Nothing stands in the file."""
    return say(
        "tệp không có nội dung",
        "the file is empty",
        "chép một tệp mẫu trong ballot_templates rồi sửa lại",
        "copy a file from ballot_templates and edit it",
    )


def not_definition() -> Message:
    """The YAML is a list or one text."""
    return say(
        "nội dung không phải là định nghĩa một kỳ lấy phiếu",
        "this is not the definition of a vote",
        "mỗi dòng ghi theo dạng “khóa: giá trị”, ví dụ “title: Lấy phiếu tín nhiệm năm 2021”",
        "write lines of the form “key: value”, such as “title: Confidence vote 2021”",
    )


def not_yaml(problem: str) -> Message:
    """The YAML parser stopped; the remedy follows from where it stopped."""
    remedies = (
        (
            "cannot start any token",
            "thay dấu Tab bằng dấu cách; câu có ký tự đặc biệt ở đầu thì đặt trong dấu nháy kép",
            "replace tabs by spaces; put a text that starts with a special character in quotes",
        ),
        (
            "mapping values are not allowed",
            "câu có dấu hai chấm thì đặt trong dấu nháy kép; kiểm tra lề của dòng này và dòng trên",
            "put a text that holds a colon in quotes; check the indent of this line and the last",
        ),
        (
            "quoted scalar",
            "kiểm tra dấu nháy: mỗi dấu nháy mở phải có dấu nháy đóng",
            "check the quotes: each opening quote needs its closing one",
        ),
        (
            "alias",
            "câu bắt đầu bằng dấu * hoặc & thì đặt trong dấu nháy kép",
            "put a text that starts with * or & in quotes",
        ),
        (
            "nested too deeply",
            "bỏ bớt các lớp lồng nhau, theo đúng dạng của tệp mẫu",
            "take out layers of nesting; keep to the shape of the templates",
        ),
        (
            "expected a single document",
            "mỗi tệp chỉ ghi một kỳ lấy phiếu: bỏ dòng “---” ở giữa tệp",
            "one file holds one vote: take out the line “---” in its middle",
        ),
    )
    vi, en = next(
        ((vi, en) for sign, vi, en in remedies if sign in problem),
        (
            "kiểm tra lề: các mục cùng cấp phải thẳng hàng, và có dấu cách sau dấu hai chấm",
            "check the indent: items of one level must line up, with a space after each colon",
        ),
    )
    return say("từ dòng này tệp không đúng dạng YAML", "the file stops being YAML here", vi, en)


def duplicate_key(key: str, first: int) -> Message:
    """A key stands twice in one mapping."""
    return say(
        f"khóa “{key}” ghi hai lần (lần đầu ở dòng {first})",
        f"the key “{key}” is given twice (first in line {first})",
        "giữ lại một dòng và xóa dòng kia",
        "keep one of the lines and delete the other",
    )


def bad_key() -> Message:
    """A list or a mapping stands where a key should."""
    return say(
        "khóa không phải là một từ",
        "a key is not a word",
        "ghi theo dạng “khóa: giá trị”, giá trị có dấu ngoặc thì đặt trong dấu nháy kép",
        "write “key: value”, and put a value that holds brackets in quotes",
    )


def tag_refused(tag: str) -> Message:
    """A YAML tag stands before a value."""
    return say(
        f"không dùng nhãn kiểu “{tag}”",
        f"the type tag “{tag}” is not used here",
        "xóa phần bắt đầu bằng dấu chấm than, hoặc đặt cả câu trong dấu nháy kép",
        "delete the part that starts with “!”, or put the whole text in quotes",
    )


# Fields of a wrong form


def missing(key: str) -> Message:
    """A field that must be there is not."""
    return say(
        f"thiếu mục “{key}”",
        f"the field “{key}” is missing",
        f"thêm dòng “{key}: …”",
        f"add a line “{key}: …”",
    )


def empty() -> Message:
    """A text has nothing but spaces."""
    return say("mục này để trống", "this is empty", "ghi nội dung vào", "write its content")


def unknown_key(key: str, known: Iterable[str]) -> Message:
    """A key is not one of the format."""
    vi, en = suggest(key, known)
    return say(f"không có mục nào tên là “{key}”", f"there is no field “{key}”", vi, en)


def not_text() -> Message:
    """A list or a mapping stands where a text should."""
    return say(
        "ở đây phải là một câu chữ",
        "this must be a text",
        "viết trên một dòng; câu có dấu hai chấm thì đặt trong dấu nháy kép",
        "write it on one line; put a text that holds a colon in quotes",
    )


def not_list() -> Message:
    """Something else stands where a list should."""
    return say(
        "ở đây phải là một danh sách",
        "this must be a list",
        "ghi mỗi mục trên một dòng, bắt đầu bằng dấu gạch và dấu cách: “- …”",
        "write each item on its own line, starting with a dash and a space: “- …”",
    )


def not_mapping(known: Iterable[str]) -> Message:
    """Something else stands where named fields should."""
    listed = ", ".join(known)
    return say(
        "ở đây phải là các dòng “khóa: giá trị”",
        "this must be lines of “key: value”",
        f"dùng các khóa: {listed}",
        f"use the keys: {listed}",
    )


def not_count(value: str) -> Message:
    """A number is negative, zero, broken or no number."""
    return say(
        f"“{value}” không phải là số người hợp lệ",
        f"“{value}” is not a number of people",
        "ghi một số nguyên từ 1 đến 99999, ví dụ 33, hoặc bỏ hẳn dòng này",
        "write a whole number from 1 to 99999, such as 33, or leave the line out",
    )


def not_decimals(value: str) -> Message:
    """Decimals of a percentage outside 0 to 6."""
    return say(
        f"số chữ số thập phân “{value}” không dùng được",
        f"“{value}” is not a number of decimals",
        "ghi một số nguyên từ 0 đến 6, thường là 2",
        "write a whole number from 0 to 6, usually 2",
    )


def not_switch(value: str) -> Message:
    """Neither yes nor no."""
    return say(
        f"“{value}” không phải là có hay không",
        f"“{value}” is neither yes nor no",
        "ghi yes (có) hoặc no (không)",
        "write yes or no",
    )


def not_date(value: str) -> Message:
    """No such day, or written in another way."""
    return say(
        f"“{value}” không phải là ngày hợp lệ",
        f"“{value}” is not a date",
        "ghi ngày/tháng/năm như 15/07/2021, hoặc năm-tháng-ngày như 2021-07-15",
        "write day/month/year as in 15/07/2021, or year-month-day as in 2021-07-15",
    )


def not_fraction(value: str) -> Message:
    """A threshold that is not written as an exact fraction."""
    return say(
        f"“{value}” không phải là phân số chính xác",
        f"“{value}” is not an exact fraction",
        "ghi dạng “1/2” hoặc “2/3”; số thập phân và phần trăm không dùng vì có thể bị làm tròn",
        "write “1/2” or “2/3”; decimals and percentages are refused, for they may be rounded",
    )


def fraction_outside(value: str) -> Message:
    """A fraction below 0 or above 1."""
    return say(
        f"phân số “{value}” nằm ngoài khoảng từ 0 đến 1",
        f"the fraction “{value}” lies outside 0 to 1",
        "tỷ lệ phiếu không thể âm hoặc lớn hơn toàn bộ số phiếu: sửa lại tử số hoặc mẫu số",
        "a share of ballots is never negative nor more than all: correct one of the two numbers",
    )


def bad_id(value: str) -> Message:
    """An id with other signs than small letters, digits and dashes."""
    return say(
        f"mã “{value}” có ký tự không dùng được",
        f"the id “{value}” holds characters that are not allowed",
        "chỉ dùng chữ thường không dấu a-z, chữ số và dấu gạch nối, tối đa 40 ký tự",
        "use small letters a-z, digits and dashes only, at most 40 characters",
    )


def unknown_choice(value: str, known: Iterable[str]) -> Message:
    """A word that is not one of a fixed few.

    All are listed, never the nearest alone: ``=>`` looks like ``>`` but was meant as ``>=``.
    """
    listed = ", ".join(known)
    vi, en = f"dùng một trong các từ: {listed}", f"use one of: {listed}"
    return say(f"không có lựa chọn “{value}”", f"“{value}” is not one of the choices", vi, en)


def unprintable(code: str) -> Message:
    """A control or invisible character inside a text."""
    return say(
        f"có ký tự ẩn {code} không in được",
        f"it holds the character {code}, which cannot be printed",
        "xóa rồi gõ lại mục này bằng tay, vì ký tự ẩn thường đến từ việc sao chép",
        "delete the text and type it anew: such characters mostly come with copied text",
    )


def too_long(length: int, limit: int) -> Message:
    """A text that cannot fit its place."""
    return say(
        f"dài {length} ký tự, quá {limit} ký tự",
        f"it has {length} characters, more than {limit}",
        "viết ngắn lại",
        "shorten it",
    )

"""The words of every fault in a definition, in Vietnamese and English.

One function per fault, so that the same fault is always said in the same words, and the
words can be read and improved in one place.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from omr.election.fault import Message
from omr.errors import Text


def _say(vi: str, en: str, remedy_vi: str, remedy_en: str) -> Message:
    return Message(Text(vi, en), Text(remedy_vi, remedy_en))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word most like ``word``, or None where nothing is alike."""
    # 0.6 is difflib's own measure of "alike": it catches a letter missing, doubled or swapped.
    found = difflib.get_close_matches(word.casefold(), list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def _suggest(word: str, known: Iterable[str]) -> tuple[str, str]:
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
    return _say(
        "không tìm thấy tệp",
        "there is no such file",
        "kiểm tra lại tên tệp và thư mục, hoặc tạo mới bằng lệnh “omr new”",
        "check the name and the folder, or make one with “omr new”",
    )


def is_folder() -> Message:
    """A folder was given in place of a file."""
    return _say(
        "đây là thư mục, không phải tệp",
        "this is a folder, not a file",
        "chỉ rõ tệp định nghĩa (.yaml hoặc .xlsx) trong thư mục",
        "name the definition file (.yaml or .xlsx) inside it",
    )


def unreadable(reason: str) -> Message:
    """The system does not let us read the file."""
    return _say(
        f"không mở được tệp ({reason})",
        f"the file cannot be opened ({reason})",
        "đóng chương trình đang giữ tệp hoặc cấp quyền đọc, rồi chạy lại",
        "close the program that holds it or grant the right to read it, then try again",
    )


def too_large(limit: int) -> Message:
    """The file is far larger than any definition."""
    return _say(
        f"tệp lớn hơn {limit // 1000} kB, không thể là tệp định nghĩa",
        f"the file is larger than {limit // 1000} kB and cannot be a definition",
        "kiểm tra xem có chọn nhầm tệp không",
        "check that it is the right file",
    )


def not_utf8() -> Message:
    """The text is in another encoding."""
    return _say(
        "chữ trong tệp không theo bảng mã UTF-8",
        "the text is not encoded as UTF-8",
        "mở tệp bằng Notepad, chọn “Lưu thành…” với mã hóa UTF-8, rồi chạy lại",
        "open it in an editor and save it with the encoding UTF-8",
    )


def empty_file() -> Message:
    """Nothing stands in the file."""
    return _say(
        "tệp không có nội dung",
        "the file is empty",
        "chép một tệp mẫu trong ballot_templates rồi sửa lại",
        "copy a file from ballot_templates and edit it",
    )


def not_definition() -> Message:
    """The YAML is a list or one text."""
    return _say(
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
    return _say("từ dòng này tệp không đúng dạng YAML", "the file stops being YAML here", vi, en)


def duplicate_key(key: str, first: int) -> Message:
    """A key stands twice in one mapping."""
    return _say(
        f"khóa “{key}” ghi hai lần (lần đầu ở dòng {first})",
        f"the key “{key}” is given twice (first in line {first})",
        "giữ lại một dòng và xóa dòng kia",
        "keep one of the lines and delete the other",
    )


def bad_key() -> Message:
    """A list or a mapping stands where a key should."""
    return _say(
        "khóa không phải là một từ",
        "a key is not a word",
        "ghi theo dạng “khóa: giá trị”, giá trị có dấu ngoặc thì đặt trong dấu nháy kép",
        "write “key: value”, and put a value that holds brackets in quotes",
    )


def tag_refused(tag: str) -> Message:
    """A YAML tag stands before a value."""
    return _say(
        f"không dùng nhãn kiểu “{tag}”",
        f"the type tag “{tag}” is not used here",
        "xóa phần bắt đầu bằng dấu chấm than, hoặc đặt cả câu trong dấu nháy kép",
        "delete the part that starts with “!”, or put the whole text in quotes",
    )


# Fields of a wrong form


def missing(key: str) -> Message:
    """A field that must be there is not."""
    return _say(
        f"thiếu mục “{key}”",
        f"the field “{key}” is missing",
        f"thêm dòng “{key}: …”",
        f"add a line “{key}: …”",
    )


def empty() -> Message:
    """A text has nothing but spaces."""
    return _say("mục này để trống", "this is empty", "ghi nội dung vào", "write its content")


def unknown_key(key: str, known: Iterable[str]) -> Message:
    """A key is not one of the format."""
    vi, en = _suggest(key, known)
    return _say(f"không có mục nào tên là “{key}”", f"there is no field “{key}”", vi, en)


def not_text() -> Message:
    """A list or a mapping stands where a text should."""
    return _say(
        "ở đây phải là một câu chữ",
        "this must be a text",
        "viết trên một dòng; câu có dấu hai chấm thì đặt trong dấu nháy kép",
        "write it on one line; put a text that holds a colon in quotes",
    )


def not_list() -> Message:
    """Something else stands where a list should."""
    return _say(
        "ở đây phải là một danh sách",
        "this must be a list",
        "ghi mỗi mục trên một dòng, bắt đầu bằng dấu gạch và dấu cách: “- …”",
        "write each item on its own line, starting with a dash and a space: “- …”",
    )


def not_mapping(known: Iterable[str]) -> Message:
    """Something else stands where named fields should."""
    listed = ", ".join(known)
    return _say(
        "ở đây phải là các dòng “khóa: giá trị”",
        "this must be lines of “key: value”",
        f"dùng các khóa: {listed}",
        f"use the keys: {listed}",
    )


def not_count(value: str) -> Message:
    """A number is negative, zero, broken or no number."""
    return _say(
        f"“{value}” không phải là số người hợp lệ",
        f"“{value}” is not a number of people",
        "ghi một số nguyên từ 1 đến 99999, ví dụ 33, hoặc bỏ hẳn dòng này",
        "write a whole number from 1 to 99999, such as 33, or leave the line out",
    )


def not_decimals(value: str) -> Message:
    """Decimals of a percentage outside 0 to 6."""
    return _say(
        f"số chữ số thập phân “{value}” không dùng được",
        f"“{value}” is not a number of decimals",
        "ghi một số nguyên từ 0 đến 6, thường là 2",
        "write a whole number from 0 to 6, usually 2",
    )


def not_switch(value: str) -> Message:
    """Neither yes nor no."""
    return _say(
        f"“{value}” không phải là có hay không",
        f"“{value}” is neither yes nor no",
        "ghi yes (có) hoặc no (không)",
        "write yes or no",
    )


def not_date(value: str) -> Message:
    """No such day, or written in another way."""
    return _say(
        f"“{value}” không phải là ngày hợp lệ",
        f"“{value}” is not a date",
        "ghi ngày/tháng/năm như 15/07/2021, hoặc năm-tháng-ngày như 2021-07-15",
        "write day/month/year as in 15/07/2021, or year-month-day as in 2021-07-15",
    )


def not_fraction(value: str) -> Message:
    """A threshold that is not written as an exact fraction."""
    return _say(
        f"“{value}” không phải là phân số chính xác",
        f"“{value}” is not an exact fraction",
        "ghi dạng “1/2” hoặc “2/3”; số thập phân và phần trăm không dùng vì có thể bị làm tròn",
        "write “1/2” or “2/3”; decimals and percentages are refused, for they may be rounded",
    )


def fraction_outside(value: str) -> Message:
    """A fraction below 0 or above 1."""
    return _say(
        f"phân số “{value}” nằm ngoài khoảng từ 0 đến 1",
        f"the fraction “{value}” lies outside 0 to 1",
        "tỷ lệ phiếu không thể âm hoặc lớn hơn toàn bộ số phiếu: sửa lại tử số hoặc mẫu số",
        "a share of ballots is never negative nor more than all: correct one of the two numbers",
    )


def bad_id(value: str) -> Message:
    """An id with other signs than small letters, digits and dashes."""
    return _say(
        f"mã “{value}” có ký tự không dùng được",
        f"the id “{value}” holds characters that are not allowed",
        "chỉ dùng chữ thường không dấu a-z, chữ số và dấu gạch nối, tối đa 40 ký tự",
        "use small letters a-z, digits and dashes only, at most 40 characters",
    )


def unknown_choice(value: str, known: Iterable[str]) -> Message:
    """A word that is not one of a fixed few."""
    vi, en = _suggest(value, known)
    return _say(f"không có lựa chọn “{value}”", f"“{value}” is not one of the choices", vi, en)


def unprintable(code: str) -> Message:
    """A control or invisible character inside a text."""
    return _say(
        f"có ký tự ẩn {code} không in được",
        f"it holds the character {code}, which cannot be printed",
        "xóa rồi gõ lại mục này bằng tay, vì ký tự ẩn thường đến từ việc sao chép",
        "delete the text and type it anew: such characters mostly come with copied text",
    )


def too_long(length: int, limit: int) -> Message:
    """A text that cannot fit its place."""
    return _say(
        f"dài {length} ký tự, quá {limit} ký tự",
        f"it has {length} characters, more than {limit}",
        "viết ngắn lại",
        "shorten it",
    )


# Fields that contradict each other


def too_few_options(count: int) -> Message:
    """Fewer than two levels."""
    return _say(
        f"chỉ có {count} mức để lựa chọn",
        f"there are only {count} options to choose from",
        "ghi ít nhất 2 mức, hoặc bỏ hẳn mục “options” để dùng ba mức tín nhiệm mặc định",
        "give at least 2, or leave “options” out to use the three levels of confidence",
    )


def too_many(count: int, limit: int) -> Message:
    """More items than the system takes."""
    return _say(
        f"có {count} mục, quá {limit} mục",
        f"there are {count} items, more than {limit}",
        "bỏ bớt, hoặc chia thành nhiều kỳ lấy phiếu",
        "take some out, or split it into several votes",
    )


def no_groups() -> Message:
    """No voter group."""
    return _say(
        "chưa có nhóm người ghi phiếu nào",
        "there is no voter group",
        "thêm ít nhất một nhóm với danh sách người được lấy phiếu",
        "add at least one group with its list of officials",
    )


def empty_group() -> Message:
    """A voter group without officials."""
    return _say(
        "nhóm này chưa có người được lấy phiếu nào",
        "this group has no officials to vote on",
        "thêm danh sách “officials”, hoặc xóa cả nhóm",
        "add its list of “officials”, or delete the group",
    )


def duplicate_id(value: str, first: str) -> Message:
    """The same id twice among things that ids tell apart."""
    return _say(
        f"mã “{value}” trùng với {first}",
        f"the id “{value}” is already that of {first}",
        "đặt mã khác, hoặc bỏ dòng “id” để hệ thống tự đặt",
        "choose another, or leave the “id” lines out to have them given",
    )


def duplicate_label(value: str, first: str) -> Message:
    """Two options or groups that voters could not tell apart."""
    return _say(
        f"“{value}” trùng với {first}",
        f"“{value}” is already that of {first}",
        "đặt tên khác để người ghi phiếu phân biệt được",
        "choose another name, so that voters can tell them apart",
    )


def duplicate_official(name: str, first: str) -> Message:
    """One name twice on one ballot."""
    return _say(
        f"“{name}” đã có trên phiếu này, tại {first}",
        f"“{name}” is already on this ballot, at {first}",
        "xóa dòng thừa; nếu là hai người trùng tên, thêm chi tiết để phân biệt, như năm sinh",
        "delete one; for two people of one name add something to tell them apart, as a birth year",
    )


def duplicate_person(name: str, first: str) -> Message:
    """One person twice on the counting board or among the witnesses."""
    return _say(
        f"“{name}” đã được ghi tại {first}",
        f"“{name}” is already named at {first}",
        "mỗi người chỉ ghi một lần: xóa dòng thừa",
        "name each person once: delete one of the lines",
    )


def reserved_id(value: str) -> Message:
    """An option's id that means something else in the record."""
    return _say(
        f"mã “{value}” đã dành cho hệ thống",
        f"the id “{value}” is reserved",
        "đặt mã khác cho mức này, ví dụ “high”, “confidence”, “low”",
        "give this option another id, such as “high”, “confidence”, “low”",
    )


def convened_above_members(convened: int, members: int) -> Message:
    """More people convened than there are."""
    return _say(
        f"số người triệu tập ({convened}) lớn hơn tổng số người của nhóm ({members})",
        f"more are convened ({convened}) than belong to the group ({members})",
        "kiểm tra lại hai số “members” (tổng số) và “convened” (triệu tập)",
        "check the two numbers “members” and “convened”",
    )


def figure_needed(key: str) -> Message:
    """The rules take shares of a number that the group does not give."""
    vi = {"members": "tổng số người của nhóm", "convened": "số người được triệu tập"}[key]
    return _say(
        f"quy tắc của kỳ này tính trên {vi}, nhưng nhóm không ghi số đó",
        f"the rules take shares of “{key}”, but this group does not give that number",
        f"thêm dòng “{key}: …” cho nhóm, hoặc chọn quy tắc khác",
        f"add a line “{key}: …” to the group, or choose other rules",
    )


# Rules


def unknown_profile(value: str, known: Iterable[str]) -> Message:
    """A rule profile that nobody shipped."""
    names = list(known)
    listed = ", ".join(names)
    vi, en = (
        (f"có phải là “{close}”? ", f"did you mean “{close}”? ")
        if (close := nearest(value, names))
        else ("", "")
    )
    return _say(
        f"không có bộ quy tắc “{value}”",
        f"there is no rule profile “{value}”",
        f"{vi}các bộ có sẵn: {listed}; quy tắc riêng thì ghi tên tệp .yaml đặt cạnh tệp này",
        f"{en}there are: {listed}; for rules of your own name a .yaml file beside this one",
    )


def profile_not_beside(value: str) -> Message:
    """A profile file in some other folder."""
    return _say(
        f"tệp quy tắc “{value}” không nằm cùng thư mục với tệp này",
        f"the rules file “{value}” is not in the folder of this file",
        "chép tệp quy tắc vào cùng thư mục và chỉ ghi tên tệp",
        "copy the rules file into the same folder and write its name alone",
    )


def not_rules() -> Message:
    """``rules`` is a list."""
    return _say(
        "“rules” phải là tên một bộ quy tắc hoặc các dòng “khóa: giá trị”",
        "“rules” must be the name of a rule profile or lines of “key: value”",
        "ghi “rules: tld-2021”",
        "write “rules: tld-2021”",
    )


def nested_profile() -> Message:
    """A profile file that starts from another file."""
    return _say(
        "tệp quy tắc không được lấy một tệp quy tắc khác làm gốc",
        "a rules file cannot start from another rules file",
        "ghi tên một bộ quy tắc có sẵn ở mục “profile”",
        "name one of the shipped rule profiles under “profile”",
    )


def unknown_option(value: str, known: Iterable[str]) -> Message:
    """A threshold on a level that the ballot does not have."""
    vi, en = _suggest(value, known)
    return _say(
        f"ngưỡng tính theo mức “{value}”, nhưng phiếu không có mức này",
        f"a threshold counts the option “{value}”, which the ballot does not have",
        vi,
        en,
    )

"""The words of the faults between fields, and of rules, in Vietnamese and English.

As in ``wording``: one function per fault. Here are things given twice, missing from a whole,
or at odds with each other.
"""

from __future__ import annotations

from collections.abc import Iterable

from omr.election.fault import Message
from omr.election.wording import nearest, say, suggest


def too_few_options(count: int) -> Message:
    """Fewer than two levels."""
    return say(
        f"chỉ có {count} mức để lựa chọn",
        f"there are only {count} options to choose from",
        "ghi ít nhất 2 mức, hoặc bỏ hẳn mục “options” để dùng ba mức tín nhiệm mặc định",
        "give at least 2, or leave “options” out to use the three levels of confidence",
    )


def too_many(count: int, limit: int) -> Message:
    """More items than the system takes."""
    return say(
        f"có {count} mục, quá {limit} mục",
        f"there are {count} items, more than {limit}",
        "bỏ bớt, hoặc chia thành nhiều kỳ lấy phiếu",
        "take some out, or split it into several votes",
    )


def too_many_options(count: int, limit: int) -> Message:
    """More levels than the ballot has columns for."""
    return say(
        f"có {count} mức, trên phiếu chỉ có chỗ cho {limit} mức",
        f"there are {count} options, the ballot has room for {limit}",
        "bỏ bớt hoặc gộp các mức gần nhau",
        "take some out, or join those that are close",
    )


def no_groups() -> Message:
    """No voter group."""
    return say(
        "chưa có nhóm người ghi phiếu nào",
        "there is no voter group",
        "thêm ít nhất một nhóm với danh sách người được lấy phiếu",
        "add at least one group with its list of officials",
    )


def empty_group() -> Message:
    """A voter group without officials."""
    return say(
        "nhóm này chưa có người được lấy phiếu nào",
        "this group has no officials to vote on",
        "thêm danh sách “officials”, hoặc xóa cả nhóm",
        "add its list of “officials”, or delete the group",
    )


def duplicate_id(value: str, first: str) -> Message:
    """The same id twice among things that ids tell apart."""
    return say(
        f"mã “{value}” trùng với {first}",
        f"the id “{value}” is already that of {first}",
        "đặt mã khác, hoặc bỏ dòng “id” để hệ thống tự đặt",
        "choose another, or leave the “id” lines out to have them given",
    )


def duplicate_label(value: str, first: str) -> Message:
    """Two options or groups that voters could not tell apart."""
    return say(
        f"“{value}” trùng với {first}",
        f"“{value}” is already that of {first}",
        "đặt tên khác để người ghi phiếu phân biệt được",
        "choose another name, so that voters can tell them apart",
    )


def duplicate_official(name: str, first: str) -> Message:
    """One name twice on one ballot."""
    return say(
        f"“{name}” đã có trên phiếu này, tại {first}",
        f"“{name}” is already on this ballot, at {first}",
        "xóa dòng thừa; nếu là hai người trùng tên, thêm chi tiết để phân biệt, như năm sinh",
        "delete one; for two people of one name add something to tell them apart, as a birth year",
    )


def duplicate_person(name: str, first: str) -> Message:
    """One person twice on the counting board or among the witnesses."""
    return say(
        f"“{name}” đã được ghi tại {first}",
        f"“{name}” is already named at {first}",
        "mỗi người chỉ ghi một lần: xóa dòng thừa",
        "name each person once: delete one of the lines",
    )


def reserved_id(value: str) -> Message:
    """An option's id that means something else in the record."""
    return say(
        f"mã “{value}” đã dành cho hệ thống",
        f"the id “{value}” is reserved",
        "đặt mã khác cho mức này, ví dụ “high”, “confidence”, “low”",
        "give this option another id, such as “high”, “confidence”, “low”",
    )


def convened_above_members(convened: int, members: int) -> Message:
    """More people convened than there are."""
    return say(
        f"số người triệu tập ({convened}) lớn hơn tổng số người của nhóm ({members})",
        f"more are convened ({convened}) than belong to the group ({members})",
        "kiểm tra lại hai số “members” (tổng số) và “convened” (triệu tập)",
        "check the two numbers “members” and “convened”",
    )


def figure_needed(key: str) -> Message:
    """The rules take shares of a number that the group does not give."""
    vi = {"members": "tổng số người của nhóm", "convened": "số người được triệu tập"}[key]
    return say(
        f"quy tắc của kỳ này tính trên {vi}, nhưng nhóm không ghi số đó",
        f"the rules take shares of “{key}”, but this group does not give that number",
        f"thêm dòng “{key}: …” cho nhóm, hoặc chọn quy tắc khác",
        f"add a line “{key}: …” to the group, or choose other rules",
    )


def no_place_for_seal() -> Message:
    """The rules require a seal that the ballot has no place for."""
    return say(
        "quy tắc bắt buộc có dấu treo (“seal_required”), nhưng trên phiếu không chừa chỗ đóng dấu",
        "the rules require a seal (“seal_required”), but the ballot has no place for one",
        "bỏ dòng “seal: no” của phiếu, hoặc ghi “seal_required: no”",
        "take “seal: no” out of the ballot, or put “seal_required: no”",
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
    return say(
        f"không có bộ quy tắc “{value}”",
        f"there is no rule profile “{value}”",
        f"{vi}các bộ có sẵn: {listed}; quy tắc riêng thì ghi tên tệp .yaml đặt cạnh tệp này",
        f"{en}there are: {listed}; for rules of your own name a .yaml file beside this one",
    )


def profile_not_beside(value: str) -> Message:
    """A profile file in some other folder."""
    return say(
        f"tệp quy tắc “{value}” không nằm cùng thư mục với tệp này",
        f"the rules file “{value}” is not in the folder of this file",
        "chép tệp quy tắc vào cùng thư mục và chỉ ghi tên tệp",
        "copy the rules file into the same folder and write its name alone",
    )


def not_rules() -> Message:
    """``rules`` is a list."""
    return say(
        "“rules” phải là tên một bộ quy tắc hoặc các dòng “khóa: giá trị”",
        "“rules” must be the name of a rule profile or lines of “key: value”",
        "ghi “rules: tld-2021”",
        "write “rules: tld-2021”",
    )


def nested_profile() -> Message:
    """A profile file that starts from another file."""
    return say(
        "tệp quy tắc không được lấy một tệp quy tắc khác làm gốc",
        "a rules file cannot start from another rules file",
        "ghi tên một bộ quy tắc có sẵn ở mục “profile”",
        "name one of the shipped rule profiles under “profile”",
    )


def unknown_option(value: str, known: Iterable[str]) -> Message:
    """A threshold on a level that the ballot does not have."""
    vi, en = suggest(value, known)
    return say(
        f"ngưỡng tính theo mức “{value}”, nhưng phiếu không có mức này",
        f"a threshold counts the option “{value}”, which the ballot does not have",
        vi,
        en,
    )

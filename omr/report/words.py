"""The fixed words of tables and exports, in both languages."""

from __future__ import annotations

from fractions import Fraction

from omr.election.model import Comparison, Denominator, Threshold
from omr.errors import Language, Text

# The words of the guideline's list of invalid papers, shortened.
DEFECTS: dict[str, Text] = {
    "not-issued": Text("phiếu không do Ban Kiểm phiếu phát ra", "not issued by the counting board"),
    "name-struck": Text("gạch xóa họ tên người được in trên phiếu", "a printed name crossed out"),
    "annotation": Text(
        "ghi thêm tên người hoặc thông tin khác", "a name or other information added"
    ),
    "blank": Text("không đánh dấu vào ô nào", "no box marked"),
    "overvote": Text("đánh dấu từ hai ô trở lên", "two or more boxes marked"),
}

_DENOMINATORS: dict[Denominator, Text] = {
    "issued": Text("số phiếu phát ra", "ballots issued"),
    "collected": Text("số phiếu thu về", "ballots collected"),
    "valid": Text("số phiếu hợp lệ", "valid ballots"),
    "members": Text("tổng số thành viên", "members"),
    "convened": Text("số người được triệu tập", "persons convened"),
}

_COMPARISONS: dict[Comparison, Text] = {
    ">": Text("trên {share} {of}", "above {share} of {of}"),
    ">=": Text("từ {share} {of} trở lên", "{share} of {of} or more"),
    "<": Text("dưới {share} {of}", "below {share} of {of}"),
    "<=": Text("từ {share} {of} trở xuống", "{share} of {of} or less"),
}

HEADINGS: dict[str, Text] = {
    "group": Text("Nhóm", "Group"),
    "group_name": Text("Tên nhóm", "Group name"),
    "contest": Text("Mã", "Code"),
    "number": Text("STT", "No."),
    "name": Text("Họ và tên", "Full name"),
    "post": Text("Chức vụ", "Post"),
    "issued": Text("Phát ra", "Issued"),
    "collected": Text("Thu về", "Collected"),
    "scanned": Text("Đã quét", "Scanned"),
    "valid": Text("Hợp lệ", "Valid"),
    "invalid": Text("Không hợp lệ", "Invalid"),
    "blank": Text("Để trống", "Blank"),
    # Waiting for people, or collected and not scanned.
    "pending": Text("Chưa tính", "Pending"),
    "thresholds": Text("Ngưỡng đạt tới", "Thresholds met"),
    "ballot": Text("Số phiếu", "Ballot"),
    "status": Text("Tình trạng", "Status"),
    "decided": Text("Do người quyết định", "Decided by people"),
    "counted": Text("Được tính", "Counted"),
    "machine": Text("Máy đọc", "Machine"),
    "final": Text("Kết quả cuối", "Final"),
    "reason": Text("Lý do không hợp lệ", "Reason if invalid"),
    "flags": Text("Dấu hiệu cần xem", "Flags"),
}


def heading(key: str, language: Language) -> str:
    """Return one column heading.

    Raises:
        KeyError: No such heading.
    """
    return HEADINGS[key].say(language)


def defect(code: str, language: Language) -> str:
    """Return the words of a defect code; a code of a later profile is shown as it is."""
    text = DEFECTS.get(code)
    return code if text is None else text.say(language)


def denominator(of: Denominator, language: Language) -> str:
    """Return what a percentage is taken of."""
    return _DENOMINATORS[of].say(language)


def share_condition(
    comparison: Comparison, fraction: Fraction, of: Denominator, language: Language
) -> str:
    """Return a comparison in words, such as ``từ 2/3 số phiếu thu về trở lên``.

    Whole percentages are said as such, other fractions as they are, never rounded.
    """
    percent = fraction * 100
    share = f"{percent.numerator}%" if percent.denominator == 1 else str(fraction)
    words = _COMPARISONS[comparison].say(language)
    return words.format(share=share, of=denominator(of, language))


def threshold_condition(threshold: Threshold, label: str, language: Language) -> str:
    """Return a threshold in words, such as ``Tín nhiệm thấp trên 50% số phiếu thu về``.

    Args:
        threshold: The finding.
        label: The printed label of its option.
        language: Language of the words.
    """
    met = share_condition(threshold.comparison, threshold.fraction, threshold.of, language)
    return f"{label} {met}" if language == "vi" else f"{label}: {met}"

"""The fixed words of the ballot, in the language of its form."""

from __future__ import annotations

from omr.errors import Language, Text

NUMBER = Text("STT", "No.")
NAME = Text("Họ và tên", "Full name")
POST = Text("Chức vụ", "Post")
VOTERS = Text("Người ghi phiếu", "Voters")
CRITERIA = Text("Tiêu chí lấy phiếu tín nhiệm", "Criteria of confidence")
INSTRUCTIONS = Text("Cách ghi phiếu", "How to mark")
CONTINUED = Text("(tiếp theo)", "(continued)")
SIGNATURE = Text("Người ghi phiếu", "Voter")
SIGNATURE_OPTIONAL = Text("(có thể ký hoặc không ký)", "(may sign or leave empty)")
SERIAL = Text("Số phiếu", "Ballot no.")
PROOF_LINE = Text("MẪU THỬ – KHÔNG PHẢI PHIẾU", "PRINT PROOF – NOT A BALLOT")
PROOF = Text("MẪU THỬ", "PROOF")
_PAGE = Text("Trang", "Page")

_STANDARD_INSTRUCTIONS = (
    Text(
        "Đánh dấu X vào một ô duy nhất ứng với mỗi người được lấy phiếu tín nhiệm.",
        "Mark X in exactly one box for each person.",
    ),
    Text(
        "Không gạch, xóa họ tên đã in; không viết thêm tên người hoặc thông tin khác vào phiếu.",
        "Do not cross out a printed name; do not add names or anything else to the ballot.",
    ),
    Text(
        "Nếu ghi nhầm hoặc làm hỏng phiếu, đề nghị đổi phiếu khác tại Ban Kiểm phiếu.",
        "If you spoil the ballot, exchange it for a new one at the counting board.",
    ),
)


def standard_instructions(language: Language) -> tuple[str, ...]:
    """Return the instruction lines used when the form gives none of its own."""
    return tuple(line.say(language) for line in _STANDARD_INSTRUCTIONS)


def page_number(page: int, pages: int, language: Language) -> str:
    """Return ``Trang 1/2``."""
    return f"{_PAGE.say(language)} {page}/{pages}"


def dated(place: str, written_date: str) -> str:
    """Return the line of place and date, or "" if the date is not fixed."""
    if place and written_date:
        return f"{place}, {written_date}"
    return written_date[:1].upper() + written_date[1:]

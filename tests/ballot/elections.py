"""Elections made by hand for the tests of the ballot room."""

from __future__ import annotations

import hashlib
from typing import Any

from omr.election.model import (
    BallotForm,
    Contest,
    Election,
    Header,
    Option,
    RuleProfile,
    VoterGroup,
)
from omr.errors import Text

LEVELS = (
    Option("high", "Tín nhiệm cao"),
    Option("confidence", "Tín nhiệm"),
    Option("low", "Tín nhiệm thấp"),
)
PEOPLE = (
    ("Nguyễn Thị Hồng Phượng", "Chủ tịch"),
    ("Trần Văn Quyết", "Phó Chủ tịch Thường trực"),
    ("Lê Đặng Ngọc Ẩn", "Phó Chủ tịch"),
    ("Huỳnh Thị Mỹ Duyên", "Ủy viên Ban Thường vụ, Trưởng ban Tuyên giáo - Nữ công"),
    ("Phạm Quốc Thưởng", "Ủy viên Ban Thường vụ"),
    ("Đỗ Hữu Nghĩa", "Ủy viên Ban Thường vụ"),
    ("Vũ Thị Kiều Oanh", "Ủy viên Ban Thường vụ"),
    ("Công Tằng Tôn Nữ Thị Minh Nguyệt Thùy An", "Ủy viên Ban Thường vụ"),
    ("Hồ Viết Lưỡng", "Ủy viên Ban Thường vụ"),
    ("Bùi Xuân Trường", "Ủy viên Ban Thường vụ"),
    ("Y Ngọc", "Ủy viên Ban Thường vụ"),
)
CRITERIA = (
    "Phẩm chất chính trị, đạo đức, lối sống; tinh thần trách nhiệm trong công việc.",
    "Năng lực thực tiễn: kết quả lãnh đạo, điều hành và tổ chức thực hiện nhiệm vụ được giao; "
    "tính năng động, quyết đoán, dám nghĩ, dám làm, dám chịu trách nhiệm.",
    "Uy tín trong cán bộ, đoàn viên và công nhân, viên chức, lao động.",
)
PROFILE = RuleProfile(
    id="test",
    name=Text("Thử", "Test"),
    source="",
    scope={},
    blank="invalid",
    denominator="collected",
    thresholds=(),
)


def officials(count: int) -> tuple[Contest, ...]:
    """Return so many officials, with names repeated as needed."""
    return tuple(Contest(f"c{index + 1}", *PEOPLE[index % len(PEOPLE)]) for index in range(count))


def group_of(contests: tuple[Contest, ...], name: str = "Ủy viên Ban Thường vụ") -> VoterGroup:
    """Return a voter group with these officials."""
    return VoterGroup("a", name, "Ủy viên Ban Chấp hành Công đoàn ngành", contests)


def election_of(
    contests: tuple[Contest, ...],
    options: tuple[Option, ...] = LEVELS,
    **form: Any,
) -> Election:
    """Return an election with one group; keywords go to the ballot form."""
    form.setdefault("title", "PHIẾU TÍN NHIỆM")
    form.setdefault("subtitle", "đối với cán bộ lãnh đạo, quản lý")
    return Election(
        id="ldld-2026",
        title="Lấy phiếu tín nhiệm giữa nhiệm kỳ",
        conference="Hội nghị Ban Chấp hành lần thứ 8",
        place="Thành phố Huế",
        date="2026-07-09",
        header=Header(
            ("LIÊN ĐOÀN LAO ĐỘNG THÀNH PHỐ HUẾ", "CÔNG ĐOÀN NGÀNH Y TẾ"),
            ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"),
        ),
        form=BallotForm(**form),
        options=options,
        groups=(group_of(contests),),
        profile=PROFILE,
        fingerprint=hashlib.sha256(b"definition").hexdigest(),
    )

"""Pretend votes for these tests: elections, outcomes and page readings, all with known figures."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

from omr.election.model import (
    BallotForm,
    Contest,
    Election,
    Header,
    Option,
    Person,
    RuleProfile,
    Threshold,
    VoterGroup,
)
from omr.errors import Language, Text
from omr.geometry import Rect
from omr.report.figures import paper_figures
from omr.report.minutes import MinutesFacts
from omr.scan.reading import MarkReading, PageReading, PageSource, PageStatus
from omr.tally.count import count_election
from omr.tally.model import INVALID, Discrepancy, Flag, HandCount, Outcome

NAMES = (
    "Nguyễn Thị Thiện",
    "Đặng Hữu Phước",
    "Lý Ngọc Quỳnh",
    "Hoàng Văn Thưởng",
    "Nông Thị Kiều Oanh",
    "Bế Xuân Trường",
    "Lục Minh Đức",
    "Triệu Thị Mỹ Lệ",
    "Phạm Quang Vũ",
    "Đỗ Thị Hồng Nhung",
    "Vi Văn Ích",
)
LONG_NAME = "Công Tằng Tôn Nữ Nguyễn Phước Hoàng Phượng"

OPTIONS = (
    Option("high", "Tín nhiệm cao"),
    Option("confidence", "Tín nhiệm"),
    Option("low", "Tín nhiệm thấp"),
)

PROFILE = RuleProfile(
    id="tld-2021",
    name=Text("Hướng dẫn năm 2021", "Guideline of 2021"),
    source="Hướng dẫn lấy phiếu tín nhiệm",
    scope={
        "not-issued": "ballot",
        "name-struck": "ballot",
        "annotation": "ballot",
        "blank": "line",
        "overvote": "line",
    },
    blank="invalid",
    denominator="collected",
    thresholds=(
        Threshold(
            "low-majority",
            "low",
            ">",
            Fraction(1, 2),
            "collected",
            Text(
                "Có trên 50% số phiếu tín nhiệm thấp: cần được xem xét đưa ra khỏi danh sách quy "
                "hoạch các chức vụ cao hơn khi rà soát, bổ sung quy hoạch.",
                "Low confidence on more than 50% of ballots: to be considered for removal from "
                "the planning list for higher posts.",
            ),
        ),
        Threshold(
            "low-two-thirds",
            "low",
            ">=",
            Fraction(2, 3),
            "collected",
            Text(
                "Có từ 2/3 số phiếu tín nhiệm thấp trở lên: cần kịp thời xem xét, nếu xét thấy "
                "không đáp ứng yêu cầu nhiệm vụ thì cho từ chức hoặc cho thôi giữ chức vụ.",
                "Low confidence on two thirds of ballots or more: to be considered without delay "
                "for resignation or release.",
            ),
        ),
    ),
)


def officials(count: int, first: int = 1, name: str = "") -> tuple[Contest, ...]:
    """Return officials with the posts of a committee; ``name`` stands in for all names."""
    posts = ("Chủ tịch", "Phó Chủ tịch", "Ủy viên Ban Thường vụ")
    return tuple(
        Contest(
            f"c{first + number}",
            name or NAMES[(first - 1 + number) % len(NAMES)],
            posts[min(first - 1 + number, 2)],
        )
        for number in range(count)
    )


def election(
    groups: Sequence[Sequence[Contest]],
    language: Language = "vi",
    profile: RuleProfile = PROFILE,
    options: tuple[Option, ...] = OPTIONS,
) -> Election:
    """Return an election with one voter group for each list of officials."""
    voters = (
        "Ủy viên Ban Chấp hành; cấp ủy viên Chi bộ; trưởng các đoàn thể",
        "Ủy viên Ban Chấp hành",
    )
    return Election(
        id="hoa-an-2021",
        title="Lấy phiếu tín nhiệm cán bộ lãnh đạo, quản lý Liên đoàn Lao động huyện Hòa An",
        conference="Hội nghị Ban Chấp hành Liên đoàn Lao động huyện Hòa An lần thứ 8, khóa X",
        place="Hòa An",
        date="2021-07-05",
        header=Header(
            ("LĐLĐ TỈNH CAO BẰNG", "LĐLĐ HUYỆN HÒA AN"),
            ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"),
        ),
        form=BallotForm(title="PHIẾU TÍN NHIỆM", language=language),
        options=options,
        groups=tuple(
            VoterGroup(
                f"g{number}",
                f"Nhóm {number}: {'Chủ tịch, Phó Chủ tịch' if number == 1 else 'Ủy viên'}",
                voters[min(number, 2) - 1],
                tuple(contests),
                members=70,
                convened=64,
            )
            for number, contests in enumerate(groups, start=1)
        ),
        profile=profile,
        board=(
            Person("Lương Thị Bích", "Trưởng ban"),
            Person("Mã Văn Khải", "Thư ký"),
            Person("Hà Thế Anh", "Ủy viên"),
            Person("Đàm Thị Yến", "Ủy viên"),
        ),
        witnesses=(Person("Ngô Đình Tuấn", "Đại diện LĐLĐ tỉnh"),),
        recipients=("LĐLĐ tỉnh Cao Bằng (02 bản)", "Lưu tại đơn vị theo chế độ mật (01 bản)"),
    )


def serial(number: int) -> str:
    """Return a serial of eight characters that is not in the order of ``number``."""
    return f"{(number * 7919 + 104729) % 10**7:07d}K"


def outcome(
    vote: Election,
    group: str,
    number: int,
    finals: Sequence[str | None],
    reason: str = "overvote",
    void: bool = False,
) -> Outcome:
    """Return one judged ballot; ``void`` makes the whole paper invalid for ``reason``."""
    contests = [contest.id for contest in vote.group(group).contests]
    words = [INVALID] * len(contests) if void else list(finals)
    final = dict(zip(contests, words, strict=True))
    waits = None in words
    codes = {id_: reason for id_, word in final.items() if word == INVALID}
    flags = tuple(
        Flag("overvote" if word == INVALID else "uncertain", id_, (100.0, 90.0, 6.0, 6.0), 1)
        for id_, word in final.items()
        if word in (None, INVALID)
    )
    return Outcome(
        serial=serial(number),
        group=group,
        status="review" if waits else "invalid" if void else "accepted",
        flags=flags,
        machine={
            id_: "uncertain" if word is None else "multiple" if word == INVALID else word
            for id_, word in final.items()
        },
        final=final,
        invalid_reasons=codes,
        decided=bool(codes) and not waits,
        options=tuple(option.id for option in vote.options),
    )


def ballots(
    vote: Election, count: int, seed: int = 1, waiting: int = 0, low: float = 0.1
) -> list[Outcome]:
    """Return ``count`` random ballots per group; the last ``waiting`` of each wait for people."""
    dice = random.Random(seed)
    made: list[Outcome] = []
    for group in vote.groups:
        for number in range(count):
            finals: list[str | None] = []
            for at in range(len(group.contests)):
                share = 0.85 if at == 1 else low
                word = "low" if dice.random() < share else dice.choice(("high", "confidence"))
                finals.append(INVALID if dice.random() < 0.03 else word)
            if number >= count - waiting:
                finals[0] = None
            void = number == 3 and count > 10
            made.append(
                outcome(
                    vote,
                    group.id,
                    len(made),
                    finals,
                    reason="annotation" if void else "overvote",
                    void=void,
                )
            )
    return made


def facts(
    vote: Election,
    outcomes: Sequence[Outcome],
    hand: dict[str, HandCount] | None = None,
    discrepancies: tuple[Discrepancy, ...] = (),
    override: str = "",
) -> MinutesFacts:
    """Return the facts of minutes; by default the hand count is what was scanned."""
    counts = hand
    if counts is None:
        counts = {}
        for group in vote.groups:
            seen = sum(each.group == group.id for each in outcomes)
            counts[group.id] = HandCount(seen + 1, 3, 1, 2, 0, seen)
    return MinutesFacts(
        election=vote,
        results=count_election(vote, outcomes, counts),
        hand_counts=counts,
        printed={group.id: (counts[group.id].issued or 0) + 4 for group in vote.groups},
        papers=paper_figures(vote, outcomes),
        discrepancies=discrepancies,
        head_hash="9f2c" * 16,
        written_at=datetime(2021, 7, 5, 16, 40),
        version="0.1.0",
        override_reason=override,
    )


def reading(
    number: int,
    status: PageStatus = "read",
    ballot: Outcome | None = None,
    marks: tuple[MarkReading, ...] = (),
    page: int = 1,
    file: str = "xấp-1.pdf",
) -> PageReading:
    """Return one page of a pretend file, of a ballot or of none."""
    return PageReading(
        PageSource(file, "f" * 64, number, f"{number:064x}"),
        status,
        serial=ballot.serial if ballot else None,
        group=ballot.group if ballot else None,
        page=page if ballot else None,
        marks=marks,
    )


def mark(contest: str, option: str, marked: bool) -> MarkReading:
    """Return one measured box."""
    where = Rect(120.0, 100.0, 6.0, 6.0)
    score = 0.31234567 if marked else 0.002
    return MarkReading(
        contest, option, "marked" if marked else "empty", score, where, where.shifted(0.2, -0.1)
    )

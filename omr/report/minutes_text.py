"""The sentences of the minutes, in the register of union documents."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from fractions import Fraction

from omr.election.model import Denominator, Election, Quorum, Threshold, VoterGroup
from omr.errors import Language, Text
from omr.report.figures import PaperFigures, count_words, percent_words
from omr.report.results import contest_of
from omr.report.words import defect, denominator, share_condition
from omr.tally.model import ContestResult, Discrepancy, GroupResult

# III.5 of the guideline: three copies, of which two go to the provincial federation.
COPIES = 3
COPIES_SENT = 2

WORDS: dict[str, Text] = {
    "title": Text("BIÊN BẢN KIỂM PHIẾU", "MINUTES OF THE COUNT"),
    "page": Text("Trang", "Page"),
    "draft": Text("DỰ THẢO", "DRAFT"),
    "draft_title": Text("BẢN DỰ THẢO", "DRAFT"),
    "board": Text("I. BAN KIỂM PHIẾU", "I. THE COUNTING BOARD"),
    "witnesses": Text("Người chứng kiến việc kiểm phiếu:", "Witnesses of the count:"),
    "results": Text("II. KẾT QUẢ KIỂM PHIẾU", "II. RESULTS OF THE COUNT"),
    "thresholds": Text(
        "III. CÁC TRƯỜNG HỢP CẦN XEM XÉT THEO QUY ĐỊNH", "III. CASES TO BE CONSIDERED"
    ),
    "reconciliation": Text("IV. ĐỐI CHIẾU SỐ PHIẾU", "IV. RECONCILIATION OF PAPERS"),
    "recipients": Text("Nơi nhận:", "Recipients:"),
    "no_threshold": Text(
        "Không có trường hợp nào đạt tới mức phải xem xét theo quy định.",
        "No result comes to a threshold of the rules.",
    ),
    "no_rule": Text(
        "Quy chế của kỳ lấy phiếu này không quy định mức phải xem xét.",
        "The rules of this vote set no threshold.",
    ),
    "reconciled": Text(
        "Số phiếu in ra, phát ra, không dùng, hỏng đổi lại, thu về và số phiếu đã quét "
        "khớp nhau ở tất cả các nhóm.",
        "Papers printed, issued, unused, spoiled, collected and scanned agree in every group.",
    ),
    "unreconciled": Text(
        "Số phiếu chưa khớp ở các điểm sau:", "The papers do not agree in these points:"
    ),
    "sign": Text("(Ký, ghi rõ họ tên)", "(Signature, full name)"),
    "stt": Text("STT", "No."),
    "name": Text("Họ và tên", "Full name"),
    "post": Text("Chức vụ", "Post"),
    "issued": Text("Phát ra", "Issued"),
    "collected": Text("Thu về", "Collected"),
    "valid": Text("Hợp lệ", "Valid"),
    # No break inside “hợp lệ” and “đổi lại”.
    "invalid": Text("Không hợp\u00a0lệ", "Invalid"),
    "blank": Text("Để trống", "Blank"),
    "pending": Text("Chưa tính", "Pending"),
    "papers": Text("Số phiếu", "Ballots"),
    "count": Text("Số phiếu", "No."),
    "percent": Text("Tỉ lệ %", "%"),
    "count_and_share": Text("Số phiếu, tỉ\u00a0lệ", "No., share"),
    "printed": Text("In ra", "Printed"),
    "unused": Text("Không dùng", "Unused"),
    "spoiled": Text("Hỏng, đổi\u00a0lại", "Spoiled"),
    "mailed": Text("Gửi đến cá nhân", "Mailed"),
    "late": Text("Nhận muộn", "Late"),
    "scanned": Text("Đã quét", "Scanned"),
}


def say(key: str, language: Language) -> str:
    """Return one fixed text.

    Raises:
        KeyError: No such text.
    """
    return WORDS[key].say(language)


def date_line(election: Election, language: Language) -> str:
    """Return place and date; a date not fixed yet leaves dots to be filled in by hand.

    The date itself never breaks over two lines.
    """
    place = f"{election.dated_at}, " if election.dated_at else ""
    blank = "ngày …… tháng …… năm ………" if language == "vi" else "date ……………………"
    return place + (election.written_date or blank).replace(" ", "\u00a0")


def opening(election: Election, language: Language) -> str:
    """Return the sentence that says who counted what, and where."""
    at = election.conference
    # Without a locality the place stands at the head already.
    hall = election.place if election.locality else ""
    if language == "vi":
        where = f"tại {at}" if at else "theo kế hoạch"
        where += f", tổ chức tại {hall}" if hall else ""
        return (
            f"Thực hiện việc lấy phiếu tín nhiệm {where}, Ban Kiểm phiếu gồm các thành viên "
            "có tên dưới đây đã tiến hành kiểm phiếu. Kết quả như sau:"
        )
    where = "".join(f", {part}" for part in (at, hall) if part)
    where = f" held at{where[1:]}" if where else ""
    return (
        f"The counting board, whose members are named below, has counted the ballots of the "
        f"confidence vote{where}. The results are as follows:"
    )


def comrade(name: str, language: Language) -> str:
    """Return a name with the address used in union documents."""
    return f"Đồng chí {name}" if language == "vi" else name


def group_lines(group: VoterGroup, language: Language) -> list[str]:
    """Return who votes in a group, and how many they are; figures nobody gave are left out."""
    vi = language == "vi"
    lines = [f"{'Người ghi phiếu' if vi else 'Voters'}: {group.voters}."] if group.voters else []
    figures = []
    if group.members is not None:
        figures.append(f"{'Số thành viên' if vi else 'Members'}: {group.members}")
    if group.convened is not None:
        figures.append(f"{'số người được triệu tập' if vi else 'convened'}: {group.convened}")
    officials = "số người được lấy phiếu tín nhiệm" if vi else "officials voted on"
    figures.append(f"{officials}: {len(group.contests)}")
    line = "; ".join(figures)
    return [*lines, line[0].upper() + line[1:] + "."]


def paper_lines(
    election: Election, result: GroupResult, papers: PaperFigures, language: Language
) -> list[str]:
    """Return what is to be said of a group's papers: void ones, those decided by people, quorum."""
    vi = language == "vi"
    lines = []
    if result.invalid:
        what = "Phiếu không hợp lệ (cả phiếu)" if vi else "Papers void as a whole"
        lines.append(f"{what}: {result.invalid} ({_reasons(papers.invalid_by_reason, language)}).")
    if vi:
        lines.append(f"Số phiếu do Ban Kiểm phiếu trực tiếp xem xét, quyết định: {papers.decided}.")
    else:
        lines.append(f"Papers that members of the board looked at and decided: {papers.decided}.")
    rule = election.profile.quorum
    if rule is not None:
        lines.append(_quorum_line(rule, result, language))
    return lines


def _reasons(reasons: dict[str, int], language: Language) -> str:
    return "; ".join(f"{defect(code, language)}:\u00a0{count}" for code, count in reasons.items())


def _quorum_line(rule: Quorum, result: GroupResult, language: Language) -> str:
    share = share_condition(rule.comparison, rule.fraction, rule.of, language)
    what = denominator(rule.numerator, language)
    met = {
        True: Text("đạt", "met"),
        False: Text("không đạt", "not met"),
        None: Text("chưa xác định được", "not known"),
    }[result.quorum_met].say(language)
    if language == "vi":
        return f"Điều kiện {what} {share}: {met}."
    return f"Condition that {what} be {share}: {met}."


def base_note(election: Election, language: Language) -> str:
    """Return what the percentages are taken of, and how they are rounded."""
    profile = election.profile
    of = denominator(profile.denominator, language)
    if language == "vi":
        return (
            f"Tỉ lệ % tính trên {of}, làm tròn đến {profile.decimals} chữ số thập phân. "
            "Số phiếu hợp lệ, không hợp lệ được tính riêng đối với từng người."
        )
    return (
        f"Percentages are of {of}, rounded to {profile.decimals} decimals. "
        "Valid and invalid ballots are counted for each official."
    )


def own_reasons(line: ContestResult, whole: dict[str, int]) -> dict[str, int]:
    """Return why ballots are void for one official alone, by defect code.

    Args:
        line: The official's figures, papers void as a whole included.
        whole: Papers void as a whole, by defect code; they are told of once for the group.
    """
    # A paper void as a whole carries its reason on every line.
    own = Counter(line.invalid_by_reason)
    own.subtract(whole)
    return {code: count for code, count in own.items() if count}


def invalid_lead(besides: int, language: Language) -> str:
    """Return what stands above the reasons of ballots that are invalid for single officials.

    Args:
        besides: Papers void as a whole, which count as invalid for every official.
        language: Language of the words.
    """
    if language == "vi":
        lead = f"Ngoài {besides} phiếu không hợp lệ nêu trên, s" if besides else "S"
        return f"{lead}ố phiếu không hợp lệ riêng đối với từng người và lý do:"
    lead = f"Besides the {besides} void papers above, b" if besides else "B"
    return f"{lead}allots that are invalid for single officials, and why:"


def invalid_line(name: str, reasons: dict[str, int], language: Language) -> str:
    """Return why ballots are invalid for one official; a single reason needs no count."""
    (first, *others) = reasons
    why = _reasons(reasons, language) if others else defect(first, language)
    return f"{name}: {sum(reasons.values())} ({why})."


def draft_lines(
    results: tuple[GroupResult, ...], unreconciled: bool, language: Language
) -> list[str]:
    """Return what keeps a draft from being final, and that it must not be signed."""
    vi = language == "vi"
    awaiting = sum(result.awaiting for result in results)
    unscanned = sum(result.unscanned for result in results)
    lines = []
    if awaiting:
        lines.append(
            f"Còn {awaiting} phiếu chờ Ban Kiểm phiếu xem xét."
            if vi
            else f"{awaiting} papers still wait for the board's review."
        )
    if unscanned:
        lines.append(
            f"Còn {unscanned} phiếu đã thu về nhưng chưa quét."
            if vi
            else f"{unscanned} papers were collected but are not scanned."
        )
    if unreconciled:
        lines.append(
            "Số phiếu chưa đối chiếu khớp, xem mục IV."
            if vi
            else "The papers do not reconcile, see part IV."
        )
    lines.append(
        "Bản này chỉ để kiểm tra, không ký và không gửi đi."
        if vi
        else "For checking only; not to be signed or sent."
    )
    return lines


def met_line(
    election: Election,
    result: GroupResult,
    line: ContestResult,
    threshold: Threshold,
    part: str,
    language: Language,
) -> str:
    """Return who comes to a threshold, with the count and its exact base.

    Args:
        election, result, line: Whose figures these are.
        threshold: The threshold that they meet.
        part: The part of the minutes in which they stand, or "" where there is only one.
        language: Language of the words.
    """
    contest = contest_of(election.group(result.group), line)
    labels = {option.id: option.label for option in election.options}
    figures: dict[Denominator, int | None] = {
        "issued": result.issued,
        "collected": result.collected,
        "valid": line.valid,
        "members": election.group(result.group).members,
        "convened": election.group(result.group).convened,
    }
    count, base = line.counts[threshold.option], figures[threshold.of]
    share = Fraction(count, base) if base else None
    percent = percent_words(share, election.profile.decimals, language)
    of = denominator(threshold.of, language)
    label = labels[threshold.option]
    label = label[:1].lower() + label[1:] if language == "vi" else label
    joint = " " if language == "vi" else " of "
    share_words = f"({percent}%{joint}{of})".replace(" ", "\u00a0")
    said = f"{label} {count}/{count_words(base)} {share_words}"
    if part:
        said += f", mục\u00a0{part}" if language == "vi" else f", part\u00a0{part}"
    return f"{comrade(contest.name, language)}, {contest.post}: {said}."


def open_threshold_line(names: list[str], language: Language) -> str:
    """Return that ballots not counted yet could still change what is said of these officials."""
    who = ", ".join(names)
    if language == "vi":
        return f"Chưa thể kết luận, vì còn phiếu chưa tính hoặc thiếu số liệu, đối với: {who}."
    return f"Not settled, for ballots or figures are still missing: {who}."


def discrepancy_line(election: Election, found: Discrepancy, language: Language) -> str:
    """Return one point that does not reconcile, with the group it concerns."""
    text = found.fact.say(language)
    names = {group.id: group.name for group in election.groups}
    return f"{names[found.group]}: {text}" if found.group in names else text


def override_line(reason: str, language: Language) -> str:
    """Return the head's written reason for closing the minutes nevertheless."""
    if language == "vi":
        return f"Lý do Trưởng ban Kiểm phiếu quyết định vẫn lập biên bản: {reason}"
    return f"Reason of the head of the board for closing the minutes nevertheless: {reason}"


def copies_line(language: Language) -> str:
    """Return in how many copies the minutes are made."""
    if language == "vi":
        return f"Biên bản này được lập thành {COPIES:02d} bản có giá trị như nhau."
    return f"These minutes are made in {COPIES} copies of equal standing."


def recipients(election: Election, language: Language) -> tuple[str, ...]:
    """Return who gets a copy: as defined, else as the guideline has it (R9)."""
    if election.recipients:
        return election.recipients
    parent = election.header.left[0] if len(election.header.left) > 1 else ""
    kept = COPIES - COPIES_SENT
    if language == "vi":
        return (
            f"{parent or 'Công đoàn cấp trên trực tiếp'} ({COPIES_SENT:02d} bản)",
            f"Lưu tại đơn vị theo chế độ mật ({kept:02d} bản)",
        )
    return (
        f"{parent or 'Federation above'} ({COPIES_SENT} copies)",
        f"Kept by the unit under the secrecy regime ({kept} copy)",
    )


def imprint(
    version: str, head_hash: str, written_at: datetime, language: Language
) -> tuple[str, ...]:
    """Return the footer: software, time of writing, and the hash that ties it to the record."""
    if language == "vi":
        made = f"Lập bằng omr {version} lúc {written_at:%H:%M} ngày {written_at:%d/%m/%Y}"
        head = f"Mã băm cuối sổ ghi: {head_hash}"
    else:
        made = f"Made with omr {version} at {written_at:%H:%M} on {written_at:%Y-%m-%d}"
        head = f"Head hash of the record: {head_hash}"
    return (made, head) if head_hash else (made,)

from __future__ import annotations

import io
import re
import unicodedata
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pypdfium2
import pytest

from omr.election.model import Election, Option, Person, Quorum
from omr.errors import ExitCode, InputError, RefusedError, Text
from omr.report.figures import percent_words
from omr.report.minutes import MinutesFacts, minutes_pdf, refuse_minutes, write_minutes
from omr.report.results import contest_of
from omr.tally.model import Discrepancy, HandCount
from tests.report import votes

MISSING = Discrepancy(
    "scanned",
    "g1",
    Text("Thu về 63, đã quét 61: thiếu 2 phiếu.", "Collected 63, scanned 61: 2 missing."),
    Text("Hãy tìm và quét các phiếu còn thiếu.", "Find and scan them."),
)


def page_texts(document: bytes) -> list[str]:
    pdf = pypdfium2.PdfDocument(io.BytesIO(document))
    try:
        texts = [page.get_textpage().get_text_bounded() for page in pdf]
    finally:
        pdf.close()
    return [unicodedata.normalize("NFC", " ".join(text.split())) for text in texts]


def text_of(document: bytes) -> str:
    return " ".join(page_texts(document))


def one_group(count: int = 61, waiting: int = 0, officials: int = 3) -> MinutesFacts:
    vote = votes.election([votes.officials(officials)])
    return votes.facts(vote, votes.ballots(vote, count, waiting=waiting))


def expected_rows(facts: MinutesFacts) -> list[str]:
    """The rows of R7 as the page must read them, worked out from the counts alone."""
    language = facts.language
    rows = []
    for result in facts.results:
        group = facts.election.group(result.group)
        for number, line in enumerate(result.contests, start=1):
            contest = contest_of(group, line)
            assert result.issued is not None
            cells = [number, contest.name, contest.post, result.issued, result.collected]
            cells += [sum(line.counts.values()), line.invalid]
            for count in line.counts.values():
                share = Fraction(count, result.collected) if result.collected else None
                cells += [count, percent_words(share, 2, language)]
            rows.append(" ".join(map(str, cells)))
    return rows


@pytest.mark.parametrize("officials", [3, 11, 40])
def test_every_figure_of_the_rule_is_on_paper(officials: int) -> None:
    facts = one_group(officials=officials)
    text = text_of(minutes_pdf(facts))
    for row in expected_rows(facts):
        assert row in text


def test_two_groups_keep_their_own_papers_and_officials() -> None:
    vote = votes.election([votes.officials(3), votes.officials(5, 4)])
    outcomes = votes.ballots(vote, 61)[:100]
    facts = votes.facts(vote, outcomes)
    text = text_of(minutes_pdf(facts))
    for row in expected_rows(facts):
        assert row in text
    # printed, issued, unused, spoiled, mailed, late, collected, scanned, valid, invalid
    assert "66 62 3 1 2 0 61 61 60 1" in text
    assert "44 40 3 1 2 0 39 39 38 1" in text
    assert "Số thành viên: 70; số người được triệu tập: 64" in text


def test_the_formal_parts_are_there() -> None:
    facts = one_group()
    text = text_of(minutes_pdf(facts))
    for part in (
        "LĐLĐ TỈNH CAO BẰNG", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc",
        "MẬT", "Hòa An, ngày 05 tháng 7 năm 2021", "BIÊN BẢN KIỂM PHIẾU", facts.election.title,
        facts.election.conference, "lập thành 03 bản", "LĐLĐ tỉnh Cao Bằng (02 bản)",
        "Lưu tại đơn vị theo chế độ mật (01 bản)", "9f2c" * 16, "omr 0.1.0",
        "khớp nhau ở tất cả các nhóm", "ghi thêm tên người hoặc thông tin khác: 1",
        f"trực tiếp xem xét, quyết định: {facts.papers['g1'].decided}",
    ):  # fmt: skip
        assert part in text
    for person in (*facts.election.board, *facts.election.witnesses):
        # Once in the list of the board, once where they sign.
        assert text.count(person.name) == 2


def test_thresholds_name_the_official_the_count_and_the_wording() -> None:
    facts = one_group()
    text = text_of(minutes_pdf(facts))
    low = facts.results[0].contests[1].counts["low"]
    share = percent_words(Fraction(low, 61), 2, "vi")
    said = f"Đặng Hữu Phước, Phó Chủ tịch: tín nhiệm thấp {low}/61 ({share}% số phiếu thu về)"
    assert text.count(said) == 2
    for threshold in facts.election.profile.thresholds:
        assert threshold.wording.vi in text
    assert "Không có trường hợp nào" not in text


def test_no_threshold_met_is_said_so() -> None:
    vote = votes.election([votes.officials(1)])
    outcomes = [votes.outcome(vote, "g1", n, ["high"]) for n in range(9)]
    text = text_of(minutes_pdf(votes.facts(vote, outcomes)))
    assert "Không có trường hợp nào" in text


def test_an_empty_box_has_dashes_for_percentages() -> None:
    vote = votes.election([votes.officials(3)])
    facts = votes.facts(vote, [])
    text = text_of(minutes_pdf(facts))
    assert all(row in text for row in expected_rows(facts))
    assert "0 – 0 – 0 –" in text


def test_papers_all_void_leave_nothing_valid() -> None:
    vote = votes.election([votes.officials(3)])
    outcomes = [votes.outcome(vote, "g1", n, [], "annotation", void=True) for n in range(12)]
    facts = votes.facts(vote, outcomes)
    text = text_of(minutes_pdf(facts))
    assert all(row in text for row in expected_rows(facts))
    assert "Phiếu không hợp lệ (cả phiếu): 12 (ghi thêm tên người hoặc thông tin khác: 12)" in text


def test_reasons_of_void_papers_are_not_repeated_for_every_official() -> None:
    vote = votes.election([votes.officials(3)])
    outcomes = [votes.outcome(vote, "g1", n, [], "annotation", void=True) for n in range(4)]
    outcomes.append(votes.outcome(vote, "g1", 9, ["high", "invalid", "low"]))
    text = text_of(minutes_pdf(votes.facts(vote, outcomes)))
    assert "Phiếu không hợp lệ (cả phiếu): 4 (ghi thêm tên người hoặc thông tin khác: 4)" in text
    assert "Ngoài 4 phiếu không hợp lệ nêu trên, số phiếu không hợp lệ riêng" in text
    assert "– Đặng Hữu Phước: 1 (đánh dấu từ hai ô trở lên)." in text
    assert text.count("ghi thêm tên người") == 1


def test_an_official_of_two_groups_is_named_with_the_part_of_the_minutes() -> None:
    vote = votes.election([votes.officials(1), votes.officials(1)])
    outcomes = [votes.outcome(vote, group, n, ["low"]) for group in ("g1", "g2") for n in (1, 2)]
    text = text_of(minutes_pdf(votes.facts(vote, outcomes)))
    for part in ("II.1", "II.2"):
        assert text.count(f"tín nhiệm thấp 2/2 (100,00% số phiếu thu về), mục {part}.") == 2


def test_the_date_follows_the_locality_and_the_hall_stands_in_the_text() -> None:
    vote = votes.election([votes.officials(1)])
    vote = replace(vote, locality="Hòa An", place="Hội trường huyện")
    text = text_of(minutes_pdf(votes.facts(vote, [])))
    assert "Hòa An, ngày 05 tháng 7 năm 2021" in text
    assert "tổ chức tại Hội trường huyện, Ban Kiểm phiếu" in text


def test_the_place_in_the_name_of_a_body_stays_on_one_line() -> None:
    vote = votes.election([votes.officials(1)])
    left = ("LIÊN ĐOÀN LAO ĐỘNG TỈNH PHƯỚC AN", "CÔNG ĐOÀN NGÀNH BẢO HIỂM XÃ HỘI HUYỆN VĨNH THỊNH")
    vote = replace(vote, header=replace(vote.header, left=left))
    document = pypdfium2.PdfDocument(io.BytesIO(minutes_pdf(votes.facts(vote, []))))
    try:
        lines = document[0].get_textpage().get_text_bounded().split("\r\n")
    finally:
        document.close()
    heads = [line.split("CỘNG HÒA")[0].split("Độc lập")[0].strip() for line in lines]
    assert {"LIÊN ĐOÀN LAO ĐỘNG", "TỈNH PHƯỚC AN"} <= set(heads)
    assert any(head.endswith("HUYỆN VĨNH THỊNH") for head in heads)


def test_english_minutes_speak_english_throughout() -> None:
    vote = votes.election([votes.officials(3)], "en")
    facts = votes.facts(vote, votes.ballots(vote, 61))
    text = text_of(minutes_pdf(facts))
    assert all(row in text for row in expected_rows(facts))
    for part in ("MINUTES OF THE COUNT", "5 July 2021", "Page 1/", "Recipients:", "3 copies"):
        assert part in text
    for word in ("Biên bản", "Phát ra", "Trang", "Đồng chí", "Nơi nhận", "số phiếu"):
        assert word not in text


def test_more_levels_and_abstentions_still_fit() -> None:
    profile = replace(
        votes.PROFILE,
        blank="abstain",
        quorum=Quorum("collected", ">=", Fraction(2, 3), "issued"),
    )
    options = (*votes.OPTIONS, Option("none", "Không có ý kiến"))
    vote = votes.election([votes.officials(2)], profile=profile, options=options)
    finals = (["high", "none"], ["blank", "low"], ["none", "none"])
    outcomes = [votes.outcome(vote, "g1", n, words) for n, words in enumerate(finals)]
    text = text_of(minutes_pdf(votes.facts(vote, outcomes)))
    # issued, collected, valid, invalid, blank; then count and percentage of each level
    assert "1 Nguyễn Thị Thiện Chủ tịch 4 3 3 0 1 1 33,33% 0 0,00% 0 0,00% 1 33,33%" in text
    assert "số phiếu thu về từ 2/3 số phiếu phát ra trở lên: đạt" in text


@pytest.mark.parametrize("officials", [1, 2, 3, 5, 8, 11, 14, 25, 40])
def test_whoever_signs_signs_on_one_page_that_also_has_text(officials: int) -> None:
    facts = one_group(officials=officials)
    pages = page_texts(minutes_pdf(facts))
    total = len(pages)
    assert [f"Trang {n}/{total}" in text for n, text in enumerate(pages, 1)] == [True] * total
    last = pages[-1]
    people = (*facts.election.board, *facts.election.witnesses)
    assert all(person.name in last for person in people)
    assert last.count("(Ký, ghi rõ họ tên)") == len(people)
    assert "khớp nhau" in last


def test_the_secretary_signs_left_and_the_head_right() -> None:
    facts = one_group()
    pdf = pypdfium2.PdfDocument(io.BytesIO(minutes_pdf(facts)))
    try:
        page = pdf[len(pdf) - 1].get_textpage()
        places = {}
        for role in ("THƯ KÝ", "TRƯỞNG BAN"):
            at, count = page.search(role, match_case=True).get_next()
            places[role] = [page.get_charbox(n) for n in range(at, at + count)]
    finally:
        pdf.close()
    secretary, head = places["THƯ KÝ"], places["TRƯỞNG BAN"]
    middle = (30 + 165 / 2) * 72 / 25.4
    assert secretary[-1][2] < middle < head[0][0]
    assert secretary[0][1] == pytest.approx(head[0][1], abs=2)


def test_text_stays_inside_the_margins() -> None:
    vote = votes.election([votes.officials(6, 1, votes.LONG_NAME)])
    pdf = pypdfium2.PdfDocument(
        io.BytesIO(minutes_pdf(votes.facts(vote, votes.ballots(vote, 300))))
    )
    point = 72 / 25.4
    try:
        for page in pdf:
            text = page.get_textpage()
            boxes = [text.get_rect(n) for n in range(text.count_rects())]
            assert min(box[0] for box in boxes) >= 30 * point - 0.5
            assert max(box[2] for box in boxes) <= 195 * point + 0.5
            assert min(box[1] for box in boxes) >= 8 * point
    finally:
        pdf.close()


def test_the_same_facts_give_the_same_bytes() -> None:
    facts = one_group()
    assert minutes_pdf(facts) == minutes_pdf(facts)


def test_open_review_is_refused_whatever_reason_is_given() -> None:
    facts = one_group(waiting=4)
    with pytest.raises(RefusedError) as refused:
        refuse_minutes(facts.results, (), "Trưởng ban đồng ý")
    assert refused.value.exit_code is ExitCode.REFUSED
    assert "còn 4 phiếu" in refused.value.text.vi
    assert "4 papers" in refused.value.text.en
    with pytest.raises(RefusedError):
        minutes_pdf(facts)


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_papers_that_do_not_reconcile_are_refused_without_a_reason(reason: str) -> None:
    facts = one_group()
    with pytest.raises(RefusedError) as refused:
        refuse_minutes(facts.results, [MISSING], reason)
    assert MISSING.vi in refused.value.text.vi
    assert MISSING.en in refused.value.text.en


def test_reconciled_and_decided_papers_are_not_refused(tmp_path: Path) -> None:
    facts = one_group()
    refuse_minutes(facts.results, ())
    path = tmp_path / "biên bản.pdf"
    write_minutes(path, facts)
    assert path.read_bytes() == minutes_pdf(facts)


def test_a_reason_of_the_head_closes_the_minutes_and_is_printed() -> None:
    vote = votes.election([votes.officials(3)])
    hand = {"g1": HandCount(64, 0, 0, 0, 0, 63)}
    reason = "Hai phiếu bị rách, không quét được; Ban đã lập biên bản riêng."
    facts = votes.facts(vote, votes.ballots(vote, 61), hand, (MISSING,), reason)
    pages = page_texts(minutes_pdf(facts))
    assert f"vẫn lập biên bản: {reason}" in " ".join(pages)
    assert MISSING.fact.vi in " ".join(pages)
    # Minutes state what is; what to do about it is told to the board, not to the reader.
    assert MISSING.remedy.vi not in " ".join(pages)
    assert "DỰ THẢO" not in " ".join(pages)


def test_a_draft_says_on_every_page_that_it_is_one_and_what_is_missing(tmp_path: Path) -> None:
    vote = votes.election([votes.officials(11)])
    hand = {"g1": HandCount(64, 0, 0, 0, 0, 63)}
    facts = votes.facts(vote, votes.ballots(vote, 61, waiting=4), hand, (MISSING,))
    path = tmp_path / "nháp.pdf"
    write_minutes(path, facts, draft=True)
    pages = page_texts(path.read_bytes())
    # The slanted word of the watermark comes out of the page letter by letter.
    squeezed = [text.replace(" ", "") for text in pages]
    assert all("DỰTHẢO" in text for text in squeezed)
    assert "Còn 4 phiếu chờ Ban Kiểm phiếu xem xét." in pages[0]
    assert "Còn 2 phiếu đã thu về nhưng chưa quét." in pages[0]
    assert MISSING.fact.vi in " ".join(pages)


def test_final_minutes_carry_no_trace_of_a_draft() -> None:
    assert "NHÁP" not in text_of(minutes_pdf(one_group())).replace(" ", "")


def with_board(vote: Election, board: tuple[Person, ...]) -> MinutesFacts:
    changed = replace(vote, board=board, witnesses=())
    return votes.facts(changed, votes.ballots(changed, 20))


def test_a_deputy_head_signs_among_the_members() -> None:
    board = (
        Person("Lương Thị Bích", "Trưởng ban"),
        Person("Hà Thế Anh", "Phó Trưởng ban"),
        Person("Mã Văn Khải", "Thư ký"),
    )
    last = page_texts(minutes_pdf(with_board(votes.election([votes.officials(1)]), board)))[-1]
    places = [last.rindex(role) for role in ("THƯ KÝ", "TRƯỞNG BAN", "PHÓ TRƯỞNG BAN")]
    assert last.index("TRƯỞNG BAN") < places[2]
    assert places[0] < places[2]


def test_markup_in_a_name_is_printed_and_not_obeyed() -> None:
    vote = votes.election([votes.officials(1, 1, "An <b>& Bình</b>")])
    text = text_of(minutes_pdf(votes.facts(vote, votes.ballots(vote, 11))))
    assert "<b>&" in text


def test_a_character_that_the_font_lacks_is_named() -> None:
    vote = votes.election([votes.officials(1, 1, "Nguyễn 漢 An")])
    with pytest.raises(InputError) as found:
        minutes_pdf(votes.facts(vote, []), name="bien-ban.pdf")
    assert "bien-ban.pdf" in found.value.text.vi
    assert "“漢” (U+6F22)" in found.value.text.vi


def test_dates_not_fixed_yet_are_left_open() -> None:
    vote = replace(votes.election([votes.officials(1)]), date="")
    text = text_of(minutes_pdf(votes.facts(vote, [])))
    assert re.search(r"ngày …+ tháng …+ năm …+", text)

"""The minutes of the count (biên bản kiểm phiếu) as a PDF that a board can sign.

``refuse_minutes`` holds the rule when they may be closed; ``write_minutes`` obeys it and
writes them. The same facts always give the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    PageTemplate,
    Spacer,
)

from omr.election.model import Election, Person, VoterGroup
from omr.errors import InputError, Language, RefusedError
from omr.fonts import missing_letters, register_faces
from omr.report import minutes_style as style
from omr.report import minutes_tables as tables
from omr.report import minutes_text as words
from omr.report.figures import PaperFigures
from omr.report.results import contest_of
from omr.tally.model import Discrepancy, GroupResult, HandCount

_NO_PAPERS = PaperFigures(0, {})


@dataclass(frozen=True, slots=True)
class MinutesFacts:
    """Everything the minutes say.

    Attributes:
        results: One per voter group.
        hand_counts: Group id -> what the board counted by hand.
        printed: Group id -> ballots printed, spare ones included.
        papers: Group id -> what the outcomes tell (``figures.paper_figures``).
        discrepancies: What does not reconcile.
        head_hash: Hash of the last entry of the record's ledger, "" if there is none.
        written_at: When the minutes are made.
        version: Version of the software.
        override_reason: The head's written reason for closing the minutes although papers
            do not reconcile; "" for none.
    """

    election: Election
    results: tuple[GroupResult, ...]
    hand_counts: Mapping[str, HandCount]
    printed: Mapping[str, int]
    papers: Mapping[str, PaperFigures]
    discrepancies: tuple[Discrepancy, ...]
    head_hash: str
    written_at: datetime
    version: str
    override_reason: str = ""

    @property
    def language(self) -> Language:
        """The language of the document, which is that of the ballots."""
        return self.election.form.language


def refuse_minutes(
    results: Iterable[GroupResult],
    discrepancies: Iterable[Discrepancy],
    override_reason: str = "",
) -> None:
    """Refuse final minutes while people are awaited or papers do not reconcile.

    Nothing stands in for a missing decision. Papers that do not reconcile may be closed
    with a written reason of the head of the board (C3), which the minutes then print.

    Raises:
        RefusedError: Says how many papers wait, or what does not reconcile.
    """
    awaiting = {result.group: result.awaiting for result in results if result.awaiting}
    if awaiting:
        total = sum(awaiting.values())
        spelled = ", ".join(f"{group}: {count}" for group, count in awaiting.items())
        raise RefusedError(
            f"Chưa thể lập biên bản: còn {total} phiếu chờ Ban Kiểm phiếu xem xét ({spelled}). "
            "Hãy chạy “omr review”, hai người cùng xem xét xong rồi lập lại.",
            f"The minutes cannot be closed: {total} papers still wait for review ({spelled}). "
            "Run 'omr review', let two people decide them, then try again.",
        )
    found = list(discrepancies)
    if found and not override_reason.strip():
        raise RefusedError(
            "Chưa thể lập biên bản, vì số phiếu chưa khớp: "
            + " ".join(each.vi for each in found)
            + " Hãy kiểm đếm lại và nhập bằng “omr papers”; nếu vẫn không khớp thì Trưởng ban "
            "phải ghi rõ lý do.",
            "The minutes cannot be closed, for the papers do not reconcile: "
            + " ".join(each.en for each in found)
            + " Count again and enter the figures with 'omr papers'; if they still differ, the "
            "head of the board must give a written reason.",
        )


def write_minutes(path: Path, facts: MinutesFacts, *, draft: bool = False) -> None:
    """Write the minutes as PDF.

    Args:
        path: The file to write; an older one is replaced.
        facts: What they say.
        draft: Allow them before review is closed and papers reconcile; every page is then
            marked as a draft, and a box says what is missing.

    Raises:
        RefusedError: They are not a draft and may not be closed yet.
        InputError: No font is found, or it lacks a character of the definition.
        OSError: The file cannot be written.
    """
    path.write_bytes(minutes_pdf(facts, draft=draft, name=path.name))


def minutes_pdf(facts: MinutesFacts, *, draft: bool = False, name: str = "PDF") -> bytes:
    """Return the minutes as the bytes of a PDF; see ``write_minutes``."""
    if not draft:
        refuse_minutes(facts.results, facts.discrepancies, facts.override_reason)
    register_faces()
    _require_letters(_given_texts(facts), name)
    language = facts.language
    sheet = style.Sheet(
        imprint=words.imprint(facts.version, facts.head_hash, facts.written_at, language),
        page_word=words.say("page", language),
        watermark=words.say("draft", language) if draft else "",
        pages=0,
    )
    # Laid out twice: the first time only to know how many pages there are.
    _, pages = _build(facts, sheet, draft)
    document, _ = _build(facts, replace(sheet, pages=pages), draft)
    return document


def _given_texts(facts: MinutesFacts) -> list[str]:
    """Return every printed text that comes from people and not from this program."""
    election = facts.election
    texts = [election.title, election.conference, election.place, election.locality]
    texts += [election.secrecy]
    texts += [*election.header.left, *election.header.right, *election.recipients]
    texts += [option.label for option in election.options]
    for person in (*election.board, *election.witnesses):
        texts += [person.name, person.role]
    for group in election.groups:
        texts += [group.name, group.voters]
        texts += [text for contest in group.contests for text in (contest.name, contest.post)]
    wordings = [threshold.wording for threshold in election.profile.thresholds]
    texts += [wording.say(facts.language) for wording in wordings]
    return [*texts, facts.override_reason]


def _require_letters(texts: Iterable[str], name: str) -> None:
    """Refuse a text with a character that the font cannot print.

    Raises:
        InputError: Names the character and the text it stands in.
    """
    for text in texts:
        for letter in missing_letters(text)[:1]:
            code = f"U+{ord(letter):04X}"
            raise InputError(
                f"{name}: phông chữ không có ký tự “{letter}” ({code}) trong “{text}”. "
                "Hãy gõ lại chữ này bằng bảng mã Unicode.",
                f"{name}: the font has no character {letter!r} ({code}), found in {text!r}. "
                "Type this text again in plain Unicode letters.",
            )


def _build(facts: MinutesFacts, sheet: style.Sheet, draft: bool) -> tuple[bytes, int]:
    """Lay the document out once and return its bytes and its number of pages."""
    title = words.say("title", facts.language)
    buffer = io.BytesIO()
    document = BaseDocTemplate(
        buffer,
        pagesize=A4,
        title=f"{title} – {facts.election.title}",
        author=" – ".join(facts.election.header.left),
        creator=f"omr {facts.version}",
        lang=facts.language,
        invariant=1,
    )
    frame = Frame(
        style.LEFT_MM * mm,
        style.BOTTOM_MM * mm,
        style.TEXT_WIDTH_MM * mm,
        (style.PAGE_HEIGHT_MM - style.TOP_MM - style.BOTTOM_MM) * mm,
        leftPadding=0,
        rightPadding=0,
        topPadding=0,
        bottomPadding=0,
    )

    def dress(canvas: Canvas, template: BaseDocTemplate) -> None:
        style.dress_page(canvas, sheet, template.page)

    document.addPageTemplates([PageTemplate("minutes", [frame], onPage=dress)])
    document.build(_story(facts, draft))
    return buffer.getvalue(), int(document.page)


def _story(facts: MinutesFacts, draft: bool) -> list[Flowable]:
    """Return the whole document from head to signatures."""
    return [
        *_opening(facts, draft),
        *_board(facts.election, facts.language),
        tables.para(words.say("results", facts.language), style.SECTION),
        *(part for result in facts.results for part in _group(facts, result)),
        *_thresholds(facts),
        *_ending(facts),
    ]


def _opening(facts: MinutesFacts, draft: bool) -> list[Flowable]:
    election, language = facts.election, facts.language
    flow = tables.heading_table(election, language)
    flow += [tables.para(words.say("title", language), style.TITLE)]
    flow += [tables.para(election.title, style.SUBTITLE), tables.title_rule()]
    flow.append(Spacer(1, 3 * mm))
    if draft:
        lines = words.draft_lines(facts.results, bool(facts.discrepancies), language)
        flow += [tables.draft_box(words.say("draft_title", language), lines), Spacer(1, 3 * mm)]
    return [*flow, tables.para(words.opening(election, language), style.BODY)]


def _board(election: Election, language: Language) -> list[Flowable]:
    flow: list[Flowable] = [tables.para(words.say("board", language), style.SECTION)]
    flow += _people(election.board, language)
    if election.witnesses:
        flow.append(tables.para(words.say("witnesses", language), style.LEAD))
        flow += _people(election.witnesses, language)
    return flow


def _people(people: tuple[Person, ...], language: Language) -> list[Flowable]:
    return [tables.people_table(people, language)] if people else []


def _group(facts: MinutesFacts, result: GroupResult) -> list[Flowable]:
    """Return the part of one voter group: who voted, its papers, its officials."""
    election, language = facts.election, facts.language
    group = election.group(result.group)
    number = [each.group for each in facts.results].index(result.group) + 1
    hand = facts.hand_counts.get(group.id, HandCount())
    papers = facts.papers.get(group.id, _NO_PAPERS)
    head = [
        tables.para(f"{number}. {group.name}", style.GROUP),
        *_paragraphs(words.group_lines(group, language), style.BODY),
        tables.papers_table(result, facts.printed.get(group.id), hand, language),
    ]
    flow: list[Flowable] = [KeepTogether(head), Spacer(1, 2 * mm)]
    flow += _paragraphs(words.paper_lines(election, result, papers, language), style.BODY)
    flow.append(tables.officials_table(election, group, result, language))
    flow.append(tables.para(words.base_note(election, language), style.NOTE))
    return [*flow, *_void_lines(group, result, papers, language)]


def _void_lines(
    group: VoterGroup, result: GroupResult, papers: PaperFigures, language: Language
) -> list[Flowable]:
    """Return the officials for whom more ballots are void than the papers void as a whole."""
    said = [
        words.invalid_line(contest_of(group, line).name, reasons, language)
        for line in result.contests
        if (reasons := words.own_reasons(line, papers.invalid_by_reason))
    ]
    if not said:
        return []
    lead = words.invalid_lead(result.invalid, language)
    items = [tables.item(line, style.REASON) for line in said]
    return [KeepTogether([tables.para(lead, style.REASON_LEAD), *items])]


def _paragraphs(lines: Iterable[str], look: ParagraphStyle) -> list[Flowable]:
    return [tables.para(line, look) for line in lines]


def _thresholds(facts: MinutesFacts) -> list[Flowable]:
    """Return who comes to which threshold, in the order of the profile (R8)."""
    language, profile = facts.language, facts.election.profile
    flow: list[Flowable] = [tables.para(words.say("thresholds", language), style.SECTION)]
    if not profile.thresholds:
        return [*flow, tables.para(words.say("no_rule", language), style.BODY)]
    # One official may be voted on by several groups, with figures of their own.
    several = len(facts.results) > 1
    parts = [f"II.{number}" if several else "" for number in range(1, len(facts.results) + 1)]
    for threshold in profile.thresholds:
        found = [
            words.met_line(facts.election, result, line, threshold, part, language)
            for part, result in zip(parts, facts.results, strict=True)
            for line in result.contests
            if threshold in line.met
        ]
        if found:
            flow.append(tables.para(threshold.wording.say(language), style.LEAD))
            flow += [tables.item(line) for line in found]
    if len(flow) == 1:
        flow.append(tables.para(words.say("no_threshold", language), style.BODY))
    names = [
        contest_of(facts.election.group(result.group), line).name
        for result in facts.results
        for line in result.contests
        if line.open_thresholds
    ]
    if names:
        flow.append(tables.para(words.open_threshold_line(names, language), style.BODY))
    return flow


def _reconciliation(facts: MinutesFacts) -> list[Flowable]:
    language = facts.language
    flow: list[Flowable] = [tables.para(words.say("reconciliation", language), style.SECTION)]
    if not facts.discrepancies:
        return [*flow, tables.para(words.say("reconciled", language), style.BODY)]
    flow.append(tables.para(words.say("unreconciled", language), style.BODY))
    flow += [
        tables.item(words.discrepancy_line(facts.election, found, language))
        for found in facts.discrepancies
    ]
    reason = facts.override_reason.strip()
    if reason:
        flow.append(tables.para(words.override_line(reason, language), style.BODY))
    return flow


def _ending(facts: MinutesFacts) -> list[Flowable]:
    """Return reconciliation and signatures, so that nobody signs a page without any text."""
    text = _reconciliation(facts)
    first = 0 if len(text) == 2 else len(text) - 1
    closing = _closing(facts.election, facts.language)
    return [*text[:first], KeepTogether([*text[first:], *closing])]


def _closing(election: Election, language: Language) -> list[Flowable]:
    """Return copies, signatures and recipients, which stay on one page."""
    flow: list[Flowable] = [Spacer(1, 3 * mm)]
    flow.append(tables.para(words.copies_line(language), style.BODY))
    flow += tables.signature_flow(election, language)
    flow.append(Spacer(1, 5 * mm))
    flow.append(tables.para(words.say("recipients", language), style.RECIPIENT_HEAD))
    flow += [
        tables.para(f"- {line}", style.RECIPIENT) for line in words.recipients(election, language)
    ]
    return flow

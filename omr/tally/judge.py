"""From marks to outcomes: what the machine makes of a paper, and what people make of it.

``machine_outcome`` judges the boxes of one paper and lists every reason for a person to
look. ``final_outcome`` applies what two people settled, under the rule profile. Neither
ever changes the machine's reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import get_args

from omr.election.model import Defect, RuleProfile, Scope
from omr.errors import DamagedError, RefusedError
from omr.tally.model import (
    BLANK,
    INVALID,
    MULTIPLE,
    UNCERTAIN,
    Flag,
    FlagCode,
    LineDecision,
    MarkEvidence,
    Outcome,
    Paper,
    PaperDecision,
)
from omr.tally.seals import SealCount, lacks_seal

Line = dict[str, MarkEvidence]
BoxMm = tuple[float, float, float, float]

# In the order in which the guideline lists what voids a ballot (R6); of several defects
# that void a whole paper the first in this order is reported.
DEFECTS: tuple[Defect, ...] = get_args(Defect)

_NO_SEALS = SealCount()
_LINE_FLAGS: dict[str, FlagCode] = {
    BLANK: "blank",
    MULTIPLE: "overvote",
    UNCERTAIN: "uncertain",
}


@dataclass(frozen=True, slots=True)
class _Judged:
    """One line: its value, and the flag that it raises, if any."""

    value: str
    flag: Flag | None


def machine_outcome(
    paper: Paper,
    options: tuple[str, ...],
    contests: tuple[str, ...],
    profile: RuleProfile,
    seals: SealCount = _NO_SEALS,
) -> Outcome:
    """Judge one paper by its marks alone.

    A paper is accepted only if nothing at all calls for a person; even a plainly blank or
    doubly marked line goes before people (C1, R13).

    Args:
        paper: The paper as scanned.
        options: Option ids, in ballot order.
        contests: Contest ids of the paper's ballot style, in ballot order.
        profile: The rules; here they say whether a seal is required.
        seals: Of all ballots of the record: one without stands out where all others bear it.

    Returns:
        The outcome; ``final`` is the machine's value for an accepted paper, else None.

    Raises:
        DamagedError: The paper has marks for an official or level that its style lacks.
    """
    _check_marks(paper, options, contests)
    lines = {contest: _judge_line(paper, contest, options) for contest in contests}
    flags = (
        *_paper_flags(paper, profile, seals),
        *(line.flag for line in lines.values() if line.flag is not None),
    )
    machine = {contest: line.value for contest, line in lines.items()}
    return Outcome(
        serial=paper.serial,
        group=paper.group,
        status="review" if flags else "accepted",
        flags=flags,
        machine=machine,
        final={contest: None if flags else value for contest, value in machine.items()},
        invalid_reasons={},
        options=options,
    )


def _check_marks(paper: Paper, options: Sequence[str], contests: Sequence[str]) -> None:
    for copy in paper.copies:
        for contest, line in copy.marks.items():
            strange = [option for option in line if option not in options]
            if contest not in contests:
                strange = [contest]
            if strange:
                raise DamagedError(
                    f"Phiếu {paper.serial}: bản ghi có dấu cho “{strange[0]}”, "
                    f"không có trên mẫu phiếu của nhóm {paper.group}. "
                    "Hãy đối chiếu với tệp định nghĩa đã dùng để in phiếu.",
                    f"Ballot {paper.serial}: the record has marks for {strange[0]!r}, "
                    f"which is not on the ballot style of group {paper.group}. "
                    "Compare with the definition from which the ballots were printed.",
                )


def _paper_flags(paper: Paper, profile: RuleProfile, seals: SealCount) -> tuple[Flag, ...]:
    """Return the flags that concern the paper as a whole, then those of the scan."""
    flags: list[Flag] = []
    if not paper.issued:
        flags.append(Flag("not-issued"))
    repeated = sorted({page for page in paper.pages_found if paper.pages_found.count(page) > 1})
    if repeated or len(paper.copies) > 1:
        flags.append(Flag("duplicate", page=repeated[0] if len(repeated) == 1 else None))
    flags += [
        Flag("missing-page", page=page)
        for page in range(1, paper.pages_expected + 1)
        if page not in paper.pages_found and page not in paper.pages_optional
    ]
    unsealed = lacks_seal(paper.seal_seen, profile, seals)
    if unsealed is not None:
        flags.append(Flag("no-seal", detail=unsealed))
    # Two scans of one sheet may bring the very same finding; one flag is enough.
    found = dict.fromkeys(flag for copy in paper.copies for flag in copy.findings)
    return (*flags, *found)


def _judge_line(paper: Paper, contest: str, options: tuple[str, ...]) -> _Judged:
    """Judge one official's line from every copy that shows it.

    Copies that agree keep their value; copies that differ make the line uncertain, for
    only a look at the paper can tell which of them is true.
    """
    sightings = [line for copy in paper.copies if (line := copy.marks.get(contest))]
    values = {_line_value(line, options) for line in sightings}
    if not sightings:
        return _Judged(UNCERTAIN, Flag("uncertain", contest, detail="no-reading"))
    if len(values) > 1:
        boxes = [mark for line in sightings for mark in line.values()]
        return _Judged(UNCERTAIN, _line_flag(UNCERTAIN, contest, boxes, "copies-differ"))
    value = values.pop()
    if value in options:
        return _Judged(value, None)
    return _Judged(value, _line_flag(value, contest, _boxes_to_show(value, sightings[0])))


def _line_value(line: Line, options: tuple[str, ...]) -> str:
    """Judge the boxes of one line; a box without evidence is uncertain."""
    marked = [o for o in options if o in line and line[o].state == "marked"]
    if len(marked) > 1:
        # Whatever an uncertain third box holds, the line has too many marks.
        return MULTIPLE
    if any(o not in line or line[o].state == "uncertain" for o in options):
        return UNCERTAIN
    return marked[0] if marked else BLANK


def _boxes_to_show(value: str, line: Line) -> list[MarkEvidence]:
    wanted = {MULTIPLE: "marked", UNCERTAIN: "uncertain"}.get(value)
    chosen = [mark for mark in line.values() if mark.state == wanted]
    return chosen or list(line.values())


def _line_flag(value: str, contest: str, boxes: Sequence[MarkEvidence], detail: str = "") -> Flag:
    return Flag(_LINE_FLAGS[value], contest, _union(boxes), boxes[0].page, detail)


def _union(marks: Iterable[MarkEvidence]) -> BoxMm:
    """Return the smallest rectangle around all boxes; for showing, not for judging."""
    boxes = [mark.box_mm for mark in marks]
    x, y = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[0] + box[2] for box in boxes), max(box[1] + box[3] for box in boxes)
    return (x, y, right - x, bottom - y)


def final_outcome(
    outcome: Outcome, decision: PaperDecision | None, profile: RuleProfile
) -> Outcome:
    """Apply what people settled to a machine outcome.

    A defect whose scope is ``ballot`` voids every line of the paper with that defect as the
    reason; one whose scope is ``line`` voids only its line. An unmarked line is void or an
    abstention, as the profile says.

    Args:
        outcome: As ``machine_outcome`` gave it.
        decision: What was settled, or None where nothing is: the outcome stays as it is.
        profile: The rules.

    Returns:
        The outcome with ``final``, ``status`` and ``invalid_reasons`` filled. A paper that is
        not counted is accepted, has no final value, and ``counted`` is False.

    Raises:
        RefusedError: The decision names an unknown official, level or defect, leaves an
            official out, or voids what the profile does not let it void.
    """
    if decision is None:
        return outcome
    _check_lines(outcome, decision)
    if not decision.counted:
        final: dict[str, str | None] = dict.fromkeys(outcome.machine)
        return replace(
            outcome,
            status="accepted",
            final=final,
            invalid_reasons={},
            decided=True,
            counted=False,
        )
    if not decision.valid:
        return _void_paper(outcome, _whole_paper_defect(outcome, decision.reason, profile))
    return _apply_lines(outcome, decision.lines, profile)


def _apply_lines(
    outcome: Outcome, lines: tuple[LineDecision, ...], profile: RuleProfile
) -> Outcome:
    settled = {line.contest: line for line in lines}
    final: dict[str, str | None] = {}
    reasons: dict[str, str] = {}
    for contest in outcome.machine:
        if contest not in settled:
            raise _refused(
                outcome,
                f"quyết định chưa có kết quả cho “{contest}”. Hãy xem xét đủ mọi người trên phiếu.",
                f"the decision leaves out {contest!r}. Settle every official on the ballot.",
            )
        defect = _line_defect(outcome, settled[contest], profile)
        final[contest] = settled[contest].outcome if defect is None else INVALID
        if defect is not None:
            reasons[contest] = defect
    for defect in DEFECTS:
        if defect in reasons.values() and _scope(outcome, defect, profile) == "ballot":
            return _void_paper(outcome, defect)
    return replace(outcome, status="accepted", final=final, invalid_reasons=reasons, decided=True)


def _void_paper(outcome: Outcome, defect: Defect) -> Outcome:
    return replace(
        outcome,
        status="invalid",
        final=dict.fromkeys(outcome.machine, INVALID),
        invalid_reasons=dict.fromkeys(outcome.machine, str(defect)),
        decided=True,
    )


def _check_lines(outcome: Outcome, decision: PaperDecision) -> None:
    """Refuse names that the ballot does not have, and officials settled twice."""
    seen: set[str] = set()
    for line in decision.lines:
        if line.contest not in outcome.machine:
            raise _refused(
                outcome,
                f"không có “{line.contest}” trên phiếu. Hãy chọn người có tên trên phiếu.",
                f"{line.contest!r} is not on the ballot. Choose an official who is.",
            )
        if line.contest in seen:
            raise _refused(
                outcome,
                f"“{line.contest}” có hai kết quả trong một quyết định. Hãy chỉ giữ một.",
                f"{line.contest!r} is settled twice in one decision. Keep only one.",
            )
        seen.add(line.contest)
        if line.outcome not in (*outcome.options, BLANK, MULTIPLE, INVALID):
            raise _refused(
                outcome,
                f"“{line.outcome}” không phải là mức tín nhiệm có trên phiếu "
                f"(dòng “{line.contest}”). Hãy chọn một mức có trên phiếu.",
                f"{line.outcome!r} is not a level on the ballot (line {line.contest!r}). "
                "Choose one that is.",
            )


def _line_defect(outcome: Outcome, line: LineDecision, profile: RuleProfile) -> Defect | None:
    """Return what voids this line, or None where it counts (a level, or an abstention)."""
    if line.outcome == MULTIPLE:
        return "overvote"
    if line.outcome == BLANK:
        return "blank" if profile.blank == "invalid" else None
    if line.outcome != INVALID:
        return None
    defect = _defect(outcome, line.reason)
    _refuse_void_abstention(outcome, defect, profile)
    return defect


def _whole_paper_defect(outcome: Outcome, reason: str, profile: RuleProfile) -> Defect:
    defect = _defect(outcome, reason)
    _refuse_void_abstention(outcome, defect, profile)
    if _scope(outcome, defect, profile) != "ballot":
        raise _refused(
            outcome,
            f"theo quy chế “{profile.name.vi}”, lỗi “{defect}” chỉ làm mất hiệu lực từng dòng, "
            "không làm mất hiệu lực cả phiếu. Hãy quyết định cho từng người.",
            f"under the rules {profile.name.en!r} the defect {defect!r} voids single lines, "
            "not the whole paper. Settle each official.",
        )
    return defect


def _refuse_void_abstention(outcome: Outcome, defect: Defect, profile: RuleProfile) -> None:
    if defect == "blank" and profile.blank == "abstain":
        raise _refused(
            outcome,
            f"theo quy chế “{profile.name.vi}”, dòng không đánh dấu là không bày tỏ ý kiến, "
            "không phải là không hợp lệ. Hãy ghi là không đánh dấu.",
            f"under the rules {profile.name.en!r} an unmarked line abstains and is not invalid. "
            "Settle it as blank.",
        )


def _defect(outcome: Outcome, reason: str) -> Defect:
    if reason not in DEFECTS:
        raise _refused(
            outcome,
            f"lý do không hợp lệ “{reason}” không có trong quy chế. "
            f"Hãy chọn một trong: {', '.join(DEFECTS)}.",
            f"the reason {reason!r} for invalidity is not in the rules. "
            f"Choose one of: {', '.join(DEFECTS)}.",
        )
    return reason


def _scope(outcome: Outcome, defect: Defect, profile: RuleProfile) -> Scope:
    scope = profile.scope.get(defect)
    if scope is None:
        raise _refused(
            outcome,
            f"quy chế “{profile.name.vi}” không nói lỗi “{defect}” làm mất hiệu lực dòng "
            "hay cả phiếu. Hãy bổ sung quy chế.",
            f"the rules {profile.name.en!r} do not say whether {defect!r} voids a line or the "
            "whole paper. Complete the rule profile.",
        )
    return scope


def _refused(outcome: Outcome, vi: str, en: str) -> RefusedError:
    return RefusedError(f"Phiếu {outcome.serial}: {vi}", f"Ballot {outcome.serial}: {en}")

"""A definition written out: an election, or plain data, as YAML that a person can edit.

``workbook`` goes through here to turn a list of officials into a definition; reading the text
back gives the same election.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import yaml

from omr.election.model import Election, Person, Quorum, RuleProfile, Threshold
from omr.election.profiles import load_profile, profile_names
from omr.errors import Language, Text

_NOTES: dict[str, Text] = {
    "": Text(
        "Định nghĩa một kỳ lấy phiếu. Sửa phần chữ sau dấu hai chấm, giữ nguyên lề, lưu với\n"
        "mã hóa UTF-8, rồi chạy “omr check”. Câu có dấu hai chấm thì đặt trong dấu nháy kép.",
        "The definition of one vote. Change what stands after the colons, keep the indent, save\n"
        "as UTF-8, then run “omr check”. Put a text that holds a colon in quotes.",
    ),
    "header": Text(
        "Các dòng ở đầu phiếu và biên bản; dòng cuối bên trái là đơn vị tổ chức.",
        "The lines at the head of ballot and minutes; the last on the left is the issuing body.",
    ),
    "ballot": Text("Hình thức của phiếu.", "How the ballot looks."),
    "options": Text("Các mức để lựa chọn, từ trái sang phải.", "The options, from left to right."),
    "groups": Text(
        "Mỗi nhóm người ghi phiếu có một mẫu phiếu và một danh sách người được lấy phiếu.",
        "Each group of voters has its own ballot and its own list of officials.",
    ),
    "rules": Text("Bộ quy tắc kiểm phiếu.", "The rules of counting."),
    "board": Text("Ban Kiểm phiếu, theo thứ tự ký.", "The counting board, in signing order."),
    "recipients": Text("Nơi nhận biên bản.", "Who gets a copy of the minutes."),
}


class _Dumper(yaml.SafeDumper):
    """Writes lists one step in from their key, as people expect them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists even where YAML would allow them flush."""
        super().increase_indent(flow, False)


def definition_text(election: Election) -> str:
    """Return the YAML of a definition; ``load_election`` reads the same election back."""
    return yaml_text(_data(election), election.form.language)


def yaml_text(data: dict[str, Any], language: Language) -> str:
    """Return plain data as YAML with a note, in ``language``, over each section."""
    parts = [_comment("", language)]
    for key, value in data.items():
        block = yaml.dump(
            {key: value},
            Dumper=_Dumper,
            allow_unicode=True,
            sort_keys=False,
            default_flow_style=False,
            width=1_000_000,  # one line per text, so that a name is found with a text search
        )
        parts.append(f"\n{_comment(key, language)}{block}" if key in _NOTES else block)
    return "".join(parts)


def _comment(key: str, language: Language) -> str:
    return "".join(f"# {line}\n" for line in _NOTES[key].say(language).splitlines())


def _data(election: Election) -> dict[str, Any]:
    form = election.form
    data: dict[str, Any] = {
        "id": election.id,
        "title": election.title,
        "conference": election.conference,
        "place": election.place,
        "locality": election.locality,
        "date": election.date,
        "header": {"left": list(election.header.left), "right": list(election.header.right)},
        "ballot": {
            "title": form.title,
            "subtitle": form.subtitle,
            "paper": form.paper,
            "language": form.language,
            "criteria": list(form.criteria),
            "criteria_on": form.criteria_on,
            "instructions": list(form.instructions),
            "signature": form.signature,
            "seal": form.seal,
            "duplex": form.duplex,
        },
        "options": [{"id": option.id, "label": option.label} for option in election.options],
        "groups": [
            _given(
                id=group.id,
                name=group.name,
                voters=group.voters,
                members=group.members,
                convened=group.convened,
                officials=[
                    {"id": contest.id, "name": contest.name, "post": contest.post}
                    for contest in group.contests
                ],
            )
            for group in election.groups
        ],
        "rules": _rules(election.profile),
        "board": _people(election.board),
        "witnesses": _people(election.witnesses),
        "secrecy": election.secrecy,
        "recipients": list(election.recipients),
    }
    if not data["date"]:
        del data["date"]
    return data


def _people(people: tuple[Person, ...]) -> list[dict[str, str]]:
    return [{"name": person.name, "role": person.role} for person in people]


def _given(**fields: Any) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}


def _rules(profile: RuleProfile) -> str | dict[str, Any]:
    """Return a shipped profile's name, or the nearest shipped one with all that differs."""
    if profile.id in profile_names() and load_profile(profile.id) == profile:
        return profile.id
    return _given(
        # A quorum can be given but not taken away, so the base is a profile without one.
        profile="plain",
        id=profile.id,
        name=_words(profile.name),
        source=profile.source,
        scope=dict(profile.scope),
        blank=profile.blank,
        denominator=profile.denominator,
        decimals=profile.decimals,
        seal_required=profile.seal_required,
        quorum=None if profile.quorum is None else _quorum(profile.quorum),
        thresholds=[_threshold(threshold) for threshold in profile.thresholds],
    )


def _quorum(quorum: Quorum) -> dict[str, str]:
    return {
        "numerator": quorum.numerator,
        "comparison": quorum.comparison,
        "fraction": _fraction(quorum.fraction),
        "of": quorum.of,
    }


def _threshold(threshold: Threshold) -> dict[str, Any]:
    return {
        "id": threshold.id,
        "option": threshold.option,
        "comparison": threshold.comparison,
        "fraction": _fraction(threshold.fraction),
        "of": threshold.of,
        "wording": _words(threshold.wording),
    }


def _words(text: Text) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}


def _fraction(fraction: Fraction) -> str:
    return f"{fraction.numerator}/{fraction.denominator}"

"""Every fault of a definition is found once, at its line, with a remedy in both languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from omr.election.fault import DefinitionError, Fault
from omr.election.load import check_definition, load_election, locate
from omr.errors import ExitCode, InputError

Spoil = Callable[[str, str], list[Fault]]

VIETNAMESE = set("ăâđêôơưàáạảãằắẵẳặầấẫẩậèéẹẻẽềếễểệìíịỉĩòóọỏõồốỗổộờớỡởợùúụủũừứữửựỳýỵỷỹ")


def holds_both_languages(fault: Fault) -> bool:
    """Tell whether text and remedy are there in Vietnamese with its letters and in English."""
    vietnamese = f"{fault.text.vi} {fault.remedy.vi}".lower()
    parts = (fault.text.vi, fault.text.en, fault.remedy.vi, fault.remedy.en)
    return (
        all(parts)
        and bool(VIETNAMESE & set(vietnamese))
        and fault.text.vi != fault.text.en
        and fault.remedy.vi != fault.remedy.en
    )


OPTIONS = """\
options:
  - {id: high, label: Tín nhiệm cao}
  - {id: confidence, label: Tín nhiệm}
  - {id: low, label: Tín nhiệm thấp}
"""
OFFICIALS = """\
    officials:
      - name: Nguyễn Thị Ánh
        post: Chủ tịch
      - name: Võ Hữu Nghĩa
        post: Phó Chủ tịch
"""
TEN_OPTIONS = "options:\n" + "".join(f"  - {{id: {n}, label: Mức {n}}}\n" for n in "abcdefghij")
GROUPS_31 = "groups:\n" + "".join(
    f"  - {{name: Nhóm {n}, officials: [{{name: Lê A, post: Chủ tịch}}]}}\n" for n in range(31)
)
GROUP = f"""\
groups:
  - id: a
    name: Lãnh đạo
    members: 39
    convened: 38
{OFFICIALS}"""
THRESHOLD = """\
rules:
  profile: tld-2021
  thresholds:
    - id: t
      option: low
      comparison: ">"
      fraction: "1/2"
      of: collected
      wording: {vi: Cần xem xét., en: To be considered.}
"""


def threshold(old: str, new: str) -> str:
    assert THRESHOLD.count(old) == 1
    return THRESHOLD.replace(old, new)


# name: what is replaced, by what; then line, field, and a word of the English text and remedy.
CASES: dict[str, tuple[str, str, int | None, str, str, str]] = {
    "missing title": ("title: Lấy phiếu tín nhiệm\n", "", 1, "title", "missing", "add a line"),
    "nothing after the key": ("Lấy phiếu tín nhiệm\n", "\n", 2, "title", "missing", "add a line"),
    "empty text": ("Lấy phiếu tín nhiệm\n", '"  "\n', 2, "title", "empty", "write its content"),
    "missing groups": (GROUP, "", 1, "groups", "missing", "add a line"),
    "no groups": (GROUP, "groups: []\n", 13, "groups", "no voter group", "at least one group"),
    "missing name": (
        "- name: Võ Hữu Nghĩa\n        post: Phó",
        "- post: Phó",
        21,
        "groups[0].officials[1].name",
        "missing",
        "name: …",
    ),
    "missing post": (
        "        post: Phó Chủ tịch\n",
        "",
        21,
        "groups[0].officials[1].post",
        "missing",
        "post: …",
    ),
    "missing officials": (OFFICIALS, "", 14, "groups[0].officials", "missing", "officials: …"),
    "empty group": (
        OFFICIALS,
        "    officials: []\n",
        18,
        "groups[0].officials",
        "no officials",
        "delete the group",
    ),
    "unknown key": ("title: L", "titel: x\ntitle: L", 2, "titel", "no field", "“title”"),
    "unknown key inside": (
        "        post: Phó Chủ tịch\n",
        "        post: Phó Chủ tịch\n        zzz: x\n",
        23,
        "groups[0].officials[1].zzz",
        "no field",
        "use one of: id, name, post",
    ),
    "key given twice": (
        "date: 15/07/2021\n",
        "date: 15/07/2021\ndate: 16/07/2021\n",
        4,
        "date",
        "twice (first in line 3)",
        "delete the other",
    ),
    "text is a list": (
        "title: Lấy phiếu tín nhiệm",
        "title: [a, b]",
        2,
        "title",
        "must be a text",
        "on one line",
    ),
    "text is a mapping": (
        "- name: Võ Hữu Nghĩa",
        "- name:\n          Võ: Nghĩa",
        21,
        "groups[0].officials[1].name",
        "must be a text",
        "in quotes",
    ),
    "list is a text": (GROUP, "groups: nhóm a\n", 13, "groups", "must be a list", "starting with"),
    "mapping is a text": (
        "ballot:\n  paper: A4\n  language: vi\n",
        "ballot: A4\n",
        6,
        "ballot",
        "lines of “key: value”",
        "title, subtitle, paper",
    ),
    "official is a text": (
        "      - name: Võ Hữu Nghĩa\n        post: Phó Chủ tịch\n",
        "      - Võ Hữu Nghĩa\n",
        21,
        "groups[0].officials[1]",
        "lines of “key: value”",
        "id, name, post",
    ),
    "same official": (
        "Võ Hữu Nghĩa",
        "nguyễn   thị ÁNH",
        21,
        "groups[0].officials[1].name",
        "already on this ballot, at groups[0].officials[0]",
        "birth year",
    ),
    "same official, decomposed": (
        "Võ Hữu Nghĩa",
        "Nguye\u0302\u0303n Thi\u0323 A\u0301nh",
        21,
        "groups[0].officials[1].name",
        "already on this ballot",
        "delete one",
    ),
    "same official id": (
        "        post: Chủ tịch\n",
        "        post: Chủ tịch\n        id: c2\n",
        22,
        "groups[0].officials[1]",
        "“c2” is already that of groups[0].officials[0]",
        "have them given",
    ),
    "same option id": (
        "{id: confidence,",
        "{id: high,",
        11,
        "options[1].id",
        "already that of options[0]",
        "choose another",
    ),
    "same option label": (
        "label: Tín nhiệm}",
        "label: TÍN NHIỆM CAO}",
        11,
        "options[1].label",
        "already that of options[0]",
        "tell them apart",
    ),
    "same group id": (
        "rules: tld-2021\n",
        "  - {id: a, name: Khác, officials: [{name: Lê A, post: Ủy viên}]}\nrules: tld-2021\n",
        23,
        "groups[1].id",
        "“a” is already that of groups[0]",
        "choose another",
    ),
    "same board member": (
        "Dương Thị Bé",
        "Hồ  Việt cường",
        26,
        "board[1].name",
        "already named at board[0]",
        "name each person once",
    ),
    "witness on the board": (
        "rules: tld-2021\n",
        "rules: tld-2021\nwitnesses: [{name: Hồ Việt Cường}]\n",
        24,
        "witnesses[0].name",
        "already named at board[0]",
        "name each person once",
    ),
    "one option": (
        OPTIONS,
        "options:\n  - {id: low, label: Thấp}\n",
        9,
        "options",
        "only 1 option",
        "at least 2",
    ),
    "ten options": (
        OPTIONS + GROUP + "rules: tld-2021\n",
        TEN_OPTIONS + GROUP + "rules: plain\n",
        9,
        "options",
        "10 items, more than 9",
        "take some out",
    ),
    "31 groups": (GROUP, GROUPS_31, 13, "groups", "31 items, more than 30", "several votes"),
    "no such day": ("15/07/2021", "31/02/2021", 3, "date", "“31/02/2021” is not a date", "15/07"),
    "month first": ("15/07/2021", "07/15/2021", 3, "date", "is not a date", "day/month/year"),
    "no date at all": ("15/07/2021", "tháng bảy", 3, "date", "is not a date", "2021-07-15"),
    "year of another age": ("15/07/2021", "15/07/0021", 3, "date", "is not a date", "2021-07-15"),
    "members below convened": (
        "members: 39",
        "members: 37",
        17,
        "groups[0].convened",
        "more are convened (38) than belong to the group (37)",
        "check the two numbers",
    ),
    "negative members": (
        "members: 39",
        "members: -39",
        16,
        "groups[0].members",
        "not a number of people",
        "from 1",
    ),
    "broken number": (
        "convened: 38",
        "convened: 38.5",
        17,
        "groups[0].convened",
        "“38.5” is not a number",
        "whole number",
    ),
    "zero convened": (
        "convened: 38",
        "convened: 0",
        17,
        "groups[0].convened",
        "“0” is not a number",
        "from 1",
    ),
    "unknown paper": ("paper: A4", "paper: A3", 7, "ballot.paper", "“A3”", "use one of: A4, A5"),
    "unknown language": (
        "language: vi",
        "language: fr",
        8,
        "ballot.language",
        "“fr” is not one of the choices",
        "use one of: vi, en",
    ),
    "neither yes nor no": (
        "  paper: A4\n",
        "  paper: A4\n  seal: đỏ\n",
        8,
        "ballot.seal",
        "“đỏ” is neither",
        "write yes or no",
    ),
    "control character": (
        "Võ Hữu Nghĩa",
        "Võ\x07 Hữu Nghĩa",
        21,
        "groups[0].officials[1].name",
        "U+0007",
        "type it anew",
    ),
    "escaped control character": (
        "name: Võ Hữu Nghĩa",
        'name: "Võ\\x1b Hữu Nghĩa"',
        21,
        "groups[0].officials[1].name",
        "U+001B",
        "type it anew",
    ),
    "invisible character": (
        "Võ Hữu Nghĩa",
        "Võ\u200b Hữu Nghĩa",
        21,
        "groups[0].officials[1].name",
        "U+200B",
        "type it anew",
    ),
    "id with accents": ("id: thu-nghiem", "id: thử", 1, "id", "not allowed", "small letters"),
    "id with capitals": ("id: a\n", "id: A1\n", 14, "groups[0].id", "“A1”", "small letters"),
    "option called blank": (
        "{id: high,",
        "{id: blank,",
        10,
        "options[0].id",
        "“blank” is reserved",
        "another id",
    ),
    "option called multiple": ("{id: high,", "{id: multiple,", 10, "options[0].id", "reserved", ""),
    "option called uncertain": (
        "{id: high,",
        "{id: uncertain,",
        10,
        "options[0].id",
        "reserved",
        "",
    ),
    "option called invalid": ("{id: high,", "{id: invalid,", 10, "options[0].id", "reserved", ""),
    "name too long": (
        "Võ Hữu Nghĩa",
        "Võ" * 41,
        21,
        "groups[0].officials[1].name",
        "82 characters, more than 80",
        "shorten",
    ),
    "unknown profile": (
        "rules: tld-2021",
        "rules: tld-2012",
        23,
        "rules",
        "no rule profile “tld-2012”",
        "plain, tld-2021, tld-2021-strict",
    ),
    "profile file not there": (
        "rules: tld-2021",
        "rules: rieng.yaml",
        23,
        "rules",
        "“rieng.yaml” is not in the folder",
        "copy the rules file",
    ),
    "profile file elsewhere": (
        "rules: tld-2021",
        "rules: ../rieng.yaml",
        23,
        "rules",
        "is not in the folder",
        "its name alone",
    ),
    "rules are a list": ("rules: tld-2021", "rules: [a]", 23, "rules", "must be the name", "write"),
    "changed rules without a base": (
        "rules: tld-2021\n",
        "rules:\n  blank: abstain\n",
        23,
        "rules.profile",
        "missing",
        "add a line",
    ),
    "unknown key of rules": (
        "rules: tld-2021\n",
        "rules: {profile: plain, decimal: 2}\n",
        23,
        "rules.decimal",
        "no field “decimal”",
        "“decimals”",
    ),
    "threshold above 1": (
        "rules: tld-2021\n",
        threshold('"1/2"', '"3/2"'),
        29,
        "rules.thresholds[0].fraction",
        "outside 0 to 1",
        "correct",
    ),
    "negative threshold": (
        "rules: tld-2021\n",
        threshold('"1/2"', '"-1/2"'),
        29,
        "rules.thresholds[0].fraction",
        "outside 0 to 1",
        "never negative",
    ),
    "decimal threshold": (
        "rules: tld-2021\n",
        threshold('"1/2"', "0.5"),
        29,
        "rules.thresholds[0].fraction",
        "“0.5” is not an exact fraction",
        "“1/2” or “2/3”",
    ),
    "threshold by zero": (
        "rules: tld-2021\n",
        threshold('"1/2"', '"1/0"'),
        29,
        "rules.thresholds[0].fraction",
        "not an exact fraction",
        "“1/2” or “2/3”",
    ),
    "threshold in words": (
        "rules: tld-2021\n",
        threshold('"1/2"', "một nửa"),
        29,
        "rules.thresholds[0].fraction",
        "not an exact fraction",
        "“1/2” or “2/3”",
    ),
    "threshold on no option": (
        "rules: tld-2021\n",
        threshold("option: low", "option: lov"),
        27,
        "rules.thresholds[0].option",
        "counts the option “lov”",
        "did you mean “low”?",
    ),
    "profile's threshold on no option": (
        "{id: low,",
        "{id: thap,",
        23,
        "rules",
        "counts the option “low”",
        "high, confidence, thap",
    ),
    "unknown comparison": (
        "rules: tld-2021\n",
        threshold('">"', '"=>"'),
        28,
        "rules.thresholds[0].comparison",
        "“=>” is not one of the choices",
        "use one of: >, >=, <, <=",
    ),
    "unknown denominator": (
        "rules: tld-2021\n",
        "rules:\n  profile: plain\n  denominator: colected\n",
        25,
        "rules.denominator",
        "“colected” is not one",
        "issued, collected, valid",
    ),
    "unknown scope": (
        "rules: tld-2021\n",
        "rules:\n  profile: plain\n  scope: {name-struck: paper}\n",
        25,
        "rules.scope.name-struck",
        "“paper” is not one",
        "line, ballot",
    ),
    "seven decimals": (
        "rules: tld-2021\n",
        "rules: {profile: plain, decimals: 7}\n",
        23,
        "rules.decimals",
        "“7” is not a number of decimals",
        "0 to 6",
    ),
    "negative decimals": (
        "rules: tld-2021\n",
        "rules: {profile: plain, decimals: -1}\n",
        23,
        "rules.decimals",
        "“-1” is not a number of decimals",
        "0 to 6",
    ),
    "rules need members": (
        "    members: 39\n    convened: 38\n    officials:\n      - name: Nguyễn Thị Ánh\n"
        "        post: Chủ tịch\n      - name: Võ Hữu Nghĩa\n        post: Phó Chủ tịch\n"
        "rules: tld-2021\n",
        f"    convened: 38\n{OFFICIALS}rules: {{profile: plain, denominator: members}}\n",
        14,
        "groups[0].members",
        "take shares of “members”",
        "members: …",
    ),
    "not YAML: colon": (
        "title: Lấy phiếu",
        "title: Lấy: phiếu",
        2,
        "",
        "stops being YAML",
        "holds a colon",
    ),
    "not YAML: tab": ("  paper: A4", "\tpaper: A4", 7, "", "stops being YAML", "replace tabs"),
    "not YAML: star": (
        "title: Lấy",
        "title: *Lấy",
        2,
        "",
        "stops being YAML",
        "in quotes",
    ),
    "not YAML: depth": (
        "title: Lấy phiếu tín nhiệm",
        "title: " + "[" * 400 + "]" * 400,
        2,
        "",
        "stops being YAML",
        "layers of nesting",
    ),
    "not YAML: second document": (
        "rules: tld-2021\n",
        "---\nrules: tld-2021\n",
        23,
        "",
        "stops being YAML",
        "one file holds one vote",
    ),
    "YAML tag": (
        "title: Lấy phiếu tín nhiệm",
        "title: !!python/name:os.system x",
        2,
        "title",
        "type tag",
        "in quotes",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_fault_is_found_once_at_its_line(
    case: tuple[str, str, int | None, str, str, str], spoil: Spoil
) -> None:
    old, new, line, field, text, remedy = case
    faults = spoil(old, new)
    assert [(fault.line, fault.field) for fault in faults] == [(line, field)], list(
        map(str, faults)
    )
    (fault,) = faults
    assert fault.file == "election.yaml"
    assert text in fault.text.en
    assert remedy in fault.remedy.en
    assert holds_both_languages(fault)


def test_a_good_definition_has_no_fault(good: Path) -> None:
    assert check_definition(good) == []


@pytest.mark.parametrize(
    ("raw", "line", "text", "remedy"),
    [
        (b"", None, "empty", "ballot_templates"),
        (b" \n\n", None, "empty", "ballot_templates"),
        (b"# ch\xe1\xbb\x89 ghi ch\xc3\xba\n", None, "empty", "ballot_templates"),
        ("id: a\ntitle: Lấy".encode("cp1258", "ignore") + b"\xe2", 2, "UTF-8", "save it"),
        ("id: a\n".encode("utf-16"), 1, "UTF-8", "save it"),
        (b"- a\n- b\n", 1, "not the definition", "key: value"),
        (b"x" * 1_000_001, None, "larger than 1000 kB", "right file"),
    ],
)
def test_a_file_that_is_no_definition(
    tmp_path: Path, raw: bytes, line: int | None, text: str, remedy: str
) -> None:
    path = tmp_path / "election.yaml"
    path.write_bytes(raw)
    (fault,) = check_definition(path)
    assert (fault.line, fault.field) == (line, "")
    assert text in fault.text.en
    assert remedy in fault.remedy.en
    assert holds_both_languages(fault)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    (missing,) = check_definition(tmp_path / "none.yaml")
    (folder,) = check_definition(tmp_path)
    assert missing.say("en").startswith("none.yaml: there is no such file — check the name")
    assert "folder, not a file" in folder.text.en
    assert locate(tmp_path / "none.yaml", "title") is None


def test_all_faults_are_told_in_the_order_of_the_lines(good: Path) -> None:
    text = good.read_text(encoding="utf-8")
    for old, new in [
        ("15/07/2021", "32/07/2021"),
        ("paper: A4", "paper: A0"),
        ("{id: low,", "{id: invalid,"),
        ("Võ Hữu Nghĩa", "Nguyễn Thị Ánh"),
        ("rules: tld-2021", "rules: nope"),
    ]:
        text = text.replace(old, new)
    good.write_text(text, encoding="utf-8")
    faults = check_definition(good)
    assert [fault.line for fault in faults] == [3, 7, 12, 21, 23]
    with pytest.raises(DefinitionError) as caught:
        load_election(good)
    assert list(caught.value.faults) == faults
    assert isinstance(caught.value, InputError)
    assert caught.value.exit_code is ExitCode.BAD_INPUT
    lines = caught.value.text.vi.splitlines()
    assert len(lines) == 5
    assert lines[3] == (
        "election.yaml:21: groups[0].officials[1].name: “Nguyễn Thị Ánh” đã có trên phiếu này, "
        "tại groups[0].officials[0] — xóa dòng thừa; nếu là hai người trùng tên, thêm chi tiết "
        "để phân biệt, như năm sinh"
    )


def test_locate_names_the_line_of_a_field_or_of_what_is_around_it(good: Path) -> None:
    assert locate(good, "groups[0].officials[1].name") == 21
    assert locate(good, "groups[0].officials[1].post") == 22
    assert locate(good, "groups[0].officials[1].id") == 21
    assert locate(good, "ballot.criteria[3]") == 6
    assert locate(good, "secrecy") == 1

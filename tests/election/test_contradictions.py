"""A fault between fields, or in the rules, is found once, at its line."""

from __future__ import annotations

import pytest

from tests.election.conftest import Case, Check, Spoil, assert_found_once

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
    """Return rules with one threshold, spoiled in one place."""
    assert THRESHOLD.count(old) == 1
    return THRESHOLD.replace(old, new)


# name: what is replaced, by what; then line, field, and a word of the English text and remedy.
CASES: dict[str, Case] = {
    "no groups": (GROUP, "groups: []\n", 13, "groups", "no voter group", "at least one group"),
    "empty group": (
        OFFICIALS,
        "    officials: []\n",
        18,
        "groups[0].officials",
        "no officials",
        "delete the group",
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
    "seal required without a place for it": (
        "  language: vi\n" + OPTIONS + GROUP + "rules: tld-2021\n",
        "  language: vi\n  seal: no\n"
        + OPTIONS
        + GROUP
        + "rules: {profile: tld-2021, seal_required: yes}\n",
        9,
        "ballot.seal",
        "no place for one",
        "“seal_required: no”",
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
        "10 options, the ballot has room for 6",
        "take some out",
    ),
    "31 groups": (GROUP, GROUPS_31, 13, "groups", "31 items, more than 30", "several votes"),
    "members below convened": (
        "members: 39",
        "members: 37",
        17,
        "groups[0].convened",
        "more are convened (38) than belong to the group (37)",
        "check the two numbers",
    ),
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
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_fault_is_found_once_at_its_line(
    case: Case, spoil: Spoil, in_both_languages: Check
) -> None:
    assert_found_once(case, spoil, in_both_languages)

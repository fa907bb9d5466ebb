"""A fault of one field, or of the YAML around it, is found once, at its line."""

from __future__ import annotations

import pytest

from tests.election.conftest import Case, Check, Spoil, assert_found_once

OFFICIALS = """\
    officials:
      - name: Nguyễn Thị Ánh
        post: Chủ tịch
      - name: Võ Hữu Nghĩa
        post: Phó Chủ tịch
"""
GROUP = f"""\
groups:
  - id: a
    name: Lãnh đạo
    members: 39
    convened: 38
{OFFICIALS}"""

# name: what is replaced, by what; then line, field, and a word of the English text and remedy.
CASES: dict[str, Case] = {
    "missing title": ("title: Lấy phiếu tín nhiệm\n", "", 1, "title", "missing", "add a line"),
    "nothing after the key": ("Lấy phiếu tín nhiệm\n", "\n", 2, "title", "missing", "add a line"),
    "empty text": ("Lấy phiếu tín nhiệm\n", '"  "\n', 2, "title", "empty", "write its content"),
    "missing groups": (GROUP, "", 1, "groups", "missing", "add a line"),
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
    "no such day": ("15/07/2021", "31/02/2021", 3, "date", "“31/02/2021” is not a date", "15/07"),
    "month first": ("15/07/2021", "07/15/2021", 3, "date", "is not a date", "day/month/year"),
    "no date at all": ("15/07/2021", "tháng bảy", 3, "date", "is not a date", "2021-07-15"),
    "year of another age": ("15/07/2021", "15/07/0021", 3, "date", "is not a date", "2021-07-15"),
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
    "name too long": (
        "Võ Hữu Nghĩa",
        "Võ" * 41,
        21,
        "groups[0].officials[1].name",
        "82 characters, more than 80",
        "shorten",
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
def test_the_fault_is_found_once_at_its_line(
    case: Case, spoil: Spoil, in_both_languages: Check
) -> None:
    assert_found_once(case, spoil, in_both_languages)

"""What a faultless definition becomes: defaults, rules, fingerprint, and the way back to YAML."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omr.election.build import fingerprint
from omr.election.definition import definition_text
from omr.election.fault import DefinitionError
from omr.election.load import check_definition, load_election
from omr.election.model import Contest, Election, Header, Option, Person, VoterGroup
from omr.election.profiles import load_profile, profile_names
from omr.errors import Text

LEAST = """\
id: it-nhat
title: Lấy phiếu
groups:
  - name: Lãnh đạo
    officials:
      - {name: Nguyễn Thị Ánh, post: Chủ tịch}
      - {name: Võ Hữu Nghĩa, post: Phó Chủ tịch}
  - name: Thường vụ
    officials:
      - {name: Lê Thị Mỹ Hằng, post: Ủy viên}
"""


def read(path: Path, text: str) -> Election:
    """Load a definition given as text."""
    path.write_text(text, encoding="utf-8")
    return load_election(path)


@pytest.fixture
def least(tmp_path: Path) -> Election:
    return read(tmp_path / "least.yaml", LEAST)


def test_what_is_left_out_is_filled_in(least: Election) -> None:
    assert [group.id for group in least.groups] == ["a", "b"]
    assert least.groups[0].contests == (
        Contest("c1", "Nguyễn Thị Ánh", "Chủ tịch"),
        Contest("c2", "Võ Hữu Nghĩa", "Phó Chủ tịch"),
    )
    assert least.options == (
        Option("high", "Tín nhiệm cao"),
        Option("confidence", "Tín nhiệm"),
        Option("low", "Tín nhiệm thấp"),
    )
    assert least.header == Header(
        (), ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
    )
    assert least.form.title == "PHIẾU TÍN NHIỆM"
    assert (least.form.paper, least.form.language, least.form.criteria_on) == ("A4", "vi", "front")
    assert (least.form.signature, least.form.seal, least.form.duplex) == (True, True, False)
    assert least.profile == load_profile("tld-2021")
    assert (least.date, least.secrecy, least.recipients) == ("", "MẬT", ())


def test_an_english_ballot_has_english_defaults(tmp_path: Path) -> None:
    election = read(tmp_path / "e.yaml", LEAST + "ballot: {language: en}\n")
    assert [option.label for option in election.options] == [
        "High confidence",
        "Confidence",
        "Low confidence",
    ]
    assert election.form.title == "CONFIDENCE BALLOT"
    assert election.header.right[0] == "SOCIALIST REPUBLIC OF VIET NAM"


@pytest.mark.parametrize("written", ["15/07/2021", "15-7-2021", "15.07.2021", "2021-07-15"])
def test_a_date_may_be_written_as_people_do(tmp_path: Path, written: str) -> None:
    assert read(tmp_path / "e.yaml", f"{LEAST}date: {written}\n").date == "2021-07-15"


@pytest.mark.parametrize(
    ("written", "meant"),
    [("yes", True), ("có", True), ("true", True), ("no", False), ("Không", False)],
)
def test_a_switch_may_be_said_in_either_language(tmp_path: Path, written: str, meant: bool) -> None:
    election = read(tmp_path / "e.yaml", f"{LEAST}ballot: {{seal: {written}}}\n")
    assert election.form.seal is meant


def test_words_that_yaml_would_take_for_other_things_stay_words(tmp_path: Path) -> None:
    text = LEAST.replace("it-nhat", "2021").replace("post: Chủ tịch", "post: 007")
    text += "options: [{id: yes, label: Yes}, {id: no, label: No}]\nrules: plain\n"
    election = read(tmp_path / "e.yaml", text)
    assert election.id == "2021"
    assert election.groups[0].contests[0].post == "007"
    assert election.options == (Option("yes", "Yes"), Option("no", "No"))


def test_spaces_are_folded_and_lists_may_be_one_block(tmp_path: Path) -> None:
    text = LEAST.replace("Võ Hữu Nghĩa", "'  Võ\u00a0 Hữu   Nghĩa '")
    election = read(tmp_path / "e.yaml", text + "recipients: |\n  LĐLĐ tỉnh\n\n  Lưu\n")
    assert election.groups[0].contests[1].name == "Võ Hữu Nghĩa"
    assert election.recipients == ("LĐLĐ tỉnh", "Lưu")


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(
    tmp_path: Path, least: Election
) -> None:
    path = tmp_path / "windows.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + LEAST.replace("\n", "\r\n").encode())
    assert load_election(path) == least


# Rules


def test_the_seed_profile_says_what_the_guideline_says() -> None:
    profile = load_profile("tld-2021")
    assert profile.scope == {
        "not-issued": "ballot",
        "name-struck": "ballot",
        "annotation": "ballot",
        "blank": "line",
        "overvote": "line",
    }
    assert (profile.blank, profile.denominator, profile.decimals) == ("invalid", "collected", 2)
    assert profile.quorum is None
    assert profile.seal_required is False
    assert [(t.option, t.comparison, t.fraction, t.of) for t in profile.thresholds] == [
        ("low", ">", Fraction(1, 2), "collected"),
        ("low", ">=", Fraction(2, 3), "collected"),
    ]
    assert "đưa ra khỏi danh sách quy hoạch" in profile.thresholds[0].wording.vi
    assert "cho từ chức hoặc cho thôi giữ chức vụ" in profile.thresholds[1].wording.vi


def test_the_other_profiles_differ_only_as_they_say() -> None:
    assert profile_names() == ("plain", "tld-2021", "tld-2021-strict")
    seed, strict = load_profile("tld-2021"), load_profile("tld-2021-strict")
    assert set(strict.scope.values()) == {"ballot"}
    assert dataclasses.replace(strict, id=seed.id, name=seed.name, scope=seed.scope) == seed
    assert load_profile("plain").thresholds == ()
    with pytest.raises(DefinitionError, match="there are: plain, tld-2021"):
        load_profile("other")


def test_a_profile_may_be_changed_and_then_has_another_name(tmp_path: Path) -> None:
    rules = """\
rules:
  profile: tld-2021
  blank: abstain
  scope: {overvote: ballot}
  quorum: {numerator: collected, fraction: 2/3, of: issued}
"""
    profile = read(tmp_path / "e.yaml", LEAST + rules).profile
    assert profile.id == "tld-2021-adjusted"
    assert profile.name.vi.endswith("(có điều chỉnh)")
    assert profile.blank == "abstain"
    assert profile.scope["overvote"] == "ballot"
    assert profile.scope["blank"] == "line"
    assert profile.quorum is not None
    assert (profile.quorum.comparison, profile.quorum.fraction) == (">=", Fraction(2, 3))
    assert profile.thresholds == load_profile("tld-2021").thresholds


def test_a_profile_may_lie_beside_the_definition(tmp_path: Path) -> None:
    (tmp_path / "rieng.yaml").write_text(
        "profile: plain\nname: Quy tắc riêng\ndecimals: 1\n", encoding="utf-8"
    )
    profile = read(tmp_path / "e.yaml", LEAST + "rules: rieng.yaml\n").profile
    assert (profile.id, profile.decimals) == ("rieng", 1)
    assert profile.name == Text("Quy tắc riêng", "Quy tắc riêng")


@pytest.mark.parametrize(
    ("rules", "line", "field", "text"),
    [
        ("name: Riêng\nblank: maybe\n", 2, "blank", "“maybe” is not one"),
        ("profile: khac\n", 1, "profile", "no rule profile “khac”"),
        ("profile: khac.yaml\n", 1, "profile", "cannot start from another rules file"),
        (
            "name: R\nscope: {not-issued: ballot, name-struck: ballot, annotation: ballot,\n"
            "  blank: line}\nblank: invalid\ndenominator: collected\nthresholds: []\n",
            2,
            "scope.overvote",
            "“overvote” is missing",
        ),
        (
            "scope: {not-issued: ballot, name-struck: ballot, annotation: ballot,\n"
            "  blank: line, overvote: line}\nblank: invalid\ndenominator: collected\n"
            "thresholds: []\n",
            1,
            "name",
            "“name” is missing",
        ),
        ("a: [\n", 2, "", "stops being YAML"),
    ],
)
def test_a_fault_in_a_profile_file_names_that_file(
    tmp_path: Path, rules: str, line: int, field: str, text: str
) -> None:
    (tmp_path / "rieng.yaml").write_text(rules, encoding="utf-8")
    path = tmp_path / "e.yaml"
    path.write_text(LEAST + "rules: rieng.yaml\n", encoding="utf-8")
    (fault,) = check_definition(path)
    assert (fault.file, fault.line, fault.field) == ("rieng.yaml", line, field)
    assert text in fault.text.en


# Fingerprint

Change = Callable[[Election], Election]


def with_group(election: Election, **changes: Any) -> Election:
    """Change the first group of an election."""
    first = dataclasses.replace(election.groups[0], **changes)
    return dataclasses.replace(election, groups=(first, *election.groups[1:]))


@pytest.mark.parametrize(
    "change",
    [
        lambda e: dataclasses.replace(e, id="khac"),
        lambda e: dataclasses.replace(e, date="2021-07-16"),
        lambda e: dataclasses.replace(e, options=e.options[::-1]),
        lambda e: dataclasses.replace(e, groups=e.groups[::-1]),
        lambda e: with_group(e, contests=e.groups[0].contests[::-1]),
        lambda e: dataclasses.replace(e, form=dataclasses.replace(e.form, paper="A5")),
        lambda e: dataclasses.replace(e, profile=load_profile("tld-2021-strict")),
    ],
)
def test_the_fingerprint_follows_print_and_rules(least: Election, change: Change) -> None:
    assert fingerprint(change(least)) != least.fingerprint


@pytest.mark.parametrize(
    "change",
    [
        lambda e: with_group(e, members=40, convened=39),
        lambda e: dataclasses.replace(e, board=(Person("Hồ Việt Cường", "Trưởng ban"),)),
        lambda e: dataclasses.replace(e, secrecy="", recipients=("Lưu",)),
    ],
)
def test_the_fingerprint_leaves_out_what_is_settled_later(least: Election, change: Change) -> None:
    assert fingerprint(change(least)) == least.fingerprint


def test_the_fingerprint_is_a_whole_sha256_and_the_same_for_the_same_vote(
    tmp_path: Path, least: Election
) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", least.fingerprint)
    decomposed = read(tmp_path / "nfd.yaml", unicodedata.normalize("NFD", LEAST))
    assert decomposed == least
    assert decomposed.fingerprint == least.fingerprint


# The way back

VOWELS = [
    unicodedata.normalize("NFC", vowel + tone)
    for vowel in "aăâeêioôơuưy"
    for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
]
Form = Literal["NFC", "NFD"]
FORMS: tuple[Form, ...] = ("NFC", "NFD")
LETTERS = [*VOWELS, *(vowel.upper() for vowel in VOWELS), *"bcdđghklmnpqrstvxBĐ", *" -.,:#'\"&*!%@"]
LINE = (
    st.text(st.sampled_from(LETTERS), min_size=1, max_size=24)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(LINE, min_size=1, max_size=5, unique_by=str.casefold),
    post=LINE,
    group=LINE,
    form=st.sampled_from(FORMS),
    strict=st.booleans(),
)
def test_yaml_gives_back_the_same_election(
    tmp_path: Path,
    least: Election,
    names: list[str],
    post: str,
    group: str,
    form: Form,
    strict: bool,
) -> None:
    contests = tuple(Contest(f"c{n}", name, post) for n, name in enumerate(names, 1))
    profile = load_profile("tld-2021")
    if strict:
        profile = dataclasses.replace(profile, id="rieng", decimals=0, name=Text(post, group))
    election = dataclasses.replace(
        least, groups=(VoterGroup("a", group, post, contests, 40, 39),), profile=profile
    )
    # The two forms of "NFC" text differ in bytes only: both must give the composed election.
    text = unicodedata.normalize(form, definition_text(election))
    again = read(tmp_path / "again.yaml", text)
    assert again == election
    assert again.fingerprint == fingerprint(election)

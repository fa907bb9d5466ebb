"""The shipped templates: all without fault, and found by whatever name people use."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from omr.election.load import check_definition, load_election
from omr.election.templates import find_template, templates
from omr.errors import InputError

EXPECTED = {
    "ban-thuong-vu.vi": ([11], 3, "tld-2021"),
    "bon-muc.vi": ([6], 4, "plain"),
    "confidence.en": ([3, 11], 3, "tld-2021"),
    "danh-sach": ([3, 11], 3, "tld-2021"),
    "dong-y.vi": ([3], 2, "plain"),
    "four-levels.en": ([6], 4, "plain"),
    "lanh-dao.vi": ([3], 3, "tld-2021"),
    "leaders.en": ([3], 3, "tld-2021"),
    "standing-committee.en": ([11], 3, "tld-2021"),
    "tin-nhiem.vi": ([3, 11], 3, "tld-2021"),
    "yes-no.en": ([3], 2, "plain"),
}


def test_the_templates_are_those_of_the_list() -> None:
    assert list(templates()) == sorted(EXPECTED)
    readme = (find_template("tin-nhiem").parent / "README.md").read_text(encoding="utf-8")
    for path in templates().values():
        assert f"| `{path.name}` |" in readme


@pytest.mark.parametrize("name", EXPECTED)
def test_a_template_loads_without_fault(name: str) -> None:
    path = find_template(name)
    assert list(map(str, check_definition(path))) == []
    election = load_election(path)
    sizes, options, profile = EXPECTED[name]
    assert [len(group.contests) for group in election.groups] == sizes
    assert (len(election.options), election.profile.id) == (options, profile)
    assert election.form.language == ("en" if name.endswith(".en") else "vi")
    assert election.date
    assert len(election.header.left) == 2
    assert len(election.board) == 3


def test_the_criteria_are_short_enough_for_the_front_of_a_ballot() -> None:
    # Two paragraphs of at most three lines; a line of 12 pt serif on A4 holds about 95 letters.
    for name in ("tin-nhiem.vi", "confidence.en"):
        criteria = load_election(find_template(name)).form.criteria
        assert len(criteria) == 2
        assert all(100 < len(paragraph) <= 285 for paragraph in criteria)


def test_the_seed_template_holds_every_vietnamese_letter() -> None:
    text = find_template("tin-nhiem").read_text(encoding="utf-8").lower()
    vowels = {
        unicodedata.normalize("NFC", vowel + tone)
        for vowel in "aăâeêioôơuưy"
        for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    }
    assert (vowels | {"đ"}) - set(text) == set()


@pytest.mark.parametrize(
    "name", ["tin-nhiem", "tin-nhiem.vi", "tin-nhiem.vi.yaml", "Tin-Nhiem.VI ", "danh-sach.xlsx"]
)
def test_a_template_is_found_by_any_of_its_names(name: str) -> None:
    stem = name.strip().lower().split(".")[0]
    assert find_template(name).name.split(".")[0] == stem


def test_an_unknown_template_names_those_that_exist() -> None:
    with pytest.raises(InputError) as caught:
        find_template("tin-nhem")
    assert "có phải là “tin-nhiem.vi”?" in caught.value.text.vi
    assert all(name in caught.value.text.en for name in EXPECTED)


def test_the_workbook_template_is_the_two_group_vote() -> None:
    assert load_election(find_template("danh-sach")) == load_election(find_template("tin-nhiem"))
    size: int = Path(find_template("danh-sach")).stat().st_size
    assert size < 20_000

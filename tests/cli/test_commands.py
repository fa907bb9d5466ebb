"""What each command does on a vote, told by its streams and by what it leaves behind."""

from __future__ import annotations

import json
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import openpyxl
import pikepdf
import pytest

from omr import __version__
from omr.cli.main import cli
from omr.election.load import load_election
from tests.cli.conftest import BALLOTS, Omr, Stack


def test_version(omr: Omr) -> None:
    assert omr("--version").stdout == f"omr {__version__}\n"


@pytest.mark.parametrize("name", list(cli.commands))
def test_help_in_both_languages(omr: Omr, name: str) -> None:
    vietnamese = omr(name, "--help").stdout
    english = omr("--lang", "en", name, "--help").stdout
    assert vietnamese.startswith(f"Cách dùng: omr {name}")
    assert english.startswith(f"Usage: omr {name}")
    assert "Ví dụ:" in vietnamese
    assert "Examples:" in english
    letters = re.compile("[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")
    assert letters.search(vietnamese)
    assert not letters.search(english)


def test_the_language_may_come_from_the_environment(
    omr: Omr, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMR_LANG", "en")
    assert omr("--help").stdout.startswith("Usage:")
    assert omr("--lang", "vi", "--help").stdout.startswith("Cách dùng:")
    assert omr("status", "--lang", "vi", "--help").stdout.startswith("Cách dùng:")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(omr: Omr, shell: str) -> None:
    result = omr("completion", shell)
    assert result.exit_code == 0
    assert "_OMR_COMPLETE" in result.stdout


def test_new_keeps_the_key_to_its_owner(made: Stack) -> None:
    key = made.folder / "keys" / "ballot.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700


def test_new_never_writes_over_a_folder(omr: Omr, stack: Stack) -> None:
    before = (stack.folder / "keys" / "ballot.key").read_bytes()
    assert omr("new", stack.folder, "--from", "tin-nhiem.vi").exit_code == 3
    assert (stack.folder / "keys" / "ballot.key").read_bytes() == before


def test_new_from_a_workbook_and_from_a_file(omr: Omr, tmp_path: Path) -> None:
    templates = Path(__file__).resolve().parents[2] / "ballot_templates"
    for number, source in enumerate(("danh-sach.xlsx", "lanh-dao.vi.yaml")):
        folder = tmp_path / str(number)
        assert omr("new", folder, "--from", templates / source).exit_code == 0
        assert omr("-C", folder, "check").exit_code == 0


def definition_with_own_rules(folder: Path, rules: str) -> Path:
    folder.mkdir()
    (folder / rules).write_text("profile: tld-2021\ndecimals: 1\n", encoding="utf-8-sig")
    templates = Path(__file__).resolve().parents[2] / "ballot_templates"
    text = (templates / "lanh-dao.vi.yaml").read_text(encoding="utf-8")
    assert "\nrules: tld-2021 " in text
    source = folder / "hoi-nghi.yaml"
    source.write_text(text.replace("\nrules: tld-2021 ", f"\nrules: {rules} "), encoding="utf-8")
    return source


def test_new_brings_the_rules_file_along(omr: Omr, tmp_path: Path) -> None:
    source = definition_with_own_rules(tmp_path / "office", "rieng.yaml")
    assert omr("new", tmp_path / "count", "--from", source).exit_code == 0
    shutil.rmtree(tmp_path / "office")
    rules = load_election(tmp_path / "count" / "election.yaml").profile
    assert (rules.id, rules.decimals) == ("rieng", 1)
    assert omr("-C", tmp_path / "count", "check").exit_code == 0


def test_new_does_not_lose_rules_named_as_the_definition(omr: Omr, tmp_path: Path) -> None:
    source = definition_with_own_rules(tmp_path / "office", "election.yaml")
    result = omr("new", tmp_path / "count", "--from", source)
    assert result.exit_code == 3
    assert "đổi tên" in result.stderr
    assert not (tmp_path / "count").exists()


def test_new_from_nothing_known(omr: Omr, tmp_path: Path) -> None:
    result = omr("new", tmp_path / "count", "--from", "tin-nhim")
    assert result.exit_code == 3
    assert "tin-nhiem.vi" in result.stderr
    assert not (tmp_path / "count").exists()


def test_print_records_before_it_hands_out(omr: Omr, stack: Stack, tmp_path: Path) -> None:
    out = tmp_path / "more.pdf"
    assert omr("-C", stack.folder, "print", "--group", "a", "--count", 2, "--out", out)
    with pikepdf.open(out) as pdf:
        assert len(pdf.pages) == 2
    status = json.loads(omr("-C", stack.folder, "status", "--json").stdout)
    assert status["groups"][0]["printed"] == BALLOTS + 2
    assert list(tmp_path.glob("*.part")) == []


def test_print_never_writes_over_a_file(omr: Omr, stack: Stack, tmp_path: Path) -> None:
    out = tmp_path / "kept.pdf"
    out.write_bytes(b"kept")
    result = omr("-C", stack.folder, "print", "--group", "a", "--count", 2, "--out", out)
    assert result.exit_code == 3
    assert out.read_bytes() == b"kept"
    status = json.loads(omr("-C", stack.folder, "status", "--json").stdout)
    assert status["groups"][0]["printed"] == BALLOTS


def test_two_prints_of_one_day_have_two_names(omr: Omr, stack: Stack) -> None:
    for _ in range(2):
        assert omr("-C", stack.folder, "print", "--group", "a", "--count", 1).exit_code == 0
    assert len(list((stack.folder / "out").glob("phieu-a-*.pdf"))) == 2


def test_paths_count_from_the_folder(omr: Omr, stack: Stack) -> None:
    omr("-C", stack.folder, "print", "--group", "a", "--count", 1, "--out", "here.pdf")
    assert (stack.folder / "here.pdf").is_file()


def test_figures_left_out_stay(omr: Omr, stack: Stack) -> None:
    omr("-C", stack.folder, "papers", "--group", "a", "--issued", 4)
    result = omr("-C", stack.folder, "papers", "--group", "a", "--collected", 3, "--json")
    figures = json.loads(result.stdout)
    assert (figures["issued"], figures["collected"], figures["unused"]) == (4, 3, None)
    assert not figures["reconciles"]


def test_a_good_stack_is_accepted_whole(omr: Omr, stack: Stack) -> None:
    result = omr("-C", stack.folder, "scan", stack.good, "--jobs", 1)
    assert result.exit_code == 0, result.stderr
    assert result.stdout == ""
    assert f"chấp nhận {BALLOTS}" in result.stderr


def test_tally_counts_what_was_marked(omr: Omr, counted: Stack) -> None:
    result = omr("-C", counted.folder, "tally", "--json")
    group = json.loads(result.stdout)["groups"][0]
    assert group["scanned"] == BALLOTS
    for contest in group["contests"]:
        counts = {name: level["count"] for name, level in contest["options"].items()}
        assert counts == {"high": BALLOTS, "confidence": 0, "low": 0}


def test_scanning_again_adds_nothing(omr: Omr, counted: Stack) -> None:
    before = omr("-C", counted.folder, "export", "--format", "cvr").stdout
    again = omr("-C", counted.folder, "scan", counted.good, "--jobs", 1, "--json")
    assert json.loads(again.stdout)["pages"] == {"new": 0, "known": BALLOTS, "by_status": {}}
    assert omr("-C", counted.folder, "export", "--format", "cvr").stdout == before


def test_every_page_stands_in_the_cvr_once(omr: Omr, stack: Stack, tmp_path: Path) -> None:
    stray = tmp_path / "notes.txt"
    stray.write_text("not a scan")
    omr("-C", stack.folder, "scan", stack.doubtful, stray, "--jobs", 1)
    lines = omr("-C", stack.folder, "export", "--format", "cvr").stdout.splitlines()
    records = [json.loads(line) for line in lines]
    pages = [
        (page["file"], page["page"])
        for record in records
        for page in (record["pages"] if record["kind"] == "ballot" else [record])
    ]
    wanted = [(stack.doubtful.name, number) for number in range(1, BALLOTS + 1)]
    assert sorted(pages) == sorted([*wanted, ("notes.txt", 0)])
    statuses = sorted(record["status"] for record in records if record["kind"] == "ballot")
    assert statuses == ["accepted"] * (BALLOTS - 1) + ["review"]


JSON_COMMANDS = [
    ("check", "--json"),
    ("layout",),
    ("papers", "--group", "a", "--json"),
    ("status", "--json"),
    ("tally", "--json"),
    ("verify", "--json"),
]


@pytest.mark.parametrize("words", JSON_COMMANDS)
def test_json_stands_alone_on_stdout(omr: Omr, counted: Stack, words: tuple[str, ...]) -> None:
    result = omr("-C", counted.folder, *words)
    assert result.exit_code == 0
    assert isinstance(json.loads(result.stdout), dict)


def test_json_of_faults(omr: Omr, stack: Stack) -> None:
    definition = stack.folder / "election.yaml"
    text = definition.read_text(encoding="utf-8")
    definition.write_text(text.replace("paper: A4", "paper: A7"), encoding="utf-8")
    result = omr("-C", stack.folder, "check", "--json")
    document = json.loads(result.stdout)
    assert not document["sound"]
    assert document["faults"][0]["field"] == "ballot.paper"
    assert document["faults"][0]["line"] > 0


SEVEN_LEVELS = "options:\n" + "".join(f"  - {{id: l{n}, label: Mức {n}}}\n" for n in range(7))


@pytest.mark.parametrize(
    ("old", "new", "field", "remedy"),
    [
        ("groups:\n", f"{SEVEN_LEVELS}groups:\n", "options", "gộp"),
        (
            "post: Phó Chủ tịch Thường trực",
            f"post: {'Phó Chủ tịch ' * 22}",
            "groups[0].officials[1].post",
            "viết ngắn lại",
        ),
        ("Đoàn Quỳnh Giao", "Đoàn ☃ Giao", "groups[0].officials[1].name", "gõ lại"),
    ],
    ids=["levels", "long post", "no glyph"],
)
def test_check_names_what_does_not_fit_the_ballot(
    omr: Omr, stack: Stack, old: str, new: str, field: str, remedy: str
) -> None:
    definition = stack.folder / "election.yaml"
    text = definition.read_text(encoding="utf-8")
    assert old in text
    text = text.replace(old, new, 1).replace("rules: tld-2021 ", "rules: plain ")
    definition.write_text(text, encoding="utf-8")
    result = omr("-C", stack.folder, "check", "--json")
    assert result.exit_code == 3
    (fault,) = json.loads(result.stdout)["faults"]
    assert fault["field"] == field
    assert fault["line"] > 1
    assert remedy in fault["remedy"]["vi"]


def test_minutes_close_a_vote_that_reconciles(omr: Omr, counted: Stack) -> None:
    result = omr("-C", counted.folder, "minutes")
    assert result.exit_code == 0, result.stderr
    assert (counted.folder / "out" / "bien-ban.pdf").read_bytes().startswith(b"%PDF")
    assert omr("-C", counted.folder, "verify").exit_code == 0


def test_the_heads_reason_closes_what_does_not_reconcile(omr: Omr, counted: Stack) -> None:
    omr("-C", counted.folder, "papers", "--group", "a", "--issued", BALLOTS + 1)
    assert omr("-C", counted.folder, "minutes").exit_code == 5
    reason = "Một đồng chí giữ lại phiếu"
    assert omr("-C", counted.folder, "minutes", "--reason", reason).exit_code == 0


def test_a_draft_may_be_made_at_any_time(omr: Omr, stack: Stack) -> None:
    assert omr("-C", stack.folder, "minutes", "--draft").exit_code == 0
    assert (stack.folder / "out" / "bien-ban-du-thao.pdf").is_file()


def test_a_seal_once_noted_is_found_again(omr: Omr, counted: Stack) -> None:
    seal = json.loads(omr("-C", counted.folder, "verify", "--json").stdout)["ledger"]["head"]
    omr("-C", counted.folder, "papers", "--group", "a", "--late", 0)
    assert omr("-C", counted.folder, "verify", "--head", seal[:16]).exit_code == 0


def test_export_csv_and_xlsx(omr: Omr, counted: Stack, tmp_path: Path) -> None:
    results = omr("-C", counted.folder, "export", "--format", "csv", "--delimiter", ";").stdout
    assert results.startswith("\ufeff")
    assert results.count(";") > 20
    ballots = tmp_path / "ballots.csv"
    omr("-C", counted.folder, "export", "--format", "csv", "--ballots", "--out", ballots)
    assert len(ballots.read_text(encoding="utf-8-sig").splitlines()) == 1 + BALLOTS * 3
    assert omr("-C", counted.folder, "export", "--format", "xlsx").exit_code == 0
    workbook = openpyxl.load_workbook(counted.folder / "out" / "ket-qua.xlsx")
    assert len(workbook.sheetnames) == 2


def test_the_package_runs_as_a_module() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "omr", "--version"], capture_output=True, text=True, check=True
    )
    assert found.stdout == f"omr {__version__}\n"

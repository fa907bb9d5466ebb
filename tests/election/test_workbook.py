"""Definitions in Excel, as people really keep them, and faults that name sheet and cell."""

from __future__ import annotations

import dataclasses
import datetime
import unicodedata
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from omr.election.fault import DefinitionError
from omr.election.load import (
    check_definition,
    election_from_workbook,
    load_election,
    locate,
)
from omr.election.model import Contest, Option, Person
from omr.election.templates import find_template, templates
from omr.election.workbook_template import write_workbook
from omr.errors import InputError

Rows = list[list[object]]


def sheet_of(book: Workbook, title: str, rows: Rows) -> Worksheet:
    """Add a sheet with rows from the top."""
    sheet: Worksheet = book.create_sheet(title)
    for row in rows:
        sheet.append(row)
    return sheet


def saved(tmp_path: Path, sheets: dict[str, Rows], name: str = "list.xlsx") -> Path:
    """Save a workbook of the given sheets."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet_of(book, title, rows)
    path = tmp_path / name
    book.save(path)
    return path


LEAST: Rows = [
    ["Họ và tên", "Chức vụ"],
    ["Nguyễn Thị Ánh", "Chủ tịch"],
    ["Võ Hữu Nghĩa", "Phó Chủ tịch"],
]


@pytest.mark.parametrize("name", [n for n in templates() if n != "danh-sach"])
def test_a_template_comes_back_from_a_workbook(tmp_path: Path, name: str) -> None:
    election = load_election(find_template(name))
    path = tmp_path / "back.xlsx"
    write_workbook(path, election)
    again = load_election(path)
    assert again == election
    assert again.fingerprint == election.fingerprint


def test_two_columns_are_enough(tmp_path: Path) -> None:
    path = saved(tmp_path, {"Sheet1": LEAST}, "Công đoàn Bến Thành.xlsx")
    election = load_election(path)
    assert (election.id, election.title) == ("cong-doan-ben-thanh", "Lấy phiếu tín nhiệm")
    (group,) = election.groups
    assert (group.id, group.name) == ("a", "Cán bộ được lấy phiếu")
    assert group.contests == (
        Contest("c1", "Nguyễn Thị Ánh", "Chủ tịch"),
        Contest("c2", "Võ Hữu Nghĩa", "Phó Chủ tịch"),
    )
    assert election.profile.id == "tld-2021"


def test_its_yaml_loads_as_the_same_election(tmp_path: Path) -> None:
    path = saved(tmp_path, {"Sheet1": LEAST})
    text = election_from_workbook(path)
    assert text.startswith("# Định nghĩa một kỳ lấy phiếu.")
    copy = tmp_path / "election.yaml"
    copy.write_text(text, encoding="utf-8")
    assert load_election(copy) == load_election(path)


def test_a_list_as_people_keep_it(tmp_path: Path) -> None:
    rows: Rows = [
        ["DANH SÁCH CÁN BỘ LẤY PHIẾU"],
        [],
        ["NHÓM", "Stt", " HO VA TEN : ", "Chuc vu (hiện nay)"],
        ["Lãnh đạo", 1, "  Nguyễn  Thị Ánh ", "Chủ tịch"],
        [None, "2", unicodedata.normalize("NFD", "Võ Hữu Nghĩa"), "Phó Chủ tịch\n"],
        [],
        [None, 3, None, None],
        ["Thường vụ", 1.0, "Lê Thị Mỹ Hằng", "Ủy viên"],
        [None, 2, "Lã Kỷ Thẳng", None],
    ]
    path = saved(tmp_path, {"Danh sách": rows})
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    sheet.merge_cells("A1:D1")
    sheet.merge_cells("A4:A5")
    sheet.merge_cells("A8:A9")
    sheet.merge_cells("D8:D9")
    book.save(path)
    leaders, members = load_election(path).groups
    assert (leaders.id, leaders.name, members.id, members.name) == (
        "a",
        "Lãnh đạo",
        "b",
        "Thường vụ",
    )
    assert [(c.name, c.post) for c in leaders.contests] == [
        ("Nguyễn Thị Ánh", "Chủ tịch"),
        ("Võ Hữu Nghĩa", "Phó Chủ tịch"),
    ]
    assert [(c.name, c.post) for c in members.contests] == [
        ("Lê Thị Mỹ Hằng", "Ủy viên"),
        ("Lã Kỷ Thẳng", "Ủy viên"),
    ]


def test_one_sheet_for_each_group_with_english_columns(tmp_path: Path) -> None:
    head: list[object] = ["No.", "Full name", "Post"]
    path = saved(
        tmp_path,
        {
            "Leaders": [head, [1, "Nguyễn Thị Ánh", "Chair"]],
            "Standing committee": [head, [1, "Nguyễn Thị Ánh", "Chair"], [2, "Lã Thẳng", "Member"]],
            "Notes": [["anything"]],
        },
    )
    groups = load_election(path).groups
    assert [(g.name, len(g.contests)) for g in groups] == [
        ("Leaders", 1),
        ("Standing committee", 2),
    ]


def test_every_sheet_is_read(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        {
            "Thông tin": [
                ["Mã kỳ lấy phiếu:", "tn-2021"],
                ["Ngày lấy phiếu", datetime.datetime(2021, 7, 15)],
                ["Cơ quan cấp trên", "LĐLĐ TỈNH"],
                ["Đơn vị tổ chức", "LĐLĐ HUYỆN"],
                ["Khổ giấy", "a5"],
                ["Ô ký tên", "không"],
                ["Nơi nhận biên bản", "LĐLĐ tỉnh\nLưu"],
                ["Quy tắc kiểm phiếu", "plain"],
                ["Độ mật", None],
                ["Địa điểm", None],
            ],
            "Nhóm": [
                ["Mã", "Tên nhóm", "Người ghi phiếu", "Tổng số", "Triệu tập"],
                ["bch", "Thường vụ", "Ủy viên Ban Chấp hành", 33, "32"],
            ],
            "Danh sách": LEAST,
            "Các mức": [["Chữ in trên phiếu"], ["Đồng ý"], ["Không đồng ý"]],
            "Ban Kiểm phiếu": [["STT", "Họ và tên", "Nhiệm vụ"], [1, "Hồ Cường", "Trưởng ban"]],
            "Giám sát": [["Họ và tên"], ["Lý Sẵn"]],
        },
    )
    election = load_election(path)
    assert (election.id, election.date, election.secrecy) == ("tn-2021", "2021-07-15", "")
    assert election.header.left == ("LĐLĐ TỈNH", "LĐLĐ HUYỆN")
    assert (election.form.paper, election.form.signature) == ("A5", False)
    assert election.recipients == ("LĐLĐ tỉnh", "Lưu")
    (group,) = election.groups
    assert (group.id, group.name, group.voters) == ("bch", "Thường vụ", "Ủy viên Ban Chấp hành")
    assert (group.members, group.convened, len(group.contests)) == (33, 32, 2)
    assert election.options == (Option("dong-y", "Đồng ý"), Option("khong-dong-y", "Không đồng ý"))
    assert election.board == (Person("Hồ Cường", "Trưởng ban"),)
    assert election.witnesses == (Person("Lý Sẵn", ""),)


def test_a_hidden_sheet_is_passed_over(tmp_path: Path) -> None:
    path = saved(tmp_path, {"Sheet1": LEAST, "Cũ": LEAST})
    book = openpyxl.load_workbook(path)
    book["Cũ"].sheet_state = "hidden"
    book.save(path)
    assert len(load_election(path).groups) == 1


@pytest.mark.parametrize(
    ("sheets", "line", "field", "text", "remedy"),
    [
        (
            {"Danh sách": [*LEAST, ["Nguyễn Thị ánh", "Ủy viên"]]},
            4,
            "Danh sách!A4",
            "already on this ballot, at Danh sách!A2",
            "delete one",
        ),
        (
            {"Danh sách": [*LEAST, ["Lê Thị Mỹ Hằng", None]]},
            4,
            "Danh sách!B4",
            "this is empty",
            "write its content",
        ),
        (
            {"Danh sách": [*LEAST, [None, "Ủy viên"]]},
            4,
            "Danh sách!A4",
            "this is empty",
            "write its content",
        ),
        (
            {"Danh sách": [*LEAST, ["=CONCAT(1,2)", "Ủy viên"]]},
            4,
            "Danh sách!A4",
            "formula in this cell gives no result",
            "type the content",
        ),
        (
            {"Sheet1": [["Tên gọi", "Ghi"], ["x", "y"]]},
            1,
            "Sheet1!A1",
            "has no column “Full name” and “Post”",
            "column names",
        ),
        (
            {"Thông tin": [["Khổ giấy", "A3"]], "Danh sách": LEAST},
            1,
            "Thông tin!B1",
            "“A3” is not one of the choices",
            "A4, A5",
        ),
        (
            {"Thông tin": [["Khổ in", "A4"]], "Danh sách": LEAST},
            1,
            "Thông tin!A1",
            "no row called “Khổ in”",
            "use one of: Id, Title",
        ),
        (
            {"Thông tin": [["Địa điểm", "A"], ["Địa điểm", "B"]], "Danh sách": LEAST},
            2,
            "Thông tin!A2",
            "already given in Thông tin!B1",
            "keep one",
        ),
        (
            {
                "Nhóm": [["Tên nhóm", "Tổng số", "Triệu tập"], ["Thường vụ", 30, 33]],
                "Danh sách": LEAST,
            },
            2,
            "Nhóm!C2",
            "more are convened (33)",
            "check the two numbers",
        ),
        (
            {
                "Nhóm": [["Tên nhóm"], ["A"], ["B"]],
                "Danh sách": [["Nhóm", *LEAST[0]], ["A", "L", "C"]],
            },
            3,
            "Nhóm!A3",
            "no officials",
            "add its list",
        ),
        (
            {"Ban Kiểm phiếu": [["Họ tên"], ["Hồ Cường"], ["Hồ Cường"]], "Danh sách": LEAST},
            3,
            "Ban Kiểm phiếu!A3",
            "already named at Ban Kiểm phiếu!A2",
            "once",
        ),
    ],
)
def test_a_fault_names_sheet_and_cell(
    tmp_path: Path, sheets: dict[str, Rows], line: int, field: str, text: str, remedy: str
) -> None:
    faults = check_definition(saved(tmp_path, sheets))
    assert [(f.file, f.line, f.field) for f in faults] == [("list.xlsx", line, field)], faults
    assert text in faults[0].text.en
    assert remedy in faults[0].remedy.en
    assert faults[0].say("vi").startswith(f"list.xlsx:{line}: {field}: ")


def test_locate_gives_the_row(tmp_path: Path) -> None:
    path = saved(tmp_path, {"Sheet1": LEAST})
    assert locate(path, "groups[0].officials[1].post") == 3


@pytest.mark.parametrize("raw", [b"", b"no workbook", b"PK\x03\x04 cut off"])
def test_a_file_that_is_no_workbook(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(raw)
    (fault,) = check_definition(path)
    assert "not an Excel .xlsx file" in fault.text.en
    with pytest.raises(DefinitionError, match="save it as"):
        election_from_workbook(path)


def test_a_missing_workbook_and_an_empty_one(tmp_path: Path) -> None:
    (missing,) = check_definition(tmp_path / "none.xlsx")
    assert "no such file" in missing.text.en
    (empty,) = check_definition(saved(tmp_path, {"Sheet1": []}))
    assert "no voter group" in empty.text.en


def test_texts_that_look_like_formulas_stay_texts(tmp_path: Path) -> None:
    election = load_election(find_template("lanh-dao"))
    group = election.groups[0]
    contests = (Contest("c1", "=Nguyễn Thị Ánh", "1-2"), Contest("c2", "007", "+84"))
    changed = dataclasses.replace(election, groups=(dataclasses.replace(group, contests=contests),))
    path = tmp_path / "formula.xlsx"
    write_workbook(path, changed)
    assert load_election(path) == changed


def test_own_rules_have_no_place_in_a_workbook(tmp_path: Path) -> None:
    election = load_election(find_template("lanh-dao"))
    own = dataclasses.replace(election.profile, decimals=0)
    with pytest.raises(InputError, match="choose a shipped profile"):
        write_workbook(tmp_path / "own.xlsx", dataclasses.replace(election, profile=own))
    assert not (tmp_path / "own.xlsx").exists()

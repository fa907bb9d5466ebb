"""``omr new`` and ``omr check``: the beginning of a vote."""

from __future__ import annotations

from pathlib import Path

import click

from omr.ballot.check import printing_faults
from omr.ballot.keys import write_key
from omr.ballot.layout import ballot_layouts
from omr.cli.bilingual import BilingualCommand, json_option, option
from omr.cli.terminal import Terminal, with_terminal
from omr.cli.vote import BALLOT_KEY
from omr.election.definition import definition_text
from omr.election.fault import DefinitionError, Fault
from omr.election.load import check_definition, companion, load_election
from omr.election.templates import find_template
from omr.errors import ExitCode, InputError, Text
from omr.store.folder import DEFINITION, CountFolder

WORKBOOK = ".xlsx"


@click.command(
    "new",
    cls=BilingualCommand,
    summary=Text("Tạo thư mục cho một kỳ lấy phiếu.", "Make the folder of a new vote."),
    detail=Text(
        "Thư mục gồm bản khai báo election.yaml, khóa ký mã phiếu và bản ghi còn trống. Nguồn là"
        " tên một mẫu có sẵn, một tệp .yaml, hoặc danh sách cán bộ .xlsx.",
        "It gets the definition election.yaml, the key that signs ballot codes, and an empty"
        " record. The source is the name of a ready-made template, a .yaml file, or an .xlsx"
        " list of officials.",
    ),
    examples=(
        "omr new hoi-nghi-2021 --from tin-nhiem.vi",
        "omr new hoi-nghi-2021 --from danh-sach.xlsx",
    ),
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@option(
    "--from",
    "source",
    metavar="TEMPLATE|FILE",
    required=True,
    say=Text("Mẫu có sẵn, tệp .yaml hoặc .xlsx.", "Template, .yaml or .xlsx file."),
)
@with_terminal
def new(terminal: Terminal, folder: Path, source: str) -> ExitCode:
    """Make a count folder."""
    text, beside = _definition_from(source)
    made = CountFolder.create(folder, text, beside)
    write_key(made.key_path(BALLOT_KEY))
    terminal.tell(
        f"Đã tạo {folder}. Việc tiếp theo:\n"
        f"  1. Sửa họ tên, chức vụ, Ban Kiểm phiếu trong {made.definition}\n"
        f"  2. omr -C {folder} check\n"
        f"  3. omr -C {folder} print --group NHÓM --count SỐ-PHIẾU\n"
        f"Giữ kín thư mục {made.keys}: ai có khóa này thì in được phiếu giả.",
        f"Made {folder}. What to do next:\n"
        f"  1. Edit names, posts and counting board in {made.definition}\n"
        f"  2. omr -C {folder} check\n"
        f"  3. omr -C {folder} print --group GROUP --count NUMBER\n"
        f"Keep the folder {made.keys} secret: whoever has the key can print false ballots.",
    )
    return ExitCode.DONE


def _definition_from(source: str) -> tuple[str, dict[str, str]]:
    """Return the text of a definition without faults, and the rules file beside it, if any.

    Raises:
        InputError: There is no such template or file, or it has faults.
    """
    path = Path(source)
    if not path.is_file():
        path = find_template(source)
    election = load_election(path)
    if path.suffix.lower() == WORKBOOK:
        # Rules of its own are spelled out in the text.
        return definition_text(election), {}
    # A file that a person wrote keeps its comments and its order.
    text = path.read_text(encoding="utf-8-sig")
    rules = companion(path)
    if rules is None:
        return text, {}
    if rules.name.casefold() == DEFINITION:
        raise InputError(
            f"{rules}: tệp quy tắc trùng tên với {DEFINITION} của thư mục kiểm phiếu. Hãy đổi tên"
            f" tệp quy tắc, sửa mục rules trong {path.name} theo tên mới, rồi chạy lại.",
            f"{rules}: the rules file has the name of the count folder's {DEFINITION}. Rename it,"
            f" put the new name under rules in {path.name}, and run this again.",
        )
    return text, {rules.name: rules.read_text(encoding="utf-8-sig")}


@click.command(
    "check",
    cls=BilingualCommand,
    summary=Text("Soát lỗi bản khai báo election.yaml.", "Look for faults in election.yaml."),
    detail=Text(
        "Mỗi lỗi một dòng: tệp, dòng, mục, sai gì và sửa thế nào. Mã thoát 3 nếu có lỗi.",
        "One line for each fault: file, line, field, what is wrong and what would be right."
        " Ends with 3 if there is any.",
    ),
    examples=("omr check", "omr check danh-sach.xlsx"),
)
@click.argument("definition", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@json_option()
@with_terminal
def check(terminal: Terminal, definition: Path | None, as_json: bool) -> ExitCode:
    """Check a definition."""
    path = definition or CountFolder.open(Path()).definition
    faults = _faults(path)
    if as_json:
        terminal.give_json({"sound": not faults, "faults": [_fault_json(each) for each in faults]})
    else:
        for fault in faults:
            terminal.give(fault.say(terminal.language))
    if faults:
        terminal.tell(
            f"{path}: {len(faults)} chỗ cần sửa.", f"{path}: {len(faults)} faults to put right."
        )
        return ExitCode.BAD_INPUT
    election = load_election(path)
    for group_id, layout in ballot_layouts(election).items():
        group = election.group(group_id)
        terminal.tell(
            f"Nhóm {group_id}: {len(group.contests)} người, phiếu {len(layout.pages)} trang"
            f" {election.form.paper}.",
            f"Group {group_id}: {len(group.contests)} officials, ballot of {len(layout.pages)}"
            f" page(s) {election.form.paper}.",
        )
    terminal.tell(f"{path}: không có lỗi.", f"{path}: no faults.")
    return ExitCode.DONE


def _faults(path: Path) -> list[Fault]:
    """Return the faults of the file, or where it has none, those of the ballot made from it.

    Some show only when the ballot is laid out, such as a name too long for its cell.
    """
    try:
        return check_definition(path) or printing_faults(load_election(path), path)
    except DefinitionError as error:
        return list(error.faults)


def _fault_json(fault: Fault) -> dict[str, object]:
    return {
        "file": fault.file,
        "line": fault.line,
        "field": fault.field,
        "text": {"vi": fault.text.vi, "en": fault.text.en},
        "remedy": {"vi": fault.remedy.vi, "en": fault.remedy.en},
    }

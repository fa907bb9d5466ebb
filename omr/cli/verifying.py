"""``omr verify``: everything that can be computed again from the record is computed again."""

from __future__ import annotations

import click

from omr.cli.bilingual import BilingualCommand, json_option, option
from omr.cli.terminal import Terminal, with_terminal
from omr.cli.vote import Vote, count, open_vote
from omr.errors import DamagedError, ExitCode, Text, UsageError
from omr.store.values import Difference
from omr.tally.count import check_identity

# Twelve hex digits are 48 bits: no two rows of one ledger share them by chance.
LEAST_DIGITS = 12


@click.command(
    "verify",
    cls=BilingualCommand,
    summary=Text("Kiểm tra bản ghi có bị sửa không.", "See whether the record was altered."),
    detail=Text(
        "Tính lại chuỗi sổ nhật ký, mã băm từng ảnh trang, từng kết quả đọc và toàn bộ phép cộng."
        " Với --head, kiểm tra cả mã niêm phong in ở chân biên bản. Mã thoát 6 nếu có sai khác.",
        "Computes again the chain of the ledger, the hash of every page image and reading, and"
        " every sum. With --head, also the seal printed at the foot of the minutes. Ends with 6"
        " if anything differs.",
    ),
    examples=("omr verify", "omr verify --head 3f9c2a7d81e0"),
)
@option(
    "--head",
    metavar="HASH",
    say=Text(
        "Mã niêm phong đã ghi ra ngoài (ít nhất 12 ký tự).",
        "The seal noted outside (at least 12 characters).",
    ),
)
@json_option()
@with_terminal
def verify(terminal: Terminal, head: str | None, as_json: bool) -> ExitCode:
    """Check the record."""
    if head is not None and len(head) < LEAST_DIGITS:
        raise UsageError(
            f"--head cần ít nhất {LEAST_DIGITS} ký tự đầu của mã niêm phong. Xem: omr verify"
            " --help",
            f"--head needs at least the first {LEAST_DIGITS} characters of the seal. See: omr"
            " verify --help",
        )
    with open_vote() as vote:
        differences = [*vote.record.verify(), *_seal(vote, head), *_sums(vote)]
        seal = vote.record.head()
        pages = sum(1 for _ in vote.record.readings())
    if as_json:
        terminal.give_json(
            {
                "sound": not differences,
                "ledger": {"rows": seal.seq, "head": seal.hash},
                "pages": pages,
                "differences": [
                    {"code": d.code, "where": d.where, "text": {"vi": d.text.vi, "en": d.text.en}}
                    for d in differences
                ],
            }
        )
    for difference in differences:
        terminal.tell(difference.text.vi, difference.text.en)
    if differences:
        terminal.tell(
            f"Bản ghi có {len(differences)} chỗ sai khác. Đừng sửa gì; hãy giữ nguyên thư mục và"
            " đối chiếu với bản sao lưu.",
            f"The record differs in {len(differences)} places. Change nothing; keep the folder as"
            " it is and compare it with a backup.",
        )
        return ExitCode.DAMAGED
    terminal.tell(
        f"Bản ghi nguyên vẹn: {seal.seq} dòng nhật ký, {pages} trang. Mã niêm phong: {seal.hash}",
        f"The record is sound: {seal.seq} ledger rows, {pages} pages. Seal: {seal.hash}",
    )
    return ExitCode.DONE


def _seal(vote: Vote, head: str | None) -> list[Difference]:
    """Look for a row of the ledger with the seal that was noted outside."""
    if head is None:
        return []
    wanted = head.strip().lower()
    if any(entry.hash.startswith(wanted) for entry in vote.record.events()):
        return []
    text = Text(
        f"Sổ nhật ký không có dòng nào mang mã niêm phong {wanted}: sổ đã bị viết lại, hoặc mã"
        " này thuộc một kỳ khác.",
        f"No row of the ledger has the seal {wanted}: the ledger was rewritten, or the seal is of"
        " another vote.",
    )
    return [Difference("seal", str(vote.folder.database), text)]


def _sums(vote: Vote) -> list[Difference]:
    """Count again, and see that each official's figures come to the ballots collected."""
    try:
        for result in count(vote).results:
            for line in result.contests:
                check_identity(line, result.collected)
    except DamagedError as error:
        return [Difference("sums", str(vote.folder.database), error.text)]
    return []

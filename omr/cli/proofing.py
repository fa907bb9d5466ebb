"""``omr proof``: will this printer and this scanner do? Asked before the vote, on fresh prints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from omr.ballot.keys import read_key
from omr.ballot.serials import format_serial
from omr.cli.bilingual import BilingualCommand, json_option
from omr.cli.proof_words import POINT, VERDICT, measured, remedy
from omr.cli.terminal import Terminal, with_terminal
from omr.cli.vote import BALLOT_KEY, load_definition
from omr.cli.words import page_words
from omr.errors import ExitCode, Text
from omr.scan.pages.page_image import PageFault, PageImage
from omr.scan.pages.source import find_files, open_pages
from omr.scan.pipeline import PageReader
from omr.scan.place.identify import ballot_key, proof_key
from omr.scan.proof import PageProof, prove_page
from omr.scan.proof_verdict import PointVerdict, judge_proof
from omr.scan.settings import ReaderSettings

# Fewer sheets say little of how the printer varies from sheet to sheet.
_FEW_SHEETS = 3


@click.command(
    "proof",
    cls=BilingualCommand,
    summary=Text(
        "Trước hội nghị: thử xem máy in, máy quét có dùng được không.",
        "Before the vote: tell whether printer and scanner will do.",
    ),
    detail=Text(
        "In vài tờ bằng omr print --proof trên đúng máy in sẽ dùng, không đánh dấu, không đóng dấu,"
        " quét bằng đúng máy quét sẽ dùng, rồi chạy lệnh này. Lệnh đánh giá từng điểm và cả bộ, kèm"
        " cách khắc phục, và không ghi gì vào bản ghi kiểm phiếu. Phiếu thật cũng thử được, nhưng"
        " phải cất riêng, tính vào phiếu không dùng. Mã thoát 0: dùng được; 4: có điểm phải sửa;"
        " 3: có tệp hoặc trang không mở được.",
        "Print a few sheets with omr print --proof on the very printer, leave them unmarked and"
        " unsealed, scan them on the very scanner, and run this. It judges each point and the"
        " whole, with what to do, and writes nothing into the record. Real ballots may be tried"
        " too, but must then be kept apart and counted as unused. Ends with 0 if all is good, with"
        " 4 if something should be mended, with 3 if a file or page could not be opened.",
    ),
    examples=(
        "omr print --group a --count 3 --proof --out mau-thu.pdf",
        "omr proof ban-quet-thu.pdf",
    ),
)
@click.argument("paths", metavar="PATH…", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option()
@with_terminal
def proof(terminal: Terminal, paths: tuple[Path, ...], as_json: bool) -> ExitCode:
    """Try printer and scanner."""
    settings = ReaderSettings()
    pages, faults = _read(terminal, paths, settings)
    verdicts = judge_proof(pages, settings) if pages else ()
    bad = any(each.verdict == "mend" for each in verdicts)
    if as_json:
        terminal.give_json(_json(pages, verdicts, faults))
    elif pages:
        _show(terminal, pages, verdicts)
    for fault in faults:
        terminal.tell(fault.text.vi, fault.text.en)
    if not pages:
        terminal.tell(
            "Không có trang nào để thử: chỉ thấy trang trắng hoặc tệp không mở được.",
            "There is no page to try: only blank pages, or files that cannot be opened.",
        )
    _tell_notes(terminal, pages)
    if faults or not pages:
        return ExitCode.BAD_INPUT
    return ExitCode.NEEDS_PERSON if bad else ExitCode.DONE


def _read(
    terminal: Terminal, paths: Sequence[Path], settings: ReaderSettings
) -> tuple[list[PageProof], list[PageFault]]:
    """Read the pages as proof sheets, or else as the real ballots that they may be."""
    folder, election = load_definition()
    secret = read_key(folder.key_path(BALLOT_KEY))
    sheets = PageReader(proof_key(election, secret), settings)
    ballots = PageReader(ballot_key(election, secret), settings)
    pages: list[PageProof] = []
    faults: list[PageFault] = []
    with terminal.progress() as progress:
        task = progress.add_task(terminal.pick("Đọc trang", "Reading"), total=None)
        for path in find_files(paths):
            for item in open_pages(path):
                progress.advance(task)
                if isinstance(item, PageFault):
                    faults.append(item)
                    continue
                page = _prove(item, sheets, ballots, settings)
                if page.reading.status != "blank":
                    pages.append(page)
    return pages, faults


def _prove(
    image: PageImage, sheets: PageReader, ballots: PageReader, settings: ReaderSettings
) -> PageProof:
    trace = sheets.trace_page(image)
    real = trace.reading.status == "wrong-layout"
    if real:
        trace = ballots.trace_page(image)
    return prove_page(trace, real, settings)


def _show(terminal: Terminal, pages: Sequence[PageProof], verdicts: Sequence[PointVerdict]) -> None:
    """Show the points as a table, what to mend below it, and the verdict on the whole."""
    rows = [
        (
            POINT[each.point].say(terminal.language),
            VERDICT[each.verdict].say(terminal.language),
            measured(each.point, pages).say(terminal.language),
        )
        for each in verdicts
    ]
    title = terminal.pick("Thử máy in và máy quét", "Proof of printer and scanner")
    head = (
        terminal.pick("Điểm kiểm tra", "Point"),
        terminal.pick("Kết luận", "Verdict"),
        terminal.pick("Đo được", "Measured"),
    )
    terminal.give_table(title, head, rows)
    wrong = [each for each in verdicts if each.verdict == "mend"]
    for each in wrong:
        name, what = POINT[each.point], remedy(each.point, pages)
        where = _places(each)
        terminal.give(
            terminal.pick(
                f"- {name.vi}: {what.vi} ({where.vi}).", f"- {name.en}: {what.en} ({where.en})."
            )
        )
    terminal.give(_whole(len(wrong), len(pages)).say(terminal.language))


def _places(verdict: PointVerdict) -> Text:
    files = dict.fromkeys(page.file for page in verdict.pages)
    vi, en = [], []
    for file in files:
        numbers = ", ".join(str(page.page) for page in verdict.pages if page.file == file)
        vi.append(f"{file} trang {numbers}")
        en.append(f"{file} page {numbers}")
    return Text("; ".join(vi), "; ".join(en))


def _whole(wrong: int, pages: int) -> Text:
    if wrong:
        return Text(
            f"KẾT LUẬN: CHƯA DÙNG ĐƯỢC, còn {wrong} điểm phải sửa. Sửa xong hãy in, quét, thử lại.",
            f"VERDICT: NOT YET, {wrong} points to mend. Mend them, then print, scan and try again.",
        )
    return Text(
        f"KẾT LUẬN: DÙNG ĐƯỢC. Máy in và máy quét này đạt mọi điểm trên {pages} trang đã thử.",
        f"VERDICT: GOOD. This printer and scanner pass every point on the {pages} pages tried.",
    )


def _tell_notes(terminal: Terminal, pages: Sequence[PageProof]) -> None:
    """Say what the person should know beyond the verdict."""
    for page in pages:
        reading = page.reading
        if page.placed is None:
            why = page_words(reading)
            if reading.status == "read":
                why = Text("không định vị được trang", "the page could not be brought into place")
            source = reading.source
            terminal.tell(
                f"{source.file}, trang {source.page}: {why.vi}.",
                f"{source.file}, page {source.page}: {why.en}.",
            )
    real = _real_serials(pages)
    if real:
        named = ", ".join(format_serial(serial) for serial in real)
        terminal.tell(
            f"Chú ý: {len(real)} tờ vừa thử là phiếu thật ({named}). Lệnh này không ghi chúng vào"
            " bản ghi, nhưng nếu lẫn vào xấp phiếu thì chúng được đọc như phiếu bầu. Hãy cất riêng"
            " và tính vào số phiếu không dùng; lần sau dùng omr print --proof.",
            f"Note: {len(real)} of the sheets are real ballots ({named}). Nothing of them was"
            " recorded, but if they get into the stack they are read as ballots. Keep them apart"
            " and count them as unused; next time use omr print --proof.",
        )
    if pages and len(pages) < _FEW_SHEETS:
        terminal.tell(
            f"Nên thử ít nhất {_FEW_SHEETS} tờ: máy in và máy quét không cho ra tờ nào giống hệt tờ"
            " nào.",
            f"Better try at least {_FEW_SHEETS} sheets: no printer or scanner treats all alike.",
        )


def _real_serials(pages: Sequence[PageProof]) -> list[str]:
    return sorted({page.reading.serial for page in pages if page.real and page.reading.serial})


def _json(
    pages: Sequence[PageProof], verdicts: Sequence[PointVerdict], faults: Sequence[PageFault]
) -> dict[str, object]:
    failed = [each.point for each in verdicts if each.verdict == "mend"]
    return {
        "verdict": "mend" if failed or not pages else "good",
        "points": [
            {
                "point": each.point,
                "verdict": each.verdict,
                "measured": _both(measured(each.point, pages)),
                "remedy": _both(remedy(each.point, pages)) if each.verdict == "mend" else None,
                "pages": [{"file": page.file, "page": page.page} for page in each.pages],
            }
            for each in verdicts
        ],
        "pages": [_page_json(page) for page in pages],
        "real_ballots": _real_serials(pages),
        "faults": [
            {"file": fault.source.file, "page": fault.source.page or None, "code": fault.code}
            for fault in faults
        ],
    }


def _both(text: Text) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}


def _page_json(page: PageProof) -> dict[str, object]:
    reading, it = page.reading, page.placed
    known: dict[str, object] = {
        "file": reading.source.file,
        "page": reading.source.page,
        "status": reading.status,
        "group": reading.group,
        "real_ballot": page.real,
    }
    if it is None:
        return known
    return known | {
        "scale": None if it.scale is None else round(it.scale, 4),
        "stretch_percent": round(it.stretch_percent, 2),
        "print_darkness": round(it.tone.solid, 3),
        "palest_print": round(it.tone.palest, 3),
        "thin_lines": round(it.tone.thin, 3),
        "paper": round(it.tone.paper, 3),
        "edge_mm": round(it.tone.edge_mm, 3),
        "marks": it.marks,
        "marks_printed": it.marks_printed,
        "residual_mm": round(it.residual_mm, 3),
        "codes": {reader: list(read) for reader, read in it.codes.items()},
        "dpi": round(it.dpi, 1),
        "skew_deg": round(it.skew_deg, 2),
        "shade": round(it.shade, 4),
        "largest_score": round(it.score, 5),
        "darkest_in_box": round(it.darkest, 3),
        "findings": [finding.code for finding in reading.findings],
        "grades": [
            {"code": grade.code, "amount": grade.amount, "edge": grade.edge or None}
            for grade in reading.grades
        ],
    }

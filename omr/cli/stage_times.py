"""What reading a stack took, stage by stage: told to people, and as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field

from omr.cli.terminal import Terminal
from omr.errors import Text
from omr.stages import STAGES, Stage, StageTimes

STAGE: dict[Stage, Text] = {
    "decode": Text("mở tệp, giải mã trang", "open the file, decode the page"),
    "view": Text("đưa về cỡ ảnh để đọc", "bring to the size for reading"),
    "codes": Text("đọc mã", "codes"),
    "place": Text("định vị trang", "place"),
    "reference": Text(
        "vẽ trang mẫu (mỗi tiến trình một lần)", "draw the page as printed (once a process)"
    ),
    "streaks": Text("vệt sọc của máy quét", "streaks"),
    "flatten": Text("trải phẳng", "lay flat"),
    "ink": Text("tìm mực", "ink"),
    "marks": Text("dấu trong ô", "marks"),
    "foreign": Text("mực lạ: nét của dấu, ghi chú", "foreign ink: legs of marks, annotations"),
    "names": Text("mực lạ: trên họ tên", "foreign ink: names"),
    "edges": Text("mực lạ: mép, rách, lỗ, ghim", "foreign ink: edges, tears, holes, staples"),
    "overprint": Text("mực lạ: đè lên chữ in", "foreign ink: over print"),
    "faint": Text("mực lạ: nét mờ", "foreign ink: faint strokes"),
    "quality": Text("độ tin cậy của trang", "quality of the page"),
    "grade": Text("chất lượng bản quét", "grade of the scan"),
    "pictures": Text("vẽ ảnh từng bước", "debug pictures"),
    "keep": Text("giữ ảnh trang (băm, nén, ghi)", "keep the picture (hash, pack, write)"),
    "record": Text("ghi vào bản ghi", "commit to the record"),
    "rest": Text("việc khác", "the rest"),
}
TOTAL = Text("tổng cộng", "total")


@dataclass(slots=True)
class StackTimes:
    """What reading a stack took.

    Attributes:
        jobs: Processes that read.
        spent: All of them together, and the record.
        wall_s: From the first look at the files until the last page was recorded.
    """

    jobs: int = 1
    spent: StageTimes = field(default_factory=StageTimes)
    wall_s: float = 0.0


def cpu_ms_a_page(times: StageTimes) -> dict[Stage, float]:
    """Return CPU milliseconds a page of every stage; debug pictures only where some were drawn."""
    pages = max(times.pages, 1)
    return {
        name: times.cpu_ns[name] / pages / 1e6
        for name in STAGES
        if name != "pictures" or times.cpu_ns[name]
    }


def tell_times(terminal: Terminal, run: StackTimes) -> None:
    """Say what reading took, one line for each stage."""
    spent = run.spent
    if spent.pages == 0:
        terminal.tell(
            "Không có trang nào mới để đo thời gian đọc.", "No page was read, so none was measured."
        )
        return
    terminal.tell(
        f"Thời gian CPU cho mỗi trang, mili giây ({spent.pages} trang, {run.jobs} tiến trình đọc):",
        f"CPU milliseconds a page ({spent.pages} pages, reading processes: {run.jobs}):",
    )
    total_ms = spent.total_ns / spent.pages / 1e6
    rows = [(STAGE[name], ms) for name, ms in cpu_ms_a_page(spent).items()]
    for words, ms in (*rows, (TOTAL, total_ms)):
        share = 100 * ms / total_ms if total_ms else 0.0
        terminal.tell(
            f"  {words.vi:<40}{_decimal_comma(ms):>8}{share:>5.0f} %",
            f"  {words.en:<44}{ms:>8.1f}{share:>5.0f} %",
        )
    peak_mb = spent.peak_bytes / 1e6
    terminal.tell(
        f"Thời gian thực: {_decimal_comma(run.wall_s)} giây;"
        f" bộ nhớ nhiều nhất của một tiến trình: {peak_mb:.0f} MB.",
        f"Wall time: {run.wall_s:.1f} s; the most memory of one process: {peak_mb:.0f} MB.",
    )


def times_json(run: StackTimes) -> dict[str, object]:
    """Return what reading took, for ``--json``."""
    spent = run.spent
    stages = cpu_ms_a_page(spent)
    return {
        "pages": spent.pages,
        "processes": run.jobs,
        "wall_s": round(run.wall_s, 3),
        "cpu_ms_a_page": {
            "total": round(spent.total_ns / max(spent.pages, 1) / 1e6, 3),
            "stages": {name: round(ms, 3) for name, ms in stages.items()},
        },
        "peak_mb": round(spent.peak_bytes / 1e6, 1),
    }


def _decimal_comma(number: float) -> str:
    return f"{number:.1f}".replace(".", ",")

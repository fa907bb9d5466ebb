"""What a proof says of each point: its name, what was measured, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from omr.cli.grade_words import REMEDY, number, seen, span
from omr.errors import Text
from omr.scan.proof import PageProof, PlacedProof
from omr.scan.proof_verdict import Point, Verdict
from omr.scan.reading import Grade, GradeCode

VERDICT: dict[Verdict, Text] = {
    "good": Text("ĐẠT", "GOOD"),
    "mend": Text("PHẢI SỬA", "MEND"),
    "unknown": Text("không rõ", "unknown"),
}

POINT: dict[Point, Text] = {
    "identity": Text("Nhận ra tờ phiếu", "Page recognised"),
    "scale": Text("Tỷ lệ in", "Print scale"),
    "toner": Text("Độ đậm của mực in", "Print darkness"),
    "marks": Text("Dấu định vị", "Registration marks"),
    "codes": Text("Mã phiếu", "Ballot codes"),
    "resolution": Text("Độ phân giải quét", "Scan resolution"),
    "tone": Text("Độ sáng, độ nét bản quét", "Scan brightness, sharpness"),
    "background": Text("Nền giấy", "Background"),
    "skew": Text("Độ nghiêng", "Skew"),
    "edges": Text("Đủ mép giấy", "Whole sheet in the picture"),
    "boxes": Text("Các ô đều trống", "All boxes empty"),
    "ink": Text("Không có nét lạ", "No foreign ink"),
}

_REMEDY: dict[Point, Text] = {
    "identity": Text(
        "Chỉ quét phiếu hoặc tờ MẪU THỬ in từ chính thư mục này; xem lại các mục dưới rồi in, quét"
        " lại",
        "Scan only ballots or proof sheets printed from this folder; see the other points, then"
        " print and scan again",
    ),
    "scale": Text(
        "In ở tỷ lệ 100 % (Actual size), bỏ chọn “Fit to page”",
        "Print at 100 % (Actual size), without “Fit to page”",
    ),
    "toner": Text(
        "Tắt chế độ tiết kiệm mực hoặc thay hộp mực rồi in lại",
        "Turn off toner saving or change the cartridge, then print again",
    ),
    "marks": Text(
        "Xem máy in, máy quét có cắt mất các ô vuông nhỏ ở góc, ở mép không; nạp giấy cho thẳng",
        "See whether printer or scanner cuts off the small squares at corners and edges; feed"
        " the paper straight",
    ),
    "codes": Text(
        "In đậm và nét hơn, quét 300 dpi; mã vuông không được nhòe, mờ hay bị cắt",
        "Print darker and sharper, scan at 300 dpi; the square codes must not be smudged or cut",
    ),
    "resolution": REMEDY["coarse"],
    "tone": Text("Chỉnh độ sáng của máy quét", "Set the scanner's brightness"),
    "background": Text(
        "Lau mặt kính máy quét; dùng giấy dày hơn nếu chữ mặt sau hằn qua",
        "Clean the scanner glass; use thicker paper if the back shows through",
    ),
    "skew": REMEDY["skewed"],
    "edges": REMEDY["clipped"],
    "boxes": Text(
        "Dùng tờ chưa đánh dấu; lau mặt kính máy quét, trống mực máy in rồi thử lại",
        "Use sheets that nobody marked; clean the scanner glass and the printer's drum, try again",
    ),
    "ink": Text(
        "Dùng tờ sạch, không đóng dấu, không ghi; lau mặt kính máy quét rồi thử lại",
        "Use clean sheets without writing; clean the scanner glass and try again",
    ),
}

# Points under which grades of the scan are told in their own words.
_GRADES: dict[Point, tuple[GradeCode, ...]] = {
    "tone": ("dark", "light", "contrast", "blurred"),
    "background": ("streak", "white-streak"),
    "edges": ("clipped", "double-feed", "stretched"),
}


def remedy(point: Point, pages: Sequence[PageProof]) -> Text:
    """Return what to do about a point that fails."""
    found = _found(point, pages)
    if found:
        own = list(dict.fromkeys(REMEDY[each[0].code] for each in found))
        return Text("; ".join(each.vi for each in own), "; ".join(each.en for each in own))
    return _REMEDY[point]


def measured(point: Point, pages: Sequence[PageProof]) -> Text:
    """Return what was measured on all pages, the worst of it where one figure must do."""
    placed = [page.placed for page in pages if page.placed is not None]
    if point == "identity":
        return Text(f"{len(placed)}/{len(pages)} trang", f"{len(placed)} of {len(pages)} pages")
    if not placed:
        return Text("không đo được", "not measured")
    said = _figures(point, pages, placed)
    for found in _found(point, pages):
        more = seen(found[0].code, [grade.amount for grade in found], found[0].edge)
        said = Text(f"{said.vi}; {more.vi}", f"{said.en}; {more.en}")
    return said


def _found(point: Point, pages: Sequence[PageProof]) -> list[list[Grade]]:
    """Return the grades that belong to a point, brought together by kind and place."""
    wanted = _GRADES.get(point, ())
    kinds: dict[tuple[object, ...], list[Grade]] = {}
    for page in pages:
        for grade in page.reading.grades:
            if grade.code in wanted:
                # Streaks at other places are other streaks; every other amount is a range.
                place = round(grade.amount / 2) if point == "background" else 0
                kinds.setdefault((grade.code, grade.edge, place), []).append(grade)
    return list(kinds.values())


def _figures(point: Point, pages: Sequence[PageProof], placed: Sequence[PlacedProof]) -> Text:
    if point == "scale":
        return _scale(placed)
    if point == "toner":
        solid = number(100 * min(it.tone.solid for it in placed))
        palest = number(100 * min(it.tone.palest for it in placed))
        thin = number(100 * min(it.tone.thin for it in placed))
        return Text(
            f"mảng đen đậm {solid.vi} %, chỗ nhạt nhất {palest.vi} %, nét mảnh còn {thin.vi} %",
            f"solid print {solid.en} %, palest place {palest.en} %, thin lines {thin.en} %",
        )
    if point == "marks":
        least, all_ = min((it.marks, it.marks_printed) for it in placed)
        misfit = number(max(it.residual_mm for it in placed), 2)
        return Text(
            f"thấy {least}/{all_}, lệch {misfit.vi} mm", f"{least} of {all_}, misfit {misfit.en} mm"
        )
    if point == "codes":
        return _codes(placed)
    if point == "resolution":
        dpi = span([it.dpi for it in placed])
        return Text(f"{dpi.vi} dpi", f"{dpi.en} dpi")
    if point == "tone":
        paper = number(100 * min(it.tone.paper for it in placed))
        edge = max(it.tone.edge_mm for it in placed)
        sharp = number(edge, 2)
        vi = f", mép nét rộng {sharp.vi} mm" if edge else ", ảnh hai mức đen trắng"
        en = f", edges {sharp.en} mm wide" if edge else ", black and white only"
        return Text(f"nền sáng {paper.vi} %{vi}", f"paper {paper.en} %{en}")
    if point == "background":
        shade = number(100 * max(it.shade for it in placed), 1)
        return Text(f"vết bẩn đậm nhất {shade.vi} %", f"darkest smudge {shade.en} %")
    if point == "skew":
        skew = number(max(abs(it.skew_deg) for it in placed), 1)
        return Text(f"nhiều nhất {skew.vi}°", f"at most {skew.en}°")
    if point == "edges":
        return Text("mỗi ảnh một tờ", "one sheet in each picture")
    if point == "boxes":
        return _boxes(pages, placed)
    found = sum(len(page.reading.findings) for page in pages)
    return Text(f"{found} chỗ", "1 place" if found == 1 else f"{found} places")


def _scale(placed: Sequence[PlacedProof]) -> Text:
    scales = [100 * it.scale for it in placed if it.scale is not None]
    if not scales:
        return Text(
            "tệp quét không ghi đúng độ phân giải; hãy đo bằng thước",
            "the file does not tell the true resolution; measure with a ruler",
        )
    said = span(scales, 1)
    return Text(f"{said.vi} %", f"{said.en} %")


def _codes(placed: Sequence[PlacedProof]) -> Text:
    parts = []
    for reader in placed[0].codes:
        read = sum(sum(it.codes[reader]) for it in placed)
        total = sum(len(it.codes[reader]) for it in placed)
        parts.append(f"{reader} {read}/{total}")
    return Text(", ".join(parts), ", ".join(parts))


def _boxes(pages: Sequence[PageProof], placed: Sequence[PlacedProof]) -> Text:
    marks = [mark for page in pages for mark in page.reading.marks]
    empty = sum(mark.state == "empty" for mark in marks)
    score = number(100 * max(it.score for it in placed), 2)
    darkest = number(100 * max(it.darkest for it in placed))
    return Text(
        f"{empty}/{len(marks)} ô trống, nhiều mực nhất {score.vi} % ô,"
        f" chỗ sẫm nhất bằng {darkest.vi} % ngưỡng mực",
        f"{empty} of {len(marks)} empty, most ink {score.en} % of a box,"
        f" darkest place {darkest.en} % of what counts as ink",
    )

"""What is wrong with a scan and what to do about it, in the words of an office.

One sentence serves a page and a stack: the remedy first, because it is what the person at the
scanner needs, then what was seen and how often.
"""

from __future__ import annotations

from collections.abc import Sequence

from omr.errors import Text
from omr.scan.reading import Edge, GradeCode

EDGE: dict[Edge, Text] = {
    "left": Text("mép trái", "left edge"),
    "right": Text("mép phải", "right edge"),
    "top": Text("mép trên", "top edge"),
    "bottom": Text("mép dưới", "bottom edge"),
}

REMEDY: dict[GradeCode, Text] = {
    "dark": Text("Tăng độ sáng của máy quét", "Set the scanner brighter"),
    "light": Text("Giảm độ sáng của máy quét", "Set the scanner darker"),
    "contrast": Text(
        "Tăng độ tương phản của máy quét; nếu phiếu in nhạt thì thay mực máy in",
        "Raise the scanner's contrast; if the ballots are printed pale, change the toner",
    ),
    "coarse": Text(
        "Đặt máy quét ở độ phân giải 200 đến 300 dpi", "Set the scanner to 200 to 300 dpi"
    ),
    "blurred": Text(
        "Lau mặt kính máy quét và vuốt phẳng giấy", "Clean the scanner glass and flatten the paper"
    ),
    "streak": Text("Lau mặt kính máy quét", "Clean the scanner glass"),
    "white-streak": Text(
        "Lau mặt kính máy quét và kiểm tra trống mực của máy in",
        "Clean the scanner glass and check the printer's drum",
    ),
    "clipped": Text(
        "Đặt giấy sát cữ và chọn đúng khổ giấy khi quét",
        "Lay the paper against the stop and choose the right paper size",
    ),
    "skewed": Text(
        "Chỉnh hai thanh dẫn giấy ôm sát xấp phiếu", "Set the paper guides close to the stack"
    ),
    "stretched": Text("Lau con lăn kéo giấy của máy quét", "Clean the scanner's feed rollers"),
    "double-feed": Text(
        "Xòe cho các tờ rời nhau rồi quét lại từng tờ", "Fan the sheets and scan each one again"
    ),
}


def number(value: float, digits: int = 0) -> Text:
    """Return a figure as people write it: with a decimal comma in Vietnamese."""
    plain = f"{value:.{digits}f}"
    if float(plain) == 0:
        plain = plain.lstrip("-")
    return Text(plain.replace(".", ","), plain)


def span(values: Sequence[float], digits: int = 0) -> Text:
    """Return one figure, or the least and the greatest where they differ."""
    low, high = number(min(values), digits), number(max(values), digits)
    if low == high:
        return low
    return Text(f"{low.vi}–{high.vi}", f"{low.en}–{high.en}")


def seen(code: GradeCode, amounts: Sequence[float], edge: Edge) -> Text:
    """Return what was seen, as a clause that a place or a count of pages may follow.

    Args:
        code: What is wrong.
        amounts: How much, page by page, in the unit of the code.
        edge: The edge that it concerns or from which its place counts.
    """
    digits = 1 if code in ("skewed", "stretched", "blurred") else 0
    if code in ("streak", "white-streak"):
        amounts = [sum(amounts) / len(amounts)]
    much = span([abs(amount) for amount in amounts], digits)
    side = EDGE.get(edge, Text("", ""))
    line = Text("vệt ngang", "a line") if edge == "top" else Text("vệt dọc", "a line")
    words: dict[GradeCode, Text] = {
        "dark": Text(
            f"bản quét quá tối, nền giấy chỉ sáng {much.vi} %",
            f"the scan is too dark, with paper at {much.en} % of white",
        ),
        "light": Text(
            f"bản quét quá sáng, nét in mảnh chỉ còn {much.vi} %",
            f"the scan is too light, with {much.en} % left of thin print",
        ),
        "contrast": Text(
            f"bản quét kém tương phản, chữ in chỉ đậm {much.vi} %",
            f"the scan lacks contrast, with print only {much.en} % dark",
        ),
        "coarse": Text(f"độ phân giải chỉ {much.vi} dpi", f"the resolution is only {much.en} dpi"),
        "blurred": Text(
            f"bản quét bị nhòe, mép nét in rộng {much.vi} mm",
            f"the scan is blurred, with edges {much.en} mm wide",
        ),
        "streak": Text(
            f"có {line.vi} cách {side.vi} {much.vi} mm",
            f"{line.en} at {much.en} mm from the {side.en}",
        ),
        "white-streak": Text(
            f"có {line.vi} làm mất nét in, cách {side.vi} {much.vi} mm",
            f"{line.en} that wipes out print at {much.en} mm from the {side.en}",
        ),
        "clipped": Text(
            f"{side.vi} bị cắt mất {much.vi} mm", f"{much.en} mm cut off at the {side.en}"
        ),
        "skewed": Text(f"trang bị nghiêng {much.vi}°", f"the page is skewed by {much.en}°"),
        "stretched": _stretched(amounts, much),
        "double-feed": Text(
            "có thể hai tờ đã đi qua máy cùng lúc", "two sheets may have been fed at once"
        ),
    }
    return words[code]


def _stretched(amounts: Sequence[float], much: Text) -> Text:
    if all(amount > 0 for amount in amounts):
        return Text(f"hình bị kéo dài {much.vi} %", f"the picture is {much.en} % too long")
    if all(amount < 0 for amount in amounts):
        return Text(f"hình bị co ngắn {much.vi} %", f"the picture is {much.en} % too short")
    return Text(
        f"hình bị kéo dài hoặc co ngắn {much.vi} %", f"the picture's length is {much.en} % off"
    )

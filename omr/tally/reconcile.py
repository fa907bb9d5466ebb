"""Do the papers add up? The board's hand counts against the record (C3, R11).

The rules, each a contradiction where it fails:

* printed = issued + unused + spoiled. A spoiled ballot is taken back before a new one is
  handed out, so it is not among the issued.
* mailed is a part of issued: a ballot sent to an individual *is* issued, and it is counted
  apart only so that its return can be followed. Late ballots are a part of the mailed.
* collected + late <= issued: a late ballot was issued but is never collected.
* scanned = collected: the board counts by hand before it scans, and the minutes cannot be
  closed on a difference without a written reason.

Besides these, two open ends: pages that belong to no ballot, and papers that wait for
people. Figures that nobody entered yet are no contradiction; they have the code
``not-entered``. Mailing is for special cases, so ``mailed`` and ``late`` are owed only
where the other of the two is entered and above zero.
"""

from __future__ import annotations

from omr.errors import Text
from omr.tally.model import Discrepancy, HandCount

# The words of minutes for each hand count.
FIELD_NAMES: dict[str, tuple[str, str]] = {
    "issued": ("số phiếu phát ra", "ballots issued"),
    "unused": ("số phiếu không dùng", "ballots unused"),
    "spoiled": ("số phiếu hỏng đổi lại", "ballots spoiled and exchanged"),
    "mailed": ("số phiếu gửi đến cá nhân", "ballots mailed"),
    "late": ("số phiếu nhận sau thời hạn", "ballots returned late"),
    "collected": ("số phiếu thu về", "ballots collected"),
}


def reconcile(
    group_id: str,
    printed: int,
    hand: HandCount,
    scanned: int,
    unread_pages: int = 0,
    pending: int = 0,
) -> tuple[Discrepancy, ...]:
    """Compare the hand counts of one group with the record.

    Args:
        group_id: The voter group.
        printed: Ballots printed for it, from the record of what was printed.
        hand: What the board counted by hand.
        scanned: Ballots in the record that count as papers of their own.
        unread_pages: Scanned pages that could not be tied to a ballot. Pages of which not
            even the group is known belong in one call of ``reconcile_pages``, not here.
        pending: Scanned papers that wait for people (``GroupResult.awaiting``).

    Returns:
        What does not reconcile, in the order in which a board works; empty if all does. The
        texts do not name the group.
    """
    found = (
        _not_entered(group_id, hand),
        _printed(group_id, printed, hand),
        _mailed(group_id, hand),
        _issued(group_id, hand, scanned),
        _scanned(group_id, hand, scanned),
        *reconcile_pages(unread_pages, group_id),
        _pending(group_id, pending),
    )
    return tuple(discrepancy for discrepancy in found if discrepancy is not None)


def reconcile_pages(unread_pages: int, group_id: str = "") -> tuple[Discrepancy, ...]:
    """Report scanned pages that could not be tied to a ballot (code ``unread-pages``).

    Args:
        unread_pages: How many.
        group_id: Their group; "" where it is not known.
    """
    if unread_pages == 0:
        return ()
    return (
        Discrepancy(
            "unread-pages",
            group_id,
            Text(
                f"Có {unread_pages} trang đã quét chưa gắn được với phiếu nào.",
                f"{_pages(unread_pages)} could not be tied to a ballot.",
            ),
            Text(
                "Hãy xem từng trang: quét lại nếu đó là phiếu, hoặc ghi lý do nếu không phải.",
                "Look at each: scan it again if it is a ballot, or record why it is none.",
            ),
        ),
    )


def _not_entered(group_id: str, hand: HandCount) -> Discrepancy | None:
    owed = ["issued", "unused", "spoiled", "collected"]
    if hand.late:
        owed.append("mailed")
    if hand.mailed:
        owed.append("late")
    missing = [name for name in owed if getattr(hand, name) is None]
    if not missing:
        return None
    vi = ", ".join(FIELD_NAMES[name][0] for name in missing)
    en = ", ".join(FIELD_NAMES[name][1] for name in missing)
    return Discrepancy(
        "not-entered",
        group_id,
        Text(f"Chưa nhập: {vi}.", f"Not entered yet: {en}."),
        Text(
            "Ban Kiểm phiếu đếm tay rồi nhập bằng lệnh “omr papers”.",
            "The counting board counts by hand and enters them with 'omr papers'.",
        ),
    )


def _printed(group_id: str, printed: int, hand: HandCount) -> Discrepancy | None:
    """Check printed = issued + unused + spoiled, as far as the figures are there."""
    parts = (hand.issued, hand.unused, hand.spoiled)
    known = sum(part or 0 for part in parts)
    # With a figure still missing the others can only be too many.
    if known == printed or (None in parts and known < printed):
        return None
    vi = "phát ra {} + không dùng {} + hỏng đổi lại {}".format(*map(_vi, parts))
    en = "issued {} + unused {} + spoiled {}".format(*map(_en, parts))
    return Discrepancy(
        "printed",
        group_id,
        Text(
            f"Số phiếu đã in là {printed}, nhưng {vi} = {known} ({_apart_vi(known - printed)}).",
            f"{printed} ballots were printed, but {en} = {known} ({_apart_en(known - printed)}).",
        ),
        Text(
            "Hãy đếm lại số phiếu không dùng và số phiếu hỏng đã thu lại.",
            "Count the unused and the spoiled ballots again.",
        ),
    )


def _mailed(group_id: str, hand: HandCount) -> Discrepancy | None:
    """Check late <= mailed <= issued."""
    if hand.late is not None and hand.mailed is not None and hand.late > hand.mailed:
        return Discrepancy(
            "late",
            group_id,
            Text(
                f"Số phiếu nhận sau thời hạn ({hand.late}) nhiều hơn số phiếu gửi đến cá nhân "
                f"({hand.mailed}).",
                f"More ballots returned late ({hand.late}) than were mailed ({hand.mailed}).",
            ),
            Text("Hãy kiểm tra lại hai số này.", "Check both figures."),
        )
    if hand.mailed is not None and hand.issued is not None and hand.mailed > hand.issued:
        return Discrepancy(
            "mailed",
            group_id,
            Text(
                f"Số phiếu gửi đến cá nhân ({hand.mailed}) nhiều hơn số phiếu phát ra "
                f"({hand.issued}).",
                f"More ballots were mailed ({hand.mailed}) than issued ({hand.issued}).",
            ),
            Text(
                "Phiếu gửi đến cá nhân đã nằm trong số phiếu phát ra; hãy kiểm tra lại hai số này.",
                "Mailed ballots are among the issued; check both figures.",
            ),
        )
    return None


def _issued(group_id: str, hand: HandCount, scanned: int) -> Discrepancy | None:
    """Check collected + late <= issued; the scanned stand in for a missing hand count."""
    if hand.issued is None:
        return None
    back = scanned if hand.collected is None else hand.collected
    late = hand.late or 0
    if back + late <= hand.issued:
        return None
    word_vi, word_en = ("thu về", "Collected")
    if hand.collected is None:
        word_vi, word_en = ("đã quét", "Scanned")
    return Discrepancy(
        "collected-over-issued",
        group_id,
        Text(
            f"Số phiếu {word_vi} {back} + nhận sau thời hạn {late} = {back + late}, nhiều hơn số "
            f"phiếu phát ra {hand.issued} ({_apart_vi(back + late - hand.issued)}).",
            f"{word_en} {back} + late {late} = {back + late}, more than the {hand.issued} issued "
            f"({_apart_en(back + late - hand.issued)}).",
        ),
        Text(
            "Hãy đếm lại, và tìm phiếu không do Ban Kiểm phiếu phát ra.",
            "Count again, and look for ballots that the counting board did not issue.",
        ),
    )


def _scanned(group_id: str, hand: HandCount, scanned: int) -> Discrepancy | None:
    if hand.collected is None or hand.collected == scanned:
        return None
    if scanned < hand.collected:
        missing = hand.collected - scanned
        return Discrepancy(
            "scanned",
            group_id,
            Text(
                f"Thu về {hand.collected} phiếu nhưng mới quét được {scanned}, còn thiếu "
                f"{missing}.",
                f"{hand.collected} ballots were collected but only {scanned} are scanned, "
                f"{missing} short.",
            ),
            Text(
                "Hãy tìm và quét các phiếu còn thiếu; chưa quét thì chúng được tính là chờ xem "
                "xét.",
                "Find and scan them; until then they count as pending.",
            ),
        )
    return Discrepancy(
        "scanned",
        group_id,
        Text(
            f"Quét được {scanned} phiếu nhưng đếm tay chỉ có {hand.collected} phiếu thu về, "
            f"{_apart_vi(scanned - hand.collected)}.",
            f"{scanned} ballots are scanned but only {hand.collected} were counted by hand, "
            f"{_apart_en(scanned - hand.collected)}.",
        ),
        Text(
            "Hãy đếm lại bằng tay, và tìm phiếu lạ hoặc phiếu nhận sau thời hạn lẫn vào xấp quét.",
            "Count by hand again, and look for strange or late ballots among the scanned.",
        ),
    )


def _pending(group_id: str, pending: int) -> Discrepancy | None:
    if pending == 0:
        return None
    are = "ballot is" if pending == 1 else "ballots are"
    return Discrepancy(
        "pending",
        group_id,
        Text(f"Còn {pending} phiếu chờ xem xét.", f"{pending} {are} waiting for review."),
        Text(
            "Hai người của Ban Kiểm phiếu mở “omr review” và cùng quyết định.",
            "Two members of the counting board open 'omr review' and settle them together.",
        ),
    )


def _vi(figure: int | None) -> str:
    return "chưa nhập" if figure is None else str(figure)


def _en(figure: int | None) -> str:
    return "not entered" if figure is None else str(figure)


def _apart_vi(difference: int) -> str:
    return f"thừa {difference}" if difference > 0 else f"thiếu {-difference}"


def _apart_en(difference: int) -> str:
    return f"{difference} too many" if difference > 0 else f"{-difference} short"


def _pages(count: int) -> str:
    return "1 scanned page" if count == 1 else f"{count} scanned pages"

"""Ink over printed names: struck through, scrawled over, circled.

A stroke through a name hides between its letters, where ink is print's neighbour. So each
name is matched with its print once more by itself, and looked at in two ways: for straight
runs that no letter has, and for ink that its own letters do not explain, measured against
the unevenness of print elsewhere on the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from omr.ballot.model import NameArea
from omr.geometry import Rect
from omr.scan.foreign.explain import displaced_print
from omr.scan.foreign.name_print import (
    REACH_MM,
    NamePrint,
    known_runs,
    lines,
    name_prints,
    sparse_lines,
    thicker_px,
)
from omr.scan.ink.ink_map import InkMap
from omr.scan.ink.pieces import label_pieces, parts
from omr.scan.place.reference import Grey, Mask, Reference, above, as_bits, grow, window
from omr.scan.reading import Finding
from omr.scan.settings import ReaderSettings

# Print that correlates so well at one place has no better place within reach: a stroke's width
# beside it, letters correlate by less.
_SURE_MATCH = 0.9
# Ink this close to a letter is the letter: toner spreads by 0.1 mm, matching errs by as much.
_MARGIN_MM = 0.26
# Unexplained ink of this reach and area over a name is a stroke: accents that a threshold
# fattened stay below 2 mm.
_OVER_MM, _OVER_MM2 = 3.5, 0.8
_GAP_MM = 1.3
# Where three quarters of the other names leave less than this over, this much is a stroke.
_CLEAN_MM2, _CRUMBS_MM2 = 0.1, 0.45
# So few crumbs, none longer than that, are specks, the smallest not counted: a stroke that letters
# hide all but for two crumbs shows a length of it at one of its ends.
_FEW, _SPECK_MM, _GRAIN_MM2 = 2, 1.4, 0.06
# Letters missing over this width and area were covered: one letter may have lost its toner.
_COVERED_MM, _COVERED_MM2 = 4.0, 1.5


def struck_names(
    reference: Reference, ink: InkMap, explained: Mask, settings: ReaderSettings
) -> Iterator[Finding]:
    """Find names that somebody struck out, underlined or circled.

    Args:
        reference: The page as printed.
        ink: Its ink.
        explained: Ink that belongs to marks and free zones.
        settings: The reader's numbers.

    Yields:
        At most one finding per name and way of looking; its detail says what was done.
    """
    yield from _runs(reference, ink, settings)
    prints = name_prints(reference)
    yield from _written_over(prints, reference, ink, explained)


def _written_over(
    prints: Sequence[NamePrint], reference: Reference, ink: InkMap, explained: Mask
) -> Iterator[Finding]:
    """Look for ink over names that the letters, matched by themselves, do not explain."""
    scale = reference.px_per_mm
    left = [_left_over(name, reference, ink, explained) for name in prints]
    areas = [float(over.sum()) / scale**2 for over, _, _ in left]
    for index, name in enumerate(reference.layout.names):
        over, letters, lost = left[index]
        yield from _covered(name, letters, lost, scale)
        # Bold toner and hard thresholds fatten all names alike; a pen strikes one or two.
        usual = sorted(areas[:index] + areas[index + 1 :])
        fat = usual[len(usual) // 3] if usual else 0.0
        # On a page whose other names leave nothing over, crumbs are enough.
        clean = bool(usual) and usual[-1 - len(usual) // 4] < _CLEAN_MM2
        if areas[index] < _CRUMBS_MM2:
            continue
        for own, rect in _strokes(over, scale, clean):
            reach_mm = float(np.hypot(rect.w, rect.h))
            least_mm2 = _CRUMBS_MM2 if clean else _OVER_MM2 + 2.0 * fat
            if reach_mm < _OVER_MM or own.sum() / scale**2 < least_mm2:
                continue
            how = _how(rect, own, letters, scale)
            place = rect.shifted(name.rect.x, name.rect.y)
            if how is None or _moved(own, name, ink, reference):
                continue
            yield Finding("name-struck", name.contest, place, round(reach_mm, 1), how)
            break


def _strokes(over: Mask, px_per_mm: int, clean: bool) -> Iterator[tuple[Mask, Rect]]:
    """Yield the strokes over a name; letters cut them into crumbs a letter's width apart.

    Args:
        over: Ink that the letters leave over.
        px_per_mm: Its resolution.
        clean: Whether all crumbs over the name may be of one stroke.
    """
    for part in parts(grow(over, _GAP_MM * px_per_mm), px_per_mm):
        own = np.zeros_like(over)
        own[part.area] = over[part.area] & part.shape
        yield own, part.rect.grown(-_GAP_MM)
    ys, xs = np.nonzero(over)
    if clean and ys.size:
        left, top = int(xs.min()) / px_per_mm, int(ys.min()) / px_per_mm
        right, bottom = (int(xs.max()) + 1) / px_per_mm, (int(ys.max()) + 1) / px_per_mm
        # Crumbs of one stroke lie within a line or two of the name.
        if bottom - top < 10.0 and not _are_specks(over, px_per_mm):
            yield over, Rect(left, top, right - left, bottom - top)


def _are_specks(over: Mask, px_per_mm: int) -> bool:
    """Tell one or two specks of dust from what letters leave of a stroke."""
    stats = label_pieces(over).stats[1:]
    reach = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) / px_per_mm
    seen = reach[stats[:, cv2.CC_STAT_AREA] > _GRAIN_MM2 * px_per_mm**2]
    return len(seen) <= _FEW and bool((seen <= _SPECK_MM).all())


def _moved(own: Mask, name: NameArea, ink: InkMap, reference: Reference) -> bool:
    """Tell whether a fold through the name moved some of its letters to where the ink is."""
    rest = np.zeros(ink.ink.shape, np.bool_)
    rows, columns = window(name.rect.grown(-0.6), reference.px_per_mm, rest.shape)
    rest[rows, columns][: own.shape[0], : own.shape[1]] = own
    return float(displaced_print(rest, ink, reference).sum()) > 0.7 * float(own.sum())


def _covered(name: NameArea, letters: Mask, lost: Mask, px_per_mm: int) -> Iterator[Finding]:
    """Look for a stretch of letters that is not there: covered by tape or scratched off."""
    if float(lost.sum()) / px_per_mm**2 < _COVERED_MM2:
        return
    for part in parts(grow(lost, 0.7 * px_per_mm), px_per_mm):
        rect, lost_px = part.rect, int((lost[part.area] & part.shape).sum())
        gone = lost_px / px_per_mm**2
        share = lost_px / max(int((letters[part.area] & part.shape).sum()), 1)
        if rect.w - 1.4 >= _COVERED_MM and gone >= _COVERED_MM2 and share > 0.75:
            place = rect.grown(-0.7).shifted(name.rect.x, name.rect.y)
            size_mm = round(float(np.hypot(place.w, place.h)), 1)
            yield Finding("name-struck", name.contest, place, size_mm, "name covered")
            return


def _how(rect: Rect, own: Mask, letters: Mask, px_per_mm: int) -> str | None:
    """Tell what was done to a name; None for ink that stands beside it."""
    ys, xs = np.nonzero(letters)
    left, top, right, bottom = (
        float(v) / px_per_mm for v in (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)
    )
    if rect.w > 0.85 * (right - left) and rect.h > 0.85 * (bottom - top) and rect.h > 3.0:
        return "circle"
    # Within 0.8 mm of a letter a stroke touches the name.
    touches = float((own & grow(letters, 0.8 * px_per_mm)).sum()) / max(int(own.sum()), 1)
    if rect.h < 2.5 and rect.y > bottom - 1.2 and rect.x < right and rect.right > left:
        return "underline"
    return "strike" if touches > 0.25 else None


def _left_over(
    name: NamePrint, reference: Reference, ink: InkMap, explained: Mask
) -> tuple[Mask, Mask, Mask]:
    """Return the ink over one name that print leaves over, its letters, and those not seen."""
    scale = reference.px_per_mm
    reach = round(REACH_MM * scale)
    (rows, columns), printed, letters = name.area, name.printed, name.letters
    if not letters.any():
        return np.zeros_like(printed), letters, np.zeros_like(printed)
    around = ink.darkness[
        rows.start - reach : rows.stop + reach, columns.start - reach : columns.stop + reach
    ]
    x, y = _place(name, np.asarray(cv2.GaussianBlur(around, (0, 0), 1.0), np.uint8), reach)
    near = np.zeros(around.shape, np.bool_)
    near[y : y + printed.shape[0], x : x + printed.shape[1]] = printed
    near = grow(near, _MARGIN_MM * scale)[reach:-reach, reach:-reach]
    over = above(ink.darkness[rows, columns], max(1.3 * ink.threshold, 80.0))
    over &= ~near & ~explained[rows, columns]
    # A crease runs through names without regard for them.
    if ink.worn[rows, columns].any():
        over &= ~grow(ink.worn[rows, columns], 0.4 * scale)
    over &= ~ink.stained[rows, columns]
    # Lines of one pixel are the fringe of print.
    solid = cv2.morphologyEx(as_bits(over), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    seen = above(around[y : y + printed.shape[0], x : x + printed.shape[1]], 0.5 * ink.threshold)
    lost = letters & ~grow(seen, 1.5)
    return np.asarray(solid > 0, dtype=np.bool_), letters, lost


def _place(name: NamePrint, around: Grey, reach: int) -> tuple[int, int]:
    """Return where in its blurred surroundings a name lies, x and y; in the middle at ``reach``.

    The best place next to the middle is as a rule the best of all; only where the match is
    poor are all places tried.
    """
    grey = around.astype(np.float32)
    height, width = name.blurred.shape
    scores: dict[tuple[int, int], float] = {}

    def score(place: tuple[int, int]) -> float:
        if place not in scores:
            x, y = place
            view = grey[y : y + height, x : x + width].ravel()
            spread = float(view @ view) - float(view.sum()) ** 2 / view.size
            scores[place] = float(view @ name.pattern) / max(spread, 1e-6) ** 0.5
        return scores[place]

    best, nearby = (-1, -1), (reach, reach)
    while nearby != best:
        best = nearby
        nearby = max(
            (
                (x, y)
                for y in range(max(0, best[1] - 1), min(2 * reach, best[1] + 1) + 1)
                for x in range(max(0, best[0] - 1), min(2 * reach, best[0] + 1) + 1)
            ),
            key=score,
        )
    if score(best) < _SURE_MATCH:
        scored = cv2.matchTemplate(around, name.blurred, cv2.TM_CCOEFF_NORMED)
        x, y = cv2.minMaxLoc(scored)[3]
        return int(x), int(y)
    return best


def _runs(reference: Reference, ink: InkMap, settings: ReaderSettings) -> Iterator[Finding]:
    """Look for straight runs of ink across printed names, where letters hide a stroke.

    The whole ink of the name is opened with lines of a few directions: letters have no run
    as long, rules are known from the reference.
    """
    scale = reference.px_per_mm
    prints = name_prints(reference)
    # A pen over print is dark; faint strikes show between the letters and at the ends.
    dark = [_dark(name.run_area, ink, scale) for name in prints]
    likely = [_straight_runs(seen, settings.strike_mm, scale) for seen in dark]
    if not any(likely):
        return
    thicker = thicker_px(dark, prints)
    known = known_runs(reference, settings.strike_mm, thicker)
    for name, print_, lines_, letters in zip(
        reference.layout.names, prints, likely, known, strict=True
    ):
        area = print_.run_area
        runs = np.zeros(letters.shape, np.bool_)
        for bit, run in lines_.items():
            runs |= run & (letters & (1 << bit) == 0)
        rect = _largest(runs, scale)
        if rect is None or rect.w < settings.strike_mm:
            continue
        # A rule of the table that a fold or damp moved is a run that no letter has.
        rest = np.zeros(ink.ink.shape, np.bool_)
        rest[area] = runs
        rect = _largest(runs & ~displaced_print(rest, ink, reference)[area], scale)
        if rect is None or rect.w < settings.strike_mm:
            continue
        place = rect.shifted(area[1].start / scale, area[0].start / scale)
        size = round(float(np.hypot(rect.w, rect.h)), 1)
        yield Finding("name-struck", name.contest, place, size, "strike")


def _dark(area: tuple[slice, slice], ink: InkMap, px_per_mm: int) -> Mask:
    """Return what is as dark as a stroke over print, in a window of the page."""
    dark = above(ink.darkness[area], max(1.8 * ink.threshold, 100.0))
    if ink.worn[area].any():
        dark &= ~grow(ink.worn[area], 0.4 * px_per_mm)
    dark &= ~ink.stained[area]
    return dark


def _straight_runs(dark: Mask, line_mm: float, px_per_mm: int) -> dict[int, Mask]:
    """Return the straight runs of some ink by the index of their slope, of print and pen alike."""
    length, bits = round(line_mm * px_per_mm), as_bits(dark)
    return {
        bit: cv2.morphologyEx(bits, cv2.MORPH_OPEN, line) > 0
        for bit, (line, few) in enumerate(zip(lines(length), sparse_lines(length), strict=True))
        if cv2.erode(bits, few).any()
    }


def _largest(mask: Mask, px_per_mm: int) -> Rect | None:
    """Return the bounding box of the largest connected part of a mask, in its own mm."""
    if not mask.any():
        return None
    stats = label_pieces(mask).stats
    number = 1 + int(np.argmax(stats[1:, 2]))
    left, top, width, height = (int(v) for v in stats[number, :4])
    return Rect(left / px_per_mm, top / px_per_mm, width / px_per_mm, height / px_per_mm)

"""Ink over printed names: struck through, scrawled over, circled.

A stroke through a name hides between its letters, where ink is print's neighbour. So each
name is matched with its print once more by itself, and looked at in two ways: for straight
runs that no letter has, and for ink that its own letters do not explain, measured against
the unevenness of print elsewhere on the page.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.ballot.model import NameArea
from omr.geometry import Rect
from omr.scan.explain import displaced_print
from omr.scan.ink import InkMap
from omr.scan.pieces import label_pieces, parts
from omr.scan.reading import Finding
from omr.scan.reference import Mask, Reference, disc, grow, window
from omr.scan.settings import ReaderSettings

# A name may lie this far beside its place on the flat page.
_REACH_MM = 0.8
# Ink this close to a letter is the letter: toner spreads by 0.1 mm, matching errs by as much.
_MARGIN_MM = 0.26
# Unexplained ink of this reach and area over a name is a stroke: accents that a threshold
# fattened stay below 2 mm.
_OVER_MM, _OVER_MM2 = 3.5, 0.8
_GAP_MM = 1.3
# Where three quarters of the other names leave less than this over, this much is a stroke.
_CLEAN_MM2, _CRUMBS_MM2 = 0.1, 0.45
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
    yield from _written_over(reference, ink, explained)


def _written_over(reference: Reference, ink: InkMap, explained: Mask) -> Iterator[Finding]:
    """Look for ink over names that the letters, matched by themselves, do not explain."""
    scale = reference.px_per_mm
    left = [_left_over(name.rect, reference, ink, explained) for name in reference.layout.names]
    areas = [float(over.sum()) / scale**2 for over, _, _ in left]
    for index, name in enumerate(reference.layout.names):
        over, letters, lost = left[index]
        yield from _covered(name, letters, lost, scale)
        # Bold toner and hard thresholds fatten all names alike; a pen strikes one or two.
        usual = sorted(areas[:index] + areas[index + 1 :])
        fat = usual[len(usual) // 3] if usual else 0.0
        # On a page whose other names leave nothing over, crumbs are enough.
        clean = bool(usual) and usual[-1 - len(usual) // 4] < _CLEAN_MM2
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
        if bottom - top < 10.0:
            yield over, Rect(left, top, right - left, bottom - top)


def _moved(own: Mask, name: NameArea, ink: InkMap, reference: Reference) -> bool:
    """Tell whether a fold through the name moved some of its letters to where the ink is."""
    rest = np.zeros(ink.ink.shape, np.bool_)
    rows, columns = window(name.rect.grown(-0.6), reference.px_per_mm, rest.shape)
    rest[rows, columns][: own.shape[0], : own.shape[1]] = own
    return float(displaced_print(rest, ink, reference).sum()) > 0.7 * float(own.sum())


def _covered(name: NameArea, letters: Mask, lost: Mask, px_per_mm: int) -> Iterator[Finding]:
    """Look for a stretch of letters that is not there: covered by tape or scratched off."""
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
    rect: Rect, reference: Reference, ink: InkMap, explained: Mask
) -> tuple[Mask, Mask, Mask]:
    """Return the ink over one name that print leaves over, its letters, and those not seen."""
    scale = reference.px_per_mm
    reach = round(_REACH_MM * scale)
    rows, columns = window(rect.grown(-0.6), scale, ink.ink.shape)
    rows = slice(max(rows.start, reach), min(rows.stop, ink.ink.shape[0] - reach))
    columns = slice(max(columns.start, reach), min(columns.stop, ink.ink.shape[1] - reach))
    printed = ink.printed[rows, columns]
    around = ink.darkness[
        rows.start - reach : rows.stop + reach, columns.start - reach : columns.stop + reach
    ]
    letters = printed & ~_rules(printed, scale)
    if not letters.any():
        return np.zeros_like(printed), letters, np.zeros_like(printed)
    template = cv2.GaussianBlur(reference.darkness[rows, columns], (0, 0), 1.0)
    score = cv2.matchTemplate(cv2.GaussianBlur(around, (0, 0), 1.0), template, cv2.TM_CCOEFF_NORMED)
    _, _, _, (x, y) = cv2.minMaxLoc(score)
    near = np.zeros(around.shape, np.bool_)
    near[y : y + printed.shape[0], x : x + printed.shape[1]] = printed
    near = grow(near, _MARGIN_MM * scale)[reach:-reach, reach:-reach]
    over = ink.darkness[rows, columns] > max(1.3 * ink.threshold, 80.0)
    over &= ~near & ~explained[rows, columns]
    # A crease runs through names without regard for them.
    over &= ~grow(ink.worn[rows, columns], 0.4 * scale)
    # Lines of one pixel are the fringe of print.
    solid = cv2.morphologyEx(over.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    seen = around[y : y + printed.shape[0], x : x + printed.shape[1]] > 0.5 * ink.threshold
    lost = letters & ~grow(seen, 1.5)
    return np.asarray(solid > 0, dtype=np.bool_), letters, lost


def _rules(printed: Mask, px_per_mm: int) -> Mask:
    """Return the rules of the table among some print: runs that are longer than any letter."""
    length = 9 * px_per_mm
    bits = printed.astype(np.uint8)
    runs = cv2.morphologyEx(bits, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    down = cv2.morphologyEx(bits, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    return grow((runs > 0) | (down > 0), 2.0)


def _runs(reference: Reference, ink: InkMap, settings: ReaderSettings) -> Iterator[Finding]:
    """Look for straight runs of ink across printed names, where letters hide a stroke.

    The whole ink of the name is opened with lines of a few directions: letters have no run
    as long, rules are known from the reference.
    """
    scale = reference.px_per_mm
    length = round(settings.strike_mm * scale)
    # Letters run together in coarse scans: what could, in a blurred print, is known.
    blur_px = 0.15 * scale
    margin = int(np.ceil(4 * blur_px))
    for name in reference.layout.names:
        area = window(name.rect.grown(-0.6), scale, ink.ink.shape)
        # A pen over print is dark; faint strikes show between the letters and at the ends.
        dark = ink.darkness[area] > max(1.8 * ink.threshold, 100.0)
        dark &= ~grow(ink.worn[area], 0.4 * scale)
        top, left = (max(0, part.start - margin) for part in area)
        around = reference.darkness[top : area[0].stop + margin, left : area[1].stop + margin]
        blurred = cv2.GaussianBlur(around, (0, 0), blur_px)[
            area[0].start - top : area[0].stop - top, area[1].start - left : area[1].stop - left
        ]
        printed = (blurred > 32).astype(np.uint8)
        runs = np.zeros(dark.shape, np.bool_)
        for degrees in (-24, -16, -8, -4, 0, 4, 8, 16, 24):
            kernel = _line_kernel(length, degrees)
            run = cv2.morphologyEx(dark.astype(np.uint8), cv2.MORPH_OPEN, kernel)
            known = cv2.dilate(
                cv2.morphologyEx(printed, cv2.MORPH_OPEN, kernel), disc(0.35 * scale)
            )
            runs |= (run > 0) & (known == 0)
        rect = _largest(runs, scale)
        if rect is None or rect.w < settings.strike_mm:
            continue
        place = rect.shifted(area[1].start / scale, area[0].start / scale)
        size = round(float(np.hypot(rect.w, rect.h)), 1)
        yield Finding("name-struck", name.contest, place, size, "strike")


def _line_kernel(length_px: int, degrees: float) -> NDArray[np.uint8]:
    """Return a one-pixel line of this length and slope as a structuring element."""
    half = length_px / 2
    dx, dy = half * np.cos(np.radians(degrees)), half * np.sin(np.radians(degrees))
    size = length_px | 1
    rows = (2 * int(np.ceil(abs(dy))) + 1) | 1
    kernel = np.zeros((rows, size), np.uint8)
    centre = (size // 2, rows // 2)
    start = (round(centre[0] - dx), round(centre[1] - dy))
    end = (round(centre[0] + dx), round(centre[1] + dy))
    cv2.line(kernel, start, end, 1, 1)
    return kernel


def _largest(mask: Mask, px_per_mm: int) -> Rect | None:
    """Return the bounding box of the largest connected part of a mask, in its own mm."""
    stats = label_pieces(mask).stats
    if len(stats) < 2:
        return None
    number = 1 + int(np.argmax(stats[1:, 2]))
    left, top, width, height = (int(v) for v in stats[number, :4])
    return Rect(left / px_per_mm, top / px_per_mm, width / px_per_mm, height / px_per_mm)

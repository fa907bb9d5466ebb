"""The wire of a staple over black print, of which open paper shows no more than the ends.

In come a piece of unexplained ink and a view of its corner; out comes the wire's line. A wire
lies upon the print and hides it: steel gleams, so that it is seen over black toner as well, far
brighter than the toner on both its sides, and looks there as it looks over paper. Ink of a pen
sinks into the toner's black, and gel ink that glosses on it is hardly brighter than the toner.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from omr.scan.ink.pieces import Part
from omr.scan.wear.wire_views import (
    Float32,
    Floats,
    Line,
    WireView,
    across,
    moved,
    takes_all_light_alike,
)

Places = NDArray[np.bool_]

# Wires are from 8.4 mm (no. 10) to 13 mm long; the gleam of an end may be lost, its shadow seen.
_LENGTH_MM = (7.0, 14.5)
# Over solid print a wire is so much brighter than the toner beside it, of 255: scans have 90 to
# 180. For the gloss of ink on toner 10 is allowed, and twice that for the toner's own grain.
_GLEAM = 35.0
# What is darker than paper, or brighter than toner, by this much counts in full.
_ALIKE = 60.0
# In the first place there is some of it within so much of the piece.
_NEAR_MM, _NEAR_MM2 = 3.0, 0.15
# The line through the piece's middle is turned all round, and moved by so much.
_TURN_DEG, _MOVE_MM = 2.0, 0.5
# The wire is broader than this about its line: its gleam lies aside of the middle.
_CORE_MM = 0.25
# Toner beside the wire is seen from here to there.
_BESIDE_MM = (0.65, 1.25)
# So much of its way lies over solid print, and so much on open paper, with no gap longer.
_OVER_PRINT_MM, _WHITE_MM, _GAP_MM = 1.2, 1.0, 0.4
# The gleam's crest lies so close to the wire's middle, and is told of where so much of the way over
# print is known to be solid: one that lies beside the print is paper.
_CREST_MM, _KNOWN = 0.5, 0.4
# The ends of a wire bend into the sheet: there the gleam may be lost, and the shadow lies askew.
_END_MM = 0.8
# Of both ways all but so much is covered.
_BARE = 0.1
# Places along the gleam, and those along the ends, deviate from one line by less than this; a
# pen's bow over 8 mm has 0.05 mm and more.
_STRAIGHT_MM, _STRETCH_MM = 0.05, 0.5
# Over print the wire is that much brighter or darker than over paper, as shares of what it is
# brighter than toner.
_BRIGHTER, _DARKER = 0.25, 0.5
# The gleam is narrower than the wire, and no broader than this at half its height.
_BROAD_MM = 0.7
# Colours of steel are taken away alike, but for this share.
_COLOUR = 0.3


def wire_over_print(part: Part, view: WireView, threshold: float) -> Line | None:
    """Return the wire that a piece belongs to, if it goes on over print.

    Args:
        part: Unexplained ink of the corner.
        view: The corner.
        threshold: Darkness from which a pixel counts as ink.
    """
    toner = view.darkness[view.solid > 0]
    if not toner.size:
        return None
    tone = float(np.median(toner))
    gleam = np.clip(tone - view.darkness, 0.0, 255.0) * view.solid
    if not _gleams_near(part, gleam, view.scale):
        return None
    line = _best(part, view, gleam)
    # Through a narrow slit a line is seen wholly when it is nearly in place.
    for _ in range(2):
        line = _seen(line, part, view, threshold, tone)
        line, off_mm = _fitted(line, view, gleam)
    length_mm = (line.end - line.start) / view.scale
    if not _LENGTH_MM[0] < length_mm < _LENGTH_MM[1] or off_mm > _STRAIGHT_MM:
        return None
    return line if _hides_print(line, view, threshold) and _is_steel(line, view) else None


def lies_beneath_print(line: Line, view: WireView) -> bool:
    """Tell whether print is seen as black on a line as beside it: ink does not hide it, steel does.

    Args:
        line: From where to where it runs.
        view: The corner.
    """
    toner = view.darkness[view.solid > 0]
    core, over, _ = _core(line, view)
    if not toner.size or over.sum() < _OVER_PRINT_MM * view.scale:
        return False
    return float(np.median(core[over].min(axis=1))) > float(np.median(toner)) - _GLEAM


def _gleams_near(part: Part, gleam: Float32, scale: int) -> bool:
    """Tell whether anything near a piece is brighter than the print on which it lies."""
    reach = round(_NEAR_MM * scale)
    rows, columns = (slice(max(0, side.start - reach), side.stop + reach) for side in part.area)
    return bool(np.count_nonzero(gleam[rows, columns] > _GLEAM) > _NEAR_MM2 * scale**2)


def _best(part: Part, view: WireView, gleam: Float32) -> Line:
    """Return the line through a piece along which most ink and gleam lie."""
    ys, xs = np.nonzero(part.shape)
    x, y = part.area[1].start + xs.mean(), part.area[0].start + ys.mean()
    # Gleam over print and ink over paper count alike, a wire's dark sides like its middle.
    seen = np.minimum(view.darkness, _ALIKE) * view.white + np.minimum(gleam, _ALIKE)
    reach, best, found = _LENGTH_MM[1] * view.scale, -1.0, Line(x, y, 0.0)
    for step, most in ((_TURN_DEG, 90.0), (_TURN_DEG / 5, _TURN_DEG)):
        first = found
        for turn in np.deg2rad(np.arange(-most, most, step)):
            turned = Line(first.x, first.y, first.angle + float(turn), -reach, reach)
            sums = across(turned, view, seen, _MOVE_MM).sum(axis=0)
            if sums.max() > best:
                best = float(sums.max())
                found = moved(turned, int(sums.argmax()) - len(sums) // 2, 0.0)
    return found


def _seen(line: Line, part: Part, view: WireView, threshold: float, tone: float) -> Line:
    """Follow a line from a piece out to both ends, as far as ink or gleam is seen along it."""
    reach = _LENGTH_MM[1] * view.scale
    whole = Line(line.x, line.y, line.angle, -reach, reach)
    shown, bare = _shown(whole, view, threshold, tone)
    ys, xs = np.nonzero(part.shape)
    x, y = xs + part.area[1].start - line.x, ys + part.area[0].start - line.y
    own = x * np.cos(line.angle) + y * np.sin(line.angle) + round(reach)
    ends = []
    for start, step in ((own.min(), -1), (own.max(), 1)):
        end = place = min(max(round(float(start)), 0), len(shown) - 1)
        gap = 0
        while 0 <= place < len(shown) and gap < _GAP_MM * view.scale:
            if shown[place]:
                end, gap = place, 0
            gap += int(bare[place])
            place += step
        ends.append(float(end - round(reach)))
    return Line(line.x, line.y, line.angle, ends[0], ends[1])


def _shown(line: Line, view: WireView, threshold: float, tone: float) -> tuple[Places, Places]:
    """Return where along a line ink or gleam is seen, and where neither is though it could be."""
    core, over, white = _core(line, view)
    # Over the grain of toner light is added up, though not with that of paper beside.
    middle = core.shape[1] // 2
    three, level = np.ones(3), np.median(core[:, middle - 1 : middle + 2], axis=1)
    sums = np.convolve(level * over, three, "same") / np.convolve(over, three, "same").clip(1)
    shown = (white & (core.max(axis=1) > threshold)) | (over & (sums < tone - _GLEAM))
    return shown, (white | over) & ~shown


def _core(line: Line, view: WireView) -> tuple[Floats, Places, Places]:
    """Return darkness about a line, and where along it there is solid print, or open paper."""
    dark, solid, white = (
        across(line, view, seen, _CORE_MM) for seen in (view.darkness, view.solid, view.white)
    )
    # The modules of a code are too small to hold the wire's breadth.
    return dark, solid[:, solid.shape[1] // 2] > 0.5, white.min(axis=1) > 0.99


def _fitted(line: Line, view: WireView, gleam: Float32) -> tuple[Line, float]:
    """Lay a line through gleam and ends alike.

    Light from one side lets gleam and shadow lie apart, each on its own side of the wire.

    Returns:
        The line, and by how much the two deviate from one direction, in mm. Where a code leaves too
        little to be measured, the line stays as it is.
    """
    rows: list[tuple[float, bool, bool]] = []
    middles, weighs = [], []
    core, bright = (across(line, view, seen, _CORE_MM) for seen in (view.darkness, gleam))
    over, white = (
        across(line, view, clear, _CORE_MM).min(axis=1) > 0.99 for clear in (view.solid, view.white)
    )
    bright = np.maximum(bright - _GLEAM, 0.0)
    at = np.arange(round(line.start), round(line.end) + 1)
    aside = np.arange(core.shape[1]) - core.shape[1] // 2
    steps = max(1, round(len(core) / (_STRETCH_MM * view.scale)))
    end = round(_END_MM * view.scale)
    inner = np.arange(end, len(core) - end)
    for light, here in ((core, white), (bright, over)):
        for stretch in np.array_split(inner, steps):
            own = stretch[here[stretch]]
            profile = light[own].sum(axis=0)
            if own.size and profile.sum() > 0:
                rows.append((float(at[own].mean()), light is core, light is bright))
                middles.append(float(profile @ aside / profile.sum()))
                weighs.append(float(np.sqrt(len(own))))
    known, middle, weigh = np.array(rows, np.float64), np.array(middles), np.array(weighs)
    if known.size == 0 or known[:, 1].sum() < 2 or known[:, 2].sum() < 2:
        return line, 0.0
    fit = np.linalg.lstsq(known * weigh[:, None], middle * weigh, rcond=None)[0]
    off = (middle - known @ fit) * weigh
    off_mm = float(np.sqrt((off**2).sum() / (weigh**2).sum())) / view.scale
    # A bow is that much more over the whole way.
    off_mm *= (len(core) / len(inner)) ** 2
    return moved(line, float(fit[1] + fit[2]) / 2, float(np.arctan(fit[0]))), off_mm


def _hides_print(line: Line, view: WireView, threshold: float) -> bool:
    """Tell whether a line is much brighter than print beside it, and looks as it does on paper."""
    half_mm = _BESIDE_MM[1]
    dark = across(line, view, view.darkness, half_mm)
    solid = across(line, view, view.solid, half_mm) > 0.99
    off_mm = (np.arange(dark.shape[1]) - dark.shape[1] // 2) / view.scale
    _, over, white = _core(line, view)
    # Where the paper is torn, or the print lies a little aside, there is no toner.
    toner = solid & (dark > float(np.median(view.darkness[view.solid > 0])) / 2)
    way = over | white
    over &= toner[:, np.abs(off_mm) >= _BESIDE_MM[0]].any(axis=1)
    if over.sum() < _OVER_PRINT_MM * view.scale or white.sum() < _WHITE_MM * view.scale:
        return False
    tones = []
    for side in (-1, 1):
        beside = (side * off_mm >= _BESIDE_MM[0]) & toner
        if beside.sum() > view.scale:
            tones.append(float(np.median(dark[beside])))
    if not tones:
        return False
    tone = min(tones)
    seen = solid & over[:, None]
    shape = (dark * seen).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    known = seen.sum(axis=0) >= _KNOWN * over.sum()
    near = np.flatnonzero(known & (np.abs(off_mm) <= _CREST_MM))
    if not near.size:
        return False
    at = int(near[shape[near].argmin()])
    crest = dark[:, at - 1 : at + 2].mean(axis=1)
    end = _END_MM * view.scale
    inner = replace(line, start=line.start + end, end=line.end - end)
    _, bare = _shown(moved(inner, at - len(shape) // 2, 0.0), view, threshold, tone)
    if bare.sum() > _BARE * way.sum():
        return False
    level = float(np.median(crest[over]))
    # Blur darkens it among black; only bare paper, where toner came off, is brighter than a wire.
    darker = (level - float(np.median(crest[white]))) / max(tone - level, 1.0)
    alike = -_BRIGHTER < darker < _DARKER
    # From the crest to where it is half as bright, on both sides.
    dim = np.flatnonzero(~known | (shape >= (tone + level) / 2))
    breadth_px = dim[dim > at].min(initial=len(shape)) - dim[dim < at].max(initial=-1) - 1
    breadth_mm = float(breadth_px) / view.scale
    return bool(tone - level > _GLEAM and alike and breadth_mm < _BROAD_MM)


def _is_steel(line: Line, view: WireView) -> bool:
    """Tell steel from coloured ink by the ends on open paper."""
    clear = across(line, view, view.open_, _BESIDE_MM[0]).min(axis=1) > 0.99
    return bool(clear.any()) and takes_all_light_alike(line, view, clear, 1.0, _COLOUR)

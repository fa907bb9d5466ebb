"""The wire of a staple in an upper corner, told from a pen's line.

In come unexplained ink, the flat page and its print; out comes the ink of wires. A wire is
straight, of a length that staplers take, and grey. It is round: light gleams along it, and it
throws its shadow on the paper beside. Across it there is hence no plain hump of ink with steep
sides, as across a pen's line, but shoulders of gleam and shadow. Where a lamp from all around
shows neither, it has to be as straight and even all along as only a machine makes it.
"""

from __future__ import annotations

import numpy as np

from omr.scan.ink.ink_map import InkMap
from omr.scan.ink.pieces import Part, parts
from omr.scan.place.reference import Mask, Reference
from omr.scan.place.straighten import FlatPage
from omr.scan.settings import ReaderSettings
from omr.scan.wear.wire_views import (
    Floats,
    Line,
    WireView,
    across,
    moved,
    takes_all_light_alike,
    upper_corners,
    view_beyond,
    wire_view,
    within_breadth,
)
from omr.scan.wear.wires_over_print import lies_beneath_print, wire_over_print

# Where hands put a staple: so far across and down from an upper corner.
_CORNER_MM = (42.0, 30.0)
# Wires are from 8.4 mm (no. 10) to 13 mm long. Of one that runs out of the page, or into print,
# so much is to be seen.
_LENGTH_MM, _SEEN_MM = (7.0, 15.0), 4.0
# A piece from which a wire is looked for has at least this extent and ink.
_PIECE_MM, _PIECE_MM2 = 1.2, 0.3
# The wire lies within this of the piece's own line, which its shadow and print turn and move.
_TURN_DEG, _MOVE_MM = 14.0, 0.75
# The wire, its gleam and its shadow.
_BREADTH_MM, _PROFILE_MM = 1.0, 2.0
# The ends of a wire bend into the sheet, and throw a shadow that lies askew.
_END_MM = 0.6
# Wires deviate from their line by 0.005 to 0.025 mm, and by up to 0.05 where print hides a quarter
# of them; pens, also felt pens that are pale along their middle, by 0.03 to 0.2 over 7 mm.
_STRAIGHT_MM, _BESIDE_PRINT_MM, _WHOLLY = 0.026, 0.05, 0.75
# Without gleam and shadow: hands deviate by 0.016 mm and more, and change their weight by 14 %
# and more between the tenth and the ninetieth percent of the way. Of a wire's middle a scan tells
# this share of a pixel: 0.012 mm at 300 dpi.
_MACHINED_PX, _EVEN, _MACHINED_LONG_MM = 0.14, 0.1, 5.0
# In colour, a band as broad and as pale as steel, of 255, and as even as this is no pencil's, which
# is thinner and has a grain.
_BROAD_MM, _STEEL, _BARE_EVEN = 0.7, 150, 0.07
# What lies beyond the design is a wire's if this share of it lies upon the wire.
_UPON = 0.8
# So much of it lies on open paper, with gaps no longer than that.
_OPEN_MM, _GAP_MM = 2.0, 0.6
# The sides of a pen's hump, from 15 % to 65 % of its height, are what the scan blurs of an edge,
# 1.2 pixels each; shoulders add so much. They are measured in stretches, finer than the page is.
_STRETCH_MM, _FINER = 2.0, 3
_SIDES, _BLUR_PX, _SHOULDERS_MM = (0.15, 0.65), 2.4, 0.2
# Between its dark sides, so far apart in every stretch, gleaming steel has less than this share of
# their darkness, on a line straighter than hands draw over such a length. The line of a ballpoint
# that is paler along its middle is narrower, and that of a felt pen not so pale there.
_DIP, _SIDES_APART_MM, _HOLLOW_STRAIGHT_MM = 0.72, 0.38, 0.016
# Colours of steel are taken away alike, but for this share.
_COLOUR = 0.3


def staples(rest: Mask, ink: InkMap, flat: FlatPage, reference: Reference) -> Mask:
    """Return where the wires of staples lie with their gleam and shadow, over print too.

    Args:
        rest: Ink that nothing has explained so far.
        ink: The page's ink.
        flat: The page laid flat.
        reference: The page as printed.
    """
    scale = reference.px_per_mm
    found = np.zeros(rest.shape, np.bool_)
    for area in upper_corners(_CORNER_MM, rest.shape, scale):
        view = None
        for part in parts(rest[area], scale):
            small = max(part.rect.w, part.rect.h) < _PIECE_MM or part.area_mm2 < _PIECE_MM2
            if small or (found[area][part.area] & part.shape).any():
                continue
            view = view or wire_view(area, flat, reference, ink)
            # Of a wire that runs into print, the second shows how far it goes on there.
            for look in (_wire, wire_over_print):
                wire = look(part, view, ink.threshold)
                if wire is not None:
                    found[area] |= within_breadth(wire, rest[area].shape, scale, _BREADTH_MM)
    return found


def is_staple_beyond(
    at_mm: Floats, flat: FlatPage, reference: Reference, ink: InkMap, settings: ReaderSettings
) -> bool:
    """Tell a staple's wire that lies, in part at least, beyond the design of a shrunken print.

    Args:
        at_mm: The ink in question, x and y on the page or beyond its edges, shape (n, 2).
        flat: The page laid flat.
        reference: The page as printed.
        ink: The page's ink.
        settings: The reader's numbers.
    """
    x, y = (float(v) for v in at_mm.mean(axis=0))
    aside = min(x, reference.layout.width - x)
    if aside > _CORNER_MM[0] or y > _CORNER_MM[1]:
        return False
    left = 0.0 if x == aside else reference.layout.width - _CORNER_MM[0]
    view, origin_mm = view_beyond(left, _CORNER_MM, flat, reference, ink, settings)
    scale = view.scale
    own = np.zeros(view.darkness.shape, np.bool_)
    height, width = view.darkness.shape
    at = ((at_mm - origin_mm) * scale).astype(int).clip(0)
    own[at[:, 1].clip(0, height - 1), at[:, 0].clip(0, width - 1)] = True
    dark = (view.darkness > ink.threshold) & (view.open_ > 0)
    for part in parts(dark, scale):
        mine = int((own[part.area] & part.shape).sum())
        if not mine or max(part.rect.w, part.rect.h) < _PIECE_MM or part.area_mm2 < _PIECE_MM2:
            continue
        wire = _wire(part, view, ink.threshold) or wire_over_print(part, view, ink.threshold)
        if wire is None:
            continue
        upon = own & within_breadth(wire, own.shape, scale, _BREADTH_MM)
        if upon.sum() > _UPON * own.sum():
            return True
    return False


def _wire(part: Part, view: WireView, threshold: float) -> Line | None:
    """Return the wire that a piece belongs to, if it does."""
    rows, columns = part.area
    at = np.argwhere(part.shape)[:, ::-1] + np.array([columns.start + 0.0, rows.start])
    centre = at.mean(axis=0)
    along = np.linalg.svd(at - centre, full_matrices=False)[2][0]
    line = _best(Line(centre[0], centre[1], float(np.arctan2(along[1], along[0]))), view)
    for look in range(2):
        line, cut = _ends(line, at, view, threshold)
        length_mm = (line.end - line.start) / view.scale
        # At first the line is turned so much that it may lose the wire beneath print.
        least = _PIECE_MM if look == 0 else _SEEN_MM if cut else _LENGTH_MM[0]
        if not least < length_mm < _LENGTH_MM[1]:
            return None
        places, middles, weights, more = _middles(line, view)
        if len(places) < _OPEN_MM * view.scale:
            return None
        slope, aside = np.polyfit(places, middles, 1)
        off_mm = float((middles - slope * places - aside).std()) / view.scale * more
        line = moved(line, aside, float(np.arctan(slope)))
    open_ = len(places) > _WHOLLY * (line.end - line.start)
    if off_mm > (_STRAIGHT_MM if open_ else _BESIDE_PRINT_MM) or not _is_steel(line, view):
        return None
    least, middle, most = np.percentile(weights, (10, 50, 90))
    long_ = len(places) > _MACHINED_LONG_MM * view.scale
    machined = long_ and off_mm < _MACHINED_PX / view.source_px_mm and most - least < _EVEN * middle
    bare = most - least < _BARE_EVEN * middle and _is_broad_and_pale(line, view)
    wire = machined or bare or _has_shoulders(line, view)
    wire = wire or (long_ and off_mm < _HOLLOW_STRAIGHT_MM and _is_hollow(line, view))
    wire = wire and not lies_beneath_print(line, view)
    return line if wire else None


def _best(line: Line, view: WireView) -> Line:
    """Turn and move a line to where most ink lies along it on open paper."""
    reach, best, found = _LENGTH_MM[1] * 0.8 * view.scale, -1.0, line
    seen = np.minimum(view.darkness, 120.0) * view.open_
    for turn in np.deg2rad(np.arange(-_TURN_DEG, _TURN_DEG + 0.1, 2.0)):
        angle = line.angle + float(turn)
        turned = Line(line.x, line.y, angle, -reach, reach)
        sums = across(turned, view, seen, _MOVE_MM).sum(axis=0)
        if sums.max() > best:
            best = float(sums.max())
            found = moved(Line(line.x, line.y, angle), int(sums.argmax()) - len(sums) // 2, 0.0)
    return found


def _ends(line: Line, at: Floats, view: WireView, threshold: float) -> tuple[Line, bool]:
    """Follow the ink along a line from the piece out to both ends, beneath print too.

    Returns:
        The line, and whether an end lies at the page's edge or beside print.
    """
    reach = _LENGTH_MM[1] * view.scale
    whole = Line(line.x, line.y, line.angle, -reach, reach)
    middle = round(reach)
    open_ = across(whole, view, view.open_, 0.25) > 0.5
    dark = (across(whole, view, view.darkness, 0.25) * open_).max(axis=1) > threshold
    hidden = open_.mean(axis=1) < 0.5
    own = (at - (line.x, line.y)) @ (np.cos(line.angle), np.sin(line.angle))
    ends, cut = [], False
    for start, step in ((own.min(), -1), (own.max(), 1)):
        end = place = min(max(round(float(start)) + middle, 0), 2 * middle)
        gap = 0
        while 0 <= place < len(dark) and gap < _GAP_MM * view.scale:
            if dark[place]:
                end, gap = place, 0
            elif not hidden[place]:
                gap += 1
            place += step
        ends.append(float(end - middle))
        beyond = end + 2 * step
        cut |= not 0 <= beyond < len(dark) or bool(hidden[beyond])
    return Line(line.x, line.y, line.angle, ends[0], ends[1]), cut


def _middles(line: Line, view: WireView) -> tuple[Floats, Floats, Floats, float]:
    """Measure the ink along a line, where it lies on open paper.

    Returns:
        Places along the line, the middle of the ink at each, and its amount; and by how much more
        the middles of a bow would deviate, had the ends not been left out.
    """
    dark = across(line, view, view.darkness, _BREADTH_MM * 0.75)
    clear = across(line, view, view.open_, _BREADTH_MM * 0.75).min(axis=1) > 0.99
    weight = dark.sum(axis=1)
    clear &= weight > 100
    places = np.arange(round(line.start), round(line.end) + 1)
    inner, end, more = clear.copy(), round(_END_MM * view.scale), 1.0
    inner[:end] = inner[-end:] = False
    if inner.sum() > _SEEN_MM * view.scale:
        more = float(np.ptp(places[clear]) / np.ptp(places[inner])) ** 2
        clear = inner
    aside = np.arange(dark.shape[1]) - dark.shape[1] // 2
    middles = (dark @ aside)[clear] / weight[clear]
    return places[clear].astype(np.float64), middles, weight[clear], more


def _has_shoulders(line: Line, view: WireView) -> bool:
    """Tell the gleam and shadow of a round wire from the plain hump of a pen's line."""
    clear = across(line, view, view.open_, _BREADTH_MM * 0.75).min(axis=1) > 0.99
    humps = across(line, view, view.darkness, _PROFILE_MM / 2, _FINER)[clear]
    # Stretch by stretch, as a pen's width changes on its way.
    stretches = max(1, len(humps) // round(_STRETCH_MM * view.scale))
    sides_mm = []
    for stretch in np.array_split(humps, stretches):
        hump = stretch.mean(axis=0)
        whole = np.flatnonzero(hump > _SIDES[0] * hump.max())
        top = np.count_nonzero(hump > _SIDES[1] * hump.max())
        sides_mm.append((int(whole[-1] - whole[0]) + 1 - top) / (view.scale * _FINER))
    return float(np.median(sides_mm)) > _BLUR_PX / view.source_px_mm + _SHOULDERS_MM


def _is_hollow(line: Line, view: WireView) -> bool:
    """Tell a wire that gleams along its middle, between two dark sides, all along."""
    clear = across(line, view, view.open_, _BREADTH_MM * 0.75).min(axis=1) > 0.99
    humps = across(line, view, view.darkness, _PROFILE_MM / 2, _FINER)[clear]
    stretches = max(1, len(humps) // round(_STRETCH_MM * view.scale))
    dips, apart_mm = [], []
    for stretch in np.array_split(humps, stretches):
        hump = stretch.mean(axis=0)
        ridge = np.minimum(np.maximum.accumulate(hump), np.maximum.accumulate(hump[::-1])[::-1])
        middle = int((ridge - hump).argmax())
        if ridge[middle] <= hump[middle]:
            return False
        sides = int(hump[:middle].argmax()), middle + int(hump[middle:].argmax())
        dips.append(float(hump[middle] / min(hump[side] for side in sides)))
        apart_mm.append((sides[1] - sides[0]) / (view.scale * _FINER))
    return max(dips) < _DIP and min(apart_mm) > _SIDES_APART_MM


def _is_broad_and_pale(line: Line, view: WireView) -> bool:
    """Tell steel that neither gleams nor throws a shadow, in colour: a broad, pale, grey band."""
    if view.pixels.ndim == 2 or line.end - line.start < _LENGTH_MM[0] * view.scale:
        return False
    clear = across(line, view, view.open_, _BREADTH_MM * 0.75).min(axis=1) > 0.99
    hump = across(line, view, view.darkness, _PROFILE_MM / 2)[clear].mean(axis=0)
    broad_mm = np.count_nonzero(hump > hump.max() / 2) / view.scale
    return bool(hump.max() < _STEEL and broad_mm > _BROAD_MM)


def _is_steel(line: Line, view: WireView) -> bool:
    """Tell steel from coloured ink, where the scan has colour."""
    clear = across(line, view, view.open_, _BREADTH_MM * 0.75).min(axis=1) > 0.99
    return takes_all_light_alike(line, view, clear, _PROFILE_MM / 2, _COLOUR)

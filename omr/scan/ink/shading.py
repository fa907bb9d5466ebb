"""Shading: figures that somebody filled with a pencil, against stains that look as broad and pale.

In comes what is dark over more than a pen's breadth; out come those parts of it that were drawn.
An oval, a heart or a square that a pencil went to and fro over is as even and as pale as what dried
or was rubbed into the paper. But it ends where the pencil turned, as sharply as any line of it,
all around and on open paper, while damp, grease, a thumb and the shade of a fold fade out. What
dried with a sharp border is brown where the scan has colour, or paler than ink.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.scan.ink.pieces import label_pieces
from omr.scan.ink.stains import is_brown
from omr.scan.place.reference import Grey, Mask, as_bits, slopes

# Shades are looked at with so much paper around; what goes on beyond it is no figure by itself.
_AROUND_MM = 2.5
# Figures are no larger than this; what is, is a label, a folded corner, the lid.
_LARGEST_MM = 30.0
# Usual rise at the edges, as a share of the darkness, for each 1/8 mm, and what three quarters of
# the edge exceed. Lines of pens and pencils have 0.18 even at 150 dpi, figures filled with them
# 0.23 and more at 200, however blurred; thumbs, grease, folds and print of the back 0.15 and less.
_SHARP, _SHARP_MOSTLY = 0.18, 0.15
# So much of the outline has to lie on open paper: beside print nothing tells how it ends.
_SEEN = 0.5


def shaded_by_hand(
    shade: Mask,
    darkness: Grey,
    shut: Mask,
    pixels: NDArray[np.uint8],
    threshold: float,
    px_per_mm: int,
) -> Mask:
    """Return the figures that somebody filled, where a shade is.

    Args:
        shade: What is dark and broad without being a stroke, shape (h, w).
        darkness: Relative to the paper, 0 to 255, same shape.
        shut: Where print or no paper is, same shape.
        pixels: The page, shape (h, w) or (h, w, 3).
        threshold: Darkness from which there is ink, of 255.
        px_per_mm: Resolution.

    Returns:
        The figures with their edges, same shape.
    """
    drawn = np.zeros(shade.shape, np.bool_)
    pieces = label_pieces(shade)
    sides = pieces.stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    keep = (sides < _LARGEST_MM * px_per_mm) & (sides >= 3)
    keep[0] = False
    room = round(_AROUND_MM * px_per_mm)
    for _, (rows, columns), shape in pieces.shapes(keep):
        if float(np.median(darkness[rows, columns][shape])) <= threshold:
            continue
        wide = (
            slice(max(0, rows.start - room), rows.stop + room),
            slice(max(0, columns.start - room), columns.stop + room),
        )
        own = np.zeros(darkness[wide].shape, np.bool_)
        top, left = rows.start - wide[0].start, columns.start - wide[1].start
        own[top : top + shape.shape[0], left : left + shape.shape[1]] = shape
        figure = _figure(own, darkness[wide], shut[wide])
        if (
            figure is not None
            and _ends_sharply(figure, darkness[wide], shut[wide])
            and not _is_of_brown(figure, pixels[wide], shut[wide])
        ):
            drawn[wide] |= figure
    return drawn


def _figure(own: Mask, darkness: Grey, shut: Mask) -> Mask | None:
    """Return the whole figure that a shade is the inside of, or None where it goes on."""
    level = float(np.median(darkness[own]))
    dark = (cv2.GaussianBlur(darkness, (0, 0), 1.0) > level / 2) & ~shut
    pieces = label_pieces(np.asarray(dark, np.bool_))
    best = int(np.argmax(pieces.count(own & dark)))
    if not best:
        return None
    figure = pieces.chosen(np.arange(len(pieces.stats)) == best)
    ends = figure[0].any() or figure[-1].any() or figure[:, 0].any() or figure[:, -1].any()
    return None if ends else figure


def _ends_sharply(figure: Mask, darkness: Grey, shut: Mask) -> bool:
    """Tell whether darkness rises as fast as at a pencil's line, around a figure."""
    square = np.ones((3, 3), np.uint8)
    smooth = cv2.GaussianBlur(darkness, (0, 0), 1.0)
    across, down = slopes(smooth)
    steep = cv2.dilate(np.hypot(across, down), square)
    outline = figure & ~cv2.erode(as_bits(figure), square).view(np.bool_)
    seen = outline & (cv2.dilate(as_bits(shut), np.ones((5, 5), np.uint8)) == 0)
    if np.count_nonzero(seen) < _SEEN * np.count_nonzero(outline):
        return False
    rise = steep[seen] / float(np.median(darkness[figure]))
    mostly, usual = np.percentile(rise, (25, 50)).tolist()
    return bool(usual > _SHARP and mostly > _SHARP_MOSTLY)


def _is_of_brown(figure: Mask, pixels: NDArray[np.uint8], shut: Mask) -> bool:
    """Tell coffee, tea and rust, where the scan has colour."""
    paper = ~shut & (cv2.dilate(as_bits(figure), np.ones((9, 9), np.uint8)) == 0)
    if pixels.ndim == 2 or not paper.any():
        return False
    taken = np.median(pixels[paper], axis=0) - np.median(pixels[figure], axis=0)
    return bool(is_brown(taken.reshape(1, 1, 3).astype(np.float32)).all())

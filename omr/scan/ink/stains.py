"""Stains: rings of cups, the borders of what soaked in, damp; paler and broader than any pen.

In come the flat page and its foreign ink; out comes where darkness is a stain's, over print too.
There are two ways to know one. In colour, coffee, tea and soaked-out paper are brown: they take
much of the blue, some of the green and little of the red, as neither ballpoint nor pencil does,
in a band that is broad and long at the first trace of it. Without colour the band itself must
be broad, long and soft. What is dark upon a stain, or has another colour, is none of it.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from omr.scan.ink.pieces import label_pieces
from omr.scan.place.reference import Grey, Mask, above, as_bits, disc, grow, slopes

Float32 = NDArray[np.float32]

# All of a stain is paler than this, of 255; on brown, pens are darker.
_PALE, _BROWN_MOST = 105, 130
# The rim of a stain is broader than a pen's line, and long; a blot where lines cross is not.
_BROAD_MM, _LONG_MM, _BLOT_MM = 1.2, 12.0, 3.0
# Print cuts a stain into pieces that lie so far apart.
_CUT_MM = 1.5
# Within this of its broad parts, what is pale is the flank of the stain.
_FLANK_MM = 0.5
# A soft stain is looked at from this share of the least ink on, where it is broader yet.
_FLANK, _BAND_BROAD_MM = 0.5, 1.0
# Usual rise at the edges, as a share of the darkness, for each 1/8 mm: a pen's line has 0.18 and
# more even at 150 dpi, a stain without colour 0.13 and less.
_SOFT = 0.15
# Of the colours that brown takes, red to blue and green to blue, from least to most.
_RED_TO_BLUE, _GREEN_TO_BLUE = (0.15, 0.6), (0.45, 0.85)
# Brown is looked for at this resolution, where a pen's line is one or two pixels wide and the
# band of a stain, from the first trace of blue taken, at least three.
_COARSE_PX_PER_MM, _TRACE = 2, 12.0
# Black print blots out colour to this distance, and adds to a stain's darkness.
_BESIDE_MM, _BESIDE_MOST = 0.5, 150
# A line of print hides a band over twice this length.
_HIDDEN_MM = 2.5
# A brown band is longer than any mark.
_BAND_MM = 18.0
# Colour of paper is taken from what surrounds each place to this distance.
_PAPER_MM = 6.5


def find_stains(
    dark: Mask, darkness: Grey, print_mask: Mask, pixels: NDArray[np.uint8], px_per_mm: int
) -> Mask:
    """Return where a stain is what is dark, on open paper and between print.

    Args:
        dark: Foreign pixels taken for ink so far, shape (h, w).
        darkness: Relative to the paper, 0 to 255, same shape.
        print_mask: Where print is, same shape.
        pixels: The page, shape (h, w) or (h, w, 3).
        px_per_mm: Resolution.
    """
    stains = _soft_bands(dark, darkness, print_mask, px_per_mm)
    if pixels.ndim == 3 and dark.any():
        _add_brown(stains, darkness, print_mask, pixels, px_per_mm)
    return stains


def _soft_bands(dark: Mask, darkness: Grey, print_mask: Mask, px_per_mm: int) -> Mask:
    """Return bands that are broad, long, soft and pale all over."""
    stains = np.zeros(dark.shape, np.bool_)
    pale = dark & (darkness < _PALE)
    pieces = label_pieces(pale)
    long_ = _reach_mm(pieces.stats, px_per_mm) > _BLOT_MM
    if not long_.any():
        return stains
    # Print cuts a stain into pieces: those that lie in one row are looked at together.
    near = label_pieces(grow(pieces.chosen(long_), _CUT_MM * px_per_mm))
    least = float(darkness.ravel()[pieces.at].min())
    for _, area, _ in near.shapes(_reach_mm(near.stats, px_per_mm) > _LONG_MM):
        level, own = darkness[area], pale[area]
        flank = above(level, _FLANK * least) & (level < _PALE) & ~print_mask[area]
        soft = _opened(flank, _BAND_BROAD_MM, px_per_mm)
        stain = soft if _is_soft(soft, level) else np.zeros(soft.shape, np.bool_)
        # So broad, pale and long in one piece is no pen's line even with hard edges.
        stain |= grow(_opened(own, _BROAD_MM, px_per_mm), _FLANK_MM * px_per_mm)
        stains[area] |= stain & flank
    return stains


def _opened(mask: Mask, broad_mm: float, px_per_mm: int) -> Mask:
    """Return those parts of a mask that are both broad and long."""
    broad = cv2.morphologyEx(as_bits(mask), cv2.MORPH_OPEN, disc(broad_mm / 2 * px_per_mm))
    joined = label_pieces(grow(broad.view(np.bool_), _CUT_MM / 2 * px_per_mm))
    long_ = joined.chosen(_reach_mm(joined.stats, px_per_mm) > _LONG_MM)
    return long_ & broad.view(np.bool_)


def _is_soft(band: Mask, darkness: Grey) -> bool:
    """Tell whether darkness rises gently at the edges of a band."""
    if not band.any():
        return False
    smooth = cv2.GaussianBlur(darkness, (0, 0), 1.0)
    across, down = slopes(smooth)
    edge = band & ~cv2.erode(as_bits(band), np.ones((3, 3), np.uint8)).view(np.bool_)
    rise = float(np.median(np.hypot(across[edge], down[edge])))
    return rise < _SOFT * float(np.percentile(darkness[band], 90))


def _reach_mm(stats: NDArray[np.int32], px_per_mm: int) -> NDArray[np.float64]:
    """Return how far pieces reach; the first number is none."""
    reach = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) / px_per_mm
    reach[0] = 0.0
    return np.asarray(reach, dtype=np.float64)


def _add_brown(
    stains: Mask,
    darkness: Grey,
    print_mask: Mask,
    pixels: NDArray[np.uint8],
    px_per_mm: int,
) -> None:
    """Add what is brown and pale within long, broad bands of brown.

    Beside print its black blots out the colour; what a band leaves there is known by its place.
    """
    scale = _COARSE_PX_PER_MM
    factor = px_per_mm // scale
    size = (pixels.shape[1] // factor, pixels.shape[0] // factor)
    coarse = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    side = round(_PAPER_MM * scale)
    paper = cv2.morphologyEx(coarse, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    taken = cv2.subtract(paper, coarse)
    brown = as_bits(is_brown(taken.astype(np.float32)))
    broad = cv2.morphologyEx(brown, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    if not broad.any():
        return
    # A band goes on behind a line of print, where no colour is seen.
    printed = cv2.resize(as_bits(print_mask) * 255, size, interpolation=cv2.INTER_AREA)
    hidden = np.asarray(cv2.dilate(printed, disc(1.0 * scale)) > 16, np.bool_)
    joined = cv2.morphologyEx(broad, cv2.MORPH_CLOSE, disc(_HIDDEN_MM * scale))
    behind = np.asarray(cv2.dilate(joined, disc(1.0 * scale)) > 0, np.bool_)
    band_or_behind = (broad > 0) | (behind & ((brown > 0) | hidden))
    bands = label_pieces(grow(band_or_behind, _CUT_MM / 2 * scale))
    long_ = _reach_mm(bands.stats, scale) > _BAND_MM
    for _, (rows, columns), shape in bands.shapes(long_):
        area = (
            slice(rows.start * factor, rows.stop * factor),
            slice(columns.start * factor, columns.stop * factor),
        )
        own = pixels[area]
        around, band = (
            cv2.resize(picture, own.shape[1::-1], interpolation=cv2.INTER_NEAREST)
            for picture in (paper[rows, columns], as_bits(shape))
        )
        # Colour is coarser than brightness in a compressed picture: 0.6 mm.
        here = cv2.blur(cv2.subtract(around, own), (5, 5)).astype(np.float32)
        level = darkness[area]
        own_stain = is_brown(here) & (level < _BROWN_MOST)
        own_stain |= grow(print_mask[area], _BESIDE_MM * px_per_mm) & (level < _BESIDE_MOST)
        stains[area] |= own_stain & (band > 0)


def is_brown(taken: Float32) -> Mask:
    """Tell where what is taken from the paper's blue, green and red makes a brown, shape (h, w).

    Args:
        taken: What is taken of each colour, of 255, shape (h, w, 3), BGR.
    """
    blue, green, red = cv2.split(taken)
    brown = blue > _TRACE
    for colour, (least, most) in ((red, _RED_TO_BLUE), (green, _GREEN_TO_BLUE)):
        brown &= (colour > least * blue) & (colour < most * blue)
    return np.asarray(brown, dtype=np.bool_)

"""Pieces of a mask and grown masks are what OpenCV makes of the whole picture at once."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from omr.scan.ink.pieces import label_pieces, parts
from omr.scan.place.reference import Mask, as_bits, disc, grow, where


def _speckled(height: int, width: int, share: float, seed: int) -> Mask:
    mask = np.random.default_rng(seed).random((height, width)) < share
    mask[height // 3 : height // 3 + 4, :] = True  # a piece from edge to edge
    return mask


@pytest.mark.parametrize("share", [0.0, 0.02, 0.3, 0.6, 1.0])
@pytest.mark.parametrize("size", [(61, 83), (150, 91)])
def test_numbers_and_statistics_are_opencvs(size: tuple[int, int], share: float) -> None:
    mask = _speckled(*size, share, seed=3)
    pieces = label_pieces(mask)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        as_bits(mask), None, None, None, 8, cv2.CV_32S
    )
    assert len(pieces.stats) == count
    assert np.array_equal(pieces.labels, labels)
    assert np.array_equal(pieces.stats[1:], stats[1:])
    assert pieces.stats[0].tolist() == [0, 0, size[1], size[0], int((~mask).sum())]


def test_pixels_are_found_in_order() -> None:
    mask = _speckled(61, 83, 0.02, seed=9)
    mask[-1, -2] = True  # among the last few, which make up no eight
    assert np.array_equal(where(mask), np.flatnonzero(mask))
    assert np.array_equal(where(mask[:, 1:-1]), np.flatnonzero(mask[:, 1:-1]))


def test_an_empty_mask_has_no_pieces() -> None:
    pieces = label_pieces(np.zeros((5, 7), np.bool_))
    assert len(pieces.stats) == 1
    assert list(parts(np.zeros((5, 7), np.bool_), 8)) == []


def test_kept_pieces_and_counts_follow_the_numbers() -> None:
    mask = _speckled(40, 50, 0.1, seed=5)
    pieces = label_pieces(mask)
    keep = pieces.stats[:, cv2.CC_STAT_AREA] > 2
    assert keep[0]
    assert np.array_equal(pieces.chosen(keep), mask & keep[pieces.labels])
    within = _speckled(40, 50, 0.5, seed=6) & mask
    wanted = [int((within & (pieces.labels == k)).sum()) for k in range(len(pieces.stats))]
    assert pieces.count(within).tolist() == wanted


def test_parts_make_up_the_mask() -> None:
    mask = _speckled(40, 50, 0.1, seed=7)
    drawn = np.zeros(mask.shape, np.int32)
    for part in parts(mask, 4):
        drawn[part.area] += part.shape
        assert part.area_mm2 == part.shape.sum() / 16
        assert (part.rect.w * 4, part.rect.h * 4) == part.shape.shape[::-1]
    assert np.array_equal(drawn, mask.astype(np.int32))


@pytest.mark.parametrize("radius_px", [1.5, 4.8, 7.6, 12.0])
@pytest.mark.parametrize("share", [0.0, 0.0005, 0.2])
def test_a_page_grown_tile_by_tile_is_grown_whole(radius_px: float, share: float) -> None:
    mask = np.random.default_rng(11).random((523, 391)) < share
    mask[0, 0] = mask[-1, -1] = mask[127:129, 255] = True
    whole = cv2.dilate(as_bits(mask), disc(radius_px)) > 0
    assert np.array_equal(grow(mask, radius_px), whole)
    assert np.array_equal(grow(mask[:, 3:-5], radius_px), grow(mask[:, 3:-5].copy(), radius_px))

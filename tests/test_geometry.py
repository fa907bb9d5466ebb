"""Rectangles and homographies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omr.geometry import Point, Rect, mm_to_px, px_to_mm, transform

_lengths = st.floats(0.1, 300.0)
_places = st.floats(-50.0, 300.0)
_rects = st.builds(Rect, _places, _places, _lengths, _lengths)


@given(_rects, _rects)
def test_intersection_lies_in_both_and_union_holds_both(a: Rect, b: Rect) -> None:
    whole = a.united(b)
    for rect in (a, b):
        assert whole.x <= rect.x and whole.right >= rect.right - 1e-9
        assert whole.y <= rect.y and whole.bottom >= rect.bottom - 1e-9
    common = a.intersection(b)
    if common is None:
        apart = a.right <= b.x or b.right <= a.x or a.bottom <= b.y or b.bottom <= a.y
        # Rectangles that overlap by less than a float can hold count as apart.
        assert (
            apart
            or min(a.right, b.right) - max(a.x, b.x) < 1e-9
            or (min(a.bottom, b.bottom) - max(a.y, b.y) < 1e-9)
        )
    else:
        assert a.contains(common.centre) and b.contains(common.centre)
        assert common.area <= min(a.area, b.area) + 1e-6


@given(_rects, st.floats(0.0, 20.0))
def test_growing_moves_every_edge_and_keeps_the_centre(rect: Rect, margin: float) -> None:
    wide = rect.grown(margin)
    assert wide.x == pytest.approx(rect.x - margin)
    assert wide.bottom == pytest.approx(rect.bottom + margin)
    assert wide.centre.x == pytest.approx(rect.centre.x)
    assert wide.contains(Point(rect.x, rect.y))


@given(st.floats(-10, 10), st.floats(-10, 10), st.floats(0.5, 2.0))
def test_transform_maps_points_as_the_matrix_says(dx: float, dy: float, scale: float) -> None:
    matrix = np.array([[scale, 0.0, dx], [0.0, scale, dy], [0.0, 0.0, 1.0]])
    corners = Rect(1, 2, 3, 4).corners()
    assert transform(matrix, corners) == pytest.approx(corners * scale + [dx, dy])


def test_perspective_divides_by_the_third_coordinate() -> None:
    matrix = np.array([[1.0, 0, 0], [0, 1.0, 0], [0.01, 0, 1.0]])
    assert transform(matrix, np.array([[100.0, 50.0]]))[0] == pytest.approx([50.0, 25.0])


@given(st.floats(0.01, 500), st.floats(72, 1200))
def test_millimetres_and_pixels_convert_back(length_mm: float, dpi: float) -> None:
    assert px_to_mm(mm_to_px(length_mm, dpi), dpi) == pytest.approx(length_mm)

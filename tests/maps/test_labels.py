"""Labels have places of their own."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from w2v.maps.labels import place

FRAME = np.array([0.0, 0.0, 400.0, 300.0])
spots = st.lists(
    st.tuples(st.floats(0, 400), st.floats(0, 300), st.floats(5, 90), st.floats(8, 20)), min_size=1, max_size=40
)


@given(spots)
def test_no_label_lies_over_another_or_out_of_the_frame_or_over_a_foreign_point(spots):
    array = np.array(spots)
    points, sizes = array[:, :2], array[:, 2:]
    boxes = [
        (found.x, found.y, found.x + width, found.y + height)
        for found, (width, height) in zip(place(points, sizes, FRAME, radius=3), sizes)
        if found
    ]
    e = 1e-6  # pixels: rounding
    for i, (x0, y0, x1, y1) in enumerate(boxes):
        assert min(x0, y0) >= -e
        assert x1 <= 400 + e
        assert y1 <= 300 + e
        assert not any(x0 + e < x < x1 - e and y0 + e < y < y1 - e for x, y in points)
        for other in boxes[:i]:
            assert not (x0 + e < other[2] and other[0] + e < x1 and y0 + e < other[3] and other[1] + e < y1)


def test_a_label_with_room_stands_right_of_its_point():
    (found,) = place(np.array([[100.0, 100.0]]), np.array([[40.0, 10.0]]), FRAME, radius=3)
    assert found.x > 103
    assert found.y == 95
    assert not found.tied


def test_a_label_keeps_off_an_arrow_where_it_can():
    point, size = np.array([[100.0, 100.0]]), np.array([[40.0, 10.0]])
    arrow = np.array([[100.0, 100.0, 300.0, 100.0]])
    (found,) = place(point, size, FRAME, 3, arrow)
    assert found.x + 40 < 100


def test_the_first_words_get_their_labels_first():
    points = np.full((60, 2), 150.0)
    places = place(points, np.full((60, 2), 60.0), FRAME, radius=3)
    assert places[0] is not None
    assert places[-1] is None


def test_no_label_is_further_off_than_its_reach():
    points = np.full((60, 2), 150.0)
    sizes = np.full((60, 2), 10.0)
    far = [found for found in place(points, sizes, FRAME, radius=3) if found and found.tied]
    near = [found for found in place(points, sizes, FRAME, radius=3, reach=7) if found]
    assert far
    assert near
    assert not any(found.tied for found in near)

"""Maps: what is near in the vectors is near on the map, and the same vectors give the same map."""

import numpy as np
import pytest

from w2v.clusters import clusters
from w2v.maps import layout, projection
from w2v.maps.regions import central_words
from w2v.vectors import Vectors


@pytest.fixture
def groups():
    """Six groups of 60 unit vectors around directions at right angles, float32 [360, 24], and their numbers."""
    rng = np.random.default_rng(3)
    numbers = np.repeat(np.arange(6), 60)
    rows = np.eye(6, 24)[numbers] + rng.normal(scale=0.08, size=(360, 24))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32), numbers


def last(rows):
    *_, frame = layout.arrange(rows, projection.principal_plane(rows))
    return frame.places


def test_the_plane_is_that_of_the_largest_singular_values(groups):
    rows, _ = groups
    moved = rows - rows.mean(axis=0)
    plane = projection.principal_plane(rows)
    u, s, _ = np.linalg.svd(moved.astype(np.float64), full_matrices=False)
    for side in (0, 1):
        assert abs(np.corrcoef(plane[:, side], u[:, side] * s[side])[0, 1]) == pytest.approx(1, abs=1e-4)


def test_clusters_are_the_groups(groups):
    rows, numbers = groups
    found, _ = clusters(projection.centered(rows), 6, np.random.default_rng(0))
    assert len({(a, b) for a, b in zip(numbers.tolist(), found.tolist())}) == 6


def test_a_map_keeps_groups_together_and_is_the_same_every_time(groups):
    rows, numbers = groups
    places = last(rows)
    again = last(rows)
    np.testing.assert_array_equal(places, again)
    away = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(away, np.inf)
    assert (numbers[np.argsort(away, axis=1)[:, :5]] == numbers[:, None]).mean() > 0.95


def test_clusters_are_named_by_central_words_and_not_by_the_most_frequent_ones(groups):
    rows, numbers = groups
    rows = projection.centered(rows)
    centers = np.stack([rows[numbers == group].mean(axis=0) for group in range(6)])
    order = np.random.default_rng(0).permutation(360)
    words = [f"word{row}" for row in order]
    names = central_words(words, rows[order], numbers[order], centers)
    assert all(numbers[int(word[4:])] == group for group, named in enumerate(names) for word in named)
    assert not {word for named in names for word in named} & set(words[:3])


@pytest.mark.parametrize("count", [1, 2, 3, 5])
@pytest.mark.parametrize("dim", [1, 2, 7])
def test_the_smallest_vocabularies_have_a_map_too(count, dim):
    matrix = np.random.default_rng(0).normal(size=(count, dim)).astype(np.float32)
    matrix[0] = 0  # a word without a direction
    rows = projection.units(Vectors(tuple("abcde"[:count]), matrix), count)
    plane = projection.principal_plane(rows)
    places = last(rows)
    members, centers = clusters(projection.centered(rows), 8, np.random.default_rng(0))
    assert plane.shape == places.shape == (count, 2)
    assert np.isfinite(places).all()
    assert len(central_words("abcde", rows, members, centers)) == len(centers)


def test_rows_that_are_not_finite_have_a_place():
    matrix = np.array([[np.nan, 1], [np.inf, 0], [1, 0], [0, 1]], np.float32)
    rows = projection.units(Vectors(tuple("abcd"), matrix), 4)
    assert np.isfinite(rows).all()
    assert np.isfinite(projection.principal_plane(rows)).all()


def test_the_map_of_a_turned_space_begins_like_the_map_of_the_other(groups):
    rows, _ = groups
    rng = np.random.default_rng(3)
    turn, _ = np.linalg.qr(rng.normal(size=(rows.shape[1], rows.shape[1])))
    order = rng.permutation(len(rows))
    words = [f"w{row}" for row in range(len(rows))]
    turned = (rows[order] @ turn).astype(np.float32)
    found = projection.plane_beside(turned, [words[row] for row in order], rows, words)
    np.testing.assert_allclose(found, projection.principal_plane(rows)[order], atol=1e-3)
    own = projection.plane_beside(turned, [f"x{row}" for row in order], rows, words)  # no word of both
    np.testing.assert_array_equal(own, projection.principal_plane(turned))


def test_a_cluster_is_not_named_by_two_forms_of_a_word():
    words = ["mechanisms", "mechanism", "northeast", "northwest", "国王", "国"]
    rows = np.ones((6, 2), np.float32) / np.float32(np.sqrt(2))
    names = central_words(words, rows, np.zeros(6, int), rows[:1])
    assert names == [["mechanisms", "northeast", "northwest"]]

"""Places in the plane."""

from __future__ import annotations

import numpy as np
import pytest

from w2v.errors import MissingExtraError
from w2v.maps import projection


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def rows():
    return unit(np.random.default_rng(1).normal(size=(30, 8)))


def test_pca_gives_coordinates_along_the_two_largest_eigenvectors_of_the_covariance(rows):
    points = projection.project(rows, "pca")
    centered = rows.astype(float) - rows.mean(axis=0)
    _, vectors = np.linalg.eigh(centered.T @ centered)
    for column, eigenvector in zip(points.T, (vectors[:, -1], vectors[:, -2])):
        expected = centered @ eigenvector
        expected *= np.sign(expected[np.argmax(np.abs(expected))])
        np.testing.assert_allclose(column, expected, atol=1e-5)


def test_pca_turns_its_directions_the_same_way_whatever_the_signs_of_the_solver(rows):
    points = projection.pca(rows)
    for column in points.T:
        assert column[np.argmax(np.abs(column))] > 0


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("method", ["pca", "tsne", "umap"])
def test_a_few_words_have_a_place_by_any_method(rows, method, count):
    points = projection.project(rows[:count], method)
    assert points.shape == (count, 2)
    assert np.isfinite(points).all()


def test_words_with_the_same_vector_have_the_same_place():
    assert np.ptp(projection.project(np.ones((6, 4), np.float32) / 2, "pca")) == 0


@pytest.mark.parametrize(("method", "library"), [("tsne", "numpy"), ("umap", "umap")])
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")
def test_neighbors_stay_neighbors_and_a_seed_gives_the_same_picture(crowds, method, library):
    pytest.importorskip(library, reason=f"needs {library}")
    rows = unit(crowds.matrix)
    points = projection.project(rows, method, seed=3)
    np.testing.assert_array_equal(points, projection.project(rows, method, seed=3))
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    crowd = np.arange(36) // 12
    assert (crowd[distances.argmin(axis=1)] == crowd).mean() > 0.95


@pytest.mark.parametrize(("method", "library", "extra"), [("umap", "umap", "umap")])
def test_a_method_whose_library_is_missing_says_which_extra_has_it(rows, method, library, extra, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, library, None)
    with pytest.raises(MissingExtraError, match=rf"w2v\[{extra}\]"):
        projection.project(rows, method)

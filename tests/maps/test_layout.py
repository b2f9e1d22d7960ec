"""The layout: its gradient is that of t-SNE, and its neighbours are the nearest rows."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from w2v.kernels import tsne
from w2v.maps import layout


@pytest.fixture
def pool():
    with ThreadPoolExecutor(2) as pool:
        yield pool


def slow_loss(places, chances):
    """Kullback-Leibler divergence of the map from the chances p, without what does not depend on the places."""
    away = ((places[:, None] - places[None]) ** 2).sum(axis=2)
    w = 1 / (1 + away)
    np.fill_diagonal(w, 0)
    return -(chances * np.log(np.where(w > 0, w, 1))).sum() + np.log(w.sum())


def slow_gradient(places, chances):
    """A quarter of the gradient of `slow_loss`, all pairs one by one (van der Maaten & Hinton 2008, eq. 5)."""
    n = len(places)
    gradient = np.zeros((n, 2))
    total = sum(1 / (1 + ((places[i] - places[j]) ** 2).sum()) for i in range(n) for j in range(n) if i != j)
    for i in range(n):
        for j in range(n):
            if i != j:
                apart = places[i] - places[j]
                w = 1 / (1 + (apart**2).sum())
                gradient[i] += (chances[i, j] - w / total) * w * apart
    return gradient


@pytest.fixture
def chances():
    p = np.random.default_rng(2).random((40, 40))
    np.fill_diagonal(p, 0)
    return (p + p.T) / (p + p.T).sum()


def test_the_slow_gradient_is_the_derivative_of_the_loss(chances):
    places = np.random.default_rng(1).normal(scale=3, size=(40, 2))
    gradient = slow_gradient(places, chances)
    for row, side in ((0, 0), (7, 1), (39, 0)):
        step = np.zeros_like(places)
        step[row, side] = 1e-5
        derivative = (slow_loss(places + step, chances) - slow_loss(places - step, chances)) / 2e-5
        assert 4 * gradient[row, side] == pytest.approx(derivative, rel=1e-5, abs=1e-9)


@pytest.mark.parametrize("scale", [0.01, 1, 20])
def test_attraction_and_repulsion_make_the_slow_gradient(chances, pool, scale):
    places = np.random.default_rng(1).normal(scale=scale, size=(40, 2))
    heads, tails = np.nonzero(chances)
    starts = np.searchsorted(heads, np.arange(41))
    attraction, slopes = np.zeros((40, 2)), np.zeros((40, 2))
    weights = chances[heads, tails].astype(np.float32)
    tsne.attract(0, 40, starts, tails.astype(np.int32), weights, places, attraction)
    total = layout.repulsion(places, slopes, [(0, 15), (15, 40)], pool)
    np.testing.assert_allclose(attraction + slopes / (2 * total), slow_gradient(places, chances), atol=1e-9)


@pytest.mark.parametrize("scale", [1, 5])  # many, and about a dozen, words within a distance of 1, as on real maps
def test_the_grid_repels_as_all_pairs_do(pool, scale, monkeypatch):
    places = np.random.default_rng(1).normal(scale=scale, size=(2000, 2))
    exact, found = np.zeros_like(places), np.zeros_like(places)
    total = layout.repulsion(places, exact, [(0, 2000)], pool)
    monkeypatch.setattr(layout, "FEW", 0)
    assert layout.repulsion(places, found, [(0, 900), (900, 2000)], pool) == pytest.approx(total, rel=0.01)
    assert np.square(found - exact).mean() < 0.02**2 * np.square(exact).mean()


def test_the_nearest_rows_are_found_with_any_number_of_threads_and_any_library_of_products(pool):
    rng = np.random.default_rng(5)
    rows = rng.normal(size=(5000, 20))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    found, cosines = layout.neighbors(rows, 12, pool)
    exact = np.einsum("id,jd->ij", layout.rounded(rows[:300]).astype(np.float64), layout.rounded(rows))
    exact[np.arange(300), np.arange(300)] = -np.inf
    np.testing.assert_array_equal(found[:300], np.argsort(-exact, axis=1, kind="stable")[:, :12])
    np.testing.assert_array_equal(cosines[:300], np.take_along_axis(exact, found[:300].astype(int), axis=1))
    with ThreadPoolExecutor(1) as alone:
        np.testing.assert_array_equal(layout.neighbors(rows, 12, alone)[0], found)


def test_the_nearest_of_a_word_draws_it_most_and_a_hub_draws_less():
    near = np.array([[1, 2], [0, 2], [0, 1], [0, 1], [2, 1]], np.int32)
    cosines = np.array(
        [[0.9, 0.5], [0.9, 0.5], [0.5, 0.5], [0.3, -0.1], [0, 0]], np.float32
    )  # the last has no direction
    starts, tails, weights = layout.edges(near, cosines)
    second = 2**-layout.FALL
    drawn = {0: 1 + 1 + 1, 1: 1 + second + second, 2: second + second}
    wanted = np.zeros((5, 5))
    for row in range(4):
        for rank, other in enumerate(near[row], 1):
            pull = rank**-layout.FALL * drawn[other] ** -layout.HUBS
            wanted[row, other] += pull
            wanted[other, row] += pull
    found = np.zeros((5, 5))
    for row in range(5):
        found[row, tails[starts[row] : starts[row + 1]]] = weights[starts[row] : starts[row + 1]]
    np.testing.assert_allclose(found, wanted / wanted.sum(), rtol=1e-6)


def test_the_share_kept_is_all_where_the_map_is_the_vectors_and_little_where_it_is_chance(pool):
    angles = np.linspace(0, 2, 300)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    near, _ = layout.neighbors(circle, 20, pool)
    assert min(layout.kept(circle.astype(float), near)) > 0.95
    assert layout.kept(np.random.default_rng(0).random((300, 2)), near)[0] < 0.1


def test_a_map_has_the_same_bits_whatever_the_number_of_threads(monkeypatch):
    rng = np.random.default_rng(7)
    rows = rng.normal(size=(600, 12)) + 4 * rng.normal(size=(6, 12))[np.arange(600) % 6]
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    monkeypatch.setattr(layout, "FEW", 100)  # as with many words: the grid, and more than one thread
    found = []
    for cores in (1, 3):
        monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)
        *_, last = layout.arrange(rows, rows[:, :2].copy(), early=20, steps=60)
        found.append(last.places)
    np.testing.assert_array_equal(*found)

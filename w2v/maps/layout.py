"""Words as places in the plane, so that the neighbours of a word in all dimensions are its neighbours on the map.

The method is t-SNE (van der Maaten & Hinton 2008). Its gradient at row i is

    sum over j of  p_ij w_ij (y_i - y_j)  -  w_ij^2 (y_i - y_j) / Z      w_ij = 1 / (1 + |y_i - y_j|^2),  Z = sum of w

The first part, the attraction, has a term for each edge between neighbours. The r-th nearest of a word draws it by
r^-0.85, not by a chance that depends on a perplexity (30): of 68,000 words 27 % of the 10 nearest are kept for 25 %,
42 % for 41 % among 50, with a sixth of the edges; of the very nearest 31 % for 33 %. (Ten that draw alike keep 28 % and
44 %, and 15 % of the very nearest.) The second part, the repulsion, has a term for each pair; it is the slope of the
potential sum of w_ij, a convolution: by FFT on a grid (FIt-SNE, Linderman et al. 2019), here with cubic B-splines from
the words to the grid and back, as in smooth particle mesh Ewald (Essmann et al. 1995). Rates as in openTSNE (Poličar et
al. 2024). openTSNE 1.0.4 itself, perplexity 30, kept 24 % and 41 % in 165 CPU seconds where this kept 27 % and 43 % in
29: `scripts/benchmark --maps`.

What would differ from run to run is excluded: the vectors are rounded so that cosines are exact in float32, for any
library that multiplies them, and no order of sums depends on the number of threads.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.maps.projection import fitted
from w2v.vectors import Floats

Doubles = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int32]

NEIGHBORS = 15  # that a word is drawn to
FALL = 0.85  # power of a neighbour's rank by which it draws less
HUBS = 0.3  # a word that is near to many draws each the less, by this power of all that it would draw with
EARLY = 60  # steps with EXAGGERATION, which bring together what belongs together
STEPS = 540  # steps after them
EXAGGERATION = 12.0
SHOWN_EVERY = 25  # steps
PARTS = 8  # of the words, for any number of threads: their sums are added in this order
LONGEST_STEP = 5.0  # of a word
SPACING = 0.5  # of the grid, where w falls from 1 to a half over a distance of 1
FEW = 2500  # words, all pairs of which are looked at: the grid is exact to 1 % only where a word has many near it
MOST_NODES = 600  # along one side of the map
GRAIN = 2.0**-11  # of the rounded vectors: their products are whole multiples of 2^-22, and sums of them below 2^24
BLOCK = 512  # rows, and columns, of cosines that are held at once: they stay in the cache
SCORED = 1000  # words whose neighbours are looked for on each map that is shown


class Frame(NamedTuple):
    """A map on the way to the last one.

    places  float32 [n, 2]
    kept    the share of a word's 10 nearest that are among its 10, and its 50, nearest on the map
    """

    places: Floats
    kept: tuple[float, float]


def arrange(
    directions: Floats, start: Floats, early: int = EARLY, steps: int = STEPS, every: int = SHOWN_EVERY
) -> Iterator[Frame]:
    """Yield better and better maps, the last one as good as it gets.

    directions  unit vectors, float32 [n, D]; zero for a word without one
    start       where the words begin, float32 [n, 2]
    """
    n = len(directions)
    if n < 4:
        yield Frame(start, (1.0, 1.0))
        return
    from w2v.kernels import tsne

    threads = min(os.cpu_count() or 1, 4) if n > FEW else 1
    with ThreadPoolExecutor(threads) as pool:
        near, cosines = neighbors(directions, min(NEIGHBORS, n - 1), pool)
        starts, tails, weights = edges(near, cosines)
        places = start.astype(np.float64) * (1e-4 / max(float(start[:, 0].std()), 1e-12))
        gradient, slopes = np.zeros_like(places), np.zeros_like(places)
        velocity, gains = np.zeros_like(places), np.ones_like(places)
        parts = _parts(n, PARTS)

        def pull(part: tuple[int, int]) -> None:
            tsne.attract(*part, starts, tails, weights, places, gradient)

        for step in range(early + steps):
            exaggeration, momentum = (EXAGGERATION, 0.5) if step < early else (1.0, 0.8)
            pulls = [pool.submit(pull, part) for part in parts]
            total = repulsion(places, slopes, parts, pool)
            for pulled in pulls:
                pulled.result()
            gradient *= exaggeration
            gradient += slopes / (2 * total)  # the slope of w is -2 w^2 times the difference
            rate = max(n / exaggeration, 200.0)
            tsne.move(places, gradient, velocity, gains, rate, momentum, LONGEST_STEP)
            places -= places.mean(axis=0)
            if step % every == every - 1 or step == early + steps - 1:
                yield Frame(fitted(places.astype(np.float32)), kept(places, near))


def rounded(directions: Floats) -> Floats:
    """Return the vectors as multiples of GRAIN: products of two of them are exact in float32, in any order."""
    return np.round(directions / np.float32(GRAIN)) * np.float32(GRAIN)


def neighbors(directions: Floats, k: int, pool: ThreadPoolExecutor) -> tuple[Ids, Floats]:
    """Return the k nearest rows of each row, int32 [n, k], the nearest first, and their cosines, float32 [n, k].

    All pairs are looked at: 68,000 words are 5 G cosines, a few seconds.
    """
    from w2v.kernels import tsne

    rows = rounded(directions)
    n = len(rows)
    ids = np.full((n, k), -1, np.int32)
    cosines = np.full((n, k), -np.inf, np.float32)

    def search(first: int) -> None:
        mine = slice(first, first + BLOCK)
        for column in range(0, n, BLOCK):
            scores = np.matmul(rows[mine], rows[column : column + BLOCK].T)
            tsne.keep_largest(scores, column, first, ids[mine], cosines[mine])

    list(pool.map(search, range(0, n, BLOCK)))
    return ids, cosines


def edges(near: Ids, cosines: Floats) -> tuple[npt.NDArray[np.int64], Ids, Floats]:
    """Return the edges p_ij, of sum 1: where those of each row begin, their other ends, their weights.

    near, cosines  as `neighbors` returns them; a word without a direction is near to none
    """
    n, k = near.shape
    heads = np.repeat(np.arange(n, dtype=np.int64), k)
    tails = near.ravel().astype(np.int64)
    pulls = (np.arange(1.0, k + 1) ** -FALL * (cosines[:, :1] > 0)).ravel()
    pulls *= np.maximum(np.bincount(tails, pulls, minlength=n), 1)[tails] ** -HUBS
    keys, edge = np.unique(np.concatenate([heads * n + tails, tails * n + heads]), return_inverse=True)
    weights = np.bincount(edge, np.tile(pulls, 2))
    starts = np.searchsorted(keys, np.arange(n + 1, dtype=np.int64) * n)
    return starts, (keys % n).astype(np.int32), (weights / max(float(weights.sum()), 1e-30)).astype(np.float32)


def repulsion(places: Doubles, slopes: Doubles, parts: list[tuple[int, int]], pool: ThreadPoolExecutor) -> float:
    """Write the slope of the sum of w_ij over j at each place; return the sum of all w_ij, i and j different.

    slopes  float64 [n, 2], written
    """
    from w2v.kernels import tsne

    if len(places) <= FEW:
        return float(sum(pool.map(lambda part: tsne.repel(*part, places, slopes), parts))) - len(places)
    low = places.min(axis=0)
    span = float((places.max(axis=0) - low).max())
    spacing = max(SPACING, span / MOST_NODES)
    size = _even_size(2 * (int(span / spacing) + 5))
    charges = np.zeros((size, size))
    tsne.scatter(places, low, spacing, charges)
    potential = np.fft.irfft2(np.fft.rfft2(charges) * _potential(size, spacing), (size, size))
    sums = pool.map(lambda part: tsne.gather(*part, places, low, spacing, potential, slopes), parts)
    return float(sum(sums)) - len(places)


@lru_cache(4)
def _potential(size: int, spacing: float) -> Doubles:
    """Return the transform of w on a grid that repeats itself, divided by that of the splines at both ends."""
    index = np.arange(size)
    away = (np.minimum(index, size - index) * spacing) ** 2
    transform = np.fft.rfft2(1 / (1 + away[:, None] + away[None, :])).real
    spline = (2 + np.cos(2 * np.pi * index / size)) / 3  # a cubic B-spline on the nodes is 1/6, 4/6, 1/6
    return np.asarray(transform / (spline[:, None] * spline[: size // 2 + 1]) ** 2)


def _even_size(least: int) -> int:
    """Return the next even number without a prime factor above 5, which an FFT is quick for."""
    size = least + least % 2
    while True:
        rest = size
        for factor in (2, 3, 5):
            while rest % factor == 0:
                rest //= factor
        if rest == 1:
            return size
        size += 2


def _parts(n: int, count: int) -> list[tuple[int, int]]:
    bounds = np.linspace(0, n, count + 1).astype(int).tolist()
    return list(pairwise(bounds))


def kept(places: npt.NDArray[np.floating], near: Ids, counts: tuple[int, int] = (10, 50)) -> tuple[float, float]:
    """Return the share of a word's 10 nearest that are among its 10, and its 50, nearest on the map.

    near  int32 [n, k], the nearest rows of each row by cosine
    """
    from w2v.kernels import tsne

    n = len(places)
    sample = np.sort(np.random.default_rng(0).permutation(n)[:SCORED])
    found = np.full((len(sample), min(counts[1], n - 1)), -1, np.int32)
    tsne.nearest_places(places, sample, found)
    true = near[sample, :10]
    shares = [float((true[:, :, None] == found[:, None, :count]).any(axis=2).mean()) for count in counts]
    return shares[0], shares[1]

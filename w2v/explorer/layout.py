"""A map on which words of large cosine are near each other, drawn by a process of its own.

The method is LargeVis (Tang et al. 2016), which is to a picture what word2vec is to vectors: each edge between
neighbours pulls its two ends together, a few words drawn at chance are pushed away; learned by SGD with a
falling rate. UMAP differs in details. numpy alone is needed; 57,000 words take about 20 s of one core.

    python -m w2v.explorer.layout VECTORS ROWS

writes the places, float32 [ROWS, 2], to standard output again and again as they become better, and ends when
its standard input does: a server that is gone leaves no process behind.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from w2v.explorer.shapes import Ids, clusters, fitted
from w2v.vectors import Floats

Doubles = npt.NDArray[np.float64]

NEIGHBORS = 15  # edges from each word, as in UMAP
CELL = 400  # rows in a cell of the search for neighbours
CELLS_LOOKED_AT = 16
EPOCHS = 120
PUSHES = 4  # words drawn at chance for each edge
LONGEST_STEP = 4.0
SEED = 1


def arrange(directions: Floats, start: Floats, epochs: int = EPOCHS) -> Iterator[Floats]:
    """Yield places, float32 [n, 2], better and better ones, the last one as good as it gets.

    directions  unit vectors, float32 [n, D]
    start       where the words stand first, float32 [n, 2]
    """
    rng = np.random.default_rng(SEED)
    if len(directions) < 3:
        yield start
        return
    heads, tails, chances = edges(directions, rng)
    places = start.astype(np.float64) * 10 + rng.normal(scale=0.1, size=start.shape)
    for epoch in range(epochs):
        taken = np.flatnonzero(rng.random(len(heads), np.float32) < chances)
        rng.shuffle(taken)
        rate = 1 - epoch / epochs
        # Half as many edges as words at once: the places that a step is computed from are hardly out of date.
        for first in range(0, len(taken), max(1, len(places) // 2)):
            batch = taken[first : first + max(1, len(places) // 2)]
            _step(places, heads[batch], tails[batch], rate, rng)
        if epoch % 6 == 5 or epoch == epochs - 1:
            yield fitted(places.astype(np.float32))


def edges(directions: Floats, rng: np.random.Generator) -> tuple[Ids, Ids, Floats]:
    """Return pairs of neighbours and how often each is to be taken, from 0 to 1: the nearer the more often."""
    found, cosines = neighbors(directions, rng)
    heads = np.repeat(np.arange(len(found)), found.shape[1])
    away = 1 - cosines
    near, far = away[:, :1], away.mean(axis=1, keepdims=True)
    weights = np.exp(-(away - near) / np.maximum(far - near, 1e-6))
    known = found.ravel() >= 0
    return heads[known], found.ravel()[known], weights.ravel()[known].astype(np.float32)


def neighbors(directions: Floats, rng: np.random.Generator) -> tuple[Ids, Floats]:
    """Return about the nearest rows of each row, int64 [n, k], the nearest first, and their cosines; -1 is none.

    Only the rows of near cells are looked at: of 100,000 words some 3,000, which finds nine neighbours in ten.
    """
    n = len(directions)
    k = min(NEIGHBORS, n - 1)
    found = np.full((n, k), -1, np.int64)
    cosines = np.zeros((n, k), np.float32)
    members, centers = clusters(directions, max(1, n // CELL), rng)
    cells = [np.flatnonzero(members == cell) for cell in range(len(centers))]
    beside = np.argsort(-(centers @ centers.T), axis=1)[:, :CELLS_LOOKED_AT]
    for cell, rows in enumerate(cells):
        near = np.sort(np.concatenate([cells[other] for other in {cell, *beside[cell].tolist()}]))
        for first in range(0, len(rows), 512):  # a cell may hold far more than its share
            part = rows[first : first + 512]
            dots = directions[part] @ directions[near].T
            dots[np.arange(len(part)), np.searchsorted(near, part)] = -np.inf
            here = min(k, len(near) - 1)
            if here < 1:
                continue
            best = np.argpartition(-dots, here - 1, axis=1)[:, :here]
            values = np.take_along_axis(dots, best, axis=1)
            order = np.argsort(-values, axis=1, kind="stable")
            found[part, :here] = near[np.take_along_axis(best, order, axis=1)]
            cosines[part, :here] = np.take_along_axis(values, order, axis=1)
    return found, cosines


def _step(places: Doubles, heads: Ids, tails: Ids, rate: float, rng: np.random.Generator) -> None:
    """Move `places` along the gradient of one batch of edges, with 1 / (1 + distance^2) as the chance of an edge."""
    apart = places[heads] - places[tails]
    square = np.einsum("ed,ed->e", apart, apart)[:, None]
    pull = _short(-2 * apart / (1 + square)) * rate
    strangers = rng.integers(len(places), size=len(heads) * PUSHES)
    pushed = np.tile(heads, PUSHES)
    apart = places[pushed] - places[strangers]
    square = np.einsum("ed,ed->e", apart, apart)[:, None]
    push = _short(2 * apart / ((0.01 + square) * (1 + square))) * rate
    for side in (0, 1):
        step = np.bincount(heads, pull[:, side], len(places)) - np.bincount(tails, pull[:, side], len(places))
        places[:, side] += 0.5 * (step + np.bincount(pushed, push[:, side], len(places)))


def _short(steps: Doubles) -> Doubles:
    return np.clip(steps, -LONGEST_STEP, LONGEST_STEP)


def _end_with_parent() -> None:
    # Returns when the other end is closed, however that process ended. Not sys.stdin: a thread that holds its lock
    # makes the interpreter abort when it ends.
    os.read(0, 1)
    os._exit(0)


def main(path: str, rows: int) -> None:
    """Draw the map of a file of vectors, see above."""
    from w2v import formats
    from w2v.explorer.shapes import principal_plane, units

    threading.Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(10)  # whoever asks a question comes first
    directions = units(formats.load(path), rows)
    for places in arrange(directions, principal_plane(directions)):
        sys.stdout.buffer.write(places.astype("<f4").tobytes())
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

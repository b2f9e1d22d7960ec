"""Vectors -> two dimensions, and names of clusters, with numpy alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt

from w2v.vectors import Floats, Vectors

Ids = npt.NDArray[np.int64]

NAMED_AFTER = 3  # words that name a cluster
FUNCTION_WORDS = 150  # of the most frequent words, about as many stand for nothing by themselves


def units(vectors: Vectors, rows: int) -> Floats:
    """Return the first `rows` vectors scaled to length 1, float32 [rows, D]; those without a direction are zero."""
    directed = vectors.directed[:rows, None]
    found: Floats = np.zeros((rows, vectors.dim), np.float32)
    np.divide(vectors.matrix[:rows], vectors.norms[:rows, None], out=found, where=directed)
    return found


def centered(rows: Floats) -> Floats:
    """Return unit vectors without the direction that they all share, again of length 1, float32 [n, D].

    Word vectors lie in a cone (Mu & Viswanath 2018): without its axis, clusters tell words apart by meaning.
    """
    moved = rows - rows.mean(axis=0)
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    found: Floats = np.divide(moved, lengths, out=np.zeros_like(moved), where=lengths > 0)
    return found


def principal_plane(rows: Floats) -> Floats:
    """Return the two first principal components, float32 [n, 2], scaled so that all lie within -1 .. 1."""
    moved = rows - rows.mean(axis=0)
    if rows.shape[1] < 2:
        moved = np.concatenate([moved, np.zeros_like(moved)], axis=1)
    _, directions = np.linalg.eigh((moved.T @ moved).astype(np.float64))
    plane = directions[:, :-3:-1].astype(np.float32)
    # The sign of an eigenvector is chance: its largest number is made positive, so that a map stays as it was.
    plane = plane * np.sign(plane[np.abs(plane).argmax(axis=0), [0, 1]])
    return fitted(moved @ plane)


def plane_beside(directions: Floats, words: Sequence[str], others: Floats, other_words: Sequence[str]) -> Floats:
    """Return the principal plane of `others` as `directions` see it, float32 [n, 2]: two maps begin alike.

    A linear map is fitted to the words of both, by least squares: for spaces of one size that is what a Procrustes
    rotation is taken for, and it joins spaces of different sizes too. With too few words of both, their own plane.
    """
    rows = {word: row for row, word in enumerate(other_words[: len(others)])}
    common = [(row, rows[word]) for row, word in enumerate(words[: len(directions)]) if word in rows]
    if len(common) <= directions.shape[1]:
        return principal_plane(directions)
    here, there = np.array(common, np.intp).T
    given = np.column_stack([directions, np.ones(len(directions), np.float32)]).astype(np.float64)
    turn = np.linalg.lstsq(given[here], principal_plane(others)[there].astype(np.float64), rcond=None)[0]
    return fitted((given @ turn).astype(np.float32))


def fitted(places: Floats) -> Floats:
    """Return places in the plane, float32 [n, 2], moved and scaled so that all lie within -1 .. 1."""
    if not len(places):
        return places
    low, high = places.min(axis=0), places.max(axis=0)
    return np.ascontiguousarray((places - (low + high) / 2) / (float((high - low).max()) / 2 or 1), np.float32)


def central_words(words: Sequence[str], directions: Floats, members: Ids, centers: Floats) -> list[list[str]]:
    """Return for each cluster the words that name it: frequent, near to its center and far from all other centers.

    The most frequent words of all name none: in any language they are function words.
    """
    names = []
    functional = min(FUNCTION_WORDS, len(words) // 100)
    for number in range(len(centers)):
        rows = np.flatnonzero(members == number)
        rows = rows[rows >= functional] if (rows >= functional).any() else rows
        rows = rows[: max(30, len(rows) // 20)]  # words stand by falling frequency
        cosines = directions[rows] @ centers.T
        own = cosines[:, number].copy()
        cosines[:, number] = -np.inf
        others = cosines.max(axis=1, initial=-1.0)
        best = rows[np.argsort(others - 2 * own, kind="stable")]
        names.append(list(islice(_unlike(words[row] for row in best.tolist()), NAMED_AFTER)))
    return names


def _unlike(words: Iterable[str]) -> Iterator[str]:
    """Leave out the words that begin as one before does in more than three quarters: mechanism after mechanisms."""
    before: list[str] = []
    for word in words:
        if all(word[: (n := 3 * min(len(word), len(other)) // 4 + 1)] != other[:n] for other in before):
            before.append(word)
            yield word

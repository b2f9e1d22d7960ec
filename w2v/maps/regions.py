"""Regions of a map, coarse to fine, each named by words: what a reader sees first, and more of as the map is zoomed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.clusters import clusters
from w2v.vectors import Floats

Ids = npt.NDArray[np.int64]

NAMED_AFTER = 3  # words that name a cluster
FUNCTION_WORDS = 150  # of the most frequent words, about as many mean little by themselves
COUNTS = (220, 50, 10)  # regions of each level, the finest first
WORDS_OF_ONE = 30  # on average at least: a map of few words has fewer regions
CURVED = 0.5  # places are put on a sphere around a point so far above them, where k-means by cosine is that by distance


class Region(NamedTuple):
    """Words that lie side by side.

    level  0 for the coarsest
    x, y   the middle: the median of its words
    size   how many words
    names  words that are frequent, central to it and far from the others
    """

    level: int
    x: float
    y: float
    size: int
    names: Sequence[str]


def regions(words: Sequence[str], directions: Floats, places: Floats, rng: np.random.Generator) -> list[Region]:
    """Return the regions of all levels, the largest of each level first; each level joins regions of the one before.

    directions  float32 [n, D], unit vectors around zero, as `centered` makes them
    places      float32 [n, 2], within about -1 .. 1
    """
    found: list[Region] = []
    lifted = np.column_stack([places * np.float32(CURVED), np.ones(len(places), np.float32)])
    lifted /= np.linalg.norm(lifted, axis=1, keepdims=True)
    members = np.arange(len(places))
    for level, most in reversed(list(enumerate(reversed(COUNTS)))):
        count = min(most, len(places) // WORDS_OF_ONE)
        if count < 2:
            continue
        joined, lifted = clusters(lifted, count, rng)
        members = joined[members]
        sums = np.zeros((count, directions.shape[1]), np.float32)
        np.add.at(sums, members, directions)
        centers = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)
        names = central_words(words, directions, members, centers)
        for number in np.argsort(-np.bincount(members, minlength=count), kind="stable").tolist():
            own = places[members == number]
            if len(own):
                x, y = np.median(own, axis=0).tolist()
                found.append(Region(level, x, y, len(own), names[number]))
    return found


def central_words(words: Sequence[str], directions: Floats, members: Ids, centers: Floats) -> list[list[str]]:
    """Return for each cluster the words that name it: frequent, near to its center and far from all other centers.

    The most frequent words of all name none: in any language they are function words.
    """
    names = []
    functional = min(FUNCTION_WORDS, len(words) // 100)
    for number in range(len(centers)):
        rows = np.flatnonzero(members == number)
        rows = rows[rows >= functional] if (rows >= functional).any() else rows
        rows = rows[: max(30, len(rows) // 20)]  # words are ordered by falling frequency
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

"""Words and their n-grams, as fastText has them: which rows a word has, and vectors for words never seen.

A run trains the rows of those n-grams alone that the vocabulary has, numbered in the order of their buckets: the whole
table of `--buckets` rows, most of them of no n-gram, is made when fastText's .bin is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.settings import TrainSettings
from w2v.vectors import Floats
from w2v.vocabulary import END_OF_SENTENCE

Ints = npt.NDArray[np.int32]
Starts = npt.NDArray[np.int64]
ALONE = END_OF_SENTENCE.encode()  # has no n-grams
EVERY_BUCKET = np.empty(0, np.int32)
NGRAMS_A_WORD = 12  # different ones that a word adds to a vocabulary, at the most: 8 of 50,000 words of English


class Rows(NamedTuple):
    """The input rows of the words of a vocabulary.

    starts   int64 [V + 1], the rows of word i are rows[starts[i]:starts[i + 1]], its own first
    rows     int32, a word's own is its id, an n-gram's V + its place in `buckets`
    buckets  int32 [B], ascending, those that the n-grams of these words fall into
    """

    starts: Starts
    rows: Ints
    buckets: Ints


class Subwords:
    """Makes vectors for words that a vocabulary does not have, of the rows of their n-grams.

    lengths  of the shortest and longest n-grams, in characters
    buckets  that n-grams fall into
    rows     float32 [B, D]
    used     int32 [B], ascending, the bucket of each row; not looked at where there are as many
    """

    def __init__(self, lengths: tuple[int, int], buckets: int, rows: Floats, used: Ints = EVERY_BUCKET) -> None:
        self.lengths, self.buckets, self.rows, self.used = lengths, buckets, rows, used

    def __call__(self, word: str) -> Floats | None:
        """Return the mean of the rows of the n-grams of a word, float32 [D], or None if none of them has one.

        An n-gram without a row counts as one of zeros.
        """
        found = ngrams_of([word.encode("utf-8", "surrogatepass")], self.lengths, self.buckets)[1]
        rows, held = self.places_of(found)
        if not held.any():
            return None
        vector: Floats = np.asarray(self.rows[rows[held]].sum(axis=0) / np.float32(len(found)), np.float32)
        return vector if vector.any() else None

    def places_of(self, buckets: Starts) -> tuple[Starts, npt.NDArray[np.bool_]]:
        """Return the rows of some buckets, int64 [n], and whether they have one, bool [n]."""
        if len(self.rows) == self.buckets:
            return buckets, np.ones(len(buckets), np.bool_)
        places = np.searchsorted(self.used, buckets)
        places[places == len(self.used)] = 0
        return places, self.used[places] == buckets if len(self.used) else np.zeros(len(buckets), np.bool_)

    def table(self, first: int, stop: int) -> Floats:
        """Return the rows of the buckets first..stop, float32 [stop - first, D], zeros where they have none."""
        if len(self.rows) == self.buckets:
            return self.rows[first:stop]
        table = np.zeros((stop - first, self.rows.shape[1]), np.float32)
        here = slice(*np.searchsorted(self.used, (first, stop)).tolist())
        table[self.used[here] - first] = self.rows[here]
        return table


def ngrams_of(
    words: Sequence[bytes],
    lengths: tuple[int, int],
    buckets: int,
    alone: bytes | None = ALONE,
    places: Ints = EVERY_BUCKET,
) -> tuple[Starts, Starts]:
    """Return the rows of the n-grams of some words: starts int64 [n + 1] and rows int64, see `find_ngrams`.

    alone   the word that has none
    places  which row each bucket has; empty where that is its number
    """
    framed = [b"<" + word + b">" for word in words]
    offsets = np.zeros(len(framed) + 1, np.int64)
    starts, rows = np.zeros(len(framed) + 1, np.int64), np.empty(0, np.int64)
    if lengths[1] == 0 or buckets == 0:
        return starts, rows
    from w2v.kernels.subwords import find_ngrams  # numba: for what no file of words has

    np.cumsum([len(word) for word in framed], out=offsets[1:])
    text = np.frombuffer(b"".join(framed), np.uint8)
    without = np.array([word == alone for word in words], np.bool_)
    for _ in range(2):  # they are counted, then written
        find_ngrams(text, offsets, without, *lengths, buckets, places, starts, rows)
        rows = np.empty(starts[-1], np.int64) if not len(rows) else rows
    return starts, rows


def rows_of(words: Sequence[str], settings: TrainSettings) -> Rows:
    """Return the input rows of the words of a vocabulary."""
    starts, hashed = ngrams_of(
        [word.encode("utf-8", "surrogatepass") for word in words], settings.ngrams, settings.buckets
    )
    used = np.zeros(settings.buckets, np.bool_)
    used[hashed] = True
    place = np.cumsum(used, dtype=np.int32) - 1
    starts += np.arange(len(starts))  # a word's own row before its n-grams'
    own = np.zeros(starts[-1], np.bool_)
    own[starts[:-1]] = True
    rows = np.empty(len(own), np.int32)
    rows[own], rows[~own] = np.arange(len(words)), len(words) + place[hashed]
    return Rows(starts, rows, np.flatnonzero(used).astype(np.int32))


def rows_needed(words: Sequence[str], settings: TrainSettings) -> int:
    """Return how many rows the n-grams of a vocabulary have."""
    return len(rows_of(words, settings).buckets) if settings.subwords else 0


def composed(words: Sequence[str], table: Floats, settings: TrainSettings) -> tuple[Floats, Subwords | None]:
    """Return the vectors of words, float32 [V, D], and what makes those of others.

    table  float32 [V + B, D], their input rows
    """
    if not settings.subwords:
        return table, None
    from w2v.kernels.subwords import mean_rows

    starts, rows, buckets = rows_of(words, settings)
    ngrams = np.delete(rows, starts[:-1]).astype(np.int64) - len(words)
    matrix = np.empty((len(words), table.shape[1]), np.float32)
    mean_rows(table, table[len(words) :], starts - np.arange(len(starts)), ngrams, matrix)
    return matrix, Subwords(settings.ngrams, settings.buckets, table[len(words) :], buckets)


def expected_rows(words: int, settings: TrainSettings) -> int:
    """Return about how many n-grams have rows in a vocabulary of `words` words."""
    if not settings.subwords:
        return 0
    return int(settings.buckets * -np.expm1(-NGRAMS_A_WORD * words / settings.buckets))

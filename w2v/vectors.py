"""Vectors: one row of numbers for each word, and the questions that they answer.

All that is asked of a trained model is asked here, with numpy alone: a cosine is a product
of rows, the nearest words are the largest cosines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.errors import UnknownWordError, W2VError
from w2v.spelling import suggestions, variants

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

# To look along a million words takes 5 ms, to make a dict of them 250: a command that asks for a few never makes one.
LOOKS_BEFORE_INDEX = 20


class Neighbor(NamedTuple):
    """A word and its cosine to what was asked."""

    word: str
    cosine: float


@dataclass(frozen=True, eq=False)
class Vectors:
    """Words and their vectors.

    words         V words, no two alike; a tuple, or a sequence that reads them from a file when asked
    matrix        float32 [V, D]; row i belongs to words[i]; may be memory-mapped
    counts        int64 [V], how often each word occurred, where that is known
    stored_norms  float32 [V], the Euclidean lengths of the rows, where a file holds them
    subwords      makes a vector, float32 [D], for a word that is none of `words`, or None where it cannot
    """

    words: Sequence[str]
    matrix: Floats
    counts: npt.NDArray[np.int64] | None = None
    stored_norms: Floats | None = None
    subwords: Callable[[str], Floats | None] | None = None

    def __post_init__(self) -> None:
        assert self.matrix.dtype == np.float32
        assert self.matrix.ndim == 2
        assert len(self.words) == len(self.matrix)

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self._row(word) is not None

    def __getitem__(self, word: str) -> Floats:
        """Return the vector of `word`, float32 [D]: its row, or what its subwords make. Raises UnknownWordError."""
        made = self.made_of_subwords(word)
        row: Floats = self.matrix[self.row(word)] if made is None else made
        return row

    @property
    def dim(self) -> int:
        """How many numbers a vector has."""
        return int(self.matrix.shape[1])

    @cached_property
    def index(self) -> Mapping[str, int]:
        """The row of each word."""
        return {word: row for row, word in enumerate(self.words)}

    @cached_property
    def norms(self) -> Floats:
        """The Euclidean length of each row, float32 [V]."""
        if self.stored_norms is not None:
            return self.stored_norms
        with np.errstate(over="ignore", invalid="ignore"):
            norms: Floats = np.sqrt(np.einsum("vd,vd->v", self.matrix, self.matrix))
            # Squares of very large and very small numbers leave the range of float32; such rows are rare.
            doubtful = np.flatnonzero(~((norms > 1e-15) & (norms < 1e15)))
            norms[doubtful] = np.linalg.norm(self.matrix[doubtful].astype(np.float64), axis=1)
        return norms

    @cached_property
    def directed(self) -> Mask:
        """Which rows have a direction, bool [V]: not those of zeros, nor those that hold NaN or infinity."""
        mask: Mask = np.isfinite(self.norms) & (self.norms > 0)
        return mask

    def form(self, word: str) -> str | None:
        """Return `word` itself or the form of it that the vocabulary has: NFC, lower-cased, `_` for blanks; or None."""
        return next((form for form in (word, *variants(word)) if self._row(form) is not None), None)

    def find(self, word: str) -> str:
        """Return the form of `word` that the vocabulary has, as `form` does.

        Raises UnknownWordError, with words of like spelling, where there is none.
        """
        form = self.form(word)
        if form is None:
            raise UnknownWordError(word, self.like(word))
        return form

    def like(self, word: str, most: int = 3) -> list[str]:
        """Return words of like spelling; behind them, where they are few, words near to what its subwords make."""
        found = suggestions(word, self.words, most)
        made = self.made_of_subwords(word)
        if made is None or not made.any():
            return found
        near = [neighbor.word for neighbor in self.nearest(made, 2 * most)]
        return [*found, *(word for word in near if word not in found)][:most]

    def made_of_subwords(self, word: str) -> Floats | None:
        """Return the vector that the subwords of `word` make, float32 [D], if it is in no form a word of these."""
        return None if self.subwords is None or self.form(word) is not None else self.subwords(word)

    def has_vector(self, word: str) -> bool:
        """Say whether `word` has a vector, a row or one made of its subwords."""
        return self.form(word) is not None or self.made_of_subwords(word) is not None

    def rows(self, words: Sequence[str]) -> list[int]:
        """Return the rows of those words that have one. Raises UnknownWordError for words without any vector."""
        return [self.row(word) for word in words if self.made_of_subwords(word) is None]

    def row(self, word: str) -> int:
        """Return the row of `word` in the matrix. Raises UnknownWordError."""
        row = self._row(self.find(word))
        assert row is not None
        return row

    def _row(self, word: str) -> int | None:
        if "index" in self.__dict__ or next(self._looks) >= LOOKS_BEFORE_INDEX:
            return self.index.get(word)
        try:
            return self.words.index(word)
        except ValueError:
            return None

    @cached_property
    def _looks(self) -> Iterator[int]:
        return count()

    def unit(self, word: str) -> Floats:
        """Return the vector of `word` scaled to length 1, float32 [D]; a zero vector stays zero."""
        made = self.made_of_subwords(word)
        if made is not None:
            return made / (np.linalg.norm(made) or np.float32(1))
        row = self.row(word)
        with np.errstate(invalid="ignore"):  # a row with infinity in it becomes NaN
            unit: Floats = self.matrix[row] / (self.norms[row] or np.float32(1))
        return unit

    def similar(self, words: str | Sequence[str], top: int = 10) -> list[Neighbor]:
        """Return the `top` words nearest to `words`; several words mean the sum of their unit vectors."""
        words = [words] if isinstance(words, str) else words
        return self.nearest(np.sum([self.unit(word) for word in words], axis=0), top, exclude=words)

    def analogy(self, a: str, b: str, c: str, top: int = 10) -> list[Neighbor]:
        """Return what is to `c` as `a` is to `b`: the words nearest to a - b + c.

        Unit vectors, the three words themselves excluded: 3CosAdd (Mikolov, Yih & Zweig 2013).
        The C program's word-analogy asks in another order: its "b a c" is our "a b c".
        """
        return self.nearest(self.unit(a) - self.unit(b) + self.unit(c), top, exclude=(a, b, c))

    def nearest(
        self, vector: Floats, top: int = 10, exclude: Sequence[str] = (), among: Mask | None = None
    ) -> list[Neighbor]:
        """Return the `top` words of largest cosine to `vector`, float32 [D].

        exclude  words that are no answers
        among    bool [V], the words that may be answers; by default all that have a direction

        Raises W2VError where `vector` is zero or not finite: it has a cosine to nothing.
        """
        check_directed(vector)
        cosines = self.cosines(vector)
        cosines[~(self.directed if among is None else self.directed & among)] = -np.inf
        cosines[self.rows(exclude)] = -np.inf
        return [Neighbor(self.words[row], float(cosines[row])) for row in largest(cosines, top)]

    def cosines(self, vector: Floats) -> Floats:
        """Return the cosine of `vector`, float32 [D], to every word, float32 [V]; 0 where there is no direction."""
        length = np.float32(np.linalg.norm(vector))
        with np.errstate(over="ignore", invalid="ignore"):
            dots = self.matrix @ (vector / (length or np.float32(1)))
        where = self.directed if 0 < length < np.inf else np.zeros(len(self), np.bool_)
        cosines: Floats = np.divide(dots, self.norms, out=np.zeros_like(dots), where=where)
        return cosines


def check_directed(vector: Floats) -> None:
    """Raise W2VError where `vector` is zero or not finite."""
    if not (np.isfinite(vector).all() and vector.any()):
        raise W2VError(
            "the vector asked for has no direction: it is zero (words that cancel each other out?) or not finite"
        )


def largest(values: Floats, top: int) -> Rows:
    """Return the rows of the `top` largest finite values, the largest first; equal ones in the order of the rows.

    >>> largest(np.array([0.5, np.nan, 0.9, 0.5], np.float32), 2).tolist()
    [2, 0]
    """
    finite = np.flatnonzero(np.isfinite(values))
    values = values[finite]
    if top < len(values):
        least = np.partition(values, -top)[-top]
        kept = np.flatnonzero(values >= least)
        finite, values = finite[kept], values[kept]
    rows: Rows = finite[np.argsort(-values, kind="stable")][:top]
    return rows

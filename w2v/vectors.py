"""Vectors: one row of numbers for each word, and the questions that they answer.

All that is asked of a trained model is asked here, with numpy alone: a cosine is a product
of rows, the nearest words are the largest cosines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.errors import UnknownWordError
from w2v.spelling import suggestions, variants

Floats = npt.NDArray[np.float32]


class Neighbor(NamedTuple):
    """A word and its cosine to what was asked."""

    word: str
    cosine: float


@dataclass(frozen=True, eq=False)
class Vectors:
    """Words and their vectors.

    words         tuple of str, V, no two alike
    matrix        float32 [V, D]; row i belongs to words[i]; may be memory-mapped
    counts        int64 [V], how often each word occurred, where that is known
    stored_norms  float32 [V], the Euclidean lengths of the rows, where a file holds them
    """

    words: tuple[str, ...]
    matrix: Floats
    counts: npt.NDArray[np.int64] | None = None
    stored_norms: Floats | None = None

    def __post_init__(self) -> None:
        assert self.matrix.dtype == np.float32
        assert self.matrix.ndim == 2
        assert len(self.words) == len(self.matrix)

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self.index

    def __getitem__(self, word: str) -> Floats:
        """Return the vector of `word`, float32 [D]. Raises UnknownWordError."""
        row: Floats = self.matrix[self.index[self.find(word)]]
        return row

    @property
    def dim(self) -> int:
        """How many numbers a vector has."""
        return int(self.matrix.shape[1])

    @cached_property
    def index(self) -> dict[str, int]:
        """The row of each word."""
        return {word: row for row, word in enumerate(self.words)}

    @cached_property
    def norms(self) -> Floats:
        """The Euclidean length of each row, float32 [V]."""
        if self.stored_norms is not None:
            return self.stored_norms
        norms: Floats = np.sqrt(np.einsum("vd,vd->v", self.matrix, self.matrix))
        return norms

    def find(self, word: str) -> str:
        """Return `word` itself or the form of it that the vocabulary has: NFC, lower-cased, `_` for blanks.

        Raises UnknownWordError, with words of like spelling, where there is none.
        """
        for form in (word, *variants(word)):
            if form in self.index:
                return form
        raise UnknownWordError(word, suggestions(word, self.words))

    def unit(self, word: str) -> Floats:
        """Return the vector of `word` scaled to length 1, float32 [D]; a zero vector stays zero."""
        row = self.index[self.find(word)]
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

    def nearest(self, vector: Floats, top: int = 10, exclude: Sequence[str] = ()) -> list[Neighbor]:
        """Return the `top` words of largest cosine to `vector`, float32 [D], without the words of `exclude`."""
        cosines = self.cosines(vector)
        cosines[[self.index[self.find(word)] for word in exclude]] = -np.inf
        top = min(top, len(cosines))
        rows = np.argpartition(-cosines, top - 1)[:top]
        rows = rows[np.lexsort((rows, -cosines[rows]))]  # equal cosines: the more frequent word first
        return [Neighbor(self.words[row], float(cosines[row])) for row in rows if np.isfinite(cosines[row])]

    def cosines(self, vector: Floats) -> Floats:
        """Return the cosine of `vector`, float32 [D], to every word, float32 [V]; 0 where a length is 0."""
        lengths = self.norms * np.float32(np.linalg.norm(vector))
        dots = self.matrix @ vector
        cosines: Floats = np.divide(dots, lengths, out=np.zeros_like(dots), where=lengths > 0)
        return cosines

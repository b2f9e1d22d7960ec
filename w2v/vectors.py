"""Vectors: one row of numbers for each word, and the questions that they answer.

All questions to a trained model are answered here, with numpy alone: a cosine is a product
of rows, the nearest words are the largest cosines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from w2v.errors import UnknownWordError, W2VError
from w2v.spelling import suggestions, variants
from w2v.vocabulary import JOINT

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

# To look along a million words takes 5 ms, to make a dict of them 250: a command that asks for a few never makes one.
LOOKS_BEFORE_INDEX = 20
SAMPLED_ROWS = 1000  # of a fingerprint

# What gensim's users look for, and what does it here.
ELSEWHERE = {
    "wv": "the vectors themselves: they are what `train` returns",
    "vector_size": "dim",
    "index_to_key": "words",
    "get_vector": 'vectors["word"]',
    "similar_by_word": "similar",
    "similar_by_vector": "similar",
    "save": "w2v.save(vectors, path)",
    "save_word2vec_format": "w2v.save(vectors, path)",
    "evaluate_word_analogies": "w2v.evaluate(vectors, questions)",
    "evaluate_word_pairs": "w2v.evaluate(vectors, questions)",
    "wmdistance": "w2v.queries.word_movers_distance",
    "most_similar_cosmul": "w2v.queries.analogy(..., method='3cosmul')",
}


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
    output        float32 [V, D], the output rows of the training: row i says what occurs near words[i], where kept
    titles        V names, "" where there is none: then the words are ids, which are found as they are or by their
                  name, and never by their spelling; None where they are words
    documents     vectors of the documents of a training, where it had some: their names are its words
    why_missing   returns a sentence on why a word is none of `words`, or "" where that is not known

    `vectors["king"]` is a row, float32 [D], `vectors[["king", "queen"]]` several, `"king" in vectors` and
    `for word in vectors` ask for the words. gensim's names of the questions are there too: `most_similar`,
    `similarity`, `doesnt_match`, `n_similarity`, `key_to_index`.

    >>> vectors = Vectors(("king", "queen", "mat"), np.array([[1, 0], [1, 1], [0, 1]], np.float32))
    >>> vectors
    Vectors(3 words x 2: king queen mat)
    >>> [neighbor.word for neighbor in vectors.similar("king", 1)]
    ['queen']
    """

    words: Sequence[str]
    matrix: Floats
    counts: npt.NDArray[np.int64] | None = None
    stored_norms: Floats | None = None
    subwords: Callable[[str], Floats | None] | None = None
    output: Floats | None = None
    titles: Sequence[str] | None = None
    why_missing: Callable[[str], str] | None = None
    documents: Vectors | None = None

    def __post_init__(self) -> None:
        assert self.matrix.dtype == np.float32
        assert self.matrix.ndim == 2
        assert len(self.words) == len(self.matrix)

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self._row(word) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    def __repr__(self) -> str:
        first = " ".join(self.words[row] for row in range(min(6, len(self))))
        return f"Vectors({len(self):,} words x {self.dim}: {first}{' ...' if len(self) > 6 else ''})"

    def __getitem__(self, word: str | Sequence[str]) -> Floats:
        """Return the vector of `word`, float32 [D]: its row, or what its subwords make; of several words, [N, D].

        Raises UnknownWordError.
        """
        if not isinstance(word, str):
            return np.array([self[one] for one in _words("word", word)], np.float32).reshape(-1, self.dim)
        made = self.made_of_subwords(word)
        row: Floats = self.matrix[self.row(word)] if made is None else made
        return row

    def __getattr__(self, name: str) -> Any:
        hint = f"; use {ELSEWHERE[name]}" if name in ELSEWHERE else ""
        raise AttributeError(f"Vectors has no attribute {name!r}{hint}", name=name, obj=self)

    @property
    def dim(self) -> int:
        """How many numbers a vector has."""
        return int(self.matrix.shape[1])

    @cached_property
    def index(self) -> Mapping[str, int]:
        """The row of each word; words that stay in a file are looked up there."""
        there: Mapping[str, int] | None = getattr(self.words, "index_of", None)
        return {word: row for row, word in enumerate(self.words)} if there is None else there

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
        """Return `word`, or the first of `w2v.spelling.variants` of it that the vocabulary has, or None.

        Of ids, that is the id itself, or the most frequent one with this title.
        """
        if self.titles is None:
            return next((form for form in (word, *variants(word)) if self._row(form) is not None), None)
        if self._row(word) is not None:
            return word
        try:
            return self.words[self.titles.index(word)] if word else None
        except ValueError:
            return None

    def find(self, word: str) -> str:
        """Return the form of `word` that the vocabulary has, as `form` does.

        Raises UnknownWordError, with similarly spelled words, where there is none.
        """
        form = self.form(word)
        if form is None:
            why = self.why_missing(word) if self.why_missing is not None else ""
            if self.titles is None and " " in word.strip() and not any(JOINT in known for known in self.words):
                why = "These vectors have no phrases: w2v train --phrases 2 makes them."
            raise UnknownWordError(word, self.like(word), why)
        return form

    def named(self, word: str) -> str:
        """Return the form of `word` that the vocabulary has, or `word` itself where its subwords make a vector.

        Raises UnknownWordError.
        """
        return word if self.made_of_subwords(word) is not None else self.find(word)

    def title(self, word: str) -> str:
        """Return the title of a word, itself where it has none. Raises UnknownWordError."""
        return (self.titles[self.row(word)] if self.titles is not None else "") or word

    def by_title(self) -> Vectors:
        """Return the same vectors with titles for words and ids for titles: the title is shown, either is found.

        Of items that share a title, all but the first have their id behind it.
        """
        if self.titles is None:
            return self
        shown: dict[str, None] = {}
        for word, title in zip(self.words, self.titles):
            title = title or word
            shown[title if title not in shown else f"{title} ({word})"] = None
        if len(shown) < len(self):  # a title that is the id of another, or made to look like one of these
            return self
        names = tuple(shown)
        return Vectors(names, self.matrix, self.counts, self.stored_norms, output=self.output, titles=self.words)

    def like(self, word: str, most: int = 3) -> list[str]:
        """Return similarly spelled words; if there are few, also words near to the vector of its subwords.

        An id of like spelling is another thing altogether: of ids, titles of like spelling are returned.
        """
        if self.titles is not None:
            return suggestions(word, [title for title in self.titles if title], most)
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

    def sum_of(self, words: Sequence[str], unlike: Sequence[str] = ()) -> Floats:
        """Return the unit vectors of `words`, added, less those of `unlike`, float32 [D]. Raises UnknownWordError."""
        total = np.zeros(self.dim, np.float32)
        for word in words:
            total += self.unit(word)
        for word in unlike:
            total -= self.unit(word)
        return total

    def fingerprint(self, rows: int) -> str:
        """Return 64 digits that no other vectors have: a checksum of a thousand of the first `rows` rows, and words."""
        sample = np.linspace(0, rows - 1, min(rows, SAMPLED_ROWS)).astype(np.intp)
        checksum = hashlib.sha256(f"{rows} {self.dim}\n".encode())
        checksum.update(np.ascontiguousarray(self.matrix[sample]).tobytes())
        checksum.update("\n".join(self.words[row] for row in sample.tolist()).encode("utf-8", "replace"))
        return checksum.hexdigest()

    def similar(self, words: str | Sequence[str] | Floats, top: int = 10) -> list[Neighbor]:
        """Return the `top` words nearest to `words`; several words mean the sum of their unit vectors.

        words  a word, several in a list, or a vector, [D]

        Raises UnknownWordError; W2VError where the words cancel each other out; TypeError.
        """
        check_top(top)
        if isinstance(words, np.ndarray) and words.dtype.kind in "fiu":
            if words.shape != (self.dim,):
                raise TypeError(f"words must be words, or a vector of {self.dim} numbers, not of shape {words.shape}")
            return self.nearest(words.astype(np.float32), top)
        words = _words("words", words)
        return self.nearest(self.sum_of(words), top, exclude=words)

    def most_similar(
        self, positive: str | Sequence[str] | Floats, negative: str | Sequence[str] = (), topn: int = 10
    ) -> list[Neighbor]:
        """Return the `topn` words nearest to the sum of the unit vectors of `positive` less those of `negative`.

        gensim's name; `similar` and `analogy` are ours. Raises what `similar` raises.
        """
        less = [negative] if isinstance(negative, str) else list(negative)
        if not less:
            return self.similar(positive, topn)
        check_top(topn)
        more = _words("positive", positive)
        return self.nearest(self.sum_of(more, less), topn, exclude=(*more, *less))

    def similarity(self, a: str, b: str) -> float:
        """Return the cosine of two words; 0 where one has no direction. Raises UnknownWordError."""
        return float(self.unit(_word("a", a)) @ self.unit(_word("b", b)))

    def n_similarity(self, first: Sequence[str], second: Sequence[str]) -> float:
        """Return the cosine of the means of the unit vectors of two lists of words. Raises UnknownWordError."""
        sides = (_words("first", first), _words("second", second))
        one, two = (np.sum([self.unit(word) for word in words], axis=0) for words in sides)
        return float(one @ two / (np.linalg.norm(one) * np.linalg.norm(two) or 1))

    def doesnt_match(self, words: Sequence[str]) -> str:
        """Return the word of smallest cosine to the mean of the unit vectors of `words`. Raises UnknownWordError."""
        units = np.array([self.unit(word) for word in _words("words", words)])
        return words[int(np.argmin(units @ units.mean(axis=0)))]

    @property
    def key_to_index(self) -> Mapping[str, int]:
        """The row of each word: gensim's name of `index`."""
        return self.index

    @property
    def vectors(self) -> Floats:
        """float32 [V, D]: gensim's name of `matrix`."""
        return self.matrix

    def analogy(self, a: str, b: str, c: str, top: int = 10) -> list[Neighbor]:
        """Return what is to `c` as `a` is to `b`: the words nearest to a - b + c.

        Unit vectors, the three words themselves excluded: 3CosAdd (Mikolov, Yih & Zweig 2013).
        The C program's word-analogy asks in another order: its "b a c" is our "a b c".
        Raises UnknownWordError; W2VError where the words cancel each other out; TypeError.
        """
        a, b, c = _word("a", a), _word("b", b), _word("c", c)
        check_top(top)
        return self.nearest(self.sum_of((a, c), (b,)), top, exclude=(a, b, c))

    def nearest(
        self, vector: Floats, top: int = 10, exclude: Sequence[str] = (), among: Mask | None = None
    ) -> list[Neighbor]:
        """Return the `top` words of largest cosine to `vector`, float32 [D].

        exclude  words that are no answers
        among    bool [V], the words that may be answers; by default all that have a direction

        Raises W2VError where `vector` is zero or not finite: it has a cosine to nothing.
        """
        check_directed(vector)
        if not len(self):
            raise W2VError("there are no words here to find, only rows of n-grams: w2v convert IN OUT --words FILE")
        cosines = self.cosines(vector)
        return [Neighbor(self.words[row], float(cosines[row])) for row in self.best_rows(cosines, top, exclude, among)]

    def best_rows(self, values: Floats, top: int, exclude: Sequence[str] = (), among: Mask | None = None) -> Rows:
        """Return the rows of the `top` largest values, float32 [V], where those of no answer become -inf.

        exclude, among  as of `nearest`
        """
        values[~(self.directed if among is None else self.directed & among)] = -np.inf
        values[self.rows(exclude)] = -np.inf
        return largest(values, top)

    def cosines(self, vector: Floats) -> Floats:
        """Return the cosine of `vector`, float32 [D], to every word, float32 [V]; 0 where there is no direction."""
        length = np.float32(np.linalg.norm(vector))
        with np.errstate(over="ignore", invalid="ignore"):
            dots = self.matrix @ (vector / (length or np.float32(1)))
        where = self.directed if 0 < length < np.inf else np.zeros(len(self), np.bool_)
        cosines: Floats = np.divide(dots, self.norms, out=np.zeros_like(dots), where=where)
        return cosines


def _word(name: str, given: object) -> str:
    if not isinstance(given, str):
        raise TypeError(f"{name} must be a word (str), not {given!r}")
    return given


def _words(name: str, given: object) -> list[str]:
    """Return one word, or several, as a list. Raises TypeError that names the argument."""
    if isinstance(given, str):
        return [given]
    words = list(given) if isinstance(given, Iterable) else []
    if not words or not all(isinstance(word, str) for word in words):
        raise TypeError(f"{name} must be a word or a list of words, not {given!r}")
    return words


def blocks_of(rows: int, most: int = 1 << 14) -> Iterator[slice]:
    """Yield slices that cover `rows` rows, in order: a large matrix is worked on without a second one in memory."""
    for first in range(0, rows, most):
        yield slice(first, min(first + most, rows))


def check_top(top: object) -> None:
    """Raise TypeError or ValueError where `top` is no number of words."""
    if isinstance(top, bool) or not isinstance(top, Integral):
        raise TypeError(f"top must be a whole number, not {top!r}; several words go into a list: ['king', 'queen']")
    if int(top) < 1:
        raise ValueError(f"top must be 1 or more, not {top}")


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

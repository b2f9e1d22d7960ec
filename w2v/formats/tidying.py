"""What is done to all that was read: words that occur twice or are empty, and the rows that were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from w2v.formats.source import Note
from w2v.vectors import Floats, Vectors, blocks_of
from w2v.vocabulary import END_OF_SENTENCE


def vectors_of(
    words: list[str], matrix: Floats, note: Note, counts: npt.NDArray[np.int64] | None = None, limit: int | None = None
) -> Vectors:
    """Return Vectors of what a file holds: of words that occur twice the first, none that is empty, `limit` at most."""
    if limit is not None and limit < len(words):
        words, matrix = words[:limit], matrix[:limit]
        counts = None if counts is None else counts[:limit]
    seen = set(words)
    empty = words.count("") if "" in seen else 0
    if empty or len(seen) < len(words):
        keep = _first_ones(words)
        twice = len(words) - len(keep) - empty
        if twice:
            note(f"{twice:,} {'rows repeat' if twice > 1 else 'row repeats'} a word: the first was kept")
        if empty:
            note(f"{empty:,} {'rows have' if empty > 1 else 'row has'} no word: left out")
        words = [words[row] for row in keep]
        matrix = rows_of(matrix, keep)
        counts = None if counts is None else counts[keep]
    return Vectors(tuple(words), matrix, counts)


def _first_ones(words: list[str]) -> npt.NDArray[np.int64]:
    seen = {""}
    keep = []
    for row, word in enumerate(words):
        if word not in seen:
            seen.add(word)
            keep.append(row)
    return np.array(keep, np.int64)


def rows_of(matrix: Floats, keep: npt.NDArray[np.int64]) -> Floats:
    """Return some rows, in ascending order: in place where the matrix may be written, for it may fill the memory."""
    if not matrix.flags.writeable:
        return matrix[keep]
    for block in blocks_of(len(keep)):
        matrix[block] = matrix[keep[block]]
    return matrix[: len(keep)]


def with_end_of_sentence(vectors: Vectors) -> Vectors:
    """Return the vectors with the word </s> first, which the programs in C take for a word not found.

    Where it is no word of these, its row is what the C program has there: never trained, uniform in +-0.5 / D.
    """
    words = list(vectors.words)
    if END_OF_SENTENCE in vectors:
        row = vectors.matrix[[place := words.index(END_OF_SENTENCE)]]
        count = 0 if vectors.counts is None else int(vectors.counts[place])
        rest = np.delete(np.arange(len(words)), place)
    else:
        row = (np.random.default_rng(0).random((1, vectors.dim), np.float32) - np.float32(0.5)) / np.float32(
            vectors.dim
        )
        count, rest = 0, np.arange(len(words))
    counts = None if vectors.counts is None else np.concatenate(([count], vectors.counts[rest]))
    names = (END_OF_SENTENCE, *(words[number] for number in rest.tolist()))
    matrix = np.concatenate((row, vectors.matrix[rest]), dtype=np.float32)
    return Vectors(names, matrix, counts, subwords=vectors.subwords)


def selected(vectors: Vectors, words: Sequence[str]) -> tuple[Vectors, int]:
    """Return the vectors of some words, in the order of the vectors, and how many words these do not have.

    Where the matrix may be written, its rows are moved: `vectors` is not to be used any more.
    """
    wanted = set(words)
    found = sorted(vectors.index[word] for word in wanted if word in vectors.index)
    keep = np.array(found, np.int64)
    chosen = Vectors(
        tuple(vectors.words[row] for row in found),
        rows_of(vectors.matrix, keep),
        None if vectors.counts is None else vectors.counts[keep],
        subwords=vectors.subwords,
        output=None if vectors.output is None else rows_of(vectors.output, keep),
        titles=None if vectors.titles is None else tuple(vectors.titles[row] for row in found),
    )
    return chosen, len(wanted) - len(found)


def made_of_subwords(vectors: Vectors, words: Sequence[str]) -> Vectors | None:
    """Return vectors of those words that these do not have and that have subwords; None where there are none."""
    found = {word: made for word in dict.fromkeys(words) if (made := vectors.made_of_subwords(word)) is not None}
    return Vectors(tuple(found), np.array(list(found.values()), np.float32)) if found else None


def joined(vectors: Vectors, more: Vectors) -> Vectors:
    """Return the words of both, those of `more` without a count, output row or title of their own."""
    counts = None if vectors.counts is None else np.append(vectors.counts, np.zeros(len(more), np.int64))
    matrix = np.concatenate((vectors.matrix, more.matrix))
    return Vectors((*vectors.words, *more.words), matrix, counts, subwords=vectors.subwords)


def first_of(vectors: Vectors, limit: int) -> Vectors:
    """Return the first `limit` vectors: the most frequent words, for files are in that order."""
    if limit >= len(vectors):
        return vectors
    some: dict[str, Any] = {
        name: None if (whole := getattr(vectors, name)) is None else whole[:limit]
        for name in ("counts", "stored_norms", "output", "titles")
    }
    return Vectors(tuple(vectors.words[:limit]), vectors.matrix[:limit], subwords=vectors.subwords, **some)


def normalized(vectors: Vectors) -> Vectors:
    """Return vectors of length 1; a zero vector stays zero. In place where the matrix may be written."""
    source = vectors.matrix
    matrix = source if source.flags.writeable else np.empty_like(source)
    for block in blocks_of(len(source)):
        rows = source[block]
        with np.errstate(all="ignore"):
            lengths = np.sqrt(np.einsum("vd,vd->v", rows, rows, dtype=np.float64))
            lengths[lengths == 0] = 1
            matrix[block] = rows / lengths[:, None]
    return replace(vectors, matrix=matrix, stored_norms=None)

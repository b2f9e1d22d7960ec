"""All words ranked by a measure: similar words and analogies; which words may be answers, and which to ask first.

    cosine     the angle to the sum of the unit vectors; the measure of the field
    euclidean  the distance to the mean of the vectors as they are; the smaller the nearer
    dot        the product with the mean of the vectors as they are; favours long vectors

    3cosadd    the cosine to a - b + c, of unit vectors        Mikolov, Yih & Zweig 2013
    3cosmul    cos(d, a) cos(d, c) / (cos(d, b) + 0.001), cosines shifted to (1 + cos) / 2    Levy & Goldberg 2014

A word is never an answer to itself, nor is a row without a direction (zeros, NaN) to anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from w2v.errors import SettingsError, W2VError
from w2v.vectors import Floats, Mask, Vectors, blocks_of, check_directed

EPSILON = 0.001  # of Levy & Goldberg 2014; gensim takes 0.000001
# Function words are more frequent than this share of a text; below the second one, words are too rare to be sure of.
FREQUENT, RARE = 5e-4, 2e-5
LOOKED_AT = 400
SHORT = 3  # letters; Chinese and Japanese words are as short


class Ranked(NamedTuple):
    """A word and its value by the measure asked for."""

    word: str
    value: float


def similar(
    vectors: Vectors,
    words: Sequence[str],
    top: int = 10,
    *,
    unlike: Sequence[str] = (),
    measure: str = "cosine",
    among: Mask | None = None,
    min_cosine: float | None = None,
) -> list[Ranked]:
    """Return the `top` words nearest to all of `words` and farthest from `unlike`.

    measure     a key of MEASURES
    among       bool [V], the words that may be answers
    min_cosine  answers below it are left out; for the measure "cosine" alone

    Raises UnknownWordError, SettingsError; W2VError where the words cancel each other out.
    """
    if min_cosine is not None and measure != "cosine":
        raise SettingsError(f"--min-cosine goes with --method cosine, not with {measure}")
    values = MEASURES[measure](vectors, words, unlike)
    found = _ranked(vectors, values, top, among, exclude=(*words, *unlike), smaller_is_nearer=measure == "euclidean")
    return found if min_cosine is None else [answer for answer in found if answer.value >= min_cosine]


def _cosine(vectors: Vectors, words: Sequence[str], unlike: Sequence[str]) -> Floats:
    direction = vectors.sum_of(words, unlike)
    check_directed(direction)
    return vectors.cosines(direction)


def _dot(vectors: Vectors, words: Sequence[str], unlike: Sequence[str]) -> Floats:
    with np.errstate(over="ignore", invalid="ignore"):  # rows of NaN or infinity are never answers
        dots: Floats = vectors.matrix @ _mean(vectors, words, unlike)
    return dots


def _euclidean(vectors: Vectors, words: Sequence[str], unlike: Sequence[str]) -> Floats:
    point = _mean(vectors, words, unlike)
    distances = np.empty(len(vectors), np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        for block in blocks_of(len(vectors)):
            # The difference itself: |a|^2 - 2ab + |b|^2 loses all digits where a and b are near.
            away = vectors.matrix[block] - point
            distances[block] = np.sqrt(np.einsum("vd,vd->v", away, away))
    return distances


def _mean(vectors: Vectors, words: Sequence[str], unlike: Sequence[str]) -> Floats:
    total = np.zeros(vectors.dim, np.float32)
    for word in words:
        total += vectors[word]
    for word in unlike:
        total -= vectors[word]
    mean: Floats = total / np.float32(len(words) + len(unlike))
    if not np.isfinite(mean).all():
        raise W2VError("the vector asked for is not finite")
    return mean


MEASURES: dict[str, Callable[[Vectors, Sequence[str], Sequence[str]], Floats]] = {
    "cosine": _cosine,
    "euclidean": _euclidean,
    "dot": _dot,
}


def analogy(
    vectors: Vectors,
    a: str,
    b: str,
    c: str,
    top: int = 10,
    *,
    method: str = "3cosadd",
    keep_query: bool = False,
    among: Mask | None = None,
    epsilon: float = EPSILON,
) -> list[Ranked]:
    """Return what is to `c` as `a` is to `b`, by a key of METHODS.

    keep_query  let a, b and c themselves be answers
    among       bool [V], the words that may be answers
    epsilon     keeps 3cosmul from dividing by zero

    Raises UnknownWordError; W2VError where the words cancel each other out.
    """
    exclude = () if keep_query else (a, b, c)
    return _ranked(vectors, METHODS[method](vectors, a, b, c, epsilon), top, among, exclude)


def _cos_mul(vectors: Vectors, a: str, b: str, c: str, epsilon: float) -> Floats:
    for word in (a, b, c):
        check_directed(vectors[word])
    half = np.float32(0.5)
    to_a, to_b, to_c = (half + half * vectors.cosines(vectors.unit(word)) for word in (a, b, c))
    product: Floats = to_a * to_c / (to_b + np.float32(epsilon))
    return product


METHODS: dict[str, Callable[[Vectors, str, str, str, float], Floats]] = {
    "3cosadd": lambda vectors, a, b, c, epsilon: _cosine(vectors, (a, c), (b,)),
    "3cosmul": _cos_mul,
}


def _ranked(
    vectors: Vectors,
    values: Floats,
    top: int,
    among: Mask | None,
    exclude: Sequence[str],
    smaller_is_nearer: bool = False,
) -> list[Ranked]:
    rows = vectors.best_rows(-values if smaller_is_nearer else values, top, exclude, among)
    return [Ranked(vectors.words[row], float(values[row])) for row in rows]


def candidates(
    vectors: Vectors,
    *,
    min_count: int | None = None,
    match: str | None = None,
    prefix: str | None = None,
    among: Iterable[str] | None = None,
    restrict: int | None = None,
) -> Mask | None:
    """Return which words pass all the filters given, bool [V], or None if none was given.

    min_count  the word occurred so often in the corpus; W2VError where the vectors hold no counts
    match      a regular expression found somewhere in the word; SettingsError if it is not one
    prefix     the word begins so
    among      the words themselves, or forms of them; those that the vocabulary lacks are skipped
    restrict   the first words only, which are the most frequent ones in files that are ordered so
    """
    if all(option is None for option in (min_count, match, prefix, among, restrict)):
        return None
    mask = np.ones(len(vectors), np.bool_)
    if restrict is not None:
        mask[restrict:] = False
    if min_count is not None:
        if vectors.counts is None:
            raise W2VError(
                "--min-count needs the counts of the words, which this file of vectors does not hold;"
                " --restrict N takes the N first words, the most frequent ones as a rule"
            )
        mask &= vectors.counts >= min_count
    if among is not None:
        chosen = np.zeros_like(mask)
        chosen[[vectors.row(form) for word in among if (form := vectors.form(word)) is not None]] = True
        mask &= chosen
    if prefix is not None:
        _keep(mask, [vectors.words[row].startswith(prefix) for row in np.flatnonzero(mask).tolist()])
    if match is not None:
        try:
            found = re.compile(match).search
        except re.error as error:
            raise SettingsError(f"--match {match!r} is not a regular expression: {error}") from error
        _keep(mask, [found(vectors.words[row]) is not None for row in np.flatnonzero(mask).tolist()])
    return mask


def _keep(mask: Mask, passed: list[bool]) -> None:
    """Clear in `mask` what did not pass, one bool for each word that is set."""
    mask[np.flatnonzero(mask)] = passed


def openers(vectors: Vectors) -> list[str]:
    """Return two content words of middling frequency, the nearest pair of them; of a vocabulary of one word that one.

    Without counts, or where there is no such word, the rarer half of the words is looked at.
    """
    words, counts = vectors.words, vectors.counts
    middling = np.arange(len(words) // 2, len(words))
    if counts is not None:
        shares = counts / counts.sum()
        found = np.flatnonzero((shares < FREQUENT) & (shares > RARE))
        middling = found if len(found) > 2 else middling
    rows = [row for row in middling.tolist() if _is_content(words[row])][:LOOKED_AT]
    rows = rows if len(rows) > 1 else list(range(len(words)))[:LOOKED_AT]
    matrix = vectors.matrix[rows]
    unit = matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-9)
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -1)
    first, second = divmod(int(cosines.argmax()), len(rows))
    first, second = min(first, second), max(first, second)
    return [words[rows[place]] for place in dict.fromkeys((first, second))]


def _is_content(word: str) -> bool:
    return word.isalpha() and (len(word) > SHORT or not word.isascii())

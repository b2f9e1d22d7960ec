"""Texts as vectors: split into words that the vocabulary has, and averaged; and how near two texts are.

    mean    the mean of the words' vectors, as they are
    sif     the same, each word weighed a / (a + p), where p is its share of the corpus, and what all the texts
            have in common (the first principal component) taken away    Arora, Liang & Ma 2017

    cosine  the cosine of two mean vectors
    soft    soft cosine: of two bags of words, where words are alike to the degree max(0, cosine)^2
            Sidorov et al. 2014; the square as in gensim and in Charlet & Damnati 2017
    wmd     Word Mover's Distance: how far the words of one text travel, as unit vectors, to become the other; the
            smaller the nearer    Kusner et al. 2015; needs the extra w2v[wmd]

Splitting here follows the rule of the tokenizer `words` in Python, for short texts: the kernel that does it for
corpora takes half a second to load. A test holds the two together. Other tokenizers load it: `w2v.queries.encoding`.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from w2v.errors import MissingExtraError, W2VError
from w2v.vectors import Floats, Vectors, check_directed
from w2v.vocabulary import JOINT

_JOINERS = "'\u200c\u200d"  # occur inside words: apostrophes, the joiners of Persian and Indian letters
_WORD = re.compile(f"[^ {_JOINERS}]+(?:[{_JOINERS}][^ {_JOINERS}]+)*")
Bag = npt.NDArray[np.float64]
SIF_A = 1e-3  # of the paper, which finds anything from 1e-4 to 1e-3 good


def split(text: str) -> list[str]:
    """Return the words of a text: runs of letters, marks, digits and _, apostrophes inside; NFC, case kept.

    >>> split("Don't panic, señor!")
    ["Don't", 'panic', 'señor']
    """
    text = unicodedata.normalize("NFC", text).replace("\u2019", "'")
    return _WORD.findall("".join(char if char in _JOINERS or _is_letter(char) else " " for char in text))


def _is_letter(char: str) -> bool:
    """Say whether words are made of `char`; `w2v.corpus.characters` has the same rule, for the kernel."""
    category = unicodedata.category(char)
    return char == "_" or category[0] in "LM" or category in ("Nd", "Nl")


def joined(words: Sequence[str], is_word: Callable[[str], bool], most: int) -> list[str]:
    """Join up to `most` words to the longest phrase that is a word, from left to right: as `w2v.corpus.phrases` does.

    >>> joined(["in", "new", "york", "city"], {"in", "new_york"}.__contains__, 4)
    ['in', 'new_york', 'city']
    """
    found = []
    place = 0
    while place < len(words):
        ends = range(min(place + most, len(words)), place + 1, -1)
        end = next((end for end in ends if is_word(JOINT.join(words[place:end]))), place + 1)
        found.append(JOINT.join(words[place:end]))
        place = end
    return found


def known_words(
    vectors: Vectors, text: str, split: Callable[[str], list[str]] = split, most: int = 1
) -> tuple[list[str], list[str]]:
    """Return the words of a text as the vocabulary has them, and those that it does not have.

    split  finds the words; by default as the tokenizer `words`, of others see `w2v.queries.encoding.Splitter`
    most   words in a phrase

    A text that is a word as a whole, as "new york" is where there is new_york, is that word.
    A row that holds NaN or infinity counts as unknown. A word whose subwords make a vector is known.
    """
    known, unknown = [], []
    words = [text] if vectors.form(text) is not None else split(text)
    for word in joined(words, lambda word: vectors.form(word) is not None, most):
        if vectors.has_vector(word) and np.isfinite(vectors[word]).all():
            known.append(vectors.form(word) or word)
        else:
            unknown.append(word)
    return known, unknown


def mean_vectors(vectors: Vectors, texts: Sequence[Sequence[str]]) -> Floats:
    """Return the mean vector of each text, a list of words; float32 [texts, D], zeros where there are no words."""
    means = np.zeros((len(texts), vectors.dim), np.float32)
    for row, words in enumerate(texts):
        if words:
            means[row] = np.mean([vectors[word] for word in words], axis=0)
    return means


def sif_vectors(vectors: Vectors, texts: Sequence[Sequence[str]], a: float = SIF_A) -> Floats:
    """Return the SIF vector of each text, a list of words; float32 [texts, D], zeros where there are no words.

    From one text alone nothing is taken away: it has all in common with itself.
    Raises W2VError where the vectors hold no counts.
    """
    if vectors.counts is None:
        raise W2VError("--method sif needs the counts of the words, which this file of vectors does not hold")
    total = float(vectors.counts.sum())
    means = np.zeros((len(texts), vectors.dim), np.float32)
    for row, words in enumerate(texts):
        if words:
            counts = np.array([vectors.counts[vectors.row(word)] if word in vectors else 0 for word in words])
            weights = (a / (a + counts / total)).astype(np.float32)
            means[row] = weights @ np.array([vectors[word] for word in words]) / len(words)
    if len(texts) < 2:
        return means
    # The right singular vectors of the texts are the eigenvectors of this small product, the largest one last.
    _, directions = np.linalg.eigh(means.T.astype(np.float64) @ means)
    common = directions[:, -1].astype(np.float32)
    without: Floats = means - np.outer(means @ common, common)
    return without


def compare(vectors: Vectors, a: Sequence[str], b: Sequence[str], method: str = "cosine") -> float:
    """Return the value of a key of METHODS for two texts, lists of at least one word.

    Raises UnknownWordError; W2VError where a text has no direction; MissingExtraError.
    """
    return METHODS[method](vectors, a, b)


def cosine(vectors: Vectors, a: Sequence[str], b: Sequence[str]) -> float:
    """Return the cosine of the mean vectors of two texts."""
    means = mean_vectors(vectors, (a, b)).astype(np.float64)
    for mean in means:
        check_directed(mean)
    return float(means[0] @ means[1] / np.linalg.norm(means[0]) / np.linalg.norm(means[1]))


def soft_cosine(vectors: Vectors, a: Sequence[str], b: Sequence[str]) -> float:
    """Return the soft cosine of two texts."""
    units, in_a, in_b = _bags(vectors, a, b)
    alike = np.maximum(units @ units.T, 0) ** 2
    np.fill_diagonal(alike, 1)
    return float(in_a @ alike @ in_b / np.sqrt((in_a @ alike @ in_a) * (in_b @ alike @ in_b)))


def word_movers_distance(vectors: Vectors, a: Sequence[str], b: Sequence[str]) -> float:
    """Return the Word Mover's Distance of two texts. Raises MissingExtraError."""
    for backend in ("PYTORCH", "JAX", "TENSORFLOW", "CUPY"):
        os.environ.setdefault(f"POT_BACKEND_DISABLE_{backend}", "1")  # else it loads all of them that it finds
    try:
        from ot import emd2
    except ImportError as error:
        raise MissingExtraError("Word Mover's Distance", "wmd") from error
    units, in_a, in_b = _bags(vectors, a, b)
    away = np.linalg.norm(units[:, None, :] - units[None, :, :], axis=2)
    from_a, to_b = np.flatnonzero(in_a), np.flatnonzero(in_b)
    shares = in_a[from_a] / in_a.sum(), in_b[to_b] / in_b.sum()
    return float(emd2(*shares, np.ascontiguousarray(away[np.ix_(from_a, to_b)])))


METHODS: dict[str, Callable[[Vectors, Sequence[str], Sequence[str]], float]] = {
    "cosine": cosine,
    "soft": soft_cosine,
    "wmd": word_movers_distance,
}


def _bags(vectors: Vectors, a: Sequence[str], b: Sequence[str]) -> tuple[npt.NDArray[np.float64], Bag, Bag]:
    """Return the unit vectors of all words of two texts, float64 [n, D], and how often each occurs in either, [n]."""
    words = list(dict.fromkeys((*a, *b)))
    in_a, in_b = Counter(a), Counter(b)
    units = np.array([vectors.unit(word) for word in words], np.float64)
    return units, np.array([in_a[word] for word in words], float), np.array([in_b[word] for word in words], float)

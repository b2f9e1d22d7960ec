"""Texts as vectors: split into words that the vocabulary has, and averaged.

    mean   the mean of the words' vectors, as they are
    sif    the same, each word weighed a / (a + p), where p is its share of the corpus, and what all the texts
           have in common (the first principal component) taken away    Arora, Liang & Ma 2017

Splitting here follows the rule of the tokenizer `words` in Python, for short texts: the kernel that does it for
corpora takes half a second to load. A test holds the two together. Other tokenizers load it: `w2v.queries.encoding`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

import numpy as np

from w2v.errors import W2VError
from w2v.vectors import Floats, Vectors
from w2v.vocabulary import JOINT

_JOINERS = "'\u200c\u200d"  # stand inside words: apostrophes, the joiners of Persian and Indian letters
_WORD = re.compile(f"[^ {_JOINERS}]+(?:[{_JOINERS}][^ {_JOINERS}]+)*")
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
    A row that holds NaN or infinity is as good as none. A word whose subwords make a vector is known.
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

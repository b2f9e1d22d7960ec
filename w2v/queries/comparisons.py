"""How near two texts are, each a list of words.

    cosine  the cosine of their mean vectors
    soft    soft cosine: of their bags of words, where words are alike to the degree max(0, cosine)^2
            Sidorov et al. 2014; the square as in gensim and in Charlet & Damnati 2017
    wmd     Word Mover's Distance: how far the words of one travel, as unit vectors, to become the other; the
            smaller the nearer    Kusner et al. 2015; needs the extra w2v[wmd]

The words are those of the vocabulary: `w2v.queries.texts` finds them in a text.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from w2v.errors import MissingExtraError
from w2v.queries.texts import mean_vectors
from w2v.vectors import Vectors, check_directed

Bag = npt.NDArray[np.float64]


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
    """Return the unit vectors of all words of two texts, float64 [n, D], and how often each stands in either, [n]."""
    words = list(dict.fromkeys((*a, *b)))
    in_a, in_b = Counter(a), Counter(b)
    units = np.array([vectors.unit(word) for word in words], np.float64)
    return units, np.array([in_a[word] for word in words], float), np.array([in_b[word] for word in words], float)

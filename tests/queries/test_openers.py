"""Words for a first question: content words of middling frequency that have a clear neighbour."""

from __future__ import annotations

import numpy as np

from w2v.queries import openers
from w2v.vectors import Vectors

WORDS = ("de", "la", "の", "1984", "gato", "perro", "casa", "rarísimo")
COUNTS = np.array([600_000, 300_000, 99_000, 450, 400, 300, 200, 1], np.int64)


def test_neither_function_words_nor_numbers_nor_rare_words_are_asked():
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(8, 50)).astype(np.float32)
    matrix[1] = matrix[0]  # the nearest of all, but function words
    matrix[3] = matrix[7] = matrix[4]
    matrix[5] = matrix[4] + 0.1 * matrix[5]
    assert openers(Vectors(WORDS, matrix, COUNTS)) == ["gato", "perro"]


def test_there_is_always_a_word_to_ask():
    one = np.ones((1, 3), np.float32)
    assert openers(Vectors(("x",), one)) == ["x"]
    two = np.eye(2, dtype=np.float32)
    assert openers(Vectors(("a", "b"), two, np.array([2, 1]))) == ["a", "b"]

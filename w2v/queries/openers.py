"""Words to begin with: a first question that shows what vectors can do."""

from __future__ import annotations

import numpy as np

from w2v.vectors import Vectors

# Function words are more frequent than this share of a text; below the second one, words are too rare to be sure of.
FREQUENT, RARE = 5e-4, 2e-5
LOOKED_AT = 400
SHORT = 3  # letters; Chinese and Japanese words are as short


def openers(vectors: Vectors, top: int = 2) -> list[str]:
    """Return content words of middling frequency that have clear neighbours, the nearest pair first.

    Without counts, or where there is no such word, the rarer half of the words is looked at.
    """
    words, counts = vectors.words, vectors.counts
    middling = np.arange(len(words) // 2, len(words))
    if counts is not None:
        shares = counts / counts.sum()
        found = np.flatnonzero((shares < FREQUENT) & (shares > RARE))
        middling = found if len(found) > top else middling
    rows = [row for row in middling.tolist() if _is_content(words[row])][:LOOKED_AT]
    rows = rows if len(rows) >= top else list(range(len(words)))[:LOOKED_AT]
    matrix = vectors.matrix[rows]
    unit = matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-9)
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -1)
    first, second = divmod(int(cosines.argmax()), len(rows))
    first, second = min(first, second), max(first, second)
    return [words[rows[place]] for place in dict.fromkeys((first, second))]


def _is_content(word: str) -> bool:
    return word.isalpha() and (len(word) > SHORT or not word.isascii())

"""Which row of an exported matrix, and so which id in an encoded text, is whose.

    0        padding: zeros, for `mask_zero` and `padding_idx`
    1        all unknown words: the mean of the vectors
    2 ...    the words, in the order of the vectors

This is the order that Keras's TextVectorization has, and all exports and `w2v encode` keep to it.
"""

from __future__ import annotations

import numpy as np

from w2v.vectors import Floats, Vectors

PADDING, UNKNOWN, FIRST_WORD = 0, 1, 2
PADDING_WORD, UNKNOWN_WORD = "[PAD]", "[UNK]"
ROWS_AT_ONCE = 1 << 14


def layer_matrix(vectors: Vectors) -> Floats:
    """Return the matrix of an embedding layer, float32 [V + 2, D]."""
    matrix = np.empty((len(vectors) + FIRST_WORD, vectors.dim), np.float32)
    matrix[PADDING] = 0
    total = np.zeros(vectors.dim)
    for first in range(0, len(vectors), ROWS_AT_ONCE):
        rows = vectors.matrix[first : first + ROWS_AT_ONCE]
        matrix[FIRST_WORD + first : FIRST_WORD + first + len(rows)] = rows
        total += rows.sum(axis=0, dtype=np.float64)
    matrix[UNKNOWN] = total / max(len(vectors), 1)
    return matrix


def row_of(vectors: Vectors, word: str) -> int:
    """Return the row of a word; UNKNOWN where the vocabulary does not have it."""
    row = vectors.index.get(word)
    return UNKNOWN if row is None else row + FIRST_WORD

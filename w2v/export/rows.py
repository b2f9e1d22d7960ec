"""Which row of an exported matrix, and so which id in an encoded text, is whose.

    0        padding: zeros, for `mask_zero` and `padding_idx`
    1        all unknown words: the mean of the vectors
    2 ...    the words, in the order of the vectors

This is the order that Keras's TextVectorization has, and all exports and `w2v encode` keep to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from w2v.errors import OutputError
from w2v.files import replacing
from w2v.formats.rows import encodable
from w2v.vectors import Floats, Vectors
from w2v.vocabulary import FIRST_WORD, PADDING, UNKNOWN

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


def special_words(vectors: Vectors) -> tuple[str, str]:
    """Return names for padding and unknown that no word of the vocabulary has."""
    padding, unknown = PADDING_WORD, UNKNOWN_WORD
    while padding in vectors.index or unknown in vectors.index:
        padding, unknown = f"[{padding}]", f"[{unknown}]"
    return padding, unknown


def some_text(vectors: Vectors) -> str:
    """Return a few words to try a layer with, such as need no quoting."""
    return " ".join([word for word in vectors.words[:50] if word.isalnum()][:3])


def write_matrix(vectors: Vectors, path: Path) -> None:
    """Write the matrix of an embedding layer as .npy."""
    with replacing(path) as file:
        np.lib.format.write_array(file, layer_matrix(vectors), allow_pickle=False)


def write_words(words: Iterable[str], path: Path) -> None:
    """Write words, one a line. Raises OutputError for one that is no line."""
    with replacing(path) as file:
        for word in words:
            check_text(word, path)
            if not word or "\n" in word or "\r" in word:
                raise OutputError(path, f"the word {word!r} cannot stand on a line; leave it out with --words")
            file.write(word.encode() + b"\n")


def check_text(word: str, path: Path) -> None:
    """Raise OutputError for a word that has no UTF-8: half of a surrogate pair, which a damaged text leaves behind."""
    if not encodable(word):
        raise OutputError(path, f"the word {word!r} is no text that UTF-8 can hold; leave it out with --words")

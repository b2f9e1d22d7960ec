"""Keras 3: what TextVectorization and Embedding take.

    matrix.npy       float32 [V + 2, D], see `w2v.export.rows`
    vocabulary.txt   the words, one a line, from row 2 on: Keras adds padding and [UNK] itself

TextVectorization strips punctuation and lower-cases unless it is told not to, and then no word with "_" or "-"
is ever found: hence standardize=None, and text that is lower-cased or tokenized by its owner (`w2v encode`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from w2v.errors import OutputError
from w2v.export.rows import UNKNOWN_WORD, write_matrix, write_words
from w2v.vectors import Vectors

SNIPPET = """\
import keras
import numpy as np

matrix = np.load("{folder}/matrix.npy")
with open("{folder}/vocabulary.txt", encoding="utf-8", newline="\\n") as file:
    words = file.read().split("\\n")[:-1]
text_to_ids = keras.layers.TextVectorization(standardize=None, split="whitespace", vocabulary=words)
embedding = keras.layers.Embedding(*matrix.shape, mask_zero=True, trainable=False)
embedding.build()
embedding.set_weights([matrix])
"""


def write(vectors: Vectors, folder: Path, note: Callable[[str], None]) -> str:
    """Write matrix and vocabulary."""
    if UNKNOWN_WORD in vectors.index:
        raise OutputError(folder, f"Keras keeps the word {UNKNOWN_WORD} for itself; leave it out with --words")
    write_words(vectors.words, folder / "vocabulary.txt")
    write_matrix(vectors, folder / "matrix.npy")
    return SNIPPET.format(folder=folder.as_posix())

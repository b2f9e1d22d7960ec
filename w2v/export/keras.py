"""Keras 3: what TextVectorization and Embedding take.

    matrix.npy       float32 [V + 2, D], see `w2v.export.rows`
    vocabulary.txt   the words, one a line, from row 2 on: Keras adds padding and [UNK] itself

TextVectorization strips punctuation and lower-cases unless it is told not to, and then no word with "_" or "-"
is ever found: hence standardize=None, and text that is lower-cased or tokenized by its owner. It runs on TensorFlow
alone; `w2v encode` gives the same ids, from the text as it is, for any backend.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from w2v.errors import OutputError
from w2v.export.rows import UNKNOWN_WORD, some_text, write_matrix, write_words
from w2v.vectors import Vectors

SNIPPET = """\
# TextVectorization needs TensorFlow, and takes words as they stand between blanks. `w2v encode` gives the same ids
# without it, and splits text as in training.
import keras
import numpy as np

matrix = np.load("{folder}/matrix.npy")
with open("{folder}/vocabulary.txt", encoding="utf-8", newline="\\n") as file:
    words = file.read().split("\\n")[:-1]
text_to_ids = keras.layers.TextVectorization(standardize=None, split="whitespace", vocabulary=words)
embedding = keras.layers.Embedding(*matrix.shape, mask_zero=True, trainable=False)
embedding.build()
embedding.set_weights([matrix])
print(embedding(text_to_ids(["{text}"])).shape)
"""


def write(vectors: Vectors, folder: Path, note: Callable[[str], None]) -> str:
    """Write matrix and vocabulary."""
    if UNKNOWN_WORD in vectors.index:
        raise OutputError(folder, f"Keras keeps the word {UNKNOWN_WORD} for itself; leave it out with --words")
    parted = sum(len(word.split(" ")) > 1 for word in vectors.words)
    if parted:
        note(
            f"{parted:,} words hold blanks, at which TextVectorization splits: it never finds them; --blank-as _ mends"
        )
    write_words(vectors.words, folder / "vocabulary.txt")
    write_matrix(vectors, folder / "matrix.npy")
    return SNIPPET.format(folder=folder.as_posix(), text=some_text(vectors))

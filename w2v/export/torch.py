"""PyTorch: what nn.Embedding.from_pretrained takes.

matrix.npy   float32 [V + 2, D], see `w2v.export.rows`
words.txt    one a line; the line's number, from 0, is the row
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from w2v.export.rows import some_text, special_words, write_matrix, write_words
from w2v.vectors import Vectors
from w2v.vocabulary import PADDING, UNKNOWN

SNIPPET = """\
import numpy as np
import torch

with open("{folder}/words.txt", encoding="utf-8", newline="\\n") as file:
    row = {{word: i for i, word in enumerate(file.read().split("\\n")[:-1])}}
matrix = torch.from_numpy(np.load("{folder}/matrix.npy"))
embedding = torch.nn.Embedding.from_pretrained(matrix, freeze=True, padding_idx={padding})
ids = torch.tensor([[row.get(word, {unknown}) for word in "{text}".split()]])
print(embedding(ids).shape)
"""


def write(vectors: Vectors, folder: Path, note: Callable[[str], None]) -> str:
    """Write matrix and words."""
    write_words((*special_words(vectors), *vectors.words), folder / "words.txt")
    write_matrix(vectors, folder / "matrix.npy")
    return SNIPPET.format(folder=folder.as_posix(), padding=PADDING, unknown=UNKNOWN, text=some_text(vectors))

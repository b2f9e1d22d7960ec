"""TensorBoard's Embedding Projector, in TensorBoard or at projector.tensorflow.org.

    tensors.tsv, metadata.tsv    see `w2v.formats.projector`; the metadata has the words and counts or ranks
    projector_config.pbtxt       for `tensorboard --logdir FOLDER`
    config.json                  for https://projector.tensorflow.org/?config=URL, once the folder is on the web

Words that the page would not show (white space alone, a tab) are left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from w2v.errors import OutputError
from w2v.files import replacing, replacing_together
from w2v.formats import projector, rows
from w2v.vectors import Vectors

SNIPPET = """\
tensorboard --logdir {folder}        # then open http://localhost:6006/#projector
# or in a browser, without TensorBoard: https://projector.tensorflow.org, "Load", first tensors.tsv, then metadata.tsv
"""
MOST_SHOWN = 100_000  # rows that TensorBoard serves


def write(vectors: Vectors, folder: Path, note: Callable[[str], None]) -> str:
    """Write tensors, metadata and both configurations."""
    if vectors.dim < 2:
        raise OutputError(folder, "the projector needs vectors of two numbers or more")
    if len(vectors) > MOST_SHOWN:
        note(f"TensorBoard shows the first {MOST_SHOWN:,} of {len(vectors):,} words; --limit takes fewer")
    fit = [row for row, word in enumerate(vectors.words) if not projector.unfit(word)]
    if len(fit) < len(vectors):
        note(f"{len(vectors) - len(fit):,} words of white space were left out: the page would lose count at them")
        counts = None if vectors.counts is None else vectors.counts[fit]
        titles = None if vectors.titles is None else tuple(vectors.titles[row] for row in fit)
        matrix = np.ascontiguousarray(vectors.matrix[fit])
        vectors = Vectors(tuple(vectors.words[row] for row in fit), matrix, counts, titles=titles)
    with replacing_together(folder / "tensors.tsv", folder / "metadata.tsv") as (tensors, words):
        words.writelines(projector.metadata(vectors, ranked=True))
        rows.write_rows(vectors, tensors, "\t", has_words=False)
    with replacing(folder / "projector_config.pbtxt") as file:
        file.write(b'embeddings {\n  tensor_name: "w2v"\n  tensor_path: "tensors.tsv"\n')
        file.write(b'  metadata_path: "metadata.tsv"\n}\n')
    entry = {"tensorName": "w2v", "tensorShape": [len(vectors), vectors.dim]}
    entry |= {"tensorPath": "tensors.tsv", "metadataPath": "metadata.tsv"}
    with replacing(folder / "config.json") as file:
        file.write(json.dumps({"embeddings": [entry]}, indent=1).encode() + b"\n")
    return SNIPPET.format(folder=folder.as_posix())

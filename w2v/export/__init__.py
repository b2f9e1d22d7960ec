"""Vectors for the layers and programs of others: one module for each, `write(vectors, folder, note) -> snippet`.

A folder receives what the library loads, and the caller a piece of Python (or shell) to paste that loads it. The
matrix of an embedding layer has the rows of `w2v.export.rows`.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from w2v.errors import OutputError
from w2v.files import replacing
from w2v.vectors import Vectors

EXPORTS = {
    "keras": "keras",
    "torch": "torch",
    "sentence-transformers": "sentence_transformers",
    "spacy": "spacy",
    "projector": "projector",
}


def export(kind: str, vectors: Vectors, folder: Path, note: Callable[[str], None]) -> str:
    """Write what `kind`, a row of EXPORTS, needs into `folder`; return what loads it. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(folder, f"cannot be made ({error.strerror})") from error
    snippet: str = import_module(f"w2v.export.{EXPORTS[kind]}").write(vectors, folder, note)
    if vectors.titles is not None and kind != "projector":  # whose metadata has them
        with replacing(folder / "names.tsv") as file:
            for word in vectors.words:
                file.write(f"{word}\t{' '.join(vectors.title(word).split())}\n".encode())
        note(f"{folder / 'names.tsv'} says what each id is called, line by line from row 2 on")
    return snippet

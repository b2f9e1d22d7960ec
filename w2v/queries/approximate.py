"""An approximate index for vocabularies so large that to look at every row takes too long.

A graph of neighbours (HNSW, Malkov & Yashunin 2018) by usearch, the extra w2v[index]. It only proposes words: their
cosines are then taken from the vectors themselves, so an answer may be missed but is never wrong.

To make it takes long (200,000 rows of 100 dimensions: 25 s on two cores; a million: 11 minutes on two busy ones, after
which a question took 2 ms instead of 145 and 98.9 % of the ten nearest were found), so that it is made when asked for,
and kept in the user's cache under a fingerprint of the vectors; vectors trained again have another one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from w2v.errors import MissingExtraError, OutputError
from w2v.places import user_cache
from w2v.vectors import Floats, Neighbor, Vectors, blocks_of, check_directed, largest

MANY = 1_000_000  # rows; up to here the exact answer takes some tenths of a second
SPARE = 50  # more words are proposed than asked for, since the order of the proposals is rough


def installed() -> bool:
    """Say whether the extra is there."""
    from importlib.util import find_spec

    return find_spec("usearch") is not None


def exists(vectors: Vectors) -> bool:
    """Say whether an index of these vectors has been made."""
    return _place(vectors).is_file()


def make(vectors: Vectors, report: Callable[[int], None] = lambda done: None) -> None:
    """Make the index and keep it. Raises MissingExtraError, OutputError.

    report  called with the number of rows that are done
    """
    index = _new(vectors)
    for block in blocks_of(len(vectors)):
        rows = block.start + np.flatnonzero(vectors.directed[block])
        if len(rows):
            index.add(rows, vectors.matrix[rows] / vectors.norms[rows, None])
        report(block.stop)
    place = _place(vectors)
    temporary = place.with_suffix(f".{os.getpid()}.part")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        index.save(temporary)
        temporary.replace(place)
    except (OSError, RuntimeError) as error:  # usearch raises the second where the disk is full
        raise OutputError(place, f"cannot be written ({error})") from error
    finally:
        temporary.unlink(missing_ok=True)


class Index:
    """The index of these vectors, memory-mapped. Raises MissingExtraError; it must exist."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors
        self._graph = _new(vectors)
        self._graph.view(_place(vectors))

    def nearest(self, vector: Floats, top: int = 10, exclude: Sequence[str] = ()) -> list[Neighbor]:
        """Return about the `top` words of largest cosine to `vector`, as Vectors.nearest does."""
        check_directed(vector)
        unit = vector / np.linalg.norm(vector)
        excluded = set(self._vectors.rows(exclude))
        if not len(self._graph):
            return []
        found = self._graph.search(unit, min(top + len(excluded) + SPARE, len(self._graph))).keys
        rows = np.array(sorted(set(found.tolist()) - excluded), np.intp)
        cosines = self._vectors.matrix[rows] @ unit / self._vectors.norms[rows]
        return [Neighbor(self._vectors.words[rows[at]], float(cosines[at])) for at in largest(cosines, top)]


def _new(vectors: Vectors) -> Any:
    try:
        from usearch.index import Index as Graph
    except ImportError as error:
        raise MissingExtraError("an approximate index", "index") from error
    # Half precision is enough to propose words by, and halves the file.
    return Graph(ndim=vectors.dim, metric="ip", dtype="f16")


def _place(vectors: Vectors) -> Path:
    """Return where the index of these vectors is kept."""
    return user_cache() / "indexes" / f"{vectors.fingerprint(len(vectors))[:24]}.usearch"

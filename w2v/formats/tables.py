r"""Tables for other programs, which are written and not read: CSV and Parquet.

    .csv      word,d1,d2,...        a header; a word in quotes where it needs them (RFC 4180), \n behind each row
    .parquet  word: string, vector: fixed_size_list<float>[D], count: int64 where counts are known

and behind `word` a column `name` where items have names.

pandas, polars, DuckDB and R open both: `pandas.read_parquet("v.parquet")`. Parquet needs the extra w2v[parquet].
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from w2v.errors import MissingExtraError
from w2v.files import replacing
from w2v.formats import rows
from w2v.vectors import Vectors, blocks_of


def check() -> None:
    """Raise MissingExtraError if Parquet cannot be written here."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("writing .parquet", "parquet") from error


def write_csv(vectors: Vectors, path: Path, dtype: str) -> None:
    """Write words and numbers; the shortest decimals that read back to the same float32."""
    texts = _texts(vectors)
    cells = (map(_quoted, column) for column in texts.values())
    quoted = Vectors(tuple(map(",".join, zip(*cells))), vectors.matrix)
    with replacing(path) as file:
        file.write(",".join([*texts, *(f"d{number}" for number in range(1, vectors.dim + 1))]).encode() + b"\n")
        rows.write_rows(quoted, file, ",")


def _texts(vectors: Vectors) -> dict[str, Sequence[str]]:
    named = vectors.titles is not None and any(vectors.titles)
    return {"word": vectors.words} | ({"name": vectors.titles or ()} if named else {})


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"' if not word or any(mark in word for mark in '",\n\r') else word


def write_parquet(vectors: Vectors, path: Path, dtype: str) -> None:
    """Write words, vectors and counts, some rows at a time. Raises MissingExtraError."""
    check()
    import pyarrow as pa
    from pyarrow import parquet

    texts = _texts(vectors)
    fields = [*((name, pa.string()) for name in texts), ("vector", pa.list_(pa.float32(), vectors.dim))]
    fields += [] if vectors.counts is None else [("count", pa.int64())]
    with replacing(path) as file, parquet.ParquetWriter(file, pa.schema(fields)) as writer:
        for some in blocks_of(len(vectors)):
            numbers = pa.array(np.ascontiguousarray(vectors.matrix[some], np.float32).reshape(-1))
            columns = [pa.array(list(column[some])) for column in texts.values()]
            columns += [pa.FixedSizeListArray.from_arrays(numbers, vectors.dim)]
            columns += [] if vectors.counts is None else [pa.array(np.asarray(vectors.counts[some], np.int64))]
            writer.write_table(pa.table(columns, schema=pa.schema(fields)))

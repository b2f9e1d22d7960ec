r"""word2vec text: what the C program writes with `-binary 0`, and fastText as `.vec`.

    V D\n
    word number ... number\n        D numbers, separated by single blanks

The C program and fastText end each line with a blank and write 6 decimals or 5 digits: we read that, and write
no blank and the shortest decimals that read back to the same float32. The header is not believed: where it and
the rows disagree (fastText's can be one off, GloVe's does not count <unk>) the rows are right.
"""

from __future__ import annotations

from pathlib import Path

from w2v.files import replacing
from w2v.formats.rows import Layout, header_of, read_rows, write_rows
from w2v.formats.source import Note, Source
from w2v.vectors import Vectors


def write(vectors: Vectors, path: Path, dtype: str) -> None:
    """Write vectors as text."""
    with replacing(path) as file:
        file.write(f"{len(vectors)} {vectors.dim}\n".encode())
        write_rows(vectors, file)


def read(source: Source, limit: int | None, note: Note) -> Vectors:
    """Read vectors from text. Raises FormatError with the line where the text is not what it should be."""
    count, dim = read_header(source)
    return read_rows(source, Layout(dim, count, 2), limit, note)


def read_header(source: Source) -> tuple[int, int]:
    """Read the first line, "V D"."""
    header = header_of(source.file.readline(100))
    if header is None:
        raise source.error("expected a line with the number of words and the number of dimensions", 1)
    return header

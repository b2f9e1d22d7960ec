r"""GloVe text: rows of text without a header.

    word number ... number\n        D numbers, separated by single blanks

The last row is normally <unk>, the mean of the rarest words. The files of 840B and Twitter hold words with
blanks and with U+00A0 in them: a row is taken apart from its end.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from w2v.errors import OutputError
from w2v.files import replacing
from w2v.formats.rows import BLANKS, BOM, COMMA, NUMBER, Layout, header_of, read_rows, write_rows
from w2v.formats.source import HEAD_BYTES, Note, Source
from w2v.vectors import Vectors

LINES_LOOKED_AT = 10


def write(vectors: Vectors, path: Path, dtype: str) -> None:
    """Write vectors as text without a header."""
    first = f"{vectors.words[0]} {vectors.matrix[0, 0]:g}".encode() if vectors.words and vectors.dim == 1 else b""
    if vectors.words and (vectors.words[0].startswith("\ufeff") or header_of(first) is not None):
        raise OutputError(path, f"a file without a header cannot begin with {vectors.words[0]!r}; write word2vec text")
    with replacing(path) as file:
        write_rows(vectors, file)


def read(source: Source, limit: int | None, note: Note) -> Vectors:
    """Read vectors; how many numbers a row has is seen from the first rows."""
    head = source.file.read(HEAD_BYTES)
    lines = [line for line in head.removeprefix(BOM).split(b"\n")[:LINES_LOOKED_AT] if line.strip(BLANKS)]
    source.restart(skip=len(BOM) if head.startswith(BOM) else 0)
    return read_rows(source, Layout(dimensions(lines)), limit, note)


def dimensions(lines: list[bytes]) -> int:
    """Return how many numbers most of these rows end with, behind a word."""
    counts = Counter(numbers_at_end(line) for line in lines)
    return max(counts, key=lambda count: (counts[count], count))


def numbers_at_end(line: bytes) -> int:
    """Count the numbers that a row ends with; the first field is a word, unless the row begins with a blank."""
    fields = line.replace(b"\t", b" ").rstrip(BLANKS).split(b" ")
    count = 0
    for field in reversed(fields[1:]):
        if field and not NUMBER.fullmatch(field) and not COMMA.fullmatch(field):
            break
        count += bool(field)
    return count

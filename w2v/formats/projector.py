r"""The Embedding Projector's pair of files: tensors.tsv and metadata.tsv.

    tensors    number \t ... number \n      no header, no words
    metadata   word \n                      one column: no header
               word \t count \n             two or more: a header of that kind; a tab in line 1 makes it one
               name \t word \t count \n     where items have names

The page trims lines and skips blank ones, so a word of white space alone (U+00A0, U+3000) would shift all
words behind it: such a word is not written. Both files end with a newline, or the page waits for it for ever.
The metadata is NAME.metadata.tsv, metadata.tsv, or has "metadata" where the tensors' name has "tensors", "tensor" or
"vectors"; either file may be named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from w2v.files import replacing_together
from w2v.formats.rows import BOM, Layout, read_table, unwritable, write_rows
from w2v.formats.source import Note, Source, decoded, note_undecodable
from w2v.formats.tidying import vectors_of
from w2v.vectors import Vectors

PARTS = ("tensors", "tensor", "vectors", "vecs")
METADATA = ("metadata", "meta")


def unfit(word: str) -> str:
    """Return why the page would not show a word, or nothing."""
    return unwritable(word) or ("" if word.strip() == word and word.strip("\ufeff") == word else f"the word {word!r}")


def metadata_path(tensors: Path) -> Path:
    """Return where the words of a file of tensors are written."""
    for part in PARTS:
        if part in tensors.name:
            return tensors.with_name(tensors.name.replace(part, METADATA[0]))
    return tensors.with_name(f"{tensors.stem}.metadata.tsv")


def write(vectors: Vectors, path: Path, dtype: str) -> None:
    """Write tensors and, beside them, words, with counts where they are known."""
    with replacing_together(path, metadata_path(path)) as (file, words):
        words.writelines(metadata(vectors))
        write_rows(vectors, file, "\t", has_words=False)


def metadata(vectors: Vectors, ranked: bool = False) -> Iterator[bytes]:
    """Yield the lines of the metadata; `ranked` adds a column of ranks where there are no counts.

    The page labels points by the first column: by names, where items have them.
    """
    columns: dict[str, Iterable[object]] = {"word": vectors.words}
    if vectors.titles is not None and any(vectors.titles):
        columns = {"name": map(vectors.title, vectors.words)} | columns
    if vectors.counts is not None:
        columns["count"] = vectors.counts
    elif ranked:
        columns["rank"] = range(1, len(vectors) + 1)
    rows = zip(*columns.values())
    for row in chain([tuple(columns)], rows) if len(columns) > 1 else rows:
        yield "\t".join(map(str, row)).encode() + b"\n"


def read(source: Source, limit: int | None, note: Note) -> Vectors:
    """Read tensors and find their words."""
    first = source.file.readline().removeprefix(BOM)
    source.restart(skip=len(BOM) if first.startswith(BOM) else 0)
    words, bad = _words(source)
    _, matrix = read_table(source, Layout(len(first.split()), has_words=False), limit, note)
    if limit is None and len(words) != len(matrix):
        raise source.error(f"holds {len(matrix):,} tensors, the metadata {len(words):,} words: not of one export?")
    note_undecodable(bad, note)
    return vectors_of(words[: len(matrix)], matrix, note)


def pair_of(path: Path) -> Path | None:
    """Return the tensors of a metadata file, if that is what `path` is."""
    for part in METADATA:
        if part in path.name:
            for other in PARTS:
                tensors = path.with_name(path.name.replace(part, other))
                if tensors.is_file():
                    return tensors
    return None


def metadata_of(path: Path) -> Path | None:
    """Return the metadata that lie beside a file of tensors."""
    named = [metadata_path(path)] + [
        path.with_name(path.name.replace(part, meta)) for part in PARTS if part in path.name for meta in METADATA
    ]
    candidates = (*named, path.with_name("metadata.tsv"))
    return next((each for each in candidates if each.is_file() and each != path and ".tsv" in path.name), None)


def _words(source: Source) -> tuple[list[str], int]:
    metadata = metadata_of(source.path)
    if metadata is None:
        beside = metadata_path(source.path).name
        raise source.error(f"holds numbers without words; put the words, one a line, into {beside} beside it")
    lines = metadata.read_bytes().removeprefix(BOM).split(b"\n")
    rows = [line.rstrip(b"\r").split(b"\t") for line in lines if line.strip(b" \r\t")]
    if not rows or len(rows[0]) < 2:
        return decoded([row[0] for row in rows])
    heads = [cell.decode("utf-8", "replace").strip().lower() for cell in rows[0]]
    column = next((heads.index(name) for name in ("word", "label", "token") if name in heads), 0)
    return decoded([row[column] if column < len(row) else b"" for row in rows[1:]])

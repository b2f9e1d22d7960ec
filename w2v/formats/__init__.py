"""Files of vectors: a module for each format, its docstring the format's definition; this is the table of them.

What is read is recognised by its content, packed (gz, bz2, xz, zst) or not; what is written, by the ending of the name.
To add a format: write `read(source, limit, note) -> Vectors` and `write(vectors, path, dtype)`, and add a row.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from w2v import archives, files
from w2v.errors import FormatError, OutputError, ResourceError
from w2v.formats import cache, companions, projector, rows, tidying
from w2v.formats.source import Note, Source
from w2v.subwords import Subwords
from w2v.vectors import Vectors


class Format(NamedTuple):
    """A row of the table.

    about    what a person calls it
    module   where it is read and written
    endings  of names that are written in it
    dtypes   of numbers that it can hold, float32 first; none where it is not written
    refused  says why a word cannot be written in it, or nothing
    mapped   whether it opens at once by itself, without a cache
    written  the name of the module's function that writes it
    """

    about: str
    module: str
    endings: tuple[str, ...] = ()
    dtypes: tuple[str, ...] = ("float32",)
    refused: Callable[[str], str] = lambda word: ""
    mapped: bool = False
    written: str = "write"

    def load(self) -> Any:
        """Return the module; it is imported when it is needed."""
        return import_module(f"w2v.formats.{self.module}")


ALL = ("float32", "float16", "int8")


def _not_a_line(word: str) -> str:
    return "" if word and not rows.unwritable(word.replace(" ", "_").replace("\t", "_")) else f"the word {word!r}"


def _not_text(word: str) -> str:
    return rows.unwritable(f"_{word}_".replace(" ", "_").replace("\t", "_").replace("\n", "_").replace("\r", "_"))


def _not_terminated(word: str) -> str:
    return "" if word and "\0" not in word else f"the word {word!r}"


FORMATS: dict[str, Format] = {
    "word2vec-text": Format("word2vec text", "word2vec_text", (".txt", ".vec"), refused=rows.unwritable),
    "word2vec-binary": Format("word2vec binary", "word2vec_binary", (".bin",), refused=rows.unwritable),
    "glove": Format("GloVe text, without a header", "glove", (".glove", ".glove.txt"), refused=rows.unwritable),
    "fasttext": Format("fastText .bin", "fasttext", refused=_not_terminated),
    "floret": Format("floret's table", "floret", dtypes=(), mapped=True),  # no cache: that would hold its words
    "finalfusion": Format("finalfusion", "finalfusion", (".fifu",), refused=_not_text),
    "gensim": Format("gensim KeyedVectors", "gensim", (".kv", ".model"), refused=_not_text, mapped=True),
    "npy": Format("numpy .npy and a list of words", "numpy_array", (".npy",), ALL[:2], _not_a_line, mapped=True),
    "npz": Format("numpy .npz", "numpy_archive", (".npz",), ALL, _not_a_line),
    "safetensors": Format("safetensors", "safetensors", (".safetensors",), ALL, mapped=True),
    "projector": Format("Embedding Projector TSV", "projector", (".tsv",), refused=projector.unfit, mapped=True),
    "w2v": Format("w2v's own, mapped into memory", "native", (".w2v",), ALL, mapped=True),
}
# Written for other programs, and not read.
TABLES: dict[str, Format] = {
    "csv": Format("CSV", "tables", (".csv",), refused=_not_text, mapped=True, written="write_csv"),
    "parquet": Format("Parquet", "tables", (".parquet",), refused=_not_text, mapped=True, written="write_parquet"),
}
FASTTEXT = {"word2vec-binary": "fasttext"}  # what a .bin is where vectors have n-grams
ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]*$")  # of "v.csv", but not the ".5" of "news-1.5"


def ignore(line: str) -> None:
    """Take note of nothing."""


def format_of(path: str | os.PathLike[str]) -> str:
    """Return the name of the format that is written under a file's name: word2vec text where it has no ending.

    Raises OutputError where the ending is that of nothing we write.
    """
    name = os.fspath(path).lower()
    endings = {ending: format for format, row in (FORMATS | TABLES).items() for ending in row.endings}
    longest = max((ending for ending in endings if name.endswith(ending)), key=len, default=None)
    if longest is not None:
        return endings[longest]
    unknown = ENDING.search(Path(name).name[1:])
    if unknown is not None:
        known = ", ".join(sorted(endings))
        raise OutputError(path, f"nothing is written under the ending {unknown[0]}; those known are {known}")
    return "word2vec-text"


def keeps_subwords(path: str | os.PathLike[str], format: str | None = None) -> bool:
    """Return whether vectors that have n-grams keep them in a file of this name, so that it knows words never seen."""
    return (format or FASTTEXT.get(format_of(path), format_of(path))) in ("fasttext", "w2v")


def save(
    vectors: Vectors,
    path: str | os.PathLike[str],
    format: str | None = None,
    dtype: str = "float32",
    cache_too: bool = True,
) -> None:
    """Write vectors, in the format of the name's ending unless `format` is given; files are whole or not there.

    dtype      of the numbers in the file: float32, or float16 or int8 where the format has them
    cache_too  whether to leave a cache for quick answers beside it, see `w2v.formats.cache`

    Raises OutputError.

    >>> save(vectors, "vectors.npz", dtype="float16")  # doctest: +SKIP
    """
    path = Path(path)
    if format is None and isinstance(vectors.subwords, Subwords):
        format = FASTTEXT.get(format_of(path))
    row = _checked(path, format, dtype)
    for word in vectors.words:
        if problem := row.refused(word):
            raise OutputError(
                path,
                f"{row.about} has no place for {problem}; choose another format (.w2v takes any word), or --blank-as _",
            )
    getattr(row.load(), row.written)(vectors, path, dtype)
    if cache_too and not row.mapped:
        cache.make(vectors if row.module == "fasttext" else replace(vectors, subwords=None), path)


def check_writable(path: str | os.PathLike[str], format: str | None = None, dtype: str = "float32") -> None:
    """Raise OutputError if vectors could not be written to `path` so: asked before they are read."""
    _checked(Path(path), format, dtype)
    files.check_writable(path)


def _checked(path: Path, format: str | None, dtype: str) -> Format:
    row = (FORMATS | TABLES)[format or format_of(path)]
    if row.about == "Parquet":
        row.load().check()
    if dtype not in row.dtypes:
        able = " and ".join(row.dtypes)
        raise OutputError(path, f"{row.about} {f'holds {able} only, not {dtype}' if able else 'is read, not written'}")
    return row


def read(source: Source, limit: int | None, note: Note) -> tuple[Format, Vectors]:
    """Return the format of an open file, and its vectors. Raises FormatError, and what `as_format_error` answers.

    What another library raises for a damaged file (numpy, zipfile, pickle) is caught where it is called, and readers
    check the sizes that a header gives before they use them: a ValueError is a bug of ours and is not caught.
    """
    from w2v.formats.detection import detect

    try:
        row = FORMATS[detect(source)]
        vectors: Vectors = row.load().read(source, limit, note)
    except MemoryError as error:  # no reader asks for more than the file holds, so it may well be sound
        raise ResourceError(
            f"{source.path}: no memory is left to read it; take fewer words (convert IN OUT --limit N), or make a .w2v"
            " file of it where there is more, which is mapped"
        ) from error
    return row, vectors


def load(
    path: str | os.PathLike[str], limit: int | None = None, note: Note = ignore, keep_cache: bool = True
) -> Vectors:
    """Read vectors of any format; memory-mapped where a cache of the file is there, else one is made for the next time.

    limit       the most words to read, from the top
    note        receives a line on each thing that was accepted though it is not as it should be
    keep_cache  whether to make a cache

    Returns Vectors: words, and float32 [V, D]. Raises FormatError, ResourceError.

    >>> load("GoogleNews-vectors-negative300.bin.gz", limit=100_000)  # doctest: +SKIP
    """
    path = Path(path)
    with as_format_error(path):
        if not path.is_file():
            folder = "is a folder; name a file of vectors"
            raise FormatError(path, folder if path.is_dir() else "no such file; make one: w2v train CORPUS")
        if "metadata" in path.name:
            path = projector.pair_of(path) or path
        found = cache.find(path)
        if found is not None:
            return _explaining(found, path) if limit is None else tidying.first_of(found, limit)
        stamp = cache.stamp(path)
        with Source(path) as source:
            row, vectors = read(source, limit, note)
            packed = source.size is None
        if keep_cache and limit is None and (packed or not row.mapped):
            cache.make(vectors, path, stamp)
        return _explaining(vectors, path) if limit is None else vectors


def _explaining(vectors: Vectors, path: Path) -> Vectors:
    """Return vectors that say why a word is missing, where the file beside theirs knows it."""
    return replace(vectors, why_missing=partial(companions.why_missing, path))


def describe_file(path: Path) -> dict[str, Any]:
    """Return format, sizes, lengths of rows, what is odd, and provenance, ready for JSON. Raises FormatError.

    The whole file is read, for what is to be found out is whether it is sound: no cache is asked.
    """
    notes: list[str] = []
    with as_format_error(path):
        if not path.is_file():
            raise FormatError(path, "is a folder; name a file of vectors in it" if path.is_dir() else "no such file")
        with Source(path) as source:
            row, vectors = read(source, None, notes.append)
    norms = np.asarray(vectors.norms, np.float64)
    finite = norms[np.isfinite(norms)]
    about: dict[str, Any] = {
        "file": str(path),
        "bytes": path.stat().st_size,
        "format": row.about,
        "words": len(vectors),
        "dim": vectors.dim,
        "counts": vectors.counts is not None,
        "norms": [float(value) for value in np.quantile(finite, (0, 0.5, 1))] if len(finite) else [],
        "zero_rows": int(np.count_nonzero(norms == 0)),
        "rows_not_finite": int(len(norms) - len(finite)),
        "first_words": [vectors.title(word) for word in vectors.words[:6]],
        "notes": notes,
    }
    if isinstance(vectors.subwords, Subwords):
        shortest, longest = vectors.subwords.lengths
        held, buckets = len(vectors.subwords.rows), vectors.subwords.buckets
        about["subwords"] = {"shortest": shortest, "longest": longest, "rows": held, "buckets": buckets}
    made = companions.read_origin(path)
    if made is not None:
        about["provenance"] = made
    return about


@contextlib.contextmanager
def as_format_error(path: Path) -> Iterator[None]:
    """Raise FormatError for what the system or an archive raises while `path` is read."""
    try:
        yield
    except archives.GreedyError as error:
        raise FormatError(path, str(error)) from error
    except archives.DAMAGED as error:
        raise FormatError(path, f"the archive is damaged or cut short ({error}); fetch it again") from error
    except OSError as error:
        raise FormatError(path, f"cannot be read ({error.strerror or error})") from error

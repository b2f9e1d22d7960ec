"""Files of vectors: one module for each format, `read(path, file) -> Vectors` and `write(vectors, file)`."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType

from w2v.errors import FormatError, OutputError
from w2v.files import replacing
from w2v.formats import twin, word2vec_binary, word2vec_text
from w2v.vectors import Vectors

# What is written, by the ending of the name; anything else is text.
FORMATS: dict[str, ModuleType] = {".bin": word2vec_binary, ".txt": word2vec_text, ".vec": word2vec_text}


def save(vectors: Vectors, path: str | os.PathLike[str]) -> None:
    """Write vectors as word2vec text, or as word2vec binary if the name ends in .bin; the file is whole or not there.

    A twin for quick answers is left beside it, see `w2v.formats.twin`. Raises OutputError.
    """
    for word in vectors.words:
        if word2vec_text.unwritable(word):
            raise OutputError(
                path, f"the word {word!r} holds a blank or a line end, which no reader of this format expects"
            )
    path = Path(path)
    with replacing(path) as file:
        FORMATS.get(path.suffix, word2vec_text).write(vectors, file)
    twin.make(vectors, path)


def load(path: str | os.PathLike[str]) -> Vectors:
    """Read vectors; memory-mapped where a twin of the file is there, else the twin is made for the next time.

    Raises FormatError.
    """
    path = Path(path)
    if not path.is_file():
        problem = "is a folder; name a file of vectors" if path.is_dir() else "no such file; make one: w2v train CORPUS"
        raise FormatError(path, problem)
    try:
        found = twin.find(path)
        if found is None:
            found = _read(path)
            twin.make(found, path)
        return found
    except OSError as error:
        raise FormatError(path, f"cannot be read ({error.strerror})") from error


def _read(path: Path) -> Vectors:
    with path.open("rb") as file:
        word2vec_text.read_header(path, file)
        # Text or binary: a row of text is printable to its end, four bytes of a float seldom are.
        row = file.readline(1 << 20)
        fields = row.rstrip(b" \r\n").split(b" ")[1:]
        is_text = bool(fields) and all(_is_number(field) for field in fields)
        file.seek(0)
        return word2vec_text.read(path, file) if is_text else word2vec_binary.read(path, file)


def _is_number(field: bytes) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True

r"""numpy's .npz: a zip of arrays, the vectors and the words.

    vectors  float32, float16 or int8 [V, D]
    scales   float32 [V], of int8: what a row is to be multiplied with
    words    str [V]; where one word is so long that this would fill the memory, for numpy gives each the room of the
             longest, or ends with a zero: str, one, the words with \n behind each
    counts   int64 [V], where they are known

The vectors are read under any name, where only one matrix is there. An array of
Python objects (words, often) goes through `w2v.formats.pickled`, which runs nothing.
"""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from w2v.files import replacing
from w2v.formats.narrow import matrix_of, narrow
from w2v.formats.numpy_array import read_header
from w2v.formats.pickled import array_of, unpickled
from w2v.formats.source import BUFFER_BYTES, Note, Source, first_line
from w2v.formats.tidying import vectors_of
from w2v.vectors import Vectors

VECTORS = ("vectors", "matrix", "embeddings", "weights", "syn0", "arr_0")
WORDS = ("words", "vocab", "vocabulary", "index_to_key", "tokens", "keys")

# What zipfile raises on bad bytes: the third of kinds of packing that it does not know, the fourth of passwords.
UNZIPPING = (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, zlib.error, lzma.LZMAError)


def write(vectors: Vectors, path: Path, dtype: str) -> None:
    """Write vectors and words."""
    numbers, scales = narrow(vectors.matrix, dtype)
    arrays: dict[str, Any] = {"vectors": numbers, "words": _array_of(vectors.words)}
    if len(scales) or dtype == "int8":
        arrays["scales"] = scales
    if vectors.counts is not None:
        arrays["counts"] = vectors.counts
    with replacing(path) as file:
        np.savez(file, **arrays)


ROOMY = 1 << 28  # bytes of an array of words


def _array_of(words: Sequence[str]) -> npt.NDArray[Any]:
    room = 4 * len(words) * max(map(len, words), default=0)
    if room > ROOMY or any(word.endswith("\0") for word in words):
        return np.array("".join(word + "\n" for word in words))
    return np.array(words, str)


def read_packed(source: Source) -> npt.NDArray[Any]:
    """Return the array `val`, as gensim packs one. Raises FormatError."""
    arrays = read_arrays(source)
    if "val" not in arrays:
        raise source.error(f"holds no array val, only {', '.join(arrays) or 'nothing'}")
    return arrays["val"]


def read_arrays(source: Source) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of an archive by their names. Raises FormatError."""
    try:
        with zipfile.ZipFile(source.file) as archive:
            return _arrays(source, archive)
    except UNZIPPING as error:
        raise source.error(f"is an .npz that cannot be read ({first_line(error)}): damaged?") from error


def read(source: Source, limit: int | None, note: Note) -> Vectors:
    """Read vectors and words."""
    arrays = read_arrays(source)
    matrices = {name: array for name, array in arrays.items() if array.ndim == 2 and array.dtype.kind in "fiu"}
    name = next((name for name in VECTORS if name in matrices), next(iter(matrices), None))
    if name is None:
        raise source.error(f"holds no matrix, only {', '.join(arrays) or 'nothing'}")
    matrix = matrices[name]
    words = next(
        (found for key in (*WORDS, *arrays) if key in arrays and (found := _words(arrays[key], len(matrix)))), None
    )
    if words is None and len(matrix):
        raise source.error(
            f"holds vectors ({name}) and no words; save both: numpy.savez(FILE, words=numpy.array(words), vectors=...)"
        )
    counts = arrays.get("counts")
    known = counts is not None and counts.shape == (len(matrix),) and counts.dtype.kind in "iu"
    return vectors_of(
        words or [], matrix_of(matrix, arrays), note, np.asarray(counts, np.int64) if known else None, limit
    )


def _arrays(source: Source, archive: zipfile.ZipFile) -> dict[str, npt.NDArray[Any]]:
    found = {}
    for entry in archive.infolist():
        if not entry.filename.endswith(".npy"):
            continue
        with archive.open(entry) as file:
            shape, by_columns, kind = read_header(source, file)
            if kind.hasobject:
                held = array_of(unpickled(source, file))
                if held is None:
                    continue
                array = held
            else:
                size = int(np.prod(shape, dtype=object)) * kind.itemsize
                if size > entry.file_size:
                    raise source.error(f"{entry.filename} promises {size:,} bytes and has {entry.file_size:,}")
                array = np.frombuffer(_content(file, size), kind).reshape(shape[::-1] if by_columns else shape)
                array = array.T if by_columns else array
        found[entry.filename.removesuffix(".npy")] = array
    return found


def _content(file: IO[bytes], size: int) -> bytearray:
    """Return the next `size` bytes, or those that there are, without a second copy: it may be most of the memory."""
    content = bytearray(size)
    at = 0
    with memoryview(content) as view:
        while piece := file.read(min(size - at, BUFFER_BYTES)):
            view[at : at + len(piece)] = piece
            at += len(piece)
    del content[at:]
    return content


def _words(array: npt.NDArray[Any], count: int) -> list[str] | None:
    if array.dtype.kind not in "USO" or not _is_text(array):
        return None
    if array.ndim == 0 and array.dtype.kind == "U":
        words: list[Any] = str(array).split("\n")[:-1]
    elif array.ndim == 1:
        words = array.tolist()
    else:
        return None
    texts = [word.decode("utf-8", "backslashreplace") if isinstance(word, bytes) else word for word in words]
    return texts if len(texts) == count and all(isinstance(word, str) for word in texts) else None


def _is_text(array: npt.NDArray[Any]) -> bool:
    """Say whether numpy can make str of an array: of numbers beyond Unicode it cannot, and raises SystemError."""
    if array.dtype.kind != "U":
        return True
    points = np.frombuffer(array.tobytes(), np.dtype("u4").newbyteorder(array.dtype.byteorder))
    return bool(points.max(initial=0) <= 0x10FFFF)

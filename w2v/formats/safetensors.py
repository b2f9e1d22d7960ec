r"""safetensors: named arrays behind a header of JSON; without its library, for it is that simple.

    u64 n, then n bytes: {"embeddings": {"dtype": "F32", "shape": [V, D], "data_offsets": [0, size]}, ...}
    the arrays

Little-endian. We write `embeddings` (F32, F16, or I8 with `scales`, F32 [V], to multiply the rows with), and the
words as `words` (U8, UTF-8, one behind the other) with `offsets` (I64 [V + 1]), and `counts` (I64 [V]). Of files
without words (model2vec, sentence-transformers) the words are those of tokenizer.json or a list beside it.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from w2v.files import replacing
from w2v.formats.companions import find_words
from w2v.formats.narrow import matrix_of, narrow
from w2v.formats.source import Note, Source, first_line
from w2v.formats.tidying import vectors_of
from w2v.formats.wordlist import Arrays, WordList, arrays_of
from w2v.vectors import Vectors

CODES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I8": "i1", "U8": "u1", "I64": "<i8", "I32": "<i4"}
NAMES = {np.dtype(code): name for name, code in CODES.items()}
MATRICES = ("embeddings", "embedding.weight", "vectors", "weight")
LONGEST_HEADER = 100_000_000  # the library's own limit


def write(vectors: Vectors, path: Path, dtype: str) -> None:
    """Write vectors and words into one file."""
    numbers, scales = narrow(vectors.matrix, dtype)
    words = arrays_of(vectors.words)
    arrays: dict[str, Any] = {"embeddings": numbers, "words": words.blob, "offsets": words.offsets}
    if dtype == "int8":
        arrays["scales"] = scales
    if vectors.counts is not None:
        arrays["counts"] = vectors.counts
    write_arrays(arrays, path, {"format": "w2v"})


def write_arrays(arrays: dict[str, npt.NDArray[Any]], path: Path, about: dict[str, str]) -> None:
    """Write arrays under their names; the widest numbers first, which keeps all of them aligned."""
    header: dict[str, Any] = {"__metadata__": about} if about else {}
    order = sorted(arrays, key=lambda name: -arrays[name].dtype.itemsize)
    at = 0
    for name in order:
        array = arrays[name]
        header[name] = {"dtype": NAMES[array.dtype.newbyteorder("<")], "shape": list(array.shape),
                        "data_offsets": [at, at + array.nbytes]}  # fmt: skip
        at += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with replacing(path) as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name in order:
            array = np.ascontiguousarray(arrays[name])
            file.write(array.astype(array.dtype.newbyteorder("<"), copy=False).data if array.size else b"")


def read(source: Source, limit: int | None, note: Note) -> Vectors:
    """Map the vectors, and read the words or find them beside."""
    arrays = read_arrays(source)
    matrices = {name: array for name, array in arrays.items() if array.ndim == 2}
    name = next(
        (name for name in MATRICES if name in matrices), next(iter(matrices), None) if len(matrices) == 1 else None
    )
    if name is None:
        raise source.error(
            f"holds no {MATRICES[0]} among its arrays: {', '.join(list(arrays)[:6]) or 'none'};"
            " a model of another kind? Take its table of word embeddings alone"
        )
    matrix = matrices[name]
    if "words" in arrays and "offsets" in arrays:
        words = list(_words(source, arrays["words"], arrays["offsets"]))
    else:
        words = find_words(source, len(matrix), note)
    if len(words) != len(matrix):
        raise source.error(f"holds {len(matrix):,} vectors and {len(words):,} words")
    counts = arrays["counts"] if arrays.get("counts", matrix).shape == (len(matrix),) else None
    return vectors_of(words, matrix_of(matrix, arrays), note, counts, limit)


def _words(source: Source, blob: npt.NDArray[Any], offsets: npt.NDArray[Any]) -> WordList:
    steps = np.diff(offsets)
    if not len(offsets) or offsets[0] != 0 or offsets[-1] != len(blob) or (steps < 0).any():
        raise source.error("the offsets of its words do not fit them: damaged?")
    return WordList(Arrays(blob, offsets, np.empty(0, np.uint32), np.empty(len(steps), np.int32)), source.path)


def read_arrays(source: Source) -> dict[str, npt.NDArray[Any]]:
    """Read the arrays whose numbers we know; others are skipped."""
    (size,) = struct.unpack("<Q", source.take(8, "the header"))
    if size > LONGEST_HEADER:
        raise source.error("has a header longer than safetensors allows: damaged, or another format?")
    try:
        header = json.loads(source.take(size, "the header"))
        spans = sorted(
            (int(entry["data_offsets"][0]), int(entry["data_offsets"][1]), name, CODES.get(entry["dtype"]),
             tuple(int(extent) for extent in entry["shape"]))
            for name, entry in header.items() if name != "__metadata__"
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, RecursionError) as error:
        raise source.error(f"has a damaged header ({first_line(error)})") from error
    at, arrays = 0, {}
    for begin, end, name, code, shape in spans:
        if begin < at:
            raise source.error(f"has arrays that overlap ({name}): damaged?")
        source.skip(begin - at, f"the space before {name}")
        if code is None:
            source.skip(end - begin, name)
        else:
            arrays[name] = source.array(code, shape, name)
            if arrays[name].nbytes != end - begin:
                raise source.error(f"the sizes of {name} do not add up: damaged?")
        at = end
    return arrays

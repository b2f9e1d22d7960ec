r"""gensim's own files, what KeyedVectors.save, Word2Vec.save and their like write: a pickle, read without gensim.

    pickle of an object of gensim.models.keyedvectors.KeyedVectors, with attributes
        vectors        float32 [V, D]      (syn0 before gensim 4)
        index_to_key   list of str         (index2word before gensim 4)
        expandos       {"count": int64 [V]}    (vocab: {word: object with count and index} before gensim 4)
        __numpys       the attributes that are in files beside it
    FILE.vectors.npy   the vectors, where they are 10 Mi numbers or more

A model holds its KeyedVectors as `wv`, and the file beside it is then FILE.wv.vectors.npy; where FILE ends in .gz or
.bz2, .npz. The pickle is read by `w2v.formats.pickled`. We write KeyedVectors that gensim 4 loads, with numpy 1 or 2.
"""

from __future__ import annotations

import io
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from w2v.files import replacing_together
from w2v.formats import fasttext
from w2v.formats.numpy_archive import read_packed
from w2v.formats.numpy_array import read_array
from w2v.formats.pickled import Stub, array_of, unpickled
from w2v.formats.source import Note, Source, floats
from w2v.formats.tidying import vectors_of
from w2v.settings import LONGEST_NGRAM
from w2v.subwords import Subwords
from w2v.vectors import Vectors

SEPARATE = 10 * 1024**2  # numbers; gensim puts larger arrays into files of their own
CLASS = b"cgensim.models.keyedvectors\nKeyedVectors\n"


def read(source: Source, limit: int | None, note: Note) -> Vectors:
    """Read the vectors of a KeyedVectors, or those of a model."""
    saved = unpickled(source, source.file)
    held, suffix = saved, ""
    if isinstance(saved, Stub) and "wv" in saved.__dict__:
        held, suffix = saved.__dict__["wv"], ".wv"
    attributes = getattr(held, "__dict__", {}) if isinstance(held, Stub) else {}
    if not attributes.keys() & {*WORDS, "vocab"}:
        raise source.error(
            f"is a pickle of {_about(saved)}, not of gensim's vectors; load it with what made it and save vectors:"
            " numpy.savez(FILE, words=..., vectors=...) or gensim's save_word2vec_format"
        )
    words: Any = next((attributes[name] for name in WORDS if name in attributes), None)
    old = attributes.get("vocab")
    old = old if isinstance(old, dict) else {}
    if not isinstance(words, list):
        places = {word: getattr(entry, "index", None) for word, entry in old.items()}
        if not all(isinstance(place, int) for place in places.values()):
            raise source.error("holds words without their places: damaged?")
        words = sorted(places, key=lambda word: places[word] or 0)
    words = [word if isinstance(word, str) else str(word) for word in words]
    matrix = next((found for name in NAMES if (found := _array(source, attributes, name, suffix)) is not None), None)
    subwords = None
    if matrix is None and (made := _of_ngrams(source, attributes, suffix, words)) is not None:
        matrix, subwords = made
    if matrix is None or matrix.ndim != 2 or matrix.dtype.kind not in "fiu" or len(matrix) < len(words):
        raise source.error("holds words and no vectors of them: was it saved with its vectors ignored?")
    vectors = vectors_of(words, floats(matrix[: len(words)]), note, _counts(attributes, old, words), limit)
    return replace(vectors, subwords=subwords)


WORDS = ("index_to_key", "index2word", "index2entity")
NAMES = ("vectors", "syn0")


def _of_ngrams(
    source: Source, attributes: dict[str, Any], suffix: str, words: list[str]
) -> tuple[npt.NDArray[np.float32], Subwords | None] | None:
    """Return the vectors of a FastText model, which saves those of words and of n-grams apart, and its n-grams."""
    own, ngrams = (_array(source, attributes, name, suffix) for name in ("vectors_vocab", "vectors_ngrams"))
    lengths = attributes.get("min_n"), attributes.get("max_n")
    if own is None or ngrams is None or own.ndim != 2 or ngrams.ndim != 2:
        return None
    if len(own) < len(words) or own.shape[1] != ngrams.shape[1] or {own.dtype.kind, ngrams.dtype.kind} != {"f"}:
        return None
    if not attributes.get("compatible_hash", True):
        raise source.error("is of a gensim before 3.7.2, with a hash of its own; save it again with a newer gensim")
    shortest, longest = (length if isinstance(length, int) else 0 for length in lengths)
    names = [word.encode("utf-8", "replace") for word in words]
    matrix = fasttext.from_subwords(names, own, ngrams, (shortest, longest), None)
    whole = 0 <= shortest <= longest <= LONGEST_NGRAM and longest and len(ngrams)
    return matrix, Subwords((shortest, longest), len(ngrams), floats(ngrams)) if whole else None


def _about(thing: object) -> str:
    if isinstance(thing, Stub):
        return "a gensim object without word vectors"
    return {"dict": "a dictionary", "list": "a list", "Array": "an array"}.get(
        type(thing).__name__, type(thing).__name__
    )


def _array(source: Source, attributes: dict[str, Any], name: str, suffix: str) -> npt.NDArray[Any] | None:
    found = array_of(attributes.get(name))
    if found is not None:
        return found
    beside = attributes.get("__numpys")
    if not isinstance(beside, (list, tuple, set)) or name not in beside:
        return None
    packed = source.path.suffix in (".gz", ".bz2")
    path = source.path.with_name(f"{source.path.name}{suffix}.{name}{'.npz' if packed else '.npy'}")
    if not path.is_file():
        raise source.error(f"its vectors are in another file, {path.name}, which is not beside it: copy both together")
    with Source(path) as beside:  # not numpy.load: what that raises of a damaged header is anything
        return read_packed(beside) if packed else read_array(beside)


def _counts(attributes: dict[str, Any], old: Any, words: list[str]) -> npt.NDArray[np.int64] | None:
    expandos = attributes.get("expandos")
    counts = array_of(expandos.get("count")) if isinstance(expandos, dict) else None
    if counts is not None and counts.shape == (len(words),) and counts.dtype.kind in "iu":
        return counts.astype(np.int64)
    if old:
        found = [getattr(old.get(word), "count", None) for word in words]
        if all(isinstance(count, int) for count in found):
            return np.array(found, np.int64)
    return None


class _Pickler(pickle.Pickler):
    """Writes arrays in a way that numpy 1 and 2 understand: their own ways name each other's modules."""

    def reducer_override(self, thing: Any) -> Any:
        if isinstance(thing, np.ndarray):
            return np.ndarray, (thing.shape, thing.dtype.str, bytearray(np.ascontiguousarray(thing).tobytes()))
        return NotImplemented


def write(vectors: Vectors, path: Path, dtype: str) -> None:
    """Write KeyedVectors; vectors of 10 Mi numbers or more into FILE.vectors.npy beside."""
    words = list(vectors.words)
    apart = vectors.matrix.size >= SEPARATE
    attributes: dict[str, Any] = {
        "vector_size": vectors.dim,
        "index_to_key": words,
        "key_to_index": {word: row for row, word in enumerate(words)},
        "next_index": len(words),
        "norms": None,
        "expandos": {} if vectors.counts is None else {"count": np.asarray(vectors.counts, np.int64)},
        "mapfile_path": None,
        "lifecycle_events": [],
        "__numpys": ["vectors"] if apart else [],
        "__scipys": [],
        "__ignoreds": [],
        "__recursive_saveloads": [],
    }
    if not apart:
        attributes["vectors"] = vectors.matrix
    beside = [path.with_name(path.name + ".vectors.npy")] if apart else []
    with replacing_together(path, *beside) as (file, *arrays):
        # An object of a class that is not there cannot be pickled: its opcodes are few, and written by hand.
        file.write(pickle.PROTO + b"\x04" + CLASS + pickle.EMPTY_TUPLE + pickle.NEWOBJ)
        state = io.BytesIO()
        _Pickler(state, protocol=3).dump(attributes)  # protocol 3 has no frames: it can be inside another pickle
        file.write(state.getbuffer()[2:-1])  # without the opcodes that begin and end it
        file.write(pickle.BUILD + pickle.STOP)
        for array in arrays:
            np.lib.format.write_array(array, vectors.matrix, allow_pickle=False)

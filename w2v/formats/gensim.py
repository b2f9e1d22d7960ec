r"""gensim's own files, what KeyedVectors.save, Word2Vec.save and their like write: a pickle, read without gensim.

    pickle of an object of gensim.models.keyedvectors.KeyedVectors, with attributes
        vectors        float32 [V, D]      (syn0 before gensim 4)
        index_to_key   list of str         (index2word before gensim 4)
        expandos       {"count": int64 [V]}    (vocab: {word: object with count and index} before gensim 4)
        __numpys       the attributes that stand in files beside it
    FILE.vectors.npy   the vectors, where they are 10 Mi numbers or more

A model holds its KeyedVectors as `wv`, and the file beside it is then FILE.wv.vectors.npy; where FILE ends in .gz or
.bz2, .npz. A pickle can run any program: only numpy's arrays, plain containers and stubs without behaviour
are let in. We write KeyedVectors that gensim 4 loads, with numpy 1 or 2.
"""

from __future__ import annotations

import io
import pickle
import pickletools
from collections import OrderedDict, defaultdict
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from w2v import resources
from w2v.errors import FormatError
from w2v.files import replacing
from w2v.formats import fasttext
from w2v.formats.source import PIECE_BYTES, Note, Source, floats
from w2v.formats.tidying import vectors_of
from w2v.vectors import Vectors

SEPARATE = 10 * 1024**2  # numbers; gensim puts larger arrays into files of their own
CLASS = b"cgensim.models.keyedvectors\nKeyedVectors\n"


class Stub:
    """What stands for an object of gensim's: its attributes and nothing else."""

    def __init__(self, *arguments: object) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        states = state if isinstance(state, tuple) else (state,)
        for attributes in states:
            if isinstance(attributes, dict):
                self.__dict__.update(attributes)


class RefusedError(pickle.UnpicklingError):
    """A pickle names a class or function that no file of vectors has."""


class Unpickler(pickle.Unpickler):
    """Lets in arrays, containers and stubs, and runs nothing."""

    def find_class(self, module: str, name: str) -> Any:
        """Return what stands for a class or function. Raises RefusedError for all that is not known."""
        if module.split(".")[0] in STUBBED:
            return Stub
        if (module.replace("numpy._core", "numpy.core"), name) in ALLOWED:
            return ALLOWED[module.replace("numpy._core", "numpy.core"), name]
        raise RefusedError(f"{module}.{name}")


def _bytes_of(text: str, encoding: str) -> bytes:
    """Stand for _codecs.encode, with which protocol 2 writes bytes."""
    return text.encode("latin-1") if encoding in ("latin1", "latin-1") else text.encode()


def _reconstruct(kind: object, shape: tuple[int, ...], code: bytes) -> npt.NDArray[Any]:
    """Stand for numpy's: an empty array, whose state comes behind it."""
    return np.ndarray.__new__(np.ndarray, (0,), "b")


def _scalar(kind: np.dtype[Any], data: bytes) -> Any:
    """Stand for numpy's: a number from its bytes."""
    return np.frombuffer(data, kind, 1)[0]


def _ndarray(shape: tuple[int, ...], code: str, data: bytes) -> npt.NDArray[Any]:
    """Stand for the class of arrays, called as we write it; of objects frombuffer makes none."""
    return np.frombuffer(data, code).reshape(shape)


def _bytearray(data: bytes = b"") -> bytearray:
    """Stand for bytearray, which would make one of any size from a number."""
    return bytearray(memoryview(data))


STUBBED = {"gensim", "smart_open", "random"}
ALLOWED: dict[tuple[str, str], Any] = {
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy.core.multiarray", "scalar"): _scalar,
    ("numpy", "ndarray"): _ndarray,
    ("numpy", "dtype"): np.dtype,
    ("numpy.random._pickle", "__randomstate_ctor"): Stub,
    ("numpy.random._pickle", "__bit_generator_ctor"): Stub,
    ("numpy.random._pickle", "__generator_ctor"): Stub,
    ("numpy.random._mt19937", "MT19937"): Stub,
    ("numpy", "float32"): np.float32,
    ("numpy", "float64"): np.float64,
    ("numpy", "int64"): np.int64,
    ("builtins", "bytearray"): _bytearray,
    ("builtins", "set"): set,
    ("builtins", "frozenset"): frozenset,
    ("builtins", "range"): range,
    ("builtins", "int"): int,
    ("builtins", "hash"): Stub,  # a model names its hash function
    ("__builtin__", "hash"): Stub,
    ("builtins", "object"): Stub,
    ("__builtin__", "object"): Stub,
    ("__builtin__", "set"): set,
    ("__builtin__", "int"): int,
    ("__builtin__", "long"): int,
    ("__builtin__", "bytearray"): _bytearray,
    ("collections", "defaultdict"): defaultdict,
    ("collections", "OrderedDict"): OrderedDict,
    ("copy_reg", "_reconstructor"): Stub,
    ("copyreg", "_reconstructor"): Stub,
    ("_codecs", "encode"): _bytes_of,
}


def read(source: Source, limit: int | None, note: Note) -> Vectors:
    """Read the vectors of a KeyedVectors, or those of a model."""
    saved = _unpickled(source)
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
    old = attributes.get("vocab") or {}
    if not isinstance(words, list):
        words = sorted(old, key=lambda word: old[word].index)
    words = [word if isinstance(word, str) else str(word) for word in words]
    matrix = next((found for name in NAMES if (found := _array(source, attributes, name, suffix)) is not None), None)
    if matrix is None:
        matrix = _of_ngrams(source, attributes, suffix, words)
    if matrix is None or matrix.ndim != 2 or len(matrix) < len(words):
        raise source.error("holds words and no vectors of them: was it saved with its vectors ignored?")
    return vectors_of(words, floats(matrix[: len(words)]), note, _counts(attributes, old, words), limit)


WORDS = ("index_to_key", "index2word", "index2entity")
NAMES = ("vectors", "syn0")


def _of_ngrams(
    source: Source, attributes: dict[str, Any], suffix: str, words: list[str]
) -> npt.NDArray[np.float32] | None:
    """Return the vectors of a FastText model, which saves those of words and of n-grams apart."""
    own, ngrams = (_array(source, attributes, name, suffix) for name in ("vectors_vocab", "vectors_ngrams"))
    lengths = attributes.get("min_n"), attributes.get("max_n")
    if own is None or ngrams is None or own.ndim != 2 or len(own) < len(words) or own.shape[1] != ngrams.shape[-1]:
        return None
    if not attributes.get("compatible_hash", True):
        raise source.error("is of a gensim before 3.7.2, with a hash of its own; save it again with a newer gensim")
    shortest, longest = (length if isinstance(length, int) else 0 for length in lengths)
    return fasttext.from_subwords(
        [word.encode("utf-8", "replace") for word in words], own, ngrams, (shortest, longest), None
    )


def _unpickled(source: Source) -> Any:
    _check_memo(source)
    try:
        return Unpickler(source.file, encoding="latin1").load()
    except RefusedError as error:
        raise source.error(
            f"is a pickle that asks for {error}, which no file of vectors needs; it was not run. Load it with what"
            " made it, if you trust it, and save vectors: numpy.savez(FILE, words=..., vectors=...)"
        ) from error
    except (pickle.UnpicklingError, ValueError, TypeError, AttributeError, KeyError, IndexError, EOFError,
            ImportError, OverflowError, RecursionError, MemoryError) as error:  # fmt: skip  # a bad pickle
        raise source.error(f"is a pickle that cannot be read ({error or 'it ends too early'})") from error


def _check_memo(source: Source) -> None:
    """Raise FormatError for a pickle that asks for more than it holds: Python's unpickler would take the memory."""
    from w2v.kernels import pickles

    data: npt.NDArray[np.uint8]
    if source.size is not None:
        data = np.asarray(np.memmap(source.path, np.uint8, "r"))
    else:
        pieces = []
        while piece := source.file.read(PIECE_BYTES):
            resources.require_memory(2 * len(piece), f"unpacking {source.path}", "unpack it on a larger machine")
            pieces.append(np.frombuffer(piece, np.uint8))
        data = np.concatenate(pieces)
        source.restart()
    largest = pickles.largest_memo(data, forms())
    if largest == pickles.CUT:
        raise source.error("is a pickle that cannot be read (it ends too early)")
    if largest > len(data):
        raise source.error("is a pickle that was made to mislead: it would take far more memory than it holds")


def forms() -> npt.NDArray[np.int64]:
    """Return the form of each opcode's argument, as `w2v.kernels.pickles` wants them; int64 [256]."""
    from w2v.kernels import pickles

    table = np.full(256, pickles.UNKNOWN)
    for opcode in pickletools.opcodes:
        two = opcode.arg is not None and opcode.arg.name == "stringnl_noescape_pair"
        table[ord(opcode.code)] = pickles.TWO_LINES if two else opcode.arg.n if opcode.arg is not None else 0
    return table


def _about(thing: object) -> str:
    if isinstance(thing, Stub):
        return "a gensim object without word vectors"
    return {"dict": "a dictionary", "list": "a list", "ndarray": "an array"}.get(
        type(thing).__name__, type(thing).__name__
    )


def _array(source: Source, attributes: dict[str, Any], name: str, suffix: str) -> npt.NDArray[Any] | None:
    found = attributes.get(name)
    if isinstance(found, np.ndarray):
        return found
    if name not in attributes.get("__numpys", ()):
        return None
    packed = source.path.suffix in (".gz", ".bz2")
    beside = source.path.with_name(f"{source.path.name}{suffix}.{name}{'.npz' if packed else '.npy'}")
    try:
        if packed:
            with np.load(beside, allow_pickle=False) as archive:
                return np.asarray(archive["val"])
        return np.asarray(np.load(beside, mmap_mode="r", allow_pickle=False))
    except FileNotFoundError as error:
        raise source.error(
            f"its vectors are in another file, {beside.name}, which is not beside it: copy both together"
        ) from error
    except (ValueError, OSError, EOFError, KeyError) as error:
        raise FormatError(beside, f"is no array that numpy can read ({error}): cut short?") from error


def _counts(attributes: dict[str, Any], old: Any, words: list[str]) -> npt.NDArray[np.int64] | None:
    expandos = attributes.get("expandos")
    counts = expandos.get("count") if isinstance(expandos, dict) else None
    if isinstance(counts, np.ndarray) and counts.shape == (len(words),) and counts.dtype.kind in "iu":
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
    if apart:
        with replacing(path.with_name(path.name + ".vectors.npy")) as file:
            np.lib.format.write_array(file, vectors.matrix, allow_pickle=False)
    else:
        attributes["vectors"] = vectors.matrix
    with replacing(path) as file:
        # An object of a class that is not there cannot be pickled: its opcodes are few, and written by hand.
        file.write(pickle.PROTO + b"\x04" + CLASS + pickle.EMPTY_TUPLE + pickle.NEWOBJ)
        _write_state(attributes, file)
        file.write(pickle.BUILD + pickle.STOP)


def _write_state(attributes: dict[str, Any], file: IO[bytes]) -> None:
    state = io.BytesIO()
    _Pickler(state, protocol=3).dump(attributes)  # protocol 3 has no frames: it can stand inside another pickle
    file.write(state.getbuffer()[2:-1])  # without the opcodes that begin and end it

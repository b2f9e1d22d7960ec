"""Pickles read as data: gensim writes them, and numpy where an array holds objects.

A pickle can run any program, so it is given nothing to run: classes of gensim's become stubs without behaviour, and
numpy's arrays are put together here. To let numpy rebuild them is not safe: its dtype.__setstate__ ends the process
(numpy 2.4) where a tuple is too short, which a mutation of one byte brings about.
"""

from __future__ import annotations

import io
import pickle
import pickletools
import re
from collections import OrderedDict, defaultdict
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from w2v import resources
from w2v.errors import FormatError
from w2v.formats.source import PIECE_BYTES, Source, first_line

CODE = re.compile(r"[<>|=]?([fiu][1248]|[SU]\d{1,6}|O8?)")


class Stub:
    """A stand-in for an object of gensim's: its attributes and nothing else."""

    def __init__(self, *arguments: object) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        states = state if isinstance(state, tuple) else (state,)
        for attributes in states:
            if isinstance(attributes, dict):
                self.__dict__.update(attributes)


class Foreign(Stub):
    """A stand-in for an unknown class or function: it takes everything and does nothing.

    Models of gensim 1 to 3 hold generators of random numbers, partial functions and the like beside their vectors.
    """

    def append(self, item: object) -> None:
        """Take an item, as a list does."""

    def extend(self, items: object) -> None:
        """Take items, as a list does."""

    def __setitem__(self, key: object, item: object) -> None:
        pass

    def __call__(self, *arguments: object) -> Foreign:
        """Be what a function returns, too."""
        return self


class Unpickler(pickle.Unpickler):
    """Lets in arrays, containers and stubs; imports nothing and runs nothing."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.foreign: list[str] = []  # the names that are not known

    def find_class(self, module: str, name: str) -> Any:
        """Return the stand-in for a class or function."""
        if module.split(".")[0] in STUBBED:
            return Stub
        if (module.replace("numpy._core", "numpy.core"), name) in ALLOWED:
            return ALLOWED[module.replace("numpy._core", "numpy.core"), name]
        self.foreign.append(f"{module}.{name}")
        return Foreign


class Kind:
    """Stands for a dtype: of numbers, strings or objects; `dtype` is None for all others."""

    def __init__(self, code: object, *more: object) -> None:
        known = isinstance(code, str) and CODE.fullmatch(code)
        self.dtype = np.dtype(code) if isinstance(code, str) and known else None

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        if self.dtype is not None and state[1] in ("<", ">", "="):
            self.dtype = self.dtype.newbyteorder(state[1])


class Array:
    """Stands for an array: `array` is None where it is of no kind that vectors or words are."""

    def __init__(self, *reconstructed: object) -> None:
        self.array: npt.NDArray[Any] | None = None

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, kind, by_columns, content = state
        if not isinstance(kind, Kind) or kind.dtype is None:
            return
        if kind.dtype.hasobject:  # a list, by rows in any case
            flat = np.empty(len(content), object)
            flat[:] = content
            self.array = flat.reshape(shape)
        else:
            flat = np.frombuffer(content.encode("latin-1") if isinstance(content, str) else content, kind.dtype)
            self.array = flat.reshape(shape, order="F" if by_columns else "C")


def array_of(thing: object) -> npt.NDArray[Any] | None:
    """Return the array that a pickle holds, or None if it holds something else."""
    thing = thing.array if isinstance(thing, Array) else thing
    return thing if isinstance(thing, np.ndarray) else None


def _bytes_of(text: str, encoding: str) -> bytes:
    """Stand for _codecs.encode, with which protocol 2 writes bytes."""
    return text.encode("latin-1") if encoding in ("latin1", "latin-1") else text.encode()


def _scalar(kind: Kind, data: bytes | str) -> Any:
    """Stand for numpy's: a number from its bytes."""
    raw = data.encode("latin-1") if isinstance(data, str) else data
    return None if kind.dtype is None else np.frombuffer(raw, kind.dtype, 1)[0].item()


def _ndarray(shape: tuple[int, ...], code: str, data: bytes) -> npt.NDArray[Any]:
    """Stand for the class of arrays, called as we write it."""
    if not CODE.fullmatch(code):
        raise ValueError(f"an array of {code!r}")
    return np.frombuffer(data, code).reshape(shape)  # of objects frombuffer makes none


def _bytearray(data: bytes = b"") -> bytearray:
    """Stand for bytearray, which would make one of any size from a number."""
    return bytearray(memoryview(data))


STUBBED = {"gensim", "smart_open", "random"}
ALLOWED: dict[tuple[str, str], Any] = {
    ("numpy.core.multiarray", "_reconstruct"): Array,
    ("numpy.core.multiarray", "scalar"): _scalar,
    ("numpy", "ndarray"): _ndarray,
    ("numpy", "dtype"): Kind,
    ("numpy.random._pickle", "__randomstate_ctor"): Stub,
    ("numpy.random._pickle", "__bit_generator_ctor"): Stub,
    ("numpy.random._pickle", "__generator_ctor"): Stub,
    ("numpy.random._mt19937", "MT19937"): Stub,
    ("numpy", "float32"): Stub,
    ("numpy", "float64"): Stub,
    ("numpy", "int64"): Stub,
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
    ("UserString", "defaultdict"): defaultdict,  # Python 3.4 and older wrote so for Python 2
    ("collections", "OrderedDict"): OrderedDict,
    ("copy_reg", "_reconstructor"): Stub,
    ("copyreg", "_reconstructor"): Stub,
    ("_codecs", "encode"): _bytes_of,
}


def unpickled(source: Source, file: IO[bytes]) -> Any:
    """Return what the rest of a file holds, stubs in place of objects.

    Raises FormatError, also where it holds no object of gensim's and asks for something that is not known.
    """
    try:
        unpickler = Unpickler(_checked(source, file), encoding="latin1")
        held = unpickler.load()
        if unpickler.foreign and (isinstance(held, Foreign) or not isinstance(held, Stub)):
            raise source.error(
                f"is a pickle that asks for {unpickler.foreign[0]}, which no file of vectors needs; it was not run."
                " Load it with what made it, if you trust it, and save vectors:"
                " numpy.savez(FILE, words=..., vectors=...)"
            )
        return held
    except FormatError:
        raise
    except Exception as error:  # the opcodes of a bad pickle can do all kinds of wrong things
        raise source.error(f"is a pickle that cannot be read ({first_line(error)}): damaged, or cut short?") from error


def _checked(source: Source, file: IO[bytes]) -> IO[bytes]:
    """Return what reads the same pickle, which asks for no more than it holds, or Python would take the memory.

    Raises FormatError, ResourceError.
    """
    from w2v.kernels import pickles  # numba

    rest = file
    if file is source.file and source.size is not None:
        data = np.asarray(np.memmap(source.path, np.uint8, "r", file.tell()))
    else:  # packed: nobody knows how much there will be
        pieces = []
        while piece := file.read(PIECE_BYTES):
            resources.require_memory(3 * len(piece), f"unpacking {source.path}", "unpack it on a larger machine")
            pieces.append(piece)
        whole = b"".join(pieces)
        rest, data = io.BytesIO(whole), np.frombuffer(whole, np.uint8)
    largest = pickles.largest_memo(data, forms())
    if largest == pickles.CUT:
        raise source.error("is a pickle that cannot be read (it ends too early)")
    if largest > len(data):
        raise source.error("is a malicious pickle: it would take far more memory than the file has bytes")
    return rest


def forms() -> npt.NDArray[np.int64]:
    """Return the form of each opcode's argument, as `w2v.kernels.pickles` wants them; int64 [256]."""
    from w2v.kernels import pickles

    table = np.full(256, pickles.UNKNOWN)
    for opcode in pickletools.opcodes:
        two = opcode.arg is not None and opcode.arg.name == "stringnl_noescape_pair"
        table[ord(opcode.code)] = pickles.TWO_LINES if two else opcode.arg.n if opcode.arg is not None else 0
    return table

"""A checkpoint: one file with everything that a run needs to go on, and a model that new text can be added to.

A NumPy archive (.npz: a zip file whose members are not compressed, each with the CRC-32 that zip gives it):

    state.json     version, settings, corpus, position, rate, loss curve
    words.txt      UTF-8, joined by \\n
    counts.npy     int64 [V]
    input.npy      float32 [V, D]
    output.npy     float32 [V, D]

`numpy.load(path)["input"]` reads it. There are no random generators to keep: all chance follows from seed, epoch
and position. What is read here may come from a stranger: it is only ever data (no pickle), its sizes are
compared with the size of the file before memory is taken, and no path in it is followed.
"""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from w2v import __version__
from w2v.errors import FormatError, SettingsError
from w2v.files import replacing
from w2v.settings import TrainSettings
from w2v.training.run import Point, State
from w2v.training.tables import Tables
from w2v.vocabulary import Vocabulary

VERSION = 2
STATE, WORDS, COUNTS, INPUT, OUTPUT = MEMBERS = ("state.json", "words.txt", "counts.npy", "input.npy", "output.npy")
ROWS_AT_ONCE = 1 << 14
DAMAGED = (
    zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, ValueError, KeyError, TypeError, IndexError, AttributeError,
    NotImplementedError, RuntimeError, OverflowError, struct.error, SettingsError,
)  # fmt: skip  # what zipfile, json, numpy and our own checks raise on bytes that are not what they should be


@dataclass(eq=False)
class Kept:
    """What a checkpoint holds.

    settings    of the run
    vocabulary  its words
    state       how far it is
    corpus      JSON: sha256 and size of the stream of ids, and the account of the reading
    """

    settings: TrainSettings
    vocabulary: Vocabulary
    state: State
    corpus: dict[str, Any]


def size_of(words: int, dim: int) -> int:
    """Return about how many bytes a checkpoint takes."""
    return words * (8 * dim + 24) + (1 << 16)


def write(kept: Kept, path: Path) -> None:
    """Write a checkpoint; the file is whole or not there. Raises OutputError."""
    state = kept.state
    header = {
        "version": VERSION,
        "w2v": __version__,
        "settings": asdict(kept.settings),
        "corpus": kept.corpus,
        "rounds": state.rounds,
        "sums": state.sums.tolist(),
        "rate_share": state.rate_share,
        "rollbacks": state.rollbacks,
        "seconds": state.seconds,
        "curve": state.curve,
    }
    dim = kept.settings.dim
    with replacing(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(STATE), json.dumps(header, indent=1))
        archive.writestr(zipfile.ZipInfo(WORDS), "\n".join(kept.vocabulary.words).encode())
        _write_array(archive, COUNTS, kept.vocabulary.counts)
        _write_array(archive, INPUT, state.tables.input[:, :dim])
        _write_array(archive, OUTPUT, state.tables.output[:, :dim])


def _write_array(archive: zipfile.ZipFile, name: str, array: npt.NDArray[Any]) -> None:
    little = array.dtype.newbyteorder("<")
    with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as member:
        member.write(npy_header(little.str, array.shape))
        for first in range(0, len(array), ROWS_AT_ONCE):
            member.write(array[first : first + ROWS_AT_ONCE].astype(little, copy=False).tobytes())


def read(path: Path) -> Kept:
    """Read a checkpoint. Raises FormatError where it is not whole, or not one."""
    with _members(path) as members:
        header = _read_header(members)
        settings = _read_settings(header["settings"])
        words = tuple(members.open(WORDS).read().decode().split("\n"))
        if len(set(words)) != len(words):
            raise ValueError("a word that stands there twice")
        _check_array(members, COUNTS, "<i8", (len(words),))
        _check_array(members, INPUT, "<f4", (len(words), settings.dim))  # before memory for it is taken
        _check_array(members, OUTPUT, "<f4", (len(words), settings.dim))
        counts = np.empty(len(words), np.int64)
        _read_array(members, COUNTS, counts, 1)
        if counts.min() < 1 or float(counts.sum(dtype=np.float64)) > 2.0**62:
            raise ValueError("counts out of range")
        tables = Tables.empty(len(words), settings.dim)
        _read_array(members, INPUT, tables.input, settings.dim)
        _read_array(members, OUTPUT, tables.output, settings.dim)
        if not tables.finite():
            raise ValueError("rows that are not finite")
        return Kept(settings, Vocabulary(words, counts), _read_state(header, tables), _corpus(header["corpus"]))


def read_state(path: Path) -> dict[str, Any]:
    """Return what stands in state.json. Raises FormatError."""
    with _members(path) as members:
        return _read_header(members)


@contextmanager
def _members(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open the archive if its members are those of a checkpoint; what goes wrong inside becomes a FormatError."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            if sorted(member.filename for member in members) != sorted(MEMBERS):
                raise ValueError("other members than a checkpoint has")
            for member in members:
                if member.compress_type != zipfile.ZIP_STORED or member.file_size != member.compress_size:
                    raise ValueError("a compressed member")
            if sum(member.file_size for member in members) > size:
                raise ValueError("members larger than the file")
            yield archive
    except OSError as error:
        raise FormatError(path, f"cannot be read ({error.strerror or error})") from error
    except DAMAGED as error:
        raise FormatError(path, f"is no whole checkpoint ({error})") from error


def _read_header(members: zipfile.ZipFile) -> dict[str, Any]:
    header = json.loads(members.read(STATE))
    if not isinstance(header, dict):
        raise TypeError("no header")
    if header["version"] != VERSION:
        raise ValueError(f"version {header['version']}; this w2v {__version__} reads version {VERSION}")
    return header


def _read_settings(given: dict[str, Any]) -> TrainSettings:
    """Return the settings; each must be there and have the type of its default."""
    kinds = {
        setting.name: type(value) for setting, value in zip(fields(TrainSettings), asdict(TrainSettings()).values())
    }
    if {name: type(value) for name, value in given.items()} != kinds:
        raise ValueError("settings that this version does not know, or of another type")
    return TrainSettings(**given)


def _read_state(header: dict[str, Any], tables: Tables) -> State:
    sums = np.array([float(value) for value in header["sums"]])
    state = State(
        tables=tables,
        rounds=_whole(header["rounds"]),
        sums=sums,
        rate_share=float(header["rate_share"]),
        rollbacks=_whole(header["rollbacks"]),
        seconds=float(header["seconds"]),
        curve=[Point(_whole(tokens), float(loss), float(rate)) for tokens, loss, rate in header["curve"]],
    )
    if sums.shape != (4,) or not np.isfinite([*sums, state.seconds]).all() or not 0 < state.rate_share <= 1:
        raise ValueError("sums out of range")
    return state


def _corpus(given: dict[str, Any]) -> dict[str, Any]:
    if not (isinstance(given["sha256"], str) and _whole(given["size"]) and isinstance(given["account"], dict)):
        raise ValueError("no account of the corpus")
    return given


def _whole(value: object) -> int:
    if type(value) is not int or not 0 <= value < 2**62:
        raise ValueError("a number out of range")
    return value


def npy_header(descr: str, shape: tuple[int, ...]) -> bytes:
    """Return what a .npy file of version 1.0 begins with.

    It is written and compared here byte by byte, and never parsed: NumPy's own reader takes what a stranger wrote
    for Python source (a literal, but still: tokenize raises errors of its own, and warns).
    """
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    text += b" " * (-(len(text) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


def _check_array(members: zipfile.ZipFile, name: str, descr: str, shape: tuple[int, ...]) -> None:
    """Check that the member holds numbers of this type and shape, to the byte."""
    header = npy_header(descr, shape)
    size = int(np.dtype(descr).itemsize * np.prod(shape, dtype=object))
    with members.open(name) as member:
        if member.read(len(header)) != header or members.getinfo(name).file_size != len(header) + size:
            raise ValueError(f"{name} is not of the shape {shape}")


def _read_array(members: zipfile.ZipFile, name: str, array: npt.NDArray[Any], row: int) -> None:
    """Fill array[:, :row] (or array) from a checked member; zipfile compares the checksum at its end."""
    dtype = array.dtype.newbyteorder("<")
    shape = (len(array), row) if array.ndim == 2 else (len(array),)
    with members.open(name) as member:
        member.read(len(npy_header(dtype.str, shape)))
        for first in range(0, len(array), ROWS_AT_ONCE):
            part = array[first : first + ROWS_AT_ONCE]
            found = np.frombuffer(member.read(len(part) * row * dtype.itemsize), dtype)
            part[:] = 0
            (part[:, :row] if array.ndim == 2 else part)[:] = found.reshape(len(part), *shape[1:])
        if member.read(1):  # also what makes zipfile compare the checksum
            raise ValueError(f"{name} is longer than its shape says")

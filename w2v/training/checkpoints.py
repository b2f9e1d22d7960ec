"""A checkpoint: one file with everything that a run needs to go on, and a model that new text can be added to.

A NumPy archive (.npz: a zip file whose members are not compressed, each with the CRC-32 that zip gives it):

    state.json     version, settings, corpus, position, rate, loss curve
    words.txt      UTF-8, joined by \\n
    titles.txt     the same of their titles, where the words are ids
    counts.npy     int64 [V]
    input.npy      float32 [V, D]; with subwords [V + B, D]; of GloVe whole rows, see `w2v.kernels.strata`
    output.npy     float32 [V, D]; of GloVe likewise

`numpy.load(path)["input"]` reads it. There are no random generators to keep: all random numbers follow from seed,
epoch and position. The file may be untrusted: it is only ever data (no pickle), its sizes are compared with the
size of the file before memory is taken, and no path in it is followed.
"""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from w2v import __version__
from w2v.errors import FormatError, SettingsError
from w2v.files import replacing
from w2v.settings import TrainSettings, names
from w2v.subwords import expected_rows, rows_needed
from w2v.training.run import Point, State
from w2v.training.tables import Tables
from w2v.vectors import blocks_of
from w2v.vocabulary import Vocabulary

VERSION = 2
STATE, WORDS, COUNTS, INPUT, OUTPUT = MEMBERS = ("state.json", "words.txt", "counts.npy", "input.npy", "output.npy")
TITLES = "titles.txt"
# What zipfile raises on bytes that are no archive; it is caught where zipfile is called, and nowhere else.
UNPACKING = (
    zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, ValueError, KeyError, IndexError, AttributeError,
    RuntimeError, OverflowError, struct.error,
)  # fmt: skip


class _DamageError(Exception):
    """What is wrong with a checkpoint; any other exception in here is a bug of ours, or no memory, and is seen."""


@dataclass(eq=False)
class Checkpoint:
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


def size_of(words: int, settings: TrainSettings) -> int:
    """Return about how many bytes a checkpoint takes."""
    numbers = _numbers_of(settings)
    return words * (8 * numbers + 24) + 4 * expected_rows(words, settings) * numbers + (1 << 16)


def _numbers_of(settings: TrainSettings) -> int:
    return Tables.numbers(settings.dim, squares=settings.objective == "glove")


def write(kept: Checkpoint, path: Path) -> None:
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
    numbers = _numbers_of(kept.settings)
    with replacing(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(STATE), json.dumps(header, indent=1))
        archive.writestr(zipfile.ZipInfo(WORDS), "\n".join(kept.vocabulary.words).encode())
        if kept.vocabulary.titles is not None:
            archive.writestr(zipfile.ZipInfo(TITLES), "\n".join(kept.vocabulary.titles).encode())
        _write_array(archive, COUNTS, kept.vocabulary.counts)
        _write_array(archive, INPUT, state.tables.input[:, :numbers])
        _write_array(archive, OUTPUT, state.tables.output[:, :numbers])


def _write_array(archive: zipfile.ZipFile, name: str, array: npt.NDArray[Any]) -> None:
    little = array.dtype.newbyteorder("<")
    with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as member:
        member.write(npy_header(little.str, array.shape))
        for block in blocks_of(len(array)):
            member.write(array[block].astype(little, copy=False).tobytes())


def read(path: Path, *, mapped: bool = False) -> Checkpoint:
    """Read a checkpoint, its tables `mapped` as `Tables.empty` has it. Raises FormatError where it is not whole."""
    with _members(path) as members:
        header = _read_header(members)
        settings = _read_settings(_entry(header, "settings", dict))
        words = _read_lines(members, WORDS)
        if len(set(words)) != len(words):
            raise _DamageError("a word that occurs twice")
        titles = _read_lines(members, TITLES) if TITLES in members.namelist() else None
        if titles is not None and len(titles) != len(words):
            raise _DamageError("more or fewer titles than words")
        _check_array(members, COUNTS, "<i8", (len(words),))
        ngrams, numbers = rows_needed(words, settings), _numbers_of(settings)
        _check_array(members, INPUT, "<f4", (len(words) + ngrams, numbers))  # before memory for it is taken
        _check_array(members, OUTPUT, "<f4", (len(words), numbers))
        counts = np.empty(len(words), np.int64)
        _read_array(members, COUNTS, counts)
        if counts.min() < 1 or float(counts.sum(dtype=np.float64)) > 2.0**62:
            raise _DamageError("counts out of range")
        squares = settings.objective == "glove"
        tables = Tables.empty(len(words), settings.dim, ngrams=ngrams, mapped=mapped, squares=squares)
        _read_array(members, INPUT, tables.input[:, :numbers])
        _read_array(members, OUTPUT, tables.output[:, :numbers])
        if not tables.finite():
            raise _DamageError("rows that are not finite")
        return Checkpoint(settings, Vocabulary(words, counts, titles), _read_state(header, tables), _corpus(header))


@contextmanager
def _members(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open the archive if its members are those of a checkpoint; damage found inside becomes a FormatError."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            with _unpacking():
                archive = zipfile.ZipFile(file)
            with archive:
                members = archive.infolist()
                names = sorted(member.filename for member in members)
                if names not in (sorted(MEMBERS), sorted((*MEMBERS, TITLES))):
                    raise _DamageError("other members than a checkpoint has")
                for member in members:
                    if member.compress_type != zipfile.ZIP_STORED or member.file_size != member.compress_size:
                        raise _DamageError("a compressed member")
                if sum(member.file_size for member in members) > size:
                    raise _DamageError("members larger than the file")
                yield archive
    except OSError as error:
        raise FormatError(path, f"cannot be read ({error.strerror or error})") from error
    except _DamageError as error:
        raise FormatError(path, f"is no whole checkpoint ({error})") from error


@contextmanager
def _unpacking() -> Iterator[None]:
    """Around a call of zipfile: what it raises is damage."""
    try:
        yield
    except UNPACKING as error:
        raise _DamageError(str(error)) from error


def _content(members: zipfile.ZipFile, name: str) -> bytes:
    with _unpacking():
        return members.read(name)


def _read_header(members: zipfile.ZipFile) -> dict[str, Any]:
    try:
        header = json.loads(_content(members, STATE))
    except (ValueError, RecursionError) as error:
        raise _DamageError(f"{STATE}: {error}") from error
    version = header.get("version") if isinstance(header, dict) else None
    if version != VERSION:
        raise _DamageError(f"version {version}; this w2v {__version__} reads version {VERSION}")
    assert isinstance(header, dict)
    return header


def _read_lines(members: zipfile.ZipFile, name: str) -> tuple[str, ...]:
    try:
        return tuple(_content(members, name).decode().split("\n"))
    except UnicodeDecodeError as error:
        raise _DamageError(f"{name} is no UTF-8") from error


def _read_settings(given: dict[str, Any]) -> TrainSettings:
    """Return the settings: one that is missing is younger than the checkpoint, and takes its default."""
    unknown = given.keys() - set(names())
    if unknown:
        raise _DamageError(f"settings that this w2v {__version__} does not know: {', '.join(sorted(unknown))}")
    try:
        return TrainSettings(**given)
    except SettingsError as error:
        raise _DamageError(str(error)) from error


def _read_state(header: dict[str, Any], tables: Tables) -> State:
    state = State(
        tables=tables,
        rounds=_whole(header, "rounds"),
        sums=np.array(_numbers(_entry(header, "sums", list), 4, "sums")),
        rate_share=_numbers([header.get("rate_share")], 1, "rate_share")[0],
        rollbacks=_whole(header, "rollbacks"),
        seconds=_numbers([header.get("seconds")], 1, "seconds")[0],
        curve=[_point(point) for point in _entry(header, "curve", list)],
    )
    if not 0 < state.rate_share <= 1:
        raise _DamageError("rate_share out of range")
    return state


def _point(given: object) -> Point:
    """Return a point of the loss curve; a loss need not be finite where a run diverged."""
    if not (isinstance(given, list) and [type(value) for value in given] == [int, float, float]):
        raise _DamageError("a point of the loss curve that is none")
    return Point(*given)


def _corpus(header: dict[str, Any]) -> dict[str, Any]:
    about: dict[str, Any] = _entry(header, "corpus", dict)
    _entry(about, "sha256", str)
    _entry(about, "account", dict)
    if _whole(about, "size") == 0:
        raise _DamageError("an empty corpus")
    return about


def _entry(there: dict[str, Any], name: str, kind: type[Any]) -> Any:
    value = there.get(name)
    if type(value) is not kind:
        raise _DamageError(f"no {name}, or one of another type")
    return value


def _whole(there: dict[str, Any], name: str) -> int:
    value = there.get(name)
    if type(value) is not int or not 0 <= value < 2**62:
        raise _DamageError(f"{name}: a number out of range")
    return value


def _numbers(values: object, count: int, what: str) -> list[float]:
    """Return a list of `count` finite numbers."""
    if not isinstance(values, list) or len(values) != count:
        raise _DamageError(f"{what}: not {count} numbers")
    if not all(type(value) in (int, float) and abs(value) < 1e300 for value in values):
        raise _DamageError(f"{what}: a number out of range")
    return [float(value) for value in values]


def npy_header(descr: str, shape: tuple[int, ...]) -> bytes:
    """Return what a .npy file of version 1.0 begins with.

    It is written and compared here byte by byte, and never parsed: NumPy's own reader takes untrusted text
    for Python source (a literal, but still: tokenize raises errors of its own, and warns).
    """
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    text += b" " * (-(len(text) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


def _check_array(members: zipfile.ZipFile, name: str, descr: str, shape: tuple[int, ...]) -> None:
    """Check that the member holds numbers of this type and shape, to the byte."""
    header = npy_header(descr, shape)
    size = int(np.dtype(descr).itemsize * np.prod(shape, dtype=object))
    with _unpacking(), members.open(name) as member:
        start = member.read(len(header))
    if start != header or members.getinfo(name).file_size != len(header) + size:
        raise _DamageError(f"{name} is not of the shape {shape}")


def _read_array(members: zipfile.ZipFile, name: str, array: npt.NDArray[Any]) -> None:
    """Fill an array from a checked member; zipfile compares the checksum at its end."""
    dtype = array.dtype.newbyteorder("<")
    with _unpacking():
        member = members.open(name)
    with member:
        with _unpacking():
            member.read(len(npy_header(dtype.str, array.shape)))
        for block in blocks_of(len(array)):
            part = array[block]
            with _unpacking():
                part[:] = np.frombuffer(member.read(part.size * dtype.itemsize), dtype).reshape(part.shape)
        with _unpacking():
            rest = member.read(1)  # also what makes zipfile compare the checksum
        if rest:
            raise _DamageError(f"{name} is longer than its shape says")

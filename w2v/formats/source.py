"""A file of vectors as its readers see it: unpacked, with its size where that is known, never read past its end."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from w2v import archives
from w2v.errors import FormatError

Note = Callable[[str], None]  # receives one line on what was accepted though it is not as it should be

HEAD_BYTES = 1 << 20
BUFFER_BYTES = 1 << 18
PIECE_BYTES = 1 << 26  # what is read at once where the size of the whole is not known


class Source:
    """A file that is read from its beginning to its end.

    path   where it is
    file   its bytes, unpacked
    size   how many bytes there are; None where the file is packed and nobody knows
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.raw: io.BufferedReader
        self.file: io.BufferedReader
        self._open()
        self.bytes_on_disk = os.fstat(self.raw.fileno()).st_size
        self.size = self.bytes_on_disk if self.file is self.raw else None

    def _open(self) -> None:
        self.raw = io.BufferedReader(io.FileIO(self.path), BUFFER_BYTES)
        unpacked = archives.decompressed(self.raw)
        self.file = self.raw if unpacked is self.raw else io.BufferedReader(unpacked, BUFFER_BYTES)

    def restart(self, skip: int = 0) -> None:
        """Go back to the beginning, or `skip` bytes behind it."""
        self.__exit__(None, None, None)
        self._open()
        self.file.read(skip)

    def __enter__(self) -> Source:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.file.close()
        self.raw.close()

    def error(self, problem: str, line: int | None = None) -> FormatError:
        """Return an error that names this file."""
        return FormatError(self.path, problem, line)

    def share_read(self) -> float:
        """Return which part of the file has been read, more than 0."""
        return min(max(self.raw.tell(), 1) / max(self.bytes_on_disk, 1), 1.0)

    def check_room(self, needed: int, what: str) -> None:
        """Raise FormatError if the file cannot hold `needed` more bytes: before any memory is asked for."""
        if needed < 0 or (self.size is not None and needed > self.size - self.file.tell()):
            raise self.error(f"{what} would take {needed:,} bytes, more than the file has left: damaged or cut short?")

    def take(self, size: int, what: str) -> bytes:
        """Read exactly `size` bytes."""
        self.check_room(size, what)
        pieces = [b""]
        while size:
            piece = self.file.read(min(size, PIECE_BYTES))
            if not piece:
                raise self.error(f"the file ends within {what}: cut short?")
            pieces.append(piece)
            size -= len(piece)
        return pieces[-1] if len(pieces) <= 2 else b"".join(pieces)

    def skip(self, size: int, what: str) -> None:
        """Read over `size` bytes."""
        self.check_room(size, what)
        if self.size is not None:
            self.file.seek(size, os.SEEK_CUR)
            return
        while size:
            piece = self.file.read(min(size, 1 << 20))
            if not piece:
                raise self.error(f"the file ends within {what}: cut short?")
            size -= len(piece)

    def array(self, dtype: str, shape: tuple[int, ...], what: str) -> npt.NDArray[Any]:
        """Return the numbers that come next; memory-mapped where the file is not packed and they are many."""
        kind = np.dtype(dtype)
        count = 1
        for extent in shape:
            if extent < 0:
                raise self.error(f"{what} has the impossible shape {shape}")
            count *= extent
        if not kind.itemsize:
            raise self.error(f"{what} is of numbers without any bytes ({dtype})")
        self.check_room(count * kind.itemsize, what)
        if self.size is not None and count * kind.itemsize > 1 << 16:
            mapped = np.memmap(self.path, kind, "r", self.file.tell(), shape)
            self.file.seek(count * kind.itemsize, os.SEEK_CUR)
            return np.asarray(mapped)
        numbers = np.empty(0, kind)
        while len(numbers) < count:
            # Packed: the size in the header is not trusted, so memory grows piece by piece.
            piece = self.take(min(count - len(numbers), PIECE_BYTES // kind.itemsize) * kind.itemsize, what)
            before = len(numbers)
            numbers.resize(before + len(piece) // kind.itemsize, refcheck=False)
            numbers[before:] = np.frombuffer(piece, kind)
        return numbers.reshape(shape)


def first_line(error: Exception) -> str:
    """Return what another library says is wrong, in one line."""
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def floats(numbers: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Return numbers as C-contiguous float32 of this machine: themselves where they are that."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.ascontiguousarray(numbers, np.float32)


def decoded(words: list[bytes]) -> tuple[list[str], int]:
    r"""Return words as text and how many were no UTF-8.

    Other bytes are written as \xe9: two words stay two words, as they would not with U+FFFD.
    """
    try:
        together = b"\n".join(words).decode().split("\n") if words else []
        if len(together) == len(words):  # no word holds a line end
            return together, 0
    except UnicodeDecodeError:
        pass
    texts, bad = [], 0
    for word in words:
        try:
            texts.append(word.decode())
        except UnicodeDecodeError:
            texts.append(word.decode("utf-8", "backslashreplace"))
            bad += 1
    return texts, bad


def note_undecodable(bad: int, note: Note) -> None:
    """Say that words were no UTF-8, if any were."""
    if bad:
        note(
            f"{bad:,} word{'s were' if bad > 1 else ' was'} no UTF-8; the bytes are shown as \\xe9 and the like."
            " If it is a text in Latin-1: iconv -f ISO-8859-1 -t UTF-8 converts it"
        )

"""Streams of int32 ids: in memory while they are small, in a temporary file beyond that."""

from __future__ import annotations

import os
import tempfile
import threading
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from w2v.errors import ResourceError
from w2v.resources import available_memory, require_disk

Ids = npt.NDArray[np.int32]
IN_MEMORY = 1 << 28  # ids, that is 1 GiB: the text they come from is about 1.5 GB
ADVICE = "free some space or name another folder with --tmp-dir"


def room_in_memory() -> int:
    """Return how many ids may stay in memory: twice 4 bytes for each must fit into half of what is there."""
    there = available_memory()
    return IN_MEMORY if there is None else min(IN_MEMORY, there // 16)


class Spool:
    """Blocks of ids, put in any order by any thread, taken in the order of their numbers.

    Memory holds the first `in_memory` ids, a nameless file in `folder`, gone with the process, the rest.
    """

    def __init__(self, folder: Path | None, in_memory: int) -> None:
        self._folder = folder
        self._room = in_memory
        self._blocks: dict[int, Ids | tuple[int, int]] = {}  # or where in the file, and how many
        self._file: IO[bytes] | None = None
        self._lock = threading.Lock()
        self.size = 0

    def put(self, number: int, ids: Ids) -> None:
        """Keep one block. Raises ResourceError when the disk is full."""
        with self._lock:
            self.size += len(ids)
            if self.size <= self._room:
                self._blocks[number] = ids
                return
            file = self._open()
            try:
                place = file.seek(0, 2), len(ids)
                file.write(ids.tobytes())
                file.flush()  # a full disk shows here, not when the block is read back
            except OSError as error:
                raise _no_room(self._folder, error) from error
            self._blocks[number] = place

    def take(self, number: int) -> Ids:
        """Return one block and forget it."""
        block = self._blocks.pop(number)
        if isinstance(block, tuple):
            file = self._open()
            file.seek(block[0])
            return np.frombuffer(bytearray(file.read(4 * block[1])), np.int32)  # writable, as the kernels expect
        return block

    def require_room(self, expected: int) -> None:
        """Raise ResourceError if the disk cannot take the ids of a corpus of `expected` ids."""
        if expected > self._room:
            # The spool, and the stream in the order of the text, which is written while the spool is still there.
            to_come = 4 * (expected - max(self.size, self._room)) + 4 * expected
            where = self._folder or Path(tempfile.gettempdir())
            require_disk(where, to_come, f"a corpus of about {expected:,} tokens", ADVICE)

    def stream(self) -> Ids:
        """Return room for all ids, as `stream` does, where the blocks are."""
        return stream(self.size, self._folder, self._room)

    def close(self) -> None:
        """Give the space on disk back."""
        if self._file is not None:
            self._file.close()

    def _open(self) -> IO[bytes]:
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115  # lives as long as the spool
        return self._file


def stream(size: int, folder: Path | None, in_memory: int) -> Ids:
    """Return an uninitialised array of int32 [size], memory-mapped from a nameless file if it is large.

    Raises ResourceError when the disk is full.
    """
    if size <= in_memory:
        return np.empty(size, np.int32)
    with tempfile.TemporaryFile(dir=folder) as file:
        try:
            if hasattr(os, "posix_fallocate"):
                # A file with holes would kill the process with SIGBUS, long after this, on a disk that is full.
                os.posix_fallocate(file.fileno(), 0, 4 * size)
            else:
                file.truncate(4 * size)
        except OSError as error:
            raise _no_room(folder, error) from error
        # A plain array over the map: the kernels are compiled for plain arrays.
        return np.asarray(np.memmap(file, np.int32, "r+", shape=(size,)))


def _no_room(folder: Path | None, error: OSError) -> ResourceError:
    return ResourceError(
        f"{folder or tempfile.gettempdir()}: cannot keep the ids of the corpus there ({error.strerror}); {ADVICE}"
    )

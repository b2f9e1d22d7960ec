"""The two matrices that training moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
CACHE_LINE = 64  # bytes; also the widest vector register


@dataclass(frozen=True, eq=False)
class Model:
    """Rows of `dim` numbers, padded with zeros to whole cache lines, each row aligned to one.

    center   float32 [V, row]   the vectors that are the result (`syn0` in the C program)
    context  float32 [V, row]   the other side of each pair (`syn1neg`)
    """

    dim: int
    center: Floats
    context: Floats

    @classmethod
    def begin(cls, words: int, dim: int, seed: int) -> Model:
        """Return a model that knows nothing: centers uniform in +-0.5 / dim, contexts zero, as in the C program."""
        center, context = _rows(words, dim), _rows(words, dim)
        rng = np.random.default_rng(seed)
        for first in range(0, words, 4096):  # by parts: no second matrix in memory
            part = center[first : first + 4096, :dim]
            part[:] = (rng.random(part.shape, np.float32) - np.float32(0.5)) / np.float32(dim)
        return cls(dim, center, context)

    @staticmethod
    def bytes_needed(words: int, dim: int) -> int:
        """Return the memory that a model takes."""
        return 2 * 4 * words * _row_length(dim)


def _row_length(dim: int) -> int:
    return -(-dim // (CACHE_LINE // 4)) * (CACHE_LINE // 4)


def _rows(words: int, dim: int) -> Floats:
    row = _row_length(dim)
    room = np.zeros(words * row + CACHE_LINE // 4, np.float32)
    skip = -(room.ctypes.data // 4) % (CACHE_LINE // 4)
    return room[skip : skip + words * row].reshape(words, row)

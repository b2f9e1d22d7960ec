"""The two matrices that training moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from w2v.kernels.soundness import LARGEST

Floats = npt.NDArray[np.float32]
PART = 4096  # rows
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
        model = cls.empty(words, dim)
        model.forget(seed)
        return model

    @classmethod
    def empty(cls, words: int, dim: int) -> Model:
        """Return a model of zeros."""
        return cls(dim, _rows(words, dim), _rows(words, dim))

    def forget(self, seed: int) -> None:
        """Put the model back to where `begin` has it."""
        rng = np.random.default_rng(seed)
        for first in range(0, len(self.center), PART):  # by parts: no second matrix in memory
            part = self.center[first : first + PART, : self.dim]
            part[:] = (rng.random(part.shape, np.float32) - np.float32(0.5)) / np.float32(self.dim)
        self.context[:] = 0

    def copy_from(self, other: Model) -> None:
        """Take over the numbers of a model of the same size."""
        self.center[:] = other.center
        self.context[:] = other.context

    def sound(self) -> bool:
        """Return whether all numbers are finite and of a size that vectors have, see `w2v.kernels.soundness`."""
        return all(
            bool((np.abs(rows[first : first + PART]) < LARGEST).all())
            for rows in (self.center, self.context)
            for first in range(0, len(rows), PART)
        )

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

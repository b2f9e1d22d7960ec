"""The two tables that training moves, and rows of another model that they may begin with."""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from w2v import formats
from w2v.errors import SettingsError
from w2v.kernels.objectives import Rows
from w2v.kernels.rows import LARGEST, LARGEST_SUM, aligned_zeros, row_length
from w2v.resources import require_disk
from w2v.settings import TrainSettings
from w2v.vocabulary import Vocabulary

Floats = npt.NDArray[np.float32]
PART = 4096  # rows


@dataclass(frozen=True, eq=False)
class Tables:
    """Rows of `dim` numbers, padded with zeros to whole cache lines, each row aligned to one.

    input    float32 [V, row]  the vectors that are the result (`syn0` in the C program); with subwords the rows that
             they are the means of, [V + B, row]: those of words, then those of n-grams
    output   float32 [V, row]  the other side of each pair (`syn1neg`)
    squares  whether a row has a bias and the squares of its steps too, see `w2v.kernels.strata`
    """

    dim: int
    input: Floats
    output: Floats
    squares: bool = False

    @classmethod
    def begin(
        cls, words: int, dim: int, seed: int, *, ngrams: int = 0, initial: float = 0.5, mapped: bool = False,
        squares: bool = False,
    ) -> Tables:  # fmt: skip
        """Return tables that know nothing, see `forget`."""
        tables = cls.empty(words, dim, ngrams=ngrams, mapped=mapped, squares=squares)
        tables.forget(seed, initial)
        return tables

    @classmethod
    def empty(cls, words: int, dim: int, *, ngrams: int = 0, mapped: bool = False, squares: bool = False) -> Tables:
        """Return tables of zeros: in memory, or `mapped` from nameless files."""
        zeros = _mapped_zeros if mapped else aligned_zeros
        input, output = (zeros(rows, _row(dim, squares)) for rows in (words + ngrams, words))
        return cls(dim, input, output, squares)

    @property
    def rows(self) -> Rows:
        """The tables as the kernels take them."""
        return Rows(self.input, self.output)

    def forget(self, seed: int, initial: float) -> None:
        """Put the tables back to where `begin` has them: input rows uniform in +-initial / dim, output rows zero.

        The C program begins in +-0.5 / dim, gensim and fastText in +-1 / dim. With squares both tables are uniform, in
        Stanford's GloVe in +-0.5 / dim, and the squares begin at 1.
        """
        rng = np.random.default_rng(seed)
        self.output[:] = 0
        if not self.squares:
            self._scatter(self.input, self.dim, initial, rng)
            return
        half = self.input.shape[1] // 2
        for table, one in ((self.input, self.dim + 1), (self.output, self.dim)):
            table[:, half:] = 1
            self._scatter(table, self.dim + 2, initial, rng)
            table[:, one] = 1

    def _scatter(self, table: Floats, numbers: int, initial: float, rng: np.random.Generator) -> None:
        for first in range(0, len(table), PART):  # by parts: no second table in memory
            part = table[first : first + PART, :numbers]
            part[:] = (
                (rng.random(part.shape, np.float32) - np.float32(0.5)) * np.float32(2 * initial) / np.float32(self.dim)
            )

    def copy_from(self, other: Tables) -> None:
        """Take over the numbers of tables of the same size."""
        self.input[:] = other.input
        self.output[:] = other.output

    def finite(self) -> bool:
        """Return whether all numbers are finite and of a size that they have in training, see `w2v.kernels.rows`."""
        largest = LARGEST_SUM if self.squares else LARGEST
        return all(
            bool((np.abs(rows[first : first + PART]) < largest).all())
            for rows in self.rows
            for first in range(0, len(rows), PART)
        )

    @staticmethod
    def bytes_needed(words: int, dim: int, ngrams: int = 0, *, squares: bool = False) -> int:
        """Return the memory that the tables take."""
        return 4 * (2 * words + ngrams) * _row(dim, squares)

    @staticmethod
    def numbers(dim: int, *, squares: bool) -> int:
        """Return how many numbers of a row are kept: with squares all of them."""
        return _row(dim, True) if squares else dim


def _row(dim: int, squares: bool) -> int:
    return 2 * row_length(dim + 2) if squares else row_length(dim)


def _mapped_zeros(*shape: int) -> Floats:
    """Return float32 zeros, mapped from a nameless file. Raises ResourceError when the disk is full."""
    with tempfile.TemporaryFile() as file:
        size = 4 * math.prod(shape)
        require_disk(Path(tempfile.gettempdir()), size, "a table", "free some space or set TMPDIR")
        file.truncate(size)
        return np.asarray(np.memmap(file, np.float32, "r+", shape=shape))


class StartRows:
    """The file of `settings.start_from`. Raises SettingsError where its vectors are of another length, FormatError."""

    def __init__(self, settings: TrainSettings) -> None:
        self._path = settings.start_from
        self._vectors = formats.load(self._path)
        if self._vectors.dim != settings.dim:
            raise SettingsError(
                f"{self._path} has vectors of {self._vectors.dim} numbers, and --dim is {settings.dim}:"
                f" --dim {self._vectors.dim} begins with them"
            )
        self._rows = self._places = np.empty(0, np.int64)

    def find(self, vocabulary: Vocabulary) -> str:
        """Find the words that both have; returns a line that says how many."""
        index = self._vectors.index
        found = [(place, row) for place, word in enumerate(vocabulary.words) if (row := index.get(word)) is not None]
        pairs: npt.NDArray[np.int64] = np.array(found, np.int64).reshape(-1, 2)
        sound = np.array([bool((np.abs(self._vectors.matrix[row]) < LARGEST).all()) for _, row in found], np.bool_)
        self._places, self._rows = pairs[sound].T
        bad = (
            f"; {len(pairs) - len(self._rows):,} rows hold numbers beyond {LARGEST:.0f}, or none"
            if not sound.all()
            else ""
        )
        words = len(vocabulary)
        return (
            f"start       {len(self._rows):,} of {words:,} words begin with their rows of {self._path},"
            f" {words - len(self._rows):,} at random{bad}"
        )

    def write(self, tables: Tables) -> None:
        """Write the rows that were found into tables that know nothing."""
        tables.input[self._places, : tables.dim] = self._vectors.matrix[self._rows]

"""Input rows that a run begins with, from any file of vectors: training goes on from what another model knows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from w2v import formats
from w2v.errors import SettingsError
from w2v.kernels.rows import LARGEST
from w2v.settings import TrainSettings
from w2v.training.tables import Tables
from w2v.vocabulary import Vocabulary


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
        bad = f"; {len(pairs) - len(self._rows):,} rows hold no numbers to begin with" if not sound.all() else ""
        words = len(vocabulary)
        return (
            f"start       {len(self._rows):,} of {words:,} words begin with their rows of {self._path},"
            f" {words - len(self._rows):,} at random{bad}"
        )

    def write(self, tables: Tables) -> None:
        """Write the rows that were found into tables that know nothing."""
        tables.input[self._places, : tables.dim] = self._vectors.matrix[self._rows]

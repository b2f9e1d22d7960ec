"""What a corpus will be, estimated from the part that has been read: a refusal comes in the first second."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from w2v.corpus.table import WordTable
from w2v.settings import TrainSettings


class Expected(NamedTuple):
    """What a corpus will be.

    ids    tokens and sentence ends: those of the part that was read, in proportion to its bytes on disk; where
           the total is unknown, those that were read
    words  that will be kept, at least: those that one thread has counted often enough by now
    """

    ids: int
    words: int


Check = Callable[[Expected], None]  # raises ResourceError where there is no room for it


class Forecast:
    """Checks whether there is room: when the first block is read, and whenever twice as much has been."""

    def __init__(self, total: int, settings: TrainSettings, check: Check) -> None:
        """Begin; `total` is the number of bytes on disk, 0 where that is unknown."""
        self._total, self._settings, self._check = total, settings, check
        self._next = 1

    def look(self, done: int, ids: int, tables: Sequence[WordTable]) -> None:
        """Check, if it is time: `done` bytes were read; they hold `ids` tokens and sentence ends."""
        if ids < self._next or not done:
            return
        self._next = 2 * ids
        often = max((int(np.count_nonzero(one.counts >= self._settings.min_count)) for one in tables), default=0)
        expected = max(ids, ids * self._total // done)
        self._check(Expected(expected, min(often, self._settings.max_vocab)))

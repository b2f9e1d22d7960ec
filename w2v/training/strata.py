"""Trains GloVe: co-occurrences are counted once, then learnt stratum by stratum (`w2v.kernels.strata`).

Threads train blocks that share no row, so there is one set of tables, nothing is merged, and the vectors depend neither
on the machine nor on --threads. The counting is done anew when a run goes on: it takes less time than an epoch.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from w2v.kernels import cooccurrences, strata
from w2v.kernels import rounds as kernels
from w2v.resources import require_memory
from w2v.settings import TrainSettings, available_threads
from w2v.training.run import State, Tick, deal, together
from w2v.training.tables import Tables
from w2v.vocabulary import Vocabulary

MOST_PARTS = 63  # as many threads can train; odd, so that the rows of a part do not meet in one set of the cache
LEAST_WORDS = 64  # of a part
NUMBERED = 1 << 16  # words of a part: as many as there are numbers of 16 bits
PAIR_BYTES = 8
ASKED = 1_000_000  # pairs that the loss at the start is computed from


def parts_of(words: int) -> int:
    """Return into how many parts a vocabulary is dealt."""
    return max(min(words // LEAST_WORDS, MOST_PARTS), -(-words // NUMBERED)) | 1


class Strata:
    """Trains a state stratum by stratum, on as many threads as were asked for and the machine has."""

    def __init__(self, stream: npt.NDArray[np.int32], vocabulary: Vocabulary, settings: TrainSettings) -> None:
        self.settings = settings
        self._stream, self._words, self._parts = stream, len(vocabulary), parts_of(len(vocabulary))
        self._threads = min(settings.threads, available_threads(), self._parts)
        self._pairs: strata.Cooccurrences | None = None
        self._counted = 0.0
        self.rounds = kernels.Rounds(1, self._parts, self._parts * settings.epochs, 1, 1.0)

    replicas = 1  # all threads train the same tables

    @property
    def pairs(self) -> strata.Cooccurrences:
        """The co-occurrences of the text."""
        if self._pairs is None:
            self._count(lambda: False)
        assert self._pairs is not None
        return self._pairs

    def _count(self, stop: Callable[[], bool]) -> None:
        """Count the co-occurrences, twice, unless `stop` says to leave it."""
        stream, words, parts, threads = self._stream, self._words, self._parts, self._threads
        kept, window = int(np.count_nonzero(stream >= 0)), self.settings.window
        advice = "a larger --min-count, a --max-vocab or a smaller --window lowers it"
        require_memory(8 * kept + 12 * threads * words, "finding the places of each word", advice)
        starts, order = np.zeros(words + 1, np.int64), np.empty(kept, np.int64)
        cooccurrences.find_places(stream, starts, order)
        sizes = np.zeros((parts, parts), np.int64)
        seen = [np.full(words, -1, np.int32) for _ in range(threads)]

        def look(parts_begun: int, half: float) -> bool:
            self._counted = (half + parts_begun / parts) / 2
            return stop()

        def count(thread: int, part: int) -> None:
            cooccurrences.count_pairs(stream, starts, order, window, part, parts, seen[thread], sizes[part])

        if not deal(count, parts, threads, lambda begun: look(begun, 0)):
            return
        blocks = np.concatenate(([0], np.cumsum(sizes)))
        total = int(blocks[-1])
        require_memory(PAIR_BYTES * total + 16 * threads * words, f"{total:,} pairs of words", advice)
        ids = np.empty((total, 2), np.uint32)
        logs = ids.view(np.float32)
        sums = [np.zeros(words) for _ in range(threads)]
        cursors = blocks[:-1].reshape(parts, parts).copy()

        def add(thread: int, part: int) -> None:
            cooccurrences.sum_pairs(
                stream, starts, order, window, part, parts, sums[thread], seen[thread], cursors[part], ids, logs
            )

        if not deal(add, parts, threads, lambda begun: look(begun, 1)):
            return
        # An epoch counts as a pass over the text: each block has its share of the tokens, all together have all.
        trained = np.concatenate(([0], np.cumsum(sizes + sizes.T + 1)))  # + 1: an empty table is an epoch too
        tokens = (trained.astype(object) * kept // int(trained[-1])).astype(np.int64)
        self._pairs = strata.Cooccurrences(parts, blocks, tokens, ids, logs)

    def advance(self, state: State, limit: int, tick: Tick) -> bool:
        """Train strata until `limit`, or until `tick`, called about ten times a second, says stop.

        Returns False if a row is not finite any more.
        """
        if self._pairs is None:
            self._count(lambda: tick(state.sums))
        if (pairs := self._pairs) is None:
            return True
        plan = self._plan(self.settings.rate * state.rate_share)
        accounts = np.zeros((pairs.parts, 8))
        before = state.sums
        shared, first = strata.shared_flags(), state.rounds
        reached = np.full(self._threads, first)

        def watch() -> None:
            if tick(before + accounts[:, :4].sum(axis=0)):
                shared[kernels.STOP] = 1

        def stop() -> None:
            shared[[kernels.STOP, kernels.ENDED]] = 1

        def train(thread: int) -> None:
            reached[thread] = strata.train_strata(
                self._threads, first, limit, pairs, state.tables.rows, plan, shared, accounts
            )

        try:
            together(train, self._threads, watch, stop)
        finally:
            state.rounds = int(reached.min())
            state.sums = before + accounts[:, :4].sum(axis=0)
        return not shared[kernels.DIVERGED]

    def _plan(self, rate: float) -> strata.Glove:
        return strata.Glove(self.settings.dim, rate, float(np.log(self.settings.x_max)), self.settings.seed)

    def describe(self) -> str:
        """Say what a person should see of the work, besides how far it is."""
        return "" if self._pairs is not None else f"counting pairs {self._counted:.0%}"

    def losses(self, state: State) -> tuple[float, float]:
        """Return the mean loss of a pair for rows of zeros, and for those of `state` in one stratum."""
        step = -(-len(self.pairs.logs) // ASKED) or 1
        logs = self.pairs.logs[::step, 1]
        weights = np.minimum(np.exp(strata.POWER * (logs - np.log(self.settings.x_max))), 1)
        accounts = np.zeros((self.pairs.parts, 8))
        plan = self._plan(0.0)  # moves nothing
        strata.train_strata(1, 0, 1, self.pairs, state.tables.rows, plan, strata.shared_flags(), accounts)
        pairs, loss = accounts[:, [kernels.PAIRS, kernels.LOSS]].sum(axis=0)
        return float((weights * logs**2).sum() / 2 / max(len(logs), 1)), float(loss / max(pairs, 1))


def memory_needed(words: int, settings: TrainSettings) -> int:
    """Return the bytes that training takes beside the corpus and its pairs of words, which are not known yet."""
    return Tables.bytes_needed(words, settings.dim, squares=True)
